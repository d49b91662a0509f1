"""How high a shorter letter will be is known from the layout of the whole."""

from __future__ import annotations

from dataclasses import replace

import pytest
from material import ROOT

from briefgen.campaign.open import Campaign, open_campaign
from briefgen.campaign.page_fit import PageFitter
from briefgen.compose.shortening import Shortening
from briefgen.model.document import Document, PageUsage

pytestmark = pytest.mark.slow

WORDS = "One more word on the matter at hand. "


@pytest.fixture(scope="module")
def opened() -> Campaign:
    opened = open_campaign(ROOT / "examples" / "starter")
    more = opened.config.selection.model_copy(update={"max_snippets": 6})
    campaign = opened.config.model_copy(update={"selection": more})
    return replace(opened, config=campaign, composer=replace(opened.composer, campaign=campaign))


def test_a_shorter_letter_is_as_high_on_its_page_as_was_foretold(opened: Campaign) -> None:
    measure = opened.renderers(("pdf",)).measure
    recipients = opened.recipients[:4]
    assert len(recipients) == 4
    for recipient in recipients:
        whole = measure(opened.composer.compose_letter(recipient))
        assert whole.pages == 2
        assert whole.estimate_overflow is not None
        ladder = opened.composer.letter_shortening_steps(recipient)
        shorter = opened.composer.compose_letter(recipient, Shortening.from_steps(ladder))
        set_ = measure(shorter)
        assert set_.pages == 1
        left = set_.room_mm[0] - set_.used_mm[0]
        assert whole.estimate_overflow(shorter, 1) == pytest.approx(-left, abs=whole.line_mm / 4)


def test_what_is_not_changed_is_over_by_what_stands_overleaf(opened: Campaign) -> None:
    letter = opened.composer.compose_letter(opened.recipients[0])
    whole = opened.renderers(("pdf",)).measure(letter)
    assert whole.estimate_overflow is not None
    # The margin of a paragraph that begins a page, and notes on both pages, are all that differs.
    assert whole.estimate_overflow(letter, 1) == pytest.approx(whole.overflow_mm(1), abs=7.5)


def test_a_page_that_a_paragraph_leaves_early_is_not_taken_for_full() -> None:
    opened = open_campaign(ROOT / "examples" / "starter")
    recipient = opened.recipients[0]
    own = replace(recipient, extra={**recipient.extra, "paragraph": WORDS * 60})
    whole = opened.renderers(("pdf",)).measure(opened.composer.compose_letter(own))
    assert whole.pages == 2
    assert whole.used_mm[0] < whole.room_mm[0]


def test_a_letter_that_is_far_too_long_takes_one_more_layout_and_the_least_cut(opened: Campaign) -> None:
    letter = opened.config.letter.model_copy(update={"max_pages": 1})
    composer = replace(opened.composer, campaign=opened.config.model_copy(update={"letter": letter}))
    measure = opened.renderers(("pdf",)).measure
    laid_out: list[Document] = []

    def counted(document: Document) -> PageUsage:
        laid_out.append(document)
        return measure(document)

    recipients = opened.recipients[:3]
    assert len(recipients) == 3
    for number, recipient in enumerate(recipients):
        own = replace(recipient, extra={**recipient.extra, "paragraph": WORDS * (6 * number + 3)})
        laid_out.clear()
        fit = PageFitter(composer, counted).fit_letter(own).fit
        assert fit is not None
        assert fit.steps
        assert not fit.over
        assert len(laid_out) == 2
        assert measure(composer.compose_letter(own, Shortening.from_steps(fit.steps[:-1]))).pages == 2
