"""Whom moderation hit although they had nothing to do with the campaign, for how long, and what it did to them."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import pandas as pd
from markupsafe import Markup

from experiments.command.words import number, plain
from experiments.report.shifts import Shift
from experiments.report.strings import say
from experiments.studies.results import Results
from experiments.studies.settings import SPARED
from experiments.studies.watched import Watched
from sim.study.intervals import paired_interval

STATES = ("free", "suspended", "restored", "absent")
COLUMNS = ("state", "days", "age", "posts", "marches", "side")
"""What is told of a person: ``state`` at the end (free, suspended, restored, absent: not registered yet), days suspended, age of
the account on the first day (negative: registered so many days later), posts, marches joined, side at the start."""


_IN_A_ROW, _WIDE, _HIGH = 50, 20, 24


class Hit(NamedTuple):
    """What a branch did to innocents: means over seeds, in reality.

    ``suspended`` at the end and of them ``kinds`` by what they are called; ``restored``; ``ever``, times that one was suspended;
    ``days`` that a suspension lasted on average (nan: there was none); ``posts`` that were lost, and their ``share`` of all that
    innocents would have posted; ``turnout`` lost, as a share of people (None: the branch was not simulated with its innocents
    spared). ``most``: times that one was suspended in the branch of the study with most of them.
    """

    suspended: float
    kinds: tuple[tuple[str, float], ...]
    restored: float
    ever: float
    days: float
    posts: float
    share: float
    turnout: Shift | None
    most: float


_KINDS = ("wrongful_supporters", "wrongful_opponents", "wrongful_newcomers", "wrongful_organisers", "wrongful_outlets")


def hit_by(results: Results, branch: str) -> Hit:
    """What a branch did to innocents."""
    runs = results.runs.set_index(["branch", "seed"])
    own = runs.loc[[branch]].droplevel("branch")
    means = own[["wrongful_removals", *_KINDS, "restored", "days_silenced", "posts_lost"]].mean()
    ever = float(means["wrongful_removals"] + means["restored"])
    made = _posts_of_innocents(results, branch)
    lost = float(means["posts_lost"])
    spared = branch + SPARED
    turnout = None
    if spared in runs.index.get_level_values("branch"):
        without = runs.loc[[spared]].droplevel("branch")
        found = paired_interval(without["turnout_movement"] - own["turnout_movement"], method=results.method)
        turnout = None if math.isnan(found[0]) else Shift(*found[:3])
    return Hit(
        suspended=float(means["wrongful_removals"]),
        kinds=tuple((say(f"innocent.kinds_of.{kind}"), float(means[kind])) for kind in _KINDS),
        restored=float(means["restored"]),
        ever=ever,
        days=float(means["days_silenced"]) / ever if ever else math.nan,
        posts=lost,
        share=lost / (made + lost) if made + lost else 0.0,
        turnout=turnout,
        most=float(
            (results.runs["wrongful_removals"] + results.runs["restored"]).groupby(results.runs["branch"]).mean().max()
        ),
    )


def _posts_of_innocents(results: Results, branch: str) -> float:
    own = results.timeline[results.timeline["branch"] == branch]
    return float((own["posts"] - own["troll_posts"]).groupby(own["seed"]).sum().mean())


def people_drawn(watched: Watched, branch: str) -> pd.DataFrame:
    """The people drawn of all, in a branch, a row each in the order of their accounts: ``COLUMNS``."""
    accounts = watched.accounts[watched.accounts["drawn"]].set_index("account")
    own = watched.days[(watched.days["branch"] == branch) & watched.days["account"].isin(accounts.index)]
    status = own.pivot(index="account", columns="day", values="status").loc[accounts.index]
    last = own[own["day"] == own["day"].max()].set_index("account").loc[accounts.index]
    days = (status == "suspended").sum(axis=1)
    at_the_end = last["status"].astype(str)
    state = at_the_end.map({"active": "free", "sleeping": "absent", "suspended": "suspended"})
    state = state.mask((state == "free") & (days > 0), "restored")
    return pd.DataFrame(
        {
            "state": state,
            "days": days,
            "age": -accounts["created"],
            "posts": last["posts"],
            "marches": last["joined_movement"],
            "side": (accounts["opinion_at_start"] > 0).map({True: "supporter", False: "opponent"}),
        }
    )


def sentences(hit: Hit, what: str, until: str, seeds: str, weight: float) -> list[Markup]:
    """What a branch, ``what`` in words, did to innocents until a date; one modelled person stands for ``weight``."""
    if not hit.ever:
        return [say.html("innocent.elsewhere", what=what, most=number(hit.most))]
    until = say.day(until)
    kinds = ", ".join(say("innocent.kind", n=number(n), name=name) for name, n in hit.kinds if n)
    told = [
        say.html(
            "innocent.hit", what=what, ever=number(hit.ever), until=until, days=duration_of(hit.days), seeds=seeds,
            restored=number(hit.restored), suspended=number(hit.suspended),
        )
    ]  # fmt: skip
    if kinds:
        told.append(say.html("innocent.kinds", kinds=kinds))
    told.append(say.html("innocent.voice", posts=number(hit.posts), share=f"{plain(100 * hit.share)} %"))
    lost = hit.turnout
    if lost is None:
        told.append(say.html("innocent.no_turnout"))
    elif lost.low == lost.high == 0.0:
        told.append(say.html("innocent.turnout_same", weight=f"{weight:,.0f}"))
    else:
        told.append(say.html("innocent.turnout", lost=lost.told(100)))
    return told


def duration_of(days: float) -> str:
    """``3.4 days``."""
    told = plain(days)
    return say("innocent.lasting", n=told, count=1 if told == "1" else 2)


class Crowd(NamedTuple):
    """``people`` as ``people_drawn`` has them, of so many ``modelled``, with a seed."""

    people: pd.DataFrame
    modelled: int
    seed: int

    def key(self, until: str) -> str:
        """What the icons show, as text."""
        states = self.people["state"].value_counts()
        numbers = {state: f"{states.get(state, 0):,}" for state in STATES}
        text = say(
            "innocent.drawn", people=f"{len(self.people):,}", modelled=f"{self.modelled:,}", seed=self.seed,
            until=say.day(until), **numbers,
        )  # fmt: skip
        return text if (self.people["days"] > 0).any() else f"{text} {say('innocent.of_them_none')}"

    @property
    def icons(self) -> list[dict[str, Any]]:
        """Where each is drawn, and as what."""
        return [
            {"x": _WIDE * (i % _IN_A_ROW), "y": _HIGH * (i // _IN_A_ROW), "state": state}
            for i, state in enumerate(self.people["state"])
        ]

    @property
    def width(self) -> int:
        """Of the picture, in its units."""
        return _WIDE * _IN_A_ROW + 4

    @property
    def height(self) -> int:
        """Of the picture, in its units."""
        return _HIGH * -(-len(self.people) // _IN_A_ROW) + 4

    @property
    def data(self) -> dict[str, Any]:
        """What the page's script reads."""
        rows = self.people[list(COLUMNS)].to_numpy().tolist()
        return {"columns": COLUMNS, "people": rows, "words": say.find("innocent.script")}


def crowd_of(results: Results) -> Crowd | None:
    """The people drawn, in the headline's branch; None where nobody was watched."""
    if results.watched is None:
        return None
    people = people_drawn(results.watched, results.plan.headline)
    return Crowd(people, results.world.people, results.provenance["seeds"][0])
