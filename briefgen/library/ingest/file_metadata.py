"""Read what a file says about the work in it: title, author, date and web address.

Such metadata are often left over from a template or name the typist, so those that the text does not confirm
are only proposed to a person.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from html import unescape
from html.parser import HTMLParser
from io import BytesIO

from briefgen.evidence.dates import find_dates
from briefgen.evidence.names import fold_name
from briefgen.evidence.normalize import prepare_prose
from briefgen.library.ingest.blocks import TextBlock, to_one_line
from briefgen.model.text import clean_text

_OPENING_BLOCKS = 80
"""Blocks at the beginning of a text in which title, author and date are looked for."""
_MAX_TITLE = 300
"""Characters of a title."""
_LEFTOVER_TITLE = re.compile(
    r"(?:untitled|document|(?:powerpoint )?presentation|slide|page)\s*\d*"
    r"|.*\.(?:docx?|pdf|indd|pptx?|rtf|odt)",
    re.IGNORECASE,
)
_SITE_NAME = re.compile(r"\s+[|–—·»-]\s")
"""What web pages put between their own title and the name of their website."""
_WORD_PREFIX = re.compile(r"^Microsoft (?:Word|PowerPoint) - ")


@dataclass(frozen=True, slots=True)
class FileMetadata:
    """What a file says about its work; each is empty if it does not say."""

    title: str = ""
    author: str = ""
    issued: str = ""
    """EDTF."""
    url: str = ""
    site: str = ""
    """The name of the website."""

    def cleaned(self, blocks: Sequence[TextBlock]) -> FileMetadata:
        """Return it without titles left over from templates; the first heading stands in for one."""
        title = _WORD_PREFIX.sub("", _plain_words(self.title))
        heading = next((block.text for block in blocks if block.kind in ("title", "heading")), "")
        site = title.removeprefix(heading) if heading and title.startswith(heading) else ""
        if not title or len(title) > _MAX_TITLE or _LEFTOVER_TITLE.fullmatch(title) or _SITE_NAME.match(site):
            title = heading[:_MAX_TITLE]
        lines = {block.kind: block.text for block in reversed(blocks)}
        author = _plain_words(self.author)[:_MAX_TITLE] or lines.get("author line", "")
        issued = self.issued or _first_date(lines.get("date line", ""))
        return replace(
            self,
            title=title,
            author=author,
            issued=_date_in_text(issued, blocks) or issued,
            url=clean_text(self.url)[0],
            site=_plain_words(self.site)[:_MAX_TITLE],
        )

    def confirmed(self, blocks: Sequence[TextBlock]) -> FileMetadata:
        """Return it with only those author and date that the beginning of the text gives too."""
        opening = fold_name(_opening(blocks))
        author = self.author if self.author and fold_name(self.author) in opening else ""
        issued = self.issued if _date_in_text(self.issued, blocks) else ""
        return replace(self, author=author, issued=issued)


def _plain_words(text: str) -> str:
    """Return a text without the tags and character references that some programs leave in metadata."""
    return to_one_line(re.sub(r"<[^<>]*>", "", unescape(text)))


def _first_date(text: str) -> str:
    date = next((date for date in find_dates(prepare_prose(text)) if date.year and not date.decade), None)
    parts = (date.year, date.month, date.day) if date else ()
    return "-".join(f"{part:02}" for part in parts if part)


def _opening(blocks: Sequence[TextBlock]) -> str:
    return " ".join(block.text for block in blocks[:_OPENING_BLOCKS])


def _date_in_text(issued: str, blocks: Sequence[TextBlock]) -> str:
    """Return the date as far as the beginning of a text gives it: `2018-07` for "July 2018"; empty if not."""
    match = re.match(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", issued)
    if match is None:
        return ""
    year, month, day = (int(part) if part else None for part in match.groups())
    dates = find_dates(prepare_prose(_opening(blocks)))
    found = [date for date in dates if date.year == year and not date.decade]
    months = [date for date in found if date.month == month and month is not None]
    if any(date.day == day and day is not None for date in months):
        return f"{year}-{month:02}-{day:02}"
    return f"{year}-{month:02}" if months else str(year) if found else ""


NO_METADATA = FileMetadata()

# -- by format


def read_pdf_metadata(info: Mapping[str, str]) -> FileMetadata:
    """Return what the document information dictionary of a PDF says (ISO 32000-1, 14.3.3)."""
    match = re.match(r"D:(\d{4})(\d\d)?(\d\d)?", info.get("CreationDate", ""))
    issued = "-".join(filter(None, match.groups())) if match else ""
    return FileMetadata(info.get("Title", ""), info.get("Author", ""), issued)


def read_docx_metadata(data: bytes) -> FileMetadata:
    """Return what the core properties of a Word document say (ECMA-376, part 2)."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            root = etree.fromstring(archive.read("docProps/core.xml"), parser)
    except (KeyError, zipfile.BadZipFile, etree.XMLSyntaxError):
        return FileMetadata()
    values = {etree.QName(element).localname: element.text or "" for element in root.iterchildren("{*}*")}
    return FileMetadata(values.get("title", ""), values.get("creator", ""), values.get("created", "")[:10])


_HTML_NAMES = {
    "title": ("citation_title", "dc.title", "dcterms.title", "og:title"),
    "author": ("citation_author", "dc.creator", "dcterms.creator", "author"),
    "issued": (
        *("citation_publication_date", "dc.date", "dcterms.issued", "article:published_time"),
        *("datepublished", "date"),
    ),
    "url": ("og:url",),
    "site": ("og:site_name",),
}


class _HeadParser(HTMLParser):
    """Collects the metadata of a web page.

    A page that a browser saved begins with its address in a comment.
    """

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "meta":
            name = given.get("name") or given.get("property") or given.get("itemprop") or ""
            self.found.setdefault(name.lower(), given.get("content", ""))
        elif tag == "link" and given.get("rel", "").lower() == "canonical":
            self.found.setdefault("canonical", given.get("href", ""))
        self._in_title = tag == "title" and "<title>" not in self.found

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.found["<title>"] = self.found.get("<title>", "") + data

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False

    def handle_comment(self, data: str) -> None:
        saved = re.match(r"\s*saved from url=\(\d+\)(\S+)", data)
        if saved:
            self.found.setdefault("saved", saved[1])


def read_html_metadata(text: str) -> FileMetadata:
    """Return what the head of a web page says: Highwire, Dublin Core and Open Graph tags."""
    parser = _HeadParser()
    with suppress(AssertionError):  # for a declaration that HTML does not have, such as <![x[
        parser.feed(text)

    def first(names: Sequence[str]) -> str:
        return next((parser.found[name].strip() for name in names if parser.found.get(name, "").strip()), "")

    values = {key: first(names) for key, names in _HTML_NAMES.items()}
    values["title"] = values["title"] or first(["<title>"])
    values["url"] = first(["canonical"]) or values["url"] or first(["saved"])
    values["url"] = values["url"] if re.fullmatch(r"https?://\S+", values["url"]) else ""
    issued = re.match(r"\d{4}(?:[-/]\d\d){0,2}", values["issued"])
    return FileMetadata(**{**values, "issued": issued[0].replace("/", "-") if issued else ""})
