"""The folders of a library and the files in them, and the resource folders that ship with briefgen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from briefgen.errors import Place, Problem, ProblemList
from briefgen.system.files import is_folder, is_inside_folder, is_regular_file, printable_name

ResourceName = Literal["templates", "snippets", "seeds", "examples", "docs"]

_PACKAGE = Path(__file__).resolve().parent.parent
_WHEEL_FILES = _PACKAGE / "_files"


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
        file is ignored silently.
        """
        root = self.path / under
        for path in sorted(root.glob(pattern)):
            display_name = self.display_path(under, path.relative_to(root).as_posix())
            if is_regular_file(path) and is_inside_folder(path, self.path):
                yield path, display_name
            elif not is_regular_file(path):
                leads = path.is_symlink() and not is_folder(path)
                what = "is a link that leads to no file" if leads else "is not a regular file"
                hint = "put the file itself here, or remove the link" if leads else "remove it, or rename it"
                problems.add(Problem("file-irregular", what, Place(printable_name(display_name)), hint))
            else:
                problems.add(
                    Problem(
                        "file-outside",
                        "leads to a file outside the library's folder",
                        Place(display_name),
                        "put the file itself here instead of a link",
                    )
                )
