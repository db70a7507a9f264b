"""Learning: what is asked of whom, what is kept, and what begins with it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from blackcamo import plugins
from blackcamo.errors import BlackcamoError, OptionError, StudyError
from blackcamo.profile import SUFFIX, read_profile
from blackcamo.run import (
    LearnResult,
    SearchConfig,
    apply_profile,
    applying,
    front,
    learn,
    score,
    search,
    setup,
    studies,
)
from blackcamo.study import Study
from blackcamo.testing import CountingScorer, make_photo
from blackcamo.types import Pixels, ScorerInfo
from blackcamo.vision.arrays import to_pixels

BUDGET = 560


def crispness(image: Pixels) -> float:
    """High where neighbours differ in light, whatever their colours are."""
    light = image.astype(np.float32).mean(2)
    return float(np.clip(30 + 3 * np.abs(np.diff(light, axis=1)).mean(), 0, 100))


@pytest.fixture
def measure() -> Callable[[Pixels], float]:
    return crispness


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Eight views of one scene, whose texture leaves room to hide in."""
    folder = tmp_path_factory.mktemp("photos")
    texture = np.random.default_rng(1).normal(0, 12, (96, 128, 1))
    whole = np.clip(to_pixels(make_photo(96, 128)) * 0.6 + 50 + texture, 0, 255).astype(np.uint8)
    views = [np.roll(whole, 16 * i, axis=1)[:: 1 - 2 * (i % 2)] for i in range(8)]
    for i, view in enumerate(views):
        Image.fromarray(np.ascontiguousarray(view)).save(folder / f"view{i}.png")
    return sorted(folder.iterdir())


def learn_in(folder: Path, photos: Sequence[Path], name: str, **options: Any) -> LearnResult:
    budget = options.pop("budget", BUDGET)
    config = SearchConfig(budget=budget, storage=str(folder / f"{name}.journal"))
    return learn(photos, config=config, out=folder / f"{name}{SUFFIX}", **options)


@dataclass(frozen=True)
class Learned:
    """What was learned once: its profile's file, and how many images that took."""

    folder: Path
    result: LearnResult
    images: int

    @property
    def path(self) -> Path:
        return self.folder / f"a{SUFFIX}"


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory, photos: list[Path]) -> Learned:
    folder = tmp_path_factory.mktemp("learned")
    scorer = CountingScorer(crispness, info=ScorerInfo(name="counting"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(setup, "load_scorer", lambda *_: scorer)
        return Learned(folder, learn_in(folder, photos, "a"), scorer.images)


def test_what_fools_a_scorer_is_found_in_exactly_its_queries(learned: Learned) -> None:
    result = learned.result
    assert learned.images == result.queries["total"] <= BUDGET
    assert result.queries["baseline"] == result.photos == 8
    assert result.aside == 2
    profile = read_profile(learned.path)
    assert "doubling" in profile.hiding
    assert profile.scorer == {"name": "counting", "digest": ""}
    # What moves nothing is not part of it.
    assert "colour weave" not in profile.hiding
    for figures in profile.reach.values():
        assert figures["photos"] == 2
        assert figures["drop"] > 3
        assert figures["appeal"] >= 79
    known = {*profile.learned["photos"], *profile.learned["photos_aside"]}  # type: ignore[misc]
    assert len(known) == 8


@pytest.mark.parametrize("mode", ["enhance", "imperceptible"])
def test_what_it_reaches_is_what_it_does_to_the_photos_set_aside(
    learned: Learned,
    photos: list[Path],
    scorer: CountingScorer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    mode: Any,
) -> None:
    monkeypatch.setattr(applying, "load_scorer", lambda *_: scorer)
    profile = read_profile(learned.path)
    aside = [
        photo
        for photo in photos
        if hashlib.sha256(photo.read_bytes()).hexdigest() in profile.learned["photos_aside"]  # type: ignore[operator]
    ]
    found = list(
        apply_profile(str(learned.path), aside, out=tmp_path, mode=mode, score=True, scorer="it")
    )
    drops = [r.score_before - r.score_after for r in found]  # type: ignore[operator]
    assert profile.reach[mode]["photos"] == len(drops) == 2
    assert profile.reach[mode]["drop"] == pytest.approx(sum(drops) / 2, abs=0.006)


@pytest.mark.parametrize(
    "told",
    [
        {"mode": "imperceptible"},
        {"look": Path("film.cube")},
        {"finish": "white"},
        {"made_for": "cube"},
    ],
)
def test_what_no_profile_is_learned_for_is_refused(
    told: dict[str, Any], photos: list[Path], scorer: CountingScorer, tmp_path: Path
) -> None:
    config = SearchConfig(budget=BUDGET, storage=str(tmp_path / "x.journal"), **told)
    with pytest.raises(OptionError, match="leave it out"):
        learn(photos, config=config, out=tmp_path / f"x{SUFFIX}")
    assert not scorer.images
    assert not list(tmp_path.iterdir())


def test_the_study_says_which_photo_a_candidate_was_tried_on(learned: Learned) -> None:
    journal = learned.folder / "a.journal"
    name = studies(journal)[0].name
    study = Study.load(journal, name)
    trials = study.store.optuna.get_all_trials(study.id)
    assert {t.user_attrs["photo"] for t in trials} == {f"view{i}.png" for i in range(8)}
    with pytest.raises(StudyError, match="of learning"):
        front(name, storage=str(journal))


def test_what_was_interrupted_goes_on_to_the_same_profile(
    learned: Learned, photos: list[Path], scorer: CountingScorer, tmp_path: Path
) -> None:
    calls = 0

    def killed(images: list[Pixels], scores: list[float]) -> list[float]:
        nonlocal calls
        calls += 1
        # As by a signal: once while baselines are asked, once in a batch.
        if calls in (4, 25):
            raise KeyboardInterrupt
        return scores

    scorer._answer = killed  # type: ignore[assignment]
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            learn_in(tmp_path, photos, "b")
    stops = iter([False] * 9 + [True])
    cut = learn_in(tmp_path, photos, "b", stop=lambda: next(stops))
    assert cut.interrupted
    assert cut.profile is None
    result = learn_in(tmp_path, photos, "b")
    assert not result.interrupted
    assert learned.path.read_bytes() == (tmp_path / f"b{SUFFIX}").read_bytes()
    assert result.queries["total"] == learned.images
    journal = tmp_path / "b.journal"
    ledger = Study.load(journal, studies(journal)[0].name).ledger
    assert scorer.images == ledger["total"] + ledger["lost"]
    assert ledger["lost"] > 0


def test_a_search_begins_with_what_was_learned(
    learned: Learned, photos: list[Path], scorer: CountingScorer, tmp_path: Path
) -> None:
    profile = read_profile(learned.path)
    found = search(
        photos[0],
        budget=24,
        profile=str(learned.path),
        storage=str(tmp_path / "s.journal"),
        out=tmp_path / "out",
        no_pictures=True,
    )
    journal = tmp_path / "s.journal"
    study = Study.load(journal, studies(journal)[0].name)
    first = study.batches()[1].evaluations
    liked = [style.name for style in setup.liked_first(setup.load_styles(plugins.names("styles")))]
    assert [e.style for e in first] == [name for name in liked if name in {e.style for e in first}]
    assert all(e.params["doubling_percent"] > 0 for e in first if e.appeal >= 80)
    assert study.attributes["profile"] == {"name": "a", "sha256": profile.digest}
    assert found.score_after is not None
    assert found.score_before is not None
    assert found.score_before - found.score_after > 3
    preset = json.loads(found.preset.read_text())  # type: ignore[union-attr]
    assert preset["provenance"]["profile"]["sha256"] == profile.digest


@pytest.mark.parametrize("mode", ["enhance", "imperceptible"])
def test_a_photo_is_protected_without_a_query(
    learned: Learned, photos: list[Path], scorer: CountingScorer, tmp_path: Path, mode: Any
) -> None:
    (result,) = apply_profile(str(learned.path), photos[:1], out=tmp_path, mode=mode)
    assert not scorer.images
    assert result.error is None
    with Image.open(photos[0]) as opened, Image.open(result.output) as made:  # type: ignore[arg-type]
        # It may be delivered with twice the pixels a side, and is seen at the photo's size.
        seen = made.convert("RGB").resize(opened.size, Image.Resampling.BOX)
        plain, changed, as_seen = (np.asarray(one) for one in (opened, made.convert("RGB"), seen))
    assert crispness(plain) - crispness(changed) > 3
    if mode == "imperceptible":
        assert np.abs(as_seen.astype(int) - plain).mean() < 12


def test_a_profile_chooses_no_scorer_but_a_pure_one(
    learned: Learned, photos: list[Path], tmp_path: Path
) -> None:
    profile = read_profile(learned.path)
    of_pocketiqa = replace(profile, scorer={"name": "pocketiqa", "digest": ""})
    (tmp_path / f"p{SUFFIX}").write_text(of_pocketiqa.to_json())
    (result,) = apply_profile(
        str(tmp_path / f"p{SUFFIX}"), photos[:1], out=tmp_path, score=True, jobs=1
    )
    assert result.score_before == score(photos[0], scorer="pocketiqa").score
    for name in ("counting", "command", "command:/bin/true"):
        theirs = replace(profile, scorer={"name": name, "digest": ""})
        (tmp_path / f"q{SUFFIX}").write_text(theirs.to_json())
        with pytest.raises(OptionError, match=f"of '{name}'.*--scorer"):
            list(apply_profile(str(tmp_path / f"q{SUFFIX}"), photos[:1], out=tmp_path, score=True))


def test_too_little_is_refused_before_much_is_asked(
    photos: list[Path], scorer: CountingScorer, tmp_path: Path
) -> None:
    with pytest.raises(OptionError, match="raise it by"):
        learn_in(tmp_path, photos, "c", budget=100)
    assert scorer.images <= 8
    with pytest.raises(OptionError, match="at least 4"):
        learn_in(tmp_path, photos[:3], "d")
    with pytest.raises(BlackcamoError):
        learn_in(tmp_path, [tmp_path / "missing.png"], "e")
    assert not list(tmp_path.glob(f"*{SUFFIX}"))


def test_a_scorer_that_keeps_failing_ends_it(
    photos: list[Path], scorer: CountingScorer, tmp_path: Path
) -> None:
    calls = 0

    def failing(images: list[Pixels], scores: list[float]) -> list[float]:
        nonlocal calls
        calls += 1
        if calls > 10:
            raise RuntimeError("out of service")
        return scores

    scorer._answer = failing  # type: ignore[assignment]
    with pytest.raises(BlackcamoError, match=r"out of service.*the same command goes on"):
        learn_in(tmp_path, photos, "f")
