"""Commands that prepare finished letters for sending: print, drafts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from briefgen.cli import options
from briefgen.cli.app import app
from briefgen.cli.console import Console
from briefgen.errors import Problem, ProblemList, UsageError, abbreviate_names, quantity

if TYPE_CHECKING:
    from briefgen.campaign.open import Campaign

PRINT_FOLDER = "print"
"""Folder of the files to print, within the output folder."""
JOBS_FOLDER = "print-jobs"
"""Folder of letters as separate files to print."""
MAX_NAMES = 5
"""Recipients or files named in a line; further ones are counted."""


@app.command(PRINT_FOLDER)
def print_letters(
    campaign: options.CampaignPath = Path(),
    out: options.OutFolder = None,
    no_letters: Annotated[bool, typer.Option("--no-letters", help="Envelopes or labels only.")] = False,
    duplex: Annotated[
        bool, typer.Option("--duplex", help="Begin each letter on a new sheet, for two-sided printing.")
    ] = False,
    separate: Annotated[
        bool,
        typer.Option("--separate", help="Also write each letter with its enclosures as its own file."),
    ] = False,
    word: Annotated[
        bool, typer.Option("--word", help="Add letters.docx, all letters as one Word file.")
    ] = False,
    archive: Annotated[
        bool, typer.Option("--zip", help="Add letters.zip, for the web form of a print shop.")
    ] = False,
    listed: Annotated[
        bool, typer.Option("--list", help="Add letters.csv, where each letter begins.")
    ] = False,
    envelopes: Annotated[
        str, typer.Option(metavar="SIZE", help="Add envelopes: no10, dl, c6 or c5.", show_default=False)
    ] = "",
    no_sender: Annotated[
        bool, typer.Option("--no-sender", help="Omit the sender's address from envelopes.")
    ] = False,
    labels: Annotated[
        str,
        typer.Option(metavar="SHEET", help="Add labels: avery-5160 or avery-l7160.", show_default=False),
    ] = "",
    first: Annotated[
        int, typer.Option("--first", min=1, help="Number of the first unused label on the sheet.")
    ] = 1,
    right: Annotated[
        float, typer.Option("--right", min=-20, max=20, help="Move labels right by this many millimetres.")
    ] = 0.0,
    down: Annotated[
        float, typer.Option("--down", min=-20, max=20, help="Move labels down by this many millimetres.")
    ] = 0.0,
    unsent: options.Unsent = False,
    merge_duplicates: options.MergeDuplicates = False,
    text: options.SourceTexts = None,
    as_json: options.JsonOutput = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Merge finished letters into one file to print, in postal order, with envelopes and labels."""
    from briefgen.batch.edits import check_waiting_edits
    from briefgen.batch.outputs.folder import FolderOutput
    from briefgen.campaign.job import resolve_output_folder
    from briefgen.campaign.open import open_campaign
    from briefgen.mailing.enclosures import find_apart_enclosures
    from briefgen.mailing.envelopes_labels import find_envelope, find_label_sheet
    from briefgen.mailing.print_run import (
        PrintOptions,
        build_print_files,
        build_print_jobs,
        note_names,
        posted_recipients,
        write_files,
    )

    envelope = find_envelope(envelopes) if envelopes else None
    sheet = find_label_sheet(labels) if labels else None
    _reject_useless_options(
        [
            ("--duplex", duplex, "letters", not no_letters),
            ("--separate", separate, "letters", not no_letters),
            ("--word", word, "letters", not no_letters),
            ("--zip", archive, "letters", not no_letters),
            ("--list", listed, "letters", not no_letters),
            ("--no-sender", no_sender, "--envelopes", bool(envelopes)),
            ("--first", first != 1, "--labels", bool(labels)),
            ("--right", right != 0, "--labels", bool(labels)),
            ("--down", down != 0, "--labels", bool(labels)),
        ],
        anything=not no_letters or bool(envelopes or labels),
    )
    if sheet is not None and first > len(sheet):
        message = f"a sheet of {labels} has {len(sheet)} labels, so there is no label {first}"
        raise UsageError(Problem("label-number", message, None, f"give --first a number up to {len(sheet)}"))
    console = Console(as_json, quiet, verbose)
    opened = open_campaign(campaign, texts=options.parse_text_options(text))
    if merge_duplicates:
        opened = opened.without_duplicates()
    if unsent:
        opened = leave_out_sent(opened, console)
    folder = resolve_output_folder(opened, out)
    apart = find_apart_enclosures(opened, printed=True) if not no_letters else ()
    console.warnings(opened.warnings, campaign)
    console.problems(apart)
    console.problems(opened.skipped)
    console.withheld(opened.withheld)
    print_options = PrintOptions(
        not no_letters, duplex, listed, word, archive, envelope, not no_sender, sheet, first, right, down
    )
    files = build_print_files(opened, folder, print_options)
    edits = [] if no_letters else check_waiting_edits(FolderOutput(folder), opened.recipients)
    console.problems(edits)
    kept = write_files(opened.config, folder, PRINT_FOLDER, files)
    jobs: list[str] = []
    if separate:
        built = build_print_jobs(opened, folder, duplex=duplex)
        kept += write_files(opened.config, folder, JOBS_FOLDER, note_names(built, jobs))
    old = _find_old_files(folder / JOBS_FOLDER, jobs)
    _note_kept_files(console, folder, kept)
    paths = [folder / PRINT_FOLDER / file.name for file in files]
    posted = {recipient.id for recipient in posted_recipients(opened)}
    email_only = [recipient.id for recipient in opened.recipients if recipient.id not in posted]
    console.document(
        {
            "ok": not opened.skipped,
            "files": [
                {"file": str(path), "holds": file.contents} for path, file in zip(paths, files, strict=True)
            ],
            "kept": kept,
            "email_only": email_only,
            "jobs": jobs,
            "old": old,
            "skipped_recipients": [problem.as_json() for problem in opened.skipped],
            "do_not_write": opened.do_not_write,
            "warnings": [problem.as_json() for problem in (*opened.warnings, *edits, *apart)],
        }
    )
    if jobs:
        console.line(f"{folder / JOBS_FOLDER} ({quantity(len(jobs) - 1, 'letter')}, and a list of them)")
    if old:
        names = abbreviate_names(old, MAX_NAMES)
        console.note(f"Files from an earlier run are still in {folder / JOBS_FOLDER}: {names}.")
    if email_only:
        console.line(f"By e-mail only, without a postal address: {abbreviate_names(email_only, MAX_NAMES)}.")
    for path, file in zip(paths, files, strict=True):
        console.line(f"{path} ({file.contents})")
    if opened.skipped:
        raise typer.Exit(1)


@app.command(cls=options.FormatsCommand)
def drafts(
    campaign: options.CampaignPath = Path(),
    out: options.OutFolder = None,
    attach: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FORMAT", help="Format of the letter to attach: {formats}; repeatable. Default: pdf."
        ),
    ] = None,
    mbox: Annotated[
        bool, typer.Option("--mbox", help="Also write all drafts as one file, drafts.mbox.")
    ] = False,
    merge_table: Annotated[
        bool,
        typer.Option("--merge-table", help="Also write mail-merge.csv, for mail merges of other programs."),
    ] = False,
    unsent: options.Unsent = False,
    merge_duplicates: options.MergeDuplicates = False,
    text: options.SourceTexts = None,
    as_json: options.JsonOutput = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Write e-mail drafts with the letters attached; nothing is sent."""
    from briefgen.batch.edits import check_waiting_edits
    from briefgen.batch.outputs.folder import FolderOutput
    from briefgen.campaign.job import resolve_output_folder, select_formats
    from briefgen.campaign.open import open_campaign
    from briefgen.mailing.email_drafts import DRAFTS_FOLDER, DraftOptions, write_drafts
    from briefgen.mailing.enclosures import find_apart_enclosures

    console = Console(as_json, quiet, verbose)
    opened = open_campaign(campaign, texts=options.parse_text_options(text))
    if merge_duplicates:
        opened = opened.without_duplicates()
    if unsent:
        opened = leave_out_sent(opened, console)
    formats = select_formats(opened, attach or ["pdf"])
    output_folder = resolve_output_folder(opened, out)
    apart = find_apart_enclosures(opened, printed=False)
    console.warnings(opened.warnings, campaign)
    console.problems(apart)
    console.problems(opened.skipped)
    console.withheld(opened.withheld)
    edits = check_waiting_edits(FolderOutput(output_folder), opened.recipients)
    console.problems(edits)
    report = write_drafts(opened, formats, output_folder, DraftOptions(mbox, merge_table))
    folder = output_folder / DRAFTS_FOLDER
    _note_kept_files(console, output_folder, report.kept)
    own_warnings = [one for one in report.warnings if one.code not in opened.config.ignore]
    console.problems([*own_warnings, *report.problems], MAX_NAMES)
    console.document(
        {
            "ok": not (report.problems or opened.skipped),
            "folder": str(folder),
            "drafts": [{"recipient": id, "file": file} for id, file in report.written.items()],
            "without_email": report.without_email,
            "old": report.outdated,
            "others": report.others,
            "kept": report.kept,
            "problems": [problem.as_json() for problem in report.problems],
            "skipped_recipients": [problem.as_json() for problem in opened.skipped],
            "do_not_write": opened.do_not_write,
            "warnings": [problem.as_json() for problem in (*opened.warnings, *edits, *apart, *own_warnings)],
        }
    )
    console.line(f"{quantity(len(report.written), 'draft')} in {folder}. Nothing was sent.")
    for name in report.others:
        console.line(str(folder / name))
    if report.without_email:
        names = abbreviate_names(report.without_email, MAX_NAMES)
        console.line(f"No e-mail address in the column email: {names}.")
    if report.outdated:
        names = abbreviate_names(report.outdated, MAX_NAMES)
        console.note(f"Drafts from an earlier run are still there; delete them before you send: {names}.")
    if report.problems or opened.skipped:
        raise typer.Exit(1)


def leave_out_sent(opened: Campaign, console: Console) -> Campaign:
    """Return a campaign without those to whom a letter was recorded as sent, and say how many they are."""
    from briefgen.mailing.record_sent import select_unsent

    problems = ProblemList()
    rest = select_unsent(opened, problems)
    console.problems(problems.problems)
    console.note(f"Recorded as sent, so left out: {len(opened.recipients) - len(rest.recipients)}.")
    return rest


def _find_old_files(folder: Path, written: Sequence[str]) -> list[str]:
    """Return the names of letters in a folder that this run has not written, if it has written any."""
    return sorted(path.name for path in folder.glob("*.pdf") if path.name not in written) if written else []


def _note_kept_files(console: Console, folder: Path, kept: Sequence[str]) -> None:
    for name in kept:
        console.note(f"A previous file had been edited by hand and was moved to {folder / name}.")


def _reject_useless_options(given: Sequence[tuple[str, bool, str, bool]], anything: bool) -> None:
    """Raise UsageError for an option without the one that it modifies, and if nothing is left to print."""
    for option, is_given, needed, is_there in given:
        if is_given and not is_there:
            raise UsageError(
                Problem(
                    "options-apart",
                    f"{option} does nothing without {needed}",
                    None,
                    f"add {needed}, or leave it out",
                )
            )
    if not anything:
        raise UsageError(
            Problem(
                "print-nothing",
                "with --no-letters there is nothing to print",
                None,
                "ask for --envelopes or --labels",
            )
        )
