"""`briefgen audit`: verdicts for people and for programs, and the exit code."""

import pytest
from command_line import call
from material import tiny_campaign

from briefgen.audit.audit import Auditor

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


def test_a_draft_that_takes_too_long_is_named_and_the_others_are_audited(draft, monkeypatch):
    judge = Auditor._audit

    def hang_on_one(auditor, one, *arguments):
        while one.path.endswith("endless.md"):
            pass
        return judge(auditor, one, *arguments)

    monkeypatch.setattr(Auditor, "_audit", hang_on_one)
    monkeypatch.setattr(
        "briefgen.audit.limits.draft_time_limit", lambda characters: 0.1 if characters < 20 else 60
    )
    files = draft("So it is.", name="endless.md"), draft(TRUE, name="true.md")
    said = call("audit", *files, "--library", "north-korea")
    assert said.code == 1
    assert "took-too-long: the audit of" in said.err and "endless.md was not ready" in said.err
    assert "1 sentence: 1 supported." in said.out
    said = call("audit", *files, "--library", "north-korea", "--json")
    assert [one["code"] for one in said.json["problems"]] == ["took-too-long"]
    assert len(said.json["drafts"]) == 1 and not said.json["ok"]


def test_a_campaign_brings_its_own_statements_and_texts(draft, tmp_path):
    folder = tiny_campaign(tmp_path / "campaign")
    said = call("audit", draft("In 1997 the moon had 8,412 towns."), "-c", folder, "--json")
    assert said.code == 1
    assert said.json["drafts"][0]["sentences"][0]["verdict"] == "unsupported"


def test_the_draft_comes_back_with_what_was_found(draft, tmp_path):
    path = draft("The title", FALSE)
    for name in ("answer.docx", "answer.html"):
        said = call("audit", path, "--library", "north-korea", "-o", tmp_path / name)
        assert said.code == 1 and f"Written: {tmp_path / name}" in said.err
    assert "335, not 353" in (tmp_path / "answer.html").read_text("utf-8")
    again = call("audit", path, "--library", "north-korea", "-o", tmp_path / "answer.docx")
    assert again.code == 2 and "answer-exists" in again.err
    for options, code in (
        (["--suggest"], "answer-suggest"),
        ([path.parent, "-o", "x.html"], "answer-several"),
        (["--format", "gitlab"], "audit-format"),
        (["--format", "github", "--json"], "audit-format"),
    ):
        draft("Another.", name="other.txt")
        refused = call("audit", path, "--library", "north-korea", *options)
        assert refused.code == 2 and code in refused.err + refused.out


def test_a_folder_of_texts_is_annotated(draft, tmp_path):
    draft("A title", FALSE)
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "no.md").write_text("In 1997 the moon had 8,412 towns.")
    (tmp_path / "bad.docx").write_bytes(b"no zip")
    (tmp_path / "image.png").write_bytes(b"png")
    said = call("audit", tmp_path, "--library", "north-korea", "--format", "github")
    lines = said.out.splitlines()
    assert said.code == 1
    assert lines[0].startswith(f"::error file={tmp_path}/bad.docx,title=draft-kind::")
    assert lines[1].startswith(
        f"::error file={tmp_path}/draft.md,line=3,endLine=3,title=Differs from the evidence::"
    )
    assert all(line.startswith("::") for line in lines) and "8,412" not in said.out
    (tmp_path / "empty").mkdir()
    refused = call("audit", tmp_path / "empty", "--library", "north-korea")
    assert refused.code == 2 and "draft-none" in refused.err
