"""What is read out of a table: every number recomputed from the CSV file alone."""

from __future__ import annotations

import csv
import io
import math
import statistics
from dataclasses import replace
from typing import TypeAlias

import numpy as np
import pytest

from blackcamo.exploring import Design, Row, Table, make_design
from blackcamo.exploring.design import ORIGINAL
from blackcamo.exploring.reading import (
    BANDS,
    STRENGTH,
    adversarial_looks,
    heat_map,
    response_curves,
)
from blackcamo.exploring.table import rounded
from blackcamo.filters import load_chain
from blackcamo.run.charting import readings
from blackcamo.styles import noir, vivid
from blackcamo.types import ScorerInfo

Line: TypeAlias = dict[str, str]
FLOOR = 80.0
INFOS = {
    "up": ScorerInfo(name="up", threshold=50),
    "down": ScorerInfo(name="down", threshold=30, higher_is_better=False),
}
STYLES = [noir.STYLE, vivid.STYLE]
DESIGN = make_design(STYLES, 8, seed=1)


def made(photos: int = 5, design: Design = DESIGN) -> Table:
    """Random numbers, in which the score of "up" falls with one parameter of vivid."""
    random = np.random.default_rng(0)
    rows = []
    for n in range(photos):
        plain = {"up": 46.0 + 4 * n, "down": 24.0 + 3 * n}
        rows.append(Row(f"photo{n}", ORIGINAL, 90.0, True, 1000, plain))
        for look in design.looks:
            share = look.shares.get("saturation_percent", 0.0)
            scores = {
                "up": rounded(plain["up"] - 20 * share + random.normal(0, 1)),
                "down": rounded(plain["down"] + random.normal(2, 6)),
            }
            appeal = rounded(min(100.0, random.uniform(50, 104)))
            rows.append(Row(f"photo{n}", look.key, appeal, True, 1000, scores))
    # A picture without a score, one that could not be rendered, and bounds of bands.
    rows[3] = replace(rows[3], scores={"down": 31.0})
    rows[4] = replace(rows[4], appeal=math.nan, scores={})
    rows[5] = replace(rows[5], appeal=100.0)
    rows[6] = replace(rows[6], appeal=60.0)
    rows[7] = replace(rows[7], appeal=80.0, scores={"up": 50.0, "down": 30.0})
    return Table(design, INFOS, rows)


@pytest.fixture(scope="module")
def table() -> Table:
    return made()


class Raw:
    """The table's CSV file, read without the package."""

    def __init__(self, text: str, scorer: str) -> None:
        self._scorer = scorer
        self._sign = 1 if INFOS[scorer].higher_is_better else -1
        self.lines = list(csv.DictReader(io.StringIO(text)))
        self.looks = [
            line
            for line in self.lines
            if line["style"] != "none" and line["appeal"] and line[f"score {scorer}"]
        ]

    def before(self, line: Line) -> float:
        (plain,) = [
            other
            for other in self.lines
            if other["photo"] == line["photo"] and other["style"] == "none"
        ]
        return float(plain[f"score {self._scorer}"])

    def drop(self, line: Line) -> float:
        return self._sign * (self.before(line) - float(line[f"score {self._scorer}"]))

    def is_high(self, score: float) -> bool:
        return self._sign * (score - INFOS[self._scorer].threshold) >= 0

    def fell(self, line: Line) -> bool:
        return not self.is_high(float(line[f"score {self._scorer}"]))

    def high(self, lines: list[Line]) -> list[Line]:
        return [line for line in lines if self.is_high(self.before(line))]


@pytest.mark.parametrize("scorer", INFOS)
def test_the_map_is_what_the_raw_table_says(table: Table, scorer: str) -> None:
    raw, found = Raw(table.to_csv(), scorer), heat_map(table, scorer)
    assert BANDS == ((0, 60), (60, 70), (70, 80), (80, 90), (90, 100))
    counted = 0
    for style, cells in found.cells.items():
        for (low, high), cell in zip(BANDS, cells, strict=True):
            its = [
                line
                for line in raw.looks
                if line["style"] == style
                and low <= float(line["appeal"])
                and (float(line["appeal"]) < high or high == 100)
            ]
            of_high = raw.high(its)
            assert (cell.pictures, cell.high) == (len(its), len(of_high))
            counted += len(its)
            if its:
                assert cell.drop == pytest.approx(statistics.mean(map(raw.drop, its)))
            if of_high:
                assert cell.below == pytest.approx(sum(map(raw.fell, of_high)) / len(of_high))
        assert found.styles[style].pictures == sum(cell.pictures for cell in cells)
    assert counted == len(raw.looks) == 5 * 16 - (2 if scorer == "up" else 1)
    assert any(cell.below for cells in found.cells.values() for cell in cells)


@pytest.mark.parametrize("scorer", INFOS)
def test_curves_are_what_the_raw_table_says(table: Table, scorer: str) -> None:
    raw, found = Raw(table.to_csv(), scorer), response_curves(table, scorer)
    for style, curves in found.items():
        assert set(curves) == {STRENGTH, *DESIGN.ranges[style]}
        for name, parts in curves.items():
            ends = (0.2, 1.0) if name == STRENGTH else DESIGN.ranges[style][name]
            assert (parts[0].low, parts[-1].high) == pytest.approx(ends)
            # Eight looks of a Sobol sequence: two in each fourth.
            assert [part.looks for part in parts] == [2, 2, 2, 2]
            for part in parts:
                its = [
                    line
                    for line in raw.looks
                    if line["style"] == style
                    and part.low - 1e-4 <= float(line[name]) < part.high + 1e-4
                ]
                means = {
                    key: [
                        statistics.mean(value(line) for line in its if line["photo"] == photo)
                        for photo in {line["photo"] for line in its}
                    ]
                    for key, value in (
                        ("drop", raw.drop),
                        ("appeal", lambda line: float(line["appeal"])),
                    )
                }
                for key, values in means.items():
                    assert len(values) == part.photos
                    assert getattr(part, key) == pytest.approx(
                        np.percentile(values, (10, 50, 90)).tolist()
                    )


@pytest.mark.parametrize("scorer", INFOS)
def test_looks_are_liked_and_ordered_by_what_they_do(table: Table, scorer: str) -> None:
    raw = Raw(table.to_csv(), scorer)
    found = adversarial_looks(table, scorer, floor=75.0, most=99)
    liked = {}
    for look in DESIGN.looks:
        its = [x for x in raw.looks if (x["style"], int(x["look"])) == look.key]
        falls = statistics.mean(map(raw.drop, its)) > 0
        if falls and statistics.median(float(x["appeal"]) for x in its) >= 75:
            liked[look.key] = its
    assert 0 < len(found) < 16
    assert {reach.look.key for reach in found} == set(liked)
    drops = []
    for reach in found:
        its, high = liked[reach.look.key], raw.high(liked[reach.look.key])
        drops.append(reach.drop)
        assert (reach.photos, reach.high) == (len(its), len(high))
        assert reach.drop == pytest.approx(statistics.mean(map(raw.drop, its)))
        assert reach.below == pytest.approx(statistics.mean(map(raw.fell, high)))
        fine = [float(x["appeal"]) >= 75 for x in its]
        assert reach.liked == pytest.approx(statistics.mean(fine))
        both = [raw.fell(x) and float(x["appeal"]) >= 75 for x in high]
        assert reach.camouflaged == pytest.approx(statistics.mean(both))
    assert drops == sorted(drops, reverse=True)
    assert adversarial_looks(table, scorer, floor=75.0, most=2) == found[:2]


def test_what_makes_the_score_fall_is_the_most_important() -> None:
    params = load_chain().space.params
    found = readings(made(4, make_design(STYLES, 32)), params, floor=FLOOR)
    vivid_ = found["up"].importances["vivid"]
    assert next(iter(vivid_)) == "saturation_percent"
    parameters = found["up"].parameters
    assert parameters["saturation_percent"] > 2 * parameters["exposure_ev"]
    assert vivid_["saturation_percent"] > 0.5
    assert sum(vivid_.values()) == pytest.approx(1)
    assert set(vivid_) == {STRENGTH, *DESIGN.ranges["vivid"]}
    assert next(iter(found["up"].overall)) == "style"
    assert set(found["up"].overall) == {"style", STRENGTH}
    assert found["down"].importances["vivid"]["saturation_percent"] < 0.5
    # Of eight looks nothing can be told, and it is not.
    few = readings(made(4), params, floor=FLOOR)
    assert few["up"].importances == {"noir": {}, "vivid": {}}
    assert few["up"].overall
