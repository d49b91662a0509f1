"""The do-not-write list: people and offices to whom no letter is ever made, whatever list they are in.

The list is a file `do-not-write.csv` or `.xlsx` beside campaign.yaml. Each row names one recipient by `id`,
by `email`, or by name (or organisation) and place. A row that names nobody is an error, no warning: else
somebody who asked not to be written to would get a letter. For the same reason, names, places and addresses
count as equal in whatever form people write them: who is withheld is always told, who is written to is not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from briefgen.address.names import fold_name
from briefgen.errors import BriefgenError, Place, Problem, ProblemList, abbreviate_names, quantity
from briefgen.model.recipient import Recipient
from briefgen.model.text import clean_text, remove_invisible
from briefgen.recipients.csv_file import read_csv_table
from briefgen.recipients.duplicates import find_duplicates, name_key
from briefgen.recipients.table import ColumnMapping, Table, read_header
from briefgen.recipients.xlsx import read_xlsx_table

LIST_NAME = "do-not-write"
_READERS = {".csv": "CSV", ".xlsx": "XLSX", ".xlsm": "XLSX"}
_COPY_NAME = re.compile(r"do[\s_-]*not[\s_-]*write(?![^\W_]).*", re.IGNORECASE | re.DOTALL)
"""A stem that downloading, copying or Windows made of the name: `do-not-write (1)`, `do-not-write.csv`."""
_NAME_COLUMNS = ("name", "given", "family", "organisation")
_SECOND_COLUMNS = ("name_2", "given_2", "family_2")
_COLUMNS = ("id", "email", *_NAME_COLUMNS, *_SECOND_COLUMNS, "locality", "postal_code")
_EMAIL_HEADER = re.compile(r"e ?mail\b.*")
"""Further columns of addresses: `E-mail 2`, `email (home)`."""
_ADDRESS = re.compile(r"[^\s;,|/<>()\[\]{}\"]+@[^\s;,|/<>()\[\]{}\"?]+")
_UMLAUTS = re.compile(r"(?<=[aou])e")
_BETWEEN_NAMES = re.compile(r"[\n;/&+]|\s(?:and|und|et|y|e)\s", re.IGNORECASE)
_LOOKALIKES = str.maketrans(
    # Cyrillic, then Greek; of some only the capitals look alike.
    "авеѕіїјкмнорстухһԁԛԝӏ" + "αβγεζηικμνορτυχ",
    "abesiijkmhopctyxhdqwl" + "abyezhikmvoptyx",
)
_GENERATIONS = frozenset({"jr", "sr", "jnr", "snr", "junior", "senior", "ii", "iii", "iv"})
_ZIP_DIGITS = 5
_SHOWN_IDS = 5


@dataclass(frozen=True, slots=True)
class _Entry:
    """A name with the places at which it counts."""

    place: Place
    locality: str
    postal_code: str

    def matches(self, recipient: Recipient) -> bool:
        same_town = _begin_alike(self.locality, _fold_town(recipient.locality))
        fold = _fold_zip_code if recipient.country == "US" else str
        same_code = bool(self.postal_code) and fold(self.postal_code) == fold(
            _fold_code(recipient.postal_code)
        )
        return same_town or same_code


@dataclass(frozen=True, slots=True)
class DoNotWriteList:
    """Who is not to be written to, by id, e-mail address, and name or organisation."""

    ids: dict[str, Place] = field(default_factory=dict)
    emails: dict[str, Place] = field(default_factory=dict)
    names: dict[tuple[str, ...], list[_Entry]] = field(default_factory=dict)
    organisations: dict[str, list[_Entry]] = field(default_factory=dict)
    relatives: dict[tuple[str, ...], list[tuple[str, _Entry]]] = field(default_factory=dict)
    """Names without `Jr.` and its like, each with what was left out."""

    def find(self, recipient: Recipient) -> Place | None:
        """Return the place of the row that names a recipient; None if there is none."""
        if place := self.ids.get(recipient.id.casefold()):
            return place
        for address in _find_emails(" ".join((recipient.email, *recipient.other_emails))):
            if place := self.emails.get(address):
                return place
        entries = list(self.organisations.get(_fold_cell(recipient.organisation), ()))
        # Lists that have one column for people and firms name a firm in `name`.
        entries += self.organisations.get(_fold_cell(recipient.name), ())
        if self.names:
            for person in filter(None, (recipient, recipient.second_recipient)):
                for key in _name_keys(person):
                    entries += self.names.get(key, ())
        return next((entry.place for entry in entries if entry.matches(recipient)), None)

    def split(self, recipients: Sequence[Recipient]) -> tuple[list[Recipient], list[Problem]]:
        """Return the recipients who may be written to, and a warning for each of the others.

        All rows of a person who is in the list several times are left out if one of them is named.
        """
        if not (self.ids or self.emails or self.names or self.organisations):
            return list(recipients), []
        found = {one.id: place for one in recipients if (place := self.find(one))}
        for group in find_duplicates(recipients) if found else ():
            if place := next((found[one.id] for one in group if one.id in found), None):
                found |= {one.id: found.get(one.id, place) for one in group}
        kept = [one for one in recipients if one.id not in found]
        return kept, [_warn(one, found[one.id]) for one in recipients if one.id in found]

    def warn_about_similar(self, recipients: Iterable[Recipient]) -> Iterator[Problem]:
        """Yield a warning for each who is written to, and differs from a row in `Jr.` and its like alone.

        `John Sample` can be the father of `John Sample Jr.`, or the same person.
        """
        for recipient in recipients if self.relatives else ():
            for key in _name_keys(recipient):
                words, generation = _take_generation(key)
                for other, entry in self.relatives.get(words, ()):
                    if (not other or not generation) and other != generation and entry.matches(recipient):
                        yield Problem(
                            "do-not-write-similar",
                            f"{recipient.full_name} ({recipient.id}) gets a letter, and {entry.place} names "
                            f"somebody of that name {f'with {other!r}' if other else 'without a suffix'}",
                            recipient.place,
                            "if it is the same person, write the id into the do-not-write list",
                            severity="warning",
                            about=recipient.id,
                        )


def _warn(recipient: Recipient, place: Place) -> Problem:
    return Problem(
        "do-not-write",
        f"{recipient.full_name or recipient.organisation or recipient.office} ({recipient.id}) is on the "
        f"do-not-write list ({place}) and gets no letter",
        recipient.place,
        "nothing; if this is another person, correct the row of the do-not-write list",
        severity="warning",
        about=recipient.id,
    )


def describe_withheld(withheld: Sequence[Problem]) -> str:
    """Say in a sentence how many recipients get no letter because they are on the list, and who."""
    ids = list(dict.fromkeys(problem.about for problem in withheld))  # rows of a group share one
    names = abbreviate_names(ids, _SHOWN_IDS)
    verb = "is on the do-not-write list and gets" if len(ids) == 1 else "are on the do-not-write list and get"
    return f"{quantity(len(ids), 'recipient')} {verb} no letter: {names}."


def find_list_files(folder: Path) -> list[str]:
    """Return the names of the do-not-write lists in a folder, in any spelling: `Do not write.xlsx`."""
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError:
        return []
    return [name for name in names if _is_list_name(name)]


def _is_list_name(name: str) -> bool:
    """Return whether a file is a do-not-write list, or a copy of one that can be read."""
    path = Path(name)
    if path.suffix.lower() in _READERS:
        return bool(_COPY_NAME.fullmatch(path.stem))
    return bool(path.suffix) and re.sub(r"[\s_-]+", "-", path.stem.casefold()) == LIST_NAME


def read_do_not_write_lists(files: Iterable[tuple[Path, str]], problems: ProblemList) -> DoNotWriteList:
    """Read lists, given as path and display name; every row that names nobody is an error.

    A file that cannot be read is reported to `problems`, too.
    """
    result = DoNotWriteList()
    for path, display_name in files:
        try:
            _read_list(path, display_name, result, problems)
        except BriefgenError as error:
            problems.extend(error.problems)
    return result


def _read_list(path: Path, display_name: str, result: DoNotWriteList, problems: ProblemList) -> None:
    format = _READERS.get(path.suffix.lower())
    if format is None:
        message = f"the do-not-write list cannot be read from a file with the ending {path.suffix!r}"
        hint = "save it as do-not-write.csv (CSV UTF-8) or do-not-write.xlsx"
        raise BriefgenError(Problem("do-not-write-file", message, Place(display_name), hint))
    columns, found = ColumnMapping(defaults={"office": "person"}, recognise=True), ProblemList()
    if format == "CSV":
        table = read_csv_table(path, display_name, found, columns=columns)
    else:
        # Who is hidden in the sheet is still not to be written to.
        table = read_xlsx_table(path, display_name, found, include_hidden=True)
    header = read_header(table, found, columns)
    problems.extend(_require_all_sheets(one) for one in found.problems if one.code != "headers-recognised")
    if not {"id", "email", *_NAME_COLUMNS} & {*header.columns}:
        message = "the do-not-write list has no column that says who is meant"
        hint = "its first row names the columns: id, email, or name and locality"
        raise BriefgenError(Problem("do-not-write-file", message, Place(display_name), hint))
    _add_rows(table, header.index, header.columns, result, problems)


def _require_all_sheets(problem: Problem) -> Problem:
    """Return a problem, as an error if a sheet was left out: people on it would be written to."""
    if problem.code != "xlsx-left-out":
        return problem
    hint = "move its rows to the first sheet, and delete it"
    return replace(problem, code="do-not-write-file", severity="error", hint=hint)


def _add_rows(
    table: Table, header_index: int, columns: Sequence[str], result: DoNotWriteList, problems: ProblemList
) -> None:
    nameless: list[int] = []
    for row in table.rows[header_index + 1 :]:
        place = Place(table.display_name, row.line)
        cells = dict.fromkeys(_COLUMNS, "")
        for header, cell in zip(columns, row.cells, strict=False):
            column = "email" if _EMAIL_HEADER.fullmatch(fold_name(header)) else header
            if column in cells and cell.strip():
                cells[column] = f"{cells[column]} {remove_invisible(clean_text(cell)[0])[0]}".strip()
        if not _add_entry(cells, place, result) and any(cell.strip() for cell in row.cells):
            nameless.append(row.line)
    if nameless:
        others = f" (and {quantity(len(nameless) - 1, 'other row')})" if len(nameless) > 1 else ""
        problems.add(
            Problem(
                "do-not-write-row",
                f"the row names nobody who is not to be written to{others}",
                Place(table.display_name, nameless[0]),
                "write an id, an e-mail address, or a name with locality or postal_code; or remove the row",
            )
        )


def _add_entry(cells: Mapping[str, str], place: Place, result: DoNotWriteList) -> bool:
    """Add what a row says; return whether it names anybody."""
    addresses = _find_emails(cells["email"])
    if cells["id"]:
        result.ids.setdefault(cells["id"].casefold(), place)
    for address in addresses:
        result.emails.setdefault(address, place)
    named = bool(cells["id"] or addresses)
    entry = _Entry(place, _fold_town(cells["locality"]), _fold_code(cells["postal_code"]))
    if not (entry.locality or entry.postal_code):
        return named
    keys: set[tuple[str, ...]] = set()
    for end in ("", "_2"):
        name, given, family = (cells[column + end] for column in ("name", "given", "family"))
        keys |= _name_keys(Recipient(id="", office="", country="", name=name, given=given, family=family))
    for key in keys:
        result.names.setdefault(key, []).append(entry)
        words, generation = _take_generation(key)
        result.relatives.setdefault(words, []).append((generation, entry))
    organisation = _fold_cell(cells["name"] if keys else cells["organisation"])
    if organisation:
        result.organisations.setdefault(organisation, []).append(entry)
    return bool(named or keys or organisation)


def _name_keys(recipient: Recipient) -> set[tuple[str, ...]]:
    """Return what a name is compared by: a list may have it whole, in parts, or beside another's."""
    forms = [recipient, replace(recipient, name="")]
    several = [part.strip() for part in _BETWEEN_NAMES.split(recipient.name)]
    if len(several) > 1:
        family = several[-1].split()[-1:]  # "Ada and Ben Muster"
        several = [part if " " in part else " ".join((part, *family)) for part in several if part]
        forms += [Recipient(id="", office="", country="", name=part) for part in several]
    return {_fold_key(name_key(one)) for one in forms if one.full_name}


def _fold_key(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return a name's words without initials beside two names, and `Mueller` as `Müller`."""
    whole = tuple(word for word in words if len(word) > 1 or not word.isascii())
    return tuple(
        sorted(_fold_lookalikes(_UMLAUTS.sub("", word)) for word in (whole if len(whole) > 1 else words))
    )


def _take_generation(key: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """Return a name's words without `jr` and its like, and what was left out."""
    generation = " ".join(word for word in key if word in _GENERATIONS)
    return tuple(word for word in key if word not in _GENERATIONS), generation


def _fold_cell(text: str) -> str:
    return _fold_lookalikes(fold_name(remove_invisible(text)[0]))


def _fold_lookalikes(folded: str) -> str:
    """Return a text with Latin letters for those of other alphabets that look like them (Unicode TS 39)."""
    return folded if folded.isascii() else folded.translate(_LOOKALIKES)


def _fold_town(town: str) -> str:
    return " ".join("st" if word == "saint" else word for word in _fold_cell(town).split())


def _begin_alike(one: str, other: str) -> bool:
    """Return whether two towns are the same but for what follows: `washington`, `washington dc`."""
    return bool(one and other) and (f"{one} ".startswith(f"{other} ") or f"{other} ".startswith(f"{one} "))


def _find_emails(text: str) -> list[str]:
    """Return the addresses in a text, each as its mailbox: without `+news`, and however it is written."""
    plain = unicodedata.normalize("NFKC", remove_invisible(text)[0]).casefold()
    found = []
    for address in _ADDRESS.findall(plain):
        local, _, domain = address.removeprefix("mailto:").strip("'.").rpartition("@")
        local = local.split("+")[0] or local
        if domain in ("gmail.com", "googlemail.com"):
            local, domain = local.replace(".", ""), "gmail.com"
        found.append(f"{local}@{_decode_domain(domain)}")
    return found


def _decode_domain(domain: str) -> str:
    """Return a domain in letters (RFC 3492): `müller.example` for `xn--mller-kva.example`."""
    labels = []
    for label in domain.split("."):
        try:
            labels.append(label[4:].encode().decode("punycode") if label.startswith("xn--") else label)
        except UnicodeError:
            labels.append(label)
    return ".".join(labels)


def _fold_code(code: str) -> str:
    return _fold_cell(re.sub(r"\.0+$", "", code.strip())).replace(" ", "")


def _fold_zip_code(code: str) -> str:
    """Return the five digits of a ZIP code or ZIP+4, with the zero that a spreadsheet took."""
    return code.zfill(9 if len(code) > _ZIP_DIGITS else _ZIP_DIGITS)[:_ZIP_DIGITS]
