"""The forms in which a draft comes back with what was found: a Word file, a PDF, or a page."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from briefgen.audit.answers.remarks import (
    describe_scope,
    list_remarks,
    list_replacements,
    sentence_case,
    summarize,
)
from briefgen.audit.answers.word import WordAnswer
from briefgen.audit.changes import describe_changes
from briefgen.audit.confined import call_confined
from briefgen.audit.findings import AuditReport, SentenceVerdict
from briefgen.audit.readers.registry import MAX_DRAFT_BYTES
from briefgen.errors import Place, Problem, StorageError, UsageError, quantity
from briefgen.system.files import atomic_write, read_limited_bytes

WRITE_TIMEOUT_S = 300
_CHILD = "briefgen.audit.answers.child"


@dataclass(frozen=True, slots=True)
class AnswerRequest:
    """What is asked of the process that writes into a stranger's file."""

    form: str
    """`docx`, `pdf`, or `copy` for a new Word file."""
    answer: WordAnswer


def check_answer(source: Path, target: Path, kind: str, *, suggest: bool = False) -> None:
    """Raise UsageError if an answer of this name cannot be written; `kind` is the draft's.

    Meant to be called before a long audit.
    """
    form = target.suffix.lower()
    place = Place(str(target))
    if form not in _WRITERS:
        known = ", ".join(_WRITERS)
        raise UsageError(
            Problem(
                "answer-kind",
                f"no answer can be written as {form or 'a file without an ending'}",
                place,
                f"end its name in one of: {known}",
            )
        )
    if form == ".pdf" and kind != "pdf":
        raise UsageError(
            Problem(
                "answer-kind",
                "only the draft of a PDF can be given back as PDF",
                place,
                "end its name in .docx or .html",
            )
        )
    if suggest and form != ".docx":
        raise UsageError(
            Problem(
                "answer-suggest",
                "suggestions can only be made in a Word file",
                place,
                "end its name in .docx, or omit --suggest",
            )
        )
    if target.exists():
        what = "is the draft itself" if _is_same(source, target) else "already exists; it was not changed"
        raise UsageError(Problem("answer-exists", what, place, "name another file, or move this one away"))


def write_answer(source: Path, report: AuditReport, target: Path, *, suggest: bool = False) -> None:
    """Write the draft with what was found, in the form that the target's ending names.

    `source` is the draft's file, which is never changed. Raise UsageError as `check_answer` does,
    BriefgenError if the draft cannot be written into, StorageError if the target cannot be written.
    """
    check_answer(source, target, report.draft.kind, suggest=suggest)
    content = _WRITERS[target.suffix.lower()](source, report, suggest)
    try:
        with atomic_write(target) as file:
            file.write(content)
    except OSError as error:
        raise StorageError(
            Problem("file-unwritable", f"cannot be written: {error.strerror}", Place(str(target)))
        ) from None


def _is_same(source: Path, target: Path) -> bool:
    try:
        return source.samefile(target)
    except OSError:
        return False


def _write_word(source: Path, report: AuditReport, suggest: bool) -> bytes:
    replacements = list_replacements(report) if suggest else ()
    answer = WordAnswer(report.draft, list_remarks(report), _summary(report), replacements)
    if report.draft.kind != "docx":
        return _run_child(AnswerRequest("copy", answer), b"")
    return _run_child(AnswerRequest("docx", answer), _read(source, report))


def _write_pdf(source: Path, report: AuditReport, suggest: bool) -> bytes:
    answer = WordAnswer(report.draft, list_remarks(report), _summary(report))
    return _run_child(AnswerRequest("pdf", answer), _read(source, report))


def _write_page(source: Path, report: AuditReport, suggest: bool) -> bytes:
    from briefgen.audit.answers.html import format_page

    return format_page(report).encode()


_WRITERS: dict[str, Callable[[Path, AuditReport, bool], bytes]] = {
    ".docx": _write_word,
    ".pdf": _write_pdf,
    ".html": _write_page,
}


def _read(source: Path, report: AuditReport) -> bytes:
    return read_limited_bytes(source, report.draft.path, MAX_DRAFT_BYTES)


def _summary(report: AuditReport) -> tuple[str, ...]:
    found = f"Audited by briefgen: {summarize(report)}."
    limits = [sentence_case(problem.message) for problem in report.problems]
    supported = report.counts()[SentenceVerdict.SUPPORTED]
    if supported:
        what = quantity(supported, "sentence")
        limits.append(f"For {what} in other words than the library's, only a person can judge the meaning.")
    changes = [f"Since briefgen made it: {line}" for line in describe_changes(report.changes)]
    return (found, describe_scope(report), *limits, *changes)


# -- the child process


@cache
def request_adapter() -> Any:
    """Return what turns a request into JSON and back."""
    from pydantic import TypeAdapter

    return TypeAdapter(AnswerRequest)


def _run_child(request: AnswerRequest, data: bytes) -> bytes:
    asked = {"asked": request_adapter().dump_python(request, mode="json")}
    answered = call_confined(_CHILD, request.answer.draft.path, asked, data, WRITE_TIMEOUT_S)
    return b64decode(answered["file"])


def write_into(request: AnswerRequest, data: bytes) -> bytes:
    """Write what was found into the bytes of a draft, in this process."""
    answer = request.answer
    if request.form == "pdf":
        from briefgen.audit.answers.pdf import annotate_pdf_file

        return annotate_pdf_file(data, answer.draft, answer.remarks, answer.summary)
    from briefgen.audit.answers.word import annotate_word_file
    from briefgen.audit.answers.word_copy import copy_to_word

    if request.form == "copy":
        data, answer = copy_to_word(answer)
    return annotate_word_file(data, answer)
