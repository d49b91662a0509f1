"""Commands on a campaign: init, check, brief, letter, doctor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from briefgen.cli import options
from briefgen.cli.console import Show, count
from briefgen.cli.main import app
from briefgen.errors import Place, Problem, StorageError, UsageError, count_recipients

if TYPE_CHECKING:
    from collections.abc import Iterable

    from briefgen.batch.plan import Job
    from briefgen.campaign.open import Campaign
    from briefgen.model.document import Document
    from briefgen.model.recipient import Recipient
    from briefgen.render.registry import Renderers

PROOFS = "proofs"
"""Folder of single letters within the output folder; the batch's own letters stay apart from them."""
BRIEFING = "briefing"
"""Folder of the briefing within the output folder."""
FORMATS = ("pdf", "docx", "txt")


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="Folder to make; must be new or empty.")] = Path("campaign"),
    example: Annotated[str, typer.Option(help="Which example to start from.")] = "starter",
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Start a campaign that builds at once, to be changed into your own."""
    from briefgen.campaign.scaffold import start

    show = Show(as_json, quiet)
    made = start(folder, example)
    show.document({"ok": True, "folder": str(folder), "files": [str(path) for path in made]})
    show.line(f"Started {folder}/ with {', '.join(path.name for path in made)}.")
    show.note(f"Next: put your organisation into {folder}/campaign.yaml, then run: briefgen batch {folder}")


@app.command()
def check(
    campaign: options.Campaign = Path(),
    text: options.Text = None,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings are errors too.")] = False,
    pages: Annotated[bool, typer.Option("--pages", help="Count the pages of the letters too.")] = False,
    explain: Annotated[
        str,
        typer.Option(
            "--explain",
            metavar="CODE",
            help="Say what a code means, and look at nothing.",
            show_default=False,
        ),
    ] = "",
    as_json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Find everything that can be wrong with a campaign, before anything is written."""
    show = Show(as_json, quiet, verbose)
    if explain:
        _explain(show, explain)
        return
    from briefgen.campaign.check import check_all

    opened = opened_at(campaign, text)
    of_letters, broken = check_all(opened, _measure(opened) if pages else None)
    found = (*opened.warnings, *of_letters)
    warnings = [*(replace(one, severity="error") if strict else one for one in found), *broken]
    skipped = [problem.as_json() for problem in opened.skipped]
    show.problems(warnings)
    show.problems(opened.skipped)
    wrong = bool(opened.skipped or broken or (strict and warnings))
    show.document(
        {
            "ok": not wrong,
            "campaign": opened.campaign.id,
            "recipients": len(opened.recipients),
            "skipped": skipped,
            "problems": [problem.as_json() for problem in warnings],
            "evidence": opened.evidence,
        }
    )
    show.line(opened.evidence)
    show.line(
        f"{opened.campaign.id}: {count(len(opened.recipients), 'recipient')} can be written to"
        + (f", {count_recipients(opened.skipped)} cannot (see above)." if opened.skipped else ".")
        + (f" {count(len(warnings), 'warning')}." if quiet and warnings and not wrong else "")
    )
    if wrong:
        raise typer.Exit(1)


def _measure(opened: Campaign) -> Callable[[Document], int]:
    """Counts the pages of a document as PDF."""
    from briefgen.system.limits import patience

    renderer = opened.renderers(("pdf",))()["pdf"]

    def measured(document: Document) -> int:
        with patience(document.title):
            return renderer.render(document).pages or 1

    return measured


def _explain(show: Show, code: str) -> None:
    from briefgen.library.check_docs import explain

    section = explain(code)
    show.document({"code": section.code, "page": f"docs/checks/{section.page}", "text": section.text})
    show.line(section.text)


@app.command()
def brief(
    campaign: options.Campaign = Path(),
    template: Annotated[
        str,
        typer.Option(
            "--template",
            metavar="KIND",
            help="Another paper from the same campaign: leave-behind, upr-submission, or one of your own.",
            show_default=False,
        ),
    ] = "",
    out: options.Out = None,
    format: options.Formats = None,
    text: options.Text = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Write the briefing paper of a campaign."""
    from briefgen.campaign.briefing_checks import check_briefing
    from briefgen.system.limits import patience

    show = Show(as_json, quiet, verbose)
    opened = opened_at(campaign, text)
    show.warnings(opened.warnings, campaign)
    renderers = opened.renderers(formats_of(opened, format))
    with patience("the briefing"):
        document = opened.fitting(renderers).briefing(template)
    of_paper = check_briefing(document, opened.campaign, template)
    show.problems(of_paper)
    name = f"{opened.campaign.id}-{(template or BRIEFING).replace('/', '-')}"
    made = _make(renderers, document, output_of(opened, out), f"{BRIEFING}/{name}")
    _tell_made(show, made, (*opened.warnings, *of_paper))


@app.command()
def letter(
    to: Annotated[list[str], typer.Option("--to", metavar="ID", help="Id of the recipient; repeatable.")],
    campaign: options.Campaign = Path(),
    out: options.Out = None,
    format: options.Formats = None,
    text: options.Text = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Write one letter, or a few, to be looked at."""
    from briefgen.batch.plan import stem
    from briefgen.campaign.open import recipients_named
    from briefgen.system.limits import patience

    show = Show(as_json, quiet, verbose)
    opened = opened_at(campaign, text)
    chosen = recipients_named(opened, to)
    show.warnings(opened.warnings, campaign)
    renderers = opened.renderers(formats_of(opened, format))
    fitting, folder = opened.fitting(renderers), output_of(opened, out)
    made = []
    for recipient in chosen:
        with patience(f"the letter to {recipient.id}"):
            document = fitting.letter(recipient)
        made += _make(renderers, document, folder, f"{PROOFS}/{stem(recipient)}")
    _tell_made(show, made, opened.warnings)


@app.command()
def doctor(as_json: options.Json = False) -> None:
    """Say whether this machine has what letters need, and how to install what is missing."""
    from dataclasses import asdict

    from briefgen.system.doctor import examine

    show = Show(as_json)
    checks = examine()
    show.document(
        {
            "ok": all(one.state == "ok" for one in checks),
            "checks": [{**asdict(one), "state": one.state} for one in checks],
        }
    )
    for one in checks:
        show.line(f"{'ok' if one.problem is None else 'MISSING':<8} {one.what:<20} {one.found}")
        if one.problem is not None:
            show.line(f"         {one.problem.message}\n         → {one.problem.hint}")
    if any(one.state != "ok" for one in checks):
        raise typer.Exit(1)


def opened_at(campaign: Path, text: list[str] | None) -> Campaign:
    """The campaign, checked, with the texts of sources that are at hand."""
    from briefgen.campaign.open import open_campaign
    from briefgen.cli.options import texts_at_hand

    return open_campaign(campaign, texts_at_hand(text))


def output_of(opened: Campaign, out: Path | None) -> Path:
    """The output folder: the one that is named, else `out/` beside the campaign, which must lie there itself.

    Whoever wrote the campaign could lead us anywhere by a link.
    """
    if out is not None:
        return out
    beside = opened.composer.folder / "out"
    if beside.is_symlink() and not beside.resolve().is_relative_to(opened.composer.folder.resolve()):
        from briefgen.batch.outputs.folder import leading_out

        raise StorageError(leading_out(beside))
    return beside


def job_of(opened: Campaign, formats: Any, recipients: Iterable[Recipient]) -> Job:
    """The letters to these recipients as a batch makes them, kept to their pages."""
    from briefgen.batch.plan import Job

    renderers = opened.renderers(formats)
    fitting = opened.fitting(renderers)
    return Job(opened.campaign.id, tuple(recipients), formats, fitting, renderers, opened.drawing)


def formats_of(opened: Campaign, wanted: list[str] | None) -> tuple[str, ...]:
    """The formats that are asked for, else those of the campaign; UsageFault for one that is not known."""
    unknown = [name for name in wanted or [] if name not in FORMATS]
    if unknown:
        raise UsageError(
            Problem(
                "format-unknown", f"no format is called {unknown[0]!r}", None, f"known: {', '.join(FORMATS)}"
            )
        )
    return tuple(dict.fromkeys(wanted or opened.campaign.output.formats))


def _make(renderers: Renderers, document: Document, out: Path, name: str) -> list[dict[str, Any]]:
    """Render a document in every format; a file there that was changed by hand moves to out/edited/."""
    from briefgen.batch.os_errors import remedy
    from briefgen.batch.single_files import put_single
    from briefgen.system.limits import patience

    finished = {}
    for format, renderer in renderers().items():
        with patience(f"{name}.{format}"):
            finished[format] = renderer.render(document)
    made = []
    for format, rendering in finished.items():
        path = out / f"{name}.{format}"
        try:
            kept = put_single(out, path, rendering.data)
        except OSError as error:
            raise StorageError(
                Problem(
                    "file-unwritable",
                    f"cannot be written: {error.strerror or error}",
                    Place(str(path)),
                    remedy(error),
                )
            ) from None
        earlier = str(out / kept) if kept else None
        made.append(
            {"file": str(path), "pages": rendering.pages, "bytes": len(rendering.data), "earlier": earlier}
        )
    return made


def _tell_made(show: Show, made: list[dict[str, Any]], warnings: Iterable[Problem]) -> None:
    show.document({"ok": True, "files": made, "warnings": [one.as_json() for one in warnings]})
    for file in made:
        pages = f" ({count(file['pages'], 'page')})" if file["pages"] else ""
        show.line(f"{file['file']}{pages}")
        if file["earlier"]:
            show.note(f"The file that stood there was changed by hand and is kept as {file['earlier']}.")
