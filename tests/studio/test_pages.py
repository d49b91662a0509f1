"""The page on the screen is a picture of the PDF, and every statement is found on it where it is printed."""

from __future__ import annotations

import pytest
from studio_client import Opened

from briefgen.campaign.open import open_campaign
from briefgen.studio.pages import DocumentPages, lay_out_pages, recorded_parts


@pytest.fixture(scope="module")
def pages(opened: Opened) -> DocumentPages:
    return opened.studio.engine.submit(lambda: opened.workspace.show_letter("ada-sample")).result().pages


def test_every_statement_of_a_letter_is_found_line_by_line(opened: Opened, pages: DocumentPages) -> None:
    letter = opened.studio.engine.submit(lambda: opened.workspace.show_letter("ada-sample")).result()
    recorded = [id for id, _ in recorded_parts(letter.document.record)]
    found = {one.id: one for one in pages.marked}
    assert recorded
    assert {*recorded, "address", "salutation", "signature"} == {*found}
    for id, texts in recorded_parts(letter.document.record):
        assert "".join(found[id].text.split()) in {"".join(text.split()) for text in texts}
        tops = [box.top for box in found[id].boxes]
        assert tops == sorted(tops)
        assert all(0 < box.left < box.left + box.width < 100 and box.height < 3 for box in found[id].boxes)


def test_boxes_of_statements_do_not_cover_each_other(pages: DocumentPages) -> None:
    boxes = [box for one in pages.marked for box in one.boxes]
    for at, one in enumerate(boxes):
        for other in boxes[at + 1 :]:
            apart = (
                one.page != other.page
                or one.left + one.width <= other.left + 0.3
                or other.left + other.width <= one.left + 0.3
                or one.top + one.height <= other.top + 0.45
                or other.top + other.height <= one.top + 0.45
            )
            assert apart, (one, other)


def test_the_picture_is_of_twice_the_density_and_shows_the_words_where_the_boxes_are(
    pages: DocumentPages,
) -> None:
    from io import BytesIO

    from PIL import Image

    image = Image.open(BytesIO(pages.picture(1))).convert("L")
    width, height = pages.sizes[0]
    assert image.size == (round(width * 2), round(height * 2))
    for one in pages.marked:
        for box in one.boxes:
            left, top = box.left / 100 * image.width, box.top / 100 * image.height
            area = (left, top, left + box.width / 100 * image.width, top + box.height / 100 * image.height)
            darkest, _ = image.crop(tuple(map(round, area))).getextrema()
            assert darkest < 100, one.text
    with pytest.raises(IndexError):
        pages.picture(2)


def test_a_statement_across_two_pages_has_boxes_on_both(opened: Opened) -> None:
    campaign = open_campaign(opened.workspace.path, trials=())
    pdf = campaign.render_briefing("pdf")
    text = "A sentence that is nowhere in this paper."
    assert lay_out_pages(pdf, [("nothing", (text,))]).marked == ()
    assert len(lay_out_pages(pdf, []).sizes) >= 2
