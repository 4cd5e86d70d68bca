import { assert, integer, property } from 'fast-check';
import { DateTime } from 'luxon';
import { formatInstant, type Instant, instant, parseInstant, utcDate } from './instant';

const FIRST = Date.UTC(1000, 0, 1);
const LAST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const instants = integer({ min: FIRST, max: LAST }).map((millis) => millis as Instant);

describe('an instant', () => {
  it('is written as luxon writes it in UTC, and read back', () => {
    assert(
      property(instants, (value) => {
        const text = formatInstant(value);
        expect(text).toBe(DateTime.fromMillis(value, { zone: 'utc' }).toISO());
        expect(parseInstant(text)).toBe(value);
      }),
    );
  });

  it('is read with its offset as luxon reads it', () => {
    assert(
      property(instants, integer({ min: -14 * 60, max: 14 * 60 }), (value, minutes) => {
        if (value < FIRST + 86_400_000 || value > LAST - 86_400_000) return;
        const text = DateTime.fromMillis(value)
          .setZone(`UTC${minutes < 0 ? '-' : '+'}${clock(Math.abs(minutes))}`)
          .toISO({ includeOffset: true })!;
        expect(parseInstant(text)).toBe(value);
      }),
    );
  });

  it('sorts as text the way it sorts in time', () => {
    assert(
      property(instants, instants, (a, b) => {
        expect(formatInstant(a) < formatInstant(b)).toBe(a < b);
      }),
    );
  });

  it('has its day in UTC', () => {
    expect(utcDate(instant('2024-02-29T23:59:59.999Z'))).toEqual({ year: 2024, month: 2, day: 29 });
    expect(utcDate(instant('2024-03-01T00:30:00+01:00'))).toEqual({ year: 2024, month: 2, day: 29 });
    expect(utcDate(instant('1969-12-31T23:59:59Z'))).toEqual({ year: 1969, month: 12, day: 31 });
  });

  it('cuts off what is finer than a millisecond', () => {
    expect(instant('2024-01-01T00:00:00.1239Z')).toBe(instant('2024-01-01T00:00:00.123Z'));
    expect(instant('2024-01-01T00:00:00.5Z')).toBe(instant('2024-01-01T00:00:00.500Z'));
  });

  it.each([
    '2024-01-01T00:00:00',
    '2024-01-01',
    '2024-02-30T00:00:00Z',
    '2024-01-01T24:00:01Z',
    '2024-01-01T23:59:60Z',
    '2024-01-01T00:60:00Z',
    '2024-01-01T00:00:00+24:00',
    '2024-01-01T00:00:00+08:60',
    '2024-01-01T00:00:00+0800',
    '2024-01-01t00:00:00z',
    '2024-01-01 00:00:00Z',
    '2024-01-01T00:00:00.Z',
    '２024-01-01T00:00:00Z',
    '',
  ])('"%s" is none', (text) => {
    expect(parseInstant(text)).toBeUndefined();
    expect(() => instant(text)).toThrow(RangeError);
  });
});

function clock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}
