"""Looks: what is to be seen of some runs of a study beside what is on record of all, without simulating them again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sim.branch import Branch
from sim.fields import InputError, checked, chosen, instance, shown
from sim.outcomes.individuals import ToKeep
from sim.outcomes.kept import Kept
from sim.run import recording
from sim.study.wanted import Wanted
from sim.world import World


@dataclass(frozen=True)
class Look:
    """What is to be kept, as ``keep`` and ``every`` of ``sim.simulate``, of the ``branches`` named (default: all) with the first
    so many of the study's ``seeds`` (default: all)."""

    keep: ToKeep
    branches: str | Sequence[str] | None = None
    seeds: int | None = None
    every: int | None = None


class Record(NamedTuple):
    """What is ``wanted`` of the branch ``of`` for the ``look`` of that name (None: the study's own run), with some of the study's
    ``seeds`` (None: with all)."""

    of: str
    look: str | None
    seeds: tuple[int, ...] | None
    wanted: Wanted


def records(
    world: World,
    branches: Mapping[str, Branch],
    seeds: Sequence[int],
    days: int,
    keep: Kept | None,
    looks: Mapping[str, Look],
) -> dict[str, Record]:
    """All that a study wants, under names of their own; those of its own runs are the branches'. Raises InputError for looks that
    cannot be."""
    if not isinstance(looks, Mapping):
        raise InputError(f"must be a mapping of names to sim.Look, not {shown(looks)}", field="looks")
    found = {name: Record(name, None, None, Wanted(branch, keep)) for name, branch in branches.items()}
    for name, look in looks.items():
        place = f"looks[{shown(name)}]"
        instance(look, Look, place)
        try:
            first = checked(look.seeds, int | None, "seeds", low=1)
            chosen_seeds = None if first is None else tuple(seeds[:first])
            named = _branches(look, branches)
            kept = _kept(look, world, days, len(named) * len(seeds if chosen_seeds is None else chosen_seeds))
        except InputError as error:
            raise error.under(place) from None
        for of in named:
            unused = f"{of} ({name})"
            while unused in found:
                unused += "'"
            found[unused] = Record(of, name, chosen_seeds, Wanted(branches[of], kept, counted=False))
    return found


def _branches(look: Look, branches: Mapping[str, Branch]) -> list[str]:
    if look.branches is None:
        return list(branches)
    names = (look.branches,) if isinstance(look.branches, str) else look.branches
    return list(dict.fromkeys(chosen(name, branches, "branches") for name in names))


def _kept(look: Look, world: World, days: int, runs: int) -> Kept:
    kept = recording(world, days, (), look.keep, look.every, runs).keep
    if kept is None:
        raise InputError("must name what is to be kept", field="keep")
    return kept
