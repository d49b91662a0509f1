"""Recipients in CSV: what is read, what is reported with row and column, and what is written back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from briefgen.errors import BriefgenError, Place, ProblemList, StorageError
from briefgen.model.recipient import Committee, Recipient
from briefgen.model.text import (
    clean_text,
    escape_formulas,
    remove_invisible,
    repair_decoding,
    unescape_formulas,
)
from briefgen.recipients.csv_file import format_csv, read_csv

Read = Callable[..., tuple[list[Recipient], ProblemList]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def _read(content: str | bytes, **options: object) -> tuple[list[Recipient], ProblemList]:
        path = tmp_path / "people.csv"
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        findings = ProblemList()
        return read_csv(path, "people.csv", findings, **options), findings  # type: ignore[arg-type]

    return _read


def _codes(findings: ProblemList) -> list[str]:
    return [problem.code for problem in findings.problems]


FULL = (
    "id,office,name,given,family,gender,address,locality,region,postal_code,country,committees,tags,term_end,"
    "Local link\n"
    'ada,us-senator,"Ada Sample, Jr.",Ada,Sample,F,"Room 1 | Sample Building",Washington,DC,20510,us,'
    '"SSFR:ranking (Senate Committee on Foreign Relations); HSFA",one; two words,2027-01-03,'
    '"Line 1\nLine 2"\n'
)


def test_a_row_fills_the_record_and_unknown_columns_are_kept_for_templates(read: Read) -> None:
    (ada,), findings = read(FULL)
    assert findings.problems == []
    assert ada == Recipient(
        id="ada",
        office="us-senator",
        country="US",
        name="Ada Sample, Jr.",
        given="Ada",
        family="Sample",
        gender="f",
        address=("Room 1", "Sample Building"),
        locality="Washington",
        region="DC",
        postal_code="20510",
        language="",
        committees=(
            Committee("SSFR", "Senate Committee on Foreign Relations", "ranking"),
            Committee("HSFA", "", "member"),
        ),
        tags=("one", "two words"),
        term_end=date(2027, 1, 3),
        extra={"Local link": "Line 1\nLine 2"},
        place=Place("people.csv", 2),
    )


def test_address_lines_may_also_be_lines_in_the_cell(read: Read) -> None:
    (ada,), _ = read('office,address\nuk-mp,"Room 1\n\nSample House"\n')
    assert ada.address == ("Room 1", "Sample House")


@pytest.mark.parametrize("separator", [";", "\t", ","])
def test_separators_of_all_spreadsheets_are_recognised(read: Read, separator: str) -> None:
    rows = [["office", "name", "Postal Code"], ["uk-mp", "Ada Sample", "SW1A 0AA"]]
    (ada,), findings = read("\n".join(separator.join(row) for row in rows))
    assert (ada.name, ada.postal_code, findings.problems) == ("Ada Sample", "SW1A 0AA", [])


def test_byte_order_mark_line_ends_and_the_hint_of_excel_are_understood(read: Read) -> None:
    (ada,), findings = read(b"\xef\xbb\xbfsep=;\r\noffice;name\r\nuk-mp;Ada\r\n;\r\n")
    assert (ada.office, ada.name, findings.problems) == ("uk-mp", "Ada", [])


def test_another_encoding_is_refused_until_it_is_named(read: Read) -> None:
    content = "office,name\nuk-mp,Ada\neu-mep,Zoë\n".encode("cp1252")
    with pytest.raises(StorageError) as caught:
        read(content)
    (problem,) = caught.value.problems
    assert (problem.code, problem.place) == ("recipients-encoding", Place("people.csv", 3))
    assert "CSV UTF-8" in (problem.hint or "")
    people, _ = read(content, encoding="cp1252")
    assert [person.name for person in people] == ["Ada", "Zoë"]
    with pytest.raises(StorageError, match="recipients-encoding"):
        read(content, encoding="no-such")


@pytest.mark.parametrize(
    ("encoding", "text", "looks"),
    [
        ("cp1252", "Müller,Köln\nO’Brien,Málaga", "Windows-1252"),
        ("mac_roman", "Müller,Köln\nRené,Orléans", "Mac Roman"),
        ("utf-16-le", "Müller,Köln", "UTF-16"),
        ("utf-16-be", "Muster,Bonn", "UTF-16"),
        ("euc_kr", "김철수,서울특별시 종로구", "EUC-KR"),
        ("shift_jis", "山田太郎,東京都", "Shift JIS"),
        ("cp1251", "Иванов,Москва", "Windows-1251"),
    ],
)
def test_an_encoding_that_is_refused_is_named_by_its_looks(
    read: Read, encoding: str, text: str, looks: str
) -> None:
    with pytest.raises(StorageError) as caught:
        read(f"name,locality\n{text}\n".encode(encoding))
    (problem,) = caught.value.problems
    assert problem.message == f"is not UTF-8; it looks like {looks}"


def test_utf_16_with_its_mark_is_read(read: Read) -> None:
    (ada,), findings = read("office\tname\nuk-mp\tZoë Muster\n".encode("utf-16"))
    assert (ada.name, findings.problems) == ("Zoë Muster", [])


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ('<?xml version="1.0"?>\n<a/>', "XML"),
        ("<members>\n<member>", "XML"),
        ("BEGIN:VCARD\nVERSION:3.0\n", "vCard"),
        ('[{"name": "Ada"}]', "JSON"),
        ("<!DOCTYPE html><html>", "a web page"),
        ("- id: 3\n  name: Ada\n", "YAML"),
        (b"\xd0\xcf\x11\xe0\xa1", "an old Excel workbook"),
    ],
)
def test_a_file_of_another_kind_is_named(read: Read, content: str | bytes, what: str) -> None:
    with pytest.raises(BriefgenError) as caught:
        read(content)
    (problem,) = caught.value.problems
    assert (problem.code, what in problem.message) == ("recipients-format", True)


def test_a_total_in_the_last_row_is_no_recipient_and_one_before_it_is_none_either_way(read: Read) -> None:
    rows = "office,name,party,gifts\nuk-mp,Total Recall,Red,4\nuk-mp,Ada,Red,3\n{}\n"
    for total in ("Summe,,,7", ",,Grand Total,$7.50", "합계,,,7"):
        people, findings = read(rows.format(total))
        assert [problem.code for problem in findings.problems] == ["row-total"]
        assert len(people) == 2
    people, findings = read(rows.format("uk-mp,Total,,7"))
    assert (len(people), findings.problems) == (3, [])


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="file-unreadable"):
        read_csv(tmp_path / "none.csv", "none.csv", ProblemList())


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "recipients-header"),
        ("name,email\nAda,\n", "recipients-header"),
        ("office,Name,name\nuk-mp,a,b\n", "recipients-repeated-header"),
        ("office,Link,Link\nuk-mp,a,b\n", "recipients-repeated-header"),
    ],
)
def test_a_header_that_cannot_be_used_stops_the_file(read: Read, content: str, code: str) -> None:
    with pytest.raises(BriefgenError) as caught:
        read(content)
    assert [problem.code for problem in caught.value.problems] == [code]


def test_headers_that_are_all_foreign_are_told_with_the_way_to_bring_them_in(read: Read) -> None:
    with pytest.raises(BriefgenError) as caught:
        read("Surname,Town\nSample,Leith\n")
    hint = caught.value.problems[0].hint or ""
    assert "briefgen recipients import" in hint and '--map "Surname=office"' in hint


def test_a_mistyped_header_is_kept_but_warned_of(read: Read) -> None:
    (ada,), findings = read("office,adress\nuk-mp,Sample Street\n")
    assert ada.extra == {"adress": "Sample Street"}
    (problem,) = findings.problems
    assert (problem.code, problem.severity, problem.hint) == (
        "recipients-column",
        "warning",
        "did you mean address?",
    )


BAD_CELLS = [
    ("name", "=HYPERLINK(1)", "recipient-formula"),
    ("name", "@SUM(1)", "recipient-formula"),
    ("Link", "-cmd|x", "recipient-formula"),
    ("name", "Ada\u202eelpmaS", "recipient-control"),
    ("Link", "Ada\x00", "recipient-control"),
    ("name", "x" * 301, "recipient-cell-too-long"),
    ("Link", "x" * 100_000, "recipient-cell-too-long"),
    ("Link", "x" * 140_000, "recipient-cell-too-long"),
    ("name", '"Ada\nSample"', "recipient-line-break"),
    ("represents", "ZZ", "recipient-cell"),
    ("language", "English please", "recipient-cell"),
    ("term_end", "3/1/2027", "recipient-cell"),
    ("id", "Ada Sample", "recipient-cell"),
    ("id", "../up", "recipient-cell"),
]


@pytest.mark.parametrize(("column", "cell", "code"), BAD_CELLS)
def test_a_bad_cell_costs_its_row_alone_and_is_named(read: Read, column: str, cell: str, code: str) -> None:
    quoted = cell if cell.startswith('"') else f'"{cell}"'
    people, findings = read(f"office,{column},tags\nuk-mp,,one\nuk-mp,{quoted},two\neu-mep,,three\n")
    assert [person.tags for person in people] == [("one",), ("three",)]
    (problem,) = findings.problems
    assert (problem.code, problem.place) == (code, Place("people.csv", 3))
    assert "row 3" in problem.message
    assert column in problem.message or len(cell) > 131_072


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ("email", "ada@x.org, b@", "ada@x.org"),
        ("email", "No email found", ""),
        ("email", "x" * 32_000, ""),
        ("contact_form", "javascript:alert(1)", ""),
        ("gender", "who knows", ""),
        ("country", "Narnia", ""),
        ("committees", "SSFR:boss", ()),
    ],
)
def test_a_bad_cell_that_a_letter_can_do_without_is_a_warning(
    read: Read, column: str, cell: str, value: object
) -> None:
    (person,), findings = read(f'office,name,{column}\nuk-mp,Ada Lee,"{cell}"\n')
    assert getattr(person, column) == value
    (problem,) = findings.problems
    assert (problem.severity, f"column {column}" in problem.message) == ("warning", True)


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ("email", "mailto:ada@x.org", "ada@x.org"),
        ("email", "Ada Lee <ada@x.org>", "ada@x.org"),
        ("email", "\nada@x.org\n", "ada@x.org"),
        ("contact_form", "www.x.org/ada", "https://www.x.org/ada"),
        *(
            ("country", text, "GB")
            for text in ("UK", "U.K.", "United Kingdom", "Royaume-Uni", "Scotland", "영국")
        ),
        *(
            ("country", text, "US")
            for text in ("USA", "u.s.", "Vereinigte Staaten", "Estados Unidos", "미국")
        ),
        *(("country", text, "DE") for text in ("germany", "Deutschland", "Allemagne", "Alemania", "DEU")),
        ("represents", "The Netherlands", "NL"),
        *(("gender", text, "f") for text in ("F", "Female", "Frau", "Mme", "mujer", "여성", "Ms.")),
        *(("gender", text, "m") for text in ("Male", "Herr", "Monsieur", "hombre", "남")),
        *(("gender", text, "") for text in ("Mx", "Mx.", "x", "unknown", "Other", "divers", "-")),
        *(
            ("term_end", text, date(2027, 1, 31))
            for text in ("31.01.2027", "31/01/2027", "1/31/2027", "31 January 2027", "2027-01-31 00:00")
        ),
    ],
)
def test_a_cell_that_can_be_understood_is_no_error(read: Read, column: str, cell: str, value: object) -> None:
    (person,), findings = read(f'office,name,{column}\nuk-mp,Ada Lee,"{cell}"\n')
    assert (getattr(person, column), findings.problems) == (value, [])


@pytest.mark.parametrize(
    ("cells", "genders", "warnings"),
    [("HM", ["m", "f"], 0), ("HF", ["m", "f"], 0), ("MF", ["m", "f"], 0), ("HMF", ["m", "", "f"], 1)],
)
def test_h_is_homme_or_hombre_and_makes_m_mujer(
    read: Read, cells: str, genders: list[str], warnings: int
) -> None:
    people, findings = read(
        "office,id,gender\n" + "".join(f"uk-mp,p{number},{cell}\n" for number, cell in enumerate(cells))
    )
    assert ([person.gender for person in people], len(findings.problems)) == (genders, warnings)


def test_numbers_with_a_sign_are_no_formulas(read: Read) -> None:
    (ada,), findings = read('office,Phone,Change\nuk-mp,+41 22 917 90 00,"-3,5"\n')
    assert (ada.extra, findings.problems) == ({"Phone": "+41 22 917 90 00", "Change": "-3,5"}, [])


def test_template_code_and_html_are_only_text(read: Read) -> None:
    (ada,), findings = read('office,name,Link\nuk-mp,<b>Ada</b>,"{{ 7 * 7 }}{% raw %}"\n')
    assert (ada.name, ada.extra["Link"]) == ("<b>Ada</b>", "{{ 7 * 7 }}{% raw %}")
    assert findings.problems == []


def test_all_mistakes_of_a_row_are_reported_at_once(read: Read) -> None:
    people, findings = read("office,gender,email\n,qq,y\n")
    assert people == []
    assert sorted(_codes(findings)) == ["recipient-cell", "recipient-cell", "recipient-missing"]


def test_an_unknown_office_names_the_nearest(read: Read) -> None:
    people, findings = read("office\nus-senater\nuk-mp\n", offices={"us-senator", "uk-mp"})
    assert [person.office for person in people] == ["uk-mp"]
    (problem,) = findings.problems
    assert (problem.code, problem.hint) == ("office-unknown", "did you mean us-senator?")


@pytest.mark.parametrize(
    "bad",
    [
        'uk-mp,"Ada,x\n',
        'uk-mp,"Ada" Sample,x\n',
        'uk-mp,Ada,"x\n',
    ],
)
def test_a_broken_quotation_costs_one_row_wherever_the_next_mark_stands(read: Read, bad: str) -> None:
    people, findings = read(
        f'office,name,tags\nuk-mp,"First, A.",a\n{bad}eu-mep,"Second, B.","b"\neu-mep,Third,c\n'
    )
    assert [person.name for person in people] == ["First, A.", "Second, B.", "Third"]
    assert _codes(findings) == ["recipient-quote"]
    assert findings.problems[0].place == Place("people.csv", 3)


def test_a_row_of_another_width_is_reported(read: Read) -> None:
    people, findings = read("office,name\nuk-mp,Sample, Ada\nuk-mp\nuk-mp,Ben,,\n")
    assert [person.name for person in people] == ["Ben"]
    assert _codes(findings) == ["recipient-row", "recipient-row"]


def test_a_cell_without_a_header_is_reported(read: Read) -> None:
    people, findings = read("office,,name\nuk-mp,,Ada\nuk-mp,lost,Ben\n")
    assert [person.name for person in people] == ["Ada"]
    assert _codes(findings) == ["recipient-row"]


def test_the_same_id_twice_keeps_the_first_in_all_files(read: Read, tmp_path: Path) -> None:
    seen: dict[str, Place] = {}
    people, findings = read("office,name\nuk-mp,Ada Sample\nuk-mp,ada sample\n", seen=seen)
    assert [person.name for person in people] == ["Ada Sample"]
    more, again = read("office,name\nuk-mp,Ada Sample\n", seen=seen)
    assert (more, _codes(findings), _codes(again)) == ([], ["recipient-repeated"], ["recipient-repeated"])


def test_ids_come_from_the_name_or_the_office_and_not_from_the_row(read: Read) -> None:
    rows = [
        "uk-mp,Ada Ó Súilleabháin,,",
        "foreign-minister,,KR,",
        "uk-minister,,,Minister of State",
        "uk-mp,김표본,,",
    ]
    one, _ = read("office,name,represents,role\n" + "\n".join(rows))
    two, _ = read("office,name,represents,role\n" + "\n".join(reversed(rows)))
    assert [person.id for person in one] == [person.id for person in reversed(two)]
    assert [person.id for person in one][:3] == [
        "ada-o-suilleabhain",
        "foreign-minister-kr",
        "uk-minister-minister-of-state",
    ]


def test_a_postal_code_that_lost_its_zero_stands_as_it_is_until_a_letter_is_addressed(read: Read) -> None:
    people, findings = read("office,postal_code,country\nus-senator,2138,US\nuk-mp,sw1a 0aa,GB\n")
    assert [person.postal_code for person in people] == ["2138", "sw1a 0aa"]
    assert findings.problems == []


@pytest.mark.parametrize(
    ("cell", "read_as", "code"),
    [
        ("BjÃ¶rn Lee", "Björn Lee", "recipient-decoded"),
        ("RenÃƒÂ© Lee", "René Lee", "recipient-decoded"),
        ("Ð\u0090Ð½Ð½Ð°", "Анна", "recipient-decoded"),
        ("Ã\u0081gnes Lee", "Ágnes Lee", "recipient-decoded"),
        ("\u200bAda\u00ad Lee\ufeff", "Ada Lee", "recipient-invisible"),
        ("Ada\u200e Lee", "Ada Lee", "recipient-invisible"),
        ("Ada\u3164 Lee", "Ada Lee", "recipient-invisible"),
        ("JOÃO LEE", "JOÃO LEE", ""),
        ("Zoë Šâ", "Zoë Šâ", ""),
        ("نیمه\u200cشب", "نیمه\u200cشب", ""),
        ("क्\u200dष", "क्\u200dष", ""),
        ("葛\U000e0100城", "葛\U000e0100城", ""),
        ("Ada 👩\u200d🏫", "Ada 👩\u200d🏫", ""),
    ],
)
def test_what_a_program_did_to_a_cell_is_undone_and_said(
    read: Read, cell: str, read_as: str, code: str
) -> None:
    (person,), findings = read(f"office,name\nuk-mp,{cell}\n")
    assert person.name == read_as
    assert [(one.code, one.severity) for one in findings.problems] == [(code, "warning")] * bool(code)


_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=40).map(
    lambda text: " ".join(clean_text(remove_invisible(repair_decoding(text))[0])[0].split())
)
_FREE = st.one_of(_TEXT, st.sampled_from(["=1+1", "-x", "@a", "'=1", "''+x", "'s-Hertogenbosch", 'a "b", c']))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(_FREE, _FREE, _FREE), min_size=1, max_size=5))
def test_what_is_written_is_read_back_the_same(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]]
) -> None:
    people = [
        Recipient(
            id=f"r{number}",
            office="uk-mp",
            country="GB",
            name=name,
            role=role,
            address=("Room 1", "Street"),
            committees=(
                Committee("SSFR", "Committee (Foreign) Relations, Trade", "chair"),
                Committee("X", ""),
            ),
            tags=("a", "b c"),
            term_end=date(2027, 1, 3),
            extra={"Link": link},
        )
        for number, (name, role, link) in enumerate(rows)
    ]
    path = tmp_path_factory.mktemp("csv") / "out.csv"
    path.write_text(format_csv(people), encoding="utf-8-sig")
    findings = ProblemList()
    again = read_csv(path, "out.csv", findings)
    assert findings.problems == []
    assert [replace(person, place=None) for person in again] == people


def test_no_written_cell_begins_like_a_formula() -> None:
    written = format_csv([Recipient(id="a", office="uk-mp", country="GB", name="=1+1", extra={"Link": "+x"})])
    assert "'=1+1" in written
    assert "'+x" in written


@settings(deadline=None)
@given(st.text(st.sampled_from('a,";\n\t=\x00é{}'), max_size=60))
def test_any_text_is_read_or_reported_and_never_breaks(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.mktemp("csv") / "any.csv"
    path.write_text(f"office,name\nuk-mp,First\n{text}\nuk-mp,Last\n", encoding="utf-8", newline="")
    findings = ProblemList()
    people = read_csv(path, "any.csv", findings)
    assert people[0].name == "First"
    assert people[-1].name == "Last" or findings.problems


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        (" =1", "' =1"),
        ("'=1", "''=1"),
        ("＝1", "'＝1"),
        ("＋1", "'＋1"),
        ("－1", "'－1"),
        ("＠x", "'＠x"),
        ("﹦1", "'﹦1"),
        ("−1", "'−1"),
        ("a;=1", "a;'=1"),
        ("a; =1", "a;' =1"),
        ("a\t=1", "a\t'=1"),
        ("a\n@x", "a\n'@x"),
        ("a\r+1", "a\r'+1"),
        ("\t=1", "'\t'=1"),
        (";;＝1", ";;'＝1"),
        ("a=1", "a=1"),
        ("a-b; c+d", "a-b; c+d"),
        ("ada@example.org", "ada@example.org"),
    ],
)
def test_what_could_become_a_formula_gets_an_apostrophe(text: str, written: str) -> None:
    """Also where semicolons or tabs separate cells, and in the full width of East Asian editions."""
    assert escape_formulas(text) == written
    assert unescape_formulas(written) == text


@given(st.text(st.sampled_from("a';= \t\n＝@-"), max_size=12))
def test_no_apostrophe_is_lost_or_added_on_the_way_back(text: str) -> None:
    assert unescape_formulas(escape_formulas(text)) == text


@pytest.mark.parametrize("handle", ["@adalee", "@ada.lee@social.example", "@김철수"])
def test_a_name_in_a_social_network_is_no_formula_and_is_written_as_none(read: Read, handle: str) -> None:
    (ada,), findings = read(f"office,name,mastodon\nuk-mp,Ada,{handle}\n")
    assert (ada.extra["mastodon"], findings.problems) == (handle, [])
    assert f",'{handle}" in format_csv([ada])
    people, findings = read("office,name,mastodon\nuk-mp,Ada,@SUM(A1)\n")
    assert ([problem.code for problem in findings.problems], people) == (["recipient-formula"], [])
