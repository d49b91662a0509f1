"""Creates a campaign from a built-in example, or a template from a built-in one; never overwrites a file."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from briefgen.compose.templates import BUILT_IN, Templates
from briefgen.errors import BriefgenError, Place, Problem, StorageError, UsageError, suggest_similar
from briefgen.library.folders import LibraryFolder, resource_folder
from briefgen.system.files import write_new_file


def list_examples() -> list[str]:
    """Return the names of the built-in examples."""
    return sorted(
        folder.name
        for folder in resource_folder("examples").iterdir()
        if (folder / "campaign.yaml").is_file()
    )


def create_campaign(folder: Path, example: str) -> list[Path]:
    """Copy an example into a new or empty folder and return the files created.

    Raise UsageError for an unknown example, BriefgenError for a folder that is not empty, and StorageError if
    writing fails.
    """
    if example not in list_examples():
        raise UsageError(
            Problem(
                "example-unknown",
                f"unknown example {example!r}",
                None,
                suggest_similar(example, list_examples()),
            )
        )
    require_empty_folder(folder)
    source = resource_folder("examples") / example
    created = []
    try:
        for path in sorted(source.rglob("*")):
            target = folder / path.relative_to(source)
            if path.is_file() and "out" not in path.relative_to(source).parts:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
                created.append(target)
    except OSError as error:
        raise StorageError(
            Problem(
                "file-unwritable",
                f"cannot be written: {error.strerror}",
                Place(str(folder)),
                "choose a folder that you can write to",
            )
        ) from None
    return created


def require_empty_folder(folder: Path) -> None:
    """Raise BriefgenError if there is a folder with anything in it, or a file of that name."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BriefgenError(
            Problem(
                "folder-not-empty",
                "the folder is not empty; nothing was changed",
                Place(str(folder)),
                "name a new folder",
            )
        )


def create_template(campaign: LibraryFolder, name: str, built_in: LibraryFolder) -> Path:
    """Create a template in a campaign that extends the built-in one, with its blocks commented out.

    `name` is a path in the lookup order, such as `letter/office/us-senator.html.j2`. If the built-in library
    has a template there, the new one extends it, else the default of its kind. `letterhead/a4` creates a Word
    file to make a letterhead from.

    Raise UsageError if templates are not looked up under that name or the file exists, StorageError if it
    cannot be written.
    """
    if name.startswith("letterhead/"):
        return _create_letterhead(campaign, name.removesuffix(".docx"), built_in)
    templates = Templates((built_in,))
    name = name if name.endswith(".html.j2") else f"{name}.html.j2"
    kind, *level = name.removesuffix(".html.j2").split("/")
    if f"{kind}/default.html.j2" not in templates.names() or not _is_template_path(level):
        raise UsageError(
            Problem("template-place", f"templates are not looked up under {name!r}", None, _TEMPLATE_EXAMPLES)
        )
    parent = f"{BUILT_IN}{name}" if name in templates.names() else f"{kind}/default.html.j2"
    blocks = "".join(
        f"{{# {{% block {block} %}}{{{{ super() }}}}{{% endblock %}} #}}\n"
        for block in templates.block_names(parent.removeprefix(BUILT_IN))
    )
    text = f'{{% extends "{parent}" %}}\n{blocks}'
    path = campaign.path / "templates" / name
    campaign.require_inside(path)
    return write_new_file(path, text.encode())


def _create_letterhead(campaign: LibraryFolder, name: str, built_in: LibraryFolder) -> Path:
    """Copy the built-in letterhead for a paper size beside campaign.yaml, to be edited in Word."""
    known = {
        f"letterhead/{path.stem}": path for path in (built_in.path / "templates").glob("letterhead/*.docx")
    }
    if name not in known:
        raise UsageError(
            Problem("template-place", f"unknown letterhead {name!r}", None, suggest_similar(name, known))
        )
    return write_new_file(campaign.path / "letterhead.docx", known[name].read_bytes())


_TEMPLATE_LEVELS = ("recipient", "office", "chamber", "country")
_TEMPLATE_EXAMPLES = (
    "for example letter/default, letter/office/us-senator, letter/country/GB, letter/recipient/ID; "
    "or letterhead/a4, letterhead/us-letter"
)


def _is_template_path(level: list[str]) -> bool:
    plain = all(re.fullmatch(r"[A-Za-z0-9-]+", part) for part in level)
    return plain and (level == ["default"] or (len(level) == 2 and level[0] in _TEMPLATE_LEVELS))
