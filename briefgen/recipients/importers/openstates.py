"""State legislators and governors of the United States from the people files of Open States (CC0).

Reads the YAML files of github.com/openstates/people: one for each person under data/XX/legislature and
data/XX/executive, one for each committee under data/XX/committees, in the current format and that of 2019.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from briefgen.data import DATA_FOLDER
from briefgen.errors import BriefgenError, Place, Problem, ProblemList, StorageError
from briefgen.model.recipient import Recipient
from briefgen.recipients.ids import build_id
from briefgen.recipients.importers.base import (
    STATE_NAMES,
    add_name_suffix,
    check_has_name,
    format_committee,
    format_ordinal,
    list_mappings,
    load_yaml,
    parse_committee_role,
    parse_full_date,
    parse_last_day,
    report_if_deceased,
    term_sort_key,
    to_printable,
    to_text,
)
from briefgen.recipients.importers.registry import Importer, ImportOptions, ImportResult
from briefgen.recipients.table import NO_MAPPING, ColumnMapping
from briefgen.recipients.validation import RecipientBuilder, register_id
from briefgen.system.yaml_reader import parse_yaml, read_text_file

LEGISLATURES_FILE = DATA_FOLDER / "us-legislatures.yaml"
MAX_FILES = 20_000
_ADDRESS_PATTERN = re.compile(
    r"(?P<lines>.+?)[,;\s]+(?P<city>[^,;\d]+?)[,;]?\s+(?P<region>[A-Z]{2})[,;]?\s+(?P<code>\d{5}(?:-\d{4})?)"
)
_JURISDICTION_PATTERN = re.compile(
    r"country:us(?:/(?:state|district|territory):(?P<state>[a-z]{2}))?/government"
)
_EXECUTIVE_OFFICES = {"governor": "us-governor", "lt_governor": "us-lieutenant-governor"}
YamlMapping = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Seat:
    """A role in terms of our columns."""

    office: str
    chamber: str
    organisation: str
    role: str


def read_openstates(
    paths: Sequence[tuple[Path, str]],
    problems: ProblemList,
    *,
    offices: Collection[str] = (),
    seen: dict[str, Place] | None = None,
    columns: ColumnMapping = NO_MAPPING,
) -> ImportResult:
    """Read every person in the files and folders (each with its display name), in the order of file names.

    Retired people are skipped; committees are read from the same folders. A file that cannot be read is
    reported and the others are kept. Raise StorageError if there is no file at all.
    """
    people: list[tuple[Place, YamlMapping]] = []
    committees: dict[str, list[str]] = {}
    for path, place in _list_data_files(paths):
        try:
            content = load_yaml(path, place, "openstates-file")
        except BriefgenError as error:
            problems.extend(error.problems)
            continue
        if isinstance(content, dict) and content.get("members") is not None:
            _add_committee_members(content, committees)
        elif isinstance(content, dict) and content.get("roles") is not None:
            people.append((place, content))
        else:
            message = "this is neither a person nor a committee of Open States"
            problems.add(Problem("openstates-file", message, place, "name the folder of a state, data/oh"))
    ids: dict[str, Place] = {} if seen is None else seen
    found: list[Recipient] = []
    for place, person in people:
        recipient = _build_state_official(person, committees, columns, place, problems, offices)
        if recipient is not None and register_id(recipient, recipient.name, place, ids, problems):
            found.append(recipient)
    days = [
        parse_full_date(role.get("start_date"))
        for _, person in people
        for role in list_mappings(person["roles"])
    ]
    return ImportResult(found, max((day for day in days if day), default=None), len(people))


def _list_data_files(paths: Sequence[tuple[Path, str]]) -> list[tuple[Path, Place]]:
    found: list[tuple[Path, Place]] = []
    for path, display_name in paths:
        if path.is_dir():
            inside = sorted(
                file for file in path.rglob("*.y*ml") if "retired" not in file.relative_to(path).parts
            )
            found += [(file, Place(f"{display_name}/{file.relative_to(path)}")) for file in inside]
        else:
            found.append((path, Place(display_name)))
    if not found or len(found) > MAX_FILES:
        message = f"more than {MAX_FILES} files" if found else "there is no YAML file"
        raise StorageError(
            Problem("openstates-file", message, Place(paths[0][1] if paths else ""), "name a folder data/XX")
        )
    return found


def _add_committee_members(committee: YamlMapping, committees: dict[str, list[str]]) -> None:
    """Add the committee to the cells of its members, by person id."""
    name = to_text(committee.get("name")).replace(";", ",")
    chamber = {"upper": "Senate", "lower": "House"}.get(to_text(committee.get("chamber")), "")
    key = build_id(chamber, name)
    for member in list_mappings(committee.get("members")):
        role = parse_committee_role(to_text(member.get("role")))
        entry = format_committee(key, role, _full_committee_name(name))
        committees.setdefault(to_text(member.get("person_id")), []).append(entry)


def _full_committee_name(name: str) -> str:
    named = re.search(r"\b(?:Committee|Subcommittee|Commission|Council|Caucus|Task Force)\b", name)
    return name if named else f"Committee on {name}"


def _build_state_official(
    person: YamlMapping,
    committees: Mapping[str, Sequence[str]],
    columns: ColumnMapping,
    place: Place,
    problems: ProblemList,
    offices: Collection[str],
) -> Recipient | None:
    name = to_text(person.get("name"))
    label = to_printable(name) or "a person without a name"
    if report_if_deceased(label, person.get("death_date"), place, problems) or not check_has_name(
        label, person, place, problems
    ):
        return None
    roles = sorted(
        list_mappings(person["roles"]),
        key=lambda term: term_sort_key(term.get("start_date"), term.get("end_date")),
    )
    role = roles[-1] if roles else {}
    state = _parse_state_code(role)
    seat = _classify_role(role, state)
    if seat is None and not columns.defaults.get("office"):
        message = (
            f"{label}: no form of address is known for the role {to_printable(role.get('type')) or 'none'!r}"
        )
        hint = "leave the file out, or set the office with --set office=…"
        problems.add(Problem("openstates-role", message, place, hint))
        return None
    seat = seat or _Seat("", "", "", to_text(role.get("type")))
    address = _find_office_address(person, role, label, place, problems)
    cells = {
        "id": build_id(to_text(person.get("family_name")) or name, _uuid_prefix(person)),
        "office": seat.office,
        "name": add_name_suffix(
            name.removesuffix(f" {to_text(person.get('suffix'))}"), to_text(person.get("suffix"))
        ),
        "given": to_text(person.get("given_name")),
        "family": to_text(person.get("family_name")),
        "suffix": to_text(person.get("suffix")),
        "gender": {"female": "f", "male": "m"}.get(to_text(person.get("gender")).lower(), ""),
        "role": seat.role,
        "organisation": seat.organisation,
        **address,
        "country": "US",
        "email": to_text(person.get("email")),
        "contact_form": _find_contact_form(person),
        "chamber": seat.chamber,
        "state": state,
        "district": to_text(role.get("district")),
        "constituency": _state_constituency(to_text(role.get("district")), state),
        "party": _latest_party_name(person),
        "committees": "; ".join(sorted(committees.get(to_text(person.get("id")), ()))),
        "term_end": _term_end_text(role.get("end_date")),
    }
    filled = {**columns.defaults, **{key: text for key, text in cells.items() if text}}
    return RecipientBuilder(place, label, problems).build(filled, {}, offices)


def _uuid_prefix(person: YamlMapping) -> str:
    """Return the first group of the person's UUID, which never changes."""
    return re.sub(r"[^a-z0-9]", "", to_text(person.get("id")).rsplit("/", 1)[-1].lower())[:8]


def _parse_state_code(role: YamlMapping) -> str:
    found = _JURISDICTION_PATTERN.search(to_text(role.get("jurisdiction")))
    return (found["state"] or "").upper() if found else ""


def _classify_role(role: YamlMapping, state: str) -> _Seat | None:
    kind = to_text(role.get("type")) or to_text(role.get("chamber"))
    federal = bool(_JURISDICTION_PATTERN.search(to_text(role.get("jurisdiction")))) and not state
    if federal:
        seats = {"upper": ("us-senator", "senate"), "lower": ("us-representative", "house")}
        return _Seat(*seats[kind], "", "") if kind in seats else None
    full = STATE_NAMES.get(state, "").removeprefix("the ")
    names = _load_legislatures()
    if kind in _EXECUTIVE_OFFICES:
        title = "Governor" if kind == "governor" else "Lieutenant Governor"
        return _Seat(_EXECUTIVE_OFFICES[kind], "", "", f"{title} of {full}" if full else title)
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
def _load_legislatures() -> Mapping[str, Any]:
    problems = ProblemList()
    parsed = parse_yaml(
        read_text_file(LEGISLATURES_FILE, LEGISLATURES_FILE.name), LEGISLATURES_FILE.name, problems
    )
    problems.raise_errors()
    return parsed.data if parsed else {}


def _find_office_address(
    person: YamlMapping, role: YamlMapping, name: str, place: Place, problems: ProblemList
) -> dict[str, str]:
    """Return the address of the office at the capitol, else of the first office that has one."""
    offices = [
        *list_mappings(person.get("offices")),
        *list_mappings(role.get("contact_details")),
        *list_mappings(person.get("contact_details")),
    ]
    offices.sort(
        key=lambda office: "capitol" not in f"{office.get('classification')} {office.get('note')}".lower()
    )
    text = next((text for office in offices if (text := to_text(office.get("address")))), "")
    if not text:
        return {}
    found = _ADDRESS_PATTERN.fullmatch(text)
    if found is None:
        message = f"the address of {name} cannot be parsed: {text!r}"
        hint = "fill in address, locality, region and postal_code in the CSV"
        problems.add(Problem("openstates-address", message, place, hint, severity="warning"))
        return {}
    lines = [line.strip(" ,") for line in found["lines"].split(";") if line.strip(" ,")]
    return {
        "address": "\n".join(lines),
        "locality": found["city"].strip(),
        "region": found["region"],
        "postal_code": found["code"],
    }


def _state_constituency(district: str, state: str) -> str:
    full = STATE_NAMES.get(state, "")
    if not district or not full:
        return ""
    return (
        f"the {format_ordinal(int(district))} District of {full}"
        if district.isdecimal()
        else f"{district}, {full}"
    )


def _latest_party_name(person: YamlMapping) -> str:
    parties = sorted(
        list_mappings(person.get("party")),
        key=lambda term: term_sort_key(term.get("start_date"), term.get("end_date")),
    )
    return to_text(parties[-1].get("name")) if parties else ""


def _find_contact_form(person: YamlMapping) -> str:
    for link in list_mappings(person.get("links")):
        url = to_text(link.get("url"))
        if "contact" in to_text(link.get("note")).lower() and re.fullmatch(r"https?://\S+\.\S+", url):
            return url
    return ""


def _term_end_text(value: Any) -> str:
    day: date | None = parse_last_day(value)
    return day.isoformat() if day else ""


def _import_openstates(
    paths: Sequence[Path], options: ImportOptions, offices: Collection[str], problems: ProblemList
) -> list[ImportResult]:
    # All files at once: committees refer to people in other files.
    files = [(path, str(path)) for path in paths]
    return [read_openstates(files, problems, offices=offices, columns=options.columns)]


IMPORTER = Importer(
    "openstates",
    "Import US state legislators and governors from the files of github.com/openstates/people.",
    _import_openstates,
    "Folders such as data/oh, or YAML files.",
    frozenset({"set"}),
)
