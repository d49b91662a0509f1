"""Finds out what a run would do, without writing anything.

Letters that have changed are composed, to see whether the result differs, but not rendered: whether a letter
can be rendered shows only when it is made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from briefgen.batch.file_names import deduplicate_recipients
from briefgen.batch.ledger import Ledger, open_ledger_copy
from briefgen.batch.lock import LOCK_TIMEOUT, shared_output_lock
from briefgen.batch.outputs.base import BatchOutput
from briefgen.batch.plan import SELECT_ALL, BatchSelection, plan_letter, rendering_hash
from briefgen.batch.tasks import BatchJob, FileOutcome, LetterTask, PlannedFile
from briefgen.errors import BriefgenError, Problem

REASON_TEXTS = {
    "new": "not made yet",
    "recipient": "the recipient's data has changed",
    "campaign": "campaign, library, template or briefgen has changed",
    "missing": "the file was deleted or moved away",
    "edited": "the file was edited by hand; briefgen adopt takes a Word file over, else it goes to edited/",
    "failed": "it failed at the last attempt",
    "set-aside": "it was set aside at the last attempt",
    "unverified": "it was not recorded by briefgen on this computer",
}
"""Reasons for making a file, as shown to the user."""
PreviewState: TypeAlias = Literal["make", "unchanged", "fail", "left"]
"""`fail`: it cannot be composed; `left`: the run is not asked for it."""


@dataclass(frozen=True, slots=True)
class PreviewEntry:
    """What a run would do about one letter in one format."""

    recipient: str
    """Id of the recipient."""
    format: str
    file: str
    """File name in the folder of letters."""
    state: PreviewState
    why: str = ""
    """A key of REASON_TEXTS; empty if the file is unchanged."""
    problems: tuple[Problem, ...] = ()
    """Why it cannot be composed."""

    def as_json(self) -> dict[str, Any]:
        """Return the entry as a JSON object."""
        record = {name: getattr(self, name) for name in ("recipient", "format", "file", "state", "why")}
        return {**record, "problems": [problem.as_json() for problem in self.problems]}


@dataclass(frozen=True, slots=True)
class BatchPreview:
    """What a run would do, file by file in the order of work."""

    letters: tuple[PreviewEntry, ...]
    skipped: tuple[Problem, ...]
    """Problems of recipients to whom no letter can be sent."""
    notes: tuple[Problem, ...]
    """Warnings."""

    @property
    def counts(self) -> Counter[str]:
        """Count the files by state."""
        return Counter(entry.state for entry in self.letters)

    @property
    def exit_code(self) -> int:
        """Return 1 if any recipient would get no letter, else 0."""
        return 1 if self.skipped or self.counts["fail"] else 0


def preview_batch(
    job: BatchJob,
    output: BatchOutput,
    *,
    skipped: Iterable[Problem] = (),
    selection: BatchSelection = SELECT_ALL,
    lock_timeout: float = LOCK_TIMEOUT,
) -> BatchPreview:
    """Return what `run_batch` would do.

    Raise OutputBusyError if a run is writing to the output, StorageError if it cannot be read.
    """
    recipients, repeated = deduplicate_recipients(job.recipients)
    job = replace(job, recipients=recipients)
    output.reject_outside_links()
    with (
        shared_output_lock(output.lock_path, label=output.location, timeout=lock_timeout),
        open_ledger_copy(output.ledger_path) as ledger,
    ):
        output.claim(job.campaign, record=False)
        output.scan()
        letters = tuple(_preview_letters(job, ledger, output, selection))
        notes = ledger.warnings
    return BatchPreview(letters, (*skipped, *repeated) if selection.selects_all else (), notes)


def _preview_letters(
    job: BatchJob, ledger: Ledger, output: BatchOutput, selection: BatchSelection
) -> Iterator[PreviewEntry]:
    started = 0
    for recipient in job.recipients:
        unchanged, task = plan_letter(job, recipient, ledger, output)
        yield from (_unchanged_entry(outcome) for outcome in unchanged)
        if task is None:
            continue
        selected = selection.select_files(task, started)
        started += bool(selected)
        yield from (_preview_entry(job, task, file, "left") for file in task.files if file not in selected)
        if selected:
            yield from _preview_composed_letter(job, replace(task, files=selected))


def _preview_composed_letter(job: BatchJob, task: LetterTask) -> Iterator[PreviewEntry]:
    try:
        document = job.composer.compose_letter(task.recipient)
    except BriefgenError as error:
        for file in task.files:
            yield replace(_preview_entry(job, task, file, "fail"), problems=error.problems)
        return
    for file in task.files:
        same_document = file.previous is not None and file.previous.rendering_hash == rendering_hash(
            document, job.rendering_fingerprint, file.format
        )
        yield _preview_entry(job, task, file, "unchanged" if file.intact and same_document else "make")


def _unchanged_entry(outcome: FileOutcome) -> PreviewEntry:
    return PreviewEntry(outcome.recipient, outcome.format, outcome.file, "unchanged")


def _preview_entry(job: BatchJob, task: LetterTask, file: PlannedFile, state: PreviewState) -> PreviewEntry:
    why: str = file.reason
    if why == "changed":
        same_campaign = file.previous and file.previous.fingerprint == job.composer.fingerprint
        why = "recipient" if same_campaign else "campaign"
    return PreviewEntry(task.recipient.id, file.format, file.name, state, "" if state == "unchanged" else why)
