"""The runs of one paragraph: text with its look, split by script, white space as HTML has it.

What a paragraph is, and where it stands, is not known here.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from briefgen.render.docx.languages import Script, east_asian, language, stretches

_SPACES = re.compile("[ \t\n\r]+")
_SIGNS = re.compile("[\u00ad\u2011]")
_SIGN_ELEMENTS = {"\u00ad": "<w:softHyphen/>", "\u2011": "<w:noBreakHyphen/>"}


class Look(NamedTuple):
    """How a run looks, apart from its paragraph's style."""

    language: str
    """BCP 47, of the element that the text stands in."""
    bold: bool = False
    italic: bool = False
    small_caps: bool = False
    vertical: str = ""
    """`superscript`, `subscript` or empty."""
    style: str = ""
    """Id of a character style."""


def escape(text: str) -> str:
    """Text as XML has it between tags, and within double quotes."""
    if "&" in text or "<" in text or ">" in text or '"' in text:
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return text


class Runs:
    """Collects the content of one paragraph, left to right.

    `main` is the document's language; text in another is marked. Spaces collapse across elements, and
    none is kept at either end of a line.
    """

    __slots__ = ("_line_start", "_main", "_parts", "_trailing")

    def __init__(self, main: str) -> None:
        self._main = main
        self._parts: list[str] = []
        self._line_start = True
        self._trailing: tuple[int, str, Look] | None = None

    def text(self, text: str, look: Look) -> None:
        """Add text; runs of white space count as one space."""
        if "\n" in text or "  " in text or "\t" in text or "\r" in text:
            text = _SPACES.sub(" ", text)
        if self._line_start and text[:1] == " ":
            text = text[1:]
        if not text:
            return
        self._line_start = text[-1] == " "
        self._trailing = (len(self._parts), text, look) if self._line_start else None
        self._parts.append(self._runs(text, look))

    def element(self, xml: str) -> None:
        """Add something that takes room in the line: a note's call, a field."""
        self._parts.append(xml)
        self._line_start, self._trailing = False, None

    def mark(self, xml: str) -> None:
        """Add something without width: the ends of a bookmark or a hyperlink."""
        self._parts.append(xml)

    def line_break(self) -> None:
        """End the line within the paragraph."""
        self._trim()
        self._parts.append("<w:r><w:br/></w:r>")
        self._line_start = True

    def xml(self) -> str:
        """The finished content of the paragraph."""
        self._trim()
        return "".join(self._parts)

    def _trim(self) -> None:
        if self._trailing is not None:
            index, text, look = self._trailing
            self._parts[index] = self._runs(text[:-1], look) if text != " " else ""
            self._trailing = None

    def _runs(self, text: str, look: Look) -> str:
        return runs(text, look, self._main)


def runs(text: str, look: Look, main: str) -> str:
    """Text in one look as runs, one for each stretch of a script."""
    base = _base(look.language)
    if base == "latin" and text.isascii():
        return f"<w:r>{_properties(look, main, 'latin', '')}{_text(text)}</w:r>"
    return "".join(
        f"<w:r>{_properties(look, main, script, _within(piece, script, look))}{_content(piece)}</w:r>"
        for piece, script in stretches(text, base)
    )


def runs_like(text: str, properties: str, main: str) -> str:
    """Text as runs that share `properties` (children of `w:rPr`), one for each stretch of a script."""
    parts = []
    for piece, script in stretches(text, _base(main)):
        told = properties + {"right-to-left": "<w:rtl/>", "complex": "<w:cs/>"}.get(script, "")
        parts.append(f"<w:r>{f'<w:rPr>{told}</w:rPr>' if told else ''}{_content(piece)}</w:r>")
    return "".join(parts)


@lru_cache(maxsize=256)
def _base(tag: str) -> Script:
    return language(tag).script


def _within(text: str, script: Script, look: Look) -> str:
    """Tag of the East Asian language of this stretch; empty for other scripts."""
    return east_asian(text, language(look.language)).tag if script == "east-asian" else ""


@lru_cache(maxsize=4096)
def _properties(look: Look, main: str, script: Script, east_asian_tag: str) -> str:
    """`w:rPr` with its children in the order of the schema (ECMA-376, CT_RPr)."""
    parts = [
        f'<w:rStyle w:val="{look.style}"/>' if look.style else "",
        _fonts(main, script, east_asian_tag),
        "<w:b/><w:bCs/>" if look.bold else "",
        "<w:i/><w:iCs/>" if look.italic else "",
        "<w:smallCaps/>" if look.small_caps else "",
        f'<w:vertAlign w:val="{look.vertical}"/>' if look.vertical else "",
        "<w:rtl/>" if script == "right-to-left" else "<w:cs/>" if script == "complex" else "",
        _language(look, main, script, east_asian_tag),
    ]
    inner = "".join(parts)
    return f"<w:rPr>{inner}</w:rPr>" if inner else ""


def _fonts(main: str, script: Script, east_asian_tag: str) -> str:
    if script == "latin":
        return ""
    if script != "east-asian":
        return '<w:rFonts w:hint="cs"/>'
    if east_asian_tag == language(main).tag:
        return '<w:rFonts w:hint="eastAsia"/>'
    return f'<w:rFonts w:hint="eastAsia" w:eastAsia="{language(east_asian_tag).east_asian_font}"/>'


def _language(look: Look, main: str, script: Script, east_asian_tag: str) -> str:
    own = language(look.language)
    if script == "east-asian":
        return f'<w:lang w:eastAsia="{east_asian_tag}"/>' if east_asian_tag != language(main).tag else ""
    if own.tag == language(main).tag or own.script != script:
        return ""
    return f'<w:lang w:{"val" if script == "latin" else "bidi"}="{own.tag}"/>'


def _content(text: str) -> str:
    if _SIGNS.search(text) is None:
        return _text(text)
    parts, end = [], 0
    for sign in _SIGNS.finditer(text):
        parts += [_text(text[end : sign.start()]), _SIGN_ELEMENTS[sign.group()]]
        end = sign.end()
    return "".join([*parts, _text(text[end:])])


def _text(text: str) -> str:
    return f'<w:t xml:space="preserve">{escape(text)}</w:t>' if text else ""
