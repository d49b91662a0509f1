"""Commands on recipients: import and list."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from briefgen.cli import options
from briefgen.cli.main import app
from briefgen.cli.show import Show, count
from briefgen.errors import Findings, Place, Problem, StorageFault

recipients = typer.Typer(help="Bring in and look through officials' data.", no_args_is_help=True)
imports = typer.Typer(help="Make a recipients file from published data.", no_args_is_help=True)
app.add_typer(recipients, name="recipients")
recipients.add_typer(imports, name="import")


@imports.command("congress")
def import_congress(
    folder: Annotated[Path, typer.Argument(help="Folder with legislators-current.yaml and committee files.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="CSV file to write.")] = Path("recipients.csv"),
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Members of the US Congress, from the files of github.com/unitedstates/congress-legislators."""
    from briefgen.batch.write import whole
    from briefgen.library.recipients.congress import read_congress
    from briefgen.library.recipients.spreadsheet import write_recipients

    show, findings = Show(as_json, quiet), Findings()
    members = read_congress(folder, str(folder), findings)
    if out.exists():
        findings.add(
            Problem(
                "file-exists",
                "is there already; it was not changed",
                Place(str(out)),
                "name another file with --out, or move this one away",
            )
        )
    findings.raise_errors()
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with whole(out) as file:
            file.write(write_recipients(members).encode("utf-8-sig"))  # else Excel mangles accents
    except OSError as error:
        raise StorageFault(
            Problem(
                "file-unwritable",
                f"cannot be written: {error.strerror}",
                Place(str(out)),
                "name another file with --out",
            )
        ) from None
    show.problems(findings.problems)
    show.document(
        {
            "ok": True,
            "file": str(out),
            "recipients": len(members),
            "problems": [problem.as_json() for problem in findings.problems],
        }
    )
    show.line(f"{out}: {count(len(members), 'recipient')}")


@recipients.command("list")
def list_recipients(
    campaign: options.Campaign = Path(),
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Show name, address and salutation of everybody, to be read through before sending."""
    from dataclasses import asdict

    from briefgen.compose.address import address
    from briefgen.opening import open_campaign

    show = Show(as_json, quiet)
    opened = open_campaign(campaign)
    country = opened.campaign.sender.country
    addressed = [
        (one, address(one, opened.composer.forms, sender_country=country)) for one in opened.recipients
    ]
    show.problems(opened.skipped)
    show.document(
        {
            "ok": not opened.skipped,
            "recipients": [
                {
                    "id": one.id,
                    "office": one.office,
                    "template": opened.composer.templates.find(opened.campaign.letter.template, one),
                    **asdict(to),
                }
                for one, to in addressed
            ],
            "skipped": [problem.as_json() for problem in opened.skipped],
        }
    )
    for one, to in addressed:
        show.line(f"{one.id}  ({to.rule})")
        for text in (*to.lines, "", to.salutation, to.close):
            show.line(f"    {text}".rstrip())
        show.line()
    show.line(
        f"{count(len(addressed), 'recipient')} can be written to"
        + (f", {len(opened.skipped)} cannot (see above)." if opened.skipped else ".")
    )
    if opened.skipped:
        raise typer.Exit(1)
