import { countUpTo, median, percentile, sliceRates, timeOf } from './statistics';

describe('the median', () => {
  it('is the middle of an odd number of values, whatever their order', () => {
    expect(median([9, 1, 5])).toBe(5);
  });

  it('is the mean of the two in the middle of an even number', () => {
    expect(median([4, 1, 3, 100])).toBe(3.5);
  });

  it('is refused for no values', () => {
    expect(() => median([])).toThrow('nothing has no median');
  });
});

describe('a percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

  it('is a value that the share of the values does not exceed', () => {
    expect([0.5, 0.99, 1].map((share) => percentile(hundred, share))).toEqual([50, 99, 100]);
  });

  it('is the only value where there is one', () => {
    expect(percentile([7], 0.99)).toBe(7);
  });
});

describe('progress seen by looks', () => {
  const looks = [
    [0, 0],
    [100, 50],
    [200, 250],
    [400, 400],
  ] as const;

  it('is even between two looks', () => {
    expect([timeOf(50, looks), timeOf(150, looks), timeOf(400, looks)]).toEqual([100, 150, 400]);
  });

  it('has a rate for every whole slice', () => {
    expect(sliceRates(150, looks)).toEqual([1000, (150 * 1000) / (200 + (200 * 50) / 150 - 150)]);
  });

  it('counts the positions that a look has passed', () => {
    expect([0, 3, 4, 9].map((limit) => countUpTo([3, 3, 5, 9], limit))).toEqual([0, 2, 2, 4]);
  });
});
