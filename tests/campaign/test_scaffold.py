"""Starting a campaign and a template."""

from __future__ import annotations

from pathlib import Path

import pytest

from briefgen.campaign.open import open_campaign
from briefgen.campaign.scaffold import create_campaign, create_template, list_examples
from briefgen.errors import BriefgenError, UsageError
from briefgen.library.folders import LibraryFolder, built_in_templates

SHIPPED = built_in_templates()


def new(folder: Path, name: str) -> Path:
    return create_template(LibraryFolder(folder), name, SHIPPED)


@pytest.mark.slow
@pytest.mark.parametrize("name", list_examples())
def test_every_example_opens_without_a_warning_but_the_sample_sender(tmp_path: Path, name: str) -> None:
    create_campaign(tmp_path / "campaign", name)
    opened = open_campaign(tmp_path / "campaign")
    assert [problem.code for problem in opened.warnings] == ["sender-sample"]
    assert opened.skipped == ()


def test_a_folder_with_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(BriefgenError) as caught:
        create_campaign(tmp_path, "starter")
    assert caught.value.problems[0].code == "folder-not-empty"
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_an_unknown_example_is_named_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        create_campaign(tmp_path / "x", "startr")
    assert caught.value.problems[0].hint == "did you mean starter?"


@pytest.mark.slow
def test_a_new_template_changes_nothing_until_a_block_is_uncommented(small_campaign: Path) -> None:
    before = open_campaign(small_campaign)
    path = new(small_campaign, "letter/office/us-senator")
    after = open_campaign(small_campaign)
    assert (
        after.composer.compose_letter(after.recipients[0]).html
        == before.composer.compose_letter(before.recipients[0]).html
    )
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace(
            "{# {% block closing %}{{ super() }}{% endblock %} #}",
            "{% block closing %}<p>A closing of our own.</p>{% endblock %}",
        ),
        encoding="utf-8",
    )
    changed = open_campaign(small_campaign)
    assert "A closing of our own." in changed.composer.compose_letter(changed.recipients[0]).html
    assert "A closing of our own." not in changed.composer.compose_letter(changed.recipients[1]).html


def test_a_template_for_one_recipient_extends_the_default(starter: Path) -> None:
    assert (
        new(starter, "letter/recipient/ada-sample")
        .read_text()
        .startswith('{% extends "letter/default.html.j2" %}')
    )


@pytest.mark.parametrize(
    "name", ["leter/default", "letter", "letter/town/x", "letter/office/../../x", "letter/office"]
)
def test_a_place_where_nothing_is_looked_for_is_refused(starter: Path, name: str) -> None:
    with pytest.raises(UsageError) as caught:
        new(starter, name)
    assert caught.value.problems[0].code == "template-place"


def test_a_template_that_is_there_is_not_changed(starter: Path) -> None:
    path = new(starter, "letter/default")
    path.write_text("mine")
    with pytest.raises(UsageError):
        new(starter, "letter/default")
    assert path.read_text() == "mine"
