"""What moderation cost: whom it hit wrongly, for how long, and how much work it was."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.engine.engine import Engine
from sim.engine.state import Count
from sim.outcomes.outcome import Outcome, accounts_with, counts_since_day_0
from sim.people.accounts import Role, Status
from sim.society.groups import Group, of_campaign


def _suspended(model: Engine) -> NDArray[np.int64]:
    """Suspended accounts of citizens, organisers and outlets."""
    # Plain numbers: comparing bytes with an enumeration costs five times as much.
    suspended = np.flatnonzero(model.state.status == int(Status.SUSPENDED))
    return suspended[~of_campaign(model.society.group[suspended])]


def _citizens(model: Engine) -> NDArray[np.int64]:
    suspended = _suspended(model)
    return suspended[model.society.group[suspended] == int(Group.CITIZEN)]


def wrongful_removals(model: Engine) -> float:
    """Accounts of citizens, organisers and outlets that are suspended."""
    return float(_suspended(model).size)


def _of_group(model: Engine, group: Group) -> float:
    return float(np.count_nonzero(model.society.group[_suspended(model)] == int(group)))


def wrongful_organisers(model: Engine) -> float:
    """Organisers' accounts and pages that are suspended."""
    return _of_group(model, Group.ORGANISER)


def wrongful_outlets(model: Engine) -> float:
    """Genuine outlets' accounts and pages that are suspended."""
    return _of_group(model, Group.OUTLET)


def wrongful_supporters(model: Engine) -> float:
    """Accounts of citizens who began on the movement's side that are suspended."""
    return float((model.society.anchor[model.society.person[_citizens(model)]] > 0.0).sum())


def wrongful_opponents(model: Engine) -> float:
    """Accounts of the other citizens that are suspended."""
    return float(_citizens(model).size) - wrongful_supporters(model)


def wrongful_newcomers(model: Engine) -> float:
    """Accounts of citizens who registered during the calendar that are suspended."""
    return float((model.society.created[_citizens(model)] > 0).sum())


def restored(model: Engine) -> float:
    """Times that a suspended citizen's, organiser's or outlet's account was restored since day 0."""
    return float(counts_since_day_0(model)[Count.RESTORED])


def days_silenced(model: Engine) -> float:
    """Days for which citizens', organisers' and outlets' accounts have been suspended, added up."""
    now = (model.step_index - model.state.suspended_since[_suspended(model)].astype(np.int64)).sum()
    return float(counts_since_day_0(model)[Count.SILENCED] + now) / model.world.ticks_per_day


def wrongful_marks(model: Engine) -> float:
    """Accounts of citizens, organisers and outlets that are labelled or downranked."""
    innocent = ~of_campaign(model.society.group)
    return float(np.count_nonzero(innocent & (model.state.flags > 0)))


def posts_lost(model: Engine) -> float:
    """Posts that wrongly suspended accounts would have made since day 0."""
    counts = counts_since_day_0(model)
    return float(counts[Count.LOST_POSTS + Role.CITIZEN] + counts[Count.LOST_POSTS + Role.ORGANISER])


def trolls_removed(model: Engine) -> float:
    """Troll accounts, active and sleeping, that are suspended."""
    return float(accounts_with(model, Status.SUSPENDED, trolls=True))


OUTCOMES = (
    Outcome(
        "wrongful_removals",
        "accounts",
        "suspended accounts of citizens, organisers and outlets at the end of the day, on both platforms",
        wrongful_removals,
        low=0.0,
        whole=True,
        cost="innocents suspended",
    ),
    Outcome(
        "wrongful_marks",
        "accounts",
        "citizens', organisers' and outlets' accounts that are labelled or downranked",
        wrongful_marks,
        low=0.0,
        whole=True,
        cost="innocents marked",
    ),
    Outcome(
        "wrongful_organisers",
        "accounts",
        "of wrongful_removals, organisers' accounts and pages",
        wrongful_organisers,
        low=0.0,
        whole=True,
        cost="organisers suspended",
    ),
    Outcome(
        "wrongful_outlets",
        "accounts",
        "of wrongful_removals, genuine outlets' accounts and pages",
        wrongful_outlets,
        low=0.0,
        whole=True,
        cost="genuine outlets suspended",
    ),
    Outcome(
        "wrongful_supporters",
        "accounts",
        "of wrongful_removals, those of citizens whose opinion at the start is above 0",
        wrongful_supporters,
        low=0.0,
        whole=True,
        cost="supporters suspended",
    ),
    Outcome(
        "wrongful_opponents",
        "accounts",
        "of wrongful_removals, those of the other citizens; wrongful_removals = organisers + outlets + supporters + opponents",
        wrongful_opponents,
        low=0.0,
        whole=True,
        cost="opponents suspended",
    ),
    Outcome(
        "wrongful_newcomers",
        "accounts",
        "of wrongful_removals, those of citizens who registered during the calendar; they are supporters or opponents as well",
        wrongful_newcomers,
        low=0.0,
        whole=True,
        cost="newcomers suspended",
    ),
    Outcome(
        "restored",
        "accounts",
        "since0[restored accounts of citizens, organisers and outlets]; one restored twice counts twice",
        restored,
        low=0.0,
        whole=True,
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
        whole=True,
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
        "hours in reality",
        "since0[cases reviewed · minutes each] / 60, divided by the scale on the first platform; accounts removed,"
        " marked or decided upon are cases, what happens to messages by itself is not",
        lambda s: s.review_hours,
        low=0.0,
        cumulative=True,
    ),
)
