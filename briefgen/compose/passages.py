"""Snippets as they are printed: inline markup, note and the caveats that go with them.

Here too is the API that templates call. briefgen.compose.select decides which snippets a letter uses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from html import unescape
from typing import Any

from markupsafe import Markup

from briefgen.compose.asks import write_ask_alone
from briefgen.compose.citations import Citation, Note, OriginalCitation, Remark
from briefgen.compose.citations.phrases import find_locator_label, locator_names, reserved_characters
from briefgen.compose.citations.placement import citation_mark
from briefgen.compose.citations.types import NoteForm
from briefgen.compose.english_variants import adapt_to_variant
from briefgen.errors import BriefgenError, Problem, suggest_similar
from briefgen.model.snippet import Caveat, Evidence, Locator, Snippet


@cache
def _markdown() -> Any:
    from markdown_it import MarkdownIt

    return MarkdownIt("zero", {"html": False, "typographer": True}).enable(
        ["emphasis", "escape", "entity", "smartquotes"]
    )


@cache
def render_inline_markdown(body: str) -> str:
    """Render a body's Markdown as inline HTML: emphasis and strong only, with typographic quotation marks."""
    return str(_markdown().renderInline(" ".join(body.split())))


_QUOTATION_MARKS = {
    "fr": ["«\u00a0", "\u00a0»", "“", "”"],
    "de": "„“‚‘",
    "es": "«»“”",
}
"""Opening and closing marks, outer and inner, where they are not those of English (CLDR)."""


@cache
def _quote_setter(language: str) -> Any:
    from markdown_it import MarkdownIt

    marks = _QUOTATION_MARKS.get(language, "“”‘’")
    return MarkdownIt("zero", {"typographer": True, "quotes": marks}).enable("smartquotes")


def set_typographic_quotes(text: str, language: str) -> str:
    """Return plain text, such as a cell of a spreadsheet, with straight quotes made typographic."""
    if '"' not in text and "'" not in text:
        return text
    setter = _quote_setter(language.split("-")[0].lower())
    return "\n".join(unescape(str(setter.renderInline(line))) for line in text.split("\n"))


def _locator_pair(locator: Locator) -> tuple[str, str]:
    return next(iter(locator.items()), ("", ""))


def evidence_citations(items: Iterable[Evidence]) -> tuple[Citation, ...]:
    """Return citations for one claim's evidence: each source and locator once, with its chain of sources."""
    return tuple(
        dict.fromkeys(
            Citation(
                evidence.source,
                *_locator_pair(evidence.locator),
                via=tuple(
                    OriginalCitation(via.relation, via.source, *_locator_pair(via.locator))
                    for via in evidence.via
                ),
            )
            for evidence in items
            if evidence.source is not None
        )
    )


def _render_caveat(caveat: Caveat) -> str:
    return render_inline_markdown(caveat.body)


def build_snippet_note(
    snippet: Snippet, caveats: Iterable[Caveat], render_caveat: Callable[[Caveat], str] = _render_caveat
) -> Note:
    """Build the note of a snippet: its sources, then each caveat as a sentence with its own sources."""
    cited = evidence_citations(snippet.evidence)
    # What the note has just cited need not be cited again for the caveat.
    remarks = tuple(
        Remark(
            render_caveat(caveat),
            tuple(citation for citation in evidence_citations(caveat.evidence) if citation not in cited),
        )
        for caveat in caveats
    )
    return Note(cited, remarks, statements=(snippet.id,))


@dataclass(slots=True)
class NoteCollector:
    """Collects the notes of one document while its template runs; each leaves a mark where it was called."""

    notes: list[Note] = field(default_factory=list)

    def add(self, note: Note) -> Markup:
        """Add a note and return its mark; an empty note gets none."""
        if not (note.citations or note.remarks or note.form == "numbers"):
            return Markup("")
        self.notes.append(note)
        return Markup(citation_mark(len(self.notes) - 1))


@dataclass(frozen=True, slots=True)
class OwnPassage:
    """What one letter says of its own in the place of a statement, or after it."""

    words: str = ""
    """In place of the wording, as inline Markdown; empty for the approved wording."""
    after: str = ""
    left_out: bool = False
    """Print nothing, where the template names the statement."""


NOTHING_OWN = OwnPassage()


@dataclass(frozen=True, slots=True)
class SnippetPassage:
    """A snippet in a template: printing it prints its text with its note."""

    snippet: Snippet
    caveats: tuple[Caveat, ...]
    """All that go with it; those with `must_print` are printed."""
    _note_collector: NoteCollector
    short: bool = False
    variety: str = ""
    """The variant of English, `en-GB`, `en-US` or `en-CA`; empty in other languages."""
    language: str = "en"
    own: OwnPassage = NOTHING_OWN

    @property
    def id(self) -> str:
        """The snippet's id."""
        return self.snippet.id

    @property
    def kind(self) -> str:
        """The snippet's kind: `statistic`, `finding`, `ask` and so on."""
        return self.snippet.kind

    @property
    def title(self) -> str:
        """A few words for headings; empty if the snippet has none."""
        return self.snippet.title

    @property
    def topics(self) -> list[str]:
        """The snippet's topics."""
        return self.snippet.topics

    @property
    def text(self) -> Markup:
        """The wording alone, without note or caveats, for a claim that is printed in full elsewhere."""
        if self.own.left_out:
            return Markup("")
        if self.own.words:
            return Markup(render_inline_markdown(self.own.words))
        return Markup(self._adapt(self.wording))

    @property
    def key(self) -> str:
        """The number in the wording that may be set in large type; empty if the snippet names none."""
        return self.snippet.key

    @property
    def verb_first(self) -> Markup:
        """An ask as a sentence of its own, its verb in bold if it comes first, with its note and caveats."""
        return self.verb_first_bare + self.render_note() + self.render_caveat_sentences()

    @property
    def verb_first_bare(self) -> Markup:
        """The same without its note and caveats, for an ask that is printed elsewhere with them."""
        return write_ask_alone(self.text, self.language)

    @property
    def wording(self) -> str:
        """The words to be printed: the body or variant as written in the snippet, or the letter's own."""
        return self.own.words or self.approved_wording

    @property
    def approved_wording(self) -> str:
        """The body or variant that is printed unless the letter has words of its own."""
        variants: dict[str, str] = {str(name): text for name, text in self.snippet.variants.items()}
        names = ("short", self.variety) if self.short else (self.variety,)
        return next((variants[name] for name in names if name in variants), self.snippet.body)

    def render_caveat(self, caveat: Caveat) -> str:
        """Render a caveat as it is printed."""
        return self._adapt(caveat.body)

    def _adapt(self, body: str) -> str:
        return adapt_to_variant(render_inline_markdown(body), self.variety)

    def __html__(self) -> str:
        """Return the wording with its note and caveats, and what the letter says after it."""
        html = self.text + self.render_note() + self.render_caveat_sentences()
        after = render_inline_markdown(self.own.after)
        return html + Markup(f" {after}") if after else html

    def render_note(self, form: NoteForm = "note") -> Markup:
        """Return the call of the note: its sources, and the caveats printed in the note."""
        if self.own.left_out:
            return Markup("")
        printed = (caveat for caveat in self.caveats if caveat.must_print and caveat.form == "footnote")
        note = build_snippet_note(self.snippet, printed, self.render_caveat)
        return self._note_collector.add(replace(note, form=form))

    def render_caveat_sentences(self) -> Markup:
        """Return the caveats that follow the wording in the text, each with its own note."""
        html = Markup("")
        for caveat in () if self.own.left_out else self.caveats:
            if caveat.must_print and caveat.form == "sentence":
                html += Markup(" ") + Markup(self.render_caveat(caveat))
                html += self._note_collector.add(Note(evidence_citations(caveat.evidence)))
        return html

    def __str__(self) -> str:
        return self.__html__()


@dataclass(slots=True)
class TemplateApi:
    """The functions `snippet` and `cite` of templates; records which snippets were used."""

    snippets: Mapping[str, Snippet]
    caveats: Mapping[str, Caveat]
    references: Mapping[str, Any]
    variety: str = ""
    """The variant of English, `en-GB`, `en-US` or `en-CA`; empty in other languages."""
    language: str = "en"
    note_collector: NoteCollector = field(default_factory=NoteCollector)
    used: dict[tuple[str, bool], SnippetPassage] = field(default_factory=dict)
    """By id, and whether the wording is the short one."""
    own: Mapping[str, OwnPassage] = field(default_factory=dict)
    """What the letter has of its own, by the id of the statement."""

    def passage(self, id: str, short: bool = False) -> SnippetPassage:
        """Return the snippet with this id; raise BriefgenError if it may not be printed."""
        snippet = self.snippets.get(id)
        if snippet is None:
            raise BriefgenError(
                Problem(
                    "snippet-unknown",
                    f"no snippet has the id {id!r}",
                    None,
                    suggest_similar(id, self.snippets),
                )
            )
        if snippet.review.status != "verified":
            raise BriefgenError(
                Problem(
                    "snippet-not-verified",
                    f"the snippet {id!r} has status {snippet.review.status}, not verified",
                    snippet.locate("review", "status"),
                    f"approve it: briefgen snippets approve {id} --by NAME; or leave it out",
                )
            )
        missing = [name for name in snippet.caveats if name not in self.caveats]
        if missing:
            raise BriefgenError(
                Problem(
                    "caveat-unknown",
                    f"the snippet {id!r} names the caveat {missing[0]!r}, which does not exist",
                    snippet.locate("caveats"),
                    suggest_similar(missing[0], self.caveats),
                )
            )
        return self.used.setdefault(
            (id, short),
            SnippetPassage(
                snippet,
                tuple(self.caveats[name] for name in snippet.caveats),
                self.note_collector,
                short,
                self.variety,
                self.language,
                self.own.get(snippet.id, NOTHING_OWN),
            ),
        )

    def cite(self, source: str, prefix: str = "", suffix: str = "", **locator: object) -> Markup:
        """Cite a source: `cite("park-2013", para=5, prefix="see", suffix="emphasis added")`.

        Raise BriefgenError for unknown sources or labels, and for values that are not text or numbers.
        """
        if not isinstance(source, str) or source not in self.references:
            hint = suggest_similar(source, self.references) if isinstance(source, str) else None
            raise _cite_error("source-unknown", f"no source has the id {source!r}", hint)
        if len(locator) > 1:
            names = ", ".join(f"{name}=" for name in locator)
            raise _cite_error(
                "locator-label",
                f"cite() takes one locator, not {names}",
                'write one, as in cite("…", para=5)',
            )
        name, value = next(iter(locator.items()), ("", ""))
        label = find_locator_label(name) if name else ""
        if label is None:
            hint = suggest_similar(name, locator_names()) or "docs/citations.md lists them"
            raise _cite_error("locator-label", f"cite() has no locator {name!r}", hint)
        place = _check_cite_argument(f"{name}=", value) if name else ""
        if name and not place:
            raise _cite_error(
                "locator-value",
                f"cite() of {source} has {name}= without a value",
                "give a value, or leave it out",
            )
        if characters := reserved_characters(place):
            raise _cite_error(
                "locator-value",
                f"the locator {place!r} of {source} contains what a citation cannot print: {characters}",
                "use other characters",
            )
        affixes = _check_cite_argument("prefix=", prefix), _check_cite_argument("suffix=", suffix)
        return self.note_collector.add(Note((Citation(source, label, place, *affixes),)))


def _check_cite_argument(name: str, value: object) -> str:
    """Return an argument of cite() as text; raise BriefgenError if it is a list, none or a boolean."""
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        return str(value).strip()
    raise _cite_error(
        "locator-value",
        f"cite() takes {name} as text or a whole number, not {value!r}",
        'write, for example, para=5 or para="5–6"',
    )


def _cite_error(code: str, message: str, hint: str | None) -> BriefgenError:
    return BriefgenError(Problem(code, message, None, hint))
