"""``python -m experiments.sensitivity``: which assumptions the effect depends on, and how surely. ``--help`` says more."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from experiments.analysis.effects import averted, share_of_chance, values_of
from experiments.analysis.indices import indices
from experiments.analysis.plausible import varied
from experiments.analysis.samples import MORRIS, SOBOL, block, places
from experiments.analysis.sensitivity import Sensitivity, document, print_sensitivity, write
from experiments.command.arguments import HELP, Dialect, names_in
from experiments.command.terminal import program
from experiments.report.design import print_faults
from experiments.studies.composed import KEYS, composed
from experiments.studies.run_design import Asked, simulate_design
from sim.fields import InputError, Settings, quantity
from sim.sampling import MOST_WORLDS, at_places
from sim.study.design import DesignTables

PROGRAM = "experiments.sensitivity"
USUAL = ("seeds=2",)
_SAMPLES = {MORRIS: 10, SOBOL: 64}


@dataclass(frozen=True)
class Options(Settings):
    """How it is found out."""

    method: str = quantity(
        MORRIS, unit="name", choices=(MORRIS, SOBOL), source="given by the user",
        doc="morris screens many assumptions with few worlds; sobol says which share of the variance each explains.",
    )  # fmt: skip
    samples: int | None = quantity(
        None, unit="trajectories or base points", low=2, high=MOST_WORLDS, source="given by the user",
        doc="Trajectories of morris, each fields + 1 worlds (none: 10), or base points of sobol, a power of 2, each fields + 2 "
        "worlds (none: 64).",
    )  # fmt: skip
    fields: str | tuple[str, ...] = quantity(
        "", unit="fields of the world", source="given by the user",
        doc="Assumptions to vary, with commas: opinion.anchoring,campaign.stance (empty: all with a plausible range).",
    )  # fmt: skip
    sample_seed: int = quantity(
        1, unit="1", low=1, high=2**31 - 1, source="given by the user", doc="Of the sample; runs have their own seeds."
    )

    def check(self) -> None:
        if self.method == SOBOL and self.number & (self.number - 1):
            raise InputError(f"must be a power of 2 with method=sobol, not {self.number}", field="samples")

    @property
    def number(self) -> int:
        """Trajectories or base points."""
        return _SAMPLES[self.method] if self.samples is None else self.samples


DIALECT = Dialect(Options)
USAGE = DIALECT.usage(
    "python -m experiments.sensitivity [method=morris|sobol] [samples=N] [fields=FIELD,FIELD] [world=…] [study=…] [seeds=N] …",
    "Varies the assumptions of a world over their plausible ranges and tells which of them the effect of the study's headline",
    "(the traced shift in mean opinion that it averts) depends on; writes a table, a figure and all runs to",
    "results/STUDY-sensitivity-KEY. Screen with morris, then take the few that matter to sobol. The same command goes on where",
    "it was interrupted. Two seeds unless told otherwise. Needs pip install 'groundswell[analysis]'.",
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
    if plan.headline == plan.reference:
        raise InputError(f"must be another branch than the reference, {plan.reference}", "study.headline")
    chosen = varied(world, names_in(options.fields))
    worlds = options.number * block(options.method, len(chosen.fields))
    if worlds > MOST_WORLDS:
        raise InputError(
            f"must make at most {MOST_WORLDS:,} worlds with {len(chosen.fields)} fields, not {worlds:,}", "samples"
        )
    points = places(options.method, len(chosen.fields), options.number, options.sample_seed)
    design = experiment.over(at_places(chosen.factors, points, world), [plan.headline])
    about = {
        **options.to_mapping(),
        "samples": options.number,
        "fields": list(chosen.fields),
        "smallest_effect": plan.smallest_effect,
    }

    def tell(tables: DesignTables, folder: Path) -> Sensitivity:
        table = averted(tables, [plan.headline], len(design), world.campaign.stance)
        found = indices(options.method, points, values_of(table, plan.headline), chosen.fields)
        told = Sensitivity(
            method=options.method, varied=chosen, table=found, averted=table["averted"], chance=share_of_chance(table),
            world=world, headline=plan.headline, seeds=len(experiment.seed_list), smallest=plan.smallest_effect,
        )  # fmt: skip
        write(told, folder)
        return told

    run, found = simulate_design(Asked(experiment, design, asked.command, "sensitivity", about, PROGRAM), tell)
    if experiment.output == "json":
        print(json.dumps(document(found, run), allow_nan=False))
    else:
        print_sensitivity(found, run)
    return print_faults(run)


if __name__ == "__main__":
    sys.exit(main())
