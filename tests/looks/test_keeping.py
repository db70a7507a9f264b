"""A look in a preset: whole, small, and refused where it is none."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from blackcamo.errors import PresetError
from blackcamo.looks import Look
from tests.looks.files import film


def png(width: int, height: int, mode: str = "RGB", form: str = "PNG") -> str:
    stream = io.BytesIO()
    Image.new(mode, (width, height)).save(stream, form)
    return base64.b64encode(stream.getvalue()).decode()


@pytest.mark.parametrize("size", [2, 33, 65])
def test_round_trip_is_exact(size: int) -> None:
    look = Look.from_table(film(size), "film")
    kept = look.to_json()
    again = Look.from_json(kept)
    np.testing.assert_array_equal(again.nodes, look.nodes)
    assert (again.name, again.sha256) == ("film", look.sha256)
    assert again.to_json() == kept


def test_pillow_reads_what_is_kept() -> None:
    kept = Look.from_table(film(5), "film").to_json()
    with Image.open(io.BytesIO(base64.b64decode(kept["png"]))) as image:
        assert (image.format, image.size) == ("PNG", (5, 25))
        first = np.asarray(image)[7, 3]  # green 2, blue 1, red 3
    assert np.abs(first / 255 - film(5)[1, 2, 3]).max() < 1 / 255


def test_the_digest_is_that_of_the_colours() -> None:
    look = Look.from_table(film(3), "film")
    assert Look.from_table(film(3), "another").sha256 == look.sha256
    assert Look.from_table(film(3) * 0.999, "film").sha256 != look.sha256
    assert len(look.sha256) == 64


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"name": ""}, "the name of a look is ''"),
        ({"name": 5}, "the name of a look is 5"),
        ({"name": "../../etc/passwd"}, "the name of a look is '../../etc/passwd'; it must be a"),
        ({"name": 'a "film"'}, "without quotation marks"),
        ({"name": "a\nb"}, "the name of a look is 'a\\nb'"),
        ({"name": "x" * 41}, "at most 40 printable characters"),
        ({"png": None}, "not a picture that can be read"),
        ({"png": "=" * 9}, "is not base64"),
        ({"png": "\u00e9"}, "is not base64"),
        ({"png": ""}, "not a picture that can be read"),
        ({"png": base64.b64encode(b"<svg/>").decode()}, "not a picture that can be read"),
        ({"png": png(3, 9, form="TIFF")}, "is a TIFF picture; a look must be PNG"),
        ({"png": png(4, 9)}, "has 4 x 9 pixels; it must be S wide and S * S high"),
        ({"png": png(1, 1)}, "has 1 x 1 pixels"),
        ({"png": png(66, 66 * 66)}, "has 66 x 4356 pixels"),
        ({"png": png(4000, 4000, mode="1")}, "no look that can be read has more than"),
        ({"png": png(3, 9)[:60]}, "damaged or cut short"),
    ],
)  # fmt: skip
def test_what_is_no_look_is_refused_in_one_short_line(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(PresetError) as caught:
        Look.from_json({"name": "film", "png": png(3, 9), **changes})
    assert says in str(caught.value)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 200


def test_something_else_than_an_object_is_refused() -> None:
    with pytest.raises(PresetError, match="must be an object"):
        Look.from_json(["film"])
