"""A program with options of its own beside what ``experiments.run`` can be told: world, study, seeds, executor, results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, NamedTuple, TypeVar

from experiments.command.arguments import HELP, Dialect
from experiments.command.composition import composer, parsed
from experiments.command.mistakes import check_flags, plain_errors
from experiments.studies.field_list import all_keys
from experiments.studies.settings import Experiment, build_experiment, register
from sim.fields import InputError, Settings

ALLOW_CODE = "--allow-code"
S = TypeVar("S", bound=Settings)
KEYS = (
    "All keys of experiments.run that choose one world, branches and who simulates are taken as well: world=…, world.FIELD=…,",
    "study=…, seeds=…, days=…, executor=…, threads=…, results=…, output=json, --config-dir=DIR, --allow-code.",
)


class Composed(NamedTuple, Generic[S]):
    """What a command line asks for: the program's own options, the experiment, and the command as it was given."""

    options: S
    experiment: Experiment
    command: tuple[str, ...]


def composed(
    program: str, dialect: Dialect[S], arguments: Sequence[str], usual: Sequence[str] = ()
) -> Composed[S] | None:
    """What is asked for; None where one of Hydra's flags has been answered. ``usual`` are overrides that hold unless their key is
    given. Raises InputError."""
    names = set(dialect.options.__dataclass_fields__)
    own = [argument for argument in arguments if argument.partition("=")[0] in names or argument in dialect.flags]
    others = [argument for argument in arguments if argument not in own]
    register()
    check_flags(others, (ALLOW_CODE, *HELP, *dialect.flags))
    options = dialect.parse(own).options
    given = parsed([argument for argument in others if argument != ALLOW_CODE])
    if given.multirun:
        raise InputError("--multirun must be left out: this is a design of many worlds already")
    keys = {override.partition("=")[0].lstrip("+~") for override in given.overrides}
    if "design" in keys:
        raise InputError("must be left out: the worlds are chosen from the plausible ranges of the fields", "design")
    typed = list(given.overrides)
    given.overrides = [*(override for override in usual if override.partition("=")[0] not in keys), *given.overrides]
    with plain_errors([*all_keys(), *names]), composer(given, ALLOW_CODE in others) as composing:
        if composing.tell():
            return None
        experiment = build_experiment(composing.config(), None if ALLOW_CODE in others else typed)
    if experiment.precision is not None:
        raise InputError("must be left out: all worlds have the same seeds", "precision")
    return Composed(options, experiment, ("python", "-m", program, *arguments))
