"""What is told of a study's seeds: what pairing them gained, and whether they were enough for what was asked."""

from __future__ import annotations

import math

from experiments.command.words import number, plain
from experiments.studies.results import Results
from sim.study.precision import imprecise


def about_seeds(results: Results) -> str:
    """A sentence or two; '' of a study with one seed."""
    plan, seeds = results.plan, results.runs["seed"].nunique()
    found = []
    if seeds > 1 and plan.headline != plan.reference:
        gain = float(results.effect(plan.headline)["variance_reduction"])
        if not math.isnan(gain):
            found.append(
                f"Compared seed by seed, the difference in mean opinion of {plan.headline} from {plan.reference} has a variance "
                f"{number(float(f'{gain:.2g}'))} times smaller than between runs with different seeds."
            )
    if results.precision:
        asked = ", ".join(f"±{plain(each.half_width)} for {each.outcome}" for each in results.precision)
        rough = len(imprecise(results.effects, results.precision))
        enough = (
            f"{seeds} were enough"
            if not rough
            else f"{seeds}, the most allowed, were not enough for {rough} of the effects"
        )
        found.append(f"Seeds were added for {asked}: {enough}. Intervals hold however many it took.")
    return " ".join(found)
