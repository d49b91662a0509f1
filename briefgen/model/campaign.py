"""The campaign configuration, as written in campaign.yaml."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from briefgen.model.branding import DesignName, FontFamily
from briefgen.model.document import LayoutName
from briefgen.model.snippet import Slug
from briefgen.model.text import is_same_language
from briefgen.model.words import Words
from briefgen.model.yaml_model import YamlModel

COLOUR_PATTERN = "^(#?[0-9a-fA-F]{6})?$"
PageSize = Literal["a4", "us-letter"]
AskText = Annotated[str, Field(min_length=1, max_length=600)]
"""The id of a snippet of kind `ask`, or words that complete “I respectfully ask you to …”."""
HexColour = Annotated[str, Field(pattern=COLOUR_PATTERN)]


class Signer(YamlModel):
    """Somebody who signs beside the person named in `sender`."""

    name: str = Field(min_length=1, examples=["Ben Model"])
    title: str = ""
    organisation: str = ""
    """The sender's if empty."""
    signature: str = ""
    """An image of the signature, as that of the sender."""
    on_behalf: str = ""
    """A line above the name, as written: `For the Coalition for Clean Water`, `p.p.`"""


class Sender(YamlModel):
    """The organisation that sends the letters and the person who signs them."""

    organisation: str = Field(min_length=1, examples=["Neighbours for Clean Water"])
    name: str = Field(min_length=1, examples=["Dana Writer"])
    """The person who signs."""
    title: str = ""
    address: list[str] = Field(min_length=1, examples=["[4 Harbour Road, Leith EH6 7AA]"])
    """Postal address lines, top to bottom, without the country."""
    country: str = Field(pattern="^[A-Z]{2}$", examples=["GB"])
    """ISO 3166-1 alpha-2; letters to any other country are international mail."""
    place: str = ""
    """The town that letters are dated from, if it is not that of the address."""
    email: str = ""
    phone: str = ""
    website: str = ""
    signature: str = ""
    """An image of the signature in the campaign folder: PNG, JPEG, or SVG with a PNG of the same name."""
    letterhead: str = ""
    """A DOCX or DOTX in the campaign folder. Letters take page setup, headers, footers and styles from it,
    and leave naming the sender to it."""
    close: str = ""
    """The complimentary close, with punctuation, in place of that of the form of address."""
    on_behalf: str = ""
    """A line above the name, as written: `For the Coalition for Clean Water`, `p.p.`"""
    signers: list[Signer] = []
    """Who else signs, in this order."""
    signatures: Literal["below", "beside"] = "below"
    """Where those who also sign do: each below the one before, or two beside each other."""

    @property
    def town(self) -> str:
        """The town that letters are dated from: the last line of the address without what has digits.

        Empty if that leaves nothing.
        """
        words = self.address[-1].partition(",")[0].split()
        town = [word for word in words if not any(char.isdigit() for char in word) and word != "CEDEX"]
        return self.place or " ".join(town)


class Enclosure(YamlModel):
    """Something enclosed, as a file."""

    name: str = Field(min_length=1, examples=["Briefing paper"])
    """As the letter lists it."""
    file: str = ""
    """In the campaign's folder; a PDF is printed with the letter."""
    paper: str = ""
    """The template of the campaign's own briefing or paper, which is enclosed as PDF: `briefing`."""

    @model_validator(mode="after")
    def _require_one_origin(self) -> Enclosure:
        if bool(self.file) == bool(self.paper):
            raise ValueError("an enclosure has either a file or a paper; write its name alone if neither")
        return self


def _enclosure_kind(value: object) -> str:
    return "name" if isinstance(value, str) else "file"


NameOrEnclosure = Annotated[
    Annotated[str, Tag("name")] | Annotated[Enclosure, Tag("file")], Discriminator(_enclosure_kind)
]
"""An enclosure: its name alone, or with the file."""


def enclosure_name(enclosure: str | Enclosure) -> str:
    """Return an enclosure as the letter lists it."""
    return enclosure if isinstance(enclosure, str) else enclosure.name


class LetterConfig(YamlModel):
    """Template, page and limits of the letters (`letter:`)."""

    template: str = "letter"
    page: PageSize = "a4"
    layout: LayoutName = "plain"
    """Position of the address for window envelopes, by national standard; also determines the paper size."""
    citation_style: str = "chicago-notes-bibliography"
    enclosures: list[NameOrEnclosure] = []
    copies: list[str] = []
    """Who receives a copy; a recipient's own follow, from the column `copies`, separated by semicolons. With
    an address after it, its lines separated by `|`, the print run makes the copy."""
    reference: str = ""
    """The sender's reference, below the date, with fields: `EC/{year}/{number}`. With a label of its own
    (`Our ref: TW 14/{id}`) it is printed as it is."""
    first_number: int = Field(default=1, ge=1, le=9_999_999)
    """The `{number}` of the first letter."""
    web_address: str = Field(default="", pattern='^(https?://[^\\s<>"]+)?$')
    """An address with fields, printed with a QR code: `https://taps.example/r/{id}`."""
    postscript: str = ""
    """A paragraph below the signature; of a text in Markdown, the paragraph that begins with “P.S.”."""
    subject: str = ""
    """Subject line, with `{country}` for the state that the letters are about and `{constituency}` for the
    recipient's; the title if it is empty, or the recipient has no constituency."""
    max_pages: int | None = Field(default=None, ge=1, le=40)
    """Page limit, met by shortening and dropping optional snippets; None for no limit."""


_EMAIL_PATTERN = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"
EmailAddress = Annotated[str, Field(pattern=f"^{_EMAIL_PATTERN}$", max_length=254)]


class EmailConfig(YamlModel):
    """The e-mails with which letters are sent (`email:`)."""

    subject: str = ""
    """With fields, and `{subject}` for the letter's; the letter's if empty."""
    cc: list[EmailAddress] = []
    """To whom each e-mail goes as a copy; those in the column `email_cc` follow."""
    bcc: list[EmailAddress] = []
    """The same, without the others seeing it; those in the column `email_bcc` follow."""
    reply_to: str = Field(default="", pattern=f"^({_EMAIL_PATTERN})?$", max_length=254)
    """Where answers go, if not to the sender."""
    template: str = "email"
    """The text of e-mails: the file `email.md`, or a folder of templates."""
    without_address: bool = False
    """Whether people with an e-mail address and no postal address get a letter, by e-mail only."""


class Victim(YamlModel):
    """A victim in a case."""

    name: str
    about: str = ""
    """Identifying details: age, sex, nationality, place of residence or origin."""


class Case(YamlModel):
    """A case submitted to the Special Procedures of the Human Rights Council.

    The fields are those of OHCHR's form for the submission of information; the sender is who submits it.
    """

    victims: list[Victim] = Field(min_length=1)
    perpetrators: str
    date: str
    """As precise as is known: a day, a month, “about midday on …”."""
    place: str
    account: list[str] = Field(min_length=1)
    """What happened, one entry per paragraph, in the sender's words; not checked against sources."""
    consent: str
    """Whether the victims consent to the submission and to its publication."""
    remedies: str = ""
    """Domestic remedies sought: courts and authorities of the State."""
    confidential: str = ""
    """Details that must not be passed on."""


class Logo(YamlModel):
    """A logo at the top right of letters."""

    file: str
    """PNG, JPEG, or SVG with a PNG of the same name, in the campaign folder."""
    alt: str = ""
    """Alternative text; if empty, the organisation's name."""
    height: float = Field(default=14, ge=5, le=30)
    """Maximum height in millimetres."""


class Colours(YamlModel):
    """Colours as six hexadecimal digits; an empty one keeps the design's colour."""

    accent: HexColour = ""
    text: HexColour = ""
    quiet: HexColour = ""

    @field_validator("*", mode="before")
    @classmethod
    def _reject_unquoted_colour(cls, colour: object) -> object:
        if colour is None:
            raise ValueError('put the colour in quotes, "#1f3a5f": an unquoted # starts a comment')
        return colour


class Fonts(YamlModel):
    """Font families; None keeps the design's font."""

    text: FontFamily | None = None
    headings: FontFamily | None = None


class LetterheadConfig(YamlModel):
    """Branding of PDF and Word files, for which no stylesheet is needed (`letterhead:`)."""

    design: DesignName = "serif"
    logo: Logo | None = None
    colours: Colours = Colours()
    fonts: Fonts = Fonts()
    sender: list[str] = []
    """Lines below the organisation's name; if empty, address, telephone, e-mail and website."""
    return_line: str = ""
    """The return address above the recipient's in layouts that show one; if empty, made from the address."""
    footer: list[str] = Field(default=[], max_length=4)
    """Footer lines of the first page."""


class SenderRule(YamlModel):
    """Another sender for some recipients; the last rule that matches counts (`senders:`)."""

    when: str
    """Condition on the recipient in template syntax, as that of an interest."""
    organisation: str = ""
    name: str = ""
    title: str = ""
    address: list[str] = []
    country: str = Field(default="", pattern="^([A-Z]{2})?$")
    place: str = ""
    email: str = ""
    phone: str = ""
    website: str = ""
    signature: str = ""
    close: str = ""
    on_behalf: str = ""
    signers: list[Signer] = []
    signatures: Literal["below", "beside"] = "below"
    logo: Logo | None = None
    """In place of the campaign's."""
    lines: list[str] = []
    """Lines below the organisation's name, in place of `letterhead.sender`."""
    return_line: str = ""

    def change_sender(self, sender: Sender) -> Sender:
        """Return the sender with what this rule says.

        Another person has another post and signature, and another place another address and telephone, so
        what the rule does not say of these is left empty.
        """
        given = {name: getattr(self, name) for name in self.model_fields_set if name in Sender.model_fields}
        forgotten: dict[str, Any] = {}
        if "name" in given:
            forgotten |= {"title": "", "signature": "", "on_behalf": "", "signers": []}
        if "address" in given:
            forgotten |= {"place": "", "phone": ""}
        return sender.model_copy(update={**forgotten, **given})

    def change_letterhead(self, letterhead: LetterheadConfig) -> LetterheadConfig:
        """Return the letterhead with what this rule says; lines that name another place are left to it."""
        moved = bool({"organisation", "address", "phone", "email", "website"} & self.model_fields_set)
        changed: dict[str, Any] = {"logo": self.logo} if self.logo else {}
        if moved or self.lines:
            changed["sender"] = self.lines
        if moved or self.return_line:
            changed["return_line"] = self.return_line
        return letterhead.model_copy(update=changed)


class BriefingSection(YamlModel):
    """One section of the briefing paper."""

    heading: str
    topics: list[Slug] = []
    snippets: list[Slug] = []
    """Printed first, in this order; snippets of `topics` follow by priority."""
    max_snippets: int = Field(default=8, ge=1, le=60)
    intro: str = ""


class AddressedAsk(YamlModel):
    """An ask in the sender's own words, and whom it is addressed to; those of a library say so themselves."""

    to: str = Field(min_length=1, examples=["To the city council"])
    ask: AskText


class Power(YamlModel):
    """What somebody can do about the matter, for a policy brief."""

    who: str = Field(min_length=1, examples=["The Security Council"])
    can: str = Field(min_length=1, examples=["refer the case to the Court"])
    """The id of a snippet, or words that continue the name."""


class BriefingConfig(YamlModel):
    """Kind, template and content of the briefing paper (`briefing:`)."""

    kind: Literal["paper", "brief", "upr", "upr-joint"] = "paper"
    """Policy briefs and submissions to the Universal Periodic Review have rules of their own."""
    max_words: int | None = Field(default=None, ge=100)
    """Word limit, not counting notes, bibliography and annex; None for the limit of its kind."""
    template: str = "briefing"
    page: PageSize = "a4"
    citation_style: str = "chicago-notes-bibliography"
    title: str = ""
    subtitle: str = ""
    short_title: str = ""
    """For the running head, if the title is too long for it."""
    summary: list[Slug] = []
    """Snippets of the summary box; in a policy brief those before the sections."""
    sections: list[BriefingSection] = []
    asks: list[AskText | AddressedAsk] = []
    number: str = ""
    """Number of a policy brief in its series, as printed: `No. 7`."""
    standfirst: str = ""
    """One sentence below the title of a policy brief; the subtitle if empty."""
    key_figures: list[Slug] = Field(default=[], max_length=4)
    """Snippets whose `key` a policy brief sets in large type; the best of its sections if empty."""
    quotation: Slug | Literal[""] = ""
    """Snippet that a policy brief sets as pull quote; the best quotation of its sections if empty."""
    figures: list[Slug] = Field(default=[], max_length=2)
    """Figures on the second page of a policy brief; the best two of its sections if empty."""
    powers: list[Power] = Field(default=[], max_length=6)
    """Who can do what about the matter, for the side column of a policy brief."""
    data_tables: bool = False
    """Print each figure's data as a table below it, unless the template decides otherwise."""
    annex: bool = False
    """Print an annex with the sources and how each claim was verified."""
    max_pages: int | None = Field(default=None, ge=1, le=400)
    """Page limit of the whole document; None for no limit."""


class Interest(YamlModel):
    """A rule that assigns topics to recipients; all matching rules apply, and the last one weighs most."""

    when: str
    """Condition on the recipient in template syntax: `office == "us-senator"`, `"SSFR" in committees`."""
    topics: list[Slug] = []
    ask: AskText | None = None
    """The ask for these recipients; the last matching rule that has one wins."""


class Selection(YamlModel):
    """Which snippets a letter may use, and how many (`selection:`)."""

    required: list[Slug] = []
    excluded: list[Slug] = []
    max_snippets: int = Field(default=4, ge=1, le=40)
    max_words: int | None = Field(default=None, ge=20)
    """Word limit of all snippets in a letter, required ones included; None for no limit."""
    max_age: int | None = Field(default=None, ge=0)
    """In years; claims older than this must state their date in the sentence."""


class OutputConfig(YamlModel):
    """Output formats (`output:`)."""

    formats: list[str] = Field(default=["pdf", "docx"], min_length=1)
    pdf: Literal["accessible", "archive"] = "accessible"
    """`accessible` is PDF/UA-1, for screen readers; `archive` adds PDF/A-3a, for long-term preservation."""
    file_names: str = ""
    """The names of letters as separate files to print and as attachments, with fields: `{family} {id}`."""
    text_limit: int | None = Field(default=None, ge=100)
    """The most characters that the web form takes which letters in plain text are pasted into."""


class DocxConfig(YamlModel):
    """Word files (`docx:`)."""

    embed_fonts: bool = False
    """Put the PDF's fonts into each file, instead of naming those that come with Word."""


def has_label(reference: str) -> bool:
    """Return whether a reference begins with words of its own, `Our ref: `, in one language then."""
    return ": " in reference.replace("\u00a0", " ")


CONSTITUENCY_PLACEHOLDER = "{constituency}"
"""Replaced in `constituent` by the recipient's constituency."""
COUNTRY_PLACEHOLDER = "{country}"
"""Replaced in `letter.subject` by the name of the state in `about`."""


class Translation(YamlModel):
    """The campaign's own words in another language (`translations:`)."""

    title: str = Field(min_length=1, examples=["Plomb dans l’eau potable"])
    subject: str = ""
    opening: str = ""
    constituent: str = ""
    ask: AskText | None = None
    """Required if the campaign's ask is in words; one with an id is translated like any snippet."""
    enclosures: list[NameOrEnclosure] = []
    copies: list[str] = []
    reference: str = ""
    postscript: str = ""
    sender_title: str = ""
    email_subject: str = ""


class GroupBy(YamlModel):
    """How rows of the list are grouped into letters (`group_by:`)."""

    column: str = Field(min_length=1)
    """Rows with the same text in this column are one letter."""
    table: list[str] = []
    """The columns of the letter's table of its rows; by default the extra ones that are filled in."""


class After(YamlModel):
    """The earlier campaign that this one follows up, and to whom of its readers it writes (`after:`)."""

    campaign: str = Field(pattern=r"^[^./\\\x00-\x1f][^/\\\x00-\x1f]*$", max_length=100)
    """Name of its folder, beside this campaign's."""
    to: Literal["everybody", "written", "answered", "unanswered"] = "everybody"
    """`written`: those who were sent a letter; `unanswered`: those of them without a recorded reply."""


class CampaignConfig(YamlModel):
    """The file campaign.yaml."""

    id: Slug
    title: str = Field(min_length=1, examples=["Lead in drinking water"])
    date: date
    """Printed on every letter; never the current date, so that builds are reproducible."""
    language: str = "en"
    translations: dict[str, Translation] = {}
    """The campaign's words in other languages, by language code; recipients name theirs."""
    sender: Sender
    senders: list[SenderRule] = []
    """Other senders for some of the recipients."""
    library: list[str] = []
    """The libraries whose statements letters may use: names, or folders with a slash; none by default."""
    ask: AskText = Field(examples=["fund yearly tests of the drinking water in schools"])
    """The one action requested, unless an interest overrides it: the id of an ask, or the words."""
    about: str = Field(default="", pattern="^([A-Z]{2})?$")
    """The state whose situation the letters are about, as ISO 3166-1 alpha-2; empty if about none."""
    words: Words = {}
    """Fixed words of letters, by language, in place of those of the libraries and the built-in ones."""
    opening: str = ""
    """The organisation's own first sentence of each letter, before the ask."""
    constituent: str = ""
    """A sentence for elected recipients on who in their constituency writes. `{constituency}` is replaced by
    the recipient's; the sentence is left out for recipients without one."""
    case: Case | None = None
    """For letters that use the template `communication`."""
    letter: LetterConfig = LetterConfig()
    email: EmailConfig = EmailConfig()
    briefing: BriefingConfig = BriefingConfig()
    letterhead: LetterheadConfig = LetterheadConfig()
    recipients: list[str] = Field(min_length=1)
    """CSV files and workbooks in the campaign folder."""
    group_by: GroupBy | None = None
    """One letter for several rows; a column alone may stand for the mapping."""
    after: After | None = None
    """The earlier campaign whose letters this one comes after; its name alone may stand for the mapping."""
    interests: list[Interest] = []
    selection: Selection = Selection()
    output: OutputConfig = OutputConfig()
    docx: DocxConfig = DocxConfig()
    ignore: list[str] = []
    """Codes of warnings to suppress."""

    @field_validator("library", mode="before")
    @classmethod
    def _list_libraries(cls, value: object) -> object:
        """Take one name for a list of it, and `none` for the empty list."""
        names = [value] if isinstance(value, str) else value
        if names == ["none"]:
            return []
        if isinstance(names, list) and "none" in names:
            raise ValueError("`none` stands for itself; remove it, or the other libraries")
        return names

    @field_validator("group_by", mode="before")
    @classmethod
    def _take_column(cls, value: object) -> object:
        return {"column": value} if isinstance(value, str) else value

    @field_validator("after", mode="before")
    @classmethod
    def _take_name(cls, value: object) -> object:
        return {"campaign": value} if isinstance(value, str) else value

    @field_validator("constituent")
    @classmethod
    def _require_constituency_placeholder(cls, text: str) -> str:
        if text and CONSTITUENCY_PLACEHOLDER not in text:
            raise ValueError(f"write {CONSTITUENCY_PLACEHOLDER} where the constituency's name belongs")
        return text

    def translation_language(self, language: str) -> str:
        """Return the key of `translations` for a language; empty if it has none, or is the campaign's own."""
        if is_same_language(language, self.language):
            return ""
        return next((key for key in self.translations if is_same_language(key, language)), "")

    def with_sender(self, rule: int) -> CampaignConfig:
        """Return the campaign as one of its `senders` conducts it."""
        changed = self.senders[rule]
        update = {
            "sender": changed.change_sender(self.sender),
            "letterhead": changed.change_letterhead(self.letterhead),
            "senders": [],
        }
        return self.model_copy(update=update)

    def in_language(self, language: str) -> CampaignConfig:
        """Return the campaign with its words in one of the languages of `translations`."""
        words = self.translations[language]
        names = ("subject", "enclosures", "copies", "reference", "postscript")
        letter = {name: getattr(words, name) for name in names}
        if not has_label(self.letter.reference):
            letter["reference"] = words.reference or self.letter.reference
        sender = {"title": words.sender_title or self.sender.title}
        changed: dict[str, Any] = {
            "language": language,
            "title": words.title,
            "opening": words.opening,
            "constituent": words.constituent,
            "ask": words.ask or self.ask,
            "letter": self.letter.model_copy(update=letter),
            "email": self.email.model_copy(update={"subject": words.email_subject}),
            "sender": self.sender.model_copy(update=sender),
        }
        return self.model_copy(update=changed)
