"""No letter goes out with a wrong name, salutation or address: what opening a campaign says about its rows."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from command_line import exit_code
from material import small_starter

from briefgen.campaign.open import Campaign, open_campaign
from briefgen.compose.composer import Composer
from briefgen.errors import BriefgenError

HEADER = "id,office,name,given,family,gender,address,locality,region,postal_code,country,chamber\n"
ROWS = """\
zoe,uk-mp,Zoe Beispiel,Zoe,Beispiel,f,House of Commons,London,,SW1A 0AA,GB,
tom,uk-mp,Rt Hon Sir Tom Muster KC MP,,,m,House of Commons,London,,SW1A 0AA,GB,
zoe-2,uk-mp,ZOE BEISPIEL,ZOE,BEISPIEL,f,House of Commons,London,,SW1A 0AA,GB,
error,uk-mp,#N/A,,,,House of Commons,London,,SW1A 0AA,GB,
null,uk-mp,null,,,,House of Commons,London,,SW1A 0AA,GB,
entity,uk-mp,Ren&eacute; Muster,,,,House of Commons,London,,SW1A 0AA,GB,
broken,uk-mp,Bj\ufffdrn Muster,,,,House of Commons,London,,SW1A 0AA,GB,
empty,uk-mp,\u200b\u200b,,,,House of Commons,London,,SW1A 0AA,GB,
order,uk-mp,"Muster, Dora",,,,House of Commons,London,,SW1A 0AA,GB,
merge,uk-mp,«Title» «Surname»,,,,House of Commons,London,,SW1A 0AA,GB,
street,us-senator,Ben Sample,Ben,Sample,,#REF!,Washington,DC,20510,US,
zip,us-senator,Ida Poe,Ida,Poe,,1 Main Street,Boston,MA,2134,US,
dean,uk-mp,Dean of Elsewhere,,,,,London,,SW1A 0AA,GB,house-of-lords
lord,uk-mp,Lord Muster,,,,,London,,SW1A 0AA,GB,house-of-lords
"""


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    folder = small_starter(tmp_path_factory.mktemp("addressing") / "campaign")
    (folder / "recipients.csv").write_text(HEADER + ROWS, encoding="utf-8")
    return open_campaign(folder)


def test_only_rows_that_make_a_right_letter_are_sent(opened: Campaign) -> None:
    assert [recipient.id for recipient in opened.recipients] == ["zoe", "tom", "zoe-2", "lord"]
    assert {problem.about: problem.code for problem in opened.skipped} == {
        "error": "address-leftover",
        "null": "address-empty",
        "entity": "address-leftover",
        "broken": "address-leftover",
        "empty": "recipient-name-missing",
        "order": "name-order",
        "merge": "address-leftover",
        "street": "address-leftover",
        "zip": "postal-code",
        "dean": "office-house",
    }
    assert all(problem.place and problem.place.line and problem.hint for problem in opened.skipped)


def test_what_is_only_doubtful_is_warned_of_by_row(opened: Campaign) -> None:
    found = {(problem.code, problem.about) for problem in opened.warnings if problem.about}
    assert found == {("name-capitals", "zoe-2"), ("recipients-alike", "zoe-2")}


def test_one_letter_goes_to_each_person_on_request(opened: Campaign) -> None:
    merged = opened.without_duplicates()
    assert [recipient.id for recipient in merged.recipients] == ["zoe", "tom", "lord"]
    assert {(problem.code, problem.about) for problem in merged.warnings if problem.about} == {
        ("recipients-merged", "zoe")
    }


def test_the_commands_that_make_and_print_letters_take_the_same_list(
    opened: Campaign, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = opened.composer.folder
    assert exit_code("batch", folder, "--format", "txt", "--merge-duplicates", "--json") == 1
    summary = json.loads(capsys.readouterr().out)
    assert (summary["rendered"], summary["skipped"]) == (3, 10)
    texts = [path.read_text(encoding="utf-8") for path in (folder / "out/letters").glob("*.txt")]
    assert {line for text in texts for line in text.split("\n") if line.startswith("Dear ")} == {
        "Dear Ms Beispiel",
        "Dear Sir Tom",
        "Dear Lord Muster",
    }
    assert (
        exit_code("print", folder, "--no-letters", "--labels", "avery-l7160", "--merge-duplicates", "--json")
        == 1
    )
    (file,) = json.loads(capsys.readouterr().out)["files"]
    assert "3 labels" in file["holds"]


def test_the_list_of_recipients_shows_warnings(opened: Campaign, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("recipients", "list", opened.composer.folder) == 1
    captured = capsys.readouterr()
    assert "name-capitals: ZOE BEISPIEL (zoe-2)" in captured.err + captured.out
    assert "Dear Sir Tom" in captured.out


@pytest.mark.parametrize(
    "text",
    ["«Title» «Surname»", "*|FNAME|*", "${name}", "%%First Name%%", "[[name]]", "#N/A", "Ren&eacute;"],
)
def test_a_merge_field_in_the_opening_is_placed_in_the_campaign_file(opened: Campaign, text: str) -> None:
    with pytest.raises(BriefgenError) as caught:
        _with(opened, opening=f"Dear {text}, we ride.").compose_letter(opened.recipients[0])
    problems = caught.value.problems
    assert {problem.code for problem in problems} == {"leftover-text"}
    assert problems[0].place == opened.config.locate("opening")


def test_a_merge_field_in_a_subject_that_no_template_prints_stops_the_letter(opened: Campaign) -> None:
    letter = opened.config.letter.model_copy(update={"subject": "For «Surname»"})
    with pytest.raises(BriefgenError, match="«Surname»"):
        _with(opened, letter=letter).compose_letter(opened.recipients[0])


def _with(opened: Campaign, **changes: object) -> Composer:
    return replace(opened.composer, campaign=opened.config.model_copy(update=changes))


def test_quotations_in_guillemets_are_no_merge_fields(opened: Campaign) -> None:
    text = "As «Le Monde» and «Libertad» wrote, « la loi » holds."
    assert _with(opened, opening=text).compose_letter(opened.recipients[0])


@pytest.mark.parametrize(
    ("salutation", "changes", "code"),
    [
        (
            "Dear {{ recipient.honorific }} {{ recipient.family }}:",
            {"honorific": "The Rt. Hon."},
            "salutation-title",
        ),
        ("Dear {{ recipient.honorific }} {{ recipient.family }}:", {"honorific": "Dr"}, ""),
        ("Dear Dr {{ recipient.name }},", {"name": "Dr Ada Lee"}, "salutation-title"),
        ("Dear {{ recipient.given }} {{ recipient.suffix }},", {}, "address-empty"),
        ("Dear {{ fields.nickname }},", {"extra": {"nickname": "NaN"}}, "address-leftover"),
        ("Dear {{ fields.nickname }},", {"extra": {"nickname": "Ada"}}, ""),
        ("Dear friend,", {}, ""),
        ("{{ to.salutation }}", {}, ""),
    ],
)
def test_a_salutation_of_a_templates_own_is_looked_at_too(
    opened: Campaign, salutation: str, changes: dict[str, object], code: str
) -> None:
    own = opened.composer.folder / "templates/letter/recipient/zoe.html.j2"
    own.parent.mkdir(parents=True, exist_ok=True)
    block = f'<div class="salutation"><p>{salutation}</p></div>'
    frame = '{% extends "letter/default.html.j2" %}{% block salutation %}'
    own.write_text(f"{frame}{block}{{% endblock %}}", encoding="utf-8")
    recipient = replace(opened.recipients[0], **changes)  # type: ignore[arg-type]
    found: set[str] = set()
    try:
        _with(opened).compose_letter(recipient)
    except BriefgenError as error:
        found = {problem.code for problem in error.problems}
        assert all(problem.place == recipient.place for problem in error.problems)
    finally:
        own.unlink()
    assert found == ({code} if code else set())


def test_many_warnings_of_a_kind_are_counted_by_check_unless_with_v(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = small_starter(tmp_path / "campaign")
    rows = [
        f"m{number},uk-mp,ADA {'ABCDEFGHIJKL'[number]}LEE,,,,,London,,SW1A 0AA,GB," for number in range(12)
    ]
    (folder / "recipients.csv").write_text(HEADER + "\n".join(rows), encoding="utf-8")
    assert exit_code("check", folder) == 0
    said = capsys.readouterr().err
    assert (said.count("name-capitals: ADA"), "name-capitals: and 2 more like these" in said) == (10, True)
    assert exit_code("check", folder, "-v") == 0
    said = capsys.readouterr().err
    assert (said.count("name-capitals: ADA"), "more like these" in said) == (12, False)
