"""Draws envelopes and sheets of labels, with the addresses that the letters carry.

Where things stand is for briefgen.mailing.stationery and setting to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from briefgen.errors import BriefgenError, Place, Problem
from briefgen.mailing.address_fitting import FACE, LEADING, TURNOVER_MM, SetAddress, set_address
from briefgen.mailing.stationery import Envelope, Field, Sheet

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
