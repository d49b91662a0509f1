"""Whole documents from a small campaign: what travels with a claim, what stops a letter."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from briefgen.campaign.open import Campaign, open_campaign
from briefgen.compose.passages import render_inline_markdown
from briefgen.errors import BriefgenError

pytestmark = pytest.mark.slow


def opened(folder: Path, template: str, **replaced: str) -> Campaign:
    """The small campaign with a letter template of its own."""
    (folder / "templates/letter").mkdir(parents=True)
    (folder / "templates/letter/default.html.j2").write_text(
        '{% extends "built-in/letter/default.html.j2" %}{% block evidence %}' + template + "{% endblock %}"
    )
    for office in ("us-senator", "us-representative", "uk-mp"):
        (folder / f"templates/letter/office/{office}.html.j2").parent.mkdir(exist_ok=True)
        (folder / f"templates/letter/office/{office}.html.j2").write_text(
            '{% extends "letter/default.html.j2" %}'
        )
    return open_campaign(folder)


def test_a_caveat_is_in_the_note_of_its_snippet_long_and_short(small_campaign: Path) -> None:
    campaign = opened(
        small_campaign,
        '<p>{{ snippet("hwanghae-famine-2012") }}</p><p>{{ snippet("returns-hrw-2025", short=True) }}</p>',
    )
    html = campaign.composer.compose_letter(campaign.recipients[0]).html
    caveats = campaign.composer.library.caveats
    names = campaign.composer.library.snippets["hwanghae-famine-2012"].caveats
    assert names
    for name in names:
        assert caveats[name].must_print
        assert render_inline_markdown(caveats[name].body) in html
    assert campaign.composer.library.snippets["returns-hrw-2025"].variants["short"].strip()[:30] in html
    assert "whom Human Rights Watch gives a pseudonym" in html


def test_a_caveat_that_two_notes_share_is_printed_once_and_counts_for_both(small_campaign: Path) -> None:
    names = ("genocide-argument-groups", "genocide-comparison")
    text = "".join(f'<p>{{{{ snippet("{name}") }}}}</p>' for name in names)
    campaign = opened(small_campaign, text)
    letter = campaign.composer.compose_letter(campaign.recipients[0])
    caveat = render_inline_markdown(campaign.composer.library.caveats["genocide-finding"].body)
    assert letter.html.count(caveat) == 1
    assert letter.html.count("See the remark in note 2.") == 1  # the ask has the first
    counted = {
        one["id"]: {caveat["id"]: caveat["printed"] for caveat in one["caveats"]}
        for one in letter.record["snippets"]
    }
    assert [counted[name]["genocide-finding"] for name in names] == [1, 1]


def test_printing_only_the_words_of_a_snippet_with_a_caveat_stops_the_letter(small_campaign: Path) -> None:
    with pytest.raises(BriefgenError) as caught:
        opened(small_campaign, '<p>{{ snippet("hwanghae-famine-2012").text }}</p>')
    assert {problem.code for problem in caught.value.problems} == {"caveat-dropped"}


def test_the_long_and_the_short_wording_can_both_be_used(small_campaign: Path) -> None:
    campaign = opened(
        small_campaign,
        '<p>{{ snippet("inquiry-findings-2014") }} {{ snippet("inquiry-findings-2014", short=True) }}</p>',
    )
    document = campaign.composer.compose_letter(campaign.recipients[0])
    texts = [one["text"] for one in document.record["snippets"] if one["id"] == "inquiry-findings-2014"]
    assert len(texts) == 2


def test_a_superseded_claim_appears_only_with_what_superseded_it(small_campaign: Path) -> None:
    old = '<p>{{ snippet("camp-population-essay-2013") }}</p>'
    with pytest.raises(BriefgenError) as caught:
        opened(small_campaign, old)
    assert {problem.code for problem in caught.value.problems} == {"superseded-alone"}


def test_a_superseded_claim_may_stand_beside_its_successor(small_campaign: Path) -> None:
    both = '<p>{{ snippet("camp-population-essay-2013") }} {{ snippet("camp-population-inquiry") }}</p>'
    campaign = opened(small_campaign, both)
    assert "estimated quarter" in campaign.composer.compose_letter(campaign.recipients[0]).html


def test_the_record_holds_what_is_printed_and_only_that(small_campaign: Path) -> None:
    campaign = opened(small_campaign, '<p>{{ snippet("torture-convention-3") }}</p>')
    record = campaign.composer.compose_letter(campaign.recipients[0]).record
    names = [snippet["id"] for snippet in record["snippets"]]
    assert names == ["ask-senate-reauthorization", "torture-convention-3"]
    assert record["recipient"] == "ada-sample"
    assert all(
        snippet["verified"]["how"] in ("proved", "unchanged", "seconded", "attested")
        for snippet in record["snippets"]
    )


def test_the_asks_of_the_starter_fit_the_offices_that_get_them(starter: Path) -> None:
    assert [problem.code for problem in open_campaign(starter).warnings] == ["sender-sample"]


def letter_to(campaign: Campaign, id: str) -> str:
    recipient = next(one for one in campaign.recipients if one.id == id)
    return campaign.composer.compose_letter(recipient).html


def test_the_reference_line_names_the_state_as_its_reader_does(starter: Path) -> None:
    campaign = open_campaign(starter)
    line = '<div class="reference-line"><p>Human rights in {}</p></div>'
    assert line.format("North Korea") in letter_to(campaign, "ada-sample")
    for id in ("un-special-rapporteur-dprk", "foreign-minister-japan"):
        full = "the Democratic People’s Republic of Korea (North Korea)"
        assert line.format(full) in letter_to(campaign, id)


def test_the_notes_have_the_dates_of_their_letter(starter: Path) -> None:
    campaign = open_campaign(starter)
    assert "17\u00a0March 2014" in letter_to(campaign, "clara-example")
    assert "March\u00a017, 2014" in letter_to(campaign, "us-secretary-of-state")


def test_who_is_asked_for_a_hearing_is_not_offered_to_write_to_the_minister() -> None:
    campaign = open_campaign(Path(__file__).parents[2] / "examples/uk-parliament")
    assert "prefer to write to the Foreign Secretary" in letter_to(campaign, "clara-example")
    assert "prefer to write to the Foreign Secretary" not in letter_to(campaign, "sir-david-sample")


def test_chairs_and_the_speaker_are_asked_for_a_meeting_with_their_staff() -> None:
    campaign = open_campaign(Path(__file__).parents[2] / "examples/us-congress")
    assert len(campaign.recipients) >= 4
    assert all("discuss this with your staff" in letter_to(campaign, one.id) for one in campaign.recipients)


def test_a_document_is_marked_with_the_english_that_it_is_in() -> None:
    campaign = open_campaign(Path(__file__).parents[2] / "examples/uk-parliament")
    letter = campaign.composer.compose_letter(campaign.recipients[0])
    assert letter.language == "en-GB"
    american = open_campaign(Path(__file__).parents[2] / "examples/us-congress")
    assert american.composer.compose_letter(american.recipients[0]).language == "en-US"
    assert american.composer.compose_briefing().language == "en-US"


def test_the_annex_has_what_the_paper_prints_and_nothing_else(small_campaign: Path) -> None:
    """A paper of one's own may leave out the sections that the campaign names, caveats and all."""
    campaign = paper(small_campaign, "{% block sections %}{% endblock %}{% block contents %}{% endblock %}")
    briefing = campaign.composer.compose_briefing()
    printed = {one["id"] for one in briefing.record["snippets"]}
    assert printed == {*campaign.config.briefing.summary, *campaign.config.briefing.asks}
    annex = briefing.html.partition('<div class="evidence-annex">')[2]
    named = list(re.findall("<td>([0-9][^<]*)</td>", annex))
    numbers = {number for text in named for number in _spelled_out(text)}
    assert numbers == set(range(1, len(briefing.record["notes"]) + 1))


def _spelled_out(numbers: str) -> list[int]:
    """Return the numbers in a list such as `1, 3–5`."""
    found: list[int] = []
    for part in numbers.split(";")[0].split(", "):
        first, _, last = part.partition("–")
        found += range(int(first), int(last or first) + 1)
    return found


def test_without_any_statement_there_is_no_annex(small_campaign: Path) -> None:
    blocks = ("summary", "contents", "sections", "asks")
    text = "".join(f"{{% block {name} %}}<p>Words of our own.</p>{{% endblock %}}" for name in blocks)
    assert "evidence-annex" not in paper(small_campaign, text).composer.compose_briefing().html


def test_an_annex_prints_no_caveat_away(small_campaign: Path) -> None:
    """The wording alone in the body is as it was: an error."""
    text = '{% block sections %}<p>{{ snippet("hwanghae-famine-2012").text }}</p>{% endblock %}'
    with pytest.raises(BriefgenError) as caught:
        paper(small_campaign, text)
    assert {problem.code for problem in caught.value.problems} == {"caveat-dropped"}


def paper(folder: Path, text: str) -> Campaign:
    """The small campaign with a template of its own for the briefing."""
    (folder / "templates/briefing").mkdir(parents=True)
    (folder / "templates/briefing/default.html.j2").write_text(
        '{% extends "built-in/briefing/default.html.j2" %}' + text
    )
    return open_campaign(folder)
