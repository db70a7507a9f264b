"""Colours told by something other than an ICC profile; docs/colour.md has the table of it."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from blackcamo.images import Photo, load_photo
from blackcamo.images.icc import srgb_profile
from blackcamo.types import Pixels
from tests.images import profiles, scenes
from tests.images.files import chunk, encoded, save
from tests.images.scenes import BT2020, P3, chrm, cicp, clli, deep_png, gama, in_primaries, light

SCENE = scenes.scene()
LIGHT = light(SCENE)
Linear = scenes.Floats
P3_CODES = scenes.srgb_curve(in_primaries(LIGHT, P3))
BT2020_LIGHT = in_primaries(LIGHT, BT2020)


def load(folder: Path, name: str, data: bytes) -> Photo:
    (folder / name).write_bytes(data)
    return load_photo(folder / name)


def off(pixels: Pixels, expected: Pixels = SCENE) -> float:
    """Mean difference in levels."""
    return float(np.abs(pixels.astype(int) - expected).mean())


TOLD_IN_PNG: dict[str, tuple[Linear, tuple[tuple[bytes, bytes], ...]]] = {
    "cICP P3": (P3_CODES, (cicp(12, 13, 0, 1),)),
    "cICP BT.2020": (scenes.srgb_curve(BT2020_LIGHT), (cicp(9, 13, 0, 1),)),
    "cICP linear": (LIGHT, (cicp(1, 8, 0, 1),)),
    "cICP gamma 2.8": (LIGHT ** (1 / 2.8), (cicp(1, 5, 0, 1),)),
    "cICP of video": (LIGHT ** (1 / 2.4), (cicp(1, 1, 0, 1),)),
    "cICP before sRGB and gAMA": (P3_CODES, (cicp(12, 13, 0, 1), (b"sRGB", b"\0"), gama(1))),
    "gAMA linear": (LIGHT, (gama(1.0),)),
    "gAMA 1.8": (LIGHT ** (1 / 1.8), (gama(1.8),)),
    "gAMA and cHRM": (scenes.adobe(LIGHT), (gama(563 / 256), chrm(scenes.ADOBE))),
    "sRGB before gAMA": (scenes.srgb_curve(LIGHT), ((b"sRGB", b"\0"), gama(1))),
    "gAMA that means sRGB": (scenes.srgb_curve(LIGHT), (gama(2.2),)),
    "eXIf": (scenes.adobe(LIGHT), ((b"eXIf", scenes.exif(0xFFFF, "R03")[6:]),)),
}


@pytest.mark.parametrize("told", TOLD_IN_PNG)
@pytest.mark.parametrize(("bits", "most"), [(16, 0.05), (8, 3)])
def test_what_a_png_tells(tmp_path: Path, told: str, bits: int, most: float) -> None:
    codes, chunks = TOLD_IN_PNG[told]
    photo = load(tmp_path, "a.png", deep_png(codes, *chunks, bits=bits))
    assert off(photo.pixels) <= most
    assert photo.notes == ()


def test_that_is_not_what_the_codes_show_by_themselves() -> None:
    plain = [
        off(scenes.eight(codes)) for name, (codes, _) in TOLD_IN_PNG.items() if "sRGB" not in name
    ]
    assert min(plain) > 3.5


def test_a_grey_png_has_a_gamma_too(tmp_path: Path) -> None:
    photo = load(tmp_path, "a.png", deep_png(LIGHT[..., 1], gama(1)))
    assert off(photo.pixels, np.repeat(SCENE[..., 1:2], 3, axis=2)) == 0


def test_greys_stay_grey_in_any_encoding(tmp_path: Path) -> None:
    grey = np.repeat(np.linspace(0, 1, 96 * 64).reshape(64, 96, 1), 3, axis=2)
    for chunks in ([cicp(9, 16, 0, 1)], [gama(1.8), chrm(scenes.ADOBE)], [cicp(12, 13, 0, 1)]):
        assert np.ptp(load(tmp_path, "a.png", deep_png(grey, *chunks)).pixels, axis=2).max() == 0


def test_narrow_levels_are_widened_and_it_is_said(tmp_path: Path) -> None:
    codes = (16 + 219 * scenes.srgb_curve(LIGHT)) / 255
    photo = load(tmp_path, "a.png", deep_png(codes, cicp(1, 13, 0, 0)))
    assert off(photo.pixels) < 0.1
    assert photo.notes == ("cICP 1/13/0/0: levels 16 to 235 were taken for black to white",)


@pytest.mark.parametrize("code", ["PQ", "HLG"])
@pytest.mark.parametrize("kind", ["png", "avif", "heic"])
def test_hdr_without_highlights_is_the_scene_itself(tmp_path: Path, code: str, kind: str) -> None:
    codes, number = (
        (scenes.pq(BT2020_LIGHT), 16) if code == "PQ" else (scenes.hlg(BT2020_LIGHT), 18)
    )
    if kind == "png":
        data = deep_png(codes, cicp(9, number, 0, 1))
    elif kind == "avif":
        data = scenes.avif(codes, 9, number, 9, folder=tmp_path)
    else:
        pytest.importorskip("pillow_heif")
        data = scenes.heic(codes, 9, number, 9, deep=True)
    photo = load(tmp_path, f"a.{kind}", data)
    assert off(photo.pixels) < (0.05 if kind == "png" else 1.5)
    assert photo.notes == (f"HDR ({code}) was mapped to SDR, diffuse white of 203 cd/m² to white",)
    assert off(scenes.eight(codes)) > 20


@pytest.mark.parametrize(("numbers", "primaries", "curve"), [
    ((12, 13, 6), P3, scenes.srgb_curve),
    ((12, 2, 6), P3, scenes.srgb_curve),
    ((9, 14, 9), BT2020, scenes.srgb_curve),
    ((1, 8, 6), scenes.SRGB, lambda linear: linear),
])  # fmt: skip
@pytest.mark.parametrize("kind", ["avif", "heic"])
def test_what_numbers_of_heif_tell(
    tmp_path: Path,
    kind: str,
    numbers: tuple[int, int, int],
    primaries: tuple[tuple[float, float], ...],
    curve: Callable[[Linear], Linear],
) -> None:
    codes = curve(in_primaries(LIGHT, primaries))
    if kind == "avif":
        data = scenes.avif(codes, *numbers, folder=tmp_path)
    else:
        pytest.importorskip("pillow_heif")
        data = scenes.heic(codes, *numbers, deep=True)
    photo = load(tmp_path, f"a.{kind}", data)
    assert off(photo.pixels) < 1.5
    assert photo.notes == ()


def test_a_profile_goes_before_numbers_and_chunks(tmp_path: Path) -> None:
    p3 = profiles.matrix_profile(profiles.DISPLAY_P3, profiles.srgb_curve())
    path = save(
        tmp_path / "a.avif",
        scenes.eight(P3_CODES),
        icc_profile=p3,
        quality=100,
        subsampling="4:4:4",
    )
    assert off(load_photo(path).pixels) < 3
    image = Image.fromarray(scenes.eight(P3_CODES))
    data = encoded(image, "PNG", icc_profile=p3)
    data = data[:33] + chunk(*gama(1)) + chunk(*chrm(scenes.ADOBE)) + data[33:]
    assert off(load(tmp_path, "a.png", data).pixels) < 1
    jpeg = scenes.jpeg(P3_CODES, icc_profile=p3, exif=scenes.exif(0xFFFF, "R03"))
    assert off(load(tmp_path, "a.jpg", jpeg).pixels) < 2


def test_a_profile_that_cannot_be_used_gives_way_to_what_else_is_told(tmp_path: Path) -> None:
    exif = scenes.exif(0xFFFF, "R03")
    photo = load(
        tmp_path, "a.jpg", scenes.jpeg(scenes.adobe(LIGHT), icc_profile=b"no profile", exif=exif)
    )
    assert off(photo.pixels) < 1.5
    assert photo.notes == ("the colour profile is damaged or does not fit: taken as Adobe RGB",)


def test_numbers_for_hdr_in_a_profile_decide(tmp_path: Path) -> None:
    sdr = profiles.matrix_profile(profiles.SRGB, profiles.srgb_curve())
    profile = profiles.with_tag(sdr, b"cicp", b"cicp\0\0\0\0" + bytes((9, 16, 0, 1)))
    image = Image.fromarray(scenes.eight(scenes.pq(BT2020_LIGHT)))
    photo = load(tmp_path, "a.png", encoded(image, "PNG", icc_profile=profile))
    assert off(photo.pixels) < 2
    assert photo.notes[0].startswith("HDR (PQ) was mapped to SDR")


def test_16_bits_of_a_linear_profile_keep_their_shadows(tmp_path: Path) -> None:
    profile = profiles.matrix_profile(profiles.SRGB, profiles.gamma_curve(1.0))
    data = deep_png(LIGHT, (b"iCCP", b"linear\0\0" + zlib.compress(profile)))
    photo = load(tmp_path, "a.png", data)
    assert np.abs(photo.pixels.astype(int) - SCENE).max() <= 1


EXIF = {
    "R03": (0xFFFF, "R03"),
    "R03 and a null": (0xFFFF, "R03\0"),
    "the value 2": (2, None),
}


# In a TIFF that Pillow writes R03 is lost, see findings/pillow-tiff-interoperability.sh.
@pytest.mark.parametrize(
    ("said", "suffix"),
    [*((said, suffix) for said in EXIF for suffix in ("jpg", "webp")), ("the value 2", "tiff")],
)
def test_cameras_set_to_adobe_rgb(tmp_path: Path, said: str, suffix: str) -> None:
    codes, exif = scenes.adobe(LIGHT), scenes.exif(*EXIF[said])
    if suffix == "jpg":
        photo = load(tmp_path, "a.jpg", scenes.jpeg(codes, exif=exif))
    else:
        image, path = Image.fromarray(scenes.eight(codes)), tmp_path / f"a.{suffix}"
        photo = load_photo(save(path, image, exif=exif, lossless=True))
    assert off(photo.pixels) < 1.5
    assert photo.notes == ()
    assert off(scenes.eight(codes)) > 3


@pytest.mark.parametrize(
    ("space", "index"), [(1, None), (1, "R03"), (0xFFFF, "R98"), (None, "R03")]
)
def test_exif_that_means_srgb(tmp_path: Path, space: int | None, index: str | None) -> None:
    photo = load(tmp_path, "a.jpg", scenes.jpeg(SCENE / 255, exif=scenes.exif(space, index)))
    assert off(photo.pixels) < 1
    assert photo.notes == ()


UNSURE = {
    "EXIF says that its colours are not sRGB's, and no profile says which: taken as sRGB": [
        ("a.jpg", scenes.jpeg(SCENE / 255, exif=scenes.exif(0xFFFF))),
        ("a.jpg", scenes.jpeg(SCENE / 255, exif=scenes.exif(0xFFFD))),
    ],
    "its cHRM chunk has no gAMA beside it: taken as sRGB": [
        ("a.png", deep_png(SCENE / 255, chrm(P3))),
    ],
    "its cHRM chunk holds no primaries: taken as sRGB": [
        ("a.png", deep_png(SCENE / 255, gama(2.2), (b"cHRM", bytes(32)))),
        ("a.png", deep_png(SCENE / 255, gama(2.2), chrm(((0.3, 0.3),) * 3))),
    ],
    "its gAMA chunk is damaged: taken as sRGB": [
        ("a.png", deep_png(SCENE / 255, (b"gAMA", bytes(4)))),
        ("a.png", deep_png(SCENE / 255, (b"gAMA", b"\xff" * 4))),
    ],
    "cICP 2/2/0/1 is not supported: taken as sRGB": [
        ("a.png", deep_png(SCENE / 255, cicp(2, 2, 0, 1))),
    ],
    "cICP 12/13/1/1 is not supported: taken as the space of gAMA and cHRM": [
        ("a.png", deep_png(LIGHT, cicp(12, 13, 1, 1), gama(1))),
    ],
    "its cICP chunk is damaged: taken as sRGB": [
        ("a.png", deep_png(SCENE / 255, (b"cICP", b"\1\15"), (b"sRGB", b"\0"))),
    ],
}  # fmt: skip


@pytest.mark.parametrize("note", UNSURE)
def test_what_cannot_be_told_gets_a_note(tmp_path: Path, note: str) -> None:
    for name, data in UNSURE[note]:
        photo = load(tmp_path, name, data)
        assert photo.notes == (note,)
        assert off(photo.pixels) < 1


def test_the_brightest_light_that_is_said_goes_before_what_is_seen(tmp_path: Path) -> None:
    codes = scenes.pq(BT2020_LIGHT)
    said = load(tmp_path, "a.png", deep_png(codes, cicp(9, 16, 0, 1), clli(1000)))
    assert (
        "highlights up to 1000 cd/m² were compressed, and all else lies 1.0 EV lower"
        in said.notes[0]
    )
    unknown = load(tmp_path, "a.png", deep_png(codes, cicp(9, 16, 0, 1), clli(0)))
    assert off(unknown.pixels) < 0.05


def test_our_own_files_tell_nothing_new(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png", SCENE, icc_profile=srgb_profile())
    np.testing.assert_array_equal(load_photo(path).pixels, SCENE)
