"""Who carried the campaign's words in the reference, for a report to tell."""

from __future__ import annotations

import pandas as pd

import sim
from experiments.studies.settings import Experiment
from sim.feed.settings import FEEDS

RELAYS = "relays"
_SEEDS = 4


def seeds_followed(experiment: Experiment) -> tuple[int, ...]:
    """With which seeds relays are followed: the first of the study; none where accounts are not watched either, or where there
    are no campaign's words that anybody could carry."""
    world, plan = experiment.world, experiment.study
    runs_campaign = plan.all_branches(world)[plan.reference].campaign
    if experiment.watch == 0 or not runs_campaign or world.feed.reading not in FEEDS:
        return ()
    return tuple(experiment.seed_list[:_SEEDS])


def relays_look(experiment: Experiment) -> dict[str, sim.Look]:
    """The look at a study that sees relays; none where nobody is followed."""
    seeds = seeds_followed(experiment)
    return {RELAYS: sim.Look(sim.Relays(), experiment.study.reference, len(seeds))} if seeds else {}


def relays_of(study: sim.Study) -> pd.DataFrame | None:
    """The relays of the reference by the end of its days, with the columns of ``study.relays``; None where nobody is followed."""
    if RELAYS not in study.looks:
        return None
    # An empty table, once read back, has no categories.
    return study.seen(RELAYS).astype({"role": "str"}).infer_objects()
