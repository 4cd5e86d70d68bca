import type { membership } from '@tallystick/contracts';
import type { BatchHandler } from '@tallystick/messaging';
import type { Pool } from '@tallystick/postgres';
import { projectionHandler } from '@tallystick/read-models';
import { membersProjection } from '../projections/members/members.projection';

/** When a member has enrolled, then record who they are and where they did for BI. */
export function whenMemberEnrolledRecordIt(pool: Pool): BatchHandler<membership.MemberEnrolled> {
  return projectionHandler(membersProjection, 'membership.member-enrolled.v1', pool);
}
