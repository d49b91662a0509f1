"""A campaign: who writes to whom, when, asking for what."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, field_validator

from briefgen.model.document import LayoutName
from briefgen.model.look import DesignName, Family
from briefgen.model.snippet import Slug
from briefgen.model.written import Written

COLOUR = "^(#?[0-9a-fA-F]{6})?$"
Page = Literal["a4", "us-letter"]
Colour = Annotated[str, Field(pattern=COLOUR)]
Format = Literal["pdf", "docx", "txt"]


class Sender(Written):
    """Whose letterhead and signature the letters carry."""

    organisation: str
    name: str
    """The person who signs."""
    title: str = ""
    address: list[str] = Field(min_length=1)
    """Postal lines, top to bottom, without the country."""
    country: str = Field(pattern="^[A-Z]{2}$")
    """ISO 3166-1 alpha-2; decides which letters go abroad."""
    email: str = ""
    phone: str = ""
    website: str = ""
    signature: str = ""
    """A picture of the signature in the campaign folder (PNG, JPEG, or SVG with a PNG beside it)."""
    letterhead: str = ""
    """A Word file in the campaign folder (DOCX or DOTX): letters take their page, heads and styles from it,
    and the lines that name the sender are then left to it."""


class Letter(Written):
    """How the letters are set."""

    template: str = "letter"
    page: Page = "a4"
    layout: LayoutName = "plain"
    """Where the address stands, by the standard of a country's window envelopes; decides the paper too."""
    citation_style: str = "chicago-notes-bibliography"
    enclosures: list[str] = []
    subject: str = ""
    """Reference line, `{country}` in it is the state that the letters are about; empty: the title."""
    max_pages: int | None = Field(default=None, ge=1, le=40)
    """Pages that a letter keeps to, by shortening and leaving out optional snippets; None: no limit."""


class Victim(Written):
    """Somebody to whom a case has happened."""

    name: str
    about: str = ""
    """What identifies them: age, sex, nationality, where they live or come from."""


class Case(Written):
    """One case as the Special Procedures of the Human Rights Council take it (OHCHR, submission of
    information: victims, perpetrators, date, place and account; who submits it is the sender)."""

    victims: list[Victim] = Field(min_length=1)
    perpetrators: str
    date: str
    """As far as it is known: a day, a month, “about midday on …”."""
    place: str
    account: list[str] = Field(min_length=1)
    """What happened, paragraph by paragraph; the sender's own words, not checked against sources."""
    consent: str
    """Whether those concerned agree that the case is sent and made known."""
    remedies: str = ""
    """What was tried before courts and authorities of the State."""
    confidential: str = ""
    """What is not to be passed on."""


class Logo(Written):
    """A picture at the upper right of letters."""

    file: str
    """PNG, JPEG, or SVG with a PNG beside it, in the campaign folder."""
    alt: str = ""
    """What it shows, for those who do not see it; the organisation's name where it is empty."""
    height: float = Field(default=14, ge=5, le=30)
    """Greatest height in millimetres."""


class Colours(Written):
    """Colours as six hexadecimal figures; an empty one is the design's."""

    accent: Colour = ""
    text: Colour = ""
    quiet: Colour = ""

    @field_validator("*", mode="before")
    @classmethod
    def _is_written(cls, colour: object) -> object:
        if colour is None:
            raise ValueError('write the colour in quotes, "#1f3a5f": without them # begins a comment')
        return colour


class Fonts(Written):
    """Families of type; an empty one is the design's."""

    text: Family | None = None
    headings: Family | None = None


class Head(Written):
    """What PDF and Word files look like, without a stylesheet."""

    design: DesignName = "serif"
    logo: Logo | None = None
    colours: Colours = Colours()
    fonts: Fonts = Fonts()
    sender: list[str] = []
    """Lines under the organisation's name; address, telephone, e-mail and website where there are none."""
    return_line: str = ""
    """The sender in one line above the address, where the layout has one; else made from the address."""
    footer: list[str] = Field(default=[], max_length=4)
    """Lines at the foot of the first page."""


class Section(Written):
    """One section of the briefing."""

    heading: str
    topics: list[Slug] = []
    snippets: list[Slug] = []
    """Named snippets come first, in this order; topics fill the rest by priority."""
    max_snippets: int = Field(default=8, ge=1, le=60)
    intro: str = ""


class Briefing(Written):
    """What the briefing paper is, and how it is set."""

    kind: Literal["paper", "brief", "upr", "upr-joint"] = "paper"
    """What it is to be: a policy brief and a submission to the Universal Periodic Review have rules."""
    max_words: int | None = Field(default=None, ge=100)
    """Words without notes, list of sources and annex; None: the limit of its kind."""
    template: str = "briefing"
    page: Page = "a4"
    citation_style: str = "chicago-notes-bibliography"
    title: str = ""
    subtitle: str = ""
    short_title: str = ""
    """In the head of the following pages, where the title is too long for it."""
    summary: list[Slug] = []
    """Snippets that make up the summary box."""
    sections: list[Section] = []
    asks: list[Slug] = []
    data_tables: bool = False
    """Below each figure its data as a table, where the template does not say."""
    annex: bool = False
    """Print the sources and how each claim was verified."""
    max_pages: int | None = Field(default=None, ge=1, le=400)
    """Pages that the briefing keeps to, all that is in it counted; None: no limit."""


class Interest(Written):
    """A rule that maps recipients to what concerns them; all that match apply, the last weighs most."""

    when: str
    """Condition in template syntax over the recipient: `office == "us-senator"`, `"SSFR" in committees`."""
    topics: list[Slug] = []
    ask: Slug | None = None
    """Ask for these recipients; the last rule that gives one wins."""


class Selection(Written):
    """Which snippets a letter may use."""

    required: list[Slug] = []
    excluded: list[Slug] = []
    max_snippets: int = Field(default=4, ge=1, le=40)
    max_words: int | None = Field(default=None, ge=20)
    """Words of the snippets of a letter together, the required ones included; None: no limit."""
    max_age: int | None = Field(default=None, ge=0)
    """Years; a claim older than this must carry its date in the sentence."""


class Output(Written):
    """What is made."""

    formats: list[Format] = Field(default=["pdf", "docx"], min_length=1)
    pdf: Literal["accessible", "archive"] = "accessible"
    """PDF/UA-1, which every reader's program can read aloud; or that and PDF/A-3a, to keep for decades."""


CONSTITUENCY = "{constituency}"
"""What `constituent` fills in."""
COUNTRY = "{country}"
"""What `letter.subject` fills in."""


class CampaignConfig(Written):
    """The file campaign.yaml."""

    id: Slug
    title: str
    date: date
    """On every letter; never taken from the clock."""
    language: str = "en"
    sender: Sender
    ask: Slug
    """Snippet of kind `ask`: the one action requested, where no interest gives another."""
    about: str = Field(default="KP", pattern="^[A-Z]{2}$")
    """The state whose situation the letters are about, by ISO 3166-1 alpha-2."""
    opening: str = ""
    """A sentence of the organisation's own that opens each letter, before the ask."""
    constituent: str = ""
    """A sentence for elected recipients that says who in their constituency writes; `{constituency}` in it is
    filled in from the recipient's column, and where that is empty there is no such sentence."""
    case: Case | None = None
    """For letters of the template `communication`."""
    letter: Letter = Letter()
    briefing: Briefing = Briefing()
    letterhead: Head = Head()
    recipients: list[str] = Field(min_length=1)
    """CSV files and workbooks in the campaign folder."""
    interests: list[Interest] = []
    selection: Selection = Selection()
    output: Output = Output()
    ignore: list[str] = []
    """Codes of warnings that the campaign has decided to live with."""

    @field_validator("constituent")
    @classmethod
    def _names_the_constituency(cls, text: str) -> str:
        if text and CONSTITUENCY not in text:
            raise ValueError(f"write {CONSTITUENCY} where the name of the constituency belongs")
        return text
