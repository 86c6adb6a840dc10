"""Building a society: people, accounts, the follower graph, and the state at the start of the burn-in."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.campaign.settings import TrollGroup
from sim.engine.given import by_account, given_activity, given_network, given_people, graph_of, of_class
from sim.engine.layout import Layout, lay_out
from sim.engine.memory import check_memory
from sim.engine.profiles import (
    Profile,
    draw_profiles,
    follower_levels,
    organisers_followers,
    registered,
    stratified,
    troll_groups,
)
from sim.engine.schedule import make_schedule
from sim.engine.state import Count, Group, Rules, Schedule, Society, State, Trace, empty_stream
from sim.feed.legality import propensities
from sim.feed.outbox import empty_outbox
from sim.feed.ranking import recency_table
from sim.feed.settings import FEEDS
from sim.fields import InputError
from sim.moderation.measures import NO_MEASURES
from sim.population.accounts import Status, by_node
from sim.population.given_network import Network
from sim.population.graph import (
    FollowerGraph,
    followers_of,
    followers_of_leaning,
    linked_by_degree,
    merge_edges,
    preferential_graph,
    random_graph,
    scaled_counts,
    social_graph,
)
from sim.population.legitimacy import legitimacies_at_start
from sim.population.node_ids import Labels
from sim.population.people import draw_people
from sim.population.settings import Graph
from sim.population.timetable import NEVER
from sim.randomness import Stream, exponentials_of, uniforms_of
from sim.world import World

Edges = tuple[NDArray[np.int64], NDArray[np.int64]]

_FOREVER = 1 << 30
_LN2 = 0.6931471805599453


class Setting(NamedTuple):
    """A world with its people drawn, before anything has happened; ``given`` names what of them was not drawn (``Given``)."""

    world: World
    society: Society
    schedule: Schedule
    rules: Rules
    graph: FollowerGraph
    followers: NDArray[np.int64]
    following: NDArray[np.int64]
    profile: Profile
    given: frozenset[str]
    called: Labels | None

    @property
    def nodes(self) -> Labels:
        """What the user calls the node of each account, shape (accounts,): the ids of a network on file, else account ids."""
        return np.arange(self.society.group.size) if self.called is None else self.called


def build(world: World, population_seed: int, seed: int, objects: int = 0) -> tuple[Setting, State]:
    """Draw the people, accounts and edges of a world (by ``population_seed``) and when its sleepers wake (by ``seed``).

    Raises InputError when the graph cannot be built as asked, or what is built, with ``objects`` bytes an account for the engine
    that asks, does not fit into memory.
    """
    check_memory(world, objects=objects)
    layout = lay_out(world, population_seed)
    group, person = layout.group, layout.person
    network = given_network(world, group)
    given = given_people(world, network)
    people = draw_people(world.population, world.people, world.mobilisation.threshold_spread, population_seed, given)
    active_ids, sleeper_ids = np.flatnonzero(group == Group.ACTIVE_TROLL), np.flatnonzero(group == Group.SLEEPER)
    created = registered(world, group, population_seed)
    weights = np.ones(group.size)
    weights[active_ids] = _posting_weights(world, active_ids, population_seed)
    graph = _follower_graph(world, people.opinion, layout, network, population_seed)
    followers, following = graph.followers_count(), graph.following_count()
    society = Society(
        anchor=people.opinion,
        confidence=people.confidence,
        susceptibility=people.susceptibility,
        courage=people.courage,
        legitimacy_at_start=legitimacies_at_start(people.opinion, world.legitimacy.start, world.legitimacy.slope),
        joining=people.joining,
        activity=given_activity(world, people.activity, network),
        topic_reader=people.topic_reader,
        group=group,
        person=person,
        created=created,
        illegal_share=_illegal_shares(world, layout, network, population_seed),
        actor_stance=_stances(world)[group[world.people :]],
        actor_weight=weights[world.people :],
        wakes_at=_sleepers_wake(world, sleeper_ids, created[sleeper_ids], seed),
        indptr=graph.indptr,
        followees=graph.followees,
        complete=graph.complete,
        second=layout.second,
        twin=layout.twin,
    )
    schedule, rules = make_schedule(world), make_rules(world)
    setting = Setting(
        world,
        society,
        schedule,
        rules,
        graph,
        followers,
        following,
        draw_profiles(world, layout, followers, following, population_seed),
        given.names(),
        None if network is None else network.called[by_account(network)],
    )
    return setting, _first_state(setting, people.inner_confidence)


def _stances(world: World) -> NDArray[np.float64]:
    """Stance of the actors of each group."""
    campaign = world.campaign.stance
    return np.array([0.0, world.organisers.stance, world.outlets.stance, campaign, campaign, campaign])


def _newcomers(society: Society) -> NDArray[np.bool_]:
    return (society.group == Group.CITIZEN) & (society.created > 0)


def make_rules(world: World) -> Rules:
    """The world's parameters in the form that the engines take."""
    feed, expression, campaign, rule = world.feed, world.expression, world.campaign, world.opinion.rule
    scripts, first_script = _texts(world)
    of_campaign, outlets = [campaign.scripted_share] * 3, world.outlets
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
        new_share=np.array([expression.new_share, 1.0, 1.0, campaign.new_share, campaign.new_share, 1.0]),
        on_topic_share=np.array(
            [
                expression.on_topic_share,
                1.0,
                outlets.on_topic_share,
                campaign.on_topic_share,
                campaign.sleepers.on_topic_share,
                1.0,
            ]
        ),
        recency=recency_table(world.burn_in_ticks + world.ticks + 1),
        measures=NO_MEASURES,
        observes=world.signals.observe,
        reports=world.signals.reports,
        mistaken_reports=world.signals.mistaken_reports,
        scripted=np.array(
            [expression.slogan_share, world.organisers.scripted_share, outlets.scripted_share, *of_campaign]
        ),
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


def _texts(world: World) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many texts are copied by each group's accounts, and the first of them; all of the campaign's have the same."""
    real = (world.expression.slogans, world.organisers.scripts, world.outlets.scripts, world.campaign.scripts)
    texts = np.array([max(1, world.scaled(n)) if n else 0 for n in real], dtype=np.int64)
    whose = [0, 1, 2, 3, 3, 3]
    return texts[whose], (np.cumsum(texts) - texts)[whose]


def _first_state(setting: Setting, inner_confidence: NDArray[np.float64]) -> State:
    world, society = setting.world, setting.society
    people, accounts, memory = society.anchor.size, society.group.size, world.feed.memory
    # The campaign begins on day 0: until then all its accounts are asleep.
    absent = (society.group >= Group.ACTIVE_TROLL) | _newcomers(society)
    status = np.where(absent, Status.SLEEPING, Status.ACTIVE).astype(np.uint8)
    # Trolls that are active from the start were bought with a history: the platform has seen them post, and pages too.
    posts = np.isin(society.group, (Group.ACTIVE_TROLL, Group.PAGE)).astype(np.uint32)
    capacity, steps = world.feed.topic_capacity, world.burn_in_ticks + world.ticks
    posting = np.zeros((len(Group), steps))
    clock = np.array(world.calendar.clock)
    posting[Group.OUTLET] = world.outlets.posts_per_day * clock[np.arange(steps) % world.ticks_per_day]
    return State(
        opinion=np.repeat(society.anchor[:, None], 4, axis=1),
        channel=np.zeros((people, 2)),
        climate=np.zeros(people),
        inner_confidence=inner_confidence,
        last_call=np.full((people, 2), -1, dtype=np.int32),
        troll_impressions=np.zeros(people, dtype=np.uint32),
        impressions=np.zeros((0, Group.ACTIVE_TROLL), dtype=np.uint32),
        joined=np.zeros((0, 2), dtype=np.uint16),
        legitimacy=society.legitimacy_at_start.copy(),
        trust=np.full(people, world.trust.start),
        dehumanising_read=np.zeros(people if world.severity.occurs and world.legitimacy.dehumanising > 0.0 else 0),
        status=status,
        flags=np.zeros(accounts, dtype=np.uint8),
        active_since=np.zeros(accounts, dtype=np.uint16),
        last_awake=np.full(accounts, -1, dtype=np.int32),
        posts=posts,
        traces=np.zeros((accounts if world.signals.observe else 0, Trace.COLUMNS), dtype=np.uint32),
        suspended_since=np.full(accounts, -1, dtype=np.int32),
        head=np.zeros(accounts, dtype=np.uint8),
        outbox=empty_outbox(accounts, memory),
        stream=empty_stream(capacity),
        stream_carrier=np.zeros(capacity, dtype=np.uint32),
        stream_weight=np.zeros(capacity),
        stream_priority=np.zeros(capacity),
        stream_size=np.zeros(1, dtype=np.int64),
        turnout=np.full(len(setting.schedule.join_step), -1, dtype=np.int64),
        counts=np.zeros((steps, Count.COLUMNS), dtype=np.int64),
        posting=posting,
        calls=np.zeros((2, steps), dtype=np.uint8),
    )


def _sleepers_wake(
    world: World, sleepers: NDArray[np.int64], created: NDArray[np.int32], seed: int
) -> NDArray[np.int64]:
    """Step at which each sleeper wakes: geometric waiting times with hazard 1 - exp(-rate a tick), from its creation on but not
    before the operator begins to wake sleepers."""
    rate = world.campaign.sleepers.waking_rate / world.ticks_per_day
    if rate < 1e-12:
        return np.full(sleepers.size, NEVER, dtype=np.int64)
    waiting = np.floor(exponentials_of(seed, Stream.SLEEPER_WAKES, 0, sleepers, 0) * (_LN2 / rate))
    since = np.maximum(created.astype(np.int64), math.floor(world.sleepers_wake_from * world.ticks_per_day))
    steps = world.burn_in_ticks + since + np.minimum(waiting, 2.0**40).astype(np.int64)
    return np.asarray(np.where(steps < world.burn_in_ticks + world.ticks, steps, NEVER))


def _posting_weights(world: World, trolls: NDArray[np.int64], seed: int) -> NDArray[np.float64]:
    """Relative posting rates of the active trolls (mean 1): a stratified sample of the quantiles, in an order of its own."""
    if trolls.size == 0:
        return np.zeros(0)
    levels = stratified(uniforms_of(seed, Stream.STRATUM, 0, trolls, 1))
    order = np.argsort(uniforms_of(seed, Stream.STRATUM, 0, trolls, 2), kind="stable")
    weights = np.maximum(np.interp(levels, world.campaign.activity_levels, world.campaign.activity), 1e-9)[order]
    return np.asarray(weights / weights.mean())


def _troll_edges(world: World, group: TrollGroup, trolls: NDArray[np.int64], cap: int, seed: int) -> Edges:
    """Followers of trolls among the modelled people: stratified quantiles, rounded by a keyed draw. They do not scale: where
    accounts are fewer by the same factor as people, a person then follows as many of them as in reality."""
    real = np.interp(follower_levels(trolls, seed), group.levels, group.followers)
    counts = scaled_counts(seed, trolls, real * world.campaign.local_follower_share)
    sources, whose = followers_of(seed, Stream.TROLL_FOLLOWERS, trolls, np.minimum(counts, cap), world.people)
    return sources.astype(np.int64), trolls[whose]


def _illegal_shares(world: World, layout: Layout, network: Network | None, seed: int) -> NDArray[np.float32]:
    """Probability that a new message of each account breaks the platform's rules, shape (accounts,)."""
    settings, group, ids = world.illegality, layout.group, np.arange(layout.group.size)
    if settings.high_risk_class:
        assert network is not None
        high_risk = of_class(network, settings.high_risk_class)
    else:
        high_risk = uniforms_of(seed, Stream.HIGH_RISK, 0, ids[: world.people], 0) < settings.high_risk_share
    risky = np.zeros(group.size, dtype=bool)
    risky[: world.people] = high_risk
    risky[layout.members()] = high_risk[np.flatnonzero(layout.twin >= 0)]
    shares = np.zeros(group.size, dtype=np.float32)
    for kind, members in (
        (settings.citizens, (group == Group.CITIZEN) & ~risky),
        (settings.high_risk, risky),
        (settings.organisers, group == Group.ORGANISER),
        (settings.trolls, group >= Group.ACTIVE_TROLL),
    ):
        shares[members] = propensities(kind, ids[members], seed)
    return shares


def _follower_graph(
    world: World, opinions: NDArray[np.float64], layout: Layout, network: Network | None, seed: int
) -> FollowerGraph:
    """Who follows whom, of people with these ``opinions`` (by person)."""
    settings, group, accounts, people = world.graph, layout.group, layout.group.size, world.people
    if settings.kind == "complete":
        return FollowerGraph.complete_graph(accounts)
    if network is not None:
        return graph_of(network)
    if settings.kind == "random":
        return merge_edges(random_graph(seed, people, settings.followees), accounts, (), ())
    if settings.kind == "preferential":
        graph = preferential_graph(seed, people, settings.links)
        actors, linked = linked_by_degree(seed, graph, np.arange(people, accounts), settings.links)
        return merge_edges(graph, accounts, np.concatenate([actors, linked]), np.concatenate([linked, actors]))
    most = math.floor(settings.hub_cap * people) / 2
    if settings.followees > most:
        raise InputError(
            f"must be at most {most:g} where {people:,} people may have up to {settings.hub_cap:g} of all as followers, "
            f"not {settings.followees:g}",
            field="world.graph.followees",
        )
    opinions = by_node(opinions)
    graph = _among_people(settings, seed, opinions, settings.followees)
    cap = math.floor(settings.hub_cap * people)
    organisers, actives = layout.on_first(Group.ORGANISER), layout.on_first(Group.ACTIVE_TROLL)
    outlets, everybody = layout.on_first(Group.OUTLET), np.arange(people)
    stances = _stances(world)
    edges = [
        _leaning_edges(
            world, Stream.ORGANISER_FOLLOWERS, organisers, stances[Group.ORGANISER],
            organisers_followers(world, organisers, seed), everybody, opinions, seed,
        ),
        _leaning_edges(
            world, Stream.PAGE_FOLLOWERS, outlets, stances[Group.OUTLET],
            np.full(outlets.size, world.outlets.followers * world.scale), everybody, opinions, seed,
        ),
    ]  # fmt: skip
    edges += [_troll_edges(world, troll_group, trolls, cap, seed) for troll_group, trolls in troll_groups(world, group)]
    edges.append(_amplification(actives, world.campaign.amplified, seed))
    graph = _merged(graph, layout.second, edges)
    return _with_second_platform(world, graph, opinions, layout, seed) if layout.twin.size else graph


def _merged(graph: FollowerGraph, accounts: int, edges: list[Edges]) -> FollowerGraph:
    return merge_edges(graph, accounts, np.concatenate([e[0] for e in edges]), np.concatenate([e[1] for e in edges]))


def _among_people(settings: Graph, seed: int, opinions: NDArray[np.float64], followees: float) -> FollowerGraph:
    return social_graph(
        seed,
        opinions,
        followees,
        settings.tail_exponent,
        settings.closure,
        settings.homophily,
        settings.hub_cap,
        settings.following_spread,
        settings.following_popularity,
    )


def _leaning_edges(
    world: World, stream: Stream, whos: NDArray[np.int64], stance: float, followers: NDArray[np.float64],
    accounts: NDArray[np.int64], opinions: NDArray[np.float64], seed: int,
) -> Edges:  # fmt: skip
    """Followers of accounts that take a stance, with so many expected ``followers`` in the model, among people with these
    ``accounts`` and opinions."""
    cap = math.floor(world.graph.hub_cap * accounts.size)
    wanted = np.minimum(scaled_counts(seed, whos, followers), cap)
    fans, whose = followers_of_leaning(
        seed, stream, whos, np.full(whos.size, stance), wanted, opinions, world.graph.homophily
    )
    return accounts[fans], whos[whose]


def _with_second_platform(
    world: World, graph: FollowerGraph, opinions: NDArray[np.float64], layout: Layout, seed: int
) -> FollowerGraph:
    """The graph with the follows of the second platform's accounts, which begin where those of ``graph`` end."""
    second, members = world.second, layout.members()
    opinions = opinions[layout.twin >= 0]
    # A seed of a run has 63 bits: the 64th tells the second platform's follows from the first one's.
    friends = _among_people(world.graph, seed | 1 << 63, opinions, second.followees)
    joined = FollowerGraph(
        np.concatenate([graph.indptr, graph.indptr[-1] + friends.indptr[1:]]),
        np.concatenate([graph.followees, friends.followees + np.uint32(layout.second)]),
    )
    stances, edges = _stances(world), []
    for kinds, group in (
        (second.organisers, Group.ORGANISER),
        (second.outlets, Group.OUTLET),
        (second.campaign, Group.PAGE),
    ):
        of_each = [kind.followers / max(1, kind.accounts) * world.scale for kind in kinds]
        wanted = np.repeat(of_each, [kind.accounts for kind in kinds])
        edges.append(
            _leaning_edges(
                world, Stream.PAGE_FOLLOWERS, layout.pages(group), stances[group], wanted, members, opinions, seed
            )
        )
    return _merged(joined, layout.group.size, edges)


def _amplification(actives: NDArray[np.int64], followed: int, seed: int) -> Edges:
    """Every active troll follows ``followed`` others of them (repeats and oneself count once or not at all).

    Sleepers follow nobody: woken ones would fill their feeds with the off-topic posts of the active ones, and post more on the
    topic once those are gone.
    """
    if actives.size < 2 or followed == 0:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    draws = [uniforms_of(seed, Stream.AMPLIFIERS, 0, actives, i) for i in range(min(followed, actives.size))]
    targets = np.concatenate([actives[(draw * actives.size).astype(np.int64)] for draw in draws])
    sources = np.tile(actives, len(draws))
    keep = sources != targets
    return sources[keep], targets[keep]
