"""Citations by CSL: what a document cites becomes footnotes or text at the spot, and a list of works.

Templates and snippets say what is cited (`Note`), the style says how, and pandoc's citeproc does it.
"""

from briefgen.compose.citations.formatting import Citeproc
from briefgen.compose.citations.types import Citation, Cited, Note, Remark, Spot, Via

__all__ = ["Citation", "Cited", "Citeproc", "Note", "Remark", "Spot", "Via"]
