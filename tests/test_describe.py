"""The scenario in English agrees with what a run does."""

from __future__ import annotations

import re
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.actors.volume import posting_plan
from sim.branch import Branch
from sim.describe import describe
from sim.describe.dry_run import SORTS, dry_run
from sim.fields import InputError, percent
from sim.moderation import PreemptiveRemoval, Rates, Takedown
from sim.people.accounts import Status
from sim.society.groups import Group
from sim.world import World
from tests.strategies.branches import branches, removals
from tests.strategies.worlds import SEEDS, worlds
from tests.worlds import STANDING, busy_branch, busy_world, run


def numbers(text: str) -> list[int]:
    """Whole numbers of a text, in order."""
    return [int(number.replace(",", "")) for number in re.findall(r"(?<![\d.-])\d[\d,]*(?![\d.-])", text)]


def paragraph(text: str, head: str) -> str:
    """The one line that begins with ``head``."""
    (line,) = [line for line in text.splitlines() if line.startswith(f"{head}:")]
    return line


@given(worlds(), st.data(), SEEDS)
@settings(max_examples=40)
def test_a_run_removes_what_was_announced(world: World, data: st.DataObject, seed: int) -> None:
    """The number that a policy removes lies between those of the two passes, and so do awake sleepers."""
    branch = Branch(policies=(data.draw(removals(world)),), campaign=data.draw(st.booleans()))
    ((policy, _, silent, posting),) = dry_run(world, branch, seed).removals()
    (record,) = run(world, branch, seed).removals
    assert record.asked == policy.asked()
    # Whether somebody goes who stands for several, of whom only some are wanted, is a draw.
    slack = world.weight if world.weight > 1.0 else 0.0
    assert min(sum(silent), sum(posting)) - slack <= record.removed <= max(sum(silent), sum(posting)) + slack


@given(worlds(), SEEDS)
@settings(max_examples=20)
def test_without_policies_sleepers_wake_as_announced(world: World, seed: int) -> None:
    dry, real = dry_run(world, None, seed), run(world, None, seed)
    sleepers = real.society.group == Group.SLEEPER
    awake = int((real.state.status[: sleepers.size][sleepers] == Status.ACTIVE).sum())
    assert dry.silent.woken == dry.posting.woken == awake
    if world.campaign.sleepers.accounts:
        assert f"{awake:,} wake by the end" in paragraph(describe(world, None, seed), "Sleepers")


@given(worlds(), st.data(), SEEDS)
@settings(max_examples=40)
def test_any_world_can_be_described(world: World, data: st.DataObject, seed: int) -> None:
    branch = data.draw(branches(world))
    text = describe(world, branch, seed)
    heads = [line.partition(":")[0] for line in text.splitlines()]
    assert heads[:6] == ["World", "People", "Events", "Organisers", "Campaign", "Sleepers"]
    assert sum(head.split()[0] == "Policy" for head in heads) == len(branch.policies)
    assert ("No campaign" in heads) is not branch.campaign
    assert "nan" not in text
    assert all(line.endswith(".") for line in text.splitlines())
    assert text == describe(world, branch, seed)


def test_hong_kong_in_words() -> None:
    # Sleepers that wake from the first day on, so that some have left the reserve before the removal.
    world = sim.World.hk2019(people=10_000, **{"campaign.sleepers.wakes_from": 0})
    takedown, removal = Takedown(day="2019-08-19", accounts=936), PreemptiveRemoval(day="2019-06-01", accounts=200_000)
    text = describe(world, Branch(policies=(takedown, removal)))
    assert paragraph(text, "World").startswith(
        "World: 10,000 people stand for 1,000,000 in reality (1 to 100). 153 days"
    )
    assert "2019-05-01 to 2019-09-30, in ticks of one hour, after 60 days of burn-in" in text
    assert "16 of the movement (from 2019-06-09 to 2019-08-28)" in paragraph(text, "Events")
    assert paragraph(text, "Organisers").startswith("Organisers: 300 accounts, with ")
    campaign = paragraph(text, "Campaign")
    assert campaign.startswith("Campaign: 936 active accounts, from day 0 on; ")
    assert f"to post {posting_plan(world).sum():,.0f} times" in campaign
    months = re.findall(r"2019-0\d: (\d+)", campaign.replace(",", ""))
    assert sum(map(int, months)) == pytest.approx(posting_plan(world).sum(), abs=3)
    sleepers = paragraph(text, "Sleepers")
    all_of_them, there, _, later, wake, *_ = numbers(sleepers)
    assert (all_of_them, there + later) == (200_000, 200_000)
    assert later / all_of_them == pytest.approx(0.54, abs=0.01)
    assert wake > 0
    first, second = [line for line in text.splitlines() if line.startswith("Policy")]
    assert first.startswith("Policy: " + removal.sentence("2019-06-01"))  # in the order in which they act
    low, high = map(int, re.findall(r"finds ([\d,]+) to ([\d,]+)", first.replace(",", ""))[0])
    assert there <= low <= high < 200_000
    assert "It asks for 936 and finds them all" in second


def test_without_a_campaign() -> None:
    branch = Branch(policies=(Takedown(day=3),), campaign=False)
    text = describe(sim.World.hk2019(people=1000), branch)
    assert "suspended from day 0 on" in paragraph(text, "No campaign")
    assert text.splitlines()[-1].endswith("finds nobody.")
    assert "in this branch 0 do" in text


def test_no_removal_is_too_small_for_the_scale() -> None:
    for asked, found in (
        (400, "It asks for 400 and finds them all: 400 trolls active from the start."),
        (1, "It asks for 1 and finds them all: 1 troll active from the start."),
        (0, "It asks for nobody."),
    ):
        text = describe(
            sim.World.hk2019(people=200, days=9, **{"graph.followees": 2.0}),
            Branch(policies=(Takedown(day=3, accounts=asked),)),
        )
        assert text.splitlines()[-1].endswith(found)


def test_the_innocent_are_named() -> None:
    branch = Branch(policies=(PreemptiveRemoval(day=30, detector=Rates(tpr=1.0, fpr=0.05), accounts=200_000),))
    world = sim.World.hk2019(people=1000, days=40)
    ((_, _, silent, posting),) = dry_run(world, branch).removals()
    citizens = SORTS.index((Group.CITIZEN, None))
    assert silent[citizens] > posting[citizens] == 0 and silent[citizens] % 1000 == 0
    assert f"0 to {silent[citizens]:,} citizens" in describe(world, branch)


def test_tiny_worlds() -> None:
    text = describe(World(people=2, graph=sim.graph.Complete()))
    world = paragraph(text, "World")
    assert world == "World: 2 people, each standing for one. 1 day, 2019-05-01, in ticks of one day, without burn-in."
    assert "everybody follows everybody (2 accounts)" in text
    assert text.splitlines()[-1] == "Policies: the platform does nothing."
    busy = describe(busy_world(), busy_branch())
    assert "by day: 20, 30, 60" in busy
    assert "1 event outside the calendar will not take place." in busy


def test_followers_are_those_of_the_graph() -> None:
    world = busy_world()
    model = run(world, until=0)
    society = model.society
    trolls = np.flatnonzero(society.group == Group.ACTIVE_TROLL)
    pairs = [(p, a) for p in range(world.people) for a in society.followees[society.indptr[p] : society.indptr[p + 1]]]
    expected = sum(account in trolls for _, account in pairs)
    assert f"; {expected} followers among the modelled people" in paragraph(describe(world), "Campaign")


def test_who_is_silent_and_who_joins_in_words() -> None:
    text = describe(busy_world())
    assert paragraph(text, "People").endswith("Those who feel outnumbered beyond their courage stay silent.")
    assert paragraph(text, "Events").endswith(
        "People who lean to an event's side join it if 1 × opinion - 0.1 × support + 0.4 × call seen in the last 0.5 days "
        "reaches their threshold (drawn, from 0 to 1). Support is the climate of opinion they perceive."
    )
    seen = {"turnout_weight": 0.3, "conviction": 0, "complementarity": 2, "call": 0}
    text = describe(busy_world(**{"expression.silence_by": "confidence", "mobilisation": seen}))
    assert paragraph(text, "People").endswith("of the other side less (by up to 1 a session).")
    assert paragraph(text, "Events").endswith(
        "join it if 2 × support reaches their threshold (drawn, from 0 to 1). Support is 70% of the climate of opinion they "
        "perceive and 30% of the turnout of that side's last event."
    )
    alone = {"thresholds": tuple(np.linspace(-0.5, 2.0, 120)), "complementarity": 0, "call": 0}
    text = describe(busy_world(**{"expression.silence": False, "mobilisation": alone}))
    assert paragraph(text, "People").endswith("Nobody is silenced by what others say.")
    assert paragraph(text, "Events").endswith("if 1 × opinion reaches their threshold (given, from -0.5 to 2).")
    assert "Support" not in text


def test_bad_input() -> None:
    with pytest.raises(InputError, match="world must be a World, not 3"):
        describe(3)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"policies\[0\].day must be a day from 0 to 2"):
        describe(busy_world(), Branch(policies=(Takedown(day=99, accounts=1),)))


def test_it_is_quick() -> None:
    world = sim.World.hk2019(people=10_000)
    describe(world)
    began = time.process_time()
    describe(world, Branch(policies=(Takedown(day="2019-08-19"),)))
    assert time.process_time() - began < 2.0


def test_dehumanising_messages_legitimacy_trust_and_agenda_in_words() -> None:
    text = describe(busy_world(**STANDING))
    assert paragraph(text, "Organisers").endswith(
        "as calls to join it. On Thursdays they publish the agenda of the week: from then on, and not before, what they post is "
        "calls to its events."
    )
    assert paragraph(text, "Severity") == (
        "Severity: 50% of the campaign's messages against the movement and 30% of citizens' messages with an opinion of at most "
        "-0.2 dehumanise the movement's people. They weigh 3 times as much among those that could be reshared and are reported 4 "
        "times as often."
    )
    assert paragraph(text, "Legitimacy") == (
        "Legitimacy: that of the movement is 0.5 to begin with for somebody without a side, and 0.5 more or less with each unit "
        "of opinion. It rises by 0.1 on a peaceful day of its events to those online. It falls by 0.3 on a violent day of its "
        "events to those online and 0.02 with each dehumanising message read. Half of that is made good in 5 days. Thresholds "
        "for its events fall by 3 times what it has gained with a person, and rise for the other side's."
    )
    assert paragraph(text, "Trust") == (
        "Trust: that in the platform is 0.5 to begin with. It rises by 0.1 with a disclosure. It falls by 0.4 for those whose "
        "account is suspended and 0.02 for each suspended account that somebody followed. Half of that is made good in 5 days."
    )
    heads = {line.partition(":")[0] for line in describe(busy_world()).splitlines()}
    assert not heads & {"Severity", "Legitimacy", "Trust"}
    assert "agenda" not in describe(busy_world())


@pytest.mark.parametrize(
    ("share", "told"),
    [(0.0, "0%"), (0.004, "0.4%"), (0.07, "7%"), (0.5, "50%"), (1 / 3, "33.33%"), (0.996, "99.6%"),
     (0.9999999, "99.99999%"), (1.0, "100%")],
)  # fmt: skip
def test_a_share_that_was_chosen_is_told_as_it_was_chosen(share: float, told: str) -> None:
    assert percent(share) == told


def test_no_policy_rounds_what_it_was_given() -> None:
    """0.4 % of people are not none of them, and 99.6 % not all."""
    policies = (
        sim.moderation.Disclosure(1, discount=0.004, backlash_share=0.004, backlash=0.996),
        sim.moderation.RegistrationChecks(1, checked=0.996),
        sim.moderation.ReshareFriction(1, dropped=0.004),
        sim.moderation.Appeals(1, appealing=0.004),
    )
    for policy in policies:
        sentence = policy.sentence("1 May")
        assert "0.4%" in sentence or "99.6%" in sentence
        assert " 0%" not in sentence and "100%" not in sentence
