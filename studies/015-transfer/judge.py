"""Let every scorer judge every camouflage, and explain those that succeeded.

    python judge.py --work /path/to/scratch

After search.py, styled.py and profiled.py, or some of them: what is there is judged. Writes
``result.json`` and all scores, ``scores.csv``, here; what was explained is kept in the scratch
folder.
"""

from __future__ import annotations

import argparse
import csv
import json
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from search import CONFIG, HERE, settings

from blackcamo import run
from blackcamo.preset import read_preset
from blackcamo.run.naming import preset_beside
from blackcamo.run.transferring import cells
from blackcamo.run.versions import versions

SOURCES = ("searched", "styled", "profiled")
CLASSIFIER = "efficientnet-lite0"
FLOOR = 80.0
BUDGET = 80
"""Queries with which a recipe is explained."""
BEST_EFFORTS = 6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    args = parser.parse_args()
    result: dict[str, Any] = {"config": {k: v for k, v in CONFIG.items() if k != "scorers"}}
    table: list[dict[str, Any]] = []
    for source in SOURCES:
        if not (args.work / source).is_dir():
            continue
        found = judged(args.work, source)
        for row in found.rows:
            file = Path(row.file).relative_to(args.work)
            table.append({"source": source, **row.to_json(), "file": file.as_posix()})
        won = [row for row in found.rows if ".camo." in row.file]
        result[source] = {
            "queries": {name: counts["total"] for name, counts in found.queries.items()},
            "matrix": [cell.to_json() for cell in found.cells],
            "matrix_of_successes": [cell.to_json() for cell in cells(won)],
            "explained": explained(args.work, source),
        }
    styled = [
        row
        for file in sorted((args.work / "rows" / "styled").glob("*.json"))
        for row in json.loads(file.read_text())
    ]
    result["versions"] = dict(versions("onnxruntime"))
    result["labels"] = labels([row for row in styled if row["name"] == CLASSIFIER])
    (HERE / "result.json").write_text(json.dumps(result, indent=1) + "\n")
    with (HERE / "scores.csv").open("w", encoding="utf-8") as scores:
        writer = csv.DictWriter(scores, list(table[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)
    print(json.dumps(result, indent=1))


def judged(work: Path, source: str) -> run.TransferResult:
    """All camouflages of a source, best efforts among them, judged by all scorers."""
    asked = [settings(name, work) for name in CONFIG["scorers"]]
    found = run.transfer(
        [work / source],
        scorers={one["scorer"]: one["scorer_options"] for one in asked},
        storage=work / "none.journal",
        photos=[work / "photos"],
        best_efforts=True,
    )
    assert not found.errors, found.errors
    return found


def explained(work: Path, source: str) -> dict[str, Any]:
    """Minimal recipes of what succeeded; where nothing did those of the first best efforts."""
    files = sorted((work / source).rglob("*.camo.jpg"))
    efforts = sorted((work / source).rglob("*.best-effort.jpg"))[:BEST_EFFORTS]
    rows = [explain(file, work, source) for file in files or efforts]
    for row in rows:
        change = row["score"] - row["score_before"]
        assert row["complete"], row["file"]
        assert abs(sum(c["score_share"] for c in row["clauses"]) - change) < 1e-6, row["file"]
    kept = [sum(c["kept"] for c in row["clauses"]) for row in rows]
    return {
        "files": len(rows),
        "succeeded": sum(row["succeeded"] for row in rows),
        "succeeded_minimal": sum(
            _reached(row) and row["appeal_minimal"] >= row["appeal_floor"] for row in rows
        ),
        "median_clauses": _median([len(row["clauses"]) for row in rows]),
        "median_kept": _median(kept),
        "most_kept": max(kept, default=None),
        "median_appeal": _median([row["appeal"] for row in rows]),
        "median_appeal_minimal": _median([row["appeal_minimal"] for row in rows]),
        "median_queries": _median([row["queries"]["total"] for row in rows]),
        "recipes": {
            row["file"]: {
                "clauses": len(row["clauses"]),
                "kept": [c["clause"] for c in row["clauses"] if c["kept"]],
                **{k: row[k] for k in _TOLD},
            }
            for row in rows
        },
    }


_TOLD = ("score_before", "score", "score_minimal", "appeal", "appeal_minimal")


def explain(file: Path, work: Path, source: str) -> dict[str, Any]:
    """What a camouflage takes, kept in the scratch folder."""
    stem = file.name.partition(".")[0]
    kept = work / "explained" / f"{source}-{stem}-{file.parent.name}.json"
    if not kept.exists():
        kept.parent.mkdir(exist_ok=True)
        found = run.explain(
            read_preset(preset_beside(file)),
            photos=[work / "photos"],
            budget=BUDGET,
            **settings(file.parent.name, work),
        )
        kept.write_text(json.dumps(found.to_json(), indent=1) + "\n")
    read: dict[str, Any] = json.loads(kept.read_text())
    return {**read, "file": f"{stem} for {file.parent.name}"}


def labels(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Of each style: on how many photos the label is another one, and what appeal that has."""
    found: dict[str, Any] = {}
    for style in sorted({style for row in rows for style in row["scores"]}):
        mine = [
            (row["scores"][style], row["appeals"][style]) for row in rows if style in row["scores"]
        ]
        changed = [appeal for score, appeal in mine if score < 50]
        found[style] = {
            "photos": len(mine),
            "label_changed": len(changed),
            "changed_at_floor": sum(appeal >= FLOOR for appeal in changed),
            "median_appeal": _median([appeal for _, appeal in mine]),
            "median_appeal_where_changed": _median(changed),
        }
    any_style = [
        max((row["appeals"][s] for s, score in row["scores"].items() if score < 50), default=None)
        for row in rows
    ]
    found["any"] = {
        "photos": len(rows),
        "label_changed": sum(appeal is not None for appeal in any_style),
        "changed_at_floor": sum(appeal is not None and appeal >= FLOOR for appeal in any_style),
        "median_share_before": _median([row["before"] for row in rows]),
    }
    return found


def _reached(row: Mapping[str, Any]) -> bool:
    down = row["target"] <= row["threshold"]
    score, target = row["score_minimal"], row["target"]
    return bool(score <= target if down else score >= target)


def _median(values: Sequence[float]) -> float | None:
    return statistics.median(values) if values else None


if __name__ == "__main__":
    main()
