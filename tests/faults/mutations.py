"""Valid files, damaged a little: bytes, lines, and values of JSON by others of another type."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any, TypeAlias

Json: TypeAlias = Any
Mutation: TypeAlias = Callable[[bytes, Random], bytes]

DEEPEST = 3000
"""Levels of nesting: beyond what any reader follows, and harmless to all of them."""
OTHERS: tuple[Json, ...] = (
    None, True, False, 0, -1, 1, 0.5, -0.0, 7, 10**6, 2**31, 2**63, -(2**70), 10**30, 1e308, -1e308,
    "", "x", "0", "1.5", "\0", "a\nb", "\u202e", "é" * 300, "../x", [], {}, [[]], [None], [1, "x"],
    {"": {}}, {"x": None}, float("nan"), float("inf"),
)  # fmt: skip
_WORDS = (
    b"", b"0", b"-1", b"1", b"nan", b"inf", b"1e308", b"1e999", b"9" * 400, b"x", b"\"", b"'", b"[",
    b"]", b"{", b"}", b"=", b":", b",", b";", b"#", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\r",
    b"true", b"null", b"1970-01-01", b"[[", b"\\u0000", b"\xc3\xa9", b"\t",
)  # fmt: skip
_LONGEST = 1 << 18
"""Bytes above which a repeated piece is not added."""


def bytes_damaged(data: bytes, rng: Random) -> bytes:
    """A few bytes or pieces changed, lost, repeated or moved."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        here = rng.randrange(len(changed) + 1)
        length = rng.choice((1, 2, 4, 16, 256))
        kind = rng.randrange(6)
        if kind == 0 and changed:
            changed[here % len(changed)] ^= 1 << rng.randrange(8)
        elif kind == 1 and changed:
            changed[here % len(changed)] = rng.choice((0, 1, 127, 128, 255, rng.randrange(256)))
        elif kind == 2:
            del changed[here : here + length]
        elif kind == 3 and len(changed) < _LONGEST:
            changed[here:here] = changed[here : here + length] * rng.choice((1, 2, 50))
        elif kind == 4:
            changed[here : here + length] = rng.randbytes(length)
        elif kind == 5:
            changed[here : here + 1] = rng.choice(_WORDS)
    return bytes(changed)


def cut(data: bytes, rng: Random) -> bytes:
    """The beginning alone."""
    return data[: rng.randrange(len(data) + 1)]


def lines_damaged(data: bytes, rng: Random) -> bytes:
    """A line lost, repeated, moved or cut, or one of its words replaced."""
    lines = data.split(b"\n")
    here, there = rng.randrange(len(lines)), rng.randrange(len(lines))
    kind = rng.randrange(5)
    if kind == 0:
        del lines[here]
    elif kind == 1:
        lines[there:there] = [lines[here]] * rng.choice((1, 1, 20))
    elif kind == 2:
        lines[here], lines[there] = lines[there], lines[here]
    elif kind == 3:
        lines[here] = cut(lines[here], rng)
    else:
        words = lines[here].split(b" ")
        words[rng.randrange(len(words))] = rng.choice(_WORDS)
        lines[here] = b" ".join(words)
    return b"\n".join(lines)


def json_changed(data: bytes, rng: Random) -> bytes:
    """One value, key or item of a JSON document lost, repeated or of another type, or nested."""
    return value_changed(json.loads(data), rng)


def json_lines_changed(data: bytes, rng: Random) -> bytes:
    """The same in one line of many."""
    lines = data.split(b"\n")
    here = rng.choice([n for n, line in enumerate(lines) if line])
    lines[here] = json_changed(lines[here], rng)
    return b"\n".join(lines)


def value_changed(document: Json, rng: Random) -> bytes:
    """JSON text of a document of which one value is another."""
    places = list(_places(document))
    if not places:
        return json.dumps(rng.choice(OTHERS)).encode()
    holder, key = rng.choice(places)
    kind = rng.randrange(8)
    mark = "\ufdd0 nested"
    if kind == 0:
        del holder[key]
    elif kind == 1 and isinstance(holder, dict):
        holder[rng.choice(("", "x", "format", "trial", key.upper()))] = holder.pop(key)
    elif kind == 1:
        holder.insert(key, holder[key])
    elif kind == 2:
        holder[key] = {"x": holder[key]} if rng.random() < 0.5 else [holder[key]]
    elif kind == 3:
        holder[key] = mark
    else:
        holder[key] = rng.choice(OTHERS)
    text = json.dumps(document)
    depth = rng.choice((20, 200, DEEPEST))
    start, end = rng.choice((("[", "]"), ('{"x":', "}")))
    return text.replace(json.dumps(mark), start * depth + "0" + end * depth).encode()


def _places(document: Json) -> list[tuple[Any, Any]]:
    """Every place of a document, as its holder and key."""
    found: list[tuple[Any, Any]] = []
    waiting = [document]
    while waiting:
        holder = waiting.pop()
        if isinstance(holder, dict):
            keys: list[Any] = list(holder)
        elif isinstance(holder, list):
            keys = list(range(len(holder)))
        else:
            continue
        found += [(holder, key) for key in keys]
        waiting += [holder[key] for key in keys]
    return found


def toml_nested(data: bytes, rng: Random) -> bytes:
    """A value of a TOML document replaced by a deep one."""
    depth = rng.choice((20, 200, DEEPEST))
    start, end = rng.choice(((b"[", b"]"), (b"{x=", b"}")))
    lines = data.split(b"\n")
    here = rng.choice([n for n, line in enumerate(lines) if b"=" in line])
    lines[here] = lines[here].partition(b"=")[0] + b"=" + start * depth + b"0" + end * depth
    return b"\n".join(lines)


def safetensors_changed(data: bytes, rng: Random) -> bytes:
    """The header of a safetensors file changed as JSON, its length told anew."""
    size = int.from_bytes(data[:8], "little")
    header = json_changed(data[8 : 8 + size], rng)
    return len(header).to_bytes(8, "little") + header + data[8 + size :]
