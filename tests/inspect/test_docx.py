"""A DOCX from anywhere is read back, or refused with the reason; nothing outside the file is touched."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import pytest
from docx_samples import BRIEFING, LETTER, RECORD, changed, document, part
from html_reader import read_html
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from briefgen.errors import BriefgenError, StorageError
from briefgen.inspect import docx as inspect_docx
from briefgen.inspect.compare import find_differences
from briefgen.inspect.docx import ListNumbering, read_docx
from briefgen.inspect.tokens import DocumentToken
from briefgen.render.docx import base_document as reference
from briefgen.render.docx.renderer import DocxRenderer

DATA = DocxRenderer().render(document(LETTER)).data
_DOCUMENT = "word/document.xml"


def refused(data: bytes) -> str:
    with pytest.raises(BriefgenError) as caught:
        read_docx(data)
    return str(caught.value)


def zipped(**members: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in members.items():
            package.writestr(name.replace("__", "/"), content)
    return stream.getvalue()


@pytest.mark.parametrize(("html", "kind"), [(LETTER, "letter"), (BRIEFING, "briefing")])
def test_what_was_written_is_read(html: str, kind: str) -> None:
    assert (
        find_differences(read_html(html), read_docx(DocxRenderer().render(document(html, kind)).data)) == []
    )


def test_properties_and_evidence_record_are_read() -> None:
    read = read_docx(DATA)
    assert (read.title, read.author) == ("Letter to The Honorable Jane Q. Sample", "Sample Society & Friends")
    assert read.language == "en-US"
    assert read.record == RECORD


def test_writer_and_reader_agree_on_where_the_record_is() -> None:
    assert inspect_docx.RECORD_NAMESPACE == reference.RECORD_NAMESPACE


def test_the_record_survives_a_save_by_another_program() -> None:
    stream = io.BytesIO()
    docx.Document(io.BytesIO(DATA)).save(stream)
    assert read_docx(stream.getvalue()).record == RECORD


def test_a_file_of_another_program_has_no_record() -> None:
    stream = io.BytesIO()
    other = docx.Document()
    other.add_heading("Heading", 2)
    other.add_paragraph("Text", style="List Number")
    other.save(stream)
    read = read_docx(stream.getvalue())
    assert read.record is None
    assert read.tokens == (
        DocumentToken("heading", "Heading", 2),
        DocumentToken("marker", "1.", 1),
        DocumentToken("text", "Text"),
    )


def test_deleted_text_and_field_codes_are_not_read() -> None:
    inserted = '<w:ins w:id="90" w:author="x"><w:r><w:t>new </w:t></w:r></w:ins>'
    gone = '<w:r><w:footnoteReference w:id="1"/></w:r><w:r><w:delText>old </w:delText></w:r>'
    deleted = f'<w:del w:id="91" w:author="x">{gone}</w:del>'
    code = "<w:r><w:instrText>CODE</w:instrText></w:r>"
    data = changed(DATA, _DOCUMENT, lambda text: text.replace("<w:r>", f"{inserted}{deleted}{code}<w:r>", 1))
    assert read_docx(data).text.startswith("new Sample Society\n")
    assert len(read_docx(data).notes) == len(read_docx(DATA).notes)


def test_list_numbers_are_counted_as_word_counts_them() -> None:
    """Deeper levels begin anew under each item; a number shows the levels that it names."""
    forms = (("decimal", "%1."), ("lowerLetter", "%1%2)"), ("upperRoman", "%3"))
    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
        for level, (form, text) in enumerate(forms)
    )
    numbering = ListNumbering(
        etree.fromstring(
            '<w:numbering xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
            f'<w:abstractNum w:abstractNumId="5">{levels}</w:abstractNum>'
            '<w:num w:numId="2"><w:abstractNumId w:val="5"/></w:num></w:numbering>'
        )
    )
    shown = [numbering.next("2", level) for level in (0, 1, 1, 2, 2, 2, 2, 0, 1)]
    assert shown == ["1.", "1a)", "1b)", "I", "II", "III", "IV", "2.", "2a)"]
    assert (numbering.next("9", 0), numbering.next("2", 8)) == ("", "")


def test_a_path_is_read(tmp_path: Path) -> None:
    path = tmp_path / "letter.docx"
    path.write_bytes(DATA)
    assert read_docx(path) == read_docx(DATA)
    with pytest.raises(StorageError, match="cannot be read"):
        read_docx(tmp_path / "none.docx")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not a complete zip archive"),
        (b"%PDF-1.7", "not a complete zip archive"),
        (DATA[: len(DATA) // 2], "not a complete zip archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "encrypted"),
        (zipped(a="b"), "no main document"),
    ],
)
def test_what_is_no_docx_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    message = refused(data)
    assert reason in message
    assert "docx-unreadable" in message


def test_a_part_that_is_no_xml_is_named() -> None:
    assert f"{_DOCUMENT} is not well-formed" in refused(changed(DATA, _DOCUMENT, lambda text: text[:-20]))


def test_entities_are_refused_and_nothing_outside_is_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    declaration = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'
    data = changed(DATA, _DOCUMENT, lambda text: text.replace("<w:document", f"{declaration}<w:document", 1))
    assert "document type" in refused(data)


def test_a_part_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspect_docx, "MAX_PART_BYTES", 2000)
    assert "unpacks to more than 2000 bytes" in refused(DATA)


def test_deep_nesting_is_refused() -> None:
    deep = "<w:sdt><w:sdtContent>" * 600 + "</w:sdtContent></w:sdt>" * 600
    assert "docx-unreadable" in refused(
        changed(DATA, _DOCUMENT, lambda text: text.replace("<w:body>", f"<w:body>{deep}"))
    )


def test_a_damaged_record_is_said() -> None:
    data = changed(DATA, "customXml/item1.xml", lambda text: text.replace("{", "[", 1))
    assert "record-broken" in refused(data)


def test_styles_that_are_based_on_each_other_do_not_hang() -> None:
    looped = '<w:basedOn w:val="BodyText"/>'
    data = changed(
        DATA,
        "word/styles.xml",
        lambda text: text.replace('<w:name w:val="Body Text"/>', f'<w:name w:val="Body Text"/>{looped}'),
    )
    assert read_docx(data).text == read_docx(DATA).text


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(DATA) - 1), st.binary(min_size=1, max_size=6))
def test_a_file_with_damaged_bytes_is_read_or_refused(where: int, noise: bytes) -> None:
    data = DATA[:where] + noise + DATA[where + len(noise) :]
    try:
        read_docx(data)
    except BriefgenError as error:
        assert error.problems[0].code in {"docx-unreadable", "record-broken"}


_PARTS = [_DOCUMENT, "word/footnotes.xml", "word/numbering.xml", "word/styles.xml", "docProps/core.xml"]


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(st.sampled_from(_PARTS), st.data())
def test_a_part_with_damaged_values_is_read_or_refused(name: str, choices: st.DataObject) -> None:
    """Every attribute may hold nonsense: no level, count or id is trusted."""
    values = part(DATA, name).split('="')
    index = choices.draw(st.integers(1, len(values) - 1))
    nonsense = choices.draw(st.sampled_from(["", "-1", "99999999999", "x", "²", "1.5"]))
    values[index] = nonsense + values[index][values[index].index('"') :]
    damaged = '="'.join(values)
    if damaged == part(DATA, name):
        return
    try:
        read_docx(changed(DATA, name, lambda _: damaged))
    except BriefgenError as error:
        assert error.problems[0].code in {"docx-unreadable", "record-broken"}
