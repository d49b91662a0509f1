"""Members of the United States Congress from the public-domain congress-legislators files.

Reads legislators-current.yaml, committees-current.yaml and committee-membership-current.yaml of
github.com/unitedstates/congress-legislators. Names are printed as the members print them themselves.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

from briefgen.errors import BriefgenError, Place, Problem, ProblemList
from briefgen.model.recipient import Committee, Recipient
from briefgen.model.text import clean_text
from briefgen.recipients.ids import build_id
from briefgen.recipients.importers.base import (
    STATE_NAMES,
    add_name_suffix,
    format_ordinal,
    load_yaml,
    parse_committee_role,
    parse_full_date,
    to_printable,
    to_text,
)
from briefgen.recipients.importers.registry import Importer, ImportOptions, ImportResult

_NICKNAME_PATTERN = re.compile(r"\s+(?:[\"“][^\"”]*[\"”]|['‘][^'’]*['’](?=\s)|\([^)]*\))")
_SUFFIX_PATTERN = re.compile(r",?\s+(Jr\.?|Sr\.?|I{2,3}|IV|V)$")
_ADDRESS_PATTERN = re.compile(
    r"(?P<line>.+?),?\s+(?P<city>Washington),?\s+(?P<region>D\.?C\.?),?\s+(?P<code>\d{5}(?:-\d{4})?)",
    re.IGNORECASE,
)
_CHAMBERS = {"sen": ("senate", "us-senator"), "rep": ("house", "us-representative")}
_DELEGATIONS = {
    "AS": "delegate",
    "DC": "delegate",
    "GU": "delegate",
    "MP": "delegate",
    "VI": "delegate",
    "PR": "resident-commissioner",
}


@dataclass(frozen=True, slots=True)
class MemberName:
    """A member's name as printed, and its parts."""

    printed: str
    given: str
    family: str
    suffix: str


def read_congress(folder: Path, display_name: str, problems: ProblemList) -> ImportResult:
    """Read all members in the files' order, with their current terms.

    A member that cannot be read is reported and skipped; if the committee files are missing, a warning says
    that members have no committees. Raise StorageError if legislators-current.yaml cannot be read.
    """
    place = Place(f"{display_name}/legislators-current.yaml")
    people = load_yaml(folder / "legislators-current.yaml", place, "congress-file")
    if not isinstance(people, list):
        raise BriefgenError(Problem("congress-file", "a list of legislators is expected", place))
    committees = _load_congress_committees(folder, display_name, problems)
    members = []
    for number, person in enumerate(people, start=1):
        try:
            members.append(_check_member_printable(_build_member(person, committees, place, problems)))
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            problems.add(
                Problem(
                    "congress-person",
                    f"legislator {number} ({_legislator_label(person)}) cannot be read: "
                    f"{type(error).__name__} {error}",
                    place,
                    "compare the entry with the others in the file",
                )
            )
    return ImportResult(members, _latest_congress_term_start(people), len(people))


def _latest_congress_term_start(people: list[Any]) -> date | None:
    """Return the day on which the latest term began."""
    terms = (term for person in people if isinstance(person, dict) for term in person.get("terms") or ())
    days = (parse_full_date(term.get("start")) for term in terms if isinstance(term, dict))
    return max((day for day in days if day), default=None)


def _legislator_label(person: Any) -> str:
    name = person.get("name") if isinstance(person, dict) else None
    known = to_printable(name.get("official_full") or name.get("last")) if isinstance(name, dict) else ""
    return known or "without a name"


def _check_member_printable(member: Recipient) -> Recipient:
    """Return the member; raise ValueError if any text contains invisible characters."""
    for field in fields(member):
        value = getattr(member, field.name)
        for text in (
            (value,) if isinstance(value, str) else value if field.name in ("address", "tags") else ()
        ):
            if removed := clean_text(text)[1]:
                raise ValueError(f"{field.name} contains invisible characters: {', '.join(removed)}")
    return member


def _build_member(
    person: Mapping[str, Any],
    committees: Mapping[str, tuple[Committee, ...]],
    place: Place,
    problems: ProblemList,
) -> Recipient:
    term = person["terms"][-1]
    bioguide = str(person["id"]["bioguide"])
    name = parse_member_name({key: to_text(value) for key, value in person["name"].items()})
    if not name.family:
        raise ValueError("there is no family name")
    chamber, office = _CHAMBERS[term["type"]]
    roles = _leadership_titles(person, term)
    # Models of Address (ITA): the Speaker is always addressed as such.
    if "Speaker of the House" in roles:
        office = "us-speaker"
    line, city, region, code = _parse_washington_address(term, name.printed, place, problems)
    return Recipient(
        # The bioguide number is stable and unique; the surname makes files easy to find.
        id=build_id(name.family, bioguide),
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
        contact_form=_web_address_or_empty(term.get("contact_form")),
        chamber=chamber,
        state=to_text(term["state"]),
        district=_congress_district(term),
        constituency=_congress_constituency(term),
        party=to_text(term.get("party")),
        committees=committees.get(bioguide, ()),
        tags=_member_tags(term, roles),
        term_end=date.fromisoformat(str(term["end"])),
        place=place,
    )


def parse_member_name(parts: Mapping[str, str]) -> MemberName:
    """Parse the name to print, from `official_full` if there is one.

    Quoted nicknames are dropped (`Eric A. "Rick" Crawford`). As members print them, Jr. and Sr. have a comma
    before them, but II, III and IV do not. The family name is the part of `last` that is printed, so that
    compound surnames stay whole and the salutation matches the address.
    """
    official = parts.get("official_full", "")
    full = official or " ".join((parts["first"], parts["last"]))
    bare = " ".join(_NICKNAME_PATTERN.sub("", full).split())
    match = _SUFFIX_PATTERN.search(bare)
    suffix = match[1] if match else ("" if official else parts.get("suffix", ""))
    base = bare[: match.start()] if match else bare
    if suffix in ("Jr", "Sr"):
        suffix += "."
    family = _find_printed_family_name(base, parts["last"])
    given = base.removesuffix(family).strip()
    return MemberName(add_name_suffix(base, suffix), given, family, suffix)


def _find_printed_family_name(base: str, last: str) -> str:
    """Return the longest beginning of `last` that ends the printed name, else `last` itself."""
    words = last.split()
    for length in range(len(words), 0, -1):
        run = " ".join(words[:length])
        if base == run or base.endswith(f" {run}"):
            return run
    return last


def _parse_washington_address(
    term: Mapping[str, Any], name: str, place: Place, problems: ProblemList
) -> tuple[str, str, str, str]:
    """Return room and building, city, region and ZIP code; all empty if the member has no address yet."""
    text = to_text(term.get("address"))
    if not text:
        return "", "", "", ""
    match = _ADDRESS_PATTERN.fullmatch(text)
    if match is None:
        problems.add(
            Problem(
                "congress-address",
                f"the address of {name} cannot be parsed: {text!r}",
                place,
                "fill in address, locality, region and postal_code in the CSV",
                severity="warning",
            )
        )
        return "", "", "", ""
    return _capitalize_words(match["line"].rstrip(",;")), "Washington", "DC", match["code"]


def _capitalize_words(line: str) -> str:
    """Turn `311 HART SENATE OFFICE BUILDING` into `311 Hart Senate Office Building`; keep room numbers."""
    if any(char.islower() for char in line):
        return line
    small = {"OF", "THE", "AND"}
    return " ".join(
        word if any(char.isdigit() for char in word) else word.lower() if word in small else word.capitalize()
        for word in line.split()
    )


def _congress_district(term: Mapping[str, Any]) -> str:
    if term["type"] != "rep":
        return ""
    return str(term["district"]) if term["district"] else "at-large"


def _congress_constituency(term: Mapping[str, Any]) -> str:
    """Return `the 4th District of Alabama`, or the name alone for senators, territories and single seats."""
    state = STATE_NAMES.get(term["state"], to_text(term["state"]))
    number = term.get("district")
    return f"the {format_ordinal(int(number))} District of {state}" if number else state


def _leadership_titles(person: Mapping[str, Any], term: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the titles of current leadership posts in this chamber: those without an end."""
    chamber = _CHAMBERS[term["type"]][0]
    return tuple(
        to_text(role["title"])
        for role in person.get("leadership_roles", ())
        if not role.get("end") and role.get("chamber") == chamber
    )


def _member_tags(term: Mapping[str, Any], roles: tuple[str, ...]) -> tuple[str, ...]:
    tags = [_DELEGATIONS.get(term["state"], ""), to_text(term.get("state_rank"))]
    if term.get("caucus"):
        tags.append(f"caucus-{build_id(to_text(term['caucus']))}")
    tags.extend(build_id(role) for role in roles)
    return tuple(tag for tag in tags if tag)


def _web_address_or_empty(value: Any) -> str:
    text = to_text(value)
    return text if re.fullmatch(r"https?://\S+", text) else ""


def _load_congress_committees(
    folder: Path, display_name: str, problems: ProblemList
) -> dict[str, tuple[Committee, ...]]:
    """Load each member's committees by bioguide number, sorted by id: parents precede subcommittees."""
    try:
        listed, membership = (
            load_yaml(folder / name, Place(f"{display_name}/{name}"), "congress-file")
            for name in ("committees-current.yaml", "committee-membership-current.yaml")
        )
        names = dict(_congress_committee_names(listed))
        found: dict[str, list[Committee]] = {}
        for key in sorted(membership):
            for member in membership[key]:
                committee = Committee(
                    str(key), names.get(key, ""), parse_committee_role(to_text(member.get("title")))
                )
                found.setdefault(str(member["bioguide"]), []).append(committee)
    except BriefgenError as error:
        reason = error.problems[0]
        problems.add(_committees_warning(reason.message, reason.place))
        return {}
    except (KeyError, TypeError, AttributeError) as error:
        problems.add(_committees_warning(f"{type(error).__name__} {error}", Place(display_name)))
        return {}
    return {bioguide: tuple(committees) for bioguide, committees in found.items()}


def _committees_warning(reason: str, place: Place | None) -> Problem:
    return Problem(
        "congress-committees",
        f"members have no committees: {reason}",
        place,
        "put committees-current.yaml and committee-membership-current.yaml in the same folder",
        severity="warning",
    )


def _use_typographic_apostrophes(name: Any) -> str:
    """Return `Veterans’ Affairs` with the apostrophe that goes into the letter."""
    return to_printable(name).replace("'", "’")


def _congress_committee_names(listed: list[dict[str, Any]]) -> list[tuple[str, str]]:
    names = []
    for committee in listed:
        names.append((committee["thomas_id"], _use_typographic_apostrophes(committee["name"])))
        for part in committee.get("subcommittees", ()):
            name = _use_typographic_apostrophes(part["name"])
            # `The Administrative State, …` has a lower-case article within a title.
            within = f"the {name[4:]}" if name.startswith("The ") else name
            full = name if "Subcommittee" in name else f"Subcommittee on {within}"
            names.append((committee["thomas_id"] + part["thomas_id"], full))
    return names


def _import_congress(
    paths: Sequence[Path], options: ImportOptions, offices: Collection[str], problems: ProblemList
) -> list[ImportResult]:
    return [read_congress(path, str(path), problems) for path in paths]


IMPORTER = Importer(
    "congress",
    "Import members of the US Congress from the files of github.com/unitedstates/congress-legislators.",
    _import_congress,
    "Folder with legislators-current.yaml and the committee files.",
)
