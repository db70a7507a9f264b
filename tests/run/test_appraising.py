"""`blackcamo appeal` judges edits that were made by other programs."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from blackcamo.appeal import critic
from blackcamo.channel import Channel
from blackcamo.cli import main
from blackcamo.run import appraise
from blackcamo.run.appraising import appraise_pixels
from blackcamo.testing.edits import ladder
from tests.exporters import programs


def test_edits_by_imagemagick_are_ranked_as_people_would(
    kodak: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = {
        "same": [],
        "look": ["-modulate", "103,85", "-sigmoidal-contrast", "2x50%", "-gravity", "center",
                 "-crop", "94%x94%+0+0", "+repage"],
        "cast": ["-channel", "G", "-evaluate", "multiply", "1.35"],
        "noise": ["-seed", "7", "-attenuate", "0.5", "+noise", "Gaussian"],
        "posterised": ["-posterize", "4"],
        "blurred": ["-blur", "0x3"],
    }  # fmt: skip
    edits = []
    for name, edit in words.items():
        edits.append(tmp_path / f"{name}.jpg")
        command = [programs.imagemagick(), str(kodak[22]), *edit, "-quality", "92", str(edits[-1])]
        subprocess.run(command, check=True)
    assert main(["appeal", str(kodak[22]), *map(str, edits), "--json"]) == 0
    results = json.loads(capsys.readouterr().out)["results"]
    appeal = {Path(r["photo"]).stem: r["appeal"] for r in results}
    assert appeal["same"] > 80
    assert appeal["look"] > 70
    for ugly in ("cast", "noise", "posterised", "blurred"):
        assert appeal[ugly] < 60, ugly
    assert all(r["appeal"] <= min(r["parts"].values()) + 10 for r in results)


def test_what_fails_is_one_line_and_the_others_are_judged(
    kodak: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.fromarray(np.zeros((300, 400, 3), np.uint8)).save(tmp_path / "black.png")
    missing = tmp_path / "missing.jpg"
    names = [str(kodak[0]), str(missing), str(tmp_path / "black.png"), str(kodak[0])]
    assert main(["appeal", *names]) == 2
    captured = capsys.readouterr()
    lines = captured.err.strip().splitlines()
    assert len(lines) == 2
    assert "missing.jpg" in lines[0]
    assert "black.png" in lines[1]
    assert "name an edit of this very photo" in lines[1]
    assert len(captured.out.splitlines()) == 2


@pytest.mark.parametrize(
    ("edit", "least"),
    [
        (["-crop", "767x511+1+1", "+repage", "-resize", "768x512!"], 85),
        (["-crop", "735x511+1+1", "+repage", "-filter", "Lanczos", "-resize", "768x512!"], 80),
        (["-background", "black", "-virtual-pixel", "black", "-distort", "SRT", "0.7"], 80),
        (["-virtual-pixel", "edge", "-distort", "SRT", "1.03 0.7"], 80),
        (["-virtual-pixel", "black", "-distort", "Affine", "0,0 0.5,0.5"], 80),
        (["-virtual-pixel", "black", "-distort", "Affine", "0,0 12,-7"], 80),
        (["-virtual-pixel", "edge", "-distort", "Barrel", "0 0.01 0 0.985"], 80),
        (["-modulate", "102,112", "-crop", "740x490+9+15", "+repage", "-resize", "768x512!"], 80),
        (["-resize", "40%"], 75),
        (["-bordercolor", "#faf9f5", "-border", "40"], 80),
    ],
    ids=["a pixel", "aspect", "turned", "turned back", "half a pixel", "moved", "lens", "look",
         "smaller", "border"],
)  # fmt: skip
def test_where_an_edit_lies_costs_nothing(
    kodak: list[Path], tmp_path: Path, edit: list[str], least: float
) -> None:
    edited = tmp_path / "edited.jpg"
    command = [programs.imagemagick(), str(kodak[4]), *edit, "-quality", "92", str(edited)]
    subprocess.run(command, check=True)
    (found,) = appraise(kodak[4], [edited])
    assert found.appeal is not None, found.error
    assert found.appeal > least


def test_damage_in_a_crop_is_damage(kodak: list[Path], tmp_path: Path) -> None:
    edited = tmp_path / "edited.jpg"
    edit = ["-crop", "740x490+9+15", "+repage", "-resize", "768x512!", "-blur", "0x3"]
    subprocess.run([programs.imagemagick(), str(kodak[4]), *edit, str(edited)], check=True)
    (found,) = appraise(kodak[4], [edited])
    assert found.appeal is not None
    assert found.appeal < 40


@pytest.mark.parametrize("edit", [["-flop"], ["-rotate", "90"], ["-negate"]])
def test_what_is_not_comparable_has_no_number(
    kodak: list[Path], tmp_path: Path, edit: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    edited = tmp_path / "edited.png"
    subprocess.run([programs.imagemagick(), str(kodak[4]), *edit, str(edited)], check=True)
    assert main(["appeal", str(kodak[4]), str(edited), "--json"]) == 2
    captured = capsys.readouterr()
    (result,) = json.loads(captured.out)["results"]
    assert result["appeal"] is None
    assert "not comparable" in result["error"]
    assert len(captured.err.strip().splitlines()) == 1


def test_from_python(kodak: list[Path]) -> None:
    (found,) = appraise(kodak[2], [kodak[2]], mode="imperceptible")
    assert found.appeal is not None
    assert found.appeal > 70
    assert set(found.parts) >= {"flat", "faded", "soft", "grain", "damaged", "framing", "liked"}


@pytest.mark.parametrize("number", [4, 17])
def test_what_a_search_knows_and_what_is_found_agree(kodak: list[Path], number: int) -> None:
    image = Image.open(kodak[number]).convert("RGB")
    image.thumbnail((448, 448))
    pixels, measure = np.asarray(image), critic.create()
    apart, ranks = [], []
    for edit in ladder():
        if edit.kind == "overdone" or edit.strength != 2:
            continue
        views, delivered = edit.render(pixels, Channel())
        with torch.inference_mode():
            (known,) = measure(views, "enhance")
        found = appraise_pixels(pixels, delivered, measure, "enhance")
        apart.append(abs(known.value - found.value))
        ranks.append((edit.kind == "tasteful", found.value))
    assert np.median(apart) < 3
    assert np.percentile(apart, 90) < 15
    tasteful, ugly = ([v for kind, v in ranks if kind is wanted] for wanted in (True, False))
    assert np.mean([t > u for t in tasteful for u in ugly]) > 0.95
