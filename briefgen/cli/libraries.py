"""Commands on whole libraries: library new, list and check."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Annotated

import typer

from briefgen.cli import options
from briefgen.cli.app import app
from briefgen.cli.console import Console
from briefgen.errors import BriefgenError, ProblemList, quantity

library = typer.Typer(help="Start, list and check libraries of statements.", no_args_is_help=True)
app.add_typer(library, name="library")


@library.command("new")
def new_library(
    folder: Annotated[Path, typer.Argument(help="Folder of the library; it may contain snippets already.")],
    id: Annotated[
        str, typer.Option(help="Name by which campaigns call it; default: that of the folder.")
    ] = "",
    title: Annotated[str, typer.Option(help="What it is about; default: the id.")] = "",
    as_json: options.JsonOutput = False,
    quiet: options.Quiet = False,
) -> None:
    """Start a library that several campaigns can draw on, or make a folder with snippets one."""
    from briefgen.library.libraries import create_library

    console = Console(as_json, quiet)
    name = id or re.sub(r"[^a-z0-9]+", "-", folder.absolute().name.lower()).strip("-")
    files = create_library(folder, name, title or name)
    console.document({"ok": True, "library": name, "files": [str(path) for path in files]})
    console.line(f"Created {', '.join(map(str, files))}")
    where = shlex.quote(str(folder))
    console.note(
        f"Next: add sources and snippets, with -c {where}. A campaign beside the folder draws on it\n"
        f"with library: ../{folder.absolute().name}"
    )


@library.command("list")
def list_libraries(as_json: options.JsonOutput = False) -> None:
    """List the libraries that a campaign can name: built-in ones, and those of installed packages."""
    from briefgen.library.libraries import LIBRARIES, open_library, read_library_config
    from briefgen.library.snippets import load_snippets

    console, problems, rows = Console(as_json), ProblemList(), []
    for name in LIBRARIES:
        try:
            folder = open_library(name)
            title, origin = read_library_config(folder).title, LIBRARIES.plugin_version(name) or "briefgen"
        except BriefgenError as error:
            problems.extend(error.problems)
            continue
        rows.append((name, len(load_snippets([folder], ProblemList())), origin, title))
    console.document(
        {
            "ok": not problems.errors,
            "libraries": [
                {"id": name, "snippets": number, "package": origin, "title": title}
                for name, number, origin, title in rows
            ],
            "problems": [problem.as_json() for problem in problems.problems],
        }
    )
    console.table(("id", "snippets", "from", "title"), [(row[0], f"{row[1]:,}", *row[2:]) for row in rows])
    console.problems(problems.problems)
    if problems.errors:
        raise typer.Exit(1)


@library.command("check")
def check_one_library(
    name: Annotated[str, typer.Argument(metavar="LIBRARY", help="Folder or id of the library.")] = ".",
    text: options.SourceTexts = None,
    as_json: options.JsonOutput = False,
    quiet: options.Quiet = False,
) -> None:
    """Check all statements of a library against their sources and reviews, and write nothing."""
    from briefgen.campaign.statement_checks import check_statements, summarize_verification
    from briefgen.library.libraries import open_library
    from briefgen.library.loader import load_statements

    console, problems = Console(as_json, quiet), ProblemList()
    folder = open_library(name)
    loaded, texts = load_statements([folder], problems), options.parse_text_options(text)
    summary = summarize_verification(check_statements(loaded, texts, None, problems))
    console.problems(problems.problems)
    console.document(
        {
            "ok": not problems.errors,
            "library": folder.library,
            "snippets": len(loaded.snippets),
            "evidence": summary,
            "problems": [problem.as_json() for problem in problems.problems],
        }
    )
    console.line(summary)
    console.line(f"{folder.library}: {quantity(len(problems.errors), 'error')}")
    if problems.errors:
        raise typer.Exit(1)
