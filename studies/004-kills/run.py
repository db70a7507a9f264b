"""Kill searches with SIGKILL at random moments, go on with them, and look for what was lost.

    python run.py --work SCRATCH [--postgresql URL] [--config FILE] [--result FILE]

The scorer counts the images it is shown in a file. Every search is killed several times, then
finished and compared with one that nobody killed. Writes ``result.json``. POSIX only.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import time
import tomllib
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

# Before torch: a process that forks must not have threads of its own.
os.environ["OMP_NUM_THREADS"] = "1"

import nevergrad  # noqa: F401 - imported once, not by each of the processes
import numpy as np
import torch  # noqa: F401
from optuna.trial import TrialState
from PIL import Image

from blackcamo import run
from blackcamo.run.versions import versions
from blackcamo.study import Study

HERE = Path(__file__).resolve().parent


def score(images: list[Any]) -> list[float]:
    """Brightness in percent; what was seen is counted first, and thinking takes a while."""
    with Path(os.environ["KILLS_SEEN"]).open("a") as file:
        file.write("x" * len(images))
    time.sleep(0.02 * len(images))
    return [float(image.mean()) / 2.55 for image in images]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--postgresql", help="URL of an empty database")
    parser.add_argument("--config", type=Path, default=HERE / "config.toml")
    parser.add_argument("--result", type=Path, default=HERE / "result.json")
    args = parser.parse_args()
    config = tomllib.loads(args.config.read_text())
    args.work.mkdir(parents=True)
    photo = args.work / "photo.png"
    write_photo(photo, config["height_px"], config["width_px"])
    storages = {"journal": str(args.work / "studies.journal")}
    if args.postgresql:
        storages["postgresql"] = args.postgresql
    result = {"config": config, "versions": versions()}
    for kind, storage in storages.items():
        result[kind] = kill_and_compare(kind, storage, photo, args.work, config)
        args.result.write_text(json.dumps(result, indent=1) + "\n")
        print(kind, result[kind])


def write_photo(path: Path, height_px: int, width_px: int) -> None:
    y, x = np.mgrid[0:height_px, 0:width_px]
    scene = 150 + 50 * np.sin(x / 9) + 40 * np.cos(y / 7)
    pixels = np.stack([scene, scene - 12, scene + 15], -1)
    Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(path)


def kill_and_compare(
    kind: str, storage: str, photo: Path, work: Path, config: dict[str, Any]
) -> dict[str, Any]:
    rng = random.Random(config["seed"])
    begun = time.monotonic()
    whole = finish(photo, work / kind / "whole", storage, config)
    seconds = time.monotonic() - begun
    expected = files(whole)
    found = {"kills": 0, "searches": 0, "lost": 0, "most_lost_in_a_search": 0, "not_seen": 0}
    moments = []
    while found["kills"] < config["kills"]:
        found["searches"] += 1
        out = work / kind / str(found["searches"])
        kills = 0
        while kills < config["kills_a_search"] and found["kills"] < config["kills"]:
            moment = rng.uniform(0, seconds)
            status = killed_after(moment, partial(one, photo, out, storage, config))
            if status == 0:
                break
            assert status == -signal.SIGKILL, status
            kills += 1
            found["kills"] += 1
            moments.append(round(moment, 2))
        finish(photo, out, storage, config)
        assert files(out) == expected, f"{out}: other bytes than without a kill"
        study = recorded(storage, out.name)
        compare(study, recorded(storage, "whole"))
        ledger = study.ledger
        sent = ledger["total"] + ledger["lost"] + ledger["checks"]
        seen = len((out / "seen").read_text())
        # Between recording and sending a kill may strike: such images count as lost, too.
        assert 0 <= sent - seen <= config["batch"] * kills, (seen, ledger)
        assert ledger["lost"] <= config["batch"] * kills, ledger
        found["lost"] += ledger["lost"]
        found["most_lost_in_a_search"] = max(found["most_lost_in_a_search"], ledger["lost"])
        found["not_seen"] += sent - seen
    return {**found, "seconds_without_kills": round(seconds, 1), "moments_s": moments}


def one(photo: Path, out: Path, storage: str, config: dict[str, Any]) -> None:
    """One search, begun or continued; studies of one storage differ in their photo's name."""
    out.mkdir(parents=True, exist_ok=True)
    own = out / f"{out.name}.png"
    own.write_bytes(photo.read_bytes())
    os.environ["KILLS_SEEN"] = str(out / "seen")
    run.search(
        own,
        scorer="python:run:score",
        budget=config["budget"],
        batch=config["batch"],
        target=45.0,
        out=out,
        storage=storage,
        pictures=out / "pictures",
    )


def finish(photo: Path, out: Path, storage: str, config: dict[str, Any]) -> Path:
    pid = start(partial(one, photo, out, storage, config))
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert status == 0, status
    return out


def killed_after(seconds: float, work: Callable[[], None]) -> int:
    """The status of a process that was given so much time."""
    pid = start(work)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def start(work: Callable[[], None]) -> int:
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        work()
        status = 0
    except Exception:  # noqa: BLE001 - a child must never go on as its parent
        traceback.print_exc()
    finally:
        os._exit(status)


def files(out: Path) -> dict[str, bytes]:
    """What was delivered, without what says the study's name."""
    # A best effort where the search has no success.
    named = (out / f"{out.name}.{kind}.jpg" for kind in ("camo", "best-effort"))
    (camouflage,) = (path for path in named if path.is_file())
    preset = json.loads((out / f"{out.name}.preset.json").read_text())
    for key in ("study", "photo"):
        del preset["provenance"][key]
    return {
        "camouflage": camouflage.read_bytes(),
        "preset": json.dumps(preset, sort_keys=True).encode(),
        "compare": (out / f"{out.name}.compare.png").read_bytes(),
    }


def recorded(storage: str, stem: str) -> Study:
    return Study.load(storage, f"{stem}-python")


def compare(study: Study, whole: Study) -> None:
    """Nothing lost, doubled or left running, the same answers, the same pictures."""
    found, expected = ([*map(repr, s.evaluations().items())] for s in (study, whole))
    pairs = zip(found, expected, strict=True)
    different = [pair for pair in pairs if pair[0] != pair[1]]
    assert not different, "\n".join(different[0])
    assert [b.numbers for b in study.batches()] == [b.numbers for b in whole.batches()]
    trials = study.store.optuna.get_all_trials(study.id)
    assert {t.state for t in trials} == {TrialState.COMPLETE}
    assert study.ledger["total"] == whole.ledger["total"]


if __name__ == "__main__":
    sys.path.insert(0, str(HERE))
    main()
