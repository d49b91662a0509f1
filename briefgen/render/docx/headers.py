"""Headers and footers: cleaned of what would reveal or run something, and their placeholders filled.

A header here may be a footer too. Where they come from, and which pages show them, is decided elsewhere.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from briefgen.errors import Problem, suggest_similar
from briefgen.render.docx.ooxml import R, W, parse_element, w_tag
from briefgen.render.docx.pictures import decorative_extension
from briefgen.render.docx.runs import format_runs_with_properties
from briefgen.render.docx.zip_archive import ZipMember, make_zip_member

PLACEHOLDERS = ("recipient", "date", "running", "page", "pages")
"""Names allowed in braces: the recipient's name, the letter's date, both, the page, the number of pages."""
_PLACEHOLDER_FIELDS = {"page": ("PAGE", "2"), "pages": ("NUMPAGES", "2")}
_MAX_PLACEHOLDERS = 100
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_PLACEHOLDER_MARK = "\ue000"
"""Surrounds a placeholder's name in a compiled part."""
_FIRST_DRAWING_ID = 900_001
"""First id of drawings in headers; those of a letter's own pictures start at 1, and ids must be unique."""


class HeaderError(Exception):
    """Content of a header or footer that letters cannot carry; the caller adds the file's name."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


# Cleaning


def _w_tags(text: str) -> frozenset[str]:
    return frozenset(map(w_tag, text.split()))


_REMOVED_TAGS = _w_tags(
    "del moveFrom bookmarkStart bookmarkEnd proofErr permStart permEnd commentRangeStart commentRangeEnd "
    "commentReference footnoteReference endnoteReference moveFromRangeStart moveFromRangeEnd "
    "moveToRangeStart moveToRangeEnd rPrChange pPrChange tblPrChange trPrChange tcPrChange sectPrChange "
    "numberingChange lastRenderedPageBreak sdtPr sdtEndPr customXmlPr smartTagPr cellIns cellDel cellMerge"
)
_UNWRAPPED_TAGS = _w_tags("ins moveTo sdt sdtContent smartTag customXml")
_SAFE_FIELDS = frozenset(
    (
        *("PAGE", "NUMPAGES", "SECTION", "SECTIONPAGES", "STYLEREF", "TITLE", "SUBJECT", "AUTHOR", "DATE"),
        *("TIME", "CREATEDATE", "SAVEDATE", "HYPERLINK", "SYMBOL", "QUOTE", "ADVANCE", "EQ", "IF", "SEQ"),
        *("FILENAME", "DOCPROPERTY"),
    )
)
"""Fields that only show what is in the letter; others read files, ask questions or run something."""


def clean_header(root: Any, relationships: set[str]) -> None:
    """Remove revisions, bookmarks, comments and content controls; raise HeaderError for unsafe fields.

    `relationships` are the ids that exist; links to others become plain text.
    """
    for each in list(root.iter()):
        if not isinstance(each.tag, str) or each.tag in _REMOVED_TAGS:
            _detach_element(each)
        elif each.tag in _UNWRAPPED_TAGS or _is_dead_link(each, relationships):
            _unwrap_element(each)
    for number, each in enumerate(root.iter(_DRAWING_PROPERTIES), start=_FIRST_DRAWING_ID):
        each.set("id", str(number))
        if not each.get("descr") and len(each) == 0:
            # A logo without a description is marked as decorative, so that screen readers skip it.
            each.append(decorative_extension())
    for each in root.iter():
        for name in [name for name in each.attrib if _is_revealing_attribute(name, each)]:
            del each.attrib[name]
    _check_fields(root)


_DRAWING_PROPERTIES = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
_VML = "{urn:schemas-microsoft-com:vml}"


def _is_dead_link(element: Any, relationships: set[str]) -> bool:
    return element.tag == w_tag("hyperlink") and element.get(f"{{{R}}}id", "") not in relationships


def _is_revealing_attribute(name: str, element: Any) -> bool:
    """Tell whether an attribute identifies an editing session, or names a file elsewhere."""
    local_name = name.rpartition("}")[2]
    return local_name.startswith("rsid") or (element.tag.startswith(_VML) and local_name in {"src", "href"})


def _detach_element(element: Any) -> None:
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        element.tail = None
    parent.remove(element)


def _unwrap_element(element: Any) -> None:
    parent = element.getparent()
    if parent is None:
        return
    position = parent.index(element)
    for offset, inner in enumerate(list(element)):
        parent.insert(position + offset, inner)
    parent.remove(element)


def _check_fields(root: Any) -> None:
    for instruction in _iter_field_instructions(root):
        name = (instruction.split() or [""])[0].upper()
        if name not in _SAFE_FIELDS and not name.startswith("="):
            raise HeaderError(
                Problem(
                    "letterhead-field",
                    f"has the field {name!r}",
                    hint="in Word, click on it and press Ctrl+Shift+F9: it becomes plain text",
                )
            )


def _iter_field_instructions(root: Any) -> Iterator[str]:
    yield from (str(each.get(w_tag("instr"), "")) for each in root.iter(w_tag("fldSimple")))
    open_fields: list[str] = []
    for each in root.iter(w_tag("fldChar"), w_tag("instrText")):
        kind = each.get(w_tag("fldCharType"))
        if each.tag == w_tag("instrText"):
            if not open_fields:
                raise _broken_field_error()
            open_fields[-1] += each.text or ""
        elif kind == "begin":
            open_fields.append("")
        elif not open_fields:
            raise _broken_field_error()
        elif kind == "end":
            yield open_fields.pop()
    if open_fields:
        raise _broken_field_error()


def _broken_field_error() -> HeaderError:
    hint = "delete the field and insert it again"
    return HeaderError(Problem("letterhead-field", "has a broken field", hint=hint))


def has_visible_content(root: Any) -> bool:
    """Tell whether a header or footer shows anything."""
    visible = _w_tags("drawing pict object fldSimple instrText sym tbl ptab")
    return any(
        each.tag in visible or (each.tag == w_tag("t") and (each.text or "").strip()) for each in root.iter()
    )


# Placeholders


def mark_placeholders(root: Any) -> None:
    """Turn placeholders such as `{recipient}` into marked runs or fields; raise HeaderError for unknown ones.

    Word often splits a placeholder over several runs; it then takes the formatting of the first.
    """
    count = 0
    for paragraph in root.iter(w_tag("p")):
        while placeholder := _find_placeholder(paragraph):
            _replace_placeholder(*placeholder)
            count += 1
            if count > _MAX_PLACEHOLDERS:
                hint = "use each placeholder once"
                message = f"has more than {_MAX_PLACEHOLDERS} placeholders"
                raise HeaderError(Problem("letterhead-placeholder", message, hint=hint))


def _find_placeholder(paragraph: Any) -> tuple[Any, str, list[tuple[Any, int, int]]] | None:
    """Return the paragraph, the name of its first placeholder, and the pieces of text that spell it."""
    texts = [each for each in paragraph.iter(w_tag("t")) if _is_directly_in_paragraph(each, paragraph)]
    whole = "".join(each.text or "" for each in texts)
    match = _PLACEHOLDER.search(whole)
    if match is None:
        return None
    if match[1] not in PLACEHOLDERS:
        hint = suggest_similar(match[1], PLACEHOLDERS) or "remove the braces"
        raise HeaderError(
            Problem("letterhead-placeholder", f"has the unknown placeholder {match[0]!r}", hint=hint)
        )
    start = 0
    pieces = []
    for each in texts:
        end = start + len(each.text or "")
        if start < match.end() and end > match.start():
            pieces.append((each, max(0, match.start() - start), min(end, match.end()) - start))
        start = end
    return paragraph, match[1], pieces


def _is_directly_in_paragraph(text: Any, paragraph: Any) -> bool:
    """Tell whether text is in this paragraph and not in a text box within it."""
    above = text.getparent()
    while above.tag != w_tag("p"):
        above = above.getparent()
    return above is paragraph


def _replace_placeholder(paragraph: Any, name: str, pieces: list[tuple[Any, int, int]]) -> None:
    first, start, end = pieces[0]
    for each, a, b in pieces[1:]:
        _set_preserved_text(each, (each.text or "")[:a] + (each.text or "")[b:])
    run = first.getparent()
    following = copy.deepcopy(run)
    position = list(run).index(first)
    for index, each in enumerate(list(following)):
        if index < position and each.tag != w_tag("rPr"):
            following.remove(each)
    for each in list(run)[position + 1 :]:
        run.remove(each)
    text = first.text or ""
    _set_preserved_text(first, text[:start])
    _set_preserved_text(next(each for each in following if each.tag == w_tag("t")), text[end:])
    replacement = _placeholder_runs(name, run.find(w_tag("rPr")))
    for each in reversed([*replacement, following]):
        run.addnext(each)


def _set_preserved_text(element: Any, text: str) -> None:
    element.text = text
    element.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def _placeholder_runs(name: str, properties: Any) -> list[Any]:
    is_field = name in _PLACEHOLDER_FIELDS
    sources = field_runs(*_PLACEHOLDER_FIELDS[name]) if is_field else [placeholder_run(name)]
    runs = [parse_element(source) for source in sources]
    if properties is not None:
        for run in runs:
            run.insert(0, _copy_run_properties(properties, marked=not is_field))
    return runs


def _copy_run_properties(properties: Any, *, marked: bool) -> Any:
    """Copy a run's properties; script and language of a marked run are set when it is filled."""
    kept = copy.deepcopy(properties)
    set_when_filled = _w_tags("rtl cs em lang eastAsianLayout specVanish oMath")
    for each in list(kept):
        if marked and (each.tag in set_when_filled or not each.tag.startswith(f"{{{W}}}")):
            kept.remove(each)
    return kept


def placeholder_run(name: str) -> str:
    """Return a run that is filled with the value of a placeholder."""
    return f"<w:r><w:t>{_PLACEHOLDER_MARK}{name}{_PLACEHOLDER_MARK}</w:t></w:r>"


def field_runs(instruction: str, cached: str) -> list[str]:
    """Return the runs of a field, with what it shows until Word updates it."""
    return [
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>',
        f'<w:r><w:instrText xml:space="preserve"> {instruction} </w:instrText></w:r>',
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>',
        f"<w:r><w:t>{cached}</w:t></w:r>",
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
    ]


# Filling


@dataclass(frozen=True, slots=True)
class HeaderTemplate:
    """A header or footer with placeholders that each document fills."""

    name: str
    fragments: tuple[str, ...]
    """The part's XML around the placeholders: one more than there are placeholders."""
    placeholders: tuple[tuple[str, str], ...]
    """Name of each placeholder, and its formatting: children of `w:rPr`."""

    def fill(self, values: Mapping[str, str], main_language: str) -> ZipMember:
        """Return the part with a document's values in place of the placeholders."""
        parts = [self.fragments[0]]
        for (name, properties), fragment in zip(self.placeholders, self.fragments[1:], strict=True):
            parts += [_placeholder_text_runs(values[name], properties, main_language), fragment]
        return make_zip_member(self.name, "".join(parts).encode())


@lru_cache(maxsize=256)
def _placeholder_text_runs(text: str, properties: str, main_language: str) -> str:
    return format_runs_with_properties(text, properties, main_language)


_MARKED_RUN = re.compile(
    rf"<w:r>(?:<w:rPr>((?:(?!</w:rPr>).)*)</w:rPr>|<w:rPr/>)?<w:t[^>]*>{_PLACEHOLDER_MARK}(\w+){_PLACEHOLDER_MARK}</w:t></w:r>",
    re.DOTALL,
)


def parse_header_template(name: str, content: bytes) -> HeaderTemplate | None:
    """Split a part at its placeholders; return None if it has none."""
    pieces = _MARKED_RUN.split(content.decode())
    if len(pieces) == 1:
        return None
    properties, names = pieces[1::3], pieces[2::3]
    placeholders = tuple((name, inner or "") for name, inner in zip(names, properties, strict=True))
    return HeaderTemplate(name, tuple(pieces[0::3]), placeholders)
