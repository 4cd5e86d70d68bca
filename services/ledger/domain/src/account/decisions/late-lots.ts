import { formatInstant } from '@tallystick/vocabulary';
import { inDrawOrder, type Lot } from '../../lots/lot';
import type { AccountState, Hold } from '../account.state';
import type { Picture } from '../picture';
import { lotFrom } from '../walk';
import type { LateLot } from './decision.events';

/**
 * Names each new lot that would have been drawn before what a hold drew, had it been there: nothing is drawn again, and
 * a policy may extend the lot (capabilities L13, E53).
 */
export function lateLots({ accrual }: Picture, state: AccountState): LateLot[] {
  if (!accrual || accrual.old || state.lastHeld === undefined || accrual.wanted.at > state.lastHeld) return [];
  const { wanted } = accrual;
  const late: LateLot[] = [];
  for (const { asset, lot: name } of wanted.holdings) {
    const lot = name === undefined ? undefined : lotFrom(wanted, asset);
    if (!lot) continue;
    const holds = [...state.holds.values()].filter((hold) => hold.asset === asset && isLateFor(lot, hold, state));
    if (holds.length === 0) continue;
    const decisions = holds.slice(0, MOST_NAMED).map(({ hold }) => hold);
    const others = holds.length > MOST_NAMED ? { others: String(holds.length - MOST_NAMED) } : {};
    const effectiveAt = formatInstant(wanted.at);
    const data = { ...state.owner!, asset, lot: lot.lot, decisions, ...others, effectiveAt, postings: [] };
    late.push({ type: 'LateLot', version: 1, data });
  }
  return late;
}

/** Decisions that a late lot names; of the others it says how many there are. */
const MOST_NAMED = 20;

function isLateFor(lot: Lot, { at, slices, asset }: Hold, state: AccountState): boolean {
  if (lot.activatedAt > at || (lot.expiresAt !== undefined && lot.expiresAt <= at)) return false;
  return slices.some((slice) => {
    const accrual = state.accruals.get(purchaseOf(slice.lot, asset));
    const drawn = accrual && lotFrom(accrual, asset);
    return drawn !== undefined && inDrawOrder(lot, drawn) < 0;
  });
}

function purchaseOf(lot: string, asset: string): string {
  return lot.slice(0, lot.length - asset.length - 1);
}
