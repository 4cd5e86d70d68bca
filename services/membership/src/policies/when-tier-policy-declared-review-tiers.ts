import type { membership } from '@tallystick/contracts';
import { type BatchHandler, DONE } from '@tallystick/messaging';
import type { TierReviews } from '../application/tier-reviews';

/** When a tier policy has been declared, then review whoever holds growth by the policy that is in force now. */
export function whenTierPolicyDeclaredReviewTiers(reviews: TierReviews): BatchHandler<membership.TierPolicyDeclared> {
  return async ({ records }) => {
    for (const { tenant, message } of records) {
      await reviews.everybody(tenant, message.program, `policy/${message.revision}`);
    }
    return records.map(() => DONE);
  };
}
