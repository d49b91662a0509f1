"""Parts of a batch that are made apart from each other, each with a folder and a ledger of its own.

This room says who belongs to which part; parts are put together in briefgen.batch.merge.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from briefgen.batch.outputs.base import SHARDS
from briefgen.errors import Problem, UsageFault
from briefgen.model.recipient import Recipient

MOST = 1000
"""Shards of a batch."""
_FOLDER = re.compile(r"([1-9][0-9]{0,3})-of-([1-9][0-9]{0,3})")


@dataclass(frozen=True, slots=True, order=True)
class Shard:
    """One of `count` parts, counted from 1."""

    number: int
    count: int

    @classmethod
    def read(cls, text: str) -> Self:
        """From `2/8`; raises UsageFault."""
        number, slash, count = (part.strip() for part in text.partition("/"))
        if slash and number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count) <= MOST:
            return cls(int(number), int(count))
        raise UsageFault(
            Problem(
                "shard-unclear",
                f"{text!r} is no shard",
                None,
                f"write the second of eight as 2/8; there are at most {MOST:,}",
            )
        )

    def __str__(self) -> str:
        """As it is given on the command line."""
        return f"{self.number}/{self.count}"

    @property
    def place(self) -> str:
        """Its own output within that of the batch."""
        return f"{SHARDS}/{self.number}-of-{self.count}"

    def holds(self, name: str) -> bool:
        """Whether whoever has this id belongs here.

        By a hash of the id, so that nobody moves to another shard when rows are added, removed or sorted.
        """
        digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()
        return int.from_bytes(digest[:8]) % self.count == self.number - 1

    def recipients(self, everybody: Iterable[Recipient]) -> tuple[Recipient, ...]:
        """Those who belong here, in their order."""
        return tuple(one for one in everybody if self.holds(one.id))

    def problems(self, all_of_them: Iterable[Problem]) -> tuple[Problem, ...]:
        """Those of recipients who belong here; of a row without an id, by its line."""
        return tuple(one for one in all_of_them if self.holds(one.about or _line(one)))


def _line(problem: Problem) -> str:
    return f"{problem.place.file}:{problem.place.line}" if problem.place else ""


def shards_in(out: Path) -> list[Shard]:
    """Those that have a folder, in order. Raises OSError."""
    folder = out / SHARDS
    found = [_FOLDER.fullmatch(path.name) for path in folder.iterdir()] if folder.is_dir() else []
    return sorted(Shard(int(match[1]), int(match[2])) for match in found if match)
