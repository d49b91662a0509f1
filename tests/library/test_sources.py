"""References, records of texts and the texts themselves are read soundly, and every fault is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefgen.errors import ProblemList
from briefgen.evidence.source_text import SourceText
from briefgen.library.folders import LibraryFolder
from briefgen.library.references import load_references, parse_references
from briefgen.library.sources import (
    find_source_texts,
    format_record,
    front_matter_lines,
    load_records,
    load_rests_on,
    make_record,
)
from briefgen.model.source import FrontMatter, Source

TEXT = "Title\n\nThe first paragraph.\nA “second” one—here.\n\nBiography\n"
FURNITURE = [FrontMatter(lines="1", what="title"), FrontMatter(lines="6", what="biography")]


def references(text: str) -> tuple[dict[str, Source], list[tuple[str, int | None]]]:
    findings = ProblemList()
    found = parse_references(text, "references.json", findings)
    return found, [
        (problem.code, problem.place.line if problem.place else None) for problem in findings.problems
    ]


def test_each_work_knows_its_line_and_loses_its_note() -> None:
    found, problems = references(
        '[\n {"id": "a", "type": "book", "note": "for editors"},\n\n {"id": "b",\n  "type": "book"}\n]\n'
    )
    assert problems == []
    assert {name: reference.place.line for name, reference in found.items()} == {"a": 2, "b": 4}
    assert dict(found["a"].csl) == {"id": "a", "type": "book"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[{"id": "a", "type": "book"},\n{"id": "a", "type": "book"}]', ("reference-repeated", 2)),
        ('[\n{"type": "book"}]', ("reference-id", 2)),
        ('[{"id": "", "type": "book"}]', ("reference-id", 1)),
        ('[{"id": "Smith_2010", "type": "book"}]', ("reference-id", 1)),
        ('["a"]', ("reference-form", 1)),
        ('[{"id": "a", "type": "book", "author": "A. Sample"}]', ("reference-form", 1)),
        ('[{"id": "a", "type": "book", "author": ["A. Sample"]}]', ("reference-form", 1)),
        ('[{"id": "a", "type": "book", "author": [{"family": ["A"]}]}]', ("reference-form", 1)),
        ('[{"id": "a", "type": "book", "author": [{"family": 5}]}]', ("reference-form", 1)),
        ('[{"id": "a", "type": "book", "title": ["A"]}]', ("reference-form", 1)),
        ('[{"id": "a", "type": "book", "volume": true}]', ("reference-form", 1)),
        ('[{"id": "a", "type": "book", "title": null}]', ("reference-form", 1)),
        ('[{"id": "a", "type": "book", "title": "\\ud800"}]', ("reference-form", 1)),
        ('[{"id": "a", "type": "bok"}]', ("reference-type", 1)),
        ('[{"id": "a"}]', ("reference-type", 1)),
        ('[{"id": "a", "type": "book", "title": "A <font>b</font>"}]', ("reference-markup", 1)),
        ('[{"id": "a", "type": "book", "title": "A &amp; b"}]', ("reference-markup", 1)),
        ('[{"id": "a", "type": "book", "author": [{"literal": "<script>"}]}]', ("reference-markup", 1)),
        ('[{"id": "a", "type": "book", "issued": "2012"}]', ("reference-date", 1)),
        ('[{"id": "a", "type": "book", "issued": {"date-parts": [[2012, 13, 40]]}}]', ("reference-date", 1)),
        ('[{"id": "a", "type": "book", "issued": {}}]', ("reference-date", 1)),
        ('[{"id": "a", "id": "b"}]', ("json-syntax", 1)),
        ('[{"id": "a", "type": "book", "volume": NaN}]', ("json-syntax", 1)),
        ('[\n{"id": "a",\n "type" "book"}]', ("json-syntax", 3)),
        ('[{"id": "a", "type": "book"}\n{"id": "b"}]', ("json-syntax", 2)),
        ('[{"id": "a", "type": "book"}', ("json-syntax", 1)),
        ('[{"id": "a", "type": "book"}] more', ("json-syntax", 1)),
        ('{"id": "a"}', ("json-syntax", 1)),
        ("", ("json-syntax", 1)),
        ("[" * 100_000, ("json-syntax", 1)),
        ('[{"id": ' + "[" * 100_000, ("json-syntax", 1)),
        ('[{"id": "a", "volume": ' + "9" * 5_000 + "}]", ("json-syntax", 1)),
    ],
)
def test_each_fault_of_references_has_its_code_and_line(text: str, problem: tuple[str, int]) -> None:
    assert problem in references(text)[1]


@pytest.mark.parametrize(
    "fields",
    [
        '"title": "On <i>Canis</i> and H<sub>2</sub>O"',
        '"title": "A <span class=\\"nocase\\">name</span>"',
        '"title": "3 < 5 and AT&T"',
        '"issued": {"date-parts": [[2012, 7], [2012, 8]]}',
        '"issued": {"date-parts": [["2012", "7"]]}',
        '"issued": {"literal": "n.d."}',
        '"note": "<b>for editors</b>"',
    ],
)
def test_what_csl_knows_is_not_complained_of(fields: str) -> None:
    assert references(f'[{{"id": "a", "type": "book", {fields}}}]')[1] == []


@given(st.text(alphabet='[]{}",: \n\\0a', max_size=60))
def test_any_text_is_read_as_references_without_fault(text: str) -> None:
    found, problems = references(text)
    assert found == {}  # no key can be written in these characters
    assert problems or json.loads(text) == []


def seeds(root: Path, **files: str) -> LibraryFolder:
    (root / "seeds").mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (root / "seeds" / name.replace("__", ".").replace("_", "-")).write_text(text, encoding="utf-8")
    return LibraryFolder(root, root.name)


def test_a_campaign_s_references_come_before_the_built_in_ones(tmp_path: Path) -> None:
    own = seeds(tmp_path / "own", references__json='[{"id": "a", "type": "book", "title": "Own"}]')
    other = seeds(
        tmp_path / "other", references__json='[{"id": "a", "type": "book"}, {"id": "b", "type": "book"}]'
    )
    findings = ProblemList()
    found = load_references([own, other], findings)
    assert findings.problems == []
    assert found["a"].csl["title"] == "Own"
    assert str(found["b"].place) == "other/seeds/references.json:1:31"


def recorded(tmp_path: Path) -> tuple[LibraryFolder, ProblemList]:
    record = make_record("doe-2012", TEXT.encode(), FURNITURE)
    return seeds(tmp_path / "lib", doe_2012__yaml=format_record(record)), ProblemList()


def test_a_record_keeps_hashes_and_word_counts_and_no_words(tmp_path: Path) -> None:
    folder, findings = recorded(tmp_path)
    written = (folder.path / "seeds" / "doe-2012.yaml").read_text(encoding="utf-8")
    assert "paragraph" in written and "second" not in written
    record = load_records([folder], findings)["doe-2012"]
    assert findings.problems == []
    assert [paragraph.words for paragraph in record.paragraphs] == [3, 4]
    assert record.quotation.printed == 0.10
    assert front_matter_lines(record.furniture) == {1, 6}


def test_the_text_at_hand_is_read_without_its_furniture(tmp_path: Path) -> None:
    folder, findings = recorded(tmp_path)
    (tmp_path / "doe-2012.txt").write_text(TEXT, encoding="utf-8")
    records = load_records([folder], findings)
    texts = find_source_texts(records, [folder], tmp_path, {}, findings)
    assert findings.problems == []
    assert [paragraph.text for paragraph in texts["doe-2012"].paragraphs] == [
        "The first paragraph.",
        "A “second” one—here.",
    ]


def test_the_folder_of_texts_may_call_a_text_otherwise(tmp_path: Path) -> None:
    folder, findings = recorded(tmp_path)
    path = folder.path / "seeds/doe-2012.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "file: doe-opening\n", encoding="utf-8")
    (tmp_path / "doe-opening.txt").write_text(TEXT, encoding="utf-8")
    assert set(find_source_texts(load_records([folder], findings), [folder], tmp_path, {}, findings)) == {
        "doe-2012"
    }
    assert findings.problems == []
    (tmp_path / "doe-opening.txt").write_text(TEXT.replace("first", "last"), encoding="utf-8")
    assert find_source_texts(load_records([folder], findings), [folder], tmp_path, {}, findings) == {}
    assert [problem.code for problem in findings.problems] == ["text-changed"]


@pytest.mark.parametrize("name", ["../doe", "seeds/doe", "Doe", "doe.txt"])
def test_the_name_of_a_text_leads_to_no_other_folder(tmp_path: Path, name: str) -> None:
    folder, findings = recorded(tmp_path)
    path = folder.path / "seeds/doe-2012.yaml"
    path.write_text(path.read_text(encoding="utf-8") + f"file: {name}\n", encoding="utf-8")
    assert load_records([folder], findings) == {}
    assert [problem.code for problem in findings.problems] == ["wrong-type"]


def look(tmp_path: Path, content: str) -> tuple[dict[str, SourceText], ProblemList]:
    folder, findings = recorded(tmp_path)
    given = tmp_path / "given.txt"
    given.write_bytes(content.encode())
    records = load_records([folder], findings)
    return find_source_texts(records, [folder], None, {"doe-2012": given}, findings), findings


def test_a_text_that_differs_is_not_used_and_the_paragraphs_are_named(tmp_path: Path) -> None:
    texts, findings = look(tmp_path, TEXT.replace("second", "third").replace("Biography", "Bio"))
    (problem,) = findings.problems
    assert texts == {}
    assert (problem.code, problem.severity) == ("text-changed", "error")
    assert "in paragraph 2" in problem.message


def test_a_missing_paragraph_is_told(tmp_path: Path) -> None:
    _, findings = look(tmp_path, TEXT.replace("A “second” one—here.\n", "\n"))
    assert "the number of paragraphs (1 instead of 2)" in findings.problems[0].message


def test_a_text_that_differs_in_look_only_is_used_with_a_warning(tmp_path: Path) -> None:
    texts, findings = look(tmp_path, TEXT.replace("“second”", '"second"').replace("\n", "\r\n"))
    (problem,) = findings.problems
    assert set(texts) == {"doe-2012"}
    assert (problem.code, problem.severity) == ("text-changed", "warning")


def test_a_text_of_an_unknown_source_or_a_missing_file_is_told(tmp_path: Path) -> None:
    folder, findings = recorded(tmp_path)
    records = load_records([folder], findings)
    given = {"dow-2012": tmp_path / "x.txt", "doe-2012": tmp_path / "none.txt"}
    assert find_source_texts(records, [folder], None, given, findings) == {}
    assert [problem.code for problem in findings.problems] == ["text-unknown", "file-unreadable"]
    assert findings.problems[0].hint and "doe-2012" in findings.problems[0].hint


def test_records_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    good = format_record(make_record("doe-2012", TEXT.encode()))
    folder = seeds(
        tmp_path / "lib",
        a__yaml=good,
        b__yaml=good,
        c__yaml=good.replace("doe-2012", "c").replace(
            "paragraphs:", "furniture: [{lines: x, what: y}]\nparagraphs:"
        ),
        d__yaml="source: d\n",
    )
    findings = ProblemList()
    assert set(load_records([folder], findings)) == {"doe-2012"}
    assert sorted(problem.code for problem in findings.problems) == [
        "missing-key",
        "missing-key",
        "record-furniture",
        "record-repeated",
    ]


def test_what_rests_on_what_is_a_list_of_its_own(tmp_path: Path) -> None:
    good = "- {source: b, on: [a], why: its notes cite it}\n- {source: c, on: [], why: x}\n- {source: d}\n"
    findings = ProblemList()
    found = load_rests_on([seeds(tmp_path / "lib", rests_on__yaml=good)], findings)
    assert found["b"].on == ["a"]
    assert str(found["b"].locate("on")) == "lib/seeds/rests-on.yaml:1:15"
    assert {problem.code for problem in findings.problems} == {"wrong-type", "missing-key"}
    assert load_records([LibraryFolder(tmp_path / "lib")], ProblemList()) == {}, "it is no record of a text"
    broken = ProblemList()
    load_rests_on([seeds(tmp_path / "bad", rests_on__yaml="source: b\n")], broken)
    assert [problem.code for problem in broken.problems] == ["wrong-type"]
