"""Plain text for web forms."""

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
