"""The folders that a library is read from, and the files in them. It reads no contents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from briefgen.errors import Place, Problem, ProblemList
from briefgen.system.files import is_folder, is_ordinary, is_within, shown_name

Shelf = Literal["templates", "snippets", "seeds", "examples", "docs"]

_PACKAGE = Path(__file__).resolve().parent.parent
_PACKAGED = _PACKAGE / "_files"


def built_in(name: Shelf) -> Path:
    """Folder of that name: in briefgen/_files/ where the wheel was installed, at the top of a checkout else.

    Of docs/ only docs/checks/ travels in the wheel.
    """
    return (_PACKAGED if is_packaged() else _PACKAGE.parent) / name


def is_packaged() -> bool:
    """Whether briefgen runs from an installed package and not from a checkout."""
    return _PACKAGED.is_dir()


@dataclass(frozen=True, slots=True)
class Folder:
    """One root of a library: it holds `snippets/` and `seeds/`. A campaign's comes first."""

    path: Path
    shown: str = ""
    """How the folder is named to the user; empty for the current folder."""

    def show(self, *parts: str) -> str:
        """The name of a file in it as the user would write it."""
        return "/".join(part.rstrip("/") for part in (self.shown, *parts) if part)

    def files(self, under: str, pattern: str, findings: ProblemList) -> Iterator[tuple[Path, str]]:
        """Files below `under` that match, sorted, with their shown names.

        A link that leads out of the folder is reported and left out: a library that came from elsewhere
        must not read other files of the machine. So are links that lead nowhere, folders and pipes: what
        has the name of a file of the library is not passed over in silence.
        """
        root = self.path / under
        for path in sorted(root.glob(pattern)):
            shown = self.show(under, path.relative_to(root).as_posix())
            if is_ordinary(path) and is_within(path, self.path):
                yield path, shown
            elif not is_ordinary(path):
                leads = path.is_symlink() and not is_folder(path)
                what = "is a link that leads to no file" if leads else "is no ordinary file"
                hint = "put the file itself here, or remove the link" if leads else "remove it, or rename it"
                findings.add(Problem("file-irregular", what, Place(shown_name(shown)), hint))
            else:
                findings.add(
                    Problem(
                        "file-outside",
                        "leads to a file outside the library's folder",
                        Place(shown),
                        "put the file itself here instead of a link",
                    )
                )
