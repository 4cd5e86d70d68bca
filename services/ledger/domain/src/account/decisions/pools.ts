import { accountId, reject, type Rejection } from '@tallystick/decider';
import { formatInstant, type Instant } from '@tallystick/vocabulary';
import type { AccountEvent } from '../account.events';
import type { AccountRefusal } from '../account.rejections';
import { type AccountState, expiryOf, type Pool } from '../account.state';
import type { LeavePool, OpenPool, PlaceHold, SetPoolMember } from './decision.commands';
import { partOf } from './in-parts';
import { sumOfSlices } from './merge.evolve';
import type { PoolLimits } from './pool.events';
import { openingText } from './pool.opening';
import { legsOf, type OpenLot, openLots, rowOf, spendableAssets } from './spendable';
import { movedLot } from './transfers';

type Outcome = readonly AccountEvent[] | Rejection<AccountRefusal>;

/**
 * Opens an account as a pool, before anything is in it, so that of every lot that comes it is known whose it is (capabilities
 * M5). Its owner belongs to it.
 */
export function openPool(command: OpenPool, state: AccountState): Outcome {
  const { tenant, program, account, holder, owner, members, at } = command;
  if (accountId(tenant, program, holder) !== account) return reject('account-mismatch', { account, program, holder });
  if (state.pool) return isSamePool(state.pool, command) ? [] : reject('pool-exists', { account });
  if (state.owner) return reject('pool-exists', { account });
  const all = members.some(({ member }) => member === owner) ? members : [{ member: owner }, ...members];
  const data = { program, holder, owner, members: all, effectiveAt: formatInstant(at), postings: [] };
  return [
    { type: 'AccountOpened', version: 1, data: { tenant, program, holder } },
    { type: 'PoolOpened', version: 1, data },
  ];
}

function isSamePool({ opened }: Pool, { owner, members }: OpenPool): boolean {
  return opened === openingText(owner, members);
}

/** Lets somebody belong to the pool, or spend more or less; nothing where it is so already. */
export function setPoolMember(command: SetPoolMember, state: AccountState): Outcome {
  const { member, perDay, perMonth, at } = command;
  const { pool } = state;
  if (!pool) return reject('pool-unknown', { account: command.account });
  const known = pool.members.get(member);
  if (known && known.perDay === perDay && known.perMonth === perMonth) return [];
  const limits = { ...(perDay !== undefined && { perDay }), ...(perMonth !== undefined && { perMonth }) };
  const data = { ...state.owner!, member, ...limits, effectiveAt: formatInstant(at), postings: [] };
  return [{ type: 'PoolMemberSet', version: 1, data }];
}

/**
 * Lets somebody leave: what is left of the lots that he brought is sent back to him, as they are. Refused while a hold is open,
 * since it may end without redemption, and to the owner (capabilities M5).
 */
export function leavePool(command: LeavePool, state: AccountState): Outcome {
  const { tenant, account, member, leave, at, part } = command;
  const { pool } = state;
  if (!pool) return reject('pool-unknown', { account });
  if (!pool.members.has(member)) return reject('pool-member-unknown', { member });
  if (member === pool.owner) return reject('pool-owner-stays', { member });
  if (state.frozen) return reject('account-frozen');
  if (state.open.size > 0) return reject('holds-open', { holds: String(state.open.size) });
  const to = accountId(tenant, state.owner!.program, member);
  const brought = spendableAssets(state).flatMap((asset) =>
    openLots(state, asset, (holding) => isOwn(holding.lot!, asset, to, pool) && isAlive(holding, at)),
  );
  const next = partOf(brought, part);
  const sent = spendableAssets(state).flatMap((asset) => {
    const own = next.filter(({ holding }) => holding.asset === asset);
    return own.length === 0 ? [] : [sentBack(state, asset, own, to, member, `leave.${state.done.size}.${asset}`, at)];
  });
  if (part) return sent;
  const data = { ...state.owner!, leave, member, effectiveAt: formatInstant(at), postings: [] };
  return [...sent, { type: 'PoolMemberLeft', version: 1, data }];
}

function isOwn(lot: string, asset: string, contributor: string, { brought }: Pool): boolean {
  return brought.get(lot.slice(0, lot.length - asset.length - 1)) === contributor;
}

function isAlive(holding: OpenLot['holding'], at: Instant): boolean {
  const expiry = expiryOf(holding);
  return !holding.pending && (expiry === undefined || expiry > at);
}

function sentBack(
  state: AccountState,
  asset: string,
  own: readonly OpenLot[],
  to: string,
  toHolder: string,
  transfer: string,
  at: Instant,
): AccountEvent {
  const slices = own.map(rowOf);
  const amount = own.reduce((sum, { holding }) => sum + holding.remaining, 0n);
  const said = { asset, transfer, to, toHolder, amount: String(amount), effectiveAt: formatInstant(at) };
  const postings = legsOf(asset, [[slices, 'available', 'moved']]);
  const lots = own.map(({ lot }) => movedLot(lot));
  return { type: 'PointsSent', version: 1, data: { ...state.owner!, ...said, slices, lots, postings } };
}

/**
 * Why a member may not hold an amount of the pool: he does not belong to it, or his limit of the day or the month is reached.
 * What he holds and has redeemed counts on the day of the hold; what was released or cancelled does not. Of an account that is no
 * pool nobody but its holder spends.
 */
export function faultOfPool(
  { by, asset, amount }: PlaceHold,
  state: AccountState,
): Rejection<AccountRefusal> | undefined {
  const { pool } = state;
  if (!pool) return by ? reject('pool-unknown') : undefined;
  const limits = by && pool.members.get(by.member);
  if (!by || !limits) return reject('pool-member-unknown', by ? { member: by.member } : {});
  return (
    faultOfLimit(limits, 'perDay', by.day, by.member, asset, amount, state) ??
    faultOfLimit(limits, 'perMonth', by.month, by.member, asset, amount, state)
  );
}

function faultOfLimit(
  limits: PoolLimits,
  which: keyof PoolLimits,
  from: Instant,
  member: string,
  asset: string,
  amount: bigint,
  state: AccountState,
): Rejection<AccountRefusal> | undefined {
  const limit = limits[which];
  if (limit === undefined) return undefined;
  const spent = spentSince(state, member, asset, from);
  if (spent + amount <= BigInt(limit)) return undefined;
  return reject('spend-limit-exceeded', { member, asset, which, limit, spent: String(spent) });
}

/** What a member's holds of an asset still hold or have redeemed, of those that were placed at an instant or later. */
export function spentSince({ holds }: AccountState, member: string, asset: string, from: Instant): bigint {
  let spent = 0n;
  for (const hold of holds.values()) {
    if (hold.member === member && hold.asset === asset && hold.at >= from) spent += sumOfSlices(hold.slices);
  }
  return spent;
}
