"""Works that the tests of citations cite. They are made up, and one tries to break out of its title."""

from __future__ import annotations

from typing import Any

from briefgen.compose.citations import CitationFormatter
from briefgen.errors import Place
from briefgen.model.source import Source

WORKS: list[dict[str, Any]] = [
    {
        "id": "essay",
        "type": "article-journal",
        "title": "A Plain Title",
        "volume": "7",
        "issue": "2",
        "page": "1-9",
        "container-title": "Journal of Samples",
        "author": [{"family": "Writer", "given": "Ann"}],
        "issued": {"date-parts": [[2013, 7]]},
    },
    {
        "id": "paper",
        "type": "article-newspaper",
        "title": "Dead & <Buried>",
        "container-title": "Sample Shimbun",
        "issued": {"date-parts": [[2012, 4, 21]]},
    },
    {
        "id": "report",
        "type": "report",
        "title": "Report of the Commission",
        "number": "A/1/2",
        "author": [{"literal": "Commission of Samples"}],
        "issued": {"date-parts": [[2014]]},
        "URL": "https://example.org/report",
    },
    {
        "id": "second",
        "type": "report",
        "title": "Second Report of the Commission",
        "author": [{"literal": "Commission of Samples"}],
        "issued": {"date-parts": [[2016]]},
    },
    {
        "id": "book",
        "type": "book",
        "title": "An Old Book",
        "publisher": "Press",
        "author": [{"family": "Abel", "given": "Bo"}],
        "issued": {"date-parts": [[2010]]},
    },
    {
        "id": "treaty",
        "type": "treaty",
        "title": "Convention on Samples",
        "volume": "78",
        "container-title": "U.N.T.S.",
        "page": "277",
        "issued": {"date-parts": [[1948, 12, 9]]},
    },
    {
        "id": "hostile",
        "type": "webpage",
        "title": "<script>alert(1)</script><img src=x onerror=alert(2)> \ue000\ue100 <i>one</i>",
        "issued": {"date-parts": [[2020]]},
        "URL": "javascript:alert(3)",
    },
]


def citeproc() -> CitationFormatter:
    """Formats citations of the works, without a cache."""
    return CitationFormatter({work["id"]: Source(work["id"], work, Place("works.json")) for work in WORKS})
