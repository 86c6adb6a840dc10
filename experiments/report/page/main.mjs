// What the page does when it is opened.

import { startInnocent } from "./innocent.mjs";
import { startLive } from "./live.mjs";
import { startMove } from "./move.mjs";
import { startSort } from "./sort.mjs";
import { startSpread } from "./spread.mjs";

startSort();
startMove();
startLive();
startInnocent();
startSpread();
for (const note of document.querySelectorAll(".unscripted")) note.hidden = true;
