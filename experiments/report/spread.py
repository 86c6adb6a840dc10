"""What the page replays of the accounts that were watched: who they are, and what they held on each day, in few bytes."""

from __future__ import annotations

import base64
import zlib
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.command.words import plain
from experiments.report.strings import say
from experiments.report.timeline import label_of
from experiments.studies.results import Results
from experiments.studies.watched import RINGS, lines_between
from sim.outcomes.day import STATUSES
from sim.outcomes.watched import PART_STEPS, Ring

_STEPS = 127  # to either side of the middle of a byte


class Replay(NamedTuple):
    """What is replayed: how many ``accounts`` of each ring, ``lines`` between them, ``branches`` in words, ``days`` as ISO dates,
    the ``seed``, ``part`` (of an opinion, in units of it, traced to trolls' words: what has the colour at an end, as more has),
    and ``planes``, all numbers in one text."""

    accounts: dict[str, int]
    lines: int
    branches: tuple[str, ...]
    days: tuple[str, ...]
    seed: int
    part: float
    planes: str

    @property
    def size(self) -> int:
        """How many accounts there are in all."""
        return sum(self.accounts.values())

    @property
    def told(self) -> dict[str, str]:
        """What its words are filled with."""
        numbers = {name: f"{number:,}" for name, number in self.accounts.items()}
        return {**numbers, "accounts": f"{self.size:,}", "seed": str(self.seed), "part": plain(self.part)}

    @property
    def data(self) -> dict[str, Any]:
        """What the page's script reads."""
        ends = say.find("spread.ends")
        return {
            "accounts": self.size,
            "campaign": int(Ring.CAMPAIGN),
            "lines": self.lines,
            "days": [say.short_day(day) for day in self.days],
            "branches": self.branches,
            "planes": self.planes,
            "words": {
                **{name: say.find(f"spread.{name}") for name in ("play", "pause", "count")},
                "ends": {plane: [text.format(**self.told) for text in texts] for plane, texts in ends.items()},
            },
        }


def replay_of(results: Results) -> Replay | None:
    """What there is to replay; None where nobody was watched, or nobody is in a ring, as in a world without a campaign.

    ``planes`` is the base64 of the deflated bytes of, in this order: x and y of each account (uint16, little-endian, from 0 to
    65535 across the disc), its ring (uint8), the two ends of each line (uint16, places among the accounts); then for each branch
    and day a byte an account for its opinion, for the part of it that is traced to trolls' words (127 steps of ``part`` to a
    side, where more is cut, and 128 for the middle) and for its status, each as the difference from the day before, modulo 256.
    """
    watched = results.watched
    if watched is None:
        return None
    accounts = watched.accounts[watched.accounts["ring"] != RINGS[Ring.NONE]]
    if not len(accounts):
        return None
    days = watched.days[watched.days["account"].isin(accounts["account"])]
    names = tuple(str(name) for name in days["branch"].unique())
    numbers = tuple(int(day) for day in days["day"].unique())
    part = _usual(days["troll_part"].abs().to_numpy())
    places = np.stack([accounts["x"], accounts["y"]])
    ring = accounts["ring"].cat.codes.to_numpy().astype(np.uint8)
    lines = lines_between(accounts, ring)
    planes = [np.rint((places + 1.0) / 2.0 * 65_535).astype("<u2"), ring, lines.astype("<u2")]
    for name in names:
        own = days[days["branch"] == name]
        status = pd.Categorical(own["status"], categories=list(STATUSES)).codes
        values = (
            own["opinion"].to_numpy().astype(np.int64) + _STEPS + 1,
            np.rint(own["troll_part"].to_numpy() * (_STEPS / part)).clip(-_STEPS, _STEPS).astype(np.int64) + _STEPS + 1,
            status.astype(np.int64),
        )
        planes += [_differences(each.reshape(len(numbers), len(accounts))) for each in values]
    packed = zlib.compress(b"".join(plane.tobytes() for plane in planes), 9)
    counts = {name: int((ring == code).sum()) for code, name in enumerate(RINGS) if code != Ring.NONE}
    labels = tuple(label_of(results, name).text for name in names)
    dates = tuple(results.dates[number] for number in numbers)
    seed = results.provenance["seeds"][0]
    planes_as_text = base64.b64encode(packed).decode()
    return Replay(counts, len(lines), labels, dates, seed, part / PART_STEPS, planes_as_text)


def _usual(moved: NDArray[np.int64]) -> float:
    """What nine of ten of those whom trolls have moved at all are moved by at most: few are moved much further."""
    return float(np.quantile(moved[moved > 0], 0.9)) if moved.any() else float(PART_STEPS)


def _differences(values: NDArray[np.int64]) -> NDArray[np.uint8]:
    return np.diff(values, axis=0, prepend=0).astype(np.uint8)
