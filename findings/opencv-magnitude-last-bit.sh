#!/usr/bin/env bash
# cv2.magnitude of the same two arrays gives other last bits, depending on where its output lies.
#
# Guess beforehand: a pure function of its inputs; one thread, one build, one machine: one result.
# Seen with opencv-python-headless 5.0.0.93, numpy 2.3.5, CPython 3.11, x86-64 with AVX2 and more:
# the same float32 arrays, written to sixteen places one float apart, give more than one result.
# Single elements differ by one unit in the last place: where the output begins decides which of
# them fall into the vectorised part of the loop, and the remainder rounds otherwise. A pipeline
# that has to repeat to the bit (a digest, a cache, a resumed search) must take
# numpy.sqrt(x * x + y * y), of which the same sixteen places give one result.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    opencv-python-headless==5.0.0.93 numpy==2.3.5
"$folder/venv/bin/python" - <<'PYTHON'
import cv2
import numpy as np

cv2.setNumThreads(1)
rng = np.random.default_rng(0)
x, y = (rng.standard_normal((301, 513)).astype(np.float32) for _ in range(2))
room = np.empty(x.size + 16, np.float32)


def results(write):
    found = []
    for offset in range(16):
        out = room[offset : offset + x.size].reshape(x.shape)
        write(out)
        found.append(out.copy())
    return found


def by_opencv(out):
    cv2.magnitude(x, y, out)


def by_numpy(out):
    np.sqrt(x * x + y * y, out=out)


ours, theirs = results(by_numpy), results(by_opencv)
print("cv2", cv2.__version__, "numpy", np.__version__)
count = len({one.tobytes() for one in theirs})
most = max(float(abs(one - theirs[0]).max()) for one in theirs)
print(f"cv2.magnitude: {count} different results, apart by {most:.1e} at most")
print(f"numpy: {len({one.tobytes() for one in ours})} result")
assert count > 1, "cv2.magnitude repeats now"
assert 0 < most < 1e-6
assert len({one.tobytes() for one in ours}) == 1
PYTHON
