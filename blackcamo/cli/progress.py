"""Progress on a terminal's stderr: of a search, of a pass over images."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from blackcamo.run import Progress


class SearchProgress:
    """One bar at a time: best score and appeal, queries, rate and time left of a photo.

    Args:
        budget: queries of one photo.
        enabled: whether it was asked for; without a terminal nothing is shown in any case.
    """

    def __init__(self, *, budget: int, enabled: bool) -> None:
        self._budget = budget
        self._enabled = enabled
        self._shown: tuple[Bar, TaskID] | None = None

    @contextmanager
    def showing(self, photo: Path) -> Iterator[None]:
        """Show a bar for one photo until its result is there."""
        bar = self._bar() if self._enabled else None
        if bar is None:
            yield
            return
        task = bar.add_task(photo.name, total=self._budget, best="", rate="", doing="")
        self._shown = (bar, task)
        try:
            with bar:
                yield
        finally:
            self._shown = None

    def update(self, progress: Progress) -> None:
        """Show where the search stands."""
        if self._shown is None:
            return
        bar, task = self._shown
        best = ""
        if progress.best_score is not None and progress.best_appeal is not None:
            best = f"score {progress.best_score:.1f}  appeal {progress.best_appeal:.1f}"
        bar.update(
            task,
            completed=progress.queries,
            best=best + "  ok" * progress.reached,
            doing=progress.doing,
        )
        speed = bar.tasks[task].speed
        bar.update(task, rate="" if speed is None else f"{speed:.1f}/s")

    def _bar(self) -> Bar | None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        console = Console(stderr=True)
        if not console.is_terminal:
            return None
        return Bar(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TextColumn("{task.completed:.0f}/{task.total:.0f} queries"),
            TextColumn("{task.fields[best]}"),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            TextColumn("left"),
            TextColumn("{task.fields[doing]}", markup=False),
            console=console,
            transient=True,
            # Results go to stdout between the bars, not through them.
            redirect_stdout=False,
        )


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
