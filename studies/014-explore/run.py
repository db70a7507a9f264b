"""Show the same looks of many photos to five scorers, and keep the raw table.

    python run.py --work /path/to/scratch [--set kodak] [--most 24] [--points 8]

Data is found through BLACKCAMO_DATA (default ../shared beside the repository), weights through
BLACKCAMO_HOME. A run that was interrupted goes on, and one with more photos or points adds them.
Writes ``explore.csv.gz`` and ``result.json`` here; page and sheets stay in the scratch folder.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import shutil
import time
import tomllib
from pathlib import Path
from typing import Any

from blackcamo import run

HERE = Path(__file__).resolve().parent
DESCRIPTION = HERE.parents[1] / "tests" / "data" / "nima_technical.onnx.toml"
CONFIG = tomllib.loads((HERE / "config.toml").read_text())
TOLD = 5
"""Looks of each scorer that ``result.json`` names."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--set", action="append", choices=sorted(CONFIG["sets"]))
    parser.add_argument("--most", type=int, help="photos of each set, the first ones")
    parser.add_argument("--points", type=int, default=CONFIG["points"])
    args = parser.parse_args()
    data = Path(os.environ.get("BLACKCAMO_DATA", HERE.parents[1].parent / "shared")).resolve()
    models = args.work / "models"
    models.mkdir(parents=True, exist_ok=True)
    shutil.copy(data / "weights" / "nima_technical.onnx", models)
    shutil.copy(DESCRIPTION, models)
    found = [p for name in args.set or CONFIG["sets"] for p in photos(data, name)[: args.most]]
    result = run.explore(
        found,
        config=run.ExploreConfig(
            scorers=tuple(spec.format(models=models) for spec in CONFIG["scorers"].values()),
            points=args.points,
            seed=CONFIG["seed"],
            proxy_px=CONFIG["proxy_px"],
            out=args.work / "exploration",
        ),
        progress=tell,
    )
    assert result.table is not None
    (HERE / "result.json").write_text(json.dumps(told(result), indent=1) + "\n")
    with (
        (HERE / "explore.csv.gz").open("wb") as raw,
        # Without a name and a date the same table makes the same file.
        gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as stream,
    ):
        stream.write(result.table.read_bytes())


def photos(data: Path, name: str) -> list[Path]:
    """The files of a set."""
    chosen = CONFIG["sets"][name]
    if chosen["photos"].endswith(".txt"):
        lines = (HERE / chosen["photos"]).read_text().split()
        return [data / line for line in lines][: chosen["most"]]
    return sorted(data.glob(chosen["photos"]))[: chosen["most"]]


def tell(photo: str, done: int, total: int) -> None:
    """A line of a log."""
    print(time.strftime("%H:%M:%S"), photo, f"{done}/{total}", flush=True)


def told(result: run.ExploreResult) -> dict[str, Any]:
    """What the README quotes."""
    everything = result.to_json()
    return {
        "photos": result.photos,
        "looks": result.looks,
        "queries": everything["queries"],
        "scorers": {
            name: {
                "looks": reading["looks"][:TOLD],
                "overall": reading["overall"],
                "parameters": dict(list(reading["parameters"].items())[:TOLD]),
                "styles": reading["heat"]["styles"],
            }
            for name, reading in everything["readings"].items()
        },
    }


if __name__ == "__main__":
    main()
