import { reject, type Rejection } from '@tallystick/decider';
import { formatInstant, type Instant } from '@tallystick/vocabulary';
import type { AccountEvent } from '../account.events';
import type { AccountRefusal } from '../account.rejections';
import type { AccountState, Holding } from '../account.state';
import type { CloseAccount, FreezeAccount, NoticeExpiry } from './decision.commands';
import type { ExpiryNoticed, LotsExpired } from './decision.events';
import { isCredit, isPrincipal } from './lot-sources';
import { noticeName } from './said';
import { legsOf, openLots, rowOf, spendableAssets, spendableLots } from './spendable';

/** Stops spending or allows it again; earning, returns and expiry go on (capabilities M6). */
export function freeze({ kind, reason, at }: FreezeAccount, state: AccountState): readonly AccountEvent[] {
  if (state.frozen === (kind === 'freeze-account')) return [];
  const data = { ...state.owner!, reason, effectiveAt: formatInstant(at), postings: [] };
  return [{ type: kind === 'freeze-account' ? 'AccountFrozen' : 'AccountUnfrozen', version: 1, data }];
}

/**
 * Ends the account; what is left of its lots, pending ones too, is breakage of their issuers. Refused while a hold is open
 * (capabilities M6: close needs zero holds and a stated fate of the balance), while principal is not refunded, which is never
 * breakage (CD2), and while credit is granted or anything is owed.
 */
export function closeAccount(
  { reason, at }: CloseAccount,
  state: AccountState,
): readonly AccountEvent[] | Rejection<AccountRefusal> {
  if (state.closed) return [];
  if (state.open.size > 0) return reject('holds-open', { holds: String(state.open.size) });
  const unsettled = unsettledAssets(state);
  if (unsettled.length > 0) return reject('account-not-settled', { assets: unsettled.join(' ') });
  const data = { ...state.owner!, reason, effectiveAt: formatInstant(at), postings: [] };
  return [...forfeitures(state, at), { type: 'AccountClosed', version: 1, data }];
}

/** Assets with something left that is not forfeited, or with something owed. */
function unsettledAssets(state: AccountState): string[] {
  const kept = spendableAssets(state).filter((asset) => openLots(state, asset, isKept).length > 0);
  const owed = [...(state.debts?.values() ?? [])].map(({ asset }) => asset);
  return [...new Set([...kept, ...owed])];
}

function isKept({ lot }: Holding): boolean {
  return isPrincipal(lot!) || isCredit(lot!);
}

/**
 * What is left of every lot, given up: a closed account keeps nothing that comes to it late, but principal, which is still
 * refunded, and credit, which was never its holder's.
 */
export function forfeitures(state: AccountState, at: Instant): LotsExpired[] {
  return spendableAssets(state).flatMap((asset) => forfeit(state, asset, at));
}

function forfeit(state: AccountState, asset: string, at: Instant): LotsExpired[] {
  const slices = openLots(state, asset, (holding) => !holding.pending && !isKept(holding)).map(rowOf);
  const pending = openLots(state, asset, (holding) => holding.pending).map(rowOf);
  if (slices.length + pending.length === 0) return [];
  const postings = legsOf(asset, [
    [slices, 'available', 'breakage'],
    [pending, 'pending', 'breakage'],
  ]);
  const said = { asset, effectiveAt: formatInstant(at), slices, forfeited: true as const };
  const data = { ...state.owner!, ...said, ...(pending.length > 0 ? { pending } : {}), postings };
  return [{ type: 'LotsExpired', version: 1, data }];
}

const DAY = 86_400_000;

/**
 * Says what expires within the smallest threshold that its date has reached, once per date and threshold, so that a job
 * that runs twice, or starts late, says nothing twice (capabilities L6: notices at 60, 30 and 7 days).
 */
export function noticeExpiry({ at, days }: NoticeExpiry, state: AccountState): readonly AccountEvent[] {
  return spendableAssets(state).flatMap((asset) => {
    const due = new Map<Instant, bigint>();
    for (const { lot, holding } of spendableLots(state, asset, at)) {
      if (lot.expiresAt !== undefined) due.set(lot.expiresAt, (due.get(lot.expiresAt) ?? 0n) + holding.remaining);
    }
    return [...due].flatMap(([expiresAt, amount]) => {
      const threshold = days.filter((count) => expiresAt <= at + count * DAY).sort((a, b) => a - b)[0];
      return threshold === undefined ? [] : noticed(state, asset, at, expiresAt, threshold, amount);
    });
  });
}

function noticed(
  state: AccountState,
  asset: string,
  at: Instant,
  expiresAt: Instant,
  days: number,
  amount: bigint,
): ExpiryNoticed[] {
  const data = {
    ...state.owner!,
    asset,
    expiresAt: formatInstant(expiresAt),
    days: String(days),
    amount: String(amount),
    effectiveAt: formatInstant(at),
    postings: [],
  };
  return state.done.has(noticeName(data)) ? [] : [{ type: 'ExpiryNoticed', version: 1, data }];
}
