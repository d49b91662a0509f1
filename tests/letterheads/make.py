"""Writes the letterheads beside it, each by another program, so that tests need none of these programs.

    python tests/letterheads/make.py [NAME …]

Needs soffice, pandoc (by pypandoc) and, for docx-js.docx, node with the npm package docx where node finds it
(NODE_PATH). All names and texts are invented. Times and counts of editing are taken out, so that a second run
of the same programs writes the same bytes.
"""

from __future__ import annotations

import io
import re
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

HERE = Path(__file__).parent
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
KINDS = "application/vnd.openxmlformats-officedocument."
SENDER = "Sample Society · 14 Example Lane · office@example.org"
SECRET = "Left over from another letter"
"""Stands wherever nothing may leak from; tests look for it."""


def png(rgb: bytes = b"\x1f\x3a\x5f") -> bytes:
    """A logo: one colour, 240 × 80 pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    rows = (b"\0" + rgb * 240) * 80
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 240, 80, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(rows, 9))
        + chunk(b"IEND", b"")
    )


def packed(parts: Mapping[str, bytes | str]) -> bytes:
    """A zip archive of these parts, with fixed times."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as out:
        for name in sorted(parts):
            content = parts[name]
            out.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def settled(data: bytes) -> bytes:
    """The same file without the traces of when it was made."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = {name: package.read(name) for name in package.namelist() if not name.endswith("/")}
    for name in ("docProps/core.xml", "docProps/app.xml"):
        if name in parts:
            text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "2026-01-01T00:00:00Z", parts[name].decode())
            parts[name] = re.sub(r"(<TotalTime>)\d+", r"\g<1>0", text).encode()
    return packed(parts)


# python-docx


def python_docx() -> bytes:
    """As a script makes it: a logo and a line in the first page's head, a page number in the foot."""
    import docx
    from docx.shared import Mm, Pt, RGBColor

    document = docx.Document()
    document.add_heading(SECRET, 0)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(28)
    section.different_first_page_header_footer = True
    head = section.first_page_header
    head.paragraphs[0].add_run().add_picture(io.BytesIO(png()), height=Mm(12))
    head.add_paragraph(SENDER)
    section.first_page_footer.paragraphs[0].text = "Registered in Example Town"
    document.styles["Normal"].font.name = "Georgia"
    document.styles["Normal"].font.size = Pt(10.5)
    document.styles["Quote"].font.color.rgb = RGBColor(0x80, 0, 0)
    document.core_properties.comments = SECRET
    stream = io.BytesIO()
    document.save(stream)
    return settled(stream.getvalue())


# LibreOffice

_ODF = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"'
    ' xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"'
    ' office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.text"'
)


def _odt(places: str) -> str:
    """A flat ODT whose first page has a head of its own; `places` stand in the head of those that follow."""
    page = 'fo:page-width="210mm" fo:page-height="297mm" fo:margin-left="25mm" fo:margin-right="25mm"'
    head = '<style:header-style><style:header-footer-properties fo:min-height="12mm"/></style:header-style>'
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document {_ODF}><office:styles>'
        '<style:default-style style:family="paragraph"><style:text-properties fo:font-size="11pt"'
        ' style:font-name="Liberation Sans" fo:language="de" fo:country="DE"/></style:default-style>'
        '<style:style style:name="Standard" style:family="paragraph" style:class="text"/>'
        '<style:style style:name="Text_20_body" style:display-name="Text body" style:family="paragraph"'
        ' style:parent-style-name="Standard"><style:paragraph-properties fo:margin-bottom="3mm"/></style:style>'
        "</office:styles><office:automatic-styles>"
        '<style:page-layout style:name="pm"><style:page-layout-properties'
        f' {page} fo:margin-top="15mm" fo:margin-bottom="15mm"/>{head}</style:page-layout>'
        "</office:automatic-styles><office:master-styles>"
        '<style:master-page style:name="Standard" style:page-layout-name="pm">'
        f'<style:header><text:p text:style-name="Header">{places}</text:p></style:header>'
        f"<style:header-first><text:p>{SENDER}</text:p></style:header-first></style:master-page>"
        f"</office:master-styles><office:body><office:text><text:p>{SECRET}</text:p></office:text>"
        "</office:body></office:document>"
    )


def _converted(source: str, target: str, suffix: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "letterhead.fodt"
        path.write_text(source, encoding="utf-8")
        profile = f"-env:UserInstallation=file://{folder}/profile"
        command = ["soffice", profile, "--headless", "--convert-to", target, "--outdir", folder, str(path)]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        return settled(path.with_suffix(suffix).read_bytes())


def libreoffice() -> bytes:
    """From an ODT, with our placeholders in the head of following pages."""
    return _converted(_odt("An {recipient}, {date}: Seite {page} von {pages}"), "docx", ".docx")


def libreoffice_template() -> bytes:
    """A DOTX from an ODT, with nothing in the head of following pages."""
    return _converted(_odt(""), "dotx:MS Word 2007 XML Template", ".dotx")


# pandoc and docx-js


def pandoc() -> bytes:
    """pandoc's own reference: styles and nothing else."""
    import pypandoc

    command = [pypandoc.get_pandoc_path(), "--print-default-data-file", "reference.docx"]
    return settled(subprocess.run(command, check=True, capture_output=True, timeout=60).stdout)


_DOCX_JS = """
const d = require('docx'), fs = require('fs');
const [secret, sender, logo, out] = process.argv.slice(1);
const p = (...children) => new d.Paragraph({ children });
const document = new d.Document({
  title: secret, description: secret,
  styles: { default: { document: { run: { font: 'Verdana', size: 20 } } } },
  sections: [{
    properties: { titlePage: true, page: { size: { width: 12240, height: 15840 } } },
    headers: {
      first: new d.Header({ children: [
        p(new d.ImageRun({ type: 'png', data: fs.readFileSync(logo), transformation: { width: 120, height: 40 } })),
        p(new d.TextRun(sender)) ] }),
      default: new d.Header({ children: [ p(new d.TextRun('{running}'), new d.TextRun({ children: [
        '  ', d.PageNumber.CURRENT, ' of ', d.PageNumber.TOTAL_PAGES ] })) ] }),
    },
    footers: { default: new d.Footer({ children: [ p(new d.TextRun('A foot on every page but the first')) ] }) },
    children: [ p(new d.TextRun(secret)) ],
  }],
});
d.Packer.toBuffer(document).then(data => fs.writeFileSync(out, data));
"""


def docx_js() -> bytes:
    """By the npm package docx, on US Letter."""
    with tempfile.TemporaryDirectory() as folder:
        logo, out = Path(folder) / "logo.png", Path(folder) / "out.docx"
        logo.write_bytes(png(b"\x80\x20\x20"))
        command = ["node", "-e", _DOCX_JS, SECRET, SENDER, str(logo), str(out)]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        return settled(out.read_bytes())


# By hand, as Word and others write


def _package(
    body: str,
    parts: Mapping[str, tuple[str, str]],
    *,
    root: str = f'<w:document xmlns:w="{W}" xmlns:r="{R}">',
    end: str = "</w:document>",
    kind: str = "document.main",
    extra: Mapping[str, bytes | str] | None = None,
    entries: str = "",
) -> bytes:
    """A Word file of a body and parts, each named with its kind; `extra` are files without relationship."""
    types = "".join(
        f'<Override PartName="/word/{name}" ContentType="{KINDS}wordprocessingml.{each}+xml"/>'
        for name, (each, _) in parts.items()
    )
    relationships = "".join(
        f'<Relationship Id="rId{number}" Type="{R}/{each}" Target="{name}"/>'
        for number, (name, (each, _)) in enumerate(parts.items(), start=1)
    )
    declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    rels = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    return packed(
        {
            "[Content_Types].xml": f"{declaration}<Types"
            ' xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels"'
            ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default'
            ' Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
            f'<Default Extension="jpeg" ContentType="image/jpeg"/><Override PartName="/word/document.xml"'
            f' ContentType="{KINDS}wordprocessingml.{kind}+xml"/>{types}</Types>',
            "_rels/.rels": f'{declaration}{rels}<Relationship Id="rId1" Type="{R}/officeDocument"'
            ' Target="word/document.xml"/></Relationships>',
            "word/document.xml": f"{declaration}{root}{body}{end}",
            "word/_rels/document.xml.rels": f"{declaration}{rels}{relationships}{entries}</Relationships>",
            **{f"word/{name}": f"{declaration}{text}" for name, (_, text) in parts.items()},
            **(extra or {}),
        }
    )


_PAGE = (
    '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1417" w:right="1417" w:bottom="1134" w:left="1417"'
    ' w:header="708" w:footer="708" w:gutter="0"/>'
)


def _head(content: str, name: str = "hdr") -> str:
    return f'<w:{name} xmlns:w="{W}" xmlns:r="{R}">{content}</w:{name}>'


def _line(text: str, style: str = "") -> str:
    look = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f'<w:p>{look}<w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def hand_made() -> bytes:
    """As little as can be: no styles, no prefix, a head on every page, no size of page."""
    root = f'<document xmlns="{W}" xmlns:r="{R}" xmlns:w="{W}">'
    body = (
        f"<body><p><r><t>{SECRET}</t></r></p><sectPr>"
        '<headerReference r:id="rId1" w:type="default"/></sectPr></body>'
    )
    head = f'<hdr xmlns="{W}"><p><r><t>{SENDER}, to {{recipient}}</t></r></p></hdr>'
    return _package(body, {"header1.xml": ("header", head)}, root=root, end="</document>")


def _styles(names: Mapping[str, str], default: str) -> str:
    """A styles part; `names` gives names by id."""
    made = "".join(
        f'<w:style w:type="paragraph"{" w:default=" + chr(34) + "1" + chr(34) if key == default else ""}'
        f' w:styleId="{key}"><w:name w:val="{name}"/>'
        + (f'<w:basedOn w:val="{default}"/>' if key != default else "")
        + "<w:qFormat/></w:style>"
        for key, name in names.items()
    )
    return (
        f'<w:styles xmlns:w="{W}"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Arial" w:hAnsi="Arial"'
        ' w:eastAsia="Malgun Gothic" w:cs="Arial"/><w:sz w:val="20"/><w:lang w:val="de-DE" w:eastAsia="ko-KR"/>'
        f"</w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>{made}</w:styles>"
    )


def _localised(names: Mapping[str, str], default: str, kind: str = "document.main") -> bytes:
    section = (
        f'<w:sectPr><w:headerReference w:type="first" r:id="rId2"/>{_PAGE}<w:titlePg/>'
        '<w:docGrid w:linePitch="360"/></w:sectPr>'
    )
    return _package(
        f"<w:body>{_line(SECRET)}{section}</w:body>",
        {
            "styles.xml": ("styles", _styles(names, default)),
            "header1.xml": ("header", _head(_line(SENDER))),
        },
        kind=kind,
    )


def german_word() -> bytes:
    """As German Word writes: its own names in English, their ids not."""
    names = {"Standard": "Normal", "berschrift1": "heading 1", "Zitat": "Quote", "Textkrper": "Body Text"}
    names |= {"Funotentext": "footnote text", "Kopfzeile": "header", "Unterschrift": "Signature"}
    return _localised(names, "Standard")


def german_names() -> bytes:
    """As some programs write: names themselves in German."""
    names = {"a1": "Standard", "a2": "Überschrift 1", "a3": "Zitat", "a4": "Textkörper", "a5": "Fußnotentext"}
    return _localised(names, "a1")


def french_names() -> bytes:
    """A template whose styles have French names."""
    names = {"Normal": "Normal", "Titre1": "Titre 1", "Citation": "Citation", "Corps": "Corps de texte"}
    return _localised(names, "Normal", "template.main")


def korean_names() -> bytes:
    """Styles with Korean names, as a Korean office suite writes them."""
    names = {"a": "바탕글", "1": "제목 1", "2": "본문", "3": "각주 텍스트", "4": "글머리 기호"}
    return _localised(names, "a")


def word_rich() -> bytes:
    """What a long-used file of Word carries: revisions, a text box, a content control, split words, leftovers.

    Everything with the secret must stay behind. The head of following pages has placeholders that Word has
    split into several runs.
    """
    rest = (
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
        ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
        ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
        ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
        ' xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
        ' xmlns:v="urn:schemas-microsoft-com:vml" xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
    )
    picture = (
        '<w:r><w:drawing><wp:inline><wp:extent cx="1080000" cy="360000"/><wp:docPr id="1" name="Logo"'
        ' descr="Logo of the Sample Society"/><a:graphic><a:graphicData'
        ' uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr><pic:cNvPr id="1"'
        ' name="Logo"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="rId1"/><a:stretch><a:fillRect/>'
        '</a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="1080000" cy="360000"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>'
        "</wp:inline></w:drawing></w:r>"
    )
    box = (
        '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor distT="0" distB="0" distL="0"'
        ' distR="0" simplePos="0" relativeHeight="1" behindDoc="0" locked="0" layoutInCell="1" allowOverlap="1">'
        '<wp:simplePos x="0" y="0"/><wp:positionH relativeFrom="page"><wp:posOffset>4500000</wp:posOffset>'
        '</wp:positionH><wp:positionV relativeFrom="page"><wp:posOffset>450000</wp:posOffset></wp:positionV>'
        '<wp:extent cx="2160000" cy="720000"/><wp:wrapNone/><wp:docPr id="2" name="Box" descr="Address"/>'
        "<wp:cNvGraphicFramePr/><a:graphic><a:graphicData"
        ' uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/>'
        '<wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="2160000" cy="720000"/></a:xfrm><a:prstGeom prst="rect">'
        f"<a:avLst/></a:prstGeom></wps:spPr><wps:txbx><w:txbxContent>{_line('In a box: {date}')}</w:txbxContent>"
        "</wps:txbx><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:shape><v:textbox><w:txbxContent>{_line('In a box: {date}')}</w:txbxContent>"
        "</v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    revised = (
        '<w:ins w:id="5" w:author="Somebody" w:date="2020-01-01T00:00:00Z"><w:r w:rsidR="00112233"><w:t>'
        f'{SENDER}</w:t></w:r></w:ins><w:del w:id="6" w:author="Somebody"><w:r><w:delText>{SECRET}</w:delText>'
        '</w:r></w:del><w:bookmarkStart w:id="0" w:name="_GoBack"/><w:bookmarkEnd w:id="0"/>'
    )
    control = (
        "<w:sdt><w:sdtPr><w:dataBinding w:storeItemID='{0}' w:xpath='/x'/></w:sdtPr><w:sdtContent>"
        '<w:p><w:r><w:rPr><w:b/><w:color w:val="800000"/></w:rPr><w:t>To {reci</w:t></w:r><w:proofErr'
        ' w:type="spellStart"/><w:r><w:t>pient</w:t></w:r><w:r><w:t xml:space="preserve">} on </w:t></w:r>'
        "<w:r><w:rPr><w:i/></w:rPr><w:t>{date}</w:t></w:r><w:r><w:tab/><w:t>{page}/{pages}</w:t></w:r>"
        '<w:hyperlink w:anchor="_GoBack"><w:r><w:t xml:space="preserve"> nowhere</w:t></w:r></w:hyperlink>'
        '<w:hyperlink r:id="rId1"><w:r><w:t xml:space="preserve"> example.org</w:t></w:r></w:hyperlink></w:p>'
        "</w:sdtContent></w:sdt>"
    )
    first = f'<w:hdr xmlns:w="{W}" xmlns:r="{R}" {rest} mc:Ignorable="w14"><w:p>{picture}{box}</w:p><w:p>{revised}</w:p></w:hdr>'
    following = _head(control)
    foot = _head(_line("A foot on all pages"), "ftr")
    rels = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    names = {"Normal": "Normal", "Heading1": "heading 1,H1,Chapter", "Signature": "Something Else"}
    styles = _styles(names, "Normal").replace(
        "</w:styles>",
        '<w:style w:type="character" w:styleId="Quote"><w:name w:val="Quote"/></w:style></w:styles>',
    )
    settings = (
        f'<w:settings xmlns:w="{W}" xmlns:r="{R}"><w:attachedTemplate r:id="rId1"/><w:trackRevisions/>'
        '<w:defaultTabStop w:val="708"/><w:rsids><w:rsidRoot w:val="00112233"/></w:rsids>'
        f'<w:docVars><w:docVar w:name="note" w:val="{SECRET}"/></w:docVars></w:settings>'
    )
    comments = f'<w:comments xmlns:w="{W}"><w:comment w:id="0" w:author="Somebody">{_line(SECRET)}</w:comment></w:comments>'
    section = (
        '<w:sectPr w:rsidR="00112233"><w:headerReference w:type="first" r:id="rId3"/>'
        '<w:headerReference w:type="default" r:id="rId4"/><w:footerReference w:type="default" r:id="rId5"/>'
        f'<w:footerReference w:type="first" r:id="rId5"/><w:footnotePr><w:numFmt w:val="lowerRoman"/></w:footnotePr>'
        f'{_PAGE}<w:pgNumType w:start="7"/><w:titlePg/></w:sectPr>'
    )
    later = f'<w:sectPr><w:headerReference w:type="default" r:id="rId7"/>{_PAGE}</w:sectPr>'
    body = f"<w:body><w:p><w:pPr>{section}</w:pPr><w:r><w:t>{SECRET}</w:t></w:r></w:p>{_line(SECRET)}{later}</w:body>"
    return _package(
        body,
        {
            "styles.xml": ("styles", styles),
            "settings.xml": ("settings", settings),
            "header1.xml": ("header", first),
            "header2.xml": ("header", following),
            "footer1.xml": ("footer", foot),
            "comments.xml": ("comments", comments),
            "header3.xml": ("header", _head(_line(SECRET))),
        },
        entries=f'<Relationship Id="rId90" Type="{R}/hyperlink" Target="https://example.org/{SECRET.replace(" ", "-")}"'
        ' TargetMode="External"/>',
        extra={
            "word/media/image1.png": png(b"\x20\x60\x40"),
            "word/_rels/header1.xml.rels": f'{rels}<Relationship Id="rId1" Type="{R}/image"'
            f' Target="media/image1.png"/><Relationship Id="rId9" Type="{R}/image" Target="media/gone.png"/>'
            "</Relationships>",
            "word/_rels/header2.xml.rels": f'{rels}<Relationship Id="rId1" Type="{R}/hyperlink"'
            ' Target="https://example.org/" TargetMode="External"/></Relationships>',
            "word/_rels/settings.xml.rels": f'{rels}<Relationship Id="rId1" Type="{R}/attachedTemplate"'
            ' Target="file:///C:\\Users\\Somebody\\Templates\\Ours.dotx" TargetMode="External"/></Relationships>',
            "docProps/thumbnail.jpeg": SECRET.encode(),
            "docProps/custom.xml": f"<Properties>{SECRET}</Properties>",
            "customXml/item1.xml": f"<x>{SECRET}</x>",
        },
    )


MADE: Mapping[str, Callable[[], bytes]] = {
    "python-docx.docx": python_docx,
    "libreoffice.docx": libreoffice,
    "libreoffice.dotx": libreoffice_template,
    "pandoc.docx": pandoc,
    "docx-js.docx": docx_js,
    "hand-made.docx": hand_made,
    "german-word.docx": german_word,
    "german-names.docx": german_names,
    "french-names.dotx": french_names,
    "korean-names.docx": korean_names,
    "word-rich.docx": word_rich,
}


def main(wanted: list[str]) -> None:
    for name in wanted or MADE:
        (HERE / name).write_bytes(MADE[name]())


if __name__ == "__main__":
    main(sys.argv[1:])
