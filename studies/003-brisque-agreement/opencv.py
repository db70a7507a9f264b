"""Record what OpenCV's quality module says of the photos: features, and score by its own model.

Run with a Python that has opencv-contrib-python-headless, which cannot live beside the
opencv-python-headless that blackcamo uses:

    python -m venv reference && reference/bin/pip install opencv-contrib-python-headless==5.0.0.93
    reference/bin/python studies/003-brisque-agreement/opencv.py MODEL.yml RANGE.yml

MODEL.yml and RANGE.yml are brisque_model_live.yml and brisque_range_live.yml of opencv_contrib
(modules/quality/samples). Writes opencv.json.
"""

from __future__ import annotations

import json
import os
import sys
import tomllib
from pathlib import Path
from typing import Any

import cv2

HERE = Path(__file__).resolve().parent
DATA = Path(os.environ.get("BLACKCAMO_DATA", HERE.parent.parent.parent / "shared"))


def main() -> None:
    config = tomllib.loads((HERE / "config.toml").read_text())
    # Only the contrib package has the module, and the stubs here are the other package's.
    quality: Any = vars(cv2)["quality"]
    brisque = quality.QualityBRISQUE_create(*sys.argv[1:3])
    photos = {}
    for path in sorted((DATA / config["photos"]).glob("*.jpg")):
        picture = cv2.imread(str(path))
        if picture is None:
            raise SystemExit(f"cannot read {path}")
        if path.name in config["odd"]:
            picture = picture[:-1, :-1].copy()
        features = quality.QualityBRISQUE_computeFeatures(picture).ravel()
        photos[path.name] = {
            "score": round(brisque.compute(picture)[0], 4),
            "features": [round(float(value), 6) for value in features],
        }
    record = {"opencv": cv2.__version__, "photos": photos}
    (HERE / "opencv.json").write_text(json.dumps(record) + "\n")


if __name__ == "__main__":
    main()
