"""The page of pairs in a real browser: answers by keys and touches, a reload, the file counted."""

from __future__ import annotations

import base64
import csv
from pathlib import Path
from typing import Any

import pytest

from blackcamo.mediaeval.jury.pairs.finding import find_pairs
from blackcamo.mediaeval.jury.pairs.making import PairsJury, make_pairs
from blackcamo.mediaeval.jury.pairs.tallying import tally_pairs
from tests.browser import Open, needs_browser, requests
from tests.mediaeval.browsing import find, one, press, press_with_shift, saved
from tests.mediaeval.pairs import EDITS, key_of, rows_of, write_flat, write_table

pytestmark = needs_browser

LEFT, UP, RIGHT, DOWN, ENTER, BACKSPACE, ESCAPE = (
    "\ue012", "\ue013", "\ue014", "\ue015", "\ue007", "\ue003", "\ue00c",
)  # fmt: skip


@pytest.fixture(scope="module")
def jury(tmp_path_factory: pytest.TempPathFactory) -> PairsJury:
    folder = tmp_path_factory.mktemp("pairs")
    return make_pairs(find_pairs(write_table(folder)), out=folder / "jury")


def begin(driver: Any, name: str) -> None:
    one(driver, "#viewer").clear()
    one(driver, "#viewer").send_keys(name + ENTER)


def shown(driver: Any) -> list[bytes]:
    sources = [img.get_attribute("src") for img in find(driver, ".side img")]
    return [base64.b64decode(src.removeprefix("data:image/jpeg;base64,")) for src in sources]


def picture(jury: PairsJury, pair: str, side: str) -> bytes:
    return (jury.pictures / f"{pair}-{side}.jpg").read_bytes()


def test_votes_by_keys_arrive_and_count_for_the_edit_on_either_side(
    jury: PairsJury, browse: Open, downloads: Path, tmp_path: Path
) -> None:
    driver = browse(jury.page)
    begin(driver, "  Anna  B. ")
    assert one(driver, "#where").text == "Pair 1 of 4 · 0 done"
    # Would post the edit alone, and likes it better; but says the opposite of "matte".
    for number, piece in enumerate(key_of(jury.key.parent)):
        assert shown(driver) == [picture(jury, piece["pair"], s) for s in ("left", "right")]
        left_liked = (piece["edited"] == "left") != (piece["edit"] == "matte")
        press(driver, "1" if left_liked else "2")
        press_with_shift(driver, "2" if left_liked else "1")
        if piece["edit"] == "sepia":
            press(driver, UP)
        else:
            press(driver, LEFT if left_liked else RIGHT)
        if number == 1:
            one(driver, "#reason").send_keys('warm, "old" 1')
        press(driver, ENTER)
    path = saved(downloads, "votes-Anna-B-.csv")
    assert "Thank you!" in one(driver, "#notice").text
    tally = tally_pairs(jury.key, [path], out=tmp_path / "verdicts")
    assert tally.viewers == ("Anna B.",)
    rows = rows_of(tally.verdicts)
    assert {edit: (row["post_1"], row["against_1"]) for edit, row in rows.items()} == {
        "vivid": ("POST", "BETTER"),
        "sepia": ("POST", "SAME"),
        "matte": ("NOT", "WORSE"),
        "grain": ("POST", "BETTER"),
    }
    second = key_of(jury.key.parent)[1]["edit"]
    assert {e: row["reason_1"] for e, row in rows.items() if row["reason_1"]} == {
        second: 'warm, "old" 1'
    }
    assert requests(driver) <= {"file", "data", "blob"}
    assert driver.get_log("browser") == []


def test_what_is_missing_is_said_and_progress_survives_a_reload(
    jury: PairsJury, browse: Open, downloads: Path
) -> None:
    driver = browse(jury.page)
    begin(driver, "ben")
    press(driver, "1", ENTER)
    assert one(driver, "#notice").text == (
        "Please say whether you would post the right one, and which you like better."
    )
    press(driver, "2", DOWN, ENTER, "1")
    assert one(driver, "#where").text == "Pair 2 of 4 · 1 done"
    driver.refresh()
    assert one(driver, "#viewer").get_attribute("value") == "ben"
    begin(driver, "ben")
    assert one(driver, "#where").text == "Pair 2 of 4 · 1 done"
    pressed = find(driver, '[aria-pressed="true"]')
    assert [b.get_attribute("data-answer") for b in pressed] == ["POST"]
    one(driver, "#save").click()
    rows = list(csv.DictReader(saved(downloads, "votes-ben.csv").read_text().splitlines()))
    assert [(r["pair"], r["better"]) for r in rows] == [("p001", "NODIFF")]
    assert "3 pairs are open still." in one(driver, "#notice").text
    press(driver, BACKSPACE)
    assert one(driver, "#where").text == "Pair 1 of 4 · 1 done"
    # Another person at the same browser begins anew.
    driver.refresh()
    begin(driver, "cleo")
    assert one(driver, "#where").text == "Pair 1 of 4 · 0 done"


def test_a_phone_shows_both_of_one_size_and_takes_touches(
    jury: PairsJury, browse: Open, downloads: Path, tmp_path: Path
) -> None:
    driver = browse(jury.page, phone=True)
    begin(driver, "dora")
    width, scrolled = driver.execute_script(
        "return [innerWidth, document.documentElement.scrollWidth]"
    )
    assert (width, scrolled) == (390, 390)
    first, second = (img.rect for img in find(driver, ".side img"))
    assert (first["width"], first["height"]) == (second["width"], second["height"])
    assert first["x"] == second["x"]
    assert first["y"] < second["y"]
    buttons = [b for b in find(driver, "button") if b.is_displayed()]
    assert len(buttons) == 12
    assert min(min(b.size["height"], b.size["width"]) for b in buttons) >= 44
    for _ in EDITS:
        for selector in (
            '[data-side="left"] [data-answer="NOT"]',
            '[data-side="right"] [data-answer="POST"]',
            '[data-better="RIGHT"]',
            "#next",
        ):
            button = one(driver, selector)
            driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
            button.click()
    tally = tally_pairs(jury.key, [saved(downloads, "votes-dora.csv")], out=tmp_path / "v")
    rows = rows_of(tally.verdicts)
    for piece in key_of(jury.key.parent):
        expected = ("POST", "BETTER") if piece["edited"] == "right" else ("NOT", "WORSE")
        row = rows[piece["edit"]]
        assert (row["post_1"], row["against_1"]) == expected


def test_pictures_lie_side_by_side_and_are_enlarged_by_a_click(
    jury: PairsJury, browse: Open
) -> None:
    driver = browse(jury.page)
    begin(driver, "eve")
    first, second = (img.rect for img in find(driver, ".side img"))
    assert (first["width"], first["height"]) == (second["width"], second["height"])
    assert first["y"] == second["y"]
    assert first["x"] + first["width"] <= second["x"]
    before = find(driver, ".side img")[1].get_attribute("src")
    find(driver, ".picture")[1].click()
    assert one(driver, "#large-picture").get_attribute("src") == before
    press(driver, "1", ESCAPE)
    assert not one(driver, "#large").is_displayed()
    assert find(driver, '[aria-pressed="true"]') == []


def test_a_page_of_two_hundred_pairs_holds_no_more_than_two_pictures(
    tmp_path: Path, browse: Open
) -> None:
    lines = ["original,edited"]
    for n in range(200):
        write_flat(tmp_path / f"o{n}.png", n)
        write_flat(tmp_path / f"e{n}.png", n + 1)
        lines.append(f"o{n}.png,e{n}.png")
    (tmp_path / "pairs.csv").write_text("\n".join(lines) + "\n")
    made = make_pairs(find_pairs(tmp_path / "pairs.csv"), out=tmp_path / "jury")
    driver = browse(made.page)
    begin(driver, "anna")
    for _ in range(3):
        press(driver, "1", "2", UP, ENTER)
    assert one(driver, "#where").text == "Pair 4 of 200 · 3 done"
    assert len(find(driver, "img[src]")) == 2
    stored = driver.execute_script("return JSON.stringify(localStorage).length")
    assert stored < 50_000


def test_a_browser_that_keeps_nothing_says_so(jury: PairsJury, browse: Open) -> None:
    driver = browse(jury.page)
    driver.execute_script("Storage.prototype.setItem = () => { throw new Error('full'); }")
    begin(driver, "anna")
    press(driver, "1")
    assert "keeps no progress" in one(driver, "#notice").text
