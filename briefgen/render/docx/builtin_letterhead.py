"""The built-in base document for letters and briefings, made from python-docx's empty template."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from briefgen.model.branding import DEFAULT_BRANDING, Branding
from briefgen.model.document import LayoutName
from briefgen.render.docx.base_document import BaseDocument, compile_base_document, text_area_emu
from briefgen.render.docx.embedded_fonts import embed_fonts
from briefgen.render.docx.frames import first_page_header_paragraphs
from briefgen.render.docx.headers import field_runs, placeholder_run
from briefgen.render.docx.languages import Language, resolve_language
from briefgen.render.docx.metrics import Design, get_design, mm_to_twips
from briefgen.render.docx.ooxml import keep_relationships, parse_element, replace_part, w_tag
from briefgen.render.docx.runs import escape_xml
from briefgen.render.docx.styles import font_size_xml, latin_font_xml
from briefgen.render.docx.stylesheet import get_style_name
from briefgen.render.layouts import Layout, get_layout

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.section import Section

_RUNNING_FOOT_MM = 9.5
"""Distance from the running line at a page's foot to the edge of the paper."""
_FOOTER_PT = 8
_FOOTER_SPACING = '<w:spacing w:before="280"/>'


def compile_builtin_letterhead(
    kind: str,
    page: str,
    language_tag: str,
    layout_name: LayoutName = "plain",
    branding: Branding = DEFAULT_BRANDING,
) -> BaseDocument:
    """Compile the built-in base document for letters or briefings (`kind`) on `a4` or `us-letter`."""
    document = build_builtin_document(kind, page, language_tag, layout_name, branding)
    layout, design = get_layout(kind, page, layout_name), get_design(kind, branding)
    return compile_base_document(
        document, resolve_language(language_tag), design, builtin=True, layout=layout, branding=branding
    )


def build_builtin_document(
    kind: str,
    page: str,
    language_tag: str,
    layout_name: LayoutName = "plain",
    branding: Branding = DEFAULT_BRANDING,
) -> WordDocument:
    """Build the base document with python-docx, before it is compiled."""
    import docx

    design, layout = get_design(kind, branding), get_layout(kind, page, layout_name)
    document = docx.Document()
    _remove_template_content(document)
    _remove_template_styles(document)
    _set_up_page(document, layout, design, resolve_language(language_tag))
    if kind == "letter" and branding.foot:
        _write_first_page_footer(document.sections[0].first_page_footer, branding, design)
    _write_font_table(document, design)
    if branding.embed_fonts:
        embed_fonts(document, (branding.text_family, branding.label_family))
    return document


def _remove_template_content(document: WordDocument) -> None:
    """Remove the body and every part of the template that is not letterhead."""
    body = document.element.body
    for child in list(body):
        if child.tag != w_tag("sectPr"):
            body.remove(child)
    kept = {"styles", "numbering", "settings", "fontTable", "theme", "header", "footer"}
    keep_relationships(document.part, kept)
    keep_relationships(document.part.package, {"officeDocument", "core-properties"})


def _remove_template_styles(document: WordDocument) -> None:
    """Remove all styles but the four defaults that Word expects, and clear Normal."""
    root = document.styles.element
    kept = {"normal", "default paragraph font", "normal table", "no list"}
    for style in list(root.findall(w_tag("style"))):
        if get_style_name(style) not in kept:
            root.remove(style)
    normal = next(style for style in root.findall(w_tag("style")) if get_style_name(style) == "normal")
    for child in list(normal):
        if child.tag in {w_tag("pPr"), w_tag("rPr")}:
            normal.remove(child)


def _set_up_page(document: WordDocument, layout: Layout, design: Design, main_language: Language) -> None:
    """Set page size and margins, the first page's header and the running head of the others."""
    from docx.shared import Mm

    section, page = document.sections[0], layout.page
    section.page_width, section.page_height = Mm(page.width_mm), Mm(page.height_mm)
    section.top_margin, section.bottom_margin = Mm(page.top_mm), Mm(page.bottom_mm)
    section.left_margin, section.right_margin = Mm(page.left_mm), Mm(page.right_mm)
    section.header_distance = section.footer_distance = Mm(design.header_mm)
    section.different_first_page_header_footer = True
    for header in (section.first_page_header, section.header):
        reset_header(header, "Header")
    for footer in (section.first_page_footer, section.footer):
        reset_header(footer, "Footer")
    first = section.first_page_header._element
    first[:] = map(parse_element, first_page_header_paragraphs(layout, "Header", design.header_mm))
    if layout.runs_at_foot:
        section.footer_distance = Mm(_RUNNING_FOOT_MM)
        for footer in (section.first_page_footer, section.footer):
            _write_running_foot(footer.paragraphs[0]._p, section)
    else:
        write_running_head(section.header.paragraphs[0]._p, section, design, main_language, ())


def _write_running_foot(paragraph: Any, section: Section) -> None:
    """Write the document's own text at the left of each page's foot, and `1 / 2` at the right."""
    width = text_area_emu(section)[0] // 635
    paragraph.get_or_add_pPr().append(
        parse_element(f'<w:tabs><w:tab w:val="right" w:pos="{width}"/></w:tabs>')
    )
    for run in (
        placeholder_run("running"),
        "<w:r><w:tab/></w:r>",
        *field_runs("PAGE", "1"),
        _text_run(" / "),
        *field_runs("NUMPAGES", "2"),
    ):
        paragraph.append(parse_element(run))


def _write_first_page_footer(footer: Any, branding: Branding, design: Design) -> None:
    """Write the branding's lines into the footer of the first page."""
    font = f"<w:rPr>{latin_font_xml(design.sans)}{font_size_xml(_FOOTER_PT)}</w:rPr>"
    lines = "<w:r><w:br/></w:r>".join(
        f'<w:r>{font}<w:t xml:space="preserve">{escape_xml(line)}</w:t></w:r>' for line in branding.foot
    )
    footer._element[:] = [
        parse_element(f'<w:p><w:pPr><w:pStyle w:val="Footer"/>{_FOOTER_SPACING}</w:pPr>{lines}</w:p>')
    ]


def reset_header(block: Any, style: str) -> None:
    """Replace the content of a header or footer by one empty paragraph of this style."""
    block.is_linked_to_previous = False
    for old in list(block._element):
        block._element.remove(old)
    block._element.append(parse_element(f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr></w:p>'))


def write_running_head(
    paragraph: Any, section: Section, design: Design, main_language: Language, tab_stops: Iterable[str]
) -> None:
    """Write the running head: the document's own text at the left, `Page 2 of 3` at the right.

    An alignment tab comes between the two, which reaches further on turned pages. Programs that do not know
    it, such as LibreOffice 7.4, take it for a tab; `tab_stops` are those of the paragraph's style, which
    would come between then.
    """
    width = text_area_emu(section)[0] // 635
    # Word starts the text where the header ends, if that is below the margin.
    top = ((section.top_margin or 0) - (section.header_distance or 0)) // 635
    below = max(0, top + mm_to_twips(design.following_mm) - 240)
    properties = paragraph.get_or_add_pPr()
    cleared = "".join(f'<w:tab w:val="clear" w:pos="{stop}"/>' for stop in tab_stops if stop != str(width))
    properties.append(parse_element(f'<w:tabs>{cleared}<w:tab w:val="right" w:pos="{width}"/></w:tabs>'))
    properties.append(parse_element(f'<w:spacing w:after="{below}"/>'))
    label, of = ("Page ", " of ") if main_language.tag.startswith("en") else ("", " / ")
    for run in (
        placeholder_run("running"),
        '<w:r><w:ptab w:relativeTo="margin" w:alignment="right" w:leader="none"/></w:r>',
        *([_text_run(label)] if label else []),
        *field_runs("PAGE", "2"),
        _text_run(of),
        *field_runs("NUMPAGES", "2"),
    ):
        paragraph.append(parse_element(run))


def _text_run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def _write_font_table(document: WordDocument, design: Design) -> None:
    def font(name: str, alternative: str, panose: str, family: str) -> str:
        return (
            f'<w:font w:name="{name}"><w:altName w:val="{alternative}"/><w:panose1 w:val="{panose}"/>'
            f'<w:charset w:val="00"/><w:family w:val="{family}"/><w:pitch w:val="variable"/></w:font>'
        )

    serif = font(design.serif, design.alternative_serif, "02040503050406030204", "roman")
    sans = font(design.sans, design.alternative_sans, "020F0502020204030204", "swiss")
    fonts = serif if design.serif == design.sans else serif + sans
    replace_part(document, "fontTable", f"<w:fonts>{fonts}</w:fonts>")
