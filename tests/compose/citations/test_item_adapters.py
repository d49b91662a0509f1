"""Works as each style is handed them, and styles mended: what the golden tables do not show."""

from pathlib import Path
from typing import Any

import pytest

from briefgen.compose.citations import Citation, CitationFormatter, Note
from briefgen.compose.citations.style_fixes import adapt_item
from briefgen.compose.citations.styles import find_style
from briefgen.errors import Place
from briefgen.model.source import Source

PAGE: dict[str, Any] = {
    "id": "page",
    "type": "webpage",
    "title": "A page",
    "publisher": "Example Office",
    "URL": "https://example.org/page",
    "DOI": "10.1000/1",
    "issued": {"date-parts": [[2023, 10, 17]]},
    "accessed": {"date-parts": [[2026, 11, 23]]},
}
CASE: dict[str, Any] = {
    "id": "case",
    "type": "legal_case",
    "title": "Corfu Channel",
    "authority": "International Court of Justice",
    "container-title": "I.C.J. Rep.",
    "page": "4",
    "issued": {"date-parts": [[1949]]},
}


def note(
    work: dict[str, Any],
    style: str,
    folder: Path | None = None,
    language: str = "en",
    citation: Citation | None = None,
) -> str:
    formatter = CitationFormatter({work["id"]: Source(work["id"], work, Place("works.json"))}, folder)
    spot = formatter.format([Note((citation or Citation(work["id"]),))], style, language).notes[0]
    return spot.note or spot.text


@pytest.mark.parametrize("style", ["oscola", "apa", "harvard-cite-them-right", "ieee"])
def test_any_style_is_there_without_addresses(style: str) -> None:
    formatter = CitationFormatter({"page": Source("page", PAGE, Place("works.json"))})
    notes = [Note((Citation("page"),))] * 2
    with_links = formatter.format(notes, style, "en").bibliography[0]
    without = formatter.format(notes, f"{style}-no-url", "en").bibliography[0]
    assert "href" in with_links
    assert "href" not in without
    assert not any(words in without for words in ("10.1000", "Accessed", "accessed", "Available", "2026"))


def test_a_style_that_ships_without_addresses_is_the_file_of_that_name() -> None:
    assert not find_style("chicago-notes-bibliography-no-url").without_urls
    assert find_style("oscola-no-url").without_urls
    assert find_style("oscola-no-url").xml == find_style("oscola").xml


def test_the_record_itself_is_left_as_it_was_written() -> None:
    before = dict(PAGE)
    assert adapt_item(PAGE, find_style("oscola-no-url"))["author"] == [{"literal": "Example Office"}]
    assert before == PAGE


def test_a_reporter_without_volumes_goes_by_year_where_the_bluebook_is_followed() -> None:
    assert "1949 I.C.J. Rep. 4 (1949)" in note(CASE, "chicago-notes-bibliography")
    assert note(CASE, "oscola") == "<em>Corfu Channel</em> [1949] ICJ Rep 4."
    assert "71 I.C.J. Rep." in note(CASE | {"volume": "71"}, "chicago-notes-bibliography")


def test_a_court_that_the_reporter_does_not_name_is_kept() -> None:
    other = CASE | {"container-title": "I.L.R.", "volume": "9"}
    assert note(other, "oscola").endswith("9 ILR 4 (International Court of Justice).")
    assert "9 I.L.R. 4 (I.C.J. 1949)" in note(other, "chicago-notes-bibliography")
    unknown = other | {"authority": "Court of Elsewhere"}
    assert "9 I.L.R. 4 (Court of Elsewhere 1949)" in note(unknown, "chicago-notes-bibliography")


def test_a_case_whose_reporter_goes_by_years_has_its_day_where_it_is_known_and_english() -> None:
    dated = CASE | {"issued": {"date-parts": [[1949, 4, 9]]}}
    assert "1949 I.C.J. Rep. 4 (April 9)" in note(dated, "chicago-notes-bibliography")
    assert "1949 I.C.J. Rep. 4 (1949)" in note(dated, "chicago-notes-bibliography", language="fr")
    assert "71 I.C.J. Rep. 4 (1949)" in note(dated | {"volume": "71"}, "chicago-notes-bibliography")


def test_the_place_in_a_case_stands_before_the_brackets_and_behind_those_of_a_statute() -> None:
    place = Citation("case", "page", "5")
    assert "4, 5 (1949)." in note(CASE, "chicago-notes-bibliography", citation=place)
    statute = {"id": "act", "type": "legislation", "title": "Sample Act", "issued": {"date-parts": [[2018]]}}
    section = Citation("act", "section", "3")
    assert note(statute, "chicago-notes-bibliography", citation=section) == "Sample Act (2018), § 3."


def test_the_organisation_is_the_author_of_its_page_and_the_name_of_its_blog_is_not() -> None:
    assert note(PAGE, "oscola-no-url") == "Example Office, ‘A Page’ (17 October 2023)."
    sited = PAGE | {"container-title": "Example Site"}
    assert note(sited, "oscola-no-url") == (
        "Example Office, ‘A Page’ (<em>Example Site</em>, 17 October 2023)."
    )
    blog = PAGE | {"type": "post-weblog"}
    assert note(blog, "oscola-no-url") == "‘A Page’ (<em>Example Office</em>, 17 October 2023)."


def test_oscola_prints_the_city_of_a_newspaper_that_has_one() -> None:
    article = {"id": "a", "type": "article-newspaper", "title": "News", "container-title": "Daily"}
    placed = article | {"publisher-place": "London", "issued": {"date-parts": [[2010, 7, 1]]}}
    assert note(placed, "oscola") == "‘News’ <em>Daily</em> (London, 1 July 2010)."


@pytest.mark.parametrize(
    ("work", "printed"),
    [
        (
            {"number": "resolution 60/1, UN Doc. A/RES/60/1"},
            "UNGA Res 60/1, ‘Outcome’ (2005) UN Doc A/RES/60/1.",
        ),
        ({"number": "UN Doc. A/60/L.1"}, "UN General Assembly, ‘Outcome’ (2005) UN Doc A/60/L.1."),
        ({"number": "A/60/L.1"}, "UN General Assembly, ‘Outcome’ (2005) UN Doc A/60/L.1."),
        ({"number": "Paper 5"}, "UN General Assembly, ‘Outcome’ (2005) Paper 5."),
        (
            {"number": "resolution 60/1, UN Doc. A/RES/60/1", "author": [{"literal": "UN Office"}]},
            "UN Office, ‘Outcome’ (2005) resolution 60/1, UN Doc A/RES/60/1.",
        ),
    ],
)
def test_oscola_names_resolutions_by_organ_and_number(work: dict[str, Any], printed: str) -> None:
    outcome = {
        "id": "outcome",
        "type": "report",
        "title": "Outcome",
        "author": [{"literal": "UN General Assembly"}],
        "issued": {"date-parts": [[2005]]},
    }
    assert note(outcome | work, "oscola") == printed


def test_oscola_prints_statutes_by_volume_and_others_as_they_are_called() -> None:
    statute = {
        "id": "statute",
        "type": "legislation",
        "title": "Sample Act of 2017, Pub. L. No. 115-198",
        "volume": "132",
        "container-title": "Stat.",
        "page": "1519",
        "issued": {"date-parts": [[2018, 7, 20]]},
    }
    assert note(statute, "oscola") == "Sample Act of 2017, Pub L No 115-198, 132 Stat 1519 (2018)."
    act = {"id": "act", "type": "legislation", "title": "Human Rights Act 1998"}
    assert note(act, "oscola") == "Human Rights Act 1998."
    assert note(act, "harvard-cite-them-right") == "(<em>Human Rights Act 1998</em>)"


def test_oscola_cites_a_bill_of_another_country_as_there_and_a_british_one_by_its_number() -> None:
    bill = {
        "id": "bill",
        "type": "bill",
        "title": "Sample Act of 2025",
        "number": "H.R. 5959",
        "authority": "119th Congress, 1st session",
        "issued": {"date-parts": [[2025, 11, 7]]},
    }
    assert note(bill, "oscola") == "Sample Act of 2025, HR 5959, 119th Congress, 1st session (2025)."
    british = {"id": "bill", "type": "bill", "title": "Academies HL Bill", "number": "1"}
    assert note(british, "oscola") == "Academies HL Bill [1]."


def test_a_style_of_the_campaigns_own_is_used_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "oscola.csl").write_bytes(find_style("oscola").xml)
    assert note(CASE, "oscola.csl", tmp_path).endswith("[1949] ICJ Rep 4 (International Court of Justice).")
