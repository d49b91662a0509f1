"""Citation styles: found by name or path, told apart by what they are, refused with a reason."""

from pathlib import Path

import pytest
from lxml import etree

from briefgen.compose.citations.citeproc import check_style
from briefgen.compose.citations.style_fixes import prepare_style
from briefgen.compose.citations.styles import CSL, CitationStyle, citation_locale, find_style, parse_style_xml
from briefgen.errors import BriefgenError, Place

PLACE = Place("campaign.yaml", 4, 3)


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("chicago-notes-bibliography", "note"),
        ("oscola", "note"),
        ("apa", "author-date"),
        ("modern-language-association", "author-date"),
        ("ieee", "numeric"),
        ("nature", "numeric"),
        ("din-1505-2-alphanumeric", "label"),
    ],
)
def test_the_file_says_what_kind_of_style_it_is(name: str, family: str) -> None:
    style = find_style(name)
    assert style.family == family
    assert style.in_text == (family != "note")


def test_superscripts_and_styles_without_places_are_known() -> None:
    nature, apa = find_style("nature"), find_style("apa")
    assert (nature.superscript, nature.prints_locators) == (True, False)
    assert (apa.superscript, apa.prints_locators, apa.prefix, apa.suffix) == (False, True, "(", ")")
    assert find_style("springer-vancouver-brackets").superscript is False


def test_a_style_is_set_in_its_own_region_where_the_language_has_none() -> None:
    assert citation_locale(find_style("oscola"), "en") == "en-GB"
    assert citation_locale(find_style("oscola"), "en-US") == "en-US"
    assert citation_locale(find_style("oscola"), "fr") == "fr"
    assert citation_locale(find_style("harvard-cite-them-right"), "en") == "en-GB"
    assert citation_locale(find_style("apa"), "en") == "en"


def own(folder: Path, content: str | bytes, name: str = "own.csl") -> str:
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return name


def minimal(inner: str, info: str = "", attributes: str = 'class="in-text" version="1.0"') -> str:
    return f'<style xmlns="http://purl.org/net/xbiblio/csl" {attributes}><info><title>t</title>{info}</info>{inner}</style>'


CITATION = '<citation><layout prefix="(" suffix=")"><text variable="title"/></layout></citation>'


def test_a_file_of_the_campaigns_own_is_found_from_its_folder(tmp_path: Path) -> None:
    name = own(tmp_path, minimal(CITATION))
    style = find_style(name, tmp_path)
    assert (style.family, style.stem, style.prefix) == ("author-date", "own", "(")


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    assert find_style(own(tmp_path, minimal(CITATION)), tmp_path).prefix == "("
    changed = minimal(CITATION.replace('prefix="("', 'prefix="[["'))
    assert find_style(own(tmp_path, changed), tmp_path).prefix == "[["


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<style", "not well-formed XML"),
        (b"", "not well-formed XML"),
        (b"\xff\xfe\x00", "not well-formed XML"),
        ("<html/>", "is not a citation style"),
        (minimal(""), "not a complete citation style"),
        (minimal('<citation><layout><text makro="x"/></layout></citation>'), "pandoc could not"),
        (f"<!DOCTYPE style [<!ENTITY a SYSTEM 'file:///etc/hostname'>]>{minimal('&a;')}", "document type"),
        (
            minimal("", '<link href="http://www.zotero.org/styles/apa" rel="independent-parent"/>'),
            "refers to another style",
        ),
    ],
)
def test_a_file_that_is_no_style_is_refused_with_the_reason(
    tmp_path: Path, content: str | bytes, message: str
) -> None:
    (problem,) = check_style(own(tmp_path, content), tmp_path, "en", PLACE)
    assert (problem.code, problem.place, problem.severity) == ("citation-style", PLACE, "error")
    assert message in problem.message
    assert problem.hint


def test_a_dependent_style_names_the_one_to_use() -> None:
    with pytest.raises(BriefgenError) as caught:
        find_style("nature-geoscience")
    assert caught.value.problems[0].hint == "use nature"


def test_an_unknown_style_is_refused_with_the_nearest(tmp_path: Path) -> None:
    (problem,) = check_style("chicago-notes-bibliografy", tmp_path, "en", PLACE)
    assert (problem.code, problem.place) == ("citation-style", PLACE)
    assert "chicago-notes-bibliography" in str(problem.hint)
    (problem,) = check_style("none.csl", tmp_path, "en", PLACE)
    assert problem.message == "there is no file 'none.csl'"


@pytest.mark.parametrize("name", ["../apa", "/etc/passwd", "a b", "dependent/nature", ""])
def test_a_name_is_never_a_path(tmp_path: Path, name: str) -> None:
    (problem,) = check_style(name, tmp_path, "en", PLACE)
    assert problem.code == "citation-style"


def test_a_file_outside_of_the_campaigns_folder_is_refused(tmp_path: Path) -> None:
    inner = tmp_path / "campaign"
    inner.mkdir()
    own(tmp_path, minimal(CITATION))
    (inner / "link.csl").symlink_to(tmp_path / "own.csl")
    for name in ("../own.csl", "link.csl", str(tmp_path / "own.csl")):
        (problem,) = check_style(name, inner, "en", PLACE)
        assert "outside" in problem.message


def test_what_a_style_leaves_out_is_a_warning(tmp_path: Path) -> None:
    assert list(check_style("apa", tmp_path, "en-GB", PLACE)) == []
    problems = list(check_style("nature", tmp_path, "en", PLACE))
    assert [(problem.code, problem.severity) for problem in problems] == [
        ("citation-uncompared", "warning"),
        ("citation-without-place", "warning"),
    ]
    (problem,) = check_style("apa", tmp_path, "pt-BR", PLACE)
    assert (problem.code, problem.severity) == ("citation-language", "warning")


def test_a_prepared_style_keeps_its_rules_and_the_writers_order_within_a_note() -> None:
    def sorts(style: CitationStyle) -> int:
        xml, _ = prepare_style(style, "en", frozenset({"paragraph"}))
        return len(etree.fromstring(xml).findall(f"{CSL}citation/{CSL}sort"))

    assert b"<sort>" in find_style("medical-history").xml
    assert sorts(find_style("medical-history")) == 0
    assert sorts(find_style("apa")) == 1


def test_pandoc_gets_a_style_without_comments_and_line_breaks_and_with_all_terms() -> None:
    style = find_style("chicago-notes-bibliography")
    xml, _ = prepare_style(style, "en", frozenset({"page"}))
    assert b"<!--" in style.xml
    assert b"<!--" not in xml
    assert len(xml) < 0.7 * len(style.xml)
    before, after = (parse_style_xml("a", each) for each in (style.xml, xml))
    texts = [one.text for one in before.iter(f"{CSL}term", f"{CSL}single", f"{CSL}multiple") if not len(one)]
    kept = [one.text for one in after.iter(f"{CSL}term", f"{CSL}single", f"{CSL}multiple")]
    assert {text for text in texts if text} <= set(kept)
