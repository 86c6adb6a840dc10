// Colours of opinions: told apart by colour-blind readers (blue against orange) and in grey (lighter from end to end).

const STOPS = [
  [-1.0, 8, 48, 107],
  [-0.5, 55, 107, 170],
  [0.0, 150, 150, 150],
  [0.5, 226, 167, 74],
  [1.0, 255, 214, 92],
];

/** The colour of a value from -1 to 1, as red, green and blue from 0 to 255; what lies beyond has that of the end. */
export function colourOf(value) {
  const at = Math.min(1, Math.max(-1, value));
  const above = Math.max(1, STOPS.findIndex((stop) => stop[0] >= at));
  const [low, high] = [STOPS[above - 1], STOPS[above]];
  const share = (at - low[0]) / (high[0] - low[0]);
  return [1, 2, 3].map((i) => Math.round(low[i] + share * (high[i] - low[i])));
}

/** The same as text for a canvas. */
export function css(value) {
  return `rgb(${colourOf(value).join(" ")})`;
}

/** How light a colour looks in grey, from 0 to 1 (relative luminance of WCAG 2). */
export function luminance(colour) {
  const [red, green, blue] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
