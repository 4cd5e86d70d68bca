import type { organization } from '@tallystick/contracts';
import { type BatchHandler, DONE } from '@tallystick/messaging';
import type { Reference } from '../adapters/reference';
import type { TierReviews } from '../application/tier-reviews';

/** When a program is declared, then keep the zone in which its windows end, and review whoever holds growth by it. */
export function whenProgramDeclaredReviewTiers(
  reviews: TierReviews,
  reference: Reference,
): BatchHandler<organization.ProgramDeclared> {
  return async ({ records }) => {
    for (const { tenant, message } of records) {
      const { program, revision, zone } = message;
      await reference.programDeclared(tenant, program, revision, zone);
      await reviews.everybody(tenant, program, `program/${revision}`);
    }
    return records.map(() => DONE);
  };
}
