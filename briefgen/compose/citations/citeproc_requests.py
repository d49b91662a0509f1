"""Asks citeproc for the clusters of one document, once for each distinct sequence.

How works are cited together, and what is made of the answer, is for the two families of styles.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from briefgen.compose.citations.cache import Cache, key_of
from briefgen.compose.citations.citeproc import pandoc_identity, run_citeproc
from briefgen.compose.citations.clusters import RESERVED, Answer, Cluster, answer, block
from briefgen.compose.citations.item_adapters import adapted
from briefgen.compose.citations.phrases import Words
from briefgen.compose.citations.style_terms import prepared
from briefgen.compose.citations.styles import Style
from briefgen.model.source import Reference


@dataclass(frozen=True, slots=True)
class Manner:
    """A style in a language, with everything that is asked and answered in it."""

    style: Style
    language: str
    """BCP 47, as pandoc is given it."""
    words: Words
    references: Mapping[str, Reference]
    cache: Cache | None

    @property
    def inside_quotes(self) -> bool:
        """Whether commas and full stops go within closing quotation marks: American English."""
        return self.language in ("en", "en-US")

    def ask(self, clusters: Sequence[Cluster], names_in_full: bool = False) -> Answer:
        """citeproc's answer for clusters in order, none of them empty.

        `names_in_full` where works will be left out of the list, lest a dash stands for another's name.
        """
        if not clusters:
            return Answer((), ())
        cites = [cite for cluster in clusters for cite in cluster.cites]
        labels = frozenset(cite.label for cite in cites if cite.value and cite.label)
        csl, words = prepared(self.style, self.language, labels, names_in_full)
        blocks = [block(cluster, words) for cluster in clusters]
        works = self._works(dict.fromkeys(cite.source for cite in cites))
        key = key_of(pandoc_identity(), self.language, csl, blocks, works)
        kept = self.cache.read(key, len(clusters)) if self.cache else None
        if kept is not None:
            return kept
        made = answer(run_citeproc(blocks, works, csl, self.language, self.style.name), len(blocks))
        if self.cache:
            self.cache.write(key, made)
        return made

    def _works(self, sources: Iterable[str]) -> list[Any]:
        works = json.dumps(
            [adapted(self.references[source].csl, self.style) for source in sources], ensure_ascii=False
        )
        # The characters that our marks are made of mean nothing in a title.
        return list(json.loads(works.translate(RESERVED)))
