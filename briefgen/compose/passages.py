"""Snippets as they are printed: the body's inline marks, its note, and the caveats that travel with it.

It sets what the library says; which snippets a letter uses is for briefgen.compose.select to decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from markupsafe import Markup

from briefgen.compose.citations import Citation, Note, Words
from briefgen.errors import BriefgenError, Problem, did_you_mean
from briefgen.model.snippet import Caveat, Evidence, Locator, Snippet

_RELATIONS = {"quoted": "quoted in", "cited": "cited in"}
_LABELS = {
    "para": "paragraph",
    "paras": "paragraph",
    "p": "page",
    "pp": "page",
    "art": "article",
    "sec": "section",
    "chap": "chapter",
}
_CSL_LABELS = frozenset(
    {"page", "paragraph", "section", "article", "chapter", "part", "volume", "note", "line", "figure"}
)


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


def _citation(source: str, locator: Locator) -> Citation:
    label, value = next(iter(locator.items()), ("", ""))
    return Citation(source, label, value)


def _chain(evidence: Evidence) -> list[Citation | Words]:
    """One piece of evidence as citations: what is second-hand is cited as second-hand."""
    if evidence.source is None:
        return []
    parts: list[Citation | Words] = []
    for via in evidence.via:
        parts += [_citation(via.source, via.locator), Words(f", {_RELATIONS[via.relation]} ")]
    return [*parts, _citation(evidence.source, evidence.locator)]


def _chains(items: Iterable[Evidence]) -> list[Citation | Words]:
    """All evidence of one claim, a source named once for each place in it."""
    parts: list[Citation | Words] = []
    seen: set[tuple[Citation | Words, ...]] = set()
    for evidence in items:
        chain = _chain(evidence)
        if chain and tuple(chain) not in seen:
            seen.add(tuple(chain))
            parts += chain
    return parts


def note_of(snippet: Snippet, caveats: Iterable[Caveat]) -> Note:
    """The footnote of a snippet: its sources, then each caveat as a sentence with its own."""
    parts = _chains(snippet.evidence)
    cited = [_chain(evidence) for evidence in snippet.evidence]
    for caveat in caveats:
        # What the note has just cited need not be cited again for the caveat.
        sources = _chains(evidence for evidence in caveat.evidence if _chain(evidence) not in cited)
        text = inline_html(caveat.body)
        parts += [Words(f"{text} See "), *sources] if sources else [Words(text)]
    return Note(tuple(_punctuated(parts)))


def _punctuated(parts: list[Citation | Words]) -> list[Citation | Words]:
    """Set sentences of ours apart: words that follow each other become one, a citation before them ends."""
    result: list[Citation | Words] = []
    for index, part in enumerate(parts):
        before = result[-1] if result else None
        if not isinstance(part, Words) or before is None or part.html.startswith(","):
            result.append(part)
        elif isinstance(before, Words):
            result[-1] = Words(f"{before.html.rstrip()} {part.html}")
        else:
            # Only the last citation of a note gets its full stop from the style.
            last = not any(isinstance(later, Citation) for later in parts[index:])
            result.append(Words(f" {part.html}" if last else f". {part.html}"))
    return result


@dataclass(slots=True)
class Notebook:
    """The notes of one document while its template runs; each leaves a mark where it was called."""

    notes: list[Note] = field(default_factory=list)

    def call(self, note: Note) -> Markup:
        """Keep a note and return its mark."""
        if not note.parts:
            return Markup("")
        self.notes.append(note)
        return Markup(f'<span class="citation" data-n="{len(self.notes) - 1}"></span>')


@dataclass(frozen=True, slots=True)
class Passage:
    """A snippet in a template: printing it prints its text with its note."""

    snippet: Snippet
    caveats: tuple[Caveat, ...]
    """All that travel with it; those with `must_print` are printed."""
    _notebook: Notebook
    short: bool = False

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
        return Markup(inline_html(self.wording))

    @property
    def wording(self) -> str:
        """The body or variant that is printed, as written."""
        return self.snippet.variants.get("short", self.snippet.body) if self.short else self.snippet.body

    def __html__(self) -> str:
        """The wording with its note and caveats."""
        printed = [caveat for caveat in self.caveats if caveat.must_print]
        noted = note_of(self.snippet, (caveat for caveat in printed if caveat.form == "footnote"))
        html = self.text + self._notebook.call(noted)
        for caveat in printed:
            if caveat.form == "sentence":
                html += Markup(" ") + Markup(inline_html(caveat.body))
                html += self._notebook.call(Note(tuple(_chains(caveat.evidence))))
        return html

    def __str__(self) -> str:
        return self.__html__()


@dataclass(slots=True)
class Desk:
    """What a template can call: `snippet(id)` and `cite(source, para=5)`; remembers what was used."""

    snippets: Mapping[str, Snippet]
    caveats: Mapping[str, Caveat]
    references: Mapping[str, Any]
    notebook: Notebook = field(default_factory=Notebook)
    used: dict[str, Passage] = field(default_factory=dict)

    def passage(self, id: str, short: bool = False) -> Passage:
        """The snippet with this id; raises BriefgenError where it may not be printed."""
        snippet = self.snippets.get(id)
        if snippet is None:
            raise BriefgenError(
                Problem(
                    "snippet-unknown", f"no snippet has the id {id!r}", None, did_you_mean(id, self.snippets)
                )
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
                    did_you_mean(missing[0], self.caveats),
                )
            )
        return self.used.setdefault(
            id, Passage(snippet, tuple(self.caveats[name] for name in snippet.caveats), self.notebook, short)
        )

    def cite(self, source: str, **locator: object) -> Markup:
        """A footnote that cites a source: `cite("park-2013", para=5)`."""
        if source not in self.references:
            raise BriefgenError(
                Problem(
                    "source-unknown",
                    f"no source has the id {source!r}",
                    None,
                    did_you_mean(source, self.references),
                )
            )
        if len(locator) > 1:
            raise ValueError("cite() takes one locator, for example para=5")
        label, value = next(iter(locator.items()), ("", ""))
        label = _LABELS.get(label, label)
        if label and label not in _CSL_LABELS:
            raise ValueError(f"cite() knows no locator {label!r}; {did_you_mean(label, _CSL_LABELS)}")
        return self.notebook.call(Note((Citation(source, label, str(value)),)))
