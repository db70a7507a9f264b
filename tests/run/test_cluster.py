"""Photos searched by worker processes of a real dask scheduler."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import blackcamo
from blackcamo import run
from blackcamo.cli import main
from blackcamo.errors import ClusterError, OptionError
from tests.cli.program import PROGRAM, hear_ctrl_c
from tests.run.conftest import write_photo
from tests.study.conftest import postgresql, postgresql_server

__all__ = ["postgresql", "postgresql_server"]

distributed = pytest.importorskip("distributed", reason="the extra cluster is not installed")

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX"),
    # What dask leaves to the collector, and says to those who use it as it was years ago.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

# Writes what it has seen, and where; may wait once, to be killed meanwhile.
COUNTING = """
import os, pathlib, time
FOLDER = pathlib.Path(__file__).parent

def score(images):
    with (FOLDER / "seen").open("a") as seen:
        seen.write(f"{os.getpid()} {len(images)}\\n")
    while (FOLDER / "wait").exists() and len(images) > 1:
        time.sleep(0.02)
    return [50 + 60 * (0.30 - float(image.std()) / 255) for image in images]
"""
BATCH = 4


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Photos, two of them of one name, and a scorer that counts."""
    folder = tmp_path_factory.mktemp("cluster")
    (folder / "counting.py").write_text(COUNTING)
    for n, name in enumerate(("a", "b", "sub/a", "c")):
        (folder / "photos" / name).parent.mkdir(parents=True, exist_ok=True)
        write_photo(folder / "photos" / f"{name}.jpg", height_px=64, width_px=80 + 8 * n)
    return folder


@pytest.fixture(scope="module")
def cluster(folder: Path) -> Iterator[Any]:
    """A scheduler with two worker processes."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(folder), before]))
    sys.path.insert(0, str(folder))
    try:
        with distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
        ) as cluster:
            yield cluster
    finally:
        sys.path.remove(str(folder))
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


def search(folder: Path, into: str, **options: Any) -> list[run.SearchResult]:
    out = folder / into
    config = run.SearchConfig(
        scorer="python:counting:score", budget=12, batch=BATCH, styles=("vivid",),
        alternatives=1, out=out, no_pictures=True,
        storage=options.pop("storage", str(folder / f"{into}.journal")),
    )  # fmt: skip
    photos = options.pop("photos", sorted((folder / "photos").rglob("*.jpg")))
    results = run.search_many(photos, config=config, manifest=run.manifest_of(out), **options)
    return sorted(results, key=lambda one: one.photo)


def seen(folder: Path) -> list[tuple[int, int]]:
    """Process and images of each call of the scorer; they are forgotten."""
    lines = (folder / "seen").read_text().splitlines()
    (folder / "seen").unlink()
    return [(int(pid), int(images)) for pid, images in (line.split() for line in lines)]


def delivered(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.jpg"))}


@pytest.fixture(scope="module")
def alone(folder: Path, cluster: Any) -> tuple[list[run.SearchResult], int]:
    """The results of one photo after the other, here, and how many images that took."""
    results = search(folder, "alone")
    return results, sum(images for _, images in seen(folder))


def test_workers_give_what_one_by_one_gives(
    folder: Path, cluster: Any, alone: tuple[list[run.SearchResult], int]
) -> None:
    told: list[run.results.Progress] = []
    results = search(folder, "far", cluster=cluster.scheduler_address, progress=told.append)
    assert delivered(folder / "far") == delivered(folder / "alone")
    assert len(delivered(folder / "far")) == 4
    for ours, theirs in zip(results, alone[0], strict=True):
        assert (ours.error, ours.photo, ours.queries) == (None, theirs.photo, theirs.queries)
        assert (ours.score_after, ours.recipe) == (theirs.score_after, theirs.recipe)
        assert ours.output is not None
        assert ours.output.parent == folder / "far"
    calls = seen(folder)
    assert sum(images for _, images in calls) == alone[1]
    assert len({pid for pid, _ in calls}) == 2
    assert os.getpid() not in {pid for pid, _ in calls}
    assert {p.photo for p in told if p.photo is not None} <= {one.photo for one in results}
    assert len(run.studies(str(folder / "far.journal"))) == 4
    again = search(folder, "far", cluster=cluster.scheduler_address)
    assert all(one.earlier for one in again)
    assert not (folder / "seen").exists()


def test_a_worker_that_is_killed_costs_one_batch(
    folder: Path, cluster: Any, alone: tuple[list[run.SearchResult], int]
) -> None:
    (folder / "wait").touch()
    victims: list[int] = []

    def kill() -> None:
        while not victims:
            calls = (folder / "seen").read_text().splitlines() if (folder / "seen").exists() else []
            victims.extend(int(call.split()[0]) for call in calls if int(call.split()[1]) > 1)
        os.kill(victims[0], 9)
        (folder / "wait").unlink()

    killer = threading.Thread(target=kill)
    killer.start()
    results = search(folder, "killed", cluster=cluster.scheduler_address)
    killer.join()
    assert [one.error for one in results] == [None] * 4
    assert delivered(folder / "killed") == delivered(folder / "alone")
    images = sum(images for _, images in seen(folder))
    # One batch again, and one look at whether the scorer is still the same.
    assert alone[1] < images <= alone[1] + BATCH + 1
    assert sorted(one.queries["lost"] or 0 for one in results)[:3] == [0, 0, 0]


@pytest.mark.slow
def test_forty_photos_on_postgresql_survive_kills_of_a_worker_and_of_the_call(
    folder: Path, cluster: Any, postgresql: str, tmp_path: Path
) -> None:
    for n in range(40):
        (tmp_path / "photos" / str(n % 4)).mkdir(parents=True, exist_ok=True)
        write_photo(tmp_path / "photos" / str(n % 4) / f"{n}.jpg", height_px=64, width_px=64 + n)
    photos = run.find_below([tmp_path / "photos"], recursive=True)
    alone = search(tmp_path, "alone", photos=photos)
    images = sum(count for _, count in seen(folder))

    def until(share: float) -> list[int]:
        while True:
            calls = (folder / "seen").read_text().split() if (folder / "seen").exists() else []
            if sum(map(int, calls[1::2])) >= share * images:
                return [int(pid) for pid in calls[::2]]
            time.sleep(0.02)

    words = [
        "search", str(tmp_path / "photos"), "-r", "--scorer", "python:counting:score",
        "--budget", "12", "--batch", str(BATCH), "--style", "vivid", "--alternatives", "1",
        "--no-pictures", "--out", str(tmp_path / "out"), "--storage", postgresql,
        "--cluster", cluster.scheduler_address,
    ]  # fmt: skip
    with subprocess.Popen([*PROGRAM, *words]) as program:
        os.kill(until(0.25)[-1], signal.SIGKILL)
        until(0.5)
        program.kill()
    results = search(
        tmp_path, "out", photos=photos, storage=postgresql, cluster=cluster.scheduler_address
    )
    assert [one.error for one in results] == [None] * 40
    ours, theirs = (
        {p.relative_to(out).name: p.read_bytes() for p in out.rglob("*.camo.jpg")}
        for out in (tmp_path / "out", tmp_path / "alone")
    )
    assert ours == theirs
    assert len(run.studies(postgresql)) == 40
    assert [one.queries["total"] for one in results] == [one.queries["total"] for one in alone]
    # One batch for each kill; for what went on, one look at whether the scorer is the same.
    checks = sum(one.queries["checks"] or 0 for one in results)
    lost = sum(one.queries["lost"] or 0 for one in results)
    paid = sum(count for _, count in seen(folder))
    assert lost <= BATCH
    assert paid <= images + lost + max(checks, 4)


@pytest.mark.slow
def test_ctrl_c_ends_workers_that_were_started_here_in_good_order(
    folder: Path, tmp_path: Path
) -> None:
    words = [
        "search", str(folder / "photos"), "-r", "--scorer", "python:counting:score",
        "--budget", "400", "--batch", str(BATCH), "--target", "1", "--no-pictures",
        "--out", str(tmp_path / "out"), "--storage", str(tmp_path / "x.journal"),
        "--cluster", "local:2",
    ]  # fmt: skip
    (folder / "wait").touch()
    with subprocess.Popen(
        [*PROGRAM, *words],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(Path.cwd())])},
        start_new_session=True,
        preexec_fn=hear_ctrl_c,
    ) as program:
        calls: list[list[str]] = []
        # Two workers with a batch each.
        while len({pid for pid, images in calls if int(images) > 1}) < 2:
            assert program.poll() is None
            time.sleep(0.02)
            if (folder / "seen").exists():
                calls = [line.split() for line in (folder / "seen").read_text().splitlines()]
        # As a terminal does: to all of them.
        os.killpg(program.pid, signal.SIGINT)
        (folder / "wait").unlink()
    assert program.returncode == 128 + signal.SIGINT
    seen(folder)
    lines = run.manifest_of(tmp_path / "out").read_text().splitlines()
    entries = [json.loads(line) for line in lines]
    assert [entry["status"] for entry in entries] == ["interrupted"] * 2
    for entry in entries:
        assert (tmp_path / "out" / entry["result"]["output"]).is_file()
        assert (entry["result"]["error"], entry["result"]["queries"]["lost"]) == (None, 0)


def test_the_command_lists_workers(
    folder: Path, cluster: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["cluster-check", cluster.scheduler_address, "--scorer", "python:counting:score"]
    assert main([*words, "--json"]) == 0
    workers = json.loads(capsys.readouterr().out)["workers"]
    assert [(one["threads"], one["problem"]) for one in workers] == [(1, None), (1, None)]
    assert workers[0]["versions"]["blackcamo"] == blackcamo.__version__
    assert main([*words, "--sees", str(folder / "nowhere")]) == 2
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:4] == ["worker", "host", "threads", "memory"]
    assert lines[3].endswith("nowhere; share that folder with it, at the same path")


def test_workers_say_what_they_have_and_lack(folder: Path, cluster: Any) -> None:
    config = run.SearchConfig(scorer="python:counting:score")
    workers = run.cluster_check(cluster.scheduler_address, config, seen=[folder])
    assert [worker.problem for worker in workers] == [None, None]
    assert len({worker.scorer["digest"] for worker in workers}) == 1
    workers = run.cluster_check(cluster.scheduler_address, config, seen=[folder / "nowhere"])
    assert all("does not see" in str(worker.problem) for worker in workers)
    missing = run.SearchConfig(scorer="python:nothing:score")
    with pytest.raises(ClusterError, match=r"2 of 2 workers cannot search: tcp.*module 'nothing'"):
        list(run.search_many([folder], config=missing, cluster=cluster.scheduler_address))


def test_what_differs_is_named() -> None:
    from blackcamo.run.cluster_worker import difference

    one = {"versions": {"torch": "2"}, "scorer": {"digest": "a"}, "job": "1"}
    assert difference(one, one) is None
    assert difference(one, {**one, "versions": {"torch": "3"}}) == "torch is 3, on the others 2"
    assert difference(one, {**one, "scorer": {"digest": "b"}}) == (
        "digest of its scorer is b, on the others a"
    )


@pytest.mark.parametrize("address", ["here", "local:0", "http://x:1", "local:two"])
def test_what_is_no_cluster_is_refused(address: str) -> None:
    with pytest.raises(OptionError, match="it must be local, local:N, or the address"):
        run.cluster_check(address, run.SearchConfig())
