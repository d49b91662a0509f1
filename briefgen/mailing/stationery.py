"""Envelopes and sheets of labels as data, from data/stationery.yaml; it draws nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from briefgen.data import FOLDER
from briefgen.errors import Problem, ProblemList, UsageError, suggest
from briefgen.system.yaml_reader import read_text, read_yaml

DATA = FOLDER / "stationery.yaml"


@dataclass(frozen=True, slots=True)
class Field:
    """A rectangle, in millimetres from the left and top edge."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Envelope:
    """One size of envelope, in millimetres."""

    name: str
    """As the command line has it: `dl`, `avery-5160`."""
    title: str
    width: float
    height: float
    address: Field
    """Where the recipient stands, from its upper left corner."""
    sender: Field
    source: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of labels, in millimetres."""

    name: str
    """As the command line has it: `dl`, `avery-5160`."""
    title: str
    width: float
    height: float
    columns: int
    rows: int
    first: Field
    """The first label."""
    across: float
    down: float
    source: str

    def __len__(self) -> int:
        """Labels of a sheet."""
        return self.columns * self.rows

    def label(self, number: int) -> Field:
        """The label of a number, counted from 0 along the rows."""
        row, column = divmod(number, self.columns)
        first = self.first
        return Field(
            first.left + column * self.across, first.top + row * self.down, first.width, first.height
        )


def envelope(name: str) -> Envelope:
    """The envelope of a name; raises UsageFault for one that is not known."""
    found = _named("envelopes", name)
    return Envelope(
        name=name.lower(),
        title=found["title"],
        width=float(found["width"]),
        height=float(found["height"]),
        address=_field(found["address"]),
        sender=_field(found["return"]),
        source=found["source"],
    )


def sheet(name: str) -> Sheet:
    """The sheet of labels of a name; raises UsageFault for one that is not known."""
    found = _named("labels", name)
    return Sheet(
        name=name.lower(),
        title=found["title"],
        width=float(found["paper"]["width"]),
        height=float(found["paper"]["height"]),
        columns=int(found["columns"]),
        rows=int(found["rows"]),
        first=_field(found),
        across=float(found["across"]),
        down=float(found["down"]),
        source=found["source"],
    )


def known(kind: str) -> list[str]:
    """Names of `envelopes` or `labels`."""
    return list(_stationery()[kind])


def _named(kind: str, name: str) -> Mapping[str, Any]:
    found = _stationery()[kind].get(name.lower())
    if found is None:
        names = known(kind)
        raise UsageError(
            Problem(
                "stationery-unknown",
                f"no {kind} are called {name!r}",
                None,
                suggest(name, names) or f"known: {', '.join(names)}",
            )
        )
    return found


def _field(found: Mapping[str, Any]) -> Field:
    return Field(*(float(found[name]) for name in ("left", "top", "width", "height")))


@cache
def _stationery() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    findings = ProblemList()
    marked = read_yaml(read_text(DATA, DATA.name), DATA.name, findings)
    findings.raise_errors()
    return marked.data if marked else {}
