"""What a line must not end between: a number and what it counts, a day and its month.

It works on finished HTML and changes no word: a space becomes one that does not break.
"""

from __future__ import annotations

import re

from briefgen.evidence.dates import MONTHS

_MONTH = f"(?:{'|'.join(MONTHS)})"
_COUNTED = r"H\.R\.|[Aa]rticles?|[Aa]rts?\.?|[Pp]aragraphs?|[Pp]aras?\.?|pp?\.?|[Nn]os?\.|[Vv]ols?\.?|§§?"
_NUMBERED = re.compile(rf"(?<!\w)(?:({_COUNTED}) (?=\d)|({_MONTH}) (?=\d\d?\b))")
_DAY = re.compile(rf"(?<![\w.])([12]\d|3[01]|[1-9]) (?={_MONTH}\b)")
_TAG = re.compile(r"(<[^>]*>)")


def kept_together(html: str) -> str:
    """`H.R. 5959`, `Article 3`, `para. 12`, `November 7` and `7 November`, each on one line.

    >>> kept_together('<a href="x">p. 3</a>')
    '<a href="x">p.\\xa03</a>'
    """
    return "".join(part if part.startswith("<") else _bound(part) for part in _TAG.split(html))


def _bound(text: str) -> str:
    return _DAY.sub("\\1\u00a0", _NUMBERED.sub("\\1\\2\u00a0", text))
