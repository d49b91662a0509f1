"""Where the letters and tables of a batch go: a local folder, or a bucket of an S3-compatible object store.

`base` states what a batch needs from an output; `folder` and `s3` provide it. Others use these, and `files`
for single files in an output folder. `S3` is the entry of the registry of outputs.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from briefgen.batch.registry import OutputType

if TYPE_CHECKING:
    from briefgen.batch.outputs.base import BatchOutput


def _parse_s3_address(address: str) -> object:
    from briefgen.batch.outputs.s3_client import S3Address

    return S3Address.parse(address)


def _open_s3(address: str, local_folder: Path) -> BatchOutput:
    from briefgen.batch.outputs.s3 import S3Output
    from briefgen.batch.outputs.s3_client import S3Address, S3Client

    return S3Output(S3Client(S3Address.parse(address)), local_folder)


S3 = OutputType(_parse_s3_address, _open_s3)
