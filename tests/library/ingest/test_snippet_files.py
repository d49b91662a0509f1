"""A snippet is written, checked and approved in one act; with something wrong, it is kept as a draft."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from briefgen.errors import BriefgenError, ProblemList, UsageError
from briefgen.evidence.checks import check_library
from briefgen.library.folders import LibraryFolder
from briefgen.library.ingest.add_source import WorkDescription
from briefgen.library.ingest.curate import add_source, find_campaign_folder
from briefgen.library.ingest.draft_snippet import SnippetRequest
from briefgen.library.ingest.snippet_files import (
    WrittenSnippet,
    add_snippet,
    approve_statements,
    edit_snippet,
    remove_statements,
)
from briefgen.library.loader import DEFAULT_TEXT_LOCATIONS, Library, load_library

ON = date(2026, 11, 24)
TEXT = "In March the monitors visited nine towns.\nAn estimated 44 wells were dry.\n"
SAY = "The Monitors estimated that 44 wells were dry."
WANTED = SnippetRequest("dry-wells", "wells-2024", ("44 wells were dry",), topics=("water",), say=SAY)


@pytest.fixture
def folder(tmp_path: Path) -> LibraryFolder:
    home = tmp_path / "campaign"
    home.mkdir()
    (home / "campaign.yaml").write_text("id: water\n")
    (tmp_path / "wells.txt").write_text(TEXT)
    made = find_campaign_folder(home)
    described = WorkDescription("Wells", ("Example Monitors",), "2024-05")
    add_source(made, tmp_path / "wells.txt", "wells-2024", replace(described, publisher="Monitors"))
    return made


def write(folder: LibraryFolder, by: str = "Dana Writer", **change: object) -> WrittenSnippet:
    return add_snippet(folder, replace(WANTED, **change), DEFAULT_TEXT_LOCATIONS, ON, by)  # type: ignore[arg-type]


def edit(folder: LibraryFolder, by: str = "Dana Writer", **change: object) -> WrittenSnippet:
    request = SnippetRequest("dry-wells", **change)  # type: ignore[arg-type]
    return edit_snippet(folder, "dry-wells", request, DEFAULT_TEXT_LOCATIONS, ON, by)


def approve(folder: LibraryFolder, *keys: str, by: str = "Dana Writer") -> object:
    return approve_statements(folder, keys, DEFAULT_TEXT_LOCATIONS, by, ON)


def read(folder: LibraryFolder) -> Library:
    problems = ProblemList()
    library = load_library([folder], problems)
    assert not problems.problems
    return library


def check(folder: LibraryFolder) -> set[str]:
    return {problem.code for problem in check_library(read(folder), ON).problems}


def card(folder: LibraryFolder, name: str = "dry-wells") -> str:
    return (folder.path / f"snippets/{name}.md").read_text()


def test_a_snippet_is_written_checked_and_approved_in_one_act(folder: LibraryFolder) -> None:
    written = write(folder)
    assert written.approved and not written.problems
    assert card(folder) == (
        "---\nsource: wells-2024\nquote: 44 wells were dry\ntopics: [water]\n"
        f"review: Dana Writer, 2026-11-24\n---\n{SAY}\n"
    )
    assert check(folder) == set()


def test_a_wording_that_says_too_much_is_kept_as_a_draft(folder: LibraryFolder) -> None:
    written = write(folder, say="The Monitors counted 54 dry wells.")
    assert not written.approved
    assert {problem.code for problem in written.problems} == {"number-missing"}
    assert "review: draft" in card(folder) and "54 dry wells" in card(folder)
    assert edit(folder, say=SAY).approved
    assert check(folder) == set()


def test_a_quote_that_is_not_there_does_not_cost_the_wording(folder: LibraryFolder) -> None:
    written = write(folder, quotes=("54 wells were dry",))
    assert [problem.code for problem in written.problems] == ["quote-missing"]
    assert SAY in card(folder)
    assert edit(folder, quotes=("44 wells were dry",)).approved


def test_without_a_reviewer_it_is_a_draft_and_is_checked(folder: LibraryFolder) -> None:
    assert not write(folder, by="").problems
    assert check(folder) == {"review-draft"}
    write(folder, by="", id="other", say="The Monitors counted 54 dry wells.")
    assert read(folder).snippets["other"].review.status == "draft"


def test_several_quotes_are_evidence_together(folder: LibraryFolder) -> None:
    say = "The Monitors visited nine towns and estimated that 44 wells were dry."
    assert write(folder, quotes=("visited nine towns", "44 wells were dry"), say=say).approved
    assert "quote: [visited nine towns, 44 wells were dry]" in card(folder)
    assert len(read(folder).lock.quotes) == 2


def test_an_ask_needs_neither_source_nor_quote_and_nothing_else_does_without(folder: LibraryFolder) -> None:
    assert write(folder, kind="ask", source="", quotes=(), say="fund the wells.").approved
    assert "source" not in card(folder)
    with pytest.raises(BriefgenError) as caught:
        write(folder, id="other", source="", quotes=())
    (problem,) = caught.value.problems
    assert problem.code == "snippet-evidence" and "--source and --quote" in problem.message


def test_nobody_approves_nothing(folder: LibraryFolder) -> None:
    with pytest.raises(UsageError):
        write(folder, by="a\nb")
    assert not (folder.path / "snippets").exists()


def test_the_editor_gives_the_wording_and_who_approves_it(folder: LibraryFolder) -> None:
    shown: list[tuple[str, ...]] = []

    def ask(found: object) -> tuple[str, str]:
        shown.append(found.passages)  # type: ignore[attr-defined]
        return SAY, "Dana Writer"

    written = add_snippet(folder, replace(WANTED, say=""), DEFAULT_TEXT_LOCATIONS, ON, "", ask)
    assert written.approved and shown == [("An estimated 44 wells were dry.",)]


def test_an_edited_snippet_is_a_draft_until_somebody_approves_it(folder: LibraryFolder) -> None:
    write(folder)
    assert not edit(folder, by="", say="An estimated 44 wells were dry, the Monitors said.").approved
    assert check(folder) == {"review-draft"}
    approval = approve(folder, "dry-wells", by="Ann Other")
    assert approval.approved == ("dry-wells",)  # type: ignore[attr-defined]
    assert "review: Ann Other, 2026-11-24" in card(folder) and check(folder) == set()


def test_keys_are_changed_one_by_one(folder: LibraryFolder) -> None:
    write(folder)
    edit(folder, topics=("towns",), kind="statistic", as_of="2024-03", title="Wells")
    made = read(folder).snippets["dry-wells"]
    assert (made.topics, made.kind, made.as_of, made.title) == (["towns"], "statistic", "2024-03", "Wells")
    assert made.body == SAY and check(folder) == set()


def test_a_change_that_is_wrong_in_itself_changes_nothing(folder: LibraryFolder) -> None:
    write(folder)
    before = card(folder)
    for change in ({"say": "One.\n\nTwo."}, {"kind": "fact"}, {"topics": ("A B",)}, {}):
        with pytest.raises(BriefgenError):
            edit(folder, **change)
    assert card(folder) == before


def test_evidence_of_another_kind_is_edited_in_the_file(folder: LibraryFolder) -> None:
    write(folder)
    path = folder.path / "snippets/dry-wells.md"
    attested = "attested: {by: A, on: 2026-11-20, said: An estimated 44 wells were dry.}"
    path.write_text(card(folder).replace("quote: 44 wells were dry", attested))
    with pytest.raises(UsageError) as caught:
        edit(folder, quotes=("44 wells were dry",))
    assert caught.value.problems[0].code == "snippet-edit"


def test_what_the_editor_leaves_is_kept_even_if_it_is_broken(folder: LibraryFolder) -> None:
    write(folder)

    def edit_text(text: str) -> tuple[str, str]:
        return text.replace("topics: [water]", "topics: [water"), "Dana Writer"

    request = SnippetRequest("dry-wells")
    written = edit_snippet(folder, "dry-wells", request, DEFAULT_TEXT_LOCATIONS, ON, "", edit_text)
    assert [problem.code for problem in written.problems] == ["yaml-syntax"]
    assert "topics: [water\n" in card(folder)
    request = replace(request, say="It was so.")
    with pytest.raises(BriefgenError):
        edit_snippet(folder, "dry-wells", request, DEFAULT_TEXT_LOCATIONS, ON)


@pytest.mark.parametrize("text", ["", "words", "---\nkind: ask\n", "words\n---\n---\n"])
def test_a_file_without_front_matter_is_reported_and_left(folder: LibraryFolder, text: str) -> None:
    path = folder.path / "snippets/dry-wells.md"
    path.parent.mkdir()
    path.write_text(text)
    for change in ({"say": SAY}, {"kind": "ask"}, {"quotes": ("44 wells",), "source": "wells-2024"}):
        with pytest.raises(BriefgenError) as caught:
            edit(folder, **change)
        assert {problem.code for problem in caught.value.problems} == {"front-matter"}
    approval = approve(folder, "dry-wells")
    assert [problem.code for problem in approval.problems] == ["front-matter"]  # type: ignore[attr-defined]
    assert path.read_text() == text
    remove_statements(folder, ["dry-wells"])


def test_what_is_approved_already_stays_as_it_is(folder: LibraryFolder) -> None:
    write(folder)
    approval = approve(folder, "dry-wells", by="Ann Other")
    assert approval.unchanged == {"dry-wells": "Dana Writer on 2026-11-24"}  # type: ignore[attr-defined]
    assert "Dana Writer" in card(folder)


def test_of_several_those_without_a_fault_are_approved(folder: LibraryFolder) -> None:
    write(folder, by="")
    write(folder, by="", id="bad", say="The Monitors counted 54 dry wells.")
    approval = approve(folder, "dry-wells", "bad")
    assert approval.approved == ("dry-wells",)  # type: ignore[attr-defined]
    assert "review: draft" in card(folder, "bad")


def test_a_caveat_is_approved_by_its_key(folder: LibraryFolder) -> None:
    path = folder.path / "snippets/caveats/few.md"
    path.parent.mkdir(parents=True)
    path.write_text(
        "---\nsource: wells-2024\nquote: 44 wells were dry\nreview: draft\n---\nIt is an estimated 44.\n"
    )
    approval = approve(folder, "caveats/few")
    assert approval.approved == ("caveats/few",)  # type: ignore[attr-defined]
    assert check(folder) == {"caveat-unused"}


def test_a_snippet_that_is_used_is_not_removed_unless_forced(folder: LibraryFolder) -> None:
    write(folder)
    write(folder, id="newer")
    newer = folder.path / "snippets/newer.md"
    newer.write_text(newer.read_text().replace("review:", "superseded_by: [dry-wells]\nreview:"))
    (folder.path / "campaign.yaml").write_text(
        "id: dry-wells-2\ntopics: [dry-wells]\nrequired:\n  - dry-wells\n"
    )
    (folder.path / "people.csv").write_text("name,ask\nAda,dry-wells\nBo,dry-wells-2\n")
    (folder.path / "letter.md").write_text('dry-wells are many.\n\n{{ statement("dry-wells") }}\n')
    with pytest.raises(BriefgenError) as caught:
        remove_statements(folder, ["dry-wells"])
    places = [str(problem.place).removeprefix(f"{folder.path}/") for problem in caught.value.problems]
    assert places == ["snippets/newer.md:5:1", "campaign.yaml:4:5", "people.csv:2", "letter.md:3"]
    assert {problem.code for problem in caught.value.problems} == {"snippet-used"}
    remove_statements(folder, ["dry-wells"], force=True)
    assert not (folder.path / "snippets/dry-wells.md").exists()
    assert set(read(folder).lock.wordings) == {"newer"}


def test_a_snippet_that_is_not_there_is_not_removed(folder: LibraryFolder) -> None:
    write(folder)
    with pytest.raises(UsageError) as caught:
        remove_statements(folder, ["dry-well"])
    assert caught.value.problems[0].hint == "did you mean dry-wells?"
