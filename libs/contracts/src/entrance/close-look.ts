import { isReadable } from '../declaration/readable';
import { type FaultCode, type Refusal, pointerTo, refusal } from '../validation/faults';

/** Keys that reach into an object's prototype (trust.md case 20). */
const REFUSED_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
const ORDER: readonly FaultCode[] = ['invalid-json', 'unknown-field', 'text-invalid'];

/**
 * Finds what JSON.parse hides in a text that it has accepted and that is not nested deeper than 20: a key twice in one
 * object (however escaped), a refused key, U+0000 or a lone surrogate. Linear in the text, whatever it holds.
 */
export function findHiddenFault(text: string): Refusal | undefined {
  const found = new Map<FaultCode, string>();
  const note = (code: FaultCode, pointer: string): void => {
    if (!found.has(code)) found.set(code, pointer);
  };
  walk(text, note);
  const code = ORDER.find((candidate) => found.has(candidate));
  return code && refusal(code, found.get(code));
}

interface OpenBracket {
  readonly pointer: string;
  /** Keys so far; absent for a list. */
  readonly keys?: Set<string>;
  key: string;
  index: number;
}

// A string, or a character that opens, closes or separates; numbers and literals lie between and do not matter here.
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]/gsu;

function walk(text: string, note: (code: FaultCode, pointer: string) => void): void {
  const open: OpenBracket[] = [];
  let keyNext = false;
  for (const [token] of text.matchAll(TOKEN)) {
    const inside = open.at(-1);
    if (token.startsWith('"')) {
      const value: string = JSON.parse(token);
      if (keyNext && inside) noteKey(value, inside, note);
      else if (!isReadable(value)) note('text-invalid', inside ? placeIn(inside) : '');
      keyNext = false;
    } else if (token === '{' || token === '[') {
      const pointer = inside ? placeIn(inside) : '';
      open.push({ pointer, ...(token === '{' && { keys: new Set<string>() }), key: '', index: 0 });
      keyNext = token === '{';
    } else if (token === '}' || token === ']') {
      open.pop();
      keyNext = false;
    } else if (token === ',' && inside) {
      inside.index++;
      keyNext = inside.keys !== undefined;
    }
  }
}

function noteKey(key: string, inside: OpenBracket, note: (code: FaultCode, pointer: string) => void): void {
  inside.key = key;
  const pointer = placeIn(inside);
  if (inside.keys?.has(key)) note('invalid-json', pointer);
  inside.keys?.add(key);
  if (REFUSED_KEYS.has(key)) note('unknown-field', pointer);
  // A pointer must itself be readable, so a key that is not points to its object.
  if (!isReadable(key)) note('text-invalid', inside.pointer);
}

function placeIn({ pointer, keys, key, index }: OpenBracket): string {
  return pointerTo(pointer, keys ? key : index);
}
