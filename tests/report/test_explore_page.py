"""The page of an exploration in a real browser: turned by mouse, key and finger, offline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from blackcamo.exploring import Row, Table, make_design
from blackcamo.exploring.design import ORIGINAL, Key
from blackcamo.filters import load_chain
from blackcamo.report.explore_page import Shown, explore_page
from blackcamo.run.charting import readings
from blackcamo.styles import noir, vivid
from blackcamo.types import ScorerInfo
from tests.browser import Open, actions, assert_offline, browsing, needs_browser

pytestmark = needs_browser

LEFT, UP, RIGHT, DOWN, SPACE = "\ue012", "\ue013", "\ue014", "\ue015", " "
FLOOR = 80.0
PARAMS = load_chain().space.params
DESIGN = make_design([noir.STYLE, vivid.STYLE], 8)
INFOS = {
    "up": ScorerInfo(name="up"),
    "down": ScorerInfo(name="down", threshold=30, higher_is_better=False),
}


def made() -> Table:
    rows = []
    for photo, before in (("</script>", 70.0), ("hill", 55.0)):
        rows.append(Row(photo, ORIGINAL, 90.0, True, 9, {"up": before, "down": 20.0}))
        for look in DESIGN.looks:
            drop = 3.0 * look.number * (1 if look.style == "noir" else 0.5)
            scores = {"up": before - drop, "down": 20.0 + drop}
            rows.append(Row(photo, look.key, 98.0 - 3 * look.number, True, 9, scores))
    return Table(DESIGN, INFOS, rows)


def shown(grey: int, recipe: str = "") -> Shown:
    """A picture whose grey says which one it is."""
    _, jpeg = cv2.imencode(".jpg", np.full((60, 80, 3), grey, np.uint8))
    return Shown(jpeg.tobytes(), 80, 60, recipe)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    table = made()
    pictures: dict[str, dict[Key, Shown]] = {
        photo: {ORIGINAL: shown(250)}
        | {
            look.key: shown(10 * n, f"{look.style} {look.number} done")
            for n, look in enumerate(DESIGN.looks)
        }
        for photo in table.photos
    }
    text = explore_page(table, readings(table, PARAMS, floor=FLOOR), pictures, PARAMS, floor=FLOOR)
    path = tmp_path_factory.mktemp("explored") / "explore.html"
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def browse(page: Path) -> Iterator[Open]:
    with browsing() as opened:
        yield partial(opened, page)


def grey(driver: Any) -> int:
    """The grey of the picture that is shown."""
    return int(
        driver.execute_script(
            "const image = document.getElementById('shown');"
            "const canvas = document.createElement('canvas');"
            "return image.decode().then(() => { const pen = canvas.getContext('2d');"
            "pen.drawImage(image, 0, 0); return pen.getImageData(5, 5, 1, 1).data[0]; });"
        )
    )


def numbers(driver: Any) -> list[list[str]]:
    rows = driver.find_elements("css selector", "#numbers tr")
    return [[cell.text for cell in row.find_elements("css selector", "th, td")] for row in rows]


def look_shown(driver: Any) -> str:
    return str(driver.find_element("id", "label").text)


def test_style_and_strength_are_turned_by_keys(browse: Open) -> None:
    driver = browse()
    ordered = sorted(DESIGN.of("noir"), key=lambda look: look.strength)
    for look in ordered:
        # By strength, and each with its own picture and numbers.
        assert look_shown(driver) == f"noir · look {look.number}"
        assert abs(grey(driver) - 10 * (look.number - 1)) < 4
        assert driver.find_element("id", "percent").text == f"{round(100 * look.strength)} %"
        assert driver.find_element("id", "recipe").text == f"noir {look.number} done"
        score, appeal = 70 - 3 * look.number, 98 - 3 * look.number
        assert numbers(driver) == [
            ["Appeal", "90.0", f"{appeal:.1f}", "liked" if appeal >= 80 else "minded"],
            ["up", "70.0", f"{score:.1f}", "high" if score >= 50 else "low"],
            ["down", "20.0", f"{90 - score:.1f}", "high" if 90 - score <= 30 else "low"],
        ]
        actions(driver).send_keys(RIGHT).perform()
    assert look_shown(driver) == f"noir · look {ordered[-1].number}"
    actions(driver).send_keys(DOWN).perform()
    assert look_shown(driver).startswith("vivid")
    actions(driver).send_keys(UP + LEFT).perform()
    assert look_shown(driver) == f"noir · look {ordered[-2].number}"
    actions(driver).send_keys(SPACE).perform()
    assert (look_shown(driver), abs(grey(driver) - 250) < 4) == ("Original", True)
    assert_offline(driver)


@pytest.mark.parametrize("phone", [False, True])
def test_dots_map_and_list_lead_to_looks(browse: Open, phone: bool) -> None:
    driver = browse(phone=phone)
    css = driver.find_elements
    assert len(css("css selector", "#dots [data-s]")) == 16
    driver.execute_script("document.getElementById('dots').scrollIntoView({block: 'center'})")
    dot = css("css selector", "#dots [data-s='1'][data-n='2']")[0]
    actions(driver).move_to_element(dot).click().perform()
    ordered = sorted(DESIGN.of("vivid"), key=lambda look: look.strength)
    assert look_shown(driver) == f"vivid · look {ordered[2].number}"
    assert "Along each range of vivid" in driver.find_element("tag name", "main").text
    assert len(css("css selector", "#curves figure")) == 1 + len(vivid.STYLE.free)
    driver.find_element("css selector", "#map [data-style='0']").click()
    assert look_shown(driver).startswith("noir")
    best = driver.find_element("css selector", "#looks button")
    # Look 6 is the last one that is liked, and a drop of 18 is the largest of those.
    said = "1. noir, look 6 18.0 appeal 80.0 · low on 50 % of 2 photos · both on 50 %"
    assert best.text.split() == said.split()
    best.click()
    assert look_shown(driver) == "noir · look 6"
    assert_offline(driver)


def test_the_map_says_what_was_read(browse: Open) -> None:
    driver = browse()
    table = made()
    for n, (scorer, reading) in enumerate(readings(table, PARAMS, floor=FLOOR).items()):
        driver.find_element("css selector", f"#scorer option[value='{n}']").click()
        rows = driver.find_elements("css selector", "#map tbody tr")
        for row, (style, cells) in zip(rows, reading.heat.cells.items(), strict=True):
            assert row.find_element("tag name", "button").text == style
            told = [cell.text.split("\n") for cell in row.find_elements("tag name", "td")]
            for (share, *drop), cell in zip(told, cells, strict=True):
                if cell.pictures:
                    assert share == f"{round(100 * (cell.below or 0))} %"
                    assert [float(x) for x in drop] == [pytest.approx(cell.drop, abs=0.051)]
                else:
                    assert (share, drop) == ("·", [])
        assert scorer in driver.find_element("id", "mapped").text


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_a_finger_turns_it_on_a_phone(browse: Open, scheme: str) -> None:
    driver = browse(phone=True)
    driver.execute_cdp_cmd(
        "Emulation.setEmulatedMedia",
        {"features": [{"name": "prefers-color-scheme", "value": scheme}]},
    )
    ground = driver.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert (int(re.findall(r"\d+", ground)[0]) > 128) == (scheme == "light")
    width, scrolled = driver.execute_script(
        "return [innerWidth, document.documentElement.scrollWidth]"
    )
    assert (width, scrolled) == (390, 390)
    for element in driver.find_elements("css selector", "button, select, input, td, svg"):
        assert element.rect["x"] >= 0
        assert element.rect["x"] + element.rect["width"] <= 390
    controls = driver.find_elements("css selector", "button, select, input")
    assert min(min(c.size["height"], c.size["width"]) for c in controls) >= 44
    slider = driver.find_element("id", "strength")
    before = look_shown(driver)
    box = slider.rect
    driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", slider)
    actions(driver).move_to_element_with_offset(slider, box["width"] // 2 - 4, 0).click().perform()
    assert slider.get_attribute("value") == "7"
    assert look_shown(driver) != before
    driver.find_element("id", "picture").click()
    assert look_shown(driver) == "Original"
    driver.find_element("id", "next").click()
    assert look_shown(driver).startswith("vivid")
    assert_offline(driver)
