// Guesses: one as a code that can be pasted, those of a class as a histogram.

const CODE = /^([a-z0-9_]+)-(\d+)-(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)-([0-9a-z]{3})$/;

/** The code of a guess in a lesson of a version: readable, with letters at its end that tell a slip of the pen. */
export function codeOf(lesson, guess) {
  const body = `${lesson.name}-${lesson.version}-${guess}`;
  return `${body}-${checkOf(body)}`;
}

/** Three letters of what a text says (FNV-1a). */
function checkOf(text) {
  let hash = 0x811c9dc5;
  for (const letter of text) hash = Math.imul(hash ^ letter.codePointAt(0), 0x01000193) >>> 0;
  return (hash % 46656).toString(36).padStart(3, "0");
}

/** The guesses of pasted codes, and the lines that are none of this lesson. */
export function guessesOf(lesson, text) {
  const found = { guesses: [], odd: [] };
  for (const line of text.split(/[\s,;]+/).filter(Boolean)) {
    const parts = CODE.exec(line.toLowerCase());
    const isOurs = parts && parts[1] === lesson.name && Number(parts[2]) === lesson.version;
    const guess = isOurs && checkOf(parts.slice(1, 4).join("-")) === parts[4] ? Number(parts[3]) : Number.NaN;
    if (guess >= lesson.prediction.low && guess <= lesson.prediction.high) found.guesses.push(guess);
    else found.odd.push(line.slice(0, 60));
  }
  return found;
}

/** How many guesses lie in each of so many equal parts of the range, the last one with its end. */
export function binned(guesses, low, high, bins) {
  const counts = new Array(bins).fill(0);
  for (const guess of guesses) counts[Math.min(bins - 1, Math.floor(((guess - low) / (high - low)) * bins))] += 1;
  return counts;
}

/** The middle of some guesses, or half way between the two in the middle; not a number where there are none. */
export function medianOf(guesses) {
  const sorted = [...guesses].sort((a, b) => a - b);
  return sorted.length > 0 ? (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2 : Number.NaN;
}
