import type { ledger } from '@tallystick/contracts';
import type { Batch, BatchHandler, BusRecord, Outcome } from '@tallystick/messaging';
import { instant } from '@tallystick/vocabulary';
import type { ReviewGate } from '../adapters/review-gate';
import type { ReviewRefusal } from '../application/refusals';
import type { NewGrowth, TierReviews } from '../application/tier-reviews';

type GrowthRecord = BusRecord<ledger.GrowthChanged>;

/** The program's contract is on its way: the zone is needed to tell the windows. */
const UNKNOWN_PROGRAM: Outcome = { kind: 'retry', code: 'unknown-program' satisfies ReviewRefusal };

/**
 * When growth has changed, then review the tiers and record the growth. The review comes first: after a crash between
 * the two the batch comes again, finds its growth not recorded and reviews the same facts. What comes outside of its
 * partition's order (a redriven letter) may meet the partition's own consumer and is taken alone.
 */
export function whenGrowthChangedReviewTiers(
  reviews: TierReviews,
  gate: ReviewGate,
  record: BatchHandler<ledger.GrowthChanged>,
): BatchHandler<ledger.GrowthChanged> {
  const take = async (batch: Batch<ledger.GrowthChanged>): Promise<readonly Outcome[]> => {
    const known = new Set<GrowthRecord>();
    for (const records of byProgram(batch.records)) {
      const { tenant, message } = records[0]!;
      const growth = records.map(growthOf);
      if (!(await reviews.afterGrowth(tenant, message.program, growth, batch.assignment))) continue;
      for (const one of records) known.add(one);
    }
    if (known.size === batch.records.length) return record(batch);
    const outcomes = await record({ ...batch, records: [...known], checkpoint: undefined });
    const answers = new Map([...known].map((one, index) => [one, outcomes[index]!]));
    return batch.records.map((one) => answers.get(one) ?? UNKNOWN_PROGRAM);
  };
  return (batch) => (batch.checkpoint ? gate.together(() => take(batch)) : gate.alone(() => take(batch)));
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
