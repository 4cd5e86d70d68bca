import { reject, type Rejection } from '@tallystick/decider';
import { formatInstant, type Instant } from '@tallystick/vocabulary';
import type { AccountEvent } from '../account.events';
import type { AccountRefusal } from '../account.rejections';
import { type AccountState, expiryOf, type Holding } from '../account.state';
import type { CloseAccount, FreezeAccount, NoticeExpiry, UnfreezeAccount } from './decision.commands';
import type { ExpiryExtended, ExpiryNoticed, LotsExpired, SliceRow } from './decision.events';
import { isCredit, isPrincipal } from './lot-sources';
import { MOST_EVENTS, partOf } from './in-parts';
import { noticeName } from './said';
import { legsOf, MOST_SLICES, type OpenLot, openLots, rowOf, spendableAssets, spendableLots } from './spendable';

/**
 * Stops spending; earning and returns go on, and so does expiry unless the freeze pauses it (capabilities M6). Said also of an
 * account that is frozen already, so that a repetition gets its first answer for ever; dates stand still from the first
 * freeze that paused them.
 */
export function freeze({ decision, reason, pausesExpiry, at }: FreezeAccount, state: AccountState): AccountEvent[] {
  const pauses = pausesExpiry ? { pausesExpiry: true as const } : {};
  const said = { decision, reason, ...pauses, effectiveAt: formatInstant(at) };
  return [{ type: 'AccountFrozen', version: 1, data: { ...state.owner!, ...said, postings: [] } }];
}

/**
 * Allows spending again. Where dates stood still, lots that ended before are breakage, and every other date moves by the
 * time for which it stood still: from when its lot came, or its date was last set, in the pause. Of more lots than one append
 * takes, all but the last are moved by appends before it, while the account is frozen still.
 */
export function unfreeze(command: UnfreezeAccount, state: AccountState): AccountEvent[] {
  const { decision, reason, at, part } = command;
  const moved = extensionsOf(command, partOf(movedDates(at, state), part), state);
  if (part) return moved;
  const data = { ...state.owner!, decision, reason, effectiveAt: formatInstant(at), postings: [] };
  return [{ type: 'AccountUnfrozen', version: 1, data }, ...moved];
}

interface MovedDate {
  readonly asset: string;
  readonly row: ExpiryExtended['data']['lots'][number];
}

function movedDates(at: Instant, state: AccountState): MovedDate[] {
  const { pausedAt } = state;
  if (pausedAt === undefined || pausedAt >= at) return [];
  const moved: MovedDate[] = [];
  for (const fact of state.facts) {
    for (const holding of fact.kind === 'accrual' ? fact.holdings : []) {
      const { asset, lot, remaining, used, extendedAt = 0 } = holding;
      const expiry = expiryOf(holding);
      const isLeft = remaining > 0n || (used?.held ?? 0n) > 0n;
      if (lot === undefined || !isLeft || expiry === undefined || expiry <= pausedAt) continue;
      const stoodStill = at - Math.max(pausedAt, fact.at, extendedAt);
      if (stoodStill <= 0) continue;
      moved.push({ asset, row: [lot, formatInstant(expiry), formatInstant((expiry + stoodStill) as Instant)] });
    }
  }
  return moved;
}

function extensionsOf(
  { decision, at, part }: UnfreezeAccount,
  moved: readonly MovedDate[],
  state: AccountState,
): ExpiryExtended[] {
  return spendableAssets(state).flatMap((asset): ExpiryExtended[] => {
    const lots = moved.filter((one) => one.asset === asset).map(({ row }) => row);
    if (lots.length === 0) return [];
    const said = { asset, extension: `~unfreeze:${decision}:${asset}`, reason: 'unfrozen' };
    const data = {
      ...state.owner!,
      ...said,
      effectiveAt: formatInstant(at),
      lots,
      ...(part && { part }),
      postings: [],
    };
    return [{ type: 'ExpiryExtended', version: 1, data }];
  });
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
 * refunded, and credit, which was never its holder's. So many lots at most: what is beyond them is given up by the next command,
 * or as time passes.
 */
export function forfeitures(state: AccountState, at: Instant, most = MOST_SLICES): LotsExpired[] {
  let left = most;
  return spendableAssets(state).flatMap((asset) => {
    const open = openLots(state, asset, (holding) => holding.pending || !isKept(holding)).slice(0, left);
    left -= open.length;
    return forfeit(state, asset, at, open);
  });
}

function forfeit(state: AccountState, asset: string, at: Instant, open: readonly OpenLot[]): LotsExpired[] {
  if (open.length === 0) return [];
  const slices: SliceRow[] = open.filter(({ holding }) => !holding.pending).map(rowOf);
  const pending: SliceRow[] = open.filter(({ holding }) => holding.pending).map(rowOf);
  const postings = legsOf(asset, [
    [slices, 'available', 'breakage'],
    [pending, 'pending', 'breakage'],
  ]);
  const said = { asset, effectiveAt: formatInstant(at), slices, forfeited: true as const };
  const data = { ...state.owner!, ...said, ...(pending.length > 0 ? { pending } : {}), postings };
  return [{ type: 'LotsExpired', version: 1, data }];
}

/**
 * Says what expires within the smallest threshold that its date has reached, once per date and threshold, so that a job
 * that runs twice, or starts late, says nothing twice (capabilities L6: notices at 60, 30 and 7 days of the calendar). At most
 * {@link MOST_EVENTS}: the next command says the others.
 */
export function noticeExpiry({ at, thresholds }: NoticeExpiry, state: AccountState): readonly AccountEvent[] {
  // While dates stand still nobody knows when anything ends.
  if (state.pausedAt !== undefined) return [];
  const notices = spendableAssets(state).flatMap((asset) => {
    const due = new Map<Instant, bigint>();
    for (const { lot, holding } of spendableLots(state, asset, at)) {
      if (lot.expiresAt !== undefined) due.set(lot.expiresAt, (due.get(lot.expiresAt) ?? 0n) + holding.remaining);
    }
    return [...due].flatMap(([expiresAt, amount]) => {
      const reached = thresholds.filter(({ until }) => expiresAt <= until).sort((a, b) => a.days - b.days)[0];
      return reached === undefined ? [] : noticed(state, asset, at, expiresAt, reached.days, amount);
    });
  });
  return notices.slice(0, MOST_EVENTS);
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
