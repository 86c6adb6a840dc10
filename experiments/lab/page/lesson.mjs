// A lesson's course: first the guess, then the answer, then one's own tries, then what it was about.

export const PREDICT = "predict";
export const TRY = "try";
export const DEBRIEF = "debrief";

/** The phase in which a lesson begins: one without a prediction can be tried at once. */
export function phaseOf(lesson, guess) {
  return lesson.prediction && guess === null ? PREDICT : TRY;
}

/** The settings with which a lesson begins. */
export function startOf(lesson) {
  return structuredClone(lesson.start);
}

/** Whether a lesson lets a class change a lever's field. */
export function isAllowed(lesson, lever, field) {
  return Boolean(lesson.controls[lever]?.includes(field));
}

/** Whether a lever is shown: one of the lesson, and whatever else is set, as by a link, so that none is silently there. */
export function isShown(lesson, settings, lever) {
  return [lesson.controls, lesson.start, settings].some((each) => Object.hasOwn(each, lever));
}

/** How many fields a lesson lets a class change: with one, the answer follows the slider. */
export function numberOfControls(lesson) {
  return Object.values(lesson.controls).reduce((sum, fields) => sum + fields.length, 0);
}

/** Which of the two worlds' curves may be seen: before the guess not the one that is asked about. */
export function seen(lesson, phase) {
  const asked = phase === PREDICT ? lesson.prediction.of : "";
  return { without: asked !== "without", with: asked === "" };
}

/** The number that was asked for, once it is known: in the unit of the prediction. */
export function answerOf(lesson, without, withIt) {
  const { of } = lesson.prediction;
  if (of === "percent_of_without") return without === 0 ? Number.NaN : (100 * withIt) / without;
  return lesson.prediction.times * (of === "without" ? without : withIt);
}

/** The value of an outcome at which a guess lies on the chart. */
export function valueOf(lesson, guess, without) {
  return lesson.prediction.of === "percent_of_without" ? (guess / 100) * without : guess / lesson.prediction.times;
}

/** The values of an outcome at the two ends of what may be guessed. */
export function endsOfGuess(lesson, without) {
  return [lesson.prediction.low, lesson.prediction.high].map((end) => valueOf(lesson, end, without));
}

/** The nearest number to one that may be guessed. */
export function withinRange({ low, high }, number) {
  return Math.min(high, Math.max(low, number));
}

/** The guess that a value of an outcome is, within the range of the prediction and to its step. */
export function guessOf(lesson, value, without) {
  const { step } = lesson.prediction;
  const exact = answerOf({ prediction: { ...lesson.prediction } }, without, value);
  const free = lesson.prediction.of === "without" ? lesson.prediction.times * value : exact;
  const stepped = Math.round(free / step) * step;
  return withinRange(lesson.prediction, Math.round(stepped * 1e6) / 1e6);
}
