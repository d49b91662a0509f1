"""Lays out the last lines of an address as the destination's post wants them, from data/postal.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from briefgen.address.pattern import Pattern, parse
from briefgen.data import FOLDER
from briefgen.errors import ProblemList
from briefgen.system.yaml_reader import read_text, read_yaml


@dataclass(frozen=True, slots=True)
class _Layout:
    home: Pattern
    abroad: Pattern


@dataclass(frozen=True, slots=True)
class _Post:
    default: _Layout
    layouts: Mapping[str, _Layout]
    codes: Mapping[str, re.Pattern[str]]
    country_lines: Mapping[str, str]
    large_first: Mapping[tuple[str, str], Pattern]
    """By country and language."""


@cache
def _post() -> _Post:
    path, findings = FOLDER / "postal.yaml", ProblemList()
    marked = read_yaml(read_text(path, path.name), path.name, findings)
    findings.raise_errors()
    data = marked.data if marked else {}
    layouts = {
        country: _Layout(parse(layout["line"]), parse(layout.get("abroad", layout["line"])))
        for layout in data["layouts"]
        for country in layout["countries"]
    }
    default = parse(data["default"])
    codes = {country: re.compile(code, re.IGNORECASE) for country, code in data["codes"].items()}
    large = {
        (country, language): parse(layout["line"])
        for country, layout in data["large_first"].items()
        for language in layout["languages"]
    }
    return _Post(_Layout(default, default), layouts, codes, data["country_lines"], large)


def locality_lines(
    country: str, locality: str, region: str, postal_code: str, *, abroad: bool
) -> tuple[str, ...]:
    """Locality, region and postal code in the order of the country; empty without a locality."""
    layout = _post().layouts.get(country, _post().default)
    values = {"locality": locality, "region": region, "postal_code": postal_code}
    filled = (layout.abroad if abroad else layout.home).fill(values)
    return tuple(line.strip() for line in filled.split(" / ")) if filled else ()


def large_first(country: str, language: str, locality: str, region: str) -> str | None:
    """Region and locality as the beginning of an address whose largest part comes first: `서울특별시 종로구`.

    None where an address in that language (BCP 47) begins with its smallest part, or there is no locality.
    """
    form = _post().large_first.get((country, language.split("-")[0].lower()))
    return form.fill({"locality": locality, "region": region}) if form else None


def country_line(country: str) -> str:
    """The country's English name in capitals, as the last line of a letter from abroad."""
    from briefgen.recipients.schema import territories

    special = _post().country_lines.get(country)
    return special or territories().get(country, country).replace(" & ", " and ").upper()


def postal_code_fits(code: str, country: str) -> bool:
    """Whether the code can be one of the country; True where its form is not in the data."""
    form = _post().codes.get(country)
    return form is None or form.fullmatch(code) is not None


def postal_code_at(line: str, country: str) -> tuple[str, str] | None:
    """The postal code at the beginning or end of a line, and the rest of it; None where there is none."""
    form = _post().codes.get(country)
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
