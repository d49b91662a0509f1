"""Formal names of states, from data/states.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from briefgen.data import FOLDER
from briefgen.errors import ProblemList
from briefgen.recipients.schema import territories
from briefgen.system.yaml_reader import read_text, read_yaml


@cache
def _states() -> Mapping[str, str]:
    path, findings = FOLDER / "states.yaml", ProblemList()
    marked = read_yaml(read_text(path, path.name), path.name, findings)
    findings.raise_errors()
    return marked.data if marked else {}


def the_state(code: str) -> str:
    """Formal name for running text: `the Republic of Korea`; the usual name where a territory has none."""
    return _states().get(code) or territories().get(code, "")


def usual_name(code: str) -> str:
    """The name in common use: `South Korea`."""
    return territories().get(code, "")


def country_name(code: str, language: str, *, formal: bool) -> str:
    """How a text names a state: `North Korea`, `Corée du Nord`.

    Formally, when first it does: `the Democratic People’s Republic of Korea (North Korea)`; full names are
    known in English alone.
    """
    if language.split("-")[0].lower() != "en":
        from babel import Locale

        return str(Locale.parse(language, sep="-").territories.get(code, code))
    usual, full = usual_name(code), the_state(code)
    if not formal or full.removeprefix("the ") == usual:
        return full if formal else usual
    return f"{full} ({usual})"


def state(code: str) -> str:
    """Formal name standing alone: `Republic of Korea`."""
    return the_state(code).removeprefix("the ")
