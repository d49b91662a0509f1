"""A snippet is started from a quote that stands in its text: located, told apart, proved; never worded."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from briefgen.errors import BriefgenError, ProblemList
from briefgen.evidence.checks import check_library
from briefgen.library.folders import LibraryFolder
from briefgen.library.ingest.add_source import WorkDescription
from briefgen.library.ingest.curate import add_source, find_campaign_folder
from briefgen.library.ingest.draft_snippet import SnippetRequest
from briefgen.library.ingest.snippet_files import WrittenSnippet, add_snippet
from briefgen.library.loader import DEFAULT_TEXT_LOCATIONS, TextLocations, load_library
from briefgen.library.snippets import PLACEHOLDER_WORDING
from briefgen.model.snippet import Snippet

ON = date(2026, 11, 24)
LONG = (
    "Between March and May the monitors counted forty-four dry wells in nine towns, "
    "and they estimated that about a third of all families had left."
)
AGAIN = "In June the monitors visited 14 towns again."
TEXT = f"Wells of the north.\nThe monitors visited 14 towns.\n{LONG}\n{AGAIN}\n"
WANTED = SnippetRequest("dry-wells", "wells-2024", ("forty-four dry wells … nine towns",))


@pytest.fixture
def folder(tmp_path: Path) -> LibraryFolder:
    home = tmp_path / "campaign"
    home.mkdir()
    (home / "campaign.yaml").write_text("library: north-korea\n")
    (tmp_path / "wells.txt").write_text(TEXT)
    made = find_campaign_folder(home)
    add_source(
        made, tmp_path / "wells.txt", "wells-2024", WorkDescription("Wells", ("Example Monitors",), "2024-05")
    )
    return made


def start(
    folder: LibraryFolder, wanted: SnippetRequest = WANTED, texts: TextLocations = DEFAULT_TEXT_LOCATIONS
) -> WrittenSnippet:
    return add_snippet(folder, wanted, texts, ON)


def problems(folder: LibraryFolder, wanted: SnippetRequest) -> dict[str, str]:
    """Codes of what is wrong, with message and hint; nothing was written."""
    before = sorted(folder.path.rglob("*"))
    with pytest.raises(BriefgenError) as caught:
        start(folder, wanted)
    assert sorted(folder.path.rglob("*")) == before
    return {one.code: f"{one.message} {one.hint}" for one in caught.value.problems}


def snippet(folder: LibraryFolder, name: str = "dry-wells") -> Snippet:
    findings = ProblemList()
    library = load_library([folder], findings)
    assert not findings.problems
    return library.snippets[name]


def test_a_started_snippet_is_a_draft_with_the_keys_that_were_given(
    folder: LibraryFolder,
) -> None:
    started = start(folder, replace(WANTED, topics=("water", "towns"), kind="statistic", title="Dry: wells"))
    made = snippet(folder)
    assert made.evidence[0].locator == {}, "the source has neither numbers nor pages nor headings"
    assert (made.kind, made.topics, made.title) == ("statistic", ["water", "towns"], "Dry: wells")
    assert (made.as_of, made.review.status, made.body) == ("", "draft", PLACEHOLDER_WORDING)
    assert started.found.passages[0] == LONG


def test_no_word_of_the_passage_but_the_quote_goes_into_a_file(folder: LibraryFolder) -> None:
    start(folder)
    written = list((folder.path / "snippets").iterdir())
    assert written
    for path in written:
        assert "monitors" not in path.read_text()
        assert "families" not in path.read_text()


def test_the_quote_is_in_the_lock_and_holds_where_the_text_is_not_at_hand(folder: LibraryFolder) -> None:
    start(folder)
    (folder.path / "seeds/texts/wells-2024.txt").unlink()
    library = load_library([folder], ProblemList())
    assert not [one for one in check_library(library, ON).problems if one.code.startswith(("quote", "lock"))]
    assert not library.lock.wordings


def test_entries_of_others_stay_in_the_lock(folder: LibraryFolder) -> None:
    start(folder)
    start(folder, replace(WANTED, id="left", quotes=("a third of all families",)))
    lock = json.loads((folder.path / "snippets/quotes.lock").read_text())
    assert sorted(lock["quotes"]) == ["dry-wells#1", "left#1"]


def test_of_a_long_quote_first_and_last_words_are_kept_for_the_same_passage(folder: LibraryFolder) -> None:
    started = start(folder, replace(WANTED, quotes=(LONG,)))
    # Six words at the end would cut "a third" in two.
    assert started.found.evidence[0].quote == "Between March and May the … of all families had left."
    assert "was shortened" in started.found.remarks[0]


def test_a_quote_that_stands_twice_is_told_apart_by_its_paragraph(folder: LibraryFolder) -> None:
    started = start(folder, replace(WANTED, quotes=("monitors visited 14 towns",), paragraph=4))
    assert (started.found.evidence[0].prefix, started.found.evidence[0].suffix) == ("the", "")
    assert started.found.passages[0] == AGAIN


def test_a_quote_that_stands_twice_shows_both_places_and_what_would_settle_it(folder: LibraryFolder) -> None:
    said = problems(folder, replace(WANTED, quotes=("monitors visited 14 towns",)))
    assert list(said) == ["quote-twice"]
    assert "paragraph 2 (prefix: 'The')" in said["quote-twice"]
    assert "paragraph 4 (prefix: 'the')" in said["quote-twice"]
    assert "--paragraph" in said["quote-twice"]


def test_the_prefix_that_was_shown_settles_it(folder: LibraryFolder) -> None:
    started = start(folder, replace(WANTED, quotes=("monitors visited 14 towns",), prefix="the"))
    assert started.found.passages[0] == AGAIN


def test_a_numbered_source_is_gone_through_by_its_own_numbers(tmp_path: Path, folder: LibraryFolder) -> None:
    path = tmp_path / "ruling.txt"
    said = ("The board met in May.", "Nine wells were dry.", "The fee is ten.", "Nine wells were dry.")
    numbered = "".join(f"{number}. {words}\n" for number, words in enumerate(said, start=1))
    path.write_text(f"A summary of it all.\n{numbered}")
    add_source(folder, path, "ruling", WorkDescription("Ruling"))
    wanted = SnippetRequest("dry", "ruling", ("Nine wells were dry",), paragraph=4)
    assert start(folder, wanted).found.evidence[0].locator == {"paragraph": "4"}
    said_of = problems(folder, replace(wanted, id="fee", quotes=("The fee is ten",), paragraph=4))
    assert "in paragraph 3 of ruling, not 4" in said_of["quote-elsewhere"]


def test_a_quote_that_does_not_stand_shows_the_nearest_and_what_differs(folder: LibraryFolder) -> None:
    said = problems(folder, replace(WANTED, quotes=("fifty-four dry wells",)))
    assert "[-forty-four-] {+fifty-four+} dry wells" in said["quote-missing"]
    assert "a number differs" in said["quote-missing"]


def test_a_quote_in_another_paragraph_says_in_which(folder: LibraryFolder) -> None:
    said = problems(folder, replace(WANTED, paragraph=2))
    assert "is in paragraph 3" in said["quote-elsewhere"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"id": "Dry Wells"}, "snippet-name"),
        ({"id": "../up"}, "snippet-name"),
        ({"id": "x" * 81}, "snippet-name"),
        ({"kind": "statistics"}, "snippet-kind"),
        ({"topics": ("Right to food",)}, "snippet-topic"),
        ({"as_of": "May"}, "as-of-form"),
        ({"source": "wels-2024"}, "source-unknown"),
        ({"quotes": (" … ",)}, "quote-missing"),
        ({"quotes": ("",)}, "quote-missing"),
    ],
)
def test_what_cannot_be_is_refused(folder: LibraryFolder, change: dict[str, str], code: str) -> None:
    assert list(problems(folder, replace(WANTED, **change))) == [code]  # type: ignore[arg-type]


def test_everything_wrong_with_the_names_is_said_at_once(folder: LibraryFolder) -> None:
    said = problems(folder, replace(WANTED, id="A B", kind="x", as_of="y", source="z"))
    assert list(said) == ["snippet-name", "snippet-kind", "as-of-form", "source-unknown"]


@pytest.mark.slow
def test_an_id_is_never_used_twice(folder: LibraryFolder) -> None:
    start(folder)
    assert list(problems(folder, WANTED)) == ["snippet-exists"]
    assert list(problems(folder, replace(WANTED, id="hwanghae-famine-2012"))) == ["snippet-exists"]


def test_a_source_without_text_is_told_from_one_whose_text_is_elsewhere(folder: LibraryFolder) -> None:
    assert "sources add" in problems(folder, replace(WANTED, source="hrw-2023-xi"))["text-unrecorded"]
    text = folder.path / "seeds/texts/wells-2024.txt"
    moved = text.rename(folder.path.parent / "elsewhere.txt")
    assert "--text wells-2024=FILE" in problems(folder, WANTED)["text-absent"]
    start(folder, WANTED, TextLocations(given={"wells-2024": moved}))


def test_a_lock_that_was_edited_is_not_built_upon(folder: LibraryFolder) -> None:
    start(folder)
    lock = folder.path / "snippets/quotes.lock"
    lock.write_text(lock.read_text().replace('"paragraph": 3', '"paragraph": 2'))
    assert list(problems(folder, replace(WANTED, id="other"))) == ["lock-edited"]


def test_a_snippet_that_nobody_wrote_cannot_be_verified(folder: LibraryFolder) -> None:
    start(folder)
    path = folder.path / "snippets/dry-wells.md"
    path.write_text(path.read_text().replace("review: draft", "review: Dana Writer, 2026-11-24"))
    findings = ProblemList()
    load_library([folder], findings)
    assert [problem.code for problem in findings.problems] == ["snippet-unwritten"]


@pytest.mark.parametrize("quote", ['said "no" … \\n', "a: b # c", "- x", "{a}", "'"])
def test_any_words_of_a_source_survive_the_front_matter(
    tmp_path: Path, folder: LibraryFolder, quote: str
) -> None:
    path = tmp_path / "odd.txt"
    path.write_text(f"First. They {quote} words follow.")
    add_source(folder, path, "odd-2024", WorkDescription("Odd"))
    start(folder, replace(WANTED, source="odd-2024", quotes=(f"They {quote} words",)))
    assert snippet(folder).evidence[0].quote == f"They {quote} words"
