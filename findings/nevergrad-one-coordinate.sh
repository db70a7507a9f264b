#!/usr/bin/env bash
# One search of a single coordinate changes what OldCMA and DiagonalCMA are for the whole process.
#
# Guess beforehand: every optimiser made from nevergrad's registry has settings of its own; if CMA
# cannot search one coordinate, that search raises and the next one, of two, is as it was.
# Seen with nevergrad 1.0.12, cma 4.5.0, numpy 2.3.5: asked for one coordinate, OldCMA asks for the
# package fcmaes, and from then on so does every OldCMA that is made, of any size. CMA is not
# concerned, as it takes OnePlusOne for one coordinate.
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


def asked(name, dimension):
    array = nevergrad.p.Array(init=np.zeros(dimension)).set_bounds(-1, 1)
    strategy = nevergrad.optimizers.registry[name](array, budget=100, num_workers=1)
    try:
        return f"{strategy.ask().value.shape[0]} coordinates"
    except ImportError as error:
        return str(error)


print("nevergrad", version("nevergrad"), "cma", version("cma"), "numpy", np.__version__)
found = {}
for name in ("OldCMA", "DiagonalCMA", "CMA"):
    found[name] = [asked(name, dimension) for dimension in (5, 1, 5)]
    print(name, found[name])
missing = "Please install fcmaes (pip install fcmaes) to use FCMA optimizers"
assert found["OldCMA"] == found["DiagonalCMA"] == ["5 coordinates", missing, missing]
assert found["CMA"] == ["5 coordinates", "1 coordinates", "5 coordinates"]
PYTHON
