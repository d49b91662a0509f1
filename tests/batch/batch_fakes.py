"""Composers and renderers that are quick, slow, or misbehave on demand; pickled into workers by name."""

from __future__ import annotations

import errno
import os
import signal
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from briefgen.batch.runner import BatchSummary
from briefgen.batch.tasks import BatchJob, FileOutcome
from briefgen.errors import BriefgenError, Place, Problem
from briefgen.model.document import Document, Rendering
from briefgen.model.recipient import Recipient


def people(number: int) -> tuple[Recipient, ...]:
    return tuple(
        Recipient(
            id=f"person-{index:05d}",
            office="us-senator",
            country="US",
            name=f"Name{index:05d} Familý",
            address=(f"{index:05d} Street",),
            place=Place("recipients.csv", index + 2),
        )
        for index in range(number)
    )


@dataclass(frozen=True)
class FakeComposer:
    """Writes the recipient's own data into the letter; misbehaves for those who are named."""

    fingerprint: str = "campaign-1"
    trouble: Mapping[str, str] = field(default_factory=dict)
    """Recipient id to what happens: fault, error, exit, kill, hang, memory, full (disk), once:FILE (crashes the
    first time), litter:FILE (leaves a temporary folder, named in FILE, and crashes), first:FILE:WHAT (the first
    time), counted:FILE:WHAT (each time, with a line in FILE)."""
    slow_s: float = 0.0

    def compose_letter(self, recipient: Recipient) -> Document:
        misbehave(self.trouble.get(recipient.id, ""), recipient)
        time.sleep(self.slow_s)
        return Document(
            kind="letter",
            html=f"<p>{self.fingerprint} {recipient.id} {recipient.name} {' '.join(recipient.address)}</p>",
            title=f"Letter to {recipient.name}",
            author="Sender",
            language="en",
            date=date(2026, 1, 2),
            running=(recipient.name,),
            page="a4",
            record={"recipient": recipient.id, "snippets": [{"id": "one"}, {"id": "two"}]},
        )


@dataclass(frozen=True)
class SameWords(FakeComposer):
    """Its letters say the same whatever the campaign's fingerprint."""

    words: FakeComposer = field(default_factory=FakeComposer)

    def compose_letter(self, recipient: Recipient) -> Document:
        return self.words.compose_letter(recipient)


@dataclass(frozen=True)
class FakeRenderer:
    """The document's text, often enough to make a file that could be torn."""

    format: str
    trouble: Mapping[str, str] = field(default_factory=dict)
    times: int = 500

    def render(self, document: Document) -> Rendering:
        misbehave(self.trouble.get(document.record["recipient"], ""), None)
        data = f"{self.format} {document.html}\n".encode() * self.times
        return Rendering(data, pages=2 if self.format == "pdf" else None)


@dataclass(frozen=True)
class Renderers:
    trouble: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By format, then by recipient."""
    times: int = 500

    def __call__(self) -> Mapping[str, FakeRenderer]:
        return {
            format: FakeRenderer(format, self.trouble.get(format, {}), self.times)
            for format in ("pdf", "docx", "txt")
        }


@dataclass
class DoubtfulRenderer:
    """Finds, in each letter until it is stopped, that assembling it would have made another file."""

    stopped: bool = False

    def render(self, document: Document) -> Rendering:
        doubt = Problem("pdf-assembly", "differs", severity="warning")
        return Rendering(document.html.encode(), 1, () if self.stopped else (doubt,))

    def stop_assembling(self) -> None:
        self.stopped = True


@dataclass(frozen=True)
class Doubtful:
    """Renderers of PDF that were made before the batch, so that a test can look at them."""

    renderer: DoubtfulRenderer = field(default_factory=DoubtfulRenderer)

    def __call__(self) -> Mapping[str, DoubtfulRenderer]:
        return {"pdf": self.renderer}


@dataclass(frozen=True)
class Refusing:
    """Renderers that cannot work on this machine."""

    def __call__(self) -> Mapping[str, FakeRenderer]:
        raise BriefgenError(Problem("fake-missing", "Pango is missing"))


@dataclass(frozen=True)
class Dying:
    """Renderers whose loading kills the process."""

    def __call__(self) -> Mapping[str, FakeRenderer]:
        os._exit(7)


def misbehave(how: str, recipient: Recipient | None) -> None:
    match how.split(":", 1):
        case ["fault"]:
            raise BriefgenError(
                Problem("fake-fault", "=cannot be written", recipient.place if recipient else None, "fix it")
            )
        case ["error"]:
            raise ValueError("a bug")
        case ["exit"]:
            os._exit(3)
        case ["litter", told]:
            Path(told).write_text(tempfile.mkdtemp())
            os._exit(3)
        case ["hang"]:
            swallow_everything()
        case ["memory"]:
            _ = bytearray(700 << 20)
        case ["kill"]:
            os.kill(os.getpid(), signal.SIGKILL)
        case ["full"]:
            try:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            except OSError as error:
                raise BriefgenError(Problem("fake-fault", "cannot be set", None, "mend it")) from error
        case ["counted", told]:
            path, _, how = told.rpartition(":")
            with Path(path).open("a") as file:
                file.write("try\n")
            misbehave(how, recipient)
        case ["first", told]:
            path, _, how = told.rpartition(":")
            if not Path(path).exists():
                Path(path).touch()
                misbehave(how, recipient)
        case ["once", path] if not Path(path).exists():
            Path(path).touch()
            os._exit(3)


def swallow_everything() -> None:
    """Hang as a layout loop does that swallows every exception."""
    while True:
        try:
            time.sleep(0.05)
        except BaseException:
            continue


def job(
    recipients: tuple[Recipient, ...],
    composer: FakeComposer | None = None,
    renderers: object = None,
    formats: tuple[str, ...] = ("pdf", "docx"),
    rendering_fingerprint: str = "stylesheets-1",
) -> BatchJob:
    return BatchJob(
        "campaign",
        recipients,
        formats,
        composer or FakeComposer(),
        renderers or Renderers(),
        rendering_fingerprint,
    )


class Seen:
    """A watch that remembers."""

    def __init__(self) -> None:
        self.total: int | None = None
        self.outcomes: list[FileOutcome] = []
        self.summary: BatchSummary | None = None

    def begin(self, total: int) -> None:
        self.total = total

    def done(self, outcome: FileOutcome) -> None:
        self.outcomes.append(outcome)

    def end(self, summary: BatchSummary) -> None:
        self.summary = summary

    def states(self) -> dict[tuple[str, str], str]:
        return {(outcome.recipient, outcome.format): outcome.state for outcome in self.outcomes}


@dataclass(frozen=True)
class SlowComposer(FakeComposer):
    """Leaves its process id in a folder, so that a test can kill it, and waits there for a gate to open."""

    folder: str = ""
    gate: str = ""

    def compose_letter(self, recipient: Recipient) -> Document:
        (Path(self.folder) / str(os.getpid())).touch()
        while self.gate and not Path(self.gate).exists():
            time.sleep(0.01)
        return super().compose_letter(recipient)


@dataclass(frozen=True)
class KillingComposer(FakeComposer):
    """Kills, for one recipient, the worker of the cluster in which the letter is composed."""

    victim: str = ""

    def compose_letter(self, recipient: Recipient) -> Document:
        if recipient.id == self.victim:
            import psutil

            above = psutil.Process().parents()
            program = next(one for one in above if "briefgen.batch.dask.worker" in one.cmdline())
            program.parent().kill()
            time.sleep(30)
        return super().compose_letter(recipient)


def fake_versions() -> dict[str, str]:
    """What an installation has, for a test to change by the environment."""
    from briefgen import __version__

    return {
        "briefgen": os.environ.get("FAKE_BRIEFGEN", __version__),
        "weasyprint": os.environ.get("FAKE_WEASYPRINT", "70.0"),
    }


def fake_library() -> Path:
    return Path(__file__).parent
