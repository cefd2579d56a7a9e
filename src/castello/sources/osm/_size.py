"""How large a compressed map becomes, found out without unpacking more than a block of it at a time."""

from __future__ import annotations

import bz2
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

# Maps shrink by a factor of 2 to 15. What grows a hundredfold was made to fill the memory.
_MOST_GROWTH, _FREE_BYTES = 100, 64 * 2**20
_MOST_HEADER, _MOST_BLOB = 64 * 2**10, 32 * 2**20  # as the format has it
_CHUNK = 2**20


class Damaged(Exception):
    """The file is no map, or breaks off; the message says where."""


def grows_too_much(path: Path) -> bool:
    """
    Whether a map unpacks to more than a hundred times its size.

    Raises
    ------
    Damaged
        If it is not what its ending says.
    """
    most = path.stat().st_size * _MOST_GROWTH + _FREE_BYTES
    total = 0
    for size in _bz2_sizes(path) if path.suffix == ".bz2" else _pbf_sizes(path):
        total += size
        if total > most:
            return True
    return False


def _bz2_sizes(path: Path) -> Iterator[int]:
    try:
        with bz2.open(path) as stream:
            while chunk := stream.read(_CHUNK):
                yield len(chunk)
    except (OSError, EOFError) as error:
        raise Damaged("is no bz2 file, or breaks off") from error


def _pbf_sizes(path: Path) -> Iterator[int]:
    """What each block says it unpacks to; the reading library refuses blocks that are larger than they say."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        while prefix := stream.read(4):
            header_size = int.from_bytes(prefix, "big")
            if len(prefix) < 4 or not 0 < header_size <= _MOST_HEADER:
                raise Damaged(_breaks_off(stream, size) if stream.tell() > header_size else "is not a .osm.pbf file")
            blob_size = _fields(stream, header_size).get(3, 0)
            if not 0 < blob_size <= _MOST_BLOB or stream.tell() + blob_size > size:
                raise Damaged(_breaks_off(stream, size))
            yield _fields(stream, blob_size).get(2, blob_size)


def _breaks_off(stream: BinaryIO, size: int) -> str:
    return f"breaks off, or is damaged, at byte {stream.tell():,} of {size:,}"


def _fields(stream: BinaryIO, length: int) -> dict[int, int]:
    """Numbers by field of one protocol buffer message of a length; the stream stands behind it afterwards."""
    numbers: dict[int, int] = {}
    end = stream.tell() + length
    while stream.tell() < end:
        key = _varint(stream)
        if key & 7 == 0:
            numbers[key >> 3] = _varint(stream)
        elif key & 7 == 2:
            stream.seek(_varint(stream), os.SEEK_CUR)
        else:
            raise Damaged("is not a .osm.pbf file")
    stream.seek(end)
    return numbers


def _varint(stream: BinaryIO) -> int:
    value = 0
    for shift in range(0, 70, 7):
        byte = stream.read(1)
        if not byte:
            break
        value |= (byte[0] & 127) << shift
        if byte[0] < 128:
            return value
    raise Damaged("is not a .osm.pbf file, or breaks off")
