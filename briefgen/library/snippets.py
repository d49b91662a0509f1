"""Reads snippets and caveats: front matter and body, each value with its place.

It checks their form. Whether they are true to their sources is evidence's work.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from briefgen.errors import BriefgenError, Place, Problem, ProblemList
from briefgen.evidence.lock import ALT, LEGEND, Lock, card_wordings, read_lock, wording_place
from briefgen.evidence.normalize import fault_of
from briefgen.library.folders import Folder
from briefgen.model.snippet import Caveat, Snippet
from briefgen.system.yaml_reader import build, read_text, read_yaml, split_front_matter

CAVEATS = "caveats"
LOCK = "quotes.lock"
NO_SNIPPETS = frozenset({"README.md", "corrections.md"})
"""Files of prose at the top of snippets/."""

UNWRITTEN = "Write the statement here, in your own words."
"""Stands in for the wording of a snippet that was only started (briefgen.library.ingest.draft_snippet)."""

Card = TypeVar("Card", Snippet, Caveat)


def load_snippets(folders: Sequence[Folder], findings: ProblemList) -> dict[str, Snippet]:
    """All snippets by id, from `snippets/**/*.md`; a campaign's own comes first."""
    return _load(Snippet, folders, findings)


def load_caveats(folders: Sequence[Folder], findings: ProblemList) -> dict[str, Caveat]:
    """All caveats by id, from `snippets/caveats/*.md`."""
    return _load(Caveat, folders, findings)


def _load(kind: type[Card], folders: Sequence[Folder], findings: ProblemList) -> dict[str, Card]:
    cards: dict[str, Card] = {}
    for folder in folders:
        own: dict[str, Card] = {}
        for path, shown in _files(kind, folder, findings):
            card = _read(kind, path, shown, findings)
            if card is None:
                continue
            if card.id in own:
                message = f"the id {card.id!r} stands in {own[card.id].at().file} already"
                findings.add(
                    Problem(
                        "snippet-repeated", message, card.at("id"), "ids are never used twice; choose another"
                    )
                )
                continue
            own[card.id] = card
        cards = {**own, **cards}
    return cards


def _files(kind: type[Card], folder: Folder, findings: ProblemList) -> Iterator[tuple[Path, str]]:
    if kind is Caveat:
        yield from folder.files(f"snippets/{CAVEATS}", "*.md", findings)
        return
    for path, shown in folder.files("snippets", "**/*.md", findings):
        inner = path.relative_to(folder.path / "snippets")
        if inner.parts[0] == CAVEATS or str(inner) in NO_SNIPPETS:
            continue
        yield path, shown


def _read(kind: type[Card], path: Path, shown: str, findings: ProblemList) -> Card | None:
    try:
        text = read_text(path, shown)
    except BriefgenError as fault:
        findings.extend(fault.problems)
        return None
    return read_card(kind, text, shown, findings)


def read_card(kind: type[Card], text: str, shown: str, findings: ProblemList) -> Card | None:
    """Make a snippet or caveat of one file's text; `shown` names the file and gives the id it must have."""
    parts = split_front_matter(text, shown, findings)
    if parts is None:
        return None
    front, body, body_line = parts
    marked = read_yaml(front, shown, findings, first_line=2)
    if marked is None or not isinstance(marked.data, dict):
        if marked is not None:
            findings.add(Problem("front-matter", "holds no `key: value` lines", Place(shown, 2)))
        return None
    if "body" in marked.data:
        hint = "write the wording below the second line ---"
        findings.add(Problem("unknown-key", "unknown key 'body'", marked.places[("body",)], hint))
        return None
    lead = len(body) - len(body.lstrip())
    place = Place(shown, body_line + body[:lead].count("\n"))
    if not body.strip():
        findings.add(
            Problem("snippet-body", "has no wording", place, "write one paragraph below the second line ---")
        )
        return None
    data = {**marked.data, "body": body.strip()}
    card = build(kind, replace(marked, data=data, places={**marked.places, ("body",): place}), findings)
    if card is not None:
        _check_form(card, Path(shown).stem, findings)
    return card


def _check_form(card: Snippet | Caveat, name: str, findings: ProblemList) -> None:
    if card.id != name:
        findings.add(
            Problem(
                "snippet-id",
                f"the id {card.id!r} is not the file's name {name!r}",
                card.at("id"),
                f"call the file {card.id}.md",
            )
        )
    if card.body == UNWRITTEN and card.review.status == "verified":
        message = "says what is to be written there, and no statement"
        hint = "write the statement, or set review: {status: draft}"
        findings.add(Problem("snippet-unwritten", message, card.at("body"), hint))
    for key, wording in card_wordings(card).items():
        if key in (ALT, LEGEND):
            continue  # plain text, which the checks of figures look at
        fault = fault_of(wording)
        if fault:
            findings.add(
                Problem(
                    "snippet-body",
                    f"contains {fault}",
                    wording_place(card, key),
                    "a wording is one paragraph with *emphasis* and **strong** at most",
                )
            )


def load_lock(folders: Sequence[Folder], findings: ProblemList) -> Lock:
    """What was proved and reviewed, from each folder's `snippets/quotes.lock`; the first entry wins."""
    lock = Lock()
    for folder in folders:
        own = read_lock(folder.path / "snippets" / LOCK, folder.show("snippets", LOCK), findings)
        lock = lock.over(own)
    return lock
