"""Clusters of citations as pandoc's citeproc takes and gives them, with marks in the place of our words.

Words of ours never pass through pandoc. A mark is made of characters of private use, without a digit, which
could be taken for a locator; it goes out again when the words are put in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from briefgen.compose.citations.phrases import several
from briefgen.compose.citations.sentence_ends import joined
from briefgen.errors import BriefgenError, Problem
from briefgen.model.text import clean

_WRAPPED = {"Emph": "em", "Strong": "strong", "Underline": "em"}
_RAISED = {"Superscript": "sup", "Subscript": "sub"}
_PLAIN = frozenset({"Strikeout"})
_LINKS = ("https://", "http://", "mailto:")

Inlines = Sequence[Mapping[str, Any]]


def inlines_html(inlines: Inlines) -> str:
    """Inline elements as HTML with em, strong, sup, sub, a and small capitals, everything else as text."""
    return "".join(_inline_html(inline) for inline in inlines)


def cite_html(inlines: Inlines) -> str:
    """What citeproc made of one Cite: the content of its note, or the text of an in-text style."""
    for inline in inlines:
        if inline["t"] == "Cite":
            return cite_html(inline["c"][1])
        if inline["t"] == "Note":
            return " ".join(inlines_html(block["c"]) for block in inline["c"])
    return inlines_html(inlines)


def plain(inlines: Inlines) -> str:
    """The words alone."""
    return "".join(_plain(inline) for inline in inlines)


def _inline_html(inline: Mapping[str, Any]) -> str:
    kind, content = inline["t"], inline.get("c")
    if kind == "Str":
        return escape(clean(str(content))[0], quote=False)
    if kind in ("Space", "SoftBreak", "LineBreak"):
        return " "
    if not isinstance(content, list):
        raise _unknown(kind)
    if kind in _WRAPPED:
        return f"<{_WRAPPED[kind]}>{inlines_html(content)}</{_WRAPPED[kind]}>"
    if kind in _RAISED:
        # Nothing but text may stand in these two (briefgen.model.document).
        return f"<{_RAISED[kind]}>{escape(plain(content), quote=False)}</{_RAISED[kind]}>"
    if kind == "SmallCaps":
        return f'<span class="small-caps">{inlines_html(content)}</span>'
    if kind == "Quoted":
        left, right = "‘’" if content[0]["t"] == "SingleQuote" else "“”"
        return f"{left}{inlines_html(content[1])}{right}"
    if kind == "Link":
        target = clean(str(content[2][0]))[0]
        words = inlines_html(content[1])
        return f'<a href="{escape(target)}">{words}</a>' if target.startswith(_LINKS) else words
    if kind in ("Span", "Cite"):
        return inlines_html(content[1])
    if kind in _PLAIN:
        return inlines_html(content)
    raise _unknown(kind)


def _plain(inline: Mapping[str, Any]) -> str:
    kind, content = inline["t"], inline.get("c")
    if kind == "Str":
        return clean(str(content))[0]
    if kind in ("Space", "SoftBreak", "LineBreak"):
        return " "
    if not isinstance(content, list):
        raise _unknown(kind)
    return plain(content[1] if kind in ("Quoted", "Link", "Span", "Cite") else content)


def _unknown(kind: str) -> BriefgenError:
    return BriefgenError(
        Problem(
            "pandoc-failed",
            f"pandoc answered with something that briefgen does not know: {kind}",
            None,
            "use the pandoc that comes with pypandoc_binary",
        )
    )


_JOIN, _BEFORE, _BEHIND = "\ue000", "\ue001", "\ue002"
_FIRST = 0xE100
"""The character for the first cite of a cluster; the others follow."""
_CITES = f"[{chr(_FIRST)}-\uf8ff]"
_MARK = re.compile(
    f"(?:[;,.]?\\s*{_JOIN}(?P<join>{_CITES})\\s*)"
    f"|(?:{_BEFORE}(?P<before>{_CITES})\\s*)"
    f"|(?:,?\\s*{_BEHIND}(?P<behind>{_CITES}))"
)
UNREAD = "\ue003"
"""Before a word that pandoc is not to take for a label; it goes out with the marks."""
RESERVED = dict.fromkeys(range(0xE000, 0xF900))
"""Translates text into one without the characters that marks are made of."""


@dataclass(frozen=True, slots=True)
class Around:
    """Words of ours around one cite, as HTML."""

    join: str | None = None
    """Instead of the style's delimiter before it."""
    before: str = ""
    behind: str = ""


@dataclass(frozen=True, slots=True)
class Cite:
    """One source in a cluster."""

    source: str
    label: str = ""
    value: str = ""
    joins: bool = False
    """Words of ours stand before it instead of the style's delimiter."""
    opened: bool = False
    """Words of ours stand directly before it."""
    closed: bool = False
    """Words of ours stand directly behind it."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """What is cited at one spot, which citeproc formats together."""

    cites: tuple[Cite, ...]
    number: int = 0
    """Of the footnote; 0 in the text."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What citeproc made of the clusters of one document."""

    clusters: tuple[str, ...]
    """HTML with marks."""
    works: tuple[tuple[str, str], ...]
    """Entries of the bibliography in order: source and HTML."""


def block(cluster: Cluster, words: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    """The cluster as a paragraph of pandoc's JSON; `words` names each locator label in the prepared style."""
    items = [
        {
            "citationId": cite.source,
            "citationPrefix": _prefix(index, cite),
            "citationSuffix": _suffix(index, cite, words),
            "citationMode": {"t": "NormalCitation"},
            "citationNoteNum": cluster.number,
            "citationHash": 0,
        }
        for index, cite in enumerate(cluster.cites)
    ]
    return {"t": "Para", "c": [{"t": "Cite", "c": [items, [_str("?")]]}]}


def _prefix(index: int, cite: Cite) -> list[dict[str, Any]]:
    which = chr(_FIRST + index)
    marks = (_JOIN + which if cite.joins else "") + (_BEFORE + which if cite.opened else "")
    return [_str(marks)] if marks else []


def _suffix(index: int, cite: Cite, words: Mapping[str, tuple[str, str]]) -> list[dict[str, Any]]:
    """`, {para 5}`: braces make pandoc take all of it for the locator, whatever its form."""
    suffix = ""
    if cite.value:
        word = words[cite.label][several(cite.value)] if cite.label else ""
        suffix = f", {{{word}{' ' if word else ''}{cite.value}}}"
    if cite.closed:
        suffix += _BEHIND + chr(_FIRST + index)
    inlines: list[dict[str, Any]] = []
    for number, part in enumerate(suffix.split(" ")):
        inlines += [{"t": "Space"}] if number else []
        inlines += [_str(part)] if part else []
    return inlines if suffix else []


def _str(text: str) -> dict[str, Any]:
    return {"t": "Str", "c": text}


def answer(blocks: Sequence[Mapping[str, Any]], number: int) -> Answer:
    """Read the blocks that came back; the first `number` are the clusters."""
    entries = [entry for one in blocks[number:] if one["t"] == "Div" for entry in one["c"][1]]
    return Answer(
        tuple(cite_html(one["c"]) for one in blocks[:number]),
        tuple((entry["c"][0][0].removeprefix("ref-"), _entry(entry)) for entry in entries),
    )


def _entry(entry: Mapping[str, Any]) -> str:
    return " ".join(
        inlines_html(line["c"]).strip() for line in entry["c"][1] if line["t"] in ("Para", "Plain")
    )


def with_words(text: str, around: Sequence[Around], inside_quotes: bool) -> str:
    """Put the words of ours where their marks stand."""
    done, position = "", 0
    for mark in _MARK.finditer(text):
        done += text[position : mark.start()]
        position = mark.end()
        if mark["join"] is not None:
            words = around[_index(mark["join"])].join or ""
            done = joined(done, words, inside_quotes) if done else words.lstrip(",. ")
        elif mark["before"] is not None:
            done += around[_index(mark["before"])].before
        else:
            done = joined(done, around[_index(mark["behind"])].behind, inside_quotes)
    return (done + text[position:]).replace(UNREAD, "")


def _index(which: str) -> int:
    return ord(which) - _FIRST
