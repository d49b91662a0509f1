"""Write finished PDFs: each object is made once, and compressed once, by libdeflate.

pydyf (0.13) makes and compresses every object again for the file identifier, and a font program for each
file that it is in. It uses the zlib of the system, some of which have zlib-ng in its place, so that another
machine can give the same letter other bytes. The package `deflate` brings its own libdeflate, one version of
which gives the same bytes on every processor.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from hashlib import md5
from math import ceil, log
from typing import Any

import deflate
from pydyf import PDF, Array, Object, Stream, String

_HEADER = b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n"
"""The second line has bytes above 127, by which programs see that the file is binary."""
_COMPRESSION_LEVEL = 6
"""Of libdeflate: smaller files than zlib's level 9, in a fifth of the time."""
_ZERO_KERNING = b">0<"
"""WeasyPrint (70.0) writes it behind most glyphs, where widths have rounding errors; nothing moves by it."""
_MAX_CACHED_FONT_PROGRAMS = 128
_MAX_GENERATION = 65535
"""Generation of object 0, which heads the list of free objects (ISO 32000-1, 7.5.4)."""


def write_pdf(pdf: PDF, identifier: bytes, *, archive: bool = False) -> bytes:
    """Return a finished PDF as the bytes of a file, with all but streams packed into one object stream.

    `identifier` is the constant part of the file identifier; the part that follows the content is a hash.
    For an `archive` no stream ends in a carriage return: it would be taken for part of the end of line that
    follows, and the stream's length would seem wrong (ISO 19005-3, 6.1.7.1). Compressed, one in 256 does.
    """
    contents = {pdf.objects[number].get("Contents") for number in pdf.pages["Kids"][::3]}
    objects = [_encode_object(each, each.reference in contents, archive) for each in pdf.objects[1:]]
    info = [(_encode(pdf.info), False)] if pdf.info else []
    while True:
        data = _join_objects(objects + info, identifier, pdf.catalog.reference, bool(info), archive)
        if data is not None:
            return data
        objects.append((b"<<>>", False))  # changes the last two streams


def _join_objects(
    objects: list[tuple[bytes, bool]], identifier: bytes, root: bytes, has_info: bool, archive: bool
) -> bytes | None:
    """Return a file with these objects, each of which is paired with whether it is a stream.

    The last is the document information, if there is any. Return None if for an `archive` the object stream
    or the cross-reference stream would end in a carriage return.
    """
    file, digest = bytearray(_HEADER), md5(usedforsecurity=False)
    packed: list[bytes] = []
    index: list[int] = []
    container = len(objects) + 1
    rows = [(0, 0, _MAX_GENERATION)]
    position = 0
    for number, (data, is_stream) in enumerate(objects, 1):
        digest.update(data)
        if is_stream:
            rows.append((1, len(file), 0))
            file += b"%d 0 obj\n%b\nendobj\n" % (number, data)
        else:
            rows.append((2, container, len(packed)))
            packed.append(data)
            index += number, position
            position += len(data) + 1
    head = b" ".join(b"%d" % number for number in index)
    extra = {"Type": "/ObjStm", "N": len(packed), "First": len(head) + 1}
    data = _encode_stream(b"\n".join([head, *packed]), extra)
    digest.update(data)
    rows += (1, len(file), 0), (1, len(file) + len(b"%d 0 obj\n" % container) + len(data) + 8, 0)
    file += b"%d 0 obj\n%b\nendobj\n" % (container, data)
    start = len(file)
    widths = 1, _count_bytes(start), _count_bytes(max(_MAX_GENERATION, len(packed)))
    table = b"".join(
        value.to_bytes(width, "big") for row in rows for value, width in zip(row, widths, strict=True)
    )
    cross_references = {
        "Type": "/XRef",
        "Index": Array((0, len(rows))),
        "W": Array(widths),
        "Size": len(rows),
        "Root": root,
        **({"Info": b"%d 0 R" % len(objects)} if has_info else {}),
        "ID": Array((String(identifier), String(digest.hexdigest()))),
    }
    last = _encode_stream(table, cross_references)
    file += b"%d 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n" % (container + 1, last, start)
    if archive and (_ends_in_carriage_return(data) or _ends_in_carriage_return(last)):
        return None
    return bytes(file)


def _count_bytes(number: int) -> int:
    return ceil(log(number + 1, 256))


# Objects


def _encode_object(entry: Object, is_page_content: bool, archive: bool) -> tuple[bytes, bool]:
    """Return an object as it is written, and whether it is a stream."""
    if not isinstance(entry, Stream):
        return _encode(entry), False
    data = b"\n".join(map(_encode, entry.stream))
    if is_page_content:
        data = data.replace(_ZERO_KERNING, b"")
    encoded = _encode_stream(data, entry.extra, entry.compress)
    if archive and _ends_in_carriage_return(encoded):
        encoded = _encode_stream(data, entry.extra, not entry.compress)
    return encoded, True


def _encode_stream(data: bytes, extra: Mapping[str, Any], compress: bool = True) -> bytes:
    entries = dict(extra)
    if compress:
        entries["Filter"] = "/FlateDecode"
        is_font_program = "Length1" in extra or extra.get("Subtype") == "/OpenType"
        data = _compress_font_program(data) if is_font_program else _compress(data)
    entries["Length"] = len(data)
    return b"%b\nstream\n%b\nendstream" % (_encode(entries), data)


def _ends_in_carriage_return(encoded_stream: bytes) -> bool:
    return encoded_stream.endswith(b"\r\nendstream")


def _compress(data: bytes) -> bytes:
    return bytes(deflate.zlib_compress(data, _COMPRESSION_LEVEL))


_compress_font_program = lru_cache(_MAX_CACHED_FONT_PROGRAMS)(_compress)
"""Documents share font programs (`font_subsets.py`), which are most of a letter's bytes."""


def _encode(value: Any) -> bytes:
    """Return a value as it is written in an object, as pydyf does; a letter has some two thousand."""
    kind = type(value)
    if kind is bytes:
        data: bytes = value
        return data
    if kind is str:
        return bytes(value.encode("ascii"))
    if kind is int:
        return b"%d" % value
    if isinstance(value, dict):
        entries = [b"/%b %b" % (_encode(key), _encode(entry)) for key, entry in value.items()]
        return b"<<%b>>" % b"".join(entries)
    if isinstance(value, Array):
        return b"[%b]" % b" ".join([_encode(entry) for entry in value])
    if isinstance(value, float):
        return b"%d" % value if value.is_integer() else (b"%f" % value).rstrip(b"0")
    if isinstance(value, Object):
        return bytes(value.data)
    return str(value).encode("ascii")
