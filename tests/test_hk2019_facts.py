"""The packaged facts of the Hong Kong case agree with published figures, and with the raw tables where present."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.cases.hk2019 import extract, facts
from sim.fields import InputError

RAW = Path(__file__).resolve().parents[2] / "shared" / "data"


def day(text: str) -> int:
    return (date.fromisoformat(text) - facts.FIRST_DAY).days


def mean(levels: facts.Floats, values: facts.Floats) -> float:
    return float(np.trapezoid(values, levels))


def test_two_troll_populations() -> None:
    bought, made = facts.troll_populations()
    assert (bought.name, bought.accounts, made.name, made.accounts) == ("bought", 429, "purpose_made", 511)
    assert bought.share + made.share == pytest.approx(1.0)
    assert bought.median_followers == pytest.approx(12_755, abs=5)
    assert made.median_followers == 1
    none = sum(p.share * p.without_follower for p in (bought, made))
    many = sum(p.share * p.with_10000_followers for p in (bought, made))
    assert none == pytest.approx(0.29, abs=0.005)
    assert many == pytest.approx(0.35, abs=0.005)


def test_quantiles_keep_the_total_of_followers() -> None:
    total = sum(936 * p.share * mean(p.levels, p.followers) for p in facts.troll_populations())
    assert total == pytest.approx(10_342_110 / 940 * 936, rel=0.01)


@pytest.mark.parametrize("group", [*facts.troll_populations(), facts.ordinary_accounts()], ids=lambda g: g.name)
def test_quantiles_keep_means(group: facts.AccountGroup) -> None:
    assert group.levels[0] == 0.0
    assert group.levels[-1] == 1.0
    assert np.all(np.diff(group.levels) > 0)
    assert np.all(np.diff(group.followers) >= 0)
    assert mean(group.levels, group.followers) == pytest.approx(group.mean_followers, rel=0.015)
    assert mean(group.levels, group.followings) == pytest.approx(group.mean_followings, rel=0.035)
    if isinstance(group, facts.TrollPopulation):
        assert mean(group.levels, group.tweets) == pytest.approx(group.mean_tweets, rel=0.035)


def test_daily_volume() -> None:
    observed, assumed = facts.daily_tweets_observed(), facts.daily_tweets()
    assert (len(observed), len(assumed)) == (110, 153)
    assert assumed[:110] == observed
    assert np.mean(observed[day("2019-05-05") : day("2019-06-09")]) == pytest.approx(88, abs=0.5)
    assert np.mean(observed[day("2019-06-14") : day("2019-07-31")]) == pytest.approx(682, abs=0.5)
    late = np.mean(observed[day("2019-07-31") : day("2019-08-19")])
    assert late == pytest.approx(128, abs=0.5)
    assert np.allclose(assumed[110:], late)
    # The marches of 9 and 12 June were answered only from 14 June on.
    assert max(observed[day("2019-06-09") : day("2019-06-14")]) < 150
    assert min(observed[day("2019-06-14") : day("2019-06-29")]) > 150


def test_clock() -> None:
    clock, totals = facts.weekly_clock(), np.array(facts.weekday_totals())
    assert clock.shape == (7, 24)
    assert np.allclose(clock.sum(axis=1), 1.0)
    assert not clock.flags.writeable
    assert totals.sum() == 37_911
    shares = clock * totals[:, None] / totals.sum()
    assert shares[:5, 9:18].sum() == pytest.approx(0.80, abs=0.005)  # working days, 09:00 to 17:59
    assert shares[:, 10:16].sum() == pytest.approx(0.85, abs=0.006)  # all days, 10:00 to 15:59
    assert shares[5:].sum() == pytest.approx(0.15, abs=0.005)


def test_ordinary_clock_is_a_labelled_assumption() -> None:
    clock = np.array(facts.ordinary_clock())
    assert clock.shape == (24,)
    assert clock.sum() == pytest.approx(1.0)
    assert clock[7:].sum() > 0.9
    assert {row["source"] for row in facts._rows("ordinary_clock")} == {"assumption"}


def test_events() -> None:
    events = facts.events()
    assert len(events) == 18
    assert [e.day for e in events] == sorted(e.day for e in events)
    assert all(facts.FIRST_DAY <= e.day <= facts.LAST_DAY and e.side in (-1, 1) and 0 <= e.hour < 24 for e in events)
    assert Counter(e.day for e in events)[date(2019, 8, 17)] == 2
    assert [e.day for e in events if e.side == -1] == [date(2019, 6, 30), date(2019, 7, 20)]
    turnout = {e.day.isoformat(): (e.organiser, e.police) for e in events}
    assert turnout["2019-06-09"] == (1_030_000, 240_000)
    assert turnout["2019-06-16"] == (2_000_000, 338_000)
    assert turnout["2019-07-01"] == (550_000, 190_000)
    assert turnout["2019-07-21"] == (430_000, 138_000)
    assert turnout["2019-08-18"] == (1_700_000, 128_000)
    assert turnout["2019-06-30"] == (165_000, None)
    assert all(e.hour in (15, 19) for e in events if e.hour_source.startswith("assumption"))


def test_activity_of_accounts() -> None:
    tweets = facts.tweets_per_account()
    published = ((tweets.english, 2296, 204), (tweets.chinese, 2121, 186), (tweets.pooled, 4417, 390))
    for values, total, accounts in published:
        assert mean(tweets.levels, values) == pytest.approx(total / accounts, rel=0.02)
    assert facts.original_share() == pytest.approx((1108 + 1551) / (2296 + 2121), abs=1e-4)


def test_on_topic_shares_say_whether_they_compare() -> None:
    shares = {s.name: s for s in facts.on_topic_shares()}
    assert shares["hk_terms_since_2017"].comparable == "yes"
    assert shares["hk_terms_since_2017"].share == pytest.approx(0.0096, abs=1e-4)
    assert shares["protest_keywords_2019"].comparable == "partly"
    assert shares["protest_keywords_2019"].share == pytest.approx(0.0190, abs=1e-4)
    assert shares["hk_terms_over_surge"].comparable == "no"


def test_creation() -> None:
    before, during = facts.sleeper_creation()
    assert (before.first, before.last) == (None, date(2019, 4, 30))
    assert (during.first, during.last) == (date(2019, 5, 1), date(2019, 8, 31))
    assert before.share + during.share == 1.0
    assert during.share == pytest.approx(0.54, abs=0.005)
    september = facts.creation_by_month("september")
    assert sum(september[f"2019-0{m}"] for m in (5, 6, 7, 8)) == 2320
    august = facts.creation_by_month("august_set1")
    assert sum(august.values()) == 744
    assert sum(n for month, n in august.items() if month >= "2017") == 511
    with pytest.raises(InputError, match="august_set1 or september"):
        facts.creation_by_month("june")


def test_published_scalars() -> None:
    published = facts.published()
    value = {name: fact.value for name, fact in published.items()}
    assert all(fact.unit and fact.scope and fact.source for fact in published.values())
    assert (value["active_accounts"], value["sleepers"]) == (936, 200_000)
    assert [value[f"facebook_{k}"] for k in ("pages", "groups", "accounts", "followers")] == [7, 3, 5, 15_500]
    assert value["finding_to_waking_ratio"] == pytest.approx(200_000 / 936, abs=0.05)
    assert value["regrowth_posts_per_account_and_day"] == pytest.approx(17_063 / 4_016 / 7, abs=5e-4)
    assert value["regrowth_accounts_without_follower"] / value["regrowth_accounts"] == pytest.approx(2 / 3, abs=0.005)
    assert value["engagement_per_tweet_2020"] == 0.81
    assert value["likes_per_tweet_set2"] == pytest.approx(95 / 42, abs=5e-4)


def test_the_campaigns_pages_are_those_published() -> None:
    world = sim.World.hk2019_two_platforms()
    value = {name: fact.value for name, fact in facts.published().items()}
    assert [(kind.name, kind.accounts, kind.followers) for kind in world.second.campaign] == [
        ("pages", value["facebook_pages"], value["facebook_followers"]),
        ("groups", value["facebook_groups"], value["facebook_group_members"]),
        ("accounts", value["facebook_accounts"], 0),
    ]


@pytest.mark.skipif(not RAW.is_dir(), reason=f"raw tables are not at {RAW}")
def test_extraction_reproduces_the_packaged_files(tmp_path: Path) -> None:
    written = {path.name: path.read_bytes() for path in extract.write(RAW, tmp_path)}
    packaged = {path.name: path.read_bytes() for path in extract.HERE.glob("*.csv")}
    assert written == packaged


def test_extraction_names_a_missing_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        extract.main([str(tmp_path)])
    assert stop.value.code == 2
    assert "FOLDER must hold the raw tables" in capsys.readouterr().err
