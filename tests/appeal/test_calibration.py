"""`scripts/calibrate` learns from a folder of verdicts, and says how well."""

from __future__ import annotations

import csv
import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from PIL import Image

from blackcamo.testing.filters import make_photo
from blackcamo.types import Pixels
from blackcamo.vision.arrays import to_pixels

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def calibration() -> ModuleType:
    spec = importlib.util.spec_from_file_location("calibration", ROOT / "scripts/calibration.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["calibration"] = module
    spec.loader.exec_module(module)
    return module


def flat(pixels: Pixels) -> Pixels:
    return np.asarray(np.rint((pixels - 127.5) * 0.75 + 127.5), np.uint8)


def contrasty(pixels: Pixels) -> Pixels:
    return np.asarray(np.rint(np.clip((pixels - 127.5) * 1.25 + 127.5, 0, 255)), np.uint8)


def make_verdicts(folder: Path, photos: Path, *, liked: str) -> Path:
    """Five photos, each less and more contrasty; viewers post and prefer ``liked``."""
    folder.mkdir(exist_ok=True)
    rows = []
    for number in range(5):
        base = to_pixels(make_photo(120, 160).roll(17 * number, dims=2))
        photo = np.asarray(np.rint(40 + base * (0.5 + 0.05 * number)), np.uint8)
        Image.fromarray(photo).save(photos / f"{number}.png")
        for name, edit in (("flat", flat), ("contrasty", contrasty)):
            Image.fromarray(edit(photo)).save(folder / f"{name}{number}.jpg", quality=95)
            is_liked = name == liked
            row = {"picture": f"{name}{number}.jpg", "photo": f"{number}.png", "who": "x"}
            if number:
                row["edit"] = name
            for look in (1, 2):
                row[f"post_{look}"] = "POST" if is_liked else "NOT"
                row[f"against_{look}"] = "BETTER" if is_liked else "WORSE"
            rows.append(row)
    # A picture that one viewer saw, and one that nobody did.
    rows[0] |= {"post_2": "", "against_2": ""}
    rows.append({"picture": "flat0.jpg", "photo": "0.png"})
    with (folder / "verdicts.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, sorted({key for row in rows for key in row}))
        writer.writeheader()
        writer.writerows(rows)
    return folder


def test_it_writes_constants_with_their_provenance(
    calibration: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    folder = make_verdicts(tmp_path / "mine", photos, liked="contrasty")
    written, report = tmp_path / "constants.json", tmp_path / "report.md"
    options = ["--photos", str(photos), "--write", str(written), "--report", str(report)]
    calibration.main([str(folder), *options])
    found = json.loads(written.read_text())
    said = json.loads(capsys.readouterr().out)
    assert found["calibration"] == said
    assert (said["pictures"], said["photos"], said["looks"]) == (10, 5, 19)
    assert said["folders"] == ["mine"]
    assert said["digest"] == calibration.digest([folder])
    assert said["quality"]["left_out"]["auc_post"] == 1.0
    assert said["quality"]["left_out"]["auc_better"] == 1.0
    assert "| flat | 4 | 0.00 | 0.00 |" in report.read_text()
    assert "| unnamed | 2 |" in report.read_text()


def test_weights_follow_the_verdicts(calibration: ModuleType, tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    fits = {}
    for liked in ("contrasty", "flat"):
        folder = make_verdicts(tmp_path / liked, photos, liked=liked)
        fits[liked] = calibration.fit(calibration.read([folder], photos))
    as_seen, upside_down = fits["contrasty"], fits["flat"]
    assert as_seen.complaints["flat"] > upside_down.complaints["flat"] * 1.3
    assert as_seen.gains["contrast"] > upside_down.gains["contrast"]
    # Of what no verdict speaks, the prior stays; and no weight changes its sign.
    assert as_seen.complaints["banding"] == pytest.approx(
        calibration.PRIOR.complaints["banding"], rel=0.01
    )
    assert min(upside_down.complaints.values()) > 0


def test_the_area_under_the_curve_counts_each_look(calibration: ModuleType) -> None:
    values = np.array([1.0, 2.0, 3.0])
    yes, no = np.array([0.0, 1.0, 2.0]), np.array([2.0, 1.0, 0.0])
    # Of 3 x 3 pairs one is a tie.
    assert calibration.auc(values, yes, no) == pytest.approx(8.5 / 9)
    assert calibration.auc(-values, yes, no) == pytest.approx(0.5 / 9)


def test_the_constants_of_the_package_are_of_the_parts_that_are_fitted(
    calibration: ModuleType,
) -> None:
    content = json.loads((ROOT / "blackcamo/appeal/calibration.json").read_text())
    assert content["weights"]["complaints"].keys() == calibration.PRIOR.complaints.keys()
    assert content["calibration"]["looks"] > 0
    assert torch.tensor(list(content["weights"]["complaints"].values())).min() > 0
