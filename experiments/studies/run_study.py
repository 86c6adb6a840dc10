"""One study from start to end: its place is checked, it is simulated, and its folder is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from experiments.command.folder import UNWRITABLE, Assembly, check_place, place_with_room
from experiments.command.interrupts import StoppedError
from experiments.command.progress import Reporter
from experiments.studies.gather import simulate, study_directory
from experiments.studies.results import STUDY, Results, write_tables
from experiments.studies.settings import Experiment
from sim.fields import InputError
from sim.study.ledger import Ledger

# Bytes that a run takes in the ledger and in tables, and a study whatever it has.
T = TypeVar("T")
_ROOM_OF_A_RUN, _ROOM = 60_000, 8_000_000


def run_study(experiment: Experiment, command: Sequence[str], tell: Callable[[Results, Path], T]) -> tuple[Path, T]:
    """Simulate, gather and write one study; returns its directory and what ``tell``, which adds to its folder, made of it.

    Raises InputError, before anything is simulated, for a place that cannot be written to.
    """
    check_places(experiment)
    directory = study_directory(experiment)
    assembly = Assembly(directory, STUDY)
    assembly.check()
    room = _ROOM + _ROOM_OF_A_RUN * experiment.number_of_runs
    with (
        place_with_room(experiment.results, room),
        Reporter() as reporter,
        opened_ledger(experiment, reporter, directory) as ledger,
    ):
        results = simulate(experiment, ledger, reporter, command)
        reporter.begin("figures and report")
        with assembly as folder:
            write_tables(results, folder)
            told = tell(results, folder)
    return directory, told


def check_places(experiment: Experiment) -> None:
    """Raise InputError where results or the ledger cannot be written to."""
    for place in (experiment.results, str(_ledger_in(experiment))):
        check_place(place)


def _ledger_in(experiment: Experiment) -> Path:
    return Path(experiment.results) / "ledger"


@contextmanager
def opened_ledger(experiment: Experiment, reporter: Reporter, directory: Path) -> Iterator[Ledger]:
    """The ledger in which the runs of an experiment are kept; what is kept is said where work on a directory is interrupted, or
    cannot be written. Raises KeyboardInterrupt, InputError."""
    ledger = Ledger(_ledger_in(experiment), reporter.say)
    reporter.say_if_it_compiles()
    try:
        yield ledger
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
