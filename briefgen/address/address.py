"""Apply the forms of address to a recipient: inside address, salutation and complimentary close.

Nothing is guessed: where a form needs a field that the recipient's record leaves empty, that is an error.
"""

from __future__ import annotations

from dataclasses import replace

from briefgen.address.countries import common_name, formal_name, formal_name_with_article
from briefgen.address.forms_of_address import (
    ADDRESS_LINE,
    FormOfAddress,
    FormsOfAddress,
    GenderedWording,
    LocalizedForm,
)
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


def address_recipient(
    recipient: Recipient, forms: FormsOfAddress, *, sender_country: str
) -> AddressAndSalutation:
    """Return the form of address for a recipient of a letter from `sender_country` (ISO 3166-1 alpha-2).

    Raise BriefgenError, with the place of the recipient's row, if the office is unknown, a field that the
    form needs is empty, the form does not exist in the recipient's language, or the result cannot be sent.
    """
    key, form = forms.find(recipient)
    words = _find_localized_form(form, recipient, key)
    name = _read_name(recipient, form, words)
    _check_house(form, name, recipient, key)
    _check_role(form, recipient, key)
    values = _build_field_values(recipient, name, form, words)
    _check_required_fields(form, values, recipient, key)
    wordings = words.lines if values["name"] else words.nameless
    if not wordings:
        raise BriefgenError(
            Problem(
                "recipient-name-missing",
                _prefix_with_recipient(recipient, f"{key} needs a name"),
                recipient.place,
                "fill in name, or given and family",
            )
        )
    if not wordings[0].fill(values, recipient.gender):
        raise BriefgenError(
            Problem(
                "recipient-name-missing",
                _prefix_with_recipient(recipient, f"{key} needs a name or the title of the post"),
                recipient.place,
                "fill in name, or role",
            )
        )
    salutation = recipient.salutation or words.salutation.fill(values, recipient.gender)
    closes = words.close if values["name"] else words.nameless_close or words.close
    close = recipient.close or closes.fill(values, recipient.gender)
    if not (salutation and close):
        raise BriefgenError(
            Problem(
                "form-field-missing",
                _prefix_with_recipient(
                    recipient, f"the {'close' if salutation else 'salutation'} of {key} cannot be filled"
                ),
                recipient.place,
                "fill in family, given or gender",
            )
        )
    postal = _build_postal_lines(recipient, sender_country)
    first = format_region_first(recipient.country, recipient.language, recipient.locality, recipient.region)
    in_lines = first is None and not puts_street_last(recipient.country)
    streets = recipient.address if in_lines else ()
    named = {**values, "name": _name_in_lines(name, words)}
    lines = _build_address_lines(wordings, named, streets, recipient.gender, postal)
    address_lines = (*lines, *postal)
    if first is not None:
        last = (
            (recipient.postal_code, *postal[-1:])
            if is_abroad(recipient.country, sender_country)
            else (recipient.postal_code,)
        )
        address_lines = (
            *_join_city_and_street(first, recipient.address),
            *lines,
            *(line for line in last if line),
        )
    problems = list(proofread(recipient, name, address_lines, salutation, close))
    if errors := [problem for problem in problems if problem.severity == "error"]:
        raise BriefgenError(errors)
    return AddressAndSalutation(
        lines=address_lines,
        salutation=salutation,
        close=close,
        # In some countries the ministry comes before its minister; the second page is headed with the person.
        name=next((line for line in lines if name.full and name.full in line), lines[0]),
        you=words.you,
        rule=key,
        warnings=tuple(problems),
    )


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
    """Raise BriefgenError if the role is that of another office: a mayor is no governor."""
    role = recipient.role.casefold()
    if any(role == other or role.startswith(f"{other} ") for other in form.other_roles):
        message = f"the role {recipient.role!r} does not go with {key}"
        hint = "give the row the office that the person holds, or correct role"
        raise BriefgenError(
            Problem("office-role", _prefix_with_recipient(recipient, message), recipient.place, hint)
        )


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
    wordings: list[GenderedWording],
    values: dict[str, str],
    streets: tuple[str, ...],
    gender: str,
    postal: tuple[str, ...],
) -> list[str]:
    """Return the lines above the postal ones, without empty and repeated ones.

    Spreadsheets often repeat `House of Commons` in the street, and `Japan` is both the full name of the state
    and, in capitals, the country line.
    """
    lines: list[str] = []
    printed = {line.casefold() for line in postal}
    for wording in wordings:
        is_street_slot = wording.neutral == [ADDRESS_LINE]
        for line in streets if is_street_slot else (wording.fill(values, gender),):
            if line and line.casefold() not in printed:
                lines.append(line)
                printed.add(line.casefold())
    return lines


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
