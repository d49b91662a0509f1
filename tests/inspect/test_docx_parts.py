"""What each part of a Word file means: outline levels, list numbers, tables, links, notes, pictures."""

from __future__ import annotations

import io
import zipfile

import pytest
from lxml import etree

from briefgen.errors import BriefgenError
from briefgen.inspect.docx import ListNumbering, read_docx
from briefgen.inspect.tokens import DocumentLink, DocumentToken, ExtractedDocument, TableCell

NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
)
KINDS = {"styles": "styles", "numbering": "numbering", "footnotes": "footnotes"}
RELATIONSHIP = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def parts_of(body: str, links: str = "", **more: str) -> dict[str, str]:
    """The parts of a small Word file; `more` are the contents of styles, numbering and footnotes."""
    content_type = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    overrides = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{content_type}.{kind}+xml"/>'
        for name, kind in {"document": "document.main", **KINDS}.items()
    )
    related = "".join(
        f'<Relationship Id="{name}" Type="{RELATIONSHIP}/{name}" Target="{name}.xml"/>' for name in more
    )
    relationships = f'<Relationships xmlns="{PACKAGE}/relationships">{{}}</Relationships>'
    return {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">{overrides}</Types>',
        "_rels/.rels": relationships.format(
            f'<Relationship Id="a" Type="{RELATIONSHIP}/officeDocument" Target="word/document.xml"/>'
        ),
        "word/document.xml": f"<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": relationships.format(related + links),
        **{f"word/{name}.xml": f"<w:{name} {NAMESPACES}>{xml}</w:{name}>" for name, xml in more.items()},
    }


def read_parts(parts: dict[str, str]) -> ExtractedDocument:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return read_docx(stream.getvalue())


def read(body: str, links: str = "", **more: str) -> ExtractedDocument:
    return read_parts(parts_of(body, links, **more))


def paragraph(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def val(name: str, value: object) -> str:
    return f'<w:{name} w:val="{value}"/>'


# Headings


@pytest.mark.parametrize(
    ("outline", "level"), [("0", 1), ("1", 2), ("8", 9), ("9", None), ("-1", None), ("x", None), ("", None)]
)
def test_an_outline_level_makes_a_heading(outline: str, level: int | None) -> None:
    kind = "heading" if level else "text"
    assert read(paragraph("Words", val("outlineLvl", outline))).tokens == (
        DocumentToken(kind, "Words", level),
    )


def style(identifier: str, name: str, inside: str = "", based_on: str = "") -> str:
    base = val("basedOn", based_on) if based_on else ""
    return f'<w:style w:styleId="{identifier}">{val("name", name)}{base}{inside}</w:style>'


@pytest.mark.parametrize(
    ("properties", "level"),
    [
        (val("pStyle", "H2"), 2),
        (val("pStyle", "Own"), 2),
        (val("pStyle", "Own") + val("outlineLvl", 4), 5),
        (val("pStyle", "Own") + val("outlineLvl", 9), None),
        (val("pStyle", "T"), 1),
        (val("pStyle", "Body"), None),
        (val("pStyle", "Unknown"), None),
        ("", None),
    ],
)
def test_a_style_makes_a_heading_unless_the_paragraph_says_otherwise(
    properties: str, level: int | None
) -> None:
    styles = (
        style("H2", "heading 2", f"<w:pPr>{val('outlineLvl', 1)}</w:pPr>")
        + style("Own", "Own heading", based_on="H2")
        + style("T", "Title")
        + style("Body", "Body Text", "<w:pPr/>")
    )
    (token,) = read(paragraph("Words", properties), styles=styles).tokens
    assert (token.kind, token.level) == ("heading" if level else "text", level)


# Lists


def numbering_part(levels: str, numbers: str = "", abstract: str = "7") -> str:
    return (
        f'<w:abstractNum w:abstractNumId="{abstract}">{levels}</w:abstractNum>'
        f'<w:num w:numId="1">{val("abstractNumId", abstract)}</w:num>{numbers}'
    )


def level(index: int, form: str, text: str, start: str = "") -> str:
    begin = val("start", start) if start else ""
    return f'<w:lvl w:ilvl="{index}">{begin}{val("numFmt", form)}{val("lvlText", text)}</w:lvl>'


def numbering(levels: str, numbers: str = "") -> ListNumbering:
    return ListNumbering(
        etree.fromstring(f"<w:numbering {NAMESPACES}>{numbering_part(levels, numbers)}</w:numbering>")
    )


@pytest.mark.parametrize(
    ("form", "markers"),
    [
        ("decimal", {1: "1", 10: "10", 27: "27"}),
        ("lowerLetter", {1: "a", 26: "z", 27: "aa", 28: "bb", 52: "zz", 53: "aaa"}),
        ("upperLetter", {1: "A", 26: "Z", 27: "AA", 53: "AAA"}),
        (
            "lowerRoman",
            {1: "i", 3: "iii", 4: "iv", 5: "v", 9: "ix", 14: "xiv", 40: "xl", 49: "xlix", 90: "xc"},
        ),
        (
            "upperRoman",
            {50: "L", 99: "XCIX", 400: "CD", 444: "CDXLIV", 900: "CM", 1000: "M", 1999: "MCMXCIX"},
        ),
        ("bullet", {1: "•", 5: "•"}),
        ("none", {1: "", 5: ""}),
        ("chicago", {2: "2"}),
    ],
)
def test_the_marker_of_an_item_has_the_form_of_its_level(form: str, markers: dict[int, str]) -> None:
    for number, marker in markers.items():
        assert numbering(level(0, form, "%1", str(number))).next("1", 0) == marker


def test_a_roman_number_never_grows_long() -> None:
    assert numbering(level(0, "lowerRoman", "%1", "999999999")).next("1", 0) == "m" * 40


@pytest.mark.parametrize(
    ("numbers", "steps", "markers"),
    [
        ("", "1.0 1.0 1.1 1.1 1.0 1.1", "1. 2. 2.a 2.b 3. 3.a"),
        (f'<w:num w:numId="2">{val("abstractNumId", 7)}</w:num>', "1.0 2.0 1.0", "1. 2. 3."),
        (
            f'<w:num w:numId="2">{val("abstractNumId", 7)}<w:lvlOverride w:ilvl="0">'
            f"{val('startOverride', 5)}</w:lvlOverride></w:num>",
            "1.0 2.0 2.0 1.0",
            "1. 5. 6. 7.",
        ),
        (
            f'<w:num w:numId="2">{val("abstractNumId", 7)}<w:lvlOverride w:ilvl="1">'
            f"{val('startOverride', 3)}</w:lvlOverride></w:num>",
            "2.0 2.1 2.1",
            "1. 1.c 1.d",
        ),
        (
            f'<w:num w:numId="2">{val("abstractNumId", 7)}<w:lvlOverride w:ilvl="0">'
            f"{level(0, 'upperRoman', '(%1)', '4')}</w:lvlOverride></w:num>",
            "2.0 2.0 2.1",
            "(IV) (V) V.a",
        ),
        ("", "1.1 1.0 1.1", "1.a 1. 1.a"),
    ],
)
def test_numbers_go_on_and_restart_as_in_word(numbers: str, steps: str, markers: str) -> None:
    counted = numbering(level(0, "decimal", "%1.") + level(1, "lowerLetter", "%1.%2"), numbers)
    counted_markers = [counted.next(*_number_and_level(step)) for step in steps.split()]
    assert counted_markers == markers.split()


def _number_and_level(step: str) -> tuple[str, int]:
    number, _, index = step.partition(".")
    return number, int(index)


def test_a_level_or_list_that_is_not_defined_has_no_marker() -> None:
    counted = numbering(level(0, "decimal", "%1.") + level(8, "decimal", "%9"))
    assert [counted.next(number, index) for number, index in [("1", 1), ("3", 0), ("1", 9), ("1", -1)]] == [
        ""
    ] * 4
    assert counted.next("1", 8) == "1"
    assert ListNumbering(None).next("1", 0) == ""


@pytest.mark.parametrize(
    ("properties", "marker"),
    [
        (f"<w:numPr>{val('ilvl', 1)}{val('numId', 1)}</w:numPr>", DocumentToken("marker", "1.a", 2)),
        (f"<w:numPr>{val('numId', 1)}</w:numPr>", DocumentToken("marker", "1.", 1)),
        (val("pStyle", "L"), DocumentToken("marker", "1.a", 2)),
        (val("pStyle", "L") + f"<w:numPr>{val('ilvl', 0)}</w:numPr>", DocumentToken("marker", "1.", 1)),
        (val("pStyle", "L") + f"<w:numPr>{val('numId', 0)}</w:numPr>", None),
        (f"<w:numPr>{val('ilvl', 1)}</w:numPr>", None),
        ("", None),
    ],
)
def test_a_paragraph_or_its_style_puts_it_into_a_list(properties: str, marker: DocumentToken | None) -> None:
    levels = level(0, "decimal", "%1.") + level(1, "lowerLetter", "%1.%2")
    styles = style("L", "List", f"<w:pPr><w:numPr>{val('ilvl', 1)}{val('numId', 1)}</w:numPr></w:pPr>")
    tokens = read(paragraph("Words", properties), numbering=numbering_part(levels), styles=styles).tokens
    assert tokens == ((marker,) if marker else ()) + (DocumentToken("text", "Words"),)


# Tables


def cell(text: str, properties: str = "", paragraph_properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(text, paragraph_properties)}</w:tc>"


def row(*cells: str, head: bool = False) -> str:
    return f"<w:tr><w:trPr>{'<w:tblHeader/>' if head else ''}</w:trPr>{''.join(cells)}</w:tr>"


def test_cells_have_their_row_and_column_and_header_cells_are_known() -> None:
    styles = style("Head", "Table Heading")
    table = (
        "<w:tbl>"
        + row(cell("a"), cell("b", val("gridSpan", 2)), head=True)
        + row(cell("c", "", val("pStyle", "Head")), cell(""), cell("d"))
        + "</w:tbl>"
    )
    found = read(table + paragraph("After"), styles=styles)
    assert found.tables == (
        (
            TableCell(1, 1, True, "a"),
            TableCell(1, 2, True, "b"),
            TableCell(2, 1, True, "c"),
            TableCell(2, 3, False, "d"),
        ),
    )
    assert [token.text for token in found.tokens] == ["a", "b", "c", "d", "After"]


def test_a_table_in_a_cell_is_a_table_of_its_own() -> None:
    inner = f"<w:tbl>{row(cell('inner'))}</w:tbl>"
    holding = f"<w:tc>{inner}{paragraph('outer')}</w:tc>"
    outer = f"<w:tbl>{row(holding, cell('last'), head=True)}</w:tbl>"
    outer_cells = (TableCell(1, 1, True, "inner outer"), TableCell(1, 2, True, "last"))
    assert read(outer).tables == (outer_cells, (TableCell(1, 1, False, "inner"),))


@pytest.mark.parametrize(
    ("span", "column"),
    [("1", 2), ("3", 4), ("0", 2), ("x", 2), ("-2", 2), ("60", 61), ("99999", 61), ("100000", 2)],
)
def test_a_span_that_no_table_can_have_is_cut_off(span: str, column: int) -> None:
    (cells,) = read(f"<w:tbl>{row(cell('a', val('gridSpan', span)), cell('b'))}</w:tbl>").tables
    assert [found.column for found in cells] == [1, column]


# Text, links, notes and pictures


@pytest.mark.parametrize(
    ("runs", "text"),
    [
        ("<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t></w:r>", "a b"),
        ("<w:r><w:t>a</w:t><w:br/><w:t>b</w:t><w:cr/><w:t>c</w:t></w:r>", "a b c"),
        ("<w:r><w:t>a</w:t><w:noBreakHyphen/><w:t>b</w:t><w:softHyphen/></w:r>", "a\u2011b\u00ad"),
        ("<w:smartTag><w:r><w:t>a</w:t></w:r></w:smartTag>", "a"),
        ("<w:ins><w:r><w:t>a</w:t></w:r></w:ins><w:del><w:r><w:delText>b</w:delText></w:r></w:del>", "a"),
        ("<w:moveTo><w:r><w:t>a</w:t></w:r></w:moveTo><w:moveFrom><w:r><w:t>b</w:t></w:r></w:moveFrom>", "a"),
        ("<w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:t>a</w:t></w:r>", "a"),
        ("<mc:AlternateContent><mc:Choice><w:r><w:t>a</w:t></w:r></mc:Choice><mc:Fallback><w:r><w:t>b</w:t></w:r>"
         "</mc:Fallback></mc:AlternateContent>", "a"),
        ("<w:sdt><w:sdtPr><w:t>b</w:t></w:sdtPr><w:sdtContent><w:r><w:t>a</w:t></w:r></w:sdtContent></w:sdt>", "a"),
        ("<w:r><w:pict><w:t>b</w:t></w:pict><w:t>a</w:t></w:r>", "a"),
    ],
)  # fmt: skip
def test_what_a_reader_of_the_page_sees_is_read(runs: str, text: str) -> None:
    assert read(f"<w:p>{runs}</w:p>").text == text
    notes = f'<w:footnote w:id="3"><w:p>{runs}</w:p></w:footnote>'
    (note,) = read(f"<w:p>{reference(3)}</w:p>", footnotes=notes).notes
    assert note.text == text


def reference(number: int) -> str:
    return f'<w:r><w:footnoteReference w:id="{number}"/></w:r>'


def test_notes_are_numbered_in_the_order_of_their_references() -> None:
    notes = "".join(
        f'<w:footnote w:id="{number}"><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:footnote>'
        for number, text in ((2, "second"), (5, "first"))
    )
    separator = '<w:footnote w:id="0" w:type="separator"><w:p/></w:footnote>'
    body = f"<w:p><w:r><w:t>ab</w:t></w:r>{reference(5)}<w:r><w:t>-c</w:t></w:r>{reference(2)}</w:p>"
    assert read(body, footnotes=separator + notes).tokens == (
        DocumentToken("text", "ab-c"),
        DocumentToken("note", "first", number=1, position=2),
        DocumentToken("note", "second", number=2, position=3),
    )
    with pytest.raises(BriefgenError, match="refers to a missing footnote"):
        read(f"<w:p>{reference(0)}</w:p>", footnotes=separator)


def hyperlink(attributes: str, text: str) -> str:
    return f"<w:hyperlink {attributes}><w:r><w:t>{text}</w:t></w:r></w:hyperlink>"


def test_links_lead_where_their_relationship_says() -> None:
    external = '<Relationship Id="x" Type="t/hyperlink" Target="https://example.org/" TargetMode="External"/>'
    links = (
        hyperlink('r:id="x"', "there"),
        hyperlink('w:anchor="a"', "here"),
        hyperlink('r:id="unknown"', "nowhere"),
        hyperlink("", "no target"),
        hyperlink('r:id="x"', " "),
    )
    body = f"<w:p>{''.join(links)}</w:p>"
    assert read(body, external).links == (
        DocumentLink("there", "https://example.org/"),
        DocumentLink("here", "#"),
    )


@pytest.mark.parametrize(("description", "text"), [("A  field", "A field"), ("", ""), (None, "")])
def test_a_picture_has_its_description_and_place(description: str | None, text: str) -> None:
    attribute = "" if description is None else f'descr="{description}"'
    body = f"<w:p><w:r><w:t>ab</w:t></w:r><w:r><w:drawing><wp:docPr {attribute}/></w:drawing></w:r></w:p>"
    assert DocumentToken("image", text, position=2) in read(body).tokens


# Packages that Word would not open


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"[Content_Types].xml": None}, "[Content_Types].xml is missing"),
        ({"word/styles.xml": None}, "word/styles.xml is referenced but missing"),
        ({"word/document.xml": None}, "its main part is not a Word document"),
        ({"word/document.xml": "<a/>"}, "its main part is not a Word document"),
        ({"_rels/.rels": None}, "it has no main document"),
        ({"[Content_Types].xml": "<Types/>"}, "does not declare the type of word/document.xml"),
        ({"word/document.xml": "<w:document"}, "word/document.xml is not well-formed XML"),
    ],
)
def test_a_package_that_word_would_not_open_is_refused(change: dict[str, str | None], reason: str) -> None:
    parts = {**parts_of(paragraph("a"), styles=style("T", "Title")), **change}
    with pytest.raises(BriefgenError) as caught:
        read_parts({name: content for name, content in parts.items() if content is not None})
    assert caught.value.problems[0].code == "docx-unreadable"
    assert reason in caught.value.problems[0].message


@pytest.mark.parametrize(
    ("types", "declared"),
    [
        ('<Override PartName="/WORD/Document.xml" ContentType="x.main+xml"/>', True),
        ('<Default Extension="XML" ContentType="x.main+xml"/>', True),
        ('<Default Extension="xml" ContentType="application/xml"/>'
         '<Override PartName="/word/document.xml" ContentType="x.main+xml"/>', True),
        ('<Override PartName="/word/document.xml" ContentType="x.main+xml"/>'
         '<Default Extension="xml" ContentType="application/xml"/>', True),
        ('<Override PartName="/word/document.xml" ContentType="application/xml"/>', False),
        ('<Override PartName="/word/other.xml" ContentType="x.main+xml"/>', False),
        ('<Default Extension="bin" ContentType="x.main+xml"/>', False),
    ],
)  # fmt: skip
def test_the_type_of_the_main_part_is_declared_by_name_or_extension(types: str, declared: bool) -> None:
    parts = parts_of(paragraph("a"))
    parts["[Content_Types].xml"] = f'<Types xmlns="{PACKAGE}/content-types">{types}</Types>'
    if declared:
        assert read_parts(parts).text == "a"
    else:
        with pytest.raises(BriefgenError, match="does not declare the type"):
            read_parts(parts)


def test_names_of_parts_are_compared_without_case() -> None:
    parts = parts_of(paragraph("a"))
    parts["word/DOCUMENT.xml"] = parts.pop("word/document.xml")
    assert read_parts(parts).text == "a"


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ("<dc:title> A title </dc:title><dc:creator>Ada</dc:creator><dc:language>fr</dc:language>", ("A title", "Ada", "fr")),
        ("", ("", "", "")),
    ],
)  # fmt: skip
def test_title_author_and_language_are_those_of_the_properties(
    fields: str, found: tuple[str, str, str]
) -> None:
    parts = parts_of(paragraph("a"))
    parts["_rels/.rels"] = parts["_rels/.rels"].replace(
        "</Relationships>",
        f'<Relationship Id="b" Type="{PACKAGE}/relationships/metadata/core-properties" Target="/core.xml"/></Relationships>',
    )
    parts["core.xml"] = f'<core xmlns:dc="http://purl.org/dc/elements/1.1/">{fields}</core>'
    document = read_parts(parts)
    assert (document.title, document.author, document.language) == found
