"""Fitting a score to an earlier period of which it is known who was who."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from sim.fields import InputError, checked, shown
from sim.moderation.detectors.accuracy import checked_labels
from sim.moderation.detectors.score import ScoreDetector, Weights
from sim.moderation.detectors.signals import SIGNALS, feature
from sim.moderation.view import PlatformView


def fit(
    view: PlatformView,
    troll: NDArray[np.bool_],
    fpr: float = 0.001,
    signals: Sequence[str] = tuple(SIGNALS),
    shrinkage: float = 1.0,
) -> ScoreDetector:
    """A score fitted by logistic regression to the labelled accounts of a view, with a threshold that flags at most a share
    ``fpr`` of its innocents.

    Both classes weigh the same, whatever their sizes, so that a score of 0 is even odds between them. ``shrinkage`` is the
    ridge penalty on standardised weights, relative to one account's weight in the smaller class. Signals that do not vary get
    weight 0. Raises InputError where the labels have only one class or do not belong to the view.
    """
    from scipy.optimize import minimize  # slow to import, and rarely needed

    labels = checked_labels(troll, view)
    fpr, shrinkage = checked(fpr, float, "fpr", low=0, high=1), checked(shrinkage, float, "shrinkage", low=0)
    signals = checked(signals, tuple[str, ...], "signals", choices=tuple(SIGNALS))
    if not signals or len(set(signals)) != len(signals):
        raise InputError(f"must name at least one signal, and each once, not {shown(signals)}", "signals")

    table = np.column_stack([feature(view, name) for name in signals])
    centre, spread = table.mean(axis=0), table.std(axis=0)
    varies = np.ptp(table, axis=0) > 0.0
    x = np.column_stack([np.ones(labels.size), (table[:, varies] - centre[varies]) / spread[varies]])
    y = np.where(labels, 1.0, -1.0)
    weight = np.where(labels, 0.5 / labels.sum(), 0.5 / (~labels).sum())
    penalty = np.r_[0.0, np.full(x.shape[1] - 1, 0.5 * shrinkage / min(labels.sum(), (~labels).sum()))]

    def loss(w: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margin = y * (x @ w)
        value = weight @ np.logaddexp(0.0, -margin) + 0.5 * penalty @ w**2
        return float(value), x.T @ (-weight * y * expit(-margin)) + penalty * w

    found = minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 1000}).x
    raw = np.zeros(len(signals))
    raw[varies] = found[1:] / spread[varies]
    constant = float(found[0] - raw @ np.where(varies, centre, 0.0))
    weights = Weights(constant=constant, **{name: float(w) for name, w in zip(signals, raw, strict=True)})
    innocent = np.sort(ScoreDetector(weights=weights, threshold=0.0).excess(view)[~labels])
    allowed = int(fpr * innocent.size)  # so many innocents may be at or above the threshold
    edge = innocent[innocent.size - allowed - 1] if allowed < innocent.size else innocent[0] - 1.0
    return ScoreDetector(weights=weights, threshold=float(np.nextafter(edge, np.inf)))
