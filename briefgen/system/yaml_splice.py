"""Changes single values of a YAML file that people wrote, and leaves everything else as it is.

Comments, order, indents, quoting and line ends stay. Exactly the characters of a value are replaced, or whole
lines of an entry added or removed; the result is read again and must say what was wanted, or nothing is
returned.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml

from briefgen.errors import BriefgenError, Place, Problem

YamlValue: TypeAlias = "str | Sequence[str] | Mapping[str, YamlValue]"
_PLAIN = re.compile(r"[A-Za-z0-9][\w ./-]*[\w./-]|[A-Za-z0-9]")
_NOT_PLAIN = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
_INDENT = 2


@dataclass(frozen=True, slots=True)
class YamlEdit:
    """A value to set, or to remove, by the keys that lead to it."""

    path: tuple[str, ...]
    value: YamlValue | None
    """None removes the key."""


def splice_yaml(text: str, edits: Sequence[YamlEdit], file: str) -> str:
    """Return the text of a YAML file with some values changed, added or removed.

    Mappings on the way that do not exist are added. Raise BriefgenError if the file is so written that this
    cannot be done without changing something else.
    """
    line_end = "\r\n" if "\r\n" in text else "\n"
    plain = text.replace("\r\n", "\n")
    wanted = _read(plain)
    if wanted is not None and not isinstance(wanted, dict):
        raise _unspliceable_error(file, edits)
    wanted = wanted or {}
    for edit in edits:
        try:
            plain = _apply(plain, edit)
        except (yaml.YAMLError, _UnspliceableError):
            raise _unspliceable_error(file, edits) from None
        _set_value(wanted, edit)
    try:
        is_as_wanted = (_read(plain) or {}) == wanted
    except yaml.YAMLError:
        is_as_wanted = False
    if not is_as_wanted:
        raise _unspliceable_error(file, edits)
    return plain.replace("\n", line_end)


def format_entry(value: Mapping[str, YamlValue], indent: int = 0) -> str:
    """Return a mapping as lines of YAML in block style."""
    lines: list[str] = []
    for key, one in value.items():
        start = f"{' ' * indent}{format_scalar(key)}:"
        if isinstance(one, Mapping) and one:
            lines += [start, format_entry(one, indent + _INDENT).removesuffix("\n")]
        else:
            lines.append(f"{start} {_format_inline(one)}")
    return "\n".join(lines) + "\n"


def format_scalar(text: str) -> str:
    """Return a text as a YAML scalar, in quotes where it needs them; a JSON string is one."""
    if _PLAIN.fullmatch(text) and text.lower() not in _NOT_PLAIN:
        return text
    return json.dumps(text, ensure_ascii=False)


class _UnspliceableError(Exception):
    """The file is written in a way that a change would have to rearrange."""


def _unspliceable_error(file: str, edits: Sequence[YamlEdit]) -> BriefgenError:
    named = ", ".join(dict.fromkeys(".".join(edit.path[:2]) for edit in edits))
    hint = "write the entry by hand, on lines of its own"
    message = f"cannot be changed at {named} without changing other things in it"
    return BriefgenError(Problem("yaml-unspliceable", message, Place(file), hint))


def _read(text: str) -> Any:
    return yaml.load(text, Loader=yaml.BaseLoader)


def _set_value(data: dict[str, Any], edit: YamlEdit) -> None:
    *way, last = edit.path
    parents: list[tuple[dict[str, Any], str]] = []
    for key in way:
        parents.append((data, key))
        if not isinstance(data.get(key), dict):
            data[key] = {}
        data = data[key]
    if edit.value is not None:
        data[last] = _plain_value(edit.value)
        return
    data.pop(last, None)
    for parent, key in reversed(parents):
        if not parent[key]:
            del parent[key]


def _plain_value(value: YamlValue) -> Any:
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return {key: _plain_value(one) for key, one in value.items()}
    return list(value)


def _apply(text: str, edit: YamlEdit) -> str:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if root is None:
        return text if edit.value is None else _append(text, format_entry(_nest(edit.path, edit.value)))
    node, way = root, list[tuple[Any, Any, Any]]()
    for depth, key in enumerate(edit.path):
        if not isinstance(node, yaml.MappingNode):
            raise _UnspliceableError
        pair = next((pair for pair in node.value if pair[0].value == key), None)
        if pair is None:
            if edit.value is None:
                return text
            return _add_pair(text, node, _nest(edit.path[depth:], edit.value))
        way.append((node, *pair))
        node = pair[1]
        if depth < len(edit.path) - 1 and _is_empty(node):
            if edit.value is None:
                return text
            return _replace_value(text, pair, _nest(edit.path[depth + 1 :], edit.value))
    if edit.value is not None:
        return _replace_value(text, way[-1][1:], edit.value)
    while len(way) > 1 and len(way[-1][0].value) == 1:
        way.pop()  # the last key of an entry takes the entry with it
    return _remove_pair(text, *way[-1])


def _nest(path: Sequence[str], value: YamlValue) -> dict[str, YamlValue]:
    nested: YamlValue = value
    for key in reversed(path):
        nested = {key: nested}
    assert isinstance(nested, dict)
    return nested


def _is_empty(node: Any) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.value in ("", "null", "~") and not node.style


def _append(text: str, lines: str) -> str:
    return f"{text}\n{lines}" if text and not text.endswith("\n") else text + lines


def _add_pair(text: str, node: Any, added: Mapping[str, YamlValue]) -> str:
    """Add a key to a mapping: in braces before the closing one, otherwise on a line after its last."""
    if node.flow_style:
        end = node.end_mark.index - 1
        inside = text[node.start_mark.index + 1 : end].rstrip()
        listed = _format_inline(added)[1:-1]
        comma = ", " if inside and not inside.endswith(",") else ""
        return f"{text[: node.start_mark.index + 1]}{inside}{comma}{listed}{text[end:]}"
    end = _line_end(text, _value_end(text, node))
    return _append(text[:end], format_entry(added, node.start_mark.column)) + text[end:]


def _replace_value(text: str, pair: tuple[Any, Any], value: YamlValue) -> str:
    key, node = pair
    if isinstance(value, Mapping) and value and not _in_braces(text, key):
        end = _line_end(text, _value_end(text, node))
        head = text[: key.end_mark.index].rstrip()
        lines = format_entry(value, key.start_mark.column + _INDENT)
        comment = _comment_of(text, node) if _is_empty(node) else ""
        return f"{head}:{comment}\n{lines}{text[end:]}"
    if isinstance(node, yaml.SequenceNode) and not node.flow_style and not isinstance(value, str | Mapping):
        return _change_items(text, node, list(value))
    start, end = node.start_mark.index, _value_end(text, node)
    space = "" if text[start - 1 : start].isspace() else " "
    return f"{text[:start]}{space}{_format_inline(value)}{text[end:]}"


def _change_items(text: str, node: Any, items: list[str]) -> str:
    """Change a list with an item on each line: add below, or write its lines again if none has a comment."""
    present = [item.value for item in node.value]
    end = _line_end(text, _value_end(text, node))
    start = end
    if items[: len(present)] == present:
        items = items[len(present) :]
    else:
        start = text.rfind("\n", 0, node.start_mark.index) + 1
        if not items or "#" in text[start:end] or text[start:end].count("\n") > len(present):
            raise _UnspliceableError
    dash = " " * node.start_mark.column
    lines = "".join(f"{dash}- {format_scalar(item)}\n" for item in items)
    return _append(text[:start], lines) + text[end:]


def _in_braces(text: str, key: Any) -> bool:
    """Return whether a key is within braces, where no block can follow."""
    line = text[: key.start_mark.index].rpartition("\n")[2]
    return line.strip() not in ("", "-")


def _comment_of(text: str, node: Any) -> str:
    rest = text[node.end_mark.index : _line_end(text, node.end_mark.index)].rstrip("\n")
    return rest if "#" in rest else ""


def _remove_pair(text: str, node: Any, key: Any, value: Any) -> str:
    if node.flow_style:
        start, end = key.start_mark.index, _value_end(text, value)
        before, after = text[:start].rstrip(), text[end:]
        if after.lstrip().startswith(","):
            return text[:start] + after.lstrip()[1:].lstrip(" ")
        return before.removesuffix(",") + after
    if _in_braces(text, key):
        raise _UnspliceableError
    start = text.rfind("\n", 0, key.start_mark.index) + 1
    return text[:start] + text[_line_end(text, _value_end(text, value)) :]


def _value_end(text: str, node: Any) -> int:
    """Return where a value ends, without the line end and the comments that follow it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _value_end(text, last[1] if isinstance(last, tuple) else last)
    end = int(node.end_mark.index)
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
        return len(text[:end].rstrip("\n"))
    return end


def _line_end(text: str, position: int) -> int:
    """Return the beginning of the next line."""
    end = text.find("\n", position)
    return len(text) if end < 0 else end + 1


def _format_inline(value: YamlValue) -> str:
    if isinstance(value, str):
        return format_scalar(value)
    if isinstance(value, Mapping):
        pairs = (f"{format_scalar(key)}: {_format_inline(one)}" for key, one in value.items())
        return f"{{{', '.join(pairs)}}}"
    return f"[{', '.join(map(format_scalar, value))}]"
