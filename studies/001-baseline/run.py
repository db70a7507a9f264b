"""Search every photo with every scorer, verify what was delivered, and draw contact sheets.

    python run.py --work /path/to/scratch [--scorer niqe]

Data is found through BLACKCAMO_DATA (default ../shared beside the repository). Writes
``result.json`` and ``<scorer>.jpg`` here; camouflages and studies go to the scratch folder.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image

from blackcamo import run
from blackcamo.images import load_photo
from blackcamo.report.canvas import Scored
from blackcamo.report.sheet import SheetRow, contact_sheet
from blackcamo.types import ScorerOptions

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--scorer", action="append")
    args = parser.parse_args()
    data = Path(os.environ.get("BLACKCAMO_DATA", REPOSITORY.parent / "shared")).resolve()
    config = tomllib.loads((HERE / "config.toml").read_text())
    file = HERE / "result.json"
    results = json.loads(file.read_text()) if file.exists() else {}
    photos = sorted((data / config["photos"]).glob("*.jpg"))
    for name in args.scorer or config["scorers"]:
        search = settings(config, name, data)
        outcome = list(search_all(photos, search, args.work / name, config["repeated"]))
        rows = [describe(result) for result in outcome]
        results[name] = {
            "budget": config["budget"],
            "seed": config["seed"],
            "versions": dict(outcome[0].versions),
            "summary": summarise(rows, outcome[0]),
            "photos": rows,
        }
        file.write_text(json.dumps(results, indent=1) + "\n")
        draw(outcome, HERE / f"{name}.jpg", name)
        print(table(results[name]))


def settings(config: dict[str, Any], name: str, data: Path) -> dict[str, Any]:
    scorer = config["scorers"][name]
    places = {"data": data, "repository": REPOSITORY}
    extra = {key: value.format(**places) for key, value in scorer.get("options", {}).items()}
    return {
        "scorer": scorer["spec"].format(**places),
        "scorer_options": ScorerOptions(extra=extra),
        "budget": config["budget"],
        "seed": config["seed"],
    }


def search_all(
    photos: list[Path], search: dict[str, Any], work: Path, repeated: list[str]
) -> Iterator[run.SearchResult]:
    for photo in photos:
        result = run.search(
            photo, out=work / photo.stem, storage=str(work / "studies.journal"), **search
        )
        assert result.output is not None
        assert run.verify(result.output).reproduced, f"{photo.stem}: another score than recorded"
        if photo.stem in repeated:
            again = work / "again" / photo.stem
            run.search(photo, out=again, storage=str(again / "studies.journal"), **search)
            for file in (work / photo.stem).iterdir():
                assert file.read_bytes() == (again / file.name).read_bytes(), file
        print(photo.stem, result.score_before, result.score_after, result.appeal, flush=True)
        yield result


def describe(result: run.SearchResult) -> dict[str, Any]:
    fields = ("score_before", "score_after", "score_recompressed", "appeal", "succeeded", "recipe")
    row = {"photo": result.photo.stem, **{name: getattr(result, name) for name in fields}}
    return {
        **row,
        "parts": dict(result.parts),
        "to_success": result.queries["to_success"],
        "queries": result.queries["total"],
        "seconds": result.seconds,
    }


def summarise(rows: list[dict[str, Any]], any_result: run.SearchResult) -> dict[str, Any]:
    threshold = any_result.threshold
    assert threshold is not None
    high = [row for row in rows if row["score_before"] >= threshold]
    won = [row for row in high if row["succeeded"]]
    return {
        "threshold": threshold,
        "target": any_result.target,
        "high_before": len(high),
        "high_after": sum(row["score_after"] >= threshold for row in high),
        "high_after_recompression": sum(row["score_recompressed"] >= threshold for row in high),
        "at_target_with_appeal": len(won),
        "median_appeal_of_these": statistics.median(r["appeal"] for r in won) if won else None,
        "median_queries_to_success": (
            statistics.median(r["to_success"] for r in won) if won else None
        ),
        "median_seconds": statistics.median(row["seconds"] for row in rows),
    }


def draw(outcome: list[run.SearchResult], path: Path, name: str) -> None:
    rows = []
    for result in outcome:
        assert result.output is not None
        assert result.threshold is not None
        shown = [
            Scored(load_photo(file).pixels, score, score >= result.threshold)
            for file, score in (
                (result.photo, result.score_before),
                (result.output, result.score_after),
            )
            if score is not None
        ]
        rows.append(SheetRow(result.photo.stem, shown[0], shown[1], f"appeal {result.appeal:.1f}"))
    sheet = contact_sheet(rows, title=f"{name}, 500 queries", columns=3, width_px=2400)
    Image.fromarray(sheet).save(path, quality=80)


def table(result: dict[str, Any]) -> str:
    lines = [
        "| photo | before | after | again | appeal | success | queries to it | seconds |",
        "|---|---:|---:|---:|---:|---|---:|---:|",
        *(
            f"| {row['photo']} | {row['score_before']:.1f} | {row['score_after']:.1f} "
            f"| {row['score_recompressed']:.1f} | {row['appeal']:.1f} "
            f"| {'yes' if row['succeeded'] else 'no'} | {row['to_success'] or ''} "
            f"| {row['seconds']:.0f} |"
            for row in result["photos"]
        ),
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
