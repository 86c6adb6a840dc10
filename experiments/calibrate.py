"""``python -m experiments.calibrate``: assumptions fitted to what has been measured elsewhere. ``--help`` says more."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from experiments.calibration.calibrating import ABC, PROFILED, Calibrating, How
from experiments.calibration.targets import packaged, targets_of
from experiments.command.arguments import HELP, Dialect, executor_field, output_field, results_field, threads_field
from experiments.command.folder import expanded, place_with_room
from experiments.command.interrupts import StoppedError
from experiments.command.progress import Reporter
from experiments.command.terminal import console, program
from sim.executors import Executor
from sim.fields import InputError, Settings, quantity
from sim.study.ledger import Ledger

_ROOM = 50_000_000  # bytes


@dataclass(frozen=True)
class Options(Settings):
    """How much is simulated, and where it goes."""

    method: str = quantity(
        PROFILED, unit="name", choices=(PROFILED, ABC), source="given by the user",
        doc="A likelihood profile of each field, or the posterior of all (approximate Bayesian computation).",
    )  # fmt: skip
    seeds: int = quantity(
        16, unit="seeds", low=2, high=100_000, source="given by the user", doc="Seeds of every trial, the same in all."
    )
    trials: int = quantity(
        12,
        unit="trials",
        low=1,
        high=100_000,
        source="given by the user",
        doc="With method=profile: trials of the search.",
    )
    points: int = quantity(
        9,
        unit="values",
        low=3,
        high=1_000,
        source="given by the user",
        doc="With method=profile: points of each field's.",
    )
    particles: int = quantity(
        100, unit="particles", low=20, high=100_000, source="given by the user",
        doc="With method=abc: draws of the posterior.",
    )  # fmt: skip
    populations: int = quantity(
        4, unit="populations", low=1, high=20, source="given by the user",
        doc="With method=abc: populations, each of which nears the posterior, which the last one is of.",
    )  # fmt: skip
    facts: bool = quantity(
        True,
        unit="yes or no",
        source="given by the user",
        doc="Whether facts of the case that were not fitted are looked at.",
    )
    threads: int | None = threads_field()
    executor: Executor = executor_field()
    results: str = results_field("Where results, the journal of trials and the ledger lie.")
    output: str = output_field()

    def check(self) -> None:
        others = ("trials", "points") if self.method == ABC else ("particles", "populations")
        for name in others:
            if getattr(self, name) != type(self).__dataclass_fields__[name].default:
                raise InputError(f"must be left out with method={self.method}", field=name)


DIALECT = Dialect(Options, place="TARGETS")
USAGE = DIALECT.usage(
    f"python -m experiments.calibrate [{'|'.join(packaged())}|FILE.yaml] [seeds=16] [trials=12] [points=9] [facts=false] "
    "[results=DIR] [output=json]",
    "Fits free fields of a world to targets: what has been measured, with its error, and what is simulated beside it. Tells the",
    "best values, the interval that the targets leave each field, which fields they do not identify, and how the calibrated",
    "world stands beside facts that were not fitted. TARGETS is a file, or a set that comes with the program. Killed, the same",
    "command goes on where it stopped. method=abc draws from the posterior instead (particles=100 populations=4).",
)  # fmt: skip


@program
def main(arguments: Sequence[str]) -> int:
    """Run the program with these arguments and return its exit code."""
    if set(HELP) & set(arguments):
        print(USAGE)
        return 0
    given = DIALECT.parse(arguments)
    if len(given.places) > 1:
        raise InputError(f"must be one file or name, not {len(given.places)}", field="TARGETS")
    options = given.options
    how = How(
        options.method, options.seeds, options.trials, options.points, options.particles, options.populations, options.facts,
        Path(expanded(options.results)), options.executor, options.threads,
    )  # fmt: skip
    calibrating = Calibrating(targets_of(given.places[0] if given.places else packaged()[0]), how)
    command, began = ["python", "-m", "experiments.calibrate", *arguments], time.time()
    with place_with_room(options.results, _ROOM), Reporter() as reporter:
        reporter.say_if_it_compiles()
        ledger = Ledger(how.results / "ledger", reporter.say)
        try:
            found = calibrating.run(ledger, reporter)
        except (KeyboardInterrupt, StoppedError) as stop:
            with suppress(OSError):  # the terminal may be gone
                reporter.say(
                    f"Interrupted: what was done is kept in {calibrating.journal}, and the same command goes on from there."
                )
            raise (stop if isinstance(stop, KeyboardInterrupt) else KeyboardInterrupt) from None
        reporter.begin("figure")
        from experiments.calibration.report import (  # slow to import, and of no use to --help
            document,
            figure,
            print_calibration,
        )
        from experiments.report.drawing import write_figures

        with calibrating.assembly as folder:
            calibrating.write(found, folder, command, began, ledger)
            name = "posterior" if found.method == ABC else "profile"
            write_figures({name: lambda: figure(found)}, folder / "figures")
    if options.output == "json":
        print(json.dumps(document(found, calibrating.directory), allow_nan=False))
    else:
        print_calibration(found, calibrating.directory, console())
    return 0


if __name__ == "__main__":
    sys.exit(main())
