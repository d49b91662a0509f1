"""The verdict on each sentence of a draft."""

import pytest

from briefgen.audit.citations import group_by_sentence
from briefgen.audit.draft import Draft, DraftBlock, DraftNote, NoteMark
from briefgen.audit.findings import CitationVerdict, DifferenceKind, SentenceVerdict
from briefgen.audit.readers.registry import read_draft_text
from briefgen.errors import BriefgenError
from briefgen.evidence.inline_markdown import strip_markdown

HOUSE = "On November 20, 2024, the House of Representatives passed H.R. 3012"


def _kinds(finding):
    return {one.kind for one in finding.differences if one.severity == "error"}


def test_every_approved_wording_is_approved_or_only_lacks_its_caveat(auditor, audit):
    wordings = {
        key: strip_markdown(snippet.body).strip()
        for key, snippet in auditor.library.snippets.items()
        if snippet.confidence != "superseded"
    }
    report = audit(*wordings.values())
    for finding in report.sentences:
        wrong = _kinds(finding) - {DifferenceKind.CAVEAT}
        assert finding.verdict in (SentenceVerdict.APPROVED, SentenceVerdict.DIFFERS), finding.sentence.text
        assert not wrong, (finding.sentence.text, finding.differences)


def test_an_approved_wording_names_its_reviewer_and_day(judge):
    finding = judge(
        "In December 2012 a South Korean estimate set the $1.3 billion cost of two North Korean rocket launches against four to five years of food for the country."
    )
    assert finding.matches[0].id == "rocket-cost-2012"
    assert finding.matches[0].reviewed_by == "briefgen maintainers"
    assert finding.matches[0].reviewed_on.startswith("2026-")


def test_typography_and_a_citation_at_the_end_make_no_other_wording(judge):
    wording = "In March 2014, by resolution 25/25, the UN Human Rights Council took up the report of its commission of inquiry on North Korea and recommended that it be put before the Security Council"
    for text in (
        f"{wording}.",
        f"{wording} (A/HRC/RES/25/25).",
        wording.replace("25/25", "25/\u200b25").replace(" of ", "\u00a0of "),
    ):
        assert judge(text).verdict is SentenceVerdict.APPROVED


@pytest.mark.parametrize(
    "text",
    [
        "In November 2024 the House approved H.R. 3012, which would renew the North Korean Human Rights Act, by 335 to 37.",
        "The number who reach South Korea fell from 2,914 in 2009 to 224 in 2025.",
        "KINU estimated in October 2025 that between 53,000 and 65,000 people were in four political prison camps.",
        "The nuclear weapons and the crimes at home, Robert Park wrote in 2013, are “the conjoined twins of the Kim dynasty.”",
        "UN agencies put undernourishment in North Korea at an estimated 41.6% for 2019 to 2021.",
    ],
)  # fmt: skip
def test_a_true_sentence_in_other_words_is_supported(judge, text):
    finding = judge(text)
    assert finding.verdict is SentenceVerdict.SUPPORTED, finding.differences
    assert any("means the same" in one for one in finding.to_judge)
    assert finding.suggestion


@pytest.mark.parametrize(
    ("text", "kind", "found", "expected"),
    [
        (f"{HOUSE} by 353 votes to 37.", DifferenceKind.NUMBER, "353", "335"),
        ("On November 20, 2024, the House of Representatives passed H.R. 3021 by 335 votes to 37.", DifferenceKind.DESIGNATION, "H.R. 3021", "H.R. 3012"),
        ("On November 20, 2024, the Senate passed H.R. 3012 by 335 votes to 37.", DifferenceKind.NAME, "Senate", "House of Representatives"),
        ("North Korea carried out its fourth nuclear test on February 12, 2013.", DifferenceKind.NUMBER, "fourth", "third"),
        ("Human Rights Watch has counted 406 people returned since 2024.", DifferenceKind.HEDGE, "406", "at least 406"),
        ("The weapons and the crimes, Robert Park wrote in 2013, are “the conjoined twins of the Kim regime.”", DifferenceKind.QUOTATION, "the conjoined twins of the Kim regime", "the conjoined twins of the Kim dynasty"),
        ("According to Michael Kirby in 2013, the weapons and the crimes are “the conjoined twins of the Kim dynasty.”", DifferenceKind.ATTRIBUTION, "Michael Kirby", "Robert Park"),
        ("UN agencies put undernourishment in North Korea at an estimated 33.8 percent for 2019 to 2021, up from 41.6 percent in 2004 to 2006.", DifferenceKind.PAIR, "33.8 percent", "41.6 percent"),
        ("In March 2013 the UN Security Council, by resolution 25/25, set up the commission of inquiry.", DifferenceKind.PAIR, "March 2013", ""),
        ("China does not send back North Koreans.", DifferenceKind.NEGATION, "not", ""),
    ],
)  # fmt: skip
def test_what_differs_is_named_with_its_place_and_what_the_evidence_has(judge, text, kind, found, expected):
    finding = judge(text)
    assert finding.verdict is SentenceVerdict.DIFFERS
    difference = next(one for one in finding.differences if one.kind is kind)
    assert (difference.found, difference.expected) == (found, expected)
    assert text[difference.start : difference.end] == found


def test_an_overtaken_figure_is_superseded_by_the_newer_ones(judge):
    finding = judge(
        "North Korea holds a quarter of a million political prisoners, one-third of them children."
    )
    assert finding.verdict is SentenceVerdict.SUPERSEDED
    assert {one.id for one in finding.superseded_by} == {"camp-population-inquiry", "camp-population-2025"}


@pytest.mark.parametrize(
    ("text", "correction"),
    [
        ("The resolution was passed unanimously.", "D01"),
        ("North Korea has been found to be comprehensively in violation of the Genocide Convention.", "D07"),
        ("About a tenth of the people of South Hwanghae starved to death.", "D02"),
    ],
)
def test_what_the_library_omits_is_never_said(judge, text, correction):
    finding = judge(text)
    assert finding.verdict is SentenceVerdict.NEVER_SAY
    assert finding.correction == correction
    assert finding.reason


def test_what_is_denied_is_not_said(judge):
    assert judge("The resolution was not passed unanimously.").verdict is not SentenceVerdict.NEVER_SAY


def test_a_claim_that_nothing_bears_out_is_unsupported(judge):
    finding = judge("In 2019 Amnesty International counted 8,412 prisoners in the port of Valparaíso.")
    assert finding.verdict is SentenceVerdict.UNSUPPORTED
    assert "8,412" in finding.reason and "Amnesty International" in finding.reason


@pytest.mark.parametrize(
    "text",
    [
        "November 30, 2026",
        "Washington, DC 20510",
        "Dear Senator Smith:",
        "We ask you three things.",
        "Thank you for your time and for all that you have done.",
        "Page 3 of 10",
        "Policy brief · 24 November 2026 · No. 1",
        "The Honorable Ada Placeholder, Jr. U.S. House of Representatives Washington, DC 20515 UNITED STATES",
    ],
)
def test_what_claims_nothing_is_nothing_to_check(judge, text):
    assert judge(text).verdict is SentenceVerdict.NOTHING_TO_CHECK


def test_a_contested_claim_needs_its_speaker_and_its_caveat(audit):
    flat = "North Korea targets for destruction every group that the Genocide Convention protects, and employs every method in its Article 2."
    attributed = f"Robert Park argued in 2013 that {flat}"
    caveat = "The UN commission of inquiry had reasonable grounds to believe that crimes against humanity have been committed in North Korea; it did not find genocide, for which its chair called the definition of 1948 not wide enough."
    assert DifferenceKind.CONTESTED in _kinds(audit(flat).sentences[0])
    assert _kinds(audit(attributed).sentences[0]) == {DifferenceKind.CAVEAT}
    assert audit(attributed, caveat).sentences[0].verdict is SentenceVerdict.SUPPORTED


def test_citations_are_known_or_differ_or_are_unknown(auditor):
    note = "Robert Park, “The Forgotten Genocide: North Korea’s Prison State,” World Affairs 176, no. 2 (2011): 64–71; A/HRC/99/12, para. 4."
    blocks = (
        DraftBlock("paragraph", f"{HOUSE} by 335 votes to 37.", marks=(NoteMark(40, "n1"),)),
        DraftBlock("note", note, note="n1"),
    )
    report = auditor.audit(Draft("a.docx", "docx", "en", blocks, (DraftNote("n1", "1", note),)))
    bill, essay, other = report.citations
    assert (bill.verdict, bill.work) == (CitationVerdict.KNOWN, "hr3012-118")
    assert (essay.verdict, essay.work) == (CitationVerdict.DIFFERS, "park-2013")
    assert [one.kind for one in essay.differences] == [DifferenceKind.DATE]
    assert note[essay.differences[0].start : essay.differences[0].end] == "2011"
    assert other.verdict is CitationVerdict.UNKNOWN
    assert all(one.verdict is SentenceVerdict.NOTHING_TO_CHECK for one in report.sentences[1:])
    assert report.exit_status() == 1


def test_a_draft_in_another_language_is_compared_by_its_figures(audit):
    report = audit(
        "Das Repräsentantenhaus nahm H.R. 3012 am 20. November 2024 mit 335 zu 37 Stimmen an, und der Senat hat nicht darüber abgestimmt.",
        language="",
    )
    assert [problem.code for problem in report.problems if problem.code == "audit-language"]


def test_a_library_without_statements_is_named_once():
    from briefgen.audit.audit import Auditor
    from briefgen.evidence.lock import EvidenceLock
    from briefgen.library.loader import Library

    empty = Library((), {}, {}, {}, {}, {}, {}, EvidenceLock())
    report = Auditor(empty).audit(
        Draft("a.txt", "text", "en", (DraftBlock("paragraph", "In 2012 there were 20,000."),))
    )
    assert [problem.code for problem in report.problems] == ["audit-no-statements"]
    assert report.sentences[0].verdict is SentenceVerdict.UNSUPPORTED


def test_exit_status_and_counts(audit):
    good, bad = "Thank you.", "In 1997 the moon had 8,412 towns."
    assert audit(good).exit_status() == 0
    report = audit(good, bad)
    assert report.exit_status() == 1
    assert report.exit_status([SentenceVerdict.UNSUPPORTED]) == 0
    assert report.counts()[SentenceVerdict.UNSUPPORTED] == 1
    assert report.as_json()["counts"]["nothing-to-check"] == 1


def _blocks(auditor, *blocks):
    return auditor.audit(Draft("a.docx", "docx", "en", blocks))


def test_a_bibliography_is_cited_and_claims_nothing(auditor):
    report = _blocks(
        auditor,
        DraftBlock("heading", "Sources", level=1),
        DraftBlock("paragraph", "“China: No Letup in Forced Returns to North Korea”. Human Rights Watch, 15 October 2025."),
        DraftBlock("paragraph", "North Korean Human Rights Reauthorization Act of 2017, Pub. L. No. 115-198, 132 Stat. 1519 (2018)."),
        DraftBlock("paragraph", "Amnesty International, “Nowhere at All,” 12 March 2019."),
        DraftBlock("heading", "Next", level=1),
        DraftBlock("paragraph", "In 1997 the moon had 8,412 towns."),
    )  # fmt: skip
    verdicts = [one.verdict for one in report.sentences]
    assert set(verdicts[:-1]) == {SentenceVerdict.NOTHING_TO_CHECK}
    assert verdicts[-1] is SentenceVerdict.UNSUPPORTED
    assert [one.verdict.value for one in report.citations] == ["known", "known", "unknown"]


def test_what_is_cited_in_another_work_is_a_citation_of_its_own(auditor):
    note = "UN Human Rights Council, Report of the Commission of Inquiry (2014), cited in UN General Assembly, Situation of Human Rights in the Democratic People’s Republic of Korea, resolution 79/181, UN Doc. A/RES/79/181 (2024), para. 10."
    report = _blocks(auditor, DraftBlock("note", note, note="n1"))
    assert [one.work for one in report.citations] == ["coi-2014-report", "ga-res-79-181"]
    assert all(one.verdict is CitationVerdict.KNOWN for one in report.citations)


def test_a_caveat_in_a_note_is_approved_and_no_part_of_its_citation(auditor):
    caveat = (
        "The cases counted since 2024 rest mainly on one contact, whom Human Rights Watch gives a pseudonym."
    )
    note = (
        f"“China: No Letup in Forced Returns to North Korea,” Human Rights Watch, October 15, 2025. {caveat}"
    )
    report = _blocks(auditor, DraftBlock("note", note, note="n1"))
    assert report.sentences[-1].verdict is SentenceVerdict.APPROVED
    assert [one.verdict for one in report.citations] == [CitationVerdict.KNOWN]


def test_a_figure_without_words_is_for_a_person(auditor):
    report = _blocks(auditor, DraftBlock("table-cell", "34,538"), DraftBlock("table-cell", "34,583"))
    known, unknown = report.sentences
    assert known.verdict is SentenceVerdict.NOTHING_TO_CHECK and "34,538" in known.to_judge[0]
    assert unknown.verdict is SentenceVerdict.UNSUPPORTED


def test_a_sentence_takes_its_subject_from_the_one_before(audit):
    text = "The number of North Koreans who reached South Korea was 2,914 in 2009. In 2021 there were 63."
    assert [one.verdict for one in audit(text).sentences] == [SentenceVerdict.SUPPORTED] * 2


def test_the_wording_offered_has_the_dates_of_the_draft(judge):
    american = judge(
        "On November 20, 2024, the House of Representatives passed H.R. 3012 by 353 votes to 37."
    )
    british = judge("On 20 November 2024, the House of Representatives passed H.R. 3012 by 353 votes to 37.")
    assert american.suggestion.startswith("On November 20, 2024,")
    assert british.suggestion.startswith("On 20\u00a0November 2024,")


# -- drafts that would take hours


def test_an_audit_that_does_not_end_is_stopped_and_named(auditor, monkeypatch):
    def never_return(done, number):
        while True:
            pass

    monkeypatch.setattr("briefgen.system.limits.TIME_LIMIT_S", 0.1)
    draft = Draft("draft.txt", "text", "en", (DraftBlock("paragraph", "So it is."),))
    with pytest.raises(BriefgenError) as refused:
        auditor.audit(draft, progress=never_return)
    (problem,) = refused.value.problems
    assert problem.code == "took-too-long"
    assert "the audit of draft.txt" in problem.message and "in parts" in problem.hint


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["!", "?!", "…", "1", "\u200b", "\u0301", "\u0316\u0301"])
def test_a_hundred_thousand_characters_of_a_kind_do_not_take_long(auditor, monkeypatch, kind):
    monkeypatch.setattr("briefgen.system.limits.TIME_LIMIT_S", 20)
    auditor.audit(read_draft_text("a" + kind * (100_000 // len(kind)), "the text"))


def test_citations_are_found_beside_the_sentences_that_they_are_in(auditor):
    text = "It was so (A/HRC/RES/25/25). In March 2014 it was not. It was so (A/HRC/RES/22/13)."
    report = auditor.audit(Draft("draft.txt", "text", "en", (DraftBlock("paragraph", text),)))
    cited = group_by_sentence(report.citations, [one.sentence for one in report.sentences])
    assert [[one.text for one in found] for found in cited.values()] == [
        ["A/HRC/RES/25/25"],
        [],
        ["A/HRC/RES/22/13"],
    ]
