// Axes and numbers: round ticks, and numbers with the digits that they deserve.

/** Round numbers from at most `low` to at least `high`, about so many steps. */
export function ticks(low, high, steps = 5) {
  if (!(high > low)) return ticks(low - (Math.abs(low) || 1), low + (Math.abs(low) || 1), steps);
  const rough = (high - low) / steps;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((times) => times * power).find((each) => each >= rough * 0.999);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}

/** A number for reading: a true minus, thousands apart, so many significant digits. */
export function plain(value, digits = 3) {
  if (value === null || Number.isNaN(value)) return "–";
  if (value === 0) return "0";
  const decimals = Math.min(12, Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(value)))));
  const form = { minimumFractionDigits: 0, maximumFractionDigits: decimals, signDisplay: "negative" };
  return value.toLocaleString("en-GB", form).replace("-", "−");
}

/** The least and greatest of some numbers and 0, leaving out those that are not numbers. */
export function extent(...series) {
  let [low, high] = [0, 0];
  for (const values of series) {
    for (const value of values) {
      if (!Number.isFinite(value)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return [low, high];
}

/** The round range of an axis with all that is a number of some series, and with 0. */
export function roundRange(...series) {
  const round = ticks(...extent(...series));
  return { low: round[0], high: round[round.length - 1] };
}

/** Where a value lies on an axis of so many pixels. */
export function along(value, low, high, from, to) {
  return from + ((value - low) / (high - low)) * (to - from);
}
