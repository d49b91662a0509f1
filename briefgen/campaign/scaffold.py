"""Starts a campaign from an example that ships, or a template from a built-in one. It changes no file."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from briefgen.compose.templates import BUILT_IN, Templates
from briefgen.errors import BriefgenError, Place, Problem, StorageError, UsageError, suggest
from briefgen.library.folders import Folder, built_in


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
        raise UsageError(
            Problem(
                "example-unknown",
                f"no example is called {example!r}",
                None,
                suggest(example, examples()),
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
        raise StorageError(
            Problem(
                "file-unwritable",
                f"cannot be written: {error.strerror}",
                Place(str(folder)),
                "choose a folder that you may write to",
            )
        ) from None
    return made


def start_template(campaign: Folder, name: str, shipped: Folder) -> Path:
    """Write a template of a campaign's own that extends the built-in one, with its blocks as comments.

    `name` is a place in the lookup, `letter/office/us-senator.html.j2`; where the built-in library has a
    template there, that is extended, else the default of its kind. `letterhead/a4` gives a Word file to make
    a letterhead from. Raises BriefgenError where the place does
    not exist or the file is there already, StorageFault where it cannot be written.
    """
    if name.startswith("letterhead/"):
        return _start_letterhead(campaign, name.removesuffix(".docx"), shipped)
    templates = Templates((shipped,))
    name = name if name.endswith(".html.j2") else f"{name}.html.j2"
    kind, *level = name.removesuffix(".html.j2").split("/")
    if f"{kind}/default.html.j2" not in templates.names() or not _is_place(level):
        raise UsageError(
            Problem("template-place", f"{name!r} is no place where a template is looked for", None, _PLACES)
        )
    parent = f"{BUILT_IN}{name}" if name in templates.names() else f"{kind}/default.html.j2"
    blocks = "".join(
        f"{{# {{% block {block} %}}{{{{ super() }}}}{{% endblock %}} #}}\n"
        for block in templates.blocks(parent.removeprefix(BUILT_IN))
    )
    text = f'{{% extends "{parent}" %}}\n{blocks}'
    return _written(campaign.path / "templates" / name, text.encode())


def _start_letterhead(campaign: Folder, name: str, shipped: Folder) -> Path:
    """Copy the letterhead for a paper beside campaign.yaml, to be opened in Word and changed."""
    known = {
        f"letterhead/{path.stem}": path for path in (shipped.path / "templates").glob("letterhead/*.docx")
    }
    if name not in known:
        raise UsageError(Problem("template-place", f"{name!r} is no letterhead", None, suggest(name, known)))
    return _written(campaign.path / "letterhead.docx", known[name].read_bytes())


def _written(path: Path, data: bytes) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(data)
    except FileExistsError:
        raise UsageError(
            Problem(
                "file-exists", "is there already; it was not changed", Place(str(path)), "edit it as it is"
            )
        ) from None
    except OSError as error:
        raise StorageError(
            Problem("file-unwritable", f"cannot be written: {error.strerror}", Place(str(path)))
        ) from None
    return path


_LEVELS = ("recipient", "office", "chamber", "country")
_PLACES = (
    "for example letter/default, letter/office/us-senator, letter/country/GB, letter/recipient/ID; "
    "or letterhead/a4, letterhead/us-letter"
)


def _is_place(level: list[str]) -> bool:
    plain = all(re.fullmatch(r"[A-Za-z0-9-]+", part) for part in level)
    return plain and (level == ["default"] or (len(level) == 2 and level[0] in _LEVELS))
