"""Let every scorer judge every camouflage, explain each of them, and look at styles by themselves.

    python judge.py --work /path/to/scratch [--most 12]

After search.py, which may still run: what is there is judged. Writes ``result.json`` and the table
of all scores, ``scores.csv``, here; rows of what takes long are kept in the scratch folder.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from search import CONFIG, HERE, prepared, settings

from blackcamo import plugins, run
from blackcamo.channel import Channel
from blackcamo.images import load_photo
from blackcamo.rendering import Picture, Renderer
from blackcamo.run.config import DEFAULT_APPEAL
from blackcamo.run.setup import load_styles, style_chain
from blackcamo.run.transferring import cells
from blackcamo.scorers import load_scorer, scorer_of
from blackcamo.styles.left_alone import unsuited
from blackcamo.styles.space import StyleSpace
from blackcamo.vision.facts import facts

CLASSIFIER = "efficientnet-lite0"
BUDGET = 80


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument(
        "--most", type=int, help="photos whose styles are looked at, the first ones"
    )
    args = parser.parse_args()
    photos = prepared(args.work / "photos")
    searches = [json.loads(p.read_text()) for p in sorted((args.work / "rows").glob("*.json"))]
    done = [row for row in searches if row["high_before"]]
    explained = [explain(row, args.work) for row in done if row["succeeded"]]
    styled = [row for photo in photos[: args.most] for row in styles_of(photo, args.work)]
    result = {
        "config": {k: v for k, v in CONFIG.items() if k != "scorers"},
        "searches": summary_of_searches(searches),
        "matrix": matrix(args.work, HERE / "scores.csv"),
        "explain": summary_of_explain(explained),
        "styles": summary_of_styles(styled),
        "versions": done[0]["versions"] if done else {},
    }
    (HERE / "result.json").write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))


def matrix(work: Path, table: Path) -> dict[str, Any]:
    """All camouflages, judged by all scorers: those that succeeded, and best efforts with them."""
    asked = {name: settings(name, work) for name in CONFIG["scorers"]}
    found = run.transfer(
        [work / "camouflages"],
        scorers={one["scorer"]: one["scorer_options"] for one in asked.values()},
        storage=work / "none.journal",
        photos=[work / "photos"],
        best_efforts=True,
        out=table,
    )
    assert not found.errors, found.errors
    won = [row for row in found.rows if not row.file.endswith(".best-effort.jpg")]
    return {
        "queries": {name: counts["total"] for name, counts in found.queries.items()},
        "camouflages": [cell.to_json() for cell in cells(won)],
        "with_best_efforts": [cell.to_json() for cell in found.cells],
    }


def explain(row: Mapping[str, Any], work: Path) -> dict[str, Any]:
    """The minimal recipe of a camouflage, and whether shares add up to what was measured."""
    kept = work / "explained" / f"{row['photo']}-{row['scorer']}.json"
    if not kept.exists():
        kept.parent.mkdir(exist_ok=True)
        found = run.explain(
            run.preset_meant(row["output"], storage=work / "none.journal"),
            photos=[work / "photos"],
            budget=BUDGET,
            **settings(row["scorer"], work),
        )
        kept.write_text(json.dumps({**found.to_json(), "attacked": row["scorer"]}, indent=1))
    read: dict[str, Any] = json.loads(kept.read_text())
    return read


def styles_of(photo: Path, work: Path) -> list[dict[str, Any]]:
    """What each style that suits a photo, as it starts, does to the classifier's label."""
    kept = work / "styles" / f"{photo.stem}.json"
    if not kept.exists():
        kept.parent.mkdir(exist_ok=True)
        pixels = load_photo(photo).pixels
        known, every = facts(pixels), load_styles(plugins.names("styles"))
        chain, channel = style_chain(every), Channel()
        measure = plugins.load("appeals", DEFAULT_APPEAL)()
        renderer = Renderer(pixels, chain, channel, measure, "enhance")
        unchanged = renderer.unchanged()[1]
        asked = settings(CLASSIFIER, work)
        judge = scorer_of(load_scorer(asked["scorer"], asked["scorer_options"]), lambda: unchanged)
        rows = [{"photo": photo.stem, "style": "none", "own": judge.score([unchanged])[0]}]
        for style in every:
            if unsuited(style, known, named=True) is None:
                space = StyleSpace(style, known, chain.space)
                ((_, picture),) = renderer.prepare([space.start])
                assert isinstance(picture, Picture), picture
                rows.append(
                    {
                        "photo": photo.stem,
                        "style": style.name,
                        "auto": style.auto,
                        "own": judge.score([picture.received])[0],
                        "appeal": picture.appraisal.value,
                    }
                )
        kept.write_text(json.dumps(rows, indent=1) + "\n")
    found: list[dict[str, Any]] = json.loads(kept.read_text())
    return found


def summary_of_searches(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    found = {}
    for name in CONFIG["scorers"]:
        mine = [row for row in rows if row["scorer"] == name]
        high = [row for row in mine if row["high_before"]]
        found[name] = {
            "photos": len(mine),
            "high_before": len(high),
            "camouflaged": sum(row["succeeded"] for row in high),
            "median_appeal": _median([row["appeal"] for row in high if row["succeeded"]]),
            "queries": sum(row["queries"] for row in high),
        }
    return found


def summary_of_explain(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    for row in rows:
        assert row["complete"], row["photo"]
        change = row["score"] - row["score_before"]
        assert abs(sum(c["score_share"] for c in row["clauses"]) - change) < 1e-6
    kept = [sum(c["kept"] for c in row["clauses"]) for row in rows]
    held = [
        _reached(row["score_minimal"], row) and row["appeal_minimal"] >= row["appeal_floor"]
        for row in rows
    ]
    return {
        "camouflages": len(rows),
        "clauses": [len(row["clauses"]) for row in rows],
        "kept": kept,
        "median_clauses": _median([len(row["clauses"]) for row in rows]),
        "median_kept": _median(kept),
        "still_camouflaged": sum(held),
        "median_appeal": _median([row["appeal"] for row in rows]),
        "median_appeal_minimal": _median([row["appeal_minimal"] for row in rows]),
        "queries": [row["queries"]["total"] for row in rows],
        "kept_clauses": {
            f"{Path(row['photo']).stem} for {row['attacked']}": [
                clause["clause"] for clause in row["clauses"] if clause["kept"]
            ]
            for row in rows
        },
    }


def _reached(score: float, row: Mapping[str, Any]) -> bool:
    down = row["target"] <= row["threshold"]
    return bool(score <= row["target"] if down else score >= row["target"])


def summary_of_styles(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Of each style: on how many photos the label is another one, and what appeal that has."""
    names = dict.fromkeys(row["style"] for row in rows if row["style"] != "none")
    found = {}
    for name in sorted(names):
        mine = [row for row in rows if row["style"] == name]
        changed = [row for row in mine if row["own"] < 50]
        found[name] = {
            "auto": mine[0]["auto"],
            "photos": len(mine),
            "label_changed": len(changed),
            "median_appeal": _median([row["appeal"] for row in mine]),
            "median_appeal_where_changed": _median([row["appeal"] for row in changed]),
            "changed_at_floor": sum(row["appeal"] >= 80 for row in changed),
        }
    return found


def _median(values: Sequence[float]) -> float | None:
    return statistics.median(values) if values else None


if __name__ == "__main__":
    main()
