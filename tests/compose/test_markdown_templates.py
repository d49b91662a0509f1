"""Templates in Markdown: what they become, and where their mistakes are."""

from __future__ import annotations

from pathlib import Path

import jinja2
import jinja2.meta
import pytest

from briefgen.compose.markdown_templates import translate_markdown
from briefgen.compose.templates import Templates
from briefgen.errors import BriefgenError
from briefgen.library.folders import LibraryFolder
from briefgen.model.recipient import Recipient

SENATOR = Recipient("ada-sample", "us-senator", "US", chamber="senate")


def body(source: str, language: str = "en") -> str:
    html = translate_markdown(source, "letter.md", "body", language)
    start, end = '{% extends frame %}{% block body %}<div class="body">', "</div>{% endblock %}\n"
    assert html.startswith(start) and html.endswith(end)
    return html.removeprefix(start).removesuffix(end)


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("One\nparagraph.\n\nAnother.", "<p>One\nparagraph.</p>\n\n<p>Another.</p>"),
        ('A *b* **c** "d" & e', "<p>A <em>b</em> <strong>c</strong> “d” &amp; e</p>"),
        ('{{ statement("a*b_c") }} *x*', '<p>{{ statement("a*b_c") }} <em>x</em></p>'),
        ('"{{ name }}"', "<p>“{{ name }}”</p>"),
        ("- one\n- two", "<ul><li>one</li>\n<li>two</li></ul>"),
        ("3. one\n4. two", '<ol start="3"><li>one</li>\n<li>two</li></ol>'),
        ("> said", "<blockquote><p>said</p></blockquote>"),
        ("# Large\n\n### Small", "<h2>Large</h2>\n\n<h3>Small</h3>"),
        ("a\\\nb", "<p>a<br>\nb</p>"),
        ("[here]({{ url }})", '<p><a href="{{ url }}">here</a></p>'),
        ("![shown](a.png)", '<figure><img src="a.png" alt="shown"></figure>'),
        ("![a](a.png){width=6cm}", '<figure><img src="a.png" alt="a" width="6cm"></figure>'),
        ("![a](a.png){ width={{ w }}mm }", '<figure><img src="a.png" alt="a" width="{{ w }}mm"></figure>'),
        ('{{ figure("f") }}', '{{ figure("f") }}'),
        ("{% if a %}\nOne.\n\n{% endif %}\nTwo.", "{% if a %}\n<p>One.</p>\n\n{% endif %}\n<p>Two.</p>"),
        ("Was {% if a %}so{% else %}not{% endif %}.", "<p>Was {% if a %}so{% else %}not{% endif %}.</p>"),
        ('{{ "}}" }} and {{ a -}}', '<p>{{ "}}" }} and {{ a -}}</p>'),
        ("\r\nA\r\n\r\nB", "\n<p>A</p>\n\n<p>B</p>"),
        ("A\n\nB ---- C", "<p>A</p>\n\n<p>B ---- C</p>"),
    ],
)
def test_markdown_becomes_the_html_of_documents(source: str, html: str) -> None:
    assert body(source) == html


def test_paragraphs_of_tags_in_two_branches_need_no_names_but_their_own() -> None:
    template = jinja2.Environment().parse(body("{% if a %}\n{{ b }}\n{% elif c %}\n{{ d }}\n{% endif %}"))
    assert jinja2.meta.find_undeclared_variables(template) == {"a", "b", "c", "d"}


def test_a_table_has_headings_for_its_columns() -> None:
    html = body("| A | B |\n| - | - |\n| 1 | {{ x }} |").replace("\n", "")
    head = '<thead><tr><th scope="col">A</th><th scope="col">B</th></tr></thead>'
    assert html == f"<table>{head}<tbody><tr><td>1</td><td>{{{{ x }}}}</td></tr></tbody></table>"


def test_a_blank_row_of_headings_is_left_out() -> None:
    html = body("| | |\n| - | - |\n| 1 | 2 |").replace("\n", "")
    assert html == "<table><tbody><tr><td>1</td><td>2</td></tr></tbody></table>"


def test_a_page_can_begin_anywhere() -> None:
    assert body("A\n\n\\newpage\n\nB") == '<p>A</p>\n\n<div class="new-page"></div>\n\n<p>B</p>'


@pytest.mark.parametrize("mark", ["P.S. ", "P. S. ", "PS: "])
def test_the_postscript_comes_below_the_signature(mark: str) -> None:
    html = translate_markdown(f"A\n\n{mark}B\n\nC", "letter.md", "body")
    below = '</div>{% endblock %}{% block postscript %}<div class="postscript">'
    assert html.endswith(f"<p>A</p>{below}\n\n<p>{mark}B</p>\n\n<p>C</p></div>{{% endblock %}}\n")
    within = translate_markdown(f"{{% if a %}}\n{mark}B\n{{% endif %}}", "letter.md", "body")
    assert "postscript" not in within


@pytest.mark.parametrize(("language", "quoted"), [("en", "“a”"), ("de-CH", "„a“"), ("fr", "«\u00a0a\u00a0»")])
def test_quotation_marks_are_those_of_the_language(language: str, quoted: str) -> None:
    assert body('"a"', language) == f"<p>{quoted}</p>"


@pytest.mark.parametrize("line", range(1, 12))
def test_every_line_keeps_its_number(line: int) -> None:
    rows = ["A", "b.", "", "{{ one(", "  1) }} c", "", "- d", "- e", "", "{% if f %}", "g", "{% endif %}"]
    marked = [
        f"{row} MARK" if at == line - 1 and row and "(" not in row else row for at, row in enumerate(rows)
    ]
    html = translate_markdown("\n".join(marked), "letter.md", "body").split("\n")
    if "MARK" in "".join(marked):
        assert "MARK" in html[line - 1]


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("A\n\n<b>c</b>", 3, "**words**"),
        ("A <u>b</u>", 1, "do not underline"),
        ('A\n\n<img src="x.png">', 3, "![what it shows](file.png)"),
        ("A\n\n![a](a.png){.right}", 3, "{width=60mm}"),
        ("{{ a\n}}\n\n<p>b</p>", 4, "empty line between paragraphs"),
        ("#### Deep", 1, "at most 3"),
        ("A\n\n---\n\nB", 3, "line of dashes"),
        ('{% extends "x" %}', 1, "templates/"),
        ("A\n{% block body %}", 2, "templates/"),
        ("A\ue000", 1, "private character"),
        ("A\n\n{{ b", 3, "{{ is not closed"),
        ("A {% if b", 1, "{% is not closed"),
        ("A {# b", 1, "{# is not closed"),
        ('{{ "}} b', 1, "{{ is not closed"),
        ("{{" * 30_000, 1, "{{ is not closed"),
        ('{{"' * 20_000, 1, "{{ is not closed"),
        ("{{ '\\" * 15_000, 1, "{{ is not closed"),
    ],
)
def test_what_a_document_does_not_have_is_refused_by_line(source: str, line: int, words: str) -> None:
    with pytest.raises(jinja2.TemplateSyntaxError) as caught:
        body(source)
    assert caught.value.lineno == line
    assert words in (caught.value.message or "")


def test_values_are_never_markdown(templates: Templates) -> None:
    write(templates, "letter.md", "Dear {{ name }},\n\n{{ name }}")
    html = render(templates, name="*A* <b>[x](y)</b>")
    assert html.count("*A* &lt;b&gt;[x](y)&lt;/b&gt;") == 2


def test_a_paragraph_of_tags_alone_is_left_out_where_it_is_empty(templates: Templates) -> None:
    write(templates, "letter.md", "One.\n\n{{ name }}\n\nTwo.")
    assert render(templates, name=" ").count("<p>") == 3
    assert render(templates, name="x").count("<p>") == 4


@pytest.fixture
def templates(tmp_path: Path) -> Templates:
    shipped, own = tmp_path / "shipped", tmp_path / "own"
    for folder in (own, shipped / "templates/letter/office", shipped / "templates/briefing"):
        folder.mkdir(parents=True)
    html = "{% block body %}{% endblock %}<p>{% block close %}{{ close }}{% endblock %}</p>"
    (shipped / "templates/letter/default.html.j2").write_text(html)
    (shipped / "templates/letter/office/us-senator.html.j2").write_text(
        '{% extends "letter/default.html.j2" %}{% block close %}senator{% endblock %}'
    )
    (shipped / "templates/briefing/default.html.j2").write_text(
        "{% for section in sections %}[{{ section.heading }}]{% endfor %}{% block sections %}{% endblock %}"
    )
    return Templates((LibraryFolder(own, "own"), LibraryFolder(shipped, "shipped")))


def write(templates: Templates, name: str, text: str) -> None:
    path = templates.folders[0].path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def render(templates: Templates, name: str) -> str:
    context = {"name": name, "close": "", "frame": templates.find_frame("letter")}
    return templates.render("letter.md", context, "the letter to ada-sample")


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ([], "letter/office/us-senator.html.j2"),
        (["letter.md"], "letter.md"),
        (["letter.md", "letter.GB.md"], "letter.md"),
        (["letter.md", "letter.US.md"], "letter.US.md"),
        (["letter.US.md", "letter.us-senator.md"], "letter.us-senator.md"),
        (["letter.md", "letter.ada-sample.md"], "letter.ada-sample.md"),
        (["letter.md", "templates/letter/office/us-senator.html.j2"], "letter/office/us-senator.html.j2"),
        (["letter.ada-sample.md", "templates/letter/office/us-senator.html.j2"], "letter.ada-sample.md"),
        (["letter.md", "templates/letter/default.html.j2"], "letter.md"),
    ],
)
def test_the_most_specific_text_is_used(templates: Templates, files: list[str], found: str) -> None:
    for name in files:
        write(templates, name, "x")
    assert templates.find_template("letter", SENATOR) == found


def test_the_frame_is_the_html_that_the_recipient_would_get(templates: Templates) -> None:
    write(templates, "letter.md", "Text of {{ name }}.")
    frame = templates.find_frame("letter", SENATOR)
    html = templates.render("letter.md", {"name": "x", "frame": frame}, "the letter")
    assert html == '<div class="body"><p>Text of x.</p></div><p>senator</p>'


def test_other_files_in_markdown_are_no_templates(templates: Templates) -> None:
    for name in ("README.md", "letters.md", "notes.letter.md"):
        write(templates, name, "<b>")
    assert not [name for name in templates.names() if name.endswith(".md")]


def test_headings_of_a_brief_are_its_contents(templates: Templates) -> None:
    write(templates, "brief.md", "## One *more*\n\nText.\n\n### Under\n\n## {{ two }}\n\n## Three\n")
    html = templates.render(
        "brief.md", {"two": "Two", "frame": templates.find_frame("briefing")}, "the briefing"
    )
    assert html.startswith("[One more][Three]")
    assert '<h2 id="section-2">Three</h2>' in html and "<h2>Two</h2>" in html


def test_a_mistake_is_found_before_any_letter_is_made(templates: Templates) -> None:
    write(templates, "letter.md", "One.\n\nDear {{ nobody }}, {{ name | shout }}\n")
    problems = list(templates.check({"name", "frame", "close"}, ["letter"]))
    assert {str(problem.place) for problem in problems} == {"own/letter.md:3"}
    write(templates, "letter.GB.md", "One.\n\n<tr>")
    found = [
        problem
        for problem in templates.check({"name", "frame", "close"}, ["letter"])
        if "GB" in str(problem.place)
    ]
    assert [(problem.code, problem.place and problem.place.line) for problem in found] == [
        ("template-syntax", 3)
    ]


def test_a_mistake_that_shows_in_a_letter_has_its_line(templates: Templates) -> None:
    write(templates, "letter.md", "One.\n\n{{ name.nothing }}\n")
    with pytest.raises(BriefgenError) as caught:
        render(templates, name="x")
    assert str(caught.value.problems[0].place) == "own/letter.md:3"


def test_a_file_from_outside_or_not_in_utf8_is_refused(templates: Templates, tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("secret")
    (templates.folders[0].path / "letter.md").symlink_to(tmp_path / "secret.md")
    (templates.folders[0].path / "letter.GB.md").write_bytes(b"\xff")
    problems = list(templates.check({"name", "frame", "close"}, ["letter"]))
    assert {problem.code for problem in problems} == {"template-syntax"}
    assert ["leads out of its folder" in p.message or "is not UTF-8" in p.message for p in problems] == [
        True,
        True,
    ]


@pytest.mark.parametrize(
    "hidden",
    [
        "&#xE000;99&#xE001;",
        "&#57344;0",
        "&#xE000;" + "9" * 5000 + "&#xE001;",
        "&#xE000;\u0660&#xE001;",
        "![a &#xE000;7&#xE001;](x.png)",
        "[x](https://a.example/%EE%80%8099%EE%80%81)",
        "[x](https://a.example/%EE\\%80%807&#37;EE%80%81)",
    ],
)
def test_private_characters_are_refused_however_they_are_written(hidden: str) -> None:
    with pytest.raises(jinja2.TemplateSyntaxError, match="private character") as caught:
        translate_markdown(f"First.\n\n{{{{ ask }}}}\n\n{hidden}\n", "letter.md", "body")
    assert caught.value.lineno == 5


def test_tags_that_build_documents_are_refused_with_any_sign() -> None:
    for sign in ("", "-", "+"):
        with pytest.raises(jinja2.TemplateSyntaxError, match="include"):
            translate_markdown(f'{{%{sign} include "x" %}}', "letter.md", "body")
