"""What the program is asked to do, as dataclasses with units and ranges, and their registration with Hydra.

Hydra composes a plain tree; ``build_experiment`` makes the frozen dataclasses from it, so that every mistake is found by the
same checks and named with the same words as in the library.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache, cached_property
from typing import Any, NamedTuple

import pandas as pd
from hydra.core.config_store import ConfigStore
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from experiments.command.arguments import executor_field, output_field, results_field, threads_field
from experiments.command.folder import expanded
from experiments.command.user_code import load_user_classes
from experiments.command.words import ENGLISH
from sim import cases
from sim.actors.adaptation import Evading, Rebuilding, Static
from sim.branch import Branch
from sim.cases.case import Case
from sim.executors import Executor
from sim.fields import InputError, Settings, build, public_name, quantity, registered_names
from sim.moderation import Detector, Perfect, Policy, PreemptiveRemoval, Takedown
from sim.outcomes import OwnOutcome, own_outcomes
from sim.outcomes.individuals import GROUPS, kept
from sim.run import Recording
from sim.sampling import Sampling, Table
from sim.study.design import Design
from sim.study.precision import MOST_SEEDS, Precision, checked_most, precisions
from sim.world import World

_DEFAULT = cases.named(cases.NAMES[0])  # whose study is made where nothing else is said
_STUDY = _DEFAULT.study
REACTIVE, PREEMPTIVE = "reactive", "pre-emptive"
LONGEST_NAME = 100  # bytes of a study's name
MOST_RUNS = 100_000  # of a study; more than anybody has the time or the memory for
SPARED = ", innocents spared"  # ends the name of a branch without false positives
AUTO, GRID, STRATEGIES, PLAIN = "auto", "grid", "strategies", "plain"
"""Forms of a report."""


class Cell(NamedTuple):
    """A branch of the grid: what kind of removal, when, and how many accounts of the real case it asks for."""

    branch: str
    kind: str
    date: str
    asked: int


@dataclass(frozen=True)
class NamedBranch(Settings):
    """A branch of a study with its name."""

    name: str = quantity(unit="text", source="given by the user", doc="Name of the branch.")
    policies: tuple[Policy, ...] = quantity(
        (), unit="policies", source="given by the user", doc="What the platform does."
    )
    campaign: bool = quantity(True, unit="yes or no", source="given by the user", doc="Whether the campaign runs.")

    @property
    def errs(self) -> bool:
        """Whether a policy has a detector that can take somebody for what they are not."""
        return any(not isinstance(found, Perfect) for policy in self.policies for _, found in policy.detectors())

    @property
    def knows_the_truth(self) -> bool:
        """Whether a policy flags accounts with an idealised detector; people who review and judge are left out of account."""
        return any(
            found.idealised for policy in self.policies for name, found in policy.detectors() if name == "detector"
        )

    def branch(self) -> Branch:
        """The branch without its name."""
        return Branch(self.policies, self.campaign)


@dataclass(frozen=True)
class Sweep(Settings):
    """A small sweep beside the study: the effect of some branches against one field of the world."""

    field: str = quantity(
        _STUDY["sweep"]["field"], unit="field of the world", source="given by the user", doc="Field to vary."
    )
    values: tuple[float, ...] = quantity(
        tuple(_STUDY["sweep"]["values"]), unit="that of the field", source="given by the user",
        doc="Values to try; none: no sweep.",
    )  # fmt: skip
    branches: tuple[str, ...] = quantity(
        (), unit="names of branches", source="given by the user",
        doc="Branches to compare with the reference (none: the headline's).",
    )  # fmt: skip
    seeds: int = quantity(
        4, unit="seeds", low=1, high=1_000_000, source="given by the user", doc="At most so many of the study's seeds."
    )


@dataclass(frozen=True)
class StudyPlan(Settings):
    """Branches by name, and a grid of removals: every date times every scale, reactive and pre-emptive."""

    case: str = quantity(
        _DEFAULT.name, unit="name", choices=cases.NAMES, source="given by the user",
        doc="The real case that it is about: what is compared with its facts, and told with its assumptions.",
    )  # fmt: skip
    name: str = quantity(
        _STUDY["name"], unit="text", source="given by the user", doc="Begins the results directory's name."
    )
    form: str = quantity(
        AUTO, unit="name", choices=(AUTO, GRID, STRATEGIES, PLAIN), source="given by the user",
        doc="What is told: the grid, a ranking of all branches with policies, or plain scenarios; auto: the grid where there is "
        "one, a ranking where three or more branches have policies, else plain.",
    )  # fmt: skip
    reference: str = quantity(
        "none", unit="name of a branch", source="given by the user", doc="What effects are against."
    )
    headline: str = quantity(
        _STUDY["headline"], unit="name of a branch", source="given by the user", doc="What the report is about."
    )
    branches: tuple[NamedBranch, ...] = quantity(
        tuple(build(NamedBranch, each) for each in _STUDY["branches"]),
        unit="branches",
        source="given by the user",
        doc="Branches beside the grid.",
    )
    dates: tuple[float | str, ...] = quantity(
        tuple(_STUDY["dates"]),
        unit="day numbers or ISO dates", source="given by the user", doc="Dates of the grid's removals.",
    )  # fmt: skip
    reactive: tuple[int, ...] = quantity(
        tuple(_STUDY["reactive"]), unit="accounts in reality", low=0, high=300_000_000,
        source="the case's own number, and parts of it",
        doc="Scales of the grid's takedowns of active accounts.",
    )  # fmt: skip
    preemptive: tuple[int, ...] = quantity(
        tuple(_STUDY["preemptive"]), unit="accounts in reality", low=0, high=300_000_000,
        source="the case's own number, and parts of it",
        doc="Scales of the grid's removals of accounts that have not posted.",
    )  # fmt: skip
    detector: Detector = quantity(
        default_factory=Perfect, unit="detector", source="model choice: an upper bound on what a platform can do",
        doc="Who is flagged in the grid.",
    )  # fmt: skip
    spared: bool = quantity(
        False, unit="yes or no", source="given by the user",
        doc="Whether each named branch whose detectors can err is simulated without false positives as well, to see their cost.",
    )  # fmt: skip
    sweep: Sweep = quantity(default_factory=Sweep, unit="sweep", source="given by the user", doc="The third figure.")
    smallest_effect: float = quantity(
        0.00005, unit="units of mean opinion", low=0, high=2,
        source="a choice: about a quarter of what the whole campaign of the Hong Kong case moves (docs/scale_of_the_world.md)",
        doc="Smallest effect that matters: differences below it are told as none that matters, however sure they are.",
    )  # fmt: skip

    @property
    def has_grid(self) -> bool:
        """Whether there are dates and scales of removals."""
        return bool(self.dates and (self.reactive or self.preemptive))

    @property
    def strategies(self) -> tuple[str, ...]:
        """Names of the branches with policies, which are what can be ranked."""
        return tuple(named.name for named in self.branches if named.policies)

    def settled(self) -> StudyPlan:
        """The plan with the form that ``auto`` stands for; this alone decides it."""
        if self.form != AUTO:
            return self
        return self.replace(form=GRID if self.has_grid else STRATEGIES if len(self.strategies) > 2 else PLAIN)

    def cells(self, world: World) -> tuple[Cell, ...]:
        """The grid, with every date as an ISO date. Raises InputError for a date outside the calendar."""
        dates = [world.date(world.day(day, f"study.dates[{i}]")) for i, day in enumerate(self.dates)]
        scales = [(REACTIVE, "takedown", n) for n in self.reactive] + [
            (PREEMPTIVE, "preemptive", n) for n in self.preemptive
        ]
        return tuple(
            Cell(f"{word}_{asked}@{date}", kind, date, asked) for kind, word, asked in scales for date in dates
        )

    @property
    def swept(self) -> tuple[str, ...]:
        """The branches of the sweep."""
        return self.sweep.branches or (self.headline,)

    def all_branches(self, world: World) -> dict[str, Branch]:
        """Named branches and the grid, by name. Raises InputError for what the world cannot have."""
        branches = {named.name: named.branch() for named in self.branches}
        if self.spared:
            erring = (named for named in self.branches if named.errs)
            branches |= {named.name + SPARED: replace(named.branch(), spares_innocents=True) for named in erring}
        for cell in self.cells(world):
            policy = Takedown if cell.kind == REACTIVE else PreemptiveRemoval
            branches[cell.branch] = Branch((policy(cell.date, self.detector, cell.asked),))
        return branches

    def check(self) -> None:
        names = [named.name for named in self.branches]
        for i, name in enumerate(names):
            if not name or name in names[:i]:
                raise InputError(
                    f"must differ from the others and from '', unlike {name!r}", field=f"branches[{i}].name"
                )
        if not self.name or any(letter in self.name for letter in "/\\\0") or self.name.startswith("."):
            raise InputError(f"must be fit for a file's name, unlike {self.name[:80]!r}", field="name")
        if len(self.name.encode()) > LONGEST_NAME:
            raise InputError(
                f"must be fit for a file's name: at most {LONGEST_NAME} bytes, not {len(self.name.encode()):,}",
                field="name",
            )
        if self.form == GRID and not self.has_grid:
            raise InputError("must not be grid where no dates or no scales make one", field="form")
        if self.form in (STRATEGIES, PLAIN) and self.has_grid:
            raise InputError(f"must be grid or auto where dates and scales make a grid, not {self.form}", field="form")
        if self.form == STRATEGIES and not self.strategies:
            raise InputError("must not be strategies where no branch has policies", field="form")
        for field in ("reference", "headline"):
            if getattr(self, field) not in names:
                raise InputError(f"must be one of {', '.join(names)}, not {getattr(self, field)!r}", field=field)
        if len(set(self.sweep.values)) != len(self.sweep.values):
            raise InputError("must not name anything twice", field="sweep.values")
        if len(set(self.sweep.branches)) != len(self.sweep.branches):
            raise InputError("must not name anything twice", field="sweep.branches")
        if self.sweep.values and self.swept == (self.reference,):
            raise InputError(
                f"must name a branch to compare, for {self.reference} is the reference and the headline",
                field="sweep.branches",
            )
        for i, name in enumerate(self.sweep.branches):
            if name == self.reference:
                raise InputError(
                    "must not name the reference, which the others are compared with", field=f"sweep.branches[{i}]"
                )
            if name not in names:
                raise InputError(f"must be one of {', '.join(names)}, not {name!r}", field=f"sweep.branches[{i}]")
        for field in ("dates", "reactive", "preemptive"):
            values = getattr(self, field)
            if len(set(values)) != len(values):
                raise InputError("must not name anything twice", field=field)


@dataclass(frozen=True)
class Experiment(Settings):
    """A study of a world, and where its results go."""

    world: World = quantity(unit="world", source="given by the user", doc="Who lives there and what happens there.")
    study: StudyPlan = quantity(
        default_factory=StudyPlan, unit="study", source="given by the user", doc="What is compared."
    )
    seeds: int | tuple[int, ...] = quantity(
        8, unit="seeds", low=0, high=2**63 - 1, source="given by the user", doc="A number n (seeds 1 … n), or a list."
    )
    precision: float | tuple[Precision, ...] | None = quantity(
        None, unit="that of the outcome", low=0, low_open=True, source="given by the user",
        doc="Add seeds, as many at a time, until half of the 95 % interval of every effect on mean opinion is at most this; or a "
        "list with an outcome each (none: no more seeds than are named).",
    )  # fmt: skip
    most_seeds: int = quantity(
        MOST_SEEDS, unit="seeds", low=1, high=1_000_000, source="given by the user",
        doc="With precision: the greatest number of seeds.",
    )  # fmt: skip
    design: Sampling | None = quantity(
        None, unit="design", source="given by the user",
        doc="Many worlds instead of one: which fields differ, and how they are spread (none: one world).",
    )  # fmt: skip
    days: int | None = quantity(
        None, unit="days", low=1, high=65_535, source="given by the user", doc="Stop after so many days (none: all)."
    )
    threads: int | None = threads_field()
    executor: Executor = executor_field()
    outcomes: tuple[OwnOutcome, ...] = quantity(
        (), unit="outcomes", source="given by the user", doc="Outcomes of one's own, by module.Class."
    )
    keep: tuple[str, ...] = quantity(
        (), unit="names", choices=tuple(GROUPS), source="given by the user",
        doc="What to keep of every person, in people.parquet.",
    )  # fmt: skip
    every: int | None = quantity(
        None, unit="days", low=1, high=65_535, source="given by the user",
        doc="Days from one day that is kept to the next (none: 1); the last is kept as well.",
    )  # fmt: skip
    watch: int = quantity(
        1000, unit="accounts", low=0, high=2000, source="given by the user",
        doc="Accounts to be watched day by day in the reference and the headline's branch, for the report to show; with "
        "any, it is followed too who carried the campaign's words (0: none).",
    )  # fmt: skip
    language: str = quantity(
        ENGLISH, unit="name or file", source="given by the user",
        doc="Language of the report; FILE.yaml, called by the language's tag, is one of the user's own.",
    )  # fmt: skip
    live: bool = quantity(
        False, unit="yes or no", source="given by the user",
        doc="Whether the report has the model itself, to simulate in it what the study has not (a minute the first time).",
    )  # fmt: skip
    results: str = results_field("Where results and the ledger lie.")
    output: str = output_field()

    def check(self) -> None:
        if self.days is not None and self.days > self.world.days:
            raise InputError(
                f"must be at most {self.world.days}, the days of the calendar, not {self.days}", field="days"
            )
        if self.seeds in (0, ()):
            raise InputError("must be at least one", field="seeds")
        if isinstance(self.seeds, tuple) and len(set(self.seeds)) != len(self.seeds):
            raise InputError("must not name a seed twice", field="seeds")
        own_outcomes(self.outcomes)
        _ = self.asked
        if self.asked:
            checked_most(self.most_seeds, self.seed_list)
        elif self.most_seeds != MOST_SEEDS:
            raise InputError("must be left out without precision, for which seeds are added", field="most_seeds")
        kept(self.keep, self.every, self.world.days)
        self._check_branches()
        self._check_sweep()
        if self.design is not None:
            _ = self.designed
        branches = len(self.study.all_branches(self.world))
        number = self.number_of_seeds
        if number * branches > MOST_RUNS:
            raise InputError(
                f"must be at most {MOST_RUNS // branches:,} where a study has {branches} branches, not {number:,}",
                field="most_seeds" if self.asked else "seeds",
            )

    def _check_branches(self) -> None:
        fields = {REACTIVE: "study.reactive", PREEMPTIVE: "study.preemptive"}
        cells = {cell.branch: fields[cell.kind] for cell in self.study.cells(self.world)}
        named = {named.name: f"study.branches[{i}]" for i, named in enumerate(self.study.branches)}
        for name, branch in self.study.all_branches(self.world).items():
            try:
                branch.check_against(self.world)
            except InputError as error:
                if name in named:
                    raise error.under(named[name]) from None
                raise InputError(error.problem, field=cells[name]) from None

    def _check_sweep(self) -> None:
        for value in self.study.sweep.values:
            try:
                self.world.replace({self.study.sweep.field: value})
            except InputError as error:
                words = str(error)[:1].lower() + str(error)[1:]
                raise InputError(f"must fit the world: {words}", field="study.sweep") from None

    @cached_property
    def designed(self) -> Design:
        """The design over all branches of the study; its worlds are made and checked once. Raises InputError for worlds that
        cannot be."""
        assert self.design is not None
        try:
            return Design(
                self.world, self.design, self.study.all_branches(self.world), self.seed_list, self.study.reference, self.days,
                outcomes=self.outcomes, precision=self.asked or None, most_seeds=self.most_seeds,
            )  # fmt: skip
        except InputError as error:
            if error.field is None or not error.field.startswith("worlds"):
                raise
            raise InputError(error.problem, f"design{error.field.removeprefix('worlds')}") from None

    @property
    def swept(self) -> Design:
        """The sweep as the design that it is: one field, a few branches and seeds."""
        sweep = self.study.sweep
        return self.over(
            [{sweep.field: value} for value in sweep.values], self.study.swept, self.seed_list[: sweep.seeds]
        )

    def over(
        self,
        worlds: Sampling | pd.DataFrame | Sequence[Mapping[str, Any]],
        branches: Sequence[str],
        seeds: Sequence[int] | None = None,
    ) -> Design:
        """Some branches of the study beside its reference as a design over these worlds (default: with all seeds). Raises
        InputError."""
        everything, reference = self.study.all_branches(self.world), self.study.reference
        return Design(
            self.world, worlds, {name: everything[name] for name in (reference, *branches)},
            self.seed_list if seeds is None else seeds, reference, self.days, outcomes=self.outcomes,
        )  # fmt: skip

    @property
    def number_of_runs(self) -> int:
        """Runs of the study and of its sweep together, at most."""
        sweep = self.study.sweep
        swept = len(sweep.values) * (1 + len(self.study.swept)) * min(sweep.seeds, len(self.seed_list))
        return len(self.study.all_branches(self.world)) * self.number_of_seeds + swept

    @property
    def asked(self) -> tuple[Precision, ...]:
        """The precision that is asked for, outcome by outcome. Raises InputError."""
        return precisions(self.precision, Recording(own_outcomes(self.outcomes)).columns)

    @property
    def number_of_seeds(self) -> int:
        """How many seeds there will be, at most."""
        if self.asked:
            return self.most_seeds
        return self.seeds if isinstance(self.seeds, int) else len(self.seeds)

    @property
    def seed_list(self) -> tuple[int, ...]:
        """The seeds to begin with, which are all but where precision is asked for."""
        return tuple(range(1, self.seeds + 1)) if isinstance(self.seeds, int) else self.seeds


def plan_of(case: Case) -> StudyPlan:
    """The study of a case."""
    return build(StudyPlan, _with_defaults({"case": case.name}), path="study")


def _with_defaults(study: dict[str, Any]) -> dict[str, Any]:
    """A study's values with those of its case where it has none."""
    name = study.get("case", _DEFAULT.name)
    defaults = cases.named(name).study if name in cases.NAMES else {}
    sweep = study.get("sweep")
    inner = {"sweep": {**defaults.get("sweep", {}), **sweep}} if isinstance(sweep, dict) else {}
    return {**defaults, **study, **inner}


@cache
def register() -> None:
    """Give Hydra the defaults of the dataclasses as nodes: ``experiment``; of each case its worlds and its study, and
    ``case/NAME``, which chooses both; ``campaign/static``, ``rebuilding`` and ``evading``, which say how the operator answers
    losses.

    The nodes are open, so that an unknown field reaches our own checks, which know what it might have meant.
    """
    store = ConfigStore.instance()
    plain = Experiment(world=_DEFAULT.world(people=1000)).to_mapping()
    del plain["world"], plain["study"], plain["executor"]
    store.store(name="experiment", node=plain)
    for case in map(cases.named, cases.NAMES):
        study = plan_of(case)
        for name, changes in {case.name: {}, **case.worlds}.items():
            world = case.world(**changes)
            _store("world", name, _without_defaults_of_graph(world))
        _store("study", study.name, study.to_mapping())
        chosen = {"defaults": [{"override /world": case.name}, {"override /study": study.name}]}
        _store("case", case.name, chosen, package="_global_")
    for name in registered_names(Sampling):
        sampled: dict[str, Any] = {"name": name} | ({} if name == public_name(Table) else {"factors": []})
        _store("design", name, sampled)
    for name in registered_names(Executor):
        executor = build(Executor, name)
        _store("executor", name, {"name": name, **executor.to_mapping()})
    for way in (Static(), Rebuilding(), Evading()):
        answer = {"adaptation": {"name": way.name, **way.to_mapping()}}
        store.store(group="campaign", name=way.name, node=answer, package="world.campaign")


def _without_defaults_of_graph(world: World) -> dict[str, Any]:
    """A world's mapping in which its graph has only what differs from the defaults of its kind: the others would be left over
    where a command line chooses another kind."""
    mapping, graph = world.to_mapping(), world.graph
    usual = {field.name: field.default for field in fields(graph)}
    changed = {name: value for name, value in graph.to_mapping().items() if getattr(graph, name) != usual[name]}
    return mapping | {"graph": {graph.chosen_by: graph.kind, **changed}}


def _store(group: str, name: str, mapping: dict[str, Any], package: str | None = None) -> None:
    """Give Hydra an open node, which it makes of the mapping: one that is made already it would make a second time."""
    store = ConfigStore.instance()
    store.store(group=group, name=name, node=mapping, package=package)
    OmegaConf.set_struct(store.repo[group][f"{name}.yaml"].node, False)


def build_experiment(config: DictConfig, typed: Sequence[str] | None) -> Experiment:
    """The experiment that Hydra has composed. Raises InputError.

    Classes of the user's own are imported where they are named in what the user has typed (None: wherever they are named).
    """
    try:
        own = (
            OmegaConf.masked_copy(config, [str(key) for key in config if key != "hydra"])
            if "hydra" in config
            else config
        )
        plain = OmegaConf.to_container(own, resolve=True, throw_on_missing=True)
    except OmegaConfBaseException as error:
        raise InputError(f"{error.full_key}: {str(error).splitlines()[0]}" if error.full_key else str(error)) from None
    assert isinstance(plain, dict)
    load_user_classes(plain, typed)
    if isinstance(plain.get("study"), dict):
        plain["study"] = _with_defaults(plain["study"])
    if isinstance(plain.get("results"), str):
        plain["results"] = expanded(plain["results"])
    return build(Experiment, {str(key): value for key, value in plain.items()}, path="")
