"""The base document that every DOCX starts from, compiled once: styles, numbering, headers, settings.

Nothing here depends on a single document; `emitter` writes those parts. python-docx opens and saves the
package.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from briefgen.model.branding import DEFAULT_BRANDING, Branding
from briefgen.render.docx.headers import HeaderTemplate, parse_header_template
from briefgen.render.docx.languages import Language
from briefgen.render.docx.metrics import Design, mm_to_emu, mm_to_twips
from briefgen.render.docx.ooxml import (
    CONTENT_TYPES,
    NUMPR_SUCCESSORS,
    R,
    W,
    add_part,
    get_or_add_paragraph_properties,
    insert_before_successors,
    parse_element,
    replace_part,
    w_tag,
)
from briefgen.render.docx.styles import LIST_DEPTH, LIST_STEP_MM, NUMBER_GAP_MM, define_styles
from briefgen.render.docx.stylesheet import (
    add_missing_styles,
    lang_element_xml,
    remove_dangling_references,
    set_document_defaults,
)
from briefgen.render.docx.zip_archive import ZipMember, make_zip_member
from briefgen.render.layouts import Layout, PageGeometry
from briefgen.render.tables import turn_page

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.section import Section


RECORD_NAMESPACE = "urn:briefgen:evidence-record"
_EVIDENCE_RECORD_GUID = "{6E1B0B5C-5B0E-5D57-9C1A-0D2F4C8A7B31}"
"""Identifier of the custom XML item; any constant GUID would do."""


@dataclass(frozen=True, slots=True)
class PartTemplate:
    """A part into which each document inserts some content."""

    name: str
    before: str
    after: str
    empty: ZipMember
    """The part for a document that inserts nothing."""

    def fill(self, content: str) -> ZipMember:
        """Return the part with `content` inserted."""
        if not content:
            return self.empty
        return make_zip_member(self.name, (self.before + content + self.after).encode())


@dataclass(frozen=True, slots=True)
class BaseDocument:
    """A compiled letterhead: everything that its documents have in common, ready to be copied."""

    members: tuple[ZipMember, ...]
    """Parts that are the same in every document."""
    document_part: str
    """Name of the main part: `word/document.xml`."""
    footnotes_part: str
    core_part: str
    record_part: str
    """Name of the custom XML part that holds the evidence record."""
    styles: Mapping[str, str]
    """Style ids by lower-case style name."""
    relationships: PartTemplate
    """Relationships of the main part; a document adds hyperlinks and pictures."""
    numbering: PartTemplate
    """A document adds a `w:num` for each of its numbered lists."""
    bullet_list_id: int
    """`w:numId` of bulleted lists."""
    numbered_list_id: int
    """`w:abstractNumId` of numbered lists."""
    next_list_id: int
    """First free `w:numId`."""
    headers: tuple[HeaderTemplate, ...]
    """Headers and footers with placeholders."""
    section_xml: str
    """The `w:sectPr` that ends the body."""
    following_section_xml: str
    """The same for a later section, whose first page has no letterhead."""
    turned_section_xml: str
    """The same for a section of pages on their side."""
    page: PageGeometry
    text_width: int
    """Width between the margins, in EMU."""
    text_height: int
    language: Language
    design: Design
    layout: Layout | None = None
    """Layout of a built-in letterhead's page; None if the letterhead is the user's own."""
    branding: Branding = DEFAULT_BRANDING

    def style_id(self, name: str) -> str:
        """Return the id of a style by its name; case does not matter."""
        return self.styles[name.lower()]


def compile_base_document(
    document: WordDocument,
    main_language: Language,
    design: Design,
    *,
    builtin: bool,
    layout: Layout | None = None,
    branding: Branding = DEFAULT_BRANDING,
) -> BaseDocument:
    """Compile an opened and pruned letterhead.

    Missing styles are added. For a built-in letterhead, the defaults and the Normal style are set as well.
    """
    set_document_defaults(document, main_language, design, builtin=builtin)
    ids = add_missing_styles(document, define_styles(design), main_language, builtin=builtin)
    bullet_list_id, numbered_list_id, next_list_id = add_list_definitions(document, ids)
    remove_dangling_references(document, _header_and_footer_roots(document))
    _add_footnotes_part(document)
    _set_settings(document, main_language)
    _add_evidence_record_part(document)
    _add_property_parts(document)
    section = document.sections[-1]
    width, height = text_area_emu(section)
    page = layout.page if layout is not None else _read_page_geometry(section)
    section_xml = _section_properties_xml(document, main_language)
    following = re.sub(r"<w:(?:titlePg|type|pgNumType)\b[^>]*/>", "", section_xml)
    return _split_package(
        document,
        styles=ids,
        bullet_list_id=bullet_list_id,
        numbered_list_id=numbered_list_id,
        next_list_id=next_list_id,
        section_xml=section_xml,
        following_section_xml=following,
        turned_section_xml=_turn_section(following, page),
        page=page,
        text_width=width,
        text_height=height,
        language=main_language,
        design=design,
        layout=layout,
        branding=branding,
    )


FOOTNOTE_SEPARATORS = (
    '<w:footnote w:type="separator" w:id="-1"><w:p><w:pPr><w:spacing w:after="0" w:line="240"'
    ' w:lineRule="auto"/></w:pPr><w:r><w:separator/></w:r></w:p></w:footnote>'
    '<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:pPr><w:spacing w:after="0" w:line="240"'
    ' w:lineRule="auto"/></w:pPr><w:r><w:continuationSeparator/></w:r></w:p></w:footnote>'
)


def text_area_emu(section: Section) -> tuple[int, int]:
    """Return the width and height that the margins leave for the text, in EMU.

    A negative margin lets a header reach into the text; its absolute value counts (ECMA-376, pgMar).
    """
    horizontal = (section.left_margin, section.right_margin, section.gutter)
    vertical = (section.top_margin, section.bottom_margin)
    return _subtract_margins(section.page_width, horizontal), _subtract_margins(section.page_height, vertical)


def _read_page_geometry(section: Section) -> PageGeometry:
    """Return the page of a section, with the gutter as part of its left margin."""
    sides = (section.page_width, section.page_height, section.top_margin, section.right_margin)
    width, height, top, right, bottom, left, gutter = (
        abs(side or 0) / mm_to_emu(1)
        for side in (*sides, section.bottom_margin, section.left_margin, section.gutter)
    )
    return PageGeometry(width, height, top, right, bottom, left + gutter)


def _turn_section(section_xml: str, page: PageGeometry) -> str:
    """Return a section's properties with the pages on their side."""
    turned = turn_page(page)
    width, height = mm_to_twips(turned.width_mm), mm_to_twips(turned.height_mm)
    size = f'<w:pgSz w:w="{width}" w:h="{height}" w:orient="landscape"/>'
    section_xml = re.sub(r"<w:pgSz\b[^>]*/>", size, section_xml)
    for side, margin in (("left", turned.left_mm), ("right", turned.right_mm), ("gutter", 0)):
        section_xml = re.sub(
            rf'(<w:pgMar\b[^>]*\bw:{side}=")\d+', rf"\g<1>{mm_to_twips(margin)}", section_xml
        )
    return section_xml


def continue_section(section_xml: str, *, columns: int) -> str:
    """Return a section's properties as those of one that goes on on the same page, in this many columns."""
    xml = re.sub(r"<w:cols\b[^>]*/>", "", section_xml)
    space = f' w:num="{columns}" w:space="{mm_to_twips(_NOTES_GAP_MM)}"' if columns > 1 else ' w:space="720"'
    # In schema order: w:type comes before w:pgSz, and w:cols after w:pgMar.
    xml = re.sub(r"(?=<w:pgSz\b)", '<w:type w:val="continuous"/>', xml, count=1)
    return re.sub(r"(<w:pgMar\b[^>]*/>)", rf"\1<w:cols{space}/>", xml, count=1)


_NOTES_GAP_MM = 8.0


def _subtract_margins(page_side: int | None, margins: Iterable[int | None]) -> int:
    return (page_side or 0) - sum(abs(margin or 0) for margin in margins)


FOOTNOTES_ROOT = f'<w:footnotes xmlns:w="{W}" xmlns:r="{R}">'


def _header_and_footer_roots(document: WordDocument) -> list[Any]:
    kinds = {f"{R}/header", f"{R}/footer"}
    relationships = document.part.rels.values()
    return [each.target_part.element for each in relationships if each.reltype in kinds]


def _add_footnotes_part(document: WordDocument) -> None:
    replace_part(document, "footnotes", f"<w:footnotes>{FOOTNOTE_SEPARATORS}</w:footnotes>")


def _set_settings(document: WordDocument, main_language: Language) -> None:
    """Keep the settings that belong to a letterhead; add the note separators and Word 2013's layout mode."""
    root = document.settings.element
    kept = {child.tag: child for child in root if child.tag in set(map(w_tag, _KEPT_SETTINGS))}
    for child in list(root):
        root.remove(child)
    root.extend([kept[name] for name in map(w_tag, _SETTINGS_ORDER) if name in kept])
    version = (
        '<w:compat><w:compatSetting w:name="compatibilityMode"'
        ' w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
    )
    for setting in (
        '<w:footnotePr><w:footnote w:id="-1"/><w:footnote w:id="0"/></w:footnotePr>',
        version,
        lang_element_xml(main_language).replace("w:lang", "w:themeFontLang"),
    ):
        new = parse_element(setting)
        name = new.tag.rsplit("}", 1)[-1]
        insert_before_successors(root, new, _SETTINGS_ORDER[_SETTINGS_ORDER.index(name) + 1 :])


_SETTINGS_ORDER = (
    *("zoom", "embedTrueTypeFonts", "embedSystemFonts", "saveSubsetFonts", "mirrorMargins"),
    *("bordersDoNotSurroundHeader", "bordersDoNotSurroundFooter", "gutterAtTop", "defaultTabStop"),
    *("autoHyphenation", "consecutiveHyphenLimit", "hyphenationZone", "doNotHyphenateCaps"),
    *("evenAndOddHeaders", "drawingGridHorizontalSpacing", "drawingGridVerticalSpacing"),
    *("characterSpacingControl", "noLineBreaksAfter", "noLineBreaksBefore", "footnotePr", "compat"),
    *("themeFontLang", "clrSchemeMapping", "decimalSymbol", "listSeparator"),
)
"""Settings that are kept or set, in schema order (ECMA-376, CT_Settings)."""
_KEPT_SETTINGS = frozenset(_SETTINGS_ORDER) - {"footnotePr", "compat", "themeFontLang"}


def _add_evidence_record_part(document: WordDocument) -> None:
    """Add the custom XML part for the evidence record, of which only the text changes."""
    item = add_part(document.part, "customXml", "/customXml/item1.xml", "application/xml", "<record/>")
    properties = (
        '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n<ds:datastoreItem'
        ' xmlns:ds="http://schemas.openxmlformats.org/officeDocument/2006/customXml"'
        f' ds:itemID="{_EVIDENCE_RECORD_GUID}"><ds:schemaRefs><ds:schemaRef ds:uri="{RECORD_NAMESPACE}"/>'
        "</ds:schemaRefs></ds:datastoreItem>"
    )
    content_type = CONTENT_TYPES + "customXmlProperties+xml"
    add_part(item, "customXmlProps", "/customXml/itemProps1.xml", content_type, properties)


def _add_property_parts(document: WordDocument) -> None:
    """Add the parts for title, author and dates, which each document fills, and for the program's name."""
    _ = document.core_properties  # python-docx creates the part if there is none
    text = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Properties'
        ' xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
        "<Application>briefgen</Application></Properties>"
    )
    content_type = CONTENT_TYPES + "extended-properties+xml"
    add_part(document.part.package, "extended-properties", "/docProps/app.xml", content_type, text)


def _section_properties_xml(document: WordDocument, main_language: Language) -> str:
    """Return the last section's properties as XML without namespace declarations."""
    from lxml import etree

    properties = document.element.body.find(w_tag("sectPr"))
    for grid in properties.findall(w_tag("docGrid")):
        properties.remove(grid)
    if main_language.script == "right-to-left" and properties.find(w_tag("bidi")) is None:
        insert_before_successors(
            properties,
            parse_element("<w:bidi/>"),
            ("rtlGutter", "docGrid", "printerSettings", "sectPrChange"),
        )
    return re.sub(r'\sxmlns:\w+="[^"]*"', "", etree.tostring(properties, encoding="unicode"))


def _split_package(document: WordDocument, **fields: Any) -> BaseDocument:
    """Save with python-docx and split the package into fixed parts and templates."""
    stream = io.BytesIO()
    document.save(stream)
    with zipfile.ZipFile(stream) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    names = {
        "document_part": document.part.partname.membername,
        "footnotes_part": "word/footnotes.xml",
        "core_part": "docProps/core.xml",
        "record_part": "customXml/item1.xml",
    }
    for name in names.values():
        parts.pop(name, None)
    folder, _, file_name = names["document_part"].rpartition("/")
    relationships = _take_part_template(parts, f"{folder}/_rels/{file_name}.rels", "</Relationships>")
    numbering = _take_part_template(parts, document.part.numbering_part.partname.membername, "</w:numbering>")
    headers = tuple(_take_header_templates(parts))
    parts["[Content_Types].xml"] = _declare_picture_types(parts["[Content_Types].xml"])
    return BaseDocument(
        members=tuple(make_zip_member(name, content) for name, content in sorted(parts.items())),
        relationships=relationships,
        numbering=numbering,
        headers=headers,
        **names,
        **fields,
    )


def _take_part_template(parts: dict[str, bytes], name: str, end_tag: str) -> PartTemplate:
    """Take out a part into which documents insert content before the last `end_tag`."""
    before, after = parts.pop(name).decode().rsplit(end_tag, 1)
    after = end_tag + after
    return PartTemplate(name, before, after, make_zip_member(name, (before + after).encode()))


def _take_header_templates(parts: dict[str, bytes]) -> Iterator[HeaderTemplate]:
    """Take out the headers and footers that have placeholders."""
    for name in sorted(parts):
        if re.fullmatch(r"word/(?:header|footer)\d*\.xml", name):
            template = parse_header_template(name, parts[name])
            if template is not None:
                del parts[name]
                yield template


def _declare_picture_types(content_types: bytes) -> bytes:
    """Add default content types for the pictures that documents may bring."""
    text = content_types.decode()
    missing = "".join(
        f'<Default Extension="{extension}" ContentType="image/{kind}"/>'
        for extension, kind in (("png", "png"), ("jpeg", "jpeg"), ("svg", "svg+xml"))
        if f'Extension="{extension}"' not in text
    )
    return re.sub(r"<Types\b[^>]*>", lambda root: root.group() + missing, text, count=1).encode()


# Definitions of bulleted and numbered lists, linked to the document's list styles

_LIST_LEVELS = 9
"""Levels of a list in WordprocessingML (ECMA-376, 17.9.6)."""
_BULLETS = ("\u2022", "\u25e6", "\u25aa")


def add_list_definitions(document: WordDocument, ids: Mapping[str, str]) -> tuple[int, int, int]:
    """Add the two list definitions and link the list styles to them.

    List styles to which a letterhead has attached lists of its own keep those. Return the id of the bulleted
    list, the abstract id of the numbered list, and the first free id.
    """
    try:
        root = document.part.numbering_part.element
    except NotImplementedError:  # python-docx can read this part but not create it
        root = replace_part(document, "numbering", "<w:numbering/>")
    for old in root.findall(w_tag("numIdMacAtCleanup")):  # would precede what documents add
        root.remove(old)
    unnumbered = _find_unnumbered_list_styles(document, ids)
    abstract_ids = _collect_ids(root, "abstractNum", "abstractNumId")
    bullets = max(abstract_ids, default=0) + 1
    numbers = bullets + 1
    first = root.find(w_tag("num"))
    for definition in (
        _bullet_list_definition(bullets, unnumbered),
        _numbered_list_definition(numbers, unnumbered),
    ):
        if first is None:
            root.append(definition)
        else:
            first.addprevious(definition)
    number = max(_collect_ids(root, "num", "numId"), default=0) + 1
    last = [*root.findall(w_tag("abstractNum")), *root.findall(w_tag("num"))][-1]
    for offset, abstract in ((1, numbers), (0, bullets)):
        last.addnext(
            parse_element(f'<w:num w:numId="{number + offset}"><w:abstractNumId w:val="{abstract}"/></w:num>')
        )
    _link_list_styles(unnumbered, number)
    return number, numbers, number + 2


def _find_unnumbered_list_styles(document: WordDocument, ids: Mapping[str, str]) -> dict[str, Any]:
    """Return the list styles that have no list yet, by lower-case name."""
    by_id = {each.get(w_tag("styleId")): each for each in document.styles.element.findall(w_tag("style"))}
    unnumbered = {}
    for kind in ("list bullet", "list number"):
        for level in range(1, LIST_DEPTH + 1):
            name = kind if level == 1 else f"{kind} {level}"
            style = by_id[ids[name]]
            number = style.find(f"{w_tag('pPr')}/{w_tag('numPr')}")
            identifier = number.find(w_tag("numId")) if number is not None else None
            if number is not None and (identifier is None or identifier.get(w_tag("val")) == "0"):
                number.getparent().remove(number)
                number = None
            if number is None:
                unnumbered[name] = style
    return unnumbered


def _collect_ids(root: Any, name: str, attribute: str) -> list[int]:
    return [int(each.get(w_tag(attribute))) for each in root.findall(w_tag(name))]


def _bullet_list_definition(abstract: int, unnumbered: Mapping[str, Any]) -> Any:
    return _list_definition(
        abstract,
        [("bullet", _BULLETS[level % len(_BULLETS)]) for level in range(_LIST_LEVELS)],
        "list bullet",
        unnumbered,
    )


def _numbered_list_definition(abstract: int, unnumbered: Mapping[str, Any]) -> Any:
    return _list_definition(
        abstract,
        [("decimal", f"%{level + 1}.") for level in range(_LIST_LEVELS)],
        "list number",
        unnumbered,
    )


def _list_definition(
    abstract: int, levels: list[tuple[str, str]], style: str, unnumbered: Mapping[str, Any]
) -> Any:
    step = mm_to_twips(LIST_STEP_MM)
    parts = []
    for level, (form, text) in enumerate(levels):
        name = style if level == 0 else f"{style} {level + 1}"
        link = f'<w:pStyle w:val="{unnumbered[name].get(w_tag("styleId"))}"/>' if name in unnumbered else ""
        side, hanging = ("right", mm_to_twips(NUMBER_GAP_MM)) if form == "decimal" else ("left", step)
        parts.append(
            f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{link}'
            f'<w:lvlText w:val="{text}"/><w:lvlJc w:val="{side}"/>'
            f'<w:pPr><w:ind w:left="{(level + 1) * step}" w:hanging="{hanging}"/></w:pPr></w:lvl>'
        )
    return parse_element(
        f'<w:abstractNum w:abstractNumId="{abstract}"><w:multiLevelType w:val="hybridMultilevel"/>'
        f"{''.join(parts)}</w:abstractNum>"
    )


def _link_list_styles(unnumbered: Mapping[str, Any], bullets: int) -> None:
    """Link the unnumbered list styles to the new lists."""
    for kind, number in (("list bullet", bullets), ("list number", bullets + 1)):
        for level in range(LIST_DEPTH):
            style = unnumbered.get(kind if level == 0 else f"{kind} {level + 1}")
            if style is not None:
                depth = f'<w:ilvl w:val="{level}"/>' if level else ""
                link = parse_element(f'<w:numPr>{depth}<w:numId w:val="{number}"/></w:numPr>')
                insert_before_successors(get_or_add_paragraph_properties(style), link, NUMPR_SUCCESSORS)
