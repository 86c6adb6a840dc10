// Copies of a memory that changes little from one to the next: what is as it was is kept once.

const WORDS = 1024; // of 4 bytes, in a piece

function isSame(words, at, piece) {
  for (let i = 0; i < piece.length; i++) if (words[at + i] !== piece[i]) return false;
  return true;
}

function wordsOf(bytes) {
  return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}

/** Copies of bytes, always as many of them, a multiple of four. A copy is a list of pieces, which nobody may change. */
export class Snapshots {
  constructor() {
    this.near = []; // the pieces of the copy that the memory was when it was last taken or put back
  }

  /** A copy of bytes. */
  take(bytes) {
    const words = wordsOf(bytes);
    const pieces = [];
    for (let at = 0; at < words.length; at += WORDS) {
      const like = [this.near[pieces.length], pieces.at(-1)].find((piece) => piece && isSame(words, at, piece));
      pieces.push(like ?? words.slice(at, at + WORDS));
    }
    this.near = pieces;
    return pieces;
  }

  /** Makes bytes what they were when a copy of them was taken. */
  put(bytes, pieces) {
    const words = wordsOf(bytes);
    pieces.forEach((piece, i) => words.set(piece, i * WORDS));
    this.near = pieces;
  }
}
