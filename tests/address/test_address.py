"""Forms of address: what is filled in, what is refused, and how a campaign changes them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from material import ROOT

from briefgen.address.address import address_recipient
from briefgen.address.countries import country_name, formal_name, formal_name_with_article, territory_names
from briefgen.address.forms_of_address import FormsOfAddress
from briefgen.address.names import join_postnominals, printed_name, salutation_name, strip_titles
from briefgen.address.pattern import parse_pattern
from briefgen.address.postal import format_country_line, format_locality_lines
from briefgen.errors import BriefgenError, Place, ProblemList
from briefgen.model.recipient import Committee, Recipient
from briefgen.recipients.csv_file import read_csv
from briefgen.recipients.schema import COLUMNS

PLACE = Place("people.csv", 7)
ADA = Recipient(
    id="ada",
    office="us-senator",
    country="US",
    name="Ada Sample",
    given="Ada",
    family="Sample",
    address=("1 Sample Senate Office Building",),
    locality="Washington",
    region="DC",
    postal_code="20510",
    place=PLACE,
)
STARTER = ROOT / "examples" / "starter" / "recipients.csv"


@pytest.fixture(scope="module")
def forms() -> FormsOfAddress:
    findings = ProblemList()
    loaded = FormsOfAddress.load(findings)
    assert findings.problems == []
    return loaded


def _refused(recipient: Recipient, forms: FormsOfAddress) -> tuple[str, str, str]:
    with pytest.raises(BriefgenError) as caught:
        address_recipient(recipient, forms, sender_country="US")
    (problem,) = caught.value.problems
    assert problem.place == PLACE
    return problem.code, problem.message, problem.hint or ""


def test_the_country_is_printed_only_where_the_letter_goes_abroad(forms: FormsOfAddress) -> None:
    at_home = address_recipient(ADA, forms, sender_country="US")
    assert at_home.lines == (
        "The Honorable Ada Sample",
        "1 Sample Senate Office Building",
        "United States Senate",
        "Washington, DC 20510",
    )
    assert address_recipient(ADA, forms, sender_country="CH").lines == (*at_home.lines, "UNITED STATES")
    assert (at_home.salutation, at_home.close, at_home.you, at_home.rule) == (
        "Dear Senator Sample:",
        "Sincerely,",
        "you",
        "us-senator",
    )


def test_an_unknown_office_names_the_nearest(forms: FormsOfAddress) -> None:
    code, message, hint = _refused(replace(ADA, office="us-senater"), forms)
    assert (code, hint.split("; ")[0]) == ("office-unknown", "did you mean us-senator?")
    assert "us-senater" in message


def test_the_hint_for_an_unknown_office_has_the_general_ones_and_a_form_to_copy(
    forms: FormsOfAddress, tmp_path: Path
) -> None:
    _, _, hint = _refused(replace(ADA, office="water-bailiff"), forms)
    assert "did you mean" not in hint
    assert hint.startswith("person and organisation are for everybody")
    own, findings = _over(tmp_path, hint.partition("folder: ")[2])
    assert findings.problems == []
    bailiff = address_recipient(replace(ADA, office="water-bailiff", gender="f"), own, sender_country="US")
    assert (bailiff.lines[0], bailiff.salutation) == ("Ada Sample", "Dear Ms. Sample:")


def test_the_columns_salutation_and_close_win_over_the_form(forms: FormsOfAddress) -> None:
    known = replace(ADA, salutation="Dear Ada,", close="With warm regards,")
    addressed = address_recipient(known, forms, sender_country="US")
    assert (addressed.salutation, addressed.close) == ("Dear Ada,", "With warm regards,")
    only = replace(ADA, salutation="Dear Ada,")
    assert address_recipient(only, forms, sender_country="US").close == "Sincerely,"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"salutation": "Dear {{FirstName}},"}, "address-leftover"),
        ({"salutation": "Dear ada@example.org,"}, "address-leftover"),
        ({"salutation": "Dear ,"}, "address-empty"),
        ({"salutation": "NULL"}, "address-empty"),
        ({"salutation": "Dear Rt Hon Sample,"}, "salutation-title"),
        ({"salutation": "Dear Prof Dr Prof Sample,"}, "title-twice"),
        ({"close": "{{Close}},"}, "address-leftover"),
        ({"close": "n/a"}, "address-empty"),
    ],
)
def test_own_salutations_and_closes_are_proofread(
    forms: FormsOfAddress, changes: dict[str, str], code: str
) -> None:
    assert _refused(replace(ADA, **changes), forms)[0] == code  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("office", "role", "refused"),
    [
        ("us-governor", "Mayor of Lakeview", True),
        ("us-governor", "Governor of Ohio", False),
        ("us-lieutenant-governor", "Lieutenant Governor of Ohio", False),
        ("us-senator", "State Senator", True),
        ("us-senator", "State Senator, District 5", True),
        ("us-senator", "Statewide Coordinator", False),
        ("us-senator", "", False),
    ],
)
def test_an_office_is_refused_where_the_role_names_another(
    forms: FormsOfAddress, office: str, role: str, refused: bool
) -> None:
    recipient = replace(ADA, office=office, role=role)
    if refused:
        assert _refused(recipient, forms)[0] == "office-role"
    else:
        assert address_recipient(recipient, forms, sender_country="US").rule == office


@pytest.mark.parametrize(
    ("office", "organisation", "refused"),
    [
        ("us-senator", "Ohio State Senate", True),
        ("us-senator", "California State Assembly", True),
        ("us-senator", "Ohio Senate", True),
        ("us-senator", "The North Carolina Senate", True),
        ("us-senator", "Nebraska Legislature", True),
        ("us-senator", "United States Senate", False),
        ("us-senator", "The United States Senate", False),
        ("us-senator", "U.S. Senate", False),
        ("us-senator", "US Senate", False),
        ("us-senator", "Senate", False),
        ("us-senator", "Senate Committee on Finance", False),
        ("us-representative", "Ohio House of Representatives", True),
        ("us-representative", "Nevada Assembly", True),
        ("us-representative", "U.S. House of Representatives", False),
        ("us-representative", "House of Representatives", False),
        ("us-senator", "Committee on Foreign Relations", False),
        ("us-representative", "Virginia House of Delegates", True),
        ("us-representative", "Statehouse Correspondents", False),
    ],
)
def test_an_office_is_refused_where_the_organisation_is_anothers(
    forms: FormsOfAddress, office: str, organisation: str, refused: bool
) -> None:
    recipient = replace(ADA, office=office, organisation=organisation)
    if refused:
        assert _refused(recipient, forms)[0] == "office-role"
    else:
        assert address_recipient(recipient, forms, sender_country="US").rule == office


def test_mayors_chief_executives_and_heads_of_agencies_get_a_letter(forms: FormsOfAddress) -> None:
    justin = replace(ADA, name="Justin Muster", family="Muster", gender="m", role="Role", organisation="Body")
    for office, honorific, first, salutation in (
        ("mayor", "", "The Honorable Justin Muster", "Dear Mayor Muster:"),
        ("chief-executive", "", "Justin Muster", "Dear Mr. Muster:"),
        ("agency-head", "Dr", "Dr Justin Muster", "Dear Dr Muster:"),
    ):
        recipient = replace(justin, office=office, honorific=honorific)
        addressed = address_recipient(recipient, forms, sender_country="US")
        assert addressed.lines[:3] == (first, "Role", "Body")
        assert addressed.salutation == salutation


def test_an_office_like_another_says_only_what_differs(tmp_path: Path) -> None:
    own, findings = _over(
        tmp_path,
        """\
offices:
  city-mayor: {title: Mayor of a city, like: person, salutation: ["Dear Mayor {family}:", "Dear Mayor:"]}
  lord-mayor: {title: Lord Mayor, like: city-mayor, close: Yours faithfully, languages: {fr: {you: tu}}}
""",
    )
    assert findings.problems == []
    mayor = replace(ADA, office="city-mayor", role="Mayor", organisation="City of Lakeview", gender="f")
    for office, country, close in (
        ("city-mayor", "US", "Sincerely,"),
        ("city-mayor", "AU", "Yours sincerely"),
        ("lord-mayor", "US", "Yours faithfully"),
    ):
        moved = replace(mayor, office=office, country=country, postal_code="")
        addressed = address_recipient(moved, own, sender_country=country)
        assert addressed.lines[:3] == ("Ada Sample", "Mayor", "City of Lakeview")
        assert (addressed.salutation, addressed.close) == ("Dear Mayor Sample:", close)
    assert own.offices["city-mayor"].languages["fr"].salutation.f == ["Madame,"]


@pytest.mark.parametrize("like", ["nobody", "reeve", "[person]", "council"])
def test_an_office_like_none_is_reported_and_the_others_kept(tmp_path: Path, like: str) -> None:
    own, findings = _over(
        tmp_path,
        f"offices:\n  reeve:\n    title: Reeve\n    like: {like}\n"
        "  council: {title: Council, like: reeve}\n  clerk: {title: Clerk, like: person}\n",
    )
    assert {problem.code for problem in findings.problems} == {"office-unknown"}
    assert ("reeve" in own.offices, "clerk" in own.offices) == (False, True)
    assert findings.problems[0].place and findings.problems[0].place.line == 4


@pytest.mark.parametrize(
    ("changes", "code", "word"),
    [
        ({"name": "", "given": "", "family": ""}, "recipient-name-missing", "us-senator needs a name"),
        (
            {"office": "uk-minister", "name": "", "given": "", "family": ""},
            "recipient-name-missing",
            "title of the post",
        ),
        ({"office": "us-senate-committee-chair"}, "form-field-missing", "committees"),
        ({"office": "foreign-minister"}, "form-field-missing", "represents"),
        ({"office": "uk-duke"}, "form-field-missing", "gender"),
        ({"language": "fr"}, "form-language", "'fr'"),
    ],
)
def test_what_a_form_needs_and_the_record_lacks_is_said(
    forms: FormsOfAddress, changes: dict[str, str], code: str, word: str
) -> None:
    found, message, hint = _refused(replace(ADA, **changes), forms)  # type: ignore[arg-type]
    assert found == code
    assert word in message
    assert hint


def test_gender_is_never_taken_from_the_name(forms: FormsOfAddress) -> None:
    chair = replace(
        ADA,
        office="us-senate-committee-chair",
        committees=(Committee("SSFR", "Senate Committee on X", "chair"),),
    )
    assert address_recipient(chair, forms, sender_country="US").salutation == "Dear Chair:"
    assert address_recipient(replace(chair, gender="f"), forms, sender_country="US").salutation == (
        "Dear Madam Chairwoman:"
    )
    member = replace(ADA, office="uk-mp", name="P. T. Smith", given="P. T.", family="Smith")
    assert address_recipient(member, forms, sender_country="US").salutation == "Dear P. T. Smith"


def test_a_representative_of_the_united_states_is_the_honorable(forms: FormsOfAddress) -> None:
    diplomat = replace(ADA, office="un-permanent-representative", represents="US", gender="f")
    assert address_recipient(diplomat, forms, sender_country="US").lines[0] == "The Honorable Ada Sample"
    other = replace(diplomat, represents="KR")
    assert address_recipient(other, forms, sender_country="US").lines[:2] == (
        "Her Excellency Ada Sample",
        "Permanent Representative of the Republic of Korea to the United Nations",
    )
    assert address_recipient(other, forms, sender_country="US").you == "Your Excellency"


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("Senator Ada Sample", "Ada Sample"),
        ("The Honorable Senator Ada Sample", "Ada Sample"),
        ("Senatora Sample", "Senatora Sample"),
        ("Senator", "Senator"),
    ],
)
def test_a_title_that_the_form_sets_is_not_set_twice(name: str, bare: str) -> None:
    assert strip_titles(name, ["The Honorable", "Senator", "Sen."]) == bare


@pytest.mark.parametrize(
    ("changes", "spoken"),
    [
        ({"gender": "f"}, "Ms Sample"),
        ({"gender": "m"}, "Mr Sample"),
        ({}, "Ada Sample"),
        ({"gender": "f", "family": ""}, "Ada Sample"),
        ({"honorific": "Dr"}, "Dr Sample"),
        ({"honorific": "Mrs", "gender": "f"}, "Mrs Sample"),
        ({"honorific": "The Rt Hon Dame", "gender": "f"}, "Dame Ada"),
        ({"honorific": "The Rt Hon. Sir", "given": "Ben Tom", "gender": "m"}, "Sir Ben"),
        ({"honorific": "The Rt Hon", "gender": "f"}, "Ms Sample"),
        ({"honorific": "The Rt Hon"}, "Ada Sample"),
    ],
)
def test_a_person_without_an_office_is_spoken_to_by_title_and_name(
    changes: dict[str, str], spoken: str
) -> None:
    assert salutation_name(replace(ADA, **changes), {"m": "Mr", "f": "Ms"}) == spoken  # type: ignore[arg-type]


def test_a_name_is_composed_only_where_it_is_not_given() -> None:
    parts = replace(ADA, name="", given="Ada", family="Ó Sample", suffix="Jr.")
    assert printed_name(parts) == "Ada Ó Sample, Jr."
    assert printed_name(replace(parts, suffix="III")) == "Ada Ó Sample III"
    assert printed_name(replace(parts, name="Sample Ada")) == "Sample Ada"
    assert printed_name(replace(ADA, name="", given="", family="Suharja")) == "Suharja"


def test_letters_of_the_office_stand_once_and_last() -> None:
    assert join_postnominals("KC", ["MP"], " ") == "KC MP"
    assert join_postnominals("KC MP", ["MP"], " ") == "KC MP"
    assert join_postnominals("PC", ["P.C.", "M.P."], ", ") == "PC, M.P."
    assert join_postnominals("", ["P.C.", "M.P."], ", ") == "P.C., M.P."


@pytest.mark.parametrize(
    ("country", "region", "code", "city", "home", "abroad"),
    [
        ("US", "DC", "20510", "Washington", "Washington, DC 20510", "Washington, DC 20510"),
        ("CH", "", "1211", "Geneva 10", "1211 Geneva 10", "CH-1211 Geneva 10"),
        ("BE", "", "1047", "Brussels", "1047 Brussels", "1047 Brussels"),
        ("FR", "", "75007", "Paris", "75007 Paris", "75007 Paris"),
        ("DE", "", "10117", "Berlin", "10117 Berlin", "10117 Berlin"),
        ("JP", "", "100-8919", "Tokyo", "Tokyo 100-8919", "Tokyo 100-8919"),
        ("KR", "", "03172", "Seoul", "Seoul 03172", "Seoul 03172"),
        ("AU", "ACT", "2600", "Canberra", "Canberra ACT 2600", "Canberra ACT 2600"),
        ("AE", "", "", "Abu Dhabi", "Abu Dhabi", "Abu Dhabi"),
        ("PL", "", "00-580", "Warsaw", "00-580 Warsaw", "00-580 Warsaw"),
    ],
)
def test_the_locality_is_written_as_in_the_destination(
    country: str, region: str, code: str, city: str, home: str, abroad: str
) -> None:
    assert format_locality_lines(country, city, region, code, abroad=False) == (home,)
    assert format_locality_lines(country, city, region, code, abroad=True) == (abroad,)


def test_two_spaces_that_do_not_break_stand_before_a_canadian_code() -> None:
    assert format_locality_lines("CA", "Ottawa", "Ontario", "K1A 0A6", abroad=True) == (
        "Ottawa, Ontario\u00a0\u00a0K1A 0A6",
    )
    assert format_locality_lines("CA", "Ottawa", "ON", "K1A 0A6", abroad=True) == (
        "Ottawa ON\u00a0\u00a0K1A 0A6",
    )


def test_some_countries_take_lines_of_their_own() -> None:
    assert format_locality_lines("UA", "Kyiv", "Kyiv Oblast", "01001", abroad=True) == (
        "Kyiv",
        "Kyiv Oblast",
        "01001",
    )
    assert format_locality_lines("US", "", "DC", "20510", abroad=True) == ()


def test_country_lines_are_english_capitals() -> None:
    assert [format_country_line(code) for code in ("KR", "BA", "CH", "CI", "CD")] == [
        "REPUBLIC OF KOREA",
        "BOSNIA AND HERZEGOVINA",
        "SWITZERLAND",
        "CÔTE D’IVOIRE",
        "DEMOCRATIC REPUBLIC OF THE CONGO",
    ]


def test_states_have_their_formal_names() -> None:
    assert (formal_name_with_article("KR"), formal_name("KR")) == (
        "the Republic of Korea",
        "Republic of Korea",
    )
    assert (formal_name_with_article("JP"), formal_name("JP"), formal_name("")) == ("Japan", "Japan", "")
    assert all(formal_name_with_article(code) for code in territory_names())


def test_every_form_names_its_authority_or_says_usual_practice(forms: FormsOfAddress) -> None:
    for key, form in forms.offices.items():
        assert set(form.source) <= set(forms.authorities), key
        assert forms.describe_source(key)
    assert forms.describe_source("us-senator") == "ITA, FOA; usual practice: close"
    assert {form.by_state.get("US") for form in forms.offices.values()} - {None} <= set(forms.offices)


def _over(tmp_path: Path, text: str) -> tuple[FormsOfAddress, ProblemList]:
    path = tmp_path / "forms.yaml"
    path.write_text(text, encoding="utf-8")
    findings = ProblemList()
    return FormsOfAddress.load(findings, [(path, "forms.yaml")]), findings


def test_a_campaign_changes_some_words_of_an_office_and_adds_one(tmp_path: Path) -> None:
    changed, findings = _over(
        tmp_path,
        """\
offices:
  us-senator:
    close: "Respectfully yours,"
    usual: [close]
  city-mayor:
    title: Mayor of a city
    usual: [lines, salutation, close]
    lines: ["The Mayor[, {name}]", "{organisation}", "{address}"]
    salutation: ["Dear Mayor {family}", "Dear Mayor"]
    close: Yours sincerely
""",
    )
    assert findings.problems == []
    senator = address_recipient(ADA, changed, sender_country="US")
    assert (senator.close, senator.salutation) == ("Respectfully yours,", "Dear Senator Sample:")
    mayor = address_recipient(replace(ADA, office="city-mayor"), changed, sender_country="US")
    assert (mayor.lines[0], mayor.salutation) == ("The Mayor, Ada Sample", "Dear Mayor Sample")
    assert "us-speaker" in changed.offices


@pytest.mark.parametrize(
    ("words", "code", "line", "message"),
    [
        ('close: "{nmae},"', "wrong-value", 3, "did you mean name"),
        ('close: "[Yours"', "wrong-value", 3, "] is missing"),
        ('close: "{Name}"', "wrong-value", 3, "stray {"),
        ('close: ""', "wrong-value", 3, "a wording is empty"),
        ("close: {male: Yours}", "unknown-key", 3, "male"),
        ("clsoe: Yours", "unknown-key", 3, "clsoe"),
        ('lines: ["{name}", "United States"]', "wrong-value", 3, "{address} must appear exactly once"),
        ('lines: ["{name}", "At {address}"]', "wrong-value", 3, "line of its own"),
        ("source: [XYZ]", "form-authority", 3, "XYZ"),
        ("source: []", "wrong-value", 2, "usual must name"),
        ("by_state: {KR: us-senater}", "office-unknown", 3, "did you mean us-senator"),
    ],
)
def test_mistakes_in_a_campaigns_forms_are_placed_and_explained(
    tmp_path: Path, words: str, code: str, line: int, message: str
) -> None:
    _, findings = _over(tmp_path, f"offices:\n  us-senator:\n    {words}\n")
    (problem,) = findings.problems
    assert (problem.code, problem.place and problem.place.line) == (code, line)
    assert message in str(problem)


@given(st.text(st.sampled_from("ab{}[] ,"), max_size=20))
def test_a_wording_is_read_or_refused_and_never_prints_a_brace(text: str) -> None:
    try:
        pattern = parse_pattern(text)
    except ValueError:
        return
    filled = pattern.fill(dict.fromkeys(pattern.fields, "x"))
    assert filled is not None
    assert not set(filled) & set("{}[]")


def test_the_starter_recipients_are_offices_or_plainly_made_up_and_all_can_be_written_to(
    forms: FormsOfAddress,
) -> None:
    findings = ProblemList()
    recipients = read_csv(STARTER, "recipients.csv", findings, offices=forms.offices)
    assert findings.problems == []
    # Where the list names no language, that of the campaign holds.
    in_english = [replace(recipient, language=recipient.language or "en") for recipient in recipients]
    due = [address_recipient(recipient, forms, sender_country="CH") for recipient in in_english]
    assert len(recipients) >= 14
    assert len({addressed.rule for addressed in due}) >= 7
    assert len({recipient.country for recipient in recipients}) >= 5
    assert all(not r.name or "fictional" in r.tags for r in recipients)
    assert all(recipient.extra["connection"].endswith(".") for recipient in recipients)


def test_the_user_page_lists_every_column_and_every_office(forms: FormsOfAddress) -> None:
    page = (ROOT / "docs" / "recipients.md").read_text(encoding="utf-8")
    assert [name for name in (column.name for column in COLUMNS) if f"`{name}`" not in page] == []
    for key, form in forms.offices.items():
        assert f"| `{key}` | {form.title} | {forms.describe_source(key)} |" in page


MINISTER = Recipient(
    id="minister",
    office="foreign-minister",
    country="MX",
    represents="MX",
    language="es",
    name="Ada Muestra",
    role="Secretaria de Relaciones Exteriores",
    gender="f",
    locality="Ciudad de México",
    postal_code="06010",
    place=PLACE,
)


@pytest.mark.parametrize(
    ("changes", "salutation"),
    [
        ({}, "Señora Secretaria:"),
        ({"represents": "AR", "country": "CH", "postal_code": "1211"}, "Señora Canciller:"),
        ({"represents": "UY", "country": "UY"}, "Excelentísima señora Ministra:"),
        ({"language": "es-UY"}, "Señora Secretaria:"),
        ({"office": "head-of-state"}, "Señora Presidenta:"),
        (
            {"office": "head-of-state", "represents": "FR", "language": "fr"},
            "Madame la Présidente de la République,",
        ),
        ({"office": "head-of-state", "represents": "SN", "language": "fr"}, "Madame la Présidente,"),
        (
            {"office": "head-of-government", "represents": "DE", "language": "de"},
            "Sehr geehrte Frau Bundeskanzlerin,",
        ),
        ({"office": "head-of-government", "represents": "PL", "language": "de"}, "Exzellenz,"),
        ({"office": "head-of-state", "represents": "GB", "language": "en"}, "Your Majesty,"),
    ],
)
def test_countries_of_one_language_have_their_own_words(
    forms: FormsOfAddress, changes: dict[str, str], salutation: str
) -> None:
    recipient = replace(MINISTER, **changes)  # type: ignore[arg-type]
    assert address_recipient(recipient, forms, sender_country="CH").salutation == salutation


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, "The Minister for Foreign Affairs of the French Republic"),
        ({"role": "Minister for Europe"}, "The Minister for Europe of the French Republic"),
        ({"role": "Minister for Europe of France"}, "The Minister for Europe of France"),
        ({"organisation": "Embassy of the French Republic"}, "The Minister for Foreign Affairs"),
        ({"office": "head-of-state", "role": "President of the Republic"}, "The President of the Republic"),
        (
            {"office": "head-of-state", "role": "President of the Republic", "represents": "FI"},
            "The President of the Republic of Finland",
        ),
    ],
)
def test_an_office_names_its_state_once(forms: FormsOfAddress, changes: dict[str, str], line: str) -> None:
    minister = replace(
        MINISTER, name="", role="", language="en", country="FR", represents="FR", locality="Paris"
    )
    to = address_recipient(replace(minister, **changes), forms, sender_country="CH")  # type: ignore[arg-type]
    assert to.lines[0] == line
    assert "French Republic" not in to.lines


def test_a_korean_address_begins_with_the_province_and_ends_with_the_code(forms: FormsOfAddress) -> None:
    member = Recipient(
        id="m",
        office="kr-assembly-member",
        country="KR",
        name="김철수",
        language="ko",
        address=("의사당대로 1", "의원회관 101호"),
        locality="영등포구",
        region="서울특별시",
        postal_code="07233",
        place=PLACE,
    )
    lines = (
        "서울특별시 영등포구 의사당대로 1",
        "의원회관 101호",
        "대한민국 국회",
        "김철수 의원님께",
        "07233",
    )
    to = address_recipient(member, forms, sender_country="KR")
    assert (to.lines, to.name) == (lines, "김철수 의원님께")
    assert address_recipient(member, forms, sender_country="CH").lines == (*lines, "REPUBLIC OF KOREA")
    roman = replace(
        member,
        language="en",
        name="Kim Chul-soo",
        address=("1 Uisadang-daero, Yeongdeungpo-gu",),
        locality="Seoul",
        region="",
    )
    assert address_recipient(roman, forms, sender_country="CH").lines[2:] == (
        "1 Uisadang-daero, Yeongdeungpo-gu",
        "Seoul 07233",
        "REPUBLIC OF KOREA",
    )


def test_the_states_are_the_members_and_observers_of_the_united_nations() -> None:
    from briefgen.address.countries import _load_formal_names

    assert len(_load_formal_names()) == 193 + 2
    assert set(_load_formal_names()) <= set(territory_names())


@pytest.mark.parametrize(
    ("code", "language", "formal", "name"),
    [
        ("KP", "en", False, "North Korea"),
        ("KP", "en-GB", True, "the Democratic People’s Republic of Korea (North Korea)"),
        ("IR", "en", True, "the Islamic Republic of Iran (Iran)"),
        ("GE", "en", True, "Georgia"),
        ("KP", "fr", True, "Corée du Nord"),
        ("KR", "pt-BR", False, "Coreia do Sul"),
        ("KP", "fr-GB", False, "Corée du Nord"),
        ("KR", "EN", False, "South Korea"),
        ("KR", "en", True, "the Republic of Korea (South Korea)"),
        ("XX", "fr", False, "XX"),
        ("AE", "en", True, "the United Arab Emirates"),
        ("GB", "en", True, "the United Kingdom of Great Britain and Northern Ireland (United Kingdom)"),
        ("XX", "en", False, ""),
    ],
)
def test_a_state_is_named_as_its_readers_do(code: str, language: str, formal: bool, name: str) -> None:
    assert country_name(code, language, formal=formal) == name
