"""Snippets as they are printed: the body's inline marks, its note, and the caveats that travel with it.

It sets what the library says; which snippets a letter uses is for briefgen.compose.select to decide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from markupsafe import Markup

from briefgen.compose.citations import Citation, Note, Remark, Via
from briefgen.compose.citations.phrases import known_words, label_of, unusable
from briefgen.compose.citations.placement import mark
from briefgen.compose.english_variants import as_read
from briefgen.errors import BriefgenError, Problem, suggest
from briefgen.model.snippet import Caveat, Evidence, Locator, Snippet


@cache
def _markdown() -> Any:
    from markdown_it import MarkdownIt

    return MarkdownIt("zero", {"html": False, "typographer": True}).enable(
        ["emphasis", "escape", "entity", "smartquotes"]
    )


@cache
def inline_html(body: str) -> str:
    """A body's Markdown as inline HTML: emphasis and strong only, quotation marks typographic."""
    return str(_markdown().renderInline(" ".join(body.split())))


def _place(locator: Locator) -> tuple[str, str]:
    return next(iter(locator.items()), ("", ""))


def _citations(items: Iterable[Evidence]) -> tuple[Citation, ...]:
    """All evidence of one claim: a source once for each place in it, with the chain that leads to it."""
    return tuple(
        dict.fromkeys(
            Citation(
                evidence.source,
                *_place(evidence.locator),
                via=tuple(Via(via.relation, via.source, *_place(via.locator)) for via in evidence.via),
            )
            for evidence in items
            if evidence.source is not None
        )
    )


def _caveat_html(caveat: Caveat) -> str:
    return inline_html(caveat.body)


def note_of(
    snippet: Snippet, caveats: Iterable[Caveat], html_of: Callable[[Caveat], str] = _caveat_html
) -> Note:
    """The note of a snippet: its sources, then each caveat as a sentence (`html_of`) with its own."""
    cited = _citations(snippet.evidence)
    if snippet.kind == "figure" and cited:
        # A caption names its sources as such.
        cited = (replace(cited[0], prefix="Sources:" if len(cited) > 1 else "Source:"), *cited[1:])
    # What the note has just cited need not be cited again for the caveat.
    remarks = tuple(
        Remark(html_of(caveat), tuple(one for one in _citations(caveat.evidence) if one not in cited))
        for caveat in caveats
    )
    return Note(cited, remarks)


@dataclass(slots=True)
class Notebook:
    """The notes of one document while its template runs; each leaves a mark where it was called."""

    notes: list[Note] = field(default_factory=list)

    def call(self, note: Note) -> Markup:
        """Keep a note and return its mark."""
        if note == Note():
            return Markup("")
        self.notes.append(note)
        return Markup(mark(len(self.notes) - 1))


@dataclass(frozen=True, slots=True)
class Passage:
    """A snippet in a template: printing it prints its text with its note."""

    snippet: Snippet
    caveats: tuple[Caveat, ...]
    """All that travel with it; those with `must_print` are printed."""
    _notebook: Notebook
    short: bool = False
    variety: str = ""
    """Of English: `en-GB`, `en-US`, `en-CA`; empty in other languages."""

    @property
    def id(self) -> str:
        """The snippet's id."""
        return self.snippet.id

    @property
    def kind(self) -> str:
        """`statistic`, `finding`, `ask` …"""
        return self.snippet.kind

    @property
    def title(self) -> str:
        """A few words for headings; empty where the snippet has none."""
        return self.snippet.title

    @property
    def topics(self) -> list[str]:
        """The snippet's topics."""
        return self.snippet.topics

    @property
    def text(self) -> Markup:
        """The wording alone, without note or caveats, for a claim that is printed in full elsewhere."""
        return Markup(self._in_its_variety(self.wording))

    @property
    def wording(self) -> str:
        """The body or variant that is printed, as written."""
        variants: dict[str, str] = {str(name): words for name, words in self.snippet.variants.items()}
        names = ("short", self.variety) if self.short else (self.variety,)
        return next((variants[name] for name in names if name in variants), self.snippet.body)

    def caveat_html(self, caveat: Caveat) -> str:
        """A caveat's words as they are printed."""
        return self._in_its_variety(caveat.body)

    def _in_its_variety(self, body: str) -> str:
        return as_read(inline_html(body), self.variety)

    def __html__(self) -> str:
        """The wording with its note and caveats."""
        return self.text + self.note() + self.sentences()

    def note(self) -> Markup:
        """The call of its note: its sources, and the caveats that stand in it."""
        printed = (caveat for caveat in self.caveats if caveat.must_print and caveat.form == "footnote")
        return self._notebook.call(note_of(self.snippet, printed, self.caveat_html))

    def sentences(self) -> Markup:
        """The caveats that stand behind the wording, each with its own note."""
        html = Markup("")
        for caveat in self.caveats:
            if caveat.must_print and caveat.form == "sentence":
                html += Markup(" ") + Markup(self.caveat_html(caveat))
                html += self._notebook.call(Note(_citations(caveat.evidence)))
        return html

    def __str__(self) -> str:
        return self.__html__()


@dataclass(slots=True)
class Desk:
    """What a template can call: `snippet(id)` and `cite(source, para=5)`; remembers what was used."""

    snippets: Mapping[str, Snippet]
    caveats: Mapping[str, Caveat]
    references: Mapping[str, Any]
    variety: str = ""
    """Of English: `en-GB`, `en-US`, `en-CA`; empty in other languages."""
    notebook: Notebook = field(default_factory=Notebook)
    used: dict[tuple[str, bool], Passage] = field(default_factory=dict)
    """By id, and whether it is the short wording."""

    def passage(self, id: str, short: bool = False) -> Passage:
        """The snippet with this id; raises BriefgenError where it may not be printed."""
        snippet = self.snippets.get(id)
        if snippet is None:
            raise BriefgenError(
                Problem("snippet-unknown", f"no snippet has the id {id!r}", None, suggest(id, self.snippets))
            )
        if snippet.review.status != "verified":
            raise BriefgenError(
                Problem(
                    "snippet-not-verified",
                    f"the snippet {id!r} is {snippet.review.status}, not verified",
                    snippet.at("review", "status"),
                    "review it and run briefgen snippets lock, or leave it out",
                )
            )
        missing = [name for name in snippet.caveats if name not in self.caveats]
        if missing:
            raise BriefgenError(
                Problem(
                    "caveat-unknown",
                    f"the snippet {id!r} names the caveat {missing[0]!r}, which is not there",
                    snippet.at("caveats"),
                    suggest(missing[0], self.caveats),
                )
            )
        return self.used.setdefault(
            (id, short),
            Passage(
                snippet,
                tuple(self.caveats[name] for name in snippet.caveats),
                self.notebook,
                short,
                self.variety,
            ),
        )

    def cite(self, source: str, prefix: str = "", suffix: str = "", **locator: object) -> Markup:
        """Cite a source: `cite("park-2013", para=5, prefix="see", suffix="emphasis added")`.

        Raises BriefgenError for an unknown source or label, and for values that are not words or numbers.
        """
        if not isinstance(source, str) or source not in self.references:
            hint = suggest(source, self.references) if isinstance(source, str) else None
            raise _fault("source-unknown", f"no source has the id {source!r}", hint)
        if len(locator) > 1:
            given = ", ".join(f"{name}=" for name in locator)
            raise _fault(
                "locator-label",
                f"cite() takes one locator, not {given}",
                'write one, as in cite("…", para=5)',
            )
        word, value = next(iter(locator.items()), ("", ""))
        label = label_of(word) if word else ""
        if label is None:
            hint = suggest(word, known_words()) or "docs/citations.md lists them"
            raise _fault("locator-label", f"cite() knows no locator {word!r}", hint)
        place = _typed(f"{word}=", value) if word else ""
        if word and not place:
            raise _fault(
                "locator-value", f"cite() of {source} has {word}= without a value", "give it, or leave it out"
            )
        if signs := unusable(place):
            raise _fault(
                "locator-value",
                f"the locator {place!r} of {source} holds what cannot be printed in a citation: {signs}",
                "write it with other signs",
            )
        words = _typed("prefix=", prefix), _typed("suffix=", suffix)
        return self.notebook.call(Note((Citation(source, label, place, *words),)))


def _typed(name: str, value: object) -> str:
    """What a template gives to cite() as words; raises BriefgenError for a list, nothing or true."""
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        return str(value).strip()
    raise _fault(
        "locator-value",
        f"cite() takes {name} as words or a whole number, not {value!r}",
        'write for example para=5 or para="5–6"',
    )


def _fault(code: str, message: str, hint: str | None) -> BriefgenError:
    return BriefgenError(Problem(code, message, None, hint))
