"""Reading YAML that people write: every value with its place, all problems at once.

libyaml (through PyYAML) does the parsing. Scalars stay strings as typed, and the YamlModel that they are read
into determines their types, so that `no` is a country, `01234` a postal code and `2012-04` a date. Anchors,
aliases, tags, duplicate keys and deep nesting are refused: campaigns do not need them, but attacks do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

import yaml
from pydantic import ValidationError

from briefgen.errors import BriefgenError, Place, Problem, ProblemList, suggest_similar
from briefgen.model.yaml_model import KeyPath, YamlModel
from briefgen.system.files import read_limited_bytes

MAX_YAML_DEPTH = 30
MAX_TEXT_BYTES = 4_000_000

_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _StringLoader(_SafeLoader):  # type: ignore[misc]
    """CSafeLoader with a single implicit type: an empty value, `~` or `null` is None."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}


_StringLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:null|~|)$"), ["n", "~", ""])
_BARE_COLOUR = re.compile(r":\s+#[0-9a-fA-F]{3,8}\b")
_KNOWN_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("null", "str", "map", "seq")}


@dataclass(frozen=True, slots=True)
class ParsedYaml:
    """Plain data read from YAML, with the place of every value by its key path."""

    data: Any
    places: Mapping[KeyPath, Place]
    file: str


def read_text_file(path: Path, display_name: str) -> str:
    """Return a text file's content with `\\n` line ends and without a byte-order mark.

    Raise StorageError if the file cannot be read or is larger than 4 MB, BriefgenError if it is not UTF-8.
    """
    raw = read_limited_bytes(path, display_name, MAX_TEXT_BYTES)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise BriefgenError(
            Problem("file-encoding", "is not UTF-8", Place(display_name, line), "save the file as UTF-8")
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def parse_yaml(text: str, file: str, problems: ProblemList, first_line: int = 1) -> ParsedYaml | None:
    """Parse `text`; add problems to `problems` and return None if there is no usable data.

    `first_line` is the line of the file on which `text` begins (front matter starts on line 2).
    """
    shift = first_line - 1
    try:
        if not _check_structure(text, file, problems, shift):
            return None
        node = yaml.compose(text, Loader=_StringLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        place = Place(file, mark.line + 1 + shift, mark.column + 1) if mark else Place(file)
        what = getattr(error, "problem", None) or "not valid YAML"
        problems.add(Problem("yaml-syntax", what, place, _quoting_hint(text, mark.line if mark else 0)))
        return None
    places: dict[KeyPath, Place] = {}
    before = len(problems.problems)
    data = _construct_value(node, (), file, shift, places, problems) if node is not None else None
    return None if len(problems.problems) > before else ParsedYaml(data, places, file)


def _quoting_hint(text: str, line: int) -> str:
    """Return a hint for invalid YAML; the parser stops at the mistake or one line after it."""
    if any(map(_BARE_COLOUR.search, text.split("\n")[max(0, line - 1) : line + 1])):
        return 'put the colour in quotes, "#1f3a5f": an unquoted # starts a comment'
    return "put text that contains ': ' or starts with a special character in quotes"


def _check_structure(text: str, file: str, problems: ProblemList, shift: int) -> bool:
    """Return whether the YAML is free of anchors, aliases, further documents and deep nesting.

    This runs before anything is constructed.
    """
    depth = documents = 0
    for event in yaml.parse(text, Loader=_StringLoader):
        mark = event.start_mark
        place = Place(file, mark.line + 1 + shift, mark.column + 1) if mark else Place(file)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            problems.add(
                Problem(
                    "yaml-anchor",
                    "anchors (&) and aliases (*) are not supported",
                    place,
                    "write the value out, or put it in quotes",
                )
            )
            return False
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                problems.add(Problem("yaml-syntax", "a second document starts", place, "remove the line ---"))
                return False
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_YAML_DEPTH:
            problems.add(Problem("yaml-depth", f"nested deeper than {MAX_YAML_DEPTH} levels", place))
            return False
    return True


def _construct_value(
    node: yaml.Node, path: KeyPath, file: str, shift: int, places: dict[KeyPath, Place], problems: ProblemList
) -> Any:
    place = Place(file, node.start_mark.line + 1 + shift, node.start_mark.column + 1)
    places.setdefault(path, place)
    if node.tag not in _KNOWN_TAGS:
        problems.add(Problem("yaml-tag", f"the tag {node.tag} is not supported", place, "remove it"))
        return None
    if isinstance(node, yaml.MappingNode):
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key_place = Place(file, key_node.start_mark.line + 1 + shift, key_node.start_mark.column + 1)
            if not isinstance(key_node, yaml.ScalarNode):
                problems.add(Problem("yaml-syntax", "keys must be plain words", key_place))
                continue
            key = str(key_node.value)
            if key in result:
                problems.add(
                    Problem("yaml-repeated-key", f"duplicate key {key!r}", key_place, "remove one of them")
                )
                continue
            # A value's place is that of its key, which is where people look.
            places[(*path, key)] = key_place
            result[key] = _construct_value(value_node, (*path, key), file, shift, places, problems)
        return result
    if isinstance(node, yaml.SequenceNode):
        return [
            _construct_value(child, (*path, index), file, shift, places, problems)
            for index, child in enumerate(node.value)
        ]
    return None if node.tag.endswith(":null") else str(node.value)


RecordT = TypeVar("RecordT", bound=YamlModel)


def build_record(record: type[RecordT], parsed: ParsedYaml, problems: ProblemList) -> RecordT | None:
    """Validate parsed YAML as a record; unknown and missing keys and wrong types are added to `problems`."""
    if not isinstance(parsed.data, dict):
        problems.add(Problem("wrong-type", "expected a list of `key: value` lines", Place(parsed.file, 1)))
        return None
    try:
        return record.model_validate(parsed.data).with_places(parsed.file, parsed.places)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            problems.add(_validation_problem(record, parsed, detail))
        return None


def _validation_problem(record: type[YamlModel], parsed: ParsedYaml, detail: Mapping[str, Any]) -> Problem:
    loc: KeyPath = tuple(detail["loc"])
    place = _find_nearest_place(parsed, loc)
    name = ".".join(str(part + 1) if isinstance(part, int) else part for part in loc)
    if detail["type"] == "extra_forbidden":
        hint = suggest_similar(str(loc[-1]), _list_known_keys(record, loc[:-1]))
        return Problem("unknown-key", f"unknown key {name!r}", place, hint)
    if detail["type"] == "missing":
        line = f"add a line `{loc[-1]}: {_find_example(record, loc) or '…'}`"
        return Problem("missing-key", f"{name!r} is missing", place, line)
    if detail["type"] == "value_error":
        reason = str(detail["ctx"]["error"])
        return Problem("wrong-value", f"{name}: {reason}" if name else reason, place)
    if detail["input"] in (None, "", []) and (example := _find_example(record, loc)):
        return Problem("empty-key", f"{name!r} is empty", place, f"fill it in, for example: {example}")
    value = repr(detail["input"])
    value = value if len(value) <= 60 else value[:57] + "…"
    expected, hint = _describe_expected(detail)
    return Problem("wrong-type", f"{name}: expected {expected}, not {value}", place, hint)


_EXPECTED_PATTERNS: Mapping[str, tuple[str, str]] = {
    "^([A-Z]{2})?$": ("a two-letter country code", "for example US, GB, DE (ISO 3166)"),
    r"^[a-z0-9]+(?:-[a-z0-9]+)*$": (
        "a name of lower-case letters, digits and hyphens",
        "for example act-on-the-inquiry",
    ),
    "^[A-Z]{2}$": ("a two-letter country code", "for example US, GB, DE (ISO 3166)"),
    "^(#?[0-9a-fA-F]{6})?$": ("a colour as six hexadecimal digits", 'for example "#1f3a5f", in quotes'),
}
_EXPECTED_TYPES: Mapping[str, tuple[str, str | None]] = {
    "date": ("a date", "write year, month and day: 2026-11-24"),
    "int": ("a whole number", None),
    "float": ("a number", None),
    "bool": ("true or false", None),
    "list": ("a list", "put each entry on its own line, after a hyphen"),
    "dict": ("a group of `key: value` lines", "put them below, indented by two more spaces"),
    "model": ("a group of `key: value` lines", "put them below, indented by two more spaces"),
    "string": ("text", None),
}


def _describe_expected(detail: Mapping[str, Any]) -> tuple[str, str | None]:
    """Return what was expected, in plain words, and an example."""
    context = detail.get("ctx", {})
    kind = detail["type"]
    if kind == "string_pattern_mismatch" and context["pattern"] in _EXPECTED_PATTERNS:
        return _EXPECTED_PATTERNS[context["pattern"]]
    if kind == "literal_error":
        options = re.findall("'([^']*)'", context["expected"])
        return " or ".join(options), suggest_similar(str(detail["input"]), options)
    if kind in ("too_short", "string_too_short"):
        return "at least one entry" if kind == "too_short" else "non-empty text", None
    if kind in ("too_long", "string_too_long"):
        maximum = context["max_length"]
        return f"at most {maximum} {'entries' if kind == 'too_long' else 'characters'}", None
    for bound, words in (("ge", "of at least"), ("le", "of at most"), ("gt", "above"), ("lt", "below")):
        if bound in context:
            return f"a number {words} {context[bound]:g}", None
    family = kind.split("_")[0]
    if family in _EXPECTED_TYPES:
        return _EXPECTED_TYPES[family]
    # Fall back to pydantic's message.
    return f"something else ({detail['msg']})", None


def _find_nearest_place(parsed: ParsedYaml, loc: KeyPath) -> Place:
    for length in range(len(loc), -1, -1):
        place = parsed.places.get(loc[:length])
        if place is not None:
            return place
    return Place(parsed.file)


def _find_example(record: type[YamlModel], loc: KeyPath) -> str:
    """Return the example that a record gives for the value of a key; empty if it gives none."""
    within = _find_record(record, loc[:-1])
    field = within.model_fields.get(str(loc[-1])) if within is not None and loc else None
    return str(field.examples[0]) if field is not None and field.examples else ""


def _list_known_keys(record: type[YamlModel], loc: KeyPath) -> list[str]:
    """Return the keys that are allowed at `loc`."""
    found = _find_record(record, loc)
    return [field.alias or name for name, field in found.model_fields.items()] if found else []


def _find_record(record: type[YamlModel], loc: KeyPath) -> type[YamlModel] | None:
    """Return the record at `loc`, found by walking the fields; None if there is none."""
    current: Any = record
    for part in loc:
        if isinstance(part, int):
            continue
        field = getattr(current, "model_fields", {}).get(part) or next(
            (f for f in getattr(current, "model_fields", {}).values() if f.alias == part), None
        )
        if field is None:
            return None
        current = _find_record_type(field.annotation)
        if current is None:
            return None
    return cast(type[YamlModel], current)


def _find_record_type(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, YamlModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _find_record_type(argument)
        if found is not None:
            return found
    return None


def split_front_matter(text: str, file: str, problems: ProblemList) -> tuple[str, str, int] | None:
    """Split `---` front matter from the body; return (yaml, body, first line of the body) or None."""
    lines = text.split("\n")
    if lines[0].strip() != "---":
        problems.add(
            Problem(
                "front-matter",
                "must start with a line ---",
                Place(file, 1),
                "put the `key: value` lines between two lines ---",
            )
        )
        return None
    for number, line in enumerate(lines[1:], start=2):
        if line.strip() == "---":
            return "\n".join(lines[1 : number - 1]), "\n".join(lines[number:]), number + 1
    problems.add(
        Problem(
            "front-matter",
            "the second line --- is missing",
            Place(file, 1),
            "end the `key: value` lines with a line ---",
        )
    )
    return None
