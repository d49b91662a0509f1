"""Forms of citations that a style's file lacks or gets wrong, written as CSL.

Each is put in front of what the style prints for that kind of work. The rules are those of the style's guide,
named beside each form.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from briefgen.compose.citations.styles import CSL, CitationStyle


@dataclass(frozen=True, slots=True)
class CitationForm:
    """What to print for one kind of work, as CSL elements."""

    styles: tuple[str, ...]
    """Beginnings of the names of the styles."""
    kind: str
    """CSL type of the works."""
    first: str
    """In the first citation, and in the list of works."""
    later: str = ""
    """In later citations other than "ibid."; as the style's file says if empty."""
    variable: str = ""
    """Only for works that have this variable."""


AMERICAN_CASE_VARIABLE = "references"
"""Marks a case that OSCOLA cites as in the United States."""
_BRITISH_PLACE = """<group delimiter=" "><choose><if locator="page"/><else>
  <label variable="locator" form="short" strip-periods="true"/></else></choose>
  <text variable="locator"/></group>"""
_BLUEBOOK_PLACE = '<text variable="locator"/>'
"""Without a label, as its files: the word comes with the value, from `short_locator_words`."""
_YEAR = '<date variable="issued" form="numeric" date-parts="year" prefix="(" suffix=")"/>'
_NOTE = '<text variable="first-reference-note-number" prefix="(n " suffix=")"/>'
_ADDRESS = '<text variable="URL" prefix="&lt;" suffix="&gt;"/>'
_NAMES = '<names variable="author"><name initialize="false"/></names>'
_POST = f"""<group delimiter=" "><group delimiter=", ">{_NAMES}<text variable="title" quotes="true"/></group>
  <group delimiter=", " prefix="(" suffix=")"><text variable="container-title"/>
  <date variable="issued" form="text"/></group>{_ADDRESS}</group>"""

FORMS = (
    # Bluebook 13.3: title, number of the Congress, page, year.
    CitationForm(
        ("bluebook-",),
        "hearing",
        f"""<group delimiter=", "><text variable="title" font-style="italic"/><group delimiter=" ">
          <text variable="authority"/>{_BLUEBOOK_PLACE}{_YEAR}</group></group>""",
    ),
    # Bluebook 12.2.1, 12.4 and 12.10: name, place, volume, code or Statutes at Large, section or page, year.
    CitationForm(
        ("bluebook-",),
        "legislation",
        f"""<group delimiter=", "><text variable="title"/>
          <choose><if variable="section"/><else>{_BLUEBOOK_PLACE}</else></choose>
          <choose><if variable="container-title"><group delimiter=" "><text variable="volume"/>
          <text variable="container-title"/><text variable="section" prefix="§ "/>
          <text variable="page-first"/>{_YEAR}</group></if></choose></group>""",
        f"""<group delimiter=", ">
          <choose><if variable="volume"/><else><text variable="title" form="short"/></else></choose>
          <choose><if variable="section"/><else>{_BLUEBOOK_PLACE}</else></choose>
          <choose><if variable="volume"><group delimiter=" "><text variable="volume"/>
          <text variable="container-title"/><text variable="section" prefix="§ "/>
          <text variable="page-first" prefix="at "/></group></if></choose></group>""",
    ),
    # OSCOLA 4th ed., 1.4: as in the country itself, without full stops.
    CitationForm(
        ("oscola",),
        "legal_case",
        f"""<group delimiter=" "><group delimiter=", "><group delimiter=" ">
          <text variable="title" font-style="italic" strip-periods="true"/><text variable="volume"/>
          <text variable="container-title" strip-periods="true"/><text variable="page-first"/></group>
          {_BRITISH_PLACE}</group>{_YEAR}</group>""",
        variable=AMERICAN_CASE_VARIABLE,
    ),
    # The same. Hansard (3.4.4) comes as one title.
    CitationForm(
        ("oscola",),
        "hearing",
        f"""<choose><if variable="authority"><group delimiter=", ">
          <text variable="title" font-style="italic"/><group delimiter=" ">
          <text variable="authority" strip-periods="true"/>{_BRITISH_PLACE}{_YEAR}</group></group></if>
          <else><group delimiter=", "><text variable="title"/>{_BRITISH_PLACE}</group></else></choose>""",
        f"""<group delimiter=" "><choose><if variable="authority">
          <text variable="title" form="short" font-style="italic"/></if>
          <else><text variable="title" form="short"/></else></choose>{_NOTE}{_BRITISH_PLACE}</group>""",
    ),
    # OSCOLA 5th ed., 3.7.1: the text is not printed. Before "oscola", whose names begin alike.
    CitationForm(("oscola-5",), "post", _POST.replace('<text variable="title" quotes="true"/>', "")),
    CitationForm(("oscola",), "post", _POST),
    # AGLC 4th ed., chapter 8: date, series, entry into force, place, short title.
    CitationForm(
        ("australian-guide-to-legal-citation",),
        "treaty",
        f"""<group delimiter=" "><group delimiter=", "><text variable="title" font-style="italic"/>
          <date variable="issued" form="text" prefix="opened for signature "/>
          <group delimiter=" "><text variable="volume"/>
          <text variable="container-title" strip-periods="true"/><text variable="page-first"/></group></group>
          <text variable="status" prefix="(" suffix=")"/>
          {_BRITISH_PLACE}<choose><if variable="title-short"><text variable="title-short"
          font-style="italic" quotes="true" prefix="(" suffix=")"/></if></choose></group>""",
        f"""<group delimiter=" "><text variable="title" form="short" font-style="italic"/>{_NOTE}
          {_BRITISH_PLACE}</group>""",
    ),
)


def insert_forms(root: Any, style: CitationStyle) -> None:
    """Put the forms for this style before what its file prints."""
    if style.is_variant_of("australian-guide-to-legal-citation"):
        # Without its word, article 3 would read like page 3 (AGLC 4th ed., 1.1.6).
        for text in root.findall(f"{CSL}citation//{CSL}text[@variable='locator']"):
            text.getparent().replace(text, next(_parse_csl(_BRITISH_PLACE)))
    done: set[str] = set()
    for form in FORMS:
        if style.is_variant_of(*form.styles) and form.kind not in done:
            done.add(form.kind)
            for layout in root.iterfind(f".//{CSL}layout"):
                _insert_form(layout, form, in_list=layout.getparent().tag == f"{CSL}bibliography")


def _insert_form(layout: Any, form: CitationForm, in_list: bool) -> None:
    from lxml import etree

    usual = list(layout)
    choose = etree.SubElement(layout, f"{CSL}choose")
    test = {"type": form.kind, **({"variable": form.variable, "match": "all"} if form.variable else {})}
    kind = etree.SubElement(choose, f"{CSL}if", test)
    if in_list:
        kind.extend(_parse_csl(form.first))
    else:
        positions = etree.SubElement(kind, f"{CSL}choose")
        etree.SubElement(positions, f"{CSL}if", {"position": "first"}).extend(_parse_csl(form.first))
        if form.later and layout.find(f".//{CSL}text[@term='ibid']") is not None:
            same = etree.SubElement(
                positions, f"{CSL}else-if", {"position": "ibid ibid-with-locator", "match": "any"}
            )
            same.extend(deepcopy(usual))
        later = _parse_csl(form.later) if form.later else deepcopy(usual)
        etree.SubElement(positions, f"{CSL}else").extend(later)
    etree.SubElement(choose, f"{CSL}else").extend(usual)


def _parse_csl(text: str) -> Iterator[Any]:
    from lxml import etree

    parser = etree.XMLParser(remove_blank_text=True)
    yield from list(etree.fromstring(f'<form xmlns="{CSL.strip("{}")}">{text}</form>', parser))
