// What a class may spend on what it decides.

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
