import { accountId } from '@tallystick/decider';
import type { Instant } from '@tallystick/vocabulary';
import type { AccountState } from '../account.state';
import { spentSince } from './pools';
import type { PoolMember } from './pool.events';
import { spendableAssets } from './spendable';

/** Of one asset: what somebody has put into a pool and used of it, in the smallest unit of the asset. */
export interface PoolShare {
  readonly asset: string;
  /** What came of his own account, and what of those lots is left. */
  readonly contributed: bigint;
  readonly left: bigint;
  /** What his holds hold now, and what they have redeemed and nobody has cancelled. */
  readonly held: bigint;
  readonly redeemed: bigint;
  /** What counts towards his limits of the day and the month. */
  readonly today: bigint;
  readonly thisMonth: bigint;
}

/** A pool as it stands: who belongs to it within which limits, and what each has put in and used (capabilities M5). */
export interface PoolStanding {
  readonly owner: string;
  /** By name; shares by asset, only of assets that he has to do with. */
  readonly members: readonly (PoolMember & { readonly shares: readonly PoolShare[] })[];
  readonly balances: readonly { readonly asset: string; readonly available: bigint; readonly held: bigint }[];
}

/** Tells how a pool stands on a day and in a month that began at instants of its program's zone; absent where it is none. */
export function poolStanding(
  state: AccountState,
  { tenant, day, month }: { readonly tenant: string; readonly day: Instant; readonly month: Instant },
): PoolStanding | undefined {
  const { pool, owner, books } = state;
  if (!pool || !owner) return undefined;
  const assets = spendableAssets(state).sort();
  const members = [...pool.members].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    owner: pool.owner,
    members: members.map(([member, limits]) => {
      const account = accountId(tenant, owner.program, member);
      const shares = assets.map((asset) => shareOf(state, { member, account, asset, day, month }));
      return {
        member,
        ...limits,
        shares: shares.filter(({ contributed, held, redeemed }) => contributed + held + redeemed > 0n),
      };
    }),
    balances: assets.map((asset) => ({ asset, available: books.get(asset)!.available, held: books.get(asset)!.held })),
  };
}

interface Sharing {
  readonly member: string;
  readonly account: string;
  readonly asset: string;
  readonly day: Instant;
  readonly month: Instant;
}

function shareOf(state: AccountState, { member, account, asset, day, month }: Sharing): PoolShare {
  let [contributed, left, held, redeemed] = [0n, 0n, 0n, 0n];
  for (const [key, from] of state.pool!.brought) {
    if (from !== account) continue;
    for (const holding of state.accruals.get(key)?.holdings ?? []) {
      if (holding.asset !== asset) continue;
      contributed += holding.granted;
      left += holding.remaining;
    }
  }
  for (const hold of state.holds.values()) {
    if (hold.member !== member || hold.asset !== asset) continue;
    for (const { amount } of hold.slices) {
      if (hold.state === 'open') held += amount;
      else redeemed += amount;
    }
  }
  const spent = { today: spentSince(state, member, asset, day), thisMonth: spentSince(state, member, asset, month) };
  return { asset, contributed, left, held, redeemed, ...spent };
}
