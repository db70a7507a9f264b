"""Panoramas of a full turn keep what viewers need to wrap them around, and nothing more."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from PIL import Image

from blackcamo.channel import Channel
from blackcamo.images import encode_png, load_photo
from blackcamo.images.panorama import Panorama
from tests.images.files import picture, save
from tests.images.test_metadata import exiftool

WIDE = picture(192, 96)
LEFT_OUT = "its panorama data (GPano) were left out"


def gpano(properties: Mapping[str, object], *, as_elements: bool = False) -> bytes:
    inside = "".join(f"<G:{k}>{v}</G:{k}>" for k, v in properties.items()) if as_elements else ""
    attributes = "" if as_elements else " ".join(f'G:{k}="{v}"' for k, v in properties.items())
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        f'xmlns:G="http://ns.google.com/photos/1.0/panorama/" {attributes}>{inside}'
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode()


def sizes(part: object, whole: object, **more: object) -> dict[str, object]:
    return {"CroppedAreaImageWidthPixels": part, "FullPanoWidthPixels": whole, **more}


SPHERE: dict[str, object] = {"ProjectionType": "equirectangular"}
ALL_ROUND: dict[str, tuple[dict[str, object], Panorama]] = {
    "sphere": (SPHERE | sizes(192, 192), Panorama("equirectangular", 192, 96, 96, 0)),
    "without sizes": (SPHERE, Panorama("equirectangular", 192, 96, 96, 0)),
    "of a larger one": (
        SPHERE | sizes(384, 384, FullPanoHeightPixels=384, CroppedAreaTopPixels=100),
        Panorama("equirectangular", 192, 96, 192, 50),
    ),
    "cylinder": (
        {"ProjectionType": "cylindrical"} | sizes(192, 192),
        Panorama("cylindrical", 192, 96, 96, 0),
    ),
    "heights that cannot be": (
        SPHERE | sizes(192, 192, FullPanoHeightPixels=40, CroppedAreaTopPixels=9),
        Panorama("equirectangular", 192, 96, 96, 0),
    ),
}


@pytest.mark.parametrize("kind", ALL_ROUND)
@pytest.mark.parametrize("as_elements", [False, True])
def test_edges_that_meet(tmp_path: Path, kind: str, as_elements: bool) -> None:
    properties, expected = ALL_ROUND[kind]
    block = gpano(properties, as_elements=as_elements)
    photo = load_photo(save(tmp_path / "a.jpg", WIDE, xmp=block))
    assert photo.credit.panorama == expected
    assert photo.notes == ()


@pytest.mark.parametrize(
    "properties",
    [
        SPHERE | sizes(192, 400),
        SPHERE | sizes(0, 400),
        SPHERE | sizes("9" * 5000, "9" * 5000),
        {"ProjectionType": "cylindrical"},
        {"ProjectionType": "perspective"} | sizes(192, 192),
        {"UsePanoramaViewer": "True"},
    ],
)
def test_other_panoramas_are_pictures_like_any(
    tmp_path: Path, properties: dict[str, object]
) -> None:
    photo = load_photo(save(tmp_path / "a.jpg", WIDE, xmp=gpano(properties)))
    assert photo.credit.panorama is None
    assert photo.notes == (LEFT_OUT,)


def test_what_goes_out_wraps_around_and_says_nothing_else(tmp_path: Path) -> None:
    private = {"PoseHeadingDegrees": 81.5, "CaptureSoftware": "secret", "SourcePhotosCount": 7}
    block = gpano(SPHERE | sizes(192, 192) | private)
    photo = load_photo(save(tmp_path / "a.jpg", WIDE, xmp=block))
    for name, data in (
        ("b.jpg", Channel().encode(photo.pixels, photo.credit)),
        ("b.png", encode_png(photo.pixels, photo.credit)),
    ):
        (tmp_path / name).write_bytes(data)
        again = load_photo(tmp_path / name)
        assert again.credit.panorama == photo.credit.panorama
        assert again.notes == ()
        assert b"secret" not in data
        (found,) = json.loads(exiftool("-json", "-G1", "-a", str(tmp_path / name)))
        said = {k.split(":")[1]: v for k, v in found.items() if k.startswith("XMP-GPano:")}
        assert said == {
            "ProjectionType": "equirectangular",
            "UsePanoramaViewer": True,
            "FullPanoWidthPixels": 192,
            "FullPanoHeightPixels": 96,
            "CroppedAreaImageWidthPixels": 192,
            "CroppedAreaImageHeightPixels": 96,
            "CroppedAreaLeftPixels": 0,
            "CroppedAreaTopPixels": 0,
        }


def test_what_has_another_size_is_no_panorama(tmp_path: Path) -> None:
    photo = load_photo(save(tmp_path / "a.jpg", WIDE, xmp=gpano(SPHERE | sizes(192, 192))))
    assert b"GPano" in Channel().encode(photo.pixels, photo.credit)
    assert b"GPano" not in Channel().encode(photo.pixels[:, 8:], photo.credit)
    assert b"GPano" not in encode_png(photo.pixels[8:], photo.credit)


def test_a_scaled_copy_is_one_of_its_own(tmp_path: Path) -> None:
    small = Image.fromarray(WIDE).resize((96, 48))
    photo = load_photo(save(tmp_path / "a.jpg", small, xmp=gpano(SPHERE | sizes(192, 192))))
    assert photo.credit.panorama == Panorama("equirectangular", 96, 48, 48, 0)
