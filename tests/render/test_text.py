"""Plain text for web forms."""

import pytest

from briefgen.render.text import html_to_plain_text

GOLDEN = """\
Example Initiative
==================

The Honorable Ada Sample
United States Senate

I ask you to act. [1] The report is at the library <https://example.org/r>,
and more words follow so that this paragraph must be wrapped at the right
place.

- one
- two

1. first
2. second
   - nested

A | B

1; 2 | three

Notes

[1] Ann Writer, A Plain Title, para. 5.
"""


def test_a_letter_reads_as_text_with_its_notes_at_the_end() -> None:
    html = (
        '<div class="letterhead"><h1>Example Initiative</h1></div>'
        '<div class="inside-address"><p>The Honorable Ada Sample<br/>United States Senate</p></div>'
        '<p>I ask you to <strong>act</strong>.<span class="footnote">Ann Writer, <em>A Plain Title</em>, para. 5.</span>'
        ' The report is at <a href="https://example.org/r">the library</a>, and more words follow so that this '
        "paragraph must be wrapped at the right place.</p>"
        "<ul><li>one</li><li>two</li></ul><ol><li>first</li><li><p>second</p><ul><li>nested</li></ul></li></ol>"
        "<table><thead><tr><th>A</th><th>B</th></tr></thead>"
        "<tbody><tr><td><p>1</p><p>2</p></td><td>three</td></tr></tbody></table>"
    )
    assert html_to_plain_text(html) == GOLDEN


@pytest.mark.parametrize(
    ("words", "target", "written"),
    [
        ("https://a.example/x_y", "https://a.example/x_y", "https://a.example/x_y"),
        ("a.example/x", "https://a.example/x/", "a.example/x"),
        ("https://a.example/ö?a=1&amp;b", "https://a.example/%C3%B6?a=1&amp;b", "https://a.example/ö?a=1&b"),
        ("Dana@Riders.example", "mailto:dana@riders.example", "Dana@Riders.example"),
        ("+1 555 0100", "tel:+15550100", "+1 555 0100"),
        ("our page", "https://a.example/", "our page <https://a.example/>"),
        ("a.example", "https://b.example/", "a.example <https://b.example/>"),
    ],
)
def test_an_address_that_is_its_own_text_is_written_once(words: str, target: str, written: str) -> None:
    assert html_to_plain_text(f'<p><a href="{target}">{words}</a></p>').strip() == written
