"""One recipient from named cells of text, and back: what each column may hold.

It knows no file format; spreadsheets, YAML and JSON readers all end here.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from briefgen.address.postal import postal_code_fits
from briefgen.errors import Place, Problem, ProblemList, suggest
from briefgen.model.recipient import Committee, Recipient
from briefgen.model.text import clean

ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
MAX_ID = 60
# Letters that do not decompose into a Latin base letter and a mark.
_LATIN = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i", "ħ": "h"}
)


def slug(*texts: str) -> str:
    """Lower-case letters, digits and hyphens from the texts that are not empty; at most 60 characters.

    A text in another script gives eight characters of its SHA-256, so that it always gives the same id.
    """
    parts = [_slug(text) for text in texts if text]
    return "-".join(part for part in parts if part)[:MAX_ID].strip("-")


def _slug(text: str) -> str:
    lower = text.lower().translate(_LATIN)
    plain = "".join(char for char in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(char))
    if any(char.isalpha() and not char.isascii() for char in plain):
        return hashlib.sha256(unicodedata.normalize("NFC", text).encode()).hexdigest()[:8]
    # An apostrophe or a full stop joins (`O'Neill`, `Jr.`), everything else parts words.
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"['’.]", "", plain)).strip("-")


ROLES = ("member", "chair", "ranking", "vice-chair")
EXTRA_LIMIT = 20_000
"""Characters in a cell of an extra column: a paragraph or two of the letter."""
# What a spreadsheet would run as a formula, and the apostrophe with which spreadsheets mark plain text.
_FORMULA = re.compile(r"\s*[=+\-@]")
_NUMBER = re.compile(r"[+-][\d\s().,/-]*\d")
_ESCAPED = re.compile(r"'+\s*[=+\-@]")
_COMMITTEE = re.compile(r"([A-Za-z0-9-]+)(?:\s*:\s*([a-z-]+))?(?:\s*\((.*)\))?", re.DOTALL)
_EMAIL = re.compile(r"[^@\s,;:<>()\"\\]+@[^@\s,;:<>()\"\\]+\.[^@\s,;:<>()\"\\.]+")
_WEB = re.compile(r"https?://[^\s<>\"]+\.[^\s<>\"]+", re.IGNORECASE)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


class BadCell(ValueError):
    """A cell that cannot be what its column holds; says why, and what to do."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        """Take the message as it follows the column's name, and a hint."""
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the canonical table, named like the field of Recipient that it fills."""

    name: str
    read: Callable[[str], Any] = str
    """Makes the value of the cell's text; raises BadCell."""
    write: Callable[[Any], str] = str
    limit: int = 300
    """Characters."""
    lines: bool = False
    """Whether the cell may hold several lines."""


def _read_id(text: str) -> str:
    if not ID.fullmatch(text) or len(text) > MAX_ID:
        raise BadCell(
            f"{text!r} is not an id",
            f"use up to {MAX_ID} lower-case letters, digits and hyphens, as in {slug(text) or 'ada-lee'}",
        )
    return text


def _read_office(text: str) -> str:
    return text.lower()


def _read_gender(text: str) -> str:
    known = {"f": "f", "female": "f", "m": "m", "male": "m"}
    if text.lower() not in known:
        raise BadCell(f"{text!r} is not f or m", "leave the cell empty for a neutral form of address")
    return known[text.lower()]


def _read_country(text: str) -> str:
    code = text.upper()
    names = territories()
    if code in names:
        return code
    if code == "UK":
        raise BadCell("'UK' is not a country code", "did you mean GB?")
    by_name = {name.casefold(): code for code, name in names.items()}
    if text.casefold() in by_name:
        raise BadCell(f"{text!r} is not a country code", f"write {by_name[text.casefold()]}")
    raise BadCell(f"{text!r} is not a country code", "use the two letters of ISO 3166, for example CH")


@cache
def territories() -> Mapping[str, str]:
    """English names of countries and territories by ISO 3166-1 alpha-2."""
    from babel import Locale

    not_places = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}
    names: Mapping[str, str] = Locale("en").territories
    return {code: names[code] for code in names if len(code) == 2 and code not in not_places}


def _read_address(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in re.split(r"\n|\s\|\s", text) if line.strip(" |"))


def _write_address(lines: tuple[str, ...]) -> str:
    return " | ".join(lines)


def _read_tags(text: str) -> tuple[str, ...]:
    return tuple(tag.strip() for tag in text.split(";") if tag.strip())


def _write_tags(tags: tuple[str, ...]) -> str:
    return "; ".join(tags)


def _read_committees(text: str) -> tuple[Committee, ...]:
    return tuple(_read_committee(part.strip()) for part in text.split(";") if part.strip())


def _read_committee(text: str) -> Committee:
    match = _COMMITTEE.fullmatch(text)
    if match is None:
        raise BadCell(
            f"{text!r} is not a committee", "write for example SSFR:ranking (Committee on Foreign Relations)"
        )
    role = match[2] or "member"
    if role not in ROLES:
        raise BadCell(f"{role!r} is not a role in a committee", suggest(role, ROLES))
    return Committee(match[1], (match[3] or "").strip(), role)


def _write_committees(committees: tuple[Committee, ...]) -> str:
    return "; ".join(
        committee.id
        + (f":{committee.role}" if committee.role != "member" else "")
        + (f" ({committee.name})" if committee.name else "")
        for committee in committees
    )


def _read_email(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise BadCell(f"{text!r} is not an e-mail address")
    return text


def _read_web(text: str) -> str:
    if not _WEB.fullmatch(text):
        raise BadCell(f"{text!r} is not a web address", "begin it with https://")
    return text


def _read_language(text: str) -> str:
    if not _LANGUAGE.fullmatch(text):
        raise BadCell(f"{text!r} is not a language code", "write for example en, fr or pt-BR")
    return text


def _read_date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadCell(
            f"{text!r} is not a date", "write it as 2027-01-03, in a column that is formatted as text"
        ) from None


def _write_date(day: date | None) -> str:
    return day.isoformat() if day else ""


COLUMNS: tuple[Column, ...] = (
    Column("id", _read_id),
    Column("office", _read_office),
    Column("honorific"),
    Column("name"),
    Column("given"),
    Column("family"),
    Column("suffix"),
    Column("postnominals"),
    Column("gender", _read_gender),
    Column("role"),
    Column("organisation"),
    Column("address", _read_address, _write_address, limit=1_000, lines=True),
    Column("locality"),
    Column("region"),
    Column("postal_code"),
    Column("country", _read_country),
    Column("language", _read_language),
    Column("email", _read_email),
    Column("contact_form", _read_web, limit=2_000),
    Column("represents", _read_country),
    Column("chamber"),
    Column("state"),
    Column("district"),
    Column("constituency"),
    Column("party"),
    Column("committees", _read_committees, _write_committees, limit=EXTRA_LIMIT),
    Column("tags", _read_tags, _write_tags, limit=2_000),
    Column("term_end", _read_date, _write_date),
)
"""The canonical table, in the order in which it is written."""
BY_NAME: Mapping[str, Column] = {column.name: column for column in COLUMNS}


def escape(text: str) -> str:
    """Mark a text that a spreadsheet would run with an apostrophe; undone when the cell is read."""
    return f"'{text}" if _FORMULA.match(text) or _ESCAPED.match(text) else text


class Row:
    """The cells of one recipient on their way to a record; collects what is wrong with them."""

    def __init__(self, place: Place, label: str, findings: ProblemList) -> None:
        """Take where the row stands, what people call it (`row 7`), and where problems go."""
        self.place = place
        self.label = label
        self.findings = findings
        self.sound = True

    def recipient(
        self, cells: Mapping[str, str], extra: Mapping[str, str], offices: Collection[str] = ()
    ) -> Recipient | None:
        """Make the record; None where a cell is wrong, and then every wrong cell is reported.

        `offices` are the known keys of the forms of address; empty: any office is taken.
        """
        values = {name: self._value(BY_NAME[name], text) for name, text in cells.items()}
        values = {name: value for name, value in values.items() if value not in (None, "", ())}
        kept = {header: self._text(header, text, EXTRA_LIMIT, lines=True) for header, text in extra.items()}
        if cells.get("office", "").strip():
            self._check_office(values.get("office", ""), offices)
        else:
            self._fault(
                Problem(
                    "recipient-missing",
                    f"{self.label}: the column office is empty",
                    self.place,
                    "say which office is addressed; briefgen does not guess it",
                )
            )
        if not self.sound:
            return None
        if "id" not in values:
            values["id"] = derived_id(values)
        self._check_postal_code(values)
        return Recipient(**{"country": "", "language": "", **values, "extra": kept, "place": self.place})

    def _value(self, column: Column, raw: str) -> Any:
        text = self._text(column.name, raw, column.limit, lines=column.lines)
        if not text:
            return None
        try:
            return column.read("\n".join(" ".join(line.split()) for line in text.split("\n")))
        except BadCell as fault:
            self._fault(
                Problem(
                    "recipient-cell", f"{self.label}, column {column.name}: {fault}", self.place, fault.hint
                )
            )
            return None

    def _text(self, header: str, raw: str, limit: int, *, lines: bool) -> str:
        """The cell's words, or an empty text where they cannot stand and have been reported."""
        where = f"{self.label}, column {header}"
        if len(raw) > limit:
            self._fault(
                Problem(
                    "recipient-cell-too-long",
                    f"{where}: {len(raw)} characters, more than {limit}",
                    self.place,
                    "shorten it; a missing quotation mark can also run cells together",
                )
            )
            return ""
        text, removed = clean(raw)
        text = text.strip()
        if removed:
            self._fault(
                Problem(
                    "recipient-control",
                    f"{where}: holds invisible characters that must not be printed: {', '.join(removed)}",
                    self.place,
                    "type the text anew",
                )
            )
            return ""
        if "\n" in text and not lines:
            self._fault(
                Problem(
                    "recipient-line-break",
                    f"{where}: the cell holds more than one line",
                    self.place,
                    "write it on one line",
                )
            )
            return ""
        if _ESCAPED.match(text):
            return text[1:]
        if _FORMULA.match(text) and not _NUMBER.fullmatch(text):
            self._fault(
                Problem(
                    "recipient-formula",
                    f"{where}: {text[:40]!r} begins like a formula",
                    self.place,
                    "write the result, or put an apostrophe (') before it if it is meant as text",
                )
            )
            return ""
        return text

    def _check_office(self, office: str, offices: Collection[str]) -> None:
        if office and offices and office not in offices:
            self._fault(
                Problem(
                    "office-unknown",
                    f"{self.label}, column office: no form of address is known for {office!r}",
                    self.place,
                    suggest(office, offices) or "all offices are listed in docs/recipients.md",
                )
            )

    def _check_postal_code(self, values: Mapping[str, Any]) -> None:
        """A warning, for the table of codes may be behind the country's post; the row stands."""
        code, country = values.get("postal_code", ""), values.get("country", "")
        if code and country and not postal_code_fits(code, country):
            self.findings.add(
                Problem(
                    "postal-code",
                    f"{self.label}, column postal_code: {code!r} does not look like one of {country}",
                    self.place,
                    "spreadsheets drop leading zeros: format the column as text",
                    severity="warning",
                )
            )

    def _fault(self, problem: Problem) -> None:
        self.sound = False
        self.findings.add(problem)


def derived_id(values: Mapping[str, Any]) -> str:
    """An id from what does not change: the name, or the office with whom or what it stands for."""
    if name := values.get("name") or " ".join(
        part for part in (values.get("given"), values.get("family")) if part
    ):
        return slug(name, values.get("suffix", "") if "name" not in values else "")
    office, state = values["office"], values.get("represents", "") or values.get("country", "")
    return slug(office, state, values.get("constituency", ""), values.get("role", ""))


def cells_of(recipient: Recipient) -> dict[str, str]:
    """The recipient as text by column, formula-safe; `read_recipients` makes the same record of it."""
    cells = {column.name: column.write(getattr(recipient, column.name) or "") for column in COLUMNS}
    return {name: escape(text) for name, text in {**cells, **recipient.extra}.items()}


def sendable(recipient: Recipient, on: date) -> Problem | None:
    """None where a letter dated `on` can be sent, else why not, naming the recipient.

    A term counts as ended from the day after `term_end`. An address is usable where it has a locality, and
    a street, building or postal code, and says which country it is in.
    """
    who = f"{recipient.full_name or recipient.role or recipient.office} ({recipient.id})"
    if recipient.term_end is not None and recipient.term_end < on:
        return Problem(
            "term-ended",
            f"the term of {who} ended on {recipient.term_end.isoformat()}, before the letter's date "
            f"{on.isoformat()}",
            recipient.place,
            "find out who holds the office now, or correct term_end",
        )
    lacking = _lacking(recipient)
    if lacking:
        return Problem(
            "no-address",
            f"{who} has no usable postal address: {lacking} missing",
            recipient.place,
            "fill in address, locality, postal_code and country",
        )
    return None


def _lacking(recipient: Recipient) -> str:
    if not (recipient.address or recipient.locality or recipient.postal_code):
        return "all of it is"
    if not recipient.locality:
        return "the locality is"
    if not (recipient.address or recipient.postal_code):
        return "street and postal code are"
    return "" if recipient.country else "the country is"
