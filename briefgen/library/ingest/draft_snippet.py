"""Draft a snippet from a quote: find the passage, write the YAML front matter, and add the quote to the lock.

A person must write the wording; the snippet stays a draft until it has been written and reviewed. No word of
the passage beyond the quote goes into a file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import get_args

from briefgen.errors import BriefgenError, Place, Problem, ProblemList, suggest_similar
from briefgen.evidence.edtf import parse_edtf
from briefgen.evidence.locators import check_page, check_quote_page, choose_locator
from briefgen.evidence.lock import EvidenceLock, quote_key, read_lock, serialize_lock
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
from briefgen.library.ingest.blocks import to_one_line
from briefgen.library.loader import Library
from briefgen.library.snippets import LOCK_FILE_NAME, PLACEHOLDER_WORDING, parse_statement
from briefgen.model.snippet import Evidence, Snippet, SnippetKind
from briefgen.model.source import Source, SourceRecord

_ID_PATTERN = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class SnippetRequest:
    """The user's options for the new snippet."""

    id: str
    source: str
    quote: str
    """Words of the passage; of a long quote only the first and last are kept."""
    kind: str = "finding"
    title: str = ""
    topics: tuple[str, ...] = ()
    as_of: str = ""
    """EDTF; the source's date if empty."""
    paragraph: int | None = None
    """Chooses between paragraphs that all contain the quote, by our own count."""
    page: str = ""
    """The page to cite; it chooses too, if the source has pages."""
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class SnippetDraft:
    """A draft that is ready to be written."""

    path: Path
    content: str
    lock: Path
    lock_content: str
    evidence: Evidence
    passage: str
    """The sentences of the source that the wording may be based on; for display only."""
    remarks: tuple[str, ...]


def draft_snippet(library: Library, folder: LibraryFolder, request: SnippetRequest, on: date) -> SnippetDraft:
    """Draft a snippet for a campaign's folder; `on` is the day of the proof.

    Raise BriefgenError with every problem: the id is taken, the text is not available, the quote is not in it
    or in it more than once.
    """
    problems = ProblemList()
    path = folder.path / "snippets" / f"{request.id}.md"
    _check_request(library, folder, path, request, problems)
    text = _find_source_text(library, request.source, problems)
    if text is None:
        raise BriefgenError(problems.problems)
    evidence, match, remarks = _build_evidence(text, library.records[request.source], request, problems)
    problems.raise_errors()
    if evidence is None or match is None:
        raise AssertionError("a quote without a place has a problem")
    as_of = request.as_of or _issued_as_edtf(library.references.get(request.source))
    content = _format_front_matter(request, evidence, as_of) + f"{PLACEHOLDER_WORDING}\n"
    snippet = parse_statement(Snippet, content, folder.display_path("snippets", path.name), problems)
    problems.raise_errors()
    if snippet is None:
        raise AssertionError("a snippet that cannot be read has a problem")
    lock_path = folder.path / "snippets" / LOCK_FILE_NAME
    lock = read_lock(lock_path, folder.display_path("snippets", LOCK_FILE_NAME), problems)
    problems.raise_errors()
    entry = build_locked_quote(evidence, match, text, on.isoformat())
    written = serialize_lock(EvidenceLock({**lock.quotes, quote_key(snippet, 0): entry}, lock.wordings))
    return SnippetDraft(
        path, content, lock_path, written, evidence, to_one_line(match.passage), tuple(remarks)
    )


# -- names


def _check_request(
    library: Library, folder: LibraryFolder, path: Path, request: SnippetRequest, problems: ProblemList
) -> None:
    if not _ID_PATTERN.fullmatch(request.id) or len(request.id) > 80:
        slug = "-".join(re.findall(r"[a-z0-9]+", request.id.lower()))[:80].strip("-") or "finding-2024"
        hint = f"use small letters, digits and hyphens, for example {slug}"
        problems.add(Problem("snippet-name", f"{request.id!r} cannot be the id of a snippet", None, hint))
    elif request.id in library.snippets or path.exists():
        known = library.snippets.get(request.id)
        place = known.locate() if known else Place(folder.display_path("snippets", path.name))
        message = f"the id {request.id!r} is taken; nothing was changed"
        problems.add(Problem("snippet-exists", message, place, "choose another id; ids are never reused"))
    kinds = tuple(
        kind for kind in get_args(SnippetKind) if kind != "figure"
    )  # figures need more than a quote
    if request.kind not in kinds:
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


def _find_source_text(library: Library, source: str, problems: ProblemList) -> SourceText | None:
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


def _issued_as_edtf(reference: Source | None) -> str:
    """Return the date of a work as EDTF; empty if it has none."""
    issued = reference.csl.get("issued") if reference else None
    parts = issued.get("date-parts") if isinstance(issued, dict) else None
    try:
        numbers = [int(part) for part in parts[0]] if parts else []
    except (TypeError, ValueError):
        return ""
    text = "-".join(f"{number:0{4 if index == 0 else 2}}" for index, number in enumerate(numbers))
    return text if text and parse_edtf(text) else ""


# -- the quote


def _build_evidence(
    text: SourceText, record: SourceRecord, request: SnippetRequest, problems: ProblemList
) -> tuple[Evidence | None, QuoteMatch | None, list[str]]:
    """Build the evidence from the quote, and return it with its match in the text."""
    remarks: list[str] = []
    match = _find_quoted_match(text, record, request, problems)
    if match is None:
        return None, None, remarks
    quote = request.quote
    if count_quote_words(quote) > MAX_QUOTE_WORDS:
        quote = _shorten_quote(text, quote, match) or quote
        if quote is not request.quote:
            remarks.append(f"The quote was shortened to its first and last words: “{quote}”")
    if not 1 <= count_quote_words(quote) <= MAX_QUOTE_WORDS:
        message = f"the quote keeps {count_quote_words(quote)} words; at most {MAX_QUOTE_WORDS} are allowed"
        hint = "keep the first and last words and put … between them"
        problems.add(Problem("quote-length", message, None, hint))
        return None, None, remarks
    prefix, suffix = _choose_quote_context(text, quote, match, request)
    evidence = Evidence(
        source=text.source,
        locator={"page": request.page} if request.page else choose_locator(match, record),
        quote=quote,
        prefix=prefix,
        suffix=suffix,
    )
    located = _prove_quote(text, record, evidence, problems)
    if (prefix, suffix) != (request.prefix, request.suffix) and located is not None:
        context = f"after “{prefix}”" if prefix else f"before “{suffix}”"
        remarks.append(f"The quote occurs more than once; this is the one {context}.")
    return evidence, located, remarks


def _find_quoted_match(
    text: SourceText, record: SourceRecord, request: SnippetRequest, problems: ProblemList
) -> QuoteMatch | None:
    """Return the one match that is meant; else report what was found."""
    matches = find_quote(text, request.quote, request.prefix, request.suffix)
    meant = [match for match in matches if _is_at(match, record, request)]
    if len(meant) == 1:
        return meant[0]
    if len(matches) == 1 and request.paragraph is not None:
        actual = matches[0].paragraph.number
        message = f"the quote is in paragraph {actual} of {text.source}, not {request.paragraph}"
        hint = "leave out --paragraph, or use that number"
        problems.add(Problem("quote-elsewhere", message, None, hint, passage=matches[0].passage))
        return None
    evidence = Evidence(
        source=text.source,
        locator={"page": request.page} if request.page else {},
        quote=request.quote,
        prefix=request.prefix,
        suffix=request.suffix,
    )
    _prove_quote(text, record, evidence, problems)
    return None


def _is_at(match: QuoteMatch, record: SourceRecord, request: SnippetRequest) -> bool:
    """Return whether a match is in the paragraph and on the page that the user named."""
    wrong_page = request.page and check_quote_page({"page": request.page}, match, record, Place(""))
    return not wrong_page and request.paragraph in (None, match.paragraph.number)


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


# -- the file


def _format_front_matter(request: SnippetRequest, evidence: Evidence, as_of: str) -> str:
    comment = "" if request.as_of else "   # of the source; write the date to which the claim belongs"
    lines: Sequence[str] = [
        "---",
        f"id: {request.id}",
        f"kind: {request.kind}",
        *([f"title: {_quote_for_yaml(request.title)}"] if request.title else []),
        f"topics: [{', '.join(request.topics)}]",
        *([f"as_of: {as_of}{comment}"] if as_of else []),
        "priority: 50",
        "evidence:",
        f"  - source: {evidence.source}",
        *(f"    locator: {{{label}: {_quote_for_yaml(at)}}}" for label, at in evidence.locator.items()),
        f"    quote: {_quote_for_yaml(evidence.quote or '')}",
        *([f"    prefix: {_quote_for_yaml(evidence.prefix)}"] if evidence.prefix else []),
        *([f"    suffix: {_quote_for_yaml(evidence.suffix)}"] if evidence.suffix else []),
        "    via: []   # who said it first, where the source repeats it: [{source: ID, relation: quoted}]",
        "confidence: attributed   # or single-source, corroborated, disputed, superseded",
        "review: {status: draft}   # once it is read against the passage:",
        "# review: {status: verified, by: YOUR NAME, on: 2026-01-31}",
        "---",
        "",
    ]
    return "\n".join(lines)


def _quote_for_yaml(text: str) -> str:
    """Quote a text for YAML; JSON strings are valid YAML."""
    return json.dumps(text, ensure_ascii=False)
