"""Figures of the ways on which words came: by whose words moved whom, and through whom the campaign's came."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
from matplotlib.figure import Figure

from experiments.report.channels import TROLLS
from experiments.report.relays import STREAM
from experiments.report.story import Story
from experiments.report.strings import say
from experiments.report.timeline import called
from sim.study.figures import COLOURS, as_text


def channels_figure(story: Story) -> Figure | None:
    """Mean opinion at the end by whose words moved it; trolls' ways magnified beside organisers and events."""
    if not story.channels:
        return None
    branches = list(dict.fromkeys(channel.branch for channel in story.channels))
    parts = list(dict.fromkeys(channel.part for channel in story.channels))
    figure, (trolls, others) = plt.subplots(1, 2, figsize=(9.2, 2.9), layout="constrained")
    for ax, chosen, scale, key in (
        (trolls, [part for part in parts if part in TROLLS], 1000.0, "trolls"),
        (others, [part for part in parts if part not in TROLLS], 1000.0, "others"),
    ):
        for i, branch in enumerate(branches):
            shifts = [next(c.shift for c in story.channels if (c.branch, c.part) == (branch, part)) for part in chosen]
            half = np.nan_to_num([scale * (shift.high - shift.low) / 2 for shift in shifts])
            ax.barh(
                np.arange(len(chosen)) + (i - (len(branches) - 1) / 2) * 0.36, [scale * shift.difference for shift in shifts],
                0.32, xerr=half, color=(COLOURS[1], COLOURS[5])[i], label=as_text(called(branch)),
                error_kw={"elinewidth": 1, "capsize": 2},
            )  # fmt: skip
        ax.set_yticks(range(len(chosen)), [say(f"channels.parts.{part}") for part in chosen])
        ax.invert_yaxis()
        ax.axvline(0, color="0.35", linewidth=0.8)
        ax.grid(visible=False, axis="y")
        ax.set_title(say(f"figures.channels.{key}"))
        ax.set_xlabel(say("figures.channels.axis", until=say.short_day(story.until)))
    figure.legend(*trolls.get_legend_handles_labels(), loc="outside upper center", ncols=2)
    sns.despine(figure)
    return figure


def relays_figure(story: Story) -> Figure | None:
    """What the campaign's words moved by through whom they came, and how much of it the most effective tenth brought; None
    where relays are not followed."""
    if story.relays is None:
        return None
    roles = story.relays.roles
    figure, ax = plt.subplots(figsize=(9.2, 1.5 + 0.42 * len(roles)), layout="constrained")
    y, mean = np.arange(len(roles)), np.array([role.people.mean for role in roles])
    half = np.array([(role.people.high - role.people.low) / 2 for role in roles])
    tenth = mean * np.array([role.tenth or 0.0 for role in roles])
    stream = np.array([role.role == STREAM for role in roles])
    ax.barh(y[~stream], mean[~stream], 0.62, color="white", edgecolor=COLOURS[1], label=say("figures.relays.rest"))
    ax.barh(y[stream], mean[stream], 0.62, color="0.85", edgecolor="0.4")
    ax.barh(y, tenth, 0.62, color=COLOURS[1], edgecolor=COLOURS[1], label=say("figures.relays.tenth"))
    ax.errorbar(mean, y, xerr=half, color="black", linestyle="", elinewidth=1, capsize=2)
    ax.set_yticks(y, [say(f"relays.roles.{role.role}") for role in roles])
    ax.invert_yaxis()
    ax.axvline(0, color="0.35", linewidth=0.8)
    ax.grid(visible=False, axis="y")
    ax.set_xlabel(say("figures.relays.axis", until=say.short_day(story.until)))
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=2)
    sns.despine(figure)
    return figure
