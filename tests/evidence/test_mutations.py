"""The gate is exact: every derived falsification of the library is caught, and by the check that should.

The falsifications are derived from a small library of our own, always, and from the library that ships, where
$BRIEFGEN_TEXTS gives its texts. Run as a script, this file prints the table of docs/checks/evidence.md, and
writes it there with --write.
"""

from __future__ import annotations

import os
import random
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from briefgen.errors import ProblemList
from briefgen.evidence import hedges
from briefgen.evidence.checks import check_library
from briefgen.evidence.inline_markdown import strip_markdown
from briefgen.evidence.lock import EvidenceLock, LockedWording, hash_foundation, wording_key
from briefgen.evidence.normalize import hash_normalized, normalize_text, prepare_prose
from briefgen.evidence.numbers import find_numbers
from briefgen.evidence.prove import prove_evidence
from briefgen.evidence.review import build_lock
from briefgen.evidence.source_text import SourceText, split_body_paragraphs
from briefgen.evidence.statements import Statement, printable_wordings, statement_key
from briefgen.evidence.wording_checks import collect_source_names, fold_name
from briefgen.library.folders import LibraryFolder
from briefgen.library.references import load_references, parse_references
from briefgen.library.snippets import load_caveats, load_snippets, parse_statement
from briefgen.library.sources import find_source_texts, load_records, load_rests_on, make_record
from briefgen.model.snippet import Caveat, Snippet
from briefgen.model.source import Source, SourceDependency, SourceRecord

ROOT = Path(__file__).parents[2]
DAY = date(2030, 1, 1)

# What each kind of falsification must be caught by, even where the lock was made anew.
OWN_CHECK: Mapping[str, frozenset[str]] = {
    "quote: a number changed": frozenset({"quote-missing"}),
    "quote: thousand for million": frozenset({"quote-missing"}),
    "quote: percent dropped": frozenset({"quote-missing"}),
    "quote: a negation added": frozenset({"quote-missing"}),
    "quote: a negation dropped": frozenset({"quote-missing"}),
    "quote: a hedge dropped": frozenset({"quote-missing"}),
    "quote: two names swapped": frozenset({"quote-missing"}),
    "quote: words reordered": frozenset({"quote-missing"}),
    "locator: the paragraph before": frozenset({"quote-elsewhere", "locator-beyond"}),
    "locator: the paragraph after": frozenset({"quote-elsewhere", "locator-beyond"}),
    "wording: a number changed": frozenset({"number-missing", "number-unit"}),
    "wording: thousand for million": frozenset({"number-missing", "number-unit"}),
    "wording: a unit dropped": frozenset({"number-unit", "number-missing"}),
    "wording: a hedge dropped": frozenset({"hedge-dropped"}),
    "wording: the attribution dropped": frozenset({"attribution-dropped"}),
    "wording: a quotation altered": frozenset({"quotation-unproved"}),
}
# What no machine can judge in words of our own: the reviewed hash catches it.
REVIEW: Mapping[str, frozenset[str]] = {
    "wording: a negation added": frozenset({"wording-changed"}),
    "wording: a negation dropped": frozenset({"wording-changed"}),
    "wording: two names swapped": frozenset({"wording-changed"}),
    "wording: words reordered": frozenset({"wording-changed"}),
    "wording: one of two hedges dropped": frozenset({"wording-changed"}),
}


@dataclass(frozen=True, slots=True)
class Shelf:
    """A library as the checks see it."""

    snippets: Mapping[str, Snippet]
    caveats: Mapping[str, Caveat]
    references: Mapping[str, Source]
    records: Mapping[str, SourceRecord]
    rests_on: Mapping[str, SourceDependency]
    texts: Mapping[str, SourceText]
    lock: EvidenceLock = field(default_factory=EvidenceLock)

    def statements(self) -> tuple[Statement, ...]:
        return (*self.snippets.values(), *self.caveats.values())

    def only(self, statement: Statement) -> Shelf:
        """The library with this statement alone, which is enough for all checks of a statement."""
        if isinstance(statement, Caveat):
            return replace(self, snippets={}, caveats={statement.id: statement})
        return replace(self, snippets={statement.id: statement}, caveats={})


@dataclass(frozen=True, slots=True)
class Mutation:
    """One falsification of one statement."""

    kind: str
    statement: Statement
    was: str
    now: str


def with_wording(statement: Statement, name: str, wording: str) -> Statement:
    if name in ("body", "title"):
        return _copy(statement, **{name: wording})
    assert isinstance(statement, Snippet)
    if name in ("alt", "legend"):
        assert statement.figure
        return _copy(statement, figure=statement.figure.model_copy(update={name: wording}))
    return _copy(statement, variants={**statement.variants, name: wording})


def with_evidence(statement: Statement, index: int, **changes: Any) -> Statement:
    evidence = list(statement.evidence)
    evidence[index] = evidence[index].model_copy(update=changes)
    return _copy(statement, evidence=evidence)


def _copy(statement: Statement, **changes: Any) -> Statement:
    copied = statement.model_copy(update=changes)
    return copied.with_places(statement._file, statement._places)


# -- deriving falsifications


def mutations(shelf: Shelf) -> Iterator[Mutation]:
    """Every falsification of every quote and every wording."""
    for statement in shelf.statements():
        if statement.review.status != "verified":
            continue
        yield from _of_quotes(statement, shelf)
        yield from _of_wordings(statement, shelf)


def _of_quotes(statement: Statement, shelf: Shelf) -> Iterator[Mutation]:
    for index, evidence in enumerate(statement.evidence):
        if evidence.quote is None or evidence.source not in shelf.texts:
            continue
        quote = evidence.quote
        for kind, changed in _altered_quotes(quote):
            if normalize_text(changed).text != normalize_text(quote).text:
                yield Mutation(
                    f"quote: {kind}", with_evidence(statement, index, quote=changed), quote, changed
                )
        if not evidence.locator.get("paragraph", "").isdigit():
            continue  # the source prints no plain numbers
        number = int(evidence.locator["paragraph"])
        for kind, other in (("before", number - 1), ("after", number + 1)):
            changed_card = with_evidence(statement, index, locator={"paragraph": str(other)})
            yield Mutation(f"locator: the paragraph {kind}", changed_card, str(number), str(other))


def _altered_quotes(quote: str) -> Iterator[tuple[str, str]]:
    for number in find_numbers(quote):
        yield "a number changed", quote[: number.start] + _other_number(number.words) + quote[number.end :]
    yield from (("thousand for million", text) for text in _scales(quote))
    for word in (" percent", " per cent", "%"):
        # At the very end of a quote a word may go: what is left is still a true quote.
        if word in quote and not quote.endswith(word):
            yield "percent dropped", quote.replace(word, "", 1)
    words = quote.split(" ")
    inner = [index for index in range(1, len(words)) if "…" not in (words[index - 1], words[index])]
    for index in inner:
        yield "a negation added", " ".join([*words[:index], "not", *words[index:]])
        swapped = [*words[: index - 1], words[index], words[index - 1], *words[index + 1 :]]
        if words[index].lower() != words[index - 1].lower():
            yield "words reordered", " ".join(swapped)
    for index in inner:
        if index + 1 < len(words) and words[index + 1] != "…":
            dropped = " ".join([*words[:index], *words[index + 1 :]])
            if hedges.is_negation(words[index]):
                yield "a negation dropped", dropped
            elif hedges.is_hedge(words[index]):
                yield "a hedge dropped", dropped
    yield from (("two names swapped", text) for text in _swapped_names(quote))


def _of_wordings(statement: Statement, shelf: Shelf) -> Iterator[Mutation]:
    findings = ProblemList()
    _, support = prove_evidence(statement, shelf, findings)
    if not support.complete:
        return
    told = list(support.numbers())
    sentences = {sentence for passage in support.passages for sentence in passage.sentences()}
    for name, markdown in printable_wordings(statement).items():
        if markdown != strip_markdown(markdown):
            markdown = strip_markdown(markdown)  # emphasis does not matter for what is claimed
        for kind, changed in _altered_wordings(statement, markdown, told, sentences, shelf):
            loose = name == "title" or (isinstance(statement, Snippet) and statement.figure)
            if loose and ("hedge" in kind or "attribution" in kind):
                continue  # a title need not repeat them, and of a figure each datum does
            if normalize_text(changed).text != normalize_text(markdown).text:
                yield Mutation(f"wording: {kind}", with_wording(statement, name, changed), markdown, changed)


def _altered_wordings(
    statement: Statement, text: str, told: list[Any], sentences: set[str], shelf: Shelf
) -> Iterator[tuple[str, str]]:
    text = prepare_prose(text)
    titles = [str(work.csl.get("title", "")) for work in shelf.references.values()]
    for number in find_numbers(text):
        if any(number.words in title and title in text for title in titles):
            continue
        yield "a number changed", text[: number.start] + _untold(number.words, told) + text[number.end :]
        if number.kind == "amount" and number.unit and number.unit not in ("share", "times"):
            bare = re.sub(
                r"(?:US|C|A)?[$£€¥₩]|[ -]?(?:percent|per cent|%|dollars|won|euros|pounds|days?|weeks?|months?|years?|"
                r"decades?|centur(?:y|ies)|tons?|tonnes?|kilometres|km|points?)$",
                "",
                number.words,
            )
            if bare not in (number.words, "one"):  # "one" alone is read as a pronoun
                yield "a unit dropped", text[: number.start] + bare + text[number.end :]
        yield from _dropped_number_hedges(text, number, told)
    yield from (("thousand for million", changed) for changed in _scales(text))
    yield from _dropped_hedges(text, told, sentences)
    yield from _dropped_attribution(statement, text, shelf)
    for match in re.finditer(r'"([^"]+)"', text):
        words = match.group(1).split(" ")
        if len(words) > 2:
            swapped = " ".join([words[1], words[0], *words[2:]])
            yield "a quotation altered", text.replace(match.group(1), swapped)
    words = text.split(" ")
    middle = len(words) // 2
    yield "a negation added", " ".join([*words[:middle], "not", *words[middle:]])
    for index, word in enumerate(words):
        if hedges.is_negation(word):
            yield "a negation dropped", " ".join([*words[:index], *words[index + 1 :]])
    if len(words) > 3 and words[middle] != words[middle + 1]:
        swapped_words = [*words[:middle], words[middle + 1], words[middle], *words[middle + 2 :]]
        yield "words reordered", " ".join(swapped_words)
    yield from (("two names swapped", changed) for changed in _swapped_names(text))


def _untold(words: str, told: list[Any]) -> str:
    """Another number that the passages do not happen to tell as well."""
    for step in (7, 3, 6, 9, 4):
        other = _other_number(words, step)
        if not any(new.is_same(item.number) for new in find_numbers(other) for item in told):
            return other
    return words


def _other_number(words: str, step: int = 7) -> str:
    """The same words with another value: the last digit, or the first number word, changes."""
    changed = re.sub(r"\d(?!.*\d)", lambda match: str((int(match.group()) + step) % 10), words, count=1)
    if changed != words:
        return changed
    others = {
        "one": "eleven", "two": "seven", "three": "eight", "four": "nine", "five": "eleven", "six": "twelve",
        "seven": "two", "eight": "three", "nine": "four", "ten": "thirteen", "twelve": "seventeen",
        "nineteen": "seventeen", "fifteen": "eighteen", "twenty": "seventy", "thirty": "eighty", "forty": "ninety",
        "fifty": "eighty", "sixty": "thirty", "seventy": "thirty", "eighty": "thirty", "ninety": "forty",
        "half": "two thirds", "third": "seventh", "quarter": "seventh", "first": "seventh", "second": "eighth",
        "sixth": "fourth", "fourth": "sixth", "fifth": "ninth", "seventh": "third", "eighth": "fourth",
        "twice": "five times", "double": "triple", "dozens": "thousands", "hundreds": "dozens",
        "thousands": "billions", "millions": "billions", "billions": "thousands", "thousand": "billion",
        "million": "trillion", "hundred": "billion", "hundredth": "thousandth", "zero": "fourteen",
        "January": "August", "February": "September", "March": "October", "April": "November", "May": "December",
        "June": "January", "July": "February", "August": "January", "September": "February", "October": "March",
        "November": "May", "December": "June", "II": "XLIX", "III": "XLIX", "doubled": "tripled",
    }  # fmt: skip
    for word in re.findall(r"[A-Za-z]+", words):
        if word in others:
            return re.sub(rf"\b{word}\b", others[word], words, count=1)
        if word.lower() in others:
            return re.sub(rf"\b{word}\b", others[word.lower()], words, count=1)
    return words


def _scales(text: str) -> Iterator[str]:
    for one, other in (("thousand", "million"), ("million", "billion"), ("billion", "thousand")):
        for match in re.finditer(rf"\b{one}(?=s?\b)", text):
            yield text[: match.start()] + other + text[match.end() :]
    for match in re.finditer(r"\b\d{1,3},000\b(?!,)", text):
        yield text[: match.start()] + match.group() + ",000" + text[match.end() :]


def _dropped_number_hedges(text: str, number: Any, told: list[Any]) -> Iterator[tuple[str, str]]:
    """Take away what stands before a number and in every passage that tells it."""
    matching = [item for item in told if number.is_same(item.number)]
    if not matching or number.kind not in ("amount", "vague"):
        return
    ours = hedges.find_number_hedges(text, number.start, number.end, include_kept_by=True)
    for name, word in ours.items():
        if any(
            name not in hedges.find_number_hedges(i.sentence, i.number.start, i.number.end) for i in matching
        ):
            continue
        start = text.rfind(word, 0, number.start)
        if start >= 0:
            yield "a hedge dropped", _tidy(text[:start] + text[start + len(word) :])


def _dropped_hedges(text: str, told: list[Any], sentences: set[str]) -> Iterator[tuple[str, str]]:
    for hedge in hedges.estimate_hedges():
        if any(hedge.words.search(item.sentence) for item in _counted(text, told)):
            yield from _without(text, hedge)
    for hedge in hedges.sentence_hedges():
        if any(hedge.words.search(sentence) for sentence in sentences):
            yield from _without(text, hedge)


def _counted(text: str, told: list[Any]) -> list[Any]:
    """What the passages tell of the amounts in a wording."""
    amounts = [number for number in find_numbers(text) if number.kind in ("amount", "vague")]
    return [item for item in told if any(number.is_same(item.number) for number in amounts)]


def _without(text: str, hedge: hedges.HedgeClass) -> Iterator[tuple[str, str]]:
    found = list(hedge.words.finditer(text))
    for match in found:
        rest = _tidy(text[: match.start()] + text[match.end() :])
        if hedge.kept_by.search(rest):
            yield "one of two hedges dropped", rest
        else:
            yield "a hedge dropped", rest


def _tidy(text: str) -> str:
    return " ".join(text.replace(" ,", ",").replace(" .", ".").split())


def _dropped_attribution(statement: Statement, text: str, shelf: Shelf) -> Iterator[tuple[str, str]]:
    attributed = (
        isinstance(statement, Snippet) and statement.confidence == "attributed" and statement.kind != "ask"
    )
    for item in statement.evidence:
        speaker = item.via[0].source if item.via else (item.source if attributed else None)
        if speaker not in shelf.references:
            continue
        rest = text
        for name in sorted(collect_source_names(shelf.references[speaker]), key=len, reverse=True):
            for match in reversed(list(re.finditer(re.escape(name), fold_name(rest)))):
                if len(fold_name(rest)) == len(rest):
                    rest = rest[: match.start()] + "N." + rest[match.end() :]
        if rest != text:
            yield "the attribution dropped", rest


def _swapped_names(text: str) -> Iterator[str]:
    names = [
        match
        for match in re.finditer(r"\b[A-Z][a-z]{2,}\b", text)
        if match.start() > 0 and not find_numbers("1 " + match.group())[1:]
    ]
    for one, other in pairwise(names):
        if one.group() != other.group():
            yield (
                text[: one.start()]
                + other.group()
                + text[one.end() : other.start()]
                + one.group()
                + text[other.end() :]
            )
            return


# -- judging them


def reviewed(shelf: Shelf) -> Shelf:
    """The library with every wording reviewed as it stands."""
    lock, problems = build_lock(shelf, "an editor", DAY)
    assert not problems, "\n".join(map(str, problems))
    return replace(shelf, lock=lock)


def relocked(shelf: Shelf, statement: Statement) -> Shelf:
    """A lock made anew over a falsified statement by somebody who looked at nothing."""
    wordings = {
        wording_key(statement, name): LockedWording(
            hash_normalized(text), hash_foundation(statement), "nobody", "2030-01-01"
        )
        for name, text in printable_wordings(statement).items()
    }
    return replace(shelf.only(statement), lock=EvidenceLock({}, wordings))


def codes(shelf: Shelf) -> set[str]:
    return {problem.code for problem in check_library(shelf, DAY).problems if problem.severity == "error"}


def judge(mutation: Mutation, shelf: Shelf) -> bool:
    """Whether a falsification is caught by the check that should catch it."""
    if mutation.kind in OWN_CHECK:
        return bool(codes(relocked(shelf, mutation.statement)) & OWN_CHECK[mutation.kind])
    return bool(codes(shelf.only(mutation.statement)) & REVIEW[mutation.kind])


def table(shelf: Shelf) -> list[tuple[str, int, int, str]]:
    """For each kind: how many were derived, how many caught, and by which checks."""
    derived: Counter[str] = Counter()
    caught: Counter[str] = Counter()
    for mutation in mutations(shelf):
        derived[mutation.kind] += 1
        caught[mutation.kind] += judge(mutation, shelf)
    by = {**OWN_CHECK, **REVIEW}
    return [(kind, derived[kind], caught[kind], ", ".join(sorted(by[kind]))) for kind in by]


# -- the libraries


SOURCE = """A title that is furniture
In March 2011, the Harbour Post newspaper reported that “from May 2010 until March 2011, thirty thousand people have lost their homes in East Vale Province,” which is about twelve percent of the area’s households. It was not by any measure a small loss. According to the relief group Open Hands, between two and three and a half million tons of grain were seized.
A survey from the Coast Institute indicates that an estimated quarter of a million workers, one-third of them children, may be held in the salt mines, at a cost of about $920 a year. Many observers believe that the Vale government could open the mines to inspectors within six months. The mines were reportedly closed to visitors in the 1990s.
Under Article 9 of the Vale Convention no worker is held without a hearing. The fee is about sixteen to forty percent of the toll—a sum that fewer than one in ten can pay."""
REFERENCES = """[
{"id": "doe-2012", "type": "article-journal", "title": "The Salt Mines of Vale", "author": [{"family": "Doe", "given": "Ann"}], "issued": {"date-parts": [[2012, 7]]}},
{"id": "harbour-post-2011", "type": "article-newspaper", "title": "Homes lost", "container-title": "Harbour Post"},
{"id": "open-hands-2011", "type": "report", "title": "Grain", "author": [{"literal": "Open Hands"}]},
{"id": "coast-2011", "type": "report", "title": "Survey", "author": [{"literal": "Coast Institute"}]}
]"""
CARDS = {
    "homes-lost": """---
id: homes-lost
kind: statistic
as_of: 2011-03
evidence:
  - source: doe-2012
    locator: {paragraph: 1}
    quote: "In March 2011, the Harbour Post … East Vale Province"
    via: [{source: harbour-post-2011, relation: quoted}]
confidence: single-source
review: {status: verified, by: editor, on: 2029-12-01}
---
In March 2011 the *Harbour Post* reported that 30,000 people had lost their homes in East Vale; it spoke of "thirty thousand people".
""",
    "grain-seized": """---
id: grain-seized
kind: statistic
as_of: 2011
evidence:
  - source: doe-2012
    locator: {paragraph: 1}
    quote: "According to the relief group Open Hands … tons of grain were seized"
    via: [{source: open-hands-2011, relation: cited}]
confidence: single-source
review: {status: verified, by: editor, on: 2029-12-01}
---
According to Open Hands, 2 to 3.5 million tons of grain were seized, and not a little of it in Vale.
""",
    "salt-mines": """---
id: salt-mines
kind: finding
as_of: 2012-07
evidence:
  - source: doe-2012
    locator: {paragraph: 2}
    quote: "Coast Institute indicates that an estimated quarter of a million workers"
    via: [{source: coast-2011, relation: cited}]
confidence: attributed
variants: {short: "The Coast Institute's survey indicates that an estimated 250,000 workers may be held in the salt mines."}
review: {status: verified, by: editor, on: 2029-12-01}
---
A survey of the Coast Institute indicates that an estimated 250,000 workers, a third of them children, may be held in the salt mines, at about $920 a year; the number may rise.
""",
    "salt-fee": """---
id: salt-fee
kind: statistic
as_of: 2012-07
evidence:
  - source: doe-2012
    locator: {paragraph: 3}
    quote: "about sixteen to forty percent of the toll"
confidence: attributed
review: {status: verified, by: editor, on: 2029-12-01}
---
The fee was about 16 to 40 percent, wrote Ann Doe in July 2012, and fewer than one in ten could pay it.
""",
    "salt-article": """---
id: salt-article
kind: legal
evidence:
  - source: doe-2012
    locator: {paragraph: 3}
    quote: "no worker is held without a hearing"
review: {status: verified, by: editor, on: 2029-12-01}
---
Doe recalls that under article 9 of the Vale Convention nobody is held "without a hearing".
""",
}


def own_library() -> Shelf:
    findings = ProblemList()
    raw = SOURCE.encode()
    statements = {
        name: parse_statement(Snippet, text, f"snippets/{name}.md", findings) for name, text in CARDS.items()
    }
    furniture = frozenset({1})
    record = make_record("doe-2012", raw).model_copy(
        update={"paragraphs": make_record("doe-2012", "\n".join(SOURCE.split("\n")[1:]).encode()).paragraphs}
    )
    shelf = Shelf(
        snippets={name: statement for name, statement in statements.items() if statement is not None},
        caveats={},
        references=parse_references(REFERENCES, "seeds/references.json", findings),
        records={"doe-2012": record},
        rests_on={},
        texts={"doe-2012": SourceText("doe-2012", record.sha256, split_body_paragraphs(SOURCE, furniture))},
    )
    assert not findings.problems, findings.problems
    assert len(shelf.snippets) == len(CARDS)
    return shelf


def shipped_library() -> Shelf | None:
    """The library that ships, with its texts; None where they are not at hand."""
    texts = os.environ.get("BRIEFGEN_TEXTS")
    if not texts:
        return None
    findings = ProblemList()
    folders = [LibraryFolder(ROOT)]
    records = load_records(folders, findings)
    return Shelf(
        load_snippets(folders, findings),
        load_caveats(folders, findings),
        load_references(folders, findings),
        records,
        load_rests_on(folders, findings),
        find_source_texts(records, folders, Path(texts), {}, findings),
    )


@pytest.fixture(scope="module")
def own() -> Shelf:
    return reviewed(own_library())


@pytest.fixture(scope="module")
def shipped() -> Shelf:
    shelf = shipped_library()
    if shelf is None or not shelf.texts:
        pytest.skip("$BRIEFGEN_TEXTS is not set: the texts of the shipped library's sources are not at hand")
    return reviewed(shelf)


# -- the tests


def test_our_own_library_is_clean_as_it_stands(own: Shelf) -> None:
    assert check_library(own, DAY).problems == ()


def test_every_kind_of_falsification_is_derived_from_our_own_library(own: Shelf) -> None:
    kinds = {mutation.kind for mutation in mutations(own)}
    assert kinds == {*OWN_CHECK, *REVIEW}


def missed(shelf: Shelf) -> list[str]:
    return [
        f"{mutation.kind}: {statement_key(mutation.statement)}\n  was {mutation.was}\n  now {mutation.now}"
        for mutation in mutations(shelf)
        if not judge(mutation, shelf)
    ]


def test_every_falsification_of_our_own_library_is_caught_by_the_right_check(own: Shelf) -> None:
    assert missed(own) == []


@pytest.mark.slow
@pytest.mark.exhaustive
def test_every_falsification_of_the_shipped_library_is_caught_by_the_right_check(shipped: Shelf) -> None:
    assert missed(shipped) == []


def harmless(text: str) -> Iterator[str]:
    """The same words in another dress."""
    yield text.replace("'", "’").replace('"', "“")
    yield text.replace("’", "'").replace("“", '"').replace("”", '"')
    yield text.replace("—", " – ")
    yield text.replace("—", " -- ")
    yield text.replace("-", "\u2010")
    yield text.replace("–", "-")
    yield unicodedata.normalize("NFD", text)
    yield text.replace(" ", "\u00a0")
    generator = random.Random(7)
    yield "".join("\n" if c == " " and generator.random() < 0.3 else c for c in text)


def variants_of(statement: Statement) -> Iterator[Statement]:
    for name, wording in printable_wordings(statement).items():
        for text in harmless(wording):
            yield with_wording(statement, name, text)
    for index, evidence in enumerate(statement.evidence):
        if evidence.quote is not None:
            for text in harmless(evidence.quote):
                yield with_evidence(statement, index, quote=text)


def raised_by_harmless_variants(shelf: Shelf) -> list[str]:
    return [
        f"{statement_key(variant)}: {problem}"
        for statement in shelf.statements()
        if statement.review.status == "verified"
        for variant in variants_of(statement)
        for problem in check_library(
            replace(shelf.only(variant), lock=_part(shelf.lock, statement)), DAY
        ).problems
        if problem.code
        not in ("caveat-unknown", "caveat-unused", "superseded-by-unknown", "disputed-without-caveat")
    ]


def _part(lock: EvidenceLock, statement: Statement) -> EvidenceLock:
    key = statement_key(statement)
    return EvidenceLock(
        {name: entry for name, entry in lock.quotes.items() if name.split("#")[0] == key},
        {name: entry for name, entry in lock.wordings.items() if name.split(".")[0] == key},
        lock.works,
    )


def test_marks_dashes_spaces_and_unicode_forms_raise_nothing_in_our_own_library(own: Shelf) -> None:
    assert raised_by_harmless_variants(own) == []


@pytest.mark.slow
@pytest.mark.exhaustive
def test_marks_dashes_spaces_and_unicode_forms_raise_nothing_in_the_shipped_library(shipped: Shelf) -> None:
    assert raised_by_harmless_variants(shipped) == []


PAGE = ROOT / "docs" / "checks" / "evidence.md"
REGION = re.compile(r"(?<=<!-- table:mutations -->\n).*?(?=<!-- end:mutations -->)", re.DOTALL)


def as_markdown(rows: list[tuple[str, int, int, str]]) -> str:
    lines = ["| falsification | derived | caught | by |", "| --- | ---: | ---: | --- |"]
    for kind, derived, caught, by in rows:
        if kind == next(iter(REVIEW)):
            lines.append("| | | | |")
        lines.append(f"| {kind} | {derived} | {caught} | {by} |")
    return "\n".join(lines) + "\n"


def test_the_documented_table_has_every_kind_with_its_check_and_no_miss() -> None:
    (region,) = REGION.findall(PAGE.read_text(encoding="utf-8"))
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in region.splitlines()[2:]]
    documented = {kind: by for kind, _, _, by in rows if kind}
    assert documented == {kind: ", ".join(sorted(by)) for kind, by in {**OWN_CHECK, **REVIEW}.items()}
    assert all(derived == caught for _, derived, caught, _ in rows)


if __name__ == "__main__":  # python tests/evidence/test_mutations.py [--write]
    whole = shipped_library()
    print(made := as_markdown(table(reviewed(whole if whole else own_library()))))
    if "--write" in sys.argv:
        page = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(REGION.sub(lambda _: made, page), encoding="utf-8")
