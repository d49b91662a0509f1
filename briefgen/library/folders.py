"""The folders that a library is read from, and the files in them. It reads no contents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from briefgen.errors import Findings, Place, Problem


@dataclass(frozen=True, slots=True)
class Folder:
    """One root of a library: it holds `snippets/` and `seeds/`. A campaign's comes first."""

    path: Path
    shown: str = ""
    """How the folder is named to the user; empty for the current folder."""

    def show(self, *parts: str) -> str:
        """The name of a file in it as the user would write it."""
        return "/".join(part.rstrip("/") for part in (self.shown, *parts) if part)

    def files(self, under: str, pattern: str, findings: Findings) -> Iterator[tuple[Path, str]]:
        """Files below `under` that match, sorted, with their shown names.

        A link that leads out of the folder is reported and left out: a library that came from elsewhere
        must not read other files of the machine.
        """
        root = self.path / under
        home = self.path.resolve()
        for path in sorted(root.glob(pattern)):
            if not path.is_file():
                continue
            shown = self.show(under, path.relative_to(root).as_posix())
            if path.resolve().is_relative_to(home):
                yield path, shown
            else:
                findings.add(
                    Problem(
                        "file-outside",
                        "leads to a file outside the library's folder",
                        Place(shown),
                        "put the file itself here instead of a link",
                    )
                )
