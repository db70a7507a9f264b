"""Studies in the browser: optuna-dashboard with pictures, and a jury on a study's front."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blackcamo.run.notes import trial_note
from blackcamo.run.review import Review
from blackcamo.study import Study, pictures_folder
from blackcamo.study.dashboard import Dashboard
from blackcamo.study.jury import open_jury
from blackcamo.study.note import write_note

DEFAULT_PORT = 8080


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """A dashboard that listens; ``serve`` answers until the process is interrupted.

    ``url`` is the page of the study that was named, or of all of them; ``jury`` the page where
    people say which pictures of its front they would not post.
    """

    url: str
    jury: str | None
    serve: Callable[[], None]

    def to_json(self) -> dict[str, Any]:
        """The pages' addresses."""
        return {"url": self.url, "jury": self.jury}


def dashboard(
    storage: str | Path,
    *,
    study: str | None = None,
    pictures: Path | None = None,
    port: int = DEFAULT_PORT,
) -> Serving:
    """Open studies in optuna-dashboard on 127.0.0.1; of the study that is named a jury, too.

    The trials of its front get a note each: what was done, in words, and what became of it.

    Args:
        study: a study's name, or a beginning that only one has.
        pictures: the folder that searches kept pictures in, if not the usual one.
        port: where to listen; 0 is any free port.

    Raises:
        BlackcamoError: the extra is not installed, the storage or study cannot be opened, or the
            port cannot be used.
    """
    folder = pictures_folder(storage, pictures)
    if study is None:
        server = Dashboard(storage, pictures=folder, port=port)
        return Serving(url=server.page(), jury=None, serve=server.serve)
    # Before the server listens, which nothing would end if the study cannot be opened.
    reviewed = Review(Study.load(storage, study))
    for number in reviewed.front:
        write_note(
            reviewed.study.store, reviewed.study.id, trial_note(reviewed, number), trial=number
        )
    jury = open_jury(reviewed.study, reviewed.front, folder, seed=reviewed.attributes["seed"])
    server = Dashboard(storage, pictures=folder, port=port)
    return Serving(
        url=server.page(reviewed.study.id),
        jury=server.page(jury),
        serve=server.serve,
    )
