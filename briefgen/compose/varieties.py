"""English as its readers write it: which variety a letter is in, and the dates of snippets in its order.

Only what is exact is changed: a day, month and year in full (`March 22, 2013`) outside quotation marks.
Spelling is never changed by rule; a snippet can hold a variant for it.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from pathlib import Path

from briefgen.compose.templates import long_date
from briefgen.errors import Findings
from briefgen.evidence.calendar import MONTHS
from briefgen.library.written import read_text, read_yaml

BRITISH, AMERICAN = "en-GB", "en-US"
DATA = Path(__file__).parents[1] / "data" / "american-spelling.yaml"
_SPACE = "[ \u00a0\u202f]"
_MONTH, _DAY = f"(?:{'|'.join(MONTHS)})", r"(?:[12]\d|3[01]|[1-9])"
# A day without a year is turned where it is joined to a full date: `from December 14 to December 31, 2010`.
_DATE = re.compile(
    rf"\b(?:(?P<first>{_MONTH}){_SPACE}(?P<begin>{_DAY})(?P<joined>{_SPACE}(?:to|and|or|until|through){_SPACE}|[-–]))?"
    rf"(?P<month>{_MONTH}){_SPACE}(?P<day>{_DAY})(?P<to>[-–]{_DAY})?,{_SPACE}(?P<year>[12]\d{{3}})\b(?![\d-])"
)
_QUOTED = re.compile(r"(“[^”]*”|‘[^’]*’(?!\w))")


@cache
def variety(language: str, country: str) -> str:
    """`en-GB` or `en-US` as the date at the head of the letter is written; empty in other languages.

    `language` is BCP 47, `country` ISO 3166-1 alpha-2.
    """
    if language.split("-")[0].lower() != "en":
        return ""
    return BRITISH if long_date(date(2013, 3, 22), language, country).startswith("22") else AMERICAN


def day_first(text: str) -> str:
    """`March 22, 2013` as `22 March 2013`, in words or in HTML; what stands in quotation marks stays."""
    parts = _QUOTED.split(text)
    return "".join(part if part.startswith(("“", "‘")) else _DATE.sub(_turned, part) for part in parts)


_NUMBERED = re.compile(r"\b(H\.R\.|Article) (?=\d)")


def kept_together(text: str) -> str:
    """The number of a bill or an article stands on the line of its name: `H.R. 5959`, `Article 3`."""
    return _NUMBERED.sub("\\1\u00a0", text)


def _turned(found: re.Match[str]) -> str:
    # The day keeps to its month at the end of a line.
    begin = f"{found['begin']}\u00a0{found['first']}{found['joined']}" if found["first"] else ""
    return f"{begin}{found['day']}{found['to'] or ''}\u00a0{found['month']} {found['year']}"


@cache
def _american() -> tuple[re.Pattern[str], dict[str, str]]:
    findings = Findings()
    marked = read_yaml(read_text(DATA, DATA.name), DATA.name, findings)
    findings.raise_errors()
    words: dict[str, str] = marked.data if marked else {}
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b"), words


def american_words(text: str) -> dict[str, str]:
    """Words in small letters that only American English spells so, with the British form; quotes aside.

    Names keep their spelling (`Department of Labor`), and so capitals are passed over.
    """
    pattern, british = _american()
    plain = "".join(part for part in _QUOTED.split(text) if not part.startswith(("“", "‘")))
    return {word: british[word] for word in dict.fromkeys(pattern.findall(plain))}
