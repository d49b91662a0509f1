"""Read stylesheets from the campaign's folder or briefgen's own, and check them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from briefgen.errors import BriefgenError, Place, Problem, raise_problems
from briefgen.render.pdf.css_policy import check_css_limits, check_css_wording
from briefgen.system.files import is_inside_folder, read_limited_bytes

MAX_STYLESHEET_BYTES = 4_000_000


def read_checked_css(folders: Sequence[Path], name: str) -> str:
    """Return the first stylesheet of that name; raise BriefgenError if it breaks the CSS policy."""
    for folder in folders:
        path = folder / name
        if path.is_symlink() or path.exists():
            text = _read_stylesheet(path, folder)
            raise_problems(check_css_limits(text, name))
            if folder != folders[-1]:
                raise_problems(check_css_wording(text, name))
            return text
    raise BriefgenError(
        Problem(
            "css-missing",
            f"the stylesheet {name} does not exist",
            None,
            "reinstall briefgen, or put it in templates/css/",
        )
    )


def _read_stylesheet(path: Path, folder: Path) -> str:
    """Return a stylesheet's text; raise BriefgenError if it is not a file of that folder, or not UTF-8."""
    if not is_inside_folder(path, folder):
        hint = "put the file itself here instead of a link"
        raise BriefgenError(Problem("file-outside", "leads out of its folder", Place(path.name), hint))
    try:
        return read_limited_bytes(path, path.name, MAX_STYLESHEET_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError:
        hint = "save the file as UTF-8"
        raise BriefgenError(Problem("file-encoding", "is not UTF-8", Place(path.name), hint)) from None
