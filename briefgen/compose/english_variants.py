"""English as its readers write it: which variety a letter is in, and the words of snippets as it writes them.

Only what is exact is changed, outside quotation marks: a day, month and year in full (`March 22, 2013`), and
`percent`. Spelling is otherwise never changed by rule; a snippet can hold a variant for it.

Canada has spellings of its own (The Canadian Style, 3.02; Canadian Oxford Dictionary): `labour`, `defence`,
`centre`, but `organize` and `program`, and `per cent`, with the month first and American quotation marks.
Australia, Ireland and New Zealand write as Britain does in all that is changed here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import cache

from briefgen.compose.templates import long_date
from briefgen.data import FOLDER
from briefgen.errors import ProblemList
from briefgen.evidence.dates import MONTHS
from briefgen.model.recipient import Recipient
from briefgen.system.yaml_reader import read_text, read_yaml

BRITISH, AMERICAN, CANADIAN = "en-GB", "en-US", "en-CA"
DATA = FOLDER / "american-spelling.yaml"
_SPACE = "[ \u00a0\u202f]"
_MONTH, _DAY = f"(?:{'|'.join(MONTHS)})", r"(?:[12]\d|3[01]|[1-9])"
# A day without a year is turned where it is joined to a full date: `from December 14 to December 31, 2010`.
_DATE = re.compile(
    rf"\b(?:(?P<first>{_MONTH}){_SPACE}(?P<begin>{_DAY})(?P<joined>{_SPACE}(?:to|and|or|until|through){_SPACE}|[-–]))?"
    rf"(?P<month>{_MONTH}){_SPACE}(?P<day>{_DAY})(?P<to>[-–]{_DAY})?,{_SPACE}(?P<year>[12]\d{{3}})\b(?![\d-])"
)
_QUOTED = re.compile(r"(“[^”]*”|‘[^’]*’(?!\w))")


def country_read_in(recipient: Recipient, home: str) -> str:
    """The country (ISO 3166-1 alpha-2) whose English and dates a letter has; `home` is the sender's.

    The United Nations write British English with the day first wherever they sit (UN Editorial Manual), and
    so do the missions to them, but for those of states with a custom of their own. For these offices the
    answer is empty where the recipient represents no state.
    """
    if recipient.office.startswith("un-"):
        return recipient.represents
    return recipient.country or home


@cache
def variety(language: str, country: str) -> str:
    """`en-GB`, `en-US` or `en-CA`: Canadian for Canada, the others as the date at the head of the letter is
    written; empty in other languages.

    `language` is BCP 47, `country` ISO 3166-1 alpha-2.
    """
    plain, _, region = language.partition("-")
    if plain.lower() != "en":
        return ""
    if (region or country).upper() == "CA":
        return CANADIAN
    return BRITISH if long_date(date(2013, 3, 22), language, country).startswith("22") else AMERICAN


def as_read(text: str, spoken: str) -> str:
    """Words or HTML of a snippet as a variety of English has them; as they are in all others."""
    if spoken == BRITISH:
        return per_cent(day_first(text))
    return per_cent(text) if spoken == CANADIAN else text


def as_printed(text: str) -> list[str]:
    """Words or HTML in every way in which a letter may print them, the written one first."""
    return list(dict.fromkeys([text, as_read(text, BRITISH), as_read(text, CANADIAN)]))


def day_first(text: str) -> str:
    """`March 22, 2013` as `22 March 2013`, in words or in HTML; what stands in quotation marks stays."""
    return _outside_quotes(text, lambda part: _DATE.sub(_turned, part))


_PERCENT = re.compile(r"(?<![\w-])percent\b(?!-)")


def per_cent(text: str) -> str:
    """`44 percent` as `44 per cent`; what stands in quotation marks stays, and so do names."""
    return _outside_quotes(text, lambda part: _PERCENT.sub("per\u00a0cent", part))


def _outside_quotes(text: str, change: Callable[[str], str]) -> str:
    parts = _QUOTED.split(text)
    return "".join(part if part.startswith(("“", "‘")) else change(part) for part in parts)


def _turned(found: re.Match[str]) -> str:
    # The day keeps to its month at the end of a line.
    begin = f"{found['begin']}\u00a0{found['first']}{found['joined']}" if found["first"] else ""
    return f"{begin}{found['day']}{found['to'] or ''}\u00a0{found['month']} {found['year']}"


@cache
def _american() -> tuple[re.Pattern[str], dict[str, str], frozenset[str]]:
    findings = ProblemList()
    marked = read_yaml(read_text(DATA, DATA.name), DATA.name, findings)
    findings.raise_errors()
    data = marked.data if marked else {"british": {}, "canadian": []}
    words: dict[str, str] = data["british"]
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b")
    return pattern, words, frozenset(data["canadian"])


def american_words(text: str, spoken: str = BRITISH) -> dict[str, str]:
    """Words in small letters that another variety of English spells otherwise, with its form; quotes aside.

    Names keep their spelling (`Department of Labor`), and so capitals are passed over.
    """
    pattern, british, canadian = _american()
    kept = canadian if spoken == CANADIAN else frozenset()
    plain = "".join(part for part in _QUOTED.split(text) if not part.startswith(("“", "‘")))
    return {word: british[word] for word in dict.fromkeys(pattern.findall(plain)) if word not in kept}
