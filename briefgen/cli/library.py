"""Commands on the library: snippets, sources, templates."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from briefgen.cli import options
from briefgen.cli.app import app
from briefgen.cli.console import Console
from briefgen.errors import Place, Problem, ProblemList, StorageError, UsageError, quantity, suggest_similar

if TYPE_CHECKING:
    from briefgen.library.folders import LibraryFolder
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
    as_json: options.JsonOutput = False,
) -> None:
    """List the snippets: id, kind, date, confidence and the beginning of the text."""
    console, library = Console(as_json), _library(campaign)
    topics = {name for snippet in library.snippets.values() for name in snippet.topics}
    kinds = {snippet.kind for snippet in library.snippets.values()}
    _known("topic-unknown", "topic", topic, topics)
    _known("kind-unknown", "kind", kind, kinds)
    chosen = [
        snippet
        for snippet in sorted(library.snippets.values(), key=lambda one: (-one.priority, one.id))
        if (not topic or topic in snippet.topics) and (not kind or snippet.kind == kind)
    ]
    console.document({"snippets": [_as_json(snippet) for snippet in chosen]})
    console.table(
        ("id", "kind", "as of", "confidence", "text"),
        [(one.id, one.kind, one.as_of, one.confidence, _beginning(one.body)) for one in chosen],
    )
    console.line(quantity(len(chosen), "snippet"))


@snippets.command("show")
def show_snippet(id: str, campaign: Where = None, as_json: options.JsonOutput = False) -> None:
    """Show one snippet whole: text, evidence, caveats, where its file is."""
    from briefgen.compose.record import describe_source

    console, library = Console(as_json), _library(campaign)
    snippet = library.snippets.get(id)
    if snippet is None:
        raise UsageError(
            Problem(
                "snippet-unknown",
                f"no snippet has the id {id!r}",
                None,
                suggest_similar(id, library.snippets) or "briefgen snippets list shows all",
            )
        )
    console.document(_as_json(snippet))
    console.line(snippet.body.strip())
    for variant, words in snippet.variants.items():
        console.line(f"\n[{variant}] {words.strip()}")
    for datum in snippet.data:
        told = (datum.date, datum.label, datum.value, datum.status, datum.note)
        console.line(f"{'Datum':<12}{' · '.join(word for word in told if word)}")
    if snippet.figure:
        drawn = f"{snippet.figure.chart}{f' of {snippet.figure.unit}' if snippet.figure.unit else ''}"
        console.line(f"{'Drawn as':<12}{drawn}\n{'Alternative':<12}{snippet.figure.alt}")
        if snippet.figure.legend:
            console.line(f"{'Legend':<12}{snippet.figure.legend}")
    console.line()
    for evidence in snippet.evidence:
        reference = library.references.get(evidence.source or "")
        place = ", ".join(f"{label} {value}" for label, value in evidence.locator.items())
        source = describe_source(reference) if reference else evidence.source or "computed"
        said = (
            f"“{evidence.quote}”"
            if evidence.quote
            else f"attested by {evidence.attested.by} on {evidence.attested.on}: {evidence.attested.said}"
            if evidence.attested
            else evidence.computed or ""
        )
        via = "".join(f" ({one.relation} from {one.source})" for one in evidence.via)
        console.line(f"Evidence    {source}{f', {place}' if place else ''}{via}\n            {said}")
    for name in snippet.caveats:
        caveat = library.caveats.get(name)
        console.line(f"Caveat      {name}: {caveat.body.strip() if caveat else '(missing)'}")
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
            console.line(f"{label:<12}{value}")


def _lies(snippet: Snippet, library: Library) -> str:
    """Where its file can be opened: `briefgen/…` names a file of the built-in library, and is no path."""
    shown, shipped = snippet.locate().file, library.folders[-1]
    path = shipped.path / shown.removeprefix(f"{shipped.display_name}/")
    if not shown.startswith(f"{shipped.display_name}/") or not path.is_file():
        return shown
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


@sources.command("list")
def list_sources(campaign: Where = None, as_json: options.JsonOutput = False) -> None:
    """List the works cited, and whether their full text is recorded."""
    from briefgen.compose.record import describe_source

    console, library = Console(as_json), _library(campaign)
    console.document(
        {
            "sources": [
                {
                    "id": one.id,
                    "type": one.csl.get("type"),
                    "description": describe_source(one),
                    "recorded": one.id in library.records,
                    "csl": one.csl,
                }
                for one in library.references.values()
            ]
        }
    )
    console.table(
        ("id", "text", "source"),
        [
            (one.id, "recorded" if one.id in library.records else "", describe_source(one))
            for one in sorted(library.references.values(), key=lambda one: one.id)
        ],
    )
    console.line(quantity(len(library.references), "source"))


@templates.command("list")
def list_templates(campaign: Where = None, as_json: options.JsonOutput = False) -> None:
    """List the templates, and to whom each applies."""
    from briefgen.compose.templates import Templates

    console, folders = Console(as_json), _folders(campaign)
    found = [(name, Templates(folders).locate_template(name).file) for name in Templates(folders).names()]
    console.document(
        {"templates": [{"name": name, "applies_to": _applies(name), "file": file} for name, file in found]}
    )
    console.table(("template", "applies to", "file"), [(name, _applies(name), file) for name, file in found])


@templates.command("show")
def show_template(
    name: Annotated[str, typer.Argument(help="Its name, for example letter/default.html.j2.")],
    campaign: Where = None,
    as_json: options.JsonOutput = False,
) -> None:
    """Print a template or stylesheet, to see what it says and which blocks it has."""
    from briefgen.compose.templates import Templates

    console = Console(as_json)
    text = Templates(_folders(campaign)).read_source(name)
    console.document({"name": name, "text": text})
    console.line(text.removesuffix("\n"))


@templates.command("new")
def new_template(
    name: Annotated[str, typer.Argument(help="What to make, for example letter/office/us-senator.html.j2.")],
    campaign: Annotated[
        Path, typer.Option("--campaign", "-c", help="Campaign whose template it becomes.", show_default=True)
    ] = Path(),
    as_json: options.JsonOutput = False,
) -> None:
    """Start a template of your own, which extends the built-in one and lists its blocks; or a letterhead."""
    from briefgen.campaign.scaffold import create_template
    from briefgen.library.ingest.curate import find_campaign_folder

    console = Console(as_json)
    made = create_template(find_campaign_folder(campaign), name, _folders(campaign)[-1])
    console.document({"ok": True, "file": str(made)})
    if made.suffix == ".docx":
        console.line(
            f"{made}: change it in Word, then add to campaign.yaml, under sender: letterhead: {made.name}"
        )
    else:
        console.line(f"{made}: uncomment the block that you want to change.")


def _applies(name: str) -> str:
    parts = name.removesuffix(".html.j2").split("/")
    if len(parts) == 3:
        return f"{parts[0]} to {parts[1]} {parts[2]}"
    return f"every {parts[0]}" if parts[-1] == "default" else "what extends or includes it"


def _folders(campaign: Path | None) -> tuple[LibraryFolder, ...]:
    """The campaign's folder (the one named, or the current one if it is a campaign) and the built-in one."""
    from briefgen.campaign.loader import CAMPAIGN_FILE
    from briefgen.library.folders import LibraryFolder
    from briefgen.library.loader import library_folders

    if campaign is None:
        return library_folders(LibraryFolder(Path()) if Path(CAMPAIGN_FILE).is_file() else None)
    if not campaign.is_dir():
        raise UsageError(
            Problem("campaign-missing", f"there is no folder {campaign}", None, "name a campaign folder")
        )
    return library_folders(LibraryFolder(campaign, "" if campaign == Path() else str(campaign)))


def _library(campaign: Path | None, text: list[str] | None = None) -> Library:
    from briefgen.cli.options import parse_text_options
    from briefgen.library.loader import load_library

    findings, folders = ProblemList(), _folders(campaign)
    library = load_library(folders, findings, parse_text_options(text))
    findings.raise_errors()
    return library


def _known(code: str, what: str, name: str, known: Iterable[str]) -> None:
    if name and name not in known:
        raise UsageError(
            Problem(
                code,
                f"no snippet has the {what} {name!r}",
                None,
                suggest_similar(name, known) or f"known: {', '.join(sorted(known))}",
            )
        )


def _beginning(body: str, width: int = 72) -> str:
    words = " ".join(body.split())
    return words if len(words) <= width else words[: width - 1].rsplit(" ", 1)[0] + " …"


def _as_json(snippet: Snippet) -> dict[str, object]:
    return {**snippet.model_dump(mode="json"), "file": snippet.locate().file}


@snippets.command("lock")
def lock_snippets(
    by: Annotated[str, typer.Option("--by", help="Who has read the wordings against their sources.")],
    ids: Annotated[
        Optional[list[str]],  # noqa: UP045 - typer reads annotations at run time
        typer.Argument(help="Only these snippets or caveats (caveats/ID); none: all that changed."),
    ] = None,
    campaign: Where = None,
    text: options.SourceTexts = None,
    as_json: options.JsonOutput = False,
) -> None:
    """Record a review: each wording as it was read, each quote as it was proved against its text."""
    from datetime import date

    from briefgen.evidence.lock import serialize_lock
    from briefgen.evidence.review import build_lock
    from briefgen.library.folders import is_installed_package
    from briefgen.library.loader import list_statement_keys, select_lock_entries
    from briefgen.library.snippets import LOCK_FILE_NAME
    from briefgen.system.atomic_write import atomic_write

    console, library = Console(as_json), _library(campaign, text)
    shelf = library.folders[0]
    if len(library.folders) == 1 and is_installed_package():
        raise UsageError(
            Problem(
                "lock-built-in",
                "the library that came with briefgen is locked by its maintainers",
                None,
                "run this in a campaign's folder, or name it with --campaign",
            )
        )
    own = list_statement_keys(shelf)
    strangers = [name for name in ids or [] if name not in own]
    if strangers:
        raise UsageError(
            Problem(
                "snippet-unknown",
                f"{name!r} is not in {shelf.display_path('snippets')}",
                None,
                suggest_similar(name, own) or "give the id, or caveats/ID",
            )
            for name in strangers
        )
    lock, problems = build_lock(library, by, date.today(), ids or own)
    kept = select_lock_entries(lock, own)
    path, shown = shelf.path / "snippets" / LOCK_FILE_NAME, shelf.display_path("snippets", LOCK_FILE_NAME)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(path) as file:
            file.write(serialize_lock(kept).encode())
    except OSError as error:
        raise StorageError(
            Problem("file-unwritable", f"cannot be written: {error.strerror}", Place(shown))
        ) from None
    before = select_lock_entries(library.lock, own).wordings
    added = len(kept.wordings.keys() - before.keys())
    changed = sum(key in kept.wordings and kept.wordings[key] != entry for key, entry in before.items())
    console.problems(problems)
    console.document(
        {
            "ok": not problems,
            "file": shown,
            "quotes": len(kept.quotes),
            "wordings": len(kept.wordings),
            "problems": [problem.as_json() for problem in problems],
        }
    )
    console.line(
        f"{shown}: {quantity(len(kept.wordings), 'wording')} and {quantity(len(kept.quotes), 'quote')}; "
        f"{added} new, {changed} changed."
    )
    if any(problem.severity == "error" for problem in problems):
        raise typer.Exit(1)
