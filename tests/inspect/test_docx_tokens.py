"""Two renderings are compared by what they say: text, headings, notes and their places, list numbers."""

from __future__ import annotations

import pytest
from html_reader import read_html

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
