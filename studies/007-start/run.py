"""Find what camouflages other photos, for searches to start from.

    python run.py --work /path/to/scratch [--mode enhance]

Data is found through BLACKCAMO_DATA (default ../shared beside the repository). Searches from
neutral, takes what each delivered, and shows that to the scorers on all the other photos; puts
first what helps most there, then what helps most beside it, and so on; each mode for itself.
Writes ``result.json`` here and the starts that ship with the package. A search has a core for
itself, and there are as many searches at a time as cores; what was searched before is not
searched again.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import tomllib
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from blackcamo import run
from blackcamo.appeal import critic
from blackcamo.channel import Channel
from blackcamo.filters import load_chain
from blackcamo.images import fit_long_side, load_photo
from blackcamo.preset import read_preset
from blackcamo.rendering import Picture, Renderer
from blackcamo.run.results import DEFAULT_APPEAL_FLOOR
from blackcamo.scorers import load_scorer
from blackcamo.space import FilterSpace
from blackcamo.testing.studies import scorer_settings, side_by_side
from blackcamo.types import Mode

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
SHIPPED = REPOSITORY / "blackcamo" / "run" / "data" / "winners.json"
DIGITS = 4
ALMOST = 1.0
"""Points under the floor at which a start is still as good as there."""

Drops: TypeAlias = NDArray[np.float64]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--mode", action="append")
    args = parser.parse_args()
    data = Path(os.environ.get("BLACKCAMO_DATA", REPOSITORY.parent / "shared")).resolve()
    config = tomllib.loads((HERE / "config.toml").read_text())
    for mode in args.mode or config["modes"]:
        found, shipped = find(mode, config, data, args.work / mode)
        keep(HERE / "result.json", mode, found)
        keep(SHIPPED, mode, shipped)
        print(mode, json.dumps(found["mean_best_drop"]))


def find(
    mode: Mode, config: dict[str, Any], data: Path, work: Path
) -> tuple[dict[str, Any], list[dict[str, float]]]:
    """The searches of one mode, and the starts that come of them."""
    photos = prepare(data / "photos", work / "photos", config, config["modes"][mode])
    space = load_chain(mode=mode).space
    rows, winners, drops = [], [], []
    for name, scorer in config["scorers"].items():
        settings = scorer_settings(scorer, data=data, repository=REPOSITORY)
        search = {
            **settings,
            "mode": mode,
            "budget": config["modes"][mode]["budget"],
            "seed": config["seed"],
            "target": float(config["target"]),
            "start": "neutral",
            "no_pictures": True,
        }
        one = partial(search_one, search=search, work=work / name)
        found = list(side_by_side(one, photos))
        rows += [{"scorer": name, **row} for row, _ in found]
        winners += [params for _, params in found]
    for scorer in config["scorers"].values():
        settings = scorer_settings(scorer, data=data, repository=REPOSITORY)
        tried = partial(try_all, winners=winners, settings=settings, mode=mode)
        drops += list(side_by_side(tried, photos))
    # (photos of each scorer, winners): nothing is to be said by a photo of what won on it.
    gained = np.array(drops)
    others = ~np.tile(np.eye(len(photos), dtype=bool), (len(config["scorers"]),) * 2)
    order, covered = by_use(gained * others)
    found_here = {
        "searches": rows,
        "order": [f"{rows[i]['scorer']} {rows[i]['photo']}" for i in order],
        "mean_best_drop": [round(float(c), 2) for c in covered],
    }
    return found_here, [rounded(winners[i], space) for i in order[: config["starts"]]]


def keep(file: Path, mode: Mode, found: Any) -> None:
    """Put what was found beside what the file has of other modes; a line for each set of values."""
    known = json.loads(file.read_text()) if file.exists() else {}
    modes = []
    for name, values in sorted({**known, mode: found}.items()):
        if isinstance(values, list):
            modes.append(f'"{name}": [\n' + ",\n".join(map(json.dumps, values)) + "\n]")
        else:
            modes.append(f'"{name}": {json.dumps(values, indent=1)}')
    file.write_text("{\n" + ",\n".join(modes) + "\n}\n")


def by_use(drops: Drops) -> tuple[list[int], list[float]]:
    """Columns in the order in which they add most to the mean of rows' best, and that mean."""
    order: list[int] = []
    covered: list[float] = []
    best = np.zeros(len(drops))
    while len(order) < drops.shape[1]:
        means = np.maximum(drops, best[:, None]).mean(0)
        means[order] = -np.inf
        order.append(int(means.argmax()))
        covered.append(float(means.max()))
        best = np.maximum(best, drops[:, order[-1]])
    return order, covered


def rounded(params: Mapping[str, float], space: FilterSpace) -> dict[str, float]:
    return {
        p.name: round(params[p.name], DIGITS)
        for p in space.params
        if round(params[p.name], DIGITS) != p.neutral
    }


def try_all(
    photo: Path, winners: Sequence[Mapping[str, float]], settings: dict[str, Any], mode: Mode
) -> list[float]:
    """How much each of them lowers the score of a photo, weakened to the appeal floor."""
    chain, scorer = (
        load_chain(mode=mode),
        load_scorer(settings["scorer"], settings["scorer_options"]),
    )
    pixels = load_photo(photo).pixels
    renderer = Renderer(pixels, chain, Channel(), critic.create(), mode)
    (before,) = scorer.score([renderer.channel.send(pixels)[1]])
    drops = []
    prepared = renderer.prepare(winners, shares=[{}] * len(winners), floor=DEFAULT_APPEAL_FLOOR)
    for _, picture in prepared:
        assert isinstance(picture, Picture), picture
        (after,) = scorer.score([picture.received])
        there = picture.appraisal.value >= DEFAULT_APPEAL_FLOOR - ALMOST
        drops.append(before - after if there else 0.0)
    return drops


def prepare(source: Path, folder: Path, config: dict[str, Any], size: dict[str, Any]) -> list[Path]:
    """Photos from the training half of study 002, evenly from its list, as PNG."""
    with (REPOSITORY / "studies" / "002-pocketiqa" / "photos.csv").open() as file:
        listed = [row["photo"] for row in csv.DictReader(file) if row["split"] == "train"]
    there = [name for name in listed if (source / name).is_file()]
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for name in there[:: len(there) // config["photos"]][: config["photos"]]:
        made.append(folder / f"{name.replace('/', '-').rsplit('.', 1)[0]}.png")
        pixels = fit_long_side(load_photo(source / name).pixels, size["long_side_px"])
        Image.fromarray(pixels).save(made[-1])
    return made


def search_one(
    photo: Path, search: dict[str, Any], work: Path
) -> tuple[dict[str, Any], dict[str, float]]:
    result = run.search(
        photo, out=work / photo.stem, storage=str(work / f"{photo.stem}.journal"), **search
    )
    assert result.preset is not None
    row = {
        "photo": photo.stem,
        "before": result.score_before,
        "after": result.score_after,
        "appeal": result.appeal,
    }
    print(work.name, *row.values(), flush=True)
    return row, dict(read_preset(result.preset).params)


if __name__ == "__main__":
    main()
