"""Letters and briefings keep to their pages: by layout, no further than needed, and in any order alike."""

from __future__ import annotations

import csv
import json
import pickle
import random
import re
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from command_line import exit_code
from material import ROOT, copy_starter, small_starter

from briefgen.campaign.check import check_documents
from briefgen.campaign.explain import explain_letter
from briefgen.campaign.open import Campaign, open_campaign
from briefgen.campaign.page_fit import PageFitter
from briefgen.cli.explain import format_explanation
from briefgen.errors import BriefgenError
from briefgen.inspect.compare import compare_files
from briefgen.model.document import Document, PageUsage, hash_record
from briefgen.model.recipient import Recipient
from briefgen.render.pdf.assembly import assembler
from briefgen.render.pdf.renderer import PdfRenderer

pytestmark = pytest.mark.slow

GOLDEN = ROOT / "tests" / "cli" / "golden"


def campaign(
    folder: Path,
    *changes: tuple[str, str],
    limit: str = "1",
    copy: Callable[[Path], Path] = copy_starter,
) -> Path:
    """The starter campaign with many statements for a page, and changes to its file."""
    copy(folder)
    file = folder / "campaign.yaml"
    text = re.sub(r"max_pages: \d+", f"max_pages: {limit}", file.read_text(encoding="utf-8"))
    for old, new in (("  max_snippets: 3\n", "  max_snippets: 6\n"), *changes):
        assert old in text
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    return open_campaign(campaign(tmp_path_factory.mktemp("fit") / "campaign"))


def counting(fitting: PageFitter) -> list[Document]:
    """The documents that are laid out from now on."""
    laid_out: list[Document] = []
    measure = fitting.measure

    def counted(document: Document) -> PageUsage:
        laid_out.append(document)
        return measure(document)

    fitting.measure = fitting.measure_for_page = counted
    return laid_out


def named(opened: Campaign, id: str) -> Recipient:
    return next(one for one in opened.recipients if one.id == id)


def like(recipient: Recipient, number: int, **more: Any) -> Recipient:
    """Somebody else to whom the same is written."""
    return replace(recipient, id=f"{recipient.id}-{number}", name=f"Clara{number} Example", **more)


def test_a_letter_is_cut_to_its_page_and_pdf_and_word_say_the_same(opened: Campaign, tmp_path: Path) -> None:
    renderers = opened.renderers(("pdf", "docx"))
    fitting = opened.page_fitter(renderers)
    fitted = fitting.fit_letter(named(opened, "ada-sample"))
    assert fitted.fit is not None
    assert (fitted.fit.pages_before, fitted.fit.pages, fitted.fit.over) == (2, 1, "")
    told = fitted.document.record["fit"]
    assert told["left_out"]
    assert told["shortened"]
    assert not set(told["left_out"]) & {one["id"] for one in fitted.document.record["snippets"]}
    assert fitted.document.record["sha256"] == hash_record(fitted.document.record)
    files = []
    for format, renderer in renderers().items():
        rendering = renderer.render(fitted.document)
        assert rendering.pages in (1, None)
        files.append(tmp_path / f"letter.{format}")
        files[-1].write_bytes(rendering.data)
    assert compare_files(*files).problems == ()


def test_it_is_cut_no_further_than_needed(opened: Campaign) -> None:
    fitting = opened.page_fitter(opened.renderers(("pdf",)))
    recipient = named(opened, "clara-example")
    fit = fitting.fit_letter(recipient).fit
    assert fit is not None
    assert fit.steps
    from briefgen.compose.shortening import Shortening

    less = opened.composer.compose_letter(recipient, Shortening.from_steps(fit.steps[:-1]))
    assert fitting.measure(less).pages == 2


def test_a_letter_that_fits_is_as_it_would_be_without_a_limit_and_costs_nothing(tmp_path: Path) -> None:
    opened = open_campaign(campaign(tmp_path / "c", ("max_snippets: 6", "max_snippets: 2")))
    renderers = opened.renderers(("pdf",))
    fitting = opened.page_fitter(renderers)
    laid_out = counting(fitting)
    recipients = opened.recipients[:4]
    for recipient in recipients:
        assert fitting.compose_letter(recipient) == opened.composer.compose_letter(recipient)
    assert len(laid_out) == len(recipients)


def test_the_pdf_is_made_of_the_layout_that_was_measured(opened: Campaign) -> None:
    renderers = opened.renderers(("pdf",))
    document = opened.composer.compose_letter(opened.recipients[0])
    plain = renderers()["pdf"].render(document)
    renderers.measure(document)
    assert renderers()["pdf"]._measured is not None  # type: ignore[attr-defined]
    assert renderers()["pdf"].render(document).data == plain.data
    assert renderers()["pdf"]._measured is None  # type: ignore[attr-defined]


def test_letters_with_the_same_text_share_the_decision(opened: Campaign) -> None:
    clara = named(opened, "clara-example")
    fitting = opened.page_fitter(opened.renderers(("pdf",)))
    laid_out = counting(fitting)
    first = fitting.fit_letter(clara)
    extra = len(laid_out) - 1
    for number in range(5):
        assert fitting.fit_letter(like(clara, number)).fit == first.fit
    assert len(laid_out) == 6 + extra


def test_what_is_decided_depends_on_no_other_letter(opened: Campaign) -> None:
    """Addresses of four and of many lines, names that are long: in any order, and with or without a PDF."""
    clara = named(opened, "clara-example")
    people = [
        clara,
        like(clara, 1),
        like(clara, 2, address=("Room 1", "Floor 2", "Wing 3", "Building 4", "Street 5", "Quarter 6")),
        like(clara, 3, address=("a very long line of an address " * 5,)),
        like(clara, 4, address=("Room 1", "Floor 2", "Wing 3", "Building 4", "Street 5", "Quarter 7")),
    ]
    layouts: dict[str, PageUsage] = {}

    def fitter(*formats: str) -> PageFitter:
        """A fitter that has decided nothing yet; a text that was laid out is not laid out again."""
        fitting = opened.page_fitter(opened.renderers(formats))
        measure = fitting.measure

        def measure_once(document: Document) -> PageUsage:
            if document.html not in layouts:
                layouts[document.html] = measure(document)
            return layouts[document.html]

        fitting.measure = fitting.measure_for_page = measure_once
        return fitting

    alone = {one.id: fitter("pdf").compose_letter(one) for one in people}
    assert len({len(one.record["fit"]["left_out"]) for one in alone.values()}) > 1
    for formats in (("pdf", "docx"), ("docx",), ()):
        for seed in range(3):
            random.Random(seed).shuffle(people)
            fitting = fitter(*formats)
            assert {one.id: fitting.compose_letter(one) for one in people} == alone


def test_without_a_pdf_only_the_address_is_laid_out_anew(opened: Campaign) -> None:
    clara = named(opened, "clara-example")
    fitting = opened.page_fitter(opened.renderers(("docx",)))
    fitting.compose_letter(clara)
    laid_out = counting(fitting)
    fitting.compose_letter(like(clara, 1))
    assert [len(document.html) < 500 for document in laid_out] == [True]


def test_without_a_pdf_a_letter_that_was_laid_out_whole_is_not_laid_out_in_part(opened: Campaign) -> None:
    fitting = opened.page_fitter(opened.renderers(("docx",)))
    laid_out = counting(fitting)
    fitting.compose_letter(opened.recipients[0])
    assert [document for document in laid_out if len(document.html) < 500] == []


def test_checking_lays_out_no_further_letter_with_the_same_text(
    opened: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid_out: list[Document] = []
    original = PdfRenderer._lay_out

    def lay_out(renderer: PdfRenderer, document: Document, *more: str) -> Any:
        laid_out.append(document)
        return original(renderer, document, *more)

    monkeypatch.setattr(PdfRenderer, "_lay_out", lay_out)
    monkeypatch.setattr(assembler, "SAMPLE_SHARE", 10**9)
    clara = named(opened, "clara-example")
    fitting = opened.page_fitter(replace(opened.renderers(())))  # what the process shares has learned already
    fits = [fitting.fit_letter(like(clara, 0)).fit, fitting.fit_letter(like(clara, 1)).fit]
    laid_out.clear()  # the first that could be assembled was compared with its layout
    fits += [fitting.fit_letter(like(clara, number)).fit for number in range(2, 9)]
    assert laid_out == []
    assert fits == [opened.page_fitter(opened.renderers(("pdf",))).fit_letter(clara).fit] * 9


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    "name", sorted(path.parent.name for path in (ROOT / "examples").glob("*/campaign.yaml"))
)
def test_what_a_check_says_of_each_letter_is_what_its_own_layout_says(name: str) -> None:
    opened = open_campaign(ROOT / "examples" / name)
    renderers = replace(opened.renderers(()))  # those that the process shares are not to be changed
    in_full = replace(renderers)
    in_full.get_renderer("pdf").stop_assembling()
    fitting = opened.page_fitter(renderers)
    for recipient in opened.recipients:
        alone = replace(opened.page_fitter(in_full), measure_assembled=None)
        fitted = fitting.fit_letter(recipient)
        assert fitted == alone.fit_letter(recipient)
        assert renderers.measure(fitted.document).is_like(in_full.measure(fitted.document))
        assert renderers.get_renderer("pdf") is not in_full.get_renderer("pdf")
    assert renderers.list_differences() == []


def test_an_address_in_a_window_takes_no_room_and_the_decision_is_shared(tmp_path: Path) -> None:
    style = "  citation_style: chicago-notes-bibliography-no-url"
    opened = open_campaign(campaign(tmp_path / "c", (style, f"  layout: din-5008-b\n{style}")))
    clara = named(opened, "clara-example")
    for formats in (("pdf",), ("docx",)):
        fitting = opened.page_fitter(opened.renderers(formats))
        first = fitting.fit_letter(clara)
        longer = like(clara, 1, address=("Room 1", "Floor 2", "Street 5"))
        assert fitting.fit_letter(longer).fit == first.fit
        assert [len(decided) for decided in fitting._known_fits.values()] == [1]


def test_renderers_travel_with_all_that_they_are_made_of(opened: Campaign) -> None:
    given = replace(opened, branding=replace(opened.branding, accent="#123456")).renderers(("docx",))
    assert pickle.loads(pickle.dumps(given)) == given


WORDS = "One more word on the matter at hand. "


def test_what_does_not_fit_says_by_how_much_and_less_of_it_fits(opened: Campaign) -> None:
    clara = named(opened, "clara-example")
    fitting = opened.page_fitter(opened.renderers(("pdf",)))

    def saying(characters: int) -> Recipient:
        return replace(clara, extra={**clara.extra, "paragraph": (WORDS * 200)[:characters].strip()})

    with pytest.raises(BriefgenError) as caught:
        fitting.compose_letter(saying(3000))
    (problem,) = caught.value.problems
    assert problem.code == "pages-exceeded"
    told = re.search(
        r"clara-example is (\d+) lines \((\d+) mm\) over 1 page, although everything optional was shortened",
        problem.message,
    )
    assert told
    line = fitting.measure(opened.composer.compose_letter(clara))
    lines, mm = int(told[1]), int(told[2])
    assert (lines - 1) * line.line_mm <= mm + 0.5 <= lines * line.line_mm + 1
    assert problem.place == opened.config.locate("letter", "max_pages")
    fits = 3000 - round((lines + 1) * line.line_characters)
    assert fitting.fit_letter(saying(fits)).fit.over == ""  # type: ignore[union-attr]
    still = 3000 - round(max(0, lines - 3) * line.line_characters)
    assert fitting.fit_letter(saying(still)).fit.over  # type: ignore[union-attr]


def test_much_too_much_is_told_in_pages() -> None:
    extent = PageUsage((250.0, 250.0, 100.0), (250.0, 250.0, 250.0), 5.0, 80.0)
    from briefgen.campaign.page_fit import _describe_excess

    assert _describe_excess(extent, 1) == "1.4 pages"
    assert _describe_excess(extent, 2) == "20 lines (100 mm)"
    assert _describe_excess(replace(extent, used_mm=(250.0, 3.0)), 1) == "1 line (5 mm)"
    assert _describe_excess(replace(extent, used_mm=(230.0, 42.0)), 1) == "5 lines (22 mm)"


def test_every_caveat_of_what_is_printed_short_is_printed(opened: Campaign) -> None:
    fitting = opened.page_fitter(opened.renderers(("docx",)))
    seen = 0
    for recipient in opened.recipients[::3]:
        document = fitting.compose_letter(recipient)
        for snippet in document.record["snippets"]:
            if snippet["id"] in document.record.get("fit", {}).get("shortened", ()):
                # A bill and its number are kept on one line by a space of their own.
                text = re.sub(r"<[^>]+>", "", document.html).replace("\u00a0", " ")
                assert snippet["text"] in text
                must = opened.composer.library.snippets[snippet["id"]].caveats
                printed = {one["id"] for one in snippet["caveats"] if one["printed"]}
                caveats = opened.composer.library.caveats
                assert printed == {name for name in must if caveats[name].must_print}
                seen += len(printed)
        required = set(opened.config.selection.required)
        assert required <= {one["id"] for one in document.record["snippets"]}
        assert opened.composer.select_snippets(recipient).ask.id in {
            one["id"] for one in document.record["snippets"]
        }
    assert seen


def batch(folder: Path, *options: str) -> tuple[int, dict[str, str]]:
    """Exit code of a batch, and the hash of every letter."""
    code = exit_code("batch", folder, "-q", *options)
    letters = sorted((folder / "out" / "letters").iterdir())
    return code, {file.name: sha256(file.read_bytes()).hexdigest() for file in letters}


def test_any_number_of_workers_and_any_order_write_the_same_bytes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = []
    for number, workers in enumerate(("1", "2")):
        folder = campaign(tmp_path / str(number))
        file = folder / "recipients.csv"
        with file.open(encoding="utf-8", newline="") as table:
            head, *rows = csv.reader(table)
        rows = rows[:4]
        random.Random(number).shuffle(rows)
        with file.open("w", encoding="utf-8", newline="") as table:
            csv.writer(table).writerows([head, *rows])
        code, letters = batch(folder, "--jobs", workers)
        assert code == 0
        made.append(letters)
    assert made[0] == made[1]
    with (folder / "out" / "manifest.csv").open(encoding="utf-8-sig", newline="") as table:
        fits = {row["format"]: row["fit"] for row in csv.DictReader(table)}
    assert fits["pdf"] == fits["docx"]
    assert re.fullmatch(r"shortened [\w, -]+; left out [\w, -]+", fits["pdf"])
    # The campaign has changed, and no letter: a dry run measures too, and finds them as they are.
    file = folder / "campaign.yaml"
    text = file.read_text(encoding="utf-8").replace("  annex: true\n", "  annex: false\n")
    file.write_text(text, encoding="utf-8")
    capsys.readouterr()
    assert exit_code("batch", folder, "--dry-run", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["make"], found["unchanged"]) == (0, len(letters))


def test_one_letter_that_cannot_fit_stops_no_other(tmp_path: Path) -> None:
    folder = campaign(tmp_path / "c")
    file = folder / "recipients.csv"
    with file.open(encoding="utf-8", newline="") as table:
        head, *rows = list(csv.reader(table))[:4]
    head.append("paragraph")
    with file.open("w", encoding="utf-8", newline="") as table:
        csv.writer(table).writerows([head, [*rows[0], WORDS * 90], *([*row, ""] for row in rows[1:])])
    code, letters = batch(folder)
    assert (code, len(letters)) == (1, 4)
    with (folder / "out" / "errors.csv").open(encoding="utf-8-sig", newline="") as table:
        told = list(csv.DictReader(table))
    assert {(row["id"], row["code"], row["row"]) for row in told} == {(rows[0][0], "pages-exceeded", "2")}
    _, broken = check_documents(open_campaign(folder))
    assert [one.code for one in broken] == ["pages-exceeded"]
    assert rows[0][0] in broken[0].message


def test_a_briefing_is_cut_too_and_says_so(tmp_path: Path) -> None:
    """A section filled by topics; the named snippets and the asks stay."""
    named_last = "        - assembly-resolution-2025\n"
    folder = campaign(
        tmp_path / "c",
        (named_last, f"{named_last}      topics: [prison-camps, refoulement]\n      max_snippets: 8\n"),
        ("  annex: true\n", "  annex: false\n  max_pages: 40\n"),
        copy=small_starter,
    )
    opened = open_campaign(folder)
    fitting = opened.page_fitter(opened.renderers(("pdf",)))
    whole = fitting.fit_briefing()
    assert whole.fit is not None
    assert not whole.fit.steps
    pages = whole.fit.pages - 1

    def limited(most: int) -> PageFitter:
        paper = opened.config.briefing.model_copy(update={"max_pages": most})
        campaign = opened.config.model_copy(update={"briefing": paper})
        return PageFitter(replace(opened.composer, campaign=campaign), fitting.measure)

    document = limited(pages).compose_briefing()
    assert document.record["fit"]["pages"] <= pages
    named = {name for section in opened.config.briefing.sections for name in section.snippets}
    printed = {one["id"] for one in document.record["snippets"]}
    assert named | set(opened.config.briefing.asks) <= printed
    with pytest.raises(BriefgenError) as caught:
        limited(1).compose_briefing()
    assert re.search(r"the briefing is \d\.\d pages over 1 page", str(caught.value))


def test_the_explanation_of_a_cut_letter_is_the_one_that_was_read_and_approved(opened: Campaign) -> None:
    """After a change that is meant, read the new text and replace the file by it."""
    recipient = named(opened, "ada-sample")
    fit = opened.page_fitter(opened.renderers(())).fit_letter(recipient).fit
    lines = list(format_explanation(explain_letter(opened.composer, recipient, fit)))
    start = next(index for index, line in enumerate(lines) if line.startswith("Pages: "))
    end = next(index for index, line in enumerate(lines) if line.startswith("In the letter"))
    told = "\n".join(lines[start:end])
    assert told == (GOLDEN / "explain-pages.txt").read_text(encoding="utf-8")


def test_the_command_explains_the_cuts(opened: Campaign, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("explain", opened.composer.folder, "--to", "ada-sample", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["pages"]["most"], told["pages"]["whole"], told["pages"]["now"]) == (1, 2, 1)
    gone = [cut["snippet"] for cut in told["pages"]["cuts"] if cut["how"] == "left-out"]
    assert sorted(gone) == sorted(one["id"] for one in told["snippets"] if one["why"] == "pages")
    assert any(one["short"] for one in told["snippets"])


def test_a_letter_over_its_page_is_laid_out_in_full_at_once_with_the_same_result(
    opened: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No skeleton is laid out for a letter whose full layout is needed for estimates anyway."""
    renderer = PdfRenderer(opened.renderers(()).stylesheet_folders)
    recipients = opened.recipients[:6]
    skeletons: list[str] = []
    lay_out = PdfRenderer._lay_out

    def counted(self: Any, document: Document, content: Any = None, page_css: str = "") -> Any:
        skeletons.extend([document.title] if page_css else [])
        return lay_out(self, document, content, page_css)

    monkeypatch.setattr(PdfRenderer, "_lay_out", counted)
    quick = PageFitter(opened.composer, renderer.measure, measure_for_page=renderer.measure_for_page)
    fitted = [quick.fit_letter(recipient) for recipient in recipients]
    assert any(one.fit is not None and one.fit.steps for one in fitted)
    assert skeletons == []
    slow = PageFitter(opened.composer, renderer.measure)
    assert [slow.fit_letter(recipient) for recipient in recipients] == fitted
    assert skeletons
