"""Who a letter is from: rules choose the sender, and several people sign in every format alike."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from material import tiny_campaign
from PIL import Image

from briefgen.campaign.open import Campaign, open_campaign
from briefgen.errors import BriefgenError
from briefgen.inspect.compare import find_differences
from briefgen.inspect.trace import read_document
from briefgen.mailing.print_run import build_mailpieces

SENDERS = """\
senders:
  - when: "true"
    email: all@taps.example
  - when: fields.get("Branch") == "south"
    organisation: Clear Taps South
    name: Ben Model
    address: [1 South Road, "Portland, OR 97201"]
    country: US
    close: "Yours,"
    signature: ben.png
    logo: {file: south.png}
letterhead: {sender: [Leith], return_line: Leith}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "water").mkdir()
    for name in ("ben", "dana", "south"):
        Image.new("RGB", (60, 20), "navy").save(tmp_path / "water" / f"{name}.png")
    return tiny_campaign(tmp_path / "water")


def opened(folder: Path, more: str = "", sender: str = "") -> Campaign:
    """The campaign with more keys, and more about its sender; Clara's row has the branch `south`."""
    file, people = folder / "campaign.yaml", folder / "recipients.csv"
    text = file.read_text("utf-8").replace("  email: dana", f"{sender}  email: dana")
    file.write_text(text + more, "utf-8")
    header, ada, ben, clara = people.read_text("utf-8").splitlines()
    people.write_text("\n".join([f"{header},Branch", f"{ada},", f"{ben},", f"{clara},south", ""]), "utf-8")
    return open_campaign(folder)


def block(html: str, name: str) -> list[str]:
    return re.findall(rf'<div class="{name}">(.*?)</div>', html)


def test_a_rule_changes_the_sender_and_what_belongs_to_somebody_else_goes(folder: Path) -> None:
    sender = "  title: Director\n  signature: dana.png\n  phone: '1'\n  signers: [{name: Eve Third}]\n"
    campaign = opened(folder, SENDERS, sender)
    south = campaign.compose("clara-example", "txt").html
    (head,) = block(south, "letterhead")
    assert "<h1>Clear Taps South</h1>" in head and 'alt="Clear Taps South"' in head
    assert "<p>1 South Road · Portland, OR 97201 · dana@taps.example</p>" in head
    (signed,) = block(south, "signature")
    assert 'alt="Signature of Ben Model"' in signed and "<p>Ben Model<br/>Clear Taps South</p>" in signed
    assert block(south, "complimentary-close") == ["<p>Yours,</p>"]
    assert "UNITED STATES" not in south
    usual = campaign.compose("ada-sample", "txt").html
    assert block(usual, "complimentary-close") == ["<p>Sincerely,</p>"] and "UNITED STATES" in usual
    assert "<p>Dana Writer<br/>Director<br/>Clear Taps</p>" in usual
    assert "<p>4 Harbour Road · Leith EH6 7AA · 1 · all@taps.example</p>" in block(usual, "letterhead")[0]
    assert campaign.composer.for_recipient(campaign.recipients[0]).campaign.sender.email == "all@taps.example"


def test_envelopes_are_the_senders_too(folder: Path) -> None:
    campaign = opened(folder, SENDERS)
    first, _, south = build_mailpieces(campaign.recipients, campaign.composer)
    assert first.sender[0] == "Clear Taps" and first.sender[-1] == "UNITED KINGDOM"
    assert south.sender == ("Clear Taps South", "1 South Road", "Portland, OR 97201")
    assert first.lines[-1] == "UNITED STATES" and south.lines[-1] != "UNITED STATES"


@pytest.mark.slow
@pytest.mark.parametrize("where", ["below", "beside"])
def test_several_people_sign_in_every_format_alike(folder: Path, tmp_path: Path, where: str) -> None:
    signers = "{name: Ben Model, organisation: Trust, signature: ben.png}, {name: Eve Third, on_behalf: p.p.}"
    sender = f"  signature: dana.png\n  on_behalf: For all\n  signatures: {where}\n  signers: [{signers}]\n"
    campaign = opened(folder, sender=sender)
    html = campaign.compose("ada-sample").html
    first, second, third = block(html, "signature")
    assert (
        "<p>For all<br/>Dana Writer<br/>Clear Taps</p>" in first and 'alt="Signature of Ben Model"' in second
    )
    assert third.strip() == "<p>p.p.<br/>Eve Third<br/>Clear Taps</p>"
    assert html.count('<div class="columns">') == (where == "beside")
    paths = {format: tmp_path / f"ada.{format}" for format in ("pdf", "docx", "txt")}
    for format, path in paths.items():
        path.write_bytes(campaign.render("ada-sample", format))
    assert not find_differences(read_document(paths["docx"]), read_document(paths["pdf"]))
    text = paths["txt"].read_text("utf-8")
    assert "For all\nDana Writer\nClear Taps\n\nBen Model\nTrust\n\np.p.\nEve Third" in text
    assert "Signature of" not in text


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ("senders: [{when: 'country =', name: A}]", "rule-syntax"),
        ("senders: [{when: 'nothing == 1', name: A}]", "rule-name"),
        ("senders: [{when: 'true', signature: none.png}]", "file-missing"),
        ("senders: [{when: 'true', logo: {file: ../x.png}}]", "file-outside"),
        ("senders: [{when: 'true', logo: {file: recipients.csv}}]", "logo-broken"),
        ("senders: [{when: 'true', signers: [{name: A, signature: none.png}]}]", "file-missing"),
        ("senders: [{name: A}]", "missing-key"),
    ],
)
def test_a_mistake_in_a_sender_stops_the_campaign(folder: Path, more: str, code: str) -> None:
    with pytest.raises(BriefgenError) as caught:
        opened(folder, more)
    assert {one.code for one in caught.value.problems} == {code}


def test_a_sender_whom_nobody_hears_from_is_named(folder: Path) -> None:
    campaign = opened(folder, "senders: [{when: office == 'us-senator', name: A}, {when: 'true', name: B}]")
    assert [one.code for one in campaign.warnings if one.code.startswith("sender")] == ["sender-unused"]
