"""Fit an address to the page: in the window of the letter's layout, or as wrapped lines if it has none.

An address in a window is set in the largest type size that fits all its lines. Without a window, long lines
wrap onto indented rows.

Lines are measured with the fonts of the PDF, whose letters are wider than those of the fonts named in DOCX
files.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from html import unescape

from briefgen.errors import BriefgenError, Place, Problem
from briefgen.model.branding import Branding
from briefgen.render.fonts import text_width_pt
from briefgen.render.layouts import MM_PER_PT, AddressWindow, Layout


@dataclass(frozen=True, slots=True)
class AddressSize:
    """A type size for addresses, with its line spacing."""

    size_pt: float
    line_spacing_pt: float


ADDRESS_SIZES = (AddressSize(10.7, 13.7), AddressSize(9.8, 12.2), AddressSize(9, 10.8), AddressSize(8, 9))
"""From the size of the text down to the smallest that people and sorting machines still read well."""


@dataclass(frozen=True, slots=True)
class AddressPlacement:
    """Where an address goes in its window, and how large it is set."""

    top_mm: float
    """Upper edge of the first line, from the top of the page."""
    size_index: int
    """Index into ADDRESS_SIZES."""
    row_count: int

    @property
    def size(self) -> AddressSize:
        """Type size and line spacing."""
        return ADDRESS_SIZES[self.size_index]


def place_address(
    lines: Sequence[str], layout: Layout, branding: Branding, addressee: str, place: Place | None
) -> AddressPlacement:
    """Place an address in the window of `layout`, which must have one; long lines wrap onto further rows.

    Raise BriefgenError with a problem for each line that does not fit the window or breaks a postal rule.
    `addressee` and `place` say in the message whose address it is and where it comes from.
    """
    window = layout.window
    assert window is not None
    for index, size in enumerate(ADDRESS_SIZES):
        rows = sum(_count_rows(line, size, layout, window, branding) for line in lines)
        if rows > _max_rows(size, layout, window):
            continue
        if not _find_overlong_words(lines, size, layout, window, branding):
            height_mm = rows * size.line_spacing_pt * MM_PER_PT
            return AddressPlacement(min(window.first_line_mm, window.bottom_mm - height_mm), index, rows)
    raise BriefgenError(
        replace(problem, message=f"{problem.message}, for {addressee}", place=place)
        for problem in _find_address_problems(lines, layout, window, branding)
    )


def find_wrapped_address_lines(lines: Sequence[str], layout: Layout, branding: Branding) -> list[str]:
    """Return the lines that take two rows in the window; none if the address does not fit at all."""
    window = layout.window
    assert window is not None
    try:
        size = place_address(lines, layout, branding, "", None).size
    except BriefgenError:
        return []
    return [line for line in lines if _count_rows(line, size, layout, window, branding) > 1]


def _max_rows(size: AddressSize, layout: Layout, window: AddressWindow) -> int:
    """Return how many rows the window has room for, or the postal service accepts."""
    room = int((window.bottom_mm - window.address_top_mm + 0.05) / (size.line_spacing_pt * MM_PER_PT))
    return min(room, layout.postal.max_lines or room)


def _count_rows(
    line: str, size: AddressSize, layout: Layout, window: AddressWindow, branding: Branding
) -> int:
    """Count the rows that a line takes when it wraps between words."""
    rows, row = 1, ""
    for word in line.split(" "):
        longer = f"{row} {word}".lstrip()
        if row and not _fits_in_row(longer, size, layout, window, branding):
            rows, row = rows + 1, word
        else:
            row = longer
    return rows


def _fits_in_row(
    row: str, size: AddressSize, layout: Layout, window: AddressWindow, branding: Branding
) -> bool:
    max_characters = layout.postal.max_characters
    width_mm = text_width_pt(row, branding.text_family, size.size_pt) * MM_PER_PT
    return width_mm <= window.line_width_mm and (max_characters is None or len(row) <= max_characters)


def _find_overlong_words(
    lines: Sequence[str], size: AddressSize, layout: Layout, window: AddressWindow, branding: Branding
) -> list[tuple[int, str]]:
    """Return the words that are longer than a row, each with the number of its line."""
    return [
        (number, word)
        for number, line in enumerate(lines, 1)
        for word in line.split(" ")
        if not _fits_in_row(word, size, layout, window, branding)
    ]


def _find_address_problems(
    lines: Sequence[str], layout: Layout, window: AddressWindow, branding: Branding
) -> Iterator[Problem]:
    """Yield what does not fit even in the smallest type."""
    smallest = ADDRESS_SIZES[-1]
    max_rows, rows = _max_rows(smallest, layout, window), 0
    for number, line in enumerate(lines, 1):
        rows += _count_rows(line, smallest, layout, window, branding)
        if rows > max_rows:
            yield Problem(
                "address-too-long",
                f"line {number} of the address, {line!r}, does not fit: the window holds {max_rows} rows",
                hint="leave out a line of the address, shorten long lines, or choose a layout with more room",
            )
            break
    for number, word in _find_overlong_words(lines, smallest, layout, window, branding):
        yield Problem(
            "address-too-wide",
            f"line {number} of the address, {lines[number - 1]!r}, is too long for the window: "
            f"{word!r} does not fit on one row",
            hint="shorten it in the recipients' file",
        )


_INSIDE_ADDRESS = re.compile(r'<div class="inside-address"[^>]*>(.*?)</div>', re.DOTALL)
_LINE_END = re.compile(r"<br\s*/?>|</p>")
_TAG = re.compile(r"<[^>]+>")


def extract_address_lines(html: str) -> list[str]:
    """Return the lines of the inside address in a document's HTML; empty if it has none."""
    found = _INSIDE_ADDRESS.search(html)
    if found is None:
        return []
    lines = (" ".join(unescape(_TAG.sub("", part)).split(" ")) for part in _LINE_END.split(found[1]))
    return [line.strip() for line in lines if line.strip()]


_HANGING_INDENT = "\u00a0" * 4
"""Indent of continuation rows, which would otherwise read like separate lines."""
_MAX_ROW_SHARE = 0.97
"""Share of the text width that a row may fill: Word may substitute another font."""
_MIN_WRAPPED_WORDS = 3
"""Words that move to the next row together, so that no word is left alone there."""


def wrap_address_lines(html: str, layout: Layout, branding: Branding) -> str:
    """Wrap the long lines of the address in a document's HTML, with a hanging indent.

    PDF and DOCX are both made from the result, so that they break a line at the same word. In a window all
    rows begin at one edge, as postal services require, so nothing changes there. Lines that contain emphasis
    or a note, as only a custom template can make them, are left to the format's own line breaking.
    """
    if layout.window is not None:
        return html
    page = layout.page
    max_width_pt = page.text_width_mm * _MAX_ROW_SHARE / MM_PER_PT

    def fits(row: str) -> bool:
        return text_width_pt(unescape(row), branding.text_family, ADDRESS_SIZES[0].size_pt) <= max_width_pt

    def wrap_line(line: str) -> str:
        return line if "<" in line else "<br/>".join(_wrap_with_hanging_indent(line, fits))

    def wrap_lines(address: re.Match[str]) -> str:
        return address[1] + "".join(map(wrap_line, _LINE_BOUNDARY.split(address[2])))

    return _ADDRESS_CONTENT.sub(wrap_lines, html, count=1)


_ADDRESS_CONTENT = re.compile(r'(<div class="inside-address"[^>]*>)(.*?)(?=</div>)', re.DOTALL)
_LINE_BOUNDARY = re.compile(r"(<br\s*/?>|</?p[^>]*>)")
"""Where a line of an address begins or ends; captured, so that splitting keeps it."""


def _wrap_with_hanging_indent(line: str, fits: Callable[[str], bool]) -> list[str]:
    """Break a line into rows that fit, all but the first indented."""
    rows, words = [], line.split(" ")
    while len(words) > 1 and not fits(" ".join(words)):
        end = next((end for end in range(len(words) - 1, 1, -1) if fits(" ".join(words[:end]))), 1)
        if len(words) - end < _MIN_WRAPPED_WORDS:
            end = max(len(words) - _MIN_WRAPPED_WORDS, (end + 1) // 2)
        rows.append(" ".join(words[:end]))
        words = [f"{_HANGING_INDENT}{words[end]}", *words[end + 1 :]]
    return [*rows, " ".join(words)]


RETURN_LINE_SIZES_PT = (7.2, 6.2)
"""Type sizes of the sender's line above the address; the second is for lines too long for the first."""
RETURN_LINE_FAMILY = "Source Sans Pro"
_RETURN_LINE_WIDTH_MM = 80.0
"""Width available to a return line; the same in all layouts that have one."""


def needs_small_return_line(text: str) -> bool:
    """Tell whether a return line needs the smaller size."""
    return _return_line_width_mm(text, RETURN_LINE_SIZES_PT[0]) > _RETURN_LINE_WIDTH_MM


def return_line_fits(text: str) -> bool:
    """Tell whether a return line fits in the smaller size."""
    return _return_line_width_mm(text, RETURN_LINE_SIZES_PT[1]) <= _RETURN_LINE_WIDTH_MM


def _return_line_width_mm(text: str, size_pt: float) -> float:
    return text_width_pt(text.strip(), RETURN_LINE_FAMILY, size_pt) * MM_PER_PT


def place_document_address(
    html: str, title: str, layout: Layout, branding: Branding
) -> AddressPlacement | None:
    """Place the address of a document; return None if it has no address or its layout no window.

    Raise BriefgenError as `place_address` does.
    """
    lines = extract_address_lines(html)
    if layout.window is None or not lines:
        return None
    return place_address(lines, layout, branding, repr(title), None)
