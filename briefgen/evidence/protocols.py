"""What the checks look at: the library as far as evidence is concerned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from briefgen.evidence.lock import Lock
from briefgen.evidence.normalize import Text
from briefgen.model.snippet import Caveat, Snippet
from briefgen.model.source import Reference, RestsOn, SourceRecord


class Material(Protocol):
    """Snippets, caveats and sources by id (briefgen.library.loader has them)."""

    @property
    def snippets(self) -> Mapping[str, Snippet]:
        """All snippets, drafts too."""

    @property
    def caveats(self) -> Mapping[str, Caveat]:
        """All caveats."""

    @property
    def references(self) -> Mapping[str, Reference]:
        """The works cited."""

    @property
    def records(self) -> Mapping[str, SourceRecord]:
        """What is known of texts."""

    @property
    def texts(self) -> Mapping[str, Text]:
        """The texts at hand."""

    @property
    def rests_on(self) -> Mapping[str, RestsOn]:
        """Which work takes its facts from which."""

    @property
    def lock(self) -> Lock:
        """What was proved and reviewed."""
