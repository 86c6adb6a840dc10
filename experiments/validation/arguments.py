"""What the command line of ``python -m experiments.validate`` may say, and what it means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from experiments.command.arguments import Dialect, names_in, output_field, results_field, row
from experiments.command.folder import check_place, expanded
from experiments.validation.check import Validation
from experiments.validation.registry import VALIDATIONS
from sim.fields import InputError, Settings, describe_fields, did_you_mean, quantity


@dataclass(frozen=True)
class Options(Settings):
    """What the program does; everything else on the command line is a result's parameter."""

    only: str | tuple[str, ...] = quantity(
        "", unit="names", source="given by the user", doc="Names of the results to try, with commas (default: all)."
    )
    output: str = output_field()
    results: str = results_field("Directory in which validation/ is written.")
    quick: bool = quantity(
        False, unit="yes or no", source="given by the user", doc="Fewer runs: under a minute instead of several."
    )


class Chosen(NamedTuple):
    """A validation with the parameters it is run with; ``given`` says whether the user changed any."""

    validation: Validation
    parameters: Settings
    given: bool


@dataclass(frozen=True)
class Plan:
    """What is to be done, and of which results a part cannot be tried on this machine (name and reason)."""

    options: Options
    chosen: tuple[Chosen, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)


def dialect(validations: Sequence[Validation] = VALIDATIONS) -> Dialect[Options]:
    """How the program is spoken to."""
    return Dialect(Options, tuple(validation.name for validation in validations))


def parse(arguments: Sequence[str], validations: Sequence[Validation] = VALIDATIONS) -> Plan:
    """The plan that a command line asks for. Raises InputError for anything that is not understood."""
    options, given, _ = dialect(validations).parse(arguments)
    by_name = {validation.name: validation for validation in validations}
    options = options.replace(results=expanded(options.results))
    check_place(options.results)
    wanted = names_in(options.only)
    for name in wanted:
        if name not in by_name:
            raise InputError(
                f"must name results ({', '.join(by_name)}), not {name!r}{did_you_mean(name, by_name, quote='')}",
                field="only",
            )
    for name in set(by_name) & set(given):
        if not isinstance(given[name], Mapping):
            raise InputError(
                f"must be given by parameter, such as {name}.{_first_parameter(by_name[name])}=…", field=name
            )
        if wanted and name not in wanted:
            raise InputError(
                f"has parameters on the command line, but only={','.join(wanted)} leaves it out", field=name
            )
    chosen, left_out = [], {}
    for validation in validations:
        if wanted and validation.name not in wanted:
            continue
        parameters = given.get(validation.name, {})
        settings = validation.chosen(parameters, options.quick)
        chosen.append(Chosen(validation, settings, bool(parameters)))
        if reason := validation.missing(settings):
            left_out[validation.name] = reason
    return Plan(options, tuple(chosen), left_out)


def _first_parameter(validation: Validation) -> str:
    return next(iter(validation.parameters.__dataclass_fields__))


def usage(validations: Sequence[Validation] = VALIDATIONS) -> str:
    """What ``--help`` prints."""
    lines = [
        dialect(validations).usage(
            "python -m experiments.validate [only=NAME[,NAME]] [NAME.PARAMETER=VALUE …] [quick=true] [output=json] [results=DIR]",
            "Runs published results through the engine and prints expected beside measured values; results/validation/ gets a",
            "page with a figure for each. Exit code 0: all hold, 1: something falls short, 2: bad input.",
        )
    ]
    for validation in validations:
        lines += ["", f"{validation.name}: {validation.setup} ({validation.source})"]
        lines += [f"  {row(info)}" for info in describe_fields(validation.chosen({}), path=validation.name)]
    return "\n".join(lines)
