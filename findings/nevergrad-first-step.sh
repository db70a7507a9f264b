#!/usr/bin/env bash
# The sigma that is set on a nevergrad array is twice the deviation of what CMA proposes first.
#
# Guess beforehand: Array(...).set_bounds(-1, 1).set_mutation(sigma=0.3) makes the first proposals
# of CMA scatter by 0.3 around the start; and without set_mutation bounds give a sigma of about a
# sixth of their range, so that nearly all first proposals lie well inside.
# Seen with nevergrad 1.0.12, cma 4.5.0, numpy 2.3.5: with sigma 0.3 the standard deviation is
# 0.14, and without set_mutation sigma is 1 and the deviation 0.44, bounds or not: a quarter of the
# first proposals lie beyond half of the way to a bound, and what was good about the start is lost.
# Who wants a first step of 0.15 of the box has to ask for 0.3.
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


def deviation(sigma, bounded):
    array = nevergrad.p.Array(init=np.zeros(8))
    if bounded:
        array = array.set_bounds(-1, 1)
    if sigma is not None:
        array.set_mutation(sigma=sigma)
    array.random_state = np.random.RandomState(0)
    strategy = nevergrad.optimizers.registry["CMA"](array, budget=500, num_workers=16)
    return float(np.array([strategy.ask().value for _ in range(256)]).std())


print("nevergrad", version("nevergrad"), "cma", version("cma"), "numpy", np.__version__)
found = {(s, b): deviation(s, b) for s in (None, 1.0, 0.3) for b in (True, False)}
for (sigma, bounded), value in found.items():
    print(f"sigma {sigma}, bounds {bounded}: {value:.3f}")
assert found[None, True] == found[1.0, True]
for bounded in (True, False):
    assert 0.40 < found[1.0, bounded] < 0.50
    assert 0.12 < found[0.3, bounded] < 0.16
PYTHON
