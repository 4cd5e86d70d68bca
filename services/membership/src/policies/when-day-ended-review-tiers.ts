import type { organization } from '@tallystick/contracts';
import { type BatchHandler, DONE } from '@tallystick/messaging';
import { formatInstant, instant } from '@tallystick/vocabulary';
import type { Reference } from '../adapters/reference';
import type { TierReviews } from '../application/tier-reviews';

/** When a day has ended that ends a window, then review whoever holds growth. */
export function whenDayEndedReviewTiers(
  reviews: TierReviews,
  reference: Reference,
): BatchHandler<organization.DayEnded> {
  return async ({ records }) => {
    for (const { tenant, message } of records) {
      const { program } = message;
      const at = instant(message.at);
      await reference.reviewedUntil(tenant, program, at);
      if (await reviews.endsWindow(tenant, program, at)) {
        await reviews.everybody(tenant, program, `day/${formatInstant(at)}`);
      }
    }
    return records.map(() => DONE);
  };
}
