"""letters.yaml: what holds for one letter alone, in every command, told, recorded and checked."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from letter_warnings import check_letters
from material import tiny_campaign

from briefgen.batch.plan import input_hash, serialize_recipient
from briefgen.campaign.explain import explain_letter
from briefgen.campaign.letter_checks import compose_for_checks
from briefgen.campaign.open import Campaign, open_campaign
from briefgen.errors import BriefgenError, Place
from briefgen.inspect.record import parse_evidence_record


@pytest.fixture(scope="module")
def template_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_campaign(tmp_path_factory.mktemp("letters") / "campaign")


@pytest.fixture
def folder(template_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(template_folder, tmp_path / "campaign"))


def opened(folder: Path, letters: str, campaign: str = "") -> Campaign:
    (folder / "letters.yaml").write_text(letters, encoding="utf-8")
    if campaign:
        file = folder / "campaign.yaml"
        file.write_text(file.read_text(encoding="utf-8") + campaign, encoding="utf-8")
    return open_campaign(folder)


def text(campaign: Campaign, name: str = "ada-sample") -> str:
    return " ".join(campaign.render(name, "txt").decode().split())


def record(campaign: Campaign, name: str = "ada-sample") -> Any:
    return campaign.compose(name, "txt").record


def skipped(campaign: Campaign) -> list[tuple[str, int | None]]:
    return [(one.code, one.place.line if one.place else None) for one in campaign.skipped]


def test_one_letter_says_it_in_other_words_and_keeps_the_note(folder: Path) -> None:
    campaign = opened(
        folder,
        "ada-sample:\n"
        "  instead:\n"
        '    school-taps: In 2025 *many* schools had "old" pipes.\n'
        "    Thank you for your attention.: ''\n"
        "    I will gladly send: I shall bring\n"
        "  after: {school-taps: I have seen them.}\n"
        '  paragraph: "We met in May.\\n\\nDo write back."\n',
    )
    letter = text(campaign)
    assert "In 2025 many schools had “old” pipes. [1] I have seen them." in letter
    assert "I shall bring" in letter and "I will gladly send" not in letter and "Thank you" not in letter
    html = campaign.compose("ada-sample", "txt").html
    assert "<p>We met in May.</p><p>Do write back.</p>" in html
    assert "I will gladly send" in text(campaign, "ben-placeholder")


def test_the_record_marks_words_of_ones_own(folder: Path) -> None:
    campaign = opened(folder, "ada-sample:\n  instead: {school-taps: Many pipes are old.}\n")
    made = record(campaign)
    assert made["letter"] == {"instead": {"school-taps": "Many pipes are old."}}
    (entry,) = [one for one in made["snippets"] if one["id"] == "school-taps"]
    assert entry["text"] == "Many pipes are old." and "percent" in entry["approved"]
    parsed, problems = parse_evidence_record(made, Place("x"))
    assert not problems and any(one.approved for one in parsed.snippets)
    assert "letter" not in record(campaign, "ben-placeholder")


def test_figures_of_own_words_are_not_proved_by_themselves(folder: Path) -> None:
    campaign = opened(
        folder,
        "ada-sample:\n  instead: {school-taps: Of 5000 schools 12 percent wait.}\n  paragraph: We are 700.\n",
    )
    letter = compose_for_checks(campaign.composer, campaign.recipients[0])
    found = [one for one in check_letters([letter], campaign.config) if one.code == "figure-unsourced"]
    assert [one.place and one.place.line for one in found] == [2, 3]
    assert "'5000' and '12 percent'" in found[0].message


def test_statements_are_left_out_used_and_shortened(folder: Path) -> None:
    base = opened(folder, "")
    default = [one["id"] for one in record(base)["snippets"] if one["kind"] != "ask"]
    assert "school-taps" in default
    campaign = opened(folder, "ada-sample: {leave_out: [school-taps]}\n")
    assert "school-taps" not in [one["id"] for one in record(campaign)["snippets"]]
    verdicts = {
        one.snippet.id: one.why for one in campaign.composer.select_snippets(campaign.recipients[0]).verdicts
    }
    assert verdicts["school-taps"] == "left-out"
    limited = opened(
        folder,
        "ada-sample: {use: [school-taps]}\n",
        "selection: {max_snippets: 1, excluded: [school-taps]}\n",
    )
    assert [one["id"] for one in record(limited)["snippets"] if one["kind"] != "ask"] == ["school-taps"]
    assert "school-taps" not in [one["id"] for one in record(limited, "ben-placeholder")["snippets"]]


def test_a_text_in_markdown_does_without_a_statement_that_it_names(folder: Path) -> None:
    (folder / "letter.md").write_text(
        '{{ request }}\n\n{{ statement("school-taps") }}\n\nThat is all.\n', encoding="utf-8"
    )
    campaign = opened(folder, "ada-sample: {leave_out: [school-taps]}\n")
    html = campaign.compose("ada-sample", "txt").html
    assert "percent" not in html and "<p></p>" not in html and "That is all." in html
    assert not campaign.warnings
    assert "percent" in campaign.compose("ben-placeholder", "txt").html


def test_only_that_letter_is_made_again(folder: Path) -> None:
    def hashes(campaign: Campaign) -> list[str]:
        return [
            input_hash(campaign.composer.fingerprint, serialize_recipient(one), "pdf")
            for one in campaign.recipients
        ]

    before = hashes(opened(folder, ""))
    after = hashes(opened(folder, "ben-placeholder: {paragraph: A word more.}\n"))
    assert [one == other for one, other in zip(before, after, strict=True)] == [True, False, True]
    assert hashes(opened(folder, "# a comment\nben-placeholder: {paragraph: A word more.}\n")) == after


def test_explain_tells_what_holds_for_the_letter_alone(folder: Path) -> None:
    campaign = opened(folder, "ada-sample:\n  leave_out: [school-taps]\n  paragraph: More.\n")
    explained = explain_letter(campaign.composer, campaign.recipients[0]).overrides
    assert [(one.key, one.what, one.words) for one in explained] == [
        ("leave_out", "school-taps", ""),
        ("paragraph", "", "More."),
    ]
    assert explained[0].place.endswith("letters.yaml:2:15")


@pytest.mark.parametrize(
    ("entry", "code", "line"),
    [
        ("leave_out: [school-tapz]", "snippet-unknown", 2),
        ("use: [ask-pipez]", "snippet-unknown", 2),
        ("{leave_out: [school-taps], use: [school-taps]}", "letter-contradictory", 2),
        ("short: [school-taps]", "letter-statement-kind", 2),
        ("after: {school-taps: ''}", "empty-key", 2),
        ("instead: {I will never send: Nothing}", "letter-words-gone", 2),
        ("{instead: {We ask: Do}, paragraph: We ask. We ask.}", "letter-words-repeated", 2),
        ("{leave_out: [], paragraph: '[NAME]'}", "leftover-text", 1),
    ],
)
def test_what_cannot_be_costs_that_letter_alone(folder: Path, entry: str, code: str, line: int) -> None:
    campaign = opened(folder, f"ada-sample:\n  {entry}\n")
    assert (code, line) in skipped(campaign)
    assert {one.about for one in campaign.skipped} == {"ada-sample"}
    assert [one.id for one in campaign.recipients] == ["ben-placeholder", "clara-example"]


def test_words_for_a_statement_that_is_no_longer_in_the_letter_are_not_lost_in_silence(folder: Path) -> None:
    letters = "ada-sample:\n  instead: {school-taps: Old pipes.}\n  after: {school-taps: I saw.}\n"
    campaign = opened(folder, letters, "selection: {excluded: [school-taps]}\n")
    assert skipped(campaign) == [("letter-statement-absent", 2), ("letter-statement-absent", 3)]


def test_a_paragraph_that_the_text_does_not_print_is_not_lost_in_silence(folder: Path) -> None:
    (folder / "letter.md").write_text("{{ request }}\n\nThat is all.\n", encoding="utf-8")
    assert skipped(opened(folder, "ada-sample:\n  paragraph: More.\n")) == [("letter-words-unprinted", 2)]


def test_entries_without_effect_are_warned_of(folder: Path) -> None:
    letters = "adda-sample: {paragraph: More.}\nben-placeholder: {leave_out: [school-taps]}\n"
    campaign = opened(folder, letters, "selection: {excluded: [school-taps]}\n")
    found = [(one.code, one.place.line) for one in campaign.warnings if one.place]
    assert ("letters-recipient", 1) in found and ("letter-statement-absent", 2) in found
    assert len(campaign.recipients) == 3


def test_all_that_is_wrong_with_the_file_is_told_at_once(folder: Path) -> None:
    with pytest.raises(BriefgenError) as caught:
        opened(folder, "ada-sample: {leaveout: [x]}\nben-placeholder: [x]\n", "ask: [1]\n")
    codes = [one.code for one in caught.value.problems]
    assert "unknown-key" in codes and codes.count("wrong-type") == 1
    with pytest.raises(BriefgenError, match="expected entries by the ids"):
        opened(folder, "- ada-sample\n")


def test_a_link_out_of_the_folder_is_not_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "else.yaml").write_text("ada-sample: {paragraph: More.}\n", encoding="utf-8")
    (folder / "letters.yaml").symlink_to(tmp_path / "else.yaml")
    with pytest.raises(BriefgenError, match="leads out of the folder"):
        open_campaign(folder)


def test_an_application_sees_the_same_letter(folder: Path) -> None:
    campaign = opened(folder, "ada-sample: {paragraph: More.}\n")
    ada = campaign.recipients[0]
    assert "More." in campaign.compose(ada, "txt").html
    assert "More." not in campaign.composer.compose_letter(replace(ada, overrides=None)).html
