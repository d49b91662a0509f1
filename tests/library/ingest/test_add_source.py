"""A text becomes a source: numbered, recorded, cited; and nothing that is there is overwritten unasked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from briefgen.errors import BriefgenError, ProblemList, StorageError, UsageError
from briefgen.library.folders import LibraryFolder
from briefgen.library.ingest.add_source import SourcePlan, WorkDescription
from briefgen.library.ingest.curate import add_source, find_campaign_folder
from briefgen.library.loader import load_library
from briefgen.library.references import load_references
from briefgen.library.sources import find_source_texts, load_records
from briefgen.model.source import FrontMatter

TEXT = (
    "Wells of the north\n\n"
    "The monitors visited 14 towns.\nThey spoke with 212 people.\nAll of them were thirsty.\n"
)
WELLS = WorkDescription("Wells of the North", ("Sample, Ada", "Example Monitors"), "2024-05", "report")


@pytest.fixture
def folder(tmp_path: Path) -> LibraryFolder:
    (tmp_path / "campaign.yaml").write_text("library: north-korea\n")
    return find_campaign_folder(tmp_path)


def text(folder: LibraryFolder, content: str = TEXT, name: str = "wells.txt") -> Path:
    path = folder.path.parent / name
    path.write_text(content, encoding="utf-8")
    return path


def add(
    folder: LibraryFolder, content: str = TEXT, described: WorkDescription = WELLS, **options: object
) -> SourcePlan:
    return add_source(folder, text(folder, content), "wells-2024", described, **options)  # type: ignore[arg-type]


def codes(error: pytest.ExceptionInfo[BriefgenError]) -> list[str]:
    return [problem.code for problem in error.value.problems]


def everything(folder: LibraryFolder) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder.path)): path.read_bytes()
        for path in folder.path.rglob("*")
        if path.is_file()
    }


TITLE = FrontMatter(lines="1", what="title")


def test_text_record_and_reference_are_written_and_read_back_clean(folder: LibraryFolder) -> None:
    add(folder, furniture=[TITLE])
    findings = ProblemList()
    library = load_library([folder], findings)
    assert not findings.problems
    assert [p.text for p in library.texts["wells-2024"].paragraphs] == TEXT.split("\n")[2:-1]
    assert library.references["wells-2024"].csl == {
        "id": "wells-2024",
        "type": "report",
        "title": "Wells of the North",
        "author": [{"family": "Sample", "given": "Ada"}, {"literal": "Example Monitors"}],
        "issued": {"date-parts": [[2024, 5]]},
    }


def test_lines_are_shown_with_the_numbers_of_their_paragraphs(folder: LibraryFolder) -> None:
    lines = add(folder, furniture=[TITLE]).lines
    assert [(one.number, one.paragraph, one.what) for one in lines] == [
        (1, None, "title"),
        (3, 1, ""),
        (4, 2, ""),
        (5, 3, ""),
    ]


def test_what_looks_like_furniture_is_recorded_as_such_and_can_be_kept(folder: LibraryFolder) -> None:
    page = text(folder, "<h1>Wells</h1><p>One.</p><h2>Two</h2><p>Three.</p>", "wells.html")
    taken = add_source(folder, page, "wells-2024", WELLS)
    assert [(entry.lines, entry.what) for entry in taken.furniture] == [("1", "heading"), ("3", "heading")]
    kept = add_source(folder, page, "wells-2024", WorkDescription(), body=frozenset({3}), replace=True)
    assert [(one.paragraph, one.text) for one in kept.lines if one.paragraph] == [
        (1, "One."),
        (2, "Two"),
        (3, "Three."),
    ]


PAGE = (
    "<title>Wells | The Site</title><meta property='og:site_name' content='The Site'><meta name=author content='Example Monitors'>"
    "<link rel=canonical href='https://monitors.example/wells'><h1>Wells</h1>"
    "<p>By Example Monitors, May 2024.</p>"
)


def test_what_the_file_says_of_itself_completes_what_the_user_says(folder: LibraryFolder) -> None:
    page = text(folder, PAGE + "<meta name=date content=2024-05-17>", "wells.html")
    plan = add_source(folder, page, "", WorkDescription(number="EM 7/24"))
    work = load_references([folder], ProblemList())["em-7-24"].csl
    assert (work["title"], work["type"], work["number"]) == ("Wells", "report", "EM 7/24")
    assert (work["author"], work["issued"]) == (
        [{"literal": "Example Monitors"}],
        {"date-parts": [[2024, 5]]},
    )
    assert work["URL"] == "https://monitors.example/wells"
    assert plan.remarks[0].startswith("Taken from the file itself: title “Wells”, author “Example Monitors”")
    assert len(plan.remarks) == 1
    undated = text(folder, "<p>Nobody knows when.</p>", "undated.html")
    other = add_source(folder, undated, "other", WorkDescription(title="Other", authors=("Sample, Ada",)))
    assert "The date of the work is not known." in other.remarks[-1]


def test_what_the_user_says_counts_before_what_the_file_says(folder: LibraryFolder) -> None:
    page = text(folder, PAGE, "wells.html")
    add_source(folder, page, "other", WorkDescription(title="Other", authors=("Sample, Ada",)))
    other = load_references([folder], ProblemList())["other"].csl
    assert (other["title"], other["type"], other["container-title"]) == ("Other", "webpage", "The Site")


def test_a_person_is_asked_for_the_rest(folder: LibraryFolder) -> None:
    seen: list[WorkDescription] = []

    def ask(given: WorkDescription, proposed: WorkDescription) -> WorkDescription:
        seen.extend((given, proposed))
        return WELLS

    page = text(folder, PAGE, "wells.html")
    given = WorkDescription(issued="2024")
    add_source(folder, page, "", given, ask_about=ask, ask_id=lambda suggested: f"{suggested}-b")
    assert (seen[0].title, seen[1].title, seen[1].issued) == ("", "Wells", "2024")
    assert list(load_references([folder], ProblemList())) == ["sample-2024-b"]


def test_a_text_that_was_quoted_and_changed_says_who_quotes_it(folder: LibraryFolder) -> None:
    from datetime import date

    from briefgen.library.ingest.curate import check_quotes_of
    from briefgen.library.ingest.draft_snippet import SnippetRequest
    from briefgen.library.ingest.snippet_files import add_snippet
    from briefgen.library.loader import DEFAULT_TEXT_LOCATIONS

    add(folder)
    for name, quote in (("towns", "visited 14 towns"), ("people", "212 people")):
        request = SnippetRequest(name, "wells-2024", (quote,))
        add_snippet(folder, request, DEFAULT_TEXT_LOCATIONS, date(2026, 11, 24))
    assert add(folder, TEXT.replace("212", "213"), WorkDescription(), replace=True).differing
    quoting, problems = check_quotes_of(folder, "wells-2024", date(2026, 11, 24))
    assert quoting == ["people", "towns"]
    assert [(one.code, one.place.file) for one in problems if one.place] == [
        ("quote-missing", f"{folder.path}/snippets/people.md")
    ]


def test_full_texts_stay_out_of_version_control(folder: LibraryFolder) -> None:
    add(folder)
    assert "*" in (folder.path / "seeds/texts/.gitignore").read_text().splitlines()


def test_references_that_are_there_stay_to_the_letter(folder: LibraryFolder) -> None:
    before = '[\r\n    {"id": "a-2001",  "type": "book", "title": "Ä"}\r\n]'
    (folder.path / "seeds").mkdir()
    (folder.path / "seeds/references.json").write_bytes(before.encode())
    add(folder)
    after = (folder.path / "seeds/references.json").read_bytes().decode()
    assert after.startswith(before.removesuffix("\r\n]") + ",\r\n  {")
    assert [item["id"] for item in json.loads(after)] == ["a-2001", "wells-2024"]


def test_a_work_that_is_cited_already_gets_its_text_only(folder: LibraryFolder) -> None:
    entered = add_source(folder, text(folder), "coi-2014-report", WorkDescription())
    assert entered.is_cited
    assert not (folder.path / "seeds/references.json").exists()
    assert (folder.path / "seeds/coi-2014-report.yaml").is_file()


def test_a_work_that_is_cited_already_is_not_described_again(folder: LibraryFolder) -> None:
    with pytest.raises(BriefgenError) as caught:
        add_source(folder, text(folder), "coi-2014-report", WELLS)
    assert codes(caught) == ["source-known"]


def test_a_new_work_needs_a_title(folder: LibraryFolder) -> None:
    with pytest.raises(BriefgenError) as caught:
        add(folder, described=WorkDescription())
    assert codes(caught) == ["source-title"]


@pytest.mark.parametrize(
    ("described", "code"),
    [
        (WorkDescription("T", issued="5/2024"), "source-date"),
        (WorkDescription("T", issued="2024-13"), "source-date"),
        (WorkDescription("T", issued="199X"), "source-date"),
        (WorkDescription("T", accessed="yesterday"), "source-date"),
        (WorkDescription("T", url="www.example.org"), "source-url"),
        (WorkDescription("T", type="raport"), "reference-type"),
        (WorkDescription("<script>T</script>"), "reference-markup"),
    ],
)
def test_a_description_that_cannot_be_cited_is_refused(
    folder: LibraryFolder, described: WorkDescription, code: str
) -> None:
    with pytest.raises(BriefgenError) as caught:
        add(folder, described=described)
    assert codes(caught) == [code]
    assert list(everything(folder)) == ["campaign.yaml"]


@pytest.mark.parametrize("source", ["HRW 2024", "", "../up", "rests-on", "a--b", "ä-2024"])
def test_an_id_that_cannot_name_a_file_is_refused(folder: LibraryFolder, source: str) -> None:
    with pytest.raises(BriefgenError) as caught:
        add_source(folder, text(folder), source, WELLS)
    assert codes(caught) == ["source-id"]
    assert list(everything(folder)) == ["campaign.yaml"]


@pytest.mark.parametrize("lines", ["90", "1-90"])
def test_furniture_beyond_the_end_is_refused(folder: LibraryFolder, lines: str) -> None:
    with pytest.raises(BriefgenError) as caught:
        add(folder, furniture=[FrontMatter(lines=lines, what="x")])
    assert codes(caught) == ["furniture-lines"]


@pytest.mark.parametrize("lines", ["0", "3-1", "a", "", "1,2"])
def test_furniture_that_is_no_range_is_refused(folder: LibraryFolder, lines: str) -> None:
    with pytest.raises(UsageError) as caught:
        add(folder, furniture=[FrontMatter(lines=lines, what="x")])
    assert codes(caught) == ["furniture-lines"]


# -- adding again


def test_the_same_text_again_changes_nothing_and_keeps_its_furniture(folder: LibraryFolder) -> None:
    add(folder, furniture=[TITLE])
    before = everything(folder)
    entered = add(folder, described=WorkDescription())
    assert not entered.files and entered.lines[0].what == "title"
    assert everything(folder) == before


def test_a_text_that_is_not_at_hand_any_more_is_put_back(folder: LibraryFolder) -> None:
    add(folder, furniture=[TITLE])
    before = everything(folder)
    (folder.path / "seeds/texts/wells-2024.txt").unlink()
    add(folder, described=WorkDescription())
    assert everything(folder) == before


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (TEXT.replace("212", "213"), "paragraph 3 is changed"),
        (TEXT + "One more.\n", "paragraph 5 is new"),
        (TEXT.replace("The monitors visited 14 towns.\n", ""), "recorded paragraph 2 is gone"),
        (
            TEXT.replace("14 towns", "15 towns").replace("All of", "Most of"),
            "paragraphs 2, 4 are changed",
        ),
    ],
)
def test_a_changed_text_says_where_it_differs_and_waits_to_be_asked(
    folder: LibraryFolder, changed: str, said: str
) -> None:
    add(folder)
    before = everything(folder)
    with pytest.raises(BriefgenError) as caught:
        add(folder, changed, WorkDescription())
    assert codes(caught) == ["source-changed"]
    assert said in caught.value.problems[0].message
    assert everything(folder) == before
    assert add(folder, changed, WorkDescription(), replace=True).differing == said
    findings = ProblemList()
    texts = find_source_texts(load_records([folder], findings), [folder], None, {}, findings)
    assert not findings.problems and texts["wells-2024"]


def test_what_editors_wrote_into_a_record_stays_when_its_text_is_replaced(folder: LibraryFolder) -> None:
    add(folder)
    path = folder.path / "seeds/wells-2024.yaml"
    path.write_text(path.read_text() + "quotation: {printed: 0.2}\nnote: from the office\n")
    add(folder, TEXT + "More.\n", WorkDescription(), replace=True)
    record = load_records([folder], ProblemList())["wells-2024"]
    assert (record.quotation.printed, record.note, len(record.paragraphs)) == (0.2, "from the office", 5)


def test_a_text_that_lies_there_without_a_record_is_not_overwritten(folder: LibraryFolder) -> None:
    (folder.path / "seeds/texts").mkdir(parents=True)
    (folder.path / "seeds/texts/wells-2024.txt").write_text("Something else.")
    with pytest.raises(BriefgenError) as caught:
        add(folder)
    assert codes(caught) == ["source-changed"]


def test_a_text_that_lies_in_its_place_is_recorded_there(folder: LibraryFolder) -> None:
    place = folder.path / "seeds/texts/wells-2024.txt"
    place.parent.mkdir(parents=True)
    place.write_text(TEXT)
    add_source(folder, place, "wells-2024", WELLS, [TITLE])
    assert place.read_text() == TEXT
    assert "wells-2024" in load_records([folder], ProblemList())


def test_nothing_is_half_written_when_the_disk_refuses(
    folder: LibraryFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StorageError) as caught:
        add(folder)
    assert codes(caught) == ["file-unwritable"]
    assert list(everything(folder)) == ["campaign.yaml"]


def test_nothing_is_written_through_a_link_that_leads_out(
    folder: LibraryFolder, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (folder.path / "seeds").symlink_to(outside)
    with pytest.raises(BriefgenError) as caught:
        add(folder)
    assert codes(caught) == ["file-outside"]
    assert not list(outside.iterdir())


NUMBERED = "Summary of it all\n" + "".join(f"{number}. The council heard it.\n" for number in range(1, 8))


def numbers(folder: LibraryFolder) -> list[str]:
    record = load_records([folder], ProblemList())["wells-2024"]
    return [paragraph.number for paragraph in record.paragraphs]


def test_the_numbers_that_a_text_prints_at_its_paragraphs_are_recorded(folder: LibraryFolder) -> None:
    assert "numbers its own paragraphs, 1 to 7" in add(folder, NUMBERED).remarks[0]
    assert numbers(folder) == ["", "1", "2", "3", "4", "5", "6", "7"]
    assert not add(folder, NUMBERED, WorkDescription(), numbered=False).remarks
    assert not any(numbers(folder)), "the same text may be recorded again with other options"


def test_a_text_recorded_by_an_earlier_version_gets_its_numbers_when_it_is_added_again(
    folder: LibraryFolder,
) -> None:
    add(folder, NUMBERED, numbered=False)
    add(folder, NUMBERED, WorkDescription())
    assert numbers(folder)[-1] == "7"


def paged(folder: LibraryFolder, *pages: str) -> Path:
    from weasyprint import HTML

    path = folder.path.parent / "wells.pdf"
    numbered = "@page{size:A5;@bottom-center{content:counter(page)}}"
    body = "".join(f"<p style='break-after:page'>{page}</p>" for page in pages)
    HTML(string=f"<style>{numbered}</style>{body}").write_pdf(path)
    return path


def test_the_pages_of_a_pdf_are_recorded_and_kept_when_its_text_is_corrected(folder: LibraryFolder) -> None:
    pages = [
        f"{words} " * 40 + "So it was." for words in ("14 towns were dry.", "212 peple spoke.", "All left.")
    ]
    first = add_source(folder, paged(folder, *pages), "wells-2024", WELLS)
    assert [line.pages for line in first.lines if line.paragraph] == [("1",), ("2",), ("3",)]
    corrected = first.text.read_text().replace("peple", "people")
    again = add_source(folder, text(folder, corrected), "wells-2024", WorkDescription(), replace=True)
    assert [line.pages for line in again.lines if line.paragraph] == [("1",), ("2",), ("3",)]
    assert load_records([folder], ProblemList())["wells-2024"].pages == "1 2 3"


def test_a_folder_without_a_campaign_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        find_campaign_folder(tmp_path)
    assert codes(caught) == ["campaign-missing"]


def test_the_essay_gets_the_record_that_ships_with_briefgen(texts: Path, folder: LibraryFolder) -> None:
    shipped = load_records([LibraryFolder(Path(__file__).parents[3])], ProblemList())["park-2013"]
    entered = add_source(folder, texts / "park-2013.txt", "park-2013", WorkDescription(), shipped.furniture)
    made = load_records([folder], ProblemList())["park-2013"]
    assert (made.sha256, made.paragraphs) == (shipped.sha256, shipped.paragraphs)
    assert "park-2013" not in load_references([folder], ProblemList()) and entered.is_cited
