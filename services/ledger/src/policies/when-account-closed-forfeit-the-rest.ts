import type { ledger } from '@tallystick/contracts';
import { type BatchHandler, DONE } from '@tallystick/messaging';
import { instant } from '@tallystick/vocabulary';
import type { PassingTime } from '../application/passing-time';

/**
 * When an account was closed, what the closing itself did not give up because one append takes no more lots is given up as
 * of the same instant (capabilities M6). An account that has nothing left is not changed by it.
 */
export function whenAccountClosedForfeitTheRest(time: PassingTime): BatchHandler<ledger.AccountStatusChanged> {
  return async ({ records }) => {
    for (const { tenant, message, correlationId, causationId } of records) {
      if (message.status !== 'closed') continue;
      const closed = { tenant, at: instant(message.effectiveAt), correlationId, causationId };
      await time.bookOn(closed, message.account);
    }
    return records.map(() => DONE);
  };
}
