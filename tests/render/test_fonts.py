"""Names in every script are set in fonts that have them, or the error says what to install."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import page
import pikepdf
import pytest
from pdf_samples import letter
from pdf_structure import faults, told

from briefgen.render import fonts
from briefgen.render.fonts import describe_missing_glyphs
from briefgen.render.pdf.renderer import PdfRenderer

ROOT = Path(__file__).parents[2]
NAMES = {
    "ko": "홍길동",
    "ja": "山田太郎",
    "zh": "王小明",
    "el": "Ελένη Παπαδοπούλου",
    "ru": "Олена Коваленко",
    "vi": "Nguyễn Thị Ánh",
    "ar": "محمد علي",
    "he": "דוד כהן",
    "hi": "राम शर्मा",
}
PINNED = ("el", "ru", "vi")
"""Languages that our own fonts write."""


@pytest.fixture(scope="module")
def renderer() -> Iterator[PdfRenderer]:
    yield PdfRenderer((ROOT / "templates/css",))


def need_font(language: str) -> None:
    if language in PINNED:
        return
    found = (
        shutil.which("fc-list")
        and subprocess.run(
            ["fc-list", f":lang={language}", "family"], capture_output=True, text=True, check=True
        ).stdout
    )
    if not found:
        assert not os.environ.get("CI"), f"the build has no font for {language}: see .ci/run"
        pytest.skip(f"no font for {language} is installed (fonts-noto-cjk, fonts-noto-core)")


@pytest.mark.parametrize("language", NAMES)
def test_a_name_in_any_script_is_set_and_can_be_read_back(renderer: PdfRenderer, language: str) -> None:
    need_font(language)
    data = renderer.render(letter("<p>Text.</p>", NAMES[language])).data
    assert page.validate_pdf_bytes(data, profile="ua1").failures == []
    assert faults(data, 0) == []
    assert set(NAMES[language]) <= set(told(data))
    if language not in ("ar", "he", "hi"):  # which are painted in the order of their shapes
        assert NAMES[language] in told(data)


@pytest.mark.parametrize("language", ["ar", "he"])
def test_a_whole_letter_from_right_to_left(renderer: PdfRenderer, language: str) -> None:
    need_font(language)
    name = NAMES[language]
    data = renderer.render(letter(f"<p>{name} {name}</p><ul><li>{name}</li></ul>", name, language)).data
    assert page.validate_pdf_bytes(data, profile="ua1").failures == []
    assert faults(data, 0) == []


@pytest.mark.parametrize("language", PINNED)
def test_latin_greek_and_cyrillic_need_no_font_of_the_system(renderer: PdfRenderer, language: str) -> None:
    data = renderer.render(letter("<p>Text.</p>", NAMES[language])).data
    assert families(data)
    assert all(name.startswith(("Source-S", "SourceS")) for name in families(data)), families(data)


def families(data: bytes) -> set[str]:
    from io import BytesIO

    with pikepdf.open(BytesIO(data)) as pdf:
        entries = [entry for entry in pdf.objects if isinstance(entry, pikepdf.Dictionary)]
        return {str(one.FontName).split("+")[-1] for one in entries if one.get("/Type") == "/FontDescriptor"}


RENDER = """
import sys
from pathlib import Path
from pdf_samples import letter
from briefgen.errors import BriefgenError
from briefgen.render.pdf.renderer import PdfRenderer
try:
    PdfRenderer((Path(sys.argv[1]),)).render(letter("<p>Text.</p>", sys.argv[2]))
except BriefgenError as error:
    print(error)
"""


def without_system_fonts(tmp_path: Path, name: str) -> str:
    """What rendering says on a machine that has no fonts."""
    config = tmp_path / "fonts.conf"
    config.write_text(
        f'<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<cachedir>{tmp_path}</cachedir></fontconfig>"
    )
    done = subprocess.run(
        [sys.executable, "-c", RENDER, ROOT / "templates/css", name],
        env={**os.environ, "FONTCONFIG_FILE": str(config), "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout


@pytest.mark.slow
def test_a_character_that_no_font_has_is_named_with_the_letter(tmp_path: Path) -> None:
    told = without_system_fonts(tmp_path, "홍길동")
    assert told.startswith(
        "glyph-missing: no font has the character 길 (U+AE38 HANGUL SYLLABLE GIL) and 2 more"
    )
    assert "'Letter to 홍길동'" in told
    assert "fonts-noto-cjk" in told
    assert len(told.splitlines()) == 1


@pytest.mark.slow
def test_the_pinned_fonts_need_none_of_the_system(tmp_path: Path) -> None:
    assert without_system_fonts(tmp_path, "Émile Sample") == ""


@pytest.mark.parametrize(
    ("system", "char", "hint"),
    [
        ("debian", "한", "run: sudo apt-get install fonts-noto-cjk"),
        ("debian", "ع", "run: sudo apt-get install fonts-noto-core"),
        ("debian", "😀", "run: sudo apt-get install fonts-noto-color-emoji"),
        ("macos", "漢", "run: brew install --cask font-noto-sans-cjk"),
        ("macos", "א", "run: brew install --cask font-noto-sans-hebrew"),
        ("macos", "ⴰ", "run: brew install --cask font-noto-sans-tifinagh"),
        (
            "fedora",
            "ع",
            "install a font for it: fonts-noto-core on Debian, font-noto-sans-arabic with Homebrew",
        ),
    ],
)
def test_the_hint_fits_the_system(monkeypatch: pytest.MonkeyPatch, system: str, char: str, hint: str) -> None:
    monkeypatch.setattr(fonts, "detect_system_family", lambda: system)
    (problem,) = describe_missing_glyphs([ord(char)], "Letter to somebody")
    assert problem.hint == hint


def test_each_script_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    problems = list(describe_missing_glyphs(map(ord, "한글가عא"), "Letter"))
    assert sorted(problem.message.split("(")[1][:6] for problem in problems) == ["U+05D0", "U+0639", "U+AC00"]
