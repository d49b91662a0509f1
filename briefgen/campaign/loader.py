"""Reads campaign.yaml, and checks every name in it: snippets, topics and files.

Names are checked even if the file has other errors, so that one report lists them all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from briefgen.campaign.in_memory import CONFIG_NAME, ROWS_NAME, format_config
from briefgen.compose.asks import find_ask, is_ask_id, suggest_ask
from briefgen.errors import BriefgenError, Place, Problem, ProblemList, UsageError, quantity, suggest_similar
from briefgen.library.folders import LibraryFolder
from briefgen.library.libraries import (
    CAMPAIGN_FILE,
    IN_UNNAMED_LIBRARY,
    find_libraries,
    hint_at_library,
)
from briefgen.library.loader import Library, load_statements
from briefgen.model.campaign import CampaignConfig
from briefgen.model.snippet import Snippet
from briefgen.render.registry import FORMATS
from briefgen.system.files import (
    describe_irregular_path,
    is_folder,
    is_inside_folder,
    is_regular_file,
    printable_name,
)
from briefgen.system.yaml_reader import ParsedYaml, build_record, parse_yaml, read_text_file

KeyPath: TypeAlias = tuple[str | int, ...]
"""Keys and list indexes that lead to a value in campaign.yaml."""


@dataclass(frozen=True, slots=True)
class CampaignFiles:
    """A campaign's folder, and what could be read of its campaign.yaml."""

    folder: LibraryFolder
    yaml: ParsedYaml | None
    """The plain data; None if the YAML itself is invalid."""
    config: CampaignConfig | None
    """None if a key or value is wrong."""


def read_campaign(path: Path, problems: ProblemList) -> CampaignFiles:
    """Read the campaign at `path`, a folder or a campaign.yaml.

    Add whatever is wrong with it to `problems`; raise UsageError if there is no campaign.
    """
    file = path / CAMPAIGN_FILE if is_folder(path) else path
    if not is_regular_file(file):
        raise UsageError(
            Problem(
                "campaign-missing",
                f"there is no campaign in {printable_name(str(path)) if str(path) != '.' else 'this folder'}",
                Place(printable_name(str(file))),
                "name a folder with a campaign.yaml, or start one with briefgen init",
            )
        )
    display_name = str(file)
    if not is_inside_folder(file, file.parent):
        hint = "put the file itself here instead of a link"
        raise BriefgenError(
            Problem("file-outside", "leads out of the folder that it is in", Place(display_name), hint)
        )
    folder = LibraryFolder(file.parent, "" if str(file.parent) == "." else str(file.parent))
    yaml = parse_yaml(read_text_file(file, display_name), display_name, problems)
    config = build_record(CampaignConfig, yaml, problems) if yaml is not None else None
    return CampaignFiles(folder, yaml, config)


def parse_campaign(
    config: Mapping[str, Any], folder: Path, problems: ProblemList, *, has_rows: bool
) -> CampaignFiles:
    """Read a campaign from a mapping with the keys of campaign.yaml; its other files are in `folder`.

    With `has_rows`, recipients come from memory too and need no file.
    """
    if has_rows:
        config = {**config, "recipients": [ROWS_NAME]}
    yaml = parse_yaml(format_config(config), CONFIG_NAME, problems)
    parsed = build_record(CampaignConfig, yaml, problems) if yaml is not None else None
    return CampaignFiles(LibraryFolder(folder, ""), yaml, parsed)


def load_campaign_library(path: Path) -> tuple[CampaignFiles, Library]:
    """Read a campaign and its statements without judging either: both may be broken.

    Raise UsageError if there is no campaign.
    """
    ignored = ProblemList()
    files = read_campaign(path, ignored)
    folders = (files.folder, *find_libraries(files.yaml, files.folder, ignored))
    return files, load_statements(folders, ignored)


def check_references(
    files: CampaignFiles, snippets: Mapping[str, Snippet] | None, problems: ProblemList
) -> None:
    """Report every snippet, topic and file that the campaign names but that is missing or unsuitable.

    `snippets` is None if a library could not be found: what is missing then may be in there.
    """
    if files.yaml is None or not isinstance(files.yaml.data, dict):
        return
    if snippets is not None:
        found = list(_check_snippet_references(files.yaml, snippets))
        unnamed = [one for one in found if one.hint and one.hint.startswith(IN_UNNAMED_LIBRARY)]
        if len(unnamed) > 1:
            # One cause, which the topics have too.
            more = quantity(len(unnamed) - 1, "other id")
            problems.add(replace(unnamed[0], message=f"{unnamed[0].message}, nor with {more}"))
            problems.extend(one for one in found if one not in unnamed)
        else:
            problems.extend(found)
            problems.extend(_check_topic_references(files.yaml, snippets))
    problems.extend(_check_file_references(files.yaml, files.folder.path))
    problems.extend(_check_format_names(files.yaml))


def _check_snippet_references(yaml: ParsedYaml, snippets: Mapping[str, Snippet]) -> Iterator[Problem]:
    asks = [snippet.id for snippet in snippets.values() if snippet.kind == "ask"]
    for path, name in _snippet_references(yaml.data):
        place = _place_of_key(yaml, path)
        snippet = snippets.get(name)
        if _expects_ask(path) and not is_ask_id(name):
            try:
                find_ask(snippets, name, place)
            except BriefgenError as error:
                yield from error.problems
        elif snippet is None:
            yield Problem(
                "snippet-unknown",
                f"there is no snippet with the id {name!r}",
                place,
                suggest_ask(name, asks) if _expects_ask(path) else _suggest_snippet(name, snippets),
            )
        elif (snippet.kind == "ask") != _expects_ask(path):
            expected = "an ask is expected here" if _expects_ask(path) else "an ask cannot be used here"
            yield Problem(
                "ask-kind",
                f"{name!r} is of kind {snippet.kind}: {expected}",
                place,
                suggest_similar(name, asks) if _expects_ask(path) else "move it to the asks",
            )
        elif snippet.review.status != "verified" and "excluded" not in path:
            yield Problem(
                "snippet-not-verified",
                f"the snippet {name!r} is {snippet.review.status}",
                place,
                "review it, or leave it out",
            )


def _suggest_snippet(name: str, known: Iterable[str]) -> str:
    return hint_at_library(name) or suggest_similar(name, known) or "briefgen snippets list shows all"


def _check_topic_references(yaml: ParsedYaml, snippets: Mapping[str, Snippet]) -> Iterator[Problem]:
    topics = {topic for snippet in snippets.values() for topic in snippet.topics}
    for path, name in _topic_references(yaml.data):
        if name not in topics:
            yield Problem(
                "topic-unknown",
                f"no snippet has the topic {name!r}",
                _place_of_key(yaml, path),
                suggest_similar(name, topics) or "briefgen snippets list shows the topics in use",
            )


def _check_format_names(yaml: ParsedYaml) -> Iterator[Problem]:
    for path, name in _strings_at(yaml.data, "output", "formats", "*"):
        if name not in FORMATS:
            yield Problem(
                "wrong-type",
                f"output.formats[{path[-1]}]: {' or '.join(FORMATS)} is expected, not {name!r}",
                _place_of_key(yaml, path),
                suggest_similar(name, FORMATS),
            )


def _check_file_references(yaml: ParsedYaml, folder: Path) -> Iterator[Problem]:
    for path, name in _file_references(yaml.data):
        if yaml.file == CONFIG_NAME and name == ROWS_NAME and path[0] == "recipients":
            continue  # they come from memory
        target = folder / name
        place = _place_of_key(yaml, path)
        if not is_inside_folder(target, folder):
            yield Problem(
                "file-outside",
                f"{printable_name(name)!r} is outside the campaign's folder",
                place,
                "copy the file into the folder",
            )
        elif (irregularity := describe_irregular_path(target)) is not None:
            yield Problem(
                "file-irregular", f"{printable_name(name)!r} {irregularity}", place, "name the file itself"
            )
        elif not is_regular_file(target):
            candidates = [file.name for file in folder.iterdir() if file.suffix == target.suffix]
            yield Problem(
                "file-missing",
                f"there is no file {printable_name(name)!r}",
                place,
                suggest_similar(name, candidates),
            )


def recipient_file_names(files: CampaignFiles) -> list[str]:
    """Return the names of the recipient files, as far as they can be read from the campaign."""
    if files.yaml is None or not isinstance(files.yaml.data, dict):
        return []
    names = files.yaml.data.get("recipients")
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []


def _snippet_references(data: Mapping[str, Any]) -> Iterator[tuple[KeyPath, str]]:
    yield from _strings_at(data, "ask")
    yield from _strings_at(data, "translations", "*", "ask")
    yield from _strings_at(data, "interests", "*", "ask")
    yield from _strings_at(data, "selection", "required", "*")
    yield from _strings_at(data, "selection", "excluded", "*")
    yield from _strings_at(data, "briefing", "summary", "*")
    yield from _strings_at(data, "briefing", "asks", "*")
    yield from _strings_at(data, "briefing", "asks", "*", "ask")
    yield from _strings_at(data, "briefing", "key_figures", "*")
    yield from _strings_at(data, "briefing", "figures", "*")
    yield from (item for item in _strings_at(data, "briefing", "quotation") if item[1])
    yield from _strings_at(data, "briefing", "sections", "*", "snippets", "*")


def _topic_references(data: Mapping[str, Any]) -> Iterator[tuple[KeyPath, str]]:
    yield from _strings_at(data, "interests", "*", "topics", "*")
    yield from _strings_at(data, "briefing", "sections", "*", "topics", "*")


def _file_references(data: Mapping[str, Any]) -> Iterator[tuple[KeyPath, str]]:
    yield from _strings_at(data, "recipients", "*")
    yield from ((path, name) for path, name in _strings_at(data, "sender", "signature") if name)
    yield from ((path, name) for path, name in _strings_at(data, "sender", "letterhead") if name)
    yield from ((path, name) for path, name in _strings_at(data, "letterhead", "logo", "file") if name)
    signatures = (("signers", "*"), ("senders", "*"), ("senders", "*", "signers", "*"))
    for path in (("sender", *signatures[0]), *signatures[1:]):
        yield from (one for one in _strings_at(data, *path, "signature") if one[1])
    yield from (one for one in _strings_at(data, "senders", "*", "logo", "file") if one[1])
    yield from _strings_at(data, "letter", "enclosures", "*", "file")
    yield from _strings_at(data, "translations", "*", "enclosures", "*", "file")


def _expects_ask(path: KeyPath) -> bool:
    return "ask" in path or "asks" in path


def _strings_at(data: Any, *path: str) -> Iterator[tuple[KeyPath, str]]:
    """Yield every string at a path of keys, where `*` stands for each item of a list or mapping."""
    if not path:
        if isinstance(data, str):
            yield (), data
        return
    key, rest = path[0], path[1:]
    items: Iterator[tuple[str | int, Any]] = iter(())
    if key == "*" and isinstance(data, list):
        items = iter(enumerate(data))
    elif key == "*" and isinstance(data, dict):
        items = iter((str(name), value) for name, value in data.items())
    elif isinstance(data, dict) and key in data:
        items = iter([(key, data[key])])
    for name, value in items:
        yield from (((name, *below), text) for below, text in _strings_at(value, *rest))


def _place_of_key(yaml: ParsedYaml, path: KeyPath) -> Place:
    return yaml.places.get(path, Place(yaml.file))


def require_config(config: CampaignConfig | None, problems: ProblemList) -> CampaignConfig:
    """Return the campaign's configuration; raise BriefgenError with all problems if there are errors."""
    problems.raise_errors()
    if config is None:
        raise BriefgenError(Problem("campaign-empty", "the campaign could not be read"))
    return config
