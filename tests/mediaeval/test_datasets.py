"""Data sets from archives like the official ones, small; and the official lists themselves."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from blackcamo.cli import main
from blackcamo.errors import InputError
from blackcamo.images import load_photo
from blackcamo.mediaeval.datasets import (
    DATASETS,
    Dataset,
    cover,
    prepare,
    read_list,
    read_prepared,
)

KONIQ = replace(DATASETS["koniq10k"], splits={"training": 1, "test": 2})
PLACES = replace(DATASETS["mepp20test"], splits={"test": 2})
HEADER = "image_name,c1,c2,c3,c4,c5,c_total,MOS,SD,set"


def jpeg(width_px: int, height_px: int, level: int = 90) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width_px, height_px), (level,) * 3).save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.fixture
def koniq(tmp_path: Path) -> Path:
    """A download folder: list and ZIP, in folders of their own."""
    folder = tmp_path / "downloads"
    (folder / "lists").mkdir(parents=True)
    rows = ["1.jpg,0,0,0,1,0,100,71.5,0.5,training", "2.jpg,0,0,1,0,0,99,50,0.5,test"]
    rows.append("3.jpg,1,0,0,0,0,99,4.25,0.5,test")
    (folder / "lists" / KONIQ.list_file).write_text("\n".join([HEADER, *rows]) + "\n")
    with zipfile.ZipFile(folder / "koniq10k_512x384.zip", "w") as archive:
        for n in "1234":
            archive.writestr(f"512x384/{n}.jpg", jpeg(512, 384, 40 * int(n)))
    return folder


@pytest.fixture
def places(tmp_path: Path) -> Path:
    """A download folder: list and TAR of pictures of two sizes."""
    folder = tmp_path / "downloads"
    folder.mkdir()
    (folder / PLACES.list_file).write_text("Places365_val_1.jpg\nPlaces365_val_2.jpg\n")
    with tarfile.open(folder / "val_large.tar", "w") as archive:
        for n, size in enumerate(((512, 683), (900, 512), (600, 600)), start=1):
            data = jpeg(*size)
            member = tarfile.TarInfo(f"val_large/Places365_val_{n}.jpg")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return folder


def test_koniq_is_copied_with_labels_and_splits(koniq: Path, tmp_path: Path) -> None:
    assert prepare(KONIQ, koniq, tmp_path / "out") == 3
    everything = read_prepared(tmp_path / "out")
    assert [(x.path.name, x.split, x.mos) for x in everything] == [
        ("1.jpg", "training", 71.5),
        ("2.jpg", "test", 50),
        ("3.jpg", "test", 4.25),
    ]
    assert everything[1].path.read_bytes() == jpeg(512, 384, 80)
    assert [x.path.name for x in read_prepared(tmp_path / "out", "test")] == ["2.jpg", "3.jpg"]
    with pytest.raises(InputError, match="has no split 'validation'; it has test, training"):
        read_prepared(tmp_path / "out", "validation")


def test_an_unpacked_archive_will_do(koniq: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(koniq / "koniq10k_512x384.zip") as archive:
        archive.extractall(koniq)
    (koniq / "koniq10k_512x384.zip").unlink()
    assert prepare(KONIQ, koniq, tmp_path / "out") == 3


def test_places_are_brought_to_the_size_of_the_task(places: Path, tmp_path: Path) -> None:
    assert prepare(PLACES, places, tmp_path / "out") == 2
    images = sorted((tmp_path / "out" / "images").iterdir())
    assert [path.name for path in images] == ["Places365_val_1.png", "Places365_val_2.png"]
    assert {load_photo(path).pixels.shape for path in images} == {(384, 512, 3)}
    assert [x.mos for x in read_prepared(tmp_path / "out", "test")] == [None, None]


@pytest.mark.parametrize(("width", "height"), [(1024, 900), (1200, 768), (300, 200), (512, 384)])
def test_a_crop_is_of_the_centre(width: int, height: int) -> None:
    x, y = np.meshgrid(np.linspace(0, 250, width), np.linspace(0, 250, height))
    pixels = np.stack([x, y, x], -1).round().astype(np.uint8)
    cropped = cover(pixels, width_px=512, height_px=384)
    assert cropped.shape == (384, 512, 3)
    np.testing.assert_allclose(cropped.mean((0, 1)), 125, atol=0.6)
    # One side is kept whole.
    spans = [int(np.ptp(cropped[..., channel])) for channel in (0, 1)]
    assert max(spans) >= 248


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (",set\n", ",split\n", "has no column 'set'"),
        ("training", "test", "lists 3 test; the official list has 2 test, 1 training"),
        ("3.jpg", "2.jpg", "lists 2.jpg 2 times"),
        ("3.jpg", "../3.jpg", "lists '../3.jpg', which is no file name"),
        ("71.5", "101", "has the opinion score '101'; it must be between 0 and 100"),
        ("71.5", "good", "has the opinion score 'good'"),
        (",71.5,0.5,training", "", "has the opinion score ''"),
        ("3.jpg", "5.jpg", "lacks 1 of 3 images, 5.jpg for one"),
    ],
)
def test_a_list_that_is_not_the_official_one_is_refused(
    koniq: Path, tmp_path: Path, old: str, new: str, says: str
) -> None:
    path = koniq / "lists" / KONIQ.list_file
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(InputError, match=says):
        prepare(KONIQ, koniq, tmp_path / "out")
    assert not (tmp_path / "out" / "labels.csv").exists()


def test_pictures_of_another_size_are_refused(koniq: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(koniq / "koniq10k_512x384.zip", "w") as archive:
        for n in "123":
            archive.writestr(f"{n}.jpg", jpeg(1024, 768))
    with pytest.raises(InputError, match="is 1024x768 px; it must be 512x384"):
        prepare(KONIQ, koniq, tmp_path / "out")
    assert not (tmp_path / "out" / "labels.csv").exists()


@pytest.mark.parametrize("keep", [0, 200])
@pytest.mark.parametrize("dataset", [KONIQ, PLACES])
def test_a_damaged_archive_is_one_line(
    dataset: Dataset, keep: int, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    source: Path = request.getfixturevalue("koniq" if dataset is KONIQ else "places")
    (archive,) = source.glob(dataset.pictures[0])
    archive.write_bytes(archive.read_bytes()[:keep])
    with pytest.raises(InputError, match="is damaged or cut short; download it again"):
        prepare(dataset, source, tmp_path / "out")


def test_the_command_prepares(
    places: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(DATASETS, "mepp20test", PLACES)
    out = tmp_path / "out"
    words = ["datasets", "prepare", "mepp20test", "--from", str(places), "--out", str(out)]
    assert main([*words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["images"] == 2
    assert main(words) == 0
    assert capsys.readouterr().out == f"2 images in {out}\n"
    assert main(["datasets", "prepare", "mepp20dev", "--from", str(places)]) == 2
    assert f"{places} has no MEPP20dev.csv" in capsys.readouterr().err
    assert main(["datasets", "prepare", "koniq", "--from", str(places)]) == 2
    assert "'koniq' is not one of" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "folder"), [("koniq10k", "koniq"), ("mepp20dev", "mepp20"), ("mepp20test", "mepp20")]
)
def test_the_official_lists_are_taken(name: str, folder: str, data_dir: Path) -> None:
    dataset = DATASETS[name]
    rows = read_list(dataset, data_dir / folder / dataset.list_file)
    assert len(rows) == {"koniq10k": 10073, "mepp20dev": 1000, "mepp20test": 550}[name]
