/**
 * Writes a value as RFC 8785 canonical JSON: keys in UTF-16 order, no white space, ECMAScript numbers and escapes.
 * `undefined` members are absent; a bigint is written as decimal text (design §6 "Event": integers as strings).
 * Throws a `TypeError` for what JSON cannot carry: cycles, functions, NaN and infinities.
 */
export function canonicalJson(value: unknown): string {
  return write(value, 0);
}

/** No value of ours is nearly so deep; what is deeper goes round in a circle. */
const MAX_DEPTH = 500;

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
