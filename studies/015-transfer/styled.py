"""The style that does most against each scorer, on every photo: camouflages for 19 queries each.

    python styled.py --work /path/to/scratch [--most 12]

Every style that suits a photo is rendered as it starts, and every scorer asked about all of them;
of each scorer the best one is written with its preset, where judge.py finds it. A run that was
interrupted goes on.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from search import CONFIG, prepared, settings

from blackcamo import plugins
from blackcamo.channel import Channel
from blackcamo.filters.chain import Chain
from blackcamo.images import Photo, load_photo, write_bytes
from blackcamo.oracle import is_high_quality
from blackcamo.rendering import Picture, Renderer
from blackcamo.run.config import DEFAULT_APPEAL, DEFAULT_APPEAL_FLOOR
from blackcamo.run.presets import make_preset, photo_size
from blackcamo.run.scoring import recorded_options
from blackcamo.run.setup import load_styles, style_chain
from blackcamo.run.versions import versions
from blackcamo.scorers import load_scorer, scorer_of
from blackcamo.strategies import Goal
from blackcamo.styles.left_alone import unsuited
from blackcamo.styles.space import StyleSpace
from blackcamo.types import Scorer
from blackcamo.vision.facts import facts

CHANNEL = Channel()
MEASURE = plugins.load("appeals", DEFAULT_APPEAL)()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--most", type=int, help="photos, the first ones")
    args = parser.parse_args()
    scorers = {}
    for name in CONFIG["scorers"]:
        asked = settings(name, args.work)
        scorers[name] = asked, load_scorer(asked["scorer"], asked["scorer_options"])
    for path in prepared(args.work / "photos")[: args.most]:
        kept = args.work / "rows" / "styled" / f"{path.stem}.json"
        if not kept.exists():
            rows = tried(load_photo(path), scorers, args.work)
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(json.dumps(rows, indent=1) + "\n")
            print(path.stem, [row["name"] for row in rows if row["succeeded"]], flush=True)


def tried(
    photo: Photo, scorers: Mapping[str, tuple[dict[str, Any], Scorer]], work: Path
) -> list[dict[str, Any]]:
    """What every scorer says of every style, and the best one of each written."""
    known, styles = facts(photo.pixels), load_styles(plugins.names("styles"))
    chain = style_chain(styles)
    renderer = Renderer(photo.pixels, chain, CHANNEL, MEASURE, "enhance")
    unchanged = renderer.unchanged()[1]
    pictures = {}
    for style in styles:
        if unsuited(style, known, named=True) is None:
            params = StyleSpace(style, known, chain.space).start
            ((_, picture),) = renderer.prepare([params])
            assert isinstance(picture, Picture), picture
            pictures[style.name] = params, picture
    rows = []
    for name, (asked, loaded) in scorers.items():
        scorer, info = scorer_of(loaded, lambda: unchanged), loaded.info
        (before,) = scorer.score([unchanged], reference=True)
        goal = Goal.for_scorer(info, appeal_floor=DEFAULT_APPEAL_FLOOR)
        scores = {
            style: scorer.score([picture.received], reference=True)[0]
            for style, (_, picture) in pictures.items()
        }
        appeals = {style: picture.appraisal.value for style, (_, picture) in pictures.items()}
        # The farthest of those that people would post, as there is no search to come closer.
        liked = [style for style in scores if appeals[style] >= DEFAULT_APPEAL_FLOOR]
        best = min(liked, key=lambda style: goal.gap(scores[style]), default=None)
        row = {
            "photo": photo.path.stem,
            "name": name,
            "before": float(before),
            "high_before": is_high_quality(before, info),
            "scores": {style: float(score) for style, score in scores.items()},
            "appeals": appeals,
            "best": best,
            "succeeded": best is not None
            and is_high_quality(before, info)
            and goal.reached(scores[best]),
        }
        rows.append(row)
        if best is not None and row["high_before"]:
            recorded = {
                "scorer_spec": asked["scorer"],
                "scorer_options": recorded_options(asked["scorer_options"]),
                "scorer": asdict(info),
                "target": goal.target,
            }
            write(photo, chain, best, pictures[best], recorded, row, work)
    return rows


def write(
    photo: Photo,
    chain: Chain,
    style: str,
    made: tuple[Mapping[str, float], Picture],
    recorded: Mapping[str, Any],
    row: Mapping[str, Any],
    work: Path,
) -> None:
    params, picture = made
    preset = make_preset(
        chain,
        style,
        params,
        identity={
            "photo": {"name": photo.path.name, "sha256": photo.sha256},
            **recorded,
            "appeal_measure": MEASURE.name,
            "appeal_floor": DEFAULT_APPEAL_FLOOR,
            "channel": asdict(CHANNEL),
            "mode": "enhance",
            "seed": 0,
            "keep_size": False,
            "finish": "",
        },
        facts={
            "score_before": row["before"],
            "score_after": row["scores"][style],
            "appeal": picture.appraisal.value,
            "appeal_parts": dict(picture.appraisal.parts),
            "succeeded": row["succeeded"],
            "photo_size": photo_size(photo.pixels),
            "camouflage": {"sha256": hashlib.sha256(picture.jpeg).hexdigest()},
            "versions": dict(versions(recorded["scorer"]["engine"])),
        },
    )
    folder = work / "styled" / row["name"]
    folder.mkdir(parents=True, exist_ok=True)
    ending = "camo" if row["succeeded"] else "best-effort"
    write_bytes(folder / f"{photo.path.stem}.preset.json", preset.to_json().encode())
    write_bytes(folder / f"{photo.path.stem}.{ending}.jpg", picture.jpeg)


if __name__ == "__main__":
    main()
