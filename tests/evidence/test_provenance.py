"""Who may be named how, and which sources are independent of one another."""

from __future__ import annotations

import pytest

from briefgen.errors import ProblemList
from briefgen.evidence.provenance import are_independent, find_circular_sources, find_underlying_sources
from briefgen.evidence.wording_checks import collect_source_names, contains_name
from briefgen.library.references import parse_references
from briefgen.model.source import SourceDependency


def links(**on: list[str]) -> dict[str, SourceDependency]:
    return {name: SourceDependency(source=name, on=below, why="known") for name, below in on.items()}


def names(csl: str) -> frozenset[str]:
    return collect_source_names(
        parse_references(f'[{{"id": "a", "type": "report", {csl}}}]', "r.json", ProblemList())["a"]
    )


@pytest.mark.parametrize(
    ("csl", "wording"),
    [
        ('"author": [{"family": "Muntarbhorn", "given": "Vitit"}]', "Vitit Muntarbhorn noted it"),
        ('"author": [{"literal": "Database Center for North Korean Human Rights"}]', "the DCNKHR survey"),
        ('"author": [{"literal": "Genocide Watch"}]', "*Genocide Watch* stated"),
        ('"container-title": "The Tokyo Shimbun"', "the Tokyo Shimbun reported"),
        ('"publisher": "United Nations Office"', "the UN Office said"),
        ('"author": [{"literal": "UN Human Rights Council"}]', "the Human Rights Council resolved"),
        ('"author": [{"literal": "Vale Institute for Fish (VIFI)"}]', "VIFI says"),
        ('"title": "Report of the commission of inquiry"', "the report of the commission of inquiry found"),
        ('"author": [{"family": "O’Brien"}]', "O'Brien wrote"),
    ],
)
def test_a_source_may_be_named_by_person_body_work_initials_or_title(csl: str, wording: str) -> None:
    assert contains_name(wording, names(csl))


@pytest.mark.parametrize(
    ("csl", "wording"),
    [
        ('"author": [{"family": "Park"}]', "in a park of the city"),
        ('"author": [{"family": "Park"}]', "Parkinson wrote"),
        ('"title": "Survey"', "Survey results were good"),
        ('"genre": "Report"', "Report after report came"),
        ('"author": "Doe"', "Doe wrote"),
        ('"author": [7]', "7 wrote"),
    ],
)
def test_what_only_resembles_a_name_does_not_name(csl: str, wording: str) -> None:
    assert not contains_name(wording, names(csl))


def test_what_rests_on_the_citing_work_is_no_second_origin() -> None:
    on = links(watch=["essay"])
    assert find_underlying_sources("watch", on) == {"watch", "essay"}
    assert not are_independent(["watch", "essay"], on)
    assert are_independent(["watch", "court"], on)


def test_two_works_that_rest_on_one_are_one_origin() -> None:
    on = links(paper=["agency"], radio=["wire"], wire=["agency"])
    assert not are_independent(["paper", "radio"], on)
    assert are_independent(["paper", "radio", "eyewitness"], on)


def test_a_single_origin_is_not_two() -> None:
    assert not are_independent(["essay"], {})
    assert not are_independent([], {})


def test_a_circle_is_found_and_followed_only_once() -> None:
    on = links(a=["b"], b=["c"], c=["a"], d=["a"])
    assert find_circular_sources(on) == ["a", "b", "c"]
    assert find_underlying_sources("d", on) == {"a", "b", "c", "d"}


@pytest.mark.parametrize(
    ("csl", "known"),
    [
        ('"author": [{"family": "Lee", "given": "Ada"}]', {"lee"}),
        (
            '"editor": [{"literal": "Human Rights Office (H Office)"}]',
            {"human rights office", "hro", "h office", "the office"},
        ),
        ('"publisher": "The Hague Press of Law"', {"hague press of law", "thpl", "thpol", "hpl", "hpol"}),
        ('"publisher": "Ox Press"', {"ox press"}),
        (
            '"authority": "United Nations Security Council"',
            {"un security council", "security council", "the council", "unsc"},
        ),
        ('"publisher": "United Nations"', {"un"}),
        ('"publisher": "UN Women"', {"un women", "unw"}),
        ('"publisher": "<i>Daily</i> *News*"', {"daily news"}),
        ('"container-title": "NK News", "container-title-short": "NKN"', {"nk news", "nkn"}),
        ('"title": "Survey of Camps", "title-short": "Survey"', {"survey of camps"}),
        ('"translator": [{"family": "Kim"}], "interviewer": [{"family": "Cho"}]', {"kim", "cho"}),
        ('"reviewed-author": [{"family": "Kim"}], "container-author": [{"family": "Cho"}]', {"kim", "cho"}),
        ('"publisher": " "', set()),
    ],
)
def test_the_names_of_a_source_are_those_of_its_people_bodies_and_titles(csl: str, known: set[str]) -> None:
    assert names(csl) - {""} == known


@pytest.mark.parametrize(
    ("wording", "named"),
    [
        ("Lee wrote", True),
        ("LEE wrote", True),
        ("as Lee's report", True),
        ("in the lee of it", False),
        ("Leeds wrote", False),
        ("Ashlee wrote", False),
        ("human rights office staff", True),
        ("Human rights offices", False),
    ],
)
def test_a_single_word_is_a_name_only_with_a_capital(wording: str, named: bool) -> None:
    assert contains_name(wording, {"lee", "human rights office", ""}) == named


def test_nothing_is_named_by_an_empty_name() -> None:
    assert not contains_name("A sentence.", {""})
