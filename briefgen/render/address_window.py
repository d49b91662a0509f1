"""Sets an address: in the window of a layout in the largest type in which all its lines find room, and where
there is no window with long lines taken on to a second row, which is indented.

Lines are measured with the fonts of the PDF, whose letters run wider than those named in DOCX files.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from html import unescape

from briefgen.errors import BriefgenError, Place, Problem
from briefgen.model.look import Look
from briefgen.render.fonts import regular_face
from briefgen.render.layouts import Layout, Window

PT = 25.4 / 72
"""Millimetres in a point."""


@dataclass(frozen=True, slots=True)
class Step:
    """One size of an address."""

    size_pt: float
    line_pt: float
    """Distance of its lines."""


STEPS = (Step(10.7, 13.7), Step(9.8, 12.2), Step(9, 10.8), Step(8, 9))
"""From the size of the text down to the smallest that is still read well, by people and by machines."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How an address stands in its window."""

    top_mm: float
    """Upper edge of the first line, from the top of the paper."""
    step: int
    """Index into STEPS."""
    rows: int

    @property
    def type(self) -> Step:
        """Size and distance of lines."""
        return STEPS[self.step]


def standing(lines: Sequence[str], layout: Layout, look: Look, about: str, place: Place | None) -> Standing:
    """Where these lines stand; `layout` has a window. A line that is too long goes on in a second row.

    Raises BriefgenError with a problem for each line that the window or the post cannot take; `about` says
    whose address it is.
    """
    window = layout.window
    assert window is not None
    for index, step in enumerate(STEPS):
        rows = sum(_rows(line, step, layout, window, look) for line in lines)
        if rows <= _most_rows(step, layout, window) and not _too_wide(lines, step, layout, window, look):
            return Standing(min(window.begin_mm, window.bottom_mm - rows * step.line_pt * PT), index, rows)
    raise BriefgenError(
        replace(problem, message=f"{problem.message}, for {about}", place=place)
        for problem in _too_much(lines, layout, window, look)
    )


def turned_over(lines: Sequence[str], layout: Layout, look: Look) -> list[str]:
    """The lines that go on in a second row where they stand; none of an address that finds no room."""
    window = layout.window
    assert window is not None
    try:
        step = standing(lines, layout, look, "", None).type
    except BriefgenError:
        return []
    return [line for line in lines if _rows(line, step, layout, window, look) > 1]


def _most_rows(step: Step, layout: Layout, window: Window) -> int:
    """How many rows the window holds, or the post reads."""
    room = int((window.bottom_mm - window.address_top_mm + 0.05) / (step.line_pt * PT))
    return min(room, layout.postal.most_lines or room)


def _rows(line: str, step: Step, layout: Layout, window: Window, look: Look) -> int:
    """Rows that a line takes, turned over between words where it is too long."""
    rows, row = 1, ""
    for word in line.split(" "):
        longer = f"{row} {word}".lstrip()
        if row and not _holds(longer, step, layout, window, look):
            rows, row = rows + 1, word
        else:
            row = longer
    return rows


def _holds(row: str, step: Step, layout: Layout, window: Window, look: Look) -> bool:
    most = layout.postal.most_characters
    wide = width_pt(row, look.text_family, step.size_pt) * PT
    return wide <= window.line_mm and (most is None or len(row) <= most)


def _too_wide(
    lines: Sequence[str], step: Step, layout: Layout, window: Window, look: Look
) -> list[tuple[int, str]]:
    """Words that no row holds, with the number of their line."""
    return [
        (number, word)
        for number, line in enumerate(lines, 1)
        for word in line.split(" ")
        if not _holds(word, step, layout, window, look)
    ]


def _too_much(lines: Sequence[str], layout: Layout, window: Window, look: Look) -> Iterator[Problem]:
    """All that cannot be had, even in the smallest type."""
    smallest = STEPS[-1]
    most, rows = _most_rows(smallest, layout, window), 0
    for number, line in enumerate(lines, 1):
        rows += _rows(line, smallest, layout, window, look)
        if rows > most:
            yield Problem(
                "address-too-long",
                f"line {number} of the address, {line!r}, finds no room: the window holds {most} rows",
                hint="leave a line of the address out, shorten long ones, or choose a layout with more room",
            )
            break
    for number, word in _too_wide(lines, smallest, layout, window, look):
        yield Problem(
            "address-too-wide",
            f"line {number} of the address, {lines[number - 1]!r}, is too long for the window: "
            f"{word!r} finds no room in one row",
            hint="shorten it in the recipients' file",
        )


def width_pt(text: str, family: str, size_pt: float) -> float:
    """Length of a line in the family's regular face; a character that it lacks counts as a full square."""
    advances, per_em = _advances(family)
    return sum(advances.get(ord(char), per_em) for char in text) * size_pt / per_em


@cache
def _advances(family: str) -> tuple[dict[int, int], int]:
    """Widths of all characters of a face, and the units of its square."""
    from fontTools.ttLib import TTFont

    with TTFont(regular_face(family), lazy=True) as font:
        widths, names = font["hmtx"].metrics, font.getBestCmap()
        return {code: widths[name][0] for code, name in names.items()}, int(font["head"].unitsPerEm)


_ADDRESS = re.compile(r'<div class="inside-address"[^>]*>(.*?)</div>', re.DOTALL)
_BREAK = re.compile(r"<br\s*/?>|</p>")
_TAG = re.compile(r"<[^>]+>")


def address_lines(html: str) -> list[str]:
    """The lines of the inside address in a document's HTML; empty where it has none."""
    found = _ADDRESS.search(html)
    if found is None:
        return []
    lines = (" ".join(unescape(_TAG.sub("", part)).split(" ")) for part in _BREAK.split(found[1]))
    return [line.strip() for line in lines if line.strip()]


_HANG = "\u00a0" * 4
"""Before what a line takes on to another row: else it would read like a line of its own."""
_FULL = 0.97
"""Part of the measure that a row may fill: Word may set another face."""
_FEWEST = 3
"""Words that are taken on, so that none stands alone."""


def with_hanging_rows(html: str, layout: Layout, look: Look) -> str:
    """A document's HTML with long lines of its address parted into rows, those after the first indented.

    Both formats are made of it, so that they part a line at the same word. In a window all rows begin at one
    edge, as the posts want it. A line with emphasis or a note in it, which only a template of one's own can
    have, is left to the format.
    """
    if layout.window is not None:
        return html
    page = layout.page
    most = (page.width_mm - page.left_mm - page.right_mm) * _FULL / PT

    def fits(row: str) -> bool:
        return width_pt(unescape(row), look.text_family, STEPS[0].size_pt) <= most

    def parted(found: re.Match[str]) -> str:
        lines = _ENDS.split(found[2])
        return found[1] + "".join(line if "<" in line else "<br/>".join(_hung(line, fits)) for line in lines)

    return _INSIDE.sub(parted, html, count=1)


_INSIDE = re.compile(r'(<div class="inside-address"[^>]*>)(.*?)(?=</div>)', re.DOTALL)
_ENDS = re.compile(r"(<br\s*/?>|</?p[^>]*>)")
"""Where a line of an address ends."""


def _hung(line: str, fits: Callable[[str], bool]) -> list[str]:
    """The rows of a line, those after the first indented."""
    rows, words = [], line.split(" ")
    while len(words) > 1 and not fits(" ".join(words)):
        held = next((end for end in range(len(words) - 1, 1, -1) if fits(" ".join(words[:end]))), 1)
        if len(words) - held < _FEWEST:
            held = max(len(words) - _FEWEST, (held + 1) // 2)
        rows.append(" ".join(words[:held]))
        words = [f"{_HANG}{words[held]}", *words[held + 1 :]]
    return [*rows, " ".join(words)]


RETURN_SIZES_PT = (7.2, 6.2)
"""Of the sender's line above an address: the second where the first is too large."""
RETURN_FAMILY = "Source Sans Pro"
_RETURN_MM = 80.0
"""Room of a return line; the same in all layouts that have one."""


def is_long_return_line(text: str) -> bool:
    """Whether a return line needs the smaller size."""
    return width_pt(text.strip(), RETURN_FAMILY, RETURN_SIZES_PT[0]) * PT > _RETURN_MM


def return_line_fits(text: str) -> bool:
    """Whether a return line finds room in the smaller size."""
    return width_pt(text.strip(), RETURN_FAMILY, RETURN_SIZES_PT[1]) * PT <= _RETURN_MM


def document_standing(html: str, title: str, layout: Layout, look: Look) -> Standing | None:
    """How the address of a document stands; None where there is no address or no window."""
    lines = address_lines(html)
    if layout.window is None or not lines:
        return None
    return standing(lines, layout, look, repr(title), None)
