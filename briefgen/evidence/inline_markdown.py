"""Markdown of wordings: one paragraph that may contain emphasis and strong emphasis, and nothing else."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from briefgen.model.text import clean_text

_ALLOWED_INLINE = frozenset({"text", "softbreak", "em_open", "em_close", "strong_open", "strong_close"})
_MARKUP_NAMES = {
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
_HTML = re.compile(r"</?[A-Za-z][^<>]*>|<!--|&(?:[A-Za-z]+|#\w+);")


@cache
def inline_markdown_parser() -> MarkdownIt:
    """Return the shared Markdown parser for wordings: CommonMark without HTML."""
    return MarkdownIt("commonmark", {"html": False})


def find_unsupported_markup(wording: str) -> str | None:
    """Name the first markup in a wording beyond one paragraph with emphasis; None if there is none."""
    _, hidden = clean_text(wording)
    if hidden:
        return f"a hidden character ({hidden[0]})"
    tag = _HTML.search(wording)
    if tag:
        return f"HTML ({tag.group()})"
    tokens = inline_markdown_parser().parse(wording)
    kinds = [token.type for token in tokens]
    for kind in kinds:
        if kind in _MARKUP_NAMES:
            return _MARKUP_NAMES[kind]
    if kinds.count("paragraph_open") > 1:
        return "a second paragraph"
    if kinds != ["paragraph_open", "inline", "paragraph_close"]:
        return "something that is not a paragraph"
    for child in tokens[1].children or []:
        if child.type not in _ALLOWED_INLINE:
            return _MARKUP_NAMES.get(child.type, child.type.replace("_", " "))
    return None


@lru_cache(maxsize=8192)
def strip_markdown(wording: str) -> str:
    """Return a wording as it is printed, without emphasis marks and with line breaks as spaces."""
    return " ".join(
        _inline_text(token) for token in inline_markdown_parser().parse(wording) if token.type == "inline"
    )


def _inline_text(inline: Token) -> str:
    shown = {"softbreak": " ", "hardbreak": " "}
    return "".join(shown.get(child.type, child.content) for child in inline.children or [])
