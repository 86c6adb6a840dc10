"""The record of a run: a world in one branch with one seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from sim.branch import Branch
from sim.engine import removals
from sim.engine.engine import Engine
from sim.engine.state import Count
from sim.fields import InputError, checked
from sim.notebook import captioned
from sim.outcomes import OUTCOMES, OwnOutcome, measure, own_outcomes, turnout_table
from sim.outcomes.individuals import ToKeep, check_fits, kept
from sim.outcomes.kept import Kept
from sim.plain import DATES
from sim.world import World


@dataclass(frozen=True, eq=False)
class Run:
    """What one seed gave.

    ``timeline`` has one row a simulated day (columns as in docs/outcomes.md, indexed by date), ``outcomes`` the values at the
    end, ``turnout`` one row an event, ``removals`` one row for each day on which a policy decided on accounts, ``work`` the
    counts of what was computed, and ``digest`` is the SHA-256 of the final state, equal across engines, threads and forks.
    ``population_seed`` drew the people. ``made`` says when and by which code a run was made that a ledger holds
    (``sim.study.keys``); otherwise it is empty.
    ``kept`` is what was kept of every person, of the accounts that were watched, of relays or of posts, if anything was.
    """

    world: World
    branch: Branch
    seed: int
    timeline: pd.DataFrame
    turnout: pd.DataFrame
    removals: pd.DataFrame
    work: dict[str, float]
    digest: str
    population_seed: int
    made: Mapping[str, Any] = field(default_factory=dict)
    kept: pd.DataFrame | None = None

    @property
    def people(self) -> pd.DataFrame:
        """Individual-level data, one row a kept day and person (docs/individual_data.md). Raises InputError where none were
        kept."""
        if self.kept is None:
            raise InputError(
                "Nothing was kept of people in this run: simulate it with keep=('opinion', …), as docs/individual_data.md says"
            )
        return self.kept

    @property
    def relays(self) -> pd.DataFrame:
        """Who carried the campaign's words, one row a kept day and account (docs/outcomes.md). Raises InputError where nobody was
        followed."""
        if self.kept is None or "own" not in self.kept:
            raise InputError(
                "Nobody was followed in this run: simulate it with keep=sim.Relays(), as docs/outcomes.md says"
            )
        return self.kept

    def __repr__(self) -> str:
        days = f"{len(self.timeline)} day{'s' if len(self.timeline) > 1 else ''}"
        return f"Run({self.world.people:,} people, {days}, seed {self.seed}, digest {self.digest[:12]}…)"

    def _repr_html_(self) -> str:
        table = pd.DataFrame({"outcome": self.outcomes.index, "value": [f"{v:.6g}" for v in self.outcomes]})
        units = {outcome.name: outcome.unit for outcome in OUTCOMES}
        return captioned(table.assign(unit=table["outcome"].map(units).fillna("")), repr(self))

    def network(self, day: float | str | None = None) -> Any:
        """The follower graph at the end of a day (a number or ISO date; default: the last) as an ``nx.DiGraph``.

        An edge u → v means that u follows v. Nodes are all accounts, called as in a network of the user's own, else 0, 1, …;
        their attributes are ``opinion``, ``role`` and ``status`` (docs/individual_data.md). The run is simulated again up to
        that day.

        Raises InputError for a day that was not simulated, for a graph too large for networkx, and where the code has changed so
        that other numbers come out.
        """
        from sim.simulation import again

        return again(self, day).network()

    @property
    def outcomes(self) -> pd.Series:
        """Scalar outcomes at the end of the last simulated day, by name."""
        return self.timeline.iloc[-1].drop("day")


@dataclass(frozen=True)
class Recording:
    """What is put on record at the end of each day beside the built-in outcomes."""

    outcomes: tuple[OwnOutcome, ...] = ()
    keep: Kept | None = None

    @property
    def keepers(self) -> tuple[Kept, ...]:
        """What keeps something of a run."""
        return () if self.keep is None else (self.keep,)

    def measure(self, model: Engine) -> dict[str, float]:
        """All outcomes at the end of the day that has just ended."""
        return measure(model, self.outcomes)

    @property
    def columns(self) -> list[str]:
        """The outcomes in order."""
        return [*(outcome.name for outcome in OUTCOMES), *(own.column for own in self.outcomes)]


NOTHING_MORE = Recording()


def recording(
    world: World,
    days: int,
    outcomes: OwnOutcome | Sequence[OwnOutcome],
    keep: ToKeep,
    every: int | None,
    runs: int = 1,
) -> Recording:
    """What so many runs of so many days put on record. Raises InputError for what cannot be, or does not fit into memory."""
    found = Recording(own_outcomes(outcomes), kept(keep, every, days))
    check_fits(found.keep, world, runs)
    return found


def record(model: Engine, cpu_seconds: float, recorded: Recording = NOTHING_MORE) -> Run:
    """What an engine that has run has on record."""
    timeline = pd.DataFrame(model.daily, columns=["day", *recorded.columns])
    timeline.index = pd.DatetimeIndex([model.world.date(day) for day in timeline["day"]], dtype=DATES, name="date")
    totals = model.state.counts.sum(axis=0)
    return Run(
        world=model.world,
        branch=model.branch,
        seed=model.seed_of_run,
        timeline=timeline.astype({"day": int}),
        turnout=turnout_table(model),
        removals=removals.table(model.removals),
        work={
            "updates": float(totals[Count.READERS]),
            "rows_scanned": float(totals[Count.ROWS_SCANNED]),
            "cpu_seconds": cpu_seconds,
        },
        digest=model.digest,
        population_seed=model.population_seed,
        kept=None if recorded.keep is None else recorded.keep.table(model.rows[recorded.keep]),
    )


def checked_days(world: World, days: int | None) -> int:
    """``days``, or the whole calendar's for None; InputError for what is no number of its days."""
    return world.days if days is None else int(checked(days, int, "days", low=1, high=world.days))


def last_step(world: World, days: int) -> int:
    """The step at which so many days have ended."""
    return world.burn_in_ticks + days * world.ticks_per_day
