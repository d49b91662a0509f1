"""What is memoized between tests hides no change: of a file, of a date, of the code."""

from __future__ import annotations

from pathlib import Path

import pytest
from library_memo import is_memoizing
from material import ROOT

from briefgen.campaign.open import open_campaign
from briefgen.errors import BriefgenError
from briefgen.library import snippets

pytestmark = pytest.mark.slow


@pytest.fixture
def own_snippet(small_campaign: Path) -> Path:
    """A built-in snippet that the campaign has in a version of its own, opened before."""
    (found,) = (ROOT / "snippets").rglob("camp-abuses.md")
    path = small_campaign / "snippets" / found.name
    path.parent.mkdir()
    path.write_text(found.read_text(encoding="utf-8"), encoding="utf-8")
    open_campaign(small_campaign)
    return path


def codes(campaign: Path) -> set[str]:
    with pytest.raises(BriefgenError) as caught:
        open_campaign(campaign)
    return {problem.code for problem in caught.value.problems}


def test_a_statement_that_is_changed_is_checked_again(small_campaign: Path, own_snippet: Path) -> None:
    text = own_snippet.read_text(encoding="utf-8")
    own_snippet.write_text(f"{text.rstrip()} All of this is known.\n", encoding="utf-8")
    assert "wording-changed" in codes(small_campaign)
    own_snippet.write_text(text, encoding="utf-8")
    open_campaign(small_campaign)


def test_a_template_that_is_changed_is_compiled_and_checked_again(small_campaign: Path) -> None:
    path = small_campaign / "templates" / "letter" / "default.html.j2"
    path.parent.mkdir(parents=True)
    extends = '{% extends "built-in/letter/default.html.j2" %}{% block evidence %}'
    for words in ("first", "second"):
        path.write_text(f"{extends}<p>The {words} version.</p>{{% endblock %}}", encoding="utf-8")
        opened = open_campaign(small_campaign)
        assert f"The {words} version." in opened.composer.compose_letter(opened.recipients[-1]).html
    path.write_text(f"{extends}{{{{ nothing }}}}{{% endblock %}}", encoding="utf-8")
    assert codes(small_campaign) == {"template-name"}


def test_what_one_test_changes_in_the_library_no_other_sees(small_campaign: Path) -> None:
    first = open_campaign(small_campaign)
    name, snippet = next(iter(first.composer.library.snippets.items()))
    snippet.caveats.append("unheard-of")
    second = open_campaign(small_campaign)
    assert second.composer.library.snippets[name].caveats == snippet.caveats[:-1]


def test_code_that_is_replaced_is_run(small_campaign: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_campaign(small_campaign)
    assert is_memoizing()
    called: list[str] = []
    parse = snippets.split_front_matter

    def counted(text: str, *more: object) -> object:
        called.append(text)
        return parse(text, *more)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(snippets, "split_front_matter", counted)
        assert not is_memoizing()
        open_campaign(small_campaign)
        assert len(called) > 100
    assert is_memoizing()
    called.clear()
    open_campaign(small_campaign)
    assert called == []
