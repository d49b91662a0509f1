"""Problems and exceptions: what is wrong, where in which file, and what to do about it.

This module defines their form only. Checks all over the package create problems, and the command line prints
them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from difflib import get_close_matches
from typing import Any, Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A location in a file that the user wrote."""

    file: str
    """Path as the user would write it; never resolved to an absolute path for display."""
    line: int | None = None
    """Counted from 1; None where the problem belongs to the whole file."""
    column: int | None = None
    """Counted from 1, in characters."""

    def __str__(self) -> str:
        """Return `file:line:column`, as far as they are known."""
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


@dataclass(frozen=True, slots=True)
class Problem:
    """One violation of a rule, with the offending value, its place and what to do next.

    Every `code` has a section of that name in docs/checks/.
    """

    code: str
    """Stable identifier of the rule: lower-case words joined by hyphens, such as `quote-missing`."""
    message: str
    """What is wrong, with the offending value, in one sentence without a full stop."""
    place: Place | None = None
    """None only where no file is involved, as with a missing system library."""
    hint: str | None = None
    """What to do next; None where the message makes it obvious."""
    severity: Severity = "error"
    wording: str | None = None
    """The statement's text, where the reader should compare it with a passage of the source."""
    passage: str | None = None
    """The source text to compare `wording` with."""
    about: str = ""
    """Id of the recipient affected, if any."""

    def __str__(self) -> str:
        """Return place, code, message and hint on one line."""
        where = f"{self.place}: " if self.place else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{where}{self.code}: {self.message}{hint}"

    def as_json(self) -> dict[str, Any]:
        """Return the problem as a JSON object; absent values are null."""
        return asdict(self)


class BriefgenError(Exception):
    """Base of all errors reported to the user without a traceback; carries every problem found."""

    exit_code = 1

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        """Take one problem or several, but at least one."""
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        if not self.problems:
            raise ValueError("a BriefgenError needs a problem")
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with the problems, so that the exception survives the way from worker processes."""
        return (type(self), (self.problems,))


class UsageError(BriefgenError):
    """The command line is invalid."""

    exit_code = 2


class StorageError(BriefgenError):
    """A file could not be read or written: disk full, read-only, no permission."""

    exit_code = 74


class RunInterruptedError(BriefgenError):
    """The user interrupted the command with Ctrl-C."""

    exit_code = 130


class OutputBusyError(BriefgenError):
    """Another run has locked the output folder."""

    exit_code = 75


@dataclass(slots=True)
class ProblemList:
    """A collection of problems, so that all of them are reported at once."""

    problems: list[Problem] = field(default_factory=list)

    def add(self, problem: Problem) -> None:
        """Add one problem."""
        self.problems.append(problem)

    def extend(self, problems: Iterable[Problem]) -> None:
        """Add several problems."""
        self.problems.extend(problems)

    @property
    def errors(self) -> list[Problem]:
        """The problems that stop the work, without the warnings."""
        return [problem for problem in self.problems if problem.severity == "error"]

    def raise_errors(self) -> None:
        """Raise a BriefgenError with all problems, warnings included, if at least one is an error."""
        if self.errors:
            raise BriefgenError(self.problems)


def count_affected_recipients(skipped: Iterable[Problem]) -> int:
    """Count the recipients that problems of rows affect; problems on one line of one file count once."""
    places = [problem.place and (problem.place.file, problem.place.line) for problem in skipped]
    return len({place for place in places if place}) + places.count(None)


def suggest_similar(word: str, known: Iterable[str]) -> str | None:
    """Return a hint with the closest known names, or with all of them if there are few and none is close.

    None where there is nothing useful to suggest.
    """
    names = sorted(set(known))
    near = get_close_matches(word, names, n=3, cutoff=0.6)
    if near:
        return "did you mean " + " or ".join(near) + "?"
    if 0 < len(names) <= 30:
        return "available: " + ", ".join(names)
    return None


def quantity(number: int, singular: str, plural: str = "") -> str:
    """Return a number with its noun: `1 letter`, `12,000 letters`."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def abbreviate_names(names: Sequence[str], limit: int = 3) -> str:
    """List the first `limit` names, and say how many more there are."""
    more = f" and {len(names) - limit:,} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more


def raise_problems(problems: Iterable[Problem]) -> None:
    """Raise BriefgenError with all problems, if there are any."""
    if found := list(problems):
        raise BriefgenError(found)
