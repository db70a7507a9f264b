"""The jury's page in a real browser: votes by clicks and keys, a reload, the file read back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from blackcamo.mediaeval.jury.making import Jury, make_jury
from blackcamo.mediaeval.jury.tallying import tally
from tests.browser import Open, needs_browser, requests
from tests.mediaeval.browsing import find, one, press, press_with_shift, saved

pytestmark = needs_browser

RUNS = ("A", "B", "C", "D", "E")
IMAGES = ("x", "y", "z")


@pytest.fixture(scope="module")
def jury(tmp_path_factory: pytest.TempPathFactory) -> Jury:
    folder = tmp_path_factory.mktemp("jury")
    rng = np.random.default_rng(0)
    for name in ("originals", *RUNS):
        (folder / name).mkdir()
        for image in IMAGES:
            colours = rng.integers(0, 256, (3, 4, 3), dtype=np.uint8)
            picture = Image.fromarray(colours).resize((512, 384), Image.Resampling.NEAREST)
            picture.save(folder / name / f"{image}.png")
    return make_jury(
        folder / "originals",
        {run: folder / run for run in RUNS},
        images=IMAGES,
        annotators=("anna", "ben"),
        out=folder / "out",
    )


def click_votes(driver: Any, most: tuple[int, ...], least: tuple[int, ...]) -> None:
    for kind, picks in (("most", most), ("least", least)):
        for n in picks:
            button = find(driver, f"figcaption .{kind}")[n]
            driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
            button.click()


def tokens(driver: Any) -> list[list[str]]:
    script = "return data.images.map(i => i.choices.map(c => c.token))"
    listed: list[list[str]] = driver.execute_script(script)
    return listed


def test_votes_by_clicks_and_keys_survive_a_reload_and_are_counted(
    jury: Jury, browse: Open, downloads: Path
) -> None:
    driver = browse(jury.pages["anna"])
    assert one(driver, "#where").text == "Photo 1 of 3 · 0 done"
    click_votes(driver, (0, 1, 2), (3,))
    one(driver, "#next").click()
    assert "Pick 3 as most and 2 as least" in one(driver, "#notice").text
    # A fourth is refused, one that moves over is not.
    find(driver, "figcaption .most")[4].click()
    assert "You have picked 3 as most appealing" in one(driver, "#notice").text
    find(driver, "figcaption .least")[2].click()
    find(driver, "figcaption .most")[4].click()
    assert one(driver, "#most-count").text == "most 3 of 3"
    one(driver, "#next").click()

    press(driver, "5", "4", "3")
    press_with_shift(driver, "1")
    driver.refresh()
    assert one(driver, "#where").text == "Photo 2 of 3 · 1 done"
    assert one(driver, "#least-count").text == "least 1 of 2"
    press_with_shift(driver, "2")
    press(driver, "\ue014")  # right arrow
    assert one(driver, "#where").text == "Photo 3 of 3 · 2 done"
    click_votes(driver, (0, 2, 4), (1, 3))
    assert one(driver, "#next").text == "Save votes"
    one(driver, "#next").click()
    path = saved(downloads, "votes-anna.json")
    shown = tokens(driver)
    expected = [((0, 1, 4), (3, 2)), ((4, 3, 2), (0, 1)), ((0, 2, 4), (1, 3))]
    assert json.loads(path.read_text())["votes"] == [
        {"most": [row[n] for n in most], "least": [row[n] for n in least]}
        for row, (most, least) in zip(shown, expected, strict=True)
    ]
    meanings = json.loads(jury.key.read_text())["tokens"]["anna"]
    counted = {run.run: run for run in tally(jury.key, [path]).runs}
    for run in RUNS:
        by_hand = sum(
            meanings[row[n]][1] == run
            for row, (most, _) in zip(shown, expected, strict=True)
            for n in most
        )
        assert counted[run].most == by_hand
    assert sum(run.least for run in counted.values()) == 6
    assert requests(driver) <= {"file", "data", "blob"}
    assert driver.get_log("browser") == []


def test_a_phone_shows_all_in_one_column_and_takes_touches(
    jury: Jury, browse: Open, downloads: Path
) -> None:
    driver = browse(jury.pages["ben"], phone=True)
    width, scrolled = driver.execute_script(
        "return [innerWidth, document.documentElement.scrollWidth]"
    )
    assert (width, scrolled) == (390, 390)
    lefts = {figure.rect["x"] for figure in find(driver, "figure")}
    assert len(lefts) == 1
    touched = [*find(driver, "figcaption button"), *find(driver, "footer button")]
    assert min(min(b.size["height"], b.size["width"]) for b in touched) >= 44
    for _ in IMAGES:
        click_votes(driver, (0, 1, 2), (3, 4))
        one(driver, "#next").click()
    saved(downloads, "votes-ben.json")


def test_the_original_and_an_enlarged_picture_are_a_key_or_click_away(
    jury: Jury, browse: Open
) -> None:
    driver = browse(jury.pages["anna"])
    before = [img.get_attribute("src") for img in find(driver, "figure img")]
    press(driver, "o")
    assert {tag.text for tag in find(driver, ".picture span")} == {"Original"}
    (original,) = {img.get_attribute("src") for img in find(driver, "figure img")}
    assert original not in before
    one(driver, "#original").click()
    assert [img.get_attribute("src") for img in find(driver, "figure img")] == before

    find(driver, ".picture")[4].click()
    assert one(driver, "#large-name").text == "Version E"
    press(driver, "\ue014")  # right arrow: round to the first
    assert one(driver, "#large-picture").get_attribute("src") == before[0]
    one(driver, "#large-most").click()
    press(driver, "o")
    assert one(driver, "#large-picture").get_attribute("src") == original
    press(driver, "2", "3", "4")
    assert "You have picked 3 as most appealing" in one(driver, "#large-notice").text
    assert one(driver, "#notice").text == ""
    press(driver, "2", "3")
    press(driver, "\ue00c")  # escape
    assert not one(driver, "#large").is_displayed()
    assert one(driver, "#most-count").text == "most 1 of 3"


def test_a_browser_that_keeps_nothing_says_so(jury: Jury, browse: Open) -> None:
    driver = browse(jury.pages["anna"])
    driver.execute_script("Storage.prototype.setItem = () => { throw new Error('full'); }")
    find(driver, "figcaption .most")[0].click()
    assert "keeps no progress" in one(driver, "#notice").text
