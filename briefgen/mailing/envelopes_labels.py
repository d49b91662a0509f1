"""Lay out envelopes and sheets of address labels, and render them as PDF.

Sizes come from data/stationery.yaml; the addresses are those printed in the letters. All lengths are in
millimetres from the left and top edges, type sizes in points.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any

from briefgen.data import DATA_FOLDER
from briefgen.errors import BriefgenError, Place, Problem, ProblemList, UsageError, suggest_similar
from briefgen.render.fonts import text_width_pt
from briefgen.system.yaml_reader import parse_yaml, read_text_file

STATIONERY_FILE = DATA_FOLDER / "stationery.yaml"

FONT_FAMILY = "Source Sans Pro"
SIZES_PT = (11.0, 10.5, 10.0, 9.5, 9.0, 8.5, 8.0)
"""Sizes to try, largest first; USPS Publication 28, A1, asks for at least 8 points."""
LEADING = 1.2
"""Line height as a multiple of the type size."""
MM_PER_PT = 25.4 / 72
HANGING_INDENT_MM = 3.0
"""Indent of the rows that continue an address line too long for one row."""
PADDING_MM = 3.0
"""Left and right padding of a label."""
MARGIN_MM = 1.0
"""Top and bottom margin of a label: printers feed paper inexactly."""
PAGES_PER_PDF = 200
"""Pages rendered in one go; more would only take more memory."""
_MAX_SENDER_PT = 8.5


# Sizes of envelopes and label sheets


@dataclass(frozen=True, slots=True)
class Rectangle:
    """An area on paper."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Envelope:
    """An envelope size."""

    name: str
    """As on the command line, for example `dl`."""
    title: str
    width: float
    height: float
    address: Rectangle
    """Where the recipient's address goes."""
    sender: Rectangle
    source: str


@dataclass(frozen=True, slots=True)
class LabelSheet:
    """A sheet of labels."""

    name: str
    """As on the command line, for example `avery-5160`."""
    title: str
    width: float
    height: float
    columns: int
    rows: int
    first: Rectangle
    """The top left label."""
    across: float
    """From the left edge of one label to that of the next."""
    down: float
    """From the top edge of one label to that of the one below."""
    source: str

    def __len__(self) -> int:
        """Return the number of labels on a sheet."""
        return self.columns * self.rows

    def label(self, index: int) -> Rectangle:
        """Return the area of the label at `index`, counted from 0 along the rows."""
        row, column = divmod(index, self.columns)
        first = self.first
        return Rectangle(
            first.left + column * self.across, first.top + row * self.down, first.width, first.height
        )


def find_envelope(name: str) -> Envelope:
    """Return the envelope size called `name`; raise UsageError if there is none."""
    entry = _find_stationery("envelopes", name)
    return Envelope(
        name=name.lower(),
        title=entry["title"],
        width=float(entry["width"]),
        height=float(entry["height"]),
        address=_parse_rectangle(entry["address"]),
        sender=_parse_rectangle(entry["return"]),
        source=entry["source"],
    )


def find_label_sheet(name: str) -> LabelSheet:
    """Return the label sheet called `name`; raise UsageError if there is none."""
    entry = _find_stationery("labels", name)
    return LabelSheet(
        name=name.lower(),
        title=entry["title"],
        width=float(entry["paper"]["width"]),
        height=float(entry["paper"]["height"]),
        columns=int(entry["columns"]),
        rows=int(entry["rows"]),
        first=_parse_rectangle(entry),
        across=float(entry["across"]),
        down=float(entry["down"]),
        source=entry["source"],
    )


def list_stationery_names(kind: str) -> list[str]:
    """Return the names of all `envelopes` or `labels`."""
    return list(_load_stationery()[kind])


def _find_stationery(kind: str, name: str) -> Mapping[str, Any]:
    entry = _load_stationery()[kind].get(name.lower())
    if entry is None:
        names = list_stationery_names(kind)
        raise UsageError(
            Problem(
                "stationery-unknown",
                f"unknown {'envelope' if kind == 'envelopes' else 'label sheet'} {name!r}",
                None,
                suggest_similar(name, names) or f"known: {', '.join(names)}",
            )
        )
    return entry


def _parse_rectangle(entry: Mapping[str, Any]) -> Rectangle:
    return Rectangle(*(float(entry[side]) for side in ("left", "top", "width", "height")))


@cache
def _load_stationery() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    problems = ProblemList()
    document = parse_yaml(
        read_text_file(STATIONERY_FILE, STATIONERY_FILE.name), STATIONERY_FILE.name, problems
    )
    problems.raise_errors()
    return document.data if document else {}


# Fitting an address into its area


@dataclass(frozen=True, slots=True)
class FittedAddress:
    """An address wrapped to fit its area."""

    lines: tuple[tuple[str, bool], ...]
    """Each row, and whether it continues the row above."""
    size_pt: float

    @property
    def height_mm(self) -> float:
        """Total height of the rows."""
        return len(self.lines) * self.size_pt * LEADING * MM_PER_PT


def fit_address(
    lines: Sequence[str],
    area: Rectangle,
    owner: str,
    stationery: str,
    place: Place | None = None,
    largest_pt: float = 11.0,
) -> FittedAddress | Problem:
    """Fit an address into `area` at the largest possible size, or return the problem that prevents it.

    Long lines wrap between words; a word is never divided. `owner` (whose address it is) and `stationery`
    (what it is printed on) are for the message.
    """
    smallest: FittedAddress | None = None
    for size in (size for size in SIZES_PT if size <= largest_pt):
        rows = tuple(row for line in lines for row in _wrap_address_line(line, area.width, size))
        smallest = FittedAddress(rows, size)
        if smallest.height_mm <= area.height and all(
            _text_width_mm(text, size) + HANGING_INDENT_MM * continues <= area.width
            for text, continues in rows
        ):
            return smallest
    longest = max(lines, key=lambda line: _text_width_mm(line, 1.0), default="")
    needed = smallest.height_mm if smallest else 0.0
    rows = smallest.lines if smallest else ()
    wrapped = f" wrap to {len(rows)} rows and" if len(rows) > len(lines) else ""
    reason = (
        f"its {len(lines)} lines{wrapped} take {needed:.0f} mm at {SIZES_PT[-1]:.0f} points, "
        f"and only {area.height:.0f} mm are available"
        if needed > area.height
        else f"the line {longest!r} has a word wider than {area.width:.0f} mm"
    )
    return Problem(
        "address-too-large",
        f"the address of {owner} does not fit on {stationery}: {reason}",
        place,
        "shorten the address in the spreadsheet, or use a larger envelope or label",
    )


def _wrap_address_line(line: str, width: float, size: float) -> list[tuple[str, bool]]:
    """Wrap a line to `width` mm; return each row with whether it continues the row above."""
    rows: list[tuple[str, bool]] = []
    current = ""
    for word in line.split():
        longer = f"{current} {word}".strip()
        available = width - (HANGING_INDENT_MM if rows else 0.0)
        if current and _text_width_mm(longer, size) > available:
            rows.append((current, bool(rows)))
            current = word
        else:
            current = longer
    return [*rows, (current, bool(rows))]


def _text_width_mm(text: str, size_pt: float) -> float:
    return text_width_pt(text, FONT_FAMILY, size_pt) * MM_PER_PT


# Laying out pages


@dataclass(frozen=True, slots=True)
class Mailpiece:
    """What goes on one envelope or label."""

    lines: tuple[str, ...]
    """The inside address, top to bottom."""
    owner: str
    """The recipient's name or id, for messages."""
    place: Place | None = None
    sender: tuple[str, ...] = ()
    """The return address; empty for none."""


@dataclass(frozen=True, slots=True)
class PrintPage:
    """One page to print."""

    width: float
    height: float
    html: str


def lay_out_envelopes(mailpieces: Sequence[Mailpiece], envelope: Envelope) -> list[PrintPage]:
    """Lay out one page per mailpiece, with the return address in the upper left corner.

    Raise BriefgenError with every address that does not fit.
    """
    return_addresses: dict[tuple[str, ...], str] = {(): ""}
    for lines in dict.fromkeys(piece.sender for piece in mailpieces if piece.sender):
        fitted = fit_address(lines, envelope.sender, "the sender", envelope.name, largest_pt=_MAX_SENDER_PT)
        if isinstance(fitted, Problem):
            raise BriefgenError(fitted)
        return_addresses[lines] = _render_address_block(fitted, envelope.sender)
    addresses = _fit_addresses([(piece, envelope.address) for piece in mailpieces], envelope.name)
    return [
        PrintPage(
            envelope.width,
            envelope.height,
            return_addresses[piece.sender] + _render_address_block(address, envelope.address),
        )
        for piece, address in zip(mailpieces, addresses, strict=True)
    ]


def lay_out_labels(
    mailpieces: Sequence[Mailpiece], sheet: LabelSheet, first: int = 1, right: float = 0.0, down: float = 0.0
) -> list[PrintPage]:
    """Lay out sheets of labels, starting at label `first` of the first sheet (counted from 1).

    `right` and `down` shift all labels, to correct for the printer. Raise BriefgenError with every address
    that does not fit.
    """
    inner = Rectangle(0, 0, sheet.first.width - 2 * PADDING_MM, sheet.first.height - 2 * MARGIN_MM)
    addresses = _fit_addresses([(piece, inner) for piece in mailpieces], sheet.name)
    pages: dict[int, str] = {}
    for index, address in enumerate(addresses, start=first - 1):
        page = index // len(sheet)
        label = sheet.label(index % len(sheet))
        top = label.top + (label.height - address.height_mm) / 2 + down
        area = Rectangle(label.left + PADDING_MM + right, top, inner.width, address.height_mm)
        pages[page] = pages.get(page, "") + _render_address_block(address, area)
    return [PrintPage(sheet.width, sheet.height, html) for html in pages.values()]


def lay_out_line(text: str, area: Rectangle, width: float, height: float) -> PrintPage:
    """Lay out one line of text at the right of an area; it is shortened if it is too long."""
    size = SIZES_PT[2]
    words = text.split()
    while len(words) > 1 and _text_width_mm(" ".join([*words, "…"]), size) > area.width:
        words.pop()
    shown = " ".join(words) + ("" if len(words) == len(text.split()) else " …")
    style = (
        f"left: {area.left:.2f}mm; top: {area.top:.2f}mm; width: {area.width:.2f}mm; "
        f"font-size: {size}pt; text-align: right"
    )
    return PrintPage(width, height, f'<div class="block" style="{style}">{escape(shown)}</div>')


def _fit_addresses(mailpieces: Iterable[tuple[Mailpiece, Rectangle]], stationery: str) -> list[FittedAddress]:
    results = [
        fit_address(piece.lines, area, piece.owner, stationery, piece.place) for piece, area in mailpieces
    ]
    problems = [result for result in results if isinstance(result, Problem)]
    if problems:
        raise BriefgenError(problems)
    return [result for result in results if not isinstance(result, Problem)]


def _render_address_block(address: FittedAddress, area: Rectangle) -> str:
    lines = "".join(
        f"<div{' class=rest' if continues else ''}>{escape(text)}</div>" for text, continues in address.lines
    )
    return (
        f'<div class="block" style="left: {area.left:.2f}mm; top: {area.top:.2f}mm; '
        f'width: {area.width:.2f}mm; font-size: {address.size_pt}pt">{lines}</div>'
    )


# Rendering


def render_print_pages(pages: Sequence[PrintPage], title: str, language: str) -> Iterator[bytes]:
    """Render pages as PDFs of at most PAGES_PER_PDF pages; raise BriefgenError for a glyph no font has."""
    from briefgen.system.doctor import load_weasyprint

    load_weasyprint()
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    from briefgen.render.fonts import describe_missing_glyphs, font_face_css
    from briefgen.render.pdf.url_fetcher import RestrictedUrlFetcher

    fonts, fetcher = FontConfiguration(), RestrictedUrlFetcher()
    for start in range(0, len(pages), PAGES_PER_PDF):
        batch = pages[start : start + PAGES_PER_PDF]
        html = "".join(f'<section class="page">{page.html}</section>' for page in batch)
        laid_out = HTML(
            string=f'<!DOCTYPE html><html lang="{escape(language)}"><head><meta charset="utf-8">'
            f"<title>{escape(title)}</title></head><body>{html}</body></html>",
            url_fetcher=fetcher,
        ).render(
            stylesheets=[
                CSS(
                    string=f"{font_face_css()}{_build_print_css(batch[0])}",
                    font_config=fonts,
                    url_fetcher=fetcher,
                )
            ],
            font_config=fonts,
        )
        missing: list[Problem] = []

        def find_missing_glyphs(document: object, pdf: object, missing: list[Problem] = missing) -> None:
            codes = (code for font in document.fonts.values() for code in font.missing)  # type: ignore[attr-defined]
            missing += describe_missing_glyphs(codes, title)

        data: bytes = laid_out.write_pdf(finisher=find_missing_glyphs, pdf_identifier=b"briefgen")
        if missing:
            raise BriefgenError(missing)
        yield data


def _build_print_css(page: PrintPage) -> str:
    return (
        f"@page {{ size: {page.width}mm {page.height}mm; margin: 0 }}\n"
        f"body, div, section {{ margin: 0; padding: 0 }}\n"
        f".page {{ position: relative; width: {page.width}mm; height: {page.height}mm; overflow: hidden }}\n"
        f".page + .page {{ break-before: page }}\n"
        f'.block {{ position: absolute; font-family: "{FONT_FAMILY}"; line-height: {LEADING} }}\n'
        f".block div {{ white-space: nowrap }}\n"
        f".rest {{ padding-left: {HANGING_INDENT_MM}mm }}\n"
    )
