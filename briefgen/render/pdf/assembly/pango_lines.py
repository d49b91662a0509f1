"""Break a paragraph of plain text into lines in one pass of Pango, where WeasyPrint takes four to a line.

The lines and their operators are those of WeasyPrint (70.0), which sets each line once more by itself. What
its rules could decide otherwise raises NotAssembledError, and WeasyPrint breaks the lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from weasyprint.text.ffi import FROM_UNITS, TO_UNITS, ffi, pango
from weasyprint.text.line_break import Layout

from briefgen.render.pdf.assembly.errors import NotAssembledError
from briefgen.render.pdf.assembly.text_painting import FontGlyphs, FontStore, PaintedText, to_pdf

_UNUSUAL = re.compile(
    "[\t\n\r\f\x0b\x1c-\x1f\x85\u2028\u2029\xad\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u200e\u200f\u202a-\u202e"
    "\u2066-\u2069]|  |^ | $"
)
"""White space that collapses, soft hyphens, and writing from right to left."""
_PLAIN_STYLE = {
    "letter_spacing": "normal",
    "word_spacing": 0,
    "direction": "ltr",
    "text_transform": "none",
    "white_space": "normal",
    "visibility": "visible",
    "overflow_wrap": "normal",
}
_NEXT_WORD_SLACK = 600
"""Pango's units by which a word may seem too long for a line that has room for it without its space."""
_UNCONFINED_PX = 2.0**20
_MAX_STYLES = 64


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of text."""

    painted: PaintedText
    width: float
    characters: int


@dataclass(slots=True)
class LineBreaker:
    """Breaks text into lines, and keeps what it needs to know of styles and fonts."""

    fonts: FontStore
    _layouts: dict[int, tuple[Any, Any, Any]] = field(default_factory=dict)
    """By the identity of a style: the style, Pango's layout for it, and the key of its first font."""
    _font_glyphs: dict[Any, _FontMeasures] = field(default_factory=dict)

    def break_text(self, text: str, style: Any, width: float) -> list[TextLine]:
        """Return the lines of a text in a column of some width, in pixels."""
        if _UNUSUAL.search(text):
            raise NotAssembledError("text whose lines WeasyPrint breaks")
        lines: list[TextLine] = []
        rest = text.encode()
        while rest:
            rest = self._add_lines(rest, style, width, lines)
        return lines

    def _get_layout(self, style: Any, width: float) -> Any:
        """Return Pango's layout for a style, of some width."""
        kept = self._layouts.get(id(style))
        if kept is None:
            is_plain = all(style[name] == value for name, value in _PLAIN_STYLE.items())
            if not is_plain or style["hyphens"] == "auto":
                raise NotAssembledError("a style whose lines WeasyPrint breaks")
            if style["text_decoration_line"] not in ("none", set(), frozenset()):
                raise NotAssembledError("decorated text")
            if len(self._layouts) >= _MAX_STYLES:
                self._layouts.clear()
            layout = Layout(style)
            kept = self._layouts[id(style)] = style, layout, self._find_first_font(layout)
        pango.pango_layout_set_width(kept[1].layout, int(max(0, width) * TO_UNITS))
        return kept[1].layout

    def _find_first_font(self, layout: Any) -> Any:
        pango.pango_layout_set_text(layout.layout, b"x", 1)
        line = pango.pango_layout_get_line_readonly(layout.layout, 0)
        (item, _), *_ = _iter_runs(line)
        return self.fonts.add(item.analysis.font)[0]

    def _add_lines(self, data: bytes, style: Any, width: float, lines: list[TextLine]) -> bytes:
        """Add lines until WeasyPrint breaks one otherwise than Pango; return the text that remains."""
        layout, limit = self._get_layout(style, width), int(width * TO_UNITS)
        pango.pango_layout_set_text(layout, data, len(data))
        line, index = pango.pango_layout_get_line_readonly(layout, 0), 0
        while True:
            start, end = line.start_index, line.start_index + line.length
            following = pango.pango_layout_get_line_readonly(layout, index + 1)
            if following == ffi.NULL:
                lines.append(self._set_last_line(line, data, start, style, limit))
                return b""
            next_space = data.find(b" ", following.start_index)
            if (
                next_space > 0
                and _measure_run(line, end) + _measure_run(following, next_space) <= limit + _NEXT_WORD_SLACK
            ):
                whole = _add_next_word(layout, data[start:], data[start:end])
                if whole is not None:
                    free = self._get_layout(style, _UNCONFINED_PX)
                    pango.pango_layout_set_text(free, whole, len(whole))
                    only = pango.pango_layout_get_line_readonly(free, 0)
                    # As WeasyPrint does, which takes this line for one that fits.
                    lines.append(self._set_last_line(only, whole, 0, style, None))
                    return data[start + len(whole) + 1 :]
                data, index = data[start:], 0
                pango.pango_layout_set_text(layout, data, len(data))
                line = pango.pango_layout_get_line_readonly(layout, 0)
                following = pango.pango_layout_get_line_readonly(layout, 1)
                start, end = 0, line.length
            stop = start + len(data[start:end].rstrip(b" "))
            painted, units = self._paint_line(line, data, stop, style, is_last=False)
            if units > limit:
                raise NotAssembledError("a word that is longer than a line")
            lines.append(TextLine(painted, units * FROM_UNITS, len(data[start:stop].decode())))
            line, index = following, index + 1

    def _set_last_line(self, line: Any, data: bytes, start: int, style: Any, limit: int | None) -> TextLine:
        end = line.start_index + line.length
        painted, _ = self._paint_line(line, data, end, style, is_last=True)
        extents = ffi.new("PangoRectangle *")
        pango.pango_layout_line_get_extents(line, ffi.NULL, extents)
        if limit is not None and extents.width > limit:
            raise NotAssembledError("a word that is longer than a line")
        return TextLine(painted, extents.width * FROM_UNITS, len(data[start:end].decode()))

    def _paint_line(
        self, line: Any, data: bytes, stop: int, style: Any, *, is_last: bool
    ) -> tuple[PaintedText, int]:
        """Return a line as operators up to a byte of the text, and its width in Pango's units."""
        used: dict[Any, FontGlyphs] = {}
        operators: list[bytes] = []
        previous, shown, total = None, "", 0
        if line.runs == ffi.NULL:
            raise NotAssembledError("an empty line")
        for item, glyphs in _iter_runs(line):
            if item.offset >= stop:
                break
            if item.analysis.level % 2:
                raise NotAssembledError("text from right to left")
            pango_font = item.analysis.font
            if pango_font != previous:
                previous = pango_font
                measures = self._get_measures(pango_font)
                glyphs_used = used.setdefault(measures.key, FontGlyphs(measures.key, {}, {}))
                if shown:
                    operators.append(b"[%b] TJ" % shown.encode())
                shown = ""
                operators.append(b"/%b %b Tf" % (measures.name, to_pdf(measures.size)))
            ids, advances, clusters = _read_glyphs(glyphs)
            if item.offset + item.length >= stop:
                while ids and item.offset + clusters[len(ids) - 1] >= stop:
                    ids.pop()
                del advances[len(ids) :]
                if not is_last and ids:
                    # Nothing follows that the last glyph could be kerned with.
                    advances[-1] = measures.get_natural_width(ids[-1], pango_font, advances[-1])
            measures.note_glyphs(ids, clusters, data, item, pango_font, glyphs_used)
            text = "".join([measures.show(pair) for pair in zip(ids, advances, strict=True)])
            shown += f"<{text}>" if text and not text.endswith("<") else f"<{text}"[:-1]
            total += sum(advances)
        operators.append(b"[%b] TJ" % shown.encode())
        if used.keys() != {self._layouts[id(style)][2]}:
            raise NotAssembledError("a line with other fonts, which may stand elsewhere")
        return PaintedText(b"\n".join(operators), tuple(used.values()), style["color"]), total

    def _get_measures(self, pango_font: Any) -> _FontMeasures:
        key, size = self.fonts.add(pango_font)
        measures = self._font_glyphs.get((key, size))
        if measures is None:
            font = self.fonts.get_font(key)
            if font.bitmap or font.png or font.svg or font.colr:
                raise NotAssembledError("pictures among the letters")
            measures = self._font_glyphs[key, size] = _FontMeasures(key, font.hash.encode(), size)
        return measures


@dataclass(slots=True)
class _FontMeasures:
    """What painting needs to know of a font in a size."""

    key: Any
    name: bytes
    """As content streams call it."""
    size: float
    widths: dict[int, int] = field(default_factory=dict)
    """Width of each glyph, in thousandths of the size."""
    natural: dict[int, int] = field(default_factory=dict)
    """The same in Pango's units."""
    texts: dict[tuple[int, int], str] = field(default_factory=dict)
    """How a glyph with some advance is written."""

    def measure(self, glyph: int, pango_font: Any) -> None:
        """Measure a glyph."""
        ink, logical = ffi.new("PangoRectangle *"), ffi.new("PangoRectangle *")
        pango.pango_font_get_glyph_extents(pango_font, glyph, ink, logical)
        self.natural[glyph] = logical.width
        self.widths[glyph] = round(logical.width * 1000 * FROM_UNITS / self.size)

    def get_natural_width(self, glyph: int, pango_font: Any, advance: int) -> int:
        """Return the width of a glyph without kerning; that of a place without a glyph is its advance."""
        if glyph == pango.PANGO_GLYPH_EMPTY or glyph & pango.PANGO_GLYPH_UNKNOWN_FLAG:
            return advance
        if glyph not in self.natural:
            self.measure(glyph, pango_font)
        return self.natural[glyph]

    def note_glyphs(
        self, ids: list[int], clusters: list[int], data: bytes, item: Any, pango_font: Any, used: FontGlyphs
    ) -> None:
        """Add glyphs to those that a text uses, with what they stand for."""
        first = {glyph: index for index, glyph in reversed(list(enumerate(ids)))}
        for glyph in dict.fromkeys(ids):
            if glyph == pango.PANGO_GLYPH_EMPTY:
                continue
            if glyph & pango.PANGO_GLYPH_UNKNOWN_FLAG:
                raise NotAssembledError("a character that no font has")
            if glyph not in self.widths:
                self.measure(glyph, pango_font)
            used.widths[glyph] = self.widths[glyph]
            if glyph not in used.characters:
                index = first[glyph]
                end = clusters[index + 1] if index + 1 < len(clusters) else item.length
                used.characters[glyph] = data[item.offset + clusters[index] : item.offset + end].decode()

    def show(self, pair: tuple[int, int]) -> str:
        """Return how a glyph with some advance is written, as WeasyPrint does."""
        text = self.texts.get(pair)
        if text is None:
            glyph, advance = pair
            if glyph == pango.PANGO_GLYPH_EMPTY:
                text = f">{-advance / self.size}<"
            else:
                kerning = self.widths[glyph] + 0.0 - advance * 1000 * FROM_UNITS / self.size
                text = f"{glyph:04x}>{int(kerning)}<" if kerning else f"{glyph:04x}"
            self.texts[pair] = text
        return text


def _iter_runs(line: Any) -> Iterator[tuple[Any, Any]]:
    """Yield the item and the glyphs of each run on a line."""
    run = line.runs
    while run != ffi.NULL:
        yield run.data.item, run.data.glyphs
        run = run.next


def _read_glyphs(glyphs: Any) -> tuple[list[int], list[int], list[int]]:
    """Return numbers, advances and clusters of glyphs, read as one array of integers."""
    count = glyphs.num_glyphs
    numbers = memoryview(ffi.buffer(glyphs.glyphs, count * 20)).cast("i")
    if any(numbers[2::5]) or any(numbers[3::5]):
        raise NotAssembledError("glyphs that stand off their line")
    clusters = memoryview(ffi.buffer(glyphs.log_clusters, count * 4)).cast("i")
    return numbers[0::5].tolist(), numbers[1::5].tolist(), clusters.tolist()


def _measure_run(line: Any, stop: int) -> int:
    """Return the width of a line up to a byte of the text, in Pango's units."""
    total = 0
    for item, glyphs in _iter_runs(line):
        for index in range(glyphs.num_glyphs):
            if item.offset + glyphs.log_clusters[index] >= stop:
                return total
            total += glyphs.glyphs[index].geometry.width
    return total


def _add_next_word(layout: Any, data: bytes, first: bytes) -> bytes | None:
    """Return the line with the next word on it, if that fits without the space behind it.

    That is the third step of WeasyPrint's `split_first_line`.
    """
    text, line = data.decode(), first.decode()
    pango.pango_layout_set_text(layout, data, len(data))
    attributes = pango.pango_layout_get_log_attrs_readonly(layout, ffi.NULL)
    following = text[len(line) :]
    breaks = (i for i in range(len(following) - 1) if attributes[len(line) + 1 + i].is_line_break)
    point = next(breaks, None)
    if point is None or following[point] != " ":
        return None
    word = following[:point].rstrip(" ")
    if not word:
        return None
    whole = (line + word).encode()
    pango.pango_layout_set_text(layout, whole, len(whole))
    return whole if pango.pango_layout_get_line_readonly(layout, 1) == ffi.NULL else None
