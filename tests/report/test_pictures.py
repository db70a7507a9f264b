"""Pictures for people: bounded, complete, with nothing cut off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from blackcamo.images import load_photo, resize
from blackcamo.report.canvas import BRIGHT, GROUND, NO_BREAK, Canvas, Scored, shorten, wrap
from blackcamo.report.compare import compare_picture
from blackcamo.report.sheet import SheetRow, contact_sheet
from blackcamo.report.verdict import Outcome, Verdict
from blackcamo.types import Pixels, ScorerInfo

RECIPE = ", ".join(f"exposure +0.{n} EV" for n in range(10, 30))


def plain(height_px: int, width_px: int, colour: tuple[int, int, int]) -> Pixels:
    return np.full((height_px, width_px, 3), colour, np.uint8)


CAMOUFLAGED = Outcome(Verdict.CAMOUFLAGED)


def compared(
    before: Pixels, after: Pixels, *, recipe: str = RECIPE, outcome: Outcome = CAMOUFLAGED
) -> Pixels:
    return compare_picture(
        Scored(before, 71.3, True),
        Scored(after, 38.2, False),
        scorer=ScorerInfo("niqe"),
        appeal=93.1,
        recipe=recipe,
        outcome=outcome,
    )


def margins(picture: Pixels, px: int) -> Pixels:
    edges = (picture[:px], picture[-px:], picture[:, :px], picture[:, -px:])
    return np.concatenate([edge.reshape(-1, 3) for edge in edges])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((512, 768), (512, 768)),
        ((3000, 4000), (2600, 3500)),
        ((4000, 3000), (4000, 3000)),
        ((100, 3000), (100, 3000)),
        ((3000, 100), (3000, 100)),
        ((16, 16), (16, 16)),
    ],
)
def test_both_pictures_show_in_full_and_nothing_touches_the_edge(
    before: tuple[int, int], after: tuple[int, int]
) -> None:
    red, blue = (200, 30, 30), (30, 30, 200)
    picture = compared(plain(*before, red), plain(*after, blue))
    assert picture.shape[1] <= 1600
    assert (margins(picture, 30) == GROUND).all()
    for colour, shape in ((red, before), (blue, after)):
        rows, columns = np.nonzero((picture == colour).all(axis=-1))
        height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
        assert len(rows) == height * width
        assert abs(width - height * shape[1] / shape[0]) <= 1
        assert height <= before[0]


def test_a_longer_recipe_makes_the_picture_taller_not_wider() -> None:
    photo = plain(300, 400, (90, 90, 90))
    short, long = compared(photo, photo, recipe="none"), compared(photo, photo, recipe=RECIPE)
    assert short.shape[1] == long.shape[1]
    assert short.shape[0] < long.shape[0]


def test_the_direction_of_the_scorer_is_said() -> None:
    shown = Scored(plain(300, 900, (90, 90, 90)), 50.0, True)
    better = [
        compare_picture(
            shown,
            shown,
            scorer=ScorerInfo("x", higher_is_better=up),
            appeal=1.0,
            recipe="",
            outcome=CAMOUFLAGED,
        )
        for up in (True, False)
    ]
    assert (better[0] != better[1]).any()


@pytest.mark.parametrize(("width_px", "height_px"), [(400, 300), (16, 16)])
def test_each_verdict_has_a_badge_of_its_own(width_px: int, height_px: int) -> None:
    photo = plain(height_px, width_px, (90, 30, 30))
    why = "target 4.95e+00 not reached, by 12345.6"
    pictures = [compared(photo, photo, outcome=Outcome(verdict, why)) for verdict in Verdict]
    plates = [(picture == BRIGHT).all(axis=-1) for picture in pictures]
    # The brightest one is filled, the others need no more than letters and an outline.
    assert plates[0].sum() > 2 * plates[1].sum()
    assert plates[0].sum() > 2 * plates[2].sum()
    for one, other in ((0, 1), (0, 2), (1, 2)):
        assert (pictures[one] != pictures[other]).any()
    for picture in pictures:
        assert (margins(picture, 30) == GROUND).all()
        grey = np.ptp(picture.astype(int), axis=-1) == 0
        assert (grey | (picture == (90, 30, 30)).all(axis=-1)).all(), "no colour but the photos'"


def test_wrapped_text_keeps_its_words_and_its_width() -> None:
    lines = wrap(RECIPE, size=20, width_px=300)
    assert " ".join(lines) == RECIPE
    assert max(Canvas(1, 1).text(x, 0, 0, size=20, fill=BRIGHT) for x in lines) <= 300
    glued = wrap(f"a b{NO_BREAK}c", size=20, width_px=35)
    assert glued == ["a", f"b{NO_BREAK}c"]


def test_a_word_wider_than_a_line_is_broken() -> None:
    lines = wrap("x" * 200, size=20, width_px=300)
    assert "".join(lines) == "x" * 200
    assert max(Canvas(1, 1).text(x, 0, 0, size=20, fill=BRIGHT) for x in lines) <= 300
    assert wrap("ab", size=20, width_px=1) == ["a", "b"]


def test_long_names_lose_their_middle() -> None:
    name = "IMG_2024-05-01_" + "holiday " * 20 + "0042.jpg"
    line = shorten(name, size=16, width_px=200)
    assert line.startswith("IMG_")
    assert line.endswith("42.jpg")
    assert "…" in line
    assert Canvas(1, 1).text(line, 0, 0, size=16, fill=BRIGHT) <= 200
    assert shorten("a.jpg", size=16, width_px=200) == "a.jpg"
    assert shorten("", size=16, width_px=200) == ""


def test_letters_that_the_font_lacks_leave_no_boxes() -> None:
    def drawn(text: str) -> Pixels:
        canvas = Canvas(300, 40)
        canvas.text(text, 5, 5, size=20, fill=BRIGHT)
        return canvas.pixels

    assert (drawn("café ½\n") == drawn("cafe 1?")).all()
    assert (drawn("日本") == drawn("??")).all()
    assert (drawn("1.0°") != drawn("1.0?")).any()


def test_a_sheet_shows_every_photo_once_and_takes_a_generator() -> None:
    colours = [(40 * n + 15, 255 - 40 * n, 7 * n) for n in range(6)]

    def rows() -> Iterator[SheetRow]:
        for n, (one, two) in enumerate(zip(colours[::2], colours[1::2], strict=True)):
            yield SheetRow(
                f"photo {n}",
                Scored(plain(300, 400, one), 70.0, True),
                Scored(plain(400, 300, two), 40.0, False),
                "appeal 90",
            )

    sheet = contact_sheet(rows(), title="A title", columns=2, width_px=900)
    assert sheet.shape[1] == 900
    assert (margins(sheet, 16) == GROUND).all()
    for n, colour in enumerate(colours):
        rows_at, columns_at = np.nonzero((sheet == colour).all(axis=-1))
        assert len(rows_at) == (np.ptp(rows_at) + 1) * (np.ptp(columns_at) + 1)
        assert (np.ptp(rows_at) > np.ptp(columns_at)) == (n % 2 == 1)


def test_an_empty_sheet_is_its_title() -> None:
    sheet = contact_sheet([], title="Nothing yet")
    assert sheet.shape[0] < 120
    assert (sheet != GROUND).any()


def test_photos_are_shown_as_they_are(kodak: list[Path]) -> None:
    photo = load_photo(kodak[0]).pixels
    picture = compared(photo, photo[:, ::-1])
    shown = resize(photo, width_px=762, height_px=508)
    assert (picture[32 : 32 + 508, 32 : 32 + 762] == shown).all()
    mirrored = resize(photo[:, ::-1].copy(), width_px=762, height_px=508)
    assert (picture[32 : 32 + 508, -32 - 762 : -32] == mirrored).all()
