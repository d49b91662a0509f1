"""What is sent to another machine: what letters are made of there, and nothing besides."""

from __future__ import annotations

from pathlib import Path

import pytest
from material import with_much_evidence

from briefgen.campaign import environment as elsewhere
from briefgen.errors import BriefgenError


@pytest.fixture
def campaign(tmp_path: Path) -> Path:
    folder = with_much_evidence(tmp_path / "campaign")
    for name in (
        "templates/letter/own.html.j2",
        "templates/css/own.css",
        "pictures/seal.png",
        "own.csl",
        "seeds/texts/essay.txt",
        "out/letters/map.png",
        ".cache/map.png",
        "notes.txt",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("words")
    return folder


def test_templates_pictures_and_styles_travel_and_nothing_else(campaign: Path) -> None:
    assert {"templates/letter/own.html.j2", "templates/css/own.css", "pictures/seal.png", "own.csl"} <= set(
        found := elsewhere.find_campaign_files(campaign)
    )
    assert not [name for name in found if name.endswith((".txt", ".csv", ".yaml")) or "map" in name]


def test_a_link_that_leads_out_does_not_travel(campaign: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_text("a secret")
    (campaign / "templates" / "secret.png").symlink_to(tmp_path / "secret.png")
    assert "templates/secret.png" not in elsewhere.find_campaign_files(campaign)


def test_a_campaign_that_is_too_much_to_be_sent_is_refused(
    campaign: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elsewhere, "MAX_CAMPAIGN_BYTES", 10)
    with pytest.raises(BriefgenError) as fault:
        elsewhere.find_campaign_files(campaign)
    assert [problem.code for problem in fault.value.problems] == ["campaign-too-large"]


def test_versions_name_what_shapes_bytes() -> None:
    told = elsewhere.installed_versions()
    assert {"briefgen", "Python", "weasyprint", "Pango", "HarfBuzz", "zlib"} <= set(told)
    assert all(told.values())
