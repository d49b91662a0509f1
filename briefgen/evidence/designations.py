"""Compare the designations of works (H.R. 5959, A/HRC/25/63, resolution 22/13) wherever they are printed.

A note prints the number from references.json, a wording the one that its writer typed; a slip in either gives
one document two numbers.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from briefgen.errors import Problem
from briefgen.evidence.inline_markdown import strip_markdown
from briefgen.evidence.normalize import prepare_prose
from briefgen.evidence.numbers import find_numbers
from briefgen.evidence.passages import SupportingEvidence
from briefgen.evidence.statements import Statement, printable_wordings, wording_place
from briefgen.model.snippet import Snippet
from briefgen.model.source import Source


class WorkNumber(NamedTuple):
    """The designation of a work, in a form in which its different spellings are equal."""

    series: str
    """What all works of a kind have in common: `h.r.#`, `a/hrc/#/#`."""
    value: str
    words: str
    """As written."""


def find_work_numbers(text: str) -> Iterator[WorkNumber]:
    """Find the designations of resolutions, documents, bills and laws in a text."""
    for number in find_numbers(prepare_prose(text)):
        if number.kind != "designation":
            continue
        name = re.sub(r"^pub\.l\.|^p\.l\.|^public law ", "public-law/", number.name)
        name = re.sub(r"^.*/res/|^resolution ", "resolution/", name)
        name = re.sub(r"^hr(?=\d)", "h.r.", name)
        if re.match(r"[^\d\s]*[/.]", name) and not name.startswith("http"):
            yield WorkNumber(re.sub(r"\d+", "#", name), name, number.words)


def check_designations(statement: Statement, support: SupportingEvidence) -> Iterator[Problem]:
    """Check that a statement gives the works that it cites the numbers that they have in references.json."""
    own: dict[str, dict[str, Source]] = defaultdict(dict)
    for work in support.cited:
        for number in find_numbers_of_work(work):
            own[number.series][number.value] = work
    if not own or not support.complete:
        return
    quoted = {
        number.value
        for passage in support.passages
        if passage.paragraph
        for number in find_work_numbers(passage.words)
    }
    written: dict[str, list[tuple[WorkNumber, str]]] = defaultdict(list)
    for name, text in _written_texts(statement).items():
        for number in find_work_numbers(text):
            written[number.series].append((number, name))
    for series in own.keys() & written.keys():
        if any(number.value in own[series] or number.value in quoted for number, _ in written[series]):
            continue
        number, name = written[series][0]
        work = next(iter(own[series].values()))
        place = wording_place(statement, name) if name else statement.locate("evidence")
        yield Problem(
            "designation-differs",
            f"{number.words} in {statement.id!r} is not the number of the work that it cites, "
            f"{work.id} ({_describe_number(work)})",
            place,
            "compare both with the work itself, and correct the wrong one, here or in seeds/references.json",
        )


def check_numbers_of_work(work: Source) -> Iterator[Problem]:
    """Check that number and title of a work do not give it two designations of one series."""
    values: dict[str, dict[str, str]] = defaultdict(dict)
    for number in find_numbers_of_work(work):
        values[number.series][number.value] = number.words
    for given in values.values():
        if len(given) > 1:
            yield Problem(
                "designation-differs",
                f"{work.id} has two numbers: {' and '.join(given.values())}",
                work.place,
                "correct number or title",
            )


def _written_texts(statement: Statement) -> Mapping[str, str]:
    """Return what people wrote about the works: by name of the wording, and under "" the rest."""
    rest = [item.attested.said for item in statement.evidence if item.attested]
    if isinstance(statement, Snippet):
        rest += [text for datum in statement.data for text in (datum.label, datum.note)]
    wordings = {name: strip_markdown(text) for name, text in printable_wordings(statement).items()}
    return {**wordings, "": "\n".join(rest)}


def find_numbers_of_work(work: Source) -> Iterable[WorkNumber]:
    """Return the designations that a work's entry gives it; a report's title may name what it is about."""
    number, title = str(work.csl.get("number", "")), str(work.csl.get("title", ""))
    own = list(find_work_numbers(number))
    if own or str(work.csl.get("type")) in _TITLED_BY_NUMBER:
        own += find_work_numbers(title)
    return own


_TITLED_BY_NUMBER = frozenset(
    {"legislation", "bill", "treaty", "legal_case", "hearing", "regulation", "standard"}
)


def _describe_number(work: Source) -> str:
    return str(work.csl.get("number") or work.csl.get("title"))
