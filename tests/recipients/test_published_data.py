"""Published lists in JSON, XML and CSV: small files of each published shape, with invented people."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from briefgen.address.address import address_recipient
from briefgen.address.forms_of_address import FormsOfAddress
from briefgen.errors import BriefgenError, ProblemList, UsageError
from briefgen.recipients.importers.data_source import built_in_sources, read_source
from briefgen.recipients.importers.record_paths import find_text, parse_condition, parse_record_path
from briefgen.recipients.importers.registry import ImportOptions
from briefgen.recipients.importers.run import ImportReport, import_recipients
from briefgen.recipients.table import ColumnMapping

TODAY = date(2026, 11, 24)
FORMS = FormsOfAddress.load(ProblemList(), [])

BUNDESTAG = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE DOCUMENT SYSTEM "MDB_STAMMDATEN.DTD">
<DOCUMENT><VERSION>1.0</VERSION>
<MDB><ID>90000001</ID><NAMEN>
<NAME><NACHNAME>Alt</NACHNAME><VORNAME>Rosa</VORNAME><ADEL/><PRAEFIX/><ANREDE_TITEL/></NAME>
<NAME><NACHNAME>Musterberg</NACHNAME><VORNAME>Rosa</VORNAME><ADEL>Gräfin</ADEL><PRAEFIX>von</PRAEFIX>
<ANREDE_TITEL>Dr.</ANREDE_TITEL></NAME></NAMEN>
<BIOGRAFISCHE_ANGABEN><GESCHLECHT>weiblich</GESCHLECHT><STERBEDATUM/><PARTEI_KURZ>EXA</PARTEI_KURZ>
</BIOGRAFISCHE_ANGABEN><WAHLPERIODEN>
<WAHLPERIODE><WP>20</WP><MDBWP_VON>26.10.2021</MDBWP_VON><MDBWP_BIS>25.03.2025</MDBWP_BIS><WKR_NAME>A</WKR_NAME></WAHLPERIODE>
<WAHLPERIODE><WP>21</WP><MDBWP_VON>25.03.2025</MDBWP_VON><MDBWP_BIS/><WKR_NAME>Musterstadt I</WKR_NAME></WAHLPERIODE>
</WAHLPERIODEN></MDB>
<MDB><ID>90000002</ID><NAMEN><NAME><NACHNAME>Beispiel</NACHNAME><VORNAME>Jan</VORNAME></NAME></NAMEN>
<BIOGRAFISCHE_ANGABEN><GESCHLECHT>männlich</GESCHLECHT></BIOGRAFISCHE_ANGABEN><WAHLPERIODEN>
<WAHLPERIODE><WP>19</WP><MDBWP_VON>24.10.2017</MDBWP_VON><MDBWP_BIS>26.10.2021</MDBWP_BIS></WAHLPERIODE></WAHLPERIODEN></MDB>
<MDB><ID>90000003</ID><NAMEN><NAME><NACHNAME>Tot</NACHNAME><VORNAME>Ida</VORNAME></NAME></NAMEN>
<BIOGRAFISCHE_ANGABEN><GESCHLECHT>weiblich</GESCHLECHT><STERBEDATUM>01.02.1990</STERBEDATUM></BIOGRAFISCHE_ANGABEN></MDB>
</DOCUMENT>"""
CANADA = """<?xml version="1.0" encoding="utf-8"?>
<ArrayOfMemberOfParliament xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><MemberOfParliament>
<PersonId>80001</PersonId><PersonShortHonorific>Right Hon.</PersonShortHonorific>
<PersonOfficialFirstName>Rosa</PersonOfficialFirstName><PersonOfficialLastName>Modele</PersonOfficialLastName>
<ConstituencyName>Anytown South</ConstituencyName>
<ConstituencyProvinceTerritoryName>Ontario</ConstituencyProvinceTerritoryName>
<CaucusShortName>Example</CaucusShortName><FromDateTime>2025-04-28T00:00:00</FromDateTime>
<ToDateTime xsi:nil="true" /></MemberOfParliament></ArrayOfMemberOfParliament>"""
SENEDD = """<?xml version="1.0" encoding="utf-8"?><councillorsbyward><wards><ward>
<wardtitle>Anytown</wardtitle><councillors><councillor><councillorid>7</councillorid>
<fullusername>Dr Mair Enghraifft MS</fullusername><politicalpartytitle>Example</politicalpartytitle>
<districttitle>Anytown</districttitle><workaddress><email>mair@senedd.example</email></workaddress>
</councillor></councillors></ward></wards></councillorsbyward>"""
ACTEUR = {
    "acteur": {
        "@xmlns": "http://schemas.assemblee-nationale.fr/referentiel",
        "uid": {"@xsi:type": "IdActeur_type", "#text": "PA900001"},
        "etatCivil": {"ident": {"civ": "Mme", "prenom": "Zoé", "nom": "Modèle"}},
        "adresses": {
            "adresse": [
                {"@xsi:type": "AdressePostale_Type", "ville": "Ailleurs"},
                {"@xsi:type": "AdresseMail_Type", "valElec": "zoe.modele@assemblee.example"},
            ]
        },
        "mandats": {
            "mandat": [
                {"uid": "PM1", "typeOrgane": "ASSEMBLEE", "dateFin": "2024-06-09",
                 "election": {"lieu": {"departement": "Ain", "numCirco": "1"}}},
                {"uid": "PM2", "typeOrgane": "GP", "dateFin": None},
                {"uid": "PM3", "typeOrgane": "ASSEMBLEE", "dateDebut": "2024-07-08", "dateFin": None,
                 "election": {"lieu": {"departement": "Gironde", "numCirco": "4"}}},
            ]
        },
    }
}  # fmt: skip
EUROPE = {
    "data": [
        {"id": "person/90001", "identifier": "90001", "label": "Paola ESEMPIO", "familyName": "ESEMPIO",
         "givenName": "Paola", "sortLabel": "ESEMPIO", "api:country-of-representation": "IT",
         "api:political-group": "EXA"},
    ]
}  # fmt: skip
PARLTRACK = [
    {"UserID": 90001, "active": True, "Name": {"full": "Bas VOORBEELD", "sur": "Bas", "family": "VOORBEELD"},
     "Mail": ["bas@europarl.example"], "Constituencies": [
         {"party": "Old", "country": "Netherlands", "start": "2014-07-01T00:00:00", "end": "2019-07-01T00:00:00"},
         {"party": "New", "country": "Netherlands", "start": "2024-07-16T00:00:00", "end": "9999-12-31T00:00:00"}],
     "Addresses": {"Brussels": {"Phone": "1", "Address": {
         "Organization": "European Parliament", "Building": "Altiero Spinelli", "Office": "05F100",
         "Street": "60, rue Wiertz", "Zip": "B-1047", "City": "Brussels"}}}},
    {"UserID": 90002, "active": False, "Name": {"sur": "Ida", "family": "OUD"},
     "Constituencies": [{"country": "Netherlands"}]},
]  # fmt: skip
REPRESENT = {
    "meta": {"next": None},
    "objects": [
        {"name": "Mia Modele", "first_name": "Mia", "last_name": "Modele", "elected_office": "MP", "gender": "F",
         "district_name": "Anytown", "party_name": "Example", "email": "mia@parl.example",
         "representative_set_name": "House of Commons", "related": {"boundary_url": "/boundaries/fed/35039/"},
         "offices": [
             {"type": "constituency", "postal": "Main office - Anytown\n1 High Street\nAnytown ON  L4J 3M8"},
             {"type": "legislature", "postal": "House of Commons\nOttawa ON  K1A 0A6"}]},
        {"name": "Jules Exemple", "first_name": "Jules", "last_name": "Exemple", "elected_office": "MPP",
         "gender": "", "district_name": "Elsewhere", "party_name": "", "email": "",
         "representative_set_name": "Legislative Assembly of Ontario", "related": {"boundary_url": ""},
         "offices": [{"type": "constituency", "postal": "2 Low Street\nElsewhere ON  L4J 3M8"}]},
        {"name": "Pat Sample", "first_name": "Pat", "last_name": "Sample", "elected_office": "Reeve",
         "district_name": "Hamlet", "representative_set_name": "Hamlet County Council",
         "offices": [{"type": "legislature", "postal": "3 Lane\nHamlet BC  V7A 5J9"}]},
    ],
}  # fmt: skip
OIREACHTAS: dict[str, Any] = {
    "head": {"counts": {"memberCount": 2}},
    "results": [
        {"member": {"memberCode": "Niamh-Sampla.D.2020-02-08", "fullName": "Niamh Sampla", "firstName": "Niamh",
         "lastName": "Sampla", "gender": "female", "dateOfDeath": None, "memberships": [
             {"membership": {"house": {"houseCode": "dail"}, "represents": [{"represent": {"showAs": "Old"}}],
              "parties": [], "dateRange": {"start": "2016-02-26", "end": "2020-02-07"}}},
             {"membership": {"house": {"houseCode": "seanad"}, "represents": [
                 {"represent": {"showAs": "Labour Panel"}}], "dateRange": {"start": "2025-01-30", "end": None},
              "parties": [{"party": {"showAs": "Former", "dateRange": {"end": "2024-01-01"}}},
                          {"party": {"showAs": "Example", "dateRange": {"end": None}}}]}}]}},
        {"member": {"memberCode": "Old-Member.D.1987-02-17", "fullName": "Old Member", "firstName": "Old",
         "lastName": "Member", "dateOfDeath": None, "memberships": [
             {"membership": {"house": {"houseCode": "dail"}, "represents": [], "parties": [],
              "dateRange": {"start": "1987-02-17", "end": "1989-05-25"}}}]}},
    ],
}  # fmt: skip
SCOTLAND = [
    {
        "PersonID": 1,
        "ParliamentaryName": "Sample, Isla",
        "PreferredName": "Isla",
        "GenderTypeID": 1,
        "IsCurrent": True,
    },
    {
        "PersonID": 2,
        "ParliamentaryName": "Past, Ewan",
        "PreferredName": "Ewan",
        "GenderTypeID": 2,
        "IsCurrent": False,
    },
]
SWISS = {
    "d": {
        "results": [
            {"PersonNumber": 4001, "FirstName": "Reto", "LastName": "Muster", "GenderAsString": "m", "Active": True,
             "CouncilAbbreviation": "NR", "CouncilName": "Nationalrat", "CantonName": "Bern",
             "PartyAbbreviation": "EXA", "DateJoining": "/Date(1575244800000)/", "DateLeaving": None},
            {"PersonNumber": 4002, "FirstName": "Ida", "LastName": "Alt", "GenderAsString": "f", "Active": False,
             "CouncilAbbreviation": "SR"},
        ]
    }
}  # fmt: skip
KOREA = {
    "nwvrqwxyaytdsfvhu": [
        {"head": [{"list_total_count": 1}, {"RESULT": {"CODE": "INFO-000"}}]},
        {"row": [{"HG_NM": "김보기", "ENG_NM": "KIM BOGI", "POLY_NM": "보기당", "ORIG_NM": "서울 보기구갑",
                  "SEX_GBN_NM": "여", "E_MAIL": "bogi@assembly.example", "MONA_CD": "ABC1234X"}]},
    ]
}  # fmt: skip
WESTMINSTER = {
    "items": [
        {"value": {"id": 90001, "nameListAs": "Muster, Sir Tom", "nameDisplayAs": "Sir Tom Muster", "gender": "M",
         "nameFullTitle": "Rt Hon Sir Tom Muster KC MP", "latestParty": {"name": "Example"},
         "latestHouseMembership": {"house": 1, "membershipFrom": "Anytown",
             "membershipStartDate": "2024-07-04T00:00:00", "membershipStatus": {"statusIsActive": True}}}},
        {"value": {"id": 90002, "nameListAs": "Vorbild, B.", "gender": "F",
         "nameFullTitle": "The Rt Hon. the Baroness Vorbild of Leith CBE", "latestParty": {"name": "Crossbench"},
         "latestHouseMembership": {"house": 2, "membershipFrom": "Life peer",
             "membershipStatus": {"statusIsActive": True}}}},
    ]
}  # fmt: skip
APH_SENATORS = (
    "Title,Surname,First Name,Other Names,Prefered Name,Initials,Honorifics,Salutation,Gender,Political Party,State,"
    "Electorate AddressLine1,Electorate AddressLine2,Electorate Suburb,Electorate State,Electorate Postcode,"
    "Label Address,Label Suburb,Label State,Label Postcode,Parliamentary Titles\n"
    "Senator the Hon,Sample,Edwina,,Eddie,E.,,Senator,FEMALE,EX,Tas,Level 2,1 High Street,Hobart,Tas,7000,"
    "GPO Box 1,Hobart,Tas,7001,\n"
)
APH_MEMBERS = (
    '"Honorific", "Salutation", "Post Nominals", "Surname", "First Name", "Preferred Name", "Gender", "Electorate", '
    '"Political Party", "Electorate Office Postal Address", "Electorate Office Postal Suburb", '
    '"Electorate Office Postal State", "Electorate Office Postal PostCode"\n'
    '"The Hon", "Ms", "MP", "Muster", "Nora", "Nora", "FEMALE", "Anytown", "EX", "PO Box 2, Shop 3", "Kent Town", '
    '"SA", "5071"\n'
)
EVERYPOLITICIAN = (
    "id,name,sort_name,email,twitter,facebook,group,group_id,area_id,area,chamber,term,start_date,end_date,image,"
    "gender,wikidata\n"
    "b1a2-c3,Ada Näidis,Ada Näidis,ada@riigikogu.example,,,Example,g1,a1,District 1,Riigikogu,14,2019-04-29,,,female,Q1\n"
)


def imported(
    folder: Path, name: str, content: object, source: str = "", **filled: str
) -> tuple[ImportReport, list[str]]:
    path, problems = folder / name, ProblemList()
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")
    options = ImportOptions(ColumnMapping(defaults=filled), source=source)
    report = import_recipients("data", [path], options, FORMS.offices, TODAY, problems)
    return report, [f"{problem.code}: {problem.message}" for problem in problems.problems]


@pytest.mark.parametrize(
    ("name", "content", "lines", "town", "salutation"),
    [
        ("b.xml", BUNDESTAG, "Dr. Rosa Gräfin von Musterberg|Member of the German Bundestag|Platz der Republik 1",
         "Berlin||11011|DE", "Dear Dr. Gräfin von Musterberg"),
        ("c.xml", CANADA, "The Right Honourable Rosa Modele, M.P.|House of Commons", "Ottawa|ON|K1A 0A6|CA",
         "Dear Rosa Modele:"),
        ("a.json", ACTEUR, "Zoé Modèle|Member of the National Assembly|Assemblée nationale|126 rue de l’Université",
         "Paris 07 SP||75355|FR", "Dear Ms Modèle"),
        ("e.json", EUROPE, "Paola Esempio MEP|European Parliament|Rue Wiertz 60", "Bruxelles||1047|BE",
         "Dear Paola Esempio"),
        ("p.json", PARLTRACK, "Bas Voorbeeld MEP|European Parliament|Altiero Spinelli|05F100|60, rue Wiertz",
         "Brussels||1047|BE", "Dear Bas Voorbeeld"),
        ("r.json", REPRESENT, "Mia Modele, M.P.|House of Commons", "Ottawa|ON|K1A 0A6|CA", "Dear Ms. Modele:"),
        ("o.json", OIREACHTAS, "Senator Niamh Sampla|Seanad Éireann|Leinster House|Kildare Street",
         "Dublin 2||D02 XR20|IE", "Dear Senator Sampla"),
        ("s.json", SCOTLAND, "Isla Sample MSP|The Scottish Parliament", "Edinburgh||EH99 1SP|GB", "Dear Isla Sample"),
        ("h.json", SWISS, "Reto Muster|Nationalrat|Bundeshaus", "Bern||3003|CH", "Dear Mr Muster"),
        ("w.json", WESTMINSTER, "The Rt Hon Sir Tom Muster KC MP|House of Commons", "London||SW1A 0AA|GB",
         "Dear Sir Tom"),
        ("k.json", KOREA, "김보기|Member of the National Assembly|의사당대로 1", "영등포구|서울특별시|07233|KR",
         "Dear 김보기"),
        ("aph.csv", APH_SENATORS, "Senator The Hon Eddie Sample|Senator for Tasmania|GPO Box 1", "Hobart|TAS|7001|AU",
         "Dear Senator Sample"),
        ("reps.csv", APH_MEMBERS, "The Hon Nora Muster MP|Member for Anytown|PO Box 2, Shop 3", "Kent Town|SA|5071|AU",
         "Dear Ms Muster"),
    ],
)  # fmt: skip
def test_a_published_list_is_recognised_and_its_first_person_addressed(
    tmp_path: Path, name: str, content: object, lines: str, town: str, salutation: str
) -> None:
    report, _ = imported(tmp_path, name, content)
    person = replace(report.recipients[0], language="en")
    address = address_recipient(person, FORMS, sender_country="GB")
    parts = (person.locality, person.region, person.postal_code, person.country)
    assert ("|".join(address.lines).startswith(f"{lines}|"), "|".join(parts)) == (True, town), address.lines
    assert address.salutation == salutation


def test_every_source_has_a_title_and_a_sample_here(tmp_path: Path) -> None:
    samples = (BUNDESTAG, CANADA, ACTEUR, EUROPE, PARLTRACK, REPRESENT, OIREACHTAS, SCOTLAND, SWISS, KOREA)
    samples += (WESTMINSTER, APH_SENATORS, APH_MEMBERS)  # type: ignore[assignment]
    assert len(samples) + len({"senedd", "everypolitician"}) == len(built_in_sources())
    assert all(source.title for source in built_in_sources().values())


def test_dead_people_and_those_of_the_past_are_left_out_or_told(tmp_path: Path) -> None:
    report, said = imported(tmp_path, "b.xml", BUNDESTAG)
    assert (report.rows, len(report.recipients), report.refused) == (2, 2, 0)
    assert said == ["data-left-out: left out, because they have died: 1 person"]
    assert report.ended == ["beispiel-90000002"]
    assert report.newest == date(2025, 3, 25)
    for name, content in (
        ("s.json", SCOTLAND),
        ("p.json", PARLTRACK),
        ("o.json", OIREACHTAS),
        ("h.json", SWISS),
    ):
        report, said = imported(tmp_path, name, content)
        assert len(report.recipients) == 1
        assert sum(one.startswith("data-left-out: left out, because they are not") for one in said) == 1


def test_offices_of_one_file_differ_as_its_data_do(tmp_path: Path) -> None:
    report, _ = imported(tmp_path, "r.json", REPRESENT)
    assert [(one.office, one.postnominals, one.role) for one in report.recipients] == [
        ("ca-mp", "", ""),
        ("ca-provincial-member", "M.P.P.", ""),
        ("person", "", "Reeve"),
    ]
    assert report.recipients[1].address == ("2 Low Street",)
    report, _ = imported(tmp_path, "w.json", WESTMINSTER)
    peer = address_recipient(replace(report.recipients[1], language="en"), FORMS, sender_country="GB")
    assert peer.lines[:2] == ("The Rt Hon the Baroness Vorbild of Leith CBE", "House of Lords")


def test_lists_that_are_not_recognised_are_named_and_an_office_is_given(tmp_path: Path) -> None:
    report, _ = imported(tmp_path, "m.xml", SENEDD, source="senedd")
    assert [(one.office, one.constituency) for one in report.recipients] == [("wales-ms", "Anytown")]
    with pytest.raises(BriefgenError, match="data-unknown: this is XML of no list that is known; it has"):
        imported(tmp_path, "m.xml", SENEDD)
    _, said = imported(tmp_path, "t.csv", EVERYPOLITICIAN)
    assert said == ["recipient-missing: record 1 (Ada Näidis): no office is known"]
    report, said = imported(tmp_path, "t.csv", EVERYPOLITICIAN, office="person")
    assert (report.recipients[0].gender, report.recipients[0].party, said) == ("f", "Example", [])
    assert "twitter" in report.unused_columns and "gender" not in report.unused_columns


def test_the_users_values_come_before_those_of_the_source(tmp_path: Path) -> None:
    report, _ = imported(tmp_path, "e.json", EUROPE, locality="Strasbourg", country="FR", postal_code="67070")
    assert (report.recipients[0].locality, report.recipients[0].country) == ("Strasbourg", "FR")


@pytest.mark.parametrize(
    ("name", "content", "source", "said"),
    [
        ("x.xml", '<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><a>&d;</a>', "", "declares 2 entities"),
        ("x.xml", "<a><b></a>", "", "not readable as XML"),
        ("x.xml", '<!DOCTYPE a SYSTEM "x"><a>\n<b>Ren&eacute;</b></a>', "", "Entity 'eacute' not defined"),
        ("x.xml", '<!DOCTYPE a SYSTEM "x"><a>\n<b n="Ren&eacute;"/></a>', "", "Entity 'eacute' not defined"),
        (
            "x.xml",
            "<a><b " + " ".join(f"a{n}='x'" for n in range(1001)) + "/></a>",
            "",
            "more than 1000 attributes",
        ),
        ("x.json", '{"a": [', "", "not readable as JSON"),
        ("x.json", '{"persons": [{"id": "1", "name": "Ada"}]}', "", "this is Popolo"),
        ("x.json", '{"x": {"people": [{"a": 1, "b": 2}]}}', "", "1 record at 'x/people', with a, b"),
        ("x.json", '{"data": []}', "european-parliament", "there are no records of members of the European"),
        ("x.xml", CANADA, "bundestag", "these are members of the House of Commons of Canada"),
        (
            "x.xml",
            CANADA,
            "european-parliament",
            "this is XML, and members of the European Parliament come in JSON",
        ),
        ("x.vcf", "BEGIN:VCARD\n", "", "is a file of address-book cards (vCard), not JSON, XML or CSV"),
        ("x.csv", "office,name\nuk-mp,Ada\n", "", "this is a table that is not known"),
    ],
)
def test_what_cannot_be_read_says_what_it_is(
    tmp_path: Path, name: str, content: str, source: str, said: str
) -> None:
    with pytest.raises(BriefgenError) as caught:
        imported(tmp_path, name, content, source)
    (problem,) = caught.value.problems
    assert said in problem.message


def test_an_unknown_source_suggests_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean bundestag"):
        imported(tmp_path, "b.xml", BUNDESTAG, "bundstag")


OWN = """title: contacts of the harbour
format: json
records: contacts
id: number
columns:
  name: full | first + last
  address: street + building
  locality: town
  gender: sex
  Berth: berth
values: {gender: {"1": f, "*": ""}}
set: {office: person, country: GB}
"""


def test_a_mapping_file_of_the_users_own_reads_any_list(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(OWN, encoding="utf-8")
    people = [
        {
            "number": 1,
            "first": "Ada",
            "last": "Sample",
            "street": "1 Quay",
            "building": "Pier",
            "sex": 1,
            "berth": "B7",
        },
        {"number": 2, "full": "Ben Muster", "sex": 9, "town": "Leith"},
    ]
    report, _ = imported(tmp_path, "c.json", {"contacts": people}, str(tmp_path / "own.yaml"))
    ada, ben = report.recipients
    assert (ada.id, ada.name, ada.address, ada.gender) == (
        "ada-sample-1",
        "Ada Sample",
        ("1 Quay", "Pier"),
        "f",
    )
    assert (ada.extra, ben.name, ben.gender, ben.locality) == ({"Berth": "B7"}, "Ben Muster", "", "Leith")


def test_words_within_words_and_records_without_fields_are_not_lost(tmp_path: Path) -> None:
    mapping = OWN.replace("json", "xml").replace("records: contacts", "records: list/p")
    (tmp_path / "own.yaml").write_text(mapping, encoding="utf-8")
    xml = "<list><p><full>Ben <b>van</b>\nMuster<!-- x -->mann</full></p><p>Cleo Sample</p><p/></list>"
    report, said = imported(tmp_path, "c.xml", xml, str(tmp_path / "own.yaml"))
    assert [one.name for one in report.recipients] == ["Ben van Mustermann"]
    assert any("data-left-out" in each and "'Cleo Sample'" in each for each in said)


def test_all_that_is_wrong_with_a_mapping_file_is_told_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(
        "title: x\nformat: json\ncolumns:\n  naem: a\n  name: a[\n  id: b\nset: {ofice: x}\nwhere: [a]\n",
        encoding="utf-8",
    )
    with pytest.raises(BriefgenError) as caught:
        read_source(path, "own.yaml")
    assert {
        (problem.code, problem.place.line if problem.place else 0) for problem in caught.value.problems
    } == {("data-source", line) for line in (4, 5, 6, 7, 8)}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a/b", "1"),
        ("a[-1]/b", "3"),
        ("a[b=2]/c", "yes"),
        ("a[c=]/b", "1"),
        ("a[c!=][-1]/b", "3"),
        ("a[9]/b", ""),
        ("d", "text"),
        ("e", "2019-12-02"),
        ("none/x", ""),
        ("f", "true"),
    ],
)
def test_paths_lead_to_values(path: str, text: str) -> None:
    record = {
        "a": [{"b": 1}, {"b": 2, "c": "yes"}, {"b": 3, "c": "no"}],
        "d": {"@type": "x", "#text": " text "},
        "e": "/Date(1575244800000)/",
        "f": True,
    }
    assert find_text(record, parse_record_path(path)) == text


@pytest.mark.parametrize("path", ["a//b", "/a", "a/", "a[", "a[]", "a[x]"])
def test_paths_that_lead_nowhere_are_refused(path: str) -> None:
    with pytest.raises(ValueError, match="is not a"):
        parse_record_path(path)
    with pytest.raises(ValueError, match="is not a condition"):
        parse_condition("a[b=c]")
