"""The checks of a figure: what its data say by value, and whether each stands in the evidence of its own.

It draws nothing. A value is read by the reader of numbers that reads passages, so one rule holds for both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from briefgen.errors import Place, Problem
from briefgen.evidence import hedges
from briefgen.evidence import wording_checks as wording
from briefgen.evidence.dates import Span, read_edtf, said
from briefgen.evidence.normalize import fault_of, legible, normalise, plain
from briefgen.evidence.numbers import Number, read_numbers
from briefgen.evidence.passages import Ground
from briefgen.model.snippet import Datum, Figure, Snippet
from briefgen.model.source import Reference

_UPWARD = frozenset({"more-than", "at-least"})
_DOWNWARD = frozenset({"less-than", "at-most"})
_MARKS = re.compile(r"[*_`\[\]]")
_JOINED = re.compile(r"\s*(?:to|and|-)\s*")
_MUST_SAY = {"superseded": ("superseded",), "disputed": ("contested", "superseded")}
"""What a datum must say that a snippet of this confidence tells too."""


@dataclass(frozen=True, slots=True)
class Value:
    """What a datum says by value."""

    number: Number
    low: Fraction
    high: Fraction
    """Equal for a single value."""
    more: bool
    """It may be more: `more than 10,000`."""
    less: bool
    """It may be less: `up to 200,000`."""


def read_value(text: str, unit: str) -> Value | str:
    """What a value says, with its unit; or what is wrong with it, in words that follow `the value …`."""
    whole = legible(text)
    # A unit can be part of the number, as in `45.5` and `percent of all`.
    found = [number for number in read_numbers(f"{whole} {legible(unit)}") if number.start < len(whole)]
    if (
        len(found) == 2
        and found[0].low > found[1].high
        and _JOINED.fullmatch(whole[found[0].end : found[1].start])
    ):
        return f"runs from {found[0].words} down to {found[1].words}"
    if len(found) != 1:
        return "is no number" if not found else "is more than one number"
    number = found[0]
    amount = number.kind == "amount"
    year = number.date[0] if number.kind == "date" and number.date[1:] == (None, None) else None
    if not amount and year is None:
        return "is no number"
    low, high = (number.low, number.high) if amount else (Fraction(year or 0), Fraction(year or 0))
    around = [whole[: number.start].strip(), whole[number.end :].strip()]
    strange = next((words for words in around if words and not _bound(words)), "")
    if strange:
        return f"has {strange!r} beside its number"
    limits = hedges.bound_to(whole, number.start, number.end)
    return Value(number, low, high, bool(_UPWARD & set(limits)), bool(_DOWNWARD & set(limits)))


def _bound(words: str) -> bool:
    """Whether words beside a number are hedges and nothing else."""
    left = words
    for hedge in (*hedges.number_hedges(), *hedges.estimate_hedges()):
        left = hedge.keeps.sub(" ", left)
    return re.fullmatch(r"(?:\s|\b(?:an?|the|or|as|of|only|even)\b)*", left) is not None


def values(figure: Figure) -> list[Value | None]:
    """The data by value, as far as they can be read."""
    read = (read_value(datum.value, figure.unit) if datum.value else "" for datum in figure.rows)
    return [one if isinstance(one, Value) else None for one in read]


# -- form


def form_problems(card: Snippet) -> Iterator[Problem]:
    """What is wrong with a figure itself, whatever its evidence says."""
    figure = card.figure
    if figure is None:
        return
    if not card.title:
        hint = "add title: with what the figure shows, in a few words"
        yield Problem("figure-title", f"the figure {card.id!r} has no title", card.at("id"), hint)
    yield from _unit_problems(card, figure)
    for row, datum in enumerate(figure.rows):
        if not datum.label.strip() and (figure.chart == "timeline" or not datum.date):
            hint = "add label: with whose figure it is, or what happened"
            yield Problem("figure-label", f"row {row + 1} has no label", card.at("figure", "rows", row), hint)
        yield from _plain_problems(datum.label, card.at("figure", "rows", row, "label"))
        yield from _plain_problems(datum.note, card.at("figure", "rows", row, "note"))
        yield from _value_problems(card, figure, row, datum)
    yield from _plain_problems(figure.unit, card.at("figure", "unit"))
    yield from _plain_problems(figure.alt, card.at("figure", "alt"))
    yield from _plain_problems(figure.legend, card.at("figure", "legend"))
    yield from _date_problems(card, figure)
    yield from _alt_problems(card, figure)


def _unit_problems(card: Snippet, figure: Figure) -> Iterator[Problem]:
    if figure.chart == "timeline" and figure.unit:
        message = f"a timeline counts nothing, and yet has the unit {figure.unit!r}"
        yield Problem("figure-unit", message, card.at("figure", "unit"), "leave unit: out")
    if figure.chart != "timeline" and not figure.unit.strip():
        hint = "add unit: with what the values count, for example political prisoners"
        yield Problem("figure-unit", "the figure does not say its unit", card.at("figure"), hint)


def _plain_problems(text: str, place: Place) -> Iterator[Problem]:
    fault = fault_of(text) if text else None
    mark = _MARKS.search(text)
    if fault or mark:
        message = f"{text[:60]!r} contains {fault or repr(mark[0] if mark else '')}"
        hint = "words of a figure are set as they stand: write plain text"
        yield Problem("figure-text", message, place, hint)


def _value_problems(card: Snippet, figure: Figure, row: int, datum: Datum) -> Iterator[Problem]:
    place = card.at("figure", "rows", row, "value")
    if figure.chart == "timeline":
        if datum.value:
            message = f"a timeline has no values, and row {row + 1} has {datum.value!r}"
            hint = "say in label: what happened"
            yield Problem("figure-value", message, place, hint)
        return
    if not datum.value.strip():
        hint = "add value: for example 1,508, or 53,000 to 65,000, or more than 10,000"
        yield Problem("figure-value", f"row {row + 1}, {datum.label!r}, has no value", place, hint)
        return
    value = read_value(datum.value, figure.unit)
    if isinstance(value, str):
        hint = "write 1,508, or 53,000 to 65,000, or more than 10,000; say what else there is in note:"
        yield Problem("figure-value", f"the value {datum.value!r} {value}", place, hint)
    elif figure.chart == "line" and (value.low != value.high or value.more or value.less):
        message = f"the value {datum.value!r} is no single figure, which a line needs"
        yield Problem("figure-value", message, place, "use chart: range")


def _date_problems(card: Snippet, figure: Figure) -> Iterator[Problem]:
    before: tuple[Span, str] | None = None
    for row, datum in enumerate(figure.rows):
        place = card.at("figure", "rows", row, "date")
        if not datum.date:
            if figure.chart == "line":
                hint = "add date: with the time to which the value belongs, for example 2012"
                yield Problem("figure-date", f"row {row + 1}, {datum.label!r}, has no date", place, hint)
            continue
        span = read_edtf(datum.date)
        if span is None:
            hint = "write 2012, 2012-04, 2012-04-21, or an interval 2011-12/2012-04"
            yield Problem("figure-date", f"{datum.date!r} is not a date", place, hint)
            continue
        if before is not None and _late(span, before[0], figure.chart):
            message = f"{datum.date} stands behind {before[1]}"
            hint = "put the rows in the order of their dates, each once"
            yield Problem("figure-date", message, place, hint)
        before = (span, datum.date)


def _late(span: Span, before: Span, chart: str) -> bool:
    """Whether a date may not stand behind another: a line runs forward, a timeline at least not back."""
    (start, end), (first, last) = _days(span), _days(before)
    return (chart == "line" and start + end <= first + last) or (chart == "timeline" and end < first)


def _days(span: Span) -> tuple[int, int]:
    start, end = span.start or span.end, span.end or span.start
    return (start.toordinal() if start else 0, end.toordinal() if end else 0)


def with_ends(ground: Ground, figure: Figure) -> Ground:
    """A figure's ground, for its caption and alternative text: these may name one end of a datum's range.

    The data themselves are held against their evidence (`datum_problems`).
    """
    ends = [
        replace(value.number, low=end, high=end, words=f"{float(end):,.15g}")
        for value in values(figure)
        if value is not None and value.low != value.high
        for end in (value.low, value.high)
    ]
    return replace(ground, computed=(*ground.computed, *ends))


def _alt_problems(card: Snippet, figure: Figure) -> Iterator[Problem]:
    place, alt = card.at("figure", "alt"), normalise(figure.alt).text.strip()
    hint = "say what the picture shows, with its lowest and highest figure"
    if not alt:
        yield Problem("figure-alt", "the alternative text is empty", place, hint)
        return
    for name, text in (("title", card.title), ("caption", card.body)):
        if alt.rstrip(".").casefold() == normalise(plain(text)).text.strip().rstrip(".").casefold():
            yield Problem("figure-alt", f"the alternative text only repeats the {name}", place, hint)
            return
    told = {end for number in read_numbers(legible(figure.alt)) for end in _ends(number)}
    missing = [name for name, ends in _extremes(figure) if not told & set(ends)]
    if missing:
        message = f"the alternative text does not say {' and '.join(missing)}"
        yield Problem("figure-alt", message, place, hint)


def _ends(number: Number) -> tuple[Fraction, ...]:
    if number.kind in ("date", "decade"):
        return (Fraction(number.date[0] or number.low),)
    return (number.low, number.high)


def _extremes(figure: Figure) -> Iterator[tuple[str, tuple[Fraction, ...]]]:
    """Lowest and highest value, or first and last year, each in words and by value."""
    if figure.chart == "timeline":
        spans = [span for datum in figure.rows if (span := read_edtf(datum.date)) is not None]
        years = [day.year for span in spans for day in (span.start, span.end) if day]
        if years:
            yield f"its first year, {min(years)}", (Fraction(min(years)),)
            yield f"its last year, {max(years)}", (Fraction(max(years)),)
        return
    read = [value for value in values(figure) if value is not None]
    if read and len(read) == len(figure.rows):
        lowest, highest = min(value.low for value in read), max(value.high for value in read)
        yield f"the lowest value, {float(lowest):,.15g}", (lowest,)
        if highest != lowest:
            yield f"the highest value, {float(highest):,.15g}", (highest,)


# -- evidence


def datum_problems(
    card: Snippet, row: int, references: dict[str, Reference], ground: Ground
) -> Iterator[Problem]:
    """Whether a datum stands in the evidence of its own: figures and dates by value, hedges, whose it is."""
    figure, datum = card.figure, card.data[row]
    if figure is None or (datum.value and isinstance(read_value(datum.value, figure.unit), str)):
        return  # form_problems says so
    place = card.at("figure", "rows", row, "value" if datum.value else "label")
    own = wording.Wording(place, legible(_words(datum, figure.unit)))
    evidence = [card.evidence[index] for index in card.evidence_of(row)]
    # Who made a figure must be named; who printed it is told by note and table.
    yield from wording.naming_problems(own, evidence, references, attributed=False)
    yield from wording.quotation_problems(own, evidence, ground)
    if not card.language.startswith("en"):
        return
    yield from wording.time_problems(own)
    if ground.complete:
        # What title and unit say of all data holds of each: that they are estimates, say.
        whole = wording.Wording(place, f"{own.text}. {_without_numbers(legible(card.title))}")
        yield from wording.number_problems(whole, ground)
        yield from wording.hedge_problems(whole, ground)


def _words(datum: Datum, unit: str) -> str:
    """All that a datum prints, as a sentence that numbers and hedges are read from."""
    value = f"{datum.value} {unit}" if datum.value else ""
    return ". ".join(part for part in (datum.label, value, said(datum.date), datum.note) if part)


def _without_numbers(title: str) -> str:
    for number in reversed(read_numbers(title)):
        title = f"{title[: number.start]}\x00{title[number.end :]}"
    return title


def standing_problems(card: Snippet, others: Iterable[Snippet]) -> Iterator[Problem]:
    """Data that the library knows to be contested or overtaken, and that do not say so."""
    if card.figure is None:
        return
    doubtful = [
        one for one in others if one.confidence in _MUST_SAY and one.review.status == "verified" and one.body
    ]
    for row, (datum, value) in enumerate(zip(card.data, values(card.figure), strict=True)):
        if value is None:
            continue
        sources = {item.source for item in datum.evidence}
        for other in doubtful:
            shared = sources & {item.source for item in other.evidence if item.source}
            told = shared and any(value.number.same(one) for one in read_numbers(legible(plain(other.body))))
            said_so = datum.status in _MUST_SAY[other.confidence] or set(card.caveats) & set(other.caveats)
            if told and other.figure is None and not said_so:
                message = (
                    f"row {row + 1}, {datum.label!r}, gives {datum.value} without a word that it is "
                    f"{other.confidence}, as {other.id!r} has it"
                )
                hint = f"add status: {_MUST_SAY[other.confidence][0]}, or the caveat that it has"
                yield Problem("figure-status", message, card.at("figure", "rows", row, "value"), hint)
                break
