"""Letters assembled from blocks: the same bytes as the full layout gives, or the full layout itself."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

import pytest
from pdf_samples import picture

from briefgen.campaign.open import open_campaign
from briefgen.errors import BriefgenError
from briefgen.model.branding import Branding
from briefgen.model.document import Document
from briefgen.render.pdf.assembly import assembled_page, assembler, text_painting
from briefgen.render.pdf.assembly.assembler import MAX_FAILURES, LetterAssembler, TrialLimit
from briefgen.render.pdf.assembly.blocks import Block, BlockCache
from briefgen.render.pdf.assembly.errors import NotAssembledError
from briefgen.render.pdf.assembly.page_content import split_blocks
from briefgen.render.pdf.renderer import PdfRenderer

ROOT = Path(__file__).parents[3]
STYLES = (ROOT / "templates/css",)
SENTENCE = "The commission found what it found, and said so in words that everybody can read. "
WORDS = [
    "the",
    "of",
    "a",
    "and",
    "to",
    "in",
    "human",
    "rights",
    "Congress",
    "sponsored",
    "co-sponsor",
    "H.R.",
    "5959,",
    "Act’s",
    "“quoted”",
    "people—who",
    "§",
    "2(3)",
    "1,000",
    "Washington,",
    "re-education",
    "well-known",
    "camp/prison",
    "A.V.",
    "Te",
    "To",
    "Ya",
    "fi",
    "ffl",
]
ODD = [
    "Łukasz Žółć-Ångström, Jr.",
    "李明 Li Ming",
    "محمد بن سلمان",
    "x" * 120,
    "soft\u00adhyphen zero\u200bwidth word\u2060joiner",
    "two  spaces, trailing ",
    "emoji 😀",
    "ไทย עברית",
    "combining e\u0301 ½ ⅔ №",
    "\u2028ls \ufeffbom",
    "I " * 60,
    "W" * 24 + " " + "W" * 24,
]


def note(text: str) -> str:
    return (
        f'<span class="footnote">{text}, <em>A Plain Title</em>, para. 5, '
        '<a href="https://e.org/">https://e.org/</a>.</span>'
    )


def letter(name: str = "Jane Sample", own: str = "", cited: str = "A. Writer", last: str = "") -> Document:
    name, own, cited = (escape(text, quote=False) for text in (name, own, cited))
    return Document(
        kind="letter",
        html='<div class="letterhead"><h1>Example Initiative</h1><p>12 Example Street</p></div>'
        f'<div class="inside-address"><p>The Honorable {name}<br/>1 Sample Building</p></div>'
        '<div class="date-line"><p>24 November 2026</p></div>'
        f'<div class="salutation"><p>Dear {name}:</p></div><div class="body"><p>{SENTENCE}{note("First")}</p>'
        f"<p>{own} {SENTENCE * 2}{note(cited)}</p><p>{SENTENCE} <em>And more.</em>{last}</p></div>"
        '<div class="complimentary-close"><p>Sincerely,</p></div>'
        '<div class="signature"><p>Alex Example<br/>Director</p></div>',
        title=f"Letter to {name}",
        author="Example Initiative",
        language="en",
        date=date(2026, 11, 24),
        running=(name, "24 November 2026"),
        page="a4",
        record={"format": "briefgen-evidence/1", "snippets": [{"id": "toll"}]},
    )


def full_renderer(**options: Any) -> PdfRenderer:
    renderer = PdfRenderer(STYLES, **options)
    renderer.stop_assembling()
    return renderer


def result(renderer: PdfRenderer, document: Document) -> bytes | str:
    try:
        return renderer.render(document).data
    except BriefgenError as error:
        return str(error)


@pytest.fixture(scope="module")
def full() -> PdfRenderer:
    return full_renderer()


def assemble_like(full: PdfRenderer, documents: Iterable[Document], **options: Any) -> LetterAssembler:
    """Assert that all letters are the same both ways; return what assembled them."""
    renderer = PdfRenderer(STYLES, **options)
    for document in documents:
        found, expected = result(renderer, document), result(full, document)
        assert found == expected if isinstance(expected, str) else hash(found) == hash(expected), (
            document.title
        )
    assert renderer._assembler is not None
    assert not renderer._assembler.stopped
    assert renderer.assembles, "a letter that was compared with its full layout was another"
    return renderer._assembler


def random_sentence(chance: random.Random) -> str:
    return " ".join(chance.choices(WORDS, k=chance.randint(1, 50)))


def test_letters_with_sentences_and_notes_of_their_own_are_assembled(full: PdfRenderer) -> None:
    chance = random.Random(1)
    letters = [letter(f"Jane Sample {n}", random_sentence(chance), random_sentence(chance)) for n in range(5)]
    assembled = assemble_like(full, [letter(), *letters])
    assert assembled.assembled == len(letters), assembled.reasons


def test_odd_words_come_out_the_same(full: PdfRenderer) -> None:
    odd = [
        letter(text if number % 2 else "Jane", text, f"{text} {text}", last=" end")
        for number, text in enumerate(ODD)
    ]
    random.Random(2).shuffle(odd)
    assembled = assemble_like(full, [letter(), letter(own="Plain."), *odd])
    assert assembled.assembled > len(ODD) / 2, assembled.reasons


@pytest.mark.exhaustive
def test_random_letters_come_out_the_same(full: PdfRenderer) -> None:
    chance = random.Random(3)
    letters = [
        letter(random_sentence(chance)[:60], random_sentence(chance), random_sentence(chance))
        for _ in range(200)
    ]
    assert assemble_like(full, letters).assembled > 150


def dress(document: Document) -> Document:
    """The letter with a logo, a window for its address, and a picture of the signature."""
    html = document.html
    for block, more in {
        '<div class="letterhead">': f'<figure><img src="{picture()}" alt="A logo"/></figure>',
        '<div class="signature">': f'<figure><img src="{picture(colour=(0, 0, 120, 128))}" alt=""/></figure>',
    }.items():
        html = html.replace(block, block + more)
    html = html.replace(
        '<div class="inside-address">',
        '<div class="return-line"><p>Example, 12 Street</p></div><div class="inside-address">',
    )
    return replace(document, html=html, layout="din-5008-b")


@pytest.mark.parametrize(
    "options",
    [
        {"branding": Branding(design="sans", text_family="Source Sans Pro", foot=("A foot", "Its end"))},
        {"purpose": "archive"},
    ],
    ids=["sans", "archive"],
)
def test_window_letters_with_pictures_and_feet_are_assembled(options: dict[str, Any]) -> None:
    letters = [letter(), letter("Émile", "Own words."), letter("Zoë", "Other words " * 12)]
    dressed = [dress(each) for each in letters]
    assert assemble_like(full_renderer(**options), dressed, **options).assembled == 2


def test_the_order_of_letters_does_not_matter(full: PdfRenderer) -> None:
    letters = [letter(f"No {n}", "word " * (5 * n + 1), last=note("Last") if n % 2 else "") for n in range(4)]
    for seed in range(2):
        assemble_like(full, random.Random(seed).sample(letters, len(letters)))


LINK = f"Where to read it: {SENTENCE * 2}<a href='https://e.org/x'>https://e.org/a-page</a>. "
COMMON = [f"</p><p>{SENTENCE * 4}{note('Common')}", f"</p><p>{LINK}{SENTENCE * 9}{note('Later')}"]


def long_letter(name: str = "Jane", own: str = "", end: str = "") -> Document:
    """A letter of two pages: a paragraph of many lines, with a link, runs over the end of the first."""
    text = COMMON[0] * 3 + COMMON[1].replace("'", '"') + f"</p><p>Own: {escape(own)}{note('End')}"
    return letter(name, own, last=f"{text}</p><p>{SENTENCE}{escape(end)}")


def test_letters_of_two_pages_are_assembled(full: PdfRenderer) -> None:
    chance = random.Random(4)
    letters = [long_letter(f"Jane {n}", SENTENCE * n, random_sentence(chance)) for n in (1, 2, 3, 4, 5)]
    letters += [long_letter("Émile Łukasz-Öhman", SENTENCE, "More."), letter("Short"), letter("Shorter")]
    assembled = assemble_like(full, [long_letter(), long_letter("李明 Li Ming"), *letters])
    assert assembled.assembled == len(letters) - 1, assembled.reasons
    assert full.render(letters[0]).pages == 2


def test_page_breaks_are_looked_for_once(full: PdfRenderer, monkeypatch: pytest.MonkeyPatch) -> None:
    planned = []
    original = assembler.plan_pages

    def plan(*arguments: Any) -> Any:
        planned.append(original(*arguments))
        return planned[-1]

    monkeypatch.setattr(assembler, "plan_pages", plan)
    words = ["alike", "short", "found"]
    letters = [long_letter(f"Jane {word}", f"{SENTENCE * 2}{word}", word) for word in words]
    assert assemble_like(full, [long_letter(), *letters]).assembled == len(words)
    assert len(planned) == 1


@pytest.mark.exhaustive
@pytest.mark.parametrize("layout", ["plain", "din-5008-b"])
def test_random_letters_of_several_pages_come_out_the_same(layout: str) -> None:
    chance = random.Random(5)
    options: dict[str, Any] = {"branding": Branding(foot=("A foot", "Its end"))}
    letters = []
    for number in range(30):
        parts = [
            f"</p><p>{escape(random_sentence(chance))} {SENTENCE * chance.randint(0, 3)}"
            + (note(escape(random_sentence(chance))) if chance.random() < 0.5 else "")
            for _ in range(chance.randint(5, 14))
        ]
        name = chance.choice(ODD[:3]) if number % 5 == 4 else f"No {number}"
        each = letter(name, random_sentence(chance), last="".join(parts))
        letters.append(replace(dress(each), layout=layout))
    assembled = assemble_like(full_renderer(**options), letters, **options)
    assert assembled.assembled > 12, assembled.reasons


def test_letters_with_long_words_are_assembled(full: PdfRenderer) -> None:
    words = f"Abfallbeseitigungsverordnungen {'x' * 120}"
    letters = [letter(name, f"{name * 99} b", last=f"</p><p>{words}") for name in ("A", "B", "C")]
    longer = [long_letter(name, SENTENCE * number, words) for number, name in enumerate(("A", "B", "C"))]
    assembled = assemble_like(full, [letter(), *letters, *longer, letter("D")])
    assert assembled.assembled == 5, assembled.reasons


def test_a_number_of_pages_not_seen_yet_is_laid_out_in_full(full: PdfRenderer) -> None:
    assembled = assemble_like(full, [letter(), letter(own=SENTENCE * 30), letter("After")])
    assert assembled.reasons["a page that is full"] == 1
    assert assembled.assembled == 1


def test_lists_that_run_over_a_page_are_laid_out_in_full(full: PdfRenderer) -> None:
    items = "".join(f"<li>{SENTENCE * 2}</li>" for _ in range(20))
    letters = [letter(name, last=f"</p><ul>{items}</ul><p>{SENTENCE}") for name in ("A", "B")]
    assert assemble_like(full, [long_letter(), *letters]).assembled == 0


def test_what_is_no_plain_paragraph_is_learnt_from_a_full_layout(full: PdfRenderer) -> None:
    german = letter(own="Own.", last='</p><p><span lang="de">Auf Deutsch.</span>')
    heading = letter(last="</p><h2>A heading</h2><p>Below it.")
    table = letter(last="</p><table><tbody><tr><td>x</td></tr></tbody></table><p>Below it.")
    assembled = assemble_like(full, [letter(), german, heading, table, german, heading, table])
    assert assembled.assembled == 2, assembled.reasons


def test_styles_of_text_from_right_to_left_are_not_taken_for_others(full: PdfRenderer) -> None:
    def addressed(name: str, direction: str = "") -> Document:
        html = letter().html.replace("<p>The Honorable Jane", f"<p{direction}>The <strong>{name}</strong>")
        return replace(letter(), html=html)

    letters = [letter(), addressed("(A.V.)", ' dir="rtl"'), addressed("(B.C.)"), addressed("(D.E.)")]
    assert assemble_like(full, letters).assembled == 1


def test_fonts_of_one_name_are_not_taken_for_each_other(
    full: PdfRenderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As for an oblique font, and the upright one that is slanted in its place.
    find_key = text_painting.get_pango_font_key
    monkeypatch.setattr(text_painting, "get_pango_font_key", lambda font: (1, *find_key(font)[1:]))
    assembled = assemble_like(full, [letter(), letter("Jean"), letter("Jill")])
    assert assembled.assembled == 0
    assert assembled.reasons["nothing learnt: two fonts of one name"] == 3


def test_blocks_in_other_languages_have_styles_of_their_own(full: PdfRenderer) -> None:
    def asked(text: str, language: str) -> Document:
        return letter(last=f'</p><div class="ask" lang="{language}"><p>{text}</p></div><p>The end.')

    letters = [
        asked("Words.", "de"),
        asked("Palabras.", "es"),
        asked("Otras " * 9, "es"),
        asked("Mehr.", "de"),
    ]
    assembled = assemble_like(full, letters)
    assert assembled.assembled == 2, assembled.reasons
    (model,) = assembled._models.values()
    languages = {path[1][-1] for path in model.styles if path[1][1] == "ask"}
    assert languages == {"de", "es"}


def test_measures_are_those_of_the_full_layout(full: PdfRenderer) -> None:
    renderer = PdfRenderer(STYLES)
    renderer.render(letter())
    document = letter("Jane Q. Public", "Some words of one’s own " * 7)
    found, expected = renderer.measure(document), full.measure(document)
    assert renderer._assembler is not None
    assert renderer._assembler.assembled == 1
    assert found.recipient_blocks_mm == expected.recipient_blocks_mm
    assert found.used_mm == pytest.approx(expected.used_mm)
    assert found.room_mm == pytest.approx(expected.room_mm)
    assert replace(found, used_mm=(), room_mm=()) == replace(expected, used_mm=(), room_mm=())
    assert renderer.render(document).data == full.render(document).data


def test_measures_of_two_pages_are_those_of_the_full_layout(full: PdfRenderer) -> None:
    renderer = PdfRenderer(STYLES)
    for first in ("A", "B"):
        renderer.measure(long_letter(first))
    document = long_letter("Jane Q. Public", SENTENCE * 2)
    found, expected = renderer.measure_assembled(document), full.measure(document)
    renderer.stop_assembling()
    assert found is not None
    assert found.pages == 2
    assert found.is_like(expected)
    shorter = long_letter("Jane Q. Public")
    assert found.estimate_overflow is not None
    assert expected.estimate_overflow is not None
    assert found.estimate_overflow(shorter, 1) == expected.estimate_overflow(shorter, 1)


def test_letters_that_are_only_measured_are_assembled_too(full: PdfRenderer) -> None:
    renderer = PdfRenderer(STYLES)
    letters = [letter(name, "Own words. " * 9) for name in ("A", "B", "C", "D")]
    found = [renderer.measure(each).used_mm for each in letters]
    assert renderer._assembler is not None
    assert renderer._assembler.assembled == 2  # after one, which might have been written, and another
    assert found == [pytest.approx(full.measure(each).used_mm) for each in letters]
    full.measure(letters[1])
    renderer.measure(letters[1])
    assert renderer.render(letters[1]).data == full.render(letters[1]).data


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    "name",
    ["starter", "us-congress", "essay", "uk-parliament", "un-geneva", "foreign-ministries", "drinking-water"],
)
def test_all_letters_of_the_examples_come_out_the_same(name: str) -> None:
    campaign = open_campaign(ROOT / "examples" / name)
    renderers = campaign.renderers(("pdf",), verify_layout=True)
    fitter, renderer = campaign.page_fitter(renderers), renderers.get_renderer("pdf")
    for recipient in campaign.recipients:
        assert renderer.render(fitter.compose_letter(recipient)).problems == ()
    assert renderer._assembler.assembled > 0, renderer._assembler.reasons


@pytest.mark.parametrize("fault", ["moved", "raises"])
def test_a_difference_stops_assembling_and_is_reported(
    full: PdfRenderer, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    def paint(self: Any, stream: Any, blocks: Sequence[Any]) -> None:
        if fault == "raises":
            raise AttributeError("no such thing")
        original(self, stream, list(reversed(blocks)))

    original = assembled_page.AssembledPage._paint_blocks
    monkeypatch.setattr(assembled_page.AssembledPage, "_paint_blocks", paint)
    renderer = PdfRenderer(STYLES)
    renderer.render(letter())
    second = renderer.render(letter("Second"))
    assert second.data == full.render(letter("Second")).data
    (problem,) = second.problems
    assert (problem.code, problem.severity) == ("pdf-assembly", "warning")
    third = renderer.render(letter("Third"))
    assert third == full.render(letter("Third"))


def test_only_a_sample_is_compared_unless_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assembler, "SAMPLE_SHARE", 10**9)
    compared = []
    original = PdfRenderer._render_in_full

    def render_in_full(self: PdfRenderer, document: Document, layout: Any) -> Any:
        compared.append(document.title)
        return original(self, document, layout)

    monkeypatch.setattr(PdfRenderer, "_render_in_full", render_in_full)
    for verify_layout, expected in ((False, 2), (True, 4)):
        renderer, compared[:] = PdfRenderer(STYLES, verify_layout=verify_layout), []
        for name in ("A", "B", "C", "D"):
            renderer.render(letter(name))
        assert len(compared) == expected


def test_campaigns_with_stylesheets_of_their_own_are_laid_out_in_full(tmp_path: Path) -> None:
    (tmp_path / "letter.css").write_text("p { color: #222 }", encoding="utf-8")
    renderer = PdfRenderer((tmp_path, *STYLES))
    renderer.render(letter())
    renderer.render(letter("Second"))
    assert renderer._assembler is None


def test_letters_that_cannot_be_assembled_are_tried_ever_less_often() -> None:
    limit = TrialLimit()
    tried = []
    for number in range(200):
        if limit.admit():
            tried.append(number)
            limit.note(succeeded=False)
    assert tried[:MAX_FAILURES] == list(range(MAX_FAILURES))
    assert len(tried) < MAX_FAILURES + 6
    limit.note(succeeded=True)
    assert [limit.admit() for _ in range(200)][-1]


def test_few_blocks_are_kept_those_used_last() -> None:
    cache = BlockCache(2)
    for key in "ab":
        cache.add(key, Block(0.0))
    cache.get("a")
    cache.add("c", Block(0.0))
    assert [key for key in "abc" if cache.get(key)] == ["a", "c"]


def test_blocks_are_divided_as_they_are_written() -> None:
    html = '<div class="date-line"><p>x</p></div><div class="body"><p>a<br/></p><ul><li><p>b</p></li></ul></div><p>c</p>'
    assert list(split_blocks(html)) == [
        ('<div class="date-line"><p>x</p></div>', False),
        ("<p>a<br/></p>", True),
        ("<ul><li><p>b</p></li></ul>", True),
        ("<p>c</p>", False),
    ]
    with pytest.raises(NotAssembledError):
        list(split_blocks("<p>a</p> text <p>b</p>"))
