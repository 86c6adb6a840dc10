"""A study: branches x seeds over one world, compared seed by seed."""

from __future__ import annotations

import os
import typing
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

from sim.branch import Branch
from sim.engine.memory import needed, seeds_at_a_time
from sim.executors import Executor, Submits, executor_of
from sim.fields import InputError, checked, chosen, instance, shown
from sim.notebook import captioned
from sim.outcomes import OwnOutcome
from sim.outcomes.watched import Watch
from sim.randomness import checked_seed
from sim.run import NOTHING_MORE, Recording, Run, checked_days, recording
from sim.study.blocks import simulated
from sim.study.failures import FailedRunsError
from sim.study.kept import KeptRuns
from sim.study.ledger import Ledger, ledger_of
from sim.study.shelf import Shelf
from sim.study.work import Block, Found, Work
from sim.threads import checked_threads
from sim.world import World

if typing.TYPE_CHECKING:
    from matplotlib.figure import Figure

LEVEL = 0.95
MOST_SEEDS = 1_000_000
Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Study:
    """Runs of several branches with the same seeds, ``runs[branch, seed]``, and the name of the branch to compare with."""

    world: World
    branches: Mapping[str, Branch]
    seeds: tuple[int, ...]
    reference: str
    days: int
    runs: Mapping[tuple[str, int], Run]
    recorded: Recording = NOTHING_MORE

    def __repr__(self) -> str:
        return (
            f"Study({', '.join(self.branches)}; {len(self.seeds)} seeds, {self.days} days, "
            f"compared with {self.reference!r})"
        )

    def _repr_html_(self) -> str:
        effects = self.effects
        return captioned(effects[effects["outcome"] == "opinion_mean"], repr(self))

    @property
    def outcomes(self) -> pd.DataFrame:
        """Final outcomes, one row a run, indexed by branch and seed."""
        rows = {key: run.outcomes for key, run in self.runs.items()}
        return _by_branch_and_seed(pd.DataFrame(rows).T)

    @property
    def timelines(self) -> pd.DataFrame:
        """Daily outcomes of all runs: columns branch, seed, date, day and the outcomes."""
        parts = [
            run.timeline.reset_index().assign(branch=branch, seed=seed) for (branch, seed), run in self.runs.items()
        ]
        table = pd.concat(parts, ignore_index=True)
        return table[["branch", "seed", *[c for c in table.columns if c not in ("branch", "seed")]]]

    @property
    def turnout(self) -> pd.DataFrame:
        """Turnout by event: columns branch, seed, day, side, event, turnout."""
        return self._tables("turnout")

    @property
    def removals(self) -> pd.DataFrame:
        """What each policy asked for and removed: columns branch, seed and those of
        ``sim.engine.removals.table``."""
        return self._tables("removals")

    @property
    def people(self) -> pd.DataFrame:
        """Individual-level data: columns branch, seed and those of ``run.people``. Raises InputError where none were kept."""
        parts = [run.people.assign(branch=branch, seed=seed) for (branch, seed), run in self.runs.items()]
        table = pd.concat(parts, ignore_index=True)
        return table[["branch", "seed", *[c for c in table.columns if c not in ("branch", "seed")]]]

    def _tables(self, name: str) -> pd.DataFrame:
        tables = {key: getattr(run, name) for key, run in self.runs.items()}
        # Empty tables have columns of no type, which would make those of the others untyped.
        parts = [t.assign(branch=branch, seed=seed) for (branch, seed), t in tables.items() if len(t)]
        if not parts:
            parts = [next(iter(tables.values())).assign(branch="", seed=0)]
        table = pd.concat(parts, ignore_index=True)
        return table[["branch", "seed", *[c for c in table.columns if c not in ("branch", "seed")]]]

    def identical(self, branch: str) -> bool:
        """Whether a branch ended in exactly the state of the reference, for every seed."""
        chosen(branch, self.branches, "branch")
        return all(self.runs[branch, seed].digest == self.runs[self.reference, seed].digest for seed in self.seeds)

    @property
    def effects(self) -> pd.DataFrame:
        """Effects against the reference: branch, outcome, kind, difference, low, high, n, identical.

        ``difference`` is the mean over seeds of the paired difference, low and high its 95 % Student interval (nan with one
        seed). The row of ``opinion_mean`` appears twice: ``counterfactual`` is the difference of mean opinions,
        ``traced`` that of the troll parts, which has almost no sampling noise but leaves out selection and silence. All
        other outcomes are ``counterfactual``. ``identical`` says that the branch ended in exactly the reference's state.
        """
        counterfactual = [("counterfactual", name, name) for name in self.recorded.columns]
        values = {key: run.outcomes.to_dict() for key, run in self.runs.items()}
        rows = []
        for branch in self.branches:
            if branch == self.reference:
                continue
            identical = self.identical(branch)
            for kind, outcome, measured in (("traced", "opinion_mean", "troll_part"), *counterfactual):
                differences = [
                    values[branch, seed][measured] - values[self.reference, seed][measured] for seed in self.seeds
                ]
                rows.append(_effect(branch, outcome, kind, differences, identical))
        columns = ["branch", "outcome", "kind", "difference", "low", "high", "n", "identical"]
        return pd.DataFrame(rows, columns=columns)

    def plot(
        self,
        kind: str = "effects",
        outcomes: str | Sequence[str] | None = None,
        branches: str | Sequence[str] | None = None,
        differences: bool = False,
    ) -> Figure:
        """A standard figure, a panel an outcome, as a figure of matplotlib's: ``study.plot().savefig("effects.png")``.

        ``effects``: the difference of each branch from the reference at the end, with its 95 % interval. ``timeline``: the mean
        over seeds of each branch day by day, with its 95 % interval as a band; with ``differences`` that of the paired
        difference from the reference. Default outcomes are the user's own, else opinion (and, over time, its troll part);
        default branches are all. Raises InputError for what the study does not have.
        """
        from sim.study.figures import plot

        return plot(self, kind, outcomes, branches, differences)


def paired_intervals(
    differences: ArrayLike, level: float = LEVEL
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Mean, low, high and n of each row of differences (rows, seeds): Student's interval.

    Differences that are not finite are left out, n counts the rest. What these cannot give is nan: the interval where n is 1, all
    where it is 0.
    """
    values = np.asarray(differences, dtype=np.float64)
    known = np.isfinite(values)
    n = known.sum(axis=1)
    mean = np.where(known, values, 0.0).sum(axis=1) / np.where(n > 0, n, np.nan)
    squares = np.where(known, (values - mean[:, None]) ** 2, 0.0).sum(axis=1)
    degrees = np.where(n > 1, n - 1.0, np.nan)
    half = stdtrit(degrees, 0.5 + level / 2) * np.sqrt(squares / degrees) / np.sqrt(n.clip(1))
    return mean, mean - half, mean + half, n


def paired_interval(differences: Iterable[float], level: float = LEVEL) -> tuple[float, float, float, int]:
    """``paired_intervals`` of one row."""
    mean, low, high, n = paired_intervals([list(differences)], level)
    return float(mean[0]), float(low[0]), float(high[0]), int(n[0])


def _effect(branch: str, outcome: str, kind: str, differences: Iterable[float], identical: bool) -> tuple[object, ...]:
    return (branch, outcome, kind, *paired_interval(differences), identical)


def _by_branch_and_seed(table: pd.DataFrame) -> pd.DataFrame:
    table.index = table.index.set_names(["branch", "seed"])
    return table


def compare(
    world: World,
    branches: Mapping[str, Branch],
    seeds: int | Sequence[int] = 8,
    reference: str | None = None,
    days: int | None = None,
    threads: int | None = None,
    population_seed: int | None = None,
    ledger: Ledger | str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
    outcomes: OwnOutcome | Sequence[OwnOutcome] = (),
    keep: str | Iterable[str] | Watch = (),
    every: int | None = None,
    executor: Executor | Submits | str = "threads",
) -> Study:
    """Simulate every branch with every seed and compare them seed by seed.

    ``seeds`` is a number n (seeds 1 … n) or a list; ``reference`` (default: the first branch) is what effects are measured
    against; ``threads`` seeds run at a time. What branches have in common is simulated once. Runs that ``ledger`` (or
    the folder that it names) holds are not simulated again, and new ones are kept as soon as they are done; a run is the same
    only if all that decides its numbers is, code included. ``progress(done, total)`` is called with ticks.
    ``outcomes``, ``keep`` and ``every`` as in ``simulate``.

    ``executor`` has seeds simulated elsewhere than in threads of this process, and the same bits come back: by "processes" of
    this machine, as many as ``threads`` (a script then needs its ``if __name__ == "__main__"``), "ray", "dask" or "slurm", or as
    ``sim.executors`` sets these up (``sim.executors.Slurm(partition="…")``), or by whatever takes work as
    ``concurrent.futures`` has it (PEP 3148; ``dask.distributed.Client(…).get_executor()``,
    ``mpi4py.futures.MPIPoolExecutor()``). A worker has a seed at a time, in one thread; classes of the user's own must be in
    modules that it can import. Runs go into the ledger here, as they arrive, or workers write them there (``shared_ledger``);
    progress is told seed by seed.

    Raises InputError for anything that cannot be simulated as asked, before anything is simulated. With a ledger, a run that
    fails ends no other: it is put on record with its reason, ``sim.FailedRunsError`` is raised when all others are kept, and the
    same call simulates it again, by itself. Processes that use a ledger at the same time share the work.

    >>> import sim
    >>> takedown = sim.Branch(policies=(sim.moderation.Takedown(day=1, accounts=936),))
    >>> study = sim.compare(sim.World.hk2019(people=1000), {"none": sim.Branch(), "takedown": takedown}, seeds=2, days=2)
    >>> sorted(study.effects["branch"].unique())
    ['takedown']
    """
    instance(world, World, "world")
    if progress is not None and not callable(progress):
        raise InputError(f"must be a function of ticks done and ticks in all, not {shown(progress)}", field="progress")
    chosen_seeds = checked_seeds(seeds)
    worked_by, workers = workers_of(executor, threads)
    given = checked_branches(branches, world)
    names = list(given)
    reference = names[0] if reference is None else chosen(reference, names, "reference")
    length = checked_days(world, days)
    recorded = recording(world, length, outcomes, keep, every, len(branches) * len(chosen_seeds))
    if population_seed is not None:
        population_seed = checked_seed(population_seed, "population_seed")
    kept_in = ledger_of(ledger)
    shelf = None if kept_in is None else Shelf(kept_in, world, length, population_seed, recorded)
    runs: dict[tuple[str, int], Run | None] = {}  # None: on record
    missing: dict[int, dict[str, Branch]] = {}
    for seed in chosen_seeds:
        for name, branch in given.items():
            if shelf is not None and shelf.holds(branch, seed):
                runs[name, seed] = None
            else:
                missing.setdefault(seed, {})[name] = branch

    blocks = [Block(world, wanted, seed, population_seed, length, recorded) for seed, wanted in missing.items()]
    states = max((block.tree.states() for block in blocks), default=1)
    workers = side_by_side(world, states, min(workers, max(1, len(blocks))))
    if shelf is not None:
        shelf.prepare((branch, block.seed) for block in blocks for branch in block.branches.values())
    total = sum(block.tree.ticks() for block in blocks)
    done = 0

    def advanced(ticks: int) -> None:
        nonlocal done
        done += ticks
        if progress is not None:
            progress(done, total)

    work = [Work(block, shelf) for block in blocks]
    with closing(simulated(work, worked_by, workers, advanced, kept_in)) as arriving:
        faults = dict[tuple[str, int], Exception]()
        for one in arriving:
            seed = one.work.block.seed
            if isinstance(one, Found):
                on_record = shelf is not None and shelf.keeps(given[one.branch], seed)
                runs[one.branch, seed] = None if on_record else one.run
            elif shelf is None or isinstance(one.fault, InputError):
                raise one.fault
            else:
                faults |= {(name, seed): one.fault for name in one.work.block.branches if (name, seed) not in runs}
    lacking = len(given) * len(chosen_seeds) - len(runs)
    if lacking and kept_in is not None:
        raise FailedRunsError(faults, lacking, kept_in.directory) from next(iter(faults.values()), None)
    ordered = {(name, seed): runs[name, seed] for name in names for seed in chosen_seeds}
    return Study(world, given, chosen_seeds, reference, length, _runs(shelf, given, ordered), recorded)


def _runs(
    shelf: Shelf | None, branches: Mapping[str, Branch], runs: Mapping[tuple[str, int], Run | None]
) -> Mapping[tuple[str, int], Run]:
    if shelf is None:
        return {key: run for key, run in runs.items() if run is not None}
    return KeptRuns(shelf, branches, runs)


def workers_of(executor: Executor | Submits | str, threads: int | None) -> tuple[Executor | Submits, int]:
    """The executor that is meant, and how many seeds are to be simulated at a time on this machine. Raises InputError."""
    found = executor_of(executor)
    if isinstance(found, Executor) and not found.brings_workers:
        return found, checked_threads(threads)
    if threads is not None:
        raise InputError("must be left out where an executor is given that has workers of its own", field="threads")
    return found, 1


def side_by_side(world: World, states: int, workers: int) -> int:
    """How many seeds run at a time, each with so many states held at once: ``workers``, or as many as there is memory for, which
    is then said. Raises InputError where one does not fit."""
    states += 1  # while a side branch is tried as a shadow
    fitting = seeds_at_a_time(world, states, workers)
    if fitting < workers:
        warnings.warn(
            f"{fitting} instead of {workers} seeds are simulated at a time, for want of memory: each takes about "
            f"{needed(world, states) / 1e9:.1f} GB.",
            stacklevel=3,
        )
    return fitting


def checked_branches(branches: Mapping[str, Branch], world: World) -> dict[str, Branch]:
    """The branches, each checked against the world. Raises InputError."""
    if not isinstance(branches, Mapping):
        raise InputError(f"must be a mapping of names to branches, not {shown(branches)}", field="branches")
    if not branches:
        raise InputError("must have at least one branch, not none", field="branches")
    for name, branch in branches.items():
        if not isinstance(name, str):
            raise InputError(f"must be text as the name of a branch, not {shown(name)}", field="branches")
        try:
            instance(branch, Branch, "").check_against(world)
        except InputError as error:
            raise error.under(f"branches[{shown(name)}]") from None
    return dict(branches)


def checked_seeds(seeds: int | Sequence[int]) -> tuple[int, ...]:
    """The seeds 1 … n, or those of a list. Raises InputError."""
    found = checked(seeds, int | tuple[int, ...], "seeds", low=0, high=2**63 - 1)
    if isinstance(found, int):
        return tuple(range(1, checked(found, int, "seeds", low=1, high=MOST_SEEDS) + 1))
    if not found or len(set(found)) != len(found):
        raise InputError(f"must be a number of seeds or a list of different ones, not {shown(seeds)}", field="seeds")
    return tuple(found)
