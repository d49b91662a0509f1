"""Bulleted and numbered list definitions, added to a base document and linked to its list styles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from briefgen.render.docx.metrics import mm_to_twips
from briefgen.render.docx.ooxml import (
    NUMPR_SUCCESSORS,
    get_or_add_paragraph_properties,
    insert_before_successors,
    parse_element,
    replace_part,
    w_tag,
)
from briefgen.render.docx.styles import LIST_DEPTH, LIST_STEP_MM

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

_LIST_LEVELS = 9
"""Levels of a list in WordprocessingML (ECMA-376, 17.9.6)."""
_NUMBER_GAP_MM = 1.6
"""Gap between a number and its text. Numbers are right-aligned, so that 9 and 10 line up as in the PDF."""
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
        side, hanging = ("right", mm_to_twips(_NUMBER_GAP_MM)) if form == "decimal" else ("left", step)
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
