"""The output formats, and the renderer of each, made on first use and then kept.

Whatever lists formats (command line, campaign file, drafts, documentation tests) reads `FORMATS`. Another
package adds one with an entry point in the group `briefgen.formats` that names a `Format`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from briefgen.errors import Problem
from briefgen.model.branding import DEFAULT_BRANDING, Branding, WordLetterhead
from briefgen.model.document import BriefUsage, Document, PageUsage, Rendering
from briefgen.system.registry import Registry


class DocumentRenderer(Protocol):
    """Renders documents in one format."""

    def render(self, document: Document) -> Rendering:
        """Return the finished file; the same document always gives the same bytes."""


@dataclass(frozen=True, slots=True)
class Format:
    """One output format."""

    name: str
    """What campaigns and commands call it; also the extension of its files."""
    media_type: str
    create_renderer: Callable[[RendererFactory], DocumentRenderer]
    """Called once in each process; imports what the renderer needs only when called."""
    preload: tuple[str, ...] = ()
    """Modules that every worker process needs for it."""
    check_machine: Callable[[], None] = lambda: None
    """Raises BriefgenError if this machine lacks what the format needs."""


FORMATS: Registry[Format] = Registry(
    "format",
    "briefgen.formats",
    Format,
    {
        "pdf": "briefgen.render.pdf:FORMAT",
        "docx": "briefgen.render.docx:FORMAT",
        "txt": "briefgen.render.text:FORMAT",
    },
    lambda message, hint: Problem("format-unknown", message, None, hint),
)


@dataclass(frozen=True, slots=True)
class RendererFactory:
    """Makes the renderers for some formats; picklable, so that workers can make their own."""

    formats: tuple[str, ...]
    stylesheet_folders: tuple[Path, ...]
    """Searched in this order, the campaign's own first."""
    letterhead: WordLetterhead | None = None
    """The sender's own, for DOCX letters."""
    pdf_purpose: Literal["accessible", "archive"] = "accessible"
    branding: Branding = DEFAULT_BRANDING
    verify_layout: bool = False
    """Whether each PDF letter that is assembled from blocks is also laid out in full and compared."""
    _renderers: dict[str, Any] = field(default_factory=dict, init=False, compare=False, repr=False)
    """Those made so far in this process, by format."""

    def __call__(self) -> Mapping[Any, DocumentRenderer]:
        """Return the renderers by format."""
        return _RendererMapping(self)

    @property
    def assembles(self) -> bool:
        """Whether no letter was found that was assembled otherwise than it is laid out in full."""
        return bool(getattr(self._renderers.get("pdf"), "assembles", True))

    def measure(self, document: Document) -> PageUsage:
        """Measure how much room a document takes as PDF, whatever the formats.

        A PDF of the same document is then made from the same layout.
        """
        usage: PageUsage = self.get_renderer("pdf").measure(document)
        return usage

    def measure_for_page(self, document: Document) -> PageUsage:
        """Measure a document as `measure` does, but lay it out in full if it may have several pages."""
        usage: PageUsage = self.get_renderer("pdf").measure_for_page(document)
        return usage

    def measure_brief(self, document: Document) -> BriefUsage:
        """Measure how far down its pages a brief reaches as PDF, whatever the formats."""
        usage: BriefUsage = self.get_renderer("pdf").measure_brief(document)
        return usage

    def measure_assembled(self, document: Document) -> PageUsage | None:
        """Measure a letter as `measure` does if it can be assembled from known blocks; return None if not."""
        usage: PageUsage | None = self.get_renderer("pdf").measure_assembled(document)
        return usage

    def list_differences(self) -> list[Problem]:
        """Return warnings about letters that took another room when they were assembled."""
        return list(self.get_renderer("pdf").differences) if "pdf" in self._renderers else []

    def find_pages(self, document: Document) -> Mapping[str, int]:
        """Return the pages that a document's ids are on as PDF, whatever the formats."""
        pages: Mapping[str, int] = self.get_renderer("pdf").find_pages(document)
        return pages

    def get_renderer(self, format: str) -> Any:
        """Return the renderer of a format, making it if this process has none yet."""
        if format not in self._renderers:
            self._renderers[format] = FORMATS.get(format).create_renderer(self)
        return self._renderers[format]

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle only what renderers are made from: they cannot leave the process that made them."""
        return RendererFactory, (
            self.formats,
            self.stylesheet_folders,
            self.letterhead,
            self.pdf_purpose,
            self.branding,
            self.verify_layout,
        )


@dataclass(frozen=True, slots=True)
class _RendererMapping(Mapping[Any, DocumentRenderer]):
    factory: RendererFactory

    def __getitem__(self, format: Any) -> DocumentRenderer:
        if format not in self.factory.formats:
            raise KeyError(format)
        renderer: DocumentRenderer = self.factory.get_renderer(format)
        return renderer

    def __iter__(self) -> Iterator[str]:
        return iter(self.factory.formats)

    def __len__(self) -> int:
        return len(self.factory.formats)
