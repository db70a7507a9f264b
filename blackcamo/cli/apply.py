"""blackcamo apply: a preset's look, or a style, on photos, without a search."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypedDict

import typer

from blackcamo.cli import options as o
from blackcamo.cli.output import (
    DONE,
    FAILED,
    collecting,
    complain_about,
    number,
    print_json,
    say,
)
from blackcamo.cli.progress import counting
from blackcamo.errors import OptionError

if TYPE_CHECKING:
    from blackcamo.run import ApplyResult


class _Shared(TypedDict):
    """Options that all ways of applying a look share."""

    out: Path
    before_channel: bool
    overwrite: bool
    jobs: int | None


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The look that is asked for: a style, a profile, or the preset that is named first."""

    style: str | None
    profile: str | None
    mode: Literal["enhance", "imperceptible"] | None
    strength: float | None
    finish: str | None
    score: bool
    scorer: str | None

    def check(self) -> None:
        """Refuse options that contradict each other.

        Raises:
            OptionError: they do.
        """
        if self.scorer is not None and not self.score:
            raise OptionError(f"--scorer is {self.scorer!r}; it needs --score")
        if self.profile is None and self.mode is not None:
            raise OptionError(f"--mode is {self.mode}; it needs --profile")
        if self.style is None and self.finish is not None:
            raise OptionError(f"--finish is {self.finish}; it needs --style, a preset has its own")
        if self.profile is None:
            _check_strength(self.strength)
        elif self.style is not None:
            raise OptionError(
                f"--style is {self.style} and --profile is {self.profile}; name one of them"
            )
        elif self.strength is not None:
            raise OptionError(f"--strength is {self.strength:g}; it needs a preset or --style")

    def begin(
        self, paths: Sequence[Path], shared: _Shared
    ) -> tuple[list[Path], Iterator[ApplyResult]]:
        """The photos that are meant, and what becomes of each.

        Raises:
            BlackcamoError: the look cannot be used, or no photo is named.
        """
        from blackcamo import run
        from blackcamo.run.config import DEFAULT_SCORER

        part = 1.0 if self.strength is None else self.strength / 100
        if self.profile is not None:
            found = run.find_photos(paths)
            return found, run.apply_profile(
                self.profile,
                found,
                mode=self.mode or "enhance",
                score=self.score,
                scorer=self.scorer,
                **shared,
            )
        if self.style is not None:
            found = run.find_photos(paths)
            return found, run.apply_style(
                self.style,
                found,
                strength=part,
                finish_name=self.finish,
                scorer=(self.scorer or DEFAULT_SCORER) if self.score else None,
                **shared,
            )
        preset, *photos = paths
        if not photos:
            raise OptionError(f"{preset} is all that is named; name a preset and photos")
        found = run.find_photos(photos)
        return found, run.iter_apply(
            preset, found, strength=part, score=self.score, scorer=self.scorer, **shared
        )


def _check_strength(percent: float | None) -> None:
    """Refuse a share where percent are meant.

    Raises:
        OptionError: it is one.
    """
    if percent is not None and 0 < percent < 1:
        raise OptionError(
            f"--strength is {percent:g}; it is in percent, 0 to 150: say {100 * percent:g}"
        )


def apply(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="[PRESET] PHOTO...",
            help="A .preset.json file (not with --style or --profile); pictures, or folders of "
            "them.",
        ),
    ],
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder of the files.", rich_help_panel="Output")
    ],
    style: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="A style instead of a preset, as `blackcamo styles` lists them."
        ),
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE",
            help="What a scorer was found to fall for instead of a preset, as `blackcamo profiles` "
            "lists it.",
        ),
    ] = None,
    mode: Annotated[
        Literal["enhance", "imperceptible"] | None,
        typer.Option(help="What of a profile: a style and what hides in it, or that alone."),
    ] = None,
    strength: Annotated[
        float | None,
        typer.Option(
            metavar="PERCENT",
            help="How far the preset or style goes, 0 to 150; 100 by default, as it was found.",
        ),
    ] = None,
    finish: o.Finish = None,
    before_channel: Annotated[
        bool,
        typer.Option(
            "--before-channel",
            help="Write lossless PNGs, as they are before the channel.",
            rich_help_panel="Output",
        ),
    ] = False,
    overwrite: o.Overwrite = False,
    jobs: Annotated[
        int | None,
        typer.Option(
            metavar="N", help="Photos at a time; by default one a processor, at most four."
        ),
    ] = None,
    score: Annotated[
        bool,
        typer.Option("--score", help="Report what it does to the score.", rich_help_panel="Scorer"),
    ] = False,
    scorer: Annotated[
        str | None,
        typer.Option(
            metavar="NAME[:ARGUMENT]",
            help="Another scorer than that of the preset or profile, or the default one.",
            rich_help_panel="Scorer",
        ),
    ] = None,
    quiet: o.Quiet = False,
    as_json: o.Json = False,
) -> int:
    """Give photos the look of a preset, style or profile; only --score asks a scorer.

    With --score a line says: score before, score after, file.
    """
    wanted = _Wanted(style, profile, mode, strength, finish, score, scorer)
    wanted.check()
    shared = _Shared(out=out, before_channel=before_channel, overwrite=overwrite, jobs=jobs)
    found, pending = wanted.begin(paths, shared)
    results: list[ApplyResult] = collecting([])
    with counting(enabled=not (quiet or as_json)) as count:
        for result in pending:
            results.append(result)
            count("photos", len(results), len(found))
            if not as_json:
                _tell(result, scored=score, quiet=quiet)
    if as_json:
        print_json({"results": [result.to_json() for result in results]})
    return FAILED if any(result.error is not None for result in results) else DONE


def _tell(result: ApplyResult, *, scored: bool, quiet: bool) -> None:
    """Print what became of a photo."""
    for note in () if quiet else result.notes:
        complain_about(result.photo, note)
    if result.error is not None:
        complain_about(result.photo, result.error)
    elif scored:
        before, after = number(result.score_before), number(result.score_after)
        say(f"{before:>7}  {after:>7}  {result.output}")
    else:
        say(str(result.output))
