"""Members of the United States Congress from the public-domain congress-legislators files.

Reads legislators-current.yaml, committees-current.yaml and committee-membership-current.yaml of
github.com/unitedstates/congress-legislators. Names are what the members print themselves.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

from briefgen.errors import BriefgenError, Place, Problem, ProblemList
from briefgen.model.recipient import Committee, Recipient
from briefgen.model.text import clean
from briefgen.recipients.importers.common import (
    Brought,
    load_yaml,
    role_in_committee,
    shown_of,
    text_of,
    whole_day,
)
from briefgen.recipients.schema import slug

_NICKNAME = re.compile(r"\s+(?:[\"“][^\"”]*[\"”]|['‘][^'’]*['’](?=\s)|\([^)]*\))")
_SUFFIX = re.compile(r",?\s+(Jr\.?|Sr\.?|I{2,3}|IV|V)$")
_ADDRESS = re.compile(
    r"(?P<line>.+?),?\s+(?P<city>Washington),?\s+(?P<region>D\.?C\.?),?\s+(?P<code>\d{5}(?:-\d{4})?)",
    re.IGNORECASE,
)
_CHAMBERS = {"sen": ("senate", "us-senator"), "rep": ("house", "us-representative")}
STATES = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California", "CO": "Colorado",
    "CT": "Connecticut", "DE": "Delaware", "DC": "the District of Columbia", "FL": "Florida", "GA": "Georgia",
    "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas",
    "KY": "Kentucky", "LA": "Louisiana", "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts",
    "MI": "Michigan", "MN": "Minnesota", "MS": "Mississippi", "MO": "Missouri", "MT": "Montana",
    "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire", "NJ": "New Jersey", "NM": "New Mexico",
    "NY": "New York", "NC": "North Carolina", "ND": "North Dakota", "OH": "Ohio", "OK": "Oklahoma",
    "OR": "Oregon", "PA": "Pennsylvania", "RI": "Rhode Island", "SC": "South Carolina",
    "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont", "VA": "Virginia",
    "WA": "Washington", "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming",
    "AS": "American Samoa", "GU": "Guam", "MP": "the Northern Mariana Islands", "PR": "Puerto Rico",
    "VI": "the United States Virgin Islands",
}  # fmt: skip
"""Names for running text by postal abbreviation."""
_DELEGATIONS = {
    "AS": "delegate",
    "DC": "delegate",
    "GU": "delegate",
    "MP": "delegate",
    "VI": "delegate",
    "PR": "resident-commissioner",
}


@dataclass(frozen=True, slots=True)
class Name:
    """A member's name as printed, and its parts."""

    printed: str
    given: str
    family: str
    suffix: str


def read_congress(folder: Path, shown: str, findings: ProblemList) -> Brought:
    """All members in the files' order, with the terms they serve now.

    A member that cannot be read is reported and left out; without the committee files, members come without
    committees and a warning says so. Raises StorageFault where legislators-current.yaml cannot be read.
    """
    place = Place(f"{shown}/legislators-current.yaml")
    people = load_yaml(folder / "legislators-current.yaml", place, "congress-file")
    if not isinstance(people, list):
        raise BriefgenError(Problem("congress-file", "a list of legislators is expected", place))
    committees = _committees(folder, shown, findings)
    members = []
    for number, person in enumerate(people, start=1):
        try:
            members.append(_printable(_member(person, committees, place, findings)))
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            findings.add(
                Problem(
                    "congress-person",
                    f"legislator {number} ({_known_as(person)}) cannot be read: "
                    f"{type(error).__name__} {error}",
                    place,
                    "compare the entry with the others in the file",
                )
            )
    return Brought(members, _newest(people))


def _newest(people: list[Any]) -> date | None:
    """The day on which the last term began."""
    terms = (term for person in people if isinstance(person, dict) for term in person.get("terms") or ())
    days = (whole_day(term.get("start")) for term in terms if isinstance(term, dict))
    return max((day for day in days if day), default=None)


def _known_as(person: Any) -> str:
    name = person.get("name") if isinstance(person, dict) else None
    known = shown_of(name.get("official_full") or name.get("last")) if isinstance(name, dict) else ""
    return known or "without a name"


def _printable(member: Recipient) -> Recipient:
    """The member, if nothing invisible stands in any of the texts; raises ValueError otherwise."""
    for one in fields(member):
        value = getattr(member, one.name)
        for text in (value,) if isinstance(value, str) else value if one.name in ("address", "tags") else ():
            if removed := clean(text)[1]:
                raise ValueError(f"{one.name} holds invisible characters: {', '.join(removed)}")
    return member


def _member(
    person: Mapping[str, Any],
    committees: Mapping[str, tuple[Committee, ...]],
    place: Place,
    findings: ProblemList,
) -> Recipient:
    term = person["terms"][-1]
    bioguide = str(person["id"]["bioguide"])
    name = member_name({key: text_of(value) for key, value in person["name"].items()})
    if not name.family:
        raise ValueError("there is no family name")
    chamber, office = _CHAMBERS[term["type"]]
    roles = _leadership(person, term)
    # Models of Address (ITA): the Speaker is always addressed as such.
    if "Speaker of the House" in roles:
        office = "us-speaker"
    line, city, region, code = _address(term, name.printed, place, findings)
    return Recipient(
        # The bioguide number never changes and is never given twice; the surname makes files easy to find.
        id=slug(name.family, bioguide),
        office=office,
        country="US",
        name=name.printed,
        given=name.given,
        family=name.family,
        suffix=name.suffix,
        gender={"F": "f", "M": "m"}.get(person.get("bio", {}).get("gender"), ""),
        address=(line,) if line else (),
        locality=city,
        region=region,
        postal_code=code,
        contact_form=_web(term.get("contact_form")),
        chamber=chamber,
        state=text_of(term["state"]),
        district=_district(term),
        constituency=_constituency(term),
        party=text_of(term.get("party")),
        committees=committees.get(bioguide, ()),
        tags=_tags(term, roles),
        term_end=date.fromisoformat(str(term["end"])),
        place=place,
    )


def member_name(parts: Mapping[str, str]) -> Name:
    """The name to print, from `official_full` where there is one.

    Quoted nicknames are left out (`Eric A. "Rick" Crawford`), a comma stands before Jr. and Sr. and none
    before II, III and IV, as members print it. The family name is the part of `last` that is printed, so
    that compound surnames stay whole and the salutation matches the address.
    """
    official = parts.get("official_full", "")
    full = official or " ".join((parts["first"], parts["last"]))
    bare = " ".join(_NICKNAME.sub("", full).split())
    match = _SUFFIX.search(bare)
    suffix = match[1] if match else ("" if official else parts.get("suffix", ""))
    base = bare[: match.start()] if match else bare
    if suffix in ("Jr", "Sr"):
        suffix += "."
    family = _printed_family(base, parts["last"])
    given = base.removesuffix(family).strip()
    return Name(with_suffix(base, suffix), given, family, suffix)


def with_suffix(name: str, suffix: str) -> str:
    """`Angus S. King, Jr.` but `John J. McGuire III`."""
    if not suffix:
        return name
    return f"{name}, {suffix}" if suffix.rstrip(".") in ("Jr", "Sr") else f"{name} {suffix}"


def _printed_family(base: str, last: str) -> str:
    """The longest run of words that begins `last` and ends the printed name; else `last` itself."""
    words = last.split()
    for length in range(len(words), 0, -1):
        run = " ".join(words[:length])
        if base == run or base.endswith(f" {run}"):
            return run
    return last


def _address(
    term: Mapping[str, Any], name: str, place: Place, findings: ProblemList
) -> tuple[str, str, str, str]:
    """Room and building, city, region, ZIP code; all empty where the member has no address yet."""
    text = text_of(term.get("address"))
    if not text:
        return "", "", "", ""
    match = _ADDRESS.fullmatch(text)
    if match is None:
        findings.add(
            Problem(
                "congress-address",
                f"the address of {name} is not understood: {text!r}",
                place,
                "fill in address, locality, region and postal_code in the CSV",
                severity="warning",
            )
        )
        return "", "", "", ""
    return _lower_capitals(match["line"].rstrip(",;")), "Washington", "DC", match["code"]


def _lower_capitals(line: str) -> str:
    """`311 HART SENATE OFFICE BUILDING` as `311 Hart Senate Office Building`; room numbers stay."""
    if any(char.islower() for char in line):
        return line
    small = {"OF", "THE", "AND"}
    return " ".join(
        word if any(char.isdigit() for char in word) else word.lower() if word in small else word.capitalize()
        for word in line.split()
    )


def _district(term: Mapping[str, Any]) -> str:
    if term["type"] != "rep":
        return ""
    return str(term["district"]) if term["district"] else "at-large"


def _constituency(term: Mapping[str, Any]) -> str:
    """`Washington`, `the 4th District of Alabama`; a state with one member, and a territory, by its name."""
    state = STATES.get(term["state"], text_of(term["state"]))
    number = term.get("district")
    return f"the {ordinal(int(number))} District of {state}" if number else state


def ordinal(number: int) -> str:
    """`4th`, `21st`."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _leadership(person: Mapping[str, Any], term: Mapping[str, Any]) -> tuple[str, ...]:
    """Titles of the posts held now, in this chamber: those without an end."""
    chamber = _CHAMBERS[term["type"]][0]
    return tuple(
        text_of(role["title"])
        for role in person.get("leadership_roles", ())
        if not role.get("end") and role.get("chamber") == chamber
    )


def _tags(term: Mapping[str, Any], roles: tuple[str, ...]) -> tuple[str, ...]:
    tags = [_DELEGATIONS.get(term["state"], ""), text_of(term.get("state_rank"))]
    if term.get("caucus"):
        tags.append(f"caucus-{slug(text_of(term['caucus']))}")
    tags.extend(slug(role) for role in roles)
    return tuple(tag for tag in tags if tag)


def _web(value: Any) -> str:
    text = text_of(value)
    return text if re.fullmatch(r"https?://\S+", text) else ""


def _committees(folder: Path, shown: str, findings: ProblemList) -> dict[str, tuple[Committee, ...]]:
    """Committees of each member by bioguide number, ordered by id: a committee comes before its parts."""
    try:
        listed, membership = (
            load_yaml(folder / name, Place(f"{shown}/{name}"), "congress-file")
            for name in ("committees-current.yaml", "committee-membership-current.yaml")
        )
        names = dict(_names(listed))
        found: dict[str, list[Committee]] = {}
        for key in sorted(membership):
            for member in membership[key]:
                committee = Committee(
                    str(key), names.get(key, ""), role_in_committee(text_of(member.get("title")))
                )
                found.setdefault(str(member["bioguide"]), []).append(committee)
    except BriefgenError as error:
        reason = error.problems[0]
        findings.add(_without_committees(reason.message, reason.place))
        return {}
    except (KeyError, TypeError, AttributeError) as error:
        findings.add(_without_committees(f"{type(error).__name__} {error}", Place(shown)))
        return {}
    return {bioguide: tuple(committees) for bioguide, committees in found.items()}


def _without_committees(reason: str, place: Place | None) -> Problem:
    return Problem(
        "congress-committees",
        f"members come without their committees: {reason}",
        place,
        "put committees-current.yaml and committee-membership-current.yaml in the same folder",
        severity="warning",
    )


def _typographic(name: Any) -> str:
    """`Veterans’ Affairs`: the name goes straight into the letter."""
    return shown_of(name).replace("'", "’")


def _names(listed: list[dict[str, Any]]) -> list[tuple[str, str]]:
    names = []
    for committee in listed:
        names.append((committee["thomas_id"], _typographic(committee["name"])))
        for part in committee.get("subcommittees", ()):
            name = _typographic(part["name"])
            # `The Administrative State, …` within a title has a small article.
            within = f"the {name[4:]}" if name.startswith("The ") else name
            full = name if "Subcommittee" in name else f"Subcommittee on {within}"
            names.append((committee["thomas_id"] + part["thomas_id"], full))
    return names
