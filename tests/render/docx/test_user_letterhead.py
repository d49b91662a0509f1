"""A letterhead of the user's own gives a letter its page, heads and styles, and nothing else of it gets out."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm
from docx_samples import LETTER, LINES, changed, complaints, document, part, png, validator
from html_reader import read_html
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from material import ROOT
from ooxml_lint import lint

from briefgen.errors import BriefgenError
from briefgen.inspect.compare import find_differences
from briefgen.inspect.docx import read_docx
from briefgen.model.branding import WordLetterhead
from briefgen.render.docx.renderer import DocxRenderer
from briefgen.render.docx.user_letterhead import check_user_letterhead

FOLDER = ROOT / "tests" / "letterheads"
FILES = sorted(path.name for path in FOLDER.glob("*.do[ct]x"))
SHIPPED = sorted((ROOT / "templates" / "letterhead").glob("*.docx"))
BODY = LETTER[LETTER.index('<div class="inside-address"') :].replace(
    "<blockquote>", f"<p>{LINES * 9}</p><p>{LINES * 9}</p><blockquote>"
)
"""A letter of two pages without the lines of its sender."""
SECRET = b"Left over from another letter"


def on(name: str | bytes, html: str = BODY, **properties: Any) -> bytes:
    data = name if isinstance(name, bytes) else (FOLDER / name).read_bytes()
    renderer = DocxRenderer(letterhead=WordLetterhead(data, "ours.docx"))
    return renderer.render(document(html, **properties)).data


def opened(name: str | bytes, html: str = BODY, **properties: Any) -> Any:
    return docx.Document(io.BytesIO(on(name, html, **properties)))


def refused(data: bytes) -> str:
    with pytest.raises(BriefgenError) as caught:
        on(data)
    problem = caught.value.problems[0]
    assert problem.place is not None
    assert problem.place.file == "ours.docx"
    assert problem.hint
    return problem.code


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def with_members(data: bytes, **content: str | bytes) -> bytes:
    """The archive with members put in or replaced."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as out:
        for name, text in {**members(data), **content}.items():
            out.writestr(name, text)
    return stream.getvalue()


def headed(content: str, relationships: str = "") -> bytes:
    """The letterhead made by hand, with this in its head."""
    data = (FOLDER / "german-word.docx").read_bytes()
    data = changed(data, "word/header1.xml", lambda text: text.replace("<w:p>", f"{content}<w:p>", 1))
    if relationships:
        rels = "http://schemas.openxmlformats.org/package/2006/relationships"
        extra = {
            "word/_rels/header1.xml.rels": f'<Relationships xmlns="{rels}">{relationships}</Relationships>'
        }
        data = with_members(data, **extra)
    return data


# What it gives


@pytest.mark.parametrize("name", FILES)
def test_a_letter_on_any_letterhead_is_sound_and_says_what_it_should(name: str) -> None:
    data = on(name)
    assert lint(data) == []
    read = read_docx(data)
    assert find_differences(read_html(BODY), read) == []
    assert (read.title, read.author, read.language) == (
        "Letter to The Honorable Jane Q. Sample",
        "Sample Society & Friends",
        "en-US",
    )
    assert read.record is not None
    assert on(name) == data


@pytest.mark.parametrize("name", FILES)
def test_nothing_but_the_letterhead_gets_out(name: str) -> None:
    """Body, notes, comments, properties, thumbnail, revisions and their authors, marks of editing stay behind."""
    parts = members(on(name))
    assert "word/document.xml" in parts
    for part_name, content in parts.items():
        assert SECRET not in content, part_name
        assert SECRET.replace(b" ", b"-") not in content, part_name
        assert b"Somebody" not in content, part_name
        assert b"rsid" not in content, part_name
        assert not re.match("docProps/(custom|thumbnail)|word/(comments|webSettings|glossary)", part_name)


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_the_validator_finds_nothing_on_any_letterhead(name: str, tmp_path: Path) -> None:
    assert complaints(validator(), on(name), tmp_path) == ""


@pytest.mark.parametrize("name", FILES)
def test_python_docx_edits_a_letter_on_any_letterhead(name: str) -> None:
    letter = opened(name)
    letter.add_paragraph("Added.", style="Signature" if name != "word-rich.docx" else None)
    stream = io.BytesIO()
    letter.save(stream)
    assert read_docx(stream.getvalue()).text.endswith("Added.")


@pytest.mark.slow
@pytest.mark.office
def test_libreoffice_sets_letters_on_all_letterheads(
    convert_to_pdf: Callable[[Path], list[Path]], tmp_path: Path
) -> None:
    for name in FILES:
        (tmp_path / f"on-{name.replace('.', '-')}.docx").write_bytes(on(name))
    assert len(convert_to_pdf(tmp_path)) == len(FILES)


def test_page_heads_feet_and_fonts_come_from_it() -> None:
    letter = opened("python-docx.docx", page="us-letter")
    section = letter.sections[0]
    assert [round(section.page_width.mm), round(section.left_margin.mm)] == [210, 28]
    assert "Sample Society" in section.first_page_header.paragraphs[1].text
    assert section.first_page_footer.paragraphs[0].text == "Registered in Example Town"
    assert letter.styles["Normal"].font.name == "Georgia"
    quote = next(each for each in letter.paragraphs if each.text.startswith("A quotation"))
    assert str(quote.style.font.color.rgb) == "800000"


def test_a_letterhead_without_a_page_has_that_of_the_campaign() -> None:
    section = opened("hand-made.docx", page="us-letter").sections[0]
    assert round(section.page_width.mm, 1) == 215.9


def test_following_pages_are_headed_where_the_letterhead_has_no_head_there() -> None:
    for name in ("python-docx.docx", "libreoffice.dotx", "german-word.docx"):
        section = opened(name).sections[0]
        assert section.header.paragraphs[0].text == (
            "The Honorable Jane Q. Sample · June 3, 2024\tPage 2 of 2"
        )
        assert section.different_first_page_header_footer


def test_the_page_number_stands_at_the_right_whatever_tabs_the_style_has() -> None:
    """Word's own style has a stop in the middle, where a short name would leave the number standing."""
    head = opened("libreoffice.dotx").sections[0].header.paragraphs[0]
    stops = [(str(stop.alignment).split()[0], stop.position.twips) for stop in _tabs(head)]
    assert ("CLEAR", 4819) in stops
    assert [kind for kind, _ in stops if kind != "CLEAR"] == ["RIGHT"]


def test_the_page_number_is_at_the_right_of_turned_pages_too() -> None:
    head = opened("libreoffice.dotx").sections[0].header.paragraphs[0]
    [tab] = head._p.xpath(".//w:ptab")
    assert {name.rpartition("}")[2]: value for name, value in tab.attrib.items()} == {
        "relativeTo": "margin",
        "alignment": "right",
        "leader": "none",
    }
    assert not head._p.xpath(".//w:r/w:tab")


def _tabs(paragraph: Any) -> Any:
    return paragraph.paragraph_format.tab_stops


def test_a_head_of_its_own_on_following_pages_is_kept_and_filled() -> None:
    head = opened("word-rich.docx").sections[0].header.paragraphs[0]
    assert head.text == "To The Honorable Jane Q. Sample on June 3, 2024\t2/2 nowhere example.org"
    bold = [run.text for run in head.runs if run.bold]
    assert "The Honorable Jane Q. Sample" in bold
    german = opened("libreoffice.docx").sections[0].header.paragraphs[0].text
    assert german == "An The Honorable Jane Q. Sample, June 3, 2024: Seite 2 von 2"


def test_a_head_on_every_page_stays_on_every_page() -> None:
    section = opened("hand-made.docx").sections[0]
    assert not section.different_first_page_header_footer
    assert section.header.paragraphs[0].text.endswith(", to The Honorable Jane Q. Sample")


def test_placeholders_in_text_boxes_are_filled_for_new_and_old_programs() -> None:
    text = part(on("word-rich.docx"), "word/header1.xml")
    assert text.count("June 3, 2024") == 2


def test_a_foot_on_every_page_stays_there_when_the_first_page_is_set_apart() -> None:
    data = (FOLDER / "german-word.docx").read_bytes()
    data = changed(
        data,
        "word/document.xml",
        lambda text: text.replace(
            'headerReference w:type="first"', 'footerReference w:type="default"'
        ).replace("<w:titlePg/>", ""),
    )
    data = changed(data, "word/header1.xml", lambda text: text.replace("w:hdr", "w:ftr"))
    data = changed(data, "word/_rels/document.xml.rels", lambda t: t.replace('/header"', '/footer"'))
    data = changed(data, "[Content_Types].xml", lambda text: text.replace("header+xml", "footer+xml"))
    section = opened(data).sections[0]
    assert section.different_first_page_header_footer
    assert section.first_page_footer.paragraphs[0].text == section.footer.paragraphs[0].text
    assert section.footer.paragraphs[0].text.startswith("Sample Society")
    assert "Page 2 of 2" in section.header.paragraphs[0].text


def test_names_right_to_left_are_told_as_such_in_a_head() -> None:
    head = part(on("word-rich.docx", running=("שלום עולם", "2024")), "word/header2.xml")
    assert '<w:b/><w:color w:val="800000"/><w:rtl/></w:rPr>' in head


@pytest.mark.parametrize(
    ("name", "styles"),
    [
        ("german-word.docx", {"Zitat", "Textkrper", "Funotentext", "Unterschrift"}),
        ("german-names.docx", {"a3", "a4", "a5"}),
        ("french-names.dotx", {"Citation", "Corps"}),
        ("korean-names.docx", {"2", "3", "4"}),
        ("libreoffice.docx", {"TextBody"}),
    ],
)
def test_styles_are_found_by_name_in_the_programs_language(name: str, styles: set[str]) -> None:
    data = on(name)
    used = set(re.findall(r'w:pStyle w:val="([^"]*)"', part(data, "word/document.xml")))
    used |= set(re.findall(r'w:pStyle w:val="([^"]*)"', part(data, "word/footnotes.xml")))
    assert styles <= used


def test_a_style_name_that_another_kind_of_style_has_is_not_used() -> None:
    """The rich file has a character style Quote: paragraphs cannot have it."""
    quote = next(each for each in opened("word-rich.docx").paragraphs if each.text.startswith("A quotation"))
    assert quote.style.name == "Letter Quote"


def test_notes_are_numbered_in_figures_and_pages_from_one() -> None:
    section = part(on("word-rich.docx"), "word/document.xml").partition("<w:sectPr")[2]
    assert "pgNumType" not in section
    assert "numFmt" not in section


def test_the_language_is_the_letters() -> None:
    styles = part(on("german-word.docx", language="en-GB"), "word/styles.xml")
    assert re.findall(r"<w:lang [^>]*>", styles) == ['<w:lang w:val="en-GB"/>']


def test_a_letter_in_arabic_runs_from_the_right_on_any_letterhead() -> None:
    letter = opened("german-word.docx", "<p>مرحبا</p>", language="ar")
    assert letter.styles["Normal"].element.pPr.find(qn("w:bidi")) is not None


def test_briefings_keep_the_built_in_look() -> None:
    data = (FOLDER / "python-docx.docx").read_bytes()
    renderer = DocxRenderer(letterhead=WordLetterhead(data, "ours.docx"))
    paper = document("<h2>A heading</h2>", "briefing")
    assert renderer.render(paper).data == DocxRenderer().render(paper).data


def test_a_logo_without_words_is_marked_as_decoration() -> None:
    assert "adec:decorative" in part(on("docx-js.docx"), "word/header1.xml") + part(
        on("docx-js.docx"), "word/header2.xml"
    )


# What is told of it


@pytest.mark.parametrize("name", ["pandoc.docx"])
def test_a_letterhead_that_shows_nothing_on_the_first_page_is_told(name: str) -> None:
    told = check_user_letterhead((FOLDER / name).read_bytes(), name, "a4", "en")
    assert [(each.code, each.severity) for each in told] == [("letterhead-silent", "warning")]


def test_a_letterhead_that_shows_something_is_passed_without_a_word() -> None:
    for name in ("python-docx.docx", "hand-made.docx", "word-rich.docx"):
        assert check_user_letterhead((FOLDER / name).read_bytes(), name, "a4", "en") == []


# The letterheads that ship


def _script() -> Any:
    loader = importlib.machinery.SourceFileLoader("letterheads_script", str(ROOT / "script" / "letterheads"))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_the_shipped_letterheads_are_what_the_script_makes(path: Path) -> None:
    assert _script().render_letterhead(path.stem) == path.read_bytes(), "run script/letterheads"


def test_there_is_one_for_each_paper() -> None:
    assert [path.stem for path in SHIPPED] == ["a4", "us-letter"]


@pytest.mark.slow
@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_a_shipped_letterhead_is_sound_and_serves_as_ones_own(path: Path, tmp_path: Path) -> None:
    shipped = path.read_bytes()
    assert lint(shipped) == []
    assert docx.Document(io.BytesIO(shipped)).paragraphs[0].style.name == "Inside Address"
    letter = on(shipped)
    assert lint(letter) == []
    assert find_differences(read_html(BODY), read_docx(letter)) == []
    assert complaints(validator(), letter, tmp_path) == ""
    section = docx.Document(io.BytesIO(letter)).sections[0]
    assert [each.text for each in section.first_page_header.paragraphs][1] == "Your Organisation"
    assert section.header.paragraphs[0].text == "The Honorable Jane Q. Sample · June 3, 2024\tPage 2 of 2"
    assert "{recipient}" in docx.Document(io.BytesIO(shipped)).sections[0].header.paragraphs[0].text


def test_what_is_changed_in_a_shipped_letterhead_is_changed_in_letters() -> None:
    """As docs/letterhead.md says to do it in Word: another logo, another name, another font, other margins."""
    ours = docx.Document(str(SHIPPED[0]))
    ours.styles["Body Text"].font.name = "Georgia"
    ours.sections[0].left_margin = Mm(35)
    head = ours.sections[0].first_page_header
    head.paragraphs[0].clear()
    head.paragraphs[0].add_run().add_picture(io.BytesIO(png(300, 100)), height=Mm(14))
    head.paragraphs[1].runs[0].text = "Sample Society"
    stream = io.BytesIO()
    ours.save(stream)
    letter = opened(stream.getvalue())
    assert letter.styles["Body Text"].font.name == "Georgia"
    assert round(letter.sections[0].left_margin.mm) == 35
    head = letter.sections[0].first_page_header
    assert head.paragraphs[1].text == "Sample Society"
    pictures = [each.target_part.blob for each in head.part.rels.values() if "image" in each.reltype]
    assert pictures == [png(300, 100)]


# Bad input

GOOD = (FOLDER / "german-word.docx").read_bytes()
MACRO = "application/vnd.ms-word.document.macroEnabled.main+xml"
PLAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def _far_template(target: str) -> bytes:
    def tied(text: str) -> str:
        return text.replace("Ours.dotx", "x").replace("file:///C:\\Users\\Somebody\\Templates\\x", target)

    return changed((FOLDER / "word-rich.docx").read_bytes(), "word/_rels/settings.xml.rels", tied)


def _bomb() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in members(GOOD).items():
            out.writestr(name, content)
        for number in range(21):
            out.writestr(f"word/media/{number}.bin", b"\0" * 10_000_000)
    return stream.getvalue()


def _xml(name: str, start: str) -> bytes:
    return changed(GOOD, name, lambda text: text.replace("?>", f"?>{start}", 1))


BAD: dict[str, tuple[str, Any]] = {
    "nothing": ("letterhead-unreadable", b""),
    "text under the name of a Word file": ("letterhead-unreadable", b"Dear Sir or Madam"),
    "a zip that is no Word file": ("letterhead-unreadable", lambda: _only({"a.txt": b"x"})),
    "a spreadsheet": ("letterhead-unreadable", lambda: _main_part("<workbook/>")),
    "cut off": ("letterhead-unreadable", GOOD[: len(GOOD) // 2]),
    "cut off at its end": ("letterhead-unreadable", GOOD[:-30]),
    "a damaged part": ("letterhead-unreadable", lambda: _damaged(GOOD)),
    "broken XML": ("letterhead-unreadable", lambda: changed(GOOD, "word/styles.xml", lambda t: t[:-9])),
    "another kind of styles": (
        "letterhead-unreadable",
        lambda: changed(GOOD, "word/styles.xml", lambda t: "<x/>"),
    ),
    "strict Open XML": (
        "letterhead-unreadable",
        lambda: _main_part('<w:document xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"/>'),
    ),
    "nested without end": (
        "letterhead-unreadable",
        lambda: changed(GOOD, "word/header1.xml", lambda t: t.replace("<w:p>", "<w:p>" * 3000, 1)),
    ),
    "encrypted": ("letterhead-encrypted", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600),
    "macros by its kind": (
        "letterhead-macros",
        lambda: changed(GOOD, "[Content_Types].xml", lambda text: text.replace(PLAIN, MACRO)),
    ),
    "macros by a part": ("letterhead-macros", lambda: with_members(GOOD, **{"word/vbaProject.bin": b"x"})),
    "a bomb": ("letterhead-too-large", _bomb),
    "a huge part": (
        "letterhead-too-large",
        lambda: changed(GOOD, "word/styles.xml", lambda text: text + " " * 9_000_000),
    ),
    "a huge logo": (
        "letterhead-too-large",
        lambda: with_members(
            headed(
                '<w:p><w:r><w:pict r:id="r1"/></w:r></w:p>',
                f'<Relationship Id="r1" Type="{_OFFICE}/image" Target="media/l.png"/>',
            ),
            **{"word/media/l.png": b"\0" * 31_000_000},
        ),
    ),
    "a head without end": (
        "letterhead-too-large",
        lambda: headed("<w:p><w:sdt><w:sdtContent/></w:sdt></w:p>" * 7000),
    ),
    "placeholders without end": (
        "letterhead-placeholder",
        lambda: headed(f"<w:p><w:r><w:t>{'{date}' * 5000}</w:t></w:r></w:p>"),
    ),
    "a huge file": ("letterhead-too-large", lambda: GOOD + b"\0" * 21_000_000),
    "an entity": (
        "letterhead-outside",
        lambda: _xml("word/header1.xml", '<!DOCTYPE w [<!ENTITY e SYSTEM "file:///etc/passwd">]>'),
    ),
    "an entity in the list of parts": (
        "letterhead-outside",
        lambda: _xml("[Content_Types].xml", '<!DOCTYPE w [<!ENTITY e "e">]>'),
    ),
    "a template from the network": (
        "letterhead-outside",
        lambda: _far_template("https://example.org/t.dotm"),
    ),
    "a template from a shared folder": ("letterhead-outside", lambda: _far_template("file://server/t.dotm")),
    "a template from a share": ("letterhead-outside", lambda: _far_template(r"\\server\t.dotm")),
    "a logo from the network": (
        "letterhead-outside",
        lambda: headed(
            '<w:p><w:r><w:pict r:id="r1"/></w:r></w:p>',
            f'<Relationship Id="r1" Type="{_OFFICE}/image" Target="https://example.org/l.png"'
            ' TargetMode="External"/>',
        ),
    ),
    "a link to a file": (
        "letterhead-outside",
        lambda: headed(
            '<w:p><w:hyperlink r:id="r1"><w:r><w:t>x</w:t></w:r></w:hyperlink></w:p>',
            f'<Relationship Id="r1" Type="{_OFFICE}/hyperlink" Target="file:///etc/passwd"'
            ' TargetMode="External"/>',
        ),
    ),
    "an embedded program": (
        "letterhead-part",
        lambda: with_members(
            headed(
                '<w:p><w:r><w:object r:id="r1"/></w:r></w:p>',
                f'<Relationship Id="r1" Type="{_OFFICE}/oleObject" Target="embeddings/o.bin"/>',
            ),
            **{"word/embeddings/o.bin": b"x"},
        ),
    ),
    "a field that fetches": (
        "letterhead-field",
        lambda: headed(
            '<w:p><w:fldSimple w:instr=" INCLUDEPICTURE &quot;https://example.org/&quot; "/></w:p>'
        ),
    ),
    "a field that runs": (
        "letterhead-field",
        lambda: headed(
            '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> DDE</w:instrText></w:r>'
            '<w:r><w:instrText>AUTO c:\\x </w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
        ),
    ),
    "a field without end": (
        "letterhead-field",
        lambda: headed('<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r></w:p>'),
    ),
    "an unknown placeholder": (
        "letterhead-placeholder",
        lambda: headed("<w:p><w:r><w:t>To {recipent}</w:t></w:r></w:p>"),
    ),
    "no room for text": (
        "letterhead-page",
        lambda: changed(GOOD, "word/document.xml", lambda t: t.replace('w:left="1417"', 'w:left="8000"')),
    ),
}


def _only(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as out:
        for name, content in parts.items():
            out.writestr(name, content)
    return stream.getvalue()


def _main_part(xml: str) -> bytes:
    return changed(GOOD, "word/document.xml", lambda _: xml)


def _damaged(data: bytes) -> bytes:
    """The bytes of the styles turned around within the archive."""
    stored = _only(members(data))
    at = stored.index(b"docDefaults")
    return stored[:at] + b"docdefaults" + stored[at + 11 :]


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_cannot_be_a_letterhead_is_refused_with_the_reason(name: str) -> None:
    code, data = BAD[name]
    assert refused(data() if callable(data) else data) == code


def test_a_template_on_the_owners_machine_is_forgotten() -> None:
    """Word notes there what a file was made from; it is no danger, but it tells a name."""
    assert b"Ours.dotx" not in b"".join(members(on("word-rich.docx")).values())


def test_a_link_to_a_page_is_kept() -> None:
    rels = part(on("word-rich.docx"), "word/_rels/header2.xml.rels")
    assert 'Target="https://example.org/" TargetMode="External"' in rels


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(FILES), st.data())
def test_a_damaged_letterhead_makes_a_letter_or_is_refused(name: str, data: st.DataObject) -> None:
    """Whatever is wrong in it, there is a letter that can be read, or a problem with code and file."""
    parts = members((FOLDER / name).read_bytes())
    victim = data.draw(st.sampled_from(sorted(each for each in parts if each.endswith((".xml", ".rels")))))
    text = parts[victim]
    at, length = data.draw(st.integers(0, len(text))), data.draw(st.integers(0, 40))
    put = data.draw(
        st.sampled_from([b"", b"<", b"x", b'"', b"w:p", b"999999999999", b"-1", b"/>", b"{date}"])
    )
    parts[victim] = text[:at] + put + text[at + length :]
    try:
        letter = on(_only(parts), "<p>A letter.</p>")
    except BriefgenError as error:
        assert all(problem.code.startswith("letterhead-") for problem in error.problems)
    else:
        assert read_docx(letter).text == "A letter."
