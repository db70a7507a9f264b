"""Companions: what else a photo's file holds, and what is lost where one picture goes out.

Found by the marks that each kind of file has, without decoding anything; docs/colour.md lists them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress

from PIL import ImageFile

from blackcamo.images.boxes import Boxes
from blackcamo.images.decoding import DAMAGE
from blackcamo.images.panorama import NAMESPACE
from blackcamo.images.xmp import Xmp

_CAMERA = "http://ns.google.com/photos/1.0/camera/ "
_IMAGE = "http://ns.google.com/photos/1.0/image/ "
_AUDIO = "http://ns.google.com/photos/1.0/audio/ "
_DEPTH = "http://ns.google.com/photos/1.0/depthmap/ "
_GAIN_MAP = "http://ns.adobe.com/hdr-gain-map/1.0/ Version"
_SEMANTIC = "http://ns.google.com/photos/1.0/container/item/ Semantic"

_LOST = {
    "gain map": "its HDR gain map was left out: what is used is what screens without HDR show",
    "video": "the video of this motion photo was left out",
    "sound": "its sound was left out",
    "stereo": "the second picture of this stereo pair was left out",
    "depth": "its depth map was left out",
    "more": "the file holds more pictures: only the first was taken",
    "panorama": "its panorama data (GPano) were left out",
}

_MPO_KINDS = {
    "Multi-Frame Image: (Disparity)": "stereo",
    "Multi-Frame Image: (Multi-Angle)": "more",
    "Multi-Frame Image: (Panorama)": "more",
    "Undefined": "more",
}
"""Pillow's names for those of CIPA DC-007, table 4; the others are previews of the picture."""

_VIDEO_BOX = re.compile(rb"\0\0\0.ftyp(?:mp4|isom|qt |avc|iso|MSNV)", re.DOTALL)
_ISO_GAIN_MAP = b"urn:iso:std:iso:ts:21496:-1\0"
_APPLE_GAIN_MAP = b"urn:com:apple:photo:2020:aux:hdrgainmap"


def companions(
    image: ImageFile.ImageFile, data: bytes, boxes: Boxes, xmp: Xmp, *, full_turn: bool
) -> tuple[str, ...]:
    """The parts of an opened picture's file that are left out, one line each.

    Args:
        full_turn: it is a panorama whose edges meet, which goes out as one.
    """
    found: dict[str, None] = {}
    for search in (_in_xmp(xmp), _in_jpeg(image, data), _in_boxes(image, boxes)):
        with suppress(*DAMAGE):
            found |= dict.fromkeys(search)
    if found.keys() & {"gain map", "stereo", "depth"}:
        found.pop("more", None)
    if not full_turn and any(name.startswith(NAMESPACE) for name in xmp):
        found["panorama"] = None
    return tuple(_LOST[kind] for kind in _LOST if kind in found)


def _in_xmp(xmp: Xmp) -> Iterator[str]:
    """Marks of Android's phones, of Ultra HDR, and of cameras for virtual reality."""
    semantics = set(xmp.get(_SEMANTIC, []))
    if _GAIN_MAP in xmp or "GainMap" in semantics:
        yield "gain map"
    motion = (*xmp.get(_CAMERA + "MotionPhoto", []), *xmp.get(_CAMERA + "MicroVideo", []))
    if "1" in motion or "MotionPhoto" in semantics:
        yield "video"
    if any(name.startswith(_DEPTH) for name in xmp) or "Depth" in semantics:
        yield "depth"
    if _IMAGE + "Mime" in xmp:
        yield "stereo"
    if _AUDIO + "Mime" in xmp:
        yield "sound"


def _in_jpeg(image: ImageFile.ImageFile, data: bytes) -> Iterator[str]:
    """Parts behind a JPEG's own picture, or in its segments."""
    if image.format not in ("JPEG", "MPO"):
        return
    if _ISO_GAIN_MAP in data or _APPLE_GAIN_MAP in data:
        yield "gain map"
    if _VIDEO_BOX.search(data):
        yield "video"
    for entry in (getattr(image, "mpinfo", None) or {}).get(_MP_ENTRIES, [])[1:]:
        if kind := _MPO_KINDS.get(entry["Attribute"]["MPType"]):
            yield kind


_MP_ENTRIES = 0xB002


def _in_boxes(image: ImageFile.ImageFile, boxes: Boxes) -> Iterator[str]:
    """Parts of HEIC and AVIF files beside their main picture."""
    if image.format == "HEIF" and getattr(image, "n_frames", 1) > 1:
        yield "more"
    urns = b" ".join(boxes.auxiliary)
    if _APPLE_GAIN_MAP in urns or b"tmap" in boxes.items:
        yield "gain map"
    if b"mpvd" in boxes.kinds or b"moov" in boxes.kinds:
        yield "video"
    if b"ster" in boxes.groups:
        yield "stereo"
    if any(mark in urns for mark in _DEPTH_URNS):
        yield "depth"


_DEPTH_URNS = (b":auxiliary:depth", b"urn:mpeg:hevc:2015:auxid:2", b"urn:mpeg:avc:2015:auxid:2")
