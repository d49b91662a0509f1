"""Everything that can be wrong with a library's evidence is found, each under its own code, at its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from briefgen.errors import Place, Problem, ProblemList, UsageError
from briefgen.evidence.checks import check_library
from briefgen.evidence.lock import EvidenceLock
from briefgen.evidence.review import build_lock
from briefgen.evidence.source_text import SourceText, split_body_paragraphs
from briefgen.evidence.usage_checks import check_snippet_use
from briefgen.library.references import parse_references
from briefgen.library.snippets import parse_statement
from briefgen.library.sources import make_record
from briefgen.model.snippet import Caveat, Snippet
from briefgen.model.source import QuotationBudget, Source, SourceDependency, SourceRecord

DAY = date(2029, 12, 1)
SOURCE = """The fee is ten percent of the catch in every harbour of the vale.
The fleet sank. Nobody was told. The fleet sank again, and forty-four boats were lost.
The rest of this text is here so that it is long enough for the quotations that are taken from it."""
REFERENCES = """[
{"id": "doe-2012", "type": "report", "title": "The Fleet of Vale", "author": [{"family": "Doe"}]},
{"id": "roe-2011", "type": "report", "title": "Lost Boats", "author": [{"family": "Roe"}]},
{"id": "poe-2013", "type": "report", "title": "More Boats", "author": [{"family": "Poe"}]},
{"id": "moe-2013", "type": "report", "title": "Boats", "author": [{"family": "Moe"}], "issued": {"date-parts": [[2013, 6]]}},
{"id": "page", "type": "webpage", "title": "Page", "accessed": {"date-parts": [[2014, 2, 1]]}}
]"""
QUOTE = '{source: doe-2012, locator: {paragraph: 1}, quote: "fee is ten percent"}'
REVIEW = "{status: verified, by: editor, on: 2029-11-01}"


def attested(source: str, said: str = "The fee is ten percent.") -> str:
    return f"{{source: {source}, attested: {{by: editor, on: 2029-11-01, said: {said}}}}}"


def front(name: str, kind: str = "statistic", **keys: str) -> str:
    lines = {
        "id": name,
        "kind": kind,
        "as_of": "2012",
        "evidence": f"[{QUOTE}]",
        "confidence": "single-source",
        "review": REVIEW,
        **keys,
    }
    return "---\n" + "\n".join(f"{key}: {value}" for key, value in lines.items() if value) + "\n---\n"


FEE = "The fee is 10 percent.\n"


@dataclass
class Shelf:
    """A small library, written as its files are."""

    statements: dict[str, str]
    notes: dict[str, str] = field(default_factory=dict)
    links: dict[str, list[str]] = field(default_factory=dict)
    budget: QuotationBudget = field(default_factory=lambda: QuotationBudget(printed=1, kept=1))
    with_text: bool = True
    lock: EvidenceLock = field(default_factory=EvidenceLock)

    def __post_init__(self) -> None:
        findings = ProblemList()
        read = [
            parse_statement(Snippet, text, f"snippets/{name}.md", findings)
            for name, text in self.statements.items()
        ]
        self.snippets = {statement.id: statement for statement in read if statement}
        notes = [
            parse_statement(Caveat, text, f"snippets/caveats/{name}.md", findings)
            for name, text in self.notes.items()
        ]
        self.caveats = {statement.id: statement for statement in notes if statement}
        self.references: dict[str, Source] = parse_references(REFERENCES, "seeds/references.json", findings)
        record = make_record("doe-2012", SOURCE.encode()).model_copy(update={"quotation": self.budget})
        self.records: dict[str, SourceRecord] = {"doe-2012": record}
        self.rests_on = {
            name: SourceDependency(source=name, on=below, why="known") for name, below in self.links.items()
        }
        text = SourceText("doe-2012", record.sha256, split_body_paragraphs(SOURCE))
        self.texts = {"doe-2012": text} if self.with_text else {}
        assert not findings.problems, findings.problems

    def locked(self) -> Shelf:
        """The same library after a review of everything."""
        self.lock, _ = build_lock(self, "editor", DAY)
        return self

    def without_text(self) -> Shelf:
        self.texts = {}
        return self

    def edited(self, **statements: str) -> Shelf:
        """The library with other files and the old lock."""
        names = {name.replace("_", "-"): text for name, text in statements.items()}
        return Shelf(
            {**self.statements, **names}, self.notes, self.links, self.budget, self.with_text, self.lock
        )

    def problems(self) -> list[Problem]:
        return list(check_library(self, DAY).problems)

    def codes(self) -> list[str]:
        return [problem.code for problem in self.problems()]


def test_a_reviewed_library_is_clean() -> None:
    assert Shelf({"fee": front("fee") + FEE}).locked().codes() == []


NOTE = f"---\nid: note\nevidence: [{attested('roe-2011', 'Roe disputes it.')}]\nreview: {REVIEW}\n---\nRoe disputes it.\n"
TWO = f"[{QUOTE}, {attested('roe-2011')}]"


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ({"evidence": "[{source: nobody, locator: {paragraph: 1}, quote: fee is}]"}, "source-unknown"),
        ({"evidence": '[{source: doe-2012, locator: {paragraph: 1}, quote: "fee is", via: [{source: nobody}]}]'}, "source-unknown"),
        ({"evidence": '[{source: doe-2012, locator: {paragraf: 1}, quote: "fee is"}]'}, "locator-label"),
        ({"evidence": '[{source: doe-2012, locator: {paragraph: one}, quote: "fee is"}]'}, "locator-label"),
        ({"evidence": '[{source: doe-2012, locator: {section: "5|6"}, quote: "fee is"}]'}, "locator-value"),
        ({"evidence": '[{source: doe-2012, locator: {paragraph: 9}, quote: "fee is"}]'}, "locator-beyond"),
        ({"evidence": '[{source: doe-2012, locator: {paragraph: 2}, quote: "fee is ten"}]'}, "quote-elsewhere"),
        ({"evidence": '[{source: doe-2012, locator: {paragraph: 2}, quote: "The fleet sank"}]'}, "quote-twice"),
        ({"evidence": '[{source: doe-2012, locator: {paragraph: 1}, quote: "fee is nine percent"}]'}, "quote-missing"),
        ({"evidence": '[{source: doe-2012, locator: {paragraph: 3}, quote: "The rest of this text is here so that it is long enough"}]'}, "quote-length"),
        ({"evidence": '[{source: roe-2011, locator: {paragraph: 1}, quote: "fee is"}]'}, "text-unrecorded"),
        ({"evidence": "[{source: roe-2011, attested: {by: '', on: 2029-11-01, said: x}}]"}, "attested-incomplete"),
        ({"evidence": "[{source: roe-2011, attested: {by: e, on: November, said: x}}]"}, "attested-incomplete"),
        ({"evidence": f"[{QUOTE}, {{computed: 10 / 2 = 4}}]"}, "sum-wrong"),
        ({"evidence": f"[{QUOTE}, {{computed: 12 / 2 = 6}}]"}, "sum-figure"),
        ({"evidence": f"[{QUOTE}, {{computed: 10 / 10 = 1, via: [{{source: roe-2011}}]}}]"}, "via-circular"),
        ({"evidence": '[{source: doe-2012, locator: {paragraph: 1}, quote: "fee is ten", via: [{source: doe-2012}]}]'}, "via-circular"),
        ({"evidence": ""}, "evidence-missing"),
        ({"as_of": ""}, "as-of-missing"),
        ({"as_of": "April 2012"}, "as-of-form"),
        ({"as_of": "2031"}, "as-of-future"),
        ({"caveats": "[none]"}, "caveat-unknown"),
        ({"confidence": "disputed"}, "disputed-without-caveat"),
        ({"confidence": "superseded"}, "superseded-by-nothing"),
        ({"confidence": "superseded", "superseded_by": "[none]"}, "superseded-by-unknown"),
        ({"confidence": "corroborated"}, "circular-corroboration"),
        ({"review": "{status: verified}"}, "review-incomplete"),
        ({"review": "{status: verified, by: e, on: 1 May}"}, "review-incomplete"),
        ({"review": "{status: draft}"}, "review-draft"),
        ({"language": "fr"}, "language-unread"),
    ],
)  # fmt: skip
def test_each_fault_of_a_snippet_has_its_code(keys: dict[str, str], code: str) -> None:
    problems = Shelf({"fee": front("fee", **keys) + FEE}).locked().problems()
    found = {problem.code: problem for problem in problems}
    assert code in found, problems
    place = found[code].place
    assert place is not None and place.file == "snippets/fee.md" and place.line
    changed = list(keys)[-1]
    lines = front("fee", **keys).splitlines()
    assert not keys[changed] or lines[place.line - 1].startswith(f"{changed}: ")
    assert found[code].hint
    assert found[code].severity == ("warning" if code in ("review-draft", "language-unread") else "error")


@pytest.mark.parametrize(
    ("evidence", "code", "message", "hint"),
    [
        ('paragraph: 1}, quote: "fee is nine percent"', "quote-missing", "not found in doe-2012; a number differs", "nearest, in paragraph 1: fee is [-ten-] {+nine+} percent"),
        ('paragraph: 1}, quote: "xylophone quartz"', "quote-missing", "not found in doe-2012", "copy the words from the text"),
        ('paragraph: 2}, quote: "four boats were lost"', "quote-missing", "cuts the number 'forty-four' in two", "quote the whole number, or none of it"),
        ('paragraph: 1}, quote: "fee is", prefix: "A"', "quote-missing", "not found between its prefix and suffix", "correct the prefix and suffix"),
        ('paragraph: 1}, quote: "fee is", suffix: "nine"', "quote-missing", "not found between its prefix and suffix", "correct the prefix and suffix"),
        ('paragraph: 2}, quote: "fleet sank"', "quote-twice", "occurs 2 times: paragraph 2 (suffix: '.'), paragraph 2 (suffix: 'again,')", "add the prefix or suffix shown"),
        ('paragraph: 2}, quote: "fee is ten"', "quote-elsewhere", "is in paragraph 1 of doe-2012, not 2", "write locator: {paragraph: 1}"),
        ('paragraph: 9}, quote: "fee is ten"', "locator-beyond", "has 3 paragraphs, so there is no paragraph 9", "count body paragraphs only"),
        ('paragraph: 0}, quote: "fee is ten"', "locator-beyond", "there is no paragraph 0", "count body paragraphs only"),
    ],
)  # fmt: skip
def test_a_quote_that_cannot_be_proved_says_what_to_do(
    evidence: str, code: str, message: str, hint: str
) -> None:
    quoted = front("fee", evidence=f"[{{source: doe-2012, locator: {{{evidence}}}]")
    (problem,) = [one for one in Shelf({"fee": quoted + FEE}).problems() if one.code == code]
    assert message in problem.message
    assert (problem.hint or "").startswith(hint)
    if code != "locator-beyond":
        assert problem.wording and f'"{problem.wording}"' in evidence
    if code == "quote-elsewhere":
        assert problem.passage == "The fee is ten percent of the catch in every harbour of the vale."


@pytest.mark.parametrize(
    ("quote", "context"),
    [
        ("The fleet sank", {"prefix": "told."}),
        ("The fleet sank", {"suffix": "again"}),
        ("fleet sank", {"suffix": ". Nobody was"}),
    ],
)
def test_a_quote_that_occurs_twice_is_proved_with_its_prefix_or_suffix(
    quote: str, context: dict[str, str]
) -> None:
    keys = ", ".join(f'{key}: "{words}"' for key, words in context.items())
    evidence = f'[{QUOTE}, {{source: doe-2012, locator: {{paragraph: 2}}, quote: "{quote}", {keys}}}]'
    assert Shelf({"fee": front("fee", evidence=evidence) + FEE}).locked().codes() == []


@pytest.mark.parametrize(
    ("computations", "codes"),
    [
        (["10 / 2 = 5"], ["sum-figure"]),
        (["10 / 10 = 1"], []),
        (["10 / 10 = 1", "1 + 10 = 11"], []),
        (["11 + 10 = 21", "10 / 10 = 1", "1 + 10 = 11"], []),
        (["7 * 1 = 7"], ["sum-figure"] * 2),
        (["7 * 10 = 70", "70 / 10 = 7"], []),
    ],
)
def test_numbers_of_a_computation_come_from_other_evidence(computations: list[str], codes: list[str]) -> None:
    evidence = ", ".join([QUOTE, *(f"{{computed: {each}}}" for each in computations)])
    shelf = Shelf({"fee": front("fee", evidence=f"[{evidence}]") + FEE}).locked()
    assert [code for code in shelf.codes() if code == "sum-figure"] == codes


def test_a_library_with_several_faults_tells_all_in_one_run_in_order() -> None:
    shelf = Shelf({
        "b-fee": front("b-fee", as_of="soon") + "The fee is currently 11 percent.\n",
        "a-fee": front("a-fee", caveats="[none]") + FEE,
    })  # fmt: skip
    problems = [problem for problem in shelf.problems() if problem.code != "lock-outdated"]
    assert [(str(p.place).split(":")[0][9:], p.code) for p in problems] == [
        ("a-fee.md", "caveat-unknown"),
        ("a-fee.md", "wording-unlocked"),
        ("b-fee.md", "as-of-form"),
        ("b-fee.md", "relative-time"),
        ("b-fee.md", "number-missing"),
        ("b-fee.md", "wording-unlocked"),
    ]


def test_an_ask_needs_no_evidence_but_may_then_say_no_figure() -> None:
    ask = front("ask-fee", kind="ask", evidence="", as_of="")
    assert Shelf({"ask-fee": ask + "lower the fee.\n"}).locked().codes() == []
    assert "number-missing" in Shelf({"ask-fee": ask + "lower the fee to 5 percent.\n"}).codes()


@pytest.mark.parametrize(
    ("as_of", "works", "late"),
    [
        ("2013", ["moe-2013"], False),
        ("2013-06-30", ["moe-2013"], False),
        ("2013-07", ["moe-2013"], True),
        ("2012/2014", ["moe-2013"], True),
        ("2012/..", ["moe-2013"], False),
        ("2014-02", ["moe-2013", "page"], False),
        ("2014-03", ["moe-2013", "page"], True),
        ("2020", ["moe-2013", "roe-2011"], False),  # nobody knows when it appeared
    ],
)
def test_a_claim_is_not_later_than_every_work_cited(as_of: str, works: list[str], late: bool) -> None:
    evidence = f"[{', '.join(attested(work) for work in works)}]"
    shelf = Shelf({"fee": front("fee", evidence=evidence, as_of=as_of) + FEE})
    assert shelf.locked().codes() == (["as-of-late", "wording-unlocked"] if late else [])


def test_a_quote_spans_two_sentences_at_most() -> None:
    def codes(words: str) -> list[str]:
        evidence = f'[{{source: doe-2012, locator: {{paragraph: 2}}, quote: "{words}"}}]'
        return (
            Shelf({"fleet": front("fleet", evidence=evidence) + "The fleet sank; nobody was told.\n"})
            .locked()
            .codes()
        )

    assert codes("The fleet sank. Nobody was told.") == []
    assert codes("The fleet sank. Nobody … sank again") == [
        "passage-wide",
        "lock-outdated",
        "wording-unlocked",
    ]


@pytest.mark.parametrize(
    ("wording", "codes"),
    [
        ("En 2012, 10 % de la pêche, soit 2 500 000 tonnes, et 44 bateaux.", []),
        ("2012 waren es 2,5 Millionen Tonnen, 10 Prozent des Fangs.", []),
        ("En 2012, 14 % de la pêche.", ["number-missing"]),
        ("En 2012, 44 % de la pêche.", ["number-missing"]),
        ("En 2013, 10 % de la pêche.", ["number-missing"]),
        ("2012 waren es 2,5 Tonnen.", ["number-missing"]),
        ("En 2012, « tous les bateaux ».", ["quotation-unproved"]),
    ],
)
def test_digits_dates_and_quotation_marks_are_checked_in_every_language(
    wording: str, codes: list[str]
) -> None:
    said = '"In 2012 the fee was ten percent of 2.5 million tons, and forty-four boats sank."'
    keys = {"language": "fr", "evidence": f"[{attested('roe-2011', said)}]"}
    shelf = Shelf({"fee": front("fee", **keys) + wording + "\n", "aside": front("aside") + FEE}).locked()
    assert [code for code in shelf.codes() if code not in ("language-unread", "wording-unlocked")] == codes
    titled = Shelf({"fee": front("fee", **keys, title=wording) + "En 2012.\n"}).locked()
    assert [code for code in titled.codes() if code not in ("language-unread", "wording-unlocked")] == codes


@pytest.mark.parametrize(
    ("wording", "codes"),
    [
        ("En 2013, Moe parlait de 10 % de la pêche.", []),
        ("En 2013, on parlait de 10 % de la pêche.", ["number-missing"]),
        ("En 2014, Moe parlait de 10 % de la pêche.", ["number-missing"]),
    ],
)
def test_the_year_of_a_work_that_is_named_needs_no_evidence_in_any_language(
    wording: str, codes: list[str]
) -> None:
    said = '"The fee was ten percent."'
    keys = {"language": "fr", "evidence": f"[{attested('moe-2013', said)}]"}
    shelf = Shelf({"fee": front("fee", **keys, as_of="2012") + wording + "\n"}).locked()
    assert [code for code in shelf.codes() if code == "number-missing"] == codes


def test_variants_and_caveats_are_held_to_the_same() -> None:
    short = front("fee", variants="{short: The fee is 11 percent.}") + FEE
    (problem,) = [p for p in Shelf({"fee": short}).problems() if p.code == "number-missing"]
    assert problem.place and problem.place.line == 8
    note = NOTE.replace("Roe disputes it.\n", "Roe disputes it for 9 boats.\n")
    shelf = Shelf({"fee": front("fee", caveats="[note]") + FEE}, {"note": note})
    assert "number-missing" in shelf.codes()


def test_a_title_says_no_figure_of_its_own_and_is_reviewed_too() -> None:
    titled = Shelf({"fee": front("fee", title="A fee of 10 percent") + FEE}).locked()
    assert titled.codes() == []
    assert titled.edited(fee=front("fee", title="A 10 percent fee") + FEE).codes() == ["wording-changed"]
    assert "number-missing" in Shelf({"fee": front("fee", title="11 percent") + FEE}).codes()
    assert "relative-time" in Shelf({"fee": front("fee", title="Fees today") + FEE}).codes()


def test_caveats_must_be_sourced_used_and_reviewed() -> None:
    fee = front("fee", caveats="[note]") + FEE
    assert Shelf({"fee": fee}, {"note": NOTE}).locked().codes() == []
    assert "caveat-unused" in Shelf({"fee": front("fee") + FEE}, {"note": NOTE}).codes()
    bare = f"---\nid: note\nreview: {REVIEW}\n---\nRoe disputes it.\n"
    assert "caveat-unsourced" in Shelf({"fee": fee}, {"note": bare}).codes()
    draft = NOTE.replace("status: verified", "status: draft")
    assert "caveat-unverified" in Shelf({"fee": fee}, {"note": draft}).codes()


def test_a_disputed_claim_needs_a_caveat_that_is_printed() -> None:
    fee = front("fee", confidence="disputed", caveats="[note]") + FEE
    assert Shelf({"fee": fee}, {"note": NOTE}).locked().codes() == []
    silent = NOTE.replace("id: note", "id: note\nmust_print: false")
    assert "disputed-without-caveat" in Shelf({"fee": fee}, {"note": silent}).codes()


def test_what_supersedes_must_be_printable() -> None:
    old = front("old", confidence="superseded", superseded_by="[new]") + FEE
    assert Shelf({"old": old, "new": front("new") + FEE}).locked().codes() == []
    draft = front("new", review="{status: draft}") + FEE
    assert "superseded-by-unverified" in Shelf({"old": old, "new": draft}).codes()


def test_corroboration_needs_sources_that_do_not_rest_on_one_another() -> None:
    fee = front("fee", confidence="corroborated", evidence=TWO) + FEE
    assert Shelf({"fee": fee}).locked().codes() == []
    shelf = Shelf({"fee": fee}, links={"roe-2011": ["doe-2012"]})
    (problem,) = [p for p in shelf.problems() if p.code == "circular-corroboration"]
    assert "roe-2011 rests on doe-2012" in str(problem.hint)
    three = f"[{QUOTE}, {attested('roe-2011')}, {attested('poe-2013')}]"
    wider = front("fee", confidence="corroborated", evidence=three) + FEE
    assert Shelf({"fee": wider}, links={"roe-2011": ["doe-2012"]}).locked().codes() == []


def test_a_chain_that_leads_back_to_the_work_cited_is_circular() -> None:
    via = '[{source: doe-2012, locator: {paragraph: 1}, quote: "fee is ten percent", via: [{source: roe-2011}]}]'
    fee = front("fee", evidence=via) + "The fee is 10 percent, says Roe.\n"
    assert Shelf({"fee": fee}).locked().codes() == []
    assert "via-circular" in Shelf({"fee": fee}, links={"roe-2011": ["doe-2012"]}).codes()


def test_links_between_sources_are_checked_themselves() -> None:
    links = {"roe-2011": ["poe-2013"], "poe-2013": ["roe-2011", "nobody", "pages"]}
    problems = Shelf({}, links=links).problems()
    assert [problem.code for problem in problems].count("rests-on-circle") == 2
    unknown = {problem.message: problem.hint for problem in problems if problem.code == "source-unknown"}
    assert unknown == {
        "no work has the id 'nobody'": "available: doe-2012, moe-2013, page, poe-2013, roe-2011",
        "no work has the id 'pages'": "did you mean page?",
    }


def test_a_work_that_is_like_none_of_many_is_to_be_added() -> None:
    shelf = Shelf({}, links={"nobody": ["doe-2012"]})
    shelf.references |= {f"work-{at}": shelf.references["page"] for at in range(30)}
    hints = [problem.hint for problem in shelf.problems() if problem.code == "source-unknown"]
    assert hints == ["add it to seeds/references.json"]


def test_quotations_stay_within_the_source_s_budget() -> None:
    fee = front("fee") + 'The "fee is ten percent" for all.\n'
    tight = Shelf({"fee": fee}, budget=QuotationBudget(printed=0.05, kept=0.05)).codes()
    assert {"budget-printed", "budget-kept"} <= set(tight)
    wide = Shelf({"fee": fee}, budget=QuotationBudget(printed=0.2, kept=0.2)).locked()
    assert wide.codes() == []


def test_a_rejected_snippet_is_kept_for_the_record_and_not_checked() -> None:
    faults = {"confidence": "disputed", "caveats": "[none]", "evidence": "[{source: nobody, quote: x}]"}
    rejected = front("fee", review="{status: rejected}", **faults)
    shelf = Shelf({"fee": rejected + "The fee is 99 percent.\n"})
    assert shelf.codes() == []
    assert len(Shelf({"fee": rejected.replace("rejected", "draft") + FEE}).codes()) >= 3


def test_a_quote_at_a_page_is_proved_wherever_it_is() -> None:
    paged = '[{source: doe-2012, locator: {page: 3}, quote: "fee is ten percent"}]'
    assert Shelf({"fee": front("fee", evidence=paged) + FEE}).locked().codes() == []


def test_sources_that_rest_on_one_another_are_named_in_order() -> None:
    three = f"[{QUOTE}, {attested('roe-2011')}, {attested('poe-2013')}]"
    fee = front("fee", confidence="corroborated", evidence=three) + FEE
    shelf = Shelf({"fee": fee}, links={"roe-2011": ["doe-2012"], "poe-2013": ["doe-2012"]})
    (problem,) = [p for p in shelf.problems() if p.code == "circular-corroboration"]
    assert problem.hint == (
        "poe-2013 rests on doe-2012; roe-2011 rests on doe-2012; use confidence: single-source or attributed"
    )


# -- the lock


def test_a_wording_edited_after_its_review_is_a_draft_again() -> None:
    shelf = Shelf({"fee": front("fee") + FEE}).locked()
    assert shelf.edited(fee=front("fee") + "A fee is 10 percent.\n").codes() == ["wording-changed"]
    assert shelf.edited(fee=front("fee") + "The fee  is\n10 percent.\n").codes() == []


def test_evidence_edited_after_the_review_makes_a_draft_again() -> None:
    shelf = Shelf({"fee": front("fee") + FEE}).locked()
    assert shelf.edited(fee=front("fee", as_of="2013") + FEE).codes() == ["evidence-changed"]


def test_a_wording_that_nobody_reviewed_is_named() -> None:
    assert "wording-unlocked" in Shelf({"fee": front("fee") + FEE}).codes()


def test_with_the_text_quotes_are_proved_without_it_they_are_unchanged() -> None:
    shelf = Shelf({"fee": front("fee") + FEE}).locked()
    assert check_library(shelf, DAY).verified["fee"].as_json() == {
        "how": "proved", "on": "2029-12-01", "by": "editor", "reviewed": "2029-12-01",
    }  # fmt: skip
    without = check_library(shelf.without_text(), date(2030, 5, 5))
    assert without.problems == ()
    assert without.verified["fee"].as_json()["how"] == "unchanged"
    assert without.verified["fee"].on == "2029-12-01"


def test_without_the_text_a_changed_quote_is_unproved() -> None:
    shelf = Shelf({"fee": front("fee") + FEE}).locked()
    other = '[{source: doe-2012, locator: {paragraph: 1}, quote: "The fee is ten"}]'
    changed = shelf.edited(fee=front("fee", evidence=other) + FEE).without_text()
    assert set(changed.codes()) == {"quote-unproved", "evidence-changed"}
    never = Shelf({"fee": front("fee") + FEE}).without_text()
    assert set(never.codes()) == {"quote-unproved", "wording-unlocked"}


def test_with_the_text_an_outdated_lock_is_a_warning() -> None:
    shelf = Shelf({"fee": front("fee") + FEE}).locked()
    shelf.lock = EvidenceLock({}, shelf.lock.wordings, shelf.lock.works)
    (problem,) = shelf.problems()
    assert (problem.code, problem.severity) == ("lock-outdated", "warning")


def test_entries_of_nothing_are_named() -> None:
    shelf = Shelf({"fee": front("fee") + FEE, "old": front("old") + FEE}).locked()
    gone = Shelf({"fee": front("fee") + FEE}, lock=shelf.lock)
    assert gone.codes() == ["lock-stale"]


def test_a_review_keeps_what_did_not_change() -> None:
    shelf = Shelf({"fee": front("fee") + FEE, "two": front("two") + FEE}).locked()
    changed = shelf.edited(two=front("two") + "A fee is 10 percent.\n")
    lock, problems = build_lock(changed, "second editor", date(2030, 1, 1))
    assert problems == []
    assert (lock.wordings["fee"].by, lock.wordings["two"].by) == ("editor", "second editor")
    assert lock.quotes == shelf.lock.quotes


def test_only_the_named_cards_are_reviewed() -> None:
    shelf = Shelf({"fee": front("fee") + FEE, "two": front("two") + FEE})
    lock, problems = build_lock(shelf, "editor", DAY, only=["two"])
    assert (set(lock.wordings), problems) == ({"two"}, [])


@pytest.mark.parametrize("by", ["", "   ", "two\nlines", "hidden\u200e", "x" * 101])
def test_a_review_needs_somebody_who_answers_for_it(by: str) -> None:
    with pytest.raises(UsageError) as caught:
        build_lock(Shelf({"fee": front("fee") + FEE}), by, DAY)
    assert [problem.code for problem in caught.value.problems] == ["review-nobody"]


def test_a_reviewer_s_name_may_have_a_hundred_characters() -> None:
    lock, problems = build_lock(Shelf({"fee": front("fee") + FEE}), "x" * 100, DAY)
    assert (problems, lock.wordings["fee"].by) == ([], "x" * 100)


def test_a_review_does_not_lock_what_the_checks_refuse() -> None:
    shelf = Shelf({"fee": front("fee") + FEE}).locked()
    wrong = shelf.edited(fee=front("fee") + "The fee is 11 percent.\n")
    lock, problems = build_lock(wrong, "editor", DAY)
    assert [problem.code for problem in problems] == ["number-missing"]
    assert lock.wordings == shelf.lock.wordings, "the old entry stays, so the wording stays a draft"


def test_a_review_without_the_text_locks_nothing_that_changed() -> None:
    shelf = Shelf({"fee": front("fee") + FEE}).locked()
    changed = shelf.edited(fee=front("fee") + "A fee is 10 percent.\n").without_text()
    lock, problems = build_lock(changed, "editor", DAY)
    assert [problem.code for problem in problems] == ["lock-needs-text"]
    assert lock == shelf.lock
    same, nothing = build_lock(shelf.without_text(), "editor", DAY)
    assert (same, nothing) == (shelf.lock, [])


# -- use


def test_only_verified_snippets_are_used() -> None:
    here = Place("campaign.yaml", 4)
    shelf = Shelf({
        "draft": front("draft", review="{status: draft}") + FEE,
        "gone": front("gone", review="{status: rejected}") + FEE,
        "fee": front("fee") + FEE,
    })  # fmt: skip
    problems = check_snippet_use(shelf, {"draft": here, "gone": here, "fee": here}, DAY)
    assert [(p.code, p.place) for p in problems] == [("snippet-not-verified", here)] * 2


def test_a_superseded_claim_is_used_only_with_what_superseded_it() -> None:
    old = front("old", confidence="superseded", superseded_by="[new]") + FEE
    shelf = Shelf({"old": old, "new": front("new") + FEE})
    place = Place("campaign.yaml", 1)
    assert [p.code for p in check_snippet_use(shelf, {"old": place}, DAY)] == ["superseded-alone"]
    assert check_snippet_use(shelf, {"old": place, "new": place}, DAY) == []


def test_an_old_claim_must_say_its_year() -> None:
    dated = front("dated") + "In 2012 the fee was 10 percent.\n"
    shelf = Shelf({"fee": front("fee") + FEE, "dated": dated})
    place = Place("campaign.yaml", 1)
    used = {"fee": place, "dated": place}
    (problem,) = check_snippet_use(shelf, used, DAY, max_age=5)
    assert (problem.code, problem.place, problem.wording) == ("date-missing", place, "The fee is 10 percent.")
    assert check_snippet_use(shelf, used, DAY, max_age=30) == []
    assert check_snippet_use(shelf, used, DAY) == []


def test_no_word_of_a_source_is_in_the_lock(tmp_path: Path) -> None:
    from briefgen.evidence.lock import serialize_lock

    text = serialize_lock(Shelf({"fee": front("fee") + FEE}).locked().lock)
    for word in ("percent", "ten", "fee is", "catch"):
        assert f" {word} " not in text


# -- quotes that several statements rest on


@pytest.mark.parametrize(
    ("evidence", "confidence", "found"),
    [
        (QUOTE, "single-source", []),
        (QUOTE.replace("paragraph: 1", "page: 4"), "single-source", []),
        (QUOTE.replace("fee is", "The fee is"), "disputed", []),
        (QUOTE.replace("paragraph: 1", 'paragraph: "2"'), "single-source", [("error", "cites paragraph 2, but 'one' cites paragraph 1")]),
        (QUOTE, "disputed", [("warning", "'two' is disputed, but 'one', on the same quote, is uncontested")]),
    ],
)  # fmt: skip
def test_statements_on_the_same_quote_agree_on_its_place_and_standing(
    evidence: str, confidence: str, found: list[tuple[str, str]]
) -> None:
    shelf = Shelf(
        {
            "one": front("one") + FEE,
            "two": front("two", evidence=f"[{evidence}]", confidence=confidence) + FEE,
        }
    )
    problems = [one for one in check_library(shelf, DAY).problems if one.code == "proofs-disagree"]
    assert [one.severity for one in problems] == [severity for severity, _ in found]
    assert all(text in one.message for one, (_, text) in zip(problems, found, strict=True))
