"""Reads a finished PDF in a process of its own, with limits of time and memory: it may come from anywhere.

What the process says comes back as JSON and is believed no more than the file itself.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, fields
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from briefgen.errors import BriefgenError, Place, Problem
from briefgen.inspect.grid import Cell
from briefgen.inspect.tokens import Link, Read, Token

TIMEOUT_S = 120
"""However busy the machine is."""
MAX_MEMORY = 3 << 30
"""Bytes of address space of the reading process."""


def read_apart(data: bytes, name: str) -> Read:
    """What a PDF says; raises BriefgenError where it is broken, encrypted or asks too much."""
    home = str(Path(__file__).resolve().parents[2])
    search = os.pathsep.join(filter(None, (home, os.environ.get("PYTHONPATH", ""))))
    try:
        # -P: nothing is imported from the current folder, which may be somebody else's.
        done = subprocess.run(
            [sys.executable, "-P", "-m", __name__],
            input=data,
            capture_output=True,
            timeout=TIMEOUT_S,
            env={**os.environ, "PYTHONPATH": search},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _unreadable(name, f"it took longer than {TIMEOUT_S} seconds") from None
    except OSError as error:
        raise _unreadable(name, f"no process could be started: {error.strerror}") from None
    if done.returncode != 0:
        raise _unreadable(name, "reading it failed")
    answer = json.loads(done.stdout)
    if "problem" in answer:
        told = SimpleNamespace(**answer["problem"])
        raise BriefgenError(Problem(told.code, told.message, Place(name), told.hint))
    return _read(answer["read"])


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


def _main() -> None:
    with suppress(ImportError, ValueError, OSError):  # not every system can limit memory and time
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (TIMEOUT_S, TIMEOUT_S))
    from briefgen.inspect.sheets import read_printed

    try:
        answer: dict[str, Any] = {"read": _told(read_printed(sys.stdin.buffer.read()))}
    except BriefgenError as error:
        answer = _refused(error)
    except (MemoryError, RecursionError):
        answer = _refused(_unreadable("", "it asks for more memory than a document needs"))
    json.dump(answer, sys.stdout)


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
    _main()
