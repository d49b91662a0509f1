"""Commands on the library: snippets, sources, templates."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from briefgen.cli import options
from briefgen.cli.console import Show, count
from briefgen.cli.main import app
from briefgen.errors import Place, Problem, ProblemList, StorageError, UsageError, suggest

if TYPE_CHECKING:
    from briefgen.library.folders import Folder
    from briefgen.library.loader import Library
    from briefgen.model.snippet import Snippet

snippets = typer.Typer(help="Browse the approved passages.", no_args_is_help=True)
sources = typer.Typer(help="Browse the works cited.", no_args_is_help=True)
templates = typer.Typer(help="Browse the templates.", no_args_is_help=True)
app.add_typer(snippets, name="snippets")
app.add_typer(sources, name="sources")
app.add_typer(templates, name="templates")

Where = Annotated[
    Optional[Path],  # noqa: UP045 - typer reads annotations at run time
    typer.Option(
        "--campaign",
        "-c",
        help="Include the library of this campaign; default: the current folder where it is one.",
        show_default=False,
    ),
]


@snippets.command("list")
def list_snippets(
    campaign: Where = None,
    topic: Annotated[str, typer.Option(help="Only snippets on this topic.")] = "",
    kind: Annotated[str, typer.Option(help="Only snippets of this kind, for example ask.")] = "",
    as_json: options.Json = False,
) -> None:
    """List the snippets: id, kind, date, confidence and the beginning of the text."""
    show, library = Show(as_json), _library(campaign)
    topics = {name for snippet in library.snippets.values() for name in snippet.topics}
    kinds = {snippet.kind for snippet in library.snippets.values()}
    _known("topic-unknown", "topic", topic, topics)
    _known("kind-unknown", "kind", kind, kinds)
    chosen = [
        snippet
        for snippet in sorted(library.snippets.values(), key=lambda one: (-one.priority, one.id))
        if (not topic or topic in snippet.topics) and (not kind or snippet.kind == kind)
    ]
    show.document({"snippets": [_as_json(snippet) for snippet in chosen]})
    show.table(
        ("id", "kind", "as of", "confidence", "text"),
        [(one.id, one.kind, one.as_of, one.confidence, _beginning(one.body)) for one in chosen],
    )
    show.line(count(len(chosen), "snippet"))


@snippets.command("show")
def show_snippet(id: str, campaign: Where = None, as_json: options.Json = False) -> None:
    """Show one snippet whole: text, evidence, caveats, where its file is."""
    from briefgen.compose.record import describe

    show, library = Show(as_json), _library(campaign)
    snippet = library.snippets.get(id)
    if snippet is None:
        raise UsageError(
            Problem(
                "snippet-unknown",
                f"no snippet has the id {id!r}",
                None,
                suggest(id, library.snippets) or "briefgen snippets list shows all",
            )
        )
    show.document(_as_json(snippet))
    show.line(snippet.body.strip())
    for variant, words in snippet.variants.items():
        show.line(f"\n[{variant}] {words.strip()}")
    for datum in snippet.data:
        told = (datum.date, datum.label, datum.value, datum.status, datum.note)
        show.line(f"{'Datum':<12}{' · '.join(word for word in told if word)}")
    if snippet.figure:
        drawn = f"{snippet.figure.chart}{f' of {snippet.figure.unit}' if snippet.figure.unit else ''}"
        show.line(f"{'Drawn as':<12}{drawn}\n{'Alternative':<12}{snippet.figure.alt}")
        if snippet.figure.legend:
            show.line(f"{'Legend':<12}{snippet.figure.legend}")
    show.line()
    for evidence in snippet.evidence:
        reference = library.references.get(evidence.source or "")
        place = ", ".join(f"{label} {value}" for label, value in evidence.locator.items())
        source = describe(reference) if reference else evidence.source or "computed"
        said = (
            f"“{evidence.quote}”"
            if evidence.quote
            else f"attested by {evidence.attested.by} on {evidence.attested.on}: {evidence.attested.said}"
            if evidence.attested
            else evidence.computed or ""
        )
        via = "".join(f" ({one.relation} from {one.source})" for one in evidence.via)
        show.line(f"Evidence    {source}{f', {place}' if place else ''}{via}\n            {said}")
    for name in snippet.caveats:
        caveat = library.caveats.get(name)
        show.line(f"Caveat      {name}: {caveat.body.strip() if caveat else '(missing)'}")
    for label, value in (
        ("Topics", ", ".join(snippet.topics)),
        ("As of", snippet.as_of),
        ("Confidence", snippet.confidence),
        ("Priority", str(snippet.priority)),
        ("Corrections", ", ".join(snippet.corrections)),
        ("Overtaken by", ", ".join(snippet.superseded_by)),
        ("Review", f"{snippet.review.status} by {snippet.review.by}, {snippet.review.on}"),
        ("File", _lies(snippet, library)),
    ):
        if value:
            show.line(f"{label:<12}{value}")


def _lies(snippet: Snippet, library: Library) -> str:
    """Where its file can be opened: `briefgen/…` names a file of the built-in library, and is no path."""
    shown, shipped = snippet.at().file, library.folders[-1]
    path = shipped.path / shown.removeprefix(f"{shipped.shown}/")
    if not shown.startswith(f"{shipped.shown}/") or not path.is_file():
        return shown
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


@sources.command("list")
def list_sources(campaign: Where = None, as_json: options.Json = False) -> None:
    """List the works cited, and whether their full text is recorded."""
    from briefgen.compose.record import describe

    show, library = Show(as_json), _library(campaign)
    show.document(
        {
            "sources": [
                {
                    "id": one.id,
                    "type": one.csl.get("type"),
                    "description": describe(one),
                    "recorded": one.id in library.records,
                    "csl": one.csl,
                }
                for one in library.references.values()
            ]
        }
    )
    show.table(
        ("id", "text", "source"),
        [
            (one.id, "recorded" if one.id in library.records else "", describe(one))
            for one in sorted(library.references.values(), key=lambda one: one.id)
        ],
    )
    show.line(count(len(library.references), "source"))


@templates.command("list")
def list_templates(campaign: Where = None, as_json: options.Json = False) -> None:
    """List the templates, and to whom each applies."""
    from briefgen.compose.templates import Templates

    show, folders = Show(as_json), _folders(campaign)
    found = [(name, Templates(folders).place_of(name).file) for name in Templates(folders).names()]
    show.document(
        {"templates": [{"name": name, "applies_to": _applies(name), "file": file} for name, file in found]}
    )
    show.table(("template", "applies to", "file"), [(name, _applies(name), file) for name, file in found])


@templates.command("show")
def show_template(
    name: Annotated[str, typer.Argument(help="Its name, for example letter/default.html.j2.")],
    campaign: Where = None,
    as_json: options.Json = False,
) -> None:
    """Print a template or stylesheet, to see what it says and which blocks it has."""
    from briefgen.compose.templates import Templates

    show = Show(as_json)
    text = Templates(_folders(campaign)).source(name)
    show.document({"name": name, "text": text})
    show.line(text.removesuffix("\n"))


@templates.command("new")
def new_template(
    name: Annotated[str, typer.Argument(help="What to make, for example letter/office/us-senator.html.j2.")],
    campaign: Annotated[
        Path, typer.Option("--campaign", "-c", help="Campaign whose template it becomes.", show_default=True)
    ] = Path(),
    as_json: options.Json = False,
) -> None:
    """Start a template of your own, which extends the built-in one and lists its blocks; or a letterhead."""
    from briefgen.campaign.scaffold import start_template
    from briefgen.library.ingest.curate import campaign_folder

    show = Show(as_json)
    made = start_template(campaign_folder(campaign), name, _folders(campaign)[-1])
    show.document({"ok": True, "file": str(made)})
    if made.suffix == ".docx":
        show.line(
            f"{made}: change it in Word, then add to campaign.yaml, under sender: letterhead: {made.name}"
        )
    else:
        show.line(f"{made}: uncomment the block that you want to change.")


def _applies(name: str) -> str:
    parts = name.removesuffix(".html.j2").split("/")
    if len(parts) == 3:
        return f"{parts[0]} to {parts[1]} {parts[2]}"
    return f"every {parts[0]}" if parts[-1] == "default" else "what extends or includes it"


def _folders(campaign: Path | None) -> tuple[Folder, ...]:
    """The campaign's folder (the one named, or the current one if it is a campaign) and the built-in one."""
    from briefgen.campaign.loader import FILE
    from briefgen.library.folders import Folder
    from briefgen.library.loader import library_folders

    if campaign is None:
        return library_folders(Folder(Path()) if Path(FILE).is_file() else None)
    if not campaign.is_dir():
        raise UsageError(
            Problem("campaign-missing", f"there is no folder {campaign}", None, "name a campaign folder")
        )
    return library_folders(Folder(campaign, "" if campaign == Path() else str(campaign)))


def _library(campaign: Path | None, text: list[str] | None = None) -> Library:
    from briefgen.cli.options import texts_at_hand
    from briefgen.library.loader import load_library

    findings, folders = ProblemList(), _folders(campaign)
    library = load_library(folders, findings, texts_at_hand(text))
    findings.raise_errors()
    return library


def _known(code: str, what: str, name: str, known: Iterable[str]) -> None:
    if name and name not in known:
        raise UsageError(
            Problem(
                code,
                f"no snippet has the {what} {name!r}",
                None,
                suggest(name, known) or f"known: {', '.join(sorted(known))}",
            )
        )


def _beginning(body: str, width: int = 72) -> str:
    words = " ".join(body.split())
    return words if len(words) <= width else words[: width - 1].rsplit(" ", 1)[0] + " …"


def _as_json(snippet: Snippet) -> dict[str, object]:
    return {**snippet.model_dump(mode="json"), "file": snippet.at().file}


@snippets.command("lock")
def lock_snippets(
    by: Annotated[str, typer.Option("--by", help="Who has read the wordings against their sources.")],
    ids: Annotated[
        Optional[list[str]],  # noqa: UP045 - typer reads annotations at run time
        typer.Argument(help="Only these snippets or caveats (caveats/ID); none: all that changed."),
    ] = None,
    campaign: Where = None,
    text: options.Text = None,
    as_json: options.Json = False,
) -> None:
    """Record a review: each wording as it was read, each quote as it was proved against its text."""
    from datetime import date

    from briefgen.batch.atomic_write import whole
    from briefgen.evidence.lock import write_lock
    from briefgen.evidence.review import make_lock
    from briefgen.library.folders import is_packaged
    from briefgen.library.loader import lock_of, own_cards
    from briefgen.library.snippets import LOCK

    show, library = Show(as_json), _library(campaign, text)
    shelf = library.folders[0]
    if len(library.folders) == 1 and is_packaged():
        raise UsageError(
            Problem(
                "lock-built-in",
                "the library that came with briefgen is locked by its maintainers",
                None,
                "run this in a campaign's folder, or name it with --campaign",
            )
        )
    own = own_cards(shelf)
    strangers = [name for name in ids or [] if name not in own]
    if strangers:
        raise UsageError(
            Problem(
                "snippet-unknown",
                f"{name!r} is not in {shelf.show('snippets')}",
                None,
                suggest(name, own) or "give the id, or caveats/ID",
            )
            for name in strangers
        )
    lock, problems = make_lock(library, by, date.today(), ids or own)
    kept = lock_of(lock, own)
    path, shown = shelf.path / "snippets" / LOCK, shelf.show("snippets", LOCK)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole(path) as file:
            file.write(write_lock(kept).encode())
    except OSError as error:
        raise StorageError(
            Problem("file-unwritable", f"cannot be written: {error.strerror}", Place(shown))
        ) from None
    before = lock_of(library.lock, own).wordings
    added = len(kept.wordings.keys() - before.keys())
    changed = sum(key in kept.wordings and kept.wordings[key] != entry for key, entry in before.items())
    show.problems(problems)
    show.document(
        {
            "ok": not problems,
            "file": shown,
            "quotes": len(kept.quotes),
            "wordings": len(kept.wordings),
            "problems": [problem.as_json() for problem in problems],
        }
    )
    show.line(
        f"{shown}: {count(len(kept.wordings), 'wording')} and {count(len(kept.quotes), 'quote')}; "
        f"{added} new, {changed} changed."
    )
    if any(problem.severity == "error" for problem in problems):
        raise typer.Exit(1)
