"""Languages and scripts for Word: its form of a BCP 47 tag, a script's direction, fonts for East Asian text.

The language of a text is not guessed; only its scripts are told apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Literal

Script = Literal["latin", "east-asian", "right-to-left", "complex"]
"""Word has separate fonts, sizes and languages for these: `ascii`/`hAnsi`, `eastAsia`, `cs` (twice)."""

_RIGHT_TO_LEFT_SCRIPTS = frozenset({"Arab", "Hebr", "Syrc", "Thaa", "Nkoo", "Adlm", "Rohg"})
_EAST_ASIAN_SCRIPTS = frozenset({"Hans", "Hant", "Hani", "Jpan", "Kore", "Hang", "Bopo", "Hira", "Kana"})
_COMPLEX_SCRIPTS = frozenset(
    {"Deva", "Beng", "Guru", "Gujr", "Orya", "Taml", "Telu", "Knda", "Mlym", "Sinh"}
    | {"Thai", "Laoo", "Tibt", "Mymr", "Khmr"}
)
_EAST_ASIAN_FONTS = {"ko": "Batang", "ja": "MS Mincho", "zh-Hant": "PMingLiU", "zh": "SimSun"}


@dataclass(frozen=True, slots=True)
class Language:
    """One language in Word's terms."""

    tag: str
    """With a region, as Word writes it: `ko-KR`."""
    script: Script
    east_asian_font: str
    """Serif font that Word has for Han, Kana or Hangul in this language."""


@lru_cache(maxsize=256)
def resolve_language(tag: str) -> Language:
    """Resolve a BCP 47 tag; an unknown language is taken to use the Latin script."""
    from babel.core import get_global

    parts = tag.replace("_", "-").split("-")
    base = parts[0].lower()
    script = next((part.title() for part in parts[1:] if len(part) == 4 and part.isalpha()), "")
    region = next((part.upper() for part in parts[1:] if re.fullmatch("[A-Za-z]{2}|[0-9]{3}", part)), "")
    likely_subtags = get_global("likely_subtags")
    candidates = (f"{base}_{region}", f"{base}_{script}", base)
    likely = next(filter(None, map(likely_subtags.get, candidates)), "")
    likely_script, likely_region = ([*likely.split("_"), "", ""])[1:3]
    script = script or likely_script
    region = region or likely_region
    return Language(
        f"{base}-{region}" if region else base,
        _classify_script(script),
        _choose_east_asian_font(base, script),
    )


def _classify_script(script: str) -> Script:
    if script in _RIGHT_TO_LEFT_SCRIPTS:
        return "right-to-left"
    if script in _EAST_ASIAN_SCRIPTS:
        return "east-asian"
    return "complex" if script in _COMPLEX_SCRIPTS else "latin"


def _choose_east_asian_font(base: str, script: str) -> str:
    if base == "zh" and script == "Hant":
        return _EAST_ASIAN_FONTS["zh-Hant"]
    return _EAST_ASIAN_FONTS.get(base, _EAST_ASIAN_FONTS["zh"])


_RTL_CHARACTERS = (
    "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010cff\U00010d00-\U00010fff"
    "\U0001e800-\U0001e95f\U0001ec70-\U0001eeff"
)
_CJK_CHARACTERS = (
    "\u1100-\u11ff\u2e80-\u303f\u3040-\u318f\u3190-\u31ff\u3200-\u9fff\ua960-\ua97f\uac00-\ud7ff"
    "\uf900-\ufaff\ufe30-\ufe4f\uff01-\uffee\U0001b000-\U0001b16f\U0001f200-\U0001f2ff\U00020000-\U0003ffff"
)
_BRAHMIC_CHARACTERS = "\u0900-\u109f\u1780-\u17ff\u1900-\u194f\ua8e0-\ua8ff\uaa60-\uaa7f"
_NOT_LATIN = re.compile(f"[{_RTL_CHARACTERS}{_CJK_CHARACTERS}{_BRAHMIC_CHARACTERS}]")
_NEUTRAL = rf"(?:[^\w{_RTL_CHARACTERS}{_CJK_CHARACTERS}{_BRAHMIC_CHARACTERS}]|\d|_)*"
_SCRIPT_STRETCH = re.compile(
    f"(?P<rtl>[{_RTL_CHARACTERS}](?:{_NEUTRAL}[{_RTL_CHARACTERS}])*)"
    f"|(?P<cjk>[{_CJK_CHARACTERS}](?:{_NEUTRAL}[{_CJK_CHARACTERS}])*)"
    f"|(?P<cs>[{_BRAHMIC_CHARACTERS}](?:{_NEUTRAL}[{_BRAHMIC_CHARACTERS}])*)"
)
_LATIN_LETTER = rf"[^\W\d_{_RTL_CHARACTERS}{_CJK_CHARACTERS}{_BRAHMIC_CHARACTERS}]"
_LATIN_WORDS = re.compile(rf"{_LATIN_LETTER}(?:{_NEUTRAL}{_LATIN_LETTER})*")
_SCRIPT_BY_GROUP: dict[str, Script] = {"rtl": "right-to-left", "cjk": "east-asian", "cs": "complex"}


def split_by_script(text: str, base: Script) -> Iterator[tuple[str, Script]]:
    """Split text where Word needs another kind of run: (stretch, its script), in order.

    Spaces, digits and punctuation between two words of one script go with them; others go with the
    paragraph's own script, `base`.
    """
    if base == "right-to-left":
        yield from _merge_same_script(_split_right_to_left(text))
    elif _NOT_LATIN.search(text) is None:
        yield text, "latin"
    else:
        yield from _split_left_to_right(text, "latin")


def _split_left_to_right(text: str, between: Script) -> Iterator[tuple[str, Script]]:
    end = 0
    for match in _SCRIPT_STRETCH.finditer(text):
        if match.start() > end:
            yield text[end : match.start()], between
        yield match.group(), _SCRIPT_BY_GROUP[match.lastgroup or ""]
        end = match.end()
    if end < len(text):
        yield text[end:], between


def _split_right_to_left(text: str) -> Iterator[tuple[str, Script]]:
    end = 0
    for match in _LATIN_WORDS.finditer(text):
        if match.start() > end:
            yield from _split_left_to_right(text[end : match.start()], "right-to-left")
        yield match.group(), "latin"
        end = match.end()
    if end < len(text):
        yield from _split_left_to_right(text[end:], "right-to-left")


def _merge_same_script(pieces: Iterable[tuple[str, Script]]) -> Iterator[tuple[str, Script]]:
    for script, group in groupby(pieces, key=lambda piece: piece[1]):
        yield "".join(text for text, _ in group), script


_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7ff]")
_KANA = re.compile("[\u3040-\u30ff]")


def detect_east_asian_language(text: str, context: Language) -> Language:
    """Return the East Asian language of a stretch: its context's, else the one its characters suggest."""
    if context.script == "east-asian":
        return context
    if _HANGUL.search(text):
        return resolve_language("ko")
    return resolve_language("ja" if _KANA.search(text) else "zh")
