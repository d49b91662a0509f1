"""Commands for what happens after a letter is made: sent, reply, log, recall, due."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from briefgen.cli import options
from briefgen.cli.app import app
from briefgen.cli.console import Console
from briefgen.cli.mailing import leave_out_sent
from briefgen.errors import Problem, ProblemList, StorageError, UsageError, abbreviate_names, quantity

if TYPE_CHECKING:
    from briefgen.correspondence.log import CorrespondenceLog
    from briefgen.mailing.correction import DraftedCorrection
    from briefgen.mailing.recall import RecalledStatement
    from briefgen.mailing.record_sent import SentReport

WITHDRAW_HINT = "delete it, or add a statement that supersedes it"
MAX_NAMES = 5
"""Recipients named in a line; further ones are counted."""
StringList = Optional[list[str]]  # noqa: UP045 - typer reads annotations at run time
CampaignPaths = Annotated[
    list[Path] | None,
    typer.Argument(help="Campaign folders or campaign.yaml files.", show_default="this folder"),
]
CampaignOption = Annotated[
    Path,
    typer.Option("--campaign", "-c", help="Campaign folder or campaign.yaml.", show_default="this folder"),
]


def _parse_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(
            Problem("day-wrong", f"{text!r} is not a day", None, "write year, month and day: 2027-03-01")
        ) from None


@app.command(cls=options.FormatsCommand)
def sent(
    campaign: options.CampaignPath = Path(),
    on: Annotated[
        date | None,
        typer.Option(
            "--on",
            parser=_parse_day,
            metavar="DATE",
            help="Day on which the letters left: 2027-03-01.",
            show_default=False,
        ),
    ] = None,
    by: Annotated[
        str, typer.Option("--by", metavar="WAY", help="How they left: post, email, hand or web-form.")
    ] = "post",
    only: Annotated[
        StringList, typer.Option("--only", metavar="ID", help="Only this recipient; repeatable.")
    ] = None,
    who: Annotated[str, typer.Option("--who", help="Who sent them.", show_default="the signer")] = "",
    format: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="Which file left: {formats}.",
            show_default="pdf if there is one",
        ),
    ] = "",
    again: Annotated[
        bool, typer.Option("--again", help="Record letters once more that are recorded already.")
    ] = False,
    unsent: options.Unsent = False,
    out: options.OutFolder = None,
    text: options.SourceTexts = None,
    as_json: options.JsonOutput = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Record in sent.csv which letters were sent, when and how, and keep what they said."""
    from briefgen.campaign.job import resolve_output_folder, select_formats
    from briefgen.campaign.open import find_recipients, open_campaign
    from briefgen.cli.progress import show_check_progress
    from briefgen.mailing.record_sent import SentDay, check_sent_day, find_reachable, record_sent

    if on is None:
        raise UsageError(Problem("sent-day", "the day is missing", None, "add --on 2027-03-01"))
    console = Console(as_json, quiet, verbose)
    opened = open_campaign(campaign, texts=options.parse_text_options(text))
    if only:
        opened = replace(opened, recipients=tuple(find_recipients(opened, only)))
    if unsent:
        opened = leave_out_sent(opened, console)
    formats = opened.config.output.formats
    (name,) = select_formats(opened, [format or ("pdf" if "pdf" in formats else formats[0])])
    day = SentDay(on, by, who, name, again)
    console.problems(check_sent_day(day, opened.config.date, date.today()))
    recipients = opened.recipients if only else find_reachable(opened.recipients, by)
    chosen = {one.id for one in recipients}
    unreachable = [] if only else [one.id for one in opened.recipients if one.id not in chosen]
    with show_check_progress(sys.stderr, quiet=quiet) as progress:
        report = record_sent(opened, resolve_output_folder(opened, out), recipients, day, progress)
    console.problems(report.problems)
    console.document(
        {
            "ok": not report.problems and not (only and report.missing),
            "recorded": [letter.recipient for letter in report.recorded],
            "already": report.known,
            "changed": report.changed,
            "not_made": report.missing,
            "without_address": unreachable,
            "edited": report.edited,
            "kept": report.kept,
            "problems": [problem.as_json() for problem in report.problems],
        }
    )
    for line in _summarize_sent(report, day.way, on):
        console.line(line)
    if unreachable:
        names, what = abbreviate_names(unreachable, MAX_NAMES), "e-mail" if by == "email" else "postal"
        console.line(
            f"Without {what} address, so not recorded: {names}. --only ID records them all the same."
        )
    if any(problem.severity == "error" for problem in report.problems) or (only and report.missing):
        raise typer.Exit(1)


def _summarize_sent(report: SentReport, way: str, on: date) -> Iterable[str]:
    count = quantity(len(report.recorded), "letter")
    yield f"{count} recorded as sent on {on.isoformat()} by {way}."
    if report.kept:
        yield f"Their texts and evidence are kept in {report.kept}."
    if report.edited:
        yield f"Edited by hand, and recorded as they are: {abbreviate_names(report.edited, MAX_NAMES)}."
    if report.known:
        names = abbreviate_names(report.known, MAX_NAMES)
        yield f"Already recorded, and left alone: {names}. --again records them once more."
    if report.changed:
        names = abbreviate_names(report.changed, MAX_NAMES)
        yield f"Recorded with another text, and left alone: {names}. --again records the present one too."
    if report.missing:
        yield f"Not made, so not recorded: {abbreviate_names(report.missing, MAX_NAMES)}."


@app.command()
def reply(
    recipient: Annotated[str, typer.Argument(help="Id of the recipient.")],
    on: Annotated[
        date | None,
        typer.Option(
            "--on", parser=_parse_day, metavar="DATE", help="Day on which it came.", show_default=False
        ),
    ] = None,
    note: Annotated[str, typer.Option("--note", help="What it says, in a few words.")] = "",
    kind: Annotated[
        str,
        typer.Option(
            "--kind", help="reply, returned (the letter came back), or note (your own, of no reply)."
        ),
    ] = "reply",
    who: Annotated[str, typer.Option("--who", help="Who notes it.", show_default="the signer")] = "",
    campaign: CampaignOption = Path(),
    as_json: options.JsonOutput = False,
) -> None:
    """Note in replies.csv what came of a letter: a reply, a letter that came back, or a remark."""
    from briefgen.campaign.loader import read_campaign, require_config
    from briefgen.correspondence.log import REPLIES_FILE, REPLY_KINDS, Reply, append_replies, read_log
    from briefgen.mailing.record_sent import reject_future_day

    if on is None:
        raise UsageError(Problem("sent-day", "the day is missing", None, "add --on 2027-03-01"))
    if kind not in REPLY_KINDS:
        hint = f"write one of {', '.join(REPLY_KINDS)}"
        raise UsageError(Problem("reply-kind", f"there is no kind {kind!r}", None, hint))
    if kind == "note" and not note.strip():
        raise UsageError(Problem("reply-empty", "the note is empty", None, 'add --note "…"'))
    reject_future_day(on, date.today())
    problems = ProblemList()
    files = read_campaign(campaign, problems)
    config = require_config(files.config, problems)
    log = read_log(files.folder.path, problems)
    console = Console(as_json)
    console.problems(problems.problems)
    _require_correspondent(recipient, log, on)
    entry = Reply(recipient, on, kind, " ".join(note.split()), who or config.sender.name)
    append_replies(files.folder.path, [entry])
    console.document({"ok": True, "recipient": recipient, "kind": kind, "on": on.isoformat()})
    console.line(f"Noted in {files.folder.path / REPLIES_FILE}.")


def _require_correspondent(recipient: str, log: CorrespondenceLog, on: date) -> None:
    """Raise UsageError if nothing was sent to a recipient, or not yet on that day."""
    from briefgen.errors import suggest_similar

    known = {letter.recipient for letter in log.sent}
    first = min((letter.day for letter in log.sent if letter.recipient == recipient), default=on)
    if on < first:
        message = f"the first letter to {recipient!r} was sent on {first.isoformat()}, after {on.isoformat()}"
        raise UsageError(Problem("sent-day", message, None, "give the day on which it came, with --on"))
    if recipient not in known:
        hint = suggest_similar(recipient, known) or "record the letter first, with briefgen sent"
        message = f"no letter to {recipient!r} was recorded as sent"
        raise UsageError(Problem("reply-unknown", message, None, hint))


@app.command()
def log(
    campaigns: CampaignPaths = None,
    recipient: Annotated[
        StringList, typer.Option("--recipient", metavar="ID", help="Only this recipient; repeatable.")
    ] = None,
    since: Annotated[
        date | None,
        typer.Option("--since", parser=_parse_day, metavar="DATE", help="From this day.", show_default=False),
    ] = None,
    until: Annotated[
        date | None,
        typer.Option(
            "--until", parser=_parse_day, metavar="DATE", help="Up to this day.", show_default=False
        ),
    ] = None,
    csv_file: Annotated[
        Path | None,
        typer.Option("--csv", metavar="FILE", help="Write a table for a spreadsheet.", show_default=False),
    ] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Compare the log with what was kept when it was recorded.")
    ] = False,
    as_json: options.JsonOutput = False,
    quiet: options.Quiet = False,
) -> None:
    """Show who got what, when and how, and what came of it."""
    from briefgen.correspondence.log import find_changed_rows
    from briefgen.correspondence.table import LOG_HEADERS, list_events

    console, problems = Console(as_json, quiet), ProblemList()
    logs = _read_logs(campaigns, problems)
    if verify:
        for one in logs:
            problems.extend(find_changed_rows(one))
    events = list_events(logs, frozenset(recipient or ()), since, until)
    console.problems(problems.problems)
    console.document(
        {
            "ok": not problems.problems,
            "events": [dict(zip(LOG_HEADERS, event, strict=True)) for event in events],
            "problems": [problem.as_json() for problem in problems.problems],
        }
    )
    if csv_file is not None:
        _write_table(csv_file, LOG_HEADERS, events)
        console.line(f"{csv_file}: {quantity(len(events), 'row')}")
    elif events:
        console.table(LOG_HEADERS, events)
    else:
        console.line("Nothing was recorded. Letters are recorded with briefgen sent.")
    if verify and problems.problems:
        raise typer.Exit(1)
    if verify:
        console.note("Every row of the log is as it was recorded.")


def _read_logs(campaigns: Sequence[Path] | None, problems: ProblemList) -> list[CorrespondenceLog]:
    from briefgen.correspondence.log import read_log

    folders = [path if path.is_dir() else path.parent for path in campaigns or [Path()]]
    for folder in folders:
        if not folder.is_dir():
            raise UsageError(
                Problem("campaign-missing", f"there is no folder {folder}", None, "name a campaign's folder")
            )
    return [read_log(folder, problems, "" if folder == Path() else str(folder)) for folder in folders]


def _write_table(path: Path, headers: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    from briefgen.model.text import escape_formulas
    from briefgen.system.files import atomic_write

    table = io.StringIO(newline="")
    csv.writer(table).writerows([headers, *([escape_formulas(cell) for cell in row] for row in rows)])
    try:
        with atomic_write(path) as file:
            file.write(table.getvalue().encode("utf-8-sig", "backslashreplace"))
    except OSError as error:
        raise StorageError(
            Problem(
                "file-unwritable", f"{path} cannot be written: {error.strerror}", None, "name another file"
            )
        ) from None


@app.command()
def recall(
    statement: Annotated[
        str, typer.Argument(help="Id of a statement; without one, all that were withdrawn since.")
    ] = "",
    campaign: CampaignOption = Path(),
    draft: Annotated[
        Path | None,
        typer.Option(
            "--draft", metavar="FOLDER", help="Draft the correction as a campaign.", show_default=False
        ),
    ] = None,
    on: Annotated[
        date | None,
        typer.Option(
            "--on", parser=_parse_day, metavar="DATE", help="Date of the correction.", show_default="today"
        ),
    ] = None,
    because: Annotated[
        str, typer.Option("--because", help="A sentence for the correction: why, or what is right.")
    ] = "",
    as_json: options.JsonOutput = False,
    quiet: options.Quiet = False,
) -> None:
    """Find every letter that was sent with a statement that has been withdrawn since."""
    from briefgen.campaign.loader import load_campaign_library
    from briefgen.correspondence.log import read_log
    from briefgen.mailing.recall import find_recalled

    if draft is not None and not statement:
        hint = "name one: briefgen recall STATEMENT --draft FOLDER"
        raise UsageError(Problem("recall-which", "a correction is about one statement", None, hint))
    console, problems = Console(as_json, quiet), ProblemList()
    files, library = load_campaign_library(campaign)
    sent_log = read_log(files.folder.path, problems)
    console.problems(problems.problems)
    found = find_recalled([sent_log], library, [statement] if statement else [])
    _require_sent(statement, found, sent_log)
    drafted = None
    if draft is not None:
        from briefgen.campaign.open import open_campaign
        from briefgen.mailing.correction import draft_correction

        opened = open_campaign(campaign, trials=())
        drafted = draft_correction(opened, sent_log, found[0], draft, on or date.today(), because)
    _show_recalled(console, found, sent_log, draft, drafted)
    if found and not statement:
        raise typer.Exit(1)


def _require_sent(statement: str, found: Sequence[RecalledStatement], log: CorrespondenceLog) -> None:
    """Raise UsageError if a statement that was asked for stood in no letter."""
    from briefgen.errors import suggest_similar

    if statement and not found[0].letters:
        known = {id for letter in log.sent for id in letter.snippets}
        message = f"no letter with the statement {statement!r} was recorded as sent"
        raise UsageError(
            Problem("recall-unsent", message, None, suggest_similar(statement, known) or "briefgen log")
        )


def _show_recalled(
    console: Console,
    found: Sequence[RecalledStatement],
    log: CorrespondenceLog,
    folder: Path | None,
    drafted: DraftedCorrection | None,
) -> None:
    from briefgen.mailing.recall import STILL_THERE, first_wording

    records = []
    for one in found:
        words = first_wording(log, one.letters[-1], one.id)
        records.append(
            {
                "statement": one.id,
                "state": one.state,
                "words": words,
                "letters": [
                    {"recipient": letter.recipient, "on": letter.day.isoformat(), "way": letter.way}
                    for letter in one.letters
                ],
            }
        )
        console.line(f"{one.id}: {one.state}; sent in {quantity(len(one.letters), 'letter')}.")
        console.line(f"    “{words}”" if words else "    Its words cannot be read from what was kept.")
        rows = [(letter.day.isoformat(), letter.way, letter.recipient, letter.name) for letter in one.letters]
        console.table(("day", "way", "recipient", "name"), rows)
    if not found:
        console.line("No statement that was sent has been withdrawn since.")
    for one in found:
        if one.state == STILL_THERE:
            console.note(
                f"{one.id} is still in the library, and later letters can print it: {WITHDRAW_HINT}."
            )
    document = {"ok": not found, "statements": records}
    if drafted is not None and folder is not None:
        document |= {
            "draft": [str(path) for path in drafted.files],
            "corrected": list(drafted.recipients),
            "gone": list(drafted.gone),
            "returned": list(drafted.returned),
            "unread": list(drafted.unread),
        }
        count = quantity(len(drafted.recipients), "recipient")
        console.line(
            f"A correction to {count} is drafted in {folder}: read its letter, then briefgen check {folder}."
        )
        if drafted.gone:
            names = abbreviate_names(drafted.gone, MAX_NAMES)
            console.note(f"No longer in the list, so not written to: {names}.")
        if drafted.returned:
            names = abbreviate_names(drafted.returned, MAX_NAMES)
            console.note(f"Their letter came back, so there is nothing to correct: {names}.")
        if drafted.unread:
            names = abbreviate_names(drafted.unread, MAX_NAMES)
            console.note(f"Their letter's own words are not kept; check them: {names}.")
    console.document(document)


@app.command()
def due(
    campaign: options.CampaignPath = Path(),
    on: Annotated[
        date | None,
        typer.Option("--on", parser=_parse_day, metavar="DATE", help="By this day.", show_default="today"),
    ] = None,
    as_json: options.JsonOutput = False,
    quiet: options.Quiet = False,
) -> None:
    """List what has to be looked at again: statements, terms that have ended, letters without a reply."""
    from briefgen.campaign.due import list_due
    from briefgen.campaign.open import open_campaign
    from briefgen.correspondence.log import read_log

    console, problems = Console(as_json, quiet), ProblemList()
    opened = open_campaign(campaign, trials=())
    items = list_due(opened, read_log(opened.composer.folder, problems), on or date.today())
    console.problems(problems.problems)
    console.document({"ok": not items, "due": [item.as_json() for item in items]})
    if not items:
        console.line("Nothing is due.")
        return
    words = {"statement": "look up again", "term": "term ended", "reply": "no reply"}
    rows = [
        (item.by.isoformat(), words[item.kind], item.id, item.about, str(item.place or "")) for item in items
    ]
    console.table(("since", "what", "id", "about", "where"), rows)
