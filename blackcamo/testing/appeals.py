"""Contract of a measure of appeal: subclass it, make the measure, run pytest.

class TestMine(AppealContract):
    def make_appeal(self) -> Mine:
        return Mine()
"""

from __future__ import annotations

import math

import torch

from blackcamo.channel import Channel
from blackcamo.testing.edits import Edit, ladder
from blackcamo.testing.filters import make_photo
from blackcamo.types import Appeal, Appraisal, Mode, Views
from blackcamo.vision.arrays import to_pixels

_UNCHANGED = 90.0
_NEARLY = 1.0
_CODEC_ALONE = 75.0
_ALIKE = 0.01
"""Points by which a batch, or a second asking, may move a value."""


class AppealContract:
    """The contract of every measure, on a ladder of edits of known order."""

    photo = to_pixels(make_photo(144, 192))

    def make_appeal(self) -> Appeal:
        """The measure under test; override this."""
        raise NotImplementedError

    def appraise(self, *views: Views, mode: Mode = "enhance") -> list[Appraisal]:
        """Appraise views of one size together."""
        joined = Views(
            original=views[0].original,
            aligned=torch.cat([v.aligned for v in views]),
            graded=torch.cat([v.graded for v in views]),
            delivered=torch.cat([v.delivered for v in views]),
            styled_delivered=torch.cat([v.styled_delivered for v in views]),
            frames=tuple(v.frames[0] for v in views),
        )
        with torch.inference_mode():
            return list(self.make_appeal()(joined, mode))

    def views(self, *, uncropped: bool = False) -> dict[tuple[str, str, int], Views]:
        """Views of all edits, or of those that keep the photo's frame, by kind, name, strength."""
        return {
            (edit.kind, edit.name, edit.strength): edit.render(self.photo, Channel())[0]
            for edit in ladder()
            if edit.kept == 1 or not uncropped
        }

    def test_it_has_a_name(self) -> None:
        """A study records by what its candidates were judged."""
        assert self.make_appeal().name

    def test_the_photo_itself_has_90(self) -> None:
        """Sent through the channel; where nothing should be seen, the codec may count a little."""
        nothing, _ = Edit("nothing", "tasteful", 1).render(self.photo, Channel())
        (found,) = self.appraise(nothing)
        assert abs(found.value - _UNCHANGED) <= _NEARLY
        (found,) = self.appraise(nothing, mode="imperceptible")
        assert _CODEC_ALONE <= found.value <= _UNCHANGED + _NEARLY

    def test_values_are_between_0_and_100_and_have_parts(self) -> None:
        """Whatever the edit is."""
        for key, views in self.views().items():
            (found,) = self.appraise(views)
            assert 0 <= found.value <= 100, key
            assert found.parts, key
            assert all(math.isfinite(part) for part in found.parts.values()), key

    def test_a_batch_gives_what_each_gives_alone(self) -> None:
        """Candidates do not know of each other."""
        some = list(self.views(uncropped=True).values())[::9]
        for one, views in zip(self.appraise(*some), some, strict=True):
            (alone,) = self.appraise(views)
            assert abs(one.value - alone.value) <= _ALIKE

    def test_tasteful_edits_outrank_ugly_ones(self) -> None:
        """On most pairs of the ladder."""
        values = {key: self.appraise(views)[0].value for key, views in self.views().items()}
        tasteful = [value for (kind, _, _), value in values.items() if kind == "tasteful"]
        ugly = [value for (kind, _, _), value in values.items() if kind == "ugly"]
        won = sum(t > u for t in tasteful for u in ugly) / (len(tasteful) * len(ugly))
        assert won >= self.least_won, f"won {won:.1%} of all pairs"

    least_won = 0.75
    """Share of pairs of a tasteful and an ugly edit that a measure has to rank as people would."""
