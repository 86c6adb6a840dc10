"""``python -m tests.refresh_golden`` keeps what fixed worlds, branches and seeds give in tests/golden.json.

It refuses to change anything that is kept unless ``sim.MODEL_VERSION`` was raised; something new is added without.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import sim
from sim.outcomes import OUTCOMES
from tests import golden, golden_cases


def results(outcomes: Iterable[str]) -> dict[str, dict[str, str]]:
    """Digests of all cases, by name and part; exits with a sentence where the engines differ."""
    found: dict[str, dict[str, str]] = {}
    for name, case in golden_cases.cases().items():
        fast, read = (golden.digests(case, engine, outcomes) for engine in golden.ENGINES)
        if fast != read:
            parts = [part for part, digest in fast.items() if read[part] != digest]
            raise SystemExit(
                f"{golden.GOLDEN.name} is left as it is: the engines differ in {name!r} ({', '.join(parts)})."
            )
        found[name] = fast
    return found


def content(outcomes: Iterable[str]) -> dict[str, Any]:
    """What is to be kept, with the daily record of these outcomes."""
    return {
        "model_version": sim.MODEL_VERSION,
        "outcomes": list(outcomes),
        "cases": results(outcomes),
        "numbers": golden.numbers(),
        "settings": golden.settings(),
    }


def refresh() -> str:
    """Write what is to be kept and say what was done; exits with a sentence where MODEL_VERSION has to be raised first."""
    names = [outcome.name for outcome in OUTCOMES]
    if golden.GOLDEN.exists():
        before = golden.kept()
        known = [name for name in before["outcomes"] if name in names]
        present = content(known)
        changed = [name for name in before["outcomes"] if name not in names] + golden.changes(before, present)
        if changed and before["model_version"] >= sim.MODEL_VERSION:
            raise SystemExit(
                f"{golden.GOLDEN.name} is left as it is: {len(changed)} changed ({'; '.join(changed)}), so raise MODEL_VERSION "
                f"(now {sim.MODEL_VERSION}) in sim/version.py first."
            )
        if not changed:  # the last digits of numbers are those of the machine on which they were first computed
            present["numbers"] |= before["numbers"]
        if before == present and known == names:
            return f"{golden.GOLDEN.name} is up to date: nothing to do."
        if known != names:
            present |= {"outcomes": names, "cases": results(names)}
    else:
        present = content(names)
    golden.GOLDEN.write_text(json.dumps(present, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return f"{golden.GOLDEN.name}: {len(present['cases'])} cases of model version {sim.MODEL_VERSION}."


if __name__ == "__main__":
    print(refresh())
