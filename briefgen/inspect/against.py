"""Two finished files against each other: where a PDF and a DOCX, or two of a kind, say different things."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from briefgen.errors import Place, Problem
from briefgen.inspect.tokens import Read, differences
from briefgen.inspect.trace import kind_of


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
    compared = "text, headings, notes, lists and pictures" if structured else "text and notes"
    hint = "make both anew from the campaign"
    problems = (Problem("renderings-differ", each, Place(str(other)), hint) for each in told)
    return Against(str(other), compared, tuple(problems))


def read_finished(path: Path) -> Read:
    """Read a finished file, whatever it is; raises BriefgenError where that is no PDF or DOCX."""
    if kind_of(path) == "pdf":
        from briefgen.inspect.sheets import read_sheets

        return read_sheets(path)
    from briefgen.inspect.docx import read_docx

    return read_docx(path)


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
