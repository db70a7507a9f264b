"""What the photos of a call share, and the styles that race on one of them."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import blackcamo
from blackcamo import plugins
from blackcamo.channel import Channel
from blackcamo.channels import STANDARD, Searched, searched_channels
from blackcamo.devices import resolve_device, usable_cores
from blackcamo.errors import OptionError
from blackcamo.filters.chain import Chain
from blackcamo.filters.doubling import DOUBLING, can_double
from blackcamo.filters.loading import built_in, load_chain
from blackcamo.finish import finish
from blackcamo.images import Photo, fit_long_side
from blackcamo.ledger import Ledger
from blackcamo.looks import Look, read_look
from blackcamo.profile import Profile, find_profile, profile_of
from blackcamo.run.config import SearchConfig
from blackcamo.run.identity import CHANNELS, ENOUGH, FURTHER, IDENTITY, LOOK, PROFILE
from blackcamo.run.scoring import recorded_options
from blackcamo.run.versions import versions
from blackcamo.scorers import load_scorer, scorer_of
from blackcamo.scorers.address import public_spec
from blackcamo.scorers.base import sees_every_pixel
from blackcamo.strategies import Goal, Race, check_strategy
from blackcamo.styles.hidden import HIDDEN, WAYS
from blackcamo.styles.left_alone import framing, photo_notes, unsuited
from blackcamo.styles.look import look_style
from blackcamo.styles.space import StyleSpace
from blackcamo.types import Mode, Pixels, Scorer, ScorerInfo, Style
from blackcamo.vision.facts import facts
from blackcamo.workers import Workers

_MIN_PROXY_PX = 64
_NOT_ASKED = ("scorer", "out", "overwrite", "storage", "pictures", "no_pictures", "device", "look")
"""Options that change nothing of a photo's result, or are told by what they led to."""
_WORTH_WORKERS = 100
"""Queries from which on processes that render are worth the seconds in which they start."""
_LEAST_ASKED = 4
"""Times that each of several channels is asked about at least: the photo unchanged, also on a
proxy, a candidate, and what is delivered."""


@dataclass(frozen=True, slots=True)
class ChosenProfile:
    """The profile that a search begins with, by its name, and what a user should know of it."""

    name: str
    profile: Profile
    notes: tuple[str, ...] = ()

    @property
    def identity(self) -> dict[str, str]:
        """What a study records of it."""
        return {"name": self.name, "sha256": self.profile.digest}


def chosen_profile(wanted: str, info: ScorerInfo) -> ChosenProfile | None:
    """The profile that a user wants for a scorer.

    Args:
        wanted: "auto" is the installed one of that very scorer, or of one of its name, if there is
            one; "none" is none; else a name or a file.

    Raises:
        ProfileError: there is none of that name, or it cannot be read.
    """
    if wanted == "none":
        return None
    found = profile_of(info) if wanted == "auto" else find_profile(wanted)
    if found is None:
        return None
    name, profile = found
    if profile.fits(info):
        return ChosenProfile(name, profile)
    of = profile.scorer["name"]
    which = f"another {of}" if of == info.name else of
    return ChosenProfile(
        name, profile, (f"profile {name} was learned of {which}, not of this scorer",)
    )


@dataclass(frozen=True, slots=True)
class Contest:
    """The styles that race on one photo, and what a user should know of the others."""

    spaces: Mapping[str, StyleSpace]
    notes: tuple[str, ...]


class Setup:
    """What all photos of a call share: scorer, styles, chain, channel, appeal and goal.

    Photos may be searched in several threads: ``turn`` is held while the scorer is asked.

    Raises:
        BlackcamoError: one of them cannot be made as the configuration asks.
    """

    def __init__(self, config: SearchConfig) -> None:
        self.config = config
        Ledger(config.budget)
        if config.proxy_px < _MIN_PROXY_PX:
            raise OptionError(
                f"proxy is {config.proxy_px} pixels; it must be at least {_MIN_PROXY_PX}"
            )
        if config.alternatives < 1:
            raise OptionError(f"alternatives is {config.alternatives}; it must be at least 1")
        self.device = resolve_device(config.device)
        self.searched = _searched(config)
        self.channel = self.searched.delivery
        self.finish = None if config.finish is None else finish(config.finish)
        self.look = None if config.look is None else read_look(Path(config.look))
        self.styles = self._styles()
        self.chain = style_chain(self.styles, look=self.look, seed=config.seed, device=self.device)
        self.workers = self._workers()
        self.appeal = plugins.load("appeals", config.appeal)()
        self.scorer = load_scorer(config.scorer, config.scorer_options)
        self.turn = threading.Lock()
        self.profile = chosen_profile(config.profile, self.scorer.info)
        self.goal = Goal.for_scorer(
            self.scorer.info, target=config.target, appeal_floor=config.appeal_floor
        )
        self.versions = versions(self.scorer.info.engine)
        # An unknown or unusable one is refused here and not after the first query.
        check_strategy(config.strategy, batch=config.batch, seed=config.seed)

    def _styles(self) -> list[Style]:
        config = self.config
        own = [look_style(self.look.name, config.look_strength)] if self.look is not None else []
        if config.styles is not None:
            if config.mode == "imperceptible":
                raise OptionError(
                    f"styles are {', '.join(config.styles)}; the mode imperceptible has none that "
                    "could be seen: leave out --style, or use the mode enhance"
                )
            return [*load_styles(config.styles), *own]
        if config.mode == "imperceptible":
            if own:
                raise OptionError(
                    f"look is {config.look}; the mode imperceptible has none that could be seen: "
                    "leave out --look, or use the mode enhance"
                )
            return [HIDDEN]
        return own or liked_first(load_styles(plugins.names("styles")))

    def unchanged(self, photo: Photo) -> tuple[bytes, Pixels]:
        """The photo itself, framed: its JPEG and the pixels that arrive."""
        sent = photo.pixels if self.finish is None else self.finish.frame(photo.pixels)
        return self.channel.send(sent)

    def scorer_of(self, photo: Photo) -> Scorer:
        """What scores this photo and what is made of it."""
        return scorer_of(self.scorer, lambda: self.unchanged(photo)[1])

    def _workers(self) -> Workers | None:
        """Processes that render, on their way while the rest is loaded; None where none pay."""
        few = self.config.budget < _WORTH_WORKERS or usable_cores() == 1
        if few or self.device != "cpu":
            return None
        workers = Workers()
        workers.start()
        return workers

    def contest(self, photo: Photo) -> Contest:
        """The styles that suit a photo, fitted to it; those asked for by name race anyway.

        Raises:
            OptionError: a style and the filters contradict each other.
        """
        pixels = photo.pixels
        proxy = searched_on(pixels, self.config.mode, self.config.proxy_px)
        known = facts(proxy, wraps=photo.wraps)
        # Most of what hides is tied to pixels: on a smaller copy it shows only what is seen in
        # full, too.
        hides = proxy.shape == pixels.shape or sees_every_pixel(self.scorer)
        named = self.config.styles is not None
        spaces, notes = {}, [*photo_notes(known, framed=self.finish is not None)]
        profile = self.profile.profile if self.profile else None
        off = framing() if self.config.keep_framing else frozenset()
        # A smaller copy is doubled only where the photo in full can be.
        if self.config.keep_size or not can_double(*pixels.shape[:2]):
            off |= {DOUBLING}
        notes += self.profile.notes if self.profile else ()
        for style in self.styles:
            why = unsuited(style, known, named=named, keep_framing=self.config.keep_framing)
            if why is None or named:
                ways = profile.ways() if profile else WAYS
                hidden = tuple(way for way in ways if hides or way.scales)
                spaces[style.name] = StyleSpace(
                    style, known, self.chain.space, hidden=hidden, off=off
                )
            if why is not None and named:
                notes.append(f"style {style.name} may not suit this photo: {why}")
        if not hides:
            notes.append(
                f"searched at {max(proxy.shape[:2])} pixels, so that little hides in the photo: "
                f"resize it to that before, or search it with --proxy {max(pixels.shape[:2])}"
            )
        return Contest(spaces, tuple(notes))

    def race(
        self,
        contest: Contest,
        budget: int,
        *,
        proposed: Callable[[int, int], None] = lambda *_: None,
    ) -> Race:
        """A fresh race as the configuration asks, planned for so many candidates.

        Args:
            proposed: called after each proposal with how many are made, of how many.
        """
        config = self.config
        return Race(
            {name: space.lane for name, space in contest.spaces.items()},
            profiled=self.profile is not None,
            strategy=config.strategy,
            budget=budget,
            batch=config.batch,
            seed=config.seed,
            proposed=proposed,
        )

    def identity(self, photo: Photo, contest: Contest) -> dict[str, Any]:
        """What must not change within a study of this photo, see `identity.IDENTITY`."""
        told = {
            "photo": {"name": photo.path.name, "sha256": photo.sha256},
            "styles": list(contest.spaces),
            "style_spaces": {name: space.digest for name, space in contest.spaces.items()},
            **self._of_all_photos(),
        }
        return {key: told[key] for key in (*IDENTITY, *FURTHER) if key in told}

    @cached_property
    def job(self) -> str:
        """What tells one job from another: the digest (12 hex) of all that is asked of a photo."""
        names = [field.name for field in fields(self.config) if field.name not in _NOT_ASKED]
        asked = {name: getattr(self.config, name) for name in names}
        told = {**asked, **self._of_all_photos(), "styles": [style.name for style in self.styles]}
        text = json.dumps(told, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def _of_all_photos(self) -> dict[str, Any]:
        config = self.config
        return {
            # Another version may render or judge otherwise: it begins a study of its own.
            "blackcamo": blackcamo.__version__,
            "scorer_spec": public_spec(config.scorer),
            "scorer_options": recorded_options(config.scorer_options),
            "scorer": asdict(self.scorer.info),
            "appeal_measure": self.appeal.name,
            "mode": config.mode,
            "target": self.goal.target,
            "appeal_floor": config.appeal_floor,
            ENOUGH: self.goal.enough,
            "strategy": config.strategy,
            "seed": config.seed,
            "batch": config.batch,
            "channel": asdict(self.channel),
            "finish": config.finish or "",
            "filters": [f.name for f in self.chain.filters],
            "space": self.chain.space.digest,
            "proxy_px": config.proxy_px,
            "keep_size": config.keep_size,
            **({} if self.look is None else {LOOK: self.look.identity}),
            **({} if self.profile is None else {PROFILE: self.profile.identity}),
            **({CHANNELS: self.searched.identity} if self.searched.others else {}),
        }


def _searched(config: SearchConfig) -> Searched:
    """The channels that a configuration asks for.

    Raises:
        OptionError: it says two things of the delivery channel.
        BlackcamoError: a channel is unknown, wrong, or needs what is not installed.
    """
    said = Channel(config.quality, config.subsampling)
    names = list(config.channels)
    if config.robust:
        names = [*(names or [_name(said)]), STANDARD]
    found = searched_channels(names, delivery=said, aggregate=config.aggregate)
    if said not in (Channel(), found.delivery):
        raise OptionError(
            f"quality is {said.quality} and subsampling {said.subsampling}, the first channel is "
            f"{found.name}: leave out --quality and --subsampling, or name one that agrees"
        )
    if found.count * _LEAST_ASKED > config.budget and found.others:
        raise OptionError(
            f"budget is {config.budget}; a search of {found.count} channels needs at least "
            f"{found.count * _LEAST_ASKED} queries"
        )
    return found


def _name(channel: Channel) -> str:
    """A delivery channel as a user would say it."""
    usual = channel.subsampling == Channel().subsampling
    return f"jpeg:{channel.quality}" + ("" if usual else f"/{channel.subsampling}")


def searched_on(pixels: Pixels, mode: Mode, proxy_px: int) -> Pixels:
    """The photo at the size that its candidates are rendered at.

    What hides is tied to the pixels that are delivered, and without it "imperceptible" is empty.
    """
    return pixels if mode == "imperceptible" else fit_long_side(pixels, proxy_px)


def load_styles(names: Sequence[str]) -> list[Style]:
    """Registered styles by name, each once.

    Raises:
        UnknownNameError: there is none of a name; says which one may be meant.
        OptionError: no name.
    """
    if not names:
        raise OptionError(f"no style is named; choose from {', '.join(plugins.names('styles'))}")
    return [plugins.load("styles", name) for name in dict.fromkeys(names)]


def liked_first(styles: Sequence[Style]) -> list[Style]:
    """Those of the styles that race by themselves, the one that viewers like best first."""
    known = [(style, style.liked) for style in styles if style.liked is not None]
    return [style for style, _ in sorted(known, key=lambda pair: -pair[1])]


def style_chain(
    styles: Sequence[Style], *, look: Look | None = None, seed: int = 0, device: str = "cpu"
) -> Chain:
    """All built-in filters, those of others that a style needs, and the look of a file."""
    named = {n for s in styles for n in (*(f.name for f in s.free), *s.fixed)}
    names = [f.name for f in built_in()]
    missing = named - set(load_chain(names, look=look).space.names)
    for name in plugins.names("filters") if missing else ():
        if name not in names and missing & {p.name for p in plugins.load("filters", name)().params}:
            names.append(name)
    return load_chain(names, look=look, seed=seed, device=device)
