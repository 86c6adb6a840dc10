"""The agent engine day by day in Mesa's own page: sliders for the campaign and its removal, plots, and what people think now.

pip install -e ".[solara]"
solara run examples/04_solara_page.py

The real case with 500 people, who stand for a million, and without its 200,000 sleepers. "Step" is a day, "Reset" makes the model
anew with what the sliders say. Solara fetches its scripts from the network; with solara-assets it does without.
"""

import solara
from matplotlib.figure import Figure
from mesa.visualization import Slider, SolaraViz, make_plot_component
from mesa.visualization.utils import update_counter

import sim
from sim.engine import Citizen

WORLD = sim.World.hk2019(people=500).replace(
    {"graph.followees": 10, "campaign.sleepers.accounts": 0, "burn_in_days": 2}
)
BINS = [-1 + i / 10 for i in range(21)]


class Town(sim.SocietyModel):
    """A society that is made from numbers, as Mesa's page makes its models; a step is a day."""

    def __init__(self, flooding: float = 1.0, day: int = 20, accounts: int = 936, seed: int = 1) -> None:
        takedown = sim.moderation.Takedown(day=day, accounts=accounts)
        super().__init__(WORLD.replace({"campaign.flooding": flooding}), sim.Branch((takedown,)), seed)

    def step(self) -> None:
        """A day."""
        self.advance(min(self.step_index + self.world.ticks_per_day, self.last_step))
        self.datacollector.collect(self)
        self.running = self.step_index < self.last_step


PARAMETERS = {
    "flooding": Slider("Posts of the campaign, times the real", 1.0, 0.0, 20.0, 0.5),
    "day": Slider("Day of the removal", 20, 0, WORLD.days - 1, 1),
    "accounts": Slider("Accounts removed", 936, 0, 936, 1),
    "seed": Slider("Seed", 1, 1, 100, 1),
}


@solara.component
def Opinions(model: Town) -> None:  # noqa: N802
    """What people think now: −1 opposes the movement, +1 supports it."""
    update_counter.get()
    figure = Figure(layout="constrained")
    axes = figure.subplots()
    axes.hist([citizen.current_stances()[0] for citizen in model.agents_by_type[Citizen]], bins=BINS)
    axes.set(xlabel="private opinion", ylabel="people", title=f"after {model.steps} days")
    solara.FigureMatplotlib(figure)


page = SolaraViz(
    Town(),
    components=[
        Opinions,
        make_plot_component("troll_part"),
        make_plot_component("reach"),
        make_plot_component("active_trolls"),
    ],
    model_params=PARAMETERS,
    name="Groundswell",
)
page  # noqa: B018 - the page that `solara run` shows
