"""Fonts in a Word file: whole, obfuscated as Word expects, and named where Word looks for them."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from uuid import UUID

import pytest
from docx_samples import LETTER, complaints, document, validator
from fontTools.ttLib import TTFont
from ooxml_lint import lint

from briefgen.model.branding import Branding
from briefgen.render.docx.embedded_fonts import obfuscate_font
from briefgen.render.docx.renderer import DocxRenderer


@pytest.fixture(scope="module")
def letter() -> bytes:
    return DocxRenderer(branding=Branding(embed_fonts=True)).render(document(LETTER)).data


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_each_style_of_both_families_is_a_font_that_can_write_the_letter(letter: bytes) -> None:
    parts = parts_of(letter)
    table = parts["word/fontTable.xml"].decode()
    entries = re.findall("<Relationship [^>]*>", parts["word/_rels/fontTable.xml.rels"].decode())
    attributes = [dict(re.findall('(\\w+)="([^"]*)"', entry)) for entry in entries]
    targets = {entry["Id"]: entry["Target"] for entry in attributes}
    found = re.findall(r'<w:embed(\w+) [^>]*r:id="([^"]+)" w:fontKey="{([^}]+)}"', table)
    assert [style for style, *_ in found] == ["Regular", "Bold", "Italic", "BoldItalic"] * 2
    for _, relationship, key in found:
        stored = parts["word/" + targets[relationship].removeprefix("/word/")]
        font = TTFont(io.BytesIO(obfuscate_font(stored, UUID(key))))
        assert "glyf" in font, "Word embeds TrueType only"
        assert set(map(ord, "Añÿ–“€")) <= set(font.getBestCmap())
        assert font["name"].getDebugName(1) in ("Source Serif Pro", "Source Sans Pro")
    assert b"<w:embedTrueTypeFonts/><w:saveSubsetFonts/>" in parts["word/settings.xml"]
    assert b'w:ascii="Source Serif Pro"' in parts["word/styles.xml"]


def test_both_judges_find_nothing_in_such_a_file(letter: bytes, tmp_path: Path) -> None:
    assert lint(letter) == []
    assert complaints(validator(), letter, tmp_path) == ""


def test_a_font_is_stored_as_the_standard_says() -> None:
    key = UUID("00112233-4455-6677-8899-aabbccddeeff")
    stored = obfuscate_font(bytes(40), key)
    assert stored[:16] == stored[16:32] == bytes.fromhex("ffeeddccbbaa99887766554433221100")
    assert stored[32:] == bytes(8)
    assert obfuscate_font(stored, key) == bytes(40)


def test_without_the_option_no_font_is_in_the_file() -> None:
    assert not any(name.endswith(".odttf") for name in parts_of(DocxRenderer().render(document(LETTER)).data))
