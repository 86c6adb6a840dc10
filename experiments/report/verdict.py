"""The answer in plain words: who saw the campaign, who crossed, who marched, how large that is and how sure."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import Any

import pandas as pd

from experiments.command.words import interval, plain, within
from experiments.report.certainty import Certainty
from experiments.report.done import what_was_done, where_nothing_was_done
from experiments.report.effect import Effect, effect
from experiments.report.people import Count, InPeople, OfCampaign, of_campaign
from experiments.report.shifts import Shift
from experiments.report.size import UNKNOWN
from experiments.report.strings import say
from experiments.studies.results import Results
from experiments.studies.settings import NamedBranch
from sim.study.intervals import Method, paired_interval


@dataclass(frozen=True)
class Headline:
    """What the headline branch averted: traced and counterfactual differences with 95 % intervals (None: unknown), in people too.

    ``whole`` is what the campaign moved in the reference, in opinion against the movement; ``seeds_above_zero`` and
    ``seeds_below_zero`` are how many of the ``seeds`` have a traced difference of that sign. ``verdict``,
    ``verdict_all``: words of ``experiments.report.size`` on the traced difference and on the counterfactual one. ``answer``
    is what is told in people, ``unit`` the same in units of opinion.
    """

    branch: str
    identical: bool
    traced: float
    traced_low: float | None
    traced_high: float | None
    counterfactual: float
    counterfactual_low: float | None
    counterfactual_high: float | None
    whole: float
    seeds: int
    seeds_above_zero: int
    seeds_below_zero: int
    smallest_effect: float
    verdict: str
    verdict_all: str
    certainty: Certainty
    campaign: OfCampaign
    in_people: InPeople
    answer: tuple[str, ...] = ()
    unit: tuple[str, ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """All of it, sentence by sentence."""
        return self.answer + self.unit

    @property
    def sentence(self) -> str:
        """The headline in one paragraph."""
        return " ".join(self.sentences)

    def to_mapping(self) -> dict[str, Any]:
        """Plain JSON, ``sentences`` included."""
        plain_json: dict[str, Any] = _plain(asdict(self)) | {"sentences": list(self.sentences)}
        return plain_json


def headline(results: Results) -> Headline:
    """The headline of a study's results."""
    plan = results.plan
    name = plan.headline
    branch = next(named for named in plan.branches if named.name == name)
    runs = results.runs.set_index(["branch", "seed"])["troll_part"]
    found = effect(results, name)
    averted, whole = runs.loc[name] - runs.loc[plan.reference], -runs.loc[plan.reference]
    told = Headline(
        branch=name,
        identical=found.traced.identical,
        traced=found.traced.difference,
        traced_low=_known(found.traced.low),
        traced_high=_known(found.traced.high),
        counterfactual=found.all.difference,
        counterfactual_low=_known(found.all.low),
        counterfactual_high=_known(found.all.high),
        whole=float(whole.mean()),
        seeds=len(averted),
        seeds_above_zero=int((averted > 0).sum()),
        seeds_below_zero=int((averted < 0).sum()),
        smallest_effect=plan.smallest_effect,
        verdict=found.seen[0].word,
        verdict_all=found.seen[1].word,
        certainty=found.certainty,
        campaign=of_campaign(results),
        in_people=found.in_people,
    )
    unit = _unit(told, found)
    if unit:
        unit[-1:-1] = _of_the_whole(averted, whole, found, results.method)
    answer = _answer(told, found, branch, results)
    return replace(told, answer=tuple(answer), unit=tuple(unit))


def margin(headline: dict[str, Any], kind: str) -> str:
    """Of a headline's JSON: ``0.16 ±0.03`` in thousandths, or ``identical``."""
    ends = (headline[f"{kind}_{end}"] for end in ("low", "high"))
    low, high = (math.nan if end is None else end for end in ends)
    return Shift(headline[kind], low, high, headline["identical"]).told()


def _answer(told: Headline, found: Effect, branch: NamedBranch, results: Results) -> list[str]:
    """The three sentences in people."""
    done, until = what_was_done(branch, results.world), say.day(results.last_date)
    of, people, weight = told.campaign, told.in_people, results.world.weight
    where = where_nothing_was_done(results.plan)
    saw = say("answer.saw", people=_number(of.reachable), n=of.saw.told, range=_said(of.saw), until=until, where=where)
    if told.identical:
        days = [results.world.day(policy.day) for policy in branch.policies]
        late = bool(days) and min(days) >= results.provenance["days"]
        same = say(f"answer.{'too_late' if late else 'identical'}", done=done, until=until, count=told.seeds)
        return [f"{saw}.", same]
    kept = say(f"answer.kept.{_key(people.kept)}", done=done[0].lower() + done[1:], **_told(people.kept))
    (traced, everything), (crossed, crossed_all) = people.moved, people.crossed
    sentences = [
        f"{saw}; {kept}.",
        say(
            "answer.opinion", verb=found.verb, people=_number(of.reachable), traced=counted(traced, 1.0),
            all=counted(everything, 1.0), crossed=counted(crossed, weight), crossed_all=counted(crossed_all, weight),
        ),
    ]  # fmt: skip
    if people.marches is not None and of.marches is not None:
        same = "same" if weight == 1.0 else "coarse"
        sentences.append(
            say(
                f"answer.marches.{same if people.marches.exactly_none else 'changed'}", of=of.marches.told,
                range=_said(of.marches), events=of.events, count=of.events, where=where, weight=_number(weight),
                n=counted(people.marches, weight, sign="+"),
            )
        )  # fmt: skip
    return sentences


def _key(count: Count) -> str:
    if math.isnan(count.low):
        return "unknown"
    if count.exactly_none:
        return "same"
    if count.detected:
        return "fewer" if count.mean > 0 else "more"
    return "none" if count.mean >= 0 else "none_more"


def _said(count: Count) -> str:
    """``95 % range 1,000 to 1,400``, or that it is unknown."""
    return count.range if math.isnan(count.low) else say("people.range", range=count.range)


def _told(count: Count) -> dict[str, str]:
    shown = count.negative() if _key(count).endswith("more") else count
    return {"n": shown.told, "range": shown.range}


def counted(count: Count, weight: float, sign: str = "") -> str:
    """``120 (80 to 160)``, and where it cannot be told from none that it cannot. ``weight``: people for whom a modelled one
    stands, where it was counted among those."""
    if count.exactly_none:
        return say("answer.counted.same" if weight == 1.0 else "answer.counted.coarse", weight=_number(weight))
    key = "unknown" if math.isnan(count.low) else "found" if count.detected else "none"
    return say(f"answer.counted.{key}", n=(sign if count.mean > 0 else "") + count.told, range=count.range)


def _unit(told: Headline, found: Effect) -> list[str]:
    """The same in units of opinion: how large, held against what matters, and how sure."""
    if told.identical:
        return []
    if told.verdict == UNKNOWN:
        sentences = [
            say(
                "unit.too_few",
                count=told.seeds,
                traced=_thousandths(told.traced),
                all=_thousandths(told.counterfactual),
            )
        ]
    else:
        sentences = [
            say(
                "unit.shift", traced=_mean(found.traced), range=_range(found.traced), seeds=_agreeing(told),
                all=_mean(found.all), range_all=_range(found.all),
            )
        ]  # fmt: skip
        sentences.append(
            say(
                "unit.smallest", smallest=as_set(1000 * told.smallest_effect), one=_one_in(told.smallest_effect),
                traced=_verdict(found, 0), all=_verdict(found, 1),
            )
        )  # fmt: skip
    level = say(f"certainty.levels.{told.certainty.level}")
    because = say("unit.because", reasons="; ".join(told.certainty.reasons)) if told.certainty.reasons else ""
    return [*sentences, say("unit.certainty", level=level, because=because)]


def _of_the_whole(averted: pd.Series, whole: pd.Series, found: Effect, method: Method) -> list[str]:
    """How much of what the campaign had moved was averted, both by seed; nothing where that cannot be said."""
    if not ((whole > 0).all() and (found.traced.low > 0 or math.isnan(found.traced.low))):
        return []
    moved, shares = Shift(*paired_interval(whole, method=method)[:3]), 100 * averted / whole
    share = 100 * float(averted.mean()) / float(whole.mean())
    count = 1 if math.isnan(moved.low) else len(whole)
    return [
        say(
            "unit.whole", count=count, whole=_mean(moved), range=_range(moved), share=f"{share:.0f}",
            least=f"{shares.min():.0f}", most=f"{shares.max():.0f}",
        )
    ]  # fmt: skip


def _verdict(found: Effect, which: int) -> str:
    seen = found.seen[which]
    p = "< 0.001" if seen.p_smaller < 0.001 else f"= {plain(seen.p_smaller)}"
    return say(f"verdicts.{seen.key}", p=p)


def _agreeing(told: Headline) -> str:
    if told.seeds_above_zero == told.seeds_below_zero == 0:
        return say("unit.without_sign", seeds=told.seeds)
    agreeing = told.seeds_above_zero if told.traced > 0 else told.seeds_below_zero
    how_many = say("unit.all") if agreeing == told.seeds else say("unit.some", n=agreeing)
    return say("unit.agreeing", how_many=how_many, seeds=told.seeds)


def _one_in(smallest: float) -> str:
    """Of how many one person would have to move from one end of the scale, which is 2 units long, to the other."""
    return _number(round(2.0 / smallest)) if smallest > 0.0 else "∞"


def as_set(value: float) -> str:
    """A number that somebody has chosen, with the digits that it has: ``0.05``, ``300,000``."""
    return f"{value:,.12f}".rstrip("0").rstrip(".")


def _thousandths(value: float) -> str:
    return plain(1000 * value)


def _mean(shift: Shift) -> str:
    return within(shift.difference, shift.low, shift.high, 1000)


def _range(shift: Shift) -> str:
    return interval(shift.low, shift.high, 1000, say("people.to"))


def _number(value: float) -> str:
    return f"{value:,.0f}"


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _plain(value: Any) -> Any:
    """Named tuples as mappings and what is nan as null."""
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(inner) for inner in value]
    return None if isinstance(value, float) and math.isnan(value) else value
