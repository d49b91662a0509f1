"""Letters in more languages than one: the translations of statements, and what a campaign must translate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from briefgen.compose.asks import is_ask_id
from briefgen.compose.boilerplate import boilerplate_languages
from briefgen.errors import Problem, abbreviate_names
from briefgen.library.loader import Library
from briefgen.model.campaign import CampaignConfig, Interest, has_label
from briefgen.model.recipient import Recipient
from briefgen.model.snippet import Caveat, Snippet
from briefgen.model.text import is_same_language

StatementT = TypeVar("StatementT", Snippet, Caveat)

_MAX_NAMED = 5


def translate_library(library: Library, language: str) -> Library:
    """Return the library with each statement's translation in a language under the id of the original too."""
    return replace(
        library,
        snippets=_translate_statements(library.snippets, language),
        caveats=_translate_statements(library.caveats, language),
    )


def _translate_statements(statements: Mapping[str, StatementT], language: str) -> Mapping[str, StatementT]:
    translations = {
        statement.translates: statement
        for statement in statements.values()
        if statement.translates and is_same_language(statement.language, language)
    }
    return (
        {id: translations.get(id, statement) for id, statement in statements.items()}
        if translations
        else statements
    )


def check_translations(campaign: CampaignConfig) -> Iterator[Problem]:
    """Report what the campaign says in its own language alone, and languages that letters cannot be in."""
    for language, words in campaign.translations.items():
        place = campaign.locate("translations", language)
        if is_same_language(language, campaign.language):
            message = f"{language!r} is the campaign's own language"
            yield Problem("translation-language", message, place, "write these words at the top of the file")
            continue
        if language.split("-")[0].lower() not in boilerplate_languages():
            known = ", ".join(boilerplate_languages())
            message = f"there is no boilerplate for letters in {language!r}"
            yield Problem("furniture-language", message, place, f"it exists in {known}")
        written = {
            "subject": campaign.letter.subject,
            "opening": campaign.opening,
            "constituent": campaign.constituent,
            "enclosures": campaign.letter.enclosures,
            "copies": campaign.letter.copies,
            "reference": campaign.letter.reference if has_label(campaign.letter.reference) else "",
            "postscript": campaign.letter.postscript,
            "sender_title": campaign.sender.title,
            "email_subject": campaign.email.subject,
            "ask": "" if is_ask_id(campaign.ask) else campaign.ask,
        }
        missing = [name for name, text in written.items() if text and not getattr(words, name)]
        if missing:
            message = (
                f"the campaign's {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not translated"
            )
            hint = f"add to translations, under {language}: {', '.join(missing)}"
            yield Problem("translation-missing", message, place, hint)


def check_asks_of_rules(
    campaign: CampaignConfig, applied: Iterable[tuple[Recipient, Sequence[int]]]
) -> Iterator[Problem]:
    """Report asks in words that recipients in another language would get as they are.

    `applied` has the indices of the matching rules for each recipient; the last of them with an ask counts.
    """
    foreign: dict[tuple[int, str], list[str]] = defaultdict(list)
    for recipient, rules in applied:
        language = campaign.translation_language(recipient.language)
        asking = [index for index in rules if campaign.interests[index].ask]
        if language and asking and _is_in_one_language(campaign.interests[asking[-1]]):
            foreign[asking[-1], language].append(recipient.id)
    for (index, language), ids in sorted(foreign.items()):
        names = abbreviate_names(ids, _MAX_NAMED)
        message = f"{names} would get the ask of this rule in {campaign.language!r}, not in {language!r}"
        hint = f"add `and language == {campaign.language!r}` to the condition, and a rule for {language!r}"
        yield Problem("translation-missing", message, campaign.locate("interests", index, "ask"), hint)


def _is_in_one_language(interest: Interest) -> bool:
    """Return whether a rule's ask is in words, and its condition does not say for which language."""
    return not is_ask_id(interest.ask or "") and "language" not in interest.when
