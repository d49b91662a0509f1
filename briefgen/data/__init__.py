"""Data files that are edited without touching code: forms of address, postal formats, word lists, phrases.

Each file states the sources of its facts at the top. Others use `load_word_data` and `load_word_set`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

DATA_FOLDER = Path(__file__).parent
# Keep every scalar a string: "no" and "on" are words here.
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@cache
def load_word_data(name: str) -> Any:
    """Return the content of NAME.yaml, usually a mapping of list names to lists."""
    return yaml.load((DATA_FOLDER / f"{name}.yaml").read_text(encoding="utf-8"), Loader=_Loader)


@cache
def load_word_set(name: str, part: str) -> frozenset[str]:
    """Return one list of a data file as a frozen set."""
    return frozenset(str(word) for word in load_word_data(name)[part])
