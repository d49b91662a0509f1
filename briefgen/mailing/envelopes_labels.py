"""Draws envelopes and sheets of labels, with the addresses that the letters carry.

Where things stand is for briefgen.mailing.stationery and setting to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any

from briefgen.errors import BriefgenError, Place, Problem
from briefgen.mailing.stationery import Envelope, Field, Sheet
from briefgen.render.fonts import font_folders

FACE = "Source Sans Pro"
_PACKAGE, _FILE = "font_source_sans_pro", "SourceSansPro-Regular.otf"
SIZES_PT = (11.0, 10.5, 10.0, 9.5, 9.0, 8.5, 8.0)
"""USPS, Publication 28, A1: at least 8 points."""
LEADING = 1.2
"""Line to line, in sizes of the type."""
MM_PER_PT = 25.4 / 72
TURNOVER_MM = 3.0
"""How far the rest of a line that is too long stands in."""


@dataclass(frozen=True, slots=True)
class SetAddress:
    """An address in its field."""

    lines: tuple[tuple[str, bool], ...]
    """Each with whether it is the rest of the line above."""
    size_pt: float

    @property
    def height_mm(self) -> float:
        """Of all lines."""
        return len(self.lines) * self.size_pt * LEADING * MM_PER_PT


def set_address(
    lines: Sequence[str],
    field: Field,
    about: str,
    on: str,
    place: Place | None = None,
    largest_pt: float = 11.0,
) -> SetAddress | Problem:
    """The largest size at which an address fits into a field, or what is wrong with it.

    `about` says whose address it is and `on` on what it stands, for the message.

    Lines that are too long are turned over between words; a word is never parted.
    """
    smallest: SetAddress | None = None
    for size in (one for one in SIZES_PT if one <= largest_pt):
        turned = tuple(part for line in lines for part in _turned(line, field.width, size))
        smallest = SetAddress(turned, size)
        if smallest.height_mm <= field.height and all(
            _width(text, size) + TURNOVER_MM * rest <= field.width for text, rest in turned
        ):
            return smallest
    longest = max(lines, key=lambda line: _width(line, 1.0), default="")
    needed = smallest.height_mm if smallest else 0.0
    turned = smallest.lines if smallest else ()
    rows = f", set in {len(turned)} rows," if len(turned) > len(lines) else ""
    points = f"{SIZES_PT[-1]:.0f} points"
    why = (
        f"its {len(lines)} lines{rows} take {needed:.0f} mm at {points}, not {field.height:.0f}"
        if needed > field.height
        else f"the line {longest!r} has a word wider than {field.width:.0f} mm"
    )
    return Problem(
        "address-too-large",
        f"the address of {about} does not fit on {on}: {why}",
        place,
        "shorten the address in the spreadsheet, or use a larger envelope or label",
    )


def _turned(line: str, width: float, size: float) -> list[tuple[str, bool]]:
    """A line in parts that fit, the first of them as it is."""
    parts: list[tuple[str, bool]] = []
    current = ""
    for word in line.split():
        longer = f"{current} {word}".strip()
        room = width - (TURNOVER_MM if parts else 0.0)
        if current and _width(longer, size) > room:
            parts.append((current, bool(parts)))
            current = word
        else:
            current = longer
    return [*parts, (current, bool(parts))]


def _width(text: str, size: float) -> float:
    """In millimetres; a letter that the font lacks counts as a square, as in East Asian fonts."""
    font = _font()
    units = sum(font.advances.get(ord(letter), font.em) for letter in text)
    return units / font.em * size * MM_PER_PT


@dataclass(frozen=True, slots=True)
class _Font:
    em: int
    advances: dict[int, int]


@cache
def _font() -> _Font:
    from fontTools.ttLib import TTFont

    with TTFont(font_folders()[_PACKAGE] / _FILE) as font:
        table: Any = font["hmtx"]
        names: Any = font.getBestCmap()
        em: Any = font["head"]
        return _Font(em.unitsPerEm, {code: table[name][0] for code, name in names.items()})


PADDING_MM = 3.0
"""Of a label, left and right."""
MARGIN_MM = 1.0
"""Of a label, above and below: printers are not exact."""
_SENDER_PT = 8.5


@dataclass(frozen=True, slots=True)
class Posted:
    """Somebody to whom something is posted."""

    lines: tuple[str, ...]
    """The inside address, top to bottom."""
    about: str
    """Name or id, for messages."""
    place: Place | None = None
    sender: tuple[str, ...] = ()
    """For the corner of the envelope; empty for none."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of print, in millimetres, with what stands on it."""

    width: float
    height: float
    html: str


def envelopes(posted: Sequence[Posted], envelope: Envelope) -> list[Page]:
    """One page for each recipient, with the sender in the upper left corner.

    Raises BriefgenError with every address that does not fit.
    """
    corners: dict[tuple[str, ...], str] = {(): ""}
    for lines in dict.fromkeys(one.sender for one in posted if one.sender):
        own = set_address(lines, envelope.sender, "the sender", envelope.name, largest_pt=_SENDER_PT)
        if isinstance(own, Problem):
            raise BriefgenError(own)
        corners[lines] = _block(own, envelope.sender)
    addresses = _all_set([(one, envelope.address) for one in posted], envelope.name)
    return [
        Page(envelope.width, envelope.height, corners[one.sender] + _block(address, envelope.address))
        for one, address in zip(posted, addresses, strict=True)
    ]


def labels(
    posted: Sequence[Posted], sheet: Sheet, first: int = 1, right: float = 0.0, down: float = 0.0
) -> list[Page]:
    """Sheets of labels, from label `first` of the first sheet (counted from 1), moved `right` and `down` mm.

    Raises BriefgenError with every address that does not fit.
    """
    inner = Field(0, 0, sheet.first.width - 2 * PADDING_MM, sheet.first.height - 2 * MARGIN_MM)
    blocks = []
    for number, one in enumerate(_all_set([(one, inner) for one in posted], sheet.name), start=first - 1):
        label = sheet.label(number % len(sheet))
        top = label.top + (label.height - one.height_mm) / 2 + down
        place = Field(label.left + PADDING_MM + right, top, inner.width, one.height_mm)
        blocks.append((number // len(sheet), _block(one, place)))
    pages: dict[int, str] = {}
    for page, block in blocks:
        pages[page] = pages.get(page, "") + block
    return [Page(sheet.width, sheet.height, html) for html in pages.values()]


def _all_set(wanted: Iterable[tuple[Posted, Field]], on: str) -> list[SetAddress]:
    found = [set_address(one.lines, field, one.about, on, one.place) for one, field in wanted]
    problems = [one for one in found if isinstance(one, Problem)]
    if problems:
        raise BriefgenError(problems)
    return [one for one in found if not isinstance(one, Problem)]


def _block(address: SetAddress, field: Field) -> str:
    lines = "".join(
        f"<div{' class=rest' if rest else ''}>{escape(text)}</div>" for text, rest in address.lines
    )
    return (
        f'<div class="block" style="left: {field.left:.2f}mm; top: {field.top:.2f}mm; '
        f'width: {field.width:.2f}mm; font-size: {address.size_pt}pt">{lines}</div>'
    )


PAGES_AT_ONCE = 200
"""Set in one piece: more would only take memory."""


def draw(pages: Sequence[Page], title: str, language: str) -> Iterator[bytes]:
    """The pages as PDF, in pieces of at most 200; raises BriefgenError for a letter that no font has."""
    from briefgen.system.doctor import require_pdf

    require_pdf()
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    from briefgen.render.fonts import font_faces, missing_glyphs
    from briefgen.render.pdf.url_fetcher import OwnFilesOnly

    fonts, fetcher = FontConfiguration(), OwnFilesOnly()
    for start in range(0, len(pages), PAGES_AT_ONCE):
        some = pages[start : start + PAGES_AT_ONCE]
        html = "".join(f'<section class="page">{page.html}</section>' for page in some)
        laid_out = HTML(
            string=f'<!DOCTYPE html><html lang="{escape(language)}"><head><meta charset="utf-8">'
            f"<title>{escape(title)}</title></head><body>{html}</body></html>",
            url_fetcher=fetcher,
        ).render(
            stylesheets=[
                CSS(string=f"{font_faces()}{_css(some[0])}", font_config=fonts, url_fetcher=fetcher)
            ],
            font_config=fonts,
        )
        missing: list[Problem] = []

        def look(document: object, pdf: object, missing: list[Problem] = missing) -> None:
            codes = (code for font in document.fonts.values() for code in font.missing)  # type: ignore[attr-defined]
            missing += missing_glyphs(codes, title)

        data: bytes = laid_out.write_pdf(finisher=look, pdf_identifier=b"briefgen")
        if missing:
            raise BriefgenError(missing)
        yield data


def _css(page: Page) -> str:
    return (
        f"@page {{ size: {page.width}mm {page.height}mm; margin: 0 }}\n"
        f"body, div, section {{ margin: 0; padding: 0 }}\n"
        f".page {{ position: relative; width: {page.width}mm; height: {page.height}mm; overflow: hidden }}\n"
        f".page + .page {{ break-before: page }}\n"
        f'.block {{ position: absolute; font-family: "{FACE}"; line-height: {LEADING} }}\n'
        f".block div {{ white-space: nowrap }}\n"
        f".rest {{ padding-left: {TURNOVER_MM}mm }}\n"
    )
