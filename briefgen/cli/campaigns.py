"""Commands on a campaign: init, check, brief, letter, batch, doctor."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from briefgen.cli import options
from briefgen.cli.main import app
from briefgen.cli.show import Show, count
from briefgen.errors import Place, Problem, StorageFault, UsageFault

if TYPE_CHECKING:
    from briefgen.model.document import Document
    from briefgen.opening import Opened

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
    from briefgen.starter import start

    show = Show(as_json, quiet)
    made = start(folder, example)
    show.document({"ok": True, "folder": str(folder), "files": [str(path) for path in made]})
    show.line(f"Started {folder}/ with {', '.join(path.name for path in made)}.")
    show.line(f"Next: put your organisation into {folder}/campaign.yaml, then run: briefgen batch {folder}")


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
    from briefgen.checking import check_all

    opened = _open(campaign, text)
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
        + (f", {len(opened.skipped)} cannot (see above)." if opened.skipped else ".")
    )
    if wrong:
        raise typer.Exit(1)


def _measure(opened: Opened) -> Callable[[Document], int]:
    """Counts the pages of a document as PDF."""
    from briefgen.patience import patience

    renderer = opened.renderers(("pdf",))()["pdf"]

    def measured(document: Document) -> int:
        with patience(document.title):
            return renderer.render(document).pages or 1

    return measured


def _explain(show: Show, code: str) -> None:
    from briefgen.library.explain import explain

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
    from briefgen.compose.briefing_checks import check_briefing

    show = Show(as_json, quiet, verbose)
    opened = _open(campaign, text)
    show.problems(opened.warnings)
    document = opened.composer.briefing(template)
    show.problems(check_briefing(document, opened.campaign, template))
    made = _make(
        opened,
        document,
        _out(opened, out),
        f"{BRIEFING}/{opened.campaign.id}-{(template or BRIEFING).replace('/', '-')}",
        format,
    )
    _tell_made(show, made)


@app.command()
def letter(
    to: Annotated[str, typer.Option("--to", help="Id of the recipient.")],
    campaign: options.Campaign = Path(),
    out: options.Out = None,
    format: options.Formats = None,
    text: options.Text = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Write one letter."""
    from briefgen.batch.names import stem
    from briefgen.cli.choosing import recipient_named

    show = Show(as_json, quiet, verbose)
    opened = _open(campaign, text)
    recipient = recipient_named(opened, to)
    show.problems(opened.warnings)
    made = _make(
        opened, opened.composer.letter(recipient), _out(opened, out), f"{PROOFS}/{stem(recipient)}", format
    )
    _tell_made(show, made)


@app.command()
def batch(
    campaign: options.Campaign = Path(),
    out: options.Out = None,
    format: options.Formats = None,
    workers: Annotated[int, typer.Option(min=0, help="Letters made at once; 0: one per processor.")] = 0,
    text: options.Text = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Write all letters of a campaign; run again, it goes on where it stopped and does nothing twice."""
    from dataclasses import asdict

    from briefgen.batch.plan import Job
    from briefgen.batch.pool import available_processors
    from briefgen.batch.run import run_batch
    from briefgen.cli.progress import watching

    show = Show(as_json, quiet, verbose)
    opened = _open(campaign, text)
    show.problems(opened.warnings)
    formats: Any = _formats(opened, format)
    job = Job(opened.campaign.id, opened.recipients, formats, opened.composer, opened.renderers(formats))
    preload = ["briefgen.compose.composer", *(_MODULES[format] for format in formats)]
    with watching(sys.stderr, quiet=quiet) as watch:
        summary = run_batch(
            job,
            _out(opened, out),
            workers=workers or available_processors(),
            watch=watch,
            skipped=opened.skipped,
            preload=preload,
        )
    show.document(
        {
            "ok": summary.ok,
            **asdict(summary),
            "out": str(summary.out),
            "skipped_recipients": [problem.as_json() for problem in opened.skipped],
        }
    )
    if summary.exit_code:
        raise typer.Exit(summary.exit_code)


@app.command()
def doctor(as_json: options.Json = False) -> None:
    """Say whether this machine has what letters need, and how to install what is missing."""
    from dataclasses import asdict

    from briefgen.doctor import examine

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


_MODULES = {"pdf": "weasyprint", "docx": "docx", "txt": "briefgen.render.text"}
"""Loaded once for all workers."""


def _open(campaign: Path, text: list[str] | None) -> Opened:
    from briefgen.cli.texts import texts_at_hand
    from briefgen.opening import open_campaign

    return open_campaign(campaign, texts_at_hand(text))


def _out(opened: Opened, out: Path | None) -> Path:
    return out if out is not None else opened.composer.folder / "out"


def _formats(opened: Opened, wanted: list[str] | None) -> tuple[str, ...]:
    unknown = [name for name in wanted or [] if name not in FORMATS]
    if unknown:
        raise UsageFault(
            Problem(
                "format-unknown", f"no format is called {unknown[0]!r}", None, f"known: {', '.join(FORMATS)}"
            )
        )
    return tuple(dict.fromkeys(wanted or opened.campaign.output.formats))


def _make(
    opened: Opened, document: Document, out: Path, name: str, wanted: list[str] | None
) -> list[dict[str, Any]]:
    """Render a document in every format; a file there that was changed by hand moves to out/edited/."""
    from briefgen.batch.made import put_single
    from briefgen.patience import patience

    formats = _formats(opened, wanted)
    renderers = opened.renderers(formats)()
    finished = {}
    for format in formats:
        with patience(f"{name}.{format}"):
            finished[format] = renderers[format].render(document)
    made = []
    for format, rendering in finished.items():
        path = out / f"{name}.{format}"
        try:
            kept = put_single(out, path, rendering.data)
        except OSError as error:
            raise StorageFault(
                Problem(
                    "file-unwritable",
                    f"cannot be written: {error.strerror}",
                    Place(str(path)),
                    "free some space, or choose another folder with --out",
                )
            ) from None
        earlier = str(out / kept) if kept else None
        made.append(
            {"file": str(path), "pages": rendering.pages, "bytes": len(rendering.data), "earlier": earlier}
        )
    return made


def _tell_made(show: Show, made: list[dict[str, Any]]) -> None:
    show.document({"ok": True, "files": made})
    for file in made:
        pages = f" ({count(file['pages'], 'page')})" if file["pages"] else ""
        show.line(f"{file['file']}{pages}")
        if file["earlier"]:
            show.note(f"The file that stood there was changed by hand and is kept as {file['earlier']}.")
