import type { organization } from '@tallystick/contracts';
import { type BatchHandler, DONE } from '@tallystick/messaging';
import { instant } from '@tallystick/vocabulary';
import type { PassingTime, TimeEnded } from '../application/passing-time';
import type { DueBook } from '../projections/account-book/due-accounts';

/**
 * When a day of a program has ended, lots whose date has passed become breakage of their issuers, each at the instant at
 * which it ended (capabilities L6). Of days that come together the last says all that the others say.
 */
export function whenDayEndedBookExpiry(
  time: PassingTime,
  due: Pick<DueBook, 'expiries'>,
): BatchHandler<organization.DayEnded> {
  return async ({ records }) => {
    const last = new Map<string, TimeEnded & { readonly program: string }>();
    for (const { tenant, message, correlationId, causationId } of records) {
      const { program } = message;
      const at = instant(message.at);
      const key = `${tenant} ${program}`;
      if (at > (last.get(key)?.at ?? 0)) last.set(key, { tenant, program, at, correlationId, causationId });
    }
    for (const ended of last.values()) await time.book(ended, due.expiries(ended.tenant, ended.program, ended.at));
    return records.map(() => DONE);
  };
}
