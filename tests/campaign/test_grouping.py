"""A campaign that groups rows of its list: one letter for each group, with a table of its rows."""

from __future__ import annotations

from pathlib import Path

import pytest
from material import small_starter

from briefgen.campaign.check import check_documents
from briefgen.campaign.open import Campaign, open_campaign
from briefgen.errors import BriefgenError

LIST = """\
office,organisation,address,locality,postal_code,country,Case,Amount
organisation,Harbour Works Ltd,1 Main Street,London,SW1A 0AA,GB,Case 12,£1200
organisation,Harbour Works Ltd,,,,,Case 15,£90
organisation,Other Ltd,2 Main Street,Leeds,LS1 1AA,GB,Case 16,
"""


def _write(folder: Path, group_by: str) -> Path:
    small_starter(folder)
    (folder / "recipients.csv").write_text(LIST, encoding="utf-8")
    file = folder / "campaign.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(f"{group_by}\n{text}", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    return open_campaign(_write(tmp_path_factory.mktemp("grouping") / "campaign", "group_by: organisation"))


def test_each_letter_has_a_table_of_its_rows(campaign: Campaign) -> None:
    assert [one.id for one in campaign.recipients] == ["harbour-works-ltd", "other-ltd"]
    assert campaign.skipped == ()
    text = campaign.render("harbour-works-ltd", "txt").decode()
    for line in ("Case | Amount", "Case 12 | £1200", "Case 15 | £90"):
        assert line in text
    assert "Case 16" not in text
    assert "Amount" not in campaign.render("other-ltd", "txt").decode()


def test_the_table_uses_its_columns(campaign: Campaign) -> None:
    assert "columns-unused" not in [warning.code for warning in campaign.warnings]


def test_error_values_in_a_later_row_stop_the_letter(tmp_path: Path) -> None:
    folder = _write(tmp_path / "campaign", "group_by: organisation")
    (folder / "recipients.csv").write_text(LIST.replace("Case 15", "#N/A"), encoding="utf-8")
    (problem,) = open_campaign(folder).skipped
    assert (problem.code, "'#N/A'" in problem.message) == ("leftover-text", True)


def test_a_text_in_markdown_chooses_the_columns(tmp_path: Path) -> None:
    folder = _write(tmp_path / "campaign", "group_by: {column: organisation, table: [Amount]}")
    letter = folder / "letter.md"
    letter.write_text("{{ request }}\n\n{{ rows_table() }}\n\n{{ words.closing }}\n", encoding="utf-8")
    campaign = open_campaign(folder)
    assert "Case 12" not in campaign.render("harbour-works-ltd", "txt").decode()
    assert "£90" in campaign.render("harbour-works-ltd", "txt").decode()


def test_a_letter_that_prints_nothing_of_a_row_is_warned_of(tmp_path: Path) -> None:
    folder = _write(tmp_path / "campaign", "group_by: organisation")
    (folder / "letter.md").write_text("{{ request }}\n\nYou owe {{ fields.Amount }}.\n", encoding="utf-8")
    warnings, _ = check_documents(open_campaign(folder), count_pages=False)
    (warning,) = [one for one in warnings if one.code == "row-unprinted"]
    assert "harbour-works-ltd" in warning.message


def test_unknown_columns_are_placed_in_the_campaign_file(tmp_path: Path) -> None:
    folder = _write(tmp_path / "campaign", "group_by:\n  column: organization\n  table: [Cases]")
    with pytest.raises(BriefgenError) as caught:
        open_campaign(folder)
    found = [(one.code, one.place and one.place.line) for one in caught.value.problems]
    assert found == [("group-column", 2), ("group-column", 3)]
