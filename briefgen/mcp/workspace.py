"""What an assistant can do with a campaign or library: look up, audit, compose, write into its output folder.

Nothing is kept between calls but the index for audits, and that only as long as no file changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from briefgen.errors import BriefgenError, Problem, ProblemList, UsageError, suggest_similar
from briefgen.library.folders import LibraryFolder
from briefgen.library.libraries import CAMPAIGN_FILE, LIBRARY_FILE, library_folders
from briefgen.library.loader import Library, load_library, load_statements

if TYPE_CHECKING:
    from briefgen.audit.audit import Auditor
    from briefgen.audit.findings import AuditReport, SentenceFinding
    from briefgen.campaign.job import WrittenFile
    from briefgen.campaign.open import Campaign
    from briefgen.model.snippet import Evidence, Snippet

MAX_RESULTS = 50
MAX_DRAFT_CHARACTERS = 2_000_000
_MAX_WATCHED_FILES = 20_000


@dataclass(slots=True)
class Workspace:
    """A campaign's folder, a library's folder, or neither: then the built-in and installed libraries."""

    home: LibraryFolder | None
    _auditor: tuple[Any, Auditor] | None = field(default=None, init=False)

    @classmethod
    def find(cls, folder: Path) -> Workspace:
        """Return the workspace at a folder; raise UsageError if there is no such folder."""
        if folder.name in (CAMPAIGN_FILE, LIBRARY_FILE):
            folder = folder.parent
        if not folder.is_dir():
            message = f"there is no folder {str(folder)!r}"
            raise UsageError(Problem("campaign-missing", message, None, "name a campaign's folder"))
        known = any((folder / name).is_file() for name in (CAMPAIGN_FILE, LIBRARY_FILE))
        return cls(LibraryFolder(folder.resolve()) if known else None)

    # -- statements

    def search(self, query: str, topic: str = "", kind: str = "", limit: int = 10) -> dict[str, Any]:
        """Return the approved statements that have the words of a query, best first."""
        from briefgen.library.search import search_snippets

        library = self._statements()
        chosen = [
            snippet
            for snippet in _approved(library)
            if (not topic or topic in snippet.topics) and (not kind or snippet.kind == kind)
        ]
        hits = search_snippets(chosen, library.references, query.split())
        shown = hits[: max(1, min(limit, MAX_RESULTS))]
        return {
            "found": len(hits),
            "statements": [{**_outline(hit.snippet), "words_found": list(hit.found)} for hit in shown],
            "topics": sorted({name for snippet in _approved(library) for name in snippet.topics}),
        }

    def show_statement(self, identifier: str) -> dict[str, Any]:
        """Return a statement with its wordings, evidence, caveats and review."""
        library = self._statements()
        snippet = library.snippets.get(identifier)
        if snippet is None:
            hint = suggest_similar(identifier, library.snippets) or "search for it"
            raise UsageError(Problem("snippet-unknown", f"no snippet has the id {identifier!r}", None, hint))
        caveats = [library.caveats[name].body.strip() for name in snippet.caveats if name in library.caveats]
        return {
            **_outline(snippet),
            "approved": snippet.review.status == "verified",
            "other_wordings": {name: text.strip() for name, text in snippet.variants.items()},
            "topics": list(snippet.topics),
            "confidence": snippet.confidence,
            "caveats": caveats,
            "evidence": [_describe_evidence(evidence, library) for evidence in snippet.evidence],
            "reviewed_by": snippet.review.by,
            "reviewed_on": str(snippet.review.on or ""),
        }

    def list_statements(self) -> list[dict[str, Any]]:
        """Return all approved statements in brief, by id."""
        return [
            _outline(snippet) for snippet in sorted(_approved(self._statements()), key=lambda one: one.id)
        ]

    def list_asks(self, office: str = "") -> dict[str, Any]:
        """Return the asks that an office can act on, or all; raise UsageError for an unknown office."""
        library = self._statements()
        asks = [snippet for snippet in _approved(library) if snippet.kind == "ask"]
        if office:
            self._check_office(office)
            asks = [ask for ask in asks if not ask.recipients or office in ask.recipients]
        return {
            "completes": "I respectfully ask you to …",
            "asks": [{**_outline(ask), "offices": list(ask.recipients)} for ask in asks],
        }

    def _check_office(self, office: str) -> None:
        from briefgen.address.forms_of_address import FormsOfAddress
        from briefgen.campaign.open import FORMS_FILE

        problems = ProblemList()
        own = self.home.find_file(FORMS_FILE, problems) if self.home else None
        offices = FormsOfAddress.load(problems, [(own, FORMS_FILE)] if own else []).offices
        if office not in offices:
            hint = suggest_similar(office, offices)
            raise UsageError(Problem("office-unknown", f"no office has the id {office!r}", None, hint))

    # -- drafts

    def audit(self, text: str) -> dict[str, Any]:
        """Judge each sentence of a draft in Markdown."""
        from briefgen.audit.own_texts import read_own_texts
        from briefgen.audit.readers.registry import read_draft_text

        if len(text) > MAX_DRAFT_CHARACTERS:
            limit = f"the draft is longer than {MAX_DRAFT_CHARACTERS:,} characters"
            raise UsageError(Problem("draft-excessive", limit, None, "audit it in parts"))
        draft = read_draft_text(text, "the draft")
        own_texts = read_own_texts(self.home) if self.home else ()
        return _describe_report(self._require_auditor().audit(draft, own_texts))

    def _require_auditor(self) -> Auditor:
        from briefgen.audit.audit import Auditor

        stamp = self._stamp()
        if self._auditor is None or self._auditor[0] != stamp:
            problems = ProblemList()
            library = load_library(library_folders(self.home, problems), problems)
            problems.raise_errors()
            self._auditor = stamp, Auditor(library)
        return self._auditor[1]

    def _stamp(self) -> tuple[Any, ...]:
        """Return what changes if a file of the folder does; what is made in `out/` does not matter."""
        if self.home is None:
            return ()
        found = []
        for path in sorted(self.home.path.rglob("*"))[:_MAX_WATCHED_FILES]:
            relative = path.relative_to(self.home.path)
            if relative.parts[0] != "out" and path.is_file():
                found.append((str(relative), path.stat().st_mtime_ns))
        return tuple(found)

    # -- letters and papers

    def describe_campaign(self) -> dict[str, Any]:
        """Return the campaign's recipients and what is wrong with it."""
        campaign = self._campaign()
        return {
            "id": campaign.config.id,
            "title": campaign.config.title,
            "recipients": [
                {"id": one.id, "name": one.name, "office": one.office} for one in campaign.recipients
            ],
            "evidence": campaign.evidence_summary,
            "warnings": [str(problem) for problem in campaign.problems],
        }

    def read_campaign_file(self) -> str:
        """Return the text of campaign.yaml."""
        from briefgen.system.yaml_reader import read_text_file

        home = self._require_campaign()
        return read_text_file(home.path / CAMPAIGN_FILE, CAMPAIGN_FILE)

    def compose_letter(self, recipient: str) -> dict[str, Any]:
        """Return a letter as plain text, with the ids of its statements; write nothing."""
        campaign = self._campaign()
        document = campaign.compose(recipient, "txt")
        text = campaign.render(recipient, "txt").decode()
        record = document.record or {}
        return {
            "title": document.title,
            "text": text,
            "statements": [snippet["id"] for snippet in record.get("snippets", ())],
        }

    def explain_letter(self, recipient: str) -> dict[str, Any]:
        """Return why a letter says what it says: form of address, rules, ask, and each statement's reason."""
        from briefgen.campaign.explain import explain_letter
        from briefgen.campaign.open import find_recipient
        from briefgen.system.limits import resource_limits

        campaign = self._campaign()
        member = find_recipient(campaign, recipient)
        with resource_limits(f"the letter to {member.id}"):
            fit = campaign.page_fitter(campaign.renderers(())).fit_letter(member).fit
        return explain_letter(campaign.composer, member, fit, campaign.own_stylesheets("letter")).as_json()

    def write_letter(self, recipient: str, formats: Sequence[str] = ()) -> dict[str, Any]:
        """Write a letter into the campaign's output folder for review.

        Raise UsageError for a campaign that numbers its letters: numbers are kept outside that folder.
        """
        from briefgen.campaign.job import resolve_output_folder, select_formats, write_letters
        from briefgen.campaign.open import find_recipient
        from briefgen.campaign.reference_numbers import uses_numbers

        campaign = self._campaign()
        if uses_numbers(campaign.config):
            message = "the campaign numbers its letters, and an assistant cannot take numbers"
            hint = f"write it with: briefgen letter --to {recipient}"
            raise UsageError(Problem("assistant-numbers", message, None, hint))
        chosen, folder = select_formats(campaign, formats), resolve_output_folder(campaign, None)
        return _describe_files(write_letters(campaign, [find_recipient(campaign, recipient)], chosen, folder))

    def write_brief(self, kind: str = "", recipient: str = "", formats: Sequence[str] = ()) -> dict[str, Any]:
        """Write the briefing, or a paper of another kind, into the campaign's output folder."""
        from briefgen.campaign.briefing_checks import check_briefing
        from briefgen.campaign.job import resolve_output_folder, select_formats, write_briefing
        from briefgen.campaign.open import find_recipient

        campaign = self._campaign()
        reader = find_recipient(campaign, recipient) if recipient else None
        chosen, folder = select_formats(campaign, formats), resolve_output_folder(campaign, None)
        document, files = write_briefing(campaign, chosen, folder, kind, reader)
        warnings = check_briefing(document, campaign.config, kind)
        return {**_describe_files(files), "warnings": [str(problem) for problem in warnings]}

    def _statements(self) -> Library:
        problems = ProblemList()
        library = load_statements(library_folders(self.home, problems), problems)
        problems.raise_errors()
        return library

    def _require_campaign(self) -> LibraryFolder:
        if self.home is None or not (self.home.path / CAMPAIGN_FILE).is_file():
            message = "the assistant was not started in a campaign's folder"
            hint = "start it with: briefgen mcp CAMPAIGN"
            raise UsageError(Problem("assistant-no-campaign", message, None, hint))
        return self.home

    def _campaign(self) -> Campaign:
        from briefgen.campaign.open import open_campaign

        return open_campaign(self._require_campaign().path)


def _approved(library: Library) -> Iterator[Snippet]:
    return (snippet for snippet in library.snippets.values() if snippet.review.status == "verified")


def _outline(snippet: Snippet) -> dict[str, Any]:
    return {
        "id": snippet.id,
        "kind": snippet.kind,
        "title": snippet.title,
        "wording": snippet.body.strip(),
        "as_of": snippet.as_of,
        "language": snippet.language,
        "superseded_by": list(snippet.superseded_by),
    }


def _describe_evidence(evidence: Evidence, library: Library) -> dict[str, Any]:
    """Return a source with its place, and the words in it that prove the statement."""
    from briefgen.compose.record import describe_source, format_locator
    from briefgen.evidence.locators import citable_locator

    reference = library.references.get(evidence.source or "")
    locator = citable_locator(evidence.locator, library.records.get(evidence.source or ""))
    return {
        "source": describe_source(reference) if reference else evidence.source or "",
        "place": ", ".join(format_locator(label, value) for label, value in locator.items()),
        "quote": evidence.quote or "",
        "attested": evidence.attested.said if evidence.attested else "",
        "computed": evidence.computed or "",
        "cited_in": [via.source for via in evidence.via],
    }


def _describe_report(report: AuditReport) -> dict[str, Any]:
    from briefgen.audit.findings import SentenceVerdict

    worth_saying = (one for one in report.sentences if one.verdict is not SentenceVerdict.NOTHING_TO_CHECK)
    return {
        "passes": report.exit_status() == 0,
        "counts": {verdict.value: number for verdict, number in report.counts().items()},
        "sentences": [_describe_finding(finding) for finding in worth_saying],
        "citations": [
            {"text": one.text, "verdict": one.verdict.value, "reference": one.reference}
            for one in report.citations
        ],
        "warnings": [str(problem) for problem in report.problems],
    }


def _describe_finding(finding: SentenceFinding) -> dict[str, Any]:
    return {
        "sentence": " ".join(finding.sentence.text.split()),
        "verdict": finding.verdict.value,
        "reason": finding.reason,
        "differences": [one.message for one in finding.differences],
        "statements": [match.id for match in (*finding.superseded_by, *finding.matches)],
        "approved_wording": finding.suggestion,
        "for_a_person_to_judge": list(finding.to_judge),
    }


def _describe_files(files: Iterable[WrittenFile]) -> dict[str, Any]:
    return {
        "files": [
            {
                "file": str(one.path),
                "pages": one.pages,
                "earlier_version_kept_as": str(one.kept) if one.kept else "",
            }
            for one in files
        ]
    }


def describe_error(error: BriefgenError) -> str:
    """Return the problems of an error, one on each line."""
    return "\n".join(map(str, error.problems))
