"""Part an address in one piece into lines, town, region and postal code, where its country's rules suffice.

A postal code ends the last line, or stands before the town, as the country has it (data/postal.yaml). A town
in the middle of a line without a comma cannot be told from a street, so such an address stays whole.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from briefgen.address.postal import format_locality_lines, is_plausible_postal_code, split_postal_code
from briefgen.recipients.foreign_words import find_country_code
from briefgen.recipients.importers.base import STATE_NAMES

_REGIONS = {
    "US": frozenset(STATE_NAMES),
    "CA": frozenset({"AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"}),
    "AU": frozenset({"ACT", "NSW", "NT", "QLD", "SA", "TAS", "VIC", "WA"}),
}
_CAPITALS = {("US", "DC"): "Washington"}
"""Towns that a region has alone."""


@dataclass(frozen=True, slots=True)
class AddressParts:
    """An address in its parts."""

    lines: tuple[str, ...]
    locality: str
    region: str
    postal_code: str
    country: str


def part_address(lines: Sequence[str], country: str) -> AddressParts | None:
    """Return the parts of an address that has all in its lines; None if they are not certain.

    `country` is a code, or empty if the address should name it at its end.
    """
    whole = [part.strip() for part in lines if part.strip()]
    if not whole:
        return None
    pieces = [part.strip() for part in re.split(r"[,;](?=\s|$)", whole[-1]) if part.strip()]
    before, pieces = (whole[:-1], pieces) if len(pieces) == 1 or len(whole) > 1 else ([], pieces)
    parts = [*before, *pieces]
    named = find_country_code(parts[-1]) if len(re.sub(r"[\W\d]", "", parts[-1])) > 2 else ""
    if named in _REGIONS and parts[-1].upper() in _REGIONS[named]:
        named = ""
    if named and country in ("", named):
        country = named
        parts.pop()
    if not country or not parts:
        return None
    if found := split_postal_code(parts[-1], country):
        code, rest = found
        return _part_before_code(parts[:-1], rest, code, country)
    return _part_around_code(parts[:-1], parts[-1], country)


def _part_before_code(before: list[str], rest: str, code: str, country: str) -> AddressParts | None:
    """Return the parts if the last piece has the postal code at one of its ends."""
    rest, region = _take_region(rest.rstrip(" ,"), country)
    if not rest and before:
        rest = before.pop()
        if not region:
            rest, region = _take_region(rest, country)
        if not rest and before:  # Springfield, IL, 62701
            rest = before.pop()
    elif not before:
        capital = _CAPITALS.get((country, region), "")
        if not capital or not rest.endswith(f" {capital}"):
            return None
        before, rest = [rest.removesuffix(capital).rstrip(" ,")], capital
    if not rest or rest[0].isdigit():
        return None
    return AddressParts(tuple(before), rest, region, code, country)


def _take_region(text: str, country: str) -> tuple[str, str]:
    words = text.replace(".", "").split()
    if words and words[-1].upper() in _REGIONS.get(country, ()):
        return text[: text.rindex(" ")].rstrip(" ,") if " " in text else "", words[-1].upper()
    return text, ""


def _part_around_code(before: list[str], last: str, country: str) -> AddressParts | None:
    """Return the parts of `Platz der Republik 1 11011 Berlin`, where the code stands before the town."""
    if not format_locality_lines(country, "Town", "", "0", abroad=False)[-1].startswith("0"):
        return None
    words = last.split()
    for index in range(len(words) - 2, 0, -1):
        if is_plausible_postal_code(words[index], country) and split_postal_code(words[index], country):
            street, town = " ".join(words[:index]).rstrip(","), " ".join(words[index + 1 :])
            return AddressParts((*before, street), town, "", words[index], country)
    return None
