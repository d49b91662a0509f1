"""pandoc's inline elements become semantic HTML, escaped. It knows no citations and no styles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

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
