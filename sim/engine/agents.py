"""The model written to be read: one Mesa agent an account.

This is the specification. ``arrays.py`` computes the same bits with kernels. ``TICK`` is a tick from beginning to end. It has
two phases: every account that is awake reads the state left by the previous tick and decides; then all commit, each to its own
rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cmp_to_key
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.actors.agent import Agent
from sim.engine.engine import Engine, Keeper
from sim.engine.parameters import Parameters
from sim.engine.state import MOST_REPORTS, Count, Trace
from sim.feed.legality import illegal
from sim.feed.outbox import EMPTY, OFF_TOPIC, compand, expand, quantise, stance_of
from sim.feed.ranking import engagement, feed_tie, on_topic, quality, reshare_race
from sim.feed.settings import RANDOM_ATTEMPTS
from sim.feed.severity import dehumanising
from sim.feed.topic_stream import (
    goes_before,
    may_be_shown,
    topic_priority,
    topic_race,
    waiting_time,
    weight_of_post,
    within_limit,
)
from sim.feed.traces import OWN_WORDS, report_draw, script
from sim.fields import InputError, shown
from sim.graph.new_edges import edge_has_come_alive
from sim.moderation.flags import Flag, credibility
from sim.moderation.policies.content_takedown import taken_down
from sim.opinion.expression import confident, encouraged, willing
from sim.opinion.mobilisation import joins, perceived_support, threshold_now
from sim.opinion.provenance import channels_moved, clipped, drawn, moved
from sim.opinion.rule import LEAST_SUM
from sim.people.accounts import Role, Status, first_account
from sim.randomness import Stream, uniform
from sim.society.groups import Group


class TickStep(NamedTuple):
    """A step of a tick: its name, and what happens in it."""

    name: str
    happens: str


TICK = (
    TickStep(
        "act",
        "Newcomers register; then those actors decide whose time has come: each platform's moderator, the operator, the "
        "movement's leadership.",
    ),
    TickStep("march", "At the hour of an event every person decides whether to join it or to stay at home."),
    TickStep(
        "wake",
        "Chance decides which accounts are in use in this tick; of innocents who are suspended the posts are counted that they "
        "would have made.",
    ),
    TickStep(
        "read",
        "Those awake read what the tick before has left: their feed with what it has of the topic stream, or the opinions of "
        "those they follow; accounts on the second platform first.",
    ),
    TickStep(
        "decide",
        "Those awake change their mind, a person once for all that was read on either platform, and decide whether to post, and "
        "what: something new or one message of their feed.",
    ),
    TickStep("commit", "Each writes opinion and post to rows of its own, which nobody else has written to."),
    TickStep("trace", "Where signals are observed, what a platform can count of posts and reports is counted."),
    TickStep("stream", "Posts on the topic compete for the slots of the topic stream, in the order of accounts."),
    TickStep("measure", "At the end of a day legitimacy and trust move, and the day is put on record."),
)
"""A tick, step by step; where steps are taken, in either engine, their numbers (from 1) and names stand beside."""

# Compiled functions take plain integers; an enum member would be looked up anew at each call.
_WAKE, _POST, _NEW_OR_RESHARE = int(Stream.WAKE), int(Stream.POST), int(Stream.NEW_OR_RESHARE)
_RANDOM_FOLLOWEE = int(Stream.RANDOM_FOLLOWEE)
_VISIBILITY, _FRICTION = int(Stream.VISIBILITY), int(Stream.FRICTION)
_FIRST_SIGHT, _FIRST_POST = int(Stream.FIRST_SIGHT), int(Stream.FIRST_POST)
_ACTIVE, _SUSPENDED = int(Status.ACTIVE), int(Status.SUSPENDED)


@dataclass(frozen=True)
class Entry:
    """A message as it lies in an outbox: its name (author, created), when it was posted there, and what it says."""

    author: int
    created: int
    posted: int
    stance: int
    shifts: tuple[int, int, int]

    @property
    def name(self) -> tuple[int, int]:
        return (self.author, self.created)

    @property
    def on_topic(self) -> bool:
        return self.stance != OFF_TOPIC

    @property
    def opinion(self) -> float:
        """What a message on the topic says, -1 to 1; its ``stance`` is the code of it."""
        return float(stance_of(self.stance))


@dataclass
class Item:
    """A message of a feed: when followees carried it last and first, how many shares that makes, and whether any is a troll;
    the ``copies`` of it that they carry, each with the step at which it was posted and the shares that it counts for, and the
    step of the one with which it came into the feed, where feeds go by arrival. Or it is shown from the topic stream."""

    entry: Entry
    latest: int
    earliest: int
    shares: int
    from_troll: bool
    copies: tuple[tuple[int, int], ...] = ()
    arrived: int = -1
    from_stream: bool = False


@dataclass(frozen=True)
class Reading:
    """An opinion that is read: the author's four nested ones, the author's role, whether it was relayed, and the
    factor on its weight."""

    stances: tuple[float, float, float, float]
    role: Role
    relayed: bool
    credibility: float = 1.0


@dataclass(frozen=True)
class Post:
    """What an account has decided to post; a reshare may be of a message that the topic stream showed."""

    entry: Entry
    new: bool
    from_stream: bool = False


class Account(Agent):
    """An account: who follows whom, what it last posted, and how it decides what to post."""

    role = Role.CITIZEN

    def __init__(self, model: AgentEngine, account: int) -> None:
        super().__init__(model)
        self.account = account
        self.group = int(model.society.group[account])
        self.on_second = account >= model.society.second
        self.decision: Post | None = None
        self.reported: int | None = None

    # What others can see of an account

    @property
    def parameters(self) -> Parameters:
        """The parameters of the platform that the account is on."""
        return self.model.second_parameters if self.on_second else self.model.parameters

    @property
    def active(self) -> bool:
        return bool(self.model.state.status[self.account] == _ACTIVE)

    def current_stances(self) -> tuple[float, float, float, float]:
        """The account's opinion now, and without trolls, organisers and events."""
        raise NotImplementedError

    def says_opinion(self) -> bool:
        """Whether the opinion that the account holds now can be read."""
        return True

    def outbox(self) -> Iterator[Entry]:
        """The last posts of the account."""
        for row in self.model.state.outbox[self.account]:
            if int(row["author"]) != EMPTY:
                yield _entry(row)

    # Reading

    def followees(self) -> Iterator[Account]:
        """Active accounts that this one follows and whose posts already reach it."""
        model = self.model
        for account in self._followee_ids():
            followee = model.accounts[account]
            if not followee.active:
                continue
            if followee.group == Group.SLEEPER:
                ticks_awake = model.step_index - int(model.state.active_since[account])
                if not edge_has_come_alive(
                    model.seed64, self.account, account, ticks_awake, self.parameters.ticks.follow_half_life
                ):
                    continue
            yield followee

    def _followee_ids(self) -> list[int]:
        society = self.model.society
        if society.complete:
            return [a for a in range(society.group.size) if a != self.account]
        return [int(a) for a in society.followees[society.indptr[self.account] : society.indptr[self.account + 1]]]

    def carried_by(self, followees: Iterable[Account]) -> dict[tuple[int, int], Item]:
        """The distinct messages that these carry, by name; the account's own are only in feeds by arrival."""
        model = self.model
        items: dict[tuple[int, int], Item] = {}
        for followee in followees:
            seen: set[tuple[int, int]] = set()
            for entry in followee.outbox():
                own = entry.author == self.account and not self.parameters.choices.by_arrival
                if own or not model.visible(entry) or self.hidden_from(entry):
                    continue
                item = items.setdefault(entry.name, Item(entry, entry.posted, entry.posted, 0, False))
                item.latest = max(item.latest, entry.posted)
                item.earliest = min(item.earliest, entry.posted)
                shares = self.parameters.campaign.flooding if followee.role == Role.TROLL else 1
                item.copies += ((entry.posted, shares),)
                if entry.name not in seen:
                    seen.add(entry.name)
                    item.shares += shares
                item.from_troll |= followee.role == Role.TROLL
        return items

    def hidden_from(self, entry: Entry) -> bool:
        """Whether a message is hidden from this account because its author is downranked."""
        model = self.model
        draw = uniform(model.seed64, _VISIBILITY, entry.created, self.account, entry.author)
        return model.flagged(entry.author, Flag.DOWNRANKED) and draw >= self.parameters.measures.visibility

    def feed_of(self, carried: dict[tuple[int, int], Item]) -> list[Item]:
        """The messages of the feed: those carried last, those that came in last where feeds go by arrival, or those of greatest
        weight where they are ranked; ties in an order drawn by (reader, message)."""
        if self.parameters.choices.by_arrival:
            return self.stored_feed(carried)
        return self.first_of(
            carried.values(), self.engagement_of if self.parameters.choices.ranked else lambda item: item.latest
        )

    def first_of(self, items: Collection[Item], rank: Callable[[Item], float]) -> list[Item]:
        """As many as a feed holds, the highest rank first."""
        draws = {item.entry.name: feed_tie(self.model.seed64, self.account, *item.entry.name) for item in items}
        return sorted(items, key=lambda item: (-rank(item), draws[item.entry.name]))[: self.parameters.feed.length]

    def stored_feed(self, carried: dict[tuple[int, int], Item]) -> list[Item]:
        """What a feed would hold into which all copies had been put, step by step, as they were posted: a message comes in once
        and lies there, gaining shares from later copies, until newer ones push it out; a later copy brings it in anew."""
        stored: dict[tuple[int, int], Item] = {}
        for step in sorted({posted for item in carried.values() for posted, _ in item.copies}):
            for name, item in carried.items():
                shares = [n for posted, n in item.copies if posted == step]
                if shares:
                    there = stored.setdefault(name, replace(item, arrived=step, shares=0))
                    there.shares += sum(shares)
            stored = {item.entry.name: item for item in self.first_of(stored.values(), lambda item: item.arrived)}
        return list(stored.values())

    def engagement_of(self, item: Item) -> float:
        """Weight of a message in a ranked feed and among the messages to reshare: appeal x shares x recency, times a factor for
        dehumanising messages."""
        model, parameters = self.model, self.parameters
        role = int(model.accounts[item.entry.author].role)
        since = item.arrived + 1 if parameters.choices.by_arrival else item.entry.created
        recency = float(parameters.recency[model.step_index - since])
        weight = engagement(
            model.seed64, *item.entry.name, role, parameters.feed.appeal_exponent, parameters.campaign.deception,
            item.shares, recency,
        )  # fmt: skip
        return float(weight * parameters.severity.appeal if model.dehumanising(item.entry) else weight)

    def feed(self) -> list[Item]:
        """The feed that the account would read now."""
        return self.feed_of(self.carried_by(self.followees()))

    def scan_followees(self) -> dict[tuple[int, int], Item]:
        """What the followees carry, for an account that reads now."""
        followees = list(self.followees())
        self.model.count(Count.ROWS_SCANNED, len(followees))
        return self.carried_by(followees)

    # Speaking

    def choose_post(self, feed: list[Item], opinions: tuple[float, float, float, float]) -> Post | None:
        """Something new, or one message of the feed; None if nothing in the feed is acceptable."""
        model, step = self.model, self.model.step_index
        draw = uniform(model.seed64, _NEW_OR_RESHARE, step, self.account, 0)
        if feed and draw >= self.parameters.by_group.new_share[self.group] and not self.posts_first():
            return None if self.put_off() else self.again(self.choose_reshare(feed, opinions[0]))
        stance, shifts = OFF_TOPIC, (0, 0, 0)
        if on_topic(model.seed64, self.account, step, self.parameters.by_group.on_topic_share[self.group]):
            stance = quantise(opinions[0])
            shifts = (
                compand(opinions[0] - opinions[1]),
                compand(opinions[1] - opinions[2]),
                compand(opinions[2] - opinions[3]),
            )
        return Post(Entry(self.account, step, step, stance, shifts), new=True)

    def posts_first(self) -> bool:
        """Whether the account is one of those that post at the first tick of all."""
        return False

    def put_off(self) -> bool:
        """Whether the account drops a reshare on being asked."""
        return False

    def again(self, item: Item | None) -> Post | None:
        """A reshare of a message now."""
        if item is None:
            return None
        return Post(replace(item.entry, posted=self.model.step_index), new=False, from_stream=item.from_stream)

    def choose_reshare(self, feed: list[Item], opinion: float) -> Item | None:
        """The message with the least running time, weight appeal x shares x recency."""
        model, step = self.model, self.model.step_index
        best, least = None, np.inf
        for item in feed:
            entry = item.entry
            if not self.would_spread(entry, opinion):
                continue
            weight = self.engagement_of(item)
            if model.flagged(entry.author, Flag.LABELLED):
                weight *= self.parameters.measures.label_reshare
            time = reshare_race(model.seed64, self.account, step, *entry.name, weight)
            if time < least:
                best, least = item, time
        return best

    def would_spread(self, entry: Entry, opinion: float) -> bool:
        return True

    def script(self) -> int:
        """The script that the account copies if it posts something new now."""
        of, group = self.parameters.by_group, self.group
        scripts = (of.scripted[group], of.first_script[group], of.scripts[group])
        return int(script(self.model.seed64, self.account, self.model.step_index, *scripts))

    # The two phases of a tick

    def awake(self) -> bool:
        """Whether the account is used in this tick."""
        probability = self.wake_probability()
        return (
            probability > 0.0
            and uniform(self.model.seed64, _WAKE, self.model.step_index, self.account, 0) < probability
        )

    def wake_probability(self) -> float:
        raise NotImplementedError

    def would_speak(self) -> bool:
        """Whether the account would post now if it were not suspended."""
        return True

    def look(self) -> None:
        """Read the state left by the previous tick."""
        raise NotImplementedError

    def decide(self) -> None:
        """Decide what to post, after everybody has read."""
        raise NotImplementedError

    def commit(self) -> None:
        """Write the decision to the account's own rows."""
        model, state = self.model, self.model.state
        if self.decision is None:
            return
        post, entry = self.decision, self.decision.entry
        head = int(state.head[self.account])
        state.outbox[self.account, head] = _row(entry)
        state.head[self.account] = (head + 1) % state.outbox.shape[1]
        state.posts[self.account] += 1
        model.count((Count.NEW_POSTS if post.new else Count.RESHARES) + self.group)
        if entry.on_topic:
            model.count(Count.ON_TOPIC_POSTS + self.group)
            model.count(Count.STANCE + self.group, entry.stance)
        if not post.new and self.group == Group.CITIZEN and model.accounts[entry.author].role == Role.TROLL:
            model.count(Count.RESHARES_OF_TROLLS)


class Citizen(Account):
    """A person's first account: reads, changes its mind, speaks or stays silent, joins events or stays home."""

    role = Role.CITIZEN

    def __init__(self, model: AgentEngine, account: int) -> None:
        super().__init__(model, account)
        society, self.person = model.society, int(model.society.person[account])
        self.sessions_per_day = float(society.sessions_per_day[self.person])
        self.confidence_bound = float(society.confidence_bound[self.person])
        self.susceptibility = float(society.susceptibility[self.person])
        self.courage = float(society.courage[self.person])
        self.threshold = float(society.joining[self.person])
        self.anchor = float(society.anchor[self.person])
        self.feed_now: list[Item] = []
        self.readings: list[Reading] = []
        self.next_opinions = self.current_stances()
        self.next_inner_confidence = self.inner_confidence

    def current_stances(self) -> tuple[float, float, float, float]:
        a, b, c, d = self.model.state.opinion[self.person].tolist()
        return (a, b, c, d)

    @property
    def climate(self) -> float:
        return float(self.model.state.climate[self.person])

    @property
    def inner_confidence(self) -> float:
        return float(self.model.state.inner_confidence[self.person])

    def says_opinion(self) -> bool:
        return not self.parameters.choices.by_confidence or bool(confident(self.inner_confidence, self.courage))

    def wake_probability(self) -> float:
        return self.sessions_per_day * self.model.sessions_now

    def speaks_up(self, opinion: float, inner_confidence: float) -> bool:
        """Whether the account posts in this session: by chance, unless the spiral of silence keeps its holder from it."""
        model = self.model
        if uniform(model.seed64, _POST, model.step_index, self.account, 0) >= self.parameters.expression.posting:
            return False
        if self.parameters.choices.by_confidence:
            return bool(confident(inner_confidence, self.courage))
        return not self.parameters.expression.silence or willing(opinion, self.climate, self.courage)

    def would_speak(self) -> bool:
        return self.speaks_up(self.current_stances()[0], self.inner_confidence)

    def would_spread(self, entry: Entry, opinion: float) -> bool:
        if not self.parameters.expression.reshare_congenial_only or not entry.on_topic:
            return True
        return abs(entry.opinion - opinion) < self.confidence_bound

    def look(self) -> None:
        model = self.model
        self.reported = None
        self.feed_now = []
        if self.parameters.choices.reads_opinions:
            followees = self.one_random_followee() if self.parameters.choices.one_random_followee else self.followees()
            self.readings = [Reading(f.current_stances(), f.role, False) for f in followees if f.says_opinion()]
        else:
            carried = self.scan_followees()
            feed = self.feed_of(carried)
            if self.reads_topic():
                feed += [item for item in self.topic_messages() if item.entry.name not in carried]
            feed.sort(key=lambda item: item.entry.name)
            if self.parameters.signals.observe:
                self.reported = self.choose_report(feed)
            self.readings = self.read(feed)
            self.feed_now = feed
        model.state.last_awake[self.account] = model.step_index

    def reads_topic(self) -> bool:
        """Whether the account is shown messages of the topic stream."""
        return bool(self.parameters.feed.topic_slots and self.model.society.topic_reader[self.person])

    def readings_on_second(self) -> list[Reading]:
        """What the person reads in this tick on the second platform."""
        twin = self.model.twin_of(self)
        return twin.readings if twin and twin.account in self.model.awake_now else []

    def make_up_mind(self, readings: list[Reading]) -> None:
        """The person's opinion, and confidence in it, after reading."""
        self.model.count(Count.READERS)
        self.next_opinions = self.change_mind(readings)
        if self.parameters.choices.by_confidence:
            self.next_inner_confidence = self.gain_confidence(readings)

    def decide(self) -> None:
        self.make_up_mind(self.readings + self.readings_on_second())
        self.choose()

    def choose(self) -> None:
        """Decide what to post, having made up one's mind."""
        feed = self.feed_now
        self.decision = None
        at_first_sight = self.parameters.choices.at_first_sight and not self.posts_first()
        chosen = self.choose_at_first_sight(feed) if at_first_sight else None
        if chosen is not None:
            self.decision = None if self.put_off() else self.again(chosen)
        elif self.posts_first() or self.speaks_up(self.next_opinions[0], self.next_inner_confidence):
            self.decision = self.choose_post(feed, self.next_opinions)

    def choose_reshare(self, feed: list[Item], opinion: float) -> Item | None:
        return None if self.parameters.choices.at_first_sight else super().choose_reshare(feed, opinion)

    def choose_at_first_sight(self, feed: list[Item]) -> Item | None:
        """A message that the reader has decided to share and has not shared yet (the least draw first)."""
        model = self.model
        carried = {entry.name for entry in self.outbox()}
        best, least = None, float(self.parameters.expression.first_sight)
        for item in feed:
            entry = item.entry
            if entry.name in carried or entry.author == self.account:
                continue
            draw = uniform(model.seed64, _FIRST_SIGHT, entry.created, self.account, entry.author)
            labelled = model.flagged(entry.author, Flag.LABELLED)
            share = self.parameters.expression.first_sight * (
                self.parameters.measures.label_reshare if labelled else 1.0
            )
            if draw < share and draw < least:
                best, least = item, draw
        return best

    def put_off(self) -> bool:
        model = self.model
        return bool(
            uniform(model.seed64, _FRICTION, model.step_index, self.account, 0) < self.parameters.measures.friction
        )

    def posts_first(self) -> bool:
        model = self.model
        return (
            model.step_index == 0
            and uniform(model.seed64, _FIRST_POST, 0, self.account, 0) < self.parameters.expression.first_posts
        )

    def awake(self) -> bool:
        return super().awake() or self.posts_first()

    def one_random_followee(self) -> list[Account]:
        """One active followee, each as likely as the others (none if there is none)."""
        model = self.model
        followees = self._followee_ids()
        if not followees:
            return []
        draws = (
            uniform(model.seed64, _RANDOM_FOLLOWEE, model.step_index, self.account, i)
            for i in range(RANDOM_ATTEMPTS + 1)
        )
        for attempt, draw in enumerate(draws):
            if attempt == RANDOM_ATTEMPTS:
                followees = [a for a in followees if model.accounts[a].active]
                if not followees:
                    return []
            followee = model.accounts[followees[int(draw * len(followees))]]
            if followee.active:
                return [followee]
        return []

    def topic_messages(self) -> list[Item]:
        """Messages of the topic stream that this reader is shown, each once, unless followees carry them anyway."""
        model, breaker = self.model, self.parameters.measures.breaker
        candidates = []
        for message in model.topic_stream():
            entry, carried = message.entry, model.accounts[message.carrier].active
            shown = may_be_shown(self.account, entry.author, carried, message.weight, breaker)
            if shown and model.visible(entry) and not self.hidden_from(entry):
                candidates.append(message)
        candidates.sort(key=self._topic_race)
        slots: dict[tuple[int, int], Item] = {}
        for message in candidates[: self.parameters.feed.topic_slots]:
            slots.setdefault(message.entry.name, self._as_item(message))
        return list(slots.values())

    def _topic_race(self, message: TopicMessage) -> float:
        model = self.model
        return float(topic_race(model.seed64, self.account, model.step_index, *message.entry.name, message.counterpart))

    def _as_item(self, message: TopicMessage) -> Item:
        posted, troll = message.entry.posted, self.model.accounts[message.carrier].role == Role.TROLL
        return Item(message.entry, posted, posted, int(message.weight), troll, arrived=posted, from_stream=True)

    def news(self, item: Item) -> bool:
        """Whether a message is on the topic, somebody else's, and new to the reader."""
        entry = item.entry
        return (
            item.earliest >= int(self.model.state.last_awake[self.account])
            and entry.on_topic
            and entry.author != self.account
        )

    def choose_report(self, feed: list[Item]) -> int | None:
        """Whose message the reader reports, of those that are news: at most one, the one with the least draw."""
        model, opinion = self.model, self.current_stances()[0]
        draws: dict[float, int] = {}
        for entry in (item.entry for item in feed if self.news(item)):
            disagrees = abs(entry.opinion - opinion) >= self.confidence_bound
            probability = self.parameters.signals.reports if disagrees else self.parameters.signals.mistaken_reports
            if model.dehumanising(entry):
                probability *= self.parameters.severity.reports
            draw = report_draw(model.seed64, self.account, *entry.name)
            if draw < probability:
                draws.setdefault(draw, entry.author)
        return draws[min(draws)] if draws else None

    def read(self, feed: list[Item]) -> list[Reading]:
        """The messages on the topic that are new to the reader."""
        model, state = self.model, self.model.state
        readings = []
        for item in feed:
            entry = item.entry
            role = model.accounts[entry.author].role
            if self.parameters.feed.measure_quality:
                model.count(Count.SLOTS + role)
                model.count(
                    Count.QUALITY,
                    int(quality(model.seed64, *entry.name, int(role), self.parameters.feed.quality_rate) * 2.0**32),
                )
            if not self.news(item):
                continue
            model.count(Count.IMPRESSIONS + role)
            full = entry.opinion
            without_trolls = full - expand(entry.shifts[0])
            without_organisers = without_trolls - expand(entry.shifts[1])
            without_events = without_organisers - expand(entry.shifts[2])
            readings.append(
                Reading(
                    (full, without_trolls, without_organisers, without_events),
                    role,
                    not item.from_troll,
                    self.credibility(entry, full),
                )
            )
            if model.dehumanising(entry):
                model.count(Count.DEHUMANISING)
                if state.dehumanising_read.size:
                    state.dehumanising_read[self.person] += readings[-1].credibility
            if role != Role.TROLL and state.impressions.size:
                state.impressions[self.person, model.accounts[entry.author].group] += 1
            if role == Role.TROLL:
                state.troll_impressions[self.person] += 1
            elif role == Role.ORGANISER and full != 0.0:
                side = 0 if full > 0.0 else 1
                if state.calls[side, entry.created]:
                    state.last_call[self.person, side] = model.step_index
        return readings

    def credibility(self, entry: Entry, stance: float) -> float:
        """The factor on a message's weight."""
        model = self.model
        of = self.parameters.measures
        flags = int(model.state.flags[entry.author])
        return float(credibility(flags, stance, of.label_persuasion, of.discount, of.disclosed, of.resemblance))

    def change_mind(self, readings: list[Reading]) -> tuple[float, float, float, float]:
        """The four nested opinions after reading; also updates the troll channels and the perceived climate."""
        model, state, parameters = self.model, self.model.state, self.parameters
        rule, confidence = model.world.opinion.rule, self.confidence_bound
        x = self.current_stances()
        weights = [
            rule.checked_weight(x[0], reading.stances[0], confidence, model.rule_parameters) for reading in readings
        ]
        pulls = [0.0, 0.0, 0.0, 0.0]
        direct = relayed = others = total = 0.0
        share, anchoring = 1.0, parameters.opinion.anchoring
        if parameters.rule.averages:
            share = parameters.rule.own_weight
            for reading, weight in zip(readings, weights, strict=True):
                share += weight * reading.credibility
            share = 1.0 / share if share >= LEAST_SUM else 0.0
        if parameters.rule.susceptible:
            share *= self.susceptibility
            anchoring = 1.0 - self.susceptibility
        for reading, own in zip(readings, weights, strict=True):
            weight = share * (own * reading.credibility)
            pulls[0] += weight * (reading.stances[0] - x[0])
            total += reading.stances[0]
            if reading.role == Role.TROLL:
                if reading.relayed:
                    relayed += weight * (reading.stances[0] - x[0])
                else:
                    direct += weight * (reading.stances[0] - x[0])
                continue
            others += weight
            levels = (1,) if reading.role == Role.ORGANISER else (1, 2, 3)
            for level in levels:
                pulls[level] += weight * (reading.stances[level] - x[level])
        side = float(model.schedule.event_side[model.step_index])
        event_pull = parameters.calendar.event_pull if side else 0.0
        anchor = self.anchor
        to = drawn(x[0], pulls[0], anchor, anchoring, event_pull, side)
        channel = state.channel[self.person]
        channel[:] = channels_moved(*channel, direct, relayed, others, anchoring, event_pull, to)
        if readings:
            state.climate[self.person] += parameters.expression.climate_memory * (total / len(readings) - self.climate)
        return (
            clipped(to),
            moved(x[1], pulls[1], anchor, anchoring, event_pull, side),
            moved(x[2], pulls[2], anchor, anchoring, event_pull, side),
            moved(x[3], pulls[3], anchor, anchoring, 0.0, 0.0),
        )

    def gain_confidence(self, readings: list[Reading]) -> float:
        """Inner confidence after reading, by how many are on the person's own side and on the other."""
        opinion = self.current_stances()[0]
        same = sum(opinion * reading.stances[0] > 0.0 for reading in readings)
        opposed = sum(opinion * reading.stances[0] < 0.0 for reading in readings)
        return float(encouraged(self.inner_confidence, same, opposed, self.parameters.expression.confidence_step))

    def joins(self, event: int) -> bool:
        """Whether the person behind the account joins an event."""
        model, parameters = self.model, self.parameters
        side = int(model.schedule.join_side[event])
        seen = int(model.state.last_call[self.person, 0 if side > 0 else 1])
        called = seen >= 0 and model.step_index - seen <= parameters.ticks.call_window
        support = perceived_support(
            side, self.climate, model.last_turnout(event), parameters.mobilisation.turnout_weight
        )
        gained = model.state.legitimacy[self.person] - model.society.legitimacy_at_start[self.person]
        threshold = threshold_now(
            self.threshold, parameters.movement * side, gained, parameters.mobilisation.legitimacy_weight
        )
        return bool(
            joins(
                side, self.current_stances()[0], support, int(called), threshold, parameters.mobilisation.conviction,
                parameters.mobilisation.complementarity, parameters.mobilisation.call,
            )
        )  # fmt: skip

    def commit(self) -> None:
        self.model.state.opinion[self.person] = self.next_opinions
        self.model.state.inner_confidence[self.person] = self.next_inner_confidence
        super().commit()


class SecondAccount(Citizen):
    """A person's account on the second platform: reads there, and posts what the person thinks."""

    @property
    def first(self) -> Citizen:
        """The same person's first account."""
        account = self.model.accounts[first_account(self.person, self.model.world.people)]
        assert isinstance(account, Citizen)
        return account

    def wake_probability(self) -> float:
        return super().wake_probability() * float(self.parameters.second.visits)

    def posts_first(self) -> bool:
        return False

    def reads_topic(self) -> bool:
        return False

    def decide(self) -> None:
        if self.first.account in self.model.awake_now:
            self.next_opinions = self.first.next_opinions
            self.next_inner_confidence = self.first.next_inner_confidence
        else:
            self.make_up_mind(self.readings)
        self.choose()


class Zealot(Account):
    """An account with an agenda: it posts as scheduled and never changes its mind."""

    def __init__(self, model: AgentEngine, account: int) -> None:
        super().__init__(model, account)
        self.stance = float(model.society.fixed_stance[account - model.world.people])
        self.weight = float(model.society.posting_weight[account - model.world.people])

    def current_stances(self) -> tuple[float, float, float, float]:
        return (self.stance, self.stance, self.stance, self.stance)

    def wake_probability(self) -> float:
        return self.weight * self.model.posts_now[self.group]

    def look(self) -> None:
        model = self.model
        self.feed_now: list[Item] = []
        if not self.parameters.choices.reads_opinions and self.parameters.by_group.new_share[self.group] < 1.0:
            self.feed_now = sorted(self.feed_of(self.scan_followees()), key=lambda item: item.entry.name)
        model.state.last_awake[self.account] = model.step_index

    def decide(self) -> None:
        self.decision = self.choose_post(self.feed_now, self.current_stances())


class Organiser(Zealot):
    """An organiser of the movement."""

    role = Role.ORGANISER


class Outlet(Zealot):
    """A genuine newspaper or page; its words count among everybody else's."""


class Troll(Zealot):
    """An account of the campaign: active, asleep, or a page."""

    role = Role.TROLL


_ZEALOTS: dict[Group, type[Zealot]] = {
    Group.ORGANISER: Organiser,
    Group.OUTLET: Outlet,
    Group.ACTIVE_TROLL: Troll,
    Group.SLEEPER: Troll,
    Group.PAGE: Troll,
}


@dataclass
class TopicMessage:
    """A message in a slot of the topic stream: who carried it last, how many shares it has, which it is of those in reality for
    which the message stands, and its luck in the race."""

    entry: Entry
    carrier: int
    weight: float
    counterpart: int
    arrives: float


KINDS_OF_ACCOUNT = (Citizen, SecondAccount, Organiser, Outlet, Troll)


def own_accounts(classes: type[Account] | Sequence[type[Account]]) -> dict[type[Account], type[Account]]:
    """Which class of the user's own stands for which of ``KINDS_OF_ACCOUNT``: the nearest that it derives from.

    Raises InputError for what derives from none, for two that derive from the same, and for first accounts without second ones.
    """
    found: dict[type[Account], type[Account]] = {}
    for own in classes if isinstance(classes, Sequence) else (classes,):
        kind = next((base for base in getattr(own, "__mro__", ()) if base in KINDS_OF_ACCOUNT), None)
        if kind is None:
            names = ", ".join(kind.__name__ for kind in KINDS_OF_ACCOUNT)
            raise InputError(f"must be classes derived from one of {names}, not {shown(own)}", field="accounts")
        if kind in found:
            both = f"{found[kind].__name__} and {own.__name__}"
            raise InputError(
                f"must have one class for each kind of account; {both} are both for {kind.__name__}", "accounts"
            )
        found[kind] = own
    return found


class AgentEngine(Engine):
    """A world in one branch as a ``mesa.Model``, one agent an account. ``accounts`` are classes of the user's own, each in the
    place of the one in this file that it derives from."""

    objects = 1_800  # measured: 1,730 with the arrays

    def __init__(
        self, world: Any, *args: Any, accounts: type[Account] | Sequence[type[Account]] = (), **kwargs: Any
    ) -> None:
        own = own_accounts(accounts)
        super().__init__(world, *args, **kwargs)
        self.own_accounts = own
        self._check_second_accounts()
        self.seed64 = np.uint64(self.seed_of_run)
        self.sessions_now, self.posts_now = 0.0, [0.0] * len(Group)
        self.rule_parameters = self.world.opinion.rule.parameters()
        self.awake_now: set[int] = set()
        self.in_use: list[tuple[Account, int]] = []
        self.accounts: list[Account] = [self._account(a) for a in range(self.society.group.size)]

    def _account(self, account: int) -> Account:
        group = Group(int(self.society.group[account]))
        kind: type[Account] = Citizen if account < self.society.second else SecondAccount
        if group != Group.CITIZEN:
            kind = _ZEALOTS[group]
        return self.own_accounts.get(kind, kind)(self, account)

    def _check_second_accounts(self) -> None:
        """Raise InputError if people would be others on the second platform than on the first."""
        citizen, second = (self.own_accounts.get(kind, kind) for kind in (Citizen, SecondAccount))
        if self.society.twin.size and not issubclass(second, citizen):
            raise InputError(
                "must have a class for people's accounts on the second platform too: class Second(SecondAccount, "
                f"{citizen.__name__})",
                field="accounts",
            )

    def _more(self, keepers: Sequence[Keeper]) -> dict[str, Any]:
        return super()._more(keepers) | {"accounts": tuple(self.own_accounts.values())}

    def citizens(self) -> Iterator[Citizen]:
        """The first accounts of all people."""
        return (account for account in self.accounts[: self.world.people] if isinstance(account, Citizen))

    def twin_of(self, citizen: Citizen) -> SecondAccount | None:
        """The second account of the person behind a first one."""
        twin = int(self.society.twin[citizen.account]) if self.society.twin.size else -1
        second = self.accounts[twin] if twin >= 0 else None
        return second if isinstance(second, SecondAccount) else None

    def advance_accounts(self, first: int, last: int) -> None:
        for step in range(first, last):
            if self.carry_out(step) or step == first:
                status = self.state.status.tolist()
                others = (self.accounts[account] for account in self.on_duty())
                self.in_use = [(account, status[account.account]) for account in (*self.citizens(), *others)]
            self.tick(step)

    def tick(self, step: int) -> None:
        """What accounts do in a tick: of ``TICK`` all but its first step and its last, which all engines share."""
        self.step_index = step
        self.sessions_now = float(self.schedule.sessions[step])
        self.posts_now = self.state.posting[:, step].tolist()
        # 2. march
        for event in np.flatnonzero(self.schedule.join_step == step):
            self._march(int(event))
        # 3. wake
        awake = [account for account, status in self.in_use if self._would_be_awake(account, status)]
        self.awake_now = {account.account for account in awake}
        # 4. read: what one person reads on both platforms is added up in this order
        for account in sorted(awake, key=lambda account: not account.on_second):
            account.look()
        # 5. decide
        for account in awake:
            account.decide()
        # 6. commit
        for account in awake:
            account.commit()
        # 7. trace
        if self.parameters.signals.observe:
            self._leave_traces(awake)
        # 8. stream
        for account in awake:
            post = account.decision
            if post is not None and post.entry.on_topic and not account.on_second and self.may_enter(account):
                self._enter_topic_stream(post, account)

    def _march(self, event: int) -> None:
        """Count who joins an event."""
        joined = [citizen.person for citizen in self.citizens() if citizen.joins(event)]
        self.state.turnout[event] = len(joined)
        if self.state.joined.size:
            self.state.joined[joined, 0 if self.schedule.join_side[event] > 0 else 1] += 1

    def _would_be_awake(self, account: Account, status: int) -> bool:
        if status == _ACTIVE:
            return account.awake()
        if status == _SUSPENDED and account.role != Role.TROLL and account.awake() and account.would_speak():
            self.count(Count.LOST_POSTS + account.group)  # an innocent who was silenced
        return False

    def visible(self, entry: Entry) -> bool:
        """Whether a post is there to be read: its author active, and it has neither expired nor been taken down."""
        return (
            self.accounts[entry.author].active
            and self.step_index - entry.posted <= self.parameters.ticks.lifetime
            and not self.taken_down(entry)
        )

    def taken_down(self, entry: Entry) -> bool:
        """Whether a message was illegal and is gone."""
        takedowns = self.accounts[entry.author].parameters.measures.takedowns
        return (
            takedowns.size > 0
            and illegal(self.seed64, *entry.name, self.society.illegal_share[entry.author])
            and taken_down(self.seed64, *entry.name, self.step_index, takedowns)
        )

    def dehumanising(self, entry: Entry) -> bool:
        """Whether a message is on the topic and dehumanises the movement's people."""
        parameters = self.parameters
        return entry.on_topic and bool(
            dehumanising(
                self.seed64, *entry.name, int(self.accounts[entry.author].role), -parameters.movement * entry.opinion,
                parameters.severity.campaign, parameters.severity.citizens, parameters.severity.hostile,
            )
        )  # fmt: skip

    def flagged(self, account: int, flag: Flag) -> bool:
        """Whether the platform has set a mark on an account."""
        return bool(self.state.flags[account] & int(flag))

    def messages_in_feeds(self) -> NDArray[np.int64]:
        names: set[tuple[int, int]] = set()
        if not self.parameters.choices.reads_opinions:
            for citizen in self.citizens():
                if citizen.active:
                    names |= {item.entry.name for item in citizen.feed()}
        return np.array(sorted((author << 16) + created for author, created in names), dtype=np.int64)

    def last_turnout(self, event: int) -> float:
        """Share of people who joined the last event of the same side before this one (0 if there was none)."""
        previous = int(self.schedule.join_previous[event])
        return float(self.state.turnout[previous]) / self.world.people if previous >= 0 else 0.0

    def count(self, column: int, amount: int = 1) -> None:
        """Add to a count of the present tick."""
        self.state.counts[self.step_index, column] += amount

    # What a platform can see

    def _leave_traces(self, awake: list[Account]) -> None:
        """Count what the tick's posts and reports show of the accounts concerned."""
        traces, office = self.state.traces, int(self.schedule.office[self.step_index])
        copied: dict[int, int] = {}
        for account in awake:
            if account.reported is not None and traces[account.reported, Trace.REPORTS] < MOST_REPORTS:
                traces[account.reported, Trace.REPORTS] += 1
            if account.decision is None:
                continue
            traces[account.account, Trace.OFFICE_POSTS] += office
            if account.decision.new:
                copied[account.account] = account.script()
            else:
                traces[account.account, Trace.RESHARES] += 1
        copies = Counter(copied.values())
        for author, text in copied.items():
            if text != OWN_WORDS and copies[text] > 1:
                traces[author, Trace.COORDINATED] += 1

    # The topic stream

    def topic_stream(self) -> Iterator[TopicMessage]:
        """Messages of the topic stream, a slot each."""
        state = self.state
        for slot in range(int(state.stream_size[0])):
            yield TopicMessage(
                _entry(state.stream[slot]), int(state.stream_carrier[slot]), float(state.stream_weight[slot]),
                int(state.stream_counterpart[slot]), float(state.stream_arrival[slot]),
            )  # fmt: skip

    def may_enter(self, account: Account) -> bool:
        """Whether an account that has just posted is within the limit of posts in the topic stream."""
        limit, window = self.parameters.measures.topic_limit, self.parameters.measures.topic_window
        recent = [e for e in account.outbox() if e.on_topic and e.posted > self.step_index - window] if limit else []
        return within_limit(len(recent), limit)

    def _enter_topic_stream(self, post: Post, carrier: Account) -> None:
        """A post enters (``sim.feed.topic_stream``). All those for which it stands go to its message's counterparts in the
        stream if it was reshared from there; else one goes to each, and those may come in that are not there."""
        entry, stream = post.entry, list(self.topic_stream())
        posts = self._stands_for(carrier)
        weight = weight_of_post(carrier.role == Role.TROLL, self.parameters.campaign.flooding)
        there = [message for message in stream if message.entry.name == entry.name]
        shared_out = post.from_stream and bool(there)
        for message in there:
            if shared_out or message.counterpart < posts:
                message.entry, message.carrier = entry, carrier.account
                message.weight += weight * (posts / len(there)) if shared_out else weight
        if not shared_out:
            self._race(entry, carrier, weight, stream, {message.counterpart for message in there})
        self._write_stream(stream)

    def _race(
        self, entry: Entry, carrier: Account, weight: float, stream: list[TopicMessage], there: Collection[int]
    ) -> None:
        """Those counterparts of a message that are not there come in, as far as there is room or others have to go."""
        posts, arrives, counterpart = self._stands_for(carrier), 0.0, 0
        counterparts = max(posts, self._stands_for(self.accounts[entry.author]))
        while counterpart < posts:
            arrives += waiting_time(self.seed64, *entry.name, counterpart, counterparts)
            if counterpart not in there:
                message = TopicMessage(entry, carrier.account, weight, counterpart, arrives)
                if len(stream) == self.state.stream.size:
                    worst = min(stream, key=cmp_to_key(self._goes_before))
                    if self._priority(message) >= self._priority(worst):
                        return
                    stream.remove(worst)
                stream.append(message)
            counterpart += 1

    def _stands_for(self, account: Account) -> float:
        """How many accounts in reality one stands for."""
        return float(self.parameters.by_group.weight[account.group])

    def _priority(self, message: TopicMessage) -> float:
        half_life = self.parameters.feed.topic_half_life
        return float(topic_priority(message.arrives, message.weight, message.entry.posted, half_life))

    def _goes_before(self, one: TopicMessage, other: TopicMessage) -> int:
        ranks = ((self._priority(message), *message.entry.name, message.counterpart) for message in (one, other))
        return -1 if goes_before(*(part for rank in ranks for part in rank)) else 1

    def _write_stream(self, messages: list[TopicMessage]) -> None:
        state = self.state
        state.stream_size[0] = len(messages)
        for slot, message in enumerate(messages):
            state.stream[slot] = _row(message.entry)
            state.stream_carrier[slot] = message.carrier
            state.stream_weight[slot] = message.weight
            state.stream_priority[slot] = self._priority(message)
            state.stream_counterpart[slot] = message.counterpart
            state.stream_arrival[slot] = message.arrives


def _entry(row: Any) -> Entry:
    author, created, posted, stance, *shifts = row.item()
    return Entry(author, created, posted, stance, (shifts[0], shifts[1], shifts[2]))


def _row(entry: Entry) -> tuple[int, ...]:
    return (entry.author, entry.created, entry.posted, entry.stance, *entry.shifts)
