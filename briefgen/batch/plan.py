"""Finds out which files of a batch still have to be made, by comparing hashes and files with the ledger.

Nothing is composed, rendered or written here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from itertools import islice
from typing import Any

from briefgen import __version__
from briefgen.batch.file_names import letter_file_stem
from briefgen.batch.ledger import Ledger, LedgerEntry
from briefgen.batch.outputs.base import BatchOutput
from briefgen.batch.tasks import BatchJob, FileOutcome, LetterTask, PlannedFile, unchanged_outcome
from briefgen.model.document import Document
from briefgen.model.letter_overrides import LetterOverrides
from briefgen.model.recipient import Recipient

_DOCUMENT_FIELDS = tuple(field.name for field in fields(Document))
_RECIPIENT_FIELDS = tuple(field.name for field in fields(Recipient) if field.name != "place")
PLANNING_CHUNK = 32
"""Letters planned in one go, see _plan_in_chunks."""


def input_hash(fingerprint: str, recipient_json: str, format: str) -> str:
    """Return the SHA-256 (hex) over all inputs of one file.

    `fingerprint` is the composer's; `recipient_json` comes from `serialize_recipient`.
    """
    inputs = json.dumps([__version__, fingerprint, recipient_json, format])
    return hashlib.sha256(inputs.encode("ascii")).hexdigest()


def rendering_hash(document: Document, rendering_fingerprint: str, format: str) -> str:
    """Return the SHA-256 (hex) over everything that shapes a file once its letter is composed.

    A record that carries its own hash (briefgen.model.document) is represented by that hash.
    """
    content = {name: getattr(document, name) for name in _DOCUMENT_FIELDS}
    content["record"] = document.record.get("sha256", document.record)
    inputs = json.dumps(
        [__version__, rendering_fingerprint, format, content], sort_keys=True, default=_json_default
    )
    return hashlib.sha256(inputs.encode("ascii")).hexdigest()


def serialize_recipient(recipient: Recipient) -> str:
    """Serialize a recipient as canonical JSON without its place in the file: moving a row changes nothing."""
    record: dict[str, Any] = {name: getattr(recipient, name) for name in _RECIPIENT_FIELDS}
    return json.dumps(record, sort_keys=True, separators=(",", ":"), default=_json_default)


def _json_default(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, LetterOverrides):
        return value.model_dump(mode="json")
    return dict(value) if isinstance(value, Mapping) else asdict(value)


@dataclass(frozen=True, slots=True)
class BatchSelection:
    """Which of the letters that are to be made a run makes; by default all of them."""

    only: frozenset[str] | None = None
    """Ids of recipients."""
    limit: int | None = None
    """Maximum number of recipients."""
    failed: bool = False
    """Only letters that could not be made at the last attempt."""

    def select_files(self, task: LetterTask, started: int) -> tuple[PlannedFile, ...]:
        """Return the files of a letter to be made, given that letters to `started` recipients precede it."""
        if self.only is not None and task.recipient.id not in self.only:
            return ()
        if self.limit is not None and started >= self.limit:
            return ()
        if self.failed:
            return tuple(file for file in task.files if file.reason in ("failed", "set-aside"))
        return task.files

    @property
    def selects_all(self) -> bool:
        """Return whether nothing is left out."""
        return self == BatchSelection()


SELECT_ALL = BatchSelection()


def plan_letter(
    job: BatchJob, recipient: Recipient, ledger: Ledger, output: BatchOutput
) -> tuple[list[FileOutcome], LetterTask | None]:
    """Return the outcomes of a recipient's unchanged files, and the task of making the others, if any."""
    recipient_json, stem = serialize_recipient(recipient), letter_file_stem(recipient)
    fingerprint = job.composer.fingerprint
    unchanged: list[FileOutcome] = []
    files: list[PlannedFile] = []
    for format in job.formats:
        file = PlannedFile(format, f"{stem}.{format}", input_hash(fingerprint, recipient_json, format))
        entry = ledger.find(recipient.id, format)
        if entry is None:
            files.append(file)
            continue
        outdated = _compare_with_entry(file, entry, output)
        if outdated is None:
            unchanged.append(unchanged_outcome(entry, format))
        else:
            files.append(outdated)
    return unchanged, LetterTask(recipient, tuple(files)) if files else None


def _compare_with_entry(file: PlannedFile, entry: LedgerEntry, output: BatchOutput) -> PlannedFile | None:
    """Return the file with the reason for making it again, or None if it is up to date."""
    if entry.state != "rendered":
        return replace(file, reason=entry.state, previous=entry)
    if entry.key != file.input_hash or entry.file != file.name:
        intact = (
            bool(entry.rendering_hash) and entry.file == file.name and output.file_state(entry) == "whole"
        )
        return replace(file, reason="changed", previous=entry, intact=intact)
    state = output.file_state(entry)
    return None if state == "whole" else replace(file, reason=state, previous=entry)


def iter_letter_tasks(
    job: BatchJob,
    ledger: Ledger,
    output: BatchOutput,
    selection: BatchSelection,
    settle: Callable[[FileOutcome, bool], None],
) -> Iterator[LetterTask]:
    """Yield the letters to be made.

    On the way, pass each file that is unchanged or not selected to `settle`, with whether the batch counts as
    complete without making it.
    """
    started = 0
    for recipient, (unchanged, task) in _plan_in_chunks(job, ledger, output):
        for outcome in unchanged:
            settle(outcome, True)
        selected = selection.select_files(task, started) if task else ()
        for file in task.files if task else ():
            if file not in selected:
                settle(FileOutcome(recipient.id, file.format, "left"), file.is_known_failure)
        if selected:
            started += 1
            yield LetterTask(recipient, selected)


def _plan_in_chunks(
    job: BatchJob, ledger: Ledger, output: BatchOutput
) -> Iterator[tuple[Recipient, tuple[list[FileOutcome], LetterTask | None]]]:
    """Yield the plan of each recipient's letter.

    Planning several in a row is far cheaper than planning one between two letters, since rendering a letter
    evicts the planner's data from the processor's caches.
    """
    recipients = iter(job.recipients)
    while chunk := list(islice(recipients, PLANNING_CHUNK)):
        yield from [(recipient, plan_letter(job, recipient, ledger, output)) for recipient in chunk]
