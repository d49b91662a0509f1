"""The process that reads one draft and prints it as JSON."""

from __future__ import annotations

import json
from typing import Any

from briefgen.audit.readers.problems import unreadable_draft_error
from briefgen.audit.readers.registry import READ_TIMEOUT_S, draft_adapter, read_draft_bytes
from briefgen.errors import BriefgenError
from briefgen.system.child_process import serve_child_process


def _serve(received: bytes) -> dict[str, Any]:
    """Read the draft that follows a line of JSON, which says how to read it and what it is called."""
    header, _, data = received.partition(b"\n")
    asked = json.loads(header)
    name = str(asked["name"])
    try:
        draft = read_draft_bytes(data, asked["reader"], name)
        return {"draft": draft_adapter().dump_python(draft, mode="json")}
    except BriefgenError as error:
        problem = error.problems[0]
    except (MemoryError, RecursionError):
        problem = unreadable_draft_error(name, "it needs more memory than a document should").problems[0]
    line = problem.place.line if problem.place else None
    return {"problem": {"code": problem.code, "message": problem.message, "hint": problem.hint, "line": line}}


if __name__ == "__main__":
    serve_child_process(_serve, READ_TIMEOUT_S)
