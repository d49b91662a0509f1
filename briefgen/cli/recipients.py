"""Commands on recipients: import and list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from briefgen.cli import options
from briefgen.cli.app import app
from briefgen.cli.console import Console
from briefgen.errors import (
    BriefgenError,
    Place,
    Problem,
    ProblemList,
    StorageError,
    count_affected_recipients,
    quantity,
)

if TYPE_CHECKING:
    from briefgen.model.recipient import Recipient
    from briefgen.recipients.importers.registry import ImportOptions
    from briefgen.recipients.importers.run import ImportReport

Many = Optional[list[str]]  # noqa: UP045 - typer reads annotations at run time
_NAMED = 10
"""Ids named in a line; more are counted."""
recipients = typer.Typer(help="Bring in and look through officials' data.", no_args_is_help=True)
imports = typer.Typer(
    help="Make a recipients file from published data or a foreign table.", no_args_is_help=True
)
app.add_typer(recipients, name="recipients")
recipients.add_typer(imports, name="import")


Out = Annotated[Path, typer.Option("--out", "-o", help="CSV file to write.")]
Where = Annotated[
    Many,
    typer.Option(
        help="Take only those of whom this holds: chamber=senate, committee=SSFR; repeatable.",
        show_default=False,
    ),
]
Fill = Annotated[
    Many,
    typer.Option(
        "--set",
        help="Fill a column where the data leaves it empty: office=uk-mp; repeatable.",
        show_default=False,
    ),
]
Map = Annotated[
    Many,
    typer.Option(
        "--map", help="What a foreign header is here: Surname=family; repeatable.", show_default=False
    ),
]
Mapping = Annotated[
    Optional[Path],  # noqa: UP045 - typer reads annotations at run time
    typer.Option(help="A file of such pairs, with lines like Surname: family.", show_default=False),
]
Current = Annotated[bool, typer.Option("--current", help="Leave out those whose term has ended.")]
LIST = Path("recipients.csv")


@imports.command("congress")
def import_congress(
    paths: Annotated[
        list[Path], typer.Argument(help="Folder with legislators-current.yaml and the committee files.")
    ],
    out: Out = LIST,
    where: Where = None,
    current: Current = False,
    as_json: options.JsonOutput = False,
    quiet: options.Quiet = False,
) -> None:
    """Members of the US Congress, from the files of github.com/unitedstates/congress-legislators."""
    from briefgen.recipients.importers.registry import ImportOptions

    wanted = ImportOptions(where=tuple(where or ()), current=current)
    _import("congress", paths, wanted, out, Console(as_json, quiet))


@imports.command("popolo")
def import_popolo(
    paths: Annotated[list[Path], typer.Argument(help="JSON files in Popolo format.")],
    out: Out = LIST,
    where: Where = None,
    fill: Fill = None,
    current: Current = False,
    as_json: options.JsonOutput = False,
    quiet: options.Quiet = False,
) -> None:
    """Members of parliaments, from Popolo JSON (EveryPolitician, PopIt); name their office with --set."""
    from briefgen.recipients.importers.options import parse_column_mapping
    from briefgen.recipients.importers.registry import ImportOptions

    wanted = ImportOptions(parse_column_mapping((), None, fill or ()), tuple(where or ()), current)
    _import("popolo", paths, wanted, out, Console(as_json, quiet))


@imports.command("openstates")
def import_openstates(
    paths: Annotated[list[Path], typer.Argument(help="Folders such as data/oh, or YAML files.")],
    out: Out = LIST,
    where: Where = None,
    fill: Fill = None,
    current: Current = False,
    as_json: options.JsonOutput = False,
    quiet: options.Quiet = False,
) -> None:
    """State legislators and governors, from the files of github.com/openstates/people."""
    from briefgen.recipients.importers.options import parse_column_mapping
    from briefgen.recipients.importers.registry import ImportOptions

    wanted = ImportOptions(parse_column_mapping((), None, fill or ()), tuple(where or ()), current)
    _import("openstates", paths, wanted, out, Console(as_json, quiet))


@imports.command("csv")
def import_csv(
    paths: Annotated[list[Path], typer.Argument(help="CSV files; later ones complete earlier ones by id.")],
    out: Out = LIST,
    map: Map = None,
    mapping: Mapping = None,
    where: Where = None,
    fill: Fill = None,
    current: Current = False,
    encoding: Annotated[str, typer.Option(help="How the files are encoded: utf-8, cp1252 …")] = "utf-8",
    as_json: options.JsonOutput = False,
    quiet: options.Quiet = False,
) -> None:
    """CSV files with columns of their own, or several lists to be merged into one."""
    from briefgen.recipients.importers.options import parse_column_mapping
    from briefgen.recipients.importers.registry import ImportOptions

    columns = parse_column_mapping(map or (), mapping, fill or ())
    wanted = ImportOptions(columns, tuple(where or ()), current, encoding=encoding)
    _import("csv", paths, wanted, out, Console(as_json, quiet))


@imports.command("xlsx")
def import_xlsx(
    paths: Annotated[list[Path], typer.Argument(help="Excel workbooks.")],
    out: Out = LIST,
    map: Map = None,
    mapping: Mapping = None,
    where: Where = None,
    fill: Fill = None,
    current: Current = False,
    sheet: Annotated[str, typer.Option(help="Name of the sheet; the first where none is named.")] = "",
    as_json: options.JsonOutput = False,
    quiet: options.Quiet = False,
) -> None:
    """Excel workbooks; formulas are refused, with their cell."""
    from briefgen.recipients.importers.options import parse_column_mapping
    from briefgen.recipients.importers.registry import ImportOptions

    columns = parse_column_mapping(map or (), mapping, fill or ())
    wanted = ImportOptions(columns, tuple(where or ()), current, sheet=sheet)
    _import("xlsx", paths, wanted, out, Console(as_json, quiet))


def _import(kind: str, paths: list[Path], wanted: ImportOptions, out: Path, console: Console) -> None:
    """Read, write the list, and say what was found; bad rows are told and cost only themselves."""
    from briefgen.address.forms_of_address import FormsOfAddress
    from briefgen.recipients.importers.run import import_recipients

    findings = ProblemList()
    if out.exists():
        raise BriefgenError(
            Problem(
                "file-exists",
                "is there already; it was not changed",
                Place(str(out)),
                "name another file with --out, or move this one away",
            )
        )
    imported = import_recipients(
        kind, paths, wanted, FormsOfAddress.load(findings).offices, date.today(), findings
    )
    console.problems(findings.problems)
    if imported.recipients:
        _write(imported.recipients, out)
    console.document(
        {
            "ok": bool(imported.recipients) and not findings.errors,
            "file": str(out) if imported.recipients else None,
            "recipients": len(imported.recipients),
            "merged": imported.merged,
            "filtered": imported.filtered,
            "ended": imported.ended,
            "unaddressed": imported.unaddressed,
            "data_of": imported.newest.isoformat() if imported.newest else None,
            "problems": [problem.as_json() for problem in findings.problems],
        }
    )
    for line in _told(imported, wanted.current, out):
        console.line(line)
    if findings.errors or not imported.recipients:
        raise typer.Exit(1)


def _write(members: list[Recipient], out: Path) -> None:
    from briefgen.recipients.csv_file import format_csv
    from briefgen.system.atomic_write import atomic_write

    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(out) as file:
            file.write(format_csv(members).encode("utf-8-sig"))  # else Excel mangles accents
    except OSError as error:
        raise StorageError(
            Problem(
                "file-unwritable",
                f"cannot be written: {error.strerror}",
                Place(str(out)),
                "name another file with --out",
            )
        ) from None


def _told(imported: ImportReport, current: bool, out: Path) -> Iterator[str]:
    number = quantity(len(imported.recipients), "recipient")
    yield f"{out}: {number}" if imported.recipients else "No recipient was found, and no file is written."
    if imported.merged:
        yield f"{quantity(imported.merged, 'recipient')} stood in several files and were merged."
    if imported.filtered:
        yield f"{quantity(imported.filtered, 'recipient')} left out by --where."
    if imported.newest:
        days = (date.today() - imported.newest).days
        yield f"The newest entry in the data is of {imported.newest.isoformat()}, {quantity(days, 'day')} ago."
    if imported.ended:
        what = "left out" if current else "kept, but no letter goes to them"
        yield f"Term ended, {what}: {_some(imported.ended)}"
    if imported.unaddressed:
        yield f"Without a postal address, so that no letter goes to them: {_some(imported.unaddressed)}"


def _some(ids: list[str]) -> str:
    return ", ".join(ids[:_NAMED]) + (f" and {len(ids) - _NAMED} more" if len(ids) > _NAMED else "")


@recipients.command("list")
def list_recipients(
    campaign: options.CampaignPath = Path(),
    as_json: options.JsonOutput = False,
    quiet: options.Quiet = False,
) -> None:
    """Show name, address and salutation of everybody, to be read through before sending."""
    from dataclasses import asdict

    from briefgen.address.address import address_recipient
    from briefgen.campaign.open import open_campaign

    console = Console(as_json, quiet)
    opened = open_campaign(campaign)
    country = opened.config.sender.country
    addressed = [
        (one, address_recipient(one, opened.composer.forms, sender_country=country))
        for one in opened.recipients
    ]
    console.problems(opened.skipped)
    console.document(
        {
            "ok": not opened.skipped,
            "recipients": [
                {
                    "id": one.id,
                    "office": one.office,
                    "template": opened.composer.templates.find_template(opened.config.letter.template, one),
                    **asdict(to),
                }
                for one, to in addressed
            ],
            "skipped": [problem.as_json() for problem in opened.skipped],
        }
    )
    for one, to in addressed:
        console.line(f"{one.id}  ({to.rule})")
        for text in (*to.lines, "", to.salutation, to.close):
            console.line(f"    {text}".rstrip())
        console.line()
    console.line(
        f"{quantity(len(addressed), 'recipient')} can be written to"
        + (f", {count_affected_recipients(opened.skipped)} cannot (see above)." if opened.skipped else ".")
    )
    if opened.skipped:
        raise typer.Exit(1)
