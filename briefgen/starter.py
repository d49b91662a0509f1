"""Starts a campaign from one of the examples that ship. It copies files and changes none that are there."""

from __future__ import annotations

import shutil
from pathlib import Path

from briefgen.errors import BriefgenError, Place, Problem, StorageFault, UsageFault, did_you_mean
from briefgen.library.built_in import built_in


def examples() -> list[str]:
    """Names of the examples that ship."""
    return sorted(
        folder.name for folder in built_in("examples").iterdir() if (folder / "campaign.yaml").is_file()
    )


def start(folder: Path, example: str) -> list[Path]:
    """Copy an example into a new or empty folder and return the files made.

    Raises UsageFault for an unknown example or a folder that holds files, StorageFault where writing fails.
    """
    if example not in examples():
        raise UsageFault(
            Problem(
                "example-unknown",
                f"no example is called {example!r}",
                None,
                did_you_mean(example, examples()),
            )
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BriefgenError(
            Problem(
                "folder-not-empty",
                "there are files here already; nothing was changed",
                Place(str(folder)),
                "name a new folder",
            )
        )
    source = built_in("examples") / example
    made = []
    try:
        for path in sorted(source.rglob("*")):
            target = folder / path.relative_to(source)
            if path.is_file() and "out" not in path.relative_to(source).parts:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
                made.append(target)
    except OSError as error:
        raise StorageFault(
            Problem(
                "file-unwritable",
                f"cannot be written: {error.strerror}",
                Place(str(folder)),
                "choose a folder that you may write to",
            )
        ) from None
    return made
