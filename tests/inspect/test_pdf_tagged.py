"""A PDF is read by its tags, in their order; tags that lead astray are not followed, whatever they cost."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from docx_samples import BRIEFING, LETTER, document
from html_reader import read_html
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from material import ROOT
from pikepdf import Array, Dictionary, Name, String

from briefgen.errors import BriefgenError
from briefgen.inspect import pdf_worker
from briefgen.inspect.compare import find_differences
from briefgen.inspect.pdf_tagged import MAX_TAG_DEPTH, MAX_TAG_ELEMENTS, UnusableTagsError, read_tagged_pdf
from briefgen.inspect.pdf_untagged import read_any_pdf
from briefgen.render.pdf.renderer import PdfRenderer

BRIEF = document(BRIEFING, "briefing")


@pytest.fixture(scope="module")
def renderer() -> PdfRenderer:
    return PdfRenderer((ROOT / "templates" / "css",))


@pytest.fixture(scope="module")
def briefing(renderer: PdfRenderer) -> bytes:
    return renderer.render(BRIEF).data


@pytest.fixture(scope="module")
def letter(renderer: PdfRenderer) -> bytes:
    return renderer.render(document(LETTER)).data


def with_tree(data: bytes, change: Callable[[pikepdf.Pdf, Any], None]) -> bytes:
    """The PDF with its structure tree changed."""
    out = BytesIO()
    with pikepdf.open(BytesIO(data)) as pdf:
        change(pdf, pdf.Root.StructTreeRoot)
        pdf.save(out)
    return out.getvalue()


@pytest.mark.slow
def test_everything_is_read_that_the_document_says(briefing: bytes) -> None:
    read = read_tagged_pdf(briefing).build(printed=True)
    said = read_html(BRIEF.html)
    assert find_differences(said, read) == []
    assert [(token.level, token.text) for token in read.headings][:3] == [
        (1, "A Sample Paper"),
        (2, "Summary"),
        (2, "Contents"),
    ]
    assert [note.number for note in read.notes] == [1, 2, 3, 4, 5]
    assert [note.position for note in read.notes] == [note.position for note in said.notes]
    assert [len(table) for table in read.tables] == [len(table) for table in said.tables]
    assert "https://example.org/x" in [link.target for link in read.links]


def test_a_contents_list_is_read_without_the_numbers_of_its_pages(briefing: bytes) -> None:
    links = [link.text for link in read_tagged_pdf(briefing).build().links if link.target == "#"]
    assert links[:3] == ["What is known", "More of it", "What others found"]


def test_an_entry_is_read_before_the_list_within_it(renderer: PdfRenderer) -> None:
    html = "<ul><li><strong>First</strong><ul><li>within</li></ul></li><li>last</li></ul>"
    data = renderer.render(document(html)).data
    words = [token.text for token in read_tagged_pdf(data).build().tokens if token.kind == "text"]
    assert words == ["First", "within", "last"]


def test_words_that_no_tag_reaches_are_read_last(briefing: bytes) -> None:
    def cut(pdf: pikepdf.Pdf, root: Any) -> None:
        body = root.K.K[-1]
        del body["/K"]

    data = with_tree(briefing, cut)
    read = read_any_pdf(data)
    assert read.structured
    assert read.tokens[-1].text == "Last"
    assert find_differences(read_html(BRIEF.html), read)


def _cyclic(pdf: pikepdf.Pdf, root: Any) -> None:
    root.K.K.append(root.K)


def _shared(pdf: pikepdf.Pdf, root: Any) -> None:
    root.K.K.append(root.K.K[0])


def _deep(pdf: pikepdf.Pdf, root: Any) -> None:
    inner = pdf.make_indirect(Dictionary(S=Name.P))
    for _ in range(MAX_TAG_DEPTH + 2):
        inner = pdf.make_indirect(Dictionary(S=Name.Div, K=inner))
    root.K.K.append(inner)


def _wide(pdf: pikepdf.Pdf, root: Any) -> None:
    root.K.K.append(pdf.make_indirect(Dictionary(S=Name.P, K=Array([0] * (MAX_TAG_ELEMENTS + 1)))))


def _none(pdf: pikepdf.Pdf, root: Any) -> None:
    del pdf.Root.StructTreeRoot


def _empty(pdf: pikepdf.Pdf, root: Any) -> None:
    del root["/K"]


@pytest.mark.parametrize("change", [_cyclic, _shared, _deep, _wide, _none, _empty])
def test_tags_that_lead_astray_are_not_followed_and_words_and_notes_are_still_read(
    briefing: bytes, change: Callable[[pikepdf.Pdf, Any], None]
) -> None:
    data = with_tree(briefing, change)
    with pytest.raises(UnusableTagsError):
        read_tagged_pdf(data)
    read = read_any_pdf(data)
    assert not read.structured
    assert len(read.notes) == 5
    assert find_differences(read_html(BRIEF.html), read) == []


NONSENSE = st.sampled_from(
    [
        7,
        -1,
        10**12,
        "nonsense",
        Name.P,
        Name.TD,
        Array([]),
        Array([1, 2, Dictionary()]),
        Dictionary(),
        None,
        True,
    ]
)


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None)
@given(st.data())
def test_tags_of_any_nonsense_are_read_or_not_and_never_break(letter: bytes, data: st.DataObject) -> None:
    def spoil(pdf: pikepdf.Pdf, root: Any) -> None:
        entries = [each for each in pdf.objects if isinstance(each, Dictionary) and "/S" in each]
        for _ in range(3):
            entry = data.draw(st.sampled_from(range(len(entries))))
            key = data.draw(st.sampled_from(["/S", "/K", "/Pg", "/A", "/Alt", "/Type"]))
            value = data.draw(NONSENSE)
            if value is None:
                if key in entries[entry]:
                    del entries[entry][key]
            else:
                entries[entry][key] = String(value) if isinstance(value, str) else value

    assert read_any_pdf(with_tree(letter, spoil)).running


# The process that reads


def test_the_process_apart_says_what_was_read(briefing: bytes) -> None:
    assert pdf_worker.read_pdf_in_child(briefing, "a.pdf") == read_any_pdf(briefing)


def test_a_problem_in_the_process_apart_names_the_file() -> None:
    with pytest.raises(BriefgenError) as caught:
        pdf_worker.read_pdf_in_child(b"%PDF-1.7 broken", "a.pdf")
    (problem,) = caught.value.problems
    assert (problem.code, str(problem.place)) == ("pdf-unreadable", "a.pdf")


def test_a_process_that_takes_too_long_or_too_much_is_told(
    briefing: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf_worker, "READ_TIMEOUT_S", 0.001)
    with pytest.raises(BriefgenError) as caught:
        pdf_worker.read_pdf_in_child(briefing, "a.pdf")
    assert "longer than" in caught.value.problems[0].message
