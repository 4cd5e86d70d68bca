import { copyFile, cutFile, int4, int8, timestamptz } from './binary-rows';

const rows = Array.from({ length: 5 }, (_, index) => [int4(index), index === 2 ? null : Buffer.from(`row ${index}`)]);

describe('rows in binary COPY format', () => {
  it('are cut into files that hold the same rows', () => {
    const { files, rows: count } = cutFile(copyFile(rows), 2);
    expect(count).toBe(5);
    expect(files).toEqual([copyFile(rows.slice(0, 2)), copyFile(rows.slice(2, 4)), copyFile(rows.slice(4))]);
  });

  it('may be none', () => {
    expect(cutFile(copyFile([]), 2)).toEqual({ files: [], rows: 0 });
  });

  it('have times since 2000 in microseconds', () => {
    expect(timestamptz(946_684_800_001)).toEqual(int8(1000));
  });
});
