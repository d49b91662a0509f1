"""What may be printed of the naughty strings is the same in every format, read back from the files."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from material import lacking, small_starter

from briefgen.campaign.open import Campaign, open_campaign
from briefgen.errors import BriefgenError
from briefgen.inspect.docx import read_docx
from briefgen.inspect.pdf import read_pdf
from briefgen.model.recipient import Recipient

STRINGS = json.loads((Path(__file__).parents[1] / "address/naughty-strings.json").read_text(encoding="utf-8"))
PRINTED = [*STRINGS["printed"]["names"], *STRINGS["warned of"]["capitals"], *STRINGS["warned of"]["brackets"]]
PER_LETTER = 14


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    return open_campaign(small_starter(tmp_path_factory.mktemp("naughty") / "campaign"))


def letters(opened: Campaign) -> list[tuple[Recipient, list[str]]]:
    """Letters that have all strings between them: as name, organisation, address, locality, and in the text."""
    member = next(one for one in opened.recipients if one.office == "us-representative")
    found = []
    for start in range(0, len(PRINTED), PER_LETTER):
        texts = PRINTED[start : start + PER_LETTER]
        extra = {**member.extra, "paragraph": " / ".join(texts), "connection": texts[-1] + "."}
        changed = replace(
            member,
            name=texts[0],
            given="",
            family=texts[1],
            address=tuple(texts[2:]),
            locality=texts[0],
            extra=extra,
        )
        found.append((changed, texts))
    return found


def words(text: str) -> str:
    return " ".join(text.replace("\xa0", " ").split())


def straight(text: str) -> str:
    return text.translate(str.maketrans("‘’“”", "''\"\""))


def test_every_format_prints_the_same_strings(opened: Campaign) -> None:
    renderers = opened.renderers(("pdf", "docx", "txt"))()
    for recipient, texts in letters(opened):
        document = opened.composer.compose_letter(recipient)
        try:
            files = {format: renderer.render(document).data for format, renderer in renderers.items()}
        except BriefgenError as error:
            if {problem.code for problem in error.problems} == {"glyph-missing"}:
                lacking("no font has some of these letters", "apt-get install fonts-noto-core")
            raise
        read = {
            "txt": files["txt"].decode("utf-8"),
            "docx": read_docx(files["docx"]).text,
            "pdf": read_pdf(files["pdf"]).text,
        }
        for format, whole in read.items():
            assert words(f"Dear Representative {texts[1]}:") in words(whole), format
            if format == "txt":  # it begins at the salutation; what a column adds has typographic quotes
                assert all(straight(words(text)) in straight(words(whole)) for text in texts), texts
                continue
            for text in texts:
                assert words(text) in words(whole), (format, text)
            assert words(f"The Honorable {texts[0]}") in words(whole), format
