"""Figures as documents carry them: picture, caption with its sources, and the data as a table where wanted.

What a figure says is read here from its snippet and drawn by briefgen.charts; whether it is true is for
briefgen.evidence to say.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial

from markupsafe import Markup

from briefgen.charts.plot import Mark, Plot
from briefgen.charts.scene import Scene
from briefgen.compose.passages import Desk
from briefgen.compose.record import describe, place_words
from briefgen.compose.templates import long_date
from briefgen.errors import BriefgenError, Problem
from briefgen.evidence.dates import Span, read_edtf
from briefgen.evidence.figure_checks import values
from briefgen.model.snippet import Datum, Evidence, Figure, Snippet
from briefgen.model.source import Reference

_MARK = "figure:"
_LAW = ("bill", "legal_case", "legislation", "regulation", "treaty")
_DRAWN = re.compile(rf'src="{_MARK}([a-z0-9-]+)"')


@dataclass(slots=True)
class Figures:
    """What a template can call as `figure(id)`; keeps the pictures until the markup has been read."""

    desk: Desk
    references: Mapping[str, Reference]
    language: str
    country: str
    """Of the sender: it decides how dates are written."""
    tables: bool = False
    """Whether a figure has its data below it, where the template does not say."""
    accent: str = ""
    """Colour of the campaign for bars, lines and dots, `#rrggbb`; empty for briefgen's own."""
    drawn: dict[str, Scene] = field(default_factory=dict)

    def figure(self, id: str, table: bool | None = None) -> Markup:
        """The figure with this id, as a block; raises BriefgenError where it may not be printed."""
        passage = self.desk.passage(id)
        snippet = passage.snippet
        html = figure_html(snippet, passage.note(), passage.text + _legend(snippet) + passage.sentences())
        if id not in self.drawn:
            scene = scene_of(snippet, self.language, self.country)
            self.drawn[id] = scene.accented(self.accent) if self.accent else scene
        if self.tables if table is None else table:
            html += self.table(id)
        return html

    def table(self, id: str) -> Markup:
        """The data of this figure alone, as a block: for documents that show no picture."""
        snippet = self.desk.passage(id).snippet
        return table_html(snippet, self.references, self.language, self.country)


_FIGURE = Markup(
    '<figure><figcaption><strong>{}{}</strong>{}</figcaption><img src="{}" alt="{}"/></figure><p>{}</p>'
)


def figure_html(snippet: Snippet, note: Markup, wording: Markup) -> Markup:
    """A figure between its caption (title, unit, call of the note with its sources) and its wording.

    The picture comes in later, see `with_figures`.
    """
    figure = _figure_of(snippet)
    unit = f" ({figure.unit})" if figure.unit else ""
    alt = " ".join(figure.alt.split())
    return _FIGURE.format(snippet.title, unit, note, f"{_MARK}{snippet.id}", alt, wording)


def _legend(snippet: Snippet) -> Markup:
    legend = _figure_of(snippet).legend.strip()
    return Markup(" {}").format(legend) if legend else Markup("")


def with_figures(html: str, drawn: Mapping[str, Scene]) -> str:
    """Canonical HTML in which every figure carries its picture, as SVG and as PNG."""
    return _DRAWN.sub(lambda found: _carried(drawn[found[1]]) if found[1] in drawn else found[0], html)


@cache
def _carried(scene: Scene) -> str:
    from briefgen.charts.png import as_png
    from briefgen.charts.svg import as_svg

    svg, png = (base64.b64encode(data).decode() for data in (as_svg(scene), as_png(scene)))
    return f'src="data:image/svg+xml;base64,{svg}" data-png="data:image/png;base64,{png}"'


# -- drawing


def scene_of(snippet: Snippet, language: str, country: str = "") -> Scene:
    """The picture of a figure; raises BriefgenError where it cannot be drawn, or would fit on no page."""
    from briefgen.charts import MAX_HEIGHT, draw

    if problems := list(_unwritable(snippet)):
        raise BriefgenError(problems)
    scene = draw(plot_of(snippet, language, country))
    if scene.height > MAX_HEIGHT:
        raise BriefgenError(
            Problem(
                "figure-too-high",
                f"the figure {snippet.id!r} would be {scene.height:,.0f} pixels high, "
                f"and a page has room for {MAX_HEIGHT:,.0f}",
                snippet.at("figure", "rows"),
                "shorten the labels, or make two figures of it",
            )
        )
    return scene


def plot_of(snippet: Snippet, language: str, country: str = "") -> Plot:
    """What a figure shows, by value and in words.

    Dates are written as the country writes them, or in digits where the face has no letters for that.
    """
    from briefgen.charts.lettering import unwritable

    figure = _figure_of(snippet)
    marks = []
    for datum, value in zip(figure.rows, values(figure), strict=True):
        span = read_edtf(datum.date)
        date = date_words(datum.date, language, country)
        mark = Mark(
            datum.label.strip(),
            datum.date if unwritable(date) else date,
            _days(span),
            datum.value.strip(),
            status=datum.status,
        )
        if value is not None:
            low, high = float(value.low), float(value.high)
            mark = Mark(
                mark.label, mark.date, mark.days, mark.value, low, high, value.more, value.less, mark.status
            )
        marks.append(mark)
    return Plot(figure.chart, figure.unit, tuple(marks), language)


def _figure_of(snippet: Snippet) -> Figure:
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


def _days(span: Span | None) -> tuple[float, float] | None:
    ends = [day.toordinal() for day in (span.start, span.end) if day] if span else []
    return (float(min(ends)), float(max(ends))) if ends else None


def _unwritable(snippet: Snippet) -> Iterator[Problem]:
    """Characters that the face of figures has not; a page would take them from the system's fonts."""
    from briefgen.charts.lettering import unwritable

    texts = [(_figure_of(snippet).unit, snippet.at("figure", "unit"))]
    for row, datum in enumerate(snippet.data):
        texts += [(getattr(datum, key), snippet.at("figure", "rows", row, key)) for key in ("label", "value")]
    for text, place in texts:
        if lacking := unwritable(text):
            message = f"figures are lettered in a face without {' '.join(lacking[:5])}, for {text[:40]!r}"
            yield Problem("figure-glyph", message, place, "write names in Latin, Greek or Cyrillic letters")


def drawing_problems(snippets: Iterable[Snippet]) -> Iterator[Problem]:
    """What keeps figures that may be printed from being drawn, besides what the checks of evidence tell."""
    for snippet in snippets:
        if snippet.figure is None or snippet.review.status != "verified":
            continue
        read = values(snippet.figure)
        dated = all(read_edtf(datum.date) for datum in snippet.data if datum.date)
        if not dated or (snippet.figure.chart != "timeline" and None in read):
            yield from _unwritable(snippet)
            continue
        try:
            scene_of(snippet, "en")
        except BriefgenError as error:
            yield from error.problems


# -- dates


def date_words(date: str, language: str = "en", country: str = "") -> str:
    """A date of EDTF as it is printed: `17 October 2025`, `October 2025`, `2014–2017`, `c. 1995`, `1990s`."""
    start, slash, end = date.partition("/")
    if not slash:
        return _one_date(start, language, country)
    say = partial(_one_date, language=language, country=country)
    parts = ["" if part in ("", "..") else say(part) for part in (start, end)]
    # Thin where only years stand, spaced where words do.
    joint = "–" if all(part.isdigit() or not part for part in parts) else " – "
    return joint.join(parts).strip()


def _one_date(date: str, language: str, country: str) -> str:
    from babel.dates import format_skeleton
    from babel.localedata import exists

    plain = date.rstrip("?~%")
    span = read_edtf(plain)
    if span is None or span.start is None:
        return date
    if not span.parts:
        decade = plain.count("X") == 1 and language.startswith("en")
        last = span.end.year if span.end else ""
        words = f"{span.start.year}s" if decade else f"{span.start.year}–{last}"
    else:
        year, month, day = span.parts[0]
        if day:
            words = long_date(span.start, language, country)
        elif month:
            known = (code for code in (language.replace("-", "_"), language.split("-")[0]) if exists(code))
            words = format_skeleton("yMMMM", span.start, locale=next(known, "en"))
        else:
            words = str(year)
    marks = date[len(plain) :]
    words = f"c. {words}" if set(marks) & set("~%") else words
    return f"{words} (?)" if set(marks) & set("?%") else words


# -- the data as a table


def table_html(snippet: Snippet, references: Mapping[str, Reference], language: str, country: str) -> Markup:
    """The data of a figure as a table, each datum with its sources and their places."""
    figure = _figure_of(snippet)
    labelled = any(datum.label for datum in figure.rows)
    dated = any(datum.date for datum in figure.rows)
    timeline = figure.chart == "timeline"
    heads = ["Date"] if dated else []
    if labelled:
        heads.append("What happened" if timeline else "Item")
    heads += [*([] if timeline else [figure.unit[:1].upper() + figure.unit[1:]]), "Source and place"]
    rows = Markup("")
    for datum in figure.rows:
        cells = [date_words(datum.date, language, country)] if dated else []
        cells += [_with_note(datum, timeline)] if labelled else []
        cells += [] if timeline else [_with_status(datum.value, datum, not labelled)]
        cells.append("; ".join(dict.fromkeys(source_words(one, references) for one in datum.evidence)))
        written = (Markup("<td>{}</td>").format(cell) for cell in cells)
        rows += Markup("<tr>{}</tr>").format(Markup("").join(written))
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(name) for name in heads)
    return Markup(
        "<table><caption>{}: the data</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table>"
    ).format(snippet.title, head, rows)


def _with_note(datum: Datum, timeline: bool) -> str:
    said = f"{datum.label} ({datum.note})" if datum.note else datum.label
    return _with_status(said, datum, False) if timeline else said


def _with_status(said: str, datum: Datum, noted: bool) -> str:
    more = [datum.status, datum.note if noted else ""]
    told = "; ".join(part for part in more if part)
    return f"{said} ({told})" if told else said


def source_words(evidence: Evidence, references: Mapping[str, Reference]) -> str:
    """A piece of evidence in words for tables: who said it, through whom, and the place."""
    if evidence.source is None:
        return f"computed: {evidence.computed}"
    chain = "".join(
        f"{_named(via.source, via.locator, references)}, {via.relation} in " for via in evidence.via
    )
    return chain + _named(evidence.source, evidence.locator, references)


def _named(source: str, locator: Mapping[str, str], references: Mapping[str, Reference]) -> str:
    place = "".join(f", {place_words(label, value)}" for label, value in locator.items())
    reference = references.get(source)
    if reference is None:
        return f"{source}{place}"
    # A page without author is known by where it stands; of a law that would be the name of a series.
    unnamed = not reference.csl.get("author") and reference.csl.get("type") not in _LAW
    where = str(reference.csl.get("container-title", "")) if unnamed else ""
    return f"{f'{where}, ' if where else ''}{describe(reference)}{place}"
