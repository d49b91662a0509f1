"""Text patterns of the data files: `{field}` is filled in, `[…]` is left out if a field in it is empty.

There are no conditions, filters or escapes, on purpose: the data file must show plainly what a letter will
look like.
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
class _Segment:
    parts: tuple[str | _Field, ...]
    optional: bool


@dataclass(frozen=True, slots=True)
class Pattern:
    """A parsed text with fields to fill in."""

    segments: tuple[_Segment, ...]
    fields: frozenset[str]
    """Names of all fields, including those in brackets."""

    def fill(self, values: Mapping[str, str]) -> str | None:
        """Return the text with its fields filled in; None if a field outside brackets is empty."""
        words: list[str] = []
        for segment in self.segments:
            filled = [values[part.name] if isinstance(part, _Field) else part for part in segment.parts]
            if all(filled):
                words.extend(filled)
            elif not segment.optional:
                return None
        return "".join(words).strip()


@lru_cache(maxsize=4096)
def parse_pattern(text: str) -> Pattern:
    """Parse a text; raise ValueError with a message for the user if it is malformed."""
    segments: list[_Segment] = []
    parts: list[str | _Field] = []
    in_brackets = False
    for field, bracket, words, stray in _TOKEN.findall(text):
        if stray:
            raise ValueError(f"a stray {stray} in {text!r}; a field is written {{name}}")
        if bracket:
            if (bracket == "[") == in_brackets:
                raise ValueError(f"[ and ] do not match in {text!r}")
            segments.append(_Segment(tuple(parts), optional=in_brackets))
            parts, in_brackets = [], not in_brackets
        else:
            parts.append(_Field(field) if field else words)
    if in_brackets:
        raise ValueError(f"a ] is missing in {text!r}")
    segments.append(_Segment(tuple(parts), optional=False))
    return Pattern(
        tuple(segment for segment in segments if segment.parts),
        frozenset(part.name for segment in segments for part in segment.parts if isinstance(part, _Field)),
    )
