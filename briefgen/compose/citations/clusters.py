"""Clusters of citations, as pandoc's citeproc takes and returns them, with marks in place of our own words.

Our words never pass through pandoc. A mark consists of private-use characters, without a digit, which could
be taken for a locator; it is removed when the words are inserted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from briefgen.compose.citations.phrases import is_plural_locator
from briefgen.compose.citations.sentence_ends import append_phrase
from briefgen.errors import BriefgenError, Problem
from briefgen.model.text import clean_text

_WRAPPED = {"Emph": "em", "Strong": "strong", "Underline": "em"}
_RAISED = {"Superscript": "sup", "Subscript": "sub"}
_UNSTYLED = frozenset({"Strikeout"})
_LINKS = ("https://", "http://", "mailto:")

Inlines = Sequence[Mapping[str, Any]]


def render_inlines(inlines: Inlines) -> str:
    """Render inline elements as HTML: em, strong, sup, sub, a and small capitals, and the rest as text."""
    return "".join(_render_inline(inline) for inline in inlines)


def render_cite(inlines: Inlines) -> str:
    """Render what citeproc made of one Cite: the content of its note, or the text of an in-text style."""
    for inline in inlines:
        if inline["t"] == "Cite":
            return render_cite(inline["c"][1])
        if inline["t"] == "Note":
            return " ".join(render_inlines(block["c"]) for block in inline["c"])
    return render_inlines(inlines)


def extract_inlines_text(inlines: Inlines) -> str:
    """Return the words alone."""
    return "".join(_extract_inline_text(inline) for inline in inlines)


def _render_inline(inline: Mapping[str, Any]) -> str:
    kind, content = inline["t"], inline.get("c")
    if kind == "Str":
        return escape(clean_text(str(content))[0], quote=False)
    if kind in ("Space", "SoftBreak", "LineBreak"):
        return " "
    if not isinstance(content, list):
        raise _unknown_inline_error(kind)
    if kind in _WRAPPED:
        return f"<{_WRAPPED[kind]}>{render_inlines(content)}</{_WRAPPED[kind]}>"
    if kind in _RAISED:
        # These two may contain only text (briefgen.model.document).
        return f"<{_RAISED[kind]}>{escape(extract_inlines_text(content), quote=False)}</{_RAISED[kind]}>"
    if kind == "SmallCaps":
        return f'<span class="small-caps">{render_inlines(content)}</span>'
    if kind == "Quoted":
        left, right = "‘’" if content[0]["t"] == "SingleQuote" else "“”"
        return f"{left}{render_inlines(content[1])}{right}"
    if kind == "Link":
        target = clean_text(str(content[2][0]))[0]
        words = render_inlines(content[1])
        return f'<a href="{escape(target)}">{words}</a>' if target.startswith(_LINKS) else words
    if kind in ("Span", "Cite"):
        return render_inlines(content[1])
    if kind in _UNSTYLED:
        return render_inlines(content)
    raise _unknown_inline_error(kind)


def _extract_inline_text(inline: Mapping[str, Any]) -> str:
    kind, content = inline["t"], inline.get("c")
    if kind == "Str":
        return clean_text(str(content))[0]
    if kind in ("Space", "SoftBreak", "LineBreak"):
        return " "
    if not isinstance(content, list):
        raise _unknown_inline_error(kind)
    return extract_inlines_text(content[1] if kind in ("Quoted", "Link", "Span", "Cite") else content)


def _unknown_inline_error(kind: str) -> BriefgenError:
    return BriefgenError(
        Problem(
            "pandoc-failed",
            f"pandoc returned an unknown element: {kind}",
            None,
            "use the pandoc that comes with pypandoc_binary",
        )
    )


_JOIN, _BEFORE, _AFTER = "\ue000", "\ue001", "\ue002"
_FIRST = 0xE100
"""The character for the first item of a cluster; the others follow."""
_ITEMS = f"[{chr(_FIRST)}-\uf8ff]"
_MARK = re.compile(
    f"(?:[;,.]?\\s*{_JOIN}(?P<join>{_ITEMS})\\s*)"
    f"|(?:{_BEFORE}(?P<before>{_ITEMS})\\s*)"
    f"|(?:,?\\s*{_AFTER}(?P<after>{_ITEMS}))"
)
NOT_A_LABEL = "\ue003"
"""Prefix of a word that pandoc must not take for a locator label; it is removed with the marks."""
TRANSLATION_START, TRANSLATION_END = "\ue004", "\ue005"
"""Around a translated title, which is moved out of the title's quotation marks and italics."""
_TRANSLATION = re.compile(
    f"\\s*{TRANSLATION_START}([^{TRANSLATION_END}]*){TRANSLATION_END}([.,]?)((?:</em>|[”’])*)([.,]?)"
)
_SEPARATOR_MARKS = {
    **dict.fromkeys(map(ord, "-‐‑‒–—"), "\ue006"),
    ord(","): "\ue007",
    ord("&"): "\ue008",
    ord(" "): "\ue009",
}
_SEPARATORS = {0xE006: "–", 0xE007: ",", 0xE008: "&amp;", 0xE009: " ", ord(NOT_A_LABEL): ""}
"""What is printed for the marks in a locator."""
REMOVE_MARKS = dict.fromkeys(range(0xE000, 0xF900))
"""Translation table that removes the characters marks are made of."""


@dataclass(frozen=True, slots=True)
class ItemAffixes:
    """Our own words around one item, as HTML."""

    join: str | None = None
    """Replaces the style's delimiter before it."""
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class CitationItem:
    """One source in a cluster."""

    source: str
    label: str = ""
    value: str = ""
    has_join: bool = False
    """Whether words of ours replace the style's delimiter before it."""
    has_before: bool = False
    """Whether words of ours directly precede it."""
    has_after: bool = False
    """Whether words of ours directly follow it."""


@dataclass(frozen=True, slots=True)
class CitationCluster:
    """What is cited at one place, which citeproc formats together."""

    items: tuple[CitationItem, ...]
    number: int = 0
    """Of the footnote; 0 in the running text."""


@dataclass(frozen=True, slots=True)
class CiteprocResult:
    """What citeproc made of the clusters of one document."""

    clusters: tuple[str, ...]
    """HTML with marks."""
    works: tuple[tuple[str, str], ...]
    """Bibliography entries in order: source id and HTML."""


def build_cluster_block(cluster: CitationCluster, words: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    """Build a paragraph of pandoc JSON from a cluster.

    `words` has the words for each locator label in the prepared style.
    """
    items = [
        {
            "citationId": item.source,
            "citationPrefix": _prefix_inlines(index, item),
            "citationSuffix": _suffix_inlines(index, item, words),
            "citationMode": {"t": "NormalCitation"},
            "citationNoteNum": cluster.number,
            "citationHash": 0,
        }
        for index, item in enumerate(cluster.items)
    ]
    return {"t": "Para", "c": [{"t": "Cite", "c": [items, [_str_inline("?")]]}]}


def _prefix_inlines(index: int, item: CitationItem) -> list[dict[str, Any]]:
    mark = chr(_FIRST + index)
    marks = (_JOIN + mark if item.has_join else "") + (_BEFORE + mark if item.has_before else "")
    return [_str_inline(marks)] if marks else []


def _suffix_inlines(
    index: int, item: CitationItem, words: Mapping[str, tuple[str, str]]
) -> list[dict[str, Any]]:
    """Return `, {para 5}`: braces make pandoc take all of it for the locator, whatever its form."""
    suffix = ""
    if item.value:
        word = words[item.label][is_plural_locator(item.value)] if item.label else ""
        suffix = f", {{{word}{' ' if word else ''}{_hide_single_place(item.value)}}}"
    if item.has_after:
        suffix += _AFTER + chr(_FIRST + index)
    inlines: list[dict[str, Any]] = []
    for number, part in enumerate(suffix.split(" ")):
        inlines += [{"t": "Space"}] if number else []
        inlines += [_str_inline(part)] if part else []
    return inlines if suffix else []


def _hide_single_place(value: str) -> str:
    """Return paragraphs of one article, `33(1)–(2)`, with marks that citeproc does not take for a plural."""
    return value if is_plural_locator(value) else value.translate(_SEPARATOR_MARKS)


def _str_inline(text: str) -> dict[str, Any]:
    return {"t": "Str", "c": text}


def parse_citeproc_blocks(blocks: Sequence[Mapping[str, Any]], count: int) -> CiteprocResult:
    """Parse the blocks that citeproc returned; the first `count` are the clusters."""
    entries = [entry for element in blocks[count:] if element["t"] == "Div" for entry in element["c"][1]]
    return CiteprocResult(
        tuple(_move_translations(render_cite(element["c"])) for element in blocks[:count]),
        tuple(
            (entry["c"][0][0].removeprefix("ref-"), _move_translations(words))
            for entry in entries
            if (words := _render_bibliography_entry(entry))  # Chicago leaves posts out of the list
        ),
    )


def _move_translations(html: str) -> str:
    """Put translated titles behind the marks that end the title, and before its comma or full stop."""
    return _TRANSLATION.sub(lambda match: f"{match[3]} {match[1]}{match[2] or match[4]}", html)


def _render_bibliography_entry(entry: Mapping[str, Any]) -> str:
    return " ".join(
        render_inlines(line["c"]).strip() for line in entry["c"][1] if line["t"] in ("Para", "Plain")
    )


def insert_affixes(text: str, affixes: Sequence[ItemAffixes], punctuation_inside_quotes: bool) -> str:
    """Insert our own words where their marks are."""
    result, position = "", 0
    for mark in _MARK.finditer(text):
        result += text[position : mark.start()]
        position = mark.end()
        if mark["join"] is not None:
            words = affixes[_item_index(mark["join"])].join or ""
            result = (
                append_phrase(result, words, punctuation_inside_quotes) if result else words.lstrip(",. ")
            )
        elif mark["before"] is not None:
            result += affixes[_item_index(mark["before"])].before
        else:
            words = affixes[_item_index(mark["after"])].after
            result = append_phrase(result, words, punctuation_inside_quotes)
    return (result + text[position:]).translate(_SEPARATORS)


def _item_index(mark: str) -> int:
    return ord(mark) - _FIRST
