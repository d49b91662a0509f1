"""Check figures: that their data are well formed, and that each datum is proved by its own evidence.

Values are parsed with the number parser that also reads passages, so the same rules hold for both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from briefgen.errors import Place, Problem
from briefgen.evidence import hedges, wording_checks
from briefgen.evidence.edtf import DateSpan, parse_edtf, spell_out_edtf
from briefgen.evidence.inline_markdown import find_unsupported_markup, strip_markdown
from briefgen.evidence.normalize import normalize_text, prepare_prose
from briefgen.evidence.numbers import Number, find_numbers
from briefgen.evidence.passages import SupportingEvidence
from briefgen.model.snippet import Datum, Figure, Snippet
from briefgen.model.source import Source

_LOWER_BOUND_HEDGES = frozenset({"more-than", "at-least"})
_UPPER_BOUND_HEDGES = frozenset({"less-than", "at-most"})
_MARKDOWN_MARKS = re.compile(r"[*_`\[\]]")
_RANGE_LINK = re.compile(r"\s*(?:to|and|-)\s*")
_REQUIRED_STATUS = {"superseded": ("superseded",), "disputed": ("contested", "superseded")}
"""By a snippet's confidence: the status, one of these, that a datum with the same figure must carry."""


@dataclass(frozen=True, slots=True)
class FigureValue:
    """The value of a datum, parsed."""

    number: Number
    low: Fraction
    high: Fraction
    """Equal to `low` for a single value."""
    may_be_more: bool
    """The value is a lower limit: `more than 10,000`."""
    may_be_less: bool
    """The value is an upper limit: `up to 200,000`."""


def parse_figure_value(text: str, unit: str) -> FigureValue | str:
    """Parse a value with its unit; if that fails, return why, in words that follow `the value …`."""
    whole = prepare_prose(text)
    # A unit can be part of the number, as with the value `45.5` and the unit `percent of all`.
    found = [number for number in find_numbers(f"{whole} {prepare_prose(unit)}") if number.start < len(whole)]
    if (
        len(found) == 2
        and found[0].low > found[1].high
        and _RANGE_LINK.fullmatch(whole[found[0].end : found[1].start])
    ):
        return f"runs from {found[0].words} down to {found[1].words}"
    if len(found) != 1:
        return "is not a number" if not found else "contains more than one number"
    number = found[0]
    amount = number.kind == "amount"
    year = number.date[0] if number.kind == "date" and number.date[1:] == (None, None) else None
    if not amount and year is None:
        return "is not a number"
    low, high = (number.low, number.high) if amount else (Fraction(year or 0), Fraction(year or 0))
    surroundings = [whole[: number.start].strip(), whole[number.end :].strip()]
    unexpected = next((words for words in surroundings if words and not _is_only_hedges(words)), "")
    if unexpected:
        return f"has {unexpected!r} next to its number"
    limits = hedges.find_number_hedges(whole, number.start, number.end)
    return FigureValue(
        number, low, high, bool(_LOWER_BOUND_HEDGES & set(limits)), bool(_UPPER_BOUND_HEDGES & set(limits))
    )


def _is_only_hedges(words: str) -> bool:
    """Return whether the words next to a number are hedges and nothing else."""
    left = words
    for hedge in (*hedges.number_hedges(), *hedges.estimate_hedges()):
        left = hedge.kept_by.sub(" ", left)
    return re.fullmatch(r"(?:\s|\b(?:an?|the|or|as|of|only|even)\b)*", left) is not None


def parse_figure_values(figure: Figure) -> list[FigureValue | None]:
    """Parse the values of a figure's data; None for each that is missing or malformed."""
    parsed = (parse_figure_value(datum.value, figure.unit) if datum.value else "" for datum in figure.rows)
    return [value if isinstance(value, FigureValue) else None for value in parsed]


# -- fields


def check_figure_fields(statement: Snippet) -> Iterator[Problem]:
    """Check the fields of a figure, regardless of its evidence."""
    figure = statement.figure
    if figure is None:
        return
    if not statement.title:
        hint = "add title: with a few words on what the figure shows"
        yield Problem(
            "figure-title", f"the figure {statement.id!r} has no title", statement.locate("id"), hint
        )
    yield from _check_figure_unit(statement, figure)
    for row, datum in enumerate(figure.rows):
        if not datum.label.strip() and (figure.chart == "timeline" or not datum.date):
            hint = "add label: with what the value belongs to, or what happened"
            yield Problem(
                "figure-label", f"row {row + 1} has no label", statement.locate("figure", "rows", row), hint
            )
        yield from _check_plain_text(datum.label, statement.locate("figure", "rows", row, "label"))
        yield from _check_plain_text(datum.note, statement.locate("figure", "rows", row, "note"))
        yield from _check_datum_value(statement, figure, row, datum)
    yield from _check_plain_text(figure.unit, statement.locate("figure", "unit"))
    yield from _check_plain_text(figure.alt, statement.locate("figure", "alt"))
    yield from _check_plain_text(figure.legend, statement.locate("figure", "legend"))
    yield from _check_row_dates(statement, figure)
    yield from _check_alt_text(statement, figure)


def _check_figure_unit(statement: Snippet, figure: Figure) -> Iterator[Problem]:
    if figure.chart == "timeline" and figure.unit:
        message = f"a timeline has no values, so it cannot have the unit {figure.unit!r}"
        yield Problem("figure-unit", message, statement.locate("figure", "unit"), "remove unit:")
    if figure.chart != "timeline" and not figure.unit.strip():
        hint = "add unit: with what the values count, for example political prisoners"
        yield Problem("figure-unit", "the figure has no unit", statement.locate("figure"), hint)


def _check_plain_text(text: str, place: Place) -> Iterator[Problem]:
    fault = find_unsupported_markup(text) if text else None
    mark = _MARKDOWN_MARKS.search(text)
    if fault or mark:
        message = f"{text[:60]!r} contains {fault or repr(mark[0] if mark else '')}"
        hint = "text in a figure is printed as written: use plain text"
        yield Problem("figure-text", message, place, hint)


def _check_datum_value(statement: Snippet, figure: Figure, row: int, datum: Datum) -> Iterator[Problem]:
    place = statement.locate("figure", "rows", row, "value")
    if figure.chart == "timeline":
        if datum.value:
            message = f"a timeline has no values, but row {row + 1} has {datum.value!r}"
            hint = "put what happened into label:"
            yield Problem("figure-value", message, place, hint)
        return
    if not datum.value.strip():
        hint = "add value: for example 1,508, or 53,000 to 65,000, or more than 10,000"
        yield Problem("figure-value", f"row {row + 1}, {datum.label!r}, has no value", place, hint)
        return
    value = parse_figure_value(datum.value, figure.unit)
    if isinstance(value, str):
        hint = "write 1,508, or 53,000 to 65,000, or more than 10,000; put anything else into note:"
        yield Problem("figure-value", f"the value {datum.value!r} {value}", place, hint)
    elif figure.chart == "line" and (value.low != value.high or value.may_be_more or value.may_be_less):
        message = f"the value {datum.value!r} is not a single number, which a line chart needs"
        yield Problem("figure-value", message, place, "use chart: range")


def _check_row_dates(statement: Snippet, figure: Figure) -> Iterator[Problem]:
    before: tuple[DateSpan, str] | None = None
    for row, datum in enumerate(figure.rows):
        place = statement.locate("figure", "rows", row, "date")
        if not datum.date:
            if figure.chart == "line":
                hint = "add date: with the time that the value refers to, for example 2012"
                yield Problem("figure-date", f"row {row + 1}, {datum.label!r}, has no date", place, hint)
            continue
        span = parse_edtf(datum.date)
        if span is None:
            hint = "write 2012, 2012-04, 2012-04-21, or an interval 2011-12/2012-04"
            yield Problem("figure-date", f"{datum.date!r} is not a date", place, hint)
            continue
        if before is not None and _is_out_of_order(span, before[0], figure.chart):
            message = f"{datum.date} comes after {before[1]}"
            hint = "put the rows in date order, each date once"
            yield Problem("figure-date", message, place, hint)
        before = (span, datum.date)


def _is_out_of_order(span: DateSpan, before: DateSpan, chart: str) -> bool:
    """Return whether a date may not follow another: lines go forward, timelines may at least not go back."""
    (start, end), (first, last) = _span_ordinals(span), _span_ordinals(before)
    return (chart == "line" and start + end <= first + last) or (chart == "timeline" and end < first)


def _span_ordinals(span: DateSpan) -> tuple[int, int]:
    start, end = span.start or span.end, span.end or span.start
    return (start.toordinal() if start else 0, end.toordinal() if end else 0)


def allow_range_ends(support: SupportingEvidence, figure: Figure) -> SupportingEvidence:
    """Add range ends to a figure's support: its caption and alternative text may name one end of a range.

    The data themselves are compared with their evidence by `check_datum`.
    """
    ends = [
        replace(value.number, low=end, high=end, words=f"{float(end):,.15g}")
        for value in parse_figure_values(figure)
        if value is not None and value.low != value.high
        for end in (value.low, value.high)
    ]
    return replace(support, computed=(*support.computed, *ends))


def _check_alt_text(statement: Snippet, figure: Figure) -> Iterator[Problem]:
    place, alt = statement.locate("figure", "alt"), normalize_text(figure.alt).text.strip()
    hint = "say what the picture shows, with its lowest and highest value"
    if not alt:
        yield Problem("figure-alt", "the alternative text is empty", place, hint)
        return
    for name, text in (("title", statement.title), ("caption", statement.body)):
        if (
            alt.rstrip(".").casefold()
            == normalize_text(strip_markdown(text)).text.strip().rstrip(".").casefold()
        ):
            yield Problem("figure-alt", f"the alternative text only repeats the {name}", place, hint)
            return
    mentioned = {end for number in find_numbers(prepare_prose(figure.alt)) for end in _number_bounds(number)}
    missing = [name for name, ends in _find_extremes(figure) if not mentioned & set(ends)]
    if missing:
        message = f"the alternative text does not give {' and '.join(missing)}"
        yield Problem("figure-alt", message, place, hint)


def _number_bounds(number: Number) -> tuple[Fraction, ...]:
    if number.kind in ("date", "decade"):
        return (Fraction(number.date[0] or number.low),)
    return (number.low, number.high)


def _find_extremes(figure: Figure) -> Iterator[tuple[str, tuple[Fraction, ...]]]:
    """Find the lowest and highest value, or the first and last year, each in words and as numbers."""
    if figure.chart == "timeline":
        spans = [span for datum in figure.rows if (span := parse_edtf(datum.date)) is not None]
        years = [day.year for span in spans for day in (span.start, span.end) if day]
        if years:
            yield f"its first year, {min(years)}", (Fraction(min(years)),)
            yield f"its last year, {max(years)}", (Fraction(max(years)),)
        return
    known = [value for value in parse_figure_values(figure) if value is not None]
    if known and len(known) == len(figure.rows):
        lowest, highest = min(value.low for value in known), max(value.high for value in known)
        yield f"the lowest value, {float(lowest):,.15g}", (lowest,)
        if highest != lowest:
            yield f"the highest value, {float(highest):,.15g}", (highest,)


# -- evidence


def check_datum(
    statement: Snippet, row: int, references: dict[str, Source], support: SupportingEvidence
) -> Iterator[Problem]:
    """Check a datum against its own evidence: its numbers, dates, hedges and speakers."""
    figure, datum = statement.figure, statement.data[row]
    if figure is None or (datum.value and isinstance(parse_figure_value(datum.value, figure.unit), str)):
        return  # form_problems says so
    place = statement.locate("figure", "rows", row, "value" if datum.value else "label")
    text = wording_checks.PrintedWording(place, prepare_prose(_datum_text(datum, figure.unit)))
    evidence = [statement.evidence[index] for index in statement.evidence_of(row)]
    # The originator of a number must be named; who published it is in the note and the table.
    yield from wording_checks.check_named_speakers(text, evidence, references, attributed=False)
    yield from wording_checks.check_quotations(text, evidence, support)
    if not statement.language.startswith("en"):
        return
    yield from wording_checks.check_relative_time(text)
    if support.complete:
        # What the title and unit say about all data holds for each datum, such as that they are estimates.
        whole = wording_checks.PrintedWording(
            place, f"{text.text}. {_blank_out_numbers(prepare_prose(statement.title))}"
        )
        yield from wording_checks.check_numbers(whole, support)
        yield from wording_checks.check_sentence_hedges(whole, support)


def _datum_text(datum: Datum, unit: str) -> str:
    """Return everything a datum prints, as prose that numbers and hedges can be read from."""
    value = f"{datum.value} {unit}" if datum.value else ""
    return ". ".join(part for part in (datum.label, value, spell_out_edtf(datum.date), datum.note) if part)


def _blank_out_numbers(title: str) -> str:
    for number in reversed(find_numbers(title)):
        title = f"{title[: number.start]}\x00{title[number.end :]}"
    return title


def check_datum_status(statement: Snippet, others: Iterable[Snippet]) -> Iterator[Problem]:
    """Check that data which other snippets mark as disputed or superseded carry a matching status."""
    if statement.figure is None:
        return
    doubtful = [
        other
        for other in others
        if other.confidence in _REQUIRED_STATUS and other.review.status == "verified" and other.body
    ]
    for row, (datum, value) in enumerate(
        zip(statement.data, parse_figure_values(statement.figure), strict=True)
    ):
        if value is None:
            continue
        sources = {item.source for item in datum.evidence}
        for other in doubtful:
            shared_sources = sources & {item.source for item in other.evidence if item.source}
            repeated = shared_sources and any(
                value.number.is_same(number)
                for number in find_numbers(prepare_prose(strip_markdown(other.body)))
            )
            is_marked = datum.status in _REQUIRED_STATUS[other.confidence] or set(statement.caveats) & set(
                other.caveats
            )
            if repeated and other.figure is None and not is_marked:
                message = (
                    f"row {row + 1}, {datum.label!r}, gives {datum.value} without saying that it is "
                    f"{other.confidence}, as {other.id!r} does"
                )
                hint = f"add status: {_REQUIRED_STATUS[other.confidence][0]}, or the caveat of that snippet"
                yield Problem(
                    "figure-status", message, statement.locate("figure", "rows", row, "value"), hint
                )
                break
