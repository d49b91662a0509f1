"""Paths to the values in records of CSV, JSON and XML, and reading such files into records.

A path is the names of the fields that lead to a value, `member/fullName`. Lists are walked through. `[-1]`
after a name takes the last item of a list, `[0]` the first, `[typeOrgane=ASSEMBLEE]` those whose value at a
path is this, and `[dateFin=]` those in which it is empty; `!=` is the contrary. Attributes of XML are
`@name`; namespaces are left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from briefgen.errors import BriefgenError, Place, Problem, quantity
from briefgen.recipients.importers.base import MAX_BYTES, load_json, to_text
from briefgen.system.files import read_limited_bytes

TEXT_KEY = "#text"
"""Text of an element that has attributes, also in JSON that was made of XML."""
MAX_ATTRIBUTES = 1_000
"""Of an element: libxml2 searches them one by one, so that many of them would take minutes."""
_STEP = re.compile(r"(?P<name>[^/\[\]]+)(?P<selectors>(?:\[[^\[\]]+\])*)(?:/|$)")
_SELECTOR = re.compile(r"\[([^\[\]]+)\]")
_ODATA_DATE = re.compile(r"/Date\((-?\d{1,15})(?:[+-]\d{4})?\)/")


@dataclass(frozen=True, slots=True)
class Condition:
    """What the value at a path must be, or must not be."""

    path: RecordPath
    value: str
    negated: bool

    def matches(self, record: Any) -> bool:
        """Return whether a record fulfils the condition."""
        return (find_text(record, self.path) == self.value) is not self.negated


@dataclass(frozen=True, slots=True)
class _Step:
    name: str
    selectors: tuple[int | Condition, ...]


@dataclass(frozen=True, slots=True)
class RecordPath:
    """A path to values in a record."""

    text: str
    steps: tuple[_Step, ...]


def parse_record_path(text: str, *, flat: bool = False) -> RecordPath:
    """Parse a path, in a `flat` record the name of a field; raise ValueError if it is malformed."""
    if flat:
        return RecordPath(text, (_Step(text, ()),))
    steps: list[_Step] = []
    position = 0
    while position < len(text):
        match = _STEP.match(text, position)
        if match is None or (match.end() == len(text) and text.endswith("/")):
            raise ValueError(
                f"{text!r} is not a path: write names with / between them, as in member/name[-1]"
            )
        selectors = tuple(_parse_selector(selector) for selector in _SELECTOR.findall(match["selectors"]))
        steps.append(_Step(match["name"].strip(), selectors))
        position = match.end()
    return RecordPath(text, tuple(steps))


def _parse_selector(text: str) -> int | Condition:
    return int(text) if re.fullmatch(r"-?\d{1,6}", text) else parse_condition(text)


def parse_condition(text: str) -> Condition:
    """Parse `path=value` or `path!=value`; raise ValueError if it is neither."""
    # The sign may not be one in the brackets of the path.
    match = re.fullmatch(r"((?:[^=!\[\]]|\[[^\[\]]*\])+)(!?=)(.*)", text, re.DOTALL)
    if match is None:
        raise ValueError(f"{text!r} is not a condition: write for example type=office, or [-1] for the last")
    return Condition(parse_record_path(match[1].strip()), match[3].strip(), match[2] == "!=")


def find_values(record: Any, path: RecordPath) -> list[Any]:
    """Return all values at a path, those of lists one by one."""
    values = [record]
    for step in path.steps:
        found: list[Any] = []
        for value in values:
            for holder in value if isinstance(value, list) else [value]:
                if isinstance(holder, Mapping) and step.name in holder:
                    found += _select_items(holder[step.name], step.selectors)
        values = found
    return [item for value in values for item in (value if isinstance(value, list) else [value])]


def _select_items(value: Any, selectors: Sequence[int | Condition]) -> list[Any]:
    items = value if isinstance(value, list) else [value]
    for selector in selectors:
        if isinstance(selector, int):
            items = items[selector:][:1] if -len(items) <= selector < len(items) else []
        else:
            items = [item for item in items if selector.matches(item)]
    return items


def find_text(record: Any, path: RecordPath) -> str:
    """Return the first value at a path that is not empty, as text; its lines are kept."""
    for value in find_values(record, path):
        if text := _value_text(value):
            return text
    return ""


def _value_text(value: Any) -> str:
    if isinstance(value, Mapping):
        value = value.get(TEXT_KEY)
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return to_text(value)
    if date := _ODATA_DATE.fullmatch(value):
        from datetime import UTC, datetime, timedelta

        try:
            return (
                (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(date[1]))).date().isoformat()
            )
        except OverflowError:
            return value
    return "\n".join(line for part in value.splitlines() if (line := to_text(part)))


def load_xml(path: Path, place: Place) -> Any:
    """Load an XML file as mappings by name of element, lists and texts.

    Nothing is fetched, and a file that declares entities is refused: they could blow it up to any size. Raise
    StorageError if it cannot be read, BriefgenError if it is damaged.
    """
    from lxml import etree

    raw = read_limited_bytes(path, str(place), MAX_BYTES)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True,
        remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        line = error.position[0] if error.position else None
        message = f"not readable as XML: {str(error.msg)[:120]}"
        problem = Problem("data-file", message, Place(place.file, line or None), "download it again")
        raise BriefgenError(problem) from None
    dtd: Any = root.getroottree().docinfo.internalDTD
    entities = len(list(dtd.iterentities())) if dtd is not None else 0
    if entities:
        message = (
            f"the XML declares {quantity(entities, 'entity', 'entities')}, which published lists do not need"
        )
        raise BriefgenError(Problem("data-file", message, place, "download it again from its publisher"))
    # With a DTD elsewhere, which is not read, an unknown entity is no error, and its letter would be lost.
    if lost := [entry for entry in parser.error_log if entry.type_name.endswith("_UNDECLARED_ENTITY")]:
        message = f"{str(lost[0].message)[:80]}; it stands for a letter that would be lost"
        hint = "write the letters themselves in place of such names (é for &eacute;)"
        raise BriefgenError(Problem("data-file", message, Place(place.file, lost[0].line), hint))
    crowded = next((one for one in root.iter("*") if len(one.attrib) > MAX_ATTRIBUTES), None)
    if crowded is not None:
        message = f"an element has more than {MAX_ATTRIBUTES} attributes"
        raise BriefgenError(Problem("data-file", message, place, "download it again"))
    return {etree.QName(root).localname: _element_data(root)}


def _element_data(element: Any) -> Any:
    data: dict[str, Any] = {f"@{name.rpartition('}')[2]}": text for name, text in element.attrib.items()}
    for child in element:
        if not isinstance(child.tag, str):
            continue
        name, value = child.tag.rpartition("}")[2], _element_data(child)
        if name not in data:
            data[name] = value
        elif isinstance(data[name], list):
            data[name].append(value)
        else:
            data[name] = [data[name], value]
    text = (element.text or "").strip()
    if not data:
        return text
    if text or any((child.tail or "").strip() for child in element):
        data[TEXT_KEY] = " ".join("".join(element.itertext()).split())  # Ben <b>van</b> Muster
    return data


def load_json_data(path: Path, place: Place) -> Any:
    """Load a JSON file; raise like `load_json`."""
    return load_json(path, place, "data-file")
