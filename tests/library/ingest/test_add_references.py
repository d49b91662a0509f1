"""The works of a bibliography become references: none twice, each under an id, what is missing is told."""

import json
from pathlib import Path
from typing import Any

import pytest

from briefgen.errors import BriefgenError, ProblemList
from briefgen.library.folders import LibraryFolder
from briefgen.library.ingest.add_references import ReferencesPlan
from briefgen.library.ingest.curate import add_bibliography, find_campaign_folder
from briefgen.library.references import load_references

BOOK = {
    "id": "abel-2010",
    "type": "book",
    "title": "An Old Book: With a Subtitle",
    "author": [{"family": "Abel", "given": "Bo"}],
    "issued": {"date-parts": [[2010]]},
    "publisher": "Press",
}


@pytest.fixture
def folder(tmp_path: Path) -> LibraryFolder:
    (tmp_path / "campaign.yaml").touch()
    return find_campaign_folder(tmp_path)


def add(folder: LibraryFolder, *items: dict[str, Any], name: str = "") -> ReferencesPlan:
    path = folder.path.parent / f"{folder.path.name}.json"
    path.write_text(json.dumps(items, indent=1), encoding="utf-8")
    return add_bibliography(folder, path, name)


def codes(enlisted: ReferencesPlan) -> list[tuple[str, str]]:
    return [(problem.code, problem.severity) for problem in enlisted.problems]


def test_works_are_appended_and_read_back_clean(folder: LibraryFolder) -> None:
    add(folder, BOOK)
    add(folder, {**BOOK, "id": "other", "title": "Another"}, {**BOOK, "id": "third", "title": "A third"})
    findings = ProblemList()
    references = load_references([folder], findings)
    assert not findings.problems
    assert list(references) == ["abel-2010", "other", "third"]
    assert references["abel-2010"].csl == BOOK


@pytest.mark.parametrize(
    ("item", "id"),
    [
        ({"id": "Abel_2010:Old"}, "abel-2010-old"),
        ({"id": "http://zotero.org/users/1/items/XY"}, "abel-2010"),
        ({"id": 17}, "abel-2010"),
        ({"id": ""}, "abel-2010"),
        ({"id": "", "author": [{"literal": "Müller & Söhne"}]}, "muller-sohne-2010"),
        ({"id": "", "author": []}, "old-book-with-2010"),
        ({"id": "", "author": [], "issued": None}, "old-book-with"),
        ({"id": "책", "author": [{"literal": "책"}], "issued": None}, "work"),
    ],
)
def test_each_work_has_an_id_that_a_snippet_can_name(
    folder: LibraryFolder, item: dict[str, Any], id: str
) -> None:
    enlisted = add(folder, {key: value for key, value in {**BOOK, **item}.items() if value is not None})
    assert [one.id for one in enlisted.added] == [id]


def test_an_id_that_is_taken_by_another_work_gets_a_letter(folder: LibraryFolder) -> None:
    other = {**BOOK, "title": "Something else"}
    assert [one.id for one in add(folder, BOOK, other).added] == ["abel-2010", "abel-2010-b"]
    assert [one.id for one in add(folder, {**BOOK, "title": "A third"}).added] == ["abel-2010-c"]


@pytest.mark.parametrize(
    "twin",
    [
        {},
        {"id": "x", "title": "an old book – with a <i>subtitle</i>", "author": []},
        {"id": "x", "title": "An Old Book"},
        {"id": "x", "title": "Elsewhere", "DOI": "https://doi.org/10.1/AB"},
        {"id": "x", "title": "Elsewhere", "URL": "http://www.example.org/book/"},
    ],
)
def test_a_work_that_is_there_is_not_added_again(folder: LibraryFolder, twin: dict[str, Any]) -> None:
    first = {**BOOK, "DOI": "10.1/ab", "URL": "https://example.org/book", "accessed": BOOK["issued"]}
    add(folder, first)
    before = (folder.path / "seeds/references.json").read_bytes()
    enlisted = add(folder, {**BOOK, **twin})
    assert (enlisted.added, enlisted.known) == ((), 1)
    assert codes(enlisted) == [("work-known", "warning")]
    assert (folder.path / "seeds/references.json").read_bytes() == before


def test_a_work_that_stands_twice_in_the_file_is_added_once(folder: LibraryFolder) -> None:
    enlisted = add(folder, BOOK, {**BOOK, "id": "again"})
    assert [one.id for one in enlisted.added] == ["abel-2010"]
    assert "already abel-2010 (line 2)" in enlisted.problems[0].message


def test_another_year_is_another_work(folder: LibraryFolder) -> None:
    assert len(add(folder, BOOK, {**BOOK, "issued": {"date-parts": [[2011]]}}).added) == 2


def test_what_a_citation_lacks_is_told_of_each_work_with_its_line(folder: LibraryFolder) -> None:
    bare = {"id": "bare", "type": "webpage", "title": "Bare", "URL": "https://example.org/bare"}
    law = {"id": "law", "type": "treaty", "title": "Convention on Samples", "issued": BOOK["issued"]}
    enlisted = add(folder, BOOK, bare, law)
    assert codes(enlisted) == [
        ("work-undated", "warning"),
        ("work-anonymous", "warning"),
        ("work-unaccessed", "warning"),
    ]
    assert {str(problem.place).split(":", 1)[1] for problem in enlisted.problems} == {"21:2"}
    assert len(enlisted.added) == 3


@pytest.mark.parametrize(
    ("title", "unread"),
    [
        (r"The \emph{old} book", True),
        (r"Loss of $\alpha$-particles", True),
        ("Rise of CO$_2$", True),
        ("{NASA} and others", True),
        ("From $5 to $6 an hour", False),
        ("Costs & benefits, 100 % {", False),
    ],
)
def test_latex_that_was_not_read_is_named(folder: LibraryFolder, title: str, unread: bool) -> None:
    expected = [("work-markup", "warning")] if unread else []
    assert codes(add(folder, {**BOOK, "title": title})) == expected


def test_a_work_with_a_mistake_is_left_out_and_the_others_are_added(folder: LibraryFolder) -> None:
    enlisted = add(
        folder,
        {**BOOK, "id": "a", "type": "novel"},
        {**BOOK, "id": "b", "title": "<script>x</script>"},
        {**BOOK, "id": "c", "title": " "},
        {**BOOK, "id": "d", "title": "Late", "issued": {"date-parts": [[2010, 13, 40]]}},
        BOOK,
    )
    assert [one.id for one in enlisted.added] == ["abel-2010"]
    assert codes(enlisted) == [
        ("reference-type", "error"),
        ("reference-markup", "error"),
        ("work-untitled", "error"),
        ("reference-date", "error"),
    ]


def test_a_single_work_can_be_named(folder: LibraryFolder) -> None:
    assert [one.id for one in add(folder, BOOK, name="old-book").added] == ["old-book"]
    for items, name, code in (
        ((BOOK, {**BOOK, "title": "Two"}), "one", "source-id"),
        (({**BOOK, "title": "New"},), "old-book", "source-known"),
        (({**BOOK, "title": "New"},), "Not An Id", "source-id"),
    ):
        with pytest.raises(BriefgenError) as caught:
            add(folder, *items, name=name)
        assert caught.value.problems[0].code == code
