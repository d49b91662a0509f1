"""sources add, snippets new and snippets find as a user calls them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

TEXT = "Wells of the north\nThe monitors visited 14 towns.\nThey spoke with 212 people.\n"


@pytest.fixture
def campaign(small_campaign: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder is a campaign, and beside it lies a text."""
    (small_campaign.parent / "wells.txt").write_text(TEXT)
    monkeypatch.chdir(small_campaign)
    return small_campaign


ADD = ("sources", "add", "../wells.txt", "--id", "wells-2024", "--title", "Wells", "--furniture", "1=title")


def test_a_source_is_added_to_the_campaign_of_this_folder(
    briefgen: Callable[..., Any], campaign: Path
) -> None:
    said = briefgen(*ADD)
    assert said.code == 0
    assert said.out.splitlines()[:4] == [
        "line  paragraph  begins",
        "1     –          [title] Wells of the north",
        "2     1          The monitors visited 14 towns.",
        "3     2          They spoke with 212 people.",
    ]
    assert "seeds/texts/wells-2024.txt is the full text. It is private" in said.err
    assert (campaign / "seeds/texts/wells-2024.txt").read_text() == TEXT


def test_what_was_added_can_be_listed_quoted_and_found(briefgen: Callable[..., Any], campaign: Path) -> None:
    briefgen(*ADD)
    listed = briefgen("sources", "list", "--campaign", ".")
    assert "wells-2024" in listed.out and "recorded" in listed.out
    new = briefgen("snippets", "new", "spoken-with", "--source", "wells-2024", "--quote", "212 people")
    assert new.code == 0 and "passage: They spoke with 212 people." in new.out
    found = briefgen("snippets", "find", "spoken", "wells", "212", "--json").json
    assert found["snippets"][0]["id"] == "spoken-with"
    assert found["snippets"][0]["found"] == ["spoken", "wells", "212"]


@pytest.mark.parametrize("within", [False, True])
def test_a_snippet_is_shown_with_the_path_at_which_its_file_can_be_opened(
    within: bool, briefgen: Callable[..., Any], campaign: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from briefgen.library.folders import resource_folder

    if within:
        monkeypatch.chdir(resource_folder("snippets").parent)
    shown = briefgen("snippets", "show", "camp-population-inquiry").out
    path = shown.rsplit("File", 1)[1].strip()
    assert Path(path).is_file() and Path(path).is_absolute() is not within
    assert Path(path).name == "camp-population-inquiry.md"


def test_json_says_what_the_table_says(briefgen: Callable[..., Any], campaign: Path) -> None:
    said = briefgen(*ADD, "--json").json
    assert said["ok"] and said["files"][0] == "seeds/texts/wells-2024.txt"
    assert said["lines"][1] == {
        "line": 2,
        "paragraph": 1,
        "number": "1",
        "pages": [],
        "furniture": "",
        "begins": "The monitors visited 14 towns.",
    }
    new = briefgen("snippets", "new", "a", "--source", "wells-2024", "--quote", "212 people", "--json").json
    assert new["evidence"] == {
        "source": "wells-2024",
        "quote": "212 people",
    }


def test_another_campaign_is_named_by_folder_or_file(
    briefgen: Callable[..., Any], campaign: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(campaign.parent)
    for id, name in (("w-1", "campaign"), ("w-2", "campaign/campaign.yaml")):
        said = briefgen("sources", "add", "wells.txt", "--id", id, "--title", "Wells", "--campaign", name)
        assert said.code == 0
        assert (campaign / f"seeds/{id}.yaml").is_file()
    assert briefgen("sources", "add", "wells.txt", "--id", "w-3", "--title", "W").code == 2


@pytest.mark.slow
def test_what_is_to_be_run_next_names_the_campaign_that_it_is_for(
    briefgen: Callable[..., Any], campaign: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    briefgen(*ADD)
    quote = ("--source", "wells-2024", "--quote", "212 people")
    here = briefgen("snippets", "new", "spoken", *quote)
    assert "then run briefgen snippets approve spoken --by NAME\n" in here.err
    monkeypatch.chdir(campaign.parent)
    away = briefgen("snippets", "new", "asked", *quote, "-c", campaign.name)
    name = campaign.name
    assert f"then run briefgen snippets approve asked --by NAME -c {name}\n" in away.err
    card = campaign / "snippets/asked.md"
    card.write_text(
        card.read_text(encoding="utf-8").replace("review: draft", "review: A B, 2026-11-20"),
        encoding="utf-8",
    )
    problems = briefgen("check", name, "--json").json["problems"]
    (unlocked,) = (one for one in problems if one["code"] == "wording-unlocked")
    assert unlocked["hint"].endswith(f"briefgen snippets lock --by NAME -c {name}")


def test_a_bad_file_is_one_problem_and_leaves_nothing(briefgen: Callable[..., Any], campaign: Path) -> None:
    (campaign.parent / "bad.pdf").write_bytes(b"%PDF-1.4 no")
    said = briefgen("sources", "add", "../bad.pdf", "--id", "bad-1", "--title", "Bad")
    assert said.code == 1
    assert said.err.startswith("../bad.pdf: source-unreadable:") and "Traceback" not in said.err
    assert not (campaign / "seeds").exists()


BIBLIOGRAPHY = """@book{abel-2010, title={An Old Book}, author={Abel, Bo}, date={2010}, publisher={Press}}
@online{page, title={A Page}, url={https://example.org/page}}
"""


def test_a_bibliography_is_added_and_what_its_works_lack_is_told(
    briefgen: Callable[..., Any], campaign: Path
) -> None:
    (campaign.parent / "works.bib").write_text(BIBLIOGRAPHY)
    said = briefgen("sources", "add", "../works.bib")
    assert said.code == 0
    assert said.out.splitlines() == [
        "id         type     work",
        "abel-2010  book     Abel, An Old Book, 2010",
        "page       webpage  A Page, no date",
        "../works.bib: 2 works added to seeds/references.json",
    ]
    assert "../works.bib:2: warning: work-undated: the work 'page' has no date" in said.err
    again = briefgen("sources", "add", "../works.bib", "--json").json
    assert (again["ok"], again["files"], again["added"], again["known"]) == (True, [], [], 2)
    assert {problem["code"] for problem in again["problems"]} == {"work-known"}


def test_a_work_with_a_mistake_ends_with_1_and_the_others_are_there(
    briefgen: Callable[..., Any], campaign: Path
) -> None:
    (campaign.parent / "works.json").write_text(
        '[{"id": "a", "type": "novel", "title": "A"}, {"id": "b", "type": "book", "title": "B"}]'
    )
    said = briefgen("sources", "add", "../works.json")
    assert said.code == 1 and "reference-type" in said.err
    assert "1 work added" in said.out


def test_options_that_describe_a_text_are_not_for_a_bibliography_and_a_text_needs_an_id(
    briefgen: Callable[..., Any], campaign: Path
) -> None:
    (campaign.parent / "works.bib").write_text(BIBLIOGRAPHY)
    said = briefgen("sources", "add", "../works.bib", "--title", "T")
    assert said.code == 2 and "bibliography-option" in said.err
    said = briefgen("sources", "add", "../wells.txt", "--title", "Wells")
    assert said.code == 2 and "source-id" in said.err


def test_a_web_address_is_to_be_saved_first(briefgen: Callable[..., Any], campaign: Path) -> None:
    said = briefgen("sources", "add", "https://monitors.example/wells?a=1&b=2")
    assert said.code == 2 and "source-online" in said.err
    assert "save it" in said.err and "--url 'https://monitors.example/wells?a=1&b=2'" in said.err


def test_a_terminal_asks_for_what_is_missing(
    briefgen: Callable[..., Any], campaign: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, str] = {}

    def prompt(question: str, default: str, **_: object) -> str:
        asked[question.split(",")[0].split(":")[0]] = default
        return {"Author": "The Monitors; Sample, Ada", "Published": "2024-05"}.get(
            question[:9].split(",")[0], default
        )

    monkeypatch.setattr("briefgen.cli.console.Console.can_ask", True)
    monkeypatch.setattr("typer.prompt", prompt)
    said = briefgen("sources", "add", "../wells.txt", "--title", "Wells")
    assert said.code == 0
    assert list(asked) == ["Author", "Published", "Number", "Web address", "Id"] and asked["Id"] == "tm-2024"
    listed = briefgen("sources", "list", "-c", ".", "--json").json["sources"]
    work = next(one["csl"] for one in listed if one["id"] == "tm-2024")
    assert work["author"] == [{"literal": "The Monitors"}, {"family": "Sample", "given": "Ada"}]


def test_a_replaced_text_says_which_snippets_quote_it(briefgen: Callable[..., Any], campaign: Path) -> None:
    briefgen(*ADD)
    briefgen("snippets", "new", "spoken", "--source", "wells-2024", "--quote", "212 people")
    (campaign.parent / "wells.txt").write_text(TEXT.replace("212", "213"))
    said = briefgen(
        "sources", "add", "../wells.txt", "--id", "wells-2024", "--replace", "--furniture", "1=title"
    )
    assert said.code == 0 and "snippets/spoken.md:3:1: quote-missing" in said.err
    assert "It is quoted by spoken. Correct what is reported, then run briefgen snippets lock" in said.err


def test_words_are_highlight_on_a_terminal_only(
    briefgen: Callable[..., Any], campaign: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from briefgen.cli.curate import _highlight

    assert "\033" not in briefgen("snippets", "find", "famine").out
    assert _highlight("the famine of", [(4, 10)], bold=True) == "the \033[1mfamine\033[0m of"
    assert _highlight("the famine of", [(4, 10)], bold=False) == "the famine of"


def test_a_search_in_vain_says_what_is_near_and_ends_with_1(
    briefgen: Callable[..., Any], campaign: Path
) -> None:
    said = briefgen("snippets", "find", "faminee")
    assert said.code == 1 and "did you mean famine?" in said.err
    as_json = briefgen("snippets", "find", "zzzz", "--json")
    assert as_json.code == 1
    assert as_json.json["snippets"] == [] and as_json.json["problems"][0]["code"] == "nothing-found"


@pytest.mark.parametrize(
    ("option", "value", "code"),
    [("--topic", "famin", "topic-unknown"), ("--kind", "request", "kind-unknown")],
)
def test_a_topic_or_kind_that_nothing_has_is_a_mistake(
    briefgen: Callable[..., Any], campaign: Path, option: str, value: str, code: str
) -> None:
    said = briefgen("snippets", "find", "famine", option, value)
    assert said.code == 2 and code in said.err


def test_a_search_is_narrowed_by_topic_and_kind(briefgen: Callable[..., Any], campaign: Path) -> None:
    asks = briefgen("snippets", "find", "council", "--kind", "ask", "--json").json["snippets"]
    assert asks and {one["kind"] for one in asks} == {"ask"}
