"""`briefgen audit`: verdicts for people and for programs, and the exit code."""

import pytest
from command_line import call
from material import tiny_campaign

TRUE = "In November 2024 the House approved H.R. 3012, which would renew the North Korean Human Rights Act, by 335 to 37."
FALSE = TRUE.replace("335", "353")


@pytest.fixture
def draft(tmp_path):
    def write(*paragraphs, name="draft.md"):
        path = tmp_path / name
        path.write_text("\n\n".join(paragraphs), encoding="utf-8")
        return path

    return write


def test_a_true_draft_exits_with_0_and_a_false_one_with_1(draft):
    assert call("audit", draft(TRUE), "--library", "north-korea").code == 0
    said = call("audit", draft(TRUE, FALSE), "--library", "north-korea")
    assert said.code == 1
    assert "the evidence has 335, not 353" in said.out
    words = " ".join(said.out.split())
    assert "us-house-vote-2024" in words and "reviewed by briefgen maintainers" in words
    assert said.out.rstrip().endswith("2 sentences: 1 supported, 1 differs.")


def test_json_is_one_document_for_all_drafts(draft):
    said = call(
        "audit", draft(TRUE, name="a.md"), draft(FALSE, name="b.txt"), "--library", "north-korea", "--json"
    )
    assert said.code == 1 and not said.json["ok"]
    true, false = said.json["drafts"]
    assert true["counts"]["supported"] == 1
    (sentence,) = false["sentences"]
    assert sentence["verdict"] == "differs"
    assert sentence["differences"][0]["found"] == "353" and sentence["differences"][0]["kind"] == "number"
    assert sentence["suggestion"].startswith("On November 20, 2024")


def test_allow_takes_verdicts_that_make_an_audit_fail(draft):
    path = draft("In 1997 the moon had 8,412 towns.")
    assert call("audit", path, "--library", "north-korea").code == 1
    assert call("audit", path, "--library", "north-korea", "--allow", "unsupported").code == 0
    refused = call("audit", path, "--library", "north-korea", "--allow", "unsuported")
    assert refused.code == 2 and "audit-verdict" in refused.err and "unsupported" in refused.err


def test_files_that_cannot_be_read_are_named_all_at_once(draft, tmp_path):
    said = call("audit", tmp_path / "none.docx", tmp_path / "neither.pdf", "--library", "north-korea")
    assert said.code != 0
    assert "none.docx" in said.err and "neither.pdf" in said.err


def test_a_campaign_brings_its_own_statements_and_texts(draft, tmp_path):
    folder = tiny_campaign(tmp_path / "campaign")
    said = call("audit", draft("In 1997 the moon had 8,412 towns."), "-c", folder, "--json")
    assert said.code == 1
    assert said.json["drafts"][0]["sentences"][0]["verdict"] == "unsupported"
