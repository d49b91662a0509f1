"""Names of countries and territories: usual names from Unicode CLDR, formal ones from data/states.yaml."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache

from briefgen.data import DATA_FOLDER
from briefgen.errors import ProblemList
from briefgen.system.yaml_reader import parse_yaml, read_text_file


@cache
def territory_names(language: str = "en") -> Mapping[str, str]:
    """Return the names of countries and territories by ISO 3166-1 alpha-2 code, in English by default."""
    from babel import Locale

    not_territories = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}
    names: Mapping[str, str] = Locale(language).territories
    return {code: names[code] for code in names if len(code) == 2 and code not in not_territories}


def territories_by_name() -> Mapping[str, str]:
    """Return the English names of countries and territories by code, in the order in which a reader looks
    for them: Åland with A."""
    return dict(sorted(territory_names().items(), key=lambda item: unicodedata.normalize("NFKD", item[1])))


def find_country(text: str) -> str:
    """Return the ISO code of a country given by its code or its English name; empty if there is none."""
    plain = " ".join(text.split()).casefold().removeprefix("the ")
    return next(
        (code for code, name in territory_names().items() if plain in (code.casefold(), name.casefold())),
        {"uk": "GB", "usa": "US"}.get(plain, ""),
    )


@cache
def _load_formal_names() -> Mapping[str, str]:
    path, problems = DATA_FOLDER / "states.yaml", ProblemList()
    parsed = parse_yaml(read_text_file(path, path.name), path.name, problems)
    problems.raise_errors()
    return parsed.data if parsed else {}


def formal_name_with_article(code: str) -> str:
    """Return the formal name for running text, `the Republic of Korea`; the common name if there is none."""
    return _load_formal_names().get(code) or territory_names().get(code, "")


def common_name(code: str) -> str:
    """Return the name in common use: `South Korea`."""
    return territory_names().get(code, "")


def country_name(code: str, language: str, *, formal: bool) -> str:
    """Return a country's name for running text: `North Korea`, `Corée du Nord`.

    With `formal`, as at the first mention: `the Democratic People’s Republic of Korea (North Korea)`. Formal
    names are known in English only.
    """
    if language.split("-")[0].lower() != "en":
        from babel import Locale, UnknownLocaleError

        try:
            locale = Locale.parse(language, sep="-")
        except UnknownLocaleError:  # fr-GB
            locale = Locale.parse(language.split("-")[0])
        return str(locale.territories.get(code, code))
    usual, full = common_name(code), formal_name_with_article(code)
    if not formal or full.removeprefix("the ") == usual:
        return full if formal else usual
    return f"{full} ({usual})"


def formal_name(code: str) -> str:
    """Return the formal name without an article: `Republic of Korea`."""
    return formal_name_with_article(code).removeprefix("the ")
