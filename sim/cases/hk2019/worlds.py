"""Worlds of the case that have a name of their own: the case with changes, as ``World.replace`` takes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.cases.hk2019 import REACHABLE, facts, world
from sim.world import World


def _on_facebook() -> tuple[Mapping[str, Any], ...]:
    """The pages, groups and accounts that Facebook removed on 19 August 2019, groups by their members."""
    value = {name: int(fact.value) for name, fact in facts.published().items() if name.startswith("facebook_")}
    kinds = (("pages", value["facebook_followers"]), ("groups", value["facebook_group_members"]), ("accounts", 0))
    return tuple(
        {"name": name, "accounts": value[f"facebook_{name}"], "followers": followers} for name, followers in kinds
    )


WORLDS: Mapping[str, Mapping[str, Any]] = {
    # People forget what trolls have told them as slowly as was measured: 36 to 42 % of a persuasive effect is left after a
    # month (Hackenburg et al. 2025, Science; docs/calibration.md). Calibrated on 2026-11-28 by
    # python -m experiments.calibrate persuasion_left seeds=6 trials=3 points=6:
    # opinion.anchoring is 0.0420, with a 95 % interval from 0.0316 to 0.0532.
    "hk2019_calibrated": {
        "opinion.anchoring": 0.042,
        "burn_in_days": 140,  # with a weaker anchor opinions take longer to come to rest
    },
    # Everybody: one million people, 936 active accounts, 200,000 sleepers (a run: two minutes, .84 GB).
    "hk2019_full_scale": {"people": REACHABLE},
    # The platform keeps signals, and one person in twenty registers during the protests: the world for detectors to be tried in.
    "hk2019_observed": {"signals.observe": True, "population.newcomers.share": 0.05},
    # Twitter and Facebook: most people are on both, and beside the pages that Facebook removed there are genuine ones of either
    # side. The campaign's pages are facts; how many people have both accounts, and how many genuine pages they follow, are
    # assumptions.
    "hk2019_two_platforms": {
        "outlets": {"accounts": 12, "followers": 20_000},
        "second": {
            "name": "Facebook",
            "members": 0.8,
            "campaign": _on_facebook(),
            "organisers": ({"name": "pages", "accounts": 5, "followers": 200_000},),
            "outlets": ({"name": "newspapers", "accounts": 6, "followers": 300_000},),
        },
    },
}


def named(name: str, **changes: Any) -> World:
    """One of ``WORLDS``; ``changes`` as in ``World.replace``, which raises InputError."""
    return world(**WORLDS[name]).replace(changes)
