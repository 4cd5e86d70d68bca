import type { organization } from '@tallystick/contracts';
import { type BatchHandler, DONE } from '@tallystick/messaging';
import { instant } from '@tallystick/vocabulary';
import type { Disputes } from '../application/disputes';
import type { CaseBook } from '../projections/account-book/case-book';

/**
 * When a day of a program has ended, disputes whose deadline has passed without an answer are overdue (capabilities L23).
 * What the read model has not shown yet is found a day later.
 */
export function whenDayEndedMarkDisputesOverdue(
  disputes: Disputes,
  cases: CaseBook,
): BatchHandler<organization.DayEnded> {
  return async ({ records }) => {
    for (const { tenant, message, correlationId, causationId } of records) {
      const { program, at } = message;
      await disputes.markOverdue({ tenant, program, at: instant(at), correlationId, causationId }, cases);
    }
    return records.map(() => DONE);
  };
}
