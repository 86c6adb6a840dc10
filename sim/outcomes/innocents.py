"""What moderation cost the innocent."""

from __future__ import annotations

import numpy as np

from sim.engine.stage import Stage
from sim.engine.state import Count, Group
from sim.outcomes.outcome import Outcome, accounts_with, counts_since_day_0
from sim.population.accounts import Role, Status


def wrongful_removals(stage: Stage) -> float:
    """Accounts of citizens and organisers that are suspended."""
    return float(accounts_with(stage, Status.SUSPENDED, trolls=False))


def wrongful_marks(stage: Stage) -> float:
    """Accounts of citizens and organisers that are labelled or downranked."""
    innocent = stage.society.group < int(Group.ACTIVE_TROLL)
    return float(np.count_nonzero(innocent & (stage.state.flags > 0)))


def posts_lost(stage: Stage) -> float:
    """Posts that wrongly suspended accounts would have made since day 0."""
    counts = counts_since_day_0(stage)
    return float(counts[Count.LOST_POSTS + Role.CITIZEN] + counts[Count.LOST_POSTS + Role.ORGANISER])


def trolls_removed(stage: Stage) -> float:
    """Troll accounts, active and sleeping, that are suspended."""
    return float(accounts_with(stage, Status.SUSPENDED, trolls=True))


OUTCOMES = (
    Outcome(
        "wrongful_removals", "accounts", "citizens' and organisers' accounts that are suspended", wrongful_removals
    ),
    Outcome(
        "wrongful_marks",
        "accounts",
        "citizens' and organisers' accounts that are labelled or downranked",
        wrongful_marks,
    ),
    Outcome("posts_lost", "posts", "posts that wrongly suspended accounts would have made since day 0", posts_lost),
    Outcome("trolls_removed", "accounts", "troll accounts, active and sleeping, that are suspended", trolls_removed),
)
