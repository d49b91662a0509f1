"""Libraries: a campaign draws on those that it names, and reaches no other folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from material import ROOT

from briefgen.errors import ProblemList
from briefgen.library.folders import LibraryFolder
from briefgen.library.libraries import LIBRARIES, find_libraries, hint_at_library, library_folders
from briefgen.library.loader import load_library
from briefgen.system.yaml_reader import parse_yaml


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty campaign in a folder that other folders can be put beside."""
    folder = tmp_path / "work" / "campaign"
    folder.mkdir(parents=True)
    return folder


def make_library(folder: Path, id: str = "water") -> Path:
    (folder / "snippets").mkdir(parents=True)
    (folder / "library.yaml").write_text(f"id: {id}\ntitle: Water\n", encoding="utf-8")
    return folder


def find(home: Path, value: str) -> tuple[list[LibraryFolder], list[str]]:
    """The libraries that `library: VALUE` names, and what is wrong."""
    problems = ProblemList()
    yaml = parse_yaml(f"id: x\nlibrary: {value}\n", "campaign.yaml", problems)
    folders = list(find_libraries(yaml, LibraryFolder(home, "campaign"), problems))
    return folders, [str(problem) for problem in problems.problems]


@pytest.mark.parametrize("value", ["none", "[none]", "", "[]"])
def test_a_campaign_can_draw_on_no_library(home: Path, value: str) -> None:
    assert find(home, value) == ([], [])


def test_without_the_key_a_campaign_has_its_own_statements_alone(home: Path) -> None:
    (home / "campaign.yaml").write_text("id: x\n", encoding="utf-8")
    own = LibraryFolder(home)
    assert library_folders(own, ProblemList()) == (own,)


def test_the_built_in_library_is_found_by_its_id(home: Path) -> None:
    assert find(home, "north-korea") == ([LibraryFolder(ROOT, "north-korea", "north-korea")], [])


def test_libraries_are_searched_in_the_order_in_which_they_are_named(home: Path) -> None:
    make_library(home / "mine", "own-water")
    make_library(home.parent / "shared")
    folders, problems = find(home, "[../shared, north-korea, ./mine]")
    assert problems == []
    assert [folder.library for folder in folders] == ["water", "north-korea", "own-water"]
    assert [folder.display_name for folder in folders] == [
        "campaign/../shared",
        "north-korea",
        "campaign/mine",
    ]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("north-corea", "unknown library 'north-corea' (did you mean north-korea?)"),
        ("water", "unknown library 'water' (write ./water for the folder)"),
        ("./nowhere", "there is no folder './nowhere'"),
        ("./bare", "'campaign/bare' is not a library: it has no library.yaml"),
        ("../bare", "'campaign/../bare' is not a library: it has no library.yaml"),
        ("../../elsewhere", "is neither in the campaign's folder nor beside it"),
        ("/etc/", "is neither in the campaign's folder nor beside it"),
        ("./link", "is neither in the campaign's folder nor beside it"),
        ("./wrong", "campaign/wrong/library.yaml:1:1: unknown-key"),
        ("./.", "a campaign's own statements always belong to it"),
        ("[./water, ../water]", "there are two libraries with the id 'water'"),
        ("[north-korea, north-korea]", "there are two libraries with the id 'north-korea'"),
    ],
)
def test_a_library_that_cannot_be_used_is_named_with_its_line(home: Path, value: str, told: str) -> None:
    make_library(home / "water")
    make_library(home.parent / "water")
    elsewhere = make_library(home.parents[1] / "elsewhere", "elsewhere")
    (home / "bare").mkdir()
    (home.parent / "bare").mkdir()
    (home / "link").symlink_to(elsewhere)
    (home / "wrong").mkdir()
    (home / "wrong" / "library.yaml").write_text("name: wrong\n", encoding="utf-8")
    _, problems = find(home, value)
    assert told in "\n".join(problems)
    assert all(problem.startswith(("campaign.yaml:2:", "campaign/wrong/")) for problem in problems)


def test_a_library_yaml_that_leads_elsewhere_makes_no_library(home: Path) -> None:
    (home.parent / "bare").mkdir()
    (home.parent / "bare" / "library.yaml").symlink_to(ROOT / "library.yaml")
    folders, problems = find(home, "../bare")
    assert folders == [] and "is not a library" in problems[0]


def test_a_registered_library_must_call_itself_by_its_id(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LIBRARIES, "_registered", {"rain": make_library(home / "x", "water")})
    folders, problems = find(home, "rain")
    assert folders == [] and "the library 'rain' calls itself 'water' (write id: rain)" in problems[0]


def test_an_id_is_traced_to_the_library_that_has_it() -> None:
    hint = "it is in a library that the campaign does not name; add library: north-korea"
    assert hint_at_library("ask-uk-parliament") == hint
    assert hint_at_library("no-such-snippet") is None


def test_templates_come_from_the_campaign_and_from_briefgen_only(home: Path) -> None:
    make_library(home / "water")
    folders, _ = find(home, "./water")
    library = load_library((LibraryFolder(home), *folders), ProblemList())
    assert [folder.path for folder in library.template_folders] == [home, ROOT]


def test_two_libraries_may_not_mean_different_things_by_one_id(home: Path) -> None:
    """The statements of one would cite the work of the other."""
    for name, title in (("a", "Wells"), ("b", "Rivers"), ("c", "Wells")):
        folder = make_library(home / name, name)
        (folder / "seeds").mkdir()
        work = f'[{{"id": "lee-2020", "type": "book", "title": "{title}"}}]'
        (folder / "seeds" / "references.json").write_text(work, encoding="utf-8")
    folders, _ = find(home, "[./a, ./b, ./c]")
    problems = ProblemList()
    load_library((LibraryFolder(home), *folders), problems)
    (conflict,) = problems.problems
    assert (conflict.code, conflict.place and conflict.place.file) == (
        "library-conflict",
        "campaign/b/seeds/references.json",
    )
    assert conflict.message == "'lee-2020' is another source in the library a"
    own = home / "seeds"
    own.mkdir()
    (own / "references.json").write_text('[{"id": "lee-2020", "type": "book", "title": "Own"}]')
    problems = ProblemList()
    library = load_library((LibraryFolder(home), *folders), problems)
    assert problems.problems == [] and library.references["lee-2020"].csl["title"] == "Own"
