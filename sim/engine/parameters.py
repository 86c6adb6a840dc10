"""Parameters of the model in the form that both engines take."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.feed.ranking import recency_table
from sim.feed.settings import FEEDS
from sim.moderation.measures import NO_MEASURES, Measures
from sim.society.groups import by_group, texts_by_group
from sim.world import World

_FOREVER = 1 << 30


class Rules(NamedTuple):
    """Parameters of the model as the kernels take them; by-group rows are indexed by ``Group``. ``measures`` are those that the
    platform takes at the moment; all else stays the same during a run. ``movement`` is the side of the movement: 1, but for its
    mirror image."""

    reads_opinions: bool
    ranked: bool
    by_arrival: bool
    one_random_followee: bool
    averages: bool
    own_weight: float
    susceptible: bool
    length: int
    topic_slots: int
    topic_half_life: float
    appeal_exponent: float
    quality_rate: float
    measure_quality: bool
    flooding: int
    deception: float
    follow_half_life: float
    lifetime: int
    posting: float
    at_first_sight: bool
    first_sight: float
    first_posts: float
    congenial_only: bool
    climate_memory: float
    silence: bool
    by_confidence: bool
    confidence_step: float
    anchoring: float
    event_pull: float
    conviction: float
    complementarity: float
    turnout_weight: float
    call: float
    call_window: float
    new_share: NDArray[np.float64]
    on_topic_share: NDArray[np.float64]
    recency: NDArray[np.float64]
    measures: Measures
    observes: bool
    reports: float
    mistaken_reports: float
    scripted: NDArray[np.float64]
    scripts: NDArray[np.int64]
    first_script: NDArray[np.int64]
    second_visits: float
    movement: int
    dehumanises: bool
    dehumanising_campaign: float
    dehumanising_citizens: float
    hostile: float
    dehumanising_appeal: float
    dehumanising_reports: float
    legitimacy_weight: float


def make_rules(world: World) -> Rules:
    """The world's parameters in the form that the engines take."""
    feed, expression, campaign, rule = world.feed, world.expression, world.campaign, world.opinion.rule
    scripts, first_script = texts_by_group(world)
    return Rules(
        reads_opinions=feed.reading not in FEEDS,
        ranked=feed.reading == "ranked",
        by_arrival=feed.reading == "arrival",
        one_random_followee=feed.reading == "one_random_followee",
        averages=rule.averages,
        own_weight=rule.own_weight,
        susceptible=rule.susceptible,
        length=feed.length,
        topic_slots=feed.topic_slots,
        topic_half_life=feed.topic_half_life,
        appeal_exponent=feed.appeal_exponent,
        quality_rate=feed.quality_rate,
        measure_quality=feed.measure_quality,
        flooding=campaign.flooding,
        deception=campaign.deception,
        follow_half_life=campaign.sleepers.follow_half_life_days * world.ticks_per_day,
        lifetime=_FOREVER if feed.lifetime is None else feed.lifetime,
        posting=expression.posting,
        at_first_sight=expression.sharing == "at_first_sight",
        first_sight=expression.first_sight,
        first_posts=expression.first_posts,
        congenial_only=expression.reshare_congenial_only,
        climate_memory=expression.climate_memory,
        silence=expression.silence,
        by_confidence=expression.silence and expression.silence_by == "confidence",
        confidence_step=expression.confidence_step,
        anchoring=world.opinion.anchoring,
        event_pull=world.calendar.event_pull,
        conviction=world.mobilisation.conviction,
        complementarity=world.mobilisation.complementarity,
        turnout_weight=world.mobilisation.turnout_weight,
        call=world.mobilisation.call,
        call_window=world.mobilisation.call_window_days * world.ticks_per_day,
        new_share=by_group(lambda kind: kind.new_share(world)),
        on_topic_share=by_group(lambda kind: kind.on_topic_share(world)),
        recency=recency_table(world.burn_in_ticks + world.ticks + 1),
        measures=NO_MEASURES,
        observes=world.signals.observe,
        reports=world.signals.reports,
        mistaken_reports=world.signals.mistaken_reports,
        scripted=by_group(lambda kind: kind.scripted_share(world)),
        scripts=scripts,
        first_script=first_script,
        second_visits=world.second.visits,
        movement=1,
        dehumanises=world.severity.occurs,
        dehumanising_campaign=world.severity.campaign,
        dehumanising_citizens=world.severity.citizens,
        hostile=world.severity.hostile,
        dehumanising_appeal=world.severity.appeal,
        dehumanising_reports=world.severity.reports,
        legitimacy_weight=world.mobilisation.legitimacy_weight,
    )
