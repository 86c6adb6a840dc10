"""A sample of accounts watched day by day in two branches and one seed of a study, for the report to show."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import sim
from experiments.command.progress import Reporter
from experiments.studies.graph_layout import laid_out
from experiments.studies.settings import Experiment
from sim.outcomes.day import GROUPS
from sim.outcomes.watched import Chosen, Ring
from sim.people.accounts import NOBODY
from sim.society.society import Drawn, draw

WATCHED = "watched"
RINGS = tuple(ring.name.lower() for ring in Ring)


class Watched(NamedTuple):
    """``accounts`` has a row an account: account, group, ring (campaign, reader, second_hand, none), drawn (of all people),
    created (day of its registration, 0 is the first), opinion_at_start, followers and following (modelled accounts), x and y
    (where it is drawn, in the unit disc; nan outside the rings), follows (those of the rings whom it follows). ``days`` has a row
    a branch, day and account, with the columns of ``sim.Watch``."""

    accounts: pd.DataFrame
    days: pd.DataFrame


def watch_look(experiment: Experiment) -> dict[str, sim.Look]:
    """The look at a study that watches accounts in the reference and the headline's branch, with the first seed; none if nobody
    is to be watched."""
    if experiment.watch == 0:
        return {}
    return {WATCHED: sim.Look(_asked(experiment), (experiment.study.reference, experiment.study.headline), seeds=1)}


def watched_of(experiment: Experiment, study: sim.Study, reporter: Reporter) -> Watched | None:
    """What the look saw; None if nobody was to be watched."""
    if WATCHED not in study.looks:
        return None
    reporter.begin(f"{experiment.watch:,} accounts day by day")
    society = draw(study.world, study.seeds[0])
    accounts = accounts_table(society, _asked(experiment).chosen(society))
    return Watched(accounts, study.seen(WATCHED).drop(columns="seed"))


def _asked(experiment: Experiment) -> sim.Watch:
    return sim.Watch(around=experiment.watch)


def accounts_table(society: Drawn, chosen: Chosen) -> pd.DataFrame:
    """What is known from the start of the accounts that are watched."""
    arrays, accounts = society.arrays, chosen.accounts
    person = arrays.person[accounts]
    held = person != NOBODY
    opinion = np.empty(accounts.size)
    opinion[held] = arrays.anchor[person[held]]
    opinion[~held] = arrays.fixed_stance[accounts[~held] - society.world.people]
    shown = chosen.ring != Ring.NONE
    follows = _follows(society, accounts, shown)
    places = np.full((accounts.size, 2), np.nan)
    ends = np.repeat(accounts, [len(each) for each in follows]), np.concatenate(follows)
    edges = np.stack([np.searchsorted(accounts[shown], end) for end in ends], axis=1)
    places[shown] = laid_out(int(shown.sum()), edges, society.seed)
    return pd.DataFrame(
        {
            "account": accounts,
            "group": pd.Categorical.from_codes(arrays.group[accounts].astype(np.int8), pd.Index(GROUPS)),
            "ring": pd.Categorical.from_codes(chosen.ring.astype(np.int8), pd.Index(RINGS)),
            "drawn": chosen.drawn,
            "created": np.floor_divide(arrays.created[accounts], society.world.ticks_per_day),
            "opinion_at_start": opinion,
            "followers": society.followers[accounts],
            "following": society.following[accounts],
            "x": places[:, 0],
            "y": places[:, 1],
            "follows": follows,
        }
    )


def _follows(society: Drawn, accounts: NDArray[np.int64], shown: NDArray[np.bool_]) -> list[NDArray[np.int64]]:
    """Of each account those of the accounts shown whom it follows; nobody where everybody follows everybody."""
    graph, nobody = society.graph, np.array([], dtype=np.int64)
    within = np.zeros(graph.n, dtype=bool)
    within[accounts[shown]] = not graph.complete
    follows = [nobody] * accounts.size
    for i in np.flatnonzero(shown):
        row = graph.followees[graph.indptr[accounts[i]] : graph.indptr[accounts[i] + 1]].astype(np.int64)
        follows[i] = row[within[row]]
    return follows


def lines_between(accounts: pd.DataFrame, ring: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Pairs of places among the accounts, shape (lines, 2), who follows first: of the campaign's followers all that they follow
    of it, of those at second hand the first whom they follow of these."""
    place = {account: i for i, account in enumerate(accounts["account"])}
    found = []
    for i, follows in enumerate(accounts["follows"]):
        whom = [place[account] for account in follows]
        if ring[i] == Ring.READER:
            found += [(i, j) for j in whom if ring[j] == Ring.CAMPAIGN]
        elif ring[i] == Ring.SECOND_HAND:
            found += [(i, j) for j in whom if ring[j] == Ring.READER][:1]
    return np.array(found, dtype=np.int64).reshape(-1, 2)
