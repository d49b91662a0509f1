"""Templates: lookup, inheritance, strictness, and what the sandbox refuses."""

from datetime import date
from pathlib import Path

import pydantic
import pytest

from briefgen.compose.markup import canonicalize_markup
from briefgen.compose.templates import Templates, format_long_date, template_candidates
from briefgen.errors import BriefgenError, Place, Problem
from briefgen.library.folders import LibraryFolder
from briefgen.model.recipient import Recipient

SENATOR = Recipient("ada-sample", "us-senator", "US", chamber="senate")


@pytest.fixture
def templates(tmp_path: Path) -> Templates:
    shipped, own = tmp_path / "shipped", tmp_path / "own"
    for root in (shipped, own):
        (root / "templates/letter/office").mkdir(parents=True)
    (shipped / "templates/letter/default.html.j2").write_text(
        "{% block a %}<p>shipped a</p>{% endblock %}{% block b %}<p>b for {{ name }}</p>{% endblock %}"
    )
    return Templates((LibraryFolder(own, "own"), LibraryFolder(shipped, "shipped")))


def write(templates: Templates, name: str, text: str) -> None:
    path = templates.folders[0].path / "templates" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def refused(templates: Templates, text: str, **context: object) -> Problem:
    write(templates, "letter/x.html.j2", text)
    with pytest.raises(BriefgenError) as caught:
        templates.render("letter/x.html.j2", context, "the letter to ada-sample")
    return caught.value.problems[0]


def test_the_most_particular_template_is_found() -> None:
    assert template_candidates("letter", SENATOR) == [
        "letter.ada-sample.md",
        "letter/recipient/ada-sample.html.j2",
        "letter.us-senator.md",
        "letter/office/us-senator.html.j2",
        "letter.senate.md",
        "letter/chamber/senate.html.j2",
        "letter.US.md",
        "letter/country/US.html.j2",
        "letter.md",
        "letter/default.html.j2",
    ]


def test_a_diplomat_is_looked_up_by_the_state_represented() -> None:
    envoy = Recipient("x", "un-permanent-representative", "US", represents="KR")
    assert "letter/country/KR.html.j2" in template_candidates("letter", envoy)


def test_a_block_is_overridden_and_the_rest_inherited(templates: Templates) -> None:
    write(
        templates,
        "letter/office/us-senator.html.j2",
        '{% extends "letter/default.html.j2" %}{% block a %}<p>own a</p>{% endblock %}',
    )
    name = templates.find_template("letter", SENATOR)
    assert name == "letter/office/us-senator.html.j2"
    assert templates.render(name, {"name": "Ada"}, "x") == "<p>own a</p><p>b for Ada</p>"


def test_ones_own_template_of_the_same_name_can_extend_the_built_in_one(templates: Templates) -> None:
    write(
        templates,
        "letter/default.html.j2",
        '{% extends "built-in/letter/default.html.j2" %}{% block a %}<p>own</p>{% endblock %}',
    )
    assert templates.render("letter/default.html.j2", {"name": "Ada"}, "x") == "<p>own</p><p>b for Ada</p>"


def test_text_from_data_is_escaped(templates: Templates) -> None:
    assert "&lt;script&gt;{{ 7*7 }}" in templates.render(
        "letter/default.html.j2", {"name": "<script>{{ 7*7 }}"}, "x"
    )


def test_an_unknown_name_stops_with_template_line_and_nearest_name(templates: Templates) -> None:
    problem = refused(templates, "<p>ok</p>\n<p>{{ recipent }}</p>", recipient="Ada")
    assert problem.code == "template-name"
    assert problem.place == Place("own/templates/letter/x.html.j2", 2)
    assert problem.hint == "did you mean recipient?"
    assert "ada-sample" in problem.message


def test_an_unknown_field_names_the_nearest_field(templates: Templates) -> None:
    problem = refused(templates, "{{ fields.conection }}", fields={"connection": "x"})
    assert (problem.code, problem.hint) == ("template-name", "did you mean connection?")
    problem = refused(templates, "{{ recipient.famly }}", recipient=SENATOR)
    assert (problem.code, problem.hint) == ("template-name", "did you mean family?")


def test_nothing_is_printed_for_an_empty_value(templates: Templates) -> None:
    assert refused(templates, "Dear {{ name }}", name=None).code == "template-empty"


def test_a_syntax_error_has_its_line(templates: Templates) -> None:
    problem = refused(templates, "<p>\n{% if x %}\n</p>")
    assert problem.code == "template-syntax"
    assert problem.place is not None
    assert problem.place.line in (2, 3)


def test_an_error_inside_a_template_has_its_line(templates: Templates) -> None:
    problem = refused(templates, "<p>\n{{ 1 / 0 }}\n</p>")
    assert (problem.code, problem.place) == ("template-failed", Place("own/templates/letter/x.html.j2", 2))


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ recipient.__init__.__globals__ }}",
        "{{ 'x' * 1000000000 }}",
        "{{ [1] * 1000000000 }}",
        "{{ 10 ** 10 ** 10 }}",
        "{% for i in range(10000000) %}{% endfor %}",
        "{{ '%s' | format(recipient) | attr('__class__') }}",
        "{{ cycler.__init__ }}",
        "{{ fields.update({'x': 1}) }}",
        "{{ (1).to_bytes(1000000000) }}",
    ],
)
def test_the_sandbox_refuses(templates: Templates, text: str) -> None:
    problem = refused(templates, text, recipient=SENATOR, fields={})
    assert problem.code in {"template-unsafe", "template-name", "template-failed"}


@pytest.mark.parametrize("name", ["../secret.html.j2", "/etc/passwd", "letter/../../secret.html.j2"])
def test_nothing_outside_the_folders_is_included(templates: Templates, name: str) -> None:
    (templates.folders[0].path / "secret.html.j2").write_text("secret")
    assert refused(templates, "{% include '" + name + "' %}").code == "template-missing"


def test_a_link_that_leads_out_of_the_folder_is_not_followed(templates: Templates, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (templates.folders[0].path / "templates/letter/out.html.j2").symlink_to(tmp_path / "secret")
    assert refused(templates, "{% include 'letter/out.html.j2' %}").code == "template-missing"


def test_check_finds_syntax_names_and_parents_in_all_templates(templates: Templates) -> None:
    write(templates, "letter/a.html.j2", "{% if %}")
    write(templates, "letter/b.html.j2", "<p>\n{{ senderr }}</p>")
    write(templates, "letter/c.html.j2", '{% extends "letter/defalt.html.j2" %}')
    found = {
        (problem.code, str(problem.place)) for problem in templates.check(["sender", "name"], ["letter"])
    }
    assert found == {
        ("template-syntax", "own/templates/letter/a.html.j2:1"),
        ("template-name", "own/templates/letter/b.html.j2:2"),
        ("template-missing", "own/templates/letter/c.html.j2:1"),
    }


def test_a_markup_fault_is_placed_in_the_template_that_wrote_it(templates: Templates) -> None:
    write(
        templates,
        "letter/x.html.j2",
        '{% extends "letter/default.html.j2" %}\n{% block a %}\n<p><blink>a</blink></p>\n{% endblock %}',
    )
    _, faults, _ = canonicalize_markup(templates.render("letter/x.html.j2", {"name": "n"}, "x"))
    problems = list(templates.locate_markup_problems(["letter/x.html.j2"], faults, "the letter to a"))
    assert (problems[0].code, problems[0].place) == (
        "markup-element",
        Place("own/templates/letter/x.html.j2", 3),
    )


def test_conditions_see_the_facts_and_name_what_they_do_not_know(templates: Templates) -> None:
    facts = {"office": "us-senator", "committees": ["SSFR"]}
    place = Place("campaign.yaml", 9)
    assert templates.evaluate_condition('office == "us-senator" and "SSFR" in committees', facts, place)
    assert not templates.evaluate_condition("office == 'uk-mp'", facts, place)
    for expression, code in (("offce == 'x'", "rule-name"), ("office ==", "rule-syntax")):
        with pytest.raises(BriefgenError) as caught:
            templates.evaluate_condition(expression, facts, place)
        assert (caught.value.problems[0].code, caught.value.problems[0].place) == (code, place)


@pytest.mark.parametrize(
    ("language", "country", "text"),
    [
        ("en", "US", "November 24, 2026"),
        ("en", "GB", "24 November 2026"),
        ("en", "DE", "24 November 2026"),
        ("en-US", "", "November 24, 2026"),
        ("fr", "FR", "24 novembre 2026"),
        ("de", "CH", "24. November 2026"),
        ("es", "CL", "24 de noviembre de 2026"),
        ("ko", "KR", "2026년 11월 24일"),
        ("en", "KR", "24 November 2026"),
    ],
)
def test_dates_are_written_as_letters_carry_them(language: str, country: str, text: str) -> None:
    assert format_long_date(date(2026, 11, 24), language, country) == text
    assert format_long_date("2026-11-24", language, country) == text


def test_a_template_that_is_not_utf8_is_told(templates: Templates) -> None:
    (templates.folders[0].path / "templates/letter/x.html.j2").write_bytes(b"<p>\xe9</p>")
    assert [problem.code for problem in templates.check(["name"], ["letter"])] == ["template-syntax"]
    with pytest.raises(BriefgenError) as caught:
        templates.render("letter/x.html.j2", {}, "x")
    assert caught.value.problems[0].code == "template-syntax"


# What a stranger's template cannot do

EXPLODING = (
    '{{ "%1000000000d" | format(1) }}',
    '{{ "%*d" | format(1000000000, 1) }}',
    '{{ "%1000000000d" % 1 }}',
    '{{ "{:>1000000000}".format(1) }}',
    '{{ "{:>{}}".format(1, 1000000000) }}',
    '{{ "x".ljust(1000000000) }}',
    '{{ "x" | center(1000000000) }}',
    '{{ "x" | center("1000000000") }}',
    '{{ "x\\ny" | indent(1000000000) }}',
    "{{ [1] | batch(1000000000, 0) | list }}",
    "{{ [1] | slice(1000000000) | list }}",
    "{{ 1.5 | round(1000000, 'ceil') }}",
    "{% for a in range(1000) %}{% for b in range(1000) %}{% endfor %}{% endfor %}",
    '{% set s = "xxxxxxxxxx" | replace("x", "xxxxxxxxxx") %}' + '{% set s = s | replace("x", s) %}' * 4,
    "{% macro m(x, n) %}{% if n %}{{ m(x ~ x, n - 1) }}{% endif %}{% endmacro %}{{ m('xxxx', 40) }}",
    "{% macro m(x, n) %}{% if n %}{{ m(x + x, n - 1) }}{% endif %}{% endmacro %}{{ m('xxxx', 40) }}",
    "{% macro m(x, n) %}{% if n %}{{ m(x * x, n - 1) }}{% endif %}{% endmacro %}{{ m(99999, 40) }}",
    "{% macro m(n) %}{{ m(n - 1) + m(n - 1) if n else '' }}{% endmacro %}{{ m(50) }}",
    "{% set a = (1, 1) %}" + "{% set a = (a, a) %}" * 40 + "{{ a | string }}",
    "{% for x in range(100000) %}" + "y" * 10_000 + "{% endfor %}",
    "{% set l = range(50000) | list %}{% for a in l %}{% if -a in l %}{% endif %}{% endfor %}",
    "{% set s = '%9999d' % 1 %}{% set s = s ~ s %}{{ s.rfind(' x' ~ s) }}",
    "{% set s = '%9999d' % 1 %}{% for a in range(2000) %}{{ s.strip(s) }}{% endfor %}",
    "{% set s = '%9999d' % 1 %}{% for a in range(2000) %}{{ s | trim(s) }}{% endfor %}",
    "{% macro m(l) %}{% if 'x' in l %}{% endif %}{% endmacro %}{% for a in range(50000) %}"
    "{{ m(range(50000) | list) }}{% endfor %}",
)


@pytest.mark.parametrize("text", EXPLODING)
def test_a_template_that_would_fill_time_or_memory_is_stopped(templates: Templates, text: str) -> None:
    problem = refused(templates, f"<p>\n{text}</p>")
    assert problem.code == "template-excessive"
    assert problem.place is not None and problem.place.line


def test_the_budget_is_that_of_one_letter(templates: Templates) -> None:
    write(templates, "letter/x.html.j2", "{% for x in range(60000) %}{% endfor %}")
    for _ in range(3):
        assert templates.render("letter/x.html.j2", {}, "x") == ""


class Kept(pydantic.BaseModel):
    name: str = "Ada"


@pytest.mark.parametrize(
    "call",
    [
        'record.parse_raw("x", proto="pickle", allow_pickle=true)',
        'record.parse_file("/etc/passwd")',
        'record["parse_file"]',
        'record | attr("model_dump")',
        '[record] | map(attribute="model_validate") | first',
        "record.model_dump_json()",
        "senator.place.__class__",
        "day.today()",
        "day.fromtimestamp(0)",
        "dict.fromkeys([1])",
    ],
)
def test_of_a_record_only_what_it_holds_is_reached(templates: Templates, call: str) -> None:
    """pydantic's records have methods that open files and unpickle; a date has one that asks the clock."""
    problem = refused(templates, f"{{{{ {call} }}}}", record=Kept(), senator=SENATOR, day=date(2026, 11, 24))
    assert problem.code == "template-unsafe"
    write(templates, "letter/x.html.j2", "{{ record.name }} {{ senator.id }} {{ day.year }}")
    context = {"record": Kept(), "senator": SENATOR, "day": date(2026, 11, 24)}
    assert templates.render("letter/x.html.j2", context, "x") == "Ada ada-sample 2026"


@pytest.mark.parametrize(
    "text",
    [
        "{{ f }}",
        "{{ f ~ 'x' }}",
        "{{ f | string }}",
        "{{ [1] }}",
        "{{ {'a': 1} }}",
        "{{ senator }}",
        "{{ true }}",
        "{{ [f] | join }}",
        "{{ [1] ~ 'x' }}",
        "{{ '%s' | format(f) }}",
    ],
)
def test_pythons_own_words_for_a_value_are_never_printed(templates: Templates, text: str) -> None:
    problem = refused(templates, text, f=lambda: 1, senator=SENATOR)
    assert "cannot be printed" in problem.message


@pytest.mark.parametrize(
    "text", ["{{ x | upper }}", "{{ x ~ 'a' }}", "{{ '{}'.format(x) }}", "{{ [x] | join }}"]
)
def test_an_empty_value_is_not_printed_by_a_detour(templates: Templates, text: str) -> None:
    assert refused(templates, text, x=None).code == "template-empty"


@pytest.mark.parametrize(
    "text",
    [
        "{% if 1 %}" * 500 + "{% endif %}" * 500,
        "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
        "{{ 1" + " + 1" * 500 + " }}",
        "{% for a in [1] %}" * 21 + "{% endfor %}" * 21,
    ],
)
def test_what_is_nested_without_end_is_told(templates: Templates, text: str) -> None:
    assert refused(templates, text).code == "template-syntax"
    assert {problem.code for problem in templates.check([], ["letter"])} >= {"template-syntax"}


@pytest.mark.parametrize(
    "expression", ["(" * 5000 + "1" + ")" * 5000, "not " * 3000 + "1", "1" + " + 1" * 5000]
)
def test_a_condition_that_is_nested_without_end_is_told(templates: Templates, expression: str) -> None:
    with pytest.raises(BriefgenError) as caught:
        templates.evaluate_condition(expression, {}, Place("campaign.yaml", 9))
    assert [problem.code for problem in caught.value.problems] == ["rule-syntax"]
    assert len(caught.value.problems[0].message) < 400


@pytest.mark.parametrize(
    "text", ["{{ 1 | nothing }}", "{% if 1 is nothing %}{% endif %}", "{{ [1, 2] | random }}"]
)
def test_an_unknown_filter_or_test_is_found_by_check(templates: Templates, text: str) -> None:
    write(templates, "letter/x.html.j2", text)
    assert [problem.code for problem in templates.check(["name"], ["letter"])] == ["template-syntax"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ 1 | long_date }}", "'1' is not one"),
        ("{{ [1] | join(1, 2, 3, 4) }}", "the filter join"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "endlessly"),
    ],
)
def test_a_filter_that_is_used_wrongly_is_told(templates: Templates, text: str, said: str) -> None:
    problem = refused(templates, text)
    assert problem.code in {"template-failed", "template-name"}
    assert said in problem.message and problem.place is not None


@pytest.mark.parametrize(
    "call",
    ["snippet()", 'snippet("a", 1, "c")', 'snippet(id="a", long=true)', "snippet(1)", 'snippet(["a"])'],
)
def test_a_function_that_is_called_wrongly_says_how_it_is_called(templates: Templates, call: str) -> None:
    def snippet(id: str, short: bool = False) -> str:
        return id

    problem = refused(templates, f"<p>\n{{{{ {call} }}}}</p>", snippet=snippet)
    assert (problem.code, problem.hint) == ("template-call", 'write snippet("ID")')
    assert problem.message.startswith("snippet() is called with the wrong arguments:")
    assert problem.place == Place("own/templates/letter/x.html.j2", 2)


def test_what_ordinary_templates_do_is_untouched(templates: Templates) -> None:
    text = (
        '{{ "%5.2f" | format(3.14159) }} {{ "{:,}".format(20000000) }} {{ [1, 2] | join(", ") }} '
        "{% set x %}abc{% endset %}{{ x ~ 1 }} {% filter upper %}abc{% endfilter %} {{ day }} "
        "{% for a in [3, 2] %}{{ loop.index }}{{ loop.last }}{{ a }}{% endfor %} {{ [senator] | map(attribute='id') | join }}"
    ).replace("{{ loop.last }}", "{{ loop.length }}")
    write(templates, "letter/x.html.j2", text)
    made = templates.render("letter/x.html.j2", {"day": date(2026, 11, 24), "senator": SENATOR}, "x")
    assert made == " 3.14 20,000,000 1, 2 abc1 ABC 2026-11-24 123222 ada-sample"


def test_an_item_that_a_list_does_not_have_is_told(templates: Templates) -> None:
    problem = refused(templates, "{{ them[99] }}", them=[1, 2])
    assert (problem.code, "no item 99 in a list of 2" in problem.message) == ("template-failed", True)
    problem = refused(templates, "{{ word[0] }}", word="")
    assert (problem.code, "no item 0 in a text of 0" in problem.message) == ("template-failed", True)


def test_a_fault_in_the_folder_of_work_itself_is_placed_in_the_template_that_has_it(
    templates: Templates, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, shipped = templates.folders
    monkeypatch.chdir(own.path)
    here = Templates((LibraryFolder(Path(), ""), shipped))
    write(templates, "letter/x.html.j2", "<p>a</p>\n<p>{{ 1 + name }}</p>")
    with pytest.raises(BriefgenError) as caught:
        here.render("letter/x.html.j2", {"name": "Ada"}, "the letter to ada-sample")
    assert caught.value.problems[0].place == Place("templates/letter/x.html.j2", 2)


def test_tabs_between_words_of_a_template_are_a_warning_with_its_first_line(templates: Templates) -> None:
    write(templates, "letter/a.html.j2", "<p>a</p>\n<p>To:\t{{ name }}</p>\n<p>a&nbsp;&nbsp;b</p>")
    (found,) = templates.check(["name"], ["letter"])
    assert (found.code, found.severity) == ("template-spacing", "warning")
    assert str(found.place) == "own/templates/letter/a.html.j2:2"
    assert "2 lines" in found.message
