"""State legislators and governors of the United States from the people files of Open States (CC0).

Reads the YAML files of github.com/openstates/people: one a person under data/XX/legislature and
data/XX/executive, one a committee under data/XX/committees, in the form of today and in that of 2019.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from briefgen.data import FOLDER
from briefgen.errors import BriefgenError, Place, Problem, ProblemList, StorageError
from briefgen.model.recipient import Recipient
from briefgen.recipients.importers.common import (
    Brought,
    deceased,
    last_day,
    load_yaml,
    mappings,
    named,
    role_in_committee,
    shown_of,
    span,
    text_of,
    whole_day,
)
from briefgen.recipients.importers.congress import STATES, ordinal, with_suffix
from briefgen.recipients.schema import Row, slug
from briefgen.recipients.table import AS_THEY_ARE, Columns
from briefgen.system.yaml_reader import read_text, read_yaml

DATA = FOLDER / "us-legislatures.yaml"
MAX_FILES = 20_000
_ADDRESS = re.compile(
    r"(?P<lines>.+?)[,;\s]+(?P<city>[^,;\d]+?)[,;]?\s+(?P<region>[A-Z]{2})[,;]?\s+(?P<code>\d{5}(?:-\d{4})?)"
)
_PLACE = re.compile(r"country:us(?:/(?:state|district|territory):(?P<state>[a-z]{2}))?/government")
_EXECUTIVE = {"governor": "us-governor", "lt_governor": "us-lieutenant-governor"}
Thing = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Seat:
    """What a role is in our words."""

    office: str
    chamber: str
    organisation: str
    role: str


def read_openstates(
    paths: Sequence[tuple[Path, str]],
    findings: ProblemList,
    *,
    offices: Collection[str] = (),
    seen: dict[str, Place] | None = None,
    columns: Columns = AS_THEY_ARE,
) -> Brought:
    """Every person of the files and folders (each with its name as shown), in the order of the files' names.

    Retired people are passed over; committees are read from the same folders. A file that cannot be read is
    reported and the others stand. Raises StorageFault where there is no file at all.
    """
    people: list[tuple[Place, Thing]] = []
    committees: dict[str, list[str]] = {}
    for path, place in _files(paths):
        try:
            read = load_yaml(path, place, "openstates-file")
        except BriefgenError as error:
            findings.extend(error.problems)
            continue
        if isinstance(read, dict) and read.get("members") is not None:
            _add_committee(read, committees)
        elif isinstance(read, dict) and read.get("roles") is not None:
            people.append((place, read))
        else:
            message = "this is neither a person nor a committee of Open States"
            findings.add(Problem("openstates-file", message, place, "name the folder of a state, data/oh"))
    ids: dict[str, Place] = {} if seen is None else seen
    found: list[Recipient] = []
    for place, person in people:
        recipient = _recipient(person, committees, columns, place, findings, offices)
        if recipient is None:
            continue
        if recipient.id in ids:
            message = f"{recipient.name}: {recipient.id!r} stands already in {ids[recipient.id]}"
            findings.add(Problem("recipient-repeated", message, place, "remove one of the two"))
            continue
        ids[recipient.id] = place
        found.append(recipient)
    days = [whole_day(role.get("start_date")) for _, person in people for role in mappings(person["roles"])]
    return Brought(found, max((day for day in days if day), default=None))


def _files(paths: Sequence[tuple[Path, str]]) -> list[tuple[Path, Place]]:
    found: list[tuple[Path, Place]] = []
    for path, shown in paths:
        if path.is_dir():
            inside = sorted(
                one for one in path.rglob("*.y*ml") if "retired" not in one.relative_to(path).parts
            )
            found += [(one, Place(f"{shown}/{one.relative_to(path)}")) for one in inside]
        else:
            found.append((path, Place(shown)))
    if not found or len(found) > MAX_FILES:
        message = f"more than {MAX_FILES} files" if found else "there is no YAML file"
        raise StorageError(
            Problem("openstates-file", message, Place(paths[0][1] if paths else ""), "name a folder data/XX")
        )
    return found


def _add_committee(read: Thing, committees: dict[str, list[str]]) -> None:
    """As the column has them: `agriculture:chair (Agriculture Committee)`."""
    name = text_of(read.get("name")).replace(";", ",")
    chamber = {"upper": "Senate", "lower": "House"}.get(text_of(read.get("chamber")), "")
    key = slug(chamber, name)
    for member in mappings(read.get("members")):
        role = role_in_committee(text_of(member.get("role")))
        entry = f"{key}{'' if role == 'member' else f':{role}'} ({_committee_name(name)})"
        committees.setdefault(text_of(member.get("person_id")), []).append(entry)


def _committee_name(name: str) -> str:
    named = re.search(r"\b(?:Committee|Subcommittee|Commission|Council|Caucus|Task Force)\b", name)
    return name if named else f"Committee on {name}"


def _recipient(
    person: Thing,
    committees: Mapping[str, Sequence[str]],
    columns: Columns,
    place: Place,
    findings: ProblemList,
    offices: Collection[str],
) -> Recipient | None:
    name = text_of(person.get("name"))
    label = shown_of(name) or "a person without a name"
    if deceased(label, person.get("death_date"), place, findings) or not named(
        label, person, place, findings
    ):
        return None
    roles = sorted(
        mappings(person["roles"]), key=lambda one: span(one.get("start_date"), one.get("end_date"))
    )
    role = roles[-1] if roles else {}
    state = _state(role)
    seat = _seat(role, state)
    if seat is None and not columns.filled.get("office"):
        message = (
            f"{label}: no form of address is known for the role {shown_of(role.get('type')) or 'none'!r}"
        )
        hint = "leave the file out, or give the office with --set office=…"
        findings.add(Problem("openstates-role", message, place, hint))
        return None
    seat = seat or _Seat("", "", "", text_of(role.get("type")))
    address = _address(person, role, label, place, findings)
    cells = {
        "id": slug(text_of(person.get("family_name")) or name, _mark(person)),
        "office": seat.office,
        "name": with_suffix(
            name.removesuffix(f" {text_of(person.get('suffix'))}"), text_of(person.get("suffix"))
        ),
        "given": text_of(person.get("given_name")),
        "family": text_of(person.get("family_name")),
        "suffix": text_of(person.get("suffix")),
        "gender": {"female": "f", "male": "m"}.get(text_of(person.get("gender")).lower(), ""),
        "role": seat.role,
        "organisation": seat.organisation,
        **address,
        "country": "US",
        "email": text_of(person.get("email")),
        "contact_form": _form(person),
        "chamber": seat.chamber,
        "state": state,
        "district": text_of(role.get("district")),
        "constituency": _constituency(text_of(role.get("district")), state),
        "party": _party(person),
        "committees": "; ".join(sorted(committees.get(text_of(person.get("id")), ()))),
        "term_end": _day(role.get("end_date")),
    }
    filled = {**columns.filled, **{key: text for key, text in cells.items() if text}}
    return Row(place, label, findings).recipient(filled, {}, offices)


def _mark(person: Thing) -> str:
    """The first group of the person's UUID, which never changes."""
    return re.sub(r"[^a-z0-9]", "", text_of(person.get("id")).rsplit("/", 1)[-1].lower())[:8]


def _state(role: Thing) -> str:
    found = _PLACE.search(text_of(role.get("jurisdiction")))
    return (found["state"] or "").upper() if found else ""


def _seat(role: Thing, state: str) -> _Seat | None:
    kind = text_of(role.get("type")) or text_of(role.get("chamber"))
    federal = bool(_PLACE.search(text_of(role.get("jurisdiction")))) and not state
    if federal:
        seats = {"upper": ("us-senator", "senate"), "lower": ("us-representative", "house")}
        return _Seat(*seats[kind], "", "") if kind in seats else None
    full = STATES.get(state, "").removeprefix("the ")
    names = _legislatures()
    if kind in _EXECUTIVE:
        title = "Governor" if kind == "governor" else "Lieutenant Governor"
        return _Seat(_EXECUTIVE[kind], "", "", f"{title} of {full}" if full else title)
    if kind == "upper":
        return _Seat("us-state-senator", "senate", names["senates"].get(state, f"{full} Senate".strip()), "")
    if kind == "lower":
        house = names["houses"].get(state, {})
        name = house.get("name", f"{full} House of Representatives".strip())
        return _Seat("us-state-representative", "house", name, house.get("member", ""))
    if kind == "legislature" and state in names["single"]:
        return _Seat("us-state-senator", "senate", names["single"][state], "")
    return None


@cache
def _legislatures() -> Mapping[str, Any]:
    findings = ProblemList()
    marked = read_yaml(read_text(DATA, DATA.name), DATA.name, findings)
    findings.raise_errors()
    return marked.data if marked else {}


def _address(person: Thing, role: Thing, name: str, place: Place, findings: ProblemList) -> dict[str, str]:
    """The office at the capitol, else the first that has an address."""
    offices = [
        *mappings(person.get("offices")),
        *mappings(role.get("contact_details")),
        *mappings(person.get("contact_details")),
    ]
    offices.sort(key=lambda one: "capitol" not in f"{one.get('classification')} {one.get('note')}".lower())
    text = next((text_of(one.get("address")) for one in offices if text_of(one.get("address"))), "")
    if not text:
        return {}
    found = _ADDRESS.fullmatch(text)
    if found is None:
        message = f"the address of {name} is not understood: {text!r}"
        hint = "fill in address, locality, region and postal_code in the CSV"
        findings.add(Problem("openstates-address", message, place, hint, severity="warning"))
        return {}
    lines = [line.strip(" ,") for line in found["lines"].split(";") if line.strip(" ,")]
    return {
        "address": "\n".join(lines),
        "locality": found["city"].strip(),
        "region": found["region"],
        "postal_code": found["code"],
    }


def _constituency(district: str, state: str) -> str:
    full = STATES.get(state, "")
    if not district or not full:
        return ""
    return (
        f"the {ordinal(int(district))} District of {full}" if district.isdecimal() else f"{district}, {full}"
    )


def _party(person: Thing) -> str:
    held = sorted(
        mappings(person.get("party")), key=lambda one: span(one.get("start_date"), one.get("end_date"))
    )
    return text_of(held[-1].get("name")) if held else ""


def _form(person: Thing) -> str:
    for one in mappings(person.get("links")):
        url = text_of(one.get("url"))
        if "contact" in text_of(one.get("note")).lower() and re.fullmatch(r"https?://\S+\.\S+", url):
            return url
    return ""


def _day(value: Any) -> str:
    day: date | None = last_day(value)
    return day.isoformat() if day else ""
