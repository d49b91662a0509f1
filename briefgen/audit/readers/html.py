"""Read a draft from HTML, as e-mails contain it: the blocks that a browser shows.

Only what is written at an element decides whether it is hidden; rules of stylesheets are not applied.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from briefgen.audit.draft import DraftBlock, DraftBlockKind
from briefgen.audit.problems import (
    hidden_text,
    left_out,
    picture_in_text,
    quote_words,
)
from briefgen.audit.readers.docx_styles import MIN_CONTRAST, MIN_SIZE_PT, contrast_ratio, parse_colour
from briefgen.errors import Problem, quantity

_BLOCKS: dict[str, DraftBlockKind] = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "heading"),
    **dict.fromkeys(("td", "th"), "table-cell"),
    **dict.fromkeys(("li", "dd", "dt"), "list-item"),
    "blockquote": "quotation",
    "caption": "caption",
    "figcaption": "caption",
}
_BREAKS = frozenset({"p", "div", "tr", "table", "ul", "ol", "dl", "hr", "pre", "section", "article", "main"})
_BREAKS |= frozenset({"header", "footer", "aside", "nav", "body", "figure", "address", "center", "tbody"})
_NOT_SHOWN = frozenset({"script", "style", "head", "template", "noscript", "title", "select", "textarea"})
_EARLIER_MESSAGES = frozenset({"gmail_quote", "yahoo_quoted", "moz-cite-prefix", "protonmail_quote"})
_COLOUR_NAMES = {"white": "ffffff", "black": "000000", "snow": "fffafa", "ivory": "fffff0"}
_POINTS = {"pt": 1.0, "px": 0.75, "em": 12.0, "rem": 12.0, "%": 0.12}


@dataclass(slots=True)
class HtmlText:
    """What a page of HTML says."""

    blocks: list[DraftBlock] = field(default_factory=list)
    left_out: list[Problem] = field(default_factory=list)
    suspicions: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Setting:
    """What an element inherits."""

    kind: DraftBlockKind = "paragraph"
    level: int | None = None
    colour: str = "000000"
    background: str = "ffffff"


def read_html_blocks(text: str, name: str) -> HtmlText:
    """Read the blocks of HTML; whatever is not well-formed is read as a browser would."""
    import lxml.html

    out = HtmlText()
    if text.strip():
        parser = lxml.html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
        root = lxml.html.document_fromstring(text, parser=parser, ensure_head_body=True)
        reader = _HtmlReader(name, out)
        reader.read(root, _Setting())
        reader.finish()
    return out


class _HtmlReader:
    def __init__(self, name: str, out: HtmlText) -> None:
        self._name = name
        self._out = out
        self._parts: list[str] = []
        self._setting = _Setting()
        self._hidden: dict[str, list[str]] = {}
        self._deleted: list[str] = []
        self._earlier = 0
        self._pictures = 0
        self._in_text: list[str] = []

    def read(self, element: Any, setting: _Setting) -> None:
        """Read an element with what it contains; its tail belongs to its parent."""
        tag = element.tag if isinstance(element.tag, str) else ""
        if not tag or tag in _NOT_SHOWN or self._leave_out(element, tag):
            return
        inner = _inherit(element, tag, setting)
        if why := _why_hidden(element, inner):
            self._hide(element, why)
            return
        if tag == "img":
            self._picture(element)
        elif tag == "br":
            self._parts.append("\n")
        breaks = tag in _BREAKS or tag in _BLOCKS
        if breaks:
            self._end(inner)
        self._text(element.text)
        for child in element:
            self.read(child, inner)
            self._text(child.tail)
        if breaks:
            self._end(setting)

    def finish(self) -> None:
        """End the last block, and say what was not read."""
        self._end(_Setting())
        out, name = self._out, self._name
        if self._earlier:
            out.left_out.append(left_out(name, "an earlier message that it quotes"))
        if self._deleted:
            deletions = quantity(len(self._deleted), "deletion")
            out.left_out.append(left_out(name, f"{deletions}{quote_words(self._deleted)}"))
        if self._pictures:
            out.left_out.append(
                left_out(name, f"{quantity(self._pictures, 'picture')}, with any text in them")
            )
        out.suspicions += (hidden_text(name, why, words) for why, words in self._hidden.items())
        if self._in_text:
            out.suspicions.append(picture_in_text(name, self._in_text))

    def _text(self, text: str | None) -> None:
        if text:
            self._parts.append(re.sub("[ \t\r\n]+", " ", text))

    def _end(self, following: _Setting) -> None:
        text = re.sub(" *\n *", "\n", "".join(self._parts)).strip()
        if text:
            self._out.blocks.append(DraftBlock(self._setting.kind, text, level=self._setting.level))
        self._parts, self._setting = [], following

    def _leave_out(self, element: Any, tag: str) -> bool:
        classes = set((element.get("class") or "").split())
        if classes & _EARLIER_MESSAGES or (tag == "blockquote" and element.get("type") == "cite"):
            self._earlier += 1
            return True
        if tag == "del":
            self._deleted.append("".join(element.itertext()))
        return tag == "del"

    def _hide(self, element: Any, why: str) -> None:
        if words := " ".join("".join(element.itertext()).split()):
            self._hidden.setdefault(why, []).append(words)

    def _picture(self, element: Any) -> None:
        if {element.get("width"), element.get("height")} & {"0", "1"}:
            return  # it only reports that the mail was opened
        self._pictures += 1
        if before := "".join(self._parts).strip():
            self._in_text.append(before[-40:])


def _inherit(element: Any, tag: str, setting: _Setting) -> _Setting:
    style = _parse_style(element)
    colour = _parse_css_colour(style.get("color") or element.get("color") or "") or setting.colour
    behind = style.get("background-color") or style.get("background") or element.get("bgcolor") or ""
    background = _parse_css_colour(behind) or setting.background
    kind = _BLOCKS.get(tag, setting.kind)
    level = int(tag[1]) if kind == "heading" and tag in _BLOCKS else setting.level
    return _Setting(kind, level if kind == "heading" else None, colour, background)


def _parse_style(element: Any) -> dict[str, str]:
    declarations = (part.partition(":") for part in (element.get("style") or "").split(";"))
    return {name.strip().lower(): value.strip().lower() for name, _, value in declarations}


def _parse_css_colour(text: str) -> str:
    """Return six hexadecimal digits; empty for what is not a plain colour."""
    plain = text.strip().lower().replace("!important", "").strip()
    plain = _COLOUR_NAMES.get(plain, plain).removeprefix("#")
    if match := re.fullmatch(r"rgb\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)", plain):
        return "".join(f"{min(255, int(value)):02x}" for value in match.groups())
    if re.fullmatch("[0-9a-f]{3}", plain):
        return "".join(2 * digit for digit in plain)
    return plain if re.fullmatch("[0-9a-f]{6}", plain) else ""


def _why_hidden(element: Any, setting: _Setting) -> str:
    style = _parse_style(element)
    if element.get("hidden") is not None or style.get("display") == "none":
        return "marked as hidden"
    if style.get("visibility") in ("hidden", "collapse") or style.get("opacity") in ("0", "0.0"):
        return "marked as hidden"
    size = re.fullmatch(r"([\d.]{1,6})(pt|px|em|rem|%)?", style.get("font-size", ""))
    if size and _parse_float(size[1]) * _POINTS[size[2] or "px"] < MIN_SIZE_PT:
        return f"smaller than {MIN_SIZE_PT:g} points"
    colour, background = parse_colour(setting.colour), parse_colour(setting.background)
    if colour and background and contrast_ratio(colour, background) < MIN_CONTRAST:
        own = "".join((element.text or "", *(child.tail or "" for child in element))).strip()
        return "in the colour of its background" if own else ""
    return ""


def _parse_float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return MIN_SIZE_PT
