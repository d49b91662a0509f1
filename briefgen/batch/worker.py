"""The worker's desk: composes one recipient's letter once, renders it into each format, puts the files down.

This room runs within a worker process; it knows nothing of the ledger or of other letters.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from briefgen.batch.os_errors import out_of_room, refused_by_system, unwritable
from briefgen.batch.outputs.folder import Folder
from briefgen.batch.plan import Composer, Letter, Outcome, Renderer, Wanted, drawn, standing
from briefgen.errors import BriefgenError, Problem, StorageError
from briefgen.model.document import Document

if TYPE_CHECKING:
    from briefgen.model.campaign import Format

MAX_BYTES = 100_000_000
"""No letter is larger; a file beyond this is a template that ran away."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What a worker is given when it starts."""

    composer: Composer
    renderers: Callable[[], Mapping[Format, Renderer]]
    drawing: str
    """As in the job."""
    output: Folder
    scratch: Path
    """Folder for temporary files, which a worker that is killed leaves behind."""

    def start(self) -> Callable[[Letter], tuple[Outcome, ...]]:
        """Make the renderers ready; called once in each worker."""
        os.environ["TMPDIR"] = tempfile.tempdir = str(self.scratch)
        renderers = self.renderers()
        return lambda letter: self._outcomes(letter, renderers)

    def _outcomes(self, letter: Letter, renderers: Mapping[Format, Renderer]) -> tuple[Outcome, ...]:
        try:
            return tuple(self._made(letter, renderers))
        except OSError as error:
            if out_of_room(error):  # in the scratch folder, which every further letter needs too
                raise _no_room(error, self.scratch) from error
            raise

    def _made(self, letter: Letter, renderers: Mapping[Format, Renderer]) -> Iterator[Outcome]:
        try:
            document = self.composer.letter(letter.recipient)
        except BriefgenError as fault:
            self._stop_without_room(fault)
            for wanted in letter.wanted:
                yield _failed(letter, wanted, "compose", fault)
            return
        for wanted in letter.wanted:
            try:
                yield self._make(letter, wanted, document, renderers)
            except BriefgenError as fault:
                self._stop_without_room(fault)
                yield _failed(letter, wanted, "render", fault)

    def _stop_without_room(self, fault: BriefgenError) -> None:
        """A full disk is no fault of the letter, whoever found it and whatever it was called."""
        if isinstance(fault, StorageError):
            raise fault
        if error := refused_by_system(fault):
            raise _no_room(error, self.scratch) from fault

    def _make(
        self, letter: Letter, wanted: Wanted, document: Document, renderers: Mapping[Format, Renderer]
    ) -> Outcome:
        its = drawn(document, self.drawing, wanted.format)
        if wanted.stands and wanted.earlier and wanted.earlier.drawn == its:
            return standing(wanted.earlier, wanted.format)
        rendering = renderers[wanted.format].render(document)
        if len(rendering.data) > MAX_BYTES:
            raise BriefgenError(
                Problem(
                    "letter-too-large",
                    f"the letter has {len(rendering.data):,} bytes as {wanted.format}",
                    letter.recipient.place,
                    "look for a picture or a repetition without end in the template",
                )
            )
        return Outcome(
            letter.recipient.id,
            wanted.format,
            "rendered",
            file=wanted.file,
            sha256=hashlib.sha256(rendering.data).hexdigest(),
            size=len(rendering.data),
            pages=rendering.pages,
            snippets=_snippets(document.record),
            fit=_fit(document.record),
            drawn=its,
            kept=self.output.put(wanted.file, rendering.data, wanted.earlier),
        )


def _failed(letter: Letter, wanted: Wanted, stage: str, fault: BriefgenError) -> Outcome:
    return Outcome(letter.recipient.id, wanted.format, "failed", stage=stage, problems=fault.problems)


def _no_room(error: OSError, scratch: Path) -> StorageError:
    return unwritable("temporary files cannot be written", error, Path(error.filename or scratch))


def _snippets(record: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(snippet["id"] for snippet in record.get("snippets", ()))


def _fit(record: Mapping[str, Any]) -> str:
    """`shortened camp-abuses; left out treaty`; empty where the letter is whole."""
    fit = record.get("fit", {})
    said = (("shortened", fit.get("shortened", ())), ("left out", fit.get("left_out", ())))
    return "; ".join(f"{what} {', '.join(names)}" for what, names in said if names)
