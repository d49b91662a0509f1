"""Handling a draft in a process of its own: a request in JSON and the draft's bytes go in, JSON comes out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

from briefgen.audit.problems import unreadable_draft_error
from briefgen.errors import BriefgenError, Place, Problem
from briefgen.system.child_process import ChildProcessFailedError, run_child_process, serve_child_process


def call_confined(module: str, name: str, request: Mapping[str, Any], data: bytes, timeout_s: float) -> Any:
    """Return what a module that calls `serve_confined` answers; `name` is the draft's in messages.

    Raise BriefgenError with the problem that the process found, or if it failed or took too long.
    """
    header = json.dumps({**request, "name": name}).encode()
    try:
        answered = run_child_process(module, header + b"\n" + data, timeout_s)
    except ChildProcessFailedError as why:
        raise unreadable_draft_error(name, str(why)) from None
    if "problem" in answered:
        problem = SimpleNamespace(**answered["problem"])
        raise BriefgenError(Problem(problem.code, problem.message, Place(name, problem.line), problem.hint))
    return answered


def serve_confined(handle: Callable[[dict[str, Any], bytes], dict[str, Any]], seconds: int) -> None:
    """Print what `handle` makes of the request and the bytes on standard input, within limits."""
    serve_child_process(lambda received: _answer(handle, received), seconds)


def _answer(handle: Callable[[dict[str, Any], bytes], dict[str, Any]], received: bytes) -> dict[str, Any]:
    header, _, data = received.partition(b"\n")
    request = json.loads(header)
    try:
        return handle(request, data)
    except BriefgenError as error:
        problem = error.problems[0]
    except (MemoryError, RecursionError):
        name = str(request["name"])
        problem = unreadable_draft_error(name, "it needs more memory than a document should").problems[0]
    line = problem.place.line if problem.place else None
    return {"problem": {"code": problem.code, "message": problem.message, "hint": problem.hint, "line": line}}
