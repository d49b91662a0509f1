"""Fill in patterns such as `EC/{year}/{number}` with what is known of a letter and its recipient.

References, web addresses, subjects of e-mails and names of files are patterns. Each gives one line of text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from briefgen.errors import Place, Problem, suggest_similar
from briefgen.model.campaign import CampaignConfig
from briefgen.model.recipient import Recipient

NUMBER_FIELD = "number"
"""The running number, perhaps with the digits that it is filled up to: `{number:4}`."""
ORDER_FIELD = "order"
"""The place of a letter in the print run, in the name of its file: `007`."""
SUBJECT_FIELD = "subject"
"""The letter's subject, in the subject of an e-mail."""
_FIELD = re.compile(r"\{([^{}]+)\}")
_NUMBER = re.compile(rf"{NUMBER_FIELD}(?::0?([1-9]))?")
_RECIPIENT_FIELDS = (
    "id",
    "office",
    "given",
    "family",
    "role",
    "organisation",
    "locality",
    "region",
    "postal_code",
    "country",
    "language",
    "chamber",
    "state",
    "district",
    "constituency",
    "party",
)
_OTHER_FIELDS = ("number", "year", "month", "date", "campaign", "name")


def list_fields(pattern: str) -> list[str]:
    """Return the names in braces in a pattern, each once; `number` without its digits."""
    names = (NUMBER_FIELD if _NUMBER.fullmatch(name) else name for name in _FIELD.findall(pattern))
    return list(dict.fromkeys(names))


def fill_pattern(
    pattern: str,
    recipient: Recipient,
    campaign: CampaignConfig,
    encode: Callable[[str], str] = str,
    more: Mapping[str, str] | None = None,
) -> str:
    """Return a pattern with its fields filled in, on one line.

    `encode` makes each value fit for where it goes, such as a web address. `more` are further fields. A field
    that is unknown stays as it is; `check_pattern` reports it.
    """
    values = {**_field_values(recipient, campaign), **(more or {})}

    def fill(field: re.Match[str]) -> str:
        if number := _NUMBER.fullmatch(field[1]):
            return encode(values[NUMBER_FIELD].zfill(int(number[1] or 1)) if values[NUMBER_FIELD] else "")
        return encode(values[field[1]]) if field[1] in values else field[0]

    return " ".join(_FIELD.sub(fill, pattern).split())


def find_empty_fields(pattern: str, recipient: Recipient, campaign: CampaignConfig) -> list[str]:
    """Return the fields of a pattern for which nothing is known of a recipient."""
    values = _field_values(recipient, campaign)
    return [name for name in list_fields(pattern) if not values.get(name, "").strip()]


def check_pattern(
    pattern: str, recipients: Iterable[Recipient], place: Place, more: Iterable[str] = ()
) -> Iterator[Problem]:
    """Report each field of a pattern that is neither briefgen's nor a column of the list."""
    known = {*_RECIPIENT_FIELDS, *_OTHER_FIELDS, *more}
    fields = [name for name in list_fields(pattern) if name not in known]
    if not fields:
        return
    columns = {header for recipient in recipients for header in recipient.extra}
    for name in fields:
        if name not in columns:
            yield Problem(
                "pattern-field",
                f"there is no field or column {name!r} to put in the place of {{{name}}}",
                place,
                suggest_similar(name, [*known, *columns]) or f"fields are {', '.join(sorted(known))}",
            )


def check_filled(
    patterns: Iterable[tuple[str, str]], recipient: Recipient, campaign: CampaignConfig
) -> Iterator[Problem]:
    """Report the fields that a recipient's row leaves empty in patterns, which come with their names."""
    for name, pattern in patterns:
        found = find_empty_fields(pattern, recipient, campaign)
        empty = [field for field in found if field not in (NUMBER_FIELD, SUBJECT_FIELD, ORDER_FIELD)]
        if empty:
            yield Problem(
                "pattern-empty",
                f"the {name} of {recipient.id} cannot be made: {', '.join(empty)} is empty in this row",
                recipient.place,
                f"fill in {', '.join(empty)}, or leave {{{empty[0]}}} out of {pattern!r}",
                about=recipient.id,
            )


def _field_values(recipient: Recipient, campaign: CampaignConfig) -> dict[str, str]:
    own = {name: str(getattr(recipient, name)) for name in _RECIPIENT_FIELDS}
    day = campaign.date
    return {
        **dict(recipient.extra),
        **own,
        "name": recipient.full_name,
        "number": recipient.number,
        "campaign": campaign.id,
        "year": f"{day.year}",
        "month": f"{day.month:02}",
        "date": day.isoformat(),
    }
