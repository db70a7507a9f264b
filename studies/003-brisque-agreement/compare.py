"""Compare our BRISQUE with the two recorded references, by each release's own model.

    python studies/003-brisque-agreement/compare.py MODEL.yml ALLMODEL SVM.txt

The files that scale the features lie beside each: brisque_range_live.yml, allrange and
normalize.pickle. Writes result.json.
"""

from __future__ import annotations

import json
import os
import sys
import tomllib
from pathlib import Path

import numpy as np

from blackcamo.images import load_photo
from blackcamo.scorers.brisque import Model, picture_features
from blackcamo.weights.brisque import convert

HERE = Path(__file__).resolve().parent
DATA = Path(os.environ.get("BLACKCAMO_DATA", HERE.parent.parent.parent / "shared"))


def model(path: Path) -> Model:
    converted = convert(path)
    return Model.from_tensors(converted.tensors, release=converted.settings["features"])


def main() -> None:
    opencv, live, package = (model(Path(path)) for path in sys.argv[1:4])
    config = tomllib.loads((HERE / "config.toml").read_text())
    theirs = {name: json.loads((HERE / f"{name}.json").read_text()) for name in ("opencv", "live")}
    photos = {}
    for path in sorted((DATA / config["photos"]).glob("*.jpg")):
        pixels = load_photo(path).pixels
        if path.name in config["odd"]:
            pixels = pixels[:-1, :-1]
        ours = {
            release: picture_features([pixels], release=release, device="cpu")
            for release in ("opencv", "live")
        }
        recorded = theirs["opencv"]["photos"][path.name]
        port = theirs["live"]["photos"][path.name]
        scores = {
            "OpenCV": opencv.predict(np.array([recorded["features"]])),
            "OpenCV's clipped score": np.array([recorded["score"]]),
            "ours, OpenCV's model": opencv.predict(ours["opencv"]),
            "ours, the packages' model": package.predict(ours["opencv"]),
            "pyiqa": live.predict(np.array([port["as it is"]])),
            "pyiqa, exact": live.predict(np.array([port["exact"]])),
            "ours, LIVE's model": live.predict(ours["live"]),
            "LIVE's model, OpenCV's features": live.predict(ours["opencv"]),
        }
        photos[path.name] = {name: round(float(score[0]), 3) for name, score in scores.items()}
    pairs = {
        "OpenCV": "ours, OpenCV's model",
        "pyiqa": "ours, LIVE's model",
        "pyiqa, exact": "ours, LIVE's model",
    }
    differences = {
        reference: np.abs([row[reference] - row[mine] for row in photos.values()])
        for reference, mine in pairs.items()
    }
    summary = {
        reference: {
            "median difference": round(float(np.median(found)), 4),
            "largest difference": round(float(found.max()), 3),
            "photos within 0.1": int((found <= 0.1).sum()),
        }
        for reference, found in differences.items()
    }
    result = {"summary": summary, "photos": photos}
    (HERE / "result.json").write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
