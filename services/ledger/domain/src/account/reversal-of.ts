import { instant } from '@tallystick/vocabulary';
import type { PointsReversed, ReversedItem } from './account.events';
import { type Clawback, keyOf, type Reversal, type Taking } from './account.state';

/** A reversal as an event, or a merge, says it. */
export function reversalOf(data: Omit<PointsReversed['data'], 'program' | 'holder' | 'postings'>): Reversal {
  return {
    kind: 'reversal',
    at: instant(data.effectiveAt),
    source: data.reversal.source,
    id: data.reversal.id,
    purchase: data.purchase && keyOf(data.purchase),
    earnedAt: data.earnedAt === undefined ? undefined : instant(data.earnedAt),
    issuer: data.issuer,
    store: data.store,
    receipt: data.receipt,
    revision: Number(data.evaluationRevision),
    items: data.items.map(takingOf),
  };
}

function takingOf({ asset, asked, taken, deficit, onHold, clawback, slices }: ReversedItem): Taking {
  return {
    asset,
    asked: BigInt(asked),
    taken: BigInt(taken),
    deficit: deficit === undefined ? 0n : BigInt(deficit),
    onHold: onHold === undefined ? 0n : BigInt(onHold),
    clawback: clawback as Clawback | undefined,
    slices: slices?.map(({ lot, issuer, unitCost, amount, book }) => {
      return { lot, issuer, unitCost, amount: BigInt(amount), expired: book === 'breakage' };
    }),
  };
}
