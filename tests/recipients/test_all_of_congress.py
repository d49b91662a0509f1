"""The main job on real recipients: letters in both formats to sitting members of Congress.

To a cross-section of them; to every one where tests may be exhaustive.
"""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pytest
from command_line import call
from material import ROOT, folder_named_by

from briefgen import data
from briefgen.address.address import address_recipient
from briefgen.campaign.open import Campaign, open_campaign
from briefgen.errors import ProblemList
from briefgen.inspect.docx import read_docx
from briefgen.inspect.pdf import read_pdf
from briefgen.library.loader import TextLocations
from briefgen.model.recipient import Recipient
from briefgen.recipients.csv_file import format_csv, read_csv

pytestmark = pytest.mark.slow

SHELVES = ("snippets", "templates", "seeds")

SKIPPED = {"husted-h001104": "term-ended", "moody-m001244": "term-ended", "gallagher-g000607": "no-address"}


@dataclass(frozen=True)
class Run:
    """A campaign's folder after the whole run, and how the run ended."""

    folder: Path
    people: int
    """How many a letter can be sent to."""
    code: int
    summary: Any


@pytest.fixture(scope="module", params=["some", pytest.param("all", marks=pytest.mark.exhaustive)])
def sent(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    congress = folder_named_by("BRIEFGEN_DATA") / "us-congress"
    folder = tmp_path_factory.mktemp("congress")
    text = (ROOT / "examples/starter/campaign.yaml").read_text(encoding="utf-8")
    (folder / "campaign.yaml").write_text(text.replace("page: a4", "page: us-letter"), encoding="utf-8")
    people = folder / "recipients.csv"
    assert call("recipients", "import", "congress", congress, "-o", people).code == 0
    if request.param == "some":
        members = read_csv(people, "recipients.csv", ProblemList())
        people.write_text(format_csv(cross_section(members)), encoding="utf-8")
    written = len(read_csv(people, "recipients.csv", ProblemList())) - len(SKIPPED)
    ended = call("batch", folder, "--json")
    return Run(folder, written, ended.code, ended.json)


def cross_section(members: list[Recipient]) -> list[Recipient]:
    """Those who are skipped, the first of each kind of member, and every fortieth of all."""
    kinds: dict[object, Recipient] = {}
    for one in members:
        leads = any(held.role != "member" for held in one.committees if len(held.id) == 4)
        kinds.setdefault((one.office, one.gender, one.suffix, one.party, leads, one.region), one)
    chosen = {one.id for one in (*kinds.values(), *members[::40])} | {*SKIPPED}
    return [one for one in members if one.id in chosen]


def manifest(folder: Path) -> list[dict[str, str]]:
    with (folder / "out/manifest.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_letter_to_each_is_made_in_each_format_and_three_members_are_reported(sent: Run) -> None:
    assert sent.code == 1
    assert sent.people > 30
    summary = sent.summary
    assert (summary["rendered"], summary["failed"], summary["skipped"]) == (2 * sent.people, 0, 3)
    for format in ("pdf", "docx"):
        assert len(list((sent.folder / "out/letters").glob(f"*.{format}"))) == sent.people
    with (sent.folder / "out/errors.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["code"] for row in rows} == {"term-ended", "no-address"}
    for name, code in SKIPPED.items():
        assert any(name in row["message"] and row["code"] == code for row in rows)


@pytest.mark.exhaustive
@pytest.mark.parametrize("sent", ["all"], indirect=True)
def test_534_members_get_a_letter(sent: Run) -> None:
    assert sent.people == 534


@dataclass(frozen=True)
class Own:
    """What belongs to one recipient and to nobody else, unless another has it too."""

    phrases: frozenset[str]
    """Name, street, salutation: as they stand in the letter."""
    words: frozenset[str]
    """Every word of the recipient's record."""


def words_of(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text).casefold()))


def one_line(text: str) -> str:
    return " ".join(text.split())


def strangers(text: str, own: Own, everybody: Own, common: frozenset[str]) -> set[str]:
    """Words and phrases in a letter that are somebody else's, and neither the recipient's nor the library's."""
    line, mine = one_line(text), " ".join(own.phrases)
    words = (words_of(text) & everybody.words) - own.words - common
    return words | {phrase for phrase in everybody.phrases if phrase in line and phrase not in mine}


def everybody_of(owned: Iterable[Own]) -> Own:
    """All phrases and words that are somebody's."""
    everyone = list(owned)
    return Own(
        frozenset().union(*(one.phrases for one in everyone)),
        frozenset().union(*(one.words for one in everyone)),
    )


@pytest.fixture(scope="module")
def owners(sent: Run) -> tuple[Campaign, dict[str, Own]]:
    opened = open_campaign(sent.folder, texts=TextLocations(folder_named_by("BRIEFGEN_TEXTS")))
    owned = {}
    for one in opened.recipients:
        to = address_recipient(one, opened.composer.forms, sender_country=opened.config.sender.country)
        told = {field.name: getattr(one, field.name) for field in fields(one) if field.name != "place"}
        words = words_of(f"{json.dumps(told, default=str)} {' '.join(to.lines)} {to.salutation} {to.close}")
        phrases = {one.name, *one.address, to.salutation} - {""}
        owned[one.id] = Own(frozenset(map(one_line, phrases)), words)
    return opened, owned


@pytest.fixture(scope="module")
def texts_of(sent: Run) -> dict[tuple[str, str], Any]:
    """All letters, read back, by recipient and format."""
    readers = {"pdf": read_pdf, "docx": read_docx}
    return {
        (row["id"], row["format"]): readers[row["format"]](sent.folder / "out" / row["file"])
        for row in manifest(sent.folder)
    }


def library_words(opened: Campaign) -> frozenset[str]:
    """What may stand in any letter: the words of campaign, snippets, sources, templates and forms of address."""
    kinds = {".md", ".yaml", ".json", ".j2"}
    homes = [folder.path / part for folder in opened.composer.library.folders for part in SHELVES]
    files = [path for home in homes for path in home.rglob("*") if path.suffix in kinds]
    files += [opened.composer.folder / "campaign.yaml", *(Path(data.__path__[0]).glob("*.yaml"))]
    return frozenset().union(*(words_of(path.read_text(encoding="utf-8")) for path in files))


def test_every_letter_carries_its_own_name_address_and_salutation(
    owners: tuple[Campaign, dict[str, Own]], texts_of: dict[tuple[str, str], Any]
) -> None:
    """Read back from all letters in both formats."""
    opened, _ = owners
    for recipient in opened.recipients:
        to = address_recipient(recipient, opened.composer.forms, sender_country=opened.config.sender.country)
        for format in ("pdf", "docx"):
            words = one_line(texts_of[recipient.id, format].text)
            assert one_line(" ".join(to.lines)) in words
            assert to.salutation in words
        assert recipient.family in to.salutation or recipient.office == "us-speaker"
    assert len(texts_of) == 2 * len(opened.recipients)


def test_no_letter_holds_a_word_of_another_recipient(
    owners: tuple[Campaign, dict[str, Own]], texts_of: dict[tuple[str, str], Any]
) -> None:
    """Both formats, title and record too."""
    opened, owned = owners
    common, everybody = library_words(opened), everybody_of(owned.values())
    assert len(texts_of) == 2 * len(owned)
    for (name, format), read in texts_of.items():
        whole = f"{read.text} {read.title} {read.record['recipient']}"
        assert strangers(whole, owned[name], everybody, common) == set(), (name, format)


def test_a_word_of_another_recipient_would_be_found(
    owners: tuple[Campaign, dict[str, Own]], texts_of: dict[tuple[str, str], Any]
) -> None:
    """Each letter, judged as its neighbour's; and a single room number or surname that strays."""
    opened, owned = owners
    common, everybody = library_words(opened), everybody_of(owned.values())
    people = opened.recipients
    for one, other in zip(people, (*people[1:], people[0]), strict=True):
        text = texts_of[one.id, "docx"].text
        assert strangers(text, owned[other.id], everybody, common)
        for phrase in (other.name, *other.address):
            if phrase not in " ".join(owned[one.id].phrases):
                assert strangers(f"{text} {phrase}", owned[one.id], everybody, common)


def test_no_letter_holds_evidence_that_is_not_its_own(
    owners: tuple[Campaign, dict[str, Own]], texts_of: dict[tuple[str, str], Any]
) -> None:
    opened, _ = owners
    fitting = opened.page_fitter(opened.renderers(("docx",)))
    for recipient in opened.recipients:
        record = fitting.compose_letter(recipient).record
        for format in ("pdf", "docx"):
            found = texts_of[recipient.id, format].record
            assert found["recipient"] == recipient.id
            assert found["snippets"] == json.loads(json.dumps(record["snippets"]))


def test_a_second_run_renders_nothing(sent: Run) -> None:
    summary = call("batch", sent.folder, "--json").json
    assert (summary["rendered"], summary["unchanged"]) == (0, 2 * sent.people)
