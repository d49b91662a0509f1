"""Brings recipients in from spreadsheets and published data: reads, merges, filters, says how old it is.

What a format holds is known in briefgen.recipients; nothing is written here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from briefgen.errors import BriefgenError, Place, Problem, ProblemList, UsageError, suggest
from briefgen.model.recipient import Recipient
from briefgen.recipients import (
    Brought,
    Columns,
    read_congress,
    read_openstates,
    read_popolo,
    read_recipients,
    read_workbook,
)
from briefgen.recipients.schema import BY_NAME, sendable
from briefgen.recipients.table import AS_THEY_ARE
from briefgen.system.yaml_reader import read_text, read_yaml

_SPECIAL = {"committee": "committees", "tag": "tags"}
"""Names in a filter for one item of a column that holds several."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an import was asked for."""

    columns: Columns = AS_THEY_ARE
    where: tuple[str, ...] = ()
    """Filters, which must all hold: `chamber=senate`, `committee=SSFR:chair`, `party!=X`, `state=OH,PA`."""
    current: bool = False
    """Leave out those whose term has ended."""
    encoding: str = "utf-8"
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """The recipients to be written, and what is to be said about them."""

    recipients: list[Recipient]
    merged: int
    """How many stood in more than one file."""
    filtered: int
    """How many the filters left out."""
    newest: date | None
    """The latest day in the data; None where it holds none."""
    ended: list[str]
    """Ids of those whose term has ended; left out where that was wanted."""
    unaddressed: list[str]
    """Ids of those without a usable postal address."""


def bring(
    kind: str, paths: Sequence[Path], wanted: Wanted, offices: Iterable[str], on: date, findings: ProblemList
) -> Imported:
    """Read files of a kind (`congress`, `popolo`, `openstates`, `csv`, `xlsx`), merge and filter them.

    `on` is the day for which terms are judged. Bad rows go to `findings`. Raises StorageFault or
    BriefgenError where a file cannot be used, UsageFault where a filter cannot be read.
    """
    filters = [_filter(text) for text in wanted.where]
    brought = _read(kind, paths, wanted, list(offices), findings)
    _check_headers(wanted.columns, len(paths), findings)
    everybody, merged = merge([one.recipients for one in brought])
    chosen = [one for one in everybody if all(each.holds(one) for each in filters)]
    for each in filters:
        each.check(everybody)
    if everybody and not chosen:
        findings.add(
            Problem(
                "where-nothing",
                f"none of {len(everybody)} recipients is left by {' and '.join(wanted.where)}",
                None,
                "look at the values in the data: leave --where out, and read the file",
                severity="warning",
            )
        )
    ended = [one.id for one in chosen if one.term_end is not None and one.term_end < on]
    kept = [one for one in chosen if not (wanted.current and one.id in set(ended))]
    findings.extend(_alike(kept))
    return Imported(
        kept,
        merged,
        len(everybody) - len(chosen),
        max((one.newest for one in brought if one.newest), default=None),
        ended,
        [one.id for one in kept if (problem := sendable(one, date.min)) and problem.code == "no-address"],
    )


def _check_headers(columns: Columns, files: int, findings: ProblemList) -> None:
    """Raise where a mapped header stands in none of the files; where some have it, a warning is enough."""
    missing = [problem for problem in findings.problems if problem.code == "map-header"]
    nowhere = [
        problem for problem in missing if sum(one.message == problem.message for one in missing) == files
    ]
    if nowhere:
        once = {problem.message: replace(problem, severity="error") for problem in reversed(nowhere)}
        raise UsageError(reversed(once.values()))


def _read(
    kind: str, paths: Sequence[Path], wanted: Wanted, offices: list[str], findings: ProblemList
) -> list[Brought]:
    """Each file by itself, so that one who stands in several is merged and not refused."""
    columns = wanted.columns
    if kind == "openstates":
        files = [(path, str(path)) for path in paths]
        return [read_openstates(files, findings, offices=offices, columns=columns)]
    read = []
    for path in paths:
        shown = str(path)
        if kind == "congress":
            read.append(read_congress(path, shown, findings))
        elif kind == "popolo":
            read.append(read_popolo(path, shown, findings, offices=offices, columns=columns))
        elif kind == "xlsx":
            rows = read_workbook(path, shown, findings, sheet=wanted.sheet, offices=offices, columns=columns)
            read.append(Brought(rows))
        else:
            rows = read_recipients(
                path, shown, findings, offices=offices, encoding=wanted.encoding, columns=columns
            )
            read.append(Brought(rows))
    return read


def merge(files: Iterable[Sequence[Recipient]]) -> tuple[list[Recipient], int]:
    """One list of several, and how many stood in more than one.

    Who stands in several files by the same id is taken once, where they stand first: a field comes from the
    last file in which it is filled in, so that a new import keeps what was written into the old list.
    """
    found: dict[str, Recipient] = {}
    merged = set()
    for recipients in files:
        for recipient in recipients:
            earlier = found.get(recipient.id)
            if earlier is not None:
                merged.add(recipient.id)
            found[recipient.id] = recipient if earlier is None else _over(earlier, recipient)
    return list(found.values()), len(merged)


def _over(earlier: Recipient, later: Recipient) -> Recipient:
    changes: dict[str, Any] = {
        one.name: value for one in fields(later) if (value := getattr(later, one.name)) not in ("", (), None)
    }
    filled = {name: text for name, text in later.extra.items() if text}
    return replace(earlier, **{**changes, "extra": {**earlier.extra, **filled}})


def _alike(recipients: Iterable[Recipient]) -> list[Problem]:
    """Warnings about people who may be one: the same name and country under two ids."""
    seen: dict[tuple[str, str], Recipient] = {}
    problems = []
    for one in recipients:
        if not one.name:
            continue
        other = seen.setdefault((one.name.casefold(), one.country), one)
        if other is not one:
            problems.append(
                Problem(
                    "recipients-alike",
                    f"{one.name} stands there twice, as {other.id} and {one.id}",
                    one.place,
                    "give both rows the same id if they are one person",
                    severity="warning",
                )
            )
    return problems


@dataclass(frozen=True, slots=True)
class _Filter:
    """One condition of `--where`."""

    name: str
    values: tuple[str, ...]
    without: bool

    def holds(self, recipient: Recipient) -> bool:
        """Whether the recipient has one of the values, or none of them where they are not wanted."""
        held = {text.casefold() for text in _values(recipient, self.name)}
        return bool(held & set(self.values)) is not self.without

    def check(self, recipients: Sequence[Recipient]) -> None:
        """Raise UsageFault where no recipient has such a column."""
        known = {*BY_NAME, *_SPECIAL, *(name for one in recipients for name in one.extra)}
        if self.name not in known:
            raise UsageError(
                Problem("where-column", f"no column is called {self.name!r}", None, suggest(self.name, known))
            )


def _values(recipient: Recipient, name: str) -> list[str]:
    if name in ("committee", "committees"):
        return [text for one in recipient.committees for text in (one.id, f"{one.id}:{one.role}")]
    if name in ("tag", "tags"):
        return list(recipient.tags)
    if name in BY_NAME:
        return [BY_NAME[name].write(getattr(recipient, name) or "")]
    return [recipient.extra.get(name, "")]


def _filter(text: str) -> _Filter:
    name, sign, value = text.partition("!=") if "!=" in text else text.partition("=")
    if not sign or not name.strip():
        raise UsageError(
            Problem("where-pair", f"{text!r} is no filter", None, "write for example chamber=senate")
        )
    return _Filter(
        name.strip(), tuple(part.strip().casefold() for part in value.split(",")), without=sign == "!="
    )


def columns_from(pairs: Iterable[str], file: Path | None, filled: Iterable[str]) -> Columns:
    """How foreign columns become ours, from `Surname=family` pairs, a mapping file and `office=uk-mp` pairs.

    Raises UsageFault or BriefgenError where a pair, the file, or a name of ours is not right.
    """
    named = {**_mapping(file), **dict(_pair(text, "map-pair", "Surname=family") for text in pairs)}
    given = dict(_pair(text, "set-pair", "office=uk-mp") for text in filled)
    for ours in (*named.values(), *given):
        near = suggest(ours, BY_NAME)
        if ours and ours not in BY_NAME and (ours in given or (near and near.startswith("did you mean"))):
            raise UsageError(Problem("map-column", f"no column is called {ours!r}", None, near))
    return Columns(named, given)


def _pair(text: str, code: str, example: str) -> tuple[str, str]:
    left, sign, right = text.rpartition("=") if code == "map-pair" else text.partition("=")
    if not sign or not left.strip():
        raise UsageError(Problem(code, f"{text!r} is no pair", None, f"write for example {example}"))
    return left.strip(), right.strip()


def _mapping(file: Path | None) -> Mapping[str, str]:
    if file is None:
        return {}
    findings = ProblemList()
    shown = str(file)
    marked = read_yaml(read_text(file, shown), shown, findings)
    findings.raise_errors()
    if marked is None or not isinstance(marked.data, dict):
        raise BriefgenError(Problem("map-file", "lines like `Surname: family` are expected", Place(shown, 1)))
    wrong = [key for key, value in marked.data.items() if value is not None and not isinstance(value, str)]
    if wrong:
        raise BriefgenError(
            Problem("map-file", f"{wrong[0]!r} takes one name", marked.places.get((wrong[0],), Place(shown)))
        )
    return {key: value or "" for key, value in marked.data.items()}
