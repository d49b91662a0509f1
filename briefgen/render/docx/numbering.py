"""The two lists that a reference defines for letters, bulleted and numbered, tied to the list styles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from briefgen.render.docx.metrics import twips
from briefgen.render.docx.ooxml import AFTER_NUMBERING, element, insert, put_part, tag
from briefgen.render.docx.styles import LIST_DEPTH, LIST_STEP_MM

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

_LIST_LEVELS = 9
"""Levels that WordprocessingML knows (ECMA-376, 17.9.6)."""
_NUMBER_GAP_MM = 1.6
"""Between a number and its text. Numbers end there, so that 9 and 10 stand below each other as in the PDF."""
_BULLETS = ("\u2022", "\u25e6", "\u25aa")


def ensure_lists(document: WordDocument, ids: Mapping[str, str]) -> tuple[int, int, int]:
    """Add our two list definitions: (id of the bullets, abstract id of the numbers, first free id).

    List styles that a letterhead has numbered itself keep their own bullets and numbers.
    """
    try:
        root = document.part.numbering_part.element
    except NotImplementedError:  # python-docx reads this part and cannot make it
        root = put_part(document, "numbering", "<w:numbering/>")
    for old in root.findall(tag("numIdMacAtCleanup")):  # would stand before what documents add
        root.remove(old)
    free = _unnumbered(document, ids)
    used = _used(root, "abstractNum", "abstractNumId")
    bullets, numbers = max(used, default=0) + 1, max(used, default=0) + 2
    first = root.find(tag("num"))
    for definition in (_bullets(bullets, free), _numbers(numbers, free)):
        if first is None:
            root.append(definition)
        else:
            first.addprevious(definition)
    number = max(_used(root, "num", "numId"), default=0) + 1
    last = [*root.findall(tag("abstractNum")), *root.findall(tag("num"))][-1]
    for offset, abstract in ((1, numbers), (0, bullets)):
        last.addnext(
            element(f'<w:num w:numId="{number + offset}"><w:abstractNumId w:val="{abstract}"/></w:num>')
        )
    _number_styles(free, number)
    return number, numbers, number + 2


def _unnumbered(document: WordDocument, ids: Mapping[str, str]) -> dict[str, Any]:
    """The list styles that have no list yet, by lower-case name."""
    by_id = {each.get(tag("styleId")): each for each in document.styles.element.findall(tag("style"))}
    found = {}
    for kind in ("list bullet", "list number"):
        for level in range(1, LIST_DEPTH + 1):
            name = kind if level == 1 else f"{kind} {level}"
            style = by_id[ids[name]]
            number = style.find(f"{tag('pPr')}/{tag('numPr')}")
            identifier = number.find(tag("numId")) if number is not None else None
            if number is not None and (identifier is None or identifier.get(tag("val")) == "0"):
                number.getparent().remove(number)
                number = None
            if number is None:
                found[name] = style
    return found


def _used(root: Any, name: str, attribute: str) -> list[int]:
    return [int(each.get(tag(attribute))) for each in root.findall(tag(name))]


def _bullets(abstract: int, free: Mapping[str, Any]) -> Any:
    return _list_definition(
        abstract,
        [("bullet", _BULLETS[level % len(_BULLETS)]) for level in range(_LIST_LEVELS)],
        "list bullet",
        free,
    )


def _numbers(abstract: int, free: Mapping[str, Any]) -> Any:
    return _list_definition(
        abstract,
        [("decimal", f"%{level + 1}.") for level in range(_LIST_LEVELS)],
        "list number",
        free,
    )


def _list_definition(
    abstract: int, levels: list[tuple[str, str]], style: str, free: Mapping[str, Any]
) -> Any:
    step = twips(LIST_STEP_MM)
    parts = []
    for level, (form, text) in enumerate(levels):
        name = style if level == 0 else f"{style} {level + 1}"
        link = f'<w:pStyle w:val="{free[name].get(tag("styleId"))}"/>' if name in free else ""
        side, hanging = ("right", twips(_NUMBER_GAP_MM)) if form == "decimal" else ("left", step)
        parts.append(
            f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{link}'
            f'<w:lvlText w:val="{text}"/><w:lvlJc w:val="{side}"/>'
            f'<w:pPr><w:ind w:left="{(level + 1) * step}" w:hanging="{hanging}"/></w:pPr></w:lvl>'
        )
    return element(
        f'<w:abstractNum w:abstractNumId="{abstract}"><w:multiLevelType w:val="hybridMultilevel"/>'
        f"{''.join(parts)}</w:abstractNum>"
    )


def _number_styles(free: Mapping[str, Any], bullets: int) -> None:
    """Tie list styles to our lists."""
    for kind, number in (("list bullet", bullets), ("list number", bullets + 1)):
        for level in range(LIST_DEPTH):
            style = free.get(kind if level == 0 else f"{kind} {level + 1}")
            if style is not None:
                depth = f'<w:ilvl w:val="{level}"/>' if level else ""
                tie = element(f'<w:numPr>{depth}<w:numId w:val="{number}"/></w:numPr>')
                insert(_properties(style), tie, AFTER_NUMBERING)


def _properties(style: Any) -> Any:
    properties = style.find(tag("pPr"))
    if properties is None:
        properties = element("<w:pPr/>")
        insert(style, properties, ("rPr", "tblPr", "trPr", "tcPr", "tblStylePr"))
    return properties
