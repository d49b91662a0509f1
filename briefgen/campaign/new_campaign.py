"""Starts a campaign on a topic of one's own, from a few answers; what is not answered stays empty.

The campaign draws on no library. `briefgen check` names every key that is still to be filled in.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import date
from pathlib import Path

import yaml

from briefgen.address.countries import find_country, territory_names
from briefgen.campaign.scaffold import require_empty_folder
from briefgen.errors import Place, Problem, StorageError, UsageError, suggest_similar
from briefgen.model.text import clean_text
from briefgen.system.files import atomic_write, printable_name

_LETTER_PAPER = ("BZ", "CA", "CL", "CO", "CR", "GT", "MX", "NI", "PA", "PH", "PR", "SV", "US", "VE")
"""Countries that print on Letter rather than A4 (Unicode CLDR, supplementalData, measurementData)."""
_COLUMNS = (
    "id,office,name,family,gender,role,organisation,address,locality,region,postal_code,country,"
    "email,connection"
)
_COUNTRY_COLUMNS = {
    "BE": ("language",),
    "CA": ("constituency", "language"),
    "CH": ("language",),
    "GB": ("constituency",),
    "US": ("state", "district"),
}
_LETTER = """\
{# The text of the letters, from the first sentence to the last: change it as you like. Notes like this one,
   between these marks, are never printed. docs/templates.md says what else can stand here. #}

I am writing on behalf of {{ sender.organisation }}. {{ fields.connection | default("") }} {{ request }}

{# Say here why you ask, in sentences of your own, with your statements between them:

   {{ statement("ID") }}   prints a statement, with a note that names its source;
   {{ best("TOPIC") }}     prints the best statement on a topic that the letter does not have yet.

   `briefgen snippets list` shows your statements with their ids and topics. Above, {{ request }} prints your
   ask as a sentence, and the column connection of recipients.csv says why you write to this reader. #}

Thank you for your attention. I would be grateful for your reply.
"""


@dataclass(frozen=True, slots=True)
class CampaignAnswers:
    """What somebody says who starts a campaign; every answer may be empty."""

    topic: str = ""
    organisation: str = ""
    sender: str = ""
    """The person who signs."""
    ask: str = ""
    """Words that complete “I respectfully ask you to …”."""
    countries: tuple[str, ...] = ()
    """Where the readers are: ISO codes or English names; the first is taken for the sender's."""
    address: tuple[str, ...] = ()
    """The sender's postal address, line by line."""
    email: str = ""


def create_own_campaign(folder: Path, answers: CampaignAnswers, on: date) -> list[Path]:
    """Write a campaign into a new or empty folder and return the files created.

    `on` is the date of its letters. Raise UsageError for answers that cannot be used, BriefgenError for a
    folder that is not empty, and StorageError if writing fails.
    """
    _check_answers(answers)
    countries = _find_countries(answers.countries)
    require_empty_folder(folder)
    files = {
        "campaign.yaml": _campaign_file(answers, countries, on),
        "recipients.csv": _recipients_file(countries),
        "letter.md": _LETTER,
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            with atomic_write(folder / name) as file:
                # Excel takes a CSV file without this mark for one in the system's old encoding.
                file.write(text.encode("utf-8-sig" if name.endswith(".csv") else "utf-8"))
    except OSError as error:
        hint = "choose a folder that you can write to"
        raise StorageError(
            Problem("file-unwritable", f"cannot be written: {error.strerror}", Place(str(folder)), hint)
        ) from None
    return [folder / name for name in files]


def _check_answers(answers: CampaignAnswers) -> None:
    """Raise UsageError for unprintable characters, which a byte that is not UTF-8 becomes too."""
    for answer in astuple(answers):
        for text in answer if isinstance(answer, tuple) else (answer,):
            if removed := clean_text(text)[1]:
                message = f"{printable_name(text)!r} contains {removed[0]}, which cannot be printed"
                raise UsageError(Problem("unprintable-character", message, None, "retype the words"))


def _find_countries(names: Iterable[str]) -> list[str]:
    found, problems = [], []
    for name in names:
        code = find_country(name)
        if code:
            found.append(code)
        else:
            known = [*territory_names(), *territory_names().values()]
            hint = suggest_similar(name, known) or "write a code or an English name: GB, Germany"
            problems.append(Problem("country-unknown", f"unknown country {name!r}", None, hint))
    if problems:
        raise UsageError(problems)
    return list(dict.fromkeys(found))


def _campaign_file(answers: CampaignAnswers, countries: list[str], on: date) -> str:
    country = countries[0] if countries else ""
    address = "".join(f"\n    - {_as_yaml(line)}" for line in answers.address if line.strip())
    email = f"email: {_as_yaml(answers.email)}" if answers.email.strip() else "# email:"
    page = "us-letter" if country in _LETTER_PAPER else "a4"
    text = f"""\
# Who writes to whom, when, and what for. docs/campaign.md explains every key. The text of the letters is in
# letter.md. After each change run `briefgen check` in this folder: it says what is still empty or wrong.

id: {_as_yaml(_as_id(answers.topic) or "my-campaign")}
title: {_as_yaml(answers.topic)}
date: {on.isoformat()}   # printed on every letter; never taken from the clock

sender:
  organisation: {_as_yaml(answers.organisation)}
  name: {_as_yaml(answers.sender)}
  # title: that person's post
  address:   # one line for each of its lines, without the country{address}
  country: {country}
  {email}

# What you ask each reader to do: it completes “I respectfully ask you to …”.
ask: {_as_yaml(answers.ask)}

library: none   # letters use the statements in this folder alone

letter:
  page: {page}

# Two pages that stay on the reader's desk: `briefgen brief` writes them. docs/pages.md shows all papers.
briefing:
  template: policy-brief
  page: {page}
  # standfirst: one sentence below the title
  # sections:   headings, each with the snippets or topics below it

recipients:
  - recipients.csv
"""
    return re.sub(r" +$", "", text, flags=re.MULTILINE)


def _recipients_file(countries: Iterable[str]) -> str:
    extra = dict.fromkeys(column for code in countries for column in _COUNTRY_COLUMNS.get(code, ()))
    return ",".join((_COLUMNS, *extra)) + "\n"


def _as_id(topic: str) -> str:
    plain = unicodedata.normalize("NFKD", topic).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:60].strip("-")


def _as_yaml(text: str) -> str:
    """Return a text as a YAML value on one line, in quotes if it needs them."""
    plain = " ".join(text.split())
    if not plain:
        return ""
    return yaml.safe_dump(plain, allow_unicode=True, width=2**20).removesuffix("...\n").strip()
