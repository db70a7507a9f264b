"""Configurations of runs, and the keywords that stand for a search's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypedDict

from blackcamo.channel import Subsampling
from blackcamo.channels import Aggregate
from blackcamo.images import fitting_stem
from blackcamo.run.keywords import check_values, refuse_unknown
from blackcamo.types import Mode, PathLike, ScoreFunction, ScorerOptions

DEFAULT_OUT = Path("camouflage")
DEFAULT_PRESETS = DEFAULT_OUT / "presets"
DEFAULT_STORAGE = str(DEFAULT_OUT / "studies.journal")
DEFAULT_EXPLORATION = Path("exploration")
DEFAULT_SCORER = "pocketiqa"
DEFAULT_APPEAL = "critic"
DEFAULT_APPEAL_FLOOR = 80.0
DEFAULT_ALTERNATIVES = 3
MadeFor: TypeAlias = Literal["cube"]
Until: TypeAlias = Literal["enough", "success", "budget"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchConfig:
    """Everything that a search can be told; the defaults are those of the command line.

    Args:
        budget: most queries in all: baseline, search and verification.
        scorer: a scorer's name, or "name:argument"; or a callable that takes a list of pictures,
            uint8 (H, W, 3) in sRGB, and returns as many numbers.
        scorer_options: what is asked of the scorer, such as the range of a callable's numbers.
        target: score to reach, on the scorer's scale; None is 5 % of the scale beyond the
            threshold.
        appeal_floor: least appeal (0-100) that counts as success.
        styles: those that race, by name; None is all that viewers like (in the mode
            "imperceptible", what hides; with a ``look``, that alone).
        profile: what was learned of the scorer, by name or file; "auto" is the installed one of
            this very scorer, "none" begins from nothing.
        strategy: a nevergrad optimiser, one for every style that is searched.
        batch: candidates asked for at a time.
        quality: libjpeg quality of the channel.
        channels: channels to search for: the first, "jpeg:QUALITY[/SUBSAMPLING]" or
            "canvas:QUALITY", makes the file that is delivered; further ones (channels, sets,
            steps, TOML files) are what may happen to it afterwards. Empty is that of ``quality``.
        robust: search for the set "standard", too.
        aggregate: what counts of the scores after several channels, "worst" or "mean".
        look: a .cube file or HaldCLUT, a style of its own.
        look_strength: the least and the most of it that is mixed in, in percent.
        finish: a frame around what is delivered, by name.
        alternatives: styles in which a success is delivered at most, the best one among them.
        proxy_px: longest side (pixels) that is searched on; larger photos are verified in full.
        keep_size: deliver at the photo's size: crops are resampled to it, nothing is doubled.
        keep_framing: leave geometry out altogether: no crop, turn, magnification or perspective.
        travel: ask, beside the budget, what the delivered file scores after other codecs, a crop
            and resizes.
        until: what ends a search before its budget is spent: "enough", a success that people would
            hardly like better, and within the first fifth of the budget successes in as many styles
            as ``alternatives`` says; "success", the first candidate at target and floor; "budget",
            nothing.
        made_for: "cube" searches pointwise filters only, so that a table of colours reaches the
            target by itself, and delivers that, too; None searches all filters.
        out: folder of the files; None is ``camouflage/<stem>``.
        overwrite: files of other searches and photos of the same name are replaced.
        storage: journal file or Optuna storage URL; None is ``camouflage/studies.journal``.
        pictures: folder of the pictures for the dashboard; None is beside the journal, or
            ``camouflage/pictures``.
        no_pictures: keep none.

    Raises:
        OptionError: a value of another type, or none of those that there are.
    """

    budget: int = 500
    scorer: str | ScoreFunction = DEFAULT_SCORER
    scorer_options: ScorerOptions = field(default_factory=ScorerOptions)
    appeal: str = DEFAULT_APPEAL
    mode: Mode = "enhance"
    target: float | None = None
    appeal_floor: float = DEFAULT_APPEAL_FLOOR
    styles: Sequence[str] | None = None
    profile: str = "auto"
    strategy: str = "CMA"
    seed: int = 0
    batch: int = 16
    quality: int = 90
    subsampling: Subsampling = "4:2:0"
    channels: Sequence[str] = ()
    robust: bool = False
    aggregate: Aggregate = "worst"
    look: PathLike | None = None
    look_strength: tuple[float, float] = (40.0, 100.0)
    finish: str | None = None
    alternatives: int = DEFAULT_ALTERNATIVES
    proxy_px: int = 1024
    keep_size: bool = False
    keep_framing: bool = False
    travel: bool = False
    until: Until = "enough"
    device: str = "auto"
    made_for: MadeFor | None = None
    out: PathLike | None = None
    overwrite: bool = False
    storage: PathLike | None = None
    pictures: PathLike | None = None
    no_pictures: bool = False

    def __post_init__(self) -> None:
        check_values(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExploreConfig:
    """Everything that an exploration can be told; the defaults are those of the command line.

    Args:
        scorers: scorers' names, or "name:argument".
        scorer_options: of all of them.
        appeal_floor: least appeal (0-100) of what people like.
        styles: by name; None is all.
        points: looks of each style; None is as many as the budget allows, or 8 without one.
        budget: most queries of each scorer, all photos together; None is no bound.
        seed: scrambles the design.
        batch: looks rendered and asked about at a time.
        quality: libjpeg quality of the channel.
        proxy_px: longest side (pixels) of what scorers see; larger photos are taken down to it.
        shown: photos whose looks can be seen on the page.
        out: folder of the files.
    """

    scorers: tuple[str, ...] = (DEFAULT_SCORER,)
    scorer_options: ScorerOptions = field(default_factory=ScorerOptions)
    appeal: str = DEFAULT_APPEAL
    appeal_floor: float = DEFAULT_APPEAL_FLOOR
    styles: tuple[str, ...] | None = None
    points: int | None = None
    budget: int | None = None
    seed: int = 0
    batch: int = 16
    quality: int = 90
    subsampling: Subsampling = "4:2:0"
    proxy_px: int = 512
    shown: int = 3
    device: str = "auto"
    out: Path = DEFAULT_EXPLORATION


class ScorerKeywords(TypedDict, total=False):
    """How a scorer is to be understood, in a call; None leaves it to the scorer.

    ``scorer_options`` is all that can be asked of it; ``scale`` is the range (low, high) of its
    numbers, ``threshold`` the one from which it speaks of high quality.
    """

    scorer_options: ScorerOptions | None
    threshold: float | None
    scale: tuple[float, float] | None
    higher_is_better: bool | None


class SearchKeywords(ScorerKeywords, total=False):
    """The fields of :class:`SearchConfig` as keywords of a call."""

    budget: int
    scorer: str | ScoreFunction
    appeal: str
    mode: Mode
    target: float | None
    appeal_floor: float
    styles: Sequence[str] | None
    profile: str
    strategy: str
    seed: int
    batch: int
    quality: int
    subsampling: Subsampling
    channels: Sequence[str]
    robust: bool
    aggregate: Aggregate
    look: PathLike | None
    look_strength: tuple[float, float]
    finish: str | None
    alternatives: int
    proxy_px: int
    keep_size: bool
    keep_framing: bool
    travel: bool
    until: Until
    device: str
    made_for: MadeFor | None
    out: PathLike | None
    overwrite: bool
    storage: PathLike | None
    pictures: PathLike | None
    no_pictures: bool


def configured(config: SearchConfig | None, keywords: SearchKeywords) -> SearchConfig:
    """A configuration with what keywords put in its place.

    Raises:
        OptionError: there is no such keyword, or a value is none of those that there are.
    """
    refuse_unknown("search option", keywords, SearchKeywords)
    config = config or SearchConfig()
    asked = ScorerKeywords(scorer_options=config.scorer_options)
    rest: dict[str, Any] = {}
    for name, value in keywords.items():
        into: Any = asked if name in ScorerKeywords.__annotations__ else rest
        into[name] = value
    return replace(config, scorer_options=scorer_asked(asked) or ScorerOptions(), **rest)


def scorer_asked(keywords: ScorerKeywords) -> ScorerOptions | None:
    """The scorer options that keywords ask for; None where they ask for none.

    Raises:
        OptionError: there is no such keyword, or a value is of another type.
    """
    refuse_unknown("option", keywords, ScorerKeywords)
    check_values(keywords, ScorerKeywords)
    options = keywords.get("scorer_options")
    low, high = keywords.get("scale") or (None, None)
    given: dict[str, Any] = {
        "low": low,
        "high": high,
        "threshold": keywords.get("threshold"),
        "higher_is_better": keywords.get("higher_is_better"),
    }
    chosen = {name: value for name, value in given.items() if value is not None}
    return replace(options or ScorerOptions(), **chosen) if chosen else options


def out_folder(out: PathLike | None, stem: str, below: Path = Path()) -> Path:
    """The folder of a photo's files, given what was asked for and the photo's stem.

    Args:
        below: the folder below ``out``.
    """
    return DEFAULT_OUT / fitting_stem(stem, DEFAULT_OUT) if out is None else Path(out) / below


SEARCH_DEFAULTS = {f.name: getattr(SearchConfig(), f.name) for f in fields(SearchConfig)}
"""Defaults of the keywords of a search."""
