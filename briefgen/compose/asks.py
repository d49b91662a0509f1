"""The one request that a letter makes: an ask of the library, by its id, or the sender's own words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from markupsafe import Markup, escape

from briefgen.errors import BriefgenError, Place, Problem, suggest_similar
from briefgen.library.libraries import hint_at_library
from briefgen.model.snippet import Snippet
from briefgen.model.words import ask_alone

_SENTENCE_ENDS = (".", "!", "?", "”")
_MIN_SIMILARITY = 0.85
"""Above this similarity, words are taken for a misspelt id."""


@dataclass(frozen=True, slots=True)
class WrittenAsk:
    """An ask in the sender's own words, which rests on no evidence; templates print it like a snippet."""

    text: str
    """Plain text that completes “I respectfully ask you to”, with a full stop."""
    id: str = ""
    kind: str = "ask"
    title: str = ""
    language: str = "en"

    @property
    def verb_first(self) -> Markup:
        """Return the words as a sentence of their own, with the verb in bold if it comes first."""
        return write_ask_alone(Markup(escape(self.text)), self.language)

    @property
    def verb_first_bare(self) -> Markup:
        """Return the same; words of one's own have no note."""
        return self.verb_first

    def __html__(self) -> str:
        """Return the words, escaped."""
        return Markup(escape(self.text))

    def __str__(self) -> str:
        return self.text


def write_ask_alone(html: Markup, language: str) -> Markup:
    """Return an ask as a sentence of its own: with a capital, and its verb in bold where that comes first.

    >>> write_ask_alone(Markup("support <em>it</em>."), "en")
    Markup('<strong>Support</strong> <em>it</em>.')
    >>> write_ask_alone(Markup("das Gesetz zu unterstützen."), "de")
    Markup('Das Gesetz zu unterstützen.')
    """
    html = Markup(html[:1].upper() + html[1:])
    if not (alone := ask_alone(language)):
        word, space, rest = html.partition(" ")
        return Markup("<strong>{}</strong>").format(word) + space + rest
    before, _, after = alone.partition("{ask}")
    return escape(before) + (Markup(html.removesuffix(".")) + escape(after) if after else html)


def is_ask_id(text: str) -> bool:
    """Return whether a text names an ask rather than making it: one word, without a full stop."""
    return re.fullmatch(r"[!-~]+", text) is not None and not text.endswith(_SENTENCE_ENDS)


def find_ask(snippets: Mapping[str, Snippet], text: str, place: Place | None) -> Snippet | WrittenAsk:
    """Return the ask with this id, or the ask in these words.

    Raise BriefgenError if no snippet has the id, the snippet is not an ask, or the words look like an id.
    """
    text = " ".join(text.split())
    asks = [snippet.id for snippet in snippets.values() if snippet.kind == "ask"]
    if not is_ask_id(text):
        if similar := _find_intended_id(text, asks):
            hint = f"did you mean {similar}?"
            raise BriefgenError(Problem("snippet-unknown", f"no snippet has the id {text!r}", place, hint))
        return WrittenAsk(text if text.endswith(_SENTENCE_ENDS) else f"{text}.")
    if text not in snippets:
        raise BriefgenError(
            Problem("snippet-unknown", f"no snippet has the id {text!r}", place, suggest_ask(text, asks))
        )
    ask = snippets[text]
    if ask.kind != "ask":
        raise BriefgenError(
            Problem("ask-kind", f"{text!r} is a {ask.kind}, not an ask", place, suggest_similar(text, asks))
        )
    return ask


def suggest_ask(text: str, asks: Iterable[str]) -> str:
    """Return a hint for a single word that is not the id of an ask."""
    similar = hint_at_library(text) or suggest_similar(text, asks)
    if similar and not similar.startswith("available"):
        return similar
    return "briefgen snippets list --kind ask shows all; an ask in words has several, or a full stop"


def name_ask(ask: Snippet | WrittenAsk) -> str:
    """Return the id of an ask, or its words if it has none."""
    return ask.text if isinstance(ask, WrittenAsk) else ask.id


def _find_intended_id(text: str, asks: Iterable[str]) -> str | None:
    """Return the id that somebody meant who wrote `Ask UK parliament`; None if the text is an ask."""
    if not re.search(r"[ -]", text):
        return None
    slug = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return next(iter(get_close_matches(slug, asks, 1, _MIN_SIMILARITY)), None)
