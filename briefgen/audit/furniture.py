"""Recognize lines of a draft that claim nothing: dates, addresses, salutations, page numbers."""

from __future__ import annotations

import re
from functools import cache

from briefgen.audit.draft import DraftBlock
from briefgen.data import load_word_data, load_word_set
from briefgen.evidence.numbers import find_numbers


@cache
def _greeting_pattern() -> re.Pattern[str]:
    words = "|".join(map(re.escape, load_word_data("audit-words")["greetings"]))
    return re.compile(rf"(?:{words})\b[^.!?]*[,:]?[^.!?]*$")


_PAGE = re.compile(r"(?:[Pp]age )?\d{1,4}(?: ?(?:of|/) ?\d{1,4})?$|[-–—] ?\d{1,4} ?[-–—]$|[ivxlc]{1,7}$")
_CONTACT = re.compile(r"\S+@\S+\.\w+|^(?:https?://|www\.)\S+$|^\+?[\d ()/-]{7,}$")
_FIGURE = re.compile(r"\d,\d{3}|[%$£€¥₩]|\d+\.\d")
_LONGEST_GREETING = 12
_LONGEST_ADDRESS = 25


def is_furniture(block: DraftBlock, prose: str) -> bool:
    """Return whether a prepared line claims nothing: a date, part of an address, a greeting, a page."""
    if not re.search(r"\w", prose) or _PAGE.fullmatch(prose) or _CONTACT.search(prose):
        return not re.search(r"[.!?]\s", prose)
    numbers = find_numbers(prose)
    rest = prose
    for number in numbers:
        if number.kind == "date":
            rest = rest.replace(number.words, " ")
    if numbers and not re.search(r"[^\W\d_]{3,}", re.sub(_WEEKDAY, " ", rest)) and not re.search(r"\d", rest):
        return True
    is_small = all(number.kind in ("date", "designation") or number.high < _SMALL for number in numbers)
    if block.kind in ("header", "footer") and is_small:
        return True
    if is_small and _MASTHEAD.search(prose) and not prose.endswith((".", "!", "?")):
        return True
    if block.kind in ("heading", "caption", "table-cell"):
        return is_small and not re.search(r"[^\W\d_]{3,}", rest)
    if _greeting_pattern().match(prose) and not any(number.kind == "amount" for number in numbers):
        return len(prose.split()) <= _LONGEST_GREETING
    return _is_address_line(prose)


_MASTHEAD = re.compile(r"\S [·|•] \S")
_SMALL = 100
"""Numbers of pages and notes are smaller."""
_WEEKDAY = re.compile(r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b")


def _is_address_line(prose: str) -> bool:
    """Return whether a line is capitalized words and plain numbers only, as in an address."""
    words = prose.split()
    if len(words) > _LONGEST_ADDRESS or prose.endswith((".", "!", "?")) or _FIGURE.search(prose):
        return False
    small = [
        word
        for word in words
        if word[0].islower() and word.strip(",").lower() not in load_word_set("audit-words", "joining")
    ]
    return not small and bool(re.search(r"\d", prose)) and bool(re.search(r"[^\W\d_]{2,}", prose))
