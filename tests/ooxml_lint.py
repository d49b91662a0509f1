"""What Word minds and the Open XML SDK's validator lets through, looked for in a finished DOCX.

It reads with zipfile and lxml only, so that it cannot share a mistake with the product.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections import Counter
from collections.abc import Iterator

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_STORIES = re.compile(r"word/(?:document|footnotes|header\d*|footer\d*)\.xml")

_ORDER = {
    "pPr": (
        "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr "
        "shd tabs suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE "
        "autoSpaceDN bidi adjustRightInd snapToGrid spacing ind contextualSpacing mirrorIndents "
        "suppressOverlap jc textDirection textAlignment textboxTightWrap outlineLvl divId cnfStyle rPr "
        "sectPr pPrChange"
    ),
    "rPr": (
        "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof "
        "snapToGrid vanish webHidden color spacing w kern position sz szCs highlight u effect bdr shd "
        "fitText vertAlign rtl cs em lang eastAsianLayout specVanish oMath"
    ),
    "tcPr": (
        "cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText vAlign "
        "hideMark"
    ),
    "settings": (
        "zoom mirrorMargins defaultTabStop evenAndOddHeaders characterSpacingControl footnotePr "
        "endnotePr compat themeFontLang clrSchemeMapping decimalSymbol listSeparator"
    ),
}
"""Order of children by the schema (ECMA-376, 5th edition, part 1)."""


def lint(data: bytes) -> list[str]:
    """All faults found, each in a sentence; empty for a sound file."""
    package = _Package(data)
    return [fault for check in _CHECKS for fault in check(package)]


class _Package:
    def __init__(self, data: bytes) -> None:
        self.zip = zipfile.ZipFile(io.BytesIO(data))
        self.names = self.zip.namelist()
        self.xml = {
            name: etree.fromstring(self.zip.read(name))
            for name in self.names
            if name.endswith((".xml", ".rels"))
        }
        self.document = self.xml["word/document.xml"]
        self.notes = self.xml["word/footnotes.xml"]
        self.settings = self.xml["word/settings.xml"]

    def stories(self) -> Iterator[tuple[str, etree._Element]]:
        return ((name, root) for name, root in self.xml.items() if _STORIES.fullmatch(name))

    def styles(self) -> set[str]:
        return {style.get(W + "styleId") for style in self.xml["word/styles.xml"].iter(W + "style")}


def _archive(package: _Package) -> Iterator[str]:
    if package.names != sorted(set(package.names)):
        yield "members are not sorted, or one stands twice"
    for entry in package.zip.infolist():
        if entry.date_time != (1980, 1, 1, 0, 0, 0):
            yield f"{entry.filename} carries a time of its own"
    if package.zip.testzip():
        yield "a member is damaged"


def _content_types(package: _Package) -> Iterator[str]:
    root = package.xml["[Content_Types].xml"]
    extensions = {each.get("Extension") for each in root if each.tag.endswith("Default")}
    overrides = {each.get("PartName").lstrip("/") for each in root if each.tag.endswith("Override")}
    for name in package.names:
        if name == "[Content_Types].xml" or name in overrides:
            continue
        # The default for .xml says nothing about what a part of Word's is.
        if name.rsplit(".", 1)[-1] not in extensions or re.fullmatch(r"word/.*\.xml", name):
            yield f"{name} has no content type"
    for name in overrides - set(package.names):
        yield f"a content type is given for {name}, which is not there"


def _relationships(package: _Package) -> Iterator[str]:
    for name, root in package.xml.items():
        if name.endswith(".rels"):
            continue
        folder, _, base = name.rpartition("/")
        rels = package.xml.get(f"{folder}/_rels/{base}.rels")
        known = {each.get("Id"): each for each in rels} if rels is not None else {}
        if rels is not None and len(known) != len(rels):
            yield f"{name}: an id of a relationship stands twice"
        used = {
            value for element in root.iter() for key, value in element.attrib.items() if key.startswith(R)
        }
        for identifier in used - set(known):
            yield f"{name}: relationship {identifier} does not exist"
        for each in known.values():
            target = posixpath.normpath(posixpath.join("/", folder, each.get("Target"))).lstrip("/")
            if each.get("TargetMode") != "External" and target not in package.names:
                yield f"{name}: relationship to {target}, which is not there"


def _reachable(package: _Package) -> Iterator[str]:
    """A part that no relationship leads to is ignored by Word, and says things that nobody sees."""
    targets = set()
    for name, root in package.xml.items():
        if name.endswith(".rels"):
            folder = posixpath.dirname(posixpath.dirname(name))
            targets |= {posixpath.normpath(posixpath.join("/", folder, each.get("Target"))) for each in root}
    for name in package.names:
        if name != "[Content_Types].xml" and not name.endswith(".rels") and f"/{name}" not in targets:
            yield f"no relationship leads to {name}"


def _styles(package: _Package) -> Iterator[str]:
    known = package.styles()
    for name in [*(name for name, _ in package.stories()), "word/styles.xml", "word/numbering.xml"]:
        for element in ("pStyle", "rStyle", "tblStyle", "basedOn", "next", "link"):
            for each in package.xml[name].iter(W + element):
                if each.get(W + "val") not in known:
                    yield f"{name}: style {each.get(W + 'val')} is not defined"
    names = Counter(each.get(W + "val").lower() for each in package.xml["word/styles.xml"].iter(W + "name"))
    yield from (f"style name {name} stands twice" for name, count in names.items() if count > 1)


def _numbering(package: _Package) -> Iterator[str]:
    root = package.xml["word/numbering.xml"]
    abstract = {each.get(W + "abstractNumId") for each in root.findall(W + "abstractNum")}
    numbers = Counter(each.get(W + "numId") for each in root.findall(W + "num"))
    for each in root.iterfind(f"{W}num/{W}abstractNumId"):
        if each.get(W + "val") not in abstract:
            yield f"abstract numbering {each.get(W + 'val')} is not defined"
    yield from (f"numbering {number} stands twice" for number, count in numbers.items() if count > 1)
    for name in [*(name for name, _ in package.stories()), "word/styles.xml"]:
        for each in package.xml[name].iter(W + "numId"):
            if each.get(W + "val") not in numbers:
                yield f"{name}: numbering {each.get(W + 'val')} is not defined"


def _bookmarks(package: _Package) -> Iterator[str]:
    names: Counter[str] = Counter()
    ids: Counter[str] = Counter()
    for name, root in package.stories():
        open_ids = []
        for each in root.iter(W + "bookmarkStart", W + "bookmarkEnd"):
            identifier = each.get(W + "id")
            if each.tag == W + "bookmarkEnd":
                if identifier not in open_ids:
                    yield f"{name}: the end of bookmark {identifier} has no start before it"
                else:
                    open_ids.remove(identifier)
                continue
            open_ids.append(identifier)
            ids[identifier] += 1
            names[each.get(W + "name").lower()] += 1
            if not re.fullmatch(r"[A-Za-z_]\w{0,39}", each.get(W + "name")):
                yield f"{name}: Word does not take the bookmark name {each.get(W + 'name')!r}"
        yield from (f"{name}: bookmark {identifier} is not closed" for identifier in open_ids)
    yield from (f"bookmark name {each} stands twice" for each, count in names.items() if count > 1)
    yield from (f"bookmark id {each} stands twice" for each, count in ids.items() if count > 1)
    for name, root in package.stories():
        for link in root.iter(W + "hyperlink"):
            anchor = link.get(W + "anchor")
            if anchor is not None and anchor.lower() not in names:
                yield f"{name}: a link leads to bookmark {anchor}, which is not there"


def _fields(package: _Package) -> Iterator[str]:
    for name, root in package.stories():
        open_fields: list[str] = []
        for each in root.iter(W + "fldChar"):
            kind = each.get(W + "fldCharType")
            if kind == "begin":
                open_fields.append("begin")
            elif not open_fields or (kind == "separate" and open_fields[-1] != "begin"):
                yield f"{name}: a field's {kind} has no beginning"
            elif kind == "separate":
                open_fields[-1] = "separate"
            else:
                open_fields.pop()
        if open_fields:
            yield f"{name}: a field is not closed"


def _footnotes(package: _Package) -> Iterator[str]:
    notes = {note.get(W + "id"): note for note in package.notes}
    for identifier, kind in (("-1", "separator"), ("0", "continuationSeparator")):
        note = notes.pop(identifier, None)
        if note is None or note.get(W + "type") != kind:
            yield f"footnote {identifier} is no {kind}"
        elif next(note.iter(W + "footnoteRef"), None) is not None:
            yield f"the {kind} has a footnoteRef"
    calls = Counter(each.get(W + "id") for each in package.document.iter(W + "footnoteReference"))
    yield from (f"note {each} is called {count} times" for each, count in calls.items() if count > 1)
    yield from (f"note {each} does not exist" for each in set(calls) - set(notes))
    yield from (f"note {each} is never called" for each in set(notes) - set(calls))
    for identifier, note in notes.items():
        if len(list(note.iter(W + "footnoteRef"))) != 1:
            yield f"note {identifier} does not show its number once"
    for name, root in package.stories():
        if name != "word/document.xml" and next(root.iter(W + "footnoteReference"), None) is not None:
            yield f"{name}: a note is called where none can stand"


def _tables(package: _Package) -> Iterator[str]:
    for name, root in package.stories():
        for cell in root.iter(W + "tc"):
            if len(cell) == 0 or cell[-1].tag != W + "p":
                yield f"{name}: a table's cell does not end with a paragraph"
        for table in root.iter(W + "tbl"):
            following = table.getnext()
            if following is None or following.tag != W + "p":
                yield f"{name}: no paragraph follows a table"
            columns = len(table.findall(f"{W}tblGrid/{W}gridCol"))
            for row in table.iterfind(W + "tr"):
                spans = [cell.find(f"{W}tcPr/{W}gridSpan") for cell in row.iterfind(W + "tc")]
                if sum(int(span.get(W + "val")) if span is not None else 1 for span in spans) != columns:
                    yield f"{name}: a row is not as wide as its table"


def _drawings(package: _Package) -> Iterator[str]:
    ids: Counter[str] = Counter()
    for name, root in package.stories():
        for each in root.iter(WP + "docPr"):
            ids[each.get("id")] += 1
            if not each.get("descr") and len(each) == 0:
                yield f"{name}: a picture is neither described nor marked as decoration"
    yield from (f"docPr id {each} stands twice" for each, count in ids.items() if count > 1)


def _settings(package: _Package) -> Iterator[str]:
    if package.settings.find(W + "updateFields") is not None:
        yield "Word would ask about fields on opening"
    if package.settings.find(W + "endnotePr") is not None and "word/endnotes.xml" not in package.names:
        yield "the settings name separators of endnotes that are not there"
    separators = package.settings.iterfind(f"{W}footnotePr/{W}footnote")
    if sorted(each.get(W + "id") for each in separators) != ["-1", "0"]:
        yield "the settings do not name the notes' separators"


def _order(package: _Package) -> Iterator[str]:
    roots = [*package.stories(), *((n, package.xml[n]) for n in ("word/styles.xml", "word/settings.xml"))]
    for name, root in roots:
        for parent, order in _ORDER.items():
            places = {W + child: index for index, child in enumerate(order.split())}
            for each in root.iter(W + parent):
                found = [places[child.tag] for child in each if child.tag in places]
                if found != sorted(set(found)):
                    yield f"{name}: children of {parent} are out of order or repeated"


_CHECKS = (
    *(
        _archive,
        _content_types,
        _relationships,
        _reachable,
        _styles,
        _numbering,
        _bookmarks,
        _fields,
        _footnotes,
    ),
    *(_tables, _drawings, _settings, _order),
)
