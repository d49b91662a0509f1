"""Plain text for web forms."""

from dataclasses import replace

import pytest
from docx_samples import PICTURE, document

from briefgen.render.text import TextRenderer, write_plain_text

GOLDEN = """\
Dear Senator Sample:

I ask you to act. [1] The report is at the library <https://example.org/r>, and more words follow so that this paragraph is longer than a line of eighty.

- one
- two

1. first
2. second
   - nested

A | B

1; 2 | three

Respectfully,

Alex Example
Director

Sources
[1] Ann Writer, A Plain Title, para. 5.
"""
HTML = (
    '<div class="letterhead"><h1>Example Initiative</h1></div>'
    '<div class="inside-address"><p>The Honorable Ada Sample<br/>United States Senate</p></div>'
    '<div class="date-line"><p>June 3, 2024</p></div><div class="reference-line"><p>A report</p></div>'
    '<div class="salutation"><p>Dear Senator Sample:</p></div><div class="body">'
    '<p>I ask you to <strong>act</strong>.<span class="footnote">Ann Writer, <em>A Plain Title</em>, para. 5.</span>'
    ' The report is at <a href="https://example.org/r">the library</a>, and more words follow so that this '
    "paragraph is longer than a line of eighty.</p>"
    "<ul><li>one</li><li>two</li></ul><ol><li>first</li><li><p>second</p><ul><li>nested</li></ul></li></ol>"
    "<table><thead><tr><th>A</th><th>B</th></tr></thead>"
    "<tbody><tr><td><p>1</p><p>2</p></td><td>three</td></tr></tbody></table></div>"
    '<div class="complimentary-close"><p>Respectfully,</p></div><div class="signature"><figure>'
    f'<img src="{PICTURE}" alt="Signature of Alex Example"/></figure><p>Alex Example<br/>Director</p></div>'
    '<div class="enclosures"><p>Enclosure: A paper</p></div>'
)


def test_a_letter_goes_from_the_salutation_to_the_name_a_line_for_each_paragraph() -> None:
    rendering = TextRenderer().render(document(HTML))
    assert rendering.data.decode() == GOLDEN
    assert rendering.characters == len(GOLDEN) - 1


def test_a_paper_has_all_its_blocks_and_the_sources_in_its_language() -> None:
    german = replace(
        document('<h1>Titel</h1><p>Satz.<span class="footnote">Werk.</span></p>', "briefing"),
        language="de-AT",
    )
    assert write_plain_text(german) == "Titel\n\nSatz. [1]\n\nQuellen\n[1] Werk.\n"


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
    assert write_plain_text(document(f'<p><a href="{target}">{words}</a></p>')).strip() == written
