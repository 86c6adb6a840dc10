// What a class may spend on what it decides.

import { plain } from "../../pages/axes.mjs";
import { filled } from "../../pages/dom.mjs";

/** What settings cost by the prices of a budget: nothing for a lever that is not used. */
export function costOf(budget, settings) {
  return budget.prices.reduce((sum, { field, each, free }) => {
    const at = field.lastIndexOf(".");
    const value = settings[field.slice(0, at)]?.[field.slice(at + 1)];
    return value === undefined ? sum : sum + each * Math.abs(value - free);
  }, 0);
}

/** Whether settings are within a budget, rounding aside. */
export function affords(budget, settings) {
  return costOf(budget, settings) <= budget.points * (1 + 1e-9);
}

/** What settings cost, in a sentence; one that asks for something back where they are beyond the budget. */
export function toldCost(budget, settings, words) {
  const told = { cost: plain(costOf(budget, settings)), points: plain(budget.points), unit: budget.unit };
  return filled(affords(budget, settings) ? words.cost : words.beyond, told);
}

/** What settings cost, and what came of them: the answer in its unit. */
export function toldTry(budget, settings, { answer, unit }, words) {
  const spent = { cost: plain(costOf(budget, settings)), points: plain(budget.points), unit: budget.unit };
  return filled(words.tried, { ...spent, answer: plain(answer), answer_unit: unit });
}
