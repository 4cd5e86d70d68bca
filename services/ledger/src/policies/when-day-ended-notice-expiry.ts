import type { organization } from '@tallystick/contracts';
import { type BatchHandler, DONE } from '@tallystick/messaging';
import { addDays, instant, parseDate } from '@tallystick/vocabulary';
import type { PassingTime } from '../application/passing-time';
import { ZonedDays } from '../application/zoned-days';
import type { DueBook } from '../projections/account-book/due-accounts';

/** How many days before its end an amount is noticed (capabilities L6). */
const NOTICE_DAYS = [60, 30, 7] as const;

/**
 * When a day of a program has ended, holders are told what ends in 60, 30 or 7 days. Only lots that end on just these days
 * are looked at, so a day costs what it has to say; days that were missed come one by one.
 */
export function whenDayEndedNoticeExpiry(time: PassingTime, due: DueBook): BatchHandler<organization.DayEnded> {
  const zones = new Map<string, ZonedDays>();
  return async ({ records }) => {
    for (const { tenant, message, correlationId, causationId } of records) {
      const { zone, program } = message;
      const days = zones.get(zone) ?? new ZonedDays(zone);
      zones.set(zone, days);
      const ended = { tenant, at: instant(message.at), correlationId, causationId };
      const thresholds = NOTICE_DAYS.map((count) => ({ days: count, ...dayAhead(days, message, count) }));
      for (const { begins, until } of thresholds) {
        await time.notice(ended, due.endings(tenant, program, begins, until), thresholds);
      }
    }
    return records.map(() => DONE);
  };
}

/** The day of the program that lies so many days of its calendar behind the one that has ended: 23 to 25 hours. */
function dayAhead(days: ZonedDays, { date }: organization.DayEnded, count: number) {
  const ahead = addDays(parseDate(date)!, count);
  return { begins: days.startOf(ahead), until: days.startOf(addDays(ahead, 1)) };
}
