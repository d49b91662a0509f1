"""Pictures that documents show: read from the library's own folders and carried in the document itself.

So neither renderer opens a file, and nothing outside the folders can be shown.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from briefgen.errors import BriefgenError, Place, Problem

MAX_BYTES = 5_000_000
_KINDS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


def data_uri(name: str, folders: Sequence[Path]) -> str:
    """The picture `name` (a path within one of the folders) as a `data:` URI; PNG or JPEG, at most 5 MB.

    Raises BriefgenError where it is missing, outside, too large or of another kind.
    """
    for folder in folders:
        path = (folder / name).resolve()
        if path.is_relative_to(folder.resolve()) and path.is_file():
            return _encoded(path, name)
    raise BriefgenError(
        Problem(
            "picture-missing",
            f"the picture {name!r} is not in the campaign's folder",
            Place(name),
            "put it beside campaign.yaml and name it by its file name",
        )
    )


@cache
def _encoded(path: Path, name: str) -> str:
    raw = path.read_bytes() if path.stat().st_size <= MAX_BYTES else b""
    if not raw:
        raise BriefgenError(
            Problem(
                "picture-size",
                f"the picture {name!r} is empty or larger than 5 MB",
                Place(name),
                "save a smaller copy",
            )
        )
    kind = next((kind for magic, kind in _KINDS.items() if raw.startswith(magic)), None)
    if kind is None:
        raise BriefgenError(
            Problem(
                "picture-kind", f"the picture {name!r} is neither PNG nor JPEG", Place(name), "save it as PNG"
            )
        )
    return f"data:{kind};base64,{base64.b64encode(raw).decode()}"
