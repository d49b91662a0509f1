"""The Jinja2 environment for templates written by strangers: what they can access, and how much they can do.

Access: values, the fields of our records, and the functions passed to the template; no methods of records
(pydantic records have some that open files and unpickle), no clock, no random numbers. Effort: every run has
a budget of steps and characters, and no value grows beyond a limit, so that neither time nor memory runs out.
`briefgen.compose.templates` looks templates up and reports their errors.
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
"""Loop iterations and calls in one run, counted together."""
MAX_CHARACTERS = 5_000_000
"""Characters that one run may write, temporary strings included."""
MAX_TEXT = 1_000_000
"""Characters of one string."""
MAX_ITEMS = 100_000
"""Items of one value, nested ones included."""
MAX_COMPARISONS = 100_000_000
"""Characters that one slow search in a string may compare; a thousand count as one step."""
MAX_WIDTH = 10_000
"""Largest number that a string filter or method accepts: nothing is aligned to more."""
MAX_BITS = 4096
"""Bits of an integer."""
MAX_NESTING = 60
"""Nesting levels of a template's or a condition's syntax tree."""
_LARGE_WIDTH = re.compile(r"\d{5,}|\*|\{[^{}]*\{")
"""In a format string: a width of five or more digits, or one that is computed."""
_SLOW_SEARCHES = frozenset({"rfind", "rindex", "rpartition", "rsplit", "strip", "lstrip", "rstrip", "trim"})
"""Methods and filters that can take as long as the product of both lengths; other searches are linear."""
_FILTERS_WITH_WIDTH = frozenset(
    {"batch", "center", "filesizeformat", "indent", "round", "slice", "tojson", "truncate", "wordwrap"}
)
_DATE_ATTRIBUTES = frozenset(
    {"day", "isocalendar", "isoformat", "isoweekday", "month", "strftime", "weekday", "year"}
)
"""Attributes of a date that do not read the clock."""
_TEXT_FILTERS = frozenset(
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
"""Filters that take a string."""
_PRINTABLE = (str, int, float, Decimal, date, jinja2.Undefined)
_REMOVED_FILTERS = ("random", "pprint")
"""Filters whose result differs each time, or shows Python's own representation of a value."""


class BudgetExceededError(SecurityError):
    """A template does more than any document needs."""


class NotPrintableError(jinja2.TemplateRuntimeError):
    """A value to be printed is not text."""


class Sandbox(ImmutableSandboxedEnvironment):
    """A sandboxed Jinja2 environment with limits; see the module's docstring. `reset_budget` starts a run."""

    intercepted_binops = frozenset({"*", "**", "+", "%"})

    def __init__(self, empty_value_error: Callable[[], Exception], **options: Any) -> None:
        """Take what makes the error for a printed empty value, and Jinja's own options."""
        # Nothing may be computed while a template is only parsed: neither by the optimizer nor for output.
        super().__init__(optimized=False, finalize=self._make_finalizer(empty_value_error), **options)
        self.globals.clear()
        self.globals.update(range=jinja2.sandbox.safe_range, dict=dict)
        for name in _REMOVED_FILTERS:
            del self.filters[name]
        for name, filter in list(self.filters.items()):
            self.add_filter(name, filter)
        tests: Mapping[str, Any] = dict(self.tests)
        for name, test in tests.items():
            self.tests[name] = self._limit_test(test)
        self.filters[_CHARGE_FILTER] = pass_context(lambda _, characters: self._charge(1, characters))
        self.filters[_PRINT_FILTER] = pass_context(lambda _, value: self._check_printable(value))
        self.filters[_LIMIT_FILTER] = pass_context(lambda _, value: self._limit_value(value))
        self.reset_budget()

    def reset_budget(self) -> None:
        """Start a run with the full budget."""
        self._steps, self._characters = 0, 0

    def add_filter(self, name: str, filter: Callable[..., Any]) -> None:
        """Add a filter that is subject to the limits."""
        self.filters[name] = self._limit_filter(name, filter)

    # -- what can be accessed

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Return whether a template may access an attribute: of records their fields, never their methods."""
        if not super().is_safe_attribute(obj, attr, value) or isinstance(obj, type):
            return False
        record = getattr(type(obj), "model_fields", None)
        if record is None and is_dataclass(obj):
            record = [field.name for field in fields(obj)]
        if record is not None:
            return attr in record or isinstance(getattr(type(obj), attr, None), property)
        if isinstance(obj, date):
            return attr in _DATE_ATTRIBUTES
        return not (inspect.isroutine(obj) or inspect.ismodule(obj))

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """Return a limited stand-in for `str.format`; None for any other value."""
        formatting = super().wrap_str_format(value)
        if formatting is not None:
            self._check_format(value.__self__)

            def formatted(*args: Any, **kwargs: Any) -> str:
                for item in (*args, *kwargs.values()):
                    if item is None:
                        raise self._empty_value_error()
                text: str = self._limit_value(formatting(*args, **kwargs))
                return text

            return formatted
        return None

    def call(__self, __context: Any, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        """Call what a template calls, within the limits.

        Raise BriefgenError if one of our own functions is called with unsuitable arguments.
        """
        arguments = [*args, *(value for key, value in kwargs.items() if key not in _JINJA_ARGUMENTS)]
        __self._charge(1, 0)
        __self._limit_value(arguments)
        owner = getattr(__obj, "__self__", None)
        if isinstance(owner, list | tuple | Mapping):
            __self._charge(len(owner) // 10, 0)
        elif isinstance(owner, str | bytes | int):
            __self._charge(0, 0 if isinstance(owner, int) else len(owner))
            __self._check_method(owner, str(getattr(__obj, "__name__", "")), arguments)
        elif inspect.isfunction(__obj) or inspect.ismethod(__obj):
            _check_call(__context, __obj, args, kwargs)
        return __self._limit_value(super().call(__context, __obj, *args, **kwargs))

    # -- how much can be done

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Evaluate an arithmetic operator, or raise SecurityError if it is not allowed."""
        if operator == "**":
            raise SecurityError("the operator ** is not available")
        if operator == "*" and not (isinstance(left, int | float) and isinstance(right, int | float)):
            raise SecurityError("the operator * is for plain numbers only")
        if operator == "%" and isinstance(left, str):
            self._check_format(left)
        return self._limit_value(super().call_binop(context, operator, left, right))

    def _limit_value(self, value: Any) -> Any:
        """Return the value if it is within the limits, and charge its content to the run."""
        if isinstance(value, str | bytes):
            self._charge(0, len(value))
            if len(value) > MAX_TEXT:
                raise BudgetExceededError(
                    f"it makes a text of {len(value):,} characters; {MAX_TEXT:,} are allowed"
                )
        elif isinstance(value, int) and value.bit_length() > MAX_BITS:
            raise BudgetExceededError("it makes a number that is too large")
        elif isinstance(value, list | tuple | set | frozenset | Mapping):
            self._charge(_count_nested_items(value) // 10, 0)
        return value

    def _charge(self, steps: int, characters: int) -> None:
        self._steps += steps
        self._characters += characters
        if self._steps > MAX_STEPS:
            raise BudgetExceededError(f"it takes more than {MAX_STEPS:,} loop rounds and calls in all")
        if self._characters > MAX_CHARACTERS:
            raise BudgetExceededError(f"it writes more than {MAX_CHARACTERS:,} characters in all")

    def _check_format(self, text: str) -> None:
        if _LARGE_WIDTH.search(text):
            raise BudgetExceededError(f"the format {text[:40]!r} has a width that is too large or computed")

    def _check_method(self, owner: Any, name: str, arguments: list[Any]) -> None:
        """Refuse methods of strings and numbers that would make something huge out of something small."""
        if name == "translate" or any(isinstance(item, int) and abs(item) > MAX_WIDTH for item in arguments):
            raise BudgetExceededError(f"{name}() is not available with {_format_arguments(arguments)}")
        if isinstance(owner, str | bytes):
            self._check_search(name, owner, arguments)
        if isinstance(owner, str) and arguments:
            self._check_growth(name, owner, arguments)

    def _check_search(self, name: str, text: str | bytes, arguments: list[Any]) -> None:
        """Refuse a search that would run for long within one call, where no time limit reaches it."""
        if name in _SLOW_SEARCHES:
            longest = max((len(item) for item in arguments if isinstance(item, str | bytes)), default=0)
            if len(text) * longest > MAX_COMPARISONS:
                raise BudgetExceededError(f"{name} would compare more than {MAX_COMPARISONS:,} characters")
            self._charge(len(text) * longest // 1000, 0)

    def _check_growth(self, name: str, value: Any, arguments: list[Any]) -> None:
        """Refuse what would repeat a string too often: by the product, before it is built."""
        texts = [len(item) for item in arguments if isinstance(item, str)]
        if name == "replace":
            times, longest = len(str(value)) + 1, max(texts, default=0)
        elif name == "join":
            items = arguments[0] if isinstance(value, str) and arguments else value
            times, longest = _join_length(items), max([*texts, len(value) if isinstance(value, str) else 0])
        elif name == "indent":
            times, longest = str(value).count("\n") + 1, max(texts, default=0)
        else:
            return
        if times * longest > MAX_TEXT:
            raise BudgetExceededError(f"{name} would write more than {MAX_TEXT:,} characters")

    def _limit_filter(self, name: str, filter: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap a filter so that it is subject to the limits."""
        first = 1 if hasattr(filter, "jinja_pass_arg") else 0

        @wraps(filter)
        def limited(*args: Any, **kwargs: Any) -> Any:
            value, arguments = (
                args[first] if len(args) > first else "",
                [*args[first + 1 :], *kwargs.values()],
            )
            self._charge(1, 0)
            self._limit_value(value)
            self._limit_value(arguments)
            if name in _FILTERS_WITH_WIDTH and any(_numeric_argument(item) > MAX_WIDTH for item in arguments):
                raise BudgetExceededError(
                    f"the filter {name} is not available with {_format_arguments(arguments)}"
                )
            if name in _TEXT_FILTERS:
                self._check_printable(value)
            elif name == "format":
                self._check_format(str(value))
                for item in arguments:
                    self._check_printable(item)
            elif name == "join" and isinstance(value, list | tuple):
                for item in [] if arguments[1:] or kwargs else value:  # else an attribute of each is joined
                    self._check_printable(item)
            if isinstance(value, str):
                self._check_search(name, value, arguments)
            if isinstance(value, str) or name == "join":
                self._check_growth(name, value, arguments)
            try:
                return self._limit_value(filter(*args, **kwargs))
            except TypeError as error:
                wrong = _signature_error(filter, args, kwargs)
                if wrong is None:
                    raise
                raise jinja2.TemplateRuntimeError(
                    f"the filter {name} is called with the wrong arguments: {wrong}"
                ) from error

        return limited

    def _limit_test(self, test: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap a test (`is …`) so that it is subject to the limits."""

        @wraps(test)
        def limited(*args: Any) -> Any:
            self._charge(1, 0)
            for item in args:
                self._limit_value(item)
            return test(*args)

        return limited

    def _make_finalizer(self, empty_value_error: Callable[[], Exception]) -> Callable[..., Any]:
        """Return the function that Jinja2 calls with every value that is printed."""

        self._empty_value_error = empty_value_error

        @pass_context
        def finalize(_: Any, value: Any) -> Any:
            return self._check_printable(value)

        return finalize

    def _check_printable(self, value: Any) -> Any:
        """Return a value that is printed, or becomes part of something printed; raise if it is not text."""
        if value is None:
            # Otherwise a missing value would be printed as the word "None" in somebody's letter.
            raise self._empty_value_error()
        known = isinstance(value, _PRINTABLE) and not isinstance(value, bool)
        if not known and not hasattr(value, "__html__"):
            hint = _PRINT_HINTS.get(type(value), "print one of its parts")
            raise NotPrintableError(f"{_describe_type(value)} cannot be printed; {hint}")
        text = value if isinstance(value, str | jinja2.Undefined) else str(self._limit_value(value))
        self._charge(0, len(text))
        return value

    # -- what is added to templates before they run

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        try:
            tree = super()._parse(source, name, filename)
        except (RecursionError, MemoryError):
            raise _nesting_error(name) from None
        _check_nesting(tree, name)
        return tree

    def compile_expression(self, source: str, undefined_to_none: bool = True) -> Any:
        """Compile an expression as Jinja2 does; raise TemplateSyntaxError if it is nested too deeply."""
        try:
            return super().compile_expression(source, undefined_to_none)
        except (RecursionError, MemoryError):
            raise _nesting_error(None) from None

    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False
    ) -> str:
        _check_nesting(source, name)
        _instrument_template(source)
        return str(super()._generate(source, name, filename, defer_init))

    def _compile(self, source: str, filename: str) -> Any:
        try:
            return super()._compile(source, filename)
        except (RecursionError, MemoryError, SyntaxError):
            # Python itself allows 20 loops within each other.
            raise _nesting_error(None) from None


_CHARGE_FILTER, _LIMIT_FILTER, _PRINT_FILTER = "a round", "a bound", "a print"
_JINJA_ARGUMENTS = ("_loop_vars", "_block_vars", "caller")
_PRINT_HINTS: Mapping[type, str] = {
    list: 'loop over it with {% for … %}, or write | join(", ")',
    tuple: 'loop over it with {% for … %}, or write | join(", ")',
    dict: "name one of its keys",
    bool: "test it with {% if … %}",
}
_CALL_HINTS = {"snippet": 'write snippet("ID")', "cite": 'write cite("ID", para=5)'}


def _instrument_template(tree: nodes.Template) -> None:
    """Make each loop iteration, macro and block charge what it writes, and limit what is concatenated."""
    parts: list[Any] = list(tree.find_all((nodes.Block, nodes.Macro, nodes.CallBlock, nodes.For)))
    for node in parts:
        characters = sum(len(text.data) for text in node.find_all(nodes.TemplateData))
        node.body.insert(0, _charge_statement(characters, node))
    characters = sum(len(text.data) for text in tree.find_all(nodes.TemplateData))
    tree.body.insert(0, _charge_statement(characters, tree))
    for joined in tree.find_all(nodes.Concat):
        joined.nodes = [_filter_node(_PRINT_FILTER, each) for each in joined.nodes]
    literals: list[Any] = list(tree.find_all((nodes.List, nodes.Tuple)))
    for literal in literals:
        if getattr(literal, "ctx", "load") == "load":
            literal.items = [_filter_node(_LIMIT_FILTER, each) for each in literal.items]
    for operand in tree.find_all(nodes.Operand):
        operand.expr = _filter_node(_LIMIT_FILTER, operand.expr)
    for pair in tree.find_all(nodes.Pair):
        pair.key, pair.value = _filter_node(_LIMIT_FILTER, pair.key), _filter_node(_LIMIT_FILTER, pair.value)


def _charge_statement(characters: int, at: nodes.Node) -> nodes.ExprStmt:
    environment = at.environment
    const = nodes.Const(characters, lineno=at.lineno, environment=environment)
    charge = nodes.Filter(
        const, _CHARGE_FILTER, [], [], None, None, lineno=at.lineno, environment=environment
    )
    return nodes.ExprStmt(charge, lineno=at.lineno, environment=environment)


def _filter_node(name: str, of: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(of, name, [], [], None, None, lineno=of.lineno, environment=of.environment)


def _check_nesting(tree: nodes.Node, name: str | None) -> None:
    """Raise TemplateSyntaxError, with its line, if something is nested too deeply."""
    level: list[tuple[nodes.Node, int]] = [(tree, 1)]
    for _ in range(MAX_NESTING):
        level = [(child, child.lineno or line) for node, line in level for child in node.iter_child_nodes()]
    if level:
        raise _nesting_error(name, level[0][1])


def _nesting_error(name: str | None, line: int = 1) -> jinja2.TemplateSyntaxError:
    return jinja2.TemplateSyntaxError(f"it is nested deeper than {MAX_NESTING} levels", line, name)


def _count_nested_items(value: Any) -> int:
    """Count a value's items, nested ones included, and long strings by their length.

    Raise BudgetExceededError above `MAX_ITEMS`.
    """
    size, queue = 0, [value]
    while queue:
        item = queue.pop()
        size += 1
        if isinstance(item, str | bytes):
            size += len(item) // 100
        elif isinstance(item, Mapping):
            queue += [*item.keys(), *item.values()]
        elif isinstance(item, list | tuple | set | frozenset):
            queue += item
        if size + len(queue) > MAX_ITEMS:
            raise BudgetExceededError(f"it makes a value of more than {MAX_ITEMS:,} items")
    return size


def _join_length(items: Any) -> int:
    return len(items) if hasattr(items, "__len__") else MAX_ITEMS


def _numeric_argument(value: Any) -> float:
    """Return the number that a filter reads from a value."""
    if isinstance(value, str):
        return float(value) if re.fullmatch(r"\s*[+-]?\d{1,300}\s*", value) else 0
    return abs(value) if isinstance(value, int | float) else 0


def _format_arguments(arguments: list[Any]) -> str:
    return ", ".join(repr(item)[:20] for item in arguments[:3])


def _describe_type(value: Any) -> str:
    if isinstance(value, list | tuple | set | frozenset):
        return "a list"
    if isinstance(value, Mapping):
        return "a group of values"
    if isinstance(value, bool):
        return "true or false"
    if callable(value):
        return "a function"
    return f"a whole {type(value).__name__.lower()}"


def _check_call(context: Any, function: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
    """Raise BriefgenError if one of our functions is called with unsuitable arguments."""
    named = {key: value for key, value in kwargs.items() if key not in _JINJA_ARGUMENTS}
    if hasattr(function, "jinja_pass_arg"):
        return
    wrong = _signature_error(function, args, named) or _argument_type_error(function, args, named)
    if wrong is None:
        return
    name = next((key for key, value in context.items() if value == function), function.__name__)
    raise BriefgenError(
        Problem(
            "template-call",
            f"{name}() is called with the wrong arguments: {wrong}",
            None,
            _CALL_HINTS.get(name, f"write {name}{inspect.signature(function)}"),
        )
    )


def _argument_type_error(function: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str | None:
    """Return which argument is not of a type that our functions take: strings, numbers and booleans."""
    if function.__module__.startswith(("jinja2", __name__)):
        return None
    signature = inspect.signature(function)
    for name, value in signature.bind(*args, **kwargs).arguments.items():
        parameter = signature.parameters[name]
        values = value.values() if parameter.kind is inspect.Parameter.VAR_KEYWORD else [value]
        wants_text = parameter.annotation in (str, "str")
        for item in values:
            if not isinstance(item, str if wants_text else str | int | float):
                return f"{str(item)[:40]!r} is not a {'text' if wants_text else 'text or number'}"
    return None


def _signature_error(function: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str | None:
    """Return why arguments do not fit a signature; None if they fit, or if the signature is unknown."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return None
    try:
        signature.bind(*args, **kwargs)
    except TypeError as error:
        return str(error)
    return None
