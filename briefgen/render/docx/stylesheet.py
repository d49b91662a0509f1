"""A reference's styles: what it has is kept, what letters need besides is made."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from briefgen.render.docx.design import Design
from briefgen.render.docx.languages import Language
from briefgen.render.docx.ooxml import child, element, insert, tag
from briefgen.render.docx.styles import Style

if TYPE_CHECKING:
    from docx.document import Document as WordDocument


def default_language(document: WordDocument, main: Language, design: Design, *, fresh: bool) -> None:
    """Set language, and for our own letterhead fonts and size, where a style says nothing."""
    defaults = document.styles.element.find(tag("docDefaults"))
    if fresh or defaults is None:
        if defaults is not None:
            document.styles.element.remove(defaults)
        defaults = element(
            "<w:docDefaults><w:rPrDefault><w:rPr>"
            f'<w:rFonts w:ascii="{design.serif}" w:hAnsi="{design.serif}" w:cs="Times New Roman"'
            f' w:eastAsia="{main.east_asian_font}"/><w:sz w:val="{round(design.text_pt * 2)}"/>'
            f'<w:szCs w:val="{round(design.text_pt * 2)}"/></w:rPr></w:rPrDefault>'
            "<w:pPrDefault/></w:docDefaults>"
        )
        document.styles.element.insert(0, defaults)
    run = child(child(defaults, "rPrDefault", first=True), "rPr")
    for old in run.findall(tag("lang")):
        run.remove(old)
    insert(run, element(language_element(main)), ("lang", "eastAsianLayout", "specVanish", "oMath"))


def language_element(main: Language) -> str:
    """`w:lang` for text in this language, in the attribute that Word reads for its script."""
    attribute = {"east-asian": "eastAsia", "right-to-left": "bidi", "complex": "bidi", "latin": "val"}
    return f'<w:lang w:{attribute[main.script]}="{main.tag}"/>'


def ensure_styles(document: WordDocument, wanted: tuple[Style, ...], main: Language) -> dict[str, str]:
    """Make the styles that are missing; return the ids of all, by lower-case name."""
    root = document.styles.element
    present = {style_name(style): style for style in root.findall(tag("style"))}
    ids = {name: style.get(tag("styleId")) for name, style in present.items()}
    made = []
    for style in wanted:
        if style.name.lower() not in ids:
            ids[style.name.lower()] = _free_id(style.name, set(ids.values()))
            made.append(style)
    for style in made:
        root.append(element(_style_xml(style, ids)))
    normal = present.get("normal")
    if normal is not None and normal.find(tag("pPr")) is None and normal.find(tag("rPr")) is None:
        _fill(normal, next(style for style in wanted if style.name == "Normal"), main)
    return ids


def _fill(normal: Any, style: Style, main: Language) -> None:
    direction = "<w:bidi/>" if main.script == "right-to-left" else ""
    paragraph = style.paragraph.replace("<w:spacing", direction + "<w:spacing", 1)
    normal.append(element(f"<w:pPr>{paragraph}</w:pPr>"))
    normal.append(element(f"<w:rPr>{style.run}</w:rPr>"))


def _free_id(name: str, used: set[str]) -> str:
    stem = re.sub(r"[^0-9A-Za-z]", "", name.title())
    candidate, number = stem, 2
    while candidate in used:
        candidate, number = f"{stem}{number}", number + 1
    return candidate


def _style_xml(style: Style, ids: Mapping[str, str]) -> str:
    custom = "" if style.name in _WORDS_OWN else ' w:customStyle="1"'
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


def style_name(style: Any) -> str:
    """The name of a `w:style` in lower case: Word does not tell case apart."""
    return str(style.find(tag("name")).get(tag("val"))).lower()
