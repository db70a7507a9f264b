"""The race as a user meets it: which styles run, what is delivered of them, what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from blackcamo import plugins, run
from blackcamo.channel import Channel
from blackcamo.errors import OptionError, UnknownNameError
from blackcamo.filters.doubling import scale
from blackcamo.filters.loading import load_chain
from blackcamo.finish import finish
from blackcamo.images import load_photo
from blackcamo.preset import read_preset
from blackcamo.rendering import render
from blackcamo.run.presets import make_preset
from blackcamo.run.review import Review
from blackcamo.strategies.goal import ENOUGH
from blackcamo.study import Study
from blackcamo.styles.space import StyleSpace
from blackcamo.testing import CountingScorer
from blackcamo.vision.facts import facts
from tests.looks.files import cube_text, film
from tests.run.conftest import Search

EASY = {"target": 48.0, "styles": ("vivid", "lomo", "clear"), "budget": 64}


def raced(result: run.SearchResult, tmp_path: Path, into: str = "out") -> set[str]:
    """The styles that were tried in a search."""
    assert result.study is not None
    review = Review(Study.load(tmp_path / into / "studies.journal", result.study))
    return {e.style for e in review.trials.values()} - {"none"}


def delivered(folder: Path) -> set[str]:
    return {p.name for p in folder.iterdir() if p.is_file() and p.name.startswith("photo.")}


def test_other_styles_that_succeed_are_delivered_verified_and_shown_to_choose_from(
    run_search: Search, scorer: CountingScorer, tmp_path: Path
) -> None:
    result = run_search(**EASY)
    assert result.succeeded
    assert result.target is not None
    assert 1 <= len(result.choices) <= 2
    styles = [result.style, *(c.style for c in result.choices)]
    assert len(set(styles)) == len(styles)
    assert set(styles) <= {"vivid", "lomo", "clear"}
    appeals = [min(c.appeal, ENOUGH) for c in result.choices]
    assert appeals == sorted(appeals, reverse=True)
    for choice in result.choices:
        assert choice.output == tmp_path / "out" / f"photo.{choice.style}.camo.jpg"
        assert choice.preset == tmp_path / "out" / f"photo.{choice.style}.preset.json"
        assert choice.score <= result.target
        assert choice.appeal >= 80
        preset = read_preset(choice.preset)
        assert (preset.style, preset.recipe) == (choice.style, choice.recipe)
        verified = run.verify(choice.output)
        assert verified.reproduced
        assert verified.score == choice.score
    total = result.queries["total"]
    assert total is not None
    # What verify asked above comes on top.
    assert total == scorer.images - len(result.choices) <= 64
    assert (result.queries["verify"] or 0) >= 1 + len(result.choices)
    assert result.sheet == tmp_path / "out" / "photo.choices.png"
    with Image.open(result.sheet) as sheet:
        assert sheet.format == "PNG"
    told = json.loads(json.dumps(result.to_json()))
    assert [c["style"] for c in told["choices"]] == styles[1:]
    assert told["sheet"] == str(result.sheet)


def test_one_alternative_is_the_best_alone(run_search: Search, tmp_path: Path) -> None:
    several, one = run_search(**EASY, into="3"), run_search(**EASY, alternatives=1, into="1")
    assert several.succeeded
    assert one.succeeded
    assert (one.choices, one.sheet) == ((), None)
    assert delivered(tmp_path / "1") == {
        "photo.camo.jpg", "photo.preset.json", "photo.compare.png",
    }  # fmt: skip
    assert len(delivered(tmp_path / "3")) == 4 + 2 * len(several.choices)


def test_running_it_again_writes_the_same_choices(
    run_search: Search, scorer: CountingScorer, tmp_path: Path
) -> None:
    run_search(**EASY)
    names = delivered(tmp_path / "out")
    files = {name: (tmp_path / "out" / name).read_bytes() for name in names}
    shown = scorer.images
    run_search(**EASY)
    assert scorer.images == shown + 1
    assert {n: (tmp_path / "out" / n).read_bytes() for n in delivered(tmp_path / "out")} == files


def test_a_failure_has_no_alternatives(run_search: Search, tmp_path: Path) -> None:
    result = run_search(target=0.0, styles=("vivid", "lomo"), budget=24)
    assert not result.succeeded
    assert (result.choices, result.sheet) == ((), None)
    assert "photo.choices.png" not in delivered(tmp_path / "out")


@pytest.mark.usefixtures("plugged_in")
def test_what_does_not_suit_a_photo_races_only_by_name(run_search: Search, tmp_path: Path) -> None:
    auto = run_search(budget=16, into="auto")
    assert raced(auto, tmp_path, "auto")
    assert "picky" not in raced(auto, tmp_path, "auto")
    assert not any("picky" in note for note in auto.notes)
    named = run_search(budget=16, styles=("picky",), into="named")
    assert raced(named, tmp_path, "named") == {"picky"}
    assert "style picky may not suit this photo: it suits none" in named.notes


def test_auto_is_what_viewers_like(run_search: Search, tmp_path: Path) -> None:
    raced_in = raced(run_search(budget=40), tmp_path)
    liked = {style.name for style in run.styles() if style.liked is not None}
    assert raced_in <= liked
    known = facts(load_photo(tmp_path / "photo.jpg").pixels)
    every = {name: plugins.load("styles", name) for name in liked}
    assert raced_in == {n for n, s in every.items() if not (s.unsuited and s.unsuited(known))}


def test_a_recipe_names_the_style_and_four_changes_at_most(run_search: Search) -> None:
    for style in ("lomo", "vivid"):
        result = run_search(budget=24, styles=(style,), into=style, target=0.0)
        assert result.preset is not None
        preset = read_preset(result.preset)
        assert result.recipe == preset.recipe
        named, *clauses = preset.recipe.replace(": ", ", ").split(", ")
        assert named == style
        assert 1 <= len([c for c in clauses if not c.startswith("and ")]) <= 4


def test_a_preset_names_only_what_does_something(run_search: Search) -> None:
    result = run_search(budget=24, styles=("vivid",), target=0.0)
    assert result.preset is not None
    preset = read_preset(result.preset)
    assert preset.filters == tuple(f.name for f in preset.chain().active(preset.params))
    assert "mono" not in preset.filters
    assert preset.params.keys() <= set(preset.chain().space.names)


@pytest.mark.usefixtures("plugged_in")
def test_a_preset_bakes_the_table_that_the_search_baked(tmp_path: Path) -> None:
    chain = load_chain(["geometry", "tone", "tint", "grain"])
    identity = {"seed": 0, "keep_size": False, "mode": "enhance", "finish": ""}
    for params, families, size in (
        ({"exposure_ev": 0.3}, ("tone", "tint"), 65),
        ({"grain_percent": 1.0}, ("grain",), 33),
        ({"exposure_ev": 0.3, "tint_percent": 9.0}, ("tone", "tint"), 65),
        ({}, ("geometry",), 33),
    ):
        preset = make_preset(chain, "rose", params, identity=identity, facts={})
        assert (preset.filters, preset.lut_size) == (families, size)
        pixels = np.random.default_rng(0).integers(0, 256, (24, 32, 3), np.uint8)
        np.testing.assert_array_equal(
            render(preset.chain(), pixels, preset.params), render(chain, pixels, params)
        )


@pytest.mark.usefixtures("plugged_in")
def test_a_style_of_somebody_else_brings_its_filter(
    run_search: Search, photo: Path, tmp_path: Path
) -> None:
    result = run_search(styles=("rose",), budget=24)
    assert raced(result, tmp_path) == {"rose"}
    assert result.preset is not None
    assert result.output is not None
    assert "tint" in read_preset(result.preset).filters
    (again,) = run.apply(result.preset, [photo], out=tmp_path / "again")
    assert again.output is not None
    assert again.output.read_bytes() == result.output.read_bytes()
    (applied,) = run.apply_style("rose", [photo], out=tmp_path / "applied")
    assert applied.error is None
    run.style_sheet(photo, tmp_path / "sheet.png", names=["rose", "vivid"])
    # Without it nothing of theirs is rendered, or even loaded.
    ours = run_search(styles=("vivid",), budget=2, into="ours")
    assert ours.preset is not None
    filters = Review(Study.load(tmp_path / "ours" / "studies.journal", str(ours.study))).chain(0)
    assert "tint" not in [f.name for f in filters.filters]


def test_a_finish_frames_what_is_delivered_and_the_preset_frames_again(
    run_search: Search, photo: Path, tmp_path: Path
) -> None:
    result = run_search(finish="polaroid", styles=("vivid",), budget=24)
    assert result.output is not None
    assert result.preset is not None
    polaroid = finish("polaroid")
    times = scale(read_preset(result.preset).params, *load_photo(photo).pixels.shape[:2])
    inside = load_photo(photo).pixels.repeat(times, 0).repeat(times, 1)
    assert load_photo(result.output).pixels.shape == polaroid.frame(inside).shape
    assert read_preset(result.preset).finish == "polaroid"
    assert run.verify(result.output).reproduced
    (applied,) = run.apply(result.preset, [photo], out=tmp_path / "applied")
    assert applied.output is not None
    assert applied.output.read_bytes() == result.output.read_bytes()
    # The dashboard's picture of the photo unchanged is framed, too; the gallery takes it off.
    (shown,) = run.report([tmp_path / "out"], photos=[photo], out=tmp_path / "g").results
    assert shown.error is None
    assert run_search(styles=("vivid",), budget=24).study != result.study


def test_the_mode_imperceptible_has_no_styles(
    run_search: Search, scorer: CountingScorer, tmp_path: Path
) -> None:
    (tmp_path / "film.cube").write_text(cube_text(film(5)))
    for options in ({"styles": ("vivid",)}, {"look": tmp_path / "film.cube"}):
        with pytest.raises(OptionError, match="use the mode enhance"):
            run_search(mode="imperceptible", **options)
    assert scorer.images == 0
    result = run_search(mode="imperceptible", budget=24)
    assert raced(result, tmp_path) == {"hidden"}


@pytest.fixture
def no_scorer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody may even look for a scorer."""
    load = plugins.load

    def refuse(group: Any, name: str) -> object:
        assert group != "scorers", f"scorer {name!r} was loaded"
        return load(group, name)

    monkeypatch.setattr(plugins, "load", refuse)


@pytest.mark.usefixtures("no_scorer")
def test_a_style_is_applied_without_any_scorer(photo: Path, tmp_path: Path) -> None:
    chain, pixels = load_chain(), load_photo(photo).pixels
    space = StyleSpace(plugins.load("styles", "vivid"), facts(pixels), chain.space)
    expected = {
        0.0: pixels,
        0.5: render(chain, pixels, space.at(0.5)),
        1.0: render(chain, pixels, space.start),
        1.5: render(chain, pixels, space.at(1.5)),
    }
    for strength, picture in expected.items():
        out = tmp_path / str(strength)
        (result,) = run.apply_style("vivid", [photo], out=out, strength=strength)
        assert result.error is None
        assert result.output == out / "photo.camo.jpg"
        assert (result.score_before, result.score_after) == (None, None)
        assert result.output.read_bytes() == Channel().encode(picture, load_photo(photo).credit)
    assert len({(tmp_path / str(s) / "photo.camo.jpg").read_bytes() for s in expected}) == 4


@pytest.mark.usefixtures("no_scorer")
def test_a_style_is_fitted_to_each_photo_and_framed_when_asked(photo: Path, tmp_path: Path) -> None:
    flat = tmp_path / "flat.png"
    pixels = load_photo(photo).pixels
    Image.fromarray((pixels // 2 + 60).astype(np.uint8)).save(flat)
    out = tmp_path / "out"
    one, other = run.apply_style(
        "natural", [photo, flat], out=out, finish_name="white", before_channel=True
    )
    white = finish("white")
    for result in (one, other):
        assert result.output is not None
        before = load_photo(result.photo).pixels
        after = load_photo(result.output).pixels
        assert after.shape == white.frame(before).shape
        chain = load_chain()
        start = StyleSpace(plugins.load("styles", "natural"), facts(before), chain.space).start
        np.testing.assert_array_equal(white.inside(after), render(chain, before, start))


@pytest.mark.usefixtures("no_scorer")
def test_what_cannot_be_applied_is_refused_before_the_first_photo(
    photo: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    for strength in (-0.1, 1.6):
        with pytest.raises(OptionError, match="it must be between 0 and 150"):
            next(run.apply_style("vivid", [photo], out=out, strength=strength))
    with pytest.raises(UnknownNameError, match="did you mean 'vivid'"):
        next(run.apply_style("vivd", [photo], out=out))
    with pytest.raises(UnknownNameError, match="unknown finish"):
        next(run.apply_style("vivid", [photo], out=out, finish_name="golden"))
    assert not out.exists()


def test_a_sheet_shows_the_photo_in_every_style(
    photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = run.style_sheet(photo, tmp_path / "few.png", names=["vivid", "noir"])
    many = run.style_sheet(photo, tmp_path / "many.png", names=["vivid", "noir", "warm"])
    with Image.open(few) as one, Image.open(many) as two:
        assert one.width == two.width == 1600
        assert one.height < two.height
    monkeypatch.chdir(tmp_path)
    sheets = [run.style_sheet(photo, names=names) for names in (["noir"], ["vivid"], ["noir"])]
    named = ["photo.styles.png", "photo-2.styles.png", "photo.styles.png"]
    assert [sheet.name for sheet in sheets] == named
    with pytest.raises(UnknownNameError, match="unknown style 'vivd'; did you mean 'vivid'"):
        run.style_sheet(photo, tmp_path / "x.png", names=["vivd"])
