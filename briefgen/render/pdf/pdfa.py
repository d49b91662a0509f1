"""Make PDFs conform to PDF/A-3a (ISO 19005-3), for archives."""

from __future__ import annotations

from importlib.resources import files
from io import BytesIO
from typing import TYPE_CHECKING, Any

from pydyf import Array, Stream

if TYPE_CHECKING:
    from weasyprint.css import ColorProfile

OUTPUT_INTENT = "srgb"
"""Name of the colour profile that colours refer to."""
_PDFUA_METADATA = b"""\
<rdf:Description xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" rdf:about="" pdfuaid:part="1"/>
<rdf:Description xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#"
 rdf:about=""><pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Indicates, which part of ISO 14289 standard is followed</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
"""
"""PDF/A predefines only some properties; any other must be described in the file (ISO 19005-3, 6.6.2.3)."""
_RDF_END = b"</rdf:RDF>"


def load_colour_profiles() -> dict[str, ColorProfile]:
    """Load WeasyPrint's own profile, which it would otherwise open for each document and never close."""
    import weasyprint.pdf
    from weasyprint.css import ColorProfile

    profile = (files(weasyprint.pdf) / "sRGB2014.icc").read_bytes()
    srgb = ColorProfile(BytesIO(profile), "sRGB2014.icc", "relative-colorimetric", ("r", "g", "b"))
    return {OUTPUT_INTENT: srgb}


def make_pdfa(pdf: Any) -> None:
    """Make a finished PDF, not yet written, conform to PDF/A-3a, if it is written as an archive."""
    for entry in pdf.objects:
        if isinstance(entry, Stream):
            if entry.reference == pdf.catalog["Metadata"]:
                _declare_pdfua(entry)
            elif entry.extra.get("Interpolate"):
                entry.extra["Interpolate"] = "false"
    pdf.catalog["AF"] = Array(dict.fromkeys(pdf.catalog["AF"]))


def _declare_pdfua(metadata: Stream) -> None:
    """Declare PDF/UA conformance too, in metadata that can be read without decompressing."""
    (text,) = metadata.stream
    metadata.stream = [text.replace(_RDF_END, _PDFUA_METADATA + _RDF_END)]
    metadata.compress = False
