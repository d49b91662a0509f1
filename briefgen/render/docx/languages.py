"""What a BCP 47 tag means for Word: its own form of the tag, the script's direction, the fonts that draw it.

It does not guess a text's language; it only knows scripts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Literal

Script = Literal["latin", "east-asian", "right-to-left", "complex"]
"""Word keeps font, size and language apart for these: `ascii`/`hAnsi`, `eastAsia`, `cs` (twice)."""

_RIGHT_TO_LEFT = frozenset({"Arab", "Hebr", "Syrc", "Thaa", "Nkoo", "Adlm", "Rohg"})
_EAST_ASIAN = frozenset({"Hans", "Hant", "Hani", "Jpan", "Kore", "Hang", "Bopo", "Hira", "Kana"})
_COMPLEX = frozenset(
    {"Deva", "Beng", "Guru", "Gujr", "Orya", "Taml", "Telu", "Knda", "Mlym", "Sinh"}
    | {"Thai", "Laoo", "Tibt", "Mymr", "Khmr"}
)
_EAST_ASIAN_FONTS = {"ko": "Batang", "ja": "MS Mincho", "zh-Hant": "PMingLiU", "zh": "SimSun"}


@dataclass(frozen=True, slots=True)
class Language:
    """One language as Word wants it told."""

    tag: str
    """With a region, as Word writes it: `ko-KR`."""
    script: Script
    east_asian_font: str
    """Serif font that Word brings for Han, Kana or Hangul in this language."""


@lru_cache(maxsize=256)
def language(tag: str) -> Language:
    """Read a BCP 47 tag; an unknown one counts as written in Latin letters."""
    from babel.core import get_global

    parts = tag.replace("_", "-").split("-")
    base = parts[0].lower()
    script = next((part.title() for part in parts[1:] if len(part) == 4 and part.isalpha()), "")
    region = next((part.upper() for part in parts[1:] if re.fullmatch("[A-Za-z]{2}|[0-9]{3}", part)), "")
    known = get_global("likely_subtags")
    likely = known.get(f"{base}_{region}") or known.get(f"{base}_{script}") or known.get(base) or ""
    likely_script, likely_region = ([*likely.split("_"), "", ""])[1:3]
    script = script or likely_script
    region = region or likely_region
    return Language(f"{base}-{region}" if region else base, _kind(script), _font(base, script))


def _kind(script: str) -> Script:
    if script in _RIGHT_TO_LEFT:
        return "right-to-left"
    if script in _EAST_ASIAN:
        return "east-asian"
    return "complex" if script in _COMPLEX else "latin"


def _font(base: str, script: str) -> str:
    if base == "zh" and script == "Hant":
        return _EAST_ASIAN_FONTS["zh-Hant"]
    return _EAST_ASIAN_FONTS.get(base, _EAST_ASIAN_FONTS["zh"])


_RTL = (
    "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010cff\U00010d00-\U00010fff"
    "\U0001e800-\U0001e95f\U0001ec70-\U0001eeff"
)
_CJK = (
    "\u1100-\u11ff\u2e80-\u303f\u3040-\u318f\u3190-\u31ff\u3200-\u9fff\ua960-\ua97f\uac00-\ud7ff"
    "\uf900-\ufaff\ufe30-\ufe4f\uff01-\uffee\U0001b000-\U0001b16f\U0001f200-\U0001f2ff\U00020000-\U0003ffff"
)
_BRAHMIC = "\u0900-\u109f\u1780-\u17ff\u1900-\u194f\ua8e0-\ua8ff\uaa60-\uaa7f"
_NOT_LATIN = re.compile(f"[{_RTL}{_CJK}{_BRAHMIC}]")
_NEUTRAL = rf"(?:[^\w{_RTL}{_CJK}{_BRAHMIC}]|\d|_)*"
_STRETCH = re.compile(
    f"(?P<rtl>[{_RTL}](?:{_NEUTRAL}[{_RTL}])*)"
    f"|(?P<cjk>[{_CJK}](?:{_NEUTRAL}[{_CJK}])*)"
    f"|(?P<cs>[{_BRAHMIC}](?:{_NEUTRAL}[{_BRAHMIC}])*)"
)
_WORDS = re.compile(rf"[^\W\d_{_RTL}{_CJK}{_BRAHMIC}](?:{_NEUTRAL}[^\W\d_{_RTL}{_CJK}{_BRAHMIC}])*")
_SCRIPTS: dict[str, Script] = {"rtl": "right-to-left", "cjk": "east-asian", "cs": "complex"}


def stretches(text: str, base: Script) -> Iterator[tuple[str, Script]]:
    """Split text where Word needs another kind of run: (stretch, its script), in order.

    Spaces, digits and signs between two words of one script go with them; others go with the
    paragraph's own script, `base`.
    """
    if base == "right-to-left":
        yield from _joined(_within_right_to_left(text))
    elif _NOT_LATIN.search(text) is None:
        yield text, "latin"
    else:
        yield from _within_left_to_right(text, "latin")


def _within_left_to_right(text: str, between: Script) -> Iterator[tuple[str, Script]]:
    end = 0
    for match in _STRETCH.finditer(text):
        if match.start() > end:
            yield text[end : match.start()], between
        yield match.group(), _SCRIPTS[match.lastgroup or ""]
        end = match.end()
    if end < len(text):
        yield text[end:], between


def _within_right_to_left(text: str) -> Iterator[tuple[str, Script]]:
    end = 0
    for match in _WORDS.finditer(text):
        if match.start() > end:
            yield from _within_left_to_right(text[end : match.start()], "right-to-left")
        yield match.group(), "latin"
        end = match.end()
    if end < len(text):
        yield from _within_left_to_right(text[end:], "right-to-left")


def _joined(pieces: Iterable[tuple[str, Script]]) -> Iterator[tuple[str, Script]]:
    for script, group in groupby(pieces, key=lambda piece: piece[1]):
        yield "".join(text for text, _ in group), script


_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7ff]")
_KANA = re.compile("[\u3040-\u30ff]")


def east_asian(text: str, near: Language) -> Language:
    """The East Asian language that a stretch is set in: that of the context, else by its letters."""
    if near.script == "east-asian":
        return near
    if _HANGUL.search(text):
        return language("ko")
    return language("ja" if _KANA.search(text) else "zh")
