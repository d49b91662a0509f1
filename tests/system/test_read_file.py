"""Files that people name: ordinary ones are read, and what could be waited for or read without end is not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from briefgen.errors import ProblemList, StorageError
from briefgen.recipients.csv_file import read_csv
from briefgen.recipients.importers.congress import read_congress
from briefgen.recipients.importers.popolo import read_popolo
from briefgen.recipients.xlsx import read_xlsx
from briefgen.system.yaml_reader import read_text_file


@pytest.mark.parametrize("kind", ["csv", "xlsx", "popolo", "congress", "yaml"])
def test_no_reader_of_lists_waits_for_a_pipe(tmp_path: Path, kind: str) -> None:
    pipe = tmp_path / ("legislators-current.yaml" if kind == "congress" else "pipe")
    os.mkfifo(pipe)
    with pytest.raises(StorageError) as caught:
        if kind == "csv":
            read_csv(pipe, "pipe", ProblemList())
        elif kind == "xlsx":
            read_xlsx(pipe, "pipe", ProblemList())
        elif kind == "popolo":
            read_popolo(pipe, "pipe", ProblemList())
        elif kind == "congress":
            read_congress(tmp_path, "data", ProblemList())
        else:
            read_text_file(pipe, "pipe")
    assert [problem.code for problem in caught.value.problems] == ["file-irregular"]
