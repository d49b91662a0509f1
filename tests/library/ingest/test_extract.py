"""Files of five kinds become one line for each paragraph; files that are none are refused with one reason."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefgen.errors import BriefgenError
from briefgen.evidence.normalize import normalize_text
from briefgen.library.ingest import extract as adding
from briefgen.library.ingest import pandoc_blocks, pdf_lines
from briefgen.library.ingest.blocks import TextBlock
from briefgen.library.ingest.extract import detect_wrap_width, extract_text, join_wrapped_lines

FIRST = "In 2023 the monitors visited 14 towns and spoke with 212 people."
SECOND = "They estimated that about a third of the wells were dry."


def blocks(path: Path) -> list[tuple[str, str]]:
    return [(block.text, block.kind) for block in extract_text(path, path.name).blocks if block.text]


def refused(path: Path) -> str:
    """The code of the one problem that a file has."""
    with pytest.raises(BriefgenError) as caught:
        extract_text(path, path.name)
    (problem,) = caught.value.problems
    assert problem.place is not None and problem.place.file == path.name
    assert problem.hint or problem.code.startswith("file-")
    return problem.code


def docx(path: Path) -> Path:
    import docx as word

    document = word.Document()
    document.add_heading("Wells of the north", 0)
    document.add_heading("What was seen", 1)
    document.add_paragraph(FIRST)
    document.add_paragraph(SECOND, style="List Bullet")
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Wells", "31"
    document.save(str(path))
    return path


def pdf(path: Path, body: str) -> Path:
    from weasyprint import HTML

    HTML(string=body).write_pdf(path)
    return path


# -- the five kinds


def test_a_text_with_one_paragraph_a_line_is_kept_byte_by_byte(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(f"\ufeffTitle\r\n\r\n{FIRST * 2}\r\n{SECOND}".encode())
    extracted = extract_text(path, "a.txt")
    assert extracted.raw == path.read_bytes()
    assert [block.text for block in extracted.blocks] == ["Title", "", FIRST * 2, SECOND]


def test_a_text_with_wrapped_lines_is_joined_and_said_to_be(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(
        "In the year 2023 the monitors of the commission visited\n"
        "fourteen towns along the river and spoke with people who\n"
        "had left their homes in the years before the drought.\n\n"
        "They estimated that about a third of the wells in those\n"
        "towns were dry, and that more would follow.\n"
    )
    extracted = extract_text(path, "a.txt")
    assert [len(block.text.split()) for block in extracted.blocks] == [30, 19]
    assert extracted.raw is None
    assert "joined" in extracted.remarks[0]


def test_markdown_keeps_its_words_and_loses_its_marks(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(
        f"---\ntitle: Wells\n---\n# What was *seen*\n\n{FIRST}[^1]\n\n> {SECOND}\n\n[^1]: Said so.\n"
    )
    assert blocks(path) == [
        ("Wells", "title"),
        ("What was seen", "heading"),
        (FIRST, ""),
        (SECOND, ""),
        ("Said so.", "footnote"),
    ]


def test_amounts_of_dollars_in_markdown_are_no_formula(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text('It cost $20,000 and then $30 -- not "less".')
    assert blocks(path) == [('It cost $20,000 and then $30 -- not "less".', "")]


def test_html_gives_its_main_part_without_scripts(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text(
        f"<html><head><title>x</title><script>alert(1)</script></head><body><nav><a href=/>Home</a></nav>"
        f"<main><h1>Wells</h1><p>{FIRST}<br>Ends.</p><ul><li>{SECOND}</li></ul></main></body></html>"
    )
    assert blocks(path) == [("Wells", "heading"), (f"{FIRST} Ends.", ""), (SECOND, "")]


def test_a_word_document_gives_title_headings_lists_and_rows(tmp_path: Path) -> None:
    assert blocks(docx(tmp_path / "a.docx")) == [
        ("Wells of the north", "title"),
        ("What was seen", "heading"),
        (FIRST, ""),
        (SECOND, ""),
        ("Wells | 31", ""),
    ]


def test_a_pdf_gives_its_paragraphs(tmp_path: Path) -> None:
    path = pdf(tmp_path / "a.pdf", f"<h1>Wells</h1><p>{FIRST * 3}</p><p>{SECOND * 3}</p>")
    assert blocks(path) == [("Wells", "heading"), (FIRST * 3, ""), (SECOND * 3, "")]


def test_pages_of_a_pdf_without_text_are_named(tmp_path: Path) -> None:
    path = pdf(tmp_path / "a.pdf", f"<p>{FIRST}</p><p style='break-before:page'></p>")
    assert extract_text(path, "a.pdf").remarks == (
        "No text was found on page 2: pictures, which ocrmypdf can read, or empty.",
    )


def test_ligatures_and_invisible_characters_become_plain_letters(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text("<p>The \ufb01rst of\ufb01ce, co\u00adoperation\u202e</p>")
    assert blocks(path) == [("The first office, cooperation", "")]


# -- what is refused


def encrypted_pdf(path: Path) -> None:
    import pikepdf

    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(path, encryption=pikepdf.Encryption(owner="o", user="u"))


def scanned_pdf(path: Path) -> None:
    import pikepdf

    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(path)


def zip_of(path: Path, parts: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def broken_docx(path: Path) -> None:
    docx(path)
    path.write_bytes(path.read_bytes()[:-400])


def damaged_docx(path: Path) -> None:
    docx(path)
    data = bytearray(path.read_bytes())
    data[200:900] = bytes(700)
    path.write_bytes(data)


def deep_html(path: Path) -> None:
    path.write_text("<div>" * 30_000 + "words" + "</div>" * 30_000)


BAD: list[tuple[str, str, str | bytes | Callable[[Path], None]]] = [
    ("empty.txt", "source-empty", b""),
    ("blank.txt", "source-empty", b" \n\n"),
    ("wordless.md", "source-empty", "![](x.png)\n\n---\n"),
    ("latin.txt", "file-encoding", "caf\xe9".encode("latin-1")),
    ("latin.html", "file-encoding", "<p>caf\xe9".encode("latin-1")),
    ("wide.txt", "file-encoding", "words".encode("utf-16")),
    ("binary.txt", "source-kind", b"\x7fELF\x00\x01"),
    ("old.doc", "source-kind", b"\xd0\xcf\x11\xe0"),
    ("old.docx", "source-kind", b"\xd0\xcf\x11\xe0" + bytes(600)),
    ("really.txt", "source-kind", b"%PDF-1.7 words"),
    ("really.pdf", "source-kind", b"PK\x03\x04words"),
    ("words.pdf", "source-kind", b"words"),
    ("words.docx", "source-kind", b"words"),
    ("noending", "source-kind", b"words"),
    ("broken.pdf", "source-unreadable", b"%PDF-1.7\nbroken"),
    ("encrypted.pdf", "pdf-encrypted", encrypted_pdf),
    ("scanned.pdf", "pdf-without-text", scanned_pdf),
    ("broken.docx", "source-unreadable", broken_docx),
    ("damaged.docx", "source-unreadable", damaged_docx),
    ("table.docx", "source-kind", lambda path: zip_of(path, {"xl/workbook.txt": b"words"})),
    ("part.docx", "source-unreadable", lambda path: zip_of(path, {"word/document.xml": b"<x"})),
    ("deep.html", "source-unreadable", deep_html),
]


@pytest.mark.parametrize(("name", "code", "content"), BAD, ids=[name for name, _, _ in BAD])
def test_a_bad_file_is_refused_with_one_reason(
    tmp_path: Path, name: str, code: str, content: str | bytes | Callable[[Path], None]
) -> None:
    path = tmp_path / name
    if callable(content):
        content(path)
    else:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert refused(path) == code


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.txt").mkdir()
    assert refused(tmp_path / "none.txt") == "file-unreadable"
    assert refused(tmp_path / "folder.txt") == "file-irregular"


def test_a_zip_bomb_is_refused_before_it_is_unpacked_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adding, "MAX_UNPACKED_BYTES", 3_000_000)
    path = tmp_path / "bomb.docx"
    zip_of(path, {"word/document.xml": bytes(8_000_000)})
    assert path.stat().st_size < 20_000
    assert refused(path) == "source-bomb"


def test_a_zip_that_lies_about_its_size_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adding, "MAX_UNPACKED_BYTES", 3_000_000)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", bytes(8_000_000))
    lying = made.getvalue().replace((8_000_000).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    path = tmp_path / "lie.docx"
    path.write_bytes(lying)
    assert refused(path) in ("source-bomb", "source-unreadable")


def test_huge_files_and_texts_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_text("words " * 1000)
    monkeypatch.setattr(adding, "MAX_TEXT_BYTES", 1000)
    assert refused(path) == "file-too-large"
    monkeypatch.setattr(adding, "MAX_FILE_BYTES", 100)
    assert refused(path) == "file-too-large"


def test_what_takes_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pandoc_blocks, "TIMEOUT_S", 0.001)
    monkeypatch.setattr(pdf_lines, "TIMEOUT_S", 0.001)
    page = tmp_path / "a.html"
    page.write_text("<p>words</p>" * 1000)
    assert refused(page) == "source-unreadable"
    assert refused(pdf(tmp_path / "a.pdf", "words")) == "source-unreadable"


def test_a_text_whose_letters_have_no_meaning_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("\ue001\ue002\ue003 a " * 20)
    assert refused(path) == "source-garbled"


def test_pandoc_reads_no_other_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("secret.html").write_text("<p>the secret words</p>")
    Path("a.html").write_text('<p>Words.</p><iframe src="secret.html"></iframe><img src="secret.html">')
    assert blocks(Path("a.html")) == [("Words.", "")]


# -- lines of text

words = st.text(alphabet="abcdefghij", min_size=3, max_size=9)
paragraphs = st.lists(st.lists(words, min_size=80, max_size=120).map(" ".join), min_size=2, max_size=6)


@pytest.mark.slow
@given(paragraphs, st.integers(min_value=45, max_value=100))
def test_a_text_wrapped_at_any_width_comes_back_whole(texts: list[str], width: int) -> None:
    import textwrap

    lines = "\n\n".join(textwrap.fill(text, width) for text in texts).split("\n")
    assert detect_wrap_width(lines) is not None
    assert join_wrapped_lines(lines) == texts


@given(st.lists(st.text(alphabet="ab. ", max_size=300), max_size=8))
def test_joining_lines_loses_no_word(lines: list[str]) -> None:
    assert " ".join(join_wrapped_lines(lines)).split() == " ".join(lines).split()


@given(st.text(max_size=200))
def test_a_block_is_one_line_and_says_the_same(text: str) -> None:
    from briefgen.library.ingest.blocks import to_one_line

    line = to_one_line(text)
    assert "\n" not in line and line == line.strip()
    assert to_one_line(line) == line
    assert normalize_text(TextBlock(line).text).text == normalize_text(to_one_line(line)).text


def test_poems_and_addresses_are_not_joined() -> None:
    lines = ["Office of the High Commissioner", "Palais des Nations", "8-14 Avenue de la Paix", "Geneva"] * 3
    assert detect_wrap_width(lines) is None
