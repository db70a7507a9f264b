"""HaldCLUTs for other spaces than sRGB: converted as RawTherapee applies them, or refused."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from blackcamo.errors import PresetError
from blackcamo.looks import read_look
from blackcamo.looks.table import Table, lattice, looked_up
from blackcamo.types import Pixels
from tests.exporters.programs import program, run
from tests.images import profiles, scenes
from tests.images.files import chunk
from tests.looks.files import film, write_hald

PHOTO = scenes.scene()
LEVEL = 8


def with_chunks(path: Path, *chunks: tuple[bytes, bytes]) -> None:
    """Add chunks behind the header of a PNG."""
    data = path.read_bytes()
    path.write_bytes(data[:33] + b"".join(chunk(*c) for c in chunks) + data[33:])


def iccp(profile: bytes) -> tuple[bytes, bytes]:
    return b"iCCP", b"of a test\0\0" + zlib.compress(profile)


def graded(path: Path) -> Pixels:
    """The photo as this look makes it."""
    colours = looked_up(read_look(path).nodes / 65535, PHOTO / 255)
    return np.asarray(np.rint(colours * 255), np.uint8)


def off(one: Pixels, other: Pixels) -> float:
    return float(np.abs(one.astype(int) - other).mean())


def by_rawtherapee(clut: Path) -> Pixels:
    folder = clut.parent
    (folder / "settings").mkdir()
    (folder / "settings" / "options").write_text(f"[Color Management]\nClutsDirectory={folder}\n")
    (folder / "a.pp3").write_text(
        "[Version]\nAppVersion=5.9\nVersion=349\n\n"
        f"[Film Simulation]\nEnabled=true\nClutFilename={clut.name}\nStrength=100\n"
    )
    Image.fromarray(PHOTO).save(folder / "photo.png")
    cli = program("rawtherapee-cli", "rawtherapee")
    words = ["-a", "-Y", "-n", "-b8", "-p", "a.pp3", "-o", "result.png", "-c", "photo.png"]
    run(cli, *words, folder=folder, RT_SETTINGS=str(folder / "settings"))
    with Image.open(folder / "result.png") as image:
        return np.asarray(image.convert("RGB"))


@pytest.mark.parametrize(
    "name",
    ["film", "film sRGB", "film Adobe RGB", "film ProPhoto", "film_WideGamut", "filmRec2020"],
)
def test_names_mean_what_they_mean_to_rawtherapee(tmp_path: Path, name: str) -> None:
    path = tmp_path / f"{name}.png"
    write_hald(path, LEVEL)
    assert off(graded(path), by_rawtherapee(path)) < 0.3
    plain = np.rint(looked_up(film(LEVEL**2), PHOTO / 255) * 255).astype(np.uint8)
    if name not in ("film", "film sRGB"):
        assert off(graded(path), plain) > 2
        assert any("converted to sRGB" in note for note in read_look(path).notes)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a Adobe RGB", "b AdobeRGB"),
        ("a Adobe RGB", "c-adobe-rgb (1998)"),
        ("a ProPhoto", "b prophotoRGB"),
        ("a Rec2020", "b BT.2020"),
    ],
)
def test_spellings(tmp_path: Path, one: str, other: str) -> None:
    for name in (one, other):
        write_hald(tmp_path / f"{name}.png", 4)
    first, second = (read_look(tmp_path / f"{name}.png").nodes for name in (one, other))
    np.testing.assert_array_equal(first, second)


P3 = profiles.matrix_profile(profiles.DISPLAY_P3, profiles.srgb_curve())


@pytest.mark.parametrize("name", ["film", "film ProPhoto"])
def test_a_profile_in_the_file_goes_before_its_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / f"{name}.png"
    table = write_hald(path, LEVEL)
    with_chunks(path, iccp(P3))
    # From sRGB to P3, through the table, and back.
    in_p3 = scenes.srgb_curve(scenes.in_primaries(scenes.light(PHOTO), scenes.P3)).clip(0, 1)
    made = profiles.srgb_decode(looked_up(table, in_p3)).clip(0)
    back = made @ np.linalg.inv(_p3_of_srgb()).T
    expected = np.rint(255 * profiles.srgb_encode(back)).astype(np.uint8)
    assert off(graded(path), expected) < 0.3
    assert read_look(path).notes[0] == (
        f"look {name!r}: made for the space of its profile, converted to sRGB"
    )


def _p3_of_srgb() -> Table:
    return np.asarray(scenes.in_primaries(np.eye(3), scenes.P3)).T


@pytest.mark.parametrize("told", [iccp(P3), scenes.cicp(12, 13, 0, 1), scenes.gama(1.0)])
def test_what_changes_nothing_there_changes_nothing_here(
    tmp_path: Path, told: tuple[bytes, bytes]
) -> None:
    path = tmp_path / "same.png"
    same = np.rint(lattice(LEVEL**2).reshape(LEVEL**3, LEVEL**3, 3) * 65535).astype(np.uint16)
    path.write_bytes(scenes.deep_png(same / 65535, told))
    assert off(graded(path), PHOTO) < (3 if told[0] == b"gAMA" else 0.5)


def test_srgb_under_any_name_changes_no_node(tmp_path: Path) -> None:
    path = tmp_path / "film.png"
    table = write_hald(path, 4)
    foreign = profiles.matrix_profile(profiles.SRGB, profiles.srgb_curve())
    for told in ([iccp(foreign)], [(b"sRGB", b"\0"), scenes.gama(2.2)], [scenes.cicp(1, 13, 0, 1)]):
        write_hald(path, 4)
        with_chunks(path, *told)
        look = read_look(path)
        np.testing.assert_array_equal(look.nodes, np.rint(table * 65535))
        assert look.notes == ()


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("film ACESp1", "a look for acesp1, not for sRGB; convert it, or rename it"),
        ("film BestRGB", "a look for bestrgb"),
        ("film S-Log3", "a look for a camera curve"),
        ("film_LogC", "a look for a camera curve"),
    ],
)
def test_names_of_what_is_not_read_are_refused(tmp_path: Path, name: str, says: str) -> None:
    write_hald(tmp_path / f"{name}.png", 2)
    with pytest.raises(PresetError, match=says):
        read_look(tmp_path / f"{name}.png")


@pytest.mark.parametrize("name", ["Catalog", "analog", "ProPhoto film", "log cabin"])
def test_names_that_only_look_so_are_read(tmp_path: Path, name: str) -> None:
    write_hald(tmp_path / f"{name}.png", 2)
    assert read_look(tmp_path / f"{name}.png").notes == ()


def test_spaces_that_cannot_be_undone_are_refused(tmp_path: Path) -> None:
    for told, says in (
        (scenes.cicp(9, 16, 0, 1), "a look for cICP 9/16/0/1, which cannot be undone"),
        (scenes.cicp(1, 13, 0, 0), "a look for cICP 1/13/0/0, which cannot be undone"),
    ):
        write_hald(tmp_path / "film.png", 2)
        with_chunks(tmp_path / "film.png", told)
        with pytest.raises(PresetError, match=says):
            read_look(tmp_path / "film.png")


def test_a_damaged_profile_is_said(tmp_path: Path) -> None:
    write_hald(tmp_path / "film.png", 2)
    with_chunks(tmp_path / "film.png", iccp(b"no profile"))
    assert read_look(tmp_path / "film.png").notes == (
        "look 'film': the colour profile is damaged or does not fit: taken as sRGB",
    )
