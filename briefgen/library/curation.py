"""Compare corrections.md and omitted.yaml, in which a library says what it leaves out, with its statements,
and with the lock.

`snippets/corrections.md` has an entry `## D01 Title` for each point on which a source is contested or out of
date; `snippets/omitted.yaml` lists the claims that no statement makes, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from briefgen.errors import BriefgenError, Place, Problem, ProblemList, suggest_similar
from briefgen.evidence.lock import LOCK_FILE_NAME, EvidenceLock, LockedCuration, lock_command, read_lock
from briefgen.evidence.normalize import find_sentences, hash_normalized
from briefgen.evidence.statements import Statement
from briefgen.library.folders import LibraryFolder
from briefgen.library.loader import Library
from briefgen.model.yaml_model import YamlModel
from briefgen.system.yaml_reader import ParsedYaml, build_record, parse_yaml, read_text_file

CORRECTIONS_FILE = "corrections.md"
OMISSIONS_FILE = "omitted.yaml"
_CORRECTION_KEY, _OMISSION_KEY = "corrections/", "omitted/"
"""How keys in the lock begin."""
_ENTRY = re.compile(r"^## (?P<id>[A-Z]\d+)\b(?P<title>.*)$", re.MULTILINE)
_NAME = re.compile(r"`(?P<name>[a-z0-9]+(?:-[a-z0-9]+)+)`")
_SAYS = re.compile(r"\b(?:says?|said|gives?|prints?|states?)\b")
_DENIES = re.compile(r"\b(?:do|does|did) not (?:say|give|print|state|mention)\b")
_OMITTED = re.compile(r"\bomi(?:tted|ssion)\b|`omitted\.yaml`")


class Omission(YamlModel):
    """A claim of a source that no statement makes."""

    paragraph: str = ""
    anchor: str
    """A few words of the claim."""
    reason: str
    corrections: list[str] = []
    says: list[str] = []
    """What a sentence with the claim has in it, for audits: words in any order, `*` for any ending, `|` for
    "or", quotation marks around words that follow one another; figures are compared by value."""

    def text(self) -> str:
        """Return everything that the entry says."""
        return "\n".join((self.paragraph, self.anchor, self.reason, *self.corrections, *self.says))


@dataclass(frozen=True, slots=True)
class Correction:
    """An entry of corrections.md."""

    id: str
    title: str
    text: str
    """What follows the heading."""
    place: Place


@dataclass(frozen=True, slots=True)
class FolderCuration:
    """What a folder says it leaves out, and on which points its sources are contested or out of date."""

    corrections: Mapping[str, Correction]
    omissions: tuple[Omission, ...]


def read_curation(library: Library) -> list[FolderCuration]:
    """Read corrections and omissions of a library, folder by folder; `check_curation` reports problems."""
    ignored = ProblemList()
    return [
        FolderCuration(_load_corrections(folder, ignored) or {}, tuple(_load_omissions(folder, ignored)))
        for folder in library.folders
    ]


def check_curation(library: Library) -> Iterator[Problem]:
    """Find contradictions between corrections, omissions and statements, folder by folder, and what was
    edited since somebody reviewed it.
    """
    for folder in library.folders:
        problems = ProblemList()
        corrections = _load_corrections(folder, problems)
        omissions = _load_omissions(folder, problems)
        yield from problems.problems
        yield from _check_lock(folder, corrections or {}, omissions)
        if corrections is None:
            continue
        prefix = folder.display_path("snippets") + "/"
        known: list[Statement] = [*library.snippets.values(), *library.caveats.values()]
        statements = [one for one in known if one.locate().file.startswith(prefix)]
        yield from _check_ids(corrections, omissions, statements)
        for omission in omissions:
            yield from _check_omission(omission, corrections)
        yield from _check_recorded(corrections, omissions)


def _check_lock(
    folder: LibraryFolder, corrections: Mapping[str, Correction], omissions: list[Omission]
) -> Iterator[Problem]:
    """Check that a folder's corrections and omissions are as they were when somebody reviewed them."""
    lock = _read_own_lock(folder)
    if not lock.wordings:
        return  # nobody has reviewed anything, or the lock cannot be read, which is a problem of its own
    entries = _entries_by_key(corrections, omissions)
    command = lock_command(Place(folder.display_path("snippets", CORRECTIONS_FILE)))
    for key, (text, place) in entries.items():
        locked = lock.curation.get(key)
        if locked is None:
            hint = f"review it, then run {command}"
            yield Problem(
                "curation-unlocked", f"{_describe_entry(key)} is not in the lock", place, hint, "warning"
            )
        elif locked.entry != hash_normalized(text):
            message = f"{_describe_entry(key)} was edited after the review by {locked.by} on {locked.on}"
            hint = f"compare it with the statements that it is about, then run {command}"
            yield Problem("curation-changed", message, place, hint)
    for key in lock.curation.keys() - entries.keys():
        locked = lock.curation[key]
        file = CORRECTIONS_FILE if key.startswith(_CORRECTION_KEY) else OMISSIONS_FILE
        message = f"{_describe_entry(key)} was removed after the review by {locked.by} on {locked.on}"
        place = Place(folder.display_path("snippets", file))
        yield Problem("curation-changed", message, place, f"restore it, or run {command}")


def lock_curation(
    folder: LibraryFolder, by: str, on: str, only: Collection[str] | None = None
) -> dict[str, LockedCuration]:
    """Return the lock's entries of a folder's corrections and omissions, as reviewed by a person on a day.

    `only` limits the review to these corrections, by id. Unchanged entries keep their reviewer and date.
    """
    ignored = ProblemList()
    found_entries = _entries_by_key(
        _load_corrections(folder, ignored) or {}, _load_omissions(folder, ignored)
    )
    before = _read_own_lock(folder).curation
    entries = {}
    for key, (text, _) in found_entries.items():
        found = LockedCuration(hash_normalized(text), by, on)
        if key in before and (before[key].entry == found.entry or not _is_reviewed(key, only)):
            entries[key] = before[key]
        elif _is_reviewed(key, only):
            entries[key] = found
    return entries


def _is_reviewed(key: str, only: Collection[str] | None) -> bool:
    return only is None or key.removeprefix(_CORRECTION_KEY) in only


def _read_own_lock(folder: LibraryFolder) -> EvidenceLock:
    """Read a folder's own lock; its problems are reported where the library is loaded."""
    name = f"snippets/{LOCK_FILE_NAME}"
    path = folder.find_file(name, ProblemList())
    return read_lock(path, folder.display_path(name), ProblemList()) if path else EvidenceLock()


def _entries_by_key(
    corrections: Mapping[str, Correction], omissions: list[Omission]
) -> dict[str, tuple[str, Place]]:
    """Return the text and place of each correction and omission, by its key in the lock."""
    found = {
        f"{_CORRECTION_KEY}{id}": (f"{one.title}\n{one.text}", one.place) for id, one in corrections.items()
    }
    for one in omissions:
        key = f"{_OMISSION_KEY}{one.anchor}"
        text = f"{found[key][0]}\n{one.text()}" if key in found else one.text()
        found[key] = (text, one.locate("anchor"))
    return found


def _describe_entry(key: str) -> str:
    if key.startswith(_CORRECTION_KEY):
        return f"the entry {key.removeprefix(_CORRECTION_KEY)}"
    return f"the entry “{key.removeprefix(_OMISSION_KEY)}”"


def _load_corrections(folder: LibraryFolder, problems: ProblemList) -> dict[str, Correction] | None:
    path, name = (
        folder.path / "snippets" / CORRECTIONS_FILE,
        folder.display_path("snippets", CORRECTIONS_FILE),
    )
    if not path.is_file():
        return None
    try:
        text = read_text_file(path, name)
    except BriefgenError as error:
        problems.extend(error.problems)
        return None
    starts = [*_ENTRY.finditer(text)]
    next_headings = [match.start() for match in re.finditer(r"^## ", text, re.MULTILINE)] + [len(text)]
    return {
        match["id"]: Correction(
            match["id"],
            match["title"],
            text[match.end() : next(end for end in next_headings if end > match.start())],
            Place(name, text.count("\n", 0, match.start()) + 1),
        )
        for match in starts
    }


def _load_omissions(folder: LibraryFolder, problems: ProblemList) -> list[Omission]:
    path, name = folder.path / "snippets" / OMISSIONS_FILE, folder.display_path("snippets", OMISSIONS_FILE)
    if not path.is_file():
        return []
    try:
        parsed = parse_yaml(read_text_file(path, name), name, problems)
    except BriefgenError as error:
        problems.extend(error.problems)
        return []
    if parsed is None or not parsed.data:
        return []
    if not isinstance(parsed.data, list):
        problems.add(Problem("wrong-type", "expected a list of `- anchor: …` entries", Place(name, 1)))
        return []
    found = (
        build_record(Omission, _select_entry(parsed, index), problems) for index in range(len(parsed.data))
    )
    return [omission for omission in found if omission is not None]


def _select_entry(parsed: ParsedYaml, index: int) -> ParsedYaml:
    places = {path[1:]: place for path, place in parsed.places.items() if path[:1] == (index,)}
    return ParsedYaml(parsed.data[index], places, parsed.file)


def _check_ids(
    corrections: Mapping[str, Correction], omissions: list[Omission], statements: list[Statement]
) -> Iterator[Problem]:
    for one in (*omissions, *statements):
        for index, name in enumerate(one.corrections):
            if name not in corrections:
                hint = (
                    suggest_similar(name, corrections) or f"write the entry ## {name} in {CORRECTIONS_FILE}"
                )
                place = one.locate("corrections", index)
                message = f"{CORRECTIONS_FILE} has no entry {name!r}"
                yield Problem("correction-unknown", message, place, hint)


def _check_omission(omission: Omission, corrections: Mapping[str, Correction]) -> Iterator[Problem]:
    """Check that no correction denies what the reason of an omission says about a statement."""
    said = {name for name, denied in _claims_about_statements(omission.reason) if not denied}
    for correction in (corrections[name] for name in omission.corrections if name in corrections):
        denied = {name for name, denies in _claims_about_statements(correction.text) if denies}
        for name in sorted(said & denied):
            yield Problem(
                "omission-contradicts",
                f"the reason says that {name!r} says so, but {correction.id} in {CORRECTIONS_FILE} "
                f"(line {correction.place.line}) says that it does not",
                omission.locate("reason"),
                "look at the statement, and correct one of them",
            )


def _claims_about_statements(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the names of statements of which a sentence says what they say, and whether it denies that."""
    paragraphs = [" ".join(paragraph.split()) for paragraph in re.split(r"\n\s*\n", text)]
    sentences = (paragraph[start:end] for paragraph in paragraphs for start, end in find_sentences(paragraph))
    for sentence in sentences:
        denied = _DENIES.search(sentence) is not None
        if denied or _SAYS.search(sentence):
            yield from ((match["name"], denied) for match in _NAME.finditer(sentence))


def _check_recorded(corrections: Mapping[str, Correction], omissions: list[Omission]) -> Iterator[Problem]:
    """Check that a claim which a correction calls omitted is in the list of omissions."""
    recorded = {name for omission in omissions for name in omission.corrections}
    for correction in corrections.values():
        if _OMITTED.search(correction.text) and correction.id not in recorded:
            yield Problem(
                "omission-unrecorded",
                f"{correction.id} says that a claim is omitted, but no entry of {OMISSIONS_FILE} names it",
                correction.place,
                f"add corrections: [{correction.id}] to the entry of that claim",
            )
