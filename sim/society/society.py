"""A world with its people, accounts and follows drawn."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.array_table import array
from sim.feed.legality import propensities
from sim.fields import InputError
from sim.graph.follower_graph import FollowerGraph
from sim.graph.given_network import Network
from sim.graph.node_ids import Labels
from sim.people.legitimacy import legitimacies_at_start
from sim.people.people import draw_people
from sim.randomness import Stream, uniforms_of
from sim.society.audiences import stratified
from sim.society.follows import draw_follows
from sim.society.given import by_account, given_network, given_people, given_sessions, of_class
from sim.society.groups import KINDS, Group, by_group
from sim.society.layout import Layout, lay_out
from sim.society.profiles import Profile, Seen, registered
from sim.world import World


class Society(NamedTuple):
    """Who lives there: people first (one row a person), then accounts (one row an account), others (accounts that are not first
    accounts of citizens, one row from the first organiser on), and the follower graph in rows of followees. Where it is
    ``complete`` everybody follows everybody. The accounts on the second platform are those from ``second`` on."""

    complete: bool
    second: int
    anchor: NDArray[np.float64] = array(
        "people", doc="Private opinion at the start, to which a person is anchored, -1 to 1."
    )
    confidence_bound: NDArray[np.float32] = array("people", doc="Distance in opinion within which people listen.")
    susceptibility: NDArray[np.float32] = array("people", doc="Weight of others against the first opinion, 0 to 1.")
    courage: NDArray[np.float32] = array("people", doc="How far one may be outnumbered and still speak, 0 to 1.")
    legitimacy_at_start: NDArray[np.float64] = array(
        "people", doc="How legitimate the movement is to the person, 0 to 1."
    )
    joining: NDArray[np.float64] = array("people", doc="Threshold for joining an event.")
    sessions_per_day: NDArray[np.float32] = array("people", doc="Expected sessions a day.")
    topic_reader: NDArray[np.uint8] = array("people", doc="Whether the person reads the topic stream.")
    group: NDArray[np.uint8] = array("accounts", doc="What the account is (`Group`).")
    person: NDArray[np.int32] = array("accounts", doc="Whose it is; -1: nobody's.")
    created: NDArray[np.int32] = array("accounts", doc="Tick of its registration, counted from day 0.")
    illegal_share: NDArray[np.float32] = array(
        "accounts", doc="Probability that a new message breaks the platform's rules."
    )
    fixed_stance: NDArray[np.float64] = array("others", doc="Opinion of accounts that never change theirs, -1 to 1.")
    posting_weight: NDArray[np.float64] = array("others", doc="How often it posts, others of its group 1 on average.")
    indptr: NDArray[np.int64] = array(
        "bounds", doc="Where each account's followees begin, and where the last one's end."
    )
    followees: NDArray[np.uint32] = array("follows", doc="Whom each account follows.")
    twin: NDArray[np.int64] = array(
        "people", kept=lambda world: world.second_members > 0, when="there is a second platform",
        doc="The second account of the holder of each first account; -1: none.",
    )  # fmt: skip


def sizes_of_society(people: int, accounts: int, follows: int) -> dict[str, int]:
    """The sizes that arrays of a society have, by name."""
    return {
        "people": people,
        "accounts": accounts,
        "others": accounts - people,
        "bounds": accounts + 1,
        "follows": follows,
    }


class Drawn(NamedTuple):
    """A society as it is drawn, before anything has happened: its arrays, and what is known of it beside them.
    ``inner_confidence`` is what people start with; ``given`` names what of them was not drawn (``Given``); ``called`` is
    what the user calls the node of each account, None without a network of theirs. ``wakes_at`` is the step at which each sleeper
    that may be in use wakes if nobody stops it (``sim.actors.timetable.NEVER`` if it does not), and ``reserve`` the tick, counted
    from day 0, at which each of the campaign's reserve is registered; their ids come after those of all other accounts. ``world``
    and ``seed`` are what it was drawn for and by."""

    world: World
    seed: int
    arrays: Society
    graph: FollowerGraph
    followers: NDArray[np.int64]
    following: NDArray[np.int64]
    seen: Seen
    wakes_at: NDArray[np.int64]
    reserve: NDArray[np.int64]
    inner_confidence: NDArray[np.float64]
    given: frozenset[str]
    called: Labels | None

    @property
    def profile(self) -> Profile:
        """What is seen of each account, the reserve's after all others."""
        return self.seen.profile

    @property
    def registered(self) -> int:
        """How many accounts there ever are, the reserve's among them."""
        return self.arrays.group.size + self.reserve.size

    def groups_of(self, accounts: NDArray[np.int64]) -> NDArray[np.uint8]:
        """The group of each account, the reserve's among them."""
        group = self.arrays.group
        if not self.reserve.size:
            return group[accounts]
        in_use = accounts < group.size
        return np.where(in_use, group[np.where(in_use, accounts, 0)], np.uint8(Group.SLEEPER))

    @property
    def nodes(self) -> Labels:
        """What the user calls the node of each account, shape (accounts,): the ids of a network on file, else account ids."""
        return np.arange(self.arrays.group.size) if self.called is None else self.called

    def check_serves(self, world: World, seed: int) -> None:
        """Raise InputError if drawing for this world by this seed would give another society."""
        if seed != self.seed:
            raise InputError(
                f"must have been drawn by the seed of its people, {seed}, not by {self.seed}", field="society"
            )
        alike = self.world.replace({part: getattr(world, part) for part in NOT_DRAWN_FROM})
        for part in world.__dataclass_fields__:
            if getattr(alike, part) != getattr(world, part):
                raise InputError(f"must have been drawn for a world with the same {part}", field="society")


NOT_DRAWN_FROM = ("feed", "opinion", "expression", "severity", "trust", "calendar")
"""The parts of a world that make no difference to its people, accounts and follows."""


def draw(world: World, seed: int) -> Drawn:
    """Draw the people, accounts and follows of a world by the seed of its people.

    Raises InputError when the graph cannot be built as asked.
    """
    layout = lay_out(world, seed)
    group, person = layout.group, layout.person
    network = given_network(world, group)
    given = given_people(world, network)
    people = draw_people(world.population, world.people, world.mobilisation.threshold_spread, seed, given)
    active_ids = np.flatnonzero(group == Group.ACTIVE_TROLL)
    weights = np.ones(group.size)
    weights[active_ids] = _posting_weights(world, active_ids, seed)
    graph = draw_follows(world, people.opinion, layout, network, seed)
    followers, following = graph.followers_count(), graph.following_count()
    society = Society(
        anchor=people.opinion,
        confidence_bound=people.confidence_bound,
        susceptibility=people.susceptibility,
        courage=people.courage,
        legitimacy_at_start=legitimacies_at_start(people.opinion, world.legitimacy.start, world.legitimacy.slope),
        joining=people.joining,
        sessions_per_day=given_sessions(world, people.sessions_per_day, network),
        topic_reader=people.topic_reader,
        group=group,
        person=person,
        created=registered(world, layout, seed),
        illegal_share=_illegal_shares(world, layout, network, seed),
        fixed_stance=by_group(lambda kind: kind.stance(world))[group[world.people :]],
        posting_weight=weights[world.people :],
        indptr=graph.indptr,
        followees=graph.followees,
        complete=graph.complete,
        second=layout.second,
        twin=layout.twin,
    )
    return Drawn(
        world,
        seed,
        society,
        graph,
        followers,
        following,
        Seen(world, layout, followers, following, seed),
        layout.sleepers.wakes_at,
        layout.sleepers.reserve,
        people.inner_confidence,
        given.names(),
        None if network is None else network.called[by_account(network)],
    )


def _posting_weights(world: World, trolls: NDArray[np.int64], seed: int) -> NDArray[np.float64]:
    """Relative posting rates of the active trolls (mean 1): a stratified sample of the quantiles, in an order of its own."""
    if trolls.size == 0:
        return np.zeros(0)
    levels = stratified(uniforms_of(seed, Stream.STRATUM, 0, trolls, 1))
    order = np.argsort(uniforms_of(seed, Stream.STRATUM, 0, trolls, 2), kind="stable")
    weights = np.maximum(np.interp(levels, world.campaign.activity_levels, world.campaign.activity), 1e-9)[order]
    return np.asarray(weights / weights.mean())


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
    for propensity, members in (
        *((KINDS[which].illegality(world), (group == which) & ~risky) for which in Group),
        (settings.high_risk, risky),
    ):
        shares[members] = propensities(propensity, ids[members], seed)
    return shares
