"""Mends styles that ship where their file is behind its guide, each place with the rule that it follows.

A .csl file of the campaign's own is never touched.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from typing import Any

from briefgen.compose.citations.clusters import UNREAD
from briefgen.compose.citations.item_adapters import DAY_OF_CASE
from briefgen.compose.citations.phrases import bare_words, carriers, locator_terms
from briefgen.compose.citations.styles import BY_BLUEBOOK, CSL, Style, parsed

Attributes = dict[str, str]


def mend(root: Any, style: Style, language: str) -> None:
    """Change the style's XML in place, for a text in this language."""
    if style.of("oscola"):
        _locators_of_oscola(root)
        _treaties_of_oscola(root)
        _documents_of_oscola(root)
        _statutes_of_oscola(root)
        _cases_of_oscola(root)
    if style.of("harvard-cite-them-right"):
        _law_of_cite_them_right(root)
        _cases_of_cite_them_right(root)
    if style.of(*BY_BLUEBOOK):
        _places_in_cases_by_bluebook(root)
        if language.split("-")[0] == "en":
            _days_of_cases_by_bluebook(root)


# -- OSCOLA, 4th ed., and for international law part IV of the edition of 2006, which it refers to


def _locators_of_oscola(root: Any) -> None:
    """Behind "ibid", and where a case is cited again, the locator loses its label or its square brackets, so
    that article 3 would read like page 3 (1.2.1, 2.1.6).
    """
    for text in root.iterfind(f"{CSL}citation//{CSL}if[@position='ibid-with-locator']//{CSL}text"):
        if text.get("variable") == "locator":
            del text.attrib["variable"]
            text.set("macro", "locator-basic")
    for text in root.iterfind(f"{CSL}citation//{CSL}text[@macro='label-locator']"):
        text.set("macro", "locator-basic")


def _treaties_of_oscola(root: Any) -> None:
    """Title upright, date of adoption and of entry into force, series, short title (2006, IV.A.1)."""
    for name in ("title", "title-short", "author-note"):
        for test in root.iterfind(f"{CSL}macro[@name='{name}']/{CSL}choose/*[@type]"):
            kinds = [kind for kind in test.get("type").split() if kind != "treaty"]
            test.set("type", " ".join([*kinds, "treaty"] if "legislation" in kinds else kinds))
    for test in root.iterfind(f"{CSL}macro[@name='publisher']//{CSL}else-if[@type]"):
        kinds = test.get("type").split()
        if "treaty" in kinds:
            test.set("type", " ".join(kind for kind in kinds if kind != "treaty"))
            dates = _branch("treaty")
            _put(dates, "date", {"form": "text", "variable": "issued", "prefix": "adopted "})
            _put(dates, "text", {"variable": "status"})
            test.addprevious(dates)
    for genre in root.iterfind(f"{CSL}macro[@name='treaty-catchall']//{CSL}text[@variable='genre']"):
        series = _element("group", {"delimiter": " "})
        genre.addnext(series)
        series.append(genre)
        _put(series, "number", {"variable": "volume"})
        _put(series, "text", {"variable": "container-title", "form": "short", "strip-periods": "true"})
    for text in root.iterfind(f".//{CSL}layout//{CSL}text[@macro='treaty-catchall']"):
        # No comma before the series: into the group before it, whose parts a space divides.
        text.getprevious().append(text)
    for text in root.iterfind(f"{CSL}citation//{CSL}text[@macro='court']"):
        choose = _element("choose")
        short = _put(choose, "if", {"type": "treaty", "variable": "title-short", "match": "all"})
        _put(short, "text", {"variable": "title-short", "prefix": "(", "suffix": ")"})
        text.addnext(choose)


def _documents_of_oscola(root: Any) -> None:
    """A document has its day and its number (2006, IV.C.1); the file prints neither."""
    for group in root.iterfind(f"{CSL}macro[@name='publisher']/{CSL}group"):
        choose = _element("choose")
        document = _put(choose, "if", {"type": "document"})
        parts = _put(document, "group", {"delimiter": " "})
        _put(parts, "date", {"form": "text", "variable": "issued", "prefix": "(", "suffix": ")"})
        _put(parts, "text", {"variable": "number"})
        group.insert(0, choose)


def _statutes_of_oscola(root: Any) -> None:
    """A statute in a collection by volume, and a bill of a named session, are cited as in their own country,
    without stops (2.8).
    """
    for group in root.iterfind(f".//{CSL}layout//{CSL}text[@macro='date-parenthesis']/.."):
        choose = _element("choose")
        statute = _put(choose, "if", {"type": "legislation", "variable": "volume", "match": "all"})
        parts = _put(statute, "group", {"delimiter": " "})
        _put(parts, "text", {"variable": "volume"})
        _put(parts, "text", {"variable": "container-title", "form": "short", "strip-periods": "true"})
        _put(parts, "text", {"variable": "page-first"})
        _put(parts, "text", {"macro": "issued-year", "prefix": "(", "suffix": ")"})
        bill = _put(choose, "else-if", {"type": "bill", "variable": "authority", "match": "all"})
        stages = _put(bill, "group", {"delimiter": ", ", "prefix": ", "})
        _put(stages, "text", {"variable": "number", "strip-periods": "true"})
        session = _put(stages, "group", {"delimiter": " "})
        _put(session, "text", {"variable": "authority", "strip-periods": "true"})
        _put(session, "text", {"macro": "issued-year", "prefix": "(", "suffix": ")"})
        others = _put(choose, "else", {})
        rest = _put(others, "group", {"delimiter": " "})
        rest.extend(list(group))
        group.append(choose)
        # Volume and collection belong to the title with a comma, which the group around parts by a space.
        parts.set("prefix", ", ")
    for macro in root.iterfind(f"{CSL}macro[@name='page-first']"):
        choose = _element("choose")
        _put(choose, "if", {"type": "legislation", "variable": "volume", "match": "all"})
        _put(choose, "else", {}).extend(list(macro))
        macro.append(choose)
    for test in root.iterfind(f"{CSL}macro[@name='title']/{CSL}choose/{CSL}else-if[@type]"):
        if "legislation" in test.get("type").split():
            for text in test:
                text.set("strip-periods", "true")


def _cases_of_oscola(root: Any) -> None:
    """A case with an application's number has court and day behind it in brackets, and its paragraphs have no
    brackets but a word: "App no 47940/99 (ECtHR, 20 July 2004), para 44" (2.7.1).
    """
    application = {"type": "legal_case", "variable": "genre", "match": "all"}
    for group in root.iterfind(f"{CSL}macro[@name='publisher']/{CSL}group"):
        choose = _element("choose")
        case = _put(choose, "if", application)
        whole = _put(case, "group", {"delimiter": ", "})
        parts = _put(whole, "group", {"delimiter": " "})
        _put(parts, "text", {"variable": "genre"})
        inner = _put(parts, "group", {"delimiter": ", ", "prefix": "(", "suffix": ")"})
        _put(inner, "text", {"variable": "authority", "form": "short", "strip-periods": "true"})
        _put(inner, "date", {"form": "text", "variable": "issued"})
        _put(whole, "text", {"macro": "label-locator"})
        group.insert(0, choose)
    for name, macro in (("locator-basic", "label-locator"), ("locator-space", "")):
        for test in root.iterfind(f"{CSL}macro[@name='{name}']/{CSL}choose/{CSL}if"):
            branch = _element("if", application)
            if macro:
                _put(branch, "text", {"macro": macro})
            test.addprevious(branch)
            test.tag = f"{CSL}else-if"
    for text in root.iterfind(f"{CSL}macro[@name='court']//{CSL}if[@variable='number']"):
        text.set("variable", "number genre")
        text.set("match", "any")
    for text in root.iterfind(f"{CSL}macro[@name='title-short']//{CSL}else-if[@type='legal_case']/{CSL}text"):
        text.set("strip-periods", "true")


# -- Cite Them Right, 12th ed., Harvard


def _law_of_cite_them_right(root: Any) -> None:
    """Treaties are set in italics; treaties, cases and statutes have volume and page; law without a date has
    its year in the title.
    """
    for test in root.iterfind(f"{CSL}macro[@name='title']/{CSL}choose/{CSL}if[@type]"):
        test.set("type", f"{test.get('type')} treaty")
    for test in root.iterfind(f"{CSL}macro[@name='pages']/{CSL}choose/{CSL}if[@type]"):
        test.set("type", f"{test.get('type')} treaty legal_case legislation")
    for choose in root.iterfind(f"{CSL}macro[@name='locator']/{CSL}choose"):
        law = _element("else-if", {"type": "bill treaty legal_case legislation", "match": "any"})
        parts = _put(law, "group", {"delimiter": ", "})
        _put(parts, "text", {"variable": "volume"})
        _put(parts, "text", {"variable": "number"})
        choose.append(law)
    for report in root.iterfind(f"{CSL}macro[@name='publisher']/{CSL}choose/{CSL}else-if[@type='report']"):
        report.set("type", "report document")
        report.set("match", "any")
    for undated in root.iterfind(f"{CSL}macro[@name='year-date']/{CSL}choose/{CSL}else"):
        undated.addprevious(_element("else-if", {"type": "legislation treaty bill", "match": "any"}))


def _cases_of_cite_them_right(root: Any) -> None:
    """The name of a case in quotation marks, and the court where no reporter is named (law reports)."""
    for test in root.iterfind(f"{CSL}macro[@name='title']/{CSL}choose/{CSL}if[@type]"):
        test.set("type", " ".join(kind for kind in test.get("type").split() if kind != "legal_case"))
    for choose in root.iterfind(f"{CSL}macro[@name='container-title']/{CSL}choose"):
        court = _branch("legal_case")
        _put(court, "text", {"variable": "authority"})
        choose.append(court)


# -- Chicago, APA and Turabian, which follow the Bluebook, 21st ed., in law


def _places_in_cases_by_bluebook(root: Any) -> None:
    """The place in a case stands before the brackets: "14, ¶ 190 (June 27)" (10.4, 21.5.1)."""
    for reference in root.iterfind(f"{CSL}macro[@name='legal-reference']"):
        places = reference.find(f"./{CSL}group/{CSL}group/{CSL}text[@macro='label-locator']")
        source = reference.find(f".//{CSL}else/{CSL}group/{CSL}group/{CSL}text[@macro='legal-source']")
        if places is None or source is None:
            continue
        choose = _element("choose")
        _put(_put(choose, "if", {"type": "legal_case"}), "text", {"macro": "label-locator"})
        source.addnext(choose)
        behind = places.getparent()
        others = _element("choose")
        behind.addprevious(others)
        _put(others, "if", {"type": "legal_case"})
        _put(others, "else", {}).append(behind)


def _days_of_cases_by_bluebook(root: Any) -> None:
    """Behind a reporter that goes by years the day of the case: "1986 I.C.J. Rep. 14 (June 27)" (21.5.1)."""
    for test in root.iterfind(f"{CSL}macro[@name='legal-date-case']//{CSL}if[@variable='container-title']"):
        day = _element("if", {"variable": DAY_OF_CASE})
        date = _put(day, "date", {"variable": DAY_OF_CASE, "delimiter": " "})
        _put(date, "date-part", {"name": "month"})
        _put(date, "date-part", {"name": "day"})
        test.addprevious(day)
        test.tag = f"{CSL}else-if"


def _branch(kind: str) -> Any:
    return _element("else-if", {"type": kind})


def _element(name: str, attributes: Attributes | None = None) -> Any:
    from lxml import etree

    return etree.Element(f"{CSL}{name}", attributes or {})


def _put(parent: Any, name: str, attributes: Attributes) -> Any:
    made = _element(name, attributes)
    parent.append(made)
    return made


Words = dict[str, tuple[str, str]]
"""For each label what stands before one value and before several."""


@cache
def prepared(
    style: Style, language: str, labels: frozenset[str], names_in_full: bool = False
) -> tuple[bytes, Words]:
    """The style's XML, and for each locator label of a document the words to write before the value.

    `names_in_full` keeps the list of works from setting a dash for the author of the entry before, which may
    be one that is left out.
    """
    from lxml import etree

    root = parsed(style.name, style.xml)
    if not style.in_text:
        for sort in root.iterfind(f"{CSL}citation/{CSL}sort"):
            sort.getparent().remove(sort)
    for works in root.iterfind(f"{CSL}bibliography") if names_in_full else ():
        works.attrib.pop("subsequent-author-substitute", None)
    mend(root, style, language)
    words = _add_terms(root, language, labels)
    xml: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    return xml, words


def _add_terms(root: Any, language: str, labels: Collection[str]) -> Words:
    """Put in a locale of our own, and return the words that it makes pandoc recognise."""
    from lxml import etree

    if root.find(f".//{CSL}label[@variable='locator']") is None:
        # A style without labels would print "6" for paragraph 6, which everybody reads as a page.
        return {label: _unread(label, language) for label in labels}
    borrowed = carriers(labels, _treated(root))
    locale = etree.Element(f"{CSL}locale")
    terms = etree.SubElement(locale, f"{CSL}terms")
    words: Words = {}
    for label in sorted(labels):
        if label not in borrowed:
            words[label] = _unread(label, language)
            continue
        known = "locator" + re.sub("[^a-z]", "", label)
        words[label] = known, known
        # The form "verb" is printed nowhere, and recognised like the others.
        _term(terms, borrowed[label], "verb", known)
        ours = list(locator_terms(label, language))
        for own in list(root.iterfind(f"{CSL}locale//{CSL}term[@name='{borrowed[label]}']")) if ours else ():
            own.getparent().remove(own)
        for form, single, multiple in ours:
            _term(terms, borrowed[label], form, single, multiple)
    root.find(f"{CSL}info").addnext(locale)
    return words


def _unread(label: str, language: str) -> tuple[str, str]:
    one, several = bare_words(label, language)
    return (UNREAD + one, UNREAD + several) if one else ("", "")


def _treated(root: Any) -> set[str]:
    """Labels that the style asks for, or whose words it prints elsewhere."""
    asked = {
        label
        for test in root.iter(f"{CSL}if", f"{CSL}else-if")
        for label in (test.get("locator") or "").split()
    }
    return asked | {text.get("term", "") for text in root.iter(f"{CSL}text")}


def _term(terms: Any, name: str, form: str, single: str, multiple: str = "") -> None:
    from lxml import etree

    term = etree.SubElement(terms, f"{CSL}term", {"name": name})
    if form != "long":
        term.set("form", form)
    if multiple:
        etree.SubElement(term, f"{CSL}single").text = single
        etree.SubElement(term, f"{CSL}multiple").text = multiple
    else:
        term.text = single
