"""Importing recipients: merged by id, filtered, mapped, and what is old or ended is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from briefgen.errors import BriefgenError, Place, Problem, ProblemList, UsageError
from briefgen.model.recipient import Committee, Recipient
from briefgen.recipients.importers.options import parse_column_mapping
from briefgen.recipients.importers.registry import ImportOptions
from briefgen.recipients.importers.run import (
    ImportReport,
    combine_row_problems,
    import_recipients,
    merge_recipients,
)
from briefgen.recipients.table import ColumnMapping, Table, TableRow

TODAY = date(2026, 11, 24)
ADA = Recipient(
    "ada", "uk-mp", "GB", name="Ada Lee", party="Red", committees=(Committee("FAC", "", "chair"),)
)
BEN = Recipient("ben", "uk-mp", "GB", name="Ben Moe", tags=("met",), extra={"note": "x"})
OLD = "id,office,name,party,locality,country,term_end,note\n"


def files(folder: Path, *tables: str) -> list[Path]:
    paths = []
    for number, table in enumerate(tables):
        path = folder / f"list-{number}.csv"
        path.write_text(OLD + table, encoding="utf-8")
        paths.append(path)
    return paths


def brought(folder: Path, *tables: str, **wanted: object) -> tuple[ImportReport, list[str]]:
    findings = ProblemList()
    imported = import_recipients("csv", files(folder, *tables), ImportOptions(**wanted), (), TODAY, findings)  # type: ignore[arg-type]
    return imported, [problem.code for problem in findings.problems]


def ids(imported: ImportReport) -> list[str]:
    return [one.id for one in imported.recipients]


def test_a_later_file_completes_an_earlier_one_and_keeps_what_was_written_there(tmp_path: Path) -> None:
    imported, problems = brought(
        tmp_path,
        "ada,uk-mp,Ada Lee,Red,London,GB,2026-01-01,we met\nben,uk-mp,Ben Moe,,,,,\n",
        "cy,uk-mp,Cy Poe,,,,,\nada,uk-mp,Ada Lee,Blue,,,2029-01-01,\n",
    )
    assert (problems, ids(imported), imported.merged) == ([], ["ada", "ben", "cy"], 1)
    ada = imported.recipients[0]
    assert (ada.party, ada.locality, ada.term_end, ada.extra) == (
        "Blue",
        "London",
        date(2029, 1, 1),
        {"note": "we met"},
    )


def test_a_language_that_no_file_names_stays_open_and_one_that_was_written_stays(tmp_path: Path) -> None:
    header = "id,office,name,language\n"
    (tmp_path / "old.csv").write_text(header + "ada,uk-mp,Ada Lee,fr\n", encoding="utf-8")
    (tmp_path / "new.csv").write_text(header + "ada,uk-mp,Ada Lee,\nben,uk-mp,Ben Moe,\n", encoding="utf-8")
    paths = [tmp_path / "old.csv", tmp_path / "new.csv"]
    imported = import_recipients("csv", paths, ImportOptions(), (), TODAY, ProblemList())
    assert [one.language for one in imported.recipients] == ["fr", ""]


def test_importing_the_result_again_changes_nothing() -> None:
    once, _ = merge_recipients([[ADA, BEN]], ProblemList())
    assert merge_recipients([once, once], ProblemList()) == (once, 2)


@pytest.mark.parametrize(
    ("town", "code", "warned"),
    [("Austin", "78701", True), ("Austin", "", True), ("BOSTON", "02109", False), ("", "", False)],
)
def test_a_merger_of_rows_for_two_towns_is_told(town: str, code: str, warned: bool) -> None:
    here = replace(ADA, locality="Boston", postal_code="02108", place=Place("a.csv", 2))
    there, problems = replace(here, locality=town, postal_code=code, place=Place("b.csv", 9)), ProblemList()
    assert merge_recipients([[here], [there]], problems)[1] == 1
    assert [one.code for one in problems.problems] == ["recipients-merged"] * warned
    assert not warned or "b.csv:9 was merged into a.csv:2" in problems.problems[0].message


def test_the_same_id_twice_in_one_file_stays_a_mistake(tmp_path: Path) -> None:
    imported, problems = brought(tmp_path, "ada,uk-mp,Ada Lee,,,,,\nada,uk-mp,Ada Poe,,,,,\n")
    assert (ids(imported), problems) == (["ada"], ["recipient-repeated"])


def test_one_person_under_two_ids_is_suspected(tmp_path: Path) -> None:
    _, problems = brought(tmp_path, "ada,uk-mp,Ada Lee,,,GB,,\n", "ada-2,uk-mp,ADA LEE,,,GB,,\n")
    assert problems == ["recipients-alike"]


@pytest.mark.parametrize(
    ("where", "left"),
    [
        (["party=red"], ["ada"]),
        (["party!=Red"], ["ben"]),
        (["committee=FAC"], ["ada"]),
        (["committee=fac:chair"], ["ada"]),
        (["committee=FAC:ranking"], []),
        (["tag=met"], ["ben"]),
        (["note=x"], ["ben"]),
        (["name=Ada Lee,Ben Moe"], ["ada", "ben"]),
        (["office=uk-mp", "tag=met"], ["ben"]),
        (["party="], ["ben"]),
    ],
)
def test_filters_take_those_of_whom_all_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: Sequence[str], left: list[str]
) -> None:
    table = Table("list.csv", [TableRow(1, 1, ("office",))])
    monkeypatch.setattr("briefgen.recipients.importers.tables.read_csv_table", lambda *_, **__: table)
    monkeypatch.setattr("briefgen.recipients.importers.tables.build_recipients", lambda *_, **__: [ADA, BEN])
    findings = ProblemList()
    imported = import_recipients("csv", [tmp_path], ImportOptions(where=tuple(where)), (), TODAY, findings)
    assert ids(imported) == left
    assert imported.filtered == 2 - len(left)
    assert [one.code for one in findings.problems] == ([] if left else ["where-nothing"])


@pytest.mark.parametrize(
    ("where", "code", "word"),
    [("chamber", "where-pair", "chamber"), ("=x", "where-pair", "="), ("parti=Red", "where-column", "party")],
)
def test_filters_that_cannot_be_meant_are_refused(tmp_path: Path, where: str, code: str, word: str) -> None:
    with pytest.raises(UsageError) as caught:
        brought(tmp_path, "ada,uk-mp,Ada Lee,,,,,\n", where=(where,))
    (problem,) = caught.value.problems
    assert problem.code == code
    assert word in str(problem)


def test_ended_terms_are_told_and_left_out_only_where_that_is_wanted(tmp_path: Path) -> None:
    table = "ada,uk-mp,Ada Lee,,London,GB,2026-11-23,\nben,uk-mp,Ben Moe,,London,GB,2026-11-24,\n"
    imported, _ = brought(tmp_path, table)
    assert (imported.ended, ids(imported)) == (["ada"], ["ada", "ben"])
    imported, _ = brought(tmp_path, table, current=True)
    assert (imported.ended, ids(imported)) == (["ada"], ["ben"])
    assert imported.unaddressed == ["ben"]


def test_pairs_and_a_file_say_what_headers_mean(tmp_path: Path) -> None:
    file = tmp_path / "map.yaml"
    file.write_text("Surname: given\nA=B: locality\nSecret:\n", encoding="utf-8")
    assert parse_column_mapping(["Surname=family", "x=y=note"], str(file), ["office=uk-mp"]) == ColumnMapping(
        {"Surname": "family", "A=B": "locality", "Secret": "", "x=y": "note"}, {"office": "uk-mp"}
    )


@pytest.mark.parametrize(
    ("pairs", "filled", "code"),
    [
        (["Surname"], [], "map-pair"),
        (["Surname=famly"], [], "map-column"),
        ([], ["office"], "set-pair"),
        ([], ["nonsense=1"], "map-column"),
    ],
)
def test_pairs_that_cannot_be_meant_are_refused(pairs: list[str], filled: list[str], code: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_column_mapping(pairs, "", filled)
    assert [one.code for one in caught.value.problems] == [code]


@pytest.mark.parametrize("text", ["- a\n", "", "a: {b: c}\n"])
def test_a_mapping_file_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "map.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BriefgenError) as caught:
        parse_column_mapping([], str(file), [])
    assert [one.code for one in caught.value.problems] == ["map-file"]


def test_a_mapped_header_that_stands_nowhere_is_refused_and_one_that_some_files_lack_is_told(
    tmp_path: Path,
) -> None:
    one, other = tmp_path / "one.csv", tmp_path / "other.csv"
    one.write_text("Surname,office\nLee,uk-mp\n", encoding="utf-8")
    other.write_text("family,office\nMoe,uk-mp\n", encoding="utf-8")
    findings = ProblemList()
    import_recipients(
        "csv",
        [one, other],
        ImportOptions(parse_column_mapping(["Surname=family"], "", ())),
        (),
        TODAY,
        findings,
    )
    assert [(problem.code, problem.severity) for problem in findings.problems] == [("map-header", "warning")]
    with pytest.raises(UsageError) as caught:
        import_recipients(
            "csv",
            [one, other],
            ImportOptions(parse_column_mapping(["zz=family"], "", ())),
            (),
            TODAY,
            ProblemList(),
        )
    (problem,) = caught.value.problems
    assert (problem.code, problem.severity, "'zz'" in problem.message) == ("map-header", "error", True)


MESSY = "id,office,name,family,region,locality,postal_code,country\n"


def imported_from(folder: Path, rows: str, **wanted: object) -> tuple[ImportReport, dict[str, str]]:
    path, problems = folder / "messy.csv", ProblemList()
    path.write_text(MESSY + rows, encoding="utf-8")
    report = import_recipients("csv", [path], ImportOptions(**wanted), (), TODAY, problems)  # type: ignore[arg-type]
    return report, {problem.code: problem.message for problem in problems.problems}


def test_names_that_begin_with_the_family_name_are_turned_round_and_said_once(tmp_path: Path) -> None:
    rows = 'a,uk-mp,"Muster, Dr Dora KC MP",,,,,GB\nb,uk-mp,"Lee, Ada",Lee,,,,GB\nc,uk-mp,"Poe, Ida, Jr.",,,,,GB\n'
    report, said = imported_from(tmp_path, rows)
    assert [(one.name, one.given, one.family) for one in report.recipients] == [
        ("Dora Muster", "Dora", "Muster"),
        ("Ada Lee", "Ada", "Lee"),
        ("Ida Poe, Jr.", "Ida", "Poe"),
    ]
    assert (report.recipients[0].honorific, report.recipients[0].postnominals) == ("Dr", "KC MP")
    assert said.keys() == {"names-turned"}
    assert "3 names: 'Muster, Dr Dora' is now Dora Muster (a)" in said["names-turned"]


def test_postal_codes_that_a_spreadsheet_changed_are_restored_and_said_once(tmp_path: Path) -> None:
    rows = (
        "a,us-senator,Ada Lee,,MA,Boston,2134,US\nb,us-senator,Ben Moe,,DC,Washington,20510.0,US\n"
        "c,us-senator,Cy Poe,,CA,Fresno,2134,US\nd,us-senator,Di Roe,,DC,Washington,20510,US\n"
    )
    report, said = imported_from(tmp_path, rows)
    assert [one.postal_code for one in report.recipients] == ["02134", "20510", "2134", "20510"]
    assert (
        "2 postal codes: '2134' is now 02134 (a), '20510.0' is now 20510 (b)" in said["postal-code-restored"]
    )
    assert said["postal-code"] == "Cy Poe (c): '2134' cannot be a postal code (United States)"


def test_the_same_person_twice_is_merged_on_request(tmp_path: Path) -> None:
    rows = "a,uk-mp,Ada Lee,,,London,SW1A 0AA,GB\nb,uk-mp,ADA LEE,Lee,,London,SW1A 0AA,GB\n"
    report, said = imported_from(tmp_path, rows)
    assert (ids(report), list(said)) == (["a", "b"], ["recipients-alike"])
    report, said = imported_from(tmp_path, rows, merge_duplicates=True)
    assert (ids(report), list(said), report.merged) == (["b"], ["recipients-merged"], 1)


def test_every_row_is_accounted_for_and_unused_columns_are_named(tmp_path: Path) -> None:
    path, problems = tmp_path / "list.csv", ProblemList()
    path.write_text(
        "office,name,Address 2\nuk-mp,Ada Lee,Suite 9\n,Ben Moe,\nuk-mp,Ada Lee,\n", encoding="utf-8"
    )
    report = import_recipients("csv", [path], ImportOptions(), (), TODAY, problems)
    assert (report.rows, len(report.recipients), report.refused) == (3, 1, 2)
    assert report.extra_columns == ["Address 2"]


def test_columns_can_be_joined(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        'office,Street,Street 2,"a,b"\nuk-mp,Hall 1,Suite 9,x\nuk-mp,Hall 2,,y\n', encoding="utf-8"
    )
    for pairs in (["Street,Street 2=address", "a,b="], ["Street=address", "Street 2=address", "a,b="]):
        options = ImportOptions(parse_column_mapping(pairs, "", ["name=Ada"]))
        report = import_recipients("csv", [path], options, (), TODAY, problems := ProblemList())
        assert [one.code for one in problems.problems] == ["recipient-repeated", "address-whole"]
        assert (report.recipients[0].address, report.extra_columns) == (("Hall 1", "Suite 9"), [])


def test_headers_below_a_title_are_found_or_named(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Officials 2026\n\nPost;name;office\nx;Ada;uk-mp\n", encoding="utf-8")
    report = import_recipients("csv", [path], ImportOptions(), (), TODAY, problems := ProblemList())
    assert (ids(report), report.rows, [one.code for one in problems.problems]) == (["ada"], 1, ["header-row"])
    named = ImportOptions(ColumnMapping(header_row=3))
    report = import_recipients("csv", [path], named, (), TODAY, problems := ProblemList())
    assert (ids(report), problems.problems) == (["ada"], [])
    with pytest.raises(UsageError, match="row 9 is empty or hidden"):
        import_recipients("csv", [path], ImportOptions(ColumnMapping(header_row=9)), (), TODAY, ProblemList())


def test_what_many_rows_have_is_told_once_with_their_number() -> None:
    place = Place("list.csv", 2)
    rows = [
        Problem("recipient-missing", f"row {number}: the column office is empty", place)
        for number in range(2, 9)
    ]
    other = Problem("recipient-missing", "row 9: the column id is empty", place)
    assert [problem.message for problem in combine_row_problems([*rows, other])] == [
        "row 2: the column office is empty (and in 6 other rows)",
        other.message,
    ]
    assert combine_row_problems(rows[:3]) == rows[:3]
    cells = [
        Problem("recipient-cell", f"row {number}, column gender: 'x{number}' is not f or m", place)
        for number in range(2, 12)
    ]
    assert [problem.message for problem in combine_row_problems(cells)] == [
        "row 2, column gender: 'x2' is not f or m (and in 9 other rows)"
    ]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("First Name,Last Name,Address 1,Address 2,City,ST,Zip", "Ada,Lee,Hall,Suite 9,Boston,MA,02134"),
        ("Vorname;Name;Straße;Adresszusatz;Ort;Bundesland;PLZ", "Ada;Lee;Hall;Suite 9;Boston;MA;02134"),
        ("Prénom;Nom;Adresse;Adresse 2;Ville;Province;Code postal", "Ada;Lee;Hall;Suite 9;Boston;MA;02134"),
        (
            "given|family|Mailing Street|Street 2|Mailing City|region|Zip",
            "Ada|Lee|Hall|Suite 9|Boston|MA|02134",
        ),
    ],
)
def test_common_headers_are_recognised_and_named(tmp_path: Path, header: str, row: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"{header}\n{row}\n", encoding="utf-8")
    options = ImportOptions(ColumnMapping(defaults={"office": "us-senator"}))
    report = import_recipients("csv", [path], options, (), TODAY, problems := ProblemList())
    (ada,) = report.recipients
    assert (ada.given, ada.family, ada.address) == ("Ada", "Lee", ("Hall", "Suite 9"))
    assert (ada.locality, ada.region, ada.postal_code) == ("Boston", "MA", "02134")
    assert [one.code for one in problems.problems] == ["headers-recognised"]


def test_a_column_that_is_mapped_is_filled_from_no_other(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Address 1,Address 2,name\nHall,Suite 9,Ada\n", encoding="utf-8")
    columns = ColumnMapping({"Address 1": "address"}, {"office": "us-senator"})
    report = import_recipients("csv", [path], ImportOptions(columns), (), TODAY, ProblemList())
    assert (report.recipients[0].address, report.extra_columns) == (("Hall",), ["Address 2"])
