"""What has to be looked at again by a day: statements to recheck, terms that end, letters without a reply."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from briefgen.compose.composer import Composer
from briefgen.compose.templates import is_markdown
from briefgen.correspondence.history import summarize_history
from briefgen.correspondence.log import CorrespondenceLog
from briefgen.errors import Place, Problem
from briefgen.model.recipient import Recipient
from briefgen.model.snippet import Snippet

if TYPE_CHECKING:
    from briefgen.campaign.open import Campaign


@dataclass(frozen=True, slots=True)
class DueItem:
    """Something to look at, by a day."""

    kind: Literal["statement", "term", "reply"]
    """`reply` is a letter that was sent and that nobody has answered."""
    id: str
    """Of the snippet or the recipient."""
    by: date
    """The day from which a statement may be untrue, the last day of a term, or the day a letter was sent."""
    about: str
    """Title of the statement, or name of the recipient."""
    place: Place | None

    def as_json(self) -> dict[str, Any]:
        """Return the item as a JSON object."""
        return {
            "kind": self.kind,
            "id": self.id,
            "by": self.by.isoformat(),
            "about": self.about,
            "place": str(self.place) if self.place else "",
        }


def list_due(campaign: Campaign, log: CorrespondenceLog, on: date) -> list[DueItem]:
    """Return what is due on a day, the earliest first.

    Statements are those that a letter of the campaign prints, or that it named in a letter that was sent.
    """
    items = (
        *_due_statements(campaign, log, on),
        *_ended_terms(campaign, on),
        *_unanswered(campaign, log, on),
    )
    return sorted(items, key=lambda item: (item.by, item.kind, item.id))


def warn_about_due_statements(composer: Composer, recipients: Iterable[Recipient]) -> Iterator[Problem]:
    """Warn about statements in some recipients' letters that were to be looked up by the campaign's date."""
    on, library = composer.campaign.date, composer.library.snippets
    for id in sorted(_selected(composer, recipients) & library.keys()):
        if is_due(library[id], on):
            yield recheck_warning(library[id], on)


def is_due(snippet: Snippet, on: date) -> bool:
    """Return whether a statement was to be looked up again by a day."""
    return snippet.recheck_by is not None and snippet.recheck_by <= on


def recheck_warning(snippet: Snippet, on: date) -> Problem:
    """Return the warning that a statement may be untrue by now; `on` is the campaign's date."""
    return Problem(
        "recheck-due",
        f"{snippet.id!r} was to be looked up again by {snippet.recheck_by}, and the campaign is dated {on}",
        snippet.locate("recheck_by"),
        "look it up; then correct the statement or set a later recheck_by, and review it again",
        severity="warning",
        about=snippet.id,
    )


def _selected(composer: Composer, recipients: Iterable[Recipient]) -> set[str]:
    """Return the ids of the statements and library asks in letters to some recipients.

    No letter is composed for it: of a text in Markdown, the statements that it names count.
    """
    ids: set[str] = set()
    for recipient in recipients:
        own = composer.for_recipient(recipient)
        selection = own.select_by_rules(recipient)
        template = own.templates.find_template(own.campaign.letter.template, recipient)
        if is_markdown(template):
            ids |= own.templates.named_statements(template)
        else:
            ids |= {snippet.id for snippet in selection.evidence}
        if isinstance(selection.ask, Snippet):
            ids.add(selection.ask.id)
    return ids


def _due_statements(campaign: Campaign, log: CorrespondenceLog, on: date) -> Iterator[DueItem]:
    used = {id for letter in log.sent for id in letter.snippets}
    used |= _selected(campaign.composer, campaign.recipients)
    library = campaign.composer.library.snippets
    for id in sorted(used & library.keys()):
        if (by := library[id].recheck_by) is not None and by <= on:
            yield DueItem("statement", id, by, library[id].title or id, library[id].locate("recheck_by"))


def _ended_terms(campaign: Campaign, on: date) -> Iterator[DueItem]:
    for recipient in campaign.recipients:
        if recipient.term_end is not None and recipient.term_end < on:
            name = recipient.full_name or recipient.organisation or recipient.office
            yield DueItem("term", recipient.id, recipient.term_end, name, recipient.place)


def _unanswered(campaign: Campaign, log: CorrespondenceLog, on: date) -> Iterator[DueItem]:
    names = {letter.recipient: letter.name for letter in log.sent}
    for id, letter in summarize_history(log).items():
        if not letter.answered and letter.on <= on:
            yield DueItem("reply", id, letter.on, names[id], None)
