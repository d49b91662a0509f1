"""Mend what spreadsheets and published lists are known to do to names and addresses, for an import."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from briefgen.address.countries import common_name
from briefgen.address.names import (
    PersonalName,
    format_titles,
    read_personal_name,
    split_last_first,
    take_suffix,
)
from briefgen.address.postal import is_plausible_postal_code, restore_postal_code
from briefgen.errors import Problem, ProblemList, abbreviate_names, quantity
from briefgen.model.recipient import Recipient
from briefgen.recipients.importers.address_parts import part_address

_SHOWN = 5
"""Examples in a warning about many rows."""


def turn_names(recipients: Iterable[Recipient], problems: ProblemList) -> list[Recipient]:
    """Return the recipients with names such as `Muster, Dora` turned round, and say so once."""
    turned: list[str] = []
    kept = []
    for recipient in recipients:
        name = read_personal_name(recipient)
        if parts := split_last_first(name.full):
            whole = _rename(recipient, name, name.given or parts[0], name.family or parts[1])
            again = read_personal_name(whole)  # in `Lee, Dr Ada`, the title is with the forename
            whole = replace(whole, honorific=format_titles(again.titles), given=again.given)
            recipient = replace(whole, name=whole.full_name)
            turned.append(f"{name.full!r} is now {recipient.name} ({recipient.id})")
        kept.append(recipient)
    if turned:
        number, examples = quantity(len(turned), "name"), abbreviate_names(turned, _SHOWN)
        message = f"the family name came first in {number}: {examples}"
        hint = "look the names over in the list"
        problems.add(Problem("names-turned", message, None, hint, severity="warning"))
    return kept


def _rename(recipient: Recipient, name: PersonalName, given: str, family: str) -> Recipient:
    """Return a recipient whose name is in its parts alone."""
    return replace(
        recipient,
        name="",
        honorific=format_titles(name.titles),
        given=given,
        family=family,
        suffix=name.suffix or take_suffix(name.full)[1],
        postnominals=name.postnominals,
    )


_PARTICLES = frozenset(
    {
        "af", "av", "bin", "da", "das", "de", "del", "della", "dello", "den", "der", "di", "do",
        "dos", "du", "e", "ten", "ter", "und", "van", "von", "y", "zu", "zum", "zur",
    }
)  # fmt: skip
_CAPITALS = re.compile(r"[^\W\d_]{2,}(?:[-'’][^\W\d_]+)*")


def lower_family_names(recipients: Iterable[Recipient], problems: ProblemList) -> list[Recipient]:
    """Return the recipients with family names in capitals as people write them, and say so once.

    Capitals tell which part of `MFANO Gloriose` is the family name. Names in capitals as a whole stay.
    """
    changed: list[str] = []
    kept = []
    for recipient in recipients:
        name = read_personal_name(recipient)
        if found := _find_capital_family(name.full, name.given, name.family):
            whole = _rename(recipient, name, *found)
            recipient = replace(whole, name=whole.full_name if recipient.name else "")
            changed.append(f"{name.full!r} is now {whole.full_name} ({recipient.id})")
        kept.append(recipient)
    if changed:
        number, examples = quantity(len(changed), "family name"), abbreviate_names(changed, _SHOWN)
        message = f"{number} in capitals: {examples}"
        hint = "look the names over in the list"
        problems.add(Problem("names-capitals", message, None, hint, severity="warning"))
    return kept


def _find_capital_family(full: str, given: str, family: str) -> tuple[str, str] | None:
    """Return given name and family name if the latter alone is in capitals; None otherwise."""
    words = take_suffix(full)[0].split()
    if given and family:
        capital = _are_capitals(family.split()) and not _are_capitals(given.split())
        return (given, _lower_capitals(family)) if capital else None
    flags = [_are_capitals([word]) for word in words]
    if not words or all(flags) or not any(flags):
        return None
    first = flags.index(True)
    last = len(flags) - 1 - flags[::-1].index(True)
    while first and words[first - 1] in _PARTICLES:  # `Ana de SOUSA`
        first -= 1
    names, rest = words[first : last + 1], words[:first] + words[last + 1 :]
    at_one_end = first == 0 or last == len(words) - 1
    inside = all(flag or word in _PARTICLES for flag, word in zip(flags[first:], names, strict=False))
    if not (at_one_end and inside and rest):
        return None
    return " ".join(rest), _lower_capitals(" ".join(names))


def _are_capitals(words: list[str]) -> bool:
    return bool(words) and all(word.isupper() and _CAPITALS.fullmatch(word) for word in words)


def _lower_capitals(name: str) -> str:
    *words, last = name.split()
    return " ".join([*map(_lower_word, words), _lower_word(last, particle=False)])


def _lower_word(word: str, *, particle: bool = True) -> str:
    if particle and word.casefold() in _PARTICLES:
        return word.lower()
    parts = re.split("([-'’])", word)
    lowered = "".join(part[:1] + part[1:].lower() for part in parts)
    return re.sub(r"^Mc([a-z])(?=[a-z]{2})", lambda match: f"Mc{match[1].upper()}", lowered)


def part_names(recipients: Iterable[Recipient]) -> tuple[list[Recipient], list[str]]:
    """Return the recipients with names in one piece parted, and what was parted: `Ada van Lee`, `van Lee`.

    The last word is taken for the family name, with particles before it. That is usual in the West and wrong
    elsewhere, so nobody's name is parted unless the user wants it.
    """
    parted: list[str] = []
    kept = []
    for recipient in recipients:
        name = read_personal_name(recipient, peers=True)
        words = take_suffix(name.full)[0].split()
        if recipient.family or recipient.given or name.rank or len(words) < 2 or not _is_western(words):
            kept.append(recipient)
            continue
        first = len(words) - 1
        while first > 1 and words[first - 1].casefold() in _PARTICLES:
            first -= 1
        given, family = " ".join(words[:first]), " ".join(words[first:])
        kept.append(replace(recipient, given=given, family=family))
        parted.append(f"{given} / {family}")
    return kept, parted


def _is_western(words: list[str]) -> bool:
    """Return whether words are of a name in Latin letters that is no title and no organisation."""
    return all(
        re.fullmatch(r"[^\W\d_ᄀ-\uffff](?:[^\W\d_ᄀ-\uffff]|['’.-])*", word) for word in words
    ) and not any(word.casefold() in ("of", "the", "and", "for") for word in words)


def part_addresses(recipients: Iterable[Recipient], problems: ProblemList) -> list[Recipient]:
    """Return the recipients with addresses in one piece parted where that is certain, and say so once."""
    parted: list[str] = []
    whole: list[str] = []
    kept = []
    for recipient in recipients:
        if recipient.address and not recipient.locality and not recipient.postal_code:
            if parts := part_address(recipient.address, recipient.country):
                own = recipient.organisation.casefold()
                recipient = replace(
                    recipient,
                    address=tuple(line for line in parts.lines if line and line.casefold() != own),
                    locality=parts.locality,
                    region=recipient.region or parts.region,
                    postal_code=parts.postal_code,
                    country=parts.country,
                )
                town = " ".join(filter(None, (parts.locality, parts.region, parts.postal_code)))
                parted.append(f"{' | '.join(parts.lines)} / {town} ({recipient.id})")
            else:
                whole.append(f"{' | '.join(recipient.address)!r} ({recipient.id})")
        kept.append(recipient)
    if parted:
        number, examples = quantity(len(parted), "address", "addresses"), abbreviate_names(parted, _SHOWN)
        message = f"{number} in one piece parted: {examples}"
        problems.add(
            Problem(
                "address-parted", message, None, "look the addresses over in the list", severity="warning"
            )
        )
    if whole:
        number, examples = quantity(len(whole), "address", "addresses"), abbreviate_names(whole, _SHOWN)
        message = f"{number} without a town, and it cannot be told for certain: {examples}"
        hint = "fill in locality, region and postal_code, and country if it is missing (--set country=US)"
        problems.add(Problem("address-whole", message, None, hint, severity="warning"))
    return kept


def restore_postal_codes(recipients: Iterable[Recipient], problems: ProblemList) -> list[Recipient]:
    """Return the recipients with the codes that spreadsheets changed as they were, and say so once.

    Codes that cannot be right, and have not one likely reading, are kept with a warning.
    """
    restored: list[str] = []
    kept = []
    for recipient in recipients:
        code, country = recipient.postal_code, recipient.country
        if code and not is_plausible_postal_code(code, country):
            if likely := restore_postal_code(code, country, recipient.region):
                recipient = replace(recipient, postal_code=likely)
                restored.append(f"{code!r} is now {likely} ({recipient.id})")
            else:
                problems.add(_unlikely_code(recipient))
        kept.append(recipient)
    if restored:
        number, examples = quantity(len(restored), "postal code"), abbreviate_names(restored, _SHOWN)
        message = f"a spreadsheet changed {number}: {examples}"
        hint = "compare them with the source, and format such columns as text"
        problems.add(Problem("postal-code-restored", message, None, hint, severity="warning"))
    return kept


def _unlikely_code(recipient: Recipient) -> Problem:
    return Problem(
        "postal-code",
        f"{recipient.full_name or recipient.office} ({recipient.id}): {recipient.postal_code!r} cannot be a "
        f"postal code ({common_name(recipient.country)})",
        recipient.place,
        "correct it in the list; until then no letter is written",
        severity="warning",
    )
