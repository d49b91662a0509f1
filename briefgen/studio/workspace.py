"""The open campaign: read again when its files change, its last good state kept, its pages remembered by
content.

Everything here but `WorkspaceState` is used in the engine's thread alone.
"""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from briefgen.address.address import address_recipient
from briefgen.batch.file_names import slugify
from briefgen.campaign.check import check_documents
from briefgen.campaign.explain import LetterExplanation, explain_letter
from briefgen.campaign.open import Campaign, find_recipient, open_campaign
from briefgen.errors import BriefgenError, Problem, ProblemList
from briefgen.library.folders import LibraryFolder
from briefgen.library.ingest.curate import FileWriter, find_campaign_folder
from briefgen.library.loader import DEFAULT_TEXT_LOCATIONS, Library, TextLocations, load_texts
from briefgen.model.document import Document
from briefgen.model.recipient import AddressAndSalutation, Recipient
from briefgen.studio.files import CampaignWriter, Change
from briefgen.studio.pages import DocumentPages, lay_out_pages, recorded_parts
from briefgen.system.limits import resource_limits
from briefgen.system.yaml_reader import parse_yaml
from briefgen.system.yaml_splice import YamlEdit

_SKIPPED_FOLDERS = frozenset({"out", "sent", ".briefgen", ".git", "__pycache__"})
"""Folders of a campaign in which nothing shapes a letter."""
_MAX_FILES = 20_000
_MAX_PAGES_KEPT = 64
"""Documents whose pages are remembered."""

Result = TypeVar("Result")
FileSignature = Mapping[str, tuple[int, int]]
"""Time of change (ns) and size (bytes) of each file of a campaign, by its path."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What checking every letter found, and of which state."""

    version: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class WorkspaceState:
    """The campaign as it was last opened; never changed, but replaced."""

    version: int
    """Counted up with every change of the files."""
    campaign: Campaign | None
    """The last one that could be opened; None if none could yet."""
    errors: tuple[Problem, ...] = ()
    """Why the files as they are now cannot be opened; `campaign` is then the last good one."""
    checked: CheckResult | None = None

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Return everything that is known to be wrong, or worth a look."""
        found = self.errors
        if not found and self.campaign:
            found = self.campaign.problems
        if self.checked and self.checked.version == self.version:
            known = {(one.code, one.message, str(one.place)) for one in found}
            found = (
                *found,
                *(
                    one
                    for one in self.checked.problems
                    if (one.code, one.message, str(one.place)) not in known
                ),
            )
        return found

    @property
    def label(self) -> str:
        """Return what changes with everything that a page can show of this state."""
        return f"{self.version}.{int(self.checked is not None)}"

    @property
    def to_mend(self) -> int:
        """Return how many problems keep letters from being made."""
        return sum(problem.severity == "error" for problem in self.problems)


@dataclass(frozen=True, slots=True)
class ShownLetter:
    """One letter as it is shown: its pages, and what explains them."""

    recipient: Recipient
    addressed: AddressAndSalutation
    document: Document
    pages: DocumentPages
    explanation: LetterExplanation
    text: str
    """The letter as plain text."""


@dataclass(frozen=True, slots=True)
class ShownBriefing:
    """The briefing as it is shown."""

    document: Document
    pages: DocumentPages
    text: str
    """The briefing as plain text."""


@dataclass(slots=True)
class Workspace:
    """A campaign's folder."""

    path: Path
    """The folder of campaign.yaml."""
    state: WorkspaceState = field(default_factory=lambda: WorkspaceState(0, None))
    writer: CampaignWriter = field(init=False)
    reviewer: str = ""
    """Who approved a statement last; proposed for the next."""
    _signature: FileSignature | None = None
    _library: tuple[int, Library] | None = None
    """With its full texts, and the version of the campaign to which it belongs."""
    _letters: OrderedDict[tuple[int, str], ShownLetter] = field(default_factory=OrderedDict)
    _briefing: tuple[int, ShownBriefing] | None = None
    _pages: OrderedDict[str, DocumentPages] = field(default_factory=OrderedDict)

    def __post_init__(self) -> None:
        self.writer = CampaignWriter(self.path)

    @property
    def key(self) -> str:
        """Return the name by which addresses know this campaign: readable, and without its path."""
        name = slugify(self.path.name) or "campaign"
        return f"{name[:40]}-{hashlib.sha256(str(self.path).encode()).hexdigest()[:6]}"

    def has_changed(self) -> bool:
        """Return whether files have changed since the campaign was opened; safe in any thread."""
        return self._signature is not None and read_signature(self.path) != self._signature

    def refresh(self) -> WorkspaceState:
        """Open the campaign again if any of its files has changed; return its state."""
        signature = read_signature(self.path)
        if signature == self._signature:
            return self.state
        self._signature = signature
        version, campaign = self.state.version + 1, self.state.campaign
        try:
            campaign = open_campaign(self.path, trials=())
        except BriefgenError as error:
            self.state = WorkspaceState(version, campaign, tuple(error.problems))
        else:
            self.state = WorkspaceState(version, campaign)
        return self.state

    def change(self, name: str, what: str, edits: Sequence[YamlEdit]) -> WorkspaceState:
        """Change values of one of the campaign's files, and open it again.

        Raise BriefgenError if that is not possible, if a value is wrong, or if the campaign could then no
        longer be opened: the file is as before in that case.
        """
        was_sound = not self.refresh().errors
        change = self.writer.edit_yaml(name, what, edits)
        errors = self.refresh().errors
        if not was_sound:  # what was wrong before may stay, but not what is wrong with these values
            errors = tuple(find_errors_at(errors, name, change.after, edits))
        if errors and change.before != change.after:
            self.writer.take_back(change)
            self.refresh()
            raise BriefgenError(errors)
        return self.state

    def has_statement(self, id: str) -> bool:
        """Return whether there is a statement of this id."""
        campaign = self.state.campaign
        return campaign is not None and id in campaign.composer.library.snippets

    def library(self) -> Library:
        """Return the campaign's library with the full texts at hand: its own, and those in $BRIEFGEN_TEXTS.

        Raise BriefgenError if the campaign cannot be opened.
        """
        state = self.refresh()
        if self._library is None or self._library[0] != state.version:
            opened = require_campaign(state).composer.library
            self._library = (state.version, load_texts(opened, ProblemList(), text_locations()))
        return self._library[1]

    def write_library(self, what: str, job: Callable[[LibraryFolder, FileWriter], Result]) -> Result:
        """Let `job` add to the campaign's own library with the function that it is given, and open it again.

        Raise BriefgenError with what is wrong, or if the campaign could then no longer be opened: all files
        are as before in that case.
        """
        was_sound, last = not self.refresh().errors, self._last_change
        result = job(find_campaign_folder(self.path), self.writer.library_writer(what))
        errors = self.refresh().errors
        if errors and was_sound and self._last_change is not last:
            self.writer.undo()
            self.refresh()
            raise BriefgenError([one for one in errors if one.severity == "error"] or errors)
        return result

    @property
    def _last_change(self) -> Change | None:
        return self.writer.changes[-1] if self.writer.changes else None

    def show_letter(self, id: str) -> ShownLetter:
        """Compose and lay out the letter to a recipient; raise BriefgenError with what is wrong with it."""
        state = self.refresh()
        key = (state.version, id)
        if key not in self._letters:
            campaign = require_campaign(state)
            self._letters[key] = self._make_letter(campaign, find_recipient(campaign, id))
            while len(self._letters) > _MAX_PAGES_KEPT:
                self._letters.popitem(last=False)
        self._letters.move_to_end(key)
        return self._letters[key]

    def _make_letter(self, campaign: Campaign, recipient: Recipient) -> ShownLetter:
        factory = campaign.renderers(("pdf",))
        fitter = campaign.page_fitter(factory)
        with resource_limits(f"the letter to {recipient.id}"):
            fitted = fitter.fit_letter(recipient)
            document = fitted.document
            pdf = factory()["pdf"].render(document).data
        addressed = address_recipient(
            recipient, campaign.composer.forms, sender_country=campaign.config.sender.country
        )
        parts = [*recorded_parts(document.record), *_letter_parts(addressed, campaign)]
        pages = self.keep_pages(lay_out_pages(pdf, parts))
        explanation = explain_letter(campaign.composer, recipient, fitted.fit)
        text = campaign.renderers(("txt",))()["txt"].render(document).data.decode()
        return ShownLetter(recipient, addressed, document, pages, explanation, text)

    def show_briefing(self) -> ShownBriefing:
        """Compose and lay out the briefing; raise BriefgenError with what is wrong with it."""
        state = self.refresh()
        if self._briefing is None or self._briefing[0] != state.version:
            campaign = require_campaign(state)
            factory = campaign.renderers(("pdf",))
            with resource_limits("the briefing"):
                document = campaign.page_fitter(factory).compose_briefing()
                pdf = factory()["pdf"].render(document).data
            pages = self.keep_pages(lay_out_pages(pdf, recorded_parts(document.record)))
            text = campaign.renderers(("txt",))()["txt"].render(document).data.decode()
            self._briefing = (state.version, ShownBriefing(document, pages, text))
        return self._briefing[1]

    def keep_pages(self, pages: DocumentPages) -> DocumentPages:
        """Remember the pages of a document, so that their pictures can be asked for."""
        self._pages[pages.hash] = pages
        self._pages.move_to_end(pages.hash)
        while len(self._pages) > _MAX_PAGES_KEPT:
            self._pages.popitem(last=False)
        return pages

    def picture(self, hash: str, number: int) -> bytes | None:
        """Return the picture of a page of a document that was shown lately; None if it is not known."""
        pages = self._pages.get(hash)
        try:
            return pages.picture(number) if pages else None
        except IndexError:
            return None

    def check(self) -> WorkspaceState:
        """Check every letter and the briefing, if the campaign can be opened."""
        state = self.refresh()
        if state.campaign is None or state.errors:
            return state
        if state.checked and state.checked.version == state.version:
            return state
        warnings, errors = check_documents(state.campaign, count_pages=False)
        found = CheckResult(state.version, (*errors, *warnings))
        self.state = WorkspaceState(state.version, state.campaign, state.errors, found)
        return self.state


def find_errors_at(
    errors: Iterable[Problem], name: str, data: bytes, edits: Sequence[YamlEdit]
) -> Iterator[Problem]:
    """Yield the errors at the lines of some values of a YAML file."""
    parsed = parse_yaml(data.decode("utf-8-sig"), name, ProblemList())
    places = parsed.places if parsed else {}
    lines = {places[edit.path].line for edit in edits if edit.path in places}
    for error in errors:
        if error.place and error.place.line in lines and Path(error.place.file).name == name:
            yield error


def text_locations() -> TextLocations:
    """Return where full texts are besides the campaign's own: the folder in $BRIEFGEN_TEXTS, if it is one."""
    folder = os.environ.get("BRIEFGEN_TEXTS")
    return TextLocations(Path(folder)) if folder and Path(folder).is_dir() else DEFAULT_TEXT_LOCATIONS


def require_campaign(state: WorkspaceState) -> Campaign:
    """Return the campaign; raise BriefgenError with why it cannot be opened."""
    if state.campaign is None:
        raise BriefgenError(state.errors)
    return state.campaign


def _letter_parts(addressed: AddressAndSalutation, campaign: Campaign) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield the parts of a letter that are no statements."""
    yield "address", (" ".join(addressed.lines), " ".join(addressed.lines[:1]))
    yield "salutation", (addressed.salutation,)
    sender = campaign.config.sender
    signature = [sender.name, sender.title, sender.organisation]
    yield "signature", (" ".join(filter(None, signature)),)


def read_signature(folder: Path) -> FileSignature:
    """Return time and size of every file that may shape a letter."""
    found: dict[str, tuple[int, int]] = {}
    for path, entry in _walk(folder):
        try:
            status = entry.stat(follow_symlinks=False)
        except OSError:
            continue
        found[path] = (status.st_mtime_ns, status.st_size)
        if len(found) >= _MAX_FILES:
            break
    return found


def _walk(folder: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    waiting = [str(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        if entry.name not in _SKIPPED_FOLDERS:
                            waiting.append(entry.path)
                    else:
                        yield entry.path, entry
        except OSError:
            continue
