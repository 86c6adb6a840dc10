"""``python -m experiments.replay PLACE``: a study simulated again from its provenance. ``--help`` says more."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from experiments.command.arguments import (
    HELP,
    Dialect,
    executor_field,
    flag_field,
    output_field,
    results_field,
    threads_field,
)
from experiments.command.folder import expanded
from experiments.command.terminal import console, program, words
from experiments.report.page import draw
from experiments.report.story import tell
from experiments.report.strings import strings, told_in
from experiments.studies.replay import check_same, compared, experiment_of
from experiments.studies.results import PROVENANCE, Results, load
from experiments.studies.run_study import run_study
from sim.executors import Executor
from sim.fields import InputError, Settings

OTHERWISE = 1


@dataclass(frozen=True)
class Options(Settings):
    """Where and how the study is simulated again."""

    results: str = results_field("Where the study is written anew, with a ledger of its own.", "results/replay")
    threads: int | None = threads_field()
    executor: Executor = executor_field()
    output: str = output_field()
    anyway: bool = flag_field("Whether to try although code or versions are others than those that made it.")
    allow_code: bool = flag_field("Whether to load classes of one's own that the study was made with.")


DIALECT = Dialect(Options, place="PLACE")
USAGE = DIALECT.usage(
    "python -m experiments.replay PLACE [results=results/replay] [threads=N] [--anyway] [--allow-code] [output=json]",
    "Simulates a study again from what its provenance says, and holds every run's digest and every table against what it",
    "gave. PLACE is a study's directory, as in results/, or its provenance.json. Exit code 0: everything came out as it was,",
    "1: something did not, 2: bad input, also where code or versions are others than those that made it.",
)


@program
def main(arguments: Sequence[str]) -> int:
    """Run the program with these arguments and return its exit code."""
    if set(HELP) & set(arguments):
        print(USAGE)
        return 0
    given = DIALECT.parse(arguments)
    if len(given.places) != 1:
        raise InputError("must name one study's directory, as in results/, or its provenance.json", field="PLACE")
    place = Path(given.places[0])
    place = place.parent if place.name == PROVENANCE else place
    options = given.options.replace(results=expanded(given.options.results))
    before = load(place, options.allow_code)
    experiment = experiment_of(before, results=options.results, threads=options.threads, executor=options.executor)
    if not options.anyway:
        check_same(before, experiment, place)

    spoken = strings(experiment.language)

    def told(after: Results, folder: Path) -> Results:
        with told_in(spoken):
            draw(tell(after), folder)
        return after

    directory, after = run_study(experiment, ["python", "-m", "experiments.replay", *arguments], told)
    comparison = compared(before, after)
    simulated = int(after.provenance["runs_simulated"])
    if options.output == "json":
        numbers = {
            "runs": comparison.equal + len(comparison.differing),
            "simulated": simulated,
            "holds": comparison.holds,
        }
        print(json.dumps({**numbers, **comparison._asdict(), "results": str(directory)}, allow_nan=False))
    else:
        console().print(words(comparison.sentence(simulated)))
        console().print(words(f"Report, figures and tables: {directory}"), soft_wrap=True)
    return 0 if comparison.holds else OTHERWISE


if __name__ == "__main__":
    sys.exit(main())
