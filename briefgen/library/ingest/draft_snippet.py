"""Draft a snippet: find its quotes in the source, and write its file.

No word of the passage beyond the quotes goes into the file. briefgen.library.ingest.approve approves it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import get_args

from briefgen.errors import Place, Problem, ProblemList, suggest_similar
from briefgen.evidence.edtf import parse_edtf
from briefgen.evidence.locators import check_page, check_quote_page, choose_locator, paragraph_name
from briefgen.evidence.lock import LockedQuote
from briefgen.evidence.prove import build_locked_quote, locate_quote
from briefgen.evidence.quotes import (
    MAX_QUOTE_WORDS,
    QuoteMatch,
    count_quote_words,
    find_distinguishing_context,
    find_quote,
)
from briefgen.evidence.source_text import SourceText
from briefgen.library.folders import LibraryFolder
from briefgen.library.ingest.approve import StatementFile
from briefgen.library.ingest.blocks import to_one_line
from briefgen.library.ingest.card_text import format_card
from briefgen.library.loader import Library
from briefgen.library.snippets import PLACEHOLDER_WORDING, parse_statement
from briefgen.model.snippet import Evidence, Snippet, SnippetKind
from briefgen.model.source import SourceRecord

_ID_PATTERN = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class SnippetRequest:
    """The user's options for the new snippet."""

    id: str
    source: str = ""
    quotes: tuple[str, ...] = ()
    """Words of passages; of a long quote only the first and last are kept."""
    kind: str = ""
    """`finding` if empty."""
    title: str = ""
    topics: tuple[str, ...] = ()
    as_of: str = ""
    """EDTF; that of the source if empty."""
    say: str = ""
    """The wording; a placeholder if empty."""
    paragraph: int | None = None
    """Chooses between paragraphs that all contain the quote: by the source's number, else by our count."""
    page: str = ""
    """The page to cite; it chooses too, if the source has pages."""
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class FoundEvidence:
    """The evidence of a snippet, as found in the text of its source."""

    evidence: tuple[Evidence, ...] = ()
    passages: tuple[str, ...] = ()
    """The sentences of the source that the wording may be based on; for display only."""
    locked: Mapping[str, LockedQuote] = field(default_factory=dict)
    """Entries for the lock, of the quotes that were found."""
    remarks: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def draft_snippet(
    library: Library, folder: LibraryFolder, request: SnippetRequest, on: date
) -> tuple[StatementFile, FoundEvidence]:
    """Draft a snippet for a campaign's folder; `on` is the day of the proof.

    Raise BriefgenError with every problem of the request: the id is taken, the text is not available. A quote
    that is not in the text, or in it more than once, is a problem of the evidence.
    """
    problems = ProblemList()
    path = folder.path / "snippets" / f"{request.id}.md"
    _check_id(library, folder, path, request.id, problems)
    check_keys(library, request, problems)
    needs_none = request.kind == "ask" and not request.source and not request.quotes
    text = None if needs_none else _find_source_text(library, request, problems)
    problems.raise_errors()
    found = find_evidence(text, library.records[request.source], request, on) if text else FoundEvidence()
    file = _write_card(folder, path, request, found.evidence, problems)
    problems.raise_errors()
    return file, found


def find_new_evidence(library: Library, request: SnippetRequest, on: date) -> FoundEvidence:
    """Find the evidence that a snippet is to have from now on; raise BriefgenError if there is no text."""
    problems = ProblemList()
    text = _find_source_text(library, request, problems)
    problems.raise_errors()
    return find_evidence(text, library.records[request.source], request, on) if text else FoundEvidence()


def find_evidence(text: SourceText, record: SourceRecord, request: SnippetRequest, on: date) -> FoundEvidence:
    """Find each quote of a request in the source's text."""
    remarks: list[str] = []
    problems = ProblemList()
    found = [
        _build_evidence(text, record, replace(request, quotes=(quote,)), problems, remarks)
        for quote in request.quotes
    ]
    locked = {
        f"{request.id}#{number}": build_locked_quote(item, match, text, on.isoformat())
        for number, (item, match) in enumerate(found, start=1)
        if match
    }
    passages = dict.fromkeys(to_one_line(match.passage) for _, match in found if match)
    evidence = tuple(item for item, _ in found)
    return FoundEvidence(evidence, tuple(passages), locked, tuple(remarks), tuple(problems.problems))


def _write_card(
    folder: LibraryFolder,
    path: Path,
    request: SnippetRequest,
    evidence: Sequence[Evidence],
    problems: ProblemList,
) -> StatementFile:
    keys = {
        "kind": request.kind,
        "title": request.title,
        "topics": request.topics,
        "as_of": request.as_of,
    }
    content = format_card(keys, evidence, request.say.strip() or PLACEHOLDER_WORDING)
    display_name = folder.display_path("snippets", path.name)
    parse_statement(Snippet, content, display_name, problems)
    return StatementFile(request.id, path, display_name, content)


# -- names


def _check_id(library: Library, folder: LibraryFolder, path: Path, id: str, problems: ProblemList) -> None:
    if not _ID_PATTERN.fullmatch(id) or len(id) > 80:
        slug = "-".join(re.findall(r"[a-z0-9]+", id.lower()))[:80].strip("-") or "finding-2024"
        hint = f"use small letters, digits and hyphens, for example {slug}"
        problems.add(Problem("snippet-name", f"{id!r} cannot be the id of a snippet", None, hint))
    elif id in library.snippets or path.exists():
        known = library.snippets.get(id)
        place = known.locate() if known else Place(folder.display_path("snippets", path.name))
        hint = f"choose another id; to change that snippet, run briefgen snippets edit {id}"
        problems.add(Problem("snippet-exists", f"the id {id!r} is taken; nothing was changed", place, hint))


def check_keys(library: Library, request: SnippetRequest, problems: ProblemList) -> None:
    """Check kind, topics and date."""
    kinds = tuple(
        kind for kind in get_args(SnippetKind) if kind != "figure"
    )  # figures need more than a quote
    if request.kind and request.kind not in kinds:
        near = suggest_similar(request.kind, kinds)
        problems.add(Problem("snippet-kind", f"{request.kind!r} is not a kind of snippet", None, near))
    for topic in request.topics:
        if not _ID_PATTERN.fullmatch(topic):
            known_topics = {name for snippet in library.snippets.values() for name in snippet.topics}
            hint = suggest_similar(topic, known_topics) or "use small letters, digits and hyphens"
            problems.add(Problem("snippet-topic", f"{topic!r} cannot be a topic", None, hint))
    if request.as_of and parse_edtf(request.as_of) is None:
        hint = "write 2012, 2012-04, 2012-04-21, or an interval 2011-12/2012-04"
        problems.add(Problem("as-of-form", f"{request.as_of!r} is not a date", None, hint))


def _find_source_text(library: Library, request: SnippetRequest, problems: ProblemList) -> SourceText | None:
    source = request.source
    if not source or not request.quotes:
        missing = [name for name, value in (("--source", source), ("--quote", request.quotes)) if not value]
        message = f"a {request.kind or 'finding'} needs evidence, and {' and '.join(missing)} is missing"
        hint = 'add --source ID and --quote "first words … last words"; only --kind ask needs neither'
        problems.add(Problem("snippet-evidence", message, None, hint))
        return None
    if not all(quote.strip() for quote in request.quotes):
        problems.add(Problem("quote-missing", "a quote has no words", None, "copy the words from the text"))
        return None
    if source not in library.references and source not in library.records:
        hint = (
            suggest_similar(source, [*library.references, *library.records]) or "add it: briefgen sources add"
        )
        problems.add(Problem("source-unknown", f"no work has the id {source!r}", None, hint))
    elif source not in library.records:
        hint = f"add it: briefgen sources add FILE --id {source}"
        problems.add(Problem("text-unrecorded", f"no text of {source} is recorded", None, hint))
    elif source not in library.texts:
        hint = f"put it into seeds/texts/{source}.txt, or give --text {source}=FILE"
        problems.add(Problem("text-absent", f"the text of {source} is not available", None, hint))
    return library.texts.get(source)


# -- the quote


def _build_evidence(
    text: SourceText,
    record: SourceRecord,
    request: SnippetRequest,
    problems: ProblemList,
    remarks: list[str],
) -> tuple[Evidence, QuoteMatch | None]:
    """Build the evidence from the request's one quote, and return it with its match in the text."""
    (quote,) = request.quotes
    named = Evidence(
        source=record.source,
        locator={"page": request.page} if request.page else {},
        quote=quote,
        prefix=request.prefix,
        suffix=request.suffix,
    )
    match = _find_quoted_match(text, record, request, named, problems)
    if match is None:
        return named, None
    if count_quote_words(quote) > MAX_QUOTE_WORDS:
        shorter = _shorten_quote(text, quote, match)
        if shorter:
            quote = shorter
            remarks.append(f"The quote was shortened to its first and last words: “{quote}”")
    if not 1 <= count_quote_words(quote) <= MAX_QUOTE_WORDS:
        message = f"the quote keeps {count_quote_words(quote)} words; at most {MAX_QUOTE_WORDS} are allowed"
        hint = "keep the first and last words and put … between them"
        problems.add(Problem("quote-length", message, None, hint))
        return named, None
    prefix, suffix = _choose_quote_context(text, quote, match, request)
    update = {
        "locator": named.locator or choose_locator(match, record),
        "quote": quote,
        "prefix": prefix,
        "suffix": suffix,
    }
    evidence = named.model_copy(update=update)
    located = _prove_quote(text, record, evidence, problems)
    if (prefix, suffix) != (request.prefix, request.suffix) and located is not None:
        context = f"after “{prefix}”" if prefix else f"before “{suffix}”"
        remarks.append(f"The quote occurs more than once; this is the one {context}.")
    return evidence, located


def _find_quoted_match(
    text: SourceText, record: SourceRecord, request: SnippetRequest, named: Evidence, problems: ProblemList
) -> QuoteMatch | None:
    """Return the one match that is meant; else report what was found."""
    matches = find_quote(text, named.quote or "", named.prefix, named.suffix)
    meant = [match for match in matches if _is_at(match, record, request)]
    if len(meant) == 1:
        return meant[0]
    if len(matches) == 1 and request.paragraph is not None:
        actual = paragraph_name(matches[0].paragraph.number, record)
        where = f"in paragraph {actual}" if actual else "in a paragraph without a number"
        message = f"the quote is {where} of {text.source}, not {request.paragraph}"
        hint = "leave out --paragraph, or use that number"
        problems.add(Problem("quote-elsewhere", message, None, hint, passage=matches[0].passage))
        return None
    _prove_quote(text, record, named, problems)
    return None


def _is_at(match: QuoteMatch, record: SourceRecord, request: SnippetRequest) -> bool:
    """Return whether a match is in the paragraph and on the page that the user named."""
    wrong_page = request.page and check_quote_page({"page": request.page}, match, record, Place(""))
    name = paragraph_name(match.paragraph.number, record)
    return not wrong_page and (request.paragraph is None or str(request.paragraph) == name)


def _prove_quote(
    text: SourceText, record: SourceRecord, evidence: Evidence, problems: ProblemList
) -> QuoteMatch | None:
    """Prove the quote, reporting problems as of the command line, because the file does not exist yet."""
    own = ProblemList()
    beyond = check_page(evidence.locator, record, Place(""))
    if beyond is not None:
        own.add(beyond)
    match = locate_quote(text, evidence, record, Place(""), own) if beyond is None else None
    for problem in own.problems:
        hint = problem.hint
        if problem.code == "quote-twice":
            hint = 'add --paragraph N, --page N, --prefix "…" or --suffix "…" to choose one'
        elif problem.code == "quote-elsewhere":
            hint = "leave out --page, or use that number"
        problems.add(replace(problem, place=None, hint=hint))
    return match


def _shorten_quote(text: SourceText, quote: str, match: QuoteMatch) -> str | None:
    """Return as many first and last words as may be kept, with … between, that match the same passage."""
    words = quote.split()
    for kept in range(MAX_QUOTE_WORDS // 2, 1, -1):
        short = f"{' '.join(words[:kept])} … {' '.join(words[-kept:])}"
        if count_quote_words(short) > MAX_QUOTE_WORDS:
            continue
        found = find_quote(text, short)
        if any(_is_same_match(candidate, match) for candidate in found):
            return short
    return None


def _is_same_match(one: QuoteMatch, other: QuoteMatch) -> bool:
    return (one.paragraph.number, one.start, one.end) == (other.paragraph.number, other.start, other.end)


def _choose_quote_context(
    text: SourceText, quote: str, match: QuoteMatch, request: SnippetRequest
) -> tuple[str, str]:
    """Choose a prefix or suffix that makes the match unique; the user's own if they do."""
    if len(find_quote(text, quote, request.prefix, request.suffix)) == 1:
        return request.prefix, request.suffix
    matches = find_quote(text, quote)
    for candidate, (kind, context) in zip(matches, find_distinguishing_context(matches), strict=True):
        if _is_same_match(candidate, match):
            return (context, "") if kind == "prefix" else ("", context)
    return request.prefix, request.suffix
