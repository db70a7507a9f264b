"""An evaluation as JSON, as a CSV of every score, and as Markdown beside the runs of 2020."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

from blackcamo.images import write_bytes
from blackcamo.mediaeval.protocol import Evaluation, RunEvaluation
from blackcamo.mediaeval.published import PUBLISHED, VOTES


def to_json(evaluation: Evaluation) -> dict[str, Any]:
    """An evaluation in JSON's types; accuracy and reduction are fractions of one."""
    scorer = evaluation.scorer
    return {
        "runs": [_run(run) for run in evaluation.runs],
        "jury_images": list(evaluation.jury_images),
        "scorer": {
            "name": scorer.name,
            "digest": scorer.digest,
            "threshold": scorer.threshold,
            "higher_is_better": scorer.higher_is_better,
        },
        "channel": {
            "quality": evaluation.channel.quality,
            "subsampling": evaluation.channel.subsampling,
        },
        "originals": {
            "high": dict(evaluation.high),
            "low": dict(evaluation.low),
            "unusable": dict(evaluation.unusable),
        },
    }


def _run(run: RunEvaluation) -> dict[str, Any]:
    return {
        "run": run.run,
        "accuracy": run.measures.accuracy,
        "reduction": run.measures.reduction,
        "mean_score": run.measures.mean_score,
        "qualified": run.measures.qualified,
        "missing": list(run.missing),
        "ambiguous": list(run.ambiguous),
        "wrong_size": list(run.wrong_size),
        "unreadable": dict(run.unreadable),
        "extra": list(run.extra),
        "scores": dict(run.scores),
    }


def to_csv(evaluation: Evaluation) -> str:
    """One line per original that has a score: its own, whether that is high, then each run's."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["image", "original", "high_quality", *(run.run for run in evaluation.runs)])
    for image, score in sorted([*evaluation.high.items(), *evaluation.low.items()]):
        counts = image in evaluation.high
        after = [run.scores[image] if counts else None for run in evaluation.runs]
        writer.writerow([image, score, str(counts).lower(), *after])
    return text.getvalue()


def to_markdown(evaluation: Evaluation) -> str:
    """The runs in a table, those of 2020 in another, and what went into the numbers."""
    scorer = evaluation.scorer
    side = "at least" if scorer.higher_is_better else "at most"
    lines = [
        "# Evaluation by the MediaEval 2020 protocol",
        "",
        f"Scorer {scorer.name}, high quality is {side} {scorer.threshold:g}, after JPEG "
        f"{evaluation.channel.quality}. {len(evaluation.high)} originals are of high quality and "
        f"count; {len(evaluation.low)} are not, {len(evaluation.unusable)} could not be scored.",
        "",
        "| run | accuracy (%) | reduction (%) | mean score | qualified | images without a score |",
        "|---|---:|---:|---:|---|---|",
    ]
    for run in evaluation.runs:
        mean = "-" if run.measures.mean_score is None else f"{run.measures.mean_score:.2f}"
        lines.append(
            f"| {run.run} | {100 * run.measures.accuracy:.2f} | "
            f"{100 * run.measures.reduction:.2f} | {mean} | "
            f"{'yes' if run.measures.qualified else 'no'} | {problems(run)} |"
        )
    lines += [
        "",
        f"Published in 2020, on other images and by KonCept512; a jury gave {VOTES} votes a run "
        "at most:",
        "",
        "| run | accuracy (%) | most appealing (votes) |",
        "|---|---:|---:|",
        *(f"| {r.run} | {r.accuracy_percent} | {r.most_votes} |" for r in PUBLISHED),
    ]
    if evaluation.jury_images:
        lines += ["", "Images for a jury: " + ", ".join(evaluation.jury_images) + "."]
    return "\n".join(lines) + "\n"


def problems(run: RunEvaluation) -> str:
    """How many images of a run count as unprotected, by reason; "none" where all is well."""
    counts = {
        "missing": run.missing,
        "ambiguous": run.ambiguous,
        "of a wrong size": run.wrong_size,
        "unreadable": run.unreadable,
    }
    return ", ".join(f"{len(x)} {why}" for why, x in counts.items() if x) or "none"


def write_tables(evaluation: Evaluation, folder: Path) -> tuple[Path, ...]:
    """Write ``evaluation.json``, ``scores.csv`` and ``evaluation.md`` into a folder.

    Raises:
        OutputError: a file cannot be written.
    """
    texts = {
        "evaluation.json": json.dumps(to_json(evaluation), indent=2, allow_nan=False) + "\n",
        "scores.csv": to_csv(evaluation),
        "evaluation.md": to_markdown(evaluation),
    }
    for name, text in texts.items():
        write_bytes(folder / name, text.encode())
    return tuple(folder / name for name in texts)
