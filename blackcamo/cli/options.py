"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from blackcamo.errors import OptionError

if TYPE_CHECKING:
    from blackcamo.types import ScorerOptions

DEFAULT_STORAGE = "camouflage/studies.journal"

_MODEL = "Scorer"
_CHANNEL = "Channel"
_OUTPUT = "Output"

Photos = Annotated[
    list[Path], typer.Argument(metavar="PHOTO", help="Pictures: JPEG, PNG, WebP, AVIF, TIFF, HEIC.")
]
PhotosOrFolders = Annotated[
    list[Path],
    typer.Argument(
        metavar="PHOTO",
        help="Pictures: JPEG, PNG, WebP, AVIF, TIFF, HEIC; folders of them or quoted patterns, in "
        "which what blackcamo made is left out.",
    ),
]
Study = Annotated[
    str,
    typer.Argument(
        metavar="STUDY|PHOTO",
        help="Name of the study, a beginning that only it has, or the photo's file: its newest "
        "study.",
    ),
]
Last = Annotated[
    bool,
    typer.Option("--last", help="Of several studies whose names begin so take the newest one."),
]

OriginalIn = Annotated[
    list[Path] | None,
    typer.Option(
        "--photos",
        metavar="PATH",
        help="The original, or the folder that it lies in, by default the current one. May be "
        "repeated.",
    ),
]

Json = Annotated[
    bool,
    typer.Option("--json", help="Print one JSON object and no progress.", rich_help_panel=_OUTPUT),
]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="No progress and no notes.", rich_help_panel=_OUTPUT)
]
Storage = Annotated[
    str,
    typer.Option(
        "--storage",
        metavar="PATH|URL",
        help="Journal file or Optuna storage URL.",
        rich_help_panel=_OUTPUT,
    ),
]

Pictures = Annotated[
    Path | None,
    typer.Option(
        "--pictures",
        metavar="DIR",
        help="Folder of the dashboard's pictures; by default beside the journal.",
        rich_help_panel=_OUTPUT,
    ),
]

Overwrite = Annotated[
    bool,
    typer.Option(
        "--overwrite",
        help="Replace other files of these names; without it, these are numbered.",
        rich_help_panel=_OUTPUT,
    ),
]

Quality = Annotated[
    int, typer.Option("--quality", help="libjpeg quality, 1-100.", rich_help_panel=_CHANNEL)
]
Subsampling = Annotated[
    Literal["4:4:4", "4:2:2", "4:2:0"],
    typer.Option("--subsampling", help="Chroma subsampling.", rich_help_panel=_CHANNEL),
]

Styles = Annotated[
    str | None,
    typer.Option(
        "--style",
        metavar="NAME,...",
        help="Styles, as `blackcamo styles` lists them.",
        rich_help_panel="Search",
    ),
]
Finish = Annotated[
    str | None,
    typer.Option(
        "--finish",
        metavar="NAME",
        help="A frame around the picture: white, black, gallery, polaroid.",
        rich_help_panel=_OUTPUT,
    ),
]

Target = Annotated[
    float | None,
    typer.Option(
        "--target",
        help="Score to reach; by default 5 % of the scale beyond the threshold.",
        rich_help_panel="Search",
    ),
]
AppealFloor = Annotated[
    float,
    typer.Option(
        "--appeal-floor", help="Least appeal of a success, 0-100.", rich_help_panel="Search"
    ),
]
Strategy = Annotated[
    str,
    typer.Option(
        "--strategy",
        metavar="NAME",
        help="A nevergrad optimiser, RandomSearch among them.",
        rich_help_panel="Search",
    ),
]

Scorer = Annotated[
    str,
    typer.Option(
        "--scorer",
        metavar="NAME[:ARGUMENT]",
        help="Quality model, as `blackcamo scorers` lists them.",
        rich_help_panel=_MODEL,
    ),
]
Device = Annotated[str, typer.Option("--device", help="auto, cpu or cuda.", rich_help_panel=_MODEL)]
Engine = Annotated[
    str,
    typer.Option("--engine", help="Inference engine, or auto.", rich_help_panel=_MODEL),
]
Preprocess = Annotated[
    str | None,
    typer.Option(
        "--preprocess",
        metavar="NAME",
        help="How pictures are fitted to the model, where it knows several ways.",
        rich_help_panel=_MODEL,
    ),
]
Threshold = Annotated[
    float | None,
    typer.Option(
        "--threshold",
        help="Score from which the model speaks of high quality; overrides its own.",
        rich_help_panel=_MODEL,
    ),
]
Range = Annotated[
    tuple[float, float] | None,
    typer.Option(
        "--range",
        metavar="LOW HIGH",
        help="Ends of the model's scale; override its own.",
        rich_help_panel=_MODEL,
    ),
]
LowerIsBetter = Annotated[
    bool | None,
    typer.Option(
        "--lower-is-better/--higher-is-better",
        help="Direction of the model's scale; overrides its own.",
        show_default=False,
        rich_help_panel=_MODEL,
    ),
]
ScorerSettings = Annotated[
    list[str] | None,
    typer.Option(
        "--scorer-option",
        metavar="KEY=VALUE",
        help="A setting of this scorer alone; may be repeated.",
        rich_help_panel=_MODEL,
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Options of the scorer."""

    device: Device = "auto"
    engine: Engine = "auto"
    preprocess: Preprocess = None
    threshold: Threshold = None
    scale: Range = None
    lower_is_better: LowerIsBetter = None
    scorer_option: ScorerSettings = None

    @property
    def options(self) -> ScorerOptions:
        """The same for a scorer.

        Raises:
            OptionError: a setting that is not KEY=VALUE, or is given twice.
        """
        from blackcamo.types import ScorerOptions

        low, high = self.scale or (None, None)
        worse = self.lower_is_better
        return ScorerOptions(
            device=self.device,
            engine=self.engine,
            preprocess=self.preprocess,
            low=low,
            high=high,
            threshold=self.threshold,
            higher_is_better=None if worse is None else not worse,
            extra=scorer_settings(self.scorer_option),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec:
    """How what is sent is compressed."""

    quality: Quality = 90
    subsampling: Subsampling = "4:2:0"


def scorer_settings(settings: Sequence[str] | None) -> dict[str, str]:
    """The settings of one scorer alone.

    >>> scorer_settings(["timeout=5"])
    {'timeout': '5'}

    Raises:
        OptionError: a setting that is not KEY=VALUE, or is given twice.
    """
    extra: dict[str, str] = {}
    for setting in settings or ():
        key, equals, value = setting.partition("=")
        if not key or not equals:
            raise OptionError(f"--scorer-option is {setting!r}; it must be KEY=VALUE")
        if key in extra:
            raise OptionError(f"--scorer-option {key!r} is given twice; give it once")
        extra[key] = value
    return extra


def names(list_of_names: str | None) -> tuple[str, ...] | None:
    """Names separated by commas; None where nothing is given.

    >>> names("tone, colour")
    ('tone', 'colour')
    """
    if list_of_names is None:
        return None
    return tuple(name.strip() for name in list_of_names.split(",") if name.strip())


def study_meant(name: str, storage: str, *, last: bool) -> str:
    """The study that a name, its beginning or a photo means.

    Raises:
        BlackcamoError: there is none, or the storage cannot be opened.
    """
    from blackcamo import run

    if Path(name).is_file():
        return run.study_of(name, storage)
    return run.newest(name, storage) if last else name


def originals(study: str, photos: Sequence[Path] | None) -> Sequence[Path]:
    """Where a study's photo is looked for.

    Args:
        study: as it was named.
        photos: as they were named, if they were.
    """
    return photos or [Path(study) if Path(study).is_file() else Path()]
