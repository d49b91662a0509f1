"""Letters and briefings whose text is a file in Markdown: statements, asks, checks, fit and explanation."""

from __future__ import annotations

from pathlib import Path

import pytest
from letter_warnings import check_letters
from material import small_starter

from briefgen.campaign.explain import explain_letter
from briefgen.campaign.letter_checks import compose_for_checks
from briefgen.campaign.open import Campaign, open_campaign
from briefgen.errors import BriefgenError
from briefgen.model.recipient import Recipient

LETTER = """\
I am writing to ask you to {{ ask }}

The reason is simple. {{ statement("inquiry-findings-2014") }} Little has followed in 4,567 days.

{{ best("prison-camps") }} {{ best("prison-camps") }} That is why time matters.

{{ fields.paragraph | default("") }}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = small_starter(tmp_path_factory.mktemp("written") / "campaign")
    (folder / "letter.md").write_text(LETTER, encoding="utf-8")
    (folder / "letter.GB.md").write_text("SHOUTING AT PEOPLE! {{ request.first }}", encoding="utf-8")
    (folder / "brief.md").write_text(
        '## What was found\n\nIn short: {{ statement("inquiry-findings-2014") }}\n\n'
        '{{ best("famine") }}\n\n## What to do\n\n- To you: {{ ask }}\n',
        encoding="utf-8",
    )
    return folder


@pytest.fixture(scope="module")
def campaign(folder: Path) -> Campaign:
    return open_campaign(folder)


def senator(campaign: Campaign) -> Recipient:
    return next(recipient for recipient in campaign.recipients if recipient.id == "ada-sample")


def opening_of(campaign: Campaign, id: str) -> str:
    """The first words of a statement, without anything that letters adapt."""
    return " ".join(campaign.composer.library.snippets[id].body.split()[:4])


def test_the_letter_is_the_text_with_statements_and_notes(campaign: Campaign) -> None:
    document = campaign.composer.compose_letter(senator(campaign))
    assert f"<p>The reason is simple. {opening_of(campaign, 'inquiry-findings-2014')}" in document.html
    assert "</span> Little has followed in 4,567 days.</p>" in document.html
    assert "Dear Senator Sample:" in document.html and document.html.count('class="footnote"') == 4
    printed = {snippet["id"]: snippet["printed"] for snippet in document.record["snippets"]}
    assert len(printed) == 4 and set(printed.values()) == {1}


def test_the_same_best_statement_is_not_printed_twice_nor_one_that_is_named(campaign: Campaign) -> None:
    selection = campaign.composer.select_snippets(senator(campaign))
    ids = [snippet.id for snippet in selection.evidence]
    assert ids[0] == "inquiry-findings-2014" and len(set(ids)) == 3


def test_no_statement_left_on_a_topic_stops_the_letter_at_its_line(folder: Path, tmp_path: Path) -> None:
    copy = small_starter(tmp_path / "campaign")
    (copy / "letter.md").write_text('{{ ask }}\n\n{{ best("prison-campz") }}\n', encoding="utf-8")
    with pytest.raises(BriefgenError) as caught:
        open_campaign(copy)
    (problem,) = [problem for problem in caught.value.problems if problem.code == "topic-exhausted"]
    assert problem.place and (problem.place.file.endswith("letter.md"), problem.place.line) == (True, 3)
    assert problem.hint and "prison-camps" in problem.hint


def test_the_explanation_says_who_chose_each_statement(campaign: Campaign) -> None:
    explanation = explain_letter(campaign.composer, senator(campaign))
    assert (explanation.template, explanation.frame) == ("letter.md", "letter/office/us-senator.html.j2")
    assert "letter/office/us-senator.html.j2" not in explanation.templates_looked_for
    reasons = {snippet.id: (snippet.why, snippet.reason) for snippet in explanation.snippets if snippet.used}
    assert reasons["inquiry-findings-2014"] == ("named", "the letter names it")
    assert {why for why, _ in reasons.values()} == {"named", "best"}
    assert sum("the best on prison-camps" in reason for _, reason in reasons.values()) == 2


def test_the_writers_own_words_are_checked(campaign: Campaign) -> None:
    letters = [compose_for_checks(campaign.composer, recipient) for recipient in campaign.recipients]
    problems = {(problem.code, Path(problem.place.file).name) for problem in check_letters(letters, campaign.config)
                if problem.place}  # fmt: skip
    assert ("figure-unsourced", "letter.md") in problems
    assert ("tone-harsh", "letter.GB.md") in problems
    figures = [p.message for p in check_letters(letters, campaign.config) if p.code == "figure-unsourced"]
    assert len(figures) == 1 and "4,567" in figures[0]


def test_the_brief_is_the_text_within_its_frame(campaign: Campaign) -> None:
    html = campaign.composer.compose_briefing().html
    assert (
        '<h2 id="section-1">What was found</h2>' in html
        and f"In short: {opening_of(campaign, 'inquiry-findings-2014')}" in html
    )
    assert "<li>To you: " in html and 'id="sources"' in html


def test_a_long_letter_is_shortened_but_nothing_that_it_names_is_left_out(campaign: Campaign) -> None:
    steps = campaign.composer.letter_shortening_steps(senator(campaign))
    assert {step.how for step in steps} <= {"shortened"}


def test_a_change_of_the_text_makes_the_letters_again(folder: Path, campaign: Campaign) -> None:
    before = campaign.composer.fingerprint
    (folder / "letter.GB.md").write_text("Changed. {{ request.first }}", encoding="utf-8")
    assert open_campaign(folder).composer.fingerprint != before
