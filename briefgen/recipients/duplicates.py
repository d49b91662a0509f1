"""Find people who are listed more than once, and merge their rows without losing what any of them says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, replace
from typing import Any

from briefgen.address.names import fold_name, read_personal_name
from briefgen.errors import Problem, abbreviate_names
from briefgen.model.recipient import Recipient

_ADDRESS = ("address", "locality", "region", "postal_code", "country")
_DECISIVE = ("represents", "gender", "suffix", "language", "constituency", "state", "district")
"""Columns in which the rows of one person do not differ."""
_NOT_COMPARED = ("id", "office", "place", "extra", "name", "given", "family", *_ADDRESS)
_JOINED = ("committees", "tags", "rows", "other_emails")
_OFFICE_TITLES = (
    "Senator",
    "Sen.",
    "Representative",
    "Rep.",
    "Congressman",
    "Congresswoman",
    "The Honorable",
)


def name_key(recipient: Recipient) -> tuple[str, ...]:
    """Return a key that is equal for recipients with the same name, or without a name for the same office.

    Case, accents, width, punctuation, titles, letters after the name and the order of words do not count.
    """
    name = read_personal_name(recipient, _OFFICE_TITLES, peers=True)
    if name.full:
        return tuple(sorted(fold_name(f"{name.full}").split()))
    office = (recipient.represents, recipient.role, recipient.organisation, recipient.constituency)
    return ("", recipient.office, *map(fold_name, office))


def find_duplicates(recipients: Iterable[Recipient]) -> list[list[Recipient]]:
    """Return the groups of recipients with the same name and address; an empty cell is like any other."""
    groups: dict[tuple[str, ...], list[list[Recipient]]] = {}
    for recipient in recipients:
        same_name = groups.setdefault(name_key(recipient), [])
        group = next((group for group in same_name if _have_same_address(group[0], recipient)), None)
        if group is None:
            same_name.append([recipient])
        else:
            group.append(recipient)
    return [group for same_name in groups.values() for group in same_name if len(group) > 1]


def _have_same_address(one: Recipient, other: Recipient) -> bool:
    pairs = [(_fold_cell(one, column), _fold_cell(other, column)) for column in _ADDRESS]
    # Without anything in common there is no address to compare.
    return all(a == b or not (a and b) for a, b in pairs) and any(a and b for a, b in pairs)


def _fold_cell(recipient: Recipient, column: str) -> str:
    value = getattr(recipient, column)
    text = " ".join(value) if isinstance(value, tuple) else str(value)
    return fold_name(text).replace(" ", "")


def warn_about_duplicates(recipients: Iterable[Recipient]) -> Iterator[Problem]:
    """Yield a warning for each recipient who is listed before, naming both rows."""
    for first, *others in find_duplicates(recipients):
        for other in others:
            yield Problem(
                "recipients-alike",
                f"{other.full_name or other.office} is listed twice, as {_name_row(first)} and {other.id}",
                other.place,
                "remove one of the rows, or merge them with --merge-duplicates",
                severity="warning",
                about=other.id,
            )


def merge_duplicates(recipients: Sequence[Recipient]) -> tuple[list[Recipient], list[Problem]]:
    """Merge the rows of each person into the fullest; return all recipients, and a warning for each merger.

    The warning lists what the other rows say and the kept one says otherwise. Rows for two offices, or that
    show two people, are not merged.
    """
    merged: dict[str, Recipient | None] = {}
    problems: list[Problem] = []
    for group in find_duplicates(recipients):
        mergeable = [one for one in group if _agree(group[0], one)]
        if len(mergeable) < 2:
            continue
        kept, lost = _merge(mergeable)
        merged |= dict.fromkeys((one.id for one in mergeable), None)
        merged[kept.id] = kept
        problems.append(_merger_warning(kept, [one for one in mergeable if one.id != kept.id], lost))
    result = (merged.get(recipient.id, recipient) for recipient in recipients)
    return [recipient for recipient in result if recipient is not None], problems


def _agree(one: Recipient, other: Recipient) -> bool:
    pairs = ((getattr(one, column), getattr(other, column)) for column in _DECISIVE)
    return one.office == other.office and all(a == b or not (a and b) for a, b in pairs)


def _merge(rows: Sequence[Recipient]) -> tuple[Recipient, list[str]]:
    """Return the fullest row, completed from the others, and what of these was not taken."""
    kept = max(rows, key=_fullness)
    lost: list[str] = []
    for other in rows:
        if other is not kept:
            kept = _complete(kept, other, lost)
    return kept, lost


def _fullness(row: Recipient) -> tuple[int, bool]:
    cells = [getattr(row, field.name) for field in fields(row) if field.name not in ("extra", "place")]
    filled = sum(bool(cell) for cell in (*cells, *row.extra.values()))
    # Of equal rows, the one whose name is not all capitals.
    return filled, not row.full_name.isupper() and not row.full_name.islower()


def _complete(kept: Recipient, other: Recipient, lost: list[str]) -> Recipient:
    changes: dict[str, Any] = {}
    for field in fields(kept):
        mine, theirs = getattr(kept, field.name), getattr(other, field.name)
        if field.name in _JOINED:
            changes[field.name] = tuple(dict.fromkeys((*mine, *theirs)))
        elif not mine and theirs and field.name not in ("extra", "place"):
            changes[field.name] = theirs
        elif (
            field.name not in _NOT_COMPARED
            and theirs
            and _fold_cell(kept, field.name) != _fold_cell(other, field.name)
        ):
            lost.append(f"{field.name} {theirs!s}")
    extra = dict(kept.extra)
    for header, text in other.extra.items():
        if text and not extra.get(header):
            extra[header] = text
        elif text and text != extra[header]:
            lost.append(f"{header} {text[:60]!r}")
    return replace(kept, **changes, extra=extra)


def _merger_warning(kept: Recipient, others: Sequence[Recipient], lost: Sequence[str]) -> Problem:
    rows = " and ".join(_name_row(one) for one in others)
    message = f"{kept.full_name or kept.office}: {_name_row(kept)} was kept, completed from {rows}"
    if lost:
        message += f"; not taken over: {abbreviate_names(list(lost), 5)}"
    return Problem(
        "recipients-merged",
        message,
        kept.place,
        "if these are different people, remove --merge-duplicates" + ("; copy what you need" if lost else ""),
        severity="warning",
        about=kept.id,
    )


def _name_row(recipient: Recipient) -> str:
    return f"{recipient.id} ({recipient.place})" if recipient.place else recipient.id
