"""blackcamo countermeasures: what a defender could do before scoring, and what it recovers."""

from __future__ import annotations

from blackcamo.cli import options as o
from blackcamo.cli.check_channels import Sheets, tell_channels


def countermeasures(
    photos: o.Photos,
    scorer: o.Scorer = "pocketiqa",
    device: o.Device = "auto",
    engine: o.Engine = "auto",
    preprocess: o.Preprocess = None,
    threshold: o.Threshold = None,
    scale: o.Range = None,
    lower_is_better: o.LowerIsBetter = None,
    scorer_option: o.ScorerSettings = None,
    out: Sheets = None,
    quiet: o.Quiet = False,
    as_json: o.Json = False,
) -> int:
    """Score files after what a defender could do: score, points recovered, quality, measure."""
    from blackcamo.run.checking import COUNTERMEASURES

    settings = o.scorer_options(
        device=device,
        engine=engine,
        preprocess=preprocess,
        threshold=threshold,
        scale=scale,
        lower_is_better=lower_is_better,
        settings=scorer_option,
    )
    return tell_channels(
        photos, (COUNTERMEASURES,), scorer, settings, out=out, quiet=quiet, as_json=as_json
    )
