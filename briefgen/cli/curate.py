"""Commands that add to a library and search it: sources add, snippets new, snippets find."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from briefgen.cli import options
from briefgen.cli.console import Console
from briefgen.cli.library import snippets, sources
from briefgen.errors import Place, Problem, ProblemList, UsageError, quantity, suggest_similar

if TYPE_CHECKING:
    from briefgen.library.folders import LibraryFolder
    from briefgen.library.ingest.add_source import SourcePlan
    from briefgen.library.loader import Library
    from briefgen.library.search import SearchHit
    from briefgen.model.source import FrontMatter

InCampaign = Annotated[
    Path,
    typer.Option("--campaign", "-c", help="Campaign whose library is added to.", show_default="this folder"),
]
Many = Optional[list[str]]  # noqa: UP045 - typer reads annotations at run time


@sources.command("add")
def add(
    file: Annotated[
        Path,
        typer.Argument(help="A text (txt, md, html, docx, pdf) or a bibliography (bib, ris, json)."),
    ],
    id: Annotated[
        str,
        typer.Option(
            "--id", help="Name for the source, for example hrw-2024; works of a bibliography have their own."
        ),
    ] = "",
    campaign: InCampaign = Path(),
    title: Annotated[str, typer.Option(help="Title of the work.")] = "",
    author: Annotated[
        Many, typer.Option(help='"Family, Given", or the name of an organisation; repeatable.')
    ] = None,
    issued: Annotated[str, typer.Option(help="When it appeared: 2024, 2024-05 or 2024-05-17.")] = "",
    type: Annotated[
        str, typer.Option(help="Type of CSL: report, article-journal, article-newspaper, book, webpage …")
    ] = "",
    container: Annotated[str, typer.Option("--in", help="Journal, newspaper or book it stands in.")] = "",
    publisher: Annotated[str, typer.Option(help="Who published it.")] = "",
    url: Annotated[str, typer.Option(help="Its address on the web.")] = "",
    accessed: Annotated[str, typer.Option(help="Day on which it was read there: 2026-11-23.")] = "",
    furniture: Annotated[
        Many, typer.Option(help='Lines that are no part of the argument: 1-3="title page"; repeatable.')
    ] = None,
    body: Annotated[
        Many, typer.Option(help="Lines that are paragraphs although they look like furniture: 12 or 12-14.")
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Record this text in place of another.")] = False,
    as_json: options.JsonOutput = False,
    quiet: options.Quiet = False,
) -> None:
    """Make a text a source, with its paragraphs numbered; or add the works of a bibliography."""
    from briefgen.library.ingest.add_source import WorkDescription, parse_line_range
    from briefgen.library.ingest.bibliography import is_bibliography
    from briefgen.library.ingest.curate import add_source, find_campaign_folder

    console, folder = Console(as_json, quiet), find_campaign_folder(campaign)
    described = WorkDescription(title, tuple(author or ()), issued, type, container, publisher, url, accessed)
    if is_bibliography(file):
        if described or accessed or furniture or body or replace:
            hint = "leave them out; --id alone can name a single work"
            message = "a bibliography describes its works itself, and takes no options that describe a text"
            raise UsageError(Problem("bibliography-option", message, None, hint))
        _add_works(console, folder, file, id)
        return
    if not id:
        hint = "say --id with small letters, digits and hyphens, for example --id hrw-2024"
        raise UsageError(Problem("source-id", "a text needs an id, by which snippets name it", None, hint))
    entered = add_source(
        folder,
        file,
        id,
        described,
        _furniture(furniture or ()),
        frozenset(number for lines in body or () for number in parse_line_range(lines)),
        replace,
    )
    written = [folder.display_path(path.relative_to(folder.path).as_posix()) for path in entered.files]
    console.document(
        {
            "ok": True,
            "source": id,
            "files": written,
            "lines": [
                {
                    "line": one.number,
                    "paragraph": one.paragraph,
                    "furniture": one.what,
                    "begins": _begins(one.text),
                }
                for one in entered.lines
            ],
            "differing": entered.differing,
            "remarks": entered.remarks,
        }
    )
    _show_source(console, entered)
    for remark in entered.remarks:
        console.note(remark)
    if entered.differing:
        console.note(f"Against what was recorded before, {entered.differing}. Run briefgen check.")
    paragraphs = sum(one.paragraph is not None for one in entered.lines)
    console.line(
        f"{id}: {quantity(paragraphs, 'paragraph')}; "
        + (f"wrote {', '.join(written)}" if written else "as before")
    )
    text = folder.display_path("seeds/texts", entered.text.name)
    console.note(
        f"{text} is the full text and private: it stays out of version control and of all that is made."
    )


def _add_works(console: Console, folder: LibraryFolder, file: Path, name: str) -> None:
    from briefgen.compose.record import describe_source
    from briefgen.library.ingest.curate import add_bibliography

    enlisted = add_bibliography(folder, file, name)
    written = [folder.display_path(path.relative_to(folder.path).as_posix()) for path in enlisted.files]
    failed = any(problem.severity == "error" for problem in enlisted.problems)
    console.document(
        {
            "ok": not failed,
            "files": written,
            "added": [{"id": one.id, "csl": one.csl} for one in enlisted.added],
            "known": enlisted.known,
            "problems": [problem.as_json() for problem in enlisted.problems],
        }
    )
    rows = [(one.id, str(one.csl["type"]), _begins(describe_source(one))) for one in enlisted.added]
    console.table(("id", "type", "work"), rows)
    console.problems(enlisted.problems)
    known = f", {enlisted.known} known already" if enlisted.known else ""
    to = f" to {', '.join(written)}" if written else ""
    console.line(f"{file}: {quantity(len(enlisted.added), 'work')} added{to}{known}")
    if failed:
        raise typer.Exit(1)


def _furniture(options_given: Iterable[str]) -> list[FrontMatter]:
    from briefgen.library.ingest.add_source import parse_line_range
    from briefgen.model.source import FrontMatter

    found = []
    for item in options_given:
        lines, _, what = item.partition("=")
        parse_line_range(lines)
        found.append(FrontMatter(lines=lines.strip(), what=what.strip() or "marked by hand"))
    return found


def _show_source(console: Console, entered: SourcePlan) -> None:
    """The paragraphs by number, and between them what is none."""
    rows = [
        (
            str(one.number),
            str(one.paragraph) if one.paragraph is not None else "–",
            f"[{one.what}] {_begins(one.text, 56)}" if one.paragraph is None else _begins(one.text),
        )
        for one in entered.lines
    ]
    console.table(("line", "paragraph", "begins"), rows)


def _begins(text: str, width: int = 72) -> str:
    return text if len(text) <= width else text[: width - 2].rsplit(" ", 1)[0] + " …"


@snippets.command("new")
def new(
    id: Annotated[str, typer.Argument(help="Name for the snippet, for example camp-survivors-2024.")],
    source: Annotated[str, typer.Option("--source", help="Id of the source.")],
    quote: Annotated[str, typer.Option("--quote", help='Its words: "first … last", or the whole passage.')],
    campaign: InCampaign = Path(),
    kind: Annotated[
        str, typer.Option(help="statistic, quotation, event, finding, legal, background or ask.")
    ] = "finding",
    topic: Annotated[Many, typer.Option(help="A topic; repeatable.")] = None,
    title: Annotated[str, typer.Option(help="A few words for lists.")] = "",
    as_of: Annotated[str, typer.Option(help="Date to which the claim belongs: 2024, 2024-05 …")] = "",
    paragraph: Annotated[
        Optional[int],  # noqa: UP045 - typer reads annotations at run time
        typer.Option(min=1, help="Which paragraph, where the quote stands in several.", show_default=False),
    ] = None,
    prefix: Annotated[str, typer.Option(help="Words before the quote, where it stands twice.")] = "",
    suffix: Annotated[str, typer.Option(help="Words after the quote, where it stands twice.")] = "",
    text: options.SourceTexts = None,
    as_json: options.JsonOutput = False,
    quiet: options.Quiet = False,
) -> None:
    """Start a snippet from a quote: a draft with its locator, proved and entered in the lock."""
    from datetime import date

    from briefgen.cli.options import parse_text_options
    from briefgen.evidence.lock import lock_command
    from briefgen.library.ingest.curate import add_snippet_draft, find_campaign_folder
    from briefgen.library.ingest.draft_snippet import SnippetRequest

    console, folder = Console(as_json, quiet), find_campaign_folder(campaign)
    wanted = SnippetRequest(
        id, source, quote, kind, title, tuple(topic or ()), as_of, paragraph, prefix, suffix
    )
    started = add_snippet_draft(folder, wanted, parse_text_options(text), date.today())
    file = folder.display_path(started.path.relative_to(folder.path).as_posix())
    evidence = started.evidence
    console.document(
        {
            "ok": True,
            "snippet": id,
            "file": file,
            "evidence": evidence.model_dump(mode="json", exclude_defaults=True),
            "passage": started.passage,
            "remarks": started.remarks,
        }
    )
    check = " ".join(("briefgen check", *([shlex.quote(folder.display_name)] if folder.display_name else [])))
    console.line(f"{file}  (draft)")
    console.line(f"    quote:   {source}, paragraph {evidence.locator['paragraph']}: “{evidence.quote}”")
    console.line(f"    passage: {started.passage}")
    for remark in started.remarks:
        console.note(remark)
    console.note(
        f"Next: write the statement in {file}, set review: {{status: verified, by: …, on: …}},\n"
        f"then run: {check}, and {lock_command(Place(file))}"
    )


@snippets.command("find")
def find_snippets(
    words: Annotated[
        list[str], typer.Argument(help="Words to look for; snippets with all of them come first.")
    ],
    campaign: Annotated[
        Optional[Path],  # noqa: UP045 - typer reads annotations at run time
        typer.Option(
            "--campaign", "-c", help="Include the library of this campaign.", show_default="this folder"
        ),
    ] = None,
    topic: Annotated[str, typer.Option(help="Only snippets on this topic.")] = "",
    kind: Annotated[str, typer.Option(help="Only snippets of this kind, for example ask.")] = "",
    as_json: options.JsonOutput = False,
) -> None:
    """Search wordings, titles, topics, quotes and sources; the best answers come first."""
    from briefgen.library.search import search_snippets

    console, library = Console(as_json), _library(campaign)
    everything = library.snippets.values()
    chosen = [
        one for one in everything if (not topic or topic in one.topics) and (not kind or one.kind == kind)
    ]
    hits = search_snippets(chosen, library.references, words)
    if not hits:
        _tell_nothing(console, library, words, topic, kind)
    console.document({"ok": True, "snippets": [_hit_as_json(hit) for hit in hits]})
    _show_hits(console, hits, words)
    console.line(quantity(len(hits), "snippet"))


def _show_hits(console: Console, hits: Sequence[SearchHit], words: Sequence[str]) -> None:
    """Each snippet with the words found in it; what the wording says always comes last."""
    from briefgen.evidence.inline_markdown import strip_markdown
    from briefgen.library.search import find_term_spans, parse_search_terms

    bold = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    terms = parse_search_terms(words)
    for hit in hits:
        snippet = hit.snippet
        named = _marked(snippet.id, find_term_spans(snippet.id, terms), bold)
        draft = f"  {snippet.review.status}" if snippet.review.status != "verified" else ""
        only = f"  (only {', '.join(hit.found)})" if len(hit.found) < len(terms) else ""
        console.line(f"{named}  {snippet.kind}  {snippet.as_of or 'no date'}{draft}{only}")
        text = _marked(hit.text, hit.spans, bold)
        if hit.where == "wording":
            console.line(f"    {text}")
            continue
        if hit.where != "id":
            console.line(f"    [{hit.where}] {text}")
        console.line(f"    {_begins(strip_markdown(snippet.body), 160)}")


def _library(campaign: Path | None) -> Library:
    from briefgen.library.ingest.curate import CAMPAIGN_FILE, find_campaign_folder
    from briefgen.library.loader import library_folders, load_library

    if campaign is None and Path(CAMPAIGN_FILE).is_file():
        campaign = Path()
    findings = ProblemList()
    library = load_library(library_folders(find_campaign_folder(campaign) if campaign else None), findings)
    findings.raise_errors()
    return library


def _tell_nothing(console: Console, library: Library, words: Sequence[str], topic: str, kind: str) -> None:
    """Say what was looked for in vain, and what there is; ends the command."""
    topics = {name for snippet in library.snippets.values() for name in snippet.topics}
    kinds = {snippet.kind for snippet in library.snippets.values()}
    if topic and topic not in topics:
        raise UsageError(
            Problem(
                "topic-unknown", f"no snippet has the topic {topic!r}", None, suggest_similar(topic, topics)
            )
        )
    if kind and kind not in kinds:
        raise UsageError(
            Problem("kind-unknown", f"no snippet has the kind {kind!r}", None, suggest_similar(kind, kinds))
        )
    near = [
        hint for word in words if (hint := suggest_similar(word.lower(), topics)) and hint.startswith("did")
    ]
    hint = f"topics: {near[0]}" if near else f"the topics are: {', '.join(sorted(topics))}"
    problem = Problem("nothing-found", f"no snippet has {' or '.join(map(repr, words))}", None, hint)
    console.document({"ok": False, "snippets": [], "problems": [problem.as_json()]})
    console.problems([problem])
    raise typer.Exit(1)


def _hit_as_json(hit: SearchHit) -> dict[str, object]:
    snippet = hit.snippet
    return {
        "id": snippet.id,
        "kind": snippet.kind,
        "as_of": snippet.as_of,
        "review": snippet.review.status,
        "found": hit.found,
        "score": hit.score,
        "where": hit.where,
        "text": hit.text,
        "spans": hit.spans,
        "file": snippet.locate().file,
    }


def _marked(text: str, spans: Iterable[tuple[int, int]], bold: bool) -> str:
    if not bold:
        return text
    pieces, position = [], 0
    for start, end in spans:
        pieces += [text[position:start], "\033[1m", text[start:end], "\033[0m"]
        position = end
    return "".join((*pieces, text[position:]))
