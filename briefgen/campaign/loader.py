"""Reads a campaign: finds campaign.yaml, and says of every name in it whether it can be kept.

It looks at names even where the file has other mistakes, so that one report holds them all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from briefgen.errors import BriefgenError, Place, Problem, ProblemList, UsageError, suggest
from briefgen.library.folders import Folder
from briefgen.model.campaign import CampaignConfig
from briefgen.model.snippet import Snippet
from briefgen.system.files import irregular, is_folder, is_ordinary, is_within, shown_name
from briefgen.system.yaml_reader import Marked, build, read_text, read_yaml

FILE = "campaign.yaml"


@dataclass(frozen=True, slots=True)
class Found:
    """A campaign's file and what could be read of it."""

    folder: Folder
    marked: Marked | None
    """The plain data; None where the YAML itself is broken."""
    campaign: CampaignConfig | None
    """None where a key or value is wrong."""


def read_campaign(path: Path, findings: ProblemList) -> Found:
    """Read the campaign at `path`, a folder or a campaign.yaml.

    Raises UsageFault where there is none; whatever is wrong in it goes to `findings`.
    """
    file = path / FILE if is_folder(path) else path
    if not is_ordinary(file):
        raise UsageError(
            Problem(
                "campaign-missing",
                f"there is no campaign in {shown_name(str(path)) if str(path) != '.' else 'this folder'}",
                Place(shown_name(str(file))),
                "name a folder with a campaign.yaml, or start one with briefgen init",
            )
        )
    shown = str(file)
    folder = Folder(file.parent, "" if str(file.parent) == "." else str(file.parent))
    marked = read_yaml(read_text(file, shown), shown, findings)
    campaign = build(CampaignConfig, marked, findings) if marked is not None else None
    return Found(folder, marked, campaign)


def check_names(found: Found, snippets: Mapping[str, Snippet], findings: ProblemList) -> None:
    """Report every snippet, topic and file that the campaign names and that is not there or does not fit."""
    if found.marked is None or not isinstance(found.marked.data, dict):
        return
    for path, name in _snippets_named(found.marked.data):
        place = _place(found.marked, path)
        snippet = snippets.get(name)
        if snippet is None:
            findings.add(
                Problem(
                    "snippet-unknown",
                    f"no snippet has the id {name!r}",
                    place,
                    suggest(name, snippets) or "briefgen snippets list shows all",
                )
            )
        elif (snippet.kind == "ask") != _asks(path):
            wanted = "an ask is wanted here" if _asks(path) else "an ask cannot stand here"
            asks = [s.id for s in snippets.values() if s.kind == "ask"]
            findings.add(
                Problem(
                    "ask-kind",
                    f"{name!r} is of kind {snippet.kind}: {wanted}",
                    place,
                    suggest(name, asks) if _asks(path) else "move it to the asks",
                )
            )
        elif snippet.review.status != "verified" and "excluded" not in path:
            findings.add(
                Problem(
                    "snippet-not-verified",
                    f"the snippet {name!r} is {snippet.review.status}",
                    place,
                    "review it, or leave it out",
                )
            )
    topics = {topic for snippet in snippets.values() for topic in snippet.topics}
    for path, name in _topics_named(found.marked.data):
        if name not in topics:
            findings.add(
                Problem(
                    "topic-unknown",
                    f"no snippet has the topic {name!r}",
                    _place(found.marked, path),
                    suggest(name, topics) or "briefgen snippets list shows the topics in use",
                )
            )
    for path, name in _files_named(found.marked.data):
        target = found.folder.path / name
        place = _place(found.marked, path)
        if not is_within(target, found.folder.path):
            findings.add(
                Problem(
                    "file-outside",
                    f"{shown_name(name)!r} lies outside the campaign's folder",
                    place,
                    "copy the file into the folder",
                )
            )
        elif (kind := irregular(target)) is not None:
            findings.add(
                Problem("file-irregular", f"{shown_name(name)!r} {kind}", place, "name the file itself")
            )
        elif not is_ordinary(target):
            there = [file.name for file in found.folder.path.iterdir() if file.suffix == target.suffix]
            findings.add(
                Problem(
                    "file-missing",
                    f"the file {shown_name(name)!r} is not there",
                    place,
                    suggest(name, there),
                )
            )


def recipient_files(found: Found) -> list[str]:
    """Names of the recipient files, as far as they can be read from the campaign."""
    if found.marked is None or not isinstance(found.marked.data, dict):
        return []
    files = found.marked.data.get("recipients")
    return [name for name in files if isinstance(name, str)] if isinstance(files, list) else []


def _snippets_named(data: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    yield from _texts(data, "ask")
    yield from _texts(data, "interests", "*", "ask")
    yield from _texts(data, "selection", "required", "*")
    yield from _texts(data, "selection", "excluded", "*")
    yield from _texts(data, "briefing", "summary", "*")
    yield from _texts(data, "briefing", "asks", "*")
    yield from _texts(data, "briefing", "sections", "*", "snippets", "*")


def _topics_named(data: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    yield from _texts(data, "interests", "*", "topics", "*")
    yield from _texts(data, "briefing", "sections", "*", "topics", "*")


def _files_named(data: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    yield from _texts(data, "recipients", "*")
    yield from ((path, name) for path, name in _texts(data, "sender", "signature") if name)
    yield from ((path, name) for path, name in _texts(data, "sender", "letterhead") if name)
    yield from ((path, name) for path, name in _texts(data, "letterhead", "logo", "file") if name)


def _asks(path: tuple[str | int, ...]) -> bool:
    return "ask" in path or "asks" in path


def _texts(data: Any, *path: str) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every text at a path of keys, `*` standing for each item of a list."""
    if not path:
        if isinstance(data, str):
            yield (), data
        return
    key, rest = path[0], path[1:]
    items: Iterator[tuple[str | int, Any]] = iter(())
    if key == "*" and isinstance(data, list):
        items = iter(enumerate(data))
    elif isinstance(data, dict) and key in data:
        items = iter([(key, data[key])])
    for name, value in items:
        yield from (((name, *below), text) for below, text in _texts(value, *rest))


def _place(marked: Marked, path: tuple[str | int, ...]) -> Place:
    return marked.places.get(path, Place(marked.file))


def require(campaign: CampaignConfig | None, findings: ProblemList) -> CampaignConfig:
    """The campaign, or all that was found wrong, raised."""
    findings.raise_errors()
    if campaign is None:
        raise BriefgenError(Problem("campaign-empty", "the campaign could not be read"))
    return campaign
