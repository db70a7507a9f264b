"""Camouflage every photo for every scorer in both modes, and draw sheets to be looked at.

    python run.py --work /path/to/scratch [--scorer nima-technical] [--mode enhance] [--most 5]

Data is found through BLACKCAMO_DATA (default ../shared beside the repository). Writes
``result.json``, the fronts and two sheets a run here; camouflages and studies go to the scratch
folder, and a run that was interrupted goes on there. A search has a core for itself, and there
are as many searches at a time as cores.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tomllib
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from blackcamo import run
from blackcamo.evaluation.datasets import cover
from blackcamo.filters import load_chain
from blackcamo.images import load_photo
from blackcamo.preset import read_preset
from blackcamo.report.canvas import Scored
from blackcamo.report.sheet import SheetRow, contact_sheet
from blackcamo.testing.studies import scorer_settings, side_by_side
from blackcamo.types import GeometryFilter, Pixels
from blackcamo.vision.arrays import to_pixels, to_rgb
from blackcamo.vision.frames import cut_frame

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
FLOORS = (90, 85, 80, 75, 70)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--scorer", action="append")
    parser.add_argument("--mode", action="append")
    parser.add_argument("--most", type=int, help="photos, the first ones")
    args = parser.parse_args()
    data = Path(os.environ.get("BLACKCAMO_DATA", REPOSITORY.parent / "shared")).resolve()
    config = tomllib.loads((HERE / "config.toml").read_text())
    photos = prepare(data / config["photos"], args.work / "photos", config["size"])
    for name in args.scorer or config["scorers"]:
        for mode in args.mode or config["modes"]:
            search = {
                **scorer_settings(config["scorers"][name], data=data, repository=REPOSITORY),
                "budget": config["budget"],
                "seed": config["seed"],
                "mode": mode,
            }
            one = partial(search_one, search=search, work=args.work / f"{name}-{mode}")
            found = side_by_side(one, photos[: args.most])
            outcome = [result for result in found if result is not None]
            record(f"{name}-{mode}", outcome, config)
            draw(outcome, f"{name}-{mode}", config["crops"])
            draw_fronts(outcome, f"{name}-{mode}")


def prepare(source: Path, folder: Path, size: dict[str, int]) -> list[Path]:
    """The photos at the size of the MediaEval task, as PNG."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for path in sorted(source.glob("*.jpg")):
        made.append(folder / f"{path.stem}.png")
        if not made[-1].exists():
            Image.fromarray(cover(load_photo(path).pixels, **size)).save(made[-1])
    return made


def search_one(photo: Path, search: dict[str, Any], work: Path) -> run.SearchResult | None:
    before = run.score(photo, scorer=search["scorer"], scorer_options=search["scorer_options"])
    if not before.high_quality:
        return None
    result = run.search(
        photo, out=work / photo.stem, storage=str(work / f"{photo.stem}.journal"), **search
    )
    assert result.output is not None
    assert run.verify(result.output).reproduced, f"{photo.stem}: another score than recorded"
    print(work.name, photo.stem, result.score_before, result.score_after, result.appeal, flush=True)
    return result


def storage(result: run.SearchResult) -> Path:
    assert result.output is not None
    return result.output.parent.with_suffix(".journal")


def record(name: str, outcome: list[run.SearchResult], config: dict[str, Any]) -> None:
    file = HERE / "result.json"
    results = json.loads(file.read_text()) if file.exists() else {}
    rows = [describe(result) for result in outcome]
    results[name] = {
        "budget": config["budget"],
        "seed": config["seed"],
        "versions": dict(outcome[0].versions),
        "summary": {**summarise(rows, outcome[0]), "by_appeal": by_appeal(rows, outcome[0])},
        "photos": rows,
    }
    file.write_text(json.dumps(dict(sorted(results.items())), indent=1) + "\n")
    print(json.dumps(results[name]["summary"]), table(rows), sep="\n")


def describe(result: run.SearchResult) -> dict[str, Any]:
    fields = ("score_before", "score_after", "score_recompressed", "appeal", "succeeded", "recipe")
    row = {"photo": result.photo.stem, **{name: getattr(result, name) for name in fields}}
    assert result.study is not None
    front = run.front(result.study, storage=storage(result))
    return {
        **row,
        "front": [(entry.score, entry.appeal) for entry in front],
        "parts": dict(result.parts),
        "to_success": result.queries["to_success"],
        "queries": result.queries["total"],
        "seconds": result.seconds,
    }


def summarise(rows: list[dict[str, Any]], any_result: run.SearchResult) -> dict[str, Any]:
    threshold, target = any_result.threshold, any_result.target
    assert threshold is not None
    assert target is not None
    won = [row for row in rows if row["succeeded"]]
    at_ssimulacra2 = [
        row
        for row in rows
        if row["score_after"] <= target and row["parts"].get("damage_ssimulacra2", 100) >= 70
    ]
    return {
        "threshold": threshold,
        "target": target,
        "photos": len(rows),
        "below_threshold": sum(row["score_after"] < threshold for row in rows),
        "below_threshold_recompressed": sum(row["score_recompressed"] < threshold for row in rows),
        "at_target_with_appeal_70": len(won),
        "at_target_with_ssimulacra2_70": len(at_ssimulacra2),
        "mean_drop": statistics.mean(row["score_before"] - row["score_after"] for row in rows),
        "median_appeal": statistics.median(row["appeal"] for row in rows),
        "median_queries_to_success": (
            statistics.median(row["to_success"] for row in won) if won else None
        ),
        "median_seconds": statistics.median(row["seconds"] for row in rows),
    }


def by_appeal(rows: list[dict[str, Any]], any_result: run.SearchResult) -> dict[str, Any]:
    """What the fronts hold at an appeal of at least so much: mean drop and shares of photos."""
    threshold, target = any_result.threshold, any_result.target
    assert threshold is not None
    assert target is not None
    found = {}
    for floor in FLOORS:
        least = [
            min((s for s, appeal in row["front"] if appeal >= floor), default=row["score_before"])
            for row in rows
        ]
        found[str(floor)] = {
            "mean_drop": statistics.mean(
                row["score_before"] - score for row, score in zip(rows, least, strict=True)
            ),
            "below_threshold": sum(score < threshold for score in least),
            "at_target": sum(score <= target for score in least),
        }
    return found


def draw_fronts(outcome: list[run.SearchResult], name: str) -> None:
    """Score against appeal of every photo's trials that no other one beats in both."""
    columns = 6
    lines = -(-len(outcome) // columns)
    figure = Figure(figsize=(2.2 * columns, 1.8 * lines), dpi=100, layout="constrained")
    plots = figure.subplots(lines, columns, sharex=True, sharey=True, squeeze=False)
    for axes in plots.flat[len(outcome) :]:
        axes.set_axis_off()
    for axes, result in zip(plots.flat, outcome, strict=False):
        front = run.front(str(result.study), storage=storage(result))
        axes.plot([e.score for e in front], [e.appeal for e in front], "o-", markersize=2)
        axes.plot([result.score_before], [100], "x", color="0.5")
        axes.axvline(result.target, color="tab:red", linewidth=1)
        axes.axhline(70, color="0.7", linewidth=1)
        axes.set_title(result.photo.stem, fontsize=8)
        axes.tick_params(labelsize=7)
    figure.supxlabel("score (red: target; x: the photo)", fontsize=9)
    figure.supylabel("appeal", fontsize=9)
    figure.savefig(HERE / f"{name}-fronts.png")


def draw(outcome: list[run.SearchResult], name: str, crops: dict[str, int]) -> None:
    whole: list[SheetRow] = []
    close: list[SheetRow] = []
    for result in outcome:
        assert result.output is not None
        assert result.threshold is not None
        assert result.score_before is not None
        assert result.score_after is not None
        photo, camouflage = (load_photo(p).pixels for p in (result.photo, result.output))
        scores = result.score_before, result.score_after
        note = f"appeal {result.appeal:.0f}"
        for rows, pair in (
            (whole, (photo, camouflage)),
            (close, close_up(photo, camouflage, result, crops["side_px"])),
        ):
            before, after = (
                Scored(p, s, s >= result.threshold) for p, s in zip(pair, scores, strict=True)
            )
            rows.append(SheetRow(result.photo.stem, before, after, note))
    for suffix, rows in (("", whole), ("-crops", close)):
        sheet = contact_sheet(
            rows, title=f"{name}{suffix}", columns=crops["columns"], width_px=2040
        )
        Image.fromarray(sheet).save(HERE / f"{name}{suffix}.jpg", quality=82)


def close_up(
    photo: Pixels, camouflage: Pixels, result: run.SearchResult, side_px: int
) -> tuple[Pixels, Pixels]:
    """The same part of both at 100 %: where a smooth neighbourhood changed most."""
    assert result.preset is not None
    preset = read_preset(result.preset)
    (geometry,) = [f for f in load_chain(preset.filters).filters if isinstance(f, GeometryFilter)]
    frame = geometry.frame(preset.params, *photo.shape[:2])
    aligned = to_pixels(cut_frame(to_rgb(photo), frame))
    before, after = (p.astype(float).mean(2) for p in (aligned, camouflage))
    rough = [np.abs(p - shifted(p)) for p in (before, after)]
    added = boxed(np.maximum(rough[1] - rough[0], 0), side_px // 4) / (
        1 + boxed(rough[0], side_px // 4)
    )
    row, column = np.unravel_index(int(added.argmax()), added.shape)
    height, width = (min(side_px * 3 // 4, before.shape[0]), min(side_px, before.shape[1]))
    top = int(np.clip(row - height // 2, 0, before.shape[0] - height))
    left = int(np.clip(column - width // 2, 0, before.shape[1] - width))
    part = slice(top, top + height), slice(left, left + width)
    return aligned[part], camouflage[part]


def shifted(plane: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.roll(plane, 2, axis=1)


def boxed(
    plane: np.ndarray[Any, np.dtype[np.float64]], side: int
) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.asarray(cv2.blur(plane, (side, side)))


def table(rows: list[dict[str, Any]]) -> str:
    lines = [
        "| photo | before | after | again | appeal | success | queries to it |",
        "|---|---:|---:|---:|---:|---|---:|",
        *(
            f"| {row['photo']} | {row['score_before']:.1f} | {row['score_after']:.1f} "
            f"| {row['score_recompressed']:.1f} | {row['appeal']:.0f} "
            f"| {'yes' if row['succeeded'] else 'no'} | {row['to_success'] or ''} |"
            for row in rows
        ),
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
