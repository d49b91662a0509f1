"""A zip archive as Word reads it, the same bytes for the same members; what they say is not known here."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

_STORED, _DEFLATED = 0, 8
_DOS_TIME, _DOS_DATE = 0, 0x21
"""1980-01-01 00:00, the earliest that zip can say (APPNOTE 4.4.6)."""
_VERSION = 20
_UTF8_NAME = 0x0800
_LOCAL = struct.Struct("<IHHHHHIIIHH")
_CENTRAL = struct.Struct("<IHHHHHHIIIHHHHHII")
_END = struct.Struct("<IHHHHIIH")
_LEVEL, _WINDOW_BITS, _MEMORY = 3, -14, 7
"""Of deflate. A letter's parts are small: the usual 32 KB window takes twice as long to set up as this."""
_NOT_WORTH = 256
"""Bytes below which deflating gains nothing."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the archive, ready to be copied into it."""

    name: str
    local: bytes
    """Local header and data."""
    central: bytes
    """Entry of the central directory without its last four bytes, the offset, and the name."""

    def entry(self, offset: int) -> bytes:
        """The entry of the central directory for a member that begins at `offset`."""
        return self.central + offset.to_bytes(4, "little") + self.name.encode()


def member(name: str, content: bytes, *, compress: bool = True) -> Member:
    """Prepare one member; PNG and JPEG need no compression."""
    method, data = _STORED, content
    if compress and len(content) >= _NOT_WORTH:
        squeeze = zlib.compressobj(_LEVEL, zlib.DEFLATED, _WINDOW_BITS, _MEMORY)
        method, data = _DEFLATED, squeeze.compress(content) + squeeze.flush()
    encoded = name.encode()
    flags = 0 if name.isascii() else _UTF8_NAME
    common = (flags, method, _DOS_TIME, _DOS_DATE, zlib.crc32(content), len(data), len(content), len(encoded))
    local = _LOCAL.pack(0x04034B50, _VERSION, *common, 0) + encoded + data
    central = _CENTRAL.pack(0x02014B50, _VERSION, _VERSION, *common, 0, 0, 0, 0, 0, 0)[:-4]
    return Member(name, local, central)


def archive(members: Iterable[Member]) -> bytes:
    """Put the members together, sorted by name (so `[Content_Types].xml` comes first)."""
    ordered = sorted(members, key=lambda each: each.name)
    entries, offset = [], 0
    for each in ordered:
        entries.append(each.entry(offset))
        offset += len(each.local)
    directory = b"".join(entries)
    end = _END.pack(0x06054B50, 0, 0, len(ordered), len(ordered), len(directory), offset, 0)
    return b"".join([*(each.local for each in ordered), directory, end])
