"""Commands that write snippets and approve them: snippets new, edit, approve and remove."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from briefgen.cli import options
from briefgen.cli.console import Console
from briefgen.cli.library import snippets
from briefgen.errors import Place, Problem, UsageError, quantity

if TYPE_CHECKING:
    from briefgen.library.ingest.draft_snippet import FoundEvidence
    from briefgen.library.ingest.snippet_files import WrittenSnippet

StringList = Optional[list[str]]  # noqa: UP045 - typer reads annotations at run time
OwnCampaign = Annotated[
    Path,
    typer.Option("--campaign", "-c", help="Campaign that has the snippet.", show_default="this folder"),
]
Reviewer = Annotated[str, typer.Option("--by", help="Who compared it with its source, and approves it.")]
Source = Annotated[str, typer.Option("--source", help="Id of the source.")]
Quote = Annotated[
    StringList, typer.Option("--quote", help='Its words: "first … last", or the whole passage; repeatable.')
]
Wording = Annotated[str, typer.Option("--say", help="The statement, in your own words.")]
Kind = Annotated[
    str,
    typer.Option(
        help="statistic, quotation, event, finding, legal, background or ask.", show_default="finding"
    ),
]
Topics = Annotated[StringList, typer.Option("--topic", help="Topic; repeatable.")]
Title = Annotated[str, typer.Option(help="Short title for lists.")]
AsOf = Annotated[
    str,
    typer.Option(
        help="Date to which the statement refers: 2024, 2024-05 …", show_default="the source's date"
    ),
]
Paragraph = Annotated[
    Optional[int],  # noqa: UP045 - typer reads annotations at run time
    typer.Option(min=1, help="Paragraph to take, if several contain the quote.", show_default=False),
]
Page = Annotated[str, typer.Option(help="Page to cite; compared with the pages of a PDF.")]
Prefix = Annotated[str, typer.Option(help="Words before the quote, if it occurs twice.")]
Suffix = Annotated[str, typer.Option(help="Words after the quote, if it occurs twice.")]


@snippets.command("new")
def new_snippet(
    id: Annotated[str, typer.Argument(help="Id for the snippet, for example camp-survivors-2024.")],
    source: Source = "",
    quote: Quote = None,
    say: Wording = "",
    by: Reviewer = "",
    topic: Topics = None,
    kind: Kind = "",
    title: Title = "",
    as_of: AsOf = "",
    paragraph: Paragraph = None,
    page: Page = "",
    prefix: Prefix = "",
    suffix: Suffix = "",
    campaign: OwnCampaign = Path(),
    text: options.SourceTexts = None,
    as_json: options.JsonOutput = False,
    quiet: options.Quiet = False,
) -> None:
    """Write a snippet: find its quote in its source, check what it says, and approve it.

    With something wrong, and without --say or --by, it is kept as a draft. In a terminal, the editor opens
    for the statement.
    """
    from datetime import date

    from briefgen.library.ingest.curate import find_campaign_folder
    from briefgen.library.ingest.draft_snippet import SnippetRequest
    from briefgen.library.ingest.snippet_files import add_snippet

    console, folder = Console(as_json, quiet), find_campaign_folder(campaign)
    quotes, topics = tuple(quote or ()), tuple(topic or ())
    where = (paragraph, page, prefix, suffix)
    request = SnippetRequest(id, source, quotes, kind, title, topics, as_of, say, *where)
    interactive = console.can_ask
    if say and not by and interactive:
        by = _ask_reviewer()
    locations = options.parse_text_options(text)
    ask = _ask_wording if interactive else None
    _report_written(console, id, add_snippet(folder, request, locations, date.today(), by, ask), campaign)


@snippets.command("edit")
def edit_snippet(
    id: Annotated[str, typer.Argument(help="Id of the snippet, or caveats/ID.")],
    say: Wording = "",
    by: Reviewer = "",
    source: Source = "",
    quote: Quote = None,
    topic: Topics = None,
    kind: Annotated[str, typer.Option(help="Another kind of snippet.")] = "",
    title: Title = "",
    as_of: Annotated[str, typer.Option(help="Date to which the statement refers: 2024, 2024-05 …")] = "",
    paragraph: Paragraph = None,
    page: Page = "",
    prefix: Prefix = "",
    suffix: Suffix = "",
    campaign: OwnCampaign = Path(),
    text: options.SourceTexts = None,
    as_json: options.JsonOutput = False,
    quiet: options.Quiet = False,
) -> None:
    """Change a snippet, check it, and approve it with --by; in a terminal, without options, in the editor."""
    from datetime import date

    from briefgen.library.ingest.curate import find_campaign_folder
    from briefgen.library.ingest.draft_snippet import SnippetRequest
    from briefgen.library.ingest.snippet_files import edit_snippet

    console, folder = Console(as_json, quiet), find_campaign_folder(campaign)
    quotes, topics = tuple(quote or ()), tuple(topic or ())
    where = (paragraph, page, prefix, suffix)
    change = SnippetRequest(id, source, quotes, kind, title, topics, as_of, say, *where)
    interactive = console.can_ask
    if change != SnippetRequest(id) and not by and interactive:
        by = _ask_reviewer()

    def edit_text(text: str) -> tuple[str, str]:
        changed = _open_editor(text)
        return (changed, by or _ask_reviewer()) if changed.strip() else (text, by)

    locations = options.parse_text_options(text)
    written = edit_snippet(
        folder, id, change, locations, date.today(), by, edit_text if interactive else None
    )
    _report_written(console, id, written, campaign)


@snippets.command("approve")
def approve_snippets(
    ids: Annotated[list[str], typer.Argument(help="Snippets, or caveats (caveats/ID).")],
    by: Annotated[str, typer.Option("--by", help="Who compared them with their sources.")],
    campaign: OwnCampaign = Path(),
    text: options.SourceTexts = None,
    as_json: options.JsonOutput = False,
) -> None:
    """Approve snippets that you compared with their sources: record that in their files, and lock them."""
    from datetime import date

    from briefgen.library.ingest.curate import find_campaign_folder
    from briefgen.library.ingest.snippet_files import approve_statements

    console, folder = Console(as_json), find_campaign_folder(campaign)
    approval = approve_statements(folder, ids, options.parse_text_options(text), by, date.today())
    failed = any(problem.severity == "error" for problem in approval.problems)
    console.problems(approval.problems)
    console.document(
        {
            "ok": not failed,
            "approved": approval.approved,
            "unchanged": list(approval.unchanged),
            "problems": [problem.as_json() for problem in approval.problems],
        }
    )
    for id in approval.approved:
        console.line(f"{id}: approved by {by}")
    for id, earlier in approval.unchanged.items():
        console.line(f"{id}: unchanged since it was approved by {earlier}")
    if failed:
        raise typer.Exit(1)


@snippets.command("remove")
def remove_snippets(
    ids: Annotated[list[str], typer.Argument(help="Snippets, or caveats (caveats/ID).")],
    campaign: OwnCampaign = Path(),
    force: Annotated[bool, typer.Option("--force", help="Remove them even if something uses them.")] = False,
    as_json: options.JsonOutput = False,
) -> None:
    """Remove snippets and their entries in the lock, unless something still uses them."""
    from briefgen.library.ingest.curate import find_campaign_folder
    from briefgen.library.ingest.snippet_files import remove_statements

    console = Console(as_json)
    files = remove_statements(find_campaign_folder(campaign), ids, force)
    console.document({"ok": True, "removed": files})
    for file in files:
        console.line(f"{file}: removed")


@snippets.command("sign")
def sign_lock(
    key: Annotated[Path, typer.Option("--key", help="Your SSH key, for example ~/.ssh/id_ed25519.")],
    campaign: OwnCampaign = Path(),
    as_json: options.JsonOutput = False,
) -> None:
    """Sign the lock with your SSH key, so that others can verify who reviewed the snippets."""
    from briefgen.library.ingest.curate import find_campaign_folder
    from briefgen.library.signatures import sign_lock as write_signature

    console = Console(as_json)
    file = write_signature(find_campaign_folder(campaign), key.expanduser())
    console.document({"ok": True, "file": file})
    console.line(f"{file}: signed")


@snippets.command("verify")
def verify_signature(
    signers: Annotated[
        Path, typer.Option("--signers", help="The public keys that you trust: on each line a name and a key.")
    ],
    campaign: OwnCampaign = Path(),
    as_json: options.JsonOutput = False,
) -> None:
    """Verify who signed the lock as it is now."""
    from briefgen.library.ingest.curate import find_campaign_folder
    from briefgen.library.signatures import verify_lock

    console = Console(as_json)
    signature = verify_lock(find_campaign_folder(campaign), signers.expanduser())
    console.document({"ok": True, "file": signature.file, "signer": signature.signer})
    console.line(f"{signature.file}: signed by {signature.signer}")


# -- what was written


def _report_written(console: Console, id: str, written: WrittenSnippet, campaign: Path) -> None:
    from briefgen.compose.record import format_locator
    from briefgen.evidence.lock import approve_command

    found = written.found
    evidence = [item.model_dump(mode="json", exclude_defaults=True) for item in found.evidence]
    console.document(
        {
            "ok": not written.problems,
            "snippet": id,
            "file": written.file,
            "approved": written.approved,
            "evidence": next(iter(evidence), None),
            "more_evidence": evidence[1:],
            "passage": " / ".join(found.passages),
            "remarks": found.remarks,
            "problems": [problem.as_json() for problem in written.problems],
        }
    )
    console.line(f"{written.file}  ({'approved' if written.approved else 'draft'})")
    for item in found.evidence:
        place = "".join(f", {format_locator(label, value)}" for label, value in item.locator.items())
        console.line(f"    quote:   {item.source}{place}: “{item.quote}”")
    for passage in found.passages:
        console.line(f"    passage: {passage}")
    for remark in found.remarks:
        console.note(remark)
    console.problems(written.problems)
    if written.problems:
        console.note(
            f"It is kept as a draft: {quantity(len(written.problems), 'problem')}. "
            f'Correct it with briefgen snippets edit {id} --say "…" --by NAME, or in the file.'
        )
        raise typer.Exit(1)
    if not written.approved:
        command = approve_command(Place(written.file), id)
        console.note(f"Compare it with the passage, then run {command}")


# -- questions in a terminal


def _ask_reviewer() -> str:
    """Ask who approves a statement; nobody leaves it a draft."""
    question = "Approve it? Your name, if you compared it with its source (Enter: keep it a draft)"
    return str(typer.prompt(question, default="", show_default=False, err=True)).strip()


def _ask_wording(found: FoundEvidence) -> tuple[str, str]:
    """Open the editor for a statement, with the passages in view, and ask who approves it."""
    remarks = [
        "Write the statement above: one sentence in your own words that says no more than the source.",
        "Lines that begin with # are left out.",
        *(f"The source: {passage}" for passage in found.passages),
    ]
    written = _open_editor("\n\n" + "".join(f"# {remark}\n" for remark in remarks))
    lines = (line.strip() for line in written.split("\n") if not line.startswith("#"))
    wording = " ".join(line for line in lines if line)
    return (wording, _ask_reviewer()) if wording else ("", "")


def _open_editor(text: str) -> str:
    """Open a text in $VISUAL or $EDITOR; return it as saved, or nothing if it was not changed."""
    editors = (os.environ.get("VISUAL"), os.environ.get("EDITOR"), shutil.which("nano"))
    command = next(filter(None, editors), "vi")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "statement.md"
        path.write_text(text, encoding="utf-8")
        try:
            subprocess.run([*shlex.split(command), str(path)], check=True)
            saved = path.read_text(encoding="utf-8")
        except (OSError, ValueError, subprocess.CalledProcessError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it ended with an error"
            hint = "set EDITOR, for example EDITOR=nano, or give the words with --say"
            raise UsageError(Problem("editor-failed", f"{command}: {reason}", None, hint)) from None
    return saved if saved != text else ""
