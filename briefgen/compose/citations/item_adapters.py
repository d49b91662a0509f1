"""Adapts works (CSL-JSON items) to a style, so that its rules print them as the style's guide requires.

Only the copy passed to citeproc changes; seeds/references.json stays as written. What no item can achieve is
fixed in the style itself (briefgen.compose.citations.style_fixes).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from briefgen.compose.citations.styles import BLUEBOOK_STYLES, CitationStyle
from briefgen.data import load_word_data

_URL_VARIABLES = ("URL", "DOI", "accessed")
_RESOLUTION = re.compile(r"resolution (?P<number>\S+), (?P<symbol>UN Doc\.? .+)", re.IGNORECASE)
_UN_DOCUMENT = re.compile(r"\bU\.?N\.? Doc\b\.?")
_UN_SYMBOL = re.compile(r"(?:A|S|E|ST|HRI|CAT|CCPR|CED|CEDAW|CERD|CMW|CRC|CRPD)/[\w./()-]+")
"""A United Nations document by its symbol alone, as Zotero stores it."""
_APPLICATION_NUMBER = re.compile(r"App(?:lication|\.)? [Nn]os?\.? ")
CASE_DATE_VARIABLE = "available-date"
"""Holds the date of a case whose reporter is numbered by years; a fixed style prints it in brackets."""


def adapt_item(work: Mapping[str, Any], style: CitationStyle) -> dict[str, Any]:
    """Return a copy of the work (CSL-JSON) adapted to this style."""
    item = dict(work)
    if style.without_urls:
        for name in _URL_VARIABLES:
            item.pop(name, None)
    if style.is_variant_of("harvard-cite-them-right", "oscola") and _is_organisation_page(item):
        # Cite Them Right, "Web pages with organisations as authors"; OSCOLA 3.1.1.
        item["author"] = [{"literal": item.pop("publisher")}]
    if style.is_variant_of("oscola"):
        _adapt_for_oscola(item)
    if item.get("type") == "treaty" and style.is_variant_of("bluebook-"):
        # It would be printed in place of the date.
        item.pop("status", None)
    if item.get("type") == "legal_case" and style.is_variant_of("oscola", *BLUEBOOK_STYLES):
        _adapt_case_reporter(item, by_year=not style.is_variant_of("oscola"))
    if item.get("type") == "legal_case" and style.is_variant_of(*BLUEBOOK_STYLES):
        _abbreviate_court(item)
    return item


def _is_organisation_page(work: Mapping[str, Any]) -> bool:
    return work.get("type") == "webpage" and "author" not in work and "publisher" in work


def _adapt_for_oscola(work: dict[str, Any]) -> None:
    kind = work.get("type")
    number = str(work.get("number", ""))
    if kind == "report" and _UN_SYMBOL.fullmatch(number):
        number = f"UN Doc {number}"
    if kind == "report" and _UN_DOCUMENT.search(number):
        # OSCOLA 2006, part IV, C.1: the date, and "UN Doc" without a full stop; our fixed style has both.
        work["type"] = "document"
        work["number"] = number = _UN_DOCUMENT.sub("UN Doc", number)
        _shorten_un_resolution(work, number)
    elif kind in ("webpage", "post-weblog") and "container-title" not in work and "publisher" in work:
        # OSCOLA 3.4.8: the site of an author's page, or of a blog, is in brackets with the date.
        work["container-title"] = work["publisher"]
    elif kind == "legal_case" and _APPLICATION_NUMBER.match(number) and "container-title" not in work:
        # OSCOLA 2.7.1: the application number, then court and date in brackets; no neutral citation.
        work["genre"] = re.sub(r"App(?:lication|\.)? [Nn](os?)\.? ", r"App n\1 ", work.pop("number"))
        short = load_word_data("citation-words")["organs"]
        work["authority"] = short.get(work.get("authority"), work.get("authority", ""))


def _shorten_un_resolution(work: dict[str, Any], number: str) -> None:
    """Write `UNGA Res 69/188` if the organ has a short name (OSCOLA 2006, part IV, C.1)."""
    resolution = _RESOLUTION.fullmatch(number)
    names = [author.get("literal", "") for author in work.get("author", ())]
    short = load_word_data("citation-words")["organs"].get(names[0]) if len(names) == 1 else None
    if resolution and short:
        work["author"] = [{"literal": f"{short} Res {resolution['number']}"}]
        work["number"] = resolution["symbol"]


def _adapt_case_reporter(case: dict[str, Any], by_year: bool) -> None:
    """Use the year for a missing volume of a reporter, and drop a court that the reporter names.

    Volumes without a number are cited by their year (Bluebook 3.1(a), 10.4; OSCOLA prints the year in square
    brackets by itself).
    """
    reporter = str(case.get("container-title", ""))
    if not reporter:
        return
    initials = "".join(re.findall(r"\b[A-Z]", str(case.get("authority", ""))))
    if len(initials) > 1 and initials in reporter.replace(".", "").split():
        del case["authority"]
    issued = (case.get("issued", {}).get("date-parts") or [[""]])[0]
    if by_year and issued[0] and "volume" not in case and "page" in case:
        case["volume"] = str(issued[0])
        if len(issued) == 3:
            case[CASE_DATE_VARIABLE] = case["issued"]


def _abbreviate_court(case: dict[str, Any]) -> None:
    """Abbreviate the court's name as the Bluebook does, if that is known (table T3; 21.5)."""
    short = load_word_data("citation-words")["courts"]
    if case.get("authority") in short:
        case["authority"] = short[case["authority"]]
