/**
 * Writes a value as RFC 8785 canonical JSON: keys in UTF-16 order, no white space, ECMAScript numbers and escapes.
 * `undefined` members are absent; a bigint is written as decimal text (design §6 "Event": integers as strings).
 * Throws a `TypeError` for what JSON cannot carry: cycles, functions, NaN and infinities, lone surrogates.
 */
export function canonicalJson(value: unknown): string {
  // Once the keys are in order, the engine's own writer is canonical, and far faster than any of ours.
  const ordered = inOrder(value, 0);
  if (ordered === UNORDERABLE) return write(value, 0);
  const text = JSON.stringify(ordered);
  return text.includes('\\ud') ? write(value, 0) : text;
}

/** Engines put keys that look like an index first, and take `__proto__` for something else: such values are written by hand. */
const UNORDERABLE = Symbol('unorderable');

function isUnorderable(key: string): boolean {
  const first = key.charCodeAt(0);
  return (first >= DIGIT_0 && first <= DIGIT_9) || (first === UNDERSCORE && key === '__proto__');
}

const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const UNDERSCORE = 0x5f;

/** No value of ours is nearly so deep; what is deeper goes round in a circle. */
const MAX_DEPTH = 500;

/** The same value where every key already stands in order, else a copy in which they do. */
function inOrder(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'object':
      if (value === null) return value;
      if (depth > MAX_DEPTH) throw new TypeError('a cycle is not JSON');
      return Array.isArray(value) ? listInOrder(value, depth + 1) : membersInOrder(value as Members, depth + 1);
    case 'bigint':
      return String(value);
    case 'number':
      if (Number.isFinite(value)) return value;
      throw new TypeError(`${value} is not JSON`);
    default:
      throw new TypeError(`${typeof value} is not JSON`);
  }
}

type Members = Readonly<Record<string, unknown>>;

function listInOrder(values: readonly unknown[], depth: number): readonly unknown[] | typeof UNORDERABLE {
  let copy: unknown[] | undefined;
  for (let i = 0; i < values.length; i++) {
    const ordered = inOrder(values[i], depth);
    if (ordered === UNORDERABLE) return UNORDERABLE;
    if (ordered !== values[i]) (copy ??= [...values])[i] = ordered;
  }
  return copy ?? values;
}

function membersInOrder(value: Members, depth: number): Members | typeof UNORDERABLE {
  const keys = Object.keys(value);
  let isOrdered = true;
  for (let i = 0; i < keys.length; i++) {
    if (isUnorderable(keys[i]!)) return UNORDERABLE;
    if (i > 0 && keys[i - 1]! > keys[i]!) isOrdered = false;
  }
  if (!isOrdered) sortInPlace(keys);
  let copy: Record<string, unknown> | undefined = isOrdered ? undefined : {};
  for (const key of keys) {
    const member = value[key];
    if (member === undefined) continue;
    const ordered = inOrder(member, depth);
    if (ordered === UNORDERABLE) return UNORDERABLE;
    if (!copy && ordered !== member) copy = { ...value };
    if (copy) copy[key] = ordered;
  }
  return copy ?? value;
}

/** Members are few: `sort` would allocate far more than it sorts. */
function sortInPlace(keys: string[]): void {
  if (keys.length > MANY) {
    keys.sort();
    return;
  }
  for (let i = 1; i < keys.length; i++) {
    const key = keys[i]!;
    let at = i - 1;
    for (; at >= 0 && keys[at]! > key; at--) keys[at + 1] = keys[at]!;
    keys[at + 1] = key;
  }
}

const MANY = 32;

function write(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'bigint':
      return `"${value}"`;
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`${value} is not JSON`);
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (depth > MAX_DEPTH) throw new TypeError('a cycle is not JSON');
      return Array.isArray(value) ? list(value, depth + 1) : members(value as Record<string, unknown>, depth + 1);
    default:
      throw new TypeError(`${typeof value} is not JSON`);
  }
}

const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;
const LONE_SURROGATE = /[\ud800-\udfff]/u;

function quote(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  if (LONE_SURROGATE.test(text)) throw new TypeError('a lone surrogate is not JSON (RFC 8785 §3.2.2.2)');
  return JSON.stringify(text);
}

function list(values: readonly unknown[], depth: number): string {
  let text = '[';
  for (let i = 0; i < values.length; i++) text += (i === 0 ? '' : ',') + write(values[i], depth);
  return text + ']';
}

function members(value: Record<string, unknown>, depth: number): string {
  const keys = Object.keys(value).sort();
  let text = '';
  for (const key of keys) {
    const member = value[key];
    if (member === undefined) continue;
    text += `${text === '' ? '' : ','}${quote(key)}:${write(member, depth)}`;
  }
  return `{${text}}`;
}
