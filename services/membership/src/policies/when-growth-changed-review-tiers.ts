import type { ledger } from '@tallystick/contracts';
import type { BatchHandler, BusRecord, Outcome } from '@tallystick/messaging';
import { instant } from '@tallystick/vocabulary';
import type { NewGrowth, TierReviews } from '../application/tier-reviews';

type GrowthRecord = BusRecord<ledger.GrowthChanged>;

/**
 * When growth has changed, then review the tiers and record the growth. The review comes first: after a crash between
 * the two the batch comes again, finds its growth not recorded and reviews the same facts.
 */
export function whenGrowthChangedReviewTiers(
  reviews: TierReviews,
  record: BatchHandler<ledger.GrowthChanged>,
): BatchHandler<ledger.GrowthChanged> {
  return async (batch) => {
    for (const records of byProgram(batch.records)) {
      const { tenant, message } = records[0]!;
      const known = await reviews.afterGrowth(tenant, message.program, records.map(growthOf), batch.assignment);
      if (!known) return batch.records.map(unknownProgram);
    }
    return record(batch);
  };
}

function growthOf({ message, correlationId }: GrowthRecord): NewGrowth {
  return {
    member: message.member,
    id: `${message.account}/${message.revision}`,
    amount: BigInt(message.amount),
    effectiveAt: instant(message.effectiveAt),
    earnedAt: instant(message.earnedAt),
    correlationId,
  };
}

function byProgram(records: readonly GrowthRecord[]): readonly GrowthRecord[][] {
  const groups = new Map<string, GrowthRecord[]>();
  for (const record of records) {
    const name = `${record.tenant}/${record.message.program}`;
    const group = groups.get(name);
    if (group) group.push(record);
    else groups.set(name, [record]);
  }
  return [...groups.values()];
}

/** The program's contract is on its way: the zone is needed to tell the windows. */
function unknownProgram(): Outcome {
  return { kind: 'retry', code: 'unknown-program' };
}
