"""ICC profiles made from their specification, so that expected colours are known by formula.

Source: ICC.1:2001-04 (version 2), 6.5.3 curveType, 6.5.7 lut8Type, 6.5.17 XYZType.
"""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Columns: red, green, blue as XYZ relative to D50.
SRGB = np.array(
    [[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.71410]]
)
ADOBE_RGB = np.array(
    [[0.60974, 0.20528, 0.14919], [0.31111, 0.62567, 0.06322], [0.01947, 0.06087, 0.74457]]
)
DISPLAY_P3 = np.array(
    [[0.51512, 0.29198, 0.15710], [0.24120, 0.69225, 0.06657], [-0.00105, 0.04189, 0.78407]]
)
D50 = (0.9642, 1.0, 0.8249)


def srgb_decode(encoded: Floats) -> Floats:
    """IEC 61966-2-1, encoded to linear."""
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def srgb_encode(linear: Floats) -> Floats:
    """IEC 61966-2-1, linear to encoded."""
    linear = np.clip(linear, 0, 1)
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)


def gamma_curve(gamma: float) -> bytes:
    return b"curv" + struct.pack(">4xIH", 1, round(gamma * 256))


def srgb_curve() -> bytes:
    table = np.round(srgb_decode(np.linspace(0, 1, 1024)) * 65535).astype(">u2")
    return b"curv" + struct.pack(">4xI", 1024) + table.tobytes()


def matrix_profile(colorants: Floats, curve: bytes) -> bytes:
    columns = {f"{c}XYZ": _xyz(colorants[:, i]) for i, c in enumerate("rgb")}
    return _profile(b"mntr", b"RGB ", b"XYZ ", columns | {f"{c}TRC": curve for c in "rgb"})


def grey_profile(curve: bytes) -> bytes:
    return _profile(b"mntr", b"GRAY", b"XYZ ", {"kTRC": curve})


def cmyk_profile() -> bytes:
    """A press whose black ink alone runs in even steps of L* from 100 to 0; magenta is reddish."""
    nodes = np.stack(np.meshgrid(*[np.arange(2)] * 4, indexing="ij"), -1).reshape(-1, 4)
    c, m, y, k = nodes.T
    light = 100 * (1 - k) * (1 - (c + m + y) / 4)
    lab = np.stack([light * 2.55, 128 + 60.0 * m * (1 - k), np.full(16, 128.0)], -1)
    ramp = bytes(range(256))
    table = (
        b"mft1"
        + struct.pack(">4xBBBx", 4, 3, 2)
        + (65536 * np.eye(3)).astype(">i4").tobytes()
        + ramp * 4
        + np.round(lab).astype(np.uint8).tobytes()
        + ramp * 3
    )
    return _profile(b"prtr", b"CMYK", b"Lab ", {"A2B0": table, "A2B1": table})


def with_tag(profile: bytes, name: bytes, data: bytes) -> bytes:
    """The profile with one more tag at its end."""
    (count,) = struct.unpack_from(">I", profile, 128)
    table, body = profile[132 : 132 + 12 * count], profile[132 + 12 * count :]
    moved = b"".join(
        struct.pack(">4sII", tag, start + 12, size)
        for tag, start, size in struct.iter_unpack(">4sII", table)
    )
    moved += struct.pack(">4sII", name, len(profile) + 12, len(data))
    size = struct.pack(">I", len(profile) + 12 + len(data))
    return size + profile[4:128] + struct.pack(">I", count + 1) + moved + body + data


def _xyz(values: Floats | tuple[float, ...]) -> bytes:
    return b"XYZ " + struct.pack(">4x3i", *(round(v * 65536) for v in values))


def _profile(kind: bytes, space: bytes, connection: bytes, tags: dict[str, bytes]) -> bytes:
    name = b"for a test\0"
    tags = {
        "desc": b"desc" + struct.pack(">4xI", len(name)) + name + bytes(78),
        "cprt": b"text" + bytes(4) + b"none\0",
        "wtpt": _xyz(D50),
        **tags,
    }
    table, body = b"", b""
    start = 128 + 4 + 12 * len(tags)
    for tag, data in tags.items():
        table += struct.pack(">4sII", tag.encode(), start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    header = struct.pack(">I4xI4s4s4s", start + len(body), 0x02100000, kind, space, connection)
    header += struct.pack(">6H", 2000, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + _xyz(D50)[8:]
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body
