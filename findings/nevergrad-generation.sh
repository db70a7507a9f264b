#!/usr/bin/env bash
# A strategy told of 16 workers has generations of 17, so that batches of 16 never fit one.
#
# Guess beforehand: CMA with num_workers=16 is made for 16 proposals at a time: it learns after each
# batch of 16 that it is told.
# Seen with nevergrad 1.0.12, cma 4.5.0, numpy 2.3.5, in a bounded space: from 8 workers on its
# population is num_workers + 1, and it learns when that many were told. A batch of 16 straddles two
# generations, and what is asked for next knows nothing of it: on a slope the next 16 proposals sum
# to 0.18, as far from its foot as the first. Told of 15 workers it learns from all 16, and they sum
# to -1.18.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    nevergrad==1.0.12 cma==4.5.0 numpy==2.3.5
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
from importlib.metadata import version

import nevergrad
import numpy as np

BATCH = 16


def mean_after_a_batch(workers):
    """How far from the start the next proposals are centred, after one batch on a slope."""
    array = nevergrad.p.Array(init=np.zeros(6)).set_bounds(-1, 1)
    array.random_state = np.random.RandomState(0)
    strategy = nevergrad.optimizers.registry["CMA"](array, budget=480, num_workers=workers)
    for candidate in [strategy.ask() for _ in range(BATCH)]:
        strategy.tell(candidate, float(candidate.value.sum()))
    return np.mean([strategy.ask().value.sum() for _ in range(BATCH)])


print("nevergrad", version("nevergrad"), "cma", version("cma"), "numpy", np.__version__)
found = {workers: mean_after_a_batch(workers) for workers in (16, 15)}
for workers, mean in found.items():
    print(f"{workers} workers: the next {BATCH} proposals sum to {mean:.2f} in the mean")
# On the slope lower is better: who has learned goes down.
assert abs(found[16]) < 0.6 and found[15] < -1.0, found
PYTHON
