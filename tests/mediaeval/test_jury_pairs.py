"""Making a jury of pairs: viewers cannot tell which side is the edit, the key can."""

from __future__ import annotations

import hashlib
import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from blackcamo.channel import Channel
from blackcamo.cli import main
from blackcamo.preset import Preset
from tests.mediaeval.pairs import (
    EDITS,
    LEVELS,
    ORIGINAL,
    key_of,
    make,
    write_flat,
    write_table,
)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return write_table(tmp_path)


def test_what_viewers_get_tells_no_edit_and_the_key_does(table: Path) -> None:
    jury = make(table, "--controls", "0.5")
    sides = []
    for shown in key_of(jury):
        levels = {}
        for side in ("left", "right"):
            data = (jury / "viewers" / "pictures" / f"{shown['pair']}-{side}.jpg").read_bytes()
            levels[side] = round(np.asarray(Image.open(io.BytesIO(data))).mean())
            assert data == Channel(90).encode(np.full((36, 48, 3), levels[side], np.uint8))
        edited = shown["edited"]
        other = "right" if edited == "left" else "left"
        assert shown["photo"] == f"secret{levels[other] - ORIGINAL}.jpg"
        assert levels[edited] == (levels[other] if shown["control"] else LEVELS[shown["edit"]])
        sides.append(edited)
    assert sorted(sides) == ["left"] * 3 + ["right"] * 3
    assert [s["edit"] for s in key_of(jury) if s["control"]] == ["none", "none"]
    # One size, no names of files, edits or controls, nothing of elsewhere.
    told = [p.name for p in (jury / "viewers").rglob("*")]
    told += [(jury / "viewers" / name).read_text() for name in ("jury.html", "votes.csv")]
    for word in ("secret", *EDITS, "control", "edited", "original", "://"):
        assert not any(word in text for text in told), word
    assert "default-src 'none'; img-src data:; style-src 'sha256-" in told[-2]


def test_a_page_of_originals_and_edits_exchanged_is_the_same_but_for_its_pictures(
    table: Path,
) -> None:
    exchanged = table.with_name("exchanged.csv")
    _, rest = table.read_text().split("\n", 1)
    # Edits are told apart by their path: an original may be another pair's edit.
    for n, edit in enumerate(EDITS):
        copy = write_flat(table.parent / "photos" / f"copy{n}.png", ORIGINAL + n % 2)
        rest = rest.replace(f"photos/secret{n % 2}.png,edits/{edit}", f"{copy},edits/{edit}")
    exchanged.write_text(f"edited,original,edit\n{rest}")
    pages = [
        (make(source, out=out) / "viewers" / "jury.html").read_text()
        for source, out in ((table, "one"), (exchanged, "two"))
    ]
    bare = [re.sub(r"base64,[^<]+|[0-9a-f]{12}", "", page) for page in pages]
    assert bare[0] == bare[1]
    assert pages[0] != pages[1]


def test_written_order_tells_no_edit(table: Path) -> None:
    pictures = make(table) / "viewers" / "pictures"
    by_time = sorted(pictures.iterdir(), key=lambda path: path.stat().st_mtime_ns)
    assert by_time == sorted(pictures.iterdir())


def test_sides_and_order_are_fixed_by_the_seed(table: Path) -> None:
    keys = [
        key_of(make(table, "--seed", seed, out=f"jury-{n}")) for n, seed in enumerate("0012345")
    ]
    assert keys[0] == keys[1]
    assert len({json.dumps(key) for key in keys}) > 3
    assert len({tuple(s["edited"] for s in key if s["edit"] == "vivid") for key in keys}) == 2


def test_pictures_carry_nothing_and_are_of_one_size(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "at home"
    exif.get_ifd(0x8825)[1] = "N"
    exif[0x0112] = 6  # to be turned by 90 degrees
    big = Image.effect_noise((1500, 1000), 50).convert("RGB")
    big.save(tmp_path / "a.jpg", exif=exif, comment=b"at home")
    big.resize((500, 750)).save(tmp_path / "b.webp", exif=b"")
    (tmp_path / "pairs.csv").write_text("edited;original\nb.webp;a.jpg\n")
    jury = make(tmp_path / "pairs.csv")
    for path in (jury / "viewers" / "pictures").iterdir():
        with Image.open(path) as picture:
            assert picture.size == (500, 750)
            assert not picture.getexif()
        assert b"at home" not in path.read_bytes()
    small = make(tmp_path / "pairs.csv", "--long-side", "90", out="small")
    for path in (small / "viewers" / "pictures").iterdir():
        with Image.open(path) as picture:
            assert picture.size == (60, 90)


def test_camouflages_find_their_originals_by_what_is_in_them(tmp_path: Path) -> None:
    for name, level, style in (("a", 10, "noir"), ("b", 20, "")):
        photo = write_flat(tmp_path / "photos" / f"{name}.png", 100 + level)
        folder = tmp_path / "camouflage" / name
        camouflage = write_flat(folder / f"{name}.camo.jpg", level, quality=90)
        digests = [hashlib.sha256(p.read_bytes()).hexdigest() for p in (photo, camouflage)]
        preset = Preset(
            filters=("tone",),
            lut_size=33,
            params={},
            style=style,
            provenance={
                "photo": {"name": photo.name, "sha256": digests[0]},
                "camouflage": {"sha256": digests[1]},
            },
        )
        (folder / f"{name}.preset.json").write_text(preset.to_json())
    # Named otherwise than when it was searched; and another photo of that name.
    (tmp_path / "photos" / "a.png").rename(tmp_path / "photos" / "renamed.png")
    write_flat(tmp_path / "photos" / "a.png", 250)
    jury = make(tmp_path / "camouflage", "--photos", str(tmp_path / "photos"))
    told = {shown["edit"]: shown["photo"] for shown in key_of(jury)}
    assert told == {"noir": "renamed.jpg", "edit": "b.jpg"}


def test_camouflages_without_original_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["jury", "make", "--out", str(tmp_path / "jury"), "--photos", str(tmp_path)]
    (tmp_path / "empty").mkdir()
    assert main([*words, "--pairs", str(tmp_path / "empty")]) == 2
    assert "has no pairs" in capsys.readouterr().err
    camouflage = write_flat(tmp_path / "c" / "a.camo.jpg", 10)
    digest = hashlib.sha256(camouflage.read_bytes()).hexdigest()
    for recorded, says in ((digest, "original a.png was not found"), ("0", "is not the file")):
        preset = Preset(
            filters=("tone",),
            lut_size=33,
            params={},
            provenance={
                "photo": {"name": "a.png", "sha256": "0"},
                "camouflage": {"sha256": recorded},
            },
        )
        (tmp_path / "c" / "a.preset.json").write_text(preset.to_json())
        assert main([*words, "--pairs", str(tmp_path / "c")]) == 2
        assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    ("lines", "more", "says"),
    [
        (["original,edited", "x.png,e.png"], [], "row 2: original is 'x.png', which does"),
        (["original,edited", "o.png,"], [], "row 2: edited is empty"),
        (["original,edited", "o.png,o.png"], [], "row 2: edited is 'o.png', the original"),
        (["original,edited", "o.png,e.png", "o.png,e.png"], [], "row 3: edited is 'e.png', which"),
        (["photo,edited", "o.png,e.png"], [], "no column 'original'"),
        (["original,edited"], [], "has no pairs"),
        (["original,edited", "o.png,e.png"], ["--controls", "2"], "controls is 2; it must be"),
        (["original,edited", "o.png,e.png"], ["--long-side", "0"], "the long side is 0 px"),
        (["original,edited", "o.png,e.png"], ["--annotator", "anna"], "--annotator belongs to"),
        (["original,edited", "o.png,t.png"], [], "t.png is no picture"),
    ],
)  # fmt: skip
def test_pairs_that_cannot_be_shown_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lines: list[str], more: list[str], says: str
) -> None:
    write_flat(tmp_path / "o.png", 1)
    write_flat(tmp_path / "e.png", 2)
    (tmp_path / "t.png").write_text("text")
    (tmp_path / "pairs.csv").write_text("\n".join(lines) + "\n")
    words = ["--pairs", str(tmp_path / "pairs.csv"), "--out", str(tmp_path / "jury"), *more]
    assert main(["jury", "make", *words]) == 2
    told = capsys.readouterr()
    assert re.search(re.escape(says) if "no picture" not in says else r"t\.png", told.err)
    assert (told.err.count("\n"), told.out) == (1, "")
    assert not (tmp_path / "jury").exists()


def test_options_of_pairs_and_runs_are_not_mixed(
    table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["jury", "make", "--controls", "0.1"]) == 2
    assert "--controls belongs to pairs; give --pairs, too" in capsys.readouterr().err
    assert main(["jury", "make"]) == 2
    assert "what is to be judged is missing" in capsys.readouterr().err
    (table.parent / "runs-key.json").write_text("{}")
    words = ["x.json", "--key", str(table.parent / "runs-key.json"), "--out", "v"]
    assert main(["jury", "tally", *words]) == 2
    assert "--out is for verdicts on pairs" in capsys.readouterr().err


def test_json_is_one_object(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make(table, "--controls", "0.01", "--json")
    told = json.loads(capsys.readouterr().out)
    assert (told["pairs"], told["controls"]) == (4, 1)
    assert all(Path(told[name]).exists() for name in ("page", "form", "pictures", "key"))
