"""What headers and cells of tables from elsewhere mean, from data/tables.yaml and Unicode CLDR."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from briefgen.address.countries import formal_name, territory_names
from briefgen.address.names import fold_accents
from briefgen.data import DATA_FOLDER
from briefgen.errors import ProblemList
from briefgen.system.yaml_reader import parse_yaml, read_text_file

_COUNTRY_LANGUAGES = ("en", "fr", "de", "es", "it", "pt", "nl", "pl", "ko", "ja", "zh")


@cache
def _load_words() -> Mapping[str, Any]:
    path, problems = DATA_FOLDER / "tables.yaml", ProblemList()
    parsed = parse_yaml(read_text_file(path, path.name), path.name, problems)
    problems.raise_errors()
    return parsed.data if parsed else {}


def fold_words(text: str) -> str:
    """Return a text without what makes no difference: `e mail` for `E-Mail:`."""
    plain = fold_accents(text).replace(".", "")
    return " ".join(re.sub(r"[:*'’_/()-]+", " ", plain).split()) or text.strip()


@cache
def gender_words() -> Mapping[str, str]:
    """Return `f`, `m` or, for the neutral form, an empty text by folded word."""
    genders: Mapping[str, list[str]] = _load_words()["genders"]
    return {
        fold_words(word): gender.replace("neutral", "") for gender, words in genders.items() for word in words
    }


@cache
def total_words() -> frozenset[str]:
    """Return the folded words that name a total."""
    return frozenset(map(fold_words, _load_words()["totals"]))


@cache
def header_words() -> Mapping[str, str]:
    """Return our column, or `more_address`, by folded header of other programs."""
    headers: Mapping[str, list[str]] = _load_words()["headers"]
    return {fold_words(word): column for column, words in headers.items() for word in words}


def find_country_code(text: str) -> str:
    """Return the ISO 3166-1 alpha-2 code of a country by a code or by its name in one of several languages.

    Return an empty text if there is none.
    """
    name = fold_words(text)
    if name.upper() in territory_names():
        return name.upper()
    return _country_codes().get(name) or _country_codes().get(name.removeprefix("the "), "")


@cache
def _country_codes() -> Mapping[str, str]:
    from babel import Locale
    from babel.core import get_global

    codes: dict[str, str] = {}
    for code, words in _load_words()["countries"].items():
        codes.update((fold_words(word), code) for word in words)
    for code in territory_names():
        codes.setdefault(fold_words(formal_name(code)), code)
    for language in _COUNTRY_LANGUAGES:
        names = Locale(language).territories
        for code in territory_names():
            codes.setdefault(fold_words(str(names.get(code, code))), code)
    for alias, territories in get_global("territory_aliases").items():
        if len(alias) == 3 and alias.isalpha() and len(territories) == 1:
            codes.setdefault(alias.lower(), territories[0])
    return codes
