"""What moderation cost: whom it hit wrongly, for how long, and how much work it was."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.engine.engine import Engine
from sim.engine.state import Count
from sim.outcomes.outcome import Outcome, counts_since_day_0, in_reality, trolls_with, weights
from sim.people.accounts import Status
from sim.society.groups import INNOCENT, Group, of_campaign


def _suspended(model: Engine) -> NDArray[np.int64]:
    """Suspended accounts of citizens, organisers and outlets."""
    # Plain numbers: comparing bytes with an enumeration costs five times as much.
    suspended = np.flatnonzero(model.state.status[: model.society.group.size] == int(Status.SUSPENDED))
    return suspended[~of_campaign(model.society.group[suspended])]


def _citizens(model: Engine) -> NDArray[np.int64]:
    suspended = _suspended(model)
    return suspended[model.society.group[suspended] == int(Group.CITIZEN)]


def _people_in_reality(model: Engine, chosen: NDArray[np.bool_]) -> float:
    return float(np.count_nonzero(chosen)) * float(weights(model)[Group.CITIZEN])


def _in_reality(model: Engine, accounts: NDArray[np.int64]) -> float:
    return float(model.stands_for(accounts).sum())


def wrongful_removals(model: Engine) -> float:
    """Accounts of citizens, organisers and outlets that are suspended."""
    return _in_reality(model, _suspended(model))


def _of_group(model: Engine, group: Group) -> float:
    suspended = _suspended(model)
    return _in_reality(model, suspended[model.society.group[suspended] == int(group)])


def wrongful_organisers(model: Engine) -> float:
    """Organisers' accounts and pages that are suspended."""
    return _of_group(model, Group.ORGANISER)


def wrongful_outlets(model: Engine) -> float:
    """Genuine outlets' accounts and pages that are suspended."""
    return _of_group(model, Group.OUTLET)


def wrongful_supporters(model: Engine) -> float:
    """Accounts of citizens who began on the movement's side that are suspended."""
    began = model.society.anchor[model.society.person[_citizens(model)]]
    return _people_in_reality(model, began > 0.0)


def wrongful_opponents(model: Engine) -> float:
    """Accounts of the other citizens that are suspended."""
    began = model.society.anchor[model.society.person[_citizens(model)]]
    return _people_in_reality(model, began <= 0.0)


def wrongful_newcomers(model: Engine) -> float:
    """Accounts of citizens who registered during the calendar that are suspended."""
    return _people_in_reality(model, model.society.created[_citizens(model)] > 0)


def restored(model: Engine) -> float:
    """Times that a suspended citizen's, organiser's or outlet's account was restored since day 0."""
    return in_reality(model, counts_since_day_0(model), Count.RESTORED, INNOCENT)


def days_silenced(model: Engine) -> float:
    """Days for which citizens', organisers' and outlets' accounts have been suspended, added up."""
    suspended = _suspended(model)
    ticks = model.step_index - model.state.suspended_since[suspended].astype(np.int64)
    now = float((ticks * model.stands_for(suspended)).sum())
    before = in_reality(model, counts_since_day_0(model), Count.SILENCED, INNOCENT)
    return (before + now) / model.world.ticks_per_day


def wrongful_marks(model: Engine) -> float:
    """Accounts of citizens, organisers and outlets that are labelled or downranked."""
    marked = np.flatnonzero(model.state.flags[: model.society.group.size])
    return _in_reality(model, marked[~of_campaign(model.society.group[marked])])


def posts_lost(model: Engine) -> float:
    """Posts that wrongly suspended accounts would have made since day 0."""
    return in_reality(model, counts_since_day_0(model), Count.LOST_POSTS, INNOCENT)


def trolls_removed(model: Engine) -> float:
    """Troll accounts, active and sleeping, that are suspended."""
    return float(trolls_with(model, Status.SUSPENDED))


OUTCOMES = (
    Outcome(
        "wrongful_removals",
        "accounts",
        "suspended accounts of citizens, organisers and outlets at the end of the day, on both platforms",
        wrongful_removals,
        low=0.0,
        cost="innocents suspended",
    ),
    Outcome(
        "wrongful_marks",
        "accounts",
        "citizens', organisers' and outlets' accounts that are labelled or downranked",
        wrongful_marks,
        low=0.0,
        cost="innocents marked",
    ),
    Outcome(
        "wrongful_organisers",
        "accounts",
        "of wrongful_removals, organisers' accounts and pages",
        wrongful_organisers,
        low=0.0,
        cost="organisers suspended",
    ),
    Outcome(
        "wrongful_outlets",
        "accounts",
        "of wrongful_removals, genuine outlets' accounts and pages",
        wrongful_outlets,
        low=0.0,
        cost="genuine outlets suspended",
    ),
    Outcome(
        "wrongful_supporters",
        "accounts",
        "of wrongful_removals, those of citizens whose opinion at the start is above 0",
        wrongful_supporters,
        low=0.0,
        cost="supporters suspended",
    ),
    Outcome(
        "wrongful_opponents",
        "accounts",
        "of wrongful_removals, those of the other citizens; wrongful_removals = organisers + outlets + supporters + opponents",
        wrongful_opponents,
        low=0.0,
        cost="opponents suspended",
    ),
    Outcome(
        "wrongful_newcomers",
        "accounts",
        "of wrongful_removals, those of citizens who registered during the calendar; they are supporters or opponents as well",
        wrongful_newcomers,
        low=0.0,
        cost="newcomers suspended",
    ),
    Outcome(
        "restored",
        "accounts",
        "since0[restored accounts of citizens, organisers and outlets]; one restored twice counts twice",
        restored,
        low=0.0,
        cumulative=True,
        cost="innocents restored",
    ),
    Outcome(
        "days_silenced",
        "account-days",
        "sum over accounts of citizens, organisers and outlets of the days that they have been suspended, restored"
        " ones included",
        days_silenced,
        low=0.0,
        cumulative=True,
        cost="days silenced",
    ),
    Outcome(
        "posts_lost",
        "posts",
        "since0[posts that suspended citizens, organisers and outlets would have made, had they been active with "
        "the opinion that they had when suspended]",
        posts_lost,
        low=0.0,
        cumulative=True,
        cost="posts lost",
    ),
    Outcome(
        "trolls_removed",
        "accounts",
        "suspended troll accounts, active and sleeping alike",
        trolls_removed,
        low=0.0,
        whole=True,
    ),
    Outcome(
        "review_hours",
        "hours",
        "since0[cases reviewed · minutes each] / 60; accounts removed, marked or decided upon are cases, what happens to"
        " messages by itself is not",
        lambda s: s.review_hours,
        low=0.0,
        cumulative=True,
    ),
)
