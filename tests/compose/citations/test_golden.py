"""What human-rights work cites, in each style that docs/citations.md calls safe, in tables that a librarian can read.

The tables are tests/compose/golden/citations/STYLE.txt, made from works.json beside them. Each kind of work is
cited four times: first, at once again (another place, then the same), and later, when all others have come between.
A footnote without a source stands before each kind, and counts. In a table *…* is italic and ^…^ small capitals.

guides.json says for each safe style and kind which rule of the style's guide the rows were compared with, where
that rule or an example of it was read (nowhere where that is empty), and how the rows depart from it. The tables
repeat it; docs/citations.md tells the departures, and the kinds whose rule was read nowhere.
"""

from __future__ import annotations

import difflib
import json
import re
from html import unescape
from pathlib import Path

import pytest

from briefgen.compose.citations import (
    Citation,
    CitationFormatter,
    FormattedNote,
    Note,
    OriginalCitation,
    Remark,
)
from briefgen.errors import Place
from briefgen.model.source import Source

ROOT = Path(__file__).parents[3]
GOLDEN = Path(__file__).parents[1] / "golden" / "citations"
STYLES = {
    "chicago-notes-bibliography": "en-US",
    "chicago-notes-bibliography-subsequent-ibid": "en-US",
    "chicago-author-date": "en-US",
    "apa": "en-US",
    "oscola": "en-GB",
    "oscola-5": "en-GB",
    "harvard-cite-them-right": "en-GB",
    "ieee": "en-US",
    "bluebook-law-review": "en-US",
}
KINDS = {
    "UN document": ("un-document", "paragraph", "7", "89–91"),
    "resolution": ("resolution", "paragraph", "8", "9"),
    "treaty": ("treaty", "article", "II", "II–III"),
    "court case": ("court-case", "paragraph", "190", "195"),
    "unreported case": ("unreported-case", "paragraph", "44", "60"),
    "statute": ("statute", "section", "3", "4"),
    "press report": ("press-report", "", "", ""),
    "web page": ("web-page", "", "", ""),
    "report": ("report", "page", "32", "33–34"),
    "journal article": ("journal-article", "page", "66", "67"),
    "book": ("book", "page", "11", "209–212"),
    "second-hand": ("journal-article", "paragraph", "5", "6"),
    "US Supreme Court": ("supreme-court", "page", "257", "264"),
    "hearing": ("hearing", "page", "5", "7"),
    "Hansard": ("hansard", "column", "973–976", "980"),
    "social-media post": ("post", "", "", ""),
    "translated title": ("translated", "", "", ""),
}
SAFE = list(STYLES)[:7]
ROWS = ("first", "at once", "once more", "later")


def citation(kind: str, row: str) -> Citation:
    source, label, first, other = KINDS[kind]
    via = (OriginalCitation("quoted", "tokyo-shimbun"),) if kind == "second-hand" else ()
    return Citation(source, label, first if row == "first" else other, via=via)


def notes() -> list[tuple[str, str, Note]]:
    """Everything that is cited, in order, with kind and row."""
    made = []
    for kind in KINDS:
        made.append(("", "", Note((), (Remark("No source."),))))
        made += [(kind, row, Note((citation(kind, row),))) for row in ROWS[:-1]]
    return made + [(kind, "later", Note((citation(kind, "later"),))) for kind in KINDS]


def readable(html: str) -> str:
    """HTML as it reads: italics between asterisks, small capitals between carets, links as their address."""
    html = re.sub(r'<span class="small-caps">(.*?)</span>', r"^\1^", html)
    html = re.sub(r"</?em>", "*", html)
    assert set(re.findall(r"<(\w+)", html)) <= {"a"}
    return unescape(re.sub(r"<[^>]+>", "", html))


def guides() -> dict[str, dict[str, dict[str, str]]]:
    """For each safe style, for each kind: `rule`, `read` and perhaps `departure`."""
    written = json.loads((GOLDEN / "guides.json").read_text(encoding="utf-8"))
    return {
        style: written.get(entry.get("like"), {"kinds": {}})["kinds"] | entry["kinds"]
        for style, entry in written.items()
    }


def compared(style: str, kind: str) -> list[str]:
    """What the rows of a kind were compared with, as lines of the table."""
    entry = guides().get(style, {}).get(kind, {})
    names = {"rule": "rule", "read": "read at", "departure": "departs"}
    return [f"  {name:<10}  {entry[key]}" for key, name in names.items() if entry.get(key)]


def table(style: str, language: str) -> str:
    references = {
        item["id"]: Source(item["id"], item, Place("works.json"))
        for item in json.loads((GOLDEN / "works.json").read_text(encoding="utf-8"))
    }
    cited = CitationFormatter(references).format([note for _, _, note in notes()], style, language)
    rows: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for number, ((kind, row, _), spot) in enumerate(zip(notes(), cited.notes, strict=True), start=1):
        if kind:
            rows[kind].append(f"  {row:<10}  {_shown(spot, number)}")
    parts = [f"{style} ({language})"]
    parts += ["\n".join([kind, *compared(style, kind), *lines]) for kind, lines in rows.items()]
    works = [f"  {readable(entry)}" for entry in cited.bibliography] or ["  (the style has none)"]
    parts.append("\n".join(["list of works", *works]))
    return "\n\n".join(parts) + "\n"


def _shown(spot: FormattedNote, number: int) -> str:
    return readable(spot.text) if spot.text else f"{number}. {readable(spot.note)}"


@pytest.mark.parametrize(("style", "language"), STYLES.items())
def test_works_are_cited_as_the_reviewed_table_says(style: str, language: str, tmp_path: Path) -> None:
    actual = table(style, language)
    reviewed = GOLDEN / f"{style}.txt"
    expected = reviewed.read_text(encoding="utf-8") if reviewed.is_file() else ""
    if actual != expected:
        saved = tmp_path / reviewed.name
        saved.write_text(actual, encoding="utf-8")
        changes = difflib.unified_diff(expected.splitlines(), actual.splitlines(), "reviewed", "now", n=3)
        raise AssertionError("\n".join([f"the table now reads (whole in {saved}):", *changes]))


def test_no_other_tables_lie_there() -> None:
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(STYLES)


def test_every_kind_was_compared_with_a_rule_of_every_safe_style() -> None:
    assert list(guides()) == SAFE
    assert all(list(kinds) == list(KINDS) for kinds in guides().values())
    assert all(entry["rule"] for kinds in guides().values() for entry in kinds.values())


def test_the_documentation_tells_every_departure() -> None:
    told = " ".join((ROOT / "docs" / "citations.md").read_text(encoding="utf-8").split())
    departures = {entry.get("departure", "") for kinds in guides().values() for entry in kinds.values()}
    assert [one for one in sorted(departures) if one not in told] == []


def test_the_documentation_tells_whose_rule_was_read_nowhere() -> None:
    told = (ROOT / "docs" / "citations.md").read_text(encoding="utf-8")
    table = told.split("| style | rule read nowhere |\n| --- | --- |\n")[1].split("\n\n")[0]
    unread = {
        style: [kind for kind, entry in kinds.items() if not entry["read"]]
        for style, kinds in guides().items()
    }
    assert table.splitlines() == [
        f"| `{style}` | {', '.join(kinds)} |" for style, kinds in unread.items() if kinds
    ]
