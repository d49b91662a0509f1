"""The starter campaign in each family of styles: no template and no snippet changes, and everything still holds."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from html_reader import read_html

from briefgen.campaign.open import open_campaign
from briefgen.compose.citations.styles import find_style
from briefgen.inspect.compare import find_differences
from briefgen.inspect.docx import read_docx
from briefgen.inspect.pdf_untagged import read_untagged_pdf
from briefgen.inspect.trace import trace_document
from briefgen.model.document import Document

pytestmark = pytest.mark.slow

STYLES = {"note": "oscola", "author-date": "apa", "numeric": "ieee"}
OWN = "styles/ours.csl"


def set_style(campaign: Path, style: str) -> None:
    """Have letters and briefing cite in a style."""
    file = campaign / "campaign.yaml"
    text = re.sub(r"citation_style: \S+", f"citation_style: {style}", file.read_text(encoding="utf-8"))
    file.write_text(
        text.replace("\nbriefing:\n", f"\nbriefing:\n  citation_style: {style}\n"), encoding="utf-8"
    )


def documents(campaign: Path, style: str) -> tuple[dict[str, Document], Any]:
    """A letter and the briefing, and the renderers."""
    set_style(campaign, style)
    opened = open_campaign(campaign)
    composer = opened.composer
    made = {"letter": composer.compose_letter(opened.recipients[0]), "briefing": composer.compose_briefing()}
    return made, opened.renderers(("pdf", "docx"))()


@pytest.mark.parametrize("family", STYLES)
def test_both_formats_say_the_same_and_agree_with_their_record(
    small_campaign: Path, tmp_path: Path, family: str
) -> None:
    made, renderers = documents(small_campaign, STYLES[family])
    assert set(made) == {"letter", "briefing"}
    for kind, document in made.items():
        files = {form: renderers[form].render(document).data for form in ("pdf", "docx")}
        said = read_html(document.html)
        assert find_differences(said, read_docx(files["docx"])) == []
        assert find_differences(said, read_untagged_pdf(files["pdf"])) == []
        for form, data in files.items():
            path = tmp_path / f"{kind}.{form}"
            path.write_bytes(data)
            traced = trace_document(path)
            assert traced.problems == ()
            assert sum(standing.printed > 0 for standing in traced.statements) >= 3


def test_in_text_citations_stand_within_their_sentences_with_a_list_behind(small_campaign: Path) -> None:
    made, _ = documents(small_campaign, "apa")
    letter, briefing = made["letter"].html, made["briefing"].html
    assert re.search(r"\w \([^()]+, (\d{4}\w?|n\.d\.)[^()]*\)\.", letter)
    assert letter.count('<div class="bibliography">') == briefing.count('<div class="bibliography">') == 1
    assert "<h2>Sources</h2>" in letter


def test_the_record_keeps_the_wording_and_how_it_is_printed(small_campaign: Path) -> None:
    made, _ = documents(small_campaign, "apa")
    claims = [claim for claim in made["letter"].record["snippets"] if claim["printed"]]
    assert claims
    for claim in claims:
        assert "(" not in claim["text"][-6:]
        assert all(form.startswith(claim["text"].rstrip(".")) for form in claim["printed_as"])
        assert all(form.endswith(").") for form in claim["printed_as"])


def test_an_edited_sentence_is_told_although_a_citation_stands_in_it(
    small_campaign: Path, tmp_path: Path
) -> None:
    made, renderers = documents(small_campaign, "apa")
    letter = made["letter"]
    edited = letter.html.replace("between 80,000 and 120,000", "between 80,000 and 130,000")
    assert edited != letter.html
    path = tmp_path / "letter.docx"
    path.write_bytes(renderers["docx"].render(replace(letter, html=edited)).data)
    (problem,) = trace_document(path).problems
    assert problem.code == "statement-changed"
    assert "130,000" in problem.message


def test_a_style_of_the_campaigns_own_shapes_the_letter_and_its_fingerprint(small_campaign: Path) -> None:
    (small_campaign / "styles").mkdir()
    (small_campaign / OWN).write_bytes(find_style("apa").xml)
    set_style(small_campaign, OWN)
    before = open_campaign(small_campaign).composer.fingerprint
    (small_campaign / OWN).write_bytes(find_style("ieee").xml)
    after = open_campaign(small_campaign)
    assert after.composer.fingerprint != before
    assert "[1]" in after.composer.compose_letter(after.recipients[0]).html
