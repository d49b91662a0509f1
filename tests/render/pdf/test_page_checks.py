"""A campaign's own stylesheet changes how a letter looks, and neither what it says nor whether that can be read."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from docx_samples import BRIEFING, LETTER, data_address, document
from layout_samples import WINDOWED, laid_out

from briefgen.errors import BriefgenError
from briefgen.model.branding import Branding
from briefgen.model.document import LayoutName
from briefgen.render.pdf.css_policy import check_css_wording
from briefgen.render.pdf.renderer import PdfRenderer

FOOT = Branding(foot=("Registered charity 1",))
SHIPPED = Path(__file__).parents[3] / "templates" / "css"


def own(folder: Path, css: str) -> PdfRenderer:
    """A renderer with a campaign's copies of our stylesheets, to which some lines were added."""
    shutil.copytree(SHIPPED, folder / "css")
    for kind in ("letter", "briefing"):
        with (folder / "css" / f"{kind}.css").open("a") as file:
            file.write(f"\n{css}\n")
    return PdfRenderer((folder / "css", SHIPPED))


HARMLESS = (
    "",
    ".salutation { border: 1pt solid red; text-align: center; }",
    ".letterhead h1 { font-variant-caps: all-small-caps; color: #7a1f2b; }",
    ".body { hyphens: auto; column-count: 2; }",
    ".enclosures { background: #1f3a5f; color: #fff; padding: 3mm; }",
    '@page { @bottom-center { content: "Seite " counter(page) " von " counter(pages); } }',
    ".inside-address { position: relative; left: 90mm; }",
    "ol { list-style-position: inside; }",
)


@pytest.mark.parametrize("css", HARMLESS)
def test_what_only_looks_different_is_let_through(tmp_path: Path, css: str) -> None:
    assert own(tmp_path, css).render(document(LETTER, "letter")).pages


def test_tables_contents_and_notes_over_several_pages_are_let_through(tmp_path: Path) -> None:
    pages = (
        own(tmp_path, ".evidence-annex { break-before: page; }").render(document(BRIEFING, "briefing")).pages
    )
    assert pages and pages > 1


SAYS_OTHERWISE = (
    (".body { visibility: hidden; }", "visibility: hidden"),
    (".salutation { display: none; }", "display: none"),
    (".salutation { position: running(away); }", "leaves out 'Dear Senator Sample:'"),
    ('.body p::before { content: "Not so: "; }', "adds 'Not so: '"),
    ('.body p::before { content: "-"; }', "adds '-' to the text"),
    (".body p::before { content: url(x.png); }", "url()"),
    (":root { --x: 'Not so'; } .body p::after { content: var(--x); }", "var()"),
    ('@page { @bottom-center { content: "RETRACTED"; } }', "RETRACTED"),
    ('@page { @top-left { content: "All of this has been retracted " counter(page); } }', "retracted"),
    (".salutation { text-transform: uppercase; }", "text-transform: uppercase"),
    (".body p { text-decoration: line-through; }", "line-through"),
    (".body p { unicode-bidi: bidi-override; direction: rtl; }", "bidi-override"),
    (".body { display: flex; flex-direction: column-reverse; }", "column-reverse"),
    (".body { transform: scale(0.05); }", "transform"),
    (".body p { counter-increment: footnote; }", "numbers footnote 1 as"),
    ("ol { list-style: lower-roman; }", "marks a list item with 'i.' instead of 1."),
    ("ol { list-style: none; }", "leaves out the number 1 of a list item"),
    (".body p { font-size: .01pt; }", "smaller than 5 pt"),
    (".body p { font: 1pt/12pt serif; }", "smaller than 5 pt"),
    (".body p { font-size: 1%; }", "smaller than 5 pt"),
)


@pytest.mark.parametrize(("css", "said"), SAYS_OTHERWISE)
def test_what_would_say_something_else_is_refused(tmp_path: Path, css: str, said: str) -> None:
    with pytest.raises(BriefgenError) as refused:
        own(tmp_path, css).render(document(LETTER, "letter"))
    first = refused.value.problems[0]
    assert first.code == "css-wording"
    assert said in first.message
    assert first.place is not None and first.place.file == "letter.css"


HIDES = (
    ".salutation p { color: white; }",
    ".salutation p { color: #bbb; }",
    ".salutation p { color: transparent; }",
    ".salutation { background: #1a1a1a; }",
    ".salutation { height: 0; overflow: hidden; }",
    ".salutation { text-indent: -190mm; }",
    ".salutation { position: absolute; top: -300mm; }",
    ".body { position: relative; margin-top: -20mm; padding-top: 20mm; background: white; }",
    ".salutation { background: linear-gradient(90deg, #000, #fff); }",
    ".salutation p { color: white; text-decoration: underline black; }",
    ".reference-line { margin-bottom: -9.5mm; }",
    ".body p { line-height: 0.1; }",
    "p { letter-spacing: -1em; }",
)


@pytest.mark.parametrize("css", HIDES)
def test_what_would_keep_words_from_being_read_is_refused(tmp_path: Path, css: str) -> None:
    with pytest.raises(BriefgenError) as refused:
        own(tmp_path, css).render(document(LETTER, "letter"))
    assert {problem.code for problem in refused.value.problems} == {"css-hidden"}


DRAWING = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30">'
    b'<text x="5" y="20" fill="white">pale</text></svg>'
)
FIGURE = f'<figure><img src="{data_address(DRAWING, "svg+xml")}" alt="A word"/></figure>'


def test_words_in_a_picture_are_the_pictures_own(tmp_path: Path) -> None:
    assert own(tmp_path, "").render(document(LETTER + FIGURE, "letter")).pages


def test_a_picture_that_is_hidden_is_told(tmp_path: Path) -> None:
    with pytest.raises(BriefgenError, match="leaves out the picture 'A word'"):
        own(tmp_path, "figure img { width: 0; height: 0; }").render(document(LETTER + FIGURE, "letter"))


MOVES = (
    ".enclosures { position: relative; top: -170mm; }",
    ".enclosures { position: fixed; top: 0; left: 0; }",
    ".enclosures { margin-top: -180mm; }",
)


@pytest.mark.parametrize("css", MOVES)
def test_a_block_that_is_moved_out_of_its_place_is_told(tmp_path: Path, css: str) -> None:
    with pytest.raises(BriefgenError, match=r"css-place: the stylesheet moves '.*' out of order"):
        own(tmp_path, css).render(document(LETTER, "letter"))


@pytest.mark.parametrize("layout", WINDOWED)
def test_every_layout_has_its_blocks_in_their_places(tmp_path: Path, layout: LayoutName) -> None:
    assert own(tmp_path, "").render(laid_out(layout)).pages


SQUARE = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30"><rect width="90" height="30"/></svg>'
)
TWO_FIGURES = FIGURE + f'<figure><img src="{data_address(SQUARE, "svg+xml")}" alt="A square"/></figure>'
COVERS = (
    "figure + figure { position: relative; top: -7mm; }",
    "figure + figure { margin-top: -10mm; }",
    "body > figure:nth-last-child(2) { height: 1mm; }",
    "body > figure:nth-last-child(2) img { position: absolute; }",
    "figure + figure { background: white; padding-top: 20mm; margin-top: -20mm; }",
)


@pytest.mark.parametrize("css", COVERS)
def test_a_picture_over_another_is_told(tmp_path: Path, css: str) -> None:
    figures = document(LETTER + TWO_FIGURES, "letter")
    assert own(tmp_path / "plain", "figure { margin: 5mm; background: #eee; }").render(figures).pages
    with pytest.raises(BriefgenError, match=r"css-place: the stylesheet (puts the picture|moves)"):
        own(tmp_path / "own", css).render(figures)


@pytest.mark.parametrize(
    ("kind", "code"), [("folder", "file-irregular"), ("link", "file-outside"), ("loop", "file-unreadable")]
)
def test_what_is_no_stylesheet_is_told(tmp_path: Path, kind: str, code: str) -> None:
    (tmp_path / "css").mkdir()
    path = tmp_path / "css" / "letter.css"
    if kind == "folder":
        path.mkdir()
    else:
        path.symlink_to(path if kind == "loop" else SHIPPED / "letter.css")
    with pytest.raises(BriefgenError) as refused:
        PdfRenderer((tmp_path / "css", SHIPPED)).render(document(LETTER, "letter"))
    assert [problem.code for problem in refused.value.problems] == [code]


def test_a_stylesheet_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    renderer = own(tmp_path, "")
    with (tmp_path / "css" / "letter.css").open("ab") as file:
        file.write(b"/* \xff */")
    with pytest.raises(BriefgenError) as refused:
        renderer.render(document(LETTER, "letter"))
    assert [problem.code for problem in refused.value.problems] == ["file-encoding"]


@pytest.mark.parametrize("name", ["page.css", "letter.css", "briefing.css"])
def test_a_copy_of_our_own_stylesheets_is_let_through(name: str) -> None:
    assert list(check_css_wording((SHIPPED / name).read_text(), name)) == []


def test_a_copy_of_the_modern_designs_stylesheet_is_let_through() -> None:
    assert list(check_css_wording((SHIPPED / "sans.css").read_text(), "sans.css")) == []


NOT_LISTED = (
    ('.body p { bookmark-level: 1; bookmark-label: "FORGED" }', "css-syntax", "bookmark-level: 1"),
    (".body { clip-path: circle(1mm); }", "css-syntax", "clip-path"),
    (".salutation { z-index: 2; }", "css-syntax", "z-index"),
    (".body p { font-family: Wingdings; }", "css-syntax", "Wingdings"),
    ('.body p { font: 11pt "Noto Emoji"; }', "css-syntax", "Noto Emoji"),
    ('.body p { font-feature-settings: "frac"; }', "css-syntax", "frac"),
    (".body p, :lang(ar) { direction: rtl; }", "css-wording", "rtl"),
    (":lang(en) { direction: rtl; }", "css-wording", "rtl"),
    ("@page { counter-increment: page 5; }", "css-wording", "page 5"),
    ("@page { @top-left { content: attr(title); } }", "css-wording", "attr()"),
    ("@page { @top-left { content: counter(footnote); } }", "css-wording", "counter(footnote)"),
    (".body p::before { content: open-quote; }", "css-wording", "open-quote"),
    (".body { opacity: 0.5; }", "pdf-see-through", "opacity"),
    (".body { mix-blend-mode: screen; }", "pdf-see-through", "mix-blend-mode"),
    (".body { width: calc(1mm + 2mm); }", "css-excessive", "calc"),
    (":root { --mine: 2mm; }", "css-wording", "--mine"),
    (":root { --accent: url(x); }", "css-syntax", "--accent"),
    (".body { display: var(--ink); }", "css-wording", "var"),
    ("p:hover { color: red; }", "css-syntax", "p:hover"),
    (".body { p { color: red; } }", "css-syntax", "'p'"),
    ("@counter-style x { system: fixed; symbols: a b; }", "css-syntax", "@counter-style"),
    ('@import "x.css";', "css-syntax", "@import"),
    ("@page { @footnote { background: linear-gradient(#000, #000); } }", "css-hidden", "linear-gradient"),
)


@pytest.mark.parametrize(("css", "code", "said"), NOT_LISTED)
def test_what_is_not_listed_is_refused_by_file_and_line(
    tmp_path: Path, css: str, code: str, said: str
) -> None:
    with pytest.raises(BriefgenError) as refused:
        own(tmp_path, css).render(document(LETTER, "letter"))
    first = refused.value.problems[0]
    assert (first.code, said in first.message) == (code, True), first.message
    assert first.place is not None and first.place.line is not None and first.place.line > 30


ALSO_HIDES = (
    "em { border: 4mm solid; }",
    ".enclosures { background: #1f3a5f; }",
    ".salutation { border-left: 60mm solid; text-indent: -60mm; }",
    ".body { width: 30mm; white-space: nowrap; background: #1f3a5f; color: white; }",
    "body { background: #222; }",
    "@page { @bottom-center { content: counter(page); height: 250mm; background: white; } }",
    ".letter-foot { color: #eee; }",
)
SEVERAL_LINES = f"<div class='body'><p>{'word ' * 30}<em>stressed</em>{' word' * 60}</p></div>".replace(
    "'", '"'
)


@pytest.mark.parametrize("css", ALSO_HIDES)
def test_boxes_borders_and_page_colours_hide_nothing(tmp_path: Path, css: str) -> None:
    renderer = own(tmp_path, css)
    renderer.branding = FOOT
    with pytest.raises(BriefgenError) as refused:
        renderer.render(document(LETTER + SEVERAL_LINES, "letter"))
    assert {problem.code for problem in refused.value.problems} == {"css-hidden"}


ALSO_HARMLESS = (
    "thead th { background: #1f3a5f; color: white; padding: 1mm; }",
    "tbody tr:nth-child(even) { background: #eee; } td, th { border: 1pt solid; padding: 1mm; }",
    "em { background: yellow; } ol li { border-left: 2pt solid; padding-left: 2mm; }",
    "html { background: #fffbe6; } p { line-height: 1; text-align: justify; }",
    ".letter-foot { color: var(--accent); font-family: 'Source Serif Pro', serif; }",
)


@pytest.mark.parametrize("css", ALSO_HARMLESS)
def test_colours_that_can_be_read_are_let_through_and_so_is_the_foot(tmp_path: Path, css: str) -> None:
    renderer = own(tmp_path, css)
    renderer.branding = FOOT
    assert renderer.render(document(LETTER + SEVERAL_LINES, "letter")).pages


def test_the_foot_of_a_letter_is_not_left_out(tmp_path: Path) -> None:
    renderer = own(tmp_path, ".letter-foot { position: running(other); }")
    renderer.branding = FOOT
    with pytest.raises(BriefgenError, match="leaves out 'Registered charity 1'"):
        renderer.render(document(LETTER, "letter"))
