"""The word lists of briefgen/data: read once, handed out as sets. The lists say why each word is there."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

# Every scalar stays the word that is written: "no" and "on" are words here.
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@cache
def word_data(name: str) -> Any:
    """The content of briefgen/data/NAME.yaml, mostly a mapping of list names to lists."""
    text = (files("briefgen") / "data" / f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=_Loader)


@cache
def word_list(name: str, part: str) -> frozenset[str]:
    """One list of a data file as a set."""
    return frozenset(str(word) for word in word_data(name)[part])
