"""E-mail drafts are complete messages that a mail program opens, and their headers cannot be injected into."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from material import ROOT

from briefgen.address.address import address_recipient
from briefgen.campaign.open import Campaign, open_campaign
from briefgen.errors import Problem
from briefgen.mailing.email_drafts import LetterAttachment, build_draft

PDF = LetterAttachment("pdf", b"%PDF-1.7 letter")


@cache
def _opened() -> Campaign:
    return open_campaign(ROOT / "examples/us-congress")


@pytest.fixture
def opened() -> Campaign:
    return _opened()


def make_draft(opened: Campaign, **changed: str) -> bytes | Problem:
    recipient = replace(opened.recipients[0], **({"email": "ada@example.org"} | changed))
    to = address_recipient(recipient, opened.composer.forms, sender_country="US")
    subject = opened.composer.subject_line(recipient)
    return build_draft(opened.config, recipient, to, [PDF], "a-letter-2026-11-24", subject=subject)


def parse_draft(data: bytes | Problem) -> EmailMessage:
    assert isinstance(data, bytes)
    message = message_from_bytes(data, policy=SMTP)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


@pytest.mark.slow
def test_a_draft_has_the_letter_sender_and_recipient(opened: Campaign) -> None:
    message = parse_draft(make_draft(opened))
    sender = opened.config.sender
    assert message["To"].addresses[0].addr_spec == "ada@example.org"
    assert message["From"].addresses[0].addr_spec == sender.email
    assert message["Subject"] == (opened.config.letter.subject or opened.config.title)
    assert message["X-Unsent"] == "1"
    assert message["Date"] is None
    (letter,) = message.iter_attachments()
    assert (letter.get_filename(), letter.get_content()) == ("a-letter-2026-11-24.pdf", PDF.data)


def test_the_body_has_the_salutation_of_the_letter(opened: Campaign) -> None:
    recipient = opened.recipients[0]
    to = address_recipient(recipient, opened.composer.forms, sender_country="US")
    body = parse_draft(make_draft(opened)).get_body(("plain",))
    assert body is not None
    text = body.get_content().replace("\r\n", "\n")
    assert text.startswith(f"{to.salutation}\n\nPlease find attached our letter of November 24, 2026: ")
    assert opened.config.sender.name in text


def test_drafts_are_reproducible(opened: Campaign) -> None:
    assert make_draft(opened) == make_draft(opened)


@pytest.mark.parametrize(
    "email",
    ["ada", "ada@", "@example.org", "ada@example", "ada@exa mple.org", "ada@example.org\nBcc: all@example.org",
     "ada@example.org, eve@example.org", "ädä@example.org", "Ada <ada@example.org>"],
)  # fmt: skip
def test_an_invalid_address_is_reported(opened: Campaign, email: str) -> None:
    found = make_draft(opened, email=email)
    assert isinstance(found, Problem)
    assert (found.code, found.place) == ("draft-address", opened.recipients[0].place)


@pytest.mark.slow
@given(st.text(max_size=120))
def test_a_name_cannot_add_a_header_or_a_recipient(name: str) -> None:
    opened = _opened()
    recipient = replace(opened.recipients[0], email="ada@example.org")
    to = replace(address_recipient(recipient, opened.composer.forms, sender_country="US"), name=name)
    found = build_draft(opened.config, recipient, to, [PDF], "letter", subject="A subject")
    if isinstance(found, Problem):
        return
    message = parse_draft(found)
    assert set(message.keys()) == {
        "From", "To", "Subject", "X-Unsent", "Content-Language", "MIME-Version", "Content-Type",
    }  # fmt: skip
    assert [one.addr_spec for one in message["To"].addresses] == ["ada@example.org"]
