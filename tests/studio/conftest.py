"""A campaign that is open in the studio."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from material import small_starter
from studio_client import Opened, open_studio


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """The starter's campaign with three recipients, for tests that change nothing."""
    yield from open_studio(small_starter(tmp_path_factory.mktemp("studio") / "spring"))
