"""Nothing of the user's, and nothing of another search, is replaced."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from blackcamo import run
from blackcamo.errors import OutputError
from blackcamo.images.files import fitting_stem, made_here
from blackcamo.preset import Preset, read_preset
from blackcamo.run.naming import Names, Place
from blackcamo.strategies.goal import ENOUGH
from blackcamo.testing import CountingScorer
from tests.looks.files import cube_text, film
from tests.run.conftest import Search, write_photo

QUICK: dict[str, Any] = {"budget": 12, "styles": ("vivid",), "alternatives": 1}
EASY: dict[str, Any] = {"target": 48.0, "styles": ("vivid", "lomo", "clear"), "budget": 64}


def contents(folder: Path) -> Mapping[str, bytes]:
    """The files of searches in a folder by name."""
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.name.startswith("photo")}


def test_photos_of_one_name_keep_their_files(
    run_search: Search, photo: Path, tmp_path: Path
) -> None:
    first = run_search(**QUICK)
    before = contents(tmp_path / "out")
    (tmp_path / "b").mkdir()
    other = write_photo(tmp_path / "b" / "photo.jpg", width_px=120)
    second = run_search(other, **QUICK)
    assert second.output == tmp_path / "out" / "photo-2.camo.jpg"
    assert second.preset == tmp_path / "out" / "photo-2.preset.json"
    assert second.compare == tmp_path / "out" / "photo-2.compare.png"
    after = contents(tmp_path / "out")
    assert {name: after[name] for name in before} == before
    says = "photo.camo.jpg is another photo's and stays; this is photo-2.camo.jpg"
    assert says in second.notes
    assert not any("photo-2" in note for note in first.notes)
    for result in (first, second):
        assert run.verify(str(result.output)).reproduced


def test_photos_of_one_call_may_have_one_name(
    photo: Path, scorer: CountingScorer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    twin = tmp_path / "twin" / "photo.png"
    twin.parent.mkdir()
    write_photo(twin, width_px=120)
    config = run.SearchConfig(**QUICK)
    outputs = [result.output for result in run.search_many([photo, twin], config=config)]
    folder = Path("camouflage", "photo")
    assert outputs == [folder / "photo.camo.jpg", folder / "photo-2.camo.jpg"]
    replaced = list(run.search_many([photo, twin], config=replace(config, overwrite=True)))
    assert replaced[0].error is None
    assert "its files would replace those of" in str(replaced[1].error)


@pytest.mark.parametrize(
    "others",
    [{"seed": 1}, {"styles": ("lomo",)}, {"mode": "imperceptible", "styles": None}, {"look": True}],
)
def test_another_search_has_its_own_names_and_the_better_one_the_photos(
    others: dict[str, Any], run_search: Search, tmp_path: Path
) -> None:
    if "look" in others:
        (tmp_path / "film.cube").write_text(cube_text(film(3)))
        others = {"look": tmp_path / "film.cube", "styles": None}
    first = run_search(**QUICK)
    kept = contents(tmp_path / "out")
    second = run_search(**{**QUICK, **others})
    after = contents(tmp_path / "out")
    assert {hashed(data) for data in kept.values()} <= {hashed(data) for data in after.values()}
    by_name = {n: read_preset(tmp_path / "out" / f"{n}.preset.json") for n in ("photo", "photo-2")}
    better, worse = (by_name[n].provenance for n in ("photo", "photo-2"))
    if better["succeeded"] or worse["succeeded"]:
        (won, more), (lost, less) = ((p["succeeded"], p["appeal"]) for p in (better, worse))
        assert (won, min(float(more), ENOUGH)) >= (lost, min(float(less), ENOUGH))  # type: ignore[arg-type]
    assert {better["study"], worse["study"]} == {first.study, second.study}
    moved = better["study"] == second.study
    assert second.output is not None
    assert (second.output == tmp_path / "out" / "photo.camo.jpg") == moved
    said = [note for note in second.notes if "photo.camo.jpg" in note]
    assert said == [
        "this is better than photo.camo.jpg of another search, which is photo-2.camo.jpg now"
        if moved
        else f"photo.camo.jpg is another search's and stays; this is {second.output.name}"
    ]
    for name in after:
        if name.endswith((".camo.jpg", ".best-effort.jpg")):
            assert run.verify(tmp_path / "out" / name).reproduced


def hashed(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_each_search_finds_its_own_files_again(
    run_search: Search, scorer: CountingScorer, tmp_path: Path
) -> None:
    for seed in (0, 1, 2):
        run_search(**QUICK, seed=seed)
    after, shown = contents(tmp_path / "out"), scorer.images
    assert {n.partition(".")[0] for n in after} == {"photo", "photo-2", "photo-3"}
    for seed in (1, 0, 2):
        run_search(**QUICK, seed=seed)
    assert (contents(tmp_path / "out"), scorer.images) == (after, shown + 3)


def test_overwriting_is_the_old_way(run_search: Search, tmp_path: Path) -> None:
    run_search(**QUICK)
    result = run_search(**QUICK, seed=1, overwrite=True)
    assert result.output == tmp_path / "out" / "photo.camo.jpg"
    assert run.verify(str(result.output)).reproduced
    assert not any("photo-2" in name for name in contents(tmp_path / "out"))


@pytest.mark.parametrize(
    "name",
    [
        "photo.camo.jpg", "photo.best-effort.jpg", "photo.preset.json", "photo.compare.png",
        "photo.choices.png", "photo.vivid.camo.jpg", "photo.vivid.preset.json",
    ],
)  # fmt: skip
def test_somebodys_files_stay(name: str, run_search: Search, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / name).write_bytes(b"mine")
    result = run_search(**QUICK)
    assert result.output == tmp_path / "out" / "photo-2.camo.jpg"
    assert (tmp_path / "out" / name).read_bytes() == b"mine"
    assert f"{name} is somebody's and stays; this is photo-2.camo.jpg" in result.notes


def test_other_files_of_that_name_are_in_nobodys_way(run_search: Search, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    for name in ("photo.jpg", "photo.cube", "photo.lomo.camo.jpg", "photo-2.camo.jpg", "photo"):
        (tmp_path / "out" / name).write_bytes(b"mine")
    assert run_search(**QUICK).output == tmp_path / "out" / "photo.camo.jpg"
    assert (tmp_path / "out" / "photo.cube").read_bytes() == b"mine"


def test_a_camouflage_that_was_worked_on_stays(run_search: Search, tmp_path: Path) -> None:
    first = run_search(**QUICK)
    assert first.output is not None
    mine = first.output.read_bytes() + b"retouched"
    first.output.write_bytes(mine)
    again = run_search(**QUICK)
    assert again.output == tmp_path / "out" / "photo-2.camo.jpg"
    assert first.output.read_bytes() == mine


def test_a_photo_that_is_named_like_a_second_result(run_search: Search, tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for seed, names in ((0, "photo.jpg"), (1, "photo.jpg"), (2, "b/photo-2.jpg")):
        result = run_search(write_photo(tmp_path / names), **QUICK, seed=seed)
    assert result.output == tmp_path / "out" / "photo-2-2.camo.jpg"


# What lies in a folder, without any search.


def lay(folder: Path, stem: str, study: str, **facts: object) -> None:
    """A camouflage with its preset and the rest of a search."""
    data = f"{study} {stem}".encode()
    (folder / f"{stem}.camo.jpg").write_bytes(data)
    recorded = {"study": study, "camouflage": {"sha256": hashed(data)}, **facts}
    preset = Preset(filters=("tone",), lut_size=33, params={}, provenance=recorded)
    (folder / f"{stem}.preset.json").write_text(preset.to_json())


def names(folder: Path, study: str, *styles: str) -> Names:
    return Names(folder, "flower", styles, study)


def test_a_search_that_has_become_better_changes_places(tmp_path: Path) -> None:
    lay(tmp_path, "flower", "a")
    lay(tmp_path, "flower.noir", "a")
    lay(tmp_path, "flower-2", "b")
    lay(tmp_path, "flower-2.lomo", "b")
    (tmp_path / "flower.compare.png").write_bytes(b"a compare")
    (tmp_path / "flower.jpg").write_bytes(b"the photo")
    place = names(tmp_path, "b", "lomo").settle(lambda preset: preset.provenance["study"] == "a")
    assert place == Place("flower", moved="flower-3")
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir() if p.suffix != ".json"} == {
        "flower-3.camo.jpg": b"a flower",
        "flower-3.noir.camo.jpg": b"a flower.noir",
        "flower-3.compare.png": b"a compare",
        "flower.camo.jpg": b"b flower-2",
        "flower.lomo.camo.jpg": b"b flower-2.lomo",
        "flower.jpg": b"the photo",
    }
    owned = {stem: names(tmp_path, study).find() for stem, study in (("a", "a"), ("b", "b"))}
    assert owned == {"a": "flower-3", "b": "flower"}


def test_what_is_no_better_stays_where_it_is(tmp_path: Path) -> None:
    lay(tmp_path, "flower", "a")
    place = names(tmp_path, "b").settle(lambda _: False)
    assert (place.stem, place.moved) == ("flower-2", None)
    assert place.kept is not None
    assert place.kept.provenance["study"] == "a"


def test_what_was_worked_on_is_not_moved(tmp_path: Path) -> None:
    lay(tmp_path, "flower", "a")
    (tmp_path / "flower.camo.jpg").write_bytes(b"retouched")
    assert names(tmp_path, "b").settle(lambda _: True) == Place("flower-2")


def test_a_style_of_another_photo_is_no_ones_to_replace(tmp_path: Path) -> None:
    lay(tmp_path, "flower.noir", "of flower.noir.jpg")
    assert names(tmp_path, "a", "noir").find() == "flower-2"
    assert names(tmp_path, "a", "lomo").find() == "flower"
    lay(tmp_path, "flower", "a")
    assert names(tmp_path, "a", "noir").find() == "flower-2"


def test_a_link_to_nowhere_is_taken(tmp_path: Path) -> None:
    (tmp_path / "flower.camo.jpg").symlink_to(tmp_path / "gone")
    assert names(tmp_path, "a").find() == "flower-2"


# Long names.


@pytest.mark.parametrize("letter", ["L", "\u0436", "\u5149", "\U0001f33b"])
def test_a_long_name_is_cut_before_the_first_query(
    letter: str, run_search: Search, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    stem = letter * (251 // len(letter.encode()))
    long = photo.rename(tmp_path / f"{stem}.jpg")
    result = run_search(long, budget=40, styles=("vivid", "clear"), target=48.0, out=None)
    assert result.output is not None
    cut = fitting_stem(stem, tmp_path)
    assert (result.output.parent.name, result.output.name) == (cut, f"{cut}.camo.jpg")
    assert stem.startswith(cut)
    assert 180 < len(cut.encode()) < 192
    assert f"its name is too long for names made of it: cut to {cut}" in result.notes
    assert run.verify(result.output).reproduced
    run_search(long, **QUICK, seed=3, out=None)
    assert (result.output.parent / f"{cut}-2.camo.jpg").exists()


def test_a_short_name_stays() -> None:
    stem = "\u5149" * 60
    assert fitting_stem(stem, Path("not", "there", "yet")) == stem


def test_names_fit_file_systems_that_take_fewer_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.pathconf", lambda *_: 143)  # eCryptfs
    assert fitting_stem("x" * 200, tmp_path) == "x" * 79


def test_a_folder_that_cannot_be_written_to_costs_no_query(
    run_search: Search, scorer: CountingScorer, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot write"):
        run_search(out=tmp_path / "file" / "out", storage="sqlite://")
    assert scorer.images == 0


# What blackcamo made is no photo.


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("img.camo.jpg", True),
        ("img-2.camo.png", True),
        ("img.noir.camo.jpg", True),
        ("img.best-effort.jpg", True),
        ("img.compare.png", True),
        ("img.choices.png", True),
        ("img.styles.png", True),
        ("img.hald.png", True),
        ("img.optics-layer.png", True),
        ("IMG.CAMO.JPG", True),
        ("img.jpg", False),
        ("camo.jpg", False),
        ("my.camouflage.jpg", False),
        ("img.compare.2.png", False),
        ("layer.png", False),
    ],
)
def test_what_was_made_here_is_known_by_its_name(name: str, made: bool) -> None:
    assert made_here(Path("folder.camo", name)) is made


def test_what_was_made_here_is_searched_with_a_warning_and_skipped_in_folders(
    run_search: Search, photo: Path, scorer: CountingScorer, tmp_path: Path
) -> None:
    first = run_search(**EASY)
    assert first.output is not None
    assert len(list((tmp_path / "out").glob("*.png"))) == 2, "comparison and choices"
    (own,) = run.search_many(
        [first.output],
        config=run.SearchConfig(**QUICK, out=tmp_path / "own", storage="sqlite://"),
    )
    assert own.notes[0] == "by its name blackcamo made it of a photo; name that instead"
    photo.rename(tmp_path / "out" / "photo.jpg")
    (tmp_path / "empty").mkdir()
    config = run.SearchConfig(**QUICK, out=tmp_path / "all", storage="sqlite://")
    only, empty = run.search_many([tmp_path / "out", tmp_path / "empty"], config=config)
    assert (only.photo.name, only.error) == ("photo.jpg", None)
    assert not any("made it" in note for note in only.notes)
    assert "empty is a folder without pictures; name the photos" in str(empty.error)
