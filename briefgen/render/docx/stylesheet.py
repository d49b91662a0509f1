"""Complete the styles of a base document: its own are kept, and those that letters need are added."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from briefgen.render.docx.languages import Language
from briefgen.render.docx.metrics import Design
from briefgen.render.docx.ooxml import (
    BIDI_SUCCESSORS,
    get_or_add_child,
    get_or_add_paragraph_properties,
    insert_before_successors,
    parse_element,
    w_tag,
)
from briefgen.render.docx.styles import StyleDefinition

if TYPE_CHECKING:
    from docx.document import Document as WordDocument


_LOCALIZED_HEADINGS = {"überschrift": "heading", "titre": "heading", "제목": "heading"}
_LOCALIZED_LISTS = {
    "aufzählungszeichen": "list bullet",
    "listennummer": "list number",
    "listenfortsetzung": "list continue",
}
_LOCALIZED_LISTS |= {
    "liste à puces": "list bullet",
    "liste à numéros": "list number",
    "liste continue": "list continue",
}
_LOCALIZED_LISTS |= {
    "글머리 기호": "list bullet",
    "번호 매기기": "list number",
    "목록 이어쓰기": "list continue",
}
LOCALIZED_STYLE_NAMES: Mapping[str, str] = {
    **{
        f"{local}{space}{level}": f"{english} {level}"
        for local, english in _LOCALIZED_HEADINGS.items()
        for level in (1, 2, 3)
        for space in (" ", "")
    },
    **{
        f"{local}{level}": f"{english}{level}"
        for local, english in _LOCALIZED_LISTS.items()
        for level in ("", " 2", " 3")
    },
    **{"standard": "normal", "표준": "normal", "바탕글": "normal"},
    **{
        "textkörper": "body text",
        "corps de texte": "body text",
        "본문": "body text",
        "text body": "body text",
    },
    **{"titel": "title", "titre": "title", "제목": "title"},
    **{"untertitel": "subtitle", "sous-titre": "subtitle", "부제": "subtitle"},
    **{"zitat": "quote", "citation": "quote", "인용": "quote", "quotations": "quote"},
    **{"beschriftung": "caption", "légende": "caption", "캡션": "caption"},
    **{
        "fußnotentext": "footnote text",
        "note de bas de page": "footnote text",
        "각주 텍스트": "footnote text",
    },
    **{"fußnotenzeichen": "footnote reference", "appel note de bas de p.": "footnote reference"},
    **{"각주 참조": "footnote reference", "unterschrift": "signature", "서명": "signature"},
    **{"kopfzeile": "header", "en-tête": "header", "머리글": "header"},
    **{"fußzeile": "footer", "pied de page": "footer", "바닥글": "footer"},
    **{"lien hypertexte": "hyperlink", "하이퍼링크": "hyperlink"},
}
"""English style names by those of Word in German, French and Korean, and of LibreOffice; in lower case."""


def normalize_style_name(stored: str) -> str:
    """Return a style's name for comparison: in lower case, without the aliases after a comma."""
    return " ".join(stored.partition(",")[0].split()).lower()


def english_style_name(stored: str) -> str:
    """Return the English name of a style that is stored under a localized name; else its normalized name."""
    name = normalize_style_name(stored)
    return LOCALIZED_STYLE_NAMES.get(name, name)


def set_document_defaults(
    document: WordDocument, main_language: Language, design: Design, *, builtin: bool
) -> None:
    """Set the default language, and for a built-in letterhead the default fonts and size."""
    root = document.styles.element
    defaults = root.find(w_tag("docDefaults"))
    if builtin:
        if defaults is not None:
            root.remove(defaults)
        defaults = parse_element(
            "<w:docDefaults><w:rPrDefault><w:rPr>"
            f'<w:rFonts w:ascii="{design.serif}" w:hAnsi="{design.serif}" w:cs="Times New Roman"'
            f' w:eastAsia="{main_language.east_asian_font}"/><w:sz w:val="{round(design.text_pt * 2)}"/>'
            f'<w:szCs w:val="{round(design.text_pt * 2)}"/></w:rPr></w:rPrDefault>'
            "<w:pPrDefault/></w:docDefaults>"
        )
        root.insert(0, defaults)
    for old in list(root.iter(w_tag("lang"))):
        old.getparent().remove(old)
    run_defaults = get_or_add_child(
        get_or_add_child(root, "docDefaults", first=True), "rPrDefault", first=True
    )
    run = get_or_add_child(run_defaults, "rPr")
    insert_before_successors(
        run,
        parse_element(lang_element_xml(main_language)),
        ("lang", "eastAsianLayout", "specVanish", "oMath"),
    )


def lang_element_xml(language: Language) -> str:
    """Return `w:lang` for text in this language, in the attribute that Word reads for its script."""
    attribute = {"east-asian": "eastAsia", "right-to-left": "bidi", "complex": "bidi", "latin": "val"}
    return f'<w:lang w:{attribute[language.script]}="{language.tag}"/>'


def add_missing_styles(
    document: WordDocument,
    definitions: tuple[StyleDefinition, ...],
    main_language: Language,
    *,
    builtin: bool,
) -> dict[str, str]:
    """Add the styles that are missing; return the ids of all, by lower-case name.

    For a built-in letterhead the empty Normal style is filled in; a user's own is left as it is.
    """
    root = document.styles.element
    for old in root.findall(f"{w_tag('style')}/{w_tag('rsid')}"):
        old.getparent().remove(old)
    for name in root.findall(f"{w_tag('style')}/{w_tag('name')}"):
        name.set(w_tag("val"), name.get(w_tag("val"), "").partition(",")[0])  # aliases follow the comma
    existing = _index_styles(root)
    taken = {normalize_style_name(_stored_style_name(style)) for style in root.findall(w_tag("style"))}
    used = {style.get(w_tag("styleId"), "") for style in root.findall(w_tag("style"))}
    ids = {name: style.get(w_tag("styleId")) for (name, _), style in existing.items()}
    added = []
    for style in definitions:
        known = existing.get((style.name.lower(), style.kind))
        if known is None:
            # Word identifies a style by its name, whatever its kind.
            name = f"Letter {style.name}" if style.name.lower() in taken else style.name
            ids[style.name.lower()] = _unused_style_id(name, used)
            used.add(ids[style.name.lower()])
            added.append(replace(style, name=name) if name != style.name else style)
            ids.setdefault(name.lower(), ids[style.name.lower()])
        else:
            ids[style.name.lower()] = known.get(w_tag("styleId"))
    for style in added:
        root.append(parse_element(_style_xml(style, ids)))
    normal = existing.get(("normal", "paragraph"))
    if normal is not None:
        if builtin:
            _append_style_properties(normal, next(style for style in definitions if style.name == "Normal"))
        _set_text_direction(normal, main_language)
    return ids


def find_style_id(document: WordDocument, name: str) -> str:
    """Return the id of a paragraph style by its lower-case English name, or the id that it will be given."""
    style = _index_styles(document.styles.element).get((name, "paragraph"))
    return str(style.get(w_tag("styleId"))) if style is not None else _unused_style_id(name, set())


def find_tab_stops(document: WordDocument, style_id: str) -> list[str]:
    """Return the positions of a style's tab stops in twips, including inherited ones."""
    by_id = {style.get(w_tag("styleId")): style for style in document.styles.element.findall(w_tag("style"))}
    stops: list[str] = []
    while style_id in by_id:
        style = by_id.pop(style_id)
        found = style.iterfind(f"{w_tag('pPr')}/{w_tag('tabs')}/{w_tag('tab')}")
        stops += [each.get(w_tag("pos"), "") for each in found if each.get(w_tag("val")) != "clear"]
        base = style.find(w_tag("basedOn"))
        style_id = base.get(w_tag("val"), "") if base is not None else ""
    return sorted(set(filter(None, stops)), key=float)


def _index_styles(root: Any) -> dict[tuple[str, str], Any]:
    """Index styles by lower-case English name and kind; of two that share a name, the first counts."""
    found: dict[tuple[str, str], Any] = {}
    styles = [style for style in root.findall(w_tag("style")) if style.get(w_tag("styleId"))]
    for normalize in (normalize_style_name, english_style_name):  # the English name takes precedence
        for style in styles:
            name, kind = normalize(_stored_style_name(style)), style.get(w_tag("type"), "paragraph")
            found.setdefault((name, kind), style)
    for style in styles:
        kind = style.get(w_tag("type"), "paragraph")
        if style.get(w_tag("default")) in {"1", "true", "on"} and kind in _DEFAULT_STYLE_NAMES:
            found[_DEFAULT_STYLE_NAMES[kind], kind] = style
    return found


_DEFAULT_STYLE_NAMES = {"paragraph": "normal", "character": "default paragraph font", "table": "normal table"}
"""Style of paragraphs, runs and tables that name none, by kind; found by `w:default`, not by name."""


def _append_style_properties(normal: Any, style: StyleDefinition) -> None:
    normal.append(parse_element(f"<w:pPr>{style.paragraph}</w:pPr>"))
    normal.append(parse_element(f"<w:rPr>{style.run}</w:rPr>"))


def _set_text_direction(normal: Any, main_language: Language) -> None:
    """Set the language's direction in Normal: paragraphs only state theirs if it differs."""
    for old in list(normal.iter(w_tag("bidi"))):
        old.getparent().remove(old)
    if main_language.script != "right-to-left":
        return
    properties = get_or_add_paragraph_properties(normal)
    insert_before_successors(properties, parse_element("<w:bidi/>"), BIDI_SUCCESSORS)


def _unused_style_id(name: str, used: set[str]) -> str:
    stem = re.sub(r"[^0-9A-Za-z]", "", name.title())
    candidate, number = stem, 2
    while candidate in used:
        candidate, number = f"{stem}{number}", number + 1
    return candidate


def _style_xml(style: StyleDefinition, ids: Mapping[str, str]) -> str:
    custom = "" if style.name in _BUILTIN_STYLE_NAMES else ' w:customStyle="1"'
    if style.name.lower() == _DEFAULT_STYLE_NAMES.get(style.kind):
        custom = ' w:default="1"'
    based_on = f'<w:basedOn w:val="{ids[style.based_on.lower()]}"/>' if style.based_on else ""
    follows = f'<w:next w:val="{ids[style.follows.lower()]}"/>' if style.follows else ""
    paragraph = f"<w:pPr>{style.paragraph}</w:pPr>" if style.paragraph else ""
    run = f"<w:rPr>{style.run}</w:rPr>" if style.run else ""
    return (
        f'<w:style w:type="{style.kind}"{custom} w:styleId="{ids[style.name.lower()]}">'
        f'<w:name w:val="{style.name}"/>{based_on}{follows}<w:qFormat/>{paragraph}{run}{style.table}'
        "</w:style>"
    )


_BUILTIN_STYLE_NAMES = frozenset(
    ["Normal", "Body Text", "Quote", "caption", "footnote text", "footnote reference", "header", "footer"]
    + ["endnote text", "endnote reference"]
    + ["Title", "Subtitle", "heading 1", "heading 2", "heading 3", "Signature", "Hyperlink"]
    + ["Bibliography", "TOC Heading", "toc 1", "toc 2", "toc 3"]
    + [f"List {kind}{level}" for kind in ("Bullet", "Number", "Continue") for level in ("", " 2", " 3")]
)


def remove_dangling_references(document: WordDocument, header_roots: Iterable[Any]) -> None:
    """Remove references to styles and lists that do not exist, as other programs leave behind."""
    root, numbering = document.styles.element, document.part.numbering_part.element
    styles = {style.get(w_tag("styleId")) for style in root.findall(w_tag("style"))}
    lists = {number.get(w_tag("numId")) for number in numbering.findall(w_tag("num"))}
    for part in (root, numbering, *header_roots):
        for each in list(part.iter(*map(w_tag, ("pStyle", "rStyle", "tblStyle", "basedOn", "next", "link")))):
            if each.get(w_tag("val")) not in styles:
                each.getparent().remove(each)
        for each in list(part.iter(w_tag("numPr"))):
            number = each.find(w_tag("numId"))
            if number is not None and number.get(w_tag("val")) not in {*lists, "0"}:
                each.getparent().remove(each)


def get_style_name(style: Any) -> str:
    """Return the name of a `w:style` in lower case: Word ignores case."""
    return normalize_style_name(_stored_style_name(style))


def _stored_style_name(style: Any) -> str:
    name = style.find(w_tag("name"))
    return str(name.get(w_tag("val"), "")) if name is not None else ""
