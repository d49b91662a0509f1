"""Layouts of a letter's first page in millimetres, each with its authority: where a window shows the address.

Both renderers set a letter by these figures. They say nothing of type and colour, which are the look's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from briefgen.model.document import LayoutName
from briefgen.render.page import PAGES, PageLayout

US_LETTER = (215.9, 279.4)
A4 = (210.0, 297.0)


@dataclass(frozen=True, slots=True)
class Window:
    """The part of the page that an envelope's window shows; all from the paper's upper left corner."""

    left_mm: float
    top_mm: float
    width_mm: float
    height_mm: float
    text_left_mm: float
    """Where the lines of the address begin."""
    begin_mm: float
    """Upper edge of the first line, as long as all lines find room below it; more lines begin higher."""
    return_mm: float = 0
    """Height of the strip at the top that holds the sender's address in one small line; 0: there is none."""

    @property
    def right_mm(self) -> float:
        """Right edge."""
        return self.left_mm + self.width_mm

    @property
    def bottom_mm(self) -> float:
        """Lower edge."""
        return self.top_mm + self.height_mm

    @property
    def line_mm(self) -> float:
        """How long a line of the address can be."""
        return self.right_mm - self.text_left_mm

    @property
    def address_top_mm(self) -> float:
        """The highest place of the first line."""
        return self.top_mm + self.return_mm


@dataclass(frozen=True, slots=True)
class Postal:
    """What a post asks of an address."""

    authority: str
    least_pt: float = 8
    """Smallest type."""
    most_lines: int | None = None
    most_characters: int | None = None
    """Of one line, spaces counted."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The page of a letter."""

    page: PageLayout
    authority: str
    window: Window | None = None
    """None: the address follows the letterhead."""
    letterhead_mm: float = 0
    """Where the letterhead begins."""
    text_mm: float = 0
    """Where what follows the address begins."""
    folds_mm: tuple[float, ...] = ()
    """Marks on the left edge where the sheet is folded, from the top."""
    punch_mm: float | None = None
    """Mark on the left edge that a punch is set to."""
    postal: Postal = Postal("")


_USPS = Postal("USPS Publication 28, sections 2 and A: eight points at least, flush left, ZIP Code last")
_FRENCH = Postal(
    "La Poste and AFNOR XP Z10-011: six lines of 38 characters", most_lines=6, most_characters=38
)

LAYOUTS: Mapping[LayoutName, Layout] = {
    "us-letter": Layout(
        PageLayout(*US_LETTER, 19, 34, 15, 30),
        "KOMA-Script UScommercial9.lco: #9 or #10 envelope; window 11/16 in from the left, 2 3/16 in down",
        Window(17.5, 55.6, 114.3, 28.6, text_left_mm=30, begin_mm=57.5),
        letterhead_mm=17,
        text_mm=89,
        postal=_USPS,
    ),
    "din-5008-a": Layout(
        PageLayout(*A4, 18, 35, 16, 25),
        "DIN 5008 form A; KOMA-Script DIN5008A.lco",
        Window(20, 27, 85, 45, text_left_mm=25, begin_mm=44.7, return_mm=5),
        letterhead_mm=9,
        text_mm=80.46,
        folds_mm=(87, 192),
        punch_mm=148.5,
    ),
    "din-5008-b": Layout(
        PageLayout(*A4, 18, 35, 16, 25),
        "DIN 5008 form B; KOMA-Script DIN5008B.lco",
        Window(20, 45, 85, 45, text_left_mm=25, begin_mm=62.7, return_mm=5),
        letterhead_mm=16,
        text_mm=98.46,
        folds_mm=(105, 210),
        punch_mm=148.5,
    ),
    "sn-right": Layout(
        PageLayout(*A4, 18, 33, 16, 28),
        "SN 010130, address at the right; KOMA-Script SN.lco",
        Window(112, 45, 90, 45, text_left_mm=118, begin_mm=52),
        letterhead_mm=16,
        text_mm=97,
        folds_mm=(105, 210),
    ),
    "nf-z11": Layout(
        PageLayout(*A4, 18, 33, 16, 28),
        "NF Z 11-001; KOMA-Script NF.lco",
        Window(100, 35, 100, 45, text_left_mm=110, begin_mm=46),
        letterhead_mm=13,
        text_mm=88,
        folds_mm=(99, 198),
        postal=_FRENCH,
    ),
    "uk-dl": Layout(
        PageLayout(*A4, 18, 35, 16, 25),
        "BS 4264: window of 90 × 35 mm, 20 mm from the left and 18 mm up, in a DL envelope of 220 × 110 mm; "
        "of it what shows wherever the sheet, folded in three, slides to. Not compared with its text",
        Window(20, 57, 80, 24, text_left_mm=25, begin_mm=58),
        letterhead_mm=16,
        text_mm=88,
    ),
}
"""By name; `plain` is not among them: it is the page alone, see `layout_of`."""

MARK_LEFT_MM = 5.0
"""From the edge of the paper to the marks: office printers leave a margin."""
FOLD_MARK_MM = 4.0
PUNCH_MARK_MM = 6.0
MARK_PT = 0.5


def layout_of(kind: str, page: str, name: LayoutName) -> Layout:
    """The layout of a document: of this name for letters, else the page alone."""
    if kind == "letter" and name != "plain":
        return LAYOUTS[name]
    return Layout(PAGES[kind, page], "")


def marks(layout: Layout) -> list[tuple[float, float]]:
    """Height and length of each mark on the edge."""
    punch = [(layout.punch_mm, PUNCH_MARK_MM)] if layout.punch_mm is not None else []
    return sorted([(fold, FOLD_MARK_MM) for fold in layout.folds_mm] + punch)
