"""Tell what was changed in a letter of briefgen's since it was made, by the evidence record in the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from briefgen.audit.draft import Draft
from briefgen.audit.findings import RecordedChange, SentenceFinding, SentenceVerdict
from briefgen.audit.tokens import RAISED_NUMBER, content_words
from briefgen.compose.english_variants import printed_forms
from briefgen.errors import BriefgenError, Place, Problem
from briefgen.evidence.inline_markdown import strip_markdown
from briefgen.evidence.normalize import prepare_prose
from briefgen.evidence.statements import printable_wordings
from briefgen.inspect.record import RecordedStatement, parse_evidence_record
from briefgen.inspect.text_match import SearchableText
from briefgen.library.loader import Library


def find_changes(
    draft: Draft, findings: Sequence[SentenceFinding], library: Library
) -> tuple[tuple[RecordedChange, ...], tuple[Problem, ...]]:
    """Return which statements of a draft's record were edited or removed, and problems of the record itself.

    A draft without a record has neither.
    """
    if draft.record is None:
        return (), ()
    try:
        record, problems = parse_evidence_record(draft.record, Place(draft.path))
    except BriefgenError as error:
        return (), tuple(_as_warning(problem) for problem in error.problems)
    # Numbers of notes that are set as raised digits, not as Word's notes, are part of a block's text.
    texts = (RAISED_NUMBER.sub("", block.text) for block in draft.blocks)
    words = SearchableText("\n".join(texts))
    changes = (
        _describe_change(kind, statement, findings, library)
        for kind, statement in record.statements()
        if not _is_found(statement, words)
    )
    return tuple(changes), tuple(_as_warning(problem) for problem in problems)


def _as_warning(problem: Problem) -> Problem:
    return replace(problem, severity="warning")


def _is_found(statement: RecordedStatement, words: SearchableText) -> bool:
    forms = (statement.text, *statement.printed_as)
    spans = {span for form in forms for span in words.find(form)}
    return len(spans) >= statement.printed


_ALIKE = 0.4


def _describe_change(
    kind: str, statement: RecordedStatement, findings: Sequence[SentenceFinding], library: Library
) -> RecordedChange:
    key = f"caveats/{statement.id}" if kind == "caveat" else statement.id
    nearest = _find_nearest(statement.text, findings)
    return RecordedChange(
        "edited" if nearest else "removed",
        key,
        statement.text,
        nearest.sentence.text if nearest else "",
        nearest.sentence.number if nearest else None,
        nearest.verdict if nearest else None,
        _is_current(key, statement.text, library),
    )


def _find_nearest(text: str, findings: Sequence[SentenceFinding]) -> SentenceFinding | None:
    """Return the sentence that shares most with a recorded wording, and is not another wording itself."""
    own = content_words(prepare_prose(text))
    free = [one for one in findings if one.verdict is not SentenceVerdict.APPROVED]
    shared = [(len(own & content_words(prepare_prose(one.sentence.text))), one) for one in free]
    likely = [one for number, one in shared if number >= max(1, _ALIKE * len(own))]
    return max(likely, key=lambda one: SequenceMatcher(None, text, one.sentence.text).ratio(), default=None)


def _is_current(key: str, text: str, library: Library) -> bool:
    statement = (
        library.caveats.get(key.removeprefix("caveats/"))
        if key.startswith("caveats/")
        else library.snippets.get(key)
    )
    if statement is None:
        return False
    approved = (form for wording in printable_wordings(statement).values() for form in printed_forms(wording))
    return any(_fold(strip_markdown(form)) == _fold(text) for form in approved)


def _fold(text: str) -> str:
    return prepare_prose(text).strip(" .")


def describe_changes(changes: Sequence[RecordedChange]) -> Iterator[str]:
    """Yield a line for each change, for people."""
    for one in changes:
        if one.kind == "removed":
            yield f"removed: {one.statement}: “{one.recorded}”"
        else:
            verdict = one.verdict.value if one.verdict else ""
            yield f"edited: {one.statement}, sentence {one.sentence} ({verdict}): “{one.recorded}”"
        if not one.is_current:
            yield f"    the library has changed since: {one.statement} no longer has these words"
