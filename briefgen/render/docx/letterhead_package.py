"""Read the package of a user's letterhead within limits, reject it with a reason, or prune it.

The file may come from anybody. The result is a small, sound package without body, notes, comments, properties
or links to other files. Styles, headers and footers are adapted to letters elsewhere.
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
from briefgen.render.docx.headers import HeaderError, clean_header, mark_placeholders
from briefgen.render.docx.links import is_allowed_link
from briefgen.render.docx.ooxml import CONTENT_TYPES, R, W, w_tag

MAX_BYTES = 20_000_000
"""Limit for the file."""
MAX_UNPACKED_BYTES = 200_000_000
"""Limit for all members, as declared; reading stops there too."""
MAX_KEPT_BYTES = 30_000_000
"""Limit for what every letter would carry, unpacked."""
MAX_XML_BYTES = 8_000_000
"""Limit for a part that is parsed."""
MAX_MEMBERS = 2_000
MAX_HEADER_ELEMENTS = 20_000
"""Limit for a header or footer; one with a logo, a table and text boxes has some hundreds."""
_OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PACKAGE_NAMESPACE = "http://schemas.openxmlformats.org/package/2006/"
_CONTENT_TYPES_START = (
    f'<Types xmlns="{_PACKAGE_NAMESPACE}content-types"><Default Extension="rels"'
    ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
)
_STRICT_NAMESPACE = "http://purl.oclc.org/ooxml/"
_SECTION_CHILDREN = (
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
"""Properties of a section that belong to the letterhead; kept in file order, which is the schema's."""
_MAIN_PARTS = ("styles", "numbering", "settings", "fontTable", "theme")
_ROOT_ELEMENTS = {"fontTable": "fonts", "header": "hdr", "footer": "ftr"}
"""Root elements of parts that are not named after their kind."""
_ALLOWED_RELATIONSHIPS = {
    "header": {"image", "hyperlink"},
    "footer": {"image", "hyperlink"},
    "numbering": {"image"},
    "theme": {"image"},
    "fontTable": {"font"},
}
"""Relationships that parts may keep, by kind of part; parts of other kinds keep none."""
_LOCAL_TEMPLATE = re.compile(
    r"file:///(?![\\/]).*|[A-Za-z]:[\\/](?![\\/]).*|/(?![\\/]).*|[^\\/:]+", re.DOTALL
)
"""Path on the same machine at which Word notes the template that a document was made from."""
_SAVE_AS_DOCX = "open it in Word and save it as a Word document (.docx)"


def prune_letterhead(data: bytes, name: str) -> bytes:
    """Return the pruned package for python-docx; `name` is the file's, as the user writes it.

    Raise BriefgenError if the file is not a Word document, is encrypted or too large, or has macros or parts
    that Word would fetch from elsewhere.
    """
    try:
        return _PackagePruner(_LetterheadPackage(data, name)).build_package()
    except RecursionError:
        reject_letterhead(
            name, "letterhead-unreadable", "cannot be read: its parts are nested too deeply", _SAVE_AS_DOCX
        )


def reject_letterhead(name: str, code: str, reason: str, hint: str) -> NoReturn:
    """Raise a BriefgenError that says why this file cannot be used as a letterhead."""
    raise BriefgenError(Problem(code, reason, Place(name), hint))


@dataclass(frozen=True, slots=True)
class _Relationship:
    id: str
    kind: str
    """Last part of its type: `header`."""
    target: str
    """Name of the part; for an external relationship the address as written."""
    external: bool


class _LetterheadPackage:
    """The file's parts, unpacked one at a time."""

    def __init__(self, data: bytes, name: str) -> None:
        self.name = name
        if data.startswith(_OLE_SIGNATURE):
            reject_letterhead(
                name,
                "letterhead-encrypted",
                "is encrypted, or in the format of Word 97 to 2003",
                "open it in Word, remove the password, and save it as a Word document (.docx)",
            )
        if len(data) > MAX_BYTES:
            self.reject_too_large(f"is larger than {MAX_BYTES // 1_000_000} MB")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, zlib.error):
            self.reject_unreadable("it is damaged, or not a Word document")
        entries = self._zip.infolist()
        if len(entries) > MAX_MEMBERS or sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
            self.reject_too_large("unpacks to more than any letterhead needs")
        self._names = {entry.filename.casefold(): entry.filename for entry in entries}
        if len(self._names) != len(entries):
            self.reject_unreadable("it contains the same part twice")
        self._bytes_left = MAX_UNPACKED_BYTES
        self._types = self.parse_part("[Content_Types].xml", "it is not a Word document")

    def reject_unreadable(self, reason: str, hint: str = _SAVE_AS_DOCX) -> NoReturn:
        """Reject the file as unreadable."""
        reject_letterhead(
            self.name, "letterhead-unreadable", f"cannot be read as a Word document: {reason}", hint
        )

    def reject_too_large(self, reason: str) -> NoReturn:
        """Reject the file as too large."""
        reject_letterhead(
            self.name, "letterhead-too-large", reason, "make a file with only the letterhead in it"
        )

    def has_part(self, name: str) -> bool:
        """Tell whether there is a part of this name, ignoring case."""
        return name.casefold() in self._names

    def read_part(self, name: str, max_bytes: int) -> bytes:
        """Return the bytes of a part; reject the file if there are more than `max_bytes`."""
        try:
            with self._zip.open(self._names[name.casefold()]) as part:
                content = part.read(max_bytes + 1)
        except KeyError:
            self.reject_unreadable(f"{name} is missing")
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError):
            self.reject_unreadable(f"{name} cannot be unpacked")
        self._bytes_left -= len(content)
        if len(content) > max_bytes or self._bytes_left < 0:
            self.reject_too_large(f"has a part, {name}, that is too large for a letterhead")
        return content

    def parse_part(self, name: str, if_missing: str = "") -> Any:
        """Return the root of a part; `if_missing` is the reason to reject the file if it is not there."""
        from lxml import etree

        if if_missing and not self.has_part(name):
            self.reject_unreadable(if_missing)
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        try:
            root = etree.fromstring(self.read_part(name, MAX_XML_BYTES), parser)
        except etree.XMLSyntaxError as error:
            self.reject_unreadable(f"{name} is not well-formed XML: {error}")
        tree: Any = root.getroottree()
        if tree.docinfo.doctype:
            reject_letterhead(
                self.name,
                "letterhead-outside",
                f"declares a document type in {name}, which Word never does and which can fetch other files",
                "take a file that Word or LibreOffice has saved",
            )
        return root

    def content_type(self, name: str) -> str:
        """Return the declared content type of a part; empty if none is declared."""
        extension, default = name.rpartition(".")[2].casefold(), ""
        for each in self._types:
            if each.get("PartName", "").lstrip("/").casefold() == name.casefold():
                return str(each.get("ContentType", ""))
            if each.get("Extension", "").casefold() == extension:
                default = str(each.get("ContentType", ""))
        return default

    def has_macros(self) -> bool:
        """Tell whether the file has macros, or is of a kind that can have them."""
        kinds = [each.get("ContentType", "").casefold() for each in self._types]
        parts = any(name.endswith(("vbaproject.bin", "vbadata.xml")) for name in self._names)
        return parts or any("macroenabled" in kind or "vbaproject" in kind for kind in kinds)

    def relationships(self, source: str) -> Iterator[_Relationship]:
        """Yield the relationships of a part, or of the package if `source` is empty."""
        folder, _, base = source.rpartition("/")
        name = posixpath.join(folder, "_rels", f"{base}.rels")
        for each in self.parse_part(name) if self.has_part(name) else ():
            external = each.get("TargetMode") == "External"
            target = each.get("Target", "")
            if not external:
                target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            yield _Relationship(each.get("Id", ""), each.get("Type", "").rpartition("/")[2], target, external)


@dataclass(slots=True)
class _PackagePruner:
    """Copies the letterhead of a package part by part."""

    package: _LetterheadPackage
    parts: dict[str, bytes] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    """Content types by name of part."""
    numbers: dict[str, int] = field(default_factory=dict)
    """Number of parts so far, by kind. Parts are renamed, because old names can reveal something."""
    pictures: int = 0

    def build_package(self) -> bytes:
        """Return everything that is kept, as an archive."""
        main = self._find_main_part()
        relationships = list(self.package.relationships(main))
        self._reject_remote_templates(relationships)
        root = self._read_document(main)
        entries = [
            self._relationship_xml(kind, kind, self._copy_part(each.target, kind))
            for kind in _MAIN_PARTS
            for each in [known for known in relationships if known.kind == kind and not known.external][:1]
        ]
        section = _copy_first_section(root)
        entries += self._copy_headers(section, {each.id: each for each in relationships})
        self._add_part("word/document.xml", _document_xml(section), "document.main")
        self.parts["word/_rels/document.xml.rels"] = _relationships_xml(entries)
        self.parts["_rels/.rels"] = _relationships_xml(
            [self._relationship_xml("document", "officeDocument", "word/document.xml")]
        )
        return self._build_archive()

    def _find_main_part(self) -> str:
        package = self.package
        main = next((each.target for each in package.relationships("") if each.kind == "officeDocument"), "")
        if not main or not package.has_part(main):
            package.reject_unreadable("it has no main document")
        if package.has_macros():
            reject_letterhead(
                package.name,
                "letterhead-macros",
                "can contain macros, which no letter should",
                "open it in Word and save it as a Word document (.docx) or template (.dotx), without macros",
            )
        return main

    def _read_document(self, main: str) -> Any:
        root = self.package.parse_part(main)
        if root.tag.startswith(f"{{{_STRICT_NAMESPACE}"):
            self.package.reject_unreadable(
                "it is a Strict Open XML document",
                "save it in Word as “Word Document (.docx)”, not as Strict",
            )
        if root.tag != w_tag("document") or root.find(w_tag("body")) is None:
            self.package.reject_unreadable("its main part is not a Word document")
        return root

    def _reject_remote_templates(self, relationships: list[_Relationship]) -> None:
        """Reject a template that Word would fetch; one on the same machine is ignored."""
        for settings in relationships:
            if settings.kind != "settings" or settings.external:
                continue
            for each in self.package.relationships(settings.target):
                is_remote = each.external and not _LOCAL_TEMPLATE.fullmatch(each.target)
                if is_remote and each.kind == "attachedTemplate":
                    self._reject_external(f"is attached to a template elsewhere, {each.target!r}")

    def _reject_external(self, reason: str) -> NoReturn:
        hint = "embed what is linked in the file itself: in Word, insert the picture instead of linking to it"
        reject_letterhead(self.package.name, "letterhead-outside", reason, hint)

    def _copy_headers(self, section: Any, by_id: Mapping[str, _Relationship]) -> list[str]:
        """Copy the headers and footers that the section shows; references to others are removed from it."""
        ids: dict[str, str] = {}
        entries = []
        references = [*section.findall(w_tag("headerReference")), *section.findall(w_tag("footerReference"))]
        for reference in references:
            kind = "header" if reference.tag == w_tag("headerReference") else "footer"
            relationship = by_id.get(reference.get(f"{{{R}}}id", ""))
            unused = reference.get(w_tag("type")) == "first" and section.find(w_tag("titlePg")) is None
            if relationship is None or relationship.external or relationship.kind != kind or unused:
                section.remove(reference)
                continue
            target = relationship.target
            if target not in ids:
                ids[target] = f"head{len(ids) + 1}"
                entries.append(self._relationship_xml(ids[target], kind, self._copy_part(target, kind)))
            reference.set(f"{{{R}}}id", ids[target])
        return entries

    def _copy_part(self, source: str, kind: str) -> str:
        """Copy a part and what it needs; return its new name."""
        from lxml import etree

        root = _normalize_w_prefix(self.package.parse_part(source))
        if kind != "theme" and root.tag != w_tag(_ROOT_ELEMENTS.get(kind, kind)):
            self.package.reject_unreadable(f"{source} is not a {kind} part")
        self.numbers[kind] = self.numbers.get(kind, 0) + 1
        number = self.numbers[kind] if kind in {"header", "footer"} else ""
        name = f"word/{kind}{number}.xml"
        used = {
            value for each in root.iter() for key, value in each.attrib.items() if key.startswith(f"{{{R}}}")
        }
        relationships = [
            each
            for each in self.package.relationships(source)
            if each.id in used and kind in _ALLOWED_RELATIONSHIPS
        ]
        if kind in {"header", "footer"}:
            if sum(1 for _ in islice(root.iter(), MAX_HEADER_ELEMENTS + 1)) > MAX_HEADER_ELEMENTS:
                self.package.reject_too_large(f"has a {kind} of more than {MAX_HEADER_ELEMENTS:,} elements")
            try:
                clean_header(root, {each.id for each in relationships})
                mark_placeholders(root)
            except HeaderError as error:
                place, message = Place(self.package.name), f"{error.problem.message} in a {kind}"
                raise BriefgenError(replace(error.problem, message=message, place=place)) from None
        for each in root.iter(w_tag("charset")):
            each.attrib.pop(w_tag("characterSet"), None)  # LibreOffice's names are unknown to Word
        entries = [self._copy_relationship(each, kind) for each in relationships]
        if entries:
            self.parts[f"word/_rels/{kind}{number}.xml.rels"] = _relationships_xml(entries)
        family = "" if kind == "theme" else "wordprocessingml."
        self._add_part(name, etree.tostring(root), family=family, kind=kind)
        return name

    def _copy_relationship(self, relationship: _Relationship, kind: str) -> str:
        if (
            relationship.external
            and relationship.kind == "hyperlink"
            and kind in {"header", "footer"}
            and is_allowed_link(relationship.target)
        ):
            return self._relationship_xml(
                relationship.id, relationship.kind, relationship.target, external=True
            )
        if relationship.external:
            self._reject_external(
                f"has a {kind} that shows or links to something outside the file, {relationship.target!r}"
            )
        if relationship.kind not in _ALLOWED_RELATIONSHIPS.get(kind, set()):
            reject_letterhead(
                self.package.name,
                "letterhead-part",
                f"has a {kind} that contains a {relationship.kind!r} part, which letters cannot carry",
                "in Word, cut it and paste it as a picture",
            )
        self.pictures += 1
        extension = re.sub("[^0-9a-z]", "", relationship.target.rpartition(".")[2].casefold())[:8] or "bin"
        name = f"word/media/letterhead{self.pictures}.{extension}"
        self.parts[name] = self.package.read_part(relationship.target, MAX_KEPT_BYTES)
        self.types[name] = self.package.content_type(relationship.target)
        return self._relationship_xml(relationship.id, relationship.kind, name)

    def _add_part(self, name: str, content: bytes, kind: str, family: str = "wordprocessingml.") -> None:
        self.parts[name] = content
        self.types[name] = f"{CONTENT_TYPES}{family}{kind}+xml"

    def _relationship_xml(self, id: str, kind: str, target: str, *, external: bool = False) -> str:
        mode = ' TargetMode="External"' if external else ""
        target = target if external else f"/{target}"
        return f'<Relationship Id={quoteattr(id)} Type="{R}/{kind}" Target={quoteattr(target)}{mode}/>'

    def _build_archive(self) -> bytes:
        if sum(map(len, self.parts.values())) > MAX_KEPT_BYTES:
            reject_letterhead(
                self.package.name,
                "letterhead-too-large",
                f"has more than {MAX_KEPT_BYTES // 1_000_000} MB of pictures and fonts",
                "use a smaller logo: every letter carries them",
            )
        overrides = "".join(
            f"<Override PartName={quoteattr('/' + name)} ContentType={quoteattr(kind)}/>"
            for name, kind in self.types.items()
        )
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as out:
            out.writestr("[Content_Types].xml", f"{_CONTENT_TYPES_START}{overrides}</Types>")
            for name, content in self.parts.items():
                out.writestr(name, content)
        return stream.getvalue()


def _copy_first_section(root: Any) -> Any:
    """Copy the properties of the first section that belong to the letterhead; letters take its page."""
    from lxml import etree

    sections = (each for each in root.iter(w_tag("sectPr")) if each.getparent().tag != w_tag("sectPrChange"))
    found = next(sections, None)
    section = etree.Element(w_tag("sectPr"), nsmap={"w": W, "r": R})
    for each in found if found is not None else ():
        name = etree.QName(each).localname if isinstance(each.tag, str) else ""
        if name in _SECTION_CHILDREN and each.tag == w_tag(name) and _is_enabled(each, name):
            section.append(each)
    return section


def _is_enabled(each: Any, name: str) -> bool:
    return name not in {"titlePg", "bidi", "rtlGutter"} or each.get(w_tag("val"), "1") not in {
        "0",
        "false",
        "off",
    }


def _document_xml(section: Any) -> bytes:
    from lxml import etree

    body = etree.tostring(section, encoding="unicode")
    return f'<w:document xmlns:w="{W}" xmlns:r="{R}"><w:body>{body}</w:body></w:document>'.encode()


def _normalize_w_prefix(root: Any) -> Any:
    """Return the element with the prefix `w` for WordprocessingML, whichever prefix the file uses."""
    from lxml import etree

    if root.prefix == "w" or not root.tag.startswith(f"{{{W}}}"):
        return root
    names = {prefix: uri for prefix, uri in root.nsmap.items() if prefix not in {None, "w"} and uri != W}
    new = etree.Element(root.tag, attrib=dict(root.attrib), nsmap={"w": W, **names})
    new.extend(list(root))
    etree.cleanup_namespaces(new, keep_ns_prefixes=["w", *filter(None, names)])
    return new


def _relationships_xml(entries: list[str]) -> bytes:
    inner = "".join(entries)
    return f'<Relationships xmlns="{_PACKAGE_NAMESPACE}relationships">{inner}</Relationships>'.encode()
