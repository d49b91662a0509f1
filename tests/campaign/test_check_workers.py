"""A check that is divided among workers finds what it finds in one process, whatever happens to a worker."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from material import small_starter

from briefgen.batch.fork_server import ForkServer
from briefgen.batch.pool import available_processors
from briefgen.campaign import check_workers
from briefgen.campaign.check import check_documents
from briefgen.campaign.check_workers import CheckWorkers, start_check_server
from briefgen.campaign.letter_findings import (
    FailedLetter,
    LetterExaminer,
    LetterFindings,
    find_longest,
)
from briefgen.campaign.open import Campaign, open_campaign
from briefgen.model.recipient import Recipient
from briefgen.render.registry import FORMATS

pytestmark = pytest.mark.slow

PRELOAD = ("briefgen.campaign.check_workers", *FORMATS.get("pdf").preload)
TEXTS = (
    "",
    "You voted for HR 12 last year.",
    "Shame on you!",
    "We met in [CITY].",
    "More than 12,500 people signed.",
    "Ваше письмо מכתב",
    "<b>x</b> {{ y }} & z",
    "word " * 400,
)
ASKS = ("", "ask-renew-mandate", "none-such", "fund yearly tests", "Please fund it")


@pytest.fixture(scope="module")
def messy(tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    """A campaign with a list as people have them."""
    folder = tmp_path_factory.mktemp("messy") / "campaign"
    small_starter(folder)
    opened = open_campaign(folder)
    chance = random.Random(7)
    recipients = []
    for number in range(16):
        one = chance.choice(opened.recipients)
        extra = {"connection": chance.choice(TEXTS), "ask": chance.choice(ASKS), "paragraph": ""}
        name = chance.choice([one.name, f"{one.name} the {number}th"])
        recipients.append(replace(one, id=f"r{number}", name=name, extra=extra))
    return replace(opened, recipients=tuple(recipients))


def test_workers_find_what_one_process_finds(messy: Campaign) -> None:
    alone = check_documents(messy)
    shown: list[int] = []
    with ForkServer(PRELOAD) as server:
        divided = check_documents(messy, server=server, progress=lambda number, of: shown.append(number))
    assert divided == alone
    assert {"bill-format", "tone-harsh", "figure-unsourced"} <= {one.code for one in alone[0]}
    assert {"leftover-text", "snippet-unknown"} <= {one.code for one in alone[1]}
    assert shown[-1] == len(messy.recipients)


@dataclass(frozen=True, slots=True)
class FragileExaminer(LetterExaminer):
    """Dies of some letters, but not in the process that the user started."""

    home: int = 0

    def examine(self, recipients: Sequence[Recipient]) -> Iterator[LetterFindings | FailedLetter]:
        """Examine letters, unless r3 is among them."""
        if os.getpid() != self.home and any(one.id == "r3" for one in recipients):
            os._exit(1)
        yield from LetterExaminer.examine(self, recipients)


def test_what_kills_a_worker_is_done_by_the_process_itself(messy: Campaign) -> None:
    renderers = messy.renderers(())
    recipients = messy.recipients[:8]
    examiner = FragileExaminer(messy.page_fitter(renderers), renderers, (), home=os.getpid())
    alone = examiner.forget_documents(list(examiner.examine(recipients)))
    with ForkServer(PRELOAD) as server, CheckWorkers(examiner, server) as workers:
        divided, _ = workers.examine(recipients, lambda number: None)
    assert [type(one) for one in divided] == [type(one) for one in alone]
    assert [replace(one, document=None) for one in divided if isinstance(one, LetterFindings)] == [
        replace(one, document=None) for one in alone if isinstance(one, LetterFindings)
    ]
    assert find_longest(divided) == find_longest(alone)


class LonelyExaminer(LetterExaminer):
    """Ends every worker that is given it."""

    __slots__ = ()

    def __reduce__(self) -> Any:
        return os._exit, (3,)


def test_without_a_worker_that_starts_the_process_does_all_by_itself(messy: Campaign) -> None:
    renderers = messy.renderers(())
    recipients = messy.recipients[:6]
    examiner = LonelyExaminer(messy.page_fitter(renderers), renderers, ())
    with ForkServer() as server, CheckWorkers(examiner, server) as workers:
        divided, _ = workers.examine(recipients, lambda number: None)
    assert divided == list(examiner.examine(recipients))


@pytest.mark.skipif(available_processors() == 1, reason="takes two processors")
def test_workers_are_started_for_a_long_list_that_was_not_checked_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BRIEFGEN_NO_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    file = tmp_path / "campaign.yaml"
    (tmp_path / "list.csv").write_text("id\n" * 5)
    with start_check_server(file) as server:
        assert server is None
    (tmp_path / "list.csv").write_text("id\n" * 50)
    with start_check_server(file) as server:
        assert server is not None
    with start_check_server(tmp_path) as server:
        assert server is None
    with (tmp_path / "list.csv").open("a") as text:
        text.write("id\n")
    with pytest.raises(KeyError), start_check_server(tmp_path):
        raise KeyError
    with start_check_server(tmp_path) as server:
        assert server is not None
    monkeypatch.setattr(check_workers, "available_processors", lambda: 1)
    (tmp_path / "more.xlsx").write_text("")
    with start_check_server(tmp_path) as server:
        assert server is None
    with start_check_server(tmp_path / "none") as server:
        assert server is None
