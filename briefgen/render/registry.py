"""Hands out the renderers by format, each made when it is first used and then kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from briefgen.model.document import Document, Extent, Rendering
from briefgen.model.look import QUIET_SERIF, Letterhead, Look


class Renderer(Protocol):
    """Sets a document in one format."""

    def render(self, document: Document) -> Rendering:
        """The finished file; the same bytes for the same document."""


@dataclass(frozen=True, slots=True)
class Renderers:
    """A picklable factory of the renderers for some formats."""

    formats: tuple[str, ...]
    styles: tuple[Path, ...]
    """Folders with stylesheets, the campaign's own first."""
    letterhead: Letterhead | None = None
    """The sender's own, for DOCX letters."""
    pdf: Literal["accessible", "archive"] = "accessible"
    """What PDFs are to be fit for."""
    look: Look = QUIET_SERIF
    _made: dict[str, Any] = field(default_factory=dict, init=False, compare=False, repr=False)
    """Those made in this process."""

    def __call__(self) -> Mapping[Any, Renderer]:
        """The renderers by format."""
        return _Opened(self)

    def measure(self, document: Document) -> Extent:
        """How much room a document takes as PDF, whatever the formats; a PDF of it is then made from the
        same layout."""
        extent: Extent = self._renderer("pdf").measure(document)
        return extent

    def _renderer(self, format: str) -> Any:
        if format not in self._made:
            self._made[format] = _MAKERS[format](self)
        return self._made[format]

    def __reduce__(self) -> tuple[Any, ...]:
        """Renderers stay in the process in which they were made; what they are made of travels."""
        return Renderers, (self.formats, self.styles, self.letterhead, self.pdf, self.look)


@dataclass(frozen=True, slots=True)
class _Opened(Mapping[Any, Renderer]):
    given: Renderers

    def __getitem__(self, format: Any) -> Renderer:
        if format not in self.given.formats:
            raise KeyError(format)
        renderer: Renderer = self.given._renderer(format)
        return renderer

    def __iter__(self) -> Iterator[str]:
        return iter(self.given.formats)

    def __len__(self) -> int:
        return len(self.given.formats)


def _pdf(given: Renderers) -> Renderer:
    from briefgen.render.pdf.renderer import PdfRenderer

    return PdfRenderer(given.styles, given.pdf, given.look)


def _docx(given: Renderers) -> Renderer:
    from briefgen.render.docx import DocxRenderer

    return DocxRenderer(letterhead=given.letterhead, look=given.look)


def _txt(given: Renderers) -> Renderer:
    from briefgen.render.text import TextRenderer

    return TextRenderer()


_MAKERS: Mapping[str, Callable[[Renderers], Renderer]] = {"pdf": _pdf, "docx": _docx, "txt": _txt}
