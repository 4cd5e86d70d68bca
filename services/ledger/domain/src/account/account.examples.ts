import { accountId } from '@tallystick/decider';
import { instant } from '@tallystick/vocabulary';
import type { ApplyEvaluation, GrantedAmount, LinkedReturn, ReverseUnlinked } from './account.commands';

/** Readable commands for specs and documents; every part can be said otherwise. */
const HOLDER = { tenant: 'demo', program: 'main', holder: 'm-1' };
export const EXAMPLE_ACCOUNT = accountId(HOLDER.tenant, HOLDER.program, HOLDER.holder);

export const EXAMPLE_RECEIPT = 'ab'.repeat(32);

/** A day of January 2026 at noon UTC. */
export function january(day: number): string {
  return `2026-01-${String(day).padStart(2, '0')}T12:00:00.000Z`;
}

export function pointsGrant(amount: bigint, more: Partial<GrantedAmount> = {}): GrantedAmount {
  const allocation = [['1', 'one-per-yuan', String(amount)] as const];
  return { asset: 'POINTS', score: false, amount, unitCost: '1/100', allocation, ...more };
}

export function growthGrant(amount: bigint): GrantedAmount {
  const allocation = [['1', 'growth', String(amount)] as const];
  return { asset: 'GROWTH', score: true, amount, unitCost: '0', allocation };
}

/** The picture of a purchase: POINTS unless told otherwise, no returns, revision 0. */
export function purchasePicture(
  id: string,
  day: number,
  amount: bigint,
  more: Partial<ApplyEvaluation> = {},
): ApplyEvaluation {
  return {
    kind: 'apply-evaluation',
    account: EXAMPLE_ACCOUNT,
    ...HOLDER,
    purchase: { source: 'till-1', id },
    revision: 0,
    effectiveAt: instant(january(day)),
    issuer: 'hotel',
    store: 'hotel-1',
    receipt: EXAMPLE_RECEIPT,
    grants: amount === 0n ? [] : [pointsGrant(amount)],
    returns: [],
    ...more,
  };
}

export function linkedReturn(id: string, day: number, amount: bigint, growth?: bigint): LinkedReturn {
  const asked = { asset: 'POINTS', score: false, amount };
  const amounts = growth === undefined ? [asked] : [asked, { asset: 'GROWTH', score: true, amount: growth }];
  return { return: { source: 'till-1', id }, effectiveAt: instant(january(day)), store: 'hotel-1', amounts };
}

export function unlinkedReturn(
  id: string,
  day: number,
  amount: bigint,
  more: Partial<ReverseUnlinked> = {},
): ReverseUnlinked {
  return {
    kind: 'reverse-unlinked',
    account: EXAMPLE_ACCOUNT,
    ...HOLDER,
    return: { source: 'till-1', id },
    revision: 0,
    effectiveAt: instant(january(day)),
    issuer: 'hotel',
    store: 'hotel-1',
    receipt: EXAMPLE_RECEIPT,
    amounts: [{ asset: 'POINTS', score: false, amount }],
    ...more,
  };
}
