"""Postal codes are known by the form of their country, wherever they are in a line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefgen.address.postal import (
    format_country_line,
    format_locality_lines,
    format_region_first,
    is_plausible_postal_code,
    restore_postal_code,
    split_postal_code,
)


@pytest.mark.parametrize(
    ("code", "country", "plausible"),
    [
        ("20510", "US", True),
        ("20510-1234", "US", True),
        ("2051", "US", False),
        ("205101", "US", False),
        ("SW1A 0AA", "GB", True),
        ("sw1a0aa", "GB", True),
        ("SW1A-0AA", "GB", False),
        ("K1A 0A6", "CA", True),
        ("75007 CEDEX 12", "FR", True),
        ("75007 cedex", "FR", True),
        ("00-580", "PL", True),
        ("00580", "PL", False),
        ("anything", "AE", True),
        ("", "US", False),
    ],
)
def test_a_code_is_plausible_if_it_has_the_form_of_its_country(
    code: str, country: str, plausible: bool
) -> None:
    assert is_plausible_postal_code(code, country) == plausible


@pytest.mark.parametrize(
    ("line", "country", "parts"),
    [
        ("1003 Bern", "CH", ("1003", "Bern")),
        ("Washington, DC 20510", "US", ("20510", "Washington, DC")),
        ("London SW1A 0AA", "GB", ("SW1A 0AA", "London")),
        ("London, SW1A0AA", "GB", ("SW1A0AA", "London")),
        ("1012 AB Amsterdam", "NL", ("1012 AB", "Amsterdam")),
        ("113 28 Stockholm", "SE", ("113 28", "Stockholm")),
        ("11328 Stockholm", "SE", ("11328", "Stockholm")),
        ("20510", "US", ("20510", "")),
        ("  20510   Washington ", "US", ("20510", "Washington")),
        ("Room 20510 Building", "US", None),
        ("Washington", "US", None),
        ("", "US", None),
        ("00-580 Warsaw", "PL", ("00-580", "Warsaw")),
        ("00-580 Dubai", "AE", None),
    ],
)
def test_a_code_at_either_end_of_a_line_is_split_off(
    line: str, country: str, parts: tuple[str, str] | None
) -> None:
    assert split_postal_code(line, country) == parts


@given(st.lists(st.sampled_from(["Bern", "Port", "of", "7"]), min_size=1, max_size=4), st.booleans())
def test_the_rest_of_a_line_keeps_its_words(words: list[str], first: bool) -> None:
    place = " ".join(words)
    line = f"3003 {place}" if first else f"{place} 3003"
    assert split_postal_code(line, "CH") == ("3003", place)


@pytest.mark.parametrize(
    ("country", "line"),
    [("KR", "REPUBLIC OF KOREA"), ("HK", "HONG KONG"), ("TT", "TRINIDAD AND TOBAGO"), ("XX", "XX"), ("", "")],
)
def test_the_country_is_the_last_line_in_capitals(country: str, line: str) -> None:
    assert format_country_line(country) == line


@pytest.mark.parametrize(
    ("language", "locality", "begin"),
    [
        ("ko", "종로구", "서울 종로구"),
        ("ko-KR", "종로구", "서울 종로구"),
        ("KO", "종로구", "서울 종로구"),
        ("ko", "", None),
        ("en", "Jongno-gu", None),
    ],
)
def test_a_korean_address_begins_with_its_region(language: str, locality: str, begin: str | None) -> None:
    assert format_region_first("KR", language, locality, "서울") == begin
    assert format_region_first("JP", language, locality, "東京") is None


@pytest.mark.parametrize(
    ("country", "lines"),
    [
        ("PK", ("Karachi-75500",)),
        ("IT", ("75500 Karachi Sindh",)),
        ("RU", ("Karachi", "Sindh", "75500")),
        ("HK", ("Karachi", "Sindh")),
        ("LU", ("L-75500 Karachi",)),
        ("", ("75500 Karachi", "Sindh")),
        ("XX", ("75500 Karachi", "Sindh")),
    ],
)
def test_locality_region_and_code_are_arranged_as_the_country_does(
    country: str, lines: tuple[str, ...]
) -> None:
    assert format_locality_lines(country, "Karachi", "Sindh", "75500", abroad=True) == lines
    assert format_locality_lines(country, "", "Sindh", "75500", abroad=True) == ()


@pytest.mark.parametrize(
    ("code", "country", "region", "restored"),
    [
        ("2133", "US", "MA", "02133"),
        ("501", "US", "NY", "00501"),
        ("20510.0", "US", "DC", "20510"),
        ("'02138", "US", "MA", "02138"),
        ("2.0510E+04", "US", "DC", "20510"),
        ("\uff10\uff12\uff11\uff13\uff14", "US", "MA", "02134"),
        ("\u0660\u0662\u0661\u0663\u0664", "US", "MA", "02134"),
        ("00000", "US", "", ""),
        ("2134-1234", "US", "MA", "02134-1234"),
        ("21341234", "US", "MA", "02134-1234"),
        ("1067", "DE", "", "01067"),
        ("8001.0", "ES", "", "08001"),
        ("150", "NO", "", "0150"),
        ("00950", "PL", "", "00-950"),
        ("CH-1211", "CH", "", "1211"),
        ("SW1A-0AA", "GB", "", "SW1A 0AA"),
        # Nothing is guessed: the zero does not fit the state, digits are lost, no code of the country begins with 0.
        ("2134", "US", "CA", ""),
        ("2.1E+03", "US", "MA", ""),
        ("205101", "US", "DC", ""),
        ("121", "CH", "", ""),
        ("SW1A", "GB", "", ""),
    ],
)
def test_what_a_spreadsheet_did_to_a_code_is_undone_if_only_one_reading_is_left(
    code: str, country: str, region: str, restored: str
) -> None:
    assert not is_plausible_postal_code(code, country)
    assert restore_postal_code(code, country, region) == restored


@given(st.text("0123456789.E+'-A ", max_size=12), st.sampled_from(["US", "DE", "GB", "CH", "AE", "PL"]))
def test_a_restored_code_is_one_of_its_country(code: str, country: str) -> None:
    restored = restore_postal_code(code, country)
    assert not restored or is_plausible_postal_code(restored, country)
