"""Members of Congress: rules on made-up entries, then all 537 real ones where the data is at hand."""

from __future__ import annotations

import difflib
import os
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml
from material import ROOT

from briefgen.address.address import address_recipient
from briefgen.address.forms_of_address import FormsOfAddress
from briefgen.errors import BriefgenError, ProblemList, StorageError
from briefgen.model.recipient import Committee, Recipient
from briefgen.recipients.csv_file import format_csv, read_csv
from briefgen.recipients.importers.congress import parse_member_name, read_congress
from briefgen.recipients.validation import check_sendable

# first | last | suffix | official_full -> printed | given | family
PRINTED = """\
Ada | Sample | | Ada M. Sample -> Ada M. Sample | Ada M. | Sample
Eric | Sample | | Eric A. "Rick" Sample -> Eric A. Sample | Eric A. | Sample
Henry | Sample | Jr. | Henry C. “Hank” Sample, Jr. -> Henry C. Sample, Jr. | Henry C. | Sample
Henry | Sample | | Henry Sample Sr -> Henry Sample, Sr. | Henry | Sample
John | Sample | III | John J. Sample, III -> John J. Sample III | John J. | Sample
Emil | Sample | II | Emil Sample -> Emil Sample | Emil | Sample
W. | Sample | | W. Greg Sample -> W. Greg Sample | W. Greg | Sample
Mo | De La Muestra | | Mo De La Muestra -> Mo De La Muestra | Mo | De La Muestra
José | Muestra Ríos | | José Luis Muestra -> José Luis Muestra | José Luis | Muestra
Pat | O'Sample | | Pat O'Sample -> Pat O'Sample | Pat | O'Sample
James (Jim) | Sample | Jr. | -> James Sample, Jr. | James | Sample
"""


@pytest.mark.parametrize("line", PRINTED.splitlines())
def test_the_name_is_what_the_member_prints(line: str) -> None:
    before, _, after = line.partition("->")
    values = [value.strip() for value in before.split("|")]
    name = parse_member_name(dict(zip(("first", "last", "suffix", "official_full"), values, strict=True)))
    assert [name.printed, name.given, name.family] == [value.strip() for value in after.split("|")]


def _person(number: int, **term: object) -> dict[str, object]:
    return {
        "id": {"bioguide": f"S{number:06}"},
        "name": {"first": "Ada", "last": "Sample", "official_full": "Ada Sample"},
        "bio": {"gender": "F"},
        "terms": [
            {"type": "rep", "start": "2020-01-03", "end": "2025-01-03", "state": "OH", "district": 9},
            {
                "type": "sen",
                "start": "2025-01-03",
                "end": "2031-01-03",
                "state": "OH",
                "party": "Independent",
                **term,
            },
        ],
    }


def _folder(tmp_path: Path, people: object, committees: object = None, membership: object = None) -> Path:
    for name, data in (
        ("legislators-current", people),
        ("committees-current", committees),
        ("committee-membership-current", membership),
    ):
        if data is not None:
            (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
    return tmp_path


COMMITTEES = [
    {
        "type": "senate",
        "thomas_id": "SSXX",
        "name": "Senate Committee on Samples",
        "subcommittees": [
            {"thomas_id": "01", "name": "Specimens"},
            {"thomas_id": "02", "name": "Permanent Subcommittee on Models"},
        ],
    }
]


def test_the_last_term_counts_and_everything_known_of_it_is_kept(tmp_path: Path) -> None:
    people = [
        _person(
            1,
            address="311 HART SENATE OFFICE BUILDING WASHINGTON DC 20510",
            caucus="Democrat",
            state_rank="junior",
            contact_form="https://example.org/contact",
        )
    ]
    titles = [("SSXX", "Chairwoman"), ("SSXX01", "Ex Officio"), ("SSXX02", "Ranking Member")]
    membership = {key: [{"bioguide": "S000001", "title": title}] for key, title in titles}
    findings = ProblemList()
    (ada,) = read_congress(_folder(tmp_path, people, COMMITTEES, membership), "data", findings).recipients
    assert findings.problems == []
    assert replace(ada, place=None) == Recipient(
        id="sample-s000001",
        office="us-senator",
        country="US",
        name="Ada Sample",
        given="Ada",
        family="Sample",
        gender="f",
        address=("311 Hart Senate Office Building",),
        locality="Washington",
        region="DC",
        postal_code="20510",
        contact_form="https://example.org/contact",
        chamber="senate",
        state="OH",
        constituency="Ohio",
        party="Independent",
        committees=(
            Committee("SSXX", "Senate Committee on Samples", "chair"),
            Committee("SSXX01", "Subcommittee on Specimens", "member"),
            Committee("SSXX02", "Permanent Subcommittee on Models", "ranking"),
        ),
        tags=("junior", "caucus-democrat"),
        term_end=date(2031, 1, 3),
    )


def test_an_entry_that_cannot_be_read_costs_itself_alone(tmp_path: Path) -> None:
    broken = _person(2)
    del broken["id"]
    folder = _folder(tmp_path, [_person(1), broken, "x", _person(3)], [], {})
    findings = ProblemList()
    members = read_congress(folder, "data", findings).recipients
    assert [member.id for member in members] == ["sample-s000001", "sample-s000003"]
    assert [problem.code for problem in findings.problems] == ["congress-person", "congress-person"]
    assert "legislator 2 (Ada Sample)" in findings.problems[0].message


def test_an_address_that_is_not_understood_is_warned_of_and_left_empty(tmp_path: Path) -> None:
    findings = ProblemList()
    (ada,) = read_congress(
        _folder(tmp_path, [_person(1, address="A tent")], [], {}), "data", findings
    ).recipients
    assert (ada.address, ada.locality) == ((), "")
    assert [(p.code, p.severity) for p in findings.problems] == [("congress-address", "warning")]


def test_without_committee_files_members_come_without_committees_and_it_is_said(tmp_path: Path) -> None:
    findings = ProblemList()
    (ada,) = read_congress(_folder(tmp_path, [_person(1)]), "data", findings).recipients
    assert ada.committees == ()
    assert [(p.code, p.severity) for p in findings.problems] == [("congress-committees", "warning")]


def test_a_missing_file_and_a_broken_one_are_said(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="file-unreadable"):
        read_congress(tmp_path, "data", ProblemList())
    for text in ("- [", "a: &x [1]\nb: *x", "a: 1"):
        (tmp_path / "legislators-current.yaml").write_text(text)
        with pytest.raises(BriefgenError, match="congress-file"):
            read_congress(tmp_path, "data", ProblemList())


def test_sendable_says_who_cannot_be_written_to_and_why() -> None:
    ada = Recipient(
        id="ada", office="uk-mp", country="GB", name="Ada Sample", locality="London", postal_code="SW1A 0AA"
    )
    assert check_sendable(ada, date(2026, 11, 23)) is None
    ended = check_sendable(replace(ada, term_end=date(2026, 11, 3)), date(2026, 11, 23))
    assert ended is not None
    assert ended.code == "term-ended"
    assert "Ada Sample (ada)" in ended.message
    assert check_sendable(replace(ada, term_end=date(2026, 11, 23)), date(2026, 11, 23)) is None
    for lacking in (
        {"locality": ""},
        {"postal_code": ""},
        {"country": ""},
        {"locality": "", "postal_code": ""},
    ):
        problem = check_sendable(replace(ada, **lacking), date(2026, 11, 23))  # type: ignore[arg-type]
        assert problem is not None
        assert (problem.code, "Ada Sample" in problem.message) == ("no-address", True)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("district: 9", "district: " + "9" * 5000, ""),
        ("start: '2020-01-03'", "start: 2021-99-99", ""),
        ("end: '2031-01-03'", "end: 2031-99-99", "ValueError"),
        ("official_full: Ada Sample", 'official_full: "Ada\\0 Sample"', "U+0000"),
        ("last: Sample", "last: [Sample]", "there is no family name"),
        ("bioguide: S000001", "bioguide: " + "7" * 5000, ""),
    ],
)
def test_values_that_no_program_would_write_cost_one_member_at_most(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    folder = _folder(tmp_path, [_person(1), _person(2)])
    path = folder / "legislators-current.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    findings = ProblemList()
    members = read_congress(folder, "data", findings).recipients
    assert members[-1].id == "sample-s000002"
    errors = findings.errors
    assert [problem.code for problem in errors] == ["congress-person"] * bool(told)
    assert all(told in problem.message for problem in errors)
    assert len(members) == 2 - bool(told)


@pytest.fixture(scope="module")
def congress() -> list[Recipient]:
    data = os.environ.get("BRIEFGEN_DATA")
    if not data:
        pytest.skip("BRIEFGEN_DATA is not set: the folder that holds us-congress/")
    findings = ProblemList()
    members = read_congress(Path(data) / "us-congress", "us-congress", findings).recipients
    assert findings.problems == []
    return members


@pytest.mark.slow
def test_all_members_are_read_with_distinct_ids(congress: list[Recipient]) -> None:
    assert len({member.id for member in congress}) == len(congress) == 537
    assert Counter(member.chamber for member in congress) == {"senate": 100, "house": 437}
    assert {member.gender for member in congress} == {"f", "m"}
    assert Counter(tag for member in congress for tag in member.tags if tag.endswith(("gate", "sioner"))) == {
        "delegate": 5,
        "resident-commissioner": 1,
    }


def test_three_members_cannot_be_written_to_in_november_2026(congress: list[Recipient]) -> None:
    problems = {member.name: check_sendable(member, date(2026, 11, 23)) for member in congress}
    assert {name: problem.code for name, problem in problems.items() if problem} == {
        "Jon Husted": "term-ended",
        "Ashley Moody": "term-ended",
        "James Gallagher": "no-address",
    }


def test_every_address_is_split_into_room_and_locality(congress: list[Recipient]) -> None:
    assert len(congress) == 537
    for member in congress:
        if member.name == "James Gallagher":
            continue
        (line,) = member.address
        assert line.endswith(("Senate Office Building", "House Office Building")), line
        assert (member.locality, member.region) == ("Washington", "DC")
        assert member.postal_code.startswith("20510" if member.chamber == "senate" else "20515-")


def test_every_name_is_clean_and_ends_with_the_family_name_of_the_salutation(
    congress: list[Recipient],
) -> None:
    forms = FormsOfAddress.load(ProblemList())
    assert len(congress) == 537
    for member in congress:
        assert not set(member.name) & set('"“”()'), member.name
        bare = member.name.removesuffix(member.suffix).rstrip(", ")
        assert bare == f"{member.given} {member.family}"
        salutation = address_recipient(member, forms, sender_country="US").salutation
        assert salutation in (
            f"Dear Senator {member.family}:",
            f"Dear Representative {member.family}:",
            "Dear Mr. Speaker:",
        )


HARD = """\
Angus S. King, Jr. | Dear Senator King:
Sanford D. Bishop, Jr. | Dear Representative Bishop:
Henry C. Johnson, Jr. | Dear Representative Johnson:
Frank Pallone, Jr. | Dear Representative Pallone:
Randy K. Weber, Sr. | Dear Representative Weber:
Donald S. Beyer, Jr. | Dear Representative Beyer:
Gilbert Ray Cisneros, Jr. | Dear Representative Cisneros:
Thomas H. Kean, Jr. | Dear Representative Kean:
William R. Timmons IV | Dear Representative Timmons:
Rudy Yakym III | Dear Representative Yakym:
Nicholas J. Begich III | Dear Representative Begich:
John J. McGuire III | Dear Representative McGuire:
Emanuel Cleaver | Dear Representative Cleaver:
James C. Justice | Dear Senator Justice:
Jimmy Patronis | Dear Representative Patronis:
Eric A. Crawford | Dear Representative Crawford:
Charles J. Fleischmann | Dear Representative Fleischmann:
Robert C. Scott | Dear Representative Scott:
Earl L. Carter | Dear Representative Carter:
Jesús G. García | Dear Representative García:
Jack Reed | Dear Senator Reed:
Chuck Grassley | Dear Senator Grassley:
Burgess Owens | Dear Representative Owens:
Scott Franklin | Dear Representative Franklin:
H. Morgan Griffith | Dear Representative Griffith:
J. French Hill | Dear Representative Hill:
W. Gregory Steube | Dear Representative Steube:
Chris Van Hollen | Dear Senator Van Hollen:
Jefferson Van Drew | Dear Representative Van Drew:
Derrick Van Orden | Dear Representative Van Orden:
Debbie Wasserman Schultz | Dear Representative Wasserman Schultz:
Bonnie Watson Coleman | Dear Representative Watson Coleman:
Catherine Cortez Masto | Dear Senator Cortez Masto:
Lisa Blunt Rochester | Dear Senator Blunt Rochester:
Teresa Leger Fernandez | Dear Representative Leger Fernandez:
Marie Gluesenkamp Perez | Dear Representative Gluesenkamp Perez:
Kristen McDonald Rivet | Dear Representative McDonald Rivet:
Monica De La Cruz | Dear Representative De La Cruz:
Pablo José Hernández | Dear Representative Hernández:
Aumua Amata Coleman Radewagen | Dear Representative Radewagen:
Eleanor Holmes Norton | Dear Representative Norton:
Shelley Moore Capito | Dear Senator Capito:
Cindy Hyde-Smith | Dear Senator Hyde-Smith:
Alexandria Ocasio-Cortez | Dear Representative Ocasio-Cortez:
Nydia M. Velázquez | Dear Representative Velázquez:
André Carson | Dear Representative Carson:
Analilia Mejia | Dear Representative Mejia:
Mike Johnson | Dear Mr. Speaker:
"""
"""Reviewed by eye: suffixes, nicknames, compound and accented names, initials, printed names that differ."""


def test_hard_names_are_printed_as_reviewed(congress: list[Recipient]) -> None:
    forms = FormsOfAddress.load(ProblemList())
    shown = {
        f"{member.name} | {address_recipient(member, forms, sender_country='US').salutation}"
        for member in congress
    }
    assert [line for line in HARD.splitlines() if line not in shown] == []


GOLDEN = ROOT / "tests" / "compose" / "golden"


def _told(actual: str, name: str) -> str:
    """What differs from a reviewed table; empty where nothing does."""
    expected = (GOLDEN / name).read_text(encoding="utf-8")
    return "\n".join(difflib.unified_diff(expected.splitlines(), actual.splitlines(), "reviewed", "now", n=0))


def _all_members(congress: list[Recipient], forms: FormsOfAddress) -> str:
    rows = []
    for member in congress:
        due = address_recipient(member, forms, sender_country="US")
        rows.append(" | ".join((*due.lines, due.salutation, member.constituency)))
    return "\n".join(rows) + "\n"


def _leaders(congress: list[Recipient], forms: FormsOfAddress) -> str:
    """Chairs and ranking members of whole committees as they are addressed as such."""
    rows = []
    for member in congress:
        for held in member.committees:
            if held.role in ("chair", "ranking") and len(held.id) == 4:
                office = "committee-chair" if held.role == "chair" else "ranking-member"
                leader = replace(member, office=f"us-{member.chamber}-{office}", committees=(held,))
                due = address_recipient(leader, forms, sender_country="US")
                rows.append(" | ".join((*due.lines, due.salutation)))
    return "\n".join(rows) + "\n"


def test_all_members_are_addressed_as_the_table_says_that_was_reviewed_line_by_line(
    congress: list[Recipient],
) -> None:
    """Changes with the data or the rules; read the new lines before they go into the table."""
    assert _told(_all_members(congress, FormsOfAddress.load(ProblemList())), "congress.txt") == ""


def test_committee_chairs_and_ranking_members_are_addressed_as_reviewed(congress: list[Recipient]) -> None:
    assert _told(_leaders(congress, FormsOfAddress.load(ProblemList())), "congress-committees.txt") == ""


def test_all_members_survive_the_spreadsheet(congress: list[Recipient], tmp_path: Path) -> None:
    path = tmp_path / "recipients.csv"
    path.write_text(format_csv(congress), encoding="utf-8-sig")
    findings = ProblemList()
    again = read_csv(path, "recipients.csv", findings)
    assert findings.problems == []
    assert [replace(member, place=None) for member in again] == [
        replace(member, place=None) for member in congress
    ]
