"""CSL citations: turn what a document cites into footnotes or in-text citations, and a bibliography.

Templates and snippets say what is cited (`Note`), the style says how, and pandoc's citeproc formats it.
The rest of `compose` imports the names below, `placement` and `phrases`; other packages only
`citeproc.check_style`.
"""

from briefgen.compose.citations.formatting import CitationFormatter
from briefgen.compose.citations.types import (
    Citation,
    FormattedCitations,
    FormattedNote,
    Note,
    OriginalCitation,
    Remark,
)

__all__ = [
    "Citation",
    "CitationFormatter",
    "FormattedCitations",
    "FormattedNote",
    "Note",
    "OriginalCitation",
    "Remark",
]
