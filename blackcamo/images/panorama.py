"""Panoramas of a full turn: the left edge of the picture goes on at its right one.

Source: Google, "Photo Sphere XMP Metadata" (the picture is a part of a whole panorama).
"""

from __future__ import annotations

from dataclasses import dataclass

from blackcamo.images.xmp import Xmp

NAMESPACE = "http://ns.google.com/photos/1.0/panorama/"
_WRAPPED = ("equirectangular", "cylindrical")


@dataclass(frozen=True, slots=True)
class Panorama:
    """A picture of a full turn, and where in the whole sphere or cylinder it lies, in pixels."""

    projection: str
    width_px: int
    height_px: int
    full_height_px: int
    top_px: int

    def to_xmp(self) -> bytes:
        """The metadata that viewers need in order to wrap the picture around, and nothing else."""
        properties = {
            "ProjectionType": self.projection,
            "UsePanoramaViewer": "True",
            "FullPanoWidthPixels": self.width_px,
            "FullPanoHeightPixels": self.full_height_px,
            "CroppedAreaImageWidthPixels": self.width_px,
            "CroppedAreaImageHeightPixels": self.height_px,
            "CroppedAreaLeftPixels": 0,
            "CroppedAreaTopPixels": self.top_px,
        }
        attributes = "".join(f' GPano:{name}="{value}"' for name, value in properties.items())
        return (
            '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
            f'<rdf:Description rdf:about="" xmlns:GPano="{NAMESPACE}"{attributes}/>'
            "</rdf:RDF></x:xmpmeta>"
        ).encode()


def read_panorama(xmp: Xmp, width_px: int, height_px: int) -> Panorama | None:
    """The panorama of a full turn that a picture of that size is; None where it is none."""
    projection = next(iter(xmp.get(f"{NAMESPACE} ProjectionType", [])), "").strip()
    if projection not in _WRAPPED:
        return None
    names = ("CroppedAreaImageWidthPixels", "FullPanoWidthPixels")
    part, whole = (_number(xmp, name) for name in names)
    sized = any(f"{NAMESPACE} {name}" in xmp for name in names)
    if not sized and projection == "equirectangular":
        part = whole = width_px  # without sizes a picture is the whole sphere
    if not part or part != whole:
        return None
    # A scaled copy has the numbers of the picture that it was made of.
    scale = width_px / part
    full = round(_number(xmp, "FullPanoHeightPixels") * scale) or height_px
    top = round(_number(xmp, "CroppedAreaTopPixels") * scale)
    if top + height_px > full + 1:
        full, top = height_px, 0
    return Panorama(projection, width_px, height_px, max(full, top + height_px), top)


def _number(xmp: Xmp, name: str) -> int:
    text = next(iter(xmp.get(f"{NAMESPACE} {name}", [])), "").strip()
    # Python takes seconds for numbers of many digits.
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else 0
