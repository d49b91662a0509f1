"""Officials from Popolo JSON, the format of EveryPolitician, PopIt and many parliaments.

Reads persons, memberships, organizations, posts, areas and events of http://www.popoloproject.com/specs/, as
one object of lists or as a list of persons with nested memberships. Popolo has no forms of address: the
office comes from ColumnMapping.defaults.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from briefgen.address.postal import split_postal_code
from briefgen.errors import BriefgenError, Place, Problem, ProblemList
from briefgen.model.recipient import Recipient
from briefgen.recipients.ids import build_id
from briefgen.recipients.importers.base import (
    check_has_name,
    format_committee,
    list_mappings,
    load_json,
    parse_committee_role,
    parse_full_date,
    parse_last_day,
    report_if_deceased,
    term_sort_key,
    to_printable,
    to_text,
)
from briefgen.recipients.importers.data import describe_source
from briefgen.recipients.importers.parlparse import describe_seat, find_main_name, is_redirect
from briefgen.recipients.importers.registry import Importer, ImportOptions, ImportResult
from briefgen.recipients.table import NO_MAPPING, ColumnMapping
from briefgen.recipients.validation import RecipientBuilder, register_id

_GENDERS = {"female": "f", "male": "m", "f": "f", "m": "m"}
_SAID_BY_THE_SEAT = {"office", "chamber", "name", "honorific", "given", "family"}
_GENERIC_ROLES = frozenset(
    {
        "member",
        "mp",
        "legislator",
        "representative",
        "deputy",
        "senator",
        "councillor",
        "member of parliament",
        "",
    }
)
"""Roles that say no more than the office does."""
JsonObject = Mapping[str, Any]


_PERSON_FIELDS = {"id", "name", "given_name", "family_name", "other_names", "memberships"}


@dataclass(frozen=True, slots=True)
class _PopoloFile:
    """The lists of a file, indexed by id."""

    persons: Sequence[JsonObject]
    memberships: Mapping[str, Sequence[JsonObject]]
    """By the id of the person."""
    organizations: Mapping[str, JsonObject]
    posts: Mapping[str, JsonObject]
    areas: Mapping[str, JsonObject]
    events: Mapping[str, JsonObject]


def read_popolo(
    path: Path,
    display_name: str,
    problems: ProblemList,
    *,
    offices: Collection[str] = (),
    seen: dict[str, Place] | None = None,
    columns: ColumnMapping = NO_MAPPING,
) -> ImportResult:
    """Read every person in the file, with the seat held now or most recently.

    A person who cannot be read is reported and skipped. Raise StorageError if the file cannot be read,
    BriefgenError if it is not Popolo.
    """
    place = Place(display_name)
    data = _index_popolo(load_json(path, place, "popolo-file"), place)
    ids: dict[str, Place] = {} if seen is None else seen
    found: list[Recipient] = []
    persons = [find_main_name(person) for person in data.persons if not is_redirect(person)]
    for number, person in enumerate(persons, start=1):
        label = f"person {number} ({_person_label(person)})"
        if report_if_deceased(label, person.get("death_date"), place, problems):
            continue
        if not check_has_name(label, person, place, problems):
            continue
        recipient = _build_member_of_parliament(
            person, data, columns, RecipientBuilder(place, label, problems), offices
        )
        if recipient is not None and register_id(recipient, label, place, ids, problems):
            found.append(recipient)
    return ImportResult(found, _latest_membership_start(data), len(persons))


def _person_label(person: JsonObject) -> str:
    return to_printable(person.get("name")) or to_printable(person.get("id")) or "without a name"


def _index_popolo(content: Any, place: Place) -> _PopoloFile:
    if isinstance(content, dict) and isinstance(content.get("result"), list):
        content = content["result"]  # a response of the PopIt API
    published = content
    if isinstance(content, list):
        content = {"persons": content}
    persons = list_mappings(content.get("persons")) if isinstance(content, dict) else []
    if not persons or not any(_PERSON_FIELDS & person.keys() for person in persons[:20]):
        title = describe_source(published, "json")
        message = f"this is no Popolo, but {title}" if title else "there is no list of persons"
        hint = (
            "import it with briefgen recipients import data" if title else "is this a file in Popolo format?"
        )
        raise BriefgenError(Problem("popolo-file", message, place, hint))
    memberships: dict[str, list[JsonObject]] = {}
    for membership in list_mappings(content.get("memberships")):
        memberships.setdefault(to_text(membership.get("person_id")), []).append(membership)
    for person in persons:
        memberships.setdefault(to_text(person.get("id")), []).extend(list_mappings(person.get("memberships")))
    return _PopoloFile(
        persons,
        memberships,
        _index_by_id(content.get("organizations")),
        _index_by_id(content.get("posts")),
        _index_by_id(content.get("areas")),
        _index_by_id(content.get("events")),
    )


def _index_by_id(things: Any) -> dict[str, JsonObject]:
    return {to_text(thing.get("id")): thing for thing in list_mappings(things)}


def _build_member_of_parliament(
    person: JsonObject,
    data: _PopoloFile,
    columns: ColumnMapping,
    builder: RecipientBuilder,
    offices: Collection[str],
) -> Recipient | None:
    memberships = sorted(
        data.memberships.get(to_text(person.get("id")), ()),
        key=lambda membership: term_sort_key(*_membership_dates(membership, data)),
    )
    seat = _find_latest_membership(memberships, data, seats=True)
    post = _find_latest_membership(memberships, data, seats=False)
    details = _collect_contact_details(person, seat)
    cells = {
        "id": build_id(
            to_text(person.get("family_name")) or to_text(person.get("name")), _stable_id_suffix(person)
        ),
        "honorific": to_text(person.get("honorific_prefix")),
        "name": to_text(person.get("name")),
        "given": to_text(person.get("given_name")),
        "family": to_text(person.get("family_name")),
        "postnominals": to_text(person.get("honorific_suffix")),
        "gender": _GENDERS.get(to_text(person.get("gender")).lower(), ""),
        "role": _membership_role(post or seat, data),
        "organisation": to_text(_membership_organization(post, data).get("name")) if post else "",
        "email": to_text(person.get("email")) or details.get("email", ""),
        "contact_form": _find_contact_link(person),
        "chamber": build_id(to_text(_membership_organization(seat, data).get("name"))),
        "constituency": _membership_area(seat, data),
        "party": _membership_party(seat, memberships, data),
        "committees": _format_current_committees(memberships, data),
        "term_end": _membership_term_end(post or seat, data),
    }
    filled = {**columns.defaults, **{name: text for name, text in cells.items() if text}}
    house = to_text(_membership_organization(seat, data).get("id"))
    if seated := describe_seat(person, house):
        filled = {**seated, **columns.defaults, **{name: text for name, text in cells.items() if text}}
        filled |= {name: text for name, text in seated.items() if name in _SAID_BY_THE_SEAT}
    cells = {**filled, **_split_address(details.get("address", ""), filled.get("country", ""))}
    return builder.build(cells, {}, offices)


def _stable_id_suffix(person: JsonObject) -> str:
    """Return eight characters that identify a person permanently: of the id, else of the name."""
    identity = to_text(person.get("id")) or to_text(person.get("name"))
    plain = re.sub(r"[^a-z0-9]", "", identity.rsplit("/", 1)[-1].lower())
    return plain[:8] or build_id(identity)[:8]


def _membership_dates(membership: JsonObject, data: _PopoloFile) -> tuple[Any, Any]:
    """Return start and end of a membership, its own or those of its legislative period."""
    period = data.events.get(to_text(membership.get("legislative_period_id")), {})
    return (
        membership.get("start_date") or period.get("start_date"),
        membership.get("end_date") or period.get("end_date"),
    )


def _membership_organization(membership: JsonObject | None, data: _PopoloFile) -> JsonObject:
    if membership is None:
        return {}
    inside = membership.get("organization")
    if isinstance(inside, dict):
        return inside
    post = _membership_post(membership, data)
    key = to_text(membership.get("organization_id")) or to_text(post.get("organization_id"))
    return data.organizations.get(key, {})


def _membership_post(membership: JsonObject, data: _PopoloFile) -> JsonObject:
    inside = membership.get("post")
    return inside if isinstance(inside, dict) else data.posts.get(to_text(membership.get("post_id")), {})


def _classify_membership(membership: JsonObject, data: _PopoloFile) -> str:
    """Return `seat`, `party`, `committee` or `post`, according to the organization's classification."""
    word = to_text(_membership_organization(membership, data).get("classification")).lower()
    if "party" in word or word in ("faction", "parliamentary group"):
        return "party"
    if "committee" in word or "commission" in word:
        return "committee"
    if any(part in word for part in ("government", "executive", "ministry", "department", "cabinet")):
        return "post"
    return "seat"


def _find_latest_membership(
    memberships: Sequence[JsonObject], data: _PopoloFile, *, seats: bool
) -> JsonObject | None:
    """Return the seat that ends last, or the latest government post that is still memberships."""
    if seats:
        return next(
            (
                membership
                for membership in reversed(memberships)
                if _classify_membership(membership, data) == "seat"
            ),
            None,
        )
    return next(
        (
            membership
            for membership in reversed(memberships)
            if _classify_membership(membership, data) == "post"
            and not to_text(_membership_dates(membership, data)[1])
        ),
        None,
    )


def _membership_role(membership: JsonObject | None, data: _PopoloFile) -> str:
    if membership is None:
        return ""
    post = _membership_post(membership, data)
    role = (
        to_text(membership.get("role"))
        or to_text(post.get("role"))
        or to_text(post.get("label"))
        or to_text(membership.get("label"))
    )
    return "" if role.lower() in _GENERIC_ROLES else role


def _membership_area(membership: JsonObject | None, data: _PopoloFile) -> str:
    if membership is None:
        return ""
    post = _membership_post(membership, data)
    for holder in (membership, post):
        inside = holder.get("area")
        if isinstance(inside, dict):
            return to_text(inside.get("name"))
        if holder.get("area_id"):
            return to_text(data.areas.get(to_text(holder.get("area_id")), {}).get("name"))
    return ""


def _membership_party(seat: JsonObject | None, memberships: Sequence[JsonObject], data: _PopoloFile) -> str:
    if seat is not None:
        inside = seat.get("on_behalf_of")
        party = (
            inside
            if isinstance(inside, dict)
            else data.organizations.get(to_text(seat.get("on_behalf_of_id")))
        )
        if party:
            return to_text(party.get("name"))
    for membership in reversed(memberships):
        if _classify_membership(membership, data) == "party" and not to_text(
            _membership_dates(membership, data)[1]
        ):
            return to_text(_membership_organization(membership, data).get("name"))
    return ""


def _format_current_committees(memberships: Sequence[JsonObject], data: _PopoloFile) -> str:
    """Return the current committees as the column has them: `foreign-affairs:chair (Foreign Affairs)`."""
    found = []
    for membership in memberships:
        if _classify_membership(membership, data) == "committee" and not to_text(
            _membership_dates(membership, data)[1]
        ):
            name = to_text(_membership_organization(membership, data).get("name")).replace(";", ",")
            role = parse_committee_role(to_text(membership.get("role")))
            found.append(format_committee(build_id(name), role, name))
    return "; ".join(sorted(found))


def _membership_term_end(membership: JsonObject | None, data: _PopoloFile) -> str:
    day = parse_last_day(_membership_dates(membership, data)[1]) if membership else None
    return day.isoformat() if day else ""


def _collect_contact_details(person: JsonObject, seat: JsonObject | None) -> dict[str, str]:
    """Return the first contact detail of each type; those of the seat precede the person's own."""
    found: dict[str, str] = {}
    for detail in (
        *list_mappings((seat or {}).get("contact_details")),
        *list_mappings(person.get("contact_details")),
    ):
        value = detail.get("value")
        if isinstance(value, str):
            found.setdefault(to_text(detail.get("type")).lower(), value)
    return found


def _find_contact_link(person: JsonObject) -> str:
    for link in list_mappings(person.get("links")):
        if "contact" in to_text(link.get("note")).lower():
            url = to_text(link.get("url"))
            return url if re.fullmatch(r"https?://\S+\.\S+", url) else ""
    return ""


def _split_address(text: str, country: str) -> dict[str, str]:
    """Split an address in one piece into lines, locality and postal code, if the code has the country's form.

    Otherwise all of it goes into `address`, and ColumnMapping.defaults or the user must supply the locality.
    """
    lines = [part.strip() for part in re.split(r"[\n;]|,\s", text) if part.strip()]
    for index in range(len(lines) - 1, -1, -1):
        found = split_postal_code(lines[index], country)
        if found:
            code, rest = found
            before = lines[:index]
            locality = rest or (before.pop() if before else "")
            return {"address": "\n".join(before), "locality": locality, "postal_code": code}
    return {"address": "\n".join(lines)} if lines else {}


def _latest_membership_start(data: _PopoloFile) -> date | None:
    days = [
        parse_full_date(_membership_dates(membership, data)[0])
        for memberships in data.memberships.values()
        for membership in memberships
    ]
    return max((day for day in days if day), default=None)


def _import_popolo(
    paths: Sequence[Path], options: ImportOptions, offices: Collection[str], problems: ProblemList
) -> list[ImportResult]:
    return [
        read_popolo(path, str(path), problems, offices=offices, columns=options.columns) for path in paths
    ]


IMPORTER = Importer(
    "popolo",
    "Import members of a parliament from Popolo JSON (EveryPolitician, PopIt); name their office with --set.",
    _import_popolo,
    "JSON files in Popolo format.",
    frozenset({"set"}),
)
