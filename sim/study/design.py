"""A design: many worlds x branches x seeds, simulated through a ledger, and told in one long table."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from sim.branch import Branch
from sim.engine.memory import needed
from sim.executors import Executor, Submits
from sim.fields import InputError, chosen, instance
from sim.outcomes import OwnOutcome
from sim.run import Recording, Run, checked_days, last_step, recording
from sim.sampling import Sampling, rows_of
from sim.sources import UnknownCodeError
from sim.study.batches import Progress, side_by_side, workers_of
from sim.study.blocks import simulated
from sim.study.compare import Study, checked_branches, checked_seeds
from sim.study.failures import reason
from sim.study.keys import RunKeys
from sim.study.ledger import Ledger, ledger_of
from sim.study.long_tables import EFFECTS, RUNS, LongTables, run_table
from sim.study.precision import MOST_SEEDS, Asked, Enough, Precision, checked_most, imprecise, precisions
from sim.study.shelf import Shelf
from sim.study.tree import BranchTree
from sim.study.wanted import Wanted
from sim.study.work import Block, Failed, Work
from sim.world import World

MOST_RUNS = 50_000_000
_GONE = "it was not simulated, as its workers were lost, or its record is gone from the ledger"


class Fault(NamedTuple):
    """A seed of a world that could not be simulated, and why."""

    world: int
    seed: int
    reason: str


@dataclass(frozen=True)
class DesignTables:
    """What a design gave, in a folder: ``effects.parquet`` and ``runs.parquet`` (docs/clusters.md).

    ``faults`` are the seeds that failed, ``precision`` is what seeds were added for, if they were.
    """

    folder: Path
    faults: tuple[Fault, ...] = ()
    precision: tuple[Precision, ...] = ()

    @property
    def effects(self) -> pd.DataFrame:
        """A row for each world, branch, outcome and kind: number of the world, the fields that vary, the columns of
        ``Study.effects``."""
        return pd.read_parquet(self.folder / EFFECTS)

    @property
    def imprecise(self) -> pd.DataFrame:
        """The rows of ``effects`` that are less precise than asked; none where nothing was."""
        return imprecise(self.effects, self.precision)

    @property
    def runs(self) -> pd.DataFrame:
        """A row a run: number of the world, the fields that vary, branch, seed, outcomes at the end, work, digest, key; ``fault``
        says why there are none."""
        return pd.read_parquet(self.folder / RUNS)


class Design:
    """Worlds that differ in some fields, each in every branch with every seed.

    ``worlds`` says how they differ from ``world``: a ``sim.sampling.Grid``, ``LatinHypercube``, ``Sobol`` or ``Table``, or a
    DataFrame (or list of mappings) whose columns are fields as in ``World.replace``. They are numbered from 1. ``branches``,
    ``seeds``, ``reference``, ``days``, ``population_seed`` and ``outcomes`` as in ``sim.compare``; the seeds are the same in all
    worlds. With ``precision`` (and ``most_seeds``), as there too, each world gets more until its own effects are precise enough;
    how many it gets hangs on nothing that happens in the others.

    Raises InputError for whatever cannot be: the field, the value, and the row that has it.

    >>> import sim, tempfile
    >>> grid = sim.sampling.Grid([sim.sampling.Factor("campaign.flooding", (1, 2, 4))])
    >>> branches = {"none": sim.Branch(), "no campaign": sim.Branch(campaign=False)}
    >>> design = sim.Design(sim.World.hk2019(people=1000), grid, branches, seeds=2, days=1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     tables = design.run(folder)
    ...     print(len(tables.runs), sorted(tables.effects["campaign.flooding"].unique()))
    12 [np.int64(1), np.int64(2), np.int64(4)]
    """

    def __init__(
        self,
        world: World,
        worlds: Sampling | pd.DataFrame | Sequence[Mapping[str, Any]],
        branches: Mapping[str, Branch],
        seeds: int | Sequence[int] = 8,
        reference: str | None = None,
        days: int | None = None,
        population_seed: int | None = None,
        outcomes: OwnOutcome | Sequence[OwnOutcome] = (),
        precision: Asked = None,
        most_seeds: int = MOST_SEEDS,
    ) -> None:
        self.world = instance(world, World, "world")
        try:
            self.values = rows_of(worlds, world)
        except InputError as error:
            raise error.under("worlds") if error.field else InputError(error.problem, "worlds") from None
        self.seeds = checked_seeds(seeds)
        self.branches = checked_branches(branches, world)
        self.reference = (
            next(iter(self.branches)) if reference is None else chosen(reference, self.branches, "reference")
        )
        self.population_seed = population_seed
        self._asked_days, self._outcomes = days, outcomes
        self.most_seeds = len(self.seeds) if precision is None else checked_most(most_seeds, self.seeds)
        if self.number_of_runs > MOST_RUNS:
            raise InputError(
                f"must make at most {MOST_RUNS:,} runs with {len(self.branches)} branches and {self.most_seeds} seeds, not "
                f"{self.number_of_runs:,}",
                field="worlds",
            )
        self._largest = self._checked()
        self.precision = precisions(precision, self._recorded(self._largest).columns)

    def __repr__(self) -> str:
        return (
            f"Design({len(self):,} worlds by {', '.join(self.values.columns)}; {', '.join(self.branches)}; "
            f"{len(self.seeds)} seeds)"
        )

    def __len__(self) -> int:
        return len(self.values)

    @property
    def number_of_runs(self) -> int:
        """Worlds x branches x seeds; with precision, at most."""
        return len(self) * len(self.branches) * self.most_seeds

    def __iter__(self) -> Iterator[World]:
        """The worlds, one after the other. Raises InputError naming the row of one that cannot be."""
        return map(self._numbered, range(1, len(self) + 1))

    def _numbered(self, number: int) -> World:
        """A world by its number. Raises InputError naming its row if it cannot be."""
        row = self.values.iloc[number - 1].tolist()
        try:
            return self.world.replace(dict(zip(self.values.columns, row, strict=True)))
        except InputError as error:
            raise _in_row(error, number) from None

    def _checked(self) -> World:
        """The world that takes most memory. Raises InputError if any cannot be, or a branch not in it."""
        largest, most = self.world, 0
        for number, world in enumerate(self, start=1):
            try:
                self._recorded(world)
                checked_branches(self.branches, world)
            except InputError as error:
                raise _in_row(error, number) from None
            if (need := needed(world)) > most:
                largest, most = world, need
        return largest

    def _days(self, world: World) -> int:
        return checked_days(world, self._asked_days)

    def _recorded(self, world: World) -> Recording:
        return recording(world, self._days(world), self._outcomes, (), None)

    def run(
        self,
        folder: str | os.PathLike[str],
        ledger: Ledger | str | os.PathLike[str] | None = None,
        executor: Executor | Submits | str = "threads",
        threads: int | None = None,
        progress: Progress | None = None,
    ) -> DesignTables:
        """Simulate what the ledger (default: ``folder``/ledger) lacks, and write both tables into the folder.

        Killed, it goes on where it stopped when it is run again. ``executor`` and ``threads`` as in ``sim.compare``;
        ``progress(done, total)`` is called with runs that are simulated now. A world that cannot be simulated is left out of
        the effects; its runs say why in the column ``fault``. With precision, worlds that are not certain enough get more seeds
        when all have had as many, and one with a seed that failed gets none until that one can be simulated.
        """
        place = Path(folder)
        try:
            place.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(
                f"must be a folder that can be made, which {place} is not ({error.strerror})", "folder"
            ) from None
        kept_in = ledger_of(place / "ledger" if ledger is None else ledger)
        assert kept_in is not None
        faults = self.simulate(kept_in, executor, threads, progress)
        return self.write(place, kept_in, faults)

    def simulate(
        self,
        ledger: Ledger,
        executor: Executor | Submits | str = "threads",
        threads: int | None = None,
        progress: Progress | None = None,
    ) -> tuple[Fault, ...]:
        """Simulate what a ledger lacks; returns what could not be."""
        self._check_code()
        worked_by, at_most = workers_of(executor, threads)
        largest = self._largest
        tree = BranchTree(largest, self.branches, last_step(largest, self._days(largest)))
        workers = side_by_side(largest, tree.held(), at_most)
        todo = _Count(progress)
        faults: list[Fault] = []
        worlds: Iterable[_Growing] = (_Growing(number, self._enough()) for number in range(1, len(self) + 1))
        todo.more(len(self) * self._runs_a_batch)
        while True:
            going_on: list[_Growing] = []
            work = (each for world in worlds for each in self._missing(world, ledger, todo, going_on))
            with closing(simulated(work, worked_by, workers, at_most, lambda _: todo.told(), ledger)) as arriving:
                for found in arriving:
                    if isinstance(found, Failed):
                        faults.append(Fault(found.work.number, found.work.block.seed, reason(found.fault)))
                        todo.less(len(found.work.block.wanted))
                    else:
                        todo.done += 1
                    todo.told()
            if not going_on:
                return tuple(sorted(faults))
            todo.more(len(going_on) * self._runs_a_batch)
            worlds = going_on

    @property
    def _wanted(self) -> dict[str, Wanted]:
        return {name: Wanted(branch) for name, branch in self.branches.items()}

    @property
    def _runs_a_batch(self) -> int:
        return len(self.branches) * len(self.seeds)

    def _enough(self) -> Enough:
        return Enough(list(self.branches), self.reference, self.seeds, self.precision, self.most_seeds)

    def _check_code(self) -> None:
        try:
            keys = self._keys(self._largest)
            for branch in self.branches.values():
                keys.key(branch, 0)
        except UnknownCodeError as error:
            raise InputError(f"{error}, so a ledger cannot have its runs, which a design needs") from None

    def _keys(self, world: World) -> RunKeys:
        return RunKeys(world, self._days(world), self.population_seed, self._recorded(world))

    def _shelf(self, world: World, ledger: Ledger) -> Shelf:
        return Shelf(ledger, world, self._days(world), self.population_seed, self._recorded(world).outcomes)

    def _missing(self, each: _Growing, ledger: Ledger, todo: _Count, going_on: list[_Growing]) -> list[Work]:
        """What a ledger lacks of the seeds that a world gets next; a world that may get more after these is ``going_on``."""
        number, world = each.number, self._numbered(each.number)
        shelf, days, outcomes = self._shelf(world, ledger), self._days(world), self._recorded(world).outcomes
        lacking = self._lacking(each, shelf)
        blocks = [Block(world, wanted, seed, self.population_seed, days, outcomes) for seed, wanted in lacking.items()]
        todo.less(self._runs_a_batch - sum(map(len, lacking.values())))
        if blocks and self.precision:
            going_on.append(_Growing(number, each.enough, each.enough.batch))
        if blocks and not todo.began:  # where one world's runs can be written, those of others can
            shelf.prepare((wanted, block.seed) for block in blocks for wanted in block.wanted.values())
            todo.began = True
        return [Work(block, shelf, number) for block in blocks]

    def _lacking(self, each: _Growing, shelf: Shelf) -> dict[int, dict[str, Wanted]]:
        """By seed; none where those begun are enough, or one of those that were tried has failed."""
        enough = each.enough
        if not self.precision:
            found = {
                seed: {name: wanted for name, wanted in self._wanted.items() if not shelf.holds(wanted, seed)}
                for seed in enough.batch
            }
            return {seed: wanted for seed, wanted in found.items() if wanted}
        while enough.batch:
            was_tried = enough.batch == each.tried
            look = shelf.read if was_tried else shelf.find
            runs, missing = dict[tuple[str, int], Run](), dict[int, dict[str, Wanted]]()
            for seed in enough.batch:
                for name, wanted in self._wanted.items():
                    run = look(wanted, seed)
                    if run is None:
                        missing.setdefault(seed, {})[name] = wanted
                    else:
                        runs[name, seed] = run
            if missing:
                return {} if was_tried else missing
            enough.add(runs)
        return {}

    def studies(self, ledger: Ledger) -> Iterator[tuple[int, Study]]:
        """The study of each world by its number, with the seeds that a ledger has of all branches; simulates nothing."""
        return ((number, study) for number, _, _, study in self._kept(ledger))

    def _kept(self, ledger: Ledger) -> Iterator[tuple[int, Shelf, tuple[int, ...], Study]]:
        """Of each world its number, its place, the seeds that it was to have, and the study of those that it has."""
        for number, world in enumerate(self, start=1):
            shelf, enough, runs, complete = self._shelf(world, ledger), self._enough(), dict[tuple[str, int], Run](), []
            while batch := enough.batch:
                for seed in batch:
                    found = {name: shelf.read(wanted, seed) for name, wanted in self._wanted.items()}
                    whole = {(name, seed): run for name, run in found.items() if run is not None}
                    if len(whole) == len(found):
                        runs |= whole
                        complete.append(seed)
                if not set(batch).issubset(complete):
                    break
                enough.add({(name, seed): runs[name, seed] for name in self.branches for seed in batch})
            ordered = {(name, seed): runs[name, seed] for name in self.branches for seed in complete}
            days, recorded = self._days(world), self._recorded(world)
            study = Study(
                world, self.branches, tuple(complete), self.reference, days, ordered, recorded, self.precision
            )
            yield number, shelf, enough.begun, study

    def write(self, folder: Path, ledger: Ledger, faults: Sequence[Fault] = ()) -> DesignTables:
        """Write both tables from what a ledger has."""
        why = {(fault.world, fault.seed): fault.reason for fault in faults}
        columns = self._recorded(self._largest).columns
        lost: list[Fault] = []
        with LongTables(folder, self.values, columns) as tables:
            for number, shelf, seeds, study in self._kept(ledger):
                lacking = [
                    Fault(number, seed, why.get((number, seed), _GONE)) for seed in seeds if seed not in study.seeds
                ]
                parts = [
                    pd.DataFrame({"branch": list(self.branches), "seed": fault.seed, "fault": fault.reason})
                    for fault in lacking
                ]
                if study.seeds:
                    parts.insert(0, run_table(study, partial(_key, shelf)))
                tables.add(
                    number, study.effects if study.seeds else pd.DataFrame(), pd.concat(parts, ignore_index=True)
                )
                lost += lacking
        return DesignTables(folder, tuple(lost), self.precision)


class _Growing(NamedTuple):
    """A world by its number, the seeds that it gets, and those of them that have been tried last."""

    number: int
    enough: Enough
    tried: tuple[int, ...] = ()


class _Count:
    """Runs that are done and to be done now, of which a progress is told."""

    def __init__(self, progress: Progress | None) -> None:
        self.done, self.total, self.progress = 0, 0, progress
        self.began = False

    def more(self, runs: int) -> None:
        """So many may have to be."""
        self.total += runs

    def less(self, runs: int) -> None:
        """So many need not be, or cannot be, simulated."""
        self.total -= runs

    def told(self) -> None:
        if self.progress is not None and self.total:
            self.progress(self.done, max(self.done, self.total))


def _key(shelf: Shelf, branch: Branch, seed: int) -> str | None:
    return shelf.key(Wanted(branch), seed)


def _in_row(error: InputError, number: int) -> InputError:
    sentence = str(error).removeprefix("World.").rstrip(".")
    where = "world." if str(error).startswith("World.") else ""
    return InputError(f"must be possible, but in row {number} {where}{sentence}", field="worlds")
