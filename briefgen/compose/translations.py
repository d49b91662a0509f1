"""Letters in more languages than one: the translations of statements, and what a campaign must translate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from briefgen.compose.asks import is_ask_id
from briefgen.compose.boilerplate import boilerplate_languages
from briefgen.errors import Problem
from briefgen.library.loader import Library
from briefgen.model.campaign import CampaignConfig
from briefgen.model.snippet import Caveat, Snippet
from briefgen.model.text import is_same_language

StatementT = TypeVar("StatementT", Snippet, Caveat)


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
            "reference": campaign.letter.reference,
            "postscript": campaign.letter.postscript,
            "sender_title": campaign.sender.title,
            "ask": "" if is_ask_id(campaign.ask) else campaign.ask,
        }
        missing = [name for name, text in written.items() if text and not getattr(words, name)]
        if missing:
            message = (
                f"the campaign's {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not translated"
            )
            hint = f"add to translations, under {language}: {', '.join(missing)}"
            yield Problem("translation-missing", message, place, hint)
        for index, interest in enumerate(campaign.interests):
            if interest.ask and not is_ask_id(interest.ask) and "language" not in interest.when:
                message = (
                    f"recipients in {language!r} would get the ask of this rule in {campaign.language!r}"
                )
                own = f"add `and language == {campaign.language!r}` to the condition"
                place = campaign.locate("interests", index, "ask")
                yield Problem("translation-missing", message, place, f"{own}, and a rule for {language!r}")
