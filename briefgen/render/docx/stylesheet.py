"""A reference's styles: what it has is kept, what letters need besides is made."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from briefgen.render.docx.languages import Language
from briefgen.render.docx.metrics import Design
from briefgen.render.docx.ooxml import AFTER_DIRECTION, child, element, insert, tag
from briefgen.render.docx.styles import Style

if TYPE_CHECKING:
    from docx.document import Document as WordDocument


_HEADINGS = {"überschrift": "heading", "titre": "heading", "제목": "heading"}
_LISTS = {
    "aufzählungszeichen": "list bullet",
    "listennummer": "list number",
    "listenfortsetzung": "list continue",
}
_LISTS |= {
    "liste à puces": "list bullet",
    "liste à numéros": "list number",
    "liste continue": "list continue",
}
_LISTS |= {"글머리 기호": "list bullet", "번호 매기기": "list number", "목록 이어쓰기": "list continue"}
LOCAL_NAMES: Mapping[str, str] = {
    **{
        f"{local}{space}{level}": f"{english} {level}"
        for local, english in _HEADINGS.items()
        for level in (1, 2, 3)
        for space in (" ", "")
    },
    **{
        f"{local}{level}": f"{english}{level}"
        for local, english in _LISTS.items()
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
"""English names by those of Word in German, French and Korean, and of LibreOffice; all in lower case."""


def plain_name(stored: str) -> str:
    """A style's name as it is compared: lower case, and without the aliases that Word puts after a comma."""
    return " ".join(stored.partition(",")[0].split()).lower()


def english_name(stored: str) -> str:
    """The English name of a style that a program stored in its own language; else its plain name."""
    name = plain_name(stored)
    return LOCAL_NAMES.get(name, name)


def default_language(document: WordDocument, main: Language, design: Design, *, fresh: bool) -> None:
    """Set the language, and for our own letterhead fonts and size, where a style says nothing."""
    root = document.styles.element
    defaults = root.find(tag("docDefaults"))
    if fresh:
        if defaults is not None:
            root.remove(defaults)
        defaults = element(
            "<w:docDefaults><w:rPrDefault><w:rPr>"
            f'<w:rFonts w:ascii="{design.serif}" w:hAnsi="{design.serif}" w:cs="Times New Roman"'
            f' w:eastAsia="{main.east_asian_font}"/><w:sz w:val="{round(design.text_pt * 2)}"/>'
            f'<w:szCs w:val="{round(design.text_pt * 2)}"/></w:rPr></w:rPrDefault>'
            "<w:pPrDefault/></w:docDefaults>"
        )
        root.insert(0, defaults)
    for old in list(root.iter(tag("lang"))):
        old.getparent().remove(old)
    run = child(child(child(root, "docDefaults", first=True), "rPrDefault", first=True), "rPr")
    insert(run, element(language_element(main)), ("lang", "eastAsianLayout", "specVanish", "oMath"))


def language_element(main: Language) -> str:
    """`w:lang` for text in this language, in the attribute that Word reads for its script."""
    attribute = {"east-asian": "eastAsia", "right-to-left": "bidi", "complex": "bidi", "latin": "val"}
    return f'<w:lang w:{attribute[main.script]}="{main.tag}"/>'


def ensure_styles(
    document: WordDocument, wanted: tuple[Style, ...], main: Language, *, fresh: bool
) -> dict[str, str]:
    """Make the styles that are missing; return the ids of all, by lower-case name.

    `fresh` gives an empty Normal our look; a letterhead's own Normal is left as it is.
    """
    root = document.styles.element
    for old in root.findall(f"{tag('style')}/{tag('rsid')}"):
        old.getparent().remove(old)
    for name in root.findall(f"{tag('style')}/{tag('name')}"):
        name.set(tag("val"), name.get(tag("val"), "").partition(",")[0])  # what follows are aliases
    present = _present(root)
    taken = {plain_name(_stored_name(style)) for style in root.findall(tag("style"))}
    used = {style.get(tag("styleId"), "") for style in root.findall(tag("style"))}
    ids = {name: style.get(tag("styleId")) for (name, _), style in present.items()}
    made = []
    for style in wanted:
        known = present.get((style.name.lower(), style.kind))
        if known is None:
            # A name that another kind of style has is taken: Word knows a style by its name.
            name = f"Letter {style.name}" if style.name.lower() in taken else style.name
            ids[style.name.lower()] = _free_id(name, used)
            used.add(ids[style.name.lower()])
            made.append(replace(style, name=name) if name != style.name else style)
            ids.setdefault(name.lower(), ids[style.name.lower()])
        else:
            ids[style.name.lower()] = known.get(tag("styleId"))
    for style in made:
        root.append(element(_style_xml(style, ids)))
    normal = present.get(("normal", "paragraph"))
    if normal is not None:
        if fresh:
            _fill(normal, next(style for style in wanted if style.name == "Normal"))
        _set_direction(normal, main)
    return ids


def known_style(document: WordDocument, name: str) -> str:
    """The id of a paragraph style by its lower-case English name, or the one that it will be given."""
    style = _present(document.styles.element).get((name, "paragraph"))
    return str(style.get(tag("styleId"))) if style is not None else _free_id(name, set())


def tab_stops(document: WordDocument, style_id: str) -> list[str]:
    """Where a paragraph of this style stops at tabs, in twips."""
    by_id = {style.get(tag("styleId")): style for style in document.styles.element.findall(tag("style"))}
    stops: list[str] = []
    while style_id in by_id:
        style = by_id.pop(style_id)
        found = style.iterfind(f"{tag('pPr')}/{tag('tabs')}/{tag('tab')}")
        stops += [each.get(tag("pos"), "") for each in found if each.get(tag("val")) != "clear"]
        base = style.find(tag("basedOn"))
        style_id = base.get(tag("val"), "") if base is not None else ""
    return sorted(set(filter(None, stops)), key=float)


def _present(root: Any) -> dict[tuple[str, str], Any]:
    """Styles by lower-case English name and kind; of two that share a name the first."""
    found: dict[tuple[str, str], Any] = {}
    styles = [style for style in root.findall(tag("style")) if style.get(tag("styleId"))]
    for read in (plain_name, english_name):  # a style that is called so in English has precedence
        for style in styles:
            found.setdefault((read(_stored_name(style)), style.get(tag("type"), "paragraph")), style)
    for style in styles:
        kind = style.get(tag("type"), "paragraph")
        if style.get(tag("default")) in {"1", "true", "on"} and kind in _DEFAULTS:
            found[_DEFAULTS[kind], kind] = style
    return found


_DEFAULTS = {"paragraph": "normal", "character": "default paragraph font", "table": "normal table"}
"""The style of text, runs and tables that name none, by kind; known by its mark and not by its name."""


def _fill(normal: Any, style: Style) -> None:
    normal.append(element(f"<w:pPr>{style.paragraph}</w:pPr>"))
    normal.append(element(f"<w:rPr>{style.run}</w:rPr>"))


def _set_direction(normal: Any, main: Language) -> None:
    """The language's direction: paragraphs only tell theirs where it is the other."""
    properties = normal.find(tag("pPr"))
    for old in list(normal.iter(tag("bidi"))):
        old.getparent().remove(old)
    if main.script != "right-to-left":
        return
    if properties is None:
        properties = element("<w:pPr/>")
        insert(normal, properties, ("rPr", "tblPr", "trPr", "tcPr", "tblStylePr"))
    insert(properties, element("<w:bidi/>"), AFTER_DIRECTION)


def _free_id(name: str, used: set[str]) -> str:
    stem = re.sub(r"[^0-9A-Za-z]", "", name.title())
    candidate, number = stem, 2
    while candidate in used:
        candidate, number = f"{stem}{number}", number + 1
    return candidate


def _style_xml(style: Style, ids: Mapping[str, str]) -> str:
    custom = "" if style.name in _WORDS_OWN else ' w:customStyle="1"'
    if style.name.lower() == _DEFAULTS.get(style.kind):
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


_WORDS_OWN = frozenset(
    ["Normal", "Body Text", "Quote", "caption", "footnote text", "footnote reference", "header", "footer"]
    + ["Title", "Subtitle", "heading 1", "heading 2", "heading 3", "Signature", "Hyperlink"]
    + ["Bibliography", "TOC Heading", "toc 1", "toc 2", "toc 3"]
    + [f"List {kind}{level}" for kind in ("Bullet", "Number", "Continue") for level in ("", " 2", " 3")]
)


def drop_dangling(document: WordDocument, heads: Iterable[Any]) -> None:
    """Take out what names a style or list that is not there; other programs leave such names behind."""
    root, numbering = document.styles.element, document.part.numbering_part.element
    styles = {style.get(tag("styleId")) for style in root.findall(tag("style"))}
    lists = {number.get(tag("numId")) for number in numbering.findall(tag("num"))}
    for part in (root, numbering, *heads):
        for each in list(part.iter(*map(tag, ("pStyle", "rStyle", "tblStyle", "basedOn", "next", "link")))):
            if each.get(tag("val")) not in styles:
                each.getparent().remove(each)
        for each in list(part.iter(tag("numPr"))):
            number = each.find(tag("numId"))
            if number is not None and number.get(tag("val")) not in {*lists, "0"}:
                each.getparent().remove(each)


def style_name(style: Any) -> str:
    """The name of a `w:style` in lower case: Word does not tell case apart."""
    return plain_name(_stored_name(style))


def _stored_name(style: Any) -> str:
    name = style.find(tag("name"))
    return str(name.get(tag("val"), "")) if name is not None else ""
