"""What each structure element of a tagged PDF means to the reader; the files are made by hand."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from briefgen.inspect.pdf_tagged import MAX_TAG_DEPTH, UnusableTagsError, read_tagged_pdf
from briefgen.inspect.tokens import DocumentLink, DocumentToken, ExtractedDocument, TableCell


@dataclass(frozen=True)
class Tag:
    """A structure element: its type, its children (text, other elements, links) and other entries."""

    type: str
    kids: tuple[Any, ...]
    more: dict[str, Any]


@dataclass(frozen=True)
class Link:
    """A link annotation, as a child of an element."""

    target: str
    """A URL, or empty for a place in the document."""
    subtype: str = "/Link"


@dataclass(frozen=True)
class Page:
    """Text on the second page, as a child of an element."""

    text: str


def tag(type: str, *kids: Any, **more: Any) -> Tag:
    return Tag(type, kids, more)


class TaggedPdf:
    """A PDF of two pages with marked content for each text, and its structure tree."""

    def __init__(self, *blocks: Tag, roles: dict[str, str] | None = None, stray: str = "") -> None:
        self.pdf = pikepdf.new()
        self.pages = [self.pdf.add_blank_page(page_size=(600, 800)) for _ in range(2)]
        self.contents: list[list[str]] = [[], []]
        self.heights = [780, 780]
        self.marks = [0, 0]
        root = self.pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
        document = self.element(tag("Document", *blocks))
        root.K = document
        if roles:
            root.RoleMap = Dictionary({f"/{name}": Name(f"/{role}") for name, role in roles.items()})
        self.pdf.Root.StructTreeRoot = root
        self.pdf.Root.MarkInfo = Dictionary(Marked=True)
        if stray:
            self.contents[1].append(self._draw(stray, 1))
            self.contents[1].append(f"/Artifact BMC {self._draw('running', 1)} EMC")
        font = self.pdf.make_indirect(
            Dictionary(
                Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding
            )
        )
        for page, content in zip(self.pages, self.contents, strict=True):
            page.Resources = Dictionary(Font=Dictionary(F=font))
            page.Contents = self.pdf.make_stream("\n".join(content).encode("cp1252"))

    def _draw(self, text: str, page: int) -> str:
        self.heights[page] -= 14
        text = text.replace("(", r"\(").replace(")", r"\)")
        return f"BT /F 10 Tf 20 {self.heights[page]} Td ({text}) Tj ET"

    def _mark(self, text: str, page: int) -> int:
        number = self.marks[page]
        self.marks[page] += 1
        self.contents[page].append(f"/P <</MCID {number}>> BDC {self._draw(text, page)} EMC")
        return number

    def element(self, element: Tag) -> Any:
        entry = self.pdf.make_indirect(
            Dictionary(Type=Name.StructElem, S=Name(f"/{element.type}"), Pg=self.pages[0].obj)
        )
        kids = Array()
        for kid in element.kids:
            match kid:
                case str():
                    kids.append(self._mark(kid, 0))
                case Page(text):
                    mark = Dictionary(Type=Name.MCR, Pg=self.pages[1].obj, MCID=self._mark(text, 1))
                    kids.append(mark)
                case Link(target, subtype):
                    action = Dictionary(S=Name.URI, URI=String(target)) if target else Dictionary(S=Name.GoTo)
                    annotation = Dictionary(Type=Name.Annot, Subtype=Name(subtype), A=action)
                    kids.append(Dictionary(Type=Name.OBJR, Obj=self.pdf.make_indirect(annotation)))
                case Tag():
                    kids.append(self.element(kid))
                case _:
                    kids.append(kid)
        entry.K = kids
        for key, value in element.more.items():
            entry[f"/{key}"] = value
        return entry

    def data(self) -> bytes:
        stream = BytesIO()
        self.pdf.save(stream)
        return stream.getvalue()


def read(*blocks: Tag, **more: Any) -> ExtractedDocument:
    return read_tagged_pdf(TaggedPdf(*blocks, **more).data()).build()


def tokens(*blocks: Tag, **more: Any) -> list[tuple[Any, ...]]:
    """Kind, text and level of each token."""
    return [(token.kind, token.text, token.level) for token in read(*blocks, **more).tokens]


# Blocks


@pytest.mark.parametrize(
    ("type", "level"),
    [("H1", 1), ("H2", 2), ("H3", 3), ("H6", 6), ("H", 1), ("Title", 1), ("P", None), ("Div", None), ("H7", None)],
)  # fmt: skip
def test_headings_have_their_level(type: str, level: int | None) -> None:
    assert tokens(tag(type, "Words")) == [("heading" if level else "text", "Words", level)]


@pytest.mark.parametrize(
    "type", ["Span", "Quote", "Em", "Strong", "Sub", "Code", "Link", "Annot", "Lbl", "Reference"]
)
def test_inline_elements_do_not_end_a_block(type: str) -> None:
    assert tokens(tag("P", "one ", tag(type, "two "), "three")) == [("text", "one two three", None)]


@pytest.mark.parametrize("type", ["P", "Div", "Sect", "BlockQuote", "Unknown"])
def test_block_elements_do(type: str) -> None:
    assert tokens(tag("Div", "one", tag(type, "two"), "three")) == [
        ("text", "one", None),
        ("text", "two", None),
        ("text", "three", None),
    ]


def test_a_paragraph_goes_on_over_the_page() -> None:
    assert tokens(tag("P", "one", Page("two"), Page(" three"))) == [("text", "one two three", None)]
    assert tokens(tag("P", "one"), tag("P", Page("two"))) == [("text", "one", None), ("text", "two", None)]


def test_a_figure_is_its_description_and_not_what_is_written_in_it() -> None:
    document = read(
        tag("P", "one"), tag("Figure", "drawn", tag("Span", "words"), Alt=String("A chart")), tag("P", "two")
    )
    assert document.tokens == (
        DocumentToken("text", "one"),
        DocumentToken("image", "A chart", position=3),
        DocumentToken("text", "two"),
    )


@pytest.mark.parametrize(
    ("roles", "type", "level"),
    [
        ({"Chapter": "H2"}, "Chapter", 2),
        ({"A": "B", "B": "H3"}, "A", 3),
        ({"A": "B", "B": "C", "C": "D", "D": "H1"}, "A", 1),
        ({"A": "B", "B": "A"}, "A", None),
        ({"H1": "P"}, "H1", None),
    ],
)
def test_roles_are_followed_but_not_for_ever(roles: dict[str, str], type: str, level: int | None) -> None:
    assert tokens(tag(type, "Words"), roles=roles) == [("heading" if level else "text", "Words", level)]


# Lists and contents


def item(label: str, *body: Any) -> Tag:
    return tag("LI", tag("Lbl", label), tag("LBody", *body))


def test_items_have_their_marker_depth_and_blocks() -> None:
    inner = tag("L", item("a) ", "inner"))
    assert tokens(
        tag("L", item("1.", "first", inner), item("•", tag("P", "x"), tag("P", "y"))), tag("P", "z")
    ) == [
        ("marker", "1.", 1),
        ("text", "first", None),
        ("marker", "a)", 2),
        ("text", "inner", None),
        ("marker", "•", 1),
        ("text", "x", None),
        ("text", "y", None),
        ("text", "z", None),
    ]


def test_an_item_without_a_body_is_read_too() -> None:
    assert tokens(tag("L", tag("LI", tag("Lbl", "1."), "one"), tag("LI", "two", tag("Lbl", "2.")))) == [
        ("marker", "1.", 1),
        ("text", "one", None),
        ("text", "two", None),
        ("marker", "2.", 1),
    ]


def test_lists_in_cells_begin_at_the_first_depth() -> None:
    table = tag("Table", tag("TR", tag("TD", tag("L", item("1.", "in")))))
    assert [
        token for token in tokens(tag("L", item("1.", table), item("2.", "out"))) if token[0] == "marker"
    ] == [
        ("marker", "1.", 1),
        ("marker", "1.", 1),
        ("marker", "2.", 1),
    ]


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        (("Heading ", "12"), "Heading"),
        (("Heading ", " 12 "), "Heading"),
        (("Heading ", "xii"), "Heading xii"),
        (("12",), "12"),
        (("12 ", "Heading"), "12 Heading"),
    ],
)
def test_an_entry_of_the_contents_is_read_without_its_page_number(entry: tuple[str, ...], text: str) -> None:
    assert tokens(tag("TOC", tag("TOCI", tag("Reference", *entry)))) == [("text", text, None)]


def test_an_entry_with_entries_keeps_their_words() -> None:
    inner = tag("TOC", tag("TOCI", "Inner ", "3"))
    assert tokens(tag("TOC", tag("TOCI", "Outer ", "2", inner), tag("TOCI", "Last ", "4"))) == [
        ("text", "Outer", None),
        ("text", "Inner", None),
        ("text", "Last", None),
    ]


# Tables


def test_cells_have_their_place_and_header_cells_are_known() -> None:
    wide, tall = Dictionary(O=Name.Table, ColSpan=2), Dictionary(O=Name.Table, RowSpan=2)
    table = tag(
        "Table",
        tag("THead", tag("TR", tag("TD", "a"), tag("TD", "b", A=wide))),
        tag("TBody", tag("TR", tag("TH", "c", A=Array([Dictionary(O=Name.Layout), tall])), tag("TD", "d"))),
        tag("TR", tag("TD", tag("P", "e"), tag("P", "f"))),
    )
    assert read(table, tag("P", "after")).tables == (
        (
            TableCell(1, 1, True, "a"),
            TableCell(1, 2, True, "b"),
            TableCell(2, 1, True, "c"),
            TableCell(2, 2, False, "d"),
            TableCell(3, 2, False, "e f"),
        ),
    )


def test_a_table_in_a_header_has_cells_of_its_own() -> None:
    inner = tag("Table", tag("TR", tag("TD", "inner")))
    outer = tag(
        "Table", tag("THead", tag("TR", tag("TD", inner), tag("TD", "last"))), tag("TR", tag("TD", "body"))
    )
    assert read(outer).tables == (
        (TableCell(1, 1, True, "inner"), TableCell(1, 2, True, "last"), TableCell(2, 1, False, "body")),
        (TableCell(1, 1, False, "inner"),),
    )


@pytest.mark.parametrize(("span", "column"), [(3, 4), (0, 2), (-1, 2), (10**9, 61), (Name.x, 2)])
def test_a_span_that_is_none_is_one(span: Any, column: int) -> None:
    wide = Dictionary(O=Name.Table, ColSpan=span)
    (cells,) = read(tag("Table", tag("TR", tag("TD", "a", A=wide), tag("TD", "b")))).tables
    assert cells[1].column == column


# Links and notes


def test_links_have_the_words_of_their_element() -> None:
    document = read(
        tag("P", "see ", tag("Link", "the ", tag("Span", "page"), Link("https://example.org/")), " and"),
        tag("P", tag("Link", "below", Link(""))),
        tag("P", tag("Link", "no link", Link("https://example.org/", "/Widget"))),
        tag("P", tag("Reference", tag("Link", "a heading", Link("")))),
    )
    assert document.links == (
        DocumentLink("the page", "https://example.org/"),
        DocumentLink("below", "#"),
        DocumentLink("a heading", "#"),
    )


def note(label: str, *body: Any) -> Tag:
    return tag("Note", tag("Lbl", label), *body)


def test_notes_are_read_where_they_are_referenced() -> None:
    document = read(
        tag("P", "one", tag("Reference", "2"), " two", tag("Reference", tag("Link", "1", Link("")))),
        tag("P", "year ", tag("Reference", "1999"), "."),
        note("1", " First ", tag("P", "note, ", tag("Link", "there", Link("https://example.org/")))),
        note("2 ", tag("P", "Second"), " note"),
    )
    assert document.tokens == (
        DocumentToken("text", "one two"),
        DocumentToken("note", "Second note", number=1, position=3),
        DocumentToken("note", "First note, there", number=2, position=6),
        DocumentToken("text", "year 1999 ."),
    )
    assert [(link.text.strip(), link.target) for link in document.links] == [
        ("there", "https://example.org/")
    ]


def test_a_note_is_referenced_once_and_a_number_in_the_contents_refers_to_none() -> None:
    document = read(
        tag("TOC", tag("TOCI", tag("Reference", "1"))),
        tag("P", "one", tag("Reference", "1"), tag("Reference", "1")),
        note("1", "Note"),
    )
    assert [(token.kind, token.text) for token in document.tokens] == [
        ("text", "1"),
        ("text", "one 1"),
        ("note", "Note"),
    ]


def test_notes_without_a_number_of_their_own_are_counted() -> None:
    document = read(
        *(tag("P", word, tag("Reference", str(number))) for number, word in enumerate("abc", start=1)),
        note("*", "First"),
        note("1", "Second"),
        tag("Note", "Third"),
    )
    assert [(token.kind, token.text) for token in document.tokens] == [
        ("text", "a"),
        ("note", "First"),
        ("text", "b"),
        ("note", "Second"),
        ("text", "c"),
        ("note", "Third"),
    ]


def test_what_the_tree_does_not_reach_is_read_last() -> None:
    document = read(
        note("2", "Second"), note("1", "First"), tag("P", "one"), tag("P", "two"), stray="outside of it"
    )
    assert [(token.kind, token.text) for token in document.tokens] == [
        ("text", "one"),
        ("text", "two"),
        ("note", "First"),
        ("note", "Second"),
        ("text", "outside of it"),
    ]


# Trees that are not followed


def test_elements_may_be_nested_to_the_limit() -> None:
    def nested(depth: int) -> Tag:
        inner = tag("P", "deep")
        for _ in range(depth):
            inner = tag("Div", inner)
        return inner

    # The document, the innermost paragraph and its text are levels, too.
    assert tokens(nested(MAX_TAG_DEPTH - 3)) == [("text", "deep", None)]
    with pytest.raises(UnusableTagsError, match="nested too deeply"):
        read(nested(MAX_TAG_DEPTH))


def test_a_mark_without_a_page_or_number_is_passed_over() -> None:
    pdf = TaggedPdf(tag("P", "one", Dictionary(Type=Name.MCR), Name.x), tag("P", "two"))
    assert [token.text for token in read_tagged_pdf(pdf.data()).build().tokens] == ["one", "two"]


def test_a_single_child_need_not_be_in_an_array() -> None:
    pdf = TaggedPdf(tag("P", "one"))
    paragraph = pdf.pdf.Root.StructTreeRoot.K.K[0]
    paragraph.K = paragraph.K[0]
    assert [token.text for token in read_tagged_pdf(pdf.data()).build().tokens] == ["one"]
