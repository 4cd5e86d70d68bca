import { accountId, reject, type Rejection } from '@tallystick/decider';
import { formatInstant, MAX_AMOUNT } from '@tallystick/vocabulary';
import type { Lot } from '../../lots/lot';
import type { AccountEvent } from '../account.events';
import type { AccountRefusal } from '../account.rejections';
import type { AccountState } from '../account.state';
import type { ImportPoints, ReceivePoints, SendPoints } from './decision.commands';
import { arrivedLot, IMPORT, isBound, TRANSFER } from './lot-sources';
import type { MovedLot, SliceRow } from './decision.events';
import { drawn, faultOfSpending } from './holds';
import { legsOf, rowsOf, spendableLots } from './spendable';

type Outcome = readonly AccountEvent[] | Rejection<AccountRefusal>;

/**
 * Sends points away in draw order; each part keeps its issuer, cost and expiry (capabilities L10). What the holder may spend
 * and not pass on, such as a loan, stays.
 */
export function sendPoints(command: SendPoints, state: AccountState): Outcome {
  const { tenant, account, transfer, toHolder, asset, amount, at } = command;
  const to = accountId(tenant, state.owner!.program, toHolder);
  if (to === account) return reject('transfer-to-itself', { account });
  const lots = spendableLots(state, asset, at).filter(({ lot }) => !isBound(lot.lot));
  const fault = faultOfSpending(state, asset, amount, lots);
  if (fault) return fault;
  const slices = rowsOf(drawn(lots, amount));
  const byName = new Map(lots.map(({ lot }) => [lot.lot, lot]));
  const terms = slices.map(([name]) => movedLot(byName.get(name)!));
  const postings = legsOf(asset, [[slices, 'available', 'moved']]);
  const said = { asset, transfer, to, toHolder, amount: String(amount), effectiveAt: formatInstant(at) };
  return [{ type: 'PointsSent', version: 1, data: { ...state.owner!, ...said, slices, lots: terms, postings } }];
}

/** Receives what another account has sent, as lots of its own that keep issuer, cost and expiry. */
export function receivePoints(command: ReceivePoints, state: AccountState): Outcome {
  const { transfer, from, asset, of } = command;
  const fault = faultOfArrival(command, state);
  if (fault) return fault;
  const arrival = arrivalOf(command, TRANSFER, transfer);
  const postings = legsOf(asset, [[arrival.slices, 'moved', 'available']]);
  const isOf = of === undefined ? {} : { of };
  const data = { ...ownerOf(command, state), asset, transfer, from, ...arrival, ...isOf, postings };
  return opening(command, state, { type: 'PointsReceived', version: 1, data });
}

/** Brings lots of another system in; refuses where they do not sum to what that system says (capabilities L20). */
export function importPoints(command: ImportPoints, state: AccountState): Outcome {
  const { asset, expected } = command;
  const fault = faultOfArrival(command, state);
  if (fault) return fault;
  const arrival = arrivalOf(command, IMPORT, command.import);
  if (BigInt(arrival.amount) > MAX_AMOUNT) {
    return reject('amount-out-of-range', { asset, limit: String(MAX_AMOUNT) });
  }
  if (BigInt(arrival.amount) !== expected) {
    return reject('import-mismatch', { asset, expected: String(expected), sum: arrival.amount });
  }
  const foreign = command.lots.find(({ issuer }) => command.scope && command.scope.unit !== issuer);
  if (foreign) return reject('asset-out-of-scope', { asset, unit: foreign.issuer });
  const postings = legsOf(asset, [[arrival.slices, 'issuer-obligation', 'available']]);
  const data = { ...ownerOf(command, state), asset, import: command.import, ...arrival, postings };
  return opening(command, state, { type: 'PointsImported', version: 1, data });
}

type Arrival = ReceivePoints | ImportPoints;

/** A command that may open the account that it is for. */
export type ForNewOwner = Pick<ImportPoints, 'tenant' | 'account' | 'program' | 'holder' | 'asset'>;

/** Why lots may not come to an account; absent where they may. */
export function faultOfArrival(command: ForNewOwner, state: AccountState): Rejection<AccountRefusal> | undefined {
  const { tenant, account, program, holder, asset } = command;
  if (accountId(tenant, program, holder) !== account) return reject('account-mismatch', { account, program, holder });
  if (state.books.get(asset)?.score) return reject('asset-not-spendable', { asset });
  return undefined;
}

export function ownerOf({ program, holder }: ForNewOwner, { owner }: AccountState) {
  return owner ?? { program, holder };
}

function arrivalOf({ asset, at, lots }: Arrival, source: string, name: string) {
  const named = lots.map((lot, index) => ({ ...lot, lot: arrivedLot(source, name, index, asset) }));
  return {
    amount: String(lots.reduce((sum, { amount }) => sum + amount, 0n)),
    effectiveAt: formatInstant(at),
    slices: named.map(({ lot, issuer, unitCost, amount }): SliceRow => [lot, issuer, unitCost, String(amount)]),
    lots: named.map(movedLot),
  };
}

export function opening(
  { tenant, program, holder }: ForNewOwner,
  state: AccountState,
  event: AccountEvent,
): AccountEvent[] {
  if (state.owner) return [event];
  return [{ type: 'AccountOpened', version: 1, data: { tenant, program, holder } }, event];
}

/** What a lot is to whoever receives a part of it. */
export function movedLot({
  lot,
  priority,
  activatedAt,
  expiresAt,
}: Pick<Lot, 'lot' | 'priority' | 'activatedAt' | 'expiresAt'>): MovedLot {
  return {
    lot,
    ...(priority === 0 ? {} : { priority: String(priority) }),
    activatedAt: formatInstant(activatedAt),
    ...(expiresAt === undefined ? {} : { expiresAt: formatInstant(expiresAt) }),
  };
}
