"""The HTML of documents: strict parsing into its canonical form, non-breaking spaces, leftover placeholders.

Only the vocabulary of briefgen.model.document is accepted; anything else that a template produced is reported
as a problem, so that never one format shows it and the other drops it. Templates are unknown here: places are
lines of the rendered text, which briefgen.compose.templates maps back to the template.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape, unescape
from html.entities import html5
from html.parser import HTMLParser
from urllib.parse import urlsplit

from briefgen.errors import suggest_similar
from briefgen.evidence.dates import MONTHS
from briefgen.model.document import (
    ALLOWED_ATTRIBUTES,
    ALLOWED_CHILDREN,
    BLOCK_CLASSES,
    BLOCK_ELEMENTS,
    COLUMN_CLASSES,
    GLOBAL_ATTRIBUTES,
    ROW_CLASSES,
    SPAN_CLASSES,
    TEXT_ELEMENTS,
)
from briefgen.model.leftovers import find_leftovers
from briefgen.model.text import clean_text

_VOID = frozenset({"br", "img"})
_LISTS = frozenset({"ol", "ul"})
_MARKERS = frozenset({"citation"})
_CLASSES_BY_TAG = {"div": BLOCK_CLASSES, "span": SPAN_CLASSES | _MARKERS, "tr": ROW_CLASSES}
_COLUMNS_HINT = 'write <div class="columns"><div class="column">…</div><div class="aside">…</div></div>'
_ELEMENT_HINTS = {
    "b": "write <strong>",
    "i": "write <em>",
    "u": "letters do not underline; write <em>",
    "h4": "write <h3>",
    "section": 'write <div class="body">',
    "small": "write <p>",
    "center": "remove it; a stylesheet in templates/css/ centres text",
    "font": "remove it; a stylesheet in templates/css/ sets fonts and colours",
    "hr": "remove it; a stylesheet in templates/css/ draws lines",
    "tt": "remove it; a stylesheet in templates/css/ sets fonts and colours",
}
"""What to write instead of HTML elements that are not in the vocabulary."""
_NESTING_HINTS = {
    ("", "img"): "put it in <figure>…</figure>",
    ("div", "img"): "put it in <figure>…</figure>",
    ("p", "img"): "end the paragraph with </p>, and put the picture in <figure>…</figure>",
    ("p", "figure"): "end the paragraph with </p> first",
    ("td", "img"): "put it between paragraphs, in <figure>…</figure>",
    ("table", "tr"): "write <table><tbody><tr>…</tr></tbody></table>",
    ("p", "p"): "end the paragraph with </p> first",
    ("p", "ul"): "end the paragraph with </p> first",
    ("p", "ol"): "end the paragraph with </p> first",
    ("p", "table"): "end the paragraph with </p> first",
}
"""What to write instead, by the element outside and the one within it."""
_PICTURE_WIDTH = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,2})?)(mm|cm)")
_PICTURE_WIDTHS_MM = (5, 300)
"""Smallest and largest width that a template may give a picture."""
_SCHEMES = ("https://", "http://", "mailto:", "tel:", "#")
_NUMBER = re.compile(r"[1-9][0-9]{0,2}|1000")
_ATTRIBUTE_VALUES = {
    "colspan": (_NUMBER, "number from 1 to 1000", 'colspan="2"'),
    "rowspan": (_NUMBER, "number from 1 to 1000", 'rowspan="2"'),
    "scope": (re.compile("col|row|colgroup|rowgroup"), "heading's scope", 'scope="col"'),
    "id": (
        re.compile(r"[A-Za-z][A-Za-z0-9_.:-]{0,99}"),
        "name made of letters, digits and hyphens",
        'id="sources"',
    ),
    "lang": (re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,6}"), "language code", 'lang="fr"'),
}
"""Pattern, description and example of the values of attributes."""
_SPACE = re.compile(r"[ \t\n]+")
_REFERENCE = re.compile(r"&(?:#(?:[xX][0-9a-fA-F]*|[0-9]*)|[a-zA-Z][a-zA-Z0-9]*);?")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
MAX_DEPTH = 40
CONTINUE_NUMBERING = "continue"
"""The `start` of a numbered list that continues where the previous numbered list ended."""
MAX_LIST_START = 9999
"""Largest number that a list may start with."""


@dataclass(frozen=True, slots=True)
class MarkupProblem:
    """Something that is not in the vocabulary of documents."""

    code: str
    message: str
    line: int
    """Line in the rendered text."""
    fragment: str
    """The tag or words to look for in the template."""
    hint: str | None = None


@dataclass(slots=True)
class _MarkupParser(HTMLParser):
    """Parses markup in one pass, writing canonical text and collecting problems."""

    out: list[str] = field(default_factory=list)
    stack: list[tuple[str, str]] = field(default_factory=list)
    problems: list[MarkupProblem] = field(default_factory=list)
    removed: dict[str, None] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    lists: list[int] = field(default_factory=list)
    """The number of the next item, for each open list."""
    next_number: int = 1
    """The number that a continuing list starts with."""
    links: list[tuple[str, int, str]] = field(default_factory=list)
    """Targets to check at the end, each with its line and tag."""
    columns: list[list[str]] = field(default_factory=list)
    """The classes of the blocks side by side in each open `columns`."""
    has_notes: bool = False
    """Whether there has been a place for the notes."""

    def __post_init__(self) -> None:
        HTMLParser.__init__(self, convert_charrefs=True)

    def report(self, code: str, message: str, fragment: str, hint: str | None = None) -> None:
        self.problems.append(MarkupProblem(code, message, self.getpos()[0], fragment, hint))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        parent = self._known_parent()
        allowed = ALLOWED_CHILDREN[parent] if parent else BLOCK_ELEMENTS
        tag_text = (self.get_starttag_text() or f"<{tag}").split("\n")[0]
        if tag not in ALLOWED_CHILDREN:
            hint = _ELEMENT_HINTS.get(tag) or suggest_similar(tag, ALLOWED_CHILDREN)
            self.report("markup-element", f"<{tag}> is not part of a document", f"<{tag}", hint)
        elif tag not in allowed:
            inside = f"within <{parent}>" if parent else "at the top of a document"
            hint = _NESTING_HINTS.get((parent, tag))
            self.report("markup-nesting", f"<{tag}> is not allowed {inside}", tag_text, hint)
        elif len(self.stack) >= MAX_DEPTH:
            self.report("markup-nesting", f"nested deeper than {MAX_DEPTH} levels", tag_text)
        if tag == "li" and self.lists:
            self.lists[-1] += 1
        canonical = self._canonical_attributes(tag, attrs, tag_text)
        if tag in _LISTS:
            self.lists.append(self._first_item_number(tag, attrs, tag_text))
        css_class = dict(attrs).get("class") or ""
        if css_class == "footnote" and any(outer == "footnote" for _, outer in self.stack):
            self.report("markup-nesting", "a footnote is not allowed within a footnote", tag_text)
        self._check_columns(tag, css_class, tag_text)
        if tag in _VOID:
            self.out.append(f"<{tag}{canonical}/>")
        else:
            self.out.append(f"<{tag}{canonical}>")
            self.stack.append((tag, css_class))

    def _check_columns(self, tag: str, css_class: str, tag_text: str) -> None:
        """Report blocks side by side that are not two, and a second place for the notes."""
        in_columns = bool(self.stack) and self.stack[-1] == ("div", "columns")
        if in_columns:
            self.columns[-1].append(css_class if tag == "div" else tag)
        if in_columns != (tag == "div" and css_class in COLUMN_CLASSES):
            where = "within columns" if in_columns else f"outside of columns: {css_class}"
            self.report("markup-nesting", f"this block is not allowed {where}", tag_text, _COLUMNS_HINT)
        if tag == "div" and css_class == "columns":
            if self.columns:
                self.report("markup-nesting", "columns are not allowed within columns", tag_text)
            self.columns.append([])
        if tag == "div" and css_class == "notes":
            if self.has_notes:
                hint = "keep one of them: all notes of a document are printed there"
                self.report("markup-nesting", "a second place for the notes", tag_text, hint)
            self.has_notes = True

    def _known_parent(self) -> str:
        """Return the innermost open element of the vocabulary: an unknown one is a mistake of its own."""
        return next((tag for tag, _ in reversed(self.stack) if tag in ALLOWED_CHILDREN), "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        if not self.stack or self.stack[-1][0] != tag:
            open_element = f"<{self.stack[-1][0]}> is open" if self.stack else "nothing is open"
            self.report(
                "markup-unclosed", f"</{tag}> where {open_element}", f"</{tag}>", "close every element"
            )
            if not any(name == tag for name, _ in self.stack):
                return
            while self.stack[-1][0] != tag:
                self._close()
        self._close()

    def _close(self) -> None:
        tag, css_class = self.stack.pop()
        self.out.append(f"</{tag}>")
        if tag == "div" and css_class == "columns":
            blocks = self.columns.pop()
            if len(blocks) != 2 or blocks[0] == "aside":
                message = f"columns hold a column and then another or an aside, not {len(blocks)} blocks"
                if len(blocks) == 2:
                    message = "an aside comes after its column, in the order in which both are read"
                self.report("markup-nesting", message, '<div class="columns">', _COLUMNS_HINT)
        if tag in _LISTS:
            number = self.lists.pop()
            if tag == "ol" and not self.lists:
                self.next_number = number

    def handle_data(self, data: str) -> None:
        text, removed = clean_text(data)
        self.removed.update(dict.fromkeys(removed))
        holder = self._known_parent()
        if holder in TEXT_ELEMENTS:
            self.out.append(escape(_SPACE.sub(" ", text), quote=False))
        elif text.strip():
            where = f"directly within <{holder}>" if holder else "outside of any element"
            words = text.strip()[:40]
            self.report("markup-text", f"text is not allowed {where}: {words!r}", words, "put it in <p>…</p>")

    def handle_comment(self, data: str) -> None:
        """Drop comments: they are for the template's author."""

    def handle_decl(self, decl: str) -> None:
        self.report("markup-element", f"<!{decl[:20]}> is not part of a document", f"<!{decl[:20]}")

    def handle_pi(self, data: str) -> None:
        self.report("markup-element", f"<?{data[:20]}> is not part of a document", f"<?{data[:20]}")

    def unknown_decl(self, data: str) -> None:
        self.report("markup-element", f"<![{data[:20]} is not part of a document", f"<![{data[:20]}")

    def _canonical_attributes(self, tag: str, attrs: list[tuple[str, str | None]], tag_text: str) -> str:
        known = ALLOWED_ATTRIBUTES.get(tag, frozenset()) | GLOBAL_ATTRIBUTES
        attributes = []
        for name, raw in attrs:
            value, removed = clean_text(raw or "")
            self.removed.update(dict.fromkeys(removed))
            if name == "class" and tag in _CLASSES_BY_TAG:
                self._check_class(tag, value, tag_text)
            elif name not in known and not (name == "data-n" and tag == "span"):
                self.report(
                    "markup-attribute",
                    f"<{tag}> takes no attribute {name!r}",
                    tag_text,
                    suggest_similar(name, known),
                )
                continue
            if name == "href" and not value.startswith(_SCHEMES):
                self.report(
                    "markup-link",
                    f"a link may not point to {value[:60]!r}",
                    tag_text,
                    "links begin with https://, http://, mailto:, tel: or #",
                )
            elif name == "href" and (value.startswith("#") or not _is_followable_url(value)):
                self.links.append((value, self.getpos()[0], tag_text))
            if name in _ATTRIBUTE_VALUES and not _ATTRIBUTE_VALUES[name][0].fullmatch(value):
                message = f"{name}={value[:40]!r} is not a {_ATTRIBUTE_VALUES[name][1]}"
                self.report(
                    "markup-attribute", message, tag_text, f"write, for example, {_ATTRIBUTE_VALUES[name][2]}"
                )
            elif name == "id":
                if value in self.ids:
                    self.report("markup-attribute", f"the id {value!r} is used twice", tag_text)
                self.ids.add(value)
            if name == "width":
                value = self._canonical_picture_width(value, tag_text)
            if name == "start" and value == CONTINUE_NUMBERING:
                value = str(self.next_number)
            attributes.append(f' {name}="{escape(value)}"')
        if tag == "div" and not any(name == "class" for name, _ in attrs):
            self.report("markup-class", "a <div> needs a class", tag_text, suggest_similar("", BLOCK_CLASSES))
        if tag == "img" and not any(name == "alt" for name, _ in attrs):
            self.report(
                "markup-attribute",
                "an image needs alt text",
                tag_text,
                'add alt="…", or alt="" for decoration',
            )
        return "".join(attributes)

    def _canonical_picture_width(self, value: str, tag_text: str) -> str:
        """Return a width in millimetres."""
        match = _PICTURE_WIDTH.fullmatch(value)
        width_mm = float(match[1]) * (10 if match[2] == "cm" else 1) if match else 0.0
        smallest, largest = _PICTURE_WIDTHS_MM
        if not smallest <= width_mm <= largest:
            message = f"width={value[:40]!r} is not a width from {smallest}mm to {largest}mm"
            hint = 'write, for example, width="60mm" or width="6cm"'
            self.report("markup-attribute", message, tag_text, hint)
        return f"{width_mm:g}mm"

    def _first_item_number(self, tag: str, attrs: list[tuple[str, str | None]], tag_text: str) -> int:
        value = dict(attrs).get("start")
        if tag == "ul" or value is None:
            return 1
        if value == CONTINUE_NUMBERING and not self.lists:
            return self.next_number
        if value.isascii() and value.isdecimal() and 1 <= int(value[:5]) <= MAX_LIST_START:
            return int(value)
        where = " within a list" if value == CONTINUE_NUMBERING else ""
        self.report(
            "markup-attribute",
            f"a list cannot begin with start={value[:20]!r}{where}",
            tag_text,
            f"write a number from 1 to {MAX_LIST_START}, "
            f'or start="{CONTINUE_NUMBERING}" in a list that is not nested',
        )
        return 1

    def _check_class(self, tag: str, value: str, tag_text: str) -> None:
        known = _CLASSES_BY_TAG[tag]
        if value not in known:
            self.report(
                "markup-class", f"unknown {tag} class {value!r}", tag_text, suggest_similar(value, known)
            )


def canonicalize_markup(markup: str) -> tuple[str, list[MarkupProblem], tuple[str, ...]]:
    """Return (canonical HTML, problems, names of the characters removed by `clean_text`).

    The HTML is well-formed XML without a root element. It is usable only if there are no problems.
    """
    parser = _MarkupParser()
    parser.problems += _check_character_references(markup)
    parser.feed(markup)
    parser.close()
    for tag, _ in reversed(parser.stack):
        parser.report("markup-unclosed", f"<{tag}> is never closed", f"<{tag}", f"add </{tag}>")
    parser.problems += _check_links(parser)
    return "".join(parser.out), parser.problems, tuple(parser.removed)


def _check_links(parser: _MarkupParser) -> Iterator[MarkupProblem]:
    """Report links whose target is not in the document, or is not a complete URL."""
    for target, line, tag_text in parser.links:
        if not target.startswith("#"):
            hint = "write the complete address, without spaces, as the browser shows it"
            yield MarkupProblem(
                "markup-link", f"{target[:60]!r} is not a complete address", line, tag_text, hint
            )
        elif target[1:] not in parser.ids:
            hint = suggest_similar(target[1:], parser.ids) or f'give the place it means id="{target[1:40]}"'
            yield MarkupProblem("markup-link", f"nothing has the id {target[1:40]!r}", line, tag_text, hint)


def _is_followable_url(target: str) -> bool:
    """Return whether a link's target is a URL that every program can follow."""
    try:
        parts = urlsplit(target)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if any(char.isspace() for char in target) or parts.username or parts.password:
        return False
    return bool(host) if parts.scheme in ("http", "https") else bool(parts.path)


def _check_character_references(markup: str) -> Iterator[MarkupProblem]:
    """Report invalid character references: HTML parsers drop, change or keep them."""
    text = _COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), markup)
    for match in _REFERENCE.finditer(text):
        error = _character_reference_error(match[0])
        if error:
            line = text.count("\n", 0, match.start()) + 1
            hint = "write &amp; for the sign & itself, or the character"
            yield MarkupProblem("markup-character", f"{match[0][:40]!r} {error}", line, match[0], hint)


def _character_reference_error(reference: str) -> str:
    """Return what is wrong with a character reference; empty if nothing is."""
    bare = reference.rstrip(";")
    if not bare.startswith("&#"):
        if reference.endswith(";"):
            return "" if reference[1:] in html5 else "stands for no character"
        # HTML also reads some names without a semicolon: `&copy=` in an address.
        return "lacks its semicolon" if unescape(reference) != reference else ""
    digits = bare[2:].lstrip("0") if bare[2:3] not in ("x", "X") else bare[3:].lstrip("0")
    if not digits or not reference.endswith(";"):
        return "lacks its semicolon" if digits else "stands for no character"
    number = int(digits, 16 if bare[2] in "xX" else 10) if len(digits) < 9 else 0x110000
    if number > 0x10FFFF or 0xD800 <= number < 0xE000 or 0x80 <= number < 0xA0:
        return "stands for no character"
    return "stands for a character that cannot be printed" if clean_text(chr(number))[1] else ""


# Finished HTML

_MONTH = f"(?:{'|'.join(MONTHS)})"
_COUNTED = r"H\.R\.|[Aa]rticles?|[Aa]rts?\.?|[Pp]aragraphs?|[Pp]aras?\.?|pp?\.?|[Nn]os?\.|[Vv]ols?\.?|§§?"
_BEFORE_NUMBER = re.compile(rf"(?<!\w)(?:({_COUNTED}) (?=\d)|({_MONTH}) (?=\d\d?\b))")
_BEFORE_MONTH = re.compile(rf"(?<![\w.])([12]\d|3[01]|[1-9]) (?={_MONTH}\b)")
_TAG = re.compile(r"(<[^>]*>)")
_END_OF_LINE = re.compile(r"</(?:td|th|p|li|h[1-6]|div)>|<br\s*/?>")


def insert_nonbreaking_spaces(html: str) -> str:
    """Keep `H.R. 5959`, `Article 3`, `para. 12`, `November 7` and `7 November` each on one line.

    No words are changed.

    >>> insert_nonbreaking_spaces('<a href="x">p. 3</a>')
    '<a href="x">p.\\xa03</a>'
    """
    return "".join(part if part.startswith("<") else _bind_numbers(part) for part in _TAG.split(html))


@lru_cache(maxsize=2048)  # letters share most of their texts
def _bind_numbers(text: str) -> str:
    return _BEFORE_MONTH.sub("\\1\u00a0", _BEFORE_NUMBER.sub("\\1\\2\u00a0", text))


_PARAGRAPH_TAG = re.compile(r"<(/?)(?:(p|li|td)\b|(span)\b([^>]*))")
_SHORTEST_LAST_LINE = 11
"""Characters of the last words of a paragraph that are kept on one line."""
_SHORTEST_PARAGRAPH = 40


def bind_last_words(html: str, *, cells: bool = False) -> str:
    """Keep a short last word of each paragraph and note, or cell, on the line of the word before it.

    >>> bind_last_words("<p>The Council was encouraged to consider a referral in 2014.</p>")
    '<p>The Council was encouraged to consider a referral in\\xa02014.</p>'
    """
    parts = _TAG.split(html)
    open_blocks: list[tuple[bool, list[int]]] = [(False, [])]
    for index, part in enumerate(parts):
        if not part.startswith("<"):
            open_blocks[-1][1].append(index)
            continue
        tag = _PARAGRAPH_TAG.match(part)
        if tag is None or part.endswith("/>"):
            continue
        is_note = 'class="footnote"' in (tag[4] or "")
        if not tag[1]:
            # Other spans are read as parts of the paragraph that they are in.
            is_paragraph = (bool(tag[2]) and (cells or tag[2] != "td")) or is_note
            open_blocks.append((is_paragraph, [] if is_paragraph else open_blocks[-1][1]))
        elif len(open_blocks) > 1:
            is_paragraph, texts = open_blocks.pop()
            if is_paragraph:
                _bind_last_word(parts, texts)
    return "".join(parts)


def _bind_last_word(parts: list[str], texts: Sequence[int]) -> None:
    """Bind the last word of a paragraph, given the places of its text among the parts of the HTML."""
    length = 0
    if sum(len(parts[index]) for index in texts) < _SHORTEST_PARAGRAPH:
        return
    for index in reversed(texts):
        text = parts[index]
        space = text.rstrip(" \n").rfind(" ")
        length += len(text) - max(space, 0)
        if length > _SHORTEST_LAST_LINE:
            return
        if space >= 0:
            parts[index] = f"{text[:space]}\u00a0{text[space + 1 :]}"
            return


_HIDDEN_TAG = re.compile(r"</?(?:a|em|strong|span|sup|sub)\b[^<>]*>|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_BLOCK_TAG = re.compile(r"<[^<>]*>")
_PRINT_TAG = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_LAYOUT_SPACES = re.compile(
    r"[^\s\x01] *\t\s*?[^\s\x01]|(?:(?:&(?:nbsp|emsp|ensp|#160|#xa0);|[\xa0\u2002\u2003])[ ]?){2,}",
    re.IGNORECASE,
)


def find_layout_spaces(template: str) -> list[int]:
    """Return the lines of a template in which tabs, or several hard spaces in a row, separate words.

    >>> find_layout_spaces("<p>\\t{{ a }}</p>\\n<p>Total:\\t{{ b }}</p>")
    [2]
    """
    text = template
    for pattern, stand_in in ((_HIDDEN_TAG, ""), (_PRINT_TAG, "x"), (_BLOCK_TAG, "\x01")):
        text = _replace_within_lines(pattern, stand_in, text)
    return [number for number, line in enumerate(text.split("\n"), 1) if _LAYOUT_SPACES.search(line)]


def _replace_within_lines(pattern: re.Pattern[str], stand_in: str, text: str) -> str:
    """Replace what a pattern finds, and keep its line breaks."""
    return pattern.sub(lambda match: stand_in + "\n" * match[0].count("\n"), text)


def find_placeholders(html: str) -> list[str]:
    """Return what is left over in finished HTML, as `find_leftovers` does in plain text."""
    # What ends a cell or a line parts words; other tags can stand within a placeholder.
    return find_leftovers(unescape(_TAG.sub("", _END_OF_LINE.sub("\n", html))))
