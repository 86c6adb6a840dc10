"""Worlds and branches whose numbers are kept in tests/golden.json: small ones that between them use everything there is.

They stand for themselves and follow no other test's world, so that a digest changes only when the model does. What they must
between them use is found from the settings themselves (``tests.golden.unseen``). A case that changes gets a new name.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

import sim
from sim.actors.adaptation import Evading, Rebuilding
from sim.actors.campaign import Campaign, Sleepers, TrollGroup
from sim.actors.organisers import Organisers
from sim.actors.outlets import Outlets
from sim.actors.second_platform import Pages, SecondPlatform
from sim.calendar import Calendar, Event
from sim.feed.legality import Illegality, Propensity
from sim.feed.settings import Feed
from sim.feed.severity import Severity
from sim.fields import quantity, register
from sim.graph import Complete, ErdosRenyi, OnFile, Preferential, Social
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
    OracleSignal,
    Perfect,
    PlatformView,
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
    FriedkinJohnsen,
    HegselmannKrause,
    Opinion,
    OpinionRule,
)
from sim.opinion.expression import Expression
from sim.opinion.mobilisation import Mobilisation
from sim.opinion.rule import opinion_weight
from sim.outcomes import Day, OwnOutcome
from sim.people.legitimacy import Legitimacy
from sim.people.newcomers import Newcomers
from sim.people.people import Population
from sim.people.profiles import Profiles
from sim.people.signals import Signals
from sim.people.trust import Trust

NETWORK = Path(__file__).with_name("fixtures") / "golden_network"
PLAIN_NETWORK = Path(__file__).with_name("fixtures") / "random_walk_network"


class Case(NamedTuple):
    """A world in a branch with a seed, and with people of another seed where one is given; with ``keeps_people`` every person's
    data are put on record as well."""

    world: sim.World
    branch: sim.Branch = sim.Branch()
    seed: int = 1
    population_seed: int | None = None
    keeps_people: bool = False


@dataclass(frozen=True)
class Asymmetric(OpinionRule):
    """A rule of a user's own in which nothing can be confused with anything else: neither reader with author, nor one parameter
    with another."""

    toward: float = quantity(
        0.05, unit="1", low=0, high=1, source="assumption", doc="Weight of what is above one's opinion."
    )
    away: float = quantity(0.02, unit="1", low=0, high=1, source="assumption", doc="Weight of what is below it.")

    @opinion_weight
    def weight(x: float, stance: float, confidence: float, parameters: tuple[float, ...]) -> float:
        if stance > x + 0.3 * confidence:
            return parameters[0] * (1.0 + 0.5 * x)
        return parameters[1]


@dataclass(frozen=True)
class AsymmetricMean(Asymmetric):
    """The same, as a weighted mean in which one's own opinion counts as well."""

    averages: ClassVar[bool] = True
    own_weight: ClassVar[float] = 0.2
    susceptible: ClassVar[bool] = True


@dataclass(frozen=True)
class Faint(Detector):
    """A detector of a user's own whose scores are all far below those of the others, and differ."""

    def scores(self, view: PlatformView, oracle: OracleSignal | None, seed: int) -> NDArray[np.float64]:
        order = self.order(view, seed)
        return np.where(order < 0.15, 0.01 + order / 9.0, 0.0)

    def sentence(self) -> str:
        return "a faint suspicion"


@register("golden_end_of_day")
@dataclass(frozen=True)
class EndOfDay(OwnOutcome):
    """A number that mixes whatever an outcome of a user's own can see."""

    unit: ClassVar[str] = "1"

    def value(self, day: Day) -> float:
        of_people = (
            day.opinion, day.opinion_at_start, day.troll_part, day.troll_part_direct, day.troll_part_relayed,
            day.organiser_part, day.event_part, day.own_part, day.climate, day.legitimacy, day.trust, day.confidence,
            day.troll_impressions, day.status.codes,
        )  # fmt: skip
        order = 1.0 + day.node / 7.0
        found = sum(float((column * order).sum()) / (3 + i) for i, column in enumerate(of_people))
        accounts = day.accounts
        for i, column in enumerate(("platform", "person", "posts", "followers", "following", "marked")):
            found += float((accounts[column] * np.arange(len(accounts))).sum()) / (1e5 + i)
        found += (accounts["group"].cat.codes * accounts["status"].cat.codes).sum() / 17.0
        found += day.follows.n_edges / 1e3 + day.number + len(day.date) + day.measured["posts"] / 50.0
        for count in (day.impressions, day.new_posts, day.reshares):
            found += sum(
                count(role, since) / (9 + i)
                for i, role in enumerate((None, "citizen", "troll"))
                for since in (False, True)
            )
        return found + float(day.turnout["turnout"].sum())


def small_world(**changes: Any) -> sim.World:
    """A world at a scale of 1 to 10 in which everything happens within four days (a Thursday to a Sunday), and in which hardly a
    parameter has its default. ``changes`` as in ``World.replace``."""
    world = sim.World(
        people=150,
        people_reachable=1500,
        days=4,
        first_day="2019-06-06",
        ticks_per_day=6,
        burn_in_days=1,
        population=Population(
            supporters=0.55,
            supporter_opinion=0.4,
            opponent_opinion=-0.3,
            spread=0.3,
            confidence_low=0.35,
            confidence_high=0.95,
            susceptibility_low=0.3,
            susceptibility_high=0.9,
            sessions_per_day=3.0,
            topic_readers=0.6,
            profile=Profiles(
                (0.0, 0.4, 1.0), (10.0, 90.0, 900.0), (5.0, 120.0, 700.0), 0.6, (0.0, 400.0, 3000.0)
            ),
            bare_profile=Profiles((0.0, 0.5, 1.0), (0.0, 6.0, 40.0), (0.0, 10.0, 90.0), 0.3),
            bare=0.15,
            newcomers=Newcomers(share=0.25, registered_from=0.4, registered_until="2019-06-09", bare=0.6),
        ),
        graph=Social(
            followees=8.0, tail_exponent=2.1, closure=0.4, homophily=1.5, hub_cap=0.4, following_popularity=0.5
        ),
        calendar=Calendar(
            events=(
                Event("2019-06-07", 1, "march", 15, 0.2),
                Event("2019-06-07", -1, "rally", 11),
                Event("2019-06-08", -1, "rally", 20),
                Event("2019-06-08", 1, "vigil", 21, 0.9),
                Event("2019-06-09", 1, "march", 14, 0.4),
                Event("2019-06-20", 1, "after the calendar", 12),
            ),
            clock=(0.05, 0.1, 0.15, 0.2, 0.3, 0.2),
            event_activity=1.3,
            event_pull=0.03,
        ),
        feed=Feed(
            length=7, memory=3, topic_slots=2, topic_capacity=9, topic_half_life=4.0, appeal_exponent=3.0, quality_rate=4.0,
            measure_quality=True, measure_prevalence=True,
        ),
        illegality=Illegality(
            Propensity(0.1, 3.0), Propensity(0.4, 0.5), Propensity(0.15), Propensity(0.5, 6.0), high_risk_share=0.2
        ),
        opinion=Opinion(rule=BoundedConfidence(strength=0.06), anchoring=0.02),
        expression=Expression(
            posting=0.6, new_share=0.55, on_topic_share=0.7, climate_memory=0.4, slogans=35, slogan_share=0.3
        ),
        mobilisation=Mobilisation(
            threshold_spread=0.8, conviction=0.9, complementarity=0.3, turnout_weight=0.4, call=0.3, call_window_days=0.7,
            legitimacy_weight=3.0,
        ),
        severity=Severity(campaign=0.5, citizens=0.4, hostile=0.25, appeal=3.0, reports=4.0),
        legitimacy=Legitimacy(
            start=0.45, slope=0.4, peaceful=0.1, violent=0.3, dehumanising=0.02, half_life_days=5.0
        ),
        trust=Trust(start=0.6, own_suspension=0.4, lost_followee=0.02, disclosure=0.1, half_life_days=6.0),
        organisers=Organisers(
            accounts=40, stance=0.8, followers=30.0, posts_per_day=3.0, call_days=1.4, call_activity=1.7, scripts=20,
            scripted_share=0.5,
        ),
        campaign=Campaign(
            accounts=90,
            stance=-0.6,
            groups=(
                TrollGroup(
                    "known", 0.37, (0.0, 0.5, 1.0), (5.0, 20.0, 40.0), (50.0, 200.0, 900.0), 0.7, (100.0, 900.0, 2000.0)
                ),
                TrollGroup("fresh", 0.63, (0.0, 1.0), (0.0, 15.0), (0.0, 60.0), 0.2, (0.0, 300.0)),
            ),
            local_follower_share=0.9,
            on_topic_share=0.8,
            daily_posts=(200.0, 300.0, 600.0, 350.0),
            clock=tuple(np.roll((0.3, 0.1, 0.05, 0.15, 0.1, 0.3), day)[i] for day in range(7) for i in range(6)),
            activity_levels=(0.0, 0.5, 1.0),
            activity=(1.0, 3.0, 20.0),
            new_share=0.6,
            amplified=3,
            flooding=3,
            deception=0.3,
            scripts=25,
            scripted_share=0.7,
            sleepers=Sleepers(
                accounts=140,
                waking_rate=0.4,
                wakes_from=0.5,
                created_before=0.5,
                created_until=2.5,
                posts_per_day=4.0,
                on_topic_share=0.9,
                follow_half_life_days=0.4,
                group=TrollGroup("sleepers", 1.0, (0.0, 1.0), (5.0, 30.0), (10.0, 50.0), 0.4, (0.0, 90.0)),
            ),
        ),
        outlets=Outlets(
            accounts=2, followers=300.0, stance=-0.5, posts_per_day=5.0, on_topic_share=0.6, scripts=15, scripted_share=0.6
        ),
        second=SecondPlatform(
            name="the other one",
            members=0.7,
            visits=0.8,
            followees=6.0,
            campaign=(Pages("pages", 3, 700.0), Pages("groups", 2, 250.0)),
            campaign_posts_per_day=3.0,
            organisers=(Pages("pages", 2, 400.0),),
            outlets=(Pages("newspapers", 2, 500.0),),
        ),
        signals=Signals(
            observe=True, office_opens=8, office_closes=17, login_trolls=0.6, login_organisers=0.4, login_citizens=0.15,
            reports=0.3, mistaken_reports=0.05,
        ),
    )  # fmt: skip
    return world.replace(changes)


# A change to the small world: without its second platform and outlets, which not every graph or reading can have.
ONE_PLATFORM: dict[str, Any] = {"second": SecondPlatform(), "outlets.accounts": 0}


def removals() -> tuple[Policy, ...]:
    """Removals on both platforms, wrong ones among them, answered by appeals and tip-offs."""
    return (
        Takedown(1, Rates(tpr=0.5, fpr=0.1), accounts=90),
        PreemptiveRemoval("2019-06-07", Rates(salt=4, tpr=0.5, fpr=0.1), accounts=70, minutes_per_case=1.5),
        Takedown(2.5, Perfect(salt=2), accounts=20, minutes_per_case=3.0),
        Takedown(2, Rates(salt=5, tpr=0.4, fpr=0.1), accounts=3, platform="second"),
        TipOff(0, 0.5, Rates(salt=6, tpr=0.6, fpr=0.1), pages_only=False, minutes_per_case=5.0),
        TipOff(1, detector=Rates(salt=9, tpr=0.7, fpr=0.05), pages_only=False, platform="first"),
        Appeals(1.5, 0.6, 0.8, Rates(salt=7, tpr=0.7, fpr=0.2), 4.0, salt=11),
        Appeals(0, 0.5, 0.7, Rates(salt=8, tpr=0.8, fpr=0.3), platform="second"),
    )


def measures() -> tuple[Policy, ...]:
    """Measures that remove nobody, on both platforms, where several of a kind are in force together."""
    return (
        Labels(0, Rates(salt=1, tpr=0.7, fpr=0.1), 0.4, 0.5, minutes_per_case=1.0),
        Labels(2, Rates(salt=2, tpr=0.9, fpr=0.2), 0.3, 0.6),
        Labels(1, Rates(salt=3, tpr=0.8, fpr=0.1), 0.5, 0.7, platform="second"),
        Downranking(1, Rates(salt=4, tpr=0.6, fpr=0.1), 0.5, minutes_per_case=2.0),
        Downranking(2.5, Rates(salt=5, tpr=0.8, fpr=0.1), 0.3),
        ReshareFriction(1, 0.3),
        ReshareFriction(2, 0.4),
        CircuitBreaker(0.5, 5),
        CircuitBreaker(3, 3),
        HashtagLimit(0, 2),
        HashtagLimit(2, 1),
        ContentTakedown(0.5, 0.6, 0.8),
        ContentTakedown(2, 0.4, 0.6),
        Disclosure(1, -0.5, 0.4, 0.3, 0.2, 0.3),
        Disclosure("2019-06-08", 0.7, 0.5, 0.2, 0.1, 0.2, platform="second"),
        ContentTakedown(1, 0.5, 0.7, platform="second"),
    )


def checks() -> tuple[Policy, ...]:
    """Policies that judge by signals and go on from day to day."""
    weights = Weights(
        constant=0.5, age=-0.2, followers=0.1, following=-0.1, volume=0.4, unused=-0.5, office=2.0, resharing=-1.0,
        coordination=6.0, reports=5.0, login=1.5,
    )  # fmt: skip
    return (
        Enforcement(0, ScoreDetector(weights=weights, threshold=0.5), 14.0, 45.0, 0.5, Rates(salt=3, tpr=0.8, fpr=0.3)),
        Enforcement(1, RuleDetector(signal="reports", threshold=0.05), 3.0, 400.0, 0.2, platform="second"),
        RegistrationChecks(0.5, RuleDetector(signal="login", threshold=1.0), 0.5, 0.8, 6.0),
        Appeals(2, 0.4, 0.9, Rates(salt=7, tpr=0.7, fpr=0.2)),
    )


def one_rule_a_signal() -> tuple[Policy, ...]:
    """Labels for whom a rule on one signal finds suspicious, then removals by the same rules."""
    thresholds = {
        "age": 2.0, "followers": 12.0, "following": 15.0, "volume": 3.0, "unused": 1.0, "office": 0.5, "resharing": 0.6,
        "coordination": 0.15, "reports": 0.1, "login": 1.0,
    }  # fmt: skip
    below = ("age", "followers", "following", "resharing")
    policies: list[Policy] = []
    for i, name in enumerate(SIGNALS):
        rule = RuleDetector(salt=i, signal=name, threshold=thresholds.get(name, 0.5), below=name in below)
        policies.append(Takedown(0.5 + i / 3, rule, accounts=30))
        policies.append(Takedown(0.6 + i / 3, rule, accounts=1, platform="second"))
    return tuple(policies)


def faint_suspicions() -> tuple[Policy, ...]:
    """Every policy that asks a detector, with one whose scores are low."""
    return (
        Takedown(1, Faint(salt=1), accounts=100),
        Takedown(2.5, Faint(salt=2), accounts=3, platform="second"),
        PreemptiveRemoval(1, Faint(salt=3), accounts=20),
        Labels(0, Faint(salt=4), 0.2, 0.3),
        Downranking(0, Faint(salt=5), 0.1),
        Enforcement(0, Faint(salt=6), 10.0, 60.0, 0.4, Faint(salt=6)),
        RegistrationChecks(0, Faint(salt=7), 0.2),
        TipOff(0, 0.0, Faint(salt=8), pages_only=False),
        Appeals(1, 0.3, 1.0, Faint(salt=9)),
    )


def by_default(day: float = 1) -> tuple[Policy, ...]:
    """Policies as they are when nothing but the day is given, in a world that has all they ask for."""
    kinds = (
        Takedown, PreemptiveRemoval, Labels, Downranking, ReshareFriction, CircuitBreaker, HashtagLimit, ContentTakedown,
        Disclosure, Enforcement, RegistrationChecks, Appeals, TipOff,
    )  # fmt: skip
    return tuple(kind(day) for kind in kinds)


def hong_kong(people: int = 1000, **changes: Any) -> sim.World:
    """The real case at a small scale on days around the marches of June, with trolls who have followers there and with sleepers
    that wake."""
    return sim.World.hk2019(
        people,
        **{
            "first_day": "2019-06-08",
            "days": 3,
            "burn_in_days": 1,
            "campaign.local_follower_share": 1.0,
            "campaign.sleepers.wakes_from": 0.2,
            "campaign.sleepers.waking_rate": 0.2,
            "campaign.sleepers.follow_half_life_days": 0.3,
            "campaign.daily_posts": (20_000.0,),
            **changes,
        },
    )


def study_branches() -> dict[str, sim.Branch]:
    """What a study of the small world compares."""
    return {
        "none": sim.Branch(),
        "removals": sim.Branch(removals()),
        "measures": sim.Branch(measures()[:6]),
        "no campaign": sim.Branch(campaign=False),
        "sleepers": sim.Branch((PreemptiveRemoval(1, accounts=70),)),
        "sleepers, then the others": sim.Branch((PreemptiveRemoval(1, accounts=30), Takedown(1.5, accounts=50))),
    }


def cases() -> dict[str, Case]:
    """Every golden case, by name."""
    everybody = tuple(np.linspace(-1.0, 1.0, 150).tolist())
    observed: dict[str, Any] = {"signals.observe": True, "population.newcomers.share": 0.05}
    pages: dict[str, Any] = {
        "outlets": Outlets(accounts=12, followers=20_000.0),
        "second": SecondPlatform(
            members=0.8,
            campaign=(Pages("pages", 7, 15_500.0), Pages("groups", 3, 2_200.0), Pages("accounts", 5, 0.0)),
            organisers=(Pages("pages", 5, 200_000.0),),
            outlets=(Pages("newspapers", 6, 300_000.0),),
        ),
    }
    return {
        "nothing is done": Case(small_world()),
        "removals": Case(small_world(), sim.Branch(removals()), 2, keeps_people=True),
        "measures": Case(small_world(), sim.Branch(measures()), 3),
        "checks": Case(small_world(), sim.Branch(checks()), 4),
        "a rule a signal": Case(small_world(), sim.Branch(one_rule_a_signal()), 5),
        "ranked feeds, removals and measures": Case(
            small_world(**{"feed.reading": "ranked"}), sim.Branch(removals() + measures()), 6, keeps_people=True),
        "feeds by arrival, removals and measures": Case(
            small_world(**{"feed.reading": "arrival", "feed.length": 4, "feed.measure_quality": False}),
            sim.Branch(removals() + measures()), 13, keeps_people=True),
        "no campaign": Case(small_world(), sim.Branch(removals(), campaign=False), 7, keeps_people=True),
        "innocents are spared": Case(small_world(), sim.Branch(removals() + measures(), spares_innocents=True), 8),
        "rebuilding": Case(
            small_world(**{"campaign.adaptation": Rebuilding(2.0, 0.5, 90.0, 2.0, True)}), sim.Branch(removals()), 9
        ),
        "rebuilding as far as wanted, one account left": Case(
            small_world(**{
                "campaign.adaptation": Rebuilding(0.4, 0.5, 5000.0, 1.0, True), "campaign.sleepers.accounts": 300,
                "campaign.sleepers.waking_rate": 0.1,
            }),
            sim.Branch((Takedown(1, accounts=80), PreemptiveRemoval(1.5, accounts=100), Takedown(2, Rates(tpr=0.5), 30))),
            36,
        ),
        "rebuilding without keeping the volume": Case(
            small_world(**{"campaign.adaptation": Rebuilding(1.5, 0.3, 200.0, 1.5, False)}), sim.Branch(removals()), 10
        ),
        "evading": Case(
            small_world(**{"campaign.adaptation": Evading(1.0, 0.0, 48.0, 0.7, True, 0.6, 0.9, 0.4, True, 0.7)}),
            sim.Branch(removals()),
            11,
        ),
        "evading by default": Case(small_world(**{"campaign.adaptation": Evading()}), sim.Branch(removals()), 12),
        "voter": Case(
            small_world(**ONE_PLATFORM, **{"feed.reading": "one_random_followee", "opinion.rule": "voter"}),
            sim.Branch((Takedown(1, Rates(tpr=0.8, fpr=0.3), accounts=230),)),
            13,
        ),
        "Deffuant": Case(
            small_world(**ONE_PLATFORM, **{"feed.reading": "one_random_followee", "opinion.rule": Deffuant(0.7, 0.3)}), seed=14
        ),
        "DeGroot": Case(
            small_world(**ONE_PLATFORM, **{"feed.reading": "all_followees", "opinion.rule": "degroot"}), seed=15
        ),
        "Hegselmann and Krause": Case(
            small_world(**ONE_PLATFORM, **{"feed.reading": "all_followees", "opinion.rule": HegselmannKrause(0.5)}),
            sim.Branch((Takedown(1, Rates(tpr=0.8, fpr=0.3), accounts=230),)),
            16,
        ),
        "Friedkin and Johnsen": Case(
            small_world(**ONE_PLATFORM, **{"feed.reading": "all_followees", "opinion.rule": FriedkinJohnsen()}), seed=17,
            keeps_people=True,
        ),
        "Deffuant in feeds": Case(small_world(**{"opinion.rule": Deffuant(0.8, 0.05)}), seed=18),
        "opinions thrown beyond the ends of the scale": Case(
            small_world(**{"opinion.rule": BoundedConfidence(strength=0.8), "opinion.anchoring": 0.2}),
            sim.Branch(removals()[:3] + measures()),
            40,
        ),
        "averages of feeds, labelled and disclosed": Case(
            small_world(**{"opinion.rule": HegselmannKrause(0.9)}), sim.Branch(measures()), 19
        ),
        "a rule of one's own": Case(small_world(**{"opinion.rule": Asymmetric()}), sim.Branch(removals()), 37),
        "a mean of one's own": Case(small_world(**{"opinion.rule": AsymmetricMean(0.4, 0.3)}), sim.Branch(measures()), 38),
        "Friedkin and Johnsen in feeds": Case(small_world(**{"opinion.rule": FriedkinJohnsen()}), seed=20),
        "first sight": Case(
            small_world(**{"expression": {"sharing": "at_first_sight", "first_sight": 0.2, "first_posts": 0.3}}),
            sim.Branch(measures()),
            21, keeps_people=True),
        "silence by confidence": Case(
            small_world(**{"expression.silence_by": "confidence", "expression.confidence_step": 0.6}),
            sim.Branch(removals()),
            22,
        ),
        "silence by confidence, all followees": Case(
            small_world(
                **ONE_PLATFORM,
                **{
                    "expression.silence_by": "confidence", "feed.reading": "all_followees",
                    "opinion.rule": HegselmannKrause(0.8),
                },
            ),
            seed=23,
        ),
        "nobody is silent, anything is reshared, posts expire": Case(
            small_world(**{
                "expression.silence": False, "expression.reshare_congenial_only": False, "feed.lifetime": 5,
                "population.sessions_tail": 1.8, "graph.following_spread": 1.1, "organisers.agenda_weekday": 5,
                "feed.measure_quality": False, "feed.measure_prevalence": False,
            }),
            sim.Branch(removals()),
            24, keeps_people=True),
        "opinions and thresholds given, equal sessions": Case(
            small_world(**{
                "population.opinions": everybody, "mobilisation.thresholds": tuple(np.linspace(-0.3, 1.0, 150).tolist()),
                "population.equal_sessions": True, "organisers.agenda_weekday": 3, "population.newcomers.registered_until": None,
                "population.newcomers.registered_from": "2019-06-07", "campaign.sleepers.wakes_from": "2019-06-07",
            }),
            seed=25,
        ),
        "random graph": Case(small_world(**ONE_PLATFORM, **{"graph": ErdosRenyi(followees=7.0)}), seed=26),
        "preferential attachment": Case(
            small_world(**ONE_PLATFORM, people_reachable=None, graph=Preferential(links=3)), sim.Branch(checks()[2:]), 27
        ),
        "complete graph": Case(
            small_world(**ONE_PLATFORM, people=60, people_reachable=None, graph=Complete()), sim.Branch(removals()[:3]), 28
        ),
        "complete graph, one random followee": Case(
            small_world(
                **ONE_PLATFORM, people=60, people_reachable=None, graph=Complete(),
                feed={"reading": "one_random_followee"}, opinion={"rule": "voter"},
            ),
            seed=29,
        ),
        "a network given": Case(
            small_world(
                **ONE_PLATFORM,
                people=60,
                people_reachable=None,
                graph=OnFile(
                    edges=f"{NETWORK}.edges.csv", nodes=f"{NETWORK}.nodes.csv", weights="ignore"
                ),
                organisers={"accounts": 0},
                campaign={"accounts": 12, "sleepers": {"accounts": 0}, "daily_posts": (30.0,)},
                population={"sessions_column": "sessions"},
                illegality={"high_risk_class": "right", "high_risk_share": 0.0},
            ),
            sim.Branch((ContentTakedown(0.5, 0.5), Takedown(2, accounts=5))),
            30, keeps_people=True),
        "hours, other people": Case(
            small_world(
                ticks_per_day=24,
                days=2,
                people_reachable=150,
                population={"newcomers": {"registered_until": 1.5}},
                calendar={"clock": tuple((np.arange(1.0, 25.0) / 300.0).tolist())},
                campaign={
                    "accounts": 9, "clock": tuple((np.arange(24.0, 0.0, -1.0) / 300.0).tolist()), "daily_posts": (40.0, 90.0),
                    "sleepers": {"accounts": 14, "created_until": 1.2},
                },
                organisers={"accounts": 4},
            ),
            sim.Branch((Takedown(1, Rates(tpr=0.7, fpr=0.1), accounts=12), RegistrationChecks(0, Rates(), 0.3))),
            2**40 + 5,
            population_seed=31, keeps_people=True),
        "a tick a day": Case(
            small_world(
                ticks_per_day=1, days=4, calendar={"clock": (1.0,)},
                campaign={"clock": (1.0,), "flooding": 1, "deception": 0.0},
            ),
            sim.Branch(removals()),
            32,
        ),
        "half hours, no burn-in, no texts to copy": Case(
            small_world(**{
                "days": 2, "ticks_per_day": 48, "burn_in_days": 0, "population.newcomers.registered_until": 1.0,
                "calendar.clock": (0.025,) * 24 + tuple((np.arange(1.0, 25.0) / 750.0).tolist()),
                "calendar.events": (
                    Event("2019-06-06", 1, hour=0), Event("2019-06-06", 1, hour=13), Event("2019-06-06", -1, hour=0),
                    Event("2019-06-07", -1, hour=23, violence=0.7),
                ),
                "campaign.clock": (0.03,) * 16 + (0.01,) * 16 + (0.0225,) * 16, "campaign.daily_posts": (300.0,),
                "campaign.scripts": 0, "expression.slogans": 0, "organisers.scripts": 0, "campaign.sleepers.created_until": 1.0,
                "legitimacy.dehumanising": 0.0, "signals.office_opens": 9, "signals.office_closes": 18,
            }),
            sim.Branch((Disclosure(0, 0.4, 0.0, 0.1, 0.04, 0.03), Disclosure(1, 0.0, 0.2, 0.3, 0.5, 0.5))),
            41,
        ),
        "nothing dehumanises": Case(
            small_world(**{"severity": Severity(), "trust.own_suspension": 0.0, "outlets.scripts": 0}), sim.Branch(removals()), 42
        ),
        "faint suspicions": Case(small_world(), sim.Branch(faint_suspicions()), 43),
        "measures that do little or nothing": Case(
            small_world(),
            sim.Branch(
                (
                    Labels(1, Rates(tpr=0.5, fpr=0.2), 1.0, 0.5), Labels(0, Rates(salt=1), 1.0, 1.0),
                    Labels(1, Rates(salt=2, tpr=0.5, fpr=0.2), 0.5, 1.0, platform="second"), Downranking(0, visibility=1.0),
                    ReshareFriction(0, 0.0), CircuitBreaker(0, 0), HashtagLimit(0, 0), Disclosure(0, discount=0.0),
                    ContentTakedown(0, recall=0.0), Takedown(1, accounts=0), PreemptiveRemoval(1, accounts=0),
                )
            ),
            45,
        ),
        "a plain random graph": Case(sim.World(people=60, graph=ErdosRenyi()), seed=46),
        "plain preferential attachment": Case(sim.World(people=60, graph=Preferential()), seed=47),
        "a plain network given": Case(sim.World(people=132, graph=OnFile(f"{PLAIN_NETWORK}.edges.csv")), seed=48),
        "a plain world, one day": Case(sim.World(people=60, graph=Social(followees=1.0)), seed=39),
        "a plain campaign": Case(
            sim.World(
                people=90,
                days=3,
                ticks_per_day=4,
                graph=Social(followees=2.0),
                population=Population(sessions_per_day=4.0),
                calendar=Calendar(
                    (Event("2019-05-02", 1), Event("2019-05-02", 1, hour=20), Event("2019-05-03", -1, hour=0)), (0.25,) * 4
                ),
                campaign=Campaign(
                    accounts=6, groups=(TrollGroup("followed", 1.0, (0.0, 1.0), (2.0, 9.0)),), local_follower_share=1.0,
                    daily_posts=(30.0,), clock=(0.25,) * 4,
                    sleepers=Sleepers(accounts=8, waking_rate=0.8, posts_per_day=3.0),
                ),
                organisers=Organisers(accounts=3, followers=2.0),
                opinion=Opinion(rule=Deffuant(0.9)),
                signals=Signals(observe=True),
            ),
            sim.Branch(
                (
                    PreemptiveRemoval(1, accounts=3),
                    Labels(0, ScoreDetector(weights=Weights(volume=1.0), threshold=1.5)),
                    RegistrationChecks(0, Rates(fpr=0.2), 0.5),
                    Appeals(1, 0.5, 1.0),
                )
            ),
            40,
        ),
        "Hong Kong with more trolls": Case(
            hong_kong(**{"campaign.accounts": 6_000}),
            sim.Branch((Takedown(1, accounts=2_000), PreemptiveRemoval(2, accounts=50_000))),
            33,
        ),
        "Hong Kong on two platforms, observed, policies by default": Case(
            hong_kong(1100, **pages, **observed, **{"campaign.adaptation": "rebuilding"}), sim.Branch(by_default()), 34,
            keeps_people=True,
        ),
        "Hong Kong in May": Case(
            sim.World.hk2019(people=800, days=2, burn_in_days=2), sim.Branch((Labels(0, Rates(fpr=0.1)),)), 35
        ),
    }  # fmt: skip
