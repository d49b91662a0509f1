"""Reads a finished PDF in a process of its own, with limits of time and memory: it may come from anywhere.

What the process says comes back as JSON and is believed no more than the file itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from types import SimpleNamespace
from typing import Any

from briefgen.errors import BriefgenError, Place, Problem
from briefgen.inspect.tokens import Cell, Link, Read, Token
from briefgen.system.child_process import NoAnswerError, answer, answer_of

TIMEOUT_S = 120
"""However busy the machine is."""


def read_apart(data: bytes, name: str) -> Read:
    """What a PDF says; raises BriefgenError where it is broken, encrypted or asks too much."""
    try:
        answered = answer_of(__name__, data, TIMEOUT_S)
    except NoAnswerError as why:
        raise _unreadable(name, str(why)) from None
    if "problem" in answered:
        told = SimpleNamespace(**answered["problem"])
        raise BriefgenError(Problem(told.code, told.message, Place(name), told.hint))
    return _read(answered["read"])


def _unreadable(name: str, why: str) -> BriefgenError:
    hint = "make it anew, or open and save it in a PDF program"
    return BriefgenError(Problem("pdf-unreadable", f"cannot be read as a PDF: {why}", Place(name), hint))


def _read(told: Mapping[str, Any]) -> Read:
    return Read(
        **{
            **told,
            "tokens": tuple(Token(**each) for each in told["tokens"]),
            "tables": tuple(tuple(Cell(**each) for each in table) for table in told["tables"]),
            "links": tuple(Link(**each) for each in told["links"]),
        }
    )


# -- in the reading process


def _answer(data: bytes) -> dict[str, Any]:
    from briefgen.inspect.pdf_untagged import read_printed

    try:
        return {"read": _told(read_printed(data))}
    except BriefgenError as error:
        return _refused(error)
    except (MemoryError, RecursionError):
        return _refused(_unreadable("", "it asks for more memory than a document needs"))


def _refused(error: BriefgenError) -> dict[str, Any]:
    problem = error.problems[0]
    return {"problem": {"code": problem.code, "message": problem.message, "hint": problem.hint}}


def _told(read: Read) -> dict[str, Any]:
    """A reading as JSON; the record, which may be large, as it is."""
    told: dict[str, Any] = {each.name: getattr(read, each.name) for each in fields(read)}
    told["tokens"] = [asdict(token) for token in read.tokens]
    told["tables"] = [[asdict(cell) for cell in table] for table in read.tables]
    told["links"] = [asdict(link) for link in read.links]
    return told


if __name__ == "__main__":
    answer(_answer, TIMEOUT_S)
