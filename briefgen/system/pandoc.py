"""Finding the pandoc executable of the package pypandoc_binary.

Asking pypandoc itself would run pandoc to get its version, and log a traceback if that fails.
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

from briefgen.errors import BriefgenError, Problem


def find_pandoc(purpose: str) -> Path:
    """Return the path of the executable; raise BriefgenError if it is missing or not executable.

    `purpose` says in the message what pandoc is needed for: `reads BibTeX`.
    """
    package = find_spec("pypandoc")
    if package is None or package.origin is None:
        raise pandoc_missing_error(purpose, "is not installed")
    folder = Path(package.origin).parent / "files"
    program = folder / ("pandoc.exe" if os.name == "nt" else "pandoc")
    if not program.is_file():
        raise pandoc_missing_error(purpose, "is not installed")
    if not os.access(program, os.X_OK):
        raise pandoc_missing_error(purpose, "is not executable for you")
    return program


def pandoc_missing_error(purpose: str, why: str) -> BriefgenError:
    """Return the error for a pandoc that cannot be used, with the command that reinstalls it."""
    return BriefgenError(
        Problem(
            "pandoc-missing",
            f"pandoc, which {purpose}, {why}",
            None,
            "pip install --force-reinstall pypandoc_binary",
        )
    )
