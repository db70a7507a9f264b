"""The nouns of blackcamo: frozen records and the protocols that plug-ins fulfil. No logic.

Arrays: ``rgb`` is a float32 tensor (B, 3, H, W), sRGB-encoded, in [0, 1]; ``pixels`` is a uint8
array (H, W, 3), sRGB-encoded. Scores keep the scorer's own scale and direction everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    Protocol,
    SupportsFloat,
    TypeAlias,
    runtime_checkable,
)

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor

    from blackcamo.vision.facts import PhotoFacts

Pixels: TypeAlias = NDArray[np.uint8]
PathLike: TypeAlias = str | Path
PhotoLike: TypeAlias = "PathLike | Image | NDArray[Any]"
"""A photo: its file, a PIL image, or an array as :class:`blackcamo.images.Source` takes it."""
Mode: TypeAlias = Literal["enhance", "imperceptible"]
Kind: TypeAlias = Literal["geometry", "look", "spatial"]
"""The kinds of filter, in the order of their work."""
Params: TypeAlias = "Mapping[str, Tensor]"
"""Parameter name -> tensor (B,) of physical values, for a batch of B candidates."""


@dataclass(frozen=True, slots=True)
class Param:
    """One named parameter of a filter, in physical units.

    ``neutral`` changes nothing and lies in [low, high]; ``step`` is the grid, counted from
    ``low``, that values snap to (None: continuous). A ``modifier`` shapes what other parameters of
    its filter do (a radius, an angle) and does nothing by itself, whatever its value.

    ``falls`` and ``rises`` tell people of a value below and above neutral, "{}" standing for how
    far it is from there: "corners {} darker". Where they are empty, ``help`` does. ``visible`` is
    the least distance from neutral of which one sees something (None: a tenth of the range).
    """

    name: str
    low: float
    high: float
    neutral: float
    unit: str
    help: str
    step: float | None = None
    modifier: bool = False
    falls: str = ""
    rises: str = ""
    visible: float | None = None


@runtime_checkable
class Filter(Protocol):
    """What every filter family declares; one of the three kinds below does the work."""

    @property
    def name(self) -> str: ...
    @property
    def params(self) -> tuple[Param, ...]: ...


@runtime_checkable
class LookFilter(Filter, Protocol):
    """A pointwise colour operation; all of a candidate's are baked into one 3D LUT."""

    @property
    def lut_size(self) -> int:
        """Nodes per axis that this family needs: 33, or 65 where it twists hues."""

    def grade(self, rgb: Tensor, params: Params) -> Tensor:
        """Map colours (B, 3, H, W) to colours of the same shape, each pixel for itself."""


@runtime_checkable
class OklabFilter(LookFilter, Protocol):
    """A look that is defined in Oklab; a chain takes such neighbours there and back together."""

    def grade_oklab(self, oklab: Tensor, params: Params) -> Tensor:
        """Map Oklab colours (B, 3, H, W); those that leave the gamut are pulled in later."""


@runtime_checkable
class SpatialFilter(Filter, Protocol):
    """An operation that looks at neighbours or positions: optics, detail, texture."""

    def render(self, rgb: Tensor, params: Params, seed: int) -> Tensor:
        """Filter (B, 3, H, W); ``seed`` fixes any randomness, lengths follow the long side."""


@runtime_checkable
class HiddenFilter(SpatialFilter, Protocol):
    """A spatial filter that nobody should see: damage is what it adds to the styled picture."""

    @property
    def hidden(self) -> Literal[True]: ...


@runtime_checkable
class GeometryFilter(Filter, Protocol):
    """Where the delivered frame lies in the photo; exactly one in a chain."""

    def frame(self, params: Mapping[str, float], height_px: int, width_px: int) -> Frame:
        """The frame that these parameters cut from a photo of that size."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A window of the photo and the size it is delivered at.

    ``centre_x``/``centre_y`` and ``width``/``height`` are fractions of the photo's sides, the
    angle turns the window about its centre (degrees, counter-clockwise). A keystone tapers it: the
    point (u, v) of the window, -1 to 1 from its middle, lies at (u, v) / (1 + x u + y v). The
    window's corners lie inside the photo.
    """

    centre_x: float
    centre_y: float
    width: float
    height: float
    angle_deg: float
    height_px: int
    width_px: int
    keystone_x: float = 0.0
    keystone_y: float = 0.0


@dataclass(frozen=True, slots=True)
class Free:
    """A parameter that a style frees: the range in which it is liked, and where it starts.

    In the unit of the filter's own parameter, and inside that one's range.
    """

    name: str
    low: float
    high: float
    start: float


@dataclass(frozen=True, slots=True)
class Style:
    """A deliberate look with a name, and the few parameters that it frees.

    Args:
        sentence: what it looks like, one sentence.
        free: 3 to 12 parameters that a search may move.
        fixed: parameters that it sets; those named in neither are neutral.
        liked: share (0-1) of blind looks that found a photo better in it, where it starts.
            ``--style auto`` holds the styles that have one, and prefers them in this order. With
            None it races by name alone, as what many found worse should.
        adapt: values for one photo, of free parameters (where they start) or of fixed ones.
        unsuited: why it does not suit a photo, None where it does.
    """

    name: str
    sentence: str
    free: tuple[Free, ...]
    fixed: Mapping[str, float] = field(default_factory=dict)
    liked: float | None = None
    adapt: Callable[[PhotoFacts], Mapping[str, float]] | None = None
    unsuited: Callable[[PhotoFacts], str | None] | None = None


@dataclass(frozen=True, slots=True)
class Hiding:
    """A way of changing a photo that nobody sees: parameters that may hide in any style.

    The first one is how strong it is: its least value is neutral, and with it nothing hides
    whatever the others are. What ``scales`` does the same to a picture of any size.
    """

    name: str
    free: tuple[Free, ...]
    scales: bool = False


@dataclass(frozen=True, slots=True)
class Lane:
    """The coordinates of a style's vectors: first its own, then those of each way of hiding.

    Args:
        style: how many are the style's own.
        hidden: name of a way -> how many it has; the first is its strength, and -1 none of it.
    """

    style: int
    hidden: Mapping[str, int] = field(default_factory=dict)

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self.style + sum(self.hidden.values())

    def vector(
        self, own: Sequence[float], hiding: Mapping[str, Sequence[float]] | None = None
    ) -> tuple[float, ...]:
        """A vector of the style's own coordinates and those of the ways that hide in it."""
        found, hiding = list(own), hiding or {}
        for way, size in self.hidden.items():
            found += hiding.get(way, (-1.0, *(0.0,) * (size - 1)))
        return tuple(found)

    def own(self, vector: Sequence[float]) -> tuple[float, ...]:
        """The style's own coordinates of a vector."""
        return tuple(vector[: self.style])

    def hiding(self, vector: Sequence[float]) -> dict[str, tuple[float, ...]]:
        """The coordinates of the ways that hide in it; empty where nothing does."""
        found, start = {}, self.style
        for way, size in self.hidden.items():
            part = tuple(vector[start : start + size])
            if part[0] > -1:
                found[way] = part
            start += size
        return found


UNCHANGED = "none"
"""The style of the photo unchanged."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A candidate that is asked for: a style, and a vector (D,) of its space in [-1, 1]."""

    style: str
    vector: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ScorerInfo:
    """What a scorer declares about itself.

    ``digest`` identifies weights and settings (hex, empty if there are none); ``low``/``high``
    bound the scale that people quote (scores may leave it); ``precision`` is that of the search.
    """

    name: str
    low: float = 0.0
    high: float = 100.0
    threshold: float = 50.0
    higher_is_better: bool = True
    digest: str = ""
    engine: str = "numpy"
    precision: str = "fp32"
    preprocess: str = ""


@dataclass(frozen=True, slots=True)
class ScorerOptions:
    """What a user may ask of a scorer; None and "auto" leave the choice to the scorer."""

    device: str = "auto"
    engine: str = "auto"
    preprocess: str | None = None
    low: float | None = None
    high: float | None = None
    threshold: float | None = None
    higher_is_better: bool | None = None
    extra: Mapping[str, str] = field(default_factory=dict)


class Scorer(Protocol):
    """A blind image quality model: pictures in, one number each out."""

    @property
    def info(self) -> ScorerInfo: ...

    def score(self, images: Sequence[Pixels], *, reference: bool = False) -> Sequence[float]:
        """Score each image, in order, whatever the others are (they may differ in size).

        A picture that cannot be scored gives NaN and leaves its neighbours alone. Scores are
        deterministic; a batch changes one by at most 1e-3 of a 0-100 scale. ``reference`` asks
        for the path that reported numbers come from: one image at a time, fp32.
        """


@runtime_checkable
class RetryingScorer(Protocol):
    """A scorer that may send an image again (a service that timed out); every sending counts."""

    def permit_retries(self, permit: Callable[[int], bool]) -> None:
        """Ask ``permit(n)`` before n images are sent again; False means the budget is spent."""


@runtime_checkable
class PausingScorer(Protocol):
    """A scorer that cannot be asked at any time, such as a service that limits its callers."""

    @property
    def most_images(self) -> int:
        """How many images it sends at a time; it is asked for no more at once."""

    def pause_s(self) -> float:
        """Seconds until it may be asked.

        Raises:
            ScorerUnavailableError: they are too many to wait for.
        """

    def wait_with(self, wait: Callable[[float], None]) -> None:
        """Call ``wait(seconds)`` for every pause; what that raises ends the call that waits."""


@runtime_checkable
class PhotoScorer(Protocol):
    """A scorer that may ask something of the photo at hand, as a classifier about its class."""

    def about(self, photo: Pixels) -> Scorer:
        """What scores that photo, given as it arrives unchanged (H, W, 3), and what is made of it.

        Where it has to see the photo first, and is shown something else before, that is an image
        more. A scorer that asks the same of every photo gives itself.
        """


@runtime_checkable
class SettledScorer(Protocol):
    """What a :class:`PhotoScorer` gives of a photo where it asks something of that one alone."""

    @property
    def settings(self) -> Mapping[str, str]:
        """The ``extra`` options with which a scorer asks the same; empty before that is known."""


class NoScore(float):
    """NaN that says why a picture has no score; a scorer may return it in place of NaN."""

    reason: str

    def __new__(cls, reason: str) -> NoScore:
        made = super().__new__(cls, "nan")
        made.reason = reason
        return made


ScoreFunction: TypeAlias = Callable[[list[Pixels]], Iterable[float] | SupportsFloat]
"""A callable as a scorer: pictures in, as many numbers out (of one picture also a bare one)."""


class ScorerFactory(Protocol):
    """What the entry point of a scorer names: a class or function with this signature."""

    def __call__(self, argument: str, options: ScorerOptions) -> Scorer:
        """Build the scorer; ``argument`` is what follows "name:" in the scorer's spec."""


class Step(Protocol):
    """One thing that happens to a picture on its way: an encoder, a resize, a crop."""

    @property
    def spec(self) -> str:
        """What makes the same step again, "name:argument", without commas and plus signs."""

    def send(self, pixels: Pixels) -> Pixels:
        """What arrives of a picture (H, W, 3); a function of that alone, at least 1 x 1 large."""


class StepFactory(Protocol):
    """What the entry point of a step names: a class or function with this signature."""

    def __call__(self, argument: str) -> Step:
        """Build the step; ``argument`` is what follows "name:" in its spec, empty for none."""


@dataclass(frozen=True, slots=True)
class Views:
    """What an appeal measure may look at, for B candidates whose frames have one size.

    ``original`` (1, 3, H0, W0) is the photo; ``aligned`` (B, 3, H, W) the photo in the
    candidate's frame; ``graded`` the same after the look; ``styled_delivered`` the picture as its
    style means it, sent through the channel; ``delivered`` the pixels that arrived of the
    candidate, whatever hides in it included; ``frames`` where each frame lies in the photo.
    """

    original: Tensor
    aligned: Tensor
    graded: Tensor
    styled_delivered: Tensor
    delivered: Tensor
    frames: tuple[Frame, ...]


@dataclass(frozen=True, slots=True)
class Appraisal:
    """Appeal of one candidate, 0-100, with the named parts it was made of.

    The photo itself, sent through the channel, has 90; what people like better may have more; 80
    is where four viewers of five would post it.
    """

    value: float
    parts: Mapping[str, float]


class Appeal(Protocol):
    """Whether people would post a candidate, and like it better than the photo."""

    @property
    def name(self) -> str: ...

    def __call__(self, views: Views, mode: Mode) -> Sequence[Appraisal]:
        """Appraise each of the B candidates of ``views``."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What one candidate came to.

    ``vector`` lies in the space of ``style``; ``params`` are all that it changes.
    ``score`` is NaN and ``error`` says why if the candidate failed; ``jpeg_sha256`` is the
    digest of the encoded picture without metadata, its key in the cache. Where several channels
    are searched for, ``score`` is what counts of the ``scores`` after each, by its name; a
    ``partial`` one was given up on, as those that were asked are bad enough.
    """

    style: str
    vector: tuple[float, ...]
    params: Mapping[str, float]
    score: float
    appeal: float
    parts: Mapping[str, float]
    jpeg_sha256: str
    jpeg_bytes: int
    width_px: int
    height_px: int
    cached: bool = False
    error: str | None = None
    scores: Mapping[str, float] = field(default_factory=dict)
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Export:
    """Files that an exporter wrote, what the format could not carry, and its error.

    ``max_error_levels`` is the largest difference (in 1/255) between the exported look and the
    preset's own rendering of it, None where the format was not measured.
    """

    files: tuple[Path, ...]
    left_out: tuple[str, ...]
    max_error_levels: float | None
