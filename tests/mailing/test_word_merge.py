"""All letters as one Word file say what the single ones say, and are a file that Word opens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from docx_samples import complaints, part, validator
from material import small_starter

from briefgen.campaign.open import Campaign, open_campaign
from briefgen.errors import BriefgenError
from briefgen.mailing.word_merge import group_alike, merge_word_files


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    """Three letters with notes, numbered references, pictures and links, one of them from another variety of English."""
    folder = small_starter(tmp_path_factory.mktemp("merge") / "campaign")
    file = folder / "campaign.yaml"
    text = file.read_text("utf-8").replace("letter:\n", "letter:\n  web_address: https://a.example/{id}\n", 1)
    file.write_text(text, "utf-8")
    (folder / "letter.us-senator.md").write_text(
        "{{ request }}\n\n1. one\n2. two\n\n{{ best('prison-camps') }}\n", "utf-8"
    )
    return open_campaign(folder)


@pytest.fixture(scope="module")
def letters(campaign: Campaign) -> list[bytes]:
    return [campaign.render(recipient, "docx") for recipient in campaign.recipients]


def words(data: bytes, name: str = "word/document.xml") -> str:
    return "".join(re.findall(r"<w:t(?: [^>]*)?>([^<]*)</w:t>", part(data, name)))


@pytest.mark.slow
def test_one_file_has_the_words_notes_and_pictures_of_each(letters: list[bytes], tmp_path: Path) -> None:
    groups = group_alike(letters)
    assert sorted(map(len, groups)) == [1, 2]
    alike = max(groups, key=len)
    merged = merge_word_files(alike, "A title", duplex=True)
    assert words(merged) == "".join(map(words, alike))
    assert words(merged, "word/footnotes.xml") == "".join(words(one, "word/footnotes.xml") for one in alike)
    assert merge_word_files(alike, "A title", duplex=True) == merged
    body, links = part(merged, "word/document.xml"), part(merged, "word/_rels/document.xml.rels")
    assert body.count("<w:sectPr") == 2 and body.count('<w:type w:val="oddPage"/>') == 2
    assert body.count('<w:pgNumType w:start="1"/>') == 2 == body.count('<w:numRestart w:val="eachSect"/>')
    notes = re.findall(r'<w:footnoteReference w:id="(\d+)"', body)
    assert len(notes) == len(set(notes)) > 2
    assert set(notes) <= set(re.findall(r'<w:footnote w:id="(\d+)"', part(merged, "word/footnotes.xml")))
    assert links.count("https://a.example/") == 2 and "customXml" not in links
    used = set(re.findall(r'r:(?:id|embed)="([^"]+)"', body))
    assert used <= set(re.findall(r'Id="([^"]+)"', links))
    heads = [part(merged, f"word/{name}") for name in re.findall(r'Target="(header\d+\.xml)"', links)]
    assert sum("SECTIONPAGES" in head for head in heads) == 2 and not any(
        "NUMPAGES" in head for head in heads
    )
    assert "<dc:title>A title</dc:title>" in part(merged, "docProps/core.xml")
    assert not complaints(validator(), merged, tmp_path)


@pytest.mark.slow
def test_one_letter_alone_stays_as_it_is(letters: list[bytes], tmp_path: Path) -> None:
    merged = merge_word_files(letters[:1], "A title")
    assert words(merged) == words(letters[0])
    assert not complaints(validator(), merged, tmp_path)


@pytest.mark.slow
def test_a_letterhead_of_another_build_is_refused(letters: list[bytes]) -> None:
    renamed = letters[0].replace(b"word/numbering.xml", b"word/numberinx.xml")
    with pytest.raises(BriefgenError, match="word-merge"):
        merge_word_files([renamed], "A title")
