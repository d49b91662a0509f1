"""Searches the snippets for words, and puts first what answers best. It reads no texts of sources.

A snippet that has all words comes before one that has some; a word in id, title or topics counts more than
one in the wording, and that more than one in the works cited. Upper case, accents and plurals make no
difference, and a word of four letters or more is also found at the beginning of a longer one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from briefgen.evidence.normalize import plain
from briefgen.model.snippet import Snippet
from briefgen.model.source import Reference

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_WEIGHTS: Mapping[str, int] = {"id": 8, "title": 8, "topic": 8, "wording": 4, "quote": 3, "source": 2}
_TOLD = ("title", "container-title", "publisher", "number")
_BEGINNING = 4
"""Letters that a word must have to be found at the beginning of a longer one."""
_NEAR = 40
"""Characters shown around the words found."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A snippet that has at least one of the words."""

    snippet: Snippet
    found: tuple[str, ...]
    """The words looked for that it has, as they were typed."""
    score: int
    where: str
    """The place that answers best: a key of the snippet, or `source`."""
    text: str
    """What stands there, shortened around the first word found."""
    spans: tuple[tuple[int, int], ...]
    """The words found in `text`."""


def find(
    snippets: Iterable[Snippet], references: Mapping[str, Reference], wanted: Sequence[str]
) -> list[Hit]:
    """Snippets that have the words, best first; equal ones by priority and id.

    Where one has them all, one that has some, and most of these in a work that it cites, is no answer.
    """
    terms = terms_of(wanted)
    hits = [hit for snippet in snippets if (hit := _hit(snippet, references, terms)) is not None]
    if any(len(hit.found) == len(terms) for hit in hits):
        hits = [hit for hit in hits if len(hit.found) == len(terms) or hit.where != "source"]
    return sorted(hits, key=lambda hit: (-len(hit.found), -hit.score, -hit.snippet.priority, hit.snippet.id))


def terms_of(wanted: Sequence[str]) -> dict[str, str]:
    """The words to look for, folded, each with how it was typed."""
    return {folded(word): word for text in wanted for word in _WORD.findall(text)}


@lru_cache(maxsize=65536)
def folded(word: str) -> str:
    """A word without what makes no difference: case, accents, the ending of an English plural."""
    bare = unicodedata.normalize("NFKD", word.replace("’", "'"))
    bare = "".join(character for character in bare if not unicodedata.combining(character)).casefold()
    bare = bare.removesuffix("'s").removesuffix("'")
    if len(bare) > 4 and bare.endswith("ies"):
        return bare[:-3] + "y"
    if len(bare) > 4 and bare.endswith(("sses", "shes", "ches", "xes")):
        return bare[:-2]
    if len(bare) > 3 and bare.endswith("s") and not bare.endswith(("ss", "us", "is")):
        return bare[:-1]
    return bare


def _hit(snippet: Snippet, references: Mapping[str, Reference], terms: Mapping[str, str]) -> Hit | None:
    best: tuple[tuple[int, int], str, str] | None = None
    weights: dict[str, int] = {}
    for where, text in _places(snippet, references):
        found = _found(text, terms)
        for term, whole in found.items():
            weight = _WEIGHTS[where] * (2 if whole else 1)
            weights[term] = max(weights.get(term, 0), weight)
        # Of places with as many words the wording is shown: that is what will be printed.
        rank = (len(found), _WEIGHTS[where] + 100 * (where == "wording"))
        if found and (best is None or rank > best[0]):
            best = rank, where, text
    if best is None:
        return None
    _, where, text = best
    shown, spans = _around(text, terms)
    typed = tuple(terms[term] for term in terms if term in weights)
    return Hit(snippet, typed, sum(weights.values()), where, shown, spans)


def _places(snippet: Snippet, references: Mapping[str, Reference]) -> Iterator[tuple[str, str]]:
    yield "wording", plain(snippet.body)
    for variant in snippet.variants.values():
        yield "wording", plain(variant)
    for datum in snippet.data:
        yield "wording", " ".join((datum.label, datum.date, datum.value, datum.note))
    yield "id", snippet.id
    yield "title", snippet.title
    for topic in snippet.topics:
        yield "topic", topic
    for evidence in snippet.evidence:
        if evidence.quote:
            yield "quote", evidence.quote
        for source in (evidence.source, *(via.source for via in evidence.via)):
            reference = references.get(source or "")
            if source and reference:
                yield "source", _described(reference)
                yield "source", source


def _described(reference: Reference) -> str:
    """Who made a work, its title, and where it stands."""
    csl = reference.csl
    people = csl.get("author")
    names = [
        str(person.get(part, ""))
        for person in (people if isinstance(people, list) else [])
        if isinstance(person, dict)
        for part in ("given", "family", "literal")
    ]
    kept = [" ".join(filter(None, names)), *(str(csl.get(key, "")) for key in _TOLD)]
    return " · ".join(filter(None, kept))


def _found(text: str, terms: Mapping[str, str]) -> dict[str, bool]:
    """The terms that a text has, and of each whether it stands there as a whole word."""
    found: dict[str, bool] = {}
    for _, term, whole in _words(text, terms):
        found[term] = found.get(term, False) or whole
    return found


def _around(text: str, terms: Mapping[str, str], width: int = 160) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The text around the first word found, cut between words, and all words found in what is left."""
    if len(text) > width:
        first = next(_words(text, terms))[0][0]
        begin = text.rfind(" ", 0, max(0, first - _NEAR)) + 1
        end = text.rfind(" ", begin, begin + width) if begin + width < len(text) else len(text)
        text = ("… " if begin else "") + text[begin:end] + (" …" if end < len(text) else "")
    return text, spans_in(text, terms)


def spans_in(text: str, terms: Iterable[str]) -> tuple[tuple[int, int], ...]:
    """Where words that were looked for stand in a text; `terms` are folded."""
    return tuple(dict.fromkeys(span for span, _, _ in _words(text, terms)))


def _words(text: str, terms: Iterable[str]) -> Iterator[tuple[tuple[int, int], str, bool]]:
    """Each word of a text that answers a term: its span, the term, and whether it is the whole word."""
    for match in _WORD.finditer(text):
        word = folded(match.group())
        for term in terms:
            if word == term or (len(term) >= _BEGINNING and word.startswith(term)):
                yield match.span(), term, word == term
