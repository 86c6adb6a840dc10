"""What a branch does, in words."""

from __future__ import annotations

from experiments.report.strings import say
from experiments.report.timeline import called
from experiments.studies.settings import NamedBranch, StudyPlan
from sim.moderation import RemovalPolicy, Takedown
from sim.moderation.desk import FIRST
from sim.world import World


def what_was_done(branch: NamedBranch, world: World) -> str:
    """``Removing 936 active accounts on 19 August 2019 and having appeals from 1 September 2019 on``."""
    if not branch.campaign:
        return say("done.no_campaign")
    if not branch.policies:
        return say("done.nothing")
    removals = [
        (_removed(policy, world), world.date(world.day(policy.day)))
        for policy in branch.policies
        if isinstance(policy, RemovalPolicy)
    ]
    standing = [
        (_noun(policy.name), world.date(world.day(policy.day)))
        for policy in branch.policies
        if not isinstance(policy, RemovalPolicy)
    ]
    done = []
    if removals:
        done.append(say("done.removing", what=_with_dates(removals, "on")))
    if standing:
        done.append(say("done.having", what=_with_dates(standing, "from")))
    words = say("done.and").join(done)
    return words[0].upper() + words[1:]


def where_nothing_was_done(plan: StudyPlan) -> str:
    """What the reference is, at the end of a sentence: where nothing is done, or in the scenario of its name."""
    reference = next(named for named in plan.branches if named.name == plan.reference)
    if reference.policies or not reference.campaign:
        return say("done.in_scenario", name=called(reference.name))
    return say("done.where_nothing")


def _noun(name: str) -> str:
    """What is had, where the policy's name would not do."""
    return str(say.find("done.nouns").get(name, name.replace("_", " ")))


def _removed(policy: RemovalPolicy, world: World) -> str:
    """``936 active accounts``."""
    asked = policy.asked()
    if policy.platform == FIRST:
        kind = f"removed.{policy.name}" if policy.name in say.find("done.removed") else "accounts"
    else:
        kind = "active_pages" if isinstance(policy, Takedown) else "pages"
    return say(f"done.{kind}", n=f"{asked:,}", count=asked, platform=world.second.name)


def _with_dates(acts: list[tuple[str, str]], when: str) -> str:
    """Acts with their dates, or with one date at the end if all have the same."""
    dates = {date for _, date in acts}
    if len(dates) == 1:
        return say(f"done.{when}", what=_list([act for act, _ in acts]), date=say.day(dates.pop()))
    return _list([say(f"done.{when}", what=act, date=say.day(date)) for act, date in acts])


def _list(words: list[str]) -> str:
    return say("done.and").join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]
