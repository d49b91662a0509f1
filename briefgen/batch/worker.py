"""Composes one recipient's letter, renders it into each format and writes the files.

Runs within a worker process; it knows nothing about the ledger or about other letters.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from briefgen.batch.outputs.folder import FolderOutput
from briefgen.batch.plan import rendering_hash
from briefgen.batch.storage_errors import find_out_of_space_error, is_out_of_space, storage_error
from briefgen.batch.tasks import (
    AssemblingRenderer,
    FileOutcome,
    LetterComposer,
    LetterRenderer,
    LetterTask,
    PlannedFile,
    unchanged_outcome,
)
from briefgen.errors import BriefgenError, Problem, StorageError
from briefgen.model.document import Document, Rendering

MAX_LETTER_BYTES = 100_000_000
"""No real letter is larger; a file beyond this comes from a runaway template."""


@dataclass(frozen=True, slots=True)
class RenderingWorker:
    """What a worker process is given when it starts."""

    composer: LetterComposer
    renderers: Callable[[], Mapping[str, LetterRenderer]]
    rendering_fingerprint: str
    """As in the job."""
    output: FolderOutput
    scratch: Path
    """Folder for temporary files, which a worker that is killed leaves behind."""

    def start(self) -> Callable[[LetterTask], tuple[FileOutcome, ...]]:
        """Create the renderers and return the function that makes a letter; called once in each worker."""
        os.environ["TMPDIR"] = tempfile.tempdir = str(self.scratch)
        renderers = self.renderers()
        return lambda task: self._make_letter(task, renderers)

    def _make_letter(
        self, task: LetterTask, renderers: Mapping[str, LetterRenderer]
    ) -> tuple[FileOutcome, ...]:
        try:
            return tuple(self._make_files(task, renderers))
        except OSError as error:
            if is_out_of_space(error):  # in the scratch folder, which every further letter needs too
                raise _scratch_full_error(error, self.scratch) from error
            raise

    def _make_files(self, task: LetterTask, renderers: Mapping[str, LetterRenderer]) -> Iterator[FileOutcome]:
        if self._difference_flag.exists():
            for renderer in renderers.values():
                if isinstance(renderer, AssemblingRenderer):
                    renderer.stop_assembling()
        try:
            document = self.composer.compose_letter(task.recipient)
        except BriefgenError as error:
            self._reraise_storage_error(error)
            for file in task.files:
                yield _failed_outcome(task, file, "compose", error)
            return
        # A letter is made in all its formats or in none, lest half of it be sent.
        try:
            renderings = [self._render_file(task, file, document, renderers) for file in task.files]
        except BriefgenError as error:
            self._reraise_storage_error(error)
            for file in task.files:
                yield _failed_outcome(task, file, "render", error)
            return
        if any(rendering and rendering.problems for rendering in renderings):
            self._difference_flag.touch()
        for file, rendering in zip(task.files, renderings, strict=True):
            try:
                yield self._write_file(task, file, document, rendering)
            except BriefgenError as error:
                self._reraise_storage_error(error)
                yield _failed_outcome(task, file, "render", error)

    @property
    def _difference_flag(self) -> Path:
        """Return the file by which a worker tells the others that an assembled letter differed."""
        return self.scratch / "layout-differs"

    def _reraise_storage_error(self, error: BriefgenError) -> None:
        """Abort the batch if the disk is full, which is not the letter's fault, whatever the error says."""
        if isinstance(error, StorageError):
            raise error
        if cause := find_out_of_space_error(error):
            raise _scratch_full_error(cause, self.scratch) from error

    def _render_file(
        self,
        task: LetterTask,
        file: PlannedFile,
        document: Document,
        renderers: Mapping[str, LetterRenderer],
    ) -> Rendering | None:
        """Render one file; return None if it is unchanged."""
        document_hash = rendering_hash(document, self.rendering_fingerprint, file.format)
        if file.intact and file.previous and file.previous.rendering_hash == document_hash:
            return None
        rendering = renderers[file.format].render(document)
        if len(rendering.data) > MAX_LETTER_BYTES:
            raise BriefgenError(
                Problem(
                    "letter-too-large",
                    f"as {file.format} the letter is {len(rendering.data):,} bytes long",
                    task.recipient.place,
                    "look for a large picture or an endless loop in the template",
                )
            )
        return rendering

    def _write_file(
        self, task: LetterTask, file: PlannedFile, document: Document, rendering: Rendering | None
    ) -> FileOutcome:
        if rendering is None:
            assert file.previous is not None
            return unchanged_outcome(file.previous, file.format)
        return FileOutcome(
            task.recipient.id,
            file.format,
            "rendered",
            file=file.name,
            sha256=hashlib.sha256(rendering.data).hexdigest(),
            size=len(rendering.data),
            pages=rendering.pages,
            snippets=_snippet_ids(document.record),
            fit=_describe_cuts(document.record),
            warnings=rendering.problems,
            rendering_hash=rendering_hash(document, self.rendering_fingerprint, file.format),
            kept_edit=self.output.write_letter(file.name, rendering.data, file.previous),
        )


def _failed_outcome(task: LetterTask, file: PlannedFile, stage: str, error: BriefgenError) -> FileOutcome:
    return FileOutcome(task.recipient.id, file.format, "failed", stage=stage, problems=error.problems)


def _scratch_full_error(error: OSError, scratch: Path) -> StorageError:
    return storage_error("temporary files cannot be written", error, Path(error.filename or scratch))


def _snippet_ids(record: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(snippet["id"] for snippet in record.get("snippets", ()))


def _describe_cuts(record: Mapping[str, Any]) -> str:
    """Describe the cuts made to keep to the page limit, as in `shortened camp-abuses; left out treaty`."""
    fit = record.get("fit", {})
    cuts = (("shortened", fit.get("shortened", ())), ("left out", fit.get("left_out", ())))
    return "; ".join(f"{action} {', '.join(names)}" for action, names in cuts if names)
