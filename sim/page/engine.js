// A world that `sim.page.export` has written, run here: see docs/page.md. No part of the model is in this file.

export const SECTION = "groundswell";
const PAGE = 65536;
const DAY_MS = 86400000;
const NO_READER = -1; // of sim/page/kernels/showing.py

/** What was asked for cannot be: the message is one sentence. */
export class InputError extends Error {
  constructor(message) {
    super(message);
    this.name = "InputError";
  }
}

function refuse(message) {
  throw new InputError(message);
}

/** Text in base64 of gzipped bytes, as a page carries them, to bytes. */
export async function unpack(text) {
  const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** SHA-256 of bytes, in hexadecimal. */
export async function sha256(bytes) {
  const hash = new Uint8Array(await globalThis.crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * A world at the start of its burn-in, from a module, an image (both bytes) and their layout (the parsed JSON).
 * Rejects with InputError where the three do not belong together.
 */
export async function load(module, image, layout) {
  return new World(await WebAssembly.compile(module), layout).turnInto(image, layout);
}

export const VIEWS = {
  float64: Float64Array, float32: Float32Array, int64: BigInt64Array, uint64: BigUint64Array, int32: Int32Array,
  uint32: Uint32Array, int16: Int16Array, uint16: Uint16Array, int8: Int8Array, uint8: Uint8Array, bool: Uint8Array,
};

const within = (value, about) =>
  Number.isFinite(value) &&
  (about.low === null || value > about.low || (value === about.low && !about.low_open)) &&
  (about.high === null || value < about.high || (value === about.high && !about.high_open));

const range = (about) => {
  if (about.low === null && about.high === null) return "a finite number";
  const from = about.low === null ? "" : `${about.low_open ? "above" : "from"} ${about.low}`;
  const to = about.high === null ? "" : `${about.high_open ? "below" : "to"} ${about.high}`;
  return [from, to].filter(Boolean).join(" ");
};

/** A run in a memory of its own. */
export class World {
  #module;
  #memory;
  #advance;
  #show;

  constructor(module, layout) {
    this.layout = layout;
    this.#module = module;
    const { base, bytes, stack, entries } = layout.memory;
    this.#memory = new WebAssembly.Memory({ initial: Math.ceil((base + bytes) / PAGE) });
    const given = {
      __linear_memory: this.#memory,
      __stack_pointer: new WebAssembly.Global({ value: "i32", mutable: true }, stack),
    };
    const instance = new WebAssembly.Instance(module, { env: given });
    [this.#advance, this.#show] = entries.map((name) => instance.exports[name]);
  }

  /** The memory that the world is, to be read and copied. */
  bytes() {
    return new Uint8Array(this.#memory.buffer, this.layout.memory.base, this.layout.memory.bytes);
  }

  /**
   * Be another world of the same page, at the start of its burn-in, in the memory that this one has: what `variantOf` of
   * variants.js gives. Resolves to itself; rejects with InputError where engine and image do not belong together.
   */
  async turnInto(image, layout) {
    const notes = WebAssembly.Module.customSections(this.#module, SECTION);
    const code = notes.length ? new TextDecoder().decode(notes[0]) : "";
    if (code !== layout.code) refuse("The engine and the world in this page do not belong together: export both again.");
    if ((await sha256(image)) !== layout.image_sha256) refuse("The world in this page is damaged: export it again.");
    const lacking = layout.memory.base + layout.memory.bytes - this.#memory.buffer.byteLength;
    if (lacking > 0) this.#memory.grow(Math.ceil(lacking / PAGE));
    this.layout = layout;
    this.bytes().set(image);
    return this;
  }

  /** A world of its own that goes on from the present. */
  fork() {
    return new World(this.#module, this.layout).become(this);
  }

  /** Go on from where another world of the same page is now, in the memory that this one has. Returns itself. */
  become(other) {
    if (other.layout !== this.layout) refuse("A world can only become another one of the same page.");
    this.bytes().set(other.bytes());
    return this;
  }

  // Numbers and arrays

  /** A view of an array by its path (`state.opinion`), one number after the other, row by row; entries come as bytes. */
  array(path) {
    const about = this.layout.arrays[path] ?? refuse(`There is no array ${path}.`);
    const size = about.shape.reduce((product, length) => product * length, 1);
    const View = about.dtype === "entry" ? Uint8Array : VIEWS[about.dtype];
    return new View(this.#memory.buffer, about.address, (size * about.bytes) / View.BYTES_PER_ELEMENT);
  }

  /** One field of an array of entries (`state.stream`, `author`), shape as the array's. */
  field(path, name) {
    const about = this.layout.arrays[path];
    const { dtype, offset } = about.fields[name];
    const View = VIEWS[dtype];
    const bytes = this.array(path);
    const found = new View(bytes.length / about.bytes);
    const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const read = `get${View.name.replace("Array", "")}`;
    for (let i = 0; i < found.length; i += 1) found[i] = data[read](i * about.bytes + offset, true);
    return found;
  }

  /** A number of the world by its path (`parameters.campaign.flooding`). */
  number(path) {
    const about = this.layout.numbers[path] ?? refuse(`There is no number ${path}.`);
    const data = new DataView(this.#memory.buffer, about.address, 8);
    if (about.kind === "float") return data.getFloat64(0, true);
    return about.kind === "bool" ? data.getBigInt64(0, true) !== 0n : data.getBigUint64(0, true);
  }

  #write(path, value) {
    const about = this.layout.numbers[path];
    const data = new DataView(this.#memory.buffer, about.address, 8);
    if (about.kind === "float") data.setFloat64(0, value, true);
    else data.setBigInt64(0, BigInt(value), true);
  }

  // Time

  /** The next step, counted in ticks from the start of the burn-in. */
  get step() {
    return Number(this.array("work.step")[0]);
  }

  /** Days since day 0 at the next step; negative during the burn-in. */
  get day() {
    const { burn_in_days: burnIn, ticks_per_day: perDay } = this.layout.calendar;
    return this.step / perDay - burnIn;
  }

  /** Days that have ended. */
  get daysEnded() {
    return Math.max(0, Math.floor(this.day));
  }

  /** The first step of a day: a number from 0 on (fractions are times of a day), or an ISO date. */
  stepOf(day) {
    const { first_day: first, days, burn_in_days: burnIn, ticks_per_day: perDay } = this.layout.calendar;
    const number = typeof day === "string" ? (Date.parse(`${day}T00:00:00Z`) - Date.parse(`${first}T00:00:00Z`)) / DAY_MS : day;
    if (typeof number !== "number" || !(number >= 0 && number < days)) {
      refuse(`day must be a day from 0 to ${days - 1} or a date of the calendar, not ${day}.`);
    }
    return burnIn * perDay + Math.floor(number * perDay);
  }

  /** Simulate up to the start of a day (default: to the end of the calendar), burn-in included. Returns itself. */
  advance(day = this.layout.calendar.days) {
    const { days, burn_in_days: burnIn, ticks_per_day: perDay } = this.layout.calendar;
    if (typeof day !== "number" || !(day >= this.day && day <= days)) {
      refuse(`day must be a day from ${Math.max(0, this.day)} to ${days}, not ${day}.`);
    }
    const last = burnIn * perDay + Math.floor(day * perDay);
    const { done, unfit } = this.layout.status;
    // A day a call, between which the browser may put better code in place of what it compiled first.
    for (let step = this.step; step < last; step = this.step) {
      const until = Math.min(last, (Math.floor(step / perDay) + 1) * perDay);
      const status = this.#advance(this.layout.memory.base, until);
      if (status === unfit) refuse("The opinion rule gave a weight that it must not give.");
      if (status !== done) throw new Error(`The engine has stopped with status ${status}.`);
    }
    return this;
  }

  // What is done about it

  #fresh(what) {
    if (this.step !== 0) refuse(`${what} can only be set before the world has begun.`);
  }

  /**
   * Set levers, `{ "campaign.flooding": 2 }`, before anything has happened; those that are `late` until something is done.
   * Returns itself.
   */
  setLevers(values) {
    const isActedOn = this.#past(this.array("work.policies"), this.step) !== "";
    for (const [path, value] of Object.entries(values)) {
      const lever = this.layout.levers.find((each) => each.path === path) ?? refuse(`There is no lever ${path}.`);
      if (!lever.late) this.#fresh("Levers");
      else if (isActedOn) refuse(`${path} can only be set before something is done.`);
      const { kind } = this.layout.numbers[lever.number];
      const fits = kind === "bool" ? typeof value === "boolean" : typeof value === "number" && within(value, lever);
      if (!fits || (kind === "int" && !Number.isSafeInteger(value))) {
        const numbers = `${kind === "int" ? "a whole number " : ""}${range(lever)}`;
        refuse(`${path} must be ${kind === "bool" ? "true or false" : numbers}, not ${value}.`);
      }
    }
    for (const [path, value] of Object.entries(values)) {
      this.#write(this.layout.levers.find((each) => each.path === path).number, value);
    }
    return this;
  }

  /** Another seed of the run with the same people, before anything has happened. Returns itself. */
  setSeed(seed) {
    this.#fresh("The seed");
    if (!Number.isSafeInteger(seed) || seed < 0) refuse(`seed must be a whole number from 0 to 2**53 - 1, not ${seed}.`);
    this.#write("seed", seed);
    return this;
  }

  /**
   * What is done about the campaign: `policies` as `{ name, day, … }` with the fields of `layout.policies.kinds`, in the order
   * in which they act; whether there is a `campaign`, and whether policies leave innocents alone. It must not have done anything
   * else up to now. Returns itself.
   */
  setBranch({ policies = [], campaign = true, sparesInnocents = false } = {}) {
    const { columns } = this.layout.policies;
    const rows = this.array("work.policies");
    const capacity = rows.length / columns.length;
    if (policies.length > capacity) refuse(`policies must be at most ${capacity}, not ${policies.length}.`);
    const wanted = new Float64Array(rows.length);
    const marking = new Set();
    policies.forEach((policy, i) => {
      if (["labels", "downranking"].includes(policy.name) && marking.has(policy.name)) {
        refuse(`policies must not have a second ${policy.name}.`);
      }
      marking.add(policy.name);
      wanted.set(this.#row(policy), i * columns.length);
    });
    const now = this.step;
    const begun = now > this.layout.calendar.burn_in_days * this.layout.calendar.ticks_per_day;
    const spares = this.number("work.spares_innocents");
    const past = this.#past(rows, now);
    if (
      past !== this.#past(wanted, now) || (begun && campaign !== this.number("work.campaign")) ||
      (past !== "" && sparesInnocents !== spares)
    ) {
      refuse(`What is done must have been the same up to day ${this.day}.`);
    }
    rows.set(wanted);
    this.#write("work.campaign", campaign ? 1 : 0);
    this.#write("work.spares_innocents", sparesInnocents ? 1 : 0);
    return this;
  }

  #past(rows, now) {
    const { columns } = this.layout.policies;
    const [kind, step] = [columns.indexOf("kind"), columns.indexOf("step")];
    const found = [];
    for (let i = 0; i < rows.length; i += columns.length) {
      if (rows[i + kind] !== 0 && rows[i + step] < now) found.push(rows.slice(i, i + columns.length).join());
    }
    return found.join(";");
  }

  #row({ name, day, ...given }) {
    const { columns, kinds } = this.layout.policies;
    const known = kinds[name] ?? refuse(`policy must be one of ${Object.keys(kinds).join(", ")}, not ${name}.`);
    const row = new Float64Array(columns.length);
    row[columns.indexOf("kind")] = known.kind;
    row[columns.indexOf("step")] = this.stepOf(day);
    for (const field of Object.keys(given)) {
      if (!known.fields.some((each) => each.name === field)) refuse(`${name} has no field ${field}.`);
    }
    for (const about of known.fields) {
      const value = given[about.name] ?? about.default;
      const most = { ...about, high: Math.min(about.high ?? Infinity, about.most ?? Infinity) };
      if (typeof value !== "number" || !within(value, most) || (about.whole && !Number.isInteger(value))) {
        refuse(`${name}.${about.name} must be ${about.whole ? "a whole number " : ""}${range(most)}, not ${value}.`);
      }
      row[about.column] = value;
    }
    return row;
  }

  // What came of it

  /** The daily outcomes of the days that have ended, by name: numbers, nan where there was nothing to measure. */
  outcomes() {
    const { outcomes } = this.layout;
    const table = this.array("work.outcomes");
    const days = this.daysEnded;
    return Object.fromEntries(
      outcomes.map(({ name }, i) => [name, Float64Array.from({ length: days }, (_, day) => table[day * outcomes.length + i])]),
    );
  }

  /**
   * The feed that an account would read now: a row a message with the fields of `layout.shown`, in the order of the feed, what
   * the topic stream adds last; null for an account that reads nothing (nobody's, or not in use). Changes nothing.
   */
  feed(account) {
    const { shown } = this.layout;
    const [accounts] = this.layout.arrays["state.status"].shape;
    if (!Number.isSafeInteger(account) || account < 0 || account >= accounts) {
      refuse(`account must be a whole number from 0 to ${accounts - 1}, not ${account}.`);
    }
    const messages = this.#show(this.layout.memory.base, account);
    if (messages === NO_READER) return null;
    if (messages < 0) throw new Error(`The engine has stopped with status ${messages}.`);
    const table = this.array("work.shown");
    return Array.from({ length: messages }, (_, i) =>
      Object.fromEntries(shown.map((name, column) => [name, table[i * shown.length + column]])),
    );
  }

  /** SHA-256 of the present state: that of `run.digest` in Python. */
  async digest() {
    const step = this.step;
    const used = Number(this.array("state.stream_size")[0]);
    const order = this.#orderOfStream(used);
    const text = new TextEncoder();
    const parts = [text.encode(String(step))];
    for (const { name, array, rows } of this.layout.digest) {
      const { shape, bytes } = this.layout.arrays[array];
      const held = this.array(array);
      const data = new Uint8Array(held.buffer, held.byteOffset, held.byteLength);
      const width = bytes * shape.slice(1).reduce((product, length) => product * length, 1);
      parts.push(text.encode(name));
      if (rows === "used") for (const slot of order) parts.push(data.subarray(slot * width, (slot + 1) * width));
      else parts.push(rows === "past" ? data.subarray(0, step * width) : data);
    }
    return sha256(await new Blob(parts).arrayBuffer());
  }

  #orderOfStream(used) {
    const keys = [
      this.array("state.stream_priority"), this.field("state.stream", "author"), this.field("state.stream", "created"),
      this.array("state.stream_counterpart"),
    ];
    const compare = (a, b) => {
      const key = keys.find((each) => each[a] !== each[b]);
      if (key === undefined) return 0;
      return key[a] < key[b] ? -1 : 1;
    };
    return Array.from({ length: used }, (_, slot) => slot).sort(compare);
  }
}
