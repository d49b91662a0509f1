"""What the studio says is in plain words: rules, problems, and where each is mended."""

from __future__ import annotations

import pytest

from briefgen.errors import Place, Problem
from briefgen.studio.messages import describe_problem, plain_words
from briefgen.studio.rules_in_words import rule_in_words


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("true", "everybody"),
        ('country == "GB"', "the country United Kingdom"),
        ('office == "us-senator"', "the office us senator"),
        ('office in ["us-senator", "us-representative"]', "the office us senator or us representative"),
        ('country != "US"', "all but the country United States"),
        ('"SSFR" in committees', "members of the committee SSFR"),
        ('roles.get("SSFR") == "chair"', "the chair of the committee SSFR"),
        ('"neighbour" in tags', "those with the tag “neighbour”"),
        ('fields.get("met") == "yes"', "those with “yes” in the column met"),
        ('country == "GB" and not party', "the country United Kingdom and all but those with the party"),
        ('id.startswith("a")', 'those for whom id.startswith("a") holds'),
        ("((", "those for whom (( holds"),
        ("}} {{ 1", "those for whom }} {{ 1 holds"),
    ],
)
def test_rules_are_said_as_people_say_them(when: str, words: str) -> None:
    assert rule_in_words(when) == words


def test_terms_of_the_command_line_become_those_of_the_studio_but_not_in_quotes() -> None:
    assert (
        plain_words("the snippet 'snippet-one' has 2 caveats")
        == "the statement 'snippet-one' has 2 reservations"
    )


@pytest.mark.parametrize(
    ("file", "screen", "target", "place"),
    [
        ("/home/me/spring/recipients.csv", "recipients", "ada", "recipients.csv, line 7"),
        ("spring/snippets/camps.md", "evidence", "camps", "snippets/camps.md, line 7"),
        ("spring/campaign.yaml", "start", "", "campaign.yaml, line 7"),
        (
            "spring/templates/letter/default.html.j2",
            "letters",
            "ada",
            "templates/letter/default.html.j2, line 7",
        ),
    ],
)
def test_each_problem_says_where_it_is_mended(file: str, screen: str, target: str, place: str) -> None:
    message = describe_problem(Problem("some-code", "something is wrong", Place(file, 7), None, about="ada"))
    assert (message.screen, message.target, message.place) == (screen, target, place)
    assert message.text == "Something is wrong."


def test_advice_for_the_command_line_is_left_out() -> None:
    problem = Problem("some-code", "something is wrong", None, "run briefgen snippets list")
    assert describe_problem(problem).hint == ""
    problem = Problem("some-code", "something is wrong", None, "write the day as in 2027-03-01")
    assert describe_problem(problem).hint == "Write the day as in 2027-03-01."
