"""The Jinja2 environment that strangers' templates run in: what they can reach, and how much they can do.

Reach: values, the fields of our records, and the functions handed to the template; no methods of records (a
pydantic record has some that open files and unpickle), no clock, no chance. Effort: every run has a budget of
steps and characters, and no value grows beyond a bound, so that neither time nor memory runs out. Looking
templates up and telling their errors is for `briefgen.compose.templates`.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import wraps
from typing import Any

import jinja2
import jinja2.nodes as nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import pass_context

from briefgen.errors import BriefgenError, Problem

MAX_STEPS = 100_000
"""Rounds of loops and calls in one run, all added up."""
MAX_CHARACTERS = 5_000_000
"""That one run may write, in passing or for good."""
MAX_TEXT = 1_000_000
"""Characters of one text."""
MAX_ITEMS = 100_000
"""Items of one value, those within items too."""
MAX_WIDTH = 10_000
"""Number that a filter or method of text may be given: nothing is aligned to more."""
MAX_BITS = 4096
"""Of a whole number."""
MAX_NESTING = 60
"""Of what stands within something else in a template or a condition."""
_WIDTHS = re.compile(r"\d{5,}|\*|\{[^{}]*\{")
"""In a format: a width of five digits, or one that comes from elsewhere."""
_WITH_WIDTH = frozenset(
    {"batch", "center", "filesizeformat", "indent", "round", "slice", "tojson", "truncate", "wordwrap"}
)
_DATE = frozenset({"day", "isocalendar", "isoformat", "isoweekday", "month", "strftime", "weekday", "year"})
"""Of a date, what does not ask the clock."""
_TEXT = frozenset(
    {
        "capitalize",
        "center",
        "e",
        "escape",
        "forceescape",
        "indent",
        "lower",
        "replace",
        "string",
        "striptags",
    }
    | {"title", "trim", "truncate", "upper", "urlencode", "urlize", "wordcount", "wordwrap"}
)
"""Filters of texts."""
_PRINTABLE = (str, int, float, Decimal, date, jinja2.Undefined)
_DROPPED = ("random", "pprint")
"""Filters that give another letter each time, or Python's own view of a value."""


class OverBudget(SecurityError):
    """A template does more than any document needs."""


class NotPrintable(jinja2.TemplateRuntimeError):
    """What is to be printed is no text."""


class Sandbox(ImmutableSandboxedEnvironment):
    """See the module's docstring. `begin` starts a run's budget."""

    intercepted_binops = frozenset({"*", "**", "+", "%"})

    def __init__(self, empty: Callable[[], Exception], **options: Any) -> None:
        """Take what to raise where an empty value is printed, and Jinja's own options."""
        # Nothing may be computed while a template is only read: neither by the optimizer nor for output.
        super().__init__(optimized=False, finalize=self._printable(empty), **options)
        self.globals.clear()
        self.globals.update(range=jinja2.sandbox.safe_range, dict=dict)
        for name in _DROPPED:
            del self.filters[name]
        for name, filter in list(self.filters.items()):
            self.add_filter(name, filter)
        tests: Mapping[str, Any] = dict(self.tests)
        for name, test in tests.items():
            self.tests[name] = self._held_test(test)
        self.filters[_ROUND] = pass_context(lambda _, weight: self._charge(1, weight))
        self.filters[_PRINTED] = pass_context(lambda _, value: self._text(value))
        self.filters[_BOUNDED] = pass_context(lambda _, value: self.bounded(value))
        self.begin()

    def begin(self) -> None:
        """Start a run with its whole budget."""
        self._steps, self._characters = 0, 0

    def add_filter(self, name: str, filter: Callable[..., Any]) -> None:
        """Add a filter that is held to the bounds."""
        self.filters[name] = self._held(name, filter)

    # -- what can be reached

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Whether a template may have this of a value: of records, what they hold; never their methods."""
        if not super().is_safe_attribute(obj, attr, value) or isinstance(obj, type):
            return False
        record = getattr(type(obj), "model_fields", None)
        if record is None and is_dataclass(obj):
            record = [field.name for field in fields(obj)]
        if record is not None:
            return attr in record or isinstance(getattr(type(obj), attr, None), property)
        if isinstance(obj, date):
            return attr in _DATE
        return not (inspect.isroutine(obj) or inspect.ismodule(obj))

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """What stands for `str.format`; None for any other value."""
        formatting = super().wrap_str_format(value)
        if formatting is not None:
            self._check_format(value.__self__)

            def formatted(*args: Any, **given: Any) -> str:
                for one in (*args, *given.values()):
                    if one is None:
                        raise self._empty()
                written: str = self.bounded(formatting(*args, **given))
                return written

            return formatted
        return None

    def call(__self, __context: Any, __obj: Any, *args: Any, **given: Any) -> Any:
        """Call what a template calls, within the bounds; a wrong call of a function of ours is a Problem."""
        passed = [*args, *(value for key, value in given.items() if key not in _JINJAS_OWN)]
        __self._charge(1, 0)
        __self.bounded(passed)
        owner = getattr(__obj, "__self__", None)
        if isinstance(owner, list | tuple | Mapping):
            __self._charge(len(owner) // 10, 0)
        elif isinstance(owner, str | bytes | int):
            __self._charge(0, 0 if isinstance(owner, int) else len(owner))
            __self._check_method(owner, str(getattr(__obj, "__name__", "")), passed)
        elif inspect.isfunction(__obj) or inspect.ismethod(__obj):
            _check_call(__context, __obj, args, given)
        return __self.bounded(super().call(__context, __obj, *args, **given))

    # -- how much can be done

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Reckon, or raise SecurityError."""
        if operator == "**":
            raise SecurityError("the operator ** is not available")
        if operator == "*" and not (isinstance(left, int | float) and isinstance(right, int | float)):
            raise SecurityError("the operator * is for plain numbers only")
        if operator == "%" and isinstance(left, str):
            self._check_format(left)
        return self.bounded(super().call_binop(context, operator, left, right))

    def bounded(self, value: Any) -> Any:
        """The value, if it is no larger than values may be; what it holds is charged to the run."""
        if isinstance(value, str | bytes):
            self._charge(0, len(value))
            if len(value) > MAX_TEXT:
                raise OverBudget(f"a text of {len(value):,} characters is made; {MAX_TEXT:,} are allowed")
        elif isinstance(value, int) and value.bit_length() > MAX_BITS:
            raise OverBudget("a number without end is made")
        elif isinstance(value, list | tuple | set | frozenset | Mapping):
            self._charge(_size(value) // 10, 0)
        return value

    def _charge(self, steps: int, characters: int) -> None:
        self._steps += steps
        self._characters += characters
        if self._steps > MAX_STEPS:
            raise OverBudget(f"it goes through more than {MAX_STEPS:,} rounds and calls in all")
        if self._characters > MAX_CHARACTERS:
            raise OverBudget(f"it writes more than {MAX_CHARACTERS:,} characters in all")

    def _check_format(self, text: str) -> None:
        if _WIDTHS.search(text):
            raise OverBudget(
                f"the format {text[:40]!r} asks for a width that is too large or not written out"
            )

    def _check_method(self, owner: Any, name: str, passed: list[Any]) -> None:
        """Refuse methods of texts and numbers that would make something huge of something small."""
        if name == "translate" or any(isinstance(one, int) and abs(one) > MAX_WIDTH for one in passed):
            raise OverBudget(f"{name}() is not available with {_shown(passed)}")
        if isinstance(owner, str) and passed:
            self._check_growth(name, owner, passed)

    def _check_growth(self, name: str, value: Any, passed: list[Any]) -> None:
        """Refuse what would repeat a text too often: by the product, before it is made."""
        texts = [len(one) for one in passed if isinstance(one, str)]
        if name == "replace":
            times, longest = len(str(value)) + 1, max(texts, default=0)
        elif name == "join":
            items = passed[0] if isinstance(value, str) and passed else value
            times, longest = _count(items), max([*texts, len(value) if isinstance(value, str) else 0])
        elif name == "indent":
            times, longest = str(value).count("\n") + 1, max(texts, default=0)
        else:
            return
        if times * longest > MAX_TEXT:
            raise OverBudget(f"{name} would write more than {MAX_TEXT:,} characters")

    def _held(self, name: str, filter: Callable[..., Any]) -> Callable[..., Any]:
        """A filter that is held to the bounds."""
        first = 1 if hasattr(filter, "jinja_pass_arg") else 0

        @wraps(filter)
        def held(*args: Any, **given: Any) -> Any:
            value, passed = args[first] if len(args) > first else "", [*args[first + 1 :], *given.values()]
            self._charge(1, 0)
            self.bounded(value)
            self.bounded(passed)
            if name in _WITH_WIDTH and any(_number(one) > MAX_WIDTH for one in passed):
                raise OverBudget(f"the filter {name} is not available with {_shown(passed)}")
            if name in _TEXT:
                self._text(value)
            elif name == "format":
                self._check_format(str(value))
                for one in passed:
                    self._text(one)
            elif name == "join" and isinstance(value, list | tuple):
                for one in [] if passed[1:] or given else value:  # else an attribute of each is joined
                    self._text(one)
            if isinstance(value, str) or name == "join":
                self._check_growth(name, value, passed)
            try:
                return self.bounded(filter(*args, **given))
            except TypeError as error:
                wrong = _wrong_call(filter, args, given)
                if wrong is None:
                    raise
                raise jinja2.TemplateRuntimeError(f"the filter {name} cannot be used so: {wrong}") from error

        return held

    def _held_test(self, test: Callable[..., Any]) -> Callable[..., Any]:
        """A test (`is …`) that is held to the bounds."""

        @wraps(test)
        def held(*args: Any) -> Any:
            self._charge(1, 0)
            for one in args:
                self.bounded(one)
            return test(*args)

        return held

    def _printable(self, empty: Callable[[], Exception]) -> Callable[..., Any]:
        """What is done with everything that is printed."""

        self._empty = empty

        @pass_context
        def printable(_: Any, value: Any) -> Any:
            return self._text(value)

        return printable

    def _text(self, value: Any) -> Any:
        """What is printed, or made a part of what is printed, if it is a text or has one."""
        if value is None:
            # Else a missing value would be set as the word "None" in somebody's letter.
            raise self._empty()
        known = isinstance(value, _PRINTABLE) and not isinstance(value, bool)
        if not known and not hasattr(value, "__html__"):
            remedy = _REMEDY.get(type(value), "print one of its parts")
            raise NotPrintable(f"{_kind(value)} cannot be printed; {remedy}")
        text = value if isinstance(value, str | jinja2.Undefined) else str(self.bounded(value))
        self._charge(0, len(text))
        return value

    # -- what is put into templates before they run

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        try:
            tree = super()._parse(source, name, filename)
        except (RecursionError, MemoryError):
            raise _too_deep(name) from None
        _check_depth(tree, name)
        return tree

    def compile_expression(self, source: str, undefined_to_none: bool = True) -> Any:
        """As Jinja's; what is nested too deeply is a TemplateSyntaxError."""
        try:
            return super().compile_expression(source, undefined_to_none)
        except (RecursionError, MemoryError):
            raise _too_deep(None) from None

    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False
    ) -> str:
        _check_depth(source, name)
        _count_rounds(source)
        return str(super()._generate(source, name, filename, defer_init))

    def _compile(self, source: str, filename: str) -> Any:
        try:
            return super()._compile(source, filename)
        except (RecursionError, MemoryError, SyntaxError):
            # Python itself allows 20 loops within each other.
            raise _too_deep(None) from None


_ROUND, _BOUNDED, _PRINTED = "a round", "a bound", "a print"
"""Filters of our own, under names that no template can write."""
_JINJAS_OWN = ("_loop_vars", "_block_vars", "caller")
_REMEDY: Mapping[type, str] = {
    list: 'go through it with {% for … %}, or write | join(", ")',
    tuple: 'go through it with {% for … %}, or write | join(", ")',
    dict: "name one of its keys",
    bool: "ask for it with {% if … %}",
}
_CALLS = {"snippet": 'write snippet("ID")', "cite": 'write cite("ID", para=5)'}


def _count_rounds(tree: nodes.Template) -> None:
    """Have each round, macro and block charge what it writes, and bound what is put together."""
    parts: list[Any] = list(tree.find_all((nodes.Block, nodes.Macro, nodes.CallBlock, nodes.For)))
    for node in parts:
        weight = sum(len(text.data) for text in node.find_all(nodes.TemplateData))
        node.body.insert(0, _statement(weight, node))
    weight = sum(len(text.data) for text in tree.find_all(nodes.TemplateData))
    tree.body.insert(0, _statement(weight, tree))
    for joined in tree.find_all(nodes.Concat):
        joined.nodes = [_filter(_PRINTED, each) for each in joined.nodes]
    literals: list[Any] = list(tree.find_all((nodes.List, nodes.Tuple)))
    for literal in literals:
        if getattr(literal, "ctx", "load") == "load":
            literal.items = [_filter(_BOUNDED, each) for each in literal.items]
    for operand in tree.find_all(nodes.Operand):
        operand.expr = _filter(_BOUNDED, operand.expr)
    for pair in tree.find_all(nodes.Pair):
        pair.key, pair.value = _filter(_BOUNDED, pair.key), _filter(_BOUNDED, pair.value)


def _statement(weight: int, at: nodes.Node) -> nodes.ExprStmt:
    environment = at.environment
    const = nodes.Const(weight, lineno=at.lineno, environment=environment)
    charge = nodes.Filter(const, _ROUND, [], [], None, None, lineno=at.lineno, environment=environment)
    return nodes.ExprStmt(charge, lineno=at.lineno, environment=environment)


def _filter(name: str, of: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(of, name, [], [], None, None, lineno=of.lineno, environment=of.environment)


def _check_depth(tree: nodes.Node, name: str | None) -> None:
    """Raise TemplateSyntaxError, with its line, where something is nested too deeply."""
    level: list[tuple[nodes.Node, int]] = [(tree, 1)]
    for _ in range(MAX_NESTING):
        level = [(child, child.lineno or line) for node, line in level for child in node.iter_child_nodes()]
    if level:
        raise _too_deep(name, level[0][1])


def _too_deep(name: str | None, line: int = 1) -> jinja2.TemplateSyntaxError:
    return jinja2.TemplateSyntaxError(f"it is nested deeper than {MAX_NESTING} levels", line, name)


def _size(value: Any) -> int:
    """Items of a value with those within, long texts counted by their length; raises OverBudget."""
    size, queue = 0, [value]
    while queue:
        one = queue.pop()
        size += 1
        if isinstance(one, str | bytes):
            size += len(one) // 100
        elif isinstance(one, Mapping):
            queue += [*one.keys(), *one.values()]
        elif isinstance(one, list | tuple | set | frozenset):
            queue += one
        if size + len(queue) > MAX_ITEMS:
            raise OverBudget(f"a value of more than {MAX_ITEMS:,} items is made")
    return size


def _count(items: Any) -> int:
    return len(items) if hasattr(items, "__len__") else MAX_ITEMS


def _number(value: Any) -> float:
    """The number that a filter reads in a value."""
    if isinstance(value, str):
        return float(value) if re.fullmatch(r"\s*[+-]?\d{1,300}\s*", value) else 0
    return abs(value) if isinstance(value, int | float) else 0


def _shown(passed: list[Any]) -> str:
    return ", ".join(repr(one)[:20] for one in passed[:3])


def _kind(value: Any) -> str:
    if isinstance(value, list | tuple | set | frozenset):
        return "a list"
    if isinstance(value, Mapping):
        return "a group of values"
    if isinstance(value, bool):
        return "true or false"
    if callable(value):
        return "a function itself"
    return f"a whole {type(value).__name__.lower()}"


def _check_call(context: Any, function: Any, args: tuple[Any, ...], given: Mapping[str, Any]) -> None:
    """Raise BriefgenError where a function of ours is called with too little, too much or unknown words."""
    named = {key: value for key, value in given.items() if key not in _JINJAS_OWN}
    if hasattr(function, "jinja_pass_arg"):
        return
    wrong = _wrong_call(function, args, named) or _wrong_kind(function, args, named)
    if wrong is None:
        return
    name = next((key for key, value in context.items() if value == function), function.__name__)
    raise BriefgenError(
        Problem(
            "template-call",
            f"{name}() cannot be called so: {wrong}",
            None,
            _CALLS.get(name, f"write {name}{inspect.signature(function)}"),
        )
    )


def _wrong_kind(function: Any, args: tuple[Any, ...], given: Mapping[str, Any]) -> str | None:
    """Which argument is none that our functions take: texts, numbers, yes and no."""
    if function.__module__.startswith(("jinja2", __name__)):
        return None
    signature = inspect.signature(function)
    for name, value in signature.bind(*args, **given).arguments.items():
        parameter = signature.parameters[name]
        values = value.values() if parameter.kind is inspect.Parameter.VAR_KEYWORD else [value]
        wants_text = parameter.annotation in (str, "str")
        for one in values:
            if not isinstance(one, str if wants_text else str | int | float):
                return f"{str(one)[:40]!r} is no {'text' if wants_text else 'text or number'}"
    return None


def _wrong_call(function: Any, args: tuple[Any, ...], given: Mapping[str, Any]) -> str | None:
    """What is wrong with the arguments of a call; None where they fit, or cannot be told."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return None
    try:
        signature.bind(*args, **given)
    except TypeError as error:
        return str(error)
    return None
