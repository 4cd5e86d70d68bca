import { type CalendarDate, dateOfDayNumber, dayNumber, isCalendarDate, pad } from './calendar';

declare const instantBrand: unique symbol;

/** A point in time: whole milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted. */
export type Instant = number & { readonly [instantBrand]: true };

const MILLIS_PER_DAY = 86_400_000;
const RFC3339 =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?(?:Z|([+-])([0-9]{2}):([0-9]{2}))$/;

/**
 * Reads an RFC 3339 time with its offset; `undefined` where the text is none (no zone, 30 February, 24:00:01,
 * second 60). Digits below the millisecond are cut off.
 */
export function parseInstant(text: string): Instant | undefined {
  return parseOurs(text) ?? parseAny(text);
}

/** `YYYY-MM-DDThh:mm:ss.mmmZ`, the form that we write and therefore read most; `undefined` for any other. */
function parseOurs(text: string): Instant | undefined {
  if (text.length !== 24 || text[10] !== 'T' || text[19] !== '.' || text[23] !== 'Z') return undefined;
  if (text[4] !== '-' || text[7] !== '-' || text[13] !== ':' || text[16] !== ':') return undefined;
  const date = { year: digits(text, 0, 4), month: digits(text, 5, 2), day: digits(text, 8, 2) };
  const [hour, minute, second, millis] = [
    digits(text, 11, 2),
    digits(text, 14, 2),
    digits(text, 17, 2),
    digits(text, 20, 3),
  ];
  if (!(hour <= 23 && minute <= 59 && second <= 59 && millis <= 999) || !isCalendarDate(date)) return undefined;
  return (dayNumber(date) * MILLIS_PER_DAY + ((hour * 60 + minute) * 60 + second) * 1000 + millis) as Instant;
}

/** The number that `count` decimal digits stand for; NaN where one is no digit. */
function digits(text: string, from: number, count: number): number {
  let value = 0;
  for (let i = from; i < from + count; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

function parseAny(text: string): Instant | undefined {
  const match = RFC3339.exec(text);
  if (!match) return undefined;
  const date = { year: Number(match[1]), month: Number(match[2]), day: Number(match[3]) };
  const [hour, minute, second] = [Number(match[4]), Number(match[5]), Number(match[6])];
  if (!isCalendarDate(date) || hour > 23 || minute > 59 || second > 59) return undefined;
  const [offsetHour, offsetMinute] = [Number(match[9] ?? 0), Number(match[10] ?? 0)];
  if (offsetHour > 23 || offsetMinute > 59) return undefined;
  const millis = match[7] ? Number(match[7].padEnd(3, '0').slice(0, 3)) : 0;
  const offset = (offsetHour * 60 + offsetMinute) * 60_000 * (match[8] === '-' ? -1 : 1);
  return (dayNumber(date) * MILLIS_PER_DAY + ((hour * 60 + minute) * 60 + second) * 1000 + millis - offset) as Instant;
}

/** Reads a time that is known to be well-formed (it was validated, or we wrote it); anything else is a `RangeError`. */
export function instant(text: string): Instant {
  const value = parseInstant(text);
  if (value === undefined) throw new RangeError(`"${text}" is no instant`);
  return value;
}

/** Writes UTC with three digits of a second, so that texts sort as the instants do. */
export function formatInstant(value: Instant): string {
  const { date, millisOfDay } = dateAndTime(value);
  const seconds = Math.floor(millisOfDay / 1000);
  const clock = `${pad(Math.floor(seconds / 3600), 2)}:${pad(Math.floor(seconds / 60) % 60, 2)}:${pad(seconds % 60, 2)}`;
  return `${pad(date.year, 4)}-${pad(date.month, 2)}-${pad(date.day, 2)}T${clock}.${pad(millisOfDay % 1000, 3)}Z`;
}

/** The day of an instant in UTC. For a zone's day the zone database is needed: application code looks it up. */
export function utcDate(value: Instant): CalendarDate {
  return dateAndTime(value).date;
}

function dateAndTime(value: Instant): { date: CalendarDate; millisOfDay: number } {
  const days = Math.floor(value / MILLIS_PER_DAY);
  return { date: dateOfDayNumber(days), millisOfDay: value - days * MILLIS_PER_DAY };
}
