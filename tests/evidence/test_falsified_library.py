"""What a careless or hostile editor can change in a library: each change is noticed, and what it falsifies is refused.

Each row of the table changes one place in one file. `check` must report it as it stands; and where a program can know
that it is wrong, also after somebody has locked everything again without reading it.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from briefgen.errors import ProblemList
from briefgen.evidence.checks import check_library
from briefgen.evidence.lock import EvidenceLock, serialize_lock
from briefgen.evidence.review import build_lock
from briefgen.library.folders import LibraryFolder
from briefgen.library.loader import Library, load_library
from briefgen.library.sources import make_record
from briefgen.model.source import QuotationBudget

DAY = date(2026, 12, 1)
SURVEY = """In 2024 the night bus service was not by any measure safe for those who work at night.
An estimated 41 percent of passengers waited more than an hour at least once a month in 2024. No more than 12 of the 60 stops had a shelter. The county may close two depots in 2026, the institute said. In March 2025 fares rose by 15 percent.
The institute called the waits “a burden that no timetable can excuse” and asked that the county act within six months. Drivers were told to wait. Passengers were not. Nobody wrote down why.
"""
REFERENCES = """[
{"id": "survey", "type": "report", "title": "Night Bus Survey", "author": [{"literal": "Harbour Transport Institute"}], "issued": {"date-parts": [[2025, 6]]}, "URL": "https://survey.example/2025"},
{"id": "bill", "type": "bill", "title": "Night Transport Renewal Act of 2025", "number": "H.R. 9959", "issued": {"date-parts": [[2025, 11, 7]]}},
{"id": "resolution", "type": "report", "title": "Night transport", "authority": "Transport Council", "number": "resolution 92/13, TC Doc. T/TC/RES/92/13", "issued": {"date-parts": [[2025, 3, 21]]}},
{"id": "act", "type": "legislation", "title": "Night Transport Act, Pub. L. No. 99-333", "issued": {"date-parts": [[2004, 10, 18]]}},
{"id": "post", "type": "article-newspaper", "title": "Stranded", "container-title": "Harbour Post", "issued": {"date-parts": [[2025, 7, 2]]}},
{"id": "union", "type": "report", "title": "Count", "author": [{"literal": "Drivers Union"}], "issued": {"date-parts": [[2024, 5]]}}
]
"""
REVIEW = "review: {status: verified, by: Dana Writer, on: 2026-11-30}\n---\n"


def attested(source: str, said: str) -> str:
    return f'  - source: {source}\n    attested: {{by: Dana Writer, on: 2026-11-30, said: "{said}"}}\n'


FILES = {
    "seeds/references.json": REFERENCES,
    "seeds/rests-on.yaml": "- source: post\n  on: [survey]\n  why: it reports on it\n",
    "snippets/unsafe.md": "---\nsource: survey\nquote: night bus service was not by any measure safe\nas_of: 2024\n"
    + REVIEW
    + "In 2024 the night bus service was not by any measure safe, the Harbour Transport Institute wrote.\n",
    "snippets/waits.md": "---\nkind: statistic\nsource: survey\nquote: estimated 41 percent … once a month\nas_of: 2024\ncorrections: [D01]\n"
    + REVIEW
    + "An estimated 41 percent of passengers waited more than an hour at least once a month in 2024, the Harbour Transport Institute found.\n",
    "snippets/shelters.md": "---\nkind: statistic\ntitle: Stops without a shelter\nsource: survey\nquote: No more than 12 of the 60 stops\nas_of: 2024\nvariants: {short: No more than 12 of 60 stops had a shelter (Harbour Transport Institute).}\n"
    + REVIEW
    + "No more than 12 of the 60 stops had a shelter, by the count of the Harbour Transport Institute.\n",
    "snippets/depots.md": "---\nsource: survey\nquote: county may close two depots\nas_of: 2025\n"
    + REVIEW
    + "The county may close two depots in 2026, the Harbour Transport Institute said.\n",
    "snippets/burden.md": "---\nkind: quotation\nsource: survey\nquote: a burden … timetable can excuse\nas_of: 2025-06\n"
    + REVIEW
    + "The Harbour Transport Institute called the waits “a burden that no timetable can excuse”.\n",
    "snippets/stranded.md": "---\nkind: statistic\nas_of: 2024\nevidence:\n"
    + attested("post", "The Harbour Post put the number of stranded passengers in 2024 as high as 9,400.")
    + "caveats: [count]\nconfidence: disputed\n"
    + REVIEW
    + "The *Harbour Post* put the number of stranded passengers in 2024 as high as 9,400.\n",
    "snippets/stops.md": "---\nkind: statistic\nas_of: 2023/2024\nevidence:\n"
    + attested("union", "The Drivers Union counted 88 stops in 2023 and 61 in 2024, at $920 a year for each.")
    + REVIEW
    + "The Drivers Union counted 88 stops in 2023 and 61 in 2024, at $920 a year for each.\n",
    "snippets/bill-introduced.md": "---\nkind: event\ntitle: H.R. 9959\nas_of: 2025-11\nevidence:\n"
    + attested("bill", "H.R. 9959, to renew night transport, was introduced on November 7, 2025.")
    + REVIEW
    + "H.R. 9959, the Night Transport Renewal Act of 2025, was introduced on November 7, 2025.\n",
    "snippets/council.md": "---\nkind: event\nevidence:\n"
    + attested("resolution", "The Council was alarmed by reports that fares had risen.")
    + REVIEW
    + "In resolution 92/13 the Transport Council was alarmed by reports that fares had risen.\n",
    "snippets/act-2004.md": "---\nkind: legal\nconfidence: single-source\nevidence:\n"
    + attested("act", "Section 3 of Public Law 99-333 pays for night buses.")
    + REVIEW
    + "Public Law 99-333, the Night Transport Act, pays for night buses.\n",
    "snippets/riders.md": "---\nkind: figure\ntitle: Stranded passengers\nas_of: 2024\nfigure:\n  chart: bar\n  unit: passengers\n  alt: Bars of about 7,100 and up to 9,400 passengers.\n  rows:\n"
    '    - label: Drivers Union\n      value: about 7,100\n      evidence:\n        - source: union\n          attested: {by: Dana Writer, on: 2026-11-30, said: "The union counted about 7,100."}\n'
    '    - label: Harbour Post\n      value: up to 9,400\n      status: contested\n      evidence:\n        - source: post\n          attested: {by: Dana Writer, on: 2026-11-30, said: "The Post put it at up to 9,400."}\n'
    "confidence: single-source\n"
    + REVIEW
    + "The union counted about 7,100 stranded passengers, the *Harbour Post* up to 9,400.\n",
    "snippets/caveats/count.md": "---\nid: count\nevidence:\n"
    + attested("union", "The Drivers Union counted about 7,100.")
    + REVIEW
    + "The Drivers Union counted about 7,100.\n",
    "snippets/ask-night-buses.md": "---\nkind: ask\nrecipients: [us-senator]\nevidence:\n"
    + attested("bill", "H.R. 9959 would renew night transport.")
    + REVIEW
    + "support H.R. 9959, which would renew night transport.\n",
}


class Change(NamedTuple):
    """One change to one file of the library."""

    what: str
    file: str
    old: str
    new: str
    noticed: str
    """The code that reports it as it stands."""
    refused: str = ""
    """The code that reports it after a new lock; empty if only a reader can know that it is wrong."""

    def apply(self, content: str) -> str:
        """Return the file's content with the change: to a wording at its last place, the body."""
        assert self.old in content
        if self.noticed != "wording-changed":
            return content.replace(self.old, self.new, 1)
        before, _, after = content.rpartition(self.old)
        return before + self.new + after


def wording(what: str, name: str, old: str, new: str, refused: str = "") -> Change:
    return Change(what, f"snippets/{name}.md", old, new, "wording-changed", refused)


def evidence(what: str, name: str, old: str, new: str, refused: str = "") -> Change:
    return Change(what, f"snippets/{name}.md", old, new, "evidence-changed", refused)


def reference(what: str, old: str, new: str, refused: str = "") -> Change:
    return Change(what, "seeds/references.json", old, new, "reference-changed", refused)


CHANGES = [
    # works
    reference("a bill's number, two digits exchanged", '"H.R. 9959"', '"H.R. 9995"', "designation-differs"),
    reference("a bill's number, another series", '"H.R. 9959"', '"S. 9959"'),
    reference("a resolution's number", '"resolution 92/13, TC', '"resolution 92/31, TC', "designation-differs"),
    reference("a document's symbol", "T/TC/RES/92/13", "T/TC/RES/92/31", "designation-differs"),
    reference("a law's number in its title", "Pub. L. No. 99-333", "Pub. L. No. 99-332", "designation-differs"),
    reference("the year of a story", "[[2025, 7, 2]]", "[[2026, 7, 2]]"),
    reference("the year of a survey before its claims", "[[2025, 6]]", "[[2015, 6]]", "as-of-late"),
    reference("an author", "Harbour Transport Institute", "Harbour Tourist Institute"),
    reference("a title", "Night Bus Survey", "Day Bus Survey"),
    reference("a newspaper", '"Harbour Post"', '"Harbour Times"'),
    reference("a link", "survey.example/2025", "survey.example.net/2025"),
    reference("a work's type", '"type": "article-newspaper"', '"type": "post-weblog"'),
    Change("what a story rests on", "seeds/rests-on.yaml", "[survey]", "[union]", "reference-changed"),
    Change("that a story rests on something", "seeds/rests-on.yaml", FILES["seeds/rests-on.yaml"], "[]\n", "reference-changed"),
    # what an ask and a statement are
    evidence("an ask's offices", "ask-night-buses", "[us-senator]", "[us-representative]"),
    evidence("an ask without offices", "ask-night-buses", "recipients: [us-senator]\n", ""),
    evidence("a statement's kind, so that its age is not checked", "waits", "kind: statistic", "kind: background"),
    evidence("the corrections that were applied", "waits", "corrections: [D01]\n", ""),
    evidence("a date later than every work", "waits", "as_of: 2024", "as_of: 2026-10", "as-of-late"),
    evidence("another language", "waits", "as_of: 2024", "as_of: 2024\nlanguage: fr"),
    # numbers
    wording("a figure in another language", "waits", "An estimated 41 percent", "Environ 14 %", "number-missing"),
    wording("a figure in the title", "shelters", "Stops without", "13 stops without", "number-missing"),
    wording("a limit from above", "stranded", "as high as 9,400", "at 9,400", "hedge-dropped"),
    wording("a limit turned round", "stranded", "as high as 9,400", "as low as 9,400", "hedge-dropped"),
    wording("an upper limit", "shelters", "No more than 12 of the 60 stops had a shelter, by", "12 of the 60 stops had a shelter, by", "hedge-dropped"),
    wording("an upper limit of the short wording", "shelters", "{short: No more than 12", "{short: Only 12", "hedge-dropped"),
    wording("at least once", "waits", "at least once a month", "once a month"),
    wording("a month for a year", "waits", "in 2024, the", "in May 2024, the", "number-missing"),
    wording("a unit", "waits", "an hour", "two hours", "number-missing"),
    # hedges and speakers
    wording("an estimate", "waits", "An estimated 41", "Some 41", "hedge-dropped"),
    wording("what may be", "depots", "may close", "will close", "hedge-dropped"),
    wording("reports", "council", "by reports that fares had", "that fares had", "hedge-dropped"),
    wording("the speaker", "depots", ", the Harbour Transport Institute said", "", "attribution-dropped"),
    wording("another speaker", "unsafe", "the Harbour Transport Institute", "the county", "attribution-dropped"),
    # senses
    wording("a not dropped", "unsafe", "was not by any", "was by any", "polarity-differs"),
    wording("a not added", "depots", "may close", "may not close", "polarity-differs"),
    wording("a no for a yes", "waits", "passengers waited", "passengers never waited", "polarity-differs"),
    # what goes with what
    wording("two counts exchanged", "stops", "88 stops in 2023 and 61", "61 stops in 2023 and 88", "pair-differs"),
    wording("two years exchanged", "stops", "2023 and 61 in 2024", "2024 and 61 in 2023", "pair-differs"),
    wording("another body's count", "stops", "The Drivers Union counted", "The Transport Council counted", "attribution-dropped"),
    wording("a verb for its opposite", "depots", "close two depots", "open two depots"),
    wording("a quotation without its no", "burden", "“a burden that no timetable", "“a burden that a timetable", "quotation-unproved"),
    wording("dots for a no", "burden", "burden that no timetable", "burden that … timetable", "quotation-cut"),
    wording("dots for the sense", "burden", "“a burden that no timetable can excuse”", "“a burden that … excuse”", "quotation-cut"),
    wording("dots over the next sentence", "burden", "“a burden that no timetable can excuse”", "“a burden … Drivers were told”", "quotation-unproved"),
    wording("a bill's number in the wording", "bill-introduced", "---\nH.R. 9959", "---\nH.R. 9995", "number-missing"),
    wording("a bill's number in the title", "bill-introduced", "title: H.R. 9959", "title: H.R. 9995", "number-missing"),
    wording("a resolution's number in the wording", "council", "resolution 92/13", "resolution 92/31", "number-missing"),
    # evidence
    Change("a quote over five sentences", "snippets/depots.md", "county may close two depots", "estimated 41 percent … fares rose", "evidence-changed", "passage-wide"),
    Change("a quote without its not", "snippets/unsafe.md", "not by any measure safe\nas_of", "by any measure safe\nas_of", "quote-missing", "quote-missing"),
    evidence("dots for a quote's not", "unsafe", "was not by", "was … by"),
    evidence("what was read", "stranded", "as high as 9,400.\"", "up to 9,400.\""),
    evidence("who read it", "stranded", "{by: Dana Writer, on: 2026-11-30, said: \"The Harbour", "{by: Ada Reader, on: 2026-11-30, said: \"The Harbour"),
    evidence("a caveat taken away", "stranded", "caveats: [count]\nconfidence: disputed\n", ""),
    evidence("a dispute settled", "stranded", "confidence: disputed", "confidence: single-source"),
    Change("a caveat that is not printed", "snippets/caveats/count.md", "id: count\n", "id: count\nmust_print: false\n", "evidence-changed", "disputed-without-caveat"),
    Change("a caveat's figure", "snippets/caveats/count.md", "---\nThe Drivers Union counted about 7,100", "---\nThe Drivers Union counted about 1,700", "wording-changed", "number-missing"),
    # figures
    evidence("a row's value", "riders", "value: up to 9,400", "value: up to 9,500", "number-missing"),
    evidence("a row's label", "riders", "label: Harbour Post", "label: Harbour Mail"),
    evidence("a figure's unit", "riders", "unit: passengers", "unit: buses"),
    evidence("a row's hedge", "riders", "value: about 7,100", "value: 7,100", "hedge-dropped"),
    # the lock
    Change("a reviewer in the lock", "snippets/quotes.lock", '"by": "Dana Writer"', '"by": "Ada Reader"', "lock-edited"),
    Change("a work in the lock", "snippets/quotes.lock", '"bill": {"work": "', '"bill": {"work": "0', "lock-edited"),
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library, reviewed and locked."""
    root = tmp_path_factory.mktemp("library")
    for name, content in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content, encoding="utf-8")
    (root / "seeds/texts").mkdir()
    (root / "seeds/texts/survey.txt").write_text(SURVEY, encoding="utf-8")
    record = make_record("survey", SURVEY.encode()).model_copy(
        update={"quotation": QuotationBudget(printed=1, kept=1)}
    )
    (root / "seeds/survey.yaml").write_text(json.dumps(record.model_dump()), encoding="utf-8")
    library, problems = load(root)
    assert problems == []
    (root / "snippets/quotes.lock").write_text(serialize_lock(lock(library)), encoding="utf-8")
    return root


def load(root: Path) -> tuple[Library, list[str]]:
    problems = ProblemList()
    library = load_library([LibraryFolder(root)], problems)
    return library, [str(problem) for problem in problems.problems]


def lock(library: Library) -> EvidenceLock:
    return build_lock(library, "Dana Writer", DAY)[0]


def errors(library: Library) -> list[str]:
    return [str(problem) for problem in check_library(library, DAY).problems if problem.severity == "error"]


def test_the_library_is_clean_as_it_stands(folder: Path) -> None:
    library, problems = load(folder)
    assert problems + errors(library) == []


@pytest.mark.parametrize("change", CHANGES, ids=[change.what for change in CHANGES])
def test_a_change_is_noticed_and_what_it_falsifies_is_refused(folder: Path, change: Change) -> None:
    path = folder / change.file
    before = path.read_text(encoding="utf-8")
    path.write_text(change.apply(before), encoding="utf-8")
    try:
        library, problems = load(folder)
    finally:
        path.write_text(before, encoding="utf-8")
    noticed = problems + errors(library)
    assert any(f"{change.noticed}: " in problem for problem in noticed), noticed
    refused = errors(replace(library, lock=lock(library)))
    if change.refused:
        assert any(f"{change.refused}: " in problem for problem in refused), refused
    else:
        assert refused == [], "a check of its own finds this now: name it in the table"


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("snippets/stranded.md", "Harbour Post put the number", "Harbour  Post put  the number"),
        ("snippets/stranded.md", "The *Harbour Post* put", "The Harbour Post put"),
        ("snippets/riders.md", "the *Harbour Post* up", "the _Harbour Post_ up"),
        ("snippets/burden.md", "“a burden", '"a burden'),
        ("snippets/waits.md", "as_of: 2024", "as_of: 2024\ntopics: [night-buses]\npriority: 70"),
        (
            "seeds/references.json",
            '"title": "Night Bus Survey"',
            '"note": "seen", "title": "Night  Bus Survey"',
        ),
    ],
)
def test_spaces_marks_and_italics_of_names_are_no_edits(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    before = path.read_text(encoding="utf-8")
    assert old in before
    path.write_text(before.replace(old, new), encoding="utf-8")
    try:
        library, problems = load(folder)
    finally:
        path.write_text(before, encoding="utf-8")
    assert problems + errors(library) == []


def test_stress_is_an_edit(folder: Path) -> None:
    library, _ = load(folder)
    snippet = library.snippets["depots"]
    stressed = snippet.model_copy(update={"body": snippet.body.replace("may", "*may*")})
    changed = replace(library, snippets={**library.snippets, "depots": stressed})
    assert ["wording-changed: " in problem for problem in errors(changed)] == [True]
