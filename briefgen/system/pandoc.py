"""Where the pandoc of pypandoc_binary lies, and what to say where it does not run. It starts nothing.

Asking pypandoc itself would start pandoc to learn its version, and log a traceback where that fails.
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

from briefgen.errors import BriefgenError, Problem


def pandoc_program(purpose: str) -> Path:
    """The program; raises BriefgenError where it is not there or may not be run.

    `purpose` says in a message what pandoc is for: `reads BibTeX`.
    """
    package = find_spec("pypandoc")
    if package is None or package.origin is None:
        raise pandoc_missing(purpose, "is not there")
    folder = Path(package.origin).parent / "files"
    program = folder / ("pandoc.exe" if os.name == "nt" else "pandoc")
    if not program.is_file():
        raise pandoc_missing(purpose, "is not there")
    if not os.access(program, os.X_OK):
        raise pandoc_missing(purpose, "may not be run by you")
    return program


def pandoc_missing(purpose: str, why: str) -> BriefgenError:
    """What to say where pandoc does not serve, with the command that brings it."""
    return BriefgenError(
        Problem(
            "pandoc-missing",
            f"pandoc, which {purpose}, {why}",
            None,
            "pip install --force-reinstall pypandoc_binary",
        )
    )
