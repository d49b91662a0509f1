"""Check every laid-out page: nothing runs over its margins, over something else, or out of sight.

Tables, pictures and long words are made to fit before; this looks at the result, line by line. It reads
WeasyPrint's boxes before the file is written, and is quick, because it looks at each page of each letter.
What a campaign's stylesheets do within a line or to its colours is found in `page_checks.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from weasyprint.formatting_structure.boxes import LineBox, MarginBox, TextBox
from weasyprint.layout.absolute import AbsolutePlaceholder

from briefgen.errors import Problem
from briefgen.render.tables import describe_table

CAP_HEIGHT_EM = 0.66
"""Height of a line's text above the baseline that must be free."""
DESCENT_EM = 0.24
"""Depth of descenders below it, which no picture may cover."""
_DESCENDERS = frozenset("gjpqyQ,;()[]{}ĄąÇçĘęŞşŢţŅņĢģðþŋ/")
_TOLERANCE_EM = 0.1
_TOLERANCE_PX = 1.0
_MAX_PROBLEMS = 3
_INVISIBLE = dict.fromkeys(map(ord, " \n\t\r\u00ad\u200b\u2060"))
"""White space and break hints, which lines end without."""


class _Area(NamedTuple):
    """Where a line's text or a picture is, in CSS pixels from the page's upper left corner."""

    top: float
    bottom: float
    """Of text, the foot of its descenders."""
    left: float
    right: float
    baseline: float
    """Of a picture, its lower edge."""
    em: float
    """Size of the text; 0 for a picture."""
    box: Any

    def collides_with(self, other: _Area) -> bool:
        """Return whether the two overlap; text may reach below its baseline into a line's ascenders."""
        tolerance = _TOLERANCE_EM * min(self.em or other.em, other.em or self.em) or _TOLERANCE_PX
        if self.em and other.em:
            height = min(self.baseline, other.baseline) - max(self.top, other.top)
        else:
            height = min(self.bottom, other.bottom) - max(self.top, other.top)
        width = min(self.right, other.right) - max(self.left, other.left)
        return height > tolerance and width > tolerance


class _Limits(NamedTuple):
    """The edges that content may not pass."""

    left: float
    right: float
    bottom: float


class _PageReader:
    """Walks the boxes of the pages and collects the areas of one page after the other."""

    def __init__(self) -> None:
        self.areas: list[_Area] = []
        self.overflowing: list[tuple[Any, Any]] = []
        """Lines and pictures beyond their limits, each with the table that it is in, if any."""
        self.characters: dict[Any, int] = defaultdict(int)
        """Number of visible characters set, by element; 1 for a picture."""
        self._paper = _Limits(0, 0, 0)

    def read_page(self, page: Any, *, keeps_margins: bool) -> None:
        """Collect what is on a page; without `keeps_margins` only the edge of the paper counts."""
        self.areas, self.overflowing = [], []
        self._paper = _Limits(0, page.margin_width() + _TOLERANCE_PX, page.margin_height() + _TOLERANCE_PX)
        left, top = page.content_box_x(), page.content_box_y()
        margins = _Limits(
            left - _TOLERANCE_PX, left + page.width + _TOLERANCE_PX, top + page.height + _TOLERANCE_PX
        )
        for box in page.children:
            limits = self._paper if isinstance(box, MarginBox) or not keeps_margins else margins
            self._read_boxes(box, limits, None)

    def _read_boxes(self, parent: Any, limits: _Limits, table: Any) -> None:
        for box in parent.children:
            if isinstance(box, LineBox):
                self._read_line(box, limits, table)
            elif isinstance(box, AbsolutePlaceholder):
                self._read_boxes(box._box, self._paper, table)
            elif box.element_tag == "img":
                self._read_picture(box, limits, table)
            elif box.children:
                self._read_boxes(box, limits, box.element if box.element_tag == "table" else table)

    def _read_line(self, line: Any, limits: _Limits, table: Any) -> None:
        for box in line.children:
            if box.element_tag == "img":
                self._read_picture(box, limits, table)
                return
        left, width = line.position_x, line.width
        if not width:
            return
        em, baseline = line.style["font_size"], line.position_y + line.baseline
        area = _Area(
            baseline - CAP_HEIGHT_EM * em, baseline + DESCENT_EM * em, left, left + width, baseline, em, line
        )
        self.areas.append(area)
        self._count_characters(line)
        if left < limits.left or area.right > limits.right or baseline > limits.bottom:
            self.overflowing.append((line, table))

    def _count_characters(self, parent: Any) -> None:
        for box in parent.children:
            if isinstance(box, TextBox):
                if box.element is not None and "::" not in box.element_tag:
                    self.characters[box.element] += len(box.text.translate(_INVISIBLE))
            else:
                self._count_characters(box)

    def _read_picture(self, box: Any, limits: _Limits, table: Any) -> None:
        left, top = box.content_box_x(), box.content_box_y()
        area = _Area(top, top + box.height, left, left + box.width, top + box.height, 0, box)
        self.areas.append(area)
        self.characters[box.element] = 1
        if left < limits.left or area.right > limits.right or area.bottom > limits.bottom:
            self.overflowing.append((box, table))


def find_layout_problems(
    pages: Sequence[Any], body: Any, title: str, *, keeps_margins: bool
) -> list[Problem]:
    """Return what does not fit its page, overlaps or is missing, as problems that name it and the document.

    `pages` are WeasyPrint's, `body` is the element that they were laid out from. Without `keeps_margins`,
    which is for a campaign's own stylesheets, text may be set in the margins.
    """
    reader = _PageReader()
    problems: dict[str, Problem] = {}
    for number, page in enumerate(pages, 1):
        reader.read_page(page._page_box, keeps_margins=keeps_margins)
        where = f"page {number} ({title})"
        for box, table in reader.overflowing:
            problem = _overflow_problem(box, table, where)
            problems.setdefault(problem.message, problem)
        for upper, lower in _find_collisions(reader.areas):
            message = f"{_describe(upper.box)} and {_describe(lower.box)} overlap on {where}"
            hint = "look at the page; shorten one of them, or change the template or the stylesheet"
            problems.setdefault(message, Problem("page-overlap", message, None, hint))
    for element in _find_missing(body, reader.characters):
        message = f"{_describe_element(element)} is on no page ({title})"
        hint = "the page has no room for it: shorten it, or divide the table that it is in"
        problems.setdefault(message, Problem("page-incomplete", message, None, hint))
    return list(problems.values())[:_MAX_PROBLEMS]


def _find_collisions(areas: list[_Area]) -> Iterator[tuple[_Area, _Area]]:
    """Yield the pairs of areas that overlap."""
    areas.sort(key=_top)
    for number, upper in enumerate(areas, 1):
        bottom = upper.bottom - _TOLERANCE_PX
        for lower in areas[number:]:
            if lower.top >= bottom:
                break
            if lower.left < upper.right and upper.left < lower.right and _collide(upper, lower):
                yield upper, lower


def _top(area: _Area) -> float:
    return area.top


def _collide(upper: _Area, lower: _Area) -> bool:
    """Return whether two areas overlap; below the baseline only letters with descenders count."""
    if not upper.collides_with(lower):
        return False
    text, picture = (upper, lower) if upper.em else (lower, upper)
    if picture.em or picture.top < text.baseline - _TOLERANCE_EM * text.em or not text.em:
        return True
    return not _DESCENDERS.isdisjoint(_read_text(text.box))


def _find_missing(body: Any, characters: Mapping[Any, int]) -> Iterator[Any]:
    """Yield the elements of which a picture or some of the text is on no page."""
    for block in body:
        if block.get("class") == "running-head":  # it begins on the second page
            continue
        for element in block.iter():
            expected = 1 if element.tag == "img" else len((element.text or "").translate(_INVISIBLE))
            for child in element:
                if child.tail:
                    expected += len(child.tail.translate(_INVISIBLE))
            if expected > characters.get(element, 0):
                yield element


def _overflow_problem(box: Any, table: Any, where: str) -> Problem:
    if table is not None:
        what, hint = f"the table {describe_table(table)}", "make it narrower or shorter, or split it into two"
    elif box.element_tag == "img":
        what, hint = _describe(box), "save a smaller copy of it"
    else:
        what, hint = _describe(box), "shorten it, or change the template or the stylesheet"
    return Problem("page-overflow", f"{what} does not fit on {where}", None, hint)


def _describe(box: Any) -> str:
    if box.element_tag == "img":
        return _describe_element(box.element)
    return quote_excerpt(_read_text(box))


def _describe_element(element: Any) -> str:
    if element.tag == "img":
        alt = element.get("alt", "")
        return f"the picture {quote_excerpt(alt)}" if alt.strip() else "the picture without a description"
    return quote_excerpt("".join(element.itertext()))


def _read_text(box: Any) -> str:
    if hasattr(box, "text"):
        return str(box.text)
    return "".join(map(_read_text, box.children))


def quote_excerpt(text: str) -> str:
    """Return the first words of a text in quotation marks."""
    words = " ".join(text.replace("\u2060", "").replace("\u200b", "").split())
    return repr(words if len(words) <= 50 else f"{words[:49]}…")
