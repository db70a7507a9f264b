"""A gallery's pages: the places that are shown at 100 %, and that all is safe and bounded."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from blackcamo.report.exhibit import Facts, make_exhibit
from blackcamo.report.exhibit_page import exhibit_page
from blackcamo.report.exhibit_sheet import exhibit_sheet
from blackcamo.report.places import DIFFERENT, HEIGHT_PX, SMOOTH, WIDTH_PX, find_places
from blackcamo.report.verdict import Outcome, Verdict
from blackcamo.types import Pixels

FACTS = Facts(
    name='<i>"photo".jpg',
    where="",
    scorer="niqe",
    score_before=71.3,
    score_after=38.2,
    high_before=True,
    high_after=False,
    target=45.0,
    appeal=81.0,
    parts={"hue": 100.0, "damage_smooth": 81.0},
    outcome=Outcome(Verdict.CAMOUFLAGED),
    mode="enhance",
    recipe="contrast -17 %",
    queries=118,
)


def test_parts_are_told_in_words_the_worst_first() -> None:
    facts = replace(FACTS, parts={"liked": 94.0, "grain": 90.0, "damaged": 71.25, "hue": 80.0})
    assert facts.complaints == (
        ("visible damage", 71.25),
        ("turned colours", 80.0),
        ("grain", 90.0),
        ("what is liked", 94.0),
    )
    assert facts.worst == "worst part visible damage 71.2"
    assert replace(FACTS, parts={"liked": 94.0, "grain": 89.96}).worst == "no complaint"
    assert replace(FACTS, parts={}).worst == "no complaint"


def noisy(height_px: int, width_px: int) -> Pixels:
    return np.random.default_rng(0).integers(60, 200, (height_px, width_px, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def scene() -> tuple[Pixels, Pixels]:
    """Noise with a smooth area in the lower left and a change in the upper right."""
    before = noisy(900, 1200)
    before[550:, :420] = 128
    after = before.copy()
    after[40:280, 820:1150] = 255 - after[40:280, 820:1150] // 4
    return before, after


def test_places_show_the_smooth_and_the_different(scene: tuple[Pixels, Pixels]) -> None:
    places = {place.why: place for place in find_places(*scene)}
    assert len(places) == 3
    smooth, different = places[SMOOTH].cut(scene[0]), places[DIFFERENT]
    assert smooth.shape == (HEIGHT_PX, WIDTH_PX, 3)
    assert (smooth == 128).mean() > 0.9
    changed = (different.cut(scene[0]) != different.cut(scene[1])).any(-1)
    assert changed.sum() > 0.8 * 240 * 330


def test_a_small_picture_has_few_places_within_it() -> None:
    for shape in ((40, 50), (264, 352), (300, 400), (20, 900)):
        photo = noisy(*shape)
        places = find_places(photo, photo)
        assert 1 <= len(places) <= 3
        for place in places:
            assert place.cut(photo).shape[:2] == (place.height_px, place.width_px)
            assert (place.height_px, place.width_px) == (
                min(shape[0], HEIGHT_PX),
                min(shape[1], WIDTH_PX),
            )


def test_a_page_embeds_bounded_pictures_without_metadata(scene: tuple[Pixels, Pixels]) -> None:
    page = exhibit_page([make_exhibit(FACTS, scene[0], None, scene[1])], [], title="A & B")
    assert "<title>A &amp; B</title>" in page
    assert "&lt;i&gt;&quot;photo&quot;.jpg" in page
    assert "<i>" not in page
    assert not re.search(r'(src|href)="(?!data:image/jpeg;base64,)', page)
    embedded = re.findall(r"data:image/jpeg;base64,([\w+/=]+)", page)
    assert len(embedded) == 2 + 2 * 3
    for data in embedded:
        with Image.open(io.BytesIO(base64.b64decode(data))) as image:
            assert max(image.size) <= 768
            assert not image.getexif()
            assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_a_reframed_photo_has_its_original_in_that_frame_too(scene: tuple[Pixels, Pixels]) -> None:
    aligned, camouflage = (pixels[30:-30, 40:-40] for pixels in scene)
    page = exhibit_page([make_exhibit(FACTS, scene[0], aligned, camouflage)], [], title="x")
    assert len(re.findall("data:image/jpeg", page)) == 3 + 2 * 3
    assert "Camouflage|Original, in this frame" in page


def test_a_sheet_grows_by_rows_alone(scene: tuple[Pixels, Pixels]) -> None:
    exhibit = make_exhibit(FACTS, scene[0], None, scene[1])
    why = Outcome(Verdict.NOT_CAMOUFLAGED, "for reasons " * 100)
    long = replace(FACTS, name="long " * 200, outcome=why)
    other = make_exhibit(long, noisy(100, 3000), None, noisy(100, 3000))
    one, two = exhibit_sheet([exhibit], title="x"), exhibit_sheet([exhibit, other], title="x")
    assert one.shape[1] == two.shape[1]
    assert one.shape[0] < two.shape[0] < 2 * one.shape[0]
    crop = exhibit.spots[-1].after
    rows, columns = np.nonzero((one == crop[0, 0]).all(-1))
    shown = (one[y : y + HEIGHT_PX, x : x + WIDTH_PX] for y, x in zip(rows, columns, strict=True))
    assert any(np.array_equal(part, crop) for part in shown)
    assert exhibit_sheet([], title="Nothing").shape[0] < 150
