"""The options of `blackcamo search` that say what is searched, and how."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from blackcamo.cli import options as o
from blackcamo.errors import OptionError

if TYPE_CHECKING:
    from blackcamo.run import SearchConfig

_SEARCH = "Search"
_CHANNEL = "Channel"


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """Options that say what is searched in each photo, and how."""

    budget: Annotated[
        int,
        typer.Option(
            help="Most queries per photo, verification included.", rich_help_panel=_SEARCH
        ),
    ] = 500
    target: o.Target = None
    appeal_floor: o.AppealFloor = 80.0
    mode: Annotated[
        Literal["enhance", "imperceptible"],
        typer.Option(help="A visible enhancement, or no visible change.", rich_help_panel=_SEARCH),
    ] = "enhance"
    appeal: Annotated[
        str, typer.Option(metavar="NAME", help="Measure of appeal.", rich_help_panel=_SEARCH)
    ] = "critic"
    style: Annotated[
        str,
        typer.Option(
            metavar="auto|NAME,...",
            help="Styles that race, as `blackcamo styles` lists them; auto: all that viewers like.",
            rich_help_panel=_SEARCH,
        ),
    ] = "auto"
    profile: Annotated[
        str,
        typer.Option(
            metavar="auto|none|NAME|FILE",
            help="Begin with what was learned of a scorer, as `blackcamo profiles` lists it; auto: "
            "the installed profile of this very scorer, if there is one.",
            rich_help_panel=_SEARCH,
        ),
    ] = "auto"
    look: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A .cube file or a HaldCLUT as a style of its own, with light and clarity "
            "around it.",
            rich_help_panel=_SEARCH,
        ),
    ] = None
    look_strength: Annotated[
        str,
        typer.Option(
            metavar="MIN[:MAX]",
            help="How much of the look is mixed in, in percent; MAX is 100 if left out.",
            rich_help_panel=_SEARCH,
        ),
    ] = "40:100"
    made_for: Annotated[
        Literal["cube"] | None,
        typer.Option(
            "--for",
            help="cube: pointwise filters only, for a .cube file that reaches the target by "
            "itself; it is delivered, too.",
            rich_help_panel=_SEARCH,
        ),
    ] = None
    alternatives: Annotated[
        int,
        typer.Option(
            metavar="N",
            help="Deliver the success of up to N styles, the best one among them.",
            rich_help_panel=_SEARCH,
        ),
    ] = 3
    finish: o.Finish = None
    strategy: o.Strategy = "CMA"
    seed: Annotated[
        int, typer.Option(help="Fixes search and film grain.", rich_help_panel=_SEARCH)
    ] = 0
    batch: Annotated[
        int, typer.Option(help="Candidates asked for at a time.", rich_help_panel=_SEARCH)
    ] = 16
    proxy: Annotated[
        int,
        typer.Option(
            metavar="PIXELS",
            help="Search larger photos at this long side; finalists are verified in full.",
            rich_help_panel=_SEARCH,
        ),
    ] = 1024
    until: Annotated[
        Literal["enough", "success", "budget"],
        typer.Option(
            help="End early with a success that people would hardly like better, with the first "
            "one, or not before all is spent.",
            rich_help_panel=_SEARCH,
        ),
    ] = "enough"
    channel: Annotated[
        str | None,
        typer.Option(
            metavar="NAME,...",
            help="Search for these channels: the first (jpeg:QUALITY or canvas:QUALITY) makes the "
            "file, the others, as for check-channels, are what may happen to it.",
            rich_help_panel=_CHANNEL,
        ),
    ] = None
    robust: Annotated[
        bool,
        typer.Option(
            "--robust",
            help="Search for the set standard, too: other codecs, a crop and resizes.",
            rich_help_panel=_CHANNEL,
        ),
    ] = False
    aggregate: Annotated[
        Literal["worst", "mean"],
        typer.Option(
            help="What counts of the scores after several channels.", rich_help_panel=_CHANNEL
        ),
    ] = "worst"
    travel: Annotated[
        bool,
        typer.Option(
            "--travel",
            help="Also ask, beside the budget, what other codecs, a crop and resizes leave of it.",
            rich_help_panel=_SEARCH,
        ),
    ] = False
    keep_size: Annotated[
        bool,
        typer.Option(
            "--keep-size",
            help="Deliver at the photo's size: crops are resampled to it, nothing is doubled.",
            rich_help_panel=_SEARCH,
        ),
    ] = False
    keep_framing: Annotated[
        bool,
        typer.Option(
            "--keep-framing",
            help="No crop, turn, magnification or perspective, and nothing that hides in one.",
            rich_help_panel=_SEARCH,
        ),
    ] = False

    def config(
        self,
        *,
        scorer: str,
        model: o.Model,
        codec: o.Codec,
        out: Path | None,
        overwrite: bool,
        storage: str,
        pictures: Path | None,
        no_pictures: bool,
    ) -> SearchConfig:
        """The configuration that they and options of other commands make.

        Raises:
            OptionError: the strength of the look is no number.
        """
        from blackcamo.run import SearchConfig

        return SearchConfig(
            budget=self.budget,
            scorer=scorer,
            scorer_options=model.options,
            appeal=self.appeal,
            mode=self.mode,
            target=self.target,
            appeal_floor=self.appeal_floor,
            strategy=self.strategy,
            seed=self.seed,
            batch=self.batch,
            quality=codec.quality,
            subsampling=codec.subsampling,
            channels=o.names(self.channel) or (),
            robust=self.robust,
            aggregate=self.aggregate,
            styles=None if self.style == "auto" else o.names(self.style) or (),
            profile=self.profile,
            look=self.look,
            look_strength=_strength(self.look_strength),
            finish=self.finish,
            alternatives=self.alternatives,
            proxy_px=self.proxy,
            keep_size=self.keep_size,
            keep_framing=self.keep_framing,
            until=self.until,
            travel=self.travel,
            device=model.device,
            made_for=self.made_for,
            out=out,
            overwrite=overwrite,
            storage=storage,
            pictures=pictures,
            no_pictures=no_pictures,
        )


def _strength(said: str) -> tuple[float, float]:
    """The ends of MIN[:MAX].

    >>> _strength("60"), _strength("20:50")
    ((60.0, 100.0), (20.0, 50.0))

    Raises:
        OptionError: these are no numbers.
    """
    least, _, most = said.partition(":")
    try:
        return float(least), float(most or 100)
    except ValueError:
        raise OptionError(f"--look-strength is {said!r}; it must be MIN or MIN:MAX") from None
