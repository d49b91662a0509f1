"""Check a library: find everything that is wrong with its evidence, wordings and reviews in one run.

The checks report problems; they repair nothing and print nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Literal

from briefgen.errors import Place, Problem, ProblemList, suggest_similar
from briefgen.evidence import figure_checks, provenance, wording_checks
from briefgen.evidence.comparison import check_pairs
from briefgen.evidence.designations import check_designations, check_numbers_of_work
from briefgen.evidence.digits import check_digits
from briefgen.evidence.edtf import DateSpan, days_of, is_iso_date, parse_edtf
from briefgen.evidence.inline_markdown import strip_markdown
from briefgen.evidence.key_figures import check_key_figure
from briefgen.evidence.lock import (
    EvidenceLock,
    approve_command,
    has_first_format,
    hash_quote,
    hash_work,
    is_same_foundation,
    is_same_wording,
    lock_command,
    quote_key,
    wording_key,
)
from briefgen.evidence.normalize import normalize_text, prepare_prose, split_words
from briefgen.evidence.passages import EvidenceLibrary, SupportingEvidence
from briefgen.evidence.polarity import check_polarity
from briefgen.evidence.prove import (
    StatementProofs,
    build_locked_quote,
    collect_support,
    is_same_quote,
    prove_evidence,
    unknown_work_problem,
)
from briefgen.evidence.quotes import count_quote_words
from briefgen.evidence.statements import (
    TITLE_WORDING,
    Statement,
    cited_works,
    printable_wordings,
    statement_key,
    wording_place,
)
from briefgen.evidence.translation_checks import check_translations
from briefgen.evidence.verification import LibraryCheck, Verification
from briefgen.model.snippet import Caveat, Evidence, Snippet
from briefgen.system.cache import cache_key, keep, recall

_KINDS_WITHOUT_EVIDENCE = frozenset({"ask"})
_KINDS_WITH_DATE = frozenset({"statistic", "event", "finding", "figure"})


def check_library(library: EvidenceLibrary, on: date | None = None) -> LibraryCheck:
    """Check every statement of a library, and report how each one was proved.

    Without `on`, the day that dates are compared with, no date counts as lying in the future.
    """
    findings = ProblemList()
    verified: dict[str, Verification] = {}
    checked = _CheckedStatements(library, on)
    for statement in all_statements(library):
        if statement.review.status == "rejected":
            continue
        key = statement_key(statement)
        problems, verified[key] = checked.check(statement)
        findings.extend(
            map(_downgrade_to_warning, problems) if statement.review.status == "draft" else problems
        )
    checked.keep()
    findings.extend(_check_relations(library))
    findings.extend(_check_shared_quotes(library))
    findings.extend(_check_quotation_budgets(library))
    findings.extend(_check_locked_works(library))
    findings.extend(_check_stale_lock_entries(library))
    ordered = sorted(findings.problems, key=_source_position)
    return LibraryCheck(tuple(ordered), verified)


class _CheckedStatements:
    """The checks of single statements, with what earlier checks found out about those that are the same.

    What is found out about a statement depends on itself, its entries in the lock, the day, the works with
    their records and texts, and the program; all of these are in the keys.
    """

    def __init__(self, library: EvidenceLibrary, on: date | None) -> None:
        self._library, self._on = library, on
        self._name = cache_key(
            "statements",
            on,
            [(source.id, source.csl, source.aka, source.place) for source in library.references.values()],
            [record.describe_with_places() for record in library.records.values()],
            [entry.describe_with_places() for entry in library.rests_on.values()],
            [(name, text.sha256) for name, text in library.texts.items()],
        )
        self._earlier: _StatementChecks = recall("statements", self._name) or {}
        self._current: _StatementChecks = {}

    def check(self, statement: Statement) -> tuple[tuple[Problem, ...], Verification]:
        """Return what is wrong with a statement, and how its evidence was proved."""
        lock, key = self._library.lock, statement_key(statement)
        quotes = [lock.quotes.get(quote_key(statement, index)) for index in range(len(statement.evidence))]
        wordings = [lock.wordings.get(wording_key(statement, name)) for name in printable_wordings(statement)]
        wordings.append(lock.wordings.get(wording_key(statement, "body")))
        name = cache_key(key, statement.describe_with_places(), quotes, wordings)
        self._current[name] = self._earlier.get(name) or self._check(statement)
        return self._current[name]

    def _check(self, statement: Statement) -> tuple[tuple[Problem, ...], Verification]:
        own = ProblemList()
        proofs, support = prove_evidence(statement, self._library, own)
        own.extend(check_statement(statement, self._library, proofs, support, self._on))
        return tuple(own.problems), _build_verification(statement, proofs, self._library, self._on)

    def keep(self) -> None:
        """Keep what was found out for the next check."""
        if self._current != self._earlier:
            keep("statements", self._name, self._current)


_StatementChecks = dict[str, tuple[tuple[Problem, ...], Verification]]
"""What is wrong with each statement, and how it was proved, by a hash of the statement."""


def _downgrade_to_warning(problem: Problem) -> Problem:
    """Downgrade a problem of a draft: it must not stop the work, because no document may use a draft."""
    return replace(problem, severity="warning")


def _source_position(problem: Problem) -> tuple[str, int, int]:
    place = problem.place or Place("")
    return place.file, place.line or 0, place.column or 0


# -- single statements


def check_statement(
    statement: Statement,
    library: EvidenceLibrary,
    proofs: StatementProofs,
    support: SupportingEvidence,
    on: date | None,
) -> Iterator[Problem]:
    """Find everything wrong with one statement, given the proofs of its evidence."""
    if not statement.language.startswith("en"):
        yield Problem(
            "language-unread",
            f"hedges and numbers in words can be checked in English only, not in {statement.language!r}",
            statement.locate("language"),
            "have a second person compare them with the source",
            severity="warning",
        )
    for name, markdown in printable_wordings(statement).items():
        text = wording_checks.PrintedWording.from_markdown(markdown, wording_place(statement, name))
        if isinstance(statement, Snippet) and statement.figure:
            # Each datum names its own source, so the wording need not.
            yield from _check_title(
                statement, text, figure_checks.allow_range_ends(support, statement.figure)
            )
        elif name == TITLE_WORDING:
            yield from _check_title(statement, text, support)
        else:
            yield from check_wording(statement, text, library, support)
    if isinstance(statement, Snippet) and statement.figure:
        yield from figure_checks.check_figure_fields(statement)
        for row in range(len(statement.data)):
            own = collect_support(statement, library, proofs, row)
            yield from figure_checks.check_datum(statement, row, dict(library.references), own)
    if isinstance(statement, Snippet):
        yield from check_key_figure(statement)
    yield from check_designations(statement, support)
    yield from _check_evidence_and_date(statement, support, on)
    yield from check_review(statement, library.lock)
    yield from _check_locked_quotes(statement, library, proofs)


def check_wording(
    statement: Statement,
    text: wording_checks.PrintedWording,
    library: EvidenceLibrary,
    support: SupportingEvidence,
) -> Iterator[Problem]:
    """Find what a wording of a statement claims that its evidence does not bear."""
    attributed = (
        isinstance(statement, Snippet) and statement.confidence == "attributed" and statement.kind != "ask"
    )
    yield from wording_checks.check_named_speakers(
        text, statement.evidence, dict(library.references), attributed
    )
    quotations = list(wording_checks.check_quotations(text, statement.evidence, support))
    yield from quotations
    if not statement.language.startswith("en"):
        yield from _check_foreign_figures(text, support)
        return
    yield from wording_checks.check_relative_time(text)
    if support.complete:
        yield from wording_checks.check_numbers(text, support)
        yield from wording_checks.check_sentence_hedges(text, support)
        if not any(problem.code == "quotation-cut" for problem in quotations):
            yield from check_polarity(text, support)
        yield from check_pairs(text, support)


def _check_foreign_figures(
    text: wording_checks.PrintedWording, support: SupportingEvidence
) -> Iterator[Problem]:
    """Check what is the same in all languages: figures in digits."""
    if support.complete:
        yield from check_digits(text, support)


def _check_title(
    statement: Statement, text: wording_checks.PrintedWording, support: SupportingEvidence
) -> Iterator[Problem]:
    """Check a title: its numbers must be proved, but hedges and speakers belong in the sentence below it."""
    yield from wording_checks.check_quotations(text, statement.evidence, support)
    if not statement.language.startswith("en"):
        yield from _check_foreign_figures(text, support)
        return
    yield from wording_checks.check_relative_time(text)
    if support.complete:
        yield from wording_checks.check_numbers(text, support)


def _check_evidence_and_date(
    statement: Statement, support: SupportingEvidence, on: date | None
) -> Iterator[Problem]:
    if isinstance(statement, Caveat):
        if not statement.evidence:
            message = f"the caveat {statement.id!r} has no evidence"
            yield Problem("caveat-unsourced", message, statement.locate("id"), "add the source that says so")
        return
    if not statement.evidence and statement.kind not in _KINDS_WITHOUT_EVIDENCE:
        hint = "add a quote, or say what you read and where"
        yield Problem(
            "evidence-missing",
            f"the {statement.kind} {statement.id!r} has no evidence",
            statement.locate("id"),
            hint,
        )
    if not statement.as_of:
        if statement.kind in _KINDS_WITH_DATE and not any("issued" in work.csl for work in support.cited):
            hint = (
                "add the date of the source to its entry in seeds/references.json (issued), "
                "or as_of: with that of the claim, for example 2012-04"
            )
            yield Problem(
                "as-of-missing",
                f"neither the {statement.kind} {statement.id!r} nor its source has a date",
                statement.locate("id"),
                hint,
            )
        return
    span = parse_edtf(statement.as_of)
    if span is None:
        hint = "write 2012, 2012-04, 2012-04-21, or an interval 2011-12/2012-04"
        yield Problem("as-of-form", f"{statement.as_of!r} is not a date", statement.locate("as_of"), hint)
    elif on is not None and span.start is not None and span.start > on:
        yield Problem(
            "as-of-future",
            f"{statement.as_of} is in the future",
            statement.locate("as_of"),
            "correct the date",
        )
    else:
        yield from _check_date_of_works(statement, span, support)


def _check_date_of_works(
    statement: Snippet, span: DateSpan, support: SupportingEvidence
) -> Iterator[Problem]:
    """Check that `as_of`, which proves dates in the wording, is not later than every work cited."""
    latest = [wording_checks.find_latest_day(work) for work in support.cited]
    newest = max((day for day in latest if day is not None), default=None)
    if newest is None or None in latest:
        return  # a work without a date may be as new as it likes
    ends = [days_of(*part) for part in span.parts]
    if any(days is not None and days.start is not None and days.start > newest for days in ends):
        yield Problem(
            "as-of-late",
            f"as_of: {statement.as_of} is later than every work cited; the newest is of {newest.isoformat()}",
            statement.locate("as_of"),
            "give the date that the evidence speaks of, or cite a later work that says so",
        )


def check_review(statement: Statement, lock: EvidenceLock) -> Iterator[Problem]:
    """Check that somebody has reviewed the current wordings and evidence of a statement."""
    place = statement.locate("review")
    if statement.review.status == "draft":
        yield Problem(
            "review-draft",
            f"{statement.id!r} is a draft and cannot be printed",
            place,
            f"read it against its source, then run {approve_command(place, statement_key(statement))}",
            severity="warning",
        )
        return
    if not statement.review.by.strip() or not is_iso_date(statement.review.on):
        hint = "write review: {status: verified, by: NAME, on: 2026-11-23}"
        yield Problem(
            "review-incomplete",
            f"the reviewer or the date of the review of {statement.id!r} is missing",
            place,
            hint,
        )
    for name, markdown in printable_wordings(statement).items():
        entry = lock.wordings.get(wording_key(statement, name))
        wording_at = wording_place(statement, name)
        if entry is None:
            yield Problem(
                "wording-unlocked",
                f"the {name} of {statement.id!r} is not in the lock",
                wording_at,
                f"read it against its sources, then run {lock_command(place)}",
            )
        elif not is_same_wording(entry, markdown):
            yield Problem(
                "wording-changed",
                f"the {name} of {statement.id!r} was edited after the review by {entry.by} on {entry.on}",
                wording_at,
                f"read it against its sources, then run {lock_command(place)}",
                wording=strip_markdown(markdown),
            )
        elif not is_same_foundation(entry, statement):
            yield Problem(
                "evidence-changed",
                f"the basis of {statement.id!r} was edited after the review by {entry.by} on {entry.on}",
                statement.locate(
                    "figure" if isinstance(statement, Snippet) and statement.figure else "evidence"
                ),
                f"read the wording against its evidence, then run {lock_command(place)}",
            )
            return


def _check_locked_quotes(
    statement: Statement, library: EvidenceLibrary, proofs: StatementProofs
) -> Iterator[Problem]:
    """Check that the lock holds the quotes just proved, for users who do not have the source's text."""
    for index, match in proofs.matches.items():
        entry = library.lock.quotes.get(quote_key(statement, index))
        text = library.texts[statement.evidence[index].source or ""]
        if entry is None or not is_same_quote(
            entry, build_locked_quote(statement.evidence[index], match, text, "")
        ):
            yield Problem(
                "lock-outdated",
                f"the lock does not hold the current form of this quote of {statement.id!r}",
                statement.locate("evidence", index, "quote"),
                f"run {lock_command(statement.locate())} to prove it where the text is not available",
                severity="warning",
            )


# -- verification


def _build_verification(
    statement: Statement, proofs: StatementProofs, library: EvidenceLibrary, on: date | None
) -> Verification:
    entry = library.lock.wordings.get(wording_key(statement, "body"))
    by, reviewed = (entry.by, entry.on) if entry else (statement.review.by, statement.review.on)
    if not proofs.results:
        return Verification("none", "", by, reviewed)
    if "failed" in proofs.results:
        return Verification("failed", "", by, reviewed)
    locked = [
        library.lock.quotes[key].on
        for index in range(len(statement.evidence))
        if (key := quote_key(statement, index)) in library.lock.quotes
    ]
    if "unchanged" in proofs.results:
        return Verification("unchanged", min(locked, default=""), by, reviewed)
    if "proved" in proofs.results:
        return Verification("proved", on.isoformat() if on else max(locked, default=""), by, reviewed)
    readings = [item.attested for item in statement.evidence if item.attested is not None]
    if not readings:
        return Verification("computed", "", by, reviewed)
    how: Literal["seconded", "attested"] = "seconded" if all(one.seconded for one in readings) else "attested"
    return Verification(how, max(one.on for one in readings), by, reviewed)


# -- relations between statements and sources


def _check_relations(library: EvidenceLibrary) -> Iterator[Problem]:
    for name in provenance.find_circular_sources(library.rests_on):
        entry = library.rests_on[name]
        yield Problem(
            "rests-on-circle", f"{name} rests on itself", entry.locate("on"), "remove one of the links"
        )
    for entry in library.rests_on.values():
        for source in (entry.source, *entry.on):
            if source not in library.references:
                yield unknown_work_problem(source, library, entry.locate("source"))
    for name in sorted({name for statement in all_statements(library) for name in cited_works(statement)}):
        if name in library.references:
            yield from check_numbers_of_work(library.references[name])
    for record in library.records.values():
        if record.source not in library.references:
            yield unknown_work_problem(record.source, library, record.locate("source"))
    yield from check_translations(library.snippets)
    yield from check_translations(library.caveats)
    used = {caveat.id for caveat in library.caveats.values() if caveat.translates}
    for snippet in library.snippets.values():
        used.update(snippet.caveats)
        if snippet.review.status != "rejected":
            yield from _check_confidence(snippet, library)
            yield from _check_caveat_references(snippet, library)
            yield from figure_checks.check_datum_status(snippet, library.snippets.values())
    for caveat in library.caveats.values():
        if caveat.id not in used:
            message = f"no snippet uses the caveat {caveat.id!r}"
            hint = "name it in a snippet's caveats, or remove it"
            yield Problem("caveat-unused", message, caveat.locate("id"), hint, severity="warning")


def _check_caveat_references(snippet: Snippet, library: EvidenceLibrary) -> Iterator[Problem]:
    for index, name in enumerate(snippet.caveats):
        caveat = library.caveats.get(name)
        place = snippet.locate("caveats", index)
        if caveat is None:
            hint = suggest_similar(name, library.caveats) or "add it to snippets/caveats/"
            yield Problem("caveat-unknown", f"no caveat has the id {name!r}", place, hint)
        elif snippet.review.status == "verified" and caveat.review.status != "verified":
            message = f"the caveat {name!r} has status {caveat.review.status}, not verified"
            yield Problem("caveat-unverified", message, place, "review the caveat too")


def _check_confidence(snippet: Snippet, library: EvidenceLibrary) -> Iterator[Problem]:
    place = snippet.locate("confidence")
    if snippet.confidence == "disputed":
        printed = (library.caveats.get(name) for name in snippet.caveats)
        if not any(caveat is not None and caveat.must_print for caveat in printed):
            hint = "add a caveat with must_print: true that says who disputes it"
            message = f"{snippet.id!r} is disputed but has no printed caveat"
            yield Problem("disputed-without-caveat", message, place, hint)
    if snippet.confidence == "corroborated":
        yield from _check_corroboration(snippet, library, place)
    if snippet.confidence == "superseded" and not snippet.superseded_by:
        hint = "name the snippets that supersede it in superseded_by"
        yield Problem(
            "superseded-by-nothing", f"{snippet.id!r} is superseded, but superseded_by is empty", place, hint
        )
    for index, name in enumerate(snippet.superseded_by):
        newer = library.snippets.get(name)
        at = snippet.locate("superseded_by", index)
        if newer is None:
            hint = suggest_similar(name, library.snippets) or "add that snippet"
            yield Problem("superseded-by-unknown", f"no snippet has the id {name!r}", at, hint)
        elif newer.kind == "figure":
            message = (
                f"{name!r}, which supersedes it, is a figure, and letters never include figures on their own"
            )
            yield Problem("superseded-by-unverified", message, at, "name a snippet that is not a figure")
        elif newer.review.status != "verified" or newer.confidence == "superseded":
            status = newer.review.status
            state = "is itself superseded" if newer.confidence == "superseded" else f"has status {status}"
            message = f"{name!r}, which supersedes it, {state}"
            yield Problem("superseded-by-unverified", message, at, "name one that can be printed")


def _check_corroboration(snippet: Snippet, library: EvidenceLibrary, place: Place) -> Iterator[Problem]:
    origins = {origin for item in snippet.evidence if (origin := provenance.find_origin(item)) is not None}
    if provenance.are_independent(origins, library.rests_on):
        return
    if len(origins) < 2:
        message = f"{snippet.id!r} is marked corroborated, but all its evidence has the same origin"
        hint = "use confidence: single-source, or add independent evidence"
    else:
        message = f"{snippet.id!r} is marked corroborated, but its sources rest on one another"
        reasons = [
            f"{name} rests on {', '.join(library.rests_on[name].on)}"
            for name in sorted(origins)
            if name in library.rests_on
        ]
        hint = "; ".join([*reasons, "use confidence: single-source or attributed"])
    yield Problem("circular-corroboration", message, place, hint)


# -- quotation limits


def _check_quotation_budgets(library: EvidenceLibrary) -> Iterator[Problem]:
    kept: dict[str, dict[str, int]] = defaultdict(dict)
    printed: dict[str, dict[str, int]] = defaultdict(dict)
    for statement in all_statements(library):
        if statement.review.status == "rejected":
            continue
        sources = {
            item.source for item in statement.evidence if item.quote is not None and item.source is not None
        }
        for item in statement.evidence:
            if item.quote is not None and item.source is not None:
                kept[item.source][normalize_text(item.quote).text] = count_quote_words(item.quote)
        for markdown in printable_wordings(statement).values():
            for quoted in wording_checks.find_quotations(prepare_prose(strip_markdown(markdown))):
                for source in sources:
                    printed[source][normalize_text(quoted).text] = len(split_words(quoted))
    for name, record in library.records.items():
        whole = sum(paragraph.words for paragraph in record.paragraphs)
        limits = record.quotation
        place = record.locate("quotation")
        excess = _describe_quotation_excess(printed[name], whole, limits.printed)
        if excess:
            hint = "quote less and use your own words"
            yield Problem(
                "budget-printed", f"snippets print {excess} of {name} in quotation marks", place, hint
            )
        excess = _describe_quotation_excess(kept[name], whole, limits.kept)
        if excess:
            hint = "shorten quotes to their first and last words with … between"
            yield Problem("budget-kept", f"evidence keeps {excess} of {name} as quotes", place, hint)


def _describe_quotation_excess(quotations: Mapping[str, int], whole: int, share: float) -> str:
    """Describe how much is quoted if it exceeds the share allowed; otherwise return an empty string."""
    count = sum(quotations.values())
    if not whole or count <= share * whole:
        return ""
    return f"{count} of {whole} words ({count / whole:.1%}, at most {share:.0%})"


# -- quotes that several statements rest on


def _check_shared_quotes(library: EvidenceLibrary) -> Iterator[Problem]:
    """Check that statements which rest on the same words of a source agree on their place and standing."""
    first: dict[tuple[str, str], tuple[Statement, Evidence]] = {}
    for statement in all_statements(library):
        if statement.review.status != "verified":
            continue
        for index, evidence in enumerate(statement.evidence):
            if evidence.quote is None or not evidence.source:
                continue
            other, shared = first.setdefault((evidence.source, hash_quote(evidence)), (statement, evidence))
            if other is statement:
                continue
            if evidence.locator.keys() == shared.locator.keys() and evidence.locator != shared.locator:
                ((label, value),) = evidence.locator.items()
                yield Problem(
                    "proofs-disagree",
                    f"{statement.id!r} cites {label} {value}, but {other.id!r} cites {label} "
                    f"{shared.locator[label]} for the same quote",
                    statement.locate("evidence", index, "locator"),
                    "look the quote up in the source, and correct one of them",
                )
            standings = (_standing(other), _standing(statement))
            if len(set(standings)) > 1 and all(standings) and not _replaces(other, statement):
                yield Problem(
                    "proofs-disagree",
                    f"{statement.id!r} is {standings[1]}, but {other.id!r}, on the same quote, is "
                    f"{standings[0]}",
                    statement.locate("confidence"),
                    "whoever contests or replaces one contests or replaces the other; if not, say why in its "
                    "note and quote only the words that it rests on",
                    "warning",
                )


def _standing(statement: Statement) -> str:
    """Return whether a statement is contested, out of date or neither; empty for what claims nothing."""
    if not isinstance(statement, Snippet) or statement.kind in ("ask", "figure"):
        return ""
    return statement.confidence if statement.confidence in ("disputed", "superseded") else "uncontested"


def _replaces(one: Statement, other: Statement) -> bool:
    """Return whether one of two statements supersedes the other."""
    return any(
        isinstance(old, Snippet) and new.id in old.superseded_by for old, new in ((one, other), (other, one))
    )


# -- the lock


def _check_locked_works(library: EvidenceLibrary) -> Iterator[Problem]:
    """Check that the works cited by reviewed statements are as they were at the review."""
    for name, statements in find_locked_citations(library).items():
        work, entry = library.references[name], library.lock.works.get(name)
        if entry is not None and entry.work == hash_work(work, library.rests_on.get(name)):
            continue
        edited = f"was edited after the review by {entry.by} on {entry.on}" if entry else "is not in the lock"
        cited_by = f"cited by {statements[0].id}" + (
            f" and {len(statements) - 1} more" if statements[1:] else ""
        )
        yield Problem(
            "reference-changed",
            f"the work {name!r}, {cited_by}, {edited}",
            work.place,
            "compare its entry, and what it rests on in seeds/rests-on.yaml, with the work itself, then run "
            f"{lock_command(statements[0].locate())}",
        )


def find_locked_citations(library: EvidenceLibrary) -> dict[str, list[Statement]]:
    """Return the works that reviewed statements cite, by id, with those whose lock entry covers works."""
    found: dict[str, list[Statement]] = defaultdict(list)
    for statement in all_statements(library):
        entry = library.lock.wordings.get(wording_key(statement, "body"))
        if statement.review.status != "verified" or entry is None or has_first_format(entry, statement):
            continue
        for name in sorted(cited_works(statement) & library.references.keys()):
            found[name].append(statement)
    return found


def _check_stale_lock_entries(library: EvidenceLibrary) -> Iterator[Problem]:
    known = {
        wording_key(statement, name)
        for statement in all_statements(library)
        for name in printable_wordings(statement)
    }
    known |= {
        quote_key(statement, index)
        for statement in all_statements(library)
        for index in range(len(statement.evidence))
    }
    stale = sorted({*library.lock.wordings, *library.lock.quotes} - known)
    if stale:
        shown = ", ".join(stale[:5]) + (" …" if len(stale) > 5 else "")
        yield Problem(
            "lock-stale",
            f"the lock holds {len(stale)} entries for snippets or quotes that no longer exist: {shown}",
            Place("snippets/quotes.lock"),
            "run briefgen snippets lock --by NAME to drop them",
            severity="warning",
        )


def all_statements(library: EvidenceLibrary) -> tuple[Statement, ...]:
    """Return all snippets and caveats."""
    return (*library.snippets.values(), *library.caveats.values())
