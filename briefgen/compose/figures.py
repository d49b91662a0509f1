"""Figures in documents: picture, caption with its sources and, where wanted, the data as a table.

A snippet's figure is read here and drawn by briefgen.charts; briefgen.evidence checks whether it is true.
"""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial

from markupsafe import Markup

from briefgen.charts.plot import DataPoint, Plot
from briefgen.charts.scene import Scene
from briefgen.compose.boilerplate import figure_label
from briefgen.compose.citations import Note
from briefgen.compose.citations.placement import FIGURE_ID, FIGURE_MARK, figure_link
from briefgen.compose.passages import NoteCollector, TemplateApi, evidence_citations
from briefgen.compose.templates import format_long_date
from briefgen.errors import BriefgenError, Problem
from briefgen.evidence.edtf import DateSpan, parse_edtf
from briefgen.evidence.figure_checks import parse_figure_values
from briefgen.model.snippet import Datum, Figure, Snippet

_MM_PER_PIXEL = 25.4 / 96
_FIGURE_CAPTION = re.compile(rf'<span class="figure-number">{FIGURE_MARK}([a-z0-9-]+)</span>')
_NUMBER_MARK = re.compile(rf"(?<=>){FIGURE_MARK}([a-z0-9-]+)(?=</)")
_MARKED_SRC = re.compile(rf'src="{FIGURE_MARK}([a-z0-9_-]+)"')


@dataclass(slots=True)
class FigureApi:
    """The functions `figure` and `figure_table` of templates; keeps the pictures for `embed_figures`."""

    api: TemplateApi
    language: str
    country: str
    """The sender's, which decides how dates are written."""
    tables: bool = False
    """Whether the data follow a figure unless the template says otherwise."""
    accent: str = ""
    """The campaign's colour for bars, lines and dots, `#rrggbb`; empty for the default colour."""
    drawn: dict[str, Scene] = field(default_factory=dict)
    _printed: set[str] = field(default_factory=set)
    """Ids of the figures that the document has so far."""

    def forget_printed(self) -> None:
        """Begin the document again: no figure has been printed."""
        self.drawn.clear()
        self._printed.clear()

    def figure_ref(self, id: str) -> Markup:
        """Return a link to the figure with this id, in the text its number: `Figure 1`."""
        _require_figure(self.api.passage(id).snippet)
        return Markup(figure_link(id))

    def figure(self, id: str, table: bool | None = None, width: float | None = None) -> Markup:
        """Return the figure with this id as a block; raise BriefgenError if it may not be printed.

        `width` is that of its place in mm; without it, the figure is as wide as the narrowest page's text.
        """
        from briefgen.charts import CHART_WIDTH

        passage = self.api.passage(id)
        snippet = passage.snippet
        pixels = CHART_WIDTH if width is None else _check_width(id, width)
        name = id if width is None else f"{id}_{pixels:.0f}"
        html = render_figure_html(
            snippet,
            name,
            passage.text + _legend_html(snippet) + passage.render_caveat_sentences(),
            passage.render_note("sources"),
            numbered=id not in self._printed,
        )
        self._printed.add(id)
        if name not in self.drawn:
            scene = draw_figure(snippet, self.language, self.country, pixels)
            self.drawn[name] = scene.with_accent_colour(self.accent) if self.accent else scene
        if self.tables if table is None else table:
            html += self.figure_table(id)
        return html

    def figure_table(self, id: str) -> Markup:
        """Return the data of this figure alone, as a block: for documents that show no pictures."""
        snippet = self.api.passage(id).snippet
        return render_figure_table(snippet, self.language, self.country, self.api.note_collector)


def _check_width(id: str, width: object) -> float:
    """Return a width in pixels; raise BriefgenError for one at which no chart is drawn."""
    from briefgen.charts import CHART_WIDTH, MIN_CHART_WIDTH

    pixels = width / _MM_PER_PIXEL if isinstance(width, int | float) and not isinstance(width, bool) else 0.0
    if not MIN_CHART_WIDTH <= pixels <= CHART_WIDTH + 0.5:
        raise BriefgenError(
            Problem(
                "figure-width",
                f"figure({id!r}) cannot be drawn {width!r} mm wide",
                None,
                f"give a number from {math.ceil(MIN_CHART_WIDTH * _MM_PER_PIXEL)} to "
                f"{round(CHART_WIDTH * _MM_PER_PIXEL)}, or leave width out",
            )
        )
    return min(pixels, CHART_WIDTH)


def render_figure_html(
    snippet: Snippet, name: str, wording: Markup, sources: Markup, *, numbered: bool = True
) -> Markup:
    """Render a figure: caption (number, title and, on a line of its own, unit), image, wording and sources.

    `embed_figures` replaces the mark in the image's `src` with the picture of this `name`.

    `number_figures` replaces the mark of the number. References lead to a figure that is `numbered`: where it
    is printed first.
    """
    figure = _require_figure(snippet)
    caption = Markup('<span class="figure-number">{}{}</span> <strong>{}</strong>').format(
        FIGURE_MARK, snippet.id, snippet.title
    )
    if figure.unit:
        caption += Markup("<br>{}").format(figure.unit[:1].upper() + figure.unit[1:])
    image = Markup('<img src="{}" alt="{}">').format(f"{FIGURE_MARK}{name}", " ".join(figure.alt.split()))
    source_line = Markup("<p>{}</p>").format(sources) if sources else Markup("")
    identifier = Markup(' id="{}{}"').format(FIGURE_ID, snippet.id) if numbered else ""
    return Markup("<figure{}><figcaption>{}</figcaption>{}<p>{}</p>{}</figure>").format(
        identifier, caption, image, wording, source_line
    )


def _legend_html(snippet: Snippet) -> Markup:
    legend = _require_figure(snippet).legend.strip()
    return Markup(" {}").format(legend) if legend else Markup("")


def number_figures(html: str, language: str) -> str:
    """Replace the marks of figures' numbers, in captions and references, by their numbers in order."""
    if FIGURE_MARK not in html:
        return html
    numbers = {id: number for number, id in enumerate(dict.fromkeys(_FIGURE_CAPTION.findall(html)), 1)}
    return _NUMBER_MARK.sub(
        lambda mark: figure_label(numbers[mark[1]], language) if mark[1] in numbers else mark[0], html
    )


def embed_figures(html: str, drawn: Mapping[str, Scene]) -> str:
    """Replace the marks in canonical HTML with the figures' pictures, as SVG and as PNG."""
    return _MARKED_SRC.sub(
        lambda match: _scene_attributes(drawn[match[1]]) if match[1] in drawn else match[0], html
    )


@cache
def _scene_attributes(scene: Scene) -> str:
    from briefgen.charts.png import render_png
    from briefgen.charts.svg import render_svg

    svg, png = (base64.b64encode(data).decode() for data in (render_svg(scene), render_png(scene)))
    return f'src="data:image/svg+xml;base64,{svg}" data-png="data:image/png;base64,{png}"'


# -- drawing


def draw_figure(snippet: Snippet, language: str, country: str = "", width: float | None = None) -> Scene:
    """Draw a figure, `width` pixels wide; raise BriefgenError if it cannot be drawn, or fits on no page."""
    from briefgen.charts import CHART_WIDTH, MAX_CHART_HEIGHT, draw_chart

    if problems := list(_check_glyphs(snippet)):
        raise BriefgenError(problems)
    scene = draw_chart(build_plot(snippet, language, country), width or CHART_WIDTH)
    if scene.height > MAX_CHART_HEIGHT:
        raise BriefgenError(
            Problem(
                "figure-too-high",
                f"the figure {snippet.id!r} would be {scene.height:,.0f} pixels high; "
                f"a page has room for {MAX_CHART_HEIGHT:,.0f}",
                snippet.locate("figure", "rows"),
                "shorten the labels, or split it into two figures",
            )
        )
    return scene


def build_plot(snippet: Snippet, language: str, country: str = "") -> Plot:
    """Build the plot of a figure from its data, with labels and dates in words.

    Dates follow the country's conventions, or are in digits where the typeface lacks letters for that.
    """
    from briefgen.charts.typeface import find_missing_characters

    figure = _require_figure(snippet)
    marks = []
    for datum, value in zip(figure.rows, parse_figure_values(figure), strict=True):
        span = parse_edtf(datum.date)
        date = format_edtf_date(datum.date, language, country)
        mark = DataPoint(
            datum.label.strip(),
            datum.date if find_missing_characters(date) else date,
            _day_range(span),
            datum.value.strip(),
            status=datum.status,
        )
        if value is not None:
            low, high = float(value.low), float(value.high)
            mark = DataPoint(
                mark.label,
                mark.date,
                mark.days,
                mark.value,
                low,
                high,
                value.may_be_more,
                value.may_be_less,
                mark.status,
            )
        marks.append(mark)
    return Plot(figure.chart, tuple(marks), language)


def _require_figure(snippet: Snippet) -> Figure:
    if snippet.figure is None:
        raise BriefgenError(
            Problem(
                "figure-kind",
                f"{snippet.id!r} is of kind {snippet.kind}, not a figure",
                None,
                f'write snippet("{snippet.id}"), or name a figure; briefgen snippets list --kind figure',
            )
        )
    return snippet.figure


def _day_range(span: DateSpan | None) -> tuple[float, float] | None:
    ends = [day.toordinal() for day in (span.start, span.end) if day] if span else []
    return (float(min(ends)), float(max(ends))) if ends else None


def _check_glyphs(snippet: Snippet) -> Iterator[Problem]:
    """Report characters that the figures' typeface lacks; pages would take them from the system's fonts."""
    from briefgen.charts.typeface import find_missing_characters

    texts = [(_require_figure(snippet).unit, snippet.locate("figure", "unit"))]
    for row, datum in enumerate(snippet.data):
        texts += [
            (getattr(datum, key), snippet.locate("figure", "rows", row, key)) for key in ("label", "value")
        ]
    for text, place in texts:
        if missing := find_missing_characters(text):
            message = f"the typeface of figures lacks {' '.join(missing[:5])}, used in {text[:40]!r}"
            yield Problem("figure-glyph", message, place, "write names in Latin, Greek or Cyrillic letters")


def check_figure_drawings(snippets: Iterable[Snippet]) -> Iterator[Problem]:
    """Report what prevents drawing the printable figures, beyond what the evidence checks report."""
    for snippet in snippets:
        if snippet.figure is None or snippet.review.status != "verified":
            continue
        figure_values = parse_figure_values(snippet.figure)
        dated = all(parse_edtf(datum.date) for datum in snippet.data if datum.date)
        if not dated or (snippet.figure.chart != "timeline" and None in figure_values):
            yield from _check_glyphs(snippet)
            continue
        try:
            draw_figure(snippet, "en")
        except BriefgenError as error:
            yield from error.problems


# -- dates


def format_edtf_date(date: str, language: str = "en", country: str = "") -> str:
    """Format an EDTF date: `17 October 2025`, `October 2025`, `2014–2017`, `c. 1995`, `1990s`."""
    start, slash, end = date.partition("/")
    if not slash:
        return _format_single_date(start, language, country)
    format_part = partial(_format_single_date, language=language, country=country)
    parts = ["" if part in ("", "..") else format_part(part) for part in (start, end)]
    # No spaces around the dash between years, spaces between words.
    dash = "–" if all(part.isdigit() or not part for part in parts) else " – "
    return dash.join(parts).strip()


def _format_single_date(date: str, language: str, country: str) -> str:
    from babel.dates import format_skeleton
    from babel.localedata import exists

    unmarked = date.rstrip("?~%")
    span = parse_edtf(unmarked)
    if span is None or span.start is None:
        return date
    if not span.parts:
        is_decade = unmarked.count("X") == 1 and language.startswith("en")
        last = span.end.year if span.end else ""
        words = f"{span.start.year}s" if is_decade else f"{span.start.year}–{last}"
    else:
        year, month, day = span.parts[0]
        if day:
            words = format_long_date(span.start, language, country)
        elif month:
            known = (code for code in (language.replace("-", "_"), language.split("-")[0]) if exists(code))
            words = format_skeleton("yMMMM", span.start, locale=next(known, "en"))
        else:
            words = str(year)
    qualifiers = date[len(unmarked) :]
    words = f"c. {words}" if set(qualifiers) & set("~%") else words
    return f"{words} (?)" if set(qualifiers) & set("?%") else words


# -- the data as a table


def render_figure_table(snippet: Snippet, language: str, country: str, notes: NoteCollector) -> Markup:
    """Render the data of a figure as a table, each datum with its sources and locators.

    They are cited in `notes`, whose marks stand in the cells.
    """
    figure = _require_figure(snippet)
    labelled = any(datum.label for datum in figure.rows)
    dated = any(datum.date for datum in figure.rows)
    timeline = figure.chart == "timeline"
    headers = ["Date"] if dated else []
    if labelled:
        headers.append("What happened" if timeline else "Who or what")
    headers += [*([] if timeline else [figure.unit[:1].upper() + figure.unit[1:]]), "Source and place"]
    rows = Markup("")
    for datum in figure.rows:
        cells: list[str | Markup] = [format_edtf_date(datum.date, language, country)] if dated else []
        cells += [_append_note(datum, timeline)] if labelled else []
        cells += [] if timeline else [_append_status(datum.value, datum, not labelled)]
        computed = [f"computed: {evidence.computed}" for evidence in datum.evidence if evidence.computed]
        mark = notes.add(Note(evidence_citations(datum.evidence), form="cell"))
        cells.append(Markup("; ").join([*([mark] if mark else []), *dict.fromkeys(computed)]))
        cells_html = (Markup("<td>{}</td>").format(cell) for cell in cells)
        rows += Markup("<tr>{}</tr>").format(Markup("").join(cells_html))
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(header) for header in headers)
    return Markup(
        "<table><caption>{}: the data</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table>"
    ).format(snippet.title, head, rows)


def _append_note(datum: Datum, timeline: bool) -> str:
    text = f"{datum.label} ({datum.note})" if datum.note else datum.label
    return _append_status(text, datum, False) if timeline else text


def _append_status(text: str, datum: Datum, with_note: bool) -> str:
    remarks = "; ".join(filter(None, [datum.status, datum.note if with_note else ""]))
    return f"{text} ({remarks})" if remarks else text
