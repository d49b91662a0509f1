"""Addresses a recipient: inside address, salutation, complimentary close, from the forms of address.

It decides nothing about the letter's content and guesses nothing: where the form needs what the recipient's
record does not hold, that is said.
"""

from __future__ import annotations

from briefgen.address.countries import state, the_state, usual_name
from briefgen.address.forms_of_address import ADDRESS, Form, Forms, Wording, Words
from briefgen.address.names import formal, postnominals, printed
from briefgen.address.postal import country_line, large_first, locality_lines
from briefgen.errors import BriefgenError, Problem
from briefgen.model.recipient import Addressed, Committee, Recipient


def address(recipient: Recipient, forms: Forms, *, sender_country: str) -> Addressed:
    """The forms due to one recipient of a letter from `sender_country` (ISO 3166-1 alpha-2).

    Raises BriefgenError with the place of the recipient's row where the office is unknown, a field that the
    form needs is empty, or the form does not exist in the recipient's language.
    """
    key, form = forms.of(recipient)
    words = _words(form, recipient, key)
    values = _values(recipient, form, words)
    _check_needs(form, values, recipient, key)
    wordings = words.lines if values["name"] else words.nameless
    if not wordings:
        raise BriefgenError(
            Problem(
                "recipient-name-missing",
                _about(recipient, f"{key} needs a name"),
                recipient.place,
                "fill in name, or given and family",
            )
        )
    if not wordings[0].fill(values, recipient.gender):
        raise BriefgenError(
            Problem(
                "recipient-name-missing",
                _about(recipient, f"{key} needs a name or the title of the post"),
                recipient.place,
                "fill in name, or role",
            )
        )
    salutation = words.salutation.fill(values, recipient.gender)
    close = words.close.fill(values, recipient.gender)
    if not (salutation and close):
        raise BriefgenError(
            Problem(
                "form-field-missing",
                _about(recipient, f"the {'close' if salutation else 'salutation'} of {key} cannot be filled"),
                recipient.place,
                "fill in family, given or gender",
            )
        )
    postal = _postal(recipient, sender_country)
    first = large_first(recipient.country, recipient.language, recipient.locality, recipient.region)
    streets = recipient.address if first is None else ()
    lines = _lines(wordings, values, streets, recipient.gender, postal)
    whole = (*lines, *postal)
    if first is not None:
        last = (
            (recipient.postal_code, *postal[-1:])
            if _is_abroad(recipient, sender_country)
            else (recipient.postal_code,)
        )
        whole = (*_joined(first, recipient.address), *lines, *(line for line in last if line))
    return Addressed(
        lines=whole,
        salutation=salutation,
        close=close,
        # In some countries the ministry comes before its minister; the second page is headed by the person.
        name=next((line for line in lines if values["name"] and values["name"] in line), lines[0]),
        you=words.you,
        rule=key,
    )


def _words(form: Form, recipient: Recipient, key: str) -> Words:
    variant = form.variant(recipient)
    if variant is None:
        known = ", ".join(["en", *(tag for tag in form.languages if "-" not in tag)])
        raise BriefgenError(
            Problem(
                "form-language",
                _about(recipient, f"the form of address of {key} does not exist in {recipient.language!r}"),
                recipient.place,
                f"write {known} in the column language, or add the words to the campaign's forms of address",
            )
        )
    return form.languages.get(variant, form)


def _values(recipient: Recipient, form: Form, words: Words) -> dict[str, str]:
    held = _held(recipient.committees)
    return {
        "name": printed(recipient, form.titles),
        "given": recipient.given,
        "family": recipient.family,
        "honorific": recipient.honorific,
        "postnominals": postnominals(recipient.postnominals, form.postnominals, form.postnominals_joined),
        "role": recipient.role,
        "organisation": recipient.organisation,
        "constituency": recipient.constituency,
        "formal": formal(recipient, {"m": words.courtesy.m, "f": words.courtesy.f}),
        "committee": _committee_name(held),
        "over": _committee_name(_over(held, recipient.committees)),
        "state": state(recipient.represents),
        "the_state": the_state(recipient.represents),
        "of_state": _of_state(recipient),
    }


def _of_state(recipient: Recipient) -> str:
    """`of the French Republic`, for an office line; empty where role or organisation name the state."""
    said = f"{recipient.role} {recipient.organisation}".casefold()
    names = (state(recipient.represents), usual_name(recipient.represents))
    if any(name and name.casefold() in said for name in names):
        return ""
    full = the_state(recipient.represents)
    if recipient.role.casefold().endswith("the republic"):
        # `President of the Republic` is completed (`of Finland`) or left as it is, not told twice.
        _, _, rest = full.partition("the Republic ")
        return rest
    return f"of {full}" if full else ""


def _held(committees: tuple[Committee, ...]) -> Committee | None:
    """The first committee in which the recipient is chair or ranking member."""
    return next((committee for committee in committees if committee.role in ("chair", "ranking")), None)


def _over(held: Committee | None, committees: tuple[Committee, ...]) -> Committee | None:
    """The committee of which `held` is a part: `SSFR` over `SSFR01`."""
    if held is None:
        return None
    return next((c for c in committees if c.id != held.id and held.id.startswith(c.id)), None)


def _committee_name(committee: Committee | None) -> str:
    """Without the chamber, which has its own line: `Committee on Foreign Relations`."""
    if committee is None:
        return ""
    name = committee.name
    for chamber in ("United States Senate ", "Senate ", "House "):
        name = name.removeprefix(chamber)
    return name


def _check_needs(form: Form, values: dict[str, str], recipient: Recipient, key: str) -> None:
    columns = {
        "committee": ("committees", "write for example SSFR:chair (Senate Committee on Foreign Relations)"),
        "state": ("represents", "write the two letters of the state represented, for example KR"),
        "gender": ("gender", "write f or m; briefgen does not guess it"),
    }
    for need in form.needs:
        if not (recipient.gender if need == "gender" else values[need]):
            column, hint = columns.get(need, (need, f"fill in {need}"))
            raise BriefgenError(
                Problem(
                    "form-field-missing",
                    _about(recipient, f"{key} needs the column {column}"),
                    recipient.place,
                    hint,
                )
            )


def _lines(
    wordings: list[Wording],
    values: dict[str, str],
    streets: tuple[str, ...],
    gender: str,
    postal: tuple[str, ...],
) -> list[str]:
    """The lines above the postal ones; one that is empty, or says what another line says, is left out.

    Spreadsheets often give `House of Commons` as part of the street too, and `Japan` is both the full name
    of the state and, in capitals, the country line.
    """
    lines: list[str] = []
    said = {line.casefold() for line in postal}
    for wording in wordings:
        own = wording.neutral == [ADDRESS]
        here = streets if own else (wording.fill(values, gender),)
        for line in here:
            if line and line.casefold() not in said:
                lines.append(line)
                said.add(line.casefold())
    return lines


def _joined(first: str, streets: tuple[str, ...]) -> tuple[str, ...]:
    """City and street on one line, and what is within the street (building, floor) below."""
    return (" ".join([first, *streets[:1]]).strip(), *streets[1:])


def _is_abroad(recipient: Recipient, sender_country: str) -> bool:
    return bool(recipient.country) and recipient.country != sender_country


def _postal(recipient: Recipient, sender_country: str) -> tuple[str, ...]:
    abroad = _is_abroad(recipient, sender_country)
    lines = locality_lines(
        recipient.country, recipient.locality, recipient.region, recipient.postal_code, abroad=abroad
    )
    return (*lines, country_line(recipient.country)) if abroad else lines


def _about(recipient: Recipient, message: str) -> str:
    return f"{recipient.full_name or recipient.role or recipient.office} ({recipient.id}): {message}"
