"""The command `adopt`: take what somebody edited in a Word letter over into letters.yaml."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Annotated

import typer

from briefgen.cli import options
from briefgen.cli.app import app
from briefgen.cli.console import Console
from briefgen.errors import Problem, UsageError, quantity

if TYPE_CHECKING:
    from briefgen.campaign.letter_comparison import AdoptedChange, Adoption, ChangedOnBothSides, Preference

_WIDTH = 96
_PREFERENCES: tuple[Preference, ...] = ("", "letter", "campaign")


@app.command()
def adopt(
    letter: Annotated[
        Path, typer.Argument(help="A letter in Word that somebody edited.", show_default=False)
    ],
    campaign: Annotated[
        Path, typer.Option("--campaign", "-c", help="Campaign of the letter.", show_default="this folder")
    ] = Path(),
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Take it over without asking.")] = False,
    prefer: Annotated[
        str,
        typer.Option(
            "--prefer",
            metavar="SIDE",
            help="Where the campaign has changed the same paragraph since: letter or campaign.",
            show_default=False,
        ),
    ] = "",
    text: options.SourceTexts = None,
    as_json: options.JsonOutput = False,
    quiet: options.Quiet = False,
) -> None:
    """Take what somebody edited in a Word letter over into letters.yaml, for PDF and Word alike."""
    from briefgen.campaign.adopt import find_adoption, settle_letter, write_adoption
    from briefgen.campaign.open import open_campaign

    console = Console(as_json, quiet)
    side = next((one for one in _PREFERENCES if one == prefer), None)
    if side is None:
        hint = "write --prefer letter or --prefer campaign"
        raise UsageError(Problem("usage-wrong", f"--prefer cannot be {prefer!r}", None, hint))
    opened = open_campaign(campaign, texts=options.parse_text_options(text))
    adoption = find_adoption(opened, letter, side)
    for line in format_adoption(adoption, side):
        console.line(line)
    console.problems(adoption.not_taken)
    undecided = bool(adoption.conflicts) and not side
    is_confirmed = bool(adoption.changes) and not undecided and (yes or _confirm(console, adoption))
    written = write_adoption(opened, adoption, letter) if is_confirmed else ""
    if not (adoption.changes or adoption.conflicts) and (yes or not adoption.not_taken):
        settle_letter(opened, letter)
    console.document({"ok": not undecided, "written": written or None, **adoption.as_json()})
    if written:
        console.line(f"{written} has it now. PDF and Word are both made from it: briefgen batch")
    elif undecided:
        console.note(
            "Nothing was written: say whose words to take with --prefer letter or --prefer campaign."
        )
    elif adoption.changes:
        console.note("Nothing was written. Run it again with --yes to take this over.")
    if undecided:
        raise typer.Exit(1)


def _confirm(console: Console, adoption: Adoption) -> bool:
    if not console.can_ask:
        return False
    count = quantity(len(adoption.changes), "change")
    return typer.confirm(f"Take over {count} for {adoption.recipient.id}?", default=False, err=True)


def format_adoption(adoption: Adoption, prefer: Preference) -> Iterator[str]:
    """Yield what would be taken over, as lines of text."""
    id = adoption.recipient.id
    if adoption.changes:
        yield f"Letter to {id}: {quantity(len(adoption.changes), 'change')}"
    elif adoption.conflicts:
        yield f"Letter to {id}: {quantity(len(adoption.conflicts), 'conflict')}"
    elif adoption.not_taken:
        yield f"Nothing that was changed in the letter to {id} can be taken over:"
    else:
        yield f"The letter to {id} says nothing else than what the campaign makes."
    for change in adoption.changes:
        yield ""
        yield from _format_change(change)
    for conflict in adoption.conflicts:
        yield ""
        yield from _format_conflict(conflict, prefer)
    for one in adoption.since:
        yield ""
        yield "Changed in the campaign since this letter was made; the campaign's words stay:"
        yield from _format_sides(one.letter, one.campaign)


def _format_change(change: AdoptedChange) -> Iterator[str]:
    about = f"the statement {change.what}" if change.what else "words of the letter"
    yield {
        "words": f"In place of {about}:",
        "removed": f"Left out: {about}",
        "added": f"Added after {about}:",
        "paragraph": "A paragraph of your own:" if not change.before else "The paragraph of your own:",
    }[change.kind]
    yield from _format_sides(change.before, change.after)
    for check in change.checks:
        yield from _wrap(f"! {check.code}: {check.message}", 4)


def _format_conflict(conflict: ChangedOnBothSides, prefer: Preference) -> Iterator[str]:
    taken = {"": "decide", "letter": "the letter's words are taken", "campaign": "the campaign's words stay"}
    yield f"Changed both in the letter and in the campaign since it was made; {taken[prefer]}:"
    yield from _wrap(f"campaign: {conflict.campaign or '(no longer there)'}", 4)
    yield from _wrap(f"letter:   {conflict.letter or '(deleted)'}", 4)


def _format_sides(before: str, after: str) -> Iterator[str]:
    """Yield two texts below each other, with the words that differ in brackets."""
    if before and after:
        old, new = _mark_differences(before.split(), after.split())
        yield from _wrap(f"- {old}", 4)
        yield from _wrap(f"+ {new}", 4)
    elif before or after:
        yield from _wrap(f"{'-' if before else '+'} {before or after}", 4)


def _mark_differences(old: list[str], new: list[str]) -> tuple[str, str]:
    ours: list[str] = []
    theirs: list[str] = []
    for change, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if change == "equal":
            ours += old[a:b]
            theirs += new[c:d]
            continue
        ours += [f"[{' '.join(old[a:b])}]"] if b > a else []
        theirs += [f"[{' '.join(new[c:d])}]"] if d > c else []
    return " ".join(ours), " ".join(theirs)


def _wrap(text: str, indent: int) -> list[str]:
    first, rest = " " * indent, " " * (indent + 2)
    return wrap(text, _WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)
