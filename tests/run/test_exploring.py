"""Exploring: who is shown what, what it costs, and how it goes on."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from blackcamo.channel import Channel
from blackcamo.errors import OptionError, ScorerError
from blackcamo.images import load_photo, made_here
from blackcamo.run import ExploreConfig, ExploreResult, explore, exploring
from blackcamo.testing import CountingScorer, brightness, make_photo
from blackcamo.types import Pixels, ScorerInfo
from blackcamo.vision.arrays import to_pixels
from tests.cli.program import PROGRAM
from tests.run.conftest import paleness
from tests.study.processes import posix

STYLES = ("noir", "vivid", "tilt-shift")


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    """Two photos of one name."""
    pixels = to_pixels(make_photo(64, 80))
    for folder, view in (("a", pixels), ("b", np.ascontiguousarray(pixels[::-1]))):
        (tmp_path / folder).mkdir()
        Image.fromarray(view).save(tmp_path / folder / "view.png")
    return [tmp_path / "a", tmp_path / "b" / "view.png"]


class Panel:
    """Two scorers of opposite directions that remember what they are shown."""

    def __init__(self) -> None:
        self.shown: dict[str, list[bytes]] = {"pale": [], "dark": []}
        self.scorers = {
            "pale": CountingScorer(self._seeing("pale", paleness), info=ScorerInfo(name="pale")),
            "dark": CountingScorer(
                self._seeing("dark", lambda image: 100 - brightness(image)),
                info=ScorerInfo(name="dark", higher_is_better=False, threshold=60),
            ),
        }

    def _seeing(self, name: str, measure: Any) -> Any:
        def see(image: Pixels) -> float:
            self.shown[name].append(image.tobytes())
            return float(measure(image))

        return see

    def images(self) -> dict[str, int]:
        return {name: scorer.images for name, scorer in self.scorers.items()}


@pytest.fixture
def panel(monkeypatch: pytest.MonkeyPatch) -> Panel:
    made = Panel()
    monkeypatch.setattr(exploring, "load_scorer", lambda spec, _: made.scorers[spec])
    return made


def run(photos: Sequence[Path], out: Path, **options: Any) -> ExploreResult:
    told: dict[str, Any] = {"scorers": ("pale", "dark"), "styles": STYLES, "points": 3, "batch": 4}
    config = ExploreConfig(out=out, **{**told, **options.pop("config", {})})
    return explore(photos, config=config, **options)


def rows(path: Path | None) -> list[dict[str, str]]:
    assert path is not None
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_scorer_is_shown_the_same_pictures_once(
    panel: Panel, photos: list[Path], tmp_path: Path
) -> None:
    result = run(photos, tmp_path / "out")
    assert panel.shown["pale"] == panel.shown["dark"]
    assert panel.images() == {"pale": 20, "dark": 20}
    for counts in result.queries.values():
        assert (counts["baseline"], counts["search"], counts["total"]) == (2, 18, 20)
    table = rows(result.table)
    assert [(r["style"], r["look"]) for r in table] == 2 * (
        [("none", "0"), *((style, str(n)) for style in STYLES for n in (1, 2, 3))]
    )
    assert len({r["photo"] for r in table}) == 2
    # Photos unchanged are asked about alone, and after the channel.
    received = Channel().send(load_photo(photos[1]).pixels)[1]
    assert float(table[10]["score dark"]) == pytest.approx(100 - brightness(received), abs=1e-4)
    assert float(table[10]["appeal"]) == pytest.approx(90, abs=1)
    assert [c.reference for c in panel.scorers["pale"].calls].count(True) == 2
    # The same looks of both photos.
    for one, other in zip(table[:10], table[10:], strict=True):
        assert one["strength"] == other["strength"]
        assert one["vignette_percent"] == other["vignette_percent"]
    document = json.loads(result.document.read_text())  # type: ignore[union-attr]
    for line, row in zip(table, document["rows"], strict=True):
        assert (line["photo"], line["style"], int(line["look"])) == (
            row["photo"], row["style"], row["look"],
        )  # fmt: skip
        assert float(line["appeal"]) == row["appeal"]
        assert float(line["score pale"]) == row["scores"]["pale"]
    assert document["looks"][0]["values"].keys() == document["ranges"]["noir"].keys()
    told = result.to_json()
    assert document["queries"] == told["queries"]
    assert json.dumps(document["readings"]) == json.dumps(told["readings"])
    cells = told["readings"]["pale"]["heat"]["cells"]
    assert sum(cell["pictures"] for row in cells.values() for cell in row) == 18
    page = (tmp_path / "out" / "explore.html").read_text("utf-8")
    # Every look of both photos, and the photos.
    assert page.count("data:image/jpeg;base64,") == 20
    for sheet in result.sheets.values():
        with Image.open(sheet) as opened:
            assert opened.width == 1600
        assert made_here(sheet)


def test_it_goes_on_where_it_was_ended(
    panel: Panel, photos: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = run(photos, tmp_path / "whole")
    calls = 0

    def killed(images: Sequence[Pixels], scores: list[float]) -> list[float]:
        nonlocal calls
        calls += 1
        # As by a signal: once for a photo unchanged, once in a batch.
        if calls in (1, 4):
            raise KeyboardInterrupt
        return scores

    interrupted = Panel()
    interrupted.scorers["dark"]._answer = killed
    monkeypatch.setattr(exploring, "load_scorer", lambda spec, _: interrupted.scorers[spec])
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            run(photos, tmp_path / "cut")
    stops = iter([False, True])
    stopped = run(photos, tmp_path / "cut", stop=lambda: next(stops))
    assert stopped.interrupted
    assert stopped.table is None
    result = run(photos, tmp_path / "cut")
    assert (tmp_path / "cut/explore.csv").read_bytes() == (
        tmp_path / "whole/explore.csv"
    ).read_bytes()
    assert result.queries["pale"] == whole.queries["pale"]
    assert interrupted.images()["pale"] == whole.queries["pale"]["total"]
    counts = result.queries["dark"]
    assert counts["lost"] == 1 + 4
    assert counts["total"] + counts["lost"] == interrupted.images()["dark"]
    assert counts["total"] == 20


def test_only_what_is_new_is_asked(panel: Panel, photos: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = run(photos[:1], out, config={"scorers": ("pale",), "styles": STYLES[:2]})
    assert panel.images() == {"pale": 7, "dark": 0}
    run(photos[:1], out, config={"styles": STYLES[:2]})
    assert panel.images() == {"pale": 7, "dark": 7}
    more = run(photos, out, config={"points": 4})
    assert panel.images() == {"pale": 26, "dark": 26}
    assert more.queries["pale"]["total"] == 26
    again = run(photos, out, config={"points": 4})
    assert panel.images() == {"pale": 26, "dark": 26}
    assert again.queries == more.queries
    assert again.looks == 12
    known = {(r["photo"], r["style"], r["look"]): r for r in rows(again.table)}
    for row in rows(first.table):
        assert "score pale" in row
    assert len(known) == 26


def test_the_budget_says_how_many_looks_there_are(
    panel: Panel, photos: list[Path], tmp_path: Path
) -> None:
    result = run(photos, tmp_path / "out", config={"points": None, "budget": 19})
    assert result.looks == 2 * len(STYLES)
    assert panel.images() == {"pale": 14, "dark": 14}
    for told, least in (({"points": None, "budget": 7}, 8), ({"points": 3, "budget": 19}, 20)):
        with pytest.raises(OptionError, match=f"take {least}: raise it by 1"):
            run(photos, tmp_path / "few", config=told)
    assert not (tmp_path / "few").exists()


def test_what_is_not_as_it_was_is_refused(panel: Panel, photos: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(photos, out)
    for told in ({"seed": 1}, {"quality": 80}, {"proxy_px": 64}):
        with pytest.raises(OptionError, match="choose another --out"):
            run(photos, out, config=told)
    panel.scorers["pale"].info = ScorerInfo(name="pale", digest="other")
    with pytest.raises(OptionError, match="exploration with scorer pale"):
        run(photos, out)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "explore.csv").write_text("mine")
    with pytest.raises(OptionError, match=r"explore.csv is there already"):
        run(photos, tmp_path / "mine")
    assert panel.images() == {"pale": 20, "dark": 20}


def test_what_cannot_be_asked_is_told_and_asked_again(
    panel: Panel, photos: list[Path], tmp_path: Path
) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"none")
    once = iter([float("nan")])
    panel.scorers["pale"]._answer = lambda _, scores: [next(once, s) for s in scores]
    first = run([*photos, broken], tmp_path / "out")
    assert list(first.failures) == [broken]
    assert first.without_score == {"pale": {"the scorer returned nan": 1}, "dark": {}}
    assert rows(first.table)[0]["score pale"] == ""
    second = run(photos, tmp_path / "out")
    assert panel.images() == {"pale": 21, "dark": 20}
    assert second.queries["pale"]["total"] == 21
    assert rows(second.table)[0]["score pale"] != ""
    panel.scorers["dark"]._answer = lambda _, scores: [float("nan")] * len(scores)
    with pytest.raises(ScorerError, match=r"'dark' kept failing.*the same command goes on"):
        run(photos, tmp_path / "dead", config={"points": 8, "batch": 24})


MORTAL = """
import os, pathlib, signal
log = pathlib.Path(__file__).with_name("shown")

def score(images):
    before = len(log.read_text()) if log.exists() else 0
    with log.open("a") as stream:
        stream.write("x" * len(images))
    if before == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return [float(image.mean()) / 2.55 for image in images]
"""
"""Its process is killed before it answers the first batch."""


@posix
def test_a_killed_exploration_pays_one_batch_twice(photos: list[Path], tmp_path: Path) -> None:
    (tmp_path / "mortal.py").write_text(MORTAL)
    command = [
        *PROGRAM, "explore", *map(str, photos), "--scorer", "python:mortal:score", "--points", "9",
        "--style", "vivid,warm", "--out", str(tmp_path / "out"), "--json",
    ]  # fmt: skip
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    killed = subprocess.run(command, capture_output=True, cwd=tmp_path, env=env, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    done = subprocess.run(command, capture_output=True, cwd=tmp_path, env=env, check=False)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    (counts,) = result["queries"].values()
    assert (counts["total"], counts["lost"]) == (2 * (1 + 2 * 9), 16)
    assert len((tmp_path / "shown").read_text()) == counts["total"] + counts["lost"]
    assert len(rows(Path(result["table"]))) == 38


def test_the_command_tells_the_map_in_colour_or_plain(photos: list[Path], tmp_path: Path) -> None:
    command = [
        *PROGRAM, "explore", str(photos[1]), "--scorer", "pocketiqa", "--points", "2",
        "--style", "vivid,tilt-shift", "--out", str(tmp_path / "out"),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "pocketiqa: 5 queries (1 baseline, 4 looks, 0 retries), 0 lost"
    head = next(line.split() for line in lines if line.startswith("style"))
    assert head == ["style", "0-60", "60-70", "70-80", "80-90", "90-100", "all"]
    assert any(line.startswith("tilt-shift ") for line in lines)
    assert "\x1b" not in done.stdout
    assert str(tmp_path / "out" / "explore.html") in lines
