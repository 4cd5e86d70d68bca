import type { membership } from '@tallystick/contracts';
import { type BatchHandler, DONE } from '@tallystick/messaging';
import { formatInstant, instant } from '@tallystick/vocabulary';
import {
  differFrom,
  type PurchaseIndex,
  type TierReevaluation,
  type TierRow,
  type TierRows,
} from '../application/tier-reevaluation';

/**
 * A tier history is kept first; then every purchase that it may concern is looked at. What is still to be looked at
 * stands in the row, so a crash in between loses nothing.
 */
export function whenTierChangedReevaluate(
  rows: TierRows,
  index: PurchaseIndex,
  reevaluation: TierReevaluation,
): BatchHandler<membership.TierChanged> {
  return async (batch) => {
    const newest = new Map<string, membership.TierChanged>();
    for (const { message } of batch.records) {
      const known = newest.get(message.account);
      if (!known || known.revision < message.revision) newest.set(message.account, message);
    }
    const known = await rows.read([...newest.keys()]);
    const current = [...newest.values()].map((message) => rowOf(message, known.get(message.account)));
    await rows.write(current.filter((row) => row.revision > (known.get(row.account)?.revision ?? -1)));
    const pending = current.flatMap(({ account, pendingFrom }) =>
      pendingFrom === undefined ? [] : [{ account, instant: pendingFrom }],
    );
    if (pending.length > 0) await reevaluation.lookAt(await index.after(pending));
    await rows.settle(
      current.filter(({ pendingFrom }) => pendingFrom !== undefined),
      batch.checkpoint,
    );
    if (batch.checkpoint) batch.checkpointMoved();
    return batch.records.map(() => DONE);
  };
}

/** The row that stands after a message: what is kept where that is newer, else what was told. */
function rowOf(message: membership.TierChanged, known: TierRow | undefined): TierRow {
  const { account, revision } = message;
  if (known && known.revision >= revision) return known;
  const history = message.history.map(({ tier, validFrom }) => ({
    tier,
    validFrom: formatInstant(instant(validFrom)),
  }));
  const from = [known?.pendingFrom, differFrom(known?.history ?? [], history)].filter((one) => one !== undefined);
  const pendingFrom = from.sort()[0];
  return { account, revision, history, ...(pendingFrom === undefined ? {} : { pendingFrom }) };
}
