"""Views with the truth beside them, for fitting detectors and for judging them. Policies never get one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.branch import Branch
from sim.fields import InputError, instance, shown
from sim.moderation.view import PlatformView, Traces
from sim.run import checked_days
from sim.simulation import begin
from sim.society.groups import Group, of_campaign
from sim.world import World


class GroundTruth(NamedTuple):
    """What a platform sees of its accounts, and which are active trolls' (woken sleepers included) and which still sleep."""

    view: PlatformView
    active_troll: NDArray[np.bool_]
    sleeper: NDArray[np.bool_]

    @property
    def troll(self) -> NDArray[np.bool_]:
        """All accounts of the campaign."""
        return self.active_troll | self.sleeper

    def rows(self, chosen: NDArray[np.bool_]) -> GroundTruth:
        """Some of the accounts only."""
        return GroundTruth(self.view.rows(chosen), self.active_troll[chosen], self.sleeper[chosen])


def pooled(parts: Sequence[GroundTruth]) -> GroundTruth:
    """The accounts of several runs as the rows of one view (account ids then repeat); the runs end on the same tick."""
    if not isinstance(parts, Sequence) or isinstance(parts, GroundTruth) or not parts:
        raise InputError(f"must be a list of what ground_truth gives, not {shown(parts)}", field="parts")
    first = instance(parts[0], GroundTruth, "parts[0]").view
    for i, part in enumerate(parts):
        instance(part, GroundTruth, f"parts[{i}]")
    if any(part.view.tick != first.tick for part in parts):
        raise InputError("must all have been seen on the same tick", field="parts")
    columns = {name: _stacked([getattr(part.view, name) for part in parts]) for name in first._fields[2:-1]}
    traces = [part.view.traces for part in parts]
    if all(trace is not None for trace in traces):
        columns["traces"] = Traces._make(_stacked(column) for column in zip(*traces, strict=True))
    truth = (_stacked([part[i] for part in parts]) for i in (1, 2))
    return GroundTruth(first._replace(**columns), *truth)


def _stacked(arrays: Sequence[Any]) -> Any:
    return np.concatenate(arrays)


def ground_truth(world: World, days: int, seed: int = 1, branch: Branch | None = None) -> GroundTruth:
    """The accounts of a world after so many days. Raises InputError as ``simulate`` does."""
    model = begin(world, branch, seed).advance(checked_days(world, days)).engine
    view = model.moderators[0].view()
    group = model.drawn.groups_of(view.account)
    asleep = (group == Group.SLEEPER) & (view.posts == 0)
    return GroundTruth(view, of_campaign(group) & ~asleep, asleep)
