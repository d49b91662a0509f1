"""Reads RIS, the tagged lines that reference managers exchange, into CSL-JSON items.

It is our own because pandoc's reader loses dates, kinds of works and the day of access (pandoc 3.9). The
table of tags is briefgen/data/ris.yaml. What a tag holds is not judged here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from briefgen.data import word_data

_LINE = re.compile(r"(?P<tag>[A-Z][A-Z0-9])\s{1,2}-(?:\s(?P<value>.*))?$")


@dataclass(frozen=True, slots=True)
class Tagged:
    """One entry as it stands."""

    line: int
    """Of its TY, counted from 1."""
    values: dict[str, list[str]] = field(default_factory=dict)


def read_ris(text: str) -> tuple[list[tuple[int, dict[str, Any]]], list[int]]:
    """Items with the lines where they begin, and lines that are no RIS."""
    entries, strays = _entries(text)
    return [(entry.line, _item(entry.values)) for entry in entries], strays


def _entries(text: str) -> tuple[list[Tagged], list[int]]:
    entries: list[Tagged] = []
    strays: list[int] = []
    entry: Tagged | None = None
    last: list[str] | None = None
    for number, line in enumerate(text.split("\n"), start=1):
        match = _LINE.match(line.rstrip())
        if match and match["tag"] == "TY":
            entry = Tagged(number)
            entries.append(entry)
        if match and match["tag"] == "ER":
            entry = last = None
        elif match and entry is not None:
            last = entry.values.setdefault(match["tag"], [])
            last.append((match["value"] or "").strip())
        elif line.strip() and last is not None:
            last[-1] = f"{last[-1]} {line.strip()}"
        elif line.strip():
            strays.append(number)
    return entries, strays


def _item(values: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    table = word_data("ris")
    kind = next(iter(values["TY"]), "")
    item: dict[str, Any] = {"id": _first(values, ["ID"]), "type": table["types"].get(kind, "document")}
    for key, tags in table["texts"].items():
        item[key] = _first(values, tags)
    item["issue" if kind in table["issues"] else "number"] = _first(
        values, ["IS"] if kind in table["issues"] else table["number"]
    )
    item["page"] = "-".join(part for part in (_first(values, ["SP"]), _first(values, ["EP"])) if part)
    for key, tags in table["names"].items():
        item[key] = [_name(name) for tag in tags for name in values.get(tag, []) if name]
    for key, tags in table["dates"].items():
        item[key] = max(map(_date, _all(values, tags)), key=_precision, default={})
    return {key: value for key, value in item.items() if value}


def _all(values: Mapping[str, Sequence[str]], tags: Sequence[str]) -> Iterator[str]:
    for tag in tags:
        yield from (value for value in values.get(tag, []) if value)


def _first(values: Mapping[str, Sequence[str]], tags: Sequence[str]) -> str:
    return next(_all(values, tags), "")


def _name(name: str) -> dict[str, str]:
    """`Family, Given, Suffix`; a name without a comma is an organisation's."""
    parts = [part.strip() for part in name.split(",")]
    if len(parts) == 1 or not parts[1]:
        return {"literal": parts[0]}
    suffix = {"suffix": parts[2]} if len(parts) > 2 and parts[2] else {}
    return {"family": parts[0], "given": parts[1], **suffix}


def _date(value: str) -> dict[str, Any]:
    """`YYYY/MM/DD/anything`, each but the year may be empty; also with hyphens."""
    match = re.match(r"(\d{4})(?:[/-](\d{1,2})?(?:[/-](\d{1,2})?)?)?(?:/|$|\s|T)", value)
    if not match:
        return {"literal": value}
    parts = [match[1], match[2], match[3] if match[2] else None]
    return {"date-parts": [[int(part) for part in parts if part]]}


def _precision(date: Mapping[str, Any]) -> int:
    return len(date["date-parts"][0]) if "date-parts" in date else 0
