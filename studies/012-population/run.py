"""Do searches find more where CMA's generations are as large as the batches it is asked for?

    python run.py --work /path/to/scratch [--budget 160] [--jobs 1]

Data is found through BLACKCAMO_DATA (default ../shared beside the repository). Writes a row per
search into the scratch folder, so that an interrupted run goes on, and ``result.json`` here.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import statistics
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from blackcamo.images import load_photo
from blackcamo.ledger import Ledger
from blackcamo.objective import Objective
from blackcamo.oracle import Oracle
from blackcamo.rendering import Renderer
from blackcamo.run import SearchConfig
from blackcamo.run.setup import Setup
from blackcamo.types import ScorerOptions

HERE = Path(__file__).resolve().parent
DATA = Path(os.environ.get("BLACKCAMO_DATA", HERE.parents[1].parent / "shared")).resolve()
PHOTOS = ("03", "05", "07", "13", "15", "19", "21", "23")
LONG_SIDE_PX = 192
BATCH = 16
SCORERS: dict[str, dict[str, Any]] = {
    "pocketiqa": {"scorer": "pocketiqa"},
    "nima-technical": {
        "scorer": f"onnx:{DATA / 'weights' / 'nima_technical.onnx'}",
        "scorer_options": ScorerOptions(
            extra={
                "description": str(HERE.parents[1] / "tests" / "data" / "nima_technical.onnx.toml")
            }
        ),
    },
}
STRATEGIES = {
    # As large as what the strategy is told of batches.
    "CMA, 17 to a generation": ("CMA", BATCH + 1),
    "CMA, 16 to a generation": ("CMA", BATCH),
    "OldCMA, 16 to a generation": ("OldCMA", BATCH),
}
CHECKPOINTS = (40, 80, 160)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--budget", type=int, default=CHECKPOINTS[-1])
    parser.add_argument("--jobs", type=int, default=1)
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    for photo in PHOTOS:
        picture = Image.fromarray(
            load_photo(DATA / "photos" / "kodak" / f"kodim{photo}.jpg").pixels
        )
        picture.thumbnail((LONG_SIDE_PX,) * 2, Image.Resampling.LANCZOS)
        picture.save(args.work / f"kodim{photo}.png")
    jobs = list(itertools.product(range(3), PHOTOS, SCORERS, (True, False), STRATEGIES))
    work = partial(searched, budget=args.budget, work=args.work)
    with ProcessPoolExecutor(args.jobs, get_context("spawn")) as pool:
        rows = list(pool.map(work, jobs))
    result = summary(rows)
    (HERE / "result.json").write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))


def searched(job: tuple[int, str, str, bool, str], *, budget: int, work: Path) -> dict[str, Any]:
    """One search without files: the least loss after so many queries."""
    seed, photo, scorer, repaired, name = job
    kept = work / f"{photo}-{scorer}-{seed}-{repaired}-{name}.json"
    if kept.exists():
        found: dict[str, Any] = json.loads(kept.read_text())
        return found
    strategy, generation = STRATEGIES[name]
    setup = Setup(
        # So few that no process is started beside this one.
        SearchConfig(budget=64, seed=seed, strategy=strategy, batch=generation, **SCORERS[scorer])
    )
    loaded = load_photo(work / f"kodim{photo}.png")
    contest = setup.contest(loaded)
    oracle = Oracle(setup.scorer, Ledger(budget))
    renderer = Renderer(
        loaded.pixels, setup.chain, setup.channel, setup.appeal, "enhance", device=setup.device
    )
    objective = Objective(renderer, oracle, contest.spaces, appeal_floor=80.0 if repaired else 0.0)
    unchanged = objective.baseline()
    losses = [setup.goal.loss(unchanged.score, unchanged.appeal)]
    success: int | None = None
    running = setup.race(contest, budget)
    while len(losses) < budget:
        proposals = running.ask(min(BATCH, budget - len(losses)))
        evaluations = objective.evaluate(objective.prepare(proposals))
        new = [setup.goal.loss(e.score, e.appeal) for e in evaluations]
        running.tell(proposals, new)
        for e, loss in zip(evaluations, new, strict=True):
            losses.append(loss)
            if success is None and setup.goal.succeeded(e.score, e.appeal):
                success = len(losses)
    found = {
        "photo": photo,
        "scorer": scorer,
        "seed": seed,
        "repaired": repaired,
        "strategy": name,
        "before": unchanged.score,
        "least_loss": {n: round(min(losses[:n]), 3) for n in CHECKPOINTS if n <= budget},
        "success": success,
    }
    kept.write_text(json.dumps(found))
    return found


def summary(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """By scorer and repair: each strategy's mean least loss, and its difference to the first."""
    random = np.random.default_rng(0)
    result: dict[str, Any] = {}
    for scorer, repaired in itertools.product(SCORERS, (True, False)):
        some = [r for r in rows if r["scorer"] == scorer and r["repaired"] == repaired]
        found: dict[str, Any] = {}
        for name in STRATEGIES:
            mine = [r for r in some if r["strategy"] == name]
            first = [r for r in some if r["strategy"] == next(iter(STRATEGIES))]
            last = list(mine[0]["least_loss"])[-1]
            differences = np.array(
                [
                    a["least_loss"][last] - b["least_loss"][last]
                    for a, b in zip(mine, first, strict=True)
                ]
            )
            # Seeds of one photo are no independent draws: photos are drawn, with all their seeds.
            by_photo = np.array(
                [
                    [d for d, r in zip(differences, mine, strict=True) if r["photo"] == p]
                    for p in PHOTOS
                ]
            )
            means = [
                by_photo[random.integers(0, len(PHOTOS), len(PHOTOS))].mean() for _ in range(2000)
            ]
            successes = [r["success"] for r in mine if r["success"] is not None]
            found[name] = {
                "mean_least_loss": {
                    n: round(statistics.mean(r["least_loss"][n] for r in mine), 2)
                    for n in mine[0]["least_loss"]
                },
                "difference_to_the_first": round(float(differences.mean()), 2),
                "interval_95": [round(float(x), 2) for x in np.quantile(means, (0.025, 0.975))],
                "successes": len(successes),
                "searches": len(mine),
                "median_queries_to_success": statistics.median(successes) if successes else None,
            }
        result[f"{scorer}, {'brought to the floor' if repaired else 'as proposed'}"] = found
    return result


if __name__ == "__main__":
    main()
