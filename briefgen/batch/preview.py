"""What a run would do, found out without writing anything.

This room composes what has changed, to see whether the letter does; it renders nothing. Whether a letter can
be set shows only when it is made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from briefgen.batch.ledger import Ledger, copied
from briefgen.batch.lock import PATIENCE_S, at_rest
from briefgen.batch.outputs.base import Output
from briefgen.batch.plan import EVERYTHING, Choice, Job, Letter, Outcome, Wanted, distinct, drawn, plan
from briefgen.errors import BriefgenError, Problem

WHY = {
    "new": "not made yet",
    "recipient": "the recipient's data has changed",
    "campaign": "campaign, library, template or briefgen has changed",
    "missing": "the file was deleted or moved away",
    "edited": "the file was changed by hand; it will be kept in edited/",
    "failed": "it failed at the last try",
    "set-aside": "it was set aside at the last try",
}
"""Reasons for making a letter, as people read them."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a run would do about one letter in one format."""

    recipient: str
    """Its id."""
    format: str
    file: str
    """Name in the folder of letters."""
    state: Literal["make", "unchanged", "fail", "left"]
    """`fail`: it cannot be composed; `left`: the run is not asked for it."""
    why: str = ""
    """A key of WHY, where it would be made or left."""
    problems: tuple[Problem, ...] = ()
    """Why it cannot be composed."""

    def as_json(self) -> dict[str, Any]:
        """As one JSON object."""
        record = {name: getattr(self, name) for name in ("recipient", "format", "file", "state", "why")}
        return {**record, "problems": [problem.as_json() for problem in self.problems]}


@dataclass(frozen=True, slots=True)
class Preview:
    """What a run would do, letter by letter in the order of work."""

    letters: tuple[Foreseen, ...]
    skipped: tuple[Problem, ...]
    """Recipients who cannot be written to."""
    notes: tuple[Problem, ...]
    """Warnings."""

    @property
    def counts(self) -> Counter[str]:
        """Letters by state."""
        return Counter(one.state for one in self.letters)

    @property
    def exit_code(self) -> int:
        """1 where somebody would get no letter."""
        return 1 if self.skipped or self.counts["fail"] else 0


def preview(
    job: Job,
    output: Output,
    *,
    skipped: Iterable[Problem] = (),
    choice: Choice = EVERYTHING,
    patience_s: float = PATIENCE_S,
) -> Preview:
    """What `run_batch` would do. OutputBusy where a run is at it, StorageFault where it cannot be read."""
    recipients, repeated = distinct(job.recipients)
    job = replace(job, recipients=recipients)
    output.require_inside()
    with at_rest(output.place, output.lock, patience_s=patience_s), copied(output.ledger) as ledger:
        output.look()
        letters = tuple(_foreseen(job, ledger, output, choice))
        notes = (ledger.note,) if ledger.note else ()
    return Preview(letters, (*skipped, *repeated) if choice.everything else (), notes)


def _foreseen(job: Job, ledger: Ledger, output: Output, choice: Choice) -> Iterator[Foreseen]:
    taken = 0
    for recipient in job.recipients:
        unchanged, letter = plan(job, recipient, ledger, output)
        yield from (_stands(outcome) for outcome in unchanged)
        if letter is None:
            continue
        chosen = choice.of(letter, taken)
        taken += bool(chosen)
        yield from (_to_make(job, letter, wanted, "left") for wanted in letter.wanted if wanted not in chosen)
        if chosen:
            yield from _composed(job, replace(letter, wanted=chosen))


def _composed(job: Job, letter: Letter) -> Iterator[Foreseen]:
    try:
        document = job.composer.letter(letter.recipient)
    except BriefgenError as fault:
        for wanted in letter.wanted:
            yield replace(_to_make(job, letter, wanted, "fail"), problems=fault.problems)
        return
    for wanted in letter.wanted:
        same = wanted.earlier is not None and wanted.earlier.drawn == drawn(
            document, job.drawing, wanted.format
        )
        yield _to_make(job, letter, wanted, "unchanged" if wanted.stands and same else "make")


def _stands(outcome: Outcome) -> Foreseen:
    return Foreseen(outcome.recipient, outcome.format, outcome.file, "unchanged")


def _to_make(
    job: Job, letter: Letter, wanted: Wanted, state: Literal["make", "unchanged", "fail", "left"]
) -> Foreseen:
    why: str = wanted.why
    if why == "changed":
        same = wanted.earlier and wanted.earlier.fingerprint == job.composer.fingerprint
        why = "recipient" if same else "campaign"
    return Foreseen(
        letter.recipient.id, wanted.format, wanted.file, state, "" if state == "unchanged" else why
    )
