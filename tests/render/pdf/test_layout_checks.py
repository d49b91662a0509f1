"""Nothing on a page is cut off, covered or lost: it is made to fit, or named and no letter made."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from pdf_samples import KINDS, SENTENCE, letter, picture
from PIL import Image, ImageChops

from briefgen.errors import BriefgenError, Problem
from briefgen.model.document import Document
from briefgen.render.pdf.layout_checks import find_layout_problems
from briefgen.render.pdf.renderer import PdfRenderer

SHIPPED = Path(__file__).parents[3] / "templates/css"
TEXT = f"<p>{SENTENCE * 3}</p>"
LONG_WORD = "W" * 150
ADDRESS = "https://example.org/" + "abcdefghij" * 25


@pytest.fixture(scope="module", autouse=True)
def _leave() -> Iterator[None]:
    yield
    renderer.cache_clear()  # its fonts clean up after themselves only before Python ends


@cache
def renderer() -> PdfRenderer:
    return PdfRenderer((SHIPPED,))


def problems(document: Document, used: PdfRenderer | None = None) -> list[Problem]:
    with pytest.raises(BriefgenError) as caught:
        (used or renderer()).render(document)
    return list(caught.value.problems)


def page_images(data: bytes, dpi: int = 50) -> list[Image.Image]:
    with pypdfium2.PdfDocument(data) as pdf:
        return [page.render(scale=dpi / 72).to_pil().convert("RGB") for page in pdf]


def figure(
    width: int, height: int, caption: str = "A caption", colour: tuple[int, ...] = (200, 30, 30)
) -> str:
    image = f'<img src="{picture(width, height, colour)}" alt="A field"/>'
    return f"<figure>{image}<figcaption>{caption}</figcaption></figure>"


# What is made to fit

FITS = {
    "a long word": f"<p>{LONG_WORD}</p>",
    "a long word in a list": f"<ul><li>{LONG_WORD}</li></ul>",
    "a long word in a heading": f"<h2>{LONG_WORD}</h2>",
    "a long word in a quotation": f"<blockquote><p>{LONG_WORD}</p></blockquote>",
    "a long word in a caption": figure(100, 100, LONG_WORD),
    "an address": f"<p>See {ADDRESS} for more.</p>",
    "an address in a note": f'<p>See.<span class="footnote">{ADDRESS}</span></p>',
    "an address in a cell": f"<table><tbody><tr><td>{ADDRESS}</td><td>x</td></tr></tbody></table>",
    "a tall picture": figure(600, 1800),
    "a wide picture": figure(6000, 100),
    "a large picture": figure(4000, 4000),
    "a picture with a long caption": figure(600, 900, SENTENCE * 12),
    "a picture with a long note": figure(600, 1800, f'A.<span class="footnote">{SENTENCE * 12}</span>'),
    "a row longer than a page": f"<table><tbody><tr><td>{SENTENCE * 60}</td><td>x</td></tr></tbody></table>",
    "a cell over many rows": (
        "<table><tbody><tr><th rowspan='60'>x</th><td>1</td></tr>"
        + "<tr><td>y</td></tr>" * 59
        + "</tbody></table>"
    ),
    "a caption longer than a page": (
        f"<table><caption>{SENTENCE * 60}</caption><tbody><tr><td>1</td><td>2</td></tr></tbody></table>"
    ),
}


@pytest.mark.parametrize("kind", FITS)
def test_it_is_made_to_fit(kind: str) -> None:
    assert renderer().render(letter(TEXT + FITS[kind] + TEXT)).pages


def test_a_letter_may_have_more_pictures_than_are_kept_for_later_ones() -> None:
    pictures = "".join(figure(20, 20, colour=(number * 5, 0, 0)) for number in range(40))
    assert renderer().render(letter(pictures)).pages
    assert renderer().render(letter(figure(20, 20))).pages


def test_a_tall_picture_is_shown_from_head_to_foot() -> None:
    image = Image.new("RGB", (200, 900), "grey")
    image.paste((0, 160, 0), (0, 0, 200, 100))
    image.paste((200, 0, 0), (0, 800, 200, 900))
    file = BytesIO()
    image.save(file, "PNG")
    source = f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
    html = f'<figure><img src="{source}" alt="A field"/><figcaption>A caption</figcaption></figure>'
    pages = page_images(renderer().render(letter(TEXT + html + TEXT)).data)
    counts = [
        tuple(
            sum(1 for pixel in page.get_flattened_data() if pixel == colour)
            for colour in ((0, 160, 0), (200, 0, 0))
        )
        for page in pages
    ]
    shown = [count for count in counts if any(count)]
    assert len(shown) == 1
    assert shown[0][0] == pytest.approx(shown[0][1], rel=0.05)


@pytest.mark.parametrize("close", ["Sincerely,", "Yours (very) respectfully, gjpqy"])
def test_the_white_ground_of_a_signature_covers_no_letter_of_the_close(close: str) -> None:
    """The close has as many dark points with the picture as without."""

    def dark_points(document: Document) -> int:
        page = page_images(renderer().render(document).data, 200)[0]
        with pypdfium2.PdfDocument(renderer().render(document).data) as pdf:
            text = pdf[0].get_textpage()
            index, count = text.search(close, match_case=True).get_next()
            boxes = [text.get_charbox(index + offset) for offset in range(count)]
            height, scale = pdf[0].get_height(), 200 / 72
            left, right = min(box[0] for box in boxes), max(box[2] for box in boxes)
            bottom, top = min(box[1] for box in boxes), max(box[3] for box in boxes)
            text.close()
        area = (left - 1, height - top - 1, right + 1, height - bottom + 1)
        part = page.crop(tuple(round(side * scale) for side in area)).convert("L")
        return sum(part.histogram()[:128])

    signed = letter(TEXT)
    html = signed.html.replace("Sincerely,", close)
    white = html.replace(picture(colour=(0, 0, 120, 128)), picture(600, 200, (255, 255, 255)))
    assert white != html
    start, end = html.index("<figure>"), html.index("</figure>") + len("</figure>")
    without = dark_points(replace(signed, html=html[:start] + html[end:]))
    assert without > 300
    assert dark_points(replace(signed, html=white)) == without


# What cannot be made to fit

DEEP = "<ul><li><p>x</p>" * 30 + "<ul><li>deep</li></ul>" + "</li></ul>" * 30
HEAD = (
    f"<table><thead><tr><th>{SENTENCE * 60}</th><th>b</th></tr></thead>"
    f"<tbody>{'<tr><td>1</td><td>2</td></tr>' * 3}</tbody></table>"
)
NAMED = {
    "a list deeper than the page is wide": (DEEP, "page-overflow", "'x' does not fit on page 2"),
    "a table's head higher than a page": (
        HEAD,
        "page-incomplete",
        "'The commission found what it found, and",
    ),
}


@pytest.mark.parametrize("kind", NAMED)
def test_what_cannot_be_made_to_fit_is_named_with_the_letter(kind: str) -> None:
    html, code, message = NAMED[kind]
    first = problems(letter(TEXT + html + TEXT))[0]
    assert first.code == code
    assert first.message.startswith(message)
    assert first.message.endswith("(Letter to The Honorable Jane Sample)")
    assert first.hint


def own(folder: Path, css: str) -> PdfRenderer:
    """A renderer with a campaign's letter.css: briefgen's, and these rules."""
    styles = folder / "css"
    styles.mkdir()
    (styles / "letter.css").write_text((SHIPPED / "letter.css").read_text() + css)
    return PdfRenderer((styles, SHIPPED))


OWN = {
    "a signature over the close": (
        ".signature figure { margin-top: -14mm; }", "css-hidden", "the stylesheet hides 'Sincerely,'",
    ),
    "a signature over descenders": (
        ".signature figure { margin-top: -11mm; }", "page-overlap", "'Sincerely,' and the picture",
    ),
    "a picture higher than the page": (
        "figure img { max-height: none; }", "page-overflow", "the picture 'A field' does not fit on page 2",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", OWN)
def test_what_a_stylesheet_cuts_or_covers_is_named(tmp_path: Path, kind: str) -> None:
    css, code, message = OWN[kind]
    first = problems(letter(TEXT + figure(600, 1800) + TEXT), own(tmp_path, css))[0]
    assert first.code == code
    assert first.message.startswith(message)


def test_a_signature_may_touch_a_close_without_descenders(tmp_path: Path) -> None:
    document = letter(TEXT)
    html = document.html.replace("Sincerely,", "Thanks")
    assert own(tmp_path, ".signature figure { margin-top: -10.9mm; }").render(replace(document, html=html))


def test_only_the_first_problems_are_reported() -> None:
    deep = "".join(f"<ul><li><p>{number}</p>" for number in range(40)) + "</li></ul>" * 40
    assert len(problems(letter(TEXT + deep + TEXT))) == 3


# The look itself


@pytest.mark.parametrize("kind", KINDS)
def test_pages_that_are_well_have_no_problems(kind: str) -> None:
    document = KINDS[kind]
    renderer().measure(document)
    assert renderer()._measured is not None
    layout = renderer()._measured[1]
    page, laid_out = layout.page, layout.document
    body = page.etree_element.find("body")
    assert find_layout_problems(laid_out.pages, body, document.title, keeps_margins=True) == []


def test_a_word_that_weasyprint_has_lost_is_missed() -> None:
    document = letter(f"<p>{SENTENCE * 2}<em>stressed</em></p>")
    renderer().measure(document)
    assert renderer()._measured is not None
    layout = renderer()._measured[1]
    page, laid_out = layout.page, layout.document
    body = page.etree_element.find("body")
    next(body.iter("em")).text = "stressed more"
    (problem,) = find_layout_problems(laid_out.pages, body, "A letter", keeps_margins=True)
    assert problem.code == "page-incomplete"
    assert problem.message == "'stressed more' is on no page (A letter)"


@pytest.mark.parametrize(
    ("size", "width", "expected_mm"),
    [((100, 50), 60, (60, 30)), ((3000, 1500), 60, (60, 30)), ((100, 10), 300, (147, 14.7))],
)
def test_a_picture_has_the_width_that_it_is_given_within_the_margins(
    size: tuple[int, int], width: int, expected_mm: tuple[float, float]
) -> None:
    html = figure(*size).replace("<img", f'<img width="{width}mm"')
    painted = _red_extent_mm(renderer().render(letter(html)).data)
    assert painted == pytest.approx(expected_mm, abs=0.6)


def test_a_tall_picture_with_a_width_keeps_its_proportions() -> None:
    html = figure(100, 400).replace("<img", '<img width="150mm"')
    width, height = _red_extent_mm(renderer().render(letter(html)).data)
    assert height > 150
    assert height / width == pytest.approx(4, abs=0.1)


def _red_extent_mm(data: bytes) -> tuple[float, float]:
    """Return the width and height of what is red on the page that has most of it."""
    dpi = 100
    boxes = []
    for image in page_images(data, dpi):
        red, green, _ = image.split()
        mask = ImageChops.subtract(red, green).point(lambda value: 255 if value > 100 else 0)
        boxes += [box] if (box := mask.getbbox()) else []
    left, top, right, bottom = max(boxes, key=lambda box: box[3] - box[1])
    return (right - left) / dpi * 25.4, (bottom - top) / dpi * 25.4
