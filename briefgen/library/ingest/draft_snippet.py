"""Starts a snippet from a quote: finds the passage, writes the front matter, enters the quote in the lock.

The wording is left to a person: the snippet is a draft until somebody has written and reviewed it. No word
of the passage beyond the quote goes into a file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import get_args

from briefgen.errors import BriefgenError, Place, Problem, ProblemList, suggest
from briefgen.evidence.dates import read_edtf
from briefgen.evidence.lock import Lock, quote_key, read_lock, write_lock
from briefgen.evidence.normalize import Text
from briefgen.evidence.prove import locate, quote_entry
from briefgen.evidence.quotes import MAX_WORDS, Match, find_quote, quote_words, telling_prefixes
from briefgen.library.folders import Folder
from briefgen.library.ingest.blocks import one_line
from briefgen.library.loader import Library
from briefgen.library.snippets import LOCK, UNWRITTEN, read_card
from briefgen.model.snippet import Evidence, Kind, Snippet
from briefgen.model.source import Reference

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user says of the new snippet."""

    id: str
    source: str
    quote: str
    """Words of the passage; of a long one the first and last are kept."""
    kind: str = "finding"
    title: str = ""
    topics: tuple[str, ...] = ()
    as_of: str = ""
    """EDTF; the date of the source where it is empty."""
    paragraph: int | None = None
    """Which is meant, where the quote stands in several."""
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Started:
    """A snippet that is ready to be written."""

    path: Path
    content: str
    lock: Path
    lock_content: str
    evidence: Evidence
    passage: str
    """The sentence or sentences of the source that the wording may rest on; for the screen only."""
    remarks: tuple[str, ...]


def start(library: Library, folder: Folder, wanted: Wanted, on: date) -> Started:
    """Plan a snippet in a campaign's folder; `on` is the day of the proof.

    Raises BriefgenError with everything that is wrong: the id is taken, the text is not at hand, the quote
    does not stand in it or stands there more than once.
    """
    findings = ProblemList()
    path = folder.path / "snippets" / f"{wanted.id}.md"
    _check_names(library, folder, path, wanted, findings)
    text = _text_of(library, wanted.source, findings)
    if text is None:
        raise BriefgenError(findings.problems)
    evidence, match, remarks = _evidence(text, wanted, findings)
    findings.raise_errors()
    if evidence is None or match is None:
        raise AssertionError("a quote without a place has a problem")
    as_of = wanted.as_of or _issued(library.references.get(wanted.source))
    content = _front_matter(wanted, evidence, as_of) + f"{UNWRITTEN}\n"
    card = read_card(Snippet, content, folder.show("snippets", path.name), findings)
    findings.raise_errors()
    if card is None:
        raise AssertionError("a snippet that cannot be read has a problem")
    lock_path = folder.path / "snippets" / LOCK
    lock = read_lock(lock_path, folder.show("snippets", LOCK), findings)
    findings.raise_errors()
    entry = quote_entry(evidence, match, text, on.isoformat())
    written = write_lock(Lock({**lock.quotes, quote_key(card, 0): entry}, lock.wordings))
    return Started(path, content, lock_path, written, evidence, one_line(match.passage), tuple(remarks))


# -- names


def _check_names(library: Library, folder: Folder, path: Path, wanted: Wanted, findings: ProblemList) -> None:
    if not _SLUG.fullmatch(wanted.id) or len(wanted.id) > 80:
        slug = "-".join(re.findall(r"[a-z0-9]+", wanted.id.lower()))[:80].strip("-") or "finding-2024"
        hint = f"use small letters, digits and hyphens, for example {slug}"
        findings.add(Problem("snippet-name", f"{wanted.id!r} cannot be the id of a snippet", None, hint))
    elif wanted.id in library.snippets or path.exists():
        known = library.snippets.get(wanted.id)
        place = known.at() if known else Place(folder.show("snippets", path.name))
        message = f"the id {wanted.id!r} is taken; nothing was changed"
        findings.add(Problem("snippet-exists", message, place, "choose another id; ids are never used twice"))
    kinds = tuple(kind for kind in get_args(Kind) if kind != "figure")  # that has more than a quote
    if wanted.kind not in kinds:
        near = suggest(wanted.kind, kinds)
        findings.add(Problem("snippet-kind", f"{wanted.kind!r} is not a kind of snippet", None, near))
    for topic in wanted.topics:
        if not _SLUG.fullmatch(topic):
            known_topics = {name for snippet in library.snippets.values() for name in snippet.topics}
            hint = suggest(topic, known_topics) or "use small letters, digits and hyphens"
            findings.add(Problem("snippet-topic", f"{topic!r} cannot be a topic", None, hint))
    if wanted.as_of and read_edtf(wanted.as_of) is None:
        hint = "write 2012, 2012-04, 2012-04-21, or an interval 2011-12/2012-04"
        findings.add(Problem("as-of-form", f"{wanted.as_of!r} is not a date", None, hint))


def _text_of(library: Library, source: str, findings: ProblemList) -> Text | None:
    if source not in library.references and source not in library.records:
        hint = suggest(source, [*library.references, *library.records]) or "add it: briefgen sources add"
        findings.add(Problem("source-unknown", f"no work has the id {source!r}", None, hint))
    elif source not in library.records:
        hint = f"add it: briefgen sources add FILE --id {source}"
        findings.add(Problem("text-unrecorded", f"no text of {source} is recorded", None, hint))
    elif source not in library.texts:
        hint = f"put it into seeds/texts/{source}.txt, or give --text {source}=FILE"
        findings.add(Problem("text-absent", f"the text of {source} is not at hand", None, hint))
    return library.texts.get(source)


def _issued(reference: Reference | None) -> str:
    """The date of a work as EDTF, as far as it has one."""
    issued = reference.csl.get("issued") if reference else None
    parts = issued.get("date-parts") if isinstance(issued, dict) else None
    try:
        numbers = [int(part) for part in parts[0]] if parts else []
    except (TypeError, ValueError):
        return ""
    text = "-".join(f"{number:0{4 if index == 0 else 2}}" for index, number in enumerate(numbers))
    return text if text and read_edtf(text) else ""


# -- the quote


def _evidence(
    text: Text, wanted: Wanted, findings: ProblemList
) -> tuple[Evidence | None, Match | None, list[str]]:
    """The evidence that the quote makes, and where it stands; problems go to `findings`."""
    remarks: list[str] = []
    match = _chosen(text, wanted, wanted.quote, findings)
    if match is None:
        return None, None, remarks
    quote = wanted.quote
    if quote_words(quote) > MAX_WORDS:
        quote = _shortened(text, quote, match) or quote
        if quote is not wanted.quote:
            remarks.append(f"Of the quote its first and last words are kept: “{quote}”")
    if not 1 <= quote_words(quote) <= MAX_WORDS:
        message = f"the quote keeps {quote_words(quote)} words of at most {MAX_WORDS}"
        hint = "keep the first and last words and put … between them"
        findings.add(Problem("quote-length", message, None, hint))
        return None, None, remarks
    prefix, suffix = _context(text, quote, match, wanted)
    evidence = Evidence(
        source=text.source,
        locator={"paragraph": str(match.paragraph.number)},
        quote=quote,
        prefix=prefix,
        suffix=suffix,
    )
    located = _located(text, evidence, findings)
    if (prefix, suffix) != (wanted.prefix, wanted.suffix) and located is not None:
        told = f"after “{prefix}”" if prefix else f"before “{suffix}”"
        remarks.append(f"The quote stands more than once; it is the one {told}.")
    return evidence, located, remarks


def _chosen(text: Text, wanted: Wanted, quote: str, findings: ProblemList) -> Match | None:
    """The one place that is meant; else what there is goes to `findings`."""
    matches = find_quote(text, quote, wanted.prefix, wanted.suffix)
    there = [match for match in matches if match.paragraph.number == wanted.paragraph]
    if len(there) == 1:
        return there[0]
    if len(matches) == 1 and wanted.paragraph is None:
        return matches[0]
    locator = {"paragraph": str(wanted.paragraph)} if wanted.paragraph is not None else {}
    evidence = Evidence(
        source=text.source, locator=locator, quote=quote, prefix=wanted.prefix, suffix=wanted.suffix
    )
    _located(text, evidence, findings)
    return None


def _located(text: Text, evidence: Evidence, findings: ProblemList) -> Match | None:
    """Prove the quote; problems are told of the command line, not of a file that is not there yet."""
    own = ProblemList()
    match = locate(text, evidence, Place(""), own)
    for problem in own.problems:
        hint = problem.hint
        if problem.code == "quote-twice":
            hint = 'add --paragraph N, --prefix "…" or --suffix "…" for the one that is meant'
        elif problem.code == "quote-elsewhere":
            hint = "leave --paragraph out, or give that number"
        findings.add(replace(problem, place=None, hint=hint))
    return match


def _shortened(text: Text, quote: str, match: Match) -> str | None:
    """First and last words with … between, as many as may be kept, that stand for the very same passage."""
    words = quote.split()
    for kept in range(MAX_WORDS // 2, 1, -1):
        short = f"{' '.join(words[:kept])} … {' '.join(words[-kept:])}"
        if quote_words(short) > MAX_WORDS:
            continue
        found = find_quote(text, short)
        if any(_same_place(one, match) for one in found):
            return short
    return None


def _same_place(one: Match, other: Match) -> bool:
    return (one.paragraph.number, one.start, one.end) == (other.paragraph.number, other.start, other.end)


def _context(text: Text, quote: str, match: Match, wanted: Wanted) -> tuple[str, str]:
    """Prefix and suffix that single the place out; what the user gave where that does."""
    if len(find_quote(text, quote, wanted.prefix, wanted.suffix)) == 1:
        return wanted.prefix, wanted.suffix
    matches = find_quote(text, quote)
    for one, (kind, told) in zip(matches, telling_prefixes(matches), strict=True):
        if _same_place(one, match):
            return (told, "") if kind == "prefix" else ("", told)
    return wanted.prefix, wanted.suffix


# -- the file


def _front_matter(wanted: Wanted, evidence: Evidence, as_of: str) -> str:
    of_source = "" if wanted.as_of else "   # of the source; write the date to which the claim belongs"
    lines: Sequence[str] = [
        "---",
        f"id: {wanted.id}",
        f"kind: {wanted.kind}",
        *([f"title: {_quoted(wanted.title)}"] if wanted.title else []),
        f"topics: [{', '.join(wanted.topics)}]",
        *([f"as_of: {as_of}{of_source}"] if as_of else []),
        "priority: 50",
        "evidence:",
        f"  - source: {evidence.source}",
        f"    locator: {{paragraph: {evidence.locator['paragraph']}}}",
        f"    quote: {_quoted(evidence.quote or '')}",
        *([f"    prefix: {_quoted(evidence.prefix)}"] if evidence.prefix else []),
        *([f"    suffix: {_quoted(evidence.suffix)}"] if evidence.suffix else []),
        "    via: []   # who said it first, where the source repeats it: [{source: ID, relation: quoted}]",
        "confidence: attributed   # or single-source, corroborated, disputed, superseded",
        "review: {status: draft}   # once it is read against the passage:",
        "# review: {status: verified, by: YOUR NAME, on: 2026-01-31}",
        "---",
        "",
    ]
    return "\n".join(lines)


def _quoted(text: str) -> str:
    """A text between double quotation marks; JSON's form is YAML's too."""
    return json.dumps(text, ensure_ascii=False)
