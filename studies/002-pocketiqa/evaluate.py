"""Measure PocketIQA on the held-out photos, with the whole pipeline.

    python evaluate.py --data ../../../shared --work /path/to/scratch

reads ``test.csv`` and its images, scores them by the scorer ``pocketiqa`` of the package, and
writes ``result.json`` and ``photos.csv`` (the split).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from distortions import Pixels
from labels import VERSIONS, Floats, read_tables
from make_data import channel, decoded
from photos import list_photos, load, write_list
from PIL import Image
from scipy.stats import spearmanr

from blackcamo.scorers import load_scorer
from blackcamo.types import Scorer, ScorerOptions

HERE = Path(__file__).parent
THRESHOLD = 50.0
CLEARLY_DAMAGED = [4, 5]
STRONGLY_DAMAGED = 5
GOOD_SHARE = 5 / 6
"""Good photos: all but the sixth of the undistorted ones that the teachers like least."""

Change = Callable[[Pixels], Pixels]
CHANGES: dict[str, Change] = {
    "flip": lambda p: np.ascontiguousarray(p[:, ::-1]),
    "shift_1px_right": lambda p: np.pad(p, ((0, 0), (1, 0), (0, 0)), mode="edge")[:, :-1],
    "shift_1px_down": lambda p: np.pad(p, ((1, 0), (0, 0), (0, 0)), mode="edge")[:-1],
    "shift_1px_both": lambda p: np.pad(p, ((1, 0), (1, 0), (0, 0)), mode="edge")[:-1, :-1],
    "crop_2_percent": lambda p: _crop(p, 0.02),
    "jpeg_95": lambda p: decoded(channel(p, 95)),
}


def _crop(pixels: Pixels, share: float) -> Pixels:
    """Without ``share`` of each side, half of it at either end."""
    top, left = (round(side * share / 2) for side in pixels.shape[:2])
    return np.ascontiguousarray(pixels[top : pixels.shape[0] - top, left : pixels.shape[1] - left])


def damage(scorer: Scorer, work: Path) -> dict[str, Any]:
    """The criteria on distortions."""
    framings = read_tables(work / "test.csv")
    scores: dict[str, float] = {}
    technical: dict[str, float] = {}
    families: dict[str, list[list[str]]] = {}
    for framing in framings:
        for family in framing.sequences:
            versions = framing.versions(family)
            families.setdefault("mixture" if "+" in family else family, []).append(
                [answer.image for answer in versions]
            )
            technical |= {answer.image: answer.technical for answer in versions}
    for name in technical:
        scores[name] = _score(scorer, decoded((work / "images" / f"{name}.jpg").read_bytes()))
    by_family = {
        family: np.array([[scores[name] for name in names] for names in rows])
        for family, rows in sorted(families.items())
    }
    every = np.concatenate(list(by_family.values()))
    clean = [(scores[f.clean.image], f.clean.technical, f.clean.aesthetic) for f in framings]
    return {
        "photos": len(framings),
        "sequences": len(every),
        "images": len(scores),
        "spearman_with_nima_technical": _spearman(
            [scores[name] for name in technical], list(technical.values())
        ),
        "score_mean": float(every.mean()),
        "score_deviation": float(every.std()),
        **_criteria(every),
        "families": {
            family: {
                "sequences": len(rows),
                **_criteria(rows),
                "mean_scores": rows.mean(0).round(1).tolist(),
                "spearman_with_nima_technical": _spearman(
                    rows.ravel(), [technical[n] for names in families[family] for n in names]
                ),
            }
            for family, rows in by_family.items()
        },
        **undistorted(np.array(clean)),
    }


def _criteria(rows: Floats) -> dict[str, float]:
    """Of scores (N, 6): order of strengths, clean against damaged, strong damage."""
    return {
        "order": float(np.mean([-spearmanr(range(VERSIONS), row)[0] for row in rows])),
        "clean_beats_clearly_damaged": float((rows[:, :1] > rows[:, CLEARLY_DAMAGED]).mean()),
        "strongly_damaged_below_50": float((rows[:, STRONGLY_DAMAGED] < THRESHOLD).mean()),
    }


def undistorted(clean: Floats) -> dict[str, Any]:
    """What the scorer says of undistorted photos; a row is its score and the two teachers'."""
    places = [np.argsort(np.argsort(column)) for column in clean.T[1:]]
    agreement = sum(places) / (2 * len(clean))
    good = agreement >= np.quantile(agreement, 1 - GOOD_SHARE)
    return {
        "undistorted_from_50": float((clean[:, 0] >= THRESHOLD).mean()),
        "undistorted_good_from_50": float((clean[good, 0] >= THRESHOLD).mean()),
        "undistorted_mean": float(clean[:, 0].mean()),
        "undistorted_deviation": float(clean[:, 0].std()),
        "undistorted_spearman_with_nima_technical": _spearman(clean[:, 0], clean[:, 1]),
    }


def stability(scorer: Scorer, photos: list[Pixels]) -> dict[str, Any]:
    """How far harmless changes move the score."""
    before = np.array([_score(scorer, p) for p in photos])
    moved = {
        name: np.abs(np.array([_score(scorer, change(p)) for p in photos]) - before)
        for name, change in CHANGES.items()
    }
    return {
        "undistorted_from_50": float((before >= THRESHOLD).mean()),
        "moved": {
            name: {
                "under_3_points": float((by < 3).mean()),
                "median": float(np.median(by)),
                "percentile_95": float(np.percentile(by, 95)),
            }
            for name, by in moved.items()
        },
    }


def engines(photos: list[Pixels]) -> dict[str, float]:
    """The largest difference from torch's reference, of other engines and of search paths."""
    found: dict[str, list[float]] = {}
    for engine in ("torch", "openvino", "onnxruntime"):
        scorer = load_scorer("pocketiqa", ScorerOptions(device="cpu", engine=engine))
        found[f"{engine}_reference"] = list(scorer.score(photos, reference=True))
        found[f"{engine}_search"] = list(scorer.score(photos))
    truth = np.array(found["torch_reference"])
    return {name: float(np.abs(np.array(s) - truth).max()) for name, s in found.items()}


def _score(scorer: Scorer, pixels: Pixels) -> float:
    return float(scorer.score([pixels], reference=True)[0])


def _spearman(one: Any, other: Any) -> float:
    return float(spearmanr(one, other)[0])


def _native(path: Path) -> Pixels:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    args = parser.parse_args()
    write_list(HERE / "photos.csv", args.data, args.work)
    _, test = list_photos(args.data, args.work)
    scorer = load_scorer("pocketiqa", ScorerOptions(device="cpu"))
    small = [load(p) for p in test]
    result = {
        "weights_sha256": scorer.info.digest,
        "distorted": damage(scorer, args.work),
        "long_side_512": stability(scorer, small),
        "native_size": stability(scorer, [_native(p) for p in test]),
        "engines_differ_by": engines(small[::10]),
    }
    (HERE / "result.json").write_text(json.dumps(_rounded(result), indent=2) + "\n")
    print(json.dumps(_rounded(result), indent=2))


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(v) for key, v in value.items()}
    return round(value, 4) if isinstance(value, float) else value


if __name__ == "__main__":
    main()
