"""From an opened campaign to its letters: formats and output folder, single documents, and whole batches.

The command line and the Python API both come here, so that they make the same letters in the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from briefgen.batch.file_names import letter_file_stem
from briefgen.batch.fork_server import ForkServer
from briefgen.batch.outputs.files import leads_outside, outside_link_problem, write_output_file
from briefgen.batch.outputs.folder import FolderOutput
from briefgen.batch.pool import available_processors
from briefgen.batch.preview import BatchPreview, preview_batch
from briefgen.batch.registry import ConnectedEngine, RemoteJob, find_engine, find_output
from briefgen.batch.runner import BatchSummary, EngineFactory, ProgressReporter, run_batch
from briefgen.batch.shards import Shard, merge_shards
from briefgen.batch.storage_errors import suggest_remedy
from briefgen.batch.tasks import BatchJob
from briefgen.campaign.environment import (
    built_in_library,
    find_campaign_files,
    installed_versions,
)
from briefgen.campaign.reference_numbers import keep_numbers
from briefgen.errors import BriefgenError, Place, Problem, StorageError, UsageError
from briefgen.model.campaign import OutputConfig
from briefgen.model.document import Document
from briefgen.model.recipient import Recipient
from briefgen.render.registry import FORMATS, RendererFactory
from briefgen.system.limits import resource_limits

if TYPE_CHECKING:
    from briefgen.batch.outputs.base import BatchOutput
    from briefgen.batch.plan import BatchSelection
    from briefgen.campaign.open import Campaign

PROOFS_FOLDER = "proofs"
"""Folder of single letters within the output folder; a batch's letters stay apart from them."""
BRIEFING_FOLDER = "briefing"
"""Folder of the briefing within the output folder."""


def select_formats(campaign: Campaign, requested: Iterable[str] | None) -> tuple[str, ...]:
    """Return the requested formats, or those that the campaign names; raise UsageError for an unknown one."""
    formats = tuple(dict.fromkeys(requested or campaign.config.output.formats))
    for name in formats:
        FORMATS.require(name)
    return formats


def resolve_output_folder(campaign: Campaign, folder: Path | None) -> Path:
    """Return the output folder: the given one, or `out/` beside the campaign file.

    Raise StorageError if that `out/` is a link to somewhere outside the campaign's folder: whoever wrote the
    campaign could make us write anywhere.
    """
    if folder is not None:
        return folder
    home = campaign.composer.folder
    default = home / "out"
    if leads_outside(default, home):
        raise StorageError(outside_link_problem(default))
    return default


def open_output(campaign: Campaign, location: str | Path | None) -> BatchOutput:
    """Return where a batch's letters go: a folder, or the place at an address such as `s3://bucket/prefix`."""
    if location is None or isinstance(location, Path) or "://" not in location:
        folder = Path(location) if location is not None else None
        return FolderOutput(resolve_output_folder(campaign, folder))
    return find_output(location).open(location, resolve_output_folder(campaign, None))


def create_letter_job(
    campaign: Campaign,
    formats: tuple[str, ...],
    recipients: Iterable[Recipient],
    *,
    verify_layout: bool = False,
) -> BatchJob:
    """Return the job of making the letters to some recipients, kept to their page limits.

    With `verify_layout`, each PDF that is assembled from blocks is compared with its full layout.
    """
    renderers = campaign.renderers(formats, verify_layout=verify_layout)
    composer = campaign.page_fitter(renderers)
    return BatchJob(
        campaign.config.id,
        tuple(recipients),
        formats,
        composer,
        renderers,
        campaign.rendering_fingerprint + composer.plugin_versions,
    )


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A single document in one format, written to the output folder."""

    path: Path
    pages: int | None
    """None if the format has no pages of its own."""
    characters: int | None
    """Length of plain text; None for other formats."""
    size: int
    """In bytes."""
    kept: Path | None
    """Where the file that was there before was moved, if somebody had changed it by hand."""


def write_letters(
    campaign: Campaign, recipients: Iterable[Recipient], formats: tuple[str, ...], output_folder: Path
) -> list[WrittenFile]:
    """Write the letters to some recipients for review, apart from those of a batch."""
    renderers = campaign.renderers(formats)
    composer = campaign.page_fitter(renderers)
    written = []
    FolderOutput(output_folder).claim(campaign.config.id, record=True)
    keep_numbers(campaign.config, campaign.composer.folder, campaign.recipients)
    for recipient in recipients:
        with resource_limits(f"the letter to {recipient.id}"):
            document = composer.compose_letter(recipient)
        name = f"{PROOFS_FOLDER}/{letter_file_stem(recipient)}"
        written += write_document(renderers, document, output_folder, name)
    return written


def write_briefing(
    campaign: Campaign,
    formats: tuple[str, ...],
    output_folder: Path,
    template: str = "",
    recipient: Recipient | None = None,
) -> tuple[Document, list[WrittenFile]]:
    """Write the briefing, or another paper of the same campaign; return it with the files.

    A brief can be for one recipient, with what the letter asks of this reader marked. Raise UsageError if
    another paper, which is the same for everybody, is to be.
    """
    kind = template or campaign.config.briefing.template
    if recipient is not None and not campaign.composer.brief_pages(kind):
        raise UsageError(
            Problem(
                "paper-for-everybody",
                f"the paper {kind!r} is the same for every reader",
                None,
                "leave out --to, or choose a paper that marks what a reader is asked, such as policy-brief",
            )
        )
    renderers = campaign.renderers(formats)
    with resource_limits("the briefing"):
        document = campaign.page_fitter(renderers).compose_briefing(template, recipient)
    FolderOutput(output_folder).claim(campaign.config.id, record=True)
    kind = (template or BRIEFING_FOLDER).replace("/", "-")
    reader = f"-{letter_file_stem(recipient)}" if recipient else ""
    name = f"{BRIEFING_FOLDER}/{campaign.config.id}-{kind}{reader}"
    return document, write_document(renderers, document, output_folder, name)


def write_document(
    renderers: RendererFactory, document: Document, output_folder: Path, name: str
) -> list[WrittenFile]:
    """Render a document in every format of the factory and write the files as `name.FORMAT`.

    Nothing is written unless all formats could be rendered.
    """
    renderings = {}
    for format, renderer in renderers().items():
        with resource_limits(f"{name}.{format}"):
            renderings[format] = renderer.render(document)
    written = []
    for format, rendering in renderings.items():
        path = output_folder / f"{name}.{format}"
        try:
            kept = write_output_file(output_folder, path, rendering.data)
        except OSError as error:
            raise StorageError(
                Problem(
                    "file-unwritable",
                    f"cannot be written: {error.strerror or error}",
                    Place(str(path)),
                    suggest_remedy(error),
                )
            ) from None
        earlier = output_folder / kept if kept else None
        written.append(WrittenFile(path, rendering.pages, rendering.characters, len(rendering.data), earlier))
    return written


def worker_modules(formats: Iterable[str]) -> tuple[str, ...]:
    """Return the modules that every worker imports to make letters in these formats."""
    modules = [module for name in dict.fromkeys(formats) for module in FORMATS.get(name).preload]
    return ("briefgen.campaign.page_fit", *dict.fromkeys(modules))


@contextmanager
def start_server(formats: Iterable[str] | None) -> Iterator[ForkServer | None]:
    """Start the process from which workers are forked, so that it is ready when the campaign has been opened.

    `formats` are those asked for, if any. Yield None where a single processor has to do one after the other.
    """
    if available_processors() == 1:
        yield None
        return
    expected = formats or OutputConfig().formats
    with ForkServer(worker_modules(name for name in expected if name in FORMATS.built_in)) as server:
        yield server


@dataclass(frozen=True, slots=True)
class CampaignBatch:
    """All letters of a campaign, or of one shard of it, and where they go."""

    campaign: Campaign
    job: BatchJob
    output: BatchOutput
    skipped: tuple[Problem, ...]
    """Why other recipients get no letter."""

    @classmethod
    def assemble(
        cls,
        campaign: Campaign,
        formats: tuple[str, ...],
        output: BatchOutput,
        shard: Shard | None = None,
        *,
        verify_layout: bool = False,
    ) -> CampaignBatch:
        """Assemble a batch; raise BriefgenError if the campaign has no recipients at all."""
        if not (campaign.recipients or campaign.skipped or campaign.withheld):
            raise BriefgenError(
                Problem(
                    "recipients-none",
                    "the campaign has no recipients, so no letter was made",
                    campaign.config.locate("recipients"),
                    "fill the list of recipients that campaign.yaml names, or name another",
                )
            )
        recipients, skipped = campaign.recipients, campaign.skipped
        if shard:
            recipients, skipped = shard.select_recipients(recipients), shard.select_problems(skipped)
            output = output.subfolder(shard.path)
        job = create_letter_job(campaign, formats, recipients, verify_layout=verify_layout)
        return cls(campaign, job, output, skipped)

    @property
    def preload(self) -> tuple[str, ...]:
        """Return the modules that every worker needs; pages are measured as PDF, whatever the formats."""
        formats = list(self.job.formats)
        if self.campaign.config.letter.max_pages is not None:
            formats.append("pdf")
        return worker_modules(formats)

    def run(
        self,
        selection: BatchSelection,
        progress: ProgressReporter,
        *,
        workers: int = 0,
        server: ForkServer | None = None,
        engine: EngineFactory | None = None,
    ) -> BatchSummary:
        """Make the selected letters: with `workers` processes (0: one per processor), or by an engine.

        `server` is the process from which workers are forked, if it was started earlier (`start_server`).
        Raise what `run_batch` raises, and StorageError if the letters' numbers cannot be kept.
        """
        keep_numbers(self.campaign.config, self.campaign.composer.folder, self.campaign.recipients)
        return run_batch(
            self.job,
            self.output,
            workers=workers or available_processors(),
            progress=progress,
            skipped=self.skipped,
            selection=selection,
            preload=self.preload,
            server=server,
            engine_factory=engine,
        )

    @contextmanager
    def connect_engine(self, address: str) -> Iterator[ConnectedEngine]:
        """Connect to the engine at an address, `dask://host:port`; raise BriefgenError if that fails."""
        engine = find_engine(address)
        folder = self.campaign.composer.folder
        remote = RemoteJob(
            self.job,
            folder,
            find_campaign_files(folder),
            installed_versions,
            built_in_library,
            self.preload,
        )
        with engine.connect(address, remote) as connected:
            yield connected

    def preview(self, selection: BatchSelection) -> BatchPreview:
        """Return what a run would make and why, without writing anything."""
        # Without a PDF to be made, only what decides the fit is laid out.
        composer = self.campaign.page_fitter(self.campaign.renderers(()))
        job = replace(self.job, composer=composer)
        return preview_batch(job, self.output, skipped=self.skipped, selection=selection)

    def merge(self, progress: ProgressReporter) -> BatchSummary:
        """Bring the letters of all shards in the output folder together."""
        folder = cast(FolderOutput, self.output)
        return merge_shards(self.job, folder, progress=progress, skipped=self.skipped)
