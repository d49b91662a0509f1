"""Sources that were dropped, before they are added: their text, and what their files say about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import chain, count
from pathlib import Path, PurePosixPath
from typing import TypeVar

from briefgen.errors import BriefgenError, Problem, ProblemList
from briefgen.library.folders import LibraryFolder
from briefgen.library.ingest.add_source import WorkDescription, suggest_source_id
from briefgen.library.ingest.curate import FileWriter, add_source
from briefgen.library.ingest.extract import ExtractedText, extract_text
from briefgen.library.libraries import library_folders
from briefgen.library.references import load_references
from briefgen.studio.uploads import Upload
from briefgen.system.scratch import scratch_folder

MAX_SOURCE_BYTES = 25_000_000
KINDS = ("pdf", "docx", "html", "htm", "txt", "md")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class DroppedSource:
    """A file that was dropped, with its text."""

    name: str
    data: bytes
    extracted: ExtractedText

    @property
    def described(self) -> WorkDescription:
        """Return what the file says about its work, as far as its text confirms it."""
        return WorkDescription().complete(self.extracted.metadata.confirmed(self.extracted.blocks))

    @property
    def opening(self) -> tuple[str, ...]:
        """Return the first paragraphs."""
        return tuple([block.text for block in self.extracted.blocks if block.text][:8])


def read_dropped(upload: Upload) -> DroppedSource:
    """Read a file that was dropped; raise BriefgenError if it cannot be read as a source."""
    extracted = _with_file(upload.name, upload.data, lambda path: extract_text(path, upload.name))
    return DroppedSource(upload.name, upload.data, extracted)


def describe_work(form: Mapping[str, str]) -> WorkDescription:
    """Return what a form says about a work: authors are parted by `;`."""
    authors = tuple(filter(None, (" ".join(one.split()) for one in form.get("authors", "").split(";"))))
    title, issued, url = (" ".join(form.get(name, "").split()) for name in ("title", "issued", "url"))
    return WorkDescription(title, authors, issued, url=url)


def add_dropped(
    source: DroppedSource, described: WorkDescription, folder: LibraryFolder, write: FileWriter
) -> str:
    """Add a source to a campaign's library, and return its id; raise BriefgenError with what is wrong."""
    problems = ProblemList()
    known = load_references(library_folders(folder, problems), problems)
    problems.raise_errors()
    wanted = suggest_source_id(described, Path(source.name)) or "source"
    names = chain([wanted], (f"{wanted}-{number}" for number in count(2)))
    id = next(name for name in names if name not in known)
    _with_file(source.name, source.data, lambda path: add_source(folder, path, id, described, write=write))
    return id


def _with_file(name: str, data: bytes, job: Callable[[Path], Result]) -> Result:
    """Do something with the bytes as a file; problems name the file as the user knows it."""
    with scratch_folder() as folder:
        path = folder / f"source{PurePosixPath(name).suffix.lower()}"
        path.write_bytes(data)
        try:
            return job(path)
        except BriefgenError as error:
            raise BriefgenError([_name_file(problem, path, name) for problem in error.problems]) from None


def _name_file(problem: Problem, path: Path, name: str) -> Problem:
    if problem.place is None or problem.place.file != str(path):
        return problem
    return replace(problem, place=replace(problem.place, file=name))
