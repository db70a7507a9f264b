"""A report in a real browser: flips by click and key, on a desk and on a phone, offline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from blackcamo.report.chart import Chart
from blackcamo.report.details import Details, Step
from blackcamo.report.exhibit import make_exhibit
from blackcamo.report.exhibit_page import exhibit_page
from blackcamo.report.verdict import Outcome, Verdict
from tests.browser import Open, actions, assert_offline, browsing, needs_browser
from tests.report.test_exhibits import FACTS, noisy

pytestmark = needs_browser

WHY = "target 45 not reached"
RIGHT, TAB, SPACE = "\ue014", "\ue004", " "
RED, BLUE, GREEN = (180, 40, 40), (40, 40, 180), (40, 150, 40)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Red photos whose camouflages are blue; the second's frame shows them green."""
    red, blue, green = (np.full((768, 1024, 3), colour, np.uint8) for colour in (RED, BLUE, GREEN))
    name = "a-name-without-a-break-" * 6 + ".jpg"
    failed = replace(FACTS, name=name, outcome=Outcome(Verdict.NOT_CAMOUFLAGED, WHY), appeal=60.0)
    exhibits = [
        make_exhibit(replace(FACTS, name="a.jpg"), red, None, blue),
        make_exhibit(failed, red, green, blue),
        make_exhibit(replace(FACTS, name="tall.jpg"), noisy(900, 300), None, noisy(900, 300)),
    ]
    path = tmp_path_factory.mktemp("page") / "gallery.html"
    behind = Details(
        steps=[Step("the photo", red), Step("blue " * 30, blue)],
        charts=[
            Chart("Score", "candidate", "niqe", [(n, 70 - n) for n in range(40)],
                  marked=(39.0, 31.0), across={"target 45": 45.0}),
            Chart("Front", "score", "appeal", [(40.0, 80.0), (60.0, 90.0)],
                  line=[(40.0, 80.0), (60.0, 90.0)], down={"target 45": 45.0}),
        ],
        ledger={"search": 1234, "in all": 1240},
        provenance={"versions": "numpy 1.2.3, " * 12, "scorer": "x" * 80},
    )  # fmt: skip
    text = exhibit_page(
        exhibits,
        ["gone.camo.jpg: no preset"],
        title="Gallery",
        pages=["gallery.html", "b.html"],
        details=[behind, None, None],
    )
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def browse(page: Path) -> Iterator[Open]:
    with browsing() as opened:
        yield partial(opened, page)


def slots(driver: Any, photo: int = 1) -> list[Any]:
    return list(driver.find_elements("css selector", f"#photo-{photo} > .pair .slot"))


def crops(driver: Any, photo: int = 1) -> list[Any]:
    return list(driver.find_elements("css selector", f"#photo-{photo} .spots .slot"))


def label(slot: Any) -> str:
    return str(slot.find_element("css selector", ".label").text)


def colour(driver: Any, slot: Any, path: Path) -> tuple[int, ...]:
    """What a screenshot shows in the middle of a slot."""
    driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", slot)
    slot.screenshot(str(path))
    with Image.open(path) as image:
        pixel = image.convert("RGB").getpixel((image.width // 2, image.height // 2))
    assert isinstance(pixel, tuple)
    return pixel


def is_near(shown: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    return max(abs(a - b) for a, b in zip(shown, wanted, strict=True)) < 8


@pytest.mark.parametrize("phone", [False, True])
def test_a_click_swaps_a_pair_in_place(browse: Open, tmp_path: Path, phone: bool) -> None:
    driver = browse(phone=phone)
    one, two = slots(driver)
    shot = tmp_path / "slot.png"
    assert is_near(colour(driver, one, shot), RED)
    assert is_near(colour(driver, two, shot), BLUE)
    before = [slot.rect for slot in slots(driver)]
    one.click()
    assert is_near(colour(driver, one, shot), BLUE)
    assert is_near(colour(driver, two, shot), RED)
    assert [label(slot) for slot in (one, two)] == ["Camouflage", "Original"]
    assert [slot.rect for slot in slots(driver)] == before
    two.click()
    assert is_near(colour(driver, one, shot), RED)
    # The crops have not been touched.
    assert {slot.get_attribute("aria-pressed") for slot in crops(driver)} == {"false"}
    driver.save_screenshot(str(tmp_path / "page.png"))
    assert_offline(driver)


def test_a_reframed_photo_is_seen_in_the_same_frame(browse: Open, tmp_path: Path) -> None:
    driver = browse()
    one, two = slots(driver, 2)
    driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", two)
    two.click()
    assert is_near(colour(driver, two, tmp_path / "slot.png"), GREEN)
    assert is_near(colour(driver, one, tmp_path / "slot.png"), BLUE)
    assert label(two) == "Original, in this frame"


def test_the_page_is_led_by_keys_alone(browse: Open, tmp_path: Path) -> None:
    driver = browse()
    where = driver.find_element("css selector", "#where")
    actions(driver).send_keys(SPACE).perform()
    assert is_near(colour(driver, slots(driver)[0], tmp_path / "slot.png"), BLUE)
    assert {s.get_attribute("aria-pressed") for s in crops(driver)} == {"true"}
    actions(driver).send_keys(RIGHT).perform()
    assert where.text == "2 of 3"
    # From the photo, the next stop is its first picture, which Space flips as any button.
    actions(driver).send_keys(TAB).send_keys(SPACE).perform()
    assert label(slots(driver, 2)[0]) == "Camouflage"
    assert {s.get_attribute("aria-pressed") for s in crops(driver, 2)} == {"false"}
    assert driver.execute_script("return document.activeElement.className") == "slot flipped"
    actions(driver).send_keys(RIGHT).perform()
    assert where.text == "3 of 3"


def test_photos_are_ordered_as_asked(browse: Open) -> None:
    driver = browse()

    def order() -> list[str]:
        return [a.get_attribute("id") for a in driver.find_elements("css selector", "article")]

    for wanted, first in (("outcome", "photo-2"), ("name", "photo-1"), ("appeal", "photo-2")):
        driver.find_element("css selector", f"option[value={wanted}]").click()
        assert order()[0] == first
        assert driver.find_element("css selector", "#where").text == "1 of 3"


def test_a_phone_scrolls_one_way_only(browse: Open, tmp_path: Path) -> None:
    driver = browse(phone=True)
    width, scrolled = driver.execute_script(
        "return [innerWidth, document.documentElement.scrollWidth]"
    )
    assert (width, scrolled) == (390, 390)
    for element in driver.find_elements("css selector", "button, select, img"):
        if element.is_displayed():
            assert element.rect["x"] >= 0
            assert element.rect["x"] + element.rect["width"] <= 390
    controls = driver.find_elements("css selector", ".bar button, select")
    assert min(min(c.size["height"], c.size["width"]) for c in controls) >= 44
    shown = [slot for slot in crops(driver) if slot.is_displayed()]
    assert {label(slot) for slot in shown} == {"Camouflage"}
    # At 100 %: as many pixels of the page as it has.
    assert shown[0].find_element("css selector", "img").size == {"width": 352, "height": 264}
    driver.find_element("css selector", "#flip").click()
    assert {label(slot) for slot in shown} == {"Original"}
    driver.save_screenshot(str(tmp_path / "phone.png"))
    assert_offline(driver)


@pytest.mark.parametrize("phone", [False, True])
def test_what_lies_behind_a_result_is_drawn(browse: Open, tmp_path: Path, phone: bool) -> None:
    driver = browse(phone=phone)
    more = driver.find_element("css selector", "#photo-1 .more")
    assert more.get_attribute("open")
    charts = more.find_elements("css selector", ".chart svg")
    assert [chart.accessible_name for chart in charts] == ["Score", "Front"]
    widest = 390 if phone else 1280
    for element in more.find_elements("css selector", "svg, img, dd, figcaption"):
        assert element.rect["x"] + element.rect["width"] <= widest
    assert "1,234" in more.text
    if not phone:
        # Folded, it is printed all the same.
        driver.find_element("css selector", "#photo-1 .more > summary").click()
        assert not more.get_attribute("open")
        driver.execute_script("dispatchEvent(new Event('beforeprint'))")
        assert more.get_attribute("open")
    assert_offline(driver)


def test_on_paper_both_pictures_stand_side_by_side_without_controls(browse: Open) -> None:
    driver = browse()
    driver.find_element("css selector", "#wipe").click()
    slots = driver.find_elements("css selector", "#photo-1 > .pair .slot")
    assert [slot.is_displayed() for slot in slots] == [False, True]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    driver.execute_script("dispatchEvent(new Event('beforeprint'))")
    assert [label(slot) for slot in slots] == ["Original", "Camouflage"]
    left, right = (slot.rect for slot in slots)
    assert left["x"] + left["width"] <= right["x"]
    assert left["y"] == right["y"]
    assert not [
        control
        for control in driver.find_elements("css selector", "button:not(.slot), select, input")
        if control.is_displayed()
    ]
    driver.execute_script("dispatchEvent(new Event('afterprint'))")
    assert [slot.is_displayed() for slot in slots] == [False, True]
    assert_offline(driver)


def test_every_picture_has_a_text(browse: Open) -> None:
    driver = browse()
    assert driver.title == "Gallery"
    assert driver.find_element("css selector", "html").get_attribute("lang") == "en"
    texts = [i.get_attribute("alt") for i in driver.find_elements("css selector", "img")]
    assert all(texts)
    assert "gone.camo.jpg: no preset" in driver.find_element("css selector", ".failures").text


@pytest.mark.parametrize("phone", [False, True])
@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_a_slider_uncovers_the_camouflage(
    browse: Open, tmp_path: Path, phone: bool, scheme: str
) -> None:
    driver = browse(phone=phone)
    driver.execute_cdp_cmd(
        "Emulation.setEmulatedMedia",
        {"features": [{"name": "prefers-color-scheme", "value": scheme}]},
    )
    ground = driver.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert (int(re.findall(r"\d+", ground)[0]) > 128) == (scheme == "light")
    driver.find_element("id", "wipe").click()
    one, two = slots(driver)
    assert not one.is_displayed()
    slider = driver.find_element("css selector", "#photo-1 > .pair input")
    shot = tmp_path / "slot.png"
    for percent, shown in ((80, RED), (20, BLUE)):
        driver.execute_script(
            "arguments[0].value = arguments[1];arguments[0].dispatchEvent(new Event('input'))",
            slider,
            percent,
        )
        assert is_near(colour(driver, two, shot), shown)
    # A finger on the picture moves it, too, and a click no longer swaps the two.
    actions(driver).move_to_element_with_offset(two, two.size["width"] // 4, 30).click().perform()
    assert 70 < int(slider.get_attribute("value")) < 80
    assert is_near(colour(driver, two, shot), RED)
    width = "return document.documentElement.scrollWidth <= innerWidth"
    assert driver.execute_script(width)
    driver.find_element("id", "wipe").click()
    assert one.is_displayed()
    assert is_near(colour(driver, two, shot), BLUE)
    assert_offline(driver)
