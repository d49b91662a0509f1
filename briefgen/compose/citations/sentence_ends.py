"""Ends of sentences: where a citation in the text stands, and how words of ours follow a citation.

It works on inline HTML and knows no styles.
"""

from __future__ import annotations

import re
from html import unescape

_END = re.compile(r"(?P<stop>[.!?…。．！？]?)(?P<close>(?:[”’»\"']|</(?:em|strong|span|a|sup|sub)>)*)$")
_WINDOW = 160
"""Characters before a citation that are looked at."""
_TAG = re.compile(r"<[^>]*>")
_SPAN = re.compile(r"<span\b[^>]*>|</span>")
_FOOTNOTE = '<span class="footnote">'
# A point that belongs to the word: initials (U.S., p.m.) and a few words that often end a sentence.
_ABBREVIATED = re.compile(r"(?:\b\w\.){2,}$|\b(?:etc|al|Inc|Ltd|Co|Jr|Sr|No|St)\.$")
_FULL = frozenset(".。．")
_RAISED_VOICE = frozenset("!?！？")
_QUOTE = re.compile(r"[”’»\"']")
# Scripts that set a bracket directly behind the word.
_CLOSE_SET = re.compile("[\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7af]$")

Change = tuple[str, str]
"""The end of a sentence as it was written (`.`, `.”`), and as it is printed with its citation."""


def cited_at_end(before: str, citation: str, raised: bool) -> tuple[str, Change | None]:
    """Text with a citation put where readers of an in-text style look for it, and what that changed.

    A citation in brackets stands within the sentence that it proves, before the full stop (APA, Chicago,
    IEEE); a raised number behind it (AMA, Nature).
    """
    if not citation:
        return before, None
    text, calls = _without_calls(before.rstrip())
    if raised:
        return text + citation + calls, None
    tail = text[-_WINDOW:]
    ending = _END.search(tail)
    stop, close = (ending["stop"], ending["close"]) if ending else ("", "")
    words = _words(tail[: len(tail) - len(close)]) or plain(text[: len(text) - len(close)])
    gap = _gap(words)
    if _moves(stop, close, words):
        printed = f"{close}{gap}{citation}{stop}"
    elif stop:
        printed = f"{stop}{close}{gap}{citation}."
    else:
        # Not the end of a sentence, or not one that shows.
        return f"{text}{gap}{citation}{calls}", None
    kept = text[: len(text) - len(stop) - len(close)]
    return kept + printed + calls, (plain(stop + close), _spaced(printed))


def _without_calls(text: str) -> tuple[str, str]:
    """Part footnotes that are called at the very end from the text that they belong to."""
    start = len(text)
    while text.endswith("</span>", 0, start):
        opening = text.rfind(_FOOTNOTE, 0, start)
        if opening < 0 or _first_closed(text, opening) != start:
            break
        start = opening
    return text[:start], text[start:]


def _first_closed(text: str, opening: int) -> int:
    """Where the span that opens there is closed."""
    depth = 0
    for tag in _SPAN.finditer(text, opening):
        depth += -1 if tag[0] == "</span>" else 1
        if depth == 0:
            return tag.end()
    return -1


def _moves(stop: str, close: str, words: str) -> bool:
    """Whether the sign that ends the sentence goes behind the citation."""
    if stop in _FULL:
        return not _ABBREVIATED.search(words)
    return stop in _RAISED_VOICE and not _QUOTE.search(plain(close))


def _words(tail: str) -> str:
    """The words of the end of a text, which may begin within a tag."""
    cut = tail.find(">")
    return plain(tail[cut + 1 :] if "<" not in tail[: cut + 1] else tail)


def _gap(words: str) -> str:
    return "" if not words or words[-1] in "([“‘« \u00a0" or _CLOSE_SET.search(words.rstrip(".。．")) else " "


def plain(html: str) -> str:
    """The words of inline HTML."""
    return unescape(_TAG.sub("", html))


def _spaced(html: str) -> str:
    """The words, white space collapsed but kept at the beginning."""
    return re.sub(r"\s+", " ", plain(html))


def ends(html: str) -> bool:
    """Whether the words end like a sentence."""
    return bool(re.search(r"[.!?…。．！？][”’»\"')\]]*$", plain(html).rstrip()))


def joined(before: str, words: str, inside_quotes: bool) -> str:
    """Words that begin with a comma or a full stop, behind a citation.

    No second full stop follows one that is there; where `inside_quotes`, the sign goes within a closing
    quotation mark, as American English has it.
    """
    sign = words[:1]
    if sign not in (",", ".") or not before:
        return before + words
    if sign == "." and ends(before):
        return before + words[1:]
    if inside_quotes:
        close = re.search(r"[”’]+$", before)
        if close:
            inner = before[: close.start()]
            return (inner if ends(inner) else f"{inner}{sign}") + close[0] + words[1:]
    return before + words
