import { rowKey } from './row-key';

describe('the key of a fact row', () => {
  it('grows with the position', () =>
    expect(rowKey('00000000000000000007', 11)).toBeLessThan(rowKey('00000000000000000008', 0)));
  it('differs between partitions at one position', () => expect(rowKey('7', 3)).not.toBe(rowKey('7', 4)));
});
