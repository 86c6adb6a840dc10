"""The accounts whose graph the classroom shows, where they are drawn, and who follows whom among them."""

from __future__ import annotations

from typing import Any

import numpy as np

import sim
from experiments.studies.watched import accounts_table, lines_between
from sim.outcomes.watched import Ring
from sim.society.society import draw
from sim.world import World

SHOWN = 500
"""Accounts in the picture: those of the campaign whom most people follow, and people whom it reaches."""
_PLACES = 65_535


def graph_of(world: World, population_seed: int) -> dict[str, Any]:
    """``accounts`` with their ``ring`` (``campaign`` is that of the campaign's own), ``x`` and ``y`` from 0 to 65535 across the
    disc, and ``ends``: two places among the accounts for each line, who follows first."""
    society = draw(world, population_seed)
    chosen = sim.Watch(around=SHOWN, people=0).chosen(society)
    table = accounts_table(society, chosen)
    places = np.rint((table[["x", "y"]].to_numpy() + 1.0) / 2.0 * _PLACES).astype(int)
    return {
        "accounts": chosen.accounts.tolist(),
        "ring": chosen.ring.tolist(),
        "campaign": int(Ring.CAMPAIGN),
        "x": places[:, 0].tolist(),
        "y": places[:, 1].tolist(),
        "ends": lines_between(table, chosen.ring).ravel().tolist(),
    }
