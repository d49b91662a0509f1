"""Drafts of e-mails: whole messages that a mail program opens, and no word from outside in their headers."""

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

from briefgen.address.address import address
from briefgen.campaign.open import Campaign, open_campaign
from briefgen.errors import Problem
from briefgen.mailing.email_drafts import Attached, draft

PDF = Attached("pdf", b"%PDF-1.7 letter")


@cache
def _opened() -> Campaign:
    return open_campaign(ROOT / "examples/us-congress")


@pytest.fixture
def opened() -> Campaign:
    return _opened()


def made(opened: Campaign, **changed: str) -> bytes | Problem:
    recipient = replace(opened.recipients[0], **({"email": "ada@example.org"} | changed))
    to = address(recipient, opened.composer.forms, sender_country="US")
    subject = opened.composer.subject(recipient)
    return draft(opened.campaign, recipient, to, [PDF], "a-letter-2026-11-24", subject=subject)


def read(data: bytes | Problem) -> EmailMessage:
    assert isinstance(data, bytes)
    message = message_from_bytes(data, policy=SMTP)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def test_a_draft_has_the_letter_and_who_it_is_from_and_to(opened: Campaign) -> None:
    message = read(made(opened))
    sender = opened.campaign.sender
    assert message["To"].addresses[0].addr_spec == "ada@example.org"
    assert message["From"].addresses[0].addr_spec == sender.email
    assert message["Subject"] == (opened.campaign.letter.subject or opened.campaign.title)
    assert message["X-Unsent"] == "1"
    assert message["Date"] is None
    (letter,) = message.iter_attachments()
    assert (letter.get_filename(), letter.get_content()) == ("a-letter-2026-11-24.pdf", PDF.data)


def test_the_words_greet_as_the_letter_does(opened: Campaign) -> None:
    recipient = opened.recipients[0]
    to = address(recipient, opened.composer.forms, sender_country="US")
    body = read(made(opened)).get_body(("plain",))
    assert body is not None
    text = body.get_content().replace("\r\n", "\n")
    assert text.startswith(f"{to.salutation}\n\nPlease find attached our letter of November 24, 2026: ")
    assert opened.campaign.sender.name in text


def test_the_same_letter_gives_the_same_bytes(opened: Campaign) -> None:
    assert made(opened) == made(opened)


@pytest.mark.parametrize(
    "email",
    ["ada", "ada@", "@example.org", "ada@example", "ada@exa mple.org", "ada@example.org\nBcc: all@example.org",
     "ada@example.org, eve@example.org", "ädä@example.org", "Ada <ada@example.org>"],
)  # fmt: skip
def test_what_is_no_address_is_told(opened: Campaign, email: str) -> None:
    found = made(opened, email=email)
    assert isinstance(found, Problem)
    assert (found.code, found.place) == ("draft-address", opened.recipients[0].place)


@given(st.text(max_size=120))
def test_no_name_adds_a_header_or_a_recipient(name: str) -> None:
    opened = _opened()
    recipient = replace(opened.recipients[0], email="ada@example.org")
    to = replace(address(recipient, opened.composer.forms, sender_country="US"), name=name)
    found = draft(opened.campaign, recipient, to, [PDF], "letter", subject="A subject")
    if isinstance(found, Problem):
        return
    message = read(found)
    assert set(message.keys()) == {
        "From", "To", "Subject", "X-Unsent", "Content-Language", "MIME-Version", "Content-Type",
    }  # fmt: skip
    assert [one.addr_spec for one in message["To"].addresses] == ["ada@example.org"]
