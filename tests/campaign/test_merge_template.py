"""`briefgen templates import`: a mail-merge letter becomes a text whose letters say what the merge said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_line import call
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from material import tiny_campaign

from briefgen.campaign.merge_template import ImportedTemplate, import_merge_letter
from briefgen.campaign.open import open_campaign
from briefgen.errors import BriefgenError


def field(*instruction: str, shown: str = "x") -> str:
    """A complex field; parts that begin with < are fields within it."""
    parts = "".join(
        part if part.startswith("<") else f'<w:r><w:instrText xml:space="preserve">{part}</w:instrText></w:r>'
        for part in instruction
    )
    return (
        f'<w:r><w:fldChar w:fldCharType="begin"/></w:r>{parts}<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        f'<w:r><w:t>{shown}</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def words(text: str, looks: str = "") -> str:
    return f'<w:r><w:rPr>{looks}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def letter(tmp_path: Path, *body: str, do: Callable[[Any], None] = lambda document: None) -> Path:
    """A merge letter with these paragraphs, as XML, between salutation and close."""
    document = Document()
    head = [
        field(" ADDRESSBLOCK "),
        words("1 June 2026"),
        words("Dear ") + field(" MERGEFIELD Last_Name ") + words(","),
    ]
    for inner in (*head, *body, words("Yours sincerely,"), words("Dana Writer")):
        paragraph = document.add_paragraph()
        for run in parse_xml(f"<w:p {nsdecls('w')}>{inner}</w:p>"):
            paragraph._p.append(run)
    do(document)
    document.save(str(tmp_path / "merge.docx"))
    return tmp_path / "merge.docx"


def imported(tmp_path: Path, *body: str, **more: Any) -> ImportedTemplate:
    return import_merge_letter(letter(tmp_path, *body, **more))


def test_fields_become_columns_whichever_way_word_writes_them(tmp_path: Path) -> None:
    simple = '<w:fldSimple w:instr=" MERGEFIELD City "><w:r><w:t>x</w:t></w:r></w:fldSimple>'
    found = imported(
        tmp_path,
        words("We met ")
        + field(' MERGEFIELD "FirstName" \\* MERGEFORMAT ')
        + words(" in ")
        + simple
        + words("."),
        words("You gave «Amount_Due» to {{ us }} * and ") + field(" MERGEFIELD met ") + words("."),
    )
    assert found.columns == {
        "FirstName": "recipient.given",
        "City": "recipient.locality",
        "Amount_Due": "fields.Amount_Due",
        "met": "fields.met",
    }
    first, second, _ = (
        found.text.split("\n\n") if found.text.count("\n\n") > 1 else (*found.text.split("\n\n"), "")
    )
    assert first == "We met {{ recipient.given }} in {{ recipient.locality }}."
    assert '{{ (fields.Amount_Due | default("")) }}' in second and '{{ "{" }}{ us }} \\* and' in second
    assert found.from_frame == [
        "«ADDRESSBLOCK»",
        "1 June 2026",
        "Dear «Last_Name»,",
        "Yours sincerely,",
        "Dana Writer",
    ]
    assert not found.problems


def test_switches_conditions_and_what_is_not_taken(tmp_path: Path) -> None:
    inner = field(" MERGEFIELD Gender ")
    found = imported(
        tmp_path,
        field(" MERGEFIELD party \\* Upper "),
        field(' MERGEFIELD met \\b "We met " \\f "." '),
        field(" IF ", inner, ' = "f" "Madam ', field(" MERGEFIELD last_name "), '" "Sir" '),
        field(' MERGEFIELD sum \\# "0.00" ') + field(" NEXT ") + field(" FILLIN name ", shown="Smith"),
    )
    assert found.text.split("\n\n") == [
        "{{ recipient.party | upper }}",
        '{% if (fields.met | default("")) %}We met {{ (fields.met | default("")) }}.{% endif %}',
        '{% if recipient.gender == "f" %}Madam {{ recipient.family }}{% else %}Sir{% endif %}',
        '{{ (fields.sum | default("")) }}Smith\n',
    ]
    assert [one.code for one in found.problems] == ["merge-switch", "merge-field", "merge-field"]


def test_looks_are_kept_as_far_as_markdown_has_them(tmp_path: Path) -> None:
    def add(document: Any) -> None:
        close = document.paragraphs[-2]
        close.insert_paragraph_before("Our reasons", style="Heading 1")
        close.insert_paragraph_before("One", style="List Bullet")
        close.insert_paragraph_before("Two", style="List Bullet")
        close.insert_paragraph_before("1. not a list")
        table = document.add_table(2, 2)
        for number, cell in enumerate(one for row in table.rows for one in row.cells):
            cell.text = f"c{number}"
        close._p.addprevious(table._tbl)
        document.sections[0].header.paragraphs[0].text = "Our head"

    found = imported(
        tmp_path,
        words("It is ") + words("very bad", "<w:b/>") + words(" now", '<w:i/><w:u w:val="single"/>'),
        do=add,
    )
    assert found.text.split("\n\n") == [
        "It is **very bad** *now*",
        "## Our reasons",
        "- One\n- Two",
        "\\1. not a list",
        "| c0 | c1 |\n| --- | --- |\n| c2 | c3 |\n",
    ]
    assert [one.message for one in found.problems] == [
        "1 underlined passage not taken",
        "headers and footers were not taken",
    ]


def test_the_text_makes_letters(tmp_path: Path) -> None:
    folder = tiny_campaign(tmp_path / "campaign")
    path = letter(
        tmp_path,
        words("{{ request }}").replace("{{ request }}", "Please act, ")
        + field(" MERGEFIELD FirstName ")
        + words("."),
        field(' MERGEFIELD met \\b "We met " \\f "." ') + words(" 5 * 3 _x_"),
        field(" IF ", field(" MERGEFIELD State "), ' = "ME" "Maine" "Elsewhere" '),
    )
    people = folder / "recipients.csv"
    people.write_text(
        "id,office,FirstName,LastName,locality,region,postal_code,country,met\n"
        "ada,us-senator,Ada,Sample,Washington,DC,20510,US,in May\n"
        "ben,us-senator,Ben,Placeholder,Washington,DC,20510,US,\n",
        encoding="utf-8",
    )
    said = call("templates", "import", path, "-c", folder)
    assert said.code == 0 and "«FirstName» is recipient.given" in said.out
    campaign = open_campaign(folder)
    ada, ben = (" ".join(campaign.render(name, "txt").decode().split()) for name in ("ada", "ben"))
    assert "Please act, Ada. We met in May. 5 * 3 _x_ Elsewhere" in ada and "Dear Senator Sample:" in ada
    assert "Please act, Ben. 5 * 3 _x_ Elsewhere" in ben
    again = call("templates", "import", path, "-c", folder)
    assert again.code == 2 and "file-exists" in again.err
    assert call("templates", "import", path, "-c", folder, "--name", "../x").code == 2


def test_what_is_no_merge_letter_is_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.docx").write_bytes(b"PK no")
    with pytest.raises(BriefgenError, match="docx-unreadable"):
        import_merge_letter(tmp_path / "broken.docx")
    Document().save(str(tmp_path / "empty.docx"))
    with pytest.raises(BriefgenError, match="merge-empty"):
        import_merge_letter(tmp_path / "empty.docx")


def test_a_letter_without_salutation_is_taken_whole_and_it_is_said(tmp_path: Path) -> None:
    document = Document()
    document.add_paragraph("We ask you, «Surname», to act.")
    document.save(str(tmp_path / "bare.docx"))
    found = import_merge_letter(tmp_path / "bare.docx")
    assert found.text == "We ask you, {{ recipient.family }}, to act.\n"
    assert [one.code for one in found.problems] == ["merge-salutation"]
