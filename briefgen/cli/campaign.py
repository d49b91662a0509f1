"""Commands on a campaign: init, check, brief, letter, doctor."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from briefgen.cli import options
from briefgen.cli.app import app
from briefgen.cli.console import Console
from briefgen.errors import Problem, count_affected_recipients, quantity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from briefgen.campaign.job import WrittenFile


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="Folder to create; must be new or empty.")] = Path(
        "campaign"
    ),
    example: Annotated[str, typer.Option(help="Which example to start from.")] = "starter",
    as_json: options.JsonOutput = False,
    quiet: options.Quiet = False,
) -> None:
    """Create a campaign that builds at once, for you to change."""
    from briefgen.campaign.scaffold import create_campaign

    console = Console(as_json, quiet)
    made = create_campaign(folder, example)
    console.document({"ok": True, "folder": str(folder), "files": [str(path) for path in made]})
    console.line(f"Started {folder}/ with {', '.join(path.name for path in made)}.")
    console.note(
        f"Next: put your organisation into {folder}/campaign.yaml, then run: briefgen batch {folder}"
    )


@app.command()
def check(
    campaign: options.CampaignPath = Path(),
    text: options.SourceTexts = None,
    strict: Annotated[bool, typer.Option("--strict", help="Treat warnings as errors.")] = False,
    pages: Annotated[bool, typer.Option("--pages", help="Count the pages of the letters, too.")] = False,
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
    """Report everything that is wrong with a campaign before anything is written."""
    console = Console(as_json, quiet, verbose)
    if explain:
        _explain(console, explain)
        return
    from briefgen.campaign.check import check_documents, page_counter
    from briefgen.campaign.open import open_campaign

    opened = open_campaign(campaign, texts=options.parse_text_options(text))
    of_letters, broken = check_documents(opened, page_counter(opened) if pages else None)
    found = (*opened.warnings, *of_letters)
    warnings = [*(replace(one, severity="error") if strict else one for one in found), *broken]
    skipped = [problem.as_json() for problem in opened.skipped]
    console.problems(warnings)
    console.problems(opened.skipped)
    wrong = bool(opened.skipped or broken or (strict and warnings))
    console.document(
        {
            "ok": not wrong,
            "campaign": opened.config.id,
            "recipients": len(opened.recipients),
            "skipped": skipped,
            "problems": [problem.as_json() for problem in warnings],
            "evidence": opened.evidence_summary,
        }
    )
    console.line(opened.evidence_summary)
    console.line(
        f"{opened.config.id}: {quantity(len(opened.recipients), 'recipient')} can be written to"
        + (f", {count_affected_recipients(opened.skipped)} cannot (see above)." if opened.skipped else ".")
        + (f" {quantity(len(warnings), 'warning')}." if quiet and warnings and not wrong else "")
    )
    if wrong:
        raise typer.Exit(1)


def _explain(console: Console, code: str) -> None:
    from briefgen.library.check_docs import find_check_section

    section = find_check_section(code)
    console.document({"code": section.code, "page": f"docs/checks/{section.page}", "text": section.text})
    console.line(section.text)


@app.command()
def brief(
    campaign: options.CampaignPath = Path(),
    template: Annotated[
        str,
        typer.Option(
            "--template",
            metavar="KIND",
            help="Another paper from the same campaign: leave-behind, upr-submission, or one of your own.",
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
    from briefgen.campaign.open import open_campaign

    console = Console(as_json, quiet, verbose)
    opened = open_campaign(campaign, texts=options.parse_text_options(text))
    console.warnings(opened.warnings, campaign)
    formats, folder = select_formats(opened, format), resolve_output_folder(opened, out)
    document, files = write_briefing(opened, formats, folder, template)
    briefing_warnings = check_briefing(document, opened.config, template)
    console.problems(briefing_warnings)
    _show_written(console, files, (*opened.warnings, *briefing_warnings))


@app.command()
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
    formats, folder = select_formats(opened, format), resolve_output_folder(opened, out)
    _show_written(console, write_letters(opened, recipients, formats, folder), opened.warnings)


@app.command()
def doctor(as_json: options.JsonOutput = False) -> None:
    """Check whether this machine has what letters need, and say how to install what is missing."""
    from dataclasses import asdict

    from briefgen.system.doctor import run_machine_checks

    console = Console(as_json)
    checks = run_machine_checks()
    console.document(
        {
            "ok": all(check.state == "ok" for check in checks),
            "checks": [{**asdict(one), "state": one.state} for one in checks],
        }
    )
    for one in checks:
        console.line(f"{'ok' if one.problem is None else 'MISSING':<8} {one.what:<20} {one.found}")
        if one.problem is not None:
            console.line(f"         {one.problem.message}\n         → {one.problem.hint}")
    if any(one.state != "ok" for one in checks):
        raise typer.Exit(1)


def _show_written(console: Console, written: Sequence[WrittenFile], warnings: Sequence[Problem]) -> None:
    files = [
        {
            "file": str(file.path),
            "pages": file.pages,
            "bytes": file.size,
            "earlier": str(file.kept) if file.kept else None,
        }
        for file in written
    ]
    console.document({"ok": True, "files": files, "warnings": [problem.as_json() for problem in warnings]})
    for file in written:
        pages = f" ({quantity(file.pages, 'page')})" if file.pages else ""
        console.line(f"{file.path}{pages}")
        if file.kept:
            console.note(f"The file that was there had been changed by hand; it is now {file.kept}.")
