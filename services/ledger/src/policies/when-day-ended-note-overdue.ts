import type { organization } from '@tallystick/contracts';
import { type BatchHandler, DONE } from '@tallystick/messaging';
import { instant } from '@tallystick/vocabulary';
import type { PassingTime } from '../application/passing-time';
import type { DueBook } from '../projections/account-book/due-accounts';

/** When a day of a program has ended, then say which loans and which credit should have been repaid by then, once each. */
export function whenDayEndedNoteOverdue(time: PassingTime, due: DueBook): BatchHandler<organization.DayEnded> {
  return async ({ records }) => {
    for (const { tenant, message, correlationId, causationId } of records) {
      const ended = { tenant, at: instant(message.at), correlationId, causationId };
      await time.noteOverdue(ended, due.overdue(tenant, message.program, ended.at));
    }
    return records.map(() => DONE);
  };
}
