import { formatInstant, parseInstant, parseRational, type Rational, SLUG } from '@tallystick/vocabulary';

/** Where a rule set's content is wrong: a JSON pointer into it and a sentence. */
export class ContentFault extends Error {
  constructor(
    readonly pointer: string,
    message: string,
  ) {
    super(message);
    this.name = 'ContentFault';
  }
}

/** A rule for growth that counts what is no cash, or depends on the tier. */
export class GrowthFault extends ContentFault {}

export type Fields = Readonly<Record<string, unknown>>;

const ASSET = /^[A-Z][A-Z0-9-]{0,31}$/;
const WHOLE = /^(0|[1-9][0-9]{0,15})$/;

/** An object with no other members than these. */
export function fields(value: unknown, at: string, allowed: readonly string[]): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ContentFault(at, 'is no object');
  for (const key of Object.keys(value)) {
    if (!allowed.includes(key)) throw new ContentFault(`${at}/${key}`, 'is not known');
  }
  return value as Fields;
}

export function list(value: unknown, at: string, most: number): readonly unknown[] {
  if (!Array.isArray(value)) throw new ContentFault(at, 'is no list');
  if (value.length > most) throw new ContentFault(at, `has more than ${most} entries`);
  return value;
}

export function text(value: unknown, at: string): string {
  if (typeof value !== 'string' || value.length < 1 || value.length > 64) {
    throw new ContentFault(at, 'is no text of 1 to 64 characters');
  }
  return value;
}

export function slug(value: unknown, at: string): string {
  if (typeof value !== 'string' || !SLUG.test(value)) throw new ContentFault(at, 'is no slug');
  return value;
}

export function assetName(value: unknown, at: string): string {
  if (typeof value !== 'string' || !ASSET.test(value)) throw new ContentFault(at, 'is no asset name');
  return value;
}

export function oneOf<const Value extends string>(value: unknown, at: string, values: readonly Value[]): Value {
  const found = values.find((one) => one === value);
  if (found === undefined) throw new ContentFault(at, `is none of ${values.join(', ')}`);
  return found;
}

/** A rate or factor that is not negative. */
export function rate(value: unknown, at: string): Rational {
  const parsed = typeof value === 'string' ? parseRational(value) : undefined;
  if (!parsed || parsed.numerator < 0n) throw new ContentFault(at, 'is no rate such as 1/100 or 1.5');
  return parsed;
}

export function wholeNumber(value: unknown, at: string): bigint {
  if (typeof value !== 'string' || !WHOLE.test(value)) throw new ContentFault(at, 'is no whole number as text');
  return BigInt(value);
}

/** A time, in UTC as `formatInstant` writes it; absent where it is absent. */
export function time(value: unknown, at: string): string | undefined {
  if (value === undefined) return undefined;
  const parsed = typeof value === 'string' ? parseInstant(value) : undefined;
  if (parsed === undefined) throw new ContentFault(at, 'is no RFC 3339 time with offset');
  return formatInstant(parsed);
}

/** A list of texts as a set; absent where it is absent. An empty list would match nothing and is refused. */
export function texts(value: unknown, at: string): ReadonlySet<string> | undefined {
  if (value === undefined) return undefined;
  const set = new Set(list(value, at, 10_000).map((one, index) => text(one, `${at}/${index}`)));
  if (set.size === 0) throw new ContentFault(at, 'is empty');
  return set;
}
