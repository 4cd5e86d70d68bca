/** A day of the proleptic Gregorian calendar, without a zone. */
export interface CalendarDate {
  readonly year: number;
  /** 1 to 12 */
  readonly month: number;
  /** 1 to 31 */
  readonly day: number;
}

const DATE = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/;

/** Reads `YYYY-MM-DD`; `undefined` where it is no day of the calendar. */
export function parseDate(text: string): CalendarDate | undefined {
  const match = DATE.exec(text);
  if (!match) return undefined;
  const date = { year: Number(match[1]), month: Number(match[2]), day: Number(match[3]) };
  return isCalendarDate(date) ? date : undefined;
}

export function formatDate({ year, month, day }: CalendarDate): string {
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
}

export function isCalendarDate({ year, month, day }: CalendarDate): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

export function addDays(date: CalendarDate, days: number): CalendarDate {
  return dateOfDayNumber(dayNumber(date) + days);
}

/** So many months later on the calendar, clamped to the end of a month: 31 January and one is the last of February. */
export function addMonths({ year, month, day }: CalendarDate, count: number): CalendarDate {
  const first = monthOf(year * 12 + month - 1 + count);
  return { ...first, day: Math.min(day, daysInMonth(first.year, first.month)) };
}

/**
 * The last day of the period that a date lies in, or of the one that lies `plus` periods later. Periods are `length` months
 * (a divisor of 12) and begin with the year.
 */
export function endOfPeriod({ year, month }: CalendarDate, length: number, plus: number): CalendarDate {
  const ended = Math.floor((month - 1) / length) + 1 + plus;
  const last = monthOf(year * 12 + ended * length - 1);
  return { ...last, day: daysInMonth(last.year, last.month) };
}

/** The month that lies so many months behind January of the year 0. */
function monthOf(months: number): { year: number; month: number } {
  return { year: Math.floor(months / 12), month: (months % 12) + 1 };
}

/** Days since 1970-01-01 (days_from_civil, H. Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */
export function dayNumber({ year, month, day }: CalendarDate): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** The inverse of {@link dayNumber} (civil_from_days, same source). */
export function dateOfDayNumber(days: number): CalendarDate {
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1,
  };
}

export function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}
