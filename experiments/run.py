"""``python -m experiments.run``: the headline study, its tables, figures and report. ``--help`` says more."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf

from experiments.command import check_flags, plain_errors
from experiments.composition import composer, leave_record, parsed
from experiments.field_list import all_keys, print_fields
from experiments.folder import UNWRITABLE, Assembly, check_place, place_with_room
from experiments.headline import simulate, study_directory
from experiments.interrupts import StoppedError
from experiments.progress import Reporter
from experiments.report import draw
from experiments.results import STUDY, Results, write_tables
from experiments.settings import Experiment, build_experiment, register
from experiments.tables import document, print_jobs, print_study
from experiments.terminal import program
from experiments.usage import usage
from sim.fields import InputError
from sim.ledger import Ledger

FIELDS, ALLOW_CODE = "--fields", "--allow-code"
# Bytes that a run takes in the ledger and in tables, and a study whatever it has.
_ROOM_OF_A_RUN, _ROOM = 60_000, 8_000_000


def run_study(experiment: Experiment, command: Sequence[str]) -> tuple[Path, Results]:
    """Simulate, gather and write one study; returns its directory and what is in it.

    Raises InputError, before anything is simulated, for a place that cannot be written to.
    """
    records = Path(experiment.results) / "ledger"
    for place in (experiment.results, str(records)):
        check_place(place)
    directory = study_directory(experiment)
    assembly = Assembly(directory, STUDY)
    assembly.check()
    room = _ROOM + _ROOM_OF_A_RUN * experiment.number_of_runs
    with place_with_room(experiment.results, room), Reporter() as reporter:
        ledger = Ledger(records, reporter.say)
        reporter.say_if_it_compiles()
        try:
            results = simulate(experiment, ledger, reporter, command)
            reporter.begin("figures and report")
            with assembly as folder:
                write_tables(results, folder)
                draw(results, folder)
        except (KeyboardInterrupt, StoppedError) as stop:
            with suppress(OSError):  # the terminal may be gone
                reporter.say(
                    f"Interrupted: {ledger.kept} new and {ledger.found} earlier runs of this study are kept in "
                    f"{ledger.directory}, and the same command goes on from there."
                )
            raise (stop if isinstance(stop, KeyboardInterrupt) else KeyboardInterrupt) from None
        except OSError as error:
            if error.errno not in UNWRITABLE:
                raise
            raise InputError(
                f"must be a folder that can be written to; the runs simulated so far are kept in {ledger.directory}, but "
                f"{error.filename or directory} could not be written ({error.strerror})",
                field="results",
            ) from None
    return directory, results


def _single(flags: Sequence[str], config: DictConfig) -> None:
    experiment, command = _asked(config, flags)
    directory, results = run_study(experiment, command)
    if experiment.output == "json":
        print(json.dumps(document(results, directory), allow_nan=False))
    else:
        print_study(results, directory)


def _one_of_many(flags: Sequence[str], config: DictConfig) -> None:
    """A job of a sweep: whatever happens to it, the others go on, and all is told at the end."""
    record: dict[str, Any] = {"overrides": _overrides(), "output": config.get("output")}
    try:
        experiment, command = _asked(config, flags)
        directory, results = run_study(experiment, command)
        record |= document(results, directory)
    except InputError as error:
        record["bad_input"] = str(error)
    except Exception:
        record["fault"] = traceback.format_exc()
    leave_record(record)


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
        jobs = composed.call(partial(_single, flags), partial(_one_of_many, flags))
    return print_jobs(jobs) if jobs else 0


if __name__ == "__main__":
    sys.exit(main())
