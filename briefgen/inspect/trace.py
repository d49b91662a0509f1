"""Traces a finished file back to its evidence: reads its record, and says whether its text still agrees.

It judges words, exactly; it neither looks at how they are set nor proves the evidence anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from briefgen.errors import BriefgenError, Place, Problem
from briefgen.inspect.record import Record, Statement, read_record
from briefgen.inspect.standing import Difference, Words
from briefgen.model.text import clean
from briefgen.ordinary import content

MAX_BYTES = 100_000_000
_SHOWN = 4
"""Differences of one statement that are told; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a wording of the record stands in the file."""

    kind: str
    """`snippet` or `caveat`."""
    id: str
    printed: int
    """How often the document was composed with it; 0 where the template does not print it word for word."""
    found: int
    differences: tuple[Difference, ...]
    """What stands in its place, where it is missing somewhere and something like it stands there."""

    @property
    def agrees(self) -> bool:
        """Whether it stands everywhere as recorded."""
        return self.found >= self.printed


@dataclass(frozen=True, slots=True)
class Trace:
    """A finished file, its record, and what differs."""

    file: str
    record: Record
    raw: Mapping[str, Any]
    """The record as it stands in the file."""
    standings: tuple[Standing, ...]
    problems: tuple[Problem, ...]
    """Empty where the text agrees with the record, and the record with its hashes."""


def trace(path: Path) -> Trace:
    """Trace a PDF or DOCX; raises BriefgenError where it cannot be read or carries no record of ours."""
    place = Place(str(path))
    raw, text = _READERS[kind_of(path)](path)
    record, problems = read_record(raw, place)
    words = Words(text)
    standings = tuple(_standing(kind, statement, words) for kind, statement in record.statements())
    problems += [_problem(standing, place) for standing in standings if not standing.agrees]
    return Trace(str(path), record, raw, standings, tuple(problems))


def kind_of(path: Path) -> str:
    """What a file is, by its first bytes and not by its name."""
    head = content(path, str(path), MAX_BYTES, missing="give the file's path")[:1024]
    if b"%PDF-" in head:
        return "pdf"
    if head.startswith((b"PK", b"\xd0\xcf\x11\xe0")) or path.suffix.lower() == ".docx":
        return "docx"
    if path.suffix.lower() == ".pdf":
        return "pdf"
    raise BriefgenError(
        Problem("file-kind", "is neither PDF nor DOCX", Place(str(path)), "only these two carry a record")
    )


def _read_pdf(path: Path) -> tuple[Any, str]:
    from pypdfium2 import PdfiumError

    from briefgen.inspect.flow import running_text
    from briefgen.inspect.pdf import read_pdf

    raw = read_pdf(path).record
    try:
        return raw, running_text(path.read_bytes())
    except (OSError, PdfiumError) as error:
        raise BriefgenError(
            Problem("pdf-unreadable", f"cannot be read as a PDF: {error}", Place(str(path)), "make it anew")
        ) from None


def _read_docx(path: Path) -> tuple[Any, str]:
    from briefgen.inspect.docx import read_docx

    read = read_docx(path)
    spoken = [token.text for token in read.tokens if token.kind in {"text", "heading", "note"}]
    return read.record, "\n".join(spoken)


_READERS = {"pdf": _read_pdf, "docx": _read_docx}


def _standing(kind: str, statement: Statement, words: Words) -> Standing:
    forms = (statement.text, *statement.printed_as)
    spans = sorted(span for form in forms for span in words.find(form))
    differences: tuple[Difference, ...] = ()
    if len(spans) < statement.printed:
        wanted = statement.printed_as[0] if statement.printed_as else statement.text
        differences = tuple(words.nearest(wanted, spans) or ())
    return Standing(kind, statement.id, statement.printed, len(spans), differences)


def _problem(standing: Standing, place: Place) -> Problem:
    lacking = standing.printed - standing.found
    where = f" in {lacking} of its {standing.printed} places" if standing.printed > 1 else ""
    what = f"the {standing.kind} {clean(standing.id)[0]}"
    if not standing.differences:
        return Problem("statement-missing", f"{what} is not there{where}", place, _ANEW)
    told = clean("; ".join(_told(standing.differences)))[0]
    return Problem("statement-changed", f"{what} was changed{where}: {told}", place, _ANEW)


_ANEW = "undo the change, or change the snippet and make the document anew"


def _told(differences: tuple[Difference, ...]) -> Iterator[str]:
    for one in differences[:_SHOWN]:
        yield f"“{one.found}” for “{one.recorded}”"
    if len(differences) > _SHOWN:
        yield f"and {len(differences) - _SHOWN} more"
