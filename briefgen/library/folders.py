"""The folders of a library and the files in them, and the resource folders that ship with briefgen."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from briefgen.errors import BriefgenError, Place, Problem, ProblemList
from briefgen.system.files import is_folder, is_inside_folder, is_regular_file, printable_name

ResourceName = Literal["templates", "snippets", "seeds", "examples", "docs"]

_PACKAGE = Path(__file__).resolve().parent.parent
_WHEEL_FILES = _PACKAGE / "_files"


_SUBFOLDERS = ("snippets", "snippets/caveats", "seeds", "seeds/texts", "templates")
"""The subfolders that briefgen reads, each after the one that it is in."""


def resource_folder(name: ResourceName) -> Path:
    """Return the folder of that name, in briefgen/_files/ of an installed wheel or in the checkout.

    Of docs/, the wheel has docs/checks/ only.
    """
    return (_WHEEL_FILES if is_installed_package() else _PACKAGE.parent) / name


def built_in_templates() -> LibraryFolder:
    """Return the folder with the templates that every campaign falls back on."""
    return LibraryFolder(resource_folder("templates").parent, "briefgen")


def is_installed_package() -> bool:
    """Return whether briefgen runs from an installed package, not from a checkout."""
    return _WHEEL_FILES.is_dir()


@dataclass(frozen=True, slots=True)
class LibraryFolder:
    """A folder with `snippets/` and `seeds/` in it: a library, or a campaign with statements of its own."""

    path: Path
    display_name: str = ""
    """The folder's path as shown to the user; empty for the current folder."""
    library: str = ""
    """The id of the library in the folder; empty for the campaign's own folder."""

    def display_path(self, *parts: str) -> str:
        """Return the path of a file in the folder as the user would write it."""
        return "/".join(part.rstrip("/") for part in (self.display_name, *parts) if part)

    def find_files(self, under: str, pattern: str, problems: ProblemList) -> Iterator[tuple[Path, str]]:
        """Yield matching files below `under`, sorted, with their display paths.

        Links out of the folder are reported and skipped: a library from elsewhere must not make briefgen read
        other files of the machine. So are broken links, folders and pipes: nothing with the name of a library
        file is ignored silently. If `under` itself leads out, it is not even listed; load_library reports it.
        """
        root = self.path / under
        for path in sorted(root.glob(pattern)) if is_inside_folder(root, self.path) else ():
            name = path.relative_to(self.path).as_posix()
            if problem := self._check_file(path, name):
                problems.add(problem)
            else:
                yield path, self.display_path(name)

    def find_file(self, name: str, problems: ProblemList) -> Path | None:
        """Return the path of a file, or None if there is none; report what find_files would report."""
        path = self.path / name
        if not os.path.lexists(path):
            return None
        if problem := self._check_file(path, name):
            problems.add(problem)
            return None
        return path

    def require_inside(self, path: Path) -> None:
        """Raise BriefgenError if writing to a path in this folder would follow a link out of it."""
        if not is_inside_folder(path.parent, self.path):
            name = path.parent.relative_to(self.path).as_posix()
            raise BriefgenError(
                _outside_problem(self.display_path(name), "put a folder here instead of a link")
            )

    def check_subfolders(self) -> Iterator[Problem]:
        """Yield a problem for whatever stands in the place of a folder and is none, or a link out of here."""
        outside = ""
        for name in _SUBFOLDERS:
            path = self.path / name
            if not os.path.lexists(path) or (outside and name.startswith(f"{outside}/")):
                continue
            if not is_inside_folder(path, self.path):
                outside = name
                yield _outside_problem(
                    self.display_path(name), "put the folder itself here instead of a link"
                )
            elif not is_folder(path):
                hint = "rename it, and put a folder in its place"
                message = "is not a folder, but a folder is expected here"
                yield Problem("file-irregular", message, Place(self.display_path(name)), hint)

        # A template that led out would be skipped for the built-in one.
        for path in (
            sorted((self.path / "templates").rglob("*")) if not outside.startswith("templates") else ()
        ):
            if path.is_symlink() and not is_inside_folder(path, self.path):
                name = path.relative_to(self.path).as_posix()
                yield _outside_problem(self.display_path(name), "put the file itself here instead of a link")

    def _check_file(self, path: Path, name: str) -> Problem | None:
        """Return why a file that exists is not read; None if it is."""
        display_name = printable_name(self.display_path(name))
        if not is_inside_folder(path, self.path):
            return _outside_problem(display_name, "put the file itself here instead of a link")
        if is_regular_file(path):
            return None
        leads = path.is_symlink() and not is_folder(path)
        what = "is a link that leads to no file" if leads else "is not a regular file"
        hint = "put the file itself here, or remove the link" if leads else "remove it, or rename it"
        return Problem("file-irregular", what, Place(display_name), hint)


def _outside_problem(display_name: str, hint: str) -> Problem:
    return Problem("file-outside", "leads out of the folder that it is in", Place(display_name), hint)
