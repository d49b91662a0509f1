"""The checks of a library: everything that can be wrong with its evidence, found in one run.

They report; they repair nothing and print nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from briefgen.errors import Place, Problem, ProblemList, suggest
from briefgen.evidence import figure_checks as figures
from briefgen.evidence import provenance as chains
from briefgen.evidence import wording_checks as wording
from briefgen.evidence.dates import read_edtf
from briefgen.evidence.lock import (
    TITLE,
    Card,
    Lock,
    card_key,
    card_wordings,
    lock_command,
    quote_key,
    rests_hash,
    wording_key,
    wording_place,
)
from briefgen.evidence.normalize import fingerprint, legible, normalise, plain, words
from briefgen.evidence.passages import Ground, Material
from briefgen.evidence.prove import Proofs, ground_of, is_day, prove, quote_entry, same_quote
from briefgen.evidence.quotes import quote_words
from briefgen.model.snippet import Caveat, Snippet

_NEED_NO_EVIDENCE = frozenset({"ask"})
_NEED_A_DATE = frozenset({"statistic", "event", "finding", "figure"})


@dataclass(frozen=True, slots=True)
class Verification:
    """How far a card's evidence is proved, for the record in the files."""

    how: Literal["proved", "unchanged", "attested", "computed", "none", "failed"]
    """`proved`: every quote against its text in this run; `unchanged`: as when it was last proved;
    `attested` and `computed`: there is no quote; `none`: there is no evidence."""
    on: str
    """ISO date of the proof, of the last one for `unchanged`, or of the reading; may be empty."""
    by: str
    """Who answers for the wording."""
    reviewed: str
    """ISO date of that review."""

    def as_json(self) -> dict[str, str]:
        """For the evidence record."""
        return {"how": self.how, "on": self.on, "by": self.by, "reviewed": self.reviewed}


@dataclass(frozen=True, slots=True)
class Examined:
    """What one run found out."""

    problems: tuple[Problem, ...]
    """In the order of their places."""
    verified: Mapping[str, Verification]
    """By snippet id; a caveat's name is `caveats/ID`."""


def check_library(material: Material, on: date | None = None) -> list[Problem]:
    """All problems of a library's evidence; `on` is the day that dates are judged by (none in the future)."""
    return list(examine(material, on).problems)


def examine(material: Material, on: date | None = None) -> Examined:
    """Check everything, and say how each card is proved."""
    findings = ProblemList()
    verified: dict[str, Verification] = {}
    for card in cards(material):
        if card.review.status == "rejected":
            continue
        own = ProblemList()
        proofs, ground = prove(card, material, own)
        verified[card_key(card)] = _verification(card, proofs, material, on)
        own.extend(card_problems(card, material, proofs, ground, on))
        findings.extend(map(_as_warning, own.problems) if card.review.status == "draft" else own.problems)
    findings.extend(_relation_problems(material))
    findings.extend(_budget_problems(material))
    findings.extend(_stale_entries(material))
    ordered = sorted(findings.problems, key=_position)
    return Examined(tuple(ordered), verified)


def _as_warning(problem: Problem) -> Problem:
    """A draft is work in hand: what is wrong with it stops nothing, for no document may use it."""
    return replace(problem, severity="warning")


def _position(problem: Problem) -> tuple[str, int, int]:
    place = problem.place or Place("")
    return place.file, place.line or 0, place.column or 0


# -- one card


def card_problems(
    card: Card, material: Material, proofs: Proofs, ground: Ground, on: date | None
) -> Iterator[Problem]:
    """Everything wrong with one card, given how its evidence was proved."""
    if not card.language.startswith("en"):
        yield Problem(
            "language-unread",
            f"numbers and hedges are read in English only, not in {card.language!r}",
            card.at("language"),
            "have a second person compare them with the source",
            severity="warning",
        )
    for name, markdown in card_wordings(card).items():
        text = wording.Wording.of(markdown, wording_place(card, name))
        if isinstance(card, Snippet) and card.figure:
            # Whose each datum is, the datum says.
            yield from _title_problems(card, text, figures.with_ends(ground, card.figure))
        elif name == TITLE:
            yield from _title_problems(card, text, ground)
        else:
            yield from _wording_problems(card, text, material, ground)
    if isinstance(card, Snippet) and card.figure:
        yield from figures.form_problems(card)
        for row in range(len(card.data)):
            own = ground_of(card, material, proofs, row)
            yield from figures.datum_problems(card, row, dict(material.references), own)
    yield from _form_problems(card, on)
    yield from review_problems(card, material.lock)
    yield from _lock_problems(card, material, proofs)


def _wording_problems(
    card: Card, text: wording.Wording, material: Material, ground: Ground
) -> Iterator[Problem]:
    attributed = isinstance(card, Snippet) and card.confidence == "attributed" and card.kind != "ask"
    yield from wording.naming_problems(text, card.evidence, dict(material.references), attributed)
    yield from wording.quotation_problems(text, card.evidence, ground)
    if not card.language.startswith("en"):
        return
    yield from wording.time_problems(text)
    if ground.complete:
        yield from wording.number_problems(text, ground)
        yield from wording.hedge_problems(text, ground)


def _title_problems(card: Card, text: wording.Wording, ground: Ground) -> Iterator[Problem]:
    """A title stands over a claim: it says no figure of its own, and need not repeat hedge or speaker."""
    yield from wording.quotation_problems(text, card.evidence, ground)
    if card.language.startswith("en"):
        yield from wording.time_problems(text)
        if ground.complete:
            yield from wording.number_problems(text, ground)


def _form_problems(card: Card, on: date | None) -> Iterator[Problem]:
    if isinstance(card, Caveat):
        if not card.evidence:
            message = f"the caveat {card.id!r} has no evidence"
            yield Problem("caveat-unsourced", message, card.at("id"), "add the source that says so")
        return
    if not card.evidence and card.kind not in _NEED_NO_EVIDENCE:
        hint = "add the quote, or what you read where"
        yield Problem("evidence-missing", f"the {card.kind} {card.id!r} has no evidence", card.at("id"), hint)
    if not card.as_of:
        if card.kind in _NEED_A_DATE:
            hint = "add as_of: with the date to which the claim belongs, for example 2012-04"
            yield Problem("as-of-missing", f"the {card.kind} {card.id!r} has no date", card.at("id"), hint)
        return
    span = read_edtf(card.as_of)
    if span is None:
        hint = "write 2012, 2012-04, 2012-04-21, or an interval 2011-12/2012-04"
        yield Problem("as-of-form", f"{card.as_of!r} is not a date", card.at("as_of"), hint)
    elif on is not None and span.start is not None and span.start > on:
        yield Problem("as-of-future", f"{card.as_of} is yet to come", card.at("as_of"), "correct the date")


def review_problems(card: Card, lock: Lock) -> Iterator[Problem]:
    """Whether somebody answers for the card as it stands."""
    place = card.at("review")
    if card.review.status == "draft":
        yield Problem(
            "review-draft",
            f"{card.id!r} is a draft and cannot be printed",
            place,
            f"review it, set status: verified with by and on, and run {lock_command(place)}",
            severity="warning",
        )
        return
    if not card.review.by.strip() or not is_day(card.review.on):
        hint = "write review: {status: verified, by: NAME, on: 2026-11-23}"
        yield Problem(
            "review-incomplete", f"who reviewed {card.id!r}, or on which day, is missing", place, hint
        )
    rests = rests_hash(card)
    for name, markdown in card_wordings(card).items():
        entry = lock.wordings.get(wording_key(card, name))
        at = wording_place(card, name)
        if entry is None:
            yield Problem(
                "wording-unlocked",
                f"the {name} of {card.id!r} is not in the lock",
                at,
                f"read it against its sources, then run {lock_command(place)}",
            )
        elif entry.wording != fingerprint(markdown):
            yield Problem(
                "wording-changed",
                f"the {name} of {card.id!r} was edited after the review by {entry.by} on {entry.on}",
                at,
                f"read it against its sources, then run {lock_command(place)}",
                wording=plain(markdown),
            )
        elif entry.rests != rests:
            yield Problem(
                "evidence-changed",
                f"what {card.id!r} rests on was edited after the review by {entry.by} on {entry.on}",
                card.at("figure" if isinstance(card, Snippet) and card.figure else "evidence"),
                f"read the wording against its evidence, then run {lock_command(place)}",
            )
            return


def _lock_problems(card: Card, material: Material, proofs: Proofs) -> Iterator[Problem]:
    """With the text at hand the quotes are proved; others need the lock to be up to date."""
    for index, match in proofs.matches.items():
        entry = material.lock.quotes.get(quote_key(card, index))
        text = material.texts[card.evidence[index].source or ""]
        if entry is None or not same_quote(entry, quote_entry(card.evidence[index], match, text, "")):
            yield Problem(
                "lock-outdated",
                f"the lock does not know this quote of {card.id!r} as it stands",
                card.at("evidence", index, "quote"),
                f"run {lock_command(card.at())}, so that it is proved where the text is not at hand",
                severity="warning",
            )


# -- how it is proved


def _verification(card: Card, proofs: Proofs, material: Material, on: date | None) -> Verification:
    entry = material.lock.wordings.get(wording_key(card, "body"))
    by, reviewed = (entry.by, entry.on) if entry else (card.review.by, card.review.on)
    if not proofs.how:
        return Verification("none", "", by, reviewed)
    if "failed" in proofs.how:
        return Verification("failed", "", by, reviewed)
    locked = [
        material.lock.quotes[key].on
        for index in range(len(card.evidence))
        if (key := quote_key(card, index)) in material.lock.quotes
    ]
    if "unchanged" in proofs.how:
        return Verification("unchanged", min(locked, default=""), by, reviewed)
    if "proved" in proofs.how:
        return Verification("proved", on.isoformat() if on else max(locked, default=""), by, reviewed)
    readings = [item.attested.on for item in card.evidence if item.attested is not None]
    return Verification("attested" if readings else "computed", max(readings, default=""), by, reviewed)


# -- between cards and sources


def _relation_problems(material: Material) -> Iterator[Problem]:
    for name in chains.circle_in(material.rests_on):
        entry = material.rests_on[name]
        yield Problem("rests-on-circle", f"{name} rests on itself", entry.at("on"), "remove one of the links")
    for entry in material.rests_on.values():
        for source in (entry.source, *entry.on):
            if source not in material.references:
                hint = suggest(source, material.references) or "add it to seeds/references.json"
                yield Problem("source-unknown", f"no work has the id {source!r}", entry.at("source"), hint)
    for record in material.records.values():
        if record.source not in material.references:
            hint = suggest(record.source, material.references) or "add it to seeds/references.json"
            message = f"no work has the id {record.source!r}"
            yield Problem("source-unknown", message, record.at("source"), hint)
    used: set[str] = set()
    for snippet in material.snippets.values():
        used.update(snippet.caveats)
        if snippet.review.status != "rejected":
            yield from _confidence_problems(snippet, material)
            yield from _caveat_problems(snippet, material)
            yield from figures.standing_problems(snippet, material.snippets.values())
    for caveat in material.caveats.values():
        if caveat.id not in used:
            message = f"no snippet has the caveat {caveat.id!r}"
            hint = "name it in a snippet's caveats, or remove it"
            yield Problem("caveat-unused", message, caveat.at("id"), hint, severity="warning")


def _caveat_problems(snippet: Snippet, material: Material) -> Iterator[Problem]:
    for index, name in enumerate(snippet.caveats):
        caveat = material.caveats.get(name)
        place = snippet.at("caveats", index)
        if caveat is None:
            hint = suggest(name, material.caveats) or "write it to snippets/caveats/"
            yield Problem("caveat-unknown", f"no caveat has the id {name!r}", place, hint)
        elif snippet.review.status == "verified" and caveat.review.status != "verified":
            message = f"the caveat {name!r} is {caveat.review.status}, not verified"
            yield Problem("caveat-unverified", message, place, "review the caveat too")


def _confidence_problems(snippet: Snippet, material: Material) -> Iterator[Problem]:
    place = snippet.at("confidence")
    if snippet.confidence == "disputed":
        printed = (material.caveats.get(name) for name in snippet.caveats)
        if not any(caveat is not None and caveat.must_print for caveat in printed):
            hint = "add a caveat with must_print: true that says who disputes it"
            message = f"{snippet.id!r} is disputed and has no caveat that is printed"
            yield Problem("disputed-without-caveat", message, place, hint)
    if snippet.confidence == "corroborated":
        yield from _corroboration_problems(snippet, material, place)
    if snippet.confidence == "superseded" and not snippet.superseded_by:
        hint = "name the snippets that overtake it in superseded_by"
        yield Problem("superseded-by-nothing", f"{snippet.id!r} says not by what", place, hint)
    for index, name in enumerate(snippet.superseded_by):
        newer = material.snippets.get(name)
        at = snippet.at("superseded_by", index)
        if newer is None:
            hint = suggest(name, material.snippets) or "write that snippet"
            yield Problem("superseded-by-unknown", f"no snippet has the id {name!r}", at, hint)
        elif newer.kind == "figure":
            message = f"{name!r}, which overtakes it, is a figure, and letters take none of themselves"
            yield Problem("superseded-by-unverified", message, at, "name a statement")
        elif newer.review.status != "verified" or newer.confidence == "superseded":
            state = "superseded itself" if newer.confidence == "superseded" else newer.review.status
            message = f"{name!r}, which overtakes it, is {state}"
            yield Problem("superseded-by-unverified", message, at, "name one that can be printed")


def _corroboration_problems(snippet: Snippet, material: Material, place: Place) -> Iterator[Problem]:
    origins = {origin for item in snippet.evidence if (origin := chains.origin(item)) is not None}
    if chains.independent(origins, material.rests_on):
        return
    if len(origins) < 2:
        message = f"{snippet.id!r} is called corroborated, but all its evidence is of one origin"
        hint = "use confidence: single-source, or add independent evidence"
    else:
        message = f"{snippet.id!r} is called corroborated, but its sources rest on one another"
        reasons = [
            f"{name} rests on {', '.join(material.rests_on[name].on)}"
            for name in sorted(origins)
            if name in material.rests_on
        ]
        hint = "; ".join([*reasons, "use confidence: single-source or attributed"])
    yield Problem("circular-corroboration", message, place, hint)


# -- quotation budget


def _budget_problems(material: Material) -> Iterator[Problem]:
    kept: dict[str, dict[str, int]] = defaultdict(dict)
    printed: dict[str, dict[str, int]] = defaultdict(dict)
    for card in cards(material):
        if card.review.status == "rejected":
            continue
        sources = {
            item.source for item in card.evidence if item.quote is not None and item.source is not None
        }
        for item in card.evidence:
            if item.quote is not None and item.source is not None:
                kept[item.source][normalise(item.quote).text] = quote_words(item.quote)
        for markdown in card_wordings(card).values():
            for quoted in wording.quotations(legible(plain(markdown))):
                for source in sources:
                    printed[source][normalise(quoted).text] = len(words(quoted))
    for name, record in material.records.items():
        whole = sum(paragraph.words for paragraph in record.paragraphs)
        limits = record.quotation
        place = record.at("quotation")
        told = _over(printed[name], whole, limits.printed)
        if told:
            hint = "quote less, and say it in words of your own"
            yield Problem(
                "budget-printed", f"snippets print {told} of {name} in quotation marks", place, hint
            )
        told = _over(kept[name], whole, limits.kept)
        if told:
            hint = "shorten quotes to their first and last words with … between"
            yield Problem("budget-kept", f"evidence keeps {told} of {name} as quotes", place, hint)


def _over(stretches: Mapping[str, int], whole: int, share: float) -> str:
    """How much is quoted, where that is more than the share allowed; an empty string otherwise."""
    count = sum(stretches.values())
    if not whole or count <= share * whole:
        return ""
    return f"{count} of {whole} words ({count / whole:.1%}, at most {share:.0%})"


# -- the lock


def _stale_entries(material: Material) -> Iterator[Problem]:
    known = {wording_key(card, name) for card in cards(material) for name in card_wordings(card)}
    known |= {quote_key(card, index) for card in cards(material) for index in range(len(card.evidence))}
    stale = sorted({*material.lock.wordings, *material.lock.quotes} - known)
    if stale:
        shown = ", ".join(stale[:5]) + (" …" if len(stale) > 5 else "")
        yield Problem(
            "lock-stale",
            f"the lock holds {len(stale)} entries of nothing: {shown}",
            Place("snippets/quotes.lock"),
            "run briefgen snippets lock --by NAME to drop them",
            severity="warning",
        )


def cards(material: Material) -> tuple[Card, ...]:
    """All snippets and caveats."""
    return (*material.snippets.values(), *material.caveats.values())
