"""The end of a simulated day, as outcomes of the user's own see it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.engine.engine import Engine
from sim.engine.state import Count
from sim.fields import chosen
from sim.graph.follower_graph import FollowerGraph
from sim.opinion.provenance import DIRECT, FULL, RELAYED, WITHOUT_EVENTS, WITHOUT_ORGANISERS, WITHOUT_TROLLS
from sim.outcomes.measuring import counts
from sim.outcomes.turnout import turnout_table
from sim.people.accounts import NOBODY, Role, Status, by_node, by_person
from sim.society.groups import KINDS, Group
from sim.world import World

ROLES = {role.name.lower(): role for role in Role}
GROUPS = tuple(KINDS[group].words.name for group in Group)
STATUSES = tuple(status.name.lower() for status in Status)


class Day:
    """What can be read at the end of a day, whichever engine ran it; nothing of it can be written.

    Arrays have one entry a person, in node order, shape (people,), unless they say otherwise. ``number`` is 0 on the first day,
    ``date`` an ISO date, ``measured`` the built-in outcomes of the day by name.
    """

    def __init__(self, model: Engine, measured: Mapping[str, float]) -> None:
        self._model = model
        self.number = model.day
        self.world: World = model.world
        self.date = model.world.date(model.day)
        self.measured = MappingProxyType(dict(measured))

    # People

    @cached_property
    def node(self) -> NDArray[np.generic]:
        """The node that a person is in the follower graph: a whole number, or text where a network of the user's has names."""
        return _read_only(self._model.drawn.nodes[: self.world.people].copy())

    @cached_property
    def opinion(self) -> NDArray[np.float64]:
        """Private opinion, -1 to 1."""
        return self._level(FULL)

    @cached_property
    def opinion_at_start(self) -> NDArray[np.float64]:
        """Private opinion that a person began with and is anchored to, -1 to 1."""
        return self._of_people(self._model.society.anchor)

    @cached_property
    def troll_part(self) -> NDArray[np.float64]:
        """Part of the opinion that is traced to trolls' words, -2 to 2. The four parts add up to the opinion."""
        return _read_only(self._level(FULL) - self._level(WITHOUT_TROLLS))

    @cached_property
    def troll_part_direct(self) -> NDArray[np.float64]:
        """Of the troll part, what was read from trolls."""
        return self._of_people(self._model.state.channel[:, DIRECT])

    @cached_property
    def troll_part_relayed(self) -> NDArray[np.float64]:
        """Of the troll part, what others relayed."""
        return self._of_people(self._model.state.channel[:, RELAYED])

    @cached_property
    def organiser_part(self) -> NDArray[np.float64]:
        """Part of the opinion that is traced to organisers' words, -2 to 2."""
        return _read_only(self._level(WITHOUT_TROLLS) - self._level(WITHOUT_ORGANISERS))

    @cached_property
    def event_part(self) -> NDArray[np.float64]:
        """Part of the opinion that is traced to events, -2 to 2."""
        return _read_only(self._level(WITHOUT_ORGANISERS) - self._level(WITHOUT_EVENTS))

    @cached_property
    def own_part(self) -> NDArray[np.float64]:
        """What a person would hold without trolls, organisers and events, -1 to 1."""
        return self._level(WITHOUT_EVENTS)

    @cached_property
    def climate(self) -> NDArray[np.float64]:
        """Perceived climate of opinion: the mean stance of what was read, recent readings weighing more, -1 to 1."""
        return self._of_people(self._model.state.climate)

    @cached_property
    def legitimacy(self) -> NDArray[np.float64]:
        """How legitimate a person finds the movement, 0 to 1."""
        return self._of_people(self._model.state.legitimacy)

    @cached_property
    def trust(self) -> NDArray[np.float64]:
        """Trust in the platform, 0 to 1."""
        return self._of_people(self._model.state.trust)

    @cached_property
    def confidence(self) -> NDArray[np.float64]:
        """Confidence bound, in opinion: how far a message may be from the own opinion and still persuade."""
        return self._of_people(self._model.society.confidence_bound.astype(np.float64))

    @cached_property
    def troll_impressions(self) -> NDArray[np.int64]:
        """Impressions of trolls' messages since day 0."""
        return self._of_people(self._model.state.troll_impressions.astype(np.int64))

    @property
    def status(self) -> pd.Categorical[Any]:
        """Status of the first account: ``active``, ``sleeping`` (not registered yet) or ``suspended``."""
        return pd.Categorical.from_codes(
            self._model.state.status[: self.world.people].astype(np.int8), pd.Index(STATUSES)
        )

    # Accounts and the graph

    @property
    def accounts(self) -> pd.DataFrame:
        """One row an account, its number as the index: people's first accounts in node order, organisers, outlets, trolls,
        sleepers, then those on the second platform, and last the sleepers that are never used (where the world is smaller than
        reality).

        Columns: ``group`` (citizen, organiser, outlet, troll, sleeper, page), ``status`` (active, sleeping, suspended),
        ``platform`` (1, 2), ``person`` (position of the holder in the arrays of people, -1 for none), ``posts`` (ever),
        ``followers`` and ``following`` (modelled accounts), ``marked`` (labelled or downranked), ``stands_for`` (accounts in
        reality).
        """
        return self._accounts.copy()  # for whoever reads it to change

    @cached_property
    def _accounts(self) -> pd.DataFrame:
        model, society, state = self._model, self._model.society, self._model.state
        accounts = np.arange(model.drawn.registered)
        group = model.drawn.groups_of(accounts)
        position = by_person(np.arange(self.world.people))
        held = society.person != NOBODY
        person = np.where(held, position[np.where(held, society.person, 0)], NOBODY)
        on_second = (accounts >= society.second) & (accounts < society.group.size)

        def of_all(values: NDArray[Any], of_reserve: int = 0) -> NDArray[np.int64]:
            return np.append(values.astype(np.int64), np.full(accounts.size - values.size, of_reserve, dtype=np.int64))

        return pd.DataFrame(
            {
                "group": pd.Categorical.from_codes(group.astype(np.int8), pd.Index(GROUPS)),
                "status": pd.Categorical.from_codes(state.status.astype(np.int8), pd.Index(STATUSES)),
                "platform": np.where(on_second, 2, 1),
                "person": of_all(person, NOBODY),
                "posts": of_all(state.posts),
                "followers": of_all(model.followers),
                "following": of_all(model.following),
                "marked": state.flags > 0,
                "stands_for": model.stands_for(accounts),
            },
            index=pd.RangeIndex(accounts.size, name="account"),
        )

    @property
    def follows(self) -> FollowerGraph:
        """Who follows whom among accounts that may be in use: the first rows of ``accounts``, those suspended included."""
        graph = self._model.drawn.graph
        return FollowerGraph(_view(graph.indptr), _view(graph.followees), graph.complete)

    # Counts

    def impressions(self, role: str | None = None, since_day_0: bool = False) -> float:
        """Impressions in reality of messages on the topic today, by the role of the author: ``citizen`` (outlets among them),
        ``organiser``, ``troll``; of all without one."""
        found = counts(self._model, since_day_0)[Count.IMPRESSIONS :][: len(ROLES)] * float(self._weight[Group.CITIZEN])
        return float(found.sum() if role is None else found[ROLES[chosen(role, ROLES, "role")]])

    def new_posts(self, role: str | None = None, since_day_0: bool = False) -> float:
        """New messages in reality today, by the role of the author."""
        return self._posts(Count.NEW_POSTS, role, since_day_0)

    def reshares(self, role: str | None = None, since_day_0: bool = False) -> float:
        """Reshares in reality today, by the role of who reshares."""
        return self._posts(Count.RESHARES, role, since_day_0)

    @property
    def turnout(self) -> pd.DataFrame:
        """Events so far, as ``run.turnout``: day, side (1 the movement's, -1 the government side's), event, turnout (share)."""
        return turnout_table(self._model)

    # Within

    def _of_people(self, values: NDArray[Any]) -> NDArray[Any]:
        return _read_only(by_node(values))

    def _level(self, level: int) -> NDArray[np.float64]:
        return self._of_people(self._model.state.opinion[:, level])

    @property
    def _weight(self) -> NDArray[np.float64]:
        return self._model.fixed.parameters.by_group.weight

    def _posts(self, first: Count, role: str | None, since_day_0: bool) -> float:
        wanted = None if role is None else ROLES[chosen(role, ROLES, "role")]
        found = counts(self._model, since_day_0)
        groups = [group for group in Group if wanted is None or KINDS[group].role == wanted]
        return sum(float(found[first + group]) * float(self._weight[group]) for group in groups)


def _read_only(array: NDArray[Any]) -> NDArray[Any]:
    array.setflags(write=False)
    return array


def _view(array: NDArray[Any]) -> NDArray[Any]:
    return _read_only(array.view())
