"""Where full texts are to be looked for, from the environment and the option `--text`."""

from __future__ import annotations

import os
from pathlib import Path

from briefgen.errors import Problem, UsageFault
from briefgen.library.loader import Texts
from briefgen.system.files import is_folder, is_ordinary, shown_name


def texts_at_hand(text: list[str] | None) -> Texts:
    """The folder that BRIEFGEN_TEXTS names, and files given as ID=FILE; raises UsageFault for a bad one."""
    folder = os.environ.get("BRIEFGEN_TEXTS")
    if folder and not is_folder(Path(folder)):
        raise UsageFault(
            Problem(
                "text-option",
                f"BRIEFGEN_TEXTS names {shown_name(folder)!r}, which is no folder",
                None,
                "let it name the folder with the full texts, or unset it",
            )
        )
    given = {}
    for item in text or []:
        name, sign, file = item.partition("=")
        if not sign or not is_ordinary(Path(file)):
            raise UsageFault(
                Problem(
                    "text-option",
                    f"--text {shown_name(item)}: ID=FILE with an existing file is expected",
                    None,
                    "for example --text park-2013=park-2013.txt",
                )
            )
        given[name] = Path(file)
    return Texts(Path(folder) if folder else None, given)
