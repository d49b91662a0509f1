"""Finds out what an edited paragraph says in place of each statement and of the words between them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from briefgen.compose.replaced_words import fold_words
from briefgen.inspect.edited_docx import NoteCall, WordParagraph

SpanKind = Literal["statement", "caveat", "after", "own"]
_WORD = re.compile(r"\S+")
_SENTENCE_END = re.compile(r"[.!?…][\"')\]]*$")
_SENTENCES = re.compile(r".+?(?:[.!?…][\"')\]]*(?=\s|$)|$)", re.DOTALL)
_LEAST_SIMILAR = 0.4
"""Share of common words from which two paragraphs are taken for the same one, edited."""


@dataclass(frozen=True, slots=True)
class TextSpan:
    """A part of a paragraph that comes from one place: a statement, a caveat, or words between them."""

    kind: SpanKind
    id: str
    """Of the statement or caveat; of the statement before them, of words after it; empty for own words."""
    text: str
    citation: str = ""
    """In the text of a statement, the citation that the style puts into the sentence."""


@dataclass(frozen=True, slots=True)
class SpanChange:
    """What an edited paragraph says in place of a span; `new` is empty where it was deleted."""

    span: TextSpan
    new: str


@dataclass(frozen=True, slots=True)
class ParagraphDiff:
    """What was changed in one paragraph."""

    changes: tuple[SpanChange, ...]
    deleted_notes: tuple[str, ...] = ()
    added_notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Piece:
    """A word of a paragraph, or the call of a note."""

    text: str
    span: int
    is_note: bool = False


def fold_paragraph(paragraph: WordParagraph) -> WordParagraph:
    """Return a paragraph with straight quotes and single spaces, as words are compared."""
    calls = tuple(
        NoteCall(len(fold_words(paragraph.text[: one.offset])), one.text) for one in paragraph.calls
    )
    return WordParagraph(fold_words(paragraph.text), calls)


def find_spans(text: str, record: Mapping[str, Any], after: Mapping[str, str]) -> list[TextSpan]:
    """Return the parts of a folded paragraph in order; `after` has the words after statements."""
    marks: list[tuple[int, int, SpanKind, str, str]] = []
    for entry in record["snippets"]:
        marks += _mark_statement(text, entry, "statement")
        for caveat in entry["caveats"]:
            marks += _mark_statement(text, caveat, "caveat")
    marks += [
        (found.start(), found.end(), "after", id, "")
        for id, words in after.items()
        for found in re.finditer(re.escape(fold_words(words)), text)
    ]
    spans: list[TextSpan] = []
    position = 0
    for start, end, kind, id, citation in sorted(marks, key=lambda mark: (mark[0], -mark[1])):
        if start < position:
            continue
        if between := text[position:start].strip():
            spans.append(TextSpan("own", "", between))
        spans.append(TextSpan(kind, id, text[start:end], citation))
        position = end
    if rest := text[position:].strip():
        spans.append(TextSpan("own", "", rest))
    return spans


def _mark_statement(
    text: str, entry: Mapping[str, Any], kind: SpanKind
) -> Iterator[tuple[int, int, SpanKind, str, str]]:
    plain = fold_words(entry["text"])
    for form in dict.fromkeys([plain, *map(fold_words, entry.get("printed_as", ()))]):
        for found in re.finditer(re.escape(form), text):
            yield found.start(), found.end(), kind, entry["id"], _find_citation(plain, form)


def _find_citation(plain: str, form: str) -> str:
    """Return the citation that a printed form has before its end and the wording has not."""
    stem = plain.rstrip(".!?\"')")
    if not form.startswith(stem) or len(form) <= len(plain):
        return ""
    return form[len(stem) :].rstrip(".!?\"'").strip()


def diff_paragraphs(now: WordParagraph, spans: Sequence[TextSpan], edited: WordParagraph) -> ParagraphDiff:
    """Return what a folded paragraph says in place of the spans of what the campaign makes."""
    ours, theirs = _pieces_of_spans(now, spans), _pieces(edited)
    words: list[list[str]] = [[] for _ in spans]
    added: dict[int, list[str]] = {}
    keys, their_keys = [piece.text for piece in ours], [piece.text for piece in theirs]
    for change, a, b, c, d in SequenceMatcher(None, keys, their_keys, autojunk=False).get_opcodes():
        new = [piece for piece in theirs[c:d] if not piece.is_note]
        if change == "equal":
            for one, other in zip(ours[a:b], theirs[c:d], strict=True):
                if not one.is_note:
                    words[one.span].append(other.text)
        elif change == "replace":
            target = _choose_span(ours, a, b)
            words[target] += [piece.text for piece in new]
        elif change == "insert" and new:
            _insert(ours, a, [piece.text for piece in new], spans, words, added)
    return _compare(now, spans, edited, [" ".join(one) for one in words], added)


def _pieces(paragraph: WordParagraph) -> list[_Piece]:
    pieces: list[_Piece] = []
    position = 0
    for call in (*paragraph.calls, None):
        end = call.offset if call else len(paragraph.text)
        pieces += [_Piece(word, 0) for word in _WORD.findall(paragraph.text[position:end])]
        position = max(position, end)
        if call:
            pieces.append(_Piece(f"\0{_fold_note(call.text)}", 0, is_note=True))
    return pieces


def _pieces_of_spans(paragraph: WordParagraph, spans: Sequence[TextSpan]) -> list[_Piece]:
    """Return the words and calls of a paragraph, each with the position of its span."""
    ends: list[int] = []
    position = 0
    for span in spans:
        position = paragraph.text.index(span.text, position) + len(span.text)
        ends.append(position)
    pieces: list[_Piece] = []
    start = 0
    calls = list(paragraph.calls)
    for number, end in enumerate(ends):
        inside = [call for call in calls if call.offset <= end]
        calls = calls[len(inside) :]
        for call in (*inside, None):
            stop = min(call.offset, end) if call else end
            pieces += [_Piece(word, number) for word in _WORD.findall(paragraph.text[start:stop])]
            start = max(start, stop)
            if call:
                pieces.append(_Piece(f"\0{_fold_note(call.text)}", number, is_note=True))
    return pieces


def _fold_note(text: str) -> str:
    return "".join(text.split())


def _choose_span(ours: Sequence[_Piece], start: int, end: int) -> int:
    """Return the span that replaced words belong to: the one that has most of them."""
    counts: dict[int, int] = {}
    for piece in ours[start:end]:
        counts[piece.span] = counts.get(piece.span, 0) + (not piece.is_note)
    return max(counts, key=lambda span: counts[span])


def _insert(
    ours: Sequence[_Piece],
    at: int,
    new: list[str],
    spans: Sequence[TextSpan],
    words: list[list[str]],
    added: dict[int, list[str]],
) -> None:
    """Give inserted words to the span that they are in, or between two spans to the one that they go with."""
    before = ours[at - 1].span if at else None
    following = ours[at].span if at < len(ours) else None
    is_sentence = _SENTENCE_END.search(new[-1]) is not None
    if before is None or following == before:
        words[following or 0] += new
    elif spans[before].kind in ("own", "after"):
        words[before] += new
    elif following is not None and (spans[following].kind in ("own", "after") or not is_sentence):
        words[following] += new
    elif ours[at - 1].is_note or is_sentence:
        added.setdefault(before, []).extend(new)
    else:
        words[before] += new


def _compare(
    now: WordParagraph,
    spans: Sequence[TextSpan],
    edited: WordParagraph,
    words: Sequence[str],
    added: Mapping[int, Sequence[str]],
) -> ParagraphDiff:
    changes = [SpanChange(span, new) for span, new in zip(spans, words, strict=True) if new != span.text]
    for number, new in added.items():
        while number and spans[number].kind == "caveat":
            number -= 1
        changes.append(SpanChange(TextSpan("after", spans[number].id, ""), " ".join(new)))
    ours, theirs = ({_fold_note(call.text): call.text for call in one.calls} for one in (now, edited))
    return ParagraphDiff(
        tuple(changes),
        tuple(text for key, text in ours.items() if key not in theirs),
        tuple(text for key, text in theirs.items() if key not in ours),
    )


def changed_sentences(old: str, new: str) -> list[tuple[str, str]]:
    """Return the sentences of a text that differ from another, each run with what is in its place.

    Sentences that were only added go with the sentence before or after them, so that the first part of a
    pair is never empty.
    """
    ours, theirs = ([one.strip() for one in _SENTENCES.findall(text) if one.strip()] for text in (old, new))
    pairs: list[tuple[list[str], list[str]]] = []
    for change, a, b, c, d in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if change == "insert" and a:
            pairs.append((ours[a - 1 : a], [ours[a - 1], *theirs[c:d]]))
        elif change == "insert":
            pairs.append((ours[:1], [*theirs[c:d], *ours[:1]]))
        elif change != "equal":
            pairs.append((ours[a:b], theirs[c:d]))
    return [(" ".join(before), " ".join(after)) for before, after in pairs]


def align_paragraphs(now: Sequence[str], edited: Sequence[str]) -> list[tuple[int | None, int | None]]:
    """Return the positions of paragraphs that belong together, in the order of the letter."""
    pairs: list[tuple[int | None, int | None]] = []
    for change, a, b, c, d in SequenceMatcher(None, now, edited, autojunk=False).get_opcodes():
        if change == "equal":
            pairs += zip(range(a, b), range(c, d), strict=True)
        else:
            pairs += _pair_similar(now, edited, range(a, b), range(c, d))
    return pairs


def _pair_similar(
    now: Sequence[str], edited: Sequence[str], ours: range, theirs: range
) -> list[tuple[int | None, int | None]]:
    """Pair the two most similar paragraphs, then those before and after them."""
    best, pair = _LEAST_SIMILAR, (0, 0)
    for one in ours:
        for other in theirs:
            share = SequenceMatcher(None, now[one].split(), edited[other].split(), autojunk=False).ratio()
            if share > best:
                best, pair = share, (one, other)
    if best == _LEAST_SIMILAR:
        return [*((one, None) for one in ours), *((None, other) for other in theirs)]
    one, other = pair
    return [
        *_pair_similar(now, edited, range(ours.start, one), range(theirs.start, other)),
        (one, other),
        *_pair_similar(now, edited, range(one + 1, ours.stop), range(other + 1, theirs.stop)),
    ]
