"""One way to say things to a program: ``NAME=VALUE``, ``NAME.PARAMETER=VALUE`` and flags, read against a frozen dataclass.

Hydra reads the command line of ``experiments.run`` in the same form; what flags there are is told by the same sentence.
"""

from __future__ import annotations

import re
import typing
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar

import yaml
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from experiments.command.folder import expanded
from sim.executors import Threads
from sim.fields import FieldInfo, InputError, Settings, build, describe_fields, did_you_mean, quantity

HELP = ("--help", "-h")
LONGEST = 80  # letters of what a sentence quotes
_NAME = re.compile(r"\w+(\.\w+)*")
S = TypeVar("S", bound=Settings)


def output_field() -> Any:
    """The option ``output`` of a program."""
    return quantity(
        "table", unit="name", choices=("table", "json"), source="given by the user", doc="What is printed at the end."
    )


def results_field(doc: str, default: str = "results") -> Any:
    """The option ``results`` of a program."""
    return quantity(default, unit="path", source="given by the user", doc=doc)


def flag_field(doc: str) -> Any:
    """An option of a program that is also a flag."""
    return quantity(False, unit="yes or no", source="given by the user", doc=doc)


def threads_field() -> Any:
    """The option ``threads`` of a program."""
    return quantity(
        None, unit="threads", low=1, high=4096, source="given by the user",
        doc="Seeds simulated at a time (none: all cores).",
    )  # fmt: skip


def executor_field() -> Any:
    """The option ``executor`` of a program."""
    return quantity(
        default_factory=Threads, unit="executor", source="given by the user",
        doc="Who simulates a seed: threads of this process, processes of this machine, or a cluster.",
    )  # fmt: skip


class Given(NamedTuple, Generic[S]):
    """What a command line says: options, parameters by the name that they belong to, and places."""

    options: S
    parameters: dict[str, Any]
    places: tuple[str, ...]


@dataclass(frozen=True)
class Dialect(Generic[S]):
    """What a program's command line may say.

    ``options`` has a default for every field; one that is true or false is also a flag, ``--NAME``. ``owners`` are further
    names, called ``owner`` in sentences, that parameters are given for. ``place`` is what an argument without a name is
    called; '' where there are none.
    """

    options: type[S]
    owners: tuple[str, ...] = ()
    owner: str = "result"
    place: str = ""
    flags: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        rows = describe_fields(self.options(), path="")
        flags = {f"--{row.path.replace('_', '-')}": row.path for row in rows if isinstance(row.value, bool)}
        object.__setattr__(self, "flags", flags)

    def parse(self, arguments: Sequence[str]) -> Given[S]:
        """Raises InputError for anything that is not understood."""
        places, named, flagged = [], [], {}
        for argument in arguments:
            name, equals, _ = argument.partition("=")
            if equals and _NAME.fullmatch(name):
                named.append(argument)
            elif name in self.flags and not equals:
                flagged[self.flags[name]] = True
            elif name.startswith("-") and not equals:
                raise unknown_flag(name, [*self.flags, *HELP])
            elif self.place and not name.startswith("-"):
                places.append(expanded(argument, self.place))
            else:
                owned = f" or {self.owner.upper()}.PARAMETER=VALUE" if self.owners else ""
                raise InputError(f"{argument!r} must be of the form NAME=VALUE{owned}; --help lists what there is")
        tree = _tree(named)
        names = list(self.options.__dataclass_fields__)
        for key in tree.keys() - {*names, *self.owners}:
            kinds = f"a {self.owner} or an option" if self.owners else "an option"
            raise InputError(f"{key} is not {kinds}{did_you_mean(key, [*names, *self.owners], quote='')}")
        options = build(self.options, {**{n: tree[n] for n in names if n in tree}, **flagged}, path="")
        return Given(options, {name: tree[name] for name in self.owners if name in tree}, tuple(places))

    def usage(self, how: str, *what: str) -> str:
        """What ``--help`` prints: how the program is called, what it does, and a line for each option."""
        return "\n".join([how, "", *what, "", "Options", *(f"  {line}" for line in self._rows())])

    def _rows(self) -> list[str]:
        flags = {name: f", or {flag}" for flag, name in self.flags.items()}
        return [row(info, flags.get(info.path, "")) for info in describe_fields(self.options(), path="")]


def names_in(given: str | tuple[str, ...]) -> tuple[str, ...]:
    """The names in an option that takes several: a list, or a text with commas."""
    named = given.split(",") if isinstance(given, str) else given
    return tuple(name.strip() for name in named if name.strip())


def row(info: FieldInfo, also: str = "") -> str:
    """A field as a line of ``--help``: how it is given (``also``: how else), what it is, what is allowed."""
    value = info.value
    if isinstance(value, tuple):
        default = "[" + ",".join(f"{v:g}" for v in value) + "]"
    else:
        default = str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
    return f"{info.path}={default}{also}  {info.doc} ({info.allowed})"


def unknown_flag(flag: str, flags: Iterable[str]) -> InputError:
    """What to say of a flag that there is not."""
    near = did_you_mean(flag, [known for known in flags if known.startswith("--")], quote="")
    return InputError(f"{cut(flag)} is not a flag{near or '; --help lists them'}")


def cut(text: str, length: int = LONGEST) -> str:
    """Text as a sentence may quote it."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _tree(arguments: Sequence[str]) -> dict[str, Any]:
    try:
        tree = OmegaConf.to_container(OmegaConf.from_dotlist(list(arguments)), resolve=True)
    except RecursionError:
        raise InputError("the command line must not nest lists or names without end") from None
    except (OmegaConfBaseException, yaml.YAMLError, ValueError) as error:
        line = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
        raise InputError(f"the command line must hold values as YAML writes them, but: {line}") from None
    return typing.cast(dict[str, Any], tree)
