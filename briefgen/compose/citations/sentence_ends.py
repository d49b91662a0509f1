"""Ends of sentences: where an in-text citation goes, and how our own words follow a citation.

It works on inline HTML and knows no styles.
"""

from __future__ import annotations

import re
from html import unescape

_END = re.compile(r"(?P<stop>[.!?…。．！？]?)(?P<close>(?:[”’»\"']|</(?:em|strong|span|a|sup|sub)>)*)$")
_WINDOW = 160
"""Characters before a citation that are examined."""
_TAG = re.compile(r"<[^>]*>")
_SPAN = re.compile(r"<span\b[^>]*>|</span>")
_FOOTNOTE = '<span class="footnote">'
# A full stop that belongs to the word: initials (U.S., p.m.) and a few words that often end a sentence.
_ABBREVIATION = re.compile(r"(?:\b\w\.){2,}$|\b(?:etc|al|Inc|Ltd|Co|Jr|Sr|No|St)\.$")
_FULL_STOPS = frozenset(".。．")
_EXCLAMATION = frozenset("!?！？")
_QUOTE = re.compile(r"[”’»\"']")
# Scripts with no space between a word and a bracket after it.
_NO_SPACE_BEFORE_BRACKET = re.compile("[\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7af]$")

SentenceEndChange = tuple[str, str]
"""The end of a sentence as written (`.`, `.”`), and as printed with its citation."""


def append_citation(before: str, citation: str, superscript: bool) -> tuple[str, SentenceEndChange | None]:
    """Append a citation to text, where an in-text style has it; return the text and any changed sentence end.

    A citation in brackets belongs to the sentence that it supports, before the full stop (APA, Chicago,
    IEEE); a superscript number follows the full stop (AMA, Nature).
    """
    if not citation:
        return before, None
    text, footnotes = _split_trailing_footnotes(before.rstrip())
    if superscript:
        return text + citation + footnotes, None
    tail = text[-_WINDOW:]
    ending = _END.search(tail)
    stop, close = (ending["stop"], ending["close"]) if ending else ("", "")
    words = _closing_words(tail[: len(tail) - len(close)]) or inline_text(text[: len(text) - len(close)])
    space = _space_before_citation(words)
    if _stop_follows_citation(stop, close, words):
        printed = f"{close}{space}{citation}{stop}"
    elif stop:
        printed = f"{stop}{close}{space}{citation}."
    else:
        # Not the end of a sentence, or not one that can be recognised.
        return f"{text}{space}{citation}{footnotes}", None
    unchanged = text[: len(text) - len(stop) - len(close)]
    return unchanged + printed + footnotes, (inline_text(stop + close), _collapsed_inline_text(printed))


def _split_trailing_footnotes(text: str) -> tuple[str, str]:
    """Separate footnotes called at the very end from the text before them."""
    start = len(text)
    while text.endswith("</span>", 0, start):
        opening = text.rfind(_FOOTNOTE, 0, start)
        if opening < 0 or _find_span_end(text, opening) != start:
            break
        start = opening
    return text[:start], text[start:]


def _find_span_end(text: str, opening: int) -> int:
    """Return the end of the span that opens at this position; -1 if it is not closed."""
    depth = 0
    for tag in _SPAN.finditer(text, opening):
        depth += -1 if tag[0] == "</span>" else 1
        if depth == 0:
            return tag.end()
    return -1


def _stop_follows_citation(stop: str, close: str, words: str) -> bool:
    """Return whether the punctuation that ends the sentence moves behind the citation."""
    if stop in _FULL_STOPS:
        return not _ABBREVIATION.search(words)
    return stop in _EXCLAMATION and not _QUOTE.search(inline_text(close))


def _closing_words(tail: str) -> str:
    """Return the words at the end of a text, which may begin within a tag."""
    cut = tail.find(">")
    return inline_text(tail[cut + 1 :] if "<" not in tail[: cut + 1] else tail)


def _space_before_citation(words: str) -> str:
    if not words or words[-1] in "([“‘« \u00a0":
        return ""
    return "" if _NO_SPACE_BEFORE_BRACKET.search(words.rstrip(".。．")) else " "


def inline_text(html: str) -> str:
    """Return the words of inline HTML."""
    return unescape(_TAG.sub("", html))


def _collapsed_inline_text(html: str) -> str:
    """Return the words, with white space collapsed but kept at the beginning."""
    return re.sub(r"\s+", " ", inline_text(html))


def ends_sentence(html: str) -> bool:
    """Return whether the words end like a sentence."""
    return bool(re.search(r"[.!?…。．！？][”’»\"')\]]*$", inline_text(html).rstrip()))


def append_phrase(before: str, words: str, punctuation_inside_quotes: bool) -> str:
    """Append words that begin with a comma or full stop to a citation.

    A full stop is not doubled. With `punctuation_inside_quotes`, the mark goes inside a closing quotation
    mark, as in American English.
    """
    punctuation = words[:1]
    if punctuation not in (",", ".") or not before:
        return before + words
    if punctuation == "." and ends_sentence(before):
        return before + words[1:]
    if punctuation_inside_quotes:
        close = re.search(r"[”’]+$", before)
        if close:
            inner = before[: close.start()]
            return (inner if ends_sentence(inner) else f"{inner}{punctuation}") + close[0] + words[1:]
    return before + words
