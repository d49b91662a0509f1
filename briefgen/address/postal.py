"""Postal conventions by country, from data/postal.yaml: locality lines, country lines and postal codes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from briefgen.address.countries import territory_names
from briefgen.address.pattern import Pattern, parse_pattern
from briefgen.data import DATA_FOLDER
from briefgen.errors import ProblemList
from briefgen.system.yaml_reader import parse_yaml, read_text_file


@dataclass(frozen=True, slots=True)
class _PostalFormats:
    default: Pattern
    layouts: Mapping[str, Pattern]
    prefixes: Mapping[str, str]
    """What stands before a code, by country."""
    prefixed_abroad: frozenset[str]
    """Countries whose prefix is for letters from abroad only."""
    domestic: Mapping[str, frozenset[str]]
    """Territories that are inland for a sender, by the sender's country."""
    codes: Mapping[str, re.Pattern[str]]
    leading_zeros: frozenset[str]
    """Countries whose codes can begin with 0."""
    regions: Mapping[str, Mapping[str, re.Pattern[str]]]
    """How the codes of a country's regions begin."""
    country_line_languages: Mapping[str, frozenset[str]]
    """Countries whose posts read a language, by language."""
    country_lines: Mapping[str, Mapping[str, str]]
    """By language and country."""
    region_first: Mapping[tuple[str, str], Pattern]
    """By country and language."""


@cache
def _load_postal_formats() -> _PostalFormats:
    path, problems = DATA_FOLDER / "postal.yaml", ProblemList()
    parsed = parse_yaml(read_text_file(path, path.name), path.name, problems)
    problems.raise_errors()
    data = parsed.data if parsed else {}
    prefixes = data["prefixes"]
    return _PostalFormats(
        _parse_layout(data["default"]),
        {
            country: _parse_layout(layout["line"])
            for layout in data["layouts"]
            for country in layout["countries"]
        },
        {**prefixes["abroad"], **prefixes["always"]},
        frozenset(prefixes["abroad"]),
        {sender: frozenset(territories) for sender, territories in data["domestic"].items()},
        {country: re.compile(code, re.IGNORECASE | re.ASCII) for country, code in data["codes"].items()},
        frozenset(data["leading_zeros"]),
        {
            country: {region: re.compile(prefix) for region, prefix in regions.items()}
            for country, regions in data["regions"].items()
        },
        {language: frozenset(countries) for language, countries in data["country_line_languages"].items()},
        data["country_lines"],
        {
            (country, language): parse_pattern(layout["line"])
            for country, layout in data["large_first"].items()
            for language in layout["languages"]
        },
    )


def _parse_layout(text: str) -> Pattern:
    """Parse the layout of several lines; a slash in a cell, `Biel / Bienne`, begins no line."""
    return parse_pattern(text.replace(" / ", "\n"))


_STREETS = "\0"
"""Stands for the lines of the street while a layout is filled in."""


def is_abroad(country: str, sender_country: str) -> bool:
    """Return whether a letter to `country` leaves the sender's (ISO 3166-1 alpha-2), territories included."""
    if not country or country == sender_country:
        return False
    return country not in _load_postal_formats().domestic.get(sender_country, ())


def format_locality_lines(
    country: str,
    locality: str,
    region: str,
    postal_code: str,
    *,
    abroad: bool,
    streets: tuple[str, ...] = (),
) -> tuple[str, ...]:
    """Return locality, region and postal code as the country arranges them; empty without a locality.

    `streets` are only for countries for which `puts_street_last` is true.
    """
    formats = _load_postal_formats()
    layout = formats.layouts.get(country, formats.default)
    prefix = "" if country in formats.prefixed_abroad and not abroad else formats.prefixes.get(country, "")
    if postal_code and prefix:
        bare = re.sub(rf"^{prefix.strip(' -')}[ -]?(?=\d)", "", postal_code, flags=re.IGNORECASE)
        postal_code = prefix + bare
    is_code = len(region) <= 3 and region.isupper()
    filled = layout.fill(
        {
            "locality": locality,
            "region": region,
            "region_code": region if is_code else "",
            "region_name": "" if is_code else region,
            "postal_code": postal_code,
            "address": _STREETS,
        }
    )
    lines: list[str] = []
    for line in filled.split("\n") if filled else ():
        # A city that is its own region, as Hong Kong, is not repeated.
        if line == _STREETS:
            lines += streets
        elif (line := line.strip(" ")) and line.casefold() not in map(str.casefold, lines[-1:]):
            lines.append(line)
    return tuple(lines)


def puts_street_last(country: str) -> bool:
    """Return whether the street comes after the town."""
    formats = _load_postal_formats()
    return "address" in formats.layouts.get(country, formats.default).fields


def prints_region(country: str) -> bool:
    """Return whether the addresses of a country have a line or place for the region."""
    formats = _load_postal_formats()
    return not {"region", "region_name"}.isdisjoint(formats.layouts.get(country, formats.default).fields)


def format_region_first(country: str, language: str, locality: str, region: str) -> str | None:
    """Return the beginning of an address whose largest part comes first, `서울특별시 종로구`.

    Return None if addresses in that language (BCP 47) begin with the smallest part, or there is no locality.
    """
    form = _load_postal_formats().region_first.get((country, language.split("-")[0].lower()))
    return form.fill({"locality": locality, "region": region}) if form else None


def format_country_line(country: str, language: str = "en", sender_country: str = "") -> str:
    """Return the country's name in capitals, the last line of a letter from abroad.

    It is in the letter's language (BCP 47) if the post of `sender_country` reads that, else in English.
    """
    formats = _load_postal_formats()
    language = language.split("-")[0].lower()
    if sender_country not in formats.country_line_languages.get(language, ()):
        language = "en"
    if special := formats.country_lines[language].get(country):
        return special
    return territory_names(language).get(country, country).replace(" & ", " and ").upper()


def is_plausible_postal_code(code: str, country: str) -> bool:
    """Return whether a code has the form of the country's codes; True for countries not in the data."""
    form = _load_postal_formats().codes.get(country)
    return form is None or form.fullmatch(code) is not None


_SCIENTIFIC = re.compile(r"(\d)[.,]?(\d*)E\+?(\d{1,2})", re.IGNORECASE)


def restore_postal_code(code: str, country: str, region: str = "") -> str:
    """Return the likely code for one that a spreadsheet has changed; empty if there is none.

    `2134` is 02134, where the country's codes can begin with 0 and the region fits; `20510.0`, `'20510`,
    `2.0510E+04`, `CH-1211` and `SW1A-0AA` are what they were before. Digits lost for good are not guessed.
    """
    for candidate in _restored_candidates(code.strip(" '’‘`\"\u00a0"), country):
        if is_plausible_postal_code(candidate, country) and _fits_region(candidate, country, region):
            return candidate
    return ""


def _restored_candidates(code: str, country: str) -> Iterator[str]:
    # Digits of full width, of Arabic or Hindi.
    code = "".join(str(unicodedata.decimal(char, char)) for char in unicodedata.normalize("NFKC", code))
    code = re.sub(r"[.,]0+$", "", code)
    if (number := _SCIENTIFIC.fullmatch(code)) and len(number[1] + number[2]) == int(number[3]) + 1:
        code = number[1] + number[2]
    yield code
    if country in _load_postal_formats().leading_zeros and code.replace("-", "").isdecimal():
        # At most two zeros are lost: 00501 is the lowest code of the United States.
        yield from (zeros + code for zeros in ("0", "00"))
    if code.isdecimal() and len(code) in (8, 9):
        whole = code.zfill(9)  # a ZIP+4 code without its hyphen
        yield f"{whole[:5]}-{whole[5:]}"
    if code.isdecimal():
        yield f"{code[:-3]}-{code[-3:]}"
    yield re.sub(r"^[A-Z]{1,3}[ -]", "", code, flags=re.IGNORECASE)
    yield code.replace("-", " ")


def _fits_region(code: str, country: str, region: str) -> bool:
    """Return whether a code can be one of the region; True for regions that are not in the data."""
    prefix = _load_postal_formats().regions.get(country, {}).get(region.upper())
    return prefix is None or prefix.match(code) is not None


def split_postal_code(line: str, country: str) -> tuple[str, str] | None:
    """Split a line that begins or ends with a postal code into code and rest; return None if none does."""
    form = _load_postal_formats().codes.get(country)
    if form is None:
        return None
    words = line.split()
    for size in (2, 1):
        for code, rest in (
            (words[-size:], words[:-size]),
            (words[:size], words[size:]),
        ):
            if len(code) == size and form.fullmatch(" ".join(code)):
                return " ".join(code), " ".join(rest).rstrip(",")
    return None
