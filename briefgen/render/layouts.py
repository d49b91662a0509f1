"""Page sizes, margins and letter layouts, in millimetres, with the authority for each.

A layout says where an envelope's window shows the address on the first page. Both renderers use these
figures. Type and colour are the branding's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from briefgen.model.branding import Branding
from briefgen.model.document import Document, LayoutName
from briefgen.render.fonts import text_width_pt

MM_PER_PT = 25.4 / 72
"""Millimetres in a DTP point (1/72 inch)."""


MAX_PICTURE_SHARE = 0.8
"""Greatest height of a picture, as a share of the text's: its caption goes on the same page."""

US_LETTER = (215.9, 279.4)
A4 = (210.0, 297.0)


@dataclass(frozen=True, slots=True)
class PageGeometry:
    """The size and margins of a page."""

    width_mm: float
    height_mm: float
    top_mm: float
    right_mm: float
    bottom_mm: float
    left_mm: float

    @property
    def text_width_mm(self) -> float:
        """Width between the margins."""
        return self.width_mm - self.left_mm - self.right_mm


@dataclass(frozen=True, slots=True)
class AddressWindow:
    """The part of the page that an envelope's window shows, measured from the page's upper left corner."""

    left_mm: float
    top_mm: float
    width_mm: float
    height_mm: float
    text_left_mm: float
    """Left edge of the lines of the address."""
    first_line_mm: float
    """Upper edge of the first line if all lines fit below it; a longer address begins higher."""
    return_line_mm: float = 0
    """Height of the strip at the top for the sender's address in one small line; 0 if there is none."""

    @property
    def right_mm(self) -> float:
        """Right edge of the window."""
        return self.left_mm + self.width_mm

    @property
    def bottom_mm(self) -> float:
        """Lower edge of the window."""
        return self.top_mm + self.height_mm

    @property
    def line_width_mm(self) -> float:
        """Greatest width of a line of the address."""
        return self.right_mm - self.text_left_mm

    @property
    def address_top_mm(self) -> float:
        """Highest position of the first line."""
        return self.top_mm + self.return_line_mm


@dataclass(frozen=True, slots=True)
class PostalRules:
    """What a postal service requires of an address."""

    authority: str
    min_size_pt: float = 8
    """Smallest type size."""
    max_lines: int | None = None
    max_characters: int | None = None
    """In one line, counting spaces."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The page of a document, and on letters where its parts go."""

    page: PageGeometry
    authority: str
    window: AddressWindow | None = None
    """None if the address simply follows the letterhead."""
    letterhead_top_mm: float = 0
    """Upper edge of the letterhead."""
    text_top_mm: float = 0
    """Upper edge of what follows the address."""
    fold_marks_mm: tuple[float, ...] = ()
    """Marks on the left edge where the sheet is folded, from the top."""
    punch_mark_mm: float | None = None
    """Mark on the left edge to align a hole punch with."""
    postal: PostalRules = PostalRules("")
    runs_at_foot: bool = False
    """Whether each page names the document at its foot, rather than each but the first at its head."""


PAGES: Mapping[tuple[str, str], PageGeometry] = {
    ("letter", "a4"): PageGeometry(210, 297, 20, 33, 16, 30),
    ("letter", "us-letter"): PageGeometry(215.9, 279.4, 19, 34, 15, 30),
    ("briefing", "a4"): PageGeometry(210, 297, 24, 32, 22, 32),
    ("briefing", "us-letter"): PageGeometry(215.9, 279.4, 23, 35, 20, 35),
    ("brief", "a4"): PageGeometry(210, 297, 16, 18, 19, 18),
    ("brief", "us-letter"): PageGeometry(215.9, 279.4, 15, 18, 18, 18),
}
"""By kind of document and paper: lines of 65 to 80 characters at the text size; briefs have columns."""

COLUMN_GAP_SHARE = 0.046
"""Gap between two blocks side by side, as a share of the width of both."""
ASIDE_SHARE = 0.31
"""Width of an aside, as a share of that of its column, the gap and itself."""


def column_shares(with_aside: bool) -> tuple[float, float]:
    """Return the widths of two blocks side by side, as shares of the width that they and the gap have."""
    room = 1 - COLUMN_GAP_SHARE
    return (room - ASIDE_SHARE, ASIDE_SHARE) if with_aside else (room / 2, room / 2)


_USPS = PostalRules("USPS Publication 28, sections 2 and A: eight points at least, flush left, ZIP Code last")
_FRENCH = PostalRules(
    "La Poste and AFNOR XP Z10-011: six lines of 38 characters", max_lines=6, max_characters=38
)

LAYOUTS: Mapping[LayoutName, Layout] = {
    "us-letter": Layout(
        PageGeometry(*US_LETTER, 19, 34, 15, 30),
        "KOMA-Script UScommercial9.lco: #9 or #10 envelope; window 11/16 in from the left, 2 3/16 in down",
        AddressWindow(17.5, 55.6, 114.3, 28.6, text_left_mm=30, first_line_mm=57.5),
        letterhead_top_mm=17,
        text_top_mm=89,
        postal=_USPS,
    ),
    "din-5008-a": Layout(
        PageGeometry(*A4, 18, 35, 16, 25),
        "DIN 5008 form A; KOMA-Script DIN5008A.lco",
        AddressWindow(20, 27, 85, 45, text_left_mm=25, first_line_mm=44.7, return_line_mm=5),
        letterhead_top_mm=9,
        text_top_mm=80.46,
        fold_marks_mm=(87, 192),
        punch_mark_mm=148.5,
    ),
    "din-5008-b": Layout(
        PageGeometry(*A4, 18, 35, 16, 25),
        "DIN 5008 form B; KOMA-Script DIN5008B.lco",
        AddressWindow(20, 45, 85, 45, text_left_mm=25, first_line_mm=62.7, return_line_mm=5),
        letterhead_top_mm=16,
        text_top_mm=98.46,
        fold_marks_mm=(105, 210),
        punch_mark_mm=148.5,
    ),
    "sn-right": Layout(
        PageGeometry(*A4, 18, 33, 16, 28),
        "SN 010130, address at the right; KOMA-Script SN.lco",
        AddressWindow(112, 45, 90, 45, text_left_mm=118, first_line_mm=52),
        letterhead_top_mm=16,
        text_top_mm=97,
        fold_marks_mm=(105, 210),
    ),
    "nf-z11": Layout(
        PageGeometry(*A4, 18, 33, 16, 28),
        "NF Z 11-001; KOMA-Script NF.lco",
        AddressWindow(100, 35, 100, 45, text_left_mm=110, first_line_mm=46),
        letterhead_top_mm=13,
        text_top_mm=88,
        fold_marks_mm=(99, 198),
        postal=_FRENCH,
    ),
    "uk-dl": Layout(
        PageGeometry(*A4, 18, 35, 16, 25),
        "BS 4264: window of 90 × 35 mm, 20 mm from the left and 18 mm up, in a DL envelope of 220 × 110 mm, "
        "less what a sheet folded in three can cover when it slides. Not compared with the standard's text",
        AddressWindow(20, 57, 80, 24, text_left_mm=25, first_line_mm=58),
        letterhead_top_mm=16,
        text_top_mm=88,
    ),
}
"""By name. `plain` is not among them: it is just the page (see `get_layout`)."""

MARK_LEFT_MM = 5.0
"""Distance from the edge of the paper to the marks: office printers cannot print to the edge."""
FOLD_MARK_MM = 4.0
PUNCH_MARK_MM = 6.0
MARK_PT = 0.5


def get_layout(kind: str, page: str, name: LayoutName) -> Layout:
    """Return the layout of this name for letters; for briefings and `plain`, just the page."""
    if kind == "letter" and name != "plain":
        return LAYOUTS[name]
    return Layout(PAGES[kind, page], "", runs_at_foot=kind == "brief")


def list_edge_marks(layout: Layout) -> list[tuple[float, float]]:
    """Return the height and length of each fold and punch mark on the left edge, from the top."""
    punch = [(layout.punch_mark_mm, PUNCH_MARK_MM)] if layout.punch_mark_mm is not None else []
    return sorted([(fold, FOLD_MARK_MM) for fold in layout.fold_marks_mm] + punch)


_RUNNING_HEAD_PT = 9
_RUNNING_HEAD_SHARE = 0.74
"""Share of the text width; the rest is the page number's."""


def fit_running_head(document: Document, layout: Layout, branding: Branding) -> tuple[str, ...]:
    """Return the parts of the running head, the first truncated so that all fit beside the page number."""
    if not document.running:
        return ()
    first, *others = document.running
    available_pt = layout.page.text_width_mm * _RUNNING_HEAD_SHARE / MM_PER_PT
    available_pt -= sum(_running_head_width_pt(f" · {other}", branding) for other in others)
    return (_truncate_running_head(first, available_pt, branding), *others)


def _truncate_running_head(text: str, available_pt: float, branding: Branding) -> str:
    words = text.split(" ")
    while len(words) > 1 and _running_head_width_pt(text, branding) > available_pt:
        words.pop()
        text = " ".join(words).rstrip(",;:–—- ") + " …"
    return text


def _running_head_width_pt(text: str, branding: Branding) -> float:
    return text_width_pt(text, branding.text_family, _RUNNING_HEAD_PT)
