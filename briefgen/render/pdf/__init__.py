"""Render documents as tagged PDF through WeasyPrint: PDF/UA-1, and PDF/A-3a on request.

`renderer.PdfRenderer` is the entry point; others also use `url_fetcher` and `page_css`.
"""

from __future__ import annotations

from briefgen.render.registry import DocumentRenderer, Format, RendererFactory


def _create_renderer(factory: RendererFactory) -> DocumentRenderer:
    from briefgen.render.pdf.renderer import PdfRenderer

    return PdfRenderer(
        factory.stylesheet_folders,
        factory.pdf_purpose,
        factory.branding,
        factory.verify_layout,
        factory.letterhead,
    )


def _check_machine() -> None:
    from briefgen.system.doctor import require_pdf_libraries

    require_pdf_libraries()


FORMAT = Format(
    "pdf",
    "application/pdf",
    _create_renderer,
    ("briefgen.system.weasyprint_import", "briefgen.render.pdf.renderer"),
    _check_machine,
)
