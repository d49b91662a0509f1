"""The runs of a paragraph: formatted text, split by script, with white space collapsed as in HTML."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from briefgen.render.docx.languages import (
    Script,
    detect_east_asian_language,
    resolve_language,
    split_by_script,
)

_WHITE_SPACE = re.compile("[ \t\n\r]+")
_SPECIAL_HYPHENS = re.compile("[\u00ad\u2011]")
_HYPHEN_ELEMENTS = {"\u00ad": "<w:softHyphen/>", "\u2011": "<w:noBreakHyphen/>"}


class RunFormat(NamedTuple):
    """The formatting of a run, apart from its paragraph's style."""

    language: str
    """BCP 47 tag of the element that contains the text."""
    bold: bool = False
    italic: bool = False
    small_caps: bool = False
    vertical: str = ""
    """`superscript`, `subscript` or empty."""
    style: str = ""
    """Id of a character style."""
    half_points: int = 0
    """Size, if not that of the style."""


def escape_xml(text: str) -> str:
    """Escape text for XML, as content or in an attribute with double quotes."""
    if "&" in text or "<" in text or ">" in text or '"' in text:
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return text


class RunCollector:
    """Collects the content of one paragraph in order.

    Text in a language other than `main_language`, the document's, is marked. White space collapses across
    elements, and is dropped at both ends of a line.
    """

    __slots__ = ("_line_start", "_main_language", "_parts", "_trailing")

    def __init__(self, main_language: str) -> None:
        self._main_language = main_language
        self._parts: list[str] = []
        self._line_start = True
        self._trailing: tuple[int, str, RunFormat] | None = None

    def add_text(self, text: str, run_format: RunFormat) -> None:
        """Add text, with white space collapsed."""
        if "\n" in text or "  " in text or "\t" in text or "\r" in text:
            text = _WHITE_SPACE.sub(" ", text)
        if self._line_start and text[:1] == " ":
            text = text[1:]
        if not text:
            return
        self._line_start = text[-1] == " "
        self._trailing = (len(self._parts), text, run_format) if self._line_start else None
        self._parts.append(self._format_runs(text, run_format))

    def add_element(self, xml: str) -> None:
        """Add something with a width: a note reference, a field."""
        self._parts.append(xml)
        self._line_start, self._trailing = False, None

    def add_marker(self, xml: str) -> None:
        """Add something without width: the ends of a bookmark or a hyperlink."""
        self._parts.append(xml)

    def add_line_break(self) -> None:
        """End the line within the paragraph."""
        self._drop_trailing_space()
        self._parts.append("<w:r><w:br/></w:r>")
        self._line_start = True

    def xml(self) -> str:
        """Return the finished content of the paragraph."""
        self._drop_trailing_space()
        return "".join(self._parts)

    def _drop_trailing_space(self) -> None:
        if self._trailing is not None:
            index, text, run_format = self._trailing
            self._parts[index] = self._format_runs(text[:-1], run_format) if text != " " else ""
            self._trailing = None

    def _format_runs(self, text: str, run_format: RunFormat) -> str:
        return format_runs(text, run_format, self._main_language)


def format_runs(text: str, run_format: RunFormat, main_language: str) -> str:
    """Return text in one format as runs, one for each stretch of a script."""
    base = _script_of_language(run_format.language)
    if base == "latin" and text.isascii():
        properties = _run_properties_xml(run_format, main_language, "latin", "")
        return f"<w:r>{properties}{_text_element(text)}</w:r>"
    runs = []
    for stretch, script in split_by_script(text, base):
        east_asian_tag = _east_asian_tag(stretch, script, run_format)
        properties = _run_properties_xml(run_format, main_language, script, east_asian_tag)
        runs.append(f"<w:r>{properties}{_run_content_xml(stretch)}</w:r>")
    return "".join(runs)


def format_runs_with_properties(text: str, properties: str, main_language: str) -> str:
    """Return text as runs that share `properties` (children of `w:rPr`), one for each stretch of a script."""
    runs = []
    for stretch, script in split_by_script(text, _script_of_language(main_language)):
        inner = properties + {"right-to-left": "<w:rtl/>", "complex": "<w:cs/>"}.get(script, "")
        run_properties = f"<w:rPr>{inner}</w:rPr>" if inner else ""
        runs.append(f"<w:r>{run_properties}{_run_content_xml(stretch)}</w:r>")
    return "".join(runs)


@lru_cache(maxsize=256)
def _script_of_language(tag: str) -> Script:
    return resolve_language(tag).script


def _east_asian_tag(text: str, script: Script, run_format: RunFormat) -> str:
    """Return the tag of the East Asian language of this stretch; empty for other scripts."""
    if script != "east-asian":
        return ""
    return detect_east_asian_language(text, resolve_language(run_format.language)).tag


@lru_cache(maxsize=4096)
def _run_properties_xml(
    run_format: RunFormat, main_language: str, script: Script, east_asian_tag: str
) -> str:
    """Return `w:rPr` with its children in schema order (ECMA-376, CT_RPr)."""
    parts = [
        f'<w:rStyle w:val="{run_format.style}"/>' if run_format.style else "",
        _run_fonts_xml(main_language, script, east_asian_tag),
        "<w:b/><w:bCs/>" if run_format.bold else "",
        "<w:i/><w:iCs/>" if run_format.italic else "",
        "<w:smallCaps/>" if run_format.small_caps else "",
        f'<w:sz w:val="{run_format.half_points}"/><w:szCs w:val="{run_format.half_points}"/>'
        if run_format.half_points
        else "",
        f'<w:vertAlign w:val="{run_format.vertical}"/>' if run_format.vertical else "",
        "<w:rtl/>" if script == "right-to-left" else "<w:cs/>" if script == "complex" else "",
        _run_language_xml(run_format, main_language, script, east_asian_tag),
    ]
    inner = "".join(parts)
    return f"<w:rPr>{inner}</w:rPr>" if inner else ""


def _run_fonts_xml(main_language: str, script: Script, east_asian_tag: str) -> str:
    if script == "latin":
        return ""
    if script != "east-asian":
        return '<w:rFonts w:hint="cs"/>'
    if east_asian_tag == resolve_language(main_language).tag:
        return '<w:rFonts w:hint="eastAsia"/>'
    return f'<w:rFonts w:hint="eastAsia" w:eastAsia="{resolve_language(east_asian_tag).east_asian_font}"/>'


def _run_language_xml(run_format: RunFormat, main_language: str, script: Script, east_asian_tag: str) -> str:
    main_tag, own = resolve_language(main_language).tag, resolve_language(run_format.language)
    if script == "east-asian":
        return f'<w:lang w:eastAsia="{east_asian_tag}"/>' if east_asian_tag != main_tag else ""
    if own.tag == main_tag or own.script != script:
        return ""
    return f'<w:lang w:{"val" if script == "latin" else "bidi"}="{own.tag}"/>'


def _run_content_xml(text: str) -> str:
    if _SPECIAL_HYPHENS.search(text) is None:
        return _text_element(text)
    parts, end = [], 0
    for sign in _SPECIAL_HYPHENS.finditer(text):
        parts += [_text_element(text[end : sign.start()]), _HYPHEN_ELEMENTS[sign.group()]]
        end = sign.end()
    return "".join([*parts, _text_element(text[end:])])


def _text_element(text: str) -> str:
    return f'<w:t xml:space="preserve">{escape_xml(text)}</w:t>' if text else ""
