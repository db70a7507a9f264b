"""Boxes of HEIF and AVIF files: what they say of their main picture, and what else they hold.

Source: ISO/IEC 14496-12 (ISO base media file format), 4.2 and 8.11; ISO/IEC 23008-12 (HEIF), 6 and
9.3; ITU-T H.273 for the numbers of a colr box.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

Properties: TypeAlias = "list[tuple[bytes, bytes]]"

_MOST_BOXES = 20_000
"""A tiled picture of a phone has a few hundred."""


class Nclx(NamedTuple):
    """Numbers of primaries, of the curve, of the matrix, and whether levels are full."""

    primaries: int
    transfer: int
    matrix: int
    full: int


@dataclass(slots=True)
class Boxes:
    """The boxes that are read of a file.

    Args:
        kinds: names of the boxes at the top.
        main: properties of the main picture, name and payload, in the file's order.
        items: kinds of all items.
        auxiliary: what auxiliary pictures are for, as URNs.
        groups: kinds of groups of pictures.
    """

    kinds: list[bytes] = field(default_factory=list)
    main: Properties = field(default_factory=list)
    items: list[bytes] = field(default_factory=list)
    auxiliary: list[bytes] = field(default_factory=list)
    groups: list[bytes] = field(default_factory=list)

    @property
    def nclx(self) -> Nclx | None:
        """The encoding of the main picture, in numbers."""
        for kind, payload in self.main:
            if kind == b"colr" and payload[:4] == b"nclx":
                primaries, transfer, matrix, flags = struct.unpack_from(">3HB", payload, 4)
                return Nclx(primaries, transfer, matrix, flags >> 7)
        return None

    @property
    def bits(self) -> int:
        """Bits of each channel, as AV1's configuration has it."""
        for kind, payload in self.main:
            if kind == b"av1C":
                return 8 + 2 * (payload[2] >> 6 & 1) + 2 * (payload[2] >> 5 & 1)
        return 8

    @property
    def brightest_nits(self) -> int | None:
        """The brightest light of the main picture."""
        for kind, payload in self.main:
            if kind == b"clli":
                return int.from_bytes(payload[:2], "big") or None
        return None


def read_boxes(data: bytes) -> Boxes:
    """Read what a file's boxes say, without its pictures.

    Raises:
        DAMAGE: the boxes contradict themselves.
    """
    found = Boxes()
    for kind, start, end in _inside(data, 0, len(data)):
        found.kinds.append(kind)
        if kind == b"meta":
            _read_meta(data, start + 4, end, found)
    return found


def _inside(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and end of the payload of each box in a stretch of the file."""
    for _ in range(_MOST_BOXES):
        if end - start < 8:
            return
        size, kind = struct.unpack_from(">I4s", data, start)
        payload = start + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, payload)
            payload += 8
        after = start + size if size else end
        if not payload <= after <= end:
            raise ValueError(f"a box of {size} bytes where {end - start} are left")
        yield kind, payload, after
        start = after
    raise ValueError(f"more than {_MOST_BOXES} boxes")


def _read_meta(data: bytes, start: int, end: int, found: Boxes) -> None:
    boxes = {kind: (s, e) for kind, s, e in _inside(data, start, end)}
    main = 0
    if b"pitm" in boxes:
        s, _ = boxes[b"pitm"]
        main = _number(data, s + 4, 4 if data[s] else 2)
    if b"iinf" in boxes:
        found.items += _item_kinds(data, *boxes[b"iinf"])
    if b"iprp" in boxes:
        _read_properties(data, *boxes[b"iprp"], main, found)
    if b"grpl" in boxes:
        found.groups += [kind for kind, *_ in _inside(data, *boxes[b"grpl"])]


def _item_kinds(data: bytes, start: int, end: int) -> Iterator[bytes]:
    for kind, inner, _ in _inside(data, start + (8 if data[start] else 6), end):
        if kind == b"infe" and data[inner] >= 2:
            # An identity of 2 or 4 bytes and one of protection, of 2, come before it.
            at = inner + (8 if data[inner] == 2 else 10)
            yield data[at : at + 4]


def _read_properties(data: bytes, start: int, end: int, main: int, found: Boxes) -> None:
    known: Properties = []
    for kind, s, e in _inside(data, start, end):
        if kind == b"ipco":
            known = [(name, data[a:b]) for name, a, b in _inside(data, s, e)]
            # A version and flags, then text that ends with a null character.
            found.auxiliary += [p[4:].split(b"\0")[0] for name, p in known if name == b"auxC"]
        elif kind == b"ipma":
            for item, index in _associations(data, s):
                if item == main and 0 < index <= len(known):
                    found.main.append(known[index - 1])


def _associations(data: bytes, start: int) -> Iterator[tuple[int, int]]:
    """Item and number of a property, from 1, of each association."""
    version, wide = data[start], data[start + 3] & 1
    count, at = _number(data, start + 4, 4), start + 8
    for _ in range(min(count, _MOST_BOXES)):
        item = _number(data, at, 4 if version else 2)
        at += 4 if version else 2
        of_item = data[at]
        at += 1
        for _ in range(of_item):
            # The first bit says whether the property is essential.
            index = _number(data, at, 1 + wide) & (0x7FFF if wide else 0x7F)
            at += 1 + wide
            yield item, index


def _number(data: bytes, at: int, size: int) -> int:
    if at + size > len(data):
        raise EOFError("the file ends inside a box")
    return int.from_bytes(data[at : at + size], "big")
