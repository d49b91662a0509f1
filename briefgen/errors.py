"""What can be wrong, and how it is said: places, problems, and the one family of exceptions.

This room does not look for problems and does not print them; it only gives them their form.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from difflib import get_close_matches
from typing import Any, Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands in a file that a person wrote."""

    file: str
    """Path as the user would name it; never resolved to an absolute path for display."""
    line: int | None = None
    """Counted from 1; None where the problem belongs to the whole file."""
    column: int | None = None
    """Counted from 1, in characters."""

    def __str__(self) -> str:
        """`file:line:column`, as far as known."""
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: rule, value, place, and what to do next.

    Every `code` has a section of that name in docs/checks/.
    """

    code: str
    """Stable name of the rule in lower-case words with hyphens, for example `quote-missing`."""
    message: str
    """What is wrong, with the offending value, in one sentence without a full stop."""
    place: Place | None = None
    """None only where no file is concerned (a missing system library, say)."""
    hint: str | None = None
    """What to do next; None where the message leaves no question."""
    severity: Severity = "error"
    wording: str | None = None
    """Our words, where they are to be compared with a passage."""
    passage: str | None = None
    """The source's words that the wording is compared with."""
    about: str = ""
    """Id of the recipient, where one is concerned."""

    def __str__(self) -> str:
        """One line for people: place, code, message, hint."""
        where = f"{self.place}: " if self.place else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{where}{self.code}: {self.message}{hint}"

    def as_json(self) -> dict[str, Any]:
        """The problem as one JSON object; absent values are null."""
        return asdict(self)


class BriefgenError(Exception):
    """Anything that a user is told about instead of a traceback; carries all problems found."""

    exit_code = 1

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        """Take one problem or several; there is always at least one."""
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        if not self.problems:
            raise ValueError("a BriefgenError needs a problem")
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel between processes with the problems."""
        return (type(self), (self.problems,))


class UsageError(BriefgenError):
    """The command was called wrongly."""

    exit_code = 2


class StorageError(BriefgenError):
    """Reading or writing failed: disk full, read-only, unreadable."""

    exit_code = 74


class RunInterruptedError(BriefgenError):
    """Somebody broke the command off with Ctrl-C."""

    exit_code = 130


class OutputBusyError(BriefgenError):
    """Another run holds the output folder."""

    exit_code = 75


@dataclass(slots=True)
class ProblemList:
    """Collects problems so that all are reported at once."""

    problems: list[Problem] = field(default_factory=list)

    def add(self, problem: Problem) -> None:
        """Keep one problem."""
        self.problems.append(problem)

    def extend(self, problems: Iterable[Problem]) -> None:
        """Keep several problems."""
        self.problems.extend(problems)

    @property
    def errors(self) -> list[Problem]:
        """Those that stop the work."""
        return [problem for problem in self.problems if problem.severity == "error"]

    def raise_errors(self) -> None:
        """Raise a BriefgenError with every problem, where at least one is an error."""
        if self.errors:
            raise BriefgenError(self.problems)


def count_recipients(skipped: Iterable[Problem]) -> int:
    """How many recipients problems of rows concern: those at one line of one file are one."""
    places = [one.place and (one.place.file, one.place.line) for one in skipped]
    return len({place for place in places if place}) + places.count(None)


def suggest(word: str, known: Iterable[str]) -> str | None:
    """A hint naming the nearest known words, or listing all where few are known and none is near."""
    names = sorted(set(known))
    near = get_close_matches(word, names, n=3, cutoff=0.6)
    if near:
        return "did you mean " + " or ".join(near) + "?"
    if 0 < len(names) <= 30:
        return "known here: " + ", ".join(names)
    return None
