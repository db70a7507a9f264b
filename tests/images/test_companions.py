"""What is left out of a file is said: gain maps, videos, second pictures, depth, sound."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import pytest
from PIL import Image

from blackcamo.images import load_photo
from tests.images.files import encoded, picture, save

RGB = Image.fromarray(picture())
GAIN_MAP = "its HDR gain map was left out: what is used is what screens without HDR show"
VIDEO = "the video of this motion photo was left out"
STEREO = "the second picture of this stereo pair was left out"
DEPTH = "its depth map was left out"
SOUND = "its sound was left out"
MORE = "the file holds more pictures: only the first was taken"
APPLE = b"urn:com:apple:photo:2020:aux:hdrgainmap"


def xmp(namespaces: str, attributes: str, inside: str = "") -> bytes:
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" {namespaces} {attributes}>{inside}</rdf:Description>'
        "</rdf:RDF></x:xmpmeta>"
    ).encode()


def google(prefix: str, name: str) -> str:
    return f'xmlns:{prefix}="http://ns.google.com/photos/1.0/{name}/"'


def directory(semantic: str) -> str:
    return (
        '<C:Directory><rdf:Seq><rdf:li rdf:parseType="Resource">'
        f'<C:Item I:Semantic="Primary"/></rdf:li><rdf:li rdf:parseType="Resource">'
        f'<C:Item I:Semantic="{semantic}"/></rdf:li></rdf:Seq></C:Directory>'
    )


CONTAINER = f"{google('C', 'container')} {google('I', 'container/item')}"
CAMERA = google("GCamera", "camera")
IN_XMP = {
    "Ultra HDR": (
        xmp(
            f'xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" {CONTAINER}',
            'hdrgm:Version="1.0"',
            directory("GainMap"),
        ),
        [GAIN_MAP],
    ),
    "motion photo": (xmp(CAMERA, 'GCamera:MotionPhoto="1"'), [VIDEO]),
    "micro video, as elements": (
        xmp(CAMERA, "", "<GCamera:MicroVideo>1</GCamera:MicroVideo>"),
        [VIDEO],
    ),
    "no motion": (xmp(CAMERA, 'GCamera:MotionPhoto="0"'), []),
    "items": (xmp(CONTAINER, "", directory("MotionPhoto")), [VIDEO]),
    "VR180": (
        xmp(
            f"{google('GImage', 'image')} {google('GAudio', 'audio')}",
            'GImage:Mime="image/jpeg" GAudio:Mime="audio/mp4a-latm"',
        ),
        [SOUND, STEREO],
    ),
    "depth": (xmp(google("GDepth", "depthmap"), 'GDepth:Format="RangeInverse"'), [DEPTH]),
}


@pytest.mark.parametrize("kind", IN_XMP)
def test_marks_in_xmp(tmp_path: Path, kind: str) -> None:
    block, expected = IN_XMP[kind]
    photo = load_photo(save(tmp_path / "a.jpg", RGB, xmp=block))
    assert sorted(photo.notes) == sorted(expected)


def mpo(kind: int, second: bytes) -> bytes:
    """A JPEG with a second picture behind it. Source: CIPA DC-007, 5.2."""
    first = encoded(RGB, "JPEG")
    entries = bytearray()
    segment_size = 2 + 2 + 4 + 8 + 2 + 3 * 12 + 4 + 2 * 16
    # Offsets count from the byte order mark, which comes 8 bytes into the segment.
    offset = len(first) + segment_size - (2 + 8)
    for what, size, start in (
        (0x030000, len(first) + segment_size, 0),
        (kind, len(second), offset),
    ):
        entries += struct.pack("<IIIHH", what, size, start, 0, 0)
    tags = struct.pack("<HHI4s", 0xB000, 7, 4, b"0100")
    tags += struct.pack("<HHII", 0xB001, 4, 1, 2)
    tags += struct.pack("<HHII", 0xB002, 7, len(entries), 8 + 2 + 3 * 12 + 4)
    body = b"MPF\0II*\0" + struct.pack("<I", 8) + struct.pack("<H", 3) + tags + bytes(4) + entries
    segment = b"\xff\xe2" + struct.pack(">H", len(body) + 2) + body
    assert len(segment) == segment_size
    return first[:2] + segment + first[2:] + second


@pytest.mark.parametrize(
    ("kind", "second", "notes"),
    [
        (0x020002, encoded(RGB, "JPEG"), (STEREO,)),
        (0x020003, encoded(RGB, "JPEG"), (MORE,)),
        (0x000000, encoded(RGB, "JPEG"), (MORE,)),
        (0x010001, encoded(RGB.resize((32, 32)), "JPEG"), ()),
        (0x000000, encoded(RGB.convert("L"), "JPEG", xmp=xmp("", "", APPLE.decode())), (GAIN_MAP,)),
    ],
    ids=["disparity", "multi-angle", "undefined", "preview", "Apple's gain map"],
)
def test_pictures_behind_the_first(
    tmp_path: Path, kind: int, second: bytes, notes: tuple[str, ...]
) -> None:
    (tmp_path / "a.jpg").write_bytes(mpo(kind, second))
    assert load_photo(tmp_path / "a.jpg").notes == notes


def test_the_gain_map_of_iso(tmp_path: Path) -> None:
    jpeg = encoded(RGB, "JPEG")
    body = b"urn:iso:std:iso:ts:21496:-1\0" + bytes(4)
    segment = b"\xff\xe2" + struct.pack(">H", len(body) + 2) + body
    (tmp_path / "a.jpg").write_bytes(jpeg[:2] + segment + jpeg[2:])
    assert load_photo(tmp_path / "a.jpg").notes == (GAIN_MAP,)


MP4 = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(500)


@pytest.mark.parametrize(
    "trailer", [MP4, b"MotionPhoto_Data" + MP4, MP4.replace(b"mp42", b"qt  ", 1)]
)
def test_videos_behind_a_jpeg(tmp_path: Path, trailer: bytes) -> None:
    (tmp_path / "a.jpg").write_bytes(encoded(RGB, "JPEG") + trailer)
    assert load_photo(tmp_path / "a.jpg").notes == (VIDEO,)


def heic(*, more: int = 0) -> bytes:
    heif = pytest.importorskip("pillow_heif")
    file = heif.from_pillow(RGB)
    for _ in range(more):
        file.add_from_pillow(RGB.resize((48, 32)))
    buffer = io.BytesIO()
    file.save(buffer, quality=90)
    return buffer.getvalue()


def with_auxiliary(data: bytes, urn: bytes) -> bytes:
    """The same file with a property that says what an auxiliary picture is for."""
    box = struct.pack(">I4sI", 12 + len(urn) + 1, b"auxC", 0) + urn + b"\0"
    at = data.index(b"ipco") - 4
    ipco_size = struct.unpack_from(">I", data, at)[0]
    # Behind the other properties, whose numbers stay what they are.
    data = data[: at + ipco_size] + box + data[at + ipco_size :]
    changed = bytearray(data)
    for kind in (b"ipco", b"iprp", b"meta"):
        place = data.index(kind) - 4
        struct.pack_into(">I", changed, place, struct.unpack_from(">I", data, place)[0] + len(box))
    # The one item's place, as libheif writes it: a base of 4 bytes, from which extents count.
    iloc = data.index(b"iloc") + 4
    assert data[iloc : iloc + 8] == b"\0\0\0\0\x44\x40\0\1"
    base = struct.unpack_from(">I", data, iloc + 12)[0]
    struct.pack_into(">I", changed, iloc + 12, base + len(box))
    return bytes(changed)


def top_box(kind: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(MP4), kind) + MP4


def test_what_heic_files_hold(tmp_path: Path) -> None:
    plain = heic()
    for data, notes in (
        (plain, ()),
        (heic(more=1), (MORE,)),
        (plain + top_box(b"mpvd"), (VIDEO,)),
        (with_auxiliary(plain, APPLE), (GAIN_MAP,)),
        (with_auxiliary(plain, b"urn:mpeg:hevc:2015:auxid:2"), (DEPTH,)),
        (with_auxiliary(plain, b"urn:mpeg:hevc:2015:auxid:1"), ()),
    ):
        (tmp_path / "a.heic").write_bytes(data)
        assert load_photo(tmp_path / "a.heic").notes == notes


def test_ordinary_files_have_nothing_to_say(tmp_path: Path) -> None:
    for suffix in ("jpg", "png", "webp", "avif", "tiff", "gif"):
        assert load_photo(save(tmp_path / f"a.{suffix}", RGB)).notes == ()
