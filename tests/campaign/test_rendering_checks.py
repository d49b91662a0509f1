"""`briefgen check` accepts only what every format can make."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from material import small_starter, without_layout

from briefgen.campaign.check import check_documents
from briefgen.campaign.open import Campaign, open_campaign
from briefgen.render.docx.renderer import DocxRenderer
from briefgen.render.pdf.renderer import PdfRenderer
from briefgen.render.text import write_plain_text

HEAD = "".join(f"<th>Indicator {column}</th>" for column in range(30))
TABLE = f"<table><caption>Waiting times</caption><thead><tr>{HEAD}</tr></thead></table>"


def with_paragraph(folder: Path, html: str, format: str) -> Campaign:
    """The campaign whose letters have this instead of their own paragraph, in one format."""
    template = folder / "templates/letter/default.html.j2"
    template.parent.mkdir(parents=True)
    template.write_text(
        '{% extends "built-in/letter/default.html.j2" %}{% block paragraph %}' + html + "{% endblock %}"
    )
    config = folder / "campaign.yaml"
    text, changed = re.subn(r"formats: .*", f"formats: [{format}]", config.read_text())
    assert changed == 1
    config.write_text(text)
    return open_campaign(folder)


@pytest.mark.parametrize("format", ["pdf", "docx"])
def test_a_table_that_no_page_holds_is_an_error_in_each_format(small_campaign: Path, format: str) -> None:
    _, errors = check_documents(with_paragraph(small_campaign, TABLE, format))
    assert {problem.code for problem in errors} == {"table-too-wide"}
    assert all("'Waiting times'" in problem.message and "Letter to" in problem.message for problem in errors)


def test_one_letter_of_each_kind_is_made_in_each_format(
    small_campaign: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[tuple[type, str]] = []
    for renderer in (PdfRenderer, DocxRenderer):
        render = renderer.render
        monkeypatch.setattr(
            renderer, "render",
            lambda self, document, render=render: made.append((type(self), document.title)) or render(self, document),
        )  # fmt: skip
    opened = open_campaign(small_campaign)
    twin = replace(opened.recipients[0], id="twin", name="A Much Longer Name Than That")
    assert check_documents(replace(opened, recipients=(*opened.recipients, twin)))[1] == []
    titles = [title for kind, title in made if kind is PdfRenderer]
    assert len(titles) == len(set(titles)) == len(opened.recipients)
    assert [title for kind, title in made if kind is DocxRenderer] == titles


def test_characters_that_no_font_has_are_told_for_each_letter(
    small_campaign: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find(self: PdfRenderer, characters: Iterable[str]) -> set[str]:
        return {"ß"} & set(characters)

    monkeypatch.setattr(PdfRenderer, "find_missing_glyphs", find)
    opened = open_campaign(small_campaign)
    first, second, *others = opened.recipients
    named = tuple(replace(each, extra={**each.extra, "paragraph": "Weiß."}) for each in (first, second))
    _, errors = check_documents(replace(opened, recipients=(*named, *others)))
    assert [problem.code for problem in errors] == ["glyph-missing"] * 2
    assert [problem.place for problem in errors] == [first.place, second.place]
    assert all("ß (U+00DF" in problem.message for problem in errors)


def test_fonts_are_asked_for_what_the_pinned_ones_lack() -> None:
    renderer = PdfRenderer((Path(__file__).parents[2] / "templates/css",))
    assert renderer.find_missing_glyphs("Émile ordinary <&>") == set()
    assert renderer._fonts is None
    assert renderer.find_missing_glyphs("a\U0010fffd\U0010fff0-é") == {"\U0010fffd", "\U0010fff0"}


def test_letters_longer_than_the_web_form_takes_are_named_once(tmp_path: Path) -> None:
    folder = without_layout(small_starter(tmp_path / "campaign"))
    file = folder / "campaign.yaml"
    text = file.read_text("utf-8")
    file.write_text(text.replace("output:\n", "output:\n  text_limit: 700\n"), "utf-8")
    opened = open_campaign(folder)
    warnings, _ = check_documents(opened)
    (found,) = (problem for problem in warnings if problem.code == "text-too-long")
    longest = max(
        len(write_plain_text(opened.composer.compose_letter(one)).rstrip("\n")) for one in opened.recipients
    )
    assert f"has {longest:,} characters, {longest - 700:,} more" in found.message
    file.write_text(text.replace("output:\n", "output:\n  text_limit: 9000\n"), "utf-8")
    assert "text-too-long" not in {problem.code for problem in check_documents(open_campaign(folder))[0]}
