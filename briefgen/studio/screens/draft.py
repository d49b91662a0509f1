"""Check a draft: which of its sentences are true to the sources, which differ, and which have no source
here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import Response

from briefgen.audit.answers.registry import write_answer
from briefgen.audit.findings import FAULTS, AuditReport, SentenceFinding, SentenceVerdict
from briefgen.studio.app import Visit, merge_same
from briefgen.studio.uploads import Shelf, Upload, take_upload
from briefgen.studio.workspace import require_campaign
from briefgen.system.scratch import scratch_folder

MAX_DRAFT_BYTES = 25_000_000
MAX_TEXT_CHARACTERS = 500_000
KINDS = ("docx", "pdf", "odt", "md", "txt", "eml")
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
HEADINGS = {
    SentenceVerdict.DIFFERS: "Differs from what the source says",
    SentenceVerdict.SUPERSEDED: "Overtaken since",
    SentenceVerdict.NEVER_SAY: "Not to be said",
    SentenceVerdict.UNSUPPORTED: "No source here says this",
}


@dataclass(frozen=True, slots=True)
class CheckedDraft:
    """A draft and what was found in it."""

    upload: Upload
    report: AuditReport


@dataclass(frozen=True, slots=True)
class DraftPiece:
    """Some words of a draft, and what is the matter with them."""

    text: str
    mark: str = ""
    """`good`, `bad`, `warn`, or empty where there is nothing to say."""
    number: int = 0
    """Of the card beside it."""


@dataclass(frozen=True, slots=True)
class DraftCard:
    """What is the matter with one sentence."""

    number: int
    heading: str
    lines: tuple[str, ...]
    suggestion: str
    sources: tuple[str, ...]
    is_error: bool


_drafts = Shelf[CheckedDraft](kept=8)


async def show_drop(visit: Visit) -> Response:
    """Answer with the place to drop a draft."""
    return visit.show("draft.html.j2", "draft", {"draft": None, "unread": [], "kinds": KINDS})


async def take_text(visit: Visit) -> Response:
    """Check a text that was pasted."""
    text = (await visit.form()).get("text", "")
    if not text.strip() or len(text) > MAX_TEXT_CHARACTERS:
        raise HTTPException(422, "Paste a text of at most 500,000 characters.")
    number = await visit.run(lambda: _check(visit, Upload("Your text", "md", text.encode())))
    return visit.redirect(f"draft/{number}")


async def take_file(visit: Visit) -> Response:
    """Check a file that was dropped."""
    advice = f"Save it as one of {', '.join(f'.{kind}' for kind in KINDS)}."

    def keep(upload: Upload) -> str:
        return f"draft/{_check(visit, upload)}"

    return await take_upload(visit, KINDS, MAX_DRAFT_BYTES, advice, keep)


def _check(visit: Visit, upload: Upload) -> int:
    """Audit a draft and remember it; return its number. Raise BriefgenError if it cannot be read."""
    campaign = require_campaign(visit.workspace.refresh())
    with scratch_folder() as folder:
        path = folder / f"draft.{upload.ending}"
        path.write_bytes(upload.data)
        report = campaign.audit(path)
    return _drafts.add(visit, CheckedDraft(upload, report))


async def show_draft(visit: Visit) -> Response:
    """Answer with the draft's text and a card for each sentence at fault."""
    draft = _find(visit)
    cards = list(list_cards(draft.report))
    counts = draft.report.counts()
    values = {
        "draft": draft,
        "number": int(visit.request.path_params["number"]),
        "blocks": list(mark_blocks(draft.report, cards)),
        "cards": cards,
        "approved": counts[SentenceVerdict.APPROVED] + counts[SentenceVerdict.SUPPORTED],
        "warnings": merge_same(
            (*draft.report.problems, *draft.report.draft.left_out, *draft.report.draft.suspicions)
        ),
        "kinds": KINDS,
    }
    return visit.show("draft.html.j2", "draft", values)


async def save_with_comments(visit: Visit) -> Response:
    """Answer with the draft as a Word file with comments."""
    draft = _find(visit)

    def write() -> bytes:
        with scratch_folder() as folder:
            source = folder / f"draft.{draft.upload.ending}"
            source.write_bytes(draft.upload.data)
            target = folder / "comments.docx"
            write_answer(source, draft.report, target)
            return target.read_bytes()

    data = await visit.run(write)
    plain = (
        char for char in Path(draft.upload.name).stem if char.isascii() and (char.isalnum() or char in " -_")
    )
    stem = "".join(plain)
    headers = {"content-disposition": f'attachment; filename="{stem or "draft"} with comments.docx"'}
    return Response(data, media_type=_WORD, headers=headers)


def _find(visit: Visit) -> CheckedDraft:
    return _drafts.find(visit, "This draft is no longer here. Check it again.")


def list_cards(report: AuditReport) -> Iterator[DraftCard]:
    """Yield a card for each sentence at fault, and for each about which a person has to be asked."""
    number = count(1)
    for finding in report.sentences:
        warnings = [one for one in finding.differences if one.severity == "warning"]
        if finding.verdict in FAULTS or warnings:
            offered = finding.superseded_by or finding.matches
            yield DraftCard(
                next(number),
                HEADINGS.get(finding.verdict, "Worth a look"),
                tuple(_describe(finding)),
                finding.suggestion,
                offered[0].sources if offered else (),
                finding.verdict in FAULTS and finding.verdict is not SentenceVerdict.UNSUPPORTED,
            )


def _describe(finding: SentenceFinding) -> Iterator[str]:
    sentences = [one.message for one in finding.differences] or ([finding.reason] if finding.reason else [])
    for sentence in (*sentences, *finding.to_judge):
        yield f"{sentence[:1].upper()}{sentence[1:]}".rstrip(".") + "."


def mark_blocks(report: AuditReport, cards: Sequence[DraftCard]) -> Iterator[tuple[str, list[DraftPiece]]]:
    """Yield each block of a draft, by its kind, as pieces of text with their marks."""
    numbers = iter(card.number for card in cards)
    by_block: dict[int, list[tuple[SentenceFinding, int]]] = {}
    for finding in report.sentences:
        has_card = finding.verdict in FAULTS or any(one.severity == "warning" for one in finding.differences)
        entry = (finding, next(numbers) if has_card else 0)
        by_block.setdefault(finding.sentence.block, []).append(entry)
    for index, block in enumerate(report.draft.blocks):
        pieces, at = list[DraftPiece](), 0
        for finding, number in by_block.get(index, ()):
            start, end = finding.sentence.start, finding.sentence.end
            pieces.append(DraftPiece(block.text[at:start]))
            pieces.append(DraftPiece(block.text[start:end], _mark(finding), number))
            at = end
        pieces.append(DraftPiece(block.text[at:]))
        yield block.kind, [piece for piece in pieces if piece.text]


def _mark(finding: SentenceFinding) -> str:
    match finding.verdict:
        case SentenceVerdict.APPROVED | SentenceVerdict.SUPPORTED:
            return "warn" if any(one.severity == "warning" for one in finding.differences) else "good"
        case SentenceVerdict.UNSUPPORTED:
            return "warn"
        case SentenceVerdict.NOTHING_TO_CHECK:
            return ""
        case _:
            return "bad"


ROUTES = (
    ("draft", "GET", show_drop),
    ("draft/text", "POST", take_text),
    ("draft/file", "POST", take_file),
    ("draft/{number:int}", "GET", show_draft),
    ("draft/{number:int}/comments.docx", "GET", save_with_comments),
)
