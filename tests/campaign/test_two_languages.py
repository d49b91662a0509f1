"""One campaign whose letters are in the language of each recipient."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from zipfile import ZipFile

import pytest
from pypdfium2 import PdfDocument

from briefgen.campaign.explain import explain_letter
from briefgen.campaign.open import Campaign, open_campaign
from briefgen.errors import BriefgenError, Problem, ProblemList
from briefgen.evidence.lock import serialize_lock
from briefgen.evidence.review import build_lock
from briefgen.inspect.compare import find_differences
from briefgen.inspect.trace import read_document
from briefgen.library.folders import LibraryFolder
from briefgen.library.libraries import library_folders
from briefgen.library.loader import list_statement_keys, load_library, select_lock_entries

CARD = """\
---
id: {id}
kind: {kind}
topics: [water]
as_of: "2024"
evidence: [{{source: bureau-2024, attested: {{by: Test Editor, on: 2026-11-01, said: "1,200 of 4,000 taps"}}}}]
confidence: single-source
caveats: {caveats}
{more}
review: {{status: verified, by: Test Editor, on: 2026-11-01}}
---
{body}
"""
CAVEAT = """\
---
id: {id}
form: sentence
evidence: [{{source: bureau-2024, attested: {{by: Test Editor, on: 2026-11-01, said: "disputed"}}}}]
{more}
review: {{status: verified, by: Test Editor, on: 2026-11-01}}
---
{body}
"""
FRENCH = "language: fr\ntranslates: "
REFERENCES = """[{"id": "bureau-2024", "type": "report", "title": "Taps", "publisher": "Water Bureau",
 "issued": {"date-parts": [[2024]]}}]"""
CAMPAIGN = """\
id: taps
title: Clean taps
date: 2026-11-24
language: en
translations:
  fr: {title: Des robinets sains, ask: financer des analyses annuelles, opening: Nous parlons pour les familles.}
sender: {organisation: Taps Watch, name: Dana Writer, address: [1 Street, 10115 Berlin], country: DE, email: a@b.org}
ask: fund yearly tests
opening: We speak for families.
interests: [{when: "true", topics: [water]}]
recipients: [recipients.csv]
output: {formats: [txt]}
"""
PEOPLE = """\
id,office,name,given,family,gender,role,organisation,address,locality,postal_code,country,represents,language
ada,foreign-minister,Ada Sample,Ada,Sample,f,Minister,Ministry,1 Street,London,SW1A 2AH,GB,GB,
aline,foreign-minister,Aline Modèle,Aline,Modèle,f,Ministre,Ministère,1 rue,Paris,75007,FR,FR,fr
"""


class Folder:
    """A campaign folder that tests can change."""

    def __init__(self, path: Path) -> None:
        self.path = path
        (path / "snippets/caveats").mkdir(parents=True)
        (path / "seeds").mkdir()
        self.write("seeds/references.json", REFERENCES)
        self.write("campaign.yaml", CAMPAIGN)
        self.write("recipients.csv", PEOPLE)
        self.card(
            "taps",
            "The Water Bureau reported in 2024 that 1,200 of 4,000 taps were unsafe.",
            "[new]",
            "language: en",
        )
        self.card("robinets", "Le Water Bureau a signalé en 2024 que 1 200 robinets sur 4 000 étaient malsains.", "[new]",
                  FRENCH + "taps")  # fmt: skip
        self.write("snippets/caveats/new.md", CAVEAT.format(id="new", more="", body="The count is disputed."))
        self.write(
            "snippets/caveats/neuf.md",
            CAVEAT.format(id="neuf", more=FRENCH + "new", body="Le chiffre est contesté."),
        )

    def write(self, name: str, text: str) -> None:
        (self.path / name).write_text(text, encoding="utf-8")

    def card(self, id: str, body: str, caveats: str, more: str) -> None:
        self.write(
            f"snippets/{id}.md", CARD.format(id=id, kind="finding", body=body, caveats=caveats, more=more)
        )

    def open(self) -> Campaign:
        home = LibraryFolder(self.path, "campaign")
        library = load_library(library_folders(home, ProblemList()), ProblemList())
        lock, _ = build_lock(library, "Test Editor", date(2026, 11, 1), list_statement_keys(home))
        self.write(
            "snippets/quotes.lock", serialize_lock(select_lock_entries(lock, list_statement_keys(home)))
        )
        return open_campaign(self.path)

    def problems(self) -> list[Problem]:
        with pytest.raises(BriefgenError) as caught:
            self.open()
        return [problem for problem in caught.value.problems if problem.severity == "error"]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "campaign")


def letters(campaign: Campaign) -> dict[str, str]:
    found = {one.id: campaign.composer.compose_letter(one).html for one in campaign.recipients}
    return {id: html.replace("\u00a0", " ") for id, html in found.items()}


def test_each_letter_is_in_the_language_of_its_reader(folder: Folder) -> None:
    campaign = folder.open()
    english, french = letters(campaign)["ada"], letters(campaign)["aline"]
    assert "1,200 of 4,000 taps" in english and "The count is disputed." in english and "We speak" in english
    assert "fund yearly tests." in english and "24 November 2026" in english
    for words in ("1 200", "contesté.", "Nous parlons", "financer des analyses", "24 novembre 2026", "sains"):
        assert words in french
    for word in ("disputed", "We speak", "fund yearly", "November", "Clean"):
        assert word not in french
    document = campaign.composer.compose_letter(campaign.recipients[1])
    assert (document.language, document.record["snippets"][0]["id"]) == ("fr", "robinets")
    explanation = explain_letter(campaign.composer, campaign.recipients[1])
    assert [one.id for one in explanation.snippets if one.used] == ["robinets"]


def test_a_text_in_markdown_is_written_in_each_language(folder: Folder) -> None:
    folder.write("letter.md", 'In short: {{ statement("taps") }} {{ request }}')
    (problem,) = [one for one in folder.problems() if one.code == "template-missing"]
    assert problem.hint == "write letter.fr.md"
    folder.write("letter.fr.md", 'En bref : {{ statement("taps") }} {{ request }}')
    found = letters(folder.open())
    assert "In short: The Water" in found["ada"] and "En bref : Le Water" in found["aline"]


def test_a_statement_that_is_not_translated_is_named_with_the_row(folder: Folder) -> None:
    (folder.path / "snippets/caveats/neuf.md").unlink()
    folder.write("campaign.yaml", CAMPAIGN + "selection: {required: [taps]}\n")
    (folder.path / "snippets/robinets.md").unlink()
    problem = next(one for one in folder.problems() if "'taps'" in one.message)
    assert problem.code == "snippet-language" and "aline" in problem.message
    assert "translates: taps" in (problem.hint or "")


def test_a_caveat_that_is_not_translated_is_named(folder: Folder) -> None:
    (folder.path / "snippets/caveats/neuf.md").unlink()
    (problem,) = folder.problems()
    assert problem.code == "snippet-language" and "'new' is in 'en'" in problem.message


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("1 200", "1 300", "the figures 1200, 1300"),
        ("1,200 of 4,000 taps\"", "1,200 of 4,000\"", "its evidence"),
        ("caveats: [new]", "caveats: []", "`caveats`"),
        ("translates: taps", "translates: tapes", "no statement has the id 'tapes'"),
        ("language: fr", "language: en-GB", "is in 'en' itself"),
    ],
)  # fmt: skip
def test_a_translation_says_what_the_original_says(folder: Folder, old: str, new: str, words: str) -> None:
    card = folder.path / "snippets/robinets.md"
    text = card.read_text(encoding="utf-8")
    assert old in text
    folder.write("snippets/robinets.md", text.replace(old, new))
    assert any(words in problem.message for problem in folder.problems())


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (", opening: Nous parlons pour les familles.", "", "translation-missing"),
        (", ask: financer des analyses annuelles", "", "translation-missing"),
        ("  fr: {", "  en-US: {", "translation-language"),
        ("  fr: {", "  tlh: {", "furniture-language"),
        ('[{when: "true", topics: [water]}]', '[{when: "true", ask: pay for it}]', "translation-missing"),
    ],
)
def test_words_without_translation_are_told(folder: Folder, old: str, new: str, code: str) -> None:
    assert old in CAMPAIGN
    folder.write("campaign.yaml", CAMPAIGN.replace(old, new))
    assert code in {problem.code for problem in folder.problems()}


def test_a_rule_that_matches_nobody_in_another_language_needs_no_translation(folder: Folder) -> None:
    rules = '[{when: "true", topics: [water]}, {when: country == "GB", ask: pay for it}]'
    folder.write("campaign.yaml", CAMPAIGN.replace('[{when: "true", topics: [water]}]', rules))
    assert "pay for it" in letters(folder.open())["ada"]


def test_a_rule_may_ask_in_each_language(folder: Folder) -> None:
    rules = "[{when: language == 'en', ask: pay for it}, {when: language == 'fr', ask: le payer}]"
    folder.write("campaign.yaml", CAMPAIGN.replace('[{when: "true", topics: [water]}]', rules))
    found = letters(folder.open())
    assert "pay for it." in found["ada"] and "le payer." in found["aline"]


def test_a_language_that_the_campaign_does_not_have_costs_the_row_alone(folder: Folder) -> None:
    folder.write("recipients.csv", PEOPLE.replace("FR,FR,fr", "ES,ES,es"))
    campaign = folder.open()
    assert [(one.code, one.about) for one in campaign.skipped] == [("language-differs", "aline")]
    assert "translations: es:" in (campaign.skipped[0].hint or "")


def test_the_constituency_may_stand_in_the_subject(folder: Folder) -> None:
    folder.write("campaign.yaml", CAMPAIGN.replace("  fr: {", "  fr: {subject: 'Robinets, {constituency}', ").replace(
        "ask: fund", "letter: {subject: 'Taps in {constituency}'}\nask: fund"))  # fmt: skip
    header, *rows = PEOPLE.splitlines()
    folder.write("recipients.csv", "\n".join([f"{header},constituency", f"{rows[0]},Leith", f"{rows[1]},"]))
    found = letters(folder.open())
    assert "<p>Taps in Leith</p>" in found["ada"] and "Des robinets sains</p>" in found["aline"]


def test_reference_copies_and_postscript_are_where_a_secretary_puts_them(folder: Folder) -> None:
    letter = "letter: {reference: 'Our ref: T/{id}', copies: [Mayor Model], postscript: P.S. See you., enclosures: [Map]}"
    french = (
        "reference: 'Réf. : T/{id}', copies: [M. Modèle], postscript: P.-S. À bientôt., enclosures: [Carte]"
    )
    text = CAMPAIGN.replace("  fr: {", f"  fr: {{{french}, ").replace("ask: fund", f"{letter}\nask: fund")
    folder.write("campaign.yaml", text)
    header, *rows = PEOPLE.splitlines()
    folder.write("recipients.csv", "\n".join([f"{header},copies", f"{rows[0]},A; B", f"{rows[1]},"]))
    campaign = folder.open()
    english, french = letters(campaign)["ada"], letters(campaign)["aline"]
    assert "<p>24 November 2026<br/>Our ref: T/ada</p>" in english
    assert "<p>Copy to: Mayor Model; A; B</p>" in english and "<p>Copie à : M. Modèle</p>" in french
    order = [english.index(words) for words in ("<br/>Taps Watch</p>", "P.S.", "Map", "Copy to")]
    assert order == sorted(order)


def test_pages_tables_and_postscripts_say_the_same_in_every_format(folder: Folder) -> None:
    folder.write(
        "letter.md", "{{ request }}\n\n| | |\n|-|-|\n| a | b |\n\n\\newpage\n\nNext.\n\nP.S. See you.\n"
    )
    folder.write("letter.fr.md", "{{ request }}")
    campaign = folder.open()
    paths = {format: folder.path / f"ada.{format}" for format in ("pdf", "docx")}
    for format, path in paths.items():
        path.write_bytes(campaign.render("ada", format))
    with PdfDocument(paths["pdf"]) as pdf:
        assert len(pdf) == 2 and "Next." in pdf[1].get_textpage().get_text_range()
    body = ZipFile(paths["docx"]).read("word/document.xml").decode()
    assert body.count("<w:pageBreakBefore/>") == 1 and 'w:val="0000" w:firstRow="0"' in body
    assert not find_differences(read_document(paths["docx"]), read_document(paths["pdf"]))
