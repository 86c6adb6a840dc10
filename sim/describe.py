"""The scenario in English, told by the true engine's schedule rather than by a second reading of the settings.

The society is built as for a run, and its actors (operator and moderator) go through the whole calendar while the
accounts do nothing. That is done twice: once nobody ever posts, once everybody who can has posted. What a policy finds
depends on that alone, so the two bracket how many accounts it removes in a run with the same seed.
"""

from __future__ import annotations

import calendar
import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.branch import Branch
from sim.campaign.volume import posting_plan
from sim.engine.moderator import RemovalRecord
from sim.engine.stage import Stage
from sim.engine.state import Group
from sim.memory import check_memory
from sim.moderation.platform import FIRST, PLATFORMS
from sim.moderation.policy import Policy, RemovalPolicy
from sim.moderation.tip_off import TipOff
from sim.population.accounts import Status
from sim.population.calendar import in_days
from sim.world import World


class _ActorsOnly(Stage):
    """The engine's schedule without accounts: none of them reads, and either none or all of the active ones have posted."""

    def __init__(self, *args: Any, everybody_posts: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        self.everybody_posts = everybody_posts
        self.woken = 0
        self.suspensions: list[Found] = []

    def advance_accounts(self, first: int, last: int) -> None:
        if self.everybody_posts:
            active = self.state.status == Status.ACTIVE
            self.state.posts[active] = np.maximum(self.state.posts[active], 1)

    def suspend(self, accounts: NDArray[np.int64]) -> None:
        group = self.society.group[accounts]
        sleeping = self.state.status[accounts] == Status.SLEEPING
        self.suspensions.append(
            Found(
                trolls=int((group == Group.ACTIVE_TROLL).sum()),
                woken=int(((group == Group.SLEEPER) & ~sleeping).sum()),
                asleep=int(((group == Group.SLEEPER) & sleeping).sum()),
                citizens=int((group == Group.CITIZEN).sum()),
                organisers=int((group == Group.ORGANISER).sum()),
                outlets=int((group == Group.OUTLET).sum()),
                pages=int((group == Group.PAGE).sum()),
            )
        )
        super().suspend(accounts)

    def found(self, names: set[str]) -> list[tuple[int, Found]]:
        """What policies of these names asked for and found, in the order in which they acted."""
        return [(r.asked, who) for r, who in self.by_record() if r.policy in names]

    def by_record(self) -> list[tuple[RemovalRecord, Found]]:
        """Every suspension by a policy with who was found, in the order in which they happened."""
        records = [record for record in self.removals if record.action == "suspend"]
        return list(zip(records, self.suspensions[len(self.suspensions) - len(records) :], strict=True))

    def wake(self, sleepers: NDArray[np.int64]) -> None:
        self.woken += sleepers.size
        super().wake(sleepers)


class Found(NamedTuple):
    """Accounts of the model that one policy removes, by kind."""

    trolls: int
    woken: int
    asleep: int
    citizens: int
    organisers: int
    outlets: int
    pages: int


_KINDS = (
    ("troll active from the start", "trolls active from the start"),
    ("woken sleeper", "woken sleepers"),
    ("account still asleep", "accounts still asleep"),
    ("citizen", "citizens"),
    ("organiser", "organisers"),
    ("genuine outlet", "genuine outlets"),
    ("page of the campaign", "pages of the campaign"),
)


class DryRun(NamedTuple):
    """The two passes through the calendar: nobody posts, everybody does."""

    silent: _ActorsOnly
    posting: _ActorsOnly

    def removals(self) -> list[tuple[RemovalPolicy, float, int, Found, Found]]:
        """Removals on one day, as they follow each other: day, accounts asked for in the model, who is found in either pass."""
        world, policies = self.silent.world, self.silent.branch.policies
        acting = sorted(
            (p for p in policies if isinstance(p, RemovalPolicy)),
            key=lambda p: (world.tick(p.day), PLATFORMS.index(p.platform)),
        )
        names = {policy.name for policy in acting}
        rows = zip(acting, *(stage.found(names) for stage in self), strict=True)
        return [(policy, world.day(policy.day), asked, a, b) for policy, (asked, a), (_, b) in rows]


def describe(world: World, branch: Branch | None = None, seed: int = 1) -> str:
    """What will happen, when and to whom, in English, one paragraph a line.

    Builds the society of ``seed`` and steps the actors of a branch (default: no policies) through the calendar; numbers
    of accounts are those of that seed. Where they depend on who will have posted by then, the range is given. Raises
    InputError as ``simulate`` does.

    >>> import sim
    >>> print(describe(sim.World(people=50, days=2, graph={"kind": "complete"})).splitlines()[0])
    World: 50 people, each standing for one. 2 days, 2019-05-01 to 2019-05-02, in ticks of one day, without burn-in.
    """
    dry = dry_run(world, branch, seed)
    stage = dry.silent
    lines = [_world(world), _people(stage), _events(stage), _organisers(stage), _campaign(stage), _sleepers(dry)]
    return "\n".join(lines + _outlets(stage) + _second_platform(stage) + _standing(world) + _branch(dry))


def dry_run(world: World, branch: Branch | None = None, seed: int = 1) -> DryRun:
    """Both passes of the actors through the calendar, finished. Raises InputError as ``simulate`` does."""
    if isinstance(world, World):
        check_memory(world)
    silent = _ActorsOnly(world, branch, seed, everybody_posts=False)
    start = silent.snapshot()
    posting = _ActorsOnly(world, branch, seed, everybody_posts=True, setting=silent.setting, snapshot=start)
    silent.advance(silent.last_step)
    posting.advance(posting.last_step)
    return DryRun(silent, posting)


def _count(n: float, one: str, many: str | None = None) -> str:
    return f"{n:,.0f} {one if n == 1 else many or one + 's'}"


def _range(a: int, b: int) -> str:
    low, high = sorted((a, b))
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _joined(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def _tick(ticks_per_day: int) -> str:
    named = {1: "one day", 24: "one hour", 1440: "one minute"}
    minutes = 1440 / ticks_per_day
    return named.get(ticks_per_day) or (f"{minutes / 60:.4g} hours" if minutes > 60 else f"{minutes:.4g} minutes")


def _world(world: World) -> str:
    people = _count(world.people, "person", "people")
    if world.people_reachable is None:
        who = f"{people}, each standing for one"
    else:
        who = f"{people} stand for {world.people_reachable:,} in reality (1 to {1 / world.scale:,.4g})"
    burn_in = ", without burn-in"
    if world.burn_in_days:
        burn_in = f", after {_count(world.burn_in_days, 'day')} of burn-in without campaign and events"
    last = f" to {world.date(world.days - 1)}" if world.days > 1 else ""
    days = f"{_count(world.days, 'day')}, {world.date(0)}{last}"
    return f"World: {who}. {days}, in ticks of {_tick(world.ticks_per_day)}{burn_in}."


def _people(stage: Stage) -> str:
    society, world = stage.society, stage.world
    anchor = society.anchor
    start = (
        f"{(anchor > 0).mean():.1%} begin on the movement's side; the mean opinion is {anchor.mean():+.3f} (-1 to +1)"
    )
    if society.complete:
        follows = f"everybody follows everybody ({_count(society.group.size, 'account')})"
    else:
        following = stage.following[: world.people]
        follows = (
            f"they follow {following.mean():.1f} accounts on average, at most {following.max():,} "
            f"({_count(society.followees.size, 'follow')} in all)"
        )
    reading = {
        "newest": f"the newest {world.feed.length} messages of those they follow",
        "ranked": f"those {world.feed.length} messages of those they follow that engage most (appeal x shares x recency)",
        "one_random_followee": "the present opinion of one random active followee",
        "all_followees": "the present opinions of all active followees",
    }[world.feed.reading]
    rule = world.opinion.rule
    named = getattr(rule, "name", type(rule).__name__)  # a rule of one's own may have no public name
    sessions = _rate(float(society.activity.mean()))
    return f"People: {start}; {follows}. They read {reading}, {sessions}, and change their minds by {named}. {_silence(world)}"


def _silence(world: World) -> str:
    expression = world.expression
    if not expression.silence:
        return "Nobody is silenced by what others say."
    if expression.silence_by == "climate":
        return "Those who feel outnumbered beyond their courage stay silent."
    return (
        "They speak while they are more confident than a threshold of their own; reading speakers of their own side makes them "
        f"more confident, of the other side less (by up to {expression.confidence_step:g} a session)."
    )


def _rate(per_day: float) -> str:
    return "once a day" if abs(per_day - 1.0) < 0.005 else f"{per_day:.2f} times a day"


def _events(stage: Stage) -> str:
    world = stage.world
    held = [event for event, step in zip(world.calendar.events, stage.schedule.join_step, strict=True) if step >= 0]
    outside = len(world.calendar.events) - len(held)
    left_out = f" {_count(outside, 'event')} outside the calendar will not take place." if outside else ""
    if not held:
        return f"Events: none.{left_out}"
    parts = []
    for side, whose in ((1, "of the movement"), (-1, "of the government side")):
        days = sorted(event.day for event in held if event.side == side)
        if days:
            when = f"on {days[0]}" if days[0] == days[-1] else f"from {days[0]} to {days[-1]}"
            parts.append(f"{len(days):,} {whose} ({when})")
    return f"Events: {_joined(parts)}.{left_out} {_joining(world)}"


def _joining(world: World) -> str:
    mobilisation = world.mobilisation
    terms = [
        (mobilisation.conviction, "opinion"),
        (mobilisation.complementarity, "support"),
        (mobilisation.call, f"call seen in the last {in_days(mobilisation.call_window_days)}"),
    ]
    shown = [f"{'-' if weight < 0 else '+'} {abs(weight):g} × {what}" for weight, what in terms if weight]
    total = " ".join(shown).removeprefix("+ ") or "0"
    thresholds = mobilisation.thresholds
    low, high = (min(thresholds), max(thresholds)) if thresholds else (0.0, mobilisation.threshold_spread)
    text = (
        f"People who lean to an event's side join it if {total} reaches their threshold ("
        f"{'given' if thresholds else 'drawn'}, from {low:g} to {high:g})"
    )
    weight = mobilisation.turnout_weight
    parts = [
        f"{share}{what}"
        for amount, share, what in (
            (1.0 - weight, f"{1.0 - weight:.0%} of " if weight else "", "the climate of opinion they perceive"),
            (weight, f"{weight:.0%} of " if weight < 1.0 else "", "the turnout of that side's last event"),
        )
        if amount
    ]
    return f"{text}. Support is {_joined(parts)}." if mobilisation.complementarity else f"{text}."


def _followers_among_people(stage: Stage, group: Group) -> tuple[int, int]:
    """Follows of a group's accounts by people, and how many of its accounts have at least one."""
    society, people = stage.society, stage.world.people
    members = int((society.group == group).sum())
    if society.complete:
        return people * members, members
    followees = society.followees[: society.indptr[people]]
    of_group = followees[society.group[followees] == group]
    return int(of_group.size), int(np.unique(of_group).size)


def _accounts(world: World, in_reality: int, what: str = "account") -> str:
    if world.people_reachable is None:
        return _count(in_reality, what)
    return f"{_count(in_reality, what)} in reality, {world.scaled(in_reality):,} in the model"


def _organisers(stage: Stage) -> str:
    organisers, n = stage.world.organisers, int((stage.society.group == Group.ORGANISER).sum())
    if n == 0:
        return "Organisers: none in the model."
    follows, _ = _followers_among_people(stage, Group.ORGANISER)
    return (
        f"Organisers: {_accounts(stage.world, organisers.accounts)}, with {follows / n:,.1f} followers in the model on "
        f"average; each posts {organisers.posts_per_day:g} times a day with opinion {organisers.stance:+g}, and "
        f"{organisers.call_activity:g} times as often in the {in_days(organisers.call_days)} before an event of their side, "
        f"as calls to join it.{_agenda(organisers.agenda_weekday)}"
    )


def _agenda(weekday: int | None) -> str:
    if weekday is None:
        return ""
    return (
        f" On {calendar.day_name[weekday]}s they publish the agenda of the week: from then on, and not before, what they post is "
        "calls to its events."
    )


def _campaign(stage: Stage) -> str:
    world, campaign, n = stage.world, stage.world.campaign, int((stage.society.group == Group.ACTIVE_TROLL).sum())
    if n == 0:
        return "Campaign: no active accounts in the model."
    follows, followed = _followers_among_people(stage, Group.ACTIVE_TROLL)
    plan = posting_plan(world) * world.scale
    text = (
        f"Campaign: {_accounts(world, campaign.accounts, 'active account')}, from day 0 on; {_count(follows, 'follower')} "
        f"among the modelled people in all, and {followed:,} of the accounts have any. If nobody is removed they are to post "
        f"{plan.sum():,.0f} times ({_periods(world, plan)}), {campaign.on_topic_share:.0%} of what is new on the topic, with "
        f"opinion {campaign.stance:+g}."
    )
    weight = stage.society.actor_weight[stage.society.group[world.people :] == Group.ACTIVE_TROLL]
    factor = stage.state.posting[Group.ACTIVE_TROLL, world.burn_in_ticks :]
    expected = sum(float(np.minimum(1.0, w * factor).sum()) for w in weight)
    if expected < 0.995 * plan.sum():
        text += f" At one post a tick the {_count(n, 'account')} can make {expected:,.0f} of them."
    if campaign.adaptation.reacts:
        text += f" The operator answers losses: {campaign.adaptation.sentence()}"
    return text


def _periods(world: World, plan: NDArray[np.float64]) -> str:
    """Posts by month; by day in a calendar of up to a week; else in all."""
    daily = plan.reshape(world.days, world.ticks_per_day).sum(axis=1)
    if world.days <= 7:
        return "by day: " + ", ".join(f"{volume:,.0f}" for volume in daily)
    months = itertools.groupby(range(world.days), key=lambda day: world.date(day)[:7])
    return ", ".join(f"{month}: {daily[list(days)].sum():,.0f}" for month, days in months)


def _sleepers(dry: DryRun) -> str:
    stage, sleepers = dry.silent, dry.silent.world.campaign.sleepers
    world, society = stage.world, stage.society
    mine = society.group == Group.SLEEPER
    n = int(mine.sum())
    if n == 0:
        return "Sleepers: none in the model."
    created = society.created[mine]
    there, later = int((created <= 0).sum()), int(((created > 0) & (created < world.ticks)).sum())
    wake = int((society.wakes_at < stage.last_step).sum())
    text = f"Sleepers: {_accounts(world, sleepers.accounts)}; {there:,} exist on day 0 and {later:,} are created later"
    if n > there + later:
        text += f" ({n - there - later:,} after the calendar)"
    begins = world.sleepers_wake_from
    not_before = f", none before {world.date(begins)}" if 0 < begins < world.days else ""
    return (
        f"{text}. If nobody stops them {wake:,} wake by the end{not_before}, and post {sleepers.posts_per_day:g} times a day "
        f"from then on; in this branch {_range(stage.woken, dry.posting.woken)} do."
    )


def _branch(dry: DryRun) -> list[str]:
    stage = dry.silent
    lines = []
    if not stage.branch.campaign:
        lines.append(
            "No campaign: every troll account keeps its place in the graph but is suspended from day 0 on; no sleeper wakes."
        )
    if not stage.branch.policies:
        lines.append("Policies: the platform does nothing.")
    world = stage.world
    lines += [f"{_whose(world, removal[0])}: {_removal(world, *removal)}" for removal in dry.removals()]
    standing = (policy for policy in stage.branch.policies if not isinstance(policy, RemovalPolicy))
    return lines + [
        f"{_whose(world, policy)}: {policy.sentence(world.date(world.day(policy.day)))}{_after_tips(dry, policy)}"
        for policy in standing
    ]


def _whose(world: World, policy: Policy) -> str:
    """How the line of a policy begins: where there are two platforms, with the one whose it is."""
    if not world.second.members:
        return "Policy"
    return f"Policy of {'the first platform' if policy.platform == FIRST else world.second.name}"


def _after_tips(dry: DryRun, policy: Policy) -> str:
    """What a policy that acts on tips finds in this branch, and when."""
    if not isinstance(policy, TipOff):
        return ""
    world, stage = dry.silent.world, dry.silent
    acts = [(r, found) for r, found in stage.by_record() if (r.policy, r.platform) == (policy.name, policy.platform)]
    if not acts:
        return " In this branch it is given no tip that leads to anybody."
    parts = [f"{_kinds(found, found)} on {world.date(r.tick / world.ticks_per_day)}" for r, found in acts]
    return f" In this branch that is {_joined(parts)}."


def _outlets(stage: Stage) -> list[str]:
    world = stage.world
    outlets, n = world.outlets, world.outlets.accounts
    if n == 0:
        return []
    follows, _ = _followers_among_people(stage, Group.OUTLET)
    return [
        f"Outlets: {_count(n, 'genuine outlet')} on the other side, with {follows / n:,.1f} followers in the model on average; "
        f"each posts {outlets.posts_per_day:g} times a day, {outlets.on_topic_share:.0%} on the topic, with opinion "
        f"{outlets.stance:+g}."
    ]


def _second_platform(stage: Stage) -> list[str]:
    world, society = stage.world, stage.society
    second, members = world.second, int((society.twin >= 0).sum())
    if not members:
        return []
    group = society.group[society.second :]
    sides = []
    for which, whose, posts in (
        (Group.PAGE, "the campaign", second.campaign_posts_per_day),
        (Group.ORGANISER, "organisers", world.organisers.posts_per_day),
        (Group.OUTLET, "genuine outlets", world.outlets.posts_per_day),
    ):
        pages = society.second + np.flatnonzero(group == which)
        if pages.size:
            fans = _count(int(stage.followers[pages].sum()), "follower")
            sides.append(f"{_count(pages.size, 'page')} of {whose} ({fans} in the model, {posts:g} posts a day each)")
    there = f" There are {_joined(sides)}." if sides else ""
    return [
        f"Second platform: {second.name}. {_count(members, 'person has', 'people have')} an account there as well and come to it "
        f"{second.visits:g} times as often; they hold one opinion, and what they read on both in one tick is one reading.{there}"
    ]


def _standing(world: World) -> list[str]:
    """Dehumanising messages, legitimacy and trust, as far as there is anything to say of them."""
    lines, severity, legitimacy, trust = [], world.severity, world.legitimacy, world.trust
    if severity.occurs:
        whose = _amounts(
            (severity.campaign, "{:.0%} of the campaign's messages against the movement"),
            (
                severity.citizens,
                f"{{:.0%}} of citizens' messages with an opinion of at most {0.0 - severity.hostile:+g}",
            ),
        )
        factors = [f"weigh {severity.appeal:g} times as much among those that could be reshared"]
        if world.signals.observe:
            factors.append(f"are reported {severity.reports:g} times as often")
        lines.append(f"Severity: {whose} dehumanise the movement's people. They {_joined(factors)}.")
    if legitimacy.moves:
        gains = _amounts((legitimacy.peaceful, "{:g} on a peaceful day of its events to those online"))
        losses = _amounts(
            (legitimacy.violent, "{:g} on a violent day of its events to those online"),
            (legitimacy.dehumanising, "{:g} with each dehumanising message read"),
        )
        lines.append(
            f"Legitimacy: that of the movement is {legitimacy.start:g} to begin with for somebody without a side, and "
            f"{legitimacy.slope:g} more or less with each unit of opinion.{_moves(gains, losses)} Half of that is made good in "
            f"{in_days(legitimacy.half_life_days)}.{_weighed(world)}"
        )
    if trust.moves:
        gains = _amounts((trust.disclosure, "{:g} with a disclosure"))
        losses = _amounts(
            (trust.own_suspension, "{:g} for those whose account is suspended"),
            (trust.lost_followee, "{:g} for each suspended account that somebody followed"),
        )
        lines.append(
            f"Trust: that in the platform is {trust.start:g} to begin with.{_moves(gains, losses)} Half of that is made good in "
            f"{in_days(trust.half_life_days)}."
        )
    return lines


def _amounts(*terms: tuple[float, str]) -> str:
    return _joined([text.format(amount) for amount, text in terms if amount])


def _moves(gains: str, losses: str) -> str:
    return (f" It rises by {gains}." if gains else "") + (f" It falls by {losses}." if losses else "")


def _weighed(world: World) -> str:
    weight = world.mobilisation.legitimacy_weight
    if not weight:
        return ""
    return f" Thresholds for its events fall by {weight:g} times what it has gained with a person, and rise for the other side's."


def _removal(world: World, policy: RemovalPolicy, day: float, asked: int, silent: Found, posting: Found) -> str:
    sentence = policy.sentence(world.date(day))
    real = policy.in_reality()
    few, many = sorted((sum(silent), sum(posting)))
    if real == 0:
        return f"{sentence} It asks for nobody."
    if asked == 0:
        return f"{sentence} In the model that is less than one account: nobody is removed."
    # Pages do not scale with the world.
    scales = world.people_reachable is not None and policy.platform == FIRST
    wants = f"It asks for {real:,}, in the model {asked:,}," if scales else f"It asks for {asked:,}"
    if many == 0:
        return f"{sentence} {wants} and finds nobody."
    result = "and finds them all"
    if few < asked:
        stands_for = ""
        if scales:
            stands_for = f" ({_range(round(few / world.scale), round(many / world.scale))} in reality)"
        result = f"but finds {_range(few, many)} on that day{stands_for}"
    why = ", depending on who has posted by then" if silent != posting else ""
    return f"{sentence} {wants} {result}: {_kinds(silent, posting)}{why}."


def _kinds(silent: Found, posting: Found) -> str:
    """Whose accounts were found in the two passes."""
    return _joined(
        [
            _range(a, b) + " " + (one if max(a, b) == 1 else several)
            for (one, several), a, b in zip(_KINDS, silent, posting, strict=True)
            if max(a, b) > 0
        ]
    )
