"""Law, debates and posts in styles whose files lack them, and titles with a translation."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from briefgen.compose.citations import Citation, CitationFormatter, Note
from briefgen.compose.citations.citeproc import check_style
from briefgen.errors import Place
from briefgen.model.source import Source

CASE: dict[str, Any] = {
    "type": "legal_case",
    "title": "Sample v. Muster",
    "authority": "U.S. Supreme Court",
    "volume": "599",
    "container-title": "U.S.",
    "page": "900",
    "issued": {"date-parts": [[2019]]},
}
ACT: dict[str, Any] = {
    "type": "legislation",
    "title": "Night Transport Act, Pub. L. No. 199-198",
    "volume": "232",
    "container-title": "Stat.",
    "page": "1519",
    "issued": {"date-parts": [[2018]]},
}
CODE = ACT | {"title": "Night Transport Act", "volume": "22", "container-title": "U.S.C.", "section": "7801"}
del CODE["page"]
TREATY: dict[str, Any] = {
    "type": "treaty",
    "title": "Convention on Night Transport",
    "title-short": "Night Convention",
    "volume": "999",
    "container-title": "U.N.T.S.",
    "page": "137",
    "status": "entered into force 22 April 1994",
    "issued": {"date-parts": [[1991, 7, 28]]},
}
DEBATE: dict[str, Any] = {
    "type": "hearing",
    "title": "Night Buses",
    "container-title": "HL Deb",
    "volume": "673",
    "issued": {"date-parts": [[2005, 7, 21]]},
}
POST: dict[str, Any] = {
    "type": "post",
    "title": "nobody came for the N7 tonight",
    "author": [{"literal": "Riders (@riders)"}],
    "container-title": "X",
    "issued": {"date-parts": [[2026, 3, 4]]},
    "URL": "https://x.example/1",
}
ARTICLE: dict[str, Any] = {
    "type": "article-newspaper",
    "title": "Nattbussene står",
    "translated-title": "The night buses stand still",
    "author": [{"family": "Eksempel", "given": "Ola"}],
    "container-title": "Havneavisen",
    "language": "nb",
    "issued": {"date-parts": [[2023, 1, 9]]},
}


def cite(work: dict[str, Any], style: str, *places: tuple[str, str], language: str = "en") -> list[str]:
    """Notes that cite a work in turn, as they read: italics between asterisks."""
    formatter = CitationFormatter({"a": Source("a", {"id": "a", **work}, Place("works.json"))})
    notes = [Note((Citation("a", *place),)) for place in places or [("", "")]]
    return [
        unescape(re.sub(r"<[^>]+>", "", re.sub(r"</?em>", "*", note.note or note.text)))
        for note in formatter.format(notes, style, language).notes
    ]


def listed(work: dict[str, Any], style: str) -> str:
    formatter = CitationFormatter({"a": Source("a", {"id": "a", **work}, Place("works.json"))})
    entries = formatter.format([Note((Citation("a"),))], style, "en").bibliography
    return unescape(re.sub(r"<[^>]+>", "", "".join(entries)))


@pytest.mark.parametrize("style", ["chicago-notes-bibliography", "bluebook-law-review"])
@pytest.mark.parametrize(
    ("reporter", "printed"), [("U.S.", "599 U.S. 900 (2019)"), ("S. Ct.", "599 S. Ct. 900 (2019)")]
)
def test_no_court_stands_beside_the_reports_of_the_supreme_court(
    style: str, reporter: str, printed: str
) -> None:
    assert cite(CASE | {"container-title": reporter}, style) == [f"Sample v. Muster, {printed}."]


@pytest.mark.parametrize(
    ("court", "short"),
    [
        ("Supreme Court of the United States", "U.S."),
        ("United States Court of Appeals for the Ninth Circuit", "9th Cir."),
        ("U.S. Court of Appeals for the District of Columbia Circuit", "D.C. Cir."),
        ("Court of Elsewhere", "Court of Elsewhere"),
    ],
)
def test_american_courts_are_abbreviated_where_they_are_named(court: str, short: str) -> None:
    case = CASE | {"authority": court, "container-title": "F.9th"}
    assert cite(case, "chicago-notes-bibliography") == [f"Sample v. Muster, 599 F.9th 900 ({short} 2019)."]


def test_a_british_note_cites_an_american_case_as_americans_do() -> None:
    assert cite(CASE, "oscola", ("page", "905"), ("", ""), ("page", "9"))[2] == "ibid 9."
    assert cite(CASE, "oscola-5", ("page", "905"), ("page", "9"))[1] == "*Sample v Muster* (n 1) 9."


def test_the_place_in_a_case_without_a_court_is_printed_once() -> None:
    other = CASE | {"container-title": "Reports", "authority": ""}
    assert cite(other, "oscola", ("page", "905")) == ["*Sample v Muster* (2019) 599 Reports 900, 905."]
    assert cite(CASE, "oscola", ("page", "905")) == ["*Sample v Muster* 599 US 900, 905 (2019)."]


@pytest.mark.parametrize("style", ["chicago-notes-bibliography", "bluebook-law-review", "oscola"])
def test_a_statute_has_its_page_and_its_year_in_brackets(style: str) -> None:
    (printed,) = cite(ACT, style)
    assert printed.replace("Pub L No", "Pub. L. No.").replace("Stat 1519", "Stat. 1519") == (
        "Night Transport Act, Pub. L. No. 199-198, 232 Stat. 1519 (2018)."
    )
    (printed,) = cite(CODE, style)
    assert printed.replace("USC", "U.S.C.") == "Night Transport Act, 22 U.S.C. § 7801 (2018)."


@pytest.mark.parametrize(
    "number", ["199-198", "Pub. L. 199–198", "Pub. L. No. 199-198", "Public Law 199-198"]
)
@pytest.mark.parametrize("style", ["chicago-notes-bibliography", "bluebook-law-review", "oscola"])
def test_the_number_of_a_public_law_may_be_where_zotero_has_it(number: str, style: str) -> None:
    (printed,) = cite(ACT | {"title": "Night Transport Act", "number": number}, style)
    assert printed.replace("–", "-") == cite(ACT, style)[0]


def test_a_bill_keeps_its_number() -> None:
    (printed,) = cite(ACT | {"type": "bill", "title": "Night Act", "number": "199-198"}, "oscola")
    assert "Pub" not in printed


def test_later_notes_in_bluebook_style_name_the_statute() -> None:
    places = [("section", "3"), ("", ""), ("section", "4")]
    formatter = CitationFormatter(
        {
            "act": Source("act", {"id": "act", **ACT}, Place("works.json")),
            "uk": Source("uk", {"id": "uk", "type": "legislation", "title": "Buses Act 2015"}, Place("")),
        }
    )
    notes = [Note((Citation(work, *place),)) for place in places for work in ("act", "uk")]
    printed = [note.note for note in formatter.format(notes, "bluebook-law-review", "en-US").notes]
    assert printed[0] == "Night Transport Act, Pub. L. No. 199-198, § 3, 232 Stat. 1519 (2018)."
    assert printed[4:] == ["§ 4, 232 Stat. at 1519.", "Buses Act 2015, § 4."]


def test_a_hearing_has_the_number_of_its_congress() -> None:
    hearing = {
        "type": "hearing",
        "title": "Night Buses: Hearing before the Senate Committee on Transport",
        "authority": "119th Cong.",
        "issued": {"date-parts": [[2025, 3, 4]]},
    }
    title = "*Night Buses: Hearing before the Senate Committee on Transport*"
    place = ("page", "5")
    assert cite(hearing, "bluebook-law-review", place) == [f"{title}, 119th Cong. 5 (2025)."]
    assert cite(hearing, "oscola", place) == [f"{title}, 119th Cong 5 (2025)."]
    assert cite(hearing, "chicago-notes-bibliography", place) == [f"{title}, 119th Cong. (2025), 5."]


@pytest.mark.parametrize("kind", ["hearing", "speech", "document"])
def test_hansard_is_cited_by_day_volume_and_column(kind: str) -> None:
    debate = DEBATE | {"type": kind}
    columns = ("column", "973–976")
    printed = "HL Deb 21 July 2005, vol 673, cols 973–976."
    assert cite(debate, "oscola", columns) == [printed]
    assert cite(debate, "chicago-notes-bibliography", columns) == [printed.replace("cols", "cols.")]
    assert cite(debate, "oscola", columns, ("column", "980"))[1] == "ibid col 980."
    assert cite(debate, "oscola-5", columns, columns)[1] == "HL Deb 21 July 2005 (n 1) cols 973–976."


def test_a_hearing_that_is_no_debate_is_left_alone() -> None:
    hearing = DEBATE | {"container-title": "Debates of Elsewhere"}
    assert "HL Deb" not in "".join(cite(hearing, "oscola"))
    assert "Night Buses" in "".join(cite(hearing, "oscola"))


def test_a_treaty_has_both_its_dates_in_australian_style() -> None:
    places = [("article", "33(1)–(2)"), ("article", "3")]
    assert cite(TREATY, "australian-guide-to-legal-citation", *places, language="en-AU")[:1] == [
        "*Convention on Night Transport*, opened for signature 28 July 1991, 999 UNTS 137"
        " (entered into force 22 April 1994) art 33(1)–(2) (‘*Night Convention*’)."
    ]


@pytest.mark.parametrize("style", ["chicago-notes-bibliography", "oscola", "bluebook-law-review"])
@pytest.mark.parametrize(
    ("value", "word"),
    [
        ("33(1)–(2)", "art"),
        ("33(1)-(2)", "art"),
        ("33(1), (3)", "art"),
        ("33–34", "arts"),
        ("3(1)–4(2)", "arts"),
    ],
)
def test_paragraphs_of_one_article_are_one_article(style: str, value: str, word: str) -> None:
    (printed,) = cite(TREATY, style, ("article", value))
    assert f" {word} {value.replace('-', '–')}" in printed.replace(f"{word}.", word)


@pytest.mark.parametrize(
    ("style", "printed"),
    [
        (
            "oscola",
            "Riders (@riders), ‘nobody came for the N7 tonight’ (X, 4 March 2026) <https://x.example/1>.",
        ),
        ("oscola-5", "Riders (@riders) (X, 4 March 2026) <https://x.example/1>."),
        (
            "chicago-notes-bibliography",
            "Riders (@riders), “nobody came for the N7 tonight,” X, March 4, 2026, https://x.example/1.",
        ),
        (
            "bluebook-law-review",
            "Riders (@riders), *nobody came for the N7 tonight*, X, Mar. 4, 2026, https://x.example/1.",
        ),
    ],
)
def test_a_post_has_its_day_its_site_and_its_text_as_written(style: str, printed: str) -> None:
    assert cite(POST, style) == [printed]


def test_a_list_of_works_has_no_empty_entry_for_a_post() -> None:
    assert listed(POST, "chicago-notes-bibliography") == ""
    assert "4 March" in listed(POST, "harvard-cite-them-right")


@pytest.mark.parametrize(
    ("style", "printed"),
    [
        ("chicago-notes-bibliography", "“Nattbussene står” [The night buses stand still], *Havneavisen*"),
        ("oscola", "‘Nattbussene står’ [The night buses stand still] *Havneavisen*"),
        ("bluebook-law-review", "*Nattbussene står* [The night buses stand still], Havneavisen"),
        ("mcgill-en", "“Nattbussene står” [The night buses stand still], *Havneavisen*"),
    ],
)
def test_a_translated_title_stands_behind_the_title(style: str, printed: str) -> None:
    assert printed in cite(ARTICLE, style)[0]


def test_a_translated_title_is_printed_once() -> None:
    assert (
        cite(ARTICLE, "chicago-notes-bibliography", ("", ""), ("", ""))[1] == "Eksempel, “Nattbussene står.”"
    )
    assert "Nattbussene står [The night buses stand still]. Havneavisen" in listed(ARTICLE, "apa")
    book = ARTICLE | {"type": "book", "container-title": "", "publisher": "Press"}
    assert (
        "*Nattbussene står* [The night buses stand still] (Press"
        in cite(book, "chicago-notes-bibliography")[0]
    )


def test_a_title_cannot_bring_our_marks() -> None:
    assert cite(ARTICLE | {"translated-title": "\ue005”\ue004x"}, "oscola")[0].count("[”x]") == 1


def test_the_fifth_edition_of_oscola_differs_where_its_changes_were_read() -> None:
    press = ARTICLE | {"publisher-place": "Oslo"}
    assert "(Oslo, 9 January 2023)" in cite(press, "oscola")[0]
    assert cite(press, "oscola-5", ("", ""), ("", ""))[1] == "Eksempel (n 1)."
    assert "Oslo" not in cite(press, "oscola-5")[0]
    thesis = {"type": "thesis", "title": "Night Buses", "genre": "PhD thesis", "publisher": "University"}
    assert "‘Night Buses’" in cite(thesis, "oscola")[0]
    assert "*Night Buses*" in cite(thesis, "oscola-5")[0]
    page = {
        "type": "webpage",
        "title": "A",
        "URL": "https://perma.cc/1",
        "accessed": {"date-parts": [[2026]]},
    }
    assert "accessed" in cite(page, "oscola")[0] and "accessed" not in cite(page, "oscola-5")[0]
    assert "https://" not in cite(page, "oscola-5-no-url")[0]


def test_english_of_other_countries_is_british_in_citations() -> None:
    assert "(9 January 2023)" in cite(ARTICLE, "oscola", language="en-AU")[0]
    assert "January 9, 2023" in cite(ARTICLE, "chicago-notes-bibliography", language="en-CA")[0]


def test_a_style_that_nobody_compared_is_named() -> None:
    def codes(style: str) -> list[str]:
        return [problem.code for problem in check_style(style, Path(), "en", Place("campaign.yaml", 3))]

    assert codes("oscola-5") == codes("apa-no-url") == codes("chicago-notes-bibliography") == []
    assert (
        codes("mcgill-en") == codes("ieee") == codes("bluebook-law-review-no-url") == ["citation-uncompared"]
    )
