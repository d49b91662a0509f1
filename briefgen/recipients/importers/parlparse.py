"""What parlparse, the data behind TheyWorkForYou, has besides Popolo: `other_names`, peers, and houses.

Its people.json lists everybody who has sat in a British parliament, with the organization's id for the house.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from briefgen.recipients.importers.base import list_mappings, term_sort_key, to_text

_PERSON = "uk.org.publicwhip/"
_HOUSES: Mapping[str, Mapping[str, str]] = {
    "house-of-commons": {"office": "uk-mp", "locality": "London", "postal_code": "SW1A 0AA"},
    "house-of-lords": {"locality": "London", "postal_code": "SW1A 0PW"},
    "scottish-parliament": {"office": "scotland-msp", "locality": "Edinburgh", "postal_code": "EH99 1SP"},
    "welsh-parliament": {"office": "wales-ms", "locality": "Cardiff", "postal_code": "CF99 1SN"},
    "northern-ireland-assembly": {
        "office": "ni-mla",
        "address": "Parliament Buildings\nStormont",
        "locality": "Belfast",
        "postal_code": "BT4 3XX",
    },
}
"""Office and address by the id of a house."""
_RANKS: Mapping[str, tuple[str, str]] = {
    "lord": ("uk-baron", "m"),
    "baron": ("uk-baron", "m"),
    "baroness": ("uk-baroness", "f"),
    "lady": ("uk-baroness", "f"),
    "viscount": ("uk-viscount", "m"),
    "earl": ("uk-earl", "m"),
    "countess": ("uk-earl", "f"),
    "marquess": ("uk-marquess", "m"),
    "duke": ("uk-duke", "m"),
    "bishop": ("uk-lord-bishop", ""),
    "archbishop": ("uk-lord-bishop", ""),
}
"""Office and gender by the rank of a peer."""


def find_main_name(person: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the person with the main name that holds now or held last, if the names are in `other_names`."""
    if any(to_text(person.get(key)) for key in ("name", "given_name", "family_name")):
        return person
    names = [one for one in list_mappings(person.get("other_names")) if to_text(one.get("note")) == "Main"]
    if not names:
        return person
    latest = max(names, key=lambda one: term_sort_key(one.get("start_date"), one.get("end_date")))
    name = {key: value for key, value in latest.items() if key not in ("start_date", "end_date", "note")}
    if title := _peer_title(name):
        name["name"] = title
    return {**person, **name}


def _peer_title(name: Mapping[str, Any]) -> str:
    """Return a peer's title without the rank: `Muster of Leith`; empty for others."""
    parts = to_text(name.get("lordname")), to_text(name.get("lordofname"))
    return " of ".join(filter(None, parts))


def is_redirect(person: Mapping[str, Any]) -> bool:
    """Return whether an entry only says that a person has another number."""
    return bool(to_text(person.get("redirect")))


def describe_seat(person: Mapping[str, Any], house: str) -> dict[str, str]:
    """Return office, address and, for peers, name and gender, by the house's id; nothing for other data."""
    if not to_text(person.get("id")).startswith(_PERSON) or house not in _HOUSES:
        return {}
    cells = {"country": "GB", "chamber": house, **_HOUSES[house]}
    if house != "house-of-lords":
        return cells
    rank = to_text(person.get("honorific_prefix")).lower()
    office, gender = _RANKS.get(rank, ("", ""))
    if office == "uk-earl" and to_text(person.get("lordname")):
        office = "uk-earl-without-of"
    # The forename and family name of a peer are not those of the title.
    cells.update(office=office, gender=gender, name=_peer_title(person), honorific="", given="", family="")
    return cells
