"""What of a wording is printed: the plain words of inline Markdown, and whether it is one plain paragraph.

This room reads Markdown; what the words claim is judged elsewhere.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from briefgen.model.text import clean

_INLINE = frozenset({"text", "softbreak", "em_open", "em_close", "strong_open", "strong_close"})
_NAMES = {
    "heading_open": "a heading",
    "bullet_list_open": "a list",
    "ordered_list_open": "a list",
    "blockquote_open": "a block quotation",
    "code_block": "indented code",
    "fence": "code",
    "hr": "a line",
    "table_open": "a table",
    "html_block": "HTML",
    "link_open": "a link",
    "image": "a picture",
    "code_inline": "code",
    "hardbreak": "a forced line break",
    "html_inline": "HTML",
}
_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<!--|&(?:[A-Za-z]+|#\w+);")


@cache
def markdown() -> MarkdownIt:
    """The one reader of Markdown in wordings: CommonMark without HTML."""
    return MarkdownIt("commonmark", {"html": False})


def fault_of(wording: str) -> str | None:
    """What in the wording is more than one paragraph with emphasis, in words; None where all is well."""
    _, hidden = clean(wording)
    if hidden:
        return f"a hidden character ({hidden[0]})"
    tag = _TAG.search(wording)
    if tag:
        return f"HTML ({tag.group()})"
    tokens = markdown().parse(wording)
    kinds = [token.type for token in tokens]
    for kind in kinds:
        if kind in _NAMES:
            return _NAMES[kind]
    if kinds.count("paragraph_open") > 1:
        return "a second paragraph"
    if kinds != ["paragraph_open", "inline", "paragraph_close"]:
        return "something that is not a paragraph"
    for child in tokens[1].children or []:
        if child.type not in _INLINE:
            return _NAMES.get(child.type, child.type.replace("_", " "))
    return None


@lru_cache(maxsize=8192)
def plain(wording: str) -> str:
    """The words as they are printed, without marks of emphasis; line breaks become spaces."""
    return " ".join(_text(token) for token in markdown().parse(wording) if token.type == "inline")


def _text(inline: Token) -> str:
    shown = {"softbreak": " ", "hardbreak": " "}
    return "".join(shown.get(child.type, child.content) for child in inline.children or [])
