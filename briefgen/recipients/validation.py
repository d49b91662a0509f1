"""Build recipients from cells of text, report every problem, and check that letters can be sent to them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from briefgen.address.offices import suggest_office
from briefgen.errors import Place, Problem, ProblemList
from briefgen.model.recipient import Recipient, SecondPerson
from briefgen.model.text import (
    clean_text,
    escape_formulas,
    remove_invisible,
    repair_decoding,
    unescape_formulas,
)
from briefgen.recipients.ids import derive_id
from briefgen.recipients.schema import (
    COLUMNS,
    COLUMNS_BY_NAME,
    MAX_EXTRA_CHARACTERS,
    SECOND_COLUMNS,
    SECOND_SUFFIX,
    CellError,
    Column,
    find_emails,
)

# What a spreadsheet would run as a formula.
_FORMULA = re.compile(r"\s*[=+\-@]\s*\S")
_HANDLE = re.compile(r"@[\w.-]+(?:@[\w.-]+)?")
"""A name in a social network; a function would have brackets."""
_NUMBER = re.compile(r"[+-][\d\s().,/$€£¥-]*\d\s?[%$€£¥]?")


def recipient_to_cells(recipient: Recipient) -> dict[str, str]:
    """Return the recipient's cells by column, with formulas escaped, as RecipientBuilder reads them."""
    cells = {column.name: column.format(getattr(recipient, column.name) or "") for column in COLUMNS}
    cells["email"] = "; ".join(filter(None, (recipient.email, *recipient.other_emails)))
    if recipient.second is not None:
        for column in SECOND_COLUMNS:
            cells[column.name] = getattr(recipient.second, column.name.removesuffix(SECOND_SUFFIX))
    return {name: escape_formulas(text) for name, text in {**cells, **recipient.extra}.items()}


def register_id(
    recipient: Recipient,
    label: str,
    place: Place,
    seen: dict[str, Place],
    problems: ProblemList,
    hint: str = "remove one of the two",
) -> bool:
    """Add the recipient's id to `seen`; if it is there already, report it and return False."""
    if recipient.id not in seen:
        seen[recipient.id] = place
        return True
    message = f"{label}: the id {recipient.id!r} is already used at {seen[recipient.id]}"
    problems.add(Problem("recipient-repeated", message, place, hint))
    return False


class RecipientBuilder:
    """Builds a recipient from the cells of one row and reports every problem with them."""

    def __init__(self, place: Place, label: str, problems: ProblemList) -> None:
        """Take the row's place, its label in messages (`row 7`), and the list that problems are added to."""
        self.place = place
        self.label = label
        self.problems = problems
        self.is_valid = True

    def build(
        self, cells: Mapping[str, str], extra: Mapping[str, str], offices: Collection[str] = ()
    ) -> Recipient | None:
        """Return the recipient, or None if any cell is invalid; every invalid cell is reported.

        `offices` are the known keys of the forms of address; if empty, any office is accepted.
        """
        values = {name: self._parse_cell(COLUMNS_BY_NAME[name], text) for name, text in cells.items()}
        values = {name: value for name, value in values.items() if value not in (None, "", ())}
        kept = {
            header: self._clean_cell(header, text, MAX_EXTRA_CHARACTERS, multiline=True)
            for header, text in extra.items()
        }
        if remove_invisible(cells.get("office", ""))[0].strip():
            self._check_office(values.get("office", ""), offices)
        else:
            self._report(
                Problem(
                    "recipient-missing",
                    f"{self.label}: the column office is empty",
                    self.place,
                    "name the office that is addressed; briefgen does not guess it",
                )
            )
        second = self._take_second_person(values)
        if not self.is_valid:
            return None
        if "id" not in values:
            values["id"] = derive_id(values)
        if second is not None:
            values["second"] = second
        if others := find_emails(cells.get("email", ""))[1:]:
            values["other_emails"] = tuple(others)
        return Recipient(**{"country": "", "language": "", **values, "extra": kept, "place": self.place})

    def _take_second_person(self, values: dict[str, Any]) -> SecondPerson | None:
        """Take the columns of the second person out of the values; report one without a name."""
        own = {
            column.name.removesuffix(SECOND_SUFFIX): values.pop(column.name)
            for column in SECOND_COLUMNS
            if column.name in values
        }
        if not own:
            return None
        if {"name", "given", "family"}.isdisjoint(own):
            message = f"{self.label}: the second person has a {next(iter(own))}, but no name"
            hint = "fill in name_2, or given_2 and family_2; or empty the columns that end in _2"
            self._report(Problem("second-person", message, self.place, hint))
        elif {"name", "given", "family"}.isdisjoint(values):
            message = f"{self.label}: there is a second person and no first"
            hint = "move the name from the columns that end in _2 to those without"
            self._report(Problem("second-person", message, self.place, hint))
        elif all(own.get(part) == values.get(part) for part in ("name", "given", "family", "suffix")):
            message = f"{self.label}: the second person has the name of the first"
            hint = "write the other's name, or empty the columns that end in _2"
            self._report(Problem("second-person", message, self.place, hint))
        return SecondPerson(**own)

    def _parse_cell(self, column: Column, raw: str) -> Any:
        text = self._clean_cell(
            column.name, raw, column.max_characters, multiline=column.multiline, optional=column.optional
        )
        if not text:
            return None
        try:
            return column.parse("\n".join(" ".join(line.split()) for line in text.split("\n")))
        except CellError as error:
            message = f"{self.label}, column {column.name}: {error}"
            if column.optional and error.value is None:
                message += "; it is left empty"
            self._report(Problem("recipient-cell", message, self.place, error.hint), column.optional)
            return error.value

    def _clean_cell(
        self, header: str, raw: str, limit: int, *, multiline: bool, optional: bool = False
    ) -> str:
        """Return the cell's text, or an empty one if it is invalid and was reported."""
        where = f"{self.label}, column {header}"
        if len(raw) > limit:
            self._report(
                Problem(
                    "recipient-cell-too-long",
                    f"{where}: {len(raw)} characters, more than {limit}",
                    self.place,
                    "shorten it; a missing quotation mark can also run cells together",
                ),
                optional,
            )
            return ""
        text, removed = clean_text(self._mend_text(where, raw))
        text = text.strip()
        if removed:
            self._report(
                Problem(
                    "recipient-control",
                    f"{where}: contains characters that must not be printed: {', '.join(removed)}",
                    self.place,
                    "retype the text",
                ),
                optional,
            )
            return ""
        if "\n" in text and not multiline:
            self._report(
                Problem(
                    "recipient-line-break",
                    f"{where}: the cell has more than one line",
                    self.place,
                    "write it on one line",
                ),
                optional,
            )
            return ""
        if (plain := unescape_formulas(text)) != text:
            return plain
        if _FORMULA.match(text) and not (_NUMBER.fullmatch(text) or _HANDLE.fullmatch(text)):
            self._report(
                Problem(
                    "recipient-formula",
                    f"{where}: {text[:40]!r} begins like a formula",
                    self.place,
                    "write the result, or put an apostrophe (') before it if it is meant as text",
                ),
                optional,
            )
            return ""
        return text

    def _check_office(self, office: str, offices: Collection[str]) -> None:
        if office and offices and office not in offices:
            self._report(
                Problem(
                    "office-unknown",
                    f"{self.label}, column office: no form of address is known for {office!r}",
                    self.place,
                    suggest_office(office, offices),
                )
            )

    def _mend_text(self, where: str, raw: str) -> str:
        """Return the text without what a program did to it and nobody sees; say what was mended."""
        text = repair_decoding(raw)
        if text != raw:
            message = f"{where}: {_excerpt(raw)} was read as {_excerpt(text)}"
            hint = "save the list as UTF-8, and compare the name"
            self.problems.add(Problem("recipient-decoded", message, self.place, hint, severity="warning"))
        text, invisible = remove_invisible(text)
        if invisible:
            message = f"{where}: invisible characters were left out: {', '.join(invisible)}"
            hint = "retype the text if anything is missing"
            self.problems.add(Problem("recipient-invisible", message, self.place, hint, severity="warning"))
        return text

    def _report(self, problem: Problem, optional: bool = False) -> None:
        """Report a bad cell; one that a letter can do without is left empty, and is a warning."""
        self.is_valid = self.is_valid and optional
        self.problems.add(replace(problem, severity="warning") if optional else problem)


def _excerpt(text: str) -> str:
    return repr(" ".join(text.split())[:40])


def check_sendable(recipient: Recipient, on: date, *, by_email: bool = False) -> Problem | None:
    """Return None if a letter dated `on` can be sent to the recipient, else the problem.

    A term counts as ended from the day after `term_end`. An address is usable if it has a locality, a street,
    building or postal code, and a country. `by_email` is whether an e-mail address does instead.
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
    lacking = _describe_missing_address_parts(recipient)
    if lacking and not (by_email and recipient.email):
        return Problem(
            "no-address",
            f"{who} has no usable postal address: {lacking} missing",
            recipient.place,
            "fill in address, locality, postal_code and country",
        )
    return None


def has_postal_address(recipient: Recipient) -> bool:
    """Return whether a letter can be posted to the recipient."""
    return not _describe_missing_address_parts(recipient)


def _describe_missing_address_parts(recipient: Recipient) -> str:
    if not (recipient.address or recipient.locality or recipient.postal_code):
        return "all of it is"
    if not recipient.locality:
        return "the locality is"
    if not (recipient.address or recipient.postal_code):
        return "street and postal code are"
    return "" if recipient.country else "the country is"
