"""Commands that add sources to a library and search it: sources add, snippets find."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from briefgen.cli import options
from briefgen.cli.console import Console
from briefgen.cli.library import (
    LibraryCampaign,
    check_filters,
    filter_snippets,
    load_campaign_library,
    shorten_text,
    snippets,
    sources,
)
from briefgen.errors import Place, Problem, UsageError, quantity, suggest_similar

if TYPE_CHECKING:
    from briefgen.library.folders import LibraryFolder
    from briefgen.library.ingest.add_source import SourcePlan, WorkDescription
    from briefgen.library.loader import Library
    from briefgen.library.search import SearchHit
    from briefgen.model.source import FrontMatter

EditedCampaign = Annotated[
    Path,
    typer.Option("--campaign", "-c", help="Campaign to add to.", show_default="this folder"),
]
StringList = Optional[list[str]]  # noqa: UP045 - typer reads annotations at run time


@sources.command("add")
def add_source_or_bibliography(
    file: Annotated[
        Path,
        typer.Argument(help="Text (txt, md, html, docx, pdf) or bibliography (bib, ris, json)."),
    ],
    id: Annotated[
        str,
        typer.Option(
            "--id", help="Id for the source, for example hrw-2024; the works in a bibliography have ids."
        ),
    ] = "",
    campaign: EditedCampaign = Path(),
    title: Annotated[str, typer.Option(help="Title of the work.")] = "",
    author: Annotated[
        StringList, typer.Option(help='"Family, Given", or the name of an organisation; repeatable.')
    ] = None,
    issued: Annotated[str, typer.Option(help="Date of publication: 2024, 2024-05 or 2024-05-17.")] = "",
    type: Annotated[
        str, typer.Option(help="CSL type: report, article-journal, article-newspaper, book, webpage …")
    ] = "",
    container: Annotated[str, typer.Option("--in", help="Journal, newspaper or book that contains it.")] = "",
    publisher: Annotated[str, typer.Option(help="Publisher.")] = "",
    number: Annotated[str, typer.Option(help="Number of a report or document, for example GAO-18-382.")] = "",
    url: Annotated[str, typer.Option(help="Web address.")] = "",
    accessed: Annotated[str, typer.Option(help="Date of access: 2026-11-23.")] = "",
    furniture: Annotated[
        StringList, typer.Option(help='Lines that are not body text: 1-3="title page"; repeatable.')
    ] = None,
    body: Annotated[
        StringList,
        typer.Option(
            help="Lines to keep as paragraphs even if they do not look like paragraphs: 12 or 12-14."
        ),
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace the text recorded before.")] = False,
    numbered: Annotated[
        Optional[bool],  # noqa: UP045 - typer reads annotations at run time
        typer.Option(
            "--numbered/--unnumbered",
            help="Whether the text numbers its own paragraphs; citations give these numbers.",
            show_default="detected",
        ),
    ] = None,
    as_json: options.JsonOutput = False,
    quiet: options.Quiet = False,
) -> None:
    """Add a text as a source, with its paragraphs numbered, or all works of a bibliography."""
    from briefgen.library.ingest.add_source import WorkDescription, parse_line_range
    from briefgen.library.ingest.bibliography import is_bibliography
    from briefgen.library.ingest.curate import add_source, find_campaign_folder

    console, folder = Console(as_json, quiet), find_campaign_folder(campaign)
    _refuse_web_address(file)
    described = WorkDescription(
        title, tuple(author or ()), issued, type, container, publisher, url, accessed, number
    )
    if is_bibliography(file):
        if described or accessed or furniture or body or replace or numbered is not None:
            hint = "leave them out; only --id is allowed, to give a single work its id"
            message = "a bibliography describes its own works, so options that describe a text do not apply"
            raise UsageError(Problem("bibliography-option", message, None, hint))
        _add_bibliography(console, folder, file, id)
        return
    source = add_source(
        folder,
        file,
        id,
        described,
        _parse_furniture(furniture or ()),
        frozenset(number for lines in body or () for number in parse_line_range(lines)),
        replace,
        numbered,
        _ask_about_work if console.can_ask else None,
        (lambda suggested: _ask("Id, by which snippets cite it", suggested)) if console.can_ask else None,
    )
    id = source.text.stem
    written = [folder.display_path(path.relative_to(folder.path).as_posix()) for path in source.files]
    console.document(
        {
            "ok": True,
            "source": id,
            "files": written,
            "lines": [
                {
                    "line": line.number,
                    "paragraph": line.paragraph,
                    "number": line.name,
                    "pages": line.pages,
                    "furniture": line.what,
                    "begins": shorten_text(line.text),
                }
                for line in source.lines
            ],
            "differing": source.differing,
            "remarks": source.remarks,
        }
    )
    _show_paragraphs(console, source)
    for remark in source.remarks:
        console.note(remark)
    if source.differing:
        console.note(f"Compared with the text recorded before, {source.differing}.")
        _report_quotes(console, folder, id)
    paragraphs = sum(line.paragraph is not None for line in source.lines)
    console.line(
        f"{id}: {quantity(paragraphs, 'paragraph')}; "
        + (f"wrote {', '.join(written)}" if written else "unchanged")
    )
    text = folder.display_path("seeds/texts", source.text.name)
    console.note(
        f"{text} is the full text. It is private: keep it out of version control; no output contains it."
    )


def _report_quotes(console: Console, folder: LibraryFolder, source: str) -> None:
    """Say which statements quote a text that was replaced, and which of them it does not prove."""
    from datetime import date

    from briefgen.evidence.lock import lock_command
    from briefgen.library.ingest.curate import check_quotes_of

    quoting, problems = check_quotes_of(folder, source, date.today())
    console.problems(problems)
    if quoting:
        command = lock_command(Place(folder.display_path("snippets", "file")))
        console.note(f"It is quoted by {', '.join(quoting)}. Correct what is reported, then run {command}")


def _refuse_web_address(file: Path) -> None:
    """Raise UsageError for a web address in the place of a file: briefgen opens no web pages."""
    address = re.match(r"(https?):/+(.*)", str(file))
    if address:
        url = f"{address[1]}://{address[2]}"
        hint = (
            "open it in a browser and save it (Ctrl+S, “Web page, HTML only”; a PDF as it is), "
            f"then run briefgen sources add SAVED_FILE --url {shlex.quote(url)}"
        )
        raise UsageError(Problem("source-online", "briefgen does not open web pages", None, hint))


def _ask_about_work(given: WorkDescription, proposed: WorkDescription) -> WorkDescription:
    """Ask what the user has not said of a new work; Enter accepts what the file itself says."""
    answers: dict[str, Any] = {}
    for key, question in _QUESTIONS.items():
        if not getattr(given, key):
            known = getattr(proposed, key)
            answers[key] = _ask(question, "; ".join(known) if isinstance(known, tuple) else known)
    if "authors" in answers:
        answers["authors"] = tuple(filter(None, map(str.strip, answers["authors"].split(";"))))
    return replace(proposed, **answers)


_QUESTIONS = {
    "title": "Title",
    "authors": 'Author, "Family, Given" or an organisation; several with ;',
    "issued": "Published: 2024, 2024-05 or 2024-05-17",
    "number": "Number, if it has one, for example GAO-18-382",
    "url": "Web address",
}


def _ask(question: str, default: str) -> str:
    answer = typer.prompt(question, default=default, show_default=bool(default), err=True)
    return str(answer).strip()


def _add_bibliography(console: Console, folder: LibraryFolder, file: Path, name: str) -> None:
    from briefgen.compose.record import describe_source
    from briefgen.library.ingest.curate import add_bibliography

    result = add_bibliography(folder, file, name)
    written = [folder.display_path(path.relative_to(folder.path).as_posix()) for path in result.files]
    failed = any(problem.severity == "error" for problem in result.problems)
    console.document(
        {
            "ok": not failed,
            "files": written,
            "added": [{"id": work.id, "csl": work.csl} for work in result.added],
            "known": result.known,
            "problems": [problem.as_json() for problem in result.problems],
        }
    )
    rows = [(work.id, str(work.csl["type"]), shorten_text(describe_source(work))) for work in result.added]
    console.table(("id", "type", "work"), rows)
    console.problems(result.problems)
    known = f", {result.known} already there" if result.known else ""
    to = f" to {', '.join(written)}" if written else ""
    console.line(f"{file}: {quantity(len(result.added), 'work')} added{to}{known}")
    if failed:
        raise typer.Exit(1)


def _parse_furniture(values: Iterable[str]) -> list[FrontMatter]:
    from briefgen.library.ingest.add_source import parse_line_range
    from briefgen.model.source import FrontMatter

    marked = []
    for value in values:
        lines, _, label = value.partition("=")
        parse_line_range(lines)
        marked.append(FrontMatter(lines=lines.strip(), what=label.strip() or "marked by hand"))
    return marked


def _show_paragraphs(console: Console, source: SourcePlan) -> None:
    """Show the paragraphs with their pages, and the lines between them that are not body text."""
    paged = any(line.pages for line in source.lines)
    rows = []
    for line in source.lines:
        furniture = line.paragraph is None
        text = f"[{line.what}] {shorten_text(line.text, 56)}" if furniture else shorten_text(line.text)
        page = "–".join(dict.fromkeys((line.pages[0], line.pages[-1]))) if line.pages else "–"
        rows.append((str(line.number), line.name or "–", *([page] if paged else []), text))
    console.table(("line", "paragraph", *(["page"] if paged else []), "begins"), rows)


@snippets.command("find")
def find_snippets(
    words: Annotated[
        list[str], typer.Argument(help="Words to search for; snippets with all of them come first.")
    ],
    campaign: LibraryCampaign = None,
    topic: Annotated[str, typer.Option(help="Only snippets on this topic.")] = "",
    kind: Annotated[str, typer.Option(help="Only snippets of this kind, for example ask.")] = "",
    as_json: options.JsonOutput = False,
) -> None:
    """Search wordings, titles, topics, quotes and sources, best matches first."""
    from briefgen.library.search import search_snippets

    console, library = Console(as_json), load_campaign_library(campaign)
    selected = filter_snippets(library.snippets.values(), topic, kind)
    hits = search_snippets(selected, library.references, words)
    if not hits:
        check_filters(library, topic, kind)
        _report_no_hits(console, library, words)
        raise typer.Exit(1)
    console.document({"ok": True, "snippets": [_hit_as_json(hit) for hit in hits]})
    _show_hits(console, hits, words)
    console.line(quantity(len(hits), "snippet"))


def _show_hits(console: Console, hits: Sequence[SearchHit], words: Sequence[str]) -> None:
    """Show each snippet with the match highlighted, and its wording."""
    from briefgen.evidence.inline_markdown import strip_markdown
    from briefgen.library.search import find_term_spans, parse_search_terms

    bold = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    terms = parse_search_terms(words)
    for hit in hits:
        snippet = hit.snippet
        id = _highlight(snippet.id, find_term_spans(snippet.id, terms), bold)
        draft = f"  {snippet.review.status}" if snippet.review.status != "verified" else ""
        only = f"  (only {', '.join(hit.found)})" if len(hit.found) < len(terms) else ""
        console.line(f"{id}  {snippet.kind}  {snippet.as_of or 'no date'}{draft}{only}")
        text = _highlight(hit.text, hit.spans, bold)
        if hit.where == "wording":
            console.line(f"    {text}")
            continue
        if hit.where != "id":
            console.line(f"    [{hit.where}] {text}")
        console.line(f"    {shorten_text(strip_markdown(snippet.body), 160)}")


def _report_no_hits(console: Console, library: Library, words: Sequence[str]) -> None:
    topics = {name for snippet in library.snippets.values() for name in snippet.topics}
    suggestions = [
        hint for word in words if (hint := suggest_similar(word.lower(), topics)) and hint.startswith("did")
    ]
    hint = f"topics: {suggestions[0]}" if suggestions else f"the topics are: {', '.join(sorted(topics))}"
    problem = Problem("nothing-found", f"no snippet has {' or '.join(map(repr, words))}", None, hint)
    console.document({"ok": False, "snippets": [], "problems": [problem.as_json()]})
    console.problems([problem])


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


def _highlight(text: str, spans: Iterable[tuple[int, int]], bold: bool) -> str:
    if not bold:
        return text
    pieces, position = [], 0
    for start, end in spans:
        pieces += [text[position:start], "\033[1m", text[start:end], "\033[0m"]
        position = end
    return "".join((*pieces, text[position:]))
