"""A letterhead of the user's own: read within limits, refused with the reason, pruned to what letters take.

The file may come from anybody. What comes out is a small sound package without body, notes, comments,
properties and links to elsewhere; styles and heads are brought into the shape of letters by other rooms.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, NoReturn
from xml.sax.saxutils import quoteattr

from briefgen.errors import BriefgenError, Place, Problem
from briefgen.render.docx.headers import HeadFault, clean_head, mark_places
from briefgen.render.docx.links import is_target
from briefgen.render.docx.ooxml import CONTENT_TYPES, R, W, tag

MAX_BYTES = 20_000_000
"""Of the file."""
MAX_UNPACKED = 200_000_000
"""Of all its members, as they are declared; reading stops there too."""
MAX_KEPT = 30_000_000
"""Of what every letter would carry, unpacked."""
MAX_XML = 8_000_000
"""Of one part that is parsed."""
MAX_MEMBERS = 2_000
MAX_HEAD = 20_000
"""Elements of a header or footer; one with a logo, a table and text boxes has some hundreds."""
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/"
_TYPES = (
    f'<Types xmlns="{_PACKAGE}content-types"><Default Extension="rels"'
    ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
)
_STRICT = "http://purl.oclc.org/ooxml/"
_SECTION = (
    "headerReference",
    "footerReference",
    "pgSz",
    "pgMar",
    "pgBorders",
    "cols",
    "titlePg",
    "bidi",
    "rtlGutter",
)
"""What a section tells that is letterhead; kept in the order of the file, which is the schema's."""
_MAIN_PARTS = ("styles", "numbering", "settings", "fontTable", "theme")
_ROOTS = {"fontTable": "fonts", "header": "hdr", "footer": "ftr"}
"""Root elements of parts that are not called after their kind."""
_WITH_THEM = {
    "header": {"image", "hyperlink"},
    "footer": {"image", "hyperlink"},
    "numbering": {"image"},
    "theme": {"image"},
    "fontTable": {"font"},
}
"""Relationships that parts may bring along, by kind of part; those of others are forgotten."""
_LOCAL_TEMPLATE = re.compile(
    r"file:///(?![\\/]).*|[A-Za-z]:[\\/](?![\\/]).*|/(?![\\/]).*|[^\\/:]+", re.DOTALL
)
"""Where Word notes the template that a document was made from, on the same machine."""
_SAVE = "open it in Word and save it as a Word document (.docx)"


def opened(data: bytes, name: str) -> bytes:
    """The pruned package, as bytes for python-docx; `name` is the file's, as the user writes it.

    Raises BriefgenError for what is no Word document, encrypted, too large, or carries macros or parts that
    Word would fetch from elsewhere.
    """
    try:
        return _Pruned(_Package(data, name)).saved()
    except RecursionError:
        refuse(name, "letterhead-unreadable", "cannot be read: its parts are nested too deep", _SAVE)


def refuse(name: str, code: str, why: str, hint: str) -> NoReturn:
    """Raise the error that says why this file cannot be a letterhead."""
    raise BriefgenError(Problem(code, why, Place(name), hint))


@dataclass(frozen=True, slots=True)
class _Relationship:
    id: str
    kind: str
    """Last word of its type: `header`."""
    target: str
    """Name of the part; for an external one the address as written."""
    external: bool


class _Package:
    """The parts of the file, unpacked one at a time."""

    def __init__(self, data: bytes, name: str) -> None:
        self.name = name
        if data.startswith(_OLD_OFFICE):
            refuse(
                name,
                "letterhead-encrypted",
                "is encrypted, or in the format of Word 97 to 2003",
                "open it in Word, take the password off, and save it as a Word document (.docx)",
            )
        if len(data) > MAX_BYTES:
            self.too_large(f"has more than {MAX_BYTES // 1_000_000} MB")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, zlib.error):
            self.unreadable("it is not a whole Word document")
        entries = self._zip.infolist()
        if len(entries) > MAX_MEMBERS or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
            self.too_large("unpacks to more than any letterhead needs")
        self._names = {entry.filename.casefold(): entry.filename for entry in entries}
        if len(self._names) != len(entries):
            self.unreadable("a part stands in it twice")
        self._left = MAX_UNPACKED
        self._types = self.xml("[Content_Types].xml", "no Word document")

    def unreadable(self, why: str, hint: str = _SAVE) -> NoReturn:
        """Refuse the file as none that can be read."""
        refuse(self.name, "letterhead-unreadable", f"cannot be read as a Word document: {why}", hint)

    def too_large(self, why: str) -> NoReturn:
        """Refuse the file as too large."""
        refuse(
            self.name, "letterhead-too-large", why, "make a letterhead with nothing but the letterhead in it"
        )

    def has(self, name: str) -> bool:
        """Whether there is a part of this name, whatever its case."""
        return name.casefold() in self._names

    def content(self, name: str, most: int) -> bytes:
        """The bytes of a part that is there."""
        try:
            with self._zip.open(self._names[name.casefold()]) as part:
                content = part.read(most + 1)
        except KeyError:
            self.unreadable(f"{name} is missing")
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError):
            self.unreadable(f"{name} cannot be unpacked")
        self._left -= len(content)
        if len(content) > most or self._left < 0:
            self.too_large(f"has a part, {name}, that is too large for a letterhead")
        return content

    def xml(self, name: str, where_missing: str = "") -> Any:
        """The root of a part that is there."""
        from lxml import etree

        if where_missing and not self.has(name):
            self.unreadable(where_missing)
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        try:
            root = etree.fromstring(self.content(name, MAX_XML), parser)
        except etree.XMLSyntaxError as error:
            self.unreadable(f"{name} is not well-formed XML: {error}")
        tree: Any = root.getroottree()
        if tree.docinfo.doctype:
            refuse(
                self.name,
                "letterhead-outside",
                f"declares a document type in {name}, which Word never does and which can fetch other files",
                "take a file that Word or LibreOffice has saved",
            )
        return root

    def content_type(self, name: str) -> str:
        """What the package says a part is; empty where it says nothing."""
        extension, given = name.rpartition(".")[2].casefold(), ""
        for each in self._types:
            if each.get("PartName", "").lstrip("/").casefold() == name.casefold():
                return str(each.get("ContentType", ""))
            if each.get("Extension", "").casefold() == extension:
                given = str(each.get("ContentType", ""))
        return given

    def has_macros(self) -> bool:
        """Whether it has or could have macros."""
        kinds = [each.get("ContentType", "").casefold() for each in self._types]
        parts = any(name.endswith(("vbaproject.bin", "vbadata.xml")) for name in self._names)
        return parts or any("macroenabled" in kind or "vbaproject" in kind for kind in kinds)

    def relationships(self, source: str) -> Iterator[_Relationship]:
        """Those of a part; `source` is empty for the package."""
        folder, _, base = source.rpartition("/")
        name = posixpath.join(folder, "_rels", f"{base}.rels")
        for each in self.xml(name) if self.has(name) else ():
            external = each.get("TargetMode") == "External"
            target = each.get("Target", "")
            if not external:
                target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            yield _Relationship(each.get("Id", ""), each.get("Type", "").rpartition("/")[2], target, external)


@dataclass(slots=True)
class _Pruned:
    """The letterhead of a package, part by part."""

    package: _Package
    parts: dict[str, bytes] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    """Content types by name of part."""
    numbers: dict[str, int] = field(default_factory=dict)
    """Parts so far, by kind: they get new names, for old ones tell tales."""
    pictures: int = 0

    def saved(self) -> bytes:
        """Everything that is kept, as an archive."""
        main = self._main()
        relationships = list(self.package.relationships(main))
        self._refuse_far_templates(relationships)
        root = self._document(main)
        entries = [
            self._entry(kind, kind, self._kept(each.target, kind))
            for kind in _MAIN_PARTS
            for each in [one for one in relationships if one.kind == kind and not one.external][:1]
        ]
        section = _first_section(root)
        entries += self._heads(section, {each.id: each for each in relationships})
        self._put("word/document.xml", _document_xml(section), "document.main")
        self.parts["word/_rels/document.xml.rels"] = _relationships_xml(entries)
        self.parts["_rels/.rels"] = _relationships_xml(
            [self._entry("document", "officeDocument", "word/document.xml")]
        )
        return self._archive()

    def _main(self) -> str:
        package = self.package
        main = next((each.target for each in package.relationships("") if each.kind == "officeDocument"), "")
        if not main or not package.has(main):
            package.unreadable("it has no main document")
        if package.has_macros():
            refuse(
                package.name,
                "letterhead-macros",
                "can carry macros, which no letter should",
                "open it in Word and save it as a Word document (.docx) or template (.dotx), without macros",
            )
        return main

    def _document(self, main: str) -> Any:
        root = self.package.xml(main)
        if root.tag.startswith(f"{{{_STRICT}"):
            self.package.unreadable(
                "it is a Strict Open XML document",
                "save it in Word as “Word Document (.docx)”, not as Strict",
            )
        if root.tag != tag("document") or root.find(tag("body")) is None:
            self.package.unreadable("its main part is no Word document")
        return root

    def _refuse_far_templates(self, relationships: list[_Relationship]) -> None:
        """A template on the same machine is forgotten; one that Word would fetch is refused."""
        for settings in relationships:
            if settings.kind != "settings" or settings.external:
                continue
            for each in self.package.relationships(settings.target):
                far = each.external and not _LOCAL_TEMPLATE.fullmatch(each.target)
                if far and each.kind == "attachedTemplate":
                    self._refuse_outside(f"is tied to a template elsewhere, {each.target!r}")

    def _refuse_outside(self, why: str) -> NoReturn:
        hint = "put what is linked into the file itself: in Word, insert the picture instead of linking it"
        refuse(self.package.name, "letterhead-outside", why, hint)

    def _heads(self, section: Any, known: Mapping[str, _Relationship]) -> list[str]:
        """The headers and footers that the section shows; references to others are taken out of it."""
        ids: dict[str, str] = {}
        made = []
        for reference in section.findall(tag("headerReference")) + section.findall(tag("footerReference")):
            kind = "header" if reference.tag == tag("headerReference") else "footer"
            relationship = known.get(reference.get(f"{{{R}}}id", ""))
            unused = reference.get(tag("type")) == "first" and section.find(tag("titlePg")) is None
            if relationship is None or relationship.external or relationship.kind != kind or unused:
                section.remove(reference)
                continue
            if relationship.target not in ids:
                ids[relationship.target] = f"head{len(ids) + 1}"
                made.append(
                    self._entry(ids[relationship.target], kind, self._kept(relationship.target, kind))
                )
            reference.set(f"{{{R}}}id", ids[relationship.target])
        return made

    def _kept(self, source: str, kind: str) -> str:
        """Keep a part and what it needs; returns its new name."""
        from lxml import etree

        root = _with_prefix(self.package.xml(source))
        if kind != "theme" and root.tag != tag(_ROOTS.get(kind, kind)):
            self.package.unreadable(f"{source} is no {kind}")
        self.numbers[kind] = self.numbers.get(kind, 0) + 1
        number = self.numbers[kind] if kind in {"header", "footer"} else ""
        name = f"word/{kind}{number}.xml"
        used = {
            value for each in root.iter() for key, value in each.attrib.items() if key.startswith(f"{{{R}}}")
        }
        relationships = [
            each for each in self.package.relationships(source) if each.id in used and kind in _WITH_THEM
        ]
        if kind in {"header", "footer"}:
            if sum(1 for _ in islice(root.iter(), MAX_HEAD + 1)) > MAX_HEAD:
                self.package.too_large(f"has a {kind} of more than {MAX_HEAD:,} elements")
            try:
                clean_head(root, {each.id for each in relationships})
                mark_places(root)
            except HeadFault as fault:
                place, message = Place(self.package.name), f"{fault.problem.message} in a {kind}"
                raise BriefgenError(replace(fault.problem, message=message, place=place)) from None
        for each in root.iter(tag("charset")):
            each.attrib.pop(tag("characterSet"), None)  # LibreOffice's names are not among Word's
        entries = [self._entry_within(each, kind) for each in relationships]
        if entries:
            self.parts[f"word/_rels/{kind}{number}.xml.rels"] = _relationships_xml(entries)
        family = "" if kind == "theme" else "wordprocessingml."
        self._put(name, etree.tostring(root), family=family, kind=kind)
        return name

    def _entry_within(self, each: _Relationship, kind: str) -> str:
        if (
            each.external
            and each.kind == "hyperlink"
            and kind in {"header", "footer"}
            and is_target(each.target)
        ):
            return self._entry(each.id, each.kind, each.target, external=True)
        if each.external:
            self._refuse_outside(f"has a {kind} that shows or links what lies elsewhere, {each.target!r}")
        if each.kind not in _WITH_THEM.get(kind, set()):
            refuse(
                self.package.name,
                "letterhead-part",
                f"has a {kind} with a part of the kind {each.kind!r}, which letters cannot carry",
                "in Word, cut it out and paste it as a picture",
            )
        self.pictures += 1
        extension = re.sub("[^0-9a-z]", "", each.target.rpartition(".")[2].casefold())[:8] or "bin"
        name = f"word/media/letterhead{self.pictures}.{extension}"
        self.parts[name] = self.package.content(each.target, MAX_KEPT)
        self.types[name] = self.package.content_type(each.target)
        return self._entry(each.id, each.kind, name)

    def _put(self, name: str, content: bytes, kind: str, family: str = "wordprocessingml.") -> None:
        self.parts[name] = content
        self.types[name] = f"{CONTENT_TYPES}{family}{kind}+xml"

    def _entry(self, id: str, kind: str, target: str, *, external: bool = False) -> str:
        mode = ' TargetMode="External"' if external else ""
        target = target if external else f"/{target}"
        return f'<Relationship Id={quoteattr(id)} Type="{R}/{kind}" Target={quoteattr(target)}{mode}/>'

    def _archive(self) -> bytes:
        if sum(map(len, self.parts.values())) > MAX_KEPT:
            refuse(
                self.package.name,
                "letterhead-too-large",
                f"has more than {MAX_KEPT // 1_000_000} MB of pictures and fonts",
                "use a smaller logo: every letter carries them",
            )
        overrides = "".join(
            f"<Override PartName={quoteattr('/' + name)} ContentType={quoteattr(kind)}/>"
            for name, kind in self.types.items()
        )
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as out:
            out.writestr("[Content_Types].xml", f"{_TYPES}{overrides}</Types>")
            for name, content in self.parts.items():
                out.writestr(name, content)
        return stream.getvalue()


def _first_section(root: Any) -> Any:
    """The properties of the first section, whose page a letter takes, with what is letterhead in them."""
    from lxml import etree

    sections = (each for each in root.iter(tag("sectPr")) if each.getparent().tag != tag("sectPrChange"))
    found = next(sections, None)
    section = etree.Element(tag("sectPr"), nsmap={"w": W, "r": R})
    for each in found if found is not None else ():
        name = etree.QName(each).localname if isinstance(each.tag, str) else ""
        if name in _SECTION and each.tag == tag(name) and _is_on(each, name):
            section.append(each)
    return section


def _is_on(each: Any, name: str) -> bool:
    return name not in {"titlePg", "bidi", "rtlGutter"} or each.get(tag("val"), "1") not in {
        "0",
        "false",
        "off",
    }


def _document_xml(section: Any) -> bytes:
    from lxml import etree

    body = etree.tostring(section, encoding="unicode")
    return f'<w:document xmlns:w="{W}" xmlns:r="{R}"><w:body>{body}</w:body></w:document>'.encode()


def _with_prefix(root: Any) -> Any:
    """The same element with the prefix `w` for WordprocessingML, whatever the program that wrote it chose."""
    from lxml import etree

    if root.prefix == "w" or not root.tag.startswith(f"{{{W}}}"):
        return root
    names = {prefix: uri for prefix, uri in root.nsmap.items() if prefix not in {None, "w"} and uri != W}
    new = etree.Element(root.tag, attrib=dict(root.attrib), nsmap={"w": W, **names})
    new.extend(list(root))
    etree.cleanup_namespaces(new, keep_ns_prefixes=["w", *filter(None, names)])
    return new


def _relationships_xml(entries: list[str]) -> bytes:
    return f'<Relationships xmlns="{_PACKAGE}relationships">{"".join(entries)}</Relationships>'.encode()
