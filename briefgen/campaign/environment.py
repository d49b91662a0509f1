"""What another machine needs to make the same letters: the same versions, and the campaign's files.

How these are sent is up to briefgen.batch.dask.payload.
"""

from __future__ import annotations

import platform
import zlib
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from briefgen import __version__
from briefgen.errors import BriefgenError, Place, Problem
from briefgen.library.folders import resource_folder
from briefgen.system.files import is_inside_folder, is_regular_file

MAX_CAMPAIGN_BYTES = 20_000_000
"""Total size of a campaign's files, which are sent along with every few hundred letters."""


def installed_versions() -> dict[str, str]:
    """Return every version that could make two installations produce different bytes for the same letter."""
    from briefgen.compose.fingerprint import package_versions
    from briefgen.system.doctor import read_library_versions

    return {
        "briefgen": __version__,
        "Python": ".".join(platform.python_version_tuple()[:2]),
        **package_versions(),
        **read_library_versions(),
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
        "briefgen's templates": _built_in_templates_hash(),
    }


def built_in_library() -> Path:
    """Return the root folder of this installation's built-in library."""
    return resource_folder("templates").parent


def find_campaign_files(folder: Path) -> dict[str, Path]:
    """Return the files in a campaign's folder that are read while letters are made, by their path in it.

    These are templates, stylesheets, pictures and citation styles; everything else has been loaded by then.
    Files outside the folder that a link leads to are left out. Raise BriefgenError if the files are too large
    to be sent.
    """
    found = {
        path.relative_to(folder).as_posix(): path
        for path in _iter_rendering_inputs(folder)
        if is_regular_file(path) and is_inside_folder(path, folder)
    }
    size = sum(path.stat().st_size for path in found.values())
    if size > MAX_CAMPAIGN_BYTES:
        raise BriefgenError(
            Problem(
                "campaign-too-large",
                f"its templates and pictures take {size / 1e6:,.0f} MB, "
                f"and at most {MAX_CAMPAIGN_BYTES / 1e6:.0f} MB can be sent to a cluster",
                Place(str(folder)),
                "move pictures that no letter shows out of the campaign's folder, or reduce their size",
            )
        )
    return found


def _iter_rendering_inputs(folder: Path) -> Iterator[Path]:
    from briefgen.compose.pictures import OUTPUT_FOLDER, PICTURE_SUFFIXES

    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if any(part.startswith(".") for part in parts) or parts[0] == OUTPUT_FOLDER:
            continue
        if parts[0] == "templates" or path.suffix.lower() in PICTURE_SUFFIXES | {".csl"}:
            yield path


def _built_in_templates_hash() -> str:
    """Hash the built-in templates: in a source checkout, the version alone does not determine them."""
    digest = sha256()
    root = resource_folder("templates")
    for path in sorted(root.rglob("*")):
        if path.is_file():
            digest.update(f"\0{path.relative_to(root).as_posix()}\0".encode())
            digest.update(sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]
