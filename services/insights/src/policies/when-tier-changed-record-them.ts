import type { membership } from '@tallystick/contracts';
import type { BatchHandler } from '@tallystick/messaging';
import type { Pool } from '@tallystick/postgres';
import { projectionHandler } from '@tallystick/read-models';
import { membersProjection } from '../projections/members/members.projection';

/** When the tiers of a member have changed, then record the whole history for BI. */
export function whenTierChangedRecordThem(pool: Pool): BatchHandler<membership.TierChanged> {
  return projectionHandler(membersProjection, 'membership.tier-changed.v1', pool);
}
