"""E-mail drafts are complete messages that a mail program opens, and their headers cannot be injected into."""

from __future__ import annotations

import csv
import io
import mailbox
import re
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest
from command_line import exit_code
from hypothesis import given
from hypothesis import strategies as st
from material import tiny_campaign

from briefgen.campaign.open import Campaign, open_campaign
from briefgen.errors import BriefgenError
from briefgen.mailing import email_drafts, mail_merge
from briefgen.mailing.email_drafts import DraftOptions, DraftWriter, write_drafts
from briefgen.mailing.email_message import AttachedFile, EmailDraft, build_message, parse_mailbox
from briefgen.mailing.email_text import build_email_html, build_email_text
from briefgen.mailing.mail_merge import MboxBuilder
from briefgen.mailing.print_run import FinishedLetter, posted_recipients

LETTER = b"%PDF-1.7 letter"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "water").mkdir()
    return tiny_campaign(tmp_path / "water")


def opened(
    folder: Path, more: str = "", emails: Sequence[str] = ("ada@house.example", "", ""), columns: str = ""
) -> Campaign:
    """The campaign with more keys, an e-mail address for each recipient, and further columns of the first."""
    with (folder / "campaign.yaml").open("a", encoding="utf-8") as file:
        file.write(f"{more}\n")
    header, *rows = csv.reader(io.StringIO((folder / "recipients.csv").read_text("utf-8")))
    names = [name.partition("=")[0] for name in columns.split("&") if name]
    values = [name.partition("=")[2] for name in columns.split("&") if name]
    with (folder / "recipients.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*header, "email", *names])
        for number, (row, email) in enumerate(zip(rows, emails, strict=True)):
            writer.writerow([*row, email, *(values if number == 0 else [""] * len(values))])
    return open_campaign(folder)


def draft_of(campaign: Campaign, folder: Path, **changed: Any) -> EmailDraft:
    """The draft to the first recipient, with a letter that is no more than a file."""
    letter = folder / "letter.pdf"
    letter.write_bytes(LETTER)
    recipient = replace(campaign.recipients[0], **changed)
    return DraftWriter(campaign).write(FinishedLetter(recipient, (("pdf", letter),)))


def parse_message(data: bytes) -> EmailMessage:
    message = message_from_bytes(data, policy=SMTP)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def addresses(message: EmailMessage, header: str) -> list[str]:
    return [one.addr_spec for one in message[header].addresses] if message[header] else []


def test_a_draft_has_the_letter_its_text_twice_and_whom_it_is_from_and_to(folder: Path) -> None:
    campaign = opened(folder)
    draft = draft_of(campaign, folder)
    message = parse_message(build_message(draft))
    assert build_message(draft) == build_message(draft)
    assert addresses(message, "To") == ["ada@house.example"]
    assert message["To"].addresses[0].display_name == "The Honorable Ada Sample"
    assert addresses(message, "From") == ["dana@taps.example"]
    assert (message["Subject"], message["X-Unsent"], message["Date"]) == ("Lead in drinking water", "1", None)
    (letter,) = message.iter_attachments()
    assert (letter.get_filename(), letter.get_content()) == ("clear-taps-2026-12-01.pdf", LETTER)
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None and html is not None
    text = plain.get_content().replace("\r\n", "\n")
    begin = "Dear Senator Ada Sample:\n\nPlease find attached our letter of December 1, 2026: Lead in drinking water.\n\n"
    assert text.startswith(begin)
    assert text.endswith("Dana Writer\nClear Taps\n\n4 Harbour Road\nLeith EH6 7AA\ndana@taps.example\n")
    page = html.get_content()
    assert '<html lang="en">' in page and "<title>Lead in drinking water</title>" in page
    assert "<p>Dear Senator Ada Sample:</p>" in page and "class=" not in page


def test_everybody_named_gets_it_and_answers_go_where_they_are_wanted(folder: Path) -> None:
    more = (
        "email: {subject: 'Schools: {subject} ({family}{state})', cc: [desk@taps.example], bcc: [files@taps.example],"
        " reply_to: answers@taps.example}\nletter: {copies: [The mayor | mayor@leith.example]}"
    )
    columns = (
        "email_cc=staff@house.example, desk@taps.example&email_bcc=me@taps.example&state=OH&family=Sample"
    )
    campaign = opened(
        folder, more, ("ada@house.example; Office <office@house.example>", "", ""), columns=columns
    )
    message = parse_message(build_message(draft_of(campaign, folder)))
    assert addresses(message, "To") == ["ada@house.example", "office@house.example"]
    assert addresses(message, "Cc") == ["desk@taps.example", "mayor@leith.example", "staff@house.example"]
    assert addresses(message, "Bcc") == ["files@taps.example", "me@taps.example"]
    assert addresses(message, "Reply-To") == ["answers@taps.example"]
    assert message["Subject"] == "Schools: Lead in drinking water (SampleOH)"


def test_the_text_can_be_the_campaigns_own_with_its_proofs_as_notes(folder: Path) -> None:
    (folder / "email.md").write_text(
        "Here is our letter. We ask you to {{ ask }}\n\n- one\n- two **bold**\n\nP.S. {{ fields.hint }}\n",
        "utf-8",
    )
    campaign = opened(folder, columns="hint=Bring <b>water</b>")
    draft = draft_of(campaign, folder)
    assert "We ask you to fund yearly tests of drinking water in schools" in draft.text
    assert "- one\n- two bold" in draft.text and "P.S. Bring <b>water</b>" in draft.text
    assert (
        "<li>two <strong>bold</strong></li>" in draft.html and "Bring &lt;b&gt;water&lt;/b&gt;" in draft.html
    )
    before = campaign.composer.fingerprint
    (folder / "email.md").write_text("Another text.", "utf-8")
    assert open_campaign(folder).composer.fingerprint == before  # no letter is made again for it


def test_notes_become_a_list_that_the_text_leads_to() -> None:
    html = '<p>It is so.<span class="footnote"><em>A report</em>, 3.</span> Yes.</p>'
    page = build_email_html(html, "A <title>", "en")
    assert '<sup><a href="#note-1">[1]</a></sup> Yes.' in page
    assert '<ol><li id="note-1"><em>A report</em>, 3.</li></ol>' in page and "A &lt;title&gt;" in page
    assert build_email_text(html, "en") == "It is so. [1] Yes.\n\nSources\n[1] A report, 3.\n"
    with pytest.raises(BriefgenError, match="email-picture"):
        build_email_html('<figure><img src="data:," alt=""/></figure>', "A title", "en")


@pytest.mark.parametrize(
    "email",
    ["ada", "ada@", "@example.org", "ada@example", "ada@exa mple.org", "ada@example.org\nBcc: all@example.org",
     "ada@example.org, eve@example.org", "ädä@example.org", "Ada <ada@example.org>", "a@b.org\r\nX: y"],
)  # fmt: skip
def test_what_is_no_address_makes_no_mailbox(email: str) -> None:
    with pytest.raises(ValueError, match="is not an e-mail address"):
        parse_mailbox(email)


@pytest.mark.slow
@given(st.text(max_size=120), st.text(max_size=60))
def test_no_text_can_add_a_header_or_a_recipient(name: str, subject: str) -> None:
    file = AttachedFile("a.pdf", "application/pdf", LETTER)
    try:
        data = build_message(
            EmailDraft(
                parse_mailbox("d@taps.example", name),
                (parse_mailbox("ada@example.org", name),),
                subject,
                name,
                build_email_html("<p>x</p>", subject, "en"),
                "en",
                attachments=[file],
            )
        )
    except ValueError:
        return
    message = parse_message(data)
    assert set(message.keys()) == {
        "From", "To", "Subject", "X-Unsent", "Content-Language", "MIME-Version", "Content-Type",
    }  # fmt: skip
    assert addresses(message, "To") == ["ada@example.org"]


def test_a_broken_address_never_costs_the_letter_on_paper(folder: Path) -> None:
    emails = ("ada@house.example; broken@", "no address", "clara@house.example")
    campaign = opened(folder, emails=emails)
    assert len(campaign.recipients) == 3 and not campaign.skipped
    said = [one.message for one in campaign.warnings if one.code == "recipient-cell"]
    assert len(said) == 2 and "'broken@' is not an e-mail address; ada@house.example is used" in said[0]
    assert "'no address' is not an e-mail address; it is left empty" in said[1]


def test_who_has_no_postal_address_gets_a_letter_by_email_if_that_is_wanted(folder: Path) -> None:
    people = folder / "recipients.csv"
    people.write_text(
        people.read_text("utf-8").replace("Ada Sample,Washington,DC,20510,US", "Ada Sample,,,,"), "utf-8"
    )
    campaign = opened(folder)
    assert [one.code for one in campaign.skipped] == ["no-address"]
    with (folder / "campaign.yaml").open("a", encoding="utf-8") as file:
        file.write("email: {without_address: true}\n")
    campaign = open_campaign(folder)
    assert not campaign.skipped
    assert '<div class="inside-address"><p>The Honorable Ada Sample<br/>United States Senate</p>' in (
        campaign.compose("ada-sample", "txt").html
    )
    assert [one.id for one in posted_recipients(campaign)] == ["ben-placeholder", "clara-example"]


@pytest.mark.slow
def test_drafts_come_with_one_file_of_all_and_a_table_for_other_programs(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "big.bin").write_bytes(b"\0" * 16_000)
    monkeypatch.setattr(email_drafts, "LARGE_DRAFT_BYTES", 20_000)
    more = "letter: {enclosures: [{name: Data, file: big.bin}]}"
    emails = ("all@house.example", "ALL@house.example; b@house.example", "")
    campaign = opened(folder, more, emails, columns="email_cc=broken")
    assert exit_code("batch", folder, "--format", "pdf", "-q") == 0
    campaign = open_campaign(folder)
    report = write_drafts(campaign, ("pdf",), folder / "out", DraftOptions(mbox=True, merge_file=True))
    (problem,) = report.problems
    assert problem.code == "draft-address" and "column email_cc: 'broken' is not" in problem.message
    assert [one.code for one in report.warnings] == ["draft-large", "email-shared"]
    assert "2 drafts go to the same address all@house.example: ada-sample, ben-placeholder" in (
        report.warnings[1].message
    )
    assert list(report.written) == ["ben-placeholder"] and report.without_email == ["clara-example"]
    drafts = folder / "out/drafts"
    with closing(mailbox.mbox(drafts / "drafts.mbox", create=False)) as box:
        (message,) = box
    assert message["To"].endswith("ALL@house.example>, b@house.example")
    (row,) = csv.DictReader(io.StringIO((drafts / "mail-merge.csv").read_text("utf-8-sig"), newline=""))
    assert (row["To"], row["Name"]) == ("ALL@house.example, b@house.example", "The Honorable Ben Placeholder")
    assert row["Body"].startswith("Dear Senator Ben Placeholder:")
    assert Path(row["Attachment1"]).read_bytes().startswith(b"%PDF-")
    assert Path(row["Attachment2"]) == (folder / "big.bin").resolve()


def test_lines_that_begin_like_a_new_message_stay_in_theirs(tmp_path: Path) -> None:
    path = tmp_path / "two.mbox"
    built = MboxBuilder()
    built.add(b"Subject: a\r\n\r\nFrom here\r\n>From there\r\n")
    built.add(b"Subject: b\r\n\r\nx\r\n")
    path.write_bytes(built.build())
    with closing(mailbox.mbox(path, create=False)) as box:
        first, second = box
    assert (first["Subject"], second["Subject"]) == ("a", "b")
    assert re.findall("^>+From", first.get_payload(), re.MULTILINE) == [">From", ">>From"]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ("email: {cc: ['a@b.example\\nBcc: c@d.example']}", "wrong-type"),
        ("email: {reply_to: nobody}", "wrong-type"),
        ("email: {subject: '{nothing}'}", "pattern-field"),
        ("email: {template: letters}", "template-missing"),
    ],
)
def test_a_mistake_in_the_campaign_stops_it(folder: Path, more: str, code: str) -> None:
    with pytest.raises(BriefgenError) as caught:
        opened(folder, more)
    assert [one.code for one in caught.value.problems] == [code]


def test_an_mbox_that_no_program_opens_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_merge, "MAX_MBOX_BYTES", 10)
    built = MboxBuilder()
    built.add(b"Subject: a\r\n\r\nxxx\r\n")
    with pytest.raises(BriefgenError, match="mbox-large"):
        built.build()
