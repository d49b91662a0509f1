"""Small drafts of every kind, made in memory. All texts are invented."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Pt, RGBColor

STAMP = 'w:author="A" w:date="2026-01-01T00:00:00Z"'


def word_file(fill: Callable[[Any], None]) -> bytes:
    document = Document()
    fill(document)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def add_xml(paragraph: Any, xml: str) -> None:
    """Append an element to a paragraph of python-docx; the prefixes w and v are known."""
    head, _, rest = xml.partition(" ") if " " in xml.split(">")[0] else xml.partition(">")
    joint = " " if " " in xml.split(">")[0] else ">"
    names = f'{nsdecls("w")} xmlns:v="urn:schemas-microsoft-com:vml"'
    paragraph._p.append(parse_xml(f"{head} {names}{joint}{rest}"))


def full_document(document: Any) -> None:
    """Everything that a Word file can have text in."""
    document.add_heading("A sample", 1)
    paragraph = document.add_paragraph("The vote was ")
    paragraph.add_run("353 to 37.").bold = True
    white = paragraph.add_run(" not")
    white.font.color.rgb = RGBColor(255, 255, 255)
    tiny = paragraph.add_run(" tiny")
    tiny.font.size = Pt(1)
    hidden = paragraph.add_run(" vanished")
    hidden.font.hidden = True
    document.add_comment(paragraph.runs[0], "a remark", "A", "A")
    changed = document.add_paragraph("It was")
    add_xml(changed, f'<w:ins w:id="1" {STAMP}><w:r><w:t xml:space="preserve"> indeed</w:t></w:r></w:ins>')
    add_xml(changed, f'<w:del w:id="2" {STAMP}><w:r><w:delText> never</w:delText></w:r></w:del>')
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Year", "2014"
    box = document.add_paragraph("Beside it.")
    add_xml(
        box,
        '<w:r><w:pict><v:shape id="s" style="width:90pt"><v:textbox><w:txbxContent><w:p><w:r><w:t>In a box.</w:t>'
        "</w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict></w:r>",
    )
    document.add_paragraph("An item", style="List Bullet")
    document.add_paragraph("Quoted words", style="Quote")
    document.sections[0].header.paragraphs[0].text = "A head"
    document.sections[0].footer.paragraphs[0].text = "A foot"


def shaded_white_text(document: Any) -> None:
    """White text that everybody can read: on a dark cell, and on a dark run."""
    cell = document.add_table(1, 1).cell(0, 0)
    run = cell.paragraphs[0].add_run("White on blue")
    run.font.color.rgb = RGBColor(255, 255, 255)
    cell._tc.get_or_add_tcPr().append(parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:fill="1F3A5F"/>'))
    marked = document.add_paragraph().add_run("White on black")
    marked.font.color.rgb = RGBColor(255, 255, 255)
    marked._r.get_or_add_rPr().append(parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:fill="000000"/>'))


_ODF = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
    for name, long in {
        "office": "office",
        "text": "text",
        "style": "style",
        "table": "table",
        "draw": "drawing",
        "fo": "xsl-fo-compatible",
        "manifest": "manifest",
    }.items()
)


def odt_file(body: str, styles: str = "", manifest: str = "") -> bytes:
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr(
            "content.xml",
            f"<office:document-content {_ODF}><office:automatic-styles>{styles}</office:automatic-styles>"
            f"<office:body><office:text>{body}</office:text></office:body></office:document-content>",
        )
        archive.writestr(
            "META-INF/manifest.xml",
            f"<manifest:manifest {_ODF}><manifest:file-entry>{manifest}</manifest:file-entry></manifest:manifest>",
        )
    return out.getvalue()


def mail(plain: str = "", html: str = "", attached: str = "", subject: str = "A subject") -> bytes:
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = "a@example.org"
    if plain:
        message.set_content(plain)
    if html and plain:
        message.add_alternative(html, subtype="html")
    elif html:
        message.set_content(html, subtype="html")
    if attached:
        message.add_attachment(b"data", maintype="application", subtype="pdf", filename=attached)
    return message.as_bytes()


def pdf_file(*pages: str, fonts: str = "/F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>") -> bytes:
    """A PDF of content streams, without tags, 400 by 400 points."""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids [{' '.join(f'{3 + 2 * n} 0 R' for n in range(len(pages)))}] >>",
    ]
    for number, content in enumerate(pages):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 400] /Resources << /Font << {fonts} >> >> "
            f"/Contents {4 + 2 * number} 0 R >>"
        )
        objects.append(f"<< /Length {len(content.encode())} >>\nstream\n{content}\nendstream")
    out = "%PDF-1.4\n"
    places = []
    for number, text in enumerate(objects, start=1):
        places.append(len(out.encode()))
        out += f"{number} 0 obj\n{text}\nendobj\n"
    start = len(out.encode())
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n"
    out += "".join(f"{place:010} 00000 n \n" for place in places)
    out += f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    return out.encode()


def pdf_line(
    text: str, y: float, *, size: float = 12, x: float = 40, colour: str = "0 g", mode: int = 0
) -> str:
    return f"BT {colour} {mode} Tr /F1 {size} Tf {x} {y} Td ({text}) Tj ET\n"
