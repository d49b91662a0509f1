"""Two renderings are compared by what they say: text, headings, notes and their places, list numbers."""

from __future__ import annotations

import pytest

from briefgen.errors import BriefgenError
from briefgen.inspect.diff import differences
from briefgen.inspect.html import read_html
from briefgen.inspect.tokens import Read, Token, comparable

HTML = (
    "<h2>A heading</h2><p>Some words<span class='footnote'>A <em>note</em>.</span> and more.</p>"
    "<ol start='3'><li>three</li><li><p>four</p><ul><li>dot</li></ul></li></ol>"
    "<figure><img src='x' alt='A field'/><figcaption>Caption</figcaption></figure>"
)


def test_html_is_read_in_order() -> None:
    assert read_html(HTML).tokens == (
        Token("heading", "A heading", 2),
        Token("text", "Some words and more."),
        Token("note", "A note.", number=1, position=17),
        Token("marker", "3.", 1),
        Token("text", "three"),
        Token("marker", "4.", 1),
        Token("text", "four"),
        Token("marker", "•", 2),
        Token("text", "dot"),
        Token("image", "A field", position=37),
        Token("text", "Caption"),
    )


def test_white_space_bidi_marks_and_forms_of_letters_do_not_matter() -> None:
    assert comparable("\u200ffi\u00adne non\u2011break\u00a0x\n") == comparable("ﬁ ne non\u2010breakx")
    html = "<p>a\u200e b</p>"
    assert differences(read_html(html), read_html("<p>a\nb</p>")) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("Some words", "Some other words"), "text after 'A heading Some': nothing against 'other'"),
        (
            ("A heading", "Another heading"),
            "heading 1: 'level 2: A heading' against 'level 2: Another heading'",
        ),
        (("h2>", "h3>"), "heading 1: 'level 2: A heading' against 'level 3: A heading'"),
        (("<em>note</em>", "no"), "note 1: '1. A note.' against '1. A no.'"),
        (("start='3'", ""), "list item 1: '3. (depth 1) three' against '1. (depth 1) three'"),
        (("A field", "A meadow"), "picture 1: 'A field' against 'A meadow'"),
        (("<span class='footnote'>A <em>note</em>.</span>", ""), "1 notes against 0"),
    ],
)
def test_each_difference_is_told(change: tuple[str, str], told: str) -> None:
    assert told in differences(read_html(HTML), read_html(HTML.replace(*change)))


def test_a_note_called_elsewhere_is_a_difference() -> None:
    note = "<span class='footnote'>n</span>"
    first, second = read_html(f"<p>ab{note}</p><p>cd</p>"), read_html(f"<p>ab</p><p>c{note}d</p>")
    assert differences(first, second) == ["note 1 is called after 2 characters against 3"]


def test_a_reading_without_structure_is_compared_by_text_and_notes() -> None:
    """A PDF's characters: heading and list markers are text like any other."""
    flat = (
        Token("text", "A heading Some words and more. 3. three 4. four • dot Caption"),
        Token("note", "A note.", number=1),
    )
    assert differences(read_html(HTML), Read(flat, structured=False)) == []
    wrong = (Token("text", flat[0].text.replace("4.", "5.")), flat[1])
    assert differences(read_html(HTML), Read(wrong, structured=False)) == [
        "text after 'words and more. 3. three': '4.' against '5.'"
    ]


def test_many_differences_are_counted_not_listed() -> None:
    first = read_html("".join(f"<p>same a{number}</p>" for number in range(40)))
    second = read_html("".join(f"<p>same b{number}</p>" for number in range(40)))
    told = differences(first, second)
    assert len(told) == 11
    assert told[-1] == "and 30 more like these"


def test_two_long_texts_are_compared_in_time() -> None:
    first = Read((Token("text", " ".join(f"w{number}" for number in range(30000))),))
    second = Read((Token("text", " ".join(f"v{number}" for number in range(30000))),))
    assert differences(first, second)[0].startswith("the text differs from word 1 on: 'w0 w1")


def test_malformed_html_is_refused() -> None:
    with pytest.raises(BriefgenError, match="document-malformed"):
        read_html("<p>")
