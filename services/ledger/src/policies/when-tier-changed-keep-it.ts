import type { membership } from '@tallystick/contracts';
import { type BatchHandler, DONE } from '@tallystick/messaging';
import type { MemberTiers } from '../adapters/member-tiers';

/** When the tier of a member has changed, then keep it: by it points are lent (capabilities L22). */
export function whenTierChangedKeepIt(tiers: MemberTiers): BatchHandler<membership.TierChanged> {
  return async ({ records }) => {
    for (const { tenant, message } of records) await tiers.tierChanged(tenant, message);
    return records.map(() => DONE);
  };
}
