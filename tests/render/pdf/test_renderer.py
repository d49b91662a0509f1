"""The PDF: words, notes, pages, properties and record, read back; and what it refuses to fetch."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from material import lacking

from briefgen.errors import BriefgenError
from briefgen.inspect.pdf import read_pdf
from briefgen.model.document import Document
from briefgen.render.pdf.html_page import build_html_page
from briefgen.render.pdf.renderer import PdfRenderer

ROOT = Path(__file__).parents[3]
NOTE = '<span class="footnote">A. Writer, <em>A Plain Title</em>, para. 5, <a href="https://e.org/">https://e.org/</a>.</span>'
SENTENCE = (
    "The commission found what it found, and said so in words that can be read by everybody who wants to. "
)
LETTER = Document(
    kind="letter",
    html='<div class="letterhead"><h1>Example Initiative</h1><p>12 Example Street</p></div>'
    '<div class="inside-address"><p>The Honorable Émile Sample, Jr.<br/>United States Senate</p></div>'
    '<div class="date-line"><p>24 November 2026</p></div><div class="salutation"><p>Dear Senator Sample:</p></div>'
    f'<div class="body"><p>I ask you to act.{NOTE}</p><p>{SENTENCE * 3}{NOTE}</p></div>'
    '<div class="complimentary-close"><p>Sincerely,</p></div><div class="signature"><p>Alex Example</p></div>',
    title="Letter to The Honorable Émile Sample, Jr.",
    author="Example Initiative",
    language="en",
    date=date(2026, 11, 24),
    running=("The Honorable Émile Sample, Jr.", "24 November 2026"),
    page="a4",
    record={"format": "briefgen-evidence/1", "snippets": [{"id": "toll"}]},
)


@pytest.fixture(scope="module")
def renderer() -> PdfRenderer:
    return PdfRenderer((ROOT / "templates/css",))


def words(text: str) -> str:
    return " ".join(text.split())


def test_a_letter_says_what_the_document_says_with_notes_at_the_foot(renderer: PdfRenderer) -> None:
    rendering = renderer.render(LETTER)
    read = read_pdf(rendering.data)
    assert rendering.pages == len(read.pages) == 1
    text = words(read.text)
    assert "The Honorable Émile Sample, Jr." in text
    assert "I ask you to act.1" in text
    assert text.index("Alex Example") < text.index("1 A. Writer, A Plain Title, para. 5")
    assert "2 A. Writer" in text
    assert "Page 1" not in text


def test_the_second_page_is_headed_by_recipient_date_and_page(renderer: PdfRenderer) -> None:
    html = LETTER.html.replace(SENTENCE * 3, f"{SENTENCE * 12}</p><p>" * 3 + SENTENCE)
    read = read_pdf(renderer.render(replace(LETTER, html=html)).data)
    assert len(read.pages) == 2
    assert "The Honorable Émile Sample, Jr. · 24 November 2026" in words(read.pages[1])
    assert "Page 2 of 2" in read.pages[1]
    assert "Page 1 of 2" not in read.pages[0]


@pytest.mark.slow
def test_the_signature_is_never_alone_on_a_page(renderer: PdfRenderer) -> None:
    for lines in range(30, 44):
        html = LETTER.html.replace(SENTENCE * 3, "<br/>".join(["A line of text."] * lines))
        read = read_pdf(renderer.render(replace(LETTER, html=html)).data)
        (page,) = [page for page in read.pages if "Alex Example" in page]
        assert "Sincerely," in page
        assert "A line of text." in page


@pytest.mark.parametrize(("page", "size"), [("a4", (595.28, 841.89)), ("us-letter", (612, 792))])
def test_the_page_has_the_size_that_the_campaign_asks_for(
    renderer: PdfRenderer, page: str, size: tuple[float, float]
) -> None:
    with pikepdf.open(BytesIO(renderer.render(replace(LETTER, page=page)).data)) as pdf:  # type: ignore[arg-type]
        box = [float(number) for number in pdf.pages[0].mediabox]
    assert box[2:] == pytest.approx(size, abs=0.1)


def test_properties_come_from_the_document_and_the_clock_has_no_part(renderer: PdfRenderer) -> None:
    read = read_pdf(renderer.render(LETTER).data)
    assert (read.title, read.author, read.language) == (LETTER.title, LETTER.author, "en")
    with pikepdf.open(BytesIO(renderer.render(LETTER).data)) as pdf:
        assert str(pdf.docinfo["/CreationDate"]).startswith("D:20261124")


def test_the_evidence_record_travels_in_the_file(renderer: PdfRenderer) -> None:
    assert read_pdf(renderer.render(LETTER).data).record == LETTER.record


def test_the_same_document_gives_the_same_bytes(renderer: PdfRenderer) -> None:
    first = renderer.render(LETTER).data
    renderer.render(replace(LETTER, title="Another"))
    assert renderer.render(LETTER).data == first == PdfRenderer((ROOT / "templates/css",)).render(LETTER).data


def test_only_the_pinned_fonts_are_used_and_they_are_embedded(renderer: PdfRenderer) -> None:
    with pikepdf.open(BytesIO(renderer.render(LETTER).data)) as pdf:
        fonts = [
            one
            for one in pdf.objects
            if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/FontDescriptor"
        ]
        names = {str(one.FontName).split("+")[-1] for one in fonts}
        assert all("/FontFile3" in one or "/FontFile2" in one for one in fonts)
    assert names
    assert all(name.startswith("Source-S") or name.startswith("SourceS") for name in names), names


@pytest.mark.parametrize(
    "html",
    [
        '<figure><img src="file:///etc/passwd" alt=""/></figure>',
        '<figure><img src="http://127.0.0.1:9/x.png" alt=""/></figure>',
        '<figure><img src="https://example.org/x.png" alt=""/></figure>',
    ],
)
def test_nothing_is_fetched_while_rendering(renderer: PdfRenderer, html: str) -> None:
    with pytest.raises(BriefgenError) as caught:
        renderer.render(replace(LETTER, html=html))
    assert caught.value.problems[0].code == "pdf-fetch"


def test_a_stylesheet_that_fetches_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.css").write_text('@import url("file:///etc/hostname");')
    with pytest.raises(BriefgenError):
        PdfRenderer((tmp_path, ROOT / "templates/css")).render(LETTER)


def test_a_mistake_in_a_stylesheet_is_told_and_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "letter.css").write_text(".body { colour: red }")
    with pytest.raises(BriefgenError, match="colour") as caught:
        PdfRenderer((tmp_path, ROOT / "templates/css")).render(LETTER)
    assert caught.value.problems[0].code == "css-syntax"


def test_text_in_properties_cannot_break_out(renderer: PdfRenderer) -> None:
    hostile = replace(LETTER, title='"><script>x</script>', running=("<b>x</b>",))
    assert "<script>" not in build_html_page(hostile).replace(LETTER.html, "")
    assert read_pdf(renderer.render(hostile).data).title == '"><script>x</script>'


@pytest.mark.parametrize("data", [b"", b"not a pdf", b"%PDF-1.7\n%broken"])
def test_a_broken_file_is_one_clear_problem(data: bytes) -> None:
    with pytest.raises(BriefgenError) as caught:
        read_pdf(data)
    (problem,) = caught.value.problems
    assert problem.code == "pdf-unreadable"


@pytest.mark.slow
def test_no_word_stands_alone_on_the_first_line_before_emphasis(renderer: PdfRenderer) -> None:
    """WeasyPrint breaks behind the first word where a line's last space is just too much for it."""
    lines = (f"<p>The word {'i' * count} <em>{'m' * 60}</em></p>" for count in range(40, 220))
    read = read_pdf(renderer.render(replace(LETTER, kind="briefing", html="".join(lines))).data)
    alone = [line for page in read.pages for line in page.splitlines() if line.strip() == "The"]
    assert alone == []


@pytest.mark.parametrize("rows", range(20, 60))
def test_no_page_has_the_last_row_of_a_table_alone(renderer: PdfRenderer, rows: int) -> None:
    cells = "".join(f"<tr><td>Row {number}.</td></tr>" for number in range(rows))
    html = f"<table><thead><tr><th>Head</th></tr></thead><tbody>{cells}</tbody></table>"
    read = read_pdf(renderer.render(replace(LETTER, kind="briefing", html=html)).data)
    (last,) = [page for page in read.pages if f"Row {rows - 1}." in page]
    assert f"Row {rows - 2}." in last


@pytest.mark.parametrize("lines", [29, 30, 31])
def test_no_page_holds_nothing_but_a_note(lines: int) -> None:
    """The line that calls a note which has no room any more goes to the next page with it."""
    note = f'<span class="footnote">{"A note of some length that goes on. " * 14}</span>'
    text = f"<p>{'Line of words that fills. ' * 2}</p>" * lines + f"<p>The end of it has a note.{note}</p>"
    renderer = PdfRenderer((ROOT / "templates/css",))
    renderer.measure(replace(LETTER, kind="briefing", html=text, page="a4"))
    assert renderer._measured is not None
    for page in renderer._measured[1].document.pages:
        (body,) = (box for box in page._page_box.children if box.element_tag == "html")
        assert any(type(box).__name__ == "LineBox" for box in body.descendants())


def test_the_head_of_a_row_stands_in_line_with_its_cells() -> None:
    words = "A cell with more words than one line of it has room for. " * 4
    table = f'<table><tbody><tr><th scope="row">Head</th><td>{words}</td></tr></tbody></table>'
    renderer = PdfRenderer((ROOT / "templates/css",))
    renderer.measure(replace(LETTER, html=table))
    assert renderer._measured is not None
    boxes = list(renderer._measured[1].document.pages[0]._page_box.descendants())
    head, cell = (
        [box for box in boxes if box.element_tag == tag and type(box).__name__ == "LineBox"]
        for tag in ("th", "td")
    )
    assert len(cell) > 1
    assert head[0].position_y == pytest.approx(cell[0].position_y, abs=1)


def _has_korean_serif() -> bool:
    folders = (Path("/usr/share/fonts"), Path("/Library/Fonts"), Path.home() / ".local/share/fonts")
    return any(next(folder.rglob("*Serif*CJK*"), None) for folder in folders if folder.is_dir())


def test_korean_words_are_not_broken_and_stand_in_a_serif_face(renderer: PdfRenderer) -> None:
    sentences = (
        "북한의 인권 상황에 관한 유엔 조사위원회는 이천십사년에 반인도범죄가 자행되었다고 밝혔습니다. " * 6
    )
    korean = replace(LETTER, html=f'<div class="body"><p>{sentences}</p></div>', language="ko")
    data = renderer.render(korean).data
    with pikepdf.open(BytesIO(data)) as pdf:
        faces = {str(font.BaseFont) for font in pdf.pages[0].Resources.Font.values()}
    if not _has_korean_serif():
        lacking("no Korean serif face is installed", "apt-get install fonts-noto-cjk")
    assert any("Serif-CJK" in face or "Myeongjo" in face or "Batang" in face for face in faces), faces
    with pypdfium2.PdfDocument(data) as opened:
        text = opened[0].get_textpage().get_text_bounded()
    assert "\u2060" not in text
    lines = [line for line in text.splitlines() if "범죄" in line or "유엔" in line]
    assert len(lines) > 3
    assert {word for line in lines for word in line.split()} <= set(sentences.split())
