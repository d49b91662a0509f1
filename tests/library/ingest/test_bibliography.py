"""Bibliographies from reference managers: read whole, with lines, without what is the collector's own."""

from pathlib import Path
from typing import Any

import pytest

from briefgen.errors import BriefgenError, ProblemList
from briefgen.library.ingest.bibliography import (
    BibliographyEntry,
    is_bibliography,
    parse_ris,
    read_bibliography,
)

BIB = r"""@comment{nothing, here}
@string{wa = "Journal of Samples"}

@article{Writer_2013,
  title = {A Plain Title: {Sample} and Country's State},
  author = {Writer, Ann and {Commission of Samples}},
  journal = wa, volume = 7, number = {2}, pages = {1--9}, year = 2013, month = jul,
  abstract = {Words of another.}, file = {/home/ann/x.pdf}, keywords = {mine},
  langid = {english},
}
@online{page, title={Eine Seite Davon}, date={2023-10-17}, url={https://example.org/x}, urldate={2026-11-23},
  langid = {ngerman}}
@misc{misc, title={Only \emph{a} title}}
@thesis{Writer_2013, title={The key again}, type={phdthesis}, date={2014}}
"""

RIS = """TY  - JOUR
AU  - Writer, Ann
AU  - Commission of Samples
A2  - Editor, Ed, Jr.
TI  - A Plain Title: Sample
JO  - Journal of Samples
PY  - 2013/07//
DA  - 2013/07/04/
VL  - 7
IS  - 2
SP  - 1
EP  - 9
AB  - Words of
another.
N1  - mine
ER  -

TY  - RPRT
TI  - Report of the
Commission
PB  - Commission of Samples
PY  - 2014
M1  - A/1/2
UR  - https://example.org/report
Y2  - 2026/11/23/09:15:00
ER  -
TY  - NEWS
TI  - News
T2  - Sample Shimbun
DA  - soon
ER  -
"""


def read(folder: Path, name: str, content: str) -> list[BibliographyEntry]:
    (folder / name).write_text(content, encoding="utf-8")
    return read_with_problems(folder, name, content)[0]


def read_with_problems(folder: Path, name: str, content: str) -> tuple[list[BibliographyEntry], list[str]]:
    """The works, and the problems as place and message."""
    (folder / name).write_text(content, encoding="utf-8")
    problems = ProblemList()
    works = read_bibliography(folder / name, name, problems)
    assert {problem.code for problem in problems.problems} <= {"bibliography-syntax"}
    return works, [f"{problem.place} {problem.message}" for problem in problems.problems]


def test_bibtex_and_biblatex_are_read_with_their_lines(tmp_path: Path) -> None:
    article, page, misc, thesis = read(tmp_path, "works.bib", BIB)
    assert article.item == {
        "id": "Writer_2013",
        "type": "article-journal",
        "title": "A Plain Title: Sample and Country’s State",
        "title-short": "A Plain Title",
        "author": [{"family": "Writer", "given": "Ann"}, {"literal": "Commission of Samples"}],
        "container-title": "Journal of Samples",
        "volume": "7",
        "issue": "2",
        "page": "1-9",
        "issued": {"date-parts": [[2013, 7]]},
        "language": "en-US",
    }
    assert [str(work.place) for work in (article, page, misc, thesis)] == [
        "works.bib:4",
        "works.bib:11",
        "works.bib:13",
        "works.bib:14",
    ]
    assert (page.item["type"], page.item["language"], page.item["title"]) == (
        "webpage",
        "de-DE",
        "Eine Seite Davon",
    )
    assert page.item["accessed"] == {"date-parts": [[2026, 11, 23]]}
    assert (misc.item["type"], misc.item["title"]) == ("document", "Only <i>a</i> title")
    assert "language" not in misc.item
    assert (thesis.item["type"], thesis.item["genre"]) == ("thesis", "PhD thesis")


def test_ris_is_read_as_reference_managers_write_it() -> None:
    (first, (line, report), (_, news)), strays = parse_ris(RIS)
    assert strays == []
    assert first == (
        1,
        {
            "type": "article-journal",
            "title": "A Plain Title: Sample",
            "author": [{"family": "Writer", "given": "Ann"}, {"literal": "Commission of Samples"}],
            "editor": [{"family": "Editor", "given": "Ed", "suffix": "Jr."}],
            "container-title": "Journal of Samples",
            "volume": "7",
            "issue": "2",
            "page": "1-9",
            "issued": {"date-parts": [[2013, 7, 4]]},
        },
    )
    assert line == 18
    assert report == {
        "type": "report",
        "title": "Report of the Commission",
        "publisher": "Commission of Samples",
        "number": "A/1/2",
        "URL": "https://example.org/report",
        "issued": {"date-parts": [[2014]]},
        "accessed": {"date-parts": [[2026, 11, 23]]},
    }
    assert (news["container-title"], news["issued"]) == ("Sample Shimbun", {"literal": "soon"})


def test_csl_json_is_taken_as_it_is_but_for_the_collectors_own(tmp_path: Path) -> None:
    (work,) = read(
        tmp_path,
        "works.json",
        '[\n {"id": 7, "type": "book", "title": "Ä", "note": "mine", "abstract": "x", "custom": {"a": 1}}\n]',
    )
    assert work.item == {"id": "7", "type": "book", "title": "Ä", "custom": {"a": 1}}
    assert str(work.place) == "works.json:2:2"


@pytest.mark.parametrize(
    ("name", "content", "place"),
    [
        ("a.bib", "@article{a, title={x\n", "a.bib:1"),
        ("a.bib", '@article{b title = "x"}', "a.bib:1"),
        ("a.ris", "hello\n", "a.ris:1"),
        ("a.json", "[1]", "a.json:1:2"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(
    tmp_path: Path, name: str, content: str, place: str
) -> None:
    with pytest.raises(BriefgenError) as caught:
        read(tmp_path, name, content)
    (problem,) = caught.value.problems
    assert (problem.code, str(problem.place)) == ("bibliography-syntax", place)


@pytest.mark.parametrize(("name", "content"), [("a.bib", "% none"), ("a.ris", "\n"), ("a.json", "[]")])
def test_a_file_without_works_says_so(tmp_path: Path, name: str, content: str) -> None:
    with pytest.raises(BriefgenError) as caught:
        read(tmp_path, name, content)
    assert caught.value.problems[0].code == "bibliography-empty"


def test_a_bibliography_is_known_by_the_end_of_its_name() -> None:
    assert all(is_bibliography(Path(f"a{end}")) for end in (".bib", ".RIS", ".json", ".biblatex"))
    assert not any(is_bibliography(Path(f"a{end}")) for end in (".txt", ".pdf", ""))


def test_a_bibtex_file_reads_no_other_file(tmp_path: Path) -> None:
    (tmp_path / "secret.tex").write_text("secret", encoding="utf-8")
    works: list[Any] = read(tmp_path, "a.bib", "@book{a, title={\\input{secret.tex} x}}")
    assert "secret" not in str(works[0].item)


def test_one_broken_entry_does_not_cost_the_others(tmp_path: Path) -> None:
    works, problems = read_with_problems(
        tmp_path,
        "a.bib",
        """@book{first, title={A}, year=2001}

@book{open-brace, title = {B, year=2002
@book{second, title={C}}
@book{open-quote, title = "D, year=2002}
@book{no-comma title={E}}
@book{no-equals, title {F}}
@book{third, title={G {\\"o}}}
""",
    )
    assert [(str(work.place), work.item["id"]) for work in works] == [
        ("a.bib:1", "first"),
        ("a.bib:4", "second"),
        ("a.bib:8", "third"),
    ]
    never_closed = "is not valid BibTeX: a brace or a quotation mark is not closed"
    assert problems[:2] == [
        f"a.bib:3 the entry 'open-brace' {never_closed}",
        f"a.bib:5 the entry 'open-quote' {never_closed}",
    ]
    assert [problem.split(" is not")[0] for problem in problems[2:]] == [
        "a.bib:6 the entry",
        "a.bib:7 the entry 'no-equals'",
    ]


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        (
            "a.ris",
            "TY  - BOOK\nTI  - A\nER  -\nTI  - lost\nPY  - lost\n",
            "a.ris:4 is not a line of RIS, which",
        ),
        (
            "a.json",
            '[{"type": "book", "title": "A"}, 1]',
            "a.json:1:34 a work must be an object of keys in braces",
        ),
    ],
)
def test_what_is_broken_elsewhere_does_not_cost_the_others(
    tmp_path: Path, name: str, content: str, problem: str
) -> None:
    works, problems = read_with_problems(tmp_path, name, content)
    assert [work.item["title"] for work in works] == ["A"]
    assert len(problems) == 1 and problems[0].startswith(problem)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"https://a.example/x\_y\%20z?a=1\&b=2\#c", "https://a.example/x_y%20z?a=1&b=2#c"),
        (r"https://a.example/\~ann/{\_}b/\~{}c", "https://a.example/~ann/_b/~c"),
        (r"https://a.example/{\textasciitilde}a/$\sim$b", "https://a.example/~a/~b"),
        (r"\url{https://a.example/x\_y}", "https://a.example/x_y"),
        ("https://a.example/x_y%20z", "https://a.example/x_y%20z"),
    ],
)
def test_an_address_is_what_latex_would_print(tmp_path: Path, written: str, meant: str) -> None:
    for name in ("url", "howpublished"):
        (work,) = read(tmp_path, "a.bib", f"@misc{{a, title={{T}}, {name}={{{written}}}}}")
        if name == "url" or written.startswith(r"\url"):
            assert (work.item["URL"], "publisher" in work.item) == (meant, False)


@pytest.mark.parametrize(
    ("doi", "url", "left"),
    [
        (r"10.1000/a\_b", "", {"DOI": "10.1000/a_b"}),
        ("https://doi.org/10.1000/x", "https://doi.org/10.1000/X", {"DOI": "10.1000/x"}),
        ("doi:10.1000/x", "http://dx.doi.org/10.1000/x", {"DOI": "10.1000/x"}),
        ("10.1000/x", "https://a.example/x", {"DOI": "10.1000/x", "URL": "https://a.example/x"}),
    ],
)
def test_a_doi_is_kept_once_and_bare(tmp_path: Path, doi: str, url: str, left: dict[str, str]) -> None:
    (work,) = read(tmp_path, "a.bib", f"@misc{{a, title={{T}}, doi={{{doi}}}, url={{{url}}}}}")
    assert {key: work.item[key] for key in ("DOI", "URL") if key in work.item} == left


def test_an_orcid_is_no_part_of_a_name(tmp_path: Path) -> None:
    bib = "@book{a, title={T}, author={Roe, Rick (0000-0002-1825-0097) and Doe, J. https://orcid.org/0000-0002-1694-233X}}"
    ris = "TY  - BOOK\nTI  - T\nAU  - Roe, Rick [orcid:0000-0002-1825-0097]\nER  -\n"
    names = [read(tmp_path, "a.bib", bib)[0].item["author"], read(tmp_path, "a.ris", ris)[0].item["author"]]
    assert names == [
        [{"family": "Roe", "given": "Rick"}, {"family": "Doe", "given": "J."}],
        [{"family": "Roe", "given": "Rick"}],
    ]


@pytest.mark.parametrize(
    ("year", "kept"),
    [
        ("n.d.", {}),
        ("2019a", {"issued": {"date-parts": [[2019]]}}),
        ("c. 1999", {"issued": {"date-parts": [[1999]], "circa": True}}),
        ("in press", {"status": "in press"}),
        ("forthcoming", {"status": "forthcoming"}),
        ("MMXX", {}),
    ],
)
def test_a_year_that_is_no_number_costs_no_work(tmp_path: Path, year: str, kept: dict[str, Any]) -> None:
    (work,) = read(tmp_path, "a.bib", f"@book{{a, title={{T}}, year = {{{year}}}}}")
    assert {key: work.item[key] for key in ("issued", "status") if key in work.item} == kept


def test_a_translated_title_is_kept(tmp_path: Path) -> None:
    bib = r"@book{a, title={Nattbussene st\aa r}, usere={The night buses of T\"o}, annote={mine}}"
    ris = "TY  - NEWS\nTI  - Nattbussene står\nTT  - The night buses\nER  -\n"
    json = '[{"type": "book", "title": "T", "translated-title": "The night buses"}]'
    assert read(tmp_path, "a.bib", bib)[0].item["translated-title"] == "The night buses of Tö"
    assert "mine" not in str(read(tmp_path, "a.bib", bib)[0].item)
    assert read(tmp_path, "a.ris", ris)[0].item["translated-title"] == "The night buses"
    assert read(tmp_path, "a.json", json)[0].item["translated-title"] == "The night buses"
