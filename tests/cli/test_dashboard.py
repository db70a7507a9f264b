"""The dashboard that the command starts, seen in a real browser."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from blackcamo import run
from blackcamo.run import SearchResult
from tests.browser import browser

pytest.importorskip("optuna_dashboard", reason="optuna-dashboard is not installed")

EXAMPLE = Path(__file__).parents[2] / "examples" / "photo.jpg"


def wait_for(condition: Callable[[], Any], *, seconds: float = 40.0) -> Any:
    """What ``condition`` gives as soon as it gives something; exceptions are patience."""
    end, last = time.monotonic() + seconds, None
    while time.monotonic() < end:
        try:
            found = condition()
        except Exception as error:  # noqa: BLE001 - an element that is not there yet
            last, found = error, None
        if found:
            return found
        time.sleep(0.25)
    raise AssertionError(f"nothing came within {seconds} s; {last}")


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> tuple[SearchResult, Path]:
    folder = tmp_path_factory.mktemp("dashboard")
    photo = Image.open(EXAMPLE).convert("RGB")
    photo.thumbnail((320, 320))
    photo.save(folder / "lake.jpg", quality=95)
    storage = folder / "studies.journal"
    result = run.search(
        folder / "lake.jpg",
        scorer="niqe",
        budget=70,
        out=folder / "out",
        storage=str(storage),
        target=10.0,
    )
    assert result.study is not None
    return result, storage


@pytest.fixture(scope="module")
def served(searched: tuple[SearchResult, Path]) -> Iterator[dict[str, str]]:
    result, storage = searched
    command = [
        sys.executable,
        "-c",
        "import sys; from blackcamo.cli import main; sys.exit(main())",
        "dashboard",
        str(result.study),
    ]
    command += ["--storage", str(storage), "--port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            text = ""
            while not text.rstrip().endswith("}"):
                line = process.stdout.readline()
                assert line, "the dashboard ended"
                text += line
            yield json.loads(text)
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def page(served: dict[str, str]) -> Iterator[Any]:
    with browser() as driver:
        driver.get(served["url"])
        yield driver


def text_of(page: Any) -> str:
    return str(page.execute_script("return document.body.innerText"))


def shown_pictures(page: Any) -> list[str]:
    """Addresses of the artifacts that the page shows and that have loaded."""
    return list(
        page.execute_script(
            "return [...document.images].filter(i => i.src.includes('/artifacts/')"
            " && i.complete && i.naturalWidth > 0).map(i => i.src)"
        )
    )


def large_pictures(page: Any) -> int:
    count = "return [...document.images].filter(i => i.complete && i.naturalWidth > 100).length"
    return int(page.execute_script(count))


def worst_buttons(page: Any) -> list[Any]:
    every = page.find_elements("tag name", "button")
    return [button for button in every if "WORST" in button.text.upper()]


def snap(page: Any, folder: Path, name: str) -> None:
    page.save_screenshot(str(folder / f"{name}.png"))
    assert (folder / f"{name}.png").stat().st_size > 10_000


def test_it_listens_on_this_machine_alone(served: dict[str, str]) -> None:
    import urllib.error
    import urllib.request

    assert served["url"].startswith("http://127.0.0.1:")
    request = urllib.request.Request(served["url"], headers={"Host": "evil.example"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    assert refused.value.code == 403
    refused.value.close()


def test_the_note_shows_before_and_after(
    page: Any, searched: tuple[SearchResult, Path], served: dict[str, str], tmp_path: Path
) -> None:
    page.get(served["url"] + "/note")
    wait_for(lambda: len(shown_pictures(page)) == 2)
    text = text_of(page)
    result, _ = searched
    assert "lake.jpg" in text
    assert f"{result.score_before:.1f}" in text
    assert f"{result.score_after:.1f}" in text
    assert f"{result.queries['total']} queries" in text
    assert "kept" in text
    snap(page, tmp_path, "note")


def test_the_front_is_drawn_with_both_axes_named(
    page: Any, served: dict[str, str], tmp_path: Path
) -> None:
    page.get(served["url"])
    wait_for(lambda: "Pareto" in text_of(page))
    titles = wait_for(
        lambda: page.execute_script(
            "const t = [...document.querySelectorAll('text')].map(e => e.textContent);"
            "return t.includes('score') && t.includes('appeal') ? t : null"
        )
    )
    assert {"score", "appeal"} <= set(titles)
    snap(page, tmp_path, "front")


def test_a_trial_shows_its_picture(page: Any, served: dict[str, str], tmp_path: Path) -> None:
    page.get(served["url"] + "/trials?numbers=0")
    (picture,) = wait_for(lambda: shown_pictures(page))
    assert "/artifacts/" in picture
    text = text_of(page)
    assert "exposure_ev" in text
    assert "lake-trial0000-score" in text
    snap(page, tmp_path, "trial")


def test_what_nobody_would_post_is_clicked_and_read_back(
    page: Any, searched: tuple[SearchResult, Path], served: dict[str, str], tmp_path: Path
) -> None:
    result, storage = searched
    page.get(str(served["jury"]))
    buttons = wait_for(lambda: worst_buttons(page) if large_pictures(page) >= 2 else None)
    snap(page, tmp_path, "jury")
    before = run.jury_rank(str(result.study), storage=storage)
    assert not any(entry.vetoed for entry in before)
    buttons[0].click()

    def vetoed() -> list[int]:
        entries = run.jury_rank(str(result.study), storage=storage)
        return [entry.number for entry in entries if entry.vetoed]

    (number,) = wait_for(vetoed)
    entries = run.jury_rank(str(result.study), storage=storage)
    assert entries[-1].number == number or entries[-1].worth is None
    worths = {e.number: e.worth for e in entries if e.worth is not None}
    assert worths[number] == min(worths.values())
    with pytest.raises(Exception, match="jury"):
        run.export(str(result.study), storage=storage, jury=True, out=tmp_path)
