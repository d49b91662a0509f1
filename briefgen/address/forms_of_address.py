"""Forms of address: the data file, what may stand in it, and how a campaign changes it.

It says which wording is due to an office; filling it in for a recipient is for briefgen.address.address.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from briefgen.address.pattern import parse
from briefgen.data import FOLDER
from briefgen.errors import BriefgenError, Problem, ProblemList, suggest
from briefgen.model.recipient import Recipient
from briefgen.model.written import Written
from briefgen.system.yaml_reader import Marked, build, read_text, read_yaml

DATA = FOLDER / "forms-of-address.yaml"
FIELDS = frozenset(
    {
        "name",
        "given",
        "family",
        "honorific",
        "postnominals",
        "role",
        "organisation",
        "constituency",
        "formal",
        "committee",
        "over",
        "state",
        "the_state",
        "of_state",
    }
)
"""What a wording may fill in."""
ADDRESS = "{address}"
"""The line of an inside address at which the recipient's own lines stand."""
Needed = Literal["committee", "state", "gender", "family", "role", "organisation"]


class Wording(Written):
    """A text in its variants; of each list the first that can be filled is taken."""

    m: list[str] = []
    f: list[str] = []
    neutral: list[str] = []

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        """One text, or a list of them, is the same for all."""
        if isinstance(value, str | list):
            value = {"neutral": value}
        if isinstance(value, dict):
            return {key: [words] if isinstance(words, str) else words for key, words in value.items()}
        return value

    @model_validator(mode="after")
    def _readable(self) -> Wording:
        texts = [*self.m, *self.f, *self.neutral]
        if not texts or not all(text.strip() for text in texts):
            raise ValueError("a wording is empty")
        for text in texts:
            unknown = parse(text).fields - FIELDS - ({"address"} if text == ADDRESS else set())
            if unknown:
                name = min(unknown)
                hint = suggest(name, FIELDS)
                raise ValueError(
                    f"{{{name}}} is not a field in {text!r}" + (f"; {hint}" if hint else "")
                    if name != "address"
                    else f"{ADDRESS} must be a line of its own, not {text!r}"
                )
        return self

    def fill(self, values: Mapping[str, str], gender: str) -> str:
        """The first wording for the gender, else the first neutral one, that can be filled; else empty."""
        own = self.m if gender == "m" else self.f if gender == "f" else []
        filled = (parse(text).fill(values) for text in (*own, *self.neutral))
        return next((text for text in filled if text), "")


class Courtesy(Written):
    """Titles before the names of people who have no other."""

    m: str = "Mr"
    f: str = "Ms"


class Words(Written):
    """The words due to an office in one language."""

    lines: list[Wording] = Field(min_length=2)
    """Inside address of a person, top to bottom, with `{address}` as one line."""
    nameless: list[Wording] = []
    """The same for the office alone; empty: a name is needed."""
    salutation: Wording
    close: Wording
    you: str = "you"
    """How the text speaks to them."""
    courtesy: Courtesy = Courtesy()
    source: list[str] = []
    """Keys of the authorities for lines and salutation; in other languages than English none means usual
    practice."""

    @field_validator("lines", "nameless")
    @classmethod
    def _address_once(cls, lines: list[Wording]) -> list[Wording]:
        if lines and sum(line.neutral == [ADDRESS] for line in lines) != 1:
            raise ValueError(f"{ADDRESS} must stand exactly once, as a line of its own")
        return lines


class Form(Words):
    """One entry: an office and what is due to it, in English and perhaps other languages."""

    title: str
    """What the office is, for lists."""
    usual: list[Literal["lines", "salutation", "close"]] = []
    """Parts for which no source was found and usual practice is followed."""
    titles: list[str] = []
    """Titles that the form itself sets; left out where the recipient's name already begins with them."""
    postnominals: list[str] = []
    """Letters that belong to the office: `MP`."""
    postnominals_joined: str = " "
    state_names: Literal["usual", "formal"] = "usual"
    """How letters to this office name a state: by its usual name, or first in full."""
    needs: list[Needed] = []
    """Fields without which the form would be wrong."""
    by_state: dict[str, str] = {}
    """Another office's form for those who speak for a state, by ISO 3166-1 alpha-2."""
    languages: dict[str, Words] = {}
    """The words in other languages, by BCP 47 code. With a region (`es-MX`) they are for those who represent
    that state, and what they do not say is that of the language."""

    @field_validator("languages", mode="before")
    @classmethod
    def _regions_over_languages(cls, languages: Any) -> Any:
        if not isinstance(languages, dict):
            return languages
        return {
            tag: {**languages.get(tag.split("-")[0], {}), **words} if isinstance(words, dict) else words
            for tag, words in languages.items()
        }

    def variant(self, recipient: Recipient) -> str | None:
        """Key of the words for a recipient: `es-MX`, `es`; `en` for the form's own; None for none."""
        language = recipient.language.split("-")[0].lower()
        region = recipient.represents or recipient.country
        tags = {tag.lower(): tag for tag in self.languages}
        for tag in (f"{language}-{region}", recipient.language, language):
            if tag.lower() in tags:
                return tags[tag.lower()]
        return "en" if language == "en" else None

    @model_validator(mode="after")
    def _sourced(self) -> Form:
        if not self.source and set(self.usual) != {"lines", "salutation", "close"}:
            raise ValueError("without a source, usual must name lines, salutation and close")
        return self


class _File(Written):
    authorities: dict[str, str] = {}
    offices: dict[str, Form]


@dataclass(frozen=True, slots=True)
class Forms:
    """All forms of address, the campaign's changes applied."""

    offices: Mapping[str, Form]
    authorities: Mapping[str, str]
    """Full name of each authority by its key."""

    @classmethod
    def load(cls, findings: ProblemList, overrides: Iterable[tuple[Path, str]] = ()) -> Forms:
        """The built-in forms with those of `overrides` (path, path as shown) laid over them, in order.

        An override file looks like the built-in one; it may change some keys of an office, or add an office.
        What is wrong in an override goes to `findings`, and that file is left out.
        """
        raw, forms = _built_in()
        for path, shown in overrides:
            marked = read_yaml(read_text(path, shown), shown, findings)
            if marked is None:
                continue
            changed = _laid_over(raw, marked)
            file = build(_File, changed, findings)
            if file is not None and _joined_up(file, forms, findings):
                forms = replace(
                    forms,
                    offices={**forms.offices, **file.offices},
                    authorities={**forms.authorities, **file.authorities},
                )
                raw = {**raw, **changed.data["offices"]}
        return forms

    def of(self, recipient: Recipient) -> tuple[str, Form]:
        """Key and form for a recipient's office; raises BriefgenError where there is none."""
        key = recipient.office
        form = self.offices.get(key)
        if form is not None and recipient.represents in form.by_state:
            key = form.by_state[recipient.represents]
            form = self.offices.get(key)
        if form is None:
            raise BriefgenError(
                Problem(
                    "office-unknown",
                    f"no form of address is known for {key!r} ({recipient.full_name or recipient.id})",
                    recipient.place,
                    suggest(key, self.offices) or "all offices are listed in docs/recipients.md",
                )
            )
        return key, form

    def source_of(self, key: str, language: str = "en") -> str:
        """Where an entry comes from, for people: `ITA, FOA; usual practice: close`."""
        form = self.offices[key]
        other = form.languages.get(language) or form.languages.get(language.split("-")[0].lower())
        if other is not None:
            return ", ".join(other.source) or "usual practice"
        usual = f"usual practice: {', '.join(form.usual)}" if form.usual else ""
        return "; ".join(part for part in (", ".join(form.source), usual) if part)


def _built_in() -> tuple[dict[str, Any], Forms]:
    findings = ProblemList()
    marked = read_yaml(read_text(DATA, DATA.name), DATA.name, findings)
    file = build(_File, marked, findings) if marked else None
    findings.raise_errors()
    if marked is None or file is None:  # cannot be: an error would have been raised
        raise AssertionError("the built-in forms of address cannot be read")
    return marked.data["offices"], Forms(file.offices, file.authorities)


def _laid_over(raw: Mapping[str, Any], marked: Marked) -> Marked:
    """The override's offices completed by the built-in ones, key by key, at the override's places."""
    data = marked.data
    if not isinstance(data, dict) or not isinstance(data.get("offices"), dict):
        return marked
    offices = {
        key: {**raw.get(key, {}), **entry} if isinstance(entry, dict) else entry
        for key, entry in data["offices"].items()
    }
    return Marked({**data, "offices": offices}, marked.places, marked.file)


def _joined_up(file: _File, forms: Forms, findings: ProblemList) -> bool:
    """Whether every authority and every other office that the file names exists."""
    authorities = {**forms.authorities, **file.authorities}
    offices = {**forms.offices, **file.offices}
    before = len(findings.problems)
    for key, form in file.offices.items():
        for authority in (*form.source, *(one for words in form.languages.values() for one in words.source)):
            if authority not in authorities:
                findings.add(
                    Problem(
                        "form-authority",
                        f"{key}: the source {authority!r} is not among the authorities",
                        file.at("offices", key, "source"),
                        "add it under authorities, or list the parts under usual",
                    )
                )
        for other in form.by_state.values():
            if other not in offices:
                findings.add(
                    Problem(
                        "office-unknown",
                        f"{key}: by_state names the office {other!r}, which has no form",
                        file.at("offices", key, "by_state"),
                        suggest(other, offices),
                    )
                )
    return len(findings.problems) == before
