import { assert, bigInt, constantFrom, property } from 'fast-check';
import {
  add,
  formatRational,
  multiply,
  ONE,
  parseRational,
  type Rational,
  round,
  type RoundingMode,
  times,
} from './rational';

const integers = bigInt({ min: -(10n ** 12n), max: 10n ** 12n });
const denominators = bigInt({ min: 1n, max: 10n ** 6n });

describe('round', () => {
  it.each<[bigint, bigint, bigint, bigint]>([
    [7n, 2n, 3n, 4n],
    [-7n, 2n, -4n, -3n],
    [1n, 3n, 0n, 1n],
    [-1n, 3n, -1n, 0n],
    [6n, 3n, 2n, 2n],
    [0n, 5n, 0n, 0n],
  ])('%d/%d has floor %d and ceil %d', (numerator, denominator, floor, ceil) => {
    expect(round({ numerator, denominator }, 'floor')).toBe(floor);
    expect(round({ numerator, denominator }, 'ceil')).toBe(ceil);
  });

  it.each<[bigint, bigint, bigint]>([
    [5n, 2n, 3n],
    [-5n, 2n, -3n],
    [49n, 100n, 0n],
    [50n, 100n, 1n],
    [-49n, 100n, 0n],
    [-50n, 100n, -1n],
    [3n, 2n, 2n],
  ])('half-up takes %d/%d to %d: halves go away from zero', (numerator, denominator, expected) => {
    expect(round({ numerator, denominator }, 'half-up')).toBe(expected);
  });

  it('is never a whole unit off, and exact for integers', () => {
    const modes = constantFrom<RoundingMode>('floor', 'half-up', 'ceil');
    assert(
      property(integers, denominators, modes, (numerator, denominator, mode) => {
        const off = round({ numerator, denominator }, mode) * denominator - numerator;
        expect(off < denominator && off > -denominator).toBe(true);
        expect(round({ numerator: numerator * denominator, denominator }, mode)).toBe(numerator);
        if (mode === 'floor') expect(off <= 0n).toBe(true);
        if (mode === 'ceil') expect(off >= 0n).toBe(true);
        if (mode === 'half-up') expect(2n * (off < 0n ? -off : off) <= denominator).toBe(true);
      }),
    );
  });
});

describe('a rate', () => {
  it.each([
    ['3/2', '3/2'],
    ['1.50', '3/2'],
    ['-0.25', '-1/4'],
    ['2', '2'],
    ['6/3', '2'],
    ['0/7', '0'],
    ['0.000000001', '1/1000000000'],
  ])('"%s" is %s in lowest terms', (text, expected) => {
    expect(formatRational(parseRational(text)!)).toBe(expected);
  });

  it.each(['', '1/0', '1/-2', '.5', '1.', '1e3', ' 1', '1/2/3', '1.0000000001', '+1'])('"%s" is none', (text) => {
    expect(parseRational(text)).toBeUndefined();
  });

  it('survives being written and read', () => {
    assert(
      property(integers, denominators, (numerator, denominator) => {
        const again = parseRational(formatRational({ numerator, denominator }))!;
        expect(again.numerator * denominator).toBe(numerator * again.denominator);
      }),
    );
  });

  it('adds and multiplies exactly', () => {
    const third: Rational = { numerator: 1n, denominator: 3n };
    const half: Rational = { numerator: 1n, denominator: 2n };
    expect(formatRational(add(third, half))).toBe('5/6');
    expect(formatRational(multiply(third, half))).toBe('1/6');
    expect(formatRational(times(9n, third))).toBe('3');
    expect(formatRational(multiply(third, ONE))).toBe('1/3');
  });
});
