"""Address-book cards: names, work addresses, encodings and foldings of vCard 2.1, 3.0 and 4.0."""

from __future__ import annotations

from pathlib import Path

import pytest

from briefgen.errors import BriefgenError, ProblemList
from briefgen.model.recipient import Recipient
from briefgen.recipients.importers.registry import ImportOptions
from briefgen.recipients.importers.vcard import read_vcards
from briefgen.recipients.table import ColumnMapping


def read(folder: Path, *cards: str, raw: bytes = b"", **filled: str) -> tuple[list[Recipient], list[str]]:
    path, problems = folder / "cards.vcf", ProblemList()
    text = "".join(f"BEGIN:VCARD\r\n{card}\r\nEND:VCARD\r\n" for card in cards)
    path.write_bytes(raw or text.encode("utf-8"))
    result = read_vcards(path, ImportOptions(ColumnMapping(defaults=filled)), (), problems, {})
    assert result.rows is not None
    return result.recipients, [str(problem) for problem in problems.problems]


def test_a_picture_of_megabytes_is_passed_over_line_by_line(tmp_path: Path) -> None:
    # Joined line by line, these 20 MB took minutes.
    for photo in ("PHOTO;ENCODING=b:" + "\r\n ".join(["A" * 999] * 20_000),
                  "NOTE;ENCODING=QUOTED-PRINTABLE:" + "=\r\n".join(["A" * 999] * 20_000)):  # fmt: skip
        (ada,), problems = read(tmp_path, f"N:Sample;Ada;;;\r\n{photo}\r\nEMAIL:ada@x.example")
        assert (ada.full_name, ada.email, problems) == ("Ada Sample", "ada@x.example", [])


def test_a_card_becomes_a_recipient_with_the_work_address(tmp_path: Path) -> None:
    card = (
        "VERSION:3.0\r\nN:Muster;Tom;Q.;Dr.;Jr.\r\nFN:Dr. Tom Q. Muster, Jr.\r\nORG:Harbour Works;Tolls\\, Night\r\n"
        "TITLE:Clerk\r\nADR;TYPE=HOME:;;9 Home Lane;Leith;;EH6 7AA;UK\r\n"
        "ADR;TYPE=WORK,PREF:PO Box 7;Suite 2;1 Main\r\n  Street;Boston;MA;02108;USA\r\n"
        "item1.EMAIL;TYPE=INTERNET:tom@works.example\r\nCATEGORIES:night,buses\r\nGENDER:M"
    )
    (tom,), problems = read(tmp_path, card)
    assert problems == []
    assert (tom.office, tom.honorific, tom.given, tom.family, tom.suffix) == (
        "person",
        "Dr.",
        "Tom Q.",
        "Muster",
        "Jr.",
    )
    assert (tom.organisation, tom.role) == ("Harbour Works, Tolls, Night", "Clerk")
    assert tom.address == ("Suite 2", "1 Main Street", "PO Box 7")
    assert (tom.locality, tom.region, tom.postal_code, tom.country) == ("Boston", "MA", "02108", "US")
    assert (tom.email, tom.tags, tom.gender) == ("tom@works.example", ("night", "buses"), "m")


def test_cards_of_organisations_and_without_parts_of_a_name(tmp_path: Path) -> None:
    people, problems = read(
        tmp_path,
        "VERSION:4.0\r\nFN:Harbour Works\r\nORG:Harbour Works",
        "VERSION:4.0\r\nFN:Ana Ejemplo",
        "VERSION:4.0\r\nEMAIL:a@b.example",
        office="us-senator",
    )
    assert [(one.name, one.organisation, one.office) for one in people] == [
        ("", "Harbour Works", "us-senator"),
        ("Ana Ejemplo", "", "us-senator"),
    ]
    assert len(problems) == 1 and "person-name" in problems[0]
    (works,), _ = read(tmp_path, "FN:Harbour Works\r\nORG:Harbour Works")
    assert works.office == "organisation"


def test_the_quoted_printable_of_old_cards_is_read(tmp_path: Path) -> None:
    card = "VERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=\r\n=C3=B6rg;;;"
    (joerg,), _ = read(tmp_path, card)
    assert (joerg.given, joerg.family) == ("Jörg", "Müller")


def test_a_damaged_card_costs_itself_alone_and_other_files_are_refused(tmp_path: Path) -> None:
    raw = b"BEGIN:VCARD\nFN:Lost\nBEGIN:VCARD\nFN:Ada Lee\nEND:VCARD\nBEGIN:VCARD\nFN:Cut"
    people, problems = read(tmp_path, raw=raw)
    assert [one.name for one in people] == ["Ada Lee"]
    assert [problem.split(": ")[1] for problem in problems] == ["vcard-file", "vcard-file"]
    with pytest.raises(BriefgenError, match="there is no card in it"):
        read(tmp_path, raw=b"office,name\n")
    with pytest.raises(BriefgenError, match="recipients-encoding"):
        read(tmp_path, raw=b"BEGIN:VCARD\nFN:Zo\xeb\nEND:VCARD\n")
