"""Fixes styles and works where citeproc would not print what the style's guide requires, each with its rule.

`apply_style_fixes` never changes a .csl file in the campaign's folder; `prepare_style` prepares the locator
labels of any style. `adapt_item` changes a copy of a work (CSL-JSON), where the style itself cannot be fixed;
seeds/references.json stays as written.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from functools import cache
from typing import Any

from briefgen.compose.citations.clusters import NOT_A_LABEL, TRANSLATION_END, TRANSLATION_START
from briefgen.compose.citations.legal_forms import AMERICAN_CASE_VARIABLE, insert_forms
from briefgen.compose.citations.phrases import assign_pandoc_labels, locator_terms, short_locator_words
from briefgen.compose.citations.styles import BLUEBOOK_STYLES, CSL, CitationStyle, parse_style_xml
from briefgen.data import load_word_data
from briefgen.library.references import normalize_identifiers

_URL_VARIABLES = ("URL", "DOI", "accessed")
_RESOLUTION = re.compile(r"resolution (?P<number>\S+), (?P<symbol>UN Doc\.? .+)", re.IGNORECASE)
_UN_DOCUMENT = re.compile(r"\bU\.?N\.? Doc\b\.?")
_UN_SYMBOL = re.compile(r"(?:A|S|E|ST|HRI|CAT|CCPR|CED|CEDAW|CERD|CMW|CRC|CRPD)/[\w./()-]+")
"""A United Nations document by its symbol alone, as Zotero stores it."""
_APPLICATION_NUMBER = re.compile(r"App(?:lication|\.)? [Nn]os?\.? ")
_CIRCUIT = re.compile(
    r"(?:U\.?S\.?|United States) Court of Appeals(?: for the|,) ([\w.]+(?: of Columbia)?) Circuit"
)
_PUBLIC_LAW = re.compile(
    r"(?:(?:Pub(?:lic|\.) ?L(?:aw|\.) )?(?:No\. ?)?)?(\d{1,3}[-\u2010\u2011\u2013]\d{1,3})"
)
"""Number of a public law: the Congress, and its law."""
_HANSARD = re.compile(r"(?:HC|HL|PBC|SC|[A-Z][\w ]* Bill) Deb(?: \([^)]*\))?")
"""Series of Hansard, as OSCOLA abbreviates them."""
_POST_TYPE = re.compile(rb'type="[^"]*\bpost(?!-)\b')
CASE_DATE_VARIABLE = "available-date"
"""Holds the date of a case whose reporter is numbered by years; a fixed style prints it in brackets."""


def adapt_item(work: Mapping[str, Any], style: CitationStyle) -> dict[str, Any]:
    """Return a copy of the work (CSL-JSON) adapted to this style."""
    item = normalize_identifiers(work)
    _move_public_law_number(item)
    _adapt_hansard(item, style)
    _adapt_post(item, style)
    _add_translated_title(item, style)
    if style.without_urls:
        for name in _URL_VARIABLES:
            item.pop(name, None)
    if style.is_variant_of("harvard-cite-them-right", "oscola") and _is_organisation_page(item):
        # Cite Them Right, "Web pages with organisations as authors"; OSCOLA 3.1.1.
        item["author"] = [{"literal": item.pop("publisher")}]
    if style.is_variant_of("oscola"):
        _adapt_for_oscola(item, oscola_5=style.is_variant_of("oscola-5"))
    if item.get("type") == "treaty" and style.is_variant_of("bluebook-"):
        # It would be printed in place of the date.
        item.pop("status", None)
    item.pop(AMERICAN_CASE_VARIABLE, None)
    if item.get("type") == "legal_case" and style.is_variant_of("oscola", *BLUEBOOK_STYLES):
        _adapt_case_reporter(item, by_year=not style.is_variant_of("oscola"))
    if item.get("type") == "legal_case" and style.is_variant_of(*BLUEBOOK_STYLES):
        _abbreviate_court(item)
    return item


def _move_public_law_number(work: dict[str, Any]) -> None:
    """Put the number of a public law of the United States, as Zotero has it, behind the title.

    Of styles, some leave `number` out, and others take the hyphen of 115-198 for a range: "Pub. L. Nos.".
    """
    number = _PUBLIC_LAW.fullmatch(str(work.get("number", "")))
    title = str(work.get("title", ""))
    if work.get("type") == "legislation" and number and "Pub. L." not in title:
        work.setdefault("title-short", title)
        work["title"] = f"{title}, Pub. L. No. {number[1]}"
        del work["number"]


def _adapt_hansard(work: dict[str, Any], style: CitationStyle) -> None:
    """Cite a debate in the British Parliament as Britain does: "HC Deb 3 February 1977, vol 389".

    Only styles for lawyers in Britain have a form for it (OSCOLA 3.4.4); in the others it goes for a statute,
    of which they print the title and the place.
    """
    series = str(work.get("container-title", ""))
    issued = (work.get("issued", {}).get("date-parts") or [[]])[0]
    if work.get("type") not in ("hearing", "speech", "document") or not _HANSARD.fullmatch(series):
        return
    from babel.dates import format_date

    day = format_date(date(*map(int, issued)), "d MMMM y", "en_GB") if len(issued) == 3 else ""
    name = " ".join(part for part in (series, day or "".join(map(str, issued[:1]))) if part)
    volume = f", vol {work['volume']}" if work.get("volume") else ""
    kept: dict[str, Any] = {key: work[key] for key in ("id", "URL", "accessed", "language") if key in work}
    if style.in_text and issued:
        kept["issued"] = {"date-parts": [issued[:1]]}
    kind = "hearing" if style.is_variant_of("oscola") else "legislation"
    work.clear()
    work.update(kept, type=kind, title=_keep_case(f"{name}{volume}"), **{"title-short": _keep_case(name)})


def _adapt_post(work: dict[str, Any], style: CitationStyle) -> None:
    """Keep the text of a post as written, and let styles print its day and site."""
    if work.get("type") != "post":
        return
    if work.get("title"):
        work["title"] = _keep_case(work["title"])
    if style.is_variant_of("bluebook-", "harvard-cite-them-right"):
        # Their files print the year only; with newspapers the day.
        work["type"] = "article-newspaper"
    elif not _POST_TYPE.search(style.xml) and not style.is_variant_of("oscola"):
        work["type"] = "webpage"


def _add_translated_title(work: dict[str, Any], style: CitationStyle) -> None:
    """Print a translated title in brackets behind the title (Chicago 17th ed., 14.99; APA 9.38).

    It is in the language of the letter, so neither italic nor in quotation marks, nor in headline style.
    """
    translated = work.pop("translated-title", "")
    if translated and work.get("title"):
        if style.is_variant_of("oscola", "harvard-cite-them-right", *BLUEBOOK_STYLES):
            work.setdefault("title-short", work["title"])  # later citations do without it
        bracket = f"{TRANSLATION_START}[{translated}]{TRANSLATION_END}"
        work["title"] = f"{work['title']} {_keep_case(bracket)}"


def _keep_case(text: str) -> str:
    """Return a title that no style sets in headline style."""
    return f'<span class="nocase">{text}</span>'


def _is_organisation_page(work: Mapping[str, Any]) -> bool:
    return work.get("type") == "webpage" and "author" not in work and "publisher" in work


def _adapt_for_oscola(work: dict[str, Any], oscola_5: bool) -> None:
    kind = work.get("type")
    number = str(work.get("number", ""))
    if oscola_5 and kind == "article-newspaper":
        work.pop("publisher-place", None)  # 5th ed., 3.7.7
    if oscola_5 and "perma.cc/" in str(work.get("URL", "")):
        work.pop("accessed", None)
    if kind == "report" and _UN_SYMBOL.fullmatch(number):
        number = f"UN Doc {number}"
    if kind == "report" and _UN_DOCUMENT.search(number):
        # OSCOLA 2006, part IV, C.1: the date, and "UN Doc" without a full stop; our fixed style has both.
        work["type"] = "document"
        work["number"] = number = _UN_DOCUMENT.sub("UN Doc", number)
        _shorten_un_resolution(work, number)
    elif kind in ("webpage", "post-weblog") and "container-title" not in work and "publisher" in work:
        # OSCOLA 3.4.8: the site of an author's page, or of a blog, is in brackets with the date.
        work["container-title"] = work["publisher"]
    elif kind == "legal_case" and _APPLICATION_NUMBER.match(number) and "container-title" not in work:
        # OSCOLA 2.7.1: the application number, then court and date in brackets; no neutral citation.
        work["genre"] = re.sub(r"App(?:lication|\.)? [Nn](os?)\.? ", r"App n\1 ", work.pop("number"))
        short = load_word_data("citation-words")["organs"]
        work["authority"] = short.get(work.get("authority"), work.get("authority", ""))


def _shorten_un_resolution(work: dict[str, Any], number: str) -> None:
    """Write `UNGA Res 69/188` if the organ has a short name (OSCOLA 2006, part IV, C.1)."""
    resolution = _RESOLUTION.fullmatch(number)
    names = [author.get("literal", "") for author in work.get("author", ())]
    short = load_word_data("citation-words")["organs"].get(names[0]) if len(names) == 1 else None
    if resolution and short:
        work["author"] = [{"literal": f"{short} Res {resolution['number']}"}]
        work["number"] = resolution["symbol"]


def _adapt_case_reporter(case: dict[str, Any], by_year: bool) -> None:
    """Use the year for a missing volume of a reporter, and drop a court that the reporter names.

    Volumes without a number are cited by their year (Bluebook 3.1(a), 10.4; OSCOLA prints the year in square
    brackets by itself).
    """
    reporter = str(case.get("container-title", ""))
    if not reporter:
        return
    initials = "".join(re.findall(r"\b[A-Z]", str(case.get("authority", ""))))
    named = len(initials) > 1 and initials in reporter.replace(".", "").split()
    american = reporter.replace(" ", "") in load_word_data("citation-words")["reporters_of_one_court"]
    if named or american:
        case.pop("authority", None)
    if american and not by_year:
        case[AMERICAN_CASE_VARIABLE] = "US"
    issued = (case.get("issued", {}).get("date-parts") or [[""]])[0]
    if by_year and issued[0] and "volume" not in case and "page" in case:
        case["volume"] = str(issued[0])
        if len(issued) == 3:
            case[CASE_DATE_VARIABLE] = case["issued"]


def _abbreviate_court(case: dict[str, Any]) -> None:
    """Abbreviate the court's name as the Bluebook does, if that is known (table T3; 21.5)."""
    short = load_word_data("citation-words")["courts"]
    court = str(case.get("authority", "")).removeprefix("the ")
    circuit = _CIRCUIT.fullmatch(court)
    if court in short:
        case["authority"] = short[court]
    elif circuit:
        case["authority"] = f"{short.get(circuit[1], circuit[1])} Cir."


Attributes = dict[str, str]


def apply_style_fixes(root: Any, style: CitationStyle, language: str) -> None:
    """Change the style's XML in place, for a text in this language."""
    insert_forms(root, style)
    if style.is_variant_of("oscola-5"):
        _fix_oscola_5(root)
    if style.is_variant_of("oscola"):
        _fix_oscola_locators(root)
        _fix_oscola_treaties(root)
        _fix_oscola_documents(root)
        _fix_oscola_statutes(root)
        _fix_oscola_cases(root)
    if style.is_variant_of("harvard-cite-them-right"):
        _fix_cite_them_right_law(root)
        _fix_cite_them_right_cases(root)
    if style.is_variant_of(*BLUEBOOK_STYLES):
        _fix_bluebook_case_locators(root)
        if language.split("-")[0] == "en":
            _fix_bluebook_case_dates(root)


# -- OSCOLA, 4th ed., and for international law part IV of the edition of 2006, which it refers to


def _fix_oscola_locators(root: Any) -> None:
    """Restore the label of locators that lack it after "ibid" and in repeated citations (1.2.1, 2.1.6).

    Without it, or without its square brackets, article 3 would read like page 3.
    """
    for text in root.iterfind(f"{CSL}citation//{CSL}if[@position='ibid-with-locator']//{CSL}text"):
        if text.get("variable") == "locator":
            del text.attrib["variable"]
            text.set("macro", "locator-basic")
    for text in root.iterfind(f"{CSL}citation//{CSL}text[@macro='label-locator']"):
        text.set("macro", "locator-basic")


def _fix_oscola_treaties(root: Any) -> None:
    """Print title, dates of adoption and entry into force, series and short title (2006, IV.A.1).

    The title is upright.
    """
    for name in ("title", "title-short", "author-note"):
        for test in root.iterfind(f"{CSL}macro[@name='{name}']/{CSL}choose/*[@type]"):
            kinds = [kind for kind in test.get("type").split() if kind != "treaty"]
            test.set("type", " ".join([*kinds, "treaty"] if "legislation" in kinds else kinds))
    for test in root.iterfind(f"{CSL}macro[@name='publisher']//{CSL}else-if[@type]"):
        kinds = test.get("type").split()
        if "treaty" in kinds:
            test.set("type", " ".join(kind for kind in kinds if kind != "treaty"))
            dates = _type_branch("treaty")
            _append_element(dates, "date", {"form": "text", "variable": "issued", "prefix": "adopted "})
            _append_element(dates, "text", {"variable": "status"})
            test.addprevious(dates)
    for genre in root.iterfind(f"{CSL}macro[@name='treaty-catchall']//{CSL}text[@variable='genre']"):
        series = _new_element("group", {"delimiter": " "})
        genre.addnext(series)
        series.append(genre)
        _append_element(series, "number", {"variable": "volume"})
        _append_element(
            series, "text", {"variable": "container-title", "form": "short", "strip-periods": "true"}
        )
    for text in root.iterfind(f".//{CSL}layout//{CSL}text[@macro='treaty-catchall']"):
        # No comma before the series: move it into the preceding group, whose parts are separated by spaces.
        text.getprevious().append(text)
    for text in root.iterfind(f"{CSL}citation//{CSL}text[@macro='court']"):
        choose = _new_element("choose")
        short = _append_element(choose, "if", {"type": "treaty", "variable": "title-short", "match": "all"})
        _append_element(short, "text", {"variable": "title-short", "prefix": "(", "suffix": ")"})
        text.addnext(choose)


def _fix_oscola_documents(root: Any) -> None:
    """Print the date and number of a document (2006, IV.C.1), which the file omits."""
    for group in root.iterfind(f"{CSL}macro[@name='publisher']/{CSL}group"):
        choose = _new_element("choose")
        document = _append_element(choose, "if", {"type": "document"})
        parts = _append_element(document, "group", {"delimiter": " "})
        _append_element(parts, "date", {"form": "text", "variable": "issued", "prefix": "(", "suffix": ")"})
        _append_element(parts, "text", {"variable": "number"})
        group.insert(0, choose)


def _fix_oscola_statutes(root: Any) -> None:
    """Cite statutes in numbered volumes, and bills of a named session, as in their own country (2.8).

    Full stops are dropped.
    """
    for group in root.iterfind(f".//{CSL}layout//{CSL}text[@macro='date-parenthesis']/.."):
        choose = _new_element("choose")
        statute = _append_element(choose, "if", {"type": "legislation", "variable": "volume", "match": "all"})
        parts = _append_element(statute, "group", {"delimiter": " "})
        _append_element(parts, "text", {"variable": "volume"})
        _append_element(
            parts, "text", {"variable": "container-title", "form": "short", "strip-periods": "true"}
        )
        _append_element(parts, "text", {"variable": "page-first"})
        _append_element(parts, "text", {"variable": "section", "prefix": "§ "})
        _append_element(parts, "text", {"macro": "issued-year", "prefix": "(", "suffix": ")"})
        bill = _append_element(choose, "else-if", {"type": "bill", "variable": "authority", "match": "all"})
        stages = _append_element(bill, "group", {"delimiter": ", ", "prefix": ", "})
        _append_element(stages, "text", {"variable": "number", "strip-periods": "true"})
        session = _append_element(stages, "group", {"delimiter": " "})
        _append_element(session, "text", {"variable": "authority", "strip-periods": "true"})
        _append_element(session, "text", {"macro": "issued-year", "prefix": "(", "suffix": ")"})
        others = _append_element(choose, "else", {})
        rest = _append_element(others, "group", {"delimiter": " "})
        rest.extend(list(group))
        group.append(choose)
        # A comma joins volume and collection to the title; the surrounding group would use a space.
        parts.set("prefix", ", ")
    for macro in root.iterfind(f"{CSL}macro[@name='page-first']"):
        choose = _new_element("choose")
        _append_element(choose, "if", {"type": "legislation", "variable": "volume", "match": "all"})
        _append_element(choose, "else", {}).extend(list(macro))
        macro.append(choose)
    for test in root.iterfind(f"{CSL}macro[@name='title']/{CSL}choose/{CSL}else-if[@type]"):
        if "legislation" in test.get("type").split():
            for text in test:
                text.set("strip-periods", "true")


def _fix_oscola_cases(root: Any) -> None:
    """Print court and date after a case's application number, and words with its paragraphs (2.7.1).

    For example, "App no 47940/99 (ECtHR, 20 July 2004), para 44".
    """
    application = {"type": "legal_case", "variable": "genre", "match": "all"}
    for group in root.iterfind(f"{CSL}macro[@name='publisher']/{CSL}group"):
        choose = _new_element("choose")
        case = _append_element(choose, "if", application)
        whole = _append_element(case, "group", {"delimiter": ", "})
        parts = _append_element(whole, "group", {"delimiter": " "})
        _append_element(parts, "text", {"variable": "genre"})
        inner = _append_element(parts, "group", {"delimiter": ", ", "prefix": "(", "suffix": ")"})
        _append_element(inner, "text", {"variable": "authority", "form": "short", "strip-periods": "true"})
        _append_element(inner, "date", {"form": "text", "variable": "issued"})
        _append_element(whole, "text", {"macro": "label-locator"})
        group.insert(0, choose)
    for name, macro in (("locator-basic", "label-locator"), ("locator-space", "")):
        for test in root.iterfind(f"{CSL}macro[@name='{name}']/{CSL}choose/{CSL}if"):
            branch = _new_element("if", application)
            if macro:
                _append_element(branch, "text", {"macro": macro})
            test.addprevious(branch)
            test.tag = f"{CSL}else-if"
    for test in root.iterfind(f"{CSL}macro[@name='locator-space']/{CSL}choose/{CSL}else-if[@match='any']"):
        # The place in a case without a court follows the comma, and would be printed here too.
        test.set("type", f"{test.get('type')} legal_case")
    for text in root.iterfind(f"{CSL}macro[@name='court']//{CSL}if[@variable='number']"):
        text.set("variable", "number genre")
        text.set("match", "any")
    for text in root.iterfind(f"{CSL}macro[@name='title-short']//{CSL}else-if[@type='legal_case']/{CSL}text"):
        text.set("strip-periods", "true")


def _fix_oscola_5(root: Any) -> None:
    """Print titles of theses in italics (5th ed., 3.7.6)."""
    for name in ("title", "title-short"):
        for test in root.iterfind(f"{CSL}macro[@name='{name}']/{CSL}choose/{CSL}if[@type]"):
            test.set("type", f"{test.get('type')} thesis")


# -- Cite Them Right, 12th ed., Harvard


def _fix_cite_them_right_law(root: Any) -> None:
    """Print treaties in italics, volume and page of law, and no date for undated law.

    The title of a law without a date contains its year.
    """
    for test in root.iterfind(f"{CSL}macro[@name='title']/{CSL}choose/{CSL}if[@type]"):
        test.set("type", f"{test.get('type')} treaty")
    for test in root.iterfind(f"{CSL}macro[@name='pages']/{CSL}choose/{CSL}if[@type]"):
        test.set("type", f"{test.get('type')} treaty legal_case legislation")
    for choose in root.iterfind(f"{CSL}macro[@name='locator']/{CSL}choose"):
        law = _new_element("else-if", {"type": "bill treaty legal_case legislation", "match": "any"})
        parts = _append_element(law, "group", {"delimiter": ", "})
        _append_element(parts, "text", {"variable": "volume"})
        _append_element(parts, "text", {"variable": "number"})
        choose.append(law)
    for report in root.iterfind(f"{CSL}macro[@name='publisher']/{CSL}choose/{CSL}else-if[@type='report']"):
        report.set("type", "report document")
        report.set("match", "any")
    for undated in root.iterfind(f"{CSL}macro[@name='year-date']/{CSL}choose/{CSL}else"):
        undated.addprevious(_new_element("else-if", {"type": "legislation treaty bill", "match": "any"}))


def _fix_cite_them_right_cases(root: Any) -> None:
    """Print a case's name in quotation marks, and the court if no reporter is named (law reports)."""
    for test in root.iterfind(f"{CSL}macro[@name='title']/{CSL}choose/{CSL}if[@type]"):
        test.set("type", " ".join(kind for kind in test.get("type").split() if kind != "legal_case"))
    for choose in root.iterfind(f"{CSL}macro[@name='container-title']/{CSL}choose"):
        court = _type_branch("legal_case")
        _append_element(court, "text", {"variable": "authority"})
        choose.append(court)


# -- Chicago, APA and Turabian, which follow the Bluebook, 21st ed., in law


def _fix_bluebook_case_locators(root: Any) -> None:
    """Print the locator in a case before the brackets: "14, ¶ 190 (June 27)" (10.4, 21.5.1)."""
    for reference in root.iterfind(f"{CSL}macro[@name='legal-reference']"):
        places = reference.find(f"./{CSL}group/{CSL}group/{CSL}text[@macro='label-locator']")
        source = reference.find(f".//{CSL}else/{CSL}group/{CSL}group/{CSL}text[@macro='legal-source']")
        if places is None or source is None:
            continue
        choose = _new_element("choose")
        _append_element(
            _append_element(choose, "if", {"type": "legal_case"}), "text", {"macro": "label-locator"}
        )
        source.addnext(choose)
        behind = places.getparent()
        others = _new_element("choose")
        behind.addprevious(others)
        _append_element(others, "if", {"type": "legal_case"})
        _append_element(others, "else", {}).append(behind)


def _fix_bluebook_case_dates(root: Any) -> None:
    """Print the date of a case after a reporter numbered by years: "1986 I.C.J. Rep. 14 (June 27)".

    Bluebook 21.5.1.
    """
    for test in root.iterfind(f"{CSL}macro[@name='legal-date-case']//{CSL}if[@variable='container-title']"):
        day = _new_element("if", {"variable": CASE_DATE_VARIABLE})
        date = _append_element(day, "date", {"variable": CASE_DATE_VARIABLE, "delimiter": " "})
        _append_element(date, "date-part", {"name": "month"})
        _append_element(date, "date-part", {"name": "day"})
        test.addprevious(day)
        test.tag = f"{CSL}else-if"


def _type_branch(kind: str) -> Any:
    return _new_element("else-if", {"type": kind})


def _new_element(name: str, attributes: Attributes | None = None) -> Any:
    from lxml import etree

    return etree.Element(f"{CSL}{name}", attributes or {})


def _append_element(parent: Any, name: str, attributes: Attributes) -> Any:
    element = _new_element(name, attributes)
    parent.append(element)
    return element


LocatorWords = dict[str, tuple[str, str]]
"""For each label, the words before one value and before several."""


BRITISH_LOCALE = "en-GB"
SINGLE_QUOTES_STYLES = ("oscola", "harvard-cite-them-right")
"""Beginnings of the names of British styles, whose guides ask for single quotation marks."""


@cache
def prepare_style(
    style: CitationStyle, language: str, labels: frozenset[str], names_in_full: bool = False
) -> tuple[bytes, LocatorWords]:
    """Return the style's fixed XML, and the words to write before the value of each locator label.

    `names_in_full` keeps the bibliography from replacing an author by a dash, since the preceding entry may
    be left out.
    """
    from lxml import etree

    root = parse_style_xml(style.name, style.xml)
    if not style.in_text:
        for sort in root.iterfind(f"{CSL}citation/{CSL}sort"):
            sort.getparent().remove(sort)
    for works in root.iterfind(f"{CSL}bibliography") if names_in_full else ():
        works.attrib.pop("subsequent-author-substitute", None)
    apply_style_fixes(root, style, language)
    of_britain = style.language.startswith("en-") and style.language != "en-US"
    if language == BRITISH_LOCALE and not (of_britain or style.is_variant_of(*SINGLE_QUOTES_STYLES)):
        _use_double_quotes(root)
    words = _add_locator_terms(root, language, labels)
    _remove_layout(root)
    xml: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    return xml, words


def _remove_layout(root: Any) -> None:
    """Remove what only people read, line breaks and comments: pandoc reads a style for each document."""
    from lxml import etree

    etree.strip_tags(root, etree.Comment, etree.ProcessingInstruction)
    for element in root.iter():
        if len(element) and not (element.text or "").strip():
            element.text = None
        if not (element.tail or "").strip():
            element.tail = None


def _use_double_quotes(root: Any) -> None:
    """Print the quotation marks that the text has: pandoc's British locale has single ones outside."""
    from lxml import etree

    locale = etree.Element(f"{CSL}locale")
    terms = etree.SubElement(locale, f"{CSL}terms")
    marks = {"open-quote": "“", "close-quote": "”", "open-inner-quote": "‘", "close-inner-quote": "’"}
    for name, mark in marks.items():
        _append_term(terms, name, "long", mark)
    root.find(f"{CSL}info").addnext(locale)


def _add_locator_terms(root: Any, language: str, labels: Collection[str]) -> LocatorWords:
    """Add our own locale, and return the words that make pandoc recognise its labels."""
    from lxml import etree

    if root.find(f".//{CSL}label[@variable='locator']") is None:
        # A style without labels would print "6" for paragraph 6, which everybody would read as a page.
        return {label: _unlabelled_words(label, language) for label in labels}
    borrowed = assign_pandoc_labels(labels, _labels_used_by_style(root))
    locale = etree.Element(f"{CSL}locale")
    terms = etree.SubElement(locale, f"{CSL}terms")
    words: LocatorWords = {}
    for label in sorted(labels):
        if label not in borrowed:
            words[label] = _unlabelled_words(label, language)
            continue
        word = "locator" + re.sub("[^a-z]", "", label)
        words[label] = word, word
        # The form "verb" is never printed, but recognised like the others.
        _append_term(terms, borrowed[label], "verb", word)
        our_terms = list(locator_terms(label, language))
        style_terms = root.iterfind(f"{CSL}locale//{CSL}term[@name='{borrowed[label]}']")
        for style_term in list(style_terms) if our_terms else ():
            style_term.getparent().remove(style_term)
        for form, singular, plural in our_terms:
            _append_term(terms, borrowed[label], form, singular, plural)
    root.find(f"{CSL}info").addnext(locale)
    return words


def _unlabelled_words(label: str, language: str) -> tuple[str, str]:
    singular, plural = short_locator_words(label, language)
    return (NOT_A_LABEL + singular, NOT_A_LABEL + plural) if singular else ("", "")


def _labels_used_by_style(root: Any) -> set[str]:
    """Return the labels that the style tests for, or whose words it prints elsewhere."""
    tested = {
        label
        for test in root.iter(f"{CSL}if", f"{CSL}else-if")
        for label in (test.get("locator") or "").split()
    }
    return tested | {text.get("term", "") for text in root.iter(f"{CSL}text")}


def _append_term(terms: Any, name: str, form: str, singular: str, plural: str = "") -> None:
    from lxml import etree

    term = etree.SubElement(terms, f"{CSL}term", {"name": name})
    if form != "long":
        term.set("form", form)
    if plural:
        etree.SubElement(term, f"{CSL}single").text = singular
        etree.SubElement(term, f"{CSL}multiple").text = plural
    else:
        term.text = singular
