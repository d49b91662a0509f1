"""Commands on finished letters: print, drafts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from briefgen.cli import options
from briefgen.cli.campaign import formats_of, job_of, opened_at, output_of
from briefgen.cli.console import Show, count
from briefgen.cli.main import app
from briefgen.errors import BriefgenError, Problem, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

PRINT = "print"
"""Folder of what is printed, within the output folder."""
DRAFTS = "drafts"
"""Folder of the drafts, within the output folder."""
NAMED = 5


@app.command(PRINT)
def print_run(
    campaign: options.Campaign = Path(),
    out: options.Out = None,
    no_letters: Annotated[bool, typer.Option("--no-letters", help="Envelopes or labels alone.")] = False,
    duplex: Annotated[
        bool, typer.Option("--duplex", help="Begin each letter on a sheet of its own, for both sides.")
    ] = False,
    envelopes: Annotated[
        str, typer.Option(metavar="SIZE", help="Envelopes too: no10, dl, c6 or c5.", show_default=False)
    ] = "",
    no_sender: Annotated[bool, typer.Option("--no-sender", help="Leave your address off.")] = False,
    labels: Annotated[
        str,
        typer.Option(metavar="SHEET", help="Labels too: avery-5160 or avery-l7160.", show_default=False),
    ] = "",
    first: Annotated[int, typer.Option("--first", min=1, help="First label of a sheet begun.")] = 1,
    right: Annotated[
        float, typer.Option("--right", min=-20, max=20, help="Millimetres to move labels by.")
    ] = 0.0,
    down: Annotated[
        float, typer.Option("--down", min=-20, max=20, help="Millimetres to move labels by.")
    ] = 0.0,
    text: options.Text = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Put finished letters into one file for the printer, in postal order, with envelopes and labels."""
    from briefgen.mailing import envelopes_labels as addresses
    from briefgen.mailing import print_run
    from briefgen.mailing.print_run import finished_letters, in_postal_order
    from briefgen.mailing.stationery import envelope, sheet

    size = envelope(envelopes) if envelopes else None
    paper = sheet(labels) if labels else None
    _require_sense(
        [
            ("--duplex", duplex, "letters", not no_letters),
            ("--no-sender", no_sender, "--envelopes", bool(envelopes)),
            ("--first", first != 1, "--labels", bool(labels)),
            ("--right", right != 0, "--labels", bool(labels)),
            ("--down", down != 0, "--labels", bool(labels)),
        ],
        anything=not no_letters or bool(envelopes or labels),
    )
    if paper is not None and first > len(paper):
        message = f"a sheet of {labels} has {len(paper)} labels, and no label {first}"
        raise UsageError(Problem("label-number", message, None, f"give --first a number up to {len(paper)}"))
    show = Show(as_json, quiet, verbose)
    opened = opened_at(campaign, text)
    folder = output_of(opened, out)
    forms = opened.composer.forms
    people = in_postal_order(opened.recipients, opened.campaign.sender.country)
    show.warnings(opened.warnings, campaign)
    show.problems(opened.skipped)
    files: list[_File] = []
    if not no_letters:
        finished = {
            one.recipient.id: one
            for one in finished_letters(job_of(opened, ("pdf",), opened.recipients), folder)
        }
        ordered = [finished[one.id] for one in people if one.id in finished]
        data, pages = print_run.letters_file(ordered, opened.campaign, forms, duplex=duplex)
        files.append(_File("letters.pdf", data, f"{count(len(ordered), 'letter')}, {count(pages, 'page')}"))
    posted = print_run.posted_to(people, opened.campaign, forms, corner=not no_sender)
    if size is not None:
        pages_of = addresses.envelopes(posted, size)
        data = print_run.addresses_file(pages_of, opened.campaign)
        files.append(_File(f"envelopes-{envelopes.lower()}.pdf", data, count(len(pages_of), "envelope")))
    if paper is not None:
        pages_of = addresses.labels(posted, paper, first=first, right=right, down=down)
        data = print_run.addresses_file(pages_of, opened.campaign)
        what = f"{count(len(posted), 'label')}, {count(len(pages_of), 'sheet')}"
        files.append(_File(f"labels-{labels.lower()}.pdf", data, what))
    kept = _write(show, folder, PRINT, files)
    show.document(
        {
            "ok": not opened.skipped,
            "files": [{"file": str(folder / PRINT / one.name), "holds": one.holds} for one in files],
            "kept": kept,
            "skipped_recipients": [problem.as_json() for problem in opened.skipped],
            "warnings": [problem.as_json() for problem in opened.warnings],
        }
    )
    for one in files:
        show.line(f"{folder / PRINT / one.name} ({one.holds})")
    if opened.skipped:
        raise typer.Exit(1)


@app.command()
def drafts(
    campaign: options.Campaign = Path(),
    out: options.Out = None,
    attach: Annotated[
        list[str] | None,
        typer.Option(metavar="FORMAT", help="Format of the letter to attach; repeatable. Default: pdf."),
    ] = None,
    text: options.Text = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Write drafts of e-mails with the letters attached, ready to open; nothing is sent."""
    from briefgen.address.address import address
    from briefgen.batch.plan import slug, stem
    from briefgen.mailing.email_drafts import Attached, draft
    from briefgen.mailing.print_run import finished_letters

    show = Show(as_json, quiet, verbose)
    opened = opened_at(campaign, text)
    formats = formats_of(opened, attach or ["pdf"])
    sender = opened.campaign.sender
    if not sender.email:
        problem = Problem(
            "drafts-sender",
            "a draft needs an address to come from",
            opened.campaign.at("sender"),
            "fill in sender.email",
        )
        raise BriefgenError(problem)
    folder = output_of(opened, out)
    show.warnings(opened.warnings, campaign)
    show.problems(opened.skipped)
    reached = [one for one in opened.recipients if one.email]
    finished = finished_letters(job_of(opened, formats, reached), folder)
    name = f"{slug(sender.organisation)}-{opened.campaign.date}"
    written: dict[str, str] = {}
    refused: list[Problem] = []

    def messages() -> Iterator[_File]:
        # One at a time: together they would be as large as all letters.
        for one in finished:
            to = address(one.recipient, opened.composer.forms, sender_country=sender.country)
            letters = [Attached(format, path.read_bytes()) for format, path in one.files]
            subject = opened.composer.subject(one.recipient)
            made = draft(opened.campaign, one.recipient, to, letters, name, subject=subject)
            if isinstance(made, Problem):
                refused.append(made)
                continue
            written[one.recipient.id] = f"{stem(one.recipient)}.eml"
            yield _File(written[one.recipient.id], made, one.recipient.id)

    kept = _write(show, folder, DRAFTS, messages())
    show.problems(refused)
    without = [one.id for one in opened.recipients if not one.email]
    old = sorted({path.name for path in (folder / DRAFTS).glob("*.eml")} - set(written.values()))
    show.document(
        {
            "ok": not (refused or opened.skipped),
            "folder": str(folder / DRAFTS),
            "drafts": [{"recipient": id, "file": file} for id, file in written.items()],
            "without_email": without,
            "old": old,
            "kept": kept,
            "problems": [problem.as_json() for problem in refused],
            "skipped_recipients": [problem.as_json() for problem in opened.skipped],
            "warnings": [problem.as_json() for problem in opened.warnings],
        }
    )
    show.line(f"{count(len(written), 'draft')} in {folder / DRAFTS}. Nothing was sent.")
    if without:
        show.line(f"Without an e-mail address (the column email of the list): {_named(without)}.")
    if old:
        show.note(f"Drafts of an earlier run are still there; remove them before you send: {_named(old)}.")
    if refused or opened.skipped:
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class _File:
    """Something to be written."""

    name: str
    data: bytes
    holds: str
    """In words, or the recipient's id."""


def _write(show: Show, folder: Path, within: str, files: Iterable[_File]) -> list[str]:
    """Write files; what stands in their place and was changed by hand moves to out/edited/."""
    from briefgen.batch.os_errors import unwritable
    from briefgen.batch.single_files import put_singles

    try:
        kept = put_singles(folder, ((folder / within / one.name, one.data) for one in files))
    except OSError as error:
        raise unwritable("a file cannot be written", error, folder / within) from None
    for one in kept:
        show.note(f"A file that stood there was changed by hand and is kept as {folder / one}.")
    return kept


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _require_sense(given: Sequence[tuple[str, bool, str, bool]], anything: bool) -> None:
    """No option is passed over in silence: each that is given needs what it is about."""
    for option, wanted, about, there in given:
        if wanted and not there:
            problem = Problem(
                "options-apart",
                f"{option} does nothing without {about}",
                None,
                f"add {about}, or leave it out",
            )
            raise UsageError(problem)
    if not anything:
        problem = Problem(
            "print-nothing",
            "with --no-letters there is nothing to print",
            None,
            "ask for --envelopes or --labels",
        )
        raise UsageError(problem)
