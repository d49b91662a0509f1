"""A campaign's rules as people say them: `office == "us-senator"` is “senators of the United States”."""

from __future__ import annotations

import jinja2
from jinja2 import nodes

from briefgen.address.countries import country_name

_NAMES = {
    "office": "the office",
    "country": "the country",
    "chamber": "the chamber",
    "state": "the state",
    "district": "the district",
    "constituency": "the constituency",
    "party": "the party",
    "language": "the language",
    "represents": "the state represented",
    "id": "the id",
}


def rule_in_words(when: str) -> str:
    """Return for whom a rule holds, as a phrase after “for”; the condition itself if it is an unusual one."""
    if when.strip() in ("true", '"true"'):
        return "everybody"
    try:
        (output,) = jinja2.Environment().parse(f"{{{{ {when} }}}}").body
        (expression,) = output.nodes  # type: ignore[attr-defined]
        return _describe(expression)
    except (jinja2.TemplateError, ValueError, TypeError):
        return f"those for whom {when} holds"


def _describe(node: nodes.Node) -> str:
    match node:
        case nodes.And(left=left, right=right):
            return f"{_describe(left)} and {_describe(right)}"
        case nodes.Or(left=left, right=right):
            return f"{_describe(left)} or {_describe(right)}"
        case nodes.Not(node=inner):
            return f"all but {_describe(inner)}"
        case nodes.Compare(expr=expr, ops=[nodes.Operand(op=op, expr=other)]):
            return _describe_comparison(expr, op, other)
        case nodes.Name(name=name):
            return f"those with {_NAMES[name]}" if name in _NAMES else _fail()
        case nodes.Const(value=value):
            return "everybody" if value in (True, "true") else _fail()
        case _:
            return _fail()


def _describe_comparison(expr: nodes.Node, op: str, other: nodes.Node) -> str:
    values = _values(other)
    match expr, op:
        case nodes.Name(name=name), "eq" | "in" if name in _NAMES and values:
            shown = [_value_in_words(name, value) for value in values]
            return f"{_NAMES[name]} {' or '.join(shown)}"
        case nodes.Name(name=name), "ne" | "notin" if name in _NAMES and values:
            shown = [_value_in_words(name, value) for value in values]
            return f"all but {_NAMES[name]} {' or '.join(shown)}"
        case nodes.Const(value=str() as value), "in":
            return _describe_membership(value, other)
        case nodes.Call(node=nodes.Getattr(node=owner, attr="get"), args=[nodes.Const(value=id)]), "eq":
            return _describe_lookup(owner, str(id), values)
        case _:
            return _fail()


def _describe_lookup(owner: nodes.Node, id: str, values: list[str]) -> str:
    shown = " or ".join(values)
    match owner:
        case nodes.Name(name="roles") if shown:
            return f"the {shown} of the committee {id}"
        case nodes.Name(name="fields") if shown:
            return f"those with “{shown}” in the column {id}"
        case _:
            return _fail()


def _describe_membership(value: str, other: nodes.Node) -> str:
    match other:
        case nodes.Name(name="committees"):
            return f"members of the committee {value}"
        case nodes.Name(name="tags"):
            return f"those with the tag “{value}”"
        case _:
            return _fail()


def _values(node: nodes.Node) -> list[str]:
    match node:
        case nodes.Const(value=str() as value):
            return [value]
        case nodes.List(items=items) | nodes.Tuple(items=items):
            return [item.value for item in items if isinstance(item, nodes.Const)]
        case _:
            return []


def _value_in_words(name: str, value: str) -> str:
    if name in ("country", "represents"):
        return country_name(value, "en", formal=False) or value
    return value.replace("-", " ") if name == "office" else value


def _fail() -> str:
    raise ValueError("an unusual condition")
