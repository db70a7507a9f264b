"""Searches for several channels: what is delivered, counted, recorded and told of each."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from blackcamo import run
from blackcamo.channels import channels
from blackcamo.errors import MissingExtraError, OptionError, UnknownNameError
from blackcamo.images import load_photo
from blackcamo.preset import read_preset
from blackcamo.run.identity import CHANNELS
from blackcamo.study import Study
from blackcamo.testing import CountingScorer
from blackcamo.types import Pixels
from tests.run.conftest import Search, paleness

OTHERS = ("jpeg:40", "resize:75%", "bits:6")
SEVERAL: dict[str, Any] = {
    "channels": ("jpeg:88", *OTHERS),
    "styles": ("vivid", "warm", "clear"),
    "budget": 80,
    "batch": 4,
}


@pytest.fixture
def measure() -> Callable[[Pixels], float]:
    """Paleness, and five points more for what came smaller: a channel that is always weakest."""
    return lambda image: min(
        paleness(image) + (5 if image.shape[1] not in (128, 256) else 0), 100.0
    )


def test_the_delivered_file_has_the_scores_that_are_told_after_each_channel(
    run_search: Search, scorer: CountingScorer, tmp_path: Path
) -> None:
    result = run_search(**SEVERAL)
    assert (result.queries["total"] or 0) == scorer.images <= SEVERAL["budget"]
    assert result.output is not None
    delivered = load_photo(result.output).pixels
    passages = channels(OTHERS).passages
    measured = [paleness(delivered), *scorer.score([p.send(delivered) for p in passages])]
    assert list(result.channels) == ["jpeg:88", *OTHERS]
    assert list(result.channels.values()) == measured
    assert result.score_after == measured[0]
    assert result.score_counted == max(measured)
    assert result.aggregate == "worst"
    assert result.succeeded == (max(measured) <= 45)
    assert result.succeeded
    assert result.channels_before["jpeg:88"] == result.score_before
    json.dumps(result.to_json(), allow_nan=False)
    assert run.verify(result.output).reproduced

    provenance = read_preset(result.preset or Path()).provenance
    assert provenance["channel_scores"] == result.channels
    assert provenance["channel_scores_before"] == result.channels_before
    assert provenance["score_counted"] == result.score_counted
    assert provenance["channel"] == {"quality": 88, "subsampling": "4:2:0"}
    recorded: Any = provenance[CHANNELS]
    assert recorded["others"][1] == ["resize:75%", "resize:75%/lanczos"]

    study = Study.load(tmp_path / "out" / "studies.journal", str(result.study))
    trials = list(study.evaluations().values())
    asked = [len(e.scores) for e in trials]
    assert asked[0] == 4
    assert all(e.partial == (len(e.scores) < 4) for e in trials)
    # Most are given up on, after the channel that is always the weakest.
    assert any(e.partial for e in trials)
    assert all("resize:75%" in e.scores for e in trials[1 + SEVERAL["batch"] :])
    entries = run.studies(tmp_path / "out" / "studies.journal")
    assert [entry.verdict for entry in entries] == ["camouflaged"]
    front = run.front(str(result.study), storage=tmp_path / "out" / "studies.journal")
    assert {entry.number for entry in front}.isdisjoint(
        n for n, e in enumerate(trials) if e.partial
    )


def test_a_success_in_one_channel_alone_is_none(run_search: Search, scorer: CountingScorer) -> None:
    scorer._measure = lambda image: 99.0 if image.shape[1] not in (128, 256) else 3.0
    result = run_search(**{**SEVERAL, "budget": 16})
    assert result.score_after == 3
    assert not result.succeeded
    assert result.verdict == "not camouflaged"
    assert result.why == "target 45 not reached; worst of 4 channels (resize:75%) 99.0"


def test_the_mean_counts_where_it_is_asked_for(run_search: Search) -> None:
    result = run_search(**SEVERAL, aggregate="mean")
    assert result.score_counted == pytest.approx(sum(result.channels.values()) / 4)
    assert result.aggregate == "mean"


def test_one_channel_is_the_search_that_it_was(run_search: Search, tmp_path: Path) -> None:
    plain = run_search(into="plain", quality=70, subsampling="4:4:4", budget=12)
    named = run_search(into="named", channels=("jpeg:70/4:4:4",), budget=12)
    assert named.study == plain.study
    for ending in ("camo.jpg", "preset.json", "compare.png"):
        assert (
            len({(tmp_path / d / f"photo.{ending}").read_bytes() for d in ("plain", "named")}) == 1
        )
    assert (named.channels, named.aggregate, named.score_counted) == ({}, None, None)
    assert CHANNELS not in read_preset(named.preset or Path()).provenance


@pytest.mark.parametrize("stop_after", [14, 30])
def test_a_search_that_stopped_goes_on_to_the_same_bytes(
    run_search: Search, scorer: CountingScorer, tmp_path: Path, stop_after: int
) -> None:
    whole = run_search(into="whole", **SEVERAL)
    before = scorer.images
    begun = run_search(into="cut", **SEVERAL, stop=lambda: scorer.images - before > stop_after)
    assert begun.interrupted
    again = run_search(into="cut", **SEVERAL)
    one, other = (
        [
            repr(e)
            for e in Study.load(tmp_path / d / "studies.journal", "photo").evaluations().values()
        ]
        for d in ("whole", "cut")
    )
    assert one == other
    assert again.queries["search"] == whole.queries["search"]
    assert (again.queries["total"] or 0) <= SEVERAL["budget"]
    files = [(tmp_path / d / "photo.camo.jpg").read_bytes() for d in ("whole", "cut")]
    assert files[0] == files[1]


def test_channels_and_aggregate_make_studies_of_their_own(
    run_search: Search, tmp_path: Path
) -> None:
    settings = {"budget": 8, "overwrite": True, "styles": ("vivid",)}
    mine = tmp_path / "mine.toml"
    mine.write_text('[channels.forum]\nsteps = "jpeg:60"\n')
    names = {
        run_search(**settings, **options).study
        for options in (
            {},
            {"channels": ("jpeg:90", "jpeg:40")},
            {"channels": ("jpeg:90", "jpeg:40"), "aggregate": "mean"},
            {"channels": ("jpeg:90", str(mine))},
        )
    }
    mine.write_text('[channels.forum]\nsteps = "jpeg:61"\n')
    names.add(run_search(**settings, channels=("jpeg:90", str(mine))).study)
    assert len(names) == 5


def test_robust_is_the_standard_set(run_search: Search) -> None:
    result = run_search(robust=True, budget=40, batch=2, styles=("vivid",))
    standard = [passage.name for passage in channels(["standard"]).passages]
    assert list(result.channels) == ["jpeg:90", *standard]
    assert (result.queries["total"] or 0) <= 40


def test_a_trial_is_delivered_through_all_channels(run_search: Search, tmp_path: Path) -> None:
    result = run_search(**SEVERAL)
    storage = tmp_path / "out" / "studies.journal"
    trials = Study.load(storage, str(result.study)).evaluations()
    partial = next(n for n, e in trials.items() if e.partial)
    made = run.deliver(
        str(result.study), pick=partial, storage=storage, photos=[tmp_path], out=tmp_path / "picked"
    )
    assert list(made.channels) == ["jpeg:88", *OTHERS]
    assert made.score_counted == max(made.channels.values())
    assert made.succeeded == ((made.score_counted or 99) <= 45 and (made.appeal or 0) >= 80)


def test_a_report_says_what_is_left_after_each_channel(run_search: Search, tmp_path: Path) -> None:
    result = run_search(**SEVERAL)
    assert result.output is not None
    made = run.report(
        [result.output], photos=[tmp_path], out=tmp_path / "r", storage=tmp_path / "out" / "x"
    )
    page = made.pages[0].read_text("utf-8")
    low = sum(score < 50 for score in result.channels.values())
    assert f"low quality after {low} of {len(result.channels)}" in page
    for name, score in result.channels.items():
        assert f"{name} {result.channels_before[name]:.1f} to <b>{score:.1f}</b>" in page


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"channels": ("resize:50%",)}, OptionError, "the first channel is resize:50%; it makes"),
        ({"channels": ("standard",)}, OptionError, "the first channel is standard; .* jpeg:90,st"),
        ({"channels": ("x", "jpeg:90")}, OptionError, "the first channel is x; it makes"),
        ({"channels": ("jpeg:90", "signl")}, UnknownNameError, "did you mean 'signal'"),
        ({"channels": ("jpeg:101",)}, OptionError, "quality is '101'"),
        ({"channels": ("jpeg:80",), "quality": 70}, OptionError, "leave out --quality"),
        ({"aggregate": "mean"}, OptionError, "one channel has nothing to aggregate"),
        ({"aggregate": "least", "robust": True}, OptionError, "unknown aggregate 'least'"),
        ({"robust": True, "budget": 39}, OptionError, "10 channels needs at least 40 queries"),
    ],
)
def test_what_cannot_be_searched_for_is_refused_before_the_first_query(
    run_search: Search,
    scorer: CountingScorer,
    options: dict[str, Any],
    error: type[Exception],
    message: str,
) -> None:
    with pytest.raises(error, match=message):
        run_search(**options)
    assert scorer.images == 0


def test_a_channel_whose_encoder_is_missing_is_refused_by_name_and_left_out_of_a_file(
    run_search: Search, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyvips", None)
    with pytest.raises(MissingExtraError, match=r"\[channels\]"):
        run_search(channels=("jpeg:90", "mozjpeg:80"))
    file = tmp_path / "mine.toml"
    file.write_text('[channels.a]\nsteps = "mozjpeg:80"\n[channels.b]\nsteps = "jpeg:80"\n')
    result = run_search(channels=("jpeg:90", str(file)), budget=16)
    assert list(result.channels) == ["jpeg:90", "b"]
    assert any("a is left out" in note for note in result.notes)


def test_a_profile_is_learned_for_one_channel(photo: Path) -> None:
    config = replace(run.SearchConfig(budget=100), robust=True)
    with pytest.raises(OptionError, match="robust is True; a profile is learned for one channel"):
        run.learn([photo], config=config)
