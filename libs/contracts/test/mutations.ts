type Path = readonly (string | number)[];

/** A change of one place of a message. */
export interface Mutation {
  readonly what: string;
  readonly apply: (message: unknown) => unknown;
}

/** Texts of trust.md §3 A and C. */
const TEXTS: readonly string[] = [
  ...['-5', '0', '10', '9007199254740993', '9000000000000000', '9000000000000001', '-9000000000000001'],
  ...['9223372036854775808', '1e309', 'NaN', 'Infinity', '1.5', '19.90', '.5', '1.', '-1.5', '1.2345678', '1.0001'],
  ...[
    '',
    ' 12 ',
    '0x10',
    '\uff11\uff10',
    '\u0661\u0662',
    '007',
    '+7',
    '-0',
    '1e3',
    '1_000',
    '1/2',
    '1/0',
    '-1/2',
    '99999999999999999.5',
  ],
  ...['a\u0000b', 'a\ud800b', '\udc00\ud800', 'Å', 'A\u030a', 'x\u202ey', 'a\u200bb', "' OR 1=1--", 'a b', 'a/b', '~'],
  ...[
    'x'.repeat(24),
    'x'.repeat(25),
    'x'.repeat(64),
    'x'.repeat(65),
    'x'.repeat(201),
    '👍'.repeat(64),
    '👍'.repeat(65),
  ],
  ...['2026-02-30', '2026-02-28', '2026-02-30T00:00:00Z', '2026-11-22T24:00:01Z', '2026-11-22T10:00:00', '2026-11-22'],
  ...['9999-12-31T23:59:59Z', '9999-12-31', '0000-01-01T00:00:00Z', '2026-11-22T10:00:60Z', '2026-11-22t10:00:00z'],
  ...['2026-11-22T10:00:00.123456789+14:00', '5F0F1C1E-6F0E-5D0C-9D5B-2A8F6F0A1B2C', 'shipped', 'CNY', 'cny', 'CNYY'],
];

const VALUES: readonly unknown[] = [
  null,
  10,
  -1,
  0.5,
  9007199254740992,
  Infinity,
  true,
  false,
  [],
  {},
  [[]],
  [null],
  ...TEXTS,
];

/** Fields that mass assignment tries, and names that every object inherits. */
const STRANGERS = ['status', 'balance', 'tenantId', 'approvedBy', 'grantedAt', 'toString', 'hasOwnProperty', 'a/b', ''];

/** Every mutation of every place of a message: trust.md §3 A to C times its fields. */
export function mutationsOf(message: object): readonly Mutation[] {
  return placesIn(message, []).flatMap(({ path, value }) => [
    ...(path.length === 0 ? [] : [change(path, 'absent', () => ABSENT)]),
    ...VALUES.map((replacement) => change(path, describe(replacement), () => replacement)),
    change(path, 'in a list', (old) => [old]),
    change(path, 'in an object', (old) => ({ value: old })),
    ...(Array.isArray(value) ? [101, 2001].map((count) => change(path, `${count} times`, repeat(count))) : []),
    ...(typeof value === 'object' && !Array.isArray(value)
      ? STRANGERS.map((name) => change([...path, name], 'a stranger', () => '1'))
      : []),
  ]);
}

const ABSENT = Symbol('absent');

function placesIn(value: unknown, path: Path): { path: Path; value: unknown }[] {
  if (typeof value !== 'object' || value === null) return [{ path, value }];
  const inside = Array.isArray(value)
    ? value.map((entry, index) => placesIn(entry, [...path, index]))
    : Object.entries(value).map(([key, entry]) => placesIn(entry, [...path, key]));
  return [{ path, value }, ...inside.flat()];
}

function change(path: Path, what: string, replace: (old: unknown) => unknown): Mutation {
  return { what: `/${path.join('/')} ${what}`, apply: (message) => changed(message, path, replace) };
}

function changed(value: unknown, [first, ...rest]: Path, replace: (old: unknown) => unknown): unknown {
  if (first === undefined) return replace(value);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const old = entries.find(([key]) => key === String(first))?.[1];
  const next = changed(old, rest, replace);
  const kept = entries.filter(([key]) => key !== String(first));
  if (!Array.isArray(value)) return Object.fromEntries(next === ABSENT ? kept : [...kept, [first, next]]);
  return value.flatMap((entry: unknown, index) => (index !== first ? [entry] : next === ABSENT ? [] : [next]));
}

function repeat(count: number): (old: unknown) => unknown {
  return (old) =>
    Array.isArray(old) ? Array.from({ length: count }, (_, index) => old[index % old.length] ?? {}) : old;
}

function describe(value: unknown): string {
  return typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? 'undefined').slice(0, 40);
}
