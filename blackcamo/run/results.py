"""What a run gives back; every result turns into plain JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, runtime_checkable

from blackcamo.errors import PhotoError, StudyError
from blackcamo.types import Export, Param, Pixels

if TYPE_CHECKING:
    from PIL.Image import Image

    from blackcamo.exploring.reading import Reading


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a search stands; scores are the scorer's own, None before the first one.

    ``doing`` says what takes its time just now, if anything does; ``target`` is where the score
    should go, None where that is not known yet; ``photo`` is None while there is none.
    """

    queries: int
    budget: int
    best_score: float | None
    best_appeal: float | None
    reached: bool
    doing: str = ""
    target: float | None = None
    photo: Path | None = None

    @classmethod
    def begun(cls, budget: int) -> Progress:
        """That of a search that has not asked anything yet."""
        return cls(0, budget, None, None, reached=False)


ProgressCallback: TypeAlias = Callable[[Progress], None]


_UNTOLD = "untold"
"""Metadata of a field that is no part of what is told: it may hold a password."""


@runtime_checkable
class _Told(Protocol):
    def to_json(self) -> dict[str, Any]: ...


class _Result:
    """Plain JSON from the fields of a frozen dataclass."""

    __slots__ = ()

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON values."""
        told = (f for f in fields(self) if not f.metadata.get(_UNTOLD))  # type: ignore[arg-type]
        return {f.name: _plain(getattr(self, f.name)) for f in told}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileEntry(_Result):
    """An installed profile; ``reach`` and ``hiding`` as it has them."""

    name: str
    path: Path
    scorer: str
    hiding: Mapping[str, Mapping[str, float]]
    styles: tuple[str, ...]
    reach: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorerEntry(_Result):
    """A scorer that a name stands for; ``missing`` says what it needs that is not installed."""

    name: str
    description: str
    missing: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckEntry(_Result):
    """One thing that ``doctor`` looked at: what it ``found``, and the command that may mend it."""

    part: str
    name: str
    ok: bool
    found: str
    mend: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterEntry(_Result):
    """A family of filters and its parameters."""

    name: str
    params: tuple[Param, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnResult(_Result):
    """What was learned of a scorer; ``profile`` is None where learning was interrupted.

    ``hiding``, ``styles`` (best first) and ``reach`` are those of the profile, ``aside`` the
    number of photos that were set aside for ``reach``.
    """

    scorer: str
    profile: Path | None
    photos: int
    aside: int
    hiding: Mapping[str, Mapping[str, float]]
    styles: tuple[str, ...]
    reach: Mapping[str, Mapping[str, float]]
    queries: Mapping[str, int]
    seconds: float
    interrupted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ExploreResult(_Result):
    """What an exploration came to; files are None where it was interrupted.

    ``looks`` is how many were shown of each of so many ``photos``; ``queries`` counts by scorer and
    kind, ``without_score`` pictures of this call by scorer and cause, and ``failures`` says why a
    photo is not among them. ``readings`` are what the table says of each scorer. ``table`` is the
    CSV, ``document`` all of it as JSON, ``sheets`` are by scorer.
    """

    out: Path
    photos: int
    looks: int
    scorers: tuple[str, ...]
    queries: Mapping[str, Mapping[str, int]]
    without_score: Mapping[str, Mapping[str, int]]
    failures: Mapping[Path, str]
    interrupted: bool
    seconds: float = 0.0
    table: Path | None = None
    document: Path | None = None
    page: Path | None = None
    sheets: Mapping[str, Path] = field(default_factory=dict)
    readings: Mapping[str, Reading] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StyleEntry(_Result):
    """A style: ``free`` names the low end, start and high end of each parameter that it frees."""

    name: str
    sentence: str
    auto: bool
    free: Mapping[str, tuple[float, float, float]]
    fixed: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(_Result):
    """A success in another style than the best one's, verified and delivered beside it."""

    style: str
    output: Path
    preset: Path
    score: float
    appeal: float
    recipe: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult(_Result):
    """What became of one photo.

    ``score_before`` is the photo's score after the channel, ``score_after`` that of the
    delivered file's bytes, ``score_recompressed`` that after the channel once more (None if no
    query was left). ``verdict`` is "camouflaged", "low quality without the safety margin" or "not
    camouflaged", ``why`` the numbers with which it falls short, ``next_step`` what may help then;
    ``output`` is a best effort unless it ``succeeded``. ``interrupted`` says that the search was
    stopped before its budget was spent.
    Where several channels are searched for, ``channels`` has the scores of the delivered file
    after each, ``channels_before`` those of the photo; ``score_counted`` is their ``aggregate`` for
    the file, by which it has succeeded or not. ``travel`` has the scores after each trip, where it
    was asked for; None where there was none.
    ``queries`` counts by kind; ``to_success`` in it is the number of queries at
    which the first candidate at target and floor was seen. ``choices`` are what other styles came
    to, best first, and ``sheet`` shows them all. ``table`` is the file of a search that was made
    for one. ``failures`` counts pictures without a score by the cause. ``earlier`` says that it is
    the result of an earlier call, as a manifest has it. ``error`` is set for a photo that failed,
    with most else empty; where the scorer kept failing, what was found until then is there.
    ``storage`` is where the study lies; it is no part of the JSON.
    """

    photo: Path
    output: Path | None = None
    preset: Path | None = None
    compare: Path | None = None
    table: Path | None = None
    style: str = ""
    choices: tuple[Choice, ...] = ()
    sheet: Path | None = None
    study: str | None = None
    scorer: str
    threshold: float | None = None
    target: float | None = None
    score_before: float | None = None
    score_after: float | None = None
    score_recompressed: float | None = None
    appeal: float | None = None
    parts: Mapping[str, float] = field(default_factory=dict)
    recipe: str = ""
    verdict: str | None = None
    why: str = ""
    next_step: str | None = None
    succeeded: bool = False
    interrupted: bool = False
    channels: Mapping[str, float] = field(default_factory=dict)
    channels_before: Mapping[str, float] = field(default_factory=dict)
    aggregate: str | None = None
    score_counted: float | None = None
    travel: Mapping[str, float | None] = field(default_factory=dict)
    queries: Mapping[str, int | None] = field(default_factory=dict)
    failures: Mapping[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    seed: int = 0
    versions: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    earlier: bool = False
    error: str | None = None
    storage: str | None = field(default=None, repr=False, metadata={_UNTOLD: True})

    def __repr__(self) -> str:
        return f"<SearchResult {self.photo.name}: {self._said()}>"

    def _repr_html_(self) -> str:
        """What a notebook shows: before and after, the verdict, the queries of the budget."""
        from blackcamo.report.notebook import result_html

        pictures = []
        if self.output is not None:
            for word, score, file in (
                ("before", self.score_before, self.photo),
                ("after", self.score_after, self.output),
            ):
                pictures.append((f"{word}: {self.scorer} {_number(score)}", _pixels(file)))
        appeal = "" if self.appeal is None else f"appeal {self.appeal:.1f} of 100"
        return result_html(
            pictures,
            title=self.photo.name,
            verdict=self.verdict or "failed",
            succeeded=self.succeeded,
            lines=[self.error or "", self.why, self.recipe, appeal, self.next_step or ""],
            queries=self.queries,
        )

    @property
    def image(self) -> Image:
        """What was delivered, as a PIL image.

        Raises:
            PhotoError: nothing was, or it is not there any more.
        """
        if self.output is None:
            raise PhotoError(f"{self.photo}: nothing was delivered: {self._said()}")
        return _image(self.output)

    @property
    def original(self) -> Image:
        """The photo as a PIL image: in sRGB, upright.

        Raises:
            PhotoError: it is not there any more.
        """
        return _image(self.photo)

    def front(self) -> Image:
        """The study's front as a strip of small pictures, most camouflaged first; no query.

        Raises:
            StudyError: there is no study.
            BlackcamoError: it cannot be opened, or the photo not be read.
        """
        from PIL import Image

        from blackcamo.run.showing import front_strip

        if self.study is None or self.storage is None:
            raise StudyError(f"{self.photo}: the search has no study: {self._said()}")
        return Image.fromarray(front_strip(self.study, self.storage, self.photo))

    def _said(self) -> str:
        """In a few words what became of it."""
        if self.verdict is None:
            return self.error or "not finished"
        scores = f"{_number(self.score_before)} to {_number(self.score_after)}"
        appeal = "" if self.appeal is None else f", appeal {self.appeal:.1f}"
        style = f", {self.style}" if self.style else ""
        return f"{self.verdict}, {self.scorer} {scores}{appeal}{style}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterWorker(_Result):
    """A worker of a cluster: what it has, and in ``problem`` why it cannot search, None if it can.

    ``scorer`` is what the scorer declares, ``job`` what tells the call from others; both are empty
    where it could not be loaded.
    """

    address: str
    host: str | None
    threads: int
    memory_bytes: int
    python: str | None
    versions: Mapping[str, str]
    scorer: Mapping[str, Any]
    job: str
    problem: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealResult(_Result):
    """How appealing an edit is, 0-100, with the parts it was made of; ``error`` if it failed.

    ``preset`` is the file by which it was seen, None where its pixels alone told.
    """

    photo: Path
    preset: Path | None = None
    appeal: float | None = None
    parts: Mapping[str, float] = field(default_factory=dict)
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreResult(_Result):
    """One photo's score; ``high_quality`` is on the better side of the threshold, or at it."""

    photo: Path
    scorer: str
    threshold: float | None = None
    score: float | None = None
    high_quality: bool | None = None
    notes: tuple[str, ...] = ()
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelsResult(_Result):
    """One file's score, and its scores after channels, by their names; None where there is none.

    ``recovered`` are the points that a channel moves the score towards high quality, ``worst`` is
    the score that lies farthest there, ``score_before`` the original's, as the preset beside the
    file records it of this scorer; ``sheet`` is the picture of all of them, where it was asked for.
    """

    photo: Path
    scorer: str
    threshold: float | None = None
    score: float | None = None
    score_before: float | None = None
    scores: Mapping[str, float | None] = field(default_factory=dict)
    high_quality: Mapping[str, bool | None] = field(default_factory=dict)
    recovered: Mapping[str, float | None] = field(default_factory=dict)
    worst: float | None = None
    mean: float | None = None
    queries: int = 0
    sheet: Path | None = None
    notes: tuple[str, ...] = ()
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureEntry(_Result):
    """What one countermeasure recovers of camouflages, and what it does to clean pictures.

    ``recovered`` is the mean of points towards high quality, ``high_again`` how many of the ``low``
    camouflages are of high quality after it. Of clean pictures ``clean_change`` is that mean,
    ``clean_moved`` the mean of points either way, ``clean_kept`` how many of the ``clean_high``
    still are of high quality, ``plcc`` the correlation with their opinion scores. None where there
    are no such pictures.
    """

    name: str
    recovered: float | None
    low: int
    high_again: int
    clean_change: float | None
    clean_moved: float | None
    clean_high: int
    clean_kept: int
    plcc: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CountermeasuresResult(_Result):
    """Camouflages and clean pictures after every measure, and what each measure comes to.

    ``plcc_before`` is the correlation with opinion scores of the clean pictures as they are.
    """

    results: tuple[ChannelsResult, ...]
    clean: tuple[ChannelsResult, ...]
    measures: tuple[MeasureEntry, ...]
    plcc_before: float | None
    plot: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyResult(_Result):
    """Whether a camouflage still scores what its preset recorded; ``photo`` is the camouflage."""

    photo: Path
    preset: Path
    scorer: str
    recorded: float
    score: float
    reproduced: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownResult(_Result):
    """One camouflage of a report: what its preset records, or ``error`` if it is not shown.

    ``photo`` is the camouflage, ``name`` that of its original; ``queries`` is None if unknown.
    """

    photo: Path
    name: str | None = None
    scorer: str | None = None
    score_before: float | None = None
    score_after: float | None = None
    appeal: float | None = None
    parts: Mapping[str, float] = field(default_factory=dict)
    verdict: str | None = None
    succeeded: bool = False
    queries: int | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportResult(_Result):
    """The files of a report, page by page, and what became of each camouflage."""

    pages: tuple[Path, ...]
    sheets: tuple[Path, ...]
    results: tuple[ShownResult, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option(_Result):
    """One result of a study to choose from, as it was searched; ``pick`` is what delivers it.

    ``known_for`` says what it has most of: delivered, most liked, subtlest, most camouflaged.
    """

    pick: int
    style: str
    score: float
    appeal: float
    verdict: str
    known_for: tuple[str, ...]
    recipe: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseResult(_Result):
    """Clearly different results of a study, and the page and the sheet that show them."""

    study: str
    page: Path
    sheet: Path
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseEntry(_Result):
    """A clause of a recipe: what the whole recipe is without it, and its share of what that does.

    ``kept`` says that the minimal recipe has it; ``score_share`` and ``appeal_share`` of all
    clauses add up to what the whole recipe changes of the photo's score and appeal. None is what
    the budget did not reach; ``says`` tells the first two in words.
    """

    clause: str
    params: tuple[str, ...]
    kept: bool
    score_without: float | None
    appeal_without: float | None
    score_share: float | None
    appeal_share: float | None
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainResult(_Result):
    """What a recipe's clauses do, the most visible first, and which of them it takes.

    ``score_before`` and ``appeal_before`` are those of the photo after the channel, ``score`` and
    ``appeal`` those of the whole recipe, which ``succeeded`` or not, ``minimal`` is the recipe that
    is left. ``complete`` says that the budget was enough. ``output``, ``preset`` and ``strip`` are
    the files, if they were asked for.
    """

    photo: Path
    study: str | None
    style: str
    scorer: str
    threshold: float
    target: float
    appeal_floor: float
    score_before: float
    appeal_before: float
    score: float
    appeal: float
    score_minimal: float
    appeal_minimal: float
    succeeded: bool
    clauses: tuple[ClauseEntry, ...]
    minimal: str
    complete: bool
    queries: Mapping[str, int]
    output: Path | None = None
    preset: Path | None = None
    strip: Path | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferRow(_Result):
    """What a scorer says of a camouflage that was made for a scorer, perhaps another one.

    ``drop`` is by how much quality falls, in points of the judging scorer's scale; ``recorded``
    says that the search had asked already.
    """

    photo: str
    file: str
    attacked: str
    judged: str
    score_before: float
    score_after: float
    high_before: bool
    high_after: bool
    drop: float
    recorded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferCell(_Result):
    """What a scorer makes of all camouflages for a scorer.

    ``accuracy`` is the share that still is of high quality of those that were before, None where
    none was; ``mean_drop`` is that of all ``files``.
    """

    attacked: str
    judged: str
    files: int
    high_before: int
    high_after: int
    accuracy: float | None
    mean_drop: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferResult(_Result):
    """A matrix of attacked and judging scorers, and the scores that it is made of.

    ``queries`` counts for each judge by kind; ``errors`` name what could not be judged.
    """

    cells: tuple[TransferCell, ...]
    rows: tuple[TransferRow, ...]
    queries: Mapping[str, Mapping[str, int]]
    table: Path | None
    errors: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyResult(_Result):
    """One photo that a preset was applied to; scores are those after the channel, if asked for."""

    photo: Path
    output: Path | None = None
    score_before: float | None = None
    score_after: float | None = None
    notes: tuple[str, ...] = ()
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontEntry(_Result):
    """One trial of a study's Pareto front; ``picks`` are the names under which export knows it."""

    number: int
    style: str
    score: float
    appeal: float
    recipe: str
    params: Mapping[str, float]
    picks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JuryEntry(_Result):
    """One trial that a study's jury was shown.

    ``worth`` is on a logarithmic scale whose 0 is the average, None if the trial was in no
    choice; ``vetoed`` says that somebody would not post it.
    """

    number: int
    worth: float | None
    vetoed: bool
    score: float
    appeal: float
    at_target: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PicturesResult(_Result):
    """Pictures of a study's trials: which ones were ``made`` now, and every one's file."""

    study: str
    made: tuple[int, ...]
    files: Mapping[int, Path]


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneResult(_Result):
    """What was deleted of a folder of pictures, and what is left there."""

    folder: Path
    removed: int
    freed_bytes: int
    kept_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeResult(_Result):
    """A study made of others, and how many trials it has."""

    study: str
    sources: tuple[str, ...]
    trials: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyEntry(_Result):
    """One study of a storage, and what its search delivered, if it has.

    ``date`` is when its latest trial was evaluated, in local time; ``style`` that of what was
    delivered, None for the photo unchanged.
    """

    name: str
    photo: str
    scorer: str
    date: str | None
    style: str | None
    mode: str | None
    seed: int | None
    trials: int
    verdict: str | None
    score_before: float | None
    best_score: float | None
    best_appeal: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth(_Result):
    """What the picture scores that ``formats`` give, which is less than the candidate.

    ``carries`` is "look" (colours alone), "table" (the same by a coarse table), "layers" (colours
    and exact layers), "approximation" or "nothing"; ``reached`` says whether it is at the study's
    target, None if another scorer was asked. ``error`` says why there is no score.
    """

    formats: tuple[str, ...]
    carries: str
    score: float | None = None
    high_quality: bool | None = None
    reached: bool | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportResult(_Result):
    """What an export wrote, by format; the format "layers" carries ``layers`` exactly.

    ``score`` is that of the candidate itself, verified if it was delivered; ``worth`` what the
    formats score that carry less, as far as that was asked for.
    """

    study: str
    pick: str
    trial: int
    exports: Mapping[str, Export]
    layers: tuple[str, ...] = ()
    scorer: str
    target: float
    score: float | None = None
    worth: tuple[Worth, ...] = ()
    notes: tuple[str, ...] = ()


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def _pixels(path: Path) -> Pixels:
    from blackcamo.images import load_photo

    return load_photo(path).pixels


def _image(path: Path) -> Image:
    from PIL import Image

    return Image.fromarray(_pixels(path))


def _plain(value: Any) -> Any:
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, _Told):
        return value.to_json()
    if isinstance(value, Mapping):
        return {_plain(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, Param):
        return asdict(value)
    if isinstance(value, Export):
        return {
            "files": _plain(value.files),
            "left_out": _plain(value.left_out),
            "max_error_levels": value.max_error_levels,
        }
    return value
