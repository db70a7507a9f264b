"""Published results of the 2020 task, to stand beside new ones."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PublishedRun:
    """A run of 2020: accuracy after JPEG 90 in percent, "most appealing" votes out of 140."""

    run: str
    accuracy_percent: str
    most_votes: str


VOTES = 140
"""20 images, judged by 7 annotators."""

PUBLISHED = (
    PublishedRun("10-HCMUS, enhancement and I-FGSM", "0.00", "84"),
    PublishedRun("MMG_10", "42.7", "74"),
    PublishedRun("linkmedia, first", "23.8", "57"),
    PublishedRun("linkmedia, second", "1", "40"),
    PublishedRun("RU-DS, colour filters by gradients", "22.5-47", "2-7"),
)
