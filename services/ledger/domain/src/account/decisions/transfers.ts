import { accountId, reject, type Rejection } from '@tallystick/decider';
import { formatInstant } from '@tallystick/vocabulary';
import type { AccountEvent } from '../account.events';
import type { AccountRefusal } from '../account.rejections';
import type { AccountState } from '../account.state';
import type { ArrivingLot, ReceivePoints, SendPoints } from './decision.commands';
import { receivedLot } from './decision.evolve';
import type { MovedLot, SliceRow } from './decision.events';
import { drawn, faultOfSpending } from './holds';
import { legsOf, rowsOf, spendableLots } from './spendable';

type Outcome = readonly AccountEvent[] | Rejection<AccountRefusal>;

/** Sends points away in draw order; each part keeps its issuer, cost and expiry (capabilities L10). */
export function sendPoints(command: SendPoints, state: AccountState): Outcome {
  const { tenant, account, transfer, toHolder, asset, amount, at } = command;
  const to = accountId(tenant, state.owner!.program, toHolder);
  if (to === account) return reject('transfer-to-itself', { account });
  const lots = spendableLots(state, asset, at);
  const fault = faultOfSpending(state, asset, amount, lots);
  if (fault) return fault;
  const slices = rowsOf(drawn(lots, amount));
  const terms = slices.map(([name]): MovedLot => {
    const { lot, priority, activatedAt, expiresAt } = lots.find((one) => one.lot.lot === name)!.lot;
    return movedLot(lot, priority, activatedAt, expiresAt);
  });
  const postings = legsOf(asset, [[slices, 'available', 'moved']]);
  const said = { asset, transfer, to, toHolder, amount: String(amount), effectiveAt: formatInstant(at) };
  return [{ type: 'PointsSent', version: 1, data: { ...state.owner!, ...said, slices, lots: terms, postings } }];
}

/** Receives what another account has sent, as lots of its own that keep issuer, cost and expiry. */
export function receivePoints(command: ReceivePoints, state: AccountState): Outcome {
  const { tenant, account, program, holder, transfer, from, asset, at } = command;
  const owner = state.owner ?? { program, holder };
  if (accountId(tenant, program, holder) !== account) return reject('account-mismatch', { account, program, holder });
  if (state.books.get(asset)?.score) return reject('asset-not-spendable', { asset });
  const slices = command.lots.map((lot, index): SliceRow => {
    return [receivedLot(transfer, index, asset), lot.issuer, lot.unitCost, String(lot.amount)];
  });
  const lots = command.lots.map((lot, index) => arrived(lot, slices[index]![0]));
  const amount = command.lots.reduce((sum, lot) => sum + lot.amount, 0n);
  const said = { asset, transfer, from, amount: String(amount), effectiveAt: formatInstant(at), slices, lots };
  const postings = legsOf(asset, [[slices, 'moved', 'available']]);
  const received: AccountEvent = { type: 'PointsReceived', version: 1, data: { ...owner, ...said, postings } };
  if (state.owner) return [received];
  return [{ type: 'AccountOpened', version: 1, data: { tenant, program, holder } }, received];
}

function arrived({ priority, activatedAt, expiresAt }: ArrivingLot, lot: string): MovedLot {
  return movedLot(lot, priority, activatedAt, expiresAt);
}

function movedLot(lot: string, priority: number, activatedAt: number, expiresAt: number | undefined): MovedLot {
  return {
    lot,
    ...(priority === 0 ? {} : { priority: String(priority) }),
    activatedAt: formatInstant(activatedAt as ArrivingLot['activatedAt']),
    ...(expiresAt === undefined ? {} : { expiresAt: formatInstant(expiresAt as ArrivingLot['activatedAt']) }),
  };
}
