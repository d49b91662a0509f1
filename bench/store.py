"""Compare a batch into a slow object store with the same batch into a folder.

    python bench/store.py [--letters 300] [--answer-ms 60]

A small server in this file takes the place of the store: it remembers the names of objects, and answers with
a delay, as a distant store does. Two workers make the same letters alternately into a folder and into that
store. The exit status is 1 if the store takes more than 1.15 times as long.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from campaign import PRELOAD, Watch, opened_with

from briefgen.batch.outputs.base import BatchOutput
from briefgen.batch.outputs.folder import FolderOutput
from briefgen.batch.outputs.s3 import S3Output
from briefgen.batch.outputs.s3_client import S3Address, S3Client
from briefgen.batch.runner import run_batch
from briefgen.batch.tasks import BatchJob

ROUNDS = 3
MOST = 1.15
LISTING = b'<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>'


async def serve(answer_s: float) -> None:
    held: dict[str, str] = {}

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readline():
            method, path, _ = head.decode().split()
            size = 0
            while (line := await reader.readline()).strip():
                name, _, value = line.decode().partition(":")
                size = int(value) if name.lower() == "content-length" else size
            data = await reader.readexactly(size)
            await asyncio.sleep(answer_s)
            status, body, etag = "200 OK", b"", ""
            if method == "PUT":
                etag = held[path] = hashlib.md5(data).hexdigest()
            elif method == "HEAD":
                status, etag = ("200 OK", held[path]) if path in held else ("404 Not Found", "")
            elif method == "GET":
                body = LISTING
            else:
                body = b"<DeleteResult></DeleteResult>"
            told = f'HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nETag: "{etag}"\r\n'
            told += "Last-Modified: Wed, 21 Oct 2015 07:28:00 GMT\r\n\r\n"
            writer.write(told.encode() + body)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--letters", type=int, default=300, help="files")
    arguments.add_argument("--answer-ms", type=float, default=60)
    arguments.add_argument("--serve", type=float, help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.serve is not None:
        asyncio.run(serve(given.serve))
        return
    command = [sys.executable, __file__, "--serve", str(given.answer_ms / 1000)]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server,
        tempfile.TemporaryDirectory() as temporary,
    ):
        assert server.stdout
        os.environ |= {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.stdout.readline().strip()}",
            "AWS_ACCESS_KEY_ID": "x",
            "AWS_SECRET_ACCESS_KEY": "y",
        }
        try:
            ratio = compared(Path(temporary), given.letters)
        finally:
            server.kill()
    print(f"{given.letters} letters: {ratio:.2f} times as long as in a folder")
    sys.exit(ratio > MOST)


def compared(temporary: Path, letters: int) -> float:
    opened = opened_with(temporary / "campaign", letters)
    formats = ("pdf", "docx")
    job = BatchJob(
        "bench",
        opened.recipients,
        formats,
        opened.composer,
        opened.renderers(formats),
        opened.rendering_fingerprint,
    )
    folder: list[float] = []
    store: list[float] = []
    for round in range(ROUNDS):
        places: list[tuple[BatchOutput, list[float]]] = [
            (FolderOutput(temporary / str(round)), folder),
            (S3Output(S3Client(S3Address("bench", str(round))), temporary / f"home-{round}"), store),
        ]
        for output, seconds in places:
            summary = run_batch(job, output, workers=2, progress=Watch(watch_memory=False), preload=PRELOAD)
            assert summary.rendered == letters, summary
            seconds.append(summary.seconds)
            print(f"{output.location}: {seconds[-1]:.1f} s", flush=True)
    return min(store) / min(folder)


if __name__ == "__main__":
    main()
