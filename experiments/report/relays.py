"""Who carried the campaign's words: by role, and the most effective accounts, without a name."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from experiments.report.people import LENGTH, Count, reachable
from experiments.studies.results import Results
from sim.study.intervals import STUDENT

AUTHORS, CAMPAIGN, STREAM = "authors", "campaign", "stream"
ORDER = (AUTHORS, CAMPAIGN, "citizen", "newcomer", "organiser", "outlet", STREAM)
"""Through whom words can come, in the order in which it is told: those who wrote them, others of the campaign, anybody else, and
the platform's own list."""
_CAMPAIGN = ("troll", "sleeper", "page")
_PART = 10  # of which one part is the most effective
_SHOWN = 3


class Through(NamedTuple):
    """What came through carriers of a ``role``: so many ``accounts`` and ``messages`` in reality (means over seeds; one that
    several carried counts for each), the median number of ``followers``, how often these were read (``times``), what they moved
    as ``people`` moved from end to end of opinion, which ``share`` of all that the campaign's words moved on their way it is,
    and which share of the role's own the most effective tenth has (``tenth``; None of fewer than ten modelled accounts)."""

    role: str
    accounts: float
    followers: float
    messages: float
    times: float
    people: Count
    share: float
    tenth: float | None


class Relay(NamedTuple):
    """One account that carried words of others: its ``role``, ``followers``, the ``messages``, how many people they ``reached``
    through it, what it moved as ``people`` moved from end to end, and which ``share`` of all that the campaign's words
    moved with its seed that is. All of the account, not of those for which it stands."""

    role: str
    followers: float
    messages: int
    reached: float
    people: float
    share: float


class Relays(NamedTuple):
    """What is told of relays, from runs with some ``seeds`` of which one modelled citizen stands for ``weight``: ``people`` is
    all that was moved; ``roles`` are those that there are, ``best`` the most effective of each."""

    seeds: tuple[int, ...]
    weight: float
    people: Count
    roles: tuple[Through, ...]
    best: tuple[Relay, ...]

    @property
    def main(self) -> Through:
        """Through whom most came."""
        return max(self.roles, key=lambda role: role.share)

    @property
    def side(self) -> str:
        """The side towards which readers were moved, all together."""
        return "towards" if self.people.mean > 0.0 else "against"

    @property
    def moved(self) -> Count:
        """How many were moved to that side."""
        return self.people if self.people.mean > 0.0 else self.people.negative()


def relays_of(results: Results) -> Relays | None:
    """What there is to tell of relays; None where nobody was followed, or nobody was moved."""
    table = results.relays
    if table is None or not (table["direct"] + table["relayed"]).any():
        return None
    table, people = told(table, results), reachable(results.world)
    seeds = tuple(results.provenance["followed"])
    total = table.groupby("seed")["moved"].sum().reindex(seeds, fill_value=0.0)
    roles = []
    for role in ORDER:
        own = table[table["role"] == role]
        if own.empty:
            continue
        by_seed = own.groupby("seed")["moved"].sum().reindex(seeds, fill_value=0.0)
        accounts = own["stands_for"].sum() / len(seeds)
        messages = (own["messages"] * own["stands_for"]).sum()
        roles.append(
            Through(
                role, accounts if role != STREAM else 0.0, float(own["followers"].median()), messages / len(seeds),
                people * own["readings"].sum() / len(seeds), Count.of(by_seed, STUDENT), own["moved"].sum() / total.sum(),
                _tenth(own["moved"]) if role != STREAM else None,
            )
        )  # fmt: skip
    best = table[table["role"].isin(ORDER[1:-1])]
    best = best.assign(each=best["moved"] / best["stands_for"] * np.sign(total.sum()))
    best = best[best["each"] > 0.0].sort_values("each", ascending=False, kind="stable").groupby("role").head(_SHOWN)
    shown = (
        Relay(
            str(row["role"]), row["followers"], int(row["messages"]), people * row["reached"] / row["stands_for"],
            row["moved"] / row["stands_for"], row["moved"] / row["stands_for"] / total[row["seed"]],
        )
        for role in ORDER
        for row in best[best["role"] == role].to_dict("records")
    )  # fmt: skip
    return Relays(seeds, results.world.weight, Count.of(total, STUDENT), tuple(roles), tuple(shown))


def told(table: pd.DataFrame, results: Results) -> pd.DataFrame:
    """The carriers with the roles of ``ORDER``, followers in reality, and what they ``moved`` in people from end to end; without
    the accounts' numbers."""
    role = table["role"].astype(str).replace({"topic stream": STREAM, **dict.fromkeys(_CAMPAIGN, CAMPAIGN)})
    return pd.DataFrame(
        {
            "seed": table["seed"],
            "role": np.where(table["own"], AUTHORS, role),
            "stands_for": table["stands_for"],
            "followers": table["followers"] * results.world.weight / table["stands_for"],
            "messages": table["messages"],
            "readings": table["readings"],
            "reached": table["reached"],
            "moved": (table["direct"] + table["relayed"]) * reachable(results.world) / LENGTH,
        }
    )


def _tenth(moved: pd.Series) -> float | None:
    """The share that the tenth has which moved most, in the direction in which all together did."""
    total = moved.sum()
    if len(moved) < _PART or total == 0.0:
        return None
    first = np.sort(moved.to_numpy() / total)[::-1][: len(moved) // _PART]
    return float(first.sum())


def rows(relays: Relays | None) -> dict[str, list[dict[str, Any]]]:
    """The tables behind what is told, by name."""
    if relays is None:
        return {"relays": [], "best-relays": []}
    by_role = [
        {**role._asdict(), "people": role.people.mean, "people_low": role.people.low, "people_high": role.people.high}
        for role in relays.roles
    ]
    return {"relays": by_role, "best-relays": [relay._asdict() for relay in relays.best]}
