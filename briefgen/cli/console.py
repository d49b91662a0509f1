"""Shows things: problems, tables and results, for people or as one JSON document. It decides nothing."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO, cast

from briefgen.errors import Problem, quantity


@dataclass(frozen=True, slots=True)
class Console:
    """How this run speaks: `--json`, `-q`, `-v`."""

    as_json: bool = False
    quiet: bool = False
    verbose: bool = False

    def line(self, text: str = "") -> None:
        """A line of a result, for people only."""
        if not self.as_json:
            print(text)

    def note(self, text: str) -> None:
        """A remark beside the result; silent with `-q`."""
        if not self.quiet:
            print(text, file=sys.stderr)

    def detail(self, text: str) -> None:
        """A remark that only `-v` shows."""
        if self.verbose:
            print(text, file=sys.stderr)

    def document(self, data: Mapping[str, Any]) -> None:
        """The one JSON document of a run with `--json`."""
        if self.as_json:
            print(json.dumps(data, ensure_ascii=False, indent=2, default=str))

    def problems(self, problems: Iterable[Problem]) -> None:
        """Each problem with what was compared and what to do; on stderr, and not with `--json`.

        With `-q` warnings are silent.
        """
        if self.as_json:
            return
        for problem in problems:
            if not (self.quiet and problem.severity == "warning"):
                print(format_problem(problem), file=sys.stderr)

    def warnings(self, warnings: Sequence[Problem], campaign: Path) -> None:
        """A campaign's warnings, for commands that come again and again: in one line, whole with `-v`."""
        if self.verbose:
            self.problems(warnings)
        elif warnings and not self.as_json:
            told = Counter(warning.code for warning in warnings)
            codes = ", ".join(code if number == 1 else f"{code} ({number})" for code, number in told.items())
            command = f"briefgen check {campaign}" if campaign != Path() else "briefgen check"
            number = quantity(len(warnings), "warning")
            self.note(f"{number}: {codes}. {command} says what to do.")

    def table(self, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """A plain table whose columns line up."""
        if self.as_json:
            return
        widths = [max(len(row[column]) for row in (headers, *rows)) for column in range(len(headers))]
        for row in (headers, *rows):
            print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def format_problem(problem: Problem) -> str:
    """A problem as people read it: the sentence, then wording and passage side by side, then what to do."""
    place = f"{problem.place}: " if problem.place else ""
    kind = "warning: " if problem.severity == "warning" else ""
    lines = [f"{place}{kind}{problem.code}: {problem.message}"]
    if problem.wording:
        lines.append(f"    ours:    {problem.wording}")
    if problem.passage:
        lines.append(f"    source:  {problem.passage}")
    if problem.hint:
        lines.append(f"    → {problem.hint}")
    return "\n".join(lines)


_GONE = {errno.EPIPE, errno.EIO, errno.ENXIO}


@contextmanager
def tolerate_closed_streams() -> Iterator[None]:
    """Within, standard output and standard error may be closed, or be closed by their reader, at any time."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = _kept_open(1, sys.stdout), _kept_open(2, sys.stderr)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def _kept_open(number: int, stream: TextIO | None) -> TextIO:
    if stream is not None:
        return cast(TextIO, _Unbroken(stream))
    # Nobody gave us this stream. Its number must not go to a file of ours, in which others would then print.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    if nowhere != number:
        os.dup2(nowhere, number)
        os.close(nowhere)
    return open(number, "w", encoding="utf-8", closefd=False)


class _Unbroken:
    """A text stream to which one can print although nobody reads it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with self._gone_or_not():
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with self._gone_or_not():
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    @contextmanager
    def _gone_or_not(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno not in _GONE:
                raise
            # What is still in the buffer goes there too, at the latest when Python ends.
            with suppress(OSError, ValueError):
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, self._stream.fileno())
                os.close(nowhere)
