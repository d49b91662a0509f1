"""A campaign in another language: its own snippets, and furniture, forms and dates that are of one language."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from docx_samples import png
from material import ROOT

from briefgen.campaign.check import check_documents
from briefgen.campaign.letter_checks import compose_for_checks
from briefgen.campaign.open import Campaign, open_campaign
from briefgen.compose.boilerplate import AskSentence, Boilerplate, boilerplate_languages
from briefgen.compose.markup import find_placeholders
from briefgen.compose.passages import set_typographic_quotes
from briefgen.errors import BriefgenError, ProblemList
from briefgen.evidence.lock import serialize_lock
from briefgen.evidence.review import build_lock
from briefgen.library.folders import LibraryFolder
from briefgen.library.libraries import library_folders, read_library_config
from briefgen.library.loader import list_statement_keys, load_library, select_lock_entries
from briefgen.model.campaign import Sender

CARD = """\
---
id: {id}
kind: {kind}
topics: [refoulement]
as_of: 2014-02-07
evidence:
  - source: coi-2014-report
    attested: {{by: Test Editor, on: 2026-11-01, said: "{said}"}}
confidence: single-source
language: {language}
review: {{status: verified, by: Test Editor, on: 2026-11-01}}
---
{body}
"""
TEXTS = {
    "fr": (
        "relayer cette demande auprès des autorités chinoises.",
        [
            "Selon la commission d’enquête de 2014, aucun État ne devrait renvoyer qui que ce soit en Corée du Nord.",
            "En 2014, la commission d’enquête a conclu à des crimes contre l’humanité.",
        ],
    ),
    "es": (
        "transmita esta petición a las autoridades chinas.",
        [
            "Según la comisión de investigación de 2014, ningún Estado debería devolver a nadie a Corea del Norte."
        ],
    ),
    "de": (
        "diese Bitte an die chinesischen Behörden weiterzugeben.",
        [
            "Kein Staat sollte jemanden nach Nordkorea zurückschicken, so die Untersuchungskommission von 2014."
        ],
    ),
    "ko": (
        "이 요청을 중국 당국에 전달해",
        ["2014년 유엔 조사위원회는 어떤 국가도 누구든 북한으로 돌려보내서는 안 된다고 밝혔다."],
    ),
}
CAMPAIGN = """\
id: campaign
title: {title}
date: 2026-11-24
language: {language}
sender:
  organisation: Beispiel
  name: Dana Writer
  address: ["1 Street", "10115 Berlin"]
  country: DE
  email: a@example.org
  signature: signature.png
library: north-korea
ask: own-ask
letter: {{enclosures: ["PDF"]}}
interests: [{{when: "true", topics: [refoulement]}}]
recipients: [recipients.csv]
briefing: {{}}
output: {{formats: [txt]}}
"""


def lock(folder: Path) -> None:
    home = LibraryFolder(folder, "campaign")
    library = load_library(library_folders(home, ProblemList()), ProblemList())
    entries, _ = build_lock(library, "Test Editor", date(2026, 11, 1), list_statement_keys(home))
    (folder / "snippets/quotes.lock").write_text(
        serialize_lock(select_lock_entries(entries, list_statement_keys(home))), encoding="utf-8"
    )


def campaign_in(folder: Path, language: str) -> Campaign:
    ask, texts = TEXTS[language]
    cards = {"own-ask": ("ask", ask)} | {f"own-{at}": ("finding", text) for at, text in enumerate(texts, 1)}
    (folder / "snippets").mkdir(parents=True)
    for id, (kind, body) in cards.items():
        text = CARD.format(id=id, kind=kind, body=body, said=body, language=language)
        (folder / f"snippets/{id}.md").write_text(text, encoding="utf-8")
    (folder / "campaign.yaml").write_text(CAMPAIGN.format(language=language, title=ask), encoding="utf-8")
    (folder / "signature.png").write_bytes(png())
    (folder / "recipients.csv").write_text(
        "id,office,name,gender,role,organisation,address,locality,postal_code,country,represents\n"
        "minister,foreign-minister,Ada Sample,f,ROLE,ORGANISATION,1 Street,Paris,75007,FR,FR\n",
        encoding="utf-8",
    )
    lock(folder)
    return open_campaign(folder)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "fr",
            ["Madame la Ministre,", "J’ai l’honneur de vous demander de bien vouloir relayer", "24 novembre 2026",
             "Pièce jointe\u00a0: PDF", "Je vous prie de bien vouloir agréer, Madame la Ministre,", "Je vous serais"],
        ),
        (
            "es",
            ["Excelentísima señora Ministra:", "Pido respetuosamente a Vuestra Excelencia que transmita",
             "24 de noviembre de 2026", "Anexo: PDF", "Le ruego que acepte"],
        ),
        (
            "de",
            ["Exzellenz,", "<p>ich bitte Eure Exzellenz höflich, diese Bitte", "24. November 2026", "Anlage: PDF",
             "Mit dem Ausdruck meiner ausgezeichneten Hochachtung"],
        ),
        (
            "ko",
            ["존경하는 Ada Sample 장관님께", "중국 당국에 전달해 주시기를 정중히 요청드립니다.", "2026년 11월 24일",
             "붙임: PDF", "감사합니다."],
        ),
    ],
)  # fmt: skip
def test_a_letter_is_of_one_language(tmp_path: Path, language: str, words: list[str]) -> None:
    """Every text of the campaign is of the language; so is all the rest, but names and the country."""
    opened = campaign_in(tmp_path / "campaign", language)
    (minister,) = opened.recipients
    letter = compose_for_checks(opened.composer, minister)
    text = re.sub(r"<span class=\"footnote\">.*?</span>", "", letter.document.html)
    for each in words:
        assert each in text
    for english in (
        "ask",
        "grateful",
        "Enclosure",
        "Dear",
        "Sincerely",
        "Signature of",
        "November 24",
        "Minister ",
    ):
        if (language, english) != ("de", "Minister "):
            assert not re.search(rf"\b{english}\b", text), english
    assert letter.document.language == language
    assert not letter.document.title.startswith("Letter")
    assert len(letter.selection.evidence) == len(TEXTS[language][1])
    assert check_documents(opened) == ([], [])


@pytest.mark.slow
def test_snippets_of_another_language_stay_out_and_are_refused_where_they_are_named(tmp_path: Path) -> None:
    opened = campaign_in(tmp_path / "campaign", "fr")
    (minister,) = opened.recipients
    chosen = opened.composer.select_snippets(minister)
    assert {snippet.language for snippet in chosen.evidence} == {"fr"}
    file = tmp_path / "campaign/campaign.yaml"
    file.write_text(file.read_text() + "selection: {required: [inquiry-findings-2014]}\n")
    with pytest.raises(BriefgenError) as caught:
        open_campaign(tmp_path / "campaign")
    (problem,) = [one for one in caught.value.problems if one.severity == "error"]
    assert problem.code == "snippet-language"
    assert "'inquiry-findings-2014' is in 'en'" in problem.message


@pytest.mark.slow
def test_a_reader_of_another_language_gets_no_letter_and_is_named(tmp_path: Path) -> None:
    campaign_in(tmp_path / "campaign", "fr")
    people = tmp_path / "campaign/recipients.csv"
    header, row = people.read_text().splitlines()
    people.write_text(f"{header},language\n{row},\n{row.replace('minister,', 'other,', 1)},en\n")
    opened = open_campaign(tmp_path / "campaign")
    assert [one.id for one in opened.recipients] == ["minister"]
    assert [(one.code, one.about) for one in opened.skipped] == [("language-differs", "other")]


@pytest.mark.slow
def test_a_language_without_words_is_said_with_those_that_have_some(tmp_path: Path) -> None:
    campaign_in(tmp_path / "campaign", "fr")
    for path in (tmp_path / "campaign").rglob("*.*"):
        if path.suffix in (".yaml", ".md"):
            path.write_text(path.read_text("utf-8").replace("language: fr", "language: it"), encoding="utf-8")
    lock(tmp_path / "campaign")
    own = tmp_path / "campaign/forms-of-address.yaml"
    own.write_text(
        "offices:\n  foreign-minister:\n    languages:\n      it:\n        lines: ['{name}', '{address}']\n"
        "        salutation: Eccellenza,\n        close: Distinti saluti\n"
    )
    with pytest.raises(BriefgenError) as caught:
        open_campaign(tmp_path / "campaign")
    problems = {one.code: one for one in caught.value.problems}
    assert "en, fr, es, de, ko" in (problems["furniture-language"].hint or "")


@pytest.mark.parametrize("language", boilerplate_languages())
def test_every_language_has_what_the_templates_print(language: str) -> None:
    """Words of its own for each plain key, and no gap left open."""
    words = Boilerplate(language, "you", {"organisation": "O", "name": "N"})
    for key in ("closing", "closing_us", "closing_gb", "closing_mp", "closing_un", "enclosure", "enclosures",
                "signature_of", "letter_to", "opening_un", "colon", "semicolon"):  # fmt: skip
        assert list(find_placeholders(words[key])) == []
        assert words[key] or key == "opening_un"
    for key in ("ask", "ask_un"):
        assert "ASK" in str(AskSentence(words, "ASK", key))
        assert list(find_placeholders(str(AskSentence(words, "ASK", key)))) == []
    with pytest.raises(KeyError):
        words["nothing"]


@pytest.mark.parametrize(
    ("language", "you", "sentence"),
    [
        ("en-GB", "you", "I respectfully ask you to go."),
        ("en", "Your Excellency", "I respectfully ask Your Excellency to go."),
        ("fr", "Votre Excellence", "J’ai l’honneur de demander à Votre Excellence de bien vouloir go."),
        ("es", "usted", "Le pido respetuosamente que go."),
        ("de", "Sie", "Ich bitte Sie höflich, go."),
    ],
)
def test_a_title_is_spoken_to_as_the_language_does(language: str, you: str, sentence: str) -> None:
    assert str(AskSentence(Boilerplate(language, you), "go.", "ask")) == sentence


@pytest.mark.parametrize(("language", "begins"), [("de", "ich bitte"), ("fr", "J’ai"), ("en", "I resp")])
def test_a_german_letter_goes_on_from_the_comma_of_its_salutation(language: str, begins: str) -> None:
    assert str(AskSentence(Boilerplate(language, "you"), "go.", "ask").first).startswith(begins)


@pytest.mark.slow
def test_a_sentence_before_the_request_leaves_it_its_capital(tmp_path: Path) -> None:
    campaign_in(tmp_path / "campaign", "de")
    file = tmp_path / "campaign/campaign.yaml"
    file.write_text(file.read_text("utf-8") + "opening: wir sprechen für Geflohene.\n", encoding="utf-8")
    opened = open_campaign(tmp_path / "campaign")
    letter = compose_for_checks(opened.composer, opened.recipients[0])
    assert letter.paragraphs[0].startswith("wir sprechen für Geflohene. Ich bitte Eure Exzellenz")


def test_the_words_cannot_carry_markup() -> None:
    assert "<b>" not in str(AskSentence(Boilerplate("en", "you"), "<b>go</b>", "ask"))


LIBRARY_WORDS = read_library_config(LibraryFolder(ROOT)).words


@pytest.mark.parametrize("language", ["en", "fr", "es"])
def test_a_sentence_that_names_a_state_needs_one_that_the_language_can_name(language: str) -> None:
    """Otherwise the built-in sentence is printed, which names none."""

    def opening(about: str) -> str:
        values = {"organisation": "O", "name": "N", "country": "the state of Corland" if about else ""}
        return Boilerplate(language, "Your Excellency", values, about, [LIBRARY_WORDS])["opening_un"]

    plain = Boilerplate(language, "Your Excellency", {"organisation": "O"})["opening_un"]
    assert "Cor" in opening("KP") and "Cor" not in plain
    assert opening("") == plain
    assert (opening("MM") == plain) == (language != "en")


def test_own_wordings_go_before_the_built_in_ones_for_every_office() -> None:
    words = Boilerplate("en-GB", "you", own=[{"en": {"closing": "Please reply."}}, LIBRARY_WORDS])
    assert words["closing_us"] == words["closing_mp"] == words["closing"] == "Please reply."
    assert words["enclosure"] == "Enclosure"
    assert "Foreign Secretary" in Boilerplate("en", "you", own=[LIBRARY_WORDS])["closing_mp"]
    assert "the minister responsible" in Boilerplate("en", "you")["closing_mp"]


@pytest.mark.parametrize(
    ("language", "date_line", "subject"),
    [
        ("en", "24 November 2026", "{}"),
        ("fr", "Berlin, le 24 novembre 2026", "Objet\u00a0: {}"),
        ("de", "Berlin, 24. November 2026", "{}"),
        ("es", "Berlin, 24 de noviembre de 2026", "Asunto: {}"),
        ("ko", "2026년 11월 24일", "제목: {}"),
    ],
)
def test_date_and_subject_stand_as_the_language_has_them(language: str, date_line: str, subject: str) -> None:
    words = Boilerplate(
        language, "you", {"place": "Berlin", "date": date_line.removeprefix("Berlin, ").removeprefix("le "),
                          "subject": "X"}
    )  # fmt: skip
    assert words["date_line"] == date_line
    assert words["reference_line"] == subject.format("X")


@pytest.mark.parametrize(
    ("last_line", "town"),
    [
        ("10115 Berlin", "Berlin"),
        ("75007 Paris CEDEX 07", "Paris"),
        ("Portland, OR 97201", "Portland"),
        ("Leith EH6 7AA", "Leith"),
        ("SW1A 0AA", ""),
    ],
)
def test_the_place_of_a_letter_is_the_town_of_the_sender(last_line: str, town: str) -> None:
    sender = Sender(organisation="O", name="N", address=["4 Harbour Road", last_line], country="GB")
    assert sender.town == town
    assert sender.model_copy(update={"place": "Bonn"}).town == "Bonn"


@pytest.mark.parametrize(
    ("language", "printed"),
    [
        ("en-GB", "They call it “ours”, don’t they?"),
        ("fr", "They call it «\u00a0ours\u00a0», don’t they?"),
        ("de", "They call it „ours“, don’t they?"),
    ],
)
def test_straight_quotes_of_a_cell_become_those_of_the_language(language: str, printed: str) -> None:
    assert set_typographic_quotes('They call it "ours", don\'t they?', language) == printed
    assert set_typographic_quotes("<b> & 'x'", "en") == "<b> & ‘x’"
