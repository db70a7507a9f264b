"""Progress on stderr: of a search, of a pass over images; on a terminal as a bar, else in lines."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from blackcamo.cli.output import complain

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from blackcamo.run import Progress

_EVERY_S = 10.0
"""Where there is no terminal, a line comes so often."""
_BESIDE = 60
"""Columns that are left to the words beside a bar."""
_WIDEST, _NARROWEST = 24, 4
_IN_ASCII = str.maketrans({"·": "|", "→": ">", "✓": "*"})


class SearchProgress:
    """Where a call stands: the photos that are searched, their queries and scores, time left.

    On a terminal that is a bar, in a log a line every ten seconds.

    Args:
        budget: queries of one photo.
        enabled: whether it was asked for.
    """

    def __init__(self, *, budget: int, enabled: bool) -> None:
        self._budget = budget
        self._enabled = enabled
        self._shown: tuple[Bar, TaskID] | None = None
        self._name = ""
        self._doing = ""
        self._running: dict[Path | None, tuple[Progress, Pace]] = {}
        self._photos = _Photos(1)

    @contextmanager
    def starting(self) -> Iterator[None]:
        """Say that the program is loading, which takes some seconds."""
        with self._showing("starting"):
            yield

    def begin(self, photos: int) -> None:
        """So many photos are there to be searched."""
        self._photos = _Photos(photos)

    @contextmanager
    def showing(self, photo: Path) -> Iterator[None]:
        """Show where the call stands until the next result is there.

        Args:
            photo: what is named until it is known what is searched.
        """
        self._name = photo.stem
        with self._showing("starting" if self._photos.done == 0 else ""):
            yield

    def finished(self, photo: Path, *, earlier: bool) -> None:
        """The result of a photo is there; ``earlier`` says that it took no time."""
        self._running.pop(photo, None)
        self._running.pop(None, None)
        self._photos.finish(earlier=earlier)

    def update(self, progress: Progress) -> None:
        """Show where a search stands."""
        if progress.photo is not None:
            self._running.pop(None, None)
        _, pace = self._running.get(progress.photo) or (None, Pace())
        self._running[progress.photo] = progress, pace
        self._doing = progress.doing
        pace.tell(progress.queries)
        if self._shown is None:
            return
        bar, task = self._shown
        bar.update(task, completed=self._completed(), line=self._line(bar.console))

    @contextmanager
    def _showing(self, doing: str) -> Iterator[None]:
        self._doing = doing
        if not self._enabled:
            yield
            return
        from rich.console import Console

        console = Console(stderr=True)
        with self._bar(console) if console.is_terminal else self._lines():
            yield

    @contextmanager
    def _bar(self, console: Console) -> Iterator[None]:
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as Bar
        from rich.table import Column

        bar = Bar(
            BarColumn(bar_width=min(max(console.width - _BESIDE, _NARROWEST), _WIDEST)),
            TextColumn("{task.fields[line]}", markup=False, table_column=Column(no_wrap=False)),
            console=console,
            transient=True,
            # Results go to stdout between the bars, not through them.
            redirect_stdout=False,
        )
        task = bar.add_task(
            "", total=self._budget, completed=self._completed(), line=self._line(console)
        )
        self._shown = (bar, task)
        try:
            with bar:
                yield
        finally:
            self._shown = None

    @contextmanager
    def _lines(self) -> Iterator[None]:
        over = threading.Event()

        def tell() -> None:
            while not over.wait(_EVERY_S):
                complain(self._line())

        teller = threading.Thread(target=tell, daemon=True)
        teller.start()
        try:
            yield
        finally:
            over.set()
            teller.join()

    def _completed(self) -> int:
        """How much of the bar is full: the queries of a photo, or the mean of all photos."""
        spent = [p.queries for p, _ in list(self._running.values())]
        if self._photos.of == 1:
            return sum(spent)
        return (self._photos.done * self._budget + sum(spent)) // self._photos.of

    def _line(self, console: Console | None = None) -> str:
        running = list(self._running.values())
        line = self._photos.place + self._searches(running)
        shares = [p.queries / p.budget for p, _ in running]
        left_s = self._photos.left_s(sum(shares))
        if left_s is not None and self._photos.of - self._photos.done > len(running):
            line = f"{line} · all in {_duration(left_s)}"
        ascii_only = console is not None and console.options.ascii_only
        return line.translate(_IN_ASCII) if ascii_only else line

    def _searches(self, running: Sequence[tuple[Progress, Pace]]) -> str:
        """Where the photos stand that are searched: one in full, several by their queries."""
        if len(running) > 1:
            return ", ".join(
                f"{p.photo.stem} {p.queries}/{p.budget}" for p, _ in running if p.photo is not None
            )
        latest, pace = running[0] if running else (None, Pace())
        name = latest.photo.stem if latest and latest.photo else self._name
        return told(name, latest, doing=self._doing, left_s=pace.left_s(latest))


class _Photos:
    """How many photos are done, and how fast."""

    def __init__(self, of: int) -> None:
        self.of = of
        self.done = 0
        self._searched = 0
        self._began = time.monotonic()

    @property
    def place(self) -> str:
        return f"[{min(self.done + 1, self.of)}/{self.of}] " if self.of > 1 else ""

    def finish(self, *, earlier: bool) -> None:
        self.done += 1
        if earlier and not self._searched:
            # Time is measured from where work began.
            self._began = time.monotonic()
        self._searched += not earlier

    def left_s(self, share: float) -> float | None:
        """Seconds until all are done, ``share`` of a photo being done beside; None if unknown."""
        if not self._searched or self.done >= self.of:
            return None
        pace = (time.monotonic() - self._began) / (self._searched + share)
        return max(self.of - self.done - share, 0) * pace


class Pace:
    """How fast queries are spent, from the first ones that were told."""

    def __init__(self) -> None:
        self._first: tuple[float, int] | None = None
        self._last: tuple[float, int] | None = None

    def tell(self, queries: int) -> None:
        """So many were spent by now."""
        self._last = (time.monotonic(), queries)
        self._first = self._first or self._last

    def left_s(self, progress: Progress | None) -> float | None:
        """Seconds until the budget is spent at this pace, None as long as it is unknown."""
        if progress is None or self._first is None or self._last is None:
            return None
        (begun, before), (now, after) = self._first, self._last
        if after <= before:
            return None
        then = (progress.budget - after) * (now - begun) / (after - before)
        return max(then - (time.monotonic() - now), 0.0)


def told(
    name: str, progress: Progress | None, *, doing: str = "", left_s: float | None = None
) -> str:
    """Where a search stands in one line.

    >>> from blackcamo.run.results import Progress
    >>> told("[2/4] flower", Progress(57, 120, 44.3, 83.0, True, target=45), left_s=20)
    '[2/4] flower 57/120 · 44.3 → 45 ✓ · appeal 83 · 20 s left'
    """
    said = [name] if name else []
    if progress is not None and progress.queries:
        said = [f"{name} {progress.queries}/{progress.budget}".lstrip()]
        if progress.best_score is not None and progress.best_appeal is not None:
            aim = "" if progress.target is None else f" → {progress.target:g}"
            said += [
                f"{progress.best_score:.1f}{aim}{' ✓' * progress.reached}",
                f"appeal {progress.best_appeal:.0f}",
            ]
    if doing:
        said.append(doing)
    elif left_s is not None and left_s > 0:
        said.append(f"{_duration(left_s)} left")
    return " · ".join(said)


def _duration(seconds: float) -> str:
    """A time that one waits, as exactly as it is known.

    >>> [_duration(s) for s in (20.4, 100, 5400)]
    ['20 s', '2 min', '1 h 30 min']
    """
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    hours = f"{minutes // 60} h " if minutes >= 60 else ""
    return f"{hours}{minutes % 60} min"


@contextmanager
def counting(*, enabled: bool) -> Iterator[Callable[[str, int, int], None]]:
    """Show a bar of images done; what is yielded is called with a name, those done and in all.

    Without a terminal nothing is shown.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    bar = Bar(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("left"),
        console=console,
        transient=True,
        disable=not (enabled and console.is_terminal),
        redirect_stdout=False,
    )
    task = bar.add_task("", total=None)
    with bar:
        yield lambda what, done, total: bar.update(
            task, description=what, completed=done, total=total
        )
