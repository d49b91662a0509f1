"""DOCX output: turns a Document into a Word file.

`FORMAT` describes it to the registry. Others may also import `renderer.DocxRenderer`, and `user_letterhead`
to read and check a sender's own letterhead. They are not re-exported, to keep this package quick to import.
"""

from __future__ import annotations

from briefgen.render.registry import DocumentRenderer, Format, RendererFactory


def _create_renderer(factory: RendererFactory) -> DocumentRenderer:
    from briefgen.render.docx.renderer import DocxRenderer

    return DocxRenderer(
        letterhead=factory.letterhead, branding=factory.branding, find_pages=factory.find_pages
    )


FORMAT = Format(
    "docx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    _create_renderer,
    ("briefgen.render.docx.renderer",),
)
