"""What is told of a study's seeds: what pairing them gained, and whether they were enough for what was asked."""

from __future__ import annotations

import math

from experiments.command.words import number, plain
from experiments.report.strings import say
from experiments.report.timeline import called
from experiments.studies.results import Results
from sim.study.precision import imprecise


def about_seeds(results: Results) -> str:
    """A sentence or two; '' of a study with one seed."""
    plan, seeds = results.plan, results.runs["seed"].nunique()
    found = []
    if seeds > 1 and plan.headline != plan.reference:
        gain = float(results.effect(plan.headline)["variance_reduction"])
        if not math.isnan(gain):
            times = number(float(f"{gain:.2g}"))
            found.append(
                say("seeds.gain", headline=called(plan.headline), reference=called(plan.reference), times=times)
            )
    if results.precision:
        asked = ", ".join(
            say("seeds.asked", half=plain(each.half_width), outcome=each.outcome) for each in results.precision
        )
        rough = len(imprecise(results.effects, results.precision))
        enough = say("seeds.not_enough", seeds=seeds, rough=rough) if rough else say("seeds.enough", seeds=seeds)
        found.append(say("seeds.added", asked=asked, enough=enough))
    return " ".join(found)
