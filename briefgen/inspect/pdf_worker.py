"""Reading an untrusted PDF in a child process with time and memory limits.

The child returns the ExtractedDocument as JSON; it is no more trustworthy than the file itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from types import SimpleNamespace
from typing import Any

from briefgen.errors import BriefgenError, Place, Problem
from briefgen.inspect.tokens import DocumentLink, DocumentToken, ExtractedDocument, TableCell
from briefgen.system.child_process import ChildProcessFailedError, run_child_process, serve_child_process

READ_TIMEOUT_S = 120
"""Long enough for any document, even on a busy machine."""


def read_pdf_in_child(data: bytes, name: str) -> ExtractedDocument:
    """Read a PDF; raise BriefgenError if it is damaged, encrypted or exceeds the limits."""
    try:
        result = run_child_process(__name__, data, READ_TIMEOUT_S)
    except ChildProcessFailedError as error:
        raise _unreadable_pdf_error(name, str(error)) from None
    if "problem" in result:
        problem = SimpleNamespace(**result["problem"])
        raise BriefgenError(Problem(problem.code, problem.message, Place(name), problem.hint))
    return _document_from_json(result["read"])


def _unreadable_pdf_error(name: str, why: str) -> BriefgenError:
    hint = "generate it again, or open and save it in a PDF program"
    return BriefgenError(Problem("pdf-unreadable", f"cannot be read as a PDF: {why}", Place(name), hint))


def _document_from_json(data: Mapping[str, Any]) -> ExtractedDocument:
    return ExtractedDocument(
        **{
            **data,
            "tokens": tuple(DocumentToken(**item) for item in data["tokens"]),
            "tables": tuple(tuple(TableCell(**item) for item in table) for table in data["tables"]),
            "links": tuple(DocumentLink(**item) for item in data["links"]),
        }
    )


# -- in the child process


def _read_as_json(data: bytes) -> dict[str, Any]:
    from briefgen.inspect.pdf_untagged import read_any_pdf

    try:
        return {"read": _document_as_json(read_any_pdf(data))}
    except BriefgenError as error:
        return _problem_as_json(error)
    except (MemoryError, RecursionError):
        return _problem_as_json(_unreadable_pdf_error("", "it needs more memory than a document should"))


def _problem_as_json(error: BriefgenError) -> dict[str, Any]:
    problem = error.problems[0]
    return {"problem": {"code": problem.code, "message": problem.message, "hint": problem.hint}}


def _document_as_json(document: ExtractedDocument) -> dict[str, Any]:
    """Return the document as JSON-serialisable data; the record, which may be large, is not copied."""
    data: dict[str, Any] = {field.name: getattr(document, field.name) for field in fields(document)}
    data["tokens"] = [asdict(token) for token in document.tokens]
    data["tables"] = [[asdict(cell) for cell in table] for table in document.tables]
    data["links"] = [asdict(link) for link in document.links]
    return data


if __name__ == "__main__":
    serve_child_process(_read_as_json, READ_TIMEOUT_S)
