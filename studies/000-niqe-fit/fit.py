"""Fit the Gaussian and the points curve of the scorer niqe, and measure them on unseen photos.

    python studies/000-niqe-fit/fit.py

Writes blackcamo/scorers/data/niqe.safetensors and result.json. Photos come from the folder
BLACKCAMO_DATA (default: ../shared).
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import safetensors.numpy
import torch
from numpy.typing import NDArray

from blackcamo.channel import Channel
from blackcamo.images import fit_long_side, load_photo
from blackcamo.scorers.niqe import Model, load_model, patch_features
from blackcamo.scorers.scene_statistics import luma
from blackcamo.types import Pixels

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
DATA = Path(os.environ.get("BLACKCAMO_DATA", ROOT.parent / "shared"))
MODEL = ROOT / "blackcamo" / "scorers" / "data" / "niqe.safetensors"

Floats = NDArray[np.float64]


def features(pixels: Pixels) -> tuple[Floats, Floats]:
    found, sharpness = patch_features(luma(torch.tensor(pixels[None])))
    return found[0], sharpness[0]


def sharp_features(pixels: Pixels, least: float) -> Floats:
    found, sharpness = features(pixels)
    usable = np.isfinite(found).all(axis=1)
    if not usable.any():
        return found[:0]
    sharp: Floats = found[usable & (sharpness >= least * sharpness[usable].max())]
    return sharp


def gaussian(patches: list[Floats]) -> tuple[Floats, Floats]:
    together = np.concatenate(patches)
    mean: Floats = together.mean(axis=0)
    covariance: Floats = np.cov(together, rowvar=False, dtype=np.float64)
    return mean, covariance


def damaged(pixels: Pixels, kind: str, strength: float, seed: int) -> Pixels:
    if kind == "blur":
        hurt = cv2.GaussianBlur(pixels, (0, 0), strength).astype(np.uint8)
    elif kind == "noise":
        grain = np.random.default_rng(seed).normal(0, strength, pixels.shape)
        hurt = np.clip(np.rint(pixels + grain), 0, 255).astype(np.uint8)
    else:
        hurt = Channel(quality=int(strength)).send(pixels)[1]
    return Channel().send(hurt)[1]


def cross_validated(
    photos: list[Pixels], patches: list[list[Floats]], config: dict[str, Any]
) -> Iterator[tuple[str, float]]:
    """(what was done to it, distance) of each photo, by a Gaussian that has not seen it."""
    points, seed = config["points"], config["seed"]
    for fold in range(points["folds"]):
        seen = [p for i, own in enumerate(patches) if i % points["folds"] != fold for p in own]
        model = Model(*gaussian(seen), centre=0.0, spread=1.0)
        for photo in photos[fold :: points["folds"]]:
            pixels = fit_long_side(photo, points["long_side_px"])
            yield "clean", model.distance(features(Channel().send(pixels)[1])[0])
            for kind, strength in points["damage"].items():
                hurt = damaged(pixels, kind, strength, seed)
                yield kind, model.distance(features(hurt)[0])


def points_curve(found: list[tuple[str, float]], clean_points: float) -> tuple[float, float]:
    """Centre: where clean and damaged photos part best. Spread: so that the clean median fits."""
    kinds = {kind: np.array([d for k, d in found if k == kind]) for kind, _ in found}
    clean = kinds.pop("clean")
    edges = np.sort(np.concatenate([clean, *kinds.values()]))
    cuts = (edges[:-1] + edges[1:]) / 2
    right = [(clean < c).mean() + np.mean([(d > c).mean() for d in kinds.values()]) for c in cuts]
    centre = round(float(np.mean(cuts[right == np.max(right)])), 3)
    odds = clean_points / (100 - clean_points)
    return centre, round(float((centre - np.median(clean)) / math.log(odds)), 3)


def fit(config: dict[str, Any]) -> dict[str, Any]:
    chosen = config["fit"]
    paths = [DATA / chosen["folder"] / photo["file"] for photo in chosen["photo"]]
    photos = [load_photo(path).pixels for path in paths]
    patches = [
        [
            sharp_features(fit_long_side(p, px), chosen["sharpness"])
            for px in chosen["long_sides_px"]
        ]
        for p in photos
    ]
    mean, covariance = gaussian([found for own in patches for found in own])
    found = list(cross_validated(photos, patches, config))
    centre, spread = points_curve(found, config["points"]["clean"])
    MODEL.parent.mkdir(exist_ok=True)
    arrays = {"mean": mean, "covariance": covariance, "points": np.array([centre, spread])}
    safetensors.numpy.save_file(arrays, MODEL, metadata={"source": "studies/000-niqe-fit"})
    model = Model(mean, covariance, centre, spread)
    kinds = dict.fromkeys(kind for kind, _ in found)
    return {
        "photos": {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in paths},
        "patches": int(sum(len(f) for own in patches for f in own)),
        "centre": centre,
        "spread": spread,
        "cross_validated": {
            k: spread_of([d for kind, d in found if kind == k], model) for k in kinds
        },
    }


def evaluate(config: dict[str, Any], model: Model) -> dict[str, Any]:
    asked = config["evaluation"]
    photos = [load_photo(p).pixels for p in sorted((DATA / asked["folder"]).glob("*.jpg"))]
    clean = [model.distance(features(Channel().send(p)[1])[0]) for p in photos]
    result = {
        "photos": len(photos),
        "as they are": spread_of([model.distance(features(p)[0]) for p in photos], model),
        "jpeg 90": spread_of(clean, model),
    }
    for kind in ("blur", "noise", "jpeg"):
        table = np.array(
            [
                [
                    model.distance(features(damaged(p, kind, s, config["seed"]))[0])
                    for s in asked[kind]
                ]
                for p in photos
            ]
        )
        worse = -np.array(asked[kind]) if kind == "jpeg" else np.array(asked[kind])
        result[kind] = {
            "spearman with strength, all pictures": spearman(
                np.tile(worse, len(photos)), table.ravel()
            ),
            "spearman with strength, mean over photos": float(
                np.mean([spearman(worse, row) for row in table])
            ),
            "strengths": [
                {"strength": s, **spread_of(list(d), model), "auc against clean": auc(clean, d)}
                for s, d in zip(asked[kind], table.T, strict=True)
            ],
        }
    return result


def spread_of(distances: list[float], model: Model) -> dict[str, Any]:
    return {
        "niqe median": float(np.median(distances)),
        "niqe range": [float(min(distances)), float(max(distances))],
        "points median": model.points(float(np.median(distances))),
        "share of 50 points and more": float(np.mean([model.points(d) >= 50 for d in distances])),
    }


def spearman(x: Floats, y: Floats) -> float:
    return float(np.corrcoef(ranks(x), ranks(y))[0, 1])


def ranks(values: Floats) -> Floats:
    """Ranks; equal values share their mean rank."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[inverse]


def auc(clean: list[float], hurt: Floats) -> float:
    """Probability that a damaged picture is further away than a clean one."""
    difference = np.asarray(hurt)[:, None] - np.asarray(clean)[None]
    return float(np.mean(difference > 0) + np.mean(difference == 0) / 2)


def rounded(value: object) -> object:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {key: rounded(v) for key, v in value.items()}
    return [rounded(v) for v in value] if isinstance(value, list) else value


def main() -> None:
    config = tomllib.loads((HERE / "config.toml").read_text())
    fitted = fit(config)
    data = MODEL.read_bytes()
    result = {
        "model_sha256": hashlib.sha256(data).hexdigest(),
        "fit": fitted,
        "evaluation": evaluate(config, load_model(data)),
    }
    (HERE / "result.json").write_text(json.dumps(rounded(result), indent=2) + "\n")


if __name__ == "__main__":
    main()
