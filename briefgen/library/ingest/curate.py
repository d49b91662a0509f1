"""Add sources and bibliographies to a campaign's own library: read, plan and write.

All files of one addition are complete on disk before any of them gets its final name.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import astuple
from pathlib import Path

from briefgen.errors import Place, Problem, ProblemList, StorageError, UsageError
from briefgen.library.folders import LibraryFolder
from briefgen.library.ingest.add_references import ReferencesPlan, plan_references
from briefgen.library.ingest.add_source import SourcePlan, WorkDescription, check_source_id, plan_source
from briefgen.library.ingest.bibliography import read_bibliography
from briefgen.library.ingest.extract import extract_text
from briefgen.library.libraries import CAMPAIGN_FILE, LIBRARY_FILE, library_folders
from briefgen.library.references import load_references
from briefgen.model.source import FrontMatter
from briefgen.model.text import clean_text
from briefgen.system.files import atomic_write, printable_name

GITIGNORE = ".gitignore"
"""Written beside full texts, so that version control ignores them."""


def find_campaign_folder(campaign: Path) -> LibraryFolder:
    """Return the folder of a campaign, or of a library; raise UsageError if it is neither."""
    path = campaign.parent if campaign.name in (CAMPAIGN_FILE, LIBRARY_FILE) else campaign
    if any((path / name).is_file() for name in (CAMPAIGN_FILE, LIBRARY_FILE)) or (
        (path / "seeds").is_dir() and (path / "snippets").is_dir()
    ):
        return LibraryFolder(path, "" if path == Path() else str(path))
    raise UsageError(
        Problem(
            "campaign-missing",
            f"there is no campaign in {path if path != Path() else 'this folder'}",
            None,
            "name its folder with --campaign; briefgen init FOLDER starts one",
        )
    )


def add_source(
    folder: LibraryFolder,
    file: Path,
    source: str,
    described: WorkDescription,
    furniture: Sequence[FrontMatter] = (),
    body: frozenset[int] = frozenset(),
    replace: bool = False,
    numbered: bool | None = None,
) -> SourcePlan:
    """Make a text a source of a campaign, and write its files.

    Raise BriefgenError with every problem; nothing is written then.
    """
    check_options_printable(source, *astuple(described), *(entry.what for entry in furniture))
    extracted = extract_text(file, str(file))
    problems = ProblemList()
    known = load_references(library_folders(folder, problems), problems)
    problems.raise_errors()
    plan = plan_source(folder, source, extracted, known, described, furniture, body, replace, numbered)
    private = plan.text.parent / GITIGNORE
    ignored = (
        {}
        if private.exists()
        else {private: b"# Full texts are private: version control leaves them out.\n*\n"}
    )
    write_library_files(folder, {**ignored, **plan.files})
    return plan


def add_bibliography(folder: LibraryFolder, file: Path, name: str = "") -> ReferencesPlan:
    """Add the works of a bibliography to a campaign's references, and write them.

    `name` is the id for a file with one work. Entries that cannot be read are among the plan's problems.
    Raise BriefgenError if none can be read; nothing is written then.
    """
    broken = ProblemList()
    works = read_bibliography(file, str(file), broken)
    if name and len(works) > 1:
        message = f"{file} contains {len(works)} works, but --id names one"
        raise UsageError(
            Problem("source-id", message, None, "leave out --id; each work keeps or gets its own")
        )
    problems = ProblemList()
    known = load_references(library_folders(folder, problems), problems)
    problems.raise_errors()
    if name:
        check_source_id(name, problems)
        if name in known:
            hint = "choose another id, or edit seeds/references.json"
            problems.add(Problem("source-known", f"the id {name!r} is taken", known[name].place, hint))
        problems.raise_errors()
    plan = plan_references(folder, works, known, name)
    plan = dataclasses.replace(plan, problems=(*broken.problems, *plan.problems))
    write_library_files(folder, plan.files)
    return plan


def check_options_printable(*options: object) -> None:
    """Raise UsageError if an option contains unprintable characters, which could not be stored."""
    texts = [text for option in options for text in (option if isinstance(option, tuple) else (option,))]
    for text in texts:
        if isinstance(text, str) and (removed := clean_text(text)[1]):
            # A byte that is not UTF-8 arrives as a lone surrogate.
            message = f"{printable_name(text)!r} contains {removed[0]}, which cannot be printed"
            raise UsageError(Problem("unprintable-character", message, None, "retype the words"))


def write_library_files(folder: LibraryFolder, files: Mapping[Path, bytes]) -> None:
    """Write all files or none: each gets its name once all are on disk."""
    for path in files:
        folder.require_inside(path)
    display_name = folder.display_path() or "."
    try:
        with ExitStack() as unfinished:
            for path, data in files.items():
                display_name = folder.display_path(path.relative_to(folder.path).as_posix())
                path.parent.mkdir(parents=True, exist_ok=True)
                file = unfinished.enter_context(atomic_write(path))
                file.write(data)
                file.flush()
    except OSError as error:
        reason = error.strerror or str(error)
        raise StorageError(
            Problem(
                "file-unwritable", f"cannot be written: {reason}", Place(display_name), "nothing was changed"
            )
        ) from None
