"""The letterhead that every DOCX starts from, compiled once: styles, numbering, notes, heads, settings.

Nothing here depends on a single document; `emitter` writes those parts. python-docx does the opening,
pruning and saving.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from briefgen.model.look import QUIET_SERIF, Look
from briefgen.render.docx.headers import Head, head
from briefgen.render.docx.languages import Language
from briefgen.render.docx.metrics import Design
from briefgen.render.docx.numbering import ensure_lists
from briefgen.render.docx.ooxml import (
    CONTENT_TYPES,
    Member,
    R,
    W,
    add_part,
    element,
    insert,
    member,
    put_part,
    tag,
)
from briefgen.render.docx.styles import styles
from briefgen.render.docx.stylesheet import default_language, drop_dangling, ensure_styles, language_element
from briefgen.render.layouts import Layout

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.section import Section

RECORD_NAMESPACE = "urn:briefgen:evidence-record"
_RECORD_ITEM = "{6E1B0B5C-5B0E-5D57-9C1A-0D2F4C8A7B31}"
"""Identifier of the custom XML item; any constant GUID serves."""


@dataclass(frozen=True, slots=True)
class Template:
    """A part that differs a little from document to document: what stands before and after the difference."""

    name: str
    before: str
    after: str
    empty: Member
    """The part where a document adds nothing."""

    def filled(self, content: str) -> Member:
        """The part with `content` in its place."""
        if not content:
            return self.empty
        return member(self.name, (self.before + content + self.after).encode())


@dataclass(frozen=True, slots=True)
class Reference:
    """A compiled letterhead: all that letters have in common, ready to be copied."""

    members: tuple[Member, ...]
    """Parts that are the same in every document."""
    document: str
    """Name of the main part: `word/document.xml`."""
    footnotes: str
    core: str
    record: str
    """Name of the custom XML part that holds the evidence record."""
    styles: Mapping[str, str]
    """Style ids by lower-case style name."""
    relationships: Template
    """Of the main part; hyperlinks and pictures go in."""
    numbering: Template
    """Numbered lists of the document go in, each a `w:num`."""
    bullets: int
    """`w:numId` of bulleted lists."""
    numbers: int
    """`w:abstractNumId` of numbered lists."""
    next_number: int
    """First free `w:numId`."""
    heads: tuple[Head, ...]
    """Headers and footers that each document fills."""
    section: str
    """The `w:sectPr` that ends the body."""
    text_width: int
    """Between the margins, in EMU."""
    text_height: int
    language: Language
    design: Design
    layout: Layout | None = None
    """Of a built-in letterhead's page; None where the page is the user's own."""
    look: Look = QUIET_SERIF

    def style(self, name: str) -> str:
        """The id of a style by its name, whatever its case."""
        return self.styles[name.lower()]


def compiled(
    document: WordDocument,
    main_language: Language,
    design: Design,
    *,
    fresh: bool,
    layout: Layout | None = None,
    look: Look = QUIET_SERIF,
) -> Reference:
    """Prepare an opened, pruned letterhead. Missing styles are made; `fresh` sets the rest of ours too."""
    default_language(document, main_language, design, fresh=fresh)
    ids = ensure_styles(document, styles(design), main_language, fresh=fresh)
    bullets, numbers, next_number = ensure_lists(document, ids)
    drop_dangling(document, _head_roots(document))
    _add_footnotes(document)
    _set_settings(document, main_language)
    _add_record(document)
    _set_properties(document)
    width, height = text_area(document.sections[-1])
    return _reference(
        document,
        styles=ids,
        bullets=bullets,
        numbers=numbers,
        next_number=next_number,
        section=_section(document, main_language),
        text_width=width,
        text_height=height,
        language=main_language,
        design=design,
        layout=layout,
        look=look,
    )


SEPARATORS = (
    '<w:footnote w:type="separator" w:id="-1"><w:p><w:pPr><w:spacing w:after="0" w:line="240"'
    ' w:lineRule="auto"/></w:pPr><w:r><w:separator/></w:r></w:p></w:footnote>'
    '<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:pPr><w:spacing w:after="0" w:line="240"'
    ' w:lineRule="auto"/></w:pPr><w:r><w:continuationSeparator/></w:r></w:p></w:footnote>'
)


def text_area(section: Section) -> tuple[int, int]:
    """What the margins leave, across and down, in EMU.

    A negative margin lets a head reach into the text; its size counts (ECMA-376, pgMar).
    """
    beside = (section.left_margin, section.right_margin, section.gutter)
    above = (section.top_margin, section.bottom_margin)
    return _left(section.page_width, beside), _left(section.page_height, above)


def _left(whole: int | None, margins: Iterable[int | None]) -> int:
    return (whole or 0) - sum(abs(margin or 0) for margin in margins)


FOOTNOTES_ROOT = f'<w:footnotes xmlns:w="{W}" xmlns:r="{R}">'


def _head_roots(document: WordDocument) -> list[Any]:
    kinds = {f"{R}/header", f"{R}/footer"}
    return [each.target_part.element for each in document.part.rels.values() if each.reltype in kinds]


def _add_footnotes(document: WordDocument) -> None:
    put_part(document, "footnotes", f"<w:footnotes>{SEPARATORS}</w:footnotes>")


def _set_settings(document: WordDocument, main: Language) -> None:
    """Keep the settings that belong to a letterhead; add the notes' separators and Word 2013's layout."""
    root = document.settings.element
    kept = {child.tag: child for child in root if child.tag in set(map(tag, _KEPT_SETTINGS))}
    for child in list(root):
        root.remove(child)
    root.extend([kept[name] for name in map(tag, _SETTINGS) if name in kept])
    version = (
        '<w:compat><w:compatSetting w:name="compatibilityMode"'
        ' w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
    )
    for setting in (
        '<w:footnotePr><w:footnote w:id="-1"/><w:footnote w:id="0"/></w:footnotePr>',
        version,
        language_element(main).replace("w:lang", "w:themeFontLang"),
    ):
        new = element(setting)
        name = new.tag.rsplit("}", 1)[-1]
        insert(root, new, _SETTINGS[_SETTINGS.index(name) + 1 :])


_SETTINGS = (
    *("zoom", "embedTrueTypeFonts", "embedSystemFonts", "saveSubsetFonts", "mirrorMargins"),
    *("bordersDoNotSurroundHeader", "bordersDoNotSurroundFooter", "gutterAtTop", "defaultTabStop"),
    *("autoHyphenation", "consecutiveHyphenLimit", "hyphenationZone", "doNotHyphenateCaps"),
    *("evenAndOddHeaders", "drawingGridHorizontalSpacing", "drawingGridVerticalSpacing"),
    *("characterSpacingControl", "noLineBreaksAfter", "noLineBreaksBefore", "footnotePr", "compat"),
    *("themeFontLang", "clrSchemeMapping", "decimalSymbol", "listSeparator"),
)
"""Settings that we keep or set, in the order of their schema (ECMA-376, CT_Settings)."""
_KEPT_SETTINGS = frozenset(_SETTINGS) - {"footnotePr", "compat", "themeFontLang"}


def _add_record(document: WordDocument) -> None:
    """The place of the evidence record: a custom XML part of which only the text changes."""
    item = add_part(document.part, "customXml", "/customXml/item1.xml", "application/xml", "<record/>")
    properties = (
        '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n<ds:datastoreItem'
        ' xmlns:ds="http://schemas.openxmlformats.org/officeDocument/2006/customXml"'
        f' ds:itemID="{_RECORD_ITEM}"><ds:schemaRefs><ds:schemaRef ds:uri="{RECORD_NAMESPACE}"/>'
        "</ds:schemaRefs></ds:datastoreItem>"
    )
    content_type = CONTENT_TYPES + "customXmlProperties+xml"
    add_part(item, "customXmlProps", "/customXml/itemProps1.xml", content_type, properties)


def _set_properties(document: WordDocument) -> None:
    """The place of title, author and dates, which each document fills; and the program's name."""
    _ = document.core_properties  # python-docx makes the part where there is none
    text = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Properties'
        ' xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
        "<Application>briefgen</Application></Properties>"
    )
    content_type = CONTENT_TYPES + "extended-properties+xml"
    add_part(document.part.package, "extended-properties", "/docProps/app.xml", content_type, text)


def _section(document: WordDocument, main: Language) -> str:
    """The last section's properties as text that needs no declarations of its own."""
    from lxml import etree

    properties = document.element.body.find(tag("sectPr"))
    for grid in properties.findall(tag("docGrid")):
        properties.remove(grid)
    if main.script == "right-to-left" and properties.find(tag("bidi")) is None:
        insert(properties, element("<w:bidi/>"), ("rtlGutter", "docGrid", "printerSettings", "sectPrChange"))
    return re.sub(r'\sxmlns:\w+="[^"]*"', "", etree.tostring(properties, encoding="unicode"))


def _reference(document: WordDocument, **known: Any) -> Reference:
    """Save with python-docx and take the package apart."""
    stream = io.BytesIO()
    document.save(stream)
    with zipfile.ZipFile(stream) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    names = {
        "document": document.part.partname.membername,
        "footnotes": "word/footnotes.xml",
        "core": "docProps/core.xml",
        "record": "customXml/item1.xml",
    }
    for name in names.values():
        parts.pop(name, None)
    folder, _, base = names["document"].rpartition("/")
    relationships = _open_end(parts, f"{folder}/_rels/{base}.rels", "</Relationships>")
    numbering = _open_end(parts, document.part.numbering_part.partname.membername, "</w:numbering>")
    heads = tuple(_heads(parts))
    parts["[Content_Types].xml"] = _with_pictures(parts["[Content_Types].xml"])
    return Reference(
        members=tuple(member(name, content) for name, content in sorted(parts.items())),
        relationships=relationships,
        numbering=numbering,
        heads=heads,
        **names,
        **known,
    )


def _open_end(parts: dict[str, bytes], name: str, end: str) -> Template:
    before, after = parts.pop(name).decode().rsplit(end, 1)
    return _template(name, before, end + after)


def _template(name: str, before: str, after: str) -> Template:
    return Template(name, before, after, member(name, (before + after).encode()))


def _heads(parts: dict[str, bytes]) -> Iterator[Head]:
    """Take out the headers and footers that have places to fill."""
    for name in sorted(parts):
        if re.fullmatch(r"word/(?:header|footer)\d*\.xml", name):
            found = head(name, parts[name])
            if found is not None:
                del parts[name]
                yield found


def _with_pictures(content_types: bytes) -> bytes:
    text = content_types.decode()
    missing = "".join(
        f'<Default Extension="{extension}" ContentType="image/{kind}"/>'
        for extension, kind in (("png", "png"), ("jpeg", "jpeg"), ("svg", "svg+xml"))
        if f'Extension="{extension}"' not in text
    )
    return re.sub(r"<Types\b[^>]*>", lambda root: root.group() + missing, text, count=1).encode()
