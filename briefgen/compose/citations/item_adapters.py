"""Hands each style a work in the form in which that style's own rules print it as its guide wants.

Only the copy that citeproc is given changes; seeds/references.json stays as it was written. What no record
can bring about is mended in the style itself (briefgen.compose.citations.style_fixes).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from briefgen.compose.citations.styles import BY_BLUEBOOK, Style
from briefgen.data import word_data

_LINKS = ("URL", "DOI", "accessed")
_RESOLUTION = re.compile(r"resolution (?P<number>\S+), (?P<symbol>UN Doc\.? .+)", re.IGNORECASE)
_UN_DOCUMENT = re.compile(r"\bU\.?N\.? Doc\b\.?")
_SYMBOL = re.compile(r"(?:A|S|E|ST|HRI|CAT|CCPR|CED|CEDAW|CERD|CMW|CRC|CRPD)/[\w./()-]+")
"""A document of the United Nations by its symbol alone, as Zotero has it."""
_APPLICATION = re.compile(r"App(?:lication|\.)? [Nn]os?\.? ")
DAY_OF_CASE = "available-date"
"""Holds the day of a case whose reporter goes by years, which a mended style prints in brackets."""


def adapted(work: Mapping[str, Any], style: Style) -> dict[str, Any]:
    """A copy of the work (CSL-JSON) for this style."""
    made = dict(work)
    if style.without_links:
        for name in _LINKS:
            made.pop(name, None)
    if style.of("harvard-cite-them-right", "oscola") and _pages_of_organisation(made):
        # Cite Them Right, "Web pages with organisations as authors"; OSCOLA 3.1.1.
        made["author"] = [{"literal": made.pop("publisher")}]
    if style.of("oscola"):
        _for_oscola(made)
    if made.get("type") == "treaty" and style.of("bluebook-"):
        # It would print the words in the place of the date.
        made.pop("status", None)
    if made.get("type") == "legal_case" and style.of("oscola", *BY_BLUEBOOK):
        _report(made, by_year=not style.of("oscola"))
    if made.get("type") == "legal_case" and style.of(*BY_BLUEBOOK):
        _court_by_bluebook(made)
    return made


def _pages_of_organisation(work: Mapping[str, Any]) -> bool:
    return work.get("type") == "webpage" and "author" not in work and "publisher" in work


def _for_oscola(work: dict[str, Any]) -> None:
    kind = work.get("type")
    number = str(work.get("number", ""))
    if kind == "report" and _SYMBOL.fullmatch(number):
        number = f"UN Doc {number}"
    if kind == "report" and _UN_DOCUMENT.search(number):
        # OSCOLA 2006, part IV, C.1: the day, and "UN Doc" without a stop; our mended style has both.
        work["type"] = "document"
        work["number"] = number = _UN_DOCUMENT.sub("UN Doc", number)
        _resolution(work, number)
    elif kind in ("webpage", "post-weblog") and "container-title" not in work and "publisher" in work:
        # OSCOLA 3.4.8: the site of an author's page, or of a blog, stands in brackets with the date.
        work["container-title"] = work["publisher"]
    elif kind == "legal_case" and _APPLICATION.match(number) and "container-title" not in work:
        # OSCOLA 2.7.1: the application's number, then court and day in brackets; no neutral citation.
        work["genre"] = re.sub(r"App(?:lication|\.)? [Nn](os?)\.? ", r"App n\1 ", work.pop("number"))
        short = word_data("citation-words")["organs"]
        work["authority"] = short.get(work.get("authority"), work.get("authority", ""))


def _resolution(work: dict[str, Any], number: str) -> None:
    """`UNGA Res 69/188` where the organ has a short name (OSCOLA 2006, part IV, C.1)."""
    found = _RESOLUTION.fullmatch(number)
    names = [author.get("literal", "") for author in work.get("author", ())]
    short = word_data("citation-words")["organs"].get(names[0]) if len(names) == 1 else None
    if found and short:
        work["author"] = [{"literal": f"{short} Res {found['number']}"}]
        work["number"] = found["symbol"]


def _report(case: dict[str, Any], by_year: bool) -> None:
    """A case in a reporter: volumes without a number go by their year, and a reporter that names its court
    makes the court's name idle (Bluebook 3.1(a), 10.4; OSCOLA prints the year in square brackets by itself).
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
            case[DAY_OF_CASE] = case["issued"]


def _court_by_bluebook(case: dict[str, Any]) -> None:
    """A court by the Bluebook's abbreviation of its name, where that is known (table T3; 21.5)."""
    short = word_data("citation-words")["courts"]
    if case.get("authority") in short:
        case["authority"] = short[case["authority"]]
