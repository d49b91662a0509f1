"""Officials from Popolo JSON, the format of EveryPolitician, PopIt and many parliaments.

Reads persons, memberships, organizations, posts, areas and events of http://www.popoloproject.com/specs/, as
one object of lists or as a list of persons with their memberships inside. Popolo knows no forms of address:
the office comes from Columns.filled.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from briefgen.address.postal import postal_code_at
from briefgen.errors import BriefgenError, Place, Problem, ProblemList
from briefgen.model.recipient import Recipient
from briefgen.recipients.importers.common import (
    Brought,
    deceased,
    last_day,
    load_json,
    mappings,
    named,
    role_in_committee,
    shown_of,
    span,
    text_of,
    whole_day,
)
from briefgen.recipients.schema import Row, slug
from briefgen.recipients.table import AS_THEY_ARE, Columns

_GENDERS = {"female": "f", "male": "m", "f": "f", "m": "m"}
_PLAIN_ROLES = {"member", "mp", "legislator", "representative", "deputy", "senator", "councillor", ""}
"""Roles that say no more than the office does."""
Thing = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Data:
    """The lists of a file, by id."""

    persons: Sequence[Thing]
    memberships: Mapping[str, Sequence[Thing]]
    """By the id of the person."""
    organizations: Mapping[str, Thing]
    posts: Mapping[str, Thing]
    areas: Mapping[str, Thing]
    events: Mapping[str, Thing]


def read_popolo(
    path: Path,
    shown: str,
    findings: ProblemList,
    *,
    offices: Collection[str] = (),
    seen: dict[str, Place] | None = None,
    columns: Columns = AS_THEY_ARE,
) -> Brought:
    """Every person of the file, with the seat held now or held last.

    A person who cannot be read is reported and left out. Raises StorageFault where the file cannot be read,
    BriefgenError where it is no Popolo.
    """
    place = Place(shown)
    data = _data(load_json(path, place, "popolo-file"), place)
    ids: dict[str, Place] = {} if seen is None else seen
    found: list[Recipient] = []
    for number, person in enumerate(data.persons, start=1):
        label = f"person {number} ({_known_as(person)})"
        if deceased(label, person.get("death_date"), place, findings):
            continue
        if not named(label, person, place, findings):
            continue
        recipient = _recipient(person, data, columns, Row(place, label, findings), offices)
        if recipient is None:
            continue
        if recipient.id in ids:
            findings.add(
                Problem(
                    "recipient-repeated",
                    f"{label}: {recipient.id!r} stands already in {ids[recipient.id]}",
                    place,
                    "remove one of the two",
                )
            )
            continue
        ids[recipient.id] = place
        found.append(recipient)
    return Brought(found, _newest(data))


def _known_as(person: Thing) -> str:
    return shown_of(person.get("name")) or shown_of(person.get("id")) or "without a name"


def _data(read: Any, place: Place) -> _Data:
    if isinstance(read, dict) and isinstance(read.get("result"), list):
        read = read["result"]  # as the API of PopIt answers
    if isinstance(read, list):
        read = {"persons": read}
    persons = mappings(read.get("persons")) if isinstance(read, dict) else []
    if not persons:
        raise BriefgenError(
            Problem("popolo-file", "there is no list of persons", place, "is this a file in Popolo format?")
        )
    memberships: dict[str, list[Thing]] = {}
    for one in mappings(read.get("memberships")):
        memberships.setdefault(text_of(one.get("person_id")), []).append(one)
    for person in persons:
        memberships.setdefault(text_of(person.get("id")), []).extend(mappings(person.get("memberships")))
    return _Data(
        persons,
        memberships,
        _by_id(read.get("organizations")),
        _by_id(read.get("posts")),
        _by_id(read.get("areas")),
        _by_id(read.get("events")),
    )


def _by_id(things: Any) -> dict[str, Thing]:
    return {text_of(one.get("id")): one for one in mappings(things)}


def _recipient(
    person: Thing, data: _Data, columns: Columns, row: Row, offices: Collection[str]
) -> Recipient | None:
    held = sorted(
        data.memberships.get(text_of(person.get("id")), ()), key=lambda one: span(*_days(one, data))
    )
    seat = _last(held, data, seats=True)
    post = _last(held, data, seats=False)
    details = _contacts(person, seat)
    cells = {
        "id": slug(text_of(person.get("family_name")) or text_of(person.get("name")), _mark(person)),
        "honorific": text_of(person.get("honorific_prefix")),
        "name": text_of(person.get("name")),
        "given": text_of(person.get("given_name")),
        "family": text_of(person.get("family_name")),
        "postnominals": text_of(person.get("honorific_suffix")),
        "gender": _GENDERS.get(text_of(person.get("gender")).lower(), ""),
        "role": _role(post or seat, data),
        "organisation": text_of(_organization(post, data).get("name")) if post else "",
        "email": text_of(person.get("email")) or details.get("email", ""),
        "contact_form": _form(person),
        "chamber": slug(text_of(_organization(seat, data).get("name"))),
        "constituency": _area(seat, data),
        "party": _party(seat, held, data),
        "committees": _committees(held, data),
        "term_end": _term_end(post or seat, data),
    }
    filled = {**columns.filled, **{name: text for name, text in cells.items() if text}}
    cells = {**filled, **_address(details.get("address", ""), filled.get("country", ""))}
    return row.recipient(cells, {}, offices)


def _mark(person: Thing) -> str:
    """Eight characters that stay the same for a person: of the id, or of a name where there is none."""
    identity = text_of(person.get("id")) or text_of(person.get("name"))
    plain = re.sub(r"[^a-z0-9]", "", identity.rsplit("/", 1)[-1].lower())
    return plain[:8] or slug(identity)[:8]


def _days(membership: Thing, data: _Data) -> tuple[Any, Any]:
    """When a membership began and ended, by itself or by its legislative period."""
    period = data.events.get(text_of(membership.get("legislative_period_id")), {})
    return (
        membership.get("start_date") or period.get("start_date"),
        membership.get("end_date") or period.get("end_date"),
    )


def _organization(membership: Thing | None, data: _Data) -> Thing:
    if membership is None:
        return {}
    inside = membership.get("organization")
    if isinstance(inside, dict):
        return inside
    post = _post(membership, data)
    key = text_of(membership.get("organization_id")) or text_of(post.get("organization_id"))
    return data.organizations.get(key, {})


def _post(membership: Thing, data: _Data) -> Thing:
    inside = membership.get("post")
    return inside if isinstance(inside, dict) else data.posts.get(text_of(membership.get("post_id")), {})


def _kind(membership: Thing, data: _Data) -> str:
    """`seat`, `party`, `committee` or `post`, by the organization's classification."""
    word = text_of(_organization(membership, data).get("classification")).lower()
    if "party" in word or word in ("faction", "parliamentary group"):
        return "party"
    if "committee" in word or "commission" in word:
        return "committee"
    if any(part in word for part in ("government", "executive", "ministry", "department", "cabinet")):
        return "post"
    return "seat"


def _last(held: Sequence[Thing], data: _Data, *, seats: bool) -> Thing | None:
    """The seat held longest into the future; a post in the government only while it is held."""
    if seats:
        return next((one for one in reversed(held) if _kind(one, data) == "seat"), None)
    return next(
        (one for one in reversed(held) if _kind(one, data) == "post" and not text_of(_days(one, data)[1])),
        None,
    )


def _role(membership: Thing | None, data: _Data) -> str:
    if membership is None:
        return ""
    post = _post(membership, data)
    role = (
        text_of(membership.get("role"))
        or text_of(post.get("role"))
        or text_of(post.get("label"))
        or text_of(membership.get("label"))
    )
    return "" if role.lower() in _PLAIN_ROLES else role


def _area(membership: Thing | None, data: _Data) -> str:
    if membership is None:
        return ""
    post = _post(membership, data)
    for holder in (membership, post):
        inside = holder.get("area")
        if isinstance(inside, dict):
            return text_of(inside.get("name"))
        if holder.get("area_id"):
            return text_of(data.areas.get(text_of(holder.get("area_id")), {}).get("name"))
    return ""


def _party(seat: Thing | None, held: Sequence[Thing], data: _Data) -> str:
    if seat is not None:
        inside = seat.get("on_behalf_of")
        party = (
            inside
            if isinstance(inside, dict)
            else data.organizations.get(text_of(seat.get("on_behalf_of_id")))
        )
        if party:
            return text_of(party.get("name"))
    for one in reversed(held):
        if _kind(one, data) == "party" and not text_of(_days(one, data)[1]):
            return text_of(_organization(one, data).get("name"))
    return ""


def _committees(held: Sequence[Thing], data: _Data) -> str:
    """As the column has them: `foreign-affairs:chair (Foreign Affairs Committee)`; those held now only."""
    found = []
    for one in held:
        if _kind(one, data) == "committee" and not text_of(_days(one, data)[1]):
            name = text_of(_organization(one, data).get("name")).replace(";", ",")
            role = role_in_committee(text_of(one.get("role")))
            found.append(f"{slug(name)}{'' if role == 'member' else f':{role}'} ({name})")
    return "; ".join(sorted(found))


def _term_end(membership: Thing | None, data: _Data) -> str:
    day = last_day(_days(membership, data)[1]) if membership else None
    return day.isoformat() if day else ""


def _contacts(person: Thing, seat: Thing | None) -> dict[str, str]:
    """The first of each type; those of the seat come before the person's own."""
    found: dict[str, str] = {}
    for one in (*mappings((seat or {}).get("contact_details")), *mappings(person.get("contact_details"))):
        value = one.get("value")
        if isinstance(value, str):
            found.setdefault(text_of(one.get("type")).lower(), value)
    return found


def _form(person: Thing) -> str:
    for one in mappings(person.get("links")):
        if "contact" in text_of(one.get("note")).lower():
            url = text_of(one.get("url"))
            return url if re.fullmatch(r"https?://\S+\.\S+", url) else ""
    return ""


def _address(text: str, country: str) -> dict[str, str]:
    """Lines, locality and postal code of an address in one piece, where the code can be told by its form.

    Without a code that is one of the country's the whole stands in `address`, and the locality is left to
    Columns.filled or to the reader of the table.
    """
    lines = [part.strip() for part in re.split(r"[\n;]|,\s", text) if part.strip()]
    for at in range(len(lines) - 1, -1, -1):
        found = postal_code_at(lines[at], country)
        if found:
            code, rest = found
            before = lines[:at]
            locality = rest or (before.pop() if before else "")
            return {"address": "\n".join(before), "locality": locality, "postal_code": code}
    return {"address": "\n".join(lines)} if lines else {}


def _newest(data: _Data) -> date | None:
    days = [whole_day(_days(one, data)[0]) for held in data.memberships.values() for one in held]
    return max((day for day in days if day), default=None)
