import fc from 'fast-check';
import { CLEAN, LOOK_CLOSER, TOO_DEEP, scanBytes } from './byte-scan';
import { findHiddenFault } from './close-look';

const scan = (text: string) => scanBytes(Buffer.from(text));

/** Keys that are often equal, sometimes only once unescaped, sometimes refused. */
const key = fc.constantFrom(
  'a',
  'b',
  '\\u0061',
  'a\\n',
  '',
  'total',
  'tot\\u0061l',
  '__proto__',
  'prototype',
  'constructor',
);
const text = fc.constantFrom(
  'x',
  '{',
  '"'.padStart(2, '\\'),
  '\\\\',
  ',',
  '\\u0000',
  '\\ud800',
  '\\ud83d\\ude00',
  'é',
  ':',
);
const space = fc.constantFrom('', ' ', '\n\t');

const { json } = fc.letrec<{ json: string }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(
      text.map((value) => `"${value}"`),
      fc.constantFrom('1', '-2.5e3', 'true', 'null'),
    ),
    fc.array(tie('json'), { maxLength: 4 }).map((entries) => `[${entries.join()}]`),
    fc
      .array(fc.tuple(key, space, tie('json')), { maxLength: 5 })
      .map((fields) => `{${fields.map(([name, gap, value]) => `${gap}"${name}"${gap}:${gap}${value}`).join()}}`),
  ),
}));

describe('the scan of bytes', () => {
  it('asks for a closer look wherever a close look finds something', () => {
    let found = 0;
    fc.assert(
      fc.property(json, (generated) => {
        JSON.parse(generated);
        if (findHiddenFault(generated) === undefined) return;
        found++;
        expect(scan(generated)).toBe(LOOK_CLOSER);
      }),
      { numRuns: 3000, seed: 20261124 },
    );
    expect(found).toBeGreaterThan(500);
  });

  it('finds ordinary messages clean, so that they cost one pass', () => {
    const lines = Array.from({ length: 50 }, (_, index) => ({
      line: String(index),
      sku: 'a "quoted" \\ one',
      amount: '1',
    }));
    expect(scan(JSON.stringify({ id: 'R-1', lines, tenders: [{ kind: 'cash', amount: '1' }], total: '1' }))).toBe(
      CLEAN,
    );
    expect(scan(JSON.stringify({ name: '西湖龙井 👍' }, null, 2))).toBe(CLEAN);
  });

  it('forgets the keys of an object when it ends, also of the one beside it at the same depth', () => {
    expect(scan('[{"a":1},{"a":1},{"b":{"a":1},"a":2}]')).toBe(CLEAN);
    expect(scan('[{"a":{"b":1},"c":{"b":1},"a":2}]')).toBe(LOOK_CLOSER);
  });

  it('is not led astray by text that is no JSON', () => {
    expect(scan(']]]]}}}}[{]"')).toBe(CLEAN);
    expect(scan('{"a')).toBe(CLEAN);
    expect(scan('"\\')).toBe(CLEAN);
    expect(scan(`]]${'['.repeat(21)}`)).toBe(TOO_DEEP);
  });
});
