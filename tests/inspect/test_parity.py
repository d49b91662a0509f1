"""PDF and DOCX of every document of the starter campaign say the same as the document: text, notes, order."""

from __future__ import annotations

import pytest
from material import ROOT

from briefgen.inspect.docx import read_docx
from briefgen.inspect.tokens import differences, read_html
from briefgen.opening import open_campaign

OPENED = open_campaign(ROOT / "examples" / "starter")
IDS = [recipient.id for recipient in OPENED.recipients]


@pytest.fixture(scope="module")
def renderers():
    return OPENED.renderers(("pdf", "docx"))()


@pytest.mark.parametrize("id", [*IDS, "the briefing"])
def test_the_docx_says_what_the_document_says(renderers, id: str) -> None:
    document = _document(id)
    assert differences(read_html(document.html), read_docx(renderers["docx"].render(document).data)) == []


def _document(id: str):
    if id == "the briefing":
        return OPENED.composer.briefing()
    return OPENED.composer.letter(OPENED.recipients[IDS.index(id)])
