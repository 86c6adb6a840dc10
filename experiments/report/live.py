"""The live engine of the page: what it simulates of a study's world, or in a sentence why it does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scipy.special import stdtrit

from experiments.pages.carried import carried
from experiments.report.story import Story
from experiments.report.strings import say
from experiments.studies.settings import PREEMPTIVE, REACTIVE
from sim import page
from sim.fields import InputError
from sim.moderation import Perfect, PreemptiveRemoval, Rates, Takedown
from sim.outcomes import OUTCOMES
from sim.study.effects import TRACED_MEASURE, TRACED_OUTCOME
from sim.world import World

PEOPLE, SEEDS = 1000, 8
"""Modelled people, and seeds, of the world that is simulated in the page: what a phone does in seconds."""
_KINDS = {REACTIVE: Takedown, PREEMPTIVE: PreemptiveRemoval}


@dataclass(frozen=True, eq=False)
class Live:
    """What is simulated: the ``world``, and with what ``seeds``; ``data`` for the page's script, ``engine`` for its worker."""

    world: World
    seeds: tuple[int, ...]
    data: dict[str, Any]
    engine: dict[str, Any]

    @property
    def told(self) -> dict[str, str]:
        """What its words are filled with."""
        return {
            "people": f"{self.world.people:,}",
            "weight": f"{self.world.weight:,.0f}",
            "seeds": say("page.seeds", n=len(self.seeds)),
        }


def live_of(story: Story) -> Live | str:
    """The engine for the world of a story, smaller where that is larger, or why there is none."""
    detector = story.plan.detector
    if not isinstance(detector, (Perfect, Rates)):
        return say("live.absent.detector", detector=detector.name)
    seeds = tuple(range(1, SEEDS + 1))
    try:
        world = story.world if story.world.people <= PEOPLE else story.world.replace({"people": PEOPLE})
        exported = page.export(world, seeds[0])
        days = int(story.provenance["days"])
        engine = carried(exported) | {"days": days}
    except InputError as error:
        return say("live.absent.world", why=str(error).rstrip("."))
    except page.BuildError:
        return say("live.absent.engine")
    columns = [outcome.name for outcome in OUTCOMES]
    rates = {"tpr": detector.tpr, "fpr": detector.fpr} if isinstance(detector, Rates) else {}
    data = {
        "kinds": [_kind(name, exported.layout) | {"detector": {**rates, "salt": detector.salt}} for name in _KINDS],
        "dates": [say.short_day(world.date(day)) for day in range(days)],
        "seeds": seeds,
        "columns": {"traced": columns.index(TRACED_MEASURE), "all": columns.index(TRACED_OUTCOME)},
        "width": len(columns),
        "margin": float(stdtrit(len(seeds) - 1, 0.975)) / len(seeds) ** 0.5,
        "words": say.find("live.script"),
    }
    return Live(world, seeds, data, engine)


def _kind(name: str, layout: Any) -> dict[str, Any]:
    """A kind of removal: the policy's name, how many accounts can be asked for, and what it is called in a sentence."""
    policy = _KINDS[name]
    fields = {field["name"]: field for field in layout["policies"]["kinds"][policy.name]["fields"]}
    most = int(fields["accounts"]["most"])
    return {
        "policy": policy.name,
        "most": most,
        "asked": min(most, int(fields["accounts"]["default"])),
        "accounts": say("move.active" if name == REACTIVE else "move.unused"),
    }
