"""The columns of a recipients table: how the text of each cell is parsed, validated and written back.

The file format does not matter here: CSV, XLSX, YAML and JSON readers all share these columns.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from briefgen.errors import suggest_similar
from briefgen.model.recipient import Committee, SecondPerson
from briefgen.recipients.foreign_words import find_country_code, fold_words, gender_words
from briefgen.recipients.ids import ID_PATTERN, MAX_ID_LENGTH, build_id

COMMITTEE_ROLES = ("member", "chair", "ranking", "vice-chair")
MAX_EXTRA_CHARACTERS = 32_767
"""Most characters in a cell of an extra column: as many as a spreadsheet allows."""
_COMMITTEE = re.compile(r"([A-Za-z0-9-]+)(?:\s*:\s*([a-z-]+))?(?:\s*\((.*)\))?", re.DOTALL)
_EMAIL = re.compile(r"[^@\s,;:<>()\"\\]+@[^@\s,;:<>()\"\\]+\.[^@\s,;:<>()\"\\.]+")
_WEB = re.compile(r"https?://[^\s<>\"]+\.[^\s<>\"]+", re.IGNORECASE)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


class CellError(ValueError):
    """A cell whose text is not valid in its column."""

    def __init__(self, message: str, hint: str | None = None, value: Any = None) -> None:
        """Take the message, which follows the column's name, a hint, and what an optional cell becomes."""
        super().__init__(message)
        self.hint = hint
        self.value = value


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the recipients table, named like the field of `Recipient` that it fills."""

    name: str
    parse: Callable[[str], Any] = str
    """Convert the cell's text to the field's value; raise CellError."""
    format: Callable[[Any], str] = str
    max_characters: int = 300
    multiline: bool = False
    optional: bool = False
    """Whether a letter can do without, so that a bad cell is left empty with a warning."""


def _parse_id(text: str) -> str:
    if not ID_PATTERN.fullmatch(text) or len(text) > MAX_ID_LENGTH:
        raise CellError(
            f"{text!r} is not an id",
            f"use up to {MAX_ID_LENGTH} lower-case letters, digits and hyphens, as in "
            f"{build_id(text) or 'ada-lee'}",
        )
    return text


def _parse_office(text: str) -> str:
    return text.lower()


def _parse_gender(text: str) -> str:
    gender = gender_words().get(fold_words(text))
    if gender is None:
        raise CellError(f"{text!r} is not f or m", "the form of address will be neutral")
    return gender


def _parse_country(text: str) -> str:
    if code := find_country_code(text):
        return code
    raise CellError(f"{text!r} is not a country", "use the two letters of ISO 3166, for example CH")


def _parse_address_lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in re.split(r"\n|\s\|\s", text) if line.strip(" |"))


def _format_address_lines(lines: tuple[str, ...]) -> str:
    return " | ".join(lines)


def _parse_tags(text: str) -> tuple[str, ...]:
    return tuple(tag.strip() for tag in text.split(";") if tag.strip())


def _format_tags(tags: tuple[str, ...]) -> str:
    return "; ".join(tags)


def _parse_committees(text: str) -> tuple[Committee, ...]:
    return tuple(_parse_committee(part.strip()) for part in text.split(";") if part.strip())


def _parse_committee(text: str) -> Committee:
    match = _COMMITTEE.fullmatch(text)
    if match is None:
        raise CellError(
            f"{text!r} is not a committee", "write for example SSFR:ranking (Committee on Foreign Relations)"
        )
    role = match[2] or "member"
    if role not in COMMITTEE_ROLES:
        raise CellError(f"{role!r} is not a role in a committee", suggest_similar(role, COMMITTEE_ROLES))
    return Committee(match[1], (match[3] or "").strip(), role)


def _format_committees(committees: tuple[Committee, ...]) -> str:
    return "; ".join(
        committee.id
        + (f":{committee.role}" if committee.role != "member" else "")
        + (f" ({committee.name})" if committee.name else "")
        for committee in committees
    )


def find_emails(text: str) -> list[str]:
    """Return the e-mail addresses in a text, each once."""
    return list(dict.fromkeys(_EMAIL.findall(re.sub("mailto:", "", text, flags=re.IGNORECASE))))


def parse_emails(text: str) -> list[str]:
    """Return the e-mail addresses in a cell, each once; raise CellError if it has none, or a broken one."""
    found = find_emails(text)
    if not found:
        raise CellError(f"{text[:60]!r} is not an e-mail address")
    rest = text
    for address in sorted(found, key=len, reverse=True):
        rest = rest.replace(address, " ")
    if broken := next((word for word in re.split(r"[\s,;<>]+", rest) if "@" in word), ""):
        raise CellError(
            f"{broken[:60]!r} is not an e-mail address; {', '.join(found)} is used",
            "correct it, or remove it",
        )
    return found


def _parse_email(text: str) -> str:
    """Return the first address in a cell; `RecipientBuilder` takes the others."""
    try:
        return parse_emails(text)[0]
    except CellError as error:
        found = find_emails(text)
        raise CellError(str(error), error.hint, found[0] if found else None) from None


def _parse_web_address(text: str) -> str:
    address = f"https://{text}" if text.lower().startswith("www.") else text
    if not _WEB.fullmatch(address):
        raise CellError(f"{text!r} is not a web address", "begin it with https://")
    return address


def _parse_language(text: str) -> str:
    if not _LANGUAGE.fullmatch(text):
        raise CellError(f"{text!r} is not a language code", "write for example en, fr or pt-BR")
    return text


_DATE_FORMATS = ("%d.%m.%Y", "%Y/%m/%d", "%d %B %Y", "%B %d, %Y", "%d %b %Y", "%m/%d/%Y", "%d/%m/%Y")


def _parse_date_cell(text: str) -> date:
    """Return a date as 2027-01-03 or in another form that has one reading, unlike 03/01/2027."""
    readings = set()
    for form in ("%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", *_DATE_FORMATS):
        with suppress(ValueError):
            readings.add(datetime.strptime(text, form).date())
    if len(readings) != 1:
        raise CellError(
            f"{text!r} {'can be two dates' if readings else 'is not a date'}", "write it as 2027-01-03"
        )
    return readings.pop()


def _format_date_cell(day: date | None) -> str:
    return day.isoformat() if day else ""


COLUMNS: tuple[Column, ...] = (
    Column("id", _parse_id),
    Column("office", _parse_office),
    Column("honorific"),
    Column("name"),
    Column("given"),
    Column("family"),
    Column("suffix"),
    Column("postnominals"),
    Column("gender", _parse_gender, optional=True),
    Column("role"),
    Column("organisation"),
    Column("address", _parse_address_lines, _format_address_lines, max_characters=1_000, multiline=True),
    Column("locality"),
    Column("region"),
    Column("postal_code"),
    Column("country", _parse_country, optional=True),
    Column("language", _parse_language),
    Column("email", _parse_email, max_characters=1_000, multiline=True, optional=True),
    Column("contact_form", _parse_web_address, max_characters=2_000, optional=True),
    Column("represents", _parse_country),
    Column("chamber"),
    Column("state"),
    Column("district"),
    Column("constituency"),
    Column("party"),
    Column("committees", _parse_committees, _format_committees, max_characters=20_000, optional=True),
    Column("tags", _parse_tags, _format_tags, max_characters=2_000, optional=True),
    Column("term_end", _parse_date_cell, _format_date_cell),
    Column("salutation"),
    Column("close"),
)
"""All columns, in the order in which they are written."""
SECOND_SUFFIX = "_2"
SECOND_COLUMNS: tuple[Column, ...] = tuple(
    replace(column, name=f"{column.name}{SECOND_SUFFIX}")
    for column in COLUMNS
    if column.name in SecondPerson.__dataclass_fields__
)
"""Columns for the second person of a letter, written only if a list has one: `name_2`."""
COLUMNS_BY_NAME: Mapping[str, Column] = {column.name: column for column in (*COLUMNS, *SECOND_COLUMNS)}
YOUR_REFERENCE_COLUMN = "your_ref"
"""Column with the recipient's own reference, of the letter that this one answers."""
COPIES_COLUMN = "copies"
"""Column with those who receive a copy of this letter, separated by semicolons."""
EMAIL_CC_COLUMN, EMAIL_BCC_COLUMN = "email_cc", "email_bcc"
"""Columns with those to whom the e-mail goes as a copy, openly or not."""
LETTER_COLUMNS = (
    "connection",
    "constituent",
    "ask",
    "paragraph",
    YOUR_REFERENCE_COLUMN,
    COPIES_COLUMN,
    EMAIL_CC_COLUMN,
    EMAIL_BCC_COLUMN,
)
"""Extra columns that the built-in letters print."""
