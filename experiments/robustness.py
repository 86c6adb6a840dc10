"""``python -m experiments.robustness``: in which worlds which strategy helps, harms, or does nothing. ``--help`` says more."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from experiments.analysis.discovery import check_package
from experiments.analysis.effects import averted
from experiments.analysis.plausible import varied
from experiments.analysis.robustness import Robustness, document, print_robustness, tell_of, write
from experiments.command.arguments import HELP, Dialect, names_in
from experiments.command.terminal import program
from experiments.report.design import print_faults
from experiments.studies.composed import KEYS, composed
from experiments.studies.run_design import Asked, simulate_design
from experiments.studies.settings import StudyPlan
from sim.fields import InputError, Settings, chosen, quantity
from sim.sampling import MOST_WORLDS, Factor, LatinHypercube, Sobol
from sim.study.design import DesignTables

PROGRAM = "experiments.robustness"
USUAL = ("study=strategies", "seeds=4")


@dataclass(frozen=True)
class Options(Settings):
    """Which worlds, and which strategies."""

    worlds: int = quantity(
        200, unit="worlds", low=20, high=MOST_WORLDS, source="given by the user", doc="How many plausible worlds."
    )
    spread: str = quantity(
        LatinHypercube.name, unit="name", choices=(LatinHypercube.name, Sobol.name), source="given by the user",
        doc="How they are spread over the plausible ranges.",
    )  # fmt: skip
    strategies: str | tuple[str, ...] = quantity(
        "", unit="names of branches", source="given by the user",
        doc="Strategies to compare, with commas: actual,combined (empty: all branches of the study with policies).",
    )  # fmt: skip
    fields: str | tuple[str, ...] = quantity(
        "", unit="fields of the world", source="given by the user",
        doc="Assumptions to vary, with commas (empty: all with a plausible range).",
    )  # fmt: skip
    sample_seed: int = quantity(
        1, unit="1", low=0, high=2**31 - 1, source="given by the user", doc="Of the worlds; runs have their own seeds."
    )


DIALECT = Dialect(Options)
USAGE = DIALECT.usage(
    "python -m experiments.robustness [worlds=200] [strategies=NAME,NAME] [fields=FIELD,FIELD] [study=strategies] [seeds=N] …",
    "Draws worlds from the plausible ranges of the assumptions, tries each strategy in each of them, and tells in which share it",
    "helps by more than the smallest effect that matters (study.smallest_effect), makes no difference that matters, or harms;",
    "which two or three conditions decide it; and what it costs to have chosen it (regret). The branches are those of",
    "study=strategies, with four seeds, unless told otherwise; a figure, tables and all runs go to results/STUDY-robustness-KEY.",
    "The same command goes on where it was interrupted. Needs pip install 'groundswell[analysis]'.",
    "",
    *KEYS,
)


@program
def main(arguments: Sequence[str]) -> int:
    """Run the program with these arguments and return its exit code."""
    if set(HELP) & set(arguments):
        print(USAGE)
        return 0
    asked = composed(PROGRAM, DIALECT, arguments, USUAL)
    if asked is None:
        return 0
    options, experiment = asked.options, asked.experiment
    plan, world = experiment.study, experiment.world
    if len(experiment.seed_list) < 2:
        raise InputError("must be at least two, so that chance can be told from what the assumptions do", "seeds")
    strategies = _strategies(options, plan)
    chosen_fields = varied(world, names_in(options.fields))
    spread = _spread(options, chosen_fields.factors)
    check_package()
    design = experiment.over(spread, strategies)
    about = {**spread.to_mapping(), "strategies": list(strategies), "smallest_effect": plan.smallest_effect}

    def tell(tables: DesignTables, folder: Path) -> Robustness:
        table = averted(tables, strategies, len(design), world.campaign.stance)
        found = tell_of(table, design.values, chosen_fields, plan, world, len(experiment.seed_list))
        write(found, folder)
        return found

    run, found = simulate_design(Asked(experiment, design, asked.command, "robustness", about, PROGRAM), tell)
    if experiment.output == "json":
        print(json.dumps(document(found, run), allow_nan=False))
    else:
        print_robustness(found, run)
    return print_faults(run)


def _spread(options: Options, factors: tuple[Factor, ...]) -> LatinHypercube | Sobol:
    kind = Sobol if options.spread == Sobol.name else LatinHypercube
    return kind(factors, options.worlds, options.sample_seed)


def _strategies(options: Options, plan: StudyPlan) -> tuple[str, ...]:
    known = [name for name in plan.strategies if name != plan.reference]
    named = names_in(options.strategies)
    for i, name in enumerate(named):
        chosen(name, known, f"strategies[{i}]")
        if name in named[:i]:
            raise InputError(f"must not name {name} a second time", f"strategies[{i}]")
    found = named or tuple(known)
    if not found:
        raise InputError("must have a branch with policies beside the reference", "study.branches")
    return found


if __name__ == "__main__":
    sys.exit(main())
