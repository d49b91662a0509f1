"""The public Python API; `import briefgen` offers the same names. See docs/api.md.

Whatever is not listed here may change in any release.
"""

from __future__ import annotations

from briefgen.audit.findings import AuditReport, CitationFinding, Difference, SentenceFinding, SentenceVerdict
from briefgen.batch.outputs.base import BatchOutput
from briefgen.batch.registry import ConnectedEngine, EngineType, OutputType, RemoteJob
from briefgen.batch.runner import BatchSummary, ProgressReporter
from briefgen.campaign.open import Campaign, open_campaign
from briefgen.errors import BriefgenError, OutputBusyError, Place, Problem, StorageError, UsageError
from briefgen.library.loader import TextLocations
from briefgen.model.document import Document, Rendering
from briefgen.model.recipient import Recipient
from briefgen.recipients.importers.registry import Importer, ImportOptions, ImportResult
from briefgen.render.registry import FORMATS, DocumentRenderer, Format, RendererFactory

__all__ = [
    "FORMATS",
    "AuditReport",
    "BatchOutput",
    "BatchSummary",
    "BriefgenError",
    "Campaign",
    "CitationFinding",
    "ConnectedEngine",
    "Difference",
    "Document",
    "DocumentRenderer",
    "EngineType",
    "Format",
    "ImportOptions",
    "ImportResult",
    "Importer",
    "OutputBusyError",
    "OutputType",
    "Place",
    "Problem",
    "ProgressReporter",
    "Recipient",
    "RemoteJob",
    "RendererFactory",
    "Rendering",
    "SentenceFinding",
    "SentenceVerdict",
    "StorageError",
    "TextLocations",
    "UsageError",
    "open_campaign",
]
