"""The assumptions that may well be otherwise, as factors of a design: fields of a world with a plausible range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sim.fields import FieldInfo, InputError, Plausible, describe_fields, did_you_mean
from sim.sampling import LINEAR, LOG, Factor
from sim.world import World


class Assumed(NamedTuple):
    """An assumption that is varied: its path as in ``World.replace``, what is known of the field, and its plausible range."""

    field: str
    info: FieldInfo
    range: Plausible

    @property
    def factor(self) -> Factor:
        """The field as a factor, over its plausible range."""
        scale = LOG if self.range.log else LINEAR
        return Factor(self.field, low=self.range.low, high=self.range.high, scale=scale)

    @property
    def label(self) -> str:
        """The field in words, for an axis: ``campaign: local follower share``."""
        return self.field.replace(".", ": ").replace("_", " ")


@dataclass(frozen=True)
class Varied:
    """The assumptions that are varied, and those that are not although they have a plausible range, with the reason."""

    assumed: tuple[Assumed, ...]
    left_out: tuple[tuple[str, str], ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """The paths of those that are varied."""
        return tuple(each.field for each in self.assumed)

    @property
    def factors(self) -> tuple[Factor, ...]:
        """Those that are varied as factors."""
        return tuple(each.factor for each in self.assumed)


def varied(world: World, fields: Sequence[str] = ()) -> Varied:
    """The assumptions of a world with a plausible range: those named, or all that play a part and lie in it.

    Raises InputError for a field that is named and has no plausible range, or is no field.
    """
    known = {info.path.removeprefix("world."): info for info in describe_fields(world)}
    plausible = {name: info.plausible for name, info in known.items() if info.plausible is not None}
    if fields:
        named = [name.removeprefix("world.") for name in fields]
        for i, name in enumerate(named):
            _check_named(name, known, plausible, f"fields[{i}]")
            if name in named[:i]:
                raise InputError(f"must not name {name} a second time", f"fields[{i}]")
        return Varied(tuple(Assumed(name, known[name], plausible[name]) for name in named))
    assumed, left_out = [], []
    for name, likely in plausible.items():
        value = known[name].value
        if (idle := _idle(world, name)) is not None:
            left_out.append((name, idle))
        elif not isinstance(value, (int, float)) or not likely.low <= value <= likely.high:
            left_out.append((name, f"this world has it at {value}, which is not in its range"))
        else:
            assumed.append(Assumed(name, known[name], likely))
    if not assumed:
        raise InputError("must have at least one assumption with a plausible range about its value", "world")
    return Varied(tuple(assumed), tuple(left_out))


def _check_named(name: str, known: dict[str, FieldInfo], plausible: dict[str, Plausible], where: str) -> None:
    if name in plausible:
        return
    if name not in known:
        raise InputError(f"must be a field of the world, not {name!r}{did_you_mean(name, known)}", where)
    raise InputError(
        f"must be a field with a plausible range, which {name} has not; experiments.run --fields lists those that have",
        where,
    )


def _idle(world: World, name: str) -> str | None:
    """Why a field plays no part in a world; None if it does."""
    if name.startswith("signals.") and not world.signals.observe:
        return "no signals are observed"
    if name.startswith("population.newcomers.") and world.population.newcomers.share == 0:
        return "nobody registers"
    if name.startswith("campaign.sleepers.") and world.campaign.sleepers.accounts == 0:
        return "there are no sleepers"
    return None
