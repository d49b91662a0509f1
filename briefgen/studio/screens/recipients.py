"""Recipients: everybody as they will be addressed, and a spreadsheet whose columns are matched to an
address."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from briefgen.address.address import address_recipient
from briefgen.address.countries import territories_by_name
from briefgen.address.forms_of_address import FormsOfAddress
from briefgen.batch.file_names import slugify
from briefgen.campaign.open import FORMS_FILE, Campaign
from briefgen.errors import BriefgenError, Problem, ProblemList
from briefgen.library.libraries import CAMPAIGN_FILE
from briefgen.model.recipient import AddressAndSalutation, Recipient
from briefgen.recipients.csv_file import format_csv, read_csv_table
from briefgen.recipients.do_not_write import find_list_files, read_do_not_write_lists
from briefgen.recipients.importers.registry import ImportOptions
from briefgen.recipients.importers.run import ImportReport, import_recipients
from briefgen.recipients.mappings import (
    KEPT_MAPPING,
    HeaderMapping,
    complete_mapping,
    format_mapping,
    read_kept_mapping,
)
from briefgen.recipients.table import ColumnMapping, Table, read_header
from briefgen.recipients.xlsx import read_xlsx_table
from briefgen.studio.app import Visit, merge_same
from briefgen.studio.uploads import Shelf, Upload, take_upload
from briefgen.studio.workspace import Workspace, WorkspaceState
from briefgen.system.files import is_regular_file
from briefgen.system.limits import resource_limits
from briefgen.system.scratch import scratch_folder
from briefgen.system.yaml_splice import YamlEdit

MAX_SHEET_BYTES = 20_000_000
KINDS = ("csv", "xlsx")
_SAMPLES = 3
COLUMN_NAMES: Mapping[str, str] = {
    "honorific": "Title before the name",
    "name": "Full name",
    "given": "First name",
    "family": "Family name",
    "suffix": "Suffix (Jr.)",
    "postnominals": "Letters after the name",
    "gender": "Gender (f, m)",
    "office": "Office",
    "role": "Job title",
    "organisation": "Organisation",
    "address": "Address",
    "locality": "Town",
    "region": "State or province",
    "postal_code": "Postal code",
    "country": "Country",
    "email": "E-mail",
    "salutation": "Salutation, as written",
    "close": "Close, as written",
    "language": "Language",
    "constituency": "Constituency",
    "state": "State represented",
    "district": "District",
    "party": "Party",
    "committees": "Committees",
    "tags": "Tags",
    "term_end": "End of term",
    "id": "Id",
}
"""What a column can be, in the words of the page."""


_HINTS: Mapping[str, str] = {
    "office-unknown": "choose “Job title” for that column, and they are addressed by name, with it below"
}


@dataclass(slots=True)
class DroppedSheet:
    """A spreadsheet that was dropped, and how its columns are to be read."""

    upload: Upload
    headers: dict[str, str] = field(default_factory=dict)
    """Our column by header, as chosen; empty for one that is not printed."""
    defaults: dict[str, str] = field(default_factory=dict)
    """What holds for all rows where the sheet says nothing: `country`, `office`."""


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column of a spreadsheet."""

    header: str
    samples: tuple[str, ...]
    column: str
    """What it is taken for; empty if it is not printed."""


@dataclass(frozen=True, slots=True)
class AddressedPerson:
    """Somebody as they will be addressed, or why not."""

    recipient: Recipient
    addressed: AddressAndSalutation | None
    problem: Problem | None = None


_sheets = Shelf[DroppedSheet](kept=4)


async def show_recipients(visit: Visit) -> Response:
    """Answer with everybody in the list, as they will be addressed."""

    def prepare() -> dict[str, Any]:
        state: WorkspaceState = visit.workspace.refresh()
        people = list(_address_all(state.campaign)) if state.campaign else []
        skipped = state.campaign.skipped if state.campaign else ()
        withheld = state.campaign.withheld if state.campaign else ()
        return {"people": people, "skipped": merge_same(skipped), "withheld": merge_same(withheld)}

    return visit.show("recipients.html.j2", "recipients", {**await visit.run(prepare), "kinds": KINDS})


def _address_all(campaign: Campaign) -> Iterator[AddressedPerson]:
    for recipient in campaign.recipients:
        composer = campaign.composer.for_recipient(recipient)
        sender = campaign.config.sender.country
        yield AddressedPerson(recipient, address_recipient(recipient, composer.forms, sender_country=sender))


async def take_file(visit: Visit) -> Response:
    """Take a spreadsheet."""

    def keep(upload: Upload) -> str:
        sheet = DroppedSheet(upload, defaults=_known_defaults(visit.workspace))
        columns = _read_sheet(visit.workspace, sheet).columns
        sheet.headers |= {one.header: "honorific" for one in columns if _holds_titles(one)}
        sheet.headers |= {one.header: "region" for one in columns if _is_of_address(one, columns)}
        return f"recipients/import/{_sheets.add(visit, sheet)}"

    advice = "Save it as an Excel workbook (.xlsx) or as .csv."
    return await take_upload(visit, KINDS, MAX_SHEET_BYTES, advice, keep)


def _holds_titles(column: SheetColumn) -> bool:
    """Return whether a column called “Salutation” has titles in it, as address books do: `Dr.`, not `Dear
    Ada,`."""
    is_short = all(len(text.split()) <= 2 and not text.endswith((",", ":", "!")) for text in column.samples)
    return column.column == "salutation" and bool(column.samples) and is_short


def _is_of_address(column: SheetColumn, columns: Sequence[SheetColumn]) -> bool:
    """Return whether a column called “State” is part of an address: beside a town, where nothing else is."""
    taken = {one.column for one in columns}
    return column.column == "state" and "locality" in taken and not {"region", "district"} & taken


def _known_defaults(workspace: Workspace) -> dict[str, str]:
    """Return what holds for rows that say nothing: as in the last import, or else people of our country."""
    campaign = workspace.refresh().campaign
    country = campaign.config.sender.country if campaign else ""
    kept = read_kept_mapping(workspace.path).defaults
    return {"office": "person", **({"country": country} if country else {}), **kept}


@dataclass(frozen=True, slots=True)
class ReadSheet:
    """What an import of a spreadsheet would give."""

    columns: tuple[SheetColumn, ...]
    people: tuple[AddressedPerson, ...]
    problems: tuple[Problem, ...]
    report: ImportReport


def _read_sheet(workspace: Workspace, sheet: DroppedSheet) -> ReadSheet:
    """Read a spreadsheet as chosen; raise BriefgenError if it cannot be read at all."""
    problems, home = ProblemList(), workspace.path
    own = home / FORMS_FILE
    forms = FormsOfAddress.load(problems, [(own, FORMS_FILE)] if is_regular_file(own) else [])
    unwanted = read_do_not_write_lists(((home / name, name) for name in find_list_files(home)), problems)
    mapping = ColumnMapping(
        headers=sheet.headers, defaults=sheet.defaults, kept=read_kept_mapping(home).headers
    )
    with resource_limits(sheet.upload.name), scratch_folder() as folder:
        path = folder / f"sheet.{sheet.upload.ending}"
        path.write_bytes(sheet.upload.data)
        table, found = _read_table(path, sheet, problems), ProblemList()
        report = import_recipients(
            sheet.upload.ending, [path], ImportOptions(mapping), forms.offices, date.today(), found, unwanted
        )
    columns = tuple(_list_columns(table, mapping))
    people = tuple(_address_imported(report.recipients, forms, workspace))
    told = (one for one in found.problems if one.code != "headers-recognised")  # the table of columns says it
    known = {one.code for one in found.problems}
    left = (one.problem for one in people if one.problem and one.problem.code not in known)
    shown = tuple(_explain_here(_name_sheet(problem, sheet)) for problem in (*told, *left))
    return ReadSheet(columns, people, shown, report)


def _name_sheet(problem: Problem, sheet: DroppedSheet) -> Problem:
    """Return a problem with the name under which the user knows the spreadsheet."""
    return (
        replace(problem, place=replace(problem.place, file=sheet.upload.name)) if problem.place else problem
    )


def _explain_here(problem: Problem) -> Problem:
    """Return a problem with what can be done about it on this page."""
    return replace(problem, hint=_HINTS[problem.code]) if problem.code in _HINTS else problem


def _read_table(path: Path, sheet: DroppedSheet, problems: ProblemList) -> Table:
    if sheet.upload.ending == "xlsx":
        return read_xlsx_table(path, sheet.upload.name, problems)
    return read_csv_table(path, sheet.upload.name, problems)


def _list_columns(table: Table, mapping: ColumnMapping) -> Iterator[SheetColumn]:
    completed = complete_mapping(table, replace(mapping, recognise=True))
    header = read_header(table, ProblemList(), completed)
    rows = table.rows[header.index + 1 :]
    for at, name in enumerate(table.rows[header.index].cells):
        if not name.strip():
            continue
        samples = dict.fromkeys(row.cells[at].strip() for row in rows[:200] if at < len(row.cells))
        found = header.mapping.get(name, name if name in COLUMN_NAMES else "")
        yield SheetColumn(name, tuple(list(filter(None, samples))[:_SAMPLES]), found)


def _address_imported(
    recipients: Sequence[Recipient], forms: FormsOfAddress, workspace: Workspace
) -> Iterator[AddressedPerson]:
    campaign = workspace.state.campaign
    sender = campaign.config.sender.country if campaign else ""
    language = campaign.config.language if campaign else "en"
    for recipient in recipients:
        person = replace(recipient, language=recipient.language or language)
        try:
            yield AddressedPerson(person, address_recipient(person, forms, sender_country=sender))
        except BriefgenError as error:
            yield AddressedPerson(person, None, error.problems[0])


async def show_import(visit: Visit) -> Response:
    """Answer with the columns of a spreadsheet, what each is taken for, and a row as it will be addressed."""
    sheet, number = _find(visit), int(visit.request.path_params["number"])
    read: ReadSheet = await visit.run(lambda: _read_sheet(visit.workspace, sheet))
    asked = visit.request.query_params.get("row", "")
    row = min(int(asked) if re.fullmatch(r"[0-9]{1,9}", asked) else 0, max(0, len(read.people) - 1))
    known = await visit.run(lambda: _known_ids(visit.workspace, besides=_list_name(sheet)))
    return visit.show(
        "import.html.j2",
        "recipients",
        {
            "sheet": sheet,
            "number": number,
            "read": read,
            "row": row,
            "person": read.people[row] if read.people else None,
            "names": COLUMN_NAMES,
            "countries": territories_by_name(),
            "problems": merge_same(read.problems),
            "known": sum(one.recipient.id in known for one in read.people),
            "good": sum(one.addressed is not None and one.recipient.id not in known for one in read.people),
        },
    )


def _find(visit: Visit) -> DroppedSheet:
    return _sheets.find(visit, "This spreadsheet is no longer here. Drop it again.")


async def choose_column(visit: Visit) -> Response:
    """Note what a column is, or what holds for all rows."""
    sheet, form = _find(visit), await visit.form()
    value = form.get("column", "")
    if "header" in form and (value in COLUMN_NAMES or not value):
        sheet.headers[form["header"]] = value
    elif form.get("default") in ("country", "office"):
        sheet.defaults[form["default"]] = value
        if not value:
            del sheet.defaults[form["default"]]
    else:
        raise HTTPException(422, "Nothing was changed.")
    return visit.redirect(f"recipients/import/{visit.request.path_params['number']}")


async def add_recipients(visit: Visit) -> Response:
    """Add everybody who can be written to, as a list of its own beside the others; a newer one replaces
    it."""
    sheet = _find(visit)

    def add() -> None:
        workspace = visit.workspace
        read = _read_sheet(workspace, sheet)
        name = _list_name(sheet)
        listed = _listed_files(workspace)
        known = _known_ids(workspace, besides=name)
        people = [one.recipient for one in read.people if one.addressed and one.recipient.id not in known]
        kept = read_kept_mapping(workspace.path)
        mapping = HeaderMapping({**kept.headers, **read.report.mapping}, {**kept.defaults, **sheet.defaults})
        what = f"{len(people)} recipients from {sheet.upload.name}"
        with workspace.writer.together():
            workspace.writer.write_file(name, what, format_csv(people).encode("utf-8-sig"))
            workspace.writer.write_file(KEPT_MAPPING, what, format_mapping(mapping).encode())
            if name not in listed:
                edits = [YamlEdit(("recipients",), [*listed, name])]
                workspace.change(CAMPAIGN_FILE, what, edits)
        workspace.refresh()

    await visit.run(add)
    return visit.redirect("recipients")


def _list_name(sheet: DroppedSheet) -> str:
    """Return the name of the list that is made of a spreadsheet."""
    return f"{slugify(Path(sheet.upload.name).stem) or 'list'}-imported.csv"


def _listed_files(workspace: Workspace) -> list[str]:
    found = workspace.writer.read_value(CAMPAIGN_FILE, ("recipients",))
    return [str(one) for one in found] if isinstance(found, list) else []


def _known_ids(workspace: Workspace, besides: str) -> set[str]:
    """Return the ids of everybody in the campaign's other lists."""
    campaign = workspace.refresh().campaign
    if campaign is None:
        return set()
    others = [one for one in campaign.recipients if not (one.place and Path(one.place.file).name == besides)]
    left = [one for one in campaign.skipped if not (one.place and Path(one.place.file).name == besides)]
    return {one.id for one in others} | {one.about for one in left if one.about}


ROUTES = (
    ("recipients", "GET", show_recipients),
    ("recipients/file", "POST", take_file),
    ("recipients/import/{number:int}", "GET", show_import),
    ("recipients/import/{number:int}/choose", "POST", choose_column),
    ("recipients/import/{number:int}/add", "POST", add_recipients),
)
