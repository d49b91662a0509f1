"""Join the salutations of two people who share a letter, by the rules of data/joint-salutations.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from briefgen.data import DATA_FOLDER
from briefgen.errors import ProblemList
from briefgen.system.yaml_reader import parse_yaml, read_text_file

_PUNCTUATION = ",:"


@dataclass(frozen=True, slots=True)
class _JointRules:
    """How a language joins two salutations; the keys are explained in the data file."""

    between: str
    names: str
    opening: str = ""
    ending: str = ""
    lower_case: str = ""
    plurals: Mapping[str, str] = field(default_factory=dict)


@cache
def _load_rules() -> Mapping[str, _JointRules]:
    path, problems = DATA_FOLDER / "joint-salutations.yaml", ProblemList()
    parsed = parse_yaml(read_text_file(path, path.name), path.name, problems)
    problems.raise_errors()
    return {language: _JointRules(**rules) for language, rules in (parsed.data if parsed else {}).items()}


def join_salutations(first: str, second: str, language: str) -> str:
    """Join two salutations of a language (BCP 47): `Dear Ms Muster and Mr Probe:`.

    Return an empty text if there is no rule for the language, or if the two are the same words for an office,
    whose plural no rule knows.
    """
    rules = _load_rules().get(language.split("-")[0].lower())
    if rules is None:
        return ""
    if first == second:
        bare = first.rstrip(_PUNCTUATION)
        if bare in rules.plurals:
            return rules.plurals[bare] + first[len(bare) :]
        # “Madame, Monsieur,” and “Dear Sir or Madam” are for two people as well.
        return first if any(f"{word}, " in first for word in rules.plurals) else ""
    if rules.opening and not (first.startswith(rules.opening) and second.startswith(rules.opening)):
        return ""
    rest = second.removeprefix(rules.opening)
    if rules.lower_case:
        rest = rest[:1].lower() + rest[1:]
    return first.rstrip(_PUNCTUATION).removesuffix(rules.ending) + rules.between + rest


def pluralize_close(close: str, language: str) -> str:
    """Return the close for two people with the same salutation: `… d’agréer, Mesdames, …`."""
    rules = _load_rules().get(language.split("-")[0].lower())
    for word, plural in rules.plurals.items() if rules else ():
        close = re.sub(rf"\b{word}\b", plural, close)
    return close


def join_names(first: str, second: str, language: str) -> str:
    """Join two names, `Dana Muster and Ben Probe`."""
    rules = _load_rules().get(language.split("-")[0].lower())
    return f"{first}{rules.names if rules else ', '}{second}"
