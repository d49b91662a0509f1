"""Recipients, and how a letter addresses them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from briefgen.errors import Place, Problem

if TYPE_CHECKING:
    from briefgen.model.letter_overrides import LetterOverrides


@dataclass(frozen=True, slots=True)
class Committee:
    """A recipient's membership of a committee."""

    id: str
    name: str
    role: str = "member"
    """`chair`, `ranking`, `vice-chair` or `member`."""


Row = tuple[tuple[str, str], ...]
"""The cells of a row that are not empty, as pairs of header and text."""


@dataclass(frozen=True, slots=True)
class SecondPerson:
    """Somebody to whom a letter goes together with the recipient; the fields are those of `Recipient`."""

    honorific: str = ""
    name: str = ""
    given: str = ""
    family: str = ""
    suffix: str = ""
    postnominals: str = ""
    gender: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class EarlierLetter:
    """The last letter of an earlier campaign to a recipient, and what came of it."""

    on: date
    way: str
    """`post`, `email`, `hand` or `web-form`."""
    answered_on: date | None = None

    @property
    def answered(self) -> bool:
        """Whether a reply was recorded."""
        return self.answered_on is not None


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person or office, as every importer and table reader fills it. Empty strings mean unknown."""

    id: str
    """Stable across re-imports; lower-case letters, digits and hyphens."""
    office: str
    """Key into the forms of address, for example `us-senator`."""
    country: str
    """ISO 3166-1 alpha-2 of the postal address; empty if there is no address."""
    name: str = ""
    """Full name as printed, without titles: `Chellie Pingree`, `Angus S. King, Jr.`; empty for an office."""
    honorific: str = ""
    """A title from the user's data (`Dr`, `Sir`, `Ms`); never guessed."""
    given: str = ""
    family: str = ""
    suffix: str = ""
    """`Jr.`, `III`."""
    postnominals: str = ""
    """`KC`, `PhD`; those of the office (`MP`) come from the forms of address."""
    gender: str = ""
    """`f`, `m` or empty; never guessed from the name."""
    role: str = ""
    """Job title as printed: `Minister of Foreign Affairs`."""
    organisation: str = ""
    salutation: str = ""
    """With punctuation: `Dear Ada,`. It replaces the salutation of the form of address; so does `close`."""
    close: str = ""
    address: tuple[str, ...] = ()
    """Street, building, room: the address lines between organisation and locality."""
    locality: str = ""
    region: str = ""
    postal_code: str = ""
    language: str = "en"
    """BCP 47; empty in imported lists whose data do not name one, so that the campaign's language applies."""
    email: str = ""
    other_emails: tuple[str, ...] = ()
    """Further addresses in the cell: e-mails go to all of them."""
    contact_form: str = ""
    represents: str = ""
    """ISO 3166-1 alpha-2 of the state that a diplomat or minister represents."""
    chamber: str = ""
    state: str = ""
    district: str = ""
    constituency: str = ""
    party: str = ""
    committees: tuple[Committee, ...] = ()
    tags: tuple[str, ...] = ()
    term_end: date | None = None
    extra: Mapping[str, str] = field(default_factory=dict)
    """Values of unknown columns by header, for use in templates."""
    place: Place | None = None
    second: SecondPerson | None = None
    """The second person of a household or a firm, whom the letter addresses too."""
    number: str = ""
    """The running number of this letter, if the campaign's references have one; it stays."""
    rows: tuple[Row, ...] = ()
    """The rows of the list for which this is the letter, if the campaign groups them (`group_by`)."""
    overrides: LetterOverrides | None = None
    """What letters.yaml says about this letter alone."""
    earlier: EarlierLetter | None = None
    """The letter that this one comes after, if the campaign names an earlier one (`after`)."""

    @property
    def second_recipient(self) -> Recipient | None:
        """Return the second person as a recipient without an address of their own; None if there is none."""
        if self.second is None:
            return None
        own: dict[str, Any] = {field.name: getattr(self.second, field.name) for field in fields(SecondPerson)}
        own |= {"salutation": "", "close": "", "address": (), "region": "", "postal_code": ""}
        return replace(self, **own, second=None)

    @property
    def full_name(self) -> str:
        """`name`, or else given name, family name and suffix joined; empty for an office."""
        joined = " ".join(part for part in (self.given, self.family) if part)
        if self.name or not (joined and self.suffix):
            return self.name or joined
        # As printed in the Congressional Directory: `Angus S. King, Jr.`, `John J. McGuire III`.
        comma = "," if self.suffix.rstrip(".") in ("Jr", "Sr") else ""
        return f"{joined}{comma} {self.suffix}"


@dataclass(frozen=True, slots=True)
class AddressAndSalutation:
    """The inside address, salutation and close for one recipient, ready to print."""

    lines: tuple[str, ...]
    """Inside address, top to bottom; the country comes last, for international mail only."""
    salutation: str
    """With punctuation: `Dear Senator King:`."""
    close: str
    """Complimentary close with punctuation: `Sincerely,`."""
    name: str
    """Name with titles as in the first address line, or the office; used in the running head."""
    you: str
    """How the letter addresses the recipient in running text: `you`, `Your Excellency`."""
    rule: str
    """Key of the entry of the forms of address that was applied."""
    warnings: tuple[Problem, ...] = ()
    """Warnings about name and address, which stop no letter."""
