"""Holds a wording against its ground: numbers, hedges, attribution, quotation marks, words of time.

Every rule is exact; none measures likeness. What a wording means is for people to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from briefgen.errors import Place, Problem
from briefgen.evidence import hedges
from briefgen.evidence.dates import relative_words
from briefgen.evidence.normalize import legible, normalise, plain
from briefgen.evidence.numbers import Number, covers, read_numbers
from briefgen.evidence.passages import Ground, Told, titles_of
from briefgen.evidence.provenance import fold, names_it, names_of, written_names_of
from briefgen.evidence.quotes import find_in, nearest_passage
from briefgen.model.snippet import Evidence
from briefgen.model.source import Reference


@dataclass(frozen=True, slots=True)
class Wording:
    """One wording of a card, as it is printed."""

    place: Place
    text: str
    """Plain and legible."""

    @classmethod
    def of(cls, markdown: str, place: Place) -> Wording:
        """The wording that inline Markdown prints."""
        return cls(place, legible(plain(markdown)))


# -- numbers


def number_problems(wording: Wording, ground: Ground) -> Iterator[Problem]:
    """Numbers of the wording that no passage tells, or tells otherwise; and the hedges bound to them."""
    told = list(ground.told())
    text = _without_titles(wording.text, ground)
    for number in read_numbers(text):
        matching = [item for item in told if number.same(item.number)]
        if not matching:
            if not _stands_otherwise(number, wording, ground, told):
                yield _number_problem(number, wording, ground, told)
        elif number.kind in ("amount", "vague"):
            yield from _hedge_problems(number, text, matching, wording, ground)


def _without_titles(text: str, ground: Ground) -> str:
    """A number in the title of a cited work is no claim; the title is blanked where it stands whole."""
    for title in titles_of(ground.cited):
        shown = legible(title)
        if any(character.isdigit() for character in shown) or read_numbers(shown):
            text = text.replace(shown, "\x00" * len(shown))
    return text


def _stands_otherwise(number: Number, wording: Wording, ground: Ground, told: list[Told]) -> bool:
    """Whether something else than an equal number in a passage proves it."""
    if any(number.same(computed) for computed in ground.computed):
        return True
    if number.kind == "date":
        return _dated(number, wording, ground, told)
    if number.kind == "designation":
        return _designated(number, ground)
    return number.is_range and _spanned(number, told)


def _dated(number: Number, wording: Wording, ground: Ground, told: list[Told]) -> bool:
    """A date is proved by one as precise or more so, in a passage, in `as_of`, or of a work that is named.

    A day or month that the passage gives without a year takes its year from `as_of` or from the work.
    """
    dates = [item.number for item in told if item.number.kind == "date"]
    given = [*ground.dates, *_issued(wording, ground)]
    if any(covers(date, number) for date in (*dates, *given)):
        return True
    year, month, _ = number.date
    yearless = [date for date in dates if date.date[0] is None]
    completed = [Number("date", "", 0, 0, date=(year, *date.date[1:])) for date in yearless]
    issued = [date for work in ground.cited for date in _issue_date(work)]
    known_year = any(date.date[0] == year for date in (*ground.dates, *issued))
    return known_year and month is not None and any(covers(date, number) for date in completed)


def _issued(wording: Wording, ground: Ground) -> Iterator[Number]:
    for work in ground.cited:
        if names_it(wording.text, names_of(work)):
            yield from _issue_date(work)


def _issue_date(work: Reference) -> Iterator[Number]:
    issued = work.csl.get("issued")
    lists = issued.get("date-parts") if isinstance(issued, dict) else None
    for parts in lists if isinstance(lists, list) else []:
        try:
            numbers = [int(part) for part in parts][:3]
        except (TypeError, ValueError):
            continue
        year, month, day = (*numbers, None, None, None)[:3]
        yield Number("date", "", 0, 0, date=(year, month, day))


def _designated(number: Number, ground: Ground) -> bool:
    """A name with a number may also be a work's own: its number, title or a locator."""
    for work in ground.cited:
        for value in work.csl.values():
            if isinstance(value, str) and any(number.same(own) for own in read_numbers(legible(value))):
                return True
        own = re.sub(r"\s", "", str(work.csl.get("number", ""))).lower()
        if own and own in (number.name, number.name.rpartition(" ")[2]):
            return True
    pairs = (f"{label} {value}" for label, value in ground.locators)
    return any(number.same(own) for pair in pairs for own in read_numbers(pair))


def _spanned(number: Number, told: list[Told]) -> bool:
    """A range over several sources: each end is an end of what another piece of evidence tells."""

    def tellers(end: Fraction) -> set[int]:
        same_unit = (item for item in told if item.number.unit == number.unit)
        return {
            item.evidence
            for item in same_unit
            if item.number.kind == number.kind and end in (item.number.low, item.number.high)
        }

    low, high = tellers(number.low), tellers(number.high)
    return bool(low and high) and len(low | high) > 1


def _number_problem(number: Number, wording: Wording, ground: Ground, told: list[Told]) -> Problem:
    same_value = [item.number for item in told if number.same_value(item.number)]
    if same_value and number.kind in ("amount", "vague"):
        there = same_value[0]
        message = f"{number.words!r} is {number} here, and {there} in the passage ({there.words!r})"
        return Problem(
            "number-unit",
            message,
            wording.place,
            "write the number with its unit",
            "error",
            wording.text,
            ground.shown(),
        )
    known = ", ".join(dict.fromkeys(item.number.words for item in told if item.number.kind == number.kind))
    message = f"{number.words!r} ({number}) does not stand in the passage"
    hint = f"there: {known}" if known else "the passage has no such number"
    return Problem(
        "number-missing",
        message,
        wording.place,
        f"{hint}; add evidence for it or correct it",
        "error",
        wording.text,
        ground.shown(),
    )


def _hedge_problems(
    number: Number, text: str, matching: list[Told], wording: Wording, ground: Ground
) -> Iterator[Problem]:
    """Hedges of a number that went, in the passage that agrees best; and limits that came."""
    losses = [_lost(number, text, item) for item in matching]
    lost = min(losses, key=len)
    for hedge, words in lost.items():
        message = f"{words!r}, which the passage says of {number.words!r}, is gone"
        yield Problem(
            "hedge-dropped",
            message,
            wording.place,
            f"{hedge.why}; keep it",
            "error",
            wording.text,
            ground.shown(),
        )
    ours = hedges.bound_to(text, number.start, number.end)
    theirs = [hedges.bound_to(item.sentence, item.number.start, item.number.end) for item in matching]
    for name, words in ours.items():
        if name in hedges.limits() and not any(_limits(name, there) for there in theirs):
            message = f"the passage does not say {words!r} of {number.words!r}"
            yield Problem(
                "limit-added",
                message,
                wording.place,
                "say the figure as the passage does",
                "error",
                wording.text,
                ground.shown(),
            )


_TOLD_BY = {"at-least": "more-than", "at-most": "less-than"}


def _limits(name: str, there: dict[str, str]) -> bool:
    """Whether the passage sets this limit; "at least ten" is told by "more than ten"."""
    return name in there or _TOLD_BY.get(name) in there


def _lost(number: Number, text: str, told: Told) -> dict[hedges.HedgeClass, str]:
    theirs = hedges.bound_to(told.sentence, told.number.start, told.number.end)
    ours = hedges.bound_to(text, number.start, number.end, keeping=True)
    lost = {
        hedge: theirs[hedge.name]
        for hedge in hedges.number_hedges()
        if hedge.name in theirs and hedge.name not in ours
    }
    for hedge in hedges.estimate_hedges():
        found = hedge.words.search(told.sentence)
        if found and not hedge.keeps.search(text):
            lost[hedge] = found.group()
    return lost


# -- hedges of sentences, attribution


def hedge_problems(wording: Wording, ground: Ground) -> Iterator[Problem]:
    """Hedges of the passages' sentences, and their attribution, that the wording lost."""
    seen: set[str] = set()
    for passage in ground.passages:
        for sentence in passage.sentences():
            for hedge in hedges.sentence_hedges():
                found = hedge.words.search(sentence)
                if found and hedge.name not in seen and not hedge.keeps.search(wording.text):
                    seen.add(hedge.name)
                    message = f"{found.group()!r}, which weakens the passage, is gone"
                    yield Problem(
                        "hedge-dropped",
                        message,
                        wording.place,
                        f"{hedge.why}; keep it",
                        "error",
                        wording.text,
                        ground.shown(),
                    )
            given = hedges.attribution().words.search(sentence)
            if given and not hedges.attribution().keeps.search(wording.text) and "attribution" not in seen:
                seen.add("attribution")
                message = (
                    f"the passage gives the claim to somebody ({given.group()!r}), the wording to nobody"
                )
                hint = "say whose claim it is: according to …, … reported that"
                yield Problem(
                    "attribution-dropped", message, wording.place, hint, "error", wording.text, ground.shown()
                )


def naming_problems(
    wording: Wording, evidence: list[Evidence], references: dict[str, Reference], attributed: bool
) -> Iterator[Problem]:
    """Speakers that the wording must name and does not: a chain's first, or an attributed claim's author."""
    for item in evidence:
        speaker = item.via[0].source if item.via else (item.source if attributed else None)
        work = references.get(speaker) if speaker else None
        if work is None or names_it(wording.text, names_of(work)):
            continue
        known = ", ".join(sorted(_display(work), key=str.casefold))
        message = f"the claim is that of {speaker}, whom the wording does not name"
        yield Problem(
            "attribution-dropped", message, wording.place, f"name one of: {known}", wording=wording.text
        )


def _display(work: Reference) -> set[str]:
    return {name for name in written_names_of(work).values() if len(name) <= 60}


# -- quotation marks


_DOUBLE = re.compile(r'"([^"]*)"')
_SINGLE = re.compile(r"(?<![\w'])'(?=\S)([^']*(?:\w'\w[^']*)*)(?<=\S)'(?!\w)")


def quotations(text: str) -> list[str]:
    """What stands in quotation marks in a legible text, without a comma or stop that only closes it."""
    found = [match.group(1) for match in _DOUBLE.finditer(text)]
    outside = _DOUBLE.sub(lambda match: " " * len(match.group()), text)
    found += [match.group(1) for match in _SINGLE.finditer(outside)]
    return [quoted.strip().rstrip(",.;:!?").strip() for quoted in found]


def quotation_problems(wording: Wording, evidence: list[Evidence], ground: Ground) -> Iterator[Problem]:
    """Words in quotation marks that are no verified quote, and marks that do not close."""
    if wording.text.count('"') % 2:
        yield Problem(
            "quotation-open",
            "a quotation mark is not closed",
            wording.place,
            "close it",
            wording=wording.text,
        )
        return
    for quoted in quotations(wording.text):
        if not quoted or _is_title(quoted, ground) or _is_quoted(quoted, evidence, ground):
            continue
        if not ground.complete:
            continue  # the lock answers for it
        message = f"{quoted!r} stands in quotation marks but not in the passage"
        paragraphs = [passage.paragraph for passage in ground.passages if passage.paragraph is not None]
        nearest = nearest_passage(paragraphs, quoted)
        hint = f"nearest: {nearest.passage}" if nearest else "use the source's words, or no quotation marks"
        yield Problem(
            "quotation-unproved", message, wording.place, hint, "error", wording.text, ground.shown()
        )


def _is_title(quoted: str, ground: Ground) -> bool:
    return any(fold(title).rstrip(",.") == fold(quoted) for title in titles_of(ground.cited))


def _is_quoted(quoted: str, evidence: list[Evidence], ground: Ground) -> bool:
    for passage in ground.passages:
        if passage.paragraph is None:
            said = [normalise(part).text for part in quotations(legible(passage.words))]
            if any(normalise(quoted).text in part for part in said):
                return True
        elif find_in(passage.paragraph, quoted, passage.span):
            return True
    kept = [normalise(item.quote).text for item in evidence if item.quote is not None]
    return any(re.search(rf"(?<!\w){re.escape(normalise(quoted).text)}(?!\w)", quote) for quote in kept)


# -- time


def time_problems(wording: Wording) -> Iterator[Problem]:
    """Words of relative time outside quotation marks."""
    text = _DOUBLE.sub(lambda match: "\x00" * len(match.group()), wording.text)
    for word in relative_words(text):
        message = f"{word.words!r} means another time on the day of reading"
        yield Problem("relative-time", message, wording.place, f"write {word.instead}", wording=wording.text)


def has_year(markdown: str) -> bool:
    """Whether a wording says a year or decade."""
    text = legible(plain(markdown))
    return any(
        number.kind == "decade" or (number.kind == "date" and number.date[0] is not None)
        for number in read_numbers(text)
    )
