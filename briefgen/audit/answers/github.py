"""Print remarks as annotations of a GitHub workflow, which shows them at the lines of the changed files.

The form is that of GitHub's workflow commands; only texts and Markdown have lines.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping

from briefgen.audit.answers.remarks import Remark, RemarkLevel, compose_paragraphs, list_remarks
from briefgen.audit.draft import DraftBlock
from briefgen.audit.findings import AuditReport, SentenceVerdict
from briefgen.errors import Problem

_COMMANDS: dict[RemarkLevel, str] = {
    "error": "error",
    "unproved": "error",
    "advice": "warning",
    "good": "notice",
}


def format_annotations(report: AuditReport, allowed: Collection[SentenceVerdict] = ()) -> Iterator[str]:
    """Yield a workflow command for each remark and each warning about a draft.

    What is `allowed` does not fail the audit, and becomes a warning.
    """
    for remark in list_remarks(report):
        block = report.draft.blocks[remark.block]
        command = _COMMANDS[remark.level]
        if remark.level == "unproved" and SentenceVerdict.UNSUPPORTED in allowed:
            command = "warning"
        place = {"file": report.draft.path, **_find_lines(block, remark), "title": remark.label}
        yield _format_command(command, place, _format_message(block, remark))
    for problem in report.problems:
        yield format_problem_annotation(problem, report.draft.path)


def format_problem_annotation(problem: Problem, path: str) -> str:
    """Return the workflow command for a file that could not be read, or was not read whole."""
    place: dict[str, object] = {"file": problem.place.file if problem.place else path}
    if problem.place and problem.place.line:
        place["line"] = problem.place.line
    hint = f" ({problem.hint})" if problem.hint else ""
    return _format_command(problem.severity, {**place, "title": problem.code}, f"{problem.message}{hint}")


def _format_message(block: DraftBlock, remark: Remark) -> str:
    words = " ".join(block.text[remark.start : remark.end].split())
    return "\n".join([f"“{words}”", *compose_paragraphs(remark)])


def _find_lines(block: DraftBlock, remark: Remark) -> dict[str, int]:
    """Return the lines of a remark; nothing for a file without lines."""
    place = block.place
    if place.line is None:
        return {}
    starts = place.line_starts or (0,)
    first = bisect_right(starts, remark.start) - 1
    last = bisect_right(starts, max(remark.start, remark.end - 1)) - 1
    return {"line": place.line + first, "endLine": place.line + last}


def _format_command(command: str, properties: Mapping[str, object], message: str) -> str:
    listed = ",".join(f"{name}={_escape_property(str(value))}" for name, value in properties.items())
    return f"::{command} {listed}::{_escape(message)}"


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")
