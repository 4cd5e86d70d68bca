import { addDays, addMonths, type CalendarDate, endOfPeriod, parseDate } from '@tallystick/vocabulary';

/** Periods at whose end points may expire together. */
export const PERIODS = ['month', 'quarter', 'halfYear', 'year'] as const;
export type Period = (typeof PERIODS)[number];

/**
 * How long a lot lives, in days of the program's calendar (capabilities L6). Exactly one of `days`, `months`, `endOf` and
 * `date` is there; numbers are decimal text. `plus` counts whole periods beyond the one in which the lot begins.
 */
export interface ExpiryRule {
  readonly days?: string;
  readonly months?: string;
  readonly endOf?: Period;
  readonly plus?: string;
  readonly date?: string;
}

/**
 * The last day on which a lot can be spent that begins on `from`; it is over when that day has ended. Months are added
 * on the calendar and clamped to the end of a month: 31 January and one month is the last of February.
 */
export function lastDateOf({ days, months, endOf, plus = '0', date }: ExpiryRule, from: CalendarDate): CalendarDate {
  if (days !== undefined) return addDays(from, Number(days));
  if (months !== undefined) return addMonths(from, Number(months));
  if (endOf !== undefined) return endOfPeriod(from, MONTHS[endOf], Number(plus));
  const fixed = parseDate(date ?? '');
  if (!fixed) throw new RangeError('an expiry rule says when');
  return fixed;
}

const MONTHS: Readonly<Record<Period, number>> = { month: 1, quarter: 3, halfYear: 6, year: 12 };
