"""Write the remarks on a draft into its PDF: highlights at the words, each with a note."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from briefgen.audit.answers.remarks import Remark, RemarkLevel, compose_paragraphs
from briefgen.audit.draft import Draft, PageArea
from briefgen.audit.problems import encrypted_draft_error, unreadable_draft_error

AUTHOR = "briefgen"
_COLOURS: dict[RemarkLevel, tuple[float, float, float]] = {
    "error": (1.0, 0.74, 0.74),
    "unproved": (1.0, 0.87, 0.52),
    "advice": (0.76, 0.87, 1.0),
    "good": (0.78, 0.92, 0.8),
}
_PRINTED = 4
"""Annotation flag: printed with the page (ISO 32000-1, 12.5.3)."""
_LINE_GAP = 1.0
"""Words whose lower edges are closer, in points, are on one line."""


def annotate_pdf_file(data: bytes, draft: Draft, remarks: Sequence[Remark], summary: Sequence[str]) -> bytes:
    """Return the PDF with a highlight for each remark, and a note with the summary on the first page."""
    import pikepdf

    try:
        with pikepdf.open(BytesIO(data)) as pdf:
            stamp = datetime.now(UTC).strftime("D:%Y%m%d%H%M%SZ")
            for remark in remarks:
                _highlight(pdf, draft, remark, stamp)
            _add_summary(pdf, summary, stamp)
            out = BytesIO()
            pdf.save(out)
            return out.getvalue()
    except pikepdf.PasswordError:
        raise encrypted_draft_error(draft.path) from None
    except (pikepdf.PdfError, ValueError, KeyError, TypeError, AttributeError):
        raise unreadable_draft_error(draft.path, "its pages cannot be written to") from None


def _highlight(pdf: Any, draft: Draft, remark: Remark, stamp: str) -> None:
    """Highlight the words of a remark, with a note on each page that they are on."""
    by_page: dict[int, list[PageArea]] = {}
    for area in draft.blocks[remark.block].place.areas:
        if area.start < remark.end and area.end > remark.start:
            by_page.setdefault(area.page, []).append(area)
    for page, areas in by_page.items():
        boxes = list(_join_lines([_cut(area, remark) for area in areas]))
        _add_annotation(pdf, page, _make_highlight(pdf, boxes, remark, stamp))


Box = tuple[float, float, float, float]


def _cut(area: PageArea, remark: Remark) -> Box:
    """Return the part of a word's area that a remark is about, as if its letters were of one width."""
    width = (area.right - area.left) / max(1, area.end - area.start)
    left = area.left + width * max(0, remark.start - area.start)
    right = area.right - width * max(0, area.end - remark.end)
    return left, area.bottom, right, area.top


def _join_lines(boxes: Sequence[Box]) -> Iterator[Box]:
    """Join the boxes of words that follow each other on a line."""
    line: Box | None = None
    for box in boxes:
        if line and abs(line[1] - box[1]) < _LINE_GAP and box[0] >= line[0]:
            line = line[0], min(line[1], box[1]), max(line[2], box[2]), max(line[3], box[3])
        else:
            if line:
                yield line
            line = box
    if line:
        yield line


def _make_highlight(pdf: Any, boxes: Sequence[Box], remark: Remark, stamp: str) -> Any:
    import pikepdf

    bounds = [
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    ]
    # Upper corners first: what viewers expect, although the standard says otherwise.
    corners = [
        value
        for left, bottom, right, top in boxes
        for value in (left, top, right, top, left, bottom, right, bottom)
    ]
    return pikepdf.Dictionary(
        Type=pikepdf.Name.Annot,
        Subtype=pikepdf.Name.Highlight,
        Rect=_numbers(bounds),
        QuadPoints=_numbers(corners),
        C=_numbers(_COLOURS[remark.level]),
        Contents=pikepdf.String("\n\n".join(compose_paragraphs(remark))),
        Subj=pikepdf.String(remark.label),
        T=pikepdf.String(AUTHOR),
        F=_PRINTED,
        M=pikepdf.String(stamp),
        CreationDate=pikepdf.String(stamp),
        AP=pikepdf.Dictionary(N=_make_appearance(pdf, boxes, bounds, remark.level)),
    )


def _make_appearance(pdf: Any, boxes: Sequence[Box], bounds: Sequence[float], level: RemarkLevel) -> Any:
    """Return what viewers paint: the boxes, through which the text shows."""
    import pikepdf

    red, green, blue = _COLOURS[level]
    paths = "".join(
        f"{left:.2f} {bottom:.2f} {right - left:.2f} {top - bottom:.2f} re\n"
        for left, bottom, right, top in boxes
    )
    stream = pikepdf.Stream(pdf, f"/G gs {red} {green} {blue} rg\n{paths}f\n".encode())
    stream.Type, stream.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
    stream.BBox = _numbers(bounds)
    state = pikepdf.Dictionary(Type=pikepdf.Name.ExtGState, BM=pikepdf.Name.Multiply)
    stream.Resources = pikepdf.Dictionary(ExtGState=pikepdf.Dictionary(G=state))
    stream.Group = pikepdf.Dictionary(S=pikepdf.Name.Transparency)
    return pdf.make_indirect(stream)


def _add_summary(pdf: Any, summary: Sequence[str], stamp: str) -> None:
    import pikepdf

    left, _, _, top = (float(value) for value in pdf.pages[0].mediabox)
    note = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot,
        Subtype=pikepdf.Name.Text,
        Rect=_numbers((left + 12, top - 36, left + 32, top - 16)),
        Contents=pikepdf.String("\n\n".join(summary)),
        T=pikepdf.String(AUTHOR),
        Name=pikepdf.Name.Note,
        C=_numbers(_COLOURS["advice"]),
        F=_PRINTED,
        M=pikepdf.String(stamp),
    )
    _add_annotation(pdf, 1, note)


def _add_annotation(pdf: Any, page: int, annotation: Any) -> None:
    import pikepdf

    target = pdf.pages[page - 1]
    if "/Annots" not in target:
        target.Annots = pikepdf.Array()
    annotation.P = target.obj
    target.Annots.append(pdf.make_indirect(annotation))


def _numbers(values: Sequence[float]) -> Any:
    import pikepdf

    return pikepdf.Array([round(value, 3) for value in values])
