import type { ClockState } from '@tallystick/organization-domain';
import { formatInstant, type Instant, instant } from '@tallystick/vocabulary';
import { DateTime, IANAZone } from 'luxon';

/** The most that one append announces; what is left comes with the next. */
const MOST = 500;
const MINUTE = 60_000;

/** What has ended by `now` and was not announced yet, oldest first; a new clock begins with the present day and minute. */
export function endedTimes(
  zone: string,
  announced: ClockState,
  now: Instant,
): { days: { date: string; at: string }[]; minutes: { at: string }[] } {
  return { days: endedDays(zone, announced.lastDates[zone], now), minutes: endedMinutes(announced.lastMinute, now) };
}

function endedDays(zone: string, last: string | undefined, now: Instant): { date: string; at: string }[] {
  const today = DateTime.fromMillis(now, { zone }).startOf('day');
  let day = last === undefined ? today.minus({ days: 1 }) : DateTime.fromISO(last, { zone }).plus({ days: 1 });
  const days: { date: string; at: string }[] = [];
  for (; day < today && days.length < MOST; day = day.plus({ days: 1 })) {
    const end = day.plus({ days: 1 }).startOf('day').toMillis() as Instant;
    days.push({ date: day.toISODate()!, at: formatInstant(end) });
  }
  return days;
}

function endedMinutes(last: string | undefined, now: Instant): { at: string }[] {
  const present = Math.floor(now / MINUTE) * MINUTE;
  const first = last === undefined ? present : instant(last) + MINUTE;
  const minutes: { at: string }[] = [];
  for (let at = first; at <= present && minutes.length < MOST; at += MINUTE) {
    minutes.push({ at: formatInstant(at as Instant) });
  }
  return minutes;
}

/** True where the zone database knows the name. */
export function isZone(name: string): boolean {
  return IANAZone.isValidZone(name);
}
