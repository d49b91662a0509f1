"""Each note stands on the page of its call, once and in order, wherever the page ends; or nothing is made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import page
import pytest
from pdf_samples import LETTER, NOTE, SENTENCE, footnotes, letter
from pdf_structure import faults

from briefgen.errors import BriefgenError
from briefgen.inspect.compare import find_differences
from briefgen.inspect.docx import read_docx
from briefgen.inspect.pdf_untagged import read_any_pdf
from briefgen.model.document import Document
from briefgen.render.docx.renderer import DocxRenderer
from briefgen.render.pdf import footnotes as keeping
from briefgen.render.pdf.renderer import PdfRenderer

STYLES = (Path(__file__).parents[3] / "templates/css",)
LINE = "<p>A line that fills the page.</p>"
LONG = f'<span class="footnote">{"A note of some length that goes on. " * 9}</span>'


@cache
def renderer() -> PdfRenderer:
    return PdfRenderer(STYLES)


@pytest.fixture(scope="module", autouse=True)
def _leave() -> Iterator[None]:
    yield
    renderer.cache_clear()  # its fonts clean up after themselves only before Python ends


def paper(html: str) -> Document:
    return replace(LETTER, kind="briefing", html=html)


@dataclass
class Standing:
    """Pages of each note and its calls, by number, and the numbers in the order in which they stand."""

    calls: dict[int, set[int]] = field(default_factory=dict)
    notes: dict[int, list[int]] = field(default_factory=dict)
    over: list[int] = field(default_factory=list)

    def faults(self) -> list[str]:
        return [
            *(f"{one} is called on {on} and stands on {self.notes.get(one)}" for one, on in self.calls.items()
              if self.notes.get(one) != [min(on)]),
            *([] if list(self.notes) == sorted(self.calls) else [f"order {list(self.notes)}"]),
            *(f"notes lie over the text of page {one}" for one in self.over),
        ]  # fmt: skip


def laid_out(document: Document) -> tuple[Any, Any]:
    """The document as WeasyPrint read it, and its layout."""
    renderer().measure(document)
    assert renderer()._measured is not None
    layout = renderer()._measured[1]
    return layout.page, layout.document


def standing(document: Document) -> Standing:
    return standing_in(*laid_out(document))


def standing_in(source: Any, layout: Any) -> Standing:
    elements = [one for one in source.etree_element.iter() if one.get("class") == "footnote"]
    numbers = {element: number for number, element in enumerate(elements, 1)}
    found = Standing({number: set() for number in numbers.values()})
    for place, one in enumerate(layout.pages):
        for box in one._page_box.descendants():
            if type(box).__name__ != "InlineBox":
                continue
            if str(box.element_tag).endswith("::footnote-call"):
                found.calls[numbers[box.element]].add(place)
            elif str(box.element_tag).endswith("::footnote-marker"):
                found.notes.setdefault(numbers[box.element], []).append(place)
        if keeping.find_overflowing_footnotes(one._page_box):
            found.over.append(place)
    return found


def swept(*ends: str) -> list[Document]:
    """Papers in which the page ends at every line of what is given."""
    return [paper(LINE * lines + end) for end in ends for lines in range(20, 36)]


PARAGRAPHS = {
    "a note in the second line, and some before": (
        f"<p>One.{NOTE} Two.{NOTE}</p><p>{SENTENCE}And a half. {NOTE}{SENTENCE * 4}</p>"
    ),
    "a note in the first line of a long paragraph": f"<p>First.{LONG} {SENTENCE * 6}</p>",
    "notes in each line": "<p>" + f"{SENTENCE}{NOTE}" * 8 + "</p>",
    "items with notes": "<ul>" + f"<li>{SENTENCE * 4}{NOTE}</li>" * 5 + "</ul>",
    "a heading with a note above": f"<h2>A heading{NOTE}</h2><p>{SENTENCE}{LONG} {SENTENCE * 5}{NOTE}</p>",
}
HEAD = f"<thead><tr><th>a{NOTE}</th><th>b</th></tr></thead>"
TABLES = {
    "rows with notes": f"<tr><td>{SENTENCE}{NOTE}</td><td>x{NOTE}</td></tr>" * 9,
    "cells of paragraphs": f"<tr><td>x</td><td><p>{SENTENCE * 3}{NOTE}{SENTENCE * 2}</p><p>y{LONG}</p></td></tr>" * 5,
    "long notes": f"<tr><td>{SENTENCE}{LONG}</td><td>x{LONG}</td></tr>" * 5,
    "a cell over three rows": (
        f'<tr><th rowspan="3">{SENTENCE * 7}{NOTE}</th><td>x{NOTE}</td></tr>'
        + f"<tr><td>x{NOTE}</td></tr>" * 2
    ) * 4,
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("kind", PARAGRAPHS)
def test_a_note_stands_on_the_page_of_its_call(kind: str) -> None:
    assert [fault for one in swept(PARAGRAPHS[kind]) for fault in standing(one).faults()] == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", TABLES)
def test_so_it_does_where_a_table_calls_it(kind: str) -> None:
    tables = (
        f"<table><tbody>{TABLES[kind]}</tbody></table>",
        f"<table>{HEAD}<tbody>{TABLES[kind]}</tbody></table>",
    )
    documents = swept(*tables)[:: 3 if kind == "rows with notes" else 4]
    assert [fault for one in documents for fault in standing(one).faults()] == []


@pytest.fixture(scope="module")
def captioned() -> list[tuple[Any, Any]]:
    """Layouts in which the page ends at every line of a table whose caption and head have notes."""
    table = (
        f"<table><caption>A table{NOTE}</caption>{HEAD}<tbody>{TABLES['cells of paragraphs']}</tbody></table>"
    )
    return list(map(laid_out, swept(table)))


@pytest.mark.slow
def test_so_it_does_where_the_caption_and_the_head_of_a_table_call_it(
    captioned: list[tuple[Any, Any]],
) -> None:
    assert len(captioned) == 16
    assert [fault for one in captioned for fault in standing_in(*one).faults()] == []


def test_no_caption_stands_on_a_page_without_its_table(captioned: list[tuple[Any, Any]]) -> None:
    assert len(captioned) == 16
    for _, layout in captioned:
        for one in layout.pages:
            lines = [
                str(box.element_tag) for box in one._page_box.descendants() if type(box).__name__ == "LineBox"
            ]
            assert "caption" not in lines or "p" in lines[lines.index("caption") :]


@pytest.mark.slow
def test_without_our_part_weasyprint_still_parts_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """When it no longer does, the module can go."""
    monkeypatch.setattr(keeping, "SUPPORTED_VERSIONS", frozenset())
    lost = late = False
    for document in swept(*PARAGRAPHS.values()):
        found = standing(document)
        lost |= any(found.notes.get(number) is None for number in found.calls)
        late |= any(min(pages) > max(found.calls[one]) for one, pages in found.notes.items())
        if lost and late:
            return
    pytest.fail(f"WeasyPrint loses a note: {lost}; sets one late: {late}")


def test_weasyprint_is_as_it_was_afterwards() -> None:
    from weasyprint.layout import LayoutContext, block

    def parts() -> tuple[Any, ...]:
        return block._linebox_layout, LayoutContext.report_footnote

    before = parts()
    with pytest.raises(ZeroDivisionError), keeping.keep_footnotes_with_calls():
        assert not set(parts()) & set(before)
        raise ZeroDivisionError
    assert parts() == before


def test_another_weasyprint_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    from weasyprint.layout import block

    monkeypatch.setattr("weasyprint.__version__", "71.0")
    before = block._linebox_layout
    with keeping.keep_footnotes_with_calls():
        assert block._linebox_layout is before


def test_the_version_that_is_installed_is_one_of_those_that_are_known() -> None:
    import weasyprint

    assert weasyprint.__version__ in keeping.SUPPORTED_VERSIONS


@pytest.mark.slow
def test_a_table_with_notes_over_pages_is_accessible_and_the_same_in_word() -> None:
    rows = f"<tr><th scope='row'>Row</th><td>{SENTENCE}{NOTE}</td><td>x{LONG}</td></tr>" * 14
    head = f"<thead><tr><th>a{NOTE}</th><th>b</th><th>c</th></tr></thead>"
    table = f"<table><caption>A table{NOTE}</caption>{head}<tbody>{rows}</tbody></table>"
    document = letter(f"<p>I ask you to act.{NOTE}</p><p>{SENTENCE * 20}</p>{table}<p>Thank you.{NOTE}</p>")
    made = renderer().render(document)
    assert made.pages >= 3
    assert faults(made.data, footnotes(document)) == []
    assert [one.message for one in page.validate_pdf_bytes(made.data, profile="ua1").failures] == []
    assert find_differences(read_docx(DocxRenderer().render(document).data), read_any_pdf(made.data)) == []


def test_a_note_as_long_as_a_page_is_refused() -> None:
    endless = f'<span class="footnote">{"A note of some length that goes on. " * 240}</span>'
    with pytest.raises(BriefgenError) as caught:
        renderer().render(paper(f"<p>One.{NOTE}</p><p>{SENTENCE}{endless} {SENTENCE}</p>{LINE * 3}"))
    (problem,) = caught.value.problems
    assert problem.code == "footnote-lost"
    assert problem.message.endswith(f": 2 (A note of some length that goes on. A no…), in {LETTER.title!r}")
