"""Mend what spreadsheets and published lists are known to do to names and postal codes, for an import."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from briefgen.address.countries import common_name
from briefgen.address.names import format_titles, read_personal_name, split_last_first, take_suffix
from briefgen.address.postal import is_plausible_postal_code, restore_postal_code
from briefgen.errors import Problem, ProblemList, abbreviate_names, quantity
from briefgen.model.recipient import Recipient

_SHOWN = 5
"""Examples in a warning about many rows."""


def turn_names(recipients: Iterable[Recipient], problems: ProblemList) -> list[Recipient]:
    """Return the recipients with names such as `Muster, Dora` turned round, and say so once."""
    turned: list[str] = []
    kept = []
    for recipient in recipients:
        name = read_personal_name(recipient)
        if parts := split_last_first(name.full):
            whole = replace(
                recipient,
                name="",
                honorific=format_titles(name.titles),
                given=name.given or parts[0],
                family=name.family or parts[1],
                suffix=name.suffix or take_suffix(name.full)[1],
                postnominals=name.postnominals,
            )
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
