"""The Jinja2 environment for templates and rules written by strangers.

Everything in it is an allow-list. Reach: values, fields of our records, and the methods and filters named
here; no methods of records (pydantic records have some that open files and unpickle), no clock, no random
numbers. Print: text, finite numbers, dates and our own markup. Effort: every run has a budget of steps and
characters, no value grows beyond a limit, and what takes more than linear time is charged before it begins,
since nothing interrupts a call into C. `briefgen.compose.templates` looks templates up and reports their
errors.
"""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable, Iterator, Mapping, MappingView
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache, wraps
from itertools import islice
from typing import Any

import jinja2
import jinja2.nodes as nodes
from jinja2.environment import TemplateModule
from jinja2.exceptions import SecurityError
from jinja2.filters import make_attrgetter, sync_do_join, sync_do_sum
from jinja2.runtime import BlockReference, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment, SandboxedEscapeFormatter, SandboxedFormatter
from jinja2.utils import pass_context, pass_environment, pass_eval_context
from markupsafe import Markup, escape

from briefgen.compose.template_syntax import (
    CHARGE_FILTER,
    LIMIT_FILTER,
    MAX_BITS,
    PRINT_FILTER,
    check_syntax_tree,
    instrument_template,
    nesting_error,
)
from briefgen.errors import BriefgenError, Problem

MAX_SOURCE = 200_000
"""Characters of a template or rule; longer ones take seconds to compile."""
MAX_STEPS = 100_000
"""Loop iterations and calls in one run, counted together."""
MAX_CHARACTERS = 5_000_000
"""Characters that one run may write, temporary strings included."""
MAX_TEXT = 1_000_000
"""Characters of one string."""
MAX_ITEMS = 100_000
"""Items of one value, nested ones included."""
MAX_COMPARISONS = 100_000_000
"""Characters that one search in a string may compare; a thousand count as one step."""
MAX_WIDTH = 10_000
"""Largest number that a string filter or method accepts: nothing is aligned to more."""
MAX_DIGITS = 1233
"""Digits of a number before or after its decimal point: as many as 4096 bits have."""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_MEMBERS: Mapping[Any, frozenset[str]] = {
    str: _names(
        "capitalize casefold center count endswith find format index isalnum isalpha isdecimal isdigit"
        " islower isnumeric isspace istitle isupper join ljust lower lstrip partition removeprefix"
        " removesuffix replace rfind rindex rjust rpartition rsplit rstrip split splitlines startswith strip"
        " swapcase title upper zfill"
    ),
    date: _names("day isocalendar isoformat isoweekday month strftime weekday year"),
    timedelta: _names("days"),
    type(date.min.isocalendar()): _names("year week weekday"),
    list: _names("count index"),
    tuple: _names("count index"),
    Mapping: _names("get items keys values"),
    LoopContext: _names(
        "changed cycle depth depth0 first index index0 last length nextitem previtem revindex revindex0"
    ),
    BlockReference: _names("super"),
}
"""Attributes and methods by the type of the value that has them; `_readable_names` adds fields of records."""
_TEXT_FILTERS = _names(
    "capitalize center e escape forceescape indent lower replace safe string striptags title trim truncate"
    " upper urlencode wordcount wordwrap"
)
"""Filters that make text of any value; Python would give them its own representation."""
_VALUE_FILTERS = _names(
    "abs attr batch count d default dictsort filesizeformat first float format groupby int items join last"
    " length list map max min reject rejectattr reverse round select selectattr slice sort sum unique"
)
"""The other filters. Not among them: pprint, random, tojson, urlize, xmlattr."""
_NUMBER_FILTERS = _names("float int")
"""Filters that would read 0 from a list, or from nothing."""
_FILTERS_WITH_WIDTH = _names("batch center filesizeformat indent round slice truncate wordwrap")
_SEARCHES = _names(
    "count find in index lstrip partition replace rfind rindex rpartition rsplit rstrip split strip trim"
)
"""Methods, filters and tests that can take as long as the product of the lengths of text and argument."""
_STRICT_ARGUMENTS = _names("center join ljust replace rjust")
"""Methods and filters that write their arguments, and whose arguments `Markup` turns into text."""
_CONVERSION = re.compile(
    r"%(?:\((?P<name>[^()]*)\))?(?P<flags>[-#0 +]*)(?P<width>\*|\d*)"
    r"(?P<precision>(?:\.(?:\*|\d*))?)(?P<kind>.?)",
    re.DOTALL,
)
"""A conversion specification of Python's % operator."""
_NUMERIC_TYPES = frozenset("diufFeEgGoxX%")
_MAX_DATE_PATTERN = 200
_LARGE_WIDTH = re.compile(r"\d{5,}")
_DATE_DIRECTIVES = re.compile(r"(?:[^%]|%-?[aAbBdejmuUVwWyYG%])*")
"""What strftime may write of a date: no time, no time zone, and nothing that the locale arranges."""


class BudgetExceededError(SecurityError):
    """A template does more than any document needs."""


class NotPrintableError(jinja2.TemplateRuntimeError):
    """A value to be printed is not text."""


class Sandbox(ImmutableSandboxedEnvironment):
    """A sandboxed Jinja2 environment with limits; see the module's docstring. `reset_budget` starts a run."""

    intercepted_binops = frozenset({"*", "**", "+", "-", "/", "//", "%"})

    def __init__(self, empty_value_error: Callable[[], Exception], **options: Any) -> None:
        """Take what makes the error for a printed empty value, and Jinja's own options."""
        # Nothing may be computed while a template is only parsed: neither by the optimizer nor for output.
        self._empty_value_error = empty_value_error
        finalize = pass_context(lambda _, value: self._check_printable(value))
        super().__init__(optimized=False, finalize=finalize, **options)
        self.globals.clear()
        self.globals.update(range=jinja2.sandbox.safe_range, dict=dict)
        filters: Mapping[str, Any] = {**self.filters, **self._own_filters()}
        self.filters.clear()
        for name in sorted(_TEXT_FILTERS | _VALUE_FILTERS):
            filter = filters[name]
            # Of those that may also be asynchronous, the plain one, which has a signature.
            self.add_filter(name, filter.__wrapped__ if hasattr(filter, "jinja_async_variant") else filter)
        tests: Mapping[str, Any] = dict(self.tests)
        for name, test in tests.items():
            self.tests[name] = self._limit_test(name, test)
        self.filters[CHARGE_FILTER] = pass_context(lambda _, characters: self._charge(1, characters))
        self.filters[PRINT_FILTER] = pass_context(lambda _, value: self._check_printable(value))
        self.filters[LIMIT_FILTER] = pass_context(lambda _, value: self._limit_value(value))
        self.reset_budget()

    def reset_budget(self) -> None:
        """Start a run with the full budget."""
        self._steps, self._characters = 0, 0

    def add_filter(self, name: str, filter: Callable[..., Any]) -> None:
        """Add a filter that is subject to the limits."""
        self.filters[name] = self._limit_filter(name, filter)

    # -- what can be reached

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Return whether a template may read an attribute: one on the list, or a field of a record."""
        if attr.startswith("_"):
            return False
        if isinstance(obj, TemplateModule):
            return attr in vars(obj)
        kind: Any = type(obj)
        return attr in _readable_names(kind)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """Return a limited stand-in for `str.format`; None for any other value."""
        text = getattr(value, "__self__", None)
        if not isinstance(text, str) or getattr(value, "__name__", "") != "format":
            return None

        def format(*args: Any, **kwargs: Any) -> str:
            self._charge(1, len(text))
            formatter = (
                _MarkupFormatter(self, escape=escape) if isinstance(text, Markup) else _TextFormatter(self)
            )
            return type(text)(formatter.vformat(text, args, kwargs))

        return format

    def call(__self, __context: Any, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        """Call what a template calls, within the limits.

        Raise BriefgenError if one of our own functions is called with unsuitable arguments.
        """
        arguments = [*args, *(value for key, value in kwargs.items() if key not in _JINJA_ARGUMENTS)]
        __self._charge(1, 0)
        __self._limit_value(arguments)
        owner = getattr(__obj, "__self__", None)
        if isinstance(owner, str):
            __self._limit_value(owner)
            __self._check_method(owner, str(__obj.__name__), arguments)
        elif isinstance(owner, list | tuple | Mapping):
            __self._limit_value(owner)
        elif isinstance(owner, date):
            for pattern in arguments:
                _check_date_pattern(pattern)
        elif inspect.isfunction(__obj) or inspect.ismethod(__obj):
            _check_call(__context, __obj, args, kwargs)
        return __self._limit_value(_collect(super().call(__context, __obj, *args, **kwargs)))

    # -- how much can be done

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Evaluate an arithmetic operator, or raise SecurityError if it is not allowed for these values."""
        if operator == "%" and isinstance(left, str):
            return self._format_percent(left, right)
        if operator == "**":
            raise SecurityError("the operator ** is not available")
        if operator == "*" and not (_is_number(left) and _is_number(right)):
            raise SecurityError("the operator * is for plain numbers only")
        return self._limit_value(super().call_binop(context, operator, left, right))

    def _limit_value(self, value: Any) -> Any:
        """Return the value if it is within the limits, and charge its content to the run."""
        if isinstance(value, str):
            self._charge(0, len(value))
            if len(value) > MAX_TEXT:
                raise BudgetExceededError(
                    f"it makes a text of {len(value):,} characters; {MAX_TEXT:,} are allowed"
                )
        elif isinstance(value, int) and value.bit_length() > MAX_BITS:
            raise BudgetExceededError("it makes a number that is too large")
        elif isinstance(value, Decimal) and value and abs(value.adjusted()) > MAX_DIGITS:
            raise BudgetExceededError("it makes a number that is too large or too small")
        elif isinstance(value, range):
            self._charge(len(value) // 10, 0)
        elif _is_list(value) or isinstance(value, Mapping):
            self._charge(_count_nested_items(value) // 10, 0)
        return value

    def _charge(self, steps: int, characters: int) -> None:
        self._steps += steps
        self._characters += characters
        if self._steps > MAX_STEPS:
            raise BudgetExceededError(f"it takes more than {MAX_STEPS:,} loop rounds and calls in all")
        if self._characters > MAX_CHARACTERS:
            raise BudgetExceededError(f"it writes more than {MAX_CHARACTERS:,} characters in all")

    def _check_method(self, text: str, name: str, arguments: list[Any]) -> None:
        """Refuse a method of a string that would take too long, or make something huge of something small."""
        if any(isinstance(item, int) and abs(item) > MAX_WIDTH for item in arguments):
            raise BudgetExceededError(f"{name}() is not available with {_format_arguments(arguments)}")
        items = list(arguments[0]) if name == "join" and arguments else arguments
        if name in _STRICT_ARGUMENTS:
            for item in items:
                self._check_printable(item)
        self._check_effort(name, text, items)

    def _check_effort(self, name: str, text: str, arguments: list[Any]) -> None:
        """Charge what takes more than linear time and refuse what grows too much, before it is done."""
        lengths = [len(item) for item in arguments if isinstance(item, str)] or [0]
        compared = written = 0
        if name in _SEARCHES:
            compared = len(text) * lengths[0]
        elif name == "wordwrap":
            compared = len(text) ** 2
        elif name == "striptags":
            compared = len(text) * text.count("<")
        if compared > MAX_COMPARISONS:
            raise BudgetExceededError(f"{name} would compare more than {MAX_COMPARISONS:,} characters")
        self._charge(compared // 1000, 0)
        if name == "replace" and len(lengths) > 1:
            written = text.count(str(arguments[0])) * lengths[1]
        elif name == "join":
            written = sum(len(str(item)) + len(text) for item in arguments)
        elif name == "indent":
            width = next((item for item in arguments if isinstance(item, int)), 0)
            written = len(text.splitlines()) * max(width, lengths[0])
        if written > MAX_TEXT:
            raise BudgetExceededError(f"{name} would write more than {MAX_TEXT:,} characters")

    def _limit_filter(self, name: str, filter: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap a filter so that it is subject to the limits."""
        skipped = 1 if hasattr(filter, "jinja_pass_arg") else 0
        signature = inspect.signature(filter)

        @wraps(filter)
        def limited(*args: Any, **kwargs: Any) -> Any:
            try:
                # In the order of the signature, however they are written.
                value, *arguments = [*signature.bind(*args, **kwargs).arguments.values()][skipped:]
            except TypeError as error:
                raise jinja2.TemplateRuntimeError(
                    f"the filter {name} is called with the wrong arguments: {error}"
                ) from None
            self._charge(1, 0)
            self._limit_value(value)
            self._limit_value(arguments)
            if name in _FILTERS_WITH_WIDTH and any(_numeric_argument(item) > MAX_WIDTH for item in arguments):
                raise BudgetExceededError(
                    f"the filter {name} is not available with {_format_arguments(arguments)}"
                )
            if name in _NUMBER_FILTERS and not isinstance(value, bool):
                self._check_printable(value)
            if name in _TEXT_FILTERS:
                self._check_printable(value)
                for item in arguments:
                    if name in _STRICT_ARGUMENTS or not isinstance(item, bool):
                        self._check_printable(item)
                self._check_effort(name, value if isinstance(value, str) else str(value), arguments)
            return self._limit_value(_collect(filter(*args, **kwargs)))

        return limited

    def _limit_test(self, name: str, test: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap a test (`is …`) so that it is subject to the limits."""

        @wraps(test)
        def limited(*args: Any) -> Any:
            self._charge(1, 0)
            for item in args:
                self._limit_value(item)
            if name == "in" and len(args) == 2 and isinstance(args[1], str):
                self._check_effort(name, args[1], [args[0]])
            return test(*args)

        return limited

    # -- what can be printed

    def _check_printable(self, value: Any) -> Any:
        """Return a value that is printed, or becomes part of something printed; raise if it is not text."""
        if value is None:
            # Otherwise a missing value would be printed as the word "None" in somebody's letter.
            raise self._empty_value_error()
        if isinstance(value, str | jinja2.Undefined):
            self._charge(0, len(value))
            return value
        if _is_number(value):
            self._check_number(value)
            if "e" in str(value).lower():
                raise NotPrintableError(f"the number {value} has too many digits; write it with a format")
        elif not isinstance(value, date) and not hasattr(value, "__html__"):
            hint = _PRINT_HINTS.get(type(value), "print one of its parts")
            raise NotPrintableError(f"{_describe_type(value)} cannot be printed; {hint}")
        self._charge(0, len(str(value)))
        return value

    def _check_number(self, value: Any) -> None:
        self._limit_value(value)
        if not (isinstance(value, int) or math.isfinite(value)):
            raise NotPrintableError(f"{value} cannot be printed; it is no number")

    def _check_formatted(self, value: Any, *, numeric: bool) -> None:
        """Charge a value that a format writes, and raise if it cannot be printed."""
        self._charge(1, 0)
        if numeric and _is_number(value):
            self._check_number(value)
        else:
            self._check_printable(value)

    def _format_percent(self, text: str, values: Any) -> str:
        """Format as Python's % operator does, every operand held to what may be printed."""
        self._charge(1, len(text))
        queue = iter(values if isinstance(values, tuple) else (values,))

        def convert(match: re.Match[str]) -> str:
            flags, width, precision, kind = match.group("flags", "width", "precision", "kind")
            if kind == "%":
                return "%"
            if "*" in width + precision or _LARGE_WIDTH.search(match[0]):
                raise BudgetExceededError(
                    f"the format {match[0][:40]!r} has a width that is too large or computed"
                )
            if kind not in _NUMERIC_TYPES | {"s", "c"}:
                raise NotPrintableError(f"the format {match[0][:40]!r} is not available")
            value = next(queue) if match["name"] is None else values[match["name"]]
            self._check_formatted(value, numeric=kind in _NUMERIC_TYPES)
            if isinstance(text, Markup) and not _is_number(value):
                value = escape(value)
            written: str = self._limit_value(f"%{flags}{width}{precision}{kind}" % (value,))
            return written

        try:
            result = _CONVERSION.sub(convert, text)
        except StopIteration:
            raise jinja2.TemplateRuntimeError(f"the format {text[:40]!r} has too few values") from None
        if not isinstance(values, Mapping) and next(queue, self) is not self:
            raise jinja2.TemplateRuntimeError(f"the format {text[:40]!r} has too many values")
        formatted: str = self._limit_value(type(text)(result))
        return formatted

    def _own_filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filters that stand in for Jinja's because what they take is held to text or numbers."""

        def format(value: Any, /, *args: Any, **kwargs: Any) -> str:
            self._check_printable(value)
            return self._format_percent(value if isinstance(value, str) else str(value), kwargs or args)

        @pass_eval_context
        def join(eval_ctx: Any, value: Any, d: Any = "", attribute: Any = None) -> str:
            read = make_attrgetter(self, attribute) if attribute is not None else lambda item: item
            items = [self._check_printable(read(item)) for item in _collect(iter(value))]
            self._check_effort("join", str(self._check_printable(d)), items)
            return sync_do_join(eval_ctx, items, d)

        @pass_environment
        def sum(environment: Any, iterable: Any, attribute: Any = None, start: Any = 0) -> Any:
            if not _is_number(start):
                raise NotPrintableError("the filter sum adds numbers only")
            return sync_do_sum(environment, iterable, attribute, start)

        return {"format": format, "join": join, "sum": sum}

    # -- what is added to templates before they run

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        if len(source) > MAX_SOURCE:
            raise jinja2.TemplateSyntaxError(f"it is longer than {MAX_SOURCE:,} characters", 1, name)
        try:
            tree = super()._parse(source, name, filename)
        except (RecursionError, MemoryError):
            raise nesting_error(name) from None
        except ValueError:  # Python reads no longer numbers
            raise jinja2.TemplateSyntaxError("it has a number that is too long", 1, name) from None
        check_syntax_tree(tree, name)
        return tree

    def compile_expression(self, source: str, undefined_to_none: bool = True) -> Any:
        """Compile an expression as Jinja2 does; raise TemplateSyntaxError if it is nested too deeply."""
        try:
            return super().compile_expression(source, undefined_to_none)
        except (RecursionError, MemoryError):
            raise nesting_error(None) from None

    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False
    ) -> str:
        check_syntax_tree(source, name)
        instrument_template(source)
        return str(super()._generate(source, name, filename, defer_init))

    def _compile(self, source: str, filename: str) -> Any:
        try:
            return super()._compile(source, filename)
        except (RecursionError, MemoryError, SyntaxError):
            # Python itself allows 20 loops within each other.
            raise nesting_error(None) from None


class _TextFormatter(SandboxedFormatter):
    """What `str.format` does, every value held to what may be printed."""

    def __init__(self, sandbox: Sandbox, **options: Any) -> None:
        super().__init__(sandbox, **options)
        self._sandbox = sandbox

    def convert_field(self, value: Any, conversion: Any) -> Any:
        if conversion not in (None, "s"):
            raise NotPrintableError(f"the conversion !{conversion} is not available")
        return super().convert_field(
            self._sandbox._check_printable(value) if conversion else value, conversion
        )

    def format_field(self, value: Any, format_spec: str) -> str:
        if _LARGE_WIDTH.search(format_spec):
            raise BudgetExceededError(f"the format {format_spec[:40]!r} has a width that is too large")
        if isinstance(value, date):
            _check_date_pattern(format_spec)
        self._sandbox._check_formatted(value, numeric=format_spec[-1:] in _NUMERIC_TYPES)
        written: str = self._sandbox._limit_value(super().format_field(value, format_spec))
        return written


class _MarkupFormatter(_TextFormatter, SandboxedEscapeFormatter):
    """The same for markup, which escapes what it writes."""


_JINJA_ARGUMENTS = ("_loop_vars", "_block_vars", "caller")
_PRINT_HINTS: Mapping[type, str] = {
    list: 'loop over it with {% for … %}, or write | join(", ")',
    tuple: 'loop over it with {% for … %}, or write | join(", ")',
    dict: "name one of its keys",
    bool: "test it with {% if … %}",
}
_CALL_HINTS = {"snippet": 'write snippet("ID")', "cite": 'write cite("ID", para=5)'}


def _count_nested_items(value: Any) -> int:
    """Count a value's items, nested ones included, and long strings by their length.

    Raise BudgetExceededError above `MAX_ITEMS`.
    """
    size, queue = 0, [value]
    while queue:
        item = queue.pop()
        size += 1
        if isinstance(item, str):
            size += len(item) // 100
        elif isinstance(item, Mapping):
            queue += [*item.keys(), *item.values()]
        elif _is_list(item):
            queue += item
        if size + len(queue) > MAX_ITEMS:
            raise BudgetExceededError(f"it makes a value of more than {MAX_ITEMS:,} items")
    return size


def _collect(value: Any) -> Any:
    """Return a list for an iterator or view, which could not be counted, and other values as they are."""
    if not isinstance(value, Iterator | MappingView) or isinstance(value, LoopContext):
        return value
    iterable: Any = value
    items = list(islice(iterable, MAX_ITEMS + 1))
    if len(items) > MAX_ITEMS:
        raise BudgetExceededError(f"it makes a value of more than {MAX_ITEMS:,} items")
    return items


@cache
def _readable_names(kind: Any) -> frozenset[str]:
    """Return the attributes of a type's values that a template may read."""
    for base, names in _MEMBERS.items():
        if issubclass(kind, base):
            return names | frozenset(getattr(kind, "_fields", ()))
    record: Any = getattr(kind, "model_fields", None)
    if record is None and is_dataclass(kind):
        record = [field.name for field in fields(kind)]
    if record is None:
        return frozenset()
    properties = (name for name in dir(kind) if isinstance(inspect.getattr_static(kind, name), property))
    return frozenset([*record, *(name for name in properties if not name.startswith("model_"))])


def _check_date_pattern(pattern: Any) -> None:
    """Raise if a pattern has more than the parts of a date, which are the same on every machine."""
    if (
        not isinstance(pattern, str)
        or len(pattern) > _MAX_DATE_PATTERN
        or not _DATE_DIRECTIVES.fullmatch(pattern)
    ):
        raise NotPrintableError(
            f"a date cannot be written as {str(pattern)[:40]!r}; write, for example, %-d %B %Y"
        )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple | set | frozenset)


def _numeric_argument(value: Any) -> float:
    """Return the number that a filter reads from a value."""
    if isinstance(value, str):
        return float(value) if re.fullmatch(r"\s*[+-]?\d{1,300}\s*", value) else 0
    return abs(value) if isinstance(value, int | float) else 0


def _format_arguments(arguments: list[Any]) -> str:
    return ", ".join(repr(item)[:20] for item in arguments[:3])


def _describe_type(value: Any) -> str:
    if _is_list(value):
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
