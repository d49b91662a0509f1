"""Comparing two finished documents by their text, notes and structure; each difference is one sentence."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from urllib.parse import unquote, urlsplit

from briefgen.errors import Place, Problem
from briefgen.inspect.tokens import (
    ANY_HYPHEN,
    BULLETS,
    LINE_HYPHEN,
    NON_WORD_CHARACTER,
    RIGHT_TO_LEFT,
    DocumentLink,
    DocumentToken,
    ExtractedDocument,
    normalize_for_comparison,
)
from briefgen.inspect.trace import read_document

_HYPHENS = re.compile("[\u2010\u2011]")
_MAX_REPORTED = 10
"""Differences of one kind that are reported; the rest is counted."""
_MAX_WORDS_DIFFED = 5000
"""In longer texts only the first difference is reported: finding all of them would take minutes."""


def find_differences(first: ExtractedDocument, second: ExtractedDocument) -> list[str]:
    """Return each difference between two documents as a sentence; an empty list if they agree.

    Text and notes are always compared; headings, lists, tables, pictures, links and the positions of note
    references only if both documents have structure.
    """
    differences = [*_compare_text(first, second), *_compare_notes(first, second)]
    # If words differ, all positions after them differ as well.
    differences = differences or [
        *_compare_note_calls(first, second),
        *_compare_picture_positions(first, second),
    ]
    if first.structured and second.structured:
        printed = first.printed or second.printed
        same = _is_same_printed_text if printed else _is_same_text
        headings = _describe_nested_headings if printed else _describe_headings
        for name, listed in {"heading": headings, **_STRUCTURE_LISTS}.items():
            differences += _compare_lists(name, listed(first), listed(second), same)
    return differences


def _compare_text(first: ExtractedDocument, second: ExtractedDocument) -> list[str]:
    both_structured = first.structured and second.structured
    ours, theirs = (
        _document_words(first, markers=not both_structured),
        _document_words(second, markers=not both_structured),
    )
    if first.printed or second.printed:
        ours, theirs = _join_broken_words(ours, theirs), _join_broken_words(theirs, ours)
        if RIGHT_TO_LEFT.search("".join([*ours, *theirs])):
            blocks = _compare_blocks(first, second) if both_structured else []
            return _compare_word_counts(ours, theirs) or blocks
    if normalize_for_comparison("".join(ours)) == normalize_for_comparison("".join(theirs)):
        return []
    start = _common_prefix_length(ours, theirs)
    if max(len(ours), len(theirs)) - start > _MAX_WORDS_DIFFED:
        first_words = _format_pair(ours[start : start + 12], theirs[start : start + 12])
        return [f"the text differs from word {start + 1} on: {first_words}"]
    differences = []
    for change, a, b, c, d in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if change != "equal" and normalize_for_comparison("".join(ours[a:b])) != normalize_for_comparison(
            "".join(theirs[c:d])
        ):
            where = f" after {_quote_words(ours[max(0, a - 5) : a])}" if a else ""
            differences.append(f"text{where}: {_format_pair(ours[a:b], theirs[c:d])}")
    return _limit_reported(differences or ["the text differs"])


def _document_words(document: ExtractedDocument, *, markers: bool) -> list[str]:
    kinds = {"text", "heading", "marker"} if markers else {"text", "heading"}
    text = " ".join(token.text for token in document.tokens if token.kind in kinds)
    return _split_normalized_words(BULLETS.sub(" ", text) if markers else text)


def _join_broken_words(words: list[str], others: list[str]) -> list[str]:
    """Join words broken at line ends as the other document has them, and unify hyphens."""
    known = set(others)
    joined: list[str] = []
    for word in words:
        if joined and joined[-1].endswith(LINE_HYPHEN):
            word = joined.pop() + word
        hyphenated, whole = word.replace(LINE_HYPHEN, "-"), word.replace(LINE_HYPHEN, "")
        if word.endswith(LINE_HYPHEN):
            joined.append(word)
        else:
            joined.append(whole if whole in known and hyphenated not in known else hyphenated)
    return [_HYPHENS.sub("-", word.replace(LINE_HYPHEN, "-")) for word in joined]


def _compare_blocks(first: ExtractedDocument, second: ExtractedDocument) -> list[str]:
    """Compare block by block, for right-to-left text whose word order within a line is unknown."""
    ours, theirs = (
        [token.text for token in document.tokens if token.kind in _BLOCK_KINDS]
        for document in (first, second)
    )
    return _compare_lists("block", ours, theirs, _is_same_printed_text)


_BLOCK_KINDS = frozenset({"text", "heading"})


def _compare_word_counts(ours: list[str], theirs: list[str]) -> list[str]:
    """Compare word counts, for right-to-left text: a PDF does not reveal the word order within a line."""
    bags = [
        Counter(filter(None, (NON_WORD_CHARACTER.sub("", word) for word in words)))
        for words in (ours, theirs)
    ]
    missing, more = ((a - b).elements() for a, b in (bags, bags[::-1]))
    lost, added = " ".join(missing), " ".join(more)
    return [f"text: {_format_pair([lost], [added])}"] if lost or added else []


def _common_prefix_length(ours: list[str], theirs: list[str]) -> int:
    pairs = enumerate(zip(ours, theirs, strict=False))
    return next((index for index, (a, b) in pairs if a != b), min(len(ours), len(theirs)))


def _compare_notes(first: ExtractedDocument, second: ExtractedDocument) -> list[str]:
    ours = [f"{note.number}. {note.text}" for note in first.notes]
    theirs = [f"{note.number}. {note.text}" for note in second.notes]
    if first.printed or second.printed:
        ours, theirs = _join_note_words(ours, theirs), _join_note_words(theirs, ours)
    return _compare_lists("note", ours, theirs)


def _compare_note_calls(first: ExtractedDocument, second: ExtractedDocument) -> list[str]:
    """Compare where equal notes are referenced."""
    differences = [
        f"reference to note {a.number}: after {a.position} characters vs. {b.position}"
        for a, b in zip(first.notes, second.notes, strict=True)
        if None not in (a.position, b.position) and a.position != b.position
    ]
    return _limit_reported(differences)


def _join_note_words(notes: list[str], others: list[str]) -> list[str]:
    known = [word for note in others for word in _split_normalized_words(note)]
    joined = [_join_broken_words(_split_normalized_words(note), known) for note in notes]
    # The order of right-to-left words is unknown, so they are compared sorted.
    return [" ".join(sorted(words) if RIGHT_TO_LEFT.search("".join(words)) else words) for words in joined]


def _split_normalized_words(text: str) -> list[str]:
    normal = unicodedata.normalize("NFKC", text)
    return [word for word in map(normalize_for_comparison, normal.split()) if word]


def _is_same_text(a: str, b: str) -> bool:
    return normalize_for_comparison(a) == normalize_for_comparison(b)


def _is_same_printed_text(a: str, b: str) -> bool:
    """Return whether two texts, at least one from a PDF, are the same as far as a page can show."""
    a, b = normalize_for_comparison(a), normalize_for_comparison(b)
    if LINE_HYPHEN in a + b:
        a, b = ANY_HYPHEN.sub("", a), ANY_HYPHEN.sub("", b)
    if a != b and RIGHT_TO_LEFT.search(a):
        return sorted(NON_WORD_CHARACTER.sub("", a)) == sorted(NON_WORD_CHARACTER.sub("", b))
    return a == b


def _describe_headings(document: ExtractedDocument) -> list[str]:
    return [f"level {token.level}: {token.text}" for token in document.headings]


def _describe_nested_headings(document: ExtractedDocument) -> list[str]:
    """Describe headings by nesting depth, because PDF/UA skips no levels (ISO 14289-1, 7.4.2)."""
    lines, levels = [], list[int]()
    for token in document.headings:
        while levels and levels[-1] >= (token.level or 0):
            levels.pop()
        levels.append(token.level or 0)
        lines.append(f"level {len(levels)}: {token.text}")
    return lines


def _describe_list_items(document: ExtractedDocument) -> list[str]:
    """Describe list items by marker, depth and first block of text."""
    lines = []
    for index, token in enumerate(document.tokens):
        if token.kind == "marker":
            following = document.tokens[index + 1 :]
            first = next((after for after in following if after.kind in {"text", "heading", "marker"}), None)
            words = first.text if first is not None and first.kind != "marker" else ""
            lines.append(f"{token.text} (depth {token.level}) {words}")
    return lines


def _describe_cells(document: ExtractedDocument) -> list[str]:
    return [
        f"table {number}, row {cell.row}, column {cell.column}{', header' if cell.head else ''}: {cell.text}"
        for number, table in enumerate(document.tables, start=1)
        for cell in table
    ]


_STRUCTURE_LISTS: Mapping[str, Callable[[ExtractedDocument], list[str]]] = {
    "list item": _describe_list_items,
    "table cell": _describe_cells,
    "link": lambda document: [_describe_link(link) for link in document.links],
    "picture": lambda document: [picture.text for picture in _find_pictures(document)],
}
"""Descriptions of the structure that are compared item by item, by kind."""


def _find_pictures(document: ExtractedDocument) -> list[DocumentToken]:
    """Return the pictures with alternative text; others are decorative."""
    return [token for token in document.tokens if token.kind == "image" and token.text]


def _compare_picture_positions(first: ExtractedDocument, second: ExtractedDocument) -> list[str]:
    """Compare the positions of equal pictures."""
    ours, theirs = _find_pictures(first), _find_pictures(second)
    texts = [[normalize_for_comparison(picture.text) for picture in pictures] for pictures in (ours, theirs)]
    if texts[0] != texts[1]:
        return []
    return [
        f"picture {number}: after {a.position} characters vs. {b.position}"
        for number, (a, b) in enumerate(zip(ours, theirs, strict=True), start=1)
        if None not in (a.position, b.position) and a.position != b.position
    ]


def _describe_link(link: DocumentLink) -> str:
    return f"{link.text} → {_normalize_link_target(link.target)}"


def _normalize_link_target(target: str) -> str:
    """Return a URL with escapes decoded and scheme and host in lower-case ASCII."""
    if target == "#":
        return "a place in the document"
    try:
        parts = urlsplit(target)
        host = parts.netloc.lower().encode("idna").decode() if parts.netloc else ""
        return unquote(parts._replace(scheme=parts.scheme.lower(), netloc=host).geturl())
    except ValueError:
        return unquote(target)


def _compare_lists(
    name: str, ours: list[str], theirs: list[str], same: Callable[[str, str], bool] = _is_same_text
) -> list[str]:
    differences = []
    if len(ours) != len(theirs):
        differences.append(f"{name}s: {len(ours)} vs. {len(theirs)}")
    for index, (a, b) in enumerate(zip(ours, theirs, strict=False), start=1):
        if not same(a, b):
            differences.append(f"{name} {index}: {_format_pair([a], [b])}")
    return _limit_reported(differences)


def _limit_reported(differences: list[str]) -> list[str]:
    more = len(differences) - _MAX_REPORTED
    return [*differences[:_MAX_REPORTED], f"and {more} more like these"] if more > 0 else differences


def _format_pair(ours: list[str], theirs: list[str]) -> str:
    return f"{_quote_words(ours)} vs. {_quote_words(theirs)}"


def _quote_words(words: list[str]) -> str:
    text = " ".join(words)
    return repr(text if len(text) <= 120 else text[:117] + "…") if text else "nothing"


@dataclass(frozen=True, slots=True)
class FileComparison:
    """The result of comparing two files."""

    file: str
    """Path of the second file."""
    compared: str
    """What was compared, in words."""
    problems: tuple[Problem, ...]
    """One problem per difference; empty if the files agree."""


def compare_files(path: Path, other: Path) -> FileComparison:
    """Compare two PDF or DOCX files; raise BriefgenError if one cannot be read."""
    ours, theirs = read_document(path), read_document(other)
    differences = [*_compare_properties(ours, theirs), *find_differences(ours, theirs)]
    structured = ours.structured and theirs.structured
    compared = _WITH_STRUCTURE if structured else "text and notes (one file has no tags)"
    hint = "generate both again from the campaign"
    problems = (
        Problem("renderings-differ", difference, Place(str(other)), hint) for difference in differences
    )
    return FileComparison(str(other), compared, tuple(problems))


_WITH_STRUCTURE = "text, notes, headings, lists, tables, pictures and links"


def _compare_properties(ours: ExtractedDocument, theirs: ExtractedDocument) -> list[str]:
    pairs = (
        ("title", ours.title, theirs.title),
        ("author", ours.author, theirs.author),
        ("language", ours.language, theirs.language),
    )
    differences = [f"{name}: {a!r} vs. {b!r}" for name, a, b in pairs if a != b]
    if None not in (ours.record, theirs.record) and ours.record != theirs.record:
        differences.append("the evidence records differ")
    return differences
