"""Make the csv files beside this script from a folder of raw tables: ``python -m sim.cases.hk2019.extract FOLDER``.

For maintainers: nothing needs the raw tables at run time. Only aggregates leave them (quantiles, counts by day, hour or
month, means), and account counts are rounded to three significant figures, because an exact count could be looked up in
the public archive. The same folder always gives the same bytes. ``README.md`` lists what each file holds and where it
comes from.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent

# Dense at the top, where a few accounts hold most followers; with Hazen's quantiles (below) the piecewise linear
# quantile function through these levels keeps the mean, which numpy's default definition loses by up to 9 %.
LEVELS = sorted(
    {0.005, 0.01, 0.025, *(round(0.05 * k, 2) for k in range(21)), 0.86, 0.87, 0.88, 0.89, 0.91, 0.92, 0.93, 0.94, 0.96}
    | {0.97, 0.98, 0.985, 0.99, 0.9925, 0.995, 0.9975, 0.999}
)

ARCHIVE = "readr-media/readr-data twitter_project (archive of 19 Aug 2019; sets 1 and 2)"
NOTEBOOKS = "chuachinhon/twitter_hk_trolls_cch"
WORKSHOP = "p4css/workshop2019"

# Accounts of the set disclosed on 20 September 2019 by month of creation, from the chart accounts_creation.html beside
# those notebooks, which starts in June 2018. May to August 2019 add up to the 2,320 of their author's text.
SEPTEMBER_SET = {
    "2018-06": 19, "2018-07": 28, "2018-08": 16, "2018-09": 38, "2018-10": 39, "2018-11": 45, "2018-12": 63,
    "2019-01": 102, "2019-02": 254, "2019-03": 223, "2019-04": 294, "2019-05": 617, "2019-06": 816, "2019-07": 822,
    "2019-08": 65,
}  # fmt: skip

# Start of an event: day, beginning of its name, hour (HKT), source. All others follow the assumption in ``_hour``.
STARTS = (
    ("2019-06-09", "CHRF", 14, "RTHK: front set off 4.5 hours before 19:00 (infocushongkong.com, 2019-06-09)"),
    ("2019-06-16", "CHRF", 14, "BBC in mothership.sg 2019-06: 14:30"),
    ("2019-07-07", "march", 15, "hongkongfp.com 2019-07-05: rally 15:30, march 16:00 (announced)"),
    ("2019-07-20", "Safeguard", 17, "globaltimes.cn 1158492: around 17:00"),
    ("2019-08-02", "civil", 18, "tl.hkrev.info 2019-08-02: overflowing by 18:45"),
    ("2019-08-17", "teachers", 11, "scmp.com/yp 3065889: 11:30"),
    ("2019-08-17", "march in Hung Hom", 16, "scmp.com/yp 3065889: 16:00 (announced)"),
)
HOLIDAYS = {"2019-07-01"}  # handover day; the other events of the period fell on working days or weekends

# Thousandths of a day's activity by hour from midnight, Hong Kong time.
ORDINARY_DAY = (24, 12, 7, 5, 5, 7, 14, 30, 44, 48, 48, 51, 62, 63, 52, 47, 46, 48, 55, 61, 68, 75, 72, 56)

# name, value, unit, scope, source: figures typed from publications, beyond those in hk_io_published_facts.csv.
TYPED: tuple[tuple[str, float, str, str, str], ...] = (
    ("facebook_pages", 7, "pages", "Facebook, 19 Aug 2019", "about.fb.com/news/2019/08/removing-cib-china"),
    ("facebook_groups", 3, "groups", "Facebook, 19 Aug 2019", "about.fb.com/news/2019/08/removing-cib-china"),
    ("facebook_accounts", 5, "accounts", "Facebook, 19 Aug 2019", "about.fb.com/news/2019/08/removing-cib-china"),
    ("facebook_followers", 15500, "followers of the pages (about)", "Facebook, 19 Aug 2019",
     "about.fb.com/news/2019/08/removing-cib-china"),
    ("facebook_group_members", 2200, "accounts in any of the groups (about)", "Facebook, 19 Aug 2019",
     "about.fb.com/news/2019/08/removing-cib-china"),
    ("september_accounts", 4301, "accounts", "set of 20 Sep 2019",
     "Chua Chin Hon, towardsdatascience.com/failed-surge-b376aed812ed"),
    ("september_created_may_to_august", 2320, "accounts", "set of 20 Sep 2019",
     "Chua Chin Hon, towardsdatascience.com/failed-surge-b376aed812ed"),
    ("engagement_per_tweet_2020", 0.81, "likes, replies, reshares and quotes per tweet", "set of June 2020",
     "Stanford Internet Observatory 2020, Sockpuppets Spin COVID Yarns (not checked at the source)"),
    ("inhabitants", 7_500_000, "persons (about)", "Hong Kong, 2019", "Census and Statistics Department, Hong Kong"),
)  # fmt: skip

# name here, row of hk_io_published_facts.csv
QUOTED = (
    ("active_accounts", "accounts named by Twitter, 19 Aug 2019"),
    ("archive_accounts", "accounts in the archive, sets 1+2 (744+196)"),
    ("sleepers", "further accounts suspended before being substantially active"),
    ("archive_tweets", "tweets in sets 1+2"),
    ("archive_accounts_with_tweets", "accounts with at least one tweet"),
    ("accounts_on_protests", "accounts that tweeted about the protests since Feb 2019 (hand-coded)"),
    ("regrowth_accounts", "users of three pro-police hashtags, 29 Aug-4 Sep 2019"),
    ("regrowth_mentions", "mentions of those hashtags"),
    ("regrowth_accounts_without_follower", "of the 4,016 with 0 followers"),
    ("core_accounts_2020", "core accounts, June 2020 disclosure"),
    ("amplifier_accounts_2020", "amplifier accounts, June 2020 disclosure"),
    ("tweets_2020", "tweets, June 2020 disclosure"),
)


def _rounded(values: np.ndarray) -> list[float]:
    """Three significant figures; below 1,000 to whole counts."""
    return [float(round(v, min(0, 2 - int(np.floor(np.log10(v)))))) if v >= 1 else float(round(v)) for v in values]


def _quantiles(values: Iterable[float]) -> list[float]:
    return _rounded(np.quantile(np.asarray(list(values), dtype=np.float64), LEVELS, method="hazen"))


def account_tables(folder: Path) -> dict[str, pd.DataFrame]:
    """Followers, followings and lifetime tweets of both troll populations and of ordinary accounts."""
    trolls = pd.read_csv(folder / "hk2019_accounts_activity.csv", parse_dates=["account_creation_date"])
    names = {"follower_count": "followers", "following_count": "followings", "tweet_count": "tweets"}
    trolls = trolls.rename(columns=names)
    # Set 2 carries no dates; its followers (median 11,222, all but one account have some) are those of bought accounts.
    bought = (trolls["archive_set"] == 2) | (trolls["account_creation_date"] < "2017-01-01")
    ordinary = pd.read_csv(folder / "control_random_twitter_accounts.csv")
    ordinary = ordinary.rename(columns={"follower_count_2sf": "followers", "following_count_2sf": "followings"})
    groups, quantiles = [], []
    for name, table in (("bought", trolls[bought]), ("purpose_made", trolls[~bought]), ("ordinary", ordinary)):
        columns = [c for c in ("followers", "followings", "tweets") if c in table]
        groups.append(
            {
                "group": name,
                "accounts": len(table),
                **{f"mean_{c}": round(float(table[c].mean()), 1) for c in columns},
                "median_followers": float(table["followers"].median()),
                "without_follower": round(float((table["followers"] == 0).mean()), 4),
                "with_10000_followers": round(float((table["followers"] >= 10_000).mean()), 4),
                "rank_correlation": round(float(table["followers"].corr(table["followings"], method="spearman")), 3),
            }
        )
        quantiles.append(pd.DataFrame({"group": name, "level": LEVELS} | {c: _quantiles(table[c]) for c in columns}))
    columns = ["group", "accounts", "mean_followers", "mean_followings", "mean_tweets", "median_followers"]
    columns += ["without_follower", "with_10000_followers", "rank_correlation"]
    return {"account_groups": pd.DataFrame(groups)[columns], "account_quantiles": pd.concat(quantiles)}


def daily_tweets(folder: Path) -> pd.DataFrame:
    """English and Chinese tweets a day."""
    table = pd.read_csv(folder / "hk2019_surge_tweets_daily.csv")
    return table.rename(columns={"date_hkt": "day"})


def weekly_clock(folder: Path) -> pd.DataFrame:
    """English and Chinese tweets by weekday (Monday 0) and hour, Hong Kong time."""
    table = pd.read_csv(folder / "hk2019_surge_tweets_hourly.csv")
    tweets = table["tweets_en"] + table["tweets_zh"]
    return pd.DataFrame({"weekday": table["weekday_mon0"], "hour": table["hour_hkt"], "tweets": tweets})


def ordinary_clock(folder: Path) -> pd.DataFrame:
    """An assumed day of ordinary accounts: the raw comparison group is most active at night in Hong Kong."""
    shares = [weight / 1000 for weight in ORDINARY_DAY]
    return pd.DataFrame({"hour": range(24), "share": shares, "source": "assumption"})


def _hour(day: str, name: str) -> tuple[int, str]:
    for known_day, start, hour, source in STARTS:
        if day == known_day and name.startswith(start):
            return hour, source
    if date.fromisoformat(day).weekday() < 5 and day not in HOLIDAYS:
        return 19, "assumption: evening of a working day"
    return 15, "assumption"


def events(folder: Path) -> pd.DataFrame:
    """Protests and government rallies from 1 May to 30 September 2019, one row each."""
    counts = {"organiser_estimate": "Int64", "police_estimate": "Int64"}
    table = pd.read_csv(folder / "hk2019_protests.csv", dtype=counts)
    table = table[(table["date"] >= "2019-05-01") & (table["date"] <= "2019-09-30")]
    hours = [_hour(day, name) for day, name in zip(table["date"], table["event"], strict=True)]
    return pd.DataFrame(
        {
            "day": table["date"],
            "side": table["side"].map({"protest": 1, "government": -1}),
            "name": table["event"],
            "organiser": table["organiser_estimate"],
            "police": table["police_estimate"],
            "hour": [hour for hour, _ in hours],
            "hour_source": [source for _, source in hours],
            "source": table["source"],
            "note": table["note"],
        }
    )


def _per_account(folder: Path) -> dict[str, pd.DataFrame]:
    table = pd.read_csv(folder / "hk2019_tweets_per_account_hist.csv")
    subsets = {"english": "set12_english_hk_terms", "chinese": "set12_chinese_hk_terms"}
    return {language: table[table["subset"] == subset] for language, subset in subsets.items()}


def tweets_per_account(folder: Path) -> pd.DataFrame:
    """Quantiles of tweets by account among the tweets with Hong Kong terms of sets 1 and 2."""
    counts = {k: np.repeat(t["tweets_by_account"], t["accounts"]) for k, t in _per_account(folder).items()}
    columns = {k: _quantiles(v) for k, v in counts.items()}
    return pd.DataFrame({"level": LEVELS} | columns | {"pooled": _quantiles(np.concatenate(list(counts.values())))})


def on_topic(folder: Path) -> pd.DataFrame:
    """How much of what the accounts posted was about Hong Kong: counts and what they are counted among."""
    facts = pd.read_csv(folder / "hk_io_published_facts.csv")
    value = dict(zip(facts["what"], facts["value"], strict=True))
    counts = pd.read_csv(folder / "hk2019_sets12_counts.csv")
    years = counts[counts["table"] == "year_hkt_of_en_zh_tweets"]
    in_2019 = int(years.loc[years["key"] == "2019", "count"].iloc[0])
    surge = int(daily_tweets(folder)[["tweets_en", "tweets_zh"]].to_numpy().sum())
    terms = {language: int(table["subset_tweets"].iloc[0]) for language, table in _per_account(folder).items()}
    protest = int(sum(value[f"tweets of 2019 hitting protest keywords, set {k}"] for k in (1, 2)))
    return pd.DataFrame(
        [
            ("hk_terms_since_2017", sum(terms.values()), 336_399 + 121_962, "sets 1+2, 2017 to Jul 2019", "yes",
             "English and Chinese tweets and retweets left by the same notebooks' filters",
             f"{NOTEBOOKS} notebooks 2.0 to 2.3"),
            ("protest_keywords_2019", protest, in_2019, "sets 1+2, Jan to Jul 2019", "partly",
             "the count includes retweets; the English and Chinese tweets it is compared with do not",
             f"{WORKSHOP} W2_dplyr.html; {NOTEBOOKS} notebook 1.0"),
            ("hk_terms_over_surge", sum(terms.values()), surge,
             "sets 1+2 since 2017 over September set, May to Aug 2019", "no",
             "different accounts and different periods: carried only so that nobody computes it again",
             f"{NOTEBOOKS} notebooks 2.1, 2.3; charts/eng_versus_ch_tweets.html"),
        ],
        columns=["name", "posts", "among", "scope", "comparable", "note", "source"],
    )  # fmt: skip


def creation(folder: Path) -> pd.DataFrame:
    """Accounts by month of creation, for set 1 of August and for the set of September 2019 (from June 2018)."""
    august = pd.read_csv(folder / "hk2019_accounts_created_by_month_set1.csv")
    september = pd.DataFrame({"month": list(SEPTEMBER_SET), "accounts": list(SEPTEMBER_SET.values())})
    return pd.concat([august, september], keys=["august_set1", "september"], names=["set", None]).reset_index("set")


def published(folder: Path) -> pd.DataFrame:
    """Scalars: quoted from publications, and measured on the raw tables."""
    quoted = pd.read_csv(folder / "hk_io_published_facts.csv")
    rows: list[tuple[str, float, str, str, str]] = []
    for name, what in QUOTED:
        row = quoted[quoted["what"] == what].iloc[0]
        rows.append((name, float(row["value"]), str(row["unit"]), str(row["scope"]), str(row["source"])))
    rows += TYPED
    value = {row[0]: row[1] for row in rows}
    ratio = round(value["sleepers"] / value["active_accounts"], 1)
    source = "implied: sleepers / active_accounts"
    rows.append(("finding_to_waking_ratio", ratio, "1", "rate of being found over rate of waking", source))
    pace = round(value["regrowth_mentions"] / value["regrowth_accounts"] / 7, 3)
    source = "regrowth_mentions / regrowth_accounts / 7 days"
    rows.append(("regrowth_posts_per_account_and_day", pace, "posts per account and day", "other network", source))

    per_account = _per_account(folder)
    tweets = sum(int(t["subset_tweets"].iloc[0]) for t in per_account.values())
    originals = sum(int(t["subset_original"].iloc[0]) for t in per_account.values())
    source = f"{NOTEBOOKS} notebooks 2.1, 2.3: {originals} of {tweets}"
    share = round(originals / tweets, 4)
    rows.append(("original_share", share, "share of tweets", "sets 1+2, Hong Kong terms", source))

    engagement = pd.read_csv(folder / "hk2019_engagement_set2_hk_tweets.csv")
    kinds = {"likes": "like_count", "retweets": "retweet_count", "replies": "reply_count", "quotes": "quote_count"}
    for scope, table in (("", engagement), ("_originals", engagement[~engagement["is_retweet"]])):
        source = f"{WORKSHOP}: mean over {len(table)} tweets with protest keywords"
        for kind, column in kinds.items():
            mean = round(float(table[column].mean()), 3)
            rows.append((f"{kind}_per_tweet_set2{scope}", mean, "per tweet", "set 2, 2019", source))

    daily = daily_tweets(folder).set_index("day").sum(axis=1)
    for name, first, last in (
        ("daily_tweets_before", "2019-05-05", "2019-06-08"),
        ("daily_tweets_surge", "2019-06-14", "2019-07-30"),
        ("daily_tweets_late", "2019-07-31", "2019-08-18"),
    ):
        mean = round(float(daily[first:last].mean()), 2)
        rows.append((name, mean, "tweets a day", f"September set, {first} to {last}", f"{NOTEBOOKS} charts"))
    return pd.DataFrame(rows, columns=["name", "value", "unit", "scope", "source"])


TABLES: dict[str, Callable[[Path], pd.DataFrame]] = {
    "daily_tweets": daily_tweets,
    "weekly_clock": weekly_clock,
    "ordinary_clock": ordinary_clock,
    "events": events,
    "tweets_per_account": tweets_per_account,
    "on_topic": on_topic,
    "creation": creation,
    "published": published,
}


def write(folder: Path, into: Path = HERE) -> list[Path]:
    """Write every csv file made from the raw tables in ``folder`` and return their paths."""
    tables = account_tables(folder) | {name: make(folder) for name, make in TABLES.items()}
    paths = []
    for name, table in tables.items():
        path = into / f"{name}.csv"
        path.write_bytes(table.to_csv(index=False, lineterminator="\n", float_format="%.10g").encode())
        paths.append(path)
    return paths


def main(arguments: Sequence[str] | None = None) -> None:
    about = (__doc__ or "").split(": ")[0] + "."
    parser = argparse.ArgumentParser(prog="python -m sim.cases.hk2019.extract", description=about)
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="folder of raw tables")
    parser.add_argument("--into", type=Path, default=HERE, help="where to write (default: beside this script)")
    options = parser.parse_args(arguments)
    if not (options.folder / "hk2019_accounts_activity.csv").exists():
        parser.error(f"FOLDER must hold the raw tables, but {options.folder} has no hk2019_accounts_activity.csv.")
    for path in write(options.folder, options.into):
        print(path)


if __name__ == "__main__":
    main()
