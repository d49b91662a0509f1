"""Two finished files are held against each other, whatever they are, and each difference is told."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import docx
import pikepdf
import pytest
from docx_samples import LETTER, document
from material import ROOT

from briefgen.errors import BriefgenError
from briefgen.inspect.compare import FileComparison, compare_files
from briefgen.render.docx.renderer import DocxRenderer
from briefgen.render.pdf.renderer import PdfRenderer

WRITTEN = document(LETTER)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("made")
    renderer = PdfRenderer((ROOT / "templates" / "css",))
    made = {
        "letter.pdf": renderer.render(WRITTEN).data,
        "letter.docx": DocxRenderer().render(WRITTEN).data,
        "other.pdf": renderer.render(replace(WRITTEN, title="Another")).data,
        "other.docx": DocxRenderer().render(replace(WRITTEN, record={"schema": 1})).data,
    }
    for name, data in made.items():
        (folder / name).write_bytes(data)
    return {name: folder / name for name in made}


def told(compared: FileComparison) -> list[str]:
    assert {problem.code for problem in compared.problems} <= {"renderings-differ"}
    assert all(str(problem.place) == compared.file for problem in compared.problems)
    return [problem.message for problem in compared.problems]


@pytest.mark.parametrize(("one", "other"), [("letter.pdf", "letter.docx"), ("letter.docx", "letter.pdf")])
def test_pdf_and_docx_of_one_letter_say_the_same(files: dict[str, Path], one: str, other: str) -> None:
    compared = compare_files(files[one], files[other])
    assert told(compared) == []
    assert compared.compared == "text, notes, headings, lists, tables, pictures and links"


def test_a_pdf_that_has_lost_its_tags_is_compared_in_words_and_notes(
    files: dict[str, Path], tmp_path: Path
) -> None:
    path = tmp_path / "untagged.pdf"
    with pikepdf.open(files["letter.pdf"]) as pdf:
        del pdf.Root.StructTreeRoot
        pdf.save(path)
    compared = compare_files(path, files["letter.docx"])
    assert told(compared) == []
    assert compared.compared == "text and notes (one file has no tags)"


def test_two_word_files_are_compared_in_headings_lists_and_pictures_too(
    files: dict[str, Path], tmp_path: Path
) -> None:
    edited = docx.Document(str(files["letter.docx"]))
    paragraph = next(each for each in edited.paragraphs if each.text.startswith("A point with a note"))
    paragraph.style = "heading 2"
    path = tmp_path / "edited.docx"
    edited.save(str(path))
    compared = compare_files(files["letter.docx"], path)
    assert "headings" in compared.compared
    assert "headings: 1 vs. 2" in told(compared)


def test_a_changed_word_is_told_with_what_stands_before_it(files: dict[str, Path], tmp_path: Path) -> None:
    edited = docx.Document(str(files["letter.docx"]))
    run = next(run for each in edited.paragraphs for run in each.runs if "A statement." in run.text)
    run.text = run.text.replace("statement", "rumour")
    stream = io.BytesIO()
    edited.save(stream)
    path = tmp_path / "edited.docx"
    path.write_bytes(stream.getvalue())
    (difference,) = told(compare_files(files["letter.pdf"], path))
    assert difference.endswith("'statement.' vs. 'rumour.'")


def test_titles_and_records_are_compared(files: dict[str, Path]) -> None:
    assert told(compare_files(files["letter.pdf"], files["other.pdf"])) == [
        "title: 'Letter to The Honorable Jane Q. Sample' vs. 'Another'"
    ]
    assert told(compare_files(files["letter.pdf"], files["other.docx"])) == ["the evidence records differ"]


def test_what_is_neither_pdf_nor_docx_is_refused(files: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Senator")
    with pytest.raises(BriefgenError) as caught:
        compare_files(files["letter.pdf"], path)
    assert caught.value.problems[0].code == "file-kind"
