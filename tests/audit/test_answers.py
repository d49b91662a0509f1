"""A draft comes back with what was found at exactly the words concerned, and is not changed itself."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pikepdf
import pypdfium2
import pytest
from docx import Document
from docx_samples import complaints, validator
from draft_samples import full_document, pdf_file, pdf_line, word_file
from hypothesis import given
from hypothesis import strategies as st
from material import program

from briefgen.audit.answers.github import format_annotations
from briefgen.audit.answers.html import format_page
from briefgen.audit.answers.registry import AnswerRequest, check_answer, write_answer, write_into
from briefgen.audit.answers.remarks import Replacement, list_remarks, list_replacements, summarize
from briefgen.audit.answers.word import WordAnswer, plan_changes
from briefgen.audit.draft import BlockPlace, Draft, DraftBlock, DraftNote, DraftSentence, NoteMark
from briefgen.audit.findings import (
    AuditReport,
    CitationFinding,
    CitationVerdict,
    Difference,
    DifferenceKind,
    SentenceFinding,
    SentenceVerdict,
    StatementMatch,
)
from briefgen.audit.readers.docx_styles import W
from briefgen.audit.readers.registry import read_draft_bytes
from briefgen.errors import BriefgenError, Place, Problem, UsageError

WORDING = "The vote was 335 to 37, as the record says."
MATCH = StatementMatch(
    "the-vote", "", WORDING, sources=("Record, p. 3",), reviewed_by="A. Reader", caveats=("Not final.",)
)


def judge(
    draft: Draft, words: str, verdict: SentenceVerdict = SentenceVerdict.DIFFERS, **fields: Any
) -> SentenceFinding:
    """A finding on the whole block that has some words, which are what differs."""
    position = next(n for n, block in enumerate(draft.blocks) if words in block.text)
    text = draft.blocks[position].text
    at = text.index(words)
    difference = Difference(DifferenceKind.NUMBER, f"<{words}> is wrong", words, "", at, at + len(words))
    sentence = DraftSentence(position + 1, text, position, 0, len(text))
    given_fields = {"matches": (MATCH,), "differences": (difference,)} | fields
    return SentenceFinding(sentence, verdict, **given_fields)


def report_on(draft: Draft, *findings: SentenceFinding, **fields: Any) -> AuditReport:
    return AuditReport(draft, ("sample",), 7, 0, findings, **fields)


def read(data: bytes | str, kind: str) -> Draft:
    return read_draft_bytes(data.encode() if isinstance(data, str) else data, kind, f"draft.{kind}")


def answered(data: bytes, report: AuditReport, form: str = "docx", *, suggest: bool = False) -> bytes:
    replacements = list_replacements(report) if suggest else ()
    answer = WordAnswer(report.draft, list_remarks(report), ("Audited.",), replacements)
    return write_into(AnswerRequest(form, answer), data)


# Word


def comments_in(data: bytes) -> dict[str, list[str]]:
    """What each comment says, by the words that it is at."""
    document = Document(BytesIO(data))
    body = document.element.body
    found: dict[str, list[str]] = {}
    for comment in document.comments:
        inside, words = False, ""
        for element in body.iter():
            inside |= element.tag == f"{W}commentRangeStart" and element.get(f"{W}id") == str(
                comment.comment_id
            )
            if element.tag == f"{W}commentRangeEnd" and element.get(f"{W}id") == str(comment.comment_id):
                break
            if inside and element.tag in (f"{W}t", f"{W}delText"):
                words += element.text or ""
        assert inside
        found.setdefault(words, []).append("\n".join(one.text for one in comment.paragraphs))
    return found


def split_runs(document: Any) -> None:
    """A sentence whose figure is spread over runs, with a tab and a note's mark within a run."""
    document.add_heading("A sample", 1)
    paragraph = document.add_paragraph()
    for text, bold in (("The vote was 3", False), ("53", True), (" to\t37, and", False), (" so on.", True)):
        paragraph.add_run(text).bold = bold


def test_a_comment_is_at_exactly_the_words() -> None:
    data = word_file(split_runs)
    draft = read(data, "docx")
    result = answered(data, report_on(draft, judge(draft, "353"), judge(draft, "to\t37")))
    found = comments_in(result)
    assert set(found) == {"A sample", "353", "to37"}
    assert found["353"] == [
        "Differs from the evidence. <353> is wrong.\nApproved wording:\n"
        f"{WORDING}\nTo be said with it: Not final.\nSource: Record, p. 3\nStatement: the-vote, reviewed by A. Reader"
    ]
    assert found["A sample"] == ["Audited."]
    after = read(result, "docx")
    assert [block.text for block in after.blocks] == [block.text for block in draft.blocks]
    bold = [run.text for run in Document(BytesIO(result)).paragraphs[1].runs if run.bold]
    assert bold == ["53", " so on."]


def test_everything_in_a_word_file_can_be_commented_on() -> None:
    data = word_file(full_document)
    draft = read(data, "docx")
    words = ("353", "indeed", "2014", "box", "item", "head", "foot")
    report = report_on(draft, *(judge(draft, word) for word in words))
    result = answered(data, report, suggest=True)
    found = comments_in(result)
    # The comment goes with the suggestion too.
    assert {"353335", "indeed", "2014", "box", "item"} <= set(found)
    first = "\n".join(found["A sample"])
    assert "In the head of the pages: “head”" in first
    assert "At the foot of the pages: “foot”" in first
    assert any("a remark" in text for texts in found.values() for text in texts)


def test_a_remark_on_a_note_is_at_its_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    data = with_footnote(word_file(lambda document: document.add_paragraph("Some words.")), "Seen on page 4.")
    draft = read(data, "docx")
    assert [(mark.offset, mark.note) for mark in draft.blocks[0].marks] == [(11, "footnote-1")]
    found = comments_in(answered(data, report_on(draft, judge(draft, "page 4"))))
    assert "In footnote 1: “page 4”" in found[""][0]


def with_footnote(data: bytes, text: str) -> bytes:
    """Add a footnote to the first paragraph; python-docx cannot."""
    out = BytesIO()
    kind = "officeDocument/2006/relationships/footnotes"
    names = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    with ZipFile(BytesIO(data)) as source, ZipFile(out, "w") as archive:
        for member in source.namelist():
            content = source.read(member).decode("utf-8", "surrogateescape")
            if member == "word/document.xml":
                mark = '<w:r><w:footnoteReference w:id="2"/></w:r></w:p>'
                content = content.replace("</w:p>", mark, 1)
            elif member == "word/_rels/document.xml.rels":
                link = f'<Relationship Id="rIdF" Type="http://schemas.openxmlformats.org/{kind}" Target="footnotes.xml"/>'
                content = content.replace("</Relationships>", f"{link}</Relationships>")
            elif member == "[Content_Types].xml":
                media = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
                content = content.replace(
                    "</Types>", f'<Override PartName="/word/footnotes.xml" ContentType="{media}"/></Types>'
                )
            archive.writestr(member, content.encode("utf-8", "surrogateescape"))
        note = f'<w:footnote w:id="2"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t>{text}</w:t></w:r></w:p></w:footnote>'
        archive.writestr("word/footnotes.xml", f"<w:footnotes {names}>{note}</w:footnotes>")
    return out.getvalue()


def test_suggestions_lead_to_the_approved_wording_and_back() -> None:
    data = word_file(split_runs)
    draft = read(data, "docx")
    result = answered(data, report_on(draft, judge(draft, "353")), suggest=True)
    assert read(result, "docx").blocks[1].text == WORDING
    assert read(rejected(result), "docx").blocks[1].text == draft.blocks[1].text
    body = Document(BytesIO(result)).element.body
    changes = [*body.iter(f"{W}ins"), *body.iter(f"{W}del")]
    assert {change.get(f"{W}author") for change in changes} == {"briefgen"}
    assert len({change.get(f"{W}id") for change in changes}) == len(changes)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", change.get(f"{W}date")) for change in changes)


def rejected(data: bytes) -> bytes:
    """The file with all its tracked changes rejected."""
    document = Document(BytesIO(data))
    body = document.element.body
    for insertion in list(body.iter(f"{W}ins")):
        insertion.getparent().remove(insertion)
    for text in list(body.iter(f"{W}delText")):
        text.tag = f"{W}t"
    for deletion in list(body.iter(f"{W}del")):
        for run in list(deletion):
            deletion.addprevious(run)
        deletion.getparent().remove(deletion)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def test_several_sentences_of_a_paragraph_are_replaced() -> None:
    text = "The first vote was 353. The second vote was 353."
    data = word_file(lambda document: document.add_paragraph(text))
    draft = read(data, "docx")
    answer = WordAnswer(
        draft,
        (),
        ("Audited.",),
        (
            Replacement(0, 0, 23, "The first vote, by roll call, was 335.", False),
            Replacement(0, 24, len(text), "The second vote was 337.", False),
        ),
    )
    result = write_into(AnswerRequest("docx", answer), data)
    assert (
        read(result, "docx").blocks[0].text
        == "The first vote, by roll call, was 335. The second vote was 337."
    )
    assert read(rejected(result), "docx").blocks[0].text == text


def test_a_wording_about_something_else_is_no_suggestion() -> None:
    data = word_file(split_runs)
    draft = read(data, "docx")
    other = StatementMatch("other", "", "Nothing of this has been said by anybody at all.")
    report = report_on(draft, judge(draft, "353", matches=(other,)))
    assert (
        read(answered(data, report, suggest=True), "docx").blocks
        == read(answered(data, report), "docx").blocks
    )
    overtaken = judge(draft, "353", SentenceVerdict.SUPERSEDED, superseded_by=(other,))
    result = answered(data, report_on(draft, overtaken), suggest=True)
    assert read(result, "docx").blocks[1].text == other.wording


@given(st.text("ab, 1.-’\n", max_size=30), st.text("ab, 1.-’\n", max_size=30), st.booleans())
def test_planned_changes_turn_one_text_into_the_other(old: str, new: str, whole: bool) -> None:
    changes = plan_changes(old, new, whole=whole)
    result = old
    for start, end, words in reversed(changes):
        result = result[:start] + words + result[end:]
    assert result == new or (not whole and not changes)


def test_a_file_that_changed_meanwhile_is_left_alone() -> None:
    draft = read(word_file(split_runs), "docx")
    with pytest.raises(BriefgenError, match="changed while it was audited"):
        answered(word_file(full_document), report_on(draft, judge(draft, "353")))


def test_a_file_that_can_be_read_but_not_written_is_named() -> None:
    data = with_footnote(word_file(split_runs), "A note.")
    draft = read(data, "docx")
    broken = BytesIO()
    with ZipFile(BytesIO(data)) as source, ZipFile(broken, "w") as archive:
        for member in source.namelist():
            content = source.read(member)
            if member == "word/_rels/document.xml.rels":
                content = content.replace(b"footnotes.xml", b"gone.png").replace(b"/footnotes", b"/image")
            archive.writestr(member, content)
    with pytest.raises(BriefgenError, match="a part that it names is missing"):
        answered(broken.getvalue(), report_on(draft, judge(draft, "353")))


def test_other_drafts_are_copied_to_word() -> None:
    draft = read("# A sample\n\nThe vote[^1] was 353[^1] to 37.\n\n- An item\n\n[^1]: On page 4.\n", "md")
    report = report_on(draft, judge(draft, "353"), judge(draft, "page 4"))
    result = answered(b"", report, "copy", suggest=True)
    assert set(comments_in(result)) == {"A sample", "353", "page 4"}
    assert [one.text for one in Document(BytesIO(result)).paragraphs][-2:] == ["Notes", "[1] On page 4."]


@pytest.mark.slow
def test_word_files_are_valid(tmp_path: Path) -> None:
    data = word_file(full_document)
    draft = read(data, "docx")
    findings = [judge(draft, word) for word in ("353", "indeed", "2014", "box", "item", "head")]
    assert complaints(validator(), answered(data, report_on(draft, *findings), suggest=True), tmp_path) == ""
    copied = answered(b"", report_on(draft, *findings), "copy", suggest=True)
    assert complaints(validator(), copied, tmp_path) == ""


@pytest.mark.office
@pytest.mark.slow
def test_libreoffice_sees_the_comments_where_they_are(tmp_path: Path) -> None:
    data = word_file(split_runs)
    draft = read(data, "docx")
    (tmp_path / "answer.docx").write_bytes(answered(data, report_on(draft, judge(draft, "353"))))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [program("soffice"), profile, "--headless", "--convert-to", "odt", "--outdir", str(tmp_path)]
    subprocess.run([*command, str(tmp_path / "answer.docx")], check=True, capture_output=True, timeout=120)
    with ZipFile(tmp_path / "answer.odt") as archive:
        content = archive.read("content.xml").decode()
    noted = re.search(
        r"<office:annotation [^>]*office:name=\"([^\"]+)\".*?is wrong.*?</office:annotation>", content
    )
    assert noted is not None
    rest = content[noted.end() :]
    end = re.search(r"<office:annotation-end", rest)
    assert end is not None
    assert re.sub("<[^>]+>", "", rest[: end.start()]) == "353"


# PDF


def test_highlights_are_on_the_words() -> None:
    data = pdf_file(
        pdf_line("The vote was 353 to 37, and it was", 300) + pdf_line("seen by many people, they say.", 286)
    )
    draft = read(data, "pdf")
    found = judge(draft, "353"), judge(draft, "it was seen by", verdict=SentenceVerdict.UNSUPPORTED)
    result = answered(data, report_on(draft, *found), "pdf")
    with pikepdf.open(BytesIO(result)) as pdf:
        highlights = [note for note in pdf.pages[0].Annots if note.Subtype == "/Highlight"]
        notes = [str(note.Contents) for note in highlights]
        boxes = [[float(value) for value in note.QuadPoints] for note in highlights]
        summary = [str(note.Contents) for note in pdf.pages[0].Annots if note.Subtype == "/Text"]
    assert notes[0].startswith("Differs from the evidence. <353> is wrong.\n\nApproved wording:")
    assert notes[1].startswith("Nothing in the library bears this out.")
    assert summary == ["Audited."]
    assert [words_in(data, box) for box in boxes] == [["353"], ["it was", "seen by"]]


def test_a_highlight_leaves_out_the_rest_of_its_word() -> None:
    data = pdf_file(pdf_line("vote 111353222 done", 300))
    draft = read(data, "pdf")
    with pikepdf.open(BytesIO(answered(data, report_on(draft, judge(draft, "353")), "pdf"))) as pdf:
        left, _, right, _ = (float(value) for value in pdf.pages[0].Annots[0].Rect)
    area = next(area for area in draft.blocks[0].place.areas if area.end - area.start == 9)
    third = (area.right - area.left) / 3
    assert (left, right) == pytest.approx((area.left + third, area.right - third), abs=0.1)


def words_in(data: bytes, corners: list[float]) -> list[str]:
    textpage = pypdfium2.PdfDocument(data)[0].get_textpage()
    quads = [corners[n : n + 8] for n in range(0, len(corners), 8)]
    return [textpage.get_text_bounded(q[0], q[5], q[2], q[1]).strip() for q in quads]


# Pages


class _Page(HTMLParser):
    """Collects the tags of a page, and fails where they are not balanced."""

    VOID = frozenset({"meta", "path", "circle"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def attributes(self, name: str) -> Iterator[str]:
        yield from (value for _, attributes in self.tags if (value := attributes.get(name)))


HOSTILE = 'The <script>alert(1)</script> vote & was 353 " to 37.'


@pytest.fixture(scope="module")
def page_report() -> AuditReport:
    blocks = (
        DraftBlock("heading", "A <sample>", level=1),
        DraftBlock("paragraph", HOSTILE, marks=(NoteMark(20, "footnote-1"),)),
        DraftBlock("list-item", "It is <approved>."),
        DraftBlock("note", "A note.", note="footnote-1"),
    )
    draft = Draft("folder/<b>.docx", "docx", "en", blocks, (DraftNote("footnote-1", "1", "A note."),))
    unknown = CitationFinding("A note", 3, 0, 6, CitationVerdict.UNKNOWN)
    warning = Problem("draft-left-out", "not read: <1> picture", Place("x"), None, "warning")
    return report_on(
        draft,
        judge(draft, "353"),
        judge(draft, "approved", SentenceVerdict.APPROVED, differences=()),
        citations=(unknown,),
        problems=(warning,),
    )


def test_a_page_shows_the_draft_with_its_remarks(page_report: AuditReport) -> None:
    text = format_page(page_report)
    page = _Page(text)
    assert "<script" not in text.replace("&lt;script", "")
    assert '<mark class="error">353</mark><sup><a href="#remark-1" id="place-1"' in text
    assert '<mark class="good">It is &lt;approved&gt;.</mark>' in text
    assert "<sup>[1]</sup>" in text
    assert "Not read: &lt;1&gt; picture." in text
    identifiers = list(page.attributes("id"))
    assert len(set(identifiers)) == len(identifiers)
    assert {link.removeprefix("#") for link in page.attributes("href")} <= set(identifiers)
    assert {"header", "main"} <= {tag for tag, _ in page.tags}
    assert [tag for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)] == ["h1", "h2", "h2", "h3"]
    assert not list(page.attributes("src")) and "url(" not in text and "@import" not in text


def test_colours_of_a_page_can_be_told_from_their_ground() -> None:
    from briefgen.audit.answers import html
    from briefgen.audit.readers.docx_styles import contrast_ratio, parse_colour

    style = html._STYLE_FILE.read_text("utf-8")
    colours = dict(re.findall(r"--(\w+):(#[0-9a-f]{3,6})[;}\n]", style))
    for ink, ground in (
        *((ink, ground) for ink in ("ink", "quiet", "accent") for ground in ("desk", "paper")),
        *(("ink", ground) for ground in ("goodbg", "warnbg", "badbg", "lookbg")),
        *((ink, "paper") for ink in ("good", "warn", "bad", "look")),
    ):
        pair = [
            parse_colour(2 * colours[one][1:] if len(colours[one]) == 4 else colours[one])
            for one in (ink, ground)
        ]
        assert pair[0] and pair[1] and contrast_ratio(pair[0], pair[1]) >= 4.5, (ink, ground)


# Workflows


def test_annotations_name_lines_and_escape_what_they_say() -> None:
    draft = read("# A sample\n\nThe first line is\nwith 100 %: 353, and no more.\n\nA second one.", "md")
    report = report_on(
        draft, judge(draft, "353"), judge(draft, "second", SentenceVerdict.UNSUPPORTED, matches=()),
    )  # fmt: skip
    first, second = format_annotations(report)
    assert first.startswith(
        "::error file=draft.md,line=4,endLine=4,title=Differs from the evidence::“353”%0ADiffers from the evidence. "
    )
    assert second.startswith(
        "::error file=draft.md,line=6,endLine=6,title=Nothing in the library bears this out::"
    )
    _, allowed = format_annotations(report, [SentenceVerdict.UNSUPPORTED])
    assert allowed.startswith("::warning ")
    odd = Draft("a,b:c%.md", "markdown", "", (DraftBlock("paragraph", "100 %\nof it", BlockPlace(line=1)),))
    (line,) = format_annotations(report_on(odd, judge(odd, "100 %\nof it")))
    assert line.startswith("::error file=a%2Cb%3Ac%25.md,line=1,")
    assert "“100 %25 of it”%0A" in line
    assert "\n" not in line


# Remarks


def test_a_summary_counts_what_is_wrong() -> None:
    draft = read("One 353.\nTwo 353.\nThree 353.\n", "txt")
    findings = [judge(draft, "One"), judge(draft, "Two", SentenceVerdict.UNSUPPORTED, matches=())]
    assert (
        summarize(report_on(draft, *findings)) == "1 error, 1 sentence that nothing in the library bears out"
    )
    assert summarize(report_on(draft)) == "no errors"


def test_remarks_on_one_sentence_offer_the_wording_once() -> None:
    draft = read("One is 353 and 37.", "txt")
    parts = [judge(draft, words).differences[0] for words in ("353", "37")]
    missing = Difference(DifferenceKind.CAVEAT, "a caveat is missing")
    first, second = list_remarks(report_on(draft, judge(draft, "One", differences=(*parts, missing))))
    assert (first.heading, first.details, first.wording) == (
        "<353> is wrong",
        ("a caveat is missing",),
        WORDING,
    )
    assert (second.heading, second.details, second.wording) == ("<37> is wrong", (), "")


def test_supported_sentences_are_remarked_on_only_if_asked_for() -> None:
    draft = read("One is 353.", "txt")
    finding = judge(draft, "353", SentenceVerdict.SUPPORTED, differences=(), to_judge=("whether it is so",))
    assert list_remarks(report_on(draft, finding)) == ()
    (remark,) = list_remarks(report_on(draft, finding), with_supported=True)
    assert (remark.level, remark.heading) == ("good", "a person must judge whether it is so")


# Files


def test_an_answer_is_written_beside_the_draft(tmp_path: Path) -> None:
    source = tmp_path / "draft.docx"
    source.write_bytes(before := word_file(split_runs))
    draft = read(before, "docx")
    report = report_on(draft, judge(draft, "353"))
    write_answer(source, report, tmp_path / "answer.docx")
    write_answer(source, report, tmp_path / "answer.html")
    assert source.read_bytes() == before
    assert "353" in comments_in((tmp_path / "answer.docx").read_bytes())
    assert (tmp_path / "answer.html").read_text("utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("target", "kind", "suggest", "code"),
    [
        ("draft.docx", "docx", False, "answer-exists"),
        ("other.docx", "docx", False, "answer-exists"),
        ("link.docx", "docx", False, "answer-exists"),
        ("answer.rtf", "docx", False, "answer-kind"),
        ("answer", "docx", False, "answer-kind"),
        ("answer.pdf", "docx", False, "answer-kind"),
        ("answer.html", "docx", True, "answer-suggest"),
    ],
)
def test_answers_that_cannot_be_written_are_refused(
    tmp_path: Path, target: str, kind: str, suggest: bool, code: str
) -> None:
    source = tmp_path / "draft.docx"
    source.write_bytes(b"draft")
    (tmp_path / "other.docx").write_bytes(b"other")
    (tmp_path / "link.docx").symlink_to(source)
    with pytest.raises(UsageError) as caught:
        check_answer(source, tmp_path / target, kind, suggest=suggest)
    assert caught.value.problems[0].code == code
    assert source.read_bytes() == b"draft"
