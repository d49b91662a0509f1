"""Two renderings are compared by what they say: text, headings, notes and their places, list numbers."""

from __future__ import annotations

import pytest
from html_reader import read_html
from hypothesis import given
from hypothesis import strategies as st

from briefgen.errors import BriefgenError
from briefgen.inspect.compare import find_differences
from briefgen.inspect.tokens import DocumentToken, ExtractedDocument, normalize_for_comparison

HTML = (
    "<h2>A heading</h2><p>Some words<span class='footnote'>A <em>note</em>.</span> and more.</p>"
    "<ol start='3'><li>three</li><li><p>four</p><ul><li>dot</li></ul></li></ol>"
    "<figure><img src='x' alt='A field'/><figcaption>Caption</figcaption></figure>"
)


def test_html_is_read_in_order() -> None:
    assert read_html(HTML).tokens == (
        DocumentToken("heading", "A heading", 2),
        DocumentToken("text", "Some words and more."),
        DocumentToken("note", "A note.", number=1, position=17),
        DocumentToken("marker", "3.", 1),
        DocumentToken("text", "three"),
        DocumentToken("marker", "4.", 1),
        DocumentToken("text", "four"),
        DocumentToken("marker", "•", 2),
        DocumentToken("text", "dot"),
        DocumentToken("image", "A field", position=37),
        DocumentToken("text", "Caption"),
    )


def test_white_space_bidi_marks_and_forms_of_letters_do_not_matter() -> None:
    assert normalize_for_comparison("\u200ffi\u00adne non\u2011break\u00a0x\n") == normalize_for_comparison(
        "ﬁ ne non\u2010breakx"
    )
    html = "<p>a\u200e b</p>"
    assert find_differences(read_html(html), read_html("<p>a\nb</p>")) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("Some words", "Some other words"), "text after 'A heading Some': nothing vs. 'other'"),
        (
            ("A heading", "Another heading"),
            "heading 1: 'level 2: A heading' vs. 'level 2: Another heading'",
        ),
        (("h2>", "h3>"), "heading 1: 'level 2: A heading' vs. 'level 3: A heading'"),
        (("<em>note</em>", "no"), "note 1: '1. A note.' vs. '1. A no.'"),
        (("start='3'", ""), "list item 1: '3. (depth 1) three' vs. '1. (depth 1) three'"),
        (("A field", "A meadow"), "picture 1: 'A field' vs. 'A meadow'"),
        (("<span class='footnote'>A <em>note</em>.</span>", ""), "notes: 1 vs. 0"),
    ],
)
def test_each_difference_is_told(change: tuple[str, str], told: str) -> None:
    assert told in find_differences(read_html(HTML), read_html(HTML.replace(*change)))


def _link_differences(target: str, other: str) -> list[str]:
    first, second = (read_html(f'<p><a href="{each}">there</a></p>') for each in (target, other))
    return find_differences(first, second)


@pytest.mark.parametrize(
    ("target", "other"),
    [
        ("https://example.org/Path?q=A#Part", "HTTPS://EXAMPLE.ORG/Path?q=A#Part"),
        ("https://example.org/a%20b", "https://example.org/a b"),
        ("https://example.org/%C3%A9t%C3%A9", "https://Example.org/été"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://BÜCHER.example/", "https://xn--bcher-kva.EXAMPLE/"),
        ("mailto:a@example.org", "MAILTO:a@example.org"),
        ("https://[broken/%41", "https://[broken/A"),
    ],
)
def test_links_to_one_address_are_the_same_however_it_is_written(target: str, other: str) -> None:
    assert _link_differences(target, other) == []


@pytest.mark.parametrize(
    ("target", "other"),
    [
        ("https://example.org/Path", "https://example.org/path"),
        ("https://example.org/", "http://example.org/"),
        ("https://example.org/", "https://example.com/"),
        ("https://example.org:80/", "https://example.org/"),
        ("https://example.org/?q=A", "https://example.org/?q=a"),
        ("https://example.org/#A", "https://example.org/#a"),
        ("mailto:A@example.org", "mailto:a@example.org"),
        ("https://example.org/", "#"),
    ],
)
def test_links_to_two_addresses_are_a_difference(target: str, other: str) -> None:
    (difference,) = _link_differences(target, other)
    assert difference.startswith("link 1: 'there →")


@given(
    st.from_regex(r"[a-z]{1,8}(\.[a-z]{2,6}){1,2}", fullmatch=True),
    st.from_regex(r"(/[A-Za-z0-9]{0,5}){0,2}", fullmatch=True),
    st.data(),
)
def test_capitals_matter_in_a_path_but_not_in_a_host(host: str, path: str, data: st.DataObject) -> None:
    capitals = data.draw(st.lists(st.booleans(), min_size=len(host), max_size=len(host)))
    written = "".join(c.upper() if up else c for c, up in zip(host, capitals, strict=True))
    assert _link_differences(f"https://{host}{path}", f"https://{written}{path}") == []
    same = path == path.swapcase()
    assert (_link_differences(f"https://{host}{path}", f"https://{written}{path.swapcase()}") == []) == same


def test_a_note_called_elsewhere_is_a_difference() -> None:
    note = "<span class='footnote'>n</span>"
    first, second = read_html(f"<p>ab{note}</p><p>cd</p>"), read_html(f"<p>ab</p><p>c{note}d</p>")
    assert find_differences(first, second) == ["reference to note 1: after 2 characters vs. 3"]


def test_a_reading_without_structure_is_compared_by_text_and_notes() -> None:
    """A PDF's characters: heading and list markers are text like any other."""
    flat = (
        DocumentToken("text", "A heading Some words and more. 3. three 4. four • dot Caption"),
        DocumentToken("note", "A note.", number=1),
    )
    assert find_differences(read_html(HTML), ExtractedDocument(flat, structured=False)) == []
    wrong = (DocumentToken("text", flat[0].text.replace("4.", "5.")), flat[1])
    assert find_differences(read_html(HTML), ExtractedDocument(wrong, structured=False)) == [
        "text after 'words and more. 3. three': '4.' vs. '5.'"
    ]


def test_many_differences_are_counted_not_listed() -> None:
    first = read_html("".join(f"<p>same a{number}</p>" for number in range(40)))
    second = read_html("".join(f"<p>same b{number}</p>" for number in range(40)))
    told = find_differences(first, second)
    assert len(told) == 11
    assert told[-1] == "and 30 more like these"


def test_two_long_texts_are_compared_in_time() -> None:
    first = ExtractedDocument((DocumentToken("text", " ".join(f"w{number}" for number in range(30000))),))
    second = ExtractedDocument((DocumentToken("text", " ".join(f"v{number}" for number in range(30000))),))
    assert find_differences(first, second)[0].startswith("the text differs from word 1 on: 'w0 w1")


def test_malformed_html_is_refused() -> None:
    with pytest.raises(BriefgenError, match="document-malformed"):
        read_html("<p>")


# What the sentences say


@pytest.mark.parametrize(
    ("length", "shown"), [(119, 119), (120, 120), (121, 118), (500, 118)]
)  # fmt: skip
def test_long_words_are_cut_in_a_message(length: int, shown: int) -> None:
    (difference,) = find_differences(read_html(f"<p>same {'x' * length}</p>"), read_html("<p>same y</p>"))
    quoted = difference.removeprefix("text after 'same': '").removesuffix("' vs. 'y'")
    assert len(quoted) == shown
    assert quoted == ("x" * length if length <= 120 else "x" * 117 + "…")


def test_ten_differences_are_listed_and_the_eleventh_is_counted() -> None:
    def document(word: str, number: int) -> ExtractedDocument:
        return read_html("".join(f"<p>same {word}{index}</p>" for index in range(number)))

    assert len(find_differences(document("a", 10), document("b", 10))) == 10
    differences = find_differences(document("a", 11), document("b", 11))
    assert (len(differences), differences[-1]) == (11, "and 1 more like these")


def test_words_before_a_difference_are_shown_up_to_five() -> None:
    first, second = read_html("<p>a b c d e f G</p>"), read_html("<p>a b c d e f H</p>")
    assert find_differences(first, second) == ["text after 'b c d e f': 'G' vs. 'H'"]
    assert find_differences(read_html("<p>G</p>"), read_html("<p>H</p>")) == ["text: 'G' vs. 'H'"]


def test_a_long_text_is_compared_up_to_its_first_difference() -> None:
    """Up to 5,000 words after it, every difference is found."""

    def document(last: str, words: int) -> ExtractedDocument:
        numbers = " ".join(f"w{number}" for number in range(words - 2))
        return ExtractedDocument((DocumentToken("text", f"same x{last} {numbers} y{last}"),))

    within = find_differences(document("a", 5000), document("b", 5000))
    assert [difference.split(": ")[-1] for difference in within] == ["'xa' vs. 'xb'", "'ya' vs. 'yb'"]
    (first,) = find_differences(document("a", 5001), document("b", 5001))
    twelve = " ".join(f"w{number}" for number in range(11))
    assert first == f"the text differs from word 2 on: 'xa {twelve}' vs. 'xb {twelve}'"


@pytest.mark.parametrize(
    ("html", "other", "differences"),
    [
        ("<h2>a</h2><h3>b</h3>", "<h2>a</h2><h2>b</h2>", ["heading 2: 'level 3: b' vs. 'level 2: b'"]),
        ("<h2>a</h2>", "<p>a</p>", ["headings: 1 vs. 0"]),
        ("<ul><li>a</li></ul>", "<ol><li>a</li></ol>", ["list item 1: '• (depth 1) a' vs. '1. (depth 1) a'"]),
        ("<ul><li>a</li></ul>", "<p>a</p>", ["list items: 1 vs. 0"]),
        (
            "<table><tr><td>a</td><td>b</td></tr></table>",
            "<table><tr><td>a</td></tr><tr><td>b</td></tr></table>",
            ["table cell 2: 'table 1, row 1, column 2: b' vs. 'table 1, row 2, column 1: b'"],
        ),
        (
            "<table><tr><th>a</th></tr></table>",
            "<table><tr><td>a</td></tr></table>",
            ["table cell 1: 'table 1, row 1, column 1, header: a' vs. 'table 1, row 1, column 1: a'"],
        ),
        (
            "<figure><img alt='A'/></figure><p>b</p>",
            "<p>b</p><figure><img alt='A'/></figure>",
            ["picture 1: after 0 characters vs. 1"],
        ),
        ("<figure><img alt='A'/></figure>", "<p></p>", ["pictures: 1 vs. 0"]),
        ("<figure><img alt=''/></figure>", "<p></p>", []),
        ("<p>a <a href='#x'>b</a></p>", "<p>a b</p>", ["links: 1 vs. 0"]),
        ("<p>a <a href='#x'>b</a></p>", "<p>a <a href='#y'>b</a></p>", []),
        ("<p>a</p>", "<p>a</p><p>b</p>", ["text after 'a': nothing vs. 'b'"]),
    ],
)
def test_every_kind_of_structure_has_its_sentence(html: str, other: str, differences: list[str]) -> None:
    assert find_differences(read_html(html), read_html(other)) == differences


# Text from pages


def page(*blocks: str, notes: tuple[str, ...] = (), structured: bool = True) -> ExtractedDocument:
    tokens = [DocumentToken("text", block) for block in blocks]
    tokens += [DocumentToken("note", note, number=number) for number, note in enumerate(notes, start=1)]
    return ExtractedDocument(tuple(tokens), structured=structured, printed=True)


@pytest.mark.parametrize(
    ("written", "printed", "same"),
    [
        ("a wellknown harbour", "a well\x02known harbour", True),
        ("a well-known harbour", "a well\x02known harbour", True),
        ("a well\u2011known harbour", "a well-known harbour", True),
        ("a well known harbour", "a well\x02known harbour", False),
        ("a well-known harbour", "a wellknown harbour", False),
        ("a harbour", "a har\x02 bour", True),
        ("the co-operation of cooperation", "the co\x02operation of cooperation", True),
        ("שלום עולם", "עולם שלום", True),
        ("שלום עולם", "עולם שלוח", False),
    ],
)
def test_a_page_says_the_same_as_far_as_it_can_show(written: str, printed: str, same: bool) -> None:
    document = ExtractedDocument((DocumentToken("text", written),))
    for first, second in ((document, page(printed)), (page(printed), document)):
        assert (find_differences(first, second) == []) == same
    notes = ExtractedDocument((DocumentToken("note", written, number=1),))
    assert (find_differences(notes, page(notes=(printed,))) == []) == same


def test_words_that_a_right_to_left_page_lacks_or_adds_are_named() -> None:
    document = ExtractedDocument((DocumentToken("text", "שלום one two"),))
    assert find_differences(document, page("one שלום three")) == ["text: 'two' vs. 'three'"]
    assert find_differences(document, page("one שלום two two")) == ["text: nothing vs. 'two'"]


def test_headings_of_a_page_are_compared_by_how_deep_they_are_nested() -> None:
    levels = (
        DocumentToken("heading", "a", 1),
        DocumentToken("heading", "b", 3),
        DocumentToken("heading", "c", 1),
    )
    nested = (
        DocumentToken("heading", "a", 2),
        DocumentToken("heading", "b", 3),
        DocumentToken("heading", "c", 2),
    )
    flat = tuple(DocumentToken("heading", text, 1) for text in "abc")
    assert find_differences(ExtractedDocument(levels), ExtractedDocument(nested, printed=True)) == []
    assert find_differences(ExtractedDocument(levels), ExtractedDocument(flat, printed=True)) == [
        "heading 2: 'level 2: b' vs. 'level 1: b'"
    ]
