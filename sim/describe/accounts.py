"""Organisers, campaign, sleepers, outlets and pages in English."""

from __future__ import annotations

import calendar
import itertools

import numpy as np
from numpy.typing import NDArray

from sim.actors.volume import posting_plan
from sim.calendar import in_days
from sim.describe.dry_run import DryRun
from sim.describe.words import counted, joined, span
from sim.engine.engine import Engine
from sim.fields import percent
from sim.society.groups import IS_CAMPAIGN, KINDS, Group, groups_where
from sim.world import World


def _followers_among_people(model: Engine, group: Group) -> tuple[int, int]:
    """Follows of a group's accounts by people, and how many of its accounts have at least one."""
    society, people = model.society, model.world.people
    members = int((society.group == group).sum())
    if society.complete:
        return people * members, members
    followees = society.followees[: society.indptr[people]]
    of_group = followees[society.group[followees] == group]
    return int(of_group.size), int(np.unique(of_group).size)


def organisers_line(model: Engine) -> str:
    organisers, n = model.world.organisers, int((model.society.group == Group.ORGANISER).sum())
    if n == 0:
        return "Organisers: none in the model."
    follows, _ = _followers_among_people(model, Group.ORGANISER)
    return (
        f"Organisers: {counted(organisers.accounts, 'account')}, with {follows / n:,.1f} followers in the model on "
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


def campaign_line(model: Engine) -> str:
    world, campaign, n = model.world, model.world.campaign, int((model.society.group == Group.ACTIVE_TROLL).sum())
    if n == 0:
        return "Campaign: no active accounts in the model."
    follows, followed = _followers_among_people(model, Group.ACTIVE_TROLL)
    plan = posting_plan(world)
    text = (
        f"Campaign: {counted(campaign.accounts, 'active account')}, from day 0 on; "
        f"{counted(follows, 'follower')} among the modelled people in all, and {followed:,} of the accounts have any. "
        f"If nobody is removed they are to post {plan.sum():,.0f} times ({_periods(world, plan)}), "
        f"{percent(campaign.on_topic_share)} of what is new on the topic, with opinion {campaign.stance:+g}."
    )
    weight = model.society.posting_weight[model.society.group[world.people :] == Group.ACTIVE_TROLL]
    factor = model.state.posting[Group.ACTIVE_TROLL, world.burn_in_ticks :]
    expected = sum(float(np.minimum(1.0, w * factor).sum()) for w in weight)
    if expected < 0.995 * plan.sum():
        text += f" At one post a tick the {counted(n, 'account')} can make {expected:,.0f} of them."
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


def sleepers_line(dry: DryRun) -> str:
    model, sleepers = dry.silent, dry.silent.world.campaign.sleepers
    world, society = model.world, model.society
    n = sleepers.accounts
    if n == 0:
        return "Sleepers: none in the model."
    created = np.concatenate([society.created[society.group == Group.SLEEPER], model.drawn.reserve])
    there, later = int((created <= 0).sum()), int(((created > 0) & (created < world.ticks)).sum())
    wake = int((model.wakes_at < model.last_step).sum())
    text = (
        f"Sleepers: {counted(sleepers.accounts, 'account')}; {there:,} exist on day 0 and {later:,} are created later"
    )
    if n > there + later:
        text += f" ({n - there - later:,} after the calendar)"
    begins = world.sleepers_wake_from
    not_before = f", none before {world.date(begins)}" if 0 < begins < world.days else ""
    return (
        f"{text}. If nobody stops them {wake:,} wake by the end{not_before}, and post {sleepers.posts_per_day:g} times a day "
        f"from then on; in this branch {span(model.woken, dry.posting.woken)} do."
    )


def outlet_lines(model: Engine) -> list[str]:
    """A line for each group that posts by the clock: outlets."""
    world, lines = model.world, []
    for group in groups_where(lambda kind: kind.by_the_clock):
        kind = KINDS[group]
        words, n, follows = kind.words, kind.accounts(world), _followers_among_people(model, group)[0]
        if n:
            lines.append(
                f"{words.name.capitalize()}s: {counted(n, words.one, words.several)}{words.about}, with {follows / n:,.1f} "
                f"followers in the model on average; each posts {kind.posts_per_day(world):g} times a day, "
                f"{percent(kind.on_topic_share(world))} on the topic, with opinion {kind.stance(world):+g}."
            )
    return lines


def second_platform_lines(model: Engine) -> list[str]:
    world, society = model.world, model.society
    second, members = world.second, int((society.twin >= 0).sum())
    if not members:
        return []
    group = society.group[society.second :]
    sides = []
    for which in sorted(groups_where(lambda kind: kind.pages is not None), key=lambda which: not IS_CAMPAIGN[which]):
        pages = society.second + np.flatnonzero(group == which)
        if pages.size:
            whose = "the campaign" if IS_CAMPAIGN[which] else KINDS[which].words.several
            fans, posts = counted(int(model.followers[pages].sum()), "follower"), KINDS[which].posts_per_day(world)
            sides.append(f"{counted(pages.size, 'page')} of {whose} ({fans} in the model, {posts:g} posts a day each)")
    there = f" There are {joined(sides)}." if sides else ""
    return [
        f"Second platform: {second.name}. {counted(members, 'person has', 'people have')} an account there as well and come "
        f"to it {second.visits:g} times as often; they hold one opinion, and what they read on both in one tick is one "
        f"reading.{there}"
    ]
