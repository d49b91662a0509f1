"""Letters: the page as it will be printed, and why each statement is in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from briefgen.address.address import address_recipient
from briefgen.address.countries import country_name
from briefgen.campaign.open import Campaign, find_recipient
from briefgen.compose.select import topic_leaders
from briefgen.errors import BriefgenError, Problem
from briefgen.library.libraries import CAMPAIGN_FILE
from briefgen.model.document import Document
from briefgen.model.letter_overrides import LETTERS_FILE, LetterOverrides
from briefgen.model.recipient import Recipient
from briefgen.model.snippet import Evidence, Snippet
from briefgen.studio.app import Visit, merge_same
from briefgen.studio.messages import describe_problem
from briefgen.studio.rules_in_words import rule_in_words
from briefgen.studio.statements import count_letters, long_day
from briefgen.studio.workspace import ShownLetter, WorkspaceState, require_campaign
from briefgen.system.yaml_splice import YamlEdit

PARTS = {
    "address": "The address",
    "salutation": "The salutation",
    "signature": "The signature",
}
"""Parts of a letter that are no statements, and what they are called."""


@dataclass(frozen=True, slots=True)
class ListedLetter:
    """A recipient in the list at the left."""

    id: str
    name: str
    what: str
    """Office or organisation."""
    state: str
    """`good`, or `bad` where no letter can be made."""
    note: str
    """Why the state is what it is, in a few words; may be empty."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a source says about a statement."""

    source: str
    place: str
    words: str
    is_quote: bool
    by: str
    """Who read it, where nobody's words are quoted."""
    on: str


@dataclass(frozen=True, slots=True)
class Why:
    """Everything that the panel beside the page says about a statement."""

    id: str
    title: str
    words: str
    reason: str
    rule: str
    """For whom the topic was chosen; empty where no rule did."""
    readings: tuple[Reading, ...]
    caveats: tuple[str, ...]
    checks: tuple[str, ...]
    """What was checked; empty for a sentence of one's own, which nobody has approved."""
    next_best: Snippet | None
    next_reason: str
    letters: int
    """Letters in which it is."""
    is_ask: bool
    can_shorten: bool
    is_own: bool
    """Whether letters.yaml says something about it for this letter."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a part of the letter that is no statement comes from."""

    heading: str
    words: str
    lines: tuple[str, ...]
    """Sentences that say where from."""


async def show_letters(visit: Visit) -> Response:
    """Answer with the first letter, or with what keeps letters from being made."""
    state: WorkspaceState = await visit.run(visit.workspace.refresh)
    if state.campaign is None:
        return visit.show("broken.html.j2", "letters", {"problems": merge_same(state.errors)}, 200)
    if not state.campaign.recipients:
        return visit.show("empty.html.j2", "letters", {})
    return visit.redirect(f"letters/{state.campaign.recipients[0].id}")


async def show_letter(visit: Visit) -> Response:
    """Answer with the letter to a recipient; `?s=ID` opens the panel on one of its statements."""
    return await _show(visit, visit.request.path_params["id"], visit.request.query_params.get("s", ""))


async def _show(
    visit: Visit, id: str, chosen: str, unsaved: tuple[Problem, ...] = (), typed: str = ""
) -> Response:
    """Show a letter; `unsaved` says why a change was not saved, and `typed` is what somebody wrote."""

    def prepare() -> dict[str, Any]:
        campaign = require_campaign(visit.workspace.refresh())
        values: dict[str, Any] = {
            "listed": list_letters(campaign),
            "letter": None,
            "why": None,
            "origin": None,
        }
        values["overrides"] = None
        try:
            letter = visit.workspace.show_letter(id)
        except BriefgenError as error:
            return {**values, "problems": merge_same(tuple(error.problems))}
        values |= {"letter": letter, "overrides": letter.recipient.overrides}
        if chosen in PARTS:
            values["origin"] = explain_origin(letter, campaign, chosen)
        elif chosen:
            values["why"] = explain_part(letter, campaign, chosen)
        return values

    values = await visit.run(prepare, key="letter")
    ids = [one.id for one in values["listed"]]
    if id not in ids:
        raise HTTPException(404, "No recipient has this id.")
    at = ids.index(id)
    shared = {
        "id": id,
        "chosen": chosen,
        "problems": [],
        "before": ids[at - 1] if at else "",
        "after": ids[at + 1] if at + 1 < len(ids) else "",
        "parts": PARTS,
        "unsaved": merge_same(unsaved),
        "typed": typed,
    }
    return visit.show("letters.html.j2", "letters", {**shared, **values}, 422 if unsaved else 200)


async def edit_letter(visit: Visit) -> Response:
    """Change what a letter says: this letter alone, or everybody's; then show it again."""
    id, form = visit.request.path_params["id"], await visit.form()
    action, statement = form.get("action", ""), form.get("statement", "")

    def change() -> None:
        campaign = require_campaign(visit.workspace.refresh())
        recipient = find_recipient(campaign, id)
        file, what, edits = _plan_edit(campaign, recipient, action, statement, form)
        visit.workspace.change(file, what, edits)

    try:
        await visit.run(change)
    except BriefgenError as error:
        return await _show(visit, id, statement, tuple(error.problems), form.get("words", ""))
    stays = action in ("own", "short", "restore", "paragraph")
    return visit.redirect(f"letters/{id}?s={statement}" if stays and statement else f"letters/{id}")


def _plan_edit(
    campaign: Campaign, recipient: Recipient, action: str, statement: str, form: Mapping[str, str]
) -> tuple[str, str, list[YamlEdit]]:
    """Return the file to change, what is done in a few words, and the values to set.

    Raise HTTPException for what no form of ours sends.
    """
    name = recipient.full_name or recipient.role or recipient.id
    now = recipient.overrides or LetterOverrides()
    words = " ".join(form.get("words", "").split())
    if action != "paragraph" and statement not in campaign.composer.library.snippets:
        raise HTTPException(422, "There is no such statement.")
    match action:
        case "leave-out":
            left = [*now.leave_out, statement]
            edits = [YamlEdit((recipient.id, "leave_out"), left), *_forget(recipient.id, now, statement)]
            return LETTERS_FILE, f"Left a statement out for {name}", edits
        case "instead" if form.get("use", "") in campaign.composer.library.snippets:
            edits = [YamlEdit((recipient.id, "leave_out"), [*now.leave_out, statement])]
            edits += _forget(recipient.id, now, statement)
            used = [one for one in now.use if one != statement]
            return (
                LETTERS_FILE,
                f"Another statement for {name}",
                [
                    *(edit for edit in edits if edit.path[-1] != "use"),
                    YamlEdit((recipient.id, "use"), [*used, form["use"]]),
                ],
            )
        case "short":
            edits = [YamlEdit((recipient.id, "short"), [*now.short, statement])]
            return LETTERS_FILE, f"Short wording for {name}", edits
        case "own" if words:
            edits = [YamlEdit((recipient.id, "instead", statement), words)]
            return LETTERS_FILE, f"Your own sentence for {name}", edits
        case "restore":
            return LETTERS_FILE, f"As for everybody, for {name}", _forget(recipient.id, now, statement)
        case "paragraph":
            return (
                LETTERS_FILE,
                f"A paragraph for {name}",
                [YamlEdit((recipient.id, "paragraph"), words or None)],
            )
        case "exclude":
            chosen = campaign.config.selection
            edits = [YamlEdit(("selection", "excluded"), [*chosen.excluded, statement])]
            if statement in chosen.required:
                required = [one for one in chosen.required if one != statement]
                edits.append(YamlEdit(("selection", "required"), required or None))
            return CAMPAIGN_FILE, "Left a statement out for everybody", edits
        case _:
            raise HTTPException(422, "Nothing was changed.")


def _forget(id: str, now: LetterOverrides, statement: str) -> list[YamlEdit]:
    """Return the edits that remove whatever letters.yaml says about a statement, but not that it is left
    out."""
    edits = []
    for key in ("use", "short"):
        if statement in (named := getattr(now, key)):
            edits.append(YamlEdit((id, key), [one for one in named if one != statement] or None))
    if statement in now.instead:
        edits.append(YamlEdit((id, "instead", statement), None))
    return edits


async def restore_letter(visit: Visit) -> Response:
    """Remove everything that holds for one letter alone."""
    id = visit.request.path_params["id"]

    def change() -> None:
        recipient = find_recipient(require_campaign(visit.workspace.refresh()), id)
        what = f"As for everybody, for {recipient.full_name or recipient.role or id}"
        visit.workspace.change(LETTERS_FILE, what, [YamlEdit((id,), None)])

    await visit.run(change)
    return visit.redirect(f"letters/{id}")


def list_letters(campaign: Campaign) -> list[ListedLetter]:
    """Return every recipient with the state of their letter, those to whom none can be sent last."""
    listed = [
        ListedLetter(
            one.id, *_describe_recipient(one, campaign), "good", "Words of its own" if one.overrides else ""
        )
        for one in campaign.recipients
    ]
    by_id: dict[str, list[Problem]] = {}
    for problem in campaign.skipped:
        if problem.about:
            by_id.setdefault(problem.about, []).append(problem)
    for id, problems in by_id.items():
        listed.append(ListedLetter(id, id, "", "bad", describe_problem(problems[0]).text))
    return listed


def _describe_recipient(recipient: Recipient, campaign: Campaign) -> tuple[str, str]:
    """Return a recipient's name, or office, and in a few words what it is, from the address."""
    composer = campaign.composer.for_recipient(recipient)
    sender = campaign.config.sender.country
    lines = address_recipient(recipient, composer.forms, sender_country=sender).lines
    name = recipient.full_name or recipient.role or lines[0]
    rest = [line for line in lines[:2] if name not in line]
    country = country_name(recipient.country, "en", formal=False) if recipient.country else ""
    return name, ", ".join(filter(None, [*rest[:1], country]))


def explain_part(letter: ShownLetter, campaign: Campaign, id: str) -> Why | None:
    """Return why a statement is in a letter; None if it is not there."""
    entry = next((one for one in letter.document.record["snippets"] if one["id"] == id), None)
    composer = campaign.composer.for_recipient(letter.recipient)
    snippet = composer.library.snippets.get(id)
    if entry is None or snippet is None:
        return None
    marked = next((one for one in letter.pages.marked if one.id == id), None)
    reason, rule = _reason_in_words(letter, campaign, snippet)
    next_best, next_reason = _find_next_best(letter, campaign, snippet)
    own = letter.recipient.overrides
    return Why(
        id,
        snippet.title or id.replace("-", " "),
        marked.text if marked else entry["text"],
        reason,
        rule,
        tuple(read_evidence(snippet.evidence, letter.document)),
        tuple(caveat["text"] for caveat in entry["caveats"]),
        () if own and id in own.instead else tuple(list_checks(entry)),
        next_best,
        next_reason,
        count_letters(campaign)[id],
        snippet.kind == "ask",
        "short" in snippet.variants and id not in (own.short if own else ()),
        own is not None and any(name == id for _, name in own.named_statements()),
    )


def explain_origin(letter: ShownLetter, campaign: Campaign, part: str) -> Origin:
    """Return where the address, the salutation or the signature of a letter comes from."""
    recipient, explained = letter.recipient, letter.explanation
    row = f"From your list of recipients, {_describe_place(recipient)}."
    office = recipient.office.replace("-", " ")
    form = f"Written as is right for the office {office}: {explained.form_source}."
    marked = next((one.text for one in letter.pages.marked if one.id == part), "")
    match part:
        case "address":
            return Origin(PARTS[part], marked, (row, form))
        case "salutation" if recipient.salutation:
            return Origin(PARTS[part], marked, (f"Your own words for this reader. {row}",))
        case "salutation":
            return Origin(PARTS[part], marked, (form, row))
        case _:
            return Origin(PARTS[part], marked, (f"The sender of the campaign {campaign.config.title}.",))


def _describe_place(recipient: Recipient) -> str:
    place = recipient.place
    if place is None:
        return "which came without a file"
    name = place.file.replace("\\", "/").rpartition("/")[2]
    return f"{name}, row {place.line}" if place.line else name


def _reason_in_words(letter: ShownLetter, campaign: Campaign, snippet: Snippet) -> tuple[str, str]:
    """Return why a statement was chosen, and for whom its topic was, in words."""
    composer = campaign.composer.for_recipient(letter.recipient)
    selection = composer.select_snippets(letter.recipient)
    if snippet.kind == "ask":
        return "This is what you ask of this reader.", ""
    verdict = next((one for one in selection.verdicts if one.snippet.id == snippet.id), None)
    if verdict is None:
        return "The letter’s template names it.", ""
    topics = selection.topics
    topic = next((one for one in topics if one in snippet.topics), "")
    rule = next(
        (
            rule_in_words(one.when)
            for one in reversed(letter.explanation.rules)
            if one.holds and topic in one.topics
        ),
        "",
    )
    match verdict.why:
        case "required":
            return "You chose it for every letter.", ""
        case "letter":
            return "You chose it for this letter.", ""
        case "named" | "best":
            return "The text of the letter names it.", ""
        case "successor":
            return "It replaces an older statement that you chose for every letter.", ""
        case _:
            ranked = [one.snippet for one in selection.verdicts if one.used]
            leads = topic_leaders(ranked, topics).get(snippet.id)
            if leads:
                return f"It is the best statement on {leads.replace('-', ' ')}.", rule
            if topic:
                return f"It is one of the best statements on {topic.replace('-', ' ')}.", rule
            return "It is one of the best statements of the library.", ""


def _find_next_best(letter: ShownLetter, campaign: Campaign, snippet: Snippet) -> tuple[Snippet | None, str]:
    """Return the statement that would come next, and why it is not in the letter."""
    if snippet.kind == "ask":
        return None, ""
    selection = campaign.composer.for_recipient(letter.recipient).select_snippets(letter.recipient)
    left = [one for one in selection.verdicts if not one.used and one.why in ("number", "words", "repeats")]
    alike = [one for one in left if set(one.snippet.topics) & set(snippet.topics)]
    best = next(iter(alike or left), None)
    if best is None:
        return None, ""
    count = len(selection.evidence)
    if best.why == "repeats":
        return best.snippet, "left out because it says much the same as another"
    if best.why == "words":
        return best.snippet, "left out because the letter would be too long"
    return best.snippet, f"left out because {count} statements are in this letter"


def read_evidence(evidence: Iterable[Evidence], document: Document) -> Iterator[Reading]:
    """Yield what the sources of a statement say, as a document cites them."""
    sources = document.record["sources"]
    for one in evidence:
        place = ", ".join(f"{label} {value}" for label, value in one.locator.items())
        source = sources.get(one.source or "", one.source or "")
        if one.quote is not None:
            yield Reading(source, place, one.quote, True, "", "")
        elif one.attested is not None:
            said, by = one.attested.said, one.attested.by
            yield Reading(source, place, said, False, by, long_day(str(one.attested.on)))
        elif one.computed is not None:
            yield Reading("", "", f"Calculated: {one.computed}", False, "", "")


def list_checks(entry: Mapping[str, Any]) -> Iterator[str]:
    """Yield in words what was checked of a statement, by its entry in the evidence record."""
    if entry["verified"]:
        yield "Figures, dates and hedges agree with the source"
    reviewed = entry["reviewed"]
    if reviewed["by"]:
        yield f"Approved by {reviewed['by']}, {long_day(reviewed['on'])}"
    if not entry["caveats"]:
        yield "No reservation needs to be printed with it"


ROUTES = (
    ("letters", "GET", show_letters),
    ("letters/{id}", "GET", show_letter),
    ("letters/{id}/edit", "POST", edit_letter),
    ("letters/{id}/restore", "POST", restore_letter),
)
