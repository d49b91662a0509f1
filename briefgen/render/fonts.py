"""The fonts that pages are set in, and what to install for a character that none of them has.

Text is set in faces pinned from packages; a character that these lack is taken from the fonts of the system,
and where those lack it too, that is a mistake of the set-up and never a hollow box on somebody's letter.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from importlib import resources
from itertools import groupby
from pathlib import Path

from briefgen.errors import Problem
from briefgen.system.doctor import this_system

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
FAMILIES = tuple(dict.fromkeys(family for family, *_ in _FACES))
"""Those that are pinned; others come from the system."""
_EAST_ASIAN = frozenset({"Hang", "Hani", "Hira", "Kana", "Bopo"})
"""Scripts (ISO 15924) of the one big family for Chinese, Japanese and Korean."""


def font_folders() -> dict[str, Path]:
    """Folders of the font packages by package name."""
    packages = {package for _, package, _, _, _ in _FACES}
    # Links followed, since the fetcher compares where a file lies.
    return {package: Path(str(resources.files(package) / "files")).resolve() for package in sorted(packages)}


def regular_face(family: str) -> Path:
    """The file of a family's upright face in its usual weight."""
    package, name = next((package, name) for known, package, name, _, _ in _FACES if known == family)
    return font_folders()[package] / name


def font_faces() -> str:
    """The @font-face rules for the pinned fonts, with the figures that text is set in.

    As properties of elements, features would be handed to Pango anew for each line, and WeasyPrint (70.0,
    text/line_break.py, Layout.setup) never frees them: 50 kB a letter.
    """
    folders = font_folders()
    return "".join(
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; font-style: {style}; '
        f"font-variant: lining-nums proportional-nums; "
        f'src: url("{(folders[package] / name).as_uri()}"); }}\n'
        for family, package, name, weight, style in _FACES
    )


def missing_glyphs(codes: Iterable[int], title: str) -> Iterator[Problem]:
    """One problem for each script that the document of this title needs and no font has."""
    by_script = groupby(sorted(map(chr, set(codes)), key=lambda char: (_script(char), char)), _script)
    for script, chars in by_script:
        first, *others = chars
        name = unicodedata.name(first, "without name")
        more = f" and {len(others)} more of its script" if others else ""
        yield Problem(
            "glyph-missing",
            f"no font has the character {first} (U+{ord(first):04X} {name}){more}, for {title!r}",
            None,
            _how_to_install(script),
        )


def _script(char: str) -> str:
    """ISO 15924 code; `Zsye` for emoji, which Unicode counts to no script."""
    from fontTools.unicodedata import script

    return "Zsye" if unicodedata.category(char) == "So" and ord(char) >= 0x1F000 else str(script(char))


def _how_to_install(script: str) -> str:
    match this_system():
        case "debian":
            return f"run: sudo apt-get install {_debian(script)}"
        case "macos":
            return f"run: brew install --cask {_cask(script)}"
        case _:
            return f"install a font for it: {_debian(script)} on Debian, {_cask(script)} with Homebrew"


def _debian(script: str) -> str:
    if script in _EAST_ASIAN:
        return "fonts-noto-cjk"
    return "fonts-noto-color-emoji" if script == "Zsye" else "fonts-noto-core"


def _cask(script: str) -> str:
    from fontTools.unicodedata import script_name

    if script in _EAST_ASIAN:
        return "font-noto-sans-cjk"
    if script == "Zsye":
        return "font-noto-color-emoji"
    if script in ("Latn", "Grek", "Cyrl", "Zyyy", "Zinh", "Zzzz"):
        return "font-noto-sans"
    return f"font-noto-sans-{str(script_name(script)).lower().replace('_', '-').replace(' ', '-')}"
