"""The process that writes what was found into the file of a draft, which may come from anybody."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from briefgen.audit.answers.registry import WRITE_TIMEOUT_S, request_adapter, write_into
from briefgen.audit.confined import serve_confined


def _write(request: dict[str, Any], data: bytes) -> dict[str, Any]:
    asked = request_adapter().validate_python(request["asked"])
    return {"file": b64encode(write_into(asked, data)).decode()}


if __name__ == "__main__":
    serve_confined(_write, WRITE_TIMEOUT_S)
