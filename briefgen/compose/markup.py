"""Reads the HTML that a template produced, strictly, and gives it its canonical form.

Only the vocabulary of briefgen.model.document passes; whatever else stands there is a problem, never
something that one format shows and the other drops. It does not know templates: places are lines of the
produced text, which briefgen.compose.templates maps back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape, unescape
from html.entities import html5
from html.parser import HTMLParser
from urllib.parse import urlsplit

from briefgen.errors import suggest
from briefgen.model.document import (
    ATTRIBUTES,
    BLOCK_CLASSES,
    BLOCKS,
    COMMON_ATTRIBUTES,
    HOLDS_TEXT,
    SPAN_CLASSES,
    WITHIN,
)
from briefgen.model.text import clean

_VOID = frozenset({"br", "img"})
_LISTS = frozenset({"ol", "ul"})
_MARKERS = frozenset({"citation"})
_BETTER = {"b": "strong", "i": "em", "h4": "h3", "section": 'div class="body"', "small": "p"}
"""What is usually meant by elements of HTML that are not in the vocabulary."""
_SCHEMES = ("https://", "http://", "mailto:", "tel:", "#")
_NUMBER = re.compile(r"[1-9][0-9]{0,2}|1000")
_VALUES = {
    "colspan": (_NUMBER, "number from 1 to 1000", 'colspan="2"'),
    "rowspan": (_NUMBER, "number from 1 to 1000", 'rowspan="2"'),
    "scope": (re.compile("col|row|colgroup|rowgroup"), "scope of a heading", 'scope="col"'),
    "id": (
        re.compile(r"[A-Za-z][A-Za-z0-9_.:-]{0,99}"),
        "name of letters, digits and hyphens",
        'id="sources"',
    ),
    "lang": (re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,6}"), "language code", 'lang="fr"'),
}
"""What the values of attributes must be, in words, and an example."""
_SPACE = re.compile(r"[ \t\n]+")
_REFERENCE = re.compile(r"&(?:#(?:[xX][0-9a-fA-F]*|[0-9]*)|[a-zA-Z][a-zA-Z0-9]*);?")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
MAX_DEPTH = 40
CONTINUE = "continue"
"""`start` of a numbered list that goes on where the numbered list before it ended."""
MAX_START = 9999
"""Largest number that a list begins with."""


@dataclass(frozen=True, slots=True)
class MarkupFault:
    """Something that is not in the vocabulary."""

    code: str
    message: str
    line: int
    """Line of the produced text."""
    fragment: str
    """The tag or words to look for in the template."""
    hint: str | None = None


@dataclass(slots=True)
class _Reader(HTMLParser):
    """Walks the markup once, writing canonical text and collecting faults."""

    out: list[str] = field(default_factory=list)
    stack: list[tuple[str, str]] = field(default_factory=list)
    faults: list[MarkupFault] = field(default_factory=list)
    removed: dict[str, None] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    lists: list[int] = field(default_factory=list)
    """The number that the next item takes, for each list that is open."""
    next_number: int = 1
    """What a numbered list that continues begins with."""
    links: list[tuple[str, int, str]] = field(default_factory=list)
    """Targets that are to be looked at when all is read, each with its line and tag."""

    def __post_init__(self) -> None:
        HTMLParser.__init__(self, convert_charrefs=True)

    def fault(self, code: str, message: str, fragment: str, hint: str | None = None) -> None:
        self.faults.append(MarkupFault(code, message, self.getpos()[0], fragment, hint))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        parent = self.stack[-1][0] if self.stack else ""
        allowed = WITHIN.get(parent, frozenset()) if parent else BLOCKS
        source = (self.get_starttag_text() or f"<{tag}").split("\n")[0]
        if tag not in WITHIN:
            hint = f"write <{_BETTER[tag]}>" if tag in _BETTER else suggest(tag, WITHIN)
            self.fault("markup-element", f"<{tag}> is not part of a document", f"<{tag}", hint)
        elif tag not in allowed:
            inside = f"within <{parent}>" if parent else "at the top of a document"
            self.fault("markup-nesting", f"<{tag}> may not stand {inside}", source)
        elif len(self.stack) >= MAX_DEPTH:
            self.fault("markup-nesting", f"nested deeper than {MAX_DEPTH} levels", source)
        if tag == "li" and self.lists:
            self.lists[-1] += 1
        written = self._attributes(tag, attrs, source)
        if tag in _LISTS:
            self.lists.append(self._first_number(tag, attrs, source))
        kind = dict(attrs).get("class") or ""
        if kind == "footnote" and any(outer == "footnote" for _, outer in self.stack):
            self.fault("markup-nesting", "a footnote may not stand within a footnote", source)
        if tag in _VOID:
            self.out.append(f"<{tag}{written}/>")
        else:
            self.out.append(f"<{tag}{written}>")
            self.stack.append((tag, kind))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        if not self.stack or self.stack[-1][0] != tag:
            open_tag = f"<{self.stack[-1][0]}> is open" if self.stack else "nothing is open"
            self.fault(
                "markup-unclosed", f"</{tag}> stands where {open_tag}", f"</{tag}>", "close every element"
            )
            if not any(name == tag for name, _ in self.stack):
                return
            while self.stack[-1][0] != tag:
                self._close()
        self._close()

    def _close(self) -> None:
        tag = self.stack.pop()[0]
        self.out.append(f"</{tag}>")
        if tag in _LISTS:
            number = self.lists.pop()
            if tag == "ol" and not self.lists:
                self.next_number = number

    def handle_data(self, data: str) -> None:
        text, removed = clean(data)
        self.removed.update(dict.fromkeys(removed))
        holder = self.stack[-1][0] if self.stack else ""
        if holder in HOLDS_TEXT:
            self.out.append(escape(_SPACE.sub(" ", text), quote=False))
        elif text.strip():
            where = f"directly within <{holder}>" if holder else "outside of any element"
            words = text.strip()[:40]
            self.fault("markup-text", f"text may not stand {where}: {words!r}", words, "put it in <p>…</p>")

    def handle_comment(self, data: str) -> None:
        """Comments are for the template's author and stay out of the document."""

    def handle_decl(self, decl: str) -> None:
        self.fault("markup-element", f"<!{decl[:20]}> is not part of a document", f"<!{decl[:20]}")

    def handle_pi(self, data: str) -> None:
        self.fault("markup-element", f"<?{data[:20]}> is not part of a document", f"<?{data[:20]}")

    def unknown_decl(self, data: str) -> None:
        self.fault("markup-element", f"<![{data[:20]} is not part of a document", f"<![{data[:20]}")

    def _attributes(self, tag: str, attrs: list[tuple[str, str | None]], source: str) -> str:
        known = ATTRIBUTES.get(tag, frozenset()) | COMMON_ATTRIBUTES
        written = []
        for name, raw in attrs:
            value, removed = clean(raw or "")
            self.removed.update(dict.fromkeys(removed))
            if name == "class" and tag in ("div", "span"):
                self._check_class(tag, value, source)
            elif name not in known and not (name == "data-n" and tag == "span"):
                self.fault(
                    "markup-attribute",
                    f"<{tag}> takes no attribute {name!r}",
                    source,
                    suggest(name, known),
                )
                continue
            if name == "href" and not value.startswith(_SCHEMES):
                self.fault(
                    "markup-link",
                    f"a link may not point to {value[:60]!r}",
                    source,
                    "links begin with https://, http://, mailto:, tel: or #",
                )
            elif name == "href" and (value.startswith("#") or not _is_address(value)):
                self.links.append((value, self.getpos()[0], source))
            if name in _VALUES and not _VALUES[name][0].fullmatch(value):
                said = f"{name}={value[:40]!r} is no {_VALUES[name][1]}"
                self.fault("markup-attribute", said, source, f"write for example {_VALUES[name][2]}")
            elif name == "id":
                if value in self.ids:
                    self.fault("markup-attribute", f"the id {value!r} stands twice", source)
                self.ids.add(value)
            if name == "start" and value == CONTINUE:
                value = str(self.next_number)
            written.append(f' {name}="{escape(value)}"')
        if tag == "div" and not any(name == "class" for name, _ in attrs):
            self.fault("markup-class", "a <div> needs a class", source, suggest("", BLOCK_CLASSES))
        if tag == "img" and not any(name == "alt" for name, _ in attrs):
            self.fault(
                "markup-attribute", "an image needs alt text", source, 'add alt="…", or alt="" for decoration'
            )
        return "".join(written)

    def _first_number(self, tag: str, attrs: list[tuple[str, str | None]], source: str) -> int:
        value = dict(attrs).get("start")
        if tag == "ul" or value is None:
            return 1
        if value == CONTINUE and not self.lists:
            return self.next_number
        if value.isascii() and value.isdecimal() and 1 <= int(value[:5]) <= MAX_START:
            return int(value)
        where = " within a list" if value == CONTINUE else ""
        self.fault(
            "markup-attribute",
            f"a list cannot begin with start={value[:20]!r}{where}",
            source,
            f'write a number from 1 to {MAX_START}, or start="{CONTINUE}" in a list that stands by itself',
        )
        return 1

    def _check_class(self, tag: str, value: str, source: str) -> None:
        known = BLOCK_CLASSES if tag == "div" else SPAN_CLASSES | _MARKERS
        if value not in known:
            self.fault("markup-class", f"{tag} class {value!r} is not known", source, suggest(value, known))


def canonical(markup: str) -> tuple[str, list[MarkupFault], tuple[str, ...]]:
    """Return (canonical HTML, faults, code points taken out by `clean`).

    The HTML is well-formed XML without a root. It is usable only where there are no faults.
    """
    reader = _Reader()
    reader.faults += _references(markup)
    reader.feed(markup)
    reader.close()
    for tag, _ in reversed(reader.stack):
        reader.fault("markup-unclosed", f"<{tag}> is never closed", f"<{tag}", f"add </{tag}>")
    reader.faults += _lost_links(reader)
    return "".join(reader.out), reader.faults, tuple(reader.removed)


def _lost_links(reader: _Reader) -> Iterator[MarkupFault]:
    """Links that lead to no place in the document, or to no address."""
    for target, line, source in reader.links:
        if not target.startswith("#"):
            hint = "write the whole address, without spaces, as the browser shows it"
            yield MarkupFault("markup-link", f"{target[:60]!r} is no whole address", line, source, hint)
        elif target[1:] not in reader.ids:
            hint = suggest(target[1:], reader.ids) or f'give the place it means id="{target[1:40]}"'
            yield MarkupFault("markup-link", f"nothing has the id {target[1:40]!r}", line, source, hint)


def _is_address(target: str) -> bool:
    """Whether a link's target is an address that every program can follow."""
    try:
        parts = urlsplit(target)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if any(char.isspace() for char in target) or parts.username or parts.password:
        return False
    return bool(host) if parts.scheme in ("http", "https") else bool(parts.path)


def _references(markup: str) -> Iterator[MarkupFault]:
    """Characters written by number or name that are none: HTML drops, changes or leaves them."""
    text = _COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), markup)
    for found in _REFERENCE.finditer(text):
        wrong = _wrong_reference(found[0])
        if wrong:
            line = text.count("\n", 0, found.start()) + 1
            hint = "write &amp; for the sign & itself, or the character"
            yield MarkupFault("markup-character", f"{found[0][:40]!r} {wrong}", line, found[0], hint)


def _wrong_reference(written: str) -> str:
    """What is wrong with a reference; empty where nothing is."""
    bare = written.rstrip(";")
    if not bare.startswith("&#"):
        if written.endswith(";"):
            return "" if written[1:] in html5 else "stands for no character"
        # Names that HTML knows without a semicolon would be read as such: `&copy=` in an address.
        return "lacks its semicolon" if unescape(written) != written else ""
    digits = bare[2:].lstrip("0") if bare[2:3] not in ("x", "X") else bare[3:].lstrip("0")
    if not digits or not written.endswith(";"):
        return "lacks its semicolon" if digits else "stands for no character"
    number = int(digits, 16 if bare[2] in "xX" else 10) if len(digits) < 9 else 0x110000
    if number > 0x10FFFF or 0xD800 <= number < 0xE000 or 0x80 <= number < 0xA0:
        return "stands for no character"
    return "stands for a character that cannot be printed" if clean(chr(number))[1] else ""
