"""Train PocketIQA from random weights and write them into the package.

    python train.py --data ../../../shared --work /path/to/scratch

reads what make_data.py wrote, and writes ``log.csv`` here and the weights into the package.
``--validate`` sets every sixth photo aside, says how the network does on those, and leaves the
package alone. A GPU is used where there is one.
"""

from __future__ import annotations

import argparse
import csv
import time
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from distortions import FAMILIES
from labels import VERSIONS, Framing, Labeller, read_opinion_scores, read_tables
from numpy.typing import NDArray
from pictures import Group, Item, Windows, groups, tensor
from safetensors.torch import save_file
from torch import Tensor, nn
from validation import report

from blackcamo.nets.pocketiqa import FEATURES, PocketIQA

HERE = Path(__file__).parent
WEIGHTS = HERE.parents[1] / "blackcamo" / "scorers" / "data" / "pocketiqa.safetensors"
OPINION_SCORES = Path("koniq") / "koniq10k_distributions_sets.csv"
AUXILIARY_HIDDEN = 256
PARTS = ("train", "more")
LOG_EVERY = 50
SHOWN = 4
"""Versions of a sequence that a step sees."""

Log = Callable[[list[Any]], object]


class Auxiliary(nn.Module):
    """Learns what else is known of a picture, so that the trunk learns faster; dropped afterwards.

    Args:
        targets: how many values of each kind, by name.
    """

    def __init__(self, targets: Mapping[str, int]) -> None:
        super().__init__()
        self._sizes = targets
        self.hidden = nn.Linear(FEATURES, AUXILIARY_HIDDEN)
        self.last = nn.Linear(AUXILIARY_HIDDEN, sum(targets.values()))

    def forward(self, features: Tensor) -> dict[str, Tensor]:
        """Map features (B, ``FEATURES``) to values of each kind."""
        values = self.last(F.relu(self.hidden(features)))
        return dict(zip(self._sizes, values.split(list(self._sizes.values()), 1), strict=True))


def principal(features: NDArray[np.float16], rows: list[int], axes: int) -> NDArray[np.float32]:
    """Every row of the teachers' features on the main axes of ``rows``, scaled alike."""
    parts = []
    for part in np.split(features, 2, axis=1):
        known = part[rows].astype(np.float32)
        mean = known.mean(0)
        _, vectors = np.linalg.eigh(np.cov(known - mean, rowvar=False))
        turned = (part.astype(np.float32) - mean) @ vectors[:, -axes:].astype(np.float32)
        parts.append(turned / turned[rows].std())
    return np.concatenate(parts, 1)


class Training:
    """One run.

    Args:
        framings: to learn from.
        work: the scratch folder.
        opinion_scores: KonIQ-10k's MOS.
        config: config.toml.
    """

    def __init__(
        self, framings: list[Framing], work: Path, opinion_scores: Any, config: Mapping[str, Any]
    ) -> None:
        self._config = config["training"]
        torch.set_num_threads(1)
        torch.manual_seed(self._config["seed"])
        self._rng = np.random.default_rng(self._config["seed"])
        self._work = work
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        labeller = Labeller(framings, opinion_scores, config["labels"])
        self._sequences, undamaged = groups(framings, labeller)
        self._edited = [group for group in undamaged if len(group.items) > 1]
        self._single = [group for group in undamaged if len(group.items) == 1]
        every = [i for g in (*self._sequences, *undamaged) for i in g.items]
        rows = sorted({i.answer.row for i in every})
        features = np.concatenate([np.load(work / f"{part}.npy") for part in PARTS])
        self._axes = principal(features, rows, self._config["teacher_axes"])
        opinions = np.array([(i.answer.technical, i.answer.aesthetic) for i in every])
        self._opinion_mean, self._opinion_scale = opinions.mean(0), opinions.std(0)
        sizes = {"strengths": len(FAMILIES), "opinions": 2, "features": self._axes.shape[1]}
        self.network = PocketIQA().to(self._device)
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._auxiliary = Auxiliary(sizes).to(self._device)
        # torch leaves the function without annotations.
        moving = torch.optim.swa_utils.get_ema_multi_avg_fn(self._config["average"])  # type: ignore[no-untyped-call]
        self._average = torch.optim.swa_utils.AveragedModel(
            self.network, multi_avg_fn=moving, use_buffers=True
        )

    def run(self, log: Log) -> PocketIQA:
        """Train through all phases; the average of the weights at the end."""
        parameters = [*self.network.parameters(), *self._auxiliary.parameters()]
        rate = self._config["rate"]
        optimizer = torch.optim.AdamW(parameters, rate, weight_decay=self._config["decay"])
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer,
            rate,
            total_steps=sum(phase["steps"] for phase in self._config["phases"]),
            pct_start=0.1,
        )
        started, done = time.monotonic(), 0
        for phase in self._config["phases"]:
            crop = phase.get("crop")
            windows = Windows(self._work / "images", crop, self._config["pairs"], self._rng)
            if crop is None:
                # A batch would now be a few pictures of one photo: no statistics to go by.
                self.network.load_state_dict(self._average.module.state_dict())
                self.network.body.eval()
            seen: list[dict[str, float]] = []
            for _ in range(phase["steps"]):
                losses = self._losses(windows, whole=crop is None)
                optimizer.zero_grad()
                torch.stack(list(losses.values())).sum().backward()  # type: ignore[no-untyped-call]
                nn.utils.clip_grad_norm_(parameters, 5.0)
                optimizer.step()
                schedule.step()
                self._average.update_parameters(self.network)
                done += 1
                seen.append({name: loss.item() for name, loss in losses.items()})
                if done % LOG_EVERY == 0:
                    means = [f"{np.mean([s[name] for s in seen]):.4f}" for name in seen[0]]
                    log([done, *means, f"{(time.monotonic() - started) / 60:.2f}"])
                    seen = []
        self.network.load_state_dict(self._average.module.state_dict())
        return self.network.eval()

    def _losses(self, windows: Windows, *, whole: bool) -> dict[str, Tensor]:
        config = self._config
        chosen = [self._some(group) for group in self._draw(self._sequences, config["sequences"])]
        chosen += self._draw(self._edited, config["edited"])
        chosen += self._draw(self._single, config["single"])
        cut = [windows.cut(group.items) for group in chosen]
        sources = [
            (place, int(self._rng.integers(len(cut[place]))))
            for place in self._rng.integers(len(cut), size=config["pairs"]["count"])
        ]
        copies = [windows.jittered(cut[place][item]) for place, item in sources]
        features = self._features([*cut, *([c] for c in copies)], whole=whole)
        features = self.network.head.scale(features)
        items = [item for group in chosen for item in group.items]
        damped = features + config["noise"] * torch.randn_like(features)
        damped = F.dropout(damped, config["dropout"])
        scores = self.network.head.points(damped)
        labels = self._tensor([item.label for item in items])
        losses = {"labels": F.smooth_l1_loss(scores[: len(items)] / 10, labels / 10, beta=0.5)}
        ordered = sum(len(g.items) for g in chosen if g.ordered)
        by_strength = scores[:ordered].view(-1, SHOWN)
        losses["order"] = config["order"]["weight"] * self._order(
            by_strength, labels[:ordered].view(-1, SHOWN)
        )
        starts = np.cumsum([0, *(len(g.items) for g in chosen)])
        originals = [int(starts[place]) + item for place, item in sources]
        plain = self.network.head.points(features)
        losses["pairs"] = config["pairs"]["weight"] * F.smooth_l1_loss(
            plain[len(items) :] / 10, plain[originals] / 10, beta=0.1
        )
        return losses | self._auxiliary_losses(features[: len(items)], items)

    def _features(self, cut: list[list[Any]], *, whole: bool) -> Tensor:
        """Pooled features of all pictures; of one size, they make one batch."""
        batches = cut if whole else [[picture for some in cut for picture in some]]
        rows = []
        for pictures in batches:
            bands = self.network.body.cosines(tensor(pictures, self._device))
            with torch.autocast(self._device.type, torch.bfloat16):
                rows.append(self.network.body.trunk(bands))
        return torch.cat(rows)

    def _order(self, scores: Tensor, labels: Tensor) -> Tensor:
        """Every version of a sequence (B, ``SHOWN``) some points below the one before it."""
        least, most = self._config["order"]["least"], self._config["order"]["most"]
        wanted = (labels[:, :-1] - labels[:, 1:]).clamp(least, most)
        neighbours = F.relu(wanted - (scores[:, :-1] - scores[:, 1:]))
        return neighbours.mean()

    def _auxiliary_losses(self, features: Tensor, items: list[Item]) -> dict[str, Tensor]:
        weights = self._config["auxiliary"]
        opinions = np.array([(i.answer.technical, i.answer.aesthetic) for i in items])
        wanted = {
            "strengths": [i.strengths for i in items],
            "opinions": (opinions - self._opinion_mean) / self._opinion_scale,
            "features": self._axes[[i.answer.row for i in items]],
        }
        found = self._auxiliary(features)
        return {
            name: weights[name] * F.smooth_l1_loss(found[name], self._tensor(wanted[name]))
            for name in found
        }

    def _some(self, group: Group) -> Group:
        """The clean version and ``SHOWN - 1`` strengths: more photos in a batch teach more."""
        strengths = 1 + self._rng.choice(VERSIONS - 1, SHOWN - 1, replace=False)
        return Group([group.items[i] for i in (0, *sorted(strengths))], ordered=True)

    def _draw(self, some: list[Group], count: int) -> list[Group]:
        return [some[i] for i in self._rng.choice(len(some), count, replace=False)]

    def _tensor(self, values: Any) -> Tensor:
        return torch.from_numpy(np.asarray(values, np.float32)).to(self._device)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--validate", action="store_true")
    args = parser.parse_args()
    config = tomllib.loads((HERE / "config.toml").read_text())
    framings = read_tables(*(args.work / f"{part}.csv" for part in PARTS))
    opinion_scores = read_opinion_scores(args.data / OPINION_SCORES)
    if args.validate:
        photos = sorted({f.name.split("#")[0] for f in framings})
        out = set(photos[::6])
        kept = [f for f in framings if f.name.split("#")[0] not in out]
        network = Training(kept, args.work, opinion_scores, config).run(
            lambda row: print(*row, flush=True)
        )
        report(network, [f for f in framings if f.name.split("#")[0] in out], args.work)
        return
    with (HERE / "log.csv").open("w", newline="", buffering=1) as file:
        table = csv.writer(file)
        names = ("labels", "order", "pairs", "strengths", "opinions", "features")
        table.writerow(["step", *names, "minutes"])
        network = Training(framings, args.work, opinion_scores, config).run(table.writerow)
    # What was trained channels-last is kept in torch's own order.
    weights = {name: tensor.contiguous().cpu() for name, tensor in network.state_dict().items()}
    save_file(weights, WEIGHTS)


if __name__ == "__main__":
    main()
