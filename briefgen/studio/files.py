"""Changes to a campaign's files: single values in place, whole files or none, and each can be undone.

Nothing else in the studio writes. A value that somebody else has changed meanwhile is not overwritten, and a
change after which the campaign could no longer be opened is taken back."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from briefgen.errors import BriefgenError, Place, Problem, StorageError
from briefgen.library.folders import LibraryFolder
from briefgen.library.ingest.curate import FileWriter
from briefgen.system.files import atomic_write, is_inside_folder, read_limited_bytes
from briefgen.system.yaml_splice import YamlEdit, YamlValue, splice_yaml

UNDO_FOLDER = ".briefgen/undo"
MAX_VERSIONS = 50
"""Earlier versions of each file that are kept."""
MAX_FILE_BYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class Change:
    """One change that was written."""

    what: str
    """In a few words: `Left out a statement for Ada Sample`."""
    path: Path
    before: bytes | None
    """None if there was no such file."""
    after: bytes
    group: int = 0
    """Changes with the same number are undone together."""


class ChangedElsewhereError(BriefgenError):
    """A value was changed in the file while somebody changed it on the page."""


@dataclass(slots=True)
class CampaignWriter:
    """Writes to the files of one campaign, and remembers what it wrote."""

    folder: Path
    changes: list[Change] = field(default_factory=list)
    _groups: int = 0
    _is_grouping: bool = False

    @contextmanager
    def together(self) -> Iterator[None]:
        """Let all changes of a block be undone together; take back what was written if one of them fails."""
        self._groups += 1
        self._is_grouping, group = True, self._groups
        try:
            yield
        except BaseException:
            for change in reversed([one for one in self.changes if one.group == group]):
                self.take_back(change)
            raise
        finally:
            self._is_grouping = False

    def write_file(self, name: str, what: str, data: bytes) -> Change:
        """Write a whole file; raise StorageError if that fails or it is not the campaign's own."""
        path = self._require_own(name)
        before = read_limited_bytes(path, name, MAX_FILE_BYTES) if path.exists() else None
        return self._write(Change(what, path, before, data))

    def library_writer(self, what: str) -> FileWriter:
        """Return what writes files for the functions that add sources and statements, so that all of it can
        be undone at once."""

        def write(folder: LibraryFolder, files: Mapping[Path, bytes]) -> None:
            with self.together():
                for path, data in files.items():
                    self.write_file(path.relative_to(folder.path).as_posix(), what, data)

        return write

    def edit_yaml(self, name: str, what: str, edits: Sequence[YamlEdit]) -> Change:
        """Change values of a YAML file, which need not exist yet, and leave all else in it as it is.

        Raise BriefgenError if that is not possible, StorageError if the file cannot be written.
        """
        path = self._require_own(name)
        before = read_limited_bytes(path, name, MAX_FILE_BYTES) if path.exists() else None
        mark = codecs.BOM_UTF8 if (before or b"").startswith(codecs.BOM_UTF8) else b""
        text = (before or b"").removeprefix(mark).decode("utf-8")
        return self._write(Change(what, path, before, mark + splice_yaml(text, edits, name).encode()))

    def read_value(self, name: str, path: Sequence[str]) -> Any:
        """Return a value of a YAML file as it is written, as text, list or mapping; None if it is not
        there.

        Raise BriefgenError if the file is no YAML, StorageError if it cannot be read.
        """
        file = self._require_own(name)
        if not file.exists():
            return None
        data = read_limited_bytes(file, name, MAX_FILE_BYTES)
        try:
            found = yaml.load(data, Loader=yaml.CBaseLoader)
        except (yaml.YAMLError, UnicodeDecodeError):
            message, hint = "cannot be read at the moment", "what is wrong is under Check"
            raise BriefgenError(Problem("yaml-syntax", message, Place(name), hint)) from None
        for key in path:
            found = found.get(key) if isinstance(found, dict) else None
        return found

    def require_unchanged(self, name: str, path: Sequence[str], seen: YamlValue | None) -> None:
        """Raise ChangedElsewhereError if a value is no longer the one that the page showed."""
        now = self.read_value(name, path)
        if (now or "") == (seen or ""):
            return
        message = f"{'.'.join(path)} was changed elsewhere meanwhile: it is now {now!r}"
        hint = "nothing was saved; look at it, and change it again if it is still wanted"
        raise ChangedElsewhereError(Problem("studio-conflict", message, Place(name), hint))

    def take_back(self, change: Change) -> None:
        """Restore a file to what it was before a change, unless somebody has changed it since.

        Raise ChangedElsewhereError in that case, StorageError if it cannot be written.
        """
        now = (
            read_limited_bytes(change.path, change.path.name, MAX_FILE_BYTES) if change.path.exists() else b""
        )
        if now != change.after:
            message = f"{change.path.name} was changed elsewhere since, so this cannot be undone here"
            hint = f"earlier versions are in {UNDO_FOLDER}"
            raise ChangedElsewhereError(Problem("studio-conflict", message, Place(change.path.name), hint))
        try:
            if change.before is None:
                change.path.unlink()
            else:
                with atomic_write(change.path) as file:
                    file.write(change.before)
        except OSError as error:
            raise _unwritable(change.path, error) from None
        self.changes = [one for one in self.changes if one is not change]

    def undo(self) -> Change | None:
        """Take back the last change, with those that were made together with it; None if there is none."""
        if not self.changes:
            return None
        last = self.changes[-1]
        for change in reversed([one for one in self.changes if one.group == last.group]):
            self.take_back(change)
        return last

    def _require_own(self, name: str) -> Path:
        """Return the path of a file of the campaign; raise StorageError if it leads elsewhere."""
        path = self.folder / name
        if path.is_symlink() or not is_inside_folder(path, self.folder):
            message, hint = "leads out of the campaign's folder", "put the file itself in its place"
            raise StorageError(Problem("file-outside", message, Place(name), hint))
        return path

    def _write(self, change: Change) -> Change:
        if change.before == change.after:
            return change
        if not self._is_grouping:
            self._groups += 1
        change = replace(change, group=self._groups)
        try:
            self._keep_version(change)
            change.path.parent.mkdir(parents=True, exist_ok=True)
            with atomic_write(change.path) as file:
                file.write(change.after)
        except OSError as error:
            raise _unwritable(change.path, error) from None
        self.changes = [*self.changes[-MAX_VERSIONS:], change]
        return change

    def _keep_version(self, change: Change) -> None:
        """Keep the version of a file that a change replaces, in the campaign's folder."""
        if change.before is None:
            return
        home = self.folder / UNDO_FOLDER
        if not is_inside_folder(home, self.folder):
            return  # a link to elsewhere: nothing is written through it
        home.mkdir(parents=True, exist_ok=True)
        kept = sorted(home.glob(f"{change.path.name}.*"), key=lambda path: path.name)
        number = int(kept[-1].name.rpartition(".")[2]) + 1 if kept else 1
        (home / f"{change.path.name}.{number:06}").write_bytes(change.before)
        for old in kept[: max(0, len(kept) - MAX_VERSIONS + 1)]:
            old.unlink(missing_ok=True)


def _unwritable(path: Path, error: OSError) -> StorageError:
    message = f"cannot be saved: {error.strerror or error}"
    hint = "nothing was changed; what you typed is still in its field"
    return StorageError(Problem("file-unwritable", message, Place(path.name), hint))
