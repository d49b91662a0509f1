"""A wording says no more than its evidence: each rule by a case that passes and one that fails."""

from __future__ import annotations

import json
from typing import Any

import pytest

from briefgen.errors import Place, Problem, ProblemList
from briefgen.evidence.comparison import check_pairs
from briefgen.evidence.names import collect_source_names, collect_written_names, contains_name
from briefgen.evidence.polarity import check_polarity
from briefgen.evidence.prove import prove_evidence
from briefgen.evidence.source_text import SourceText, split_body_paragraphs
from briefgen.evidence.wording_checks import (
    PrintedWording,
    check_named_speakers,
    check_numbers,
    check_quotations,
    check_relative_time,
    check_sentence_hedges,
    find_quotations,
    states_year,
)
from briefgen.library.references import parse_references
from briefgen.library.sources import make_record
from briefgen.model.snippet import Evidence, Review, Snippet
from briefgen.model.source import Source

SOURCE = """Since April of last year about forty-four percent fewer boats came home, the Harbour Post reported. The Post wrote of “empty nets, not empty boats.”
By one estimate, more than half of the nineteen thousand fishers, at least 300 of them children, could leave. Some say they reportedly left at $920 a head.
On February 12th, 80,000–120,000 tons were landed. In 2009 the fleet had between two and three thousand boats under Article 9 of the Vale Convention. The fee is ten percent. Up to forty ships sank.
In 2009 the night bus service was not by any measure safe for those who work at night. A service ran that was slow and late at the stops."""
REFERENCES = """[
{"id": "doe-2012", "type": "report", "title": "The 1999 Fleet", "number": "A/VALE/25/63",
 "author": [{"family": "Doe", "given": "Ann"}], "issued": {"date-parts": [[2012, 7]]}},
{"id": "post", "type": "article-newspaper", "title": "Nets", "container-title": "The Harbour Post"}
]"""


class Case:
    """One snippet over the source above; each wording is checked against it."""

    def __init__(
        self, *evidence: dict[str, Any], as_of: str = "2012-07", confidence: str = "single-source"
    ) -> None:
        findings = ProblemList()
        raw = SOURCE.encode()
        self.snippets: dict[str, Any] = {}
        self.caveats: dict[str, Any] = {}
        self.references = parse_references(REFERENCES, "references.json", findings)
        self.records = {"doe-2012": make_record("doe-2012", raw)}
        self.rests_on: dict[str, Any] = {}
        self.texts = {"doe-2012": SourceText("doe-2012", "0" * 64, split_body_paragraphs(SOURCE))}
        self.lock: Any = None
        self.statement = Snippet(
            id="fleet",
            kind="statistic",
            as_of=as_of,
            evidence=[Evidence.model_validate(item) for item in evidence],
            confidence=confidence,
            review=Review(status="verified"),
            body="unused",
        )
        _, self.support = prove_evidence(self.statement, self, findings)
        assert not findings.problems, findings.problems

    def codes(self, wording: str) -> list[str]:
        return [problem.code for problem in self.problems(wording)]

    def problems(self, wording: str) -> list[Problem]:
        text = PrintedWording.from_markdown(wording, Place("fleet.md", 9))
        attributed = self.statement.confidence == "attributed"
        return [
            problem
            for problems in (
                check_numbers(text, self.support),
                check_sentence_hedges(text, self.support),
                check_named_speakers(text, self.statement.evidence, self.references, attributed),
                check_quotations(text, self.statement.evidence, self.support),
                check_relative_time(text),
                check_polarity(text, self.support),
                check_pairs(text, self.support),
            )
            for problem in problems
        ]


def quote(paragraph: int, words: str, **more: Any) -> dict[str, Any]:
    return {"source": "doe-2012", "locator": {"paragraph": str(paragraph)}, "quote": words, **more}


def attested(said: str) -> dict[str, Any]:
    return {"source": "doe-2012", "attested": {"by": "editor", "on": "2029-01-01", "said": said}}


FEWER = quote(1, "about forty-four percent fewer boats")
FISHERS = quote(2, "more than half of the nineteen thousand fishers")
LANDED = quote(3, "tons were landed")
FLEET = quote(3, "the fleet had")
FEE = quote(3, "The fee is ten percent")


@pytest.mark.parametrize(
    ("evidence", "wording"),
    [
        (FEE, "The fee is 10%."),
        (FEE, "The fee is one in ten."),
        (FEE, "A fee of ten per cent is paid."),
        (LANDED, "On 12 February 2012 some 80,000 to 120,000 tons were landed."),
        (FLEET, "In 2009 the fleet had 2,000 to 3,000 boats under art. IX of the Vale Convention."),
        (FEWER, "Since April 2012, reported the Post, roughly 44 percent fewer boats came home."),
        (FISHERS, "An estimated 19,000 fishers, or more than half of them, could leave."),
        (FEE, "Ann Doe wrote in July 2012 that the fee is ten percent."),
        (FEE, "The fee is ten percent, says *The 1999 Fleet*."),
        (FEE, "The fee is ten percent (A/VALE/25/63)."),
    ],
)
def test_what_the_passage_says_may_be_said(evidence: dict[str, Any], wording: str) -> None:
    assert Case(evidence, as_of="2012-04").codes(wording) == []


@pytest.mark.parametrize(
    ("evidence", "wording", "code"),
    [
        (FEE, "The fee is 11 percent.", "number-missing"),
        (FEE, "The fee is 10.", "number-unit"),
        (FEE, "The fee is 10 percentage points.", "number-unit"),
        (LANDED, "80,000 tons were landed.", "number-missing"),
        (LANDED, "80,000 to 120,000 boats were landed.", "number-unit"),
        (LANDED, "On 13 February 80,000 to 120,000 tons were landed.", "number-missing"),
        (FLEET, "In 2010 the fleet had 2,000 to 3,000 boats.", "number-missing"),
        (FLEET, "Under article 8 of the Vale Convention the fleet is free.", "number-missing"),
        (FEE, "In 2012 the fee was ten percent, and in 2013 as well.", "number-missing"),
        (FEE, "Three times the fee is ten percent.", "number-missing"),
        (FEE, "The fee is ten percent, in the third year.", "number-missing"),
        (FEE, "The fee is ten percent (A/VALE/25/64).", "number-missing"),
        (FEWER, "44 percent fewer boats came home, the Post reported.", "hedge-dropped"),
        (FISHERS, "An estimated half of the 19,000 fishers could leave.", "hedge-dropped"),
        (FISHERS, "More than half of the 19,000 fishers could leave.", "hedge-dropped"),
        (FISHERS, "It is estimated that more than half of the 19,000 fishers leave.", "hedge-dropped"),
        (FEE, "The fee is more than ten percent.", "limit-added"),
        (FEE, "The fee is at most ten percent.", "limit-added"),
        (FEWER, "About 44 percent fewer boats came home.", "attribution-dropped"),
        (FEE, "The fee is currently ten percent.", "relative-time"),
        (FEE, "The fee this year is ten percent.", "relative-time"),
        (FEE, "The fee to date is ten percent.", "relative-time"),
        (FEE, 'The fee is "a mere ten percent".', "quotation-unproved"),
        (FEE, 'The "fee is ten percent.', "quotation-open"),
        (FEE, "The ‘small fee’ is ten percent.", "quotation-unproved"),
    ],
)
def test_what_the_passage_does_not_say_is_caught(evidence: dict[str, Any], wording: str, code: str) -> None:
    assert set(Case(evidence, as_of="2012").codes(wording)) == {code}


def test_a_figure_from_the_next_sentence_does_not_count() -> None:
    assert Case(FEE).codes("Up to 40 ships sank.") == ["number-missing"]
    wider = quote(3, "fee is ten … ships sank")
    assert Case(wider).codes("The fee is ten percent and up to 40 ships sank.") == []


@pytest.mark.parametrize(
    ("said", "kept", "dropped"),
    [
        (
            "The Post put it as high as 9,400.",
            "The Post put it as high as 9,400.",
            "The Post put it at 9,400.",
        ),
        (
            "Doe put the figure as high as 9,400.",
            "Doe: a figure as high as 9,400.",
            "Doe put the figure 9,400.",
        ),
        ("Numbers are as low as 40, Doe says.", "Doe says at least 40.", "Doe says 40."),
        ("As few as 40 came, Doe says.", "Doe says as few as 40 came.", "Doe says 40 came."),
        (
            "Alarmed by reports that the fleet sank, Doe wrote.",
            "Doe, alarmed by reports that the fleet sank, wrote.",
            "Doe, alarmed that the fleet sank, wrote.",
        ),
        (
            "There were reports of theft, Doe wrote.",
            "Doe said that theft was reported.",
            "Doe wrote of theft.",
        ),
    ],
)
def test_words_of_limit_and_hearsay_are_kept(said: str, kept: str, dropped: str) -> None:
    assert Case(attested(said)).codes(kept) == []
    assert Case(attested(said)).codes(dropped) == ["hedge-dropped"]


SERVICE = quote(4, "night bus service was not by any measure safe")


@pytest.mark.parametrize(
    ("wording", "reversed_"),
    [
        ("The service was not by any measure safe.", False),
        ("The service was by any measure safe.", True),
        ("It was unsafe, and in no way was it safe by any measure.", False),
        ("It was, by any measure safe or not, a service.", False),
        ("A service by any measure safe ran at night.", True),
        ("No night bus service was safe.", False),
        ("The night bus was not served by the county.", False),
    ],
)
def test_a_wording_repeats_no_words_with_the_opposite_meaning(wording: str, reversed_: bool) -> None:
    assert Case(SERVICE).codes(wording) == ["polarity-differs"] * reversed_


def test_a_negation_that_the_passage_lacks_is_not_added_to_its_words() -> None:
    assert Case(FEE).codes("The fee is not ten percent.") == ["polarity-differs"]
    assert Case(FEE).codes("The fee isn't ten percent.") == ["polarity-differs"]
    assert (
        Case(attested("Boats cannot land. Boats can sail.")).codes("Boats can sail, and cannot land.") == []
    )


@pytest.mark.parametrize(
    ("wording", "codes"),
    [
        ("Doe: the lower end is 300 boats, the upper end 400.", []),
        ("Doe: the lower end is 300 boats.", ["number-missing"]),
        ("Doe: the lower end is 300 boats, the upper end 500.", ["number-missing", "number-missing"]),
    ],
)
def test_both_ends_of_a_range_may_be_given_apart(wording: str, codes: list[str]) -> None:
    assert Case(attested("Doe counted 300 to 400 boats.")).codes(wording) == codes


@pytest.mark.parametrize(
    ("said", "words", "codes"),
    [
        ("at least 300", "no fewer than 300", []),
        ("no fewer than 300", "at least 300", []),
        ("no more than 300", "up to 300", []),
        ("no more than 300", "more than 300", ["hedge-dropped", "limit-added", "polarity-differs"]),
        ("at least 300", "fewer than 300", ["hedge-dropped", "limit-added"]),
    ],
)
def test_a_negated_limit_is_the_limit_that_it_means(said: str, words: str, codes: list[str]) -> None:
    assert Case(attested(f"Doe counted {said} boats.")).codes(f"Doe counted {words} boats.") == codes


@pytest.mark.parametrize(
    ("wording", "found"),
    [
        ("In 2009 Doe counted 14 boats, and in 2010 17 at $20 a year.", []),
        ("In 2009 Doe counted 17 boats.", [("pair-differs", "error")]),
        ("Since 2009 Doe has counted 14 boats.", [("period-differs", "warning")]),
        ("Doe counted 17 boats at $20 a month.", [("period-differs", "warning")]),
        ("In 2010 Doe counted 17 boats and sold skiffs.", [("plural-differs", "warning")]),
    ],
)
def test_figures_keep_what_goes_with_them(wording: str, found: list[tuple[str, str]]) -> None:
    case = Case(
        attested("Doe counted 14 boats in 2009 and 17 in 2010, at $20 a year each. Doe sold a skiff.")
    )
    assert [(problem.code, problem.severity) for problem in case.problems(wording)] == found


@pytest.mark.parametrize(
    ("wording", "codes"),
    [
        ('Doe: the "night bus service … for those who work".', ["quotation-cut"]),
        ('Doe: the "service was … safe".', ["quotation-cut"]),
        ('Doe: "safe for those who … at night" it was not.', []),
        ('Doe: it was "not … safe for those who work at night".', []),
        ('Doe: "was not by any measure … those who work".', []),
        ('Doe: it was not "A service … at the stops".', ["quotation-cut"]),
    ],
)
def test_dots_within_quotation_marks_leave_out_nothing_that_changes_the_sense(
    wording: str, codes: list[str]
) -> None:
    wide = Case(quote(4, "In 2009 the night bus … at the stops"))
    assert [
        problem.code for problem in wide.problems(wording) if problem.code != "attribution-dropped"
    ] == codes


def test_at_least_is_told_by_more_than_but_not_the_other_way_round() -> None:
    assert Case(attested("More than 10 boats sank.")).codes("At least 10 boats sank.") == []
    assert Case(attested("At least 10 boats sank.")).codes("More than 10 boats sank.") == [
        "hedge-dropped",
        "limit-added",
    ]


def test_a_range_may_span_what_two_pieces_of_evidence_tell_but_not_one() -> None:
    both = Case(attested("Ann counted 200 boats."), attested("Bob counted 300 boats."))
    assert both.codes("Between 200 and 300 boats were counted.") == []
    one = Case(attested("There were 200 boats, then 300 boats."))
    assert one.codes("Between 200 and 300 boats were there.") == ["number-missing"]


def test_results_of_sums_may_be_said() -> None:
    share = Case(attested("20,000 of 2,310,485 people left."), {"computed": "20000 / 2310485 = 0.9 %"})
    assert share.codes("That is 0.9 percent.") == []
    assert share.codes("That is 0.8 percent.") == ["number-missing"]


def test_a_day_without_its_year_takes_it_from_as_of_and_from_nowhere_else() -> None:
    case = Case(LANDED, as_of="2011-02-12")
    tail = " 80,000 to 120,000 tons were landed."
    assert case.codes("On February 12, 2011," + tail) == []
    assert case.codes("On February 12, 2010," + tail) == ["number-missing"]


def test_the_first_speaker_of_a_chain_is_named() -> None:
    case = Case(quote(1, "forty-four percent fewer boats", via=[{"source": "post"}]))
    assert case.codes("About 44 percent fewer boats came home, the *Harbour Post* reported.") == []
    assert case.codes("About 44 percent fewer boats came home, a paper reported.") == ["attribution-dropped"]


def test_a_name_is_proposed_as_the_source_writes_it() -> None:
    case = Case(quote(1, "forty-four percent fewer boats", via=[{"source": "post"}]))
    wording = PrintedWording.from_markdown(
        "About 44 percent fewer boats came home, a paper reported.", Place("fleet.md", 9)
    )
    (problem,) = check_named_speakers(wording, case.statement.evidence, case.references, attributed=False)
    assert problem.hint == (
        "name one of: Harbour Post, THP; or add the name that you use to its aka: in seeds/references.json"
    )
    work = parse_references(
        """[{"id": "x", "type": "report", "title": "The <i>State</i> of Fishing",
        "author": [{"literal": "Office of the United Nations High Commissioner (OHCHR)"}],
        "publisher": "UN Human Rights Council"}]""",
        "references.json",
        ProblemList(),
    )["x"]
    written = set(collect_written_names(work).values())
    assert {"State of Fishing", "OHCHR", "UN Human Rights Council", "Human Rights Council"} <= written
    assert "Office of the United Nations High Commissioner" in written


def test_the_author_of_an_attributed_claim_is_named() -> None:
    case = Case(FEE, confidence="attributed")
    assert case.codes("The fee is ten percent, wrote Ann Doe.") == []
    assert case.codes("The fee is ten percent.") == ["attribution-dropped"]
    assert case.codes("The fee of a doe is ten percent.") == ["attribution-dropped"], (
        "a common noun is no name"
    )


def work_by(author: str, **more: Any) -> Source:
    """A work of 2018 by an organisation."""
    item = {"id": "x", "type": "report", "title": "Lead", "author": [{"literal": author}], **more}
    problems = ProblemList()
    work = parse_references(json.dumps([item]), "references.json", problems)["x"]
    assert not problems.problems
    return work


@pytest.mark.parametrize(
    ("author", "wording"),
    [
        ("U.S. Government Accountability Office", "GAO estimated it."),
        ("U.S. Government Accountability Office", "The Government Accountability Office estimated it."),
        ("US Government Accountability Office", "By GAO's count it is so."),
        ("United States Environmental Protection Agency", "EPA says so."),
        ("U.S. Department of Agriculture", "USDA says so."),
        ("U.S. Department of Justice", "DOJ says so."),
        ("U.S. Department of Education", "So the Department said."),
        ("U.S. Department of Housing and Urban Development", "HUD says so."),
        ("United Nations Children’s Fund", "UNICEF says so."),
        ("Office of the United Nations High Commissioner for Human Rights", "OHCHR says so."),
        ("Supreme Court of the United States", "So the Supreme Court held."),
        ("Harbour Transport Institute", "The Institute says so."),
        ("Vale River Trust", "So the Trust reported."),
    ],
)
def test_a_body_is_called_by_the_names_that_people_use(author: str, wording: str) -> None:
    assert contains_name(wording, collect_source_names(work_by(author)))


@pytest.mark.parametrize(
    ("author", "wording"),
    [
        ("U.S. Department of Education", "So a department said."),
        ("U.S. Department of Education", "So the department of a school said."),
        ("U.S. Government Accountability Office", "The Agency says so."),
        ("UN Women", "Women say so."),
    ],
)
def test_a_common_noun_names_nobody(author: str, wording: str) -> None:
    assert not contains_name(wording, collect_source_names(work_by(author)))


def test_a_work_lists_more_names_of_its_author() -> None:
    work = work_by("Harbour Board", aka=["the Riders' Board", "Portwatch"])
    assert contains_name("Portwatch says so.", collect_source_names(work))
    assert "aka" not in work.csl, "pandoc does not know the key"
    problems = ProblemList()
    parse_references('[{"id": "x", "type": "book", "title": "T", "aka": "GAO"}]', "references.json", problems)
    assert [problem.code for problem in problems.problems] == ["reference-form"]


def test_the_year_of_a_work_may_be_said_of_it_and_no_other() -> None:
    case = Case(FEE, as_of="2009")
    assert case.codes("Doe reported in 2012 that the fee is ten percent.") == []
    assert case.codes("Doe reported in 2011 that the fee is ten percent.") == ["number-missing"]
    assert case.codes("The fee is ten percent, a report said in 2012.") == ["number-missing"]


def test_words_in_quotation_marks_stand_in_the_passage() -> None:
    case = Case(quote(1, "The Post wrote of"))
    assert case.codes("The Post wrote of “empty nets, not empty boats.”") == []
    assert case.codes("The Post wrote of “empty … not empty boats,” twelve of them.") == ["number-missing"]
    assert case.codes("The Post wrote of “empty boats, not empty nets.”") == ["quotation-unproved"]
    assert case.codes("The Post wrote of “about forty-four percent”.") == [
        "number-missing",
        "quotation-unproved",
    ], "words of another sentence are not of this passage"


def test_an_attested_reading_proves_the_words_that_it_puts_in_quotation_marks() -> None:
    case = Case(attested('Doe calls it "a slow wreck" and a shame.'))
    assert case.codes("Doe calls it “a slow wreck”.") == []
    assert case.codes("Doe calls it “a shame”.") == ["quotation-unproved"]


def test_titles_of_cited_works_may_stand_in_quotation_marks() -> None:
    assert Case(FEE).codes("The fee is ten percent (Doe, “The 1999 Fleet”).") == []


def test_relative_words_within_a_quotation_are_the_source_s_own() -> None:
    assert Case(quote(1, "Since April of last year")).codes(
        "The Post reported what came “since April of last year”."
    ) == ["quotation-unproved"]
    assert Case(attested('"We starve today," she said.')).codes("She said: “We starve today.”") == []


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ('He said "one thing," and "another."', ["one thing", "another"]),
        ("the refugees' boats and the harbour's walls", []),
        ("a 'so-called' harbour", ["so-called"]),
        ("He said 'it doesn't matter'.", ["it doesn't matter"]),
    ],
)
def test_apostrophes_are_no_quotation_marks(text: str, quoted: list[str]) -> None:
    assert find_quotations(text) == quoted


def test_a_problem_shows_wording_and_passage_side_by_side() -> None:
    case = Case(FEE)
    (problem,) = check_numbers(
        PrintedWording.from_markdown("The fee is *eleven* percent.", Place("fee.md", 9)), case.support
    )
    assert problem.wording == "The fee is eleven percent."
    assert problem.passage == "The fee is ten percent."
    assert problem.place == Place("fee.md", 9)
    assert problem.hint and "ten percent" in problem.hint


@pytest.mark.parametrize(
    ("evidence", "wording", "code", "hint", "with_passage"),
    [
        (FEE, "The fee is 11 percent.", "number-missing", "", True),
        (FEE, "The fee is 10.", "number-unit", "", True),
        (FEWER, "44 percent fewer boats came home, the Post reported.", "hedge-dropped", "", True),
        (FISHERS, "An estimated 19,000, more than half, leave.", "hedge-dropped", "", True),
        (FEE, "The fee is more than ten percent.", "limit-added", "", True),
        (
            FEWER,
            "About 44 percent fewer boats came home.",
            "attribution-dropped",
            "say whose claim it is",
            True,
        ),
        (FEE, "The fee is currently ten percent.", "relative-time", "write ", False),
        (FEE, 'The fee is "a mere ten percent".', "quotation-unproved", "nearest: ", True),
        (FEE, 'The fee is "a xylophone".', "quotation-unproved", "use the source's words", True),
        (FEE, 'The "fee is ten percent.', "quotation-open", "close it", False),
    ],
)
def test_every_problem_of_a_wording_is_an_error_with_its_place_the_wording_and_what_to_do(
    evidence: dict[str, Any], wording: str, code: str, hint: str, with_passage: bool
) -> None:
    case = Case(evidence, as_of="2012")
    problems = case.problems(wording)
    assert {problem.code for problem in problems} == {code}
    for problem in problems:
        assert (problem.severity, problem.place) == ("error", Place("fleet.md", 9))
        assert problem.wording == wording
        assert problem.hint and problem.hint.startswith(hint)
        assert problem.passage == (case.support.display_text() if with_passage else None)


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        (("Ann counted 200 boats.", "Bob counted 300 boats."), []),
        (("Ann counted 200 boats.", "Bob counted 300 percent."), ["number-missing"]),
        (("Ann counted 200 boats.", "Bob wrote of resolution 300."), ["number-missing"]),
        (("Ann counted 200 boats.", "Bob came 300th."), ["number-missing"]),
        (("Ann counted 200 boats.", "Bob counted 250 boats."), ["number-missing"]),
        (("Ann counted 200 to 250 boats.", "Bob counted 300 boats."), []),
        (("Ann counted 150 to 200 boats.", "Bob counted 250 to 300 boats."), []),
    ],
)
def test_the_ends_of_a_range_are_numbers_of_its_kind_and_unit(
    said: tuple[str, str], codes: list[str]
) -> None:
    assert Case(*map(attested, said)).codes("Between 200 and 300 boats were counted.") == codes


def test_a_year_or_decade_dates_a_sentence() -> None:
    assert states_year("In *2012* it was so.")
    assert states_year("In the 1990s it was so.")
    assert not states_year("In April it was so, under resolution 2012/3.")
