"""What letters rest on beside this process: the versions of this installation, and files of the campaign.

Another machine makes the same letters where it has the same versions and is brought the same files.
This room counts them up; how they travel is the affair of briefgen.batch.dask.payload.
"""

from __future__ import annotations

import platform
import zlib
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from briefgen import __version__
from briefgen.errors import BriefgenError, Place, Problem
from briefgen.library.folders import built_in
from briefgen.system.files import is_ordinary, is_within

if TYPE_CHECKING:
    from briefgen.compose.composer import Composer

MOST_BYTES = 20_000_000
"""Of a campaign's files together: they travel with every few hundred letters."""


def versions() -> dict[str, str]:
    """Everything by which two installations could make different bytes of one letter, by name."""
    from briefgen.compose.fingerprint import packages
    from briefgen.system.doctor import versions_of_libraries

    return {
        "briefgen": __version__,
        "Python": ".".join(platform.python_version_tuple()[:2]),
        **packages(),
        **versions_of_libraries(),
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
        "briefgen's templates": _built_in_templates(),
    }


def library_folder() -> Path:
    """The root of the library that ships, as this installation has it."""
    return built_in("templates").parent


def for_travel(composer: Composer) -> Composer:
    """A composer of the same letters without the full texts of sources, which are nobody's to pass on."""
    return replace(composer, library=replace(composer.library, texts={}))


def campaign_files(folder: Path) -> dict[str, Path]:
    """The files in a campaign's folder that are read while a letter is made, by their path in it.

    Those are templates, stylesheets, pictures and citation styles; all else is in the composer by then.
    Nothing that a link leads to outside. Raises BriefgenError where they are too much to travel.
    """
    found = {
        path.relative_to(folder).as_posix(): path
        for path in _candidates(folder)
        if is_ordinary(path) and is_within(path, folder)
    }
    size = sum(path.stat().st_size for path in found.values())
    if size > MOST_BYTES:
        raise BriefgenError(
            Problem(
                "campaign-too-large",
                f"its templates and pictures have {size / 1e6:,.0f} MB, "
                f"and at most {MOST_BYTES / 1e6:.0f} travel to a cluster",
                Place(str(folder)),
                "move pictures that no letter shows out of the campaign's folder, or make them smaller",
            )
        )
    return found


def _candidates(folder: Path) -> Iterator[Path]:
    from briefgen.compose.pictures import NOT_SHOWN, PICTURES

    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if any(part.startswith(".") for part in parts) or parts[0] == NOT_SHOWN:
            continue
        if parts[0] == "templates" or path.suffix.lower() in PICTURES | {".csl"}:
            yield path


def _built_in_templates() -> str:
    """Of a checkout, the version alone does not tell what its templates say."""
    digest = sha256()
    root = built_in("templates")
    for path in sorted(root.rglob("*")):
        if path.is_file():
            digest.update(f"\0{path.relative_to(root).as_posix()}\0".encode())
            digest.update(sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]
