"""Commands on recipients: list, and import with a subcommand for every importer in the registry."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, Optional

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup

from briefgen.cli import options
from briefgen.cli.app import app
from briefgen.cli.console import MOST_WARNINGS, Console
from briefgen.errors import (
    BriefgenError,
    Place,
    Problem,
    ProblemList,
    StorageError,
    UsageError,
    abbreviate_names,
    count_affected_recipients,
    quantity,
)

if TYPE_CHECKING:
    from briefgen.address.forms_of_address import FormsOfAddress
    from briefgen.model.recipient import Recipient
    from briefgen.recipients.importers.registry import Importer
    from briefgen.recipients.importers.run import ImportReport
    from briefgen.recipients.mappings import HeaderMapping
    from briefgen.recipients.table import ColumnMapping

DEFAULT_LIST = Path("recipients.csv")
MAX_NAMED_RECIPIENTS = 10
"""Ids named in a line; further ones are counted."""
PREVIEWED = 3
"""Recipients that an import shows as they will be addressed."""
_ABOUT_COLUMNS = ("headers-recognised", "columns-unused")
_IMPORT_PARAMETERS = {
    "map": ("map", "mapping", "yes"),
    "set": ("fill",),
    "encoding": ("encoding",),
    "sheet": ("sheet",),
    "header-row": ("header_row",),
    "include-hidden": ("include_hidden",),
    "source": ("source",),
}
"""Parameters of `run_import` that only some importers take, by the option in `Importer.options`."""

StringList = Optional[list[str]]  # noqa: UP045 - typer reads annotations at run time


class ImporterGroup(TyperGroup):
    """Offers a subcommand for every importer; the registry is read only when one of them is needed."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all importers, without loading any."""
        from briefgen.recipients.importers.registry import IMPORTERS

        return list(IMPORTERS)

    def get_command(self, ctx: Any, cmd_name: str) -> TyperCommand:
        """Build the subcommand of an importer; raise UsageError for an unknown name."""
        from briefgen.recipients.importers.registry import IMPORTERS

        try:
            return _build_import_command(IMPORTERS.get(cmd_name))
        except UsageError:
            raise
        except BriefgenError as error:
            # Help lists all importers: one broken package must not hide the others.
            return _build_broken_command(cmd_name, error)


recipients = typer.Typer(help="Import and list recipients.", no_args_is_help=True)
importers = typer.Typer(
    cls=ImporterGroup, help="Make a recipients file from published data or any table.", no_args_is_help=True
)
app.add_typer(recipients, name="recipients")
recipients.add_typer(importers, name="import")


def _build_import_command(importer: Importer) -> TyperCommand:
    """Build a command with the options that the importer takes."""
    single = typer.Typer(add_completion=False)
    single.command(importer.name, help=importer.summary)(run_import)
    command = typer.main.get_command(single)
    assert isinstance(command, TyperCommand)
    hidden = {
        parameter
        for option, parameters in _IMPORT_PARAMETERS.items()
        if option not in importer.options
        for parameter in parameters
    }
    # A parameter that the command lacks keeps its default.
    command.params = [parameter for parameter in command.params if parameter.name not in hidden]
    for parameter in command.params:
        if isinstance(parameter, TyperArgument):
            parameter.help = importer.paths_help
    return command


def _build_broken_command(name: str, error: BriefgenError) -> TyperCommand:
    """Build a command that reports why its importer cannot be loaded, whatever its arguments are."""

    def report(**_: object) -> NoReturn:
        raise error

    return TyperCommand(
        name,
        callback=report,
        help="Not available: its package cannot be loaded.",
        add_help_option=False,
        context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    )


def run_import(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument()],
    out: Annotated[
        Path, typer.Option("--out", "-o", help="File to write: CSV, or an Excel workbook (.xlsx).")
    ] = DEFAULT_LIST,
    map: Annotated[
        StringList,
        typer.Option(
            "--map",
            metavar="HEADER=COLUMN",
            help="Map a header of the table to one of our columns: Surname=family; repeatable.",
            show_default=False,
        ),
    ] = None,
    mapping: Annotated[
        str,
        typer.Option(
            metavar="FILE", help="File of such mappings, or a program: outlook …", show_default=False
        ),
    ] = "",
    yes: Annotated[
        bool,
        typer.Option("--yes", "-y", help="Accept how columns are read, and keep it for the next import."),
    ] = False,
    where: Annotated[
        StringList,
        typer.Option(
            metavar="CONDITION",
            help="Include only recipients that match: chamber=senate, committee=SSFR; repeatable.",
            show_default=False,
        ),
    ] = None,
    fill: Annotated[
        StringList,
        typer.Option(
            "--set",
            metavar="COLUMN=TEXT",
            help="Fill a column where the data leaves it empty: office=uk-mp; repeatable.",
            show_default=False,
        ),
    ] = None,
    current: Annotated[
        bool, typer.Option("--current", help="Exclude recipients whose term has ended.")
    ] = False,
    merge_duplicates: options.MergeDuplicates = False,
    encoding: Annotated[str, typer.Option(help="Encoding of the files: utf-8, cp1252 …")] = "utf-8",
    sheet: Annotated[str, typer.Option(help="Sheet to read; default: the first visible one.")] = "",
    header_row: Annotated[
        int, typer.Option(help="Number of the row with the headers; default: found.", show_default=False)
    ] = 0,
    include_hidden: Annotated[
        bool, typer.Option("--include-hidden", help="Read also hidden and filtered rows and sheets.")
    ] = False,
    source: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="Which list it is, or your mapping file; default: recognised.",
            show_default=False,
        ),
    ] = "",
    part_names: Annotated[
        bool, typer.Option("--part-names", help="Part names in one piece into given and family name.")
    ] = False,
    as_json: options.JsonOutput = False,
    quiet: options.Quiet = False,
) -> None:
    """Import files with the importer that the command is named after.

    Rows that cannot be read are reported, and the others written. The campaign's own forms of address, in the
    current folder or that of the list, count.
    """
    from briefgen.address.forms_of_address import FORMS_FILE, FormsOfAddress
    from briefgen.recipients.do_not_write import find_list_files, read_do_not_write_lists
    from briefgen.recipients.importers.options import parse_column_mapping
    from briefgen.recipients.importers.registry import IMPORTERS, ImportOptions
    from briefgen.recipients.importers.run import combine_row_problems, import_recipients
    from briefgen.recipients.mappings import KEPT_MAPPING, HeaderMapping, read_kept_mapping

    console = Console(as_json, quiet)
    name = str(context.command.name)
    kept = read_kept_mapping(out.parent) if "map" in IMPORTERS.get(name).options else HeaderMapping()
    columns = parse_column_mapping(map or (), mapping, fill or (), header_row, kept)
    import_options = ImportOptions(
        columns,
        tuple(where or ()),
        current,
        encoding,
        sheet,
        include_hidden,
        source,
        part_names,
        merge_duplicates,
    )
    if out.exists():
        raise BriefgenError(
            Problem(
                "file-exists",
                "already exists and was not changed",
                Place(str(out)),
                "name another file with --out, or move this one away",
            )
        )
    problems = ProblemList()
    folders = list(dict.fromkeys((Path(), out.parent)))
    own = [folder / FORMS_FILE.name for folder in folders]
    forms = FormsOfAddress.load(problems, [(path, str(path)) for path in own if path.is_file()])
    lists = [(folder / file, str(folder / file)) for folder in folders for file in find_list_files(folder)]
    unwanted = read_do_not_write_lists(lists, problems)
    problems.raise_errors()
    report = import_recipients(name, paths, import_options, forms.offices, date.today(), problems, unwanted)
    told = combine_row_problems(problems.problems)
    console.problems(told, MOST_WARNINGS)
    accepted = yes
    if report.recipients and report.recognised:
        for line in _preview_addresses(report.recipients, forms):
            console.note(line)
        if console.can_ask and not yes:
            accepted = _ask_whether_right()
    if report.recipients:
        _write_recipients_file(report.recipients, out)
    mapping_file = (
        _keep_mapping(report, kept, columns, out.parent) if accepted and report.recipients else None
    )
    console.document(
        {
            "ok": bool(report.recipients) and not problems.errors,
            "file": str(out) if report.recipients else None,
            "recipients": len(report.recipients),
            "rows": report.rows,
            "refused": report.refused,
            "hidden": report.hidden,
            "extra_columns": report.extra_columns,
            "unused_columns": report.unused_columns,
            "parted_names": report.parted_names,
            "mapping": report.mapping,
            "mapping_file": str(mapping_file) if mapping_file else None,
            "merged": report.merged,
            "filtered": report.filtered,
            "do_not_write": [problem.about for problem in report.withheld],
            "ended": report.ended,
            "unaddressed": report.unaddressed,
            "data_of": report.newest.isoformat() if report.newest else None,
            "problems": [problem.as_json() for problem in told],
        }
    )
    for line in _summarize_import(report, current, part_names, out):
        console.line(line)
    if mapping_file:
        console.line(f"{mapping_file}: how the columns were read, for the next import")
    elif any(header in kept.headers for header in report.mapping):
        filled = ", ".join(f"{column} {text!r}" for column, text in kept.defaults.items())
        besides = f"; where nothing else is said, {filled}" if filled else ""
        console.line(f"Columns were read as {out.parent / KEPT_MAPPING} says{besides}.")
    if problems.errors or not report.recipients:
        raise typer.Exit(1)


def _preview_addresses(members: list[Recipient], forms: FormsOfAddress) -> Iterator[str]:
    """Yield lines that show the first recipients as they will be addressed."""
    from dataclasses import replace

    from briefgen.address.address import address_recipient

    yield f"The first {quantity(min(len(members), PREVIEWED), 'recipient')}, as they will be addressed:"
    for recipient in members[:PREVIEWED]:
        person = replace(recipient, language=recipient.language or "en")
        try:
            address = address_recipient(person, forms, sender_country="")
            yield f"    {' / '.join(address.lines)} — {address.salutation}"
        except BriefgenError as error:
            yield f"    {recipient.full_name or recipient.office}: {error.problems[0].message}"


def _ask_whether_right() -> bool:
    """Ask in the terminal whether columns were read rightly; exit if not."""
    if typer.confirm("Is that right?", default=True, err=True):
        return True
    raise UsageError(
        Problem(
            "headers-recognised",
            "nothing was written",
            None,
            'say how the columns are to be read, with --map "HEADER=COLUMN" and --set COLUMN=TEXT',
        )
    )


def _keep_mapping(
    report: ImportReport, kept: HeaderMapping, columns: ColumnMapping, folder: Path
) -> Path | None:
    """Write how columns were read beside the list, with what is there; return the file if it changed."""
    from briefgen.recipients.mappings import KEPT_MAPPING, HeaderMapping, format_mapping

    merged = HeaderMapping({**kept.headers, **report.mapping}, {**kept.defaults, **columns.defaults})
    if not report.mapping or merged == kept:
        return None
    path = folder / KEPT_MAPPING
    _write_file(path, format_mapping(merged).encode("utf-8"))
    return path


def _write_recipients_file(members: list[Recipient], out: Path) -> None:
    if out.suffix.lower() == ".xlsx":
        from briefgen.recipients.xlsx import format_xlsx

        _write_file(out, format_xlsx(members))
    else:
        from briefgen.recipients.csv_file import format_csv

        _write_file(out, format_csv(members).encode("utf-8-sig"))  # else Excel mangles accents


def _write_file(out: Path, content: bytes) -> None:
    from briefgen.system.files import atomic_write

    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(out) as file:
            file.write(content)
    except OSError as error:
        raise StorageError(
            Problem(
                "file-unwritable",
                f"cannot be written: {error.strerror}",
                Place(str(out)),
                "name another file with --out",
            )
        ) from None


def _summarize_import(report: ImportReport, current: bool, parted: bool, out: Path) -> Iterator[str]:
    from briefgen.recipients.do_not_write import describe_withheld

    if report.recipients:
        yield f"{out}: {quantity(len(report.recipients), 'recipient')}"
    else:
        yield "No recipients were found, so no file was written."
    if report.rows is not None:
        yield _balance_rows(report, current)
    if report.extra_columns:
        names = ", ".join(repr(name) for name in report.extra_columns)
        yield f"Not used by the built-in letters, kept for templates: {names}"
    if report.unused_columns:
        yield f"Left out: {', '.join(repr(name) for name in report.unused_columns)}"
    if report.parted_names:
        number = quantity(len(report.parted_names), "name")
        examples = "; ".join(report.parted_names[:PREVIEWED])
        more = " …" if len(report.parted_names) > PREVIEWED else ""
        if parted:
            yield f"Parted {number} in one piece: {examples}{more}"
        else:
            yield (
                f"Salutations use {number} in one piece as a whole; --part-names would part: "
                + examples
                + more
            )
    if report.merged:
        yield f"Merged, because they were listed more than once: {quantity(report.merged, 'recipient')}."
    if report.filtered:
        yield f"Excluded by --where: {quantity(report.filtered, 'recipient')}."
    if report.withheld:
        yield describe_withheld(report.withheld)
    if report.newest:
        days = (date.today() - report.newest).days
        yield f"The newest entry in the data is from {report.newest}, {quantity(days, 'day')} ago."
    if report.ended:
        treatment = "excluded" if current else "kept, but they get no letter"
        names = abbreviate_names(report.ended, MAX_NAMED_RECIPIENTS)
        yield f"Term ended, {treatment}: {names}"
    if report.unaddressed:
        names = abbreviate_names(report.unaddressed, MAX_NAMED_RECIPIENTS)
        yield f"No postal address, so they get no letter: {names}"


def _balance_rows(report: ImportReport, current: bool) -> str:
    """Return the account of all rows: none may get lost without a word."""
    counts = {
        "imported": len(report.recipients),
        "refused": report.refused,
        "hidden": report.hidden,
        "merged": report.merged,
        "excluded by --where": report.filtered,
        "excluded by --current": len(report.ended) if current else 0,
        "on the do-not-write list": len(report.withheld),
    }
    parts = [f"{count} {what}" for what, count in counts.items() if count or what in ("imported", "refused")]
    return f"{quantity(report.rows or 0, 'row')}: {', '.join(parts)}"


@recipients.command("list")
def list_recipients(
    campaign: options.CampaignPath = Path(),
    as_json: options.JsonOutput = False,
    quiet: options.Quiet = False,
) -> None:
    """List everybody's address and salutation, to proofread before sending."""
    from dataclasses import asdict

    from briefgen.campaign.open import open_campaign

    console = Console(as_json, quiet)
    opened = open_campaign(campaign)
    addressed = [(recipient, opened.composer.address(recipient)) for recipient in opened.recipients]
    about_columns = [problem for problem in opened.warnings if problem.code in _ABOUT_COLUMNS]
    console.problems(
        [*about_columns, *opened.skipped, *(problem for _, to in addressed for problem in to.warnings)]
    )
    console.withheld(opened.withheld)
    template_name = opened.config.letter.template
    console.document(
        {
            "ok": not opened.skipped,
            "recipients": [
                {
                    "id": recipient.id,
                    "office": recipient.office,
                    "template": opened.composer.for_recipient(recipient).templates.find_template(
                        template_name, recipient
                    ),
                    **asdict(address),
                }
                for recipient, address in addressed
            ],
            "skipped": [problem.as_json() for problem in opened.skipped],
            "do_not_write": opened.do_not_write,
        }
    )
    for recipient, address in addressed:
        console.line(f"{recipient.id}  ({address.rule})")
        for line in (*address.lines, "", address.salutation, address.close):
            console.line(f"    {line}".rstrip())
        console.line()
    console.line(
        f"{quantity(len(addressed), 'recipient')} can be sent a letter"
        + (f", {count_affected_recipients(opened.skipped)} cannot (see above)." if opened.skipped else ".")
    )
    if opened.skipped:
        raise typer.Exit(1)
