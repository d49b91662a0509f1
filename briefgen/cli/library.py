"""Commands on the library: list and show snippets, sources and templates; review snippets; new templates."""

from __future__ import annotations

import re
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

snippets = typer.Typer(help="List, search, write and review snippets.", no_args_is_help=True)
sources = typer.Typer(help="List the works cited, and add more.", no_args_is_help=True)
templates = typer.Typer(help="List, show and start templates.", no_args_is_help=True)
app.add_typer(snippets, name="snippets")
app.add_typer(sources, name="sources")
app.add_typer(templates, name="templates")

LibraryCampaign = Annotated[
    Optional[Path],  # noqa: UP045 - typer reads annotations at run time
    typer.Option(
        "--campaign",
        "-c",
        help="Campaign with its libraries, or one library; default: the current folder, if it is either.",
        show_default=False,
    ),
]


@snippets.command("list")
def list_snippets(
    campaign: LibraryCampaign = None,
    topic: Annotated[str, typer.Option(help="Only snippets on this topic.")] = "",
    kind: Annotated[str, typer.Option(help="Only snippets of this kind, for example ask.")] = "",
    as_json: options.JsonOutput = False,
) -> None:
    """List the snippets: id, kind, date, confidence and the beginning of the text."""
    console, library = Console(as_json), load_campaign_library(campaign)
    check_filters(library, topic, kind)
    ordered = sorted(library.snippets.values(), key=lambda snippet: (-snippet.priority, snippet.id))
    selected = filter_snippets(ordered, topic, kind)
    console.document({"snippets": [_snippet_as_json(snippet) for snippet in selected]})
    console.table(
        ("id", "kind", "as of", "confidence", "text"),
        [
            (snippet.id, snippet.kind, snippet.as_of, snippet.confidence, shorten_text(snippet.body))
            for snippet in selected
        ],
    )
    console.line(quantity(len(selected), "snippet"))


@snippets.command("show")
def show_snippet(
    id: Annotated[str, typer.Argument(help="Id of the snippet.")],
    campaign: LibraryCampaign = None,
    as_json: options.JsonOutput = False,
) -> None:
    """Show one snippet in full: text, evidence, caveats, review, and the path of its file."""
    from briefgen.compose.record import describe_source, format_locator
    from briefgen.evidence.locators import citable_locator

    console, library = Console(as_json), load_campaign_library(campaign)
    snippet = library.snippets.get(id)
    if snippet is None:
        raise UsageError(
            Problem(
                "snippet-unknown",
                f"no snippet has the id {id!r}",
                None,
                suggest_similar(id, library.snippets) or "run briefgen snippets list to see all",
            )
        )
    console.document(_snippet_as_json(snippet))
    console.line(snippet.body.strip())
    for variant, text in snippet.variants.items():
        console.line(f"\n[{variant}] {text.strip()}")
    for datum in snippet.data:
        parts = (datum.date, datum.label, datum.value, datum.status, datum.note)
        console.line(f"{'Datum':<12}{' · '.join(part for part in parts if part)}")
    if snippet.figure:
        chart = f"{snippet.figure.chart}{f' of {snippet.figure.unit}' if snippet.figure.unit else ''}"
        console.line(f"{'Chart':<12}{chart}\n{'Alt text':<12}{snippet.figure.alt}")
        if snippet.figure.legend:
            console.line(f"{'Legend':<12}{snippet.figure.legend}")
    console.line()
    for evidence in snippet.evidence:
        reference = library.references.get(evidence.source or "")
        locator = citable_locator(evidence.locator, library.records.get(evidence.source or ""))
        place = ", ".join(format_locator(label, value) for label, value in locator.items())
        source = describe_source(reference) if reference else evidence.source or "computed"
        proof = f"“{evidence.quote}”" if evidence.quote else evidence.computed or ""
        if (attested := evidence.attested) is not None:
            second = f", and by {attested.seconded.by} on {attested.seconded.on}" if attested.seconded else ""
            words = f" “{attested.fragment}”" if attested.fragment else ""
            proof = f"attested by {attested.by} on {attested.on}{second}: {attested.said}{words}"
        chain = "".join(f" ({via.relation} from {via.source})" for via in evidence.via)
        console.line(f"Evidence    {source}{f', {place}' if place else ''}{chain}\n            {proof}")
    for name in snippet.caveats:
        caveat = library.caveats.get(name)
        console.line(f"Caveat      {name}: {caveat.body.strip() if caveat else '(missing)'}")
    for label, value in (
        ("Topics", ", ".join(snippet.topics)),
        ("As of", snippet.as_of),
        ("Confidence", snippet.confidence),
        ("Priority", str(snippet.priority)),
        ("Corrections", ", ".join(snippet.corrections)),
        ("Replaced by", ", ".join(snippet.superseded_by)),
        ("Review", f"{snippet.review.status} by {snippet.review.by}, {snippet.review.on}"),
        ("File", _snippet_path(snippet, library)),
    ):
        if value:
            console.line(f"{label:<12}{value}")


def _snippet_path(snippet: Snippet, library: Library) -> str:
    """Return a path to open; messages call a built-in or installed library by its id, which is none."""
    display_name = snippet.locate().file
    for folder in library.folders:
        path = folder.path / display_name.removeprefix(f"{folder.display_name}/")
        if folder.library and display_name.startswith(f"{folder.display_name}/") and path.is_file():
            return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
    return display_name


@sources.command("list")
def list_sources(campaign: LibraryCampaign = None, as_json: options.JsonOutput = False) -> None:
    """List the works cited, and whether their full text is recorded."""
    from briefgen.compose.record import describe_source

    console, library = Console(as_json), load_campaign_library(campaign)
    console.document(
        {
            "sources": [
                {
                    "id": reference.id,
                    "type": reference.csl.get("type"),
                    "description": describe_source(reference),
                    "recorded": reference.id in library.records,
                    "csl": reference.csl,
                }
                for reference in library.references.values()
            ]
        }
    )
    console.table(
        ("id", "text", "source"),
        [
            (reference.id, "recorded" if reference.id in library.records else "", describe_source(reference))
            for reference in sorted(library.references.values(), key=lambda reference: reference.id)
        ],
    )
    console.line(quantity(len(library.references), "source"))


@templates.command("list")
def list_templates(campaign: LibraryCampaign = None, as_json: options.JsonOutput = False) -> None:
    """List the templates, and the recipients each applies to."""
    from briefgen.compose.templates import Templates

    console, lookup = Console(as_json), Templates(_template_folders(campaign))
    found = [
        (name, _describe_template_scope(name), lookup.locate_template(name).file) for name in lookup.names()
    ]
    console.document(
        {"templates": [{"name": name, "applies_to": scope, "file": file} for name, scope, file in found]}
    )
    console.table(("template", "applies to", "file"), found)


@templates.command("show")
def show_template(
    name: Annotated[str, typer.Argument(help="Name of the template, for example letter/default.html.j2.")],
    campaign: LibraryCampaign = None,
    as_json: options.JsonOutput = False,
) -> None:
    """Print a template or stylesheet."""
    from briefgen.compose.templates import Templates

    console = Console(as_json)
    text = Templates(_template_folders(campaign)).read_source(name)
    console.document({"name": name, "text": text})
    console.line(text.removesuffix("\n"))


@templates.command("new")
def new_template(
    name: Annotated[
        str, typer.Argument(help="Template to start, for example letter/office/us-senator.html.j2.")
    ],
    campaign: Annotated[
        Path, typer.Option("--campaign", "-c", help="Campaign to add the template to.", show_default=True)
    ] = Path(),
    as_json: options.JsonOutput = False,
) -> None:
    """Start a template that extends the built-in one, with its blocks as comments; or a letterhead."""
    from briefgen.campaign.scaffold import create_template
    from briefgen.library.folders import built_in_templates
    from briefgen.library.ingest.curate import find_campaign_folder

    console = Console(as_json)
    path = create_template(find_campaign_folder(campaign), name, built_in_templates())
    console.document({"ok": True, "file": str(path)})
    if path.suffix == ".docx":
        console.line(
            f"{path}: change it in Word, then add to campaign.yaml, under sender: letterhead: {path.name}"
        )
    else:
        console.line(f"{path}: uncomment the block that you want to change.")


@templates.command("import")
def import_template(
    letter: Annotated[
        Path, typer.Argument(help="The letter in Word that a mail merge starts from.", show_default=False)
    ],
    campaign: Annotated[
        Path, typer.Option("--campaign", "-c", help="Campaign to add the text to.", show_default=True)
    ] = Path(),
    name: Annotated[
        str, typer.Option("--name", help="Name of the text, for example letter.us-senator.")
    ] = "letter",
    as_json: options.JsonOutput = False,
    quiet: options.Quiet = False,
) -> None:
    """Turn a mail-merge letter of Word into the text of the letters, with its fields as columns."""

    from briefgen.campaign.merge_template import import_merge_letter
    from briefgen.library.ingest.curate import find_campaign_folder
    from briefgen.system.files import write_new_file

    console, folder = Console(as_json, quiet), find_campaign_folder(campaign)
    if not re.fullmatch(r"letter(?:\.[A-Za-z0-9-]+)?(?:\.md)?", name):
        hint = "write letter, or letter. and an office, country or id: letter.us-senator"
        raise UsageError(Problem("template-place", f"texts are not looked up under {name!r}", None, hint))
    found = import_merge_letter(letter)
    path = folder.path / f"{name.removesuffix('.md')}.md"
    folder.require_inside(path)
    write_new_file(path, found.text.encode())
    console.problems(found.problems)
    console.document(
        {
            "ok": True,
            "file": str(path),
            "columns": found.columns,
            "from_frame": found.from_frame,
            "problems": [problem.as_json() for problem in found.problems],
        }
    )
    for field, value in found.columns.items():
        console.line(f"«{field}» is {value}")
    if found.from_frame:
        lines = "; ".join(shorten_text(line, 40) for line in found.from_frame)
        console.line(f"Not in the text, because briefgen prints it for each recipient: {lines}")
    console.line(f"{path}: put {{{{ request }}}} where you ask, and statements; then briefgen check.")


def _describe_template_scope(name: str) -> str:
    parts = name.removesuffix(".html.j2").split("/")
    if len(parts) == 3:
        return f"{parts[0]} to {parts[1]} {parts[2]}"
    return f"every {parts[0]}" if parts[-1] == "default" else "templates that extend or include it"


def _template_folders(campaign: Path | None) -> tuple[LibraryFolder, ...]:
    """Return the folders with the templates of a campaign, or of the current folder if it is one."""
    from briefgen.library.folders import built_in_templates

    home = find_home(campaign)
    return (home, built_in_templates()) if home and not home.library else (built_in_templates(),)


def find_home(campaign: Path | None) -> LibraryFolder | None:
    """Return the folder of a campaign or library, by default the current one; None if that is neither.

    Raise UsageError if `campaign` is given and there is no such folder or library.
    """
    from briefgen.library.folders import LibraryFolder
    from briefgen.library.libraries import CAMPAIGN_FILE, LIBRARIES, LIBRARY_FILE

    if campaign is None:
        known = any(Path(name).is_file() for name in (CAMPAIGN_FILE, LIBRARY_FILE))
        return LibraryFolder(Path()) if known else None
    if campaign.name in (CAMPAIGN_FILE, LIBRARY_FILE):
        campaign = campaign.parent
    if campaign.is_dir():
        return LibraryFolder(campaign, "" if campaign == Path() else str(campaign))
    if str(campaign) in LIBRARIES:
        return LibraryFolder(LIBRARIES.get(str(campaign)), str(campaign), str(campaign))
    message = f"there is no folder and no library {str(campaign)!r}"
    raise UsageError(Problem("campaign-missing", message, None, "name a campaign's folder"))


def load_campaign_library(campaign: Path | None, text: list[str] | None = None) -> Library:
    """Load a campaign's statements with its libraries'; raise BriefgenError for their errors."""
    from briefgen.library.libraries import library_folders
    from briefgen.library.loader import load_library

    problems = ProblemList()
    folders = library_folders(find_home(campaign), problems)
    library = load_library(folders, problems, options.parse_text_options(text))
    problems.raise_errors()
    return library


def check_filters(library: Library, topic: str, kind: str) -> None:
    """Raise UsageError for a topic or kind that no snippet has."""
    topics = {name for snippet in library.snippets.values() for name in snippet.topics}
    if topic and topic not in topics:
        message = f"no snippet has the topic {topic!r}"
        raise UsageError(Problem("topic-unknown", message, None, _suggest_known(topic, topics)))
    kinds = {snippet.kind for snippet in library.snippets.values()}
    if kind and kind not in kinds:
        message = f"no snippet has the kind {kind!r}"
        raise UsageError(Problem("kind-unknown", message, None, _suggest_known(kind, kinds)))


def _suggest_known(name: str, known: Iterable[str]) -> str:
    return suggest_similar(name, known) or f"available: {', '.join(sorted(known))}"


def filter_snippets(snippets: Iterable[Snippet], topic: str, kind: str) -> list[Snippet]:
    """Return the snippets on a topic and of a kind; an empty name matches all."""
    return [
        snippet
        for snippet in snippets
        if (not topic or topic in snippet.topics) and (not kind or snippet.kind == kind)
    ]


def shorten_text(text: str, width: int = 72) -> str:
    """Return the beginning of a text in one line, cut at a word."""
    line = " ".join(text.split())
    return line if len(line) <= width else line[: width - 2].rsplit(" ", 1)[0] + " …"


def _snippet_as_json(snippet: Snippet) -> dict[str, object]:
    return {**snippet.model_dump(mode="json"), "file": snippet.locate().file}


@snippets.command("lock")
def lock_snippets(
    by: Annotated[str, typer.Option("--by", help="Who compared the wordings with their sources.")],
    ids: Annotated[
        Optional[list[str]],  # noqa: UP045 - typer reads annotations at run time
        typer.Argument(help="Only these snippets or caveats (caveats/ID); default: all that changed."),
    ] = None,
    campaign: LibraryCampaign = None,
    text: options.SourceTexts = None,
    as_json: options.JsonOutput = False,
) -> None:
    """Record a review: lock each wording as read, and each quote as found in its source."""
    from dataclasses import replace
    from datetime import date

    from briefgen.evidence.lock import LOCK_FILE_NAME, serialize_lock
    from briefgen.evidence.review import build_lock
    from briefgen.library.curation import lock_curation
    from briefgen.library.folders import is_installed_package
    from briefgen.library.loader import list_own_works, list_statement_keys, select_lock_entries
    from briefgen.system.files import atomic_write

    console, library = Console(as_json), load_campaign_library(campaign, text)
    folder = library.folders[0]
    if folder.library and is_installed_package():
        raise UsageError(
            Problem(
                "lock-built-in",
                f"the library {folder.library!r} is locked by its maintainers",
                None,
                "run this in a campaign's folder, or name it with --campaign",
            )
        )
    own = list_statement_keys(folder)
    unknown = [name for name in ids or [] if name not in own]
    if unknown:
        raise UsageError(
            Problem(
                "snippet-unknown",
                f"{name!r} is not in {folder.display_path('snippets')}",
                None,
                suggest_similar(name, own) or "give the id, or caveats/ID",
            )
            for name in unknown
        )
    works = list_own_works(library)
    lock, problems = build_lock(library, by, date.today(), ids or own, () if ids else works)
    lock = replace(
        select_lock_entries(lock, own, works),
        curation=lock_curation(folder, by, date.today().isoformat(), () if ids else None),
    )
    path = folder.path / "snippets" / LOCK_FILE_NAME
    folder.require_inside(path)
    display_name = folder.display_path("snippets", LOCK_FILE_NAME)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(path) as file:
            file.write(serialize_lock(lock).encode())
    except OSError as error:
        raise StorageError(
            Problem("file-unwritable", f"cannot be written: {error.strerror}", Place(display_name))
        ) from None
    previous = select_lock_entries(library.lock, own).wordings
    added = len(lock.wordings.keys() - previous.keys())
    changed = sum(key in lock.wordings and lock.wordings[key] != entry for key, entry in previous.items())
    console.problems(problems)
    console.document(
        {
            "ok": not problems,
            "file": display_name,
            "quotes": len(lock.quotes),
            "wordings": len(lock.wordings),
            "works": len(lock.works),
            "problems": [problem.as_json() for problem in problems],
        }
    )
    console.line(
        f"{display_name}: {quantity(len(lock.wordings), 'wording')} ({added} new, {changed} changed), "
        f"{quantity(len(lock.quotes), 'quote')}, {quantity(len(lock.works), 'work')}."
    )
    if any(problem.severity == "error" for problem in problems):
        raise typer.Exit(1)
