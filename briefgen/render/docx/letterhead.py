"""The built-in letterhead: page, margins, heads and fonts, made with python-docx from its empty template.

A letterhead of the user's own takes its place; what both go through next is `reference`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from briefgen.render.docx.design import DESIGNS, Design, twips
from briefgen.render.docx.languages import Language, language
from briefgen.render.docx.ooxml import element, keep_relationships, put_part, tag
from briefgen.render.docx.reference import RUNNING, Reference, compiled
from briefgen.render.docx.stylesheet import style_name
from briefgen.render.look import PAGES, PageLayout

if TYPE_CHECKING:
    from docx.document import Document as WordDocument


def built_in(kind: str, page: str, language_tag: str) -> Reference:
    """Our own reference for letters or briefings (`kind`) on `a4` or `us-letter`, in one language."""
    import docx

    design = DESIGNS[kind]
    document = docx.Document()
    _prune(document)
    _drop_styles(document)
    _lay_out(document, PAGES[kind, page], design, language(language_tag))
    _name_fonts(document, design)
    return compiled(document, language(language_tag), design, fresh=True)


def _prune(document: WordDocument) -> None:
    """Remove the body and every part of the package that is not letterhead."""
    body = document.element.body
    for child in list(body):
        if child.tag != tag("sectPr"):
            body.remove(child)
    kept = {"styles", "numbering", "settings", "fontTable", "theme", "header", "footer"}
    keep_relationships(document.part, kept)
    keep_relationships(document.part.package, {"officeDocument", "core-properties"})


def _drop_styles(document: WordDocument) -> None:
    """Leave only the four defaults that Word expects; ours come in their place."""
    root = document.styles.element
    kept = {"normal", "default paragraph font", "normal table", "no list"}
    for style in list(root.findall(tag("style"))):
        if style_name(style) not in kept:
            root.remove(style)
    normal = next(style for style in root.findall(tag("style")) if style_name(style) == "normal")
    for child in list(normal):
        if child.tag in {tag("pPr"), tag("rPr")}:
            normal.remove(child)


def _lay_out(document: WordDocument, page: PageLayout, design: Design, main: Language) -> None:
    """Page, margins, an empty head on the first page and ours on those that follow."""
    from docx.shared import Mm

    section = document.sections[0]
    section.page_width, section.page_height = Mm(page.width_mm), Mm(page.height_mm)
    section.top_margin, section.bottom_margin = Mm(page.top_mm), Mm(page.bottom_mm)
    section.left_margin, section.right_margin = Mm(page.left_mm), Mm(page.right_mm)
    section.header_distance = section.footer_distance = Mm(design.header_mm)
    section.different_first_page_header_footer = True
    for block in (section.first_page_header, section.header, section.first_page_footer, section.footer):
        block.is_linked_to_previous = False
        for paragraph in block.paragraphs:
            properties = paragraph._p.get_or_add_pPr()
            for child in list(properties):
                properties.remove(child)
            is_header = block._element.tag == tag("hdr")
            properties.append(element(f'<w:pStyle w:val="{"Header" if is_header else "Footer"}"/>'))
    _write_running_head(section.header.paragraphs[0]._p, page, design, main)


def _write_running_head(paragraph: Any, page: PageLayout, design: Design, main: Language) -> None:
    """One line: what the document says at the left, `Page 2 of 3` at the right."""
    width = twips(page.width_mm - page.left_mm - page.right_mm)
    # Word begins the text where the head ends, if that is below the margin.
    below = twips(page.top_mm + design.following_mm - design.header_mm) - 240
    properties = paragraph.get_or_add_pPr()
    properties.append(element(f'<w:tabs><w:tab w:val="right" w:pos="{width}"/></w:tabs>'))
    properties.append(element(f'<w:spacing w:after="{below}"/>'))
    label, of = ("Page ", " of ") if main.tag.startswith("en") else ("", " / ")
    for run in (
        f"<w:r><w:t>{RUNNING}</w:t></w:r><w:r><w:tab/></w:r>{_run(label) if label else ''}"
        f"{_field('PAGE', '2')}{_run(of)}{_field('NUMPAGES', '2')}"
    ).split("<w:r>")[1:]:
        paragraph.append(element("<w:r>" + run))


def _run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def _field(instruction: str, cached: str) -> str:
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {instruction} </w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>{cached}</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def _name_fonts(document: WordDocument, design: Design) -> None:
    def font(name: str, other: str, panose: str, family: str) -> str:
        return (
            f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:panose1 w:val="{panose}"/>'
            f'<w:charset w:val="00"/><w:family w:val="{family}"/><w:pitch w:val="variable"/></w:font>'
        )

    serif = font(design.serif, design.alternative_serif, "02040503050406030204", "roman")
    sans = font(design.sans, design.alternative_sans, "020F0502020204030204", "swiss")
    put_part(document, "fontTable", f"<w:fonts>{serif}{sans}</w:fonts>")
