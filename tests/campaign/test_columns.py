"""A campaign's own list: foreign headers are recognised, and columns that no letter uses are named."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import exit_code
from material import small_starter

from briefgen.campaign.open import open_campaign

LIST = (
    "office,First Name,Last Name,Street,City,ST,Zip,Country,met,Phone,connection\n"
    "us-senator,Ada,Sample,Hart Building,Washington,DC,20510,USA,in May,555,We write as neighbours.\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = small_starter(tmp_path / "campaign")
    (folder / "recipients.csv").write_text(LIST, encoding="utf-8")
    return folder


def test_foreign_headers_are_recognised_and_unused_columns_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    campaign = open_campaign(folder)
    (ada,) = campaign.recipients
    assert (ada.given, ada.family, ada.address, ada.locality) == (
        "Ada",
        "Sample",
        ("Hart Building",),
        "Washington",
    )
    assert ada.extra["City"] == "Washington"  # templates that print fields.City go on
    told = {warning.code: warning.message for warning in campaign.warnings}
    assert "First Name is given" in told["headers-recognised"]
    assert told["columns-unused"] == "no letter uses 'met', 'Phone'"
    assert exit_code("recipients", "list", folder) == 0
    assert "columns-unused: no letter uses 'met', 'Phone'" in capsys.readouterr().err


def test_a_column_that_the_campaign_names_is_used_and_a_kept_mapping_counts(folder: Path) -> None:
    file = folder / "campaign.yaml"
    file.write_text(file.read_text("utf-8") + "\n# fields.met\n", encoding="utf-8")
    (folder / "recipients.mapping.yaml").write_text("Phone:\nST: state\n", encoding="utf-8")
    campaign = open_campaign(folder)
    assert "columns-unused" not in {warning.code for warning in campaign.warnings}
    (ada,) = campaign.recipients
    assert (ada.state, ada.region) == ("DC", "")
    assert "Phone" not in ada.extra


def test_a_kept_mapping_that_reads_our_columns_as_others_is_named(folder: Path) -> None:
    (folder / "recipients.mapping.yaml").write_text(
        "given: family\nfamily: given\nPhone:\n", encoding="utf-8"
    )
    (warning,) = [one for one in open_campaign(folder).warnings if one.code == "mapping-overrides"]
    assert "given as family, family as given" in warning.message and "Phone" not in warning.message
