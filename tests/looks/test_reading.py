"""Looks of others: read as other programs read them, refused in one line where they are none."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from blackcamo.errors import PresetError
from blackcamo.looks import MAX_NODES, read_look
from tests.exporters.programs import imagemagick, run
from tests.looks.files import cube_text, film, write_hald

TWO = cube_text(film(2), header="")
SIZE = "LUT_3D_SIZE 2\n"


@pytest.mark.parametrize("size", [2, 17, 33, 65])
def test_a_cube_keeps_its_nodes(size: int, tmp_path: Path) -> None:
    (tmp_path / "film.cube").write_text(cube_text(film(size)))
    look = read_look(tmp_path / "film.cube")
    assert (look.name, look.size, look.notes) == ("film", size, ())
    assert np.abs(look.nodes / 65535 - film(size)).max() <= 0.5 / 65535 + 5e-7


def test_red_runs_fastest(tmp_path: Path) -> None:
    rows = "\n".join(f"{r} {g} {b}" for b in (0, 1) for g in (0, 1) for r in (0, 1))
    (tmp_path / "same.cube").write_text(SIZE + rows)
    look = read_look(tmp_path / "same.cube")
    assert look.nodes[0, 0, 1].tolist() == [65535, 0, 0]
    assert look.nodes[1, 0, 0].tolist() == [0, 0, 65535]


@pytest.mark.parametrize(
    "text",
    [
        f"# by hand\r\n\r\nTITLE \"a\" \r\n{SIZE}DOMAIN_MIN 0 0 0\r\nDOMAIN_MAX 1.0 1 1e0\r\n{TWO}",
        f"\ufeffLUT_3D_INPUT_RANGE 0.0 1.0\n{SIZE}\n{TWO}# the end\n\n",
        f"TITLE \"caf\u00e9\"\n\t{SIZE}  {TWO}".replace("0.", "+.", 1),
    ],
)  # fmt: skip
def test_what_other_programs_write_is_read(text: str, tmp_path: Path) -> None:
    (tmp_path / "film.CUBE").write_bytes(text.encode())
    assert np.abs(read_look(tmp_path / "film.CUBE").nodes / 65535 - film(2)).max() < 1e-5


# Å, х, 元 and 光 hold the byte 0x85 in UTF-8; text breaks there and at the others, bytes do not.
LETTERS = "\u00c5 \u0445 \u5143\u5149 \u2028 \x0b \x0c \x1c \x85"


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
@pytest.mark.parametrize("line", ['TITLE "{}"', "# {}"])
def test_letters_break_no_line(line: str, encoding: str, tmp_path: Path) -> None:
    letters = LETTERS.encode(encoding, "ignore").decode(encoding)
    assert len(letters) > 10
    data = f"{line.format(letters)}\n{SIZE}{TWO}".encode(encoding)
    assert b"\x85" in data
    (tmp_path / "film.cube").write_bytes(data)
    assert through_opencolorio(tmp_path / "film.cube") == pytest.approx(film(2)[0, 0, 1], abs=1e-5)
    look = read_look(tmp_path / "film.cube")
    assert np.abs(look.nodes / 65535 - film(2)).max() < 1e-5
    assert look.notes == ()


def through_opencolorio(path: Path) -> list[float]:
    """What OpenColorIO makes of pure red by a .cube file."""
    ocio = pytest.importorskip("PyOpenColorIO", reason="pip install opencolorio")
    look = ocio.FileTransform(str(path), interpolation=ocio.INTERP_LINEAR)
    processor = ocio.Config.CreateRaw().getProcessor(look).getDefaultCPUProcessor()
    return list(processor.applyRGB([1.0, 0.0, 0.0]))


ENDS = "DOMAIN_MIN 0 0 0\nDOMAIN_MAX 1 1 1\n"
HALF = len(TWO) // 2


@pytest.mark.parametrize(
    ("data", "extra", "opencolorio"),
    [
        (f"LUT_1D_INPUT_RANGE 0 1\n{SIZE}{TWO}", "range of curves without curves", True),
        (f"LUT_IN_VIDEO_RANGE no\n{SIZE}{TWO}", "LUT_IN_VIDEO_RANGE", True),
        (f"LUT_OUT_VIDEO_RANGE 0\n{SIZE}{TWO}", "LUT_OUT_VIDEO_RANGE", True),
        (f"{SIZE.lower()}{ENDS.lower()}{TWO}", "lower-case keywords", True),
        (f"// by hand\n{SIZE}{TWO}", "// comments", True),
        (f"{SIZE}{TWO}\0\0", "bytes 0 or 26 at the end", True),
        (f"{SIZE}{TWO}\x1a\r\n", "bytes 0 or 26 at the end", True),
        (f"LUT_3D_SIZE 2 # nodes\n{TWO}", "comments behind values", False),
        (f"{SIZE}DOMAIN_MIN 0 0 0 // black\n{TWO}", "comments behind values", False),
        (SIZE + TWO.replace("\n", " # row\n"), "comments behind values", False),
        (SIZE + TWO.replace("\n", " // row\n"), "comments behind values", False),
        (f"{SIZE}{TWO}{ENDS}", "keywords after colours", False),
        (f'{SIZE}{TWO[:HALF]}TITLE "x"\n{TWO[HALF:]}', "keywords after colours", False),
        ((SIZE + TWO).encode("utf-16"), "UTF-16", False),
        (b"\xfe\xff" + f"# \u5149\n{SIZE}{TWO}".encode("utf-16-be"), "UTF-16", False),
    ],
)
def test_what_changes_no_colour_is_read_and_said(
    data: str | bytes, extra: str, opencolorio: bool, tmp_path: Path
) -> None:
    path = tmp_path / "film.cube"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    look = read_look(path)
    assert np.abs(look.nodes / 65535 - film(2)).max() < 1e-5
    assert look.notes == (
        f"look 'film': has more than the format knows ({extra}), which changes no colour",
    )
    # Whatever OpenColorIO reads is read, and comes out the same.
    if opencolorio:
        assert through_opencolorio(path) == pytest.approx(film(2)[0, 0, 1], abs=1e-5)


@pytest.mark.parametrize("level", [2, 5, 8])
@pytest.mark.parametrize(("ending", "bits"), [("png", 8), ("png", 16), ("tiff", 16)])
def test_a_hald_keeps_its_nodes(level: int, ending: str, bits: int, tmp_path: Path) -> None:
    path = tmp_path / f"film.{ending}"
    table = write_hald(path, level, bits=bits)
    look = read_look(path)
    assert look.size == level**2
    np.testing.assert_array_equal(look.nodes, np.rint(table * 65535))


def test_imagemagicks_own_hald_changes_nothing(tmp_path: Path) -> None:
    run(imagemagick(), "hald:6", "-depth", "16", "same.png", folder=tmp_path)
    look = read_look(tmp_path / "same.png")
    axis = np.linspace(0, 1, 36)
    assert np.abs(look.nodes[3, 1, :, 0] / 65535 - axis).max() < 1e-4
    assert np.abs(look.nodes[:, 1, 3, 2] / 65535 - axis).max() < 1e-4


def test_grey_and_palette_halds_are_read(tmp_path: Path) -> None:
    write_hald(tmp_path / "film.png", 3, bits=8)
    with Image.open(tmp_path / "film.png") as colour:
        grey, few = colour.convert("L"), colour.quantize(200)
    grey.save(tmp_path / "grey.png")
    few.save(tmp_path / "few.png")
    Image.fromarray(np.asarray(grey).astype(np.uint16) * 257).save(tmp_path / "deep.png")
    look, deep = read_look(tmp_path / "grey.png"), read_look(tmp_path / "deep.png")
    assert (look.nodes == look.nodes[..., :1]).all()
    np.testing.assert_array_equal(look.nodes, deep.nodes)
    expected = np.asarray(few.convert("RGB")).reshape(9, 9, 9, 3).astype(int) * 257
    np.testing.assert_array_equal(read_look(tmp_path / "few.png").nodes, expected)


def test_more_nodes_than_are_kept_are_resampled_and_it_is_said(tmp_path: Path) -> None:
    table = write_hald(tmp_path / "film.png", 12)
    look = read_look(tmp_path / "film.png")
    assert look.size == MAX_NODES
    (note,) = look.notes
    assert "144 nodes per axis were resampled to 65, which moves a colour by 0." in note
    corners = np.ix_([0, -1], [0, -1], [0, -1])
    assert np.abs(look.nodes[corners] / 65535 - table[corners]).max() < 1e-4


def test_values_beyond_white_are_clipped_and_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "hot.cube").write_text(cube_text(film(2) * 1.2))
    look = read_look(tmp_path / "hot.cube")
    assert look.nodes.max() == 65535
    assert look.notes == ("look 'hot': values up to 0.14 outside of 0-1 were clipped",)
    (tmp_path / "warm.cube").write_text(cube_text(film(2) * 1.0525))
    assert read_look(tmp_path / "warm.cube").notes == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "has no LUT_3D_SIZE"),
        (TWO, "has no LUT_3D_SIZE: not a 3D .cube file"),
        (SIZE + "LUT_3D_SIZE 3\n" + TWO, "has LUT_3D_SIZE 2 and 3; keep the right one"),
        ("LUT_3D_SIZE\n" + TWO, "LUT_3D_SIZE is ''; it must be 2 to 129"),
        ("LUT_3D_SIZE 1\n0 0 0", "LUT_3D_SIZE is '1'"),
        ("LUT_3D_SIZE 2 2\n" + TWO, "LUT_3D_SIZE is '2 2'"),
        ("LUT_3D_SIZE " + "9" * 5000 + "\n" + TWO, "LUT_3D_SIZE is '99999999999999999999'"),
        ("LUT_3D_SIZE -2\n" + TWO, "LUT_3D_SIZE is '-2'"),
        ("LUT_3D_SIZE \u00b2\n" + TWO, "LUT_3D_SIZE is "),
        ("LUT_3D_SIZE 3\n" + TWO, "has 8 rows of colours; LUT_3D_SIZE 3 needs 27"),
        (SIZE + TWO + "0 0 0\n", "has 9 rows of colours"),
        (SIZE + TWO.replace(" 0.", " x.", 1), "a row is not three numbers"),
        (SIZE + TWO.replace(" ", ",", 1), "a row is not three numbers"),
        (SIZE + "0 0\n" * 8, "has 2 numbers in a row"),
        (SIZE + "0 0 0\n" * 7 + "0 0\n", "a row is not three numbers"),
        (SIZE + "0 0 0\n" * 7 + "0 0 nan\n", "gives a colour nan"),
        (SIZE + "0 0 0\n" * 7 + "0 0 -inf\n", "gives a colour -inf"),
        (SIZE + "0 0 0\n" * 7 + "0 1e999 0\n", "gives a colour inf"),
        (SIZE + "0 0 0\n" * 7 + "0 1e30 0\n", "gives a colour 1e+30; a look for photos maps 0-1"),
        (SIZE + "DOMAIN_MAX 2 2 2\n" + TWO, "DOMAIN_MAX is '2 2 2'; it must be 1 1 1"),
        (SIZE + "DOMAIN_MIN 0\n" + TWO, "DOMAIN_MIN is '0'; it must be 0 0 0"),
        (SIZE + "DOMAIN_MIN a b c\n" + TWO, "DOMAIN_MIN is 'a b c'"),
        (SIZE + "DOMAIN_MAX nan nan nan\n" + TWO, "DOMAIN_MAX is 'nan nan nan'"),
        (SIZE + "LUT_3D_INPUT_RANGE 0 4\n" + TWO, "LUT_3D_INPUT_RANGE is '0 4'; it must be 0 1"),
        ("LUT_1D_SIZE 8\n" + TWO, "holds curves"),
        ("LUT_1D_INPUT_RANGE 0 2\n" + SIZE + TWO, "LUT_1D_INPUT_RANGE is '0 2'; it must be 0 1"),
        ("LUT_IN_VIDEO_RANGE\n" + SIZE + TWO, "line 1: LUT_IN_VIDEO_RANGE: a look for video"),
        (SIZE + "lut_out_video_range yes\n" + TWO, "line 2: LUT_OUT_VIDEO_RANGE: a look for video"),
        (SIZE + TWO + "DOMAIN_MAX 4 4 4\n", "DOMAIN_MAX is '4 4 4'; it must be 1 1 1"),
        ("LUT_2D_SIZE 8\n" + TWO, "line 1: unknown keyword 'LUT_2D_SIZE'"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "unknown keyword '<!DOCTYPE'"),
        ("\x00\x01\x02", "unknown keyword '\\x00\\x01\\x02'"),
        ("x\x1b[31m\n", "unknown keyword 'x\\x1b[31m'"),
    ],
)  # fmt: skip
def test_what_is_no_cube_is_refused_in_one_short_line(text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "bad.cube").write_text(text)
    with pytest.raises(PresetError) as caught:
        read_look(tmp_path / "bad.cube")
    message = str(caught.value).replace(str(tmp_path), "")
    assert says in message
    assert message.isprintable()
    assert len(message) < 200


def test_what_is_no_hald_is_refused(tmp_path: Path) -> None:
    write_hald(tmp_path / "film.png", 2)
    with Image.open(tmp_path / "film.png") as image:
        image.save(tmp_path / "lossy.png", "JPEG")
    Image.new("RGB", (65, 64)).save(tmp_path / "oblong.png")
    Image.new("RGB", (100, 100)).save(tmp_path / "square.png")
    Image.new("RGB", (1, 1)).save(tmp_path / "one.png")
    Image.new("1", (4096, 4096)).save(tmp_path / "bomb.png")
    Image.new("CMYK", (64, 64)).save(tmp_path / "ink.tiff")
    Image.new("F", (64, 64)).save(tmp_path / "float.tiff")
    (tmp_path / "cut.png").write_bytes((tmp_path / "film.png").read_bytes()[:200])
    (tmp_path / "text.png").write_text("<svg/>")
    says = {
        "lossy.png": "is a JPEG picture; a look must be PNG or TIFF",
        "oblong.png": "65 x 64 pixels: no HaldCLUT",
        "square.png": "100 x 100 pixels: no HaldCLUT",
        "one.png": "1 x 1 pixels: no HaldCLUT",
        "bomb.png": "4096 x 4096 pixels; no look that can be read has more than 2,985,984",
        "ink.tiff": "samples of kind CMYK",
        "float.tiff": "samples of kind F",
        "cut.png": "damaged or cut short",
        "text.png": "not a picture that can be read",
    }
    for name, reason in says.items():
        with pytest.raises(PresetError, match=reason) as caught:
            read_look(tmp_path / name)
        assert "\n" not in str(caught.value)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.cube").mkdir()
    os.mkfifo(tmp_path / "pipe.cube")
    (tmp_path / "link.cube").symlink_to("/dev/zero")
    for name in ("folder.cube", "pipe.cube", "link.cube", "none.cube"):
        with pytest.raises(PresetError, match="is not a file; check the path"):
            read_look(tmp_path / name)
    with pytest.raises(PresetError, match=r"give a \.cube file or a HaldCLUT"):
        read_look(tmp_path / "film.3dl")
    with pytest.raises(PresetError):
        read_look(tmp_path / "nu\0ll.cube")


def test_a_name_is_short_and_printable(tmp_path: Path) -> None:
    path = tmp_path / f'a "film"\n\x1b{"x" * 60}.cube'
    path.write_text(SIZE + TWO)
    assert read_look(path).name == "a _film___" + "x" * 30


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    text=st.text(alphabet="LUT_3DSIZE 0129.-+eEnaif#\n\r\t\"<&x\u00b2\u2028", max_size=80)
    | st.text(alphabet="0123456789.-+eEnaif \n", max_size=60).map(lambda t: SIZE + t)
)  # fmt: skip
def test_fuzzed_cubes_raise_nothing_else(text: str, tmp_path: Path) -> None:
    (tmp_path / "fuzzed.cube").write_bytes(text.encode())
    with contextlib.suppress(PresetError):
        assert read_look(tmp_path / "fuzzed.cube").size == 2


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(place=st.integers(0, 700), value=st.integers(0, 255))
def test_damaged_halds_raise_nothing_else(place: int, value: int, tmp_path: Path) -> None:
    path = tmp_path / "film.png"
    write_hald(path, 2, bits=8)
    data = bytearray(path.read_bytes())
    data[place % len(data)] = value
    path.write_bytes(data)
    with contextlib.suppress(PresetError):
        assert read_look(path).size == 4
