"""The dashboard that the command starts, in a real browser: front, trial, note, jury."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from blackcamo.cli import main
from blackcamo.preset import read_preset
from tests.browser import needs_browser, start_browser
from tests.cli.program import PROGRAM, hear_ctrl_c

pytest.importorskip("optuna_dashboard", reason="the extra dashboard is not installed")

SCORER = ("--scorer", "python:tests.cli.fakes:plainness", "--threshold", "50", "--target", "47")
WAIT_S = 60.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a photo that was searched."""
    folder = tmp_path_factory.mktemp("dashboard")
    y, x = np.mgrid[0:240, 0:320]
    scene = 120 + 50 * np.sin(x / 23) + 40 * np.cos(y / 17)
    pixels = np.clip(np.stack([scene, scene - 12, scene + 15], -1), 0, 255).astype(np.uint8)
    Image.fromarray(pixels).save(folder / "photo.jpg", quality=95)
    main([
        "search", str(folder / "photo.jpg"), *SCORER, "--budget", "60", "--quiet",
        "--out", str(folder / "out"), "--storage", str(folder / "studies.journal"),
    ])  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[dict[str, Any]]:
    """What the running command has printed."""
    command = [
        *PROGRAM,
        "dashboard", "photo", "--storage", str(folder / "studies.journal"), "--port", "0", "--json",
    ]  # fmt: skip
    # In a session of its own, so that a Ctrl-C reaches it and not the tests.
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=hear_ctrl_c,
    ) as process:
        try:
            assert process.stdout is not None
            lines: list[str] = []
            while not lines or lines[-1] != "}\n":
                lines.append(process.stdout.readline())
                assert lines[-1], "the command ended"
            yield json.loads("".join(lines))
            os.kill(process.pid, signal.SIGINT)
            assert process.wait(30) == 0
        finally:
            process.kill()


@pytest.fixture(scope="module")
def browser(served: dict[str, Any]) -> Iterator[Any]:
    driver = start_browser(size=(1400, 1500))
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots are kept."""
    return tmp_path_factory.mktemp("screenshots")


def until(met: Callable[[], Any], what: str) -> Any:
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        if found := met():
            return found
        time.sleep(0.2)
    pytest.fail(f"{what} within {WAIT_S:g} s")


def text(driver: Any) -> str:
    words: str = driver.execute_script("return document.body.innerText")
    return words


def loaded(driver: Any, pictures: str) -> list[tuple[int, int]]:
    """The sizes of pictures that the browser has decoded."""
    script = (
        "return [...document.querySelectorAll(arguments[0])]"
        ".filter(i => i.complete && i.naturalWidth).map(i => [i.naturalWidth, i.naturalHeight])"
    )
    return [(width, height) for width, height in driver.execute_script(script, pictures)]


def errors(driver: Any) -> list[str]:
    return [e["message"] for e in driver.get_log("browser") if e["level"] == "SEVERE"]


@needs_browser
def test_the_front_has_both_axis_names_and_importances(
    served: dict[str, Any], browser: Any, shots: Path
) -> None:
    browser.get(served["url"])
    until(lambda: "Hyperparameter Importance" in text(browser), "the page is not there")
    until(
        lambda: browser.execute_script(
            "return document.querySelectorAll('#graph-pareto-front .point, .scatterlayer .point')"
            ".length > 40"
        ),
        "the points are not there",
    )
    words = " ".join(text(browser).split())
    assert "Pareto Front" in words
    assert "Objective X: score" in words
    assert "Objective Y: appeal" in words
    until(lambda: "exposure_ev" in text(browser), "the importances are not there")
    browser.save_screenshot(shots / "front.png")
    assert errors(browser) == []


@needs_browser
def test_a_trial_of_the_front_has_its_picture(
    served: dict[str, Any], folder: Path, browser: Any, shots: Path, capsys: Any
) -> None:
    storage = ("--storage", str(folder / "studies.journal"))
    assert main(["front", "photo", *storage, "--json"]) == 0
    front = json.loads(capsys.readouterr().out)["front"]
    number = front[0]["number"]
    browser.get(f"{served['url']}/trials?numbers={number}")
    until(lambda: f"Trial {number} (trial_id=" in text(browser), "the trial is not there")
    until(lambda: loaded(browser, "img"), "the picture is not there")
    said = f"score{front[0]['score']:.1f}-appeal{front[0]['appeal']:.1f}.jpg"
    assert f"photo-trial{number:04d}-{said}" in "".join(text(browser).split())
    words = " ".join(text(browser).split())
    score, appeal = front[0]["score"], front[0]["appeal"]
    assert f"{front[0]['style']}: not camouflaged: appeal {appeal:.1f} is under the floor" in words
    assert f"{score:.1f}, low quality (target 47), appeal {appeal:.1f} of 100" in words
    assert front[0]["recipe"] in words
    assert "blackcamo deliver photo-python:" in words
    assert f"--pick {number} writes it in full" in words
    assert "Invalid Date" not in words
    # File names aside, nothing has more than three decimals.
    assert not re.findall(r"\d\.\d{4,}", words)
    assert f"{front[0]['score']:.2f}" in words
    browser.save_screenshot(shots / "trial.png")
    assert errors(browser) == []


@needs_browser
def test_the_note_shows_before_and_after(
    served: dict[str, Any], folder: Path, browser: Any, shots: Path
) -> None:
    browser.get(f"{served['url']}/note")
    until(lambda: len(loaded(browser, "table img")) == 2, "the two pictures are not there")
    facts = read_preset(folder / "out" / "photo.preset.json").provenance
    words = " ".join(text(browser).split())
    assert f"{facts['score_before']:.1f} → {facts['score_after']:.1f}" in words
    assert "queries of 60" in words
    assert read_preset(folder / "out" / "photo.preset.json").recipe in words
    browser.save_screenshot(shots / "note.png")
    assert errors(browser) == []


@needs_browser
def test_a_click_of_the_jury_is_recorded_and_decides_what_is_exported(
    served: dict[str, Any], folder: Path, browser: Any, shots: Path, capsys: Any
) -> None:
    storage = ("--storage", str(folder / "studies.journal"))

    def ranked() -> list[dict[str, Any]]:
        assert main(["jury", "rank", "photo", *storage, "--json"]) == 0
        trials: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["trials"]
        return trials

    before = ranked()
    assert len(before) > 2
    assert all(t["worth"] is None and not t["vetoed"] for t in before)
    assert main(["export", "photo", *storage, "--jury", "--out", str(folder / "e")]) == 2
    assert "that its jury has judged and would post" in capsys.readouterr().err

    browser.get(served["jury"])
    until(lambda: len(loaded(browser, "img")) == len(before), "the jury's pictures are not there")
    browser.save_screenshot(shots / "jury.png")
    assert "score" not in text(browser).lower(), "the jury is not to know"
    assert "Which of these would you not post?" in text(browser)
    assert "worst" not in text(browser).lower()
    until(
        lambda: (
            browser.execute_script(
                "return [...document.querySelectorAll('button')]"
                ".filter(b => b.innerText.trim().toUpperCase() == 'WOULD NOT POST').length"
            )
            == len(before)
        ),
        "the buttons are not there",
    )
    browser.execute_script(
        "[...document.querySelectorAll('button')]"
        ".filter(b => b.innerText.trim().toUpperCase() == 'WOULD NOT POST')[0].click()"
    )
    until(lambda: any(t["vetoed"] for t in ranked()), "the click was not recorded")
    after = ranked()
    assert [t["vetoed"] for t in after] == [False] * (len(after) - 1) + [True]
    assert after[-1]["worth"] < 0 < after[0]["worth"]
    time.sleep(1)
    browser.save_screenshot(shots / "jury-after.png")
    assert "Failed" not in text(browser)

    assert main(["export", "photo", *storage, "--jury", "--out", str(folder / "e"), "--json"]) == 0
    exported = json.loads(capsys.readouterr().out)
    liked = [t for t in after if t["at_target"] and not t["vetoed"]]
    assert exported["trial"] == liked[0]["number"]
    (preset,) = exported["exports"]["json"]["files"]
    assert Path(preset).name == "photo.jury-best.preset.json"
    assert errors(browser) == []


def test_it_is_for_this_machine_alone(served: dict[str, Any]) -> None:
    assert served["url"].startswith("http://127.0.0.1:")
    foreign = urllib.request.Request(served["url"], headers={"Host": "elsewhere.example"})
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(foreign, timeout=30)
    port = served["url"].split(":")[2].split("/")[0]
    form = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/studies/1/0/skip",
        method="POST",
        headers={"Origin": "http://elsewhere.example"},
    )
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(form, timeout=30)
    local = urllib.request.Request(served["url"], headers={"Host": f"localhost:{port}"})
    with urllib.request.urlopen(local, timeout=30) as answer:
        assert answer.status == 200


def test_no_other_page_can_show_it_in_a_frame(served: dict[str, Any]) -> None:
    home, _, _ = served["url"].partition("/dashboard")
    for page in (served["url"], f"{home}/api/studies"):
        with urllib.request.urlopen(page, timeout=30) as answer:
            policies = answer.headers.get_all("Content-Security-Policy")
            assert "frame-ancestors 'none'" in policies, "beside the dashboard's own"
            assert answer.headers["X-Frame-Options"] == "DENY"


def test_a_port_that_is_taken_is_said(
    served: dict[str, Any],
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # What is no file is a study, here of a storage that is not there either.
    monkeypatch.chdir(folder)
    port = served["url"].split(":")[2].split("/")[0]
    assert main(["dashboard", str(folder / "studies.journal"), "--port", port]) == 2
    assert f"port {port} of 127.0.0.1 cannot be used" in capsys.readouterr().err
    assert main(["dashboard", str(folder / "none.journal")]) == 2
    assert main(["dashboard", "photo", "--storage", str(folder / "none.journal")]) == 2
    assert "there is no storage" in capsys.readouterr().err
    # A study that is not there leaves no server behind, of which Python would complain.
    storage = str(folder / "studies.journal")
    assert main(["dashboard", "none", "--storage", storage, "--port", "0"]) == 2
    assert "none" in capsys.readouterr().err
