import type { organization } from '@tallystick/contracts';
import { type BatchHandler, DONE } from '@tallystick/messaging';
import { instant } from '@tallystick/vocabulary';
import type { PassingTime } from '../application/passing-time';
import type { DueBook } from '../projections/account-book/due-accounts';

/** How many days before its end an amount is noticed (capabilities L6). */
const NOTICE_DAYS = [60, 30, 7] as const;

/**
 * When a day of a program has ended, holders are told what ends in 60, 30 or 7 days. Only lots that end on just these days
 * are looked at, so a day costs what it has to say; days that were missed come one by one.
 */
export function whenDayEndedNoticeExpiry(time: PassingTime, due: DueBook): BatchHandler<organization.DayEnded> {
  return async ({ records }) => {
    for (const { tenant, message, correlationId, causationId } of records) {
      const ended = { tenant, at: instant(message.at), correlationId, causationId };
      for (const days of NOTICE_DAYS) {
        await time.notice(ended, due.endings(tenant, message.program, ended.at, days), NOTICE_DAYS);
      }
    }
    return records.map(() => DONE);
  };
}
