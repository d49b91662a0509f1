"""A campaign through three months, by the commands and by edits in Word: what must hold at each step."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import Said, call
from docx import Document
from material import TINY_RECIPIENTS, tiny_campaign

from briefgen.campaign.open import open_campaign
from briefgen.correspondence.log import SentLetter, read_log
from briefgen.errors import ProblemList
from briefgen.inspect.trace import read_document

SIGNED_BY_EVA = """\
senders:
  - when: id == "dora-new"
    name: Eva Second
    title: Chair
letter:
  reference: CT/{year}/{number}
"""
MADE, EDITED = "I will gladly send", "we will gladly bring"
STATEMENT = "An estimated 37 percent of the taps tested in schools in 2025"


class Journey:
    """The folder in which a campaigner works, with its campaigns `spring`, `correction` and `summer`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.spring = folder / "spring"
        self.recorded: dict[str, bytes] = {}

    def run(self, command: str, *arguments: object, code: int = 0) -> Said:
        said = call(command, *arguments)
        assert said.code == code, said
        self._hold_the_record()
        return said

    def _hold_the_record(self) -> None:
        """What was recorded stays as it was: files that were kept, and the beginning of both tables."""
        now = {
            path.name: path.read_bytes()
            for pattern in ("sent.csv", "replies.csv", "sent/*.zip")
            for path in self.spring.glob(pattern)
        }
        for name, before in self.recorded.items():
            assert now[name] == before if name.endswith(".zip") else now[name].startswith(before), name
        self.recorded = now

    def letter(self, recipient: str, format: str) -> Path:
        (path,) = (self.spring / "out/letters").glob(f"{recipient}-*.{format}")
        return path

    def text(self, recipient: str, format: str = "docx") -> str:
        return plain(read_document(self.letter(recipient, format)).text)

    def log(self) -> list[SentLetter]:
        return list(read_log(self.spring, ProblemList()).sent)

    def kept_text(self, letter: SentLetter) -> str:
        with zipfile.ZipFile(self.spring / letter.kept) as kept:
            return plain(kept.read(f"{letter.recipient}.txt").decode())


def plain(text: str) -> str:
    """A text with each gap as one space."""
    return " ".join(text.replace("\u00a0", " ").split())


def rendered_texts(folder: Path, recipient: str) -> list[str]:
    """What a letter says as PDF and as Word file."""
    opened, texts = open_campaign(folder), []
    for format in ("pdf", "docx"):
        path = folder / f"letter.{format}"
        path.write_bytes(opened.render(recipient, format))
        texts.append(plain(read_document(path).text))
    return texts


def change(path: Path, *changes: tuple[str, str]) -> None:
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def edit_in_word(path: Path, *changes: tuple[str, str]) -> None:
    document = Document(str(path))
    for old, new in changes:
        (run,) = (run for one in document.paragraphs for run in one.runs if old in run.text)
        run.text = run.text.replace(old, new)
    document.save(str(path))


def make_the_letters(journey: Journey) -> None:
    """Ada and Clara have e-mail, Ben has none; the letters are made as PDF and Word."""
    tiny_campaign(journey.spring)
    header, *rows = TINY_RECIPIENTS.splitlines()
    emails = ["ada@senate.example", "", "clara@senate.example"]
    rows = [f"{row},{email}" for row, email in zip(rows, emails, strict=True)]
    (journey.spring / "recipients.csv").write_text("\n".join([f"{header},email", *rows, ""]), "utf-8")
    change(journey.spring / "campaign.yaml", ("2026-12-01", "2026-03-01"))
    journey.run("batch", journey.spring, "-q", "--jobs", 1)
    assert STATEMENT in journey.text("ada-sample")


def adopt_an_edit(journey: Journey) -> None:
    """Until it is taken over, every run names the edited letter."""
    edit_in_word(journey.letter("ada-sample", "docx"), (MADE, EDITED))
    refused = journey.run("print", journey.spring, code=1)
    assert "briefgen adopt" in refused.err
    for _ in range(2):
        assert "briefgen adopt" in journey.run("batch", journey.spring, "-q", "--jobs", 1).err
    (kept,) = (journey.spring / "out/edited").iterdir()
    journey.run("adopt", kept, "-c", journey.spring, "--yes")
    assert "adopt" not in journey.run("batch", journey.spring, "--dry-run").err


def replace_a_recipient(journey: Journey) -> None:
    """Dora succeeds Ben and hears from another signer; PDF and Word both have the edit."""
    change(
        journey.spring / "recipients.csv", ("ben-placeholder", "dora-new"), ("Ben Placeholder", "Dora New")
    )
    with (journey.spring / "campaign.yaml").open("a", encoding="utf-8") as file:
        file.write(SIGNED_BY_EVA)
    said = journey.run("batch", journey.spring, "-q", "--jobs", 1)
    assert "letters-stale" in said.err and "ben-placeholder" in said.err
    assert "adopt" not in said.err
    for format in ("pdf", "docx"):
        assert EDITED in journey.text("ada-sample", format)
        assert MADE in journey.text("clara-example", format)
        assert "Eva Second Chair" in journey.text("dora-new", format)
        assert "Dana Writer" in journey.text("ada-sample", format)
    assert "CT/2026/3" in journey.text("clara-example")


def send_by_email_and_post(journey: Journey) -> None:
    """Those with an e-mail get one, the others a letter; each is recorded once, with its signer."""
    drafted = journey.run("drafts", journey.spring, "--json").json
    assert drafted["without_email"] == ["dora-new"]
    said = journey.run("sent", journey.spring, "--on", "2026-03-02", "--by", "email")
    assert "Without e-mail address, so not recorded: dora-new" in said.out
    printed = journey.run("print", journey.spring, "--unsent", "--envelopes", "dl")
    assert "(1 letter, 1 page)" in printed.out and "(1 envelope)" in printed.out
    journey.run("sent", journey.spring, "--on", "2026-03-03", "--unsent")
    assert [(one.recipient, one.way, one.by) for one in journey.log()] == [
        ("ada-sample", "email", "Dana Writer"),
        ("clara-example", "email", "Dana Writer"),
        ("dora-new", "post", "Eva Second"),
    ]
    assert "unsent-none" in journey.run("print", journey.spring, "--unsent", code=2).err
    for letter in journey.log():
        assert STATEMENT in journey.kept_text(letter)
    assert EDITED in journey.kept_text(journey.log()[0])


def note_replies(journey: Journey) -> None:
    """Clara answers, Dora's letter comes back; a day before the letter is taken for a slip."""
    reply: Callable[..., Said] = lambda *words, code=0: journey.run(  # noqa: E731
        "reply", *words, "-c", journey.spring, code=code
    )
    reply("clara-example", "--on", "2026-03-20", "--note", "Will raise it")
    reply("dora-new", "--on", "2026-03-22", "--kind", "returned", "--note", "moved")
    assert "sent-day" in reply("ada-sample", "--on", "2026-02-20", code=2).err
    events = [line.split()[:3] for line in journey.run("log", journey.spring).out.splitlines()[1:]]
    assert events[-2:] == [
        ["2026-03-20", "reply", "clara-example"],
        ["2026-03-22", "returned", "dora-new"],
    ]
    due = journey.run("due", journey.spring, "--on", "2026-05-01", "--json").json
    assert [(one["kind"], one["id"]) for one in due["due"]] == [("reply", "ada-sample")]


def send_the_returned_letter_again(journey: Journey) -> None:
    """Only the letter that came back is printed; what others got is not recorded for them another time."""
    change(journey.spring / "recipients.csv", ("Dora New", "Dora Newman"))
    change(journey.spring / "campaign.yaml", ("fund yearly tests", "pay for yearly tests"))
    numbers = (journey.spring / "reference-numbers.csv").read_bytes()
    journey.run("batch", journey.spring, "-q", "--jobs", 1)
    assert (journey.spring / "reference-numbers.csv").read_bytes() == numbers
    said = journey.run("sent", journey.spring, "--on", "2026-03-30", "--by", "email")
    assert said.out.startswith("0 letters") and "another text, and left alone: ada-sample" in said.out
    assert len(journey.log()) == 3
    assert "fund yearly tests" in journey.kept_text(journey.log()[0])
    journey.run("sent", journey.spring, "--on", "2026-03-30", "--unsent")
    assert (journey.log()[3].recipient, journey.log()[3].name) == ("dora-new", "Dora Newman")


def correct_a_figure(journey: Journey) -> None:
    """The correction goes to those who got the statement, with the words that stood in their letters."""
    draft = ("--draft", journey.folder / "correction", "--on", "2026-04-10")
    said = journey.run("recall", "school-taps", "-c", journey.spring, *draft)
    assert "school-taps is still in the library" in said.err
    assert "came back, so there is nothing to correct: dora-new" in said.err
    opened = open_campaign(journey.folder / "correction")
    assert [one.id for one in opened.recipients] == ["ada-sample", "clara-example"]
    for text in rendered_texts(journey.folder / "correction", "clara-example"):
        assert "We wrote to you on March 2, 2026:" in text and STATEMENT in text


def write_again(journey: Journey) -> None:
    """A second campaign names the day, and goes to those who got the first and did not answer."""
    summer = journey.folder / "summer"
    tiny_campaign(summer)
    (summer / "recipients.csv").write_bytes((journey.spring / "recipients.csv").read_bytes())
    change(summer / "campaign.yaml", ("id: water", "id: summer"), ("2026-12-01", "2026-05-15"))
    with (summer / "campaign.yaml").open("a", encoding="utf-8") as file:
        file.write("after: {campaign: spring, to: unanswered}\n")
    assert [one.id for one in open_campaign(summer).recipients] == ["ada-sample", "dora-new"]
    for text in rendered_texts(summer, "ada-sample"):
        assert "We wrote to you on March 2, 2026." in text


@pytest.mark.slow
def test_three_months_of_a_campaign(tmp_path: Path) -> None:
    journey = Journey(tmp_path)
    for step in (
        make_the_letters,
        adopt_an_edit,
        replace_a_recipient,
        send_by_email_and_post,
        note_replies,
        correct_a_figure,
        send_the_returned_letter_again,
        write_again,
    ):
        step(journey)
    assert "as it was recorded" in journey.run("log", journey.spring, "--verify").err
