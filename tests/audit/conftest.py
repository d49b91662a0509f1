"""One library and its index for all tests of audits."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from briefgen.audit.audit import Auditor
from briefgen.audit.draft import Draft, DraftBlock
from briefgen.audit.findings import AuditReport, SentenceFinding
from briefgen.errors import ProblemList
from briefgen.library.libraries import open_library
from briefgen.library.loader import TextLocations, load_library


@pytest.fixture(scope="session")
def auditor() -> Auditor:
    """The built-in library without source texts, as most users have it."""
    return Auditor(load_library([open_library("north-korea")], ProblemList(), TextLocations()))


def make_draft(*texts: str, language: str = "en") -> Draft:
    return Draft("draft.txt", "text", language, tuple(DraftBlock("paragraph", text) for text in texts))


@pytest.fixture
def audit(auditor: Auditor) -> Callable[..., AuditReport]:
    return lambda *texts, language="en": auditor.audit(make_draft(*texts, language=language))


@pytest.fixture
def judge(audit: Callable[..., AuditReport]) -> Callable[..., SentenceFinding]:
    """Return the finding on a single sentence."""

    def judge_sentence(text: str) -> SentenceFinding:
        (finding,) = audit(text).sentences
        return finding

    return judge_sentence
