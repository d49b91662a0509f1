"""Reads YAML that people write: a place for each value, every problem at once.

libyaml (through PyYAML) does the parsing; a scalar stays the words that were typed, and the record it is
read into gives it its type. So `no` is a country, `01234` a postal code and `2012-04` a date, as written.
Anchors, aliases, tags, repeated keys and deep nesting are refused: a campaign has no use for them, an
attacker has.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from briefgen.errors import BriefgenError, Place, Problem, ProblemList, suggest
from briefgen.model.written import Path as KeyPath
from briefgen.model.written import Written
from briefgen.system.files import content

MAX_DEPTH = 30
MAX_BYTES = 4_000_000

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Plain(_Loader):  # type: ignore[misc]
    """CSafeLoader that knows one implicit type: an empty value, `~` or `null` is no value."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}


_Plain.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:null|~|)$"), ["n", "~", ""])
_BARE_COLOUR = re.compile(r":\s+#[0-9a-fA-F]{3,8}\b")
_KNOWN_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("null", "str", "map", "seq")}


@dataclass(frozen=True, slots=True)
class Marked:
    """Plain data read from YAML, and the place of every value by its path of keys."""

    data: Any
    places: Mapping[KeyPath, Place]
    file: str


def read_text(path: Path, shown: str) -> str:
    """Return a text file's content with `\\n` line ends and without a byte-order mark.

    Raises StorageFault where the file cannot be read or is larger than 4 MB, BriefgenError where it is not
    UTF-8.
    """
    raw = content(path, shown, MAX_BYTES)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise BriefgenError(
            Problem("file-encoding", "is not UTF-8", Place(shown, line), "save the file as UTF-8")
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_yaml(text: str, file: str, findings: ProblemList, first_line: int = 1) -> Marked | None:
    """Parse `text`; report problems to `findings` and return None where there is no usable data.

    `first_line` is the line of the file on which `text` begins (front matter starts on line 2).
    """
    shift = first_line - 1
    try:
        if not _allowed(text, file, findings, shift):
            return None
        node = yaml.compose(text, Loader=_Plain)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        place = Place(file, mark.line + 1 + shift, mark.column + 1) if mark else Place(file)
        what = getattr(error, "problem", None) or "not readable as YAML"
        findings.add(Problem("yaml-syntax", what, place, _what_to_quote(text, mark.line if mark else 0)))
        return None
    places: dict[KeyPath, Place] = {}
    before = len(findings.problems)
    data = _construct(node, (), file, shift, places, findings) if node is not None else None
    return None if len(findings.problems) > before else Marked(data, places, file)


def _what_to_quote(text: str, line: int) -> str:
    """What to do about a text that is no YAML; its reader gives up at the mistake or one line below."""
    if any(map(_BARE_COLOUR.search, text.split("\n")[max(0, line - 1) : line + 1])):
        return 'put a colour in quotation marks, "#1f3a5f": without them # begins a comment'
    return "quote texts that contain ': ' or begin with a sign"


def _allowed(text: str, file: str, findings: ProblemList, shift: int) -> bool:
    """Refuse anchors, aliases, several documents and deep nesting before anything is built."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=_Plain):
        mark = event.start_mark
        place = Place(file, mark.line + 1 + shift, mark.column + 1) if mark else Place(file)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            findings.add(
                Problem(
                    "yaml-anchor",
                    "anchors (&) and aliases (*) are not used here",
                    place,
                    "write the value out, or put it in quotation marks",
                )
            )
            return False
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                findings.add(Problem("yaml-syntax", "a second document begins", place, "remove the line ---"))
                return False
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            findings.add(Problem("yaml-depth", f"nested deeper than {MAX_DEPTH} levels", place))
            return False
    return True


def _construct(
    node: yaml.Node, path: KeyPath, file: str, shift: int, places: dict[KeyPath, Place], findings: ProblemList
) -> Any:
    place = Place(file, node.start_mark.line + 1 + shift, node.start_mark.column + 1)
    places.setdefault(path, place)
    if node.tag not in _KNOWN_TAGS:
        findings.add(Problem("yaml-tag", f"the tag {node.tag} is not used here", place, "remove it"))
        return None
    if isinstance(node, yaml.MappingNode):
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key_place = Place(file, key_node.start_mark.line + 1 + shift, key_node.start_mark.column + 1)
            if not isinstance(key_node, yaml.ScalarNode):
                findings.add(Problem("yaml-syntax", "a key must be a plain word", key_place))
                continue
            key = str(key_node.value)
            if key in result:
                findings.add(
                    Problem("yaml-repeated-key", f"{key!r} stands twice", key_place, "remove one of them")
                )
                continue
            # A key's place serves for its value too: that is where a person looks.
            places[(*path, key)] = key_place
            result[key] = _construct(value_node, (*path, key), file, shift, places, findings)
        return result
    if isinstance(node, yaml.SequenceNode):
        return [
            _construct(child, (*path, index), file, shift, places, findings)
            for index, child in enumerate(node.value)
        ]
    return None if node.tag.endswith(":null") else str(node.value)


Record = TypeVar("Record", bound=Written)


def build(record: type[Record], marked: Marked, findings: ProblemList) -> Record | None:
    """Make a record of the data; every unknown key, missing key and wrong type goes to `findings`."""
    if not isinstance(marked.data, dict):
        findings.add(Problem("wrong-type", "a list of `key: value` lines is expected", Place(marked.file, 1)))
        return None
    try:
        return record.model_validate(marked.data).placed(marked.file, marked.places)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            findings.add(_validation_problem(record, marked, detail))
        return None


def _validation_problem(record: type[Written], marked: Marked, detail: Mapping[str, Any]) -> Problem:
    loc: KeyPath = tuple(detail["loc"])
    place = _nearest(marked, loc)
    name = ".".join(str(part + 1) if isinstance(part, int) else part for part in loc)
    if detail["type"] == "extra_forbidden":
        hint = suggest(str(loc[-1]), _keys(record, loc[:-1]))
        return Problem("unknown-key", f"unknown key {name!r}", place, hint)
    if detail["type"] == "missing":
        return Problem("missing-key", f"{name!r} is missing", place, f"add a line `{loc[-1]}: …`")
    if detail["type"] == "value_error":
        reason = str(detail["ctx"]["error"])
        return Problem("wrong-value", f"{name}: {reason}" if name else reason, place)
    shown = repr(detail["input"])
    shown = shown if len(shown) <= 60 else shown[:57] + "…"
    expected, example = _expected(detail)
    return Problem("wrong-type", f"{name}: {expected} is expected, not {shown}", place, example)


_PATTERNS: Mapping[str, tuple[str, str]] = {
    r"^[a-z0-9]+(?:-[a-z0-9]+)*$": (
        "a name of small letters, digits and hyphens",
        "for example act-on-the-inquiry",
    ),
    "^[A-Z]{2}$": ("a country as two capital letters", "for example US, GB, DE (ISO 3166)"),
    "^(#?[0-9a-fA-F]{6})?$": ("a colour as six hexadecimal figures", 'for example "#1f3a5f", in quotes'),
}
_EXPECTED: Mapping[str, tuple[str, str | None]] = {
    "date": ("a date", "write year, month and day: 2026-11-24"),
    "int": ("a whole number", None),
    "float": ("a number", None),
    "bool": ("true or false", None),
    "list": ("a list", "put each entry on a line of its own, behind a hyphen"),
    "dict": ("a group of `key: value` lines", "put them below, two spaces further in"),
    "model": ("a group of `key: value` lines", "put them below, two spaces further in"),
    "string": ("a text", None),
}


def _expected(detail: Mapping[str, Any]) -> tuple[str, str | None]:
    """What a value should have been, in plain words, and an example."""
    context = detail.get("ctx", {})
    kind = detail["type"]
    if kind == "string_pattern_mismatch" and context["pattern"] in _PATTERNS:
        return _PATTERNS[context["pattern"]]
    if kind == "literal_error":
        options = re.findall("'([^']*)'", context["expected"])
        return " or ".join(options), suggest(str(detail["input"]), options)
    if kind in ("too_short", "string_too_short"):
        return "at least one entry" if kind == "too_short" else "a text that is not empty", None
    if kind in ("too_long", "string_too_long"):
        most = context["max_length"]
        return f"at most {most} {'entries' if kind == 'too_long' else 'characters'}", None
    for bound, words in (("ge", "at least"), ("le", "at most"), ("gt", "more than"), ("lt", "less than")):
        if bound in context:
            return f"a number of {words} {context[bound]:g}", None
    family = kind.split("_")[0]
    if family in _EXPECTED:
        return _EXPECTED[family]
    # pydantic's own words, where there are none of ours.
    return f"something else ({detail['msg']})", None


def _nearest(marked: Marked, loc: KeyPath) -> Place:
    for length in range(len(loc), -1, -1):
        place = marked.places.get(loc[:length])
        if place is not None:
            return place
    return Place(marked.file)


def _keys(record: type[Written], loc: KeyPath) -> list[str]:
    """The keys that are known at `loc`, found by walking the record's fields."""
    current: Any = record
    for part in loc:
        if isinstance(part, int):
            continue
        field = getattr(current, "model_fields", {}).get(part) or next(
            (f for f in getattr(current, "model_fields", {}).values() if f.alias == part), None
        )
        if field is None:
            return []
        current = _record_within(field.annotation)
        if current is None:
            return []
    return [field.alias or name for name, field in current.model_fields.items()]


def _record_within(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, Written):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _record_within(argument)
        if found is not None:
            return found
    return None


def split_front_matter(text: str, file: str, findings: ProblemList) -> tuple[str, str, int] | None:
    """Split `---` front matter from its body: (yaml, body, line on which the body begins)."""
    lines = text.split("\n")
    if lines[0].strip() != "---":
        findings.add(
            Problem(
                "front-matter",
                "must begin with a line ---",
                Place(file, 1),
                "put the `key: value` lines between two lines ---",
            )
        )
        return None
    for number, line in enumerate(lines[1:], start=2):
        if line.strip() == "---":
            return "\n".join(lines[1 : number - 1]), "\n".join(lines[number:]), number + 1
    findings.add(
        Problem(
            "front-matter",
            "the second line --- is missing",
            Place(file, 1),
            "end the `key: value` lines with a line ---",
        )
    )
    return None
