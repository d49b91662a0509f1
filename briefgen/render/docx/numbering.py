"""The two lists that a reference defines for letters, bulleted and numbered, tied to the list styles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from briefgen.render.docx.design import twips
from briefgen.render.docx.ooxml import child, element, insert, put_part, tag
from briefgen.render.docx.styles import LIST_DEPTH, LIST_STEP_MM

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

_LIST_LEVELS = 9
"""Levels that WordprocessingML knows (ECMA-376, 17.9.6)."""
_BULLETS = ("\u2022", "\u25e6", "\u25aa")


def ensure_lists(document: WordDocument, ids: Mapping[str, str]) -> tuple[int, int, int]:
    """Add our two list definitions: (id of the bullets, abstract id of the numbers, first free id)."""
    try:
        root = document.part.numbering_part.element
    except NotImplementedError:  # python-docx reads this part and cannot make it
        root = put_part(document, "numbering", "<w:numbering/>")
    used = _used(root, "abstractNum", "abstractNumId")
    bullets, numbers = max(used, default=0) + 1, max(used, default=0) + 2
    first = root.find(tag("num"))
    for definition in (_bullets(bullets, ids), _numbers(numbers, ids)):
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
    _number_styles(document, ids, number)
    return number, numbers, number + 2


def _used(root: Any, name: str, attribute: str) -> list[int]:
    return [int(each.get(tag(attribute))) for each in root.findall(tag(name))]


def _bullets(abstract: int, ids: Mapping[str, str]) -> Any:
    return _list_definition(
        abstract,
        [("bullet", _BULLETS[level % len(_BULLETS)]) for level in range(_LIST_LEVELS)],
        "List Bullet",
        ids,
    )


def _numbers(abstract: int, ids: Mapping[str, str]) -> Any:
    return _list_definition(
        abstract,
        [("decimal", f"%{level + 1}.") for level in range(_LIST_LEVELS)],
        "List Number",
        ids,
    )


def _list_definition(abstract: int, levels: list[tuple[str, str]], style: str, ids: Mapping[str, str]) -> Any:
    step = twips(LIST_STEP_MM)
    parts = []
    for level, (form, text) in enumerate(levels):
        name = style if level == 0 else f"{style} {level + 1}"
        link = f'<w:pStyle w:val="{ids[name.lower()]}"/>' if level < LIST_DEPTH else ""
        parts.append(
            f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{link}'
            f'<w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/>'
            f'<w:pPr><w:ind w:left="{(level + 1) * step}" w:hanging="{step}"/></w:pPr></w:lvl>'
        )
    return element(
        f'<w:abstractNum w:abstractNumId="{abstract}"><w:multiLevelType w:val="hybridMultilevel"/>'
        f"{''.join(parts)}</w:abstractNum>"
    )


def _number_styles(document: WordDocument, ids: Mapping[str, str], bullets: int) -> None:
    """Tie list styles to our lists, where they have none of their own."""
    by_id = {each.get(tag("styleId")): each for each in document.styles.element.findall(tag("style"))}
    for kind, number in (("list bullet", bullets), ("list number", bullets + 1)):
        for level in range(LIST_DEPTH):
            style = by_id[ids[kind if level == 0 else f"{kind} {level + 1}"]]
            properties = child(style, "pPr")
            if properties.find(tag("numPr")) is None:
                depth = f'<w:ilvl w:val="{level}"/>' if level else ""
                tie = element(f'<w:numPr>{depth}<w:numId w:val="{number}"/></w:numPr>')
                insert(properties, tie, _AFTER_NUMBERING)


_AFTER_NUMBERING = (
    *("suppressLineNumbers", "pBdr", "shd", "tabs", "suppressAutoHyphens", "kinsoku", "wordWrap"),
    *("overflowPunct", "topLinePunct", "autoSpaceDE", "autoSpaceDN", "bidi", "adjustRightInd", "snapToGrid"),
    *("spacing", "ind", "contextualSpacing", "mirrorIndents", "suppressOverlap", "jc", "textDirection"),
    *("textAlignment", "textboxTightWrap", "outlineLvl", "divId", "cnfStyle", "rPr", "sectPr", "pPrChange"),
)
"""What may follow `w:numPr` in a paragraph's properties (ECMA-376, CT_PPr)."""
