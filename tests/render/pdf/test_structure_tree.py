"""Every kind of PDF is accessible: two judges find nothing, and each check of our own is shown to find its fault."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import page
import pikepdf
import pydyf
import pytest
from pdf_samples import BRIEFING, KINDS, LETTER, NOTE, SENTENCE, footnotes, letter
from pdf_structure import Element, Structured, codes, faults, outline, told

from briefgen.campaign.open import open_campaign
from briefgen.errors import BriefgenError
from briefgen.render.pdf.file_writer import write_pdf
from briefgen.render.pdf.pdfa import make_pdfa
from briefgen.render.pdf.renderer import PdfRenderer

STYLES = (Path(__file__).parents[3] / "templates/css",)


@cache
def renderer(purpose: Literal["accessible", "archive"] = "accessible") -> PdfRenderer:
    return PdfRenderer(STYLES, purpose)


@pytest.fixture(scope="module", autouse=True)
def _leave() -> Iterator[None]:
    yield
    renderer.cache_clear()  # its fonts clean up after themselves only before Python ends


@cache
def made(kind: str) -> bytes:
    return renderer().render(KINDS[kind]).data


def judged(data: bytes, profile: str) -> list[str]:
    report = page.validate_pdf_bytes(data, profile=profile)
    assert report.rules.total > 100
    return [f"{failure.rule_id}: {failure.message}" for failure in report.failures]


@pytest.mark.parametrize("kind", KINDS)
def test_the_judge_of_pdf_ua_finds_nothing(kind: str) -> None:
    assert judged(made(kind), "ua1") == []


@pytest.mark.parametrize("kind", KINDS)
def test_our_own_checker_finds_nothing(kind: str) -> None:
    assert faults(made(kind), footnotes(KINDS[kind])) == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_structure_tells_the_whole_text_in_its_order(kind: str) -> None:
    """Notes come behind the block that calls them, so words are compared without them; then the notes."""
    written = KINDS[kind].html
    without_notes = re.sub(r'<span class="footnote">.*?</span>', "", written)
    expected = "".join(html.unescape(re.sub(r"<[^>]*>", "", without_notes)).split())
    with pikepdf.open(BytesIO(made(kind))) as pdf:
        read = Structured(pdf)
        assert read.root
        spoken = "".join(_words(read, read.root))
    assert "".join(spoken.split()) == expected
    assert told(made(kind)).count("A Plain Title") >= footnotes(KINDS[kind])


def _words(read: Structured, element: Element) -> list[str]:
    """The text but for notes, their calls, labels of items, drawings, and page numbers in the contents."""
    if element.type in ("Note", "Lbl", "Figure"):
        return []
    if element.type == "Reference":
        text = read.text(element)
        return [] if text.isdecimal() else [re.sub(r"\d+$", "", text)]
    return [
        part
        for kid in element.kids
        for part in (
            _words(read, kid)
            if isinstance(kid, Element)
            else [read.painted[kid]]
            if isinstance(kid, tuple)
            else []
        )
    ]


@pytest.mark.slow
def test_every_document_of_the_starter_campaign_is_accessible() -> None:
    opened = open_campaign(STYLES[0].parents[1] / "examples/starter")
    documents = [opened.composer.compose_briefing(), *map(opened.composer.compose_letter, opened.recipients)]
    assert len(documents) > 10
    for document in documents:
        data = renderer().render(document).data
        assert judged(data, "ua1") == []
        assert faults(data, footnotes(document)) == []


def test_a_paragraph_over_two_pages_is_one_paragraph() -> None:
    data = made("letter of two pages")
    assert sum(line.strip() == "P" for line in outline(data)) == KINDS["letter of two pages"].html.count(
        "<p>"
    )
    with pikepdf.open(BytesIO(data)) as pdf:
        pages = [{page for page, _ in paragraph.content()} for paragraph in Structured(pdf).of("P")]
    assert {0, 1} in pages


def test_a_table_over_two_pages_is_one_table_and_says_its_head_once() -> None:
    lines = [line.strip() for line in outline(made("briefing"))]
    assert lines.count("Table") == 3
    assert lines.count("THead") == 2
    assert told(made("briefing")).count("Numbers") == 1


def test_heads_of_pages_and_leaders_are_not_told() -> None:
    text = told(made("letter of two pages"))
    assert "Page 2 of 2" not in text
    assert text.count("24 November 2026") == 1
    with pikepdf.open(BytesIO(made("briefing"))) as pdf:
        read = Structured(pdf)
        assert [re.sub(r"\d+$", "", read.text(line)) for line in read.of("TOCI")] == [
            "One heading",
            "Another",
        ]


def test_the_letter_has_the_structure_that_it_should() -> None:
    document = letter(f"<p>Text{NOTE} and <span lang='fr'>bonjour</span>.</p>")
    assert [line for line in outline(renderer().render(document).data) if line.startswith("    ")] == [
        "    H1", "    P",  # letterhead
        "    P",  # address
        "    P",  # date
        "    P",  # subject
        "    P",  # salutation
        "    P", "      Reference", "        Link", "      Span",
        "    Note", "      Lbl", "        Link", "      Link",
        "    P",  # close
        "    P",  # signature, without its picture
    ]  # fmt: skip


def test_passages_in_another_language_name_it() -> None:
    with pikepdf.open(BytesIO(made("briefing"))) as pdf:
        named = [(one.type, str(one.entry.Lang)) for one in Structured(pdf).elements if "/Lang" in one.entry]
    assert named == [("Span", "fr"), ("BlockQuote", "de")]


def test_a_level_of_headings_that_is_left_out_is_closed() -> None:
    """The briefing goes from h2 to h3 at once where the contents end, and a template may begin with h3."""
    data = renderer().render(letter("<h3>Deep</h3><p>x</p><h3>Deep</h3><p>x</p>")).data
    assert [line.strip() for line in outline(data) if "H" in line] == ["H1", "H2", "H2"]
    assert faults(data, 0) == []


def test_the_words_of_note_links_are_in_the_documents_language() -> None:
    with pikepdf.open(BytesIO(made("German letter"))) as pdf:
        words = [str(link.Contents) for link in pdf.pages[0].Annots]
    assert words.count("Anmerkung 1") == 2


@pytest.mark.slow
def test_no_stream_that_we_pack_ends_in_a_carriage_return() -> None:
    """Packed, one in 256 would: among forty letters of seven streams each, one on average."""
    data = [renderer("archive").render(letter(f"<p>Letter {number}</p>")).data for number in range(40)]
    assert [one for one in data if b"\r\nendstream" in one] == []


def packed(words: str, archive: bool) -> bytes:
    """A PDF whose list of objects is compressed."""
    pdf = pydyf.PDF()
    pdf.add_page(
        pydyf.Dictionary(
            {"Type": "/Page", "Parent": pdf.pages.reference, "Resources": "<<>>", "MediaBox": "[0 0 9 9]"}
        )
    )
    pdf.add_object(pydyf.Dictionary({"Words": pydyf.String(words)}))
    metadata = pydyf.Stream([b"</rdf:RDF>"])
    pdf.add_object(metadata)
    pdf.catalog.update({"Metadata": metadata.reference, "AF": pydyf.Array()})
    if archive:
        make_pdfa(pdf)
    return write_pdf(pdf, b"identifier", archive=archive)


def test_no_list_of_objects_ends_in_a_carriage_return() -> None:
    tried = ["a" * number for number in range(600)]
    bad = [words for words in tried if b"\r\nendstream" in packed(words, archive=False)]
    assert bad
    for words in bad:
        data = packed(words, archive=True)
        assert b"\r\nendstream" not in data and data == packed(words, archive=True)
        with pikepdf.open(BytesIO(data)) as pdf:
            assert [str(one.Words) for one in pdf.objects if "/Words" in one] == [words]
            assert pdf.check_pdf_syntax() == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_archive_pdf_satisfies_both_standards(kind: str) -> None:
    data = renderer("archive").render(KINDS[kind]).data
    assert judged(data, "3a") == []
    assert judged(data, "ua1") == []
    assert faults(data, footnotes(KINDS[kind])) == []
    with pikepdf.open(BytesIO(data)) as pdf:
        (associated,) = pdf.Root.AF
        assert str(associated.AFRelationship) == "/Data"
        assert str(associated.UF) == "briefgen-evidence.json"
        assert str(associated.EF.F.Subtype) == "/application/json"
    assert renderer("archive").render(KINDS[kind]).data == data


@pytest.mark.parametrize("rows", range(8, 40, 4))
def test_no_note_of_a_table_is_lost(rows: int) -> None:
    row = f"<tr><th>Row</th><td>{SENTENCE}{NOTE}</td></tr>"
    table = f"<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody>{row * rows}</tbody></table>"
    assert faults(renderer().render(replace(LETTER, html=table)).data, rows) == []


def test_see_through_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.css").write_text(".body p { opacity: 0.5 }")
    with pytest.raises(BriefgenError) as caught:
        PdfRenderer((tmp_path, *STYLES)).render(LETTER)
    assert [problem.code for problem in caught.value.problems] == ["pdf-see-through"]


# Each check finds its fault


def first(pdf: pikepdf.Pdf, type_: str) -> Any:
    return Structured(pdf).of(type_)[0].entry


def in_content(before: bytes, after: bytes) -> Callable[[pikepdf.Pdf], None]:
    def breaks(pdf: pikepdf.Pdf) -> None:
        page = pdf.pages[-1]
        data = page.Contents.read_bytes()
        assert before in data
        page.Contents = pdf.make_stream(data.replace(before, after, 1))

    return breaks


def drop(key: str, *path: str) -> Callable[[pikepdf.Pdf], None]:
    def breaks(pdf: pikepdf.Pdf) -> None:
        holder = pdf.Root
        for step in path:
            holder = holder[step]
        del holder[key]

    return breaks


def of(type_: str, change: Callable[[Any], None]) -> Callable[[pikepdf.Pdf], None]:
    return lambda pdf: change(first(pdf, type_))


def delete(key: str) -> Callable[[Any], None]:
    return lambda entry: entry.__delitem__(key)


def put(key: str, value: Any) -> Callable[[Any], None]:
    return lambda entry: entry.__setitem__(key, value)


def swap_notes(pdf: pikepdf.Pdf) -> None:
    one, two = (note.entry for note in Structured(pdf).of("Note")[:2])
    for key in ("/K", "/ID"):
        one[key], two[key] = two[key], one[key]


def dead_link(pdf: pikepdf.Pdf) -> None:
    for link in pdf.pages[0].Annots:
        link.Dest = pikepdf.Array([pdf.pages[-1].obj, pikepdf.Name.XYZ, 0, 0, 0])


def stray_link(pdf: pikepdf.Pdf) -> None:
    copy = pdf.make_indirect(pikepdf.Dictionary(pdf.pages[0].Annots[0]))
    pdf.pages[0].Annots.append(copy)


def no_annotation(pdf: pikepdf.Pdf) -> None:
    """What a renderer does that numbers objects and then removes some."""
    pdf.pages[0].Annots.append(pdf.make_indirect(pikepdf.Dictionary(S=pikepdf.Name.P)))


def unembed(pdf: pikepdf.Pdf) -> None:
    for entry in pdf.objects:
        if isinstance(entry, pikepdf.Dictionary) and "/FontFile3" in entry:
            del entry["/FontFile3"]


def untranslate(pdf: pikepdf.Pdf) -> None:
    for entry in pdf.objects:
        if isinstance(entry, pikepdf.Dictionary) and "/ToUnicode" in entry:
            del entry["/ToUnicode"]


def rename(before: str, after: str) -> Callable[[pikepdf.Pdf], None]:
    return lambda pdf: first(pdf, before).__setitem__("/S", pikepdf.Name("/" + after))


def forget_kid(type_: str) -> Callable[[pikepdf.Pdf], None]:
    def breaks(pdf: pikepdf.Pdf) -> None:
        entry = first(pdf, type_)
        if isinstance(entry.K, pikepdf.Array):
            del entry.K[0]
        else:
            del entry["/K"]

    return breaks


def box_in_pixels(figure: Any) -> None:
    figure.A.BBox = pikepdf.Array([float(side) / 0.75 for side in figure.A.BBox])


def untitled(pdf: pikepdf.Pdf) -> None:
    pdf.Root.ViewerPreferences.DisplayDocTitle = False


def without_tabs(pdf: pikepdf.Pdf) -> None:
    del pdf.pages[-1].obj["/Tabs"]


def wrong_parents(pdf: pikepdf.Pdf) -> None:
    owners = pdf.Root.StructTreeRoot.ParentTree.Nums[1]
    owners[0], owners[-1] = owners[-1], owners[0]


def orphan(pdf: pikepdf.Pdf) -> None:
    first(pdf, "Note").P = pdf.Root.StructTreeRoot


def no_outline(pdf: pikepdf.Pdf) -> None:
    del pdf.Root["/Outlines"]


BROKEN: dict[str, tuple[str, Callable[[pikepdf.Pdf], None]]] = {
    "text outside of marks": ("unmarked", in_content(b"q\n", b"q\nBT (x) Tj ET\n")),
    "a rule outside of marks": ("unmarked", in_content(b"q\n", b"q\n0 0 9 9 re f\n")),
    "a mark within an artifact": ("mixed", in_content(b"/Span", b"/Artifact BMC EMC\n/Artifact BMC\n/Span")),
    "a mark twice": ("twice", in_content(b"/MCID 3>>", b"/MCID 2>>")),
    "a mark that the tree does not have": ("reached", forget_kid("P")),
    "a mark that leads to another element": ("parents", wrong_parents),
    "an element with another parent": ("tree", orphan),
    "a head of the page as text": ("reached", in_content(b"/Artifact\n<</Type /Pagination", b"/Span\n<</MCID 999")),
    "no language": ("language", drop("/Lang")),
    "not marked": ("marked", drop("/Marked", "/MarkInfo")),
    "title not shown": ("title", untitled),
    "no metadata": ("metadata", drop("/Metadata")),
    "tabulator by rows": ("tabs", without_tabs),
    "a level left out": ("headings", rename("H2", "H4")),
    "a head without scope": ("scope", of("TH", delete("/A"))),
    "a table without heads": ("scope", lambda pdf: [one.entry.__setitem__("/S", pikepdf.Name.TD) for one in Structured(pdf).of("TH")]),
    "a cell too few": ("grid", lambda pdf: Structured(pdf).of("TR")[4].entry.K.__delitem__(0)),
    "something else in a list": ("list", rename("LI", "P")),
    "an item without body": ("list", rename("LBody", "Span")),
    "no alternative text": ("alt", of("Figure", delete("/Alt"))),
    "alternative text of blanks": ("alt", of("Figure", put("/Alt", " "))),
    "a box in pixels": ("bbox", of("Figure", box_in_pixels)),
    "a link outside of the tree": ("link", stray_link),
    "an annotation that is none": ("link", no_annotation),
    "a link that cannot be followed": ("link", lambda pdf: pdf.pages[0].obj.__delitem__("/Annots")),
    "a link without words": ("link-words", lambda pdf: pdf.pages[0].Annots[0].__delitem__("/Contents")),
    "a font that is not embedded": ("font", unembed),
    "glyphs without characters": ("unicode", untranslate),
    "a note that is a span": ("notes", rename("Note", "Span")),
    "a call that is a span": ("notes", lambda pdf: Structured(pdf).of("Reference")[-1].entry.__setitem__("/S", pikepdf.Name.Span)),
    "a note without identifier": ("note-id", of("Note", delete("/ID"))),
    "two notes of one name": ("note-id", lambda pdf: Structured(pdf).of("Note")[1].entry.__setitem__("/ID", "note-1")),
    "no tree of identifiers": ("note-id", drop("/IDTree", "/StructTreeRoot")),
    "notes in another order": ("note-order", swap_notes),
    "a note without label": ("note-order", forget_kid("Note")),
    "calls that lead elsewhere": ("note-link", dead_link),
    "no bookmarks": ("outline", no_outline),
    "no tree": ("tree", drop("/StructTreeRoot")),
}  # fmt: skip


@pytest.mark.parametrize("fault", BROKEN)
def test_each_check_finds_the_fault_that_it_is_for(fault: str) -> None:
    code, breaks = BROKEN[fault]
    with pikepdf.open(BytesIO(made("briefing"))) as pdf:
        breaks(pdf)
        file = BytesIO()
        pdf.save(file)
    assert code in codes(file.getvalue(), footnotes(BRIEFING))


def test_what_the_renderer_beneath_makes_would_not_pass() -> None:
    """WeasyPrint's own tree, against which ours is made: the checker knows what is wrong with it."""
    import weasyprint

    from briefgen.render.pdf.html_page import build_html_page

    css = "\n".join((STYLES[0] / name).read_text() for name in ("page.css", "briefing.css"))
    plain = weasyprint.HTML(string=build_html_page(BRIEFING)).write_pdf(
        stylesheets=[weasyprint.CSS(string=css)], pdf_variant="pdf/ua-1"
    )
    assert {"notes", "reached", "bbox", "list", "scope"} <= codes(plain, footnotes(BRIEFING))
