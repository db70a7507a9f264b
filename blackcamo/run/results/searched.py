"""The result of a photo that was searched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from blackcamo.errors import PhotoError, StudyError
from blackcamo.run.results.base import UNTOLD, Result
from blackcamo.types import Pixels

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Result):
    """A success in another style than the best one's, verified and delivered beside it."""

    style: str
    output: Path
    preset: Path
    score: float
    appeal: float
    recipe: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult(Result):
    """The result of one photo.

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
    storage: str | None = field(default=None, repr=False, metadata={UNTOLD: True})

    def __repr__(self) -> str:
        return f"<SearchResult {self.photo.name}: {self._said()}>"

    def _repr_html_(self) -> str:
        """HTML for a notebook: before and after, the verdict, the queries of the budget."""
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
        """The camouflage, as a PIL image.

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


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def _pixels(path: Path) -> Pixels:
    from blackcamo.images import load_photo

    return load_photo(path).pixels


def _image(path: Path) -> Image:
    from PIL import Image

    return Image.fromarray(_pixels(path))
