"""The worker's desk: composes one recipient's letter once, renders it into each format, puts the files down.

This room runs within a worker process; it knows nothing of the ledger or of other letters.
"""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from briefgen.batch.plan import Composer, Letter, Outcome, Renderer, Wanted
from briefgen.batch.write import put, remove
from briefgen.errors import BriefgenError, Place, Problem, StorageFault
from briefgen.model.document import Document

if TYPE_CHECKING:
    from briefgen.model.campaign import Format

MAX_BYTES = 100_000_000
"""No letter is larger; a file beyond this is a template that ran away."""
_FULL = {errno.ENOSPC, errno.EDQUOT}


@dataclass(frozen=True, slots=True)
class Desk:
    """What a worker is given when it starts."""

    composer: Composer
    renderers: Callable[[], Mapping[Format, Renderer]]
    letters: Path
    """Folder of the letters."""
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
            if error.errno in _FULL:  # in the scratch folder, which every further letter needs too
                raise _disk_fault(error, self.scratch) from error
            raise

    def _made(self, letter: Letter, renderers: Mapping[Format, Renderer]) -> Iterator[Outcome]:
        try:
            document = self.composer.letter(letter.recipient)
        except StorageFault:
            raise
        except BriefgenError as fault:
            for wanted in letter.wanted:
                yield _failed(letter, wanted, "compose", fault)
            return
        for wanted in letter.wanted:
            try:
                yield self._make(letter, wanted, document, renderers[wanted.format])
            except StorageFault:
                raise
            except BriefgenError as fault:
                yield _failed(letter, wanted, "render", fault)

    def _make(self, letter: Letter, wanted: Wanted, document: Document, renderer: Renderer) -> Outcome:
        rendering = renderer.render(document)
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
            kept=self._put(wanted, rendering.data),
        )

    def _put(self, wanted: Wanted, data: bytes) -> str:
        same_name = wanted.earlier_file == wanted.file
        try:
            kept = put(
                self.letters / wanted.file, data, ours=frozenset({wanted.earlier_sha256} if same_name else ())
            )
            if wanted.earlier_file and not same_name:
                remove(self.letters / wanted.earlier_file, wanted.earlier_sha256)
        except OSError as error:
            raise _disk_fault(error, self.letters / wanted.file) from error
        return kept


def _failed(letter: Letter, wanted: Wanted, stage: str, fault: BriefgenError) -> Outcome:
    return Outcome(letter.recipient.id, wanted.format, "failed", stage=stage, problems=fault.problems)


def _disk_fault(error: OSError, path: Path) -> StorageFault:
    return StorageFault(
        Problem(
            "output-unwritable",
            f"a letter cannot be written: {error.strerror or error}",
            Place(str(path)),
            "make room or allow writing, then run the same command again: it goes on where it stopped",
        )
    )


def _snippets(record: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(snippet["id"] for snippet in record.get("snippets", ()))
