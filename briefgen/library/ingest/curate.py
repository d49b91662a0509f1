"""Add sources and bibliographies to a campaign's own library: read, plan and write.

All files of one addition are complete on disk before any of them gets its final name.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import astuple
from datetime import date
from pathlib import Path

from briefgen.errors import Place, Problem, ProblemList, StorageError, UsageError
from briefgen.evidence.prove import prove_evidence
from briefgen.evidence.review import find_unsettled_problems
from briefgen.evidence.statements import Statement, statement_key
from briefgen.library.folders import LibraryFolder
from briefgen.library.ingest.add_references import ReferencesPlan, plan_references
from briefgen.library.ingest.add_source import (
    SourcePlan,
    WorkDescription,
    check_source_id,
    plan_source,
    suggest_source_id,
)
from briefgen.library.ingest.bibliography import read_bibliography
from briefgen.library.ingest.extract import ExtractedText, extract_text
from briefgen.library.libraries import CAMPAIGN_FILE, LIBRARY_FILE, library_folders
from briefgen.library.loader import load_library
from briefgen.library.references import REFERENCES_FILE, load_references
from briefgen.library.snippets import find_statement_files
from briefgen.model.source import FrontMatter
from briefgen.model.text import clean_text
from briefgen.system.files import atomic_write, printable_name

FileWriter = Callable[[LibraryFolder, Mapping[Path, bytes]], None]
"""Writes files of a library's folder, all or none."""
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


def add_source(
    folder: LibraryFolder,
    file: Path,
    source: str,
    described: WorkDescription,
    furniture: Sequence[FrontMatter] = (),
    body: frozenset[int] = frozenset(),
    replace: bool = False,
    numbered: bool | None = None,
    ask_about: Callable[[WorkDescription, WorkDescription], WorkDescription] | None = None,
    ask_id: Callable[[str], str] | None = None,
    write: FileWriter = write_library_files,
) -> SourcePlan:
    """Make a text a source of a campaign, and write its files.

    What the user does not say of a new work is taken from the file's own metadata, if the text confirms it;
    or `ask_about` completes the description, given what the file proposes, and `ask_id` returns the id.
    Raise BriefgenError with every problem; nothing is written then.
    """
    check_options_printable(source, *astuple(described), *(entry.what for entry in furniture))
    extracted = extract_text(file, str(file))
    problems = ProblemList()
    known = load_references(library_folders(folder, problems), problems)
    problems.raise_errors()
    if source not in known:
        if file.suffix.lower() in (".html", ".htm") and not (described.type or described.number):
            described = dataclasses.replace(described, type="webpage")
        described, taken = _complete_description(described, extracted, ask_about)
        extracted = dataclasses.replace(extracted, remarks=(*taken, *extracted.remarks))
        if not source and (ask_id or described.number):
            suggested = suggest_source_id(described, file)
            source = ask_id(suggested) if ask_id else suggested
        check_options_printable(source, *astuple(described))
    if not source:
        hint = "add --id with lower-case letters, digits and hyphens, for example --id hrw-2024, or --number"
        raise UsageError(Problem("source-id", "a text needs an id, so that snippets can cite it", None, hint))
    plan = plan_source(folder, source, extracted, known, described, furniture, body, replace, numbered)
    private = plan.text.parent / GITIGNORE
    ignored = (
        {}
        if private.exists()
        else {private: b"# Full texts are private: version control leaves them out.\n*\n"}
    )
    write(folder, {**ignored, **plan.files})
    return plan


_TAKEN_FROM_FILES = {
    "title": "title",
    "authors": "author",
    "issued": "date",
    "url": "address",
    "container": "website",
}


def _complete_description(
    described: WorkDescription,
    extracted: ExtractedText,
    ask_about: Callable[[WorkDescription, WorkDescription], WorkDescription] | None,
) -> tuple[WorkDescription, tuple[str, ...]]:
    """Complete what the user says of a work; also return a remark on what was taken from the file."""
    if ask_about is not None:
        return ask_about(described, described.complete(extracted.metadata)), ()
    completed = described.complete(extracted.metadata.confirmed(extracted.blocks))
    taken = [
        f"{label} “{'; '.join(value) if isinstance(value, tuple) else value}”"
        for key, label in _TAKEN_FROM_FILES.items()
        if (value := getattr(completed, key)) != getattr(described, key)
    ]
    remarks = []
    if taken:
        remarks += [
            f"Taken from the file itself: {', '.join(taken)}. Correct it in {REFERENCES_FILE}, if necessary."
        ]
    if not completed.issued:
        remarks += [
            f"The date of the work is not known. Add it to {REFERENCES_FILE}: it dates what statements say."
        ]
    return completed, tuple(remarks)


def check_quotes_of(folder: LibraryFolder, source: str, on: date) -> tuple[list[str], list[Problem]]:
    """Return which of a folder's statements quote a source, and what is wrong with them now."""
    problems = ProblemList()
    library = load_library(library_folders(folder, problems), problems)
    found: list[Problem] = []
    statements: list[Statement] = [*library.snippets.values(), *library.caveats.values()]
    quoting = [
        statement
        for statement in statements
        if any(item.source == source and item.quote is not None for item in statement.evidence)
        and statement_key(statement) in find_statement_files(folder)
    ]
    for statement in quoting:
        own = ProblemList()
        if statement.review.status == "draft":  # its wording need not be written yet
            prove_evidence(statement, library, own)
        else:
            own = find_unsettled_problems(statement, library, on)[1]
        found += own.errors
    return list(map(statement_key, quoting)), found


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
