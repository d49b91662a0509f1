"""Find the libraries that a campaign names: built in, from an installed package, or a folder.

A campaign may come from a stranger. It may name any library by its id, and any folder within its own. Beyond
that it reaches only folders that lie beside it, and only if they say themselves that they are a library.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from briefgen.errors import BriefgenError, Place, Problem, ProblemList, UsageError, suggest_similar
from briefgen.library.folders import LibraryFolder, resource_folder
from briefgen.model.library import LibraryConfig
from briefgen.system.files import is_folder, is_inside_folder, is_regular_file, printable_name, write_new_file
from briefgen.system.registry import Registry
from briefgen.system.yaml_reader import ParsedYaml, build_record, parse_yaml, read_text_file

CAMPAIGN_FILE = "campaign.yaml"
LIBRARY_FILE = "library.yaml"
NO_LIBRARY = "none"
"""What a campaign writes to say that it draws on its own statements alone, which is also the default."""

IN_UNNAMED_LIBRARY = "it is in a library that the campaign does not name"

NORTH_KOREA = resource_folder("snippets").parent

LIBRARIES: Registry[Path] = Registry(
    "library",
    "briefgen.libraries",
    Path,
    {"north-korea": "briefgen.library.libraries:NORTH_KOREA"},
    lambda message, hint: Problem("library-unknown", message, None, hint),
)
"""The folders of built-in and installed libraries, by id."""


def library_folders(home: LibraryFolder | None, problems: ProblemList) -> tuple[LibraryFolder, ...]:
    """Return the folders that statements come from, in search order: a campaign's own, then its libraries.

    Without a campaign, these are all built-in and installed libraries. Problems within campaign.yaml are not
    reported, except those of the key `library`.
    """
    if home is None:
        found = (_find_library(name, LibraryFolder(Path()), None, problems) for name in LIBRARIES)
        return tuple(folder for folder in found if folder is not None)
    file = home.find_file(CAMPAIGN_FILE, problems)
    if file is None:
        return (home,)
    display_name = home.display_path(CAMPAIGN_FILE)
    parsed = parse_yaml(read_text_file(file, display_name), display_name, ProblemList())
    return (home, *find_libraries(parsed, home, problems))


def find_libraries(
    parsed: ParsedYaml | None, home: LibraryFolder, problems: ProblemList
) -> Iterator[LibraryFolder]:
    """Yield the libraries that a campaign file names, each once; report those that cannot be used."""
    seen: set[str] = set()
    for name, place in _named_libraries(parsed):
        folder = _find_library(name, home, place, problems)
        if folder is None:
            continue
        if folder.library in seen:
            message = f"there are two libraries with the id {folder.library!r}"
            hint = f"remove one of them, or change the id in {folder.display_path(LIBRARY_FILE)}"
            problems.add(Problem("library-repeated", message, place, hint))
            continue
        seen.add(folder.library)
        yield folder


def _named_libraries(parsed: ParsedYaml | None) -> Iterator[tuple[str, Place]]:
    data: Any = parsed.data.get("library") if parsed is not None and isinstance(parsed.data, dict) else None
    if parsed is None or data is None or data == NO_LIBRARY or data == [NO_LIBRARY]:
        return
    for index, name in enumerate(data if isinstance(data, list) else [data]):
        if isinstance(name, str):
            path = ("library", index) if isinstance(data, list) else ("library",)
            yield name, parsed.places.get(path, Place(parsed.file))


def _find_library(
    name: str, home: LibraryFolder, place: Place | None, problems: ProblemList
) -> LibraryFolder | None:
    try:
        folder = _locate_library(name, home)
        return replace(folder, library=read_library_config(folder, name).id)
    except BriefgenError as error:
        problems.extend(
            replace(one, place=place) if place and one.place is None else one for one in error.problems
        )
        return None


def _locate_library(name: str, home: LibraryFolder) -> LibraryFolder:
    if name in LIBRARIES:
        return LibraryFolder(LIBRARIES.get(name), name)
    if "/" not in name and name not in (".", ".."):
        message = f"unknown library {printable_name(name)!r}"
        as_folder = f"write ./{name} for the folder" if is_folder(home.path / name) else None
        hint = as_folder or suggest_similar(name, [*LIBRARIES, NO_LIBRARY])
        raise BriefgenError(Problem("library-unknown", message, None, hint))
    path, shown = home.path / name, printable_name(name)
    if not is_inside_folder(path, home.path.resolve().parent):
        hint = "copy it into the campaign's folder or beside it, or install it as a package"
        message = f"the library {shown!r} is neither in the campaign's folder nor beside it"
        raise BriefgenError(Problem("library-outside", message, None, hint))
    if not is_folder(path):
        raise BriefgenError(Problem("library-folder", f"there is no folder {shown!r}", None, "name another"))
    if path.resolve() == home.path.resolve():
        message = "a campaign's own statements always belong to it"
        raise BriefgenError(Problem("library-repeated", message, None, f"remove {shown!r}"))
    return LibraryFolder(path.resolve(), home.display_path(name.removeprefix("./")))


def open_library(name: str) -> LibraryFolder:
    """Return the library in a folder, or the built-in or installed one with this id.

    Raise UsageError if there is none, BriefgenError if its library.yaml is missing or wrong.
    """
    if is_folder(Path(name)):
        folder = LibraryFolder(Path(name), "" if Path(name) == Path() else name)
    else:
        LIBRARIES.require(name)
        folder = LibraryFolder(LIBRARIES.get(name), name)
    return replace(folder, library=read_library_config(folder, "" if is_folder(Path(name)) else name).id)


def create_library(folder: Path, name: str, title: str) -> list[Path]:
    """Write the library.yaml of a new library, and what a library needs beside it; return the files.

    Raise UsageError for an id that cannot be used, StorageError if a file is there already or cannot be
    written.
    """
    text = yaml.safe_dump({"id": name, "title": title}, allow_unicode=True, sort_keys=False, width=2**20)
    problems = ProblemList()
    parsed = parse_yaml(text, LIBRARY_FILE, problems)
    if parsed is None or build_record(LibraryConfig, parsed, problems) is None:
        raise UsageError(replace(problem, place=None) for problem in problems.problems)
    created = [write_new_file(folder / LIBRARY_FILE, text.encode())]
    works, readme = folder / "seeds" / "references.json", folder / "snippets" / "README.md"
    contents = {
        works: "[]\n",
        readme: f"# {title}\n\nOne snippet for each file; `briefgen snippets new` adds them.\n",
    }
    created += [write_new_file(path, words.encode()) for path, words in contents.items() if not path.exists()]
    return created


def hint_at_library(snippet: str) -> str | None:
    """Return a hint at the built-in or installed library that has a snippet which a campaign lacks."""
    for name in LIBRARIES:
        with suppress(BriefgenError):
            if any(path.stem == snippet for path in (LIBRARIES.get(name) / "snippets").rglob("*.md")):
                return f"{IN_UNNAMED_LIBRARY}; add library: {name}"
    return None


def read_library_config(folder: LibraryFolder, name: str = "") -> LibraryConfig:
    """Read the library.yaml of a library; raise BriefgenError if there is none or something is wrong with it.

    The id of a library that comes from the registry must be the `name` under which it is registered.
    """
    file, display_name = folder.path / LIBRARY_FILE, folder.display_path(LIBRARY_FILE)
    if not is_regular_file(file) or not is_inside_folder(file, folder.path):
        message = f"{folder.display_name!r} is not a library: it has no {LIBRARY_FILE}"
        hint = f"name another folder, or make it a library: briefgen library new {folder.display_name}"
        raise BriefgenError(Problem("library-folder", message, None, hint))
    problems = ProblemList()
    parsed = parse_yaml(read_text_file(file, display_name), display_name, problems)
    config = build_record(LibraryConfig, parsed, problems) if parsed is not None else None
    problems.raise_errors()
    if config is None:
        raise BriefgenError(Problem("library-folder", f"{display_name} could not be read"))
    if name in LIBRARIES and config.id != name:
        message = f"the library {name!r} calls itself {config.id!r}"
        hint = f"write id: {name}"
        raise BriefgenError(Problem("library-repeated", message, config.locate("id"), hint))
    return config
