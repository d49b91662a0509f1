"""Where the built-in library lies, in a checkout and in an installed package alike.

This room knows the place, not what is in it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

Shelf = Literal["templates", "snippets", "seeds", "examples", "docs"]

_PACKAGE = Path(__file__).resolve().parent.parent
_PACKAGED = _PACKAGE / "_files"


def built_in(name: Shelf) -> Path:
    """Folder of that name: in briefgen/_files/ where the wheel was installed, at the top of a checkout else.

    Of docs/ only docs/checks/ travels in the wheel.
    """
    return (_PACKAGED if is_packaged() else _PACKAGE.parent) / name


def is_packaged() -> bool:
    """Whether briefgen runs from an installed package and not from a checkout."""
    return _PACKAGED.is_dir()
