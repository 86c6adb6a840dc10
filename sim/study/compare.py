"""A study: branches x seeds over one world, compared seed by seed."""

from __future__ import annotations

import os
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import pandas as pd

from sim.branch import Branch
from sim.executors import Executor, Submits
from sim.fields import InputError, checked, chosen, instance, shown
from sim.notebook import captioned
from sim.outcomes import OwnOutcome
from sim.outcomes.individuals import ToKeep
from sim.randomness import checked_seed
from sim.run import NOTHING_MORE, Recording, Run, checked_days, recording
from sim.study.batches import Batches, Progress, runs_of, workers_of
from sim.study.effects import effects_of, measured
from sim.study.intervals import ANYTIME, STUDENT, Method
from sim.study.ledger import Ledger, ledger_of
from sim.study.looks import Look, records
from sim.study.precision import MOST_SEEDS, Asked, Enough, Precision, checked_most, imprecise, precisions
from sim.study.shelf import Shelf
from sim.world import World

if typing.TYPE_CHECKING:
    from matplotlib.figure import Figure

SEEDS_LIMIT = 1_000_000


@dataclass(frozen=True, eq=False)
class Study:
    """Runs of several branches with the same seeds, ``runs[branch, seed]``, and the name of the branch to compare with.

    ``precision`` is what seeds were added for, if they were; ``looks`` has by name the runs at which a closer look was taken.
    """

    world: World
    branches: Mapping[str, Branch]
    seeds: tuple[int, ...]
    reference: str
    days: int
    runs: Mapping[tuple[str, int], Run]
    recorded: Recording = NOTHING_MORE
    precision: tuple[Precision, ...] = ()
    looks: Mapping[str, Mapping[tuple[str, int], Run]] = field(default_factory=dict)

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
    def relays(self) -> pd.DataFrame:
        """Who carried the campaign's words: columns branch, seed and those of ``run.relays``. Raises InputError where nobody was
        followed."""
        return self._tables("relays")

    @property
    def people(self) -> pd.DataFrame:
        """Individual-level data: columns branch, seed and those of ``run.people``. Raises InputError where none were kept."""
        parts = [run.people.assign(branch=branch, seed=seed) for (branch, seed), run in self.runs.items()]
        table = pd.concat(parts, ignore_index=True)
        return table[["branch", "seed", *[c for c in table.columns if c not in ("branch", "seed")]]]

    def seen(self, look: str) -> pd.DataFrame:
        """What a look kept, by its name: columns branch, seed and those of ``run.kept``. Raises InputError for one that was not
        asked for."""
        return self._tables("kept", self.looks[chosen(look, self.looks, "look")])

    def _tables(self, name: str, runs: Mapping[tuple[str, int], Run] | None = None) -> pd.DataFrame:
        tables = {key: getattr(run, name) for key, run in (self.runs if runs is None else runs).items()}
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
    def method(self) -> Method:
        """How intervals are made: ``student``, or ``anytime`` where the number of seeds hung on what they gave."""
        return ANYTIME if self.precision else STUDENT

    @property
    def imprecise(self) -> pd.DataFrame:
        """The rows of ``effects`` that are less precise than asked; none where nothing was."""
        return imprecise(self.effects, self.precision)

    @property
    def effects(self) -> pd.DataFrame:
        """Effects against the reference, a row for each branch, outcome and kind (docs/outcomes.md).

        ``difference`` is the mean over seeds of the paired difference, low and high its 95 % interval, n how many differences
        there are. ``opinion_mean`` has two rows: ``counterfactual`` is the difference of mean opinions, ``traced`` that of the
        troll parts, which has almost no sampling noise but leaves out selection and silence. All other outcomes are
        ``counterfactual``. ``identical`` says that the branch ended in exactly the reference's state. ``interval`` is how the
        interval is made: ``student`` (nan with one seed), or ``anytime`` where seeds were added until it was narrow enough
        (nan below 9). ``variance_reduction`` is how many times the variance would be, had the branches other seeds; ``p`` the
        p-value of no difference, ``p_holm`` after Holm's correction for all branches compared on that outcome, ``q`` after
        Benjamini and Hochberg's for the whole table.
        """
        values, outcomes = measured(self.runs), self.recorded.columns
        identical = {branch: self.identical(branch) for branch in self.branches}
        return effects_of(values, list(self.branches), self.reference, self.seeds, outcomes, self.method, identical)

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
    keep: ToKeep = (),
    every: int | None = None,
    executor: Executor | Submits | str = "threads",
    precision: Asked = None,
    most_seeds: int = MOST_SEEDS,
    looks: Mapping[str, Look] = MappingProxyType({}),
) -> Study:
    """Simulate every branch with every seed and compare them seed by seed.

    ``seeds`` is a number n (seeds 1 … n) or a list; ``reference`` (default: the first branch) is what effects are measured
    against; ``threads`` seeds run at a time, and where there are fewer, each takes several threads. What branches have in
    common is simulated once. Runs that ``ledger`` (or the folder that it names) holds are not simulated again, and new ones
    are kept as soon as they are done; a run is the same only if all that decides its numbers is, code included.
    ``progress(done, total)`` is called with ticks, first with those done
    before anything is begun.
    ``outcomes``, ``keep`` and ``every`` as in ``simulate``. What is to be seen of some branches and seeds alone is asked for by
    ``looks``, a ``sim.Look`` for each name, and is in ``study.seen(name)``; it takes no run of its own.

    With ``precision`` seeds are added, as many at a time as ``seeds`` are, until half of the 95 % interval of every effect on
    mean opinion is at most that number, or ``most_seeds`` are simulated; a ``sim.Precision``, or a list of them, asks it of other
    outcomes. Intervals then hold however many seeds it took (``Study.effects``), and ``study.imprecise`` has the effects for
    which they were not enough. Which seeds these are hangs on nothing but what is asked.

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
    most = len(chosen_seeds) if precision is None else checked_most(most_seeds, chosen_seeds)
    recorded = recording(world, length, outcomes, keep, every, len(branches) * most)
    asked = precisions(precision, recorded.columns)
    if population_seed is not None:
        population_seed = checked_seed(population_seed, "population_seed")
    kept_in = ledger_of(ledger)
    shelf = None if kept_in is None else Shelf(kept_in, world, length, population_seed, recorded.outcomes)
    wanted = records(world, given, chosen_seeds, length, recorded.keep, looks)
    simulation = Batches(
        world, wanted, population_seed, length, recorded.outcomes, worked_by, workers, kept_in, shelf, progress
    )
    found: dict[tuple[str, int], Run | None] = {}
    enough = Enough(names, reference, chosen_seeds, asked, most)
    while batch := enough.batch:
        runs = simulation.simulated(batch)
        found |= runs
        enough.add(runs_of(shelf, wanted, runs, batch))
    begun = enough.begun
    seen = {look: runs_of(shelf, wanted, found, begun, look) for look in looks}
    return Study(
        world, given, begun, reference, length, runs_of(shelf, wanted, found, begun), recorded, asked, looks=seen
    )


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
        return tuple(range(1, checked(found, int, "seeds", low=1, high=SEEDS_LIMIT) + 1))
    if not found or len(set(found)) != len(found):
        raise InputError(f"must be a number of seeds or a list of different ones, not {shown(seeds)}", field="seeds")
    return tuple(found)
