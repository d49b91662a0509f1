"""Files that are dropped on a page: taken with their bytes as the body of a request, and remembered for a
while."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from itertools import count
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Generic, TypeVar
from urllib.parse import unquote

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from briefgen.errors import BriefgenError
from briefgen.studio.messages import describe_problem

if TYPE_CHECKING:
    from briefgen.studio.app import Visit

Item = TypeVar("Item")
_MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was dropped."""

    name: str
    ending: str
    """Of its name, in lower case and without the dot; one of those that were asked for."""
    data: bytes


class Shelf(Generic[Item]):
    """Keeps the last things of each campaign under numbers, which no two of them ever share."""

    def __init__(self, kept: int) -> None:
        """Take how many things of a campaign are kept."""
        self._kept = kept
        self._items: dict[str, dict[int, Item]] = {}
        self._numbers = count(1)

    def add(self, visit: Visit, item: Item) -> int:
        """Keep a thing for the campaign of a visit, and return its number."""
        number, items = next(self._numbers), self._items.setdefault(visit.workspace.key, {})
        items[number] = item
        while len(items) > self._kept:
            del items[min(items)]
        return number

    def find(self, visit: Visit, gone: str) -> Item:
        """Return the thing that the address of a visit names; raise HTTPException that says it is `gone`."""
        item = self._items.get(visit.workspace.key, {}).get(int(visit.request.path_params["number"]))
        if item is None:
            raise HTTPException(404, gone)
        return item


async def take_upload(
    visit: Visit, kinds: Collection[str], max_bytes: int, advice: str, keep: Callable[[Upload], str]
) -> JSONResponse:
    """Take a file: its bytes are the body, its name is a header. Answer the script with where to go, or why
    not.

    `keep` is done in the engine's thread, and returns the address within the campaign; `advice` says as what
    to save a file of another kind."""
    name = PurePosixPath(unquote(visit.request.headers.get("x-file-name", ""))).name[:_MAX_NAME]
    ending = PurePosixPath(name).suffix.lower().lstrip(".")
    length = visit.request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > max_bytes:
        return JSONResponse({"error": f"The file is larger than {max_bytes // 1_000_000} MB."}, 413)
    if ending not in kinds:
        return JSONResponse({"error": f"This kind of file cannot be read. {advice}"}, 415)
    upload = Upload(name, ending, b"".join([chunk async for chunk in visit.request.stream()]))
    try:
        path = await visit.run(lambda: keep(upload))
    except BriefgenError as error:
        message = describe_problem(error.problems[0])
        return JSONResponse({"error": f"{message.text} {message.hint}".strip()}, 422)
    return JSONResponse({"to": visit.address(path)})
