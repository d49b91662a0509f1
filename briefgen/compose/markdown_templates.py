"""Templates in Markdown: the text of a letter or paper, with Jinja2 tags, translated to an HTML template.

`letter.md` in a campaign's folder replaces the block `body` of the letter, `brief.md` the sections of the
briefing. The translation comes before Jinja2 runs, so that what tags print is text and never Markdown, and
each line keeps its number, so that messages name the line that the user wrote.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Any

import jinja2

FRAME = "frame"
"""Variable that holds the name of the HTML template whose block is replaced."""

_OPENER = re.compile(r"\{[{%#]")
_CLOSERS = {"{{": "}}", "{%": "%}", "{#": "#}"}
_QUOTE_OR_CLOSER = {opener: re.compile(f"[\"']|{re.escape(end)}") for opener, end in _CLOSERS.items()}
_QUOTED = {quote: re.compile(rf"(?:\\.|[^{quote}\\])*+{quote}", re.DOTALL) for quote in "\"'"}
_OPEN, _CLOSE = "\ue000", "\ue001"
"""Private characters around the number of a tag while Markdown is parsed."""
_HELD_TAG = re.compile(f"{_OPEN}([0-9]{{1,6}}){_CLOSE}")
_PRIVATE_CHARACTER = "it contains a private character (U+E000 or U+E001); remove it"
_PLACED_BLOCK = re.compile(r"\{\{-?\s*(?:figure(?:_table)?|rows_table)\s*\(")
_STRUCTURE = re.compile(r"\{%[-+]?\s*(extends|block|endblock|include|import|from)\b")
_OPENING = re.compile(r"\{%[-+]?\s*(?:if|for|filter|call|macro|with)\b")
_CLOSING = re.compile(r"\{%[-+]?\s*end(?:if|for|filter|call|macro|with)\b")
_POSTSCRIPT = re.compile(r"(?:P\.\s?S\.|PS:)\s")
_NEW_PAGE = "\\newpage"
_PICTURE_ATTRIBUTES = re.compile(r"\{([^{}]*)\}")
_PICTURE_WIDTH = re.compile(r"\s*width=(\S+)\s*")
_RAW_HTML = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)(?:\s[^<>]*)?/?>")
_HTML_HINTS = {
    "b": "write **words** for bold",
    "strong": "write **words** for bold",
    "i": "write *words* for italics",
    "em": "write *words* for italics",
    "u": "letters do not underline; write *words* for italics",
    "br": "end the line with a backslash for a line break",
    "img": "write ![what it shows](file.png), or ![what it shows](file.png){width=60mm}",
    "center": "remove it; a stylesheet in templates/css/ centres text",
    "font": "remove it; a stylesheet in templates/css/ sets fonts and colours",
    "a": "write [words](https://…)",
    "table": "write a table with | between its columns",
    "tr": "write a table with | between its columns",
    "p": "leave an empty line between paragraphs",
}
_MAX_HEADING = 3
_QUOTES = {"de": "„“‚‘", "fr": ["«\u00a0", "\u00a0»", "‹\u00a0", "\u00a0›"], "es": "«»“”"}
"""Quotation marks by language; English ones elsewhere."""


def translate_markdown(source: str, name: str, block: str, language: str = "en") -> str:
    """Translate a template in Markdown to an HTML template that replaces `block` of the frame.

    Raise jinja2.TemplateSyntaxError, with the line, for what neither Markdown nor a document has.
    """
    translation = _Translation(name, block, _markdown(language.split("-")[0].lower()))
    return translation.translate(source.replace("\r\n", "\n"))


@cache
def _markdown(language: str) -> Any:
    from markdown_it import MarkdownIt

    options = {"html": False, "typographer": True, "quotes": _QUOTES.get(language, "“”‘’")}
    rules = ["heading", "list", "blockquote", "table", "hr", "emphasis", "escape", "entity", "smartquotes"]
    return MarkdownIt("zero", options).enable([*rules, "newline", "link", "image", "autolink"])


@dataclass(slots=True)
class _Translation:
    """The translation of one template."""

    name: str
    block: str
    parser: Any
    tags: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    """For each line of the text without tags, the number of the line in the source."""
    out: list[str] = field(default_factory=list)
    line: int = 1
    """The line of the output that is being written."""
    headings: list[str] = field(default_factory=list)
    in_postscript: bool = False
    depth: int = 0
    """Conditions and loops that are open."""

    def translate(self, source: str) -> str:
        if _OPEN in source or _CLOSE in source:
            raise self._error(_PRIVATE_CHARACTER, 1)
        text = self._hold_tags(source)
        for start, part in self._split_at_statements(text.split("\n")):
            self._write_blocks(self.parser.parse("\n".join(part)), start)
        inner = "".join(self.out).rstrip("\n")
        wrapped = f'<div class="body">{inner}</div>' if self.block == "body" else inner
        contents = f"{{% set sections = {json.dumps([{'heading': text} for text in self.headings])} %}}"
        sections = contents if self.block == "sections" else ""
        return f"{{% extends {FRAME} %}}{sections}{{% block {self.block} %}}{wrapped}{{% endblock %}}\n"

    def _hold_tags(self, source: str) -> str:
        """Replace each Jinja2 tag by its number, and note where each line of the result comes from."""
        parts, position = [], 0
        for start, end in self._find_tags(source):
            tag = source[start:end]
            if structure := _STRUCTURE.match(tag):
                what = f"{{% {structure[1]} %}} is not used in {self.name}, which is the text of one document"
                raise self._error(f"{what}; change other parts in templates/", _line_number(source, start))
            parts += [source[position:start], f"{_OPEN}{len(self.tags)}{_CLOSE}"]
            self.tags.append(tag)
            position = end
        text = "".join([*parts, source[position:]])
        line = 1
        for row in text.split("\n"):
            self.lines.append(line)
            line += 1 + sum(self.tags[int(tag)].count("\n") for tag in _HELD_TAG.findall(row))
        return text

    def _find_tags(self, source: str) -> Iterator[tuple[int, int]]:
        """Yield start and end of each Jinja2 tag; what is in quotation marks cannot end one."""
        position = 0
        while opener := _OPENER.search(source, position):
            start, position = opener.span()
            if opener[0] == "{#":
                position = source.find("#}", position) + 2
                if position < 2:
                    raise self._unclosed(opener[0], source, start)
            else:
                position = self._find_end(source, start, position)
            yield start, position

    def _find_end(self, source: str, start: int, position: int) -> int:
        opener = source[start:position]
        while found := _QUOTE_OR_CLOSER[opener].search(source, position):
            position = found.end()
            if found[0] == _CLOSERS[opener]:
                return position
            quoted = _QUOTED[found[0]].match(source, position)
            if quoted is None:
                break
            position = quoted.end()
        raise self._unclosed(opener, source, start)

    def _unclosed(self, opener: str, source: str, start: int) -> jinja2.TemplateSyntaxError:
        message = (
            f'{opener} is not closed; write {_CLOSERS[opener]}, or {{{{ "{opener}" }}}} for these characters'
        )
        return self._error(message, _line_number(source, start))

    def _split_at_statements(self, rows: Sequence[str]) -> Iterator[tuple[int, Sequence[str]]]:
        """Yield the parts between lines that hold only statements, with the index of their first line.

        Such a line stands between blocks, so it is written as it is.
        """
        start = 0
        for index, row in enumerate(rows):
            tags = [self.tags[int(tag)] for tag in _HELD_TAG.findall(row)]
            if not tags or _HELD_TAG.sub("", row).strip() or any(tag.startswith("{{") for tag in tags):
                continue
            yield start, rows[start:index]
            self._start_line(index)
            self._write("".join(tags))
            self.depth += sum(bool(_OPENING.match(tag)) - bool(_CLOSING.match(tag)) for tag in tags)
            start = index + 1
        yield start, rows[start:]

    def _write_blocks(self, tokens: Sequence[Any], first: int) -> None:
        tokens = _without_blank_headings(tokens)
        for index, token in enumerate(tokens):
            if (
                token.type == "paragraph_open"
                and not token.level
                and self._starts_postscript(tokens[index + 1])
            ):
                self._write('</div>{% endblock %}{% block postscript %}<div class="postscript">')
                self.in_postscript = True
            if token.map and token.nesting >= 0:
                self._start_line(first + token.map[0])
            match token.type:
                case "inline":
                    self._write_inline(token, tokens[index - 1], first)
                case "paragraph_open" | "paragraph_close":
                    pass  # written with their text
                case "heading_open" | "heading_close":
                    self._write_heading_tag(token, tokens, index, first)
                case "hr":
                    raise self._error(
                        "a line of dashes is not used; leave it out", self._line_at(first, token)
                    )
                case _:
                    self._write(self._tag_text(token))

    def _starts_postscript(self, text: Any) -> bool:
        """Return whether a paragraph is the letter's P.S., which comes below the signature."""
        outside = self.block == "body" and not self.depth and not self.in_postscript
        return outside and _POSTSCRIPT.match(text.content) is not None

    def _tag_text(self, token: Any) -> str:
        if token.nesting < 0:
            return f"</{token.tag}>"
        if token.tag == "th":
            return '<th scope="col">'
        start = token.attrGet("start")
        return f'<{token.tag} start="{start}">' if start not in (None, 1) else f"<{token.tag}>"

    def _write_heading_tag(self, token: Any, tokens: Sequence[Any], index: int, first: int) -> None:
        level = int(token.tag[1])
        if level > _MAX_HEADING:
            raise self._error(f"headings have at most {_MAX_HEADING} marks #", self._line_at(first, token))
        tag = f"h{max(2, level)}"
        if token.nesting < 0:
            self._write(f"</{tag}>")
            return
        text = tokens[index + 1].content
        number = ""
        if self.block == "sections" and tag == "h2" and not _HELD_TAG.search(text):
            self.headings.append(re.sub(r"[*\\]", "", text))
            number = f' id="section-{len(self.headings)}"'
        self._write(f"<{tag}{number}>")

    def _write_inline(self, token: Any, opening: Any, first: int) -> None:
        line = self._line_at(first, token)
        html = self._render_inline(token, line)
        if opening.type != "paragraph_open":
            self._write(self._release_tags(html))
            return
        tags = [self.tags[int(tag)] for tag in _HELD_TAG.findall(html)]
        if token.content == _NEW_PAGE:
            self._write('<div class="new-page"></div>')
        elif len(tags) == 1 and _HELD_TAG.fullmatch(html) and _PLACED_BLOCK.match(tags[0]):
            self._write(self._release_tags(html))
        elif html.startswith("<img"):
            self._write(f"<figure>{self._release_tags(html)}</figure>")
        elif opening.hidden:  # the text of a list item
            self._write(self._release_tags(html))
        elif tags and not _HELD_TAG.sub("", html).strip():
            # A paragraph that only tags fill is left out where they print nothing.
            text = self._release_tags(html)
            # In a scope of its own: Jinja2 takes a name that two branches of an `if` set for unknown in one.
            whole = f"{{% with %}}{{% set printed_text %}}{text}{{% endset %}}"
            paragraph = "{% if printed_text | trim %}<p>{{ printed_text }}</p>{% endif %}{% endwith %}"
            self._write(f"{whole}{paragraph}")
        else:
            self._write(f"<p>{self._release_tags(html)}</p>")

    def _render_inline(self, token: Any, line: int) -> str:
        for child in token.children:
            found = _RAW_HTML.search(child.content) if child.type == "text" else None
            if found:
                hint = _HTML_HINTS.get(found[1].lower(), "write it in Markdown, or use an HTML template")
                raise self._error(f"HTML is not used here: {found[0]}; {hint}", line)
        self._set_picture_widths(token.children, line)
        html = str(self.parser.renderer.renderInline(token.children, self.parser.options, {}))
        # Percent-encoding in a target must not touch the number of a tag.
        html = html.replace("%EE%80%80", _OPEN).replace("%EE%80%81", _CLOSE).replace("<br />", "<br>")
        # Entities, escapes and percent-encoding can write these characters too.
        rest = _HELD_TAG.sub(lambda match: "" if int(match[1]) < len(self.tags) else match[0], html)
        if _OPEN in rest or _CLOSE in rest:
            raise self._error(_PRIVATE_CHARACTER, line)
        return html

    def _set_picture_widths(self, children: Sequence[Any], line: int) -> None:
        """Move the `{width=60mm}` after a picture into its attributes."""
        for picture, text in pairwise(children):
            match = _PICTURE_ATTRIBUTES.match(text.content) if picture.type == "image" else None
            if match is None:
                continue
            width = _PICTURE_WIDTH.fullmatch(match[1])
            if width is None:
                message = f"a picture takes no attributes {match[0]}, only a width; write {{width=60mm}}"
                raise self._error(message, line)
            picture.attrSet("width", width[1])
            text.content = text.content[match.end() :]

    def _release_tags(self, html: str) -> str:
        return _HELD_TAG.sub(lambda match: self.tags[int(match[1])], html)

    def _line_at(self, first: int, token: Any) -> int:
        return self.lines[min(first + (token.map[0] if token.map else 0), len(self.lines) - 1)]

    def _start_line(self, index: int) -> None:
        """Continue on the line that the source has at an index, so that both count alike."""
        self._write("\n" * (self.lines[index] - self.line))

    def _write(self, text: str) -> None:
        self.out.append(text)
        self.line += text.count("\n")

    def _error(self, message: str, line: int) -> jinja2.TemplateSyntaxError:
        return jinja2.TemplateSyntaxError(message, line, self.name)


def _without_blank_headings(tokens: Sequence[Any]) -> list[Any]:
    """Return a document's blocks without table heads that are blank: Markdown has no table without a head."""
    kept: list[Any] = []
    for token in tokens:
        kept.append(token)
        if token.type == "thead_close":
            start = max(index for index, one in enumerate(kept) if one.type == "thead_open")
            if not any(one.content.strip() for one in kept[start:] if one.type == "inline"):
                del kept[start:]
    return kept


def _line_number(source: str, position: int) -> int:
    return source.count("\n", 0, position) + 1
