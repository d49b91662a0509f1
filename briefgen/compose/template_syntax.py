"""Changes to a template's syntax tree before it is compiled, so that it charges and limits what it does.

`briefgen.compose.sandbox` provides the filters that are called.
"""

from __future__ import annotations

from functools import reduce
from typing import Any

import jinja2
import jinja2.nodes as nodes

MAX_NESTING = 60
"""Nesting levels of a template's or a condition's syntax tree."""
MAX_BITS = 4096
"""Bits of an integer."""
CHARGE_FILTER, LIMIT_FILTER, PRINT_FILTER = "a round", "a bound", "a print"
"""Names that no template can write."""


def instrument_template(tree: nodes.Template) -> None:
    """Make each loop iteration, macro and block charge what it writes, and limit what is concatenated."""
    parts: list[Any] = list(tree.find_all((nodes.Block, nodes.Macro, nodes.CallBlock, nodes.For)))
    for node in parts:
        characters = sum(len(text.data) for text in node.find_all(nodes.TemplateData))
        node.body.insert(0, _charge_statement(characters, node))
    characters = sum(len(text.data) for text in tree.find_all(nodes.TemplateData))
    tree.body.insert(0, _charge_statement(characters, tree))
    for joined in tree.find_all(nodes.Concat):
        joined.nodes = [_filter_node(PRINT_FILTER, each) for each in joined.nodes]
    literals: list[Any] = list(tree.find_all((nodes.List, nodes.Tuple)))
    for literal in literals:
        if getattr(literal, "ctx", "load") == "load":
            literal.items = [_filter_node(LIMIT_FILTER, each) for each in literal.items]
    for operand in tree.find_all(nodes.Operand):
        operand.expr = _filter_node(LIMIT_FILTER, operand.expr)
    items: list[Any] = list(tree.find_all(nodes.Getitem))
    for item in items:
        if isinstance(item.arg, nodes.Slice):
            item.node = _filter_node(LIMIT_FILTER, item.node)
    comparisons: list[Any] = list(tree.find_all(nodes.Compare))
    for comparison in comparisons:
        _limit_membership(comparison)
    for pair in tree.find_all(nodes.Pair):
        pair.key, pair.value = _filter_node(LIMIT_FILTER, pair.key), _filter_node(LIMIT_FILTER, pair.value)


def _limit_membership(comparison: nodes.Compare) -> None:
    """Replace `a in b` by the test of that name, which knows both texts and so what the search costs."""
    if not any(operand.op in ("in", "notin") for operand in comparison.ops):
        return
    parts: list[nodes.Expr] = []
    left = comparison.expr
    for operand in comparison.ops:
        if operand.op in ("in", "notin"):
            found = nodes.Test(left, "in", [operand.expr], [], None, None)
            parts.append(found if operand.op == "in" else nodes.Not(found))
        else:
            parts.append(nodes.Compare(left, [operand]))
        left = operand.expr
    comparison.expr = reduce(nodes.And, parts)
    comparison.ops = [nodes.Operand("eq", nodes.Const(True))]
    environment: Any = comparison.environment
    comparison.set_lineno(comparison.lineno).set_environment(environment)


def _charge_statement(characters: int, at: nodes.Node) -> nodes.ExprStmt:
    environment = at.environment
    const = nodes.Const(characters, lineno=at.lineno, environment=environment)
    charge = nodes.Filter(const, CHARGE_FILTER, [], [], None, None, lineno=at.lineno, environment=environment)
    return nodes.ExprStmt(charge, lineno=at.lineno, environment=environment)


def _filter_node(name: str, of: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(of, name, [], [], None, None, lineno=of.lineno, environment=of.environment)


def check_syntax_tree(tree: nodes.Node, name: str | None) -> None:
    """Raise TemplateSyntaxError, with its line, if something is nested too deeply or a number is too long."""
    level: list[tuple[nodes.Node, int]] = [(tree, 1)]
    for _ in range(MAX_NESTING):
        level = [(child, child.lineno or line) for node, line in level for child in node.iter_child_nodes()]
    if level:
        raise nesting_error(name, level[0][1])
    for const in tree.find_all(nodes.Const):
        value = const.value
        if (isinstance(value, int) and value.bit_length() > MAX_BITS) or value == float("inf"):
            raise jinja2.TemplateSyntaxError("it has a number that is too long", const.lineno, name)


def nesting_error(name: str | None, line: int = 1) -> jinja2.TemplateSyntaxError:
    """Return the error for syntax that is nested too deeply."""
    return jinja2.TemplateSyntaxError(f"it is nested deeper than {MAX_NESTING} levels", line, name)
