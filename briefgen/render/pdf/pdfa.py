"""Makes an accessible PDF one to keep as well: PDF/A-3a (ISO 19005-3), the record as its associated file.

WeasyPrint's variant brings the colours' profile and the associated file; here is what it misses. The file
says of itself that it follows both PDF/A and PDF/UA.
"""

from __future__ import annotations

from importlib.resources import files
from io import BytesIO
from typing import Any

import weasyprint.pdf
from pydyf import Array, Stream
from weasyprint.css import ColorProfile

_SAYS_UA = b"""\
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
"""PDF/A knows only some properties; others must be described in the file (ISO 19005-3, 6.6.2.3)."""
_END = b"</rdf:RDF>"


INTENT = "srgb"
"""Name of the profile by which colours are to be understood."""


def colour_profiles() -> dict[str, ColorProfile]:
    """WeasyPrint's own profile, which it would open anew for each document and never close."""
    profile = (files(weasyprint.pdf) / "sRGB2014.icc").read_bytes()
    return {INTENT: ColorProfile(BytesIO(profile), "sRGB2014.icc", "relative-colorimetric", ("r", "g", "b"))}


def make_archival(pdf: Any) -> None:
    """Mend the finished, not yet written PDF."""
    for entry in pdf.objects:
        if isinstance(entry, Stream):
            if entry.reference == pdf.catalog["Metadata"]:
                _describe(entry)
            elif entry.extra.get("Interpolate"):
                entry.extra["Interpolate"] = "false"
            if _ends_in_return(entry):
                entry.compress = not entry.compress
    pdf.catalog["AF"] = Array(dict.fromkeys(pdf.catalog["AF"]))


def _ends_in_return(entry: Stream) -> bool:
    """Whether the last byte of a stream would be taken for a part of the line end that follows it, and its
    length for wrong (ISO 19005-3, 6.1.7.1): packed, one in 256 ends so."""
    return bool(entry.data.removesuffix(b"\nendstream").endswith(b"\r"))


def _describe(metadata: Stream) -> None:
    """Say that the file follows PDF/UA too, in metadata that can be read without unpacking."""
    (text,) = metadata.stream
    metadata.stream = [text.replace(_END, _SAYS_UA + _END)]
    metadata.compress = False
