"""The strict reader of what templates produce."""

from xml.etree import ElementTree

import pytest
from docx_samples import BRIEF
from hypothesis import given
from hypothesis import strategies as st

from briefgen.compose.markup import canonicalize_markup, find_layout_spaces


def codes(markup: str) -> list[str]:
    return [fault.code for fault in canonicalize_markup(markup)[1]]


def test_the_vocabulary_passes_unchanged_in_canonical_form() -> None:
    html, faults, removed = canonicalize_markup(
        '<div class="ask"><p>Please <em>act</em> &amp; reply.<br>\n  Thank   you.</p></div>\n'
        '<table><caption>T</caption><thead><tr><th scope="col">A</th></tr></thead>'
        "<tbody><tr><td>1</td></tr></tbody></table>"
    )
    assert faults == []
    assert removed == ()
    assert html == (
        '<div class="ask"><p>Please <em>act</em> &amp; reply.<br/> Thank you.</p></div>'
        '<table><caption>T</caption><thead><tr><th scope="col">A</th></tr></thead>'
        "<tbody><tr><td>1</td></tr></tbody></table>"
    )


def test_the_vocabulary_of_a_brief_passes() -> None:
    assert codes(BRIEF) == []


@pytest.mark.parametrize(
    ("markup", "code"),
    [
        ("<p>a<blink>b</blink></p>", "markup-element"),
        ("<script>alert(1)</script>", "markup-element"),
        ("<p><p>a</p></p>", "markup-nesting"),
        ("<em>a</em>", "markup-nesting"),
        ('<p><span class="footnote">a<span class="footnote">b</span></span></p>', "markup-nesting"),
        ("<p>a", "markup-unclosed"),
        ("<p><em>a</p>", "markup-unclosed"),
        ("a", "markup-text"),
        ('<div class="ask">a</div>', "markup-text"),
        ('<p onclick="x">a</p>', "markup-attribute"),
        ('<p style="x">a</p>', "markup-attribute"),
        ('<div class="aks"><p>a</p></div>', "markup-class"),
        ("<div><p>a</p></div>", "markup-class"),
        ('<p><span class="x">a</span></p>', "markup-class"),
        ('<p><a href="javascript:alert(1)">a</a></p>', "markup-link"),
        ('<p><a href="file:///etc/passwd">a</a></p>', "markup-link"),
        ('<figure><img src="x.png"></figure>', "markup-attribute"),
        ('<p id="a">x</p><p id="a">y</p>', "markup-attribute"),
        ("<!DOCTYPE html><p>a</p>", "markup-element"),
        ("<?php x ?><p>a</p>", "markup-element"),
        ("<blockquote>" * 50, "markup-nesting"),
        ('<div class="aside"><p>a</p></div>', "markup-nesting"),
        ('<div class="columns"><div class="column"></div></div>', "markup-nesting"),
        ('<div class="columns"><div class="column"></div><p>a</p></div>', "markup-nesting"),
        (
            '<div class="columns"><div class="aside"></div><div class="column"></div></div>',
            "markup-nesting",
        ),
        (
            '<div class="columns"><div class="column"><div class="columns"><div class="column"></div>'
            '<div class="column"></div></div></div><div class="column"></div></div>',
            "markup-nesting",
        ),
        ('<div class="notes"></div><div class="notes"></div>', "markup-nesting"),
        ('<table><tbody><tr class="odd"><td>a</td></tr></tbody></table>', "markup-class"),
    ],
)
def test_whatever_is_not_in_the_vocabulary_is_a_fault(markup: str, code: str) -> None:
    assert code in codes(markup)


def test_a_misspelt_class_gets_the_nearest_one() -> None:
    (fault,) = canonicalize_markup('<div class="salutaton"><p>a</p></div>')[1]
    assert fault.hint == "did you mean salutation?"


def test_unprintable_characters_are_taken_out_and_named() -> None:
    html, faults, removed = canonicalize_markup("<p>a\u202eb\x07c</p>")
    assert html == "<p>abc</p>"
    assert faults == []
    assert removed == ("U+202E RIGHT-TO-LEFT OVERRIDE", "U+0007 control character")


@pytest.mark.parametrize("mark", ["\u0301", "\u0336\u0353", "\u0e49", "\u20dd", "\u064b"])
def test_accents_piled_upon_a_letter_are_cut_off_and_named(mark: str) -> None:
    """A dozen reach over the lines above; biblical Hebrew, with up to four, stays as it is."""
    html, _, removed = canonicalize_markup(f"<p>x{mark * 12}y</p>")
    assert len(html) <= len("<p>xy</p>") + 6 and html.endswith("y</p>")
    assert len(removed) == 1 and "upon one letter" in removed[0]
    hebrew = "<p>ב\u05bc\u05b0\u05e8\u05b5\u0596\u05d0</p>"
    assert canonicalize_markup(hebrew)[2] == ()


@given(st.text())
def test_what_passes_is_well_formed_and_keeps_the_words(text: str) -> None:
    """Any text, escaped as Jinja2 does, comes out as well-formed XML with the same visible words."""
    from markupsafe import escape

    from briefgen.model.text import clean_text

    html, faults, _ = canonicalize_markup(f"<p>{escape(text)}</p>")
    assert faults == []
    element = ElementTree.fromstring(html)
    assert "".join(element.itertext()).split() == clean_text(text)[0].split()


@given(st.text(alphabet="<>/pemdivul =\"'a&;!-", max_size=60))
def test_no_markup_whatever_stops_the_reader(markup: str) -> None:
    html, faults, _ = canonicalize_markup(markup)
    assert faults or ElementTree.fromstring(f"<body>{html}</body>").tag == "body"


def test_a_list_goes_on_where_the_numbered_list_before_it_ended() -> None:
    html, faults, _ = canonicalize_markup(
        '<ol start="continue"><li>one</li><li><p>two</p><ol><li>a</li></ol></li></ol><p>between</p>'
        '<ul><li>x</li></ul><ol start="continue"><li>three</li></ol><ol start="continue"><li>four</li></ol>'
    )
    assert faults == []
    assert [part.split('"')[0] for part in html.split('start="')[1:]] == ["1", "3", "4"]


@pytest.mark.parametrize("start", ["0", "-1", "x", "99999", "", "²", "Continue"])
def test_a_list_begins_with_a_number_or_goes_on(start: str) -> None:
    assert codes(f'<ol start="{start}"><li>a</li></ol>') == ["markup-attribute"]


def test_a_list_within_a_list_does_not_go_on() -> None:
    assert codes('<ol><li>a</li></ol><ol><li><ol start="continue"><li>b</li></ol></li></ol>') == [
        "markup-attribute"
    ]


@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        ("&#1;", "cannot be printed"),
        ("&#xD800;", "no character"),
        ("&#x110000;", "no character"),
        ("&#99999999999999999999;", "no character"),
        ("&#128;", "no character"),
        ("&#;", "no character"),
        ("&#x;", "no character"),
        ("&#x202E;", "cannot be printed"),
        ("&#65", "semicolon"),
        ("&nope;", "no character"),
        ("&copy", "semicolon"),
        ("&notit", "semicolon"),
    ],
)
def test_a_character_that_is_none_is_told_with_its_line(written: str, wrong: str) -> None:
    _, faults, _ = canonicalize_markup(f"<p>a</p>\n<p>b{written} c</p>")
    assert [(fault.code, fault.line, fault.fragment) for fault in faults] == [
        ("markup-character", 2, written)
    ]
    assert wrong in faults[0].message
    in_address = canonicalize_markup(f'<p><a href="https://example.org/?a{written}">x</a></p>')[1]
    assert "markup-character" in [fault.code for fault in in_address]


@given(
    st.one_of(
        st.integers(0, 0x11FFFF),
        st.sampled_from([0, 9, 10, 31, 32, 126, 127, 0x7F, 0x80, 0x9F, 0xA0, 0xAD, 0x200B, 0xD7FF]),
        st.sampled_from([0xD800, 0xDFFF, 0xE000, 0xFFFD, 0xFFFE, 0xFFFF, 0x10000, 0x10FFFF, 0x110000]),
    ),
    st.integers(1, 30),
)
def test_zeros_before_a_character_s_number_change_nothing(number: int, zeros: int) -> None:
    """HTML allows any number of them; who writes eight or more means the same character."""

    def read(reference: str) -> tuple[str, list[str]]:
        html, faults, _ = canonicalize_markup(f"<p>a{reference}b</p>")
        return html, [fault.message.split(maxsplit=1)[1] for fault in faults]

    forms = [f"{number}", f"{'0' * zeros}{number}", f"x{number:x}", f"X{'0' * zeros}{number:X}"]
    first, *others = [read(f"&#{form};") for form in forms]
    assert others == [first] * 3


@pytest.mark.parametrize(
    ("written", "character"),
    [
        ("&#65;", "A"),
        ("&#0000000000065;", "A"),
        ("&#x00000000041;", "A"),
        ("&#160;", "\u00a0"),
        ("&#xD7FF;", "\ud7ff"),
        ("&#x10300;", "\U00010300"),
        ("&#0000000000000000000000000000000000000000000233;", "é"),
    ],
)
def test_a_character_may_be_written_with_any_number_of_zeros(written: str, character: str) -> None:
    assert canonicalize_markup(f"<p>{written}</p>")[:2] == (f"<p>{character}</p>", [])


@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        ("&#00000;", "stands for no character"),
        ("&#x00000;", "stands for no character"),
        ("&#0000000000065", "lacks its semicolon"),
        ("&#x0000041", "lacks its semicolon"),
        ("&#00000000000000128;", "stands for no character"),
        ("&#x000000009F;", "stands for no character"),
        ("&#x0000000DFFF;", "stands for no character"),
        ("&#x00000110000;", "stands for no character"),
        ("&#999999999;", "stands for no character"),
        ("&#00000000000000001;", "cannot be printed"),
    ],
)
def test_zeros_do_not_make_a_character_of_what_is_none(written: str, wrong: str) -> None:
    (fault,) = canonicalize_markup(f"<p>{written} a</p>")[1]
    assert fault.code == "markup-character"
    assert wrong in fault.message


def test_characters_by_number_or_name_are_what_they_stand_for() -> None:
    html, faults, _ = canonicalize_markup(
        "<p>&#8217;&#x2019;&rsquo;&nbsp;&#160;&amp;&lt;&#39; AT&T R & D</p><!-- &nope; -->"
    )
    assert faults == []
    assert html == "<p>’’’\xa0\xa0&amp;&lt;' AT&amp;T R &amp; D</p>"


@pytest.mark.parametrize(
    ("markup", "code"),
    [
        ('<ol start="x"><li>a</li></ol>', "markup-attribute"),
        ('<ol start="-5"><li>a</li></ol>', "markup-attribute"),
        ('<ol start="²"><li>a</li></ol>', "markup-attribute"),
        ('<ol start="99999999999999999999"><li>a</li></ol>', "markup-attribute"),
        ('<table><tbody><tr><td colspan="0">a</td></tr></tbody></table>', "markup-attribute"),
        ('<p id="a b">a</p>', "markup-attribute"),
        ('<p id="">a</p>', "markup-attribute"),
        ('<p lang="no language">a</p>', "markup-attribute"),
        ('<p><a href="#nowhere">a</a></p>', "markup-link"),
        ('<p><a href="http://">a</a></p>', "markup-link"),
        ('<p><a href="https://exa mple.org/">a</a></p>', "markup-link"),
        ('<p><a href="https://[::1">a</a></p>', "markup-link"),
        ('<p><a href="https://user:word@example.org/">a</a></p>', "markup-link"),
    ],
)
def test_a_value_that_no_format_can_set_is_told(markup: str, code: str) -> None:
    assert codes(markup) == [code]


def test_a_link_may_lead_to_what_comes_after_it() -> None:
    assert codes('<p><a href="#sources">a</a></p><h2 id="sources">b</h2>') == []


@pytest.mark.parametrize(
    ("markup", "code", "hint"),
    [
        ("<p><u>a</u></p>", "markup-element", "do not underline"),
        ("<center><p>a</p></center>", "markup-element", "stylesheet"),
        ('<p><font color="red">a</font></p>', "markup-element", "stylesheet"),
        ('<img src="a.png" alt="a">', "markup-nesting", "<figure>…</figure>"),
        ('<p>a<img src="a.png" alt="a"></p>', "markup-nesting", "end the paragraph"),
        ("<table><tr><td>a</td></tr></table>", "markup-nesting", "<table><tbody><tr>…</tr></tbody></table>"),
        ("<p>a<ul><li>b</li></ul></p>", "markup-nesting", "end the paragraph"),
    ],
)
def test_each_habit_of_web_pages_is_one_problem_that_says_what_to_write(
    markup: str, code: str, hint: str
) -> None:
    faults = [fault for fault in canonicalize_markup(markup)[1] if fault.code != "markup-attribute"]
    assert [fault.code for fault in faults] == [code]
    assert hint in (faults[0].hint or "")


def test_a_table_needs_no_row_of_headings() -> None:
    assert codes("<table><tbody><tr><td>a</td></tr></tbody></table>") == []


@pytest.mark.parametrize(
    ("width", "canonical"), [("60mm", "60mm"), ("6cm", "60mm"), ("5.25cm", "52.5mm"), ("300mm", "300mm")]
)
def test_the_width_of_a_picture_is_in_millimetres(width: str, canonical: str) -> None:
    html, faults, _ = canonicalize_markup(f'<figure><img src="a" alt="b" width="{width}"></figure>')
    assert (html, faults) == (f'<figure><img src="a" alt="b" width="{canonical}"/></figure>', [])


@pytest.mark.parametrize("width", ["60", "50%", "60px", "4mm", "0.4cm", "301mm", "-6cm", "6,5cm", "", "٦cm"])
def test_a_width_that_no_picture_can_have_is_reported(width: str) -> None:
    assert codes(f'<figure><img src="a" alt="b" width="{width}"></figure>') == ["markup-attribute"]


@pytest.mark.parametrize(
    "line",
    [
        "Total:\t5",
        "{{ a }}\t{{ b }}",
        "<p>To:\t<strong>x</strong></p>",
        "a&nbsp;&nbsp;b",
        "&nbsp; &nbsp;a",
        "a\u00a0\u00a0b",
        "a&#160;&emsp;b",
    ],
)
def test_spaces_for_layout_are_found_by_line(line: str) -> None:
    assert find_layout_spaces(f"{{# a\n#}}<p>b</p>\n{line}\n") == [3]


@pytest.mark.parametrize(
    "line",
    [
        "\t<p>a</p>",
        "<td>a</td>\t<td>b</td>",
        "12&nbsp;km and 3\u00a0kg",
        "{{\ta\t}}",
        "a\t",
        "<p\tid='a'>b</p>",
    ],
)
def test_indents_of_a_template_and_single_hard_spaces_are_no_layout(line: str) -> None:
    assert find_layout_spaces(line) == []
