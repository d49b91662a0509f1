"""Data that changes without the code: forms of address, postal lines, word lists, fixed phrases.

Each file says at its head where its facts come from.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent
# Every scalar stays the word that is written: "no" and "on" are words here.
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@cache
def word_data(name: str) -> Any:
    """Return the content of NAME.yaml, mostly a mapping of list names to lists."""
    return yaml.load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"), Loader=_Loader)


@cache
def word_list(name: str, part: str) -> frozenset[str]:
    """Return one list of a data file as a set."""
    return frozenset(str(word) for word in word_data(name)[part])
