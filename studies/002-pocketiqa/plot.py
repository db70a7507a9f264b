"""Draw log.csv as loss.png and result.json as strengths.png (needs matplotlib)."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import matplotlib

matplotlib.use("Agg")  # before pyplot is imported
import matplotlib.pyplot as plt

HERE = Path(__file__).parent


def main() -> None:
    with (HERE / "log.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    figure, axis = plt.subplots(figsize=(6, 3.2), layout="constrained")
    steps = [int(row["step"]) for row in rows]
    for name in ("labels", "order", "pairs", "strengths", "opinions", "features"):
        axis.plot(steps, [float(row[name]) for row in rows], label=name)
    axis.set(xlabel="step", ylabel="loss, weighted", yscale="log")
    axis.legend(ncols=3)
    figure.savefig(HERE / "loss.png", dpi=110)
    families = json.loads((HERE / "result.json").read_text())["distorted"]["families"]
    figure, axes = plt.subplots(3, 5, figsize=(10, 6), sharex=True, sharey=True,
                                layout="constrained")  # fmt: skip
    for axis, (family, result) in zip(axes.flat, families.items(), strict=True):
        axis.axhline(50, color="0.7", linewidth=1)
        axis.plot(range(6), result["mean_scores"], marker="o", markersize=3)
        axis.set(title=family.replace("_", " "), ylim=(0, 80))
    figure.supxlabel("strength (0 is undistorted)")
    figure.supylabel("mean score of the held-out photos")
    figure.savefig(HERE / "strengths.png", dpi=110)


if __name__ == "__main__":
    main()
