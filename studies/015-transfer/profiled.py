"""Camouflages for PocketIQA without a search: what its installed profile makes of every photo.

    python profiled.py --work /path/to/scratch [--most 12]

Two queries a photo. Files and presets go to the scratch folder, where judge.py finds them beside
those of search.py; a run that was interrupted goes on there.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
from pathlib import Path

from search import prepared

from blackcamo.images import load_photo, write_bytes
from blackcamo.ledger import Ledger
from blackcamo.objective import Objective
from blackcamo.oracle import Oracle, is_high_quality
from blackcamo.profile import find_profile
from blackcamo.rendering import Renderer
from blackcamo.run import SearchConfig
from blackcamo.run.presets import make_preset, photo_size
from blackcamo.run.profiling import profiled
from blackcamo.run.setup import Setup
from blackcamo.types import UNCHANGED, Evaluation
from blackcamo.vision.facts import facts

SCORER = "pocketiqa"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--most", type=int, help="photos, the first ones")
    args = parser.parse_args()
    setup = Setup(SearchConfig(budget=64, scorer=SCORER, profile="none"))
    for photo in prepared(args.work / "photos")[: args.most]:
        row = args.work / "rows" / "profiled" / f"{photo.stem}.json"
        if not row.exists():
            row.parent.mkdir(parents=True, exist_ok=True)
            row.write_text(json.dumps(camouflaged(photo, setup, args.work), indent=1) + "\n")


def camouflaged(path: Path, setup: Setup, work: Path) -> dict[str, object]:
    """What the profile makes of a photo, verified from its bytes."""
    photo = load_photo(path)
    _, profile = find_profile(SCORER)
    params = profiled(
        photo.pixels, facts(photo.pixels), profile, setup.chain, setup.styles, floor=80.0
    )
    renderer = Renderer(photo.pixels, setup.chain, setup.channel, setup.appeal, "enhance")
    objective = Objective(renderer, Oracle(setup.scorer, Ledger(2)), {})
    before = objective.reference().score
    asked = Evaluation(UNCHANGED, (), params, math.nan, math.nan, {}, "", 0, 0, 0)
    delivered = objective.deliver(asked, photo.credit)
    assert delivered is not None
    after, data = delivered
    succeeded = setup.goal.succeeded(after.score, after.appeal)
    preset = make_preset(
        setup.chain,
        UNCHANGED,
        params,
        identity=setup.identity(photo, setup.contest(photo)),
        facts={
            "score_before": before,
            "score_after": after.score,
            "appeal": after.appeal,
            "appeal_parts": dict(after.parts),
            "succeeded": succeeded,
            "photo_size": photo_size(photo.pixels),
            "camouflage": {
                "sha256": hashlib.sha256(data).hexdigest(),
                "width_px": after.width_px,
                "height_px": after.height_px,
            },
            "versions": dict(setup.versions),
        },
    )
    folder = work / "profiled" / SCORER
    folder.mkdir(parents=True, exist_ok=True)
    output = folder / f"{photo.path.stem}.{'camo' if succeeded else 'best-effort'}.jpg"
    write_bytes(output.with_name(f"{photo.path.stem}.preset.json"), preset.to_json().encode())
    write_bytes(output, data)
    print(path.stem, before, after.score, after.appeal, succeeded, flush=True)
    return {
        "photo": photo.path.stem,
        "scorer": SCORER,
        "high_before": is_high_quality(before, setup.scorer.info),
        "score_before": before,
        "score_after": after.score,
        "appeal": after.appeal,
        "succeeded": succeeded,
        "queries": 2,
        "versions": dict(setup.versions),
    }


if __name__ == "__main__":
    main()
