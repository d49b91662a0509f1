"""The pinned fonts, the widths of text set in them, and what to install for a missing character.

Text is set in fonts pinned from packages. A character that they lack comes from the system's fonts; if those
lack it too, that is reported as a problem of the installation, and no letter shows a hollow box instead.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import resources
from itertools import groupby
from pathlib import Path

from briefgen.errors import Problem
from briefgen.system.doctor import detect_system_family

_FACES = (
    ("Source Serif Pro", "font_source_serif_pro", "SourceSerifPro-Regular.otf", 400, "normal"),
    ("Source Serif Pro", "font_source_serif_pro", "SourceSerifPro-It.otf", 400, "italic"),
    ("Source Serif Pro", "font_source_serif_pro", "SourceSerifPro-Semibold.otf", 600, "normal"),
    ("Source Serif Pro", "font_source_serif_pro", "SourceSerifPro-SemiboldIt.otf", 600, "italic"),
    ("Source Sans Pro", "font_source_sans_pro", "SourceSansPro-Regular.otf", 400, "normal"),
    ("Source Sans Pro", "font_source_sans_pro", "SourceSansPro-It.otf", 400, "italic"),
    ("Source Sans Pro", "font_source_sans_pro", "SourceSansPro-Semibold.otf", 600, "normal"),
    ("Source Sans Pro", "font_source_sans_pro", "SourceSansPro-SemiboldIt.otf", 600, "italic"),
)
FONT_FAMILIES = tuple(dict.fromkeys(family for family, *_ in _FACES))
"""The pinned families; others come from the system."""
_EAST_ASIAN_SCRIPTS = frozenset({"Hang", "Hani", "Hira", "Kana", "Bopo"})
"""Scripts (ISO 15924) covered by the one large family for Chinese, Japanese and Korean."""


def font_folders() -> dict[str, Path]:
    """Return the folders of the font packages by package name."""
    packages = {package for _, package, _, _, _ in _FACES}
    # Links are resolved because the URL fetcher compares where a file is.
    return {package: Path(str(resources.files(package) / "files")).resolve() for package in sorted(packages)}


def font_files() -> list[Path]:
    """Return the files of the pinned families."""
    folders = font_folders()
    return [folders[package] / name for _, package, name, _, _ in _FACES]


def find_regular_font_file(family: str) -> Path:
    """Return the file of a pinned family's regular face."""
    package, name = next((package, name) for known, package, name, _, _ in _FACES if known == family)
    return font_folders()[package] / name


def font_face_css() -> str:
    """Return the @font-face rules for the pinned fonts, which also select lining figures.

    As properties of elements, font features would be passed to Pango again for each line, and WeasyPrint
    (70.0, text/line_break.py, Layout.setup) never frees them: 50 kB a letter.
    """
    folders = font_folders()
    return "".join(
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; font-style: {style}; '
        f"font-variant: lining-nums proportional-nums; "
        f'src: url("{(folders[package] / name).as_uri()}"); }}\n'
        for family, package, name, weight, style in _FACES
    )


def describe_missing_glyphs(codes: Iterable[int], title: str) -> Iterator[Problem]:
    """Yield a problem for each script with characters that no font has; `title` is the document's."""
    by_script = groupby(
        sorted(map(chr, set(codes)), key=lambda char: (_script_code(char), char)), _script_code
    )
    for script, chars in by_script:
        first, *others = chars
        name = unicodedata.name(first, "without name")
        more = f" and {len(others)} more of its script" if others else ""
        yield Problem(
            "glyph-missing",
            f"no font has the character {first} (U+{ord(first):04X} {name}){more}, for {title!r}",
            None,
            _font_install_hint(script),
        )


def _script_code(char: str) -> str:
    """Return a character's ISO 15924 code; `Zsye` for emoji, which Unicode assigns to no script."""
    from fontTools.unicodedata import script

    return "Zsye" if unicodedata.category(char) == "So" and ord(char) >= 0x1F000 else str(script(char))


def _font_install_hint(script: str) -> str:
    match detect_system_family():
        case "debian":
            return f"run: sudo apt-get install {_debian_package(script)}"
        case "macos":
            return f"run: brew install --cask {_homebrew_cask(script)}"
        case _:
            debian, cask = _debian_package(script), _homebrew_cask(script)
            return f"install a font for it: {debian} on Debian, {cask} with Homebrew"


def _debian_package(script: str) -> str:
    if script in _EAST_ASIAN_SCRIPTS:
        return "fonts-noto-cjk"
    return "fonts-noto-color-emoji" if script == "Zsye" else "fonts-noto-core"


def _homebrew_cask(script: str) -> str:
    from fontTools.unicodedata import script_name

    if script in _EAST_ASIAN_SCRIPTS:
        return "font-noto-sans-cjk"
    if script == "Zsye":
        return "font-noto-color-emoji"
    if script in ("Latn", "Grek", "Cyrl", "Zyyy", "Zinh", "Zzzz"):
        return "font-noto-sans"
    return f"font-noto-sans-{str(script_name(script)).lower().replace('_', '-').replace(' ', '-')}"


def text_width_pt(text: str, family: str, size_pt: float) -> float:
    """Measure a line in the family's regular face; a character that it lacks counts as one em."""
    advances, per_em = _read_glyph_advances(family)
    return sum(advances.get(ord(char), per_em) for char in text) * size_pt / per_em


@cache
def pinned_characters(family: str) -> frozenset[str]:
    """Return the characters that a pinned family's regular face can draw."""
    return frozenset(map(chr, _read_glyph_advances(family)[0]))


@cache
def _read_glyph_advances(family: str) -> tuple[dict[int, int], int]:
    """Return the advance widths of a regular face by code point, and its units per em."""
    from fontTools.ttLib import TTFont

    with TTFont(find_regular_font_file(family), lazy=True) as font:
        widths, names = font["hmtx"].metrics, font.getBestCmap()
        return {code: widths[name][0] for code, name in names.items()}, int(font["head"].unitsPerEm)
