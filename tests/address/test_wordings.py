"""Wordings of forms of address: which fields they fill, which variant is taken, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefgen.address.address import address_recipient
from briefgen.address.forms_of_address import WORDING_FIELDS, FormsOfAddress, GenderedWording
from briefgen.address.pattern import parse_pattern
from briefgen.errors import BriefgenError, ProblemList
from briefgen.model.recipient import Committee, Recipient

ENVOY = Recipient(
    id="envoy",
    office="envoy",
    country="CH",
    name="Senator Ada Lee",
    given="Ada",
    family="Lee",
    honorific="Dr",
    postnominals="KC",
    role="Special Envoy",
    organisation="Office of Envoys",
    constituency="North",
    address=("1 Example Street",),
    locality="Bern",
    postal_code="3003",
    represents="KR",
    committees=(
        Committee("SSFR", "Senate Committee on Foreign Relations"),
        Committee("SSFR01", "United States Senate Subcommittee on Asia", "chair"),
    ),
)
FILLED = {
    "name": "Ada Lee",
    "given": "Ada",
    "family": "Lee",
    "honorific": "Dr",
    "postnominals": "KC MP",
    "role": "Special Envoy",
    "organisation": "Office of Envoys",
    "constituency": "North",
    "formal": "Dr Lee",
    "committee": "Subcommittee on Asia",
    "over": "Committee on Foreign Relations",
    "state": "Republic of Korea",
    "the_state": "the Republic of Korea",
    "of_state": "of the Republic of Korea",
}


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> FormsOfAddress:
    """The forms of address with an office whose address has a line for every field."""
    path = tmp_path_factory.mktemp("forms") / "forms.yaml"
    lines = [*(f"{field}={{{field}}}" for field in sorted(WORDING_FIELDS - {"name"})), "{address}"]
    lines.insert(0, "name={name}")
    path.write_text(
        f"offices:\n  envoy:\n    title: Envoy\n    usual: [lines, salutation, close]\n    titles: [Senator]\n"
        f"    postnominals: [MP]\n    lines: {lines}\n    salutation: 'Dear {{formal}}'\n    close: Yours\n",
        encoding="utf-8",
    )
    problems = ProblemList()
    loaded = FormsOfAddress.load(problems, [(path, "forms.yaml")])
    assert problems.problems == []
    return loaded


def test_every_field_of_a_wording_is_filled_from_the_recipient(forms: FormsOfAddress) -> None:
    assert set(FILLED) == WORDING_FIELDS
    addressed = address_recipient(ENVOY, forms, sender_country="CH")
    assert dict(line.split("=") for line in addressed.lines[:-2]) == FILLED
    assert addressed.lines[-2:] == ("1 Example Street", "3003 Bern")
    assert (addressed.salutation, addressed.close, addressed.rule) == ("Dear Dr Lee", "Yours", "envoy")


@pytest.mark.parametrize(
    "emptied",
    ["given", "family", "honorific", "role", "organisation", "constituency", "represents", "committees"],
)
def test_a_line_whose_field_is_empty_is_left_out(forms: FormsOfAddress, emptied: str) -> None:
    changed = replace(ENVOY, **{emptied: () if emptied == "committees" else ""})  # type: ignore[arg-type]
    missing = {"represents": {"state", "the_state", "of_state"}, "committees": {"committee", "over"}}
    lines = address_recipient(changed, forms, sender_country="CH").lines
    found = {line.split("=")[0] for line in lines if "=" in line}
    assert found == WORDING_FIELDS - missing.get(emptied, {emptied})


@pytest.mark.parametrize(
    ("committees", "committee", "over"),
    [
        ([("A", "Committee A", "member")], None, None),
        ([("A", "House Committee A", "chair")], "Committee A", None),
        ([("A", "Committee A", "ranking")], "Committee A", None),
        ([("A", "Committee A", "vice-chair"), ("B", "Committee B", "chair")], "Committee B", None),
        (
            [("A", "Senate Committee A", "member"), ("A1", "Subcommittee", "chair")],
            "Subcommittee",
            "Committee A",
        ),
        ([("A", "Committee A", "member"), ("B1", "Subcommittee", "chair")], "Subcommittee", None),
        ([("A1", "Subcommittee", "chair"), ("A1", "Subcommittee", "member")], "Subcommittee", None),
        ([("A", "House Senate Committee", "chair")], "Senate Committee", None),
    ],
)
def test_who_leads_a_committee_is_addressed_by_it(
    forms: FormsOfAddress, committees: list[tuple[str, str, str]], committee: str | None, over: str | None
) -> None:
    changed = replace(ENVOY, committees=tuple(Committee(*each) for each in committees))
    lines = address_recipient(changed, forms, sender_country="CH").lines
    filled = dict(line.split("=") for line in lines if "=" in line)
    assert (filled.get("committee"), filled.get("over")) == (committee, over)


# Patterns


@pytest.mark.parametrize(
    ("text", "filled", "empty"),
    [
        ("Dear {a}", "Dear A", None),
        ("Dear[ {a}]", "Dear A", "Dear"),
        ("[{a} ]Lee[, {b}]", "A Lee, B", "Lee, B"),
        ("[{a} of {b}] here", "A of B here", "here"),
        ("[always] here", "always here", "always here"),
        ("  {a}  ", "A", None),
        ("[{a}]", "A", ""),
        ("", "", ""),
    ],
)
def test_brackets_are_left_out_if_a_field_in_them_is_empty(text: str, filled: str, empty: str | None) -> None:
    pattern = parse_pattern(text)
    assert pattern.fill({"a": "A", "b": "B"}) == filled
    assert pattern.fill({"a": "", "b": "B"}) == (empty if "{a}" in text else filled)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[a", "a ] is missing in '[a'"),
        ("a]", "[ and ] do not match in 'a]'"),
        ("[a[b]]", "[ and ] do not match in '[a[b]]'"),
        ("[a]]", "[ and ] do not match in '[a]]'"),
        ("{a", "a stray { in '{a'"),
        ("a}", "a stray } in 'a}'"),
        ("{A}", "a stray { in '{A}'"),
        ("{a b}", "a stray { in '{a b}'"),
        ("{}", "a stray { in '{}'"),
    ],
)
def test_a_malformed_pattern_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse_pattern(text)
    assert str(caught.value).startswith(message)


def test_the_fields_of_a_pattern_include_those_in_brackets() -> None:
    assert parse_pattern("{a}[ {b} {c}] d").fields == {"a", "b", "c"}


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=6), st.sets(st.sampled_from("abc"))
)
def test_a_pattern_is_filled_unless_a_field_outside_brackets_is_empty(
    parts: list[tuple[str, bool]], empty: set[str]
) -> None:
    text = "".join(f"[{{{name}}}]" if optional else f"{{{name}}}" for name, optional in parts)
    values = {name: "" if name in empty else name.upper() for name in "abc"}
    lacking = any(name in empty for name, optional in parts if not optional)
    expected = "".join(values[name] for name, _ in parts)
    assert parse_pattern(text).fill(values) == (None if lacking else expected)


# Variants by gender


@pytest.mark.parametrize(
    ("gender", "values", "filled"),
    [
        ("m", {"a": "A", "b": "B"}, "Mr A"),
        ("f", {"a": "A", "b": "B"}, "Ms A"),
        ("", {"a": "A", "b": "B"}, "A B"),
        ("m", {"a": "", "b": "B"}, "Mr B"),
        ("f", {"a": "", "b": "B"}, "B"),
        ("", {"a": "", "b": "B"}, "B"),
        ("m", {"a": "", "b": ""}, ""),
        ("", {"a": "A", "b": ""}, ""),
    ],
)
def test_the_first_variant_of_the_gender_that_can_be_filled_is_used(
    gender: str, values: dict[str, str], filled: str
) -> None:
    wording = GenderedWording.model_validate(
        {"m": ["Mr {given}", "Mr {family}"], "f": "Ms {given}", "neutral": ["{given} {family}", "{family}"]}
    )
    assert wording.fill({"given": values["a"], "family": values["b"]}, gender) == filled


@pytest.mark.parametrize(
    ("written", "m", "neutral"),
    [
        ("Dear {family}", [], ["Dear {family}"]),
        (["Dear {family}", "Dear"], [], ["Dear {family}", "Dear"]),
        ({"m": "Sir", "neutral": ["Dear"]}, ["Sir"], ["Dear"]),
    ],
)
def test_a_wording_may_be_a_text_a_list_or_variants(
    written: object, m: list[str], neutral: list[str]
) -> None:
    wording = GenderedWording.model_validate(written)
    assert (wording.m, wording.f, wording.neutral) == (m, [], neutral)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("", "a wording is empty"),
        (" ", "a wording is empty"),
        ([], "a wording is empty"),
        ({}, "a wording is empty"),
        (["Dear", ""], "a wording is empty"),
        ({"m": "Sir", "f": ""}, "a wording is empty"),
        ("{nmae}", "{nmae} is not a field in '{nmae}'; did you mean name"),
        ("{xylophone}", "{xylophone} is not a field in '{xylophone}'"),
        ("to {address}", "{address} must be a line of its own, not 'to {address}'"),
        ({"f": "{nmae}", "neutral": "Dear"}, "{nmae} is not a field"),
    ],
)
def test_a_wording_that_could_not_be_filled_is_refused(written: object, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        GenderedWording.model_validate(written)
    assert message in str(caught.value)


def test_every_office_in_an_override_file_is_kept_beside_the_built_in_ones(tmp_path: Path) -> None:
    paths = []
    for name in ("one", "two"):
        path = tmp_path / f"{name}.yaml"
        path.write_text(
            f"authorities: {{{name.upper()}: Manual {name}}}\noffices:\n  {name}:\n    title: {name}\n"
            f"    source: [{name.upper()}]\n    lines: ['{{name}}', '{{address}}']\n    salutation: Dear\n"
            "    close: Yours\n",
            encoding="utf-8",
        )
        paths.append((path, path.name))
    broken = tmp_path / "broken.yaml"
    broken.write_text("offices: [", encoding="utf-8")
    problems = ProblemList()
    forms = FormsOfAddress.load(problems, [paths[0], (broken, "broken.yaml"), paths[1]])
    assert [problem.place.file for problem in problems.problems if problem.place] == ["broken.yaml"]
    assert {"one", "two", "us-senator"} <= set(forms.offices)
    assert (forms.authorities["ONE"], forms.authorities["TWO"]) == ("Manual one", "Manual two")
    assert (forms.describe_source("one"), forms.describe_source("one", "fr")) == ("ONE", "ONE")


def test_an_unknown_office_without_a_near_name_suggests_none(forms: FormsOfAddress) -> None:
    with pytest.raises(BriefgenError) as caught:
        forms.find(replace(ENVOY, office="xylophone"))
    assert "did you mean" not in (caught.value.problems[0].hint or "")
