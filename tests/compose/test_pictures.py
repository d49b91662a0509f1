"""Pictures are carried by the document: PNG, JPEG, or SVG with a PNG beside it, and nothing that could act."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest
from docx_samples import data_address, png
from drawing_samples import CHART, drawing
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from briefgen.campaign.open import open_campaign
from briefgen.compose.markup import canonicalize_markup
from briefgen.compose.pictures import MAX_PICTURE_BYTES, embed_pictures
from briefgen.compose.svg_sanitizer import MAX_DRAWING_STEPS, has_text, sanitize_svg
from briefgen.errors import BriefgenError, Problem

FIGURE = '<figure><img src="{}" alt="A chart"/></figure>'


def shown(folder: Path, name: str = "chart.svg", alt: str = "A chart") -> str:
    return embed_pictures(FIGURE.format(name).replace("A chart", alt), [folder])


def refused(folder: Path, name: str = "chart.svg", alt: str = "A chart") -> list[Problem]:
    with pytest.raises(BriefgenError) as caught:
        shown(folder, name, alt)
    return list(caught.value.problems)


def carried(html: str, attribute: str) -> bytes:
    found = re.search(rf' {attribute}="data:image/[a-z+]+;base64,([^"]*)"', html)
    assert found is not None
    return base64.b64decode(found[1])


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    (tmp_path / "chart.svg").write_bytes(CHART)
    (tmp_path / "chart.png").write_bytes(png())
    return tmp_path


# Pairs


def test_an_svg_is_carried_with_the_png_beside_it(pair: Path) -> None:
    html = shown(pair)
    assert html.startswith('<figure><img src="data:image/svg+xml;base64,')
    assert etree.fromstring(carried(html, "src")).tag == "{http://www.w3.org/2000/svg}svg"
    assert carried(html, "data-png") == png()
    assert html.endswith('" alt="A chart"/></figure>')


def test_png_and_jpeg_are_carried_alone(pair: Path) -> None:
    html = shown(pair, "chart.png")
    assert carried(html, "src") == png()
    assert "data-png" not in html


def test_the_pair_may_stand_in_a_folder_within(pair: Path) -> None:
    (pair / "figures & more").mkdir()
    for each in pair.glob("chart.*"):
        each.rename(pair / "figures & more" / each.name)
    assert "data-png" in shown(pair, "figures &amp; more/chart.svg")


def test_a_missing_png_is_named_with_how_to_make_it(pair: Path) -> None:
    (pair / "chart.png").unlink()
    (problem,) = refused(pair)
    assert problem.code == "picture-png-missing"
    assert "'chart.png'" in problem.message
    assert "PNG" in str(problem.hint)


def test_a_png_outside_of_the_folders_is_not_taken(
    pair: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "other.png"
    outside.write_bytes(png())
    (pair / "chart.png").unlink()
    (pair / "chart.png").symlink_to(outside)
    assert [each.code for each in refused(pair)] == ["picture-png-missing"]


def test_a_png_that_is_none_is_refused(pair: Path) -> None:
    (pair / "chart.png").write_bytes(b"GIF89a")
    assert [each.code for each in refused(pair)] == ["picture-kind"]


def test_words_in_a_drawing_need_words_for_those_who_cannot_see_it(pair: Path) -> None:
    assert [each.code for each in refused(pair, alt="")] == ["picture-words-untold"]
    (pair / "ornament.svg").write_bytes(drawing('<rect width="9" height="9"/>'))
    (pair / "ornament.png").write_bytes(png())
    assert 'alt=""' in shown(pair, "ornament.svg", alt="")


def test_templates_cannot_carry_drawings_themselves() -> None:
    """What a template writes was not looked at, so only compose writes `data-png`, and SVG comes from files."""
    _, faults, _ = canonicalize_markup(
        f'<figure><img src="x.png" data-png="{data_address(png())}" alt=""></figure>'
    )
    assert [fault.code for fault in faults] == ["markup-attribute"]
    with pytest.raises(BriefgenError, match="neither PNG nor JPEG"):
        embed_pictures(FIGURE.format(data_address(CHART, "svg+xml")), [])
    inline = FIGURE.format(data_address(png()))
    assert embed_pictures(inline, []) == inline


@pytest.mark.slow
def test_a_signature_may_be_a_drawing(starter: Path) -> None:
    campaign = starter / "campaign.yaml"
    text = campaign.read_text(encoding="utf-8")
    signed = re.sub(r"^  organisation:", "  signature: hand.svg\n  organisation:", text, count=1, flags=re.M)
    assert signed != text
    campaign.write_text(signed, encoding="utf-8")
    (starter / "hand.svg").write_bytes(drawing('<path d="M0 0L90 9" stroke="#00f"/>'))
    (starter / "hand.png").write_bytes(png())
    opened = open_campaign(starter)
    html = opened.composer.compose_letter(opened.recipients[0]).html
    assert carried(html, "data-png") == png()


@pytest.mark.slow
def test_a_changed_picture_beside_the_campaign_makes_its_letters_anew(starter: Path) -> None:
    before = open_campaign(starter).composer.fingerprint
    (starter / "chart.png").write_bytes(png())
    with_picture = open_campaign(starter).composer.fingerprint
    (starter / "chart.png").write_bytes(png(9, 9))
    assert len({before, with_picture, open_campaign(starter).composer.fingerprint}) == 3


# What a drawing may hold


def test_a_chart_as_programs_write_them_comes_through_without_what_is_not_drawn() -> None:
    safe = sanitize_svg(CHART, "chart.svg")
    assert has_text(safe)
    assert (
        b"clipPath" in safe
        and b"pattern" in safe
        and b"linearGradient" in safe
        and b"stroke-linejoin" in safe
    )
    for idle in (b"DOCTYPE", b"rdf", b"metadata", b"inkscape", b"data-note", b"stylesheet", b"<!--"):
        assert idle not in safe
    assert b"words behind" in safe
    assert sanitize_svg(safe, "chart.svg") == safe


def test_a_photograph_within_a_drawing_comes_through() -> None:
    raw = drawing(f'<image width="60" height="20" xlink:href="{data_address(png())}"/>')
    assert data_address(png()).encode() in sanitize_svg(raw, "chart.svg")


ENTITIES = "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 10}">' for n in range(1, 9))
HOSTILE: dict[str, tuple[str | bytes, str]] = {
    "script": ("<script>alert(1)</script>", "<script>"),
    "event": ('<rect onload="alert(1)"/>', "'onload'"),
    "foreign object": (
        "<foreignObject><p xmlns='http://www.w3.org/1999/xhtml'/></foreignObject>",
        "foreignObject",
    ),
    "link": ('<a href="https://example.org/"><rect/></a>', "<a>"),
    "animation": ('<set attributeName="href" to="javascript:alert(1)"/>', "<set>"),
    "picture on the network": ('<image href="https://example.org/x.png"/>', "https://example.org/x.png"),
    "picture on the disk": ('<image xlink:href="file:///etc/passwd"/>', "file:///etc/passwd"),
    "picture beside it": ('<image href="secret.png"/>', "secret.png"),
    "drawing in a drawing": ('<image href="data:image/svg+xml;base64,PHN2Zy8+"/>', "data:image/svg+xml"),
    "no picture": ('<image href="data:image/png;base64,AAAA"/>', "data:image/png"),
    "broken picture": ('<image href="data:image/png;base64,@"/>', "data:image/png"),
    "use of another file": ('<use href="other.svg#a"/>', "other.svg#a"),
    "address in a colour": ('<rect fill="url(https://example.org/#a)"/>', "url(https://example.org"),
    "address in a style": ("<rect style=\"fill:url( 'http://example.org/' )\"/>", "url("),
    "address in capitals": ('<rect style="fill:URL(//example.org/a)"/>', "URL(//example.org/a)"),
    "escaped address": (r'<rect style="fill:u\72l(//example.org/a)"/>', r"\72l"),
    "another function": ('<rect style="width:expression(alert(1))"/>', "expression("),
    "import": ('<style>@import "https://example.org/x.css";</style>', "@import"),
    "font": ("<style>@font-face{font-family:x;src:url(https://example.org/x)}</style>", "@font-face"),
    "painted by a rule": ("<style>rect{fill:url(#a)}</style>", "url(#a)"),
    "style sheet of another kind": ('<style type="text/xsl">x</style>', "not CSS"),
    "filter": ('<filter id="a"/>', "<filter>"),
    "unknown attribute": ('<rect src="x"/>', "'src'"),
    "colours without end": ('<linearGradient spreadMethod="repeat"/>', "spreadMethod"),
    "deep": ("<g>" * 120 + "</g>" * 120, "deeper than 100"),
    "a circle of references": ('<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>', "endlessly"),
    "clips of clips": ('<clipPath id="a"><rect clip-path="url(#a)"/></clipPath>', "endlessly"),
    "pattern within a pattern": (
        '<pattern id="a"><rect fill="url(#b)"/></pattern><pattern id="b"><rect fill="url(#a)"/></pattern>',
        "endlessly",
    ),
    "pattern that inherits one": (
        '<g fill="url(#b)"><pattern id="a"><rect/></pattern></g><pattern id="b"/>',
        "pattern",
    ),
    "marker that uses more": ('<marker id="a"><use href="#b"/></marker><g id="b"/>', "marker"),
    "many rules": (f"<style>{'*{fill:red}' * 6000}</style>{'<rect/>' * 1000}", "6,000 rules"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_does_not_draw_is_refused_with_its_reason(name: str) -> None:
    body, told = HOSTILE[name]
    with pytest.raises(BriefgenError) as caught:
        sanitize_svg(drawing(str(body)), "chart.svg")
    assert {each.code for each in caught.value.problems} == {"picture-svg-unsafe"}
    assert told in "; ".join(each.message for each in caught.value.problems)


@pytest.mark.parametrize(
    "raw",
    [
        f'<!DOCTYPE svg [<!ENTITY b0 "x">{ENTITIES}]><svg xmlns="http://www.w3.org/2000/svg"><text>&b8;</text></svg>',
        f'<!DOCTYPE svg [<!ENTITY b0 "x">{ENTITIES}]><svg xmlns="http://www.w3.org/2000/svg" id="&b8;"/>',
        '<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
        '<svg xmlns="http://www.w3.org/2000/svg"><text>&a;</text></svg>',
        '<!DOCTYPE svg [<!ENTITY % a SYSTEM "http://127.0.0.1:9/x">%a;]><svg xmlns="http://www.w3.org/2000/svg"/>',
    ],
    ids=["billion laughs", "in an attribute", "from the disk", "from the network"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused_in_every_encoding(raw: str, encoding: str) -> None:
    data = f'<?xml version="1.0" encoding="{encoding}"?>{raw}'.encode(encoding)
    with pytest.raises(BriefgenError) as caught:
        sanitize_svg(data, "chart.svg")
    assert {each.code for each in caught.value.problems} <= {"picture-svg-unsafe", "picture-kind"}


def test_attributes_that_a_document_type_adds_are_not_there() -> None:
    raw = b'<!DOCTYPE svg [<!ATTLIST svg onload CDATA "alert(1)">]><svg xmlns="http://www.w3.org/2000/svg"/>'
    assert sanitize_svg(raw, "chart.svg") == b'<svg xmlns="http://www.w3.org/2000/svg"/>'


def test_a_document_type_on_the_network_is_not_fetched() -> None:
    """Most programs write one; `CHART` has it too."""
    raw = b'<!DOCTYPE svg SYSTEM "http://127.0.0.1:9/a.dtd"><svg xmlns="http://www.w3.org/2000/svg"><text>&a;</text></svg>'
    with pytest.raises(BriefgenError, match="entity"):
        sanitize_svg(raw, "chart.svg")


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"\x89PNG\r\n\x1a\n", "is not valid SVG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><g></svg>", "is not valid SVG"),
        (b"<svg width='9'/>", "begins with <svg>"),
        (b"<html xmlns='http://www.w3.org/1999/xhtml'/>", "begins with <html>"),
    ],
)
def test_what_is_no_svg_is_told(raw: bytes, told: str) -> None:
    with pytest.raises(BriefgenError, match=told) as caught:
        sanitize_svg(raw, "chart.svg")
    assert caught.value.problems[0].code == "picture-kind"


MUCH = {
    "shapes": "<rect/>" * (MAX_DRAWING_STEPS + 1),
    "a long line": f'<path d="M0 0{"L1 1" * 600_000}"/>',
    "doubling": "<g id='g0'><rect/><rect/></g>"
    + "".join(f"<g id='g{n}'><use href='#g{n - 1}'/><use href='#g{n - 1}'/></g>" for n in range(1, 17)),
    "patterns": "<rect fill='url(#a)'/>" * 1000 + f"<pattern id='a'>{'<rect/>' * 100}</pattern>",
    "markers": f"<path d='M0 0{'L1 1' * 10_000}' marker-mid='url(#a)'/><marker id='a'>{'<rect/>' * 99}</marker>",
}


@pytest.mark.parametrize("name", MUCH)
def test_more_than_can_be_drawn_is_refused(name: str) -> None:
    with pytest.raises(BriefgenError) as caught:
        sanitize_svg(drawing(MUCH[name]), "chart.svg")
    assert [each.code for each in caught.value.problems] == ["picture-too-large"]


def test_a_large_file_is_not_even_read(pair: Path) -> None:
    (pair / "chart.svg").write_bytes(CHART + b" " * MAX_PICTURE_BYTES)
    assert [each.code for each in refused(pair)] == ["picture-size"]


def test_all_faults_are_told_at_once_with_their_lines(pair: Path) -> None:
    (pair / "chart.svg").write_bytes(drawing("\n<script/>\n<filter/>\n<rect onclick='x'/>"))
    assert [str(each.place) for each in refused(pair)] == ["chart.svg:2", "chart.svg:3", "chart.svg:4"]


@given(st.integers(0, len(CHART) - 1), st.binary(max_size=6))
def test_a_damaged_drawing_is_safe_or_refused(where: int, noise: bytes) -> None:
    try:
        safe = sanitize_svg(CHART[:where] + noise + CHART[where + len(noise) :], "chart.svg")
    except BriefgenError as error:
        assert {each.code for each in error.problems} <= {
            "picture-svg-unsafe",
            "picture-kind",
            "picture-too-large",
        }
    else:
        assert sanitize_svg(safe, "chart.svg") == safe
