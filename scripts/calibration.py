"""Refit the constants of the measure ``critic`` to folders of blind verdicts.

    scripts/calibrate FOLDER... [--aside FOLDER...] [--photos DIR] [--report FILE] [--dry-run]

A folder holds ``verdicts.csv`` and the pictures that it names; columns that are read: ``picture``,
``photo`` (below --photos), ``edit`` (any name), and for each look n ``post_n`` (POST or NOT) and
``against_n`` (BETTER, SAME, WORSE or NODIFF). Where ``params`` holds parameters of filters (JSON),
the picture is rendered from them at a long side of 600 pixels, and need not lie there. Other
columns are left alone. The photo is scaled to the long side of the picture, unless it has its size
already.

The weights maximise the likelihood of the verdicts under a prior: each is held, on a scale of
powers, near what a critical viewer minds (``PRIOR``), so that what no verdict speaks of stays a
complaint. Its quality is reported on photos left out of the fit.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import hashlib
import json
import os
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from scipy.optimize import minimize
from scipy.stats import rankdata

from blackcamo.appeal.critic import Critic
from blackcamo.appeal.model import Weights, appraised, better, cost, posted
from blackcamo.channel import Channel
from blackcamo.errors import PhotoError
from blackcamo.filters import load_chain
from blackcamo.rendering import Renderer
from blackcamo.run.appraising import found_views
from blackcamo.types import Views

REPOSITORY = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("BLACKCAMO_DATA", REPOSITORY.parent / "shared"))
WRITTEN = REPOSITORY / "blackcamo" / "appeal" / "calibration.json"

PRIOR = Weights(
    complaints={
        "flat": 3.0,
        "faded": 3.0,
        "drained": 2.0,
        "colourless": 3.0,
        "harsh": 2.5,
        "gaudy": 2.5,
        "dark": 2.0,
        "bright": 2.0,
        "clipped": 2.0,
        "cast": 2.0,
        "hue": 2.0,
        "skin": 1.5,
        "soft": 2.5,
        "blurred": 3.0,
        "crunchy": 2.5,
        "grain": 2.5,
        "specks": 2.0,
        "shading": 2.5,
        "banding": 3.0,
        "framing": 2.5,
        "damaged": 2.5,
        "textured": 2.5,
    },
    gains={"contrast": 2.0, "colour": 2.0, "clarity": 2.0, "monochrome": 1.0},
    offset=-3.0,
    spoiled=0.5,
)
PICTURE_PX = 600
"""Long side of pictures that are rendered here."""
HELD = 1.5
"""How strongly a weight is held near its prior: the cost of a change by e, in nats of verdicts."""

MOST_CHANGED = float(np.log(2.5))
"""No weight becomes more than 2.5 times its prior, or less than that part of it."""


@dataclass(frozen=True)
class Table:
    """Pictures, what was measured of them, and their looks."""

    photos: list[str]
    edits: list[str]
    pictures: list[str]
    complaints: dict[str, torch.Tensor]
    gains: dict[str, torch.Tensor]
    looks: torch.Tensor
    posts: torch.Tensor
    betters: torch.Tensor

    def at(self, rows: Sequence[int]) -> Table:
        """Some of the pictures."""
        index = torch.tensor(rows, dtype=torch.long)
        return Table(
            [self.photos[r] for r in rows],
            [self.edits[r] for r in rows],
            [self.pictures[r] for r in rows],
            {name: column[index] for name, column in self.complaints.items()},
            {name: column[index] for name, column in self.gains.items()},
            self.looks[index],
            self.posts[index],
            self.betters[index],
        )


def read(folders: Sequence[Path], photos: Path) -> Table:
    """Measure all pictures of folders of verdicts."""
    measure = Critic()
    cells: dict[str, list[Any]] = defaultdict(list)
    for folder in folders:
        with (folder / "verdicts.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        for row in sorted(rows, key=lambda row: row["photo"]):
            looks = [n for n in range(1, 10) if row.get(f"post_{n}") in ("POST", "NOT")]
            if not looks:
                continue
            try:
                found = measure.measure(views(folder, photos, row), "enhance")
            except PhotoError as error:
                print(f"{folder / row['picture']}: left out: {error}", file=sys.stderr)
                continue
            for column, value in (
                ("photos", row["photo"]),
                ("edits", row.get("edit") or "unnamed"),
                ("pictures", f"{folder.name}/{row['picture']}"),
                ("measured", found),
                ("looks", len(looks)),
                ("posts", sum(row[f"post_{n}"] == "POST" for n in looks)),
                ("betters", sum(row.get(f"against_{n}") == "BETTER" for n in looks)),
            ):
                cells[column].append(value)
    parts = [
        {name: torch.cat([found[side][name] for found in cells["measured"]]).double()
         for name in cells["measured"][0][side]}
        for side in (0, 1)
    ]  # fmt: skip
    counts = [torch.tensor(cells[n], dtype=torch.double) for n in ("looks", "posts", "betters")]
    return Table(cells["photos"], cells["edits"], cells["pictures"], parts[0], parts[1], *counts)


def views(folder: Path, photos: Path, row: Mapping[str, str]) -> Views:
    """What the measure sees of a picture: as a search does where its parameters are known.

    Else look and frame are found from the two files.
    """
    if not row.get("params"):
        edited = np.asarray(Image.open(folder / row["picture"]).convert("RGB"))
        return found_views(scaled(photos / row["photo"], max(edited.shape[:2])), edited)
    chain = load_chain()
    ranges = {p.name: (p.low, p.high) for p in chain.space.params}
    # Ranges may have become narrower since.
    params = {
        name: min(max(value, ranges[name][0]), ranges[name][1])
        for name, value in json.loads(row["params"]).items()
        if name in ranges
    }
    photo = scaled(photos / row["photo"], PICTURE_PX)
    renderer = Renderer(photo, chain, Channel(), Critic(), "enhance")
    return renderer.views(params)


def scaled(path: Path, side_px: int) -> NDArray[np.uint8]:
    image = Image.open(path).convert("RGB")
    image.thumbnail((side_px, side_px), Image.Resampling.LANCZOS)
    return np.asarray(image)


def fit(table: Table, prior: Weights = PRIOR) -> Weights:
    """The weights most likely after the verdicts of ``table``."""
    complaints, gains = list(prior.complaints), list(prior.gains)
    start = np.array([*prior.complaints.values(), *prior.gains.values(), prior.spoiled])

    def weights(x: torch.Tensor) -> Weights:
        # Tensors stand for numbers here, so that their derivatives are known.
        factors: Any = x[:-1].exp() * torch.from_numpy(start)
        offset: Any = prior.offset + x[-1]
        return Weights(
            dict(zip(complaints, factors, strict=False)),
            dict(zip(gains, factors[len(complaints) :], strict=False)),
            offset,
            factors[-1],
        )

    def surprise(x: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        free = torch.tensor(x, requires_grad=True)
        found = weights(free)
        spent = cost(table.complaints, found)
        chances = posted(spent), better(table.gains, spent, found)
        loss = HELD * free.square().sum()
        for chance, said in zip(chances, (table.posts, table.betters), strict=True):
            chance = chance.clamp(1e-6, 1 - 1e-6)
            loss = loss - (said * chance.log() + (table.looks - said) * (1 - chance).log()).sum()
        loss.backward()  # type: ignore[no-untyped-call]
        assert free.grad is not None
        return float(loss.detach()), free.grad.numpy()

    bounds = [(-MOST_CHANGED, MOST_CHANGED)] * (len(start) + 1)
    best = minimize(surprise, np.zeros(len(start) + 1), jac=True, method="L-BFGS-B", bounds=bounds)
    found = weights(torch.from_numpy(best.x))
    return Weights(
        {name: round(float(w), 4) for name, w in found.complaints.items()},
        {name: round(float(w), 4) for name, w in found.gains.items()},
        round(float(found.offset), 4),
        round(float(found.spoiled), 4),
    )


def auc(values: NDArray[np.float64], yes: NDArray[np.float64], no: NDArray[np.float64]) -> float:
    """Area under the curve, of values that were said yes and no to so many times each."""
    order = rankdata(np.repeat(values, (yes + no).astype(int)))
    hits = np.concatenate([[1] * int(y) + [0] * int(n) for y, n in zip(yes, no, strict=True)])
    ups, downs = hits.sum(), (1 - hits).sum()
    if not ups or not downs:
        return float("nan")
    return float((order[hits == 1].sum() - ups * (ups + 1) / 2) / (ups * downs))


def predicted(table: Table, weights: Weights) -> dict[str, NDArray[np.float64]]:
    spent = cost(table.complaints, weights)
    return {
        "appeal": appraised(table.complaints, table.gains, weights)[0].numpy(),
        "post": posted(spent).numpy(),
        "better": better(table.gains, spent, weights).numpy(),
    }


def left_out(table: Table) -> dict[str, NDArray[np.float64]]:
    """Each photo's pictures under the weights that were fitted to all other photos."""
    found = {name: np.zeros(len(table.photos)) for name in ("appeal", "post", "better")}
    for photo in sorted(set(table.photos)):
        rows = [n for n, p in enumerate(table.photos) if p == photo]
        others = [n for n, p in enumerate(table.photos) if p != photo]
        for name, values in predicted(table.at(rows), fit(table.at(others))).items():
            found[name][rows] = values
    return found


def share(of: NDArray[np.bool_]) -> float:
    return float(of.mean()) if of.size else 0.0


def quality(table: Table, found: dict[str, NDArray[np.float64]]) -> dict[str, float]:
    """The figures by which a measure is judged."""
    looks, posts, betters = (t.numpy() for t in (table.looks, table.posts, table.betters))
    rejected, accepted = posts == 0, posts == looks
    return {
        "auc_post": auc(found["post"], posts, looks - posts),
        "auc_post_agreed": auc(found["post"], 1.0 * accepted, 1.0 * rejected),
        "auc_better": auc(found["better"], betters, looks - betters),
        "rejected_at_80": share(found["appeal"][rejected] >= 80),
        "accepted_at_80": share(found["appeal"][accepted] >= 80),
        "rejected": int(rejected.sum()),
        "accepted": int(accepted.sum()),
    }


def digest(folders: Sequence[Path]) -> str:
    """Of all verdicts, so that a reader can tell whether theirs are those of the constants."""
    found = hashlib.sha256()
    for folder in folders:
        found.update((folder / "verdicts.csv").read_bytes())
    return found.hexdigest()[:16]


def by_edit(table: Table, found: dict[str, NDArray[np.float64]]) -> list[str]:
    """Lines of Markdown: of each edit the shares that were said, and the medians of the appeal."""
    lines = ["| edit | pictures | posted | better | appeal, left out |", "|---|---|---|---|---|"]
    rows: dict[str, list[int]] = defaultdict(list)
    for row, edit in enumerate(table.edits):
        rows[edit].append(row)
    for edit, of in sorted(rows.items()):
        looks = float(table.looks[of].sum())
        shares = (float(said[of].sum()) / looks for said in (table.posts, table.betters))
        values = found["appeal"][of]
        lines.append(
            f"| {edit} | {len(of)} | {next(shares):.2f} | {next(shares):.2f} "
            f"| {np.median(values):.0f} ({values.min():.0f}-{values.max():.0f}) |"
        )
    return lines


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--photos", type=Path, default=DATA / "photos")
    parser.add_argument("--write", type=Path, default=WRITTEN, metavar="FILE")
    parser.add_argument(
        "--aside",
        type=Path,
        nargs="+",
        default=(),
        metavar="FOLDER",
        help="verdicts on other photos: judged, not fitted",
    )
    parser.add_argument("--report", type=Path, metavar="FILE", help="figures by edit, as Markdown")
    parser.add_argument("--dry-run", action="store_true", help="write no constants")
    asked = parser.parse_args(arguments)
    torch.set_num_threads(1)
    table = read(asked.folders, asked.photos)
    if len(set(table.photos)) < 2:
        sys.exit("verdicts of at least two photos are needed")
    weights = fit(table)
    held_out = left_out(table)
    figures = {
        "fitted": quality(table, predicted(table, weights)),
        "left_out": quality(table, held_out),
    }
    if asked.aside:
        # Photos of the fit would tell nothing.
        known = set(table.photos)
        kept = read(asked.aside, asked.photos)
        fresh = kept.at([n for n, photo in enumerate(kept.photos) if photo not in known])
        figures["aside"] = quality(fresh, predicted(fresh, weights))
    said = {
        "date": datetime.date.today().isoformat(),
        "folders": [folder.resolve().name for folder in asked.folders],
        "pictures": len(table.pictures),
        "photos": len(set(table.photos)),
        "looks": int(table.looks.sum()),
        "digest": digest(asked.folders),
        "quality": figures,
    }
    if not asked.dry_run:
        content = {"weights": weights.as_dict(), "calibration": said}
        asked.write.write_text(json.dumps(content, indent=1) + "\n")
    if asked.report:
        asked.report.write_text("\n".join(by_edit(table, held_out)) + "\n")
    print(json.dumps(said, indent=1))


if __name__ == "__main__":
    main()
