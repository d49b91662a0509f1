"""Tables: their cells laid out as a grid, and how a wide one is made to fit the page.

PDF and DOCX are both made from the result, so that a table is set smaller, or turned, in both or in neither.
Words are measured with the fonts of the PDF.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from briefgen.errors import BriefgenError, Problem
from briefgen.model.branding import Branding
from briefgen.render.fonts import text_width_pt
from briefgen.render.layouts import MM_PER_PT, PageGeometry, column_shares

TABLE_SIZES_PT = (8.8, 8.0, 7.0)
"""Type sizes of tables in PDFs, from that in page.css down to the smallest that is read without effort."""
TURNED_STYLE = "page:turned"
"""Style of a table on pages on their side."""
TURNED_MARGIN_MM = 20.0
"""Left and right margin of a page on its side."""
_CELL_PADDING_PT = 2.5 / MM_PER_PT
"""Between columns, as in page.css."""
BREAKABLE_CHARACTERS = 24
"""A word longer than this is no word of a language but an address or a code: it may break where needed."""
_WIDTH_ALLOWANCE, _BOLD_WIDTH_ALLOWANCE = 1.03, 1.12
"""For what the widths leave out: kerning, and the bold type of headers, which is widest in Word's fonts."""
_WORD_ENDS = re.compile(
    r"[ \t\n\u00ad\u200b]+|(?<=[-\u2013\u2014])(?=[^\W\d_])"
    r"|(?<=[\u3000-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef])"
)
"""Where a line can break: after spaces, hyphens before letters, and East Asian characters."""
TWIPS_PER_PT = 20
_TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)
_TABLE_OR_DIVISION = re.compile(
    r'(?P<table><table\b.*?</table>)|<div\b[^>]*?\bclass="(?P<opens>[a-z-]+)"|(?P<closes></div>)', re.DOTALL
)
_MAX_COLUMN_SPAN = 60
"""Word's tables have at most 63 columns."""
_MIN_COLUMN_CHARACTERS = 4.0
_MAX_COLUMN_CHARACTERS = 44
"""A column is given room for no more than this many characters: longer text wraps."""
_CELL_MARGIN_CHARACTERS = 4


@dataclass(slots=True)
class GridCell:
    """A cell of the grid; `element` is None for the continuation of a cell above, and for a missing cell."""

    element: Element | None
    span: int = 1
    """Columns."""
    merge: str = ""
    """`restart` if the cell continues below, `continue` if it belongs to one above."""


@dataclass(slots=True)
class GridRow:
    """One row of the grid."""

    cells: list[GridCell] = field(default_factory=list)
    is_header: bool = False
    """Whether the row is repeated on every page."""
    is_marked: bool = False
    """Whether it stands out by its background."""

    @property
    def columns(self) -> int:
        """Number of columns."""
        return sum(cell.span for cell in self.cells)

    def iter_cells(self) -> Iterator[tuple[int, GridCell, Element]]:
        """Yield the cells that begin in this row, each with its first column and its element."""
        column = 0
        for cell in self.cells:
            if cell.element is not None:
                yield column, cell, cell.element
            column += cell.span


def build_table_grid(table: Element) -> list[GridRow]:
    """Return all rows, each as wide as the table."""
    elements = [
        (section.tag == "thead", row)
        for section in table
        if section.tag in {"thead", "tbody"}
        for row in section
    ]
    hanging: dict[int, tuple[int, int]] = {}
    rows = [
        _place_row_cells(element, is_header, hanging, len(elements) - index)
        for index, (is_header, element) in enumerate(elements)
    ]
    columns = max((row.columns for row in rows), default=0)
    for row in rows:
        row.cells.extend(GridCell(None) for _ in range(columns - row.columns))
    return rows


def _place_row_cells(
    element: Element, is_header: bool, hanging: dict[int, tuple[int, int]], rows_left: int
) -> GridRow:
    """Place a row's cells between those that extend down from rows above.

    `hanging` gives, by first column, how many further rows a cell covers, and its column span; it is
    updated for the next row.
    """
    marked = element.get("class") == "marked"
    row, column, waiting = GridRow(is_header=is_header, is_marked=marked), 0, list(element)
    from_above, covered = dict(hanging), sorted(hanging)
    while waiting or any(start >= column for start in covered):
        if column in from_above:
            row_span, span = from_above[column]
            row.cells.append(GridCell(None, span, "continue"))
        else:
            source = waiting.pop(0) if waiting else None
            free = next((start - column for start in covered if start > column), _MAX_COLUMN_SPAN)
            span = min(_read_span(source, "colspan"), free)
            row_span = min(_read_span(source, "rowspan"), rows_left)
            row.cells.append(GridCell(source, span, "restart" if row_span > 1 else ""))
        hanging.pop(column, None)
        if row_span > 1:
            hanging[column] = (row_span - 1, span)
        column += span
    return row


def _read_span(cell: Element | None, attribute: str) -> int:
    value = cell.get(attribute, "1") if cell is not None else "1"
    return max(1, int(value)) if value.isascii() and value.isdecimal() else 1


def divide_width(rows: Iterable[GridRow], fit: TableFit, width: int) -> list[int]:
    """Divide a width, in twips, by the text of each column's cells, leaving out those that span columns.

    Each column is at least as wide as its longest word, so far as there is room.
    """
    desired = [_MIN_COLUMN_CHARACTERS] * len(fit.columns_pt)
    for row in rows:
        for column, cell, element in row.iter_cells():
            if cell.span == 1:
                desired[column] = max(desired[column], _desired_column_width("".join(element.itertext())))
    total = sum(desired)
    widths = [each / total * width for each in desired]
    leasts = [min(TWIPS_PER_PT * each, width) for each in fit.columns_pt]
    spare = sum(max(0.0, each - least) for each, least in zip(widths, leasts, strict=True))
    missing = sum(max(0.0, least - each) for each, least in zip(widths, leasts, strict=True))
    moved = min(spare, missing)
    return [
        round(
            each - moved / spare * (each - least) if each > least else each + moved / missing * (least - each)
        )
        if moved
        else round(each)
        for each, least in zip(widths, leasts, strict=True)
    ]


def _desired_column_width(text: str) -> float:
    """Return the width for a cell's text, in characters."""
    longest_word = max(map(len, text.split()), default=0)
    return float(_CELL_MARGIN_CHARACTERS + max(longest_word, min(len(text), _MAX_COLUMN_CHARACTERS)))


# Making a wide table fit


@dataclass(frozen=True, slots=True)
class TableFit:
    """How a table is set so that it fits the page."""

    columns_pt: tuple[float, ...]
    """The least width of each column, with its padding."""
    breaks_words: bool = False
    """Whether words of more than BREAKABLE_CHARACTERS break."""
    size_pt: float = TABLE_SIZES_PT[0]
    turned: bool = False
    """Whether it has a page of its own, on its side."""

    @property
    def is_small(self) -> bool:
        """Whether it is in smaller type than other tables."""
        return self.size_pt != TABLE_SIZES_PT[0]


def turn_page(page: PageGeometry) -> PageGeometry:
    """Return the geometry of a page on its side, for tables too wide for the upright page."""
    return PageGeometry(
        page.height_mm, page.width_mm, page.top_mm, TURNED_MARGIN_MM, page.bottom_mm, TURNED_MARGIN_MM
    )


def fit_table(
    table: Element,
    rows: list[GridRow],
    page: PageGeometry,
    branding: Branding,
    title: str,
    *,
    column_mm: float | None = None,
) -> TableFit:
    """Fit a table to a page: as it is, with long words broken, in smaller type, or turned, in this order.

    `column_mm` is the width of the column that it stands in, which is never turned; None for the page's own.
    Raise BriefgenError, naming the table and the document, if it cannot be made to fit.
    """
    whole, broken = (_measure_columns(rows, branding, limit) for limit in (None, BREAKABLE_CHARACTERS))
    if column_mm is not None:
        page = replace(page, right_mm=page.width_mm - page.left_mm - column_mm)
    for turned in (False, True) if column_mm is None else (False,):
        width = (turn_page(page) if turned else page).text_width_mm / MM_PER_PT
        for size in TABLE_SIZES_PT:
            for ems in (whole, broken):
                columns = tuple(size * each + _CELL_PADDING_PT for each in ems)
                if sum(columns) <= width:
                    return TableFit(columns, ems is broken, size, turned)
    room = "a page on its side" if column_mm is None else "its column"
    raise BriefgenError(
        Problem(
            "table-too-wide",
            f"the table {describe_table(table)} is too wide for {room}, even in type of "
            f"{TABLE_SIZES_PT[-1]:g} points: it has {len(whole)} columns ({title})",
            None,
            "split it into two tables, or make its columns rows",
        )
    )


def describe_table(table: Element) -> str:
    """Return a table's caption, or else its first words, in quotation marks."""
    caption = table.find("caption")
    words = " ".join(_iter_words(table if caption is None else caption))
    return repr(words if len(words) <= 50 else f"{words[:49]}…")


def _measure_columns(rows: list[GridRow], branding: Branding, limit: int | None) -> list[float]:
    """Return the width of the longest word in each column, in ems; longer ones than `limit` are cut to it."""
    ems = [0.0] * (rows[0].columns if rows else 0)
    spanning = []
    for row in rows:
        for column, cell, element in row.iter_cells():
            # The longest words by characters: one of them is the widest, or nearly so.
            longest = sorted(set(_iter_words(element)), key=len)[-3:]
            widths = (text_width_pt(word[:limit], branding.text_family, 1) for word in longest)
            width = max(widths, default=0.0)
            width *= _BOLD_WIDTH_ALLOWANCE if row.is_header or element.tag == "th" else _WIDTH_ALLOWANCE
            if cell.span == 1:
                ems[column] = max(ems[column], width)
            else:
                spanning.append((slice(column, column + cell.span), cell.span, width))
    for columns, span, width in spanning:
        missing = max(0.0, width - sum(ems[columns])) / span
        ems[columns] = [each + missing for each in ems[columns]]
    return ems


def _iter_words(element: Element) -> Iterator[str]:
    """Yield the words of an element, without those of its footnotes."""
    return filter(None, _WORD_ENDS.split("".join(_iter_text(element))))


def _iter_text(element: Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if child.get("class") != "footnote":
            # Blocks and line breaks part words, inline elements do not.
            gap = "" if child.tag in ("a", "em", "strong", "span", "sup", "sub") else " "
            yield gap
            yield from _iter_text(child)
            yield gap
        yield child.tail or ""


def fit_tables(html: str, page: PageGeometry, branding: Branding, title: str) -> str:
    """Return a document's HTML with styles on the tables that do not fit the page as they are.

    Raise BriefgenError for a table that cannot be made to fit.
    """
    if 'class="columns"' not in html:
        return _TABLE.sub(lambda table: _style_table(table[0], page, branding, title), html)
    open_classes: list[str] = []

    def style(part: re.Match[str]) -> str:
        if part["opens"]:
            open_classes.append(part["opens"])
        elif part["closes"]:
            open_classes.pop()
        else:
            width_mm = _find_column_width(html, part.start(), open_classes, page)
            return _style_table(part[0], page, branding, title, width_mm)
        return part[0]

    return _TABLE_OR_DIVISION.sub(style, html)


def _find_column_width(html: str, at: int, open_classes: list[str], page: PageGeometry) -> float | None:
    """Return the width in mm of the column around a place in a document's HTML; None outside of columns."""
    if "columns" not in open_classes:
        return None
    if "aside" in open_classes:
        return column_shares(with_aside=True)[1] * page.text_width_mm
    # The block beside this column is an aside if one comes before the next columns do.
    following = html[at:].partition('class="columns"')[0]
    return column_shares(with_aside='class="aside"' in following)[0] * page.text_width_mm


def _style_table(
    html: str, page: PageGeometry, branding: Branding, title: str, column_mm: float | None = None
) -> str:
    table = ElementTree.fromstring(html)
    fit = fit_table(table, build_table_grid(table), page, branding, title, column_mm=column_mm)
    if fit == TableFit(fit.columns_pt):
        return html
    size = f"font-size:{fit.size_pt:g}pt" if fit.is_small else ""
    table.set("style", ";".join(filter(None, [size, TURNED_STYLE if fit.turned else ""])))
    if fit.breaks_words:
        for cell in (cell for row in table.iter("tr") for cell in row):
            if any(len(word) > BREAKABLE_CHARACTERS for word in _iter_words(cell)):
                cell.set("style", "overflow-wrap:anywhere")
    return ElementTree.tostring(table, "unicode", "html")
