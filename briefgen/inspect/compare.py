"""Two finished files against each other: where a PDF and a DOCX, or two of a kind, say different things."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from briefgen.errors import Place, Problem
from briefgen.inspect.diff import differences
from briefgen.inspect.open_file import read_finished
from briefgen.inspect.tokens import Read


@dataclass(frozen=True, slots=True)
class Against:
    """What the comparison of two files gave."""

    file: str
    """The other file."""
    compared: str
    """What could be compared, in words."""
    problems: tuple[Problem, ...]
    """A difference each; empty where both say the same."""


def against(path: Path, other: Path) -> Against:
    """Compare two files, each a PDF or DOCX; raises BriefgenError where one cannot be read."""
    ours, theirs = read_finished(path), read_finished(other)
    told = [*_properties(ours, theirs), *differences(ours, theirs)]
    structured = ours.structured and theirs.structured
    compared = _WITH_STRUCTURE if structured else "text and notes (one has no tags)"
    hint = "make both anew from the campaign"
    problems = (Problem("renderings-differ", each, Place(str(other)), hint) for each in told)
    return Against(str(other), compared, tuple(problems))


_WITH_STRUCTURE = "text, notes, headings, lists, tables, pictures and links"


def _properties(ours: Read, theirs: Read) -> list[str]:
    pairs = (
        ("title", ours.title, theirs.title),
        ("author", ours.author, theirs.author),
        ("language", ours.language, theirs.language),
    )
    told = [f"{name}: {a!r} against {b!r}" for name, a, b in pairs if a != b]
    if None not in (ours.record, theirs.record) and ours.record != theirs.record:
        told.append("the evidence records are not the same")
    return told
