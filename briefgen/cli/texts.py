"""Where full texts are to be looked for, from the environment and the option `--text`."""

from __future__ import annotations

import os
from pathlib import Path

from briefgen.errors import Problem, UsageFault
from briefgen.library.library import Texts


def texts_at_hand(text: list[str] | None) -> Texts:
    """The folder that BRIEFGEN_TEXTS names, and files given as ID=FILE; raises UsageFault for a bad one."""
    folder = os.environ.get("BRIEFGEN_TEXTS")
    given = {}
    for item in text or []:
        name, sign, file = item.partition("=")
        if not sign or not Path(file).is_file():
            raise UsageFault(
                Problem(
                    "text-option",
                    f"--text {item}: ID=FILE with an existing file is expected",
                    None,
                    "for example --text park-2013=park-2013.txt",
                )
            )
        given[name] = Path(file)
    return Texts(Path(folder) if folder else None, given)
