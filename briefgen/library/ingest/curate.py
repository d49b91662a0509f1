"""Adds sources and snippets to a campaign's own library: reads what is there, plans, writes.

All files of one addition are written to the end before any of them gets its name. What is added and what is
refused is decided in briefgen.library.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import astuple
from datetime import date
from pathlib import Path

from briefgen.batch.atomic_write import whole
from briefgen.errors import BriefgenError, Place, Problem, ProblemList, StorageError, UsageError
from briefgen.library.folders import Folder
from briefgen.library.ingest.add_references import Enlisted, enlist
from briefgen.library.ingest.add_source import Described, Entered, check_id, enter
from briefgen.library.ingest.bibliography import read_bibliography
from briefgen.library.ingest.draft_snippet import Started, Wanted, start
from briefgen.library.ingest.extract import extract
from briefgen.library.loader import Texts, library_folders, load_library
from briefgen.library.sources import load_references
from briefgen.model.source import Furniture
from briefgen.model.text import clean
from briefgen.system.files import shown_name

CAMPAIGN = "campaign.yaml"
PRIVATE = ".gitignore"
"""Written beside full texts, so that version control never takes them."""


def campaign_folder(campaign: Path) -> Folder:
    """The folder of a campaign, or of a library without one; raises UsageFault where it is neither."""
    path = campaign.parent if campaign.name == CAMPAIGN else campaign
    if (path / CAMPAIGN).is_file() or ((path / "seeds").is_dir() and (path / "snippets").is_dir()):
        return Folder(path, "" if path == Path() else str(path))
    raise UsageError(
        Problem(
            "campaign-missing",
            f"there is no campaign in {path if path != Path() else 'this folder'}",
            None,
            "name its folder with --campaign; briefgen init FOLDER starts one",
        )
    )


def add_source(
    folder: Folder,
    file: Path,
    source: str,
    described: Described,
    furniture: Sequence[Furniture] = (),
    body: frozenset[int] = frozenset(),
    replace: bool = False,
) -> Entered:
    """Make a text a source of a campaign, and write what that takes.

    Raises BriefgenError with every problem; then nothing was written.
    """
    _check_printable(source, *astuple(described), *(entry.what for entry in furniture))
    extracted = extract(file, str(file))
    findings = ProblemList()
    known = load_references(library_folders(folder), findings)
    findings.raise_errors()
    entered = enter(folder, source, extracted, known, described, furniture, body, replace)
    private = entered.text.parent / PRIVATE
    ignored = (
        {}
        if private.exists()
        else {private: b"# Full texts are private: version control leaves them out.\n*\n"}
    )
    _write(folder, {**ignored, **entered.files})
    return entered


def add_works(folder: Folder, file: Path, name: str = "") -> Enlisted:
    """Add the works of a bibliography to a campaign's references, and write them.

    `name` is the id for a file with one work. Raises BriefgenError where the file cannot be read; then
    nothing was written.
    """
    works = read_bibliography(file, str(file))
    if name and len(works) > 1:
        message = f"{file} holds {len(works)} works, and --id names one"
        raise UsageError(
            Problem("source-id", message, None, "leave --id out; each work keeps or gets its own")
        )
    findings = ProblemList()
    known = load_references(library_folders(folder), findings)
    findings.raise_errors()
    if name:
        check_id(name, findings)
        if name in known:
            hint = "choose another id, or edit seeds/references.json"
            findings.add(Problem("source-known", f"the id {name!r} is taken", known[name].place, hint))
        findings.raise_errors()
    enlisted = enlist(folder, works, known, name)
    _write(folder, enlisted.files)
    return enlisted


def start_snippet(folder: Folder, wanted: Wanted, texts: Texts, on: date) -> Started:
    """Start a snippet in a campaign, and write it with its entry in the lock.

    Raises BriefgenError with every problem; then nothing was written.
    """
    _check_printable(*astuple(wanted))
    findings = ProblemList()
    library = load_library(library_folders(folder), findings, texts)
    findings.raise_errors()
    started = start(library, folder, wanted, on)
    _write(folder, {started.lock: started.lock_content.encode(), started.path: started.content.encode()})
    return started


def _check_printable(*said: object) -> None:
    """Raise UsageFault where something said on the command line cannot be printed, and so not be kept."""
    texts = [text for one in said for text in (one if isinstance(one, tuple) else (one,))]
    for text in texts:
        if isinstance(text, str) and (removed := clean(text)[1]):
            # A byte that is no UTF-8 comes in as a lone surrogate.
            message = f"{shown_name(text)!r} holds {removed[0]}, which cannot be printed"
            raise UsageError(Problem("unprintable-character", message, None, "type the words anew"))


def _write(folder: Folder, files: Mapping[Path, bytes]) -> None:
    """Write all files or none: each gets its name when all are on disk."""
    for path in files:
        _check_inside(folder, path)
    shown = folder.show() or "."
    try:
        with ExitStack() as unfinished:
            for path, data in files.items():
                shown = folder.show(path.relative_to(folder.path).as_posix())
                path.parent.mkdir(parents=True, exist_ok=True)
                file = unfinished.enter_context(whole(path))
                file.write(data)
                file.flush()
    except OSError as error:
        reason = error.strerror or str(error)
        raise StorageError(
            Problem("file-unwritable", f"cannot be written: {reason}", Place(shown), "nothing was changed")
        ) from None


def _check_inside(folder: Folder, path: Path) -> None:
    """A campaign that came from elsewhere must not have other files of the machine written."""
    if not path.parent.resolve().is_relative_to(folder.path.resolve()):
        shown = folder.show(path.parent.relative_to(folder.path).as_posix())
        hint = "put a folder here instead of a link"
        raise BriefgenError(Problem("file-outside", "leads out of the campaign's folder", Place(shown), hint))
