"""English variants: which one a letter is in, and the adaptation of snippets to it.

Only what is unambiguous is changed, outside quotation marks: full dates (`March 22, 2013`) and `percent`.
Spelling is otherwise never changed by rule; a snippet can have a variant for it.

Canada has its own spelling (The Canadian Style, 3.02; Canadian Oxford Dictionary): `labour`, `defence` and
`centre`, but `organize` and `program`, and `per cent`, with the month first and American quotation marks.
Australia, Ireland and New Zealand write like Britain in all that is changed here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import cache

from briefgen.compose.templates import format_long_date
from briefgen.data import DATA_FOLDER
from briefgen.errors import ProblemList
from briefgen.evidence.dates import MONTHS
from briefgen.model.recipient import Recipient
from briefgen.system.yaml_reader import parse_yaml, read_text_file

BRITISH, AMERICAN, CANADIAN = "en-GB", "en-US", "en-CA"
SPELLINGS_FILE = DATA_FOLDER / "american-spelling.yaml"
_SPACE = "[ \u00a0\u202f]"
_MONTH, _DAY = f"(?:{'|'.join(MONTHS)})", r"(?:[12]\d|3[01]|[1-9])"
# A day without a year is also turned if it is joined to a full date: `from December 14 to December 31, 2010`.
_DATE = re.compile(
    rf"\b(?:(?P<first>{_MONTH}){_SPACE}(?P<begin>{_DAY})(?P<joined>{_SPACE}(?:to|and|or|until|through){_SPACE}|[-–]))?"
    rf"(?P<month>{_MONTH}){_SPACE}(?P<day>{_DAY})(?P<to>[-–]{_DAY})?,{_SPACE}(?P<year>[12]\d{{3}})\b(?![\d-])"
)
_QUOTED = re.compile(r"(“[^”]*”|‘[^’]*’(?!\w))")


def reader_country(recipient: Recipient, home: str) -> str:
    """Return the country (ISO 3166-1 alpha-2) whose English and date format a letter uses.

    `home` is the sender's country. The United Nations use British English with the day first wherever they
    sit (UN Editorial Manual), and so do the missions to them, except those of states with a convention of
    their own. For these offices the result is empty if the recipient represents no state.
    """
    if recipient.office.startswith("un-"):
        return recipient.represents
    return recipient.country or home


@cache
def english_variant(language: str, country: str) -> str:
    """Return `en-GB`, `en-US` or `en-CA`; empty for other languages.

    Canada's English is Canadian; otherwise the date format decides. `language` is BCP 47, `country` ISO
    3166-1 alpha-2.
    """
    plain, _, region = language.partition("-")
    if plain.lower() != "en":
        return ""
    if (region or country).upper() == "CA":
        return CANADIAN
    return BRITISH if format_long_date(date(2013, 3, 22), language, country).startswith("22") else AMERICAN


def adapt_to_variant(text: str, variant: str) -> str:
    """Adapt a snippet's text or HTML to a variant of English; leave it unchanged for any other `variant`."""
    if variant == BRITISH:
        return replace_percent(put_day_first(text))
    return replace_percent(text) if variant == CANADIAN else text


def printed_forms(text: str) -> list[str]:
    """Return every form in which a letter may print a text or HTML, the original first."""
    return list(dict.fromkeys([text, adapt_to_variant(text, BRITISH), adapt_to_variant(text, CANADIAN)]))


def put_day_first(text: str) -> str:
    """Turn `March 22, 2013` into `22 March 2013`, in text or HTML, outside quotation marks."""
    return _replace_outside_quotes(text, lambda part: _DATE.sub(_day_first_date, part))


_PERCENT = re.compile(r"(?<![\w-])percent\b(?!-)")


def replace_percent(text: str) -> str:
    """Turn `44 percent` into `44 per cent` outside quotation marks; names are left alone."""
    return _replace_outside_quotes(text, lambda part: _PERCENT.sub("per\u00a0cent", part))


def _replace_outside_quotes(text: str, change: Callable[[str], str]) -> str:
    parts = _QUOTED.split(text)
    return "".join(part if part.startswith(("“", "‘")) else change(part) for part in parts)


def _day_first_date(match: re.Match[str]) -> str:
    # No line may end between the day and its month.
    begin = f"{match['begin']}\u00a0{match['first']}{match['joined']}" if match["first"] else ""
    return f"{begin}{match['day']}{match['to'] or ''}\u00a0{match['month']} {match['year']}"


@cache
def _load_american_spellings() -> tuple[re.Pattern[str], dict[str, str], frozenset[str]]:
    problems = ProblemList()
    document = parse_yaml(read_text_file(SPELLINGS_FILE, SPELLINGS_FILE.name), SPELLINGS_FILE.name, problems)
    problems.raise_errors()
    data = document.data if document else {"british": {}, "canadian": []}
    words: dict[str, str] = data["british"]
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b")
    return pattern, words, frozenset(data["canadian"])


def find_american_spellings(text: str, variant: str = BRITISH) -> dict[str, str]:
    """Find words that another variant of English spells differently, each with that spelling.

    Quotations are skipped, and so are capitalised words: names keep their spelling (`Department of Labor`).
    """
    pattern, british, canadian = _load_american_spellings()
    allowed = canadian if variant == CANADIAN else frozenset()
    unquoted = "".join(part for part in _QUOTED.split(text) if not part.startswith(("“", "‘")))
    return {word: british[word] for word in dict.fromkeys(pattern.findall(unquoted)) if word not in allowed}
