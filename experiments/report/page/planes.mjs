// The numbers of a replay, from the text that they are packed into (experiments/report/spread.py says how).

/** The bytes of a text: base64 of deflated bytes. */
export async function unpacked(text) {
  const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Adds up, in place, what is each day's difference from the day before, for `width` accounts. */
export function summed(bytes, width) {
  for (let i = width; i < bytes.length; i++) bytes[i] = (bytes[i] + bytes[i - width]) & 255;
  return bytes;
}

/**
 * Places (x and y from 0 to 1), rings and lines, and for each branch what is known of each account on each day, as bytes:
 * opinion and part (1 to 255, 128 is the middle) and status. Throws where there are more or fewer bytes than there should be.
 */
export function planesOf(bytes, accounts, lines, days, branches) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const words = (count) => {
    const found = Uint16Array.from({ length: count }, (_, i) => view.getUint16(at + 2 * i, true));
    at += 2 * count;
    return found;
  };
  const plane = (count) => {
    at += count;
    return bytes.slice(at - count, at);
  };
  const x = Float32Array.from(words(accounts), (value) => value / 65535);
  const y = Float32Array.from(words(accounts), (value) => value / 65535);
  const ring = plane(accounts);
  const ends = words(2 * lines);
  const daily = () => summed(plane(accounts * days), accounts);
  const of = Array.from({ length: branches }, () => ({ opinion: daily(), part: daily(), status: daily() }));
  if (at !== bytes.length) throw new Error(`${bytes.length} bytes instead of ${at}`);
  return { x, y, ring, ends, branches: of };
}
