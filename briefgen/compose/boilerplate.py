"""The fixed words of a letter in its language, from data/furniture.yaml; it knows nothing of the argument."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from markupsafe import escape

from briefgen.data import FOLDER
from briefgen.errors import BriefgenError, Problem, ProblemList
from briefgen.model.campaign import CampaignConfig, Letter, Page
from briefgen.model.document import WITH_RETURN_LINE
from briefgen.system.yaml_reader import read_text, read_yaml

DATA = FOLDER / "furniture.yaml"
_PLAINER = {
    "ask_titled": "ask",
    "ask_un": "ask",
    "closing_titled": "closing",
    "closing_us": "closing",
    "closing_gb": "closing",
    "closing_mp": "closing_gb",
    "closing_un": "closing",
}
"""Which words serve where a language has none of its own."""
_PRONOUNS = frozenset({"you", "vous", "usted", "Sie", "귀하"})


@cache
def _furniture() -> Mapping[str, Mapping[str, str]]:
    findings = ProblemList()
    marked = read_yaml(read_text(DATA, DATA.name), DATA.name, findings)
    findings.raise_errors()
    return marked.data if marked else {}


def languages() -> list[str]:
    """The languages in which letters have their fixed words."""
    return list(_furniture())


class Furniture:
    """The words as a template sees them (`words.closing`), with their gaps filled for one letter."""

    def __init__(
        self, language: str, you: str = "", values: Mapping[str, str] | None = None, about: str = ""
    ) -> None:
        """Take the letter's language (BCP 47), how the reader is spoken to, and what fills the other gaps.

        `about` is the state whose situation the letter is about (ISO 3166-1 alpha-2).
        """
        self._about = about
        self._language = language
        self._words = _furniture().get(language.split("-")[0].lower())
        self._you = you
        self._values = {"you": you, **(values or {})}

    def __getitem__(self, key: str) -> str:
        """The words for a key; raises BriefgenError where the language has none, KeyError for no key."""
        words = self._found("closing_titled" if key == "closing" and self.titled else key)
        if "{in_country}" in words:
            # Other languages than English need the state's name with its preposition: one key for each.
            there = (self._words or {}).get(f"in_{self._about}", "")
            words = words.replace("{in_country}", there) if there else ""
        for name, value in self._values.items():
            words = words.replace(f"{{{name}}}", value)
        return words

    @property
    def titled(self) -> bool:
        """Whether the reader is spoken to by a title: `Your Excellency`."""
        return bool(self._you) and self._you not in _PRONOUNS

    @property
    def small_after_salutation(self) -> bool:
        """Whether the sentence behind the salutation goes on from its comma, with a small letter."""
        return (self._words or {}).get("after_salutation") == "small"

    def _found(self, key: str) -> str:
        if self._words is None:
            known = ", ".join(languages())
            raise BriefgenError(
                Problem(
                    "furniture-language",
                    f"the fixed words of a letter do not exist in {self._language!r}",
                    None,
                    f"they exist in {known}; for another language write a template with words of your own",
                )
            )
        wanted = key
        while wanted not in self._words and wanted in _PLAINER:
            wanted = _PLAINER[wanted]
        if wanted == "opening_un" and wanted not in self._words:
            return ""
        return self._words[wanted]


@dataclass(frozen=True, slots=True)
class Request:
    """The sentence of the ask; printing it prints the ask with its note."""

    words: Furniture
    ask: Any
    """A passage, or words."""
    key: str
    begins: bool = False
    """Whether it stands directly behind the salutation."""

    @property
    def first(self) -> Request:
        """The same for the beginning of a letter: in German it goes on from the comma of the salutation."""
        return replace(self, begins=True)

    def __html__(self) -> str:
        """The ask within its sentence."""
        key = "ask_titled" if self.key == "ask" and self.words.titled else self.key
        before, _, after = self.words[key].partition("{ask}")
        if self.begins and self.words.small_after_salutation:
            before = before[:1].lower() + before[1:]
        return escape(before) + escape(self.ask) + escape(after)

    def __str__(self) -> str:
        return self.__html__()


def letter_title(name: str, language: str) -> str:
    """The title of the document; in English where the language has no words for it."""
    known = language if language.split("-")[0].lower() in languages() else "en"
    return Furniture(known, values={"name": name})["letter_to"]


def letterhead_lines(campaign: CampaignConfig) -> dict[str, Any]:
    """The letterhead as templates see it: `logo` (file name or empty), `alt`, `lines`."""
    sender, logo = campaign.sender, campaign.letterhead.logo
    reach = [*sender.address, sender.phone, sender.email, sender.website]
    return {
        "logo": logo.file if logo else "",
        "alt": (logo.alt if logo else "") or sender.organisation,
        "lines": campaign.letterhead.sender or [" · ".join(filter(None, reach))],
    }


def return_line(campaign: CampaignConfig) -> str:
    """The sender in one line, above the address; empty where the layout has none."""
    if campaign.letter.layout not in WITH_RETURN_LINE:
        return ""
    sender = campaign.sender
    return campaign.letterhead.return_line or " · ".join([sender.organisation, *sender.address])


def paper_of(letter: Letter) -> Page:
    """The paper of letters: the layout's, where that names one."""
    if letter.layout == "plain":
        return letter.page
    return "us-letter" if letter.layout == "us-letter" else "a4"
