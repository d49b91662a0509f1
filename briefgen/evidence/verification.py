"""What the checks of a library find: its problems, and how each statement was verified."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from briefgen.errors import Problem


@dataclass(frozen=True, slots=True)
class Verification:
    """How a statement's evidence was proved, for the evidence record in documents."""

    how: Literal["proved", "unchanged", "seconded", "attested", "computed", "none", "failed"]
    """`proved`: every quote against its text in this run; `unchanged`: unchanged since its last proof;
    `seconded`: no quote, but two people read every source; `attested`: one did; `computed`: neither quote nor
    reading; `none`: there is no evidence."""
    on: str
    """ISO date of the proof (for `unchanged`, of the last one) or of the reading; may be empty."""
    by: str
    """The reviewer of the wording."""
    reviewed: str
    """ISO date of that review."""

    def as_json(self) -> dict[str, str]:
        """Return the verification as the evidence record holds it."""
        return {"how": self.how, "on": self.on, "by": self.by, "reviewed": self.reviewed}


@dataclass(frozen=True, slots=True)
class LibraryCheck:
    """The result of checking a library."""

    problems: tuple[Problem, ...]
    """Sorted by file, line and column."""
    verified: Mapping[str, Verification]
    """By snippet id; for caveats, by `caveats/ID`."""
