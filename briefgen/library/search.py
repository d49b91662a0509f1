"""Search the snippets for words and rank the results. Full texts of sources are not searched.

Snippets with all words precede those with some. A word in id, title or topics weighs more than one in the
wording, and that more than one in the works cited. Case, accents and plurals make no difference, and a word
of four letters or more also matches the beginning of a longer one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from briefgen.evidence.inline_markdown import strip_markdown
from briefgen.model.snippet import Snippet
from briefgen.model.source import Source

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_WEIGHTS: Mapping[str, int] = {"id": 8, "title": 8, "topic": 8, "wording": 4, "quote": 3, "source": 2}
_DESCRIBED_FIELDS = ("title", "container-title", "publisher", "number")
_MIN_PREFIX_LETTERS = 4
"""Letters that a word needs to match the beginning of a longer one."""
_EXCERPT_LEAD = 40
"""Characters shown before the first word found."""


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A snippet that matches at least one word."""

    snippet: Snippet
    found: tuple[str, ...]
    """The matching words, as typed."""
    score: int
    where: str
    """The best matching part: a key of the snippet, or `source`."""
    text: str
    """An excerpt of that part, around the first word found."""
    spans: tuple[tuple[int, int], ...]
    """Positions of the words found in `text`."""


def search_snippets(
    snippets: Iterable[Snippet], references: Mapping[str, Source], queries: Sequence[str]
) -> list[SearchHit]:
    """Return matching snippets, best first, ties by priority and id.

    If a snippet matches all words, those that match only some, best in a work that they cite, are dropped.
    """
    terms = parse_search_terms(queries)
    hits = [hit for snippet in snippets if (hit := _match_snippet(snippet, references, terms)) is not None]
    if any(len(hit.found) == len(terms) for hit in hits):
        hits = [hit for hit in hits if len(hit.found) == len(terms) or hit.where != "source"]
    return sorted(hits, key=lambda hit: (-len(hit.found), -hit.score, -hit.snippet.priority, hit.snippet.id))


def parse_search_terms(queries: Sequence[str]) -> dict[str, str]:
    """Return the words to search for, folded, each with its original spelling."""
    return {fold_word(word): word for text in queries for word in _WORD.findall(text)}


@lru_cache(maxsize=65536)
def fold_word(word: str) -> str:
    """Return a word without case, accents and the ending of an English plural."""
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


def _match_snippet(
    snippet: Snippet, references: Mapping[str, Source], terms: Mapping[str, str]
) -> SearchHit | None:
    best: tuple[tuple[int, int], str, str] | None = None
    weights: dict[str, int] = {}
    for where, text in _searchable_texts(snippet, references):
        found = _find_terms(text, terms)
        for term, whole in found.items():
            weight = _WEIGHTS[where] * (2 if whole else 1)
            weights[term] = max(weights.get(term, 0), weight)
        # Of parts with as many words, show the wording: that is what will be printed.
        rank = (len(found), _WEIGHTS[where] + 100 * (where == "wording"))
        if found and (best is None or rank > best[0]):
            best = rank, where, text
    if best is None:
        return None
    _, where, text = best
    excerpt, spans = _extract_excerpt(text, terms)
    typed = tuple(terms[term] for term in terms if term in weights)
    return SearchHit(snippet, typed, sum(weights.values()), where, excerpt, spans)


def _searchable_texts(snippet: Snippet, references: Mapping[str, Source]) -> Iterator[tuple[str, str]]:
    yield "wording", strip_markdown(snippet.body)
    for variant in snippet.variants.values():
        yield "wording", strip_markdown(variant)
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
                yield "source", _describe_source(reference)
                yield "source", source


def _describe_source(reference: Source) -> str:
    """Return a work's authors, title and publication details."""
    csl = reference.csl
    people = csl.get("author")
    names = [
        str(person.get(part, ""))
        for person in (people if isinstance(people, list) else [])
        if isinstance(person, dict)
        for part in ("given", "family", "literal")
    ]
    kept = [" ".join(filter(None, names)), *(str(csl.get(key, "")) for key in _DESCRIBED_FIELDS)]
    return " · ".join(filter(None, kept))


def _find_terms(text: str, terms: Mapping[str, str]) -> dict[str, bool]:
    """Return the terms found in a text, and for each whether it is a whole word there."""
    found: dict[str, bool] = {}
    for _, term, whole in _match_terms(text, terms):
        found[term] = found.get(term, False) or whole
    return found


def _extract_excerpt(
    text: str, terms: Mapping[str, str], width: int = 160
) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Cut a text around the first word found, and return it with the positions of all words found in it."""
    if len(text) > width:
        first = next(_match_terms(text, terms))[0][0]
        begin = text.rfind(" ", 0, max(0, first - _EXCERPT_LEAD)) + 1
        end = text.rfind(" ", begin, begin + width) if begin + width < len(text) else len(text)
        text = ("… " if begin else "") + text[begin:end] + (" …" if end < len(text) else "")
    return text, find_term_spans(text, terms)


def find_term_spans(text: str, terms: Iterable[str]) -> tuple[tuple[int, int], ...]:
    """Return the positions of words in a text; `terms` are folded."""
    return tuple(dict.fromkeys(span for span, _, _ in _match_terms(text, terms)))


def _match_terms(text: str, terms: Iterable[str]) -> Iterator[tuple[tuple[int, int], str, bool]]:
    """Yield each word that matches a term: its span, the term, and whether it is the whole word."""
    for match in _WORD.finditer(text):
        word = fold_word(match.group())
        for term in terms:
            if word == term or (len(term) >= _MIN_PREFIX_LETTERS and word.startswith(term)):
                yield match.span(), term, word == term
