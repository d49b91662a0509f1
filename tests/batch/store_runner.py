"""A batch into a store, in a process of its own, which a test can kill: HOME BUCKET PEOPLE."""

import sys
from pathlib import Path

from batch_fakes import Seen, job, people

from briefgen.batch.outputs.s3 import S3Output
from briefgen.batch.outputs.s3_client import S3Address, S3Client
from briefgen.batch.runner import run_batch


class Telling(Seen):
    """Says a line for each letter."""

    def done(self, outcome: object) -> None:
        print("done", flush=True)


if __name__ == "__main__":
    home, bucket, number = sys.argv[1:]
    output = S3Output(S3Client(S3Address(bucket, "")), Path(home))
    run_batch(job(people(int(number))), output, workers=2, progress=Telling())
