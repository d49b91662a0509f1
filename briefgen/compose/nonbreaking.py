"""Non-breaking spaces: a line must not end between a number and what it counts, or a day and its month.

This works on finished HTML and changes no words.
"""

from __future__ import annotations

import re

from briefgen.evidence.dates import MONTHS

_MONTH = f"(?:{'|'.join(MONTHS)})"
_COUNTED = r"H\.R\.|[Aa]rticles?|[Aa]rts?\.?|[Pp]aragraphs?|[Pp]aras?\.?|pp?\.?|[Nn]os?\.|[Vv]ols?\.?|§§?"
_BEFORE_NUMBER = re.compile(rf"(?<!\w)(?:({_COUNTED}) (?=\d)|({_MONTH}) (?=\d\d?\b))")
_BEFORE_MONTH = re.compile(rf"(?<![\w.])([12]\d|3[01]|[1-9]) (?={_MONTH}\b)")
_TAG = re.compile(r"(<[^>]*>)")


def insert_nonbreaking_spaces(html: str) -> str:
    """Keep `H.R. 5959`, `Article 3`, `para. 12`, `November 7` and `7 November` each on one line.

    >>> insert_nonbreaking_spaces('<a href="x">p. 3</a>')
    '<a href="x">p.\\xa03</a>'
    """
    return "".join(part if part.startswith("<") else _bind_numbers(part) for part in _TAG.split(html))


def _bind_numbers(text: str) -> str:
    return _BEFORE_MONTH.sub("\\1\u00a0", _BEFORE_NUMBER.sub("\\1\\2\u00a0", text))
