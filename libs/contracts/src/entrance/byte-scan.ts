/** Deepest nesting that is read (trust.md case 21). */
export const MAX_DEPTH = 20;

/** Objects with more keys than this are compared by a set instead of one by one. */
const MAX_COMPARED_KEYS = 24;

export const CLEAN = 0;
export const TOO_DEEP = 1;
/** Something that JSON.parse hides may be there: a key twice or escaped, a refused key, a `\u` of a refused character. */
export const LOOK_CLOSER = 2;
export type ScanResult = typeof CLEAN | typeof TOO_DEEP | typeof LOOK_CLOSER;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const LOWER_U = 0x75;

// One scan runs at a time and to its end, so its notes about open objects are kept between scans instead of allocated.
const keyStarts = new Int32Array((MAX_DEPTH + 1) * MAX_COMPARED_KEYS);
const keyEnds = new Int32Array((MAX_DEPTH + 1) * MAX_COMPARED_KEYS);
const keyCounts = new Int32Array(MAX_DEPTH + 1);
const isObject = new Uint8Array(MAX_DEPTH + 1);

/**
 * One pass over the bytes of a text that may not even be JSON. It allocates nothing and never misses a fault of
 * well-formed JSON, but may ask for a closer look where there is none.
 */
export function scanBytes(bytes: Uint8Array): ScanResult {
  const length = bytes.length;
  let result: ScanResult = CLEAN;
  let depth = 0;
  let keyNext = false;
  isObject[0] = 0;
  for (let index = 0; index < length; index++) {
    switch (bytes[index]) {
      case QUOTE: {
        const start = ++index;
        let byte = bytes[index];
        let escaped = false;
        while (index < length && byte !== QUOTE) {
          if (byte === BACKSLASH) {
            escaped = true;
            if (bytes[++index] === LOWER_U && mayBeRefused(bytes, index + 1)) result = LOOK_CLOSER;
          }
          byte = bytes[++index];
        }
        if (keyNext) {
          keyNext = false;
          if (escaped || isKeySuspect(bytes, depth, start, index)) result = LOOK_CLOSER;
        }
        break;
      }
      case COMMA:
        keyNext = isObject[depth] === 1;
        break;
      case OPEN_OBJECT:
        if (++depth > MAX_DEPTH) return TOO_DEEP;
        isObject[depth] = 1;
        keyCounts[depth] = 0;
        keyNext = true;
        break;
      case OPEN_LIST:
        if (++depth > MAX_DEPTH) return TOO_DEEP;
        isObject[depth] = 0;
        keyNext = false;
        break;
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        if (depth > 0) depth--;
        keyNext = false;
        break;
    }
  }
  return result;
}

/** True where the key equals an earlier one of its object, is one of the refused names, or is one too many to compare. */
function isKeySuspect(bytes: Uint8Array, depth: number, start: number, end: number): boolean {
  const count = keyCounts[depth] ?? 0;
  if (count === MAX_COMPARED_KEYS) return true;
  const first = depth * MAX_COMPARED_KEYS;
  const length = end - start;
  for (let at = first; at < first + count; at++) {
    const other = keyStarts[at] ?? 0;
    if ((keyEnds[at] ?? 0) - other !== length) continue;
    let same = 0;
    while (same < length && bytes[other + same] === bytes[start + same]) same++;
    if (same === length) return true;
  }
  keyStarts[first + count] = start;
  keyEnds[first + count] = end;
  keyCounts[depth] = count + 1;
  return isRefusedName(bytes, start, length);
}

const LOWER_P = 0x70;
const LOWER_C = 0x63;
const UNDERSCORE = 0x5f;

/** By length and first letter only: `__proto__`, `prototype`, `constructor`; names like `promotion` cost a closer look. */
function isRefusedName(bytes: Uint8Array, start: number, length: number): boolean {
  const first = bytes[start];
  return length === 9 ? first === UNDERSCORE || first === LOWER_P : length === 11 && first === LOWER_C;
}

const ZERO = 0x30;
const LOWER_D = 0x64;
const UPPER_D = 0x44;

/** True for the four digits of a surrogate or of U+00xx. */
function mayBeRefused(bytes: Uint8Array, at: number): boolean {
  const first = bytes[at];
  return first === LOWER_D || first === UPPER_D || (first === ZERO && bytes[at + 1] === ZERO);
}
