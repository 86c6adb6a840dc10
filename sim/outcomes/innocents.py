"""What moderation cost: whom it hit wrongly, for how long, and how much work it was."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.engine.stage import Stage
from sim.engine.state import Count, Group
from sim.outcomes.outcome import Outcome, accounts_with, counts_since_day_0
from sim.population.accounts import Role, Status


def _suspended(stage: Stage) -> NDArray[np.int64]:
    """Suspended accounts of citizens, organisers and outlets."""
    # Plain numbers: comparing bytes with an enumeration costs five times as much.
    suspended = np.flatnonzero(stage.state.status == int(Status.SUSPENDED))
    return suspended[stage.society.group[suspended] < int(Group.ACTIVE_TROLL)]


def _citizens(stage: Stage) -> NDArray[np.int64]:
    suspended = _suspended(stage)
    return suspended[stage.society.group[suspended] == int(Group.CITIZEN)]


def wrongful_removals(stage: Stage) -> float:
    """Accounts of citizens, organisers and outlets that are suspended."""
    return float(_suspended(stage).size)


def _of_group(stage: Stage, group: Group) -> float:
    return float(np.count_nonzero(stage.society.group[_suspended(stage)] == int(group)))


def wrongful_organisers(stage: Stage) -> float:
    """Organisers' accounts and pages that are suspended."""
    return _of_group(stage, Group.ORGANISER)


def wrongful_outlets(stage: Stage) -> float:
    """Genuine outlets' accounts and pages that are suspended."""
    return _of_group(stage, Group.OUTLET)


def wrongful_supporters(stage: Stage) -> float:
    """Accounts of citizens who began on the movement's side that are suspended."""
    return float((stage.society.anchor[stage.society.person[_citizens(stage)]] > 0.0).sum())


def wrongful_opponents(stage: Stage) -> float:
    """Accounts of the other citizens that are suspended."""
    return float(_citizens(stage).size) - wrongful_supporters(stage)


def wrongful_newcomers(stage: Stage) -> float:
    """Accounts of citizens who registered during the calendar that are suspended."""
    return float((stage.society.created[_citizens(stage)] > 0).sum())


def restored(stage: Stage) -> float:
    """Times that a suspended citizen's, organiser's or outlet's account was restored since day 0."""
    return float(counts_since_day_0(stage)[Count.RESTORED])


def days_silenced(stage: Stage) -> float:
    """Days for which citizens', organisers' and outlets' accounts have been suspended, added up."""
    now = (stage.step_index - stage.state.suspended_since[_suspended(stage)].astype(np.int64)).sum()
    return float(counts_since_day_0(stage)[Count.SILENCED] + now) / stage.world.ticks_per_day


def wrongful_marks(stage: Stage) -> float:
    """Accounts of citizens, organisers and outlets that are labelled or downranked."""
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
        "wrongful_removals",
        "accounts",
        "citizens', organisers' and outlets' accounts that are suspended",
        wrongful_removals,
        low=0.0,
    ),
    Outcome(
        "wrongful_marks",
        "accounts",
        "citizens', organisers' and outlets' accounts that are labelled or downranked",
        wrongful_marks,
        low=0.0,
    ),
    Outcome("wrongful_organisers", "accounts", "of which organisers'", wrongful_organisers, low=0.0),
    Outcome("wrongful_outlets", "accounts", "of which genuine outlets'", wrongful_outlets, low=0.0),
    Outcome(
        "wrongful_supporters",
        "accounts",
        "of which of citizens who began on the movement's side",
        wrongful_supporters,
        low=0.0,
    ),
    Outcome("wrongful_opponents", "accounts", "of which of the other citizens", wrongful_opponents, low=0.0),
    Outcome(
        "wrongful_newcomers",
        "accounts",
        "of which of citizens who registered during the calendar",
        wrongful_newcomers,
        low=0.0,
    ),
    Outcome(
        "restored", "accounts", "citizens', organisers' and outlets' accounts restored since day 0", restored, low=0.0
    ),
    Outcome(
        "days_silenced",
        "account-days",
        "days for which citizens', organisers' and outlets' accounts were suspended",
        days_silenced,
        low=0.0,
    ),
    Outcome(
        "posts_lost", "posts", "posts that wrongly suspended accounts would have made since day 0", posts_lost, low=0.0
    ),
    Outcome(
        "trolls_removed", "accounts", "troll accounts, active and sleeping, that are suspended", trolls_removed, low=0.0
    ),
    Outcome(
        "review_hours",
        "hours in reality",
        "hours that people have worked on cases since day 0",
        lambda s: s.review_hours,
        low=0.0,
    ),
)
