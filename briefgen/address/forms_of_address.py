"""Forms of address: the schema of their data file, and how a campaign overrides it.

This module finds the form for an office; `briefgen.address.address` fills it in for a recipient.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from briefgen.address.names import StyleSpelling, read_personal_name
from briefgen.address.offices import suggest_office
from briefgen.address.pattern import parse_pattern
from briefgen.data import DATA_FOLDER
from briefgen.errors import BriefgenError, Place, Problem, ProblemList, suggest_similar
from briefgen.model.recipient import Recipient
from briefgen.model.yaml_model import YamlModel
from briefgen.system.cache import cache_key, remember
from briefgen.system.yaml_reader import ParsedYaml, build_record, parse_yaml, read_text_file

FORMS_FILE = DATA_FOLDER / "forms-of-address.yaml"
WORDING_FIELDS = frozenset(
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
"""The fields that a wording may use."""
ADDRESS_LINE = "{address}"
"""The line of an inside address that the recipient's own lines (street, building) replace."""
RequiredField = Literal["committee", "state", "gender", "family", "role", "organisation"]


class GenderedWording(YamlModel):
    """A text with variants by gender; of each list, the first whose fields are all filled is used."""

    m: list[str] = []
    f: list[str] = []
    neutral: list[str] = []

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        """Accept one text, or a list of them, as the same for everybody."""
        if isinstance(value, str | list):
            value = {"neutral": value}
        if isinstance(value, dict):
            return {key: [words] if isinstance(words, str) else words for key, words in value.items()}
        return value

    @property
    def texts(self) -> list[str]:
        """Return all wordings, of every gender."""
        return [*self.m, *self.f, *self.neutral]

    def uses(self, field: str) -> bool:
        """Return whether any wording has a field, `name`."""
        return any(field in parse_pattern(text).fields for text in self.texts)

    @model_validator(mode="after")
    def _check_patterns(self) -> GenderedWording:
        if not self.texts or not all(text.strip() for text in self.texts):
            raise ValueError("a wording is empty")
        for text in self.texts:
            unknown = (
                parse_pattern(text).fields - WORDING_FIELDS - ({"address"} if text == ADDRESS_LINE else set())
            )
            if unknown:
                name = min(unknown)
                hint = suggest_similar(name, WORDING_FIELDS)
                raise ValueError(
                    f"{{{name}}} is not a field in {text!r}" + (f"; {hint}" if hint else "")
                    if name != "address"
                    else f"{ADDRESS_LINE} must be a line of its own, not {text!r}"
                )
        return self

    def fill(self, values: Mapping[str, str], gender: str) -> str:
        """Fill the first possible wording for the gender, else the first neutral one; empty if none."""
        gendered = self.m if gender == "m" else self.f if gender == "f" else []
        filled = (parse_pattern(text).fill(values) for text in (*gendered, *self.neutral))
        return next((text for text in filled if text), "")


class CourtesyTitles(YamlModel):
    """Titles for people who have no other."""

    m: str = "Mr"
    f: str = "Ms"


class LocalizedForm(YamlModel):
    """The form of address of an office in one language."""

    lines: list[GenderedWording] = Field(min_length=2)
    """Inside address of a person, top to bottom; one line is `{address}`."""
    nameless: list[GenderedWording] = []
    """Inside address of an office without a named person; empty if a name is needed."""
    salutation: GenderedWording
    close: GenderedWording
    nameless_close: GenderedWording | None = None
    """Close of a letter to the office alone, if it differs: `Yours faithfully`."""
    you: str = "you"
    """How the letter's text addresses the recipient."""
    courtesy: CourtesyTitles = CourtesyTitles()
    titles: list[str] = []
    """Titles that the form itself adds; removed from the beginning of the recipient's name."""
    source: list[str] = []
    """Keys of the authorities for lines and salutation; in languages other than English, none means usual
    practice."""

    def prints(self, field: str) -> bool:
        """Return whether the inside address has a field, `honorific`."""
        return any(line.uses(field) for line in self.lines)

    @field_validator("lines", "nameless")
    @classmethod
    def _check_address_line(cls, lines: list[GenderedWording]) -> list[GenderedWording]:
        if lines and sum(line.neutral == [ADDRESS_LINE] for line in lines) != 1:
            raise ValueError(f"{ADDRESS_LINE} must appear exactly once, as a line of its own")
        return lines


def _take_localized_keys(form: Mapping[str, Any]) -> dict[str, Any]:
    return {key: words for key, words in form.items() if key in LocalizedForm.model_fields}


def _build_shared_words(words: Any) -> Any:
    """Build words that offices share only once; return wrong ones as they are, to be reported in place."""
    try:
        return _build_localized_form(json.dumps(words))
    except (TypeError, ValueError):
        return words


@lru_cache(maxsize=1024)
def _build_localized_form(words: str) -> LocalizedForm:
    return LocalizedForm.model_validate_json(words)


class FormOfAddress(LocalizedForm):
    """The form of address of one office, in English and possibly in other languages."""

    title: str
    """Name of the office, for lists."""
    usual: list[Literal["lines", "salutation", "close"]] = []
    """Parts that follow usual practice because no source was found."""
    styles: StyleSpelling = ""
    """How styles such as The Right Honourable are printed: `short`, `full`, or as they are written."""
    other_house: str = ""
    """Word in a recipient's `chamber` that shows a member of the other house; `lords` also refuses peers."""
    other_roles: list[str] = []
    """Beginnings of a role that show another office: `mayor` is no governor."""
    other_organisations: list[str] = []
    """Words in an organisation that show another office: a state senate has other senators."""
    by_rank: dict[str, str] = {}
    """Offices whose form replaces this one for peers, by the rank with which the name begins: `lord`."""
    postnominals: list[str] = []
    """Letters after the name that belong to the office: `MP`."""
    postnominals_joined: str = " "
    state_names: Literal["usual", "formal"] = "usual"
    """How letters to this office name a state: by its common name, or in full at first mention."""
    needs: list[RequiredField] = []
    """Fields without which the form of address would be wrong."""
    by_state: dict[str, str] = {}
    """Offices whose form replaces this one for those who represent a state, by ISO 3166-1 alpha-2."""
    languages: dict[str, LocalizedForm] = {}
    """The form in other languages, by BCP 47 tag. One with a region (`es-MX`) is for those who represent that
    state, and inherits what it leaves out from the language; `en-US` from the form itself."""

    @model_validator(mode="before")
    @classmethod
    def _inherit_from_language(cls, form: Any) -> Any:
        if not isinstance(form, dict) or not isinstance(form.get("languages"), dict):
            return form
        layers = {**form["languages"], "en": _take_localized_keys(form)}
        languages = {
            tag: {**layers.get(tag.split("-")[0], {}), **words} if isinstance(words, dict) else words
            for tag, words in form["languages"].items()
        }
        return {**form, "languages": {tag: _build_shared_words(words) for tag, words in languages.items()}}

    def _office_by_rank(self, recipient: Recipient) -> str:
        """Return the office of a peer, by the rank in place of a forename; empty for others."""
        if not self.by_rank or not (recipient.name or recipient.honorific):
            return ""
        name = read_personal_name(recipient, peers=True)
        return "" if name.given or "commons" in recipient.chamber else self.by_rank.get(name.rank, "")

    def replacing_office(self, recipient: Recipient) -> str:
        """Return the office whose form replaces this one for a recipient; empty if it is this one."""
        return self.by_state.get(recipient.represents) or self._office_by_rank(recipient)

    def choose_language(self, recipient: Recipient) -> str | None:
        """Return the key in `languages` for a recipient, `en` for the form itself, or None for neither."""
        language = recipient.language.split("-")[0].lower()
        region = recipient.represents or recipient.country
        tags = {tag.lower(): tag for tag in self.languages}
        for tag in (f"{language}-{region}", recipient.language, language):
            if tag.lower() in tags:
                return tags[tag.lower()]
        return "en" if language == "en" else None

    @model_validator(mode="after")
    def _check_source(self) -> FormOfAddress:
        if not self.source and set(self.usual) != {"lines", "salutation", "close"}:
            raise ValueError("without a source, usual must name lines, salutation and close")
        return self


class _FormsFile(YamlModel):
    authorities: dict[str, str] = {}
    offices: dict[str, FormOfAddress]


@dataclass(frozen=True, slots=True)
class FormsOfAddress:
    """All forms of address, with the campaign's overrides applied."""

    offices: Mapping[str, FormOfAddress]
    authorities: Mapping[str, str]
    """Full name of each authority by its key."""

    @classmethod
    def load(cls, problems: ProblemList, overrides: Iterable[tuple[Path, str]] = ()) -> FormsOfAddress:
        """Load the built-in forms and apply `overrides` (path and its display name) in order.

        An override file looks like the built-in one; it may change some keys of an office, or add an office,
        which can be `like` another one and say only what differs.
        An override with an error is reported to `problems` and ignored.
        """
        raw, forms = remember("forms", lambda: cache_key("forms"), _load_built_in_forms)
        for path, display_name in overrides:
            parsed = parse_yaml(read_text_file(path, display_name), display_name, problems)
            if parsed is None:
                continue
            changed = _complete_offices(raw, parsed, problems)
            file = build_record(_FormsFile, changed, problems)
            if file is not None and _check_references_exist(file, forms, problems):
                forms = replace(
                    forms,
                    offices={**forms.offices, **file.offices},
                    authorities={**forms.authorities, **file.authorities},
                )
                raw = {**raw, **changed.data["offices"]}
        return forms

    def find(self, recipient: Recipient) -> tuple[str, FormOfAddress]:
        """Return key and form for a recipient's office; raise BriefgenError if there is none."""
        key = recipient.office
        form = self.offices.get(key)
        if form is not None and (other := form.replacing_office(recipient)):
            key = other
            form = self.offices.get(key)
        if form is None:
            raise BriefgenError(
                Problem(
                    "office-unknown",
                    f"no form of address is known for {key!r} ({recipient.full_name or recipient.id})",
                    recipient.place,
                    suggest_office(key, self.offices),
                )
            )
        return key, form

    def describe_source(self, key: str, language: str = "en") -> str:
        """Describe where an entry comes from: `ITA, FOA; usual practice: close`."""
        form = self.offices[key]
        localized = form.languages.get(language) or form.languages.get(language.split("-")[0].lower())
        if localized is not None:
            return ", ".join(localized.source) or "usual practice"
        usual = f"usual practice: {', '.join(form.usual)}" if form.usual else ""
        return "; ".join(part for part in (", ".join(form.source), usual) if part)


def _load_built_in_forms() -> tuple[dict[str, Any], FormsOfAddress]:
    problems = ProblemList()
    parsed = parse_yaml(read_text_file(FORMS_FILE, FORMS_FILE.name), FORMS_FILE.name, problems)
    if parsed:
        parsed = _complete_offices({}, parsed, problems)
    file = build_record(_FormsFile, parsed, problems) if parsed else None
    problems.raise_errors()
    if parsed is None or file is None:  # unreachable: raise_errors would have raised
        raise AssertionError("the built-in forms of address cannot be read")
    return parsed.data["offices"], FormsOfAddress(file.offices, file.authorities)


def _complete_offices(raw: Mapping[str, Any], parsed: ParsedYaml, problems: ProblemList) -> ParsedYaml:
    """Complete each office with the one that it is `like`, else with the earlier one of its name in `raw`.

    An office that is like one without a form is reported and left out. The places stay those of the file.
    """
    data = parsed.data
    if not isinstance(data, dict) or not isinstance(data.get("offices"), dict):
        return parsed
    known = {**raw, **data["offices"]}
    offices = {}
    for key, entry in data["offices"].items():
        try:
            offices[key] = _complete_office(key, entry, raw, known, ())
        except LookupError as error:
            named = str(error.args[0])
            message = f"{key}: like names the office {named!r}, which has no form or is like this one"
            place = parsed.places.get(("offices", key, "like"), Place(parsed.file))
            problems.add(Problem("office-unknown", message, place, suggest_similar(named, known)))
    return ParsedYaml({**data, "offices": offices}, parsed.places, parsed.file)


def _complete_office(
    key: str, entry: Any, raw: Mapping[str, Any], known: Mapping[str, Any], via: tuple[str, ...]
) -> Any:
    """Return an office's entry with what it leaves out; raise LookupError if what it is like is not known."""
    if not isinstance(entry, dict):
        return entry
    like = entry.get("like")
    if like is None:
        return entry if entry is raw.get(key) else {**raw.get(key, {}), **entry}
    if not isinstance(like, str) or like in (*via, key) or not isinstance(known.get(like), dict):
        raise LookupError(like)
    base = _complete_office(like, known[like], raw, known, (*via, key))
    own = {name: words for name, words in entry.items() if name != "like"}
    inherited, changed = base.get("languages", {}), own.get("languages", {})
    if not (isinstance(inherited, dict) and isinstance(changed, dict)):
        return {**base, **own}  # reported as a wrong value
    languages = {}
    for tag, words in inherited.items():
        if str(tag).startswith("en-") and isinstance(words, dict):
            # What an office says itself counts in all varieties of English.
            words = {name: text for name, text in words.items() if name not in own}
        if words:
            languages[tag] = words
    languages |= {
        tag: {**languages.get(tag, {}), **words} if isinstance(words, dict) else words
        for tag, words in changed.items()
    }
    return {**base, **own, "languages": languages}


def _check_references_exist(file: _FormsFile, forms: FormsOfAddress, problems: ProblemList) -> bool:
    """Report authorities and offices that the file names and that do not exist; return whether all do."""
    authorities = {**forms.authorities, **file.authorities}
    offices = {**forms.offices, **file.offices}
    before = len(problems.problems)
    for key, form in file.offices.items():
        for authority in (
            *form.source,
            *(key for localized in form.languages.values() for key in localized.source),
        ):
            if authority not in authorities:
                problems.add(
                    Problem(
                        "form-authority",
                        f"{key}: the source {authority!r} is not among the authorities",
                        file.locate("offices", key, "source"),
                        "add it under authorities, or list the parts under usual",
                    )
                )
        named = [(part, other) for part in ("by_state", "by_rank") for other in getattr(form, part).values()]
        for part, other in named:
            if other not in offices:
                problems.add(
                    Problem(
                        "office-unknown",
                        f"{key}: {part} names the office {other!r}, which has no form",
                        file.locate("offices", key, part),
                        suggest_similar(other, offices),
                    )
                )
    return len(problems.problems) == before
