"""Drafts of every kind are read whole, or it is said what was not read."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pikepdf
import pytest
from draft_samples import (
    add_xml,
    full_document,
    mail,
    odt_file,
    pdf_file,
    pdf_line,
    shaded_white_text,
    word_file,
)

from briefgen.audit.audit import Auditor
from briefgen.audit.draft import Draft
from briefgen.audit.readers.registry import DRAFT_READERS, read_draft, read_draft_bytes
from briefgen.errors import BriefgenError, UsageError

LOREM = "This is a sample line that says nothing about anybody and"


def read(data: bytes | str, reader: str) -> Draft:
    return read_draft_bytes(data.encode() if isinstance(data, str) else data, reader, "draft")


def kinds(draft: Draft) -> dict[str, str]:
    return {block.text.strip(): block.kind for block in draft.blocks}


def codes(draft: Draft) -> list[str]:
    return [problem.code for problem in (*draft.left_out, *draft.suspicions)]


def said(draft: Draft) -> str:
    return "\n".join(problem.message for problem in (*draft.left_out, *draft.suspicions))


def refused(data: bytes | str, reader: str) -> str:
    with pytest.raises(BriefgenError) as caught:
        read(data, reader)
    return caught.value.problems[0].code


# Word


@pytest.fixture(scope="module")
def word() -> Draft:
    return read(word_file(full_document), "docx")


def test_word_files_are_read_whole(word: Draft) -> None:
    assert kinds(word) == {
        "A head": "header",
        "A sample": "heading",
        "The vote was 353 to 37.": "paragraph",
        "It was indeed": "paragraph",
        "Year": "table-cell",
        "2014": "table-cell",
        "Beside it.": "paragraph",
        "In a box.": "text-box",
        "An item": "list-item",
        "Quoted words": "quotation",
        "A foot": "footer",
    }


def test_what_a_word_file_has_beside_its_text_is_named(word: Draft) -> None:
    assert "1 comment in the margin" in said(word)
    assert "1 tracked deletion: “never”" in said(word)
    assert [p.message for p in word.suspicions] == [
        "text that nobody sees was left out, in the colour of its background: “not”",
        "text that nobody sees was left out, smaller than 4 points: “tiny”",
        "text that nobody sees was left out, formatted as hidden: “vanished”",
    ]


def test_white_text_on_a_dark_ground_is_text() -> None:
    draft = read(word_file(shaded_white_text), "docx")
    assert set(kinds(draft)) == {"White on blue", "White on black"}
    assert not draft.suspicions


@pytest.mark.parametrize(
    ("fill", "seen"), [("", False), ('fillcolor="#1F3A5F"', True), ('filled="f"', False)]
)
def test_white_text_in_a_box_is_seen_if_the_box_is_dark(fill: str, seen: bool) -> None:
    def add_box(document: Any) -> None:
        add_xml(
            document.add_paragraph("Beside it."),
            f'<w:r><w:pict><v:shape id="s" {fill}><v:textbox><w:txbxContent><w:p><w:r><w:rPr>'
            '<w:color w:val="FFFFFF"/></w:rPr><w:t>In a box.</w:t></w:r></w:p></w:txbxContent></v:textbox>'
            "</v:shape></w:pict></w:r>",
        )

    draft = read(word_file(add_box), "docx")
    assert ("In a box." in kinds(draft)) is seen
    assert codes(draft) == ([] if seen else ["draft-hidden-text"])


def test_alternatives_are_read_once() -> None:
    box = "<w:txbxContent><w:p><w:r><w:t>In a box.</w:t></w:r></w:p></w:txbxContent>"
    names = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    inline = "<mc:Choice Requires='x'/><mc:Fallback><w:r><w:t> or that</w:t></w:r></mc:Fallback>"
    both = f"<mc:Choice Requires='x'>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"

    def add_both(document: Any) -> None:
        head = f"<w:sdt {names}><w:sdtContent><w:r><w:t>is this</w:t></w:r>"
        end = f"<mc:AlternateContent>{inline}</mc:AlternateContent></w:sdtContent></w:sdt>"
        add_xml(document.add_paragraph("Beside it "), head + end)
        second = f"<w:r {names}><mc:AlternateContent>{both}</mc:AlternateContent></w:r>"
        add_xml(document.add_paragraph("A box"), second)

    texts = [block.text for block in read(word_file(add_both), "docx").blocks]
    assert texts == ["Beside it is this", "A box", "In a box."]


def test_damaged_and_disguised_word_files_are_refused() -> None:
    data = word_file(full_document)
    assert refused(data[: len(data) // 2], "docx") == "draft-unreadable"
    entity = data_with_part(data, "word/document.xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>")
    assert refused(entity, "docx") == "draft-unreadable"
    deep = b"<w:document xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'>"
    deep += b"<w:sdt>" * 5_000 + b"</w:sdt>" * 5_000 + b"</w:document>"
    assert refused(data_with_part(data, "word/document.xml", deep), "docx") == "draft-unreadable"


def test_a_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("briefgen.inspect.docx.MAX_PART_BYTES", 100_000)
    data = data_with_part(word_file(full_document), "word/document.xml", b" " * 200_000)
    assert refused(data, "docx") == "draft-unreadable"


def data_with_part(data: bytes, name: str, content: bytes) -> bytes:
    out = BytesIO()
    with ZipFile(BytesIO(data)) as source, ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for member in source.namelist():
            archive.writestr(member, content if member == name else source.read(member))
    return out.getvalue()


# OpenDocument

ODT = odt_file(
    "<text:tracked-changes><text:changed-region><text:deletion><text:p>never</text:p></text:deletion>"
    "</text:changed-region></text:tracked-changes>"
    '<text:h text:outline-level="2">A sample</text:h>'
    "<text:p>The vote<text:s/>was 353<text:note text:note-class='footnote'><text:note-citation>1</text:note-citation>"
    "<text:note-body><text:p>A note.</text:p></text:note-body></text:note> to 37."
    "<text:span text:style-name='T1'> unseen</text:span><office:annotation><text:p>a remark</text:p></office:annotation>"
    "</text:p><text:list><text:list-item><text:p>An item</text:p></text:list-item></text:list>"
    "<table:table><table:table-row><table:table-cell><text:p>2014</text:p></table:table-cell></table:table-row>"
    "</table:table><text:p>\n  Spaces\n  count once<text:line-break/>here</text:p>"
    "<text:p>Aside<draw:frame><draw:text-box><text:p>In a box</text:p></draw:text-box></draw:frame></text:p>",
    styles='<style:style style:name="T1"><style:text-properties fo:color="#fefefe"/></style:style>',
)


def test_opendocument_is_read_whole() -> None:
    draft = read(ODT, "odt")
    assert kinds(draft) == {
        "A sample": "heading",
        "The vote was 353 to 37.": "paragraph",
        "An item": "list-item",
        "2014": "table-cell",
        "Spaces count once\nhere": "paragraph",
        "Aside": "paragraph",
        "In a box": "text-box",
        "A note.": "note",
    }
    assert [(mark.offset, mark.note) for block in draft.blocks for mark in block.marks] == [
        (16, "footnote-1")
    ]
    assert "1 comment in the margin" in said(draft)
    assert "1 tracked deletion: “never”" in said(draft)
    assert "in the colour of its background: “unseen”" in said(draft)


def test_opendocument_that_cannot_be_read_is_refused() -> None:
    assert refused(ODT[:500], "odt") == "draft-unreadable"
    assert refused(odt_file("", manifest="<manifest:encryption-data/>"), "odt") == "draft-encrypted"
    assert refused(odt_file("</office:text>"), "odt") == "draft-unreadable"


# Texts

MARKDOWN = """---
title: not text
---
# A *sample*

The vote was **353 to 37**,[^a] on
the [second](https://example.org) day ![37](x.png).

- An item

> Quoted words

| Year | Votes |
|------|-------|
| 2014 | 353   |

~~struck~~ <!-- a remark --> kept

[^a]: A note,
    in two lines.

```
[^b]: code
```
"""


def test_markdown_is_read_with_lines_and_notes() -> None:
    draft = read(MARKDOWN, "md")
    assert kinds(draft) == {
        "A sample": "heading",
        "The vote was 353 to 37, on\nthe second day .": "paragraph",
        "An item": "list-item",
        "Quoted words": "quotation",
        **dict.fromkeys(("Year", "Votes", "2014", "353"), "table-cell"),
        "kept": "paragraph",
        "[^b]: code": "paragraph",
        "A note,\nin two lines.": "note",
    }
    lines = {block.text.strip(): block.place.line for block in draft.blocks}
    assert lines["A sample"] == 4
    assert lines["The vote was 353 to 37, on\nthe second day ."] == 6
    assert lines["2014"] == 15
    assert lines["A note,\nin two lines."] == 19
    vote = next(block for block in draft.blocks if block.text.startswith("The vote"))
    assert vote.place.line_starts == (0, 27)
    assert [(mark.offset, mark.note) for mark in vote.marks] == [(23, "footnote-1")]
    for left in ("YAML", "1 picture", "1 comment", "struck text: “struck”"):
        assert left in said(draft)


def test_lines_of_a_text_are_paragraphs_unless_they_are_wrapped() -> None:
    assert [block.text for block in read("One.\nTwo.\n\n  Three.\n", "txt").blocks] == [
        "One.",
        "Two.",
        "Three.",
    ]
    wrapped = read(f"{LOREM}\n" * 4 + f"\n{LOREM}\n", "txt")
    assert [block.place.line for block in wrapped.blocks] == [1, 6]
    first = wrapped.blocks[0]
    assert first.text.split("\n") == [LOREM] * 4
    assert [first.text[start : start + 4] for start in first.place.line_starts] == ["This"] * 4


def test_encodings_of_texts() -> None:
    assert read("\ufeffÄ word".encode(), "txt").blocks[0].text == "Ä word"
    assert read("Ä word".encode("utf-16"), "txt").blocks[0].text == "Ä word"
    assert refused("Ä word".encode("latin-1"), "txt") == "file-encoding"
    assert refused(b"a\0b", "md") == "draft-kind"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("It was 12\u200b,000.", "draft-invisible-characters"),
        ("A \u202eword\u202c reversed.", "draft-invisible-characters"),
        ("A" + "\u0316\u0301" * 40 + " with a pile of marks.", "draft-invisible-characters"),
        ("A wоrd with a Cyrillic letter.", "draft-mixed-alphabets"),
        ("The whole word сосо is in another alphabet here.", "draft-mixed-alphabets"),
        ("In 2O14 it was said.", "draft-mixed-alphabets"),
        ("About 1O,000 people.", "draft-mixed-alphabets"),
        ("About １２ people are meant.", "draft-mixed-alphabets"),
    ],
)
def test_characters_that_deceive_are_named(text: str, code: str) -> None:
    assert codes(read(text, "txt")) == [code]


@pytest.mark.parametrize(
    "text",
    [
        "Naïve façades, Müller’s 1,000 €, 22 U.S.C. § 7801, A/HRC/25/63, CO2 and H2O.",
        "Москва и Орёл: 12 сентября.",
        "북한 인권 2014년",
        "می‌خواهم",
        "co\u00adoperation",
        "The 1l2 model of 1I.",
        "An emoji ❤️ is visible.",
    ],
)
def test_other_characters_are_nobody_s_fault(text: str) -> None:
    expected = ["draft-mixed-alphabets"] if "1l2" in text else []
    assert codes(read(text, "txt")) == expected


# E-mail

PAGE = """<html><head><style>p {}</style><title>no</title></head><body><h2>A <b>sample</b></h2>
<p>The vote was 353
to 37.<br>Next line</p><ul><li>An item</li></ul><div style="display:none">hidden words</div>
<span style="font-size:1px">tiny words</span><p style="color:#FFF">white words</p><script>no()</script>
<div style="background:#123;color:white">light on dark</div>
<img src="x" width="1"><img src="y"><blockquote type="cite">earlier</blockquote></body></html>"""


def test_formatted_mail_is_read_as_it_is_shown() -> None:
    draft = read(mail(html=PAGE, attached="report.pdf"), "eml")
    assert kinds(draft) == {
        "A subject": "heading",
        "A sample": "heading",
        "The vote was 353 to 37.\nNext line": "paragraph",
        "An item": "list-item",
        "light on dark": "paragraph",
    }
    for left in (
        "report.pdf",
        "an earlier message",
        "1 picture",
        "hidden words",
        "tiny words",
        "white words",
    ):
        assert left in said(draft)


def test_plain_mail_is_read_without_what_it_quotes() -> None:
    draft = read(mail(plain="New words.\n\n> earlier words\n> more\n"), "eml")
    assert [block.text for block in draft.blocks] == ["A subject", "New words."]
    assert "2 lines quoted" in said(draft)


def test_two_versions_of_a_mail_are_compared() -> None:
    same = read(mail(plain="The vote was 353 to 37.", html="<p>The vote was 353 to 37.</p>"), "eml")
    assert codes(same) == []
    other = read(mail(plain="The vote was 335 to 37.", html="<p>The vote was 353 to 37.</p>"), "eml")
    assert codes(other) == ["draft-two-versions"]
    assert "335, 353" in said(other)


def test_what_is_no_readable_mail_is_refused() -> None:
    assert refused(b"\n\njust words", "eml") == "draft-unreadable"
    secret = b"Subject: x\nContent-Type: application/pkcs7-mime; name=smime.p7m\n\nMIAG\n"
    assert refused(secret, "eml") == "draft-encrypted"


# PDF


def test_a_pdf_without_tags_is_read_with_areas() -> None:
    page = pdf_line("A sample line that is long enough to be", 300) + pdf_line(
        "continued on the next one.", 286
    )
    page += pdf_line("1", 290, size=7, x=184)
    page += pdf_line("1 A note that is printed small.", 60, size=8)
    draft = read(pdf_file(page), "pdf")
    text, note = draft.blocks
    assert text.text == "A sample line that is long enough to be continued on the next one."
    assert (note.kind, note.text, note.note) == ("note", "A note that is printed small.", "footnote-1")
    assert [(text.text[: mark.offset].split()[-1], mark.note) for mark in text.marks] == [
        ("one.", "footnote-1")
    ]
    words = [text.text[area.start : area.end] for area in text.place.areas]
    assert words == text.text.split()
    first = text.place.areas[0]
    assert (first.page, round(first.left)) == (1, 40)
    assert 295 < first.bottom < 300 < first.top < 313


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (pdf_line("secret", 200, colour="1 g"), "in the colour of its background"),
        (pdf_line("secret", 200, size=1), "smaller than 4 points"),
        (pdf_line("secret", 200, mode=3), "drawn without ink"),
        (pdf_line("secret", 900), "outside the page"),
        (pdf_line("secret", 200) + "0 g 30 190 200 30 re f\n", "covered by something painted over it"),
        (
            "0.2 g 30 190 200 30 re f\n" + pdf_line("secret", 200, colour="0.2 g"),
            "in the colour of its background",
        ),
    ],
)
def test_text_that_nobody_sees_is_named_and_left_out(content: str, why: str) -> None:
    draft = read(pdf_file(pdf_line("Some visible words.", 300) + content), "pdf")
    assert [block.text for block in draft.blocks] == ["Some visible words."]
    assert said(draft) == f"text that nobody sees was left out, {why}: “secret”"


def test_light_text_on_a_dark_ground_is_read() -> None:
    ground = "0.1 g 30 190 200 30 re f\n" + pdf_line("Light words", 200, colour="1 g")
    assert codes(read(pdf_file(ground), "pdf")) == []


def test_letters_hidden_one_by_one_are_named_together() -> None:
    letters = "".join(pdf_line(char, 200, x=40 + 6 * n, colour="1 g") for n, char in enumerate("sssss"))
    letters += pdf_line("word", 200, x=90, colour="1 g")
    draft = read(pdf_file(pdf_line("Some visible words.", 300) + letters), "pdf")
    assert said(draft).endswith("“sssss word”")


def tagged_as_by_a_browser(*pieces: str) -> bytes:
    """A paragraph whose pieces of text are elements of their own, one of them raised."""
    marked = (f"/NonStruct <</MCID {n}>> BDC {piece} EMC\n" for n, piece in enumerate(pieces))
    out = BytesIO()
    with pikepdf.open(BytesIO(pdf_file("".join(marked)))) as pdf:
        page = pdf.pages[0].obj
        kids = [
            pikepdf.Dictionary(S=pikepdf.Name.NonStruct, Pg=page, K=number) for number, _ in enumerate(pieces)
        ]
        paragraph = pikepdf.Dictionary(S=pikepdf.Name.P, Pg=page, K=pikepdf.Array(kids))
        pdf.Root.StructTreeRoot = pdf.make_indirect(
            pikepdf.Dictionary(Type=pikepdf.Name.StructTreeRoot, K=pdf.make_indirect(paragraph))
        )
        pdf.save(out)
    return out.getvalue()


def test_sentences_that_a_browser_tags_in_pieces_stay_whole() -> None:
    first, last = pdf_line("The vote was 353", 200), pdf_line("to 37.", 200, x=140)
    draft = read(tagged_as_by_a_browser(first, last), "pdf")
    assert [block.text for block in draft.blocks] == ["The vote was 353 to 37."]
    raised = pdf_line("1", 205, size=6, x=131)
    draft = read(tagged_as_by_a_browser(first, raised, last), "pdf")
    assert [block.text for block in draft.blocks] == ["The vote was 353 to 37."]


def test_scans_and_secrets_are_refused() -> None:
    assert refused(pdf_file("0 g 10 10 300 300 re f"), "pdf") == "draft-scanned"
    out = BytesIO()
    with pikepdf.open(BytesIO(pdf_file(pdf_line("words", 200)))) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="a", user="b"))
    assert refused(out.getvalue(), "pdf") == "draft-encrypted"
    assert refused(b"%PDF-1.4 nothing", "pdf") == "draft-unreadable"


def test_pages_without_text_and_repeated_heads() -> None:
    heads = [pdf_line(f"A head, page {n + 7}", 380, size=8) for n in range(3)]
    heads[2] = heads[2].replace("9", "12")  # a number that is not that of the page
    bodies = ["Alpha is first.", "Beta comes next, longer.", "Gamma ends it."]
    pages = [
        head + pdf_line(body, 300) + pdf_line("More of it.", 250)
        for head, body in zip(heads, bodies, strict=True)
    ]
    draft = read(pdf_file(*pages, ""), "pdf")
    assert [block.text for block in draft.blocks if block.kind == "header"] == [
        "A head, page 7",
        "A head, page 12",
    ]
    assert draft.pages == 4
    assert "page 4, without text" in said(draft)


@pytest.mark.filterwarnings("ignore:This document has 1 form widget")
def test_notes_fields_and_files_of_a_pdf_are_named() -> None:
    out = BytesIO()
    with pikepdf.open(BytesIO(pdf_file(pdf_line("Some words.", 200)))) as pdf:
        kinds = ("FreeText", "Text", "Widget", "Link")
        notes = [
            pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name(f"/{kind}")) for kind in kinds
        ]
        pdf.pages[0].Annots = pdf.make_indirect(pikepdf.Array(notes))
        pdf.attachments["table.csv"] = pikepdf.AttachedFileSpec(pdf, b"1")
        pdf.save(out)
    draft = read(out.getvalue(), "pdf")
    assert said(draft) == "not read: 2 notes on the pages\nnot read: 1 form field\nnot read: 1 attached file"


# Files


def test_files_are_read_in_a_process_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "draft.docx"
    path.write_bytes(word_file(full_document))
    assert read_draft(path, "draft") == read(path.read_bytes(), "docx")


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("draft.rtf", b"{\\rtf", "draft-kind"),
        ("draft", b"text", "draft-kind"),
        ("draft.docx", b"%PDF-1.7", "draft-kind"),
        ("draft.pdf", b"PK\x03\x04", "draft-kind"),
        ("draft.txt", b"%PDF-1.7", "draft-kind"),
        (
            "draft.docx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "draft-encrypted",
        ),
        ("draft.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 Word 97", "draft-kind"),
        ("draft.md", b" \n", "draft-empty"),
        ("draft.txt", None, "file-unreadable"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, name: str, content: bytes | None, code: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises((BriefgenError, UsageError)) as caught:
        read_draft(tmp_path / name, name)
    assert caught.value.problems[0].code == code


def test_every_reader_can_be_loaded() -> None:
    assert [DRAFT_READERS.get(name) for name in DRAFT_READERS]


def test_the_language_is_that_of_the_words_not_of_whoever_installed_word(auditor: Auditor) -> None:
    german = "Im Jahr 2014 hat die Kommission der Vereinten Nationen ihren Bericht vorgelegt und sich dazu geäußert."
    draft = read(word_file(lambda document: document.add_paragraph(german)), "docx")
    assert draft.language == "en-US"
    assert "audit-language" in [problem.code for problem in auditor.audit(draft).problems]
