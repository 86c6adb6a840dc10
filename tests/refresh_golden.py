"""``python -m tests.refresh_golden`` keeps the digests of a few fixed runs in tests/golden.json.

It refuses to change a digest unless ``sim.MODEL_VERSION`` was raised.
"""

from __future__ import annotations

import json
from pathlib import Path

import sim
from sim.moderation import ContentTakedown, Disclosure
from tests.worlds import STANDING, busy_branch, busy_world, run

GOLDEN = Path(__file__).with_name("golden.json")


def digests() -> dict[str, str]:
    """Digests of runs that between them use everything, by name."""
    hong_kong = sim.World.hk2019(people=1000, days=3, burn_in_days=2)
    runs = {
        "busy world": run(busy_world(), busy_branch(), 1),
        "busy world, no campaign": run(busy_world(), sim.Branch(campaign=False), 2),
        "busy world, one random followee, voter": run(
            busy_world(**{"feed.reading": "one_random_followee", "opinion.rule": "voter"}), busy_branch(), 3
        ),
        "busy world, all followees, Friedkin and Johnsen": run(
            busy_world(**{"feed.reading": "all_followees", "opinion.rule": "friedkin_johnsen"}), busy_branch(), 3
        ),
        "busy world, content takedown": run(
            busy_world(**{"illegality.citizens": {"share": 0.2, "concentration": 4.0}, "illegality.trolls.share": 0.5}),
            sim.Branch((ContentTakedown(1, 0.3, 0.9),)),
            6,
        ),
        "busy world, silence by confidence, turnout seen, preferential attachment": run(
            busy_world(
                graph={"kind": "preferential", "links": 2},
                **{
                    "expression.silence_by": "confidence",
                    "mobilisation": {"turnout_weight": 0.5, "complementarity": 1.0},
                },
            ),
            busy_branch(),
            3,
        ),
        "busy world, ranked feeds": run(busy_world(**{"feed.reading": "ranked"}), busy_branch(), 7),
        "busy world, legitimacy and trust": run(
            busy_world(**STANDING),
            sim.Branch((*busy_branch().policies, Disclosure(1, discount=0.5, resemblance=1.0))),
            8,
        ),
        "complete graph": run(busy_world(people=60, graph={"kind": "complete"}), busy_branch(), 4),
        "Hong Kong": run(hong_kong, None, 5),
    }
    return {name: stage.digest for name, stage in runs.items()}


def refresh() -> str:
    """Write the digests and say what was done; exits with a sentence where MODEL_VERSION has to be raised first."""
    present = digests()
    content = {"model_version": sim.MODEL_VERSION, "digests": present}
    if GOLDEN.exists():
        kept = json.loads(GOLDEN.read_text(encoding="utf-8"))
        if kept == content:
            return f"{GOLDEN.name} is up to date: nothing to do."
        changed = [name for name, digest in kept["digests"].items() if present.get(name) != digest]
        if changed and kept["model_version"] >= sim.MODEL_VERSION:
            raise SystemExit(
                f"{GOLDEN.name} is left as it is: {', '.join(changed)} changed, so raise MODEL_VERSION "
                f"(now {sim.MODEL_VERSION}) in sim/version.py first."
            )
    GOLDEN.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return (
        f"{GOLDEN.name}: {len(present)} digest{'s' if len(present) > 1 else ''} of model version {sim.MODEL_VERSION}."
    )


if __name__ == "__main__":
    print(refresh())
