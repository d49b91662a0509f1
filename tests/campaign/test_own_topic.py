"""Campaigns on a topic of their own: nothing of another library or topic comes into their letters."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from material import ROOT

from briefgen.campaign.check import check_documents
from briefgen.campaign.letter_checks import compose_for_checks
from briefgen.campaign.open import Campaign, open_campaign
from briefgen.errors import BriefgenError, ProblemList
from briefgen.evidence.lock import serialize_lock
from briefgen.evidence.review import build_lock
from briefgen.library.folders import LibraryFolder
from briefgen.library.libraries import library_folders
from briefgen.library.loader import list_statement_keys, load_library
from briefgen.model.words import BUILT_IN_WORDS

WATER = ROOT / "tests" / "plugins" / "briefgen_water_library" / "water_library"
ASK = "fund yearly tests of drinking water in schools"
CONFIG: dict[str, Any] = {
    "id": "water",
    "title": "Lead in drinking water",
    "date": "2026-12-01",
    "sender": {
        "organisation": "Clear Taps",
        "name": "Dana Writer",
        "address": ["4 Harbour Road", "Leith EH6 7AA"],
        "country": "GB",
        "email": "dana@taps.example",
    },
    "ask": ASK,
}
ADA = {
    "id": "ada",
    "office": "us-senator",
    "name": "Ada Sample",
    "locality": "Washington",
    "region": "DC",
    "postal_code": "20510",
    "country": "US",
}
BEN = {**ADA, "id": "ben", "name": "Ben Placeholder"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with statements of the campaign's own."""
    for name in ("snippets", "seeds"):
        shutil.copytree(WATER / name, tmp_path / "campaign" / name)
    return tmp_path / "campaign"


def open_own(folder: Path, rows: Iterable[Mapping[str, Any]] = (ADA,), **keys: Any) -> Campaign:
    return open_campaign({**CONFIG, **keys}, recipients=rows, folder=folder)


def letter(campaign: Campaign, name: str = "ada") -> str:
    return " ".join(campaign.render(name, "txt").decode().split())


def test_a_campaign_without_a_library_uses_its_own_statements_alone(folder: Path) -> None:
    text = letter(open_own(folder, interests=[{"when": "true", "topics": ["schools"]}]))
    assert text.count("37 percent") == 1
    assert "Korea" not in text


def warnings_on_libraries(campaign: Campaign) -> list[str]:
    return [one.message for one in campaign.warnings if one.code == "library-statement"]


def test_statements_of_a_library_beside_own_ones_are_told_once_by_name(folder: Path) -> None:
    shutil.copytree(WATER, folder.parent / "rain")
    snippet = folder.parent / "rain" / "snippets" / "school-taps.md"
    (folder.parent / "rain" / "library.yaml").write_text("id: rain\ntitle: Rain\n", encoding="utf-8")
    snippet.rename(snippet.with_name("rain-taps.md"))
    text = snippet.with_name("rain-taps.md").read_text("utf-8")
    snippet.with_name("rain-taps.md").write_text(
        text.replace("id: school-taps", "id: rain-taps").replace("37", "38")
    )
    lock_library(folder.parent / "rain")
    rows, told = (
        [ADA, BEN],
        "beside the campaign's own, 1 statement of the library rain will be printed: rain-taps",
    )
    assert warnings_on_libraries(open_own(folder, rows, library="../rain")) == [told]
    both = {"library": "../rain", "selection": {"required": ["rain-taps", "school-taps"]}}
    assert warnings_on_libraries(open_own(folder, rows, **both)) == []
    shutil.rmtree(folder / "snippets")  # no statements of its own: the library is what was asked for
    assert warnings_on_libraries(open_own(folder, rows, library="../rain")) == []


def lock_library(folder: Path) -> None:
    home = LibraryFolder(folder)
    lock, _ = build_lock(
        load_library([home], ProblemList()), "Eve", date(2026, 11, 1), list_statement_keys(home)
    )
    (folder / "snippets" / "quotes.lock").write_text(serialize_lock(lock), encoding="utf-8")


@pytest.mark.parametrize("lock", ["no lock", '{"format": 1, "seal": "x", "quotes": {}, "wordings": {}}'])
def test_a_library_with_a_broken_lock_is_one_problem(folder: Path, lock: str) -> None:
    shutil.move(folder / "snippets", folder / "water" / "snippets")
    shutil.move(folder / "seeds", folder / "water" / "seeds")
    shutil.copy(WATER / "library.yaml", folder / "water")
    (folder / "water" / "snippets" / "quotes.lock").write_text(lock, encoding="utf-8")
    with pytest.raises(BriefgenError) as caught:
        open_own(folder, library="./water")
    (problem,) = caught.value.problems
    assert problem.code in ("lock-damaged", "lock-edited")
    assert problem.place and problem.place.file == "water/snippets/quotes.lock"
    assert (problem.hint or "").endswith("briefgen snippets lock --by NAME -c water")


# The ask in words


def test_an_ask_in_words_completes_the_sentence(folder: Path) -> None:
    assert f"I respectfully ask you to {ASK}." in letter(open_own(folder))


def test_a_rule_and_a_row_can_ask_in_words(folder: Path) -> None:
    rows = [ADA, BEN, {**BEN, "id": "eve", "ask": "visit a school"}]
    rules = [{"when": "id != 'ada'", "ask": "hold a hearing on lead pipes"}]
    campaign = open_own(folder, rows, interests=rules)
    assert f"ask you to {ASK}." in letter(campaign, "ada")
    assert "ask you to hold a hearing on lead pipes." in letter(campaign, "ben")
    assert "ask you to visit a school." in letter(campaign, "eve")


def test_a_kept_ask_stays_possible(folder: Path) -> None:
    assert "ask you to fund the replacement of lead pipes" in letter(open_own(folder, ask="ask-pipes"))


def test_a_briefing_asks_in_words(folder: Path) -> None:
    briefing = open_own(folder, briefing={"asks": [ASK, "ask-pipes"]}).render_briefing("txt").decode()
    assert f"{ASK}." in " ".join(briefing.split()) and "replacement of lead pipes" in briefing


def test_an_id_that_is_nearly_right_is_told_with_its_line(folder: Path) -> None:
    with pytest.raises(BriefgenError) as caught:
        open_own(folder, ask="ask pipes", interests=[{"when": "true", "ask": "ask-pipe"}])
    told = [(one.code, one.hint) for one in caught.value.problems]
    assert told == [("snippet-unknown", "did you mean ask-pipes?")] * 2


def test_an_ask_that_is_no_continuation_is_a_warning(folder: Path) -> None:
    campaign = open_own(folder, [ADA, BEN], ask="Please fund yearly tests")
    (warning,) = check_documents(campaign)[0]
    assert warning.code == "ask-wording" and "in 2 letters: ada, ben" in warning.message


# One text for all


def test_one_text_for_all_gives_no_warning(folder: Path) -> None:
    campaign = open_own(folder, [ADA, BEN])
    assert (campaign.problems, *check_documents(campaign)) == ((), [], [])


def test_letters_that_should_differ_and_do_not_are_a_warning(folder: Path) -> None:
    rules = [{"when": "true"}, {"when": "id == 'ben'"}, {"when": "id == 'ada'"}]
    warnings, _ = check_documents(open_own(folder, [ADA, BEN], interests=rules))
    assert [one.code for one in warnings] == ["letters-alike"]


# The state that letters are about


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ({"letter": {"subject": "Night buses in {country}"}}, "{country} stands for the state"),
        ({"words": {"fr": {"closing": "Merci, {in_country}."}}}, "{in_country} stands for the state"),
    ],
)
def test_a_text_that_names_the_state_needs_one(folder: Path, keys: dict[str, Any], line: str) -> None:
    with pytest.raises(BriefgenError) as caught:
        open_own(folder, **keys)
    (problem,) = caught.value.problems
    assert problem.code == "country-unnamed" and line in problem.message and problem.place is not None
    assert "Korea" not in str(problem)
    assert "about: KR" in (problem.hint or "")


def test_a_template_that_names_the_state_needs_one(folder: Path) -> None:
    file = folder / "templates" / "letter" / "default.html.j2"
    file.parent.mkdir(parents=True)
    file.write_text(
        '{% extends "built-in/letter/default.html.j2" %}\n'
        "{% block opening %}<p>{{ country_name }}</p>{% endblock %}\n",
        encoding="utf-8",
    )
    with pytest.raises(BriefgenError) as caught:
        open_own(folder)
    (problem,) = caught.value.problems
    assert problem.code == "country-unnamed" and problem.place and problem.place.line == 2
    assert "Germany" in letter(open_own(folder, about="DE"))


def test_a_subject_names_the_state_that_the_campaign_is_about(folder: Path) -> None:
    opened = open_own(folder, about="DE", letter={"subject": "Taps in {country}"})
    assert "Taps in Germany" in opened.compose("ada").html


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"en": {"closng": "Bye."}}, "there is no wording 'closng'; did you mean closing"),
        (
            {"it": {"closing": "Ciao."}},
            "there is no boilerplate in 'it'; the languages are en, fr, es, de, ko",
        ),
    ],
)
def test_words_that_no_letter_prints_are_told(folder: Path, words: dict[str, Any], told: str) -> None:
    with pytest.raises(BriefgenError, match="wrong-value") as caught:
        open_own(folder, words=words)
    assert told in str(caught.value)


def test_the_campaign_can_word_the_closing(folder: Path) -> None:
    text = letter(open_own(folder, words={"en": {"closing": "Please write back."}}))
    assert "Please write back. Sincerely" in text


# Nothing of another topic

TOPICS = {
    "night buses": "keep the night buses running on all days of the week",
    "lead in drinking water": ASK,
    "river otters": "protect the banks on which otters live",
    "library hours": "open the town library on Sundays",
    "safe crossings": "build a crossing at each school gate",
}
TELLTALES = ("Korea", "Pyongyang", "DPRK", "camp", "human rights", "Foreign Secretary", "inquiry", "refugee")


@pytest.fixture(scope="module")
def words_of_the_library() -> set[str]:
    """The longer words of all statements of the built-in library."""
    snippets = load_library(library_folders(None, ProblemList()), ProblemList()).snippets.values()
    return _words(*(wording for one in snippets for wording in (one.title, one.body, *one.variants.values())))


def _words(*texts: str) -> set[str]:
    return set(re.findall(r"[a-zà-ž]{5,}", " ".join(texts).casefold()))


@pytest.mark.slow
@pytest.mark.parametrize("topic", TOPICS)
def test_no_word_of_the_library_is_in_letters_on_another_topic(
    topic: str, words_of_the_library: set[str]
) -> None:
    """To every office: what a letter says is the campaign's own, or holds for any topic."""
    with (ROOT / "tests/compose/golden/recipients.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if not row["language"]]
    campaign = open_campaign(
        {**CONFIG, "title": topic, "ask": TOPICS[topic], "letter": {"subject": f"On {topic}"}}, rows
    )
    assert {one.office for one in campaign.recipients} == {row["office"] for row in rows}
    boilerplate = _words(*(wording for wording in BUILT_IN_WORDS["en"].values()))
    own = _words(topic, TOPICS[topic], str(CONFIG["sender"]))
    for recipient in campaign.recipients:
        composed = compose_for_checks(campaign.composer, recipient)
        text = f"{campaign.composer.subject_line(recipient)} {composed.body}"
        assert TOPICS[topic] in text
        assert [one for one in TELLTALES if one in text] == []
        addressee = _words(
            *(str(value) for row in rows if row["id"] == recipient.id for value in row.values())
        )
        assert (_words(text) & words_of_the_library) - boilerplate - own - addressee == set()


def test_a_campaign_that_forgets_its_library_is_told_so_once() -> None:
    keys = {"ask": "ask-uk-parliament", "selection": {"required": ["camp-abuses", "inquiry-findings-2014"]}}
    rules = [{"when": "true", "topics": ["prison-camps", "law"], "ask": "ask-uk-sanctions"}]
    with pytest.raises(BriefgenError) as caught:
        open_campaign({**CONFIG, **keys, "interests": rules}, [ADA])
    (problem,) = caught.value.problems
    assert (problem.code, problem.message) == (
        "snippet-unknown",
        "there is no snippet with the id 'ask-uk-parliament', nor with 3 other ids",
    )
    assert (problem.hint or "").endswith("add library: north-korea")
