"""Check the writer's own words for claims without a source: figures, years, and what others are said to say.

Only statements of the library are proved. So what headings, titles and free text claim must be in a statement
or note of the same document.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from briefgen.data import load_word_data
from briefgen.errors import Place, Problem
from briefgen.evidence.normalize import prepare_prose
from briefgen.evidence.numbers import Number, find_numbers
from briefgen.model.campaign import CampaignConfig

_COUNTS_FROM = 100
"""A smaller count without a unit is usually no claim: "the twelve of us"."""
_PRONOUNS = "I|We|You|He|She|It|They|This|That|These|Those|Who|What|How|The"
_CAPITALIZED = r"[A-Z][\w'-]*(?:\.[A-Z])*\.?"
_NAME = rf"\b(?!(?:{_PRONOUNS})\b)(?P<name>{_CAPITALIZED}(?: (?:(?:of|for|on|the|and) )*{_CAPITALIZED})*)"


@dataclass(frozen=True, slots=True)
class ProvedWords:
    """What the statements and notes of a document say."""

    numbers: tuple[Number, ...]
    years: frozenset[int | None]
    text: str
    """Everything, in lower case, with the names of the sender and the campaign's date."""

    @classmethod
    def of_document(cls, record: Mapping[str, Any], campaign: CampaignConfig) -> ProvedWords:
        """Return the words of a document's evidence record."""
        approved = [_without_own_words(entry) for entry in record["snippets"]]
        return _find_proved_words(
            tuple(_collect_texts(approved)),
            tuple(_collect_texts([record["notes"], record["sources"]])),
            (campaign.sender.organisation, campaign.sender.name, campaign.date.isoformat()),
        )


@lru_cache(maxsize=64)  # most letters of a campaign have the same statements as another
def _find_proved_words(
    statements: tuple[str, ...], notes: tuple[str, ...], sender: tuple[str, ...]
) -> ProvedWords:
    statements, notes = tuple(map(prepare_prose, statements)), tuple(map(prepare_prose, notes))
    dates = (number for text in (*statements, *notes, *sender) for number in find_numbers(text))
    return ProvedWords(
        tuple(number for text in statements for number in find_numbers(text)),
        frozenset(number.date[0] for number in dates if number.kind == "date"),
        " ".join((*statements, *notes, *sender)).casefold(),
    )


def _without_own_words(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a statement of a record without words of the letter's own, which prove nothing."""
    if "approved" not in entry:
        return entry
    return {key: value for key, value in entry.items() if key not in ("text", "printed_as")}


def _collect_texts(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        for value in data.values():
            yield from _collect_texts(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from _collect_texts(value)


def check_own_words(
    text: str, place: Place | None, proved: ProvedWords, is_heading: bool = False
) -> Iterator[Problem]:
    """Return warnings about claims of a text that no statement of the document makes.

    The years of headings are compared too; in other text they may be those of a meeting or a letter.
    """
    prose = prepare_prose(text)
    numbers = find_numbers(prose)
    figures = [number for number in numbers if _is_figure(number, prose) and not _is_proved(number, proved)]
    if is_heading:
        figures += [
            number
            for number in numbers
            if number.kind == "date" and number.date[0] not in (None, *proved.years)
        ]
    if figures:
        listed = " and ".join(dict.fromkeys(repr(number.words) for number in figures))
        noun = f"figure {listed} is" if len(figures) == 1 else f"figures {listed} are"
        yield Problem(
            "figure-unsourced",
            f"the {noun} in one of your own texts, without a source",
            place,
            "turn it into a snippet with a source, or leave it out",
            severity="warning",
        )
    for name in _find_speakers(prose):
        if not re.search(rf"(?<!\w){re.escape(name.casefold())}(?!\w)", proved.text):
            yield Problem(
                "claim-unsourced",
                f"one of your own texts says what {name} said or found, but no statement names {name}",
                place,
                "turn it into a snippet with a source, or leave it out",
                severity="warning",
            )


def _is_figure(number: Number, prose: str) -> bool:
    if number.kind != "amount":
        return number.kind == "vague"
    if re.match(r" an? ", prose[number.end :]):  # half an hour
        return False
    is_share_or_money = (
        number.unit in ("percent", "share") or re.fullmatch(r"[A-Z]{3}", number.unit) is not None
    )
    return is_share_or_money or (number.high >= _COUNTS_FROM)


def _is_proved(number: Number, proved: ProvedWords) -> bool:
    """Return whether a statement has the figure; "tens of thousands" is proved by 53,000 too."""
    if any(number.is_same(other) or number.has_same_value(other) for other in proved.numbers):
        return True
    counts = (other.low for other in proved.numbers if other.kind == "amount" and not other.unit)
    return number.kind == "vague" and any(number.low <= low < 10 * number.low for low in counts)


def _find_speakers(prose: str) -> Iterable[str]:
    return dict.fromkeys(
        match["name"].rstrip(".") for pattern in _speaker_patterns() for match in pattern.finditer(prose)
    )


@cache
def _speaker_patterns() -> tuple[re.Pattern[str], ...]:
    verbs = "|".join(load_word_data("hedges")["reporting-verbs"])
    return (
        re.compile(rf"{_NAME},? (?:(?:has|have|had|also) )?(?:{verbs})\b"),
        re.compile(rf"\b[Aa]ccording to (?:the )?{_NAME}"),
    )
