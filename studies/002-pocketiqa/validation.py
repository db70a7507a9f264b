"""How a network does on framings that it was not trained on, in short."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import torch
from labels import Answer, Framing
from pictures import tensor
from scipy.stats import spearmanr

from blackcamo.nets.pocketiqa import PocketIQA


def report(network: PocketIQA, framings: list[Framing], work: Path) -> None:
    """Print agreement with NIMA-technical and the order of strengths."""
    cache: dict[str, float] = {}

    def score(answer: Answer) -> float:
        if answer.image not in cache:
            pixels = cv2.imread(str(work / "images" / f"{answer.image}.jpg"), cv2.IMREAD_COLOR_RGB)
            device = next(network.parameters()).device
            with torch.inference_mode():
                cache[answer.image] = float(network(tensor([np.asarray(pixels)], device))[0])
        return cache[answer.image]

    technical: dict[str, float] = {}
    families: dict[str, list[list[float]]] = {}
    clean = [(score(f.clean), f.clean.technical) for f in framings]
    for framing in framings:
        for family in framing.sequences:
            versions = framing.versions(family)
            families.setdefault("mixture" if "+" in family else family, []).append(
                [score(answer) for answer in versions]
            )
            technical |= {answer.image: answer.technical for answer in versions}
    rho = spearmanr([cache[name] for name in technical], list(technical.values()))[0]
    print(f"Spearman with NIMA-technical {rho:.3f}, undamaged {spearmanr(clean)[0]:.3f}")
    print(f"undamaged from 50: {np.mean([s >= 50 for s, _ in clean]):.3f}")
    for family, rows in sorted(families.items()):
        scores = np.array(rows)
        order = np.mean([-spearmanr(range(6), row)[0] for row in scores])
        wins = (scores[:, :1] > scores[:, 4:]).mean()
        low = (scores[:, 5] < 50).mean()
        means = scores.mean(0).round(1)
        print(f"{family:15} order {order:.3f} wins {wins:.3f} low {low:.3f}", *means)
