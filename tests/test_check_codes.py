"""Every code that a problem can have is documented, once, and nothing is documented that cannot occur."""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from briefgen.cli.campaign import read_check_sections

ROOT = Path(__file__).parents[1]
CODE = re.compile(r"[a-z]+(-[a-z]+)+")
MADE_WITH_CODE = ("Problem", "MarkupProblem")
"""What takes a code as its first argument; a function that passes a parameter on to them does too."""


def codes_in(source: str, file: str = "x.py") -> dict[str, list[str]]:
    """Codes in a module with the places where they are written; fails where one is not written whole."""
    tree = ast.parse(source)
    takes: dict[str, int] = dict.fromkeys(MADE_WITH_CODE, 0)
    while more := {name: at for name, at in passing_on(tree, takes) if name not in takes}:
        takes |= more
    found: dict[str, list[str]] = defaultdict(list)
    for call, function in calls(tree, takes):
        for argument in code_argument(call, takes):
            place = f"{file}:{call.lineno}"
            if isinstance(argument, ast.Attribute) and argument.attr == "code":
                continue  # of a problem that exists already
            if isinstance(argument, ast.Name) and argument.id in parameters(function):
                continue  # those who call the function say it
            assert isinstance(argument, ast.Constant), f"{place}: the code is not written whole"
            assert CODE.fullmatch(str(argument.value)), f"{place}: {argument.value!r} is not a code"
            found[str(argument.value)].append(place)
    return found


def calls(tree: ast.AST, takes: Mapping[str, int]) -> Iterator[tuple[ast.Call, ast.AST | None]]:
    """Calls that take a code, each with the function that it stands in."""
    around: list[tuple[ast.AST, ast.AST | None]] = [(tree, None)]
    while around:
        node, function = around.pop()
        if isinstance(node, ast.Call) and name_of(node) in takes:
            yield node, function
        inner = node if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else function
        around += [(child, inner) for child in ast.iter_child_nodes(node)]


def name_of(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def code_argument(call: ast.Call, takes: Mapping[str, int]) -> list[ast.expr]:
    """What stands where the code is expected, both branches of a choice; nothing for `Problem(**read)`."""
    at = takes[name_of(call)]
    given = [key.value for key in call.keywords if key.arg == "code"] or call.args[at : at + 1]
    return [
        each for one in given for each in ((one.body, one.orelse) if isinstance(one, ast.IfExp) else (one,))
    ]


def parameters(function: ast.AST | None) -> list[str]:
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
        return []
    return [each.arg for each in function.args.args if each.arg not in ("self", "cls")]


def passing_on(tree: ast.AST, takes: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """Functions whose parameter becomes a code, with the parameter's position."""
    for call, function in calls(tree, takes):
        for argument in code_argument(call, takes):
            if isinstance(argument, ast.Name) and argument.id in parameters(function):
                assert isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
                yield function.name, parameters(function).index(argument.id)


@pytest.fixture(scope="module")
def in_source() -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "briefgen").rglob("*.py")):
        file = path.relative_to(ROOT)
        if file.parts[1] == "_files":
            continue
        for code, places in codes_in(path.read_text(encoding="utf-8"), str(file)).items():
            found[code] += places
    return found


@pytest.mark.slow
def test_every_code_in_the_source_is_documented(in_source: dict[str, list[str]]) -> None:
    documented = {section.code for section in read_check_sections()}
    missing = {code: places for code, places in in_source.items() if code not in documented}
    assert not missing, "\n".join(f"{code}: {', '.join(places)}" for code, places in sorted(missing.items()))


def test_no_section_describes_a_code_that_cannot_occur(in_source: dict[str, list[str]]) -> None:
    assert not [f"{one.page}: {one.code}" for one in read_check_sections() if one.code not in in_source]


def test_each_code_is_documented_once() -> None:
    assert not [
        code for code, times in Counter(one.code for one in read_check_sections()).items() if times > 1
    ]


def test_each_section_shows_the_message_and_says_more_than_it() -> None:
    sections = list(read_check_sections())
    assert sections
    for section in sections:
        examples = [line for line in section.text.splitlines() if line.startswith("    ")]
        prose = [line for line in section.text.splitlines()[1:] if line and not line.startswith("    ")]
        assert any(section.code in line for line in examples), (
            f"{section.page}: {section.code} has no example"
        )
        assert len(prose) >= 2, f"{section.page}: {section.code} says too little"


def test_codes_are_found_through_functions_that_pass_them_on() -> None:
    source = (
        "def _no(code, message):\n    return Problem(code, message)\n"
        "class A:\n    def fault(self, why, code):\n        raise _no(code, why)\n"
        "    def b(self):\n        self.fault('x', 'a-b')\n"
        "Problem('c-d' if x else 'e-f', 'm')\nProblem(error.code, 'm')\nProblem(**row)\n"
    )
    assert set(codes_in(source)) == {"a-b", "c-d", "e-f"}


@pytest.mark.parametrize("code", ["f'{what}-unknown'", "name", "'Not A Code'"])
def test_a_code_that_cannot_be_searched_for_is_refused(code: str) -> None:
    with pytest.raises(AssertionError):
        codes_in(f"Problem({code}, 'm')")
