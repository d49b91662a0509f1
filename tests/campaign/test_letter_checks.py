"""What a good letter holds: each rule seen to be broken, and the starter campaign to keep them all."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from letter_warnings import check_letters
from material import ROOT, copy_starter, small_starter, without_layout

from briefgen.campaign.check import _check_letter_length, check_documents
from briefgen.campaign.letter_checks import compose_for_checks, group_similar_texts
from briefgen.campaign.open import Campaign, open_campaign
from briefgen.compose.markup import find_placeholders
from briefgen.errors import BriefgenError
from briefgen.model.recipient import Recipient

EXAMPLES = ROOT / "examples"
OWN_SENTENCES = "{{ campaign.opening }} {{ constituent }} {{ fields.connection | default('') }}"
"""What campaign and list say at the beginning of a letter."""


@pytest.mark.parametrize(
    "text",
    [
        "Dear {{name}}", "Dear {{ recipient.name }}", "{% if x %}", "${name}", "{name}", "Dear [NAME]", "[First Name]",
        "[FIRST NAME]", "[insert district here]", "[Your Town]", "[DATE]", "XXX people", "XXXX", "TODO: ask", "TBD",
        "____ people", "&lt;&lt;Name&gt;&gt;", "%FIRST_NAME%", "Lorem ipsum dolor",
        "«Surname»", "«First_Name»", "« Anrede »", "*|FNAME|*", "%%First Name%%", "${first.name}", "{!Contact.Name}",
        "[[name]]", "&lt;Surname&gt;", "@@Name@@", "MERGEFIELD Surname", "#N/A", "#REF!", "#NAME?", "#WERT!", "#####",
        "Err:502", "Ren&amp;eacute;", "a_x000D_b", "Bj\ufffdrn", "Dear [Surname],", "Dear [Ms Surname],", "[Last name]",
        "[Surname]", "%(name)s", "##NAME##", "%name%", "«Office»", "#GETTING_DATA",
    ],
)  # fmt: skip
def test_what_was_to_be_filled_in_is_found(text: str) -> None:
    assert len(list(find_placeholders(f"<p>{text}</p>"))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "resolution 2444 (XXX)", "the [UN] inquiry", "“[they] were sent back”", "[…]", "Todo el mundo",
        "a < b and c > d", "100 %", "5 % of all", "[sic]", "CEO", '<a href="x{y}">z</a>', "Malcolm X",
        "«Le Monde»", "«Libertad»", "« la loi »", "R&amp;As; more", "ada@parliament.example", "#MeToo", "Apt #5!",
        "[Name] said", "[organisation]", "[surname withheld]", "100% name", "100%", "A*|B", "$5 and $6", "snake_case", "&lt;3", "&lt;- there",
    ],
)  # fmt: skip
def test_what_only_looks_so_is_let_through(text: str) -> None:
    assert list(find_placeholders(f"<p>{text}</p>")) == []


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    """A campaign with three letters, which no test changes."""
    return open_campaign(without_layout(small_starter(tmp_path_factory.mktemp("small") / "campaign")))


@pytest.fixture
def small_campaign(tmp_path: Path) -> Path:
    """A campaign of three letters, to be changed by a test."""
    return without_layout(small_starter(tmp_path / "campaign"))


@pytest.fixture
def starter(tmp_path: Path) -> Path:
    """The starter campaign, to be changed by a test."""
    return without_layout(copy_starter(tmp_path / "campaign"))


@pytest.fixture(scope="module")
def whole() -> Campaign:
    """The starter campaign, which no test changes."""
    return open_campaign(EXAMPLES / "starter")


def _with(opened: Campaign, id: str, **changes: Any) -> Campaign:
    """The campaign with a change to one recipient, and to nobody else."""
    people = tuple(replace(one, **changes) if one.id == id else one for one in opened.recipients)
    return replace(opened, recipients=people)


def _extra(opened: Campaign, id: str, **extra: str) -> Campaign:
    one = next(one for one in opened.recipients if one.id == id)
    return _with(opened, id, extra={**one.extra, **extra})


def _warned(opened: Campaign) -> list[tuple[str, str]]:
    warnings, broken = check_documents(opened)
    assert broken == []
    assert {one.severity for one in warnings} <= {"warning"}
    return [(one.code, one.message) for one in warnings]


@pytest.mark.slow
def test_the_starter_campaign_keeps_every_rule(whole: Campaign) -> None:
    assert _warned(whole) == []


def test_a_statement_that_ages_is_told_from_its_day_on(opened: Campaign) -> None:
    ask = "ask-cosponsor-reauthorization"
    day = opened.composer.library.snippets[ask].recheck_by
    assert day is not None and day > opened.config.date
    assert _warned(opened) == []
    due = replace(opened, config=opened.config.model_copy(update={"date": day}))
    (told,) = [one for one in check_documents(due)[0] if one.code == "recheck-due" and ask in one.message]
    assert told.message == f"{ask!r} was to be looked up again by {day}, and the campaign is dated {day}"
    assert told.place is not None and told.place.file.endswith(f"{ask}.md") and told.place.line
    ignored = replace(due, config=due.config.model_copy(update={"ignore": ["recheck-due", "sender-sample"]}))
    assert check_documents(ignored)[0] == []


@pytest.mark.slow
def test_a_leftover_in_the_spreadsheet_stops_that_letter_and_no_other(opened: Campaign) -> None:
    warnings, broken = check_documents(_extra(opened, "clara-example", paragraph="We met in [CITY]."))
    assert warnings == []
    assert [one.code for one in broken] == ["leftover-text"]
    assert "placeholder '[CITY]' is left in the letter to clara-example" in broken[0].message


@pytest.mark.slow
def test_a_leftover_can_be_meant(small_campaign: Path) -> None:
    file = small_campaign / "campaign.yaml"
    file.write_text(file.read_text() + "\nignore: [leftover-text, sender-sample]\n")
    opened = _extra(open_campaign(small_campaign), "clara-example", paragraph="Our code name is XXX.")
    assert check_documents(opened) == ([], [])


def test_an_elected_reader_is_told_why(opened: Campaign) -> None:
    said = _warned(_extra(opened, "clara-example", connection=""))
    assert [(code, "clara-example" in message) for code, message in said] == [("relevance-missing", True)]


@pytest.mark.slow
def test_a_statement_for_constituents_serves_for_that(starter: Path) -> None:
    file = starter / "campaign.yaml"
    text = file.read_text().replace(
        "\nask: ", '\nconstituent: "Forty of our members live in {constituency}."\nask: ', 1
    )
    file.write_text(text)
    opened = _extra(open_campaign(starter), "clara-example", connection="")
    assert _warned(opened) == []
    clara = next(one for one in opened.recipients if one.id == "clara-example")
    japan = next(one for one in opened.recipients if one.id == "foreign-minister-japan")
    assert "Forty of our members live in Anytown." in opened.composer.compose_letter(clara).html
    assert "Forty of our members" not in opened.composer.compose_letter(japan).html
    own = replace(clara, extra={"constituent": "I live in Anytown."})
    assert "I live in Anytown. I respectfully ask you" in opened.composer.compose_letter(own).html


@pytest.mark.slow
def test_a_statement_that_names_no_constituency_is_refused(small_campaign: Path) -> None:
    file = small_campaign / "campaign.yaml"
    file.write_text(file.read_text().replace("\nask: ", '\nconstituent: "We live there."\nask: ', 1))
    with pytest.raises(BriefgenError) as caught:
        open_campaign(small_campaign)
    assert [one.code for one in caught.value.problems] == ["wrong-value"]


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ("HR 5959", "H.R. 5959"),
        ("H.R.5959", "H.R. 5959"),
        ("H. R. 5959", ""),
        ("H.R. 5959", ""),
        ("House Bill 5959", "H.R. 5959"),
        ("S.12", "S. 12"),
        ("S. 12", ""),
        ("Senate bill No. 12", "S. 12"),
        ("the US 12", ""),
    ],
)
def test_bills_are_named_as_congress_names_them(opened: Campaign, written: str, right: str) -> None:
    warnings, _ = check_documents(
        _extra(opened, "ada-sample", connection=f"You voted for {written} last year.")
    )
    said = [one for one in warnings if one.code == "bill-format"]
    assert [one.hint for one in said] == ([f"write {right}"] if right else [])


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("More than 12,500 people signed.", ["figure-unsourced"]),
        ("Half, 51 percent, agree.", ["figure-unsourced"]),
        ("Twelve of us met you on May 3, 2026.", []),
    ],
)
def test_figures_of_ones_own_have_no_source(opened: Campaign, text: str, codes: list[str]) -> None:
    assert [code for code, _ in _warned(_extra(opened, "ada-sample", connection=text))] == codes


def _template(small_campaign: Path, opening: str) -> Campaign:
    path = small_campaign / "templates/letter/recipient/clara-example.html.j2"
    path.parent.mkdir(parents=True)
    path.write_text(
        '{% extends "letter/office/uk-mp.html.j2" %}{% block opening %}' + opening + "{% endblock %}"
    )
    return open_campaign(small_campaign)


@pytest.mark.slow
def test_the_ask_stands_in_the_first_paragraph(small_campaign: Path) -> None:
    opened = _template(small_campaign, f"<p>Good day. {OWN_SENTENCES}</p><p>I ask you to {{{{ ask }}}}</p>")
    assert [code for code, _ in _warned(opened)] == ["ask-late"]


@pytest.mark.slow
def test_a_letter_without_its_ask_is_told(small_campaign: Path) -> None:
    opened = _template(small_campaign, f"<p>Good day. {OWN_SENTENCES}</p>")
    assert [code for code, _ in _warned(opened)] == ["ask-missing"]


@pytest.mark.slow
def test_the_sender_can_be_answered(small_campaign: Path) -> None:
    file = small_campaign / "campaign.yaml"
    text = (
        file.read_text().replace("  email: office@example.org\n", "").replace("  phone: +49 30 000000\n", "")
    )
    file.write_text(text)
    ((code, message),) = _warned(open_campaign(small_campaign))
    assert (code, "an e-mail address or telephone number" in message) == ("sender-incomplete", True)


@pytest.mark.slow
def test_rules_are_switched_off_by_their_code(small_campaign: Path) -> None:
    file = small_campaign / "campaign.yaml"
    file.write_text(file.read_text() + "\nignore: [relevance-missing]\n")
    assert _warned(_extra(open_campaign(small_campaign), "clara-example", connection="")) == []


@pytest.mark.slow
def test_an_ask_for_one_reader_comes_from_the_spreadsheet(opened: Campaign) -> None:
    def letter(ask: str) -> str:
        changed = _extra(opened, "clara-example", ask=ask)
        assert _warned(changed) == []
        clara = next(one for one in changed.recipients if one.id == "clara-example")
        return changed.composer.compose_letter(clara).html

    assert "I respectfully ask you to put a question to the minister." in letter(
        "put a question to the minister"
    )
    assert opened.composer.library.snippets["ask-uk-sanctions"].body[:40] in letter("ask-uk-sanctions")


@pytest.mark.parametrize(
    ("ask", "code"), [("ask-uk-sanction", "snippet-unknown"), ("camp-abuses", "ask-kind")]
)
def test_an_ask_that_is_none_stops_that_letter(opened: Campaign, ask: str, code: str) -> None:
    _, broken = check_documents(_extra(opened, "clara-example", ask=ask))
    assert [(one.code, one.place and one.place.file.endswith("recipients.csv")) for one in broken] == [
        (code, True)
    ]


def _words(*numbers: int) -> str:
    return " ".join(f"word{number}" for number in numbers)


def test_letters_that_say_nearly_the_same_are_grouped() -> None:
    long = range(200)
    bodies = {
        "a": _words(*long),
        "b": _words(*long) + "!",
        "c": _words(*long, 900, 901),
        "d": _words(*long, *range(300, 360)),
        "e": _words(*range(500, 700)),
        "f": "",
        "g": "",
    }
    assert group_similar_texts(bodies) == [["a", "b", "c"], ["f", "g"]]


@pytest.mark.slow
def test_form_letters_are_told_with_their_number(opened: Campaign) -> None:
    clara = next(one for one in opened.recipients if one.id == "clara-example")
    twins = tuple(replace(clara, id=f"twin-{number}", name=f"Twin {number}") for number in range(7))
    said = _warned(replace(opened, recipients=(*opened.recipients, *twins)))
    assert said == [
        (
            "letters-alike",
            "8 letters are nearly identical: clara-example, twin-0, twin-1, twin-2, twin-3 and 3 more",
        )
    ]


def test_pages_are_counted_once_for_letters_with_one_text(opened: Campaign) -> None:
    clara = next(one for one in opened.recipients if one.id == "clara-example")
    twin = replace(clara, id="twin", name="Clara With A Much Longer Name Than The Other")
    measured: list[str] = []

    def measure(document: Any) -> Any:
        measured.append(document.title)
        return SimpleNamespace(pages=3 if "Clara" in document.title else 2)

    three = (clara, twin, *opened.recipients[:1])
    letters = [compose_for_checks(opened.composer, recipient) for recipient in three]
    renderers: Any = SimpleNamespace(measure=measure)
    assert [one.code for one in _check_letter_length(letters, renderers)] == ["letter-too-long"]
    assert sum("Clara" in title for title in measured) == 1
    assert "Much Longer" in next(title for title in measured if "Clara" in title)


def test_a_reader_of_no_constituency_needs_no_statement(opened: Campaign) -> None:
    nobody = Recipient("nobody", "uk-mp", "GB", name="P. T. Smith", locality="London")
    alone = replace(opened, recipients=(nobody,))
    assert "relevance-missing" not in {code for code, _ in _warned(alone)}
    somewhere = replace(alone, recipients=(replace(nobody, constituency="Anytown"),))
    assert "relevance-missing" in {code for code, _ in _warned(somewhere)}


@pytest.mark.slow
def test_a_letter_that_only_asks_is_told(small_campaign: Path) -> None:
    file = small_campaign / "campaign.yaml"
    text = file.read_text().replace("required: [inquiry-findings-2014]", "required: []")
    file.write_text(
        text.replace('when: "true"\n    topics: [crimes-against-humanity, accountability]', 'when: "true"')
    )
    opened = open_campaign(small_campaign)
    everything = list(opened.composer.library.snippets)
    opened.config.selection.excluded.extend(everything)
    opened.composer._selections.clear()
    assert next(code for code, _ in _warned(opened)) == "letter-without-evidence"


def test_a_snippet_in_another_language_stops_the_letter(starter: Path) -> None:
    file = starter / "campaign.yaml"
    file.write_text(file.read_text().replace("\nlanguage: en", "\nlanguage: fr", 1))
    people = starter / "recipients.csv"
    header, *_ = people.read_text("utf-8-sig").splitlines()
    row = "minister,foreign-minister,,,,m,Ministre,,,Paris,,75007,FR,FR,,,,,,,"
    people.write_text(f"{header},language\n{row},fr\n", encoding="utf-8")
    with pytest.raises(BriefgenError) as caught:
        open_campaign(starter)
    assert "snippet-language" in {one.code for one in caught.value.problems}


@pytest.mark.slow
def test_a_campaign_in_british_english_uses_snippets_in_english(starter: Path) -> None:
    file = starter / "campaign.yaml"
    file.write_text(file.read_text().replace("\nlanguage: en", "\nlanguage: en-GB", 1))
    assert _warned(open_campaign(starter)) == []


@pytest.mark.parametrize("words", ["Act now!", "What a shameful silence.", "They are thugs."])
def test_shouting_and_abuse_in_own_texts_are_told(opened: Campaign, words: str) -> None:
    said = _warned(_extra(opened, "clara-example", paragraph=words))
    assert [(code, "clara-example" in message) for code, message in said] == [("tone-harsh", True)]


@pytest.mark.slow
def test_each_rule_can_be_switched_off_by_its_code(small_campaign: Path) -> None:
    file = small_campaign / "campaign.yaml"
    file.write_text(file.read_text() + "\nignore: [tone-harsh, sender-sample]\n")
    assert check_documents(_extra(open_campaign(small_campaign), "clara-example", paragraph="Act now!")) == (
        [],
        [],
    )


@pytest.mark.slow
def test_a_letter_to_a_delegation_has_the_honour_to_write() -> None:
    opened = open_campaign(EXAMPLES / "un-geneva")
    delegate = next(one for one in opened.recipients if one.office.startswith("un-permanent"))
    letter = compose_for_checks(opened.composer, delegate)
    assert "the Democratic People’s Republic of Korea (North Korea)" in letter.paragraphs[0]
    assert "un-opening" not in {one.code for one in check_letters([letter], opened.config)}
    plain = replace(letter, paragraphs=("I write to you.", *letter.paragraphs[1:]))
    assert "un-opening" in {one.code for one in check_letters([plain], opened.config)}


def test_an_own_text_prints_what_campaign_and_list_say_at_the_beginning(small_campaign: Path) -> None:
    (small_campaign / "letter.md").write_text(
        "{{ campaign.opening }} {{ request }}\n\n{{ statement('camp-population-2025') }}\n", encoding="utf-8"
    )
    opened = _extra(open_campaign(small_campaign), "clara-example", connection="We met.")
    letters = [compose_for_checks(opened.composer, one) for one in opened.recipients]
    found = [one for one in check_letters(letters, opened.config) if one.code == "words-unprinted"]
    assert [one.message.split(",")[0] for one in found] == ["does not print fields.connection"]
    assert str(found[0].place).endswith("letter.md")


def test_american_spelling_is_told_of_british_letters_alone(opened: Campaign) -> None:
    letter = compose_for_checks(opened.composer, opened.recipients[0])
    plain = replace(letter.document, language="en")
    snippet = letter.selection.evidence[0].model_copy(update={"body": "They do hard labor."})
    chosen = replace(letter.selection, evidence=(snippet,))
    for country, told in (("GB", True), ("US", False)):
        reader = replace(letter.recipient, country=country)
        campaign = opened.config.model_copy(update={"language": "en"})
        warnings = check_letters(
            [replace(letter, selection=chosen, recipient=reader, document=plain)], campaign
        )
        assert any(one.code == "spelling-american" for one in warnings) is told


def test_a_canadian_letter_asks_for_a_canadian_wording(opened: Campaign) -> None:
    letter = compose_for_checks(opened.composer, opened.recipients[0])
    plain = replace(letter.document, language="en")
    reader = replace(letter.recipient, country="CA")
    campaign = opened.config.model_copy(update={"language": "en"})
    told = []
    for variants in ({"en-GB": "They do hard labour."}, {"en-CA": "They do hard labour."}):
        update = {"body": "They do hard labor.", "variants": variants}
        chosen = replace(letter.selection, evidence=(letter.selection.evidence[0].model_copy(update=update),))
        found = check_letters([replace(letter, selection=chosen, recipient=reader, document=plain)], campaign)
        told.append([one.hint for one in found if one.code == "spelling-american"])
    assert told == [["give it a variant en-CA, which is reviewed like the wording itself"], []]


def test_letters_of_one_campaign_are_each_in_the_english_of_their_readers(whole: Campaign) -> None:
    dates = {}
    for one in whole.recipients:
        html = whole.composer.compose_letter(one).html
        found = re.search('<div class="date-line"><p>([^<]*)</p>', html)
        dates[one.id] = found[1] if found else ""
    assert dates["un-secretary-general"] == dates["clara-example"] == "24\u00a0November 2026"
    assert dates["ca-minister-of-foreign-affairs"] == dates["ada-sample"] == "November\u00a024, 2026"


def test_a_letter_that_differs_ends_assembling_for_its_run_only(opened: Campaign) -> None:
    first = opened.renderers(("pdf",))
    assert opened.renderers(("pdf",)) is first
    first.get_renderer("pdf").stop_assembling()
    second = opened.renderers(("pdf",))
    assert second is not first
    assert second.get_renderer("pdf").assembles
    assert not first.assembles
    assert opened.renderers(("pdf",)) is second
