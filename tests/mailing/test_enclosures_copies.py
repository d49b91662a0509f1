"""What goes with a letter: references that stay, copies that are made, enclosures that are there, codes."""

from __future__ import annotations

import base64
import re
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from command_line import exit_code
from material import tiny_campaign

from briefgen.campaign.job import write_letters
from briefgen.campaign.open import Campaign, open_campaign
from briefgen.campaign.reference_numbers import NUMBERS_FILE, keep_numbers
from briefgen.compose.copyholders import Copyholder, parse_copyholder
from briefgen.errors import BriefgenError
from briefgen.inspect.compare import find_differences
from briefgen.inspect.trace import read_document
from briefgen.mailing.enclosures import find_apart_enclosures
from briefgen.mailing.envelopes_labels import find_envelope, find_label_sheet
from briefgen.mailing.pdf_merge import PdfPart, merge_pdfs
from briefgen.mailing.print_run import PrintOptions, build_print_files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "water").mkdir()
    return tiny_campaign(tmp_path / "water")


def opened(folder: Path, letter: str, columns: str = "", cells: tuple[str, ...] = ("", "", "")) -> Campaign:
    """The campaign with this `letter:`, and more columns in its list."""
    text = (folder / "campaign.yaml").read_text(encoding="utf-8")
    (folder / "campaign.yaml").write_text(re.sub(r"\nletter: .*", "", text) + f"letter: {letter}\n", "utf-8")
    if columns:
        header, *rows = (folder / "recipients.csv").read_text(encoding="utf-8").splitlines()
        rows = [f"{row},{cell}" for row, cell in zip(rows, cells, strict=True)]
        (folder / "recipients.csv").write_text("\n".join([f"{header},{columns}", *rows, ""]), "utf-8")
    return open_campaign(folder)


def dated(campaign: Campaign) -> dict[str, str]:
    """The lines below the date, by recipient."""
    found = {}
    for recipient in campaign.recipients:
        html = campaign.compose(recipient, "txt").html
        line = re.search(r'<div class="date-line"><p>.*?(?:<br/>(.*?))?</p>', html)
        assert line is not None
        found[recipient.id] = line[1] or ""
    return found


def one_page_pdf() -> bytes:
    data = BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(595, 842))
        pdf.save(data)
    return data.getvalue()


def test_a_recipient_keeps_the_number_when_rows_come_and_go(folder: Path) -> None:
    campaign = opened(folder, '{reference: "EC/{year}/{number:3}", first_number: 5}')
    assert dated(campaign) == {
        "ada-sample": "Our ref: EC/2026/005",
        "ben-placeholder": "Our ref: EC/2026/006",
        "clara-example": "Our ref: EC/2026/007",
    }
    assert not (folder / NUMBERS_FILE).exists()  # whoever only looks writes nothing
    write_letters(campaign, campaign.recipients[:1], ("txt",), folder / "out")
    people = folder / "recipients.csv"
    header, ada, ben, clara = people.read_text(encoding="utf-8").splitlines()
    new = ada.replace("ada-sample", "dora-new").replace("Ada Sample", "Dora New")
    people.write_text("\n".join([header, new, clara, ada, ""]), "utf-8")
    campaign = open_campaign(folder)
    expected = {"dora-new": "008", "clara-example": "007", "ada-sample": "005"}
    assert dated(campaign) == {name: f"Our ref: EC/2026/{number}" for name, number in expected.items()}
    keep_numbers(campaign.config, folder, campaign.recipients)
    people.write_text("\n".join([header, ben, ""]), "utf-8")
    assert dated(open_campaign(folder)) == {"ben-placeholder": "Our ref: EC/2026/006"}


def test_a_reference_with_a_label_of_its_own_stays_as_it_is(folder: Path) -> None:
    campaign = opened(folder, '{reference: "Our ref: TW 14/{id}"}', "your_ref", ("CW/1: a", "", ""))
    found = dated(campaign)
    assert found["ada-sample"] == "Our ref: TW 14/ada-sample<br/>Your ref: CW/1: a"
    assert found["ben-placeholder"] == "Our ref: TW 14/ben-placeholder"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("x", "is not a recipient's id and a number"),
        ("bob,-1", "is not a recipient's id and a number"),
        ("bob,²", "is not a recipient's id and a number"),
        ("bob,7", "is that of 'ada' already"),
        ("ada,8", "has another number above"),
    ],
)
def test_every_line_of_the_numbers_that_is_wrong_is_named(folder: Path, line: str, said: str) -> None:
    (folder / NUMBERS_FILE).write_text(f"recipient,number\nada,7\n{line}\n", "utf-8")
    with pytest.raises(BriefgenError) as caught:
        opened(folder, '{reference: "{number}"}')
    (problem,) = caught.value.problems
    assert problem.code == "numbers-file" and said in problem.message
    assert problem.place is not None and problem.place.line == 3


def test_a_field_that_nobody_has_stops_the_campaign_and_an_empty_one_costs_a_letter(folder: Path) -> None:
    with pytest.raises(BriefgenError) as caught:
        opened(folder, '{reference: "{nummer}", web_address: "https://a.example/{File}"}')
    assert [one.code for one in caught.value.problems] == ["pattern-field", "pattern-field"]
    campaign = opened(folder, '{web_address: "https://a.example/{File}"}', "File", ("a/b?c", "", "x" * 200))
    assert [(one.code, one.about) for one in campaign.skipped] == [
        ("pattern-empty", "ben-placeholder"),
        ("web-address-long", "clara-example"),
    ]
    assert 'href="https://a.example/a%2Fb%3Fc"' in campaign.compose("ada-sample", "txt").html


@pytest.mark.slow
def test_the_code_says_the_address_and_every_format_prints_it(folder: Path, tmp_path: Path) -> None:
    campaign = opened(folder, '{web_address: "https://www.taps.example/r/{id}"}')
    html = campaign.compose("ada-sample").html
    picture = re.search(r'src="data:image/png;base64,([^"]+)" alt="([^"]+)"', html)
    assert picture is not None and picture[2] == "QR code for https://www.taps.example/r/ada-sample"
    assert base64.b64decode(picture[1]).startswith(b"\x89PNG")
    paths = {format: tmp_path / f"ada.{format}" for format in ("pdf", "docx", "txt")}
    for format, path in paths.items():
        path.write_bytes(campaign.render("ada-sample", format))
    assert not find_differences(read_document(paths["docx"]), read_document(paths["pdf"]))
    assert "On the web: taps.example/r/ada-sample" in paths["txt"].read_text("utf-8")
    assert "QR code" not in paths["txt"].read_text("utf-8")


def test_a_copyholder_has_a_name_perhaps_an_address_and_an_e_mail_address() -> None:
    assert parse_copyholder(" The mayor ") == Copyholder("The mayor")
    found = parse_copyholder("The Ombudsman | 1 High Street |  Leith | a@b.example")
    assert found == Copyholder("The Ombudsman", ("1 High Street", "Leith"), "a@b.example")


@pytest.mark.slow
def test_copies_are_printed_marked_and_addressed_once(folder: Path) -> None:
    holder = "The Ombudsman | 1 High Street | Leith EH6 7AA"
    opened(
        folder, f"{{copies: [The mayor, {holder}]}}", "copies", ("A council | Box 1 | Leith", "", "A club")
    )
    assert exit_code("batch", folder, "--format", "pdf", "-q") == 0
    campaign = open_campaign(folder)
    assert "Copy to: The mayor; The Ombudsman; A council</p>" in campaign.compose("ada-sample").html
    options = PrintOptions(envelope=find_envelope("dl"), labels=find_label_sheet("avery-l7160"))
    files = build_print_files(campaign, folder / "out", options)
    assert [one.contents for one in files] == [
        "3 letters, 3 pages",
        "4 copies, 4 pages",
        "5 envelopes",
        "5 labels, 1 sheet",
    ]
    with pypdfium2.PdfDocument(files[1].data) as copies:
        pages = [page.get_textpage().get_text_bounded() for page in copies]
    assert sum("Copy for The Ombudsman" in page for page in pages) == 3
    assert sum("Copy for A council" in page for page in pages) == 1
    with pypdfium2.PdfDocument(files[2].data) as envelopes:
        last = [envelopes[number].get_textpage().get_text_bounded() for number in (3, 4)]
    assert {text.splitlines()[-1] for text in last} == {"Leith EH6 7AA", "Leith"}


@pytest.mark.slow
def test_enclosures_are_printed_behind_each_letter(folder: Path) -> None:
    (folder / "map.pdf").write_bytes(one_page_pdf())
    (folder / "list.csv").write_text("a,b\n", "utf-8")
    letter = "{enclosures: [{name: Map, file: map.pdf}, {name: List, file: list.csv}, A stamp]}"
    campaign = opened(folder, letter)
    assert "Enclosures: Map; List; A stamp</p>" in campaign.compose("ada-sample").html
    assert exit_code("batch", folder, "--format", "pdf", "-q") == 0
    campaign = open_campaign(folder)
    (printed,) = build_print_files(campaign, folder / "out", PrintOptions(duplex=True))
    assert printed.contents == "3 letters, 12 pages"  # each of both, and its blank page
    assert [one.message for one in find_apart_enclosures(campaign, printed=True)] == [
        "the enclosure 'A stamp' is not printed with 3 letters: no file is named for it",
        "the enclosure 'List' is not printed with 3 letters: it is no PDF",
    ]


def test_what_is_named_and_not_attached_is_said(folder: Path) -> None:
    campaign = opened(folder, "{enclosures: [Map]}", "email", ("a@b.example", "", ""))
    (problem,) = find_apart_enclosures(campaign, printed=False)
    assert (problem.code, problem.severity) == ("enclosure-apart", "warning")
    assert "'Map' is not attached to the letter" in problem.message
    assert not find_apart_enclosures(opened(folder, "{}"), printed=True)


@pytest.mark.parametrize(
    ("enclosure", "code"),
    [
        ("{name: A, file: none.pdf}", "file-missing"),
        ("{name: A, file: ../water.pdf}", "file-outside"),
        ("{name: A, file: snippets}", "file-irregular"),
        ("{name: A, file: empty.pdf}", "enclosure-size"),
        ("{name: A, paper: nonsense}", "template-missing"),
        ("{name: A, file: empty.pdf, paper: briefing}", "wrong-value"),
        ("{file: empty.pdf}", "missing-key"),
    ],
)
def test_an_enclosure_that_is_not_there_stops_the_campaign(folder: Path, enclosure: str, code: str) -> None:
    (folder / "empty.pdf").touch()
    (folder.parent / "water.pdf").write_bytes(b"%PDF-")
    with pytest.raises(BriefgenError) as caught:
        opened(folder, f"{{enclosures: [{enclosure}]}}")
    assert [one.code for one in caught.value.problems] == [code]


@pytest.mark.parametrize(
    "data", [b"%PDF-1.7\n", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer<</Root 1 0 R>>\n"]
)
def test_a_damaged_enclosure_is_named(data: bytes) -> None:
    with pytest.raises(BriefgenError) as caught:
        merge_pdfs([PdfPart(data, enclosure="Map")], "A title", BytesIO())
    assert [one.code for one in caught.value.problems] == ["enclosure-unreadable"]


def test_a_print_run_without_letters_reads_no_enclosure(folder: Path) -> None:
    campaign = opened(folder, "{enclosures: [{name: A, paper: briefing}]}")
    assert build_print_files(campaign, folder / "out", PrintOptions(letters=False)) == []
