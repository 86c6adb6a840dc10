"""``python -m experiments.run``: the headline study, its tables, figures and report. ``--help`` says more."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import hydra
from hydra import compose, initialize_config_module
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

from experiments.command import (
    INTERRUPTED,
    call_hydra,
    check_flags,
    complain,
    interruptible,
    leave_record,
    plain_errors,
)
from experiments.field_list import all_keys, print_fields
from experiments.headline import check_directory, simulate, study_directory
from experiments.progress import Reporter, StoppedError
from experiments.report import draw
from experiments.results import Assembly, Results, write_tables
from experiments.settings import Experiment, build_experiment, register
from experiments.tables import document, print_jobs, print_study
from experiments.usage import usage
from sim.fields import InputError
from sim.ledger import Ledger

FIELDS = "--fields"


def run_study(experiment: Experiment, command: Sequence[str]) -> tuple[Path, Results]:
    """Simulate, gather and write one study; returns its directory and what is in it."""
    check_directory(experiment)
    directory = study_directory(experiment)
    with Reporter() as reporter:
        ledger = Ledger(Path(experiment.results) / "ledger", reporter.say)
        reporter.say_if_it_compiles()
        try:
            results = simulate(experiment, ledger, reporter, command)
            reporter.begin("figures and report")
            with Assembly(directory) as folder:
                write_tables(results, folder)
                draw(results, folder)
        except (KeyboardInterrupt, StoppedError):
            reporter.say(
                f"Interrupted: {ledger.kept} new and {ledger.found} earlier runs of this study are kept in "
                f"{ledger.directory}, and the same command goes on from there."
            )
            raise KeyboardInterrupt from None
    return directory, results


def _single(config: DictConfig, command: Sequence[str]) -> None:
    try:
        experiment = build_experiment(config)
        directory, results = run_study(experiment, command)
    except InputError as error:  # left, not raised: Hydra would add a line of its own
        leave_record({"bad_input": str(error)})
        return
    if experiment.output == "json":
        print(json.dumps(document(results, directory), allow_nan=False))
    else:
        print_study(results, directory)


def _one_of_many(config: DictConfig, command: Sequence[str]) -> None:
    """A job of a sweep: whatever happens to it, the others go on, and all is told at the end."""
    record: dict[str, Any] = {"overrides": _overrides(), "output": config.get("output")}
    try:
        directory, results = run_study(build_experiment(config), command)
        record |= document(results, directory)
    except InputError as error:
        record["bad_input"] = str(error)
    except Exception:
        record["fault"] = traceback.format_exc()
    leave_record(record)


def _overrides() -> list[str]:
    return [str(text) for text in OmegaConf.to_container(HydraConfig.get().overrides.task, resolve=False) or ()]


@hydra.main(version_base="1.3", config_path="pkg://experiments.conf", config_name="run")
def _program(config: DictConfig) -> None:
    command = ["python", "-m", "experiments.run", *_overrides()]
    if HydraConfig.get().mode == RunMode.MULTIRUN:
        _one_of_many(config, command)
    else:
        _single(config, command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program with these arguments (default: those of the command line) and return its exit code."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    register()
    try:
        check_flags(arguments, (FIELDS,))
        with interruptible(), plain_errors(all_keys()):
            if {"--help", "-h"} & set(arguments):
                print(usage())
                return 0
            if FIELDS in arguments:
                with initialize_config_module("experiments.conf", version_base="1.3"):
                    config = compose("run", [a for a in arguments if a != FIELDS])
                print_fields(build_experiment(config))
                return 0
            jobs = call_hydra(_program, arguments)
        if jobs and "overrides" not in jobs[0]:
            raise InputError(jobs[0]["bad_input"])
        return print_jobs(jobs) if jobs else 0
    except InputError as error:
        return complain(error)
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
