"""A finished file agrees with its record as made, and every change to its words or its record is told."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import docx
import pikepdf
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE
from docx_samples import changed
from material import with_much_evidence

from briefgen.campaign.open import open_campaign
from briefgen.errors import BriefgenError
from briefgen.inspect import pdf_worker
from briefgen.inspect.pdf import RECORD_NAME, read_pdf
from briefgen.inspect.pdf_untagged import read_any_pdf
from briefgen.inspect.trace import DocumentTrace, trace_document
from briefgen.model.document import RECORD_FORMAT, Document, hash_record, hash_text

FORMATS = ("pdf", "docx")


@dataclass(frozen=True)
class Made:
    """The starter campaign's first letter and its briefing, composed, with the renderers of both formats."""

    documents: dict[str, Document]
    renderers: Any

    def write(self, folder: Path, kind: str, format: str, document: Document | None = None) -> Path:
        path = folder / f"{kind}.{format}"
        path.write_bytes(self.renderers[format].render(document or self.documents[kind]).data)
        return path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    opened = open_campaign(with_much_evidence(tmp_path_factory.mktemp("campaign") / "it"))
    letters = {
        "letter": opened.composer.compose_letter(opened.recipients[0]),
        "briefing": opened.composer.compose_briefing(),
    }
    return Made(letters, opened.renderers(FORMATS)())


@pytest.fixture(scope="module")
def files(made: Made, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    folder = tmp_path_factory.mktemp("made")
    return {(kind, format): made.write(folder, kind, format) for kind in made.documents for format in FORMATS}


def codes(traced: DocumentTrace) -> list[str]:
    return [problem.code for problem in traced.problems]


def refused(path: Path) -> str:
    """The code of the one problem that keeps a file from being traced."""
    with pytest.raises(BriefgenError) as caught:
        trace_document(path)
    (problem,) = caught.value.problems
    assert problem.place is not None
    assert problem.place.file == str(path)
    assert "\n" not in problem.message
    return problem.code


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["letter", "briefing"])
@pytest.mark.parametrize("format", FORMATS)
def test_a_file_agrees_with_its_record_as_it_was_made(
    files: dict[tuple[str, str], Path], kind: str, format: str
) -> None:
    traced = trace_document(files[kind, format])
    assert codes(traced) == []
    assert all(standing.found == standing.printed > 0 for standing in traced.statements), traced.statements
    assert len(traced.statements) >= 4
    assert traced.record.campaign == "act-on-the-inquiry"


@pytest.mark.slow
def test_the_briefing_prints_caveats_and_some_statements_more_than_once(
    files: dict[tuple[str, str], Path],
) -> None:
    """What the tests below rest on."""
    standings = trace_document(files["briefing", "pdf"]).statements
    assert any(standing.kind == "caveat" for standing in standings)
    assert any(standing.printed > 1 for standing in standings)


# -- a PDF made anew with other words


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["letter", "briefing"])
def test_a_number_changed_in_a_pdf_is_told_with_what_stands_there(
    made: Made, tmp_path: Path, kind: str
) -> None:
    document = made.documents[kind]
    claim = next(one for one in document.record["snippets"] if re.search(r" \d[\d,]* \w", one["text"]))
    found = re.search(r" (\d[\d,]*) (\w+)", claim["text"])
    assert found is not None
    changed = f"9{found[1]}"
    html = document.html.replace(f"{found[1]} {found[2]}", f"{changed} {found[2]}", 1)
    assert html != document.html
    traced = trace_document(made.write(tmp_path, kind, "pdf", replace(document, html=html)))
    (problem,) = [one for one in traced.problems if claim["id"] in one.message]
    assert problem.code == "statement-changed"
    assert changed in problem.message
    assert f"{found[1]} {found[2]}" in problem.message


@pytest.mark.slow
def test_one_of_several_places_changed_is_told(made: Made, tmp_path: Path) -> None:
    document = made.documents["briefing"]
    plain = document.html.replace("\u00a0", " ")  # where no line may break is no part of the words
    claim = next(one for one in document.record["snippets"] if one["printed"] > 1 and one["text"] in plain)
    altered = claim["text"].replace(claim["text"].split()[3], "altogether", 1)
    html = altered.join(plain.rsplit(claim["text"], 1))
    traced = trace_document(made.write(tmp_path, "briefing", "pdf", replace(document, html=html)))
    (problem,) = traced.problems
    assert problem.code == "statement-changed"
    assert f"in 1 of {claim['printed']} places" in problem.message
    assert "altogether" in problem.message


SENTENCE = "In the year 2020 the office counted 20,000 cases, of which 1,500 were closed within a month."
AROUND = "More words stand around it. "
CAVEAT = "The count of 20,000 covers eleven well-known offices only."
NOTE = f'<span class="footnote">Office, <em>A Report</em>. {CAVEAT}</span>'


def _record() -> dict[str, Any]:
    claim = {
        "id": "cases",
        "kind": "statistic",
        "text": SENTENCE,
        "sha256": hash_text(SENTENCE),
        "printed": 1,
        "confidence": "single-source",
        "caveats": [{"id": "offices", "text": CAVEAT, "printed": 1}],
    }
    record = {
        "format": RECORD_FORMAT,
        "briefgen": "0",
        "campaign": "sample",
        "date": "2026-11-24",
        "recipient": None,
        "snippets": [claim],
        "sources": {},
    }
    return {**record, "sha256": hash_record(record)}


def _sample(body: str, **changed: Any) -> Document:
    document = Document(
        kind="letter",
        html=f'<div class="body">{body}</div>',
        title="A sample",
        author="Example",
        language="en",
        date=date(2026, 11, 24),
        running=("A sample", "24 November 2026"),
        page="a4",
        record=_record(),
    )
    return replace(document, **changed)


@pytest.fixture
def _read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dozens of our own PDFs are read in this process; that each has one of its own is seen in other tests."""
    monkeypatch.setattr(pdf_worker, "read_pdf_in_child", lambda data, name: read_any_pdf(data))


@pytest.mark.slow
@pytest.mark.usefixtures("_read_here")
def test_a_sentence_that_runs_over_the_end_of_a_page_is_found_and_a_change_in_it_caught(
    made: Made, tmp_path: Path
) -> None:
    """Between its halves stand a footnote and a running head; the page's end moves through the sentence."""
    split = 0
    for lines in range(36, 54):
        filler = "<br/>".join(["A line of text."] * lines)
        body = f"<p>{filler}{NOTE}</p><p>{AROUND * 5}{SENTENCE} {AROUND * 30}</p>"
        path = made.write(tmp_path, "letter", "pdf", _sample(body))
        split += not any(SENTENCE in " ".join(page.split()) for page in read_pdf(path).pages)
        assert codes(trace_document(path)) == [], lines
        for number in ("1,500", "20,000"):
            changed = body.replace(SENTENCE, SENTENCE.replace(number, "31,500"))
            traced = trace_document(made.write(tmp_path, "letter", "pdf", _sample(changed)))
            assert codes(traced) == ["statement-changed"], lines
            assert "31,500" in traced.problems[0].message
    assert split, "the sentence never stood at the end of a page"


@pytest.mark.slow
@pytest.mark.usefixtures("_read_here")
def test_words_put_in_where_a_page_ends_are_caught(made: Made, tmp_path: Path) -> None:
    for lines in range(36, 54):
        filler = "<br/>".join(["A line of text."] * lines)
        altered = SENTENCE.replace("cases, of", "cases, or rather none at all, of")
        body = f"<p>{filler}{NOTE}</p><p>{AROUND * 5}{altered} {AROUND * 30}</p>"
        assert codes(trace_document(made.write(tmp_path, "letter", "pdf", _sample(body)))) == [
            "statement-changed"
        ]


@pytest.mark.slow
@pytest.mark.usefixtures("_read_here")
def test_numbers_of_a_list_that_are_painted_last_do_not_interrupt(made: Made, tmp_path: Path) -> None:
    for lines in range(34, 44):
        filler = "<br/>".join(["A line of text."] * lines)
        items = f"<li>First item.</li><li>Second item.</li><li>{AROUND * 5}{SENTENCE} {AROUND * 20}</li>"
        path = made.write(tmp_path, "letter", "pdf", _sample(f"<p>{filler}{NOTE}</p><ol>{items}</ol>"))
        assert codes(trace_document(path)) == [], lines


def test_the_number_of_a_note_is_not_taken_for_part_of_the_statement(made: Made, tmp_path: Path) -> None:
    """Nor is a digit of the text taken for the number of a note."""
    text = "The office counted cases in 2020"
    record = _record()
    record["snippets"][0] |= {"text": text, "sha256": hash_text(text)}
    record["sha256"] = hash_record(record)
    good = _sample(f"<p>{text}{NOTE}</p>", record=record)
    assert codes(trace_document(made.write(tmp_path, "letter", "pdf", good))) == []
    bad = _sample(f"<p>{text}1{NOTE}</p>", record=record)
    assert codes(trace_document(made.write(tmp_path, "letter", "pdf", bad))) == ["statement-changed"]


@pytest.mark.slow
def test_a_pdf_saved_anew_by_another_program_still_agrees(
    files: dict[tuple[str, str], Path], tmp_path: Path
) -> None:
    path = tmp_path / "saved.pdf"
    with pikepdf.open(files["briefing", "pdf"]) as pdf:
        pdf.save(path, object_stream_mode=pikepdf.ObjectStreamMode.generate, linearize=True)
    assert codes(trace_document(path)) == []


# -- a DOCX edited in a word processor


@pytest.fixture
def edited(files: dict[tuple[str, str], Path], tmp_path: Path) -> Callable[..., DocumentTrace]:
    """Opens a DOCX with python-docx, replaces words in one run (body, then notes), saves and traces it."""

    def edit(kind: str, old: str, new: str) -> DocumentTrace:
        document = docx.Document(str(files[kind, "docx"]))
        path = tmp_path / "edited.docx"
        if old:
            assert _in_body(document, old, new) or _in_notes(document, old, new), f"{old!r} stands in no run"
        document.save(str(path))
        return trace_document(path)

    return edit


def _in_body(document: Any, old: str, new: str) -> bool:
    for run in document.element.body.iter("{*}t"):
        if old in (run.text or ""):
            run.text = run.text.replace(old, new, 1)
            return True
    return False


def _in_notes(document: Any, old: str, new: str) -> bool:
    part = document.part.part_related_by(RELATIONSHIP_TYPE.FOOTNOTES)
    text = part.blob.decode()
    part._blob = text.replace(old, new, 1).encode()
    return old in text


@pytest.mark.parametrize("kind", ["letter", "briefing"])
def test_a_docx_saved_anew_still_agrees(edited: Callable[..., DocumentTrace], kind: str) -> None:
    assert codes(edited(kind, "", "")) == []


def test_a_number_changed_in_a_docx_is_told_with_what_stands_there(
    edited: Callable[..., DocumentTrace],
) -> None:
    (problem,) = edited("briefing", "reported that 20,000 people", "reported that 30,000 people").problems
    assert problem.code == "statement-changed"
    assert "hwanghae-famine-2012" in problem.message
    assert "reported that 30,000 people" in problem.message
    assert "reported that 20,000 people" in problem.message


def test_a_hedge_taken_out_of_a_docx_is_told(edited: Callable[..., DocumentTrace]) -> None:
    (problem,) = edited("briefing", "numbering an estimated quarter", "numbering a quarter").problems
    assert problem.code == "statement-changed"
    assert "an estimated" in problem.message


def test_a_statement_taken_out_of_a_docx_is_told(made: Made, edited: Callable[..., DocumentTrace]) -> None:
    claim = next(one for one in made.documents["letter"].record["snippets"] if one["kind"] != "ask")
    (problem,) = edited("letter", claim["text"], "").problems
    assert problem.code == "statement-missing"
    assert claim["id"] in problem.message


def test_a_caveat_taken_out_of_a_note_is_told(made: Made, edited: Callable[..., DocumentTrace]) -> None:
    printed = made.documents["briefing"].html
    caveat = next(
        one
        for claim in made.documents["briefing"].record["snippets"]
        for one in claim["caveats"]
        if one["text"] in printed  # in one run: no part of it is set otherwise
    )
    statement, note = edited("briefing", caveat["text"], "").problems
    assert (statement.code, note.code) == ("statement-missing", "note-changed")
    assert f"the caveat {caveat['id']}" in statement.message
    assert caveat["text"].split()[-1] in note.message


# -- notes


def test_the_record_knows_every_note(made: Made) -> None:
    assert set(made.documents) == {"letter", "briefing"}
    for document in made.documents.values():
        assert len(document.record["notes"]) == document.html.count('class="footnote"') > 0


@pytest.mark.slow
@pytest.mark.parametrize("format", FORMATS)
def test_a_word_changed_in_or_added_to_a_note_is_told(made: Made, tmp_path: Path, format: str) -> None:
    document = made.documents["letter"]
    note = re.search(r'<span class="footnote">.*?</span>', document.html)
    assert note is not None
    number = re.search(r"\d+", re.sub("<.*?>", "", note[0]))
    assert number is not None
    for other in (
        note[0].replace(number[0], f"{number[0]}9"),
        note[0].replace("</span>", " This is disputed.</span>"),
        note[0].replace(">", ">See also ", 1),
    ):
        html = document.html.replace(note[0], other, 1)
        traced = trace_document(made.write(tmp_path, "letter", format, replace(document, html=html)))
        assert "note-changed" in codes(traced)
        (problem,) = [one for one in traced.problems if one.code == "note-changed"]
        assert problem.message.startswith("note 1 was changed: “")


@pytest.mark.parametrize("format", FORMATS)
def test_a_note_taken_out_is_told_and_one_added_is_counted(made: Made, tmp_path: Path, format: str) -> None:
    document = made.documents["letter"]
    note = re.findall(r'<span class="footnote">.*?</span>', document.html)[1]
    without = replace(document, html=document.html.replace(note, "", 1))
    traced = trace_document(made.write(tmp_path, "letter", format, without))
    assert [one.message[:6] for one in traced.problems if one.code == "note-missing"] == ["note 2"]
    more = replace(
        document, html=document.html.replace(note, f'{note}<span class="footnote">Mine.</span>', 1)
    )
    traced = trace_document(made.write(tmp_path, "letter", format, more))
    assert codes(traced) == []
    assert traced.notes is not None
    assert (traced.notes.recorded, traced.notes.added) == (len(document.record["notes"]), 1)


def test_a_file_whose_record_says_nothing_of_notes_is_judged_without(made: Made, tmp_path: Path) -> None:
    traced = trace_document(made.write(tmp_path, "letter", "pdf", _sample(f"<p>{SENTENCE}{NOTE}</p>")))
    assert (codes(traced), traced.notes) == ([], None)


# -- a DOCX that Word would not open


@pytest.mark.parametrize(
    "lost", ["[Content_Types].xml", "word/footnotes.xml", "word/styles.xml", "word/numbering.xml"]
)
def test_a_docx_that_has_lost_a_part_is_refused(
    files: dict[tuple[str, str], Path], tmp_path: Path, lost: str
) -> None:
    path = tmp_path / "lost.docx"
    with zipfile.ZipFile(files["letter", "docx"]) as whole, zipfile.ZipFile(path, "w") as out:
        for entry in whole.infolist():
            if entry.filename != lost:
                out.writestr(entry, whole.read(entry))
    assert refused(path) == "docx-unreadable"


@pytest.mark.parametrize(
    ("member", "old", "new"),
    [
        ("[Content_Types].xml", 'PartName="/word/document.xml"', 'PartName="/word/other.xml"'),
        ("[Content_Types].xml", 'PartName="/word/footnotes.xml"', 'PartName="/word/other.xml"'),
        ("word/footnotes.xml", 'w:id="1"', 'w:id="77"'),
    ],
)
def test_a_docx_with_parts_that_do_not_fit_is_refused(
    files: dict[tuple[str, str], Path], tmp_path: Path, member: str, old: str, new: str
) -> None:
    path = tmp_path / "unfit.docx"
    path.write_bytes(
        changed(files["letter", "docx"].read_bytes(), member, lambda text: text.replace(old, new))
    )
    assert refused(path) == "docx-unreadable"


def test_words_added_elsewhere_are_no_ones_statement(edited: Callable[..., DocumentTrace]) -> None:
    assert codes(edited("letter", "Sincerely,", "With high regard and 20,000 thanks,")) == []


# -- the record itself


def _with_record(source: Path, path: Path, change: Callable[[Any], Any]) -> Path:
    """The PDF with its record changed; what `change` returns is text or becomes JSON."""
    with pikepdf.open(source) as pdf:
        stream = pdf.attachments[RECORD_NAME].get_file()
        changed = change(json.loads(stream.read_bytes()))
        text = changed if isinstance(changed, bytes) else json.dumps(changed).encode()
        pdf.attachments[RECORD_NAME] = pikepdf.AttachedFileSpec(pdf, text, filename=RECORD_NAME)
        pdf.save(path)
    return path


def _confidence(record: Any) -> Any:
    record["snippets"][1]["confidence"] = "corroborated beyond doubt"
    return record


def test_a_record_edited_by_hand_is_told(files: dict[tuple[str, str], Path], tmp_path: Path) -> None:
    traced = trace_document(_with_record(files["letter", "pdf"], tmp_path / "a.pdf", _confidence))
    assert codes(traced) == ["record-edited"]


def test_a_record_made_to_fit_changed_words_is_told(made: Made, tmp_path: Path) -> None:
    def fit(record: Any) -> Any:
        claim = record["snippets"][0]
        claim["text"] = claim["text"].replace("20,000", "30,000")
        return record

    body = f"<p>{SENTENCE.replace('20,000', '30,000')}{NOTE}</p>"
    path = made.write(tmp_path, "letter", "pdf", _sample(body))
    assert codes(trace_document(path)) == ["statement-changed"]
    (problem,) = trace_document(_with_record(path, tmp_path / "fit.pdf", fit)).problems
    assert problem.code == "record-edited"
    assert "the text of cases" in problem.message


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda record: {**record, "format": "briefgen-evidence/99"}, "record-format"),
        (lambda record: {**record, "format": "something else"}, "record-broken"),
        (lambda record: {**record, "format": 7}, "record-broken"),
        (lambda record: {**record, "snippets": "none"}, "record-broken"),
        (lambda record: {**record, "snippets": [{}]}, "record-broken"),
        (lambda record: {**record, "snippets": record["snippets"][:1] * 5001}, "record-broken"),
        (lambda record: [record], "record-broken"),
        (lambda record: b"{", "record-broken"),
        (lambda record: b"\xff\xfe", "record-broken"),
        (lambda record: b"[" * 100_000, "record-broken"),
        (lambda record: None, "record-missing"),
    ],
)
def test_a_record_that_cannot_be_used_is_one_clear_problem(
    files: dict[tuple[str, str], Path], tmp_path: Path, change: Callable[[Any], Any], code: str
) -> None:
    assert refused(_with_record(files["letter", "pdf"], tmp_path / "a.pdf", change)) == code


# -- files that are none


def test_a_pdf_of_another_program_has_no_record(tmp_path: Path) -> None:
    path = tmp_path / "other.pdf"
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(path)
    assert refused(path) == "record-missing"


def test_a_docx_of_another_program_has_no_record(tmp_path: Path) -> None:
    path = tmp_path / "other.docx"
    docx.Document().save(str(path))
    assert refused(path) == "record-missing"


def test_an_encrypted_pdf_is_told(files: dict[tuple[str, str], Path], tmp_path: Path) -> None:
    path = tmp_path / "locked.pdf"
    with pikepdf.open(files["letter", "pdf"]) as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(owner="o", user="u"))
    assert refused(path) == "pdf-unreadable"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.pdf", b"", "pdf-unreadable"),
        ("a.pdf", b"%PDF-1.7\n%broken", "pdf-unreadable"),
        ("a.docx", b"", "docx-unreadable"),
        ("a.docx", b"PK\x03\x04broken", "docx-unreadable"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "docx-unreadable"),
        ("a.txt", b"Dear Senator,", "file-kind"),
        ("a", b"", "file-kind"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_clear_problem(
    tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert refused(path) == code


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.999])
def test_half_a_file_is_one_clear_problem_or_its_text_is_judged(
    files: dict[tuple[str, str], Path], tmp_path: Path, format: str, part: float
) -> None:
    whole = files["letter", format].read_bytes()
    path = tmp_path / f"cut.{format}"
    path.write_bytes(whole[: int(len(whole) * part)])
    try:
        trace_document(path)
    except BriefgenError as error:
        assert len(error.problems) == 1


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.pdf"
    with path.open("wb") as file:
        file.write(b"%PDF-1.7\n")
        file.truncate(200_000_000)
    assert refused(path) == "file-too-large"


def test_a_missing_file_and_a_folder_are_told(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.pdf") == "file-unreadable"
    assert refused(tmp_path) == "file-irregular"


def test_the_kind_is_told_by_content_not_by_name(files: dict[tuple[str, str], Path], tmp_path: Path) -> None:
    path = tmp_path / "letter.docx"
    path.write_bytes(files["letter", "pdf"].read_bytes())
    assert codes(trace_document(path)) == []
