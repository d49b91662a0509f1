"""Drawings for tests: a chart as plotting programs write them, and whatever stands between svg tags."""

from __future__ import annotations

CHART = b"""<?xml version="1.0" encoding="utf-8" standalone="no"?>
<?xml-stylesheet href="https://example.org/x.css"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<!-- made by a program -->
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" version="1.1"
 xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape" width="360pt" height="200pt" viewBox="0 0 360 200">
 <metadata><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/></metadata>
 <inkscape:grid id="grid"/><?xml-stylesheet href="https://example.org/y.css"?><!-- within -->
 <defs><style type="text/css">*{stroke-linejoin: round; stroke-linecap: butt}</style>
  <clipPath id="inside"><rect x="40" y="20" width="300" height="150"/></clipPath>
  <linearGradient id="fade"><stop offset="0" stop-color="#1f3a5f"/><stop offset="1" stop-color="#88a"/></linearGradient>
  <pattern id="hatch" patternUnits="userSpaceOnUse" width="8" height="8"><path d="M0 8L8 0" stroke="#7a1f2b"/></pattern>
  <path id="tick" d="M0 0V5" style="stroke: #000000"/></defs>
 <g id="axes" inkscape:label="axes" data-note="x"><rect x="40" y="20" width="300" height="150" fill="#eeeeee"/>
  <use xlink:href="#tick" x="60" y="170"/><use xlink:href="#tick" x="160" y="170"/></g>
 <g clip-path="url(#inside)"><rect x="60" y="90" width="50" height="80" fill="url(#fade)"/>
  <rect x="160" y="40" width="50" height="130" style="fill: url('#hatch'); stroke: rgb(0, 0, 0); opacity: 0.8"/></g>
 <text x="190" y="14" text-anchor="middle" font-size="12">drawn <inkscape:x/>words behind</text>
</svg>"""


def drawing(body: str) -> bytes:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="100" height="50">{body}</svg>'
    ).encode()
