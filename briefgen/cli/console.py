"""Output of the commands: problems, tables and results, as text or as one JSON document."""

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

from briefgen.errors import Problem, abbreviate_names, quantity

MAX_NAMES = 5
"""Recipients named in a line; further ones are counted."""

MOST_WARNINGS = 10
"""Warnings of one code that a check prints, unless with `-v`: a list in capitals has one for each row."""


@dataclass(frozen=True, slots=True)
class Console:
    """Prints a command's output as the options `--json`, `-q` and `-v` ask for it."""

    as_json: bool = False
    quiet: bool = False
    verbose: bool = False

    @property
    def can_ask(self) -> bool:
        """Return whether somebody sits at a terminal and can answer questions."""
        return not (self.as_json or self.quiet) and sys.stdin.isatty() and sys.stderr.isatty()

    def line(self, text: str = "") -> None:
        """Print a line of the result; not with `--json`."""
        if not self.as_json:
            print(text)

    def note(self, text: str) -> None:
        """Print a note on standard error; not with `-q`."""
        if not self.quiet:
            print(text, file=sys.stderr)

    def detail(self, text: str) -> None:
        """Print a note on standard error, with `-v` only."""
        if self.verbose:
            print(text, file=sys.stderr)

    def document(self, data: Mapping[str, Any]) -> None:
        """Print the JSON document of a run with `--json`."""
        if self.as_json:
            print(json.dumps(data, ensure_ascii=False, indent=2, default=str))

    def problems(self, problems: Iterable[Problem], most: int | None = None) -> None:
        """Print problems on standard error; not with `--json`, and no warnings with `-q`.

        Of the warnings with one code, print `most` and count the others, unless with `-v`.
        """
        if self.as_json:
            return
        seen: Counter[str] = Counter()
        for problem in problems:
            if problem.severity == "warning":
                seen[problem.code] += 1
                if self.quiet or (most and not self.verbose and seen[problem.code] > most):
                    continue
            print(format_problem(problem), file=sys.stderr)
        for code, count in seen.items():
            if most and not (self.quiet or self.verbose) and count > most:
                self.note(f"warning: {code}: and {count - most} more like these; -v shows all")

    def warnings(self, warnings: Sequence[Problem], campaign: Path) -> None:
        """Print a campaign's warnings in one line, or in full with `-v`; for commands that are run often."""
        if self.verbose:
            self.problems(warnings)
        elif warnings and not self.as_json:
            counts = Counter(warning.code for warning in warnings)
            codes = ", ".join(code if count == 1 else f"{code} ({count})" for code, count in counts.items())
            command = f"briefgen check {campaign}" if campaign != Path() else "briefgen check"
            self.note(f"{quantity(len(warnings), 'warning')}: {codes}. Run {command} for details.")

    def withheld(self, withheld: Sequence[Problem]) -> None:
        """Say how many recipients get no letter on purpose, and who; with `-v` also why."""
        if self.as_json or not withheld:
            return
        if self.verbose:
            self.problems(withheld)
        from briefgen.recipients.do_not_write import describe_withheld

        if unwanted := [problem for problem in withheld if problem.code == "do-not-write"]:
            self.note(describe_withheld(unwanted))
        if left_out := [problem.about for problem in withheld if problem.code != "do-not-write"]:
            verb = "is" if len(left_out) == 1 else "are"
            count = quantity(len(left_out), "recipient")
            self.note(f"{count} {verb} left out by `after`: {abbreviate_names(left_out, MAX_NAMES)}.")

    def table(self, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print a table with aligned columns; not with `--json`."""
        if self.as_json:
            return
        widths = [max(len(row[column]) for row in (headers, *rows)) for column in range(len(headers))]
        for row in (headers, *rows):
            print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def format_problem(problem: Problem) -> str:
    """Return a problem as lines: the message, the wording and passage to compare, and the hint."""
    place = f"{problem.place}: " if problem.place else ""
    kind = "warning: " if problem.severity == "warning" else ""
    lines = [f"{place}{kind}{problem.code}: {problem.message}"]
    if problem.wording:
        lines.append(f"    wording: {problem.wording}")
    if problem.passage:
        lines.append(f"    source:  {problem.passage}")
    if problem.hint:
        lines.append(f"    → {problem.hint}")
    return "\n".join(lines)


_CLOSED_STREAM_ERRORS = {errno.EPIPE, errno.EIO, errno.ENXIO}


@contextmanager
def tolerate_closed_streams() -> Iterator[None]:
    """Let standard output and standard error be closed, or be closed by their reader, at any time."""
    original = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = _tolerant_stream(1, sys.stdout), _tolerant_stream(2, sys.stderr)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = original


def _tolerant_stream(number: int, stream: TextIO | None) -> TextIO:
    if stream is not None:
        return cast(TextIO, _TolerantStream(stream))
    # The process was started without this stream. Its descriptor must not be reused for one of our files:
    # a child process would then print into that file.
    null = os.open(os.devnull, os.O_WRONLY)
    if null != number:
        os.dup2(null, number)
        os.close(null)
    return open(number, "w", encoding="utf-8", closefd=False)


class _TolerantStream:
    """A text stream that accepts output even if nobody reads it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with self._ignore_closed_stream():
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with self._ignore_closed_stream():
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    @contextmanager
    def _ignore_closed_stream(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno not in _CLOSED_STREAM_ERRORS:
                raise
            # Whatever is still in the buffer goes there too, when Python exits at the latest.
            with suppress(OSError, ValueError):
                null = os.open(os.devnull, os.O_WRONLY)
                os.dup2(null, self._stream.fileno())
                os.close(null)
