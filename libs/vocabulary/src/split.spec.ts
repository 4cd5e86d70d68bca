import { array, assert, bigInt, property } from 'fast-check';
import { splitByLargestRemainder } from './split';

const weights = array(bigInt({ min: 0n, max: 10n ** 9n }), { minLength: 1, maxLength: 20 });
const totals = bigInt({ min: -(10n ** 15n), max: 10n ** 15n });

function sum(values: readonly bigint[]): bigint {
  return values.reduce((a, b) => a + b, 0n);
}

describe('splitByLargestRemainder', () => {
  it.each<[bigint, bigint[], bigint[]]>([
    [100n, [1n, 1n, 1n], [34n, 33n, 33n]],
    [-100n, [1n, 1n, 1n], [-34n, -33n, -33n]],
    [10n, [1n, 2n, 3n], [2n, 3n, 5n]],
    [1n, [1n, 2n, 2n], [0n, 1n, 0n]],
    [7n, [0n, 0n], [7n, 0n]],
    [0n, [3n, 4n], [0n, 0n]],
    [5n, [9n], [5n]],
    [2n, [0n, 5n, 5n], [0n, 1n, 1n]],
  ])('splits %d over %j as %j', (total, over, parts) => {
    expect(splitByLargestRemainder(total, over)).toEqual(parts);
  });

  it('loses nothing and is never a whole unit from the exact share', () => {
    assert(
      property(totals, weights, (total, over) => {
        const parts = splitByLargestRemainder(total, over);
        expect(sum(parts)).toBe(total);
        const whole = sum(over);
        if (whole === 0n) return;
        parts.forEach((part, index) => {
          const off = part * whole - total * over[index]!;
          expect(off < whole && off > -whole).toBe(true);
        });
      }),
    );
  });

  it('gives a part of weight zero nothing where others weigh something', () => {
    assert(
      property(totals, weights, (total, over) => {
        const parts = splitByLargestRemainder(total, [0n, ...over, 1n]);
        expect(parts[0]).toBe(0n);
      }),
    );
  });

  it('gives a heavier part no less', () => {
    assert(
      property(bigInt({ min: 0n, max: 10n ** 12n }), weights, (total, over) => {
        const sorted = over.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
        const parts = splitByLargestRemainder(total, sorted);
        if (sum(sorted) === 0n) return;
        for (let i = 1; i < parts.length; i++) {
          if (sorted[i]! > sorted[i - 1]!) expect(parts[i]! >= parts[i - 1]!).toBe(true);
        }
      }),
    );
  });

  it('refuses to split over nothing', () => {
    expect(() => splitByLargestRemainder(1n, [])).toThrow(RangeError);
  });
});
