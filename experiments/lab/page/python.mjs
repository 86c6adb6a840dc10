// The lines of Python that make this very run.

import { apartOf, dateOf } from "./settings.mjs";
import { changesOf } from "./worlds.mjs";

function policyLine(lever, values, calendar) {
  const parts = [`day="${dateOf(calendar, values.day)}"`];
  for (const field of lever.fields) {
    if (field.name !== "day" && !field.detector) parts.push(`${field.name}=${values[field.name]}`);
  }
  if (lever.fields.some((field) => field.detector)) {
    parts.push(`detector=sim.moderation.Rates(tpr=${values.tpr}, fpr=${values.fpr})`);
  }
  return `    sim.moderation.${lever.policy}(${parts.join(", ")}),`;
}

function literal(value) {
  return typeof value === "boolean" ? (value ? "True" : "False") : String(value);
}

/** Lines that print the digest which the page shows for what is decided. */
export function linesOf(data, state) {
  const policies = data.levers
    .filter((lever) => lever.policy && state.settings[lever.name])
    .map((lever) => policyLine(lever, state.settings[lever.name], data.calendar));
  const branch = policies.length > 0 ? ["branch = sim.Branch(policies=(", ...policies, "))"] : ["branch = sim.Branch()"];
  const chosen = changesOf(data.worlds, state.worlds);
  const { levers } = apartOf(data.levers, state.settings);
  const changed = Object.entries(levers).map(([path, value]) => `    "${path}": ${literal(value)},`);
  const changes = changed.length > 0 ? ["world = world.replace({", ...changed, "})"] : [];
  return [
    "import sim",
    "",
    ...data.world.lines,
    ...(chosen.length > 0 ? ["world = world.replace({", ...chosen, "})"] : []),
    ...changes,
    ...branch,
    `run = sim.simulate(world, branch=branch, seed=${state.seed}, population_seed=${data.world.population_seed})`,
    "print(run.digest)",
    "print(run.timeline)",
    "",
  ].join("\n");
}
