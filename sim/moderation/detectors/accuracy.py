"""How good a detector is: who it would flag at every threshold, and what a flag is worth where trolls are rare."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.fields import InputError, checked, instance, shown
from sim.moderation.detectors.detector import Detector, SignalDetector
from sim.moderation.disclosed import ACTIVE, UNUSED
from sim.moderation.view import OracleSignal, PlatformView
from sim.randomness import checked_seed

BASE_RATE = ACTIVE / (1_000_000 + ACTIVE + UNUSED + 300)
"""Active troll accounts among all that Hong Kong's platform has in the model at 1:1: a million people, 200,936 accounts of the
campaign and 300 organisers."""


class Roc(NamedTuple):
    """``table`` has a row a threshold, from the strictest on: threshold, tpr, fpr and precision at the base rate. ``auc`` is the
    probability that a troll is more suspicious than somebody innocent (ties count half)."""

    auc: float
    table: pd.DataFrame

    def tpr_at(self, fpr: float) -> float:
        """Greatest share of trolls flagged by a threshold that flags at most a share ``fpr`` of the innocent."""
        allowed = self.table[self.table["fpr"] <= fpr]
        return float(allowed["tpr"].max()) if len(allowed) else 0.0


def precision(tpr: float, fpr: float, base_rate: float = BASE_RATE) -> float:
    """Share of trolls among those flagged where a share ``base_rate`` of all accounts is trolls' (nan if nobody is flagged)."""
    tpr, fpr, base_rate = (
        checked(value, float, field, low=0, high=1)
        for field, value in (("tpr", tpr), ("fpr", fpr), ("base_rate", base_rate))
    )
    flagged = tpr * base_rate + fpr * (1.0 - base_rate)
    return tpr * base_rate / flagged if flagged > 0.0 else float("nan")


def checked_labels(troll: object, view: PlatformView) -> NDArray[np.bool_]:
    """Which accounts of a view are trolls', shape (accounts,). Raises InputError unless there is a label, yes or no, for each,
    and both occur."""
    accounts = instance(view, PlatformView, "view").account.size
    try:
        labels = np.asarray(troll)
    except ValueError:
        labels = np.empty(())
    if labels.dtype != np.bool_ or labels.shape != (accounts,):
        raise InputError(
            f"must have one label, true or false, for each of the {accounts:,} accounts, not {shown(troll)}", "troll"
        )
    if labels.all() or not labels.any():
        raise InputError("must have trolls and others, not only one of them", "troll")
    return labels


def roc(
    detector: Detector,
    view: PlatformView,
    troll: NDArray[np.bool_],
    base_rate: float = BASE_RATE,
    seed: int = 1,
) -> Roc:
    """Receiver operating characteristic of a detector on labelled accounts of a view.

    Detectors of signals are judged by how far accounts are beyond the threshold, so that the one they have does not matter;
    others by their scores. Raises InputError where the labels have only one class or do not belong to the view.
    """
    instance(detector, Detector, "detector")  # type: ignore[type-abstract]
    labels = checked_labels(troll, view)
    base_rate, seed = checked(base_rate, float, "base_rate", low=0, high=1), checked_seed(seed)
    if isinstance(detector, SignalDetector):
        suspicion = detector.checked_excess(view)
    else:
        suspicion = detector.suspicion(view, OracleSignal(labels) if detector.idealised else None, seed)
    order = np.argsort(-suspicion, kind="stable")
    ranked, of_trolls = suspicion[order], labels[order]
    last = np.flatnonzero(np.r_[ranked[1:] != ranked[:-1], True])  # ends of runs of equal suspicion
    tpr = np.cumsum(of_trolls)[last] / labels.sum()
    fpr = np.cumsum(~of_trolls)[last] / (~labels).sum()
    auc = np.sum(np.diff(np.r_[0.0, fpr]) * (tpr + np.r_[0.0, tpr[:-1]]) / 2.0)
    table = pd.DataFrame({"threshold": ranked[last], "tpr": tpr, "fpr": fpr})
    table["precision"] = [precision(t, f, base_rate) for t, f in zip(tpr, fpr, strict=True)]
    return Roc(float(auc), table)
