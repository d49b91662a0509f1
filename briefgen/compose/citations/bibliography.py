"""The list of works: what a document cites, without works that the style's guide leaves out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from briefgen.compose.citations.types import Citation, Note


def citations_of(notes: Iterable[Note]) -> Iterator[Citation]:
    """All citations of all notes, those of remarks included."""
    for note in notes:
        yield from note.citations
        for remark in note.remarks:
            yield from remark.citations


def second_hand(notes: Sequence[Note]) -> dict[str, tuple[str, str]]:
    """Works that are cited only through others: each with the relation and the work that was read."""
    read = {citation.source for citation in citations_of(notes)}
    found: dict[str, tuple[str, str]] = {}
    for citation in citations_of(notes):
        for via in citation.via:
            if via.source not in read:
                found.setdefault(via.source, (via.relation, citation.source))
    return found
