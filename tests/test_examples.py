"""The examples that ship: they check clean, write to offices or made-up people, and differ in substance."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest
from material import ROOT
from page_follower import Shell, read_steps

from briefgen.campaign.check import check_documents
from briefgen.campaign.letter_checks import ComposedLetter, compose_for_checks
from briefgen.campaign.open import Campaign, open_campaign
from briefgen.campaign.scaffold import create_campaign, list_examples
from briefgen.errors import ProblemList
from briefgen.inspect.trace import read_document
from briefgen.library.libraries import library_folders
from briefgen.library.loader import load_library

FOREIGN_FORMS = {
    "essay": {"foreign-minister", "ca-minister", "us-senator", "uk-mp", "un-permanent-representative"},
    "drinking-water": {
        "us-senator",
        "us-representative",
        "us-governor",
        "us-state-representative",
        "person",
        "ca-minister",
    },
    "us-congress": {
        "us-senator",
        "us-representative",
        "us-house-committee-chair",
        "us-senate-committee-chair",
    },
    "uk-parliament": {"uk-mp", "uk-baron", "uk-baroness", "uk-foreign-secretary", "uk-prime-minister"},
    "un-geneva": {"un-permanent-representative-geneva", "us-permanent-representative-geneva"},
    "special-procedures": {"un-special-rapporteur"},
    "foreign-ministries": {
        "foreign-minister",
        "ca-minister",
        "uk-foreign-secretary",
        "us-secretary-of-state",
    },
}


@pytest.fixture(scope="module")
def opened() -> dict[str, Campaign]:
    return {name: open_campaign(ROOT / "examples" / name) for name in list_examples()}


def letter(opened: dict[str, Campaign], example: str, id: str) -> ComposedLetter:
    campaign = opened[example]
    return compose_for_checks(campaign.composer, next(one for one in campaign.recipients if one.id == id))


def test_the_examples_are_those_that_the_page_of_commands_names() -> None:
    page = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
    assert [name for name in list_examples() if f"`{name}`" not in page] == []
    assert set(FOREIGN_FORMS) | {"starter"} == set(list_examples())


@pytest.mark.slow
@pytest.mark.parametrize("name", list_examples())
def test_an_example_has_nothing_to_be_warned_of_but_its_sender(
    opened: dict[str, Campaign], name: str
) -> None:
    campaign = opened[name]
    assert [problem.code for problem in campaign.warnings] == ["sender-sample"]
    assert campaign.skipped == ()
    assert check_documents(campaign) == ([], [])


@pytest.mark.parametrize("name", list_examples())
def test_nobody_in_an_example_is_a_person_who_lives(opened: dict[str, Campaign], name: str) -> None:
    assert opened[name].recipients
    for recipient in opened[name].recipients:
        assert not recipient.name or "fictional" in recipient.tags


@pytest.mark.parametrize("name", list_examples())
def test_every_letter_of_an_example_has_evidence_for_its_reader(
    opened: dict[str, Campaign], name: str
) -> None:
    assert opened[name].recipients
    for recipient in opened[name].recipients:
        assert len(letter(opened, name, recipient.id).selection.evidence) >= 2


def test_the_essay_s_campaign_cites_the_essay_with_its_author_and_what_is_disputed(
    opened: dict[str, Campaign],
) -> None:
    """Whoever prints the author's word for it says beside it that the inquiry did not find genocide."""
    campaign = opened["essay"]
    documents = [campaign.composer.compose_letter(one) for one in campaign.recipients]
    citing = [one for one in documents if "park-2013" in one.record["sources"]]
    assert len(citing) >= len(documents) * 2 / 3
    for document in [*citing, campaign.composer.compose_briefing()]:
        assert "Robert Park" in document.html and "2013" in document.html
        if "genocid" in document.html:
            assert "wide enough" in document.html


def test_every_link_in_a_paper_leads_to_a_place_in_it(opened: dict[str, Campaign]) -> None:
    for campaign in opened.values():
        html = campaign.composer.compose_briefing().html
        targets = re.findall(r'href="#([^"]+)"', html)
        assert not [target for target in targets if f'id="{target}"' not in html], campaign.config.id
    essay = opened["essay"].composer.compose_briefing().html
    assert 'href="#figure-' in essay


def test_no_two_letters_of_the_essay_s_campaign_argue_alike(opened: dict[str, Campaign]) -> None:
    campaign = opened["essay"]
    printed = [
        frozenset(entry["id"] for entry in campaign.composer.compose_letter(one).record["snippets"])
        for one in campaign.recipients
    ]
    assert len(set(printed)) == len(printed)
    assert all(len(ids) >= 4 for ids in printed)


@pytest.mark.slow
def test_the_example_on_water_is_made_by_the_commands_of_its_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In two languages, and with nothing of the library that briefgen comes with."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BRIEFGEN_TEXTS", raising=False)
    shell = Shell(monkeypatch, capsys)
    for kind, _, content in read_steps(ROOT / "examples/drinking-water/README.md"):
        if kind == "sh":
            for line in content.splitlines():
                shell.run(line)
    assert shell.failed == [] and shell.reported == {"sender-sample"}, shell.said
    made = [
        read_document(path) for folder in ("letters", "briefing") for path in Path("out", folder).iterdir()
    ]
    assert len(made) == 14
    library = load_library(library_folders(None, ProblemList()), ProblemList())
    for document in made:
        assert document.record["sources"].keys() == {"gao-18-382"}
        assert {one["id"] for one in document.record["snippets"]}.isdisjoint(library.snippets)
        for word in ("Korea", "Corée", "Pyongyang", "DPRK", "camp", "human rights", "inquiry", "refugee"):
            assert word not in document.text


@pytest.mark.parametrize("name", FOREIGN_FORMS)
def test_an_example_shows_the_forms_of_its_house(opened: dict[str, Campaign], name: str) -> None:
    from briefgen.address.address import address_recipient

    campaign = opened[name]
    used = {
        address_recipient(one, campaign.composer.forms, sender_country=campaign.config.sender.country).rule
        for one in campaign.recipients
    }
    assert used >= FOREIGN_FORMS[name]


@pytest.mark.slow
@pytest.mark.parametrize("name", list_examples())
def test_an_example_can_be_started_from(tmp_path: Path, name: str) -> None:
    made = create_campaign(tmp_path / "mine", name)
    assert {path.name for path in made} >= {"campaign.yaml", "recipients.csv", "README.md"}
    assert open_campaign(tmp_path / "mine").recipients


def test_an_appropriator_a_council_member_and_a_neighbour_get_letters_that_differ_in_substance(
    opened: dict[str, Campaign],
) -> None:
    """The same subject, three readers: other asks, other evidence, another first paragraph."""
    letters = [
        letter(opened, "us-congress", "eva-muster"),
        letter(opened, "un-geneva", "geneva-japan"),
        letter(opened, "foreign-ministries", "japan"),
        letter(opened, "foreign-ministries", "republic-of-korea"),
    ]
    chair, council, neighbour, _ = letters
    assert [one.selection.ask.id for one in (chair, council, neighbour)] == [
        "ask-appropriations",
        "ask-renew-mandate",
        "ask-raise-nonrefoulement",
    ]
    for one, other in combinations(letters, 2):
        ours, theirs = ({snippet.id for snippet in each.selection.evidence} for each in (one, other))
        assert len(ours & theirs) < len(ours | theirs) / 2 + 1
        assert ours != theirs
        assert one.paragraphs[0] != other.paragraphs[0]
    assert "us-act-lapsed" in {snippet.id for snippet in chair.selection.evidence}
    assert "abductions-report-2023" in {snippet.id for snippet in council.selection.evidence}
    assert council.paragraphs[0].startswith("I have the honour to write to Your Excellency")
