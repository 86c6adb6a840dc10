"""``python -m experiments.run``: the headline study, its tables, figures and report. ``--help`` says more."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf

from experiments.command.composition import composer, leave_record, parsed
from experiments.command.mistakes import check_flags, plain_errors
from experiments.command.terminal import program
from experiments.command.usage import usage
from experiments.report.design import print_design
from experiments.report.page import draw
from experiments.report.story import Story, tell
from experiments.report.strings import strings, told_in
from experiments.report.tables import document, print_jobs, print_study
from experiments.studies.field_list import all_keys, print_fields
from experiments.studies.joined import join
from experiments.studies.results import Results
from experiments.studies.run_design import run_design
from experiments.studies.run_study import run_study
from experiments.studies.settings import Experiment, build_experiment, register
from sim.fields import InputError
from sim.study.failures import FailedRunsError

FIELDS, ALLOW_CODE = "--fields", "--allow-code"


def _single(flags: Sequence[str], exit_codes: list[int], config: DictConfig) -> None:
    experiment, command = _asked(config, flags)
    if experiment.design is not None:
        exit_codes.append(print_design(run_design(experiment, command), experiment.study, experiment.output == "json"))
        return
    with told_in(strings(experiment.language)):
        directory, story = run_study(experiment, command, _told)
        if experiment.output == "json":
            print(json.dumps(document(story, directory), allow_nan=False))
        else:
            print_study(story, directory)


def _one_of_many(flags: Sequence[str], config: DictConfig) -> None:
    """A job of a sweep: whatever happens to it, the others go on, and all is told at the end."""
    record: dict[str, Any] = {"overrides": _overrides(), "output": config.get("output")}
    try:
        experiment, command = _asked(config, flags)
        if experiment.design is not None:
            raise InputError("must be left out of a sweep (--multirun), which is a design already", field="design")
        with told_in(strings(experiment.language)):
            directory, story = run_study(experiment, command, _told)
            record |= document(story, directory)
    except InputError as error:
        record["bad_input"] = str(error)
    except FailedRunsError as error:
        record["fault"] = str(error)
    except Exception:
        record["fault"] = traceback.format_exc()
    leave_record(record)


def _told(results: Results, folder: Path) -> Story:
    story = tell(results)
    draw(story, folder)
    return story


def _asked(config: DictConfig, flags: Sequence[str]) -> tuple[Experiment, list[str]]:
    """The experiment, and the command that asks for it."""
    overrides = _overrides()
    typed = None if ALLOW_CODE in flags else overrides
    return build_experiment(config, typed), ["python", "-m", "experiments.run", *flags, *overrides]


def _overrides() -> list[str]:
    return [str(text) for text in OmegaConf.to_container(HydraConfig.get().overrides.task, resolve=False) or ()]


@program
def main(arguments: Sequence[str]) -> int:
    """Run the program with these arguments and return its exit code."""
    register()
    check_flags(arguments, (FIELDS, ALLOW_CODE))
    allow_code = ALLOW_CODE in arguments
    given = parsed([a for a in arguments if a not in (FIELDS, ALLOW_CODE)])
    with plain_errors(all_keys()), composer(given, allow_code) as composed:
        if given.help:
            print(usage(composed))
            return 0
        if FIELDS in arguments:
            print_fields(build_experiment(composed.config(), None if allow_code else given.overrides))
            return 0
        if composed.tell():
            return 0
        flags = [*([ALLOW_CODE] if allow_code else []), *given.where()]
        exit_codes: list[int] = []
        jobs = composed.call(partial(_single, flags, exit_codes), partial(_one_of_many, flags))
    if not jobs:
        return max(exit_codes, default=0)
    done = list(dict.fromkeys(Path(job["results"]) for job in jobs if "results" in job))
    return print_jobs(jobs, join(done, done[0].parent).folder if done else None)


if __name__ == "__main__":
    sys.exit(main())
