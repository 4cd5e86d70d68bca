import { assert, integer, property, record } from 'fast-check';
import { DateTime } from 'luxon';
import {
  addDays,
  addMonths,
  type CalendarDate,
  dateOfDayNumber,
  dayNumber,
  daysInMonth,
  endOfPeriod,
  isCalendarDate,
  parseDate,
} from './calendar';

const dates = record({
  year: integer({ min: 0, max: 9999 }),
  month: integer({ min: 1, max: 12 }),
  day: integer({ min: 1, max: 31 }),
});
const MILLIS_PER_DAY = 86_400_000;

function asLuxon({ year, month, day }: CalendarDate): DateTime {
  return DateTime.fromObject({ year, month, day }, { zone: 'utc' });
}

function fromLuxon({ year, month, day }: DateTime): CalendarDate {
  return { year, month, day };
}

describe('a calendar date', () => {
  it('exists exactly where luxon says so', () => {
    assert(property(dates, (date) => expect(isCalendarDate(date)).toBe(asLuxon(date).isValid)));
  });

  it('has the day number that luxon computes, and comes back from it', () => {
    assert(
      property(dates, (date) => {
        if (!isCalendarDate(date)) return;
        expect(dayNumber(date)).toBe(asLuxon(date).toMillis() / MILLIS_PER_DAY);
        expect(dateOfDayNumber(dayNumber(date))).toEqual(date);
      }),
    );
  });

  it('moves by days as luxon moves it', () => {
    assert(
      property(dates, integer({ min: -1_200, max: 1_200 }), (date, count) => {
        if (!isCalendarDate(date) || date.year < 200 || date.year > 9_800) return;
        expect(addDays(date, count)).toEqual(fromLuxon(asLuxon(date).plus({ days: count })));
      }),
    );
  });

  it('has as many days a month as luxon counts', () => {
    assert(
      property(integer({ min: 0, max: 9999 }), integer({ min: 1, max: 12 }), (year, month) => {
        expect(daysInMonth(year, month)).toBe(DateTime.utc(year, month).daysInMonth);
      }),
    );
  });

  it.each([
    '2023-02-29',
    '2024-02-30',
    '2024-13-01',
    '2024-00-10',
    '2024-04-31',
    '2024-1-1',
    '24-01-01',
    '2024-01-01Z',
    '',
  ])('"%s" is none', (text) => expect(parseDate(text)).toBeUndefined());
});

describe('months', () => {
  const months = integer({ min: 0, max: 1_200 });
  const good = dates.filter((date) => isCalendarDate(date) && date.year < 9_000);

  it('are added as luxon adds them, clamped to the end of a month', () => {
    assert(
      property(good, months, (date, count) =>
        expect(addMonths(date, count)).toEqual(fromLuxon(asLuxon(date).plus({ months: count }))),
      ),
    );
  });

  it('end quarters, half-years and years as luxon says', () => {
    assert(
      property(good, integer({ min: 0, max: 40 }), (date, plus) => {
        const at = asLuxon(date);
        expect(endOfPeriod(date, 1, plus)).toEqual(
          fromLuxon(at.startOf('month').plus({ months: plus }).endOf('month')),
        );
        expect(endOfPeriod(date, 3, plus)).toEqual(
          fromLuxon(at.startOf('quarter').plus({ quarters: plus }).endOf('quarter')),
        );
        expect(endOfPeriod(date, 12, plus)).toEqual(fromLuxon(at.startOf('year').plus({ years: plus }).endOf('year')));
        const half = date.month <= 6 ? 0 : 6;
        const end = asLuxon({ ...date, month: 1, day: 1 }).plus({ months: half + 6 * plus + 5 });
        expect(endOfPeriod(date, 6, plus)).toEqual(fromLuxon(end.endOf('month')));
      }),
    );
  });
});
