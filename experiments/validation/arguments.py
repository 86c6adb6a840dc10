"""What the command line of ``python -m experiments.validate`` may say, and what it means."""

from __future__ import annotations

import difflib
import typing
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from experiments.command.folder import check_place, expanded
from experiments.validation.check import Validation
from experiments.validation.registry import VALIDATIONS
from sim.fields import FieldInfo, InputError, Settings, build, describe_fields, quantity


@dataclass(frozen=True)
class Options(Settings):
    """What the program does; everything else on the command line is a result's parameter."""

    only: str | tuple[str, ...] = quantity(
        "", unit="names", source="given by the user", doc="Names of the results to try, with commas (default: all)."
    )
    output: str = quantity(
        "table", unit="name", choices=("table", "json"), source="given by the user", doc="What is printed at the end."
    )
    results: str = quantity(
        "results", unit="path", source="given by the user", doc="Directory in which validation/ is written."
    )
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


def parse(arguments: Sequence[str], validations: Sequence[Validation] = VALIDATIONS) -> Plan:
    """The plan that a command line asks for. Raises InputError for anything that is not understood."""
    given = _tree(arguments)
    by_name = {validation.name: validation for validation in validations}
    options_given = {key: value for key, value in given.items() if key not in by_name}
    names = list(Options.__dataclass_fields__)
    for key in options_given:
        if key not in names:
            raise InputError(f"{key} is not a result or an option{_near(key, [*names, *by_name])}")
    try:
        options = build(Options, options_given, path="")
        options = options.replace(results=expanded(options.results))
    except InputError as error:
        raise InputError(str(error).lstrip(".")) from None
    check_place(options.results)
    wanted = (
        options.only if isinstance(options.only, tuple) else [n.strip() for n in options.only.split(",") if n.strip()]
    )
    for name in wanted:
        if name not in by_name:
            raise InputError(
                f"must name results ({', '.join(by_name)}), not {name!r}{_near(name, by_name)}", field="only"
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


def _tree(arguments: Sequence[str]) -> dict[str, Any]:
    for argument in arguments:
        key, equals, _ = argument.partition("=")
        if not equals or not key or key.startswith("-") or "" in key.split("."):
            raise InputError(
                f"{argument!r} must be of the form NAME=VALUE or RESULT.PARAMETER=VALUE; --help lists both"
            )
    try:
        tree = OmegaConf.to_container(OmegaConf.from_dotlist(list(arguments)), resolve=True)
    except RecursionError:
        raise InputError("the command line must not nest lists or names without end") from None
    except (OmegaConfBaseException, yaml.YAMLError, ValueError) as error:
        line = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
        raise InputError(f"the command line must hold values as YAML writes them, but: {line}") from None
    return typing.cast(dict[str, Any], tree)


def _near(name: str, names: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(names), 1)
    return f"; did you mean {near[0]}?" if near else ""


def _first_parameter(validation: Validation) -> str:
    return next(iter(validation.parameters.__dataclass_fields__))


def usage(validations: Sequence[Validation] = VALIDATIONS) -> str:
    """What ``--help`` prints."""
    lines = [
        "python -m experiments.validate [only=NAME[,NAME]] [NAME.PARAMETER=VALUE …] [quick=true] [output=json] [results=DIR]",
        "",
        "Runs published results through the engine and prints expected beside measured values; results/validation/ gets a page",
        "with a figure for each. Exit code 0: all hold, 1: something falls short, 2: bad input.",
        "",
        "Options",
    ]
    lines += [f"  {_row(info)}" for info in describe_fields(Options(), path="")]
    for validation in validations:
        lines += ["", f"{validation.name}: {validation.setup} ({validation.source})"]
        lines += [f"  {_row(info)}" for info in describe_fields(validation.chosen({}), path=validation.name)]
    return "\n".join(lines)


def _row(info: FieldInfo) -> str:
    value = info.value
    if isinstance(value, tuple):
        shown = "[" + ",".join(f"{v:g}" for v in value) + "]"
    else:
        shown = str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
    return f"{info.path.removeprefix('.')}={shown}  {info.doc} ({info.allowed})"
