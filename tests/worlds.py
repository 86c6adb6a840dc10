"""Random small worlds and branches with every feature on, and how to run and compare them."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from sim.branch import Branch
from sim.campaign.adaptation import Evading, Rebuilding, Static
from sim.campaign.settings import Campaign, Organisers, Sleepers, TrollGroup
from sim.engine.stage import Stage
from sim.engine.state import State
from sim.feed.legality import Illegality, Propensity
from sim.feed.settings import Feed
from sim.feed.severity import Severity
from sim.moderation import (
    SIGNALS,
    Appeals,
    CircuitBreaker,
    ContentTakedown,
    Detector,
    Disclosure,
    Downranking,
    Enforcement,
    HashtagLimit,
    Labels,
    Perfect,
    Policy,
    PreemptiveRemoval,
    Rates,
    RegistrationChecks,
    ReshareFriction,
    RuleDetector,
    ScoreDetector,
    Takedown,
    TipOff,
    Weights,
)
from sim.opinion import (
    BoundedConfidence,
    Deffuant,
    DeGroot,
    FriedkinJohnsen,
    HegselmannKrause,
    Opinion,
    OpinionRule,
    Voter,
)
from sim.opinion.expression import Expression
from sim.opinion.mobilisation import Mobilisation
from sim.population.calendar import Calendar, Event
from sim.population.legitimacy import Legitimacy
from sim.population.newcomers import Newcomers
from sim.population.outlets import Outlets
from sim.population.people import Population
from sim.population.profiles import Profiles
from sim.population.second_platform import Pages, SecondPlatform
from sim.population.settings import Graph
from sim.population.signals import Signals
from sim.population.trust import Trust
from sim.run import make_stage
from sim.world import World

FIRST_DAY = datetime.date(2019, 5, 1)  # a Wednesday
SEEDS = st.sampled_from([1, 2, 7, 2**40 + 5])


def date(day: int) -> str:
    """ISO date of a day of the small worlds."""
    return (FIRST_DAY + datetime.timedelta(days=day)).isoformat()


def busy_world(**changes: Any) -> World:
    """A small world in which everything happens within three days: reshares, silence, flooding, deception, calls, events of
    both sides, a topic stream that overflows, sleepers that wake, newcomers, low-quality messages, copied texts and reports.
    ``changes`` as in
    ``World.replace``."""
    world = World(
        people=120,
        days=3,
        first_day=FIRST_DAY.isoformat(),
        ticks_per_day=6,
        burn_in_days=1,
        population=Population(sessions_per_day=3.0, topic_readers=0.6, newcomers=Newcomers(share=0.2)),
        graph=Graph(followees=8.0, hub_cap=0.3),
        calendar=Calendar(
            events=(
                Event(date(1), 1, "march", 15),
                Event(date(1), -1, "rally", 11),
                Event(date(2), -1, "rally", 20),
                Event(date(9), 1, "after the calendar", 12),
            ),
            clock=(0.05, 0.1, 0.15, 0.2, 0.3, 0.2),
            event_pull=0.03,
        ),
        feed=Feed(length=7, memory=3, topic_slots=2, topic_capacity=5, topic_half_life=4.0, measure_quality=True),
        opinion=Opinion(rule=BoundedConfidence(strength=0.05), anchoring=0.02),
        expression=Expression(posting=0.6, on_topic_share=0.7, slogans=4, slogan_share=0.3),
        mobilisation=Mobilisation(threshold_spread=1.0, call=0.4, call_window_days=0.5),
        organisers=Organisers(accounts=4, followers=25.0, scripts=2, scripted_share=0.5),
        campaign=Campaign(
            accounts=9,
            stance=-0.6,
            groups=(
                TrollGroup("known", 0.4, (0.0, 0.5, 1.0), (5.0, 20.0, 40.0)),
                TrollGroup("fresh", 0.6, (0.0, 1.0), (0.0, 15.0)),
            ),
            local_follower_share=1.0,
            on_topic_share=0.8,
            daily_posts=(20.0, 30.0, 60.0, 40.0, 40.0),
            clock=(0.3, 0.1, 0.1, 0.1, 0.1, 0.3),
            activity_levels=(0.0, 0.5, 1.0),
            activity=(1.0, 3.0, 20.0),
            new_share=0.6,
            amplified=2,
            flooding=3,
            deception=0.3,
            scripts=3,
            scripted_share=0.7,
            sleepers=Sleepers(
                accounts=11,
                waking_rate=0.6,
                created_before=0.5,
                created_until=2.0,
                posts_per_day=5.0,
                on_topic_share=0.9,
                follow_half_life_days=0.4,
                group=TrollGroup("sleepers", 1.0, (0.0, 1.0), (5.0, 25.0)),
            ),
        ),
        signals=Signals(observe=True, reports=0.2, mistaken_reports=0.02),
    )
    return world.replace(changes)


# Changes to the busy world: dehumanising messages, legitimacy that they and events move and that moves turnout, trust, and
# organisers who publish an agenda (days 0 to 2 are Wednesday to Friday).
STANDING: dict[str, Any] = {
    "severity": Severity(campaign=0.5, citizens=0.3, hostile=0.2, appeal=3.0, reports=4.0),
    "legitimacy": Legitimacy(peaceful=0.1, violent=0.3, dehumanising=0.02, half_life_days=5.0),
    "trust": Trust(own_suspension=0.4, lost_followee=0.02, disclosure=0.1, half_life_days=5.0),
    "mobilisation.legitimacy_weight": 3.0,
    "organisers.agenda_weekday": 3,
}


# Changes to the busy world: outlets, and a second platform with pages of all sides.
TWO_PLATFORMS: dict[str, Any] = {
    "outlets": Outlets(accounts=2, followers=30.0, scripts=1),
    "second": SecondPlatform(
        members=0.7,
        visits=0.8,
        followees=6.0,
        campaign=(Pages("pages", 3, 60.0), Pages("groups", 2, 20.0)),
        campaign_posts_per_day=4.0,
        organisers=(Pages("pages", 1, 20.0),),
        outlets=(Pages("newspapers", 2, 40.0),),
    ),
}


def busy_branch() -> Branch:
    """Policies for ``busy_world`` that remove trolls, sleepers and innocents on several days."""
    return Branch(
        policies=(
            Takedown(1, detector=Rates(tpr=0.5, fpr=0.1), accounts=8),
            PreemptiveRemoval(1, detector=Rates(salt=4, tpr=0.5, fpr=0.02), accounts=4),
            Takedown(date(2), detector=Perfect(), accounts=2),
        )
    )


def busy_branch_of_two() -> Branch:
    """Policies on both platforms of a busy world that has two: removals, labels, a tip-off that also hits outlets, appeals."""
    return Branch(
        policies=(
            *busy_branch().policies,
            Labels(0, Rates(salt=5, tpr=0.8, fpr=0.1), 0.3, 0.5, platform="second"),
            TipOff(0, 0.5, Rates(salt=6, tpr=0.6, fpr=0.3)),
            Appeals(0, 0.5, 0.8, Rates(salt=7, tpr=0.8, fpr=0.2), platform="second"),
        )
    )


def _share(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high).map(lambda value: value if value > 1e-9 or value < 0.0 else 0.0)


@st.composite
def clocks(draw: st.DrawFn, ticks: int) -> tuple[float, ...]:
    """Shares of a day in its ticks that sum to 1; some may be 0."""
    weights = np.array(draw(st.lists(st.integers(0, 9), min_size=ticks, max_size=ticks)), dtype=float)
    if not weights.any():
        weights[:] = 1.0
    return tuple((weights / weights.sum()).tolist())


@st.composite
def events(draw: st.DrawFn, days: int) -> tuple[Event, ...]:
    """Up to four events of both sides, some outside the calendar, some on the same day."""
    numbers = draw(st.lists(st.integers(-1, days + 1), max_size=4))
    return tuple(
        Event(date(n), draw(st.sampled_from([1, -1])), f"event {i}", draw(st.integers(0, 23)), draw(_share(0.0, 1.0)))
        for i, n in enumerate(numbers)
    )


@st.composite
def troll_groups(draw: st.DrawFn) -> TrollGroup:
    """A population of trolls by its quantiles of followers."""
    followers = sorted(draw(st.lists(_share(0.0, 40.0), min_size=2, max_size=4)))
    levels = tuple(np.linspace(0.0, 1.0, len(followers)).tolist())
    rho, shown = draw(_share(0.0, 1.0)), draw(st.booleans())
    others = tuple(2.0 * n for n in followers) if shown else ()
    return TrollGroup("trolls", 1.0, levels, tuple(followers), others, rho, tuple(followers) if shown else ())


@st.composite
def profiles(draw: st.DrawFn) -> Profiles:
    """Quantiles of profiles, or none."""
    if draw(st.booleans()):
        return Profiles()
    followers, following, ages = (
        tuple(sorted(draw(st.lists(_share(0.0, 900.0), min_size=3, max_size=3)))) for _ in range(3)
    )
    return Profiles((0.0, 0.4, 1.0), followers, following, draw(_share(0.0, 1.0)), ages)


@st.composite
def signals(draw: st.DrawFn) -> Signals:
    """What is seen of accounts, often nothing."""
    opens = draw(st.integers(0, 24))
    return Signals(
        observe=draw(st.booleans()),
        office_opens=opens,
        office_closes=draw(st.integers(opens, 24)),
        login_trolls=draw(_share(0.0, 1.0)),
        login_citizens=draw(_share(0.0, 1.0)),
        reports=draw(_share(0.0, 1.0)),
        mistaken_reports=draw(_share(0.0, 1.0)),
    )


_GOES_ELSEWHERE = Evading(1.0, 0.0, 48.0, pause_days=0.5, hubs=True, moved_share=0.7)


@st.composite
def campaigns(draw: st.DrawFn, ticks: int) -> Campaign:
    """A campaign of up to a dozen active trolls and a dozen sleepers that wake soon."""
    weekly = draw(st.booleans())
    clock = sum((draw(clocks(ticks)) for _ in range(7)), ()) if weekly else draw(clocks(ticks))
    return Campaign(
        accounts=draw(st.integers(0, 12)),
        stance=draw(_share(-1.0, 1.0)),
        groups=(draw(troll_groups()),),
        local_follower_share=1.0,
        on_topic_share=draw(_share(0.2, 1.0)),
        daily_posts=(draw(_share(0.0, 60.0)),),
        clock=clock,
        activity_levels=(0.0, 0.5, 1.0),
        activity=(1.0, draw(_share(1.0, 5.0)), 30.0),
        new_share=draw(_share(0.0, 1.0)),
        amplified=draw(st.integers(0, 4)),
        flooding=draw(st.integers(1, 5)),
        deception=draw(_share(0.0, 1.0)),
        scripts=draw(st.integers(0, 3)),
        scripted_share=draw(_share(0.0, 1.0)),
        adaptation=draw(
            st.sampled_from(
                [
                    Static(),
                    Static(),
                    Rebuilding(2.0, 0.5, 24.0),
                    Evading(1.0, 0.0, 48.0, 1.0, False, 1.0),
                    _GOES_ELSEWHERE,
                ]
            )
        ),
        sleepers=Sleepers(
            accounts=draw(st.integers(0, 12)),
            waking_rate=draw(_share(0.0, 2.0)),
            created_before=draw(_share(0.0, 1.0)),
            created_until=draw(_share(0.0, 5.0)),
            posts_per_day=draw(_share(0.0, 12.0)),
            on_topic_share=draw(_share(0.0, 1.0)),
            follow_half_life_days=draw(_share(0.0, 2.0)),
            group=draw(troll_groups()),
        ),
    )


def rules() -> st.SearchStrategy[OpinionRule]:
    """Every opinion rule that is registered."""
    bounds = st.floats(0.01, 2.0)
    return st.one_of(
        st.builds(BoundedConfidence, strength=_share(0.0, 0.5)),
        st.builds(Deffuant, bound=bounds, convergence=st.floats(0.01, 1.0)),
        st.builds(HegselmannKrause, bound=bounds),
        st.sampled_from([Voter(), DeGroot(), FriedkinJohnsen()]),
    )


def given_thresholds(people: int) -> st.SearchStrategy[tuple[float, ...]]:
    """Thresholds of so many people that climb evenly from below 0, or none given."""
    climbing = st.floats(0.1, 2.0).map(lambda top: tuple(np.linspace(-0.2, top, people).tolist()))
    return st.one_of(st.just(()), climbing)


@st.composite
def illegalities(draw: st.DrawFn) -> Illegality:
    """Who posts illegal messages, in half of the worlds nobody."""
    if draw(st.booleans()):
        return Illegality()
    kinds = st.builds(Propensity, share=_share(0.0, 1.0), concentration=st.one_of(st.none(), st.floats(0.05, 30.0)))
    return Illegality(
        citizens=draw(kinds),
        high_risk=draw(kinds),
        organisers=draw(kinds),
        trolls=draw(kinds),
        high_risk_share=draw(_share(0.0, 1.0)),
    )


def severities() -> st.SearchStrategy[Severity]:
    """Which messages dehumanise, in half of the worlds none."""
    shares, factors = _share(0.0, 1.0), _share(0.0, 5.0)
    some = st.builds(
        Severity, campaign=shares, citizens=shares, hostile=_share(0.0, 0.8), appeal=factors, reports=factors
    )
    return st.one_of(st.just(Severity()), some)


def legitimacies() -> st.SearchStrategy[Legitimacy]:
    """What moves the movement's legitimacy, sometimes nothing."""
    shares, half_lives = _share(0.0, 1.0), st.floats(0.1, 50.0)
    some = st.builds(Legitimacy, shares, shares, shares, shares, _share(0.0, 0.2), half_lives)
    return st.one_of(st.just(Legitimacy()), some, some)


def trusts() -> st.SearchStrategy[Trust]:
    """What moves trust in the platform, sometimes nothing."""
    shares = _share(0.0, 1.0)
    some = st.builds(Trust, shares, shares, _share(0.0, 0.2), shares, st.floats(0.1, 50.0))
    return st.one_of(st.just(Trust()), some, some)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Any small world: all graphs that are generated, all readings, all rules, all features; some with a second platform."""
    world = draw(worlds_of_one_platform())
    if world.graph.kind != "social":
        return world
    world = world.replace({"outlets": draw(st.one_of(st.just(Outlets()), outlets()))})
    if world.feed.reading not in ("newest", "ranked") or draw(st.booleans()):
        return world
    return world.replace({"second": draw(second_platforms())})


def outlets() -> st.SearchStrategy[Outlets]:
    """Genuine outlets of either side."""
    return st.builds(
        Outlets, st.integers(0, 3), _share(0.0, 30.0), st.sampled_from([-0.6, 0.5]), _share(0.0, 5.0), _share(0.0, 1.0),
        st.integers(0, 2), _share(0.0, 1.0),
    )  # fmt: skip


@st.composite
def second_platforms(draw: st.DrawFn) -> SecondPlatform:
    """A second platform with pages of all sides, or none, for worlds of at least 60 people with a hub cap of a half."""
    pages = st.lists(st.builds(Pages, st.just("pages"), st.integers(0, 3), _share(0.0, 60.0)), max_size=2).map(tuple)
    return SecondPlatform(
        members=draw(_share(0.2, 1.0)),
        visits=draw(_share(0.0, 3.0)),
        followees=draw(_share(0.0, 3.0)),
        campaign=draw(pages),
        campaign_posts_per_day=draw(_share(0.0, 10.0)),
        organisers=draw(pages),
        outlets=draw(pages),
    )


@st.composite
def worlds_of_one_platform(draw: st.DrawFn) -> World:
    """Any small world that has one platform and no outlets."""
    kind = draw(st.sampled_from(["social", "random", "preferential", "complete"]))
    ticks, days = draw(st.sampled_from([1, 4, 6, 24])), draw(st.integers(2, 4))
    people = draw(st.integers(2, 40) if kind == "complete" else st.integers(60, 150))
    return World(
        people=people,
        days=days,
        first_day=FIRST_DAY.isoformat(),
        ticks_per_day=ticks,
        burn_in_days=draw(st.integers(0, 1)),
        population=Population(
            supporters=draw(_share(0.0, 1.0)),
            spread=draw(_share(0.0, 0.5)),
            confidence_low=draw(_share(0.0, 0.5)),
            confidence_high=draw(_share(0.5, 2.0)),
            susceptibility_low=draw(_share(0.0, 0.6)),
            susceptibility_high=draw(_share(0.6, 1.0)),
            sessions_per_day=draw(_share(0.5, 5.0)),
            **draw(st.sampled_from([{"equal_sessions": True}, {}, {"sessions_tail": 1.85}])),
            topic_readers=draw(_share(0.0, 1.0)),
            profile=draw(profiles()),
            bare_profile=draw(profiles()),
            bare=draw(_share(0.0, 1.0)),
            newcomers=Newcomers(
                share=draw(st.sampled_from([0.0, 0.3, 1.0])),
                registered_from=draw(st.sampled_from([0.0, 0.5, date(1)])),
                registered_until=draw(st.sampled_from([1.5, date(1), None])),
                bare=draw(_share(0.0, 1.0)),
            ),
        ),
        graph=Graph(
            kind=kind,
            followees=draw(_share(0.0, 8.0)),
            closure=draw(_share(0.0, 0.9)),
            homophily=draw(_share(0.0, 5.0)),
            hub_cap=0.5,
            links=draw(st.integers(1, 4)) if kind == "preferential" else 1,
            following_spread=draw(st.sampled_from([None, None, 0.0, 1.2])),
            following_popularity=draw(st.sampled_from([0.0, 0.0, 0.7, 1.0])),
        ),
        calendar=Calendar(
            events=draw(events(days)),
            clock=draw(clocks(ticks)),
            event_activity=draw(_share(0.0, 3.0)),
            event_pull=draw(_share(0.0, 0.2)),
        ),
        feed=Feed(
            reading=draw(st.sampled_from(["newest", "ranked", "newest", "one_random_followee", "all_followees"])),
            length=draw(st.integers(1, 12)),
            memory=draw(st.integers(1, 5)),
            topic_slots=draw(st.integers(0, 4)),
            topic_capacity=draw(st.integers(1, 12)),
            topic_half_life=draw(_share(0.5, 20.0)),
            measure_quality=draw(st.booleans()),
            measure_prevalence=draw(st.booleans()),
            lifetime=draw(st.sampled_from([None, None, 1, 3, 8])),
        ),
        illegality=draw(illegalities()),
        opinion=Opinion(
            rule=draw(rules()),
            anchoring=draw(_share(0.0, 0.3)),
        ),
        expression=Expression(
            posting=draw(_share(0.2, 1.0)),
            new_share=draw(_share(0.0, 1.0)),
            sharing=draw(st.sampled_from(["by_kernel", "by_kernel", "at_first_sight"])),
            first_sight=draw(_share(0.0, 1.0)),
            first_posts=draw(_share(0.0, 0.5)),
            on_topic_share=draw(_share(0.1, 1.0)),
            reshare_congenial_only=draw(st.booleans()),
            climate_memory=draw(_share(0.0, 1.0)),
            silence=draw(st.booleans()),
            silence_by=draw(st.sampled_from(["climate", "confidence"])),
            confidence_step=draw(_share(0.0, 2.0)),
            slogans=draw(st.integers(0, 5)),
            slogan_share=draw(_share(0.0, 1.0)),
        ),
        mobilisation=Mobilisation(
            threshold_spread=draw(_share(0.0, 2.0)),
            thresholds=draw(given_thresholds(people)),
            conviction=draw(_share(0.0, 2.0)),
            complementarity=draw(_share(-1.0, 1.0)),
            turnout_weight=draw(_share(0.0, 1.0)),
            call=draw(_share(0.0, 1.0)),
            call_window_days=draw(st.sampled_from([0.0, 0.25, 0.5, 1.0, 3.0])),
            legitimacy_weight=draw(_share(0.0, 5.0)),
        ),
        severity=draw(severities()),
        legitimacy=draw(legitimacies()),
        trust=draw(trusts()),
        organisers=Organisers(
            accounts=draw(st.integers(0, 5)),
            stance=draw(st.sampled_from([0.9, 0.4, -0.7])),
            followers=draw(_share(0.0, 30.0)),
            call_days=draw(_share(0.0, 3.0)),
            agenda_weekday=draw(st.one_of(st.none(), st.integers(0, 6))),
            scripts=draw(st.integers(0, 2)),
            scripted_share=draw(_share(0.0, 1.0)),
        ),
        campaign=draw(campaigns(ticks)),
        signals=draw(signals()),
    )  # fmt: skip


def detectors() -> st.SearchStrategy[Detector]:
    """Perfect ones, and ones that miss trolls and flag innocents."""
    salts = st.integers(0, 5)
    rates = st.builds(Rates, salt=salts, tpr=_share(0.0, 1.0), fpr=_share(0.0, 0.2))
    return st.one_of(st.builds(Perfect, salt=salts), rates)


@st.composite
def first_days(draw: st.DrawFn, world: World, first: int = 0) -> float | str:
    """When a policy begins: day ``first`` of the world or later."""
    number = draw(st.integers(first, world.days - 1))
    return draw(st.sampled_from([float(number), date(number), number + 0.5]))


@st.composite
def policies(draw: st.DrawFn, world: World, first: int = 0) -> Policy:
    """A removal of either kind that begins on day ``first`` or later, within what the world's campaign has."""
    day = draw(first_days(world, first))
    sleepers = world.campaign.sleepers.accounts
    if draw(st.booleans()):
        return Takedown(day, draw(detectors()), accounts=draw(st.integers(0, world.campaign.accounts + sleepers)))
    return PreemptiveRemoval(day, draw(detectors()), accounts=draw(st.integers(0, sleepers)))


@st.composite
def signal_detectors(draw: st.DrawFn, world: World) -> Detector:
    """A rule or a score over signals that the world keeps."""
    kept = [name for name, about in SIGNALS.items() if world.signals.observe or not about.traced]
    if draw(st.booleans()):
        name = draw(st.sampled_from(kept))
        return RuleDetector(signal=name, threshold=draw(_share(0.0, 2.0)), below=draw(st.booleans()))
    weights = Weights(**{name: draw(_share(-3.0, 3.0)) for name in kept})
    return ScoreDetector(weights=weights, threshold=draw(_share(-2.0, 2.0)))


@st.composite
def soft_policies(draw: st.DrawFn, world: World, first: int = 0) -> Policy:
    """A policy that removes nobody, from day ``first`` or later on."""
    day, share = draw(first_days(world, first)), draw(_share(0.0, 1.0))
    kinds: list[Callable[[], Policy]] = [
        lambda: ContentTakedown(day, draw(st.floats(0.01, 5.0)), share),
        lambda: Labels(day, draw(detectors()), share, draw(_share(0.0, 1.0))),
        lambda: Downranking(day, draw(detectors()), share),
        lambda: ReshareFriction(day, share),
        lambda: CircuitBreaker(day, draw(st.integers(0, 6))),
        lambda: HashtagLimit(day, draw(st.integers(0, world.feed.memory - 1))),
    ]
    return draw(st.sampled_from(kinds))()


@st.composite
def disclosures(draw: st.DrawFn, world: World, first: int = 0) -> Policy:
    """A disclosure on day ``first`` or later; it has a side, unlike other policies."""
    day, share = draw(first_days(world, first)), _share(0.0, 1.0)
    return Disclosure(day, draw(st.sampled_from([-0.75, -0.6, 0.4])), *(draw(share) for _ in range(4)))


@st.composite
def standing_policies(draw: st.DrawFn, world: World, first: int = 0) -> Policy:
    """A policy that goes on from day ``first`` or later."""
    day = draw(st.integers(first, world.days - 1)) + draw(st.sampled_from([0.0, 0.5]))
    detector, delay = draw(st.one_of(detectors(), signal_detectors(world))), draw(st.sampled_from([0.0, 0.3, 1.0]))
    minutes = draw(st.sampled_from([1.0, 100.0, 1440.0]))
    checks = st.builds(RegistrationChecks, st.just(day), st.just(detector), st.just(delay), _share(0.0, 1.0))
    enforcement = st.builds(
        Enforcement,
        st.just(day),
        st.just(detector),
        reviewers=_share(0.0, 4.0),
        minutes_per_case=st.just(minutes),
        delay_days=st.just(delay),
        reviewer=detectors(),
    )
    appeals = st.builds(Appeals, st.just(day), st.just(delay), _share(0.0, 1.0), detectors(), st.just(minutes))
    return draw(st.one_of(checks, enforcement, appeals))


@st.composite
def on_either_platform(draw: st.DrawFn, policy: Policy, world: World) -> Policy:
    """A policy of the first platform, or the like of it on the second."""
    if draw(st.booleans()) or isinstance(policy, PreemptiveRemoval):
        return policy
    pages = sum(pages.accounts for pages in world.second.campaign)
    counts = {"accounts": draw(st.integers(0, pages))} if isinstance(policy, Takedown) else {}
    return policy.replace({"platform": "second", **counts})


@st.composite
def tip_offs(draw: st.DrawFn, world: World, first: int = 0) -> Policy:
    """Either platform acting on the other's tip, from day ``first`` or later on."""
    day, delay = draw(first_days(world, first)), draw(st.sampled_from([0.0, 0.3, 1.0]))
    platform = draw(st.sampled_from(["first", "second", "second"]))
    return TipOff(day, delay, draw(detectors()), draw(st.booleans()), platform=platform)


@st.composite
def branches(draw: st.DrawFn, world: World, first: int = 0) -> Branch:
    """Up to four policies from day ``first`` on; from day 0 on the campaign may be switched off as well."""
    chosen = draw(
        st.lists(
            st.one_of(policies(world, first), soft_policies(world, first), standing_policies(world, first)), max_size=4
        )
    )
    if world.second.members:
        chosen = [draw(on_either_platform(policy, world)) for policy in chosen]
        chosen += draw(st.lists(tip_offs(world, first), max_size=1))
    return Branch(policies=tuple(chosen), campaign=first > 0 or draw(st.sampled_from([True, True, True, False])))


@st.composite
def cases(draw: st.DrawFn) -> tuple[World, Branch]:
    """A world and a branch of it."""
    world = draw(worlds())
    return world, draw(branches(world))


def run(
    world: World,
    branch: Branch | None = None,
    seed: int = 1,
    engine: str = "arrays",
    until: int | None = None,
    **more: Any,
) -> Stage:
    """A stage that has run to step ``until`` (None: to the end)."""
    stage = make_stage(world, branch, seed, engine, **more)
    stage.advance(stage.last_step if until is None else until)
    return stage


def canonical(state: State) -> State:
    """The state with its topic stream in the order of its priorities, and without unused slots."""
    used = int(state.stream_size[0])
    order = np.lexsort((state.stream["created"][:used], state.stream["author"][:used], state.stream_priority[:used]))
    names = ("stream", "stream_carrier", "stream_weight", "stream_priority")
    return state._replace(**{name: getattr(state, name)[:used][order] for name in names})


def daily(stage: Stage) -> pd.DataFrame:
    """What was measured each day."""
    return pd.DataFrame(stage.daily)


def assert_same(a: Stage, b: Stage, removals: bool = True) -> None:
    """Both stages are in the same state, bit for bit, and have measured the same; without ``removals`` it may have cost
    moderators different work to get there."""
    assert a.step_index == b.step_index
    left, right = canonical(a.state), canonical(b.state)
    for name in State._fields:
        np.testing.assert_array_equal(getattr(left, name), getattr(right, name), err_msg=name, strict=True)
    assert a.digest == b.digest
    work = [] if removals else ["review_hours"]
    pd.testing.assert_frame_equal(
        daily(a).drop(columns=work, errors="ignore"), daily(b).drop(columns=work, errors="ignore"), check_exact=True
    )
    if removals:
        assert a.removals == b.removals
