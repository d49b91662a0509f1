"""Names in addresses and salutations are free of stray commas, points and repetitions, whatever a list holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefgen.address.names import (
    join_postnominals,
    printed_name,
    read_personal_name,
    salutation_name,
    split_last_first,
    strip_titles,
)
from briefgen.model.recipient import Recipient

COURTESY = {"m": "Mr", "f": "Ms"}
STYLES = [
    "The Hon",
    "Hon",
    "The Honourable",
    "The Rt Hon",
    "Rt Hon",
    "The Right Honourable",
    "His Excellency",
]
TITLES = ["Dr", "Dr.", "Professor", "Mr", "Lord", "Sir", "Dame"]
STRAY = st.text(" .,", max_size=3)


def ada(**changed: str) -> Recipient:
    return Recipient(
        **(
            {
                "id": "a",
                "office": "person",
                "country": "GB",
                "name": "Ada Lee",
                "given": "Ada",
                "family": "Lee",
            }
            | changed
        )
    )  # type: ignore[arg-type]


def salutation(**changed: str) -> str:
    return salutation_name(ada(**changed), COURTESY)


@pytest.mark.parametrize(
    ("honorific", "spoken"),
    [
        ("The Hon.", "Ada Lee"),
        ("The Hon.,", "Ada Lee"),
        ("The Hon,", "Ada Lee"),
        ("HON.", "Ada Lee"),
        ("The Hon. Dr", "Dr Lee"),
        ("The Hon., Dr", "Dr Lee"),
        ("The Hon.. Dr.", "Dr. Lee"),
        ("the honourable dr", "dr Lee"),
        ("Rt Hon. Dame", "Dame Ada"),
        ("H.E.", "Ada Lee"),
        ("H.E. Professor", "Professor Lee"),
        ("Dr.,", "Dr. Lee"),
        (",", "Ada Lee"),
        (".", "Ada Lee"),
        (" Mrs ", "Mrs Lee"),
        ("Honorary Consul", "Honorary Consul Lee"),
        ("Honest", "Honest Lee"),
    ],
)
def test_a_salutation_has_the_title_without_the_style_and_its_marks(honorific: str, spoken: str) -> None:
    assert salutation(honorific=honorific) == spoken


@given(
    st.sampled_from(STYLES),
    st.sampled_from([str, str.upper, str.lower, str.title]),
    st.sampled_from([" ", ". ", ".", ", ", "., "]),
    st.sampled_from(TITLES),
    STRAY.map(lambda stray: stray.replace(".", "")),
)
def test_the_salutation_is_that_of_the_title_alone_however_the_style_is_written(
    style: str, case: type[str], between: str, title: str, stray: str
) -> None:
    assert salutation(honorific=f"{stray}{case(style)}{between}{title}{stray}") == salutation(honorific=title)


@given(st.sampled_from(["", *STYLES]), STRAY, st.sampled_from(["", "f", "m"]))
def test_a_style_without_a_title_leaves_no_mark_in_the_salutation(
    style: str, stray: str, gender: str
) -> None:
    assert salutation(honorific=f"{style}{stray}", gender=gender) == salutation(gender=gender)


@pytest.mark.parametrize(
    ("changed", "spoken"),
    [
        ({"honorific": "Dr", "family": ""}, "Dr Ada Lee"),
        ({"honorific": "Sir", "given": ""}, "Sir Ada"),  # the forename follows Sir, whoever the person is
        ({"honorific": "Sir", "given": "Ada Maria"}, "Sir Ada"),
        ({"honorific": "Sirdar"}, "Sirdar Lee"),
        ({"honorific": "Dr", "gender": "f"}, "Dr Lee"),
        ({"gender": "f"}, "Ms Lee"),
        ({"gender": "f", "family": ""}, "Ada Lee"),
        ({"family": ""}, "Ada Lee"),
        ({"honorific": "The Hon. Dr", "family": ""}, "Dr Ada Lee"),
    ],
)
def test_a_salutation_never_guesses_the_parts_of_a_name(changed: dict[str, str], spoken: str) -> None:
    assert salutation(**changed) == spoken


@pytest.mark.parametrize(
    ("own", "of_office", "commas", "spaces"),
    [
        ("MBE", ["MP"], "MBE, MP", "MBE MP"),
        ("MBE,", ["MP"], "MBE, MP", "MBE MP"),
        (", MBE ,", ["MP"], "MBE, MP", "MBE MP"),
        ("MBE,, KC", ["MP"], "MBE, KC, MP", "MBE, KC MP"),
        ("MBE , , KC", ["MP"], "MBE, KC, MP", "MBE, KC MP"),
        ("MBE,KC", ["MP"], "MBE,KC, MP", "MBE,KC MP"),
        ("MP,", ["MP"], "MP", "MP"),
        ("KC,MP", ["MP"], "KC,MP", "KC,MP"),
        ("m.p.", ["MP"], "m.p.", "m.p."),
        ("MPhil", ["MP"], "MPhil, MP", "MPhil MP"),
        (",", ["MP"], "MP", "MP"),
        ("", ["PC", "MP"], "PC, MP", "PC MP"),
        ("MP", ["PC", "MP"], "MP, PC", "MP PC"),
        ("PhD", [], "PhD", "PhD"),
        ("", [], "", ""),
    ],
)
def test_letters_after_a_name_are_joined_without_stray_or_doubled_marks(
    own: str, of_office: list[str], commas: str, spaces: str
) -> None:
    assert join_postnominals(own, of_office, ", ") == commas
    assert join_postnominals(own, of_office, " ") == spaces


LETTERS = ["MP", "M.P.", "KC", "PC", "MBE", "PhD"]


@given(
    st.lists(st.tuples(st.sampled_from(LETTERS), st.sampled_from([", ", ",, ", " , ,", ","]))), st.text(" ,")
)
def test_letters_are_never_repeated_and_no_comma_is_left_over(own: list[tuple[str, str]], stray: str) -> None:
    joined = join_postnominals(stray + "".join(map("".join, own)) + stray, ["PC", "MP"], ", ")
    letters = [part.strip(" ").replace(".", "") for part in joined.split(",")]
    assert "" not in letters
    assert letters.count("PC") == max(1, sum(name == "PC" for name, _ in own))
    assert letters.count("MP") == max(1, sum(name in ("MP", "M.P.") for name, _ in own))


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("Senator Ada Lee", "Ada Lee"),
        ("SENATOR Ada Lee", "Ada Lee"),
        ("Senator  Ada Lee", "Ada Lee"),
        ("Senator Senator Ada Lee", "Ada Lee"),
        ("Senator the Hon Ada Lee", "Ada Lee"),
        ("the Hon. Ada Lee", "Ada Lee"),
        ("Ada Senator Lee", "Ada Senator Lee"),
        ("Senators Lee", "Senators Lee"),
        ("Senator", "Senator"),
    ],
)
def test_titles_that_a_form_adds_are_taken_from_the_front_of_a_name(name: str, bare: str) -> None:
    assert strip_titles(name, ["the Hon", "the Hon.", "Senator"]) == bare


@given(
    st.lists(st.sampled_from(["Senator", "the Hon", "the Hon."]), max_size=4),
    st.permutations(["the Hon", "the Hon.", "Senator"]),
)
def test_titles_are_stripped_whatever_their_number_and_order(before: list[str], titles: list[str]) -> None:
    assert strip_titles(" ".join([*before, "Ada Lee"]), titles) == "Ada Lee"


def test_only_a_name_that_is_given_loses_its_titles() -> None:
    assert printed_name(ada(name="The Hon Ada Lee"), ["The Hon"]) == "Ada Lee"
    assert printed_name(ada(name="", given="The Hon"), ["The Hon"]) == "The Hon Lee"
    assert printed_name(ada(name="", given="", family=""), ["The Hon"]) == ""


SPELLINGS = [
    "Rt Hon", "The Rt. Hon.", "Rt.Hon.", "Right Honourable", "THE RIGHT HONORABLE", "Hon", "Hon.", "The Hon", "Honourable",
    "Dr", "Dr.", "DR", "Prof", "Prof.", "Professor", "Sir", "Dame", "Rev", "Revd", "The Reverend", "Ms", "Ms.", "Miss",
    "Mrs", "Mx", "Mme", "Herr", "Frau", "Dr. med.", "Dr. h. c.", "Prof. Dr.-Ing.", "Dr. rer. nat.", "Lt Col", "Cllr",
]  # fmt: skip
NAMES = [
    "Ada Lee",
    "J. R. Lee",
    "Siobhán Ó Lee",
    "Anne-Marie van den Lee",
    "Angus Lee, Jr.",
    "John Lee III",
    "김표본 이",
]
AFTER = ["KC", "MP", "PhD", "OBE", "M.D.", "FRS"]


@given(
    st.lists(st.sampled_from(SPELLINGS), max_size=3),
    st.sampled_from(NAMES),
    st.lists(st.sampled_from(AFTER), max_size=3, unique=True),
    st.sampled_from([" ", ", "]),
)
def test_titles_and_letters_are_taken_off_a_name_in_any_spelling(
    before: list[str], name: str, after: list[str], joint: str
) -> None:
    cell = " ".join([*before, joint.join([name, *after])])
    read = read_personal_name(ada(name=cell, given="", family=""), (), ["MP"])
    assert read.full == name
    assert read.postnominals.replace(",", "").split() == [one for one in after if one != "MP"]
    again = read_personal_name(ada(name=read.full, given="", family=""), (), ["MP"])
    assert (again.full, again.titles) == (name, ())


@given(st.sampled_from(SPELLINGS), st.sampled_from(["", "f", "m"]))
def test_a_title_gives_the_same_salutation_in_the_name_as_in_its_column(title: str, gender: str) -> None:
    in_name = salutation(name=f"{title} Ada Lee", gender=gender)
    assert in_name == salutation(honorific=title, gender=gender)


@pytest.mark.parametrize(
    "name",
    [
        "Gen Lee", "Don Lee", "Dean Lee", "Major Lee", "Prince Lee", "Earl Lee", "Baron Lee", "Bishop Lee", "Judge Lee",
        "Justice Lee", "M. Night Lee", "Hon", "Dr", "Kim DO", "Ali AM", "JOHN MA", "Ma Ying", "Sc Lee", "Ii Lee", "Rabbit Lee",
        "Drew Lee", "Reva Lee", "Honor Lee", "Damek Lee", "Theo Lee", "The Lee",
    ],
)  # fmt: skip
def test_what_is_a_name_is_not_taken_for_a_title(name: str) -> None:
    read = read_personal_name(ada(name=name, given="", family=""))
    assert (read.full, read.titles, read.postnominals) == (name, (), "")


def test_a_forename_that_is_also_a_rank_stays_a_forename() -> None:
    read = read_personal_name(ada(name="Earl Lee", given="Earl", family="Lee"), peers=True)
    assert (read.full, read.rank) == ("Earl Lee", "")
    assert read_personal_name(ada(name="Lord Lee", given="", family=""), peers=True).rank == "lord"


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Lee, Ada", ("Ada", "Lee")),
        ("van den Lee, Ada M.", ("Ada M.", "van den Lee")),
        ("Lee, Ada, Jr.", ("Ada", "Lee")),
        ("Ada Lee, Jr.", None),
        ("Ada Lee, III", None),
        ("Ada Lee,", None),
        ("Ada Lee", None),
    ],
)
def test_a_comma_before_anything_but_a_suffix_puts_the_family_name_first(
    name: str, parts: tuple[str, str] | None
) -> None:
    assert split_last_first(name) == parts
