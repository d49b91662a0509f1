"""Boilerplate: the fixed wording of a letter in its language, read from data/furniture.yaml.

It contains salutations, closings and the like, and nothing of the campaign's argument.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import escape

from briefgen.errors import BriefgenError, Problem
from briefgen.model.campaign import CampaignConfig, LetterConfig, PageSize, Signer
from briefgen.model.document import LAYOUTS_WITH_RETURN_LINE
from briefgen.model.recipient import EarlierLetter
from briefgen.model.words import BUILT_IN_WORDS, Words

_FALLBACK_KEYS = {
    "ask_titled": "ask",
    "ask_un": "ask",
    "earlier_titled": "earlier",
    "closing_titled": "closing",
    "closing_us": "closing",
    "closing_gb": "closing",
    "closing_mp": "closing_gb",
    "closing_un": "closing",
}
"""The key whose wording is used where a language has none under the first."""
_PRONOUNS = frozenset({"you", "vous", "usted", "Sie", "귀하"})


def boilerplate_languages() -> list[str]:
    """List the languages that letters have boilerplate in."""
    return list(BUILT_IN_WORDS)


class Boilerplate:
    """Boilerplate as a template sees it (`words.closing`), with its placeholders filled in for one letter."""

    def __init__(
        self,
        language: str,
        you: str = "",
        values: Mapping[str, str] | None = None,
        about: str = "",
        own: Iterable[Words] = (),
    ) -> None:
        """Take the letter's language (BCP 47), the form of address and the values of the other placeholders.

        `you` is how the reader is addressed: a pronoun or a title. `about` is the state that the letter is
        about (ISO 3166-1 alpha-2). `own` are wordings that go before the built-in ones, in this order.
        """
        self._about = about
        self._language = language
        code = language.split("-")[0].lower()
        self._is_known = code in BUILT_IN_WORDS
        self._layers = [layer[code] for layer in (*own, BUILT_IN_WORDS) if code in layer]
        self._you = you
        self._values = {"you": you, **(values or {})}

    def __getitem__(self, key: str) -> str:
        """Return the wording for a key.

        Raise BriefgenError if there is no boilerplate in the language, KeyError if the key is unknown.
        """
        wording = self._find_wording("closing_titled" if key == "closing" and self.titled else key)
        for name, value in {"in_country": self._find_in_country(), **self._values}.items():
            wording = wording.replace(f"{{{name}}}", value)
        return wording

    def fill(self, key: str, **values: str) -> str:
        """Return the wording for a key with further placeholders filled in, and raise like `__getitem__`."""
        wording = self[key]
        for name, value in values.items():
            wording = wording.replace(f"{{{name}}}", value)
        return wording

    @property
    def titled(self) -> bool:
        """Whether the reader is addressed by a title such as `Your Excellency`."""
        return bool(self._you) and self._you not in _PRONOUNS

    @property
    def small_after_salutation(self) -> bool:
        """Whether the first sentence continues after the salutation's comma, in lower case."""
        return any(layer.get("after_salutation") == "small" for layer in self._layers)

    def _find_wording(self, key: str) -> str:
        """Return the first wording whose placeholders can be filled in, and raise like `__getitem__`."""
        if not self._is_known:
            known = ", ".join(boilerplate_languages())
            raise BriefgenError(
                Problem(
                    "furniture-language",
                    f"there is no boilerplate for letters in {self._language!r}",
                    None,
                    f"it exists in {known}; for another language, write a template with your own wording",
                )
            )
        for layer in self._layers:
            # A layer's plainer wording goes before the particular one of the layers below it.
            name: str | None = key
            while name is not None:
                if name in layer and self._can_be_filled(layer[name]):
                    return layer[name]
                name = _FALLBACK_KEYS.get(name)
        if key == "opening_un":
            return ""
        raise KeyError(key)

    def _can_be_filled(self, wording: str) -> bool:
        return not (
            ("{country}" in wording and not self._about)
            or ("{in_country}" in wording and not self._find_in_country())
        )

    def _find_in_country(self) -> str:
        """Return the state's name with its preposition, which languages other than English need."""
        return next((layer[key] for layer in self._layers if (key := f"in_{self._about}") in layer), "")


def earlier_sentence(words: Boilerplate, earlier: EarlierLetter | None, *, begins: bool) -> str:
    """Return the sentence about an earlier letter and its answer; empty if there is none.

    With `begins` it directly follows the salutation, and in German continues after its comma.
    """
    if earlier is None:
        return ""
    key = "earlier_titled" if words.titled else "earlier"
    sentence = words["earlier_answered" if earlier.answered else key]
    small = begins and words.small_after_salutation
    return sentence[:1].lower() + sentence[1:] if small else sentence


@dataclass(frozen=True, slots=True)
class AskSentence:
    """The sentence that makes the ask; printing it prints the ask with its note."""

    words: Boilerplate
    ask: Any
    """A passage, or plain text."""
    key: str
    begins: bool = False
    """Whether it directly follows the salutation."""

    @property
    def first(self) -> AskSentence:
        """The same sentence as the first of a letter; in German it continues after the salutation's comma."""
        return replace(self, begins=True)

    def __html__(self) -> str:
        """Return the ask within its sentence."""
        key = "ask_titled" if self.key == "ask" and self.words.titled else self.key
        before, _, after = self.words[key].partition("{ask}")
        if self.begins and self.words.small_after_salutation:
            before = before[:1].lower() + before[1:]
        return escape(before) + escape(self.ask) + escape(after)

    def __str__(self) -> str:
        return self.__html__()


def letter_title(name: str, language: str) -> str:
    """Return the title of a letter as a document; in English if there is no boilerplate in the language."""
    known = language if language.split("-")[0].lower() in boilerplate_languages() else "en"
    return Boilerplate(known, values={"name": name})["letter_to"]


def figure_label(number: int, language: str) -> str:
    """Return what a figure is called, `Figure 1`; in English if there is no boilerplate in the language."""
    known = language if language.split("-")[0].lower() in boilerplate_languages() else "en"
    return Boilerplate(known, values={"number": str(number)})["figure"].replace(" ", "\u00a0")


def letterhead_fields(campaign: CampaignConfig) -> dict[str, Any]:
    """Return the letterhead as templates see it: `logo` (file name or empty), `alt`, `lines`."""
    sender, logo = campaign.sender, campaign.letterhead.logo
    contact = [*sender.address, sender.phone, sender.email, sender.website]
    return {
        "logo": logo.file if logo else "",
        "alt": (logo.alt if logo else "") or sender.organisation,
        "lines": campaign.letterhead.sender or [" · ".join(filter(None, contact))],
    }


def list_signers(campaign: CampaignConfig, own: Iterable[Words] = ()) -> list[dict[str, str]]:
    """Return who signs a letter, as templates see them: the sender, then the others.

    Each has `name`, `title`, `organisation`, `on_behalf`, `signature` (file name or empty), and `alt`, what
    its picture is called.
    """
    sender = campaign.sender
    first = Signer(
        name=sender.name, title=sender.title, signature=sender.signature, on_behalf=sender.on_behalf
    )
    layers = (campaign.words, *own)
    signers = []
    for signer in (first, *sender.signers):
        words = Boilerplate(campaign.language, values={"name": signer.name}, own=layers)
        signers.append(
            {
                **signer.model_dump(),
                "organisation": signer.organisation or sender.organisation,
                "alt": words["signature_of"] if signer.signature else "",
            }
        )
    return signers


def return_line(campaign: CampaignConfig) -> str:
    """Return the sender on one line, for above the address; empty if the layout has no return line."""
    if campaign.letter.layout not in LAYOUTS_WITH_RETURN_LINE:
        return ""
    sender = campaign.sender
    return campaign.letterhead.return_line or " · ".join([sender.organisation, *sender.address])


def letter_paper_size(letter: LetterConfig) -> PageSize:
    """Return the paper size of letters: the layout's, unless the layout leaves it to the campaign."""
    if letter.layout == "plain":
        return letter.page
    return "us-letter" if letter.layout == "us-letter" else "a4"
