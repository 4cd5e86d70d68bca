import type { organization } from '@tallystick/contracts';
import { type BatchHandler, DONE } from '@tallystick/messaging';
import { instant } from '@tallystick/vocabulary';
import type { PassingTime, TimeEnded } from '../application/passing-time';
import type { DueBook } from '../projections/account-book/due-accounts';

/**
 * When a minute has ended, pending lots whose time has come become available and holds whose time is over are free again
 * (capabilities L4, L5), in this order. Of minutes that come together the last says all that the others say.
 */
export function whenMinuteEndedLapseHolds(
  time: PassingTime,
  due: Pick<DueBook, 'activations' | 'lapses'>,
): BatchHandler<organization.MinuteEnded> {
  return async ({ records }) => {
    const last = new Map<string, TimeEnded>();
    for (const { tenant, message, correlationId, causationId } of records) {
      const at = instant(message.at);
      if (at > (last.get(tenant)?.at ?? 0)) last.set(tenant, { tenant, at, correlationId, causationId });
    }
    for (const ended of last.values()) {
      await time.book(ended, due.activations(ended.tenant, ended.at));
      await time.book(ended, due.lapses(ended.tenant, ended.at));
    }
    return records.map(() => DONE);
  };
}
