"""Write reproducible zip archives from members that are compressed once and copied into many archives."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

_STORED, _DEFLATED = 0, 8
_DOS_TIME, _DOS_DATE = 0, 0x21
"""1980-01-01 00:00, the earliest that zip can express (APPNOTE 4.4.6)."""
_ZIP_VERSION = 20
_UTF8_NAME = 0x0800
_LOCAL_HEADER = struct.Struct("<IHHHHHIIIHH")
_CENTRAL_ENTRY = struct.Struct("<IHHHHHHIIIHHHHHII")
_END_OF_DIRECTORY = struct.Struct("<IHHHHIIH")
_DEFLATE_LEVEL, _WINDOW_BITS, _MEMORY_LEVEL = 3, -14, 7
"""A letter's parts are small: deflate's usual 32 KB window takes twice as long to set up as this one."""
_MIN_DEFLATED_BYTES = 256
"""Below this, deflating gains nothing."""


@dataclass(frozen=True, slots=True)
class ZipMember:
    """One file of the archive, ready to be copied into it."""

    name: str
    local: bytes
    """Local header and data."""
    central: bytes
    """Entry of the central directory without its last four bytes (the offset) and the name."""

    def directory_entry(self, offset: int) -> bytes:
        """Return the entry of the central directory for a member that begins at `offset`."""
        return self.central + offset.to_bytes(4, "little") + self.name.encode()


def make_zip_member(name: str, content: bytes, *, compress: bool = True) -> ZipMember:
    """Prepare one member; PNG and JPEG need no compression."""
    method, data = _STORED, content
    if compress and len(content) >= _MIN_DEFLATED_BYTES:
        compressor = zlib.compressobj(_DEFLATE_LEVEL, zlib.DEFLATED, _WINDOW_BITS, _MEMORY_LEVEL)
        method, data = _DEFLATED, compressor.compress(content) + compressor.flush()
    encoded = name.encode()
    flags = 0 if name.isascii() else _UTF8_NAME
    common = (flags, method, _DOS_TIME, _DOS_DATE, zlib.crc32(content), len(data), len(content), len(encoded))
    local = _LOCAL_HEADER.pack(0x04034B50, _ZIP_VERSION, *common, 0) + encoded + data
    central = _CENTRAL_ENTRY.pack(0x02014B50, _ZIP_VERSION, _ZIP_VERSION, *common, 0, 0, 0, 0, 0, 0)[:-4]
    return ZipMember(name, local, central)


def build_zip_archive(members: Iterable[ZipMember]) -> bytes:
    """Join the members into an archive, sorted by name (so that `[Content_Types].xml` comes first)."""
    ordered = sorted(members, key=lambda member: member.name)
    entries, offset = [], 0
    for member in ordered:
        entries.append(member.directory_entry(offset))
        offset += len(member.local)
    directory = b"".join(entries)
    end = _END_OF_DIRECTORY.pack(0x06054B50, 0, 0, len(ordered), len(ordered), len(directory), offset, 0)
    return b"".join([*(member.local for member in ordered), directory, end])
