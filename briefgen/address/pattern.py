"""The tiny format of our data files: `{field}` is filled in, `[…]` is left out where a field in it is empty.

It fills; it knows neither recipients nor letters. There are no conditions, filters or escapes: what a letter
looks like must be plain to whoever reads the data file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

_TOKEN = re.compile(r"\{([a-z_]+)\}|([\[\]])|([^{}\[\]]+)|(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Field:
    name: str


@dataclass(frozen=True, slots=True)
class _Run:
    parts: tuple[str | _Field, ...]
    optional: bool


@dataclass(frozen=True, slots=True)
class Pattern:
    """A wording with gaps, ready to be filled."""

    runs: tuple[_Run, ...]

    @property
    def fields(self) -> frozenset[str]:
        """Names of all fields, those in brackets too."""
        return frozenset(part.name for run in self.runs for part in run.parts if isinstance(part, _Field))

    def fill(self, values: Mapping[str, str]) -> str | None:
        """The wording with its gaps filled; None where a field outside brackets is empty."""
        words: list[str] = []
        for run in self.runs:
            filled = [values[part.name] if isinstance(part, _Field) else part for part in run.parts]
            if all(filled):
                words.extend(filled)
            elif not run.optional:
                return None
        return "".join(words).strip()


@lru_cache(maxsize=4096)
def parse(text: str) -> Pattern:
    """Read a wording; raises ValueError saying what is wrong with it."""
    runs: list[_Run] = []
    parts: list[str | _Field] = []
    within = False
    for field, bracket, words, stray in _TOKEN.findall(text):
        if stray:
            raise ValueError(f"a stray {stray} in {text!r}; a field is written {{name}}")
        if bracket:
            if (bracket == "[") == within:
                raise ValueError(f"[ and ] do not pair in {text!r}")
            runs.append(_Run(tuple(parts), optional=within))
            parts, within = [], not within
        else:
            parts.append(_Field(field) if field else words)
    if within:
        raise ValueError(f"a ] is missing in {text!r}")
    runs.append(_Run(tuple(parts), optional=False))
    return Pattern(tuple(run for run in runs if run.parts))
