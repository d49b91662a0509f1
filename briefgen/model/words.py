"""Fixed words of letters that a campaign or a library puts in place of the built-in ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator

from briefgen.data import load_word_data
from briefgen.errors import suggest_similar

BUILT_IN_WORDS: Mapping[str, Mapping[str, str]] = load_word_data("furniture")
"""By language (ISO 639) and key; the file explains the keys."""


def ask_alone(language: str) -> str:
    """Return how an ask is made a sentence of its own in a language (BCP 47), with {ask}.

    It is empty where the ask begins with its verb.
    """
    return BUILT_IN_WORDS.get(language.split("-")[0].lower(), {}).get("ask_alone", "")


def _check_keys(words: dict[str, Any]) -> dict[str, Any]:
    keys = {key for wordings in BUILT_IN_WORDS.values() for key in wordings}
    for language, wordings in words.items():
        if language not in BUILT_IN_WORDS:
            known = ", ".join(BUILT_IN_WORDS)
            raise ValueError(f"there is no boilerplate in {language!r}; the languages are {known}")
        for key in wordings:
            if key not in keys and not key.startswith("in_"):
                raise ValueError(f"there is no wording {key!r}; {suggest_similar(key, keys) or ''}")
    return words


Words = Annotated[dict[str, dict[str, str]], AfterValidator(_check_keys)]
"""By language (ISO 639) and key, as in briefgen/data/furniture.yaml."""
