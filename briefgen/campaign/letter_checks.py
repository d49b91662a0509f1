"""Checks composed letters against the rules for effective advocacy letters.

The rules come from congressional offices and letter-writing campaigns; docs/checks/letters.md names the
source of each. Every result is a warning, which a campaign can ignore by its code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol
from xml.etree import ElementTree

from briefgen.campaign.own_words import ProvedWords, check_own_words
from briefgen.compose.apply_overrides import PARAGRAPH_COLUMN
from briefgen.compose.asks import WrittenAsk, name_ask
from briefgen.compose.composer import ASK_COLUMN, CONSTITUENT_COLUMN, Composer, constituent_sentence
from briefgen.compose.english_variants import (
    AMERICAN,
    english_variant,
    find_american_spellings,
    printed_forms,
    reader_country,
)
from briefgen.compose.passages import render_inline_markdown
from briefgen.compose.select import SnippetSelection, is_universal
from briefgen.compose.templates import is_markdown
from briefgen.errors import Place, Problem, abbreviate_names, quantity
from briefgen.evidence.own_wording import check_own_wording
from briefgen.model.campaign import CampaignConfig
from briefgen.model.document import Document
from briefgen.model.letter_overrides import LetterOverrides
from briefgen.model.recipient import Recipient
from briefgen.model.snippet import Snippet
from briefgen.recipients.grouping import choose_table_columns

MAX_PAGES = 2
"""AIUSA, FCNL: one page, at most two."""
_BILL_NUMBER = re.compile(
    r"\b(?:H\.?\s?R\.?|HR)[\s.]?(?:No\.?\s?)?\d{1,5}\b|\b[Hh]ouse\s[Bb]ill\s(?:No\.?\s?)?\d{1,5}\b"
    r"|\b[Ss]enate\s[Bb]ill\s(?:No\.?\s?)?\d{1,5}\b|(?<![\w.])S\.?\d{1,5}\b"
)
_CORRECT_BILL_NUMBER = re.compile(r"(?:H\.\sR\.|H\.R\.|S\.)\s\d{1,5}")
_SHOUTING_OR_ABUSE = re.compile(
    r"[!?]*![!?]*|\b(?:shame(?:ful)?|disgrace(?:ful)?|outrage(?:ous)?|disgusting|evil|liars?|thugs?|butchers?|tyrants?"
    r"|monsters?|puppets?|cowards?|hypocrites?|stupid|idiots?|criminals? like you)\b",
    re.IGNORECASE,
)
"""Exclamation marks and words of abuse."""
_NO_CONTINUATION = re.compile(r"(?:please|to|that|we|I)\b|[A-Z](?:[a-z]|\s)")
"""Beginnings of an ask that cannot follow “I respectfully ask you to”."""
_PERSONAL_COLUMNS = ("connection", CONSTITUENT_COLUMN, "paragraph")
"""Columns whose text makes a letter personal."""
_LISTED_IDS = 5


@dataclass(frozen=True, slots=True)
class ComposedLetter:
    """One letter as it would be sent."""

    recipient: Recipient
    selection: SnippetSelection
    paragraphs: tuple[str, ...]
    """Text of the body's paragraphs, without notes."""
    document: Document
    written_in: Place | None = None
    """The file of the letter's text, if that is in Markdown."""
    own_template: Place | None = None
    """The file of the letter's text or template, if it is the campaign's own."""
    own_sentences: Mapping[str, str] = field(default_factory=dict)
    """The sentences that campaign and list have for the beginning of this letter, by what prints them."""
    own_wordings: tuple[Problem, ...] = ()
    """What is wrong with words of the letter's own in place of statements."""

    @property
    def body(self) -> str:
        """Return the text of the whole body."""
        return "\n".join(self.paragraphs)


def compose_for_checks(
    composer: Composer, recipient: Recipient, document: Document | None = None
) -> ComposedLetter:
    """Return the letter to a recipient in the form that the checks need.

    `document` is the letter as fitted to its page limit; without it the letter is composed in full, which
    raises BriefgenError if it cannot be.
    """
    document = document or composer.compose_letter(recipient)
    composer = composer.for_recipient(recipient)
    template = composer.templates.find_template(composer.campaign.letter.template, recipient)
    place = composer.templates.locate_template(template)
    return ComposedLetter(
        recipient,
        composer.select_snippets(recipient),
        _body_paragraphs(document.html),
        document,
        written_in=place if is_markdown(template) else None,
        own_template=place if composer.templates.is_own(template) else None,
        own_sentences={
            "campaign.opening": composer.campaign.opening,
            "constituent": constituent_sentence(composer.campaign, recipient),
            "fields.connection": recipient.extra.get("connection", ""),
        },
        own_wordings=tuple(check_own_wordings(composer, recipient.overrides)),
    )


def check_own_wordings(composer: Composer, overrides: LetterOverrides | None) -> Iterator[Problem]:
    """Yield warnings about words of one's own in place of statements, whose evidence does not bear them."""
    snippets = composer.library.snippets
    for name, words in overrides.statements_instead.items() if overrides else ():
        if overrides and name in snippets:
            place = overrides.locate("instead", name)
            yield from check_own_wording(snippets[name], words, composer.library, place)


def _body_paragraphs(html: str) -> tuple[str, ...]:
    root = ElementTree.fromstring(f"<r>{html}</r>")
    bodies = [one for one in root.iter("div") if one.get("class") in ("body", "postscript")]
    blocks = [block for body in bodies for block in body.iter() if block.tag in ("p", "li")]
    return tuple(text for block in blocks if (text := " ".join(_text_without_notes(block).split())))


def _text_without_notes(element: ElementTree.Element) -> str:
    """Return an element's text without that of its notes."""
    parts = [element.text or ""]
    for child in element:
        if child.get("class") != "footnote":
            parts.append(_text_without_notes(child))
        parts.append(child.tail or "")
    return "".join(parts)


class LetterText(Protocol):
    """What the checks of all letters together ask of each."""

    @property
    def recipient(self) -> Recipient:
        """To whom it goes."""

    @property
    def body(self) -> str:
        """Text of the whole body."""


def gather_letter_warnings(
    letters: Sequence[tuple[LetterText, Iterable[Problem]]], campaign: CampaignConfig
) -> list[Problem]:
    """Return the warnings about each letter, each once with the recipients it concerns, and about all."""
    gathered: dict[Problem, list[str]] = {}
    for letter, problems in letters:
        for problem in problems:
            gathered.setdefault(problem, []).append(letter.recipient.id)
    texts = [letter for letter, _ in letters]
    found = [
        *_check_sender(campaign),
        *(replace(one, message=f"{one.message} ({_list_letters(ids)})") for one, ids in gathered.items()),
        *(check_similar_letters(texts) if _are_letters_personal(texts, campaign) else ()),
    ]
    return [problem for problem in found if problem.code not in campaign.ignore]


def _list_letters(ids: Sequence[str]) -> str:
    return f"in {quantity(len(ids), 'letter')}: {abbreviate_names(ids, _LISTED_IDS)}"


def _letter_warning(code: str, message: str, place: Place | None, hint: str) -> Problem:
    return Problem(code, message, place, hint, severity="warning")


def _check_rows(letter: ComposedLetter) -> Iterator[Problem]:
    """Warn if a letter for several rows prints nothing of one of them."""
    rows = letter.recipient.rows
    if len(rows) < 2:
        return
    columns = choose_table_columns(rows)
    text = " ".join("".join(ElementTree.fromstring(f"<r>{letter.document.html}</r>").itertext()).split())
    for row in rows:
        cells = [" ".join(cell.split()) for header, cell in row if header in columns]
        if cells and not any(cell in text for cell in cells):
            yield _letter_warning(
                "row-unprinted",
                "the letter is for several rows of the list and prints nothing of one of them",
                letter.own_template,
                "write {{ rows_table() }} where the table of the rows belongs",
            )
            return


def check_letter(letter: ComposedLetter, campaign: CampaignConfig) -> Iterator[Problem]:
    """Yield warnings about one letter."""
    yield from _check_ask(letter)
    yield from _check_rows(letter)
    yield from _check_ask_wording(letter)
    yield from _check_evidence(letter, campaign)
    yield from _check_bill_numbers(letter)
    yield from _check_relevance(letter, campaign)
    yield from _check_unsourced_claims(letter, campaign)
    yield from _check_undated_statistics(letter)
    yield from _check_spelling(letter, campaign)
    yield from _check_tone(letter, campaign)
    yield from _check_un_opening(letter)
    yield from _check_own_sentences(letter)
    yield from letter.own_wordings


def _check_ask(letter: ComposedLetter) -> Iterator[Problem]:
    """Check that the first paragraph states purpose and ask (cotton.org)."""
    selection, overrides = letter.selection, letter.recipient.overrides
    forms = _printed_forms(selection.ask)
    if overrides is not None:
        forms += [form.replace(old, new) for form in forms for old, new in overrides.words_instead.items()]
        forms += [overrides.instead[selection.ask.id]] if selection.ask.id in overrides.instead else []
    first = letter.paragraphs[0] if letter.paragraphs else ""
    if any(_normalize_text(form) in _normalize_text(first) for form in forms):
        return
    where = "the first paragraph" if letter.written_in else "the block opening of the template"
    missing = not any(_normalize_text(form) in _normalize_text(letter.body) for form in forms)
    yield _letter_warning(
        "ask-missing" if missing else "ask-late",
        f"the ask {name_ask(selection.ask)!r} is not {'printed' if missing else 'in the first paragraph'}",
        selection.ask_at,
        f"print {{{{ request }}}} in {where}",
    )


def _check_ask_wording(letter: ComposedLetter) -> Iterator[Problem]:
    """Check that an ask in the sender's words continues the sentence in which it is printed."""
    ask = letter.selection.ask
    if not isinstance(ask, WrittenAsk) or not letter.document.language.startswith("en"):
        return
    if _NO_CONTINUATION.match(ask.text):
        yield _letter_warning(
            "ask-wording",
            f"the ask {ask.text!r} does not continue “I respectfully ask you to …”",
            letter.selection.ask_at,
            "begin with a verb in lower case: fund yearly tests of …",
        )


def _printed_forms(ask: Snippet | WrittenAsk) -> list[str]:
    """Return the forms in which an ask may be printed: its wordings in each variety of English."""
    if isinstance(ask, WrittenAsk):
        return [ask.text]
    plain = [_strip_tags(render_inline_markdown(wording)) for wording in (ask.body, *ask.variants.values())]
    return [form for wording in plain for form in printed_forms(wording)]


def _check_evidence(letter: ComposedLetter, campaign: CampaignConfig) -> Iterator[Problem]:
    """Check that the letter contains evidence and not only an ask."""
    asked = {letter.selection.ask.id}
    if all(one["id"] in asked for one in letter.document.record["snippets"]):
        text = letter.own_template
        if text and is_markdown(text.file):
            where, hint = text, f'and put them into {text.file.rpartition("/")[2]}: {{{{ statement("ID") }}}}'
        else:
            where = campaign.locate("interests")
            hint = "or topics that have some; briefgen explain says why each is left out"
        yield _letter_warning(
            "letter-without-evidence",
            "the letter contains no evidence",
            where,
            f"add statements with briefgen snippets new, {hint}",
        )


def _check_bill_numbers(letter: ComposedLetter) -> Iterator[Problem]:
    """Check that bills are cited as "H.R. 5959" or "S. 12" (cotton.org)."""
    for found in dict.fromkeys(match[0] for match in _BILL_NUMBER.finditer(letter.body)):
        if not _CORRECT_BILL_NUMBER.fullmatch(found):
            number = re.sub(r"\D", "", found)
            chamber = "S." if found.lower().startswith("s") else "H.R."
            hint = f"write {chamber} {number}"
            yield _letter_warning(
                "bill-format", f"the bill {found!r} is not cited as Congress does", None, hint
            )


def _check_relevance(letter: ComposedLetter, campaign: CampaignConfig) -> Iterator[Problem]:
    """Check that an elected recipient learns which constituent writes, or why to them (FCNL, CMF)."""
    recipient = letter.recipient
    if not recipient.constituency or constituent_sentence(campaign, recipient):
        return
    if not any(recipient.extra.get(name) for name in _PERSONAL_COLUMNS):
        yield _letter_warning(
            "relevance-missing",
            "the letter does not say which constituent is writing, or why to this recipient",
            campaign.locate("recipients"),
            "fill in the column connection, or write the key constituent in the campaign",
        )


def _check_unsourced_claims(letter: ComposedLetter, campaign: CampaignConfig) -> Iterator[Problem]:
    """Check that the campaign's own texts claim nothing that has no source."""
    proved = ProvedWords.of_document(letter.document.record, campaign)
    for text, where in _free_texts(letter, campaign):
        yield from check_own_words(text, where, proved)
    for text, where in (
        (campaign.title, campaign.locate("title")),
        (campaign.letter.subject, campaign.locate("letter", "subject")),
    ):
        yield from check_own_words(text, where, proved, is_heading=True)


def _free_texts(letter: ComposedLetter, campaign: CampaignConfig) -> Iterator[tuple[str, Place | None]]:
    """Yield the texts of the letter that are not snippets, each with its place."""
    place = letter.recipient.place
    yield campaign.opening, campaign.locate("opening")
    overrides = letter.recipient.overrides
    for name in _PERSONAL_COLUMNS:
        if not (name == PARAGRAPH_COLUMN and overrides and overrides.paragraph):
            yield letter.recipient.extra.get(name, ""), place
    if overrides is not None:
        for path, words in overrides.own_texts():
            yield words, overrides.locate(*path)
    if isinstance(letter.selection.ask, WrittenAsk):
        yield letter.selection.ask.text, letter.selection.ask_at
    if letter.own_template:
        yield _own_words(letter, campaign), letter.own_template


def _own_words(letter: ComposedLetter, campaign: CampaignConfig) -> str:
    """Return the body of a letter without the words of statements, the list and the campaign."""
    statements = [(one, *one["caveats"]) for one in letter.document.record["snippets"]]
    printed = [
        text for group in statements for one in group for text in (one["text"], *one.get("printed_as", ()))
    ]
    values = [text for text in (campaign.opening, *letter.recipient.extra.values()) if text]
    body = letter.body
    for text in sorted((*printed, *values), key=len, reverse=True):
        body = body.replace(text, " ")
    return body


def _check_tone(letter: ComposedLetter, campaign: CampaignConfig) -> Iterator[Problem]:
    """Check that the sender's own texts are polite and factual, without shouting or abuse (Amnesty)."""
    for text, where in _free_texts(letter, campaign):
        for found in dict.fromkeys(match[0] for match in _SHOUTING_OR_ABUSE.finditer(text)):
            yield _letter_warning(
                "tone-harsh",
                f"{found!r} in one of your own texts reads as shouting or abuse",
                where,
                "put it soberly: officials stop reading letters that are not polite",
            )


def _check_un_opening(letter: ComposedLetter) -> Iterator[Problem]:
    """Check that a formal letter to a UN delegation opens with “I have the honour to …” (UNCM, § 106)."""
    where = "" if letter.written_in else " in the block opening of the template"
    formal = letter.recipient.office.startswith("un-permanent-representative")
    first = letter.paragraphs[0] if letter.paragraphs else ""
    if formal and letter.document.language.startswith("en") and "have the honour to" not in first:
        yield _letter_warning(
            "un-opening",
            "the first paragraph lacks “I have the honour to …”, as in formal letters to delegations",
            None,
            f"print {{{{ words.opening_un }}}} first{where}",
        )


def _check_own_sentences(letter: ComposedLetter) -> Iterator[Problem]:
    """Check that a text or template of the campaign's own prints what campaign and list have for it."""
    if not letter.own_template:
        return
    body = _normalize_text(letter.body)
    for name, sentence in letter.own_sentences.items():
        if _normalize_text(sentence) not in body:
            yield _letter_warning(
                "words-unprinted",
                f"does not print {name}, which says something about these recipients",
                letter.own_template,
                f"write {{{{ {name} }}}} where it belongs, or remove what it says from campaign or list",
            )


def _check_undated_statistics(letter: ComposedLetter) -> Iterator[Problem]:
    """Check that every statistic states its year."""
    for snippet in letter.selection.evidence:
        if snippet.kind == "statistic" and not re.search(r"\b(?:1[89]|20)\d\d\b", snippet.body):
            yield _letter_warning(
                "figure-undated",
                f"the statistic {snippet.id!r} does not state its year",
                snippet.locate(),
                "say in the sentence which year the figure is from",
            )


def _check_spelling(letter: ComposedLetter, campaign: CampaignConfig) -> Iterator[Problem]:
    """Check that letters in British or Canadian English use no snippets in American spelling."""
    variant = english_variant(
        letter.document.language, reader_country(letter.recipient, campaign.sender.country)
    )
    if variant in ("", AMERICAN):
        return
    for snippet in (letter.selection.ask, *letter.selection.evidence):
        if isinstance(snippet, WrittenAsk) or variant in snippet.variants or snippet.language == variant:
            continue
        words = find_american_spellings(_strip_tags(render_inline_markdown(snippet.body)), variant)
        if words:
            listed = ", ".join(f"{american} ({other})" for american, other in words.items())
            yield _letter_warning(
                "spelling-american",
                f"the snippet {snippet.id!r} uses American spelling: {listed}",
                snippet.locate(),
                f"give it a variant {variant}, which is reviewed like the wording itself",
            )


def _check_sender(campaign: CampaignConfig) -> Iterator[Problem]:
    """Check that the sender gives a postal address and a way to answer (FCNL)."""
    sender = campaign.sender
    missing = []
    if len(sender.address) < 2 and not re.search(r"\d", "".join(sender.address)):
        missing.append("a complete postal address")
    if not (sender.email or sender.phone):
        missing.append("an e-mail address or telephone number")
    if missing:
        yield Problem(
            "sender-incomplete",
            f"the sender lacks {' and '.join(missing)}",
            campaign.locate("sender"),
            "fill in sender.address, sender.email or sender.phone",
            severity="warning",
        )


SIMILARITY_THRESHOLD = 0.9
"""Share of common three-word sequences from which two letters count as the same form letter."""


def _are_letters_personal(letters: Sequence[LetterText], campaign: CampaignConfig) -> bool:
    """Return whether the campaign treats recipients differently; otherwise one text for all is intended."""
    columns = (*_PERSONAL_COLUMNS, ASK_COLUMN)
    return any(not is_universal(interest) for interest in campaign.interests) or any(
        letter.recipient.extra.get(name) for letter in letters for name in columns
    )


def check_similar_letters(letters: Sequence[LetterText]) -> list[Problem]:
    """Return a warning for each group of letters whose bodies are nearly the same (CMF on form letters)."""
    return [
        Problem(
            "letters-alike",
            f"{len(group)} letters are nearly identical: {abbreviate_names(group, _LISTED_IDS)}",
            None,
            "fill in the column connection or paragraph, or write rules that give them different evidence",
            severity="warning",
        )
        for group in group_similar_texts({letter.recipient.id: letter.body for letter in letters})
    ]


def group_similar_texts(bodies: Mapping[str, str]) -> list[list[str]]:
    """Return the ids of texts that are nearly the same, in groups of two or more, largest first."""
    equal: dict[str, list[str]] = {}
    for name, body in bodies.items():
        equal.setdefault(_normalize_text(body), []).append(name)
    found: list[tuple[frozenset[tuple[str, ...]], list[str]]] = []
    for body, names in equal.items():
        runs = _word_trigrams(body)
        group = next(
            (group for other, group in found if _similarity(runs, other) >= SIMILARITY_THRESHOLD), None
        )
        if group is None:
            found.append((runs, list(names)))
        else:
            group.extend(names)
    return sorted((group for _, group in found if len(group) > 1), key=len, reverse=True)


def _word_trigrams(text: str) -> frozenset[tuple[str, ...]]:
    words = text.split()
    return frozenset(zip(words, words[1:], words[2:], strict=False))


def _similarity(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> float:
    # Sets of very different size cannot be similar, which rules out most pairs.
    if min(len(one), len(other)) < SIMILARITY_THRESHOLD * max(len(one), len(other)):
        return 0.0
    return len(one & other) / len(one | other) if one or other else 1.0


def _strip_tags(html: str) -> str:
    return re.sub(r"<[^>]*>", "", html)


def _normalize_text(text: str) -> str:
    """Return the lower-case words alone, so that punctuation and spaces make no difference."""
    return " ".join(re.findall(r"\w+", text.casefold()))
