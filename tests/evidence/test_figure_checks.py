"""A figure is evidence like any other: each datum stands in its own evidence, by value, or the build stops."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

import pytest

from briefgen.errors import Problem, ProblemList
from briefgen.evidence.checks import check_library
from briefgen.evidence.edtf import spell_out_edtf
from briefgen.evidence.figure_checks import FigureValue, parse_figure_value
from briefgen.evidence.lock import EvidenceLock, hash_foundation
from briefgen.evidence.review import build_lock
from briefgen.evidence.source_text import SourceText, split_body_paragraphs
from briefgen.evidence.statements import printable_wordings
from briefgen.library.references import parse_references
from briefgen.library.snippets import parse_statement
from briefgen.library.sources import make_record
from briefgen.model.snippet import Caveat, Snippet
from briefgen.model.source import QuotationBudget

DAY = date(2029, 12, 1)
FILE = "snippets/boats.md"
SOURCE = "In 2012 the harbour counted an estimated forty-four lost boats. In 2014 Roe reported more than 60 of them."
REFERENCES = """[
{"id": "doe-2012", "type": "report", "title": "The Fleet of Vale", "author": [{"family": "Doe"}]},
{"id": "roe-2011", "type": "report", "title": "Lost Boats", "author": [{"family": "Roe"}]}
]"""
FIGURE = """---
id: boats
kind: figure
title: Estimates of lost boats
topics: [fleet]
as_of: 2012/2016
figure:
  chart: range
  unit: boats
  alt: Estimates that run from 44 boats in 2012 to between 70 and 80 in 2016.
  rows:
    - label: The harbour
      date: 2012
      value: "44"
      evidence:
        - {source: doe-2012, locator: {paragraph: 1}, quote: "counted an estimated forty-four lost boats"}
    - label: Roe, as Doe reported
      date: 2014
      value: more than 60
      evidence:
        - source: doe-2012
          locator: {paragraph: 1}
          quote: "Roe reported more than 60"
          via: [{source: roe-2011, relation: cited}]
    - label: The fleet
      date: 2016
      value: 70 to 80
      evidence:
        - {source: roe-2011, locator: {page: 3}, attested: {by: e, on: 2029-11-01, said: "In 2016 the fleet put its loss at 70 to 80 boats."}}
confidence: single-source
review: {status: verified, by: editor, on: 2029-11-01}
---
The estimates rose to between 70 and 80 boats.
"""
OTHER = """---
id: harbour-count
kind: statistic
as_of: 2012
evidence: [{{source: doe-2012, locator: {{paragraph: 1}}, quote: "counted an estimated forty-four lost boats"}}]
confidence: {confidence}
{more}
review: {{status: verified, by: editor, on: 2029-11-01}}
---
The harbour estimated that 44 boats were lost in 2012.
"""
NOTE = """---
id: note
evidence: [{source: roe-2011, attested: {by: e, on: 2029-11-01, said: Roe disputes it.}}]
review: {status: verified, by: editor, on: 2029-11-01}
---
Roe disputes it.
"""


class Shelf:
    """A small library with one figure, written as its files are."""

    def __init__(self, figure: str, others: Mapping[str, str] | None = None, caveat: bool = False) -> None:
        self.findings = ProblemList()
        texts = {"boats": figure, **(others or {})}
        read = [
            parse_statement(Snippet, text, f"snippets/{name}.md", self.findings)
            for name, text in texts.items()
        ]
        self.snippets = {statement.id: statement for statement in read if statement}
        note = parse_statement(Caveat, NOTE, "snippets/caveats/note.md", self.findings) if caveat else None
        self.caveats = {note.id: note} if note else {}
        self.references = parse_references(REFERENCES, "seeds/references.json", self.findings)
        budget = QuotationBudget(printed=1, kept=1)
        record = make_record("doe-2012", SOURCE.encode()).model_copy(update={"quotation": budget})
        self.records = {"doe-2012": record}
        self.rests_on: dict[str, object] = {}
        self.texts = {"doe-2012": SourceText("doe-2012", record.sha256, split_body_paragraphs(SOURCE))}
        self.lock = EvidenceLock()

    def locked(self) -> Shelf:
        self.lock, _ = build_lock(self, "editor", DAY)  # type: ignore[arg-type]
        return self

    def problems(self) -> list[Problem]:
        found = [*self.findings.problems, *check_library(self, DAY).problems]  # type: ignore[arg-type]
        settled = ("wording-unlocked", "lock-outdated", "caveat-unused")
        return [problem for problem in found if problem.code not in settled]


def changed(before: str, after: str) -> str:
    assert before in FIGURE
    return FIGURE.replace(before, after)


def test_a_figure_whose_data_stand_in_their_evidence_is_clean_and_can_be_locked() -> None:
    shelf = Shelf(FIGURE)
    assert shelf.problems() == []
    assert {"boats", "boats.title", "boats.alt"} == set(shelf.locked().lock.wordings)
    assert {"boats#1", "boats#2"} == set(shelf.lock.quotes)
    assert check_library(shelf, DAY).problems == ()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "after", "code", "line"),
    [
        # the gate
        ('"44"', '"54"', "number-missing", 14),
        ("value: 70 to 80", "value: 70 to 90", "number-missing", 27),
        ("value: more than 60", "value: 60", "hedge-dropped", 19),
        ("value: 70 to 80", "value: more than 70", "number-missing", 27),
        ("date: 2016", "date: 2015", "number-missing", 27),
        ("unit: boats", "unit: percent of all boats", "number-unit", 14),
        ("Roe, as Doe reported", "Somebody", "attribution-dropped", 19),
        ("title: Estimates of lost boats", "title: Lost boats", "hedge-dropped", 14),
        ("label: The fleet", "label: The fleet, of 9 ships", "number-missing", 27),
        ("label: The fleet", "label: The fleet “as told”", "quotation-unproved", 27),
        ("label: The fleet", "label: The fleet last year", "relative-time", 27),
        ("counted an estimated forty-four", "counted an estimated forty-five", "quote-missing", 16),
        ("in 2012 to between", "in 2012, of 900, to between", "number-missing", 10),
        ("The estimates rose", "In 5 ports the estimates rose", "number-missing", 33),
        # form
        ("title: Estimates of lost boats\n", "", "figure-title", 2),
        ("  unit: boats\n", "", "figure-unit", 7),
        ("unit: boats", "unit: <i>boats</i>", "figure-text", 9),
        ("label: The harbour", "label: The *harbour*", "figure-text", 12),
        ("label: The fleet", "label: The <b>fleet</b>", "figure-text", 25),
        ("value: 70 to 80", "value: 70 to 80\n      note: So *it* is.", "figure-text", 28),
        ("chart: range", "chart: range\n  legend: The *fleet*", "figure-text", 9),
        ("value: 70 to 80", "value: ' '", "figure-value", 27),
        ("value: 70 to 80", "value: eighty or so of them", "figure-value", 27),
        ("value: 70 to 80", "value: many", "figure-value", 27),
        ("value: 70 to 80", "value: 80 to 70", "figure-value", 27),
        ("value: 70 to 80", "value: 70, later 80", "figure-value", 27),
        ("      value: 70 to 80\n", "", "figure-value", 25),
        ("date: 2016", "date: March", "figure-date", 26),
        ("chart: range", "chart: line", "figure-value", 19),
        ("chart: range", "chart: timeline", "figure-unit", 9),
        ("chart: range", "chart: pie", "wrong-type", 8),
        ("  alt: Estimates that run from 44 boats in 2012 to between 70 and 80 in 2016.\n", "", "missing-key", 7),
        ("alt: Estimates that run from 44 boats in 2012 to between 70 and 80 in 2016.", "alt: ''", "figure-alt", 10),
        ("alt: Estimates that run from 44 boats in 2012 to between 70 and 80 in 2016.", "alt: Estimates of lost boats", "figure-alt", 10),
        ("to between 70 and 80 in 2016", "onwards", "figure-alt", 10),
        ("run from 44 boats", "run from few boats", "figure-alt", 10),
        ("kind: figure", "kind: statistic", "wrong-value", 2),
        ("chart: range", "chart: range\n  colour: red", "unknown-key", 9),
        ("as_of: 2012/2016\n", "", "as-of-missing", 2),
    ],
)  # fmt: skip
def test_whatever_is_wrong_with_a_figure_is_told_at_its_line(
    before: str, after: str, code: str, line: int
) -> None:
    problems = Shelf(changed(before, after)).problems()
    found = {(problem.code, problem.place.line if problem.place else None) for problem in problems}
    assert (code, line) in found, "\n".join(map(str, problems))


def test_a_datum_without_evidence_is_refused() -> None:
    text = re.sub(r"\n      evidence:\n        - \{source: roe-2011.*\}\}", "", FIGURE)
    assert [problem.code for problem in Shelf(text).findings.problems] == ["missing-key"]
    text = re.sub(r"\n      evidence:\n        - \{source: roe-2011.*\}\}", "\n      evidence: []", FIGURE)
    assert [problem.code for problem in Shelf(text).findings.problems] == ["wrong-type"]


def test_a_value_is_not_proved_by_the_evidence_of_another_row() -> None:
    swapped = changed('"44"', "70 to 80").replace(
        "value: 70 to 80\n      evidence:\n        - {source: roe",
        'value: "44"\n      evidence:\n        - {source: roe',
    )
    codes = [problem.code for problem in Shelf(swapped).problems()]
    assert codes.count("number-missing") >= 2


def test_more_than_forty_rows_are_too_many() -> None:
    start = FIGURE.index("    - label: The fleet")
    row = FIGURE[start : FIGURE.index("confidence:")]
    (problem,) = Shelf(FIGURE.replace(row, row * 40)).findings.problems
    assert problem.code == "wrong-type"
    assert "at most 40 entries" in problem.message
    assert str(problem.place) == f"{FILE}:11:3"


def test_dates_of_a_line_run_forward_and_are_there() -> None:
    line = (
        changed("chart: range", "chart: line")
        .replace("value: more than 60", 'value: "60"')
        .replace("value: 70 to 80", 'value: "70"')
    )
    backward = line.replace("date: 2016", "date: 2013")
    assert "figure-date" in [problem.code for problem in Shelf(backward).problems()]
    undated = line.replace("      date: 2016\n", "")
    assert "figure-date" in [problem.code for problem in Shelf(undated).problems()]
    assert "figure-date" not in [problem.code for problem in Shelf(line).problems()]


def test_a_row_without_label_or_date_is_told() -> None:
    text = changed("    - label: The fleet\n      date: 2016\n", "    - note: None.\n")
    assert "figure-label" in [problem.code for problem in Shelf(text).problems()]


@pytest.mark.parametrize(
    ("confidence", "more", "status", "told"),
    [
        ("superseded", "superseded_by: [boats]", "", True),
        ("superseded", "superseded_by: [boats]", "contested", True),
        ("superseded", "superseded_by: [boats]", "superseded", False),
        ("disputed", "caveats: [note]", "", True),
        ("disputed", "caveats: [note]", "contested", False),
        ("single-source", "", "", False),
    ],
)
def test_a_row_says_that_its_figure_is_contested_or_overtaken(
    confidence: str, more: str, status: str, told: bool
) -> None:
    figure = changed('value: "44"', f'value: "44"\n      status: {status}') if status else FIGURE
    others = {"harbour-count": OTHER.format(confidence=confidence, more=more)}
    problems = Shelf(figure, others, caveat=True).problems()
    assert ("figure-status" in [problem.code for problem in problems]) is told


def test_the_caveat_of_a_disputed_figure_serves_in_place_of_a_status() -> None:
    others = {"harbour-count": OTHER.format(confidence="disputed", more="caveats: [note]")}
    figure = changed("confidence:", "caveats: [note]\nconfidence:")
    assert "figure-status" not in [p.code for p in Shelf(figure, others, caveat=True).problems()]


def test_a_figure_does_not_overtake_a_statement_of_a_letter() -> None:
    others = {"harbour-count": OTHER.format(confidence="superseded", more="superseded_by: [boats]")}
    problems = Shelf(changed('value: "44"', 'value: "44"\n      status: superseded'), others).problems()
    assert "superseded-by-unverified" in [problem.code for problem in problems]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("chart: range", "chart: bar"),
        ("label: The fleet", "label: A fleet"),
        ("unit: boats", "unit: lost boats"),
    ],
)
def test_a_change_of_the_data_waits_for_a_new_review(before: str, after: str) -> None:
    lock = Shelf(FIGURE).locked().lock
    shelf = Shelf(changed(before, after))
    shelf.lock = lock
    assert "evidence-changed" in [problem.code for problem in shelf.problems()]


def test_the_basis_of_a_statement_without_figures_does_not_change_unnoticed() -> None:
    statement = Shelf(FIGURE, {"harbour-count": OTHER.format(confidence="single-source", more="")}).snippets
    assert set(printable_wordings(statement["harbour-count"])) == {"body"}
    assert hash_foundation(statement["harbour-count"]) == (
        "7f5b684d6ccb93de81f392c91df62aa7bd40d7a59bb4bea940f334e32b6b5869"
    )


@pytest.mark.parametrize(
    ("text", "low", "high", "more", "less"),
    [
        ("1,508", 1508, 1508, False, False),
        ("2012", 2012, 2012, False, False),
        ("53,000 to 65,000", 53000, 65000, False, False),
        ("53,000–65,000", 53000, 65000, False, False),
        ("2.8 million to 3.5 million", 2_800_000, 3_500_000, False, False),
        ("more than 10,000", 10000, 10000, True, False),
        ("200,000 or more", 200_000, 200_000, True, False),
        ("at least 5", 5, 5, True, False),
        ("up to 200,000", 200_000, 200_000, False, True),
        ("fewer than 7", 7, 7, False, True),
        ("about 40", 40, 40, False, False),
        ("0", 0, 0, False, False),
    ],
)
def test_a_value_is_read_as_it_is_printed(text: str, low: int, high: int, more: bool, less: bool) -> None:
    value = parse_figure_value(text, "people")
    assert isinstance(value, FigureValue)
    assert (value.low, value.high) == (low, high)
    assert (value.may_be_more, value.may_be_less) == (more, less)


@pytest.mark.parametrize(
    "text", ["", "none", "-5", "1e6", "5 dead", "<b>5</b>", "5; 6", "in 2012", "5 (or 6)"]
)
def test_what_is_no_single_number_is_no_value(text: str) -> None:
    assert isinstance(parse_figure_value(text, "people"), str)


@pytest.mark.parametrize(
    ("edtf", "words"),
    [
        ("2012", "2012"),
        ("2012-04", "April 2012"),
        ("2012-04-21", "21 April 2012"),
        ("2011-12/2012-04", "December 2011; April 2012"),
        ("199X", "the 1990s"),
        ("soon", ""),
    ],
)
def test_a_date_is_said_so_that_numbers_can_be_read_from_it(edtf: str, words: str) -> None:
    assert spell_out_edtf(edtf) == words
