"""transfer: camouflages for one scorer, judged by others."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

from blackcamo import run
from blackcamo.channel import Channel
from blackcamo.errors import InputError, OptionError
from blackcamo.images import load_photo
from blackcamo.run import TransferCell, TransferRow, transferring
from blackcamo.run.transferring import cells
from blackcamo.testing import CountingScorer
from blackcamo.types import Pixels, ScorerInfo, ScorerOptions
from tests.cli.program import PROGRAM
from tests.run.conftest import paleness
from tests.run.finished import searched


def warmth(image: Pixels) -> float:
    """High for blue pictures: lower is better."""
    means = image.mean((0, 1))
    return float(100 - means[2] / 2.55)


JUDGES = {
    "counting": (paleness, ScorerInfo(name="counting")),
    "warmth": (warmth, ScorerInfo(name="warmth", threshold=60, higher_is_better=False)),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("transferring")
    assert searched(folder, budget=40, alternatives=1).succeeded
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "copy"))


@pytest.fixture
def judges(monkeypatch: pytest.MonkeyPatch) -> dict[str, CountingScorer]:
    """Scorers by spec, which remember what they are shown."""
    found = {name: CountingScorer(measure, info=info) for name, (measure, info) in JUDGES.items()}
    monkeypatch.setattr(transferring, "load_scorer", lambda spec, _: found[spec])
    return found


def judged(folder: Path, *targets: Path | str, by: tuple[str, ...], **more: Any) -> Any:
    return run.transfer(
        targets or [folder / "out"],
        scorers={name: ScorerOptions() for name in by},
        storage=folder / "out" / "studies.journal",
        photos=[folder],
        **more,
    )


def test_others_are_asked_and_the_attacked_one_is_not(
    folder: Path, judges: dict[str, CountingScorer]
) -> None:
    found = judged(folder, by=("counting", "warmth"))
    assert not found.errors
    own, other = found.rows
    preset = json.loads((folder / "out" / "photo.preset.json").read_text())["provenance"]
    assert (own.score_before, own.score_after) == (preset["score_before"], preset["score_after"])
    assert (own.recorded, own.high_before, own.high_after) == (True, True, False)
    photo, camouflage = (
        load_photo(folder / name).pixels for name in ("photo.jpg", "out/photo.camo.jpg")
    )
    assert other.score_before == pytest.approx(warmth(Channel().send(photo)[1]))
    assert other.score_after == pytest.approx(warmth(camouflage))
    # The lower is the better, so that quality falls where the score rises.
    assert other.drop == pytest.approx(other.score_after - other.score_before)
    assert other.high_before == (other.score_before <= 60)
    assert (judges["counting"].images, judges["warmth"].images) == (0, 2)
    assert {name: counts["total"] for name, counts in found.queries.items()} == {
        "counting": 0,
        "warmth": 2,
    }
    assert all(call == (1, True) for call in judges["warmth"].calls)


def test_a_study_has_the_pixels_of_its_file(
    folder: Path, judges: dict[str, CountingScorer]
) -> None:
    (of_file,) = judged(folder, by=("warmth",)).rows[:1]
    (of_study,) = judged(folder, "photo", by=("warmth",)).rows[:1]
    assert of_study.score_after == of_file.score_after


def test_where_the_attacked_one_does_not_judge_what_it_said_is_told(
    folder: Path, judges: dict[str, CountingScorer]
) -> None:
    found = judged(folder, by=("warmth",))
    assert [(cell.attacked, cell.judged) for cell in found.cells] == [
        ("counting", "warmth"),
        ("counting", "counting"),
    ]
    assert "counting" not in found.queries


def test_another_version_of_the_attacked_one_is_asked(
    folder: Path, judges: dict[str, CountingScorer]
) -> None:
    judges["counting"].info = ScorerInfo(name="counting", digest="ab")
    found = judged(folder, by=("counting",))
    assert [row.recorded for row in found.rows] == [False]
    assert judges["counting"].images == 2
    assert found.notes == ("counting is not the version that was attacked, and is asked",)


def test_of_two_camouflages_of_a_photo_it_is_asked_about_once(
    folder: Path, judges: dict[str, CountingScorer]
) -> None:
    for ending in ("camo.jpg", "preset.json"):
        shutil.copy(folder / "out" / f"photo.{ending}", folder / "out" / f"again.{ending}")
    found = judged(folder, by=("warmth",))
    assert len(found.rows) == 4
    assert judges["warmth"].images == found.queries["warmth"]["total"] == 3


def test_what_cannot_be_judged_is_named_and_the_others_are_judged(
    folder: Path, judges: dict[str, CountingScorer]
) -> None:
    (folder / "out" / "stray.camo.jpg").write_bytes(b"stray")
    for ending in ("camo.jpg", "preset.json"):
        shutil.copy(folder / "out" / f"photo.{ending}", folder / "out" / f"changed.{ending}")
    with (folder / "out" / "changed.camo.jpg").open("ab") as file:
        file.write(b"more")
    found = judged(folder, by=("warmth",))
    assert [row.photo for row in found.rows] == ["photo.jpg"] * 2
    stray, changed = found.errors
    assert "no preset stray.preset.json beside it" in stray
    assert "changed.camo.jpg: is not the file that its preset records" in changed


def test_what_means_nothing_is_refused(
    folder: Path, tmp_path: Path, judges: dict[str, CountingScorer]
) -> None:
    (empty := tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"empty: no \*\.camo\.jpg in it"):
        judged(folder, empty, by=("warmth",))
    with pytest.raises(OptionError, match="no scorer is named"):
        judged(folder, by=())


def test_the_matrix_is_recomputed_from_the_table(
    folder: Path, judges: dict[str, CountingScorer]
) -> None:
    found = judged(folder, by=("counting", "warmth"), out=folder / "scores.csv")
    with (folder / "scores.csv").open() as file:
        lines = list(csv.DictReader(file))
    for cell in found.cells:
        mine = [
            li for li in lines if (li["attacked"], li["judged"]) == (cell.attacked, cell.judged)
        ]
        high = [line for line in mine if line["high_before"] == "true"]
        assert cell.high_before == len(high)
        assert cell.high_after == sum(line["high_after"] == "true" for line in high)
        assert cell.mean_drop == fmean(float(line["drop"]) for line in mine)


def row(attacked: str, judged: str, before: float, after: float) -> TransferRow:
    return TransferRow(
        photo="a", file="a", attacked=attacked, judged=judged, score_before=before,
        score_after=after, high_before=before >= 50, high_after=after >= 50, drop=before - after,
        recorded=False,
    )  # fmt: skip


def test_accuracy_is_of_those_that_were_of_high_quality() -> None:
    rows = [row("a", "b", 60, 40), row("a", "b", 40, 70), row("a", "b", 55, 52)]
    assert list(cells([*rows, row("a", "a", 40, 30)])) == [
        TransferCell(
            attacked="a", judged="b", files=3, high_before=2, high_after=1, accuracy=0.5,
            mean_drop=-7 / 3,
        ),
        TransferCell(
            attacked="a", judged="a", files=1, high_before=0, high_after=0, accuracy=None,
            mean_drop=10,
        ),
    ]  # fmt: skip


def test_the_command_prints_a_matrix(folder: Path) -> None:
    done = subprocess.run(
        [*PROGRAM, "transfer", "out", "--scorer", "pocketiqa", "--photos", "."],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    header, line, *rest = done.stdout.splitlines()
    assert header.split() == ["attacked", "pocketiqa", "counting"]
    assert line.startswith("counting  ")
    assert line.endswith("0/1 0%, " + line.rpartition(" ")[2])
    assert rest[-1] == "pocketiqa: 2 queries"
