"""Bibliographies from reference managers: read whole, with lines, without what is the collector's own."""

from pathlib import Path
from typing import Any

import pytest

from briefgen.errors import BriefgenError
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
    return read_bibliography(folder / name, name)


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
        ("a.bib", "@article{a, title={x\n", "a.bib:2"),
        ("a.bib", '@article{a, title={x}}\n@article{b title = "x"}', "a.bib:2"),
        ("a.ris", "hello\n", "a.ris:1"),
        ("a.ris", "TY  - JOUR\nER  -\nTI  - lost\n", "a.ris:3"),
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
