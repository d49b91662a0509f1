"""Check wordings against their evidence: numbers, hedges, attribution, quotation marks, relative time.

Every rule is exact; none measures similarity. What a wording means is for a reviewer to judge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from briefgen.errors import Place, Problem
from briefgen.evidence import hedges
from briefgen.evidence.dates import find_relative_time
from briefgen.evidence.edtf import days_of
from briefgen.evidence.inline_markdown import strip_markdown
from briefgen.evidence.names import collect_source_names, collect_written_names, contains_name, fold_name
from briefgen.evidence.normalize import normalize_text, prepare_prose
from briefgen.evidence.numbers import Number, date_covers, find_numbers
from briefgen.evidence.passages import PassageNumber, SupportingEvidence, collect_titles
from briefgen.evidence.quotes import find_nearest_passage, find_quote_in_paragraph
from briefgen.model.snippet import Evidence
from briefgen.model.source import Source


@dataclass(frozen=True, slots=True)
class PrintedWording:
    """A wording of a statement, as it is printed."""

    place: Place
    text: str
    """Without Markdown, prepared for the number and hedge parsers."""

    @classmethod
    def from_markdown(cls, markdown: str, place: Place) -> PrintedWording:
        """Return the wording that is printed from inline Markdown."""
        return cls(place, prepare_prose(strip_markdown(markdown)))


def _wording_problem(
    code: str, message: str, hint: str, wording: PrintedWording, support: SupportingEvidence | None = None
) -> Problem:
    """Return a problem with the wording, and with the passages to compare it with."""
    passage = support.display_text() if support else None
    return Problem(code, message, wording.place, hint, wording=wording.text, passage=passage)


# -- numbers


def check_numbers(wording: PrintedWording, support: SupportingEvidence) -> Iterator[Problem]:
    """Check that each number of the wording is proved, and that it keeps the hedges it has in the passage."""
    passage_numbers = list(support.numbers())
    text = _blank_out_titles(wording.text, support)
    for number in find_numbers(text):
        matching = [item for item in passage_numbers if number.is_same(item.number)]
        if not matching:
            if not _is_proved_otherwise(number, wording, support, passage_numbers):
                yield _unproved_number_problem(number, wording, support, passage_numbers)
        elif number.kind in ("amount", "vague"):
            yield from _check_number_hedges(number, text, matching, wording, support)


def _blank_out_titles(text: str, support: SupportingEvidence) -> str:
    """Blank out complete titles of cited works, because a number in a title is not a claim."""
    for title in collect_titles(support.cited):
        printed = prepare_prose(title)
        if any(character.isdigit() for character in printed) or find_numbers(printed):
            text = text.replace(printed, "\x00" * len(printed))
    return text


def is_proved_number(number: Number, wording: PrintedWording, support: SupportingEvidence) -> bool:
    """Return whether the evidence proves a number of a wording, whatever its hedges."""
    found = list(support.numbers())
    return any(number.is_same(item.number) for item in found) or _is_proved_otherwise(
        number, wording, support, found
    )


def _is_proved_otherwise(
    number: Number, wording: PrintedWording, support: SupportingEvidence, passage_numbers: list[PassageNumber]
) -> bool:
    """Return whether a number is proved by something other than an equal number in a passage."""
    if any(number.is_same(computed) for computed in support.computed):
        return True
    if number.kind == "date":
        return _is_date_proved(number, wording, support, passage_numbers)
    if number.kind == "designation":
        return _is_designation_proved(number, support)
    if number.is_range:
        return _is_range_proved(number, passage_numbers)
    return _is_end_of_range(number, wording, passage_numbers)


def _is_end_of_range(number: Number, wording: PrintedWording, passage_numbers: list[PassageNumber]) -> bool:
    """Return whether a number is one end of a range of the passages, of which the wording gives both."""
    if number.kind != "amount":
        return False
    own = {(one.low, one.unit) for one in find_numbers(wording.text) if not one.is_range}
    return any(
        number.low in (item.number.low, item.number.high)
        and {(item.number.low, number.unit), (item.number.high, number.unit)} <= own
        for item in passage_numbers
        if item.number.is_range and item.number.kind == "amount" and item.number.unit == number.unit
    )


def _is_date_proved(
    number: Number, wording: PrintedWording, support: SupportingEvidence, passage_numbers: list[PassageNumber]
) -> bool:
    """Return whether an equally or more precise date proves a date.

    It may come from a passage, from `as_of`, or from a cited work that the wording names. A day or month that
    the passage gives without a year takes its year from `as_of` or from the work.
    """
    dates = [item.number for item in passage_numbers if item.number.kind == "date"]
    given = [*support.dates, *named_work_dates(wording, support)]
    if any(date_covers(date, number) for date in (*dates, *given)):
        return True
    year, month, _ = number.date
    yearless = [date for date in dates if date.date[0] is None]
    completed = [Number("date", "", 0, 0, date=(year, *date.date[1:])) for date in yearless]
    issued = [date for work in support.cited for date in _parse_issue_dates(work)]
    known_year = any(date.date[0] == year for date in (*support.dates, *issued))
    return known_year and month is not None and any(date_covers(date, number) for date in completed)


def named_work_dates(wording: PrintedWording, support: SupportingEvidence) -> Iterator[Number]:
    """Yield the dates on which the cited works that the wording names were issued."""
    for work in support.cited:
        if contains_name(wording.text, collect_source_names(work)):
            yield from _parse_issue_dates(work)


def _parse_issue_dates(work: Source) -> Iterator[Number]:
    return parse_work_dates(work, "issued")


def parse_work_dates(work: Source, key: Literal["issued", "accessed"]) -> Iterator[Number]:
    """Yield the dates of a work's CSL date variable; an interval has two."""
    given = work.csl.get(key)
    lists = given.get("date-parts") if isinstance(given, dict) else None
    for parts in lists if isinstance(lists, list) else []:
        try:
            numbers = [int(part) for part in parts][:3]
        except (TypeError, ValueError):
            continue
        year, month, day = (*numbers, None, None, None)[:3]
        yield Number("date", "", 0, 0, date=(year, month, day))


def find_latest_day(work: Source) -> date | None:
    """Return the last day on which a work can have appeared, or on which a page without a date was read."""
    for key in ("issued", "accessed"):
        spans = [days_of(*number.date) for number in parse_work_dates(work, key)]
        days = [span.end for span in spans if span is not None and span.end is not None]
        if days:
            return max(days)
    return None


def _is_designation_proved(number: Number, support: SupportingEvidence) -> bool:
    """Return whether a name with a number comes from a cited work: its number, its title or a locator."""
    for work in support.cited:
        for value in work.csl.values():
            if isinstance(value, str) and any(
                number.is_same(other) for other in find_numbers(prepare_prose(value))
            ):
                return True
        own = re.sub(r"\s", "", str(work.csl.get("number", ""))).lower()
        if own and own in (number.name, number.name.rpartition(" ")[2]):
            return True
    pairs = (f"{label} {value}" for label, value in support.locators)
    return any(number.is_same(own) for pair in pairs for own in find_numbers(pair))


def _is_range_proved(number: Number, passage_numbers: list[PassageNumber]) -> bool:
    """Return whether two pieces of evidence together prove a range, each giving one of its ends."""

    def evidence_with(end: Fraction) -> set[int]:
        same_unit = (item for item in passage_numbers if item.number.unit == number.unit)
        return {
            item.evidence
            for item in same_unit
            if item.number.kind == number.kind and end in (item.number.low, item.number.high)
        }

    low, high = evidence_with(number.low), evidence_with(number.high)
    return bool(low and high) and len(low | high) > 1


def _unproved_number_problem(
    number: Number, wording: PrintedWording, support: SupportingEvidence, passage_numbers: list[PassageNumber]
) -> Problem:
    same_value = [item.number for item in passage_numbers if number.has_same_value(item.number)]
    if same_value and number.kind in ("amount", "vague"):
        known = same_value[0]
        message = f"{number.words!r} is {number} here but {known} in the passage ({known.words!r})"
        return _wording_problem("number-unit", message, "write the number with its unit", wording, support)
    in_passage = ", ".join(
        dict.fromkeys(item.number.words for item in passage_numbers if item.number.kind == number.kind)
    )
    message = f"{number.words!r} ({number}) is not in the passage"
    hint = f"the passage has {in_passage}" if in_passage else "the passage has no such number"
    return _wording_problem(
        "number-missing", message, f"{hint}; add evidence for it or correct it", wording, support
    )


def check_number_hedges(wording: PrintedWording, support: SupportingEvidence) -> Iterator[Problem]:
    """Check that numbers that the passage has too keep the hedges that they have there."""
    passage_numbers = list(support.numbers())
    for number in find_numbers(wording.text):
        matching = [item for item in passage_numbers if number.is_same(item.number)]
        if matching and number.kind in ("amount", "vague"):
            yield from _check_number_hedges(number, wording.text, matching, wording, support)


def _check_number_hedges(
    number: Number,
    text: str,
    matching: list[PassageNumber],
    wording: PrintedWording,
    support: SupportingEvidence,
) -> Iterator[Problem]:
    """Check for dropped hedges of a number, in the passage that agrees best, and for added limits."""
    for hedge, words in find_lost_number_hedges(number, text, matching).items():
        message = f"{words!r}, which the passage applies to {number.words!r}, is missing"
        yield _wording_problem("hedge-dropped", message, f"{hedge.why}; keep it", wording, support)
    for words in find_added_limits(number, text, matching):
        message = f"the passage does not say {words!r} about {number.words!r}"
        yield _wording_problem(
            "limit-added", message, "state the figure as the passage does", wording, support
        )


def find_lost_number_hedges(
    number: Number, text: str, matching: Sequence[PassageNumber]
) -> dict[hedges.HedgeClass, str]:
    """Return the hedges that a number lost, with their words, by the passage that agrees with it best."""
    return min((_find_lost_hedges(number, text, item) for item in matching), key=len)


def find_added_limits(number: Number, text: str, matching: Sequence[PassageNumber]) -> Iterator[str]:
    """Yield the words of limits that a text sets to a number, and no passage does."""
    passage_hedges = [
        hedges.find_number_hedges(item.sentence, item.number.start, item.number.end) for item in matching
    ]
    for name, words in hedges.find_number_hedges(text, number.start, number.end).items():
        if name in hedges.limiting_hedges() and not any(_sets_limit(name, found) for found in passage_hedges):
            yield words


_IMPLIED_BY = {"at-least": "more-than", "at-most": "less-than"}


def _sets_limit(name: str, passage_hedges: dict[str, str]) -> bool:
    """Return whether the passage sets this limit; "more than ten" implies "at least ten"."""
    return name in passage_hedges or _IMPLIED_BY.get(name) in passage_hedges


def _find_lost_hedges(
    number: Number, text: str, passage_number: PassageNumber
) -> dict[hedges.HedgeClass, str]:
    passage_hedges = hedges.find_number_hedges(
        passage_number.sentence, passage_number.number.start, passage_number.number.end
    )
    wording_hedges = hedges.find_number_hedges(text, number.start, number.end, include_kept_by=True)
    lost = {
        hedge: passage_hedges[hedge.name]
        for hedge in hedges.number_hedges()
        if hedge.name in passage_hedges and hedge.name not in wording_hedges
    }
    for hedge in hedges.estimate_hedges():
        found = hedge.words.search(passage_number.sentence)
        if found and not hedge.kept_by.search(text):
            lost[hedge] = found.group()
    return lost


# -- hedges of sentences and attribution


def check_sentence_hedges(wording: PrintedWording, support: SupportingEvidence) -> Iterator[Problem]:
    """Check that the wording keeps the hedges and the attribution of the passages' sentences."""
    seen: set[str] = set()
    for passage in support.passages:
        for sentence in passage.sentences():
            for hedge in hedges.sentence_hedges():
                found = hedge.words.search(sentence)
                if found and hedge.name not in seen and not hedge.kept_by.search(wording.text):
                    seen.add(hedge.name)
                    message = f"{found.group()!r}, which qualifies the passage, is missing"
                    yield _wording_problem(
                        "hedge-dropped", message, f"{hedge.why}; keep it", wording, support
                    )
            given = hedges.attribution_class().words.search(sentence)
            if (
                given
                and not hedges.attribution_class().kept_by.search(wording.text)
                and "attribution" not in seen
            ):
                seen.add("attribution")
                message = f"the passage attributes the claim ({given.group()!r}), but the wording does not"
                hint = "say whose claim it is: according to …, … reported that"
                yield _wording_problem("attribution-dropped", message, hint, wording, support)


def check_named_speakers(
    wording: PrintedWording, evidence: list[Evidence], references: dict[str, Source], attributed: bool
) -> Iterator[Problem]:
    """Check that the wording names its speakers: the first of each chain, or an attributed claim's author."""
    for item in evidence:
        speaker = item.via[0].source if item.via else (item.source if attributed else None)
        work = references.get(speaker) if speaker else None
        if work is None or contains_name(wording.text, collect_source_names(work)):
            continue
        known = ", ".join(sorted(_display_names(work), key=str.casefold))
        message = f"the claim comes from {speaker}, which the wording does not name"
        hint = f"name one of: {known}; or add the name that you use to its aka: in seeds/references.json"
        yield _wording_problem("attribution-dropped", message, hint, wording)


def _display_names(work: Source) -> set[str]:
    return {name for name in collect_written_names(work).values() if len(name) <= 60}


# -- quotation marks


_DOUBLE_QUOTED = re.compile(r'"([^"]*)"')
_SINGLE_QUOTED = re.compile(r"(?<![\w'])'(?=\S)([^']*(?:\w'\w[^']*)*)(?<=\S)'(?!\w)")


def find_quotations(text: str) -> list[str]:
    """Find the quotations in a text prepared for parsing, without punctuation before the closing mark."""
    found = [match.group(1) for match in _DOUBLE_QUOTED.finditer(text)]
    outside = _DOUBLE_QUOTED.sub(lambda match: " " * len(match.group()), text)
    found += [match.group(1) for match in _SINGLE_QUOTED.finditer(outside)]
    return [quoted.strip().rstrip(",.;:!?").strip() for quoted in found]


def check_quotations(
    wording: PrintedWording, evidence: list[Evidence], support: SupportingEvidence
) -> Iterator[Problem]:
    """Check that words in quotation marks are in the evidence, and that every quotation mark is closed."""
    if wording.text.count('"') % 2:
        yield _wording_problem("quotation-open", "a quotation mark is not closed", "close it", wording)
        return
    for quoted in find_quotations(wording.text):
        if not quoted or _is_cited_title(quoted, support):
            continue
        if "…" in (normal := normalize_text(quoted).text):
            yield from _check_omissions(normal, wording, support)
        if is_proved_quotation(quoted, evidence, support):
            continue
        if not support.complete:
            continue  # only the lock can vouch for it
        message = f"{quoted!r} is in quotation marks but not in the passage"
        paragraphs = [passage.paragraph for passage in support.passages if passage.paragraph is not None]
        nearest = find_nearest_passage(paragraphs, quoted)
        hint = f"nearest: {nearest.passage}" if nearest else "use the source's words, or no quotation marks"
        yield _wording_problem("quotation-unproved", message, hint, wording, support)


def _check_omissions(quoted: str, wording: PrintedWording, support: SupportingEvidence) -> Iterator[Problem]:
    """Check that `…` within a printed quotation leaves out nothing that can change its meaning."""
    places = [
        find_quote_in_paragraph(passage.paragraph, quoted, passage.span)
        for passage in support.passages
        if passage.paragraph is not None
    ]
    cuts = [
        [words for words in match.left_out if hedges.carries_meaning(words)]
        for found in places
        for match in found
    ]
    if cuts and all(cuts):
        message = f"“…” in {quoted!r} leaves out {cuts[0][0]!r}"
        hint = "quote these words too, or quote two fragments and connect them in your own words"
        yield _wording_problem("quotation-cut", message, hint, wording, support)


def _is_cited_title(quoted: str, support: SupportingEvidence) -> bool:
    return any(fold_name(title).rstrip(",.") == fold_name(quoted) for title in collect_titles(support.cited))


def is_proved_quotation(quoted: str, evidence: Sequence[Evidence], support: SupportingEvidence) -> bool:
    """Return whether words stand in a passage, in a quotation of an attested reading, or in a kept quote."""
    for passage in support.passages:
        if passage.paragraph is None:
            attested = [normalize_text(part).text for part in find_quotations(prepare_prose(passage.words))]
            if any(normalize_text(quoted).text in part for part in attested):
                return True
        elif find_quote_in_paragraph(passage.paragraph, quoted, passage.span):
            return True
    kept = [normalize_text(item.quote).text for item in evidence if item.quote is not None]
    return any(re.search(rf"(?<!\w){re.escape(normalize_text(quoted).text)}(?!\w)", quote) for quote in kept)


# -- relative time


def check_relative_time(wording: PrintedWording) -> Iterator[Problem]:
    """Check for words of relative time outside quotation marks."""
    text = _DOUBLE_QUOTED.sub(lambda match: "\x00" * len(match.group()), wording.text)
    for word in find_relative_time(text):
        message = f"the meaning of {word.words!r} depends on when it is read"
        yield _wording_problem("relative-time", message, f"write {word.replacement}", wording)


def states_year(markdown: str) -> bool:
    """Return whether a wording gives a year or decade."""
    text = prepare_prose(strip_markdown(markdown))
    return any(
        number.kind == "decade" or (number.kind == "date" and number.date[0] is not None)
        for number in find_numbers(text)
    )
