import type { organization } from '@tallystick/contracts';
import { type BatchHandler, DONE } from '@tallystick/messaging';
import type { Pool } from '@tallystick/postgres';
import { instant } from '@tallystick/vocabulary';
import type { Reference } from '../adapters/reference';
import type { TierReviews } from '../application/tier-reviews';
import { membersWithGrowth } from '../projections/growth/growth.query';

const MEMBERS_AT_ONCE = 500;

/** When a day has ended that ends a window, then review whoever holds growth. Repeated, it finds nothing to change. */
export function whenDayEndedReviewTiers(
  reviews: TierReviews,
  reference: Reference,
  pool: Pool,
): BatchHandler<organization.DayEnded> {
  return async ({ records }) => {
    for (const { tenant, message } of records) {
      const { program } = message;
      const at = instant(message.at);
      await reference.reviewedUntil(tenant, program, at);
      if (!(await reviews.endsWindow(tenant, program, at))) continue;
      for (let after = ''; ;) {
        const members = await membersWithGrowth(pool, tenant, after, MEMBERS_AT_ONCE);
        if (members.length === 0) break;
        await reviews.atWindowEnd(tenant, program, members, at);
        after = members.at(-1)!;
      }
    }
    return records.map(() => DONE);
  };
}
