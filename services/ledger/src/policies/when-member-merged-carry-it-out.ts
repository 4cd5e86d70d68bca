import type { ledger } from '@tallystick/contracts';
import { type BatchHandler, DONE } from '@tallystick/messaging';
import type { AccountMerges } from '../application/account-merges';

/**
 * When a merge, or its undoing, was decided, what lacks of it is carried out: whoever asked for it may have been cut off
 * between two steps (capabilities M4).
 */
export function whenMemberMergedCarryItOut(merges: AccountMerges): BatchHandler<ledger.MemberMerged> {
  return async ({ records }) => {
    for (const { tenant, message } of records) {
      const { program, merge, kind } = message;
      if (kind === 'merged') await merges.complete(tenant, program, merge);
      else await merges.completeUnmerge(tenant, program, merge);
    }
    return records.map(() => DONE);
  };
}
