"""Hands out the renderers by format, each made when it is first used and then kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from briefgen.model.document import Document, Rendering
from briefgen.model.letterhead import Letterhead
from briefgen.model.look import QUIET_SERIF, Look


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

    def __call__(self) -> Mapping[Any, Renderer]:
        """The renderers by format."""
        return _Opened(self)


@dataclass(slots=True)
class _Opened(Mapping[Any, Renderer]):
    given: Renderers
    _made: dict[str, Renderer] = field(default_factory=dict)

    def __getitem__(self, format: Any) -> Renderer:
        if format not in self.given.formats:
            raise KeyError(format)
        if format not in self._made:
            self._made[format] = _MAKERS[format](self.given)
        return self._made[format]

    def __iter__(self) -> Iterator[str]:
        return iter(self.given.formats)

    def __len__(self) -> int:
        return len(self.given.formats)


def _pdf(given: Renderers) -> Renderer:
    from briefgen.render.pdf import PdfRenderer

    return PdfRenderer(given.styles, given.pdf, given.look)


def _docx(given: Renderers) -> Renderer:
    from briefgen.render.docx import DocxRenderer

    return DocxRenderer(letterhead=given.letterhead, look=given.look)


def _txt(given: Renderers) -> Renderer:
    from briefgen.render.text import TextRenderer

    return TextRenderer()


_MAKERS: Mapping[str, Callable[[Renderers], Renderer]] = {"pdf": _pdf, "docx": _docx, "txt": _txt}
