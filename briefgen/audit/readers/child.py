"""The process that reads one draft."""

from __future__ import annotations

from typing import Any

from briefgen.audit.confined import serve_confined
from briefgen.audit.readers.registry import READ_TIMEOUT_S, draft_adapter, read_draft_bytes


def _read(request: dict[str, Any], data: bytes) -> dict[str, Any]:
    draft = read_draft_bytes(data, request["reader"], request["name"])
    return {"draft": draft_adapter().dump_python(draft, mode="json")}


if __name__ == "__main__":
    serve_confined(_read, READ_TIMEOUT_S)
