"""Names of styles: Word stores its own in English, whatever its language; other programs do not always.

What a style looks like is not known here.
"""

from __future__ import annotations

from collections.abc import Mapping

_HEADINGS = {"überschrift": "heading", "titre": "heading", "제목": "heading"}
_LISTS = {
    "aufzählungszeichen": "list bullet",
    "listennummer": "list number",
    "listenfortsetzung": "list continue",
}
_LISTS |= {
    "liste à puces": "list bullet",
    "liste à numéros": "list number",
    "liste continue": "list continue",
}
_LISTS |= {"글머리 기호": "list bullet", "번호 매기기": "list number", "목록 이어쓰기": "list continue"}
LOCAL_NAMES: Mapping[str, str] = {
    **{
        f"{local}{space}{level}": f"{english} {level}"
        for local, english in _HEADINGS.items()
        for level in (1, 2, 3)
        for space in (" ", "")
    },
    **{
        f"{local}{level}": f"{english}{level}"
        for local, english in _LISTS.items()
        for level in ("", " 2", " 3")
    },
    **{"standard": "normal", "표준": "normal", "바탕글": "normal"},
    **{
        "textkörper": "body text",
        "corps de texte": "body text",
        "본문": "body text",
        "text body": "body text",
    },
    **{"titel": "title", "titre": "title", "제목": "title"},
    **{"untertitel": "subtitle", "sous-titre": "subtitle", "부제": "subtitle"},
    **{"zitat": "quote", "citation": "quote", "인용": "quote", "quotations": "quote"},
    **{"beschriftung": "caption", "légende": "caption", "캡션": "caption"},
    **{
        "fußnotentext": "footnote text",
        "note de bas de page": "footnote text",
        "각주 텍스트": "footnote text",
    },
    **{"fußnotenzeichen": "footnote reference", "appel note de bas de p.": "footnote reference"},
    **{"각주 참조": "footnote reference", "unterschrift": "signature", "서명": "signature"},
    **{"kopfzeile": "header", "en-tête": "header", "머리글": "header"},
    **{"fußzeile": "footer", "pied de page": "footer", "바닥글": "footer"},
    **{"lien hypertexte": "hyperlink", "하이퍼링크": "hyperlink"},
}
"""English names by those of Word in German, French and Korean, and of LibreOffice; all in lower case."""


def plain_name(stored: str) -> str:
    """A style's name as it is compared: lower case, and without the aliases that Word puts after a comma."""
    return " ".join(stored.partition(",")[0].split()).lower()


def english_name(stored: str) -> str:
    """The English name of a style that a program stored in its own language; else its plain name."""
    name = plain_name(stored)
    return LOCAL_NAMES.get(name, name)
