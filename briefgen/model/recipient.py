"""Recipients: the person or office addressed, and the forms due to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from briefgen.errors import Place


@dataclass(frozen=True, slots=True)
class Committee:
    """Membership of a committee."""

    id: str
    name: str
    role: str = "member"
    """`chair`, `ranking`, `vice-chair` or `member`."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person or office, as every reader fills it. Empty text means: not known."""

    id: str
    """Stable over re-import; lower-case letters, digits and hyphens."""
    office: str
    """Key of the forms of address, for example `us-senator`."""
    country: str
    """ISO 3166-1 alpha-2 of the postal address; empty for none."""
    name: str = ""
    """Full name as printed, without titles: `Chellie Pingree`, `Angus S. King, Jr.`; empty: an office."""
    honorific: str = ""
    """A title given by the sender's data (`Dr`, `Sir`, `Ms`), never guessed."""
    given: str = ""
    family: str = ""
    suffix: str = ""
    """`Jr.`, `III`."""
    postnominals: str = ""
    """`KC`, `PhD`; those that belong to the office (`MP`) come from the forms of address."""
    gender: str = ""
    """`f`, `m` or empty; never guessed from a name."""
    role: str = ""
    """Title of the post as printed: `Minister of Foreign Affairs`."""
    organisation: str = ""
    address: tuple[str, ...] = ()
    """Street, building, room: the lines between the organisation and the locality."""
    locality: str = ""
    region: str = ""
    postal_code: str = ""
    language: str = "en"
    """BCP 47; empty in a list that is brought in, where its data name none: the campaign then decides."""
    email: str = ""
    contact_form: str = ""
    represents: str = ""
    """ISO 3166-1 alpha-2 of the state that a diplomat or minister speaks for."""
    chamber: str = ""
    state: str = ""
    district: str = ""
    constituency: str = ""
    party: str = ""
    committees: tuple[Committee, ...] = ()
    tags: tuple[str, ...] = ()
    term_end: date | None = None
    extra: Mapping[str, str] = field(default_factory=dict)
    """Unknown columns, by their header, for templates."""
    place: Place | None = None

    @property
    def full_name(self) -> str:
        """`name`, or where it is empty what given name, family name and suffix make; empty for an office."""
        made = " ".join(part for part in (self.given, self.family) if part)
        if self.name or not (made and self.suffix):
            return self.name or made
        # As printed in the Congressional Directory: `Angus S. King, Jr.`, `John J. McGuire III`.
        comma = "," if self.suffix.rstrip(".") in ("Jr", "Sr") else ""
        return f"{made}{comma} {self.suffix}"


@dataclass(frozen=True, slots=True)
class Addressed:
    """The forms due to one recipient, ready to print."""

    lines: tuple[str, ...]
    """Inside address, top to bottom, the country last where it is foreign to the sender."""
    salutation: str
    """With its punctuation: `Dear Senator King:`."""
    close: str
    """Complimentary close with its punctuation: `Sincerely,`."""
    name: str
    """Name with titles as on the first address line, or the office; heads the second page."""
    you: str
    """How the text speaks to them: `you`, `Your Excellency`."""
    rule: str
    """The entry of the forms of address that was used."""
