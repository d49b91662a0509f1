"""Commands on a campaign: init, check, brief, letter, doctor."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from briefgen.cli import options
from briefgen.cli.app import app
from briefgen.cli.console import MOST_WARNINGS, Console
from briefgen.errors import Problem, UsageError, count_affected_recipients, quantity, suggest_similar
from briefgen.library.folders import resource_folder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from briefgen.campaign.job import WrittenFile


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="Folder to create; must be new or empty.")] = Path(
        "campaign"
    ),
    topic: Annotated[str, typer.Option(help="What the letters are about.", show_default=False)] = "",
    organisation: Annotated[str, typer.Option(help="Who sends them.", show_default=False)] = "",
    sender: Annotated[str, typer.Option(help="The person who signs.", show_default=False)] = "",
    ask: Annotated[
        str,
        typer.Option(help='What you ask for, after "I respectfully ask you to".', show_default=False),
    ] = "",
    countries: Annotated[
        str,
        typer.Option(help="Countries of the readers, yours first: US, or GB,DE.", show_default=False),
    ] = "",
    address: Annotated[
        str,
        typer.Option(
            help='Your postal address without the country: "4 Harbour Road; Leith EH6 7AA".',
            show_default=False,
        ),
    ] = "",
    email: Annotated[str, typer.Option(help="Your e-mail address.", show_default=False)] = "",
    example: Annotated[
        str,
        typer.Option(metavar="NAME", help="Copy an example instead, complete with recipients: starter …"),
    ] = "",
    as_json: options.JsonOutput = False,
    quiet: options.Quiet = False,
) -> None:
    """Start a campaign on your own topic: answer a few questions, or give the answers as options."""
    from datetime import date

    from briefgen.campaign.new_campaign import CampaignAnswers, create_own_campaign
    from briefgen.campaign.scaffold import create_campaign, require_empty_folder

    console = Console(as_json, quiet)
    given = {
        "topic": topic,
        "organisation": organisation,
        "sender": sender,
        "ask": ask,
        "countries": countries,
        "address": address,
        "email": email,
    }
    if example:
        if any(given.values()):
            named = ", ".join(f"--{name}" for name, answer in given.items() if answer)
            message = f"an example has its own content, so {named} cannot be used with --example"
            raise UsageError(Problem("usage-wrong", message, None, "leave out one of them"))
        files = create_campaign(folder, example)
        todo = f"enter your organisation in {folder}/campaign.yaml, then run: briefgen batch {folder}"
    else:
        require_empty_folder(folder)
        if console.can_ask:
            given = _ask_for_answers(given)
        answers = CampaignAnswers(
            topic=given["topic"],
            organisation=given["organisation"],
            sender=given["sender"],
            ask=given["ask"],
            countries=_split_list(given["countries"], ","),
            address=_split_list(given["address"], ";"),
            email=given["email"],
        )
        files = create_own_campaign(folder, answers, date.today())
        todo = f"list the readers in {folder}/recipients.csv, then run: briefgen check {folder}"
    console.document({"ok": True, "folder": str(folder), "files": [str(path) for path in files]})
    console.line(f"Created {folder}/ with {', '.join(path.name for path in files)}.")
    console.note(f"Next: {todo}")


_QUESTIONS = {
    "topic": "What are the letters about? (Lead in drinking water)",
    "organisation": "Who sends them? (name of the organisation)",
    "sender": "Who signs them?",
    "ask": "What do you ask for? I respectfully ask you to …",
    "countries": "In which countries are the readers, yours first? (US, or GB, DE)",
    "address": "What is your postal address, without the country? (4 Harbour Road; Leith EH6 7AA)",
    "email": "What is your e-mail address?",
}


def _ask_for_answers(given: Mapping[str, str]) -> dict[str, str]:
    """Ask in the terminal for what no option gives; an empty answer leaves the place in the file empty."""
    return {
        name: given[name] or typer.prompt(question, default="", show_default=False, err=True)
        for name, question in _QUESTIONS.items()
    }


def _split_list(text: str, separator: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(separator) if part.strip())


@app.command()
def check(
    campaign: options.CampaignPath = Path(),
    text: options.SourceTexts = None,
    strict: Annotated[bool, typer.Option("--strict", help="Treat warnings as errors.")] = False,
    pages: Annotated[bool, typer.Option("--pages", help="Also count the pages of the letters.")] = False,
    explain: Annotated[
        str,
        typer.Option(
            "--explain",
            metavar="CODE",
            help="Explain a problem code instead of checking.",
            show_default=False,
        ),
    ] = "",
    as_json: options.JsonOutput = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Check a campaign, report every problem, and write nothing."""
    console = Console(as_json, quiet, verbose)
    if explain:
        _show_check_section(console, explain)
        return
    from briefgen.campaign.check_workers import start_check_server

    with start_check_server(campaign) as server:
        from briefgen.campaign.check import check_documents
        from briefgen.campaign.open import open_campaign
        from briefgen.cli.progress import show_check_progress
        from briefgen.recipients.grouping import describe_groups

        opened = open_campaign(campaign, texts=options.parse_text_options(text))
        with show_check_progress(sys.stderr, quiet=console.quiet) as progress:
            letter_warnings, errors = check_documents(
                opened, count_pages=pages, progress=progress, server=server
            )
    warnings = [*opened.warnings, *letter_warnings]
    problems = [*(replace(each, severity="error") if strict else each for each in warnings), *errors]
    console.problems(problems, most=MOST_WARNINGS)
    console.problems(opened.skipped)
    console.withheld(opened.withheld)
    failed = bool(opened.skipped or errors or (strict and warnings))
    console.document(
        {
            "ok": not failed,
            "campaign": opened.config.id,
            "recipients": len(opened.recipients),
            "skipped": [problem.as_json() for problem in opened.skipped],
            "do_not_write": opened.do_not_write,
            "problems": [problem.as_json() for problem in problems],
            "evidence": opened.evidence_summary,
        }
    )
    console.line(opened.evidence_summary)
    if opened.config.group_by:
        console.line(describe_groups(opened.recipients, opened.config.group_by.column))
    console.line(
        f"{opened.config.id}: {quantity(len(opened.recipients), 'recipient')} can be sent a letter"
        + (f", {count_affected_recipients(opened.skipped)} cannot (see above)." if opened.skipped else ".")
        + (f" {quantity(len(problems), 'warning')}." if quiet and problems and not failed else "")
    )
    if failed:
        raise typer.Exit(1)


def _show_check_section(console: Console, code: str) -> None:

    section = find_check_section(code)
    console.document({"code": section.code, "page": f"docs/checks/{section.page}", "text": section.text})
    console.line(section.text)


@app.command(cls=options.FormatsCommand)
def brief(
    campaign: options.CampaignPath = Path(),
    template: Annotated[
        str,
        typer.Option(
            "--template",
            metavar="KIND",
            help="Write another kind of paper: policy-brief, leave-behind, report, upr-submission, "
            "or one of your own.",
            show_default=False,
        ),
    ] = "",
    to: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="ID",
            help="Mark what this recipient is asked, in a policy-brief or leave-behind.",
            show_default=False,
        ),
    ] = "",
    out: options.OutFolder = None,
    format: options.Formats = None,
    text: options.SourceTexts = None,
    as_json: options.JsonOutput = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Write the briefing paper of a campaign."""
    from briefgen.campaign.briefing_checks import check_briefing
    from briefgen.campaign.job import resolve_output_folder, select_formats, write_briefing
    from briefgen.campaign.open import find_recipient, open_campaign

    console = Console(as_json, quiet, verbose)
    opened = open_campaign(campaign, texts=options.parse_text_options(text))
    console.warnings(opened.warnings, campaign)
    formats, folder = select_formats(opened, format), resolve_output_folder(opened, out)
    recipient = find_recipient(opened, to) if to else None
    document, files = write_briefing(opened, formats, folder, template, recipient)
    briefing_warnings = check_briefing(document, opened.config, template)
    console.problems(briefing_warnings)
    _show_files(console, files, (*opened.warnings, *briefing_warnings), opened.config.output.text_limit)


@app.command(cls=options.FormatsCommand)
def letter(
    to: Annotated[list[str], typer.Option("--to", metavar="ID", help="Id of the recipient; repeatable.")],
    campaign: options.CampaignPath = Path(),
    out: options.OutFolder = None,
    format: options.Formats = None,
    text: options.SourceTexts = None,
    as_json: options.JsonOutput = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Write one letter, or a few, for review."""
    from briefgen.campaign.job import resolve_output_folder, select_formats, write_letters
    from briefgen.campaign.open import find_recipients, open_campaign

    console = Console(as_json, quiet, verbose)
    opened = open_campaign(campaign, texts=options.parse_text_options(text))
    recipients = find_recipients(opened, to)
    console.warnings(opened.warnings, campaign)
    console.withheld(opened.withheld)
    formats, folder = select_formats(opened, format), resolve_output_folder(opened, out)
    _show_files(
        console,
        write_letters(opened, recipients, formats, folder),
        opened.warnings,
        opened.config.output.text_limit,
    )


@app.command()
def doctor(as_json: options.JsonOutput = False) -> None:
    """Check that this machine has what letters need, and say how to install what is missing."""
    from dataclasses import asdict

    from briefgen.system.doctor import run_machine_checks

    console = Console(as_json)
    checks = run_machine_checks()
    console.document(
        {
            "ok": all(check.state == "ok" for check in checks),
            "checks": [{**asdict(check), "state": check.state} for check in checks],
        }
    )
    for check in checks:
        console.line(f"{'ok' if check.problem is None else 'MISSING':<8} {check.what:<20} {check.found}")
        if check.problem is not None:
            console.line(f"         {check.problem.message}\n         → {check.problem.hint}")
    if any(check.state != "ok" for check in checks):
        raise typer.Exit(1)


def _show_files(
    console: Console, written: Sequence[WrittenFile], warnings: Sequence[Problem], text_limit: int | None
) -> None:
    files = [
        {
            "file": str(file.path),
            "pages": file.pages,
            "characters": file.characters,
            "bytes": file.size,
            "earlier": str(file.kept) if file.kept else None,
        }
        for file in written
    ]
    console.document({"ok": True, "files": files, "warnings": [problem.as_json() for problem in warnings]})
    for file in written:
        length = f" ({quantity(file.pages, 'page')})" if file.pages else ""
        if file.characters is not None:
            allowed = f" of {text_limit:,}" if text_limit else ""
            length = f" ({file.characters:,}{allowed} characters)"
        console.line(f"{file.path}{length}")
        if file.kept:
            console.note(f"The previous file had been edited by hand and was moved to {file.kept}.")


# The documentation of problem codes, for `briefgen check --explain CODE`

_ANY_HEADING = re.compile(r"^##? ", re.MULTILINE)
_HEADING = re.compile(r"^## ([a-z]+(?:-[a-z]+)+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class CheckSection:
    """The section of docs/checks/ on one problem code."""

    code: str
    page: str
    """Name of the file in docs/checks/."""
    text: str
    """Markdown: heading, meaning, message and remedy."""


def read_check_sections() -> list[CheckSection]:
    """Read all sections of all pages, in order."""
    found = []
    for page in sorted((resource_folder("docs") / "checks").glob("*.md")):
        text = page.read_text(encoding="utf-8")
        starts = [*_HEADING.finditer(text)]
        bounds = [heading.start() for heading in _ANY_HEADING.finditer(text)] + [len(text)]
        ends = [next(bound for bound in bounds if bound > start.start()) for start in starts]
        found += [
            CheckSection(start[1], page.name, text[start.start() : end].strip())
            for start, end in zip(starts, ends, strict=True)
        ]
    return found


def find_check_section(code: str) -> CheckSection:
    """Return the section on a problem code; raise UsageError for an unknown code."""
    known = {section.code: section for section in read_check_sections()}
    if code not in known:
        raise UsageError(
            Problem("code-unknown", f"unknown problem code {code!r}", None, suggest_similar(code, known))
        )
    return known[code]
