"""Apply the forms of address to a recipient: inside address, salutation and complimentary close.

Nothing is guessed: where a form needs a field that the recipient's record leaves empty, that is an error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from briefgen.address.countries import common_name, formal_name, formal_name_with_article
from briefgen.address.forms_of_address import (
    ADDRESS_LINE,
    FormOfAddress,
    FormsOfAddress,
    GenderedWording,
    LocalizedForm,
)
from briefgen.address.joint import join_names, join_salutations, pluralize_close
from briefgen.address.names import (
    PersonalName,
    format_titles,
    join_postnominals,
    read_personal_name,
    spoken_name,
    strip_titles,
)
from briefgen.address.postal import (
    format_country_line,
    format_locality_lines,
    format_region_first,
    is_abroad,
    puts_street_last,
)
from briefgen.address.proofread import proofread
from briefgen.errors import BriefgenError, Problem
from briefgen.model.recipient import AddressAndSalutation, Committee, Recipient

_OFFICES_OF_ANYBODY = ("person", "organisation")
"""The offices that several people in one letter can have; any other has one holder."""


def address_recipient(
    recipient: Recipient, forms: FormsOfAddress, *, sender_country: str
) -> AddressAndSalutation:
    """Return the form of address for a recipient of a letter from `sender_country` (ISO 3166-1 alpha-2).

    Raise BriefgenError, with the place of the recipient's row, if the office is unknown, a field that the
    form needs is empty, the form does not exist in the recipient's language, or the result cannot be sent.
    """
    key, form = forms.find(recipient)
    words = _find_localized_form(form, recipient, key)
    first = _read_person(recipient, key, form, words)
    second, second_wordings = None, words.lines
    if other := recipient.second_recipient:
        if recipient.office not in _OFFICES_OF_ANYBODY:  # whoever is written to beside a senator is none
            other = replace(other, office=_OFFICES_OF_ANYBODY[0])
        second_key, second_form = forms.find(other)
        second_words = _find_localized_form(second_form, other, second_key)
        second = _read_person(other, second_key, second_form, second_words)
        second_wordings = second_words.lines
    wordings = words.lines if first.values["name"] else words.nameless
    if not wordings:
        raise BriefgenError(
            Problem(
                "recipient-name-missing",
                _prefix_with_recipient(recipient, f"{key} needs a name"),
                recipient.place,
                "fill in name, or given and family",
            )
        )
    if not wordings[0].fill(first.values, recipient.gender):
        raise BriefgenError(
            Problem(
                "recipient-name-missing",
                _prefix_with_recipient(recipient, f"{key} needs a name or the title of the post"),
                recipient.place,
                "fill in name, or role",
            )
        )
    salutation, close = _write_salutation_and_close(first, second, key, words)
    postal = _build_postal_lines(recipient, sender_country)
    largest = format_region_first(recipient.country, recipient.language, recipient.locality, recipient.region)
    in_lines = largest is None and not puts_street_last(recipient.country)
    streets = recipient.address if in_lines else ()
    lines = _build_address_lines(wordings, first, second, second_wordings, streets, postal)
    address_lines = (*lines, *postal)
    if largest is not None:
        last = (
            (recipient.postal_code, *postal[-1:])
            if is_abroad(recipient.country, sender_country)
            else (recipient.postal_code,)
        )
        address_lines = (
            *_join_city_and_street(largest, recipient.address),
            *lines,
            *(line for line in last if line),
        )
    problems = [
        problem
        for person in filter(None, (first, second))
        for problem in proofread(person.recipient, person.name, address_lines, person.salutation, close)
    ]
    if errors := [problem for problem in problems if problem.severity == "error"]:
        raise BriefgenError(errors)
    # In some countries the ministry comes before its minister; the second page is headed with the person.
    heads = [
        next((line for line in lines if person.name.full and person.name.full in line), lines[0])
        for person in filter(None, (first, second))
    ]
    return AddressAndSalutation(
        lines=address_lines,
        salutation=salutation,
        close=close,
        name=join_names(heads[0], heads[1], recipient.language) if second else heads[0],
        you=words.you,
        rule=key,
        warnings=tuple(dict.fromkeys(problems)),
    )


@dataclass(frozen=True, slots=True)
class _Addressee:
    """A person, or an office without one, with what the form of address says of it."""

    recipient: Recipient
    name: PersonalName
    values: Mapping[str, str]
    """The fields of the form's wordings."""
    line_values: Mapping[str, str]
    """The same for the inside address, where titles belong to the name."""
    salutation: str
    """Empty if it cannot be filled in."""

    def fill_line(self, wording: GenderedWording) -> str:
        """Return a line of the inside address; empty if a field is."""
        return wording.fill(self.line_values, self.recipient.gender)


def _read_person(recipient: Recipient, key: str, form: FormOfAddress, words: LocalizedForm) -> _Addressee:
    """Return what the form of address says of a person; raise BriefgenError if it is not for this one."""
    name = _read_name(recipient, form, words)
    _check_house(form, name, recipient, key)
    _check_role(form, recipient, key)
    values = _build_field_values(recipient, name, form, words)
    _check_required_fields(form, values, recipient, key)
    salutation = recipient.salutation or words.salutation.fill(values, recipient.gender)
    line_values = {**values, "name": _name_in_lines(name, words)}
    return _Addressee(recipient, name, values, line_values, salutation)


def _write_salutation_and_close(
    first: _Addressee, second: _Addressee | None, key: str, words: LocalizedForm
) -> tuple[str, str]:
    """Return salutation and close of a letter to one or two people; raise BriefgenError if one is empty."""
    recipient = first.recipient
    language, gender = recipient.language, recipient.gender
    salutation = first.salutation
    if second and gender != second.recipient.gender:
        gender = ""
    closes = words.close if first.values["name"] else words.nameless_close or words.close
    close = recipient.close or closes.fill(first.values, gender)
    if second and not recipient.salutation:
        salutation = join_salutations(first.salutation, second.salutation, language)
        if not salutation:
            message = f"the salutations {first.salutation!r} and {second.salutation!r} cannot be joined"
            hint = "write the salutation for both in the column salutation"
            raise BriefgenError(
                Problem("second-person", _prefix_with_recipient(recipient, message), recipient.place, hint)
            )
    if second and gender and not recipient.close:
        close = pluralize_close(close, language)
    if not (salutation and close):
        missing = "close" if salutation else "salutation"
        raise BriefgenError(
            Problem(
                "form-field-missing",
                _prefix_with_recipient(recipient, f"the {missing} of {key} cannot be filled"),
                recipient.place,
                "fill in family, given or gender",
            )
        )
    return salutation, close


def _find_localized_form(form: FormOfAddress, recipient: Recipient, key: str) -> LocalizedForm:
    language = form.choose_language(recipient)
    if language is None:
        known = ", ".join(["en", *(tag for tag in form.languages if "-" not in tag)])
        raise BriefgenError(
            Problem(
                "form-language",
                _prefix_with_recipient(
                    recipient, f"the form of address of {key} does not exist in {recipient.language!r}"
                ),
                recipient.place,
                f"write {known} in the column language, or add the words to the campaign's forms of address",
            )
        )
    return form.languages.get(language, form)


def _read_name(recipient: Recipient, form: FormOfAddress, words: LocalizedForm) -> PersonalName:
    if words is not form and words.titles:
        # “Herrn Herr Lee”: what the wording says, the column does not say again.
        own = strip_titles(f"{recipient.honorific} ", words.titles)
        recipient = replace(recipient, honorific=own)
    titles = {*form.titles, *words.titles}
    return read_personal_name(recipient, titles, form.postnominals, peers=form.other_house == "lords")


def _check_house(form: FormOfAddress, name: PersonalName, recipient: Recipient, key: str) -> None:
    """Raise BriefgenError for a member of the other house: a peer must not become a member of the Commons.

    `Lord` and `Lady` before a forename are courtesy titles, which members of the Commons may have.
    """
    other = form.other_house
    in_other = bool(other) and other in recipient.chamber.casefold()
    is_peer = bool(name.rank) and not recipient.chamber
    if in_other or (is_peer and (name.rank not in ("lord", "lady") or not name.given)):
        sits = f"sits in {recipient.chamber}" if in_other else f"has the rank of a peer ({name.rank})"
        hint = "give the row the office that the person holds"
        if other == "lords":
            hint += ", such as uk-baron or uk-baroness; write commons in chamber if the title is a courtesy"
        message = f"{sits}, and {key} is for the other house"
        raise BriefgenError(
            Problem("office-house", _prefix_with_recipient(recipient, message), recipient.place, hint)
        )


def _check_role(form: FormOfAddress, recipient: Recipient, key: str) -> None:
    """Raise BriefgenError if role or organisation is that of another office: a mayor is no governor."""
    role, organisation = recipient.role.casefold(), recipient.organisation.casefold()
    if any(re.match(rf"{re.escape(other)}\b", role) for other in form.other_roles):
        what = f"the role {recipient.role!r}"
    elif any(_names_organisation(other, organisation) for other in form.other_organisations):
        what = f"the organisation {recipient.organisation!r}"
    else:
        return
    column = what.split()[1]
    hint = f"give the row the office that the person holds, or correct {column}"
    message = f"{what} does not go with {key}"
    raise BriefgenError(
        Problem("office-role", _prefix_with_recipient(recipient, message), recipient.place, hint)
    )


_STATE = r"^(?:the )?(?!the\b|united states\b|u\.? ?s\b)[a-z]+(?: [a-z]+)?"
"""The name of a state before its legislature's; that of the United States is none."""


def _names_organisation(other: str, organisation: str) -> bool:
    """Return whether an organisation has the words of another one; `{state}` is the name of a state."""
    words = re.escape(other).replace(r"\{state\}", _STATE)
    return re.search(rf"{words}\b" if "{" in other else rf"\b{words}\b", organisation) is not None


def _name_in_lines(name: PersonalName, words: LocalizedForm) -> str:
    """Return the name for the inside address, with its titles and letters if the form does not print them."""
    if not name.full:
        return ""
    before = "" if words.prints("honorific") else name.before
    after = "" if words.prints("postnominals") else name.after
    return f"{before} {name.full}{after}".strip()


def _build_field_values(
    recipient: Recipient, name: PersonalName, form: FormOfAddress, words: LocalizedForm
) -> dict[str, str]:
    led = _find_led_committee(recipient.committees)
    return {
        "name": name.full,
        "given": name.given,
        "family": name.family,
        "honorific": format_titles(name.titles, form.styles),
        "postnominals": join_postnominals(name.postnominals, form.postnominals, form.postnominals_joined),
        "role": recipient.role,
        "organisation": recipient.organisation,
        "constituency": recipient.constituency,
        "formal": spoken_name(name, recipient.gender, {"m": words.courtesy.m, "f": words.courtesy.f}),
        "committee": _strip_chamber(led),
        "over": _strip_chamber(_find_parent_committee(led, recipient.committees)),
        "state": formal_name(recipient.represents),
        "the_state": formal_name_with_article(recipient.represents),
        "of_state": _build_of_state(recipient),
    }


def _build_of_state(recipient: Recipient) -> str:
    """Return `of the French Republic` for an office line; empty if role or organisation name the state."""
    office_line = f"{recipient.role} {recipient.organisation}".casefold()
    names = (formal_name(recipient.represents), common_name(recipient.represents))
    if any(name and name.casefold() in office_line for name in names):
        return ""
    full = formal_name_with_article(recipient.represents)
    if recipient.role.casefold().endswith("the republic"):
        # `President of the Republic` becomes `… of Finland` or is kept; `the Republic` is not repeated.
        _, _, rest = full.partition("the Republic ")
        return rest
    return f"of {full}" if full else ""


def _find_led_committee(committees: tuple[Committee, ...]) -> Committee | None:
    """Return the first committee in which the recipient is chair or ranking member."""
    return next((committee for committee in committees if committee.role in ("chair", "ranking")), None)


def _find_parent_committee(led: Committee | None, committees: tuple[Committee, ...]) -> Committee | None:
    """Return the committee of which `led` is a subcommittee: `SSFR` for `SSFR01`."""
    if led is None:
        return None
    return next((c for c in committees if c.id != led.id and led.id.startswith(c.id)), None)


def _strip_chamber(committee: Committee | None) -> str:
    """Return `Committee on Foreign Relations` without the chamber, which has its own line."""
    if committee is None:
        return ""
    name = committee.name
    for chamber in ("United States Senate ", "Senate ", "House "):
        name = name.removeprefix(chamber)
    return name


def _check_required_fields(
    form: FormOfAddress, values: dict[str, str], recipient: Recipient, key: str
) -> None:
    columns = {
        "committee": ("committees", "write for example SSFR:chair (Senate Committee on Foreign Relations)"),
        "state": ("represents", "write the two letters of the state represented, for example KR"),
        "gender": ("gender", "write f or m; briefgen does not guess it"),
    }
    for field in form.needs:
        if not (recipient.gender if field == "gender" else values[field]):
            column, hint = columns.get(field, (field, f"fill in {field}"))
            raise BriefgenError(
                Problem(
                    "form-field-missing",
                    _prefix_with_recipient(recipient, f"{key} needs the column {column}"),
                    recipient.place,
                    hint,
                )
            )


def _build_address_lines(
    wordings: Sequence[GenderedWording],
    first: _Addressee,
    second: _Addressee | None,
    second_wordings: Sequence[GenderedWording],
    streets: tuple[str, ...],
    postal: tuple[str, ...],
) -> list[str]:
    """Return the lines above the postal ones, without empty and repeated ones.

    Spreadsheets often repeat `House of Commons` in the street, and `Japan` is both the full name of the state
    and, in capitals, the country line. A second person comes below the first, or below the role of the first
    if they have different ones.
    """
    filled: list[str] = []
    below = _find_second_lines(wordings, second, second_wordings) if second else {}
    for index, wording in enumerate(wordings):
        filled += streets if wording.neutral == [ADDRESS_LINE] else (first.fill_line(wording),)
        filled += below.get(index, ())
    lines: list[str] = []
    printed = {line.casefold() for line in postal}
    for line in filled:
        if line and line.casefold() not in printed:
            lines.append(line)
            printed.add(line.casefold())
    return lines


def _find_second_lines(
    wordings: Sequence[GenderedWording], second: _Addressee, own_wordings: Sequence[GenderedWording]
) -> Mapping[int, Sequence[str]]:
    """Return the lines of the second person, by the first one's line below which they come."""
    last = max((index for index, wording in enumerate(wordings) if wording.uses("name")), default=0)
    own = [second.fill_line(wording) for wording in own_wordings if wording.uses("name")]
    if not second.recipient.role:
        return {last: own}
    roles = [index for index in range(last + 1, len(wordings)) if wordings[index].uses("role")][:1]
    own += [second.fill_line(one) for one in own_wordings if one.uses("role") and not one.uses("name")][:1]
    return {(roles or [last])[0]: own}


def _join_city_and_street(first: str, streets: tuple[str, ...]) -> tuple[str, ...]:
    """Put city and street on one line, and building or floor below it."""
    return (" ".join([first, *streets[:1]]).strip(), *streets[1:])


def _build_postal_lines(recipient: Recipient, sender_country: str) -> tuple[str, ...]:
    """Return the lines from the town on, with the country's if the letter leaves the sender's."""
    country, abroad = recipient.country, is_abroad(recipient.country, sender_country)
    lines = format_locality_lines(
        country,
        recipient.locality,
        recipient.region,
        recipient.postal_code,
        abroad=abroad,
        streets=recipient.address,
    )
    if not abroad:
        return lines
    last = format_country_line(country, recipient.language, sender_country)
    # Hong Kong, Singapore or Guernsey, once.
    return (*(line for line in lines if line.upper() != last), last)


def _prefix_with_recipient(recipient: Recipient, message: str) -> str:
    return f"{recipient.full_name or recipient.role or recipient.office} ({recipient.id}): {message}"
