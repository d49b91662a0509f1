"""Templates and rules of strangers: they end, and print nothing that is not text. docs/security.md has the numbers."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import jinja2.filters
import pytest

from briefgen.compose.templates import Templates
from briefgen.errors import BriefgenError, Place
from briefgen.library.folders import LibraryFolder
from briefgen.model.recipient import Recipient

PLACE = Place("campaign.yaml", 9)
LONG = "a" * 900_000
HALF = LONG[: len(LONG) // 2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("own")
    (folder / "templates/letter").mkdir(parents=True)
    return folder


def render(folder: Path, text: str, **context: object) -> str:
    """What a template prints, or the code of the problem that stops it, in capitals."""
    (folder / "templates/letter/x.html.j2").write_text(text)
    try:
        return Templates((LibraryFolder(folder, "own"),)).render("letter/x.html.j2", context, "x")
    except BriefgenError as error:
        assert all(problem.place and problem.place.line for problem in error.problems), error
        return error.problems[0].code.upper()


def judge(expression: str, **variables: object) -> str:
    """The message of the problem at a rule, or nothing."""
    templates = Templates((LibraryFolder(Path(), ""),))
    try:
        templates.evaluate_condition(expression, {"s": LONG, "h": HALF, **variables}, PLACE)
    except BriefgenError as error:
        assert [(problem.code, problem.place) for problem in error.problems] == [("rule-syntax", PLACE)]
        return error.problems[0].message
    return ""


# Time and memory

SEARCHES = [
    "find",
    "rfind",
    "index",
    "rindex",
    "count",
    "split",
    "rsplit",
    "partition",
    "rpartition",
    "strip",
    "lstrip",
    "rstrip",
]
SLOW = (
    *(f"s.{method}({needle})" for method in SEARCHES for needle in ("'b' ~ h", "h ~ 'b'")),
    *(f"(s | safe).{method}('b' ~ h)" for method in SEARCHES),
    *("h ~ 'b' in s", "(h ~ 'b') not in s", "1 < 2 in [2] and (h ~ 'b') in s", "(h ~ 'b') is in s"),
    *(
        "s.replace('a', h)",
        "s.replace('', h)",
        "(s | safe).replace('a', h)",
        "s.join(s)",
        "h.join([s, s, s])",
    ),
    *("s | replace('a', h)", "s | replace(new=h, old='a')", "[s, s] | join(s)", "[1] * 2", "'a' * 9"),
    *(
        "(s | replace('a', '\\n')) | indent(9999, blank=true)",
        "s[:50000] | wordwrap(1)",
        "s | trim(h)",
        "2 ** 9",
    ),
    *(
        "(s[:50000] | replace('a', '<')) | striptags",
        "s | center(99999)",
        "s.center(99999)",
        "'9%9999d' % 1 * 2",
    ),
    *(
        "'%99999d' % 1",
        "'%*d' % (99999, 1)",
        "'%.99999f' % 1",
        "'{:99999}'.format(1)",
        "'{:{}}'.format(1, 99999)",
    ),
    *("(h[:9990] | replace('a', '{0:>9999}')).format(1)", "(h[:9990] | replace('a', '{0}')).format(s)"),
    *("(h[:9990] | replace('a', '%(a)9999d')) % {'a': 1}", "(h[:9990] | replace('a', '%(a)s')) % {'a': s}"),
    *(
        "range(99999) | map('center', 9999) | list",
        "range(99999) | map('string') | map('center', 9999) | list",
    ),
    *(
        "[[1]] | sum(start=[])",
        "[s, s, s, s, s, s] | list",
        "s | list",
        "0x" + "f" * 2000,
        "9" * 5000,
        "1e999",
    ),
    *("1 " + "+ 1 " * 60_000, "(" * 70 + "1" + ")" * 70, "s" + "[0]" * 5000, "1" + " | abs" * 5000),
)
ABSENT = (
    *("s.translate({})", "s.encode()", "s.expandtabs(9999)", "s.format_map({})", "(s | safe).striptags()"),
    *("(1).to_bytes(9)", "s.__class__", "s.__mul__(9)", "s.maketrans('a', 'b')", "(s | safe).unescape()"),
)


@pytest.mark.parametrize("rule", [*SLOW, *ABSENT], ids=range(len(SLOW) + len(ABSENT)))
def test_a_rule_that_would_fill_time_or_memory_ends_with_a_problem(rule: str) -> None:
    assert judge(rule)


@pytest.mark.parametrize(
    "rule",
    [
        "s.rfind(h[:100]) == 7",
        "h in s",
        "s[1:]",
        "s | sum",
        "s | upper | lower | list | length",
        "range(99999) | sum",
    ],
)
def test_what_one_call_may_cost_is_limited_over_all_of_them(folder: Path, rule: str) -> None:
    text = f"{{% for i in range(9999) %}}{{% if {rule} %}}{{% endif %}}{{% endfor %}}"
    assert render(folder, text, s=LONG, h=HALF) in {"TEMPLATE-EXCESSIVE", "TEMPLATE-FAILED"}


def test_all_rules_together_have_the_budget_of_one_document() -> None:
    templates = Templates((LibraryFolder(Path(), ""),))
    rule = "range(30000) | list | length == 30000"

    def judge_all(times: int) -> int:
        templates.reset_budget()
        return sum(templates.evaluate_condition(rule, {}, PLACE) for _ in range(times))

    assert judge_all(5) == judge_all(5) == 5
    with pytest.raises(BriefgenError) as caught:
        judge_all(50)
    assert "100,000 loop rounds and calls in all" in caught.value.problems[0].message


def test_a_rule_that_is_too_much_says_so_and_not_how_rules_are_written() -> None:
    templates = Templates((LibraryFolder(Path(), ""),))
    with pytest.raises(BriefgenError) as caught:
        templates.evaluate_condition("s.rfind('b' ~ s) == 7", {"s": LONG}, PLACE)
    assert "rfind would compare more than 100,000,000 characters" in caught.value.problems[0].message
    assert caught.value.problems[0].hint == "no rule needs that much"


def test_check_reports_what_cannot_even_be_read(folder: Path) -> None:
    for text in (
        "{{ " + "9" * 5000 + " }}",
        "{{ 0x" + "f" * 5000 + " }}",
        "x" * 200_001,
        "{{ x" + "[0]" * 999 + " }}",
    ):
        (folder / "templates/letter/x.html.j2").write_text(text)
        found = [
            problem.code for problem in Templates((LibraryFolder(folder, "own"),)).check(["x"], ["letter"])
        ]
        assert found == ["template-syntax"]


# What is printed

VALUES = (
    *(
        "none",
        "true",
        "[1]",
        "(1, 2)",
        "{'a': 1}",
        "f",
        "self",
        "m",
        "dict",
        "range(3)",
        "d.items()",
        "d.items",
    ),
    *(
        "([1] | map('string'))",
        "([1] | batch(1))",
        "senator",
        "day - day",
        "1e300 * 1e300",
        "1e16",
        "missing",
    ),
)
WAYS = (
    *("V", "'%s' % V", "'%s' % (V,)", "'%r' % (V,)", "'%(a)s' % {'a': V}", "'%5s' % (V,)", "'%c' % (V,)"),
    *("'%s' | format(V)", "'%(a)s' | format(a=V)", "'{}'.format(V)", "'{!r}'.format(V)", "'{!s}'.format(V)"),
    *(
        "'{a}'.format(a=V)",
        "'{0[0]}'.format([V])",
        "'{0.a}'.format({'a': V})",
        "'{:>9}'.format(V)",
        "'x' ~ V",
    ),
    *("V ~ 'x'", "'x' + V", "V | string", "V | safe", "V | e", "V | forceescape", "V | upper", "V | title"),
    *("V | trim", "V | striptags", "V | center(9)", "V | indent", "V | truncate(3)", "V | wordwrap"),
    *("V | urlencode", "V | replace('z', 'y')", "'z' | replace('z', V)", "('z' | safe) | replace('z', V)"),
    *(
        "('z' | safe).replace('z', V)",
        "('z' | safe).join([V, V])",
        "('z' | safe) % V",
        "('%s' | safe) % (V,)",
    ),
    *("('{}' | safe).format(V)", "('z' | safe).center(9, V)", "[V] | join", "['a', 'b'] | join(V)"),
    *(
        "[{'a': V}] | join(attribute='a')",
        "[V] | map('string') | join",
        "[V] | map('safe') | join",
        "'z'.join([V])",
    ),
    *("['%s'] | map('format', V) | join", "V | tojson", "{'a': V} | xmlattr", "V | pprint", "V | urlize"),
    *("{'a': V} | urlencode", "[V] | first", "V | default('z')", "V | list | string", "[V] | sum(start='')"),
)
PYTHONS_OWN = re.compile(r"None|True|object|0x|nan|inf|[\[{(<]|function|dict|&lt;|e\+|Undefined|class")


@pytest.mark.parametrize("way", WAYS)
def test_no_way_of_printing_shows_pythons_own_words_for_a_value(folder: Path, way: str) -> None:
    context = {"f": lambda: 1, "d": {"a": 1}, "day": date(2026, 11, 24)}
    for value in VALUES:
        text = f"{{% macro m() %}}{{% endmacro %}}{{{{ {way.replace('V', value)} }}}}"
        printed = render(folder, text, senator=Recipient("ada", "us-senator", "US"), **context)
        assert not PYTHONS_OWN.search(printed), (value, printed)


def test_what_may_be_printed_is_printed(folder: Path) -> None:
    """The same ways with text and numbers, so that the test above does not pass because nothing works."""
    refused = {
        way
        for way in WAYS
        if render(folder, f"{{{{ {way.replace('V', 'v')} }}}}", v="b").startswith("TEMPLATE")
    }
    assert refused == {
        *("'%r' % (V,)", "'{!r}'.format(V)", "V | tojson", "{'a': V} | xmlattr", "V | pprint", "V | urlize"),
        *("V | list | string", "[V] | sum(start='')", "{'a': V} | urlencode", "('z' | safe) % V"),
    }
    text = "{{ '%s %5.1f %d%% %(b)s' % {'b': '<'} if false }}{{ '%s %5.1f %d%%' % ('<', 2.25, 3) }}"
    assert render(folder, text) == "&lt;   2.2 3%"
    assert (
        render(folder, "{{ ('<b>%s</b>' | safe) % '<' }}{{ ('{}' | safe).format('<') }}") == "<b>&lt;</b>&lt;"
    )
    assert render(folder, "{{ '{0:,} {1:.1%} {2!s:>3}'.format(20000, 0.5, 'x') }} {{ 12 }} {{ 1.5 }}") == (
        "20,000 50.0%   x 12 1.5"
    )
    assert (
        render(folder, "{{ x | map('upper') | join(' ') }} {{ (x | reverse) | first }}", x=["a", "b"])
        == "A B b"
    )
    assert render(folder, "{{ ('a' in 'ab') | int }}") == "1"
    assert render(folder, "{{ x | map('upper') | length }}", x=["a", "b"]) == "2"
    assert render(folder, "{% if 'a' not in 'bc' and 1 < 2 <= 2 in [2] %}yes{% endif %}") == "yes"


def test_a_missing_number_is_not_nought(folder: Path) -> None:
    assert render(folder, "{{ x | int }}", x=None) == "TEMPLATE-EMPTY"
    assert render(folder, "{{ x | float }}", x=[1]) == "TEMPLATE-FAILED"
    assert render(folder, "{{ x | int + 1 }}", x="3") == "4"


@pytest.mark.parametrize("directive", "ZzcxXpsHMSfIDFrRTtnEOQPLq+")
def test_a_date_is_written_without_time_time_zone_and_locale(folder: Path, directive: str) -> None:
    for text in (
        f"{{{{ day.strftime('%{directive}') }}}}",
        f"{{{{ day.strftime(format='%-{directive}') }}}}",
        f"{{{{ '{{:%{directive}}}'.format(day) }}}}",
    ):
        assert render(folder, text, day=date(2026, 11, 24)) == "TEMPLATE-FAILED"


def test_a_date_is_written_by_its_parts(folder: Path) -> None:
    text = "{{ day }} {{ day.strftime('%A, %-d %B %Y (%j)') }} {{ '{:%d.%m.%y}'.format(day) }} {{ (day - day).days }}"
    assert (
        render(folder, text, day=date(2026, 11, 4))
        == "2026-11-04 Wednesday, 4 November 2026 (308) 04.11.26 0"
    )


def test_every_filter_of_jinja_is_known_or_left_out_on_purpose(folder: Path) -> None:
    """A new version of Jinja may bring a filter, which no template gets before somebody has looked at it."""
    templates = Templates((LibraryFolder(folder, "own"),))
    left_out = set(jinja2.filters.FILTERS) - set(templates._environment.filters)
    assert left_out == {"pprint", "random", "tojson", "urlize", "xmlattr"}
