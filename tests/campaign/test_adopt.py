"""`briefgen adopt`: what somebody edited in a Word letter is taken over, shown, checked, and never guessed."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from command_line import call, exit_code
from docx import Document
from docx.shared import Cm
from material import program, tiny_campaign

from briefgen.campaign.adopt import find_adoption, write_adoption
from briefgen.campaign.letter_comparison import Adoption
from briefgen.campaign.open import Campaign, open_campaign
from briefgen.errors import BriefgenError

CLOSING = "I will gladly send"
STATEMENT = "gave water with lead, the Institute of Pipes found."


@pytest.fixture(scope="module")
def template_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tiny_campaign(tmp_path_factory.mktemp("adopt") / "campaign")
    made = open_campaign(folder).render("ada-sample", "docx")
    (folder / "made.docx").write_bytes(made)
    return folder


@pytest.fixture
def folder(template_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(template_folder, tmp_path / "campaign"))


def edit(folder: Path, *changes: tuple[str, str], do: Callable[[Any], None] = lambda document: None) -> Path:
    """Change words in the letter in Word, run by run as a person does, and whatever else `do` does."""
    path = folder / "made.docx"
    document = Document(str(path))
    for old, new in changes:
        runs = [run for one in document.paragraphs for run in one.runs if old in run.text]
        assert len(runs) == 1, old
        runs[0].text = runs[0].text.replace(old, new)
    do(document)
    document.save(str(path))
    return path


def edit_xml(folder: Path, part: str, old: str, new: str) -> Path:
    """Change the XML of a part, for what python-docx cannot do."""
    path, target = folder / "made.docx", BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as copy:
        for name in source.namelist():
            content = source.read(name)
            if name == part:
                assert content.decode().count(old) == 1
                content = content.decode().replace(old, new).encode()
            copy.writestr(name, content)
    path.write_bytes(target.getvalue())
    return path


def adopt(folder: Path, path: Path, prefer: Any = "") -> tuple[Adoption, Campaign]:
    """Take a letter over, and open the campaign with it."""
    campaign = open_campaign(folder)
    adoption = find_adoption(campaign, path, prefer)
    if adoption.changes:
        write_adoption(campaign, adoption, path)
    return adoption, open_campaign(folder)


def text(campaign: Campaign, format: str = "txt") -> str:
    return " ".join(campaign.render("ada-sample", format).decode().split())


def codes(adoption: Adoption) -> list[str]:
    return [problem.code for problem in adoption.not_taken]


def test_a_changed_sentence_is_in_every_format_from_then_on(folder: Path) -> None:
    (folder / "letters.yaml").write_text("# mine\nben-placeholder: {paragraph: Hello.}\n", encoding="utf-8")
    adoption, campaign = adopt(folder, edit(folder, (CLOSING, "we will gladly bring")))
    assert not adoption.not_taken and not adoption.conflicts
    (change,) = adoption.changes
    assert CLOSING in change.before and "we will gladly bring" in change.after
    written = (folder / "letters.yaml").read_text(encoding="utf-8")
    assert written.startswith("# mine\nben-placeholder: {paragraph: Hello.}\nada-sample:\n")
    assert "we will gladly bring" in text(campaign) and CLOSING not in text(campaign)
    again, _ = adopt(folder, folder / "made.docx")
    assert not again.changes and not again.not_taken


def test_a_letter_that_nobody_edited_has_no_changes(folder: Path) -> None:
    adoption, _ = adopt(folder, folder / "made.docx")
    assert (adoption.changes, adoption.conflicts, adoption.since, adoption.not_taken) == ([], [], [], [])
    assert not (folder / "letters.yaml").exists()


def test_a_statement_in_other_words_keeps_its_note_and_is_checked(folder: Path) -> None:
    adoption, campaign = adopt(folder, edit(folder, ("An estimated 37 percent", "Of *all*, 73 percent")))
    (change,) = adoption.changes
    assert change.what == "school-taps" and change.after.startswith("Of *all*, 73 percent of the taps")
    assert {"number-missing", "adopt-audit"} <= {check.code for check in change.checks}
    assert "Of *all*, 73 percent of the taps" in text(campaign)
    assert "[1]" in text(campaign)


def test_words_after_a_statement_and_new_paragraphs_find_their_place(folder: Path) -> None:
    def add(document: Any) -> None:
        for number, one in enumerate(document.paragraphs):
            if STATEMENT in one.text:
                one.add_run(" I have seen it.")
                document.paragraphs[number + 1].insert_paragraph_before("We met in May.")
                document.paragraphs[number + 2].insert_paragraph_before("It was a Tuesday.")
                return

    adoption, campaign = adopt(folder, edit(folder, do=add))
    assert [(one.kind, one.after) for one in adoption.changes] == [
        ("added", "I have seen it."),
        ("paragraph", "We met in May."),
        ("paragraph", "It was a Tuesday."),
    ]
    html = campaign.compose("ada-sample", "txt").html
    assert "</span> I have seen it.</p>" in html
    assert html.index("We met in May.") < html.index("It was a Tuesday.")
    assert not adopt(folder, folder / "made.docx")[0].changes


def test_deleted_sentences_statements_and_paragraphs_are_left_out(folder: Path) -> None:
    def delete(document: Any) -> None:
        for one in document.paragraphs:
            if STATEMENT in one.text:
                one._p.getparent().remove(one._p)

    adoption, campaign = adopt(folder, edit(folder, (" Thank you for your attention.", ""), do=delete))
    assert sorted((one.kind, one.what) for one in adoption.changes) == [
        ("removed", ""),
        ("removed", "school-taps"),
    ]
    assert campaign.recipients[0].overrides.leave_out == ["school-taps"]  # type: ignore[union-attr]
    assert "Thank you" not in text(campaign) and "37 percent" not in text(campaign)


def test_a_second_edit_changes_what_the_first_one_wrote(folder: Path) -> None:
    adopt(folder, edit(folder, (CLOSING, "we will gladly bring"), ("37 percent", "38 percent")))
    (folder / "made.docx").write_bytes(open_campaign(folder).render("ada-sample", "docx"))
    adopt(folder, edit(folder, ("we will gladly bring", "we shall bring"), ("38 percent", "37 percent")))
    overrides = open_campaign(folder).recipients[0].overrides
    assert overrides is not None
    ((old, new),) = overrides.instead.items()
    assert CLOSING in old and "we shall bring" in new


def test_a_letter_of_which_nothing_can_be_taken_over_is_not_called_unchanged(folder: Path) -> None:
    def delete_note(document: Any) -> None:
        (note,) = document.element.body.xpath(".//w:footnoteReference")
        note.getparent().getparent().remove(note.getparent())

    said = call("adopt", edit(folder, do=delete_note), "-c", folder, "--yes")
    assert said.out.startswith("Nothing that was changed in the letter to ada-sample can be taken over")
    assert "adopt-note" in said.err


def test_two_edits_of_one_letter_that_touch_the_same_paragraph_are_both_shown(folder: Path) -> None:
    shutil.copy(folder / "made.docx", folder / "other.docx")
    adopt(folder, edit(folder, (CLOSING, "we will gladly bring")))
    shutil.move(folder / "other.docx", folder / "made.docx")
    path = edit(folder, (CLOSING, "I shall send"))
    adoption, campaign = adopt(folder, path)
    (conflict,) = adoption.conflicts
    assert "we will gladly bring" in conflict.campaign and "I shall send" in conflict.letter
    assert not adoption.changes and "we will gladly bring" in text(campaign)
    _, campaign = adopt(folder, path, "letter")
    assert "I shall send" in text(campaign)


def test_what_only_the_campaign_changed_since_stays_and_is_told(folder: Path) -> None:
    file = folder / "campaign.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "opening: We drink this water.\n", encoding="utf-8")
    adoption, campaign = adopt(folder, edit(folder, (CLOSING, "we will gladly bring")))
    assert [CLOSING in one.before for one in adoption.changes] == [True]
    (since,) = adoption.since
    assert "We drink this water." in since.campaign and "We drink" not in since.letter
    assert "We drink this water." in text(campaign) and "gladly bring" in text(campaign)


def test_what_is_elsewhere_is_named_with_its_place(folder: Path) -> None:
    path = edit(folder, ("Dear", "Beloved"), ("Dana Writer", "Dan Writer"), ("Washington", "Boston"))
    adoption, _ = adopt(folder, path)
    assert not adoption.changes and codes(adoption) == ["adopt-elsewhere"] * 3
    hints = [problem.hint or "" for problem in adoption.not_taken]
    assert "address in the list" in hints[0] and "column salutation" in hints[1] and "sender" in hints[2]
    assert adoption.not_taken[0].place and adoption.not_taken[0].place.file.endswith("recipients.csv")


def test_notes_pictures_tables_and_formatting_are_named_and_not_taken(folder: Path, tmp_path: Path) -> None:
    def change(document: Any) -> None:
        for one in document.paragraphs:
            if STATEMENT in one.text:
                for run in one.runs:
                    if run._r.xpath("./w:footnoteReference"):
                        run._r.getparent().remove(run._r)
                one.runs[0].bold = True
                document.add_table(1, 1).cell(0, 0).text = "A cell."
        from PIL import Image

        Image.new("RGB", (8, 8)).save(tmp_path / "dot.png")
        document.paragraphs[-1].add_run().add_picture(str(tmp_path / "dot.png"), width=Cm(1))
        document.sections[0].header.paragraphs[0].text = "A new head"

    adoption, _ = adopt(folder, edit(folder, do=change))
    messages = "\n".join(problem.message for problem in adoption.not_taken)
    assert not adoption.changes
    for part in ("was deleted", "a table was", "1 picture instead", "bold, italics", "headers or footers"):
        assert part in messages


def test_tracked_changes_are_read_as_accepted_and_said(folder: Path) -> None:
    path = edit_xml(
        folder,
        "word/document.xml",
        " Thank you for your attention.",
        '</w:t></w:r><w:ins w:id="9" w:author="x" w:date="2026-01-01T00:00:00Z"><w:r><w:t xml:space="preserve"> Do reply.'
        '</w:t></w:r></w:ins><w:del w:id="8" w:author="x" w:date="2026-01-01T00:00:00Z"><w:r><w:delText> Thank you'
        "</w:delText></w:r></w:del><w:r><w:t>",
    )
    adoption, campaign = adopt(folder, path)
    assert codes(adoption) == ["adopt-tracked"] and "2 tracked changes" in adoption.not_taken[0].message
    assert "Do reply." in text(campaign) and "Thank you" not in text(campaign)


def test_letters_of_other_campaigns_and_other_files_are_refused(folder: Path, tmp_path: Path) -> None:
    campaign = open_campaign(folder)
    file = folder / "campaign.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("id: water", "id: wine"), encoding="utf-8")
    with pytest.raises(BriefgenError, match="adopt-foreign: is a letter of the campaign 'water'"):
        find_adoption(open_campaign(folder), folder / "made.docx")
    (tmp_path / "broken.docx").write_bytes(b"PK nonsense")
    with pytest.raises(BriefgenError, match="docx-unreadable"):
        find_adoption(campaign, tmp_path / "broken.docx")
    Document().save(str(tmp_path / "empty.docx"))
    with pytest.raises(BriefgenError, match="adopt-foreign: has no record"):
        find_adoption(campaign, tmp_path / "empty.docx")


def test_a_changed_cell_of_a_table_is_named_and_not_taken(folder: Path) -> None:
    (folder / "letter.md").write_text(
        "{{ request }}\n\n| Bus | Wait |\n| --- | --- |\n| 7 | an hour |\n\nThat is all.\n", encoding="utf-8"
    )
    (folder / "made.docx").write_bytes(open_campaign(folder).render("ada-sample", "docx"))

    def change(document: Any) -> None:
        run = document.tables[0].cell(1, 1).paragraphs[0].runs[0]
        run.text = "two hours"

    adoption, _ = adopt(folder, edit(folder, ("That is all.", "That is it."), do=change))
    assert [one.after for one in adoption.changes] == ["That is it."]
    assert codes(adoption) == ["adopt-formatting"] and "a table was" in adoption.not_taken[0].message


def test_a_citation_in_the_sentence_is_no_part_of_the_words(folder: Path) -> None:
    file = folder / "campaign.yaml"
    style = "letter: {citation_style: chicago-author-date}\n"
    file.write_text(file.read_text(encoding="utf-8") + style, encoding="utf-8")
    (folder / "made.docx").write_bytes(open_campaign(folder).render("ada-sample", "docx"))
    adoption, campaign = adopt(
        folder, edit(folder, ("the Institute of Pipes found", "the Institute of Pipes says"))
    )
    assert [one.after.endswith("the Institute of Pipes says.") for one in adoption.changes] == [True]
    assert text(campaign).count("2026, 3)") == 1
    assert not adopt(folder, folder / "made.docx")[0].changes


def test_a_text_as_long_as_a_book_is_refused(folder: Path) -> None:
    path = edit(folder, do=lambda document: [document.add_paragraph("word " * 5000) for _ in range(10)])
    with pytest.raises(BriefgenError, match="adopt-foreign: has 250,"):
        find_adoption(open_campaign(folder), path)


def test_an_older_letter_says_that_it_cannot_tell_who_changed_what(folder: Path) -> None:
    made = (folder / "made.docx").read_bytes()
    with zipfile.ZipFile(BytesIO(made)) as source:
        record = source.read("customXml/item1.xml").decode()
    found = re.search(r' paragraphs="[^"]*"', record)
    assert found
    adoption, _ = adopt(folder, edit_xml(folder, "customXml/item1.xml", found[0], ""))
    assert codes(adoption) == ["adopt-undated"]


@pytest.mark.office
@pytest.mark.slow
def test_a_letter_saved_by_libreoffice_is_read_like_one_saved_by_word(folder: Path, tmp_path: Path) -> None:
    soffice = program("soffice")
    path = edit(folder, (CLOSING, "we will gladly bring"))
    subprocess.run(
        [soffice, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "docx:MS Word 2007 XML",
         "--outdir", str(tmp_path / "saved"), str(path)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    adoption, campaign = adopt(folder, tmp_path / "saved" / "made.docx")
    assert [(one.kind, "gladly bring" in one.after) for one in adoption.changes] == [("words", True)]
    assert "gladly bring" in text(campaign)


def keep_one_recipient(folder: Path) -> None:
    people = folder / "recipients.csv"
    people.write_text(
        "".join(people.read_text(encoding="utf-8").splitlines(keepends=True)[:2]), encoding="utf-8"
    )


@pytest.mark.slow
def test_an_edit_goes_the_whole_way_to_print(folder: Path) -> None:
    keep_one_recipient(folder)
    assert exit_code("batch", folder, "--format", "pdf", "--format", "docx", "-q") == 0
    (letter,) = (folder / "out/letters").glob("ada*.docx")
    shutil.copy(letter, folder / "made.docx")
    shutil.copy(edit(folder, (CLOSING, "we will gladly bring")), letter)
    refused = call("print", folder)
    assert refused.code == 1 and "letter-unfinished" in refused.err and "briefgen adopt" in refused.err
    shown = call("adopt", letter, "-c", folder)
    assert shown.code == 0 and "[we]" in shown.out and "--yes" in shown.err
    assert not (folder / "letters.yaml").exists()
    assert exit_code("adopt", letter, "-c", folder, "--yes") == 0
    again = call("batch", folder, "--format", "pdf", "--format", "docx")
    assert again.code == 0 and "letter-edited" not in again.err and "Files: 2 rendered" in again.err
    printed = call("print", folder)
    assert printed.code == 0 and "letter-edited" not in printed.err


@pytest.mark.slow
def test_an_edit_that_batch_set_aside_is_pointed_to_until_it_is_taken_over(folder: Path) -> None:
    keep_one_recipient(folder)
    assert exit_code("batch", folder, "--format", "docx", "--format", "txt", "-q") == 0
    (letter,) = (folder / "out/letters").glob("ada*.docx")
    shutil.copy(letter, folder / "made.docx")
    shutil.copy(edit(folder, (CLOSING, "we will gladly bring")), letter)
    run = call("batch", folder, "--format", "docx", "--format", "txt")
    (kept,) = (folder / "out/edited").glob("*.docx")
    assert f"briefgen adopt {kept}" in run.err
    drafts = call("drafts", folder, "--attach", "docx")
    assert "letter-edited" in drafts.err and "not in what is sent" in drafts.err
    assert call("adopt", kept, "-c", folder, "--yes", "--json").json["written"]
    assert exit_code("batch", folder, "--format", "docx", "--format", "txt", "-q") == 0
    assert "letter-edited" not in call("drafts", folder, "--attach", "docx").err


def test_the_command_leaves_what_both_sides_changed_to_the_user(folder: Path) -> None:
    file = folder / "campaign.yaml"
    path = edit(folder, (CLOSING, "we will gladly bring"))
    words = "words: {en: {closing: I would like to meet. Thank you for your attention.}}\n"
    file.write_text(file.read_text(encoding="utf-8") + words, encoding="utf-8")
    said = call("adopt", path, "-c", folder, "--yes")
    assert said.code == 1 and "campaign: I would like to meet." in said.out and "gladly bring" in said.out
    assert not (folder / "letters.yaml").exists()
    assert call("adopt", path, "-c", folder, "--yes", "--prefer", "campaign").code == 0
    assert not (folder / "letters.yaml").exists()
    assert call("adopt", path, "-c", folder, "--prefer", "both").code == 2
