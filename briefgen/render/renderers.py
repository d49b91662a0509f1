"""Hands out the renderers by format, each made when it is first used and then kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from briefgen.model.document import Document, Rendering


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

    def __call__(self) -> Mapping[Any, Renderer]:
        """The renderers by format."""
        return _Opened(self.styles, self.formats)


@dataclass(slots=True)
class _Opened(Mapping[Any, Renderer]):
    styles: tuple[Path, ...]
    formats: tuple[str, ...]
    _made: dict[str, Renderer] = field(default_factory=dict)

    def __getitem__(self, format: Any) -> Renderer:
        if format not in self.formats:
            raise KeyError(format)
        if format not in self._made:
            self._made[format] = _MAKERS[format](self.styles)
        return self._made[format]

    def __iter__(self) -> Iterator[str]:
        return iter(self.formats)

    def __len__(self) -> int:
        return len(self.formats)


def _pdf(styles: Iterable[Path]) -> Renderer:
    from briefgen.render.pdf import PdfRenderer

    return PdfRenderer(tuple(styles))


def _docx(styles: Iterable[Path]) -> Renderer:
    from briefgen.render.docx import DocxRenderer

    return DocxRenderer()


def _txt(styles: Iterable[Path]) -> Renderer:
    from briefgen.render.text import TextRenderer

    return TextRenderer()


_MAKERS: Mapping[str, Callable[[Iterable[Path]], Renderer]] = {"pdf": _pdf, "docx": _docx, "txt": _txt}
